#include "conformance/fixture_test.h"
#include "conformance/naive_internal.h"
#include "core/base/mem.h"

static struct naive_column column_items[] = {
    {.name = "text", .type = NAIVE_STRING},
    {.name = "whole", .type = NAIVE_LONG},
    {.name = "money", .type = NAIVE_LONG, .scale = 2},
    {.name = "rate", .type = NAIVE_SCALED, .scale = 4, .precision = 8},
    {.name = "yes", .type = NAIVE_BOOLEAN},
    {.name = "time", .type = NAIVE_TIME},
    {.name = "day", .type = NAIVE_INT, .logical = "date"},
};
static const struct naive_columns columns = {column_items, COUNT(column_items)};

static const struct {
    const char *text;
    const char *rows; /* strings in quotes, - for null; or "error" */
} cases[] = {
    {"text,whole,money,rate,yes,time,day\n", ""},
    {"text,whole,money,rate,yes,time,day\na,1,2,3,true,1970-01-01T00:00:05Z,1970-01-03\n",
     "'a' 1 200 30000 1 5000 2\n"},
    {"day,time,yes,rate,money,whole,text\r\n,,,,,,\r\n1969-12-31,1969-12-31T23:59:59.999Z,false,"
     "-0.0001,-1.50,-9223372036854775808,\"a,\"\"b\"\"\r\nc\"",
     "- - - - - - -\n'a,\"b\"\r\nc' -9223372036854775808 -150 -1 0 -1 -1\n"},
    {"\xef\xbb\xbftext,other,whole\nx,\"y\nz\",+7\n", "'x' 7 0 0 0 0 0\n"},
    {"text,rate\n\"\",1.080000\n\"\"\"\",0.5\n", "'' 0 0 10800 0 0 0\n'\"' 0 0 5000 0 0 0\n"},
    {"whole\n9223372036854775808\n", "error"},
    {"whole\n1e3\n", "error"},
    {"time\nnoon\n", "error"},
};

static void files_and_their_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ls_arena arena;
        struct naive_value **rows = NULL;
        size_t count = 0;
        char text[512] = "";
        ls_arena_init(&arena, "test rows", 1U << 20);
        put_text("table.csv", cases[i].text);
        int rc = ls_naive_csv_read("table.csv", &columns, &arena, &rows, &count, &err);
        for (size_t r = 0; rc == 0 && r < count; r++) {
            for (size_t c = 0; c < columns.count; c++) {
                const struct naive_value *value = &rows[r][c];
                size_t used = strlen(text);
                if (value->is_null) {
                    snprintf(text + used, sizeof text - used, "-");
                } else if (value->bytes) {
                    snprintf(text + used, sizeof text - used, "'%.*s'", (int)value->size,
                             (const char *)value->bytes);
                } else {
                    snprintf(text + used, sizeof text - used, "%lld", (long long)value->number);
                }
                strcat(text, c + 1 < columns.count ? " " : "\n");
            }
        }
        assert_string_equal(rc < 0 ? "error" : text, cases[i].rows);
        ls_mem_free(rows);
        ls_arena_clear(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(files_and_their_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
