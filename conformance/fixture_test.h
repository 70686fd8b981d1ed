/* What the suite's own tests begin with: a folder of their own, files in it, errors that say what
 * they should. */
#ifndef LS_CONFORMANCE_FIXTURE_TEST_H
#define LS_CONFORMANCE_FIXTURE_TEST_H

#include "core/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct ls_error err;

/* Each test runs in an empty folder. */
static inline int make_folder(void **state)
{
    char *folder = strdup("/tmp/lockstep-suite-XXXXXX");
    *state = folder;
    return folder && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    int rc = chdir("/") == 0 ? ls_tree_remove(*state, &err) : -1;
    free(*state);
    return rc;
}

#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

static inline void check(int rc)
{
    if (rc < 0) {
        fail_msg("%d: %s", rc, err.text);
    }
}

static inline void check_says(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("`%s` does not say `%s`", text, part);
    }
}

static inline void check_refused(int rc, int code, const char *part)
{
    if (rc != code) {
        fail_msg("%d instead of %d: %s", rc, code, rc < 0 ? err.text : "");
    }
    check_says(err.text, part);
}

static inline void put_file(const char *path, const void *bytes, size_t size)
{
    check(ls_folder_make_above(path, &err));
    check(ls_file_replace(path, bytes, size, &err));
}

static inline void put_text(const char *path, const char *text)
{
    put_file(path, text, strlen(text));
}

/* A file's content, or "" where there is none; free it. */
static inline char *text_of(const char *path)
{
    struct ls_buf buf;
    ls_buf_init(&buf, "test file", 16U << 20);
    int rc = ls_file_read(path, &buf, &err);
    const char *text = rc < 0 ? "" : ls_buf_text(&buf, &err);
    char *copy = strdup(text);
    ls_buf_clear(&buf);
    assert_non_null(copy);
    return copy;
}

static inline void check_file_says(const char *path, const char *part)
{
    char *text = text_of(path);
    check_says(text, part);
    free(text);
}

#endif
