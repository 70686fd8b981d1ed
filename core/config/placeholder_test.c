#include "core/config/placeholder.h"

#include "core/config/fixture_test.h"

static void placeholders_are_found_with_their_names(void **state)
{
    static const struct {
        const char *text, *kind;
        bool found, ended;
        const char *name; /* NULL: none */
    } cases[] = {
        {"", "env", false, false, NULL},
        {"${env:A}", "env", true, true, "A"},
        {"x${env:A_1}y", "env", true, true, "A_1"},
        {"${secret:a}${env:B}", "env", true, true, "B"},
        {"${env:a.b-c}", "env", true, true, "a.b-c"},
        {"${env:}", "env", true, true, NULL},
        {"${env:A", "env", true, false, NULL},
        {"${env:", "env", true, false, NULL},
        {"${env:a b}", "env", true, true, NULL},
        {"${env:../a}", "env", true, true, NULL},
        {"${env:.a}", "env", true, true, NULL},
        {"${env:-a}", "env", true, true, NULL},
        {"${env:${env:A}}", "env", true, true, NULL},
        {"${environment:A}", "env", false, false, NULL},
        {"${env}", "env", false, false, NULL},
        {"$${env:A}", "env", true, true, "A"},
        {"${", "env", false, false, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_placeholder found;
        char name[LS_PLACEHOLDER_MAX + 1];
        assert_int_equal(ls_placeholder_next(cases[i].text, cases[i].kind, &found), cases[i].found);
        if (!cases[i].found) {
            continue;
        }
        assert_int_equal(strncmp(found.begin, "${", 2), 0);
        assert_int_equal(found.end != NULL, cases[i].ended);
        assert_int_equal(ls_placeholder_name(&found, name), cases[i].name != NULL);
        if (cases[i].name) {
            assert_string_equal(name, cases[i].name);
        }
    }
}

static void a_name_has_a_greatest_length(void **state)
{
    char text[LS_PLACEHOLDER_MAX + 16];
    char name[LS_PLACEHOLDER_MAX + 1];
    struct ls_placeholder found;
    (void)state;
    for (int size = LS_PLACEHOLDER_MAX - 1; size <= LS_PLACEHOLDER_MAX + 1; size++) {
        snprintf(text, sizeof text, "${env:%0*d}", size, 7);
        assert_true(ls_placeholder_next(text, "env", &found));
        assert_int_equal(ls_placeholder_name(&found, name), size <= LS_PLACEHOLDER_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(placeholders_are_found_with_their_names),
        cmocka_unit_test(a_name_has_a_greatest_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
