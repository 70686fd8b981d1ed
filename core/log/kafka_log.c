/* A log on Kafka. Each of its topics is a topic of the cluster, PREFIX.NAME, that holds the records
 * of the file log and nothing else. Beside them PREFIX.lockstep holds manifests: each transaction
 * that writes records writes one there, which says how far every partition goes. What readers see
 * is what the last one says, and of what was written since then nothing. Since markers of
 * transactions take offsets too, a position is not an offset: a manifest tells both (ADR 0032). */
#include "core/log/kafka_log_internal.h"

#include "core/base/mem.h"
#include "core/base/mutant.h"
#include "core/obs/clock.h"

#include <stdio.h>
#include <string.h>

#define SIDE_TOPIC "lockstep"

/* What is fetched ahead of all partitions that are read together; of each, a fetch may be more. A
 * queue that was full is looked at again after a second (librdkafka 2.0): less would be read in
 * gulps. */
#define AHEAD_KBYTES      ((size_t)256 << 10)
#define AHEAD_KBYTES_EACH ((size_t)64 << 10)
#define AHEAD_MESSAGES    ((size_t)1000000)

int ls_kafka_consumer_new(const struct ls_kafka_place *place, size_t partitions,
                          struct ls_kafka_client **out, struct ls_error *err)
{
    char kilobytes[24];
    char messages[24];
    size_t kbytes = AHEAD_KBYTES / partitions;
    snprintf(kilobytes, sizeof kilobytes, "%zu",
             kbytes < AHEAD_KBYTES_EACH ? kbytes + 1 : AHEAD_KBYTES_EACH);
    snprintf(messages, sizeof messages, "%zu", AHEAD_MESSAGES / partitions + 1);
    const char *const properties[] = {
        "isolation.level", LS_MUTANT(UNDECIDED_READ) ? "read_uncommitted" : "read_committed",
        "enable.partition.eof", "true", "auto.offset.reset",
        LS_MUTANT(LOSS_PASSED_OVER) ? "earliest" : "error", "enable.auto.commit", "false",
        /* a partition that begins to be read waits for what was asked of the others, and one whose
           queue was full for this long */
        "fetch.wait.max.ms", "10", "fetch.error.backoff.ms", "10",
        /* librdkafka's limits are of each partition */
        "queued.max.messages.kbytes", kilobytes, "queued.min.messages", messages, NULL};
    return ls_kafka_client_new(place, RD_KAFKA_CONSUMER, properties, NULL, NULL, out, err);
}

const char *ls_kafka_log_name(const struct kafka_log *log, const char *topic,
                              char out[LS_KAFKA_NAME_MAX])
{
    snprintf(out, LS_KAFKA_NAME_MAX, "%s%s", log->place.prefix, topic);
    return out;
}

const struct kafka_topic *ls_kafka_log_topic(const struct kafka_log *log, uint32_t topic)
{
    for (size_t i = 0; i < log->topic_count; i++) {
        if (strcmp(log->topics[i].name, log->base.topics[topic].name) == 0) {
            return &log->topics[i];
        }
    }
    return NULL; /* cannot be: they come from the same manifest */
}

uint64_t **ls_kafka_numbers_new(const struct kafka_log *log, struct ls_error *err)
{
    uint64_t **numbers = ls_mem_new(log->topic_count, sizeof *numbers, err);
    for (size_t t = 0; numbers && t < log->topic_count; t++) {
        numbers[t] = ls_mem_new(log->topics[t].partitions, sizeof **numbers, err);
        if (!numbers[t]) {
            ls_kafka_numbers_free(log, numbers);
            return NULL;
        }
    }
    return numbers;
}

void ls_kafka_numbers_free(const struct kafka_log *log, uint64_t **numbers)
{
    for (size_t t = 0; numbers && t < log->topic_count; t++) {
        ls_mem_free(numbers[t]);
    }
    ls_mem_free(numbers);
}

/* ---- manifests */

static int another_log(const struct kafka_log *log, struct ls_error *err)
{
    return ls_error_set(err, LS_E_DATA,
                        "the log at %s is another than it was: its topics were removed "
                        "and made anew, or another program wrote there",
                        log->place.uri);
}

int ls_kafka_log_begin(struct kafka_log *log, const struct ls_log_topic *topics, size_t topic_count,
                       const struct ls_log_identity *identity, struct ls_error *err)
{
    int rc = ls_log_init(&log->base, &ls_log_kafka, topics, topic_count, err);
    log->topics = rc == 0 ? ls_mem_new(topic_count, sizeof *log->topics, err) : NULL;
    for (size_t t = 0; log->topics && t < topic_count; t++) {
        struct kafka_topic *topic = &log->topics[t];
        topic->name = ls_mem_copy(topics[t].name, strlen(topics[t].name), err);
        log->topic_count = t + 1;
        topic->partitions = topics[t].partitions;
        topic->marks = topic->name ? ls_mem_new(topic->partitions, sizeof *topic->marks, err)
                                   : NULL;
        if (!topic->marks) {
            return err->code;
        }
    }
    log->told = log->topics ? ls_kafka_numbers_new(log, err) : NULL;
    log->identity = log->told ? ls_log_identity_copy(identity, err) : NULL;
    if (!log->identity) {
        return err->code;
    }
    log->base.identity = *log->identity;
    return 0;
}

static int keep_text(char **kept, const char *text, struct ls_error *err)
{
    ls_mem_free(*kept);
    *kept = text ? ls_mem_copy(text, strlen(text), err) : NULL;
    return text && !*kept ? err->code : 0;
}

/* A partition that has not grown needs no further mark. */
static int add_mark(struct kafka_marks *marks, uint64_t position, uint64_t offset,
                    struct ls_error *err)
{
    if (marks->count && marks->items[marks->count - 1].position == position) {
        return 0;
    }
    int rc = ls_mem_grow(&marks->items, &marks->capacity, marks->count + 1, sizeof *marks->items,
                         err);
    if (rc == 0) {
        marks->items[marks->count++] = (struct kafka_mark){position, (int64_t)offset};
    }
    return rc;
}

/* How far the partitions go now. Topics that were not selected are not seen. */
static int take_topic(struct kafka_log *log, const struct ls_log_manifest *m, size_t t,
                      struct ls_error *err)
{
    struct kafka_topic *topic = &log->topics[t];
    int shown = ls_log_find_topic(&log->base, topic->name);
    if (strcmp(topic->name, m->topics[t].name) != 0 ||
        topic->partitions != m->topics[t].partitions) {
        return another_log(log, err);
    }
    int rc = 0;
    for (uint32_t p = 0; rc == 0 && p < topic->partitions; p++) {
        struct kafka_marks *marks = &topic->marks[p];
        if (marks->count && m->ends[t][p] < marks->items[marks->count - 1].position) {
            return another_log(log, err);
        }
        log->told[t][p] = m->ends[t][p];
        rc = add_mark(marks, m->ends[t][p], m->offsets[t][p], err);
        if (shown >= 0 && !log->writing) {
            log->base.counts[shown][p] = m->ends[t][p];
        }
    }
    return rc;
}

/* What an id means stays; a writer that goes on may know more of them. */
static int take_frames(struct kafka_log *log, struct ls_log_manifest *m, struct ls_error *err)
{
    int rc = 0;
    if (!log->frames) {
        log->frames = m->frames;
        m->frames = NULL;
    }
    for (size_t i = 0; rc == 0 && m->frames && i < ls_wire_map_count(m->frames); i++) {
        uint64_t crc64;
        uint32_t id = ls_wire_map_at(m->frames, i, &crc64);
        rc = ls_wire_map_add(log->frames, id, crc64, err);
    }
    return rc;
}

static int take(struct kafka_log *log, const void *text, size_t size, struct ls_error *err)
{
    struct ls_log_manifest m;
    int rc = ls_log_manifest_parse(text, size, &m, err);
    if (rc == 0 && !m.offsets) {
        rc = ls_error_set(err, LS_E_DATA, "a manifest there tells no offsets");
    }
    if (rc == LS_E_DATA) {
        ls_error_prefix(err, "the topic %s", log->side);
    }
    if (rc == 0 && !log->identity) {
        rc = ls_kafka_log_begin(log, m.topics, m.topic_count, m.identity, err);
    } else if (rc == 0) {
        const struct ls_log_identity *there = m.identity;
        const struct ls_log_identity *here = log->identity;
        ls_log_identity_compare(&there, &here);
        rc = there || here || m.topic_count != log->topic_count ? another_log(log, err) : 0;
    }
    for (size_t t = 0; rc == 0 && t < m.topic_count; t++) {
        rc = take_topic(log, &m, t, err);
    }
    rc = rc < 0 ? rc : take_frames(log, &m, err);
    rc = rc < 0 ? rc : keep_text(&log->session, m.session, err);
    log->checkpoint = m.checkpoint;
    log->told_complete = rc == 0 && m.complete;
    log->base.complete = log->writing ? log->base.complete : log->told_complete;
    ls_log_manifest_clear(&m);
    return rc;
}

/* Everything up to the end of what is decided upon. */
static int read_side(struct kafka_log *log, rd_kafka_topic_t *handle, struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    int rc = 0;
    while (rc == 0 && !ls_kafka_wait_is_over(&wait)) {
        rd_kafka_message_t *message = rd_kafka_consume(handle, 0, ls_kafka_wait_ms(&wait, 1000));
        rd_kafka_poll(ls_kafka_of(log->client), 0);
        if (!message) {
            continue;
        }
        code = message->err;
        if (!code) {
            rc = take(log, message->payload, message->len, err);
            log->side_next = message->offset + 1;
            wait = ls_kafka_wait_begin();
        }
        rd_kafka_message_destroy(message);
        if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            return 0;
        }
        if (code && !ls_kafka_is_passing(code)) {
            break;
        }
    }
    return rc < 0 ? rc
                  : ls_kafka_error(log->client, code ? code : RD_KAFKA_RESP_ERR__TIMED_OUT, NULL,
                                   err, "reading the manifests in %s", log->side);
}

int ls_kafka_log_look(struct kafka_log *log, bool *found, struct ls_error *err)
{
    uint32_t partitions;
    int rc = log->client ? 0 : ls_kafka_consumer_new(&log->place, 1, &log->client, err);
    rc = rc < 0 ? rc : ls_kafka_partitions(log->client, log->side, &partitions, err);
    *found = false;
    if (rc < 0 || partitions == 0) {
        return rc < 0 ? rc : log->identity ? another_log(log, err) : 0;
    }
    rd_kafka_topic_t *handle = rd_kafka_topic_new(ls_kafka_of(log->client), log->side, NULL);
    if (rd_kafka_consume_start(handle, 0, log->side_next) < 0) {
        rc = ls_kafka_error(log->client, rd_kafka_last_error(), NULL, err, "reading %s", log->side);
    } else {
        rc = read_side(log, handle, err);
        rd_kafka_consume_stop(handle, 0);
    }
    rd_kafka_topic_destroy(handle);
    *found = log->identity != NULL;
    return rc;
}

/* ---- the log */

int ls_kafka_log_new(const char *place, struct kafka_log **out, struct ls_error *err)
{
    struct kafka_log *log = ls_mem_new(1, sizeof *log, err);
    if (!log) {
        return err->code;
    }
    log->base.kind = &ls_log_kafka;
    pthread_mutex_init(&log->lock, NULL);
    int rc = ls_kafka_place_parse(place, &log->place, err);
    if (rc < 0) {
        ls_log_close(&log->base);
        return rc;
    }
    ls_kafka_log_name(log, SIDE_TOPIC, log->side);
    *out = log;
    return 0;
}

static int kafka_open(const char *place, bool partial, struct ls_log **out, struct ls_error *err)
{
    struct kafka_log *log;
    bool found;
    int rc = ls_kafka_log_new(place, &log, err);
    if (rc < 0) {
        return rc;
    }
    rc = ls_kafka_log_look(log, &found, err);
    if (rc == 0 && !found) {
        rc = ls_error_set(err, LS_E_IO,
                          "there is no log at kafka:%s: the cluster has no topic %s, or it is "
                          "empty; make one with `generate --to kafka:%s`",
                          place, log->side, place);
    }
    if (rc == 0 && !log->base.complete && !partial) {
        rc = ls_error_set(err, LS_E_DATA,
                          "the log at kafka:%s was not finished: finish it with `generate "
                          "--resume`, or read what there is with `run stream --once` or `--follow`",
                          place);
    }
    if (rc < 0) {
        ls_log_close(&log->base);
        return rc;
    }
    *out = &log->base;
    return 0;
}

static int kafka_refresh(struct ls_log *base, struct ls_error *err)
{
    bool found;
    return ls_kafka_log_look((struct kafka_log *)base, &found, err);
}

static int kafka_stored(const struct ls_log *base, uint32_t topic, uint32_t partition,
                        struct ls_log_stored *out, struct ls_error *err)
{
    const struct kafka_log *log = (const struct kafka_log *)base;
    bool overhang = false;
    out->records = base->counts[topic][partition];
    int rc = base->complete ? ls_kafka_log_overhang(log, topic, partition, &overhang, err) : 0;
    if (rc == 0 && overhang) {
        return ls_error_set(err, LS_E_DATA,
                            "%s%s/%u goes on behind the log's end: another program wrote there",
                            log->place.prefix, base->topics[topic].name, partition);
    }
    return rc;
}

static int kafka_check(const char *text, struct ls_error *err)
{
    struct ls_kafka_place place;
    int rc = ls_kafka_place_parse(text, &place, err);
    ls_kafka_place_clear(&place);
    return rc;
}

static int kafka_peek(const char *place, uint64_t *checkpoint, struct ls_error *err)
{
    struct kafka_log *log;
    bool found = false;
    int rc = ls_kafka_log_new(place, &log, err);
    if (rc == 0) {
        rc = ls_kafka_log_look(log, &found, err);
        *checkpoint = log->checkpoint;
        ls_log_close(&log->base);
    }
    return rc < 0 ? rc : found;
}

/* The topic of the manifests last: until it is gone, whoever comes back finds what is left. */
static int remove_topics(const struct kafka_log *log, struct ls_error *err)
{
    const char *side = log->side;
    char(*names)[LS_KAFKA_NAME_MAX] = ls_mem_new(log->topic_count, sizeof *names, err);
    const char **list = names ? ls_mem_new(log->topic_count, sizeof *list, err) : NULL;
    int rc = list ? 0 : err->code;
    for (size_t t = 0; rc == 0 && t < log->topic_count; t++) {
        list[t] = ls_kafka_log_name(log, log->topics[t].name, names[t]);
    }
    rc = rc < 0 ? rc : ls_kafka_topics_remove(log->client, list, log->topic_count, err);
    rc = rc < 0 ? rc : ls_kafka_topics_remove(log->client, &side, 1, err);
    ls_mem_free(list);
    ls_mem_free(names);
    return rc;
}

static int kafka_remove(const char *place, struct ls_error *err)
{
    struct kafka_log *log;
    bool found;
    int rc = ls_kafka_log_new(place, &log, err);
    if (rc == 0) {
        rc = ls_kafka_log_look(log, &found, err);
        rc = rc < 0 || !found ? rc : remove_topics(log, err);
        ls_log_close(&log->base);
    }
    return rc;
}

static bool kafka_share_cluster(const struct ls_log *a, const struct ls_log *b)
{
    return strcmp(((const struct kafka_log *)a)->place.brokers,
                  ((const struct kafka_log *)b)->place.brokers) == 0;
}

static void kafka_close(struct ls_log *base)
{
    struct kafka_log *log = (struct kafka_log *)base;
    ls_kafka_writer_free(log->writing);
    ls_kafka_consumers_free(log);
    ls_wire_map_free(log->frames);
    ls_kafka_client_free(log->client);
    for (size_t t = 0; t < log->topic_count; t++) {
        for (uint32_t p = 0; log->topics[t].marks && p < log->topics[t].partitions; p++) {
            ls_mem_free(log->topics[t].marks[p].items);
        }
        ls_mem_free(log->topics[t].marks);
        ls_mem_free(log->topics[t].name);
    }
    ls_kafka_numbers_free(log, log->told);
    ls_mem_free(log->topics);
    ls_mem_free(log->session);
    ls_kafka_place_clear(&log->place);
    ls_log_identity_free(log->identity);
    pthread_mutex_destroy(&log->lock);
    ls_log_clear(base);
    ls_mem_free(log);
}

const struct ls_log_kind ls_log_kafka = {
    .scheme = "kafka",
    .summary = "kafka://HOST:PORT[/PREFIX], topics of a Kafka cluster",
    .create = ls_kafka_log_create,
    .go_on = ls_kafka_log_continue,
    .append = ls_kafka_log_append,
    .flush = ls_kafka_log_flush,
    .commit = ls_kafka_log_commit,
    .wants_commit = ls_kafka_log_wants_commit,
    .check = kafka_check,
    .peek = kafka_peek,
    .remove = kafka_remove,
    .share_cluster = kafka_share_cluster,
    .reader_place = ls_kafka_log_reader_place,
    .complete = ls_kafka_log_complete,
    .open = kafka_open,
    .refresh = kafka_refresh,
    .close = kafka_close,
    .stored = kafka_stored,
    .reader_new = ls_kafka_log_reader_new,
    .read = ls_kafka_log_read,
    .reader_free = ls_kafka_log_reader_free,
};
