/* What cases work with. */
#ifndef LS_CONFORMANCE_VERIFY_INTERNAL_H
#define LS_CONFORMANCE_VERIFY_INTERNAL_H

#include "conformance/compare.h"
#include "conformance/rewrite.h"
#include "conformance/rows.h"
#include "conformance/verify.h"
#include "core/base/draw.h"
#include "core/base/file.h"

struct ls_verify {
    const struct ls_verify_job *job;
    struct ls_arena arena;
    struct ls_verify_result *result;
    uint64_t begin_ns;
    /* the smaller log that the cases share, made when the first of them wants it, with its runs */
    bool has_base;
    const char *base_log, *base_truth;    /* folders */
    const char *base_stream, *base_batch; /* folders of runs */
    uint64_t base_elapsed_us;             /* of the stream run */
    bool timed_out;                       /* a run of the current case was */
    bool lacks_base;                      /* what the current case builds on failed in another */
    /* another, no larger than it has to be, for cases that make logs of it (case_runs.c) */
    bool has_small;
    const char *small_log, *small_batch;
    int64_t small_first_ms, small_last_ms; /* the least and greatest timestamp in it */
    uint64_t small_counts[LS_SPEC_EVENT_TYPES_MAX];
};

/* Names below the run directory; NULL with `err` filled. */
const char *ls_verify_path(struct ls_verify *v, struct ls_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Generates with this program. `extra` options end with NULL; may be NULL. */
int ls_verify_generate(struct ls_verify *v, const char *log, const char *truth, uint64_t events,
                       const char *const *extra, struct ls_exit *exit, struct ls_error *err);

/* Runs this program with these words, ending with NULL, what it says going to a file. LS_E_DATA
 * when it does not end with 0. */
int ls_verify_own(struct ls_verify *v, const char *const *words, const char *output,
                  struct ls_exit *exit, struct ls_error *err);

struct ls_verify_run {
    bool stream;
    bool upgraded;           /* by the target's command of that name */
    const char *log;         /* folder */
    const char *to;          /* folder of the run; its state is below it */
    const char *from, *rows; /* with a cluster: URIs of the topics that the stream reads in place of
                                the log, and that its rows go to; NULL: none */
    const char *const *more; /* more words of the command; may be NULL */
    const char *workers, *batch_size, *order, *checkpoint_records, *as_of, *lateness;
    const char *window;     /* not NULL: a backfill of it into `to` */
    const char *quarantine; /* not NULL: a replay of that run's into the log `to` */
    const char *reference;  /* folder; NULL: the log's */
    const char *const *environment;
    const char *folder; /* working directory */
    int umask;          /* -1 */
    int files_max;
    uint64_t file_size_max, memory_max; /* bytes; 0: as it is */
    const char *const *extra;           /* more spec options */
    const char *const *wrapper;         /* words in front of the command: a program that runs it */
};

/* The command of a run, its output going to TO.txt. */
int ls_verify_command(struct ls_verify *v, const struct ls_verify_run *run,
                      struct ls_command *command, struct ls_error *err);

/* Runs the target once. 0, or LS_E_DATA with what it said: the caller makes that the case's
 * verdict. */
int ls_verify_run(struct ls_verify *v, const struct ls_verify_run *run, struct ls_exit *exit,
                  struct ls_error *err);

/* Makes the shared small log and its two runs, and compares those. */
int ls_verify_base(struct ls_verify *v, struct ls_case_result *result, struct ls_error *err);

/* Compares the datasets of two runs of a log (its folder), at the target's level, and sets the
 * verdict to FAIL with the first divergence when they differ. */
int ls_verify_compare(struct ls_verify *v, struct ls_case_result *result, const char *log,
                      const char *a, const char *left, const char *b, const char *right,
                      struct ls_error *err);

/* Notes a count; `needed`: zero makes the case inconclusive. */
void ls_verify_count(struct ls_case_result *result, const char *name, uint64_t count, bool needed);

/* Runs the target with `run`'s settings into a folder of the case, and compares with the base batch
 * run. */
int ls_verify_variant(struct ls_verify *v, struct ls_case_result *result, const char *name,
                      struct ls_verify_run run, struct ls_error *err);

/* A number of a JSON file: summary.json of a run, say; 0 when it is not there. `path` is dotted. */
uint64_t ls_verify_number(const char *file, const char *path);
/* The same, with whether it is there. */
bool ls_verify_find(const char *file, const char *path, uint64_t *out);

/* The inputs that two runs say they have read are the same (C3): FAIL when they differ; nothing is
 * said where a target leaves no manifest. */
int ls_verify_inputs(struct ls_case_result *result, const char *a, const char *b,
                     struct ls_error *err);

/* ---- case_runs.c: what several cases do */

/* Makes the small log and its batch run: of a few thousand events, and of as many more as it takes,
 * up to case_events, for a view to have something to read and a window that ends. */
int ls_verify_small(struct ls_verify *v, struct ls_error *err);

/* Makes the log of what stands in each partition of the small log in front of the first record of
 * the second, third or fourth quarter of its time; `quarters` 4: all of it. Adds to *records. */
int ls_verify_prefix(struct ls_verify *v, const char *log, int quarters, uint64_t *records,
                     struct ls_error *err);

/* The case has nothing to show here: why. */
int ls_verify_skip(struct ls_case_result *result, struct ls_error *err, const char *why);

/* Something is not as it should be: what. */
int ls_verify_fail(struct ls_case_result *result, struct ls_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Is there such a program on PATH? */
bool ls_verify_on_path(const char *program);

/* Runs the target over run.log both ways, with run's settings, into folders of the case, and
 * compares. *batch is the folder of the batch run. */
int ls_verify_both(struct ls_verify *v, struct ls_case_result *result, const char *name,
                   struct ls_verify_run run, const char **batch, struct ls_error *err);

/* The small log as it is, both ways with run's settings: what comes of it is what the small batch
 * run gave. */
int ls_verify_as_before(struct ls_verify *v, struct ls_case_result *result, const char *name,
                        struct ls_verify_run run, struct ls_error *err);

/* Holds a run of a log against the naive recomputation by a spec. */
int ls_verify_naive(struct ls_verify *v, struct ls_case_result *result, const struct ls_spec *spec,
                    const char *log, const char *run, struct ls_naive_counts *counts,
                    struct ls_error *err);

/* The spec with these views alone (a YAML list), and with neither checks nor steps nor alert rules:
 * what records of the same log come to in them. Free derived->spec. */
struct ls_derived {
    struct ls_spec *spec;
    const char *options[9]; /* for ls_verify_run.extra */
};
int ls_verify_derive(struct ls_verify *v, const char *views, struct ls_derived *derived,
                     struct ls_error *err);

/* All of that: the small log rewritten by `each` (NULL: as it is), both runs with these views,
 * compared, and held against the naive recomputation. *batch is the folder of the batch run. */
int ls_verify_own_views(struct ls_verify *v, struct ls_case_result *result, const char *views,
                        ls_rewrite_fn *each, void *context, const char **batch,
                        struct ls_error *err);

/* The event type with the most records in the small log of those that have a field that suits;
 * NULL when none has. *field is the field; may be NULL, and then so may `suits`. */
const struct ls_spec_event_type *ls_verify_busiest(const struct ls_verify *v,
                                                   bool (*suits)(const struct ls_spec_field *),
                                                   const struct ls_spec_field **field);

/* Calls `each` for the rows of a view of a run, decoded; its answers as those of ls_tree_walk's. */
typedef int ls_row_fn(const struct ls_rows *rows, void *context, struct ls_error *err);
int ls_verify_rows(const char *run, const char *view, ls_row_fn *each, void *context,
                   struct ls_error *err);

/* verify_report.c: the manifest, by which a run directory is known, before the first case; and
 * everything after the last. */
int ls_verify_begin(const struct ls_verify *v, struct ls_error *err);
int ls_verify_report(const struct ls_verify *v, struct ls_error *err);

#endif
