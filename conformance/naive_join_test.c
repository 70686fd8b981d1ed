#include "conformance/naive_cases_test.h"

#define JOIN "{name: j, join: {left: order, right: refund, within: 10ms"

static void pairs_are_of_one_entity_and_within_the_time(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        /* at the same time and `within` behind, no earlier and no later */
        {JOIN "}, select: {a: {expr: right.quantity}}}", NULL,
         "order 0 100 0 l C1\nrefund 0 99 0 a C1 quantity=1\nrefund 0 100 0 b C1 quantity=2\n"
         "refund 0 110 0 c C1 quantity=3\nrefund 0 111 0 d C1\nrefund 1 105 0 e C2\n"
         "refund 1 105 0 f C1",
         "100,'l','b','C1',2,1\n100,'l','f','C1',null,1\n100,'l','c','C1',3,1\n"},
        /* by left, then by right, each in the total order: the entities mix */
        {JOIN "}, select: {a: {expr: left.quantity}}, feature_version: 5}", NULL,
         "order 0 3 0 y C2 quantity=1\norder 0 3 0 x C1 quantity=2\norder 1 2 0 z C1 quantity=3\n"
         "refund 1 4 0 q C1\nrefund 0 4 0 q C1\nrefund 0 3 0 r C2\nrefund 0 4 0 p C1",
         "2,'z','p','C1',3,5\n2,'z','q','C1',3,5\n2,'z','q','C1',3,5\n"
         "3,'x','p','C1',2,5\n3,'x','q','C1',2,5\n3,'x','q','C1',2,5\n3,'y','r','C2',1,5\n"},
        {"{name: j, join: {left: refund, right: order, within: 0s}, "
         "select: {a: {expr: left.quantity}}}",
         NULL, "order 0 -5 -9 a C1\nrefund 0 -5 -9 b C1\nrefund 0 -6 -9 c C1",
         "-5,'b','a','C1',null,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void fields_are_equal_and_null_never_is(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {JOIN ", on: [order_id, amount]}, select: {o: {expr: left.order_id}}}", NULL,
         "order 0 1 0 a C1 order_id=O1 amount=5\norder 0 1 0 b C1 order_id=O1\n"
         "order 0 1 0 c C1 amount=5\norder 0 1 0 d C1\norder 0 1 0 e C1 order_id=O2 amount=5\n"
         "refund 0 2 0 r C1 order_id=O1 amount=5\nrefund 0 2 0 s C1 order_id=O1\n"
         "refund 0 2 0 t C1\nrefund 0 2 0 u C2 order_id=O1 amount=5\n"
         "refund 0 2 0 v C1 order_id=O2 amount=6",
         "1,'a','r','C1','O1',1\n"},
        {JOIN ", on: [weight]}, select: {o: {expr: left.order_id}}}", NULL, "",
         "! view j: `weight` is not of one type on both sides"},
    };
    check_cases(cases, COUNT(cases));
}

static void a_left_record_without_a_pair_is_kept_once(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {JOIN ", on: [order_id], keep: left}, select: {gone: {expr: right.event_type is null}, "
              "took: {expr: right.event_time - left.event_time}, q: {expr: right.quantity}, "
              "l: {expr: left.quantity}}}",
         NULL,
         "order 0 1 0 a C1 order_id=O1 quantity=1\norder 0 2 0 b C1 order_id=O2 quantity=2\n"
         "order 0 3 0 c C1 quantity=3\nrefund 0 5 0 r C1 order_id=O1 quantity=7\n"
         "refund 0 6 0 s C1 order_id=O1\nrefund 0 13 0 t C1 order_id=O2\nrefund 0 3 0 u C1",
         "1,'a','r','C1',false,4,7,1,1\n1,'a','s','C1',false,5,null,1,1\n"
         "2,'b',null,'C1',true,null,null,2,1\n3,'c',null,'C1',true,null,null,3,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void what_is_late_pairs_with_nothing(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        /* on either side; a left record that is late is not kept, one whose pairs are all late is
         */
        {JOIN ", keep: left}, select: {a: {expr: left.quantity}}}", NULL,
         "order 0 5 5 a C1\norder 0 4 5 b C1\nrefund 1 7 7 r C1\nrefund 1 6 7 s C1\n"
         "order 0 6 5 c C2\nrefund 1 7 8 t C2",
         "5,'a','r','C1',null,1\n6,'c',null,'C2',null,1\n"
         "late raw.shop.order 0\n'b','C1',4,4,4,0,1,5\n"
         "late raw.shop.refund 1\n's','C1',6,6,6,1,1,7\n't','C2',7,7,7,1,2,8\n"},
    };
    check_cases(cases, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_of_one_entity_and_within_the_time),
        cmocka_unit_test(fields_are_equal_and_null_never_is),
        cmocka_unit_test(a_left_record_without_a_pair_is_kept_once),
        cmocka_unit_test(what_is_late_pairs_with_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
