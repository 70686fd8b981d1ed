/* The parts of the simulated disk: what it holds (disk.c), what is lost of that (disk_loss.c), and
 * the calls (disk_calls.c). */
#ifndef LS_SIM_DISK_INTERNAL_H
#define LS_SIM_DISK_INTERNAL_H

#include "core/base/arena.h"
#include "core/base/file_system.h"
#include "core/sim/disk.h"

#define DISK_SECTOR 512U

struct disk_node;

struct disk_bytes {
    uint8_t *bytes;
    size_t size, capacity;
};

struct disk_name {
    const char *text; /* in the disk's arena, as all names */
    struct disk_node *node;
};

struct disk_names {
    struct disk_name *names; /* in no order */
    size_t count, capacity;
};

/* A change of a folder that it was not synced after: a name is there (`made`), one is gone, or
 * both. */
struct disk_change {
    const char *made, *gone; /* NULL: none */
    struct disk_node *node;  /* of `made` */
};

/* A file or a folder: as it is seen, and as it is on the disk for good. */
struct disk_node {
    uint64_t number;
    bool is_folder;
    bool reached; /* while unreachable ones are looked for */
    bool lied;    /* a sync failed: sectors may differ that count as synced */
    struct disk_bytes now, kept;
    uint8_t *touched; /* one for each sector of `now`, and for some that were cut off */
    size_t touched_capacity;
    struct disk_names now_names, kept_names;
    struct disk_change *changes; /* in order */
    size_t change_count, change_capacity;
};

struct disk_handle {
    struct disk_node *node; /* NULL: free */
    uint64_t position;
    bool locks;
};

#define DISK_HANDLES_MAX 4096

struct ls_disk {
    struct ls_sim *sim;
    struct ls_arena arena; /* of names */
    struct disk_node *root;
    struct disk_node **nodes; /* all */
    size_t node_count, node_capacity;
    uint64_t next_number;
    struct disk_handle handles[DISK_HANDLES_MAX];
    bool dying; /* at the end of this call */
    bool dead;
    bool by_power; /* which way */
};

/* The disk that is mounted. */
extern struct ls_disk *ls_disk_mounted;
extern const struct ls_file_system ls_disk_calls;

static inline size_t ls_disk_sectors(size_t size)
{
    return (size + DISK_SECTOR - 1) / DISK_SECTOR;
}

/* The node of a path, or NULL with errno. With `folder`, also the folder that holds it or would
 * (NULL: there is none), and the last name of the path (NULL of the root). */
struct disk_node *ls_disk_find(const struct ls_disk *disk, const char *path,
                               struct disk_node **folder, const char **last);
struct disk_name *ls_disk_name_in(const struct disk_names *names, const char *text, size_t size);

int ls_disk_node_new(struct ls_disk *disk, bool is_folder, struct disk_node **out,
                     struct ls_error *err);

/* Changes what is seen of a folder, and notes it. */
int ls_disk_change(struct ls_disk *disk, struct disk_node *folder, const char *made,
                   struct disk_node *node, const char *gone, struct ls_error *err);

/* Changes what is seen of a file. */
int ls_disk_write(struct disk_node *node, const void *bytes, size_t size, uint64_t offset,
                  struct ls_error *err);
int ls_disk_cut(struct disk_node *node, uint64_t size, struct ls_error *err);

/* What is seen is kept. */
int ls_disk_sync(struct disk_node *node, struct ls_error *err);

/* ... or some of it. */
int ls_disk_sync_badly(struct ls_disk *disk, struct disk_node *node, struct ls_error *err);

int ls_disk_resize(struct disk_bytes *bytes, size_t size, struct ls_error *err);
int ls_disk_apply(struct disk_names *names, const struct disk_change *change, struct ls_error *err);
int ls_disk_copy_names(struct disk_names *to, const struct disk_names *from, struct ls_error *err);

/* Sets what is left of everything after a loss of power. */
int ls_disk_lose(struct ls_disk *disk, struct ls_error *err);

/* What a failed sync did not write may not be seen any more. */
void ls_disk_drop_cache(struct ls_disk *disk);

#endif
