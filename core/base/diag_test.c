#include "core/base/diag.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char document[] = "seed: 7\n"
                               "\tr\xc3\xa4te: fast\n"
                               "\n"
                               "last: 1";

/* What the problems of a diag look like; freed by the caller. */
static char *rendered(const struct ls_diag *diag, bool color)
{
    struct ls_error err;
    struct ls_buf out;
    ls_buf_init(&out, "report", 1 << 20);
    assert_int_equal(ls_diag_render(diag, color, &out, &err), 0);
    char *text = ls_mem_copy(out.data, out.size, &err);
    ls_buf_clear(&out);
    return text;
}

struct placement {
    int line;
    int column;
    const char *path;
    const char *hint;
    const char *report;
};

static const struct placement placements[] = {
    {1, 7, "seed", "give a number",
     "a.yaml:1:7: error: bad value 7 [LS1003]\n"
     "     1 | seed: 7\n"
     "       |       ^\n"
     "       = in seed\n"
     "       = give a number\n"
     "1 error, 0 warnings\n"},
    {2, 8, "", NULL, /* columns are code points; a tab stays a tab */
     "a.yaml:2:8: error: bad value 7 [LS1003]\n"
     "     2 | \tr\xc3\xa4te: fast\n"
     "       | \t      ^\n"
     "1 error, 0 warnings\n"},
    {2, 99, NULL, NULL, /* behind the end of the line: the caret stands at its end */
     "a.yaml:2:99: error: bad value 7 [LS1003]\n"
     "     2 | \tr\xc3\xa4te: fast\n"
     "       | \t          ^\n"
     "1 error, 0 warnings\n"},
    {3, 1, NULL, NULL, /* an empty line is not quoted */
     "a.yaml:3:1: error: bad value 7 [LS1003]\n"
     "1 error, 0 warnings\n"},
    {4, 1, NULL, NULL, /* a last line without an end */
     "a.yaml:4:1: error: bad value 7 [LS1003]\n"
     "     4 | last: 1\n"
     "       | ^\n"
     "1 error, 0 warnings\n"},
    {5, 1, NULL, NULL, /* no such line */
     "a.yaml:5:1: error: bad value 7 [LS1003]\n"
     "1 error, 0 warnings\n"},
    {0, 0, "seed", NULL, /* the file alone */
     "a.yaml: error: bad value 7 [LS1003]\n"
     "       = in seed\n"
     "1 error, 0 warnings\n"},
};

static void places_are_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(placements); i++) {
        struct ls_error err;
        struct ls_diag diag;
        ls_diag_init(&diag);
        const struct ls_source *source = ls_diag_source(&diag, "a.yaml", document, strlen(document),
                                                        &err);
        assert_non_null(source);
        struct ls_where where = {source, placements[i].line, placements[i].column,
                                 placements[i].path};
        ls_diag_add(&diag, LS_SEVERITY_ERROR, "LS1003", where, placements[i].hint, "bad value %d",
                    7);
        char *text = rendered(&diag, false);
        assert_string_equal(text, placements[i].report);
        ls_mem_free(text);
        ls_diag_clear(&diag);
    }
}

static void severities_are_counted_and_colored(void **state)
{
    struct ls_diag diag;
    (void)state;
    ls_diag_init(&diag);
    char *text = rendered(&diag, false);
    assert_string_equal(text, ""); /* nothing to say */
    ls_mem_free(text);
    ls_diag_add(&diag, LS_SEVERITY_WARNING, "LS2001", (struct ls_where){0}, NULL, "odd");
    ls_diag_add(&diag, LS_SEVERITY_ERROR, "LS2002", (struct ls_where){0}, NULL, "bad");
    ls_diag_add(&diag, LS_SEVERITY_ERROR, "LS2003", (struct ls_where){0}, NULL, "worse");
    assert_int_equal(diag.errors, 2);
    assert_int_equal(diag.warnings, 1);
    text = rendered(&diag, true);
    assert_string_equal(text, "\033[1;33mwarning\033[0m: odd [LS2001]\n"
                              "\033[1;31merror\033[0m: bad [LS2002]\n"
                              "\033[1;31merror\033[0m: worse [LS2003]\n"
                              "2 errors, 1 warning\n");
    ls_mem_free(text);
    ls_diag_clear(&diag);
    assert_int_equal(diag.count + diag.errors + diag.warnings, 0);
}

static void sources_and_texts_are_copies(void **state)
{
    char name[] = "a.yaml";
    char content[] = "seed: 7\n";
    char path[] = "seed";
    char hint[] = "hint";
    struct ls_error err;
    struct ls_diag diag;
    (void)state;
    ls_diag_init(&diag);
    struct ls_where where = {ls_diag_source(&diag, name, content, strlen(content), &err), 1, 1,
                             path};
    ls_diag_add(&diag, LS_SEVERITY_ERROR, "LS1003", where, hint, "%s", "bad");
    memset(name, 'x', strlen(name));
    memset(content, 'x', strlen(content));
    memset(path, 'x', strlen(path));
    memset(hint, 'x', strlen(hint));
    char *text = rendered(&diag, false);
    assert_string_equal(text, "a.yaml:1:1: error: bad [LS1003]\n"
                              "     1 | seed: 7\n"
                              "       | ^\n"
                              "       = in seed\n"
                              "       = hint\n"
                              "1 error, 0 warnings\n");
    ls_mem_free(text);
    ls_diag_clear(&diag);
}

/* A line of 400 bytes is quoted, a longer one is not. */
static void long_lines_are_not_quoted(void **state)
{
    (void)state;
    for (size_t size = 400; size <= 401; size++) {
        char line[401];
        struct ls_error err;
        struct ls_diag diag;
        memset(line, 'x', sizeof line);
        ls_diag_init(&diag);
        struct ls_where where = {ls_diag_source(&diag, "a", line, size, &err), 1, 1, NULL};
        ls_diag_add(&diag, LS_SEVERITY_ERROR, "LS1003", where, NULL, "bad");
        char *text = rendered(&diag, false);
        assert_int_equal(strstr(text, "xxxx") != NULL, size == 400);
        ls_mem_free(text);
        ls_diag_clear(&diag);
    }
}

/* The same words in the same place tell nothing new; in another place, or of another rule, they do.
 */
static void a_problem_is_noted_once(void **state)
{
    struct ls_diag diag;
    struct ls_error err;
    (void)state;
    ls_diag_init(&diag);
    const struct ls_source *source = ls_diag_source(&diag, "a.yaml", document, sizeof document - 1,
                                                    &err);
    const struct {
        const char *rule;
        struct ls_where where;
        const char *text;
        int count; /* of problems then */
    } cases[] = {
        {"LS1003", {source, 1, 7, "seed"}, "bad", 1},  {"LS1003", {source, 1, 7, "seed"}, "bad", 1},
        {"LS1003", {source, 1, 7, "seed"}, "odd", 2},  {"LS1004", {source, 1, 7, "seed"}, "bad", 3},
        {"LS1003", {source, 1, 7, "other"}, "bad", 4}, {"LS1003", {source, 1, 8, "seed"}, "bad", 5},
        {"LS1003", {source, 4, 7, "seed"}, "bad", 6},  {"LS1003", {source, 1, 7, NULL}, "bad", 7},
        {"LS1003", {source, 1, 7, "seed"}, "odd", 7},  {"LS1003", {NULL, 0, 0, NULL}, "bad", 8},
        {"LS1003", {NULL, 0, 0, NULL}, "bad", 9}, /* no place is not one */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        ls_diag_add(&diag, LS_SEVERITY_ERROR, cases[i].rule, cases[i].where, NULL, "%s",
                    cases[i].text);
        assert_int_equal(diag.count, cases[i].count);
        assert_int_equal(diag.errors, cases[i].count);
    }
    ls_diag_clear(&diag);
}

static void problems_past_the_limit_are_counted(void **state)
{
    struct ls_diag diag;
    (void)state;
    ls_diag_init(&diag);
    for (int i = 0; i < LS_PROBLEMS_MAX + 7; i++) {
        ls_diag_add(&diag, i % 2 ? LS_SEVERITY_ERROR : LS_SEVERITY_WARNING, "LS1003",
                    (struct ls_where){0}, NULL, "number %d", i);
    }
    assert_int_equal(diag.count, LS_PROBLEMS_MAX);
    assert_int_equal(diag.errors + diag.warnings, LS_PROBLEMS_MAX + 7);
    char *text = rendered(&diag, false);
    assert_non_null(strstr(text, "number 0 ["));
    assert_non_null(strstr(text, "number 99 ["));
    assert_null(strstr(text, "number 100 ["));
    assert_non_null(strstr(text, "]\n... and 7 more\n53 errors, 54 warnings\n"));
    ls_mem_free(text);
    ls_diag_clear(&diag);
}

static void results(void **state)
{
    struct ls_error err = {0};
    struct ls_diag diag;
    (void)state;
    ls_diag_init(&diag);
    assert_int_equal(ls_diag_result(&diag, &err), 0);
    ls_diag_add(&diag, LS_SEVERITY_WARNING, "LS2001", (struct ls_where){0}, NULL, "odd");
    assert_int_equal(ls_diag_result(&diag, &err), 0);
    assert_int_equal(err.code, 0);
    ls_diag_add(&diag, LS_SEVERITY_ERROR, "LS2002", (struct ls_where){0}, NULL, "bad");
    assert_int_equal(ls_diag_result(&diag, &err), LS_E_DATA);
    assert_int_equal(err.code, LS_E_DATA);
    assert_string_equal(err.text, "warning: odd [LS2001]\n"
                                  "error: bad [LS2002]\n"
                                  "1 error, 1 warning\n");
    ls_diag_clear(&diag);
}

/* As much of a report as fits into an error is there, however long its texts are. */
static void a_long_report_is_cut(void **state)
{
    static char path[20001];
    struct ls_error err = {0};
    struct ls_diag diag;
    (void)state;
    memset(path, 'p', sizeof path - 1);
    ls_diag_init(&diag);
    for (int i = 0; i < LS_PROBLEMS_MAX; i++) {
        ls_diag_add(&diag, LS_SEVERITY_ERROR, "LS1003", (struct ls_where){.path = path}, path,
                    "first words");
    }
    assert_int_equal(ls_diag_result(&diag, &err), LS_E_DATA);
    assert_int_equal(strlen(err.text), LS_ERROR_TEXT_MAX - 1);
    assert_int_equal(strncmp(err.text, "error: first words [LS1003]\n       = in pppp", 44), 0);
    assert_string_equal(err.text + LS_ERROR_TEXT_MAX - 5, "p...");
    ls_diag_clear(&diag);
}

/* A problem that could not be kept still counts, and one without its text is still reported. */
static void refused_memory_loses_no_problem(void **state)
{
    (void)state;
    for (unsigned long nth = 1; nth < 20; nth++) {
        struct ls_error err = {0};
        struct ls_diag diag;
        ls_diag_init(&diag);
        ls_mem_refuse(nth);
        const struct ls_source *source = ls_diag_source(&diag, "a", "text", 4, &err);
        assert_int_equal(source == NULL, err.code == LS_E_NOMEM);
        for (int i = 0; i < 3; i++) {
            ls_diag_add(&diag, LS_SEVERITY_ERROR, "LS1003", (struct ls_where){source, 1, 1, "path"},
                        "hint", "bad %d", i);
        }
        assert_int_equal(diag.errors, 3);
        assert_int_equal(diag.count, 3);
        int rc = ls_diag_result(&diag, &err);
        assert_true(rc == LS_E_DATA || rc == LS_E_NOMEM);
        ls_mem_refuse(0);
        ls_diag_clear(&diag);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_shown),
        cmocka_unit_test(severities_are_counted_and_colored),
        cmocka_unit_test(sources_and_texts_are_copies),
        cmocka_unit_test(long_lines_are_not_quoted),
        cmocka_unit_test(a_problem_is_noted_once),
        cmocka_unit_test(problems_past_the_limit_are_counted),
        cmocka_unit_test(results),
        cmocka_unit_test(a_long_report_is_cut),
        cmocka_unit_test(refused_memory_loses_no_problem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
