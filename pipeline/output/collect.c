#include "pipeline/output/collect.h"

#include "core/avro/frame.h"

#include <string.h>

#define RECORDS_AT_ONCE 1024

struct collection {
    const struct ls_collect_job *job;
    struct ls_collected *out;
    struct ls_log *log;
    struct ls_outputs *outputs;
    uint64_t total; /* records to read */
};

static int check_log(const struct collection *c, struct ls_error *err)
{
    char domain[LS_OUTPUTS_DOMAIN_MAX];
    char hex[LS_HEX_MAX];
    const struct ls_record_plan *plan = c->job->plan;
    const struct ls_log_identity *identity = ls_log_identity(c->log);
    ls_hex(plan->spec->hash.bytes, LS_SHA256_SIZE, hex);
    if (strcmp(identity->domain, ls_outputs_domain(plan, domain)) != 0) {
        return ls_error_set(
            err, LS_E_DATA,
            "%s is a log of domain %s: collect reads what `run stream --to log:DIR` "
            "wrote, whose domain is `%s`",
            c->job->from, identity->domain, domain);
    }
    if (strcmp(identity->spec_sha256, hex) != 0) {
        return ls_error_set(
            err, LS_E_DATA,
            "the rows in %s are of spec %.12s, this is spec %.12s: collect them with "
            "the spec that made them",
            c->job->from, identity->spec_sha256, hex);
    }
    return 0;
}

/* The partitions of the input: those of the normalized records. */
static uint32_t partitions_of(const struct ls_log *log)
{
    size_t count;
    const struct ls_log_topic *topics = ls_log_topics(log, &count);
    for (size_t t = 0; t < count; t++) {
        if (strncmp(topics[t].name, "normalized.", strlen("normalized.")) == 0) {
            return topics[t].partitions;
        }
    }
    return 1;
}

static int append(struct ls_dataset *set, const struct ls_log_record *record, const char *topic,
                  uint32_t partition, struct ls_error *err)
{
    struct ls_frame frame = ls_frame_read(record->value, record->value_size);
    int rc = LS_E_DATA;
    if (frame.kind != LS_FRAME_SINGLE_OBJECT || frame.crc64 != set->layout->schema->crc64) {
        ls_error_set(err, rc, "its value is no row of %s", set->name);
    } else {
        rc = ls_dataset_append_encoded(set, record->value + frame.size,
                                       record->value_size - frame.size, NULL, err);
        rc = err->code = rc == LS_E_BUG ? LS_E_DATA : rc; /* a row of somebody else's */
    }
    return rc < 0 ? ls_error_prefix(err, "record %lld of partition %u of %s",
                                    (long long)record->offset, partition, topic)
                  : 0;
}

static int collect_dataset(struct collection *c, size_t i, struct ls_error *err)
{
    char name[LS_PATH_MAX];
    uint32_t partitions;
    uint32_t partition = ls_outputs_topic(c->outputs, i, name, &partitions);
    int topic = ls_log_find_topic(c->log, name);
    struct ls_log_reader *reader = NULL;
    size_t count = 1;
    if (topic < 0 || ls_log_topics(c->log, &count)[topic].partitions != partitions) {
        return ls_error_set(err, LS_E_DATA, "%s has no topic %s with %u partition%s", c->job->from,
                            name, partitions, partitions == 1 ? "" : "s");
    }
    int rc = ls_log_reader_new(c->log, (uint32_t)topic, partition, 0, &reader, err);
    while (rc == 0 && count > 0) {
        const struct ls_log_record *records;
        rc = ls_log_read(reader, RECORDS_AT_ONCE, &records, &count, err);
        for (size_t k = 0; rc == 0 && k < count; k++) {
            rc = append(&c->outputs->sets[i], &records[k], name, partition, err);
        }
        c->out->rows += rc == 0 ? count : 0;
        if (rc == 0 && c->job->progress) {
            rc = c->job->progress(c->job->context, c->out->rows, c->total, err);
        }
    }
    ls_log_reader_free(reader);
    return rc;
}

static uint64_t count_records(const struct ls_log *log)
{
    size_t count;
    uint64_t records = 0;
    const struct ls_log_topic *topics = ls_log_topics(log, &count);
    for (uint32_t t = 0; t < count; t++) {
        for (uint32_t p = 0; p < topics[t].partitions; p++) {
            records += ls_log_count(log, t, p);
        }
    }
    return records;
}

int ls_collect(const struct ls_collect_job *job, struct ls_collected *out, struct ls_error *err)
{
    struct collection c = {.job = job, .out = out};
    *out = (struct ls_collected){0};
    int rc = ls_log_open(job->from, true, &c.log, err);
    rc = rc < 0 ? rc : check_log(&c, err);
    if (rc == 0) {
        c.total = count_records(c.log);
        rc = ls_outputs_open(job->plan, job->views, partitions_of(c.log), job->to, NULL, &c.outputs,
                             err);
    }
    for (size_t i = 0; rc == 0 && i < c.outputs->count; i++) {
        rc = collect_dataset(&c, i, err);
    }
    rc = rc < 0 ? rc : ls_outputs_finish_datasets(c.outputs, err);
    if (rc == 0) {
        out->datasets = c.outputs->count;
        out->finished = ls_log_is_complete(c.log);
    }
    ls_outputs_free(c.outputs);
    ls_log_close(c.log);
    return rc;
}
