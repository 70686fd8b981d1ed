#include "pipeline/view/view.h"

#include "core/base/mutant.h"

void ls_view_windows(const struct ls_view *view, int64_t time_ms, int64_t *first, int64_t *last)
{
    int64_t since = time_ms - view->offset_ms;
    *first = ls_floor_div(since - view->size_ms, view->every_ms) + 1;
    *last = ls_floor_div(since, view->every_ms);
    if (LS_MUTANT(WINDOWS_TRUNCATED)) {
        *first = (since - view->size_ms) / view->every_ms + 1;
        *last = since / view->every_ms;
    }
    if (LS_MUTANT(WINDOWS_COUNTED)) {
        *first = *last - view->size_ms / view->every_ms + 1;
    }
}

const char *ls_view_kind_word(enum ls_view_kind kind)
{
    static const char *const words[] = {[LS_VIEW_WINDOWS] = "windows",
                                        [LS_VIEW_SESSIONS] = "sessions",
                                        [LS_VIEW_ROLLING] = "rolling",
                                        [LS_VIEW_ALERT] = "alert",
                                        [LS_VIEW_JOIN] = "join"};
    return words[kind];
}

const char *ls_view_folder(const struct ls_view *view)
{
    return view->kind == LS_VIEW_ALERT ? "alerts" : "views";
}
