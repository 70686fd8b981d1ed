#include "core/log/copy.h"

#define RECORDS_AT_ONCE 1024

struct copy {
    struct ls_log *from, *to;
    int (*progress)(void *context, uint64_t done, uint64_t total, struct ls_error *err);
    void *context;
    uint64_t done, total;
};

static int copy_partition(struct copy *c, uint32_t topic, uint32_t partition, struct ls_error *err)
{
    struct ls_log_reader *reader;
    uint64_t end = ls_log_count(c->from, topic, partition);
    int rc = ls_log_reader_new(c->from, topic, partition, 0, &reader, err);
    if (rc < 0) {
        return rc;
    }
    while (rc == 0 && ls_log_reader_position(reader) < end) {
        const struct ls_log_record *records;
        size_t count;
        rc = ls_log_read(reader, RECORDS_AT_ONCE, &records, &count, err);
        for (size_t i = 0; rc == 0 && i < count; i++) {
            rc = ls_log_append(c->to, topic, partition, &records[i], err);
        }
        c->done += rc == 0 ? count : 0;
        if (rc == 0 && c->progress) {
            rc = c->progress(c->context, c->done, c->total, err);
        }
    }
    ls_log_reader_free(reader);
    return rc;
}

static int copy_all(struct copy *c, struct ls_error *err)
{
    size_t count;
    const struct ls_log_topic *topics = ls_log_topics(c->from, &count);
    int rc = 0;
    c->total = ls_log_records(c->from);
    for (size_t t = 0; rc == 0 && t < count; t++) {
        for (uint32_t p = 0; rc == 0 && p < topics[t].partitions; p++) {
            rc = copy_partition(c, (uint32_t)t, p, err);
        }
    }
    return rc < 0 ? rc : ls_log_complete(c->to, err);
}

int ls_log_copy(const char *from, const char *to,
                int (*progress)(void *context, uint64_t done, uint64_t total, struct ls_error *err),
                void *context, struct ls_error *err)
{
    struct copy c = {.progress = progress, .context = context};
    size_t count;
    int rc = ls_log_open(from, false, &c.from, err);
    if (rc == 0) {
        const struct ls_log_topic *topics = ls_log_topics(c.from, &count);
        rc = ls_log_create(to, topics, count, ls_log_identity(c.from), LS_LOG_RESUME, &c.to, err);
    }
    if (rc == 0 && !ls_log_is_complete(c.to)) {
        rc = copy_all(&c, err);
    }
    ls_log_close(c.to);
    ls_log_close(c.from);
    return rc;
}
