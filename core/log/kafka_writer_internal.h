/* Shared by the parts of a writer of a log on Kafka: what is handed to it and waits
 * (kafka_log_writer.c), and the thread that sends it in transactions (kafka_sender.c) through a
 * producer that may have to be replaced (kafka_producer.c). */
#ifndef LS_LOG_KAFKA_WRITER_INTERNAL_H
#define LS_LOG_KAFKA_WRITER_INTERNAL_H

#include "core/log/kafka_backlog.h"
#include "core/log/kafka_log_internal.h"

#define LS_KAFKA_TRANSACTION_BYTES ((size_t)64 << 20) /* of records: then it is committed, */
#define LS_KAFKA_TRANSACTION_MS    1000               /* or after this time */

/* Of a writer with checkpoints, behind which alone it commits: when it is asked for one, and what
 * it cannot pass. */
#define LS_KAFKA_WANTED_BYTES    ((size_t)128 << 20)
#define LS_KAFKA_WANTED_MS       20000 /* a transaction that is too old is taken back */
#define LS_KAFKA_UNCOMMITTED_MAX ((size_t)1 << 30)

enum kafka_want { KAFKA_NOTHING, KAFKA_COMMIT, KAFKA_COMPLETE };

struct kafka_writer {
    struct kafka_log *log;
    uint64_t **kept; /* [topic][partition]: records that are there already: to be passed over */
    char session[40];
    bool by_checkpoint; /* commits behind checkpoints, and at the end */
    bool was_complete;  /* the log was finished already: nothing can come behind it */

    /* under the lock */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct kafka_backlog backlog;
    struct ls_buf framed; /* a value as it goes there */
    enum kafka_want want;
    const struct ls_log_commit *commit; /* that is wanted: the waiting caller's */
    size_t uncommitted;                 /* bytes that were appended since the last commit, */
    uint64_t uncommitted_ns;            /* and when the first of them was */
    bool stop;
    struct ls_error err; /* .code of 0: none yet */
    pthread_t thread;
    bool has_thread;

    /* the sending thread's alone, once it runs */
    struct ls_kafka_client *producer;
    struct ls_kafka_client *group; /* a consumer, once inputs' offsets are committed; NULL before */
    rd_kafka_topic_t **handles;    /* of the topics, then of the manifests' */
    bool in_transaction;
    bool rewound; /* what is not committed has to be sent again */
    size_t transaction_bytes;
    uint64_t transaction_began_ns;
    uint64_t **ends;      /* [topic][partition]: records sent, and */
    uint64_t **offsets;   /* where the next will stand */
    uint64_t **committed; /* the ends that are */
    bool **touched;       /* by this transaction */
    bool complete;        /* what the next manifest says, or the last one said */
    uint64_t checkpoint;
    rd_kafka_resp_err_t failed; /* of a record that was not delivered */
    bool has_failed;            /* a producer has: those that follow send less at a time */
    bool in_trouble;
    struct ls_kafka_wait patience; /* since it is */
};

/* A producer that alone may write the log, where the last committed transaction ended. */
int ls_kafka_producer_begin(struct kafka_writer *w, struct ls_error *err);

/* Takes back what was not committed. */
void ls_kafka_producer_free(struct kafka_writer *w);

/* What goes wrong is told when patience is over, or at once where waiting is of no use; else 0: try
 * again, with a new producer. The second frees the error, and tells its code. */
int ls_kafka_producer_judge(struct kafka_writer *w, rd_kafka_resp_err_t code, const char *why,
                            struct ls_error *err);
int ls_kafka_producer_judge_error(struct kafka_writer *w, rd_kafka_error_t *error,
                                  rd_kafka_resp_err_t *code, struct ls_error *err);

/* Is half of a wait for brokers over? The other half is for a new producer: the trouble began when
 * the wait did. */
bool ls_kafka_producer_is_stuck(struct kafka_writer *w, const struct ls_kafka_wait *wait);

/* Looks at the manifests: an error where another process has begun to write the log since we did.
 */
int ls_kafka_producer_check_session(struct kafka_writer *w, struct ls_error *err);

/* A new producer where the old one failed with a code: *committed says whether its transaction was,
 * all the same; else the writer is rewound: everything behind the last that was is to be sent
 * again. */
int ls_kafka_producer_recover(struct kafka_writer *w, rd_kafka_resp_err_t code, bool *committed,
                              struct ls_error *err);

/* Until all that was committed to the topic of manifests can be read: a commit is answered before
 * its markers are written, and brokers that have come up again need a moment to know how far what
 * is decided upon goes. */
int ls_kafka_producer_wait_until_told(struct kafka_writer *w, struct ls_error *err);

/* Where the records behind a transaction's end will stand: behind its marker (1), or not (-1). */
void ls_kafka_producer_pass_markers(struct kafka_writer *w, int by);

/* Everything up to what is to be sent next is committed: what comes is another transaction. */
void ls_kafka_producer_settle(struct kafka_writer *w);

/* Sends a run of records; and commits what was sent, with a manifest that says what `complete` and
 * `checkpoint` do, and with a commit's offsets, if there is one. Both outlive the deaths of brokers
 * and of the producer itself, within patience: then the writer is rewound, and the commit was not
 * *done. */
int ls_kafka_sender_send(struct kafka_writer *w, const struct kafka_run *sending,
                         struct ls_error *err);
int ls_kafka_sender_commit(struct kafka_writer *w, const struct ls_log_commit *commit, bool *done,
                           struct ls_error *err);

#endif
