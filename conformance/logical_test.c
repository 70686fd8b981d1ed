#include "conformance/logical.h"

#include "conformance/fixture_test.h"

#include "core/base/hash.h"

static const struct item items[] = {
    {"a", 1, NULL, 0}, {"b", 2, "n", 1}, {"c", 3, "", 2}, {"d", 4, NULL, 3}, {"e", 5, NULL, 4}};

static struct ls_logical digest_of(const char *path)
{
    struct ls_logical digest = {0};
    uint64_t schema = 0;
    check(ls_logical_of_file(path, &digest, &schema, &err));
    assert_true(schema != 0);
    return digest;
}

static bool same(struct ls_logical a, struct ls_logical b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* By hand: the SHA-256 of the row without its physical column. */
static void the_digest_is_that_of_the_contract(void **state)
{
    (void)state;
    uint8_t row[100];
    struct ls_sha256 hash;
    put_items("d.avro", items, 1);
    struct ls_logical digest = digest_of("d.avro");
    ls_sha256_of(row, put_item(row, &items[0]) - 1, &hash); /* position 0: one byte */
    assert_int_equal(digest.records, 1);
    for (size_t i = 0; i < 4; i++) { /* least significant word first, each little-endian */
        assert_true(digest.words[i] == ls_get_u64(hash.bytes + 8 * i));
    }
}

static void a_part_is_by_a_field(void **state)
{
    (void)state;
    uint64_t schema;
    struct ls_logical parts[2] = {{0}};
    put_items("d.avro", items, COUNT(items));
    check(ls_logical_of_part("d.avro", "count", INT64_MIN, 3, &parts[0], &schema, &err));
    assert_int_equal(parts[0].records, 2);
    check(ls_logical_of_part("d.avro", "count", 3, 5, &parts[1], &schema, &err));
    assert_int_equal(parts[1].records, 2);
    check(ls_logical_of_part("d.avro", "count", 5, INT64_MAX, &parts[0], &schema, &err));
    check(ls_logical_of_part("d.avro", "count", 3, 5, &parts[0], &schema, &err));
    assert_true(same(parts[0], digest_of("d.avro")));
    check(ls_logical_of_part("d.avro", "nothing", INT64_MIN, INT64_MAX, &parts[0], &schema, &err));
    assert_true(same(parts[0], digest_of("d.avro")));
}

/* 2^256 - 1 words: the sum carries through and wraps. */
static void the_sum_is_modulo_two_to_the_256(void **state)
{
    (void)state;
    put_items("d.avro", items, 2);
    struct ls_logical plain = digest_of("d.avro");
    struct ls_logical full = {.words = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    uint64_t schema;
    check(ls_logical_of_file("d.avro", &full, &schema, &err));
    struct ls_logical less = plain;
    for (int i = 0; i < 4 && less.words[i]-- == 0; i++) { /* -1 with borrow */
    }
    assert_true(same(full, less));
}

static void it_does_not_see_how_rows_are_written(void **state)
{
    (void)state;
    put_items("a.avro", items, COUNT(items));
    struct ls_logical wanted = digest_of("a.avro");
    put_items_as("b.avro", item_schema, 1000, items, COUNT(items));
    assert_true(same(wanted, digest_of("b.avro")));
    struct item other[COUNT(items)];
    for (size_t i = 0; i < COUNT(items); i++) { /* another order, other places */
        other[i] = items[COUNT(items) - 1 - i];
        other[i].position = items[i].position;
    }
    static const struct item moved[] = {{"b", 2, "n", 1}, {"a", 1, NULL, 0}};
    put_items("c.avro", moved, 2);
    put_items("two.avro", items, 2);
    assert_true(same(digest_of("c.avro"), digest_of("two.avro")));
    put_items("d.avro", other, COUNT(items)); /* `at` goes with the position: other rows */
    assert_false(same(wanted, digest_of("d.avro")));
}

static void another_codec_is_the_same(void **state)
{
    (void)state;
    put_items("a.avro", items, COUNT(items));
    recode("a.avro", "null", 1000); /* libavro forgets which columns are physical: in both */
    put_items("b.avro", items, COUNT(items));
    recode("b.avro", "deflate", 20);
    assert_true(same(digest_of("a.avro"), digest_of("b.avro")));
}

static void it_sees_every_change_of_rows(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct item items[4];
        size_t count;
    } cases[] = {
        {"a row less", {{"a", 1, NULL, 0}}, 1},
        {"a row twice", {{"a", 1, NULL, 0}, {"b", 2, "n", 1}, {"b", 2, "n", 1}}, 3},
        {"each row twice",
         {{"a", 1, NULL, 0}, {"b", 2, "n", 1}, {"a", 1, NULL, 0}, {"b", 2, "n", 1}},
         4},
        {"a text", {{"a", 1, NULL, 0}, {"b", 2, "m", 1}}, 2},
        {"null and empty", {{"a", 1, "", 0}, {"b", 2, "n", 1}}, 2},
        {"a number", {{"a", 1, NULL, 0}, {"b", -2, "n", 1}}, 2},
        {"values swapped", {{"a", 2, NULL, 0}, {"b", 1, "n", 1}}, 2},
    };
    put_items("d.avro", items, 2);
    struct ls_logical wanted = digest_of("d.avro");
    for (size_t i = 0; i < COUNT(cases); i++) {
        put_items("d.avro", cases[i].items, cases[i].count);
        if (same(wanted, digest_of("d.avro"))) {
            fail_msg("it does not see %s", cases[i].what);
        }
    }
}

static void files_of_a_folder_are_one_multiset(void **state)
{
    (void)state;
    struct ls_logical folder;
    put_items("whole.avro", items, COUNT(items));
    put_items("d/normalized/t/0.avro", items + 3, 2);
    put_items("d/normalized/t/1.avro", items, 3);
    put_items("d/normalized/t/2.avro", NULL, 0);
    put_items("d/views/v.avro", items, 1);
    put_text("d/normalized/SHA256SUMS", "no container");
    check(ls_logical_of_folder("d", "normalized/", &folder, &err));
    assert_true(same(folder, digest_of("whole.avro")));
    check(ls_logical_of_folder("d", "late/", &folder, &err));
    assert_true(same(folder, (struct ls_logical){0}));
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    struct ls_logical digest = {0};
    uint64_t schema;
    check_refused(ls_logical_of_file("none.avro", &digest, &schema, &err), LS_E_NOINPUT,
                  "none.avro");
    put_text("d/bad.avro", "bad");
    check_refused(ls_logical_of_file("d/bad.avro", &digest, &schema, &err), LS_E_DATA,
                  "d/bad.avro");
    check_refused(ls_logical_of_folder("d", "", &digest, &err), LS_E_DATA, "d/bad.avro");
    static const char text_schema[] = "\"string\""; /* no record has no columns */
    struct ls_container_writer *writer;
    check(ls_container_create("s.avro", "s", text_schema, 9, &writer, &err));
    check(ls_container_finish(writer, false, &err));
    ls_container_writer_free(writer);
    check_refused(ls_logical_of_file("s.avro", &digest, &schema, &err), LS_E_DATA, "s.avro");
    static const struct item no_text[] = {{"\xff", 1, NULL, 0}};
    put_items("u.avro", no_text, 1); /* libavro takes it */
    check_refused(ls_logical_of_file("u.avro", &digest, &schema, &err), LS_E_DATA,
                  "u.avro: record 0: a string is not UTF-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(the_digest_is_that_of_the_contract),
        FOLDER_TEST(a_part_is_by_a_field),
        FOLDER_TEST(the_sum_is_modulo_two_to_the_256),
        FOLDER_TEST(it_does_not_see_how_rows_are_written),
        FOLDER_TEST(another_codec_is_the_same),
        FOLDER_TEST(it_sees_every_change_of_rows),
        FOLDER_TEST(files_of_a_folder_are_one_multiset),
        FOLDER_TEST(what_cannot_be_read_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
