#include "core/base/file_system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

const struct ls_file_system *ls_files = &ls_system_files;

static int system_open(const char *path, int flags, mode_t mode)
{
    return open(path, flags | O_CLOEXEC, mode);
}

static ssize_t system_read_at(int fd, void *bytes, size_t size, uint64_t offset)
{
    return pread(fd, bytes, size, (off_t)offset);
}

static ssize_t system_write_at(int fd, const void *bytes, size_t size, uint64_t offset)
{
    return pwrite(fd, bytes, size, (off_t)offset);
}

static int system_cut(int fd, uint64_t size)
{
    return ftruncate(fd, (off_t)size);
}

static int system_lock(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB);
}

static int system_size(int fd, uint64_t *size)
{
    struct stat status;
    int rc = fstat(fd, &status);
    *size = rc < 0 ? 0 : (uint64_t)status.st_size;
    return rc;
}

static int system_look(const char *path, bool follow, struct ls_file_status *out)
{
    struct stat status;
    int rc = follow ? stat(path, &status) : lstat(path, &status);
    if (rc == 0) {
        *out = (struct ls_file_status){.is_folder = S_ISDIR(status.st_mode),
                                       .is_file = S_ISREG(status.st_mode),
                                       .is_link = S_ISLNK(status.st_mode),
                                       .size = (uint64_t)status.st_size};
    }
    return rc;
}

static int system_list(const char *path, bool (*each)(void *context, const char *name),
                       void *context)
{
    DIR *folder = opendir(path);
    struct dirent *entry = NULL;
    bool more = true;
    if (!folder) {
        return -1;
    }
    do {
        errno = 0;
        entry = readdir(folder);
        if (entry && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            more = each(context, entry->d_name);
        }
    } while (entry && more);
    int errnum = entry ? 0 : errno;
    closedir(folder);
    errno = errnum;
    return errnum ? -1 : 0;
}

const struct ls_file_system ls_system_files = {
    .open = system_open,
    .close = close,
    .read = read,
    .read_at = system_read_at,
    .write = write,
    .write_at = system_write_at,
    .sync = fsync,
    .cut = system_cut,
    .lock = system_lock,
    .size = system_size,
    .look = system_look,
    .list = system_list,
    .rename = rename,
    .unlink = unlink,
    .make_folder = mkdir,
    .remove_folder = rmdir,
};
