#include "core/avro/encode.h"
#include "core/base/draw.h"
#include "core/base/hash.h"
#include "pipeline/batch/scan_fixture_test.h"
#include "pipeline/batch/scan_internal.h"

/* Windows of 5 s each second; column 1 counts them. */
static const char overlapping[] =
    "  views:\n    - {name: v, from: sale, window: {hopping: {size: 5s, every: 1s}}, "
    "select: {n: count, scores: {distinct: score}}}\n";

enum { SCORES = 1, GROUPS = 3, VALUES = 7, WINDOWS = 12000, RECORDS = 6000 };

static bool is_in[GROUPS][VALUES][WINDOWS];
static uint64_t expected[GROUPS][WINDOWS];

static int add_span(const struct ls_view *view, struct ls_scan_part *part, uint8_t group,
                    int64_t value, int64_t first, int64_t last, struct ls_error *err)
{
    static const struct ls_place_in_order nowhere;
    static struct ls_contribution c;
    c = (struct ls_contribution){.source = view->sources, .key = &group, .key_size = 1};
    c.inputs[0] = (struct ls_input){.present = true};
    c.inputs[SCORES] = (struct ls_input){.present = true, .number = value};
    return ls_scan_add(view, part, &c, &nowhere, first, last, err);
}

/* Values in ranges at random: long and short ones, of windows far apart and side by side. */
static int add_at_random(const struct ls_view *view, struct ls_scan_part *parts, size_t part_count,
                         struct ls_error *err)
{
    uint64_t key = ls_stream_key(7, "ranges of windows");
    int rc = 0;
    memset(is_in, 0, sizeof is_in);
    for (uint64_t i = 0; rc == 0 && i < RECORDS; i++) {
        uint64_t group = ls_below(ls_word(key, i, 0), GROUPS);
        uint64_t value = ls_below(ls_word(key, i, 1), VALUES);
        uint64_t about = ls_below(ls_word(key, i, 2), 2) ? WINDOWS - 8 : 400;
        uint64_t first = ls_below(ls_word(key, i, 3), about);
        uint64_t last = first + ls_below(ls_word(key, i, 4), 5);
        for (uint64_t n = first; n <= last; n++) {
            is_in[group][value][n] = true;
        }
        /* a half of them before 1970 */
        rc = add_span(view, &parts[i % part_count], (uint8_t)(2 * group), (int64_t)value * -1000,
                      (int64_t)first - WINDOWS / 2, (int64_t)last - WINDOWS / 2, err);
    }
    memset(expected, 0, sizeof expected);
    for (size_t g = 0; g < GROUPS; g++) {
        for (size_t v = 0; v < VALUES; v++) {
            for (size_t n = 0; n < WINDOWS; n++) {
                expected[g][n] += is_in[g][v][n];
            }
        }
    }
    return rc;
}

/* Takes what was counted from what is expected. */
static void check_counts(struct ls_sorter *counts, struct ls_error *err)
{
    struct ls_merge *merge;
    struct ls_sorted item;
    int rc = ls_merge_new(&counts, 1, &merge, err);
    while (rc >= 0 && (rc = ls_merge_next(merge, &item, err)) > 0) {
        assert_int_equal(item.key_size, 16 + 1 + 8);
        assert_int_equal(item.value_size, 24);
        int64_t window = ls_key_get_i64(item.key);
        assert_int_equal(ls_key_get_i64(item.key + 8), window);
        assert_int_equal(ls_key_get_u64(item.key + 17), SCORES);
        uint64_t *left = &expected[item.key[16] / 2][window + WINDOWS / 2];
        assert_int_not_equal(*left, 0);
        assert_int_equal(ls_get_u64(item.value), *left);
        *left = 0;
    }
    assert_int_equal(rc, 0);
    ls_merge_free(merge);
    for (size_t g = 0; g < GROUPS; g++) {
        for (size_t n = 0; n < WINDOWS; n++) {
            assert_int_equal(expected[g][n], 0);
        }
    }
}

static int count(struct pipe *p, size_t part_count, bool check)
{
    struct ls_scan_part parts[PARTS_MAX] = {{0}};
    struct ls_scan_part *pointers[] = {&parts[0], &parts[1], &parts[2]};
    const struct ls_view *view = view_of(p, "v");
    struct ls_error *err = &p->base.err;
    struct ls_sorter *counts = NULL;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < part_count; i++) {
        rc = ls_scan_part_new(view, "sort", 0, &parts[i],
                              err); /* so little that runs are spilled */
        assert_true(rc < 0 || (parts[i].spans && !parts[i].others));
    }
    rc = rc < 0 ? rc : add_at_random(view, parts, part_count, err);
    assert_true(rc < 0 || ls_sorter_runs(parts[0].spans) > 0);
    const struct ls_scan_job job = {
        .view = view, .parts = pointers, .part_count = part_count, .folder = "sort"};
    rc = rc < 0 ? rc : ls_sorter_new("v", "sort", 0, &counts, err);
    rc = rc < 0 ? rc : ls_scan_distinct(&job, 0, counts, err);
    if (rc == 0 && check) {
        check_counts(counts, err);
    }
    ls_sorter_free(counts);
    for (size_t i = 0; i < part_count; i++) {
        ls_scan_part_clear(&parts[i]);
    }
    return rc;
}

static void test_counts(void **state)
{
    struct pipe *p = *state;
    plan_kinds(p, overlapping, NULL);
    for (size_t parts = 1; parts <= PARTS_MAX; parts++) {
        FINE(p, count(p, parts, true));
    }
}

static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    unsigned long refused = 0;
    plan_kinds(p, overlapping, NULL);
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        ls_mem_refuse(refused + 1);
        rc = count(p, 2, false);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
    }
    assert_true(refused > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_counts),
        PIPE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
