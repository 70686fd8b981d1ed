#include "core/base/rule.h"

#include "core/base/buf.h"
#include "core/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool is_id(const char *text)
{
    return strncmp(text, "LS", 2) == 0 && strspn(text + 2, "0123456789") == 4 && strlen(text) == 6;
}

static void rules_are_sorted_and_explained(void **state)
{
    (void)state;
    for (const struct ls_rule *rule = ls_rules; rule->id; rule++) {
        assert_true(is_id(rule->id));
        if (rule != ls_rules && strcmp(rule[-1].id, rule->id) >= 0) {
            fail_msg("%s comes before %s", rule[-1].id, rule->id);
        }
        size_t title = strlen(rule->title);
        size_t text = strlen(rule->text);
        if (title < 8 || title > 60 || strchr(rule->title, '\n') || rule->title[title - 1] == '.') {
            fail_msg("%s: a title is one line without a stop: %s", rule->id, rule->title);
        }
        if (text < 100 || rule->text[text - 1] != '\n') {
            fail_msg("%s: the explanation is too short, or does not end its last line", rule->id);
        }
        for (const char *line = rule->text; *line; line += strcspn(line, "\n") + 1) {
            assert_in_range(strcspn(line, "\n"), 0, 100);
        }
    }
}

static void rules_are_found_by_id(void **state)
{
    (void)state;
    for (const struct ls_rule *rule = ls_rules; rule->id; rule++) {
        assert_ptr_equal(ls_rule_find(rule->id), rule);
    }
    assert_null(ls_rule_find("LS0000"));
    assert_null(ls_rule_find(""));
    assert_null(ls_rule_find("LS10010"));
}

/* Which rules the sources cite. */
struct scan {
    const char *room;
    struct ls_buf buf;
    bool used[1000]; /* by index in ls_rules */
    unsigned files;
    unsigned unknown;
};

static bool is_source(const char *path)
{
    static const char *const none[] = {"_test.c", "_bench.c", "_fuzz.c", "base/rule.c"};
    size_t length = strlen(path);
    if (length < 2 ||
        (strcmp(path + length - 2, ".c") != 0 && strcmp(path + length - 2, ".h") != 0)) {
        return false;
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        size_t size = strlen(none[i]);
        if (length >= size && strcmp(path + length - size, none[i]) == 0) {
            return false;
        }
    }
    return true;
}

static void note(struct scan *scan, const char *path, const char *id)
{
    const struct ls_rule *rule = ls_rule_find(id);
    if (rule) {
        scan->used[rule - ls_rules] = true;
        return;
    }
    print_error("%s/%s cites %s, which core/base/rule.c does not explain\n", scan->room, path, id);
    scan->unknown++;
}

static int scan_file(void *context, const char *relative, struct ls_error *err)
{
    struct scan *scan = context;
    char folder[LS_PATH_MAX];
    char path[LS_PATH_MAX];
    if (!is_source(relative)) {
        return 0;
    }
    scan->buf.size = 0;
    scan->files++;
    int rc = ls_path_join(folder, LS_SOURCE_DIR, scan->room, err);
    rc = rc < 0 ? rc : ls_path_join(path, folder, relative, err);
    rc = rc < 0 ? rc : ls_file_read(path, &scan->buf, err);
    const char *text = rc < 0 ? NULL : ls_buf_text(&scan->buf, err);
    for (const char *at = text; at && (at = strstr(at, "\"LS")); at++) {
        char id[7];
        memcpy(id, at + 1, strnlen(at + 1, 6));
        id[strnlen(at + 1, 6)] = '\0';
        if (is_id(id) && at[7] == '"') {
            note(scan, relative, id);
        }
    }
    return text ? 0 : err->code;
}

static void every_rule_is_used_and_every_used_rule_is_explained(void **state)
{
    static const char *const rooms[] = {"core",     "spec",        "generator",
                                        "pipeline", "conformance", "cli"};
    struct ls_error err = {0};
    struct scan scan = {0};
    (void)state;
    ls_buf_init(&scan.buf, "source", 16U << 20);
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        scan.room = rooms[i];
        char path[LS_PATH_MAX];
        assert_int_equal(ls_path_join(path, LS_SOURCE_DIR, rooms[i], &err), 0);
        if (ls_path_is_folder(path) && ls_tree_walk(path, scan_file, &scan, &err) < 0) {
            fail_msg("%s", err.text);
        }
    }
    ls_buf_clear(&scan.buf);
    assert_true(scan.files > 20);
    unsigned unused = 0;
    for (const struct ls_rule *rule = ls_rules; rule->id; rule++) {
        if (!scan.used[rule - ls_rules]) {
            print_error("no source cites %s\n", rule->id);
            unused++;
        }
    }
    assert_int_equal(scan.unknown, 0);
    assert_int_equal(unused, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_sorted_and_explained),
        cmocka_unit_test(rules_are_found_by_id),
        cmocka_unit_test(every_rule_is_used_and_every_used_rule_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
