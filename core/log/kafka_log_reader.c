/* Reading a partition of a log on Kafka, from a position to the end of its range. */
#include "core/avro/encode.h"
#include "core/base/mem.h"
#include "core/base/mutant.h"
#include "core/log/kafka_log_internal.h"

#include <stdlib.h>
#include <string.h>

#define WAIT_MS     100 /* for a record, before patience is looked at */
#define HEADERS_MAX (64U << 20)
#define VALUES_MAX  (1U << 30)

struct kafka_reader {
    struct ls_log_reader base;
    const struct kafka_log *log;
    const struct kafka_topic *topic;
    uint32_t partition;
    struct kafka_consumer *consumer;
    bool *taken;
    rd_kafka_topic_t *handle; /* while it is consumed from */
    char name[LS_KAFKA_NAME_MAX];
    int64_t next_offset; /* behind what was read; 0: nothing was */
    bool ended;          /* it was said that there is no more */
    uint64_t at;         /* the position of the next message, which may be in front of
                            base.position */
    size_t mark;         /* the first one behind `at` */
    rd_kafka_message_t **messages;
    struct ls_log_record *records;
    size_t count, capacity, record_capacity;
    struct ls_buf headers;     /* of the records, encoded */
    struct ls_buf values;      /* of those that had the frame of a registry */
    struct ls_kafka_wait wait; /* until something comes */
};

/* ---- consumers */

static struct kafka_consumer *new_consumer(struct kafka_log *log, struct ls_error *err)
{
    struct kafka_consumer *consumer = ls_mem_new(1, sizeof *consumer, err);
    if (!consumer) {
        return NULL;
    }
    consumer->next = log->consumers;
    log->consumers = consumer; /* freed with the log, whatever it lacks */
    consumer->taken = ls_mem_new(log->topic_count, sizeof *consumer->taken, err);
    for (size_t t = 0; consumer->taken && t < log->topic_count; t++) {
        consumer->taken[t] = ls_mem_new(log->topics[t].partitions, sizeof(bool), err);
        if (!consumer->taken[t]) {
            return NULL;
        }
    }
    return consumer->taken && ls_kafka_consumer_new(&log->place, log->reader_count,
                                                    &consumer->client, err) == 0
               ? consumer
               : NULL;
}

/* One that does not read the partition now. */
static int take_consumer(struct kafka_reader *reader, struct ls_error *err)
{
    struct kafka_log *log = (struct kafka_log *)(uintptr_t)reader->log;
    size_t t = (size_t)(reader->topic - log->topics);
    pthread_mutex_lock(&log->lock);
    struct kafka_consumer *consumer = log->consumers;
    while (consumer && (!consumer->client || consumer->taken[t][reader->partition])) {
        consumer = consumer->next;
    }
    consumer = consumer ? consumer : new_consumer(log, err);
    if (consumer) {
        reader->consumer = consumer;
        reader->taken = &consumer->taken[t][reader->partition];
        *reader->taken = true;
    }
    pthread_mutex_unlock(&log->lock);
    return consumer ? 0 : err->code;
}

static void count_readers(struct kafka_log *log, int by)
{
    pthread_mutex_lock(&log->lock);
    log->reader_count += (size_t)by;
    pthread_mutex_unlock(&log->lock);
}

void ls_kafka_consumers_free(struct kafka_log *log)
{
    while (log->consumers) {
        struct kafka_consumer *next = log->consumers->next;
        ls_kafka_client_free(log->consumers->client);
        for (size_t t = 0; log->consumers->taken && t < log->topic_count; t++) {
            ls_mem_free(log->consumers->taken[t]);
        }
        ls_mem_free(log->consumers->taken);
        ls_mem_free(log->consumers);
        log->consumers = next;
    }
}

/* ---- beginning */

/* The last mark that is not behind the position: from there on, messages are counted. */
static const struct kafka_mark *mark_before(const struct kafka_marks *marks, uint64_t position)
{
    size_t low = 0;
    size_t high = marks->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (marks->items[middle].position <= position) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &marks->items[low];
}

static int fail(const struct kafka_reader *reader, rd_kafka_resp_err_t code, struct ls_error *err)
{
    return ls_kafka_error(reader->consumer->client, code, NULL, err,
                          "reading partition %u of %s, record %llu", reader->partition,
                          reader->name, (unsigned long long)reader->at);
}

/* The consumer is made when it is read from: then it is known how many share what is fetched. */
static int start(struct kafka_reader *reader, int64_t offset, struct ls_error *err)
{
    int rc = take_consumer(reader, err);
    if (rc < 0) {
        return rc;
    }
    reader->handle = rd_kafka_topic_new(ls_kafka_of(reader->consumer->client), reader->name, NULL);
    if (rd_kafka_consume_start(reader->handle, (int32_t)reader->partition, offset) < 0) {
        rd_kafka_topic_destroy(reader->handle);
        reader->handle = NULL;
        return fail(reader, rd_kafka_last_error(), err);
    }
    return 0;
}

static struct kafka_reader *reader_of(const struct kafka_log *log, uint32_t topic,
                                      uint32_t partition, struct ls_error *err)
{
    struct kafka_reader *reader = ls_mem_new(1, sizeof *reader, err);
    if (reader) {
        count_readers((struct kafka_log *)(uintptr_t)log, 1);
        reader->base.kind = &ls_log_kafka;
        reader->base.end = &log->base.counts[topic][partition];
        reader->log = log;
        reader->topic = ls_kafka_log_topic(log, topic);
        reader->partition = partition;
        ls_kafka_log_name(log, reader->topic->name, reader->name);
        ls_buf_init(&reader->headers, "the headers of records that are read", HEADERS_MAX);
        ls_buf_init(&reader->values, "the values of records that are read", VALUES_MAX);
    }
    return reader;
}

int ls_kafka_log_reader_new(const struct ls_log *base, uint32_t topic, uint32_t partition,
                            uint64_t position, struct ls_log_reader **out, struct ls_error *err)
{
    struct kafka_reader *reader = reader_of((const struct kafka_log *)base, topic, partition, err);
    if (!reader) {
        return err->code;
    }
    const struct kafka_marks *marks = &reader->topic->marks[partition];
    const struct kafka_mark *mark = mark_before(marks, position);
    reader->base.position = position;
    reader->at = mark->position;
    reader->mark = (size_t)(mark - marks->items) + 1;
    *out = &reader->base; /* it begins when it is read: there may be nothing to wait for */
    return 0;
}

/* ---- reading */

static void let_go(struct kafka_reader *reader)
{
    while (reader->count > 0) {
        rd_kafka_message_destroy(reader->messages[--reader->count]);
    }
    reader->headers.size = reader->values.size = 0;
}

void ls_kafka_log_reader_free(struct ls_log_reader *base)
{
    struct kafka_reader *reader = (struct kafka_reader *)base;
    struct kafka_log *log = (struct kafka_log *)(uintptr_t)reader->log;
    let_go(reader);
    if (reader->handle) {
        rd_kafka_consume_stop(reader->handle, (int32_t)reader->partition);
        rd_kafka_topic_destroy(reader->handle);
    }
    if (reader->taken) {
        pthread_mutex_lock(&log->lock);
        *reader->taken = false;
        pthread_mutex_unlock(&log->lock);
    }
    count_readers(log, -1);
    ls_mem_free(reader->messages);
    ls_mem_free(reader->records);
    ls_buf_clear(&reader->headers);
    ls_buf_clear(&reader->values);
    ls_mem_free(reader);
}

static int lost(const struct kafka_reader *reader, int64_t offset, const char *what,
                struct ls_error *err)
{
    return ls_error_set(err, LS_E_DATA,
                        "partition %u of %s %s at offset %lld, record %llu of the log: it was "
                        "cut by retention, compacted, made anew, or written by another program",
                        reader->partition, reader->name, what, (long long)offset,
                        (unsigned long long)reader->at);
}

/* Each mark says which record stands at its offset or is the next one behind it. */
static int check_marks(struct kafka_reader *reader, int64_t offset, struct ls_error *err)
{
    const struct kafka_marks *marks = &reader->topic->marks[reader->partition];
    if (LS_MUTANT(GAP_IS_LOSS) && offset != (int64_t)reader->at) {
        return lost(reader, offset, "lacks records", err);
    }
    for (; reader->mark < marks->count && !LS_MUTANT(LOSS_PASSED_OVER); reader->mark++) {
        const struct kafka_mark *mark = &marks->items[reader->mark];
        if (offset >= mark->offset && reader->at < mark->position) {
            return lost(reader, offset, "lacks records", err);
        }
        if (offset < mark->offset && reader->at >= mark->position) {
            return lost(reader, offset, "has more records than were written", err);
        }
        if (reader->at < mark->position) {
            return 0;
        }
    }
    return 0;
}

/* The headers as the file log has them: an Avro array. A value that is NULL is kept apart from one
 * of no bytes. */
static int encode_headers(struct kafka_reader *reader, const rd_kafka_message_t *message,
                          struct ls_log_record *record, struct ls_error *err)
{
    rd_kafka_headers_t *headers;
    const char *key;
    const void *value;
    size_t size;
    size_t begin = reader->headers.size;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_cnt(headers) == 0) {
        return 0;
    }
    int rc = ls_buf_reserve(&reader->headers, (size_t)2 * LS_AVRO_LONG_MAX, err);
    if (rc == 0) {
        uint8_t *at = reader->headers.data + begin;
        reader->headers.size += (size_t)(ls_put_long(at, (int64_t)rd_kafka_header_cnt(headers)) -
                                         at);
    }
    for (size_t i = 0; rc == 0 && rd_kafka_header_get_all(headers, i, &key, &value, &size) ==
                                      RD_KAFKA_RESP_ERR_NO_ERROR;
         i++) {
        rc = ls_buf_reserve(&reader->headers, strlen(key) + size + (size_t)4 * LS_AVRO_LONG_MAX,
                            err);
        if (rc == 0) {
            uint8_t *at = reader->headers.data + reader->headers.size;
            uint8_t *end = ls_put_long(ls_put_bytes(at, (const uint8_t *)key, strlen(key)),
                                       value != NULL);
            end = value ? ls_put_bytes(end, value, size) : end;
            reader->headers.size += (size_t)(end - at);
        }
    }
    if (rc == 0) {
        reader->headers.data[reader->headers.size++] = 0; /* the array's end */
        record->headers = (const uint8_t *)begin;         /* for now: the buffer may still move */
        record->headers_size = reader->headers.size - begin;
    }
    return rc;
}

/* The value with its fingerprint, where it has the frame of a registry. */
static int restore_value(struct kafka_reader *reader, struct ls_log_record *record,
                         struct ls_error *err)
{
    const struct ls_wire_value value = ls_wire_from(reader->log->frames, record->value,
                                                    record->value_size);
    if (value.kind != LS_WIRE_TRANSLATED) {
        return 0;
    }
    int rc = ls_buf_reserve(&reader->values, value.head_size + value.rest_size, err);
    if (rc == 0) {
        size_t begin = reader->values.size;
        reader->values.size += ls_wire_copy(&value, reader->values.data + begin);
        record->value = (const uint8_t *)begin; /* for now: the buffer may still move */
        record->value_size = reader->values.size - begin;
    }
    return rc;
}

static int keep(struct kafka_reader *reader, rd_kafka_message_t *message, struct ls_error *err)
{
    size_t needed = reader->count + 1;
    int rc = ls_mem_grow(&reader->messages, &reader->capacity, needed, sizeof(void *), err);
    rc = rc < 0 ? rc
                : ls_mem_grow(&reader->records, &reader->record_capacity, needed,
                              sizeof *reader->records, err);
    if (rc < 0) {
        rd_kafka_message_destroy(message);
        return rc;
    }
    reader->messages[reader->count] = message;
    struct ls_log_record *record = &reader->records[reader->count++];
    rd_kafka_timestamp_type_t type;
    int64_t time_ms = rd_kafka_message_timestamp(message, &type);
    if (type != RD_KAFKA_TIMESTAMP_CREATE_TIME) {
        time_ms = -1; /* when it came to the broker is no property of the record (P3) */
    }
    *record = (struct ls_log_record){.offset = (int64_t)reader->at,
                                     .timestamp_ms = time_ms,
                                     .key = message->key,
                                     .key_size = message->key_len,
                                     .value = message->payload,
                                     .value_size = message->len};
    rc = encode_headers(reader, message, record, err);
    return rc < 0 || !reader->log->frames ? rc : restore_value(reader, record, err);
}

/* One message: 1 when it was taken, 0 when there was none that is a record. */
static int take(struct kafka_reader *reader, rd_kafka_message_t *message, struct ls_error *err)
{
    rd_kafka_resp_err_t code = message->err;
    int64_t offset = message->offset;
    if (code) {
        int rc = 0;
        if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            reader->ended = true; /* a broker that has only just come up may know less */
            reader->next_offset = offset;
        } else if (code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE ||
                   code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
            rc = lost(reader, offset, "has lost records", err);
        } else if (!ls_kafka_is_passing(code) || ls_kafka_wait_is_over(&reader->wait)) {
            rc = fail(reader, code, err);
        }
        rd_kafka_message_destroy(message);
        return rc;
    }
    int rc = check_marks(reader, offset, err);
    if (rc < 0 || reader->at < reader->base.position) { /* on the way to where it begins */
        rd_kafka_message_destroy(message);
    } else {
        rc = keep(reader, message, err);
    }
    reader->at++;
    reader->next_offset = offset + 1;
    reader->ended = false;
    reader->wait = ls_kafka_wait_begin();
    return rc < 0 ? rc : 1;
}

/* Nothing comes, and there is more: what stands behind an open transaction is not decided upon. */
static bool is_held_back(const struct kafka_reader *reader)
{
    int64_t low;
    int64_t high = 0;
    return rd_kafka_get_watermark_offsets(ls_kafka_of(reader->consumer->client), reader->name,
                                          (int32_t)reader->partition, &low,
                                          &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
           high > reader->next_offset;
}

/* Nothing came within patience: because there is no more, or no topic any more? */
static int waited(const struct kafka_reader *reader, struct ls_error *err)
{
    uint32_t partitions;
    if (reader->ended && (LS_MUTANT(UNDECIDED_ENDS) || LS_MUTANT(LOSS_PASSED_OVER))) {
        *(uint64_t *)(uintptr_t)reader->base.end = reader->at < reader->base.position
                                                       ? reader->base.position
                                                       : reader->at;
        return 0;
    }
    rd_kafka_poll(ls_kafka_of(reader->consumer->client), 0);
    int rc = ls_kafka_partitions(reader->consumer->client, reader->name, &partitions, err);
    if (rc == 0 && partitions == 0) {
        return ls_error_set(err, LS_E_DATA, "the topic %s of the log is gone: it was removed",
                            reader->name);
    }
    if (rc == 0 && reader->ended && is_held_back(reader)) {
        return ls_error_set(err, LS_E_IO,
                            "partition %u of %s cannot be read behind offset %lld: a transaction "
                            "hangs there; end it, or wait for its transaction.timeout.ms, and try "
                            "again",
                            reader->partition, reader->name, (long long)reader->next_offset);
    }
    return rc < 0          ? rc
           : reader->ended ? lost(reader, reader->next_offset, "ends", err)
                           : fail(reader, RD_KAFKA_RESP_ERR__TIMED_OUT, err);
}

static void place_copies(struct kafka_reader *reader)
{
    for (size_t i = 0; i < reader->count; i++) {
        struct ls_log_record *record = &reader->records[i];
        if (record->headers_size) {
            record->headers = reader->headers.data + (uintptr_t)record->headers;
        }
        if (record->value != reader->messages[i]->payload) {
            record->value = reader->values.data + (uintptr_t)record->value;
        }
    }
}

int ls_kafka_log_read(struct ls_log_reader *base, size_t count_max,
                      const struct ls_log_record **records, size_t *count, struct ls_error *err)
{
    struct kafka_reader *reader = (struct kafka_reader *)base;
    const struct kafka_marks *marks = &reader->topic->marks[reader->partition];
    int rc = 0;
    *count = 0;
    let_go(reader);
    reader->wait = ls_kafka_wait_begin();
    if (base->position < *base->end && !reader->handle) {
        rc = start(reader, marks->items[reader->mark - 1].offset, err);
    }
    if (base->position >= *base->end || rc < 0) {
        return rc;
    }
    while (rc >= 0 && reader->count < count_max && reader->at < *base->end) {
        rd_kafka_message_t *message = rd_kafka_consume(reader->handle, (int32_t)reader->partition,
                                                       reader->count ? 0 : WAIT_MS);
        if (message) {
            rc = take(reader, message, err);
        } else if (ls_kafka_wait_is_over(&reader->wait)) {
            rc = waited(reader, err);
        } else if (reader->count) {
            break;
        }
    }
    rd_kafka_poll(ls_kafka_of(reader->consumer->client), 0);
    place_copies(reader);
    *records = reader->records;
    *count = rc < 0 ? 0 : reader->count;
    base->position += *count;
    return rc < 0 ? rc : 0;
}

bool ls_kafka_log_reader_place(const struct ls_log_reader *base, uint64_t position,
                               struct ls_log_input *out)
{
    const struct kafka_reader *reader = (const struct kafka_reader *)base;
    const struct kafka_marks *marks = &reader->topic->marks[reader->partition];
    uint64_t first = base->position - reader->count;
    *out = (struct ls_log_input){.topic = reader->name, .partition = reader->partition};
    if (position >= first && position < base->position) {
        out->offset = reader->messages[position - first]->offset;
    } else {
        out->offset = reader->next_offset ? reader->next_offset
                                          : marks->items[reader->mark - 1].offset;
    }
    return true;
}

/* ---- what is behind */

int ls_kafka_log_overhang(const struct kafka_log *log, uint32_t topic, uint32_t partition,
                          bool *found, struct ls_error *err)
{
    struct kafka_reader *reader = reader_of(log, topic, partition, err);
    if (!reader) {
        return err->code;
    }
    const struct kafka_marks *marks = &reader->topic->marks[partition];
    bool ended = false;
    reader->wait = ls_kafka_wait_begin();
    int rc = start(reader, marks->items[marks->count - 1].offset, err);
    while (rc == 0 && !ended && !*found) {
        rd_kafka_message_t *message = rd_kafka_consume(reader->handle, (int32_t)partition, WAIT_MS);
        rd_kafka_resp_err_t code = message ? message->err : RD_KAFKA_RESP_ERR__TIMED_OUT;
        *found = code == RD_KAFKA_RESP_ERR_NO_ERROR;
        ended = code == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        if (code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
            rc = lost(reader, marks->items[marks->count - 1].offset, "ends before its end", err);
        } else if (!*found && !ended &&
                   (!ls_kafka_is_passing(code) || ls_kafka_wait_is_over(&reader->wait))) {
            rc = fail(reader, code, err);
        }
        if (message) {
            rd_kafka_message_destroy(message);
        }
    }
    ls_kafka_log_reader_free(&reader->base);
    return rc;
}
