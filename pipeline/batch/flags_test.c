#include "pipeline/batch/flags.h"

#include "core/base/draw.h"
#include "spec/fixture_test.h"

#define HORIZON 100

/* Two monotonic flags, of other tolerances, round one that is none. */
static struct ls_record_flag plan_flags[3] = {
    {.tolerance = 0}, {.tolerance = 77}, {.tolerance = 5}};
static const struct ls_topic_plan topic = {
    .flag_count = 3, .flags = plan_flags, .monotonic_count = 2};

struct seen {
    uint64_t position;
    size_t flag;
    uint64_t per;
    int64_t value, time;
    bool found;
};

/* They are added in an order of their own and asked for by position; positions in between have
 * nothing. */
static void check(struct fixture *f, const struct seen *all, size_t count, uint64_t key)
{
    const struct ls_permutation order = ls_permutation_of(count ? count : 1);
    struct ls_flags *flags;
    assert_int_equal(ls_flags_new(&topic, "sort", 0, &flags, &f->err), 0);
    for (size_t i = 0; i < count; i++) {
        const struct seen *s = &all[key ? ls_permute(&order, key, i) : i];
        assert_int_equal(ls_flags_add(flags, s->position, s->flag, (struct ls_id){s->per, 1},
                                      s->value, s->time, &f->err),
                         0);
    }
    assert_int_equal(ls_flags_decide(flags, HORIZON, &f->err), 0);
    uint64_t last = count ? all[count - 1].position : 5;
    for (uint64_t position = 0; position <= last; position++) {
        uint64_t found;
        uint64_t expected = 0;
        for (size_t i = 0; i < count; i++) {
            expected |= all[i].position == position && all[i].found ? UINT64_C(1) << all[i].flag
                                                                    : 0;
        }
        assert_int_equal(ls_flags_at(flags, position, &found, &f->err), 0);
        if (found != expected) {
            fail_msg("position %llu: flags %llx, expected %llx", (unsigned long long)position,
                     (unsigned long long)found, (unsigned long long)expected);
        }
    }
    ls_flags_free(flags);
}

static void test_rules(void **state)
{
    static const struct seen none[1];
    static const struct seen plain[] = {
        {0, 0, 1, 10, 0, false}, {0, 2, 1, 10, 0, false}, /* the first */
        {1, 0, 1, 9, 0, true},   {1, 2, 1, 9, 0, false},  /* within the tolerance of the other */
        {2, 0, 2, 5, 0, false},                           /* another value of `per` */
        {5, 0, 1, 4, 0, true},   {5, 2, 1, 4, 0, true},   {6, 0, 1, 12, 0, false},
        {7, 0, 1, 11, 0, true},  {8, 0, 1, 12, 0, false}, {9, 0, 2, 4, 0, true},
    };
    static const struct seen anew[] = {
        {0, 0, 1, 50, 1000, false}, {1, 0, 1, 40, 900, true}, /* the latest stays 1000 */
        {2, 0, 1, 40, 1100, true},                            /* by just the horizon */
        {3, 0, 1, 30, 1201, false},                           /* by more */
        {4, 0, 1, 30, 1000, false},                           /* those before are forgotten */
        {6, 0, 1, 29, 1000, true},
    };
    static const struct seen far[] = {
        {0, 0, 1, INT64_MAX, 0, false},
        {1, 0, 1, INT64_MIN, 0, true},
        {2, 2, 1, INT64_MIN, 0, false},
        {3, 2, 1, INT64_MIN, 0, false},
    };
    check(*state, none, 0, 0);
    for (uint64_t key = 0; key < 4; key++) {
        check(*state, plain, sizeof plain / sizeof *plain, key);
        check(*state, anew, sizeof anew / sizeof *anew, key);
        check(*state, far, sizeof far / sizeof *far, key);
    }
}

/* By the greatest and the latest of all that are remembered, looked for anew each time. */
static void recompute(struct seen *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t begin = 0;
        int64_t latest = 0;
        int64_t greatest = 0;
        bool some = false;
        for (size_t k = 0; k <= i; k++) {
            if (all[k].flag != all[i].flag || all[k].per != all[i].per) {
                continue;
            }
            if (!some || all[k].time > latest + HORIZON) {
                begin = k;
                latest = all[k].time;
                greatest = all[k].value;
            }
            all[i].found = k == i && begin != i &&
                           all[i].value < greatest - plan_flags[all[i].flag].tolerance;
            some = true;
            latest = all[k].time > latest ? all[k].time : latest;
            greatest = all[k].value > greatest ? all[k].value : greatest;
        }
    }
}

static void test_random(void **state)
{
    enum { COUNT_MAX = 3000 };
    static struct seen all[COUNT_MAX];
    static const size_t counts[] = {10, 50, 300, COUNT_MAX}; /* the last makes sorters spill */
    for (uint64_t round = 0; round < 30; round++) {
        uint64_t key = ls_stream_key(round, "flags test");
        size_t count = counts[round == 29 ? 3 : round % 3];
        uint64_t position = 0;
        for (size_t i = 0; i < count; i++) {
            position += ls_below(ls_word(key, i, 1), 3) + (i > 0 && i % 2 == 0);
            all[i] = (struct seen){.position = position,
                                   .flag = i % 2 ? 2 : 0,
                                   .per = ls_below(ls_word(key, i, 2), 1 + count / 8),
                                   .value = (int64_t)ls_below(ls_word(key, i, 3), 30),
                                   .time = (int64_t)(i * 2 + ls_below(ls_word(key, i, 4), 150))};
            position += i % 2;
        }
        recompute(all, count);
        check(*state, all, count, round % 2 ? key : 0);
    }
}

static void test_refused_memory(void **state)
{
    struct fixture *f = *state;
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_flags *flags;
        uint64_t found = 0;
        ls_mem_refuse(refused + 1);
        rc = ls_flags_new(&topic, "sort", 0, &flags, &f->err);
        for (uint64_t i = 0; rc == 0 && i < 4; i++) {
            rc = ls_flags_add(flags, i, 0, (struct ls_id){0, 1}, -(int64_t)i, 0, &f->err);
        }
        rc = rc < 0 ? rc : ls_flags_decide(flags, HORIZON, &f->err);
        for (uint64_t i = 0; rc == 0 && i < 4; i++) {
            rc = ls_flags_at(flags, i, &found, &f->err);
            assert_int_equal(found, i > 0);
        }
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && f->err.code == LS_E_NOMEM));
        ls_flags_free(flags);
    }
    assert_true(refused > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_rules),
        FIXTURE_TEST(test_random),
        FIXTURE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
