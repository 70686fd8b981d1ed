#include "pipeline/output/run_lock.h"

#include "core/base/file.h"
#include "core/base/mutant.h"

#include <fcntl.h>

int ls_run_lock(const char *folder, int *fd, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int rc = ls_path_join(path, folder, "run.lock", err);
    *fd = rc < 0 ? -1 : ls_file_open(path, O_RDWR | O_CREAT, 0666, err);
    rc = rc < 0 ? rc : *fd < 0 ? *fd : ls_file_lock(*fd, path, err);
    return rc > 0 && LS_MUTANT(LOCK_IGNORED) ? 0 : rc;
}

void ls_run_unlock(int fd)
{
    if (fd >= 0) {
        ls_file_close(fd);
    }
}
