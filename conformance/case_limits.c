/* CRS-6, CRS-7: a disk and a memory that end. */
#include "conformance/cases.h"
#include "conformance/disturb.h"

#define TRIES_A_MODE 5
#define MEMORY_LEAST (UINT64_C(16) << 20)
#define MEMORY_MOST  (UINT64_C(1) << 46)

/* What runs under a limit came to. */
struct limited {
    struct ls_verify *v;
    struct ls_case_result *r;
    uint64_t key, draws;
    uint64_t hit[2]; /* runs that the limit ended: of a batch, of a stream */
    uint64_t missed; /* that came to their end for all that */
};

static uint64_t draw(struct limited *l, uint64_t below)
{
    return ls_below(ls_word(l->key, l->draws++, 0), below);
}

/* A run that is limited, and where that ends it the same one without: it goes on. */
static int run_limited(struct limited *l, struct ls_verify_run run, struct ls_error *err)
{
    struct ls_exit exit;
    int rc = ls_disturb_try(l->v, &run, &exit, err);
    if (rc < 0) {
        return rc;
    }
    if (exit.exited && exit.status == 0) {
        l->missed++;
        return ls_disturb_judge(l->v, l->r, &run, "limited", err);
    }
    l->hit[run.stream]++;
    run.file_size_max = 0;
    run.memory_max = 0;
    rc = ls_disturb_claims(l->v, l->r, &run, err);
    return rc < 0 || l->r->verdict != LS_VERDICT_PASS
               ? rc
               : ls_disturb_finish(l->v, l->r, &run, "after a limit", err);
}

/* The run of one mode, of which `stream` is the streaming one. */
static int run_of(struct limited *l, const struct ls_verify_run *stream, bool is_stream,
                  struct ls_verify_run *out, struct ls_error *err)
{
    *out = *stream;
    if (!is_stream) {
        *out = (struct ls_verify_run){.log = stream->log, .umask = -1};
        out->to = ls_verify_path(l->v, err, "cases/%s/batch", l->r->which->id);
    }
    return out->to ? ls_tree_remove(out->to, err) : err->code;
}

/* ---- CRS-6 */

struct largest {
    const char *folder;
    uint64_t size;
};

static int note_size(void *context, const char *name, struct ls_error *err)
{
    struct largest *l = context;
    char path[LS_PATH_MAX];
    uint64_t size;
    int rc = ls_path_join(path, l->folder, name, err);
    rc = rc < 0 ? rc : ls_path_size(path, &size, err);
    l->size = rc == 0 && size > l->size ? size : l->size;
    return rc;
}

static int run_crs_6(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_verify_run stream;
    struct limited l = {.v = v, .r = r, .key = ls_stream_key(v->job->seed, "CRS-6")};
    int rc = ls_disturb_begin(v, r, &stream, err);
    if (rc <= 0) {
        return rc;
    }
    struct largest largest = {.folder = v->base_batch};
    rc = ls_tree_walk(largest.folder, note_size, &largest, err);
    for (int i = 0; rc == 0 && r->verdict == LS_VERDICT_PASS && i < 2 * TRIES_A_MODE; i++) {
        struct ls_verify_run run;
        rc = run_of(&l, &stream, i % 2, &run, err);
        run.file_size_max = i < 2 ? largest.size - 1 /* the last byte has no room */
                                  : 1 + draw(&l, largest.size);
        rc = rc < 0 ? rc : run_limited(&l, run, err);
    }
    ls_verify_count(r, "streams that had no room", l.hit[1], true);
    ls_verify_count(r, "batches", l.hit[0], true);
    ls_verify_count(r, "had enough", l.missed, false);
    return rc;
}

const struct ls_case ls_case_crs_6 = {
    .id = "CRS-6",
    .title = "no room for what is written",
    .text =
        "Runs whose files may not grow beyond a size (RLIMIT_FSIZE, which stands for a full disk "
        "and needs no rights: a write is cut short, and the next one fails). Such a run has to "
        "fail, and to leave no sums of datasets that are not whole; the same command without "
        "the limit then ends in the batch run's datasets, as a stream from its state. That "
        "each single call may fail in each of its ways is for `simulate` and for a program's "
        "own tests.",
    .knob = "restarts",
    .run = run_crs_6,
};

/* ---- CRS-7 */

/* The least power of two that a run has room in. */
static int find_enough(struct limited *l, struct ls_verify_run run, uint64_t *enough,
                       struct ls_error *err)
{
    struct ls_exit exit = {0};
    int rc = 0;
    run.memory_max = MEMORY_LEAST / 2;
    do {
        run.memory_max *= 2;
        rc = ls_tree_remove(run.to, err);
        rc = rc < 0 ? rc : ls_disturb_try(l->v, &run, &exit, err);
    } while (rc == 0 && run.memory_max < MEMORY_MOST && !(exit.exited && exit.status == 0));
    *enough = run.memory_max;
    return rc;
}

/* Closes in on what a run needs, so that it is refused memory late; in the end with so little that
 * it is refused for certain (what threads ask for is not the same each time). */
static int close_in(struct limited *l, struct ls_verify_run run, struct ls_error *err)
{
    uint64_t enough;
    int rc = find_enough(l, run, &enough, err);
    uint64_t too_little = enough / 2 - enough / 64;
    for (int i = 0; rc == 0 && l->r->verdict == LS_VERDICT_PASS && i < TRIES_A_MODE; i++) {
        uint64_t missed = l->missed;
        run.memory_max = (too_little + enough) / 2;
        rc = ls_tree_remove(run.to, err);
        rc = rc < 0 ? rc : run_limited(l, run, err);
        *(l->missed > missed ? &enough : &too_little) = run.memory_max;
    }
    for (run.memory_max = too_little; rc == 0 && l->r->verdict == LS_VERDICT_PASS &&
                                      l->hit[run.stream] == 0 && run.memory_max > MEMORY_LEAST / 4;
         run.memory_max /= 2) {
        rc = ls_tree_remove(run.to, err);
        rc = rc < 0 ? rc : run_limited(l, run, err);
    }
    return rc;
}

static int run_crs_7(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_verify_run stream;
    struct limited l = {.v = v, .r = r};
    int rc = ls_disturb_begin(v, r, &stream, err);
    if (rc <= 0) {
        return rc;
    }
    rc = 0;
    for (int mode = 0; rc == 0 && r->verdict == LS_VERDICT_PASS && mode < 2; mode++) {
        struct ls_verify_run run;
        rc = run_of(&l, &stream, mode, &run, err);
        rc = rc < 0 ? rc : close_in(&l, run, err);
    }
    ls_verify_count(r, "streams that memory was refused", l.hit[1], true);
    ls_verify_count(r, "batches", l.hit[0], true);
    ls_verify_count(r, "had enough", l.missed, false);
    return rc;
}

const struct ls_case ls_case_crs_7 = {
    .id = "CRS-7",
    .title = "memory is refused",
    .text = "Runs with less room for addresses than they need (RLIMIT_AS). Such a run has to fail, "
            "and to leave no sums of datasets that are not whole; the same command without the "
            "limit then ends in the batch run's datasets, as a stream from its state. That each "
            "single allocation may be refused is for `simulate` and for a program's own tests.",
    .knob = "restarts",
    .run = run_crs_7,
};
