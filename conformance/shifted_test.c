#include "conformance/shifted.h"

#include "conformance/fixture_test.h"
#include "conformance/rows.h"

static const struct item items[] = {{"a", 1, NULL, 0}, {"b", 2, "n", 1}, {"b", 2, "n", 1}};

/* The `at` of each row, less what it was made as. */
static void check_times(const char *path, int64_t shift_ms)
{
    struct ls_rows rows;
    check(ls_rows_open(path, &rows, &err));
    check(ls_rows_layout(&rows, &err));
    for (size_t i = 0; i < COUNT(items); i++) {
        assert_int_equal(ls_rows_next(&rows, &err), 1);
        check(ls_rows_decode(&rows, &err));
        int at = ls_layout_find(rows.layout, "at");
        assert_int_equal(rows.cells[at].number - 1767225600000 - items[i].position, shift_ms);
        assert_int_equal(rows.cells[ls_layout_find(rows.layout, "count")].number, items[i].count);
    }
    assert_int_equal(ls_rows_next(&rows, &err), 0);
    ls_rows_close(&rows);
}

static void times_move_and_nothing_else(void **state)
{
    (void)state;
    uint64_t rows;
    put_items("in/views/v.avro", items, COUNT(items));
    put_items("in/late/v/t/0.avro", items, COUNT(items));
    put_items("in/quarantine/t/0.avro", items, COUNT(items));
    put_text("in/SHA256SUMS", "sums\n");
    check(ls_shift_datasets("in", "out", -5000, &rows, &err));
    assert_int_equal(rows, 2 * COUNT(items));
    check_times("out/views/v.avro", -5000);
    check_times("out/late/v/t/0.avro", -5000);
    assert_false(ls_path_exists("out/quarantine"));
    assert_false(ls_path_exists("out/SHA256SUMS"));
}

/* The copies of equal rows are equal files, whatever the size of the originals' blocks. */
static void there_and_back_is_the_same_file(void **state)
{
    (void)state;
    uint64_t rows;
    put_items("in/views/v.avro", items, COUNT(items));
    check(ls_shift_datasets("in", "plain", 0, &rows, &err));
    put_items_as("in/views/v.avro", item_schema, 1, items, COUNT(items));
    check(ls_shift_datasets("in", "there", 77, &rows, &err));
    check(ls_shift_datasets("there", "back", -77, &rows, &err));
    struct ls_tree_sum sums[2];
    check(ls_tree_sha256("plain", &sums[0], &err));
    check(ls_tree_sha256("back", &sums[1], &err));
    assert_true(memcmp(&sums[0], &sums[1], sizeof sums[0]) == 0);
    check(ls_tree_sha256("there", &sums[1], &err));
    assert_true(memcmp(&sums[0], &sums[1], sizeof sums[0]) != 0);
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    uint64_t rows;
    put_text("in/views/v.avro", "no container");
    check_refused(ls_shift_datasets("in", "out", 1, &rows, &err), LS_E_DATA, "in/views/v.avro");
    assert_true(ls_shift_datasets("none", "out", 1, &rows, &err) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(times_move_and_nothing_else),
        FOLDER_TEST(there_and_back_is_the_same_file),
        FOLDER_TEST(what_cannot_be_read_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
