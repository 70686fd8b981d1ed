#include "pipeline/output/run_lock.h"

#include "core/base/file.h"
#include "spec/fixture_test.h"

static void test_one_has_it(void **state)
{
    struct fixture *f = *state;
    int one;
    int other;
    assert_int_equal(ls_run_lock("run", &one, &f->err), LS_E_IO);
    ls_run_unlock(one);
    assert_int_equal(ls_folder_make("run", &f->err), 0);
    assert_int_equal(ls_run_lock("run", &one, &f->err), 0);
    assert_int_equal(ls_run_lock("run", &other, &f->err), 1);
    ls_run_unlock(other); /* which it has not */
    assert_int_equal(ls_run_lock("run", &other, &f->err), 1);
    ls_run_unlock(other);
    ls_run_unlock(one);
    assert_int_equal(ls_run_lock("run", &other, &f->err), 0);
    ls_run_unlock(other);
}

/* Where the lock's own path does not fit. */
static void test_path_too_long(void **state)
{
    struct fixture *f = *state;
    char folder[LS_PATH_MAX];
    int fd;
    memset(folder, 'a', sizeof folder);
    folder[LS_PATH_MAX - 3] = '\0';
    assert_int_equal(ls_run_lock(folder, &fd, &f->err), LS_E_USAGE);
    ls_run_unlock(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_has_it, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_path_too_long, fixture_setup, fixture_teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
