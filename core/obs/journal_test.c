#include "core/obs/journal.h"

#include "core/base/file.h"
#include "core/base/mem.h"

#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct ls_error err;
static char path[64];
static struct ls_buf text;
static uint64_t now_ns;

static uint64_t test_clock_ns(void)
{
    return now_ns;
}

static int64_t test_wall_ms(void)
{
    return 1767225600123;
}

static struct ls_journal_options options(bool json, enum ls_journal_level level, unsigned rate)
{
    return (struct ls_journal_options){.path = path,
                                       .json = json,
                                       .level = level,
                                       .rate = rate,
                                       .clock_ns = test_clock_ns,
                                       .clock_wall_ms = test_wall_ms};
}

static struct ls_journal *begin(bool json, enum ls_journal_level level, unsigned rate)
{
    struct ls_journal *j;
    const struct ls_journal_options o = options(json, level, rate);
    assert_int_equal(ls_file_remove(path, &err), 0);
    assert_int_equal(ls_journal_open(&o, &j, &err), 0);
    return j;
}

/* What was written, as a text. */
static const char *end(struct ls_journal *j)
{
    assert_int_equal(ls_journal_close(j, &err), 0);
    text.size = 0;
    assert_int_equal(ls_file_read(path, &text, &err), 0);
    return ls_buf_text(&text, &err);
}

#define HEAD "{\"time\":\"2026-01-01T00:00:00.123Z\",\"level\":"

static void a_line_is_an_object(void **state)
{
    (void)state;
    const struct ls_journal_field fields[] = {
        ls_field_text("text", "plain"),          ls_field_text("none", NULL),
        ls_field_bytes("bytes", "\xff\"\n", 3),  ls_field_bytes("empty", "", 0),
        ls_field_count("most", UINT64_MAX),      ls_field_number("least", INT64_MIN),
        ls_field_json("json", "{\"a\":[1]}", 9), ls_field_json("no_json", NULL, 0),
    };
    struct ls_journal *j = begin(true, LS_JOURNAL_WARN, 1);
    ls_journal_write(j, LS_JOURNAL_WARN, "odd", "it \"is\"\x01", fields,
                     sizeof fields / sizeof *fields);
    ls_journal_write(j, LS_JOURNAL_INFO, "quiet", "is not written", NULL, 0);
    ls_journal_write(j, LS_JOURNAL_ERROR, "end", "", NULL, 0);
    assert_string_equal(
        end(j), HEAD "\"warn\",\"event\":\"odd\",\"message\":\"it \\\"is\\\"\\u0001\","
                     "\"text\":\"plain\",\"none\":null,\"bytes\":\"\\u00ff\\\"\\u000a\","
                     "\"empty\":\"\",\"most\":18446744073709551615,"
                     "\"least\":-9223372036854775808,\"json\":{\"a\":[1]},"
                     "\"no_json\":null}\n" HEAD "\"error\",\"event\":\"end\",\"message\":\"\"}\n");
}

/* Whatever bytes a text has, the line is one line of JSON in UTF-8. */
static void any_bytes_make_valid_json(void **state)
{
    (void)state;
    char bytes[4];
    for (unsigned seed = 0; seed < 4096; seed++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = (char)((seed >> (3 * i)) * 37 + (i == 3 ? 0xc0 : 0));
        }
        bytes[seed % 4] = '\0';
        const struct ls_journal_field field = ls_field_bytes("f", bytes, sizeof bytes);
        struct ls_journal *j = begin(true, LS_JOURNAL_INFO, 1);
        ls_journal_write(j, LS_JOURNAL_INFO, "e", bytes, &field, 1);
        const char *line = end(j);
        json_t *read = json_loads(line, JSON_ALLOW_NUL, NULL);
        assert_non_null(read);
        assert_ptr_equal(strchr(line, '\n'), line + text.size - 1);
        json_decref(read);
    }
}

static void words_are_for_a_person(void **state)
{
    (void)state;
    const struct ls_journal_field field = ls_field_count("n", 1);
    struct ls_journal *j = begin(false, LS_JOURNAL_INFO, 1);
    ls_journal_write(j, LS_JOURNAL_INFO, "a", "all is \"well\"", &field, 1);
    ls_journal_write(j, LS_JOURNAL_ERROR, "b", "two\nlines, \033[31mred", NULL, 0);
    assert_string_equal(end(j), "2026-01-01T00:00:00.123Z info  all is \"well\"\n"
                                "2026-01-01T00:00:00.123Z error \"two\\u000alines, "
                                "\\u001b[31mred\"\n");
}

static void a_file_is_appended_to(void **state)
{
    (void)state;
    const struct ls_journal_options o = options(false, LS_JOURNAL_INFO, 1);
    struct ls_journal *j = begin(false, LS_JOURNAL_INFO, 1);
    ls_journal_write(j, LS_JOURNAL_INFO, "a", "one", NULL, 0);
    end(j);
    assert_int_equal(ls_journal_open(&o, &j, &err), 0);
    ls_journal_write(j, LS_JOURNAL_INFO, "a", "two", NULL, 0);
    assert_string_equal(end(j), "2026-01-01T00:00:00.123Z info  one\n"
                                "2026-01-01T00:00:00.123Z info  two\n");
}

static const char record[] = "record", late[] = "late", bad[] = "bad";

static void try(struct ls_journal *j, const char *which, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (ls_journal_samples(j, record, which)) {
            ls_journal_write(j, LS_JOURNAL_INFO, record, which, NULL, 0);
        }
    }
}

#define INFO "2026-01-01T00:00:00.123Z info  "

/* So many lines a second of each event; what was left out is counted. */
static void records_are_sampled_and_the_rest_is_counted(void **state)
{
    (void)state;
    struct ls_journal *j = begin(false, LS_JOURNAL_INFO, 2);
    now_ns = 5000000000;
    try(j, late, 5);
    try(j, bad, 1);
    now_ns += 999999999;
    try(j, late, 1000);
    now_ns += 1; /* the next second */
    try(j, late, 3);
    ls_journal_settle(j);
    ls_journal_settle(j);
    try(j, late, 1);
    try(j, bad, 1);
    assert_string_equal(end(j), INFO "late\n" INFO "late\n" INFO "bad\n" /* */
                        INFO "1,003 more of record late\n"               /* */
                        INFO "late\n" INFO "late\n"                      /* */
                        INFO "1 more of record late\n"                   /* settled */
                        INFO "bad\n" INFO "1 more of record late\n");
    j = begin(true, LS_JOURNAL_INFO, 0); /* none of them */
    try(j, late, 7);
    assert_string_equal(end(j),
                        HEAD "\"info\",\"event\":\"left_out\",\"message\":\"7 more of "
                             "record late\",\"of\":\"record\",\"which\":\"late\",\"count\":7}\n");
    j = begin(false, LS_JOURNAL_WARN, 2); /* nobody listens */
    try(j, late, 7);
    assert_string_equal(end(j), "");
}

static void nobody_is_told_by_no_journal(void **state)
{
    (void)state;
    assert_false(ls_journal_takes(NULL, LS_JOURNAL_ERROR));
    assert_false(ls_journal_samples(NULL, "record", "late"));
    ls_journal_write(NULL, LS_JOURNAL_ERROR, "e", "m", NULL, 0);
    ls_journal_settle(NULL);
    assert_int_equal(ls_journal_close(NULL, &err), 0);
}

static void what_cannot_be_written_is_told_at_the_end(void **state)
{
    (void)state;
    struct ls_journal *j;
    struct ls_journal_options o = options(true, LS_JOURNAL_INFO, 1);
    o.path = "/dev/full";
    assert_int_equal(ls_journal_open(&o, &j, &err), 0);
    ls_journal_write(j, LS_JOURNAL_INFO, "a", "one", NULL, 0);
    ls_journal_write(j, LS_JOURNAL_INFO, "a", "two", NULL, 0);
    assert_int_equal(ls_journal_close(j, &err), LS_E_IO);
    assert_non_null(strstr(err.text, "2 lines of the log are lost: "));
    assert_non_null(strstr(err.text, "/dev/full"));
    o.path = "/no/such/folder/log";
    assert_true(ls_journal_open(&o, &j, &err) < 0);
    assert_null(j);
}

/* A line that finds no memory is lost, and counted. */
static void refused_allocations_lose_lines_alone(void **state)
{
    (void)state;
    bool whole = false;
    for (unsigned long n = 1; !whole; n++) {
        const struct ls_journal_options o = options(true, LS_JOURNAL_INFO, 1);
        struct ls_journal *j;
        ls_mem_refuse(n);
        int rc = ls_journal_open(&o, &j, &err);
        if (rc == 0) {
            ls_journal_write(j, LS_JOURNAL_INFO, "a", "one", NULL, 0);
            rc = ls_journal_close(j, &err);
            whole = rc == 0;
        }
        ls_mem_refuse(0);
        assert_true(whole || rc == LS_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_an_object),
        cmocka_unit_test(any_bytes_make_valid_json),
        cmocka_unit_test(words_are_for_a_person),
        cmocka_unit_test(a_file_is_appended_to),
        cmocka_unit_test(records_are_sampled_and_the_rest_is_counted),
        cmocka_unit_test(nobody_is_told_by_no_journal),
        cmocka_unit_test(what_cannot_be_written_is_told_at_the_end),
        cmocka_unit_test(refused_allocations_lose_lines_alone),
    };
    char folder[] = "/tmp/journal_test.XXXXXX";
    if (!mkdtemp(folder)) {
        return 1;
    }
    snprintf(path, sizeof path, "%s/log", folder);
    ls_buf_init(&text, "what was written", 1U << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ls_buf_clear(&text);
    return ls_tree_remove(folder, &err) < 0 ? 1 : failed;
}
