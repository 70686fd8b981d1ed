/* NUM-6, TIM-2, TIM-3: what a machine says of numbers and times is no matter of the data. */
#include "conformance/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- NUM-6 */

/* Does a process in this environment write 1,5? */
static int has_comma(struct ls_verify *v, const char *const *environment, bool *has,
                     struct ls_error *err)
{
    struct ls_buf text;
    struct ls_exit exit;
    struct ls_command command = {.arguments = {"locale", "decimal_point"},
                                 .environment = environment,
                                 .umask = -1,
                                 .stop = v->job->stop};
    command.output = ls_verify_path(v, err, "cases/NUM-6/locale.txt");
    *has = false;
    int rc = command.output ? ls_file_remove(command.output, err) : err->code;
    rc = rc < 0 ? rc : ls_process_run(&command, 10000, &exit, err);
    if (rc == LS_E_DATA) {
        return 0; /* there is no such program */
    }
    ls_buf_init(&text, "what `locale` says", 1U << 16);
    rc = rc < 0 ? rc : ls_file_read(command.output, &text, err);
    *has = rc == 0 && text.size >= 2 && memcmp(text.data + text.size - 2, ",\n", 2) == 0;
    ls_buf_clear(&text);
    return rc;
}

/* One of our own making, which needs no root: what libc's `localedef` makes of its sources. */
static int make_locale(struct ls_verify *v, const char *folder, struct ls_error *err)
{
    struct ls_exit exit;
    struct ls_command command = {
        .arguments = {"localedef", "-c", "-i", "de_DE", "-f", "ISO-8859-1", NULL},
        .umask = -1,
        .stop = v->job->stop};
    command.output = ls_verify_path(v, err, "cases/NUM-6/localedef.txt");
    command.arguments[6] = ls_arena_printf(&v->arena, err, "%s/comma", folder);
    int rc = command.output && command.arguments[6] ? ls_folder_make(folder, err) : err->code;
    rc = rc < 0 ? rc : ls_process_run(&command, 60000, &exit, err);
    return rc == LS_E_DATA ? 0 : rc; /* has_comma sees what came of it */
}

static int run_num_6(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    bool has = false;
    const char *folder = ls_verify_path(v, err, "cases/NUM-6/locales");
    const char *path = folder ? ls_arena_printf(&v->arena, err, "LOCPATH=%s", folder) : NULL;
    const char *const own[] = {path, "LC_ALL=comma", "LANGUAGE=de",
                               "LSAN_OPTIONS=detect_leaks=0", /* libc forgets LOCPATH's parts */
                               NULL};
    static const char *const installed[] = {"LC_ALL=de_DE.UTF-8", "LANGUAGE=de", NULL};
    const char *const *environment = installed;
    int rc = path ? ls_verify_small(v, err) : err->code;
    rc = rc < 0 ? rc : has_comma(v, installed, &has, err);
    if (rc == 0 && !has) {
        environment = own;
        rc = make_locale(v, folder, err);
        rc = rc < 0 ? rc : has_comma(v, own, &has, err);
    }
    if (rc == 0 && !has) {
        return ls_verify_skip(r, err,
                              "there is no locale with a decimal comma here (de_DE.UTF-8), nor "
                              "what it can be made of (localedef and its sources)");
    }
    rc = rc < 0
             ? rc
             : ls_verify_as_before(v, r, "comma",
                                   (struct ls_verify_run){.umask = -1, .environment = environment},
                                   err);
    ls_verify_count(r, "runs with a decimal comma", rc == 0 ? 2 : 0, true);
    return rc;
}

const struct ls_case ls_case_num_6 = {
    .id = "NUM-6",
    .title = "a locale with a decimal comma",
    .text = "Both runs under a locale in which 1.5 is written 1,5; it is made in the run's folder "
            "where the machine has none.",
    .run = run_num_6,
};

/* ---- TIM-2 */

static int run_tim_2(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const struct {
        const char *name;
        const char *environment[3];
    } zones[] = {
        {"quarter-hours", {"TZ=Asia/Kathmandu", NULL}},
        {"summer-time", {"TZ=CET-1CEST,M3.5.0,M10.5.0/3", NULL}},
        {"leap-seconds", {"TZ=right/UTC", NULL}},
        {"no-tzdata", {"TZ=Europe/Berlin", "TZDIR=/nonexistent", NULL}},
    };
    uint64_t done = 0;
    int rc = ls_verify_small(v, err);
    for (size_t i = 0; rc == 0 && r->verdict == LS_VERDICT_PASS && i < sizeof zones / sizeof *zones;
         i++, done++) {
        struct ls_verify_run run = {.umask = -1, .environment = zones[i].environment};
        rc = ls_verify_as_before(v, r, zones[i].name, run, err);
    }
    ls_verify_count(r, "zones", done, true);
    return rc;
}

const struct ls_case ls_case_tim_2 = {
    .id = "TIM-2",
    .title = "time zones, and no data of them",
    .text = "Both runs in zones with quarters of an hour, summer time, with leap seconds, and "
            "without the machine's data of zones. Times are UTC: nothing may change.",
    .run = run_tim_2,
};

/* ---- TIM-3 */

/* Some programs do not run under it whatever the clock: those that a sanitizer was linked to. */
static int runs_faked(struct ls_verify *v, bool *runs, struct ls_error *err)
{
    static const char *const wrapper[] = {"faketime", "-f", "+0", NULL};
    struct ls_exit exit = {0};
    struct ls_verify_run run = {.log = v->small_log, .umask = -1, .wrapper = wrapper};
    run.to = ls_verify_path(v, err, "cases/TIM-3/as-it-is");
    int rc = run.to ? ls_verify_run(v, &run, &exit, err) : err->code;
    *runs = rc == 0;
    return rc == LS_E_DATA && !exit.timed_out ? 0 : rc;
}

static int run_tim_3(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const struct {
        const char *name;
        const char *clock; /* of faketime: where it begins, how fast it is */
    } clocks[] = {
        {"years-back", "@1980-01-01 00:00:00"},
        {"years-ahead", "@2199-12-31 23:59:58"},
        {"fast", "+0 x1000"},
        {"jumping", "+0 i3600"}, /* an hour each time that somebody looks */
    };
    uint64_t done = 0;
    if (!ls_verify_on_path("faketime")) {
        return ls_verify_skip(r, err, "there is no `faketime` here (Debian: faketime)");
    }
    bool runs = false;
    int rc = ls_verify_small(v, err);
    rc = rc < 0 ? rc : runs_faked(v, &runs, err);
    if (rc == 0 && !runs) {
        return ls_verify_skip(r, err, "the target does not run under `faketime`");
    }
    for (size_t i = 0;
         rc == 0 && r->verdict == LS_VERDICT_PASS && i < sizeof clocks / sizeof *clocks;
         i++, done++) {
        const char *const wrapper[] = {"faketime", "-f", clocks[i].clock, NULL};
        struct ls_verify_run run = {.umask = -1, .wrapper = wrapper};
        rc = ls_verify_as_before(v, r, clocks[i].name, run, err);
    }
    ls_verify_count(r, "clocks", done, true);
    return rc;
}

const struct ls_case ls_case_tim_3 = {
    .id = "TIM-3",
    .title = "a wall clock that is wrong, fast, or jumps",
    .text = "Both runs under `faketime`: decades off, a thousand times as fast, and a clock that "
            "jumps an hour whenever it is looked at. The wall clock reaches no dataset, and no\n"
            "run may hang by it.",
    .no_kafka = "a client of Kafka does not come up under another clock (its threads wait by the "
                "machine's): judge it without --log",
    .run = run_tim_3,
};
