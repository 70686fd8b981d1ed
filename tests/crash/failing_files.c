#include "tests/crash/failing_files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>

static struct failing_files *now;
static struct ls_file_system table;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

/* Is this the call? Then errno is set. */
static bool strikes(unsigned calls)
{
    bool struck = false;
    if (now->calls & calls) {
        pthread_mutex_lock(&gate);
        now->count++;
        struck = now->for_ever ? now->count >= now->nth : now->count == now->nth;
        pthread_mutex_unlock(&gate);
    }
    if (struck) {
        errno = now->errnum;
    }
    return struck;
}

static int failing_open(const char *path, int flags, mode_t mode)
{
    struct ls_file_status status;
    bool makes = flags & O_CREAT && ls_system_files.look(path, true, &status) < 0;
    return strikes(FAILING_OPEN | (makes ? FAILING_MAKE : 0U))
               ? -1
               : ls_system_files.open(path, flags, mode);
}

/* How many of `size` bytes are moved; 0: none, the call has failed. */
static size_t moved(unsigned call, size_t size)
{
    if (size > 1 || now->errnum) {
        bool struck = strikes(call);
        return !struck ? size : now->errnum ? 0 : size / 2;
    }
    return size;
}

static ssize_t failing_read(int fd, void *bytes, size_t size)
{
    size_t most = moved(FAILING_READ, size);
    return most || !size ? ls_system_files.read(fd, bytes, most) : -1;
}

static ssize_t failing_read_at(int fd, void *bytes, size_t size, uint64_t offset)
{
    size_t most = moved(FAILING_READ, size);
    return most || !size ? ls_system_files.read_at(fd, bytes, most, offset) : -1;
}

static ssize_t failing_write(int fd, const void *bytes, size_t size)
{
    size_t most = moved(FAILING_WRITE, size);
    return most || !size ? ls_system_files.write(fd, bytes, most) : -1;
}

static ssize_t failing_write_at(int fd, const void *bytes, size_t size, uint64_t offset)
{
    size_t most = moved(FAILING_WRITE, size);
    return most || !size ? ls_system_files.write_at(fd, bytes, most, offset) : -1;
}

static int failing_sync(int fd)
{
    return strikes(FAILING_SYNC) ? -1 : ls_system_files.sync(fd);
}

static int failing_cut(int fd, uint64_t size)
{
    return strikes(FAILING_CUT) ? -1 : ls_system_files.cut(fd, size);
}

static int failing_list(const char *path, bool (*each)(void *context, const char *name),
                        void *context)
{
    return strikes(FAILING_NAME) ? -1 : ls_system_files.list(path, each, context);
}

static int failing_rename(const char *from, const char *to)
{
    return strikes(FAILING_NAME) ? -1 : ls_system_files.rename(from, to);
}

static int failing_unlink(const char *path)
{
    return strikes(FAILING_NAME) ? -1 : ls_system_files.unlink(path);
}

static int failing_make_folder(const char *path, mode_t mode)
{
    struct ls_file_status status;
    bool makes = ls_system_files.look(path, true, &status) < 0;
    return makes && strikes(FAILING_MAKE) ? -1 : ls_system_files.make_folder(path, mode);
}

static int failing_remove_folder(const char *path)
{
    return strikes(FAILING_NAME) ? -1 : ls_system_files.remove_folder(path);
}

void failing_files_begin(struct failing_files *files)
{
    now = files;
    table = ls_system_files;
    table.open = failing_open;
    table.read = failing_read;
    table.read_at = failing_read_at;
    table.write = failing_write;
    table.write_at = failing_write_at;
    table.sync = failing_sync;
    table.cut = failing_cut;
    table.list = failing_list;
    table.rename = failing_rename;
    table.unlink = failing_unlink;
    table.make_folder = failing_make_folder;
    table.remove_folder = failing_remove_folder;
    ls_files = &table;
}
