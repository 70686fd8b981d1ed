#include "conformance/naive_cases_test.h"

#define RULE "{name: a, from: order, severity: CRITICAL, "
#define BUSY "{name: a, from: order, severity: WARNING, rolling: {over: 10ms}, "

static void a_rule_raises_and_clears(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        /* without `clear` when the condition holds no more, or is unknown */
        {NULL, RULE "when: 'quantity > 5'}",
         "order 0 1 0 a C1 quantity=5\norder 0 2 0 b C1 quantity=6\norder 0 3 0 c C1 quantity=7\n"
         "order 0 4 0 d C1 quantity=5\norder 0 5 0 e C1 quantity=9\norder 0 6 0 f C1\n"
         "order 0 7 0 g C1\norder 0 8 0 h C1 quantity=6",
         "2,'b','RAISED','CRITICAL',1\n4,'d','CLEARED','CRITICAL',1\n"
         "5,'e','RAISED','CRITICAL',1\n6,'f','CLEARED','CRITICAL',1\n"
         "8,'h','RAISED','CRITICAL',1\n"},
        /* with `clear` when that holds, and at no other record: unknown is false */
        {NULL, RULE "when: 'quantity > 5', clear: 'quantity < 3', feature_version: 2}",
         "order 0 1 0 a C1 quantity=2\norder 0 2 0 b C1 quantity=6\norder 0 3 0 c C1 quantity=4\n"
         "order 0 4 0 d C1\norder 0 5 0 e C1 quantity=8\norder 0 6 0 f C1 quantity=2\n"
         "order 0 7 0 g C1 quantity=1\norder 0 8 0 h C1 quantity=5",
         "2,'b','RAISED','CRITICAL',2\n6,'f','CLEARED','CRITICAL',2\n"},
        /* both conditions hold: a record changes the state once */
        {NULL, RULE "when: 'quantity > 5', clear: 'quantity > 5'}",
         "order 0 1 0 a C1 quantity=6\norder 0 2 0 b C1 quantity=6\norder 0 3 0 c C1 quantity=6",
         "1,'a','RAISED','CRITICAL',1\n2,'b','CLEARED','CRITICAL',1\n"
         "3,'c','RAISED','CRITICAL',1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void groups_have_states_of_their_own(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {NULL, RULE "by: [country], when: 'quantity > 5'}",
         "order 0 3 0 c C1 country=DE quantity=6\norder 0 1 0 a C1 country=US quantity=6\n"
         "order 0 2 0 b C1 country=US quantity=6\norder 0 4 0 d C1 quantity=6\n"
         "order 0 5 0 e C1 country=DE quantity=1",
         "1,'a','US','RAISED','CRITICAL',1\n3,'c','DE','RAISED','CRITICAL',1\n"
         "4,'d',null,'RAISED','CRITICAL',1\n5,'e','DE','CLEARED','CRITICAL',1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void features_are_as_of_each_record(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        /* they are columns too; conditions see them and the record */
        {NULL,
         BUSY "select: {n: count, s: {sum: amount}}, when: 'n >= 2 and s > 2.50 and quantity = 1',"
              " clear: 'n < 2'}",
         "order 0 1 0 a C1 amount=100 quantity=1\norder 0 2 0 b C1 amount=150 quantity=1\n"
         "order 0 3 0 c C1 amount=1 quantity=2\norder 0 4 0 d C1 amount=1 quantity=1\n"
         "order 0 13 0 e C1 quantity=1\norder 0 23 0 f C1",
         "4,'d','RAISED','WARNING',4,252,1\n23,'f','CLEARED','WARNING',1,null,1\n"},
        /* of the columns before it */
        {NULL,
         RULE "select: {doubled: {expr: 'quantity * 2'}, more: {expr: 'doubled + 1'}}, "
              "when: 'more > 10'}",
         "order 0 1 0 a C1 quantity=4\norder 0 2 0 b C1 quantity=5",
         "2,'b','RAISED','CRITICAL',10,11,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void what_is_late_changes_nothing(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {NULL, RULE "where: \"country = 'DE'\", when: 'quantity > 5'}",
         "order 0 5 5 a C1 country=DE quantity=6\norder 0 4 5 b C1 country=DE quantity=1\n"
         "order 1 6 5 c C1 country=DE quantity=6\norder 1 6 7 d C1 country=US quantity=1",
         "5,'a','RAISED','CRITICAL',1\nlate raw.shop.order 0\n'b','C1',4,4,4,0,1,5\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void conditions_need_columns_of_64_bits(void **state)
{
    (void)state;
    static const char records[] = "order 0 1 0 a C1 weight=999999999999999999\n"
                                  "order 0 2 0 b C1 weight=999999999999999999";
    static const struct naive_case cases[] = {
        {NULL, BUSY "select: {r: {ratio: {of: weight, to: quantity}, scale: 9}}, when: 'r > 0'}",
         "order 0 1 0 a C1 weight=999999999999999999 quantity=1",
         "! alert rule a: record of 1970-01-01T00:00:00.001Z: event_id a: `r` does not fit 64 bits:"
         " it must have ended the run"},
        {NULL,
         BUSY "select: {r: {ratio: {of: weight, to: quantity}, scale: 9}}, when: 'quantity > 1',"
              " clear: 'r < 0'}",
         "order 0 1 0 a C1 weight=999999999999999999 quantity=1",
         "! alert rule a: record of 1970-01-01T00:00:00.001Z: event_id a: `r` does not fit 64 bits:"
         " it must have ended the run"},
        /* what nothing uses has to fit its type where there is a row, and there alone */
        {NULL,
         BUSY "select: {s: {sum: quantity}, d: {expr: 'quantity * quantity'}}, when: 'express'}",
         "order 0 1 0 a C1 quantity=9223372036854775807\norder 0 2 0 b C1 quantity=1\n"
         "order 0 20 0 c C1 quantity=7 express=true",
         "20,'c','RAISED','WARNING',7,49,1\n"},
        {NULL, BUSY "select: {s: {sum: quantity}}, when: 'express'}",
         "order 0 1 0 a C1 quantity=9223372036854775807\n"
         "order 0 2 0 b C1 quantity=1 express=true",
         "! alert rule a: record of 1970-01-01T00:00:00.002Z: event_id b: `s` does not fit a long: "
         "it must have ended the run"},
        {NULL, BUSY "select: {s: {sum: quantity}}, when: 'express and s > 0'}",
         "order 0 1 0 a C1 quantity=9223372036854775807\norder 0 2 0 b C1 quantity=1",
         "! alert rule a: record of 1970-01-01T00:00:00.002Z: event_id b: `s` does not fit a long: "
         "it must have ended the run"},
        {NULL, RULE "when: 'quantity * quantity * quantity > 0'}",
         "order 0 1 0 a C1 quantity=9223372036854775807",
         "! alert rule a: record of 1970-01-01T00:00:00.001Z: event_id a: a condition leaves 128 "
         "bits: it must have ended the run"},
        /* one that nothing uses may be wider */
        {NULL, BUSY "select: {r: {avg: weight, scale: 9}, s: {sum: weight}}, when: 's > 0'}",
         records, "1,'a','RAISED','WARNING',999999999999999.999000000,999999999999999.999,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_raises_and_clears),
        cmocka_unit_test(groups_have_states_of_their_own),
        cmocka_unit_test(features_are_as_of_each_record),
        cmocka_unit_test(what_is_late_changes_nothing),
        cmocka_unit_test(conditions_need_columns_of_64_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
