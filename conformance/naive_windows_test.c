#include "conformance/naive_cases_test.h"

#define TUMBLING "{name: v, from: order, window: {tumbling: {size: 10ms, offset: 3ms}}, "
#define HOPPING  "{name: v, from: order, window: {hopping: {size: 10ms, every: 4ms, offset: 1ms}}, "
#define GAPS     "{name: v, from: order, window: {hopping: {size: 3ms, every: 10ms}}, "

static void windows_take_what_is_in_them_and_not_late(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        /* at the start, before the end, at the end; below the window's end a watermark is not yet
         * there; what `where` leaves out is not late */
        {TUMBLING "where: \"country != 'US'\", select: {n: count, s: {sum: amount}}}", NULL,
         "order 0 103 90 a C1 country=DE amount=100\norder 0 112 112 b C1 country=DE amount=200\n"
         "order 0 113 112 c C1 country=DE amount=400\norder 0 102 102 d C1 country=DE amount=800\n"
         "order 0 102 103 e C1 country=DE amount=1\norder 1 103 113 f C1 country=DE amount=2\n"
         "order 1 103 113 g C1 country=US\norder 1 103 113 h C1",
         "93,103,1,800,1\n103,113,2,300,1\n113,123,1,400,1\n"
         "late raw.shop.order 0\n'e','C1',102,93,103,0,4,103\n"
         "late raw.shop.order 1\n'f','C1',103,103,113,1,0,113\n"},
        {TUMBLING "select: {n: count}}", NULL,
         "order 0 2 -50 a C1\norder 0 -7 -50 b C1\norder 0 -8 -50 c C1", "-17,-7,1,1\n-7,3,2,1\n"},
        {TUMBLING "select: {n: count}}", NULL, "", ""},
    };
    check_cases(cases, COUNT(cases));
}

static void records_lie_in_every_window_that_holds_them(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        /* 12 lies in [5, 15), [9, 19); 13 in [13, 23) too */
        {HOPPING "select: {n: count, ids: {first: event_id}}}", NULL,
         "order 0 12 -9 a C1\norder 0 13 -9 b C1", "5,15,2,'a',1\n9,19,2,'a',1\n13,23,1,'b',1\n"},
        /* for some of its windows it is late: those whose end the watermark has reached */
        {HOPPING "select: {n: count}}", NULL, "order 0 10 15 a C1\norder 0 10 19 b C1",
         "9,19,1,1\n"
         "late raw.shop.order 0\n'a','C1',10,1,11,0,0,15\n'a','C1',10,5,15,0,0,15\n"
         "'b','C1',10,1,11,0,1,19\n'b','C1',10,5,15,0,1,19\n'b','C1',10,9,19,0,1,19\n"},
        {HOPPING "select: {n: count}}", NULL, "order 0 0 -99 a C1\norder 0 -12 -99 b C1",
         "-19,-9,1,1\n-15,-5,1,1\n-7,3,1,1\n-3,7,1,1\n"},
        /* between windows there is nothing to be late for */
        {GAPS "select: {n: count}}", NULL,
         "order 0 10 0 a C1\norder 0 12 0 b C1\norder 0 13 99 c C1\norder 0 19 99 d C1\n"
         "order 0 -10 0 e C1\norder 0 -8 -9 f C1\norder 0 -7 -9 g C1\norder 0 20 23 h C1",
         "-10,-7,1,1\n10,13,2,1\n"
         "late raw.shop.order 0\n'e','C1',-10,-10,-7,0,4,0\n'h','C1',20,20,23,0,7,23\n"},
    };
    check_cases(cases, COUNT(cases));
}

/* The bytes of a group: the branch of null first, lengths before texts, symbols by their index. */
static void rows_stand_in_the_order_of_their_groups_bytes(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {TUMBLING "by: [country, method], select: {n: count}}", NULL,
         "order 0 3 0 a C1 country=ZZ method=cash\norder 0 3 0 b C1 country=AAA method=cash\n"
         "order 0 3 0 c C1 country=ZZ method=card\norder 0 2 0 d C1 country=ZZZ method=cash\n"
         "order 0 3 0 e C1 country= method=card\norder 0 3 0 f C1 country=AA method=card\n"
         "order 0 13 0 g C1 country= method=cash\norder 0 3 0 h C1 method=card\n"
         "order 0 3 0 i C1 country=ZZ\norder 0 4 0 j C1 method=card",
         "-7,3,'ZZZ','cash',1,1\n3,13,null,'card',2,1\n3,13,'','card',1,1\n"
         "3,13,'AA','card',1,1\n3,13,'ZZ',null,1,1\n3,13,'ZZ','cash',1,1\n3,13,'ZZ','card',1,1\n"
         "3,13,'AAA','cash',1,1\n13,23,'','cash',1,1\n"},
        /* numbers are zigzag, decimals bytes behind their length */
        {TUMBLING "by: [quantity], select: {n: count}}", NULL,
         "order 0 3 0 a C1 quantity=1\norder 0 3 0 b C1 quantity=-1\n"
         "order 0 3 0 c C1 quantity=0\norder 0 3 0 d C1 quantity=64\norder 0 3 0 e C1 quantity=2",
         "3,13,0,1,1\n3,13,-1,1,1\n3,13,1,1,1\n3,13,2,1,1\n3,13,64,1,1\n"},
        {TUMBLING "by: [weight, express], select: {n: count}}", NULL,
         "order 0 3 0 a C1 weight=-1 express=true\norder 0 3 0 b C1 weight=127 express=true\n"
         "order 0 3 0 c C1 weight=128 express=true\norder 0 3 0 d C1 weight=127 express=false",
         "3,13,0.127,false,1,1\n3,13,0.127,true,1,1\n3,13,-0.001,true,1,1\n3,13,0.128,true,1,1\n"},
        {TUMBLING "by: [partition], select: {n: count}}", NULL,
         "order 1 3 0 a C1\norder 0 3 0 b C1\norder 1 3 0 c C1", "3,13,0,1,1\n3,13,1,2,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_take_what_is_in_them_and_not_late),
        cmocka_unit_test(records_lie_in_every_window_that_holds_them),
        cmocka_unit_test(rows_stand_in_the_order_of_their_groups_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
