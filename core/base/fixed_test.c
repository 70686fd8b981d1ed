/* The only place where libm appears: as the judge of what is computed without it. */
#include "core/base/fixed.h"

#include "core/base/draw.h"
#include "core/base/fixed_tables.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define TWO_32       4294967296.0L
#define TWO_64       18446744073709551616.0L

/* Results to the bit: they are part of the format. */
static const struct {
    uint64_t x;
    uint64_t log2;
} pinned_log2[] = {
    {UINT64_C(1), UINT64_C(0)},
    {UINT64_C(2), UINT64_C(4294967296)},
    {UINT64_C(3), UINT64_C(6807362105)},
    {UINT64_C(5), UINT64_C(9972605231)},
    {UINT64_C(7), UINT64_C(12057497578)},
    {UINT64_C(10), UINT64_C(14267572527)},
    {UINT64_C(127), UINT64_C(30016172171)},
    {UINT64_C(129), UINT64_C(30112991766)},
    {UINT64_C(1000), UINT64_C(42802717581)},
    {UINT64_C(65535), UINT64_C(68719382186)},
    {UINT64_C(65537), UINT64_C(68719571283)},
    {UINT64_C(1000000007), UINT64_C(128408152788)},
    {UINT64_C(4294967295), UINT64_C(137438953470)},
    {UINT64_C(4294967297), UINT64_C(137438953473)},
    {UINT64_C(9223372036854775808), UINT64_C(270582939648)},
    {UINT64_C(9259400833873739776), UINT64_C(270607096902)},
    {UINT64_C(11400714819323198485), UINT64_C(271896160629)},
    {UINT64_C(13787848793156543929), UINT64_C(273074154619)},
    {UINT64_C(18446744073709551614), UINT64_C(274877906943)},
    {UINT64_C(18446744073709551615), UINT64_C(274877906943)},
};

static const struct {
    uint32_t fraction;
    uint64_t power;
} pinned_exp2[] = {
    {UINT32_C(0x00000000), UINT64_C(4611686018427387904)},
    {UINT32_C(0x00000001), UINT64_C(4611686019171649021)},
    {UINT32_C(0x01ffffff), UINT64_C(4636727016722262485)},
    {UINT32_C(0x02000000), UINT64_C(4636727017470743990)},
    {UINT32_C(0x02000001), UINT64_C(4636727018219046371)},
    {UINT32_C(0x40000000), UINT64_C(5484249825272419511)},
    {UINT32_C(0x80000000), UINT64_C(6521908912666391106)},
    {UINT32_C(0xc0000000), UINT64_C(7755900482342532474)},
    {UINT32_C(0x12345678), UINT64_C(4844693522535764375)},
    {UINT32_C(0x9e3779b9), UINT64_C(7077933860734119972)},
    {UINT32_C(0xfffffffe), UINT64_C(9223372033877375022)},
    {UINT32_C(0xffffffff), UINT64_C(9223372035365897260)},
};

static const struct {
    uint64_t word;
    uint64_t exponential;
    int64_t normal;
} pinned_words[] = {
    {UINT64_C(0x0000000000000000), UINT64_C(190530846208), INT64_C(-39321690094)},
    {UINT64_C(0x0000000000000001), UINT64_C(190530846208), INT64_C(-38808978576)},
    {UINT64_C(0x0000000000000002), UINT64_C(185812342357), INT64_C(-38568313859)},
    {UINT64_C(0x0000000000000003), UINT64_C(185812342357), INT64_C(-38408987636)},
    {UINT64_C(0x0000000000003039), UINT64_C(150067931815), INT64_C(-34321076934)},
    {UINT64_C(0x0000000010000000), UINT64_C(107173600976), INT64_C(-28565981581)},
    {UINT64_C(0x0000000100000000), UINT64_C(95265423103), INT64_C(-26758761307)},
    {UINT64_C(0x00000000148d84e1), UINT64_C(106098102991), INT64_C(-28407287477)},
    {UINT64_C(0x0000010000000000), UINT64_C(71449067328), INT64_C(-22740580378)},
    {UINT64_C(0x1000000000000000), UINT64_C(11908177888), INT64_C(-6588996887)},
    {UINT64_C(0x1333333333333333), UINT64_C(11125112764), INT64_C(-6182740303)},
    {UINT64_C(0x1333333333333334), UINT64_C(11125112764), INT64_C(-6182740302)},
    {UINT64_C(0x4000000000000000), UINT64_C(5954088944), INT64_C(-2896911522)},
    {UINT64_C(0x4f1bbcdcbfa53e0a), UINT64_C(5043833523), INT64_C(-2141636623)},
    {UINT64_C(0x7fffffffffffffff), UINT64_C(2977044472), INT64_C(-1)},
    {UINT64_C(0x8000000000000000), UINT64_C(2977044472), INT64_C(0)},
    {UINT64_C(0x8000000000000001), UINT64_C(2977044472), INT64_C(0)},
    {UINT64_C(0x9e3779b97f4a7c15), UINT64_C(2066789051), INT64_C(1289870469)},
    {UINT64_C(0xbf58476d1ce4e5b9), UINT64_C(1250265838), INT64_C(2862415168)},
    {UINT64_C(0xeccccccccccccccc), UINT64_C(334842271), INT64_C(6182740301)},
    {UINT64_C(0xeccccccccccccccd), UINT64_C(334842271), INT64_C(6182740971)},
    {UINT64_C(0xfffffeffffffffff), UINT64_C(256), INT64_C(22740580378)},
    {UINT64_C(0xffffffffffffcfc6), UINT64_C(0), INT64_C(34321076934)},
    {UINT64_C(0xfffffffffffffffe), UINT64_C(0), INT64_C(38808978576)},
    {UINT64_C(0xffffffffffffffff), UINT64_C(0), INT64_C(39321690094)},
};

static void results_are_pinned(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pinned_log2); i++) {
        assert_int_equal(ls_log2_q32(pinned_log2[i].x), pinned_log2[i].log2);
    }
    for (size_t i = 0; i < COUNT(pinned_exp2); i++) {
        assert_int_equal(ls_exp2_q62(pinned_exp2[i].fraction), pinned_exp2[i].power);
    }
    for (size_t i = 0; i < COUNT(pinned_words); i++) {
        assert_int_equal(ls_exponential_q32(pinned_words[i].word), pinned_words[i].exponential);
        assert_int_equal(ls_normal_q32(pinned_words[i].word), pinned_words[i].normal);
    }
}

/* Many samples at once: the sum of their mixes. */
static void samples_are_pinned(void **state)
{
    uint64_t sums[4] = {0};
    (void)state;
    for (uint64_t n = 0; n < 100000; n++) {
        uint64_t word = ls_mix(n) >> (n % 3 ? 0 : n % 64);
        sums[0] += ls_mix(ls_log2_q32(word | 1));
        sums[1] += ls_mix(ls_exp2_q62((uint32_t)(ls_mix(n) >> 32)));
        sums[2] += ls_mix(ls_exponential_q32(word));
        sums[3] += ls_mix((uint64_t)ls_normal_q32(word));
    }
    assert_int_equal(sums[0], UINT64_C(0xfc454e6c068a7edf));
    assert_int_equal(sums[1], UINT64_C(0x844691e05f4a727e));
    assert_int_equal(sums[2], UINT64_C(0x6a960dedb1c7919d));
    assert_int_equal(sums[3], UINT64_C(0xa14dd04f366c94cb));
}

/* log2(m / 2^126) * 2^96, rounded down: squaring gives one bit at a time. 2^126 <= m < 2^127. */
static ls_u128 log2_q96(ls_u128 m)
{
    ls_u128 log = 0;
    for (int bit = 0; bit < 96; bit++) {
        uint64_t high = (uint64_t)(m >> 64);
        uint64_t low = (uint64_t)m;
        m = ((ls_u128)high * high << 2) + ((ls_u128)high * low >> 61);
        log <<= 1;
        if (m >> 127) {
            log |= 1;
            m >>= 1;
        }
    }
    return log;
}

static void tables_are_their_formulas(void **state)
{
    const ls_u128 one_q96 = (ls_u128)1 << 96;
    (void)state;
    for (unsigned i = 0; i < 128; i++) {
        assert_true(reciprocal_q63[i] == ((ls_u128)256 << 63) / (256 + 2 * i + 1));
        /* -log2(r / 2^63) = 1 - log2(r / 2^62), which is no whole number of any unit */
        ls_u128 log = log2_q96((ls_u128)reciprocal_q63[i] << 64);
        assert_true(log2_q62[i] == (one_q96 - log - 1) >> 34);
        /* the greatest number whose logarithm is not above i / 128 */
        ls_u128 exponent = one_q96 / 128 * i;
        assert_true(log2_q96((ls_u128)exp2_q62[i] << 64) <= exponent);
        assert_true(log2_q96((ls_u128)(exp2_q62[i] + 1) << 64) > exponent || i == 0);
    }
    assert_int_equal(LS_LN2_Q32, (uint64_t)llroundl(logl(2) * TWO_32));
}

/* Words of all magnitudes, dense at both ends and around powers of two. */
static uint64_t any_word(uint64_t n)
{
    uint64_t word = ls_mix(n);
    uint64_t power = UINT64_C(1) << (word & 63);
    switch (n % 6) {
    case 0:
        return word;
    case 1:
        return word >> (word & 63);
    case 2:
        return ~(word >> (word & 63));
    case 3:
        return power + (word >> 62) - 2;
    case 4:
        return n / 6 % 5000;
    default:
        return ~(n / 6 % 5000);
    }
}

static void log2_is_accurate(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 600000; n++) {
        uint64_t x = any_word(n);
        x += x == 0;
        long double error = (long double)ls_log2_q32(x) / TWO_32 - log2l((long double)x);
        assert_true(fabsl(error) <= 0x1p-31L);
    }
    for (unsigned k = 0; k < 64; k++) {
        assert_int_equal(ls_log2_q32(UINT64_C(1) << k), (uint64_t)k << 32);
    }
}

static void exp2_is_accurate(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 300000; n++) {
        uint32_t fraction = (uint32_t)any_word(n);
        uint64_t power = ls_exp2_q62(fraction);
        long double exact = exp2l((long double)fraction / TWO_32);
        long double error = (long double)power / 0x1p62L / exact - 1;
        assert_true(fabsl(error) <= 0x1p-44L);
        assert_true(power >= UINT64_C(1) << 62 && power < UINT64_C(1) << 63);
    }
}

static void exponential_is_accurate(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 600000; n++) {
        uint64_t word = any_word(n);
        long double exact = -logl((long double)(word | 1) / TWO_64);
        long double error = (long double)ls_exponential_q32(word) / TWO_32 - exact;
        assert_true(fabsl(error) <= 0x1p-28L);
        assert_true(ls_exponential_q32(word) < 444 * LS_Q32 / 10);
    }
}

/* The probability below -z, which is that above z. */
static long double tail_of(long double z)
{
    return erfcl(z / sqrtl(2)) / 2;
}

/* No quantile is computed to compare with: the distribution function has to be on either side of
 * the probability a tolerance to either side of the answer. */
static void normal_is_accurate(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 300000; n++) {
        uint64_t word = any_word(n);
        bool low = word >> 63 == 0;
        long double tail = ((long double)(low ? word : ~word) + 0.5L) / TWO_64;
        long double z = (long double)ls_normal_q32(word) / TWO_32;
        z = low ? -z : z;
        long double tolerance = 0x1p-22L * fmaxl(1, fabsl(z));
        assert_true(tail_of(z + tolerance) <= tail && tail <= tail_of(z - tolerance));
        assert_true(z < 9.2L);
    }
}

static void log2_does_not_decrease(void **state)
{
    (void)state;
    for (unsigned k = 7; k < 64; k++) {
        for (uint64_t i = 128; i < 256; i++) { /* where one interval of the tables meets the next */
            uint64_t edge = i << (k - 7);
            uint64_t before = ls_log2_q32(edge - 20);
            for (uint64_t x = edge - 19; x < edge + 20; x++) {
                uint64_t log = ls_log2_q32(x);
                assert_true(log >= before);
                before = log;
            }
        }
    }
}

static void assert_normal_does_not_decrease(uint64_t word, uint64_t step, unsigned count)
{
    int64_t before = INT64_MIN;
    for (unsigned i = 0; i < count; i++) {
        int64_t z = ls_normal_q32(word);
        assert_true(z >= before);
        before = z;
        if (__builtin_add_overflow(word, step, &word)) {
            return;
        }
    }
}

static void normal_does_not_decrease(void **state)
{
    /* where the pieces of the approximation meet */
    const long double tails[] = {expl(-4.97L * 4.97L), 0.075L};
    (void)state;
    for (unsigned k = 0; k < 64; k++) {
        for (unsigned stride = 0; stride < k; stride += 3) {
            uint64_t base = UINT64_C(1) << k;
            base += ls_mix(64 * k + stride) & (base - 1);
            assert_normal_does_not_decrease(base, UINT64_C(1) << stride, 300);
            assert_normal_does_not_decrease(~base, UINT64_C(1) << stride, 300);
        }
    }
    for (size_t i = 0; i < COUNT(tails); i++) {
        for (unsigned stride = 0; stride < 10; stride++) {
            uint64_t reach = UINT64_C(20000) << stride;
            uint64_t word = (uint64_t)(tails[i] * TWO_64);
            assert_normal_does_not_decrease(word - reach, UINT64_C(1) << stride, 40000);
            assert_normal_does_not_decrease(~word - reach, UINT64_C(1) << stride, 40000);
        }
    }
}

static void scales_by_powers_of_two(void **state)
{
    const int64_t one = (int64_t)LS_Q32;
    const struct {
        uint64_t base;
        int64_t x_q32;
        uint64_t scaled;
    } cases[] = {
        {0, 0, 0},
        {0, 70 * one, 0},
        {1, 0, 1},
        {1, -1, 0},
        {1, one, 2},
        {1, one - 1, 1},
        {1, 63 * one, UINT64_C(1) << 63},
        {1, 64 * one - 1, UINT64_C(18446744070731794520)},
        {1, 64 * one, UINT64_MAX},
        {3, 62 * one, UINT64_C(3) << 62},
        {3, 63 * one, UINT64_MAX},
        {1000, one / 2, 1414},
        {1000, -one / 2, 707},
        {1000000007, -one, 500000003},
        {UINT64_MAX, 0, UINT64_MAX},
        {UINT64_MAX, 1, UINT64_MAX},
        {UINT64_MAX, -one, UINT64_MAX / 2},
        {UINT64_MAX, -63 * one, 1},
        {UINT64_MAX, -64 * one, 0},
        {UINT64_MAX, -65 * one, 0},
        {UINT64_MAX, -66 * one, 0},
        {UINT64_MAX, INT64_MIN, 0},
        {1, INT64_MAX, UINT64_MAX},
        {0, INT64_MAX, 0},
        {0, INT64_MIN, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(ls_scale_exp2(cases[i].base, cases[i].x_q32), cases[i].scaled);
    }
}

static void roots_are_exact(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 100000; n++) {
        ls_u128 x = ((ls_u128)ls_mix(n) << 64 | ls_mix(~n)) >> (ls_mix(n + 1) % 128);
        if (n % 3 == 0) { /* a square, and its neighbours */
            uint64_t root = ls_mix(n) >> (n % 64);
            x = (ls_u128)root * root + n % 2 - (root > 0 && n % 4 < 2);
        }
        ls_u128 root = ls_isqrt(x);
        assert_true(root * root <= x);
        assert_true(root == UINT64_MAX || (root + 1) * (root + 1) > x);
    }
    assert_int_equal(ls_isqrt(0), 0);
    assert_int_equal(ls_isqrt(~(ls_u128)0), UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_pinned),        cmocka_unit_test(samples_are_pinned),
        cmocka_unit_test(tables_are_their_formulas), cmocka_unit_test(log2_is_accurate),
        cmocka_unit_test(exp2_is_accurate),          cmocka_unit_test(exponential_is_accurate),
        cmocka_unit_test(normal_is_accurate),        cmocka_unit_test(log2_does_not_decrease),
        cmocka_unit_test(normal_does_not_decrease),  cmocka_unit_test(scales_by_powers_of_two),
        cmocka_unit_test(roots_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
