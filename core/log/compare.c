#include "core/log/compare.h"

#include <stdio.h>
#include <string.h>

#define RECORDS_AT_ONCE 1024

struct side {
    struct ls_log_reader *reader;
    const struct ls_log_record *records;
    size_t count, used;
    uint64_t left;
};

static int open_side(const struct ls_log *log, uint32_t topic, uint32_t partition,
                     struct side *side, struct ls_error *err)
{
    *side = (struct side){.left = ls_log_count(log, topic, partition)};
    return ls_log_reader_new(log, topic, partition, 0, &side->reader, err);
}

/* The next record; NULL at the end of the range. A log may have nothing for the moment. */
static int next(struct side *side, const struct ls_log_record **out, struct ls_error *err)
{
    int rc = 0;
    while (rc == 0 && side->used == side->count && side->left) {
        rc = ls_log_read(side->reader, RECORDS_AT_ONCE, &side->records, &side->count, err);
        side->used = 0;
    }
    *out = rc == 0 && side->left ? &side->records[side->used++] : NULL;
    side->left -= *out != NULL;
    return rc;
}

static bool are_equal(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    return !a == !b && a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}

/* What two records differ in; NULL when they do not. */
static const char *difference_of(const struct ls_log_record *a, const struct ls_log_record *b)
{
    if (!a || !b) {
        return a ? "is in the first log alone" : "is in the second log alone";
    }
    if (a->timestamp_ms != b->timestamp_ms) {
        return "has another timestamp";
    }
    if (!are_equal(a->key, a->key_size, b->key, b->key_size)) {
        return "has another key";
    }
    if (!are_equal(a->headers, a->headers_size, b->headers, b->headers_size)) {
        return "has other headers";
    }
    return are_equal(a->value, a->value_size, b->value, b->value_size) ? NULL : "has another value";
}

static int compare_partition(const struct ls_log_compare *job, const uint32_t topics[2],
                             uint32_t partition, struct ls_log_compared *out, struct ls_error *err)
{
    const struct ls_log_record *a;
    const struct ls_log_record *b = NULL;
    struct side sides[2] = {{0}};
    int rc = open_side(job->a, topics[0], partition, &sides[0], err);
    rc = rc < 0 ? rc : open_side(job->b, topics[1], partition, &sides[1], err);
    for (uint64_t position = 0; rc == 0 && !out->differ; position++) {
        rc = next(&sides[0], &a, err);
        rc = rc < 0 ? rc : next(&sides[1], &b, err);
        if (rc < 0 || (!a && !b)) {
            break;
        }
        const char *what = difference_of(a, b);
        out->records += !what;
        if (what) {
            out->differ = true;
            snprintf(out->difference, sizeof out->difference, "record %llu of %s/%u %s",
                     (unsigned long long)position, job->a->topics[topics[0]].name, partition, what);
        }
        if (job->progress && out->records % RECORDS_AT_ONCE == 0) {
            rc = job->progress(job->context, out->records, err);
        }
    }
    ls_log_reader_free(sides[0].reader);
    ls_log_reader_free(sides[1].reader);
    out->partitions += rc == 0 && !out->differ;
    return rc;
}

/* A topic of one that the other lacks, or has otherwise. */
static bool lacks_topic(const struct ls_log *log, const struct ls_log *other, const char *which,
                        struct ls_log_compared *out)
{
    for (size_t t = 0; t < log->topic_count && !out->differ; t++) {
        int found = ls_log_find_topic(other, log->topics[t].name);
        out->differ = found < 0 || other->topics[found].partitions != log->topics[t].partitions;
        if (out->differ) {
            snprintf(out->difference, sizeof out->difference, "the %s log has %s topic %s", which,
                     found < 0 ? "no" : "other partitions of the", log->topics[t].name);
        }
    }
    return out->differ;
}

int ls_log_compare(const struct ls_log_compare *job, struct ls_log_compared *out,
                   struct ls_error *err)
{
    int rc = 0;
    *out = (struct ls_log_compared){0};
    if (lacks_topic(job->a, job->b, "second", out) || lacks_topic(job->b, job->a, "first", out)) {
        return 0;
    }
    for (size_t t = 0; t < job->a->topic_count; t++) {
        const uint32_t topics[2] = {(uint32_t)t,
                                    (uint32_t)ls_log_find_topic(job->b, job->a->topics[t].name)};
        for (uint32_t p = 0; rc == 0 && !out->differ && p < job->a->topics[t].partitions; p++) {
            rc = compare_partition(job, topics, p, out, err);
        }
    }
    return rc;
}
