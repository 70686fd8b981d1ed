#include "conformance/naive_cases_test.h"

#define SELECT(columns) "{name: v, from: order, rolling: {over: 10ms}, select: {" columns "}}", NULL

static void expressions_see_the_record_and_the_columns_before(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {SELECT("n: count, s: {sum: amount}, twice: {expr: 's * 2'}, "
                "part: {expr: 'amount / s', scale: 3}, odd: {expr: 'n = 1 or n = 3'}, "
                "word: {expr: method}, wait: {expr: 'due - event_time'}, "
                "then: {expr: 'event_time + n'}, big: {expr: 'part > 0.4'}"),
         "order 0 1 0 a C1 amount=100 method=card due=5\norder 0 2 0 b C1 amount=50 method=cash\n"
         "order 0 3 0 c C1",
         "1,'a',1,100,2.00,1.000,true,'card',4,2,true,1\n"
         "2,'b',2,150,3.00,0.333,false,'cash',null,4,false,1\n"
         "3,'c',3,150,3.00,null,true,null,null,6,null,1\n"},
        /* the last record of a group is the one that they see, whatever comes before it */
        {SELECT("a: {expr: 'quantity - 1'}, l: {last: quantity}"),
         "order 0 1 0 a C1 quantity=5\norder 0 2 0 b C1", "1,'a',4,5,1\n2,'b',null,5,1\n"},
        /* decimals are numbers with places, as columns too */
        {SELECT("w: {sum: weight}, m: {max: weight}, x: {expr: 'w - m'}, y: {expr: 'x * 10'}, "
                "r: {ratio: {of: weight, to: quantity}, scale: 2}, z: {expr: 'r = 0.01'}"),
         "order 0 1 0 a C1 weight=1500 quantity=100\norder 0 2 0 b C1 weight=-1 quantity=20",
         "1,'a',1.500,1.500,0.000,0.000,0.02,false,1\n"
         "2,'b',1.499,1.500,-0.001,-0.010,0.01,true,1\n"},
        /* a column hides the field that is called so, but not from itself */
        {SELECT("quantity: {expr: 'quantity * 10'}, amount: {sum: amount}, "
                "a: {expr: 'quantity + amount'}, b: {last: quantity}"),
         "order 0 1 0 a C1 quantity=1 amount=5\norder 0 2 0 b C1 quantity=2 amount=7",
         "1,'a',10,5,10.05,1,1\n2,'b',20,12,20.12,2,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void quotients_are_rounded_at_their_scale(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {SELECT("a: {expr: 'quantity / 2'}, b: {expr: 'amount / quantity', scale: 1}"),
         "order 0 1 0 a C1 quantity=1 amount=25\norder 0 2 0 b C1 quantity=3 amount=135\n"
         "order 0 3 0 c C1 quantity=-5 amount=125\norder 0 4 0 d C1 quantity=0 amount=1\n"
         "order 0 5 0 e C1 amount=1",
         "1,'a',0,0.2,1\n2,'b',2,0.4,1\n3,'c',-2,-0.2,1\n4,'d',0,null,1\n5,'e',null,null,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void what_must_have_ended_the_run_is_an_error(void **state)
{
    (void)state;
#define RECORD "! view v: record of 1970-01-01T00:00:00.001Z: event_id a: "
    static const struct naive_case cases[] = {
        {SELECT("a: {expr: 'quantity + 1'}"), "order 0 1 0 a C1 quantity=9223372036854775807",
         RECORD "`a` does not fit a long: it must have ended the run"},
        {SELECT("a: {expr: 'quantity * quantity * 1.0'}"), "order 0 1 0 a C1 quantity=999999999999",
         "1,'a',999999999998000000000001.0,1\n"},
        {SELECT("a: {expr: 'quantity * quantity * 1.00'}"),
         "order 0 1 0 a C1 quantity=1000000000000000000",
         RECORD "`a` does not fit 38 digits: it must have ended the run"},
        {SELECT("a: {expr: 'quantity * quantity * quantity'}"),
         "order 0 1 0 a C1 quantity=1000000000000000000",
         RECORD "`a` does not fit 128 bits: it must have ended the run"},
        {SELECT("a: {expr: 'quantity * 1.00'}, b: {expr: 'a'}"),
         "order 0 1 0 a C1 quantity=92233720368547758",
         "1,'a',92233720368547758.00,"
         "92233720368547758.00,1\n"},
        {SELECT("a: {expr: 'quantity * 1.00'}, b: {expr: 'a > 0'}"),
         "order 0 1 0 a C1 quantity=92233720368547759",
         RECORD "`a` does not fit 64 bits: it must have ended the run"},
    };
    check_cases(cases, COUNT(cases));
}

static void what_is_no_column_is_an_error(void **state)
{
    (void)state;
#define UNREADABLE "! view v: the naive recomputation cannot read the expression "
    static const struct naive_case cases[] = {
        {SELECT("a: {expr: 'b + 1'}, b: count"), "",
         UNREADABLE "`b + 1`: there is no such name, at "
                    "`b + 1`"},
        {SELECT("t: {top: {of: country}}, a: {expr: 't is null'}"), "",
         UNREADABLE "`t is null`: there is no such name, at `t is null`"},
        {SELECT("country: {top: {of: country}}, a: {expr: 'country is null'}"), "",
         UNREADABLE "`country is null`: there is no such name, at `country is null`"},
        {SELECT("a: {expr: 'null'}"), "",
         "! view v: the naive recomputation cannot follow the column `a`: it is always null"},
        {SELECT("a: {sum: nothing}"), "",
         "! view v: the column `a` is over a field `nothing` that is none"},
    };
    check_cases(cases, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_see_the_record_and_the_columns_before),
        cmocka_unit_test(quotients_are_rounded_at_their_scale),
        cmocka_unit_test(what_must_have_ended_the_run_is_an_error),
        cmocka_unit_test(what_is_no_column_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
