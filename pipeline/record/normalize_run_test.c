#include "pipeline/record/normalize_fixture_test.h"

static struct ls_cell cells[LS_RECORD_CELLS_MAX];

/* "failed", "null", a number or a text: what a step makes of the cells. */
static const char *run(const struct pipe *p, const char *field, char out[64])
{
    const struct ls_record_set *set = set_of(p, field);
    if (!set->evaluate(set, cells)) {
        return "failed";
    }
    const struct ls_cell *cell = &cells[set->cell];
    if (cell->is_null) {
        return "null";
    }
    if (cell->bytes) {
        snprintf(out, 64, "%.*s", (int)cell->size, (const char *)cell->bytes);
    } else {
        snprintf(out, 64, "%lld", (long long)cell->number);
    }
    return out;
}

static void check(const struct pipe *p, const char *name, const char *field, const char *expected)
{
    char out[64];
    const char *got = run(p, field, out);
    if (strcmp(got, expected) != 0) {
        fail_msg("%s: %s should be %s, is %s", name, field, expected, got);
    }
}

static void begin_cells(const char *key, int64_t event_time)
{
    memset(cells, 0, sizeof cells);
    cells[LS_COLUMN_EVENT_TIME] = number_of(event_time);
    cells[CELL_K] = key ? text_of(key) : null_of();
    cells[CELL_KIND] = text_of("A");
}

/* ---- look-ups */

static void a_plain_table(void **state)
{
    static const struct {
        const char *key, *value;
    } cases[] = {{"A", "7"}, {"B", "null"}, {"C", "null"}, {"", "null"}, {NULL, "null"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin_cells(cases[i].key, 0);
        check(*state, cases[i].key ? cases[i].key : "null", "a_plain", cases[i].value);
    }
}

static void the_row_that_holds(void **state)
{
    struct pipe *p = *state;
    write_dated(p, dated, COUNT(dated));
    load_steps(p, steps_spec);
    for (size_t i = 0; i < COUNT(dated_cases); i++) {
        char name[64];
        char word[64] = "null";
        snprintf(name, sizeof name, "%s at %lld", dated_cases[i].key ? dated_cases[i].key : "null",
                 (long long)dated_cases[i].at);
        if (strcmp(dated_cases[i].value, "null") != 0) {
            snprintf(word, sizeof word, "w%s", dated_cases[i].value);
        }
        begin_cells(dated_cases[i].key, dated_cases[i].at);
        check(p, name, "at_event", dated_cases[i].value);
        begin_cells(dated_cases[i].key, 0);
        cells[CELL_AT] = number_of(dated_cases[i].at);
        check(p, name, "at_at", word);
        cells[CELL_AT] = null_of();
        check(p, name, "at_at", "null");
    }
}

/* A day is its midnight; an enum is its word. */
static void other_types_of_time_and_key(void **state)
{
    static const struct dated_row days[] = {{"a", "A", 5 * LS_DAY_MS, 6 * LS_DAY_MS, NEVER, 3, 0}};
    struct pipe *p = *state;
    write_dated(p, days, COUNT(days));
    load_steps(p, steps_spec);
    for (int day = 4; day <= 6; day++) {
        begin_cells("A", day * LS_DAY_MS);
        cells[CELL_DAY] = number_of(day);
        check(p, "day", "at_day", day == 5 ? "7" : "null");
        check(p, "kind", "by_kind", day == 5 ? "3" : "null");
    }
}

static void an_expression_sees_the_row(void **state)
{
    static const struct {
        const char *name, *key;
        int64_t at, price; /* NEVER: null */
        const char *part, *inside;
    } cases[] = {
        {"a row", "A", 25, 500, "250", "1"},           {"half to even", "A", 25, 5, "2", "1"},
        {"no row", "A", 15, 500, "null", "0"},         {"no key", NULL, 25, 500, "null", "0"},
        {"no price", "A", 25, NEVER, "null", "1"},     {"a zero", "Z", 25, 500, "failed", "0"},
        {"an empty field", "N", 25, 500, "null", "0"},
    };
    static const struct dated_row rows[] = {{"a", "A", 20, 30, NEVER, 2, 0},
                                            {"z", "Z", NEVER, 30, NEVER, 0, 0},
                                            {"n", "N", 20, 30, NEVER, NEVER, 0}};
    struct pipe *p = *state;
    write_dated(p, rows, COUNT(rows));
    load_steps(p, steps_spec);
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin_cells(cases[i].key, cases[i].at);
        cells[CELL_PRICE] = cases[i].price == NEVER ? null_of() : number_of(cases[i].price);
        check(p, cases[i].name, "at_event",
              strcmp(cases[i].name, "a zero") == 0 ? "0"
              : strcmp(cases[i].inside, "1") == 0  ? "2"
                                                   : "null");
        check(p, cases[i].name, "part", cases[i].part);
        check(p, cases[i].name, "inside",
              strcmp(cases[i].inside, "1") == 0      ? "1"
              : strcmp(cases[i].name, "a zero") == 0 ? "null"
                                                     : "0");
    }
}

/* What no field holds, and what not even the sums between hold. */
static void an_expression_that_does_not_fit(void **state)
{
    static const struct {
        int64_t ahead;
        const char *square;
    } cases[] = {{7, "4900"},
                 {-303700049, "9223371976260240100"}, /* the root of 2^63 / 100, about */
                 {303700050, "failed"},
                 {INT64_C(1) << 62, "failed"},
                 {INT64_MAX, "failed"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin_cells("A", 0);
        cells[CELL_AHEAD] = number_of(cases[i].ahead);
        check(*state, "square", "square", cases[i].square);
    }
}

/* ---- local times */

static void an_offset_in_the_record(void **state)
{
    static const struct {
        int64_t local, ahead; /* NEVER: null */
        const char *utc;
    } cases[] = {
        {5000, 3600, "1400"},
        {5000, -3600, "8600"},
        {5000, 0, "5000"},
        {NEVER, 0, "null"},
        {5000, NEVER, "null"},
        {INT64_MAX, -1, "failed"},
        {INT64_MIN + 1, 2, "failed"},
        {-1, INT64_MAX, "-9223372036854775808"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin_cells("A", 0);
        cells[CELL_LOCAL] = cases[i].local == NEVER ? null_of() : number_of(cases[i].local);
        cells[CELL_AHEAD] = cases[i].ahead == NEVER ? null_of() : number_of(cases[i].ahead);
        check(*state, "offset", "utc", cases[i].utc);
    }
}

static void an_offset_in_a_table(void **state)
{
    struct pipe *p = *state;
    write_dated(p, zones, COUNT(zones));
    load_steps(p, steps_spec);
    for (size_t i = 0; i < COUNT(zone_cases); i++) {
        begin_cells(zone_cases[i].key, 0);
        cells[CELL_LOCAL] = zone_cases[i].local == NEVER ? null_of()
                                                         : number_of(zone_cases[i].local);
        check(p, zone_cases[i].name, "zoned", zone_cases[i].utc);
    }
}

/* The greatest offset is of no number that has a negative. */
static void the_greatest_offset(void **state)
{
    struct pipe *p = *state;
    write_text(p, "dated.csv",
               "id,k,begins,ends,known,v,word,cost,on\nm,M,,,,-9223372036854775808,,,\n");
    load_steps(p, steps_spec);
    begin_cells("M", 0);
    cells[CELL_LOCAL] = number_of(-2);
    check(p, "two before", "zoned", "9223372036854775806");
    cells[CELL_LOCAL] = number_of(0);
    check(p, "too far", "zoned", "failed");
}

/* ---- adjustments */

static void factors_of_what_happens_later(void **state)
{
    struct pipe *p = *state;
    write_acts(p, acts, COUNT(acts));
    load_steps(p, steps_spec);
    for (size_t i = 0; i < COUNT(act_cases); i++) {
        begin_cells(act_cases[i].key, act_cases[i].at);
        cells[CELL_PRICE] = act_cases[i].price == NEVER ? null_of() : number_of(act_cases[i].price);
        check(p, act_cases[i].name, "adjusted", act_cases[i].adjusted);
    }
}

/* What comes of it has to be of the field's type; the time may be another one, or unknown. */
static void other_fields_and_times(void **state)
{
    static const struct dated_row factors[] = {
        {"a", "A", 5 * LS_DAY_MS, 0, NEVER, 3, 2},
        {"b", "B", 50, 0, NEVER, 1, 10},
        {"c", "C", 50, 0, NEVER, 1, 4},
    };
    struct pipe *p = *state;
    write_acts(p, factors, COUNT(factors));
    load_steps(p, steps_spec);
    begin_cells("B", 0);
    cells[CELL_RATE] = number_of(999);
    cells[CELL_AT] = number_of(49);
    check(p, "times ten", "rate", "9990");
    cells[CELL_RATE] = number_of(1000);
    check(p, "more than four digits", "rate", "failed");
    cells[CELL_RATE] = number_of(-999);
    check(p, "below zero", "rate", "-9990");
    cells[CELL_AT] = null_of();
    check(p, "no time", "rate", "null");
    for (int day = 4; day <= 5; day++) {
        cells[CELL_DAY] = number_of(day);
        cells[CELL_N] = number_of(7);
        check(p, "by the day", "n_day", day == 4 ? "10" : "7");
        cells[CELL_N] = number_of(INT32_MAX);
        check(p, "more than an int", "n_day", day == 4 ? "failed" : "2147483647");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STEPS_TEST(a_plain_table),
        STEPS_TEST(the_row_that_holds),
        STEPS_TEST(other_types_of_time_and_key),
        STEPS_TEST(an_expression_sees_the_row),
        STEPS_TEST(an_expression_that_does_not_fit),
        STEPS_TEST(an_offset_in_the_record),
        STEPS_TEST(an_offset_in_a_table),
        STEPS_TEST(the_greatest_offset),
        STEPS_TEST(factors_of_what_happens_later),
        STEPS_TEST(other_fields_and_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
