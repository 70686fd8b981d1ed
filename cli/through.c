#include "cli/through.h"

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/log/copy.h"
#include "pipeline/output/collect.h"

#include <fcntl.h>
#include <string.h>
#include <sys/random.h>

#define NAME_SIZE  8 /* bytes, which are shown in hex */
#define NAME_CHARS ((size_t)2 * NAME_SIZE)

/* The name that the state has got, or gets now. The file is what keeps a second run away. */
static int read_name(struct cli *cli, const char *state, struct through *out, const char **name,
                     struct ls_error *err)
{
    char path[LS_PATH_MAX];
    uint8_t bytes[NAME_SIZE];
    struct ls_buf text;
    ls_buf_init(&text, "the name of a run through a cluster", 100);
    int rc = ls_folder_make(state, err);
    rc = rc < 0 ? rc : ls_path_join(path, state, "through.lock", err);
    out->lock = rc < 0 ? -1 : ls_file_open(path, O_RDWR | O_CREAT, 0666, err);
    rc = out->lock < 0 ? err->code : ls_file_lock(out->lock, path, err);
    if (rc > 0) {
        return ls_error_set(err, LS_E_DATA, "another run is working with the state in %s", state);
    }
    rc = rc < 0 ? rc : ls_path_join(path, state, "through", err);
    rc = rc < 0 ? rc : ls_file_read(path, &text, err);
    if (rc == LS_E_NOINPUT) {
        char hex[LS_HEX_MAX];
        rc = getentropy(bytes, sizeof bytes) < 0
                 ? ls_error_set(err, LS_E_IO, "the system gives no random name")
                 : ls_buf_append_text(&text, ls_hex(bytes, sizeof bytes, hex), err);
        rc = rc < 0 ? rc : ls_file_replace(path, text.data, text.size, err);
    }
    if (rc == 0 && text.size != NAME_CHARS) {
        rc = ls_error_set(err, LS_E_DATA, "%s holds no name: remove %s to begin anew", path, state);
    }
    *name = rc == 0 ? ls_arena_text(&cli->arena, (const char *)text.data, text.size, err) : NULL;
    ls_buf_clear(&text);
    return rc < 0 || *name ? rc : err->code;
}

int through_open(struct cli *cli, const char *cluster, const char *from, const char *state,
                 struct through *out, struct ls_error *err)
{
    const char *name;
    struct ls_progress progress;
    *out = (struct through){.lock = -1};
    if (strncmp(cluster, "kafka://", 8) != 0) {
        return ls_error_set(err, LS_E_USAGE, "--through: `%s` is no cluster: write %s", cluster,
                            "kafka://HOST:PORT[/PREFIX]");
    }
    bool prefix = strchr(cluster + 8, '/') != NULL;
    int rc = read_name(cli, state, out, &name, err);
    if (rc == 0) {
        const char *between = prefix ? "-" : "/";
        out->from = ls_arena_printf(&cli->arena, err, "%s%s%s-log", cluster, between, name);
        out->to = ls_arena_printf(&cli->arena, err, "%s%s%s-rows", cluster, between, name);
        rc = out->from && out->to ? 0 : err->code;
    }
    if (rc == 0) {
        ls_progress_begin(&progress, stderr, "copy", "records");
        rc = ls_log_copy(from, out->from, pipeline_progress, &progress, err);
        ls_progress_end(&progress);
    }
    return rc;
}

static int copy_file(const char *from, const char *to, const char *name, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf bytes;
    ls_buf_init(&bytes, "what is said about a run", 1U << 30);
    int rc = ls_path_join(path, from, name, err);
    rc = rc < 0 ? rc : ls_file_read(path, &bytes, err);
    rc = rc < 0 ? rc : ls_path_join(path, to, name, err);
    rc = rc < 0 ? rc : ls_file_replace(path, bytes.data, bytes.size, err);
    ls_buf_clear(&bytes);
    return rc;
}

int through_collect(const struct through *through, const struct pipeline *pipeline,
                    const char *state, const char *to, struct ls_error *err)
{
    struct ls_progress progress;
    struct ls_collected collected;
    const struct ls_collect_job job = {.plan = pipeline->plan,
                                       .views = pipeline->views,
                                       .from = through->to,
                                       .to = to,
                                       .progress = pipeline_progress,
                                       .context = &progress};
    ls_progress_begin(&progress, stderr, "collect", "rows");
    int rc = ls_collect(&job, &collected, err);
    ls_progress_end(&progress);
    rc = rc < 0 ? rc : copy_file(state, to, "manifest.json", err);
    return rc < 0 ? rc : copy_file(state, to, "summary.json", err);
}

void through_close(struct through *through)
{
    if (through->lock >= 0) {
        ls_file_close(through->lock);
    }
}
