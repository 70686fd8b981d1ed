#include "generator/distribution.h"

#include "core/base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- distributions as a spec would say them */

struct made {
    struct ls_arena arena;
    struct ls_diag diag;
    struct ls_error err;
    union {
        struct ls_source_uniform uniform;
        struct ls_source_zipf zipf;
        struct ls_source_normal normal;
        struct ls_source_lognormal lognormal;
        struct ls_source_exponential exponential;
    } settings;
    struct ls_quantity quantities[3];
    struct ls_distribution d;
    bool sound;
};

/* A word, its two numbers ("24.90", "300ms" is 300 with the unit), and how it is compiled. */
struct words {
    const struct ls_member *member;
    const char *a, *b;
    enum ls_unit unit;
    unsigned scale;
    int64_t low, high;
};

#define ALL INT64_MIN, INT64_MAX

static struct ls_quantity quantity_of(const char *text)
{
    struct ls_quantity q = {0};
    int64_t ms;
    if (ls_read_duration(text, &ms) && strpbrk(text, "smhd")) {
        q.is_duration = true;
        q.number.value = ms;
    } else {
        assert_true(ls_read_decimal(text, &q.number));
    }
    return q;
}

static void make(struct made *m, const struct words *w)
{
    memset(m, 0, sizeof *m);
    ls_arena_init(&m->arena, "test distribution", 1U << 26);
    ls_diag_init(&m->diag);
    struct ls_pick pick = {.member = w->member, .settings = &m->settings};
    struct ls_quantity a = w->member == &ls_member_zipf ? (struct ls_quantity){0}
                                                        : quantity_of(w->a);
    if (w->member == &ls_member_uniform) {
        m->quantities[0] = a;
        m->quantities[1] = quantity_of(w->b);
        m->settings.uniform.bounds = (struct ls_quantities){2, m->quantities};
    } else if (w->member == &ls_member_zipf) {
        assert_true(ls_read_decimal(w->a, &m->settings.zipf.exponent));
        m->settings.zipf.count = strtoll(w->b, NULL, 10);
    } else if (w->member == &ls_member_normal) {
        m->settings.normal = (struct ls_source_normal){a, quantity_of(w->b)};
    } else if (w->member == &ls_member_lognormal) {
        m->settings.lognormal.median = a;
        assert_true(ls_read_decimal(w->b, &m->settings.lognormal.sigma));
    } else {
        m->settings.exponential.mean = a;
    }
    m->err.code = 0;
    m->sound = ls_distribution_compile(&pick, w->unit, w->scale, w->low, w->high, &m->arena,
                                       &m->diag, &m->d, &m->err);
}

static void clear(struct made *m)
{
    ls_arena_clear(&m->arena);
    ls_diag_clear(&m->diag);
}

/* ---- against exact laws */

static double normal_cdf(double x)
{
    return .5 * erfc(-x / sqrt(2));
}

/* P(value <= k): values are whole numbers, the normal rounded to the nearest one, the exponential
 * and the log-normal rounded down. */
static double cdf_of(const struct words *w, int64_t k)
{
    double a = strtod(w->a, NULL) * pow(10, w->scale);
    double b = w->b ? strtod(w->b, NULL) : 0;
    double x = (double)k;
    if (w->member == &ls_member_uniform) {
        return (x - a + 1) / (b * pow(10, w->scale) - a + 1);
    }
    if (w->member == &ls_member_normal) {
        return normal_cdf((x + .5 - a) / (b * pow(10, w->scale)));
    }
    if (w->member == &ls_member_lognormal) {
        return x < 0 ? 0 : normal_cdf(log((x + 1) / a) / b);
    }
    return x < 0 ? 0 : 1 - exp(-(x + 1) / a);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static const struct words laws[] = {
    {&ls_member_uniform, "0", "0", LS_UNIT_NUMBER, 0, ALL},
    {&ls_member_uniform, "-3", "4", LS_UNIT_NUMBER, 0, ALL},
    {&ls_member_uniform, "1.00", "500.00", LS_UNIT_NUMBER, 2, ALL},
    {&ls_member_uniform, "-4503599627370496", "4503599627370496", LS_UNIT_NUMBER, 0, ALL},
    {&ls_member_normal, "20", "3", LS_UNIT_NUMBER, 0, ALL},
    {&ls_member_normal, "0", "1", LS_UNIT_NUMBER, 0, ALL},
    {&ls_member_normal, "-100.00", "250.00", LS_UNIT_NUMBER, 2, ALL},
    {&ls_member_lognormal, "24.90", "0.8", LS_UNIT_NUMBER, 2, ALL},
    {&ls_member_lognormal, "7200000ms", "1", LS_UNIT_DURATION, 0, ALL},
    {&ls_member_lognormal, "5", "2.5", LS_UNIT_NUMBER, 0, ALL},
    {&ls_member_exponential, "300ms", NULL, LS_UNIT_DURATION, 0, ALL},
    {&ls_member_exponential, "2", NULL, LS_UNIT_NUMBER, 0, ALL},
    {&ls_member_exponential, "0.80", NULL, LS_UNIT_NUMBER, 2, ALL},
};

/* Kolmogorov and Smirnov, at values where the empirical distribution steps. The bound is that of
 * p = 10^-5 (for laws with ties the truth is below). */
static void draws_follow_their_laws(void **state)
{
    enum { DRAWS = 200000 };
    static int64_t values[DRAWS];
    (void)state;
    for (size_t l = 0; l < sizeof laws / sizeof *laws; l++) {
        struct made m;
        make(&m, &laws[l]);
        assert_true(m.sound);
        uint64_t key = ls_stream_key(l, "distribution_test");
        for (uint64_t i = 0; i < DRAWS; i++) {
            values[i] = ls_distribution_draw(&m.d, key, i);
        }
        qsort(values, DRAWS, sizeof *values, compare);
        double most = 0;
        for (size_t i = 0; i < DRAWS; i++) {
            if (i + 1 < DRAWS && values[i + 1] == values[i]) {
                continue;
            }
            double at = (double)(i + 1) / DRAWS - cdf_of(&laws[l], values[i]);
            most = fabs(at) > most ? fabs(at) : most;
        }
        if (most * sqrt(DRAWS) > 2.47) {
            fail_msg("law %zu (%s %s): D = %.5f", l, laws[l].member->word, laws[l].a, most);
        }
        clear(&m);
    }
}

static void a_normal_has_its_mean(void **state)
{
    enum { DRAWS = 200000 };
    (void)state;
    for (size_t l = 4; l < 7; l++) {
        struct made m;
        make(&m, &laws[l]);
        double sum = 0;
        for (uint64_t i = 0; i < DRAWS; i++) {
            sum += (double)ls_distribution_draw(&m.d, 99, i);
        }
        double mean = strtod(laws[l].a, NULL) * pow(10, laws[l].scale);
        double deviation = strtod(laws[l].b, NULL) * pow(10, laws[l].scale);
        if (fabs(sum / DRAWS - mean) > 5 * deviation / sqrt(DRAWS)) {
            fail_msg("mean %.3f instead of %.3f", sum / DRAWS, mean);
        }
        clear(&m);
    }
}

/* Of a zipf the ranks are tested in zipf_test.c; here their unit is. */
static void a_zipf_counts_whole_units(void **state)
{
    static const struct words cases[] = {
        {&ls_member_zipf, "1.6", "20", LS_UNIT_NUMBER, 0, ALL},
        {&ls_member_zipf, "1.6", "20", LS_UNIT_NUMBER, 2, ALL},
        {&ls_member_zipf, "1.6", "20", LS_UNIT_DURATION, 0, ALL},
        {&ls_member_zipf, "1.6", "20", LS_UNIT_NUMBER, 2, 250, 700},
    };
    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        int64_t drawn[4];
        for (size_t k = 0; k < 4; k++) {
            struct made m;
            make(&m, &cases[k]);
            drawn[k] = ls_distribution_draw(&m.d, 5, i);
            clear(&m);
        }
        assert_in_range(drawn[0], 1, 20);
        assert_int_equal(drawn[1], 100 * drawn[0]);
        assert_int_equal(drawn[2], drawn[0]);
        assert_int_equal(drawn[3], drawn[1] < 250 ? 250 : drawn[1] > 700 ? 700 : drawn[1]);
    }
}

/* ---- bounds */

static void no_value_lies_outside_the_bounds(void **state)
{
    (void)state;
    static const int64_t clamps[][2] = {{INT64_MIN, INT64_MAX}, {0, 1000}, {-50, 50}, {7, 7}};
    for (size_t l = 0; l < sizeof laws / sizeof *laws; l++) {
        for (size_t c = 0; c < sizeof clamps / sizeof *clamps; c++) {
            struct words w = laws[l];
            struct made m;
            int64_t low;
            int64_t high;
            w.low = clamps[c][0];
            w.high = clamps[c][1];
            make(&m, &w);
            if (!m.sound) { /* most would be cut, or, of a uniform, what it says itself */
                assert_true(w.member == &ls_member_uniform || w.member == &ls_member_normal ||
                            w.member == &ls_member_lognormal);
                clear(&m);
                continue;
            }
            assert_true(m.sound);
            ls_distribution_bounds(&m.d, &low, &high);
            assert_true(low <= high && low >= w.low && high <= w.high);
            for (uint64_t i = 0; i < 20000; i++) {
                int64_t value = ls_distribution_draw(&m.d, l, i);
                assert_true(value >= low && value <= high);
            }
            clear(&m);
        }
    }
}

static void bounds_are_those_of_the_extreme_words(void **state)
{
    static const struct {
        struct words words;
        int64_t low, high;
    } cases[] = {
        {{&ls_member_uniform, "-3", "4", LS_UNIT_NUMBER, 0, ALL}, -3, 4},
        {{&ls_member_uniform, "1.00", "2.5", LS_UNIT_NUMBER, 2, ALL}, 100, 250},
        {{&ls_member_zipf, "1", "20", LS_UNIT_NUMBER, 2, ALL}, 100, 2000},
        {{&ls_member_zipf, "1", "200000", LS_UNIT_NUMBER, 0, ALL}, 1, 200000},
        {{&ls_member_exponential, "1000", NULL, LS_UNIT_NUMBER, 0, ALL}, 0, 44361},
        {{&ls_member_exponential, "1000", NULL, LS_UNIT_NUMBER, 0, 5, 30000}, 5, 30000},
        {{&ls_member_normal, "0", "1000", LS_UNIT_NUMBER, 0, ALL}, -9155, 9155},
        {{&ls_member_normal, "500", "1000", LS_UNIT_NUMBER, 0, 0, INT64_MAX}, 0, 9655},
        {{&ls_member_lognormal, "1000", "1", LS_UNIT_NUMBER, 0, ALL}, 0, 9464416},
        {{&ls_member_lognormal, "4503599627370496", "5", LS_UNIT_NUMBER, 0, ALL}, 0, INT64_MAX},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct made m;
        int64_t low;
        int64_t high;
        make(&m, &cases[k].words);
        assert_true(m.sound);
        ls_distribution_bounds(&m.d, &low, &high);
        if (low != cases[k].low || high != cases[k].high) {
            fail_msg("case %zu: %lld to %lld", k, (long long)low, (long long)high);
        }
        clear(&m);
    }
}

/* ---- problems */

static void wrong_settings_are_refused(void **state)
{
    static const struct {
        struct words words;
        const char *part;
    } cases[] = {
        {{&ls_member_exponential, "5", NULL, LS_UNIT_DURATION, 0, ALL}, "a duration is wanted"},
        {{&ls_member_exponential, "5s", NULL, LS_UNIT_NUMBER, 0, ALL}, "a number is wanted"},
        {{&ls_member_exponential, "0", NULL, LS_UNIT_NUMBER, 0, ALL}, "has to be above 0"},
        {{&ls_member_exponential, "1.5", NULL, LS_UNIT_NUMBER, 0, ALL}, "a whole number"},
        {{&ls_member_exponential, "1.505", NULL, LS_UNIT_NUMBER, 2, ALL}, "two decimal places"},
        {{&ls_member_lognormal, "-5", "1", LS_UNIT_NUMBER, 0, ALL}, "has to be above 0"},
        {{&ls_member_normal, "5", "0", LS_UNIT_NUMBER, 0, ALL}, "has to be above 0"},
        {{&ls_member_normal, "5", "-1", LS_UNIT_NUMBER, 0, ALL}, "has to be above 0"},
        {{&ls_member_normal, "5s", "1", LS_UNIT_DURATION, 0, ALL}, "a duration is wanted"},
        {{&ls_member_normal, "4503599627370497", "1", LS_UNIT_NUMBER, 0, ALL}, "too large"},
        {{&ls_member_normal, "45035996273705", "1", LS_UNIT_NUMBER, 2, ALL}, "too large"},
        {{&ls_member_uniform, "5", "4", LS_UNIT_NUMBER, 0, ALL}, "below the first"},
        {{&ls_member_uniform, "5", "5s", LS_UNIT_NUMBER, 0, ALL}, "a number is wanted"},
        {{&ls_member_normal, "4", "1", LS_UNIT_NUMBER, 0, 5, 9}, "the mean is less than any"},
        {{&ls_member_lognormal, "10", "1", LS_UNIT_NUMBER, 0, 5, 9}, "the median is greater than"},
        {{&ls_member_uniform, "4", "9", LS_UNIT_NUMBER, 0, 5, 9}, "than any value here"},
        {{&ls_member_uniform, "5", "10", LS_UNIT_NUMBER, 0, 5, 9}, "than any value here"},
        {{&ls_member_uniform, "-1s", "10s", LS_UNIT_DURATION, 0, 0, 10000}, "than any value here"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct made m;
        make(&m, &cases[k].words);
        assert_false(m.sound);
        if (m.diag.errors != 1 || !strstr(m.diag.problems[0].text, cases[k].part)) {
            fail_msg("case %zu: %d errors, %s", k, m.diag.errors,
                     m.diag.errors ? m.diag.problems[0].text : "");
        }
        assert_string_equal(m.diag.problems[0].rule, "LS2018");
        clear(&m);
    }
    struct made m;
    make(&m, &laws[1]);
    for (size_t count = 0; count < 4; count++) {
        struct ls_pick pick = {.member = &ls_member_uniform, .settings = &m.settings};
        int errors = m.diag.errors;
        m.settings.uniform.bounds.count = count;
        m.quantities[2] = m.quantities[1];
        assert_int_equal(
            ls_distribution_compile(&pick, LS_UNIT_NUMBER, 0, ALL, &m.arena, &m.diag, &m.d, &m.err),
            count == 2);
        assert_int_equal(m.diag.errors - errors, count != 2);
    }
    clear(&m);
}

static void refused_memory_is_an_error(void **state)
{
    static const struct words w = {&ls_member_zipf, "1", "20", LS_UNIT_NUMBER, 0, ALL};
    unsigned refused = 0;
    (void)state;
    for (bool sound = false; !sound;) {
        struct made m;
        ls_mem_refuse(++refused);
        make(&m, &w);
        ls_mem_refuse(0);
        sound = m.sound;
        assert_true(sound || m.err.code == LS_E_NOMEM);
        assert_int_equal(m.diag.errors, 0);
        clear(&m);
    }
    assert_true(refused > 1);
}

/* The format's bits. */
static void draws_are_pinned(void **state)
{
    static const struct {
        struct words words;
        int64_t draws[5];
        uint64_t digest;
    } pins[] = {
        {{&ls_member_uniform, "1.00", "500.00", LS_UNIT_NUMBER, 2, ALL},
         {39737, 20434, 42042, 10022, 16826},
         UINT64_C(0xf75aa0a1fbd7234f)},
        {{&ls_member_uniform, "-7", "-7", LS_UNIT_NUMBER, 0, ALL},
         {-7, -7, -7, -7, -7},
         UINT64_C(0x51df85307af31dbf)},
        {{&ls_member_normal, "20", "3", LS_UNIT_NUMBER, 0, ALL},
         {22, 19, 23, 17, 19},
         UINT64_C(0x6de4f556d68b45a9)},
        {{&ls_member_normal, "-100.00", "250.00", LS_UNIT_NUMBER, 2, ALL},
         {10538, -15850, 14914, -31143, -20640},
         UINT64_C(0x597c5852701d7f58)},
        {{&ls_member_lognormal, "24.90", "0.8", LS_UNIT_NUMBER, 2, 99, 499900},
         {4804, 2064, 5526, 1265, 1771},
         UINT64_C(0x824c4b26195a89d5)},
        {{&ls_member_exponential, "180000ms", NULL, LS_UNIT_DURATION, 0, 0, 1800000},
         {41446, 161589, 31275, 290737, 196745},
         UINT64_C(0x201dbc6341fbf6f4)},
        {{&ls_member_zipf, "1.6", "20", LS_UNIT_NUMBER, 0, ALL},
         {4, 1, 6, 1, 1},
         UINT64_C(0xdf0aefbd8a67fda5)},
    };
    (void)state;
    for (size_t k = 0; k < sizeof pins / sizeof *pins; k++) {
        struct made m;
        make(&m, &pins[k].words);
        uint64_t key = ls_stream_key(7, "pin");
        uint64_t digest = 0;
        bool same = true;
        for (uint64_t i = 0; i < 20000; i++) {
            int64_t value = ls_distribution_draw(&m.d, key, i);
            digest = ls_mix(digest ^ (uint64_t)value);
            same = same && (i >= 5 || value == pins[k].draws[i]);
        }
        assert_true(same && digest == pins[k].digest);
        clear(&m);
    }
}

/* A chord's answer is the logarithm's, where octaves meet, chords meet, and everywhere else. */
static void chords_change_no_value(void **state)
{
    static const char *const means[] = {"1ms", "2ms", "37ms", "300ms", "1999ms", "2000ms"};
    (void)state;
    for (size_t k = 0; k < sizeof means / sizeof *means; k++) {
        struct made m;
        make(&m, &(struct words){&ls_member_exponential, means[k], NULL, LS_UNIT_DURATION, 0, ALL});
        assert_non_null(m.d.chords);
        for (uint64_t octave = 0; octave < 64; octave++) {
            for (uint64_t chord = 0; chord < LS_CHORDS; chord++) {
                uint64_t begin = (LS_CHORDS + chord) << (63 - LS_CHORD_BITS) >> octave;
                const uint64_t words[] = {begin, begin - 1, begin + 1,
                                          begin + (UINT64_C(1) << 54 >> octave)};
                for (size_t w = 0; w < 4; w++) {
                    assert_true(ls_chords_at(&m.d, words[w]) == ls_distribution_at(&m.d, words[w]));
                }
            }
        }
        for (uint64_t i = 0; i < 100000; i++) {
            uint64_t word = ls_mix(i) >> i % 40;
            assert_true(ls_chords_at(&m.d, word) == ls_distribution_at(&m.d, word));
        }
        clear(&m);
    }
    struct made large;
    make(&large, &(struct words){&ls_member_exponential, "2001ms", NULL, LS_UNIT_DURATION, 0, ALL});
    assert_null(large.d.chords);
    clear(&large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_follow_their_laws),
        cmocka_unit_test(a_normal_has_its_mean),
        cmocka_unit_test(a_zipf_counts_whole_units),
        cmocka_unit_test(no_value_lies_outside_the_bounds),
        cmocka_unit_test(bounds_are_those_of_the_extreme_words),
        cmocka_unit_test(wrong_settings_are_refused),
        cmocka_unit_test(refused_memory_is_an_error),
        cmocka_unit_test(draws_are_pinned),
        cmocka_unit_test(chords_change_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
