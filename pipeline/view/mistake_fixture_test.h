/* Views with one mistake each, and what is said about it. */
#ifndef LS_VIEW_MISTAKE_FIXTURE_TEST_H
#define LS_VIEW_MISTAKE_FIXTURE_TEST_H

#include "pipeline/kinds_test.h"

struct slip {
    const char *view; /* `v`; with `when` it is an alert rule */
    const char *rule, *place, *part, *hint;
};

/* Fields with which no view calculates, beside those of kinds_test.h. */
static inline char *slip_text(const struct slip *slip)
{
    char *more = changed(
        kinds_head, "      - {name: score, type: long, const: 1}\n",
        "      - {name: score, type: long, const: 1}\n"
        "      - {name: raw, type: double, const: 1}\n"
        "      - {name: tags, type: array, most: 2, items: {type: int, const: 1}}\n");
    size_t size = strlen(more) + strlen(slip->view) + 64;
    char *text = malloc(size);
    assert_non_null(text);
    snprintf(text, size, "%s  %s:\n    - %s\n", more,
             strstr(slip->view, "when:") ? "alerts" : "views", slip->view);
    free(more);
    return text;
}

static inline void check_slip(struct pipe *p, const struct slip *slip)
{
    struct ls_views *views;
    char *text = slip_text(slip);
    char place[128];
    pipe_clear(p);
    load_fine(&p->base, text, NULL);
    write_shops(p, pipe_shops, sizeof pipe_shops / sizeof *pipe_shops);
    FINE(p, ls_reference_load(p->base.spec, "tables", INT64_MAX, &p->reference, &p->base.err));
    FINE(p,
         ls_record_plan_new(p->base.spec, &p->reference, &p->plan, &p->base.report, &p->base.err));
    if (ls_views_new(p->plan, &views, &p->base.report, &p->base.err) == 0) {
        fail_msg("%s was expected of %s", slip->rule, slip->view);
    }
    assert_null(views);
    assert_int_equal(p->base.err.code, LS_E_DATA);
    check_report(&p->base, slip->rule, line_of(text, slip->view), slip->part);
    const char *report = ls_buf_text(&p->base.report, &p->base.err);
    snprintf(place, sizeof place, "in pipeline.%s\n", slip->place);
    if (!strstr(report, place) || !strstr(report, slip->hint)) {
        fail_msg("expected `%s` and `%s`, got:\n%s", slip->place, slip->hint, report);
    }
    free(text);
}

#define CHECK_SLIPS(p, ...)                                                                        \
    do {                                                                                           \
        static const struct slip slips[] = __VA_ARGS__;                                            \
        for (size_t k = 0; k < sizeof slips / sizeof *slips; k++) {                                \
            check_slip(p, &slips[k]);                                                              \
        }                                                                                          \
    } while (0)

#endif
