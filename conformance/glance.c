#include "conformance/glance.h"

#include "core/base/draw.h"
#include "core/base/file.h"

#include <string.h>
#include <sys/stat.h>

struct glance {
    const char *folder;
    struct ls_id sum;
};

static void mix(struct glance *g, uint64_t word)
{
    g->sum.high = ls_mix(g->sum.high ^ word);
    g->sum.low = ls_mix(g->sum.low + g->sum.high);
}

static int look(void *context, const char *name, struct ls_error *err)
{
    struct glance *g = context;
    char path[LS_PATH_MAX];
    struct stat status;
    int rc = ls_path_join(path, g->folder, name, err);
    if (rc < 0 || lstat(path, &status) < 0) {
        return rc < 0 ? rc : ls_error_set(err, LS_E_NOINPUT, "%s has gone", path);
    }
    if (status.st_size > 0) {
        struct ls_id called = ls_id_of(name, strlen(name));
        mix(g, called.high);
        mix(g, (uint64_t)status.st_size);
        mix(g, (uint64_t)status.st_mtim.tv_sec);
        mix(g, (uint64_t)status.st_mtim.tv_nsec);
    }
    return 0;
}

bool ls_glance(const char *folder, struct ls_id *out)
{
    struct glance g = {.folder = folder};
    struct ls_error err;
    *out = (struct ls_id){0, 0};
    if (ls_path_is_folder(folder) && ls_tree_walk(folder, look, &g, &err) < 0) {
        return false;
    }
    *out = g.sum;
    return true;
}
