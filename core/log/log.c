#include "core/log/log.h"

#include "core/avro/encode.h"
#include "core/base/mem.h"
#include "core/log/sim_log.h"

#include <string.h>

const struct ls_log_kind *const ls_log_kinds[] = {&ls_log_file, &ls_log_kafka, &ls_log_sim, NULL};

/* "log:DIR" → the row and "DIR". */
static const struct ls_log_kind *kind_of(const char *uri, const char **place, struct ls_error *err)
{
    for (const struct ls_log_kind *const *kind = ls_log_kinds; *kind; kind++) {
        size_t size = strlen((*kind)->scheme);
        if (strncmp(uri, (*kind)->scheme, size) == 0 && uri[size] == ':' && uri[size + 1]) {
            *place = uri + size + 1;
            return *kind;
        }
    }
    bool plain = *uri && !strchr(uri, ':'); /* a folder, most likely */
    ls_error_set(err, LS_E_USAGE, "`%s` names no log: write log:%s", uri, plain ? uri : "DIR");
    return NULL;
}

bool ls_log_is_uri(const char *text)
{
    for (const struct ls_log_kind *const *kind = ls_log_kinds; *kind; kind++) {
        size_t size = strlen((*kind)->scheme);
        if (strncmp(text, (*kind)->scheme, size) == 0 && text[size] == ':') {
            return true;
        }
    }
    return false;
}

int ls_log_check(const char *uri, struct ls_error *err)
{
    const char *place = NULL;
    const struct ls_log_kind *kind = kind_of(uri, &place, err);
    return !kind ? err->code : kind->check ? kind->check(place, err) : 0;
}

int ls_log_init(struct ls_log *log, const struct ls_log_kind *kind,
                const struct ls_log_topic *topics, size_t topic_count, struct ls_error *err)
{
    log->kind = kind;
    log->topics = ls_mem_new(topic_count, sizeof *log->topics, err);
    log->counts = log->topics ? ls_mem_new(topic_count, sizeof *log->counts, err) : NULL;
    log->sizes = log->counts ? ls_mem_new(topic_count, sizeof *log->sizes, err) : NULL;
    if (!log->sizes) {
        return err->code;
    }
    for (size_t i = 0; i < topic_count; i++) {
        char *name = ls_mem_copy(topics[i].name, strlen(topics[i].name), err);
        log->topics[i] = (struct ls_log_topic){.name = name, .partitions = topics[i].partitions};
        log->topic_count = i + 1;
        log->counts[i] = name ? ls_mem_new(topics[i].partitions, sizeof **log->counts, err) : NULL;
        log->sizes[i] = log->counts[i] ? ls_mem_new(topics[i].partitions, sizeof **log->sizes, err)
                                       : NULL;
        if (!log->sizes[i]) {
            return err->code;
        }
    }
    return 0;
}

void ls_log_clear(struct ls_log *log)
{
    for (size_t i = 0; i < log->topic_count; i++) {
        ls_mem_free((void *)(uintptr_t)log->topics[i].name);
        ls_mem_free(log->counts[i]);
        ls_mem_free(log->sizes[i]);
    }
    ls_mem_free(log->topics);
    ls_mem_free(log->counts);
    ls_mem_free(log->sizes);
}

struct ls_log_identity *ls_log_identity_copy(const struct ls_log_identity *identity,
                                             struct ls_error *err)
{
    struct ls_log_identity *copy = ls_mem_new(1, sizeof *copy, err);
    if (!copy) {
        return NULL;
    }
    copy->events = identity->events;
    copy->until_ms = identity->until_ms;
    copy->shard = identity->shard;
    copy->domain = ls_mem_copy(identity->domain, strlen(identity->domain), err);
    copy->spec_sha256 = ls_mem_copy(identity->spec_sha256, strlen(identity->spec_sha256), err);
    copy->writer = identity->writer ? ls_mem_copy(identity->writer, strlen(identity->writer), err)
                                    : NULL;
    copy->next = identity->next ? ls_log_identity_copy(identity->next, err) : NULL;
    if (!copy->domain || !copy->spec_sha256 || (identity->next && !copy->next) ||
        (identity->writer && !copy->writer)) {
        ls_log_identity_free(copy);
        return NULL;
    }
    return copy;
}

void ls_log_identity_free(struct ls_log_identity *identity)
{
    while (identity) {
        struct ls_log_identity *next = (void *)(uintptr_t)identity->next;
        ls_mem_free((void *)(uintptr_t)identity->domain);
        ls_mem_free((void *)(uintptr_t)identity->spec_sha256);
        ls_mem_free((void *)(uintptr_t)identity->writer);
        ls_mem_free(identity);
        identity = next;
    }
}

void ls_log_identity_compare(const struct ls_log_identity **a, const struct ls_log_identity **b)
{
    while (*a && *b && strcmp((*a)->domain, (*b)->domain) == 0 &&
           strcmp((*a)->spec_sha256, (*b)->spec_sha256) == 0 && (*a)->events == (*b)->events &&
           (*a)->until_ms == (*b)->until_ms && (*a)->shard.number == (*b)->shard.number &&
           (*a)->shard.count == (*b)->shard.count) {
        *a = (*a)->next;
        *b = (*b)->next;
    }
}

int ls_log_check_topic(const struct ls_log_topic *topic, struct ls_error *err)
{
    size_t size = strlen(topic->name);
    if (size == 0 || size > LS_LOG_TOPIC_NAME_MAX || topic->name[0] == '.' ||
        strchr(topic->name, '/')) {
        return ls_error_set(
            err, LS_E_DATA,
            "`%.60s%s` cannot name a topic: 1 to %d bytes, no slash, no dot in front", topic->name,
            size > 60 ? "..." : "", LS_LOG_TOPIC_NAME_MAX);
    }
    if (topic->partitions < 1 || topic->partitions > LS_LOG_PARTITIONS_MAX) {
        return ls_error_set(err, LS_E_DATA, "the topic %s cannot have %u partitions: 1 to %d",
                            topic->name, topic->partitions, LS_LOG_PARTITIONS_MAX);
    }
    return 0;
}

static int check_topics(const struct ls_log_topic *topics, size_t topic_count, struct ls_error *err)
{
    if (topic_count > LS_LOG_TOPICS_MAX) {
        return ls_error_set(err, LS_E_DATA, "a log has at most %d topics, not %zu",
                            LS_LOG_TOPICS_MAX, topic_count);
    }
    for (size_t t = 0; t < topic_count; t++) {
        if (ls_log_check_topic(&topics[t], err) < 0) {
            return err->code;
        }
    }
    return 0;
}

int ls_log_create(const char *uri, const struct ls_log_topic *topics, size_t topic_count,
                  const struct ls_log_identity *identity, enum ls_log_mode mode,
                  struct ls_log **out, struct ls_error *err)
{
    const char *place = NULL;
    *out = NULL;
    const struct ls_log_kind *kind = kind_of(uri, &place, err);
    int rc = kind ? check_topics(topics, topic_count, err) : err->code;
    return rc < 0 ? rc : kind->create(place, topics, topic_count, identity, mode, out, err);
}

int ls_log_continue(const char *uri, const struct ls_log_topic *topics, size_t topic_count,
                    const struct ls_log_identity *identity, const struct ls_log_past *past,
                    struct ls_log **out, struct ls_error *err)
{
    const char *place = NULL;
    *out = NULL;
    const struct ls_log_kind *kind = kind_of(uri, &place, err);
    int rc = kind ? check_topics(topics, topic_count, err) : err->code;
    return rc < 0 ? rc : kind->go_on(place, topics, topic_count, identity, past, out, err);
}

int ls_log_append(struct ls_log *log, uint32_t topic, uint32_t partition,
                  const struct ls_log_record *record, struct ls_error *err)
{
    return log->kind->append(log, topic, partition, record, err);
}

int ls_log_flush(struct ls_log *log, uint32_t topic, uint32_t partition, bool sync,
                 struct ls_log_end *end, struct ls_error *err)
{
    return log->kind->flush(log, topic, partition, sync, end, err);
}

int ls_log_commit(struct ls_log *log, const struct ls_log_commit *commit, struct ls_error *err)
{
    return log->kind->commit ? log->kind->commit(log, commit, err) : 0;
}

bool ls_log_wants_commit(const struct ls_log *log)
{
    return log->kind->wants_commit && log->kind->wants_commit(log);
}

int ls_log_peek(const char *uri, uint64_t *checkpoint, struct ls_error *err)
{
    const char *place = NULL;
    const struct ls_log_kind *kind = kind_of(uri, &place, err);
    *checkpoint = UINT64_MAX;
    if (!kind) {
        return err->code;
    }
    return kind->peek ? kind->peek(place, checkpoint, err) : 1;
}

int ls_log_remove(const char *uri, struct ls_error *err)
{
    const char *place = NULL;
    const struct ls_log_kind *kind = kind_of(uri, &place, err);
    return !kind ? err->code : kind->remove ? kind->remove(place, err) : 0;
}

bool ls_log_share_cluster(const struct ls_log *a, const struct ls_log *b)
{
    return a->kind == b->kind && a->kind->share_cluster && a->kind->share_cluster(a, b);
}

bool ls_log_reader_place(const struct ls_log_reader *reader, uint64_t position,
                         struct ls_log_input *out)
{
    return reader->kind->reader_place && reader->kind->reader_place(reader, position, out);
}

int ls_log_complete(struct ls_log *log, struct ls_error *err)
{
    return log->kind->complete(log, err);
}

bool ls_log_is_complete(const struct ls_log *log)
{
    return log->complete;
}

int ls_log_open(const char *uri, bool partial, struct ls_log **out, struct ls_error *err)
{
    const char *place = NULL;
    *out = NULL;
    const struct ls_log_kind *kind = kind_of(uri, &place, err);
    return kind ? kind->open(place, partial, out, err) : err->code;
}

int ls_log_refresh(struct ls_log *log, struct ls_error *err)
{
    return log->complete ? 0 : log->kind->refresh(log, err);
}

const struct ls_log_topic *ls_log_topics(const struct ls_log *log, size_t *count)
{
    *count = log->topic_count;
    return log->topics;
}

int ls_log_find_topic(const struct ls_log *log, const char *name)
{
    for (size_t i = 0; i < log->topic_count; i++) {
        if (strcmp(log->topics[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static void swap_topics(struct ls_log *log, size_t a, size_t b)
{
    struct ls_log_topic topic = log->topics[a];
    uint64_t *counts = log->counts[a];
    uint64_t *sizes = log->sizes[a];
    log->topics[a] = log->topics[b];
    log->counts[a] = log->counts[b];
    log->sizes[a] = log->sizes[b];
    log->topics[b] = topic;
    log->counts[b] = counts;
    log->sizes[b] = sizes;
}

int ls_log_select(struct ls_log *log, const char *const *names, size_t count, struct ls_error *err)
{
    for (size_t k = 0; k < count; k++) {
        int found = ls_log_find_topic(log, names[k]);
        if (found < (int)k) {
            return ls_error_set(err, LS_E_DATA, "the log has no topic %s: another spec made it",
                                names[k]);
        }
        swap_topics(log, k, (size_t)found);
    }
    while (log->topic_count > count) {
        log->topic_count--;
        ls_mem_free((void *)(uintptr_t)log->topics[log->topic_count].name);
        ls_mem_free(log->counts[log->topic_count]);
        ls_mem_free(log->sizes[log->topic_count]);
    }
    return 0;
}

uint64_t ls_log_count(const struct ls_log *log, uint32_t topic, uint32_t partition)
{
    return log->counts[topic][partition];
}

uint64_t ls_log_records(const struct ls_log *log)
{
    uint64_t total = 0;
    for (size_t t = 0; t < log->topic_count; t++) {
        for (uint32_t p = 0; p < log->topics[t].partitions; p++) {
            total += log->counts[t][p];
        }
    }
    return total;
}

const struct ls_log_identity *ls_log_identity(const struct ls_log *log)
{
    return &log->identity;
}

int ls_log_stored(const struct ls_log *log, uint32_t topic, uint32_t partition,
                  struct ls_log_stored *out, struct ls_error *err)
{
    *out = (struct ls_log_stored){0};
    return log->kind->stored(log, topic, partition, out, err);
}

void ls_log_close(struct ls_log *log)
{
    if (log) {
        log->kind->close(log);
    }
}

int ls_log_reader_new(const struct ls_log *log, uint32_t topic, uint32_t partition,
                      uint64_t position, struct ls_log_reader **out, struct ls_error *err)
{
    return log->kind->reader_new(log, topic, partition, position, out, err);
}

int ls_log_read(struct ls_log_reader *reader, size_t count_max,
                const struct ls_log_record **records, size_t *count, struct ls_error *err)
{
    return reader->kind->read(reader, count_max, records, count, err);
}

uint64_t ls_log_reader_position(const struct ls_log_reader *reader)
{
    return reader->position;
}

void ls_log_reader_free(struct ls_log_reader *reader)
{
    if (reader) {
        reader->kind->reader_free(reader);
    }
}

struct ls_id ls_log_digest(struct ls_id digest, const struct ls_log_record *record)
{
    /* names of names, so that no two records of other cuts between key, headers and value look
     * alike */
    uint8_t words[9 * 8];
    struct ls_id parts[3] = {{0, 0}, {0, 0}, {0, 0}};
    if (record->key) {
        parts[0] = ls_id_of(record->key, record->key_size);
    }
    if (record->headers) {
        parts[1] = ls_id_of(record->headers, record->headers_size);
    }
    if (record->value) {
        parts[2] = ls_id_of(record->value, record->value_size);
    }
    uint8_t *at = ls_put_u64(words, digest.high);
    at = ls_put_u64(at, digest.low);
    at = ls_put_u64(at, (uint64_t)record->timestamp_ms);
    for (int i = 0; i < 3; i++) {
        at = ls_put_u64(at, parts[i].high);
        at = ls_put_u64(at, parts[i].low);
    }
    return ls_id_of(words, sizeof words);
}
