#include "spec/spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ls_error err;

static void the_rows_are_sound(void **state)
{
    (void)state;
    if (ls_table_check(&ls_spec_table, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static bool in_family(const struct ls_family *family, const struct ls_member *member)
{
    for (const struct ls_member *const *m = family->members; *m; m++) {
        if (*m == member) {
            return true;
        }
    }
    return false;
}

/* Who implements a word compares members by address. */
static void families_hold_the_members_that_are_implemented(void **state)
{
    static const struct {
        const struct ls_family *family;
        const struct ls_member *members[24];
    } families[] = {
        {&ls_spec_sources,
         {&ls_member_const,    &ls_member_id,        &ls_member_uniform,   &ls_member_choice,
          &ls_member_zipf,     &ls_member_normal,    &ls_member_lognormal, &ls_member_exponential,
          &ls_member_ref,      &ls_member_expr,      &ls_member_poisson,   &ls_member_bernoulli,
          &ls_member_sequence, &ls_member_pattern,   &ls_member_words,     &ls_member_uuid,
          &ls_member_walk,     &ls_member_choice_by, &ls_member_member,    &ls_member_fields,
          &ls_member_items,    &ls_member_values}},
        {&ls_spec_distributions,
         {&ls_member_uniform, &ls_member_zipf, &ls_member_normal, &ls_member_lognormal,
          &ls_member_exponential, &ls_member_poisson}},
        {&ls_spec_picks, {&ls_member_pick_uniform, &ls_member_pick_zipf, &ls_member_pick_in_turn}},
        {&ls_spec_courses,
         {&ls_member_to, &ls_member_burst, &ls_member_silence, &ls_member_arrival_poisson,
          &ls_member_diurnal}},
        {&ls_spec_windows, {&ls_member_hopping, &ls_member_session, &ls_member_tumbling}},
        {&ls_spec_aggregates,
         {&ls_member_count, &ls_member_sum, &ls_member_min, &ls_member_max, &ls_member_avg,
          &ls_member_ratio, &ls_member_first, &ls_member_last, &ls_member_distinct,
          &ls_member_quantile, &ls_member_top, &ls_member_column}},
    };
    (void)state;
    for (size_t k = 0; k < sizeof families / sizeof *families; k++) {
        size_t count = 0;
        while (families[k].members[count]) {
            assert_true(in_family(families[k].family, families[k].members[count++]));
        }
        size_t all = 0;
        while (families[k].family->members[all]) {
            all++;
        }
        assert_int_equal(all, count);
    }
}

/* A reference page names every option of every table. */
static void the_reference_page_is_made(void **state)
{
    static const char *const words[] = {"schema_version", "`lognormal`",     "clock_ahead",
                                        "horizon",        "feature_version", "`null`",
                                        "exponential",    "max_skew",        "peak_to_trough"};
    struct ls_buf text;
    (void)state;
    ls_buf_init(&text, "reference page", 1U << 20);
    assert_int_equal(ls_table_reference(&ls_spec_table, &text, &err), 0);
    const char *page = ls_buf_text(&text, &err);
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        if (!strstr(page, words[k])) {
            fail_msg("%s is missing", words[k]);
        }
    }
    ls_buf_clear(&text);
}

static void the_json_schema_is_made(void **state)
{
    (void)state;
    json_t *schema = ls_table_schema(&ls_spec_table);
    assert_non_null(schema);
    char *text = json_dumps(schema, JSON_COMPACT);
    for (const struct ls_option *row = ls_spec_table.rows; row->name; row++) {
        char key[64];
        snprintf(key, sizeof key, "\"%s\":{", row->name);
        assert_non_null(strstr(text, key));
    }
    free(text);
    json_decref(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rows_are_sound),
        cmocka_unit_test(families_hold_the_members_that_are_implemented),
        cmocka_unit_test(the_reference_page_is_made),
        cmocka_unit_test(the_json_schema_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
