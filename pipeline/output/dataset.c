#include "pipeline/output/dataset.h"

#include "core/avro/encode.h"
#include "core/base/mem.h"
#include "core/base/wide.h"
#include "pipeline/output/outlet.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define CANONICAL_MAX LS_CONTAINER_RECORD_MAX

void ls_logical_digest_add(struct ls_logical_digest *digest, const void *canonical, size_t size)
{
    struct ls_sha256 hash;
    ls_sha256_of(canonical, size, &hash);
    ls_u128 carry = 0;
    for (size_t i = 0; i < 4; i++) {
        carry += (ls_u128)digest->words[i] + ls_get_u64(hash.bytes + 8 * i);
        digest->words[i] = (uint64_t)carry;
        carry >>= 64;
    }
    digest->records++;
}

char *ls_logical_text(const struct ls_logical_digest *digest, char out[LS_LOGICAL_TEXT_MAX])
{
    snprintf(out, LS_LOGICAL_TEXT_MAX, "%llu:%016llx%016llx%016llx%016llx",
             (unsigned long long)digest->records, (unsigned long long)digest->words[3],
             (unsigned long long)digest->words[2], (unsigned long long)digest->words[1],
             (unsigned long long)digest->words[0]);
    return out;
}

/* Where the encoding's beginning is the canonical form already: only types with one encoding,
 * physical columns last. */
static bool is_plain(const struct ls_layout *layout)
{
    bool physical = false;
    for (size_t i = 0; i < layout->count; i++) {
        enum ls_avro_type type = layout->columns[i].node->type;
        bool single = type != LS_AVRO_FLOAT && type != LS_AVRO_DOUBLE && type != LS_AVRO_ARRAY &&
                      type != LS_AVRO_MAP && type != LS_AVRO_UNION;
        if (!single || (physical && !layout->columns[i].physical)) {
            return false;
        }
        physical = layout->columns[i].physical;
    }
    return true;
}

static int path_of(const char *folder, const char *name, char path[LS_PATH_MAX],
                   struct ls_error *err)
{
    if (snprintf(path, LS_PATH_MAX, "%s/%s.avro", folder, name) >= LS_PATH_MAX) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX, folder);
    }
    return ls_folder_make_above(path, err);
}

int ls_dataset_begin(struct ls_dataset *dataset, const struct ls_outlet *outlet, const char *name,
                     const struct ls_layout *layout, struct ls_error *err)
{
    *dataset = (struct ls_dataset){.layout = layout, .outlet = outlet, .plain = is_plain(layout)};
    ls_buf_init(&dataset->canonical, "canonical record", CANONICAL_MAX);
    dataset->name = ls_mem_copy(name, strlen(name), err);
    return dataset->name ? 0 : err->code;
}

int ls_dataset_create(struct ls_dataset *dataset, const char *folder, const char *name,
                      const struct ls_layout *layout, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    *dataset = (struct ls_dataset){0};
    int rc = path_of(folder, name, path, err);
    return rc < 0 ? rc : ls_dataset_create_at(dataset, path, name, layout, err);
}

int ls_dataset_create_at(struct ls_dataset *dataset, const char *path, const char *name,
                         const struct ls_layout *layout, struct ls_error *err)
{
    int rc = ls_dataset_begin(dataset, &ls_outlet_files, name, layout, err);
    return rc < 0 ? rc
                  : ls_container_create(path, name, layout->schema->text,
                                        LS_DATASET_RECORDS_PER_BLOCK, &dataset->writer, err);
}

int ls_dataset_resume(struct ls_dataset *dataset, const char *folder, const char *name,
                      const struct ls_layout *layout, const struct ls_dataset_state *state,
                      struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int rc = ls_dataset_begin(dataset, &ls_outlet_files, name, layout, err);
    rc = rc < 0 ? rc : path_of(folder, name, path, err);
    if (rc == 0) {
        dataset->digest = state->digest;
        rc = ls_container_resume(path, name, layout->schema->text, LS_DATASET_RECORDS_PER_BLOCK,
                                 &state->container, &dataset->writer, err);
    }
    return rc;
}

/* The size of the physical columns at the end of a row: what the canonical form leaves out. */
static size_t physical_size(const struct ls_layout *layout, const struct ls_cell *cells)
{
    uint8_t scratch[LS_AVRO_LONG_MAX];
    size_t size = 0;
    for (size_t i = layout->count - 1; layout->columns[i].physical; i--) { /* not all are */
        size += (size_t)(ls_put_long(scratch, cells[i].number) - scratch);
    }
    return size;
}

static int add_digest(struct ls_dataset *dataset, const struct ls_cell *cells, const uint8_t *row,
                      size_t size, struct ls_error *err)
{
    if (dataset->plain) {
        ls_logical_digest_add(&dataset->digest, row, size - physical_size(dataset->layout, cells));
        return 0;
    }
    dataset->canonical.size = 0;
    int rc = ls_row_canonical(dataset->layout, cells, &dataset->canonical, err);
    if (rc == 0) {
        ls_logical_digest_add(&dataset->digest, dataset->canonical.data, dataset->canonical.size);
    }
    return rc;
}

int ls_dataset_append(struct ls_dataset *dataset, const struct ls_cell *cells,
                      const struct ls_row_tag *tag, struct ls_error *err)
{
    uint8_t *room;
    int rc = dataset->outlet->reserve(dataset, ls_row_size_max(dataset->layout, cells), &room, err);
    if (rc < 0) {
        return rc;
    }
    size_t size = (size_t)(ls_row_encode(dataset->layout, cells, room) - room);
    rc = add_digest(dataset, cells, room, size, err);
    return rc < 0 ? rc : dataset->outlet->commit(dataset, size, tag, err);
}

int ls_dataset_append_encoded(struct ls_dataset *dataset, const uint8_t *row, size_t size,
                              const struct ls_row_tag *tag, struct ls_error *err)
{
    struct ls_cell cells[256];
    uint8_t *room;
    assert(dataset->layout->count <= sizeof cells / sizeof *cells);
    enum ls_decode_status status = ls_row_decode(dataset->layout, row, size, cells, NULL, NULL);
    if (status != LS_DECODE_OK) {
        return ls_error_set(err, LS_E_BUG, "%s: a row of ours is no row: %s", dataset->name,
                            ls_decode_status_text(status));
    }
    int rc = dataset->outlet->reserve(dataset, size, &room, err);
    rc = rc < 0 ? rc : add_digest(dataset, cells, row, size, err);
    if (rc < 0) {
        return rc;
    }
    memcpy(room, row, size);
    return dataset->outlet->commit(dataset, size, tag, err);
}

int ls_dataset_flush(struct ls_dataset *dataset, bool sync, struct ls_dataset_state *state,
                     struct ls_error *err)
{
    state->digest = dataset->digest;
    return dataset->outlet->save(dataset, sync, &state->container, err);
}

void ls_dataset_clear(struct ls_dataset *dataset)
{
    if (dataset->outlet) {
        dataset->outlet->clear(dataset);
    }
    ls_mem_free(dataset->name);
    ls_buf_clear(&dataset->canonical);
    *dataset = (struct ls_dataset){0};
}
