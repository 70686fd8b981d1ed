#include "core/sim/disk_internal.h"

#include "core/base/file.h"
#include "core/base/mem.h"

#include <errno.h>
#include <string.h>

#define NAMES_BYTES_MAX ((size_t)256 << 20)

struct ls_disk *ls_disk_mounted;

/* ---- nodes */

int ls_disk_node_new(struct ls_disk *disk, bool is_folder, struct disk_node **out,
                     struct ls_error *err)
{
    *out = NULL;
    int rc = ls_mem_grow(&disk->nodes, &disk->node_capacity, disk->node_count + 1,
                         sizeof(struct disk_node *), err);
    struct disk_node *node = rc < 0 ? NULL : ls_mem_new(1, sizeof *node, err);
    if (!node) {
        return err->code;
    }
    node->number = disk->next_number++;
    node->is_folder = is_folder;
    disk->nodes[disk->node_count++] = node;
    *out = node;
    return 0;
}

static void node_free(struct disk_node *node)
{
    ls_mem_free(node->now.bytes);
    ls_mem_free(node->kept.bytes);
    ls_mem_free(node->touched);
    ls_mem_free(node->now_names.names);
    ls_mem_free(node->kept_names.names);
    ls_mem_free(node->changes);
    ls_mem_free(node);
}

static void reach(struct disk_node *node);

static void reach_names(const struct disk_names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        reach(names->names[i].node);
    }
}

static void reach(struct disk_node *node)
{
    if (!node->reached) {
        node->reached = true;
        reach_names(&node->now_names);
        reach_names(&node->kept_names);
        for (size_t i = 0; i < node->change_count; i++) {
            if (node->changes[i].node) {
                reach(node->changes[i].node);
            }
        }
    }
}

/* Frees what no name and no change leads to. */
static void sweep(struct ls_disk *disk)
{
    size_t left = 0;
    reach(disk->root);
    for (size_t i = 0; i < disk->node_count; i++) {
        struct disk_node *node = disk->nodes[i];
        if (node->reached) {
            node->reached = false;
            disk->nodes[left++] = node;
        } else {
            node_free(node);
        }
    }
    disk->node_count = left;
}

/* ---- names */

struct disk_name *ls_disk_name_in(const struct disk_names *names, const char *text, size_t size)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strncmp(names->names[i].text, text, size) == 0 && !names->names[i].text[size]) {
            return &names->names[i];
        }
    }
    return NULL;
}

struct disk_node *ls_disk_find(const struct ls_disk *disk, const char *path,
                               struct disk_node **folder, const char **last)
{
    struct disk_node *node = disk->root;
    struct disk_node *above = NULL;
    const char *name = NULL;
    for (const char *at = path; *at;) {
        size_t size = strcspn(at, "/");
        if (size > 1 || (size == 1 && *at != '.')) {
            if (node) {
                errno = node->is_folder ? ENOENT : ENOTDIR;
            }
            struct disk_name *found = node ? ls_disk_name_in(&node->now_names, at, size) : NULL;
            above = node && node->is_folder ? node : NULL;
            node = found ? found->node : NULL;
            name = at;
        }
        at += size + (at[size] == '/');
    }
    if (folder) {
        *folder = above;
        *last = name;
    }
    return node;
}

static void remove_name(struct disk_names *names, const char *text)
{
    struct disk_name *found = ls_disk_name_in(names, text, strlen(text));
    if (found) {
        *found = names->names[--names->count];
    }
}

int ls_disk_apply(struct disk_names *names, const struct disk_change *change, struct ls_error *err)
{
    struct disk_name *found = change->made
                                  ? ls_disk_name_in(names, change->made, strlen(change->made))
                                  : NULL;
    if (change->made && !found) {
        int rc = ls_mem_grow(&names->names, &names->capacity, names->count + 1,
                             sizeof *names->names, err);
        if (rc < 0) {
            return rc;
        }
        found = &names->names[names->count++];
    }
    if (found) {
        *found = (struct disk_name){change->made, change->node};
    }
    if (change->gone) {
        remove_name(names, change->gone);
    }
    return 0;
}

int ls_disk_change(struct ls_disk *disk, struct disk_node *folder, const char *made,
                   struct disk_node *node, const char *gone, struct ls_error *err)
{
    struct disk_change change = {.node = node};
    int rc = ls_mem_grow(&folder->changes, &folder->change_capacity, folder->change_count + 1,
                         sizeof *folder->changes, err);
    if (rc == 0 && made) {
        change.made = ls_arena_text(&disk->arena, made, strlen(made), err);
        rc = change.made ? 0 : err->code;
    }
    if (rc == 0 && gone) {
        change.gone = ls_arena_text(&disk->arena, gone, strlen(gone), err);
        rc = change.gone ? 0 : err->code;
    }
    rc = rc < 0 ? rc : ls_disk_apply(&folder->now_names, &change, err);
    if (rc == 0) {
        folder->changes[folder->change_count++] = change;
    }
    return rc;
}

int ls_disk_copy_names(struct disk_names *to, const struct disk_names *from, struct ls_error *err)
{
    int rc = ls_mem_grow(&to->names, &to->capacity, from->count, sizeof *to->names, err);
    if (rc == 0 && from->count) {
        memcpy(to->names, from->names, from->count * sizeof *to->names);
    }
    to->count = rc < 0 ? to->count : from->count;
    return rc;
}

/* ---- bytes */

int ls_disk_resize(struct disk_bytes *bytes, size_t size, struct ls_error *err)
{
    int rc = ls_mem_grow(&bytes->bytes, &bytes->capacity, size, 1, err);
    if (rc == 0 && size > bytes->size) {
        memset(bytes->bytes + bytes->size, 0, size - bytes->size);
    }
    bytes->size = rc < 0 ? bytes->size : size;
    return rc;
}

static int touch(struct disk_node *node, size_t from, size_t end, struct ls_error *err)
{
    size_t before = node->touched_capacity;
    int rc = ls_mem_grow(&node->touched, &node->touched_capacity, ls_disk_sectors(end), 1, err);
    if (rc == 0 && node->touched_capacity > before) {
        memset(node->touched + before, 0, node->touched_capacity - before);
    }
    for (size_t s = from / DISK_SECTOR; rc == 0 && s < ls_disk_sectors(end); s++) {
        node->touched[s] = 1;
    }
    return rc;
}

int ls_disk_write(struct disk_node *node, const void *bytes, size_t size, uint64_t offset,
                  struct ls_error *err)
{
    size_t from = node->now.size < offset ? node->now.size : (size_t)offset;
    size_t end = (size_t)offset + size;
    int rc = touch(node, from, end, err);
    rc = rc < 0 || end <= node->now.size ? rc : ls_disk_resize(&node->now, end, err);
    if (rc == 0 && size) {
        memcpy(node->now.bytes + offset, bytes, size);
    }
    return rc;
}

int ls_disk_cut(struct disk_node *node, uint64_t size, struct ls_error *err)
{
    size_t from = node->now.size < size ? node->now.size : (size_t)size;
    size_t end = (size_t)size; /* of what is not as it was: zeros that are new, or a last sector */
    if (node->now.size > size) {
        from -= from % DISK_SECTOR;
    }
    int rc = touch(node, from, end, err);
    return rc < 0 ? rc : ls_disk_resize(&node->now, (size_t)size, err);
}

/* ---- keeping */

int ls_disk_sync(struct disk_node *node, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < node->change_count; i++) {
        rc = ls_disk_apply(&node->kept_names, &node->changes[i], err);
    }
    node->change_count = rc < 0 ? node->change_count : 0;
    rc = rc < 0 ? rc : ls_disk_resize(&node->kept, node->now.size, err);
    for (size_t s = 0; rc == 0 && s < ls_disk_sectors(node->now.size); s++) {
        if (s < node->touched_capacity && node->touched[s]) {
            size_t at = s * DISK_SECTOR;
            size_t left = node->now.size - at;
            memcpy(node->kept.bytes + at, node->now.bytes + at,
                   left < DISK_SECTOR ? left : DISK_SECTOR);
        }
    }
    if (rc == 0 && node->touched_capacity) {
        memset(node->touched, 0, node->touched_capacity);
    }
    return rc;
}

int ls_disk_settle(struct ls_disk *disk, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < disk->node_count; i++) {
        rc = ls_disk_sync(disk->nodes[i], err);
    }
    return rc;
}

/* ---- the whole */

int ls_disk_new(struct ls_sim *sim, struct ls_disk **out, struct ls_error *err)
{
    struct ls_disk *disk = ls_mem_new(1, sizeof *disk, err);
    *out = disk;
    if (!disk) {
        return err->code;
    }
    disk->sim = sim;
    ls_arena_init(&disk->arena, "names on a simulated disk", NAMES_BYTES_MAX);
    int rc = ls_disk_node_new(disk, true, &disk->root, err);
    if (rc < 0) {
        ls_disk_free(disk);
        *out = NULL;
    }
    return rc;
}

void ls_disk_free(struct ls_disk *disk)
{
    if (disk) {
        for (size_t i = 0; i < disk->node_count; i++) {
            node_free(disk->nodes[i]);
        }
        ls_mem_free(disk->nodes);
        ls_arena_clear(&disk->arena);
        ls_mem_free(disk);
    }
}

void ls_disk_mount(struct ls_disk *disk)
{
    ls_disk_mounted = disk;
    ls_files = disk ? &ls_disk_calls : &ls_system_files;
}

bool ls_disk_is_dead(const struct ls_disk *disk)
{
    return disk->dead;
}

int ls_disk_restart(struct ls_disk *disk, struct ls_error *err)
{
    int rc = disk->dead && disk->by_power ? ls_disk_lose(disk, err) : 0;
    ls_disk_drop_cache(disk);
    memset(disk->handles, 0, sizeof disk->handles);
    disk->dead = disk->dying = false;
    sweep(disk);
    return rc;
}

int ls_disk_lose_power(struct ls_disk *disk, struct ls_error *err)
{
    disk->dead = disk->by_power = true;
    ls_sim_count(disk->sim, LS_MISHAP_POWER_LOST);
    return ls_disk_restart(disk, err);
}

static bool same(const struct disk_node *a, const struct disk_node *b)
{
    if (a->is_folder != b->is_folder || a->now_names.count != b->now_names.count ||
        a->now.size != b->now.size ||
        (a->now.size && memcmp(a->now.bytes, b->now.bytes, a->now.size) != 0)) {
        return false;
    }
    for (size_t i = 0; i < a->now_names.count; i++) {
        const struct disk_name *name = &a->now_names.names[i];
        const struct disk_name *other = ls_disk_name_in(&b->now_names, name->text,
                                                        strlen(name->text));
        if (!other || !same(name->node, other->node)) {
            return false;
        }
    }
    return true;
}

bool ls_disk_same(const struct ls_disk *disk, const char *a, const char *b)
{
    const struct disk_node *x = ls_disk_find(disk, a, NULL, NULL);
    const struct disk_node *y = ls_disk_find(disk, b, NULL, NULL);
    return x && y && same(x, y);
}
