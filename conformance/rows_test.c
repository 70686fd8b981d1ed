#include "conformance/rows.h"

#include "conformance/fixture_test.h"

static const struct item items[] = {
    {"a", 1, NULL, 0}, {"\xc3\xa9\"", -5, "n", 1}, {"", INT64_MIN, "", 2}};

static void rows_are_their_encoding_whatever_the_codec(void **state)
{
    (void)state;
    for (int recoded = 0; recoded < 2; recoded++) {
        struct ls_rows rows;
        put_items("d.avro", items, COUNT(items));
        if (recoded) {
            recode("d.avro", "deflate", 20);
        }
        check(ls_rows_open("d.avro", &rows, &err));
        for (size_t i = 0; i < COUNT(items); i++) {
            uint8_t bytes[200];
            assert_int_equal(ls_rows_next(&rows, &err), 1);
            assert_int_equal(rows.encoded.size, put_item(bytes, &items[i]));
            assert_memory_equal(rows.encoded.data, bytes, rows.encoded.size);
        }
        assert_int_equal(ls_rows_next(&rows, &err), 0);
        ls_rows_close(&rows);
    }
}

static void cells_are_those_of_the_current_row(void **state)
{
    (void)state;
    struct ls_rows rows;
    put_items("d.avro", items, COUNT(items));
    check(ls_rows_open("d.avro", &rows, &err));
    check(ls_rows_layout(&rows, &err));
    for (size_t i = 0; i < COUNT(items); i++) {
        assert_int_equal(ls_rows_next(&rows, &err), 1);
        check(ls_rows_decode(&rows, &err));
        assert_int_equal(rows.count, i + 1);
        assert_int_equal(ls_rows_number(&rows, "count", 7), items[i].count);
        assert_int_equal(ls_rows_number(&rows, "none", 7), 7);
        assert_true(items[i].note || ls_rows_number(&rows, "note", 7) == 7);
    }
    rows.encoded.size--;
    check_refused(ls_rows_decode(&rows, &err), LS_E_DATA, "d.avro: record 2: ");
    ls_rows_close(&rows);
}

static char *shown(const json_t *value)
{
    struct ls_buf out;
    ls_buf_init(&out, "shown", 1U << 20);
    check(ls_show(value, &out, &err));
    char *text = strdup(ls_buf_text(&out, &err));
    ls_buf_clear(&out);
    return text;
}

static void a_row_is_shown_with_the_headers_schema(void **state)
{
    (void)state;
    struct ls_rows rows;
    put_items("d.avro", items, COUNT(items));
    check(ls_rows_open("d.avro", &rows, &err));
    ls_rows_next(&rows, &err);
    assert_int_equal(ls_rows_next(&rows, &err), 1);
    static const char *const wanted[] = {
        "{\"id\": \"\xc3\xa9\\\"\", \"count\": -5, \"note\": \"n\", \"at\": 1767225600001, "
        "\"position\": 1}",
        "{\"id\": \"\xc3\xa9\\\"\", \"count\": -5, \"note\": \"n\", \"at\": "
        "\"2026-01-01T00:00:00.001Z\", \"position\": 1}"};
    for (int readable = 0; readable < 2; readable++) {
        json_t *row = ls_row_json(rows.schema, rows.encoded.data, rows.encoded.size, readable,
                                  &err);
        assert_non_null(row);
        char *text = shown(row);
        assert_string_equal(text, wanted[readable]);
        free(text);
        json_decref(row);
    }
    assert_null(ls_row_json(rows.schema, rows.encoded.data, rows.encoded.size - 1, true, &err));
    check_refused(err.code, LS_E_DATA, "does not decode");
    ls_rows_close(&rows);
}

static void what_is_long_is_cut_at_a_character(void **state)
{
    (void)state;
    static char text[3 * LS_SHOWN_MAX];
    for (size_t lead = 0; lead < 4; lead++) { /* the cut falls on each byte of a character */
        memset(text, 'x', lead);
        for (size_t i = lead; i + 4 < sizeof text; i += 3) {
            memcpy(text + i, "\xe2\x82\xac", 4);
        }
        json_t *value = json_string(text);
        char *cut = shown(value);
        size_t size = strlen(cut);
        assert_in_range(size, LS_SHOWN_MAX, LS_SHOWN_MAX + 3);
        assert_string_equal(cut + size - 3, "...");
        json_t *whole = json_stringn(cut, size); /* jansson takes sound UTF-8 alone */
        assert_non_null(whole);
        json_decref(whole);
        json_decref(value);
        free(cut);
    }
    json_t *number = json_integer(-7);
    char *cut = shown(number);
    assert_string_equal(cut, "-7");
    json_decref(number);
    free(cut);
}

static void what_cannot_be_opened_is_named_and_can_be_closed(void **state)
{
    (void)state;
    struct ls_rows rows;
    check_refused(ls_rows_open("none.avro", &rows, &err), LS_E_NOINPUT, "none.avro");
    ls_rows_close(&rows);
    put_text("bad.avro", "no container");
    check_refused(ls_rows_open("bad.avro", &rows, &err), LS_E_DATA, "bad.avro");
    ls_rows_close(&rows);
}

static void rows_of_nothing_are_rows(void **state)
{
    (void)state;
    struct ls_container_writer *writer;
    struct ls_rows rows;
    check(ls_container_create("n.avro", "n", "{\"type\":\"record\",\"name\":\"r\",\"fields\":[]}",
                              9, &writer, &err));
    check(ls_container_append(writer, "", 0, &err));
    check(ls_container_append(writer, "", 0, &err));
    check(ls_container_finish(writer, false, &err));
    ls_container_writer_free(writer);
    check(ls_rows_open("n.avro", &rows, &err));
    assert_int_equal(ls_rows_next(&rows, &err), 1);
    assert_int_equal(ls_rows_next(&rows, &err), 1);
    assert_int_equal(rows.encoded.size, 0);
    assert_int_equal(ls_rows_next(&rows, &err), 0);
    ls_rows_close(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(rows_are_their_encoding_whatever_the_codec),
        FOLDER_TEST(cells_are_those_of_the_current_row),
        FOLDER_TEST(a_row_is_shown_with_the_headers_schema),
        FOLDER_TEST(what_is_long_is_cut_at_a_character),
        FOLDER_TEST(what_cannot_be_opened_is_named_and_can_be_closed),
        FOLDER_TEST(rows_of_nothing_are_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
