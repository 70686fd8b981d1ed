/* NUM-2: floats are bits. */
#include "conformance/cases.h"

#include <stdio.h>

static const uint64_t doubles[] = {
    UINT64_C(0x8000000000000000), /* -0.0 */
    UINT64_C(0x7ff8000000abcdef), /* not a number, with a payload; the next one signals */
    UINT64_C(0xfff0000000000001), UINT64_C(0x0000000000000001), /* the least there is */
    UINT64_C(0x800fffffffffffff),                               /* the greatest subnormal */
    UINT64_C(0x7ff0000000000000), UINT64_C(0xfff0000000000000), /* the infinite ones */
    UINT64_C(0x7fefffffffffffff),
};
static const uint32_t floats[] = {0x80000000, 0x7fc0abcd, 0xff800001, 0x00000001,
                                  0x807fffff, 0x7f800000, 0xff800000, 0x7f7fffff};

#define KINDS (sizeof floats / sizeof *floats)

static int64_t special(enum ls_avro_type type, uint64_t position)
{
    return type == LS_AVRO_DOUBLE ? (int64_t)doubles[position % KINDS] : floats[position % KINDS];
}

static bool is_float(const struct ls_column *column)
{
    return column->node->type == LS_AVRO_DOUBLE || column->node->type == LS_AVRO_FLOAT;
}

static bool make_special(struct ls_perturb *p, struct ls_log_record *record, void *context)
{
    uint64_t *made = context;
    uint64_t before = *made;
    (void)record;
    for (size_t i = 0; p->version && i < p->version->layout->count; i++) {
        const struct ls_column *column = &p->version->layout->columns[i];
        if (is_float(column) && !p->cells[i].is_null) {
            p->cells[i].number = special(column->node->type, p->position);
            ++*made;
        }
    }
    return *made > before;
}

/* At the logical level one that is not a number is as good as another (B3). */
static bool same_bits(enum ls_avro_type type, int64_t a, int64_t b, enum ls_level level)
{
    uint64_t infinite = type == LS_AVRO_DOUBLE ? doubles[5] : floats[5];
    uint64_t magnitude = type == LS_AVRO_DOUBLE ? INT64_MAX : INT32_MAX;
    return a == b || (level == LS_LEVEL_LOGICAL && ((uint64_t)a & magnitude) > infinite &&
                      ((uint64_t)b & magnitude) > infinite);
}

static int check_bits(struct ls_verify *v, struct ls_case_result *r, const char *path,
                      uint64_t *checked, struct ls_error *err)
{
    struct ls_rows rows;
    int rc = ls_rows_open(path, &rows, err);
    rc = rc < 0 ? rc : ls_rows_layout(&rows, err);
    while (rc >= 0 && r->verdict == LS_VERDICT_PASS && (rc = ls_rows_next(&rows, err)) > 0) {
        rc = ls_rows_decode(&rows, err);
        int64_t position = rc < 0 ? 0 : ls_rows_number(&rows, "position", 0);
        for (size_t i = 0; rc == 0 && i < rows.layout->count; i++) {
            const struct ls_column *column = &rows.layout->columns[i];
            if (!is_float(column) || rows.cells[i].is_null) {
                continue;
            }
            int64_t wanted = special(column->node->type, (uint64_t)position);
            ++*checked;
            if (!same_bits(column->node->type, rows.cells[i].number, wanted,
                           (enum ls_level)v->job->target->level)) {
                rc = ls_verify_fail(r, err, "%s: row %llu, %s: the bits %llx became %llx", path,
                                    (unsigned long long)rows.count - 1, column->path,
                                    (unsigned long long)wanted,
                                    (unsigned long long)rows.cells[i].number);
                break;
            }
        }
    }
    ls_rows_close(&rows);
    return rc < 0 ? rc : 0;
}

static bool has_floats(const struct ls_spec *spec)
{
    bool has = false;
    for (size_t t = 0; t < spec->event_types.count; t++) {
        const struct ls_layout *layout = ls_spec_event_type_at(spec, t)->layout;
        for (size_t i = 0; !has && i < layout->count; i++) {
            has = is_float(&layout->columns[i]);
        }
    }
    return has;
}

static int run_num_2(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    const struct ls_spec *spec = v->job->spec;
    struct ls_naive_counts counts;
    const char *batch;
    uint64_t changed;
    uint64_t made = 0;
    uint64_t checked = 0;
    if (!has_floats(spec)) {
        return ls_verify_skip(r, err, "no event type has a float or a double");
    }
    const char *log = ls_verify_path(v, err, "cases/NUM-2/log");
    int rc = log ? ls_verify_small(v, err) : err->code;
    rc = rc < 0 ? rc : ls_rewrite_log(spec, v->small_log, log, make_special, &made, &changed, err);
    rc = rc < 0 ? rc
                : ls_verify_both(v, r, "special", (struct ls_verify_run){.log = log, .umask = -1},
                                 &batch, err);
    rc = rc < 0 || r->verdict == LS_VERDICT_FAIL
             ? rc
             : ls_verify_naive(v, r, spec, log, batch, &counts, err);
    for (size_t t = 0; rc == 0 && t < spec->event_types.count; t++) {
        for (int64_t p = 0; rc == 0 && p < spec->topics->partitions; p++) {
            const char *path = ls_arena_printf(&v->arena, err,
                                               "%s/datasets/normalized/%s/%lld.avro", batch,
                                               ls_spec_event_type_at(spec, t)->topic, (long long)p);
            rc = path ? check_bits(v, r, path, &checked, err) : err->code;
        }
    }
    ls_verify_count(r, "floats made special", made, true);
    ls_verify_count(r, "found again", checked, true);
    return rc;
}

const struct ls_case ls_case_num_2 = {
    .id = "NUM-2",
    .title = "-0.0, what is not a number, subnormals",
    .text = "Floats and doubles become the ones that arithmetic loses: the negative zero, not a "
            "number with a payload, quiet and signalling, the least and greatest of each kind.\n"
            "They pass through: the normalized datasets have the same bits (at the logical level, "
            "where one that is not a number is like another, the same values).",
    .run = run_num_2,
};
