/* What holds of the values of every spec, over random ones: each event is a function of its index,
 * each value is one of its type and within its bounds, and the truth is what becomes of the
 * records (contract G1, G7). */
#include "core/avro/frame.h"
#include "core/base/quotient.h"
#include "generator/random_values_spec_test.h"
#include "generator/truth_rows_test.h"

enum { SPECS = 560, RUN = 240, PARTITIONS = 2 };

struct bench {
    struct maker *m;
    struct values_spec *spec;
    uint64_t number; /* of the spec */
    /* over all specs */
    size_t sound, refused, values, nulls, inside, copies;
    uint64_t outcomes[LS_REASON_COUNT];
    uint64_t kinds[LS_OP_EXPR + 1]; /* values of each */
};

/* ---- a spec is sound, or refused with a message */

static bool plan_random(struct bench *b)
{
    struct maker *m = b->m;
    ls_plan_free(m->plan);
    m->plan = NULL;
    int rc = load_text(&m->base, b->spec->text, NULL);
    rc = rc < 0 ? rc : ls_plan_new(m->base.spec, &m->plan, &m->base.report, &m->base.err);
    const char *report = ls_buf_text(&m->base.report, &m->base.err);
    if (rc == 0 && m->base.report.size == 0) {
        free(m->room);
        m->room = malloc(ls_event_value_max(m->plan));
        assert_non_null(m->room);
        return true;
    }
    if (rc != LS_E_DATA || !report || !strstr(report, "[LS") || !strstr(report, "error")) {
        fail_msg("spec %llu: %d, %s\n%s\n%s", (unsigned long long)b->number, rc, m->base.err.text,
                 report, b->spec->text);
    }
    return false;
}

/* ---- G1 */

static void check_alone(const struct bench *b)
{
    struct kept other = {0};
    ls_arena_init(&other.arena, "test events", 1U << 28);
    run_into(b->m, &other, 0, RUN, 3);
    for (uint64_t i = 0; i < RUN; i++) {
        struct ls_event event = make(b->m, i * 77 % RUN);
        check_same_event(&event, &b->m->run.events[event.index]);
        check_same_event(&other.events[i], &b->m->run.events[i]);
    }
    uint64_t first = ls_below(ls_mix(b->number), RUN);
    uint64_t end = first + ls_below(ls_mix(b->number + 1), RUN - first) + 1;
    run_into(b->m, &other, first, end, 2);
    for (uint64_t i = first; i < end; i++) {
        check_same_event(&other.events[i - first], &b->m->run.events[i]);
    }
    forget(&other);
}

/* ---- values */

static bool is_uuid(const struct ls_cell *cell)
{
    for (size_t i = 0; cell->size == 36 && i < 36; i++) {
        const char *letters = i == 8 || i == 13 || i == 18 || i == 23 ? "-" : "0123456789abcdef";
        if (!memchr(letters, cell->bytes[i], strlen(letters))) {
            return false;
        }
    }
    return cell->size == 36;
}

static int64_t bits_of(const struct ls_op *op, int64_t number)
{
    return op->put == LS_PUT_FLOAT ? ls_quotient_32(number, op->scale)
                                   : (int64_t)ls_quotient_64(number, op->scale);
}

static double real_of(const struct ls_op *op, int64_t bits)
{
    double wide;
    float narrow;
    uint32_t narrow_bits = (uint32_t)bits;
    memcpy(&wide, &bits, sizeof wide);
    memcpy(&narrow, &narrow_bits, sizeof narrow);
    return op->put == LS_PUT_FLOAT ? narrow : wide;
}

/* One block with as many items as there may be, which the decoder checked, then the end. */
static bool is_nested(const struct ls_op *op, const struct ls_cell *cell)
{
    struct ls_span span = {cell->bytes, cell->bytes + cell->size};
    int64_t count;
    assert_int_equal(ls_get_long(&span, &count), LS_DECODE_OK);
    return count >= (int64_t)op->parts->least && count <= (int64_t)op->parts->count &&
           (count ? cell->size > 2 : cell->size == 1) && cell->bytes[cell->size - 1] == 0;
}

static void check_value(struct bench *b, const struct ls_event *e, const struct ls_op *op,
                        const struct ls_spec_field *field, const struct ls_column *column,
                        const struct ls_cell *cell)
{
    bool good = true;
    b->values++;
    b->kinds[op->kind]++;
    if (cell->is_null) {
        b->nulls++;
        good = column->nullable;
    } else if (field->type == LS_FIELD_ENUM) {
        const char *symbol = cell->number >= 0 && (size_t)cell->number < field->symbol_count
                                 ? field->symbols[cell->number]
                                 : "";
        good = *symbol && strlen(symbol) == cell->size &&
               memcmp(symbol, cell->bytes, cell->size) == 0;
    } else if (op->parts) {
        good = is_nested(op, cell);
    } else if (op->put == LS_PUT_TEXT) {
        good = cell->size <= op->text_max && (field->type != LS_FIELD_UUID || is_uuid(cell));
    } else if (op->put == LS_PUT_FLOAT || op->put == LS_PUT_DOUBLE) {
        good = real_of(op, cell->number) >= real_of(op, bits_of(op, op->low)) &&
               real_of(op, cell->number) <= real_of(op, bits_of(op, op->high));
    } else if (op->bounded) {
        good = cell->number >= op->low && cell->number <= op->high;
    } else {
        good = cell->number == 0 || cell->number == 1;
    }
    if (!good) {
        fail_msg("spec %llu, event %llu: %s is %lld\n%s", (unsigned long long)b->number,
                 (unsigned long long)e->index, field->name, (long long)cell->number, b->spec->text);
    }
}

/* The cells of an event whose bytes nothing damaged; false otherwise. */
static bool decode(const struct bench *b, const struct ls_event *e,
                   struct ls_cell cells[LS_PLAN_CELLS_MAX])
{
    const struct ls_plan_type *type = ls_event_type(b->m->plan, e);
    if (e->fault == LS_FAULT_TRUNCATED || e->fault == LS_FAULT_CORRUPT) {
        return false;
    }
    if (ls_row_decode(type->version->layout, e->value + LS_SINGLE_OBJECT_SIZE,
                      e->value_size - LS_SINGLE_OBJECT_SIZE, cells, NULL, NULL) != LS_DECODE_OK) {
        fail_msg("spec %llu: event %llu cannot be decoded\n%s", (unsigned long long)b->number,
                 (unsigned long long)e->index, b->spec->text);
    }
    return true;
}

static void check_values(struct bench *b)
{
    for (size_t i = 0; i < RUN; i++) {
        const struct ls_event *e = &b->m->run.events[i];
        const struct ls_plan_type *type = ls_event_type(b->m->plan, e);
        struct ls_cell cells[LS_PLAN_CELLS_MAX];
        b->inside += e->episode > 0;
        b->copies += e->original != e->index;
        if (!decode(b, e, cells)) {
            continue;
        }
        for (size_t f = 0; f < type->version->field_count; f++) {
            int column = LS_COLUMN_PAYLOAD + (int)f;
            bool replaced = (e->fault == LS_FAULT_OUT_OF_RANGE && column == type->range_column) ||
                            (e->fault == LS_FAULT_MISSING && column == type->missing_column) ||
                            (e->fault == LS_FAULT_CONFLICT && column == type->conflict_column);
            if (!replaced) {
                check_value(b, e, &type->ops.items[type->ops.hidden_count + f],
                            type->version->fields[f], &type->version->layout->columns[column],
                            &cells[column]);
            }
        }
    }
}

/* ---- G7: the fates, from the records alone */

/* Of one partition of one topic: what was admitted, and the highest clock. */
struct partition {
    int64_t position, highest;
    const struct ls_event *admitted[RUN];
    int64_t times[RUN];
    size_t count;
};

static enum ls_reason judge_values(const struct bench *b, const struct ls_layout *layout,
                                   const struct ls_cell *cells)
{
    int range = *b->spec->range ? ls_layout_find(layout, b->spec->range) : -1;
    int never = *b->spec->not_null ? ls_layout_find(layout, b->spec->not_null) : -1;
    if (range >= 0 && !cells[range].is_null &&
        (cells[range].number < b->spec->range_low || cells[range].number > b->spec->range_high)) {
        return LS_REASON_RANGE;
    }
    return never >= 0 && cells[never].is_null ? LS_REASON_NOT_NULL : LS_ADMITTED;
}

/* Copies have their original's key, so it lies in the same partition. */
static enum ls_reason judge_copy(struct partition *p, const struct ls_event *e, int64_t event_time,
                                 int64_t floor)
{
    for (size_t k = p->count; k-- > 0;) {
        const struct ls_event *first = p->admitted[k];
        if (memcmp(first->event_id, e->event_id, LS_EVENT_ID_SIZE) == 0 && p->times[k] >= floor) {
            const uint8_t *a = first->key + first->key_size; /* payloads begin there */
            const uint8_t *z = e->key + e->key_size;
            size_t sizes[] = {(size_t)(first->value + first->value_size - a),
                              (size_t)(e->value + e->value_size - z)};
            return sizes[0] == sizes[1] && memcmp(a, z, sizes[0]) == 0
                       ? LS_REASON_DUPLICATE
                       : LS_REASON_DUPLICATE_CONFLICT;
        }
    }
    p->times[p->count] = event_time;
    p->admitted[p->count++] = e;
    return LS_ADMITTED;
}

static enum ls_reason judge(const struct bench *b, const struct ls_event *e, struct partition *p)
{
    const struct ls_layout *layout = ls_event_type(b->m->plan, e)->version->layout;
    struct ls_cell cells[LS_PLAN_CELLS_MAX];
    enum ls_decode_status status = ls_row_decode(layout, e->value + LS_SINGLE_OBJECT_SIZE,
                                                 e->value_size - LS_SINGLE_OBJECT_SIZE, cells, NULL,
                                                 NULL);
    if (status != LS_DECODE_OK) {
        return status == LS_DECODE_TRUNCATED ? LS_REASON_DECODE_TRUNCATED
                                             : LS_REASON_DECODE_INVALID;
    }
    int64_t event_time = cells[LS_COLUMN_EVENT_TIME].number;
    int64_t ingest_time = cells[LS_COLUMN_INGEST_TIME].number;
    if (llabs(ingest_time - e->timestamp_ms) > 10000) {
        return LS_REASON_CLOCK_SKEW;
    }
    if (event_time > ingest_time + 60000) {
        return LS_REASON_CLOCK_AHEAD;
    }
    p->highest = ingest_time > p->highest ? ingest_time : p->highest;
    enum ls_reason reason = judge_values(b, layout, cells);
    int64_t floor = p->highest - 2000 - 10000;
    if (reason != LS_ADMITTED) {
        return reason;
    }
    return event_time < floor ? LS_REASON_EXPIRED : judge_copy(p, e, event_time, floor);
}

static void faults_of(const struct bench *b, const struct ls_event *e, char out[256])
{
    const char *words[] = {e->late ? "late" : NULL, e->jitter ? "jitter" : NULL,
                           e->episode ? b->m->plan->episodes[e->episode - 1].name : NULL,
                           e->fault ? ls_fault_name((enum ls_fault)e->fault) : NULL};
    *out = '\0';
    for (size_t k = 0; k < 4; k++) {
        if (words[k]) {
            snprintf(out + strlen(out), 256 - strlen(out), "%s%s", *out ? " " : "", words[k]);
        }
    }
}

/* The rows of one partition of one topic, and its share of the totals. */
static void check_partition(struct bench *b, size_t type, uint32_t partition,
                            struct ls_truth_totals *totals)
{
    struct truth_rows rows = truth_rows_of(b->m, "truth", type, partition);
    struct partition p = {.highest = INT64_MIN / 2};
    size_t at = 0;
    for (size_t i = 0; i < RUN; i++) {
        const struct ls_event *e = &b->m->run.events[i];
        if (e->type != type || e->partition != partition) {
            continue;
        }
        enum ls_reason outcome = judge(b, e, &p);
        char faults[256];
        faults_of(b, e, faults);
        totals->raw++;
        totals->late += e->late;
        totals->jitter += e->jitter;
        totals->by_outcome[outcome]++;
        if (*faults || outcome != LS_ADMITTED) {
            assert_true(at < rows.count);
            const struct truth_row *row = &rows.rows[at++];
            assert_int_equal(row->position, p.position);
            assert_memory_equal(row->id, e->event_id, LS_EVENT_ID_SIZE);
            assert_string_equal(row->faults, faults);
            assert_string_equal(row->outcome, ls_reasons[outcome].name);
        }
        p.position++;
    }
    assert_int_equal(at, rows.count);
    free(rows.rows);
}

static void check_truth(struct bench *b)
{
    struct ls_truth *truth = truth_of(b->m, RUN, "truth");
    for (size_t t = 0; t < b->spec->type_count; t++) {
        struct ls_truth_totals totals = {0};
        for (uint32_t p = 0; p < PARTITIONS; p++) {
            check_partition(b, t, p, &totals);
        }
        assert_memory_equal(&totals, ls_truth_totals(truth, t), sizeof totals);
        for (int r = 0; r < LS_REASON_COUNT; r++) {
            b->outcomes[r] += totals.by_outcome[r];
        }
    }
    ls_truth_free(truth);
    assert_int_equal(ls_path_exists("truth/episodes.avro"), b->m->plan->episode_count > 0);
    assert_int_equal(ls_tree_remove("truth", &b->m->base.err), 0);
}

/* ---- all of it */

static void what_holds_of_every_spec(void **state)
{
    static struct values_spec spec;
    struct bench b = {.m = *state, .spec = &spec};
    for (b.number = 0; b.number < SPECS; b.number++) {
        values_spec_make(&spec, b.number);
        assert_in_range(spec.size, 1, sizeof spec.text - 1);
        if (!plan_random(&b)) {
            b.refused++;
            continue;
        }
        b.sound++;
        make_run(b.m, RUN);
        check_alone(&b);
        check_values(&b);
        check_truth(&b);
    }
    /* nothing of it was tested on nothing */
    assert_true(b.sound > SPECS / 3 && b.refused > SPECS / 10);
    assert_true(b.values > 100000 && b.nulls > 5000 && b.inside > 1000 && b.copies > 1000);
    for (size_t kind = 0; kind <= LS_OP_EXPR; kind++) {
        assert_true(b.kinds[kind] > 100 || kind == LS_OP_EVENT_TIME); /* which is hidden */
    }
    static const enum ls_reason met[] = {LS_ADMITTED,
                                         LS_REASON_DECODE_TRUNCATED,
                                         LS_REASON_DECODE_INVALID,
                                         LS_REASON_CLOCK_SKEW,
                                         LS_REASON_RANGE,
                                         LS_REASON_NOT_NULL,
                                         LS_REASON_EXPIRED,
                                         LS_REASON_DUPLICATE,
                                         LS_REASON_DUPLICATE_CONFLICT};
    for (size_t k = 0; k < sizeof met / sizeof *met; k++) {
        assert_true(b.outcomes[met[k]] > 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(what_holds_of_every_spec),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
