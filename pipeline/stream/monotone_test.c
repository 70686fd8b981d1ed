#include "pipeline/stream/monotone.h"

#include "core/base/draw.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HORIZON INT64_C(100)
#define NEVER   (INT64_MIN / 2) /* a floor below all */

static struct ls_error err;

static bool take_at(struct ls_dedupe *seen, uint64_t per, int64_t value, int64_t time,
                    int64_t tolerance, int64_t floor)
{
    const struct ls_monotone record = {{per, ls_mix(per)}, value, time};
    bool flagged = true;
    assert_int_equal(ls_monotone_take(seen, &record, tolerance, HORIZON, floor, &flagged, &err), 0);
    return flagged;
}

static bool take(struct ls_dedupe *seen, uint64_t per, int64_t value, int64_t time)
{
    return take_at(seen, per, value, time, 0, NEVER);
}

static void test_behind_the_greatest(void **state)
{
    static const struct {
        uint64_t per;
        int64_t value, tolerance;
        bool flagged;
    } cases[] = {
        {1, 10, 0, false}, /* the first */
        {1, 10, 0, false}, /* as great */
        {1, 9, 0, true},          {1, 9, 1, false},
        {1, 8, 1, true},          {2, 5, 0, false}, /* another one's first */
        {1, 12, 0, false},        {1, 11, 0, true}, /* the greatest counts, not the last */
        {1, 12, 0, false},        {2, 4, 0, true},
        {3, INT64_MAX, 0, false}, {3, INT64_MIN, INT64_MAX, true},
        {3, 0, INT64_MAX, false}, {3, -1, INT64_MAX, true},
    };
    struct ls_dedupe seen = {0};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        if (take_at(&seen, cases[k].per, cases[k].value, 0, cases[k].tolerance, NEVER) !=
            cases[k].flagged) {
            fail_msg("case %zu", k);
        }
    }
    ls_dedupe_clear(&seen);
}

/* The memory begins anew where event_time is more than the horizon ahead of the latest one,
 * whatever came in between. */
static void test_begins_anew(void **state)
{
    struct ls_dedupe seen = {0};
    (void)state;
    assert_false(take(&seen, 1, 50, 1000));
    assert_true(take(&seen, 1, 40, 900));         /* an old one: the latest stays */
    assert_true(take(&seen, 1, 40, 1000 + 100));  /* by just the horizon */
    assert_false(take(&seen, 1, 30, 1100 + 101)); /* by more */
    assert_false(take(&seen, 1, 30, 1000));       /* what was before is forgotten */
    assert_true(take(&seen, 1, 29, 1000));
    assert_false(take(&seen, 2, 1, 5)); /* another one's time is its own */
    assert_true(take(&seen, 1, 29, 1201));
    ls_dedupe_clear(&seen);
}

/* What a checkpoint holds of it: each entry that changed, once, as it is now. */
static void test_fresh_entries(void **state)
{
    struct ls_dedupe seen = {0};
    (void)state;
    take(&seen, 1, 5, 0);
    take(&seen, 2, 6, 0);
    take(&seen, 1, 7, 3);
    take(&seen, 1, 7, 3); /* nothing new */
    take(&seen, 1, 1, 2);
    assert_int_equal(seen.fresh_count, 2);
    assert_int_equal(seen.fresh[0].payload.high, 7);
    assert_int_equal(seen.fresh[0].event_time, 3);
    assert_int_equal(seen.fresh[1].payload.high, 6);
    seen.fresh_count = 0; /* saved */
    take(&seen, 1, 1, 2);
    assert_int_equal(seen.fresh_count, 0);
    take(&seen, 2, 6, 1);
    take(&seen, 1, 8, 1);
    take(&seen, 2, 9, 1);
    take(&seen, 1, 10, 1);
    assert_int_equal(seen.fresh_count, 2);
    assert_int_equal(seen.fresh[0].payload.high, 9);
    assert_int_equal(seen.fresh[0].event_time, 1);
    assert_int_equal(seen.fresh[1].payload.high, 10);
    assert_int_equal(seen.fresh[1].event_time, 3);
    ls_dedupe_clear(&seen);
}

enum { RECORDS = 3000, VALUES = 40 };

struct plain {
    uint64_t per;
    int64_t value, time;
};

/* A look at all records before it. */
static bool plainly(const struct plain *all, size_t i, int64_t tolerance)
{
    int64_t latest = 0;
    int64_t greatest = 0;
    bool some = false;
    bool flagged = false;
    for (size_t k = 0; k <= i; k++) {
        if (all[k].per != all[i].per) {
            continue;
        }
        bool anew = !some || all[k].time > latest + HORIZON;
        flagged = !anew && all[k].value < greatest - tolerance;
        latest = anew || all[k].time > latest ? all[k].time : latest;
        greatest = anew || all[k].value > greatest ? all[k].value : greatest;
        some = true;
    }
    return flagged;
}

/* Dropping what is behind the floor changes nothing: records that are admitted are not further
 * behind the watermark than the horizon. Nor does going on from what checkpoints hold. */
static void test_against_all_records(void **state)
{
    static struct plain all[RECORDS];
    uint64_t key = ls_stream_key(1, "monotone");
    struct ls_dedupe dropping = {0};
    struct ls_dedupe keeping = {0};
    struct ls_dedupe restored = {0};
    unsigned flagged = 0;
    int64_t watermark = 0;
    (void)state;
    for (size_t i = 0; i < RECORDS; i++) {
        uint64_t word = ls_word(key, i, 0);
        watermark += word % 50 == 0 ? 160 : (int64_t)(word % 3);
        /* few come often, so that most are silent for a while */
        all[i] = (struct plain){
            ls_below(ls_word(key, i, 1), 1 + ls_below(ls_word(key, i, 2), VALUES)),
            (int64_t)ls_below(ls_word(key, i, 3), 90),
            watermark - HORIZON + (int64_t)ls_below(ls_word(key, i, 4), HORIZON + 20)};
        bool found = take_at(&dropping, all[i].per, all[i].value, all[i].time, 20,
                             watermark - 2 * HORIZON);
        assert_int_equal(found,
                         take_at(&keeping, all[i].per, all[i].value, all[i].time, 20, NEVER));
        assert_int_equal(found, take_at(&restored, all[i].per, all[i].value, all[i].time, 20,
                                        watermark - 2 * HORIZON));
        assert_int_equal(found, plainly(all, i, 20));
        flagged += found;
        if (word % 97 == 0) { /* a checkpoint, and a restart from it */
            struct ls_dedupe again = {0};
            for (size_t k = 0; k < restored.slot_count; k++) {
                bool live = restored.slots[k].event_time != INT64_MIN &&
                            restored.slots[k].event_time >= watermark - 2 * HORIZON;
                assert_int_equal(live ? ls_dedupe_insert(&again, &restored.slots[k],
                                                         watermark - 2 * HORIZON, false, &err)
                                      : 0,
                                 0);
            }
            ls_dedupe_clear(&restored);
            restored = again;
        }
    }
    assert_true(flagged > RECORDS / 10 && flagged < RECORDS / 2);
    ls_dedupe_clear(&dropping);
    ls_dedupe_clear(&keeping);
    ls_dedupe_clear(&restored);
}

static void test_refused_memory(void **state)
{
    (void)state;
    for (unsigned long n = 1; n <= 2; n++) { /* the table, the list of fresh ones */
        struct ls_dedupe seen = {0};
        const struct ls_monotone record = {{1, 2}, 3, 4};
        bool flagged;
        ls_mem_refuse(n);
        int rc = ls_monotone_take(&seen, &record, 0, HORIZON, NEVER, &flagged, &err);
        ls_mem_refuse(0);
        assert_int_equal(rc, LS_E_NOMEM);
        ls_dedupe_clear(&seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_behind_the_greatest), cmocka_unit_test(test_begins_anew),
        cmocka_unit_test(test_fresh_entries),       cmocka_unit_test(test_against_all_records),
        cmocka_unit_test(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
