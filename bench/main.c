/* lockstep-bench SPECS FOLDER: the ratios that ci/bench prints. SPECS is the folder bench/ with its
 * specs; files are written below FOLDER. With a third argument, only the event of that name, or
 * only the pace of runs (`pace`). `lockstep-bench bare SECONDS` runs the loop that a pace is
 * measured beside, alone. */
#include "bench/events.h"
#include "bench/file_log.h"
#include "bench/pace.h"
#include "core/base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACE "pace"

static int load(const char *folder, const char *name, struct ls_spec **spec, struct ls_plan **plan,
                struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_layers layers = {.spec_path = path};
    struct ls_buf report;
    ls_buf_init(&report, "diagnostics", 1U << 20);
    int rc = ls_path_join(path, folder, name, err);
    rc = rc < 0 ? rc : ls_spec_load(&layers, spec, &report, err);
    rc = rc < 0 ? rc : ls_plan_new(*spec, plan, &report, err);
    fwrite(report.data, 1, report.size, stderr);
    ls_buf_clear(&report);
    return rc;
}

static int measure(const struct bench_event *event, const struct ls_plan *plan, const char *folder,
                   const char *only, struct ls_error *err)
{
    bool first = event == &ls_bench_events[0];
    bool pace = only && strcmp(only, PACE) == 0;
    int rc = pace ? 0 : ls_bench_event(event, plan, err);
    if (first && !only) {
        rc = rc < 0 ? rc : ls_bench_file_log(plan, folder, err);
    }
    return rc < 0 || !first || (only && !pace) ? rc : ls_bench_pace(plan, err);
}

/* The log's records, and what leaves at a pace, are orders. */
static int run(const char *specs, const char *folder, const char *only, struct ls_error *err)
{
    int rc = 0;
    for (size_t k = 0; rc == 0 && k < LS_BENCH_EVENTS; k++) {
        const struct bench_event *event = &ls_bench_events[k];
        struct ls_spec *spec = NULL;
        struct ls_plan *plan = NULL;
        if (only && strcmp(only, event->name) != 0 && (k > 0 || strcmp(only, PACE) != 0)) {
            continue;
        }
        rc = load(specs, event->spec, &spec, &plan, err);
        rc = rc < 0 ? rc : measure(event, plan, folder, only, err);
        ls_plan_free(plan);
        ls_spec_free(spec);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct ls_error err = {0};
    if (argc == 3 && strcmp(argv[1], "bare") == 0) {
        return ls_bench_bare((unsigned)strtoul(argv[2], NULL, 10), &err) < 0;
    }
    if (argc != 3 && argc != 4) {
        fprintf(stderr, "usage: lockstep-bench SPECS FOLDER [EVENT|pace]\n");
        return 64;
    }
    if (run(argv[1], argv[2], argc == 4 ? argv[3] : NULL, &err) < 0) {
        fprintf(stderr, "lockstep-bench: %s\n", err.text);
        return 1;
    }
    return 0;
}
