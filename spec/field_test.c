#include "spec/field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Fields of a type, as the resolver leaves them. */
static struct ls_spec_field field_of(enum ls_field_type type, int precision, unsigned scale)
{
    return (struct ls_spec_field){
        .type = (int)type, .precision = precision, .scale = type == LS_FIELD_MONEY ? 2 : scale};
}

static void quantities_become_integers_of_the_unit(void **state)
{
    static const struct {
        bool is_duration;
        int64_t value;
        unsigned scale;
        enum ls_field_type type;
        bool fits;
        int64_t number;
    } cases[] = {
        {false, 5, 0, LS_FIELD_INT, true, 5},
        {false, 50, 1, LS_FIELD_INT, true, 5},
        {false, 55, 1, LS_FIELD_INT, false, 0},
        {false, 5, 0, LS_FIELD_MONEY, true, 500},
        {false, -1999, 2, LS_FIELD_MONEY, true, -1999},
        {false, 19990, 3, LS_FIELD_MONEY, true, 1999},
        {false, 19999, 3, LS_FIELD_MONEY, false, 0},
        {false, INT32_MAX, 0, LS_FIELD_INT, true, INT32_MAX},
        {false, INT64_C(2147483648), 0, LS_FIELD_INT, false, 0},
        {false, INT64_C(-2147483649), 0, LS_FIELD_INT, false, 0},
        {false, INT64_MAX, 0, LS_FIELD_LONG, true, INT64_MAX},
        {false, INT64_MAX, 0, LS_FIELD_MONEY, false, 0},
        {false, INT64_MAX, 18, LS_FIELD_LONG, false, 0},
        {true, 5, 0, LS_FIELD_LONG, false, 0},
        {true, 5, 0, LS_FIELD_TIMESTAMP, true, 5},
        {false, 5, 0, LS_FIELD_TIMESTAMP, false, 0},
        {false, 15, 1, LS_FIELD_DECIMAL, true, 1500}, /* of five digits, three of them places */
        {false, 99999, 3, LS_FIELD_DECIMAL, true, 99999},
        {false, 100000, 3, LS_FIELD_DECIMAL, false, 0},
        {false, -99999, 3, LS_FIELD_DECIMAL, true, -99999},
        {false, -100000, 3, LS_FIELD_DECIMAL, false, 0},
        {false, 12345, 4, LS_FIELD_DECIMAL, false, 0},
        {true, 5, 0, LS_FIELD_DECIMAL, false, 0},
        {false, 15, 1, LS_FIELD_DOUBLE, true, 1500},
        {false, 100000, 3, LS_FIELD_FLOAT, true, 100000},
        {false, 12345, 4, LS_FIELD_FLOAT, false, 0},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct ls_quantity q = {.is_duration = cases[k].is_duration,
                                      .number = {cases[k].value, cases[k].scale}};
        bool places = cases[k].type == LS_FIELD_DECIMAL || cases[k].type == LS_FIELD_FLOAT ||
                      cases[k].type == LS_FIELD_DOUBLE;
        const struct ls_spec_field field = field_of(cases[k].type, 5, places ? 3 : 0);
        int64_t number;
        bool fits = ls_spec_quantity(&q, &field, &number);
        if (fits != cases[k].fits || (fits && number != cases[k].number)) {
            fail_msg("case %zu", k);
        }
    }
    const struct ls_quantity huge = {.number = {LS_I128_MAX, 0}};
    const enum ls_field_type types[] = {LS_FIELD_MONEY, LS_FIELD_LONG, LS_FIELD_DECIMAL};
    for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
        const struct ls_spec_field field = field_of(types[k], 18, 0);
        int64_t number;
        assert_false(ls_spec_quantity(&huge, &field, &number));
    }
}

static void a_duration_is_no_number(void **state)
{
    const struct ls_quantity duration = {.is_duration = true, .number = {1500, 0}};
    const struct ls_quantity number = {.number = {1500, 0}};
    int64_t ms = 0;
    (void)state;
    assert_true(ls_spec_duration(&duration, &ms) && ms == 1500);
    assert_false(ls_spec_duration(&number, &ms));
}

static void types_have_limits(void **state)
{
    static const struct {
        enum ls_field_type type;
        int precision;
        int64_t low, high;
    } cases[] = {{LS_FIELD_INT, 0, INT32_MIN, INT32_MAX},
                 {LS_FIELD_DATE, 0, INT32_MIN, INT32_MAX},
                 {LS_FIELD_LONG, 0, INT64_MIN, INT64_MAX},
                 {LS_FIELD_MONEY, 0, INT64_MIN, INT64_MAX},
                 {LS_FIELD_DECIMAL, 1, -9, 9},
                 {LS_FIELD_DECIMAL, 18, -999999999999999999, 999999999999999999},
                 {LS_FIELD_DOUBLE, 0, INT64_MIN, INT64_MAX}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct ls_spec_field field = field_of(cases[k].type, cases[k].precision, 0);
        int64_t low;
        int64_t high;
        ls_spec_field_limits(&field, &low, &high);
        assert_int_equal(low, cases[k].low);
        assert_int_equal(high, cases[k].high);
    }
}

/* What each type is in an expression, and whether it may stand in one. */
static void types_have_a_kind(void **state)
{
    static const struct {
        enum ls_field_type type;
        const char *word;
        enum ls_expr_type kind;
        const char *instead;
    } cases[] = {{LS_FIELD_BOOLEAN, "boolean", LS_EXPR_BOOLEAN, NULL},
                 {LS_FIELD_ENUM, "enum", LS_EXPR_TEXT, NULL},
                 {LS_FIELD_INT, "int", LS_EXPR_NUMBER, NULL},
                 {LS_FIELD_LONG, "long", LS_EXPR_NUMBER, NULL},
                 {LS_FIELD_MONEY, "money", LS_EXPR_NUMBER, NULL},
                 {LS_FIELD_STRING, "string", LS_EXPR_TEXT, NULL},
                 {LS_FIELD_TIMESTAMP, "timestamp", LS_EXPR_TIME, NULL},
                 {LS_FIELD_DATE, "date", LS_EXPR_NUMBER, NULL},
                 {LS_FIELD_LOCAL_TIMESTAMP, "local_timestamp", LS_EXPR_TIME, NULL},
                 {LS_FIELD_UUID, "uuid", LS_EXPR_TEXT, NULL},
                 {LS_FIELD_DECIMAL, "decimal", LS_EXPR_NUMBER, NULL},
                 {LS_FIELD_FLOAT, "float", LS_EXPR_NUMBER, "decimal"},
                 {LS_FIELD_DOUBLE, "double", LS_EXPR_NUMBER, "decimal"},
                 {LS_FIELD_BYTES, "bytes", LS_EXPR_TEXT, "string"},
                 {LS_FIELD_RECORD, "record", LS_EXPR_TEXT, "one of its fields"},
                 {LS_FIELD_ARRAY, "array", LS_EXPR_TEXT, "field of its own"},
                 {LS_FIELD_MAP, "map", LS_EXPR_TEXT, "field of its own"}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const char *instead = ls_field_passes_through(cases[k].type);
        assert_string_equal(ls_field_type_words[cases[k].type], cases[k].word);
        assert_non_null(ls_field_type_hint(cases[k].type));
        assert_int_equal(ls_field_expr_type(cases[k].type), cases[k].kind);
        assert_true(cases[k].instead ? instead && strstr(instead, cases[k].instead) : !instead);
        assert_int_equal(ls_field_is_number(cases[k].type),
                         cases[k].kind == LS_EXPR_NUMBER && !cases[k].instead);
    }
    assert_null(ls_field_type_words[sizeof cases / sizeof *cases]);
}

static void numbers_may_stand_where_texts_do(void **state)
{
    static const struct {
        const char *text;
        enum ls_field_type type;
        bool fits;
        int64_t number;
    } cases[] = {
        {"12", LS_FIELD_INT, true, 12},        {"1_000", LS_FIELD_LONG, true, 1000},
        {"-3", LS_FIELD_INT, true, -3},        {"1.5", LS_FIELD_INT, false, 0},
        {"19.99", LS_FIELD_MONEY, true, 1999}, {"0.5", LS_FIELD_DECIMAL, true, 500},
        {"100", LS_FIELD_DECIMAL, false, 0},   {"", LS_FIELD_INT, false, 0},
        {"x", LS_FIELD_INT, false, 0},         {"5s", LS_FIELD_LONG, false, 0},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct ls_spec_field field = field_of(cases[k].type, 5,
                                                    cases[k].type == LS_FIELD_DECIMAL ? 3 : 0);
        int64_t number = 0;
        if (ls_spec_number(cases[k].text, &field, &number) != cases[k].fits ||
            (cases[k].fits && number != cases[k].number)) {
            fail_msg("`%s`: %lld", cases[k].text, (long long)number);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantities_become_integers_of_the_unit),
        cmocka_unit_test(numbers_may_stand_where_texts_do),
        cmocka_unit_test(a_duration_is_no_number),
        cmocka_unit_test(types_have_limits),
        cmocka_unit_test(types_have_a_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
