/* DUP: copies are found, wherever they are. */
#include "conformance/cases.h"

#include "conformance/logical.h"
#include "conformance/perturb.h"
#include "core/base/mem.h"

#include <string.h>

#define FAR 500 /* records between an original and its far copy */

/* Remembers a record until its copy is due. */
struct kept {
    struct ls_log_record record;
    uint8_t *bytes;
    uint64_t due; /* position */
};

struct copies {
    uint64_t key;
    bool conflict; /* the copies differ in a number */
    struct kept waiting[64];
    uint64_t adjacent, far;
    uint32_t topic, partition;
    uint64_t end; /* a partition's own copies are all appended before its end */
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

static int keep(struct copies *c, const struct ls_log_record *record, uint64_t due,
                struct ls_error *err)
{
    for (size_t i = 0; i < sizeof c->waiting / sizeof *c->waiting; i++) {
        struct kept *k = &c->waiting[i];
        if (k->bytes) {
            continue;
        }
        k->bytes = ls_mem_new(record->key_size + record->value_size + 1, 1, err);
        if (!k->bytes) {
            return err->code;
        }
        memcpy(k->bytes, record->key, record->key_size);
        memcpy(k->bytes + record->key_size, record->value, record->value_size);
        k->record = *record;
        k->record.key = k->bytes;
        k->record.value = k->bytes + record->key_size;
        k->due = due;
        break;
    }
    return 0;
}

static void forget(struct copies *c)
{
    for (size_t i = 0; i < sizeof c->waiting / sizeof *c->waiting; i++) {
        ls_mem_free(c->waiting[i].bytes);
        c->waiting[i].bytes = NULL;
    }
}

static int add_copies(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                      struct ls_error *err)
{
    struct copies *c = context;
    if (c->topic != p->topic || c->partition != p->partition) {
        c->topic = p->topic;
        c->partition = p->partition;
        forget(c); /* copies that the partition's end came before */
    }
    int rc = ls_perturb_append(p, record, err);
    for (size_t i = 0; rc == 0 && i < sizeof c->waiting / sizeof *c->waiting; i++) {
        struct kept *k = &c->waiting[i];
        if (k->bytes && k->due <= p->position) {
            rc = append_copy(p, c, &k->record, &c->far, err);
            ls_mem_free(k->bytes);
            k->bytes = NULL;
        }
    }
    uint64_t draw = ls_below(ls_word(c->key, p->position, (uint64_t)p->topic << 32 | p->partition),
                             200);
    if (rc == 0 && draw < 2 && suits(p, record)) {
        rc = draw == 0 ? append_copy(p, c, record, &c->adjacent, err)
                       : keep(c, record, p->position + FAR, err);
    }
    return rc;
}

/* What was admitted must be what is admitted without the copies, wherever it now stands. */
static int compare_normalized(struct ls_verify *v, struct ls_case_result *r, const char *batch,
                              struct ls_error *err)
{
    static const char *const parts[] = {"normalized/", "views/", "late/"};
    char folders[2][LS_PATH_MAX];
    int rc = ls_path_join(folders[0], batch, "datasets", err);
    rc = rc < 0 ? rc : ls_path_join(folders[1], v->base_batch, "datasets", err);
    for (size_t i = 0; rc == 0 && i < sizeof parts / sizeof *parts; i++) {
        struct ls_logical a;
        struct ls_logical b;
        rc = ls_logical_of_folder(folders[0], parts[i], &a, err);
        rc = rc < 0 ? rc : ls_logical_of_folder(folders[1], parts[i], &b, err);
        if (rc == 0 && memcmp(&a, &b, sizeof a) != 0) {
            r->verdict = LS_VERDICT_FAIL;
            rc = ls_buf_appendf(&r->detail, err,
                                "%s: with the copies %llu records, without them %llu, and their "
                                "logical digests differ\n",
                                parts[i], (unsigned long long)a.records,
                                (unsigned long long)b.records);
        }
    }
    return rc;
}

static int run_copies(struct ls_verify *v, struct ls_case_result *r, bool conflict,
                      struct ls_error *err)
{
    struct copies copies = {.key = ls_stream_key(v->job->seed, r->which->id),
                            .conflict = conflict,
                            .topic = UINT32_MAX};
    struct ls_exit exit;
    const char *log = ls_verify_path(v, err, "cases/%s/log", r->which->id);
    const char *stream = log ? ls_verify_path(v, err, "cases/%s/stream", r->which->id) : NULL;
    const char *batch = stream ? ls_verify_path(v, err, "cases/%s/batch", r->which->id) : NULL;
    int rc = batch ? ls_verify_base(v, r, err) : err->code;
    if (rc < 0 || r->verdict == LS_VERDICT_FAIL) {
        return rc;
    }
    struct ls_verify_run a = {.stream = true, .log = log, .to = stream, .umask = -1};
    struct ls_verify_run b = {.log = log, .to = batch, .umask = -1};
    rc = ls_perturb_log(v->job->spec, v->base_log, log, add_copies, &copies, err);
    forget(&copies);
    rc = rc < 0 ? rc : ls_verify_run(v, &a, &exit, err);
    rc = rc < 0 ? rc : ls_verify_run(v, &b, &exit, err);
    rc = rc < 0 ? rc : ls_verify_compare(v, r, log, stream, "stream", batch, "batch", err);
    rc = rc < 0 || r->verdict == LS_VERDICT_FAIL ? rc : compare_normalized(v, r, batch, err);
    ls_verify_count(r, "adjacent copies", copies.adjacent, true);
    ls_verify_count(r, "far copies", copies.far, true);
    return rc;
}

static int run_dup_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    return run_copies(v, r, false, err);
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
    return run_copies(v, r, true, err);
}

const struct ls_case ls_case_dup_2 = {
    .id = "DUP-2",
    .title = "the same id with another payload",
    .text = "Records are sent again under their ids with a number changed. The first one wins; the "
            "copies are quarantined as conflicts, and nothing else changes.",
    .fault = "conflict",
    .run = run_dup_2,
};
