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

struct terminal {
    int master;
    FILE *stream;
};

/* A terminal that the test reads; the test is skipped where the system has none. */
static struct terminal terminal_open(void)
{
    struct terminal t = {posix_openpt(O_RDWR | O_NOCTTY), NULL};
    if (t.master < 0 || grantpt(t.master) != 0 || unlockpt(t.master) != 0 ||
        !(t.stream = fopen(ptsname(t.master), "r+"))) {
        skip();
    }
    fcntl(t.master, F_SETFL, O_NONBLOCK);
    return t;
}

static void terminal_close(struct terminal *t)
{
    fclose(t->stream);
    close(t->master);
}

/* What was shown since the last time. */
static const char *shown(struct terminal *t)
{
    static char text[4096];
    ssize_t size = read(t->master, text, sizeof text - 1);
    text[size < 0 ? 0 : size] = '\0';
    return text;
}

static void elsewhere_it_is_silent(void **state)
{
    char text[64] = "";
    struct ls_progress progress;
    (void)state;
    FILE *stream = fmemopen(text, sizeof text, "w");
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    FILE *end = fdopen(pipes[1], "w");
    ls_progress_begin(&progress, end, "generate");
    ls_progress_show(&progress, 5, 10);
    assert_true(ls_progress_end(&progress) >= 1e-6);
    fclose(end);
    assert_int_equal(read(pipes[0], text, sizeof text), 0);
    close(pipes[0]);
    fclose(stream);
}

static void a_terminal_shows_one_line_that_is_rewritten(void **state)
{
    (void)state;
    struct terminal t = terminal_open();
    struct ls_progress progress;
    unsetenv("NO_PROGRESS");
    ls_progress_begin(&progress, t.stream, "generate");
    ls_progress_show(&progress, 1234567, 2000000);
    const char *text = shown(&t);
    assert_non_null(strstr(text, "\r\033[Kgenerate: 1,234,567 (61 %), "));
    assert_non_null(strstr(text, "/s"));
    assert_null(strchr(text, '\n'));
    ls_progress_show(&progress, 1234568, 2000000); /* too soon */
    assert_string_equal(shown(&t), "");
    ls_progress_wipe(&progress);
    assert_string_equal(shown(&t), "\r\033[K");
    ls_clock_sleep_ms(210);
    ls_progress_show(&progress, 1999999, 0); /* of nobody knows how many */
    assert_non_null(strstr(shown(&t), "\r\033[Kgenerate: 1,999,999, "));
    ls_clock_sleep_ms(210);
    ls_progress_show(&progress, UINT64_MAX / 2, UINT64_MAX);
    assert_non_null(strstr(shown(&t), "(49 %)"));
    assert_true(ls_progress_end(&progress) > .4);
    assert_string_equal(shown(&t), "\r\033[K");
    terminal_close(&t);
}

static void a_short_run_leaves_no_trace(void **state)
{
    (void)state;
    struct terminal t = terminal_open();
    struct ls_progress progress;
    ls_progress_begin(&progress, t.stream, "generate");
    ls_progress_end(&progress);
    assert_string_equal(shown(&t), "");
    terminal_close(&t);
}

static void a_variable_turns_it_off(void **state)
{
    (void)state;
    struct terminal t = terminal_open();
    struct ls_progress progress;
    setenv("NO_PROGRESS", "1", 1);
    ls_progress_begin(&progress, t.stream, "generate");
    ls_progress_show(&progress, 5, 10);
    ls_progress_end(&progress);
    unsetenv("NO_PROGRESS");
    assert_string_equal(shown(&t), "");
    terminal_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elsewhere_it_is_silent),
        cmocka_unit_test(a_terminal_shows_one_line_that_is_rewritten),
        cmocka_unit_test(a_short_run_leaves_no_trace),
        cmocka_unit_test(a_variable_turns_it_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
