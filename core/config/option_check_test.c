#include "core/config/fixture_test.h"
#include "core/config/sample_test.h"

/* A table of one or two rows that is wrong in one way. */
#define WRONG_TABLE(id, ...)                                                                       \
    static const struct ls_option id##_rows[] = {__VA_ARGS__, SAMPLE_END};                         \
    static const struct ls_table id = {#id, "Wrong.", 64, SIZE_MAX, SIZE_MAX, id##_rows}

static void a_wrong_table_is_found(void **state)
{
    static const char *const words[] = {"a", "b", NULL};
    static const struct ls_member *const unsorted_members[] = {&member_zipf, &member_never, NULL};
    static const struct ls_family unsorted_family = {"unsorted", "Wrong.", unsorted_members};
    WRONG_TABLE(twice, {"a", LS_OPTION_FLAG, .summary = "A."},
                {"a", LS_OPTION_TEXT, .summary = "A."});
    WRONG_TABLE(word_and_row, {"never", LS_OPTION_FLAG, .summary = "A."},
                {"f", LS_OPTION_FAMILY, .family = &source_family, .summary = "F."});
    WRONG_TABLE(two_families, {"f", LS_OPTION_FAMILY, .family = &source_family, .summary = "F."},
                {"g", LS_OPTION_FAMILY, .family = &source_family, .summary = "F."});
    WRONG_TABLE(bad_name, {"a-b", LS_OPTION_FLAG, .summary = "A."});
    WRONG_TABLE(no_summary, {"a", LS_OPTION_FLAG, .summary = ""});
    WRONG_TABLE(bad_bound, {"a", LS_OPTION_DURATION, .minimum = "5", .summary = "A."});
    WRONG_TABLE(no_bounds, {"a", LS_OPTION_TEXT, .minimum = "5", .summary = "A."});
    WRONG_TABLE(bad_default, {"a", LS_OPTION_RATE, .fallback = "5", .summary = "A."});
    WRONG_TABLE(bad_default_list, {"a", LS_OPTION_NAMES, .fallback = "[x", .summary = "A."});
    WRONG_TABLE(default_outside,
                {"a", LS_OPTION_INTEGER, .minimum = "5", .fallback = "4", .summary = "A."});
    WRONG_TABLE(both,
                {"a", LS_OPTION_INTEGER, LS_OPTION_REQUIRED, .fallback = "4", .summary = "A."});
    WRONG_TABLE(no_table, {"a", LS_OPTION_LIST, .summary = "A."});
    WRONG_TABLE(no_words, {"a", LS_OPTION_WORD, .summary = "A."});
    WRONG_TABLE(no_use, {"a", LS_OPTION_TEXT, .words = words, .summary = "A."});
    WRONG_TABLE(outside, {"a", LS_OPTION_INTEGER, .offset = 57, .summary = "A."});
    WRONG_TABLE(secret, {"a", LS_OPTION_NAME, LS_OPTION_SECRET, .summary = "A."});
    WRONG_TABLE(mains, {"a", LS_OPTION_NAME, LS_OPTION_MAIN, .summary = "A."},
                {"b", LS_OPTION_NAME, LS_OPTION_MAIN, .summary = "A."});
    WRONG_TABLE(unsorted, {"f", LS_OPTION_FAMILY, .family = &unsorted_family, .summary = "F."});
    WRONG_TABLE(bad_example, {"a", LS_OPTION_INTEGER, .example = "many", .summary = "A."});
    WRONG_TABLE(example_outside,
                {"a", LS_OPTION_DURATION, .maximum = "5s", .example = "6s", .summary = "A."});
    WRONG_TABLE(family_example, {"f", LS_OPTION_FAMILY, .family = &source_family,
                                 .example = "sometimes: {}", .summary = "F."});
    WRONG_TABLE(below, {"a", LS_OPTION_LIST, .table = &twice, .summary = "A."});
    static const struct ls_table *const tables[] = {
        &twice,     &word_and_row, &two_families,     &bad_name,        &no_summary, &bad_bound,
        &no_bounds, &bad_default,  &bad_default_list, &default_outside, &both,       &no_table,
        &no_words,  &no_use,       &outside,          &secret,          &mains,      &unsorted,
        &below,     &bad_example,  &example_outside,  &family_example};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (ls_table_check(tables[i], &f->err) != LS_E_BUG) {
            fail_msg("%s passes", tables[i]->name);
        }
    }
    if (ls_table_check(&sample_table, &f->err) < 0) {
        fail_msg("%s", f->err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(a_wrong_table_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
