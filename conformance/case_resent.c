/* DUP-8 and LOG-7: what producers do to records on their way that is none of theirs. */
#include "conformance/case_tools.h"
#include "conformance/cases.h"
#include "core/avro/encode.h"

#include <string.h>

/* All that is admitted, late or in a view, is what it is in the log as it was made, wherever it
 * stands; what is not is as it came, by the naive recomputation. */
static int run_as_made(struct ls_verify *v, struct ls_case_result *r,
                       const struct ls_perturbation *perturbation, struct ls_error *err)
{
    static const char *const places[] = {"position", NULL};
    struct ls_case_runs runs = {0};
    int rc = ls_case_recomputed(v, r, perturbation, &runs, err);
    return rc < 0 || r->verdict != LS_VERDICT_PASS
               ? rc
               : ls_case_same_rows(v, r, runs.batch, "the log on its way", v->base_batch,
                                   "as it was made",
                                   LS_PART_NORMALIZED | LS_PART_VIEWS | LS_PART_LATE, places, err);
}

/* ---- DUP-8 */

#define BATCH  16 /* records */
#define ONE_IN 4  /* batches is sent again */

struct retries {
    uint64_t key;
    struct ls_case_kept batch[BATCH];
    size_t count;
    uint64_t batches, records; /* that were sent again */
};

static int forget(struct ls_perturb *p, void *context, struct ls_error *err)
{
    struct retries *x = context;
    (void)p;
    (void)err;
    for (size_t i = 0; i < x->count; i++) {
        ls_case_forget(&x->batch[i]);
    }
    x->count = 0;
    return 0;
}

static int send_again(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                      struct ls_error *err)
{
    struct retries *x = context;
    int rc = ls_perturb_append(p, record, err);
    rc = rc < 0 ? rc : ls_case_keep(&x->batch[x->count], record, err);
    x->count += rc == 0;
    if (rc < 0 || x->count < BATCH) {
        return rc;
    }
    if (ls_case_draw(p, x->key, ONE_IN)) {
        for (size_t i = 0; rc == 0 && i < BATCH; i++) {
            rc = ls_perturb_append(p, &x->batch[i].record, err);
        }
        x->batches++;
        x->records += BATCH;
    }
    forget(p, x, err);
    return rc;
}

static int run_dup_8(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct retries retries = {.key = ls_stream_key(v->job->seed, "DUP-8")};
    const struct ls_perturbation perturbation = {
        .each = send_again, .end = forget, .context = &retries};
    int rc = run_as_made(v, r, &perturbation, err);
    forget(NULL, &retries, err);
    ls_verify_count(r, "batches sent again", retries.batches, true);
    ls_verify_count(r, "records", retries.records, true);
    return rc;
}

const struct ls_case ls_case_dup_8 = {
    .id = "DUP-8",
    .title = "producers' retries after a lost acknowledgement",
    .text = "Whole batches of records stand in a partition twice, one right behind the other, as a "
            "producer without idempotence leaves them that was not told of its success. All that "
            "is admitted, late or in a view has to be what it is without them.",
    .run = run_dup_8,
};

/* ---- LOG-7 */

#define HEADERS_SIZE 64

struct header {
    const char *key, *value; /* no value is not one of no bytes */
};

enum { LOST, ORDERED, REVERSED, TWICE, KINDS };

static const struct header kinds[KINDS][3] = {
    [ORDERED] = {{"trace", "7f"}, {"source", "shop"}},
    [REVERSED] = {{"source", "shop"}, {"trace", "7f"}},
    [TWICE] = {{"trace", "7f"}, {"trace", NULL}, {"", ""}},
};

struct headers {
    uint64_t counts[KINDS];
};

static size_t put_headers(const struct header *list, size_t count, uint8_t *out)
{
    uint8_t *at = ls_put_long(out, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        at = ls_put_long(ls_put_bytes(at, list[i].key, strlen(list[i].key)), list[i].value != NULL);
        at = list[i].value ? ls_put_bytes(at, list[i].value, strlen(list[i].value)) : at;
    }
    *at++ = 0; /* the array's end */
    return (size_t)(at - out);
}

static int change_headers(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                          struct ls_error *err)
{
    struct headers *x = context;
    struct ls_log_record changed = *record;
    uint8_t bytes[HEADERS_SIZE];
    size_t kind = p->position % KINDS;
    size_t count = kind == LOST ? 0 : kind == TWICE ? 3 : 2;
    changed.headers = count ? bytes : NULL;
    changed.headers_size = count ? put_headers(kinds[kind], count, bytes) : 0;
    x->counts[kind]++;
    return ls_perturb_append(p, &changed, err);
}

static int run_log_7(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct headers headers = {0};
    const struct ls_perturbation perturbation = {.each = change_headers, .context = &headers};
    int rc = run_as_made(v, r, &perturbation, err);
    ls_verify_count(r, "records with headers", headers.counts[ORDERED], true);
    ls_verify_count(r, "in another order", headers.counts[REVERSED], true);
    ls_verify_count(r, "one of them twice", headers.counts[TWICE], true);
    ls_verify_count(r, "lost", headers.counts[LOST], true);
    return rc;
}

const struct ls_case ls_case_log_7 = {
    .id = "LOG-7",
    .title = "headers lost, reordered, repeated",
    .text = "Records carry headers, in one order and in another, one of them twice or without a "
            "value, or have lost them. Nothing is computed from headers: all that is admitted, "
            "late or in a view has to be what it is without them. In the quarantine they stand as "
            "they came.",
    .run = run_log_7,
};
