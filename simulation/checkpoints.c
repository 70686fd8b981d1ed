#include "simulation/checkpoints.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/wide.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define CHECKPOINT_MAX (64U << 20)

static int note(void *context, const char *name, struct ls_error *err)
{
    uint64_t *newest = context;
    ls_i128 sequence = 0;
    size_t digits = strspn(name, "0123456789");
    (void)err;
    if (strcmp(name + digits, ".ckpt") == 0 && ls_decimal_parse(name, digits, 0, &sequence)) {
        *newest = (uint64_t)sequence; /* told in order */
    }
    return 0;
}

/* The sequence of the newest file; 0: there is none. */
static int find_newest(const struct ls_sim_checkpoints *c, uint64_t *newest, struct ls_error *err)
{
    bool on = c->sim->on;
    *newest = 0;
    c->sim->on = false; /* this is no call of the program's */
    int rc = ls_path_exists(c->folder) ? ls_tree_walk(c->folder, note, newest, err) : 0;
    c->sim->on = on;
    return rc;
}

int ls_sim_checkpoint_taken(struct ls_sim_checkpoints *c, struct ls_error *err)
{
    uint64_t newest;
    int rc = find_newest(c, &newest, err);
    if (rc == 0 && newest > c->last) {
        c->sound = c->last == c->damaged ? c->sound : c->last;
        c->last = newest;
    }
    return rc;
}

int ls_sim_checkpoints_last(const struct ls_sim_checkpoints *c, struct ls_error *err)
{
    uint64_t newest;
    int rc = find_newest(c, &newest, err);
    return rc < 0 ? rc : newest >= c->last;
}

/* ---- damage */

static int read_checkpoint(const char *folder, uint64_t sequence, char path[LS_PATH_MAX],
                           struct ls_buf *out, struct ls_error *err)
{
    char name[32];
    snprintf(name, sizeof name, "%012llu.ckpt", (unsigned long long)sequence);
    int rc = ls_path_join(path, folder, name, err);
    return rc < 0 ? rc : ls_file_read(path, out, err);
}

static int write_over(const char *path, const struct ls_buf *bytes, struct ls_error *err)
{
    int fd = ls_file_open(path, O_WRONLY | O_TRUNC, 0666, err);
    int rc = fd < 0 ? fd : ls_file_write(fd, bytes->data, bytes->size, path, err);
    rc = rc < 0 ? rc : ls_file_sync(fd, path, err);
    if (fd >= 0) {
        ls_file_close(fd);
    }
    return rc;
}

/* Which damage the seed wants; LS_MISHAP_COUNT: none. */
static enum ls_mishap choose(struct ls_sim *sim)
{
    static const enum ls_mishap ways[] = {LS_MISHAP_CHECKPOINT_FLIPPED, LS_MISHAP_CHECKPOINT_CUT,
                                          LS_MISHAP_CHECKPOINT_STALE};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (ls_sim_strikes(sim, ways[i])) {
            return ways[i];
        }
    }
    return LS_MISHAP_COUNT;
}

static int change(const struct ls_sim_checkpoints *c, enum ls_mishap way, struct ls_buf *bytes,
                  uint64_t sound, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    if (way == LS_MISHAP_CHECKPOINT_STALE) {
        bytes->size = 0;
        int rc = read_checkpoint(c->folder, sound, path, bytes, err);
        return rc == LS_E_NOINPUT ? 0 : rc; /* the run will find that it has none left */
    }
    size_t at = (size_t)ls_sim_below(c->sim, bytes->size);
    if (way == LS_MISHAP_CHECKPOINT_CUT) {
        bytes->size = at;
    } else {
        bytes->data[at] ^= (uint8_t)(1 + ls_sim_below(c->sim, 255));
    }
    return 0;
}

static int damage_it(const struct ls_sim_checkpoints *c, enum ls_mishap way, uint64_t newest,
                     uint64_t sound, struct ls_error *err)
{
    struct ls_buf bytes;
    char path[LS_PATH_MAX];
    ls_buf_init(&bytes, "checkpoint", CHECKPOINT_MAX);
    c->sim->on = false;
    int rc = read_checkpoint(c->folder, newest, path, &bytes, err);
    rc = rc < 0 ? rc : change(c, way, &bytes, sound, err);
    rc = rc < 0 ? rc : write_over(path, &bytes, err);
    rc = rc < 0 ? rc : ls_file_sync_folder_of(path, err); /* else lost power may mend it */
    c->sim->on = true;
    ls_buf_clear(&bytes);
    return rc;
}

int ls_sim_checkpoints_damage(struct ls_sim_checkpoints *c, struct ls_error *err)
{
    uint64_t newest;
    int rc = find_newest(c, &newest, err);
    bool last_is_sound = newest > c->last && c->last != c->damaged;
    uint64_t sound = last_is_sound ? c->last : c->sound;
    if (rc < 0 || sound == 0 || newest <= c->damaged) {
        return rc;
    }
    enum ls_mishap way = choose(c->sim);
    if (way == LS_MISHAP_COUNT) {
        return 0;
    }
    c->damaged = newest;
    c->unseen = true;
    return damage_it(c, way, newest, sound, err);
}
