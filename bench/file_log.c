#include "bench/file_log.h"

#include "bench/pairs.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/log/file_log.h"
#include "generator/event.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define RECORDS 1000000
#define PAIRS   11
#define CHUNK   (64U << 10) /* bytes of one plain write */

struct work {
    const struct ls_plan *plan;
    char uri[LS_PATH_MAX];
    char log[LS_PATH_MAX];
    char plain[LS_PATH_MAX];
    struct ls_log_record *records;
    uint32_t *partitions;
    uint8_t *bytes;       /* what the records point into */
    struct ls_buf *files; /* of each partition: what its file holds */
    uint64_t file_bytes;
};

static int make_records(struct work *work, struct ls_error *err)
{
    const struct ls_plan *plan = work->plan;
    size_t value_max = ls_event_value_max(plan);
    struct ls_event_scratch *scratch = ls_mem_new(1, sizeof *scratch, err);
    work->records = scratch ? ls_mem_new(RECORDS, sizeof *work->records, err) : NULL;
    work->partitions = work->records ? ls_mem_new(RECORDS, sizeof *work->partitions, err) : NULL;
    work->bytes = work->partitions ? ls_mem_new(RECORDS, LS_ID_TEXT_MAX + value_max, err) : NULL;
    uint8_t *at = work->bytes;
    for (size_t i = 0; at && i < RECORDS; i++) {
        struct ls_event event;
        ls_event_make(plan, i, scratch, at, &event);
        memcpy(at + event.value_size, event.key, event.key_size);
        work->records[i] = (struct ls_log_record){.timestamp_ms = event.timestamp_ms,
                                                  .key = at + event.value_size,
                                                  .key_size = event.key_size,
                                                  .value = at,
                                                  .value_size = event.value_size};
        work->partitions[i] = event.partition;
        at += event.value_size + event.key_size;
    }
    ls_mem_free(scratch);
    return at ? 0 : err->code;
}

static int write_log(void *context, struct ls_error *err)
{
    struct work *work = context;
    struct ls_log *log = NULL;
    struct ls_log_topic topic = {.name = work->plan->types[0].spec->topic,
                                 .partitions = work->plan->partitions};
    struct ls_log_identity identity = {.domain = work->plan->spec->domain,
                                       .spec_sha256 = "bench",
                                       .events = RECORDS,
                                       .until_ms = INT64_MAX};
    int rc = ls_tree_remove(work->log, err);
    rc = rc < 0 ? rc : ls_log_create(work->uri, &topic, 1, &identity, LS_LOG_FRESH, &log, err);
    for (size_t i = 0; rc == 0 && i < RECORDS; i++) {
        rc = ls_log_append(log, 0, work->partitions[i], &work->records[i], err);
    }
    rc = rc < 0 ? rc : ls_log_complete(log, err);
    ls_log_close(log);
    return rc;
}

static int partition_path(const struct work *work, const char *folder, uint32_t partition,
                          char *path, struct ls_error *err)
{
    return ls_file_log_path(folder, work->plan->types[0].spec->topic, partition, path, err);
}

/* As the log writes: every file a chunk in turn, then each is synced. */
static int write_plain(void *context, struct ls_error *err)
{
    struct work *work = context;
    int fds[64];
    char path[LS_PATH_MAX];
    uint32_t count = work->plan->partitions;
    uint32_t open = 0;
    int rc = ls_tree_remove(work->plain, err);
    for (; rc == 0 && open < count; open += rc == 0) {
        rc = partition_path(work, work->plain, open, path, err);
        rc = rc < 0 ? rc : ls_folder_make_above(path, err);
        fds[open] = rc < 0 ? rc : ls_file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666, err);
        rc = fds[open] < 0 ? fds[open] : 0;
    }
    bool more = rc == 0;
    for (size_t from = 0; more && rc == 0; from += CHUNK) {
        more = false;
        for (uint32_t p = 0; rc == 0 && p < count; p++) {
            if (from < work->files[p].size) {
                size_t left = work->files[p].size - from;
                rc = ls_file_write(fds[p], work->files[p].data + from, left < CHUNK ? left : CHUNK,
                                   work->plain, err);
                more = true;
            }
        }
    }
    for (uint32_t p = 0; p < open; p++) {
        rc = rc < 0 ? rc : ls_file_sync(fds[p], work->plain, err);
        ls_file_close(fds[p]);
    }
    return rc;
}

static int read_files(struct work *work, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    work->files = ls_mem_new(work->plan->partitions, sizeof *work->files, err);
    int rc = work->files ? 0 : err->code;
    for (uint32_t p = 0; rc == 0 && p < work->plan->partitions; p++) {
        ls_buf_init(&work->files[p], "a log's file", 1U << 30);
        rc = partition_path(work, work->log, p, path, err);
        rc = rc < 0 ? rc : ls_file_read(path, &work->files[p], err);
        work->file_bytes += work->files[p].size;
    }
    return rc;
}

static int measure(struct work *work, struct ls_error *err)
{
    struct ls_pairs pairs;
    int rc = make_records(work, err);
    rc = rc < 0 ? rc : write_log(work, err);
    rc = rc < 0 ? rc : read_files(work, err);
    rc = rc < 0 ? rc : ls_pairs_run(write_log, write_plain, work, PAIRS, &pairs, err);
    if (rc == 0) {
        double megabytes = (double)work->file_bytes / 1e6;
        ls_pairs_print("file log, plain write", &pairs, RECORDS, "a record", 0.7);
        printf("%-28s %.2f million records/s, %.0f MB/s, synced (plain: %.0f MB/s)\n", "file log",
               RECORDS * 1e3 / pairs.ours_ns, megabytes * 1e9 / pairs.ours_ns,
               megabytes * 1e9 / pairs.theirs_ns);
    }
    return rc;
}

int ls_bench_file_log(const struct ls_plan *plan, const char *folder, struct ls_error *err)
{
    struct work work = {.plan = plan};
    int rc = ls_path_join(work.log, folder, "log", err);
    rc = rc < 0 ? rc : ls_path_join(work.plain, folder, "plain", err);
    if (rc == 0) {
        snprintf(work.uri, sizeof work.uri, "log:%.*s", LS_PATH_MAX - 5, work.log);
        rc = measure(&work, err);
    }
    for (uint32_t p = 0; work.files && p < plan->partitions; p++) {
        ls_buf_clear(&work.files[p]);
    }
    ls_mem_free(work.files);
    ls_mem_free(work.bytes);
    ls_mem_free(work.partitions);
    ls_mem_free(work.records);
    return rc;
}
