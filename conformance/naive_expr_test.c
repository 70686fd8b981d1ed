#include "conformance/naive_internal.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { AMOUNT, QUANTITY, COUNTRY, METHOD, AT, SEEN, PAID, NOTHING, HUGE, COLUMNS };

static struct naive_column items[COLUMNS] = {
    [AMOUNT] = {.name = "amount", .type = NAIVE_LONG, .scale = 2},
    [QUANTITY] = {.name = "quantity", .type = NAIVE_INT},
    [COUNTRY] = {.name = "country", .type = NAIVE_STRING},
    [METHOD] = {.name = "order.method", .type = NAIVE_ENUM},
    [AT] = {.name = "at", .type = NAIVE_TIME},
    [SEEN] = {.name = "seen", .type = NAIVE_TIME},
    [PAID] = {.name = "paid", .type = NAIVE_BOOLEAN},
    [NOTHING] = {.name = "nothing", .type = NAIVE_LONG},
    [HUGE] = {.name = "huge", .type = NAIVE_LONG}};
static const struct naive_columns columns = {items, COLUMNS};

#define TEXT(word)                                                                                 \
    {                                                                                              \
        .bytes = (const uint8_t *)(word), .size = sizeof(word) - 1                                 \
    }
static const struct naive_value row[COLUMNS] = {
    [AMOUNT] = {.number = 1250}, [QUANTITY] = {.number = 3},    [COUNTRY] = TEXT("DE"),
    [METHOD] = TEXT("card"),     [AT] = {.number = 1000},       [SEEN] = {.number = 1600},
    [PAID] = {.number = 1},      [NOTHING] = {.is_null = true}, [HUGE] = {.number = INT64_MAX}};

static int setup(void **state)
{
    static struct ls_arena arena;
    ls_arena_init(&arena, "test expressions", 1U << 24);
    *state = &arena;
    return 0;
}

static int teardown(void **state)
{
    ls_arena_clear(*state);
    return 0;
}

/* What comes out: "true", "null", "failed", a number at the scale, a text in quotes. */
static const struct {
    const char *text;
    int scale; /* -1: the expression's own */
    const char *wanted;
} values[] = {
    /* numbers and their places */
    {"amount", -1, "1250"},
    {"amount * quantity", -1, "3750"},
    {"amount + 1", -1, "1350"},
    {"1 - amount", -1, "-1150"},
    {"1.005 + amount", -1, "13505"},
    {"quantity * 0.5", -1, "15"},
    {"1_000.50", -1, "100050"},
    {"quantity - -2", -1, "5"},
    {"- quantity * - 2", -1, "6"},
    {"--quantity", -1, "3"},
    {"2 + 3 * 4", -1, "14"},
    {"(2 + 3) * 4", -1, "20"},
    {"10 - 4 - 3", -1, "3"},
    /* rounding: half to even, either side of zero */
    {"amount", 0, "12"},
    {"amount + 1", 0, "14"},
    {"0 - amount", 0, "-12"},
    {"0 - amount - 1", 0, "-14"},
    {"amount + 0.01", 0, "13"},
    {"quantity", 2, "300"},
    {"quantity * 0.5", 0, "2"},
    {"0.5", 0, "0"},
    {"0 - 0.5", 0, "0"},
    {"0 - 1.5", 0, "-2"},
    /* quotients */
    {"amount / quantity", 2, "417"},
    {"amount / quantity", 0, "4"},
    {"amount * 100 / 119", 2, "1050"},
    {"quantity / 2", 0, "2"},
    {"5 / 2", 0, "2"},
    {"7 / 2", 0, "4"},
    {"-5 / 2", 0, "-2"},
    {"5 / -2", 0, "-2"},
    {"-7 / -2", 0, "4"},
    {"1 / 3", 9, "333333333"},
    {"quantity / 0.30", 0, "10"},
    {"amount / 100", 0, "0"},
    {"quantity / amount", 2, "24"},
    {"amount / 0", 2, "failed"},
    {"amount / (quantity - 3)", 2, "failed"},
    {"nothing / 0", 2, "null"},
    {"0 / nothing", 2, "null"},
    /* what does not fit 128 bits */
    {"huge * huge", -1, "85070591730234615847396907784232501249"},
    {"huge * huge * huge", -1, "failed"},
    {"huge * huge * huge > 0", -1, "failed"},
    {"huge * huge / 1", 18, "failed"},
    /* times */
    {"seen - at", -1, "600"},
    {"at + quantity", -1, "1003"},
    {"1 + at", -1, "1001"},
    {"at - 1", -1, "999"},
    {"seen > at", -1, "true"},
    {"seen - at >= 600", -1, "true"},
    {"at + nothing", -1, "null"},
    /* comparisons across scales, texts by their bytes */
    {"amount = 12.5", -1, "true"},
    {"amount != 12.500", -1, "false"},
    {"amount < 12.51", -1, "true"},
    {"quantity <= 3", -1, "true"},
    {"quantity >= 3.01", -1, "false"},
    {"quantity > 2.99", -1, "true"},
    {"country = 'DE'", -1, "true"},
    {"country < 'DEU'", -1, "true"},
    {"country > 'D'", -1, "true"},
    {"country < 'de'", -1, "true"},
    {"order.method = 'card'", -1, "true"},
    {"true > false", -1, "true"},
    {"paid = true", -1, "true"},
    {"country", -1, "'DE'"},
    {"'it''s'", -1, "'it's'"},
    {"''", -1, "''"},
    /* three values */
    {"nothing", -1, "null"},
    {"nothing + 1", -1, "null"},
    {"-nothing", -1, "null"},
    {"nothing = nothing", -1, "null"},
    {"nothing = null", -1, "null"},
    {"null != 'x'", -1, "null"},
    {"nothing is null", -1, "true"},
    {"nothing is not null", -1, "false"},
    {"nothing + amount is null", -1, "true"},
    {"amount is null", -1, "false"},
    {"not paid", -1, "false"},
    {"not nothing > 1", -1, "null"},
    {"not not paid", -1, "true"},
    {"nothing > 1 and false", -1, "false"},
    {"false and nothing > 1", -1, "false"},
    {"nothing > 1 and true", -1, "null"},
    {"nothing > 1 or true", -1, "true"},
    {"true or nothing > 1", -1, "true"},
    {"nothing > 1 or false", -1, "null"},
    {"null or false", -1, "null"},
    {"null and null", -1, "null"},
    /* how tightly things bind */
    {"true or false and false", -1, "true"},
    {"(true or false) and false", -1, "false"},
    {"not false or true", -1, "true"},
    {"not (false or true)", -1, "false"},
    {"not quantity > 3", -1, "true"},
    {"1 + 1 = 2 and 2 * 2 = 4", -1, "true"},
    {"paid and not nothing is not null", -1, "true"},
};

static void put_number(ls_i128 number, char out[64])
{
    char digits[64];
    size_t at = sizeof digits;
    digits[--at] = '\0';
    ls_u128 rest = number < 0 ? 0 - (ls_u128)number : (ls_u128)number;
    do {
        digits[--at] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest);
    snprintf(out, 64, "%s%s", number < 0 ? "-" : "", digits + at);
}

static void put_result(const struct naive_expr *expr, int scale, char out[64])
{
    unsigned own;
    bool has_scale = ls_naive_expr_scale(expr, &own);
    assert_true(has_scale || scale >= 0);
    struct naive_result result = ls_naive_expr_value(expr, scale < 0 ? own : (unsigned)scale, row);
    if (result.failed || result.is_null) {
        snprintf(out, 64, "%s", result.failed ? "failed" : "null");
    } else if (ls_naive_expr_kind(expr) == NAIVE_KIND_TEXT) {
        snprintf(out, 64, "'%.*s'", (int)result.size, (const char *)result.bytes);
    } else if (ls_naive_expr_kind(expr) == NAIVE_KIND_BOOLEAN) {
        snprintf(out, 64, "%s", result.number ? "true" : "false");
    } else {
        put_number(result.number, out);
    }
}

static void expressions_have_their_values(void **state)
{
    for (size_t i = 0; i < COUNT(values); i++) {
        struct naive_expr *expr;
        struct ls_error err;
        char text[64];
        if (ls_naive_expr_parse(values[i].text, &columns, *state, &expr, &err) < 0) {
            fail_msg("%s", err.text);
        }
        put_result(expr, values[i].scale, text);
        if (strcmp(text, values[i].wanted) != 0) {
            fail_msg("`%s` is %s, should be %s", values[i].text, text, values[i].wanted);
        }
        bool holds = ls_naive_expr_kind(expr) == NAIVE_KIND_BOOLEAN &&
                     ls_naive_expr_holds(expr, row, &err) == 1;
        assert_int_equal(holds, strcmp(values[i].wanted, "true") == 0);
    }
}

static const struct {
    const char *text;
    const char *what;
} wrong[] = {
    {"", "a value is missing"},
    {"amount +", "a value is missing"},
    {".5", "a value is missing"},
    {"unheard", "there is no such name"},
    {"order", "there is no such name"},
    {"amount 1", "goes on where it should end"},
    {"quantity > 1 > 0", "goes on where it should end"},
    {"true AND false", "goes on where it should end"},
    {"(amount", "`)` is missing"},
    {"'open", "the text does not end"},
    {"amount is 1", "`is` needs `null`"},
    {"amount / 2 + 1", "elsewhere than at the top"},
    {"-(amount / 2)", "elsewhere than at the top"},
    {"amount / 2 / 2", "elsewhere than at the top"},
    {"amount / 2 > 1", "elsewhere than at the top"},
    {"amount = 'x'", "cannot be compared"},
    {"at > 5", "cannot be compared"},
    {"at + at", "cannot be added"},
    {"1 - at", "cannot be added"},
    {"at + amount", "cannot be added"},
    {"country + 1", "cannot be added"},
    {"country * 2", "need numbers"},
    {"-country", "needs a number"},
    {"not amount", "needs a condition"},
    {"amount and true", "need conditions"},
    {"0.1234567890123456789", "the number is too long"},
};

static void what_is_no_expression_is_refused(void **state)
{
    struct naive_expr *expr;
    struct ls_error err;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        int rc = ls_naive_expr_parse(wrong[i].text, &columns, *state, &expr, &err);
        if (rc != LS_E_DATA || !strstr(err.text, wrong[i].what)) {
            fail_msg("`%s`: %s", wrong[i].text, rc < 0 ? err.text : "is taken");
        }
    }
    char deep[401];
    memset(deep, '(', 200);
    memset(deep + 200, ')', 200);
    deep[400] = '\0';
    assert_int_equal(ls_naive_expr_parse(deep, &columns, *state, &expr, &err), LS_E_DATA);
    memset(deep, '-', 400);
    assert_int_equal(ls_naive_expr_parse(deep, &columns, *state, &expr, &err), LS_E_DATA);
    memset(deep, 'a', 400);
    assert_int_equal(ls_naive_expr_parse(deep, &columns, *state, &expr, &err), LS_E_DATA);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    static const char text[] = "-quantity + 1 > 2 and country = 'x'''";
    for (unsigned long n = 1;; n++) {
        struct naive_expr *expr;
        struct ls_error err;
        struct ls_arena arena;
        ls_arena_init(&arena, "refused", 1U << 20);
        ls_mem_refuse(n);
        int rc = ls_naive_expr_parse(text, &columns, &arena, &expr, &err);
        ls_mem_refuse(0);
        ls_arena_clear(&arena);
        if (rc == 0) {
            assert_true(n > 1);
            break;
        }
        assert_int_equal(rc, LS_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(expressions_have_their_values, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_expression_is_refused, setup, teardown),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
