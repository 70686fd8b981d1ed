#include "generator/part.h"

#include "core/base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static int name_it(struct ls_part *part, const char *folder, const char *name, struct ls_error *err)
{
    char path[LS_PATH_MAX + 8];
    int rc = ls_path_join(path, folder, name, err);
    if (rc < 0) {
        return rc;
    }
    size_t size = strlen(path);
    part->whole = ls_mem_copy(path, size, err);
    memcpy(path + size, ".part", 6);
    part->path = part->whole ? ls_mem_copy(path, size + 5, err) : NULL;
    return part->path ? 0 : err->code;
}

static int make_empty(const char *path, bool resume, struct ls_error *err)
{
    int fd = ls_file_open(path, O_WRONLY | O_CREAT | (resume ? 0 : O_EXCL), 0666, err);
    if (fd >= 0) {
        ls_file_close(fd);
    }
    return fd < 0 ? fd : 0;
}

int ls_part_begin(struct ls_part *part, const char *folder, const char *name, bool resume,
                  struct ls_error *err)
{
    *part = (struct ls_part){NULL, NULL};
    int rc = name_it(part, folder, name, err);
    if (rc < 0) {
        return rc;
    }
    bool is_whole = ls_path_exists(part->whole);
    bool is_part = ls_path_exists(part->path);
    if (is_whole && is_part) {
        return ls_error_set(err, LS_E_DATA,
                            "there are both %s and %s: remove the one that is not this run's",
                            part->whole, part->path);
    }
    if (!resume && (is_whole || is_part)) {
        return ls_error_set(err, LS_E_DATA,
                            "there is a file %s already: remove it, or give --to another folder",
                            is_whole ? part->whole : part->path);
    }
    if (!is_whole) {
        return make_empty(part->path, resume, err);
    }
    ls_mem_free(part->path);
    part->path = ls_mem_copy(part->whole, strlen(part->whole), err);
    return part->path ? 0 : err->code;
}

int ls_part_end(const struct ls_part *part, struct ls_error *err)
{
    return strcmp(part->path, part->whole) == 0 ? 0 : ls_file_rename(part->path, part->whole, err);
}

void ls_part_clear(struct ls_part *part)
{
    ls_mem_free(part->path);
    ls_mem_free(part->whole);
    *part = (struct ls_part){NULL, NULL};
}
