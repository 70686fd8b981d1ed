#include "core/base/civil.h"
#include "generator/device_fixture_test.h"
#include "generator/statistics_test.h"

enum { EVENTS = 20000 };

static int64_t attribute_of(const struct maker *m, const char *name, uint64_t n)
{
    struct ls_cell cell;
    ls_attribute_value(attribute_named(m, 0, name), n, NULL, &cell);
    return cell.number;
}

/* ---- sequences */

/* One a device; of times, so long after the start, whichever side of 1970 that is on. */
static void sequences_number_a_population(void **state)
{
    static const struct {
        const char *type, *settings, *start;
        int64_t first, second, last; /* of 40 */
    } cases[] = {
        {"int", "{first: 10, step: 3}", "2026-01-01", 10, 13, 127},
        {"int", "{first: 10, step: -3}", "2026-01-01", 10, 7, -107},
        {"int", "{first: 5, step: 0}", "2026-01-01", 5, 5, 5},
        {"int", "{first: 2147483257, step: 10}", "2026-01-01", 2147483257, 2147483267, INT32_MAX},
        {"int", "{first: -2147483258, step: -10}", "2026-01-01", -2147483258, -2147483268,
         INT32_MIN},
        {"long", "{first: 4503599627370496, step: 4503599627370496}", "2026-01-01",
         INT64_C(1) << 52, INT64_C(1) << 53, INT64_C(40) << 52},
        {"money", "{first: 0.5, step: 0.25}", "2026-01-01", 50, 75, 50 + 39 * 25},
        {"timestamp", "{first: 1s, step: 1m}", "1970-01-01", 1000, 61000, 1000 + 39 * 60000},
        {"timestamp", "{first: 0s, step: -1ms}", "1970-01-01", 0, -1, -39},
        {"local_timestamp", "{first: 0s, step: 1d}", "1969-12-31", -86400000, 0,
         INT64_C(38) * 86400000},
        {"date", "{first: 0s, step: 1d}", "2026-01-01", 20454, 20455, 20493},
        {"date", "{first: 0s, step: 12h}", "1969-12-22", -10, -10, 9},
        {"date", "{first: -1ms, step: 0s}", "1970-01-01", -1, -1, -1},
        {"date", "{first: 6h, step: -6h}", "1970-01-01", 0, 0, -10},
        {"date", "{first: 0s, step: 50000000d}", "1970-01-01", 0, 50000000, 1950000000},
        {"date", "{first: 0s, step: -50000000d}", "1970-01-01", 0, -50000000, -1950000000},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char attribute[256];
        char start[64];
        char text[DEVICE_TEXT_MAX];
        snprintf(attribute, sizeof attribute, "      - {name: at, type: %s, sequence: %s}\n",
                 cases[k].type, cases[k].settings);
        snprintf(start, sizeof start, "start=%sT00:00:00Z", cases[k].start);
        char field[128];
        snprintf(field, sizeof field, "      - {name: seen, type: %s, ref: device.at}\n",
                 cases[k].type);
        plan_fine(m, device_text(text, attribute, field, ""), SETS(start));
        const struct ls_op *op = attribute_named(m, 0, "at");
        int64_t found[] = {attribute_of(m, "at", 0), attribute_of(m, "at", 1),
                           attribute_of(m, "at", DEVICES - 1)};
        if (found[0] != cases[k].first || found[1] != cases[k].second ||
            found[2] != cases[k].last) {
            fail_msg("%s %s: %lld, %lld ... %lld", cases[k].type, cases[k].settings,
                     (long long)found[0], (long long)found[1], (long long)found[2]);
        }
        assert_int_equal(op->low, found[0] < found[2] ? found[0] : found[2]);
        assert_int_equal(op->high, found[0] < found[2] ? found[2] : found[0]);
        for (uint64_t i = 0; i < 50; i++) {
            struct ls_event e = make(m, i);
            struct ls_cell seen = column_of(
                m, &e, strcmp(cases[k].type, "money") == 0 ? "seen_cents" : "seen");
            assert_int_equal(seen.number, attribute_of(m, "at", e.entity));
        }
    }
}

/* Of events by their number; a copy has its original's. What does not fit the type stays at its
 * end. */
static void sequences_number_events(void **state)
{
    static const uint64_t indices[] = {0, 1, 2, 77, 1000000, UINT64_C(40000000000)};
    struct maker *m = *state;
    plan_device(m, "",
                "      - {name: a, type: long, sequence: {first: -5, step: 7}}\n"
                "      - {name: b, type: int, sequence: {first: 0, step: 1}}\n"
                "      - {name: c, type: date, sequence: {first: 0s, step: 1h}}\n"
                "      - {name: d, type: timestamp, sequence: {first: 1d, step: -1ms}, nullable: "
                "1/3}\n"
                "      - {name: e, type: long, sequence: {first: 0, step: 4503599627370496}}\n",
                "faults: {duplicate: {rate: 1/5, gap: {uniform: [1, 9]}}}\n");
    size_t copies = 0;
    for (uint64_t k = 0; k < 600; k++) {
        struct ls_event e = make(m, k < 6 ? indices[k] : k);
        int64_t n = (int64_t)e.original;
        const int64_t start = INT64_C(1767225600000);
        int64_t widest = n > 512 ? INT64_MAX / 4 : n << 52;
        copies += e.original != e.index;
        assert_int_equal(column_of(m, &e, "a").number, 7 * n - 5);
        assert_int_equal(column_of(m, &e, "b").number, n > INT32_MAX ? INT32_MAX : n);
        assert_int_equal(column_of(m, &e, "c").number, 20454 + n / 24);
        struct ls_cell d = column_of(m, &e, "d");
        assert_true(d.is_null || d.number == start + 86400000 - n);
        assert_int_equal(column_of(m, &e, "e").number, n == 512 ? INT64_MAX / 4 : widest);
    }
    assert_true(copies > 50);
}

/* ---- times */

/* Drawn as durations after the start: as often on each day, also where days are counted backwards.
 */
static void dates_are_days_after_the_start(void **state)
{
    enum { DAYS = 20 };
    static const double even[DAYS] = {.05, .05, .05, .05, .05, .05, .05, .05, .05, .05,
                                      .05, .05, .05, .05, .05, .05, .05, .05, .05, .05};
    static const char *const starts[] = {"1969-12-22", "2026-01-01", "0100-05-05"};
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
        char text[DEVICE_TEXT_MAX];
        char start[64];
        unsigned counts[DAYS] = {0};
        snprintf(start, sizeof start, "start=%sT00:00:00Z", starts[k]);
        plan_fine(m,
                  device_text(text, "",
                              "      - {name: day, type: date, uniform: [-10d, 863999999ms]}\n"
                              "      - {name: at, type: timestamp, uniform: [-1s, 1s]}\n"
                              "      - {name: on, type: local_timestamp, normal: {mean: -1d, "
                              "deviation: 1h}}\n",
                              ""),
                  SETS(start));
        const struct ls_op *day = op_named(m, 0, "day");
        const struct ls_op *at = op_named(m, 0, "at");
        const struct ls_op *on = op_named(m, 0, "on");
        int64_t begin = m->base.spec->start_ms;
        int64_t first = ls_floor_div(begin, LS_DAY_MS);
        assert_true(day->low == first - 10 && day->high == first + 9);
        assert_true(at->low == begin - 1000 && at->high == begin + 1000);
        for (uint64_t i = 0; i < EVENTS; i++) {
            struct ls_event e = make(m, i);
            int64_t value = column_of(m, &e, "day").number;
            assert_in_range(value - day->low, 0, DAYS - 1);
            counts[value - day->low]++;
            if (i < 1000) {
                value = column_of(m, &e, "at").number;
                assert_int_equal(value,
                                 begin - 1000 + (int64_t)ls_below(ls_word(at->key, i, 0), 2001));
                value = column_of(m, &e, "on").number;
                assert_true(value >= on->low && value <= on->high);
                assert_true(llabs(value - begin + LS_DAY_MS) < 10LL * 3600000);
            }
        }
        check_shares(starts[k], counts, even, DAYS);
    }
}

/* A device's clock on the wall: event_time in the zone of the device. */
static void local_times_follow_the_device(void **state)
{
    struct maker *m = *state;
    plan_device(m, "      - {name: offset_ms, type: int, uniform: [-43200000, 50400000]}\n",
                "      - {name: local, type: local_timestamp, expr: event_time + "
                "device.offset_ms}\n"
                "      - {name: zone, type: int, ref: device.offset_ms}\n",
                "delay: {exponential: {mean: 2s}, max: 9s}\n"
                "faults: {late: {rate: 1/9, delay: {uniform: [9s, 99s]}, max: 99s}}\n");
    make_run(m, 3000);
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        int64_t zone = attribute_of(m, "offset_ms", e->entity);
        assert_int_equal(column_of(m, e, "zone").number, zone);
        assert_int_equal(column_of(m, e, "local").number, e->event_time + zone);
    }
}

/* ---- walks */

/* Bounds are exact: a check of just these is proved, a narrower one is refused. Each value lies in
 * them, and they are met. */
static void walks_have_their_bounds(void **state)
{
    static const struct {
        const char *type, *walk, *more;
        int64_t low, high;
    } cases[] = {
        {"int", "around: 20, within: 5", "", 15, 25},
        {"int", "around: -20, within: 5", "", -25, -15},
        {"int", "around: 0, within: 0", "", 0, 0},
        {"int", "around: 22, within: 5, tick: 10", "", 20, 30},
        {"int", "around: 2147483647, within: 10", "", 2147483637, INT32_MAX},
        {"long", "around: 4503599627370496, within: 4503599627370496, tick: 4503599627370496", "",
         0, INT64_C(1) << 53},
        {"money", "around: 20, within: 0.05", "", 1995, 2005},
        {"money", "around: 20.00, share: 1/20", "", 1900, 2100},
        {"money", "around: -20.00, share: 1/4, tick: 0.5", "", -2500, -1500},
        {"money", "around: 20.00, share: 1", "", 0, 4000},
        {"money", "from: device.base, share: 1/2", "", 500, 3000},
        {"int", "from: device.count, within: 3", "", 7, 52},
        {"int", "from: device.minus, share: 1/2", "", -15, 15},
        {"int", "around: 20, within: 5", ", min: 18, max: 22", 18, 22},
        {"int", "around: 20, within: 5", ", min: 30", 30, 30},
        {"int", "around: 20, within: 5", ", max: -3", -3, -3},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char field[256];
        char text[DEVICE_TEXT_MAX];
        snprintf(field, sizeof field,
                 "      - {name: v, type: %s, walk: {%s, over: 1s, octaves: 2}%s}\n", cases[k].type,
                 cases[k].walk, cases[k].more);
        plan_fine(m,
                  device_text(text,
                              "      - {name: base, type: money, uniform: [10.00, 20.00]}\n"
                              "      - {name: count, type: int, sequence: {first: 10, step: 1}}\n"
                              "      - {name: minus, type: int, uniform: [-10, 10]}\n",
                              field, ""),
                  NULL);
        const struct ls_op *op = op_named(m, 0, "v");
        if (op->low != cases[k].low || op->high != cases[k].high) {
            fail_msg("%s%s: %lld to %lld", cases[k].walk, cases[k].more, (long long)op->low,
                     (long long)op->high);
        }
        for (uint64_t i = 0; i < 3000; i++) {
            struct ls_event e = make(m, i);
            int64_t value =
                column_of(m, &e, strcmp(cases[k].type, "money") == 0 ? "v_cents" : "v").number;
            assert_true(value >= op->low && value <= op->high);
        }
    }
}

/* The event's time and the entity say it all: whichever event type it is that asks, and whichever
 * entity the walk is of. */
static void a_walk_is_of_its_entity(void **state)
{
    struct maker *m = *state;
    char text[DEVICE_TEXT_MAX];
    char *with;
    device_text(text, "      - {name: base, type: money, uniform: [10.00, 20.00]}\n",
                "      - {name: heat, type: money, walk: {from: device.base, within: 1.00, over: "
                "30s}}\n"
                "      - {name: price, type: money, walk: {from: plant.price, share: 1/10, over: "
                "30s}, nullable: 1/5}\n"
                "      - {name: plant, type: string, ref: plant.id}\n",
                "");
    with = changed(text, "event_types:\n",
                   "  plant:\n    count: 7\n    id: \"P{n}\"\n    attributes:\n"
                   "      - {name: price, type: money, lognormal: {median: 50.00, sigma: 1}}\n"
                   "event_types:\n");
    plan_fine(m, with, NULL);
    free(with);
    const struct ls_op *heat = op_named(m, 0, "heat");
    const struct ls_op *price = op_named(m, 0, "price");
    size_t nulls = 0;
    make_run(m, 3000);
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        struct ls_cell id = column_of(m, e, "plant");
        uint64_t plant = number_in(&id);
        struct ls_cell cell;
        int64_t found = column_of(m, e, "heat_cents").number;
        int64_t base = attribute_of(m, "base", e->entity);
        assert_int_equal(
            found, ls_walk_at(heat->walk, ls_mix(heat->key + e->entity), e->event_time, base));
        assert_true(llabs(found - base) <= 100);
        ls_attribute_value(attribute_named(m, 1, "price"), plant, NULL, &cell);
        struct ls_cell walked = column_of(m, e, "price_cents");
        nulls += walked.is_null;
        assert_true(walked.is_null ||
                    walked.number == ls_walk_at(price->walk, ls_mix(price->key + plant),
                                                e->event_time, cell.number));
    }
    check_share("nulls", (double)nulls, .2, 3000);
}

/* ---- problems */

static void wrong_settings_are_refused(void **state)
{
    static const struct {
        const char *field, *rule, *part, *hint;
    } cases[] = {
        {"type: int, sequence: {first: 0.5, step: 1}", "LS2018", "this is no value of type int",
         "an int is a whole number"},
        {"type: long, sequence: {first: 4503599627370497, step: 1}", "LS2018", "than 2^52",
         "take one that is nearer to 0"},
        {"type: long, sequence: {first: 1, step: -4503599627370497}", "LS2018", "than 2^52",
         "take one that is nearer to 0"},
        {"type: int, sequence: {first: 1, step: 1s}", "LS2018", "no value of type int", "an int"},
        {"type: date, sequence: {first: 2026-01-01, step: 1d}", "LS1102", "first: expected", ""},
        {"type: date, sequence: {first: 5, step: 1d}", "LS2018", "no value of type date",
         "a time comes so long after the spec's start: 0s, 1d"},
        {"type: int, poisson: 1s", "LS1102", "expected", ""},
        {"type: int, walk: {around: 5, over: 1h}", "LS2018", "a walk needs `within` or `share`",
         "add `within: 5`, or `share: 1/20`"},
        {"type: int, walk: {around: 5, within: 1, share: 1/2, over: 1h}", "LS2018",
         "a walk needs `within` or `share`, not both", "keep one of the two"},
        {"type: int, walk: {within: 1, over: 1h}", "LS2018", "a walk needs `around` or `from`",
         "add `around: 20`, or `from: ENTITY.ATTRIBUTE`"},
        {"type: int, walk: {around: 5, from: device.count, within: 1, over: 1h}", "LS2018",
         "a walk needs `around` or `from`, not both", "keep one of the two"},
        {"type: int, walk: {around: 5, within: -1, over: 1h}", "LS2018", "`within` is below 0",
         "leave the sign out"},
        {"type: int, walk: {around: 5, within: 1, tick: 0, over: 1h}", "LS2018",
         "`tick` has to be above 0", "leave it out for the least that there is"},
        {"type: int, walk: {around: 5.5, within: 1, over: 1h}", "LS2018", "no value of type int",
         "an int"},
        {"type: int, walk: {around: 5, within: 0.5, over: 1h}", "LS2018", "no value of type int",
         "an int"},
        {"type: int, walk: {around: 5, within: 1, tick: 1s, over: 1h}", "LS2018",
         "no value of type int", "an int"},
        {"type: int, walk: {from: device.heat, within: 1, over: 1h}", "LS2011",
         "the entity `device` has no attribute `heat`", "known here: "},
        {"type: int, walk: {from: devise.count, within: 1, over: 1h}", "LS2002",
         "there is no entity `devise`", "did you mean `device`?"},
        {"type: int, walk: {from: count, within: 1, over: 1h}", "LS2011",
         "`count` names no attribute of an entity", "write instrument.base_price, say"},
        {"type: int, walk: {from: device.id, within: 1, over: 1h}", "LS2011",
         "`device.id` is no number of type int", "let the attribute be drawn"},
        {"type: int, walk: {from: device.far, within: 1, over: 1h}", "LS2011",
         "`device.far` is no number of type int", "of the field's type"},
        {"type: int, walk: {from: device.plain, within: 1, over: 1h}", "LS2011",
         "`device.plain` is no number of type int", "let the attribute be drawn"},
        {"type: long, walk: {from: device.far, within: 1, over: 1h}", "LS2018",
         "`device.far` may be above 2^52", "give the attribute a `min` and a `max`"},
        {"type: money, walk: {around: 5.00, within: 1.00, over: 1h}, max: 3s", "LS2009", "no value",
         "money"},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char field[256];
        char text[DEVICE_TEXT_MAX];
        snprintf(field, sizeof field, "      - {name: v, %s}\n", cases[k].field);
        device_text(text,
                    "      - {name: count, type: int, uniform: [1, 9]}\n"
                    "      - {name: far, type: long, lognormal: {median: 4503599627370496, sigma: "
                    "1}}\n",
                    field, "");
        int rc = load_text(&m->base, text, NULL);
        ls_plan_free(m->plan);
        m->plan = NULL;
        rc = rc < 0 ? rc : ls_plan_new(m->base.spec, &m->plan, &m->base.report, &m->base.err);
        assert_int_equal(rc, LS_E_DATA);
        check_report(&m->base, cases[k].rule, line_of(text, field), cases[k].part);
        check_report(&m->base, cases[k].rule, line_of(text, field), cases[k].hint);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(sequences_number_a_population),  MAKER_TEST(sequences_number_events),
        MAKER_TEST(dates_are_days_after_the_start), MAKER_TEST(local_times_follow_the_device),
        MAKER_TEST(walks_have_their_bounds),        MAKER_TEST(a_walk_is_of_its_entity),
        MAKER_TEST(wrong_settings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
