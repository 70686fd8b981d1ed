/* Set and pattern checks that a record without a fault might fail are refused, and so are faults
 * that such a check would notice first (contract G7). */
#include "generator/fixture_test.h"

/* sample_spec with checks in front of the others, and perhaps another source of a coupon. */
static char *with_checks(const char *checks, const char *coupon)
{
    char *text = changed(sample_spec, "quality:\n", checks);
    if (coupon) {
        char *before = text;
        text = changed(before, "choice: {SAVE5: 5, SAVE10: 3}", coupon);
        free(before);
    }
    return text;
}

struct value_case {
    const char *check; /* but for its braces */
    const char *coupon;
    const char *problem; /* NULL: it is proved */
};

static void check_cases(struct maker *m, const struct value_case *cases, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        char checks[256];
        snprintf(checks, sizeof checks, "quality:\n  - {check: %s}\n", cases[k].check);
        char *text = with_checks(checks, cases[k].coupon);
        int rc = plan_text(m, text, NULL);
        if ((rc < 0) != (cases[k].problem != NULL)) {
            fail_msg("%s, %s: %s\n%.*s", cases[k].check, cases[k].coupon ? cases[k].coupon : "",
                     rc < 0 ? "refused" : "planned", (int)m->base.report.size,
                     (const char *)m->base.report.data);
        }
        if (cases[k].problem) {
            check_report(&m->base, "LS2201", line_of(text, checks + strlen("quality:\n")),
                         cases[k].problem);
        }
        free(text);
    }
}

static void values_are_in_the_set(void **state)
{
    static const struct value_case cases[] = {
        {"set, field: coupon, values: [SAVE5, SAVE10]", NULL, NULL},
        {"set, field: coupon, values: [SAVE10, X, SAVE5]", NULL, NULL},
        {"set, field: coupon, values: [SAVE5]", NULL, "`coupon` of order can be `SAVE10`"},
        {"set, field: coupon, values: [SAVE5]", "const: SAVE5", NULL},
        {"set, field: coupon, values: [SAVE5]", "const: SAVE", "can be `SAVE`"},
        {"set, field: coupon, values: [US, DE, JP]", "ref: customer.country", NULL},
        {"set, field: coupon, values: [US, DE]", "ref: customer.country", "can be `JP`"},
        {"set, field: tier, values: [pro, plus, basic]", NULL, NULL},
        {"set, field: tier, values: [pro, plus]", NULL, "`tier` of order can be `basic`"},
        {"set, field: mood, values: [happy, sad]", NULL, NULL},
        {"set, field: mood, values: [happy]", NULL, "`mood` of order can be `sad`"},
        {"set, field: channel, values: [web, app]", NULL, NULL},
        {"set, field: coupon, values: [a]", "words: {of: [a], least: 1, most: 2}",
         "nothing shows that each `coupon` of order is one of this check's `values`"},
        {"set, field: coupon, values: [A]", "pattern: A", "nothing shows"},
        {"set, field: sku, values: [S00000001x]", NULL, "nothing shows"},
        {"set, field: order_id, values: [O]", NULL, "nothing shows"},
        /* numbers: all within the bounds */
        {"set, field: quantity, values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,"
         " 18, 19, 20]",
         NULL, NULL},
        {"set, field: quantity, values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,"
         " 18, 20, 21]",
         NULL, "`quantity` of order can be `19`"},
        {"set, field: tip, values: [0, 0.01]", NULL, "`tip` of order can be `0.02`"},
        {"set, field: score, values: [0]", NULL, "`score` of payment can be"},
    };
    check_cases(*state, cases, sizeof cases / sizeof *cases);
}

static void values_match_the_pattern(void **state)
{
    static const struct value_case cases[] = {
        {"pattern, field: coupon, like: 'SAVE[0-9]{1,2}'", NULL, NULL},
        {"pattern, field: coupon, like: 'SAVE[0-9]'", NULL, "`coupon` of order can be `SAVE10`"},
        {"pattern, field: coupon, like: 'SAVE[0-9]'", "const: SAVE5", NULL},
        {"pattern, field: coupon, like: '[A-Z]{3}[0-9]{4}'", "pattern: \"[A-Z]{3}[0-9]{4}\"", NULL},
        {"pattern, field: coupon, like: '[A-Z]{1,3}[0-9]{4}'", "pattern: \"[D-F]{3}[0-9]{4}\"",
         NULL},
        {"pattern, field: coupon, like: '[D-F]{3}[0-9]{4}'", "pattern: \"[A-Z]{3}[0-9]{4}\"",
         "nothing shows that each `coupon` of order matches the pattern `[D-F]{3}[0-9]{4}`"},
        {"pattern, field: coupon, like: '[a-z ]{0,30}'", "words: {of: [a, b], least: 1, most: 2}",
         "nothing shows"},
        {"pattern, field: tier, like: '[a-z]{3,5}'", NULL, NULL},
        {"pattern, field: tier, like: '[a-z]{3,4}'", NULL, "`tier` of order can be `basic`"},
        {"pattern, field: coupon, like: '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-"
         "[0-9a-f]{12}'",
         "uuid: {}", NULL},
        {"pattern, field: coupon, like: '[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[0-9a-f]{4}-"
         "[0-9a-f]{12}'",
         "uuid: {}", "nothing shows"},
        /* ids: those that there are */
        {"pattern, field: sku, like: 'S[0-9]{8}x'", NULL, NULL},
        {"pattern, field: sku, like: 'S[0-9]{7}x'", NULL, "nothing shows"},
        {"pattern, field: coupon, like: 'C[0-9]{5}'", "ref: customer.id", NULL},
        {"pattern, field: coupon, like: 'P-[0-9]{1,5}'", "ref: product.id", NULL},
        {"pattern, field: coupon, like: 'P-[0-9]{1,4}'", "ref: product.id", "nothing shows"},
        {"pattern, field: coupon, like: '[A-Z]-[1-9][0-9]{0,4}'", "ref: product.id",
         "nothing shows"}, /* P-0 */
        {"pattern, field: coupon, like: 'P-[0-9]{1,5}'", "member: {entity: product}", NULL},
        {"pattern, field: coupon, like: 'P-[0-9]{5}'", "member: {entity: product}",
         "nothing shows"},
        {"pattern, field: order_id, like: 'O[0-9]{12,20}'", NULL, NULL},
        {"pattern, field: order_id, like: 'O[0-9]{12}'", NULL, "nothing shows"},
    };
    check_cases(*state, cases, sizeof cases / sizeof *cases);
}

/* The last one of a population is number count - 1. */
static void the_greatest_id_counts(void **state)
{
    struct maker *m = *state;
    char *text = with_checks(
        "quality:\n  - {check: pattern, field: coupon, like: 'P-[0-9]{1,5}'}\n", "ref: product.id");
    plan_fine(m, text, SETS("entities.product.count=100000"));
    assert_int_equal(plan_text(m, text, SETS("entities.product.count=100001")), LS_E_DATA);
    plan_fine(m, text, SETS("entities.product.growth={to: 100000, over: 1h}"));
    assert_int_equal(plan_text(m, text, SETS("entities.product.growth={to: 100001, over: 1h}")),
                     LS_E_DATA);
    free(text);
}

/* Letters that no pattern has. */
static void ids_of_other_letters_match_nothing(void **state)
{
    struct maker *m = *state;
    char *text = with_checks("quality:\n  - {check: pattern, field: coupon, like: 'C[ -~]{5,9}'}\n",
                             "ref: customer.id");
    plan_fine(m, text, NULL);
    char *other = changed(text, "\"C{n:05}\"", "\"C\xc3\xa9{n:05}\"");
    assert_int_equal(plan_text(m, other, NULL), LS_E_DATA);
    check_report(&m->base, "LS2201", line_of(other, "  - {check: pattern"), "nothing shows");
    free(other);
    free(text);
}

static void other_checks_do_not_come_first(void **state)
{
    static const char amounts[] = "  - {check: range, field: amount, min: 0.01, max: 100000.00}\n";
    static const char scores[] = "  - {check: range, field: score, min: -9, max: 9}\n"
                                 "  - {check: set, field: score, values: [-9, -8, -7, -6, -5, -4, "
                                 "-3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}\n";
    static const char swapped[] = "  - {check: set, field: score, values: [-9, -8, -7, -6, -5, -4, "
                                  "-3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}\n"
                                  "  - {check: range, field: score, min: -9, max: 9}\n";
    struct maker *m = *state;
    char *text = changed(sample_spec, "normal: {mean: 0, deviation: 1000}", "uniform: [-9, 9]");
    char *fault = changed(text, "out_of_range: {rate: 1/60, field: amount}",
                          "out_of_range: {rate: 1/60, field: score}");
    char *sound = changed(fault, amounts, scores);
    plan_fine(m, sound, NULL);
    char *wrong = changed(fault, amounts, swapped);
    assert_int_equal(plan_text(m, wrong, NULL), LS_E_DATA);
    check_report(&m->base, "LS2204", line_of(wrong, "  - {check: set, field: score"),
                 "this check would refuse what `out_of_range` makes of `score`");
    free(wrong);
    free(sound);
    free(fault);
    free(text);
}

/* One up, or one down at the top of the range. */
static void conflicts_stay_in_the_set(void **state)
{
    static const struct {
        const char *checks, *source;
        const char *made; /* that is refused */
    } cases[] = {
        {"set, field: score, values: [1, 2, 3]", "uniform: [1, 2]", NULL},
        {"set, field: score, values: [1, 2, 3]", "uniform: [1, 3]", "`4` of `score`"},
        {"range, field: score, max: 3}\n  - {check: set, field: score, values: [1, 2, 3]",
         "uniform: [1, 3]", NULL},
        {"set, field: score, values: [2, 3, 5, 6]", "choice: {2: 1, 5: 1}", NULL},
        {"set, field: score, values: [2, 3, 5, 7]", "choice: {2: 1, 5: 1}", "`6` of `score`"},
        {"set, field: score, values: [9]", "const: 9", "`10` of `score`"},
    };
    struct maker *m = *state;
    char *fault = changed(sample_spec, "conflict: {rate: 1/200, field: amount}",
                          "conflict: {rate: 1/200, field: score}");
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char checks[256];
        snprintf(checks, sizeof checks, "quality:\n  - {check: %s}\n", cases[k].checks);
        char *made = changed(fault, "normal: {mean: 0, deviation: 1000}", cases[k].source);
        char *text = changed(made, "quality:\n", checks);
        int rc = plan_text(m, text, NULL);
        if ((rc < 0) != (cases[k].made != NULL)) {
            fail_msg("%s, %s\n%.*s", cases[k].checks, cases[k].source, (int)m->base.report.size,
                     (const char *)m->base.report.data);
        }
        if (cases[k].made) {
            check_report(&m->base, "LS2204", line_of(text, "  conflict:"), cases[k].made);
        }
        free(text);
        free(made);
    }
    free(fault);
}

/* Numbers above the population's: an unknown id of `P-{n}` may have a digit more. */
static void unknown_ids_pass_the_other_checks(void **state)
{
    static const struct {
        const char *check;
        bool sound;
    } cases[] = {
        {"pattern, field: product_id, like: 'P-[0-9]{1,5}'", true},
        {"pattern, field: product_id, like: '[A-Z]-[0-9]{1,9}'", true},
        {"range, field: amount, min: 0", true},
    };
    struct maker *m = *state;
    char *fault = changed(sample_spec, "faults:\n",
                          "faults:\n  unknown_reference: {rate: 1/50, field: product_id}\n");
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char checks[256];
        snprintf(checks, sizeof checks, "quality:\n  - {check: %s}\n", cases[k].check);
        char *text = changed(fault, "quality:\n", checks);
        plan_fine(m, text, NULL);
        char *more = changed(text, "count: 70_000", "count: 99_001"); /* up to 100_000 */
        int rc = plan_text(m, more, NULL);
        if (strstr(cases[k].check, "{1,5}")) {
            assert_int_equal(rc, LS_E_DATA);
            check_report(&m->base, "LS2204", line_of(more, "  unknown_reference:"),
                         "`check: pattern` of `product_id` may refuse an unknown id");
        } else {
            assert_int_equal(rc, 0);
        }
        free(more);
        free(text);
    }
    free(fault);
}

/* What is proved is so: each value that is made passes. */
static void what_is_proved_is_so(void **state)
{
    static const char checks[] =
        "quality:\n"
        "  - {check: pattern, field: coupon, like: '[a-z]{0,3}-[A-C]{2}x?'}\n"
        "  - {check: pattern, field: sku, like: 'S[0-9]{8}x'}\n"
        "  - {check: set, field: tier, values: [basic, pro, plus]}\n";
    struct maker *m = *state;
    char *text = with_checks(checks, "pattern: \"[b-y]{0,2}-[AC]{2}\"");
    plan_fine(m, text, NULL);
    const struct ls_spec_check *c = m->base.spec->quality.items;
    const struct ls_spec_event_type *order = ls_spec_event_type(m->base.spec, "order");
    size_t seen = 0;
    make_run(m, 4000);
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        struct ls_cell cells[LS_PLAN_CELLS_MAX];
        if (e->type != order->index || e->fault != LS_FAULT_NONE) {
            continue;
        }
        assert_int_equal(
            ls_row_decode(order->layout, e->value + 10, e->value_size - 10, cells, NULL, NULL),
            LS_DECODE_OK);
        for (size_t f = 0; f < 2 * order->field_count; f++) { /* each with each of the patterns */
            const struct ls_spec_check *check = &c[f % 2];
            const struct ls_cell *cell = &cells[LS_COLUMN_PAYLOAD + f / 2];
            if (strcmp(order->fields[f / 2]->name, check->field) == 0 && !cell->is_null) {
                assert_true(ls_pattern_matches(&check->pattern, cell->bytes, cell->size));
                seen++;
            }
        }
    }
    assert_true(seen > 1000);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(values_are_in_the_set),
        MAKER_TEST(values_match_the_pattern),
        MAKER_TEST(the_greatest_id_counts),
        MAKER_TEST(ids_of_other_letters_match_nothing),
        MAKER_TEST(other_checks_do_not_come_first),
        MAKER_TEST(conflicts_stay_in_the_set),
        MAKER_TEST(unknown_ids_pass_the_other_checks),
        MAKER_TEST(what_is_proved_is_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
