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

/* Files of the state: the name that its logs have got, while a run goes on, and once it is over. */
#define NAME_FILE "through"
#define DONE_FILE "through.done"

/* Keeps a second run away. */
static int lock_state(const char *state, int *lock, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int rc = ls_folder_make(state, err);
    rc = rc < 0 ? rc : ls_path_join(path, state, "through.lock", err);
    *lock = rc < 0 ? -1 : ls_file_open(path, O_RDWR | O_CREAT, 0666, err);
    rc = *lock < 0 ? err->code : ls_file_lock(*lock, path, err);
    return rc > 0
               ? ls_error_set(err, LS_E_DATA, "another run is working with the state in %s", state)
               : rc;
}

/* The name in a file of the state; LS_E_NOINPUT where there is none. */
static int read_name(struct cli *cli, const char *state, const char *file, const char **name,
                     struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    ls_buf_init(&text, "the name of a run through a cluster", 100);
    int rc = ls_path_join(path, state, file, err);
    rc = rc < 0 ? rc : ls_file_read(path, &text, err);
    if (rc == 0 && text.size != NAME_CHARS) {
        rc = ls_error_set(err, LS_E_DATA, "%s holds no name: remove %s to begin anew", path, state);
    }
    *name = rc == 0 ? ls_arena_text(&cli->arena, (const char *)text.data, text.size, err) : NULL;
    ls_buf_clear(&text);
    return rc < 0 || *name ? rc : err->code;
}

static int draw_name(struct cli *cli, const char *state, const char **name, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    char hex[LS_HEX_MAX];
    uint8_t bytes[NAME_SIZE];
    if (getentropy(bytes, sizeof bytes) < 0) {
        return ls_error_set(err, LS_E_IO, "the system gives no random name");
    }
    *name = ls_arena_text(&cli->arena, ls_hex(bytes, sizeof bytes, hex), NAME_CHARS, err);
    int rc = *name ? ls_path_join(path, state, NAME_FILE, err) : err->code;
    return rc < 0 ? rc : ls_file_replace(path, *name, NAME_CHARS, err);
}

static int place_logs(struct cli *cli, const char *name, struct through *out, struct ls_error *err)
{
    const char *between = strchr(out->cluster + 8, '/') ? "-" : "/";
    out->from = ls_arena_printf(&cli->arena, err, "%s%s%s-log", out->cluster, between, name);
    out->to = ls_arena_printf(&cli->arena, err, "%s%s%s-rows", out->cluster, between, name);
    return out->from && out->to ? 0 : err->code;
}

/* ---- what is over */

static int forget_checkpoint(void *context, const char *name, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    size_t size = strlen(name);
    if (size < 5 || strcmp(name + size - 5, ".ckpt") != 0) {
        return 0;
    }
    int rc = ls_path_join(path, context, name, err);
    return rc < 0 ? rc : ls_file_remove(path, err);
}

/* Of a run that is over, its datasets made: its checkpoints and topics. One that was killed at it
 * is followed by one that does it. */
static int forget(struct cli *cli, const char *state, const struct through *through,
                  struct ls_error *err)
{
    char path[LS_PATH_MAX];
    const char *name;
    struct through old = {.cluster = through->cluster};
    int rc = read_name(cli, state, DONE_FILE, &name, err);
    if (rc < 0) {
        return rc == LS_E_NOINPUT ? 0 : rc;
    }
    rc = ls_tree_walk(state, forget_checkpoint, (void *)(uintptr_t)state, err);
    rc = rc < 0 ? rc : place_logs(cli, name, &old, err);
    rc = rc < 0 ? rc : ls_log_remove(old.from, err);
    rc = rc < 0 ? rc : ls_log_remove(old.to, err);
    rc = rc < 0 ? rc : ls_path_join(path, state, DONE_FILE, err);
    return rc < 0 ? rc : ls_file_remove(path, err);
}

static int set_done(const char *state, struct ls_error *err)
{
    char from[LS_PATH_MAX];
    char to[LS_PATH_MAX];
    int rc = ls_path_join(from, state, NAME_FILE, err);
    rc = rc < 0 ? rc : ls_path_join(to, state, DONE_FILE, err);
    return rc < 0 ? rc : ls_file_rename(from, to, err);
}

/* ---- the run */

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
    out->cluster = cluster;
    int rc = lock_state(state, &out->lock, err);
    rc = rc < 0 ? rc : forget(cli, state, out, err);
    rc = rc < 0 ? rc : read_name(cli, state, NAME_FILE, &name, err);
    rc = rc == LS_E_NOINPUT ? draw_name(cli, state, &name, err) : rc;
    rc = rc < 0 ? rc : place_logs(cli, name, out, err);
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

int through_end(struct cli *cli, const struct through *through, const char *state,
                struct ls_error *err)
{
    int rc = set_done(state, err);
    return rc < 0 ? rc : forget(cli, state, through, err);
}

void through_close(struct through *through)
{
    if (through->lock >= 0) {
        ls_file_close(through->lock);
    }
}
