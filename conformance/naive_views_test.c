#include "conformance/naive_fixture_test.h"

#define T INT64_C(1767225603000) /* a window begins: 3 s behind a multiple of 10 s */

static void make_view(struct naive_shop *s, const struct sale *sales, size_t count,
                      struct naive_view *view)
{
    put_sales(s, sales, count);
    assert_int_equal(ls_naive_judge(&s->world, s->topic, &s->err), 0);
    const struct ls_spec_view *spec = s->spec->pipeline->views.items;
    assert_int_equal(ls_naive_view(&s->world, spec, view, &s->err), 0);
}

/* A row as text: "start,country,method,n,..." with times relative to T. */
static void check_row(struct naive_shop *s, const struct naive_view *view, size_t index,
                      const char *wanted)
{
    s->out.size = 0;
    assert_true(index < view->row_count);
    const struct naive_value *row = view->rows[index];
    assert_true(row[1].number == row[0].number + 10000);
    for (size_t i = 0; i < view->columns.count; i++) {
        if (i == 1) {
            continue;
        }
        struct naive_column column = view->columns.items[i];
        struct naive_value value = row[i];
        if (column.type == NAIVE_TIME) {
            column.type = NAIVE_LONG;
            value.number -= value.is_null ? 0 : T;
        }
        assert_int_equal(ls_buf_append_text(&s->out, i ? "," : "", &s->err), 0);
        assert_int_equal(ls_naive_show(&column, &value, &s->out, &s->err), 0);
    }
    assert_string_equal(ls_buf_text(&s->out, &s->err), wanted);
}

static void windows_take_what_is_in_them_and_not_late(void **state)
{
    struct naive_shop *s = *state;
    static const struct sale sales[] = {
        {"a", T, T, T, "DE", 0, 100, 1},                      /* at the start */
        {"b", T + 9999, T + 9999, T + 9999, "DE", 0, 200, 1}, /* just before the end */
        {"c", T + 10000, T + 10000, T + 10000, "DE", 0, 300, 1},
        {"d", T - 1, T + 11999, T + 11999, "DE", 0, 400, 1}, /* W is T + 9999 */
        {"e", T + 1, T + 11999, T + 11999, "DE", 0, 500, 1}, /* the window's end is above W */
        {"f", T + 1, T + 12000, T + 12000, "DE", 0, 600, 1}, /* W is its end */
        {"g", T + 1, T + 12000, T + 12000, "DE", 2, 600, 1}, /* left out by `where`: not late */
    };
    struct naive_view view;
    make_view(s, sales, COUNT(sales), &view);
    assert_int_equal(view.row_count, 2);
    check_row(s, &view, 0, "0,'DE','cash',3,1,800,100,500,2.667,3,9999,7");
    check_row(s, &view, 1, "10000,'DE','cash',1,1,300,300,300,3.000,1,10000,7");
    assert_int_equal(view.late_counts[0], 2);
    static const int64_t late[][5] = {{T - 1, T - 10000, T, 3, T + 9999},
                                      {T + 1, T, T + 10000, 5, T + 10000}};
    for (size_t i = 0; i < 2; i++) {
        const struct naive_value *row = view.late[0][i];
        assert_true(row[2].number == late[i][0] && row[3].number == late[i][1] &&
                    row[4].number == late[i][2] && row[6].number == late[i][3] &&
                    row[7].number == late[i][4]);
    }
}

/* The bytes of a group: the branch of null first, lengths before texts, symbols by their index. */
static void rows_stand_in_the_order_of_their_groups_bytes(void **state)
{
    struct naive_shop *s = *state;
    static const struct sale sales[] = {
        {"a", T, T, T, "ZZ", 0, 1, 1},
        {"b", T, T, T, "AAA", 0, 1, 1},
        {"c", T, T, T, "ZZ", 1, 1, 1},
        {"d", T - 1, T, T, "ZZZ", 0, 1, 1},
        {"e", T, T, T, "", 1, 1, 1},
        {"f", T, T, T, "AA", 1, 1, 1},
        {"g", T + 10000, T + 10000, T + 10000, "", 0, 1, 1},
    };
    static const char *const wanted[] = {
        "-10000,'ZZZ','cash',", "0,'','card',",    "0,'AA','card',",  "0,'ZZ','cash',",
        "0,'ZZ','card',",       "0,'AAA','cash',", "10000,'','cash',"};
    struct naive_view view;
    make_view(s, sales, COUNT(sales), &view);
    assert_int_equal(view.row_count, COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++) {
        char row[128];
        static const int64_t first[] = {-10000, 0, 0, 0, 0, 0, 10000};
        bool at_start = first[i] == 0;
        snprintf(row, sizeof row, "%s1,0,1,1,1,0.010,1,%d,7", wanted[i],
                 at_start ? 0 : (int)(first[i] < 0 ? -1 : first[i]));
        check_row(s, &view, i, row);
    }
}

static void null_is_a_group_and_no_value(void **state)
{
    struct naive_shop *s = *state;
    static const struct sale sales[] = {
        {"a", T, T, T, "DE", 0, NO_AMOUNT, 1},
        {"b", T, T, T, "US", 0, NO_AMOUNT, 1},
        {"c", T + 5, T + 5, T + 5, "US", 0, 1000, 1},
        {"d", T + 5, T + 5, T + 5, "US", 0, 1000, 1},
        {"e", T, T, T, "FR", 0, 100, 1},
        {"f", T, T, T, "FR", 0, 100, 1},
    };
    struct naive_view view;
    put_sales(s, sales, COUNT(sales));
    assert_int_equal(ls_naive_judge(&s->world, s->topic, &s->err), 0);
    struct naive_record *records = s->topic->partitions[0].records;
    records[4].row[NAIVE_PAYLOAD] = (struct naive_value){.is_null = true};
    records[5].row[NAIVE_PAYLOAD] = (struct naive_value){.is_null = true};
    assert_int_equal(ls_naive_view(&s->world, s->spec->pipeline->views.items, &view, &s->err), 0);
    assert_int_equal(view.row_count, 3);
    check_row(s, &view, 0, "0,null,'cash',2,0,200,100,100,1.000,1,0,7");
    check_row(s, &view, 1, "0,'DE','cash',1,0,null,null,null,null,0,0,7");
    check_row(s, &view, 2, "0,'US','cash',3,2,2000,1000,null,10.000,1,5,7");
}

static void a_view_has_its_columns(void **state)
{
    struct naive_shop *s = *state;
    static const char *const names[] = {
        "window_start", "window_end", "country", "method", "n",    "some",           "total_cents",
        "least_cents",  "most_cents", "mean",    "kinds",  "last", "feature_version"};
    struct naive_view view;
    make_view(s, NULL, 0, &view);
    assert_int_equal(view.row_count, 0);
    assert_int_equal(view.columns.count, COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_string_equal(view.columns.items[i].written, names[i]);
    }
    assert_int_equal(view.columns.items[9].type, NAIVE_DECIMAL);
    assert_int_equal(view.columns.items[9].scale, 3);
    assert_int_equal(view.columns.items[11].type, NAIVE_TIME);
}

static void a_sum_that_fits_no_long_must_have_ended_the_run(void **state)
{
    struct naive_shop *s = *state;
    static const struct sale sales[] = {{"a", T, T, T, "DE", 0, 1, 1},
                                        {"b", T, T, T, "DE", 0, 1, 1}};
    struct naive_view view;
    put_sales(s, sales, COUNT(sales));
    assert_int_equal(ls_naive_judge(&s->world, s->topic, &s->err), 0);
    s->topic->partitions[0].records[0].row[NAIVE_PAYLOAD + 2].number = INT64_MAX;
    int rc = ls_naive_view(&s->world, s->spec->pipeline->views.items, &view, &s->err);
    assert_int_equal(rc, LS_E_DATA);
    assert_string_equal(s->err.text, "view v, window of 2026-01-01T00:00:03.000Z: `total` does not "
                                     "fit a long: it must have ended the run");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHOP_TEST(windows_take_what_is_in_them_and_not_late),
        SHOP_TEST(rows_stand_in_the_order_of_their_groups_bytes),
        SHOP_TEST(null_is_a_group_and_no_value),
        SHOP_TEST(a_view_has_its_columns),
        SHOP_TEST(a_sum_that_fits_no_long_must_have_ended_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
