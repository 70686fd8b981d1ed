#include "cli/commands.h"
#include "cli/describe_text.h"
#include "cli/plans.h"
#include "core/base/file.h"
#include "generator/run.h"

#define TEXT_BYTES_MAX (256U << 20)

struct options {
    struct spec_options spec;
    int64_t events;
    const char *html;
};

static const struct ls_option rows[] = {
    {"events", LS_OPTION_INTEGER, 0, offsetof(struct options, events), .fallback = "100_000",
     .minimum = "1", .maximum = "1_000_000_000",
     .summary = "The first so many events, or all of them where there are fewer."},
    {"html", LS_OPTION_TEXT, 0, offsetof(struct options, html),
     .summary = "Also writes a page with the same and pictures of it, which needs nothing else.",
     .example = "shop.html"},
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"describe", "",       sizeof(struct options),
                                      SIZE_MAX,   SIZE_MAX, rows};

_Static_assert(LS_DESCRIBE_EVENTS_MAX == 1000000000, "as the row of --events says");

struct work {
    struct ls_describe *describe;
    struct ls_progress progress;
};

static int take(void *context, const struct ls_event *event, struct ls_error *err)
{
    struct work *work = context;
    return ls_describe_take(work->describe, event, err);
}

static int show_progress(void *context, uint64_t next, struct ls_error *err)
{
    struct work *work = context;
    ls_progress_show(&work->progress, next, work->describe->events);
    return cli_interrupted(err);
}

static int collect(const struct ls_plan *plan, uint64_t events, struct work *work,
                   struct ls_error *err)
{
    int rc = ls_describe_new(plan, events, &work->describe, err);
    if (rc < 0) {
        return rc;
    }
    const struct ls_run run = {.plan = plan,
                               .end = events,
                               .threads = cli_threads(0),
                               .take = take,
                               .progress = show_progress,
                               .context = work};
    ls_progress_begin(&work->progress, stderr, "describe", "events");
    rc = ls_run(&run, err);
    ls_progress_end(&work->progress);
    return rc < 0 ? rc : ls_describe_close(work->describe, err);
}

static int write_page(const char *path, const struct ls_describe *describe, struct ls_error *err)
{
    struct describe_out out = {.markup = true, .err = err};
    ls_buf_init(&out.text, "the page", TEXT_BYTES_MAX);
    describe_html(&out, describe);
    int rc = out.rc < 0 ? out.rc : ls_folder_make_above(path, err);
    rc = rc < 0 ? rc : ls_file_replace(path, out.text.data, out.text.size, err);
    ls_buf_clear(&out.text);
    return rc;
}

static int print_text(const struct ls_describe *describe, struct ls_error *err)
{
    struct describe_out out = {.markup = false, .err = err};
    ls_buf_init(&out.text, "the description", TEXT_BYTES_MAX);
    describe_text(&out, describe);
    cli_print_buf(&out.text);
    return out.rc;
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct ls_spec *spec = NULL;
    struct ls_plan *plan = NULL;
    struct work work = {.describe = NULL};
    if (o->html && (!*o->html || ls_path_is_folder(o->html))) {
        return ls_error_set(err, LS_E_USAGE, "--html names a file, and `%s` is %s", o->html,
                            *o->html ? "a folder" : "no name");
    }
    int rc = cli_load_spec(cli, &o->spec, &spec, err);
    rc = rc < 0 ? rc : cli_plan(spec, &plan, err);
    if (rc == 0) {
        uint64_t total = plan->arrival.total;
        uint64_t events = (uint64_t)o->events < total ? (uint64_t)o->events : total;
        rc = events ? collect(plan, events, &work, err)
                    : ls_error_set(err, LS_E_DATA, "the arrival phases have no event");
    }
    rc = rc < 0 || !o->html ? rc : write_page(o->html, work.describe, err);
    rc = rc < 0 ? rc : print_text(work.describe, err);
    ls_describe_free(work.describe);
    ls_plan_free(plan);
    ls_spec_free(spec);
    return rc;
}

const struct command command_describe = {
    .name = "describe",
    .synopsis = "SPEC [--events N] [--html FILE] [options]",
    .summary = "Tells what a spec comes out as, field by field, against what it asks for.",
    .examples = "  lockstep describe fixtures/domains/ecommerce.yaml\n"
                "  lockstep describe fixtures/domains/iot.yaml --events 1000000 --html iot.html\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
