#include "conformance/naive_cases_test.h"

#define SESSION "{name: v, from: order, window: {session: 10ms}, "

static void records_with_short_gaps_are_one_session(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        /* a gap of 9 links, one of 10 does not; the order of arrival is nothing */
        {SESSION "select: {n: count}}", NULL,
         "order 0 119 0 d C1\norder 0 100 0 a C1\norder 1 109 0 c C1\norder 1 129 0 e C1\n"
         "order 0 139 0 f C2\norder 0 139 0 g C2",
         "100,119,2,1\n119,129,1,1\n129,139,1,1\n139,149,2,1\n"},
        /* a chain; groups do not see one another; null is a group, and the first */
        {SESSION "by: [country], select: {n: count, s: {sum: quantity}}}", NULL,
         "order 0 0 0 a C1 country=DE quantity=1\norder 0 9 0 b C1 country=DE quantity=2\n"
         "order 0 18 0 c C1 country=DE quantity=3\norder 0 13 0 d C1 country=US quantity=4\n"
         "order 0 18 0 e C1 quantity=5\norder 0 9 0 f C1 country=D quantity=6",
         "9,19,'D',1,6,1\n13,23,'US',1,4,1\n"
         "0,28,'DE',3,6,1\n18,28,null,1,5,1\n"},
        /* times before the epoch */
        {SESSION "select: {n: count}, feature_version: 7}", NULL,
         "order 0 -5 -100 a C1\norder 0 4 -100 b C1\norder 0 -15 -100 c C1\n"
         "order 0 -26 -100 d C1",
         "-26,-16,1,7\n-15,-5,1,7\n-5,14,2,7\n"},
        /* by end, then by start, then by the group's bytes: lengths come first */
        {SESSION "by: [country], select: {n: count}}", NULL,
         "order 0 20 0 a C1 country=AAA\norder 0 20 0 b C1 country=ZZ\n"
         "order 0 20 0 c C1 country=Y\norder 0 15 0 d C1 country=Y",
         "15,30,'Y',2,1\n20,30,'ZZ',1,1\n20,30,'AAA',1,1\n"},
        {SESSION "select: {n: count}}", NULL, "", ""},
    };
    check_cases(cases, COUNT(cases));
}

static void what_is_late_links_nothing(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        /* at the watermark a record counts, before it not; `where` is judged first */
        {SESSION "where: \"country = 'DE'\", select: {n: count}}", NULL,
         "order 0 100 90 a C1 country=DE\norder 0 108 109 b C1 country=DE\n"
         "order 0 117 117 c C2 country=DE\norder 0 1 200 d C1 country=US\n"
         "order 1 3 201 e C3 country=DE\norder 1 1 202 f C3\norder 0 2 200 g C3 country=DE",
         "100,110,1,1\n117,127,1,1\n"
         "late raw.shop.order 0\n'b','C1',108,108,108,0,1,109\n'g','C3',2,2,2,0,4,200\n"
         "late raw.shop.order 1\n'e','C3',3,3,3,1,0,201\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void several_event_types_make_a_session(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {"{name: v, from: [refund, order], window: {session: 10ms}, by: [country], "
         "select: {kinds: {distinct: event_type}, total: {sum: amount}, from: {first: event_type}, "
         "to: {last: event_type}}}",
         NULL,
         "order 0 10 0 a C1 country=DE amount=100\nrefund 1 12 0 b C1 country=DE amount=30\n"
         "order 1 15 15 c C1 country=DE\nrefund 0 15 16 d C1 country=DE amount=1",
         "10,25,'DE',2,130,'order','order',1\n"
         "late raw.shop.refund 0\n'd','C1',15,15,15,0,0,16\n"},
    };
    check_cases(cases, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_with_short_gaps_are_one_session),
        cmocka_unit_test(what_is_late_links_nothing),
        cmocka_unit_test(several_event_types_make_a_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
