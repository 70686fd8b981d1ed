/* A description beside the same told naively of the events themselves. */
#include "generator/describe.h"

#include "generator/asked.h"
#include "generator/device_fixture_test.h"

enum { RUN = 12000 };

static struct ls_describe *describe(struct maker *m, const char *text, uint64_t count)
{
    struct ls_describe *d;
    plan_fine(m, text, NULL);
    make_run(m, count);
    assert_int_equal(ls_describe_new(m->plan, count, &d, &m->base.err), 0);
    for (size_t i = 0; i < m->run.count; i++) {
        assert_int_equal(ls_describe_take(d, &m->run.events[i], &m->base.err), 0);
    }
    assert_int_equal(ls_describe_close(d, &m->base.err), 0);
    return d;
}

/* ---- fields */

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* One field, by its column in the version of each event; -1: there is none. */
static int column_in(const struct ls_plan_type *type, const struct ls_spec_field *field)
{
    for (size_t i = 0; i < type->version->field_count; i++) {
        if (type->version->fields[i] == field) {
            return (int)(LS_COLUMN_PAYLOAD + i);
        }
    }
    return -1;
}

static uint64_t words_named(const struct ls_describe_field *field, const struct ls_cell *cell)
{
    for (size_t i = 0; i < field->words.word_count; i++) {
        const struct ls_tally_word *word = &field->words.words[i];
        bool number = field->is_number && memcmp(word->bytes, &cell->number, 8) == 0;
        bool boolean = field->spec->type == LS_FIELD_BOOLEAN &&
                       (word->bytes[0] == 't') == (cell->number != 0);
        bool text = !field->is_number && field->spec->type != LS_FIELD_BOOLEAN &&
                    word->size == cell->size && memcmp(word->bytes, cell->bytes, cell->size) == 0;
        if (number || boolean || text) {
            return word->count;
        }
    }
    return 0;
}

/* How often the first value that the field has occurs; the tally must say so too. */
static void check_field(struct maker *m, size_t t, const struct ls_describe_field *field)
{
    static int64_t numbers[RUN];
    struct ls_cell first = {.is_null = true};
    uint64_t events = 0;
    uint64_t nulls = 0;
    uint64_t values = 0;
    uint64_t same = 0;
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        const struct ls_plan_type *type = ls_event_type(m->plan, e);
        int column = e->type == t ? column_in(type, field->spec) : -1;
        if (column < 0 || ls_fault_damages((enum ls_fault)e->fault)) {
            continue;
        }
        struct ls_cell cells[LS_PLAN_CELLS_MAX];
        assert_int_equal(ls_row_decode(type->version->layout, e->value + 10, e->value_size - 10,
                                       cells, NULL, NULL),
                         LS_DECODE_OK);
        const struct ls_cell *cell = &cells[column];
        events++;
        nulls += cell->is_null;
        if (cell->is_null) {
            continue;
        }
        first = first.is_null ? *cell : first;
        same += same_cell(&first, cell);
        numbers[values++] = cell->number;
    }
    assert_int_equal(field->events, events);
    assert_int_equal(field->nulls, nulls);
    assert_int_equal(field->words.count, values);
    assert_true(values == 0 || field->words.rest || words_named(field, &first) == same);
    assert_int_equal(field->numbers.count, field->is_number ? values : 0);
    if (field->is_number && values) {
        qsort(numbers, values, sizeof *numbers, by_number);
        assert_true(field->numbers.least == numbers[0]);
        assert_true(field->numbers.greatest == numbers[values - 1]);
        assert_true(values > LS_QUANTILES_EXACT ||
                    ls_quantiles_at(&field->numbers, (struct ls_ratio){1, 2}) ==
                        numbers[(values - 1) / 2]);
    }
}

static void fields_are_of_sound_events(void **state)
{
    static const char *const specs[] = {sample_spec, session_spec};
    struct maker *m = *state;
    for (size_t s = 0; s < sizeof specs / sizeof *specs; s++) {
        struct ls_describe *d = describe(m, specs[s], RUN);
        uint64_t total = 0;
        for (size_t t = 0; t < m->plan->type_count; t++) {
            const struct ls_describe_type *type = &d->types[t];
            uint64_t counts[3] = {0};
            for (size_t i = 0; i < m->run.count; i++) {
                const struct ls_event *e = &m->run.events[i];
                counts[0] += e->type == t;
                counts[1] += e->type == t && ls_fault_damages((enum ls_fault)e->fault);
                counts[2] += e->type == t && e->changed;
            }
            assert_int_equal(type->events, counts[0]);
            assert_int_equal(type->damaged, counts[1]);
            assert_int_equal(type->changed, counts[2]);
            assert_true(type->field_count > 0);
            for (size_t i = 0; i < type->field_count; i++) {
                check_field(m, t, &type->fields[i]);
            }
            total += type->asked;
        }
        assert_in_range(total, LS_SHARE_WHOLE - 100, LS_SHARE_WHOLE);
        ls_describe_free(d);
    }
}

/* `fee` is two fields of one name; what a version lacks is not counted as null. */
static void both_versions_have_their_fields(void **state)
{
    struct maker *m = *state;
    struct ls_describe *d = describe(m, session_spec, RUN);
    const struct ls_describe_type *payment = &d->types[1];
    const struct ls_describe_field *fees[2];
    size_t count = 0;
    for (size_t i = 0; i < payment->field_count; i++) {
        if (strcmp(payment->fields[i].spec->name, "fee") == 0 && count < 2) {
            fees[count++] = &payment->fields[i];
        }
    }
    assert_int_equal(count, 2);
    assert_int_equal(fees[0]->spec->type, LS_FIELD_INT);
    assert_int_equal(fees[1]->spec->type, LS_FIELD_LONG);
    assert_true(fees[0]->events > 100 && fees[1]->events > 100);
    assert_int_equal(fees[0]->events + fees[1]->events, payment->events - payment->damaged);
    assert_int_equal(fees[0]->nulls + fees[1]->nulls, 0);
    assert_true(fees[0]->numbers.greatest <= 9 && fees[1]->numbers.least >= 10);
    ls_describe_free(d);
}

/* ---- faults and happenings */

/* Is it within six deviations, and some for small numbers? */
static bool is_near(uint64_t counted, uint64_t expected)
{
    uint64_t off = counted > expected ? counted - expected : expected - counted;
    return off <= 4 || off * off <= 36 * expected;
}

static void faults_come_as_often_as_expected(void **state)
{
    static const char *const specs[] = {sample_spec, session_spec};
    struct maker *m = *state;
    for (size_t s = 0; s < sizeof specs / sizeof *specs; s++) {
        struct ls_describe *d = describe(m, specs[s], RUN);
        uint64_t counts[LS_DESCRIBE_FAULTS] = {0};
        for (size_t i = 0; i < m->run.count; i++) {
            const struct ls_event *e = &m->run.events[i];
            counts[e->fault]++;
            counts[LS_DESCRIBE_LATE] += e->late;
            counts[LS_DESCRIBE_JITTER] += e->jitter;
        }
        size_t declared = 0;
        for (int kind = 0; kind < LS_DESCRIBE_FAULTS; kind++) {
            const struct ls_describe_fault *fault = &d->faults[kind];
            declared += fault->spec != NULL;
            assert_int_equal(fault->counted, counts[kind]);
            assert_true(fault->spec || kind == LS_FAULT_NONE || fault->counted == 0);
            if (fault->spec && !is_near(fault->counted, fault->expected)) {
                fail_msg("%s: %llu expected, %llu counted", fault->name,
                         (unsigned long long)fault->expected, (unsigned long long)fault->counted);
            }
        }
        assert_int_equal(declared, s ? 14 : 9);
        uint64_t alike = RUN - d->faults[LS_FAULT_CONFLICT].exposed; /* copies of these are plain */
        assert_true(alike > 0);
        assert_int_equal(d->faults[LS_FAULT_DUPLICATE].expected,
                         RUN / 50 + ls_asked_count(alike, (struct ls_ratio){1, 200}));
        ls_describe_free(d);
    }
}

static void only_what_a_fault_may_strike_is_exposed(void **state)
{
    struct maker *m = *state;
    struct ls_describe *d = describe(m, session_spec, RUN);
    uint64_t counts[2] = {0};
    int64_t start = m->plan->spec->start_ms;
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        bool is_copy = e->original != e->index;
        counts[0] += !is_copy && (e->type == 0 || e->type == 2) &&
                     (!ls_fault_damages((enum ls_fault)e->fault) ||
                      e->fault >= LS_FAULT_OUT_OF_RANGE);
        counts[1] += !is_copy && e->scheduled_ms >= start + 50000 &&
                     e->scheduled_ms < start + 110000 &&
                     (!ls_fault_damages((enum ls_fault)e->fault) ||
                      e->fault >= LS_FAULT_CLOCK_BACK);
    }
    assert_int_equal(d->faults[LS_FAULT_OUT_OF_RANGE].exposed, counts[0]);
    assert_int_equal(d->faults[LS_FAULT_CLOCK_BACK].exposed, counts[1]);
    uint64_t half = d->faults[LS_DESCRIBE_LATE].exposed;
    assert_in_range(half, RUN / 4, RUN * 3 / 4); /* of the entities one in two */
    ls_describe_free(d);
}

static void happenings_are_counted(void **state)
{
    struct maker *m = *state;
    struct ls_describe *d = describe(m, session_spec, RUN);
    uint64_t held = 0;
    uint64_t changed = 0;
    for (size_t i = 0; i < m->run.count; i++) {
        held += m->run.events[i].held;
        changed += m->run.events[i].changed;
    }
    assert_true(held > 100 && changed > 100);
    assert_int_equal(d->held, held);
    assert_int_equal(d->change_counted, changed);
    assert_true(d->change_exposed > changed);
    assert_true(d->hot_counted * 2 > d->hot_exposed && d->hot_counted < d->hot_exposed);
    assert_true(d->delays[LS_DELAY_HELD].count > 100);
    ls_describe_free(d);
}

static void episodes_are_told_apart(void **state)
{
    static const char rest[] =
        "episodes:\n"
        "  hot: {entity: device, field: heat, every: 20s, probability: 1/2, for: 5s, add: 500}\n"
        "  dry: {entity: device, field: heat, every: 40s, for: 8s, add: -500}\n"
        "faults: {empty: {rate: 1/20}, jitter: {rate: 1/9, max: 1s}}\n";
    struct maker *m = *state;
    char text[DEVICE_TEXT_MAX];
    bool more;
    struct ls_describe *d = describe(
        m, device_text(text, "", "      - {name: heat, type: int, uniform: [100, 200]}\n", rest),
        RUN);
    for (size_t k = 0; k < 2; k++) {
        const struct ls_episode *episode = &m->plan->episodes[k];
        uint64_t events = 0;
        size_t met = 0;
        for (size_t n = 0; n < DEVICES; n++) { /* all spans, and who is in them */
            for (int64_t span = -2; span < 12; span++) {
                uint64_t inside = 0;
                for (size_t i = 0; i < m->run.count; i++) {
                    const struct ls_event *e = &m->run.events[i];
                    inside += e->entity == n && e->episode == k + 1 &&
                              ls_episode_number(episode, n, e->event_time) == span;
                }
                events += inside;
                met += inside > 0;
            }
        }
        assert_true(met > 30);
        assert_int_equal(d->episodes[k].events, events);
        assert_int_equal(ls_tally_distinct(&d->episodes[k].met, &more), met);
        assert_false(more);
    }
    assert_int_equal(d->episodes[0].expected, 120); /* 40 devices, 120 s */
    assert_int_equal(d->episodes[1].expected, 120);
    uint64_t outside = RUN - d->episodes[0].events - d->episodes[1].events;
    uint64_t empty = d->faults[LS_FAULT_EMPTY].counted;
    assert_int_equal(d->faults[LS_FAULT_EMPTY].exposed, outside);
    assert_int_equal(d->faults[LS_DESCRIBE_JITTER].exposed, outside - empty);
    ls_describe_free(d);
}

/* ---- keys and times */

static void check_keys(struct maker *m, uint64_t run)
{
    struct ls_describe *d = describe(m, session_spec, run);
    uint64_t counts[400] = {0};
    uint64_t distinct = 0;
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        counts[e->entity] += m->plan->types[e->type].picks[0].entity == &m->plan->entities[0];
    }
    const struct ls_describe_keys *keys = &d->keys[0];
    for (size_t n = 0; n < 400; n++) {
        distinct += counts[n] > 0;
        uint64_t hotter = 0; /* those that come before it */
        for (size_t k = 0; k < 400; k++) {
            hotter += counts[k] > counts[n] || (counts[k] == counts[n] && k < n);
        }
        if (hotter < keys->hot_count) {
            assert_int_equal(keys->hot[hotter].entity, n);
            assert_int_equal(keys->hot[hotter].count, counts[n]);
        }
    }
    assert_int_equal(keys->distinct, distinct);
    assert_int_equal(keys->hot_count, distinct < LS_DESCRIBE_HOT ? distinct : LS_DESCRIBE_HOT);
    assert_int_equal(keys->beyond, 0);
    assert_null(d->keys[1].entity); /* no event is about a product */
    assert_int_equal(keys->events + d->keys[2].events, run);
    ls_describe_free(d);
}

static void keys_are_counted(void **state)
{
    check_keys(*state, 5);
    check_keys(*state, 60); /* many are as hot as one another */
    check_keys(*state, RUN);
}

static void times_are_counted(void **state)
{
    static const uint64_t counts[] = {1, 2, 121, 4000, 4400, RUN}; /* the outage: 3,000 to 5,500 */
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        struct ls_describe *d = describe(m, session_spec, counts[k]);
        uint64_t bins[LS_DESCRIBE_BINS] = {0};
        int64_t last = INT64_MIN;
        uint64_t delays = 0;
        for (size_t i = 0; i < m->run.count; i++) {
            int64_t at = m->run.events[i].timestamp_ms;
            bins[(at - d->begin_ms) / d->bin_ms]++;
            last = at > last ? at : last;
        }
        assert_int_equal(d->begin_ms, m->plan->spec->start_ms);
        assert_int_equal(d->end_ms, last);
        assert_int_equal(d->bin_count, (last - d->begin_ms) / d->bin_ms + 1);
        assert_memory_equal(d->bins, bins, sizeof bins);
        for (size_t i = 0; i < LS_DELAY_COUNT; i++) {
            delays += d->delays[i].count;
        }
        assert_int_equal(delays, counts[k]);
        ls_describe_free(d);
    }
}

static int describe_all(struct maker *m)
{
    struct ls_describe *d;
    struct ls_error err;
    int rc = ls_describe_new(m->plan, m->run.count, &d, &err);
    for (size_t i = 0; rc == 0 && i < m->run.count; i++) {
        rc = ls_describe_take(d, &m->run.events[i], &err);
    }
    rc = rc < 0 ? rc : ls_describe_close(d, &err);
    ls_describe_free(d);
    return rc;
}

static void refused_memory_is_an_error(void **state)
{
    struct maker *m = *state;
    plan_fine(m, session_spec, NULL);
    make_run(m, 100);
    for (unsigned long n = 1;; n++) {
        ls_mem_refuse(n);
        int rc = describe_all(m);
        ls_mem_refuse(0);
        if (rc == 0) {
            assert_true(n > 50);
            return;
        }
        assert_int_equal(rc, LS_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(fields_are_of_sound_events),
        MAKER_TEST(both_versions_have_their_fields),
        MAKER_TEST(faults_come_as_often_as_expected),
        MAKER_TEST(only_what_a_fault_may_strike_is_exposed),
        MAKER_TEST(happenings_are_counted),
        MAKER_TEST(episodes_are_told_apart),
        MAKER_TEST(keys_are_counted),
        MAKER_TEST(times_are_counted),
        MAKER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
