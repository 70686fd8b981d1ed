#include "core/base/mem.h"
#include "core/expr/fixture_test.h"

static void test_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long long low, high; /* at the expression's scale; equal and -1: not known */
    } cases[] = {
        {"q", 0, 20},
        {"-q", -20, 0},
        {"q * product.price", 0, 9998000},
        {"product.price - q", 99 - 2000, 499900},
        {"q * 2.5 + 1", 10, 510},
        {"q * rate", -1, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        assert_int_equal(compile(&f, cases[i].text, -1), 0);
        ls_i128 low;
        ls_i128 high;
        bool known = ls_expr_bounds(f.expr, &low, &high);
        assert_int_equal(known, cases[i].low != -1 || cases[i].high != -1);
        if (known) {
            assert_true(low == cases[i].low && high == cases[i].high);
        }
        clear(&f);
    }
}

/* A divisor that can't be 0 keeps a quotient in bounds. */
static void test_bounds_of_quotients(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int scale;
        long long low, high; /* equal and -1: not known */
    } cases[] = {
        {"q / 3", 0, 0, 7},
        {"q / 8", 1, 0, 25},
        {"(q - 30) / 4", 0, -8, -2}, /* -7.5 is rounded to even */
        {"100 / (q + 1)", 0, 5, 100},
        {"100 / (q - 21)", 0, -100, -5},
        {"q * 100 / product.price", 2, 0, 202020},
        {"q / product.price", 0, 0, 20},
        {"q / (q - 5)", 0, -1, -1},
        {"product.price / q", 2, -1, -1},
        {"q / rate", 2, -1, -1},
        {"rate / 2", 2, -1, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        assert_int_equal(compile(&f, cases[i].text, cases[i].scale), 0);
        ls_i128 low;
        ls_i128 high;
        bool known = ls_expr_bounds(f.expr, &low, &high);
        assert_int_equal(known, cases[i].low != -1 || cases[i].high != -1);
        assert_int_equal(ls_expr_safe(f.expr), known);
        if (known && (low != cases[i].low || high != cases[i].high)) {
            fail_msg("%s: %lld to %lld", cases[i].text, (long long)low, (long long)high);
        }
        clear(&f);
    }
}

static void test_safety(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool safe;
    } cases[] = {
        {"q", true},
        {"rate", true}, /* a cell alone is not calculated with */
        {"rate > 1.2345", true},
        {"rate > 1", true},
        {"rate > 1.23456", false}, /* it is scaled */
        {"-rate > 1.0000", false},
        {"q * q > 5 and country = 'DE'", true},
        {"large * large * large > 5", false},
        {"large * large > 5", true},
        {"not (rate + 1.0000 = 5) or true", false},
        {"none is null", true},
        {"none + 1 is null", false},
        {"country", true},
        {"at < later", true},
        {"later - at", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        assert_int_equal(compile(&f, cases[i].text, -1), 0);
        if (ls_expr_safe(f.expr) != cases[i].safe) {
            fail_msg("%s", cases[i].text);
        }
        clear(&f);
    }
}

static void test_problems(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *rule;
        const char *hint; /* part of it */
    } cases[] = {
        {"", "LS2101", "a value is a number"},
        {"q +", "LS2101", "a value is a number"},
        {"(q", "LS2101", "close what was opened"},
        {"q q", "LS2101", "an operator stands between"},
        {"q == 1", "LS2101", "equal is `=`"},
        {"= 1", "LS2101", "on both sides"},
        {"country = \"US\"", "LS2101", "single quotes"},
        {"!(q > 1)", "LS2101", "`not`"},
        {"q > 1 && q < 3", "LS2101", "`and`"},
        {"q > 1 || q < 3", "LS2101", "`or`"},
        {"1 < q < 3", "LS2101", "no chain"},
        {"'a' (q)", "LS2101", "no functions"},
        {"'open", "LS2101", "end the text"},
        {"1.2.3", "LS2101", "an operator stands between"},
        {"0.1234567890123456789", "LS2101", "18 decimal places"},
        {"q is 5", "LS2101", "is null"},
        {"product.prise", "LS2102", "product.price"},
        {"android", "LS2102", "known here: "},
        {"q > 1 or raw = 'x'", "LS2107", "take a string"},
        {"raw is null", "LS2107", "take a string"},
        {"country + 1", "LS2103", "a text is compared"},
        {"country = 1", "LS2103", "single quotes"},
        {"q and true", "LS2103", "compare"},
        {"not q", "LS2103", "compare"},
        {"at + later", "LS2103", "two are subtracted"},
        {"-at", "LS2103", "milliseconds"},
        {"q + (q > 1)", "LS2103", "conditions are joined"},
        {"at * 2", "LS2103", "a time takes"},
        {"at + 0.5", "LS2103", "1000 is a second"},
        {"5 - at", "LS2103", "a time takes"},
        {"null", "LS2103", "name a field"},
        {"rate * rate * rate * rate * rate", "LS2104", "round a factor"},
        {"q / 2", "LS2105", "scale"},
        {"q / 2 + 1", "LS2105", "normalize step"},
        {"q + 100 / 100", "LS2101", "parentheses"}, /* not (q + 100) / 100 */
        {"q - 1 / 2", "LS2101", "parentheses"},
        {"((((((((((((((((((((((((((((((((((q))))))))))))))))))))))))))))))))))", "LS2106",
         "split it"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        assert_int_equal(compile(&f, cases[i].text, -1), 0);
        assert_null(f.expr);
        assert_int_equal(f.diag.errors, 1);
        assert_string_equal(f.diag.problems[0].rule, cases[i].rule);
        assert_non_null(f.diag.problems[0].hint);
        if (!strstr(f.diag.problems[0].hint, cases[i].hint)) {
            fail_msg("%s: %s", cases[i].text, f.diag.problems[0].hint);
        }
        clear(&f);
    }
}

static void test_too_many_steps(void **state)
{
    (void)state;
    char text[2048] = "q";
    for (int i = 0; i < 300; i++) {
        strcat(text, "+q");
    }
    struct fixture f;
    assert_int_equal(compile(&f, text, -1), 0);
    assert_null(f.expr);
    assert_string_equal(f.diag.problems[0].rule, "LS2106");
    clear(&f);
}

static void test_refused_memory(void **state)
{
    (void)state;
    int refused = 0;
    for (unsigned long n = 1;; n++) {
        struct fixture f;
        ls_mem_refuse(n);
        int rc = compile(&f, "country = 'DE' and q > 5", -1);
        ls_mem_refuse(0);
        clear(&f);
        if (rc == 0) {
            break;
        }
        assert_int_equal(rc, LS_E_NOMEM);
        refused++;
    }
    assert_true(refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_problems), cmocka_unit_test(test_too_many_steps),
        cmocka_unit_test(test_bounds),   cmocka_unit_test(test_bounds_of_quotients),
        cmocka_unit_test(test_safety),   cmocka_unit_test(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
