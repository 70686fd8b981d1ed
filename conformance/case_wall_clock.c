/* WM-13: the machine's clock is another. */
#include "conformance/case_tools.h"
#include "conformance/cases.h"

#include <stdio.h>
#include <stdlib.h>

/* Both runs under a clock; the batch run is compared too, since it reads no less. */
static int run_under(struct ls_verify *v, struct ls_case_result *r, const char *const *wrapper,
                     const char *name, struct ls_error *err)
{
    static const char *const environment[] = {/* waits are by the other clock, and would not end */
                                              "FAKETIME_DONT_FAKE_MONOTONIC=1",
                                              "DONT_FAKE_MONOTONIC=1", NULL};
    const struct ls_case_runs runs = {.log = v->base_log, .batch = v->base_batch};
    int rc = 0;
    for (int stream = 0; rc == 0 && r->verdict == LS_VERDICT_PASS && stream < 2; stream++) {
        const char *called = ls_arena_printf(&v->arena, err, "%s-%s", stream ? "stream" : "batch",
                                             name);
        struct ls_verify_run run = {
            .stream = stream, .wrapper = wrapper, .environment = environment};
        rc = called ? ls_case_run(v, r, &runs, called, run, err) : err->code;
    }
    return rc;
}

/* What `date` says behind these words: the clock that a program is shown. */
static int ask_date(struct ls_verify *v, const char *const *wrapper, const char *name,
                    long long *seconds, struct ls_error *err)
{
    struct ls_command command = {.umask = -1, .stop = v->job->stop};
    struct ls_exit exit;
    struct ls_buf text;
    size_t count = 0;
    for (; wrapper && wrapper[count]; count++) {
        command.arguments[count] = wrapper[count];
    }
    command.arguments[count++] = "date";
    command.arguments[count] = "+%s";
    command.output = ls_verify_path(v, err, "cases/WM-13/date-%s-%s.txt",
                                    wrapper ? "under" : "before", name);
    ls_buf_init(&text, "a date", 4096);
    int rc = command.output ? ls_process_run(&command, 60000, &exit, err) : err->code;
    rc = rc < 0 ? rc : ls_file_read(command.output, &text, err);
    *seconds = rc < 0 ? 0 : strtoll(ls_buf_text(&text, err), NULL, 10);
    ls_buf_clear(&text);
    return rc;
}

static int run_wm_13(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const struct {
        const char *name, *setting;
    } clocks[] = {{"as-it-is", "+0"},
                  {"years-back", "-20y"},
                  {"years-ahead", "+10y"},
                  {"1000-times-faster", "+0 x1000"}};
    uint64_t moved = 0;
    long long now;
    long long then = 0;
    if (!ls_verify_on_path("faketime")) {
        return ls_verify_skip(r, err, "there is no `faketime` here (Debian: faketime)");
    }
    int rc = ls_verify_base(v, r, err);
    for (size_t i = 0; rc == 0 && r->verdict == LS_VERDICT_PASS && i < 4; i++) {
        const char *const wrapper[] = {"faketime", "-f", clocks[i].setting, NULL};
        rc = run_under(v, r, wrapper, clocks[i].name, err);
        if (i == 0 && rc == LS_E_DATA) { /* a program that can't have a library put before it */
            r->verdict = LS_VERDICT_SKIP;
            return ls_buf_appendf(&r->detail, err,
                                  "the target does not run under faketime, even with the clock as "
                                  "it is: %s\n",
                                  err->text);
        }
        rc = rc < 0 ? rc : ask_date(v, NULL, clocks[i].name, &now, err);
        rc = rc < 0 ? rc : ask_date(v, wrapper, clocks[i].name, &then, err);
        moved += rc == 0 && (then > now + 86400 || then < now - 86400);
    }
    ls_verify_count(r, "clocks years away", moved, true);
    return rc;
}

const struct ls_case ls_case_wm_13 = {
    .id = "WM-13",
    .title = "wall clock changed, output unchanged",
    .text = "The runs are repeated under faketime: with the machine's clock twenty years back, ten "
            "years ahead, and running a thousand times as fast. The datasets have to be the same.\n"
            "Skipped where faketime (Debian's package of that name) is not on PATH, or the target "
            "does not run under it with the clock as it is.",
    .no_kafka = "a client of Kafka does not come up under another clock (its threads wait by the "
                "machine's): judge it without --log",
    .run = run_wm_13,
};
