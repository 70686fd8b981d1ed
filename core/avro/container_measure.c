#include "core/avro/container.h"

int ls_container_measure_on(const char *path, uint64_t *records, uint64_t *whole_size,
                            struct ls_error *err)
{
    struct ls_container_reader *reader;
    struct ls_block block;
    int rc = ls_container_open(path, &reader, err);
    if (rc < 0) {
        return rc;
    }
    if (*whole_size) {
        ls_container_seek(reader, *whole_size, *records);
    }
    while ((rc = ls_container_next_skip(reader, &block, err)) > 0) {
        *records = block.first_record + block.count;
    }
    bool torn = ls_container_torn(reader, whole_size);
    ls_container_reader_free(reader);
    return torn ? 0 : rc;
}

int ls_container_measure(const char *path, uint64_t *records, uint64_t *whole_size,
                         struct ls_error *err)
{
    *records = 0;
    *whole_size = 0;
    return ls_container_measure_on(path, records, whole_size, err);
}

int ls_container_ends_at(const char *path, uint64_t records, uint64_t size, struct ls_error *err)
{
    struct ls_container_reader *reader;
    struct ls_block block = {0};
    uint64_t at;
    int rc = ls_container_open(path, &reader, err);
    if (rc < 0) {
        return rc;
    }
    for (rc = 1; rc > 0; rc = ls_container_next_skip(reader, &block, err)) {
        (void)ls_container_torn(reader, &at);
        if (at >= size) {
            break;
        }
    }
    ls_container_reader_free(reader);
    return rc < 0 && rc != LS_E_DATA
               ? rc
               : rc > 0 && at == size && block.first_record + block.count == records;
}
