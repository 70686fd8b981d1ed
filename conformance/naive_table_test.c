#include "conformance/fixture_test.h"
#include "conformance/naive_internal.h"
#include "core/base/mem.h"
#include "spec/reference_sample_test.h"

/* The world of a spec whose tables are files: fx.csv as given, and its zones. */
static int load(struct naive_world *world, struct ls_spec **spec, const char *fx)
{
    static const char populations[] =
        "  stocks: {from: entities.stock, key: stock_id}\n"
        "  splits: {from: entities.split, key: stock, happens: ex_date, id: split_id}\n";
    static struct ls_naive job;
    char text[sizeof reference_spec];
    struct ls_buf report;
    /* without the populations, whose tables would be Avro files, and what reads them */
    const char *tables = strstr(reference_spec, populations);
    const char *steps = strstr(reference_spec, "normalize:\n");
    const char *rest = strstr(reference_spec, "pipeline:\n");
    assert_true(tables && steps && rest);
    snprintf(text, sizeof text, "%.*s%.*s%s", (int)(tables - reference_spec), reference_spec,
             (int)(steps - tables - (long)sizeof populations + 1), tables + sizeof populations - 1,
             rest);
    put_text("desk.yaml", text);
    put_text("fx.csv", fx);
    put_text("zones.csv", reference_zones);
    ls_buf_init(&report, "report", 1U << 20);
    struct ls_layers layers = {"desk.yaml", ".", NULL, NULL, NULL};
    if (ls_spec_load(&layers, spec, &report, &err) < 0) {
        fail_msg("%s", ls_buf_text(&report, &err));
    }
    ls_buf_clear(&report);
    job = (struct ls_naive){.spec = *spec, .reference = "."};
    *world = (struct naive_world){.job = &job, .spec = *spec};
    ls_arena_init(&world->arena, "test world", 1U << 24);
    return ls_naive_tables_load(world, &err);
}

static void forget(struct naive_world *world, struct ls_spec *spec)
{
    ls_arena_clear(&world->arena);
    ls_spec_free(spec);
}

#define HEADING "row,currency,begins,ends,known,rate,fee,lots,units,fixed\n"
#define TIME(s) "1970-01-01T00:00:" s "Z"
#define REST    ",1,1,1,1,true\n"

/* The units of a key's rows in force, in their order. */
static void what_is_in_force(void **state)
{
    static const struct {
        const char *name, *text;
        const char *of_k; /* beginnings in ms, `*` for none */
    } cases[] = {
        {"none", HEADING, ""},
        {"one", HEADING "a,k,,," REST, "*"},
        {"by begin", HEADING "b,k," TIME("05") ",," REST "a,k,,1970-01-01," REST, "* 5000"},
        {"replaced",
         HEADING "a,k," TIME("05") ",," TIME("01") REST "a,k," TIME("07") ",," TIME("02") REST,
         "7000"},
        {"replaced, whatever the order",
         HEADING "a,k," TIME("07") ",," TIME("02") REST "a,k," TIME("05") ",," REST, "7000"},
        {"another key's now",
         HEADING "a,k," TIME("05") ",," TIME("01") REST "a,l," TIME("07") ",," TIME("02") REST, ""},
        {"taken back", HEADING "a,k,,," REST "a,k,1970-01-01T00:00:00Z,1970-01-01," TIME("02") REST,
         ""},
        {"twice", HEADING "a,k,,," REST "a,k,,," REST, "error"},
        {"at once", HEADING "a,k,,," REST "b,k,,," REST, "error"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct naive_world world;
        struct ls_spec *spec = NULL;
        char text[128] = "";
        size_t count;
        bool loaded = load(&world, &spec, cases[i].text) == 0;
        if (loaded) {
            struct naive_value key = ls_naive_text_value("k");
            const struct naive_row *rows = ls_naive_table_rows(ls_naive_table(&world, "fx"), &key,
                                                               &count);
            for (size_t k = 0; k < count; k++) {
                char begin[32] = "*";
                if (rows[k].has_begin) {
                    snprintf(begin, sizeof begin, "%lld", (long long)rows[k].begin);
                }
                snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", k ? " " : "",
                         begin);
            }
        }
        if (strcmp(loaded ? text : "error", cases[i].of_k) != 0) {
            fail_msg("%s: `%s`, should be `%s` (%s)", cases[i].name, loaded ? text : "error",
                     cases[i].of_k, err.text);
        }
        forget(&world, spec);
    }
}

static void rows_are_found_by_their_keys(void **state)
{
    static const struct {
        const char *key;
        size_t count;
    } keys[] = {{"EUR", 1}, {"USD", 2}, {"US", 0}, {"USDX", 0}, {"", 0}, {NULL, 0}};
    struct naive_world world;
    struct ls_spec *spec = NULL;
    (void)state;
    assert_int_equal(load(&world, &spec, reference_fx), 0);
    assert_null(ls_naive_table(&world, "fy"));
    for (size_t i = 0; i < COUNT(keys); i++) {
        size_t count = 99;
        struct naive_value key = {.is_null = true};
        key = keys[i].key ? ls_naive_text_value(keys[i].key) : key;
        const struct naive_row *rows = ls_naive_table_rows(ls_naive_table(&world, "fx"), &key,
                                                           &count);
        assert_int_equal(count, keys[i].count);
        assert_int_equal(rows != NULL, count > 0);
    }
    size_t count;
    struct naive_value key = ls_naive_text_value("USD");
    const struct naive_row *rows = ls_naive_table_rows(ls_naive_table(&world, "fx"), &key, &count);
    assert_false(rows[0].has_begin || !rows[0].has_end || rows[1].has_end);
    assert_true(rows[0].end == INT64_C(1767312000000) && rows[1].begin == rows[0].end);
    assert_true(ls_naive_row_holds(&rows[0], rows[0].end - 1));
    assert_false(ls_naive_row_holds(&rows[0], rows[0].end));
    assert_true(ls_naive_row_holds(&rows[1], rows[1].begin));
    assert_false(ls_naive_row_holds(&rows[1], rows[1].begin - 1));
    forget(&world, spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(what_is_in_force),
        FOLDER_TEST(rows_are_found_by_their_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
