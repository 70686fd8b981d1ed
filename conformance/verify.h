/* `lockstep verify`: generate, run both ways, compare, perturb, compare again: the verdict
 * (contract C). */
#ifndef LS_CONFORMANCE_VERIFY_H
#define LS_CONFORMANCE_VERIFY_H

#include "conformance/compare.h"
#include "conformance/naive.h"
#include "conformance/target.h"
#include "conformance/truth_check.h"
#include "core/base/file.h"

enum ls_verdict { LS_VERDICT_PASS, LS_VERDICT_FAIL, LS_VERDICT_SKIP, LS_VERDICT_INCONCLUSIVE };

const char *ls_verdict_name(enum ls_verdict verdict);

#define LS_COUNTS_MAX 12

struct ls_verify_result;

/* How many cases have this verdict. */
size_t ls_verdict_count(const struct ls_verify_result *result, enum ls_verdict verdict);

/* What one case did and found. */
struct ls_case_result {
    const struct ls_case *which;
    enum ls_verdict verdict;
    struct {
        const char *name;
        uint64_t count;
    } counts[LS_COUNTS_MAX]; /* what was injected and compared: a zero among `needed` ones makes the
                                case inconclusive (C3) */
    size_t count_count;
    const char *missing;  /* the first that was needed and is zero; NULL: none */
    struct ls_buf detail; /* the first divergence, or why it was skipped or inconclusive */
    uint64_t elapsed_us;
};

struct ls_verify;

/* A row of the catalogue. */
struct ls_case {
    const char *id;    /* "CRS-1" */
    const char *title; /* one line */
    const char *text;  /* what is perturbed, and what must stay equal: for `explain` */
    const char *knob;  /* what it needs of a target, with spaces between: knobs' names, "restarts",
                          "upgraded", "{options}" (spec options that a case adds reach both
                          commands); or NULL */
    const char *no_kafka; /* why no stream through a Kafka cluster can be judged by it; or NULL */
    const char *fault;    /* what it needs of a spec: "late" or "conflict", or NULL */
    bool kafka;           /* does it need a cluster (the job's)? */
    int (*run)(struct ls_verify *verify, struct ls_case_result *result, struct ls_error *err);
};

/* In the order in which they are run; ends with NULL. */
extern const struct ls_case *const ls_cases[];

struct ls_verify_job {
    const struct ls_spec *spec;
    const char *lockstep; /* this program: for targets, and to generate */
    const char *version;  /* its own, for the report; may be NULL */
    const char *spec_path;
    const struct ls_layers *layers; /* that the spec was made of: for cases that give it other views
                                     */
    const char *const *spec_options; /* --set and so on, ends with NULL */
    const struct ls_target *target;
    const char *target_path; /* NULL: the reference pipeline */
    const char *kafka; /* kafka://HOST:PORT[/PREFIX]: the cluster for cases that need one; NULL */
    const char *const *properties; /* words that set a cluster's properties, ending with NULL */
    uint64_t events;               /* of the plain comparison */
    uint64_t case_events;          /* of each other case */
    const char *const *cases;      /* patterns; ends with NULL; NULL: all */
    const char *out;               /* run directory; it is emptied first */
    uint64_t seed;                 /* of the perturbations */
    unsigned kills;                /* of CRS-1 */
    uint64_t
        budget_ms; /* a case but the first that is not begun by then is inconclusive; 0: none */
    void (*tell)(void *context, const char *line); /* a line as each step ends; may be NULL */
    void *context;
    int (*stop)(struct ls_error *err); /* asked often: a negative answer ends it; may be NULL */
};

struct ls_verify_result {
    enum ls_verdict verdict;
    enum ls_level level; /* the weakest that two runs were the same at (C1) */
    size_t case_count;   /* the one that an error came in is among them */
    size_t case_total;   /* that were asked for */
    struct ls_case_result *cases;
    struct ls_truth_check truth; /* of the plain comparison; `wrong` 0: both runs gave it */
    uint64_t windows_by_watermark, windows_by_flush;
    bool has_sums; /* of the plain comparison's log and the two runs' datasets */
    struct ls_tree_sum log_sum, stream_sum, batch_sum;
    uint64_t generated_per_second, stream_per_second, batch_per_second;
};

/* LS_E_NOMATCH when one of the patterns selects no case. The run directory then holds what cli.md
 * lists. Clear the result, also after an error. */
int ls_verify(const struct ls_verify_job *job, struct ls_verify_result *out, struct ls_error *err);
void ls_verify_result_clear(struct ls_verify_result *result);

#endif
