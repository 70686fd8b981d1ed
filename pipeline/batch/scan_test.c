#include "pipeline/batch/scan_fixture_test.h"
#include "pipeline/batch/scan_internal.h"

#include <assert.h>

/* The view: by [a byte], n, total, greatest; and two distinct columns. */
static const char select_all[] = "select: {n: count, total: {sum: score}, greatest: {max: amount}, "
                                 "scores: {distinct: score}, items: {distinct: item}}";

enum { N, TOTAL, GREATEST, SCORES, ITEMS, COLUMNS };

static int scan_setup(void **state)
{
    if (pipe_setup(state) < 0) {
        return -1;
    }
    char *aligned = changed(pipe_spec, "{size: 3s, offset: 700ms}", "3s");
    char *text = changed(
        aligned, "select: {n: count, total: {sum: score}, greatest: {max: amount}}", select_all);
    pipe_plan(*state, text, NULL);
    free(aligned);
    free(text);
    return 0;
}

#define SCAN_TEST(test) cmocka_unit_test_setup_teardown(test, scan_setup, pipe_teardown)

static const struct ls_view *shifted(const struct pipe *p)
{
    return view_of(p, "shifted");
}

struct value {
    int64_t start;
    uint8_t kind;
    int64_t score;
    const char *item; /* NULL: null */
};

static int add(struct pipe *p, struct ls_scan_part *part, const struct value *v)
{
    static struct ls_contribution c;
    uint8_t key = (uint8_t)(2 * v->kind);
    static const struct ls_place_in_order nowhere;
    c = (struct ls_contribution){.source = shifted(p)->sources, .key = &key, .key_size = 1};
    c.inputs[N] = (struct ls_input){.present = true};
    c.inputs[TOTAL] = c.inputs[SCORES] = (struct ls_input){.present = true, .number = v->score};
    if (v->item) {
        c.inputs[ITEMS] = (struct ls_input){
            .present = true, .bytes = (const uint8_t *)v->item, .size = (uint32_t)strlen(v->item)};
    }
    return ls_scan_add(shifted(p), part, &c, &nowhere, v->start / 3000, v->start / 3000,
                       &p->base.err);
}

/* A row as text: start/kind n total scores items. */
static int note_numbers(void *context, const uint8_t *row, size_t size, struct ls_error *err)
{
    struct rows *rows = context;
    struct ls_cell c[3 + COLUMNS + 1];
    if (rows->stop && --rows->stop == 0) {
        return ls_error_set(err, LS_E_IO, "refused by the test");
    }
    assert_int_equal(ls_row_decode(rows->view->layout, row, size, c, NULL, NULL), LS_DECODE_OK);
    assert_int_equal(c[1].number, c[0].number + 3000);
    assert_true(c[3 + GREATEST].is_null);
    return ls_buf_appendf(&rows->text, err, "%lld/%lld %lld %lld %lld %lld\n",
                          (long long)c[0].number, (long long)c[2].number,
                          (long long)c[3 + N].number, (long long)c[3 + TOTAL].number,
                          (long long)c[3 + SCORES].number, (long long)c[3 + ITEMS].number);
}

static int scan(struct pipe *p, const struct value *values, size_t count, size_t part_count,
                struct rows *rows)
{
    assert(part_count > 0);
    struct ls_scan_part parts[3] = {{0}};
    struct ls_scan_part *pointers[] = {&parts[0], &parts[1], &parts[2]};
    rows->view = shifted(p);
    ls_buf_init(&rows->text, "rows", 1U << 22);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < part_count; i++) {
        rc = ls_scan_part_new(shifted(p), "sort", 0, &parts[i], &p->base.err);
    }
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = add(p, &parts[i % part_count], &values[i]);
    }
    const struct ls_scan_job job = {.view = shifted(p),
                                    .parts = pointers,
                                    .part_count = part_count,
                                    .folder = "sort",
                                    .row = note_numbers,
                                    .context = rows};
    rc = rc < 0 ? rc : ls_scan(&job, &p->base.err);
    for (size_t i = 0; i < part_count; i++) {
        ls_scan_part_clear(&parts[i]);
    }
    return rc;
}

static void check(struct pipe *p, const struct value *values, size_t count, const char *expected)
{
    for (size_t parts = 1; parts <= 3; parts++) {
        struct rows rows = {0};
        FINE(p, scan(p, values, count, parts, &rows));
        assert_string_equal(ls_buf_text(&rows.text, &p->base.err), expected);
        ls_buf_clear(&rows.text);
    }
}

static void test_rows(void **state)
{
    static const struct value none[1];
    static const struct value one[] = {{-3000, BAD, 5, NULL}};
    static const struct value some[] = {
        {0, ODD, 1, "a"},     {0, GOOD, 1, "a"}, {-6000, ODD, 7, ""},
        {0, ODD, 1, "b"},     {0, ODD, -9, "a"}, {0, GOOD, 1, NULL},
        {3000, GOOD, 2, "a"}, {0, ODD, 1, NULL}, {-6000, ODD, 7, ""},
    };
    check(*state, none, 0, "");
    check(*state, one, 1, "-3000/1 1 5 1 0\n");
    check(*state, some, sizeof some / sizeof *some,
          "-6000/2 2 14 1 1\n" /* by (end, start, key) (P6) */
          "0/0 2 2 1 1\n"
          "0/2 4 -6 2 2\n"
          "3000/0 1 2 1 1\n");
}

/* So many that every sorter spills, against counting in tables. */
static void test_many(void **state)
{
    enum { COUNT = 9000, WINDOWS = 4, SCORES_MAX = 50 };
    static struct value values[COUNT];
    static const char *const items[] = {"pen", "ink", "a longer name", NULL};
    static struct {
        long long n, total;
        bool scores[SCORES_MAX], items[3];
    } groups[WINDOWS][3];
    struct pipe *p = *state;
    uint64_t key = ls_stream_key(1, "scan test");
    for (uint64_t i = 0; i < COUNT; i++) {
        uint64_t w = ls_below(ls_word(key, i, 0), WINDOWS);
        uint64_t kind = ls_below(ls_word(key, i, 1), 3);
        uint64_t score = ls_below(ls_word(key, i, 2), SCORES_MAX);
        uint64_t item = ls_below(ls_word(key, i, 3), 4);
        values[i] = (struct value){(int64_t)(w * 3000) - 6000, (uint8_t)kind, (int64_t)score,
                                   items[item]};
        groups[w][kind].n++;
        groups[w][kind].total += (long long)score;
        groups[w][kind].scores[score] = true;
        if (item < 3) {
            groups[w][kind].items[item] = true;
        }
    }
    struct ls_buf expected;
    ls_buf_init(&expected, "rows", 1U << 16);
    for (int w = 0; w < WINDOWS; w++) {
        for (int k = 0; k < 3; k++) {
            int scores = 0;
            for (int s = 0; s < SCORES_MAX; s++) {
                scores += groups[w][k].scores[s];
            }
            int seen = groups[w][k].items[0] + groups[w][k].items[1] + groups[w][k].items[2];
            FINE(p,
                 ls_buf_appendf(&expected, &p->base.err, "%d/%d %lld %lld %d %d\n", w * 3000 - 6000,
                                k, groups[w][k].n, groups[w][k].total, scores, seen));
        }
    }
    check(p, values, COUNT, ls_buf_text(&expected, &p->base.err));
    ls_buf_clear(&expected);
}

/* A sum past 64 bits ends the scan and names the row; so does a row that nobody takes. */
static void test_failures(void **state)
{
    static const struct value large[] = {{0, GOOD, INT64_MAX, NULL}, {0, GOOD, 1, NULL}};
    static const struct value three[] = {{0, GOOD, 1, "a"}, {0, BAD, 1, "a"}, {0, ODD, 1, "a"}};
    struct pipe *p = *state;
    struct rows rows = {0};
    assert_int_equal(scan(p, large, 2, 1, &rows), LS_E_DATA);
    assert_string_equal(p->base.err.text,
                        "view shifted: column total of the window from 1970-01-01T00:00:00.000Z, "
                        "key 00 (Avro, hex), does not fit its type");
    ls_buf_clear(&rows.text);
    for (int stop = 1; stop <= 3; stop++) {
        rows = (struct rows){.stop = stop};
        assert_int_equal(scan(p, three, 3, 2, &rows), LS_E_IO);
        assert_string_equal(p->base.err.text, "refused by the test");
        ls_buf_clear(&rows.text);
    }
}

/* ---- keys and values */

/* Bytes sort as places do: ids of zeros and of what stands for a zero, each the beginning of
 * another. */
static void test_places_as_keys(void **state)
{
    static const struct {
        int64_t event_time;
        const char *id;
        uint32_t size, topic, partition;
        uint64_t position;
    } places[] = {
        {-1, "z", 1, 9, 9, 9},       {0, "", 0, 9, 9, 9},           {0, "\0", 1, 9, 9, 9},
        {0, "\0\0", 2, 0, 9, 9},     {0, "\0\0a", 3, 0, 9, 9},      {0, "\0\xff", 2, 0, 9, 9},
        {0, "\0\xff\0", 3, 0, 0, 0}, {0, "\1", 1, 0, 0, 0},         {0, "a", 1, 0, 0, UINT64_MAX},
        {0, "a", 1, 0, 1, 0},        {0, "a", 1, UINT32_MAX, 0, 0}, {0, "a\0", 2, 0, 0, 0},
        {0, "a\0\0", 3, 0, 0, 0},    {0, "a\0\xff", 3, 0, 0, 0},    {0, "a\1", 2, 0, 0, 0},
        {0, "ab", 2, 0, 0, 0},       {0, "\xff", 1, 0, 0, 0},       {INT64_MAX, "", 0, 0, 0, 0},
    };
    enum { PLACES = sizeof places / sizeof *places };
    struct ls_buf keys[PLACES];
    struct pipe *p = *state;
    for (size_t i = 0; i < PLACES; i++) {
        const struct ls_place_in_order place = {places[i].event_time, (const uint8_t *)places[i].id,
                                                places[i].size,       places[i].topic,
                                                places[i].partition,  places[i].position};
        ls_buf_init(&keys[i], "key", 1U << 10);
        FINE(p, ls_scan_put_place(&keys[i], &place, &p->base.err));
        if (i > 0) {
            size_t a = keys[i - 1].size;
            size_t common = a < keys[i].size ? a : keys[i].size;
            int order = memcmp(keys[i - 1].data, keys[i].data, common);
            if (order > 0 || (order == 0 && a >= keys[i].size)) {
                fail_msg("place %zu does not come before the next", i - 1);
            }
        }
    }
    for (size_t i = 0; i < PLACES; i++) {
        ls_buf_clear(&keys[i]);
    }
}

/* What an item holds of a record comes back, place and all. */
static void test_values(void **state)
{
    static struct brought brought; /* large */
    static struct ls_contribution back;
    static const struct scenario scenario = {
        .name = "values",
        .view =
            "{name: v, from: [sale, visit], by: [item], rolling: {over: 1s}, select: {n: count, l: "
            "{last: item}, x: {expr: amount}}}",
        .events = {AT(-5, "a", 77, "pen", .partition = 3),
                   AT(9, "b", 0, NULL, .topic = VISIT, .partition = 1)}};
    struct pipe *p = *state;
    plan_scenario(p, &scenario, "views");
    struct ls_buf value;
    ls_buf_init(&value, "value", 1U << 16);
    for (size_t i = 0; i < event_count(&scenario); i++) {
        struct ls_place_in_order place;
        bring(p, &scenario, i, &brought);
        FINE(p, ls_scan_put_value(view_of(p, "v"), &brought.contribution, &brought.place, &value,
                                  &p->base.err));
        ls_scan_get_value(view_of(p, "v"), value.data, &back, &place);
        assert_int_equal(ls_order(&place, &brought.place), 0);
        assert_ptr_equal(back.source, brought.contribution.source);
        assert_int_equal(back.key_size, brought.contribution.key_size);
        assert_int_equal(back.joins, i == 0);
        assert_int_equal(back.inputs[1].present, i == 0);
        assert_int_equal(back.inputs[1].size, i == 0 ? 3 : 0);
        assert_int_equal(back.kept[0].number, i == 0 ? 77 : 0);
    }
    ls_buf_clear(&value);
}

/* The best so far, whose text outlives what it came in. */
static void test_bests(void **state)
{
    static const struct {
        int64_t time;
        const char *id, *text;
    } offers[] = {
        {5, "b", "five"}, {5, "a", "earlier"}, {5, "c", "later"}, {6, "", ""}, {-1, "x", "-1"}};
    struct pipe *p = *state;
    struct scan_best bests[2]; /* last, first */
    for (int first = 0; first < 2; first++) {
        ls_scan_best_init(&bests[first]);
        assert_true(ls_scan_best_result(&bests[first]).is_null);
        for (size_t i = 0; i < sizeof offers / sizeof *offers; i++) {
            char text[16];
            snprintf(text, sizeof text, "%s", offers[i].text);
            const struct ls_place_in_order place = {.event_time = offers[i].time,
                                                    .id = (const uint8_t *)offers[i].id,
                                                    .id_size = (uint32_t)strlen(offers[i].id)};
            const struct ls_input input = {
                .present = true, .bytes = (const uint8_t *)text, .size = (uint32_t)strlen(text)};
            FINE(p, ls_scan_best_offer(&bests[first], first, &place, &input, &p->base.err));
            memset(text, 'x', sizeof text);
        }
        struct ls_aggregate_result result = ls_scan_best_result(&bests[first]);
        assert_false(result.is_null);
        assert_int_equal(result.size, first ? 2 : 0);
        assert_true(result.bytes != NULL);
        ls_buf_clear(&bests[first].bytes);
    }
}

static void test_refused_memory(void **state)
{
    static const struct value three[] = {{0, GOOD, 1, "a"}, {0, BAD, 1, "a"}, {0, BAD, 1, "b"}};
    struct pipe *p = *state;
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct rows rows = {0};
        ls_mem_refuse(refused + 1);
        rc = scan(p, three, 3, 2, &rows);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        ls_buf_clear(&rows.text);
    }
    assert_true(refused > 15);
    check_refused_memory(p, &windows_scenarios[6], "views"); /* those with every column */
    check_refused_memory(p, &sessions_scenarios[7], "views");
    check_refused_memory(p, &span_scenarios[4], "views");
    check_refused_memory(p, &panes_scenarios[4], "views");
    check_refused_memory(p, &join_scenarios[5], "views");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCAN_TEST(test_rows),           SCAN_TEST(test_many),   SCAN_TEST(test_failures),
        SCAN_TEST(test_places_as_keys), SCAN_TEST(test_values), SCAN_TEST(test_bests),
        SCAN_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
