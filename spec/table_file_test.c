#include "spec/table_file.h"

#include "core/base/civil.h"
#include "spec/fixture_test.h"
#include "spec/reference_sample_test.h"

#define HEADING "row,currency,begins,ends,known,rate,fee,lots,units,fixed\n"

static int read_fx(struct fixture *f, const char *text, size_t size, struct ls_table_file *out)
{
    assert_int_equal(ls_file_replace("fx.csv", text, size, &f->err), 0);
    return ls_table_file_read(ls_spec_reference(f->spec, "fx"), out, &f->err);
}

/* Rows as text: fields in the order of the spec, strings in quotes, null as -. */
static const char *shown(const struct ls_table_file *file, size_t columns, char out[1024])
{
    out[0] = '\0';
    for (size_t i = 0; i < file->count; i++) {
        size_t used = strlen(out);
        used += (size_t)snprintf(out + used, 1024 - used, "%d:", (int)file->rows[i].line);
        for (size_t c = 0; c < columns; c++) {
            const struct ls_cell *cell = &file->rows[i].cells[c];
            if (cell->is_null) {
                used += (size_t)snprintf(out + used, 1024 - used, " -");
            } else if (cell->bytes) {
                used += (size_t)snprintf(out + used, 1024 - used, " '%.*s'", (int)cell->size,
                                         (const char *)cell->bytes);
            } else {
                used += (size_t)snprintf(out + used, 1024 - used, " %lld", (long long)cell->number);
            }
        }
        snprintf(out + used, 1024 - used, "\n");
    }
    return out;
}

static void values_of_every_type(void **state)
{
    static const struct {
        const char *text, *shown;
    } files[] = {
        {HEADING, ""},
        {"row,currency,begins,ends,known,rate,fee,lots,units,fixed", ""},
        {reference_fx, "2: 'e1' 'EUR' - - - 10000 0 1 1 1\n"
                       "3: 'u1' 'USD' - 20455 - 10825 25 -7 9000000000 0\n"
                       "4: 'u2' 'USD' 1767312000000 - 1767139200000 10900 -150 0 -1 -\n"},
        {HEADING "\"r,1\",\"a\"\"b\",,,,,,,,\r\nr2,c,,,,,,,,", "2: 'r,1' 'a\"b' - - - - - - - -\n"
                                                               "3: 'r2' 'c' - - - - - - - -\n"},
        {HEADING "\"a\nb\",k,,,,,,,,\nr2,k,,,,,,,,\n", "2: 'a\nb' 'k' - - - - - - - -\n"
                                                       "4: 'r2' 'k' - - - - - - - -\n"},
        {"fixed,note,units,lots,fee,rate,known,ends,begins,currency,row\n"
         "true,\"any,thing\",2,3,4,5,1970-01-01T00:00:00.001+00:00,1969-12-31,1970-01-01T00:00Z,k,"
         "r\n",
         "2: 'r' 'k' 0 -1 1 50000 400 3 2 1\n"},
        {HEADING "r,k,0001-01-01T00:00:00Z,9999-12-31,9999-12-31T23:59:59.999Z,9999.9999,-"
                 "92233720368547758.08,-2147483648,"
                 "9223372036854775807,false\n",
         "2: 'r' 'k' -62135596800000 2932896 253402300799999 99999999 -9223372036854775808 "
         "-2147483648 "
         "9223372036854775807 0\n"},
        {HEADING "r,\"\",,,,\"1.0\",+2.50,,,\n", "2: 'r' '' - - - 10000 250 - - -\n"},
    };
    struct fixture *f = *state;
    load_fine(f, reference_spec, NULL);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct ls_table_file file;
        char out[1024];
        if (read_fx(f, files[i].text, strlen(files[i].text), &file) < 0) {
            fail_msg("%s", f->err.text);
        }
        assert_string_equal(shown(&file, 10, out), files[i].shown);
        ls_table_file_clear(&file);
    }
}

static const struct {
    const char *text;
    size_t size; /* 0: to its NUL */
    const char *message;
} wrong_files[] = {
    {"", 0, "fx.csv:1:1: the file is empty: its first line has the names of the columns"},
    {"row,currency\n", 0, "fx.csv:1:1: there is no column `begins`, which the spec declares"},
    {"row,row\n", 0, "fx.csv:1:5: there are two columns `row`"},
    {HEADING "e1,EUR\n", 0, "fx.csv:2:4: the line ends behind 2 of 10 columns"},
    {HEADING "\n", 0, "fx.csv:2:1: the line ends behind 1 of 10 columns"},
    {HEADING "e1,EUR,,,,,,,,,\n", 0, "fx.csv:2:15: the line goes on behind 10 of 10 columns"},
    {HEADING ",EUR,,,,,,,,\n", 0, "fx.csv:2:1: `row` is empty: it tells which row this is"},
    {HEADING "r,,,,,,,,,\n", 0, "fx.csv:2:3: `currency` is empty: it tells which row this is"},
    {HEADING "r,k,,,,,,\"\",,\n", 0,
     "fx.csv:2:10: `` is no value of `lots`, which is of type int: an int is a whole number of 32 "
     "bits, such as 20"},
    {HEADING "r,k,2026-01-01,,,,,,,\n", 0,
     "fx.csv:2:5: `2026-01-01` is no value of `begins`, which is of type timestamp: a "
     "timestamp is "
     "a time, such as 2026-01-01T00:00:00Z"},
    {HEADING "r,k,2026-01-01T00:00:00,,,,,,,\n", 0,
     "fx.csv:2:5: `2026-01-01T00:00:00` is no value of `begins`, which is of type timestamp: a "
     "timestamp is a time, such as 2026-01-01T00:00:00Z"},
    {HEADING "r,k,,2026-01-01T00:00:00Z,,,,,,\n", 0,
     "fx.csv:2:6: `2026-01-01T00:00:00Z` is no value of `ends`, which is of type date: a date "
     "is a "
     "day, such as 2026-01-01"},
    {HEADING "r,k,,2026-02-29,,,,,,\n", 0,
     "fx.csv:2:6: `2026-02-29` is no value of `ends`, which is of type date: a date is a day, "
     "such "
     "as 2026-01-01"},
    {HEADING "r,k,,,,10000,,,,\n", 0,
     "fx.csv:2:8: `10000` is no value of `rate`, which is of type decimal: a decimal has "
     "`precision` digits at most, `scale` of them places"},
    {HEADING "r,k,,,,0.12345,,,,\n", 0,
     "fx.csv:2:8: `0.12345` is no value of `rate`, which is of type decimal: a decimal has "
     "`precision` digits at most, `scale` of them places"},
    {HEADING "r,k,,,,,0.001,,,\n", 0,
     "fx.csv:2:9: `0.001` is no value of `fee`, which is of type money: money has two decimal "
     "places at most, such as 19.99"},
    {HEADING "r,k,,,,,92233720368547758.08,,,\n", 0,
     "fx.csv:2:9: `92233720368547758.08` is no value of `fee`, which is of type money: money "
     "has "
     "two decimal places at most, such as 19.99"},
    {HEADING "r,k,,,,,,2147483648,,\n", 0,
     "fx.csv:2:10: `2147483648` is no value of `lots`, which is of type int: an int is a whole "
     "number of 32 bits, such as 20"},
    {HEADING "r,k,,,,,,,1e3,\n", 0,
     "fx.csv:2:11: `1e3` is no value of `units`, which is of type long: a long is a whole "
     "number "
     "of 64 bits, such as 20"},
    {HEADING "r,k,,,,,,, 1,\n", 0,
     "fx.csv:2:11: ` 1` is no value of `units`, which is of type long: a long is a whole "
     "number "
     "of 64 bits, such as 20"},
    {HEADING "r,k,,,,,,,,TRUE\n", 0,
     "fx.csv:2:12: `TRUE` is no value of `fixed`, which is of type boolean: a boolean is true "
     "or "
     "false"},
    {HEADING "r,k\"\n", 0,
     "fx.csv:2:4: a quote stands inside a field that does not begin with one: put the whole "
     "field "
     "in quotes, and this one twice"},
    {HEADING "r,\0\n", sizeof HEADING + 3, "fx.csv:2:3: a NUL byte is no text"},
    {HEADING "r,\xc3\x28,\n", 0, "fx.csv:2:3: the field is not UTF-8"},
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
    struct fixture *f = *state;
    load_fine(f, reference_spec, NULL);
    for (size_t i = 0; i < sizeof wrong_files / sizeof *wrong_files; i++) {
        struct ls_table_file file;
        size_t size = wrong_files[i].size ? wrong_files[i].size : strlen(wrong_files[i].text);
        assert_int_equal(read_fx(f, wrong_files[i].text, size, &file), LS_E_DATA);
        assert_string_equal(f->err.text, wrong_files[i].message);
        ls_table_file_clear(&file);
    }
}

static void there_are_so_many_columns(void **state)
{
    struct fixture *f = *state;
    struct ls_table_file file;
    struct ls_buf text;
    load_fine(f, reference_spec, NULL);
    ls_buf_init(&text, "columns", 1U << 20);
    for (size_t i = 0; i <= LS_CSV_COLUMNS_MAX; i++) {
        assert_int_equal(ls_buf_append_text(&text, "x,", &f->err), 0);
    }
    assert_int_equal(read_fx(f, (const char *)text.data, text.size, &file), LS_E_DATA);
    assert_string_equal(f->err.text, "fx.csv:1:2049: there are more than 1024 columns");
    ls_table_file_clear(&file);
    ls_buf_clear(&text);
}

static void a_file_lies_beside_its_spec(void **state)
{
    struct fixture *f = *state;
    struct ls_table_file file;
    struct ls_layers layers = {.spec_path = "desk/spec.yaml", .config_root = "."};
    assert_int_equal(ls_folder_make("desk", &f->err), 0);
    assert_int_equal(
        ls_file_replace("desk/spec.yaml", reference_spec, strlen(reference_spec), &f->err), 0);
    assert_int_equal(ls_file_replace("desk/fx.csv", reference_fx, strlen(reference_fx), &f->err),
                     0);
    assert_int_equal(ls_spec_load(&layers, &f->spec, &f->report, &f->err), 0);
    const struct ls_spec_reference *table = ls_spec_reference(f->spec, "fx");
    assert_string_equal(table->path, "desk/fx.csv");
    assert_int_equal(ls_table_file_read(table, &file, &f->err), 0);
    struct ls_sha256 sum;
    ls_sha256_of(reference_fx, strlen(reference_fx), &sum);
    assert_memory_equal(&file.sha256, &sum, sizeof sum);
    ls_table_file_clear(&file);
    assert_int_equal(unlink("desk/fx.csv"), 0);
    assert_int_equal(ls_table_file_read(table, &file, &f->err), LS_E_NOINPUT);
    assert_non_null(strstr(f->err.text, "desk/fx.csv"));
    ls_table_file_clear(&file);
}

static void refused_memory_is_told(void **state)
{
    struct fixture *f = *state;
    struct ls_table_file file;
    unsigned long refused = 0;
    load_fine(f, reference_spec, NULL);
    FILE *out = fopen("fx.csv", "w");
    assert_non_null(out);
    fputs(reference_fx, out);
    fclose(out);
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        ls_mem_refuse(refused + 1);
        rc = ls_table_file_read(ls_spec_reference(f->spec, "fx"), &file, &f->err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && f->err.code == LS_E_NOMEM));
        ls_table_file_clear(&file);
    }
    assert_true(refused > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(values_of_every_type),      FIXTURE_TEST(what_is_wrong_is_told_with_its_place),
        FIXTURE_TEST(there_are_so_many_columns), FIXTURE_TEST(a_file_lies_beside_its_spec),
        FIXTURE_TEST(refused_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
