#include "conformance/process.h"

#include "conformance/fixture_test.h"

#include "core/obs/clock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* A line for the shell; its output goes to "out". */
static struct ls_command shell(const char *script)
{
    return (struct ls_command){
        .arguments = {"sh", "-c", script, NULL}, .output = "out", .umask = -1};
}

static const struct {
    const char *script;
    bool exited;
    int status;
    const char *said; /* by the error of ls_process_run; NULL: none */
} ends[] = {
    {"exit 0", true, 0, NULL},
    {"echo all is well", true, 0, NULL},
    {"exit 7", true, 7, "sh ended with status 7: "},
    {"exit 255", true, 255, "sh ended with status 255"},
    {"echo first; echo why it failed >&2; exit 1", true, 1,
     "sh ended with status 1: first\nwhy it failed"},
    {"kill -TERM $$", false, SIGTERM, "sh ended with signal 15"},
    {"kill -KILL $$", false, SIGKILL, "sh ended with signal 9"},
    {"kill -PIPE $$", false, SIGPIPE, "sh ended with signal 13"},
};

static void how_it_ended_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct ls_command command = shell(ends[i].script);
        struct ls_exit exit;
        check(ls_tree_remove("out", &err));
        int rc = ls_process_run(&command, 10000, &exit, &err);
        if (ends[i].said) {
            check_refused(rc, LS_E_DATA, ends[i].said);
            assert_null(strstr(err.text, "out of time"));
        } else {
            check(rc);
        }
        if (exit.exited != ends[i].exited || exit.status != ends[i].status || exit.timed_out) {
            fail_msg("`%s`: exited %d, status %d", ends[i].script, exit.exited, exit.status);
        }
    }
}

static void the_end_of_a_long_output_is_quoted(void **state)
{
    (void)state;
    struct ls_command command = shell("i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); "
                                      "done; echo the last; exit 3");
    struct ls_exit exit;
    check_refused(ls_process_run(&command, 10000, &exit, &err), LS_E_DATA, "the last");
    assert_null(strstr(err.text, "line 0\n"));
}

static void both_outputs_go_to_the_file_behind_what_it_holds(void **state)
{
    (void)state;
    struct ls_command command = shell("echo one; echo two >&2; cat; echo three");
    struct ls_exit exit;
    command.output = "some/folder/out";
    put_text("ours", "what only we may read\n");
    int own = dup(STDIN_FILENO);
    int ours = ls_file_open("ours", O_RDONLY, 0, &err);
    assert_true(dup2(ours, STDIN_FILENO) == STDIN_FILENO);
    check(ls_process_run(&command, 10000, &exit, &err));
    assert_true(dup2(own, STDIN_FILENO) == STDIN_FILENO);
    close(own);
    close(ours);
    check_file_says("some/folder/out", "one\ntwo\nthree\n"); /* cat: there is nothing to read */
    check(ls_process_run(&command, 10000, &exit, &err));
    check_file_says("some/folder/out", "three\none\n");
    command.output = "some/folder";
    check_refused(ls_process_run(&command, 10000, &exit, &err), LS_E_IO, "some/folder");
}

static void the_environment_is_laid_over(void **state)
{
    (void)state;
    static const char *const overlay[] = {"LS_SET=new=value", "LS_EMPTY=", "LS_GONE", "LS_NEVER",
                                          NULL};
    struct ls_command command = shell(
        "echo \"[$LS_SET] [${LS_EMPTY-unset}] [${LS_GONE-unset}] [$LS_KEPT]\"");
    struct ls_exit exit;
    assert_int_equal(setenv("LS_SET", "old", 1) | setenv("LS_GONE", "here", 1) |
                         setenv("LS_KEPT", "kept", 1),
                     0);
    command.environment = overlay;
    check(ls_process_run(&command, 10000, &exit, &err));
    check_file_says("out", "[new=value] [] [unset] [kept]\n");
    assert_string_equal(getenv("LS_SET"), "old"); /* ours is as it was */
    assert_string_equal(getenv("LS_GONE"), "here");

    static char name[400];
    memset(name, 'A', sizeof name - 3);
    const char *const large[] = {name, NULL};
    command.environment = large;
    check_refused(ls_process_run(&command, 10000, &exit, &err), LS_E_DATA, "status 127");
}

static void folder_umask_and_file_limit_are_the_childs(void **state)
{
    (void)state;
    struct ls_command command = shell("pwd; umask; ulimit -n; : >made");
    struct ls_exit exit;
    struct stat made;
    struct rlimit before;
    struct rlimit after;
    char here[LS_PATH_MAX];
    char wanted[LS_PATH_MAX + 64];
    check(ls_folder_make("inner", &err));
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    mode_t own = umask(022);
    assert_non_null(getcwd(here, sizeof here));
    command.folder = "inner";
    command.umask = 027;
    command.files_max = 33;
    check(ls_process_run(&command, 10000, &exit, &err));
    snprintf(wanted, sizeof wanted, "%s/inner\n0027\n33\n", here);
    check_file_says("out", wanted); /* beside the folder: its path is ours */
    assert_int_equal(stat("inner/made", &made), 0);
    assert_int_equal(made.st_mode & 0777, 0640);
    assert_int_equal(umask(own), 022);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &after), 0);
    assert_true(after.rlim_cur == before.rlim_cur);
    command.umask = 0; /* a value, not "as it is" */
    check(ls_tree_remove("inner/made", &err));
    check(ls_process_run(&command, 10000, &exit, &err));
    assert_int_equal(stat("inner/made", &made), 0);
    assert_int_equal(made.st_mode & 0777, 0666);
}

static void what_cannot_be_started_is_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *program, *folder, *said;
    } cases[] = {
        {"/nonexistent/program", NULL, "cannot be started: No such file or directory"},
        {"no-such-program-anywhere", NULL, "cannot be started: No such file or directory"},
        {"/", NULL, "cannot be started: Permission denied"},
        {"", NULL, "cannot be started"},
        {"true", "no/such/folder", "status 127"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ls_command command = {.arguments = {cases[i].program, NULL},
                                     .folder = cases[i].folder,
                                     .output = "out",
                                     .umask = -1};
        struct ls_exit exit;
        check(ls_tree_remove("out", &err));
        check_refused(ls_process_run(&command, 0, &exit, &err), LS_E_DATA, cases[i].said);
        assert_int_equal(exit.status, 127);
    }
}

static bool is_alive(const char *file)
{
    char *text = text_of(file);
    pid_t pid = (pid_t)strtol(text, NULL, 10);
    free(text);
    assert_true(pid > 1);
    return kill(pid, 0) == 0;
}

/* A run that is a script is the program it started too: one that lived on would write into what the
 * next run makes. */
static const char family[] = "sleep 100 & echo $! >child; (sleep 100 & echo $! >grandchild; wait) "
                             "& while [ ! -s child ] || [ ! -s grandchild ]; do sleep 0.01; done; "
                             ": >ready; wait";

static void out_of_time_the_whole_of_it_is_killed(void **state)
{
    (void)state;
    struct ls_command command = shell(family);
    struct ls_process process;
    struct ls_exit exit;
    check(ls_process_start(&command, &process, &err));
    while (!ls_path_exists("ready")) {
        ls_clock_sleep_ms(1);
    }
    check(ls_process_wait(&process, 1, &exit, &err));
    assert_true(exit.timed_out);
    assert_false(exit.exited);
    assert_int_equal(exit.status, SIGKILL);
    assert_false(is_alive("child"));
    assert_false(is_alive("grandchild"));
    struct ls_command slow = shell("echo begun; sleep 100");
    check_refused(ls_process_run(&slow, 30, &exit, &err), LS_E_DATA, "(out of time)");
    assert_true(exit.elapsed_us >= 30000);
}

static void a_kill_comes_after_its_delay_and_takes_all(void **state)
{
    (void)state;
    struct ls_command command = shell(family);
    struct ls_process process;
    struct ls_exit exit;
    bool killed = false;
    check(ls_process_start(&command, &process, &err));
    while (!ls_path_exists("ready")) {
        ls_clock_sleep_ms(1);
    }
    uint64_t delay_us = (ls_clock_ns() - process.begin_ns) / 1000 + 5000;
    check(ls_process_kill_after(&process, delay_us, &killed, &exit, &err));
    assert_true(killed);
    assert_false(exit.exited);
    assert_int_equal(exit.status, SIGKILL);
    assert_true(exit.elapsed_us >= delay_us);
    assert_false(is_alive("child"));
    assert_false(is_alive("grandchild"));
    check(ls_process_start(&command, &process, &err)); /* at once */
    check(ls_process_kill_after(&process, 0, &killed, &exit, &err));
    assert_true(killed);
}

static void what_ended_before_its_kill_was_not_killed(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        bool exited;
        int status;
    } cases[] = {{"exit 0", true, 0}, {"exit 5", true, 5}, {"kill -SEGV $$", false, SIGSEGV}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ls_command command = shell(cases[i].script);
        struct ls_process process;
        struct ls_exit exit;
        bool killed = true;
        check(ls_process_start(&command, &process, &err));
        check(ls_process_kill_after(&process, 60000000, &killed, &exit, &err)); /* a minute */
        assert_false(killed);
        assert_int_equal(exit.exited, cases[i].exited);
        assert_int_equal(exit.status, cases[i].status);
        assert_true(exit.elapsed_us < 60000000);
    }
}

/* What has to be let go on three times before it ends: how often it is, and that it is stopped in
 * between, is told by itself. */
static void what_is_paced_is_stopped_and_goes_on(void **state)
{
    (void)state;
    struct ls_command command = shell("n=0; trap 'n=$((n+1))' CONT; "
                                      "while [ $n -lt 3 ]; do sleep 0.001; done; exit 7");
    struct ls_process process;
    struct ls_exit exit;
    uint64_t pauses;
    check(ls_process_start(&command, &process, &err));
    check(ls_process_wait_paced(&process, 3000, 1000, 0, &pauses, &exit, &err));
    assert_true(exit.exited && exit.status == 7);
    assert_true(pauses >= 3);
    command = shell("exec sleep 100");
    check(ls_process_start(&command, &process, &err));
    check(ls_process_wait_paced(&process, 1000, 1000, 30, &pauses, &exit, &err));
    assert_true(exit.timed_out);
    assert_int_equal(exit.status, SIGKILL);
}

static int questions;

static int stop_at_the_third(struct ls_error *error)
{
    return ++questions < 3 ? 0 : ls_error_set(error, LS_E_INTERRUPTED, "interrupted");
}

static void whoever_waits_can_be_stopped(void **state)
{
    (void)state;
    struct ls_command command = shell("exec sleep 100");
    struct ls_process process;
    struct ls_exit exit;
    bool killed = true;
    command.stop = stop_at_the_third;
    for (int with_kill = 0; with_kill < 2; with_kill++) {
        questions = 0;
        check(ls_process_start(&command, &process, &err));
        int rc = with_kill ? ls_process_kill_after(&process, 60000000, &killed, &exit, &err)
                           : ls_process_wait(&process, 0, &exit, &err);
        check_refused(rc, LS_E_INTERRUPTED, "interrupted");
        assert_int_equal(questions, 3);
        assert_int_equal(kill(process.pid, 0), -1); /* and it is gone */
    }
    assert_false(killed);
}

static void a_lost_child_is_no_hang(void **state)
{
    (void)state;
    struct ls_process nobody = {.pid = getpid(), .begin_ns = ls_clock_ns()}; /* no child of ours */
    struct ls_exit exit;
    check_refused(ls_process_wait(&nobody, 0, &exit, &err), LS_E_BUG, "a child process was lost");
    check_refused(ls_process_wait(&nobody, 10, &exit, &err), LS_E_BUG, "a child process was lost");
}

static void files_and_memory_have_limits(void **state)
{
    (void)state;
    struct ls_exit exit;
    struct ls_command command = shell("head -c 5000 /dev/zero >made");
    command.file_size_max = 4096;
    check_refused(ls_process_run(&command, 10000, &exit, &err), LS_E_DATA, "sh ended with");
    struct stat made;
    assert_int_equal(stat("made", &made), 0);
    assert_int_equal(made.st_size, 4096);
    command = shell("head -c 40m /dev/zero | tail -c 40m >/dev/null");
    check(ls_process_run(&command, 10000, &exit, &err));
    command.memory_max = 16U << 20;
    check_refused(ls_process_run(&command, 10000, &exit, &err), LS_E_DATA, "sh ended with");
}

static bool is_made(void *context)
{
    return ls_path_exists(context);
}

static void something_is_waited_for(void **state)
{
    (void)state;
    static char made[] = "made";
    struct ls_process process;
    struct ls_exit exit;
    struct ls_command command = shell("sleep 0.01; : >made; sleep 100");
    check(ls_process_start(&command, &process, &err));
    assert_int_equal(ls_process_until(&process, is_made, made, 10000, &exit, &err), 1);
    assert_true(ls_path_exists(made));
    ls_process_signal(&process, SIGTERM);
    check(ls_process_wait(&process, 10000, &exit, &err));
    assert_false(exit.exited);
    assert_int_equal(exit.status, SIGTERM);
    static char never[] = "never";
    command = shell("exit 4");
    check(ls_process_start(&command, &process, &err));
    assert_int_equal(ls_process_until(&process, is_made, never, 10000, &exit, &err), 0);
    assert_int_equal(exit.status, 4);
    command = shell("sleep 100");
    check(ls_process_start(&command, &process, &err));
    assert_int_equal(ls_process_until(&process, is_made, never, 20, &exit, &err), 0);
    assert_true(exit.timed_out);
}

static void one_that_is_stopped_stands_still(void **state)
{
    (void)state;
    static char ticks[] = "ticks";
    struct ls_process process;
    struct ls_exit exit;
    struct stat before;
    struct stat after;
    struct ls_command command = shell("while :; do echo tick >>ticks; done");
    check(ls_process_start(&command, &process, &err));
    assert_int_equal(ls_process_until(&process, is_made, ticks, 10000, &exit, &err), 1);
    ls_process_stop(&process);
    assert_int_equal(stat(ticks, &before), 0);
    ls_clock_sleep_ms(20);
    assert_int_equal(stat(ticks, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    ls_process_signal(&process, SIGKILL);
    check(ls_process_wait(&process, 10000, &exit, &err));
    ls_process_stop(&process); /* it has ended: nothing is waited for */
}

static void what_outlives_it_is_cleared(void **state)
{
    (void)state;
    struct ls_process process;
    struct ls_exit exit;
    struct ls_command command = shell("sleep 100 & echo $! >pid");
    check(ls_process_start(&command, &process, &err));
    check(ls_process_wait(&process, 10000, &exit, &err));
    char *pid = text_of("pid");
    assert_int_equal(kill((pid_t)strtol(pid, NULL, 10), 0), 0);
    ls_process_clear(&process);
    assert_int_equal(kill((pid_t)strtol(pid, NULL, 10), 0), -1);
    free(pid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(files_and_memory_have_limits),
        FOLDER_TEST(something_is_waited_for),
        FOLDER_TEST(one_that_is_stopped_stands_still),
        FOLDER_TEST(what_outlives_it_is_cleared),
        FOLDER_TEST(how_it_ended_is_told),
        FOLDER_TEST(the_end_of_a_long_output_is_quoted),
        FOLDER_TEST(both_outputs_go_to_the_file_behind_what_it_holds),
        FOLDER_TEST(the_environment_is_laid_over),
        FOLDER_TEST(folder_umask_and_file_limit_are_the_childs),
        FOLDER_TEST(what_cannot_be_started_is_an_error),
        FOLDER_TEST(out_of_time_the_whole_of_it_is_killed),
        FOLDER_TEST(a_kill_comes_after_its_delay_and_takes_all),
        FOLDER_TEST(what_ended_before_its_kill_was_not_killed),
        FOLDER_TEST(what_is_paced_is_stopped_and_goes_on),
        FOLDER_TEST(whoever_waits_can_be_stopped),
        FOLDER_TEST(a_lost_child_is_no_hang),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
