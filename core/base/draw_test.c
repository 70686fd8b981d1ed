/* The vectors come from the executable model of the contract (G2), not from this code. */
#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    uint64_t in;
    uint64_t out;
} mixes[] = {
    {UINT64_C(0x0000000000000000), UINT64_C(0xe220a8397b1dcdaf)},
    {UINT64_C(0x0000000000000001), UINT64_C(0x910a2dec89025cc1)},
    {UINT64_C(0x0000000000000002), UINT64_C(0x975835de1c9756ce)},
    {UINT64_C(0x61c8864680b583eb), UINT64_C(0x0000000000000000)},
    {UINT64_C(0x8000000000000000), UINT64_C(0x481ec0a212a9f3db)},
    {UINT64_C(0xffffffffffffffff), UINT64_C(0xe4d971771b652c20)},
    {UINT64_C(0x0123456789abcdef), UINT64_C(0x157a3807a48faa9d)},
};

static const struct {
    uint64_t seed;
    const char *stream;
    uint64_t i;
    uint64_t draw;
    uint64_t word;
} words[] = {
    {0, "", 0, 0, UINT64_C(0x238275bc38fcbe91)},
    {0, "", 1, 0, UINT64_C(0x94926c2e801cb6f9)},
    {0, "", 0, 1, UINT64_C(0x421daf3033e887a3)},
    {0, "", UINT64_MAX, UINT64_MAX, UINT64_C(0x09f578552c7b118d)},
    {0, "", UINT64_C(12345678901), 7, UINT64_C(0xea00fc1dae9e92a1)},
    {0, "payment.lag_ms", 0, 0, UINT64_C(0x3860c2673dd9443b)},
    {0, "payment.lag_ms", 1, 0, UINT64_C(0x22c9a4b7a55413dc)},
    {0, "payment.lag_ms", 0, 1, UINT64_C(0xc779cb9bc9512b8a)},
    {0, "payment.lag_ms", UINT64_MAX, UINT64_MAX, UINT64_C(0x63f16e6cd1067157)},
    {0, "payment.lag_ms", UINT64_C(12345678901), 7, UINT64_C(0x873ba3b9c71b6400)},
    {1, "", 0, 0, UINT64_C(0xb18a02f46d8d86c3)},
    {1, "", 1, 0, UINT64_C(0xd5159b73432a2795)},
    {1, "", 0, 1, UINT64_C(0x6c5795e14b3b7e33)},
    {1, "a", 0, 0, UINT64_C(0x1f012c77ab9b3ea1)},
    {1, "a", 1, 0, UINT64_C(0xd9ae65d325f853b6)},
    {1, "a", 0, 1, UINT64_C(0x7dc944f18e25ce47)},
    {1, "payment.lag_ms", 0, 0, UINT64_C(0x7b0da29a64629fe1)},
    {1, "payment.lag_ms", 1, 0, UINT64_C(0xd51afad5d9d75c32)},
    {1, "payment.lag_ms", 0, 1, UINT64_C(0x8323166efa52a5d6)},
    {1, "event_types[2].metrics[0]", 0, 0, UINT64_C(0x48d66026be8151e2)},
    {1, "event_types[2].metrics[0]", 1, 0, UINT64_C(0xab7df7ca5ccb1482)},
    {1, "event_types[2].metrics[0]", 0, 1, UINT64_C(0x128280897fbe135f)},
    {1,
     "gr\xc3\xb6\xc3\x9f"
     "e",
     0, 0, UINT64_C(0xd5e46f377d50228c)},
    {1,
     "gr\xc3\xb6\xc3\x9f"
     "e",
     1, 0, UINT64_C(0xa1ceae7600a3bc1a)},
    {1,
     "gr\xc3\xb6\xc3\x9f"
     "e",
     0, 1, UINT64_C(0x3974816dbff490c1)},
    {20260101, "", 0, 0, UINT64_C(0xab851083733b1326)},
    {20260101, "", 1, 0, UINT64_C(0x2a50cc9ea025e61c)},
    {20260101, "", 0, 1, UINT64_C(0x5109c4474621221b)},
    {20260101, "", UINT64_MAX, UINT64_MAX, UINT64_C(0x54d7fa74cb3ff5b8)},
    {20260101, "", UINT64_C(12345678901), 7, UINT64_C(0x59e4b90c1b0d4c91)},
    {20260101, "a", 0, 0, UINT64_C(0x95c924bc2f3f7395)},
    {20260101, "a", 1, 0, UINT64_C(0x40c7a717c1c22361)},
    {20260101, "a", 0, 1, UINT64_C(0x06c5903f19bd6386)},
    {20260101, "a", UINT64_MAX, UINT64_MAX, UINT64_C(0x1efeefe78050cc19)},
    {20260101, "a", UINT64_C(12345678901), 7, UINT64_C(0x5b56802e673fbf55)},
    {20260101, "payment.lag_ms", 0, 0, UINT64_C(0xccff9420d870f0c9)},
    {20260101, "payment.lag_ms", 1, 0, UINT64_C(0xee82cfee06177b0d)},
    {20260101, "payment.lag_ms", 0, 1, UINT64_C(0x6abbf5b641786011)},
    {20260101, "payment.lag_ms", UINT64_MAX, UINT64_MAX, UINT64_C(0xdd79861c5fa0d858)},
    {20260101, "payment.lag_ms", UINT64_C(12345678901), 7, UINT64_C(0x3cffda7ddd647d75)},
    {20260101, "event_types[2].metrics[0]", 0, 0, UINT64_C(0xa23efb87a258d451)},
    {20260101, "event_types[2].metrics[0]", 1, 0, UINT64_C(0x8acbc64d72f731c2)},
    {20260101, "event_types[2].metrics[0]", 0, 1, UINT64_C(0xcd9677f801a54332)},
    {20260101, "event_types[2].metrics[0]", UINT64_MAX, UINT64_MAX, UINT64_C(0xc1fa6c9db8df1e61)},
    {20260101, "event_types[2].metrics[0]", UINT64_C(12345678901), 7, UINT64_C(0x831caf43b51280ff)},
    {20260101,
     "gr\xc3\xb6\xc3\x9f"
     "e",
     0, 0, UINT64_C(0xfe4c4631adae6e09)},
    {20260101,
     "gr\xc3\xb6\xc3\x9f"
     "e",
     1, 0, UINT64_C(0x45c92da97d959991)},
    {20260101,
     "gr\xc3\xb6\xc3\x9f"
     "e",
     0, 1, UINT64_C(0x799bccfa8bdf38be)},
    {20260101,
     "gr\xc3\xb6\xc3\x9f"
     "e",
     UINT64_MAX, UINT64_MAX, UINT64_C(0xcee288dd8abb6d86)},
    {20260101,
     "gr\xc3\xb6\xc3\x9f"
     "e",
     UINT64_C(12345678901), 7, UINT64_C(0xfecd0e3d567e7736)},
    {UINT64_MAX, "", 0, 0, UINT64_C(0xfc042709560421da)},
    {UINT64_MAX, "", 1, 0, UINT64_C(0x7548d87b9104c1d5)},
    {UINT64_MAX, "", 0, 1, UINT64_C(0xd48eba3d356240fd)},
    {UINT64_MAX, "", UINT64_MAX, UINT64_MAX, UINT64_C(0x40aa389ba7cc36a4)},
    {UINT64_MAX, "", UINT64_C(12345678901), 7, UINT64_C(0xd83ace56d8fde3cf)},
    {UINT64_MAX, "payment.lag_ms", 0, 0, UINT64_C(0xaae9ac46f1c69cf5)},
    {UINT64_MAX, "payment.lag_ms", 1, 0, UINT64_C(0x464b8851ac23946a)},
    {UINT64_MAX, "payment.lag_ms", 0, 1, UINT64_C(0x6dad0b8938dafa6d)},
    {UINT64_MAX, "payment.lag_ms", UINT64_MAX, UINT64_MAX, UINT64_C(0x431a7f45e13f4833)},
    {UINT64_MAX, "payment.lag_ms", UINT64_C(12345678901), 7, UINT64_C(0x0fd2dd7ccd99d653)},
};

static const struct {
    uint64_t word;
    uint64_t n;
    uint64_t value;
} belows[] = {
    {UINT64_C(0x0000000000000000), 1, 0},
    {UINT64_C(0x0000000000000000), 2, 0},
    {UINT64_C(0x0000000000000000), 3, 0},
    {UINT64_C(0x0000000000000000), 10000000, 0},
    {UINT64_C(0x0000000000000000), UINT64_MAX, 0},
    {UINT64_C(0x0000000000000001), 1, 0},
    {UINT64_C(0x0000000000000001), 2, 0},
    {UINT64_C(0x0000000000000001), 3, 0},
    {UINT64_C(0x0000000000000001), 10000000, 0},
    {UINT64_C(0x0000000000000001), UINT64_MAX, 0},
    {UINT64_C(0xffffffffffffffff), 1, 0},
    {UINT64_C(0xffffffffffffffff), 2, 1},
    {UINT64_C(0xffffffffffffffff), 3, 2},
    {UINT64_C(0xffffffffffffffff), 10000000, 9999999},
    {UINT64_C(0xffffffffffffffff), UINT64_MAX, UINT64_C(18446744073709551614)},
    {UINT64_C(0x8000000000000000), 1, 0},
    {UINT64_C(0x8000000000000000), 2, 1},
    {UINT64_C(0x8000000000000000), 3, 1},
    {UINT64_C(0x8000000000000000), 10000000, 5000000},
    {UINT64_C(0x8000000000000000), UINT64_MAX, UINT64_C(9223372036854775807)},
    {UINT64_C(0x7fffffffffffffff), 1, 0},
    {UINT64_C(0x7fffffffffffffff), 2, 0},
    {UINT64_C(0x7fffffffffffffff), 3, 1},
    {UINT64_C(0x7fffffffffffffff), 10000000, 4999999},
    {UINT64_C(0x7fffffffffffffff), UINT64_MAX, UINT64_C(9223372036854775806)},
    {UINT64_C(0xed9b72ce6f9360f2), 1, 0},
    {UINT64_C(0xed9b72ce6f9360f2), 2, 1},
    {UINT64_C(0xed9b72ce6f9360f2), 3, 2},
    {UINT64_C(0xed9b72ce6f9360f2), 10000000, 9281532},
    {UINT64_C(0xed9b72ce6f9360f2), UINT64_MAX, UINT64_C(17121404639339831537)},
};

static const struct {
    uint64_t n;
    uint64_t key;
    uint64_t x;
    uint64_t image;
} permutations[] = {
    {1, UINT64_C(0x0000000000000000), 0, 0},
    {1, UINT64_C(0xd43821894c9621fe), 0, 0},
    {2, UINT64_C(0x0000000000000000), 0, 0},
    {2, UINT64_C(0x0000000000000000), 1, 1},
    {2, UINT64_C(0xd43821894c9621fe), 0, 0},
    {2, UINT64_C(0xd43821894c9621fe), 1, 1},
    {3, UINT64_C(0x0000000000000000), 0, 0},
    {3, UINT64_C(0x0000000000000000), 1, 2},
    {3, UINT64_C(0x0000000000000000), 2, 1},
    {3, UINT64_C(0xd43821894c9621fe), 0, 1},
    {3, UINT64_C(0xd43821894c9621fe), 1, 0},
    {3, UINT64_C(0xd43821894c9621fe), 2, 2},
    {5, UINT64_C(0x0000000000000000), 0, 0},
    {5, UINT64_C(0x0000000000000000), 1, 2},
    {5, UINT64_C(0x0000000000000000), 2, 1},
    {5, UINT64_C(0x0000000000000000), 3, 3},
    {5, UINT64_C(0x0000000000000000), 4, 4},
    {5, UINT64_C(0xd43821894c9621fe), 0, 2},
    {5, UINT64_C(0xd43821894c9621fe), 1, 4},
    {5, UINT64_C(0xd43821894c9621fe), 2, 1},
    {5, UINT64_C(0xd43821894c9621fe), 3, 0},
    {5, UINT64_C(0xd43821894c9621fe), 4, 3},
    {100, UINT64_C(0x0000000000000000), 0, 41},
    {100, UINT64_C(0x0000000000000000), 50, 47},
    {100, UINT64_C(0x0000000000000000), 99, 4},
    {100, UINT64_C(0xd43821894c9621fe), 0, 22},
    {100, UINT64_C(0xd43821894c9621fe), 50, 63},
    {100, UINT64_C(0xd43821894c9621fe), 99, 25},
    {100, UINT64_C(0xffffffffffffffff), 0, 28},
    {100, UINT64_C(0xffffffffffffffff), 99, 53},
    {1000, UINT64_C(0x0000000000000000), 0, 285},
    {1000, UINT64_C(0x0000000000000000), 500, 513},
    {1000, UINT64_C(0x0000000000000000), 999, 803},
    {1000, UINT64_C(0xd43821894c9621fe), 0, 155},
    {1000, UINT64_C(0xd43821894c9621fe), 500, 190},
    {1000, UINT64_C(0xd43821894c9621fe), 999, 361},
    {1000, UINT64_C(0xffffffffffffffff), 0, 44},
    {1000, UINT64_C(0xffffffffffffffff), 999, 300},
    {12345, UINT64_C(0x0000000000000000), 0, 5687},
    {12345, UINT64_C(0x0000000000000000), 6172, 1218},
    {12345, UINT64_C(0x0000000000000000), 12344, 4936},
    {12345, UINT64_C(0xd43821894c9621fe), 0, 9925},
    {12345, UINT64_C(0xd43821894c9621fe), 6172, 7732},
    {12345, UINT64_C(0xd43821894c9621fe), 12344, 7562},
    {12345, UINT64_C(0xffffffffffffffff), 0, 12323},
    {12345, UINT64_C(0xffffffffffffffff), 12344, 2501},
    {10000000, UINT64_C(0x0000000000000000), 0, 4225334},
    {10000000, UINT64_C(0x0000000000000000), 5000000, 8302830},
    {10000000, UINT64_C(0x0000000000000000), 9999999, 6271664},
    {10000000, UINT64_C(0xd43821894c9621fe), 0, 9808791},
    {10000000, UINT64_C(0xd43821894c9621fe), 5000000, 4054014},
    {10000000, UINT64_C(0xd43821894c9621fe), 9999999, 8029899},
    {10000000, UINT64_C(0xffffffffffffffff), 0, 8564927},
    {10000000, UINT64_C(0xffffffffffffffff), 9999999, 6603964},
    {UINT64_C(4294967296), UINT64_C(0x0000000000000000), 0, 91182980},
    {UINT64_C(4294967296), UINT64_C(0x0000000000000000), UINT64_C(2147483648),
     UINT64_C(4174964833)},
    {UINT64_C(4294967296), UINT64_C(0x0000000000000000), UINT64_C(4294967295),
     UINT64_C(4195160914)},
    {UINT64_C(4294967296), UINT64_C(0xd43821894c9621fe), 0, UINT64_C(4268707491)},
    {UINT64_C(4294967296), UINT64_C(0xd43821894c9621fe), UINT64_C(2147483648), 830631989},
    {UINT64_C(4294967296), UINT64_C(0xd43821894c9621fe), UINT64_C(4294967295),
     UINT64_C(3754773750)},
    {UINT64_C(4294967296), UINT64_C(0xffffffffffffffff), 0, UINT64_C(3443095385)},
    {UINT64_C(4294967296), UINT64_C(0xffffffffffffffff), UINT64_C(4294967295),
     UINT64_C(2168407537)},
    {UINT64_C(4294967297), UINT64_C(0x0000000000000000), 0, 1556757730},
    {UINT64_C(4294967297), UINT64_C(0x0000000000000000), UINT64_C(2147483648),
     UINT64_C(4174989326)},
    {UINT64_C(4294967297), UINT64_C(0x0000000000000000), UINT64_C(4294967296), 91122293},
    {UINT64_C(4294967297), UINT64_C(0xd43821894c9621fe), 0, 1043471197},
    {UINT64_C(4294967297), UINT64_C(0xd43821894c9621fe), UINT64_C(2147483648), 2113345078},
    {UINT64_C(4294967297), UINT64_C(0xd43821894c9621fe), UINT64_C(4294967296),
     UINT64_C(4268814876)},
    {UINT64_C(4294967297), UINT64_C(0xffffffffffffffff), 0, UINT64_C(4267397622)},
    {UINT64_C(4294967297), UINT64_C(0xffffffffffffffff), UINT64_C(4294967296),
     UINT64_C(3443095385)},
    {UINT64_MAX, UINT64_C(0x0000000000000000), 0, UINT64_C(4402375190910717600)},
    {UINT64_MAX, UINT64_C(0x0000000000000000), UINT64_C(9223372036854775807),
     UINT64_C(18064955656826159758)},
    {UINT64_MAX, UINT64_C(0x0000000000000000), UINT64_C(18446744073709551614),
     UINT64_C(13686124843912020910)},
    {UINT64_MAX, UINT64_C(0xd43821894c9621fe), 0, UINT64_C(7002820451574633388)},
    {UINT64_MAX, UINT64_C(0xd43821894c9621fe), UINT64_C(9223372036854775807),
     UINT64_C(2806852098105973997)},
    {UINT64_MAX, UINT64_C(0xd43821894c9621fe), UINT64_C(18446744073709551614),
     UINT64_C(7322849271531090779)},
    {UINT64_MAX, UINT64_C(0xffffffffffffffff), 0, UINT64_C(10155661321154970437)},
    {UINT64_MAX, UINT64_C(0xffffffffffffffff), UINT64_C(18446744073709551614),
     UINT64_C(2549335754755928121)},
};

static void mix_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mixes); i++) {
        assert_int_equal(ls_mix(mixes[i].in), mixes[i].out);
    }
}

static void word_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        uint64_t key = ls_stream_key(words[i].seed, words[i].stream);
        assert_int_equal(ls_word(key, words[i].i, words[i].draw), words[i].word);
    }
}

static void below_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(belows); i++) {
        assert_int_equal(ls_below(belows[i].word, belows[i].n), belows[i].value);
    }
}

static void permutation_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(permutations); i++) {
        uint64_t n = permutations[i].n;
        uint64_t key = permutations[i].key;
        const struct ls_permutation of = ls_permutation_of(n);
        assert_int_equal(ls_permute(&of, key, permutations[i].x), permutations[i].image);
        assert_int_equal(ls_unpermute(&of, key, permutations[i].image), permutations[i].x);
    }
}

static void a_hit_is_a_ratio(void **state)
{
    static const struct {
        uint64_t word;
        struct ls_ratio ratio;
        bool hit;
    } cases[] = {
        {0, {0, 1}, false},
        {UINT64_MAX, {0, 1}, false},
        {0, {1, 1}, true},
        {UINT64_MAX, {1, 1}, true},
        {UINT64_MAX, {UINT64_MAX, UINT64_MAX}, true},
        {UINT64_MAX, {UINT64_MAX - 1, UINT64_MAX}, false},
        {(UINT64_C(1) << 63) - 1, {1, 2}, true},
        {UINT64_C(1) << 63, {1, 2}, false},
        {UINT64_MAX / 400, {1, 400}, true},
        {UINT64_MAX / 400 + 1, {1, 400}, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(ls_hit(cases[i].word, cases[i].ratio), cases[i].hit);
        assert_int_equal(ls_strikes(ls_chance_of(cases[i].ratio), cases[i].word), cases[i].hit);
    }
}

/* Every value is hit once, and ls_unpermute finds the way back. */
static void permutations_are_bijections(void **state)
{
    enum { N_MAX = 600 };
    (void)state;
    for (uint64_t n = 1; n <= N_MAX; n++) {
        const struct ls_permutation of = ls_permutation_of(n);
        assert_true(of.rows * of.columns >= n && of.rows * of.columns - n < of.rows);
        for (uint64_t key = 0; key < 3; key++) {
            bool seen[N_MAX] = {false};
            for (uint64_t x = 0; x < n; x++) {
                uint64_t image = ls_permute(&of, ls_mix(key), x);
                assert_true(image < n);
                assert_false(seen[image]);
                seen[image] = true;
                assert_int_equal(ls_unpermute(&of, ls_mix(key), image), x);
            }
        }
    }
}

static void many_are_permuted_as_one(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 500; n++) {
        const struct ls_permutation of = ls_permutation_of(n);
        uint64_t values[LS_PERMUTE_MANY];
        size_t count = n % (LS_PERMUTE_MANY + 1);
        for (size_t i = 0; i < count; i++) {
            values[i] = ls_mix(i) % n;
        }
        ls_permute_many(&of, ls_mix(n), values, count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(values[i], ls_permute(&of, ls_mix(n), ls_mix(i) % n));
        }
    }
}

/* The sum of (seen - wanted)^2 / wanted over cells that are equally likely: about `cells` when the
 * draws are uniform, with a standard deviation of sqrt(2 cells). */
static double chi_square(const uint32_t *seen, size_t cells, double draws)
{
    double wanted = draws / (double)cells;
    double sum = 0;
    for (size_t i = 0; i < cells; i++) {
        sum += (seen[i] - wanted) * (seen[i] - wanted) / wanted;
    }
    return sum;
}

static void images_of_one_value_are_uniform_over_keys(void **state)
{
    enum { N = 100, KEYS = 100000 };
    const struct ls_permutation of = ls_permutation_of(N);
    (void)state;
    for (uint64_t x = 0; x < N; x += 33) {
        uint32_t seen[N] = {0};
        for (uint64_t k = 0; k < KEYS; k++) {
            seen[ls_permute(&of, ls_word(1, k, 0), x)]++;
        }
        double chi = chi_square(seen, N, KEYS);
        assert_true(chi > 50 && chi < 170);
    }
}

/* Words at neighbouring arguments: each bit of their difference is a coin of its own. */
enum neighbour { SEED, STREAM, INDEX, DRAW, NEIGHBOURS };

static uint64_t word_near(enum neighbour which, uint64_t n, unsigned step)
{
    static const char *const streams[] = {"field.0", "field.1"};
    uint64_t seed = n + (which == SEED ? step : 0);
    uint64_t key = ls_stream_key(seed, streams[which == STREAM ? step : 0]);
    return ls_word(key, n + (which == INDEX ? step : 0), which == DRAW ? step : 0);
}

static void neighbours_are_unrelated(void **state)
{
    enum { PAIRS = 20000 };
    (void)state;
    for (enum neighbour which = SEED; which < NEIGHBOURS; which++) {
        uint32_t flips[64] = {0};
        uint64_t total = 0;
        for (uint64_t n = 0; n < PAIRS; n++) {
            uint64_t difference = word_near(which, n, 0) ^ word_near(which, n, 1);
            total += (uint64_t)__builtin_popcountll(difference);
            for (unsigned bit = 0; bit < 64; bit++) {
                flips[bit] += difference >> bit & 1;
            }
        }
        /* mean 32; the deviation of the mean of 20,000 is 4 / sqrt(20,000) = 0.03 */
        double mean = (double)total / PAIRS;
        assert_true(mean > 31.85 && mean < 32.15);
        /* each bit flips in half of the pairs; a deviation is 71 */
        for (unsigned bit = 0; bit < 64; bit++) {
            assert_in_range(flips[bit], PAIRS / 2 - 350, PAIRS / 2 + 350);
        }
    }
}

static void pairs_of_neighbours_fill_the_square(void **state)
{
    enum { SIDE = 16, DRAWS = 65536 };
    (void)state;
    for (enum neighbour which = SEED; which < NEIGHBOURS; which++) {
        uint32_t seen[SIDE * SIDE] = {0};
        for (uint64_t n = 0; n < DRAWS; n++) {
            uint64_t row = ls_below(word_near(which, n, 0), SIDE);
            seen[row * SIDE + ls_below(word_near(which, n, 1), SIDE)]++;
        }
        double chi = chi_square(seen, COUNT(seen), DRAWS);
        assert_true(chi > 150 && chi < 370); /* 256 +- 5 deviations of 22.6 */
    }
}

static void streams_do_not_depend_on_where_names_end(void **state)
{
    static const char *const streams[] = {"",    "a",   "b",    "ab",   "ba",   "aa",
                                          "aaa", "a.b", "a.bc", "ab.c", "a[0]", "a[1]"};
    (void)state;
    for (size_t i = 0; i < COUNT(streams); i++) {
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(ls_stream_key(1, streams[i]), ls_stream_key(1, streams[j]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mix_vectors),
        cmocka_unit_test(word_vectors),
        cmocka_unit_test(below_vectors),
        cmocka_unit_test(permutation_vectors),
        cmocka_unit_test(a_hit_is_a_ratio),
        cmocka_unit_test(permutations_are_bijections),
        cmocka_unit_test(many_are_permuted_as_one),
        cmocka_unit_test(images_of_one_value_are_uniform_over_keys),
        cmocka_unit_test(neighbours_are_unrelated),
        cmocka_unit_test(pairs_of_neighbours_fill_the_square),
        cmocka_unit_test(streams_do_not_depend_on_where_names_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
