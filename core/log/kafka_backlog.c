#include "core/log/kafka_backlog.h"

#include "core/base/mem.h"

#include <string.h>

#define CHUNK_ROOM (LS_KAFKA_CHUNK_BYTES - sizeof(struct kafka_chunk))
#define SPARE_MAX  1024 /* chunks */

int ls_kafka_backlog_init(struct kafka_backlog *backlog, const struct ls_log_topic *topics,
                          size_t topic_count, struct ls_error *err)
{
    *backlog = (struct kafka_backlog){.topics = topics, .topic_count = topic_count};
    backlog->queues = ls_mem_new(topic_count, sizeof *backlog->queues, err);
    for (size_t t = 0; backlog->queues && t < topic_count; t++) {
        backlog->queues[t] = ls_mem_new(topics[t].partitions, sizeof **backlog->queues, err);
        if (!backlog->queues[t]) {
            return err->code;
        }
        for (uint32_t p = 0; p < topics[t].partitions; p++) {
            backlog->queues[t][p].topic = (uint32_t)t;
            backlog->queues[t][p].partition = p;
        }
    }
    return backlog->queues ? 0 : err->code;
}

static void free_chunks(struct kafka_chunk *chunk)
{
    while (chunk) {
        struct kafka_chunk *next = chunk->next;
        ls_mem_free(chunk);
        chunk = next;
    }
}

void ls_kafka_backlog_clear(struct kafka_backlog *backlog)
{
    for (size_t t = 0; backlog->queues && t < backlog->topic_count; t++) {
        for (uint32_t p = 0; backlog->queues[t] && p < backlog->topics[t].partitions; p++) {
            free_chunks(backlog->queues[t][p].first);
        }
        ls_mem_free(backlog->queues[t]);
    }
    ls_mem_free(backlog->queues);
    free_chunks(backlog->spare);
    *backlog = (struct kafka_backlog){0};
}

/* ---- adding */

static int add_chunk(struct kafka_backlog *backlog, struct kafka_queue *queue, size_t size,
                     struct ls_error *err)
{
    struct kafka_chunk *chunk = size <= CHUNK_ROOM ? backlog->spare : NULL;
    if (chunk) {
        backlog->spare = chunk->next;
        backlog->spare_count--;
    } else {
        size_t room = size > CHUNK_ROOM ? size : CHUNK_ROOM;
        chunk = ls_mem_new(1, sizeof *chunk + room, err);
        if (!chunk) {
            return err->code;
        }
        chunk->size = room;
    }
    chunk->next = NULL;
    chunk->used = chunk->sent = chunk->committed = 0;
    if (queue->last) {
        queue->last->next = chunk;
    } else {
        queue->first = chunk;
    }
    queue->last = chunk;
    backlog->held += chunk->size;
    return 0;
}

static uint8_t *copy(uint8_t *to, const uint8_t *bytes, size_t size)
{
    if (size) {
        memcpy(to, bytes, size);
    }
    return to + size;
}

static void put_in_list(struct kafka_backlog *backlog, struct kafka_queue *queue)
{
    queue->waits = true;
    queue->behind = NULL;
    if (backlog->back) {
        backlog->back->behind = queue;
    } else {
        backlog->front = queue;
    }
    backlog->back = queue;
}

int ls_kafka_backlog_add(struct kafka_backlog *backlog, uint32_t topic, uint32_t partition,
                         const struct ls_log_record *record, struct ls_error *err)
{
    struct kafka_queue *queue = &backlog->queues[topic][partition];
    size_t size = ls_kafka_item_size(record->key_size, record->headers_size, record->value_size);
    if (!queue->last || queue->last->size - queue->last->used < size) {
        int rc = add_chunk(backlog, queue, size, err);
        if (rc < 0) {
            return rc;
        }
    }
    struct kafka_chunk *chunk = queue->last;
    struct kafka_item *item = (struct kafka_item *)(void *)(chunk->data + chunk->used);
    *item = (struct kafka_item){.timestamp_ms = record->timestamp_ms,
                                .key_size = (uint32_t)record->key_size,
                                .headers_size = (uint32_t)record->headers_size,
                                .value_size = (uint32_t)record->value_size,
                                .has_key = record->key != NULL,
                                .has_value = record->value != NULL};
    uint8_t *at = copy((uint8_t *)(item + 1), record->key, record->key_size);
    at = copy(at, record->headers, record->headers_size);
    copy(at, record->value, record->value_size);
    chunk->used += size;
    if (!queue->waits) {
        put_in_list(backlog, queue);
    }
    return 0;
}

/* ---- sending */

struct kafka_run ls_kafka_backlog_take(struct kafka_backlog *backlog)
{
    struct kafka_queue *queue = backlog->front;
    backlog->front = queue->behind;
    backlog->back = backlog->front ? backlog->back : NULL;
    if (!queue->at) {
        queue->at = queue->first;
    } else if (queue->at->sent == queue->at->used && queue->at->next) {
        queue->at = queue->at->next;
    }
    return (struct kafka_run){queue, queue->at->used};
}

const struct kafka_item *ls_kafka_run_item(const struct kafka_run *run)
{
    const struct kafka_chunk *chunk = run->queue->at;
    return chunk->sent < run->end
               ? (const struct kafka_item *)(const void *)(chunk->data + chunk->sent)
               : NULL;
}

void ls_kafka_run_pass(const struct kafka_run *run, const struct kafka_item *item)
{
    run->queue->at->sent += ls_kafka_item_size(item->key_size, item->headers_size,
                                               item->value_size);
}

void ls_kafka_backlog_give_back(struct kafka_backlog *backlog, const struct kafka_run *run)
{
    struct kafka_queue *queue = run->queue;
    if (queue->at->sent < queue->at->used || queue->at->next) {
        put_in_list(backlog, queue);
    } else {
        queue->waits = false;
    }
}

/* ---- committing */

void ls_kafka_backlog_settle(struct kafka_backlog *backlog)
{
    for (size_t t = 0; t < backlog->topic_count; t++) {
        for (uint32_t p = 0; p < backlog->topics[t].partitions; p++) {
            struct kafka_queue *queue = &backlog->queues[t][p];
            struct kafka_chunk *chunk = queue->at ? queue->first : NULL;
            for (; chunk; chunk = chunk == queue->at ? NULL : chunk->next) {
                chunk->committed = chunk->sent;
            }
        }
    }
}

static void let_go(struct kafka_backlog *backlog, struct kafka_queue *queue)
{
    while (queue->first && queue->first->committed == queue->first->used) {
        struct kafka_chunk *chunk = queue->first;
        queue->first = chunk->next;
        queue->last = queue->first ? queue->last : NULL;
        queue->at = queue->at == chunk ? NULL : queue->at;
        backlog->held -= chunk->size;
        if (chunk->size == CHUNK_ROOM && backlog->spare_count < SPARE_MAX) {
            chunk->next = backlog->spare;
            backlog->spare = chunk;
            backlog->spare_count++;
        } else {
            ls_mem_free(chunk);
        }
    }
}

void ls_kafka_backlog_let_go(struct kafka_backlog *backlog)
{
    for (size_t t = 0; t < backlog->topic_count; t++) {
        for (uint32_t p = 0; p < backlog->topics[t].partitions; p++) {
            let_go(backlog, &backlog->queues[t][p]);
        }
    }
}

void ls_kafka_backlog_rewind(struct kafka_backlog *backlog)
{
    backlog->front = backlog->back = NULL;
    for (size_t t = 0; t < backlog->topic_count; t++) {
        for (uint32_t p = 0; p < backlog->topics[t].partitions; p++) {
            struct kafka_queue *queue = &backlog->queues[t][p];
            for (struct kafka_chunk *chunk = queue->first; chunk; chunk = chunk->next) {
                chunk->sent = chunk->committed;
            }
            queue->at = NULL;
            queue->waits = false;
            if (queue->last && queue->last->committed < queue->last->used) {
                put_in_list(backlog, queue);
            }
        }
    }
}
