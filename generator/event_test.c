#include "generator/event.h"

#include "core/avro/frame.h"
#include "core/base/hash.h"
#include "generator/fixture_test.h"

#include <math.h>

enum { RUN = 30000 };

static const struct ls_plan_type *type_of(const struct maker *m, const struct ls_event *event)
{
    return &m->plan->types[event->type];
}

/* Decodes the value of an event: the frame has to be right, the datum need not be. */
static enum ls_decode_status decode(const struct maker *m, const struct ls_event *event,
                                    struct ls_cell cells[LS_PLAN_CELLS_MAX])
{
    const struct ls_spec_event_type *spec = type_of(m, event)->spec;
    struct ls_frame frame = ls_frame_read(event->value, event->value_size);
    assert_int_equal(frame.kind, LS_FRAME_SINGLE_OBJECT);
    assert_true(frame.crc64 == spec->schema->crc64);
    return ls_row_decode(spec->layout, event->value + frame.size, event->value_size - frame.size,
                         cells, NULL, NULL);
}

static bool is_copy(const struct ls_event *event)
{
    return event->fault == LS_FAULT_DUPLICATE || event->fault == LS_FAULT_CONFLICT;
}

static bool is_damaged(const struct ls_event *event)
{
    return event->fault != LS_FAULT_NONE && !is_copy(event);
}

static void any_event_can_be_made_alone(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    make_run(m, 5000);
    for (size_t k = 0; k < 5000; k++) {
        size_t i = (k * 3571) % 5000; /* in another order */
        struct ls_event event = make(m, i);
        check_same_event(&event, &m->run.events[i]);
    }
    /* far out, where nobody has generated before */
    struct kept far = {0};
    ls_arena_init(&far.arena, "far events", 1U << 26);
    uint64_t begin = UINT64_C(1000000000000);
    run_into(m, &far, begin, begin + 100, 1);
    for (size_t k = 100; k-- > 0;) {
        struct ls_event event = make(m, begin + k);
        check_same_event(&event, &far.events[k]);
        assert_int_equal(far.events[k].index, begin + k);
    }
    forget(&far);
}

static void the_envelope_says_what_the_record_says(void **state)
{
    struct maker *m = *state;
    struct ls_cell cells[LS_PLAN_CELLS_MAX];
    plan_fine(m, sample_spec, NULL);
    make_run(m, RUN);
    for (size_t i = 0; i < RUN; i++) {
        const struct ls_event *e = &m->run.events[i];
        int64_t scheduled = ls_arrival_time(&m->plan->arrival, i);
        assert_true(e->timestamp_ms == scheduled);
        assert_int_equal(e->partition, ls_partition_of(e->key, e->key_size, 3));
        if (decode(m, e, cells) != LS_DECODE_OK) {
            continue;
        }
        const struct ls_cell *id = &cells[LS_COLUMN_EVENT_ID];
        const struct ls_cell *entity = &cells[LS_COLUMN_ENTITY_ID];
        const struct ls_cell *source = &cells[LS_COLUMN_SOURCE];
        assert_int_equal(id->size, LS_EVENT_ID_SIZE);
        assert_memory_equal(id->bytes, e->event_id, LS_EVENT_ID_SIZE);
        assert_int_equal(entity->size, e->key_size);
        assert_memory_equal(entity->bytes, e->key, e->key_size);
        assert_int_equal(source->size, 4);
        assert_memory_equal(source->bytes, "shop", 4);
        assert_true(cells[LS_COLUMN_EVENT_TIME].number == e->event_time);
        assert_true(cells[LS_COLUMN_INGEST_TIME].number == e->ingest_time);
        assert_int_equal(cells[LS_COLUMN_SCHEMA_VERSION].number,
                         type_of(m, e)->spec->schema_version);
        int64_t skew = e->ingest_time - scheduled;
        if (e->fault == LS_FAULT_CLOCK_AHEAD) {
            assert_true(skew == INT64_C(400) * 86400000 && !e->jitter);
        } else {
            assert_true(e->jitter ? skew >= -500 && skew <= 500 : skew == 0);
        }
        if (!is_copy(e)) {
            int64_t delay = scheduled - e->event_time;
            assert_true(delay >= 0 && delay <= (e->late ? 120000 : 5000));
        }
    }
}

static void timestamps_never_decrease(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    make_run(m, RUN);
    for (size_t i = 1; i < RUN; i++) {
        assert_true(m->run.events[i].timestamp_ms >= m->run.events[i - 1].timestamp_ms);
    }
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, LS_EVENT_ID_SIZE);
}

static void no_two_events_have_one_id_but_copies(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    make_run(m, RUN);
    char(*ids)[LS_EVENT_ID_SIZE] = calloc(RUN, sizeof *ids);
    size_t count = 0;
    for (size_t i = 0; i < RUN; i++) {
        if (!is_copy(&m->run.events[i])) {
            memcpy(ids[count++], m->run.events[i].event_id, LS_EVENT_ID_SIZE);
        }
    }
    qsort(ids, count, sizeof *ids, compare_ids);
    for (size_t k = 1; k < count; k++) {
        assert_true(compare_ids(ids[k - 1], ids[k]) < 0);
    }
    free(ids);
}

/* The payloads of a conflict and its original differ in the field `amount` alone, by one. */
static void check_conflict(const struct maker *m, const struct ls_event *copy,
                           const struct ls_event *original)
{
    struct ls_cell a[LS_PLAN_CELLS_MAX];
    struct ls_cell b[LS_PLAN_CELLS_MAX];
    const struct ls_layout *layout = type_of(m, copy)->spec->layout;
    assert_int_equal(decode(m, copy, a), LS_DECODE_OK);
    assert_int_equal(decode(m, original, b), LS_DECODE_OK);
    int amount = ls_layout_find(layout, "amount_cents");
    for (size_t c = LS_COLUMN_PAYLOAD; c < layout->count; c++) {
        int64_t by = a[c].number - b[c].number;
        assert_true((int)c == amount ? by == 1 || by == -1 : by == 0);
        assert_true(a[c].is_null == b[c].is_null && a[c].size == b[c].size);
        if (a[c].size) {
            assert_memory_equal(a[c].bytes, b[c].bytes, a[c].size);
        }
    }
    assert_true(a[amount].number >= 1 && a[amount].number <= 10000000); /* the quality check */
}

static size_t payload_begin(const struct ls_event *e)
{
    struct ls_span span = {e->value + LS_SINGLE_OBJECT_SIZE, e->value + e->value_size};
    const uint8_t *bytes;
    size_t size;
    int64_t number;
    assert_int_equal(ls_get_string(&span, &bytes, &size), LS_DECODE_OK); /* event_id */
    assert_int_equal(ls_get_long(&span, &number), LS_DECODE_OK);         /* event_time */
    assert_int_equal(ls_get_long(&span, &number), LS_DECODE_OK);         /* ingest_time */
    assert_int_equal(ls_get_string(&span, &bytes, &size), LS_DECODE_OK); /* source */
    assert_int_equal(ls_get_long(&span, &number), LS_DECODE_OK);         /* schema_version */
    assert_int_equal(ls_get_string(&span, &bytes, &size), LS_DECODE_OK); /* entity_id */
    return (size_t)(span.at - e->value);
}

static void copies_repeat_an_earlier_sound_event(void **state)
{
    struct maker *m = *state;
    size_t conflicts = 0;
    size_t duplicates = 0;
    size_t late_originals = 0;
    plan_fine(m, sample_spec, NULL);
    make_run(m, RUN);
    for (size_t i = 0; i < RUN; i++) {
        const struct ls_event *e = &m->run.events[i];
        if (!is_copy(e)) {
            assert_int_equal(e->original, i);
            continue;
        }
        assert_true(e->original < i && i - e->original <= 2000 + 7);
        const struct ls_event *o = &m->run.events[e->original];
        assert_int_equal(o->fault, LS_FAULT_NONE);
        assert_int_equal(o->original, o->index);
        assert_int_equal(o->type, e->type);
        assert_int_equal(o->partition, e->partition);
        assert_true(o->event_time == e->event_time && !e->late);
        assert_memory_equal(o->event_id, e->event_id, LS_EVENT_ID_SIZE);
        assert_int_equal(o->key_size, e->key_size);
        assert_memory_equal(o->key, e->key, e->key_size);
        late_originals += o->late;
        if (e->fault == LS_FAULT_CONFLICT) {
            conflicts++;
            check_conflict(m, e, o);
            continue;
        }
        duplicates++;
        size_t a = payload_begin(e);
        size_t b = payload_begin(o);
        assert_int_equal(e->value_size - a, o->value_size - b);
        if (e->value_size > a) {
            assert_memory_equal(e->value + a, o->value + b, e->value_size - a);
        }
    }
    assert_true(conflicts > 50 && duplicates > 200 && late_originals > 10);
}

static void a_conflict_at_the_top_of_the_range_goes_down(void **state)
{
    struct maker *m = *state;
    size_t conflicts = 0;
    plan_fine(m, sample_spec,
              SETS("event_types[1].metrics[0].uniform=[99999.99, 100000.00]",
                   "faults.conflict.rate=1/50"));
    make_run(m, 6000);
    for (size_t i = 0; i < 6000; i++) {
        const struct ls_event *e = &m->run.events[i];
        if (e->fault == LS_FAULT_CONFLICT) {
            conflicts++;
            check_conflict(m, e, &m->run.events[e->original]);
        }
    }
    assert_true(conflicts > 40);
}

static void damage_is_what_every_decoder_notices(void **state)
{
    struct maker *m = *state;
    struct ls_cell cells[LS_PLAN_CELLS_MAX];
    size_t seen[LS_FAULT_CONFLICT + 1] = {0};
    plan_fine(m, sample_spec, SETS("faults.truncated.rate=1/5", "faults.corrupt.rate=1/5"));
    const struct ls_plan_type *order = &m->plan->types[0];
    make_run(m, RUN);
    for (size_t i = 0; i < RUN; i++) {
        const struct ls_event *e = &m->run.events[i];
        enum ls_decode_status status = decode(m, e, cells);
        seen[e->fault]++;
        switch ((enum ls_fault)e->fault) {
        case LS_FAULT_TRUNCATED:
            assert_int_equal(status, LS_DECODE_TRUNCATED);
            break;
        case LS_FAULT_CORRUPT:
            assert_int_equal(status, LS_DECODE_LENGTH);
            break;
        case LS_FAULT_OUT_OF_RANGE: {
            assert_int_equal(status, LS_DECODE_OK);
            int column = ls_layout_find(type_of(m, e)->spec->layout, "amount_cents");
            assert_true(cells[column].number > 10000000 && cells[column].number <= 10001000);
            break;
        }
        case LS_FAULT_MISSING:
            assert_int_equal(status, LS_DECODE_OK);
            assert_ptr_equal(type_of(m, e), order);
            assert_true(cells[ls_layout_find(order->spec->layout, "product_id")].is_null);
            break;
        default:
            assert_int_equal(status, LS_DECODE_OK);
        }
    }
    static const enum ls_fault declared[] = {
        LS_FAULT_NONE,    LS_FAULT_TRUNCATED,   LS_FAULT_CORRUPT,   LS_FAULT_OUT_OF_RANGE,
        LS_FAULT_MISSING, LS_FAULT_CLOCK_AHEAD, LS_FAULT_DUPLICATE, LS_FAULT_CONFLICT};
    size_t sum = 0;
    for (size_t k = 0; k < sizeof declared / sizeof *declared; k++) {
        assert_true(seen[declared[k]] > 20);
        sum += seen[declared[k]];
    }
    assert_int_equal(sum, RUN);
}

/* The number behind the prefix of an id. */
static unsigned long number_of(const struct ls_cell *id)
{
    char text[64] = {0};
    assert_in_range(id->size, 3, 63);
    memcpy(text, id->bytes, id->size);
    return strtoul(text + 2, NULL, 10);
}

/* What a fault's detail draws for an event of the spec of sessions, below n. */
static uint64_t detail(const char *stream, const struct ls_event *e, uint64_t n)
{
    return ls_below(ls_word(ls_stream_key(11, stream), e->index, 0), n);
}

/* How an unsound value ends: what its first bytes are, and what comes of the rest. */
static void check_damaged_bytes(const struct maker *m, const struct ls_event *e)
{
    struct ls_cell cells[LS_PLAN_CELLS_MAX];
    const struct ls_spec_version *version = ls_event_type(m->plan, e)->version;
    struct ls_frame frame = ls_frame_read(e->value, e->value_size);
    uint8_t sound[LS_SINGLE_OBJECT_SIZE];
    ls_put_single_object(sound, version->schema->crc64);
    switch ((enum ls_fault)e->fault) {
    case LS_FAULT_WRONG_FRAME: /* no registry's either */
        assert_int_equal(frame.kind, LS_FRAME_NONE);
        assert_true(e->value[0] != sound[0]);
        assert_in_range(e->value[0] - (1 + detail("faults.wrong_frame.value", e, 254)), 0, 1);
        assert_memory_equal(e->value + 1, sound + 1, LS_SINGLE_OBJECT_SIZE - 1);
        break;
    case LS_FAULT_UNKNOWN_SCHEMA:
        assert_int_equal(frame.kind, LS_FRAME_SINGLE_OBJECT);
        assert_true((frame.crc64 ^ version->schema->crc64) ==
                    1 + detail("faults.unknown_schema.value", e, 255));
        break;
    case LS_FAULT_EMPTY:
        assert_int_equal(e->value_size, 0);
        break;
    case LS_FAULT_OVERSIZED:
        assert_int_equal(e->value_size, 4096);
        assert_true(frame.crc64 == version->schema->crc64);
        assert_int_equal(ls_row_decode(version->layout, e->value + frame.size,
                                       e->value_size - frame.size, cells, NULL, NULL),
                         LS_DECODE_TRAILING);
        break;
    default:
        break;
    }
}

static void check_damaged_values(const struct maker *m, const struct ls_event *e)
{
    struct ls_cell cells[LS_PLAN_CELLS_MAX];
    const struct ls_layout *layout = ls_event_type(m->plan, e)->version->layout;
    if (e->fault == LS_FAULT_UNKNOWN_REFERENCE || e->fault == LS_FAULT_CLOCK_BACK ||
        e->fault == LS_FAULT_NONE) {
        assert_int_equal(ls_row_decode(layout, e->value + LS_SINGLE_OBJECT_SIZE,
                                       e->value_size - LS_SINGLE_OBJECT_SIZE, cells, NULL, NULL),
                         LS_DECODE_OK);
        int64_t skew = cells[LS_COLUMN_INGEST_TIME].number - e->timestamp_ms;
        int column = ls_layout_find(layout, "product_id");
        unsigned long product = column < 0 ? 0 : number_of(&cells[column]);
        assert_true(e->fault == LS_FAULT_UNKNOWN_REFERENCE
                        ? product == 300 + detail("faults.unknown_reference.value", e, 1000)
                        : product < 300);
        assert_true(e->fault == LS_FAULT_CLOCK_BACK ? skew == -7200000 : llabs(skew) <= 500);
    }
}

static void each_damage_is_what_it_is_called(void **state)
{
    struct maker *m = *state;
    size_t seen[LS_FAULT_COUNT] = {0};
    plan_fine(m, session_spec, SETS("faults.wrong_frame.rate=1/9", "faults.missing.rate=0"));
    make_run(m, RUN);
    for (size_t i = 0; i < RUN; i++) {
        const struct ls_event *e = &m->run.events[i];
        check_damaged_bytes(m, e);
        check_damaged_values(m, e);
        seen[e->fault]++;
    }
    static const enum ls_fault declared[] = {LS_FAULT_CLOCK_BACK,     LS_FAULT_UNKNOWN_REFERENCE,
                                             LS_FAULT_UNKNOWN_SCHEMA, LS_FAULT_WRONG_FRAME,
                                             LS_FAULT_EMPTY,          LS_FAULT_OVERSIZED};
    for (size_t k = 0; k < sizeof declared / sizeof *declared; k++) {
        assert_true(seen[declared[k]] > 20);
    }
}

static void truncation_reaches_every_length(void **state)
{
    struct maker *m = *state;
    size_t shortest = SIZE_MAX;
    size_t whole = 0;
    size_t longest = 0;
    plan_fine(m, sample_spec, SETS("faults.truncated.rate=1/2"));
    make_run(m, 20000);
    for (size_t i = 0; i < 20000; i++) {
        const struct ls_event *e = &m->run.events[i];
        size_t size = e->value_size;
        if (e->type == 2 && e->fault == LS_FAULT_TRUNCATED) { /* a visit: the smallest */
            shortest = size < shortest ? size : shortest;
            longest = size > longest ? size : longest;
        } else if (e->type == 2) {
            whole = size > whole ? size : whole;
        }
    }
    assert_int_equal(shortest, LS_SINGLE_OBJECT_SIZE); /* nothing but the frame */
    assert_int_equal(longest, whole - 1);              /* all but the last byte */
}

/* n trials of probability p gave `count`: within five standard deviations. */
static void check_rate(const char *what, size_t count, size_t n, double p)
{
    double mean = (double)n * p;
    double bound = 5 * sqrt(mean * (1 - p)) + 1;
    if (fabs((double)count - mean) > bound || count == 0) {
        fail_msg("%s: %zu of %zu, expected %.1f +- %.1f", what, count, n, mean, bound);
    }
}

static void faults_strike_at_their_rates(void **state)
{
    enum { FIRST = 4000, COUNT = 120000 };
    struct maker *m = *state;
    size_t by_type[3] = {0};
    size_t faults[LS_FAULT_CONFLICT + 1] = {0};
    size_t late = 0;
    size_t jitter = 0;
    size_t copies_with_amount = 0;
    plan_fine(m, sample_spec, NULL);
    assert_int_equal(m->plan->slots.block, 40);
    run_into(m, &m->run, FIRST, FIRST + COUNT, 1);
    for (size_t k = 0; k < COUNT; k++) {
        const struct ls_event *e = &m->run.events[k];
        faults[e->fault]++;
        by_type[e->type] += !is_copy(e);
        copies_with_amount += is_copy(e) && e->type != 2;
        late += e->late;
        jitter += e->jitter;
    }
    size_t copies = faults[LS_FAULT_DUPLICATE] + faults[LS_FAULT_CONFLICT];
    size_t own = COUNT - copies;
    assert_int_equal(copies, COUNT / 40); /* one in each block */
    double left = .99;                    /* of what is looked at for the next fault */
    check_rate("truncated", faults[LS_FAULT_TRUNCATED], own, .01);
    check_rate("corrupt", faults[LS_FAULT_CORRUPT], own, left * .01);
    left *= .99;
    check_rate("out_of_range", faults[LS_FAULT_OUT_OF_RANGE], by_type[0] + by_type[1], left / 60);
    double after_range = left * 59 / 60;
    check_rate("missing", faults[LS_FAULT_MISSING], by_type[0], after_range / 50);
    double ahead = (double)by_type[0] * after_range * .98 + (double)by_type[1] * after_range +
                   (double)by_type[2] * left;
    check_rate("clock_ahead", faults[LS_FAULT_CLOCK_AHEAD], own, .01 * ahead / (double)own);
    check_rate("conflict", faults[LS_FAULT_CONFLICT], copies_with_amount, .2);
    size_t sound = faults[LS_FAULT_NONE] + copies;
    check_rate("jitter", jitter, sound, .1);
    check_rate("late", late, own, .05 * (1 - .3 / 20.3));
    check_rate("order", by_type[0], own, 30. / 55);
    check_rate("payment", by_type[1], own, 20. / 55);
    check_rate("visit", by_type[2], own, 5. / 55);
}

/* What the plan claims of its numbers (contract G7 is proved with it). */
static void values_lie_in_the_bounds_that_the_plan_claims(void **state)
{
    struct maker *m = *state;
    struct ls_cell cells[LS_PLAN_CELLS_MAX];
    size_t looked = 0;
    plan_fine(m, sample_spec, NULL);
    make_run(m, RUN);
    for (size_t i = 0; i < RUN; i++) {
        const struct ls_event *e = &m->run.events[i];
        if (is_damaged(e) || is_copy(e)) {
            continue;
        }
        assert_int_equal(decode(m, e, cells), LS_DECODE_OK);
        const struct ls_plan_type *type = type_of(m, e);
        for (size_t k = 0; k < type->ops.count; k++) {
            const struct ls_op *op = &type->ops.items[k];
            if (op->cell >= type->column_count || cells[op->cell].is_null) {
                continue;
            }
            if (op->bounded) {
                looked++;
                assert_true(cells[op->cell].number >= op->low &&
                            cells[op->cell].number <= op->high);
            }
        }
    }
    assert_true(looked > RUN);
}

static void copies_without_an_original_are_free_events(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, SETS("faults.duplicate.gap={uniform: [5000, 5000]}"));
    make_run(m, 6000);
    for (size_t i = 0; i < 5000; i++) {
        assert_false(is_copy(&m->run.events[i]));
    }
    size_t copies = 0;
    for (size_t i = 5000; i < 6000; i++) {
        copies += is_copy(&m->run.events[i]);
    }
    assert_int_equal(copies, 25);
}

/* ---- independence */

/* How often two runs agree in key, id or amount of the payment of one index, and how much their
 * amounts are correlated. */
static void check_unrelated(struct maker *m, const char *const *sets, int64_t shift)
{
    enum { COUNT = 20000 };
    static double mine[COUNT];
    struct ls_cell cells[LS_PLAN_CELLS_MAX];
    struct kept *run = &m->run;
    uint64_t ids = 0;
    for (size_t i = 0; i < COUNT; i++) {
        mine[i] = -1;
        if (run->events[i].type == 1 && decode(m, &run->events[i], cells) == LS_DECODE_OK) {
            mine[i] = (double)cells[LS_COLUMN_PAYLOAD].number;
        }
    }
    struct kept other = {0};
    ls_arena_init(&other.arena, "other events", 1U << 28);
    plan_fine(m, sample_spec, sets);
    run_into(m, &other, 0, COUNT, 1);
    double n = 0;
    double sums[5] = {0};
    size_t equal = 0;
    for (size_t i = 8; i < COUNT - 8; i++) {
        const struct ls_event *e = &other.events[(int64_t)i + shift];
        ids += memcmp(e->event_id, run->events[i].event_id, LS_EVENT_ID_SIZE) == 0;
        if (e->type != 1 || mine[i] < 0 || decode(m, e, cells) != LS_DECODE_OK) {
            continue;
        }
        double x = mine[i];
        double y = (double)cells[LS_COLUMN_PAYLOAD].number;
        n++;
        equal += x == y;
        double products[5] = {x, y, x * x, y * y, x * y};
        for (int k = 0; k < 5; k++) {
            sums[k] += products[k];
        }
    }
    double covariance = sums[4] / n - sums[0] / n * (sums[1] / n);
    double spread = sqrt((sums[2] / n - sums[0] / n * (sums[0] / n)) *
                         (sums[3] / n - sums[1] / n * (sums[1] / n)));
    assert_int_equal(ids, 0);
    assert_true(n > 1500 && equal <= 2);
    assert_true(fabs(covariance / spread) < 5 / sqrt(n));
    forget(&other);
}

static void neighbouring_seeds_are_unrelated(void **state)
{
    struct maker *m = *state;
    for (int64_t shift = -2; shift <= 2; shift++) {
        plan_fine(
            m, sample_spec,
            SETS("seed=7", "faults={}", "event_types[1].metrics[0].uniform=[0.01, 10000.00]"));
        make_run(m, 20000);
        check_unrelated(
            m, SETS("seed=8", "faults={}", "event_types[1].metrics[0].uniform=[0.01, 10000.00]"),
            shift);
    }
}

/* The cells of every column that both plans have are equal (G2). */
static void check_columns(struct maker *m, const struct ls_plan *before, const struct kept *run)
{
    struct ls_cell old[LS_PLAN_CELLS_MAX];
    struct ls_cell new[LS_PLAN_CELLS_MAX];
    size_t compared = 0;
    for (size_t i = 0; i < run->count; i++) {
        const struct ls_event *a = &run->events[i];
        const struct ls_event *b = &m->run.events[i];
        const struct ls_layout *layout = before->types[a->type].spec->layout;
        const struct ls_layout *wider = type_of(m, b)->spec->layout;
        assert_int_equal(a->type, b->type);
        assert_int_equal(a->fault, b->fault);
        assert_memory_equal(a->event_id, b->event_id, LS_EVENT_ID_SIZE);
        if (a->fault == LS_FAULT_TRUNCATED || a->fault == LS_FAULT_CORRUPT) {
            continue; /* the place of the damage may be another one */
        }
        assert_int_equal(ls_row_decode(layout, a->value + LS_SINGLE_OBJECT_SIZE,
                                       a->value_size - LS_SINGLE_OBJECT_SIZE, old, NULL, NULL),
                         LS_DECODE_OK);
        assert_int_equal(decode(m, b, new), LS_DECODE_OK);
        for (size_t c = 0; c < layout->count; c++) {
            int at = ls_layout_find(wider, layout->columns[c].path);
            assert_true(at >= 0);
            assert_true(old[c].number == new[at].number &&old[c].is_null ==
                        new[at].is_null &&old[c].size == new[at].size);
            if (old[c].size) {
                assert_memory_equal(old[c].bytes, new[at].bytes, old[c].size);
            }
            compared++;
        }
    }
    assert_true(compared > 10000);
}

static void another_field_changes_no_other_bytes(void **state)
{
    static const struct {
        const char *find, *replacement;
    } cases[] = {
        {"      - {name: order_id,", "      - {name: first, type: int, uniform: [1, 9]}\n"
                                     "      - {name: order_id,"},
        {"      - {name: tip,",
         "      - {name: pick, type: string, choice: [a, b], nullable: 1/2}\n"
         "      - {name: tip,"},
        {"      - {name: tier, type: string, ref: customer.tier}\n",
         "      - {name: price, type: money, ref: product.price}\n"
         "      - {name: tier, type: string, ref: customer.tier}\n"},
        {"      - {name: country, type", "      - {name: pick, type: string, choice: [a, b, c]}\n"
                                         "      - {name: country, type"},
        {"      - {name: quantity,", "      - {name: twice, type: money, expr: product.price * 2}\n"
                                     "      - {name: quantity,"},
    };
    struct maker *m = *state;
    struct ls_spec *spec;
    struct ls_plan *before;
    struct kept run;
    plan_fine(m, sample_spec, NULL);
    make_run(m, 4000);
    run = m->run;
    before = m->plan;
    spec = m->base.spec;
    m->plan = NULL;
    m->base.spec = NULL;
    m->run = (struct kept){0};
    ls_arena_init(&m->run.arena, "test events", 1U << 30);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char *text = changed(sample_spec, cases[k].find, cases[k].replacement);
        plan_fine(m, text, NULL);
        make_run(m, 4000);
        check_columns(m, before, &run);
        free(text);
    }
    forget(&run);
    ls_plan_free(before);
    ls_spec_free(spec);
}

/* Texts longer than an id, in every way that one can get into a value. */
static void the_room_for_a_value_suffices(void **state)
{
    struct maker *m = *state;
    char word[1200];
    char sets[8][1600];
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    snprintf(sets[0], sizeof sets[0],
             "entities.customer.attributes[0]={name: country, type: string, const: %s}", word);
    snprintf(sets[1], sizeof sets[1],
             "event_types[1].attributes=[{name: a, type: string, ref: customer.country}, "
             "{name: b, type: string, ref: customer.country}, "
             "{name: c, type: string, ref: customer.country}, "
             "{name: d, type: string, expr: customer.country}, "
             "{name: e, type: string, expr: d}]");
    snprintf(sets[2], sizeof sets[2],
             "event_types[2].attributes=[{name: a, type: string, expr: \"'%s'\"}]", word);
    snprintf(sets[3], sizeof sets[3],
             "event_types[0].attributes[2]={name: coupon, type: string, choice: [%s, short]}",
             word);
    plan_fine(m, sample_spec, SETS(sets[0], sets[1], sets[2], sets[3]));
    size_t room = ls_event_value_max(m->plan);
    size_t most[3] = {0};
    for (uint64_t i = 0; i < 300; i++) {
        struct ls_event event = make(m, i);
        assert_true(event.value_size <= room);
        most[event.type] = event.value_size > most[event.type] ? event.value_size
                                                               : most[event.type];
    }
    assert_true(most[0] > 1200 && most[1] > 6000 && most[2] > 1200);
    assert_true(room < 7200); /* and is no waste of memory */
}

/* The format's bytes. An intended change of them is a new format version, with a line under "Output
 * changes" in the changelog. */
static void check_pinned(struct maker *m, const char *what, const char *spec, size_t count,
                         struct ls_id pinned)
{
    struct ls_id digest = {0, 0};
    plan_fine(m, spec, NULL);
    make_run(m, count);
    for (size_t i = 0; i < count; i++) {
        const struct ls_event *e = &m->run.events[i];
        uint8_t record[8192];
        uint8_t *at = ls_put_long(record, e->type);
        at = ls_put_long(at, e->partition);
        at = ls_put_long(at, e->timestamp_ms);
        at = ls_put_bytes(at, e->key, e->key_size);
        at = ls_put_bytes(at, e->value, e->value_size);
        struct ls_id id = ls_id_of(record, (size_t)(at - record));
        digest.high = ls_mix(digest.high ^ id.high);
        digest.low = ls_mix(digest.low ^ id.low);
    }
    if (digest.high != pinned.high || digest.low != pinned.low) {
        fail_msg("the bytes of the %s changed: 0x%016llx, 0x%016llx", what,
                 (unsigned long long)digest.high, (unsigned long long)digest.low);
    }
}

static void the_bytes_are_pinned(void **state)
{
    check_pinned(*state, "sample", sample_spec, 5000,
                 (struct ls_id){UINT64_C(0x5152b5c1da2ed030), UINT64_C(0x40503f629ee8c9d1)});
    check_pinned(*state, "spec of sessions", session_spec, 14000,
                 (struct ls_id){UINT64_C(0x6aea0c5ff317409c), UINT64_C(0x6d3045f2721716f6)});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(any_event_can_be_made_alone),
        MAKER_TEST(the_envelope_says_what_the_record_says),
        MAKER_TEST(timestamps_never_decrease),
        MAKER_TEST(no_two_events_have_one_id_but_copies),
        MAKER_TEST(copies_repeat_an_earlier_sound_event),
        MAKER_TEST(a_conflict_at_the_top_of_the_range_goes_down),
        MAKER_TEST(damage_is_what_every_decoder_notices),
        MAKER_TEST(each_damage_is_what_it_is_called),
        MAKER_TEST(truncation_reaches_every_length),
        MAKER_TEST(faults_strike_at_their_rates),
        MAKER_TEST(values_lie_in_the_bounds_that_the_plan_claims),
        MAKER_TEST(copies_without_an_original_are_free_events),
        MAKER_TEST(neighbouring_seeds_are_unrelated),
        MAKER_TEST(another_field_changes_no_other_bytes),
        MAKER_TEST(the_room_for_a_value_suffices),
        MAKER_TEST(the_bytes_are_pinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
