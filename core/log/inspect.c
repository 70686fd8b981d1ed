#include "core/log/inspect.h"

#define RECORDS_AT_ONCE 1024

static int tick(struct ls_log_inspect *job, size_t count, struct ls_error *err)
{
    job->done += count;
    return job->progress ? job->progress(job->context, job->done, err) : 0;
}

/* Reads from a position to the end of the range, or one record of it. */
static int read_from(struct ls_log_inspect *job, uint32_t topic, uint32_t partition,
                     uint64_t position, size_t count_max, struct ls_log_inspection *out,
                     struct ls_error *err)
{
    struct ls_log_reader *reader;
    const struct ls_log_record *records;
    size_t count;
    int rc = ls_log_reader_new(job->log, topic, partition, position, &reader, err);
    if (rc < 0) {
        return rc;
    }
    do {
        rc = ls_log_read(reader, count_max, &records, &count, err);
        for (size_t i = 0; rc == 0 && i < count; i++) {
            int64_t ms = records[i].timestamp_ms;
            out->first_ms = ms < out->first_ms ? ms : out->first_ms;
            out->last_ms = ms > out->last_ms ? ms : out->last_ms;
        }
        if (rc == 0 && job->all) {
            out->records += count;
            rc = tick(job, count, err);
        }
    } while (rc == 0 && count && job->all);
    ls_log_reader_free(reader);
    return rc;
}

/* What is stored has to be the range, and nothing more. */
static int compare_stored(struct ls_log_inspect *job, uint32_t topic, uint32_t partition,
                          struct ls_log_inspection *out, struct ls_error *err)
{
    struct ls_log_stored stored;
    uint64_t promised = ls_log_count(job->log, topic, partition);
    const char *name = job->log->topics[topic].name;
    int rc = ls_log_stored(job->log, topic, partition, &stored, err);
    out->bytes += stored.bytes;
    if (rc < 0 || !ls_log_is_complete(job->log)) {
        return rc; /* a killed writer may leave a torn block */
    }
    if (stored.records != promised) {
        return ls_error_set(err, LS_E_DATA, "%s/%u holds %llu records; its manifest promises %llu",
                            name, partition, (unsigned long long)stored.records,
                            (unsigned long long)promised);
    }
    if (stored.torn) {
        return ls_error_set(err, LS_E_DATA, "%s/%u goes on behind its last block, at byte %llu",
                            name, partition, (unsigned long long)(stored.bytes - stored.torn));
    }
    return 0;
}

static int inspect_partition(struct ls_log_inspect *job, uint32_t topic, uint32_t partition,
                             struct ls_log_inspection *out, struct ls_error *err)
{
    uint64_t promised = ls_log_count(job->log, topic, partition);
    int rc = read_from(job, topic, partition, 0, job->all ? RECORDS_AT_ONCE : 1, out, err);
    if (rc == 0 && !job->all && promised > 1) {
        rc = read_from(job, topic, partition, promised - 1, 1, out, err);
    }
    return rc < 0 ? rc : compare_stored(job, topic, partition, out, err);
}

int ls_log_inspect(struct ls_log_inspect *job, uint32_t topic, struct ls_log_inspection *out,
                   struct ls_error *err)
{
    *out = (struct ls_log_inspection){.first_ms = INT64_MAX, .last_ms = INT64_MIN};
    for (uint32_t p = 0; p < job->log->topics[topic].partitions; p++) {
        int rc = inspect_partition(job, topic, p, out, err);
        if (rc == LS_E_DATA || rc == LS_E_NOINPUT) { /* a file of the log is gone */
            if (out->damaged++ == 0) {
                out->damage = *err;
            }
        } else if (rc < 0) {
            return rc;
        }
        if (!job->all) {
            out->records += ls_log_count(job->log, topic, p);
        }
    }
    return 0;
}
