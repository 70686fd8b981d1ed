/* The products of a table that people read, and the command line. That the binder and the schema
 * agree is in option_schema_test.c. */
#include "core/config/fixture_test.h"
#include "core/config/option_catalog.h"
#include "core/config/option_internal.h"
#include "core/config/sample_test.h"

#include "core/base/mem.h"

/* Every row of every table is in the help of its table, in the reference and in the schema. */
static void every_row_is_in_every_product(void **state)
{
    struct fixture *f = *state;
    struct ls_catalog catalog;
    struct ls_buf reference;
    json_t *schema = ls_table_schema(&sample_table);
    assert_non_null(schema);
    assert_int_equal(ls_catalog_build(&catalog, &sample_table, &f->err), 0);
    ls_buf_init(&reference, "reference", 1U << 20);
    assert_int_equal(ls_table_reference(&sample_table, &reference, &f->err), 0);
    const char *page = ls_buf_text(&reference, &f->err);
    assert_true(catalog.count > 15);
    for (size_t i = 0; i < catalog.count; i++) {
        const struct ls_catalog_entry *entry = &catalog.entries[i];
        char anchor[128];
        snprintf(anchor, sizeof anchor, "<a id=\"%s\"></a>\n", entry->id);
        const char *section = strstr(page, anchor);
        assert_non_null(section);
        assert_null(strstr(section + 1, anchor));
        for (size_t k = 0; entry->family && entry->family->members[k]; k++) {
            assert_non_null(strstr(section, entry->family->members[k]->word));
        }
        if (!entry->table) {
            continue;
        }
        f->out.size = 0;
        assert_int_equal(ls_table_help(entry->table, &f->out, &f->err), 0);
        const char *help = ls_buf_text(&f->out, &f->err);
        const json_t *properties = json_object_get(
            json_object_get(json_object_get(schema, "$defs"), entry->id), "properties");
        for (const struct ls_option *row = entry->table->rows; row->name; row++) {
            char cell[128];
            char label[LS_OPTION_LABEL_MAX];
            bool family = row->type == LS_OPTION_FAMILY;
            snprintf(cell, sizeof cell, family ? "\n| %s |" : "\n| `%s` |", row->name);
            assert_non_null(strstr(section, cell));
            assert_non_null(strstr(help, family ? row->family->name : ls_option_label(row, label)));
            assert_true(!family == (json_object_get(properties, row->name) != NULL));
            for (size_t k = 0; family && row->family->members[k]; k++) {
                assert_non_null(json_object_get(properties, row->family->members[k]->word));
            }
        }
    }
    json_decref(schema);
    ls_buf_clear(&reference);
    ls_catalog_clear(&catalog);
}

/* Links in the page lead to anchors in it. */
static void links_lead_somewhere(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(ls_table_reference(&sample_table, &f->out, &f->err), 0);
    const char *page = ls_buf_text(&f->out, &f->err);
    size_t links = 0;
    for (const char *at = strstr(page, "](#"); at; at = strstr(at + 1, "](#")) {
        char anchor[128];
        size_t size = strcspn(at + 3, ")");
        snprintf(anchor, sizeof anchor, "<a id=\"%.*s\"></a>", (int)size, at + 3);
        assert_non_null(strstr(page, anchor));
        links++;
    }
    assert_true(links > 20);
    assert_non_null(strstr(page, "How; a \\| in a text."));
}

static const struct ls_option two_words[] = {
    {"events", LS_OPTION_INTEGER, 0, 0, .minimum = "1", .summary = "How many events to make."},
    {"max_diffs", LS_OPTION_INTEGER, 0, 8, .fallback = "10", .minimum = "0",
     .summary = "How many differences to show before the rest are only counted; all of them are in "
                "the report, whatever is shown here."},
    {"follow", LS_OPTION_FLAG, 0, 16, .summary = "Goes on."},
    {"for", LS_OPTION_DURATION, LS_OPTION_REQUIRED, 24, .maximum = "1h", .summary = "How long."},
    {"pace", LS_OPTION_TEXT, 0, 32, .fallback = "", .summary = "How fast."},
    SAMPLE_END,
};
static const struct ls_table two_table = {"run", "Runs.", 40, SIZE_MAX, SIZE_MAX, two_words};

static void help_is_two_wrapped_columns(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(ls_table_help(&two_table, &f->out, &f->err), 0);
    assert_string_equal(
        ls_buf_text(&f->out, &f->err),
        "  --events N      How many events to make. (integer of at least 1)\n"
        "  --max-diffs N   How many differences to show before the rest are only counted; all of "
        "them are in\n"
        "                  the report, whatever is shown here. (integer of at least 0; default "
        "10)\n"
        "  --follow        Goes on.\n"
        "  --for DURATION  How long. (duration 0 .. 1h; required)\n"
        "  --pace TEXT     How fast. (default empty)\n");
}

static void one_option_from_a_command_line(void **state)
{
    static const struct {
        const char *name, *text, *message; /* NULL: fine */
    } cases[] = {
        {"count", "200_000", NULL},
        {"count", "0", "--count: expected integer 1 .. 100_000_000, got \"0\""},
        {"count", "x",
         "--count: expected integer 1 .. 100_000_000, got \"x\"; for example 200_000"},
        {"any", "9223372036854775808",
         "--any: expected integer, got \"9223372036854775808\"; integers have 64 bits: "
         "9_223_372_036_854_775_807 is the greatest"},
        {"strict", "true", NULL},
        {"strict", "yes", "--strict: expected true or false, got \"yes\""},
        {"title", "true", NULL},
        {"title", "12", NULL},
        {"title", "", NULL},
        {"name", "x y", "--name: expected name, got \"x y\"; for example order_placed"},
        {"mode", "fast", NULL},
        {"mode", "fsat",
         "--mode: expected one of: fast, exact, both, got \"fsat\"; did you mean fast"},
        {"gap", "5m", NULL},
        {"gap", "-5m", "--gap: expected duration 0 .. 1h, got \"-5m\""},
        {"rate", "5/m", NULL},
        {"memory", "1GiB", NULL},
        {"share", "1/2", NULL},
        {"price", "1.5", NULL},
        {"least", "1.5", NULL},
        {"start", "2026-01-01", NULL},
        {"start", "today",
         "--start: expected time, got \"today\"; for example 2026-01-01 or "
         "2026-01-01T18:30:00Z"},
        {"daily", "18:00", NULL},
        {"daily", "6pm",
         "--daily: expected time of day, got \"6pm\"; for example 18:00 or 06:30:15"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_option *row = ls_table_row(&sample_table, cases[i].name);
        struct sample out;
        int rc = ls_option_from_text(row, cases[i].text, &out, &f->arena, &f->err);
        assert_int_equal(rc, cases[i].message ? LS_E_USAGE : 0);
        if (cases[i].message) {
            assert_string_equal(f->err.text, cases[i].message);
        }
    }
    static const struct ls_option secret = {
        .name = "key", .type = LS_OPTION_INTEGER, .flags = LS_OPTION_SECRET};
    int64_t value;
    assert_int_equal(ls_option_from_text(&secret, "hunter2", &value, &f->arena, &f->err),
                     LS_E_USAGE);
    assert_null(strstr(f->err.text, "hunter2"));
}

static void types_are_described(void **state)
{
    static const struct {
        const char *name, *expected;
    } cases[] = {
        {"strict", "true or false"},
        {"count", "integer 1 .. 100_000_000"},
        {"any", "integer"},
        {"mode", "one of: fast, exact, both"},
        {"gap", "duration 0 .. 1h"},
        {"shift", "duration of at least -2h"},
        {"by", "name or list of names"},
        {"texts", "text or list of texts"},
        {"limits", "map (limits)"},
        {"steps", "list of maps (step)"},
        {"columns", "map from names to maps (column)"},
        {"lists", "map from names to lists of maps (step)"},
        {"window", "window, one of: all, session, tumbling"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f->out.size = 0;
        const struct ls_option *row = ls_table_row(&sample_table, cases[i].name);
        assert_int_equal(ls_option_describe(row, &f->out, &f->err), 0);
        assert_string_equal(ls_buf_text(&f->out, &f->err), cases[i].expected);
    }
}

static void refused_memory_is_an_error(void **state)
{
    struct fixture *f = *state;
    for (unsigned long n = 1;; n++) {
        ls_buf_clear(&f->out);
        ls_mem_refuse(n);
        int rc = ls_table_reference(&sample_table, &f->out, &f->err);
        rc = rc < 0 ? rc : ls_table_help(&sample_table, &f->out, &f->err);
        ls_mem_refuse(0);
        if (rc == 0) {
            return;
        }
        assert_int_equal(rc, LS_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(every_row_is_in_every_product), FIXTURE_TEST(links_lead_somewhere),
        FIXTURE_TEST(help_is_two_wrapped_columns),   FIXTURE_TEST(one_option_from_a_command_line),
        FIXTURE_TEST(types_are_described),           FIXTURE_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
