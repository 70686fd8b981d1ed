#include "conformance/logical.h"

#include "core/avro/container.h"
#include "core/avro/encode.h"
#include "core/avro/row.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/base/wide.h"

#include <string.h>

static void add(struct ls_logical *digest, const void *bytes, size_t size)
{
    struct ls_sha256 hash;
    ls_u128 carry = 0;
    ls_sha256_of(bytes, size, &hash);
    for (size_t i = 0; i < 4; i++) {
        carry += (ls_u128)digest->words[i] + ls_get_u64(hash.bytes + 8 * i);
        digest->words[i] = (uint64_t)carry;
        carry >>= 64;
    }
    digest->records++;
}

static int add_block(const struct ls_layout *layout, struct ls_cell *cells,
                     const struct ls_block *block, struct ls_buf *canonical,
                     struct ls_logical *digest, struct ls_error *err)
{
    struct ls_span span = {block->bytes, block->bytes + block->size};
    int rc = 0;
    for (uint64_t i = 0; rc == 0 && i < block->count; i++) {
        const uint8_t *begin = span.at;
        enum ls_decode_status status = ls_datum_skip(layout->schema->root, &span);
        if (status == LS_DECODE_OK) {
            status = ls_row_decode(layout, begin, (size_t)(span.at - begin), cells, NULL, NULL);
        }
        if (status != LS_DECODE_OK) {
            return ls_error_set(err, LS_E_DATA, "record %llu: %s",
                                (unsigned long long)(block->first_record + i),
                                ls_decode_status_text(status));
        }
        canonical->size = 0;
        rc = ls_row_canonical(layout, cells, canonical, err);
        add(digest, canonical->data, canonical->size);
    }
    return rc;
}

int ls_logical_of_file(const char *path, struct ls_logical *digest, struct ls_error *err)
{
    struct ls_container_reader *reader = NULL;
    struct ls_schema *schema = NULL;
    struct ls_layout *layout = NULL;
    struct ls_cell *cells = NULL;
    struct ls_buf canonical;
    struct ls_block block;
    ls_buf_init(&canonical, "canonical record", LS_CONTAINER_RECORD_MAX);
    int rc = ls_container_open(path, &reader, err);
    if (rc == 0) {
        size_t size;
        const char *text = ls_container_schema(reader, &size);
        rc = ls_schema_parse(text, size, &schema, err);
    }
    rc = rc < 0 ? rc : ls_layout_new(schema, &layout, err);
    cells = rc < 0 ? NULL : ls_mem_new(layout->count + 1, sizeof *cells, err);
    rc = cells ? 0 : err->code;
    while (rc >= 0 && (rc = ls_container_next(reader, &block, err)) > 0) {
        rc = add_block(layout, cells, &block, &canonical, digest, err);
    }
    ls_buf_clear(&canonical);
    ls_mem_free(cells);
    ls_layout_free(layout);
    ls_schema_free(schema);
    ls_container_reader_free(reader);
    return rc < 0 ? ls_error_prefix(err, "%s", path) : 0;
}

struct walk {
    const char *folder, *prefix;
    struct ls_logical *digest;
};

static int visit(void *context, const char *relative, struct ls_error *err)
{
    const struct walk *walk = context;
    char path[LS_PATH_MAX];
    size_t size = strlen(relative);
    if (strncmp(relative, walk->prefix, strlen(walk->prefix)) != 0 || size < 5 ||
        strcmp(relative + size - 5, ".avro") != 0) {
        return 0;
    }
    int rc = ls_path_join(path, walk->folder, relative, err);
    return rc < 0 ? rc : ls_logical_of_file(path, walk->digest, err);
}

int ls_logical_of_folder(const char *folder, const char *prefix, struct ls_logical *digest,
                         struct ls_error *err)
{
    struct walk walk = {folder, prefix, digest};
    *digest = (struct ls_logical){0};
    return ls_tree_walk(folder, visit, &walk, err);
}
