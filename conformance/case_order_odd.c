/* ORD: events of one time, odd keys. */
#include "conformance/case_tools.h"
#include "conformance/cases.h"
#include "core/base/mem.h"

#include <string.h>

/* ---- ORD-5 */

#define TIES 1024 /* places of a small table of times */

struct ties {
    uint64_t key;
    int64_t grid_ms;
    struct ls_case_clock clock;
    struct {
        int64_t time_ms;
        uint32_t topic, partition;
        bool used;
    } seen[TIES];
    uint64_t tied; /* with a record of another partition or topic */
    uint64_t at_watermark;
};

static void note_tie(struct ties *t, const struct ls_perturb *p, int64_t time_ms)
{
    size_t at = (size_t)(ls_mix((uint64_t)time_ms) % TIES);
    if (t->seen[at].used && t->seen[at].time_ms == time_ms) {
        t->tied += t->seen[at].topic != p->topic || t->seen[at].partition != p->partition;
    } else {
        t->seen[at].used = true;
        t->seen[at].time_ms = time_ms;
        t->seen[at].topic = p->topic;
        t->seen[at].partition = p->partition;
    }
}

static int64_t rounded(const struct ties *t, int64_t time_ms)
{
    return ls_floor_div(time_ms, t->grid_ms) * t->grid_ms;
}

/* Both times are rounded down, the clock where its check lets it; and one record in eight comes at
 * the very watermark that it makes or finds, where ties with it may have come before. */
static int tie(struct ls_perturb *p, const struct ls_log_record *record, void *context,
               struct ls_error *err)
{
    struct ties *t = context;
    struct ls_log_record changed = *record;
    ls_case_clock_begin(&t->clock, p);
    if (ls_perturb_decode(p, record)) {
        int64_t *event = &p->cells[LS_COLUMN_EVENT_TIME].number;
        int64_t *ingest = &p->cells[LS_COLUMN_INGEST_TIME].number;
        int64_t clock = rounded(t, *ingest);
        bool near = record->timestamp_ms - clock <= p->spec->pipeline->max_skew_ms;
        *ingest = near ? clock : *ingest;
        *event = rounded(t, *event);
        if (near && t->clock.has && ls_case_draw(p, t->key, 8)) {
            clock = clock > t->clock.highest ? clock : t->clock.highest;
            *event = clock - ls_case_delay(p);
            t->at_watermark++;
        }
        note_tie(t, p, *event);
        int rc = ls_perturb_encode(p, &changed, err);
        if (rc < 0) {
            return rc;
        }
    }
    int rc = ls_perturb_append(p, &changed, err);
    ls_case_clock_see(&t->clock, p, &changed);
    return rc;
}

static int run_ord_5(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    int64_t grid = v->job->spec->pipeline->watermark->delay_ms / 2;
    struct ls_case_runs runs = {.batch_size = "1"};
    struct ties *t = ls_mem_new(1, sizeof *t, err);
    if (!t) {
        return err->code;
    }
    t->key = ls_stream_key(v->job->seed, "ORD-5");
    t->grid_ms = grid > 10 ? grid : 10;
    struct ls_perturbation perturbation = {.each = tie, .context = t};
    int rc = ls_case_recomputed(v, r, &perturbation, &runs, err);
    ls_verify_count(r, "ties across partitions and topics", t->tied, true);
    ls_verify_count(r, "at the watermark", t->at_watermark, true);
    ls_mem_free(t);
    return rc;
}

const struct ls_case ls_case_ord_5 = {
    .id = "ORD-5",
    .title = "equal event times across partitions and topics",
    .text =
        "Times are rounded down to half the watermark's delay, so that many events of different "
        "partitions and topics share theirs, and one in eight comes at the very watermark.\n"
        "Stream, batch and the naive recomputation have to put them in the one order of P7, and "
        "a stream may release none of them before a tie can't come any more.",
    .run = run_ord_5,
};

/* ---- ORD-6 */

#define KEPT      500   /* records of a partition */
#define HUGE_SIZE 60000 /* bytes of a key */

struct keys {
    uint64_t key;
    char huge[HUGE_SIZE];
    uint64_t empty, null, huge_ones, hot, others;
};

static int append_keyed(struct ls_perturb *p, const struct ls_log_record *record, const char *key,
                        size_t size, struct ls_error *err)
{
    struct ls_log_record changed = *record;
    struct ls_cell *entity = &p->cells[LS_COLUMN_ENTITY_ID];
    changed.key = entity->bytes = (const uint8_t *)key;
    changed.key_size = size;
    entity->size = (uint32_t)size;
    return ls_case_append(p, &changed, err);
}

static int change_key(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                      struct ls_error *err)
{
    struct keys *k = context;
    struct ls_log_record changed = *record;
    if (p->number >= KEPT) {
        return 0;
    }
    if (!record->key || !ls_perturb_decode(p, record)) {
        return ls_perturb_append(p, record, err);
    }
    uint64_t word = ls_word(k->key, p->number, (uint64_t)p->topic << 32 | p->partition);
    switch (ls_below(word, 400)) {
    case 0:
        k->huge_ones++;
        return append_keyed(p, record, k->huge, HUGE_SIZE, err);
    case 1:
        k->null++;
        changed.key = NULL;
        changed.key_size = 0;
        return ls_perturb_append(p, &changed, err);
    case 2:
        k->empty++;
        return append_keyed(p, record, "", 0, err);
    case 3:
        k->others++;
        return ls_perturb_append(p, record, err);
    default:
        k->hot++;
        return append_keyed(p, record, "HOT", 3, err);
    }
}

static int run_ord_6(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_case_runs runs = {0};
    struct keys *k = ls_mem_new(1, sizeof *k, err);
    if (!k) {
        return err->code;
    }
    k->key = ls_stream_key(v->job->seed, "ORD-6");
    memset(k->huge, 'K', HUGE_SIZE);
    struct ls_perturbation perturbation = {.each = change_key, .context = k};
    int rc = ls_case_recomputed(v, r, &perturbation, &runs, err);
    ls_verify_count(r, "empty keys", k->empty, true);
    ls_verify_count(r, "without a key", k->null, true);
    ls_verify_count(r, "keys of 60,000 bytes", k->huge_ones, true);
    ls_verify_count(r, "of one key", k->hot, true);
    ls_verify_count(r, "others", k->others, false);
    ls_mem_free(k);
    return rc;
}

const struct ls_case ls_case_ord_6 = {
    .id = "ORD-6",
    .title = "empty, missing and huge keys; one key with 99 %",
    .text = "Of the first 500 records of each partition 99 in 100 get one key, and of the others "
            "some an empty one, some one of 60,000 bytes, each with the entity_id to match; some\n"
            "lose theirs (ENVELOPE_INVALID). Stream, batch and the naive recomputation have to "
            "agree.",
    .run = run_ord_6,
};

/* ---- ORD-10 */

static int pass_on(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                   struct ls_error *err)
{
    uint64_t *records = context;
    ++*records;
    return ls_perturb_append(p, record, err);
}

static int run_ord_10(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    uint64_t records = 0;
    struct ls_perturbation perturbation = {.each = pass_on, .context = &records, .reversed = true};
    struct ls_case_runs runs = {0};
    if (v->job->spec->event_types.count < 2) {
        return ls_verify_skip(r, err, "the spec has one topic");
    }
    int rc = ls_case_make_log(v, r, &perturbation, &runs, err);
    runs.batch = v->base_batch;
    for (int stream = 0; rc == 0 && r->verdict == LS_VERDICT_PASS && stream < 2; stream++) {
        struct ls_verify_run run = {.stream = stream};
        rc = ls_case_run(v, r, &runs, stream ? "stream" : "batch", run, err);
    }
    ls_verify_count(r, "records", records, true);
    ls_verify_count(r, "topics", v->job->spec->event_types.count, true);
    return rc;
}

const struct ls_case ls_case_ord_10 = {
    .id = "ORD-10",
    .title = "topics found in another order",
    .text = "The log names its topics in the reverse order. The datasets have to be the same "
            "bytes: a topic is known by its name, and ties are broken by it.",
    .run = run_ord_10,
};

/* ---- ORD-9 */

struct pause {
    bool holds; /* back */
    uint64_t held;
};

/* Of the first partition a third is there, of all others everything. */
static int hold_back(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                     struct ls_error *err)
{
    struct pause *pause = context;
    if (pause->holds && p->partition == 0 && p->number >= p->count / 3) {
        pause->held++;
        return 0;
    }
    return ls_perturb_append(p, record, err);
}

static int run_ord_9(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct pause pauses[] = {{true, 0}, {false, 0}};
    struct ls_perturbation first = {.each = hold_back, .context = &pauses[0]};
    struct ls_perturbation second = {.each = hold_back, .context = &pauses[1]};
    struct ls_case_runs runs = {0};
    int rc = ls_verify_base(v, r, err);
    runs.batch = v->base_batch;
    rc = rc < 0 ? rc : ls_case_grown(v, r, &first, &second, NULL, &runs, err);
    ls_verify_count(r, "records held back", pauses[0].held, true);
    return rc;
}

const struct ls_case ls_case_ord_9 = {
    .id = "ORD-9",
    .title = "one reader paused",
    .text = "The stream runs over a log that has a third of the first partition of each topic and "
            "all of the others, and ends; then the rest is there, and it goes on with its state.\n"
            "What it leaves has to be the batch run's datasets: what was emitted at the first end "
            "was no last word.",
    .knob = "restarts grows",
    .run = run_ord_9,
};
