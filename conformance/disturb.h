/* Runs of a target that are ended on purpose and go on with the same state: what the cases of
 * crashes are made of. */
#ifndef LS_CONFORMANCE_DISTURB_H
#define LS_CONFORMANCE_DISTURB_H

#include "conformance/verify_internal.h"

/* When a run is ended, and how. */
struct ls_disturb {
    unsigned changes;  /* of its state, after which it is */
    uint64_t delay_us; /* and so long after that */
    int signals[2];    /* one at once behind the other; 0: none */
};

/* Makes what the case builds on, and fills a streaming run of it that takes checkpoints often.
 * 1; 0 when the case has its verdict already. */
int ls_disturb_begin(struct ls_verify *v, struct ls_case_result *r, struct ls_verify_run *run,
                     struct ls_error *err);

/* Starts the run and ends it: 1; 0 when it came to its own end before, with status 0. Then, and
 * where its datasets have sums, they have to be the batch run's: else the verdict is FAIL.
 * LS_E_DATA for a run that ends with another status before anything was done to it. */
int ls_disturb_run(struct ls_verify *v, struct ls_case_result *r, const struct ls_verify_run *run,
                   const struct ls_disturb *how, struct ls_exit *exit, struct ls_error *err);

/* Kills it when its state has changed so often, beginning anew where it has ended before: 1. 0 when
 * that does not come about; the case then counts what it needs as 0. */
int ls_disturb_kill(struct ls_verify *v, struct ls_case_result *r, const struct ls_verify_run *run,
                    unsigned changes, struct ls_error *err);

/* Runs it once, whatever its end; LS_E_DATA when it is out of time. */
int ls_disturb_try(struct ls_verify *v, const struct ls_verify_run *run, struct ls_exit *exit,
                   struct ls_error *err);

/* Runs it to its end and holds what it left against the batch run's; `name` says which it was. */
int ls_disturb_finish(struct ls_verify *v, struct ls_case_result *r,
                      const struct ls_verify_run *run, const char *name, struct ls_error *err);

/* What it left, against the batch run's of its log; and that where there are sums alone. Rows in
 * topics are not looked at. */
int ls_disturb_judge(struct ls_verify *v, struct ls_case_result *r, const struct ls_verify_run *run,
                     const char *name, struct ls_error *err);
int ls_disturb_claims(struct ls_verify *v, struct ls_case_result *r,
                      const struct ls_verify_run *run, struct ls_error *err);

/* The folder of its state. */
const char *ls_disturb_state(struct ls_verify *v, const struct ls_verify_run *run,
                             struct ls_error *err);

/* Replaces a folder by a copy of the files in another one. */
int ls_disturb_copy(const char *from, const char *to, struct ls_error *err);

#endif
