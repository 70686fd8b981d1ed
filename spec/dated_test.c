#include "spec/dated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define EVER         INT64_MIN
#define OPEN         INT64_MAX

struct row {
    const char *key, *id;
    int64_t known, begin, end;
};

struct table {
    const char *name;
    struct row rows[6];
    int64_t as_of;
    bool at_once;
    const char *in_force; /* rows in their order; or the problem and its rows */
};

static const char *ask(const struct table *t, char out[64])
{
    static const char *const problems[] = {"", "backwards", "twice", "overlap"};
    struct ls_dated rows[COUNT(t->rows)];
    struct ls_dated both[2] = {{.row = 99}, {.row = 99}};
    size_t count = 0;
    for (; count < COUNT(t->rows) && t->rows[count].key; count++) {
        const struct row *row = &t->rows[count];
        rows[count] = (struct ls_dated){.key = ls_id_of(row->key, strlen(row->key)),
                                        .id = ls_id_of(row->id, strlen(row->id)),
                                        .known = row->known,
                                        .begin = row->begin,
                                        .end = row->end,
                                        .row = count,
                                        .cells = row};
    }
    enum ls_dated_problem problem = ls_dated_in_force(rows, &count, t->as_of, t->at_once, both);
    if (problem != LS_DATED_FINE) {
        snprintf(out, 64, "%s %d %d", problems[problem], (int)both[0].row, (int)both[1].row);
        return out;
    }
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(rows[i].cells, &t->rows[rows[i].row]);
        snprintf(out + strlen(out), 64 - strlen(out), "%s%d", i ? " " : "", (int)rows[i].row);
    }
    return out;
}

/* Rows in force, of tables of one key but for one. */
static const struct table tables[] = {
    {"no rows", {{0}}, OPEN, false, ""},
    {"one", {{"k", "a", EVER, EVER, OPEN}}, OPEN, false, "0"},
    {"by begin", {{"k", "a", EVER, 5, 9}, {"k", "b", EVER, 1, 5}}, OPEN, false, "1 0"},
    {"a hole", {{"k", "a", EVER, EVER, 3}, {"k", "b", EVER, 8, OPEN}}, OPEN, false, "0 1"},
    {"an overlap", {{"k", "a", EVER, 1, 6}, {"k", "b", EVER, 5, 9}}, OPEN, false, "overlap 0 1"},
    {"the same, told in the order of rows",
     {{"k", "a", EVER, 5, 9}, {"k", "b", EVER, 1, 6}},
     OPEN,
     false,
     "overlap 0 1"},
    {"at once", {{"k", "a", EVER, 5, OPEN}, {"k", "b", EVER, 1, OPEN}}, OPEN, true, "1 0"},
    {"one time, in the order of rows",
     {{"k", "b", EVER, 5, OPEN}, {"k", "a", EVER, 5, OPEN}},
     OPEN,
     true,
     "0 1"},
    {"replaced", {{"k", "a", 7, 1, 5}, {"k", "a", EVER, 1, 9}}, OPEN, false, "0"},
    {"replaced, whole: another time",
     {{"k", "a", EVER, 1, 9}, {"k", "b", EVER, 9, 20}, {"k", "a", 1, 3, 5}},
     OPEN,
     false,
     "2 1"},
    {"replaced by another key's", {{"k", "a", 1, 1, 9}, {"l", "a", 2, 1, 9}}, OPEN, false, "1"},
    {"an overlap that was replaced",
     {{"k", "a", 1, 1, 9}, {"k", "b", 1, 5, 9}, {"k", "a", 2, 1, 5}},
     OPEN,
     false,
     "2 1"},
    {"retracted", {{"k", "a", 1, 1, 9}, {"k", "a", 2, 4, 4}}, OPEN, false, ""},
    {"retracted, and back",
     {{"k", "a", 3, 2, 3}, {"k", "a", 1, 1, 9}, {"k", "a", 2, 4, 4}},
     OPEN,
     false,
     "0"},
    {"empty ones overlap nothing", {{"k", "a", 1, 1, 9}, {"k", "b", 1, 4, 4}}, OPEN, false, "0"},
    {"twice",
     {{"k", "a", 1, 1, 9}, {"k", "b", 1, 9, 10}, {"k", "a", 1, 20, 30}},
     OPEN,
     false,
     "twice 0 2"},
    {"twice, always known",
     {{"k", "a", EVER, 1, 2}, {"k", "a", EVER, 1, 2}},
     OPEN,
     false,
     "twice 0 1"},
    {"twice, replaced or not",
     {{"k", "a", 1, 1, 9}, {"k", "a", 1, 1, 9}, {"k", "a", 2, 1, 9}},
     OPEN,
     false,
     "twice 0 1"},
    {"backwards", {{"k", "a", 1, 1, 2}, {"k", "b", 1, 9, 8}}, OPEN, false, "backwards 1 1"},
    {"as of: before it", {{"k", "a", 5, 1, 9}}, 6, false, "0"},
    {"as of: not at it", {{"k", "a", 5, 1, 9}}, 5, false, ""},
    {"as of: the older one", {{"k", "a", 5, 1, 9}, {"k", "a", EVER, 1, 7}}, 5, false, "1"},
    {"as of: what is not seen is not judged",
     {{"k", "a", 5, 1, 9}, {"k", "b", 9, 9, 1}, {"k", "c", 9, 1, 9}},
     6,
     false,
     "0"},
    {"all: known at the last time there is", {{"k", "a", OPEN, 1, 9}}, OPEN, false, "0"},
};

static void tables_and_their_rows_in_force(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tables); i++) {
        char out[64];
        if (strcmp(ask(&tables[i], out), tables[i].in_force) != 0) {
            fail_msg("%s: expected `%s`, got `%s`", tables[i].name, tables[i].in_force, out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tables_and_their_rows_in_force)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
