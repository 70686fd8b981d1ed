#include "conformance/naive_cases_test.h"

#define SELECT(columns)                                                                            \
    "{name: v, from: order, window: {tumbling: 100ms}, select: {" columns "}}", NULL

static void sums_are_exact_and_skip_nulls(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {SELECT("n: count, some: {count: {where: 'quantity > 1'}}, s: {sum: amount}, "
                "least: {min: quantity}, most: {max: {field: quantity, where: 'quantity < 3'}}, "
                "mean: {avg: amount, scale: 3}, from: {min: due}, w: {sum: weight}, "
                "wl: {min: weight}"),
         "order 0 1 0 a C1 amount=100 quantity=1 due=-5 weight=-2500\n"
         "order 0 2 0 b C1 quantity=2\norder 0 3 0 c C1 amount=101 quantity=3 due=7 weight=1\n"
         "order 0 4 0 d C1 amount=-1",
         "0,100,4,2,200,1,2,0.667,-5,-2.499,-2.500,1\n"},
        {SELECT("n: count, d: {distinct: amount}, s: {sum: amount}, least: {min: quantity}, "
                "most: {max: due}, mean: {avg: amount, scale: 2}, w: {sum: weight}"),
         "order 0 1 0 a C1", "0,100,1,0,null,null,null,null,null,1\n"},
        /* half to even, on both sides of zero */
        {SELECT("a: {avg: {field: quantity, where: 'quantity > 0'}}, "
                "b: {avg: {field: quantity, where: 'quantity < 0'}}, "
                "c: {avg: {field: amount, where: 'amount > 0'}, scale: 2}"),
         "order 0 1 0 a C1 quantity=1 amount=1\norder 0 1 0 b C1 quantity=2 amount=4\n"
         "order 0 1 0 c C1 quantity=-1\norder 0 1 0 d C1 quantity=-4",
         "0,100,2,-2,0.02,1\n"},
        {SELECT("s: {sum: quantity}"),
         "order 0 1 0 a C1 quantity=9223372036854775807\n"
         "order 0 1 0 b C1 quantity=1\norder 0 1 0 c C1 quantity=-1",
         "0,100,9223372036854775807,1\n"},
        {SELECT("s: {sum: quantity}"),
         "order 0 1 0 a C1 quantity=-9223372036854775808\norder 0 1 0 b C1 quantity=-1",
         "! view v: window of 1970-01-01T00:00:00.000Z: `s` does not fit a long: it must have "
         "ended the run"},
        {SELECT("k: {distinct: country}, m: {distinct: method}, e: {distinct: express}"),
         "order 0 1 0 a C1 country=DE method=cash express=true\norder 0 1 0 b C1 country=US\n"
         "order 0 1 0 c C1 country=DE method=card express=true\norder 0 1 0 d C1 country=",
         "0,100,3,2,1,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void ratios_are_of_two_sums(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        /* of different places: 1.00 / 0.003, cents over a decimal */
        {SELECT("r: {ratio: {of: amount, to: weight}, scale: 4}, "
                "i: {ratio: {of: weight, to: amount}, scale: 9}, "
                "z: {ratio: {of: weight, to: quantity}}"),
         "order 0 1 0 a C1 amount=100 weight=3 quantity=3", "0,100,333.3333,0.003000000,0,1\n"},
        /* each sum skips its own nulls */
        {SELECT("r: {ratio: {of: quantity, to: amount}, scale: 1}, "
                "w: {ratio: {of: quantity, to: amount, where: 'quantity < 0'}, scale: 1}"),
         "order 0 1 0 a C1 quantity=1\norder 0 2 0 b C1 amount=2000\n"
         "order 0 3 0 c C1 quantity=2 amount=-1000\norder 0 4 0 d C1 quantity=-5 amount=1000",
         "0,100,-0.1,-0.5,1\n"},
        /* half to even, on both sides of zero */
        {SELECT("a: {ratio: {of: quantity, to: amount}}, b: {ratio: {of: amount, to: quantity}}"),
         "order 0 1 0 a C1 quantity=1 amount=200\norder 0 101 0 b C1 quantity=5 amount=200\n"
         "order 0 201 0 c C1 quantity=3 amount=200\norder 0 301 0 d C1 quantity=-5 amount=200",
         "0,100,0,2,1\n100,200,2,0,1\n200,300,2,1,1\n300,400,-2,0,1\n"},
        /* no value of `of`; a divisor of nothing; one of zero; zero of something */
        {SELECT("r: {ratio: {of: quantity, to: amount}, scale: 2}"),
         "order 0 1 0 a C1 amount=100\norder 0 101 0 b C1 quantity=1\n"
         "order 0 201 0 c C1 quantity=1 amount=100\norder 0 202 0 d C1 quantity=1 amount=-100\n"
         "order 0 301 0 e C1 quantity=0 amount=100",
         "0,100,null,1\n100,200,null,1\n200,300,null,1\n300,400,0.00,1\n"},
        /* wider than 128 bits on the way, and as wide as its type */
        {SELECT("r: {ratio: {of: quantity, to: weight}, scale: 9}"),
         "order 0 1 0 a C1 quantity=9223372036854775807 weight=999999999999999999",
         "0,100,9223.372036855,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void first_and_last_are_of_the_total_order(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        {SELECT("f: {first: country}, l: {last: country}, m: {first: amount}, w: {last: weight}, "
                "e: {last: method}, b: {first: express}, d: {last: day}, t: {first: due}, "
                "c: {last: {field: country, where: 'quantity = 1'}}"),
         "order 0 5 0 c C1 country=FR method=card\norder 0 5 0 b C1 country=US amount=7 day=3\n"
         "order 0 3 0 z C1\norder 0 4 0 y C1 country=DE quantity=1 express=false due=-1 weight=5\n"
         "order 1 4 0 y C1 country=IT quantity=1 method=cash express=true due=9",
         "0,100,'DE','FR',7,0.005,'card',false,3,-1,'IT',1\n"},
        {SELECT("f: {first: country}, l: {last: country}"), "order 0 5 0 c C1",
         "0,100,null,null,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void quantiles_are_of_the_nearest_rank(void **state)
{
    (void)state;
#define QUANTILES                                                                                  \
    SELECT("a: {quantile: quantity, q: 1/100}, b: {quantile: quantity, q: 1/2}, "                  \
           "c: {quantile: quantity, q: 0.75}, d: {quantile: quantity, q: 1}")
    static const struct naive_case cases[] = {
        /* of four: ranks 1, 2, 3, 4; of three: 1, 2, 3, 3 */
        {QUANTILES,
         "order 0 1 0 a C1 quantity=4\norder 0 1 0 b C1 quantity=1\norder 0 1 0 c C1\n"
         "order 0 1 0 d C1 quantity=3\norder 0 1 0 e C1 quantity=2\n"
         "order 0 101 0 a C1 quantity=30\norder 0 101 0 b C1 quantity=10\n"
         "order 0 101 0 c C1 quantity=20\norder 0 201 0 d C1 quantity=-7\norder 0 301 0 e C1",
         "0,100,1,2,3,4,1\n100,200,10,20,30,30,1\n200,300,-7,-7,-7,-7,1\n"
         "300,400,null,null,null,null,1\n"},
        /* eight bits of a magnitude stay */
        {QUANTILES,
         "order 0 1 0 a C1 quantity=255\norder 0 1 0 b C1 quantity=256\n"
         "order 0 1 0 c C1 quantity=257\norder 0 1 0 d C1 quantity=511\n"
         "order 0 101 0 a C1 quantity=-255\norder 0 101 0 b C1 quantity=-257\n"
         "order 0 101 0 c C1 quantity=-259\norder 0 101 0 d C1 quantity=-256\n"
         "order 0 201 0 a C1 quantity=-9223372036854775808\norder 0 201 0 b C1 quantity=0\n"
         "order 0 201 0 c C1 quantity=9223372036854775807\norder 0 201 0 d C1 quantity=1023",
         "0,100,255,256,256,510,1\n100,200,-258,-256,-256,-255,1\n"
         "200,300,-9223372036854775808,0,1020,9187343239835811840,1\n"},
        {SELECT("m: {quantile: {field: amount, where: 'quantity = 1'}, q: 1/2}, "
                "w: {quantile: weight, q: 1/2}"),
         "order 0 1 0 a C1 amount=1999 quantity=1 weight=-1001\norder 0 1 0 b C1 amount=1 weight=1",
         "0,100,1992,-1.000,1\n"},
    };
    check_cases(cases, COUNT(cases));
}

static void top_has_the_values_with_the_most(void **state)
{
    (void)state;
    static const struct naive_case cases[] = {
        /* ties by the bytes of the value: a shorter text first, then memcmp */
        {SELECT("t: {top: {of: country, k: 4}}, one: {top: {of: country, k: 1}}, "
                "m: {top: {of: method}}"),
         "order 0 1 0 a C1 country=ZZ method=cash\norder 0 1 0 b C1 country=AAA method=card\n"
         "order 0 1 0 c C1 country=B\norder 0 1 0 d C1 country=AAA\norder 0 1 0 e C1\n"
         "order 0 1 0 f C1 country=A\norder 0 1 0 g C1 country=YY",
         "0,100,[{value 'AAA', count 2}, {value 'A', count 1}, {value 'B', count 1}, "
         "{value 'YY', count 1}],[{value 'AAA', count 2}],"
         "[{value 'cash', count 1}, {value 'card', count 1}],1\n"},
        /* by a sum: a record without either counts for nothing; less than nothing is last */
        {SELECT("q: {top: {of: quantity, by: amount, k: 3}}, w: {top: {of: country, by: weight}}, "
                "x: {top: {of: weight, k: 2, where: 'quantity > 0'}}"),
         "order 0 1 0 a C1 quantity=1 amount=-5 country=DE weight=1500\n"
         "order 0 1 0 b C1 quantity=-1 amount=0\norder 0 1 0 c C1 quantity=7\n"
         "order 0 1 0 d C1 amount=900 country=US\norder 0 1 0 e C1 quantity=2 country=DE weight=1\n"
         "order 0 1 0 f C1 quantity=1 amount=8 weight=-1",
         "0,100,[{value 1, sum_cents 3}, {value -1, sum_cents 0}],[{value 'DE', sum 1.501}],"
         "[{value 0.001, count 1}, {value -0.001, count 1}],1\n"},
        {SELECT("t: {top: {of: country}}"), "order 0 1 0 a C1", "0,100,[],1\n"},
        {SELECT("t: {top: {of: country, by: quantity, k: 1}}"),
         "order 0 1 0 a C1 country=A quantity=9223372036854775807\n"
         "order 0 1 0 b C1 country=A quantity=1\norder 0 1 0 c C1 country=B quantity=1",
         "! view v: window of 1970-01-01T00:00:00.000Z: `t` does not fit a long: it must have "
         "ended the run"},
    };
    check_cases(cases, COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_exact_and_skip_nulls),
        cmocka_unit_test(ratios_are_of_two_sums),
        cmocka_unit_test(first_and_last_are_of_the_total_order),
        cmocka_unit_test(quantiles_are_of_the_nearest_rank),
        cmocka_unit_test(top_has_the_values_with_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
