#include "core/registry/properties.h"

#include "core/base/mem.h"
#include "core/registry/server_test.h"

#include <unistd.h>

static struct ls_error err;
static struct server server;

static int unset(void **state)
{
    (void)state;
    ls_registry_unset();
    return 0;
}

static void says(const char *part)
{
    if (!strstr(err.text, part)) {
        fail_msg("`%s` does not say `%s`", err.text, part);
    }
}

static void set(const char *assignment)
{
    assert_true(ls_registry_is_property(assignment));
    if (ls_registry_set(assignment, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *assignment, *part;
        int rc;
    } cases[] = {
        {"registry.", "registry.url=URL", LS_E_USAGE},
        {"registry.ulr=http://x", "-X registry.ulr: write registry.url", LS_E_USAGE},
        {"registry.url", "write registry.url=URL", LS_E_USAGE},
        {"registry.url=", "write registry.url=URL", LS_E_USAGE},
        {"registry.url=x:8081", "`x:8081` is no URL of a schema registry", LS_E_USAGE},
        {"registry.url=http://shop:sesame@x", "-X registry.basic.auth", LS_E_USAGE},
        {"registry.basic.auth=sesame",
         "the credentials for the schema registry are not USER:PASSWORD", LS_E_USAGE},
        {"registry.basic.auth=@/none/sesame", "/none/sesame", LS_E_NOINPUT},
        {"registry.patience=soon", "-X registry.patience=soon: write a duration", LS_E_USAGE},
        {"registry.patience=99ms", "from 100ms to 24h", LS_E_USAGE},
        {"registry.patience=25h", "from 100ms to 24h", LS_E_USAGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(ls_registry_set(cases[i].assignment, &err), cases[i].rc);
        says(cases[i].part);
        assert_true(cases[i].rc == LS_E_NOINPUT || !strstr(err.text, "sesame"));
    }
    assert_false(ls_registry_is_property("registry"));
    assert_false(ls_registry_is_property("schema.registry.url=x"));
}

static void what_is_set_is_opened(void **state)
{
    (void)state;
    static const struct reply fine = {200, "[]", WHOLE, 0, NULL, NULL, 0};
    char assignment[200];
    char path[] = "/tmp/lockstep-auth-XXXXXX";
    struct ls_registry *registry;
    int64_t *numbers;
    size_t count;
    assert_int_equal(ls_registry_open_set(&registry, &err), 0);
    assert_null(registry);
    set("registry.patience=1s");
    assert_int_equal(ls_registry_open_set(&registry, &err), LS_E_USAGE);
    says("set registry.url=URL too");

    server_start(&server, &fine, 1);
    int fd = mkstemp(path);
    assert_int_equal(write(fd, "shop:secret\r\n", 13), 13);
    close(fd);
    set("registry.url=http://elsewhere");
    snprintf(assignment, sizeof assignment, "registry.url=%s", server.url);
    set(assignment);
    for (int i = 0; i < 3; i++) {
        static const char *const auths[] = {NULL, "", "Basic c2hvcDpzZWNyZXQ="};
        if (i == 1) {
            set("registry.basic.auth=shop:other");
        } else if (i == 2) {
            snprintf(assignment, sizeof assignment, "registry.basic.auth=@%s", path);
            set(assignment);
        }
        assert_int_equal(ls_registry_open_set(&registry, &err), 0);
        assert_int_equal(ls_registry_versions(registry, "s", &numbers, &count, &err), 0);
        assert_true(i == 1 || strcmp(server.asked[i].auth, auths[i] ? auths[i] : "") == 0);
        ls_mem_free(numbers);
        ls_registry_close(registry);
    }
    server_stop(&server);
    unlink(path);
}

static void the_patience_is_kept(void **state)
{
    (void)state;
    static const struct reply down = {503, "", WHOLE, 0, NULL, NULL, 0};
    char assignment[200];
    struct ls_registry *registry;
    int64_t *numbers;
    size_t count;
    server_start(&server, &down, 1);
    snprintf(assignment, sizeof assignment, "registry.url=%s", server.url);
    set(assignment);
    set("registry.patience=100ms");
    assert_int_equal(ls_registry_open_set(&registry, &err), 0);
    assert_int_equal(ls_registry_versions(registry, "s", &numbers, &count, &err), LS_E_IO);
    assert_int_equal(server.count, 2);
    ls_registry_close(registry);
    server_stop(&server);
}

static void all_is_listed(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "registry.url=", "registry.basic.auth=", "registry.ca.location=", "registry.patience="};
    struct ls_buf out;
    ls_buf_init(&out, "list", 10000);
    assert_int_equal(ls_registry_list(&out, &err), 0);
    const char *text = ls_buf_text(&out, &err);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_non_null(strstr(text, keys[i]));
    }
    ls_buf_clear(&out);
}

static void refused_allocations_are_errors(void **state)
{
    int rc = LS_E_NOMEM;
    char path[] = "/tmp/lockstep-auth-XXXXXX";
    char assignment[100];
    int fd = mkstemp(path);
    assert_int_equal(write(fd, "a:b", 3), 3);
    close(fd);
    snprintf(assignment, sizeof assignment, "registry.basic.auth=@%s", path);
    for (unsigned long n = 1; rc != 0; n++) {
        struct ls_registry *registry = NULL;
        unset(state);
        ls_mem_refuse(n);
        rc = ls_registry_set("registry.url=http://x", &err);
        rc = rc < 0 ? rc : ls_registry_set(assignment, &err);
        rc = rc < 0 ? rc : ls_registry_set("registry.ca.location=f", &err);
        rc = rc < 0 ? rc : ls_registry_open_set(&registry, &err);
        ls_mem_refuse(0);
        ls_registry_close(registry);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        assert_true(n < 100);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_wrong_is_refused, unset),
        cmocka_unit_test_teardown(what_is_set_is_opened, unset),
        cmocka_unit_test_teardown(the_patience_is_kept, unset),
        cmocka_unit_test(all_is_listed),
        cmocka_unit_test_teardown(refused_allocations_are_errors, unset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
