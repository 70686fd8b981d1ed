/* Files as the world is: short writes, EINTR, full disks; whole files replaced atomically and
 * durably. Every failure says which path, and what the system said. */
#ifndef LS_BASE_FILE_H
#define LS_BASE_FILE_H

#include "core/base/buf.h"
#include "core/base/hash.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads a whole file of at most buf->size_max bytes behind what the buffer holds. LS_E_NOINPUT when
 * it is missing. */
int ls_file_read(const char *path, struct ls_buf *buf, struct ls_error *err);

/* The SHA-256 and the size of a file of any length. LS_E_NOINPUT when it is missing. */
int ls_file_sha256(const char *path, struct ls_sha256 *out, uint64_t *size, struct ls_error *err);

/* All of it, at the file's position or at `offset`; `path` is for the message. LS_E_IO; LS_E_PIPE
 * for a pipe that nobody reads. */
int ls_file_write(int fd, const void *bytes, size_t size, const char *path, struct ls_error *err);
int ls_file_write_at(int fd, const void *bytes, size_t size, uint64_t offset, const char *path,
                     struct ls_error *err);

/* As ls_file_write_at for a file that is made a second time, the first `kept` bytes of which are
 * there: those are compared instead. LS_E_DATA, with the offset, when they are not the same. */
int ls_file_write_again(int fd, const void *bytes, size_t size, uint64_t offset, uint64_t kept,
                        const char *path, struct ls_error *err);

/* And at its end, `size` bytes: LS_E_DATA when more than that were there. */
int ls_file_end_again(uint64_t size, uint64_t kept, const char *path, struct ls_error *err);

int ls_file_size(int fd, uint64_t *size, const char *path, struct ls_error *err);

/* Cuts (or stretches, with zeros) a file to `size` bytes. */
int ls_file_cut(int fd, uint64_t size, const char *path, struct ls_error *err);

/* Locks a file for this process, until it closes it: 0, 1 when another process has it, LS_E_IO. */
int ls_file_lock(int fd, const char *path, struct ls_error *err);

/* Up to `size` bytes from `offset`: *got is smaller only at the end of the file. */
int ls_file_read_at(int fd, void *bytes, size_t size, uint64_t offset, size_t *got,
                    const char *path, struct ls_error *err);

/* Replaces `path` by these bytes so that a reader, or a machine that lost power, sees the old file
 * or the new one, whole: written beside it, synced, renamed, the folder synced. */
int ls_file_replace(const char *path, const void *bytes, size_t size, struct ls_error *err);

/* Neither lasts through a loss of power before the folder is synced. What is not there to be
 * removed is fine. */
int ls_file_rename(const char *from, const char *to, struct ls_error *err);
int ls_file_remove(const char *path, struct ls_error *err);

int ls_file_sync(int fd, const char *path, struct ls_error *err);

/* fsync of the folder that holds `path`, so that its name survives a loss of power. */
int ls_file_sync_folder_of(const char *path, struct ls_error *err);

/* Opens with O_CLOEXEC; the descriptor, or a negative code. */
int ls_file_open(const char *path, int flags, mode_t mode, struct ls_error *err);

/* Tells nothing: what is to last was synced before. */
void ls_file_close(int fd);

/* Makes the folder and those above it; one that is there is fine. */
int ls_folder_make(const char *path, struct ls_error *err);

/* Makes the folders above `path`. */
int ls_folder_make_above(const char *path, struct ls_error *err);

/* Removes a file, or a folder with all that is in it (symbolic links are removed, not followed).
 * One that is missing is fine. */
int ls_tree_remove(const char *path, struct ls_error *err);

/* Syncs a folder, those below it, and those on the way to it: all names of folders and files there
 * last, also those that a process made that was killed before it could sync them. */
int ls_tree_sync_names(const char *path, struct ls_error *err);

bool ls_path_exists(const char *path);
bool ls_path_is_folder(const char *path);
int ls_path_size(const char *path, uint64_t *size, struct ls_error *err);

/* Calls `each` for the relative path of every regular file below `path`, in byte order of those
 * paths; stops at the first negative answer and returns it. A symbolic link to a file counts as
 * one, a link to a folder is not followed. */
int ls_tree_walk(const char *path,
                 int (*each)(void *context, const char *relative, struct ls_error *err),
                 void *context, struct ls_error *err);

/* What all files of a tree come to: the SHA-256 of the lines that sha256sum prints for them, in
 * byte order of their relative paths. */
struct ls_tree_sum {
    size_t files;
    uint64_t bytes;
    struct ls_sha256 sha256;
};
int ls_tree_sha256(const char *path, struct ls_tree_sum *out, struct ls_error *err);

#define LS_PATH_MAX 4096

/* Joins two parts with a slash into out[LS_PATH_MAX]; LS_E_USAGE when it is too long. */
int ls_path_join(char *out, const char *folder, const char *name, struct ls_error *err);

#endif
