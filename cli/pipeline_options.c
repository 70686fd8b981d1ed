#include "cli/pipeline_options.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/log/file_log.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compile(const struct ls_reference *reference, struct pipeline *out, struct ls_error *err)
{
    struct ls_buf report;
    ls_buf_init(&report, "diagnostics", 16U << 20);
    int rc = ls_record_plan_new(out->spec, reference, &out->plan, &report, err);
    rc = rc < 0 ? rc : ls_views_new(out->plan, &out->views, &report, err);
    if (report.size) {
        fwrite(report.data, 1, report.size, stderr);
    }
    ls_buf_clear(&report);
    return rc;
}

/* It is a folder, if it is there, and gets a manifest, which must not be in place of a log's. */
static int check_folder(const char *option, const char *folder, struct ls_error *err)
{
    struct ls_log_manifest manifest;
    struct ls_error ignored;
    int rc = 0;
    if (ls_path_exists(folder) && !ls_path_is_folder(folder)) {
        return ls_error_set(err, LS_E_USAGE, "%s: %s is a file: give a folder", option, folder);
    }
    if (ls_file_manifest_read(folder, &manifest, &ignored) == 0) {
        rc = ls_error_set(err, LS_E_USAGE,
                          "%s: %s holds a log, whose manifest a run would replace: give another "
                          "folder",
                          option, folder);
    }
    ls_log_manifest_clear(&manifest);
    return rc;
}

/* The state's folder gets them too where rows go to topics. */
static int check_no_run(const char *state, struct ls_error *err)
{
    char datasets[LS_PATH_MAX];
    int rc = ls_path_join(datasets, state, "datasets", err);
    return rc == 0 && ls_path_exists(datasets)
               ? ls_error_set(err, LS_E_USAGE,
                              "--state: %s holds a run's datasets, whose manifest and summary this "
                              "run would replace: give another folder",
                              state)
               : rc;
}

/* Does the log have the spec's topics? Asked before anything is looked for beside it. */
static int check_topics(const struct ls_spec *spec, const struct ls_log *log, struct ls_error *err)
{
    const struct ls_spec_event_type *types = spec->event_types.items;
    for (size_t i = 0; i < spec->event_types.count; i++) {
        if (ls_log_find_topic(log, types[i].topic) < 0) {
            return ls_error_set(err, LS_E_DATA, "the log has no topic %s: another spec made it",
                                types[i].topic);
        }
    }
    return 0;
}

/* `spec` NULL: the log is not one of events. */
static int check_places(const struct ls_spec *spec, const char *from, bool growing, const char *to,
                        struct ls_error *err)
{
    struct ls_log *log;
    int rc = ls_log_open(from, growing, &log, err);
    if (rc < 0) {
        return rc;
    }
    rc = spec ? check_topics(spec, log, err) : 0;
    ls_log_close(log);
    if (rc < 0) {
        return rc;
    }
    if (ls_log_is_uri(to)) { /* which looks for itself at what is there */
        return to[4] ? 0
                     : ls_error_set(err, LS_E_USAGE, "--to: `%s` names no log: write log:DIR", to);
    }
    return check_folder("--to", to, err);
}

/* LOG/reference, or of a log with several domains LOG/reference/DOMAIN. */
static const char *reference_folder(struct cli *cli, const char *log, const char *domain,
                                    struct ls_error *err)
{
    const char *own = ls_arena_printf(&cli->arena, err, "%s/reference/%s", log, domain);
    return !own || ls_path_is_folder(own) ? own
                                          : ls_arena_printf(&cli->arena, err, "%s/reference", log);
}

/* A log that was not generated, but replayed or written by somebody else, has no tables beside it.
 */
static int load_reference(const struct ls_spec *spec, const char *folder, bool chosen,
                          int64_t as_of_ms, struct ls_reference *out, struct ls_error *err)
{
    int rc = ls_reference_load(spec, folder, as_of_ms, out, err);
    if (rc == LS_E_NOINPUT && !chosen && !ls_path_is_folder(folder)) {
        return ls_error_set(err, rc,
                            "there are no reference tables in %s: give --reference DIR, the folder "
                            "`reference` of the log that generate made",
                            folder);
    }
    return rc;
}

/* Of a run without a folder of tables: does the spec need one? */
static int check_tables(const struct ls_spec *spec, struct ls_error *err)
{
    const struct ls_spec_reference *tables = spec->reference.items;
    for (size_t i = 0; i < spec->reference.count; i++) {
        if (!tables[i].file) {
            return ls_error_set(err, LS_E_USAGE,
                                "--reference is missing: the table %s is made by `generate`, in "
                                "the folder `reference` of its log",
                                tables[i].key);
        }
    }
    return 0;
}

static int open_pipeline(struct cli *cli, const struct spec_options *options, const char *from,
                         bool growing, const char *to, const char *reference, int64_t as_of_ms,
                         struct pipeline *out, struct ls_error *err)
{
    *out = (struct pipeline){0};
    bool chosen = reference != NULL;
    int rc = cli_load_spec(cli, options, &out->spec, err);
    rc = rc < 0 ? rc : check_places(out->spec, from, growing, to, err);
    if (rc == 0 && !reference && strncmp(from, "log:", 4) != 0) {
        rc = check_tables(out->spec, err); /* beside a log on Kafka there is no folder */
        reference = ".";
    } else if (rc == 0 && !reference) {
        reference = reference_folder(cli, from + 4, out->spec->domain, err);
        rc = reference ? 0 : err->code;
    }
    rc = rc < 0 ? rc : load_reference(out->spec, reference, chosen, as_of_ms, &out->reference, err);
    return rc < 0 ? rc : compile(&out->reference, out, err);
}

int pipeline_open(struct cli *cli, const struct spec_options *options, const char *from,
                  bool growing, const char *to, const char *reference, struct pipeline *out,
                  struct ls_error *err)
{
    return open_pipeline(cli, options, from, growing, to, reference, INT64_MAX, out, err);
}

int pipeline_open_as_of(struct cli *cli, const struct spec_options *options, const char *from,
                        const char *to, const char *reference, int64_t as_of_ms,
                        struct pipeline *out, struct ls_error *err)
{
    return open_pipeline(cli, options, from, false, to, reference, as_of_ms, out, err);
}

int pipeline_open_shapes(struct cli *cli, const struct spec_options *options, const char *from,
                         const char *to, struct pipeline *out, struct ls_error *err)
{
    int rc = pipeline_open_spec(cli, options, out, err);
    return rc < 0 ? rc : check_places(NULL, from, true, to, err);
}

int pipeline_open_spec(struct cli *cli, const struct spec_options *options, struct pipeline *out,
                       struct ls_error *err)
{
    *out = (struct pipeline){0};
    int rc = cli_load_spec(cli, options, &out->spec, err);
    rc = rc < 0 ? rc : ls_reference_load(out->spec, NULL, INT64_MAX, &out->reference, err);
    return rc < 0 ? rc : compile(&out->reference, out, err);
}

int pipeline_open_plan(struct cli *cli, const struct spec_options *options, const char *reference,
                       struct pipeline *out, struct ls_error *err)
{
    *out = (struct pipeline){0};
    int rc = cli_load_spec(cli, options, &out->spec, err);
    rc = rc < 0 || reference ? rc : check_tables(out->spec, err);
    rc = rc < 0 ? rc
                : ls_reference_load(out->spec, reference ? reference : ".", INT64_MAX,
                                    &out->reference, err);
    return rc < 0 ? rc : compile(&out->reference, out, err);
}

/* The place without links and dots; what is not there yet is behind what is. False where it is too
 * long, or nothing can be looked at. */
static bool real_place(const char *path, char out[PATH_MAX])
{
    char above[PATH_MAX];
    size_t size = strlen(path);
    size_t kept = size;
    if (size >= sizeof above) {
        return false;
    }
    memcpy(above, path, size + 1);
    while (!realpath(kept ? above : ".", out)) {
        if (kept == 0) {
            return false;
        }
        while (kept > 0 && above[kept - 1] == '/') {
            kept--;
        }
        while (kept > 0 && above[kept - 1] != '/') {
            kept--;
        }
        above[kept] = '\0';
    }
    size_t end = strlen(out);
    size_t room = PATH_MAX - end;
    return kept == size ||
           snprintf(out + end, room, "%s%s", end > 1 ? "/" : "", path + kept) < (int)room;
}

/* Does the folder lie in another one, or is it that one? */
static bool lies_in(const char *folder, const char *other)
{
    char real[2][PATH_MAX];
    bool both = real_place(folder, real[0]) && real_place(other, real[1]);
    const char *inner = both ? real[0] : folder;
    const char *outer = both ? real[1] : other;
    size_t size = strlen(outer);
    return strncmp(inner, outer, size) == 0 && (inner[size] == '/' || inner[size] == '\0');
}

int pipeline_check_apart(const char *run, const char *to, struct ls_error *err)
{
    const char *place = ls_log_is_uri(to) && to[4] ? to + 4 : NULL;
    if (!place) {
        return ls_error_set(err, LS_E_USAGE, "--to: `%s` names no log: write log:DIR", to);
    }
    return lies_in(place, run) || lies_in(run, place)
               ? ls_error_set(err, LS_E_USAGE,
                              "--to: %s and %s lie in one another: give the log another place",
                              place, run)
               : 0;
}

int pipeline_check_place(const char *place, const char *to, struct ls_error *err)
{
    char datasets[LS_PATH_MAX];
    int rc = ls_path_join(datasets, to, "datasets", err);
    return rc == 0 && lies_in(place, datasets)
               ? ls_error_set(err, LS_E_USAGE,
                              "%s lies in %s, which a run empties: give another --to or place",
                              place, datasets)
               : rc;
}

int pipeline_check_places(const char *from, const char *reference, const char *to,
                          const char *state, struct ls_error *err)
{
    const char *log = strncmp(from, "log:", 4) == 0 ? from + 4 : NULL;
    int rc = ls_log_check(from, err);
    if (rc == 0 && ls_log_is_uri(to)) {
        rc = ls_log_check(to, err);
        rc = rc == 0 && state ? check_folder("--state", state, err) : rc;
        if (rc == 0 && state && to[4] && lies_in(state, to + 4) && lies_in(to + 4, state)) {
            return ls_error_set(err, LS_E_USAGE,
                                "%s is the folder of the topics, whose manifest the run's would "
                                "replace: give another --state",
                                state);
        }
        return rc < 0 || !state ? rc : check_no_run(state, err);
    }
    const char *const places[] = {log, reference, state};
    for (size_t i = 0; rc == 0 && i < sizeof places / sizeof *places; i++) {
        rc = places[i] ? pipeline_check_place(places[i], to, err) : 0;
    }
    return rc;
}

int pipeline_advise(int rc, struct ls_error *err)
{
    char text[LS_ERROR_TEXT_MAX];
    memcpy(text, err->text, sizeof text);
    return cli_is_full(err)
               ? ls_error_set(err, rc, "%s: make room and give the same command again", text)
               : rc;
}

void pipeline_clear(struct pipeline *p)
{
    ls_views_free(p->views);
    ls_record_plan_free(p->plan);
    ls_reference_free(&p->reference);
    ls_spec_free(p->spec);
    *p = (struct pipeline){0};
}

int pipeline_progress(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    ls_progress_show(context, done, total);
    return cli_interrupted(err);
}
