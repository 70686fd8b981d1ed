/* CRS-4, CRS-9: a state that was damaged, and one that is another job's. */
#include "conformance/cases.h"
#include "conformance/disturb.h"

#include "core/base/mem.h"

#include <fcntl.h>
#include <string.h>

#define FLIPS         4
#define SECTOR        512U
#define FILES_MAX     256
#define STATE_MAX     (256U << 20)
#define OLDER_CHANGES 2
#define CHANGES       6

/* ---- CRS-4 */

enum way { FLIPPED, TORN, CUT, EMPTIED, EXCHANGED, REMOVED, WAYS };

/* Most bits of a state never matter again: many are flipped. */
static const struct {
    const char *name;
    unsigned tries;
} ways[WAYS] = {{"flipped", 16}, {"torn", 4},       {"cut", 4},
                {"emptied", 2},  {"exchanged", 14}, {"removed", 3}};

struct damage {
    struct ls_verify *v;
    struct ls_case_result *r;
    struct ls_verify_run run;
    const char *state;  /* the run's */
    const char *killed; /* a copy of all that a killed run left */
    const char *older;  /* ... of the state of one that was killed before that */
    const char *files[FILES_MAX];
    size_t file_count; /* that hold anything */
    uint64_t key, draws;
    uint64_t done[WAYS], went_on, refused, stale;
};

static uint64_t draw(struct damage *d, uint64_t below)
{
    return ls_below(ls_word(d->key, d->draws++, 0), below);
}

static int note_file(void *context, const char *name, struct ls_error *err)
{
    struct damage *d = context;
    char path[LS_PATH_MAX];
    uint64_t size;
    int rc = ls_path_join(path, d->killed, "state", err);
    rc = rc < 0 ? rc
                : ls_path_join(path, ls_arena_printf(&d->v->arena, err, "%s", path), name, err);
    rc = rc < 0 ? rc : ls_path_size(path, &size, err);
    if (rc == 0 && size && d->file_count < FILES_MAX) {
        d->files[d->file_count] = ls_arena_text(&d->v->arena, name, strlen(name), err);
        rc = d->files[d->file_count++] ? 0 : err->code;
    }
    return rc;
}

static int write_over(const char *path, const struct ls_buf *bytes, struct ls_error *err)
{
    int fd = ls_file_open(path, O_WRONLY | O_TRUNC, 0666, err);
    int rc = fd < 0 ? fd : ls_file_write(fd, bytes->data, bytes->size, path, err);
    if (fd >= 0) {
        ls_file_close(fd);
    }
    return rc;
}

static void damage_bytes(struct damage *d, enum way way, struct ls_buf *bytes)
{
    size_t at = (size_t)draw(d, bytes->size);
    if (way == FLIPPED) {
        for (int i = 0; i < FLIPS; i++, at = (size_t)draw(d, bytes->size)) {
            bytes->data[at] ^= (uint8_t)(1U << draw(d, 8));
        }
    } else if (way == TORN) {
        size_t end = at / SECTOR * SECTOR + SECTOR;
        for (end = end < bytes->size ? end : bytes->size; at < end; at++) {
            bytes->data[at] = (uint8_t)~bytes->data[at];
        }
    } else {
        bytes->size = way == CUT ? at : 0;
    }
}

/* Damages a file of the run's state; *what says which, and how. */
static int damage_file(struct damage *d, enum way way, const char **what, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    char other[LS_PATH_MAX];
    size_t which = (size_t)draw(d, d->file_count);
    size_t from = (which + 1 + (size_t)draw(d, d->file_count - (d->file_count > 1))) %
                  d->file_count;
    struct ls_buf bytes;
    ls_buf_init(&bytes, "a file of a target's state", STATE_MAX);
    *what = ls_arena_printf(&d->v->arena, err, "%s of the state %s", d->files[which],
                            ways[way].name);
    int rc = *what ? ls_path_join(path, d->state, d->files[which], err) : err->code;
    rc = rc < 0 ? rc : ls_path_join(other, d->state, d->files[from], err);
    if (rc == 0 && way == REMOVED) {
        rc = ls_file_remove(path, err);
    } else if (rc == 0) {
        rc = ls_file_read(way == EXCHANGED ? other : path, &bytes, err);
        if (rc == 0 && way != EXCHANGED) {
            damage_bytes(d, way, &bytes);
        }
        rc = rc < 0 ? rc : write_over(path, &bytes, err);
    }
    ls_buf_clear(&bytes);
    return rc;
}

/* Runs what lies there. It has to come to the answer, or to refuse: then it does so without its
 * state. */
static int judge_damaged(struct damage *d, const char *what, struct ls_error *err)
{
    struct ls_exit exit;
    int rc = ls_disturb_try(d->v, &d->run, &exit, err);
    if (rc < 0) {
        return rc;
    }
    if (!exit.exited) {
        return ls_error_set(err, LS_E_DATA, "%s: the run ended with signal %d, see %s.txt", what,
                            exit.status, d->run.to);
    }
    if (exit.status == 0) {
        d->went_on++;
        return ls_disturb_judge(d->v, d->r, &d->run, what, err);
    }
    d->refused++;
    rc = ls_disturb_claims(d->v, d->r, &d->run, err);
    rc = rc < 0 ? rc : ls_tree_remove(d->state, err);
    return rc < 0
               ? rc
               : ls_disturb_finish(d->v, d->r, &d->run, "anew, where its state was refused", err);
}

static int damage_and_judge(struct damage *d, enum way way, struct ls_error *err)
{
    const char *what;
    int rc = ls_disturb_copy(d->killed, d->run.to, err);
    rc = rc < 0 ? rc : damage_file(d, way, &what, err);
    d->done[way] += rc == 0;
    return rc < 0 ? rc : judge_damaged(d, what, err);
}

static int each_damage(struct damage *d, struct ls_error *err)
{
    int rc = 0;
    for (int way = 0; way < WAYS; way++) {
        bool can = way != EXCHANGED || d->file_count > 1;
        for (unsigned i = 0;
             rc == 0 && d->r->verdict == LS_VERDICT_PASS && can && i < ways[way].tries; i++) {
            rc = damage_and_judge(d, (enum way)way, err);
        }
    }
    return rc;
}

/* The outputs are of later than the state. */
static int older_state(struct damage *d, struct ls_error *err)
{
    int rc = ls_disturb_copy(d->killed, d->run.to, err);
    rc = rc < 0 ? rc : ls_disturb_copy(d->older, d->state, err);
    d->stale++;
    return rc < 0 ? rc : judge_damaged(d, "a state of before", err);
}

/* Two runs that were killed: what the second left goes on from what the first did. */
static int prepare(struct damage *d, struct ls_error *err)
{
    struct ls_exit exit;
    const struct ls_disturb how = {.changes = CHANGES, .signals = {9}};
    const char *state = ls_verify_path(d->v, err, "cases/CRS-4/killed/state");
    d->state = ls_disturb_state(d->v, &d->run, err);
    d->killed = ls_verify_path(d->v, err, "cases/CRS-4/killed");
    d->older = ls_verify_path(d->v, err, "cases/CRS-4/older");
    if (!state || !d->state || !d->killed || !d->older) {
        return err->code;
    }
    int rc = ls_disturb_kill(d->v, d->r, &d->run, OLDER_CHANGES, err);
    if (rc <= 0 || d->r->verdict != LS_VERDICT_PASS) {
        return rc < 0 ? rc : 0;
    }
    rc = ls_disturb_copy(d->state, d->older, err);
    rc = rc < 0 ? rc : ls_disturb_run(d->v, d->r, &d->run, &how, &exit, err);
    rc = rc < 0 ? rc : ls_disturb_copy(d->run.to, d->killed, err);
    return rc < 0 ? rc : ls_tree_walk(state, note_file, d, err);
}

static int run_crs_4(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct damage *d = ls_mem_new(1, sizeof *d, err);
    if (!d) {
        return err->code;
    }
    d->v = v;
    d->r = r;
    d->key = ls_stream_key(v->job->seed, "CRS-4");
    int rc = ls_disturb_begin(v, r, &d->run, err);
    if (rc <= 0) {
        ls_mem_free(d);
        return rc;
    }
    rc = prepare(d, err);
    if (rc == 0 && d->file_count && r->verdict == LS_VERDICT_PASS) {
        rc = each_damage(d, err);
        rc = rc < 0 || r->verdict != LS_VERDICT_PASS ? rc : older_state(d, err);
    }
    for (int way = 0; way < WAYS; way++) {
        ls_verify_count(r, ways[way].name, d->done[way], way != EXCHANGED);
    }
    ls_verify_count(r, "of before", d->stale, true);
    ls_verify_count(r, "went on", d->went_on, false);
    ls_verify_count(r, "refused", d->refused, false);
    ls_mem_free(d);
    return rc;
}

const struct ls_case ls_case_crs_4 = {
    .id = "CRS-4",
    .title = "a checkpoint that is torn, cut, flipped, stale or missing",
    .text = "Files of a killed run's state are damaged, one at a time: a few bits are flipped, a "
            "sector "
            "overwritten, the end cut off, the whole emptied, replaced by another one or removed; "
            "or the whole state is that of an earlier moment. The next run has to end in the batch "
            "run's datasets, or to refuse with a status of its own (no crash), and then to come "
            "to them without the state. Never may it end well with anything else.",
    .knob = "restarts",
    .run = run_crs_4,
};

/* ---- CRS-9 */

static const char *const other_spec[] = {"--set", "pipeline.dedupe.horizon=1ms", NULL};

/* Has the other spec another answer? */
static int differs(const struct ls_verify *v, const char *other, struct ls_error *err)
{
    char folders[2][LS_PATH_MAX];
    struct ls_buf ignored;
    struct ls_comparison comparison = {.left = "own", .right = "other"};
    ls_buf_init(&ignored, "a difference that is wanted", 16U << 20);
    int rc = ls_path_join(folders[0], v->base_batch, "datasets", err);
    rc = rc < 0 ? rc : ls_path_join(folders[1], other, "datasets", err);
    rc = rc < 0 ? rc : ls_compare(folders[0], folders[1], &comparison, &ignored, err);
    ls_buf_clear(&ignored);
    return rc;
}

/* A run that was killed goes on as another one, which comes to its own answer or refuses; then the
 * first goes on. */
static int go_on_as(struct ls_verify *v, struct ls_case_result *r, const struct ls_verify_run *run,
                    const struct ls_verify_run *other, const char *answer, uint64_t *refused,
                    struct ls_error *err)
{
    struct ls_exit exit;
    int rc = ls_disturb_kill(v, r, run, 3, err);
    ls_verify_count(r, "states of another one", rc > 0, true);
    if (rc <= 0 || r->verdict != LS_VERDICT_PASS) {
        return rc < 0 ? rc : 0;
    }
    rc = ls_disturb_try(v, other, &exit, err);
    if (rc == 0 && !exit.exited) {
        return ls_error_set(err, LS_E_DATA,
                            "with a state of another one the run ended with signal %d, see %s.txt",
                            exit.status, run->to);
    }
    if (rc < 0 || exit.status == 0) {
        return rc < 0 ? rc
                      : ls_verify_compare(v, r, run->log, run->to, "gone on as another one", answer,
                                          "its batch", err);
    }
    ++*refused;
    return ls_disturb_finish(v, r, run, "gone on behind a refusal", err);
}

static int run_crs_9(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_exit exit;
    struct ls_verify_run run;
    uint64_t refused = 0;
    const char *batch = ls_verify_path(v, err, "cases/CRS-9/batch");
    int rc = batch ? ls_disturb_begin(v, r, &run, err) : err->code;
    if (rc <= 0) {
        return rc;
    }
    struct ls_verify_run answer = {
        .log = v->base_log, .to = batch, .umask = -1, .extra = other_spec};
    struct ls_verify_run other = run;
    struct ls_verify_run upgraded = run;
    other.extra = other_spec;
    upgraded.upgraded = true;
    rc = ls_verify_run(v, &answer, &exit, err);
    rc = rc < 0 ? rc : differs(v, batch, err);
    ls_verify_count(r, "other answers", rc > 0, true);
    rc = rc <= 0 ? rc : go_on_as(v, r, &run, &other, batch, &refused, err);
    if (rc == 0 && r->verdict == LS_VERDICT_PASS && ls_target_has(v->job->target, "upgraded")) {
        rc = go_on_as(v, r, &run, &upgraded, v->base_batch, &refused, err);
    }
    ls_verify_count(r, "refused", refused, false);
    return rc;
}

const struct ls_case ls_case_crs_9 = {
    .id = "CRS-9",
    .title = "a state of another spec or version: the right answer, or a refusal",
    .text = "A killed run's state is given to a run with another spec (a horizon of 1 ms), whose "
            "batch run has another answer; and to another version of the target, where it declares "
            "one (`upgraded`). Each has to come to its own answer, or to refuse: never to a "
            "mixture of both. Where it refuses, the run that the state is of goes on as if nothing "
            "had been.",
    .knob = "restarts {options}",
    .run = run_crs_9,
};
