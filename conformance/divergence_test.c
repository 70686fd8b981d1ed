#include "conformance/divergence.h"

#include "conformance/fixture_test.h"

#include "core/base/mem.h"

/* What is told of a/d.avro and b/d.avro; free it. */
static char *tell(void)
{
    struct ls_divergence which = {"d.avro", {{"a", "b"}, {"stream", "batch"}}, NULL};
    struct ls_buf report;
    ls_buf_init(&report, "report", 1U << 20);
    check(ls_divergence(&which, &report, &err));
    char *text = strdup(ls_buf_text(&report, &err));
    ls_buf_clear(&report);
    return text;
}

#define A                                                                                          \
    {                                                                                              \
        "a", 1, NULL, 0                                                                            \
    }
#define B                                                                                          \
    {                                                                                              \
        "b", 2, "n", 1                                                                             \
    }
#define C                                                                                          \
    {                                                                                              \
        "c", 3, NULL, 2                                                                            \
    }
#define D                                                                                          \
    {                                                                                              \
        "d", 4, NULL, 3                                                                            \
    }

/* Two rows a block: the first and last ones stand in the first and last block. */
static const struct {
    const char *what;
    struct item a[5];
    size_t a_count;
    struct item b[5];
    size_t b_count;
    const char *told, *shown; /* the first line behind the name, and a part of the rest */
} cases[] = {
    {"a field of the first row",
     {A, B, C},
     3,
     {{"a", 9, NULL, 0}, B, C},
     3,
     "row 1 differs\n",
     "  field count:\n    stream   1\n    batch    9\n  the row in stream: {\"id\": \"a\","},
    {"a field of the last row",
     {A, B, C},
     3,
     {A, B, {"x", 3, NULL, 2}},
     3,
     "row 3 differs\n",
     "  field id:\n    stream   \"c\"\n    batch    \"x\"\n"},
    {"a null",
     {A, B},
     2,
     {A, {"b", 2, NULL, 1}},
     2,
     "row 2 differs\n",
     "  field note:\n    stream   \"n\"\n    batch    null\n"},
    {"null and empty",
     {A},
     1,
     {{"a", 1, "", 0}},
     1,
     "row 1 differs\n",
     "  field note:\n    stream   null\n    batch    \"\"\n"},
    {"two fields",
     {A, B},
     2,
     {A, {"x", 5, "n", 1}},
     2,
     "row 2 differs\n",
     "  field id:\n    stream   \"b\"\n    batch    \"x\"\n  field count:\n    stream   2\n"},
    {"the first of two rows",
     {A, B, C, D},
     4,
     {A, {"x", 2, "n", 1}, C, {"y", 4, NULL, 3}},
     4,
     "row 2 differs\n",
     "\"b\""},
    {"a row at the beginning",
     {A, B, C},
     3,
     {B, C},
     2,
     "row 1 is in stream and not in batch\n",
     "  the row in stream: {\"id\": \"a\""},
    {"a row in the middle",
     {A, B, C, D},
     4,
     {A, B, D},
     3,
     "row 3 is in stream and not in batch\n",
     "{\"id\": \"c\""},
    {"a row at the end",
     {A, B, C},
     3,
     {A, B},
     2,
     "row 3 is in stream and not in batch\n",
     "{\"id\": \"c\""},
    {"a row more",
     {A, C},
     2,
     {A, B, C},
     3,
     "row 2 is in batch and not in stream\n",
     "  the row in batch: {\"id\": \"b\", \"count\": 2, \"note\": \"n\", \"at\": "
     "\"2026-01-01T00:00:00.001Z\", \"position\": 1}\n"},
    {"rows more",
     {A, D},
     2,
     {A, B, C, D},
     4,
     "row 2 is in batch and not in stream, and 1 more",
     "{\"id\": \"b\""},
    {"rows more at the end",
     {A},
     1,
     {A, B, C, D},
     4,
     "row 2 is in batch and not in stream, and 2 more behind it\n",
     "{\"id\": \"b\""},
    {"all of them", {A, B}, 2, {A}, 0, "row 1 is in stream and not in batch, and 1 more", "\"a\""},
    {"a row twice", {A, B}, 2, {A, A, B}, 3, "row 2 is in batch and not in stream\n", "\"a\""},
    {"another place",
     {A, C, D},
     3,
     {A, {"b", 2, "m", 1}, {"d", 5, NULL, 3}},
     3,
     "row 2 is in batch and not in stream\n",
     "\"m\""},
    {"another order",
     {A, B, C},
     3,
     {A, C, B},
     3,
     "row 2 differs: the order is another, batch has it 1 later\n",
     "{\"id\": \"b\""},
};

static void the_first_row_that_differs_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char wanted[300];
        put_items("a/d.avro", cases[i].a, cases[i].a_count);
        put_items("b/d.avro", cases[i].b, cases[i].b_count);
        char *text = tell();
        snprintf(wanted, sizeof wanted, "d.avro differs\n  %s", cases[i].told);
        if (strncmp(text, wanted, strlen(wanted)) != 0 || !strstr(text, cases[i].shown)) {
            fail_msg("%s:\n%swhere it should say:\n%s ... %s", cases[i].what, text, wanted,
                     cases[i].shown);
        }
        free(text);
    }
}

static void far_ahead_is_not_looked(void **state)
{
    (void)state;
    enum { MANY = 1500 };
    static struct item many[MANY];
    for (size_t i = 0; i < MANY; i++) {
        many[i] = (struct item){"x", (int64_t)i, NULL, 7};
    }
    put_items("a/d.avro", many, MANY);
    put_items("b/d.avro", many + 999, MANY - 999); /* 998 rows behind the one that is missing */
    char *text = tell();
    check_says(text, "row 1 is in stream and not in batch, and 998 more behind it");
    free(text);
    put_items("b/d.avro", many + 1200, MANY - 1200);
    text = tell();
    check_says(text, "row 1 differs\n");
    free(text);
    put_items("b/d.avro", NULL, 0);
    text = tell();
    check_says(text, "row 1 is in stream and not in batch, and at least 1000 more behind it");
    free(text);
}

static void long_values_are_cut(void **state)
{
    (void)state;
    static char note[5000];
    memset(note, 'x', sizeof note - 1);
    const struct item a[] = {{"a", 1, note, 0}};
    const struct item b[] = {{"a", 1, "n", 0}};
    put_items("a/d.avro", a, 1);
    put_items("b/d.avro", b, 1);
    char *text = tell();
    check_says(text, "xxx...\n    batch    \"n\"\n");
    assert_in_range(strlen(text), 2000, 2400);
    free(text);
}

static void equal_rows_are_told_so(void **state)
{
    (void)state;
    static const struct item items[] = {A, B, C};
    put_items("a/d.avro", items, 3);
    put_items_as("b/d.avro", item_schema, 100, items, 3);
    char *text = tell();
    check_says(text,
               "d.avro differs\n  the rows are equal, all 3: the files differ in how they are");
    free(text);
    recode("b/d.avro", "deflate", 40);
    text = tell();
    check_says(text, "  the rows are equal, all 3");
    free(text);
}

static void other_schemas_are_told_where_they_part(void **state)
{
    (void)state;
    static const struct item items[] = {A};
    char *other = strdup(item_schema);
    memcpy(strstr(other, "\"position\""), "\"pozition\"", 10);
    put_items("a/d.avro", items, 1);
    put_items_as("b/d.avro", other, 2, items, 1);
    char *text = tell();
    check_says(text, "their schemas differ, from byte ");
    check_says(text, "    stream   ");
    check_says(text, "\"position\"");
    check_says(text, "\"pozition\"");
    free(text);
    free(other);
}

static void what_cannot_be_read_is_told(void **state)
{
    (void)state;
    static const struct item items[] = {A, B, C};
    static const struct item no_text[] = {A, {"\xff", 2, "n", 1}, C};
    struct ls_buf bytes;
    ls_buf_init(&bytes, "file", 1U << 20);
    put_items("a/d.avro", items, 3);
    put_text("b/d.avro", "no container");
    char *text = tell();
    check_says(text, "d.avro differs\n  nothing more is known: b/d.avro is no Avro");
    free(text);
    check(ls_file_read("a/d.avro", &bytes, &err));
    put_file("b/d.avro", bytes.data, bytes.size - 20); /* into the second block */
    text = tell();
    check_says(text, "  row 3: libavro cannot read b/d.avro");
    free(text);
    put_items("b/d.avro", no_text, 3);
    text = tell();
    check_says(text, "  row 2 differs\n  it cannot be shown: a row does not decode: a string is");
    free(text);
    ls_buf_clear(&bytes);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    static const struct item a[] = {A, B, C};
    static const struct item b[] = {A, {"x", 2, "n", 1}, C};
    struct ls_divergence which = {"d.avro", {{"a", "b"}, {"stream", "batch"}}, NULL};
    put_items("a/d.avro", a, 3);
    put_items("b/d.avro", b, 3);
    int rc;
    unsigned long nth = 0;
    do {
        struct ls_buf report;
        ls_buf_init(&report, "report", 1U << 20);
        ls_mem_refuse(++nth);
        rc = ls_divergence(&which, &report, &err);
        ls_mem_refuse(0);
        ls_buf_clear(&report);
    } while (rc == LS_E_NOMEM);
    check(rc);
    assert_true(nth > 20);
}

static void a_full_report_is_an_error(void **state)
{
    (void)state;
    static const struct item a[] = {A};
    static const struct item b[] = {B};
    struct ls_divergence which = {"d.avro", {{"a", "b"}, {"stream", "batch"}}, NULL};
    put_items("a/d.avro", a, 1);
    put_items("b/d.avro", b, 1);
    int rc = LS_E_DATA;
    for (size_t room = 1; rc == LS_E_DATA; room++) {
        struct ls_buf report;
        ls_buf_init(&report, "report", room);
        rc = ls_divergence(&which, &report, &err);
        assert_true(report.size <= room);
        ls_buf_clear(&report);
    }
    check(rc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(the_first_row_that_differs_is_told),
        FOLDER_TEST(far_ahead_is_not_looked),
        FOLDER_TEST(long_values_are_cut),
        FOLDER_TEST(equal_rows_are_told_so),
        FOLDER_TEST(other_schemas_are_told_where_they_part),
        FOLDER_TEST(what_cannot_be_read_is_told),
        FOLDER_TEST(refused_memory_is_an_error),
        FOLDER_TEST(a_full_report_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
