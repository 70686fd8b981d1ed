#include "conformance/naive_cases_test.h"

#define ROLLING "{name: v, from: order, rolling: {over: 10ms}, "
#define STEPS   "{name: v, from: order, rolling: {over: 20ms, step: 10ms}, "

static void features_look_back_to_the_millisecond(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        /* 10 before is out of sight, 9 is not; no look ahead; whatever the order of arrival */
        {ROLLING "select: {n: count, s: {sum: quantity}}}", NULL,
         "order 0 109 0 c C1 quantity=4\norder 1 100 0 a C1 quantity=1\n"
         "order 0 101 0 b C1 quantity=2\norder 0 110 0 d C1 quantity=8\n"
         "order 1 150 0 e C1 quantity=16",
         "100,'a',1,1,1\n101,'b',2,3,1\n109,'c',3,7,1\n110,'d',3,14,1\n150,'e',1,16,1\n"},
        /* each group by itself, rows across them in one order; null is a group */
        {ROLLING "by: [country], select: {n: count}}", NULL,
         "order 0 5 0 a C1 country=US\norder 0 6 0 b C1\norder 0 7 0 c C1 country=US\n"
         "order 0 8 0 d C1\norder 0 9 0 e C1 country=DE",
         "5,'a','US',1,1\n6,'b',null,1,1\n7,'c','US',2,1\n8,'d',null,2,1\n9,'e','DE',1,1\n"},
        {ROLLING "select: {n: count}, feature_version: 3}", NULL,
         "order 0 -1 -50 a C1\norder 0 -10 -50 b C1\norder 0 -11 -50 c C1",
         "-11,'c',1,3\n-10,'b',2,3\n-1,'a',2,3\n"},
        {ROLLING "select: {n: count}}", NULL, "", ""},
    };
    check_cases(cases, COUNT(cases));
}

/* By event_id bytes, then topic, partition, position. */
static void ties_are_broken(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {"{name: v, from: [return, order], rolling: {over: 10ms}, "
         "select: {n: count, was: {last: event_type}, at: {last: position}}}",
         NULL,
         "return 0 5 0 b C1\norder 1 5 0 b C1\norder 0 5 0 b C1\norder 0 5 0 b C1\n"
         "order 1 5 0 ab C1\norder 1 5 0 a C1\norder 1 5 0 B C1",
         "5,'B',1,'order',3,1\n5,'a',2,'order',2,1\n5,'ab',3,'order',1,1\n5,'b',4,'order',0,1\n"
         "5,'b',5,'order',1,1\n5,'b',6,'order',0,1\n5,'b',7,'return',0,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void with_a_step_whole_panes_are_seen(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        /* the record's own pane so far, and the one before it */
        {STEPS "select: {n: count}}", NULL,
         "order 0 10 0 b C1\norder 0 9 0 a C1\norder 0 19 0 c C1\norder 0 20 0 d C1\n"
         "order 0 29 0 e C1\norder 0 39 0 f C1\norder 0 50 0 g C1",
         "9,'a',1,1\n10,'b',2,1\n19,'c',3,1\n20,'d',3,1\n29,'e',4,1\n39,'f',3,1\n50,'g',1,1\n"},
        {STEPS "select: {n: count}}", NULL,
         "order 0 -11 -99 a C1\norder 0 -1 -99 b C1\norder 0 0 -99 c C1\norder 0 -10 -99 d C1",
         "-11,'a',1,1\n-10,'d',2,1\n-1,'b',3,1\n0,'c',3,1\n"},
        {"{name: v, from: order, rolling: {over: 10ms, step: 10ms}, select: {n: count}}", NULL,
         "order 0 8 0 a C1\norder 0 9 0 b C1\norder 0 10 0 c C1",
         "8,'a',1,1\n9,'b',2,1\n10,'c',1,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void what_is_late_has_no_row_and_is_not_seen(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {ROLLING "where: \"quantity > 0\", select: {s: {sum: quantity}}}", NULL,
         "order 0 5 5 a C1 quantity=1\norder 0 4 5 b C1 quantity=2\norder 0 6 5 c C1 quantity=4\n"
         "order 0 1 5 d C1 quantity=0\norder 0 1 5 e C1",
         "5,'a',1,1\n6,'c',5,1\nlate raw.shop.order 0\n'b','C1',4,4,4,0,1,5\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void what_must_have_ended_the_run_is_an_error(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {ROLLING "select: {s: {sum: quantity}}}", NULL,
         "order 0 5 0 a C1 quantity=9223372036854775807\norder 0 6 0 b C1 quantity=1",
         "! view v: record of 1970-01-01T00:00:00.006Z: event_id b: `s` does not fit a long: it "
         "must have ended the run"},
    };
    check_cases(cases, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_look_back_to_the_millisecond),
        cmocka_unit_test(ties_are_broken),
        cmocka_unit_test(with_a_step_whole_panes_are_seen),
        cmocka_unit_test(what_is_late_has_no_row_and_is_not_seen),
        cmocka_unit_test(what_must_have_ended_the_run_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
