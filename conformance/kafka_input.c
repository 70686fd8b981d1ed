#include "conformance/kafka_input.h"

#include "conformance/kafka_admin.h"
#include "core/base/arena.h"
#include "core/base/mem.h"
#include "core/log/manifest.h"

#include <stdio.h>
#include <string.h>

#define CODECS      5
#define SHIFT       50 /* records that stood in front, at least */
#define TELL_EVERY  16 /* transactions, a manifest */
#define NAMES_MAX   (1U << 20)
#define RECORDS_MAX (256U << 20) /* bytes of a transaction's */

struct writer {
    struct ls_kafka_input *input;
    struct ls_kafka_place place;
    struct ls_log *log;
    const struct ls_log_topic *topics;
    size_t topic_count;
    struct ls_arena arena; /* names, and numbers of each partition */
    const char **names;    /* of the topics, then of the manifests' */
    uint64_t **ends, **offsets;
    struct ls_wire_map *frames;    /* ids that values have; NULL: fingerprints */
    struct ls_kafka_client *plain; /* of manifests */
    struct ls_kafka_client *producers[CODECS];
    size_t producer_count;
    size_t next_size;

    /* of the transaction that is gathered; all are of one partition */
    struct ls_arena bytes;
    struct ls_log_record records[LS_KAFKA_INPUT_SIZE_MAX];
    size_t count;
};

/* ---- producers */

int ls_kafka_input_producer(const struct ls_kafka_place *place, const char *transactional_id,
                            const char *codec, struct ls_kafka_client **out, struct ls_error *err)
{
    const char *properties[9] = {"isolation.level", "read_uncommitted", "linger.ms", "0"};
    size_t count = 4;
    if (codec) {
        properties[count++] = "compression.type";
        properties[count++] = codec;
    }
    if (transactional_id) {
        properties[count++] = "transactional.id";
        properties[count] = transactional_id;
    }
    return ls_kafka_client_new(place, RD_KAFKA_PRODUCER, properties, NULL, NULL, out, err);
}

int ls_kafka_input_send(struct ls_kafka_client *producer, const char *topic, uint32_t partition,
                        const struct ls_log_record *record, struct ls_error *err)
{
    /* a handle has the leader looked for at once, a name once in a second */
    rd_kafka_topic_t *handle = rd_kafka_topic_new(ls_kafka_of(producer), topic, NULL);
    rd_kafka_vu_t words[7] = {
        {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = handle},
        {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = (int32_t)partition},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)(uintptr_t)record->key, record->key_size}},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {(void *)(uintptr_t)record->value, record->value_size}},
        /* 0 is the client's word for now: of one that has no time */
        {.vtype = RD_KAFKA_VTYPE_TIMESTAMP,
         .u.i64 = record->timestamp_ms > 0 ? record->timestamp_ms : 0},
    };
    size_t count = 6;
    rd_kafka_headers_t *headers = NULL;
    if (record->headers_size) {
        headers = ls_kafka_headers_new(record->headers, record->headers_size);
        words[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers};
    }
    rd_kafka_error_t *error = rd_kafka_produceva(ls_kafka_of(producer), words, count);
    rd_kafka_topic_destroy(handle);
    rd_kafka_poll(ls_kafka_of(producer), 0);
    if (!error) {
        return 0;
    }
    int rc = ls_kafka_error(producer, rd_kafka_error_code(error), rd_kafka_error_string(error), err,
                            "writing into %s", topic);
    rd_kafka_error_destroy(error);
    if (headers) {
        rd_kafka_headers_destroy(headers);
    }
    return rc;
}

int ls_kafka_input_flush(struct ls_kafka_client *producer, struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    rd_kafka_resp_err_t code = rd_kafka_flush(ls_kafka_of(producer),
                                              ls_kafka_wait_ms(&wait, 60000));
    return code ? ls_kafka_error(producer, code, NULL, err, "writing into topics") : 0;
}

/* The answer to a call; 1: to be tried again. */
static int answer(struct ls_kafka_client *producer, rd_kafka_error_t *error,
                  const struct ls_kafka_wait *wait, const char *what, struct ls_error *err)
{
    if (!error) {
        return 0;
    }
    int rc = rd_kafka_error_is_retriable(error) && !ls_kafka_wait_is_over(wait)
                 ? 1
                 : ls_kafka_error(producer, rd_kafka_error_code(error),
                                  rd_kafka_error_string(error), err, "%s", what);
    rd_kafka_error_destroy(error);
    return rc;
}

int ls_kafka_input_init(struct ls_kafka_client *producer, struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    int rc;
    do {
        rc = answer(producer, rd_kafka_init_transactions(ls_kafka_of(producer), 5000), &wait,
                    "beginning to write in transactions", err);
    } while (rc > 0);
    return rc;
}

int ls_kafka_input_begin(struct ls_kafka_client *producer, struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    int rc;
    do {
        rc = answer(producer, rd_kafka_begin_transaction(ls_kafka_of(producer)), &wait,
                    "beginning a transaction", err);
    } while (rc > 0);
    return rc;
}

int ls_kafka_input_end(struct ls_kafka_client *producer, bool commit, struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    rd_kafka_t *rk = ls_kafka_of(producer);
    int rc = ls_kafka_input_flush(producer, err); /* an abort without it can be fatal */
    if (rc < 0) {
        return rc;
    }
    do {
        rd_kafka_error_t *error = commit ? rd_kafka_commit_transaction(rk, 5000)
                                         : rd_kafka_abort_transaction(rk, 5000);
        rc = answer(producer, error, &wait, "ending a transaction", err);
    } while (rc > 0);
    return rc;
}

/* ---- beginning */

/* Several in turn, also where codecs are no matter: after a commit a producer waits for its
 * markers.
 */
static int begin_producers(struct writer *w, struct ls_error *err)
{
    static const char *const codecs[CODECS] = {"none", "gzip", "snappy", "lz4", "zstd"};
    int rc = ls_kafka_input_producer(&w->place, NULL, NULL, &w->plain, err);
    for (size_t i = 0; rc == 0 && i < CODECS; i++) {
        const char *id = ls_arena_printf(&w->arena, err, "%scase-%s", w->place.prefix, codecs[i]);
        rc = id ? ls_kafka_input_producer(&w->place, id, w->input->codecs ? codecs[i] : NULL,
                                          &w->producers[i], err)
                : err->code;
        w->producer_count = i + 1;
        rc = rc < 0 ? rc : ls_kafka_input_init(w->producers[i], err);
    }
    return rc;
}

static uint64_t **numbers_of(struct writer *w, struct ls_error *err)
{
    uint64_t **numbers = ls_arena_new(&w->arena, w->topic_count, sizeof *numbers, err);
    for (size_t t = 0; numbers && t < w->topic_count; t++) {
        numbers[t] = ls_arena_new(&w->arena, w->topics[t].partitions, sizeof **numbers, err);
        if (!numbers[t]) {
            return NULL;
        }
    }
    return numbers;
}

static int begin_topics(struct writer *w, struct ls_error *err)
{
    int rc = 0;
    for (size_t t = 0; rc == 0 && t <= w->topic_count; t++) {
        bool side = t == w->topic_count;
        w->names[t] = ls_arena_printf(&w->arena, err, "%s%s", w->place.prefix,
                                      side ? "lockstep" : w->topics[t].name);
        if (!w->names[t]) {
            return err->code;
        }
        struct ls_log_topic topic = {.name = w->names[t],
                                     .partitions = side ? 1 : w->topics[t].partitions};
        rc = side || !w->input->properties
                 ? ls_kafka_topics_make(w->plain, &topic, 1, err)
                 : ls_kafka_admin_make(w->plain, &topic, w->input->properties, err);
    }
    return rc;
}

/* Where the next record of each partition will stand, or behind the markers in front of it. */
static int find_offsets(struct writer *w, struct ls_error *err)
{
    int rc = 0;
    for (size_t t = 0; rc == 0 && t < w->topic_count; t++) {
        for (uint32_t p = 0; rc == 0 && p < w->topics[t].partitions; p++) {
            int64_t low;
            int64_t high = 0;
            rc = ls_kafka_range(w->plain, w->names[t], p, &low, &high, err);
            w->offsets[t][p] = (uint64_t)high;
        }
    }
    return rc;
}

/* Records of nobody's in front, more in each partition than in the one before. */
static int shift(struct writer *w, struct ls_error *err)
{
    static const uint8_t text[] = "of another time";
    const struct ls_log_record record = {
        .timestamp_ms = 1, .value = text, .value_size = sizeof text};
    uint64_t count = SHIFT;
    int rc = 0;
    for (size_t t = 0; rc == 0 && t < w->topic_count; t++) {
        for (uint32_t p = 0; rc == 0 && p < w->topics[t].partitions; p++, count += 7) {
            for (uint64_t i = 0; rc == 0 && i < count; i++) {
                rc = ls_kafka_input_send(w->plain, w->names[t], p, &record, err);
            }
            rc = rc < 0 ? rc : ls_kafka_input_flush(w->plain, err);
            rc = rc < 0 ? rc : ls_kafka_admin_cut(w->plain, w->names[t], p, (int64_t)count, err);
        }
    }
    return rc;
}

/* ---- manifests */

static int tell(struct writer *w, bool complete, struct ls_error *err)
{
    struct ls_buf text;
    int rc = find_offsets(w, err);
    const struct ls_log_saying saying = {.complete = complete,
                                         .identity = ls_log_identity(w->log),
                                         .topics = w->topics,
                                         .topic_count = w->topic_count,
                                         .ends = w->ends,
                                         .offsets = w->offsets,
                                         .session = "verify",
                                         .frames = w->frames};
    ls_buf_init(&text, "a log's manifest", LS_LOG_MANIFEST_MAX);
    rc = rc < 0 ? rc : ls_log_manifest_format(&saying, &text, err);
    const struct ls_log_record record = {.value = text.data, .value_size = text.size};
    rc = rc < 0 ? rc : ls_kafka_input_send(w->plain, w->names[w->topic_count], 0, &record, err);
    rc = rc < 0 ? rc : ls_kafka_input_flush(w->plain, err);
    ls_buf_clear(&text);
    return rc;
}

/* ---- transactions */

static struct ls_kafka_client *producer_of(const struct writer *w)
{
    return w->producers[w->input->transactions % w->producer_count];
}

/* Those of the records that are to be `missing`, or the others; and ends it. */
static int send_gathered(struct writer *w, size_t topic, uint32_t partition, bool missing,
                         bool commit, struct ls_error *err)
{
    struct ls_kafka_client *producer = producer_of(w);
    unsigned one_in = w->input->missing_one_in;
    int rc = ls_kafka_input_begin(producer, err);
    for (size_t i = 0; rc == 0 && i < w->count; i++) {
        bool is_missing = one_in && (w->input->records + i) % one_in == one_in - 1;
        w->input->missing += missing && is_missing;
        rc = is_missing == missing || !one_in
                 ? ls_kafka_input_send(producer, w->names[topic], partition, &w->records[i], err)
                 : 0;
    }
    w->input->taken_back += !commit;
    return rc < 0 ? rc : ls_kafka_input_end(producer, commit, err);
}

/* Somebody's transaction, with a record, that is left open. */
static int hang(struct writer *w, size_t topic, uint32_t partition, struct ls_error *err)
{
    struct ls_kafka_input *input = w->input;
    const char *id = ls_arena_printf(&w->arena, err, "%scase-hangs", w->place.prefix);
    static const uint8_t text[] = "of another program";
    const struct ls_log_record record = {
        .timestamp_ms = 1, .value = text, .value_size = sizeof text};
    int rc = id ? ls_kafka_input_producer(&w->place, id, NULL, &input->hanging, err) : err->code;
    rc = rc < 0 ? rc : ls_kafka_input_init(input->hanging, err);
    rc = rc < 0 ? rc : ls_kafka_input_begin(input->hanging, err);
    rc = rc < 0 ? rc
                : ls_kafka_input_send(input->hanging, w->names[topic], partition, &record, err);
    return rc < 0 ? rc : ls_kafka_input_flush(input->hanging, err);
}

/* What was gathered; `more` of the partition is to come. */
static int commit_gathered(struct writer *w, size_t topic, uint32_t partition, bool more,
                           struct ls_error *err)
{
    struct ls_kafka_input *input = w->input;
    int rc = 0;
    if (input->missing_one_in) {
        rc = send_gathered(w, topic, partition, true, false, err);
    } else if (input->aborted && input->transactions % 2 == 0 && w->count) {
        rc = send_gathered(w, topic, partition, false, false, err);
    }
    rc = rc < 0 ? rc : send_gathered(w, topic, partition, false, true, err);
    if (rc == 0) {
        input->transactions++;
        input->empty += w->count == 0;
        input->records += w->count;
        w->ends[topic][partition] += w->count;
        w->count = 0;
        ls_arena_clear(&w->bytes);
        ls_arena_init(&w->bytes, "records of a transaction", RECORDS_MAX);
    }
    if (rc == 0 && input->hangs && !input->hanging && more) {
        rc = hang(w, topic, partition, err);
    }
    return rc < 0 || input->transactions % TELL_EVERY ? rc : tell(w, false, err);
}

/* The size of the transaction that is gathered; empty ones are written on the way. */
static int next_size(struct writer *w, size_t topic, uint32_t partition, size_t *size,
                     struct ls_error *err)
{
    const struct ls_kafka_input *input = w->input;
    int rc = 0;
    while (rc == 0 && (*size = input->sizes[w->next_size++ % input->size_count]) == 0) {
        rc = commit_gathered(w, topic, partition, false, err);
    }
    return rc;
}

static const uint8_t *copy_bytes(struct writer *w, const uint8_t *bytes, size_t size,
                                 struct ls_error *err)
{
    return bytes ? (const uint8_t *)ls_arena_text(&w->bytes, (const char *)bytes, size, err) : NULL;
}

/* The value with the id of its schema, which gets one when it is seen first, in the place of the
 * fingerprint; as it is where it has none. */
static int frame(struct writer *w, struct ls_log_record *record, struct ls_error *err)
{
    struct ls_kafka_input *input = w->input;
    const struct ls_frame found = ls_frame_read(record->value, record->value_size);
    struct ls_wire_value value = ls_wire_to(w->frames, record->value, record->value_size);
    if (found.kind == LS_FRAME_SINGLE_OBJECT && value.kind == LS_WIRE_UNKNOWN) {
        uint32_t id = input->first_id + (uint32_t)input->schemas;
        if (ls_wire_map_add(w->frames, id, found.crc64, err) < 0) {
            return err->code;
        }
        input->schemas++;
        value = ls_wire_to(w->frames, record->value, record->value_size);
    }
    if (value.kind == LS_WIRE_TRANSLATED) {
        uint8_t *bytes = ls_arena_new(&w->bytes, value.head_size + value.rest_size, 1, err);
        if (!bytes) {
            return err->code;
        }
        record->value_size = ls_wire_copy(&value, bytes);
        record->value = bytes;
        input->framed++;
    }
    return 0;
}

static int gather(struct writer *w, const struct ls_log_record *record, struct ls_error *err)
{
    struct ls_log_record *own = &w->records[w->count];
    *own = *record;
    own->key = copy_bytes(w, record->key, record->key_size, err);
    own->headers = copy_bytes(w, record->headers, record->headers_size, err);
    own->value = copy_bytes(w, record->value, record->value_size, err);
    if ((record->key && !own->key) || (record->headers && !own->headers) ||
        (record->value && !own->value)) {
        return err->code;
    }
    w->count++;
    return w->frames ? frame(w, own, err) : 0;
}

static int write_partition(struct writer *w, uint32_t topic, uint32_t partition,
                           struct ls_error *err)
{
    struct ls_log_reader *reader;
    const struct ls_log_record *records;
    uint64_t left = ls_log_count(w->log, topic, partition);
    size_t count = 1;
    size_t size;
    int rc = ls_log_reader_new(w->log, topic, partition, 0, &reader, err);
    if (rc < 0) {
        return rc;
    }
    rc = next_size(w, topic, partition, &size, err);
    while (rc == 0 && count) {
        rc = ls_log_read(reader, LS_KAFKA_INPUT_SIZE_MAX, &records, &count, err);
        for (size_t i = 0; rc == 0 && i < count; i++) {
            left--;
            rc = gather(w, &records[i], err);
            if (rc == 0 && (w->count == size || left == 0)) {
                rc = commit_gathered(w, topic, partition, left > 0, err);
                rc = rc < 0 ? rc : next_size(w, topic, partition, &size, err);
            }
        }
    }
    ls_log_reader_free(reader);
    return rc;
}

/* ---- all of it */

static int begin(struct writer *w, struct ls_error *err)
{
    const char *uri = ls_arena_printf(&w->arena, err, "log:%s", w->input->log);
    int rc = uri ? ls_kafka_place_parse(w->input->uri + strlen("kafka:"), &w->place, err)
                 : err->code;
    rc = rc < 0 ? rc : ls_log_open(uri, false, &w->log, err);
    if (rc < 0) {
        return rc;
    }
    w->topics = ls_log_topics(w->log, &w->topic_count);
    w->names = ls_arena_new(&w->arena, w->topic_count + 1, sizeof *w->names, err);
    w->ends = w->names ? numbers_of(w, err) : NULL;
    w->offsets = w->ends ? numbers_of(w, err) : NULL;
    w->frames = w->offsets && w->input->first_id ? ls_wire_map_new(err) : NULL;
    rc = w->offsets && (w->frames || !w->input->first_id) ? begin_producers(w, err) : err->code;
    rc = rc < 0 ? rc : begin_topics(w, err);
    rc = rc < 0 || !w->input->shifted ? rc : shift(w, err);
    return rc < 0 ? rc : tell(w, false, err);
}

static void count_gaps(struct writer *w)
{
    for (size_t t = 0; t < w->topic_count; t++) {
        for (uint32_t p = 0; p < w->topics[t].partitions; p++) {
            w->input->gaps += w->offsets[t][p] - w->ends[t][p];
        }
    }
}

static void clear(struct writer *w)
{
    for (size_t i = 0; i < w->producer_count; i++) {
        ls_kafka_client_free(w->producers[i]);
    }
    ls_kafka_client_free(w->plain);
    ls_wire_map_free(w->frames);
    ls_log_close(w->log);
    ls_kafka_place_clear(&w->place);
    ls_arena_clear(&w->bytes);
    ls_arena_clear(&w->arena);
    ls_mem_free(w);
}

int ls_kafka_input_write(struct ls_kafka_input *input, struct ls_error *err)
{
    struct writer *w = ls_mem_new(1, sizeof *w, err);
    if (!w) {
        return err->code;
    }
    w->input = input;
    ls_arena_init(&w->arena, "names and ends of topics", NAMES_MAX);
    ls_arena_init(&w->bytes, "records of a transaction", RECORDS_MAX);
    int rc = begin(w, err);
    for (uint32_t t = 0; rc == 0 && t < w->topic_count; t++) {
        for (uint32_t p = 0; rc == 0 && p < w->topics[t].partitions; p++) {
            rc = write_partition(w, t, p, err);
        }
    }
    rc = rc < 0 ? rc : tell(w, true, err);
    if (rc == 0) {
        count_gaps(w);
    }
    clear(w);
    return rc;
}

int ls_kafka_input_release(struct ls_kafka_input *input, struct ls_error *err)
{
    return ls_kafka_input_end(input->hanging, false, err);
}

void ls_kafka_input_clear(struct ls_kafka_input *input)
{
    ls_kafka_client_free(input->hanging);
    input->hanging = NULL;
}
