#include "tests/crash/each.h"

#include "cli/cli.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "tests/crash/failing_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS_MAX 300 /* of one run */

/* A fault: in which calls, and what the program has to say. */
static const struct fault {
    const char *name;
    struct failing_files files; /* .calls 0: an allocation is refused */
    int status;                 /* 0: nobody may notice */
    bool never_passed;          /* it has to end with that */
    const char *words[2];
} faults[] = {
    {"memory", {0}, -LS_E_NOMEM, false, {"out of memory", "the system refuses"}},
    {"full",
     {FAILING_MAKE | FAILING_WRITE, ENOSPC, true, 0, 0},
     -LS_E_IO,
     true,
     {"No space left on device"}},
    {"io",
     {FAILING_OPEN | FAILING_READ | FAILING_WRITE | FAILING_NAME | FAILING_CUT, EIO, false, 0, 0},
     -LS_E_IO,
     false,
     {"Input/output error"}},
    {"sync", {FAILING_SYNC, EIO, false, 0, 0}, -LS_E_IO, true, {"Input/output error"}},
    {"interrupted",
     {FAILING_OPEN | FAILING_READ | FAILING_WRITE | FAILING_SYNC | FAILING_CUT, EINTR, false, 0, 0},
     0,
     false,
     {NULL}},
    {"short", {FAILING_READ | FAILING_WRITE, 0, false, 0, 0}, 0, false, {NULL}},
};

struct each {
    const struct fault *fault;
    unsigned long first, last, step;
    const char *to, *answer;
    struct ls_tree_sum sum; /* of the answer's datasets */
    int argc;
    char **argv;
    unsigned long *reached; /* shared: how many calls the last run had */
    unsigned long runs, failed, unnoticed;
};

/* In the child: the command, with the n-th call failing; 0: none. */
static void run_child(const struct each *e, unsigned long nth)
{
    struct failing_files files = e->fault->files;
    unsigned long before = ls_mem_count();
    files.nth = nth;
    if (nth && files.calls) {
        failing_files_begin(&files);
    } else if (nth) {
        ls_mem_refuse(nth);
    }
    alarm(SECONDS_MAX);
    int status = cli_main(e->argc, e->argv, NULL);
    *e->reached = files.calls ? files.count : ls_mem_count() - before;
    exit(status); // NOLINT: a leak is to be told of
}

/* One process; what it says goes to the file TO.txt. Its status, or 1000 and a signal. */
static int run(const struct each *e, unsigned long nth, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int status = 0;
    snprintf(path, sizeof path, "%s.txt", e->to);
    int out = ls_file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666, err);
    if (out < 0) {
        return out;
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
        run_child(e, nth);
    }
    ls_file_close(out);
    if (child < 0 || waitpid(child, &status, 0) != child) {
        return ls_error_errno(err, LS_E_NOMEM, errno, "cannot start a process");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* Are the datasets those of the answer? 1; 0; a code. */
static int same(const struct each *e, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_tree_sum sum;
    int rc = ls_path_join(path, e->to, "datasets", err);
    rc = rc < 0 ? rc : ls_tree_sha256(path, &sum, err);
    return rc < 0 ? rc : memcmp(&sum.sha256, &e->sum.sha256, sizeof sum.sha256) == 0;
}

static bool claims(const struct each *e)
{
    static const char *const names[] = {"datasets/SHA256SUMS", "manifest.json", "summary.json"};
    char path[LS_PATH_MAX];
    struct ls_error err;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (ls_path_join(path, e->to, names[i], &err) == 0 && ls_path_exists(path)) {
            return true;
        }
    }
    return false;
}

/* Does what it said name the fault? */
static bool named(const struct each *e)
{
    char path[LS_PATH_MAX];
    struct ls_buf said;
    struct ls_error err;
    bool found = false;
    snprintf(path, sizeof path, "%s.txt", e->to);
    ls_buf_init(&said, "what was said", 1U << 20);
    const char *text = ls_file_read(path, &said, &err) < 0 ? NULL : ls_buf_text(&said, &err);
    for (size_t i = 0; text && i < 2 && e->fault->words[i]; i++) {
        found |= strstr(text, e->fault->words[i]) != NULL;
    }
    ls_buf_clear(&said);
    return found;
}

static int tell(const struct each *e, unsigned long nth, const char *what, int status)
{
    printf("%s %lu: %s (status %d): see %s and %s.txt\n", e->fault->name, nth, what, status, e->to,
           e->to);
    return LS_DIFFERS;
}

/* 0; 1 when something does not hold; -1 when there is no n-th call; or a code. */
static int one(struct each *e, unsigned long nth, struct ls_error *err)
{
    int rc = ls_tree_remove(e->to, err);
    int status = rc < 0 ? rc : run(e, nth, err);
    if (status < 0) {
        return status;
    }
    unsigned long reached = *e->reached;
    bool good = status == 0 && same(e, err) == 1;
    if (status != 0 && (status != e->fault->status || !named(e))) {
        return tell(e, nth, "it ended otherwise than by the fault", status);
    }
    if (status == 0 && !good) {
        return tell(e, nth, "its datasets are others, and it does not say so", status);
    }
    if (status != 0 && claims(e) && same(e, err) != 1) {
        return tell(e, nth, "it failed, and says that its datasets are whole", status);
    }
    if (status == 0 && reached < nth) {
        return -1;
    }
    if (status == 0 && e->fault->never_passed) {
        return tell(e, nth, "it passed over the fault", status);
    }
    e->runs++;
    e->failed += status != 0;
    e->unnoticed += status == 0;
    status = status ? run(e, 0, err) : 0;
    return status < 0 || (status == 0 && same(e, err) == 1)
               ? status
               : tell(e, nth, "run again, it does not come to the answer", status);
}

static int run_range(struct each *e, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    unsigned long nth = e->first;
    int rc = ls_path_join(path, e->answer, "datasets", err);
    rc = rc < 0 ? rc : ls_tree_sha256(path, &e->sum, err);
    for (; rc == 0 && nth <= e->last; nth += e->step) {
        rc = one(e, nth, err);
    }
    bool all = rc == -1;
    if (e->runs == 0 && all && e->first > 1) {
        printf("%s: there is no n = %lu\n", e->fault->name, e->first);
        rc = 0;
    } else if (rc == 0 || all) {
        printf(
            "%s, n = %lu, %lu .. %lu%s: %lu runs, %lu failed and said so, %lu came to their end; "
            "all of them to the same bytes in the end\n",
            e->fault->name, e->first, e->first + e->step, nth - e->step,
            all ? ", which is all there are" : "", e->runs, e->failed, e->unnoticed);
        rc = e->runs ? 0 : LS_INCONCLUSIVE;
    }
    return rc;
}

/* "A..B" or "A..B/STEP". */
static bool read_range(const char *text, struct each *e)
{
    char *at;
    e->step = 1;
    e->first = strtoul(text, &at, 10);
    bool fine = strncmp(at, "..", 2) == 0;
    e->last = fine ? strtoul(at + 2, &at, 10) : 0;
    if (fine && *at == '/') {
        e->step = strtoul(at + 1, &at, 10);
    }
    return fine && !*at && e->first && e->step && e->first <= e->last;
}

int each_main(int argc, char **argv)
{
    struct each e = {.argc = argc - 4, .argv = argv + 4};
    struct ls_error err = {0};
    for (size_t i = 0; argc > 5 && i < sizeof faults / sizeof *faults; i++) {
        e.fault = strcmp(argv[1], faults[i].name) == 0 ? &faults[i] : e.fault;
    }
    if (!e.fault || !read_range(argv[2], &e)) {
        fprintf(stderr, "usage: lockstep-mutants MUTANT each memory|full|io|sync|interrupted|short "
                        "A..B[/STEP] TO ANSWER VERB ...\n");
        return -LS_E_USAGE;
    }
    e.to = argv[3];
    e.answer = argv[4]; /* in the place of the program's name */
    e.reached = mmap(NULL, sizeof *e.reached, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                     -1, 0);
    if (e.reached == MAP_FAILED) {
        perror("mmap");
        return -LS_E_NOMEM;
    }
    int rc = run_range(&e, &err);
    if (rc < 0) {
        fprintf(stderr, "lockstep-mutants: %s\n", err.text);
    }
    return rc < 0 ? -rc : rc;
}
