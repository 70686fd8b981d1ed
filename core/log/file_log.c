#include "core/log/file_log_internal.h"

#include "core/base/mem.h"

#include <stdio.h>
#include <string.h>

const char ls_file_log_schema[] =
    "{\"type\":\"record\",\"name\":\"record\",\"namespace\":\"lockstep.log\",\"fields\":["
    "{\"name\":\"offset\",\"type\":\"long\"},"
    "{\"name\":\"timestamp\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
    "{\"name\":\"key\",\"type\":[\"null\",\"bytes\"]},"
    "{\"name\":\"headers\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":"
    "\"header\",\"fields\":["
    "{\"name\":\"key\",\"type\":\"string\"},{\"name\":\"value\",\"type\":[\"null\",\"bytes\"]}]}}},"
    "{\"name\":\"value\",\"type\":[\"null\",\"bytes\"]}]}";

int ls_file_log_path(const char *folder, const char *topic, uint32_t partition, char *out,
                     struct ls_error *err)
{
    if (snprintf(out, LS_PATH_MAX, "%s/%s/%u.avro", folder, topic, partition) >= LS_PATH_MAX) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX, folder);
    }
    return 0;
}

int ls_file_log_name(const char *topic, uint32_t partition, char *out, struct ls_error *err)
{
    if (snprintf(out, LS_PATH_MAX, "%s/%u", topic, partition) >= LS_PATH_MAX) {
        return ls_error_set(err, LS_E_USAGE, "a topic's name is longer than %d bytes", LS_PATH_MAX);
    }
    return 0;
}

struct file_log *ls_file_log_new(const char *folder, const struct ls_log_topic *topics,
                                 size_t topic_count, struct ls_error *err)
{
    struct file_log *log = ls_mem_new(1, sizeof *log, err);
    if (log) {
        log->lock = -1;
    }
    if (log && (ls_log_init(&log->base, &ls_log_file, topics, topic_count, err) < 0 ||
                !(log->folder = ls_mem_copy(folder, strlen(folder), err)))) {
        ls_log_file.close(&log->base);
        return NULL;
    }
    return log;
}

int ls_file_log_identify(struct file_log *log, const struct ls_log_identity *identity,
                         struct ls_error *err)
{
    log->identity = ls_log_identity_copy(identity, err);
    if (!log->identity) {
        return err->code;
    }
    log->base.identity = *log->identity;
    return 0;
}

/* How many records the whole blocks of an unfinished log's partition hold: none where its writer
 * has not made the file yet, or its header. */
static int count_partition(struct file_log *log, size_t topic, uint32_t partition,
                           struct ls_error *err)
{
    char path[LS_PATH_MAX];
    uint64_t *size = &log->base.sizes[topic][partition];
    int rc = ls_file_log_path(log->folder, log->base.topics[topic].name, partition, path, err);
    if (rc == 0 && ls_path_exists(path)) {
        rc = ls_container_measure_on(path, &log->base.counts[topic][partition], size, err);
        rc = rc == LS_E_DATA && *size == 0 ? 0 : rc;
    }
    return rc;
}

static int count_partitions(struct file_log *log, struct ls_error *err)
{
    int rc = 0;
    for (size_t t = 0; rc == 0 && t < log->base.topic_count; t++) {
        for (uint32_t p = 0; rc == 0 && p < log->base.topics[t].partitions; p++) {
            rc = count_partition(log, t, p, err);
        }
    }
    return rc;
}

/* The ranges that a manifest promises: none is shorter than what was there. */
static int take_ends(struct file_log *log, const struct ls_log_manifest *m, struct ls_error *err)
{
    struct ls_log *base = &log->base;
    for (size_t k = 0; k < m->topic_count; k++) {
        int t = ls_log_find_topic(base, m->topics[k].name);
        for (uint32_t p = 0; t >= 0 && p < m->topics[k].partitions; p++) {
            if (p >= base->topics[t].partitions || m->ends[k][p] < base->counts[t][p]) {
                return ls_error_set(err, LS_E_DATA,
                                    "the log in %s is another than it was: begin anew, with "
                                    "another --state",
                                    log->folder);
            }
            base->counts[t][p] = m->ends[k][p];
        }
    }
    base->complete = true;
    return 0;
}

static int file_refresh(struct ls_log *base, struct ls_error *err)
{
    struct file_log *log = (struct file_log *)base;
    struct ls_log_manifest m;
    int rc = ls_file_manifest_read(log->folder, &m, err);
    if (rc == 0) {
        rc = m.complete ? take_ends(log, &m, err) : count_partitions(log, err);
    }
    ls_log_manifest_clear(&m);
    return rc;
}

/* Says so of a folder without a log, if a run's datasets are there. */
static int refuse(const char *place, int rc, struct ls_error *err)
{
    char datasets[LS_PATH_MAX];
    struct ls_error ignored;
    if (ls_path_join(datasets, place, "datasets", &ignored) == 0 && ls_path_is_folder(datasets)) {
        return ls_error_set(err, rc, "%s holds a run's datasets, not a log", place);
    }
    return rc == LS_E_NOINPUT ? ls_error_prefix(err, "there is no log in %s", place) : rc;
}

static int file_open(const char *place, bool partial, struct ls_log **out, struct ls_error *err)
{
    struct ls_log_manifest m;
    struct file_log *log = NULL;
    int rc = ls_file_manifest_read(place, &m, err);
    if (rc == LS_E_NOINPUT || rc == LS_E_DATA) {
        rc = refuse(place, rc, err);
    }
    if (rc == 0 && !m.complete && !partial) {
        rc = ls_error_set(err, LS_E_DATA,
                          "the log in %s was not finished: finish it with `generate --resume`, or "
                          "read what there is with `run stream --once` or `--follow`",
                          place);
    }
    if (rc == 0) {
        log = ls_file_log_new(place, m.topics, m.topic_count, err);
        rc = log ? ls_file_log_identify(log, m.identity, err) : err->code;
    }
    if (rc == 0) {
        rc = m.complete ? take_ends(log, &m, err) : count_partitions(log, err);
    }
    if (rc == 0) {
        *out = &log->base;
    } else if (log) {
        ls_log_close(&log->base);
    }
    ls_log_manifest_clear(&m);
    return rc;
}

static int file_stored(const struct ls_log *base, uint32_t topic, uint32_t partition,
                       struct ls_log_stored *out, struct ls_error *err)
{
    const struct file_log *log = (const struct file_log *)base;
    char path[LS_PATH_MAX];
    uint64_t whole;
    int rc = ls_file_log_path(log->folder, base->topics[topic].name, partition, path, err);
    if (rc < 0 || (!base->complete && !ls_path_exists(path))) {
        return rc; /* its writer was killed before it made the file */
    }
    rc = ls_container_measure(path, &out->records, &whole, err);
    rc = rc < 0 ? rc : ls_path_size(path, &out->bytes, err);
    if (rc == 0) {
        out->torn = out->bytes > whole ? out->bytes - whole : 0;
    }
    return rc;
}

static void file_close(struct ls_log *base)
{
    struct file_log *log = (struct file_log *)base;
    for (size_t t = 0; log->writers && t < base->topic_count; t++) {
        for (uint32_t p = 0; log->writers[t] && p < base->topics[t].partitions; p++) {
            ls_container_writer_free(log->writers[t][p]);
        }
        ls_mem_free(log->writers[t]);
        ls_mem_free(log->kept ? log->kept[t] : NULL);
    }
    ls_mem_free(log->writers);
    ls_mem_free(log->kept);
    if (log->lock >= 0) {
        ls_file_close(log->lock);
    }
    ls_mem_free(log->folder);
    ls_log_identity_free(log->identity);
    ls_log_clear(base);
    ls_mem_free(log);
}

const struct ls_log_kind ls_log_file = {
    .scheme = "log",
    .summary = "log:DIR, a folder of Avro container files",
    .create = ls_file_log_create,
    .go_on = ls_file_log_continue,
    .append = ls_file_log_append,
    .flush = ls_file_log_flush,
    .complete = ls_file_log_complete,
    .open = file_open,
    .refresh = file_refresh,
    .close = file_close,
    .stored = file_stored,
    .reader_new = ls_file_log_reader_new,
    .read = ls_file_log_read,
    .reader_free = ls_file_log_reader_free,
};
