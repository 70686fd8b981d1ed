#include "conformance/logical.h"

#include "conformance/rows.h"
#include "core/avro/container.h"
#include "core/avro/encode.h"
#include "core/base/file.h"
#include "core/base/mutant.h"
#include "core/base/wide.h"

#include <string.h>

void ls_logical_add(struct ls_logical *digest, const void *bytes, size_t size)
{
    struct ls_sha256 hash;
    ls_u128 carry = 0;
    ls_sha256_of(bytes, size, &hash);
    for (size_t i = 0; i < 4; i++) {
        uint64_t word = ls_get_u64(hash.bytes + 8 * i);
        carry += (ls_u128)digest->words[i] + word;
        digest->words[i] = LS_MUTANT(SUMS_CANCEL) ? digest->words[i] ^ word : (uint64_t)carry;
        carry >>= 64;
    }
    digest->records++;
}

/* The records that are wanted; `field` NULL: all. */
struct part {
    const char *field;
    int64_t from, to;
};

static bool is_wanted(const struct ls_rows *rows, const struct part *part)
{
    int64_t number;
    return !part->field || (ls_avro_file_long(&rows->file, part->field, &number) &&
                            number >= part->from && number < part->to);
}

static int add_file(const char *path, const struct part *part, struct ls_logical *digest,
                    uint64_t *schema, struct ls_error *err)
{
    struct ls_rows rows;
    struct ls_buf canonical;
    ls_buf_init(&canonical, "canonical record", LS_CONTAINER_RECORD_MAX);
    int rc = ls_rows_open(path, &rows, err);
    if (rc == 0) {
        *schema = rows.schema->crc64;
        rc = ls_rows_layout(&rows, err);
    }
    while (rc >= 0 && (rc = ls_rows_next(&rows, err)) > 0) {
        canonical.size = 0;
        rc = ls_rows_decode(&rows, err);
        rc = rc < 0 ? rc : ls_row_canonical(rows.layout, rows.cells, &canonical, err);
        if (rc == 0 && is_wanted(&rows, part)) {
            ls_logical_add(digest, canonical.data, canonical.size);
        }
    }
    ls_buf_clear(&canonical);
    ls_rows_close(&rows);
    return rc;
}

int ls_logical_of_file(const char *path, struct ls_logical *digest, uint64_t *schema,
                       struct ls_error *err)
{
    return add_file(path, &(struct part){.field = NULL}, digest, schema, err);
}

int ls_logical_of_part(const char *path, const char *field, int64_t from, int64_t to,
                       struct ls_logical *digest, uint64_t *schema, struct ls_error *err)
{
    return add_file(path, &(struct part){field, from, to}, digest, schema, err);
}

struct walk {
    const char *folder, *prefix;
    struct ls_logical *digest;
};

static int visit(void *context, const char *relative, struct ls_error *err)
{
    const struct walk *walk = context;
    char path[LS_PATH_MAX];
    uint64_t schema;
    size_t size = strlen(relative);
    if (strncmp(relative, walk->prefix, strlen(walk->prefix)) != 0 || size < 5 ||
        strcmp(relative + size - 5, ".avro") != 0) {
        return 0;
    }
    int rc = ls_path_join(path, walk->folder, relative, err);
    return rc < 0 ? rc : ls_logical_of_file(path, walk->digest, &schema, err);
}

int ls_logical_of_folder(const char *folder, const char *prefix, struct ls_logical *digest,
                         struct ls_error *err)
{
    struct walk walk = {folder, prefix, digest};
    *digest = (struct ls_logical){0};
    return ls_tree_walk(folder, visit, &walk, err);
}
