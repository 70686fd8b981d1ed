#include "conformance/naive_cases_test.h"

#define SEVERAL(rest) "{name: v, from: [order, refund], window: {tumbling: 10ms}, " rest "}", NULL
#define ERROR(text)   "! view v: the naive recomputation cannot read the expression " text

/* Not method, whose symbols differ, quantity, a long and an int, weight, of other places, nor rate,
 * of other digits. */
static void several_types_show_what_all_of_them_have(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {SEVERAL("by: [event_type, country], where: \"event_type != 'return'\", "
                 "select: {n: count, s: {sum: amount}, at: {max: partition}, "
                 "k: {top: {of: event_type}}}"),
         "order 0 1 0 a C1 country=DE amount=5\nrefund 0 2 0 b C1 country=DE amount=7\n"
         "refund 1 3 0 c C1 country=DE amount=11\nreturn 0 4 0 d C1 amount=13\n"
         "order 1 5 0 e C1 amount=17",
         "0,10,'order',null,1,17,1,[{value 'order', count 1}],1\n"
         "0,10,'order','DE',1,5,0,[{value 'order', count 1}],1\n"
         "0,10,'refund','DE',2,18,1,[{value 'refund', count 2}],1\n"},
        {SEVERAL("where: 'quantity > 1', select: {n: count}"), "",
         ERROR("`quantity > 1`: there is no such name, at `quantity > 1`")},
        {SEVERAL("where: 'weight > 1', select: {n: count}"), "",
         ERROR("`weight > 1`: there is no such name, at `weight > 1`")},
        {SEVERAL("by: [method], select: {n: count}"), "",
         "! view v: it is by a field `method` that is none"},
        {SEVERAL("by: [rate], select: {n: count}"), "",
         "! view v: it is by a field `rate` that is none"},
        {SEVERAL("by: [express], select: {n: count}"), "",
         "! view v: it is by a field `express` that is none"},
        {"{name: v, from: order, window: {tumbling: 10ms}, by: [event_type], select: {n: count}}",
         NULL, "order 0 1 0 a C1", "0,10,'order',1,1\n"},
        /* a field of its own hides the name, where all have it */
        {"{name: v, from: return, window: {tumbling: 10ms}, by: [event_type], select: {n: count}}",
         NULL, "return 0 1 0 a C1 event_type=own", "0,10,'own',1,1\n"},
        {"{name: v, from: [return, order], window: {tumbling: 10ms}, by: [event_type], "
         "select: {n: count}}",
         NULL, "return 0 1 0 a C1 event_type=own\norder 0 1 0 b C1",
         "0,10,'order',1,1\n0,10,'return',1,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void every_topic_has_what_is_late_of_it(void **state)
{
    (void)state;
    static const struct naive_case c = {SEVERAL("select: {n: count}"),
                                        "refund 1 1 10 a C1\norder 0 1 11 b C2\n"
                                        "refund 0 1 9 c C1\nrefund 1 2 12 d C3\n"
                                        "return 0 1 50 e C1",
                                        "0,10,1,1\nlate raw.shop.order 0\n'b','C2',1,0,10,0,0,11\n"
                                        "late raw.shop.refund 1\n'a','C1',1,0,10,1,0,10\n"
                                        "'d','C3',2,0,10,1,1,12\n"};
    struct hand h;
    struct naive_view view;
    check_case(&c);
    open_case(&h, &c);
    assert_int_equal(ls_naive_view(&h.world, case_view(&h), &view, &h.err), 0);
    assert_int_equal(view.late_count, 4); /* of `return`, which it does not read, none */
    ls_naive_view_clear(&view);
    hand_close(&h);
}

static void conditions_that_leave_128_bits_must_have_ended_the_run(void **state)
{
    (void)state;
#define VAST "quantity * quantity * quantity > 0"
    static const char record[] = "order 0 1 0 a C1 quantity=9223372036854775807";
    static const char late[] = "order 0 1 99 a C1 quantity=9223372036854775807";
    static const struct naive_case cases[] = {
        {"{name: v, from: order, window: {tumbling: 10ms}, where: '" VAST "', select: {n: count}}",
         NULL, record, "! view v: a condition leaves 128 bits: it must have ended the run"},
        {"{name: v, from: order, window: {tumbling: 10ms}, "
         "select: {n: {count: {where: '" VAST "'}}}}",
         NULL, record, "! view v: a condition leaves 128 bits: it must have ended the run"},
        /* of what is late too, but of nothing that `where` leaves out */
        {"{name: v, from: order, window: {tumbling: 10ms}, "
         "select: {n: {count: {where: '" VAST "'}}}}",
         NULL, late, "! view v: a condition leaves 128 bits: it must have ended the run"},
        {"{name: v, from: order, window: {tumbling: 10ms}, where: express, "
         "select: {n: {count: {where: '" VAST "'}}}}",
         NULL, record, ""},
    };
    check_cases(cases, COUNT(cases));
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    static const char records[] = "order 0 1 0 a C1 country=DE amount=5 weight=7\n"
                                  "refund 0 2 0 b C1 country=DE amount=7\n"
                                  "order 0 9 0 c C1 amount=5\norder 1 1 9 d C1 country=DE\n"
                                  "refund 1 1 0 e C1 country=DE amount=11";
    static const struct naive_case cases[] = {
        {SEVERAL("by: [country], where: 'amount > 0', select: {d: {distinct: amount}, "
                 "t: {top: {of: country, by: amount}}, r: {ratio: {of: amount, to: amount}}}"),
         records, ""},
        {"{name: v, from: order, window: {session: 5ms}, select: {l: {last: weight}}}", NULL,
         records, ""},
        {"{name: v, from: order, rolling: {over: 5ms}, select: {w: {sum: weight}, "
         "x: {expr: 'w * 2'}}}",
         NULL, records, ""},
        {NULL,
         "{name: v, from: order, severity: INFO, rolling: {over: 5ms}, select: {n: count}, "
         "when: 'n = 1', clear: 'n = 2'}",
         records, ""},
        {"{name: v, join: {left: order, right: refund, on: [country], within: 10ms, keep: left}, "
         "select: {a: {expr: left.amount - right.amount}}}",
         NULL, records, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct hand h;
        open_case(&h, &cases[i]);
        int rc = LS_E_NOMEM;
        for (unsigned long n = 1; rc != 0; n++) {
            struct naive_view view;
            ls_mem_refuse(n);
            rc = ls_naive_view(&h.world, case_view(&h), &view, &h.err);
            ls_mem_refuse(0);
            assert_true(rc == 0 ? n > 5 && view.row_count > 0 : rc == LS_E_NOMEM);
            ls_naive_view_clear(&view);
        }
        hand_close(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_types_show_what_all_of_them_have),
        cmocka_unit_test(every_topic_has_what_is_late_of_it),
        cmocka_unit_test(conditions_that_leave_128_bits_must_have_ended_the_run),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
