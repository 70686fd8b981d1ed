#include "generator/episode.h"

#include "generator/statistics_test.h"

#include <stdio.h>

static const struct {
    int64_t start_ms, every_ms, for_ms, rise_ms;
    struct ls_ratio probability;
} kinds[] = {
    {0, 1000, 100, 50, {1, 2}},
    {INT64_C(1767225600000), 21600000, 180000, 30000, {1, 10}},
    {-5000, 86400000, 86400000, 1, {1, 1}}, /* always */
    {0, 60000, 20000, 0, {2, 3}},
    {-3, 1000, 1000, 1000, {1, 3}},
    {0, 1000, 1, 1, {1, 1}},
    {0, 1000, 500, 500, {0, 1}}, /* never */
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static struct ls_episode episode_of(size_t k, const char *stream)
{
    return (struct ls_episode){.chance = ls_chance_of(kinds[k].probability),
                               .key = ls_stream_key(7, stream),
                               .start_ms = kinds[k].start_ms,
                               .every_ms = kinds[k].every_ms,
                               .for_ms = kinds[k].for_ms,
                               .rise_ms = kinds[k].rise_ms};
}

static double share_of(struct ls_ratio ratio)
{
    return (double)ratio.part / (double)ratio.whole;
}

/* ---- where they lie */

/* One behind the other, each in its own span and as long as all others. */
static void episodes_lie_in_their_spans(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct ls_episode e = episode_of(k, "spans");
        for (uint64_t n = 0; n < 20; n++) {
            int64_t end = INT64_MIN;
            for (int64_t s = -200; s < 200; s++) {
                struct ls_episode_span span;
                if (!ls_episode_in(&e, n, s, &span)) {
                    continue;
                }
                assert_int_equal(span.end_ms - span.begin_ms, e.for_ms);
                assert_true(span.begin_ms >= end);
                end = span.end_ms;
                assert_int_equal(ls_episode_number(&e, n, span.begin_ms), s);
                assert_int_equal(ls_episode_number(&e, n, span.end_ms - 1), s);
            }
        }
    }
}

/* Spans cover all time without a gap, and each is `every` long. */
static void spans_follow_one_another(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct ls_episode e = episode_of(k, "spans");
        for (uint64_t n = 0; n < 50; n++) {
            int64_t number = ls_episode_number(&e, n, e.start_ms);
            assert_in_range(number, 0, 0);
            int64_t begin = e.start_ms;
            while (ls_episode_number(&e, n, begin - 1) == 0) {
                int64_t step = 1;
                while (ls_episode_number(&e, n, begin - 2 * step) == 0) {
                    step *= 2;
                }
                begin -= step;
            }
            assert_true(begin > e.start_ms - e.every_ms);
            for (int64_t s = -3; s < 4; s++) {
                int64_t at = begin + s * e.every_ms;
                assert_int_equal(ls_episode_number(&e, n, at), s);
                assert_int_equal(ls_episode_number(&e, n, at - 1), s - 1);
            }
        }
    }
}

/* As often as their probability says, evenly within their span; spans begin evenly too. */
static void episodes_are_as_frequent_as_said(void **state)
{
    enum { SPANS = 40000, BINS = 20 };
    static const double even[BINS] = {.05, .05, .05, .05, .05, .05, .05, .05, .05, .05,
                                      .05, .05, .05, .05, .05, .05, .05, .05, .05, .05};
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct ls_episode e = episode_of(k, "frequency");
        unsigned places[BINS] = {0};
        unsigned begins[BINS] = {0};
        double found = 0;
        for (uint64_t i = 0; i < SPANS; i++) {
            uint64_t n = i % 200;
            int64_t s = (int64_t)(i / 200) - 100;
            int64_t shift = (int64_t)ls_below(ls_mix(ls_mix(e.key + i)), (uint64_t)e.every_ms);
            struct ls_episode_span span;
            begins[shift * BINS / e.every_ms]++;
            if (ls_episode_in(&e, n, s, &span)) {
                int64_t of_n = (int64_t)ls_below(ls_mix(ls_mix(e.key + n)), (uint64_t)e.every_ms);
                int64_t place = span.begin_ms - (e.start_ms + s * e.every_ms - of_n);
                places[place * BINS / (e.every_ms - e.for_ms + 1)]++;
                found++;
            }
        }
        check_share("episodes", found, share_of(kinds[k].probability), SPANS);
        check_shares("begins", begins, even, BINS);
        if (e.every_ms > 100 + e.for_ms && found > 0) { /* else one place is more than a bin */
            check_shares("places", places, even, BINS);
        }
    }
}

/* ---- heights */

static void heights_rise_and_end(void **state)
{
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct ls_episode e = episode_of(k, "heights");
        for (int64_t s = -30; s < 30; s++) {
            struct ls_episode_span span;
            if (!ls_episode_in(&e, 5, s, &span)) {
                continue;
            }
            struct ls_episode_span next;
            bool joins = ls_episode_in(&e, 5, s + 1, &next) && next.begin_ms == span.end_ms;
            assert_true(joins || ls_episode_height(&e, 5, span.end_ms) == 0);
            uint32_t before = 0;
            for (int64_t passed = 1; passed <= e.for_ms; passed += 1 + e.for_ms / 1000) {
                uint32_t height = ls_episode_height(&e, 5, span.begin_ms + passed - 1);
                double exact = passed < e.rise_ms ? 65536. * (double)passed / (double)e.rise_ms
                                                  : 65536;
                assert_in_range(height, 1, 65536);
                assert_true(height >= before && fabs((double)height - exact) <= 1);
                before = height;
            }
            assert_int_equal(ls_episode_height(&e, 5, span.end_ms - 1),
                             e.rise_ms <= e.for_ms ? 65536 : before);
        }
    }
}

/* At a time taken at random: in the share of it that lies in episodes. */
static void time_is_shared_as_said(void **state)
{
    enum { TIMES = 100000 };
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        struct ls_episode e = episode_of(k, "shares");
        double inside = 0;
        for (uint64_t i = 0; i < TIMES; i++) {
            int64_t time = e.start_ms + ((int64_t)i - TIMES / 2) * e.every_ms +
                           (int64_t)ls_below(ls_mix(i), (uint64_t)e.every_ms);
            inside += ls_episode_height(&e, i % 13, time) > 0;
        }
        check_share("time", inside,
                    share_of(kinds[k].probability) * (double)e.for_ms / (double)e.every_ms, TIMES);
    }
}

/* ---- draws */

static void episodes_are_unrelated(void **state)
{
    enum { SPANS = 20000 };
    static double values[4][SPANS];
    struct ls_episode e = episode_of(3, "one");
    struct ls_episode other = episode_of(3, "two");
    struct ls_episode_span span;
    (void)state;
    for (int64_t s = 0; s < SPANS; s++) {
        values[0][s] = ls_episode_in(&e, 8, s, &span);
        values[1][s] = ls_episode_in(&e, 9, s, &span);
        values[2][s] = ls_episode_in(&other, 8, s, &span);
        values[3][s] = (double)ls_below(ls_mix(ls_mix(e.key + 8) + 3 * (uint64_t)s + 2), 1000);
    }
    check_unrelated("entities", values[0], values[1], SPANS);
    check_unrelated("episodes", values[0], values[2], SPANS);
    check_unrelated("spans", values[0], values[0] + 1, SPANS - 1);
    check_unrelated("whether and where", values[0], values[3], SPANS);
    check_unrelated("places", values[3], values[3] + 1, SPANS - 1);
}

/* The format's bits; as tests/model/values_model.py has them too. */
static void episodes_are_pinned(void **state)
{
    static const int64_t none = INT64_MIN;
    static const int64_t begins[3][5] = {{-2077, -939, INT64_MIN, 1342, 1940},
                                         {INT64_MIN, -19715629, INT64_MIN, INT64_MIN, INT64_MIN},
                                         {-189980616, -103580616, -17180616, 69219384, 155619384}};
    static const uint64_t digests[3] = {UINT64_C(0x07a42c80b6150395), UINT64_C(0x5ed5988468473748),
                                        UINT64_C(0xf566fd40becebadc)};
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct ls_episode e = episode_of(k, "pin");
        uint64_t digest = 0;
        for (int64_t s = -2; s < 3; s++) {
            struct ls_episode_span span;
            int64_t begin = ls_episode_in(&e, 3, s, &span) ? span.begin_ms - e.start_ms : none;
            assert_int_equal(begin, begins[k][s + 2]);
        }
        for (int64_t i = 0; i < 20000; i++) {
            int64_t time = e.start_ms + ls_floor_div((i - 5000) * e.every_ms, 97);
            digest = ls_mix(digest ^ ls_episode_height(&e, (uint64_t)i % 7, time));
        }
        assert_true(digest == digests[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(episodes_lie_in_their_spans),
        cmocka_unit_test(spans_follow_one_another),
        cmocka_unit_test(episodes_are_as_frequent_as_said),
        cmocka_unit_test(heights_rise_and_end),
        cmocka_unit_test(time_is_shared_as_said),
        cmocka_unit_test(episodes_are_unrelated),
        cmocka_unit_test(episodes_are_pinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
