/* The logs that cases make: what was changed in them, to the record and the millisecond. The target
 * copies what lies ready, so that its verdicts say nothing here. */
#include "conformance/verify_fixture_test.h"
#include "core/base/hash.h"

#include <sys/stat.h>

enum { DELAY = 2000, SKEW = 3000, HORIZON = 10000, WINDOW = 10000 };

static bool is_same(const struct record *a, const struct record *b)
{
    return strcmp(a->id, b->id) == 0 && a->key_size == b->key_size &&
           memcmp(a->key, b->key, sizeof a->key) == 0 && a->is_own == b->is_own &&
           a->event_ms == b->event_ms && a->ingest_ms == b->ingest_ms &&
           a->timestamp_ms == b->timestamp_ms && a->cents == b->cents;
}

/* ---- duplicates */

/* Taking the copies away gives the log as it was: each stands behind its original. */
static void check_copies(const char *uri, bool conflicts, size_t of)
{
    uint64_t copies[2] = {0}; /* adjacent, far */
    for (uint32_t p = 0; p < 2; p++) {
        size_t before;
        size_t after;
        struct record *in = read_partition("log:ready/log", p, &before);
        struct record *out = read_partition(uri, p, &after);
        size_t next = 0;
        for (size_t i = 0; i < after; i++) {
            if (next < before && strcmp(in[next].id, out[i].id) == 0) {
                assert_true(is_same(&in[next], &out[i]));
                next++;
                continue;
            }
            size_t first = 0;
            while (first < i && strcmp(out[first].id, out[i].id) != 0) {
                first++;
            }
            assert_true(first < i);
            struct record copy = out[i];
            assert_int_equal(copy.cents != out[first].cents, conflicts);
            copy.cents = out[first].cents;
            assert_true(is_same(&copy, &out[first]));
            copies[i - first > 200]++;
        }
        assert_int_equal(next, before);
        free(in);
        free(out);
    }
    assert_int_equal(copies[0], count_named(of, "adjacent copies"));
    assert_int_equal(copies[1], count_named(of, "far copies"));
    assert_true(copies[0] > 0 && copies[1] > 0);
}

static void copies_stand_behind_their_originals(void **state)
{
    (void)state;
    patterns[0] = "DUP-1";
    patterns[1] = "DUP-2";
    job.seed = 3; /* with copies of both kinds in so short a log */
    verify();
    check_copies("log:run/cases/DUP-1/log", false, 0);
    check_copies("log:run/cases/DUP-2/log", true, 1);
}

static void no_copies_show_nothing(void **state)
{
    (void)state;
    patterns[0] = "DUP-1";
    put_input(2);
    verify();
    assert_int_equal(result.verdict, LS_VERDICT_INCONCLUSIVE);
    check_says(detail_of(0), "nothing was shown: adjacent copies is 0: give more --case-events\n");
}

/* Only times of some records change; those stand in a window's last millisecond, at the watermark
 * that they were meant to have, and no clock passes the limit of skew. */
static void check_edges(void)
{
    uint64_t made[3] = {0};
    patterns[0] = "WM-1";
    verify();
    for (uint32_t p = 0; p < 2; p++) {
        size_t before;
        size_t after;
        int64_t highest = INT64_MIN;
        struct record *in = read_partition("log:ready/log", p, &before);
        struct record *out = read_partition("log:run/cases/WM-1/log", p, &after);
        assert_int_equal(before, after);
        for (size_t i = 0; i < after; i++) {
            assert_string_equal(in[i].id, out[i].id);
            assert_int_equal(in[i].timestamp_ms, out[i].timestamp_ms);
            assert_int_equal(in[i].cents, out[i].cents);
            assert_in_range(out[i].ingest_ms - out[i].timestamp_ms + 3000, 0, 6000);
            highest = out[i].ingest_ms > highest ? out[i].ingest_ms : highest;
            if (out[i].ingest_ms == in[i].ingest_ms && out[i].event_ms == in[i].event_ms) {
                continue;
            }
            int64_t end = out[i].event_ms + 1;
            assert_int_equal(end % 10000, 0);
            assert_int_equal(out[i].ingest_ms, highest); /* its watermark is its own clock's */
            int64_t beside = highest - 2000 - end;
            assert_in_range(beside + 1, 0, 2);
            made[beside + 1]++;
        }
        free(in);
        free(out);
    }
    assert_int_equal(made[0], count_named(0, "before the end by 1 ms"));
    assert_int_equal(made[1], count_named(0, "at it"));
    assert_int_equal(made[2], count_named(0, "behind it by 1 ms"));
    assert_true(made[0] && made[1] && made[2]);
}

static void edges_are_to_the_millisecond(void **state)
{
    (void)state;
    check_edges();
}

static void heartbeats_move_the_clock_of_edges(void **state)
{
    (void)state;
    spec->topics->heartbeat_ms = 1000;
    put_input(SALES);
    check_edges();
}

/* ---- what is put between the records that were there */

/* The highest clock that passes its check, as records are met. */
static void note_clock(int64_t *highest, const struct record *r)
{
    int64_t skew = r->ingest_ms - r->timestamp_ms;
    if (*r->id && skew <= SKEW && -skew <= SKEW && r->event_ms <= r->ingest_ms + 60000 &&
        r->ingest_ms > *highest) {
        *highest = r->ingest_ms;
    }
}

/* Goes through a case's log: each record that was not there before is handed over, with the one
 * that was met before it and the highest clock up to and with itself. */
typedef void added_fn(const struct record *added, const struct record *all, size_t at,
                      int64_t highest);

static size_t each_added(const char *id, added_fn *check_added)
{
    char uri[100];
    size_t count = 0;
    snprintf(uri, sizeof uri, "log:run/cases/%s/log", id);
    for (uint32_t p = 0; p < 2; p++) {
        size_t before;
        size_t after;
        size_t next = 0;
        int64_t highest = INT64_MIN;
        struct record *in = read_partition("log:ready/log", p, &before);
        struct record *out = read_partition(uri, p, &after);
        for (size_t i = 0; i < after; i++) {
            note_clock(&highest, &out[i]);
            if (next < before && is_same(&in[next], &out[i])) {
                next++;
            } else {
                check_added(&out[i], out, i, highest);
                count++;
            }
        }
        assert_int_equal(next, before); /* all that were there are, in their order */
        free(in);
        free(out);
    }
    return count;
}

static bool ends_with(const struct record *r, const char *end)
{
    size_t size = strlen(r->id);
    return size > strlen(end) && strcmp(r->id + size - strlen(end), end) == 0;
}

static void make(const char *id)
{
    patterns[0] = id;
    patterns[1] = NULL;
    target->restarts = true;
    verify();
}

static void is_old(const struct record *r, const struct record *all, size_t at, int64_t highest)
{
    int64_t floor = highest - DELAY - HORIZON;
    assert_true(ends_with(r, "-old"));
    assert_int_equal(r->ingest_ms, r->timestamp_ms);
    if (at < 2 || strcmp(all[at - 2].id, r->id) != 0) {
        assert_true(r->event_ms >= floor); /* the first: it is admitted */
    } else {
        assert_int_equal(r->event_ms, all[at - 2].event_ms);
        assert_in_range(floor - r->event_ms + 1, 0, 2); /* its copy: 1 ms within, at, 1 ms beyond */
    }
}

static void pairs_stand_at_the_horizon(void **state)
{
    (void)state;
    make("DUP-4");
    size_t count = each_added("DUP-4", is_old);
    assert_int_equal(count, 2 * (count_named(0, "within the horizon by 1 ms") +
                                 count_named(0, "at it") + count_named(0, "beyond it by 1 ms")));
    assert_true(count > 100);
}

static uint64_t firsts[4];

static void is_first(const struct record *r, const struct record *all, size_t at, int64_t highest)
{
    const struct record *next = &all[at + 1];
    if (!*r->id) {
        firsts[0]++; /* cut off */
    } else if (ends_with(r, "-late")) {
        firsts[3]++;
        assert_true(r->event_ms < highest - DELAY);
    } else if (r->ingest_ms - r->timestamp_ms == SKEW + 1) {
        firsts[1]++;
        assert_string_equal(next->id, r->id);
    } else {
        firsts[2]++;
        assert_string_equal(next->id, r->id);
        assert_int_equal(r->event_ms, highest - DELAY - HORIZON - 1);
    }
}

static void first_copies_are_of_each_kind(void **state)
{
    (void)state;
    memset(firsts, 0, sizeof firsts);
    make("DUP-5");
    each_added("DUP-5", is_first);
    assert_int_equal(firsts[0], count_named(0, "first undecodable"));
    assert_int_equal(firsts[1], count_named(0, "quarantined"));
    assert_int_equal(firsts[2], count_named(0, "expired"));
    assert_int_equal(firsts[3], 2 * count_named(0, "late"));
    assert_true(firsts[0] && firsts[1] && firsts[2] && firsts[3]);
}

static void straddles(const struct record *r, const struct record *all, size_t at, int64_t highest)
{
    size_t first = 0;
    (void)highest;
    while (first < at && strcmp(all[first].id, r->id) != 0) {
        first++;
    }
    assert_memory_equal(r, &all[first], sizeof *r);
    assert_true(first < SALES / 4 && at >= SALES / 4); /* half of a partition */
}

static void copies_straddle_the_middle(void **state)
{
    (void)state;
    make("DUP-6");
    assert_int_equal(each_added("DUP-6", straddles), 128);
    assert_int_equal(count_named(0, "copies behind the checkpoint"), 128);
}

static void is_ahead(const struct record *r, const struct record *all, size_t at, int64_t highest)
{
    const int64_t month = INT64_C(30) * 86400000;
    (void)all;
    (void)at;
    (void)highest;
    assert_true(ends_with(r, "-ahead"));
    assert_true(r->ingest_ms - r->timestamp_ms >= month || r->event_ms - r->ingest_ms >= month ||
                r->event_ms < -INT64_C(62135596800000));
}

static void clocks_are_far_ahead(void **state)
{
    (void)state;
    make("WM-4");
    size_t count = each_added("WM-4", is_ahead);
    assert_int_equal(count, count_named(0, "ingest_time ahead") +
                                count_named(0, "event_time ahead") +
                                count_named(0, "out of range"));
    assert_int_equal(count_named(0, "heartbeats ahead"), 0); /* the spec has none */
}

static void is_closed(const struct record *r, const struct record *all, size_t at, int64_t highest)
{
    (void)all;
    (void)at;
    assert_true(ends_with(r, "-closed"));
    assert_int_equal(r->ingest_ms, highest);
    assert_true(ls_floor_div(r->event_ms, WINDOW) * WINDOW + WINDOW <= highest - DELAY);
    assert_true(r->event_ms >= highest - DELAY - HORIZON);
}

static void events_are_for_closed_windows(void **state)
{
    (void)state;
    make("WM-7");
    assert_int_equal(each_added("WM-7", is_closed), count_named(0, "events for closed windows"));
}

/* ---- records that stand elsewhere, or not at all */

/* Sales are s0, s1 and so on. */
static size_t number_of(const struct record *r)
{
    size_t number = strtoul(r->id + 1, NULL, 10);
    assert_true(r->id[0] == 's' && number < SALES);
    return number;
}

/* Each record of the log as it was is there once, wherever, else as it was. */
static void check_all_there(const char *uri, uint32_t partitions)
{
    uint64_t seen[SALES] = {0};
    size_t count;
    for (uint32_t p = 0; p < partitions; p++) {
        struct record *out = read_partition(uri, p, &count);
        int64_t last = INT64_MIN;
        for (size_t i = 0; i < count; i++) {
            seen[number_of(&out[i])]++;
            assert_true(out[i].timestamp_ms >= last || partitions == 2);
            assert_int_equal(ls_partition_of(out[i].key, out[i].key_size, partitions) == p ||
                                 partitions == 2,
                             1);
            last = out[i].timestamp_ms;
        }
        free(out);
    }
    for (size_t i = 0; i < SALES; i++) {
        assert_int_equal(seen[i], 1);
    }
}

static void keys_keep_their_order(void **state)
{
    (void)state;
    make("ORD-1");
    check_all_there("log:run/cases/ORD-1/log", 2);
    for (uint32_t p = 0; p < 2; p++) {
        size_t count;
        int last[2] = {-1, -1};
        struct record *out = read_partition("log:run/cases/ORD-1/log", p, &count);
        for (size_t i = 0; i < count; i++) {
            int number = (int)number_of(&out[i]);
            int *of_key = &last[out[i].key[2] == '2'];
            assert_true(number > *of_key);
            *of_key = number;
            assert_in_range((int)i - number / 2 + 3, 0, 6); /* within a block */
        }
        free(out);
    }
    assert_true(count_named(0, "changes of place") > 100);
}

static void records_are_dealt_by_their_keys(void **state)
{
    (void)state;
    make("ORD-3");
    check_all_there("log:run/cases/ORD-3/log-1", 1);
}

static void topics_stand_in_the_other_order(void **state)
{
    (void)state;
    struct ls_log *log;
    size_t count;
    make("ORD-10");
    assert_int_equal(result.verdict, LS_VERDICT_PASS);
    check(ls_log_open("log:run/cases/ORD-10/log", false, &log, &err));
    assert_string_equal(ls_log_topics(log, &count)[0].name, "raw.shop.visit");
    ls_log_close(log);
    check_all_there("log:run/cases/ORD-10/log", 2);
}

static void times_are_rounded(void **state)
{
    (void)state;
    make("ORD-5");
    for (uint32_t p = 0; p < 2; p++) {
        size_t count;
        struct record *out = read_partition("log:run/cases/ORD-5/log", p, &count);
        assert_int_equal(count, SALES / 2);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(out[i].event_ms % (DELAY / 2), 0);
            assert_int_equal(out[i].ingest_ms % (DELAY / 2), 0);
        }
        free(out);
    }
    assert_true(count_named(0, "at the watermark") > 50);
}

static void keys_are_odd(void **state)
{
    (void)state;
    uint64_t kinds[4] = {0};
    uint64_t others = 0; /* whose entity_id is not the key */
    job.seed = 2;        /* with all of them in so short a log */
    make("ORD-6");
    for (uint32_t p = 0; p < 2; p++) {
        size_t count;
        struct record *out = read_partition("log:run/cases/ORD-6/log", p, &count);
        assert_int_equal(count, 500);
        for (size_t i = 0; i < count; i++) {
            others += !out[i].is_own;
            kinds[out[i].key_size > 3              ? 0
                  : out[i].key_size == 0           ? 1
                  : strcmp(out[i].key, "HOT") == 0 ? 2
                                                   : 3]++;
        }
        free(out);
    }
    assert_int_equal(kinds[0], count_named(0, "keys of 60,000 bytes"));
    assert_int_equal(kinds[1], count_named(0, "empty keys") + count_named(0, "without a key"));
    assert_int_equal(kinds[2], count_named(0, "of one key"));
    assert_int_equal(others, count_named(0, "without a key"));
    assert_true(kinds[2] > 970 && kinds[0] && kinds[1]);
}

/* The records of a partition are so many, in their order. */
static size_t check_part_of(const char *id, uint32_t partition)
{
    char uri[100];
    size_t before;
    size_t after;
    size_t next = 0;
    snprintf(uri, sizeof uri, "log:run/cases/%s/log", id);
    struct record *in = read_partition("log:ready/log", partition, &before);
    struct record *out = read_partition(uri, partition, &after);
    for (size_t i = 0; i < after; i++, next++) {
        while (next < before && !is_same(&in[next], &out[i])) {
            next++;
        }
        assert_true(next < before);
    }
    free(in);
    free(out);
    return after;
}

static void partitions_fall_silent(void **state)
{
    (void)state;
    make("WM-3");
    assert_int_equal(check_part_of("WM-3", 0), SALES / 4);
    assert_int_equal(count_named(0, "records of a silence"), SALES / 4);
    assert_int_equal(check_part_of("WM-3", 1), SALES / 4);
    make("WM-11");
    size_t left = check_part_of("WM-11", 0) + check_part_of("WM-11", 1);
    assert_int_equal(left + count_named(0, "records cut off"), SALES);
    assert_int_equal(count_named(0, "partitions that end in an open window"), 2);
}

/* Where a log grows, the second run is over all of it, with the state of the first. */
static void logs_grow_in_their_place(void **state)
{
    (void)state;
    static const char *const ids[] = {"ORD-9", "WM-12"};
    put_text("run.sh", "mkdir -p $2; cp -r $1/. $2; case $2 in */ORD-9/*|*/WM-12/*) "
                       "du -sb ${2%/*}/log | cut -f 1 >> $2/sizes;; esac\n");
    for (size_t i = 0; i < COUNT(ids); i++) {
        char path[100];
        long sizes[2] = {0};
        make(ids[i]);
        assert_int_equal(result.verdict, LS_VERDICT_PASS);
        assert_int_equal(check_part_of(ids[i], 0) + check_part_of(ids[i], 1), SALES);
        assert_int_equal(result.cases[0].counts[0].count, i ? SALES / 2 : SALES / 3);
        snprintf(path, sizeof path, "run/cases/%s/stream/sizes", ids[i]);
        char *text = text_of(path);
        char *end;
        sizes[0] = strtol(text, &end, 10);
        while (*end) {
            sizes[1] = strtol(end, &end, 10);
            end += strspn(end, "\n");
        }
        assert_true(sizes[0] > 0 && sizes[0] < sizes[1]);
        free(text);
    }
}

/* ---- records at the watermark of another */

/* Times that were changed are W - 1, W and W + 1 ms. */
static void check_at_watermark(const char *id, bool inserted)
{
    char uri[100];
    uint64_t shifts[3] = {0};
    snprintf(uri, sizeof uri, "log:run/cases/%s/log", id);
    for (uint32_t p = 0; p < 2; p++) {
        size_t before;
        size_t after;
        size_t next = 0;
        int64_t highest = INT64_MIN;
        struct record *in = read_partition("log:ready/log", p, &before);
        struct record *out = read_partition(uri, p, &after);
        for (size_t i = 0; i < after; i++) {
            note_clock(&highest, &out[i]);
            if (next >= before || strcmp(in[next].id, out[i].id) != 0) {
                assert_true(inserted);
                assert_string_equal(in[next - 1].id, out[i].id);
                assert_int_equal(out[i].ingest_ms, out[i].timestamp_ms + SKEW);
            } else if (out[i].event_ms != in[next++].event_ms) {
                assert_in_range(out[i].event_ms - (highest - DELAY) + 1, 0, 2);
                shifts[out[i].event_ms - (highest - DELAY) + 1]++;
            }
        }
        assert_int_equal(next, before);
        free(in);
        free(out);
    }
    assert_true(shifts[0] && shifts[1] && shifts[2]);
    assert_in_range(shifts[0] + shifts[1] + shifts[2], 1,
                    count_named(0, inserted ? "late by it" : "late by them") +
                        count_named(0, "in time"));
}

static void what_is_dropped_moves_the_watermark(void **state)
{
    (void)state;
    make("WM-10");
    check_at_watermark("WM-10", true);
}

static void the_middle_is_judged_by_what_came_before(void **state)
{
    (void)state;
    put_text("run.sh", "case $2 in */WM-8/*) sleep 0.05;; esac; mkdir -p $2; cp -r $1/. $2\n");
    make("WM-8");
    check_at_watermark("WM-8", false);
    assert_int_equal(count_named(0, "kills"), 1);
}

/* ---- what can't be tried */

static void what_a_spec_has_not_is_skipped(void **state)
{
    (void)state;
    make("WM-6");
    assert_int_equal(result.cases[0].verdict, LS_VERDICT_SKIP);
    check_says(detail_of(0), "no view with hopping windows");
    spec->pipeline->clock = LS_CLOCK_EVENT_TIME;
    make("ORD-3");
    check_says(detail_of(0), "the clock is event_time");
    make("DUP-4");
    assert_int_equal(result.cases[0].verdict, LS_VERDICT_SKIP);
}

/* The stub of the program that shows another clock. */
static void put_faketime(const char *text)
{
    put_text("bin/faketime", text);
    assert_int_equal(chmod("bin/faketime", 0755), 0);
}

static void clocks_are_shown_by_faketime(void **state)
{
    (void)state;
    char *path = strdup(getenv("PATH"));
    char longer[8192];
    char here[1024];
    assert_int_equal(setenv("PATH", "/nowhere", 1), 0);
    make("WM-13");
    check_says(detail_of(0), "there is no `faketime` here");
    assert_non_null(getcwd(here, sizeof here));
    snprintf(longer, sizeof longer, "%s/bin:%s", here, path);
    assert_int_equal(setenv("PATH", longer, 1), 0);
    put_faketime("#!/bin/sh\nexport FAKED=\"$2\"\nshift 2\ncase $1$FAKED in date-*) echo 5;; "
                 "date*) date +%s;; *) exec \"$@\";; esac\n");
    make("WM-13");
    assert_int_equal(result.verdict, LS_VERDICT_PASS);
    assert_int_equal(count_named(0, "clocks years away"), 1);
    put_text("run.sh",
             "mkdir -p $2; cp -r $1/. $2; case $FAKED in +10y) rm $2/datasets/*/*/0.avro;; "
             "esac\n"); /* a target that looks at the clock */
    make("WM-13");
    assert_int_equal(result.verdict, LS_VERDICT_FAIL);
    put_faketime("#!/bin/sh\nexit 3\n");
    make("WM-13");
    assert_int_equal(result.cases[0].verdict, LS_VERDICT_SKIP);
    check_says(detail_of(0), "does not run under faketime");
    assert_int_equal(setenv("PATH", path, 1), 0);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        VERIFY_TEST(copies_stand_behind_their_originals),
        VERIFY_TEST(no_copies_show_nothing),
        VERIFY_TEST(edges_are_to_the_millisecond),
        VERIFY_TEST(heartbeats_move_the_clock_of_edges),
        VERIFY_TEST(pairs_stand_at_the_horizon),
        VERIFY_TEST(first_copies_are_of_each_kind),
        VERIFY_TEST(copies_straddle_the_middle),
        VERIFY_TEST(clocks_are_far_ahead),
        VERIFY_TEST(events_are_for_closed_windows),
        VERIFY_TEST(keys_keep_their_order),
        VERIFY_TEST(records_are_dealt_by_their_keys),
        VERIFY_TEST(topics_stand_in_the_other_order),
        VERIFY_TEST(times_are_rounded),
        VERIFY_TEST(keys_are_odd),
        VERIFY_TEST(partitions_fall_silent),
        VERIFY_TEST(logs_grow_in_their_place),
        VERIFY_TEST(what_is_dropped_moves_the_watermark),
        VERIFY_TEST(the_middle_is_judged_by_what_came_before),
        VERIFY_TEST(what_a_spec_has_not_is_skipped),
        VERIFY_TEST(clocks_are_shown_by_faketime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
