#include "core/config/secret.h"

#include "core/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/lockstep-secret-XXXXXX";

static int setup(void **state)
{
    struct ls_error err;
    (void)state;
    setenv("LS_TEST_password", "hunter2", 1);
    setenv("LS_TEST_empty", "", 1);
    setenv("LS_TEST_nested", "${secret:password}", 1);
    unsetenv("LS_TEST_missing");
    static const struct {
        const char *name;
        const char *bytes;
        size_t size;
    } files[] = {
        {"password", "hunter2\n", 8},
        {"tls.key-1", "two\nlines\n\n", 11},
        {"empty", "", 0},
        {"nul", "a\0b", 3},
        {"newline", "\n", 1},
    };
    if (!mkdtemp(folder)) {
        return -1;
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[LS_PATH_MAX];
        if (ls_path_join(path, folder, files[i].name, &err) < 0 ||
            ls_file_replace(path, files[i].bytes, files[i].size, &err) < 0) {
            return -1;
        }
    }
    return 0;
}

static int teardown(void **state)
{
    struct ls_error err;
    (void)state;
    return ls_tree_remove(folder, &err);
}

static void references_are_replaced(void **state)
{
    static const struct {
        const char *backend, *text, *expected;
    } cases[] = {
        {"env", "", ""},
        {"env", "plain", "plain"},
        {"env", "${secret:password}", "hunter2"},
        {"env", "a${secret:password}b${secret:password}", "ahunter2bhunter2"},
        {"env", "${secret:empty}", ""},
        {"env", "${secret:nested}", "${secret:password}"},
        {"env", "${other:x} $ ${", "${other:x} $ ${"},
        {"file", "${secret:password}", "hunter2"},
        {"file", "${secret:tls.key-1}", "two\nlines\n"},
        {"file", "${secret:empty}${secret:newline}", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char value[64];
        struct ls_error err = {0};
        const char *where = strcmp(cases[i].backend, "env") == 0 ? "LS_TEST_" : folder;
        if (ls_secret_resolve(cases[i].backend, where, cases[i].text, value, sizeof value, &err) <
            0) {
            fail_msg("%s", err.text);
        }
        assert_string_equal(value, cases[i].expected);
    }
}

static void what_cannot_be_resolved_is_an_error_without_a_value(void **state)
{
    static const struct {
        const char *backend, *text, *message;
    } cases[] = {
        {"vault", "${secret:password}",
         "there is no secret backend \"vault\": there are env, file"},
        {"env", "${secret:missing}",
         "the secret missing: the environment variable LS_TEST_missing is not set"},
        {"env", "hunter2 ${secret:password", "a reference to a secret is `${secret:NAME}`"},
        {"env", "hunter2 ${secret:}", "a reference to a secret is `${secret:NAME}`"},
        {"env", "${secret:a b}", "a reference to a secret is `${secret:NAME}`"},
        {"env", "${secret:../password}", "a reference to a secret is `${secret:NAME}`"},
        {"file", "${secret:.}", "a reference to a secret is `${secret:NAME}`"},
        {"file", "${secret:..}", "a reference to a secret is `${secret:NAME}`"},
        {"file", "${secret:missing}", "the secret missing: cannot open /tmp/lockstep-secret-"},
        {"file", "${secret:nul}", "the secret nul: "},
        {"env", "${secret:password}${secret:password}", "the secret password is longer than 5"},
        {"file", "${secret:password}${secret:password}", "the secret password is longer than 5"},
        {"env", "${secret:empty}123456789012", "a text with secrets is longer than 12 bytes"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char value[13];
        static const char wiped[sizeof value];
        struct ls_error err = {0};
        const char *where = strcmp(cases[i].backend, "file") == 0 ? folder : "LS_TEST_";
        memset(value, 'x', sizeof value);
        int rc = ls_secret_resolve(cases[i].backend, where, cases[i].text, value, sizeof value,
                                   &err);
        if (i == sizeof cases / sizeof *cases - 1) {
            assert_int_equal(rc, 0); /* exactly as long as there is room for */
            rc = ls_secret_resolve(cases[i].backend, where, "${secret:empty}1234567890123", value,
                                   sizeof value, &err);
        }
        assert_int_equal(rc, LS_E_DATA);
        assert_int_equal(err.code, LS_E_DATA);
        assert_non_null(strstr(err.text, cases[i].message));
        assert_null(strstr(err.text, "hunter2"));
        assert_memory_equal(value, wiped, sizeof value);
    }
}

/* A value needs room for itself and a NUL. */
static void room_is_needed_to_the_byte(void **state)
{
    static const char *const backends[] = {"env", "file"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        for (size_t size = 7; size <= 9; size++) {
            struct ls_error err;
            char *value = malloc(size); /* so that a sanitizer sees an overrun */
            int rc = ls_secret_resolve(backends[i], i ? folder : "LS_TEST_", "${secret:password}",
                                       value, size, &err);
            assert_int_equal(rc, size == 7 ? LS_E_DATA : 0);
            free(value);
        }
    }
}

/* A line that ends where the room does is not the last one. */
static void a_longer_file_is_not_cut(void **state)
{
    char value[16];
    struct ls_error err;
    (void)state;
    for (size_t size = 3; size <= sizeof value; size++) {
        int rc = ls_secret_resolve("file", folder, "${secret:tls.key-1}", value, size, &err);
        assert_int_equal(rc, size <= strlen("two\nlines\n") ? LS_E_DATA : 0);
    }
}

static void references_are_recognized(void **state)
{
    (void)state;
    assert_true(ls_secret_is("${secret:x}"));
    assert_true(ls_secret_is("a ${env:B} ${secret:x} c"));
    assert_true(ls_secret_is("${secret:"));
    assert_false(ls_secret_is(""));
    assert_false(ls_secret_is("$secret:x"));
    assert_false(ls_secret_is("${secrets:x}"));
    assert_false(ls_secret_is("${env:secret:x}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_replaced),
        cmocka_unit_test(what_cannot_be_resolved_is_an_error_without_a_value),
        cmocka_unit_test(room_is_needed_to_the_byte),
        cmocka_unit_test(a_longer_file_is_not_cut),
        cmocka_unit_test(references_are_recognized),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
