/* Child processes: a target is known by its commands alone (contract C6). */
#ifndef LS_CONFORMANCE_PROCESS_H
#define LS_CONFORMANCE_PROCESS_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LS_ARGUMENTS_MAX 128

struct ls_command {
    const char *arguments[LS_ARGUMENTS_MAX]; /* ends with NULL; the first is the program, looked for
                                                on PATH */
    const char *const *
        environment; /* "NAME=value" or "NAME" to unset, laid over this process's; NULL: as it is */
    const char *folder;                /* working directory; NULL: this process's */
    const char *output;                /* file that gets stdout and stderr */
    int umask;                         /* -1: as it is */
    int files_max;                     /* limit of open files; 0: as it is */
    uint64_t file_size_max;            /* bytes of a file that it writes; 0: as it is */
    uint64_t memory_max;               /* bytes of its addresses; 0: as it is */
    int (*stop)(struct ls_error *err); /* asked while it is waited for: a negative answer ends it,
                                          and is the wait's; may be NULL */
};

struct ls_process {
    pid_t pid;
    uint64_t begin_ns;
    int (*stop)(struct ls_error *err);
};

struct ls_exit {
    bool exited; /* by itself, with `status`; else by signal `status` */
    int status;
    bool timed_out; /* and was killed for it */
    uint64_t elapsed_us;
};

/* Starts it in a process group of its own (what a terminal's Ctrl-C reaches is the suite alone),
 * with nothing to read on stdin. A program that cannot be started ends with status 127 and says
 * why. */
int ls_process_start(const struct ls_command *command, struct ls_process *out,
                     struct ls_error *err);

/* Waits at most `timeout_ms` (0: for ever), then kills it and all that it started: none of them is
 * left when this comes back. */
int ls_process_wait(struct ls_process *process, uint64_t timeout_ms, struct ls_exit *out,
                    struct ls_error *err);

/* Waits likewise, and stops it and all that it started again and again (SIGSTOP): each time for
 * `stop_us`, after it ran for `run_us`, and every time for an eighth longer, so that it ends.
 * *pauses counts. */
int ls_process_wait_paced(struct ls_process *process, uint64_t run_us, uint64_t stop_us,
                          uint64_t timeout_ms, uint64_t *pauses, struct ls_exit *out,
                          struct ls_error *err);

/* Waits until `met` says so: 1; or until it has ended, or was killed out of time: 0, with *out. */
int ls_process_until(struct ls_process *process, bool (*met)(void *context), void *context,
                     uint64_t timeout_ms, struct ls_exit *out, struct ls_error *err);

/* A signal to it and all that it started. */
void ls_process_signal(const struct ls_process *process, int signal_number);

/* SIGSTOP to it and all that it started; comes back when it stands still, or has ended. */
void ls_process_stop(const struct ls_process *process);

/* Behind its end: kills what it started and has not ended; none of that is left. */
void ls_process_clear(const struct ls_process *process);

/* kill -9 after so many microseconds, of it and all that it started, unless it has ended by then:
 * *killed tells. */
int ls_process_kill_after(struct ls_process *process, uint64_t delay_us, bool *killed,
                          struct ls_exit *out, struct ls_error *err);

/* Start and wait; LS_E_DATA with the last lines of its output when it does not exit with 0. */
int ls_process_run(const struct ls_command *command, uint64_t timeout_ms, struct ls_exit *out,
                   struct ls_error *err);

#endif
