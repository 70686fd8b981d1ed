#include "generator/fixture_test.h"
#include "generator/owner_sample_test.h"

#define LATE "expr: number >= 150 or exchange.open"

static void attributes_are_computed_from_what_they_can_name(void **state)
{
    CHECK_PLAN_MISTAKES(
        *state, owner_spec,
        {{LATE, "expr: cut >= 150", "LS2102", NULL, "there is no field `cut` here"},
         {LATE, "expr: late", "LS2102", NULL, "there is no field `late` here"},
         {LATE, "expr: exchange.opened", "LS2102", NULL, "did you mean `exchange.open`?"},
         {LATE, "expr: city.count > 1", "LS2102", NULL, "there is no field `city.count` here"},
         {LATE, "expr: report.up > 1", "LS2102", NULL, "there is no field `report.up` here"},
         {LATE, "expr: event_time > begins", "LS2102", NULL, "there is no field `event_time` here"},
         {LATE, "expr: label = 'x'", "LS2107", NULL, "`label` is nothing to calculate with"},
         {LATE, "expr: exchange.zone = 'east'", "LS2107", NULL,
          "`exchange.zone` is nothing to calculate with"},
         {LATE, "expr: number + 1", "LS2019", NULL,
          "the expression gives a number, the field is of type boolean"},
         {"expr: day.fee + 1}", "expr: day.fee * 0.125}", "LS2019", NULL,
          "the expression has 5 decimal places, the field 2"},
         {"expr: number * 2, max: 230}", "expr: number * 30000000}", "LS2202", NULL,
          "the expression can be 3000000000 to 6000000000, which type int does not hold"},
         {"{first: 100, step: 10}", "{first: 100, step: 300000000}", "LS2018", NULL,
          "number 10 of the sequence is none that type int holds"}});
}

/* A value is made from others, those from others: in the end it costs what all of them do. */
static void a_value_costs_so_much(void **state)
{
    struct maker *m = *state;
    struct text lines = {0};
    add(&lines, "      - {name: n0, type: long, uniform: [0, 1]}\n"
                "      - {name: n1, type: long, uniform: [0, 1]}\n");
    for (int i = 2; i < 14; i++) {
        add(&lines, "      - {name: n%d, type: long, expr: n%d + n%d}\n", i, i - 1, i - 2);
    }
    add(&lines, "  city:\n");
    char *text = changed(owner_spec, "  city:\n", lines.text);
    plan_fine(m, text, NULL);
    free(text);
    lines.size -= strlen("  city:\n");
    for (int i = 14; i < 16; i++) {
        add(&lines, "      - {name: n%d, type: long, expr: n%d + n%d}\n", i, i - 1, i - 2);
    }
    add(&lines, "  city:\n");
    text = changed(owner_spec, "  city:\n", lines.text);
    assert_int_equal(plan_text(m, text, NULL), LS_E_DATA);
    check_report(&m->base, "LS2106", line_of(text, "{name: n14"),
                 "an attribute is computed through more than 1000 others");
    free(text);
}

/* What is wrong with a population is told, not what belongs to it. */
static void an_owner_that_is_wrong_is_told_alone(void **state)
{
    CHECK_PLAN_MISTAKES(*state, owner_spec,
                        {{"words: {of: [big, old, small], most: 3}", "pattern: \"[a-\"", "LS2026",
                          NULL, "pattern"}});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(attributes_are_computed_from_what_they_can_name),
        MAKER_TEST(a_value_costs_so_much),
        MAKER_TEST(an_owner_that_is_wrong_is_told_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
