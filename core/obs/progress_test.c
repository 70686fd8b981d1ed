#include "core/obs/progress.h"

#include "core/obs/clock.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MILLISECOND UINT64_C(1000000)
#define SECOND      (1000 * MILLISECOND)

static uint64_t now_ns;

static uint64_t test_clock(void)
{
    return now_ns;
}

static void the_text_says_how_far_how_fast_how_long(void **state)
{
    (void)state;
    static const struct {
        uint64_t done, total, elapsed_ns;
        const char *text;
    } cases[] = {
        {0, 0, 0, "0 events, 0/s"},
        {0, 1000, SECOND, "0 events (0 %), 0/s"},
        {1234567, 2000000, SECOND, "1,234,567 events (61 %), 1,234,567/s, 1 s left"},
        {1999999, 0, 2 * SECOND, "1,999,999 events, 999,999/s"},
        {100, 1000, 10 * SECOND, "100 events (10 %), 10/s, 1 min 30 s left"},
        {1000, 1000, 10 * SECOND, "1,000 events (100 %), 100/s, 0 s left"},
        {1, 601, 6 * SECOND, "1 events (0 %), 0/s, 1 h 00 min left"},
        {1, 1000000, 36 * SECOND, "1 events (0 %), 0/s, 9,999 h 59 min left"},
        {7, 5, SECOND, "7 events (140 %), 7/s"},
        {UINT64_MAX / 2, UINT64_MAX, 3600 * SECOND,
         "9,223,372,036,854,775,807 events (49 %), 2,562,047,788,015,215/s, 1 h 00 min left"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[LS_PROGRESS_TEXT_MAX];
        ls_progress_text(cases[i].done, cases[i].total, cases[i].elapsed_ns, "events", text);
        assert_string_equal(text, cases[i].text);
    }
}

/* What progress writes to a stream that is said to be a terminal, or not. */
struct shown {
    struct ls_progress progress;
    FILE *stream;
    char *text;
    size_t size;
    size_t seen;
};

static void begin(struct shown *s, bool is_terminal)
{
    *s = (struct shown){.text = NULL};
    s->stream = open_memstream(&s->text, &s->size);
    assert_non_null(s->stream);
    now_ns = 77 * SECOND;
    ls_progress_begin_by(&s->progress, s->stream, is_terminal, "generate", "events", test_clock);
}

/* What came since the last time. */
static const char *more(struct shown *s)
{
    fflush(s->stream);
    const char *text = s->text + s->seen;
    s->seen = s->size;
    return text;
}

static void end(struct shown *s)
{
    fclose(s->stream);
    free(s->text);
}

static void a_terminal_shows_one_line_that_is_rewritten(void **state)
{
    (void)state;
    struct shown s;
    begin(&s, true);
    ls_progress_show(&s.progress, 0, 2000);
    assert_string_equal(more(&s), "\r\033[Kgenerate: 0 events (0 %), 0/s");
    now_ns += 199 * MILLISECOND;
    ls_progress_show(&s.progress, 500, 2000); /* too soon */
    assert_string_equal(more(&s), "");
    now_ns += MILLISECOND;
    ls_progress_show(&s.progress, 500, 2000);
    assert_string_equal(more(&s), "\r\033[Kgenerate: 500 events (25 %), 2,500/s, 1 s left");
    ls_progress_wipe(&s.progress);
    assert_string_equal(more(&s), "\r\033[K");
    now_ns += SECOND;
    ls_progress_show(&s.progress, 600, 0); /* of nobody knows how many */
    assert_string_equal(more(&s), "\r\033[Kgenerate: 600 events, 500/s");
    assert_true(ls_progress_end(&s.progress) > 1.19 && ls_progress_end(&s.progress) < 1.21);
    assert_string_equal(more(&s), "\r\033[K\r\033[K");
    end(&s);
}

static void elsewhere_a_line_every_ten_seconds(void **state)
{
    (void)state;
    struct shown s;
    begin(&s, false);
    now_ns += 9999 * MILLISECOND;
    ls_progress_show(&s.progress, 1000, 4000);
    assert_string_equal(more(&s), "");
    now_ns += MILLISECOND;
    ls_progress_show(&s.progress, 1000, 4000);
    assert_string_equal(more(&s), "generate: 1,000 events (25 %), 100/s, 30 s left\n");
    now_ns += 9 * SECOND;
    ls_progress_show(&s.progress, 1900, 4000);
    assert_string_equal(more(&s), "");
    now_ns += SECOND;
    ls_progress_show(&s.progress, 2000, 4000);
    assert_string_equal(more(&s), "generate: 2,000 events (50 %), 100/s, 20 s left\n");
    now_ns += 60 * SECOND;
    ls_progress_show(&s.progress, 2000, 4000); /* waits for something */
    assert_string_equal(more(&s), "");
    ls_progress_wipe(&s.progress);
    ls_progress_end(&s.progress);
    assert_string_equal(more(&s), "");
    end(&s);
}

static void a_short_run_leaves_no_trace(void **state)
{
    (void)state;
    for (int is_terminal = 0; is_terminal < 2; is_terminal++) {
        struct shown s;
        begin(&s, is_terminal);
        ls_progress_end(&s.progress);
        assert_string_equal(more(&s), "");
        end(&s);
    }
}

/* By the machine's clock, on what is a terminal and what is none. */
static void a_stream_is_looked_at(void **state)
{
    (void)state;
    struct ls_progress progress;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    FILE *pipe_end = fdopen(pipes[1], "w");
    unsetenv("NO_PROGRESS");
    ls_progress_begin(&progress, pipe_end, "generate", "events");
    assert_true(progress.stream == pipe_end && !progress.is_terminal);
    assert_ptr_equal(progress.clock_ns, ls_clock_ns);
    assert_true(ls_progress_end(&progress) >= 1e-6);
    fclose(pipe_end);
    close(pipes[0]);
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    FILE *terminal = master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0
                         ? fopen(ptsname(master), "r+")
                         : NULL;
    if (!terminal) {
        skip(); /* the system has none */
    }
    ls_progress_begin(&progress, terminal, "generate", "events");
    assert_true(progress.stream == terminal && progress.is_terminal);
    setenv("NO_PROGRESS", "1", 1);
    ls_progress_begin(&progress, terminal, "generate", "events");
    ls_progress_show(&progress, 5, 10);
    assert_null(progress.stream);
    unsetenv("NO_PROGRESS");
    fclose(terminal);
    close(master);
}

/* As `generate --to -` does it on a terminal. */
static void no_stream_is_silent(void **state)
{
    (void)state;
    struct ls_progress progress;
    ls_progress_begin(&progress, NULL, "generate", "events");
    assert_null(progress.stream);
    ls_progress_show(&progress, 1, 2);
    assert_true(ls_progress_end(&progress) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_says_how_far_how_fast_how_long),
        cmocka_unit_test(a_terminal_shows_one_line_that_is_rewritten),
        cmocka_unit_test(elsewhere_a_line_every_ten_seconds),
        cmocka_unit_test(a_short_run_leaves_no_trace),
        cmocka_unit_test(a_stream_is_looked_at),
        cmocka_unit_test(no_stream_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
