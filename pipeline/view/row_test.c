#include "pipeline/view/row.h"

#include "pipeline/kinds_test.h"

static struct ls_view_row columns; /* large */

/* A row's cells, and the bytes that they point into. */
struct decoded {
    struct ls_buf bytes;
    struct ls_cell cells[24];
};

static void decode(const struct ls_view *view, struct decoded *row)
{
    assert_true(view->layout->count < sizeof row->cells / sizeof *row->cells);
    assert_int_equal(
        ls_row_decode(view->layout, row->bytes.data, row->bytes.size, row->cells, NULL, NULL),
        LS_DECODE_OK);
}

static void check_text(const struct ls_cell *cell, const char *text)
{
    assert_false(cell->is_null);
    assert_int_equal(cell->size, strlen(text));
    assert_memory_equal(cell->bytes, text, cell->size);
}

static struct ls_aggregate_result number(ls_i128 value)
{
    return (struct ls_aggregate_result){.number = value};
}

static struct ls_aggregate_result nothing(void)
{
    return (struct ls_aggregate_result){.is_null = true};
}

static struct ls_aggregate_result text(const char *value)
{
    return (struct ls_aggregate_result){.bytes = (const uint8_t *)value,
                                        .size = (uint32_t)strlen(value)};
}

/* ---- rows of windows */

static int make_row(struct pipe *p, const char *view, struct decoded *row)
{
    const struct ls_view *v = view_of(p, view);
    static const uint8_t bad[] = {2};
    ls_buf_init(&row->bytes, "row", 1U << 16);
    int rc = ls_row_of_window(v, -1000, 0, bad, sizeof bad, &columns, &row->bytes, &p->base.err);
    if (rc == 0) {
        decode(v, row);
    }
    return rc;
}

static void test_window(void **state)
{
    struct pipe *p = *state;
    struct decoded row;
    columns.results[0] = number(3); /* n, total, greatest */
    columns.results[1] = number(-12);
    columns.results[2] = nothing();
    assert_int_equal(make_row(p, "shifted", &row), 0);
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
        bool overflows, fits;
    } cases[] = {{INT64_MAX, false, true},
                 {(ls_i128)INT64_MAX + 1, false, false},
                 {INT64_MIN, false, true},
                 {(ls_i128)INT64_MIN - 1, false, false},
                 {0, true, false}};
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct decoded row;
        columns.results[0] = number(3);
        columns.results[1] = number(cases[i].sum);
        columns.results[1].overflows = cases[i].overflows;
        columns.results[2] = nothing();
        assert_int_equal(make_row(p, "shifted", &row), cases[i].fits ? 0 : LS_E_DATA);
        if (!cases[i].fits) {
            assert_string_equal(p->base.err.text,
                                "view shifted: column total of the window from "
                                "1969-12-31T23:59:59.000Z, key 02 (Avro, hex), does not fit its "
                                "type");
        }
        ls_buf_clear(&row.bytes);
    }
}

/* Avro's decimal: two's complement, big-endian, no byte more than needed; 38 digits fit. */
static void test_decimals(void **state)
{
    static const struct {
        ls_i128 value;
        size_t size;
        const char *bytes; /* NULL: it does not fit */
    } cases[] = {
        {0, 1, "\0"},          {1, 1, "\1"},           {127, 1, "\x7f"},
        {128, 2, "\0\x80"},    {-1, 1, "\xff"},        {-128, 1, "\x80"},
        {-129, 2, "\xff\x7f"}, {32767, 2, "\x7f\xff"}, {32768, 3, "\0\x80\0"},
        {-32768, 2, "\x80\0"},
    };
    const ls_i128 digits = ls_pow10(38);
    const struct {
        ls_i128 value;
        bool fits;
    } edges[] = {{digits - 1, true}, {1 - digits, true},   {digits, false},
                 {-digits, false},   {LS_I128_MAX, false}, {LS_I128_MIN, false}};
    struct pipe *p = *state;
    char *spec = changed(pipe_spec,
                         "select: {n: count, total: {sum: score}, greatest: {max: amount}}",
                         "select: {mean: {avg: score}}");
    pipe_plan(p, spec, NULL);
    free(spec);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct decoded row;
        columns.results[0] = number(cases[i].value);
        assert_int_equal(make_row(p, "shifted", &row), 0);
        assert_int_equal(row.cells[3].size, cases[i].size);
        assert_memory_equal(row.cells[3].bytes, cases[i].bytes, cases[i].size);
        ls_buf_clear(&row.bytes);
    }
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        struct decoded row;
        columns.results[0] = number(edges[i].value);
        assert_int_equal(make_row(p, "shifted", &row), edges[i].fits ? 0 : LS_E_DATA);
        assert_true(edges[i].fits || strstr(p->base.err.text, "does not fit its type"));
        ls_buf_clear(&row.bytes);
    }
}

/* Every kind of column, by the type of its field. */
static void test_columns(void **state)
{
    static const uint8_t list[] = {2, 2, 'a', 8, 0}; /* a, four times */
    struct pipe *p = *state;
    struct decoded row;
    plan_kinds(
        p,
        "  views:\n"
        "    - name: v\n"
        "      from: sale\n"
        "      window: {session: 1s}\n"
        "      by: [kind]\n"
        "      select: {b: {first: vip}, e: {last: kind}, t: {first: item}, s: {last: seen}, "
        "d: {first: price}, m: {last: amount}, least: {min: price}, q: {quantile: amount, q: "
        "1/2}, u: {sum: price}, r: {ratio: {of: amount, to: units}, scale: 3}, w: {distinct: "
        "item}, top: {top: {of: item}}, none: {top: {of: item, by: price}}}\n",
        NULL);
    const struct ls_aggregate_result results[] = {number(1),
                                                  number(ODD),
                                                  text("p\xc3\xa9n"),
                                                  number(-5),
                                                  number(-129),
                                                  number(77),
                                                  number(15000),
                                                  number(-64),
                                                  number(ls_pow10(30)),
                                                  number(1234),
                                                  number(3),
                                                  {.size = sizeof list, .bytes = list},
                                                  {.size = 1, .bytes = (const uint8_t *)""}};
    memcpy(columns.results, results, sizeof results);
    assert_int_equal(make_row(p, "v", &row), 0);
    const struct ls_cell *c = row.cells + 3;
    assert_int_equal(c[0].number, 1);
    assert_int_equal(c[1].number, ODD);
    check_text(&c[2], "p\xc3\xa9n");
    assert_int_equal(c[3].number, -5);
    assert_int_equal(c[4].number, -129);
    assert_int_equal(c[5].number, 77);
    assert_int_equal(c[6].number, 15000);
    assert_int_equal(c[7].number, -64);
    assert_int_equal(c[8].size, 13); /* 10^30 */
    assert_int_equal(c[9].size, 2);
    assert_memory_equal(c[9].bytes, "\4\xd2", 2);
    assert_int_equal(c[10].number, 3);
    /* an array is a cell of its bytes */
    assert_int_equal(c[11].size, sizeof list);
    assert_memory_equal(c[11].bytes, list, sizeof list);
    assert_int_equal(c[12].size, 1);
    ls_buf_clear(&row.bytes);
    /* of nothing */
    for (size_t i = 0; i < 10; i++) {
        columns.results[i] = nothing();
    }
    assert_int_equal(make_row(p, "v", &row), 0);
    for (size_t i = 0; i < 10; i++) {
        assert_true(c[i].is_null);
    }
    ls_buf_clear(&row.bytes);
}

/* A group without a key, and a key of many bytes. */
static void test_keys_of_rows(void **state)
{
    static uint8_t key[LS_GROUP_KEY_MAX];
    struct pipe *p = *state;
    struct decoded row;
    columns.results[0] = columns.results[1] = columns.results[2] = number(1);
    ls_buf_init(&row.bytes, "row", 1U << 20);
    const struct ls_view *visits = view_of(p, "visits");
    FINE(p, ls_row_of_window(visits, 0, 2000, NULL, 0, &columns, &row.bytes, &p->base.err));
    decode(visits, &row);
    assert_int_equal(row.cells[2].number, 1);
    char *spec = changed(pipe_spec, "by: [kind]", "by: [item]");
    pipe_plan(p, spec, NULL);
    free(spec);
    const struct ls_view *shifted = view_of(p, "shifted");
    memset(key, 'x', sizeof key);
    size_t size = sizeof key - 4;
    (void)ls_put_long(key + 1, (int64_t)(size - 4)); /* three bytes */
    key[0] = 2;
    FINE(p, ls_row_of_window(shifted, 0, 2000, key, size, &columns, &row.bytes, &p->base.err));
    decode(shifted, &row);
    assert_int_equal(row.cells[2].size, size - 4);
    assert_int_equal(row.cells[3].number, 1);
    ls_buf_clear(&row.bytes);
}

/* ---- rows of records and of pairs */

static void test_record(void **state)
{
    static const uint8_t key[] = {4, 'S', '2'};
    static const uint8_t id[] = "id";
    static const uint8_t empty[] = {0};
    struct pipe *p = *state;
    struct decoded row;
    plan_kinds(p, kinds_views, NULL);
    ls_buf_init(&row.bytes, "row", 1U << 16);
    for (size_t i = 0; i < view_of(p, "span")->column_count; i++) {
        columns.results[i] = nothing();
    }
    columns.results[0] = number(7);
    columns.results[7] = number(0);                                               /* items */
    columns.results[9] = (struct ls_aggregate_result){.bytes = empty, .size = 1}; /* most */
    FINE(p, ls_row_of_record(view_of(p, "span"), -9, id, 2, key, sizeof key, false, &columns,
                             &row.bytes, &p->base.err));
    decode(view_of(p, "span"), &row);
    assert_int_equal(row.cells[0].number, -9);
    check_text(&row.cells[1], "id");
    check_text(&row.cells[2], "S2");
    assert_int_equal(row.cells[3].number, 7);
    assert_true(row.cells[4].is_null);
    for (int raised = 0; raised < 2; raised++) { /* an alert's rows say which */
        FINE(p, ls_row_of_record(view_of(p, "many"), 5, id, 2, key, sizeof key, raised, &columns,
                                 &row.bytes, &p->base.err));
        decode(view_of(p, "many"), &row);
        assert_int_equal(row.cells[3].number, raised ? 0 : 1); /* RAISED, CLEARED */
        assert_int_equal(row.cells[4].number, LS_ALERT_CRITICAL);
        assert_int_equal(row.cells[5].number, 7);
        assert_int_equal(row.cells[6].number, 1);
    }
    columns.results[0] = number((ls_i128)INT64_MAX + 1);
    assert_int_equal(ls_row_of_record(view_of(p, "many"), 5, id, 2, key, sizeof key, true, &columns,
                                      &row.bytes, &p->base.err),
                     LS_E_DATA);
    assert_string_equal(p->base.err.text,
                        "view many: column n of the row of 1970-01-01T00:00:00.005Z, key 045332 "
                        "(Avro, hex), does not fit its type");
    ls_buf_clear(&row.bytes);
}

static void test_pair(void **state)
{
    struct pipe *p = *state;
    struct decoded row;
    plan_kinds(
        p,
        "  views: [{name: v, join: {left: sale, right: visit, within: 1s, keep: left}, select: "
        "{t: {expr: right.item}, b: {expr: left.vip}, at: {expr: right.event_time}, n: {expr: "
        "left.units + right.units}, d: {expr: left.amount * 2}}}]\n",
        NULL);
    const struct ls_view *view = view_of(p, "v");
    ls_buf_init(&row.bytes, "row", 1U << 16);
    const struct ls_aggregate_result results[] = {text("pen"), number(1), number(-4), number(9),
                                                  number(250)};
    memcpy(columns.results, results, sizeof results);
    FINE(p, ls_row_of_pair(view, 3, (const uint8_t *)"l", 1, (const uint8_t *)"", 0,
                           (const uint8_t *)"S1", 2, &columns, &row.bytes, &p->base.err));
    decode(view, &row);
    assert_int_equal(row.cells[0].number, 3);
    check_text(&row.cells[1], "l");
    check_text(&row.cells[2], ""); /* an id of no bytes is one */
    check_text(&row.cells[3], "S1");
    check_text(&row.cells[4], "pen");
    assert_int_equal(row.cells[5].number, 1);
    assert_int_equal(row.cells[6].number, -4);
    assert_int_equal(row.cells[7].number, 9);
    assert_int_equal(row.cells[8].size, 2); /* 250 of scale 2: a decimal */
    assert_memory_equal(row.cells[8].bytes, "\0\xfa", 2);
    FINE(p, ls_row_of_pair(view, 3, (const uint8_t *)"l", 1, NULL, 0, (const uint8_t *)"S1", 2,
                           &columns, &row.bytes, &p->base.err));
    decode(view, &row);
    assert_true(row.cells[2].is_null);
    check_text(&row.cells[3], "S1");
    ls_buf_clear(&row.bytes);
}

/* ---- what columns come to */

/* Lists stand side by side; where each begins is known when all are there. */
static void test_sets(void **state)
{
    struct pipe *p = *state;
    struct ls_counts counts = {0};
    struct ls_buf tops;
    plan_kinds(
        p,
        "  views: [{name: v, from: sale, window: {session: 1s}, select: {a: {top: {of: item}}, "
        "n: {distinct: item}, b: {top: {of: item, k: 1, by: price}}, q: {quantile: score, q: "
        "1/2}}}]\n",
        NULL);
    const struct ls_view *view = view_of(p, "v");
    struct ls_aggregate_result *results = columns.results;
    FINE(p, ls_counts_add(&counts, "\2a", 2, 1, 7, &p->base.err));
    FINE(p, ls_counts_add(&counts, "\2b", 2, 2, -129, &p->base.err));
    ls_buf_init(&tops, "tops", 1U << 16);
    for (size_t i = 0; i < 3; i++) {
        FINE(p, ls_set_result(view, &view->columns[i], &counts, &results[i], &tops, &p->base.err));
    }
    ls_row_settle_tops(view, &columns, &tops);
    assert_true(results[1].number == 2);
    assert_int_equal(results[0].size, 8);
    assert_memory_equal(results[0].bytes, "\4\2b\4\2a\2\0", 8);
    assert_int_equal(results[2].size, 6); /* a decimal of seven units */
    assert_memory_equal(results[2].bytes, "\2\2a\2\7\0", 6);
    ls_counts_clear(&counts);
    FINE(p, ls_set_result(view, &view->columns[3], &counts, &results[3], &tops, &p->base.err));
    assert_true(results[3].is_null);
    uint8_t bucket[LS_BUCKET_SIZE];
    ls_bucket_put(-256, bucket);
    FINE(p, ls_counts_add(&counts, bucket, sizeof bucket, 3, 0, &p->base.err));
    FINE(p, ls_set_result(view, &view->columns[3], &counts, &results[3], &tops, &p->base.err));
    assert_true(!results[3].is_null && results[3].number == -256);
    ls_counts_clear(&counts);
    ls_buf_clear(&tops);
}

/* A sum of a top that does not fit names view and column. */
static void test_top_that_does_not_fit(void **state)
{
    struct pipe *p = *state;
    struct ls_counts counts = {0};
    struct ls_aggregate_result result;
    struct ls_buf tops;
    plan_kinds(
        p,
        "  views: [{name: v, from: sale, window: {session: 1s}, select: {a: {top: {of: item, "
        "by: amount}}, b: {top: {of: item, by: price}}}}]\n",
        NULL);
    const struct ls_view *view = view_of(p, "v");
    ls_buf_init(&tops, "tops", 1U << 16);
    FINE(p, ls_counts_add(&counts, "\2a", 2, 1, (ls_i128)INT64_MAX + 1, &p->base.err));
    assert_int_equal(ls_set_result(view, &view->columns[0], &counts, &result, &tops, &p->base.err),
                     LS_E_DATA);
    assert_string_equal(p->base.err.text,
                        "view v: column a: an amount of a top does not fit its type");
    FINE(p, ls_set_result(view, &view->columns[1], &counts, &result, &tops, &p->base.err));
    FINE(p, ls_counts_add(&counts, "\2a", 2, 1, ls_pow10(38), &p->base.err));
    assert_int_equal(ls_set_result(view, &view->columns[1], &counts, &result, &tops, &p->base.err),
                     LS_E_DATA);
    ls_counts_clear(&counts);
    ls_buf_clear(&tops);
}

/* ---- expressions */

enum { SUM, FIRST, LAST, SHARE, WHAT, SAME, BELOW, NEGATED };

static void plan_expressions(struct pipe *p)
{
    plan_kinds(p,
               "  views:\n"
               "    - name: v\n"
               "      from: sale\n"
               "      rolling: {over: 1s}\n"
               "      select: {s: {sum: amount}, f: {first: kind}, l: {last: item}, share: {expr: "
               "\"amount / s\", scale: 3}, what: {expr: l}, same: {expr: \"f = kind\"}, below: "
               "{expr: \"score * score\"}, negated: {expr: \"-below\"}}\n"
               "  alerts:\n"
               "    - {name: a, from: sale, rolling: {over: 1s}, select: {s: {sum: amount}}, when: "
               "\"amount * 2 > s\", severity: INFO}\n",
               NULL);
}

/* The kept fields as the view lists them: amount, kind, score. */
static int evaluate(struct pipe *p, const struct ls_cell *amount, int64_t score)
{
    const struct ls_view *view = view_of(p, "v");
    const struct ls_cell kept[] = {*amount, text_of("bad"), number_of(score)};
    assert_int_equal(view->kept_count, 3);
    return ls_view_evaluate(view, kept, (const uint8_t *)"id-3", 4, &columns, &p->base.err);
}

static void test_expressions(void **state)
{
    const struct ls_cell amount = number_of(150);
    const struct ls_cell null = null_of();
    struct pipe *p = *state;
    struct ls_aggregate_result *r = columns.results;
    plan_expressions(p);
    r[SUM] = number(400);
    r[FIRST] = number(BAD);
    r[LAST] = text("pen");
    assert_int_equal(evaluate(p, &amount, -3), 0);
    assert_true(r[SHARE].number == 375 && !r[SHARE].is_null);
    assert_int_equal(r[WHAT].size, 3);
    assert_memory_equal(r[WHAT].bytes, "pen", 3);
    assert_true(r[SAME].number == 1); /* an enum is its symbol */
    assert_true(r[BELOW].number == 9 && r[NEGATED].number == -9);
    r[FIRST] = number(GOOD);
    r[LAST] = text("");
    assert_int_equal(evaluate(p, &amount, 0), 0);
    assert_true(r[SAME].number == 0);
    assert_true(!r[WHAT].is_null && r[WHAT].size == 0);
    r[SUM] = number(0); /* division by zero is null */
    r[FIRST] = r[LAST] = nothing();
    assert_int_equal(evaluate(p, &amount, 0), 0);
    assert_true(r[SHARE].is_null && r[SAME].is_null && r[WHAT].is_null);
    r[SUM] = number(400);
    assert_int_equal(evaluate(p, &null, 0), 0);
    assert_true(r[SHARE].is_null);
}

/* What an expression uses fits 64 bits, or the run ends and says where. */
static void test_expressions_that_do_not_fit(void **state)
{
    static const struct {
        ls_i128 sum;
        int64_t score;
        const char *message; /* NULL: it fits */
    } cases[] = {
        {INT64_MAX, 3037000499, NULL}, /* the greatest root */
        {INT64_MIN, 3037000499, NULL},
        {(ls_i128)INT64_MAX + 1, 0,
         "view v: s does not fit 64 bits at the record with event_id id-3"},
        {(ls_i128)INT64_MIN - 1, 0,
         "view v: s does not fit 64 bits at the record with event_id id-3"},
        {1, 3037000500, "view v: below does not fit 64 bits at the record with event_id id-3"},
    };
    const struct ls_cell amount = number_of(1);
    struct pipe *p = *state;
    plan_expressions(p);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        columns.results[SUM] = number(cases[i].sum);
        columns.results[FIRST] = columns.results[LAST] = nothing();
        assert_int_equal(evaluate(p, &amount, cases[i].score), cases[i].message ? LS_E_DATA : 0);
        if (cases[i].message) {
            assert_string_equal(p->base.err.text, cases[i].message);
        }
    }
    columns.results[SUM] = (struct ls_aggregate_result){.overflows = true};
    assert_int_equal(evaluate(p, &amount, 0), LS_E_DATA);
}

/* The first or last of an enum is its symbol in expressions; how many there are is a number. */
static void test_expressions_of_enums(void **state)
{
    struct pipe *p = *state;
    struct ls_aggregate_result *r = columns.results;
    plan_kinds(p,
               "  views:\n"
               "    - {name: v, from: sale, rolling: {over: 1s}, select: {l: {last: kind}, d: "
               "{distinct: kind}, what: {expr: l}, twice: {expr: d + d}}}\n",
               NULL);
    r[0] = number(ODD);
    r[1] = number(2);
    FINE(p, ls_view_evaluate(view_of(p, "v"), columns.cells, (const uint8_t *)"id", 2, &columns,
                             &p->base.err));
    assert_int_equal(r[2].size, 3);
    assert_memory_equal(r[2].bytes, "odd", 3);
    assert_true(r[3].number == 4);
}

/* Of a long id or key a message shows the beginning. */
static void test_long_names_in_messages(void **state)
{
    static uint8_t longest[100];
    struct pipe *p = *state;
    char expected[160];
    const struct ls_cell kept[] = {number_of(1), text_of("bad"), number_of(0)};
    struct decoded row;
    memset(longest, 'x', sizeof longest);
    plan_expressions(p);
    columns.results[SUM] = (struct ls_aggregate_result){.overflows = true};
    assert_int_equal(
        ls_view_evaluate(view_of(p, "v"), kept, longest, sizeof longest, &columns, &p->base.err),
        LS_E_DATA);
    snprintf(expected, sizeof expected, "at the record with event_id %.64s", (char *)longest);
    const char *at = strstr(p->base.err.text, expected);
    assert_true(at && at[strlen(expected)] == '\0');
    plan_kinds(p,
               "  views:\n    - {name: w, from: sale, window: {tumbling: 1s}, by: [item], select: "
               "{total: {sum: amount}}}\n",
               NULL);
    ls_buf_init(&row.bytes, "row", 1U << 16);
    assert_int_equal(ls_row_of_window(view_of(p, "w"), -1000, 0, longest, sizeof longest, &columns,
                                      &row.bytes, &p->base.err),
                     LS_E_DATA);
    at = strstr(p->base.err.text, ", key ");
    assert_true(at && strspn(at + 6, "78") == (size_t)2 * 64 &&
                strncmp(at + 6 + 128, " (Avro", 6) == 0);
    ls_buf_clear(&row.bytes);
}

/* Those of a window are over its columns alone, and are made with the row. */
static void test_expressions_of_windows(void **state)
{
    static const struct {
        ls_i128 total, count, share;
        const char *why; /* NULL: it fits */
    } cases[] = {
        {250, 2, 1250, NULL},
        {-1, 3, -3, NULL}, /* -0.0033.. */
        {(ls_i128)INT64_MAX + 1, 1, 0,
         "column total of the window from 1969-12-31T23:59:59.000Z, "
         "key 02 (Avro, hex), does not fit 64 bits"},
        {INT64_MAX, 3037000500, 0,
         "column square of the window from 1969-12-31T23:59:59.000Z, key 02 "
         "(Avro, hex), does not fit its type"},
    };
    struct pipe *p = *state;
    plan_kinds(
        p,
        "  views:\n"
        "    - {name: v, from: sale, window: {tumbling: 1s}, by: [kind], select: {total: {sum: "
        "amount}, n: count, share: {expr: total / n, scale: 3}, square: {expr: n * n}}}\n",
        NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct decoded row;
        columns.results[0] = number(cases[i].total);
        columns.results[1] = number(cases[i].count);
        assert_int_equal(make_row(p, "v", &row), cases[i].why ? LS_E_DATA : 0);
        if (cases[i].why) {
            assert_non_null(strstr(p->base.err.text, cases[i].why));
        } else {
            assert_true(columns.results[2].number == cases[i].share);
            assert_int_equal(row.cells[4].number, cases[i].count);
        }
        ls_buf_clear(&row.bytes);
    }
    struct decoded row;
    columns.results[0] = columns.results[1] = number(0);
    assert_int_equal(make_row(p, "v", &row), 0);
    assert_true(row.cells[5].is_null); /* a division by nothing */
    ls_buf_clear(&row.bytes);
}

/* Of the columns and the record; unknown is false. */
static void test_conditions(void **state)
{
    static const struct {
        int64_t sum;
        struct ls_cell amount;
        int holds;
    } cases[] = {
        {100, {.number = 51}, 1},
        {100, {.number = 50}, 0},
        {100, {.is_null = true}, 0},
        {-1, {.number = 0}, 1},
    };
    struct pipe *p = *state;
    plan_expressions(p);
    const struct ls_view *view = view_of(p, "a");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        columns.results[0] = number(cases[i].sum);
        FINE(p, ls_view_evaluate(view, &cases[i].amount, NULL, 0, &columns, &p->base.err));
        assert_int_equal(ls_view_condition(view, view->when, NULL, 0, &columns, &p->base.err),
                         cases[i].holds);
    }
    char *spec = changed(kinds_views, "when: amount > 500.00",
                         "when: score * 1000000000000000000 * 1000000000000000000 > 0");
    plan_kinds(p, spec, NULL);
    free(spec);
    const struct ls_cell score = number_of(INT64_MAX);
    view = view_of(p, "odd");
    FINE(p, ls_view_evaluate(view, &score, NULL, 0, &columns, &p->base.err));
    assert_int_equal(
        ls_view_condition(view, view->when, (const uint8_t *)"id-9", 4, &columns, &p->base.err),
        LS_E_DATA);
    assert_string_equal(p->base.err.text,
                        "view odd: a condition leaves 128 bits at the record with event_id id-9");
}

/* Windows by their last millisecond, other rows by their record's time. */
static void test_time_of_a_row(void **state)
{
    struct pipe *p = *state;
    struct ls_buf row;
    ls_buf_init(&row, "row", 1U << 16);
    plan_kinds(p,
               "  views:\n"
               "    - {name: w, from: sale, window: {tumbling: 1s}, select: {n: count}}\n"
               "    - {name: s, from: sale, window: {session: 1s}, select: {n: count}}\n"
               "    - {name: r, from: sale, rolling: {over: 1s}, select: {n: count}}\n"
               "  alerts:\n"
               "    - {name: a, from: sale, when: amount > 1.00, severity: INFO}\n",
               NULL);
    columns.results[0] = number(1);
    const char *const names[] = {"w", "s", "r", "a"};
    for (size_t i = 0; i < 4; i++) {
        const struct ls_view *view = view_of(p, names[i]);
        FINE(p, i < 2 ? ls_row_of_window(view, -3000, -2000, NULL, 0, &columns, &row, &p->base.err)
                      : ls_row_of_record(view, -2001, (const uint8_t *)"id", 2, NULL, 0, true,
                                         &columns, &row, &p->base.err));
        assert_int_equal(ls_row_time(view, row.data, row.size), -2001);
    }
    ls_buf_clear(&row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_window),
        PIPE_TEST(test_sums_that_do_not_fit),
        PIPE_TEST(test_decimals),
        PIPE_TEST(test_columns),
        PIPE_TEST(test_keys_of_rows),
        PIPE_TEST(test_record),
        PIPE_TEST(test_pair),
        PIPE_TEST(test_sets),
        PIPE_TEST(test_top_that_does_not_fit),
        PIPE_TEST(test_expressions),
        PIPE_TEST(test_expressions_that_do_not_fit),
        PIPE_TEST(test_expressions_of_enums),
        PIPE_TEST(test_long_names_in_messages),
        PIPE_TEST(test_expressions_of_windows),
        PIPE_TEST(test_conditions),
        PIPE_TEST(test_time_of_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
