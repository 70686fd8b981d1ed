/* JSON Lines (event_json.h): jsonl:DIR, a file an event type; and "-", the standard output. */
#include "core/base/mem.h"
#include "generator/event_json.h"
#include "generator/sink_files.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define WRITE_SIZE (64U << 10) /* bytes that one write to the standard output is about */
#define LINES_MAX  (64U << 20) /* bytes: far more than a line of any event */

/* ---- jsonl:DIR */

static int jsonl_put(struct ls_typed_file *file, const struct ls_event *event,
                     const struct ls_span *datum, struct ls_error *err)
{
    (void)datum;
    int rc = ls_event_json(file->type, event, &file->text.text, err);
    return rc < 0 ? rc : ls_text_file_line(&file->text, err);
}

static int jsonl_open(const char *place, const struct ls_sink_run *run, struct ls_sink **out,
                      struct ls_error *err)
{
    static const struct ls_files_format format = {.ending = "jsonl",
                                                  .holds_damaged = true,
                                                  .open = ls_files_open_text,
                                                  .put = jsonl_put,
                                                  .finish = ls_files_finish_text};
    return ls_files_open(&ls_sink_jsonl, &format, place, run, out, err);
}

const struct ls_sink_kind ls_sink_jsonl = {
    .prefix = "jsonl:",
    .form = "jsonl:DIR",
    .summary = "JSON Lines, a file an event type",
    .in_folder = true,
    .domain_folders = true,
    .open = jsonl_open,
    .take = ls_files_take,
    .finish = ls_files_finish,
    .close = ls_files_close,
};

/* ---- the standard output */

struct stdout_sink {
    struct ls_sink base;
    const struct ls_sink_domain *domains; /* borrowed */
    struct ls_buf lines;
};

static void stdout_close(struct ls_sink *base)
{
    struct stdout_sink *sink = (struct stdout_sink *)base;
    ls_buf_clear(&sink->lines);
    ls_mem_free(sink);
}

static int stdout_open(const char *place, const struct ls_sink_run *run, struct ls_sink **out,
                       struct ls_error *err)
{
    (void)place;
    if (run->resume) {
        return ls_error_set(err, LS_E_USAGE,
                            "what went to the standard output cannot be resumed: leave --resume "
                            "out, or write jsonl:DIR");
    }
    struct stdout_sink *sink = ls_mem_new(1, sizeof *sink, err);
    if (!sink) {
        return err->code;
    }
    sink->base.kind = &ls_sink_stdout;
    sink->domains = run->domains;
    ls_buf_init(&sink->lines, "lines for the standard output", LINES_MAX);
    *out = &sink->base;
    return 0;
}

static int write_out(struct stdout_sink *sink, struct ls_error *err)
{
    int rc = ls_file_write(STDOUT_FILENO, sink->lines.data, sink->lines.size, "the standard output",
                           err);
    sink->lines.size = 0;
    return rc;
}

static int stdout_take(struct ls_sink *base, size_t domain, const struct ls_event *event,
                       struct ls_error *err)
{
    struct stdout_sink *sink = (struct stdout_sink *)base;
    const struct ls_plan_type *type = &sink->domains[domain].plan->types[event->type];
    int rc = ls_event_json(type, event, &sink->lines, err);
    return rc < 0 || sink->lines.size < WRITE_SIZE ? rc : write_out(sink, err);
}

static int stdout_pause(struct ls_sink *base, struct ls_error *err)
{
    struct stdout_sink *sink = (struct stdout_sink *)base;
    return sink->lines.size ? write_out(sink, err) : 0;
}

static int stdout_finish(struct ls_sink *base, struct ls_error *err)
{
    return write_out((struct stdout_sink *)base, err);
}

const struct ls_sink_kind ls_sink_stdout = {
    .prefix = "-",
    .alone = true,
    .form = "-",
    .summary = "JSON Lines of all event types on the standard output",
    .on_stdout = true,
    .open = stdout_open,
    .take = stdout_take,
    .pause = stdout_pause,
    .finish = stdout_finish,
    .close = stdout_close,
};
