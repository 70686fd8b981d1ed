#include "core/base/file_system.h"

#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int enter_fresh_folder(void **state)
{
    char *path = strdup("/tmp/ls_file_system_test.XXXXXX");
    *state = path;
    return path && mkdtemp(path) && chdir(path) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    struct ls_error err;
    int rc = chdir("/") < 0 ? -1 : ls_tree_remove(*state, &err);
    free(*state);
    return rc;
}

static void the_systems_is_asked_unless_told(void **state)
{
    (void)state;
    assert_ptr_equal(ls_files, &ls_system_files);
}

static void open_files_are_not_inherited(void **state)
{
    (void)state;
    int fd = ls_files->open("a", O_RDWR | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(ls_files->close(fd), 0);
}

/* Offsets are not cut to 32 bits, and leave the file's position alone. */
static void places_in_files(void **state)
{
    char bytes[4] = "";
    uint64_t size = 0;
    uint64_t far = (UINT64_C(5) << 30) + 1;
    (void)state;
    int fd = ls_files->open("a", O_RDWR | O_CREAT, 0600);
    assert_int_equal(ls_files->write_at(fd, "xyz", 3, far), 3);
    assert_int_equal(ls_files->write(fd, "ab", 2), 2);
    assert_int_equal(ls_files->size(fd, &size), 0);
    assert_int_equal(size, far + 3);
    assert_int_equal(ls_files->read_at(fd, bytes, 4, far), 3);
    assert_memory_equal(bytes, "xyz", 3);
    assert_int_equal(ls_files->read_at(fd, bytes, 2, 0), 2);
    assert_memory_equal(bytes, "ab", 2);
    assert_int_equal(ls_files->cut(fd, 1), 0);
    assert_int_equal(ls_files->size(fd, &size), 0);
    assert_int_equal(size, 1);
    assert_int_equal(ls_files->sync(fd), 0);
    ls_files->close(fd);
    assert_int_equal(ls_files->size(fd, &size), -1);
}

static void a_lock_is_refused_at_once(void **state)
{
    (void)state;
    int one = ls_files->open("a", O_RDWR | O_CREAT, 0600);
    int other = ls_files->open("a", O_RDWR, 0);
    assert_int_equal(ls_files->lock(one), 0);
    assert_int_equal(ls_files->lock(other), -1);
    assert_int_equal(errno, EWOULDBLOCK);
    ls_files->close(one);
    assert_int_equal(ls_files->lock(other), 0);
    ls_files->close(other);
}

static void what_a_path_is(void **state)
{
    static const struct {
        const char *path;
        bool follow;
        struct ls_file_status status;
    } cases[] = {
        {"folder", false, {.is_folder = true}},
        {"folder/file", false, {.is_file = true, .size = 5}},
        {"link", false, {.is_link = true}},
        {"link", true, {.is_file = true, .size = 5}},
        {"/dev/null", true, {.is_link = false}},
    };
    (void)state;
    assert_int_equal(ls_files->make_folder("folder", 0700), 0);
    int fd = ls_files->open("folder/file", O_WRONLY | O_CREAT, 0600);
    assert_int_equal(ls_files->write(fd, "12345", 5), 5);
    ls_files->close(fd);
    assert_int_equal(symlink("folder/file", "link"), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_file_status status;
        assert_int_equal(ls_files->look(cases[i].path, cases[i].follow, &status), 0);
        assert_int_equal(status.is_folder, cases[i].status.is_folder);
        assert_int_equal(status.is_file, cases[i].status.is_file);
        assert_int_equal(status.is_link, cases[i].status.is_link);
        if (status.is_file) {
            assert_int_equal(status.size, cases[i].status.size);
        }
    }
    struct ls_file_status status;
    assert_int_equal(ls_files->look("nothing", true, &status), -1);
    assert_int_equal(errno, ENOENT);
}

struct seen {
    unsigned count, stop_at;
    unsigned letters; /* a bit for each name of one letter */
};

static bool note(void *context, const char *name)
{
    struct seen *seen = context;
    assert_int_equal(strlen(name), 1);
    seen->letters |= 1U << (name[0] - 'a');
    return ++seen->count != seen->stop_at;
}

static void names_in_a_folder(void **state)
{
    struct seen all = {0};
    struct seen two = {.stop_at = 2};
    (void)state;
    for (char name[] = "a"; name[0] < 'f'; name[0]++) {
        ls_files->close(ls_files->open(name, O_WRONLY | O_CREAT, 0600));
    }
    assert_int_equal(ls_files->list(".", note, &all), 0);
    assert_int_equal(all.count, 5);
    assert_int_equal(all.letters, 31);
    assert_int_equal(ls_files->list(".", note, &two), 0);
    assert_int_equal(two.count, 2);
    assert_int_equal(ls_files->list("nowhere", note, &two), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(ls_files->list("a", note, &two), -1);
    assert_int_equal(errno, ENOTDIR);
}

#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, enter_fresh_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_systems_is_asked_unless_told),
        FOLDER_TEST(open_files_are_not_inherited),
        FOLDER_TEST(places_in_files),
        FOLDER_TEST(a_lock_is_refused_at_once),
        FOLDER_TEST(what_a_path_is),
        FOLDER_TEST(names_in_a_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
