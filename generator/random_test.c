/* What holds for every spec, over random ones (contract G1, G4, G5, G7): what events must be is
 * worked out here once more, from what the spec says. */
#include "core/avro/frame.h"
#include "generator/random_spec_test.h"
#include "generator/truth.h"

#include <math.h>

enum { SPECS = 150, RUN = 2000 };

/* How often something came, and how often it was to be expected. */
struct tally {
    size_t came, asked;
    double expected;
};

static uint64_t number; /* of the spec that is looked at; SPECS: all held */

struct bench {
    struct maker *m;
    struct random_spec spec;
    uint64_t firsts[RUN]; /* the slot that an event's session began with, or its own; of a copy that
                             of its original */
    /* over all specs */
    struct tally faults[LS_FAULT_COUNT], late, jitter, hot, mixed;
    size_t steps, held, copies, conflicts, joined, decoded, free_copies;
    uint64_t outcomes[LS_REASON_COUNT];
};

static uint64_t word_of(const struct bench *b, const char *stream, uint64_t i)
{
    return ls_word(ls_stream_key(b->spec.seed, stream), i, 0);
}

static const struct ls_event *event_at(const struct bench *b, uint64_t i)
{
    return &b->m->run.events[i];
}

static bool is_copy(const struct ls_event *e)
{
    return e->fault == LS_FAULT_DUPLICATE || e->fault == LS_FAULT_CONFLICT;
}

static bool within(const struct bench *b, struct random_span span, int64_t time_ms)
{
    int64_t passed = time_ms - b->spec.start_ms;
    return span.present && passed >= span.from_ms && passed < span.to_ms;
}

static void count(struct tally *tally, bool came, double probability)
{
    tally->came += came;
    tally->asked++;
    tally->expected += probability;
}

/* By its own version's schema; NULL where a fault has left no sound bytes. */
static const struct ls_layout *decode(const struct bench *b, const struct ls_event *e,
                                      struct ls_cell cells[LS_PLAN_CELLS_MAX])
{
    const struct ls_spec_version *version = ls_event_type(b->m->plan, e)->version;
    struct ls_frame frame = ls_frame_read(e->value, e->value_size);
    if (frame.kind != LS_FRAME_SINGLE_OBJECT || frame.crc64 != version->schema->crc64 ||
        ls_row_decode(version->layout, e->value + frame.size, e->value_size - frame.size, cells,
                      NULL, NULL) != LS_DECODE_OK) {
        assert_true(ls_fault_damages((enum ls_fault)e->fault));
        return NULL;
    }
    assert_int_equal(cells[LS_COLUMN_SCHEMA_VERSION].number, version->number);
    return version->layout;
}

/* The number behind the letter of an id, in a column of an event that was decoded. */
static uint64_t number_in(const struct ls_layout *layout, const struct ls_cell *cells,
                          const char *name)
{
    int column = ls_layout_find(layout, name);
    char text[64] = {0};
    assert_true(column >= 0);
    assert_in_range(cells[column].size, 2, 63);
    memcpy(text, cells[column].bytes, cells[column].size);
    return strtoull(text + 1, NULL, 10);
}

/* ---- G1 */

static void check_alone(const struct bench *b)
{
    for (uint64_t k = 0; k < RUN; k++) {
        uint64_t i = k * 1777 % RUN;
        struct ls_event event = make(b->m, i);
        check_same_event(&event, event_at(b, i));
    }
}

/* ---- G4 */

static void check_times(struct bench *b)
{
    int64_t last[8] = {0};
    for (uint64_t i = 0; i < RUN; i++) {
        const struct ls_event *e = event_at(b, i);
        int64_t scheduled = ls_arrival_time(&b->m->plan->arrival, i);
        bool held = e->partition == b->spec.outage_partition &&
                    within(b, b->spec.outage, scheduled);
        assert_true(e->timestamp_ms ==
                    (held ? b->spec.start_ms + b->spec.outage.to_ms : scheduled));
        assert_true(e->timestamp_ms >= last[e->partition]);
        assert_int_equal(e->partition,
                         ls_partition_of(e->key, e->key_size, (uint32_t)b->spec.partitions));
        last[e->partition] = e->timestamp_ms;
        b->held += held;
    }
}

/* ---- G5: sessions */

/* A step's event has the session, the key and the partition of the one before it, and comes later
 * in every way. */
static void check_step(struct bench *b, const struct ls_event *e, const struct ls_layout *layout,
                       const struct ls_cell *cells)
{
    uint64_t at = number_in(layout, cells, "before");
    struct ls_cell others[LS_PLAN_CELLS_MAX];
    assert_true(at < e->original);
    const struct ls_event *before = event_at(b, at);
    assert_false(is_copy(before));
    assert_int_equal(before->type, b->spec.types[e->type].follows);
    assert_true(before->event_time < e->event_time);
    assert_true(before->entity == e->entity && before->partition == e->partition &&
                before->key_size == e->key_size && memcmp(before->key, e->key, e->key_size) == 0);
    const struct ls_layout *other = decode(b, before, others);
    if (other) {
        assert_true(number_in(other, others, "session") == number_in(layout, cells, "session"));
        b->steps++;
    }
    b->firsts[e->index] = b->firsts[at];
}

/* Of values that cannot be read the session is not known: its beginning is that of a copy. */
static void check_sessions(struct bench *b)
{
    uint8_t *seen = calloc((size_t)RUN * RANDOM_TYPES_MAX, 1);
    assert_non_null(seen);
    for (uint64_t i = 0; i < RUN; i++) {
        const struct ls_event *e = event_at(b, i);
        struct ls_cell cells[LS_PLAN_CELLS_MAX];
        b->firsts[i] = UINT64_MAX;
        const struct ls_layout *layout = decode(b, e, cells);
        b->decoded += layout != NULL;
        if (b->spec.types[e->type].follows < 0) {
            b->firsts[i] = e->original;
        } else if (layout) {
            check_step(b, e, layout, cells);
        }
        if (layout && b->spec.types[e->type].lifecycle >= 0 && !is_copy(e)) {
            uint64_t session = number_in(layout, cells, "session");
            assert_true(session < RUN && !seen[session * RANDOM_TYPES_MAX + e->type]);
            seen[session * RANDOM_TYPES_MAX + e->type] = true;
        }
    }
    free(seen);
}

/* ---- G5: who */

static uint64_t grown(const struct random_population *population, int64_t passed_ms)
{
    return passed_ms >= population->over_ms
               ? population->to
               : population->from + (population->to - population->from) * (uint64_t)passed_ms /
                                        (uint64_t)population->over_ms;
}

/* Decided when the session begins: nobody who joins later, and number 0 while it is hot. */
static void check_entities(struct bench *b)
{
    static const char *const picks[KINDS] = {"entities.customer.pick", "entities.device.pick"};
    for (uint64_t i = 0; i < RUN; i++) {
        const struct ls_event *e = event_at(b, i);
        int kind = b->spec.types[e->type].kind;
        const struct random_population *population = &b->spec.populations[kind];
        if (b->firsts[i] == UINT64_MAX) {
            continue;
        }
        int64_t began = ls_arrival_time(&b->m->plan->arrival, b->firsts[i]);
        uint64_t there = grown(population, began - b->spec.start_ms);
        bool hot = false;
        if (within(b, b->spec.hot, began) && (b->spec.hot_kind < 0 || b->spec.hot_kind == kind)) {
            double share = (double)b->spec.hot_share.part / (double)b->spec.hot_share.whole;
            hot = ls_hit(word_of(b, "faults.hot_key", b->firsts[i]), b->spec.hot_share);
            count(&b->hot, hot, share);
        }
        assert_true(e->entity < there && (!hot || e->entity == 0));
        assert_true(hot || population->zipf ||
                    e->entity == ls_below(word_of(b, picks[kind], b->firsts[i]), there));
        b->joined += e->entity >= population->from;
    }
}

/* ---- G5: copies */

static bool is_copys_place(const struct bench *b, uint64_t i)
{
    uint64_t block = b->m->plan->slots.block;
    return block && ls_below(word_of(b, "faults.copy", i / block), block) == i % block;
}

/* What copy slot i repeats: of eight slots from its gap on backwards the first that is no copy's
 * and that nothing damages. i: none. */
static uint64_t original_of(const struct bench *b, uint64_t i)
{
    uint64_t gap = 1 + ls_below(word_of(b, "faults.duplicate.gap", i), b->spec.gap);
    for (uint64_t j = i - gap; gap <= i && j + 8 > i - gap; j--) {
        if (!is_copys_place(b, j) && !ls_fault_damages((enum ls_fault)event_at(b, j)->fault)) {
            return j;
        }
        if (j == 0) {
            break;
        }
    }
    return i;
}

/* Payloads differ in the amount alone, by one; other columns are those of the original. */
static void check_copied(const struct bench *b, const struct ls_event *copy,
                         const struct ls_event *original)
{
    struct ls_cell is[LS_PLAN_CELLS_MAX];
    struct ls_cell was[LS_PLAN_CELLS_MAX];
    const struct ls_layout *layout = decode(b, copy, is);
    assert_non_null(layout);
    assert_ptr_equal(layout, decode(b, original, was));
    for (size_t c = 0; c < layout->count; c++) {
        bool amount = copy->fault == LS_FAULT_CONFLICT &&
                      strcmp(layout->columns[c].name, "amount_cents") == 0;
        if (c == LS_COLUMN_INGEST_TIME) {
            continue;
        }
        int64_t by = llabs(is[c].number - was[c].number);
        assert_true(by == (amount ? 1 : 0) && is[c].is_null == was[c].is_null &&
                    is[c].size == was[c].size &&
                    (is[c].size == 0 || memcmp(is[c].bytes, was[c].bytes, is[c].size) == 0));
    }
}

static void check_copies(struct bench *b)
{
    uint64_t block = b->m->plan->slots.block;
    uint64_t in_block = 0;
    assert_true((block > 0) == b->spec.copies);
    for (uint64_t i = 0; i < RUN; i++) {
        const struct ls_event *e = event_at(b, i);
        in_block = block && i % block == 0 ? 0 : in_block;
        assert_true(e->original == (is_copys_place(b, i) ? original_of(b, i) : i));
        assert_int_equal(is_copy(e), e->original != i);
        if (!is_copy(e)) {
            continue;
        }
        in_block++;
        assert_true(b->spec.copies && in_block == 1 && e->original < i);
        const struct ls_event *original = event_at(b, e->original);
        assert_int_equal(original->fault, LS_FAULT_NONE);
        assert_true(original->type == e->type && original->changed == e->changed &&
                    original->entity == e->entity && original->partition == e->partition &&
                    original->event_time == e->event_time && !e->late);
        assert_memory_equal(original->event_id, e->event_id, LS_EVENT_ID_SIZE);
        check_copied(b, e, original);
        b->copies++;
        b->conflicts += e->fault == LS_FAULT_CONFLICT;
    }
}

/* ---- faults */

static bool may_strike(const struct bench *b, const struct random_fault *fault, const char *name,
                       const struct ls_event *e, int64_t scheduled)
{
    char stream[64];
    snprintf(stream, sizeof stream, "faults.%s.entities", name);
    return fault->present && fault->types >> e->type & 1 && within(b, fault->when, scheduled) &&
           ls_hit(word_of(b, stream, e->entity), fault->entities);
}

static bool strikes(const struct bench *b, const struct random_fault *fault, const char *name,
                    uint64_t i, struct tally *tally)
{
    char stream[64];
    snprintf(stream, sizeof stream, "faults.%s", name);
    bool hit = ls_hit(word_of(b, stream, i), fault->rate);
    count(tally, hit, (double)fault->rate.part / (double)fault->rate.whole);
    return hit;
}

/* The first that strikes, in their order; none of a copy. */
static enum ls_fault damage_of(struct bench *b, const struct ls_event *e)
{
    for (int f = LS_FAULT_TRUNCATED; f < LS_FAULT_DUPLICATE; f++) {
        const char *name = ls_fault_name((enum ls_fault)f);
        const struct random_fault *fault = &b->spec.faults[f];
        if (may_strike(b, fault, name, e, e->scheduled_ms) &&
            strikes(b, fault, name, e->index, &b->faults[f])) {
            return (enum ls_fault)f;
        }
    }
    return LS_FAULT_NONE;
}

static void check_faults(struct bench *b)
{
    for (uint64_t i = 0; i < RUN; i++) {
        const struct ls_event *e = event_at(b, i);
        assert_true(e->scheduled_ms == ls_arrival_time(&b->m->plan->arrival, i));
        bool place = is_copys_place(b, i);
        assert_true(place || !is_copy(e));
        b->free_copies += place && !is_copy(e);
        if (!is_copy(e)) {
            assert_int_equal(e->fault, place ? LS_FAULT_NONE : damage_of(b, e));
            /* an ordinary delay is at most 3 s, one by fault at least 4; a step is pulled behind
             * the one before it */
            bool late = may_strike(b, &b->spec.late, "late", e, e->scheduled_ms) &&
                        strikes(b, &b->spec.late, "late", i, &b->late);
            bool free = b->spec.types[e->type].follows < 0;
            assert_true(e->late == late || (late && !free));
            assert_true(e->event_time <= e->scheduled_ms || !free);
        }
        bool jitter = !ls_fault_damages((enum ls_fault)e->fault) &&
                      may_strike(b, &b->spec.jitter, "jitter", e, e->scheduled_ms) &&
                      strikes(b, &b->spec.jitter, "jitter", i, &b->jitter);
        assert_true(e->jitter == jitter);
        int64_t skew = e->fault == LS_FAULT_CLOCK_AHEAD  ? INT64_C(400) * 86400000
                       : e->fault == LS_FAULT_CLOCK_BACK ? -7200000
                                                         : 0;
        int64_t off = e->ingest_time - e->timestamp_ms - skew;
        assert_true(jitter ? off >= -500 && off <= 500 : off == 0);
    }
}

/* Of the new version: none before the change, all behind it, more and more of them between. */
static void check_change(struct bench *b)
{
    for (uint64_t i = 0; i < RUN; i++) {
        const struct ls_event *e = event_at(b, i);
        const struct random_span *change = &b->spec.change;
        int64_t passed = event_at(b, e->original)->scheduled_ms - b->spec.start_ms;
        if (e->type != b->spec.changed || passed < change->from_ms) {
            assert_false(e->changed);
        } else if (passed >= change->to_ms) {
            assert_true(e->changed);
        } else {
            int64_t mixed = change->to_ms - change->from_ms;
            count(&b->mixed, e->changed, (double)(passed - change->from_ms) / (double)mixed);
        }
    }
}

/* ---- G7 */

static enum ls_reason outcome_since(const struct ls_truth_totals *now,
                                    const struct ls_truth_totals *before)
{
    int outcome = LS_REASON_COUNT;
    for (int r = 0; r < LS_REASON_COUNT; r++) {
        outcome = now->by_outcome[r] != before->by_outcome[r] ? r : outcome;
    }
    return (enum ls_reason)outcome;
}

static void check_truth(struct bench *b)
{
    struct ls_truth *truth;
    struct recount *recount = calloc(b->spec.type_count * b->spec.partitions, sizeof *recount);
    assert_non_null(recount);
    assert_int_equal(ls_truth_new(b->m->plan, NULL, &truth, &b->m->base.err), 0);
    for (uint64_t i = 0; i < RUN; i++) {
        const struct ls_event *e = event_at(b, i);
        const struct ls_truth_totals before = *ls_truth_totals(truth, e->type);
        assert_int_equal(ls_truth_take(truth, e, &b->m->base.err), 0);
        enum ls_reason told = outcome_since(ls_truth_totals(truth, e->type), &before);
        enum ls_reason found = recount_judge(b->m->plan->types[e->type].spec, &b->spec.rules, e,
                                             &recount[e->type * b->spec.partitions + e->partition]);
        if (told != found) {
            fail_msg("event %llu: %s is told, and it is %s", (unsigned long long)i,
                     ls_reasons[told].name, ls_reasons[found].name);
        }
        b->outcomes[found]++;
    }
    for (size_t k = 0; k < b->spec.type_count * b->spec.partitions; k++) {
        free(recount[k].known);
    }
    free(recount);
    ls_truth_free(truth);
}

/* ---- over all specs */

static void check_rate(const char *what, const struct tally *tally)
{
    double deviation = sqrt(tally->expected);
    if (tally->asked < 100 || fabs((double)tally->came - tally->expected) > 5 * deviation + 1) {
        fail_msg("%s: %zu of %zu, expected %.1f", what, tally->came, tally->asked, tally->expected);
    }
}

static void check_all(struct bench *b)
{
    static const enum ls_reason never[] = {
        LS_REASON_ENVELOPE_INVALID, LS_REASON_CLOCK_AHEAD, LS_REASON_TIME_RANGE,
        LS_REASON_NORMALIZE_FAILED, LS_REASON_SET,         LS_REASON_PATTERN};
    for (int f = LS_FAULT_TRUNCATED; f < LS_FAULT_DUPLICATE; f++) {
        check_rate(ls_fault_name((enum ls_fault)f), &b->faults[f]);
    }
    check_rate("late", &b->late);
    check_rate("jitter", &b->jitter);
    check_rate("hot", &b->hot);
    check_rate("mixed", &b->mixed);
    for (int r = 0; r < LS_REASON_COUNT; r++) {
        bool possible = true;
        for (size_t k = 0; k < sizeof never / sizeof *never; k++) {
            possible = possible && never[k] != (enum ls_reason)r;
        }
        assert_true(possible ? b->outcomes[r] > 100 : b->outcomes[r] == 0);
    }
    assert_true(b->steps > 10000 && b->held > 1000 && b->copies > 1000 && b->conflicts > 100 &&
                b->joined > 1000 && b->free_copies > 10 && b->decoded > SPECS * RUN / 2);
}

static void every_spec_keeps_what_is_promised(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->m = *state;
    for (number = 0; number < SPECS; number++) {
        random_spec_write(&b->spec, number);
        plan_fine(b->m, b->spec.text.text, NULL);
        make_run(b->m, RUN);
        check_alone(b);
        check_times(b);
        check_sessions(b);
        check_entities(b);
        check_copies(b);
        check_faults(b);
        check_change(b);
        check_truth(b);
    }
    check_all(b);
    free(b);
}

static int tell(void **state)
{
    if (number < SPECS) {
        print_message("it was random spec number %llu\n", (unsigned long long)number);
    }
    return teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_spec_keeps_what_is_promised, setup, tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
