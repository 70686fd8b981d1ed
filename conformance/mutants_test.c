#include "conformance/mutants.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_each_mutant_has_its_row(void **state)
{
    (void)state;
    int shared = 0;
    for (int i = 0; i < LS_MUTANT_COUNT; i++) {
        assert_non_null(ls_mutant_rows[i].name);
        assert_true(strlen(ls_mutant_rows[i].title) > 5);
        assert_int_equal(ls_mutant_find(ls_mutant_rows[i].name), i); /* so names differ */
        shared += strcmp(ls_mutant_rows[i].where, "shared") == 0;
    }
    assert_int_equal(ls_mutant_find("nobody"), LS_MUTANT_COUNT);
    assert_true(shared >= 3);
    assert_true(LS_MUTANT_COUNT > 10);
}

static void test_the_product_holds_none(void **state)
{
    (void)state;
    assert_int_equal(LS_MUTANT(EMIT_EARLY), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_mutant_has_its_row),
        cmocka_unit_test(test_the_product_holds_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
