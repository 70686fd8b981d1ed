#include "pipeline/batch/replay_known.h"

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "pipeline/batch/sort.h"

#include <string.h>

/* Behind the id in a key: what was seen comes before what was asked. */
enum { SEEN, ASKED };
enum { KEY = LS_SHA256_SIZE + 1 + sizeof(uint64_t) };

struct ls_known {
    struct ls_sorter *ids;
    struct ls_sorter *rows; /* that are known */
    struct ls_merge *merge; /* of them */
    uint64_t next;          /* row; UINT64_MAX: there is no more */
};

int ls_known_new(const char *folder, size_t memory, struct ls_known **out, struct ls_error *err)
{
    struct ls_known *k = ls_mem_new(1, sizeof *k, err);
    *out = k;
    if (!k) {
        return err->code;
    }
    int rc = ls_sorter_new("ids of a replay", folder, memory / 2, &k->ids, err);
    rc = rc < 0 ? rc : ls_sorter_new("rows of a replay", folder, memory / 2, &k->rows, err);
    if (rc < 0) {
        ls_known_free(k);
        *out = NULL;
    }
    return rc;
}

void ls_known_free(struct ls_known *k)
{
    if (!k) {
        return;
    }
    ls_merge_free(k->merge);
    ls_sorter_free(k->rows);
    ls_sorter_free(k->ids);
    ls_mem_free(k);
}

static int add(struct ls_known *k, const void *id, size_t size, uint8_t what, uint64_t row,
               struct ls_error *err)
{
    uint8_t key[KEY];
    struct ls_sha256 sha256;
    ls_sha256_of(id, size, &sha256);
    memcpy(key, sha256.bytes, LS_SHA256_SIZE);
    key[LS_SHA256_SIZE] = what;
    ls_key_u64(key + LS_SHA256_SIZE + 1, row);
    return ls_sorter_add(k->ids, key, sizeof key, NULL, 0, err);
}

int ls_known_ask(struct ls_known *k, const void *id, size_t size, uint64_t row,
                 struct ls_error *err)
{
    return add(k, id, size, ASKED, row, err);
}

int ls_known_see(struct ls_known *k, const void *id, size_t size, struct ls_error *err)
{
    return add(k, id, size, SEEN, 0, err);
}

static int add_row(struct ls_known *k, const uint8_t *row, struct ls_error *err)
{
    return ls_sorter_add(k->rows, row, sizeof(uint64_t), NULL, 0, err);
}

static int advance(struct ls_known *k, struct ls_error *err)
{
    struct ls_sorted item;
    int rc = ls_merge_next(k->merge, &item, err);
    k->next = rc > 0 ? ls_key_get_u64(item.key) : UINT64_MAX;
    return rc < 0 ? rc : 0;
}

int ls_known_settle(struct ls_known *k, struct ls_error *err)
{
    uint8_t seen[LS_SHA256_SIZE];
    bool any = false;
    struct ls_merge *merge;
    struct ls_sorted item;
    int rc = ls_merge_new(&k->ids, 1, &merge, err);
    if (rc < 0) {
        return rc;
    }
    while ((rc = ls_merge_next(merge, &item, err)) == 1) {
        const uint8_t *row = item.key + LS_SHA256_SIZE + 1;
        if (item.key[LS_SHA256_SIZE] == SEEN) {
            memcpy(seen, item.key, sizeof seen);
            any = true;
        } else if (any && memcmp(seen, item.key, sizeof seen) == 0 &&
                   (rc = add_row(k, row, err)) < 0) {
            break;
        }
    }
    ls_merge_free(merge);
    rc = rc < 0 ? rc : ls_merge_new(&k->rows, 1, &k->merge, err);
    return rc < 0 ? rc : advance(k, err);
}

int ls_known_row(struct ls_known *k, uint64_t row, struct ls_error *err)
{
    int rc = 0;
    while (rc == 0 && k->next < row) {
        rc = advance(k, err);
    }
    return rc < 0 ? rc : k->next == row;
}
