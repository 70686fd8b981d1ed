/* Events are made and encoded, and go nowhere. */
#include "generator/sink.h"

static int null_open(const char *place, const struct ls_sink_run *run, struct ls_sink **out,
                     struct ls_error *err)
{
    static struct ls_sink sink = {.kind = &ls_sink_null}; /* holds nothing that changes */
    (void)place;
    (void)run;
    (void)err;
    *out = &sink;
    return 0;
}

static int null_take(struct ls_sink *sink, size_t domain, const struct ls_event *event,
                     struct ls_error *err)
{
    (void)sink;
    (void)domain;
    (void)event;
    (void)err;
    return 0;
}

static int null_finish(struct ls_sink *sink, struct ls_error *err)
{
    (void)sink;
    (void)err;
    return 0;
}

static void null_close(struct ls_sink *sink)
{
    (void)sink;
}

const struct ls_sink_kind ls_sink_null = {
    .prefix = "null:",
    .alone = true,
    .form = "null:",
    .summary = "nowhere: events are made and dropped",
    .open = null_open,
    .take = null_take,
    .finish = null_finish,
    .close = null_close,
};
