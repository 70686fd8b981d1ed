/* What is left on a disk that lost its power, or whose cache was dropped. */
#include "core/sim/disk_internal.h"

#include <string.h>

/* How much of what was not synced a loss takes: of each thing this share, in 8; 0 takes nothing,
 * 8 everything. */
static uint64_t draw_share(struct ls_disk *disk)
{
    static const uint64_t shares[] = {0, 1, 4, 4, 4, 7, 8, 8};
    return shares[ls_sim_below(disk->sim, sizeof shares / sizeof *shares)];
}

static bool takes(struct ls_disk *disk, uint64_t share)
{
    return ls_sim_below(disk->sim, 8) < share;
}

/* ---- bytes */

static size_t end_of(size_t sector, size_t size)
{
    size_t end = (sector + 1) * DISK_SECTOR;
    return end < size ? end : size;
}

/* One touched sector of `kept`, which has its new size, becomes a mixture of old and new.
 * `old_size` is that of what was kept before. */
static void lose_sector(struct ls_disk *disk, struct disk_node *node, size_t sector,
                        size_t old_size)
{
    size_t from = sector * DISK_SECTOR;
    size_t end = end_of(sector, node->kept.size);
    size_t new_end = end_of(sector, node->now.size);
    size_t middle = from + (size_t)ls_sim_below(disk->sim, DISK_SECTOR);
    switch (ls_sim_below(disk->sim, 3)) {
    case 0:
        ls_sim_count(disk->sim, LS_MISHAP_SECTOR_LOST);
        break;
    case 1: /* the beginning is new */
        middle = middle < end ? middle : end;
        middle = middle < new_end ? middle : new_end;
        memcpy(node->kept.bytes + from, node->now.bytes + from, middle - from);
        ls_sim_count(disk->sim, LS_MISHAP_SECTOR_TORN);
        break;
    default: /* where nothing was */
        for (size_t i = from > old_size ? from : old_size; i < end; i++) {
            node->kept.bytes[i] = (uint8_t)ls_sim_below(disk->sim, 256);
        }
        ls_sim_count(disk->sim, end > old_size ? LS_MISHAP_SECTOR_NOISE : LS_MISHAP_SECTOR_LOST);
        break;
    }
}

static size_t draw_size(struct ls_disk *disk, const struct disk_node *node, uint64_t share)
{
    size_t old = node->kept.size;
    size_t new = node->now.size;
    if (old == new || !takes(disk, share)) {
        return new;
    }
    ls_sim_count(disk->sim, LS_MISHAP_SIZE_LOST);
    return old > new ? old : old + (size_t)ls_sim_below(disk->sim, new - old);
}

/* `kept` becomes what is on the disk after all. */
static int lose_bytes(struct ls_disk *disk, struct disk_node *node, uint64_t share,
                      struct ls_error *err)
{
    size_t old_size = node->kept.size;
    int rc = ls_disk_resize(&node->kept, draw_size(disk, node, share), err);
    size_t common = node->kept.size < node->now.size ? node->kept.size : node->now.size;
    for (size_t s = 0; rc == 0 && s < ls_disk_sectors(common); s++) {
        if (s < node->touched_capacity && node->touched[s]) {
            size_t from = s * DISK_SECTOR;
            if (takes(disk, share)) {
                lose_sector(disk, node, s, old_size);
            } else {
                memcpy(node->kept.bytes + from, node->now.bytes + from, end_of(s, common) - from);
            }
        }
    }
    return rc;
}

static int lose_of_file(struct ls_disk *disk, struct disk_node *node, uint64_t share,
                        struct ls_error *err)
{
    int rc = lose_bytes(disk, node, share, err);
    rc = rc < 0 ? rc : ls_disk_resize(&node->now, node->kept.size, err);
    if (rc == 0 && node->kept.size) {
        memcpy(node->now.bytes, node->kept.bytes, node->kept.size);
    }
    if (node->touched_capacity) {
        memset(node->touched, 0, node->touched_capacity);
    }
    node->lied = false;
    return rc;
}

int ls_disk_sync_badly(struct ls_disk *disk, struct disk_node *node, struct ls_error *err)
{
    int rc = lose_bytes(disk, node, 4, err);
    node->lied = true;
    if (node->touched_capacity) {
        memset(node->touched, 0, node->touched_capacity);
    }
    return rc;
}

/* ---- names */

static int lose_of_folder(struct ls_disk *disk, struct disk_node *folder, uint64_t share,
                          struct ls_error *err)
{
    bool in_order = ls_sim_below(disk->sim, 2);
    bool gone = false;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < folder->change_count; i++) {
        gone = takes(disk, share) || (in_order && gone);
        if (gone) {
            ls_sim_count(disk->sim, LS_MISHAP_NAME_LOST);
        } else {
            rc = ls_disk_apply(&folder->kept_names, &folder->changes[i], err);
        }
    }
    folder->change_count = 0;
    return rc < 0 ? rc : ls_disk_copy_names(&folder->now_names, &folder->kept_names, err);
}

int ls_disk_lose(struct ls_disk *disk, struct ls_error *err)
{
    uint64_t share = draw_share(disk);
    uint64_t names_share = draw_share(disk);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < disk->node_count; i++) {
        struct disk_node *node = disk->nodes[i];
        rc = node->is_folder ? lose_of_folder(disk, node, names_share, err)
                             : lose_of_file(disk, node, share, err);
    }
    return rc;
}

/* A sector as it is on the disk. */
static void read_again(struct disk_node *node, size_t sector)
{
    size_t from = sector * DISK_SECTOR;
    size_t end = end_of(sector, node->now.size);
    size_t there = end_of(sector, node->kept.size);
    there = there < end ? there : end;
    if (there > from) {
        memcpy(node->now.bytes + from, node->kept.bytes + from, there - from);
    }
    there = there > from ? there : from;
    memset(node->now.bytes + there, 0, end - there);
}

void ls_disk_drop_cache(struct ls_disk *disk)
{
    for (size_t i = 0; i < disk->node_count; i++) {
        struct disk_node *node = disk->nodes[i];
        if (!node->lied || !ls_sim_strikes(disk->sim, LS_MISHAP_CACHE_DROPPED)) {
            continue;
        }
        for (size_t s = 0; s < ls_disk_sectors(node->now.size); s++) {
            if (s >= node->touched_capacity || !node->touched[s]) {
                read_again(node, s);
            }
        }
        node->lied = false;
    }
}
