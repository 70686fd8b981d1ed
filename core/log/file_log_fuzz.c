/* The file log's reader over any bytes. The input's first byte says how the log is opened and read,
 * the next how many bytes of a manifest follow (none: one of an unfinished log of topic t); the
 * rest is the file of partition 0. What is read is what was promised, from any position alike. */
#include "core/log/file_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/file_log_fuzz_XXXXXX";
static char partition_path[64];
static char manifest_path[64];

static void must(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void remove_folder(void)
{
    struct ls_error err;
    (void)ls_tree_remove(folder, &err);
}

static void make_folder(void)
{
    struct ls_error err;
    if (partition_path[0]) {
        return;
    }
    must(mkdtemp(folder) != NULL && atexit(remove_folder) == 0);
    must(ls_file_log_path(folder, "t", 0, partition_path, &err) == 0);
    snprintf(manifest_path, sizeof manifest_path, "%s/manifest.json", folder);
    must(ls_folder_make_above(partition_path, &err) == 0);
}

static void put_file(const char *path, const uint8_t *bytes, size_t size)
{
    struct ls_error err;
    int fd = ls_file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600, &err);
    must(fd >= 0 && (size == 0 || ls_file_write(fd, bytes, size, path, &err) == 0));
    close(fd);
}

/* Not by ls_file_manifest_write: that syncs. */
static void put_manifest(const uint8_t *bytes, size_t size)
{
    static const char unfinished[] =
        "{\"lockstep_log\": 1, \"complete\": false, \"domain\": \"fuzz\", \"spec_sha256\": \"00\", "
        "\"events\": \"9\", \"until\": \"9\", "
        "\"topics\": [{\"name\": \"t\", \"partitions\": 1, \"ends\": []}]}";
    put_file(manifest_path, size ? bytes : (const uint8_t *)unfinished,
             size ? size : strlen(unfinished));
}

/* A digest of the records from `position` on; *end is where reading ended. */
static int read_from(const struct ls_log *log, uint64_t position, size_t batch,
                     struct ls_id *digest, uint64_t *end, struct ls_error *err)
{
    struct ls_log_reader *reader;
    const struct ls_log_record *records;
    size_t count = 1;
    *digest = (struct ls_id){0, 0};
    *end = position;
    int rc = ls_log_reader_new(log, 0, 0, position, &reader, err);
    if (rc < 0) {
        return rc;
    }
    while (rc == 0 && count) {
        rc = ls_log_read(reader, batch, &records, &count, err);
        for (size_t i = 0; rc == 0 && i < count; i++) {
            must(records[i].offset == (int64_t)*end);
            *digest = ls_log_digest(*digest, &records[i]);
            ++*end;
        }
    }
    must(rc < 0 || ls_log_reader_position(reader) == *end);
    ls_log_reader_free(reader);
    return rc;
}

static void read_log(const struct ls_log *log, size_t batch)
{
    struct ls_error err;
    struct ls_id one;
    struct ls_id two;
    uint64_t end;
    uint64_t again;
    size_t topics;
    const struct ls_log_topic *topic = ls_log_topics(log, &topics);
    if (topics == 0 || topic->partitions == 0) {
        return;
    }
    uint64_t count = ls_log_count(log, 0, 0);
    int rc = read_from(log, 0, batch, &one, &end, &err);
    must(rc < 0 || end == count);
    must(read_from(log, 0, 1, &two, &again, &err) == rc); /* other batches, the same records */
    must(rc < 0 || (again == end && ls_id_equal(one, two)));
    if (rc == 0 && count > 1) {
        uint64_t middle = count / 2;
        must(read_from(log, middle, batch, &one, &end, &err) == 0 && end == count);
        must(read_from(log, middle, 1, &two, &again, &err) == 0 && ls_id_equal(one, two));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ls_error err;
    struct ls_log *log;
    char uri[80];
    if (size < 2) {
        return 0;
    }
    size_t manifest = data[1] < size - 2 ? data[1] : size - 2;
    make_folder();
    put_manifest(data + 2, manifest);
    put_file(partition_path, data + 2 + manifest, size - 2 - manifest);
    snprintf(uri, sizeof uri, "log:%s", folder);
    if (ls_log_open(uri, data[0] & 1, &log, &err) == 0) {
        read_log(log, 1 + (data[0] >> 1));
        ls_log_close(log);
    }
    return 0;
}
