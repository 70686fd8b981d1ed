/* DUP: copies are found, wherever they are. */
#include "conformance/case_tools.h"
#include "conformance/cases.h"

#define WAITING_MAX 64

/* A record that comes again when its copy is due. */
struct waiting {
    struct ls_case_kept kept;
    uint64_t due; /* position */
};

struct copies {
    uint64_t key;
    bool conflict;     /* the copies differ in a number */
    uint64_t one_in;   /* records has a copy, be it adjacent or far */
    uint64_t distance; /* of a far one, at most half of the partition */
    struct waiting waiting[WAITING_MAX];
    uint64_t adjacent, far;
};

/* Only records whose copy must be found: sound, on time, and no copy themselves (the truth tells
 * nothing of them). */
static bool suits(struct ls_perturb *p, const struct ls_log_record *record)
{
    if (!ls_perturb_decode(p, record)) {
        return false;
    }
    const struct ls_cell *c = p->cells;
    int64_t skew = c[LS_COLUMN_INGEST_TIME].number - record->timestamp_ms;
    int64_t age = record->timestamp_ms - c[LS_COLUMN_EVENT_TIME].number;
    return skew == 0 && age >= 0 && age < p->spec->pipeline->dedupe->horizon_ms / 4;
}

/* A field that the readers' version lacks makes no conflict. */
static bool change_number(struct ls_perturb *p)
{
    const struct ls_spec_field *field = ls_spec_field(ls_spec_event_type_at(p->spec, p->topic),
                                                      p->spec->faults->conflict->field);
    for (size_t i = 0; field && i < p->version->field_count; i++) {
        struct ls_cell *cell = &p->cells[LS_COLUMN_PAYLOAD + i];
        if (p->version->fields[i] == field && !cell->is_null) {
            cell->number += cell->number > 100 ? -1 : 1;
            return true;
        }
    }
    return false;
}

static int append_copy(struct ls_perturb *p, struct copies *c, const struct ls_log_record *record,
                       uint64_t *count, struct ls_error *err)
{
    struct ls_log_record copy = *record;
    if (c->conflict) {
        if (!ls_perturb_decode(p, record) || !change_number(p)) {
            return 0;
        }
        int rc = ls_perturb_encode(p, &copy, err);
        if (rc < 0) {
            return rc;
        }
    }
    ++*count;
    return ls_perturb_append(p, &copy, err);
}

static int wait(struct copies *c, const struct ls_log_record *record, uint64_t due,
                struct ls_error *err)
{
    size_t i = 0;
    while (i < WAITING_MAX && c->waiting[i].kept.bytes) {
        i++;
    }
    if (i == WAITING_MAX) {
        return 0;
    }
    c->waiting[i].due = due;
    return ls_case_keep(&c->waiting[i].kept, record, err);
}

/* Copies that the partition's end came before. */
static int forget(struct ls_perturb *p, void *context, struct ls_error *err)
{
    struct copies *c = context;
    (void)p;
    (void)err;
    for (size_t i = 0; i < WAITING_MAX; i++) {
        ls_case_forget(&c->waiting[i].kept);
    }
    return 0;
}

static int add_copies(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                      struct ls_error *err)
{
    struct copies *c = context;
    int rc = ls_perturb_append(p, record, err);
    for (size_t i = 0; rc == 0 && i < WAITING_MAX; i++) {
        struct waiting *w = &c->waiting[i];
        if (w->kept.bytes && w->due <= p->position) {
            rc = append_copy(p, c, &w->kept.record, &c->far, err);
            ls_case_forget(&w->kept);
        }
    }
    uint64_t distance = c->distance < p->count / 2 ? c->distance : p->count / 2;
    uint64_t draw = ls_below(ls_word(c->key, p->position, (uint64_t)p->topic << 32 | p->partition),
                             2 * c->one_in);
    if (rc == 0 && draw < 2 && suits(p, record)) {
        rc = draw == 0 ? append_copy(p, c, record, &c->adjacent, err)
                       : wait(c, record, p->position + distance, err);
    }
    return rc;
}

/* What was admitted must be what is admitted without the copies, wherever it now stands. */
static int run_copies(struct ls_verify *v, struct ls_case_result *r, struct copies *c,
                      struct ls_case_runs *runs, struct ls_error *err)
{
    static const char *const places[] = {"position", NULL};
    struct ls_perturbation perturbation = {.each = add_copies, .end = forget, .context = c};
    c->key = ls_stream_key(v->job->seed, r->which->id);
    int rc = ls_case_perturbed(v, r, &perturbation, runs, err);
    forget(NULL, c, err);
    rc = rc < 0 || r->verdict != LS_VERDICT_PASS
             ? rc
             : ls_case_same_rows(v, r, runs->batch, "the log with copies", v->base_batch,
                                 "the one without",
                                 LS_PART_NORMALIZED | LS_PART_VIEWS | LS_PART_LATE, places, err);
    ls_verify_count(r, "adjacent copies", c->adjacent, true);
    ls_verify_count(r, "far copies", c->far, true);
    return rc;
}

static int run_dup_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct copies copies = {.one_in = 100, .distance = 500};
    struct ls_case_runs runs = {0};
    return run_copies(v, r, &copies, &runs, err);
}

const struct ls_case ls_case_dup_1 = {
    .id = "DUP-1",
    .title = "duplicates, adjacent and far",
    .text = "Records are sent again, at once and hundreds of records later. All that is admitted, "
            "late or in a view has to be what it is without the copies.",
    .run = run_dup_1,
};

static int run_dup_2(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct copies copies = {.conflict = true, .one_in = 100, .distance = 500};
    struct ls_case_runs runs = {0};
    return run_copies(v, r, &copies, &runs, err);
}

const struct ls_case ls_case_dup_2 = {
    .id = "DUP-2",
    .title = "the same id with another payload",
    .text = "Records are sent again under their ids with a number changed. The first one wins; the "
            "copies are quarantined as conflicts, and nothing else changes.",
    .fault = "conflict",
    .run = run_dup_2,
};

static int run_dup_3(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const sizes[] = {"1", "2", "3", "64", NULL};
    struct copies copies = {
        .conflict = v->job->spec->faults->conflict != NULL, .one_in = 10, .distance = 3};
    struct ls_case_runs runs = {0};
    uint64_t done = 0;
    int rc = run_copies(v, r, &copies, &runs, err);
    for (const char *const *size = sizes; rc == 0 && r->verdict == LS_VERDICT_PASS && *size;
         size++, done++) {
        const char *name = ls_arena_printf(&v->arena, err, "batch-%s", *size);
        struct ls_verify_run run = {.stream = true, .batch_size = *size};
        rc = name ? ls_case_run(v, r, &runs, name, run, err) : err->code;
    }
    ls_verify_count(r, "batch sizes", done, true);
    return rc;
}

const struct ls_case ls_case_dup_3 = {
    .id = "DUP-3",
    .title = "the first one wins, whatever the batch sizes",
    .text = "One record in ten is sent again, at once or three records later (with a number "
            "changed, where the spec has conflicts), and the stream reads 1, 2, 3 and 64 records\n"
            "at once: a copy in another batch than its original, and one in the same, are both "
            "found, and what is admitted is the first.",
    .knob = "batch_size",
    .run = run_dup_3,
};
