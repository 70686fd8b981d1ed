#include "pipeline/batch/replay_known.h"

#include "spec/fixture_test.h"

#include <stdio.h>

enum { IDS = 20000, ROWS = 2 * IDS };

/* Row i has id i / 2; ids that 3 divides were seen, some of them twice, and others that no row has.
 */
static int ask_all(struct ls_known *k, struct ls_error *err)
{
    char id[32];
    int rc = 0;
    for (unsigned i = 0; rc == 0 && i < ROWS; i++) {
        int size = snprintf(id, sizeof id, "id-%u", i / 2);
        rc = ls_known_ask(k, id, (size_t)size, i, err);
    }
    for (unsigned i = 0; rc == 0 && i < ROWS; i += 3) {
        int size = snprintf(id, sizeof id, "id-%u", i);
        rc = ls_known_see(k, id, (size_t)size, err);
        rc = rc < 0 || i % 2 ? rc : ls_known_see(k, id, (size_t)size, err);
    }
    return rc < 0 ? rc : ls_known_settle(k, err);
}

static void check(struct fixture *f, size_t memory)
{
    struct ls_known *k;
    assert_int_equal(ls_known_new("sort", memory, &k, &f->err), 0);
    assert_int_equal(ask_all(k, &f->err), 0);
    for (unsigned i = 0; i < ROWS; i += 1 + i % 5) { /* some are not asked after */
        assert_int_equal(ls_known_row(k, i, &f->err), i / 2 % 3 == 0);
    }
    assert_int_equal(ls_known_row(k, ROWS, &f->err), 0);
    ls_known_free(k);
}

static void test_rows(void **state)
{
    check(*state, (size_t)64 << 20);
    assert_false(ls_path_exists("sort"));
    check(*state, (size_t)128 << 10);
    assert_true(ls_path_exists("sort")); /* it did not fit */
}

static void test_nothing(void **state)
{
    struct fixture *f = *state;
    struct ls_known *k;
    assert_int_equal(ls_known_new("sort", 0, &k, &f->err), 0);
    assert_int_equal(ls_known_see(k, "id", 2, &f->err), 0);
    assert_int_equal(ls_known_settle(k, &f->err), 0);
    assert_int_equal(ls_known_row(k, 0, &f->err), 0);
    ls_known_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {FIXTURE_TEST(test_rows), FIXTURE_TEST(test_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
