/* What cases of a Kafka cluster share: the small log in topics, runs that read them and write
 * others, and what the rows are held against. */
#ifndef LS_CONFORMANCE_CASE_KAFKA_H
#define LS_CONFORMANCE_CASE_KAFKA_H

#include "conformance/kafka_input.h"
#include "conformance/verify_internal.h"

struct ls_case_kafka {
    struct ls_verify *v;
    struct ls_case_result *r;
    struct ls_kafka_input input; /* the small log, as it is; it is not written yet */
    struct ls_verify_run run;    /* a stream of it into a folder, with checkpoints often */
    const char *batch;           /* the run that all are held against */
    const char *cluster;         /* the job's, with what names of logs go on with */
    const char *const *final;    /* more words of a run that writes topics */
    const char *side;            /* the topic of the rows' manifests: also their writer's id, and
                                    the group of its offsets */
    struct ls_kafka_place place; /* of the rows */
    struct ls_kafka_client *reads, *writes; /* one sees what is committed, one all */
    unsigned number;                        /* of the rows' log */
};

/* Makes the small log and its batch run, and draws names. End it, also after an error. */
int ls_case_kafka_begin(struct ls_verify *v, struct ls_case_result *r, struct ls_case_kafka *k,
                        struct ls_error *err);

/* What `rc` says the case came to, unless that is 0 and ending it is not. The topics of one that
 * passed are removed; the others stay to be looked at. */
int ls_case_kafka_end(struct ls_case_kafka *k, int rc, struct ls_error *err);

/* The input is written, and both runs over its topics give the datasets of the batch run over the
 * file log. */
int ls_case_kafka_write_equal(struct ls_case_kafka *k, struct ls_error *err);

/* The same once it is written. */
int ls_case_kafka_equal(struct ls_case_kafka *k, const char *name, struct ls_error *err);

/* Runs both ways that must not come to an end: each has to fail, and to say this; else the verdict
 * is FAIL. `name` NULL: the stream alone, going on with its state. */
int ls_case_kafka_refused(struct ls_case_kafka *k, const char *name, const char *says,
                          struct ls_error *err);

/* What the run into this folder printed has this in it; else the verdict is FAIL. */
int ls_case_kafka_said(struct ls_case_kafka *k, const char *to, const char *says,
                       struct ls_error *err);

/* The run's rows go to a new log of topics, its state begins anew. */
int ls_case_kafka_to_topics(struct ls_case_kafka *k, struct ls_error *err);

/* Lets it come to its end. */
int ls_case_kafka_finish(struct ls_case_kafka *k, struct ls_error *err);

/* Datasets are made of the rows, and held against the batch run's. */
int ls_case_kafka_collect(struct ls_case_kafka *k, const char *name, struct ls_error *err);

/* Is a transaction open in the rows' topics? 1, 0, or a negative code. */
int ls_case_kafka_open(struct ls_case_kafka *k, struct ls_error *err);

/* Starts the run, and stops it (SIGSTOP) once its state has changed so often: 1; 0 when it came to
 * its end, with 0, before. */
int ls_case_kafka_start(struct ls_case_kafka *k, unsigned changes, struct ls_process *process,
                        struct ls_error *err);

/* Lets it go on for so long, and stops it again: 1; 0 when it came to its end. */
int ls_case_kafka_step(struct ls_case_kafka *k, struct ls_process *process, uint64_t run_us,
                       struct ls_error *err);

/* Both, until a transaction of its rows is open. */
int ls_case_kafka_stop(struct ls_case_kafka *k, unsigned changes, struct ls_process *process,
                       struct ls_error *err);

/* Likewise with a new log of rows and no state, until it could be stopped so; 0 when it never
 * could.
 */
int ls_case_kafka_stop_anew(struct ls_case_kafka *k, unsigned changes, struct ls_process *process,
                            struct ls_error *err);

/* The run's open transaction is ended over its head, as brokers do with one that is too old: by
 * whoever begins to write with the same transactional id. */
int ls_case_kafka_end_transaction(struct ls_case_kafka *k, struct ls_error *err);

/* It goes on, to its end: LS_E_DATA where that is not with 0. */
int ls_case_kafka_go_on(struct ls_case_kafka *k, struct ls_process *process, struct ls_error *err);

/* Kills it: nobody is left standing still. */
void ls_case_kafka_kill(struct ls_process *process);

/* The partitions of topics whose names begin so, but for the manifests'; the caller destroys the
 * list. */
int ls_case_kafka_partitions(struct ls_case_kafka *k, const char *prefix,
                             rd_kafka_topic_partition_list_t **out, struct ls_error *err);

/* The prefix of a log's topics. */
const char *ls_case_kafka_prefix(struct ls_case_kafka *k, const char *uri, struct ls_error *err);

#endif
