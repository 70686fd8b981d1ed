#include "core/base/file.h"

#include "core/base/file_system.h"
#include "core/base/mem.h"
#include "core/base/mutant.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define READ_STEP    65536U
#define HASH_STEP    (256U << 10)
#define COMPARE_STEP 16384U

static int too_long(const char *path, struct ls_error *err)
{
    return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                        LS_PATH_MAX - 1, path);
}

int ls_file_open(const char *path, int flags, mode_t mode, struct ls_error *err)
{
    int fd;
    do {
        fd = ls_files->open(path, flags, mode);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        bool input = (flags & O_ACCMODE) == O_RDONLY;
        int code = input && (errno == ENOENT || errno == ENOTDIR) ? LS_E_NOINPUT : LS_E_IO;
        return ls_error_errno(err, code, errno, "cannot open %s", path);
    }
    return fd;
}

void ls_file_close(int fd)
{
    ls_files->close(fd);
}

int ls_file_read(const char *path, struct ls_buf *buf, struct ls_error *err)
{
    int fd = ls_file_open(path, O_RDONLY, 0, err);
    if (fd < 0) {
        return fd;
    }
    int rc = 0;
    for (;;) {
        size_t room = buf->size_max - buf->size;
        size_t wanted = room < READ_STEP ? room : READ_STEP;
        uint8_t
            beyond; /* with no room left, one byte tells a file that fits from one that does not */
        rc = ls_buf_reserve(buf, wanted, err);
        if (rc < 0) {
            break;
        }
        ssize_t got = ls_files->read(fd, wanted ? buf->data + buf->size : &beyond,
                                     wanted ? wanted : 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            rc = ls_error_errno(err, errno == EISDIR ? LS_E_NOINPUT : LS_E_IO, errno,
                                "cannot read %s", path);
            break;
        }
        if (got > 0 && wanted == 0) {
            ls_buf_reserve(buf, 1, err); /* for its message */
            rc = ls_error_prefix(err, "%s", path);
            break;
        }
        if (got == 0) {
            break;
        }
        buf->size += (size_t)got;
    }
    ls_file_close(fd);
    return rc;
}

int ls_file_sha256(const char *path, struct ls_sha256 *out, uint64_t *size, struct ls_error *err)
{
    struct ls_sha256_stream *stream = NULL;
    uint8_t *buffer = NULL;
    size_t got = HASH_STEP;
    *size = 0;
    int fd = ls_file_open(path, O_RDONLY, 0, err);
    if (fd < 0) {
        return fd;
    }
    buffer = ls_mem_new(1, HASH_STEP, err);
    stream = buffer ? ls_sha256_new(err) : NULL;
    int rc = stream ? 0 : err->code;
    while (rc == 0 && got == HASH_STEP) {
        rc = ls_file_read_at(fd, buffer, HASH_STEP, *size, &got, path, err);
        if (rc == 0) {
            ls_sha256_add(stream, buffer, got);
            *size += got;
        }
    }
    if (stream) {
        ls_sha256_end(stream, out);
    }
    ls_mem_free(buffer);
    ls_file_close(fd);
    return rc;
}

int ls_file_write(int fd, const void *bytes, size_t size, const char *path, struct ls_error *err)
{
    const uint8_t *at = bytes;
    while (size > 0) {
        ssize_t written = ls_files->write(fd, at, size);
        if (written < 0 && errno != EINTR) {
            int code = errno == EPIPE ? LS_E_PIPE : LS_E_IO;
            return ls_error_errno(err, code, errno, "cannot write %s", path);
        }
        if (written > 0) {
            at += written;
            size -= (size_t)written;
        }
    }
    return 0;
}

int ls_file_write_at(int fd, const void *bytes, size_t size, uint64_t offset, const char *path,
                     struct ls_error *err)
{
    const uint8_t *at = bytes;
    while (size > 0) {
        ssize_t written = ls_files->write_at(fd, at, size, offset);
        if (written < 0 && errno != EINTR) {
            return ls_error_errno(err, LS_E_IO, errno, "cannot write %s", path);
        }
        if (written > 0) {
            at += written;
            offset += (uint64_t)written;
            size -= LS_MUTANT(SHORT_WRITE_TAKEN) ? size : (size_t)written;
        }
    }
    return 0;
}

static int compare_at(int fd, const uint8_t *bytes, size_t size, uint64_t offset, const char *path,
                      struct ls_error *err)
{
    uint8_t there[COMPARE_STEP];
    int rc = 0;
    for (size_t done = 0, got = 0; rc == 0 && done < size; done += got) {
        size_t step = size - done < sizeof there ? size - done : sizeof there;
        rc = ls_file_read_at(fd, there, step, offset + done, &got, path, err);
        size_t same = 0;
        while (rc == 0 && same < got && there[same] == bytes[done + same]) {
            same++;
        }
        if (rc == 0 && same < step) {
            rc = ls_error_set(err, LS_E_DATA,
                              "%s differs from what is made now at byte %llu: it was changed, or "
                              "made by another version of this program",
                              path, (unsigned long long)(offset + done + same));
        }
    }
    return rc;
}

int ls_file_write_again(int fd, const void *bytes, size_t size, uint64_t offset, uint64_t kept,
                        const char *path, struct ls_error *err)
{
    uint64_t there = kept > offset ? kept - offset : 0;
    size_t old = there < size ? (size_t)there : size;
    int rc = compare_at(fd, bytes, old, offset, path, err);
    return rc < 0 || old == size ? rc
                                 : ls_file_write_at(fd, (const uint8_t *)bytes + old, size - old,
                                                    offset + old, path, err);
}

int ls_file_end_again(uint64_t size, uint64_t kept, const char *path, struct ls_error *err)
{
    return size < kept
               ? ls_error_set(err, LS_E_DATA,
                              "%s holds %llu bytes more than are made now, from byte %llu "
                              "on: it was changed, or is of another run",
                              path, (unsigned long long)(kept - size), (unsigned long long)size)
               : 0;
}

int ls_file_size(int fd, uint64_t *size, const char *path, struct ls_error *err)
{
    return ls_files->size(fd, size) < 0
               ? ls_error_errno(err, LS_E_IO, errno, "cannot look at %s", path)
               : 0;
}

int ls_file_cut(int fd, uint64_t size, const char *path, struct ls_error *err)
{
    while (ls_files->cut(fd, size) < 0) {
        if (errno != EINTR) {
            return ls_error_errno(err, LS_E_IO, errno, "cannot cut %s to %llu bytes", path,
                                  (unsigned long long)size);
        }
    }
    return 0;
}

int ls_file_lock(int fd, const char *path, struct ls_error *err)
{
    if (ls_files->lock(fd) < 0) {
        return errno == EWOULDBLOCK ? 1
                                    : ls_error_errno(err, LS_E_IO, errno, "cannot lock %s", path);
    }
    return 0;
}

int ls_file_read_at(int fd, void *bytes, size_t size, uint64_t offset, size_t *got,
                    const char *path, struct ls_error *err)
{
    uint8_t *at = bytes;
    *got = 0;
    while (*got < size) {
        ssize_t n = ls_files->read_at(fd, at + *got, size - *got, offset + *got);
        if (n < 0 && errno != EINTR) {
            return ls_error_errno(err, LS_E_IO, errno, "cannot read %s", path);
        }
        if (n == 0) {
            break;
        }
        *got += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

int ls_file_sync(int fd, const char *path, struct ls_error *err)
{
    unsigned tries = LS_MUTANT(SYNC_TRIED_AGAIN) ? 2 : 1;
    while (ls_files->sync(fd) < 0) {
        if (errno != EINTR && --tries == 0) {
            return ls_error_errno(err, LS_E_IO, errno, "cannot sync %s", path);
        }
    }
    return 0;
}

static int folder_of(const char *path, char out[LS_PATH_MAX], struct ls_error *err)
{
    const char *slash = strrchr(path, '/');
    size_t size = slash ? (size_t)(slash - path) : 0;
    if (size >= LS_PATH_MAX) {
        return too_long(path, err);
    }
    if (slash == path) {
        size = 1;
    }
    memcpy(out, size ? path : ".", size ? size : 1);
    out[size ? size : 1] = '\0';
    return 0;
}

int ls_file_sync_folder_of(const char *path, struct ls_error *err)
{
    char folder[LS_PATH_MAX];
    int rc = folder_of(path, folder, err);
    if (rc < 0) {
        return rc;
    }
    int fd = ls_file_open(folder, O_RDONLY | O_DIRECTORY, 0, err);
    if (fd < 0) {
        return fd;
    }
    rc = ls_file_sync(fd, folder, err);
    ls_file_close(fd);
    return rc;
}

int ls_file_rename(const char *from, const char *to, struct ls_error *err)
{
    return ls_files->rename(from, to) < 0
               ? ls_error_errno(err, LS_E_IO, errno, "cannot rename %s to %s", from, to)
               : 0;
}

int ls_file_remove(const char *path, struct ls_error *err)
{
    return ls_files->unlink(path) < 0 && errno != ENOENT
               ? ls_error_errno(err, LS_E_IO, errno, "cannot remove %s", path)
               : 0;
}

int ls_file_replace(const char *path, const void *bytes, size_t size, struct ls_error *err)
{
    char temporary[LS_PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.tmp", path) >= (int)sizeof temporary) {
        return too_long(path, err);
    }
    int fd = ls_file_open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666, err);
    if (fd < 0) {
        return fd;
    }
    int rc = ls_file_write(fd, bytes, size, temporary, err);
    if (rc == 0 && !LS_MUTANT(REPLACED_NOT_SYNCED)) {
        rc = ls_file_sync(fd, temporary, err);
    }
    ls_file_close(fd);
    rc = rc < 0 ? rc : ls_file_rename(temporary, path, err);
    if (rc < 0) {
        ls_files->unlink(temporary);
        return rc;
    }
    return LS_MUTANT(RENAME_NOT_SYNCED) ? 0 : ls_file_sync_folder_of(path, err);
}

int ls_folder_make(const char *path, struct ls_error *err)
{
    char part[LS_PATH_MAX];
    size_t size = strlen(path);
    if (size >= sizeof part) {
        return too_long(path, err);
    }
    memcpy(part, path, size + 1);
    for (size_t i = 1; i <= size; i++) {
        if (part[i] != '/' && part[i] != '\0') {
            continue;
        }
        char kept = part[i];
        part[i] = '\0';
        if (ls_files->make_folder(part, 0777) < 0 && errno != EEXIST) {
            return ls_error_errno(err, LS_E_IO, errno, "cannot make the folder %s", part);
        }
        part[i] = kept;
    }
    if (!ls_path_is_folder(path)) {
        return ls_error_set(err, LS_E_IO, "%s is there and is not a folder", path);
    }
    return 0;
}

int ls_folder_make_above(const char *path, struct ls_error *err)
{
    char folder[LS_PATH_MAX];
    int rc = folder_of(path, folder, err);
    return rc < 0 ? rc : ls_folder_make(folder, err);
}

bool ls_path_exists(const char *path)
{
    struct ls_file_status status;
    return ls_files->look(path, false, &status) == 0;
}

bool ls_path_is_folder(const char *path)
{
    struct ls_file_status status;
    return ls_files->look(path, true, &status) == 0 && status.is_folder;
}

int ls_path_size(const char *path, uint64_t *size, struct ls_error *err)
{
    struct ls_file_status status;
    if (ls_files->look(path, true, &status) < 0) {
        return ls_error_errno(err, LS_E_IO, errno, "cannot look at %s", path);
    }
    *size = status.size;
    return 0;
}

int ls_path_join(char *out, const char *folder, const char *name, struct ls_error *err)
{
    if (snprintf(out, LS_PATH_MAX, "%s/%s", folder, name) >= LS_PATH_MAX) {
        return too_long(folder, err);
    }
    return 0;
}
