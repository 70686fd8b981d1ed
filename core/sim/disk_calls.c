/* The system's calls on the simulated disk. */
#include "core/base/mem.h"
#include "core/sim/disk_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define FIRST_FD 1000000 /* no descriptor of the system's */

enum call {
    CALL_OPEN,
    CALL_CLOSE,
    CALL_READ,
    CALL_WRITE,
    CALL_SYNC,
    CALL_CUT,
    CALL_LOCK,
    CALL_SIZE,
    CALL_LOOK,
    CALL_LIST,
    CALL_RENAME,
    CALL_UNLINK,
    CALL_MAKE_FOLDER,
    CALL_REMOVE_FOLDER,
};

/* What a call may end with, having done nothing. */
static const struct call_row {
    bool interrupted;
    bool fills;             /* the disk may be full */
    enum ls_mishap failure; /* LS_MISHAP_COUNT: none */
    int errnum;
} calls[] = {
    [CALL_OPEN] = {true, false, LS_MISHAP_OPEN_FAILED, EMFILE},
    [CALL_CLOSE] = {false, false, LS_MISHAP_COUNT, 0},
    [CALL_READ] = {true, false, LS_MISHAP_READ_FAILED, EIO},
    [CALL_WRITE] = {true, true, LS_MISHAP_WRITE_FAILED, EIO},
    [CALL_SYNC] = {true, false, LS_MISHAP_COUNT, 0},
    [CALL_CUT] = {true, false, LS_MISHAP_WRITE_FAILED, EIO},
    [CALL_LOCK] = {false, false, LS_MISHAP_COUNT, 0},
    [CALL_SIZE] = {false, false, LS_MISHAP_COUNT, 0},
    [CALL_LOOK] = {false, false, LS_MISHAP_COUNT, 0},
    [CALL_LIST] = {false, false, LS_MISHAP_NAME_FAILED, EIO},
    [CALL_RENAME] = {false, false, LS_MISHAP_NAME_FAILED, EIO},
    [CALL_UNLINK] = {false, false, LS_MISHAP_NAME_FAILED, EIO},
    [CALL_MAKE_FOLDER] = {false, true, LS_MISHAP_NAME_FAILED, EIO},
    [CALL_REMOVE_FOLDER] = {false, false, LS_MISHAP_NAME_FAILED, EIO},
};

static int refuse(int errnum)
{
    errno = errnum;
    return -1;
}

/* Does the process die at this call? Then before it has done anything, or behind that. */
static void may_die(struct ls_disk *d)
{
    bool killed = ls_sim_strikes(d->sim, LS_MISHAP_KILLED);
    bool by_power = !killed && ls_sim_strikes(d->sim, LS_MISHAP_POWER_LOST);
    if (killed || by_power) {
        d->by_power = by_power;
        d->dying = true;
        d->dead = ls_sim_below(d->sim, 2) == 0;
    }
}

/* False when the call has ended already, with its errno. */
static bool begins(enum call call)
{
    struct ls_disk *d = ls_disk_mounted;
    const struct call_row *row = &calls[call];
    int errnum = 0;
    if (!d->dead) {
        may_die(d);
    }
    if (d->dead) {
        errnum = EIO;
    } else if (row->interrupted && ls_sim_strikes(d->sim, LS_MISHAP_INTERRUPTED)) {
        errnum = EINTR;
    } else if (row->failure != LS_MISHAP_COUNT && ls_sim_strikes(d->sim, row->failure)) {
        errnum = row->errnum;
    } else if (row->fills && ls_sim_strikes(d->sim, LS_MISHAP_DISK_FULL)) {
        errnum = ENOSPC;
    }
    if (errnum) {
        d->dead = d->dead || d->dying;
        errno = errnum;
    }
    return errnum == 0;
}

/* What a call answers; `node` and `at` tell in the history what it was about. */
static ssize_t ends(enum call call, const struct disk_node *node, uint64_t at, ssize_t answer)
{
    struct ls_disk *d = ls_disk_mounted;
    ls_sim_note(d->sim, LS_MISHAP_COUNT + (uint64_t)call, node ? node->number : UINT64_MAX, at,
                (uint64_t)answer);
    if (d->dying) {
        d->dead = true;
        return refuse(EIO);
    }
    return answer;
}

/* ---- open files */

static struct disk_handle *handle_of(int fd)
{
    struct disk_handle *handle = fd >= FIRST_FD && fd < FIRST_FD + DISK_HANDLES_MAX
                                     ? &ls_disk_mounted->handles[fd - FIRST_FD]
                                     : NULL;
    return handle && handle->node ? handle : NULL;
}

/* A handle of a file; NULL with errno. */
static struct disk_handle *file_of(int fd)
{
    struct disk_handle *handle = handle_of(fd);
    if (!handle || handle->node->is_folder) {
        errno = handle ? EISDIR : EBADF;
        return NULL;
    }
    return handle;
}

static int create(struct disk_node *folder, const char *name, bool is_folder,
                  struct disk_node **out)
{
    struct ls_error err;
    if (!folder || !name) { /* errno is of the look */
        return -1;
    }
    if (ls_disk_node_new(ls_disk_mounted, is_folder, out, &err) < 0 ||
        ls_disk_change(ls_disk_mounted, folder, name, *out, NULL, &err) < 0) {
        return refuse(ENOMEM);
    }
    return 0;
}

static int open_node(const char *path, int flags, struct disk_node **out)
{
    struct ls_error err;
    struct ls_disk *d = ls_disk_mounted;
    struct disk_node *folder;
    const char *name;
    bool writes = (flags & O_ACCMODE) != O_RDONLY;
    *out = ls_disk_find(d, path, &folder, &name);
    if (!*out && !(flags & O_CREAT)) {
        return -1;
    }
    if (!*out) {
        return ls_sim_strikes(d->sim, LS_MISHAP_DISK_FULL) ? refuse(ENOSPC)
                                                           : create(folder, name, false, out);
    }
    if (flags & O_CREAT && flags & O_EXCL) {
        return refuse(EEXIST);
    }
    if ((*out)->is_folder ? writes : (flags & O_DIRECTORY) != 0) {
        return refuse((*out)->is_folder ? EISDIR : ENOTDIR);
    }
    if (flags & O_TRUNC && (*out)->now.size && ls_disk_cut(*out, 0, &err) < 0) {
        return refuse(ENOMEM);
    }
    return 0;
}

static int disk_open(const char *path, int flags, mode_t mode)
{
    struct ls_disk *d = ls_disk_mounted;
    struct disk_node *node = NULL;
    int fd = -1;
    (void)mode;
    if (!begins(CALL_OPEN)) {
        return -1;
    }
    if (open_node(path, flags, &node) == 0) {
        for (int i = 0; fd < 0 && i < DISK_HANDLES_MAX; i++) {
            fd = d->handles[i].node ? -1 : FIRST_FD + i;
        }
        errno = EMFILE;
    }
    if (fd >= 0) {
        d->handles[fd - FIRST_FD] = (struct disk_handle){.node = node};
    }
    return (int)ends(CALL_OPEN, node, (uint64_t)flags, fd);
}

static int disk_close(int fd)
{
    struct disk_handle *handle = handle_of(fd);
    if (!begins(CALL_CLOSE)) {
        return -1;
    }
    if (!handle) {
        return refuse(EBADF);
    }
    const struct disk_node *node = handle->node;
    *handle = (struct disk_handle){.node = NULL};
    return (int)ends(CALL_CLOSE, node, 0, 0);
}

/* ---- bytes */

/* A call that would move `size` bytes moves fewer, but one. */
static size_t moved(enum ls_mishap which, size_t size)
{
    struct ls_sim *sim = ls_disk_mounted->sim;
    return size > 1 && ls_sim_strikes(sim, which) ? 1 + (size_t)ls_sim_below(sim, size - 1) : size;
}

static ssize_t disk_read_at(int fd, void *bytes, size_t size, uint64_t offset)
{
    struct disk_handle *handle = file_of(fd);
    if (!handle || !begins(CALL_READ)) {
        return -1;
    }
    const struct disk_bytes *now = &handle->node->now;
    size_t left = offset < now->size ? now->size - (size_t)offset : 0;
    size = moved(LS_MISHAP_SHORT_READ, size < left ? size : left);
    if (size) {
        memcpy(bytes, now->bytes + offset, size);
    }
    return ends(CALL_READ, handle->node, offset, (ssize_t)size);
}

static ssize_t disk_write_at(int fd, const void *bytes, size_t size, uint64_t offset)
{
    struct ls_error err;
    struct disk_handle *handle = file_of(fd);
    if (!handle || !begins(CALL_WRITE)) {
        return -1;
    }
    struct ls_disk *d = ls_disk_mounted;
    size = d->dying && size ? (size_t)ls_sim_below(d->sim, size)
                            : moved(LS_MISHAP_SHORT_WRITE, size);
    if (ls_disk_write(handle->node, bytes, size, offset, &err) < 0) {
        return refuse(ENOMEM);
    }
    struct ls_id name = ls_id_of(bytes, size);
    ls_sim_note(d->sim, name.low, name.high, 0, 0);
    return ends(CALL_WRITE, handle->node, offset, (ssize_t)size);
}

/* At the file's position, which goes on. */
static ssize_t disk_read(int fd, void *bytes, size_t size)
{
    struct disk_handle *handle = file_of(fd);
    ssize_t got = handle ? disk_read_at(fd, bytes, size, handle->position) : -1;
    if (got > 0) {
        handle->position += (uint64_t)got;
    }
    return got;
}

static ssize_t disk_write(int fd, const void *bytes, size_t size)
{
    struct disk_handle *handle = file_of(fd);
    ssize_t written = handle ? disk_write_at(fd, bytes, size, handle->position) : -1;
    if (written > 0) {
        handle->position += (uint64_t)written;
    }
    return written;
}

static int disk_cut(int fd, uint64_t size)
{
    struct ls_error err;
    struct disk_handle *handle = file_of(fd);
    if (!handle || !begins(CALL_CUT)) {
        return -1;
    }
    if (ls_disk_cut(handle->node, size, &err) < 0) {
        return refuse(ENOMEM);
    }
    return (int)ends(CALL_CUT, handle->node, size, 0);
}

static int disk_sync(int fd)
{
    struct ls_error err;
    struct ls_disk *d = ls_disk_mounted;
    struct disk_handle *handle = handle_of(fd);
    if (!handle || !begins(CALL_SYNC)) {
        return handle ? -1 : refuse(EBADF);
    }
    struct disk_node *node = handle->node;
    if (d->dying) { /* before anything was done: what a loss of power leaves of it is drawn then */
        return (int)ends(CALL_SYNC, node, 0, refuse(EIO));
    }
    bool bad = ls_sim_strikes(d->sim, node->is_folder ? LS_MISHAP_FOLDER_SYNC_FAILED
                                                      : LS_MISHAP_SYNC_FAILED);
    int rc = bad && node->is_folder ? 0
             : bad                  ? ls_disk_sync_badly(d, node, &err)
                                    : ls_disk_sync(node, &err);
    if (bad || rc < 0) {
        rc = refuse(bad ? EIO : ENOMEM);
    }
    return (int)ends(CALL_SYNC, node, 0, rc);
}

static int disk_size(int fd, uint64_t *size)
{
    struct disk_handle *handle = file_of(fd);
    *size = handle ? handle->node->now.size : 0;
    if (!handle || !begins(CALL_SIZE)) {
        return -1;
    }
    return (int)ends(CALL_SIZE, handle->node, *size, 0);
}

static int disk_lock(int fd)
{
    struct ls_disk *d = ls_disk_mounted;
    struct disk_handle *handle = file_of(fd);
    if (!handle || !begins(CALL_LOCK)) {
        return -1;
    }
    for (int i = 0; i < DISK_HANDLES_MAX; i++) {
        if (d->handles[i].locks && d->handles[i].node == handle->node && &d->handles[i] != handle) {
            return refuse(EWOULDBLOCK);
        }
    }
    handle->locks = true;
    return (int)ends(CALL_LOCK, handle->node, 0, 0);
}

/* ---- names */

static int disk_look(const char *path, bool follow, struct ls_file_status *out)
{
    (void)follow;
    if (!begins(CALL_LOOK)) {
        return -1;
    }
    const struct disk_node *node = ls_disk_find(ls_disk_mounted, path, NULL, NULL);
    int rc = node ? 0 : -1;
    if (node) {
        *out = (struct ls_file_status){
            .is_folder = node->is_folder, .is_file = !node->is_folder, .size = node->now.size};
    }
    return (int)ends(CALL_LOOK, node, 0, rc);
}

static int disk_list(const char *path, bool (*each)(void *context, const char *name), void *context)
{
    if (!begins(CALL_LIST)) {
        return -1;
    }
    const struct disk_node *node = ls_disk_find(ls_disk_mounted, path, NULL, NULL);
    if (!node || !node->is_folder) {
        return (int)ends(CALL_LIST, node, 0, node ? refuse(ENOTDIR) : -1);
    }
    for (size_t i = 0; i < node->now_names.count && each(context, node->now_names.names[i].text);
         i++) {
    }
    return (int)ends(CALL_LIST, node, 0, 0);
}

/* Within one folder, as all names are changed here. */
static int rename_node(const char *from, const char *to, struct disk_node **node)
{
    struct ls_error err;
    struct ls_disk *d = ls_disk_mounted;
    struct disk_node *folder;
    struct disk_node *other;
    const char *old;
    const char *name;
    *node = ls_disk_find(d, from, &folder, &old);
    const struct disk_node *there = ls_disk_find(d, to, &other, &name);
    if (!*node || !other || !name) {
        return -1;
    }
    if (folder != other) {
        return refuse(EXDEV);
    }
    if (there == *node) {
        return 0;
    }
    if (there && there->is_folder != (*node)->is_folder) {
        return refuse(there->is_folder ? EISDIR : ENOTDIR);
    }
    if (there && there->now_names.count) {
        return refuse(ENOTEMPTY);
    }
    return ls_disk_change(d, folder, name, *node, old, &err) < 0 ? refuse(ENOMEM) : 0;
}

static int disk_rename(const char *from, const char *to)
{
    struct disk_node *node = NULL;
    if (!begins(CALL_RENAME)) {
        return -1;
    }
    int rc = rename_node(from, to, &node);
    return (int)ends(CALL_RENAME, node, 0, rc);
}

/* A file, or a folder without anything in it. */
static int remove_node(const char *path, bool is_folder, struct disk_node **node)
{
    struct ls_error err;
    struct disk_node *folder;
    const char *name;
    *node = ls_disk_find(ls_disk_mounted, path, &folder, &name);
    if (!*node || !folder) {
        return -1;
    }
    if ((*node)->is_folder != is_folder) {
        return refuse(is_folder ? ENOTDIR : EISDIR);
    }
    if ((*node)->now_names.count) {
        return refuse(ENOTEMPTY);
    }
    return ls_disk_change(ls_disk_mounted, folder, NULL, NULL, name, &err) < 0 ? refuse(ENOMEM) : 0;
}

static int disk_unlink(const char *path)
{
    struct disk_node *node = NULL;
    if (!begins(CALL_UNLINK)) {
        return -1;
    }
    int rc = remove_node(path, false, &node);
    return (int)ends(CALL_UNLINK, node, 0, rc);
}

static int disk_remove_folder(const char *path)
{
    struct disk_node *node = NULL;
    if (!begins(CALL_REMOVE_FOLDER)) {
        return -1;
    }
    int rc = remove_node(path, true, &node);
    return (int)ends(CALL_REMOVE_FOLDER, node, 0, rc);
}

static int disk_make_folder(const char *path, mode_t mode)
{
    struct disk_node *folder;
    const char *name;
    (void)mode;
    if (!begins(CALL_MAKE_FOLDER)) {
        return -1;
    }
    struct disk_node *node = ls_disk_find(ls_disk_mounted, path, &folder, &name);
    int rc = node ? refuse(EEXIST) : create(folder, name, true, &node);
    return (int)ends(CALL_MAKE_FOLDER, node, 0, rc);
}

const struct ls_file_system ls_disk_calls = {
    .open = disk_open,
    .close = disk_close,
    .read = disk_read,
    .read_at = disk_read_at,
    .write = disk_write,
    .write_at = disk_write_at,
    .sync = disk_sync,
    .cut = disk_cut,
    .lock = disk_lock,
    .size = disk_size,
    .look = disk_look,
    .list = disk_list,
    .rename = disk_rename,
    .unlink = disk_unlink,
    .make_folder = disk_make_folder,
    .remove_folder = disk_remove_folder,
};
