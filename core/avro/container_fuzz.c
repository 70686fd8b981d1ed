/* The container reader over any bytes: reading and skipping see the same blocks, which lie in the
 * file one behind the other, and end alike. */
#include "core/avro/container.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void read_both_ways(struct ls_container_reader *reader, struct ls_container_reader *skipper,
                           const uint8_t *data, size_t size)
{
    struct ls_error err;
    struct ls_block block;
    struct ls_block skipped;
    uint64_t whole;
    uint64_t end;
    uint64_t records = 0;
    int rc;
    while ((rc = ls_container_next(reader, &block, &err)) == 1) {
        must(ls_container_next_skip(skipper, &skipped, &err) == 1);
        must(block.offset == skipped.offset && block.count == skipped.count);
        must(block.size == skipped.size && block.first_record == skipped.first_record);
        must(block.first_record == records && block.offset + block.size <= size);
        must(block.size == 0 ||
             memmem(data + block.offset, size - block.offset, block.bytes, block.size) != NULL);
        records += block.count;
    }
    must(ls_container_next_skip(skipper, &skipped, &err) == rc);
    must(ls_container_torn(reader, &whole) == ls_container_torn(skipper, &end));
    must(whole == end && whole <= size && (rc < 0 || whole == size));
    must(ls_container_next(reader, &block, &err) == rc); /* and again */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[40];
    struct ls_error err;
    struct ls_container_reader *reader = NULL;
    struct ls_container_reader *skipper = NULL;
    int fd = memfd_create("container", MFD_CLOEXEC);
    must(fd >= 0 && ls_file_write(fd, data, size, "memory", &err) == 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int rc = ls_container_open(path, &reader, &err);
    must(ls_container_open(path, &skipper, &err) == rc);
    if (rc == 0) {
        size_t schema_size;
        must(ls_container_schema(reader, &schema_size) != NULL && schema_size <= size);
        read_both_ways(reader, skipper, data, size);
    }
    ls_container_reader_free(reader);
    ls_container_reader_free(skipper);
    close(fd);
    return 0;
}
