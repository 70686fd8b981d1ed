#include "pipeline/record/normalize_fixture_test.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

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

/* A ends at 10, goes on from 20 to 30 in another row and from 30 on in a third; B always holds. */
static const struct dated_row dated[] = {
    {"a3", "A", 30, NEVER, NEVER, 3, 0}, {"b", "B", NEVER, NEVER, NEVER, 9, 0},
    {"a1", "A", NEVER, 10, NEVER, 1, 0}, {"a2", "A", 20, 30, NEVER, 2, 0},
    {"gone", "C", 1, 5, 1, 4, 0},        {"gone", "C", 3, 3, 2, 4, 0},
};

static void the_row_that_holds(void **state)
{
    static const struct {
        const char *key;
        int64_t at;
        const char *value;
    } cases[] = {
        {"A", INT64_MIN, "1"}, {"A", -1, "1"},        {"A", 9, "1"},  {"A", 10, "null"},
        {"A", 19, "null"},     {"A", 20, "2"},        {"A", 29, "2"}, {"A", 30, "3"},
        {"A", 31, "3"},        {"A", INT64_MAX, "3"}, {"B", 0, "9"},  {"C", 4, "null"},
        {"D", 0, "null"},      {NULL, 0, "null"},
    };
    struct pipe *p = *state;
    write_dated(p, dated, COUNT(dated));
    load_steps(p, steps_spec);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char name[64];
        char word[64] = "null";
        snprintf(name, sizeof name, "%s at %lld", cases[i].key ? cases[i].key : "null",
                 (long long)cases[i].at);
        if (strcmp(cases[i].value, "null") != 0) {
            snprintf(word, sizeof word, "w%s", cases[i].value);
        }
        begin_cells(cases[i].key, cases[i].at);
        check(p, name, "at_event", cases[i].value);
        begin_cells(cases[i].key, 0);
        cells[CELL_AT] = number_of(cases[i].at);
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

/* From 100 on a clock is put back by 10, from 200 on forward by 10: it shows 90 to 99 ahead twice,
 * and leaves out what it would show at 200. H has a hole, E ends. */
static const struct dated_row zones[] = {
    {"a1", "A", NEVER, 100, NEVER, 20, 0},
    {"a2", "A", 100, 200, NEVER, 10, 0},
    {"a3", "A", 200, NEVER, NEVER, 20, 0},
    {"h1", "H", NEVER, 100, NEVER, 10, 0},
    {"h2", "H", 150, NEVER, NEVER, 20, 0},
    {"e", "E", 50, 60, NEVER, -5, 0},
    {"n1", "N", NEVER, 100, NEVER, 5, 0},
    {"n2", "N", 100, 120, NEVER, NEVER, 0},
    {"n3", "N", 120, NEVER, NEVER, 5, 0},
    /* short rows with wide offsets: readings are not in the order of the rows */
    {"w1", "W", NEVER, 100, NEVER, 0, 0},
    {"w2", "W", 100, 105, NEVER, 500, 0},
    {"w3", "W", 105, NEVER, NEVER, -300, 0},
};

static void an_offset_in_a_table(void **state)
{
    static const struct {
        const char *name, *key;
        int64_t local;
        const char *utc;
    } cases[] = {
        {"before", "A", 50, "30"},
        {"last of the first", "A", 109, "89"},
        {"shown twice: the earlier one", "A", 110, "90"},
        {"shown twice, last", "A", 119, "99"},
        {"shown once", "A", 120, "110"},
        {"last before the gap", "A", 209, "199"},
        {"in the gap: the offset before it", "A", 210, "200"},
        {"in the gap, last", "A", 219, "209"},
        {"behind the gap", "A", 220, "200"},
        {"a hole is no gap", "H", 110, "null"},
        {"behind the hole", "H", 170, "150"},
        {"before the table", "E", 44, "null"},
        {"its first", "E", 45, "50"},
        {"its last", "E", 54, "59"},
        {"behind it", "E", 55, "null"},
        {"before what is unknown", "N", 104, "99"},
        {"the unknown", "N", 105, "null"},
        {"behind it", "N", 125, "120"},
        {"wide: the first row", "W", 99, "99"},
        {"wide: the second", "W", 602, "102"},
        {"wide: between the second and what it would be", "W", 100, "400"},
        {"wide: the third alone", "W", -195, "-195"},
        {"wide: ahead of the third's beginning", "W", 606, "906"},
        {"no such key", "X", 50, "null"},
        {"no key", NULL, 50, "null"},
        {"no time", "A", NEVER, "null"},
        {"the last time there is", "E", INT64_MAX, "null"},
        {"the first", "A", INT64_MIN + 1, "failed"},
    };
    struct pipe *p = *state;
    write_dated(p, zones, COUNT(zones));
    load_steps(p, steps_spec);
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin_cells(cases[i].key, 0);
        cells[CELL_LOCAL] = cases[i].local == NEVER ? null_of() : number_of(cases[i].local);
        check(p, cases[i].name, "zoned", cases[i].utc);
    }
}

/* ---- adjustments */

static const struct dated_row acts[] = {
    {"a1", "A", 10, 0, NEVER, 1, 2},         {"a2", "A", 20, 0, NEVER, 1, 3},
    {"a3", "A", 20, 0, NEVER, 3, 1},         {"z", "Z", 10, 0, NEVER, 1, 0},
    {"n1", "N", 10, 0, NEVER, 1, 0},         {"n2", "N", 20, 0, NEVER, 1, NEVER},
    {"never", "A", NEVER, 0, NEVER, 1, 7},   {"o1", "O", 10, 0, NEVER, INT64_MAX, 1},
    {"o2", "O", 20, 0, NEVER, 1, INT64_MAX}, {"w1", "W", 10, 0, NEVER, INT64_MAX, 1},
    {"w2", "W", 20, 0, NEVER, INT64_MAX, 1}, {"w3", "W", 30, 0, NEVER, 1, INT64_MAX},
    {"w4", "W", 40, 0, NEVER, 1, INT64_MAX}, {"m", "M", 10, 0, NEVER, -1, 2},
};

static void factors_of_what_happens_later(void **state)
{
    static const struct {
        const char *name, *key;
        int64_t at, price; /* NEVER: null */
        const char *adjusted;
    } cases[] = {
        {"all", "A", 9, 1000, "500"},
        {"not at its time", "A", 10, 1000, "1000"},
        {"rounded once", "A", 9, 1001, "500"},
        {"half to even, up", "A", 9, 1003, "502"},
        {"none", "A", 20, 1000, "1000"},
        {"no such key", "X", 0, 1000, "1000"},
        {"no key", NULL, 0, 1000, "1000"},
        {"no price", "A", 9, NEVER, "null"},
        {"a zero below", "Z", 9, 1000, "failed"},
        {"a zero below, in the past", "Z", 10, 1000, "1000"},
        {"an unknown factor makes the product unknown", "N", 9, 1000, "null"},
        {"it fits in the end", "O", 9, 1000, "1000"},
        {"it does not fit", "O", 19, 1000, "0"},
        {"it fits no more", "W", 9, 1000, "failed"},
        {"it fits from later on", "W", 10, 1000, "0"},
        {"a sign", "M", 9, 5, "-2"},
    };
    struct pipe *p = *state;
    write_acts(p, acts, COUNT(acts));
    load_steps(p, steps_spec);
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin_cells(cases[i].key, cases[i].at);
        cells[CELL_PRICE] = cases[i].price == NEVER ? null_of() : number_of(cases[i].price);
        check(p, cases[i].name, "adjusted", cases[i].adjusted);
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
        STEPS_TEST(an_offset_in_the_record),
        STEPS_TEST(an_offset_in_a_table),
        STEPS_TEST(factors_of_what_happens_later),
        STEPS_TEST(other_fields_and_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
