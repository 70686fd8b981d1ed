#include "core/expr/fixture_test.h"

static struct ls_cell *fill(void)
{
    static struct ls_cell cells[8];
    memset(cells, 0, sizeof cells);
    cells[0].number = 7;
    cells[1].number = 2490;
    cells[2].number = 12345;
    cells[3].bytes = (const uint8_t *)"DE";
    cells[3].size = 2;
    cells[4].is_null = true;
    cells[5].number = 1000;
    cells[6].number = 61000;
    cells[7].number = INT64_MAX;
    return cells;
}

static const struct value_case {
    const char *text;
    int quotient_scale;
    const char *want; /* the number at the expression's scale, or "null", "true", "false",
                         "overflow", "zero" */
} cases[] = {
    {"q", -1, "7"},
    {"1_000 + 2", -1, "1002"},
    {"q * product.price", -1, "174.30"},
    {"q + product.price", -1, "31.90"},
    {"product.price - q", -1, "17.90"},
    {"-q - -q * 2", -1, "7"},
    {"2 + 3 * 4", -1, "14"},
    {"(2 + 3) * 4", -1, "20"},
    {"10 - 4 - 3", -1, "3"},
    {"product.price * rate", -1, "30.739050"},
    {"product.price / rate", 2, "20.17"},
    {"(q * 1.00) / 2", 0, "4"}, /* 3.5 to even */
    {"(q - 2) / 2", 0, "2"},    /* 2.5 to even */
    {"-5 / 2", 0, "-2"},        /* -2.5 to even */
    {"1 / 3", 4, "0.3333"},
    {"(q + 1) / 3", 2, "2.67"},
    {"2 / 3", 4, "0.6667"},
    {"q / none", 2, "null"},
    {"q / 0", 2, "zero"},
    {"none + 1", -1, "null"},
    {"later - at", -1, "60000"},
    {"at + 5 = at + 5", -1, "true"},
    {"q = 7.00", -1, "true"},
    {"q != 7", -1, "false"},
    {"q >= 7 and q <= 7", -1, "true"},
    {"q < 7 or q > 7", -1, "false"},
    {"none = 1", -1, "null"},
    {"none = 1 and false", -1, "false"},
    {"none = 1 or true", -1, "true"},
    {"none = 1 or false", -1, "null"},
    {"not (none = 1)", -1, "null"},
    {"not not q = 7", -1, "true"},
    {"none is null", -1, "true"},
    {"q is not null", -1, "true"},
    {"country = 'DE'", -1, "true"},
    {"country < 'DEU'", -1, "true"},
    {"country != 'it''s'", -1, "true"},
    {"country = null", -1, "null"},
    {"true", -1, "true"},
    {"true or false and false", -1, "true"}, /* and binds tighter */
    {"large * large", -1, "85070591730234615847396907784232501249"},
    {"large * large * 4", -1, "overflow"},
    {"large * large + large * large + large * large", -1, "overflow"},
};

static void test_values(void **state)
{
    (void)state;
    struct ls_cell *cells = fill();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        assert_int_equal(compile(&f, cases[i].text, cases[i].quotient_scale), 0);
        if (!f.expr) {
            fail_msg("%s: %s", cases[i].text, f.diag.problems[0].text);
        }
        struct ls_expr_value value;
        enum ls_expr_status status = ls_expr_eval(f.expr, cells, &value);
        char got[LS_I128_TEXT_MAX];
        if (status != LS_EXPR_OK) {
            strcpy(got, status == LS_EXPR_OVERFLOW ? "overflow" : "zero");
        } else if (value.is_null) {
            strcpy(got, "null");
        } else if (ls_expr_type(f.expr) == LS_EXPR_BOOLEAN) {
            strcpy(got, value.number ? "true" : "false");
        } else {
            ls_decimal_format(value.number, ls_expr_scale(f.expr), got);
        }
        if (strcmp(got, cases[i].want) != 0) {
            fail_msg("%s: %s, wanted %s", cases[i].text, got, cases[i].want);
        }
        clear(&f);
    }
}

/* Sums and products that provably stay within 64 bits have a shorter way to the same value. */
static void test_narrow(void **state)
{
    static const struct {
        const char *text;
        bool narrow, is_null;
        int64_t value;
    } narrow[] = {
        {"q", true, false, 7},
        {"product.price * q", true, false, 17430},
        {"q * q", true, false, 49},
        {"-q * 3 + product.price - 1", true, false, 290},
        {"q * 1317624576693539401 * 0", false, false, 0}, /* 20 of them leave 64 bits */
        {"q * 461168601842738790", true, false, INT64_C(3228180212899171530)},
        {"q * large", false, false, 0},
        {"q * rate", false, false, 0},
        {"rate", true, false, 12345},
        {"none", true, true, 0},
        {"at", true, false, 1000},
        {"country", false, false, 0},
        {"'x'", false, false, 0},
        {"q > 3", false, false, 0},
        {"product.price / 3", false, false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof narrow / sizeof *narrow; i++) {
        struct fixture f;
        int64_t value = 0;
        assert_int_equal(compile(&f, narrow[i].text, 0), 0);
        assert_non_null(f.expr);
        if (ls_expr_narrow(f.expr) != narrow[i].narrow) {
            fail_msg("%s", narrow[i].text);
        }
        if (narrow[i].narrow) {
            struct ls_expr_value wide;
            assert_int_equal(ls_expr_eval_narrow(f.expr, fill(), &value), !narrow[i].is_null);
            assert_int_equal(ls_expr_eval(f.expr, fill(), &wide), LS_EXPR_OK);
            assert_int_equal(wide.is_null, narrow[i].is_null);
            assert_true(wide.is_null || (value == narrow[i].value && wide.number == value));
        }
        clear(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_narrow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
