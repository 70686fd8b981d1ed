#include "conformance/process.h"

#include "core/base/file.h"
#include "core/obs/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STATUS_NOT_STARTED 127
#define LOOK_US            500 /* between two looks at a process */
#define STOP_LOOKS         200 /* one that waits for its child to begin stands still, too */

static void set_environment(const char *const *environment)
{
    for (const char *const *entry = environment; entry && *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        char name[256];
        size_t size = equals ? (size_t)(equals - *entry) : strlen(*entry);
        if (size >= sizeof name) {
            _exit(STATUS_NOT_STARTED);
        }
        memcpy(name, *entry, size);
        name[size] = '\0';
        if ((equals ? setenv(name, equals + 1, 1) : unsetenv(name)) != 0) {
            _exit(STATUS_NOT_STARTED);
        }
    }
}

/* In the child: never returns. */
static void become(const struct ls_command *command, int output)
{
    struct rlimit files = {(rlim_t)command->files_max, (rlim_t)command->files_max};
    struct rlimit file = {(rlim_t)command->file_size_max, (rlim_t)command->file_size_max};
    struct rlimit memory = {(rlim_t)command->memory_max, (rlim_t)command->memory_max};
    union {
        const char *const *from;
        char *const *to;
    } arguments = {
        .from = command->arguments}; /* execvp changes nothing; its type is older than const */
    int input = open("/dev/null", O_RDONLY);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    if (setpgid(0, 0) < 0 || input < 0 || dup2(input, STDIN_FILENO) < 0 ||
        dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 ||
        (command->folder && chdir(command->folder) < 0) ||
        (command->files_max && setrlimit(RLIMIT_NOFILE, &files) < 0) ||
        (command->file_size_max && setrlimit(RLIMIT_FSIZE, &file) < 0)) {
        _exit(STATUS_NOT_STARTED);
    }
    if (input > STDERR_FILENO) {
        close(input);
    }
    if (command->umask >= 0) {
        umask((mode_t)command->umask);
    }
    set_environment(command->environment);
    if (command->memory_max && setrlimit(RLIMIT_AS, &memory) < 0) {
        _exit(STATUS_NOT_STARTED);
    }
    execvp(command->arguments[0], arguments.to);
    static const char text[] = "the program cannot be started: ";
    const char *reason = strerror(errno);
    bool told = write(STDERR_FILENO, text, sizeof text - 1) > 0 &&
                write(STDERR_FILENO, reason, strlen(reason)) > 0;
    _exit(told ? STATUS_NOT_STARTED : STATUS_NOT_STARTED - 1);
}

int ls_process_start(const struct ls_command *command, struct ls_process *out, struct ls_error *err)
{
    int rc = ls_folder_make_above(command->output, err);
    int output = rc < 0 ? -1
                        : ls_file_open(command->output, O_WRONLY | O_CREAT | O_APPEND, 0666, err);
    if (output < 0) {
        return err->code;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* who outlives its parent becomes ours: see end_all */
    out->stop = command->stop;
    out->begin_ns = ls_clock_ns();
    out->pid = fork();
    if (out->pid == 0) {
        become(command, output);
    }
    if (out->pid > 0) {
        setpgid(out->pid, out->pid); /* both do it: neither knows who comes first */
    }
    close(output);
    return out->pid < 0
               ? ls_error_errno(err, LS_E_NOMEM, errno, "cannot start %s", command->arguments[0])
               : 0;
}

/* waitpid, whatever signals come. */
static pid_t reap(pid_t which, int *status, int flags)
{
    pid_t pid;
    do {
        pid = waitpid(which, status, flags);
    } while (pid < 0 && errno == EINTR);
    return pid;
}

/* One look: 1 when it has ended, 0 when it has not. */
static int ended(const struct ls_process *process, int flags, struct ls_exit *out,
                 struct ls_error *err)
{
    int status;
    pid_t pid = reap(process->pid, &status, flags);
    if (pid != process->pid) {
        return pid == 0 ? 0 : ls_error_set(err, LS_E_BUG, "a child process was lost");
    }
    out->elapsed_us = (ls_clock_ns() - process->begin_ns) / 1000;
    out->exited = WIFEXITED(status);
    out->status = out->exited ? WEXITSTATUS(status) : WTERMSIG(status);
    return 1;
}

/* Kills it with all that it has started, and comes back when none of them is left: one that still
 * wrote would meddle with the run that is started next. */
static int end_all(const struct ls_process *process, struct ls_exit *out, struct ls_error *err)
{
    kill(-process->pid, SIGKILL);
    int rc = ended(process, 0, out, err);
    ls_process_clear(process);
    return rc < 0 ? rc : 0;
}

void ls_process_clear(const struct ls_process *process)
{
    int ignored;
    kill(-process->pid, SIGKILL);
    while (reap(-process->pid, &ignored, 0) > 0) {
    }
}

static void sleep_us(uint64_t us)
{
    struct timespec t = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
    nanosleep(&t, NULL);
}

/* One look, unless it is to stop. */
static int look(const struct ls_process *process, struct ls_exit *out, struct ls_error *err)
{
    int rc = process->stop ? process->stop(err) : 0;
    if (rc < 0) {
        struct ls_error ignored;
        end_all(process, out, &ignored);
        return rc;
    }
    return ended(process, WNOHANG, out, err);
}

int ls_process_until(struct ls_process *process, bool (*met)(void *context), void *context,
                     uint64_t timeout_ms, struct ls_exit *out, struct ls_error *err)
{
    *out = (struct ls_exit){0};
    int rc;
    while ((rc = look(process, out, err)) == 0) {
        if (met && met(context)) {
            return 1;
        }
        if (timeout_ms && (ls_clock_ns() - process->begin_ns) / 1000000 >= timeout_ms) {
            out->timed_out = true;
            return end_all(process, out, err);
        }
        sleep_us(LOOK_US);
    }
    return rc < 0 ? rc : 0;
}

int ls_process_wait(struct ls_process *process, uint64_t timeout_ms, struct ls_exit *out,
                    struct ls_error *err)
{
    return ls_process_until(process, NULL, NULL, timeout_ms, out, err);
}

static bool time_has_come(void *context)
{
    return ls_clock_ns() >= *(const uint64_t *)context;
}

int ls_process_wait_paced(struct ls_process *process, uint64_t run_us, uint64_t stop_us,
                          uint64_t timeout_ms, uint64_t *pauses, struct ls_exit *out,
                          struct ls_error *err)
{
    uint64_t end_ns = ls_clock_ns() + run_us * 1000;
    int rc;
    for (*pauses = 0;
         (rc = ls_process_until(process, time_has_come, &end_ns, timeout_ms, out, err)) > 0;
         ++*pauses) {
        kill(-process->pid, SIGSTOP); /* not yet waited for, so that the id is still its own */
        sleep_us(stop_us);
        kill(-process->pid, SIGCONT);
        run_us += run_us / 8;
        end_ns = ls_clock_ns() + run_us * 1000;
    }
    return rc;
}

void ls_process_signal(const struct ls_process *process, int signal_number)
{
    kill(-process->pid, signal_number);
}

void ls_process_stop(const struct ls_process *process)
{
    siginfo_t info = {.si_pid = 0};
    kill(-process->pid, SIGSTOP);
    for (int looks = 0; looks < STOP_LOOKS && info.si_pid == 0; looks++) {
        if (waitid(P_PID, (id_t)process->pid, &info, WSTOPPED | WEXITED | WNOWAIT | WNOHANG) < 0) {
            return;
        }
        sleep_us(info.si_pid ? 0 : 1000);
    }
}

int ls_process_kill_after(struct ls_process *process, uint64_t delay_us, bool *killed,
                          struct ls_exit *out, struct ls_error *err)
{
    *out = (struct ls_exit){0};
    *killed = false;
    uint64_t end_ns = process->begin_ns + delay_us * 1000;
    for (uint64_t now_ns; (now_ns = ls_clock_ns()) < end_ns;) {
        int rc = look(process, out, err);
        if (rc != 0) {
            return rc < 0 ? rc : 0;
        }
        sleep_us(end_ns - now_ns > 2000000 ? 1000 : 200);
    }
    int rc = end_all(process, out, err);
    *killed = rc == 0 && !out->exited && out->status == SIGKILL;
    return rc;
}

/* The end of what it printed, for the message. */
static void last_lines(const char *path, char *text, size_t size)
{
    struct ls_error ignored;
    struct ls_buf bytes;
    ls_buf_init(&bytes, "output", 1U << 20);
    text[0] = '\0';
    if (ls_file_read(path, &bytes, &ignored) == 0 && bytes.size) {
        size_t from = bytes.size > size - 1 ? bytes.size - (size - 1) : 0;
        memcpy(text, bytes.data + from, bytes.size - from);
        text[bytes.size - from] = '\0';
    }
    ls_buf_clear(&bytes);
}

int ls_process_run(const struct ls_command *command, uint64_t timeout_ms, struct ls_exit *out,
                   struct ls_error *err)
{
    struct ls_process process;
    int rc = ls_process_start(command, &process, err);
    rc = rc < 0 ? rc : ls_process_wait(&process, timeout_ms, out, err);
    if (rc == 0 && (!out->exited || out->status != 0)) {
        char text[600];
        last_lines(command->output, text, sizeof text);
        rc = ls_error_set(err, LS_E_DATA, "%s ended with %s %d%s: %s", command->arguments[0],
                          out->exited ? "status" : "signal", out->status,
                          out->timed_out ? " (out of time)" : "", text);
    }
    return rc;
}
