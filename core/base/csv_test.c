#include "core/base/csv.h"

#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Fields of a line in <>, those in quotes with one in front, lines in |; or the message. The text
 * is copied to a block of its own size, so that a sanitizer sees who reads behind it. */
static const char *scan(const char *text, size_t size, char out[4096])
{
    struct ls_csv csv;
    struct ls_csv_field field;
    struct ls_error err;
    char *copy = malloc(size + 1);
    size_t used = 0;
    assert_non_null(copy);
    copy = realloc(memcpy(copy, text, size), size ? size : 1);
    ls_csv_begin(&csv, "t.csv", copy, size);
    int rc;
    out[0] = '\0';
    while ((rc = ls_csv_next(&csv, &field, &err)) == 1) {
        used += (size_t)snprintf(out + used, 4096 - used, "%s%.*s>%s", field.quoted ? "<'" : "<",
                                 (int)field.size, field.text, field.ends_line ? "|" : "");
        assert_true(used < 4096);
    }
    if (rc < 0) {
        assert_int_equal(rc, LS_E_DATA);
        snprintf(out, 4096, "%s", err.text);
    }
    free(copy);
    return out;
}

static const struct {
    const char *text;
    size_t size; /* 0: to its NUL */
    const char *out;
} cases[] = {
    {"", 0, ""},
    {"a", 0, "<a>|"},
    {"a\n", 0, "<a>|"},
    {"a\r\n", 0, "<a>|"},
    {"a,b\nc,d", 0, "<a><b>|<c><d>|"},
    {"a,b\r\nc,d\n", 0, "<a><b>|<c><d>|"},
    {",", 0, "<><>|"},
    {",\n", 0, "<><>|"},
    {"\n", 0, "<>|"},
    {"\n\n", 0, "<>|<>|"},
    {"a\n\n", 0, "<a>|<>|"},
    {" a , b ", 0, "< a >< b >|"},
    {"\"\"", 0, "<'>|"},
    {"\"a\"", 0, "<'a>|"},
    {"\"a,b\",c\n", 0, "<'a,b><c>|"},
    {"\"a\nb\r\nc\"\n", 0, "<'a\nb\r\nc>|"},
    {"\"say \"\"yes\"\"\",\"\"\"\"\n", 0, "<'say \"yes\"><'\">|"},
    {"\"\"\"\"\"\",x", 0, "<'\"\"><x>|"},
    {"\xef\xbb\xbfid,n\n", 0, "<id><n>|"},
    {"\xef\xbb\xbf", 0, ""},
    {"\xc3\xbc,\xe2\x82\xac\n", 0, "<\xc3\xbc><\xe2\x82\xac>|"},
    {"a\"b", 0,
     "t.csv:1:2: a quote stands inside a field that does not begin with one: put the whole field "
     "in quotes, and this one twice"},
    {"x\n\xc3\xbc,\xc3\xbc\"", 0, /* columns are code points */
     "t.csv:2:4: a quote stands inside a field that does not begin with one: put the whole field "
     "in quotes, and this one twice"},
    {"\"a\"b", 0, "t.csv:1:4: a comma or the line's end has to stand behind a closing quote"},
    {"\"a\" ,b", 0, "t.csv:1:4: a comma or the line's end has to stand behind a closing quote"},
    {"\"a\"\r", 0, "t.csv:1:4: a comma or the line's end has to stand behind a closing quote"},
    {"a,\n\"b\nc", 0, "t.csv:2:1: the quote that begins this field is not closed"},
    {"\"", 0, "t.csv:1:1: the quote that begins this field is not closed"},
    {"\"a\"\"", 0, "t.csv:1:1: the quote that begins this field is not closed"},
    {"a\rb", 0, "t.csv:1:2: a line ends with CRLF or LF, and this CR has no LF behind it"},
    {"a\r", 0, "t.csv:1:2: a line ends with CRLF or LF, and this CR has no LF behind it"},
    {"ab\0c", 4, "t.csv:1:3: a NUL byte is no text"},
    {"\"a\n\0\"", 5, "t.csv:2:1: a NUL byte is no text"},
    {"a,\xff\n", 0, "t.csv:1:3: the field is not UTF-8"},
    {"\"a\xc3\"\"\",x", 0, "t.csv:1:1: the field is not UTF-8"},
    {"\xef\xbb,", 0, "t.csv:1:1: the field is not UTF-8"},
};

static void texts_and_their_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[4096];
        size_t size = cases[i].size ? cases[i].size : strlen(cases[i].text);
        assert_string_equal(scan(cases[i].text, size, out), cases[i].out);
    }
}

static void a_field_is_as_long_as_it_may_be(void **state)
{
    struct ls_csv csv;
    struct ls_csv_field field;
    struct ls_error err;
    char *text = malloc(LS_CSV_FIELD_MAX + 1);
    (void)state;
    assert_non_null(text);
    memset(text, 'x', LS_CSV_FIELD_MAX + 1);
    ls_csv_begin(&csv, "t.csv", text, LS_CSV_FIELD_MAX);
    assert_int_equal(ls_csv_next(&csv, &field, &err), 1);
    assert_int_equal(field.size, LS_CSV_FIELD_MAX);
    ls_csv_begin(&csv, "t.csv", text, LS_CSV_FIELD_MAX + 1);
    assert_int_equal(ls_csv_next(&csv, &field, &err), LS_E_DATA);
    assert_string_equal(err.text, "t.csv:1:1: a field has 65537 bytes, at most 65536");
    free(text);
}

/* Every field in quotes, with CRLF, is read as it was. */
static void what_is_quoted_comes_back(void **state)
{
    static const char letters[] = "ab,\"\n\r x";
    (void)state;
    for (uint64_t round = 0; round < 300; round++) {
        char fields[40][8];
        char text[2048] = "";
        char expected[4096] = "";
        char out[4096];
        for (size_t i = 0, used = 0, told = 0; i < COUNT(fields); i++) {
            size_t size = (size_t)ls_below(ls_word(7, round, i), sizeof fields[i]);
            used += (size_t)snprintf(text + used, sizeof text - used, "\"");
            for (size_t k = 0; k < size; k++) {
                fields[i][k] = letters[ls_below(ls_word(8, round, 8 * i + k), sizeof letters - 1)];
                used += (size_t)snprintf(text + used, sizeof text - used, "%s%c",
                                         fields[i][k] == '"' ? "\"" : "", fields[i][k]);
            }
            bool ends = i % 5 == 4;
            used += (size_t)snprintf(text + used, sizeof text - used, "\"%s", ends ? "\r\n" : ",");
            told += (size_t)snprintf(expected + told, sizeof expected - told, "<'%.*s>%s",
                                     (int)size, fields[i], ends ? "|" : "");
        }
        assert_string_equal(scan(text, strlen(text), out), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_and_their_fields),
        cmocka_unit_test(a_field_is_as_long_as_it_may_be),
        cmocka_unit_test(what_is_quoted_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
