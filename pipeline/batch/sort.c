#include "pipeline/batch/sort.h"

#include "core/avro/encode.h"
#include "core/base/file.h"
#include "core/base/mem.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEADING  8 /* sizes of key and value, u32 each, in front of an item's bytes */
#define READ_MIN 4096U
#define READ_MAX (1U << 20)

/* An item in memory: the first eight bytes of its key as a number decide nearly every comparison.
 */
struct entry {
    uint64_t prefix;
    const uint8_t *item;
};

struct run {
    uint64_t offset, size;
};

struct ls_sorter {
    const char *name;
    char *path;
    int fd; /* of the spilled runs; -1 while there are none */
    uint64_t file_size;
    size_t memory;
    uint8_t *bytes; /* items, one behind the other */
    size_t used, capacity;
    struct entry *entries;
    struct entry *spare; /* of the merge sort */
    size_t count, entry_capacity;
    struct run *runs;
    size_t run_count, run_capacity;
};

uint8_t *ls_key_u64(uint8_t *at, uint64_t value)
{
    for (int i = 7; i >= 0; i--) {
        *at++ = (uint8_t)(value >> (8 * i));
    }
    return at;
}

uint8_t *ls_key_i64(uint8_t *at, int64_t value)
{
    return ls_key_u64(at, (uint64_t)value ^ UINT64_C(1) << 63);
}

uint64_t ls_key_get_u64(const uint8_t *at)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

int64_t ls_key_get_i64(const uint8_t *at)
{
    return (int64_t)(ls_key_get_u64(at) ^ UINT64_C(1) << 63);
}

int ls_sorter_new(const char *name, const char *folder, size_t memory, struct ls_sorter **out,
                  struct ls_error *err)
{
    static atomic_uint number;
    char path[LS_PATH_MAX];
    *out = NULL;
    if (snprintf(path, sizeof path, "%s/sort-%ld-%u.tmp", folder, (long)getpid(),
                 atomic_fetch_add(&number, 1)) >= (int)sizeof path) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX, folder);
    }
    struct ls_sorter *s = ls_mem_new(1, sizeof *s, err);
    if (!s) {
        return err->code;
    }
    s->name = name;
    s->fd = -1;
    s->memory = memory < 65536 ? 65536 : memory;
    s->path = ls_mem_copy(path, strlen(path), err);
    if (!s->path) {
        ls_sorter_free(s);
        return err->code;
    }
    *out = s;
    return 0;
}

void ls_sorter_free(struct ls_sorter *s)
{
    if (!s) {
        return;
    }
    if (s->fd >= 0) {
        struct ls_error unheard;
        ls_file_close(s->fd);
        (void)ls_file_remove(s->path, &unheard);
    }
    ls_mem_free(s->path);
    ls_mem_free(s->bytes);
    ls_mem_free(s->entries);
    ls_mem_free(s->spare);
    ls_mem_free(s->runs);
    ls_mem_free(s);
}

size_t ls_sorter_runs(const struct ls_sorter *s)
{
    return s->run_count;
}

/* ---- in memory */

/* Eight bytes of a key from `depth` on; zeros where it ends. */
static uint64_t prefix_at(const uint8_t *key, size_t size, size_t depth)
{
    if (size >= depth + 8) {
        return ls_key_get_u64(key + depth);
    }
    uint64_t prefix = 0;
    for (size_t i = depth; i < depth + 8; i++) {
        prefix = prefix << 8 | (i < size ? key[i] : 0);
    }
    return prefix;
}

static int compare_items(const uint8_t *a, const uint8_t *b)
{
    uint32_t size_a = ls_get_u32(a);
    uint32_t size_b = ls_get_u32(b);
    int order = memcmp(a + HEADING, b + HEADING, size_a < size_b ? size_a : size_b);
    return order ? order : (size_a > size_b) - (size_a < size_b);
}

/* ---- by eight bytes of the keys at a time: those that are the same in them, by the next eight */

#define RADIX_MIN  256 /* entries; fewer are compared */
#define DEPTH_MAX  64  /* bytes; keys that are the same so far are compared whole */
#define INSERT_MAX 16

static bool before(const struct entry *a, const struct entry *b, bool whole)
{
    return a->prefix != b->prefix ? a->prefix < b->prefix
                                  : whole && compare_items(a->item, b->item) < 0;
}

static void insertion_sort(struct entry *entries, size_t count, bool whole)
{
    for (size_t i = 1; i < count; i++) {
        struct entry moving = entries[i];
        size_t at = i;
        for (; at > 0 && before(&moving, &entries[at - 1], whole); at--) {
            entries[at] = entries[at - 1];
        }
        entries[at] = moving;
    }
}

/* Merge sort from the bottom up: no worst case, no recursion. `whole`: by all of the keys. */
static void merge_sort(struct entry *entries, struct entry *spare, size_t count, bool whole)
{
    struct entry *from = entries;
    struct entry *to = spare;
    for (size_t i = 0; i < count; i += INSERT_MAX) {
        insertion_sort(&from[i], count - i < INSERT_MAX ? count - i : INSERT_MAX, whole);
    }
    for (size_t width = INSERT_MAX; width < count; width *= 2) {
        for (size_t low = 0; low < count; low += 2 * width) {
            size_t middle = low + width < count ? low + width : count;
            size_t high = low + 2 * width < count ? low + 2 * width : count;
            size_t a = low;
            size_t b = middle;
            for (size_t k = low; k < high; k++) {
                bool left = a < middle && (b == high || !before(&from[b], &from[a], whole));
                to[k] = left ? from[a++] : from[b++];
            }
        }
        struct entry *other = from;
        from = to;
        to = other;
    }
    if (from != entries) {
        memcpy(entries, from, count * sizeof *entries);
    }
}

/* By the bytes of the prefixes, the last one first; a byte that all have in common costs nothing.
 */
static void radix_sort(struct entry *entries, struct entry *spare, size_t count)
{
    size_t counts[8][256] = {{0}};
    struct entry *from = entries;
    struct entry *to = spare;
    for (size_t i = 0; i < count; i++) {
        for (unsigned b = 0; b < 8; b++) {
            counts[b][entries[i].prefix >> 8 * b & 255]++;
        }
    }
    for (unsigned b = 0; b < 8; b++) {
        size_t begins[256];
        size_t begin = 0;
        if (counts[b][entries[0].prefix >> 8 * b & 255] == count) {
            continue;
        }
        for (size_t k = 0; k < 256; k++) {
            begins[k] = begin;
            begin += counts[b][k];
        }
        for (size_t i = 0; i < count; i++) {
            to[begins[from[i].prefix >> 8 * b & 255]++] = from[i];
        }
        struct entry *other = from;
        from = to;
        to = other;
    }
    if (from != entries) {
        memcpy(entries, from, count * sizeof *entries);
    }
}

/* Do the keys of some entries all end before `depth`? Then they are the same. */
static bool all_end(const struct entry *entries, size_t count, size_t depth)
{
    size_t i = 0;
    while (i < count && ls_get_u32(entries[i].item) <= depth &&
           ls_get_u32(entries[i].item) == ls_get_u32(entries[0].item)) {
        i++;
    }
    return i == count;
}

static bool any_ends(const struct entry *entries, size_t count, size_t depth)
{
    size_t i = 0;
    while (i < count && ls_get_u32(entries[i].item) > depth) {
        i++;
    }
    return i < count;
}

/* Entries whose keys are the same before `depth`, and whose prefixes are of there. */
static void sort_from(struct entry *entries, struct entry *spare, size_t count, size_t depth)
{
    if (count < RADIX_MIN) {
        merge_sort(entries, spare, count, false);
    } else {
        radix_sort(entries, spare, count);
    }
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && entries[end].prefix == entries[begin].prefix;) {
            end++;
        }
        struct entry *same = &entries[begin];
        size_t next = depth + 8;
        if (end - begin == 1 || all_end(same, end - begin, next)) {
            continue;
        }
        if (next >= DEPTH_MAX || any_ends(same, end - begin, next)) {
            merge_sort(same, spare, end - begin, true);
            continue;
        }
        for (size_t i = 0; i < end - begin; i++) {
            same[i].prefix = prefix_at(same[i].item + HEADING, ls_get_u32(same[i].item), next);
        }
        sort_from(same, spare, end - begin, next);
    }
}

static void sort_entries(struct ls_sorter *s)
{
    if (s->count > 1) {
        sort_from(s->entries, s->spare, s->count, 0);
    }
}

static size_t item_size(const uint8_t *item)
{
    return HEADING + (size_t)ls_get_u32(item) + ls_get_u32(item + 4);
}

static int spill(struct ls_sorter *s, struct ls_error *err)
{
    if (s->fd < 0) {
        int rc = ls_folder_make_above(s->path, err);
        s->fd = rc < 0 ? -1 : ls_file_open(s->path, O_RDWR | O_CREAT | O_TRUNC, 0600, err);
        if (s->fd < 0) {
            return err->code;
        }
    }
    struct ls_buf out;
    ls_buf_init(&out, "sorted run", (size_t)2 * READ_MAX + s->memory);
    sort_entries(s);
    struct run run = {s->file_size, 0};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < s->count; i++) {
        rc = ls_buf_append(&out, s->entries[i].item, item_size(s->entries[i].item), err);
        if (rc == 0 && (out.size >= READ_MAX || i + 1 == s->count)) {
            rc = ls_file_write_at(s->fd, out.data, out.size, s->file_size, s->path, err);
            s->file_size += out.size;
            run.size += out.size;
            out.size = 0;
        }
    }
    ls_buf_clear(&out);
    rc = rc < 0 ? rc
                : ls_mem_grow(&s->runs, &s->run_capacity, s->run_count + 1, sizeof *s->runs, err);
    if (rc == 0) {
        s->runs[s->run_count++] = run;
        s->used = 0;
        s->count = 0;
    }
    return rc;
}

/* Entries and their spare share the memory with the items; items never move, so entries may point
 * at them. None of it is zeroed: what few items do not reach is never touched. */
static int take_memory(struct ls_sorter *s, struct ls_error *err)
{
    size_t none[3] = {0};
    s->capacity = s->memory / 2;
    s->entry_capacity = (s->memory - s->capacity) / (2 * sizeof *s->entries);
    int rc = ls_mem_grow(&s->bytes, &none[0], s->capacity, 1, err);
    rc = rc < 0 ? rc
                : ls_mem_grow(&s->entries, &none[1], s->entry_capacity, sizeof *s->entries, err);
    return rc < 0 ? rc : ls_mem_grow(&s->spare, &none[2], s->entry_capacity, sizeof *s->spare, err);
}

static int reserve(struct ls_sorter *s, size_t size, struct ls_error *err)
{
    int rc = s->bytes ? 0 : take_memory(s, err);
    if (rc < 0) {
        return rc;
    }
    if (size > s->capacity) {
        return ls_error_set(
            err, LS_E_DATA,
            "%s: an item of %zu bytes does not fit the sorter's memory of %zu: raise --memory",
            s->name, size, s->memory);
    }
    return s->used + size > s->capacity || s->count == s->entry_capacity ? spill(s, err) : 0;
}

int ls_sorter_add(struct ls_sorter *s, const void *key, size_t key_size, const void *value,
                  size_t value_size, struct ls_error *err)
{
    size_t size = HEADING + key_size + value_size;
    int rc = reserve(s, size, err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *item = s->bytes + s->used;
    uint8_t *at = ls_put_u32(item, (uint32_t)key_size);
    at = ls_put_u32(at, (uint32_t)value_size);
    memcpy(at, key, key_size);
    if (value_size) {
        memcpy(at + key_size, value, value_size);
    }
    s->entries[s->count++] = (struct entry){prefix_at(at, key_size, 0), item};
    s->used += size;
    return 0;
}

/* ---- merging: a source is a spilled run, or what a sorter still has in memory */

struct source {
    struct ls_sorter *sorter;
    const uint8_t *item; /* the current one; NULL at the end */
    uint64_t prefix;
    size_t next; /* in memory: index of the next entry */
    bool in_memory;
    uint64_t offset, end; /* of the run's unread part */
    uint8_t *buffer;
    size_t at, size, capacity;
};

struct ls_merge {
    struct source *sources;
    size_t count;
    size_t *heap; /* indices of sources, least item first */
    size_t heap_count;
    bool begun;
};

/* Makes at least `needed` bytes of the run available at buffer + at. */
static int fill(struct source *s, size_t needed, struct ls_error *err)
{
    if (s->size - s->at >= needed) {
        return 0;
    }
    memmove(s->buffer, s->buffer + s->at, s->size - s->at);
    s->size -= s->at;
    s->at = 0;
    int rc = ls_mem_grow(&s->buffer, &s->capacity, needed, 1, err);
    if (rc < 0) {
        return rc;
    }
    uint64_t left = s->end - s->offset;
    size_t wanted = left < s->capacity - s->size ? (size_t)left : s->capacity - s->size;
    size_t got;
    rc = ls_file_read_at(s->sorter->fd, s->buffer + s->size, wanted, s->offset, &got,
                         s->sorter->path, err);
    if (rc < 0) {
        return rc;
    }
    s->offset += got;
    s->size += got;
    return s->size >= needed ? 0 : ls_error_set(err, LS_E_IO, "%s ends too early", s->sorter->path);
}

static int advance_run(struct source *s, struct ls_error *err)
{
    if (s->at == s->size && s->offset == s->end) {
        s->item = NULL;
        return 0;
    }
    int rc = fill(s, HEADING, err);
    rc = rc < 0 ? rc : fill(s, item_size(s->buffer + s->at), err);
    if (rc == 0) {
        s->item = s->buffer + s->at;
        s->at += item_size(s->item);
    }
    return rc;
}

static int advance(struct source *s, struct ls_error *err)
{
    int rc = 0;
    if (s->in_memory) {
        s->item = s->next < s->sorter->count ? s->sorter->entries[s->next++].item : NULL;
    } else {
        rc = advance_run(s, err);
    }
    if (rc == 0 && s->item) {
        s->prefix = prefix_at(s->item + HEADING, ls_get_u32(s->item), 0);
    }
    return rc;
}

static bool source_before(const struct ls_merge *m, size_t a, size_t b)
{
    const struct source *x = &m->sources[a];
    const struct source *y = &m->sources[b];
    return x->prefix != y->prefix ? x->prefix < y->prefix : compare_items(x->item, y->item) < 0;
}

static void sift_down(struct ls_merge *m, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < m->heap_count; child++) {
            least = source_before(m, m->heap[child], m->heap[least]) ? child : least;
        }
        if (least == at) {
            return;
        }
        size_t moved = m->heap[at];
        m->heap[at] = m->heap[least];
        m->heap[least] = moved;
        at = least;
    }
}

static int open_sources(struct ls_merge *m, struct ls_sorter *const *sorters, size_t count,
                        struct ls_error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct ls_sorter *s = sorters[i];
        sort_entries(s);
        m->sources[m->count++] = (struct source){.sorter = s, .in_memory = true};
        for (size_t r = 0; r < s->run_count; r++) {
            struct source *source = &m->sources[m->count++];
            size_t share = s->memory / (s->run_count + 1);
            *source = (struct source){.sorter = s,
                                      .offset = s->runs[r].offset,
                                      .end = s->runs[r].offset + s->runs[r].size};
            source->capacity = share < READ_MIN ? READ_MIN : share > READ_MAX ? READ_MAX : share;
            source->buffer = ls_mem_new(source->capacity, 1, err);
            if (!source->buffer) {
                return err->code;
            }
        }
    }
    for (size_t i = 0; i < m->count; i++) {
        int rc = advance(&m->sources[i], err);
        if (rc < 0) {
            return rc;
        }
        if (m->sources[i].item) {
            m->heap[m->heap_count++] = i;
        }
    }
    for (size_t at = m->heap_count / 2; at-- > 0;) {
        sift_down(m, at);
    }
    return 0;
}

int ls_merge_new(struct ls_sorter *const *sorters, size_t count, struct ls_merge **out,
                 struct ls_error *err)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += 1 + sorters[i]->run_count;
    }
    *out = NULL;
    struct ls_merge *m = ls_mem_new(1, sizeof *m, err);
    if (!m) {
        return err->code;
    }
    m->sources = ls_mem_new(total, sizeof *m->sources, err);
    m->heap = m->sources ? ls_mem_new(total, sizeof *m->heap, err) : NULL;
    int rc = m->heap ? open_sources(m, sorters, count, err) : err->code;
    if (rc < 0) {
        ls_merge_free(m);
        return rc;
    }
    *out = m;
    return 0;
}

int ls_merge_next(struct ls_merge *m, struct ls_sorted *item, struct ls_error *err)
{
    if (m->begun && m->heap_count) {
        struct source *first = &m->sources[m->heap[0]];
        int rc = advance(first, err);
        if (rc < 0) {
            return rc;
        }
        if (!first->item) {
            m->heap[0] = m->heap[--m->heap_count];
        }
        sift_down(m, 0);
    }
    m->begun = true;
    if (m->heap_count == 0) {
        return 0;
    }
    const uint8_t *bytes = m->sources[m->heap[0]].item;
    size_t key_size = ls_get_u32(bytes);
    *item = (struct ls_sorted){bytes + HEADING, key_size, bytes + HEADING + key_size,
                               ls_get_u32(bytes + 4)};
    return 1;
}

void ls_merge_free(struct ls_merge *m)
{
    if (!m) {
        return;
    }
    for (size_t i = 0; m->sources && i < m->count; i++) {
        ls_mem_free(m->sources[i].buffer);
    }
    ls_mem_free(m->sources);
    ls_mem_free(m->heap);
    ls_mem_free(m);
}
