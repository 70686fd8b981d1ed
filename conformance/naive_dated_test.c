#include "conformance/naive_internal.h"
#include "spec/dated_cases_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROWS_MAX 16

/* A table of rows as loading leaves them: v and w are its columns. */
struct table {
    struct ls_spec_reference spec;
    struct naive_table table;
    struct naive_row rows[ROWS_MAX];
    struct naive_value values[ROWS_MAX][2];
};

static struct naive_value number_or_null(int64_t number)
{
    bool is_null = number == NEVER;
    return (struct naive_value){.is_null = is_null, .number = is_null ? 0 : number};
}

/* Rows that `later` replaces, or takes back, are left out. */
static bool is_in_force(const struct dated_row *rows, size_t count, size_t at, bool happens)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].id, rows[at].id) == 0 && rows[i].known > rows[at].known) {
            return false;
        }
    }
    return happens ? rows[at].begin != NEVER
                   : rows[at].begin != rows[at].end || rows[at].begin == NEVER;
}

static bool comes_before(const struct naive_row *a, const struct naive_row *b)
{
    int order = ls_naive_value_order(&a->key, &b->key);
    return order < 0 ||
           (order == 0 && (a->has_begin ? a->begin : NEVER) < (b->has_begin ? b->begin : NEVER));
}

static void fill(struct table *t, const struct dated_row *rows, size_t count, bool happens)
{
    memset(t, 0, sizeof *t);
    t->spec.valid.count = happens ? 0 : 2;
    t->table = (struct naive_table){.spec = &t->spec, .rows = t->rows};
    for (size_t i = 0; i < count; i++) {
        struct naive_row row = {.values = t->values[i],
                                .key = ls_naive_text_value(rows[i].key),
                                .has_begin = rows[i].begin != NEVER,
                                .has_end = !happens && rows[i].end != NEVER,
                                .begin = rows[i].begin,
                                .end = rows[i].end};
        if (!is_in_force(rows, count, i, happens)) {
            continue;
        }
        t->values[i][0] = number_or_null(rows[i].v);
        t->values[i][1] = number_or_null(rows[i].w);
        size_t at = t->table.count++;
        for (; at > 0 && comes_before(&row, &t->rows[at - 1]); at--) {
            t->rows[at] = t->rows[at - 1];
        }
        t->rows[at] = row;
    }
}

/* The row of the record: its key, a time, a number. */
enum { KEY, TIME, NUMBER, WIDTH };

static void check(const char *name, bool has_result, const struct naive_value *value,
                  const char *expected)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)value->number);
    const char *got = !has_result ? "failed" : value->is_null ? "null" : text;
    if (strcmp(got, expected) != 0) {
        fail_msg("%s: %s, should be %s", name, got, expected);
    }
}

static void begin_row(struct naive_value row[WIDTH], const char *key, int64_t time, int64_t number)
{
    row[KEY] = key ? ls_naive_text_value(key) : (struct naive_value){.is_null = true};
    row[TIME] = (struct naive_value){.number = time};
    row[NUMBER] = number_or_null(number);
}

static void the_row_that_holds(void **state)
{
    static struct table t;
    struct naive_step step = {.table = &t.table, .key = KEY, .at = TIME};
    (void)state;
    fill(&t, dated, COUNT(dated), false);
    for (size_t i = 0; i < COUNT(dated_cases); i++) {
        struct naive_value row[WIDTH];
        const struct naive_value none[] = {{.is_null = true}};
        begin_row(row, dated_cases[i].key, dated_cases[i].at, 0);
        const struct naive_value *found = ls_naive_look_up(&step, row);
        check("look-up", true, found ? found : none, dated_cases[i].value);
        row[TIME].is_null = true;
        assert_null(ls_naive_look_up(&step, row));
    }
    t.spec.valid.count = 0; /* then the first, at any time */
    struct naive_value row[WIDTH];
    begin_row(row, "B", 0, 0);
    row[TIME].is_null = true;
    assert_int_equal(ls_naive_look_up(&step, row)->number, 9);
}

static void a_day_is_its_midnight(void **state)
{
    static const struct dated_row days[] = {
        {"a", "A", INT64_C(432000000), INT64_C(518400000), NEVER, 3, 0}};
    static struct table t;
    struct naive_step step = {.table = &t.table, .key = KEY, .at = TIME, .at_is_day = true};
    (void)state;
    fill(&t, days, COUNT(days), false);
    for (int day = 4; day <= 6; day++) {
        struct naive_value row[WIDTH];
        begin_row(row, "A", day, 0);
        assert_int_equal(ls_naive_look_up(&step, row) != NULL, day == 5);
    }
}

static void a_clock_that_changes(void **state)
{
    static struct table t;
    struct naive_step step = {.table = &t.table, .key = KEY, .from = NUMBER, .take = 0};
    (void)state;
    fill(&t, zones, COUNT(zones), false);
    for (size_t i = 0; i < COUNT(zone_cases); i++) {
        struct naive_value row[WIDTH];
        struct naive_value out;
        begin_row(row, zone_cases[i].key, 0, zone_cases[i].local);
        bool has_result = ls_naive_zone_read(&step, row, &out);
        check(zone_cases[i].name, has_result, &out, zone_cases[i].utc);
    }
}

static void factors_of_what_happens_later(void **state)
{
    static struct table t;
    struct naive_step step = {.table = &t.table,
                              .key = KEY,
                              .at = TIME,
                              .from = NUMBER,
                              .numerator = 0,
                              .denominator = 1,
                              .low = INT64_MIN,
                              .high = INT64_MAX};
    (void)state;
    fill(&t, acts, COUNT(acts), true);
    for (size_t i = 0; i < COUNT(act_cases); i++) {
        struct naive_value row[WIDTH];
        struct naive_value out;
        begin_row(row, act_cases[i].key, act_cases[i].at, act_cases[i].price);
        bool has_result = ls_naive_adjust(&step, row, &out);
        check(act_cases[i].name, has_result, &out, act_cases[i].adjusted);
        row[TIME].is_null = true;
        assert_true(ls_naive_adjust(&step, row, &out) && out.is_null);
    }
    struct naive_value row[WIDTH];
    struct naive_value out;
    begin_row(row, "A", 9, 2000);
    step.high = 1000;
    assert_true(ls_naive_adjust(&step, row, &out) && out.number == 1000);
    step.high = 999;
    assert_false(ls_naive_adjust(&step, row, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_row_that_holds),
        cmocka_unit_test(a_day_is_its_midnight),
        cmocka_unit_test(a_clock_that_changes),
        cmocka_unit_test(factors_of_what_happens_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
