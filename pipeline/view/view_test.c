#include "pipeline/view/view.h"

#include "core/base/civil.h"
#include "pipeline/fixture_test.h"

static struct ls_record record; /* large, as are these */
static uint8_t key[LS_GROUP_KEY_MAX];
static struct ls_contribution contribution;

static const struct ls_view *view_of(const struct pipe *p, const char *name)
{
    for (size_t v = 0; v < p->views->count; v++) {
        if (strcmp(p->views->views[v].spec->name, name) == 0) {
            return &p->views->views[v];
        }
    }
    fail_msg("no view %s", name);
    return NULL;
}

static int contribute(struct pipe *p, const struct ls_view *view, struct message *m)
{
    encode(p, m);
    ls_record_examine(p->plan, &p->plan->topics[m->topic], &m->raw, &record);
    if (record.reason != LS_ADMITTED) {
        fail_msg("%s: %s", ls_reasons[record.reason].name, record.detail);
    }
    ls_record_normalize(&p->plan->topics[m->topic], 0, 0, 0, &record);
    return ls_view_contribution(view, &record, key, &contribution, &p->base.err);
}

/* [start, end) by floor division from the offset, before the epoch as behind it (P5). */
static void test_windows(void **state)
{
    static const struct {
        const char *sets[3];
        int64_t event_time, start, end;
    } cases[] = {
        {{NULL}, 0, 0, 3000},
        {{NULL}, 2999, 0, 3000},
        {{NULL}, 3000, 3000, 6000},
        {{NULL}, -1, -3000, 0},
        {{NULL}, -3000, -3000, 0},
        {{NULL}, -3001, -6000, -3000},
        {{"700ms"}, 699, -2300, 700},
        {{"700ms"}, 700, 700, 3700},
        {{"700ms"}, 0, -2300, 700},
        {{"700ms"}, -2300, -2300, 700},
        {{"700ms"}, -2301, -5300, -2300},
        {{"3s"}, 0, 0, 3000},      /* a whole window: no offset */
        {{"10s"}, 0, -2000, 1000}, /* more than one */
        {{"365d"}, 5, 0, 3000},    /* far more */
        {{"700ms"}, LS_TIME_MIN_MS, LS_TIME_MIN_MS - 2300, LS_TIME_MIN_MS + 700},
        {{"700ms"}, LS_TIME_MAX_MS, LS_TIME_MAX_MS - 2299, LS_TIME_MAX_MS + 701},
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char window[64];
        snprintf(window, sizeof window, "{size: 3s, offset: %s}",
                 cases[i].sets[0] ? cases[i].sets[0] : "0");
        char *text = changed(pipe_spec, "{size: 3s, offset: 700ms}", window);
        pipe_plan(p, text, NULL);
        free(text);
        struct message m;
        begin_message(p, &m, SALE, 1, cases[i].event_time);
        assert_int_equal(contribute(p, view_of(p, "shifted"), &m), 1);
        if (contribution.start != cases[i].start || contribution.end != cases[i].end) {
            fail_msg("case %zu: %lld is in [%lld, %lld)", i, (long long)cases[i].event_time,
                     (long long)contribution.start, (long long)contribution.end);
        }
    }
}

/* The group's key is the Avro binary of the `by` fields; null is a group of its own. */
static void test_keys(void **state)
{
    static const struct {
        const char *item, *shop;
        size_t size;
        const char *bytes;
    } cases[] = {
        {"pen", "S1", 10, "\2\6Ulm\2\6pen"},
        {"", "S0", 8, "\2\10Bonn\2\0"},
        {"p\xc3\xa9n", "S1", 11, "\2\6Ulm\2\10p\xc3\xa9n"},
        {"pen", NULL, 6, "\0\2\6pen"},
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message m;
        begin_message(p, &m, SALE, 1, 0);
        m.cells[ITEM] = text_of(cases[i].item);
        m.cells[SHOP] = cases[i].shop ? text_of(cases[i].shop) : null_of();
        assert_int_equal(contribute(p, view_of(p, "all"), &m), 1);
        assert_int_equal(contribution.key_size, cases[i].size);
        assert_memory_equal(contribution.key, cases[i].bytes, cases[i].size);
    }
    struct message m;
    begin_message(p, &m, SALE, 1, 0);
    m.cells[KIND] = number_of(ODD);
    assert_int_equal(contribute(p, view_of(p, "shifted"), &m), 1);
    assert_int_equal(contribution.key_size, 1);
    assert_int_equal(contribution.key[0], 4); /* the symbol's index */
    begin_message(p, &m, VISIT, 1, 0);
    assert_int_equal(contribute(p, view_of(p, "visits"), &m), 1);
    assert_int_equal(contribution.key_size, 0);
}

/* The view's condition, and those of its columns; unknown is false. */
static void test_conditions(void **state)
{
    static const struct {
        int64_t kind;
        struct ls_cell amount;
        int holds;
        bool paid, mean;
    } cases[] = {
        {GOOD, {.number = 1}, 1, true, true},       {GOOD, {.number = 0}, 1, false, true},
        {BAD, {.number = 1}, 1, true, false},       {ODD, {.number = 1}, 0, false, false},
        {GOOD, {.is_null = true}, 1, false, false}, /* each is null, too */
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct message m;
        begin_message(p, &m, SALE, 1, 0);
        m.cells[KIND] = number_of(cases[i].kind);
        m.cells[AMOUNT] = cases[i].amount;
        assert_int_equal(contribute(p, view_of(p, "all"), &m), cases[i].holds);
        if (cases[i].holds) {
            assert_true(contribution.inputs[0].present); /* n */
            assert_int_equal(contribution.inputs[1].present, cases[i].paid);
            assert_int_equal(contribution.inputs[2].present, !cases[i].amount.is_null);
            assert_int_equal(contribution.inputs[5].present, cases[i].mean);
        }
    }
}

static void test_limits(void **state)
{
    static char longest[LS_GROUP_KEY_MAX];
    struct pipe *p = *state;
    char *text = changed(pipe_spec, "where: \"kind != 'odd'\"",
                         "where: \"score * 1000000000000000000 * "
                         "1000000000000000000 > 0\"");
    pipe_plan(p, text, NULL);
    free(text);
    struct message m;
    begin_message(p, &m, SALE, 7, 0);
    assert_int_equal(contribute(p, view_of(p, "all"), &m), 0);
    m.cells[SCORE] = number_of(INT64_MAX);
    assert_int_equal(contribute(p, view_of(p, "all"), &m), LS_E_DATA);
    assert_string_equal(p->base.err.text,
                        "view all: a condition leaves 128 bits at the record with event_id id-7");
    memset(longest, 'x', sizeof longest - 1);
    m.cells[SCORE] = number_of(1);
    contribute(p, view_of(p, "all"), &m);
    record.normal[ITEM] = text_of(longest);
    assert_int_equal(
        ls_view_contribution(view_of(p, "all"), &record, key, &contribution, &p->base.err),
        LS_E_DATA);
    assert_non_null(strstr(p->base.err.text, "view all: a group's key of about "));
    assert_non_null(strstr(p->base.err.text, "passes the limit of 65536"));
}

/* ---- names of distinct values */

static uint32_t name_of(const char *text, size_t size, int64_t number, uint8_t *out)
{
    const struct ls_input input = {true, number, (const uint8_t *)text, (uint32_t)size};
    memset(out, 0, LS_DISTINCT_INLINE);
    return ls_distinct_name(&input, out);
}

/* Each text has another name than all the others, those around the limit too. */
static void test_distinct_names(void **state)
{
    enum { TEXTS = 140 };
    static char text[TEXTS];
    static uint8_t names[TEXTS][LS_DISTINCT_INLINE];
    static uint32_t sizes[TEXTS];
    (void)state;
    memset(text, 'a', sizeof text);
    for (uint32_t i = 0; i < TEXTS; i++) {
        sizes[i] = name_of(text, i, 0, names[i]);
        assert_true(sizes[i] <= LS_DISTINCT_INLINE);
        assert_int_equal(sizes[i], i < LS_DISTINCT_INLINE ? i + 1 : 33);
        for (uint32_t k = 0; k < i; k++) {
            assert_false(sizes[i] == sizes[k] && memcmp(names[i], names[k], sizes[i]) == 0);
        }
    }
    /* a short text that looks like the name of a long one */
    uint8_t name[LS_DISTINCT_INLINE];
    uint32_t size = name_of((const char *)names[100] + 1, 32, 0, name);
    assert_false(size == sizes[100] && memcmp(name, names[100], size) == 0);
    assert_int_equal(name_of(NULL, 0, -1, name), 8);
    assert_memory_equal(name, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
}

/* ---- rows */

struct row {
    struct ls_buf bytes;
    struct ls_cell cells[16];
};

static int make_row(struct pipe *p, const char *view, const struct ls_aggregate *aggregates,
                    struct row *row)
{
    const struct ls_view *v = view_of(p, view);
    static const uint8_t bad[] = {2};
    ls_buf_init(&row->bytes, "row", 1U << 16);
    int rc = ls_view_row(v, -1000, 0, bad, sizeof bad, aggregates, &row->bytes, &p->base.err);
    if (rc == 0) {
        assert_int_equal(
            ls_row_decode(v->layout, row->bytes.data, row->bytes.size, row->cells, NULL, NULL),
            LS_DECODE_OK);
    }
    return rc;
}

static void test_row(void **state)
{
    struct pipe *p = *state;
    struct row row;
    /* n, total, greatest */
    const struct ls_aggregate some[] = {{3, 0, 0, 0}, {3, -12, -9, -1}, {0, 0, 0, 0}};
    assert_int_equal(make_row(p, "shifted", some, &row), 0);
    assert_int_equal(row.cells[0].number, -1000);
    assert_int_equal(row.cells[1].number, 0);
    assert_int_equal(row.cells[2].number, BAD);
    assert_int_equal(row.cells[3].number, 3);
    assert_int_equal(row.cells[4].number, -12);
    assert_true(row.cells[5].is_null);
    assert_int_equal(row.cells[6].number, 1); /* feature_version */
    ls_buf_clear(&row.bytes);
}

static void test_sums_that_do_not_fit(void **state)
{
    static const struct {
        ls_i128 sum;
        bool fits;
    } cases[] = {{INT64_MAX, true},
                 {(ls_i128)INT64_MAX + 1, false},
                 {INT64_MIN, true},
                 {(ls_i128)INT64_MIN - 1, false}};
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct row row;
        const struct ls_aggregate some[] = {{3, 0, 0, 0}, {3, cases[i].sum, 0, 0}, {0, 0, 0, 0}};
        assert_int_equal(make_row(p, "shifted", some, &row), cases[i].fits ? 0 : LS_E_DATA);
        if (!cases[i].fits) {
            assert_string_equal(p->base.err.text,
                                "view shifted: column total of the window from "
                                "1969-12-31T23:59:59.000Z, key 02 (Avro, hex), does not fit its "
                                "type");
        }
        ls_buf_clear(&row.bytes);
    }
}

/* Avro's decimal: two's complement, big-endian, no byte more than needed. */
static void test_decimals(void **state)
{
    static const struct {
        ls_i128 value;
        size_t size;
        const char *bytes;
    } cases[] = {
        {0, 1, "\0"},
        {1, 1, "\1"},
        {127, 1, "\x7f"},
        {128, 2, "\0\x80"},
        {-1, 1, "\xff"},
        {-128, 1, "\x80"},
        {-129, 2, "\xff\x7f"},
        {32767, 2, "\x7f\xff"},
        {32768, 3, "\0\x80\0"},
        {-32768, 2, "\x80\0"},
        {LS_I128_MAX, 16, "\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
        {LS_I128_MIN, 16, "\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"},
    };
    struct pipe *p = *state;
    char *text = changed(pipe_spec,
                         "select: {n: count, total: {sum: score}, greatest: {max: amount}}",
                         "select: {mean: {avg: score}}");
    pipe_plan(p, text, NULL);
    free(text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct row row;
        const struct ls_aggregate some = {1, cases[i].value, 0, 0};
        assert_int_equal(make_row(p, "shifted", &some, &row), 0);
        assert_int_equal(row.cells[3].size, cases[i].size);
        assert_memory_equal(row.cells[3].bytes, cases[i].bytes, cases[i].size);
        ls_buf_clear(&row.bytes);
    }
}

/* A decimal keeps its places: in a group's key, in the least and the greatest, in sums of up to 38
 * digits. */
static void test_fields_that_are_decimals(void **state)
{
    static const struct {
        int64_t score;
        size_t size;
        const char *key;
    } keys[] = {{0, 2, "\2\0"}, {-129, 3, "\4\xff\x7f"}, {999999999, 5, "\x8\x3b\x9a\xc9\xff"}};
    struct pipe *p = *state;
    char *typed = changed(pipe_spec, "{name: score, type: long,",
                          "{name: score, type: decimal, precision: 9, scale: 4,");
    char *text = changed(typed, "by: [kind]", "by: [score]");
    pipe_plan(p, text, NULL);
    free(text);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct message m;
        begin_message(p, &m, SALE, 1, 0);
        m.cells[SCORE] = number_of(keys[i].score);
        assert_int_equal(contribute(p, view_of(p, "shifted"), &m), 1);
        assert_int_equal(contribution.key_size, keys[i].size);
        assert_memory_equal(contribution.key, keys[i].key, keys[i].size);
    }
    text = changed(typed, "select: {n: count, total: {sum: score}, greatest: {max: amount}}",
                   "select: {total: {sum: score}, greatest: {max: score}, "
                   "mean: {avg: score, scale: 6}}");
    free(typed);
    pipe_plan(p, text, NULL);
    free(text);
    const struct ls_layout *layout = view_of(p, "shifted")->layout;
    static const unsigned digits[][2] = {{38, 4}, {9, 4}, {38, 6}};
    for (size_t c = 0; c < 3; c++) {
        assert_int_equal(layout->columns[3 + c].node->precision, digits[c][0]);
        assert_int_equal(layout->columns[3 + c].node->scale, digits[c][1]);
    }
    struct row row;
    const struct ls_aggregate some[] = {
        {3, (ls_i128)1 << 64, 0, 0}, {3, 0, -5, -3}, {3, 400, 0, 0}};
    assert_int_equal(make_row(p, "shifted", some, &row), 0);
    assert_int_equal(row.cells[3].size, 9);
    assert_memory_equal(row.cells[3].bytes, "\1\0\0\0\0\0\0\0\0", 9);
    assert_int_equal(row.cells[4].number, -3);
    assert_int_equal(row.cells[5].size, 2); /* 400 * 100 / 3 is 13333 */
    assert_memory_equal(row.cells[5].bytes, "\x34\x15", 2);
    ls_buf_clear(&row.bytes);
}

/* ---- plans */

static void test_schema(void **state)
{
    static const char *const names[] = {
        "window_start", "window_end", "city", "item",  "n",      "paid",           "total_cents",
        "least",        "latest",     "mean", "shops", "scores", "feature_version"};
    struct pipe *p = *state;
    const struct ls_view *all = view_of(p, "all");
    assert_int_equal(all->layout->count, sizeof names / sizeof *names);
    for (size_t i = 0; i < all->layout->count; i++) {
        assert_string_equal(all->layout->columns[i].name, names[i]);
    }
    assert_int_equal(all->distinct_count, 2);
    assert_int_equal(all->columns[5].scale, 3);
    assert_int_equal(all->columns[5].extra_scale, 1); /* money has two places */
    assert_int_equal(view_of(p, "visits")->topic, VISIT);
}

static void test_mistakes(void **state)
{
    static const struct mistake mistakes[] = {
        {"by: [kind]", "by: [kid]", "LS2303", "by: [kid]",
         "the normalized sale has no field `kid`"},
        {"by: [kind]", "by: [vip]", "LS2303", "by: [vip]",
         "the normalized sale has no field `vip`"},
        {"where: \"kind != 'odd'\"", "where: \"units\"", "LS2303", "where: \"units\"",
         "`where` needs a condition, and this is a number"},
        {"total: {sum: score}", "total: {sum: item}", "LS2303", "sum: item",
         "sum needs a number, and `item` is of type string"},
        {"total: {sum: score}", "total: {sum: seen}", "LS2303", "sum: seen",
         "sum needs a number, and `seen` is of type timestamp"},
        {"total: {sum: score}", "total: {min: item}", "LS2303", "min: item",
         "min needs a number or a time, and `item` is of type string"},
        {"total: {sum: score}", "total: {avg: amount, scale: 1}", "LS2303", "avg: amount",
         "the average of `amount` needs a scale of at least 2"},
        {"total: {sum: score}", "total: {sum: score, scale: 1}", "LS2303", "sum: score, scale",
         "`scale` belongs to avg"},
        {"total: {sum: score}", "kind: {sum: score}", "LS2303", "kind: {sum: score}",
         "there is a column `kind` already"},
        {"select: {n: count, total", "select: {window_end: count, total", "LS2303",
         "select: {window_end: count", "there is a column `window_end` already"},
        {"total: {sum: score}", "total: {sum: raw}", "LS2303", "sum: raw",
         "`raw` is of type double, with which no view calculates"},
        {"by: [kind]", "by: [tags]", "LS2303", "by: [tags]",
         "`tags` is of type array, with which no view calculates"},
        {"where: \"kind != 'odd'\"", "where: \"raw > 1\"", "LS2107", "where: \"raw > 1\"",
         "`raw` is nothing to calculate with"},
        {"by: [kind]", "by: [kind, kind]", "LS2303", "by: [kind, kind]",
         "there is a column `kind` already"},
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const struct mistake *m = &mistakes[i];
        struct ls_views *views;
        char *more = changed(pipe_spec, "      - {name: score, type: long, const: 1}\n",
                             "      - {name: score, type: long, const: 1}\n"
                             "      - {name: raw, type: double, const: 1}\n"
                             "      - {name: tags, type: array, most: 2, items: {type: int, const: "
                             "1}}\n");
        char *text = changed(more, m->find, m->replacement);
        free(more);
        pipe_clear(p);
        load_fine(&p->base, text, NULL);
        FINE(p, ls_reference_load(p->base.spec, "tables", &p->reference, &p->base.err));
        FINE(p, ls_record_plan_new(p->base.spec, &p->reference, &p->plan, &p->base.report,
                                   &p->base.err));
        if (ls_views_new(p->plan, &views, &p->base.report, &p->base.err) == 0) {
            fail_msg("%s was expected: %s", m->rule, m->replacement);
        }
        assert_null(views);
        assert_int_equal(p->base.err.code, LS_E_DATA);
        check_report(&p->base, m->rule, line_of(text, m->at), m->part);
        free(text);
    }
}

static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_views *views;
        ls_mem_refuse(refused + 1);
        rc = ls_views_new(p->plan, &views, &p->base.report, &p->base.err);
        ls_mem_refuse(0);
        assert_int_equal(views == NULL, rc < 0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        ls_views_free(views);
    }
    assert_true(refused > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_windows),
        PIPE_TEST(test_keys),
        PIPE_TEST(test_conditions),
        PIPE_TEST(test_limits),
        PIPE_TEST(test_distinct_names),
        PIPE_TEST(test_row),
        PIPE_TEST(test_sums_that_do_not_fit),
        PIPE_TEST(test_decimals),
        PIPE_TEST(test_fields_that_are_decimals),
        PIPE_TEST(test_schema),
        PIPE_TEST(test_mistakes),
        PIPE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
