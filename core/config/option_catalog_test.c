#include "core/config/option_catalog.h"

#include "core/config/fixture_test.h"
#include "core/config/sample_test.h"

static const struct ls_option flag_rows[] = {
    {"a", LS_OPTION_FLAG, 0, 0, .summary = "A."},
    SAMPLE_END,
};
static const struct ls_table run_table = {"run", "Runs.", 8, SIZE_MAX, SIZE_MAX, flag_rows};

/* Two tables of one name have two ids. */
static void ids_are_unique(void **state)
{
    static const struct ls_table other = {"Run", "Again.", 8, SIZE_MAX, SIZE_MAX, flag_rows};
    static const struct ls_option rows[] = {
        {"a", LS_OPTION_TABLE, 0, 0, .table = &run_table, .summary = "One."},
        {"b", LS_OPTION_TABLE, 0, 0, .table = &other, .summary = "Another."},
        {"c", LS_OPTION_TABLE, 0, 0, .table = &run_table, .summary = "The first."},
        SAMPLE_END,
    };
    static const struct ls_table root = {"event type", "Top.", 8, SIZE_MAX, SIZE_MAX, rows};
    struct fixture *f = *state;
    struct ls_catalog catalog;
    assert_int_equal(ls_catalog_build(&catalog, &root, &f->err), 0);
    assert_int_equal(catalog.count, 3);
    assert_string_equal(catalog.entries[0].id, "event-type");
    assert_string_equal(catalog.entries[1].id, "run");
    assert_string_equal(catalog.entries[2].id, "run-2");
    ls_catalog_clear(&catalog);
}

static void everything_below_is_there_once(void **state)
{
    struct fixture *f = *state;
    struct ls_catalog catalog;
    assert_int_equal(ls_catalog_build(&catalog, &sample_table, &f->err), 0);
    assert_ptr_equal(catalog.entries[0].table, &sample_table);
    size_t steps = 0;
    for (size_t i = 0; i < catalog.count; i++) {
        steps += catalog.entries[i].table == &step_table; /* which leads to itself */
    }
    assert_int_equal(steps, 1);
    assert_string_equal(ls_catalog_id(&catalog, NULL, &source_family), "value-source");
    assert_string_equal(ls_catalog_id(&catalog, &session_table, NULL), "session");
    ls_catalog_clear(&catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(ids_are_unique),
        FIXTURE_TEST(everything_below_is_there_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
