/* ORD: logs whose records stand elsewhere: shuffled, in other partitions, at one time, under odd
 * keys. */
#include "conformance/case_tools.h"
#include "conformance/cases.h"
#include "core/base/hash.h"

#include <stdio.h>
#include <string.h>

static const char *const places[] = {"partition", "position", "watermark", NULL};

static const char mixed[] = "a flag of this spec remembers records by another field than the key, "
                            "so that it depends on the order of different keys";

/* ---- ORD-1 */

#define BLOCK 4

struct shuffle {
    uint64_t key;
    struct ls_case_clock clock;
    struct ls_case_kept block[BLOCK];
    size_t count;
    uint64_t moved, blocks;
};

static bool same_key(const struct ls_log_record *a, const struct ls_log_record *b)
{
    return !a->key || !b->key ||
           (a->key_size == b->key_size && memcmp(a->key, b->key, a->key_size) == 0);
}

/* Is every event of the block on time by the watermark at its end? Then their order decides
 * nothing but where they stand. */
static bool has_slack(struct shuffle *s, struct ls_perturb *p)
{
    bool slack = s->clock.has;
    for (size_t i = 0; i < s->count; i++) {
        if (ls_perturb_decode(p, &s->block[i].record)) {
            slack &= p->cells[LS_COLUMN_EVENT_TIME].number >= s->clock.highest - ls_case_delay(p);
        }
    }
    return slack;
}

static int end_block(struct ls_perturb *p, void *context, struct ls_error *err)
{
    struct shuffle *s = context;
    int rc = 0;
    for (size_t i = 0; i < s->count; i++) {
        ls_case_clock_see(&s->clock, p, &s->block[i].record);
    }
    if (has_slack(s, p)) {
        for (size_t i = 1; i < s->count; i++) { /* the first may come to the end */
            uint64_t word = ls_word(s->key, s->blocks, i);
            if (!same_key(&s->block[i - 1].record, &s->block[i].record) && ls_below(word, 4)) {
                struct ls_case_kept kept = s->block[i];
                s->block[i] = s->block[i - 1];
                s->block[i - 1] = kept;
                s->moved++;
            }
        }
    }
    s->blocks++;
    for (size_t i = 0; i < s->count; i++) {
        rc = rc < 0 ? rc : ls_perturb_append(p, &s->block[i].record, err);
        ls_case_forget(&s->block[i]);
    }
    s->count = 0;
    return rc;
}

static int shuffle(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                   struct ls_error *err)
{
    struct shuffle *s = context;
    ls_case_clock_begin(&s->clock, p);
    int rc = ls_case_keep(&s->block[s->count], record, err);
    s->count += rc == 0;
    return rc < 0 || s->count < BLOCK ? rc : end_block(p, s, err);
}

static int run_ord_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct shuffle s = {.key = ls_stream_key(v->job->seed, "ORD-1")};
    struct ls_perturbation perturbation = {.each = shuffle, .end = end_block, .context = &s};
    struct ls_case_runs runs = {0};
    if (ls_case_has_mixed_flag(v->job->spec)) {
        return ls_verify_skip(r, err, mixed);
    }
    int rc = ls_case_perturbed(v, r, &perturbation, &runs, err);
    for (size_t i = 0; i < s.count; i++) {
        ls_case_forget(&s.block[i]);
    }
    rc = rc < 0 || r->verdict != LS_VERDICT_PASS
             ? rc
             : ls_case_same_rows(v, r, runs.batch, "the shuffled log", v->base_batch, "the other",
                                 LS_PART_ALL, places, err);
    ls_verify_count(r, "changes of place", s.moved, true);
    return rc;
}

const struct ls_case ls_case_ord_1 = {
    .id = "ORD-1",
    .title = "records shuffled where there is slack",
    .text =
        "Neighbours of a partition that have different keys change places, wherever all of them "
        "are on time by the last one's watermark. Every row of every dataset has to be there as\n"
        "before; only where it stands may differ. Views that name partition, position or watermark "
        "are left out of that. Stream and batch have to agree.",
    .run = run_ord_1,
};

/* ---- ORD-3 */

/* Sets clocks that are a little apart to the record's timestamp: with them the watermark of a
 * record follows from itself alone, and does not depend on its neighbours. */
static int deal(struct ls_perturb *p, const struct ls_log_record *record, uint32_t partitions,
                struct ls_error *err)
{
    struct ls_log_record changed = *record;
    int64_t time_ms;
    int rc = 0;
    p->to = record->key ? ls_partition_of(record->key, record->key_size, partitions)
                        : p->partition % partitions;
    if (record->key && ls_case_clock_of(p, record, &time_ms) &&
        p->cells[LS_COLUMN_INGEST_TIME].number != record->timestamp_ms) {
        p->cells[LS_COLUMN_INGEST_TIME].number = record->timestamp_ms;
        rc = ls_perturb_encode(p, &changed, err);
    }
    return rc < 0 ? rc : ls_perturb_append(p, &changed, err);
}

struct dealt {
    uint32_t partitions;
    uint64_t moved;
};

static int deal_all(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                    struct ls_error *err)
{
    struct dealt *d = context;
    if (record->key) {
        int rc = deal(p, record, d->partitions, err);
        d->moved += p->to != p->partition;
        return rc;
    }
    int rc = 0; /* a heartbeat, of which each partition has one at each time */
    for (p->to = 0; rc == 0 && p->partition == 0 && p->to < d->partitions; p->to++) {
        rc = ls_perturb_append(p, record, err);
    }
    return rc;
}

/* One number of partitions, as a stream or as a batch; `first` is the run that the others are held
 * against. */
static int run_dealt(struct ls_verify *v, struct ls_case_result *r, bool stream, struct dealt *d,
                     const char **first, struct ls_error *err)
{
    struct ls_perturbation perturbation = {
        .each = deal_all, .context = d, .partitions = d->partitions, .merged = true};
    struct ls_naive_counts counts;
    struct ls_exit exit;
    char name[40];
    snprintf(name, sizeof name, "%u partition%s", d->partitions, d->partitions == 1 ? "" : "s");
    const char *log = ls_verify_path(v, err, "cases/ORD-3/log-%u", d->partitions);
    const char *to = log ? ls_verify_path(v, err, "cases/ORD-3/run-%u", d->partitions) : NULL;
    struct ls_verify_run run = {
        .stream = stream, .log = log, .to = to, .umask = -1, .batch_size = "16"};
    int rc = to ? ls_perturb_log_as(v->job->spec, v->base_log, log, &perturbation, err) : err->code;
    rc = rc < 0 ? rc : ls_verify_run(v, &run, &exit, err);
    if (rc == 0 && !*first) {
        *first = to;
        return ls_verify_naive(v, r, v->job->spec, log, to, &counts, err);
    }
    return rc < 0
               ? rc
               : ls_case_same_rows(v, r, to, name, *first, "1 partition", LS_PART_ALL, places, err);
}

static int run_ord_3(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const uint32_t counts[] = {1, 2, 3, 7, 64};
    struct dealt dealt = {0};
    const char *first = NULL;
    uint64_t done = 0;
    if (v->job->spec->pipeline->clock == LS_CLOCK_EVENT_TIME) {
        return ls_verify_skip(r, err,
                              "the clock is event_time: then lateness depends on the neighbours "
                              "that a record has in its partition");
    }
    if (ls_case_has_mixed_flag(v->job->spec)) {
        return ls_verify_skip(r, err, mixed);
    }
    int rc = ls_verify_base(v, r, err);
    for (; rc == 0 && r->verdict == LS_VERDICT_PASS && done < 5; done++) {
        dealt.partitions = counts[done];
        rc = run_dealt(v, r, done % 2 == 0, &dealt, &first, err);
    }
    ls_verify_count(r, "numbers of partitions", done, true);
    ls_verify_count(r, "records elsewhere", dealt.moved, true);
    return rc;
}

const struct ls_case ls_case_ord_3 = {
    .id = "ORD-3",
    .title = "1, 2, 3, 7 and 64 partitions",
    .text = "The records of each topic are merged by their timestamps and dealt to so many "
            "partitions by their keys, with clocks that are a little apart set right. Read as\n"
            "a stream and as a batch in turn, every log has to give the same rows, wherever these "
            "stand. Views that name partition, position or watermark are left out.",
    .run = run_ord_3,
};

/* ---- ORD-4 */

struct growth {
    uint32_t before, after; /* partitions */
    bool ends;              /* the log ends where the topic grows */
    uint64_t behind;        /* records that the new number dealt elsewhere */
};

static int grow(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                struct ls_error *err)
{
    struct growth *g = context;
    bool grown = p->number >= p->count / 2;
    if (!grown) {
        return ls_perturb_append(p, record, err);
    }
    int rc = g->ends ? 0 : deal(p, record, g->after, err);
    g->behind += p->to != p->partition;
    return rc;
}

/* A run that goes on from before the growth: it may refuse, with a message and an exit code of its
 * own; if it ends well, its datasets have to be right. */
static int run_on(struct ls_verify *v, struct ls_case_result *r, const struct ls_case_runs *runs,
                  const char *to, struct ls_error *err)
{
    struct ls_verify_run run = {.stream = true, .log = runs->log, .to = to, .umask = -1};
    struct ls_exit exit = {0};
    int rc = ls_verify_run(v, &run, &exit, err);
    bool refused = rc == LS_E_DATA && exit.exited && !exit.timed_out;
    ls_verify_count(r, "refused by a state from before", refused, false);
    if (refused) {
        return 0;
    }
    return rc < 0 ? rc
                  : ls_verify_compare(v, r, runs->log, to, "stream", runs->batch, "batch", err);
}

static int run_ord_4(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    uint32_t before = (uint32_t)v->job->spec->topics->partitions;
    struct growth whole = {before, before + 2, false, 0};
    struct growth half = {before, before + 2, true, 0};
    struct ls_perturbation first = {.each = grow, .context = &half, .merged = true};
    struct ls_perturbation second = {
        .each = grow, .context = &whole, .merged = true, .partitions = before + 2};
    struct ls_case_runs runs = {0};
    struct ls_exit exit;
    const char *to = ls_verify_path(v, err, "cases/ORD-4/going-on");
    int rc = to ? ls_case_make_log(v, r, &first, &runs, err) : err->code;
    if (rc < 0 || r->verdict != LS_VERDICT_PASS) {
        return rc;
    }
    if (v->job->target->restarts) {
        struct ls_verify_run run = {.stream = true, .log = runs.log, .to = to, .umask = -1};
        rc = ls_verify_run(v, &run, &exit, err);
    }
    rc = rc < 0 ? rc : ls_tree_remove(runs.log, err);
    rc = rc < 0 ? rc : ls_case_recomputed(v, r, &second, &runs, err);
    if (rc == 0 && r->verdict == LS_VERDICT_PASS && v->job->target->restarts) {
        rc = run_on(v, r, &runs, to, err);
    }
    ls_verify_count(r, "records elsewhere", whole.behind, true);
    return rc;
}

const struct ls_case ls_case_ord_4 = {
    .id = "ORD-4",
    .title = "the number of partitions grows in the middle",
    .text = "Half way every topic gets two partitions more, and keys move to others. Stream, batch "
            "and the naive recomputation have to agree on what comes of the whole log: ids and\n"
            "flags are remembered by partition (P4), so that a copy behind the move may be "
            "admitted. A stream whose state is from before may refuse it, or go on and be right;\n"
            "to go on and be wrong is what fails (only of targets that declare `restarts`).",
    .run = run_ord_4,
};
