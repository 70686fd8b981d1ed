#include "conformance/glance.h"

#include "conformance/fixture_test.h"

#include <fcntl.h>
#include <sys/stat.h>

static struct ls_id seen(void)
{
    struct ls_id id;
    assert_true(ls_glance("kept", &id));
    return id;
}

static void give(const char *path, time_t seconds)
{
    const struct timespec times[2] = {{seconds, 0}, {seconds, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void what_changes_shows(void **state)
{
    (void)state;
    struct ls_id missing = seen();
    check(ls_folder_make("kept/deep", &err));
    put_text("kept/lock", "");
    assert_true(ls_id_equal(seen(), missing)); /* nothing is kept */
    put_text("kept/deep/a", "one");
    give("kept/deep/a", 1000);
    struct ls_id one = seen();
    assert_false(ls_id_equal(one, missing));
    assert_true(ls_id_equal(one, seen()));
    put_text("kept/deep/a", "two"); /* of the same size */
    give("kept/deep/a", 1001);
    struct ls_id two = seen();
    assert_false(ls_id_equal(one, two));
    put_text("kept/deep/a", "four");
    give("kept/deep/a", 1001);
    assert_false(ls_id_equal(seen(), two));
    put_text("kept/deep/a", "one");
    give("kept/deep/a", 1000);
    assert_true(ls_id_equal(seen(), one));
    assert_int_equal(rename("kept/deep/a", "kept/deep/b"), 0);
    assert_false(ls_id_equal(seen(), one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {FOLDER_TEST(what_changes_shows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
