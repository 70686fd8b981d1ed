/* What waits to be sent to Kafka, and what was sent and is not committed: the records of each
 * partition in their order, in chunks of their own. A client's thread collects the messages of one
 * partition into a batch: it finds them side by side (ADR 0032).
 *
 * One thread adds and another sends. Functions that say so are called under the owner's lock; the
 * others are the sender's alone. */
#ifndef LS_LOG_KAFKA_BACKLOG_H
#define LS_LOG_KAFKA_BACKLOG_H

#include "core/log/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LS_KAFKA_CHUNK_BYTES ((size_t)64 << 10) /* a larger record has one of its size */

/* A record, with its bytes behind it: key, headers, value. */
struct kafka_item {
    int64_t timestamp_ms;
    uint32_t key_size, headers_size, value_size;
    bool has_key, has_value;
};

/* Of an item with its bytes, so that the next one behind it stands where it may. */
static inline size_t ls_kafka_item_size(size_t key_size, size_t headers_size, size_t value_size)
{
    size_t size = sizeof(struct kafka_item) + key_size + headers_size + value_size;
    return (size + _Alignof(struct kafka_item) - 1) & ~(_Alignof(struct kafka_item) - 1);
}

struct kafka_chunk {
    struct kafka_chunk *next;
    size_t size;
    size_t used;      /* bytes that were added: under the lock */
    size_t sent;      /* of these; the sender's */
    size_t committed; /* of these; likewise */
    _Alignas(struct kafka_item) uint8_t data[];
};

/* The chunks of a partition, from the first that is not all committed. */
struct kafka_queue {
    uint32_t topic, partition;
    struct kafka_chunk *first, *last;
    struct kafka_chunk *at; /* the sender's: what it sends next is here; NULL: nothing was yet */
    bool waits;             /* in the list of those that have records to send */
    struct kafka_queue *behind; /* there */
};

struct kafka_backlog {
    struct kafka_queue **queues; /* [topic][partition] */
    const struct ls_log_topic *topics;
    size_t topic_count;
    struct kafka_queue *front, *back; /* those with records to send, each once */
    struct kafka_chunk *spare;
    size_t spare_count;
    size_t held; /* bytes of chunks with records */
};

/* `topics` stay the caller's, and outlive it. */
int ls_kafka_backlog_init(struct kafka_backlog *backlog, const struct ls_log_topic *topics,
                          size_t topic_count, struct ls_error *err);
void ls_kafka_backlog_clear(struct kafka_backlog *backlog); /* zeros are legal */

/* Under the lock: copies a record behind the others of its partition. Returns 0 or LS_E_NOMEM. */
int ls_kafka_backlog_add(struct kafka_backlog *backlog, uint32_t topic, uint32_t partition,
                         const struct ls_log_record *record, struct ls_error *err);

/* Records of one partition, one behind the other in a chunk. */
struct kafka_run {
    struct kafka_queue *queue;
    size_t end; /* in the chunk that the queue is at */
};

/* Under the lock: is there anything to send? */
static inline bool ls_kafka_backlog_waits(const struct kafka_backlog *backlog)
{
    return backlog->front != NULL;
}

/* Under the lock, where something waits: what is to be sent next. Partitions take turns. */
struct kafka_run ls_kafka_backlog_take(struct kafka_backlog *backlog);

/* The next item of a run, or NULL behind its last; and it was sent. */
const struct kafka_item *ls_kafka_run_item(const struct kafka_run *run);
void ls_kafka_run_pass(const struct kafka_run *run, const struct kafka_item *item);

/* Under the lock: what a run was taken of waits again, if there is more of it. */
void ls_kafka_backlog_give_back(struct kafka_backlog *backlog, const struct kafka_run *run);

/* All that was sent is committed. */
void ls_kafka_backlog_settle(struct kafka_backlog *backlog);

/* Under the lock: chunks without anything uncommitted are let go. */
void ls_kafka_backlog_let_go(struct kafka_backlog *backlog);

/* Under the lock: all that is not committed is to be sent again. */
void ls_kafka_backlog_rewind(struct kafka_backlog *backlog);

#endif
