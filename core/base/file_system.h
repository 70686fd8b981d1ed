/* What this program asks of the system's files, as one table of functions: the seam at which the
 * simulator puts a disk of its own (core/sim/disk.h). core/base/file.h is how the rest of the
 * program asks.
 *
 * Each function is the system call of its name where it has one: -1 and errno, partial reads and
 * writes, EINTR. */
#ifndef LS_BASE_FILE_SYSTEM_H
#define LS_BASE_FILE_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ls_file_status {
    bool is_folder, is_file, is_link; /* none of them: a device, a pipe */
    uint64_t size;
};

struct ls_file_system {
    int (*open)(const char *path, int flags, mode_t mode); /* O_CLOEXEC in any case */
    int (*close)(int fd);
    ssize_t (*read)(int fd, void *bytes, size_t size);
    ssize_t (*read_at)(int fd, void *bytes, size_t size, uint64_t offset);
    ssize_t (*write)(int fd, const void *bytes, size_t size);
    ssize_t (*write_at)(int fd, const void *bytes, size_t size, uint64_t offset);
    int (*sync)(int fd); /* fsync, of a file or a folder */
    int (*cut)(int fd, uint64_t size);
    int (*lock)(int fd); /* for this process alone, at once: EWOULDBLOCK where another has it */
    int (*size)(int fd, uint64_t *size);
    int (*look)(const char *path, bool follow, struct ls_file_status *out);
    /* Tells every name in a folder, "." and ".." apart, in no order, until `each` says false. */
    int (*list)(const char *path, bool (*each)(void *context, const char *name), void *context);
    int (*rename)(const char *from, const char *to);
    int (*unlink)(const char *path);
    int (*make_folder)(const char *path, mode_t mode);
    int (*remove_folder)(const char *path);
};

extern const struct ls_file_system ls_system_files;

/* The one that is asked: ls_system_files, unless a simulator has put its own here; it runs in one
 * thread. */
extern const struct ls_file_system *ls_files;

#endif
