/* Writing a file log, and going on with one whose writer was killed. */
#include "core/avro/encode.h"
#include "core/base/mem.h"
#include "core/log/file_log_internal.h"

#include <fcntl.h>
#include <string.h>

/* How a writer begins. */
struct opening {
    bool resume;                   /* with the whole blocks that are there */
    const struct ls_log_end *ends; /* or with these, of the partitions in order */
};

static int writer_open(struct file_log *log, size_t t, uint32_t p, const struct opening *opening,
                       struct ls_error *err)
{
    char path[LS_PATH_MAX];
    char name[LS_PATH_MAX];
    struct ls_container_writer **writer = &log->writers[t][p];
    int rc = ls_file_log_path(log->folder, log->base.topics[t].name, p, path, err);
    rc = rc < 0 ? rc : ls_file_log_name(log->base.topics[t].name, p, name, err);
    rc = rc < 0 ? rc : ls_folder_make_above(path, err);
    struct ls_container_state state = {0};
    if (rc == 0 && opening->ends) {
        state.records = log->base.counts[t][p] = opening->ends[p].records;
        state.file_size = opening->ends[p].bytes;
        return ls_container_resume(path, name, ls_file_log_schema, LS_FILE_LOG_RECORDS_PER_BLOCK,
                                   &state, writer, err);
    }
    if (rc == 0 && opening->resume) {
        rc = ls_container_measure(path, &state.records, &state.file_size, err);
        if (rc == 0) {
            log->kept[t][p] = state.records;
            return ls_container_resume(path, name, ls_file_log_schema,
                                       LS_FILE_LOG_RECORDS_PER_BLOCK, &state, writer, err);
        }
        /* a writer that was killed before the file or its header was whole: from the beginning */
        rc = rc == LS_E_NOINPUT || rc == LS_E_DATA ? 0 : rc;
    }
    return rc < 0 ? rc
                  : ls_container_create(path, name, ls_file_log_schema,
                                        LS_FILE_LOG_RECORDS_PER_BLOCK, writer, err);
}

static int writers_open(struct file_log *log, struct opening opening, struct ls_error *err)
{
    log->writers = ls_mem_new(log->base.topic_count, sizeof *log->writers, err);
    log->kept = log->writers ? ls_mem_new(log->base.topic_count, sizeof *log->kept, err) : NULL;
    if (!log->kept) {
        return err->code;
    }
    for (size_t t = 0; t < log->base.topic_count; t++) {
        uint32_t partitions = log->base.topics[t].partitions;
        log->writers[t] = ls_mem_new(partitions, sizeof **log->writers, err);
        log->kept[t] = log->writers[t] ? ls_mem_new(partitions, sizeof **log->kept, err) : NULL;
        if (!log->kept[t]) {
            return err->code;
        }
        for (uint32_t p = 0; p < partitions; p++) {
            int rc = writer_open(log, t, p, &opening, err);
            if (rc < 0) {
                return rc;
            }
        }
        opening.ends = opening.ends ? opening.ends + partitions : NULL;
    }
    return 0;
}

static int refuse_resume(const char *folder, const struct ls_log_identity *there,
                         const struct ls_log_identity *now, struct ls_error *err)
{
    if (!there || !now) {
        return ls_error_set(err, LS_E_DATA,
                            "the log in %s is of another run, with %s domains: resume it with the "
                            "specs that it was begun with",
                            folder, there ? "more" : "fewer");
    }
    if (strcmp(there->domain, now->domain) == 0 &&
        strcmp(there->spec_sha256, now->spec_sha256) == 0) {
        return ls_error_set(err, LS_E_DATA,
                            "the log in %s is of another run of this spec: resume it with the "
                            "--events, --for, --until or --shard that it was begun with",
                            folder);
    }
    return ls_error_set(err, LS_E_DATA,
                        "the log in %s is of another run (spec %.12s, domain %s): it cannot be "
                        "resumed with spec %.12s",
                        folder, there->spec_sha256, there->domain, now->spec_sha256);
}

/* Of a folder without a log: are no datasets in it? */
static int check_no_run(const char *folder, struct ls_error *err)
{
    char datasets[LS_PATH_MAX];
    int rc = ls_path_join(datasets, folder, "datasets", err);
    return rc == 0 && ls_path_exists(datasets)
               ? ls_error_set(err, LS_E_DATA, "%s holds the datasets of a run: give another place",
                              folder)
               : rc;
}

/* What is at the place already: *resume says whether it is to be gone on with, *complete whether
 * nothing is left to do. */
static int look(const char *folder, const struct ls_log_identity *identity, enum ls_log_mode mode,
                bool *resume, bool *complete, struct ls_error *err)
{
    struct ls_log_manifest manifest;
    int rc = ls_file_manifest_read(folder, &manifest, err);
    const struct ls_log_identity *there = manifest.identity;
    *resume = rc == 0;
    *complete = rc == 0 && manifest.complete;
    if (rc == LS_E_NOINPUT) {
        rc = check_no_run(folder, err);
    } else if (rc == 0) {
        ls_log_identity_compare(&there, &identity);
        bool same = !there && !identity;
        if (mode == LS_LOG_FRESH) {
            rc = ls_error_set(err, LS_E_DATA, "there is a %s log in %s already: remove it%s",
                              manifest.complete ? "finished" : "partial", folder,
                              manifest.complete || !same
                                  ? ""
                                  : ", or, where `generate` began it, finish it with --resume");
        } else if (!same) {
            rc = refuse_resume(folder, there, identity, err);
        }
    }
    ls_log_manifest_clear(&manifest);
    return rc;
}

int ls_file_log_create(const char *place, const struct ls_log_topic *topics, size_t topic_count,
                       const struct ls_log_identity *identity, enum ls_log_mode mode,
                       struct ls_log **out, struct ls_error *err)
{
    bool resume;
    bool complete;
    int rc = look(place, identity, mode, &resume, &complete, err);
    rc = rc < 0 ? rc : ls_folder_make(place, err);
    if (rc < 0) {
        return rc;
    }
    struct file_log *log = ls_file_log_new(place, topics, topic_count, err);
    if (!log) {
        return err->code;
    }
    log->base.complete = complete;
    rc = ls_file_log_identify(log, identity, err);
    if (rc == 0 && !complete) {
        rc = resume ? 0
                    : ls_file_manifest_write(place, false, identity, log->base.topics, topic_count,
                                             NULL, err);
        rc = rc < 0 ? rc : writers_open(log, (struct opening){.resume = resume}, err);
    }
    if (rc < 0) {
        ls_log_close(&log->base);
        return rc;
    }
    *out = &log->base;
    return 0;
}

/* May this writer, with this past, go on with the log that is there? */
static int check_writer(const char *folder, const struct ls_log_manifest *manifest,
                        const struct ls_log_identity *identity, const struct ls_log_past *past,
                        struct ls_error *err)
{
    const struct ls_log_identity *there = manifest->identity;
    const char *writer = there->writer ? there->writer : "";
    bool own = strcmp(writer, identity->writer ? identity->writer : "") == 0;
    ls_log_identity_compare(&there, &identity);
    if (there || identity) {
        return ls_error_set(err, LS_E_DATA,
                            "there is another log in %s: give another place, or remove it", folder);
    }
    if (!own) {
        return ls_error_set(err, LS_E_DATA,
                            "the log in %s is written with another state: give that --state, or "
                            "another place, or remove the log",
                            folder);
    }
    return !manifest->complete || (past && past->finished)
               ? 0
               : ls_error_set(err, LS_E_DATA,
                              "the log in %s is finished, and the state is from before that: begin "
                              "anew, with another --state and another place",
                              folder);
}

/* Is there a log that may be gone on with, or none and nothing to go on from? */
static int look_again(const char *folder, const struct ls_log_identity *identity,
                      const struct ls_log_past *past, struct ls_error *err)
{
    struct ls_log_manifest manifest;
    int rc = ls_file_manifest_read(folder, &manifest, err);
    if (rc == LS_E_NOINPUT && !past) {
        rc = check_no_run(folder, err);
    } else if (rc == 0) {
        rc = check_writer(folder, &manifest, identity, past, err);
    }
    ls_log_manifest_clear(&manifest);
    return rc;
}

/* Keeps every other process from writing here, as long as the log is open. */
static int take_lock(struct file_log *log, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int rc = ls_path_join(path, log->folder, ".lock", err); /* which no topic can be named */
    if (rc < 0 || (log->lock = ls_file_open(path, O_RDWR | O_CREAT, 0666, err)) < 0) {
        return err->code;
    }
    rc = ls_file_lock(log->lock, path, err);
    return rc > 0
               ? ls_error_set(err, LS_E_DATA, "another run is writing the log in %s", log->folder)
               : rc;
}

/* Where this writer was it ended a block: without one there a cut would go through a block. */
static int check_end(const struct file_log *log, size_t t, uint32_t p, const struct ls_log_end *end,
                     struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int rc = ls_file_log_path(log->folder, log->base.topics[t].name, p, path, err);
    rc = rc < 0 ? rc : ls_container_ends_at(path, end->records, end->bytes, err);
    return rc ? rc
              : ls_error_set(err, LS_E_DATA,
                             "%s has no end of a block at byte %llu, behind %llu records: it was "
                             "changed since the checkpoint",
                             path, (unsigned long long)end->bytes,
                             (unsigned long long)end->records);
}

/* All of them, before the first is cut. */
static int check_ends(const struct file_log *log, const struct ls_log_past *past,
                      struct ls_error *err)
{
    const struct ls_log_end *end = past ? past->ends : NULL;
    for (size_t t = 0; end && t < log->base.topic_count; t++) {
        for (uint32_t p = 0; p < log->base.topics[t].partitions; p++) {
            int rc = check_end(log, t, p, end++, err);
            if (rc < 0) {
                return rc;
            }
        }
    }
    return 0;
}

int ls_file_log_continue(const char *place, const struct ls_log_topic *topics, size_t topic_count,
                         const struct ls_log_identity *identity, const struct ls_log_past *past,
                         struct ls_log **out, struct ls_error *err)
{
    int rc = look_again(place, identity, past, err); /* a place that is refused gets no lock */
    rc = rc < 0 ? rc : ls_folder_make(place, err);
    if (rc < 0) {
        return rc;
    }
    struct file_log *log = ls_file_log_new(place, topics, topic_count, err);
    if (!log) {
        return err->code;
    }
    rc = ls_file_log_identify(log, identity, err);
    rc = rc < 0 ? rc : take_lock(log, err);
    rc = rc < 0 ? rc : look_again(place, identity, past, err); /* nobody changes it any more */
    rc = rc < 0 ? rc : check_ends(log, past, err);
    /* no promise stands beside files that it is not of */
    rc = rc < 0 ? rc
                : ls_file_manifest_write(place, false, identity, log->base.topics, topic_count,
                                         NULL, err);
    rc = rc < 0 ? rc : writers_open(log, (struct opening){.ends = past ? past->ends : NULL}, err);
    rc = rc < 0 ? rc : ls_tree_sync_names(place, err);
    if (rc < 0) {
        ls_log_close(&log->base);
        return rc;
    }
    *out = &log->base;
    return 0;
}

int ls_file_log_flush(struct ls_log *base, uint32_t topic, uint32_t partition, bool sync,
                      struct ls_log_end *end, struct ls_error *err)
{
    struct ls_container_writer *writer = ((struct file_log *)base)->writers[topic][partition];
    struct ls_container_state state;
    int rc = ls_container_end_block(writer, err);
    rc = rc < 0 ? rc : ls_container_flush(writer, sync, &state, err);
    if (rc == 0) {
        *end = (struct ls_log_end){state.records, state.file_size};
    }
    return rc;
}

int ls_file_log_append(struct ls_log *base, uint32_t topic, uint32_t partition,
                       const struct ls_log_record *record, struct ls_error *err)
{
    struct file_log *log = (struct file_log *)base;
    uint64_t *count = &base->counts[topic][partition];
    if (log->kept[topic][partition] > 0) {
        log->kept[topic][partition]--;
        ++*count;
        return 0;
    }
    size_t payload = record->key_size + record->headers_size + record->value_size;
    if (payload > LS_LOG_RECORD_MAX) {
        return ls_error_set(err, LS_E_DATA,
                            "a record of %zu bytes passes the log's limit of %u bytes", payload,
                            LS_LOG_RECORD_MAX);
    }
    uint8_t *room;
    int rc = ls_container_reserve(log->writers[topic][partition],
                                  payload + (size_t)8 * LS_AVRO_LONG_MAX, &room, err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *at = ls_put_long(room, (int64_t)*count);
    at = ls_put_long(at, record->timestamp_ms);
    at = ls_put_long(at, record->key != NULL);
    at = record->key ? ls_put_bytes(at, record->key, record->key_size) : at;
    if (record->headers_size) {
        memcpy(at, record->headers, record->headers_size);
        at += record->headers_size;
    } else {
        *at++ = 0; /* an array of nothing */
    }
    at = ls_put_long(at, record->value != NULL);
    at = record->value ? ls_put_bytes(at, record->value, record->value_size) : at;
    rc = ls_container_commit(log->writers[topic][partition], (size_t)(at - room), err);
    *count += rc == 0;
    return rc;
}

int ls_file_log_complete(struct ls_log *base, struct ls_error *err)
{
    struct file_log *log = (struct file_log *)base;
    for (size_t t = 0; t < base->topic_count; t++) {
        for (uint32_t p = 0; p < base->topics[t].partitions; p++) {
            if (log->kept[t][p]) {
                return ls_error_set(
                    err, LS_E_DATA,
                    "partition %u of %s holds %llu records more than this run makes", p,
                    base->topics[t].name, (unsigned long long)log->kept[t][p]);
            }
            int rc = ls_container_finish(log->writers[t][p], true, err);
            if (rc < 0) {
                return rc;
            }
        }
        char first[LS_PATH_MAX];
        int rc = ls_file_log_path(log->folder, base->topics[t].name, 0, first, err);
        rc = rc < 0 ? rc : ls_file_sync_folder_of(first, err);
        if (rc < 0) {
            return rc;
        }
    }
    int rc = ls_file_manifest_write(log->folder, true, &base->identity, base->topics,
                                    base->topic_count, base->counts, err);
    base->complete = rc == 0;
    return rc;
}
