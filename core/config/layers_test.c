#include "core/config/layers.h"

#include "core/base/file.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct ls_arena arena;
    struct ls_diag diag;
    struct ls_buf out;
    struct ls_error err;
    char folder[64];
};

static void write_file(struct fixture *f, const char *path, const char *text)
{
    assert_int_equal(ls_folder_make_above(path, &f->err), 0);
    assert_int_equal(ls_file_replace(path, text, strlen(text), &f->err), 0);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f) {
        return -1;
    }
    ls_arena_init(&f->arena, "test tree", 1U << 28);
    ls_diag_init(&f->diag);
    ls_buf_init(&f->out, "test text", 1U << 20);
    snprintf(f->folder, sizeof f->folder, "/tmp/lockstep-layers-XXXXXX");
    *state = f;
    return mkdtemp(f->folder) && chdir(f->folder) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    if (chdir("/") != 0 || ls_tree_remove(f->folder, &f->err) < 0) {
        return -1;
    }
    ls_arena_clear(&f->arena);
    ls_diag_clear(&f->diag);
    ls_buf_clear(&f->out);
    free(f);
    return 0;
}

static struct ls_yaml *load(struct fixture *f, const struct ls_layers *layers)
{
    ls_arena_clear(&f->arena);
    ls_diag_clear(&f->diag);
    f->err.code = 0;
    return ls_layers_load(layers, &f->arena, &f->diag, &f->err);
}

static const char *shown(struct fixture *f, const struct ls_yaml *root)
{
    f->out.size = 0;
    assert_int_equal(ls_yaml_show(root, true, &f->out, &f->err), 0);
    return ls_buf_text(&f->out, &f->err);
}

static void the_root_is_the_folder_above(void **state)
{
    static const struct {
        const char *spec, *root;
    } cases[] = {
        {"domains/x.yaml", "."},   {"x.yaml", "./.."},     {"/a/b/x.yaml", "/a"},
        {"/a/x.yaml", "/"},        {"/x.yaml", "/"},       {"a/b/x.yaml", "a"},
        {"./domains/x.yaml", "."}, {"../x.yaml", "../.."}, {"a/../x.yaml", "a/../.."},
        {"a//b//x.yaml", "a"},     {"./x.yaml", "./.."},
    };
    char out[LS_PATH_MAX];
    struct ls_error err;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_layers layers = {.spec_path = cases[i].spec};
        assert_int_equal(ls_layers_root(&layers, out, &err), 0);
        assert_string_equal(out, cases[i].root);
    }
    const struct ls_layers given = {.spec_path = "a/b.yaml", .config_root = "/etc/lockstep"};
    assert_int_equal(ls_layers_root(&given, out, &err), 0);
    assert_string_equal(out, "/etc/lockstep");
    char *path = calloc(1, LS_PATH_MAX + 2);
    memset(path, 'a', LS_PATH_MAX + 1);
    const struct ls_layers long_spec = {.spec_path = path};
    const struct ls_layers long_root = {.spec_path = "x", .config_root = path};
    assert_int_equal(ls_layers_root(&long_spec, out, &err), LS_E_USAGE);
    assert_int_equal(ls_layers_root(&long_root, out, &err), LS_E_USAGE);
    free(path);
}

static void later_layers_lie_over_earlier_ones(void **state)
{
    struct fixture *f = *state;
    static const char *const sets[] = {"e=set", "l[1]=set", NULL};
    write_file(f, "platform.yaml", "a: platform\nb: platform\nc: platform\nd: platform\n");
    write_file(f, "environments/ci.yaml", "b: ci\nc: ci\nd: ci\n");
    write_file(f, "domains/shop.yaml",
               "c: shop\nd: shop\nprofiles: {load: {d: load, e: load}, small: {d: small}}\n"
               "l: [shop, shop]\n");
    const struct ls_layers layers = {
        .spec_path = "domains/shop.yaml", .environment = "ci", .profile = "load", .sets = sets};
    struct ls_yaml *root = load(f, &layers);
    assert_non_null(root);
    assert_string_equal(shown(f, root), "a: platform  # platform.yaml:1:4\n"
                                        "b: ci  # environments/ci.yaml:1:4\n"
                                        "c: shop  # domains/shop.yaml:1:4\n"
                                        "d: load  # domains/shop.yaml:3:22 (profile load)\n"
                                        "l:\n"
                                        "  - shop  # domains/shop.yaml:4:5\n"
                                        "  - set  # --set:1:6\n"
                                        "e: set  # --set:1:3\n");
    assert_string_equal(ls_yaml_get(root, "d")->where.path, "profiles.load.d");
    const struct ls_layers plain = {.spec_path = "domains/shop.yaml"};
    root = load(f, &plain);
    assert_non_null(root);
    assert_string_equal(ls_yaml_get(root, "b")->text, "platform");
    assert_string_equal(ls_yaml_get(root, "d")->text, "shop");
    assert_null(ls_yaml_get(root, "profiles"));
    assert_int_equal(f->err.code, 0);
}

static void platform_and_environments_may_be_missing(void **state)
{
    struct fixture *f = *state;
    write_file(f, "domains/shop.yaml", "");
    const struct ls_layers layers = {.spec_path = "domains/shop.yaml"};
    struct ls_yaml *root = load(f, &layers);
    assert_non_null(root);
    assert_int_equal(root->kind, LS_YAML_MAP);
    assert_int_equal(root->count, 0);
    assert_int_equal(f->err.code, 0);
}

static void what_is_missing_is_named_with_what_is_there(void **state)
{
    struct fixture *f = *state;
    static const struct {
        struct ls_layers layers;
        int code;
        const char *text;
    } cases[] = {
        {{.spec_path = "domains/shp.yaml"},
         LS_E_NOINPUT,
         "there is no spec domains/shp.yaml; the folder has iot, shop"},
        {{.spec_path = "nowhere/x.yaml"}, LS_E_NOINPUT, "there is no spec nowhere/x.yaml"},
        {{.spec_path = "domains"}, LS_E_NOINPUT, "domains is a folder: name a spec in it"},
        {{.spec_path = "domains/shop.yaml", .environment = "prod"},
         LS_E_NOINPUT,
         "there is no environment \"prod\" (environments/prod.yaml): there are ci, staging"},
        {{.spec_path = "domains/shop.yaml", .environment = "../ci"},
         LS_E_USAGE,
         "\"../ci\" is no name of an environment"},
        {{.spec_path = "domains/shop.yaml", .config_root = "domians"},
         LS_E_NOINPUT,
         "the config root domians is no folder"},
        {{.spec_path = "domains/shop.yaml", .config_root = "domains", .environment = "ci"},
         LS_E_NOINPUT,
         "there is no environment \"ci\" (domains/environments/ci.yaml): the folder has none"},
        {{.spec_path = "domains/shop.yaml", .profile = "lod"},
         LS_E_USAGE,
         "domains/shop.yaml has no profile \"lod\": there are load, small"},
        {{.spec_path = "domains/iot.yaml", .profile = "load"},
         LS_E_USAGE,
         "domains/iot.yaml has no profile \"load\": it has none"},
    };
    write_file(f, "environments/staging.yaml", "");
    write_file(f, "environments/ci.yaml", "");
    write_file(f, "environments/.hidden.yaml", "");
    write_file(f, "environments/README", "");
    write_file(f, "domains/shop.yaml", "profiles: {load: {}, small: {}}\n");
    write_file(f, "domains/iot.yaml", "a: 1\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(load(f, &cases[i].layers));
        assert_int_equal(f->diag.errors, 0);
        assert_int_equal(f->err.code, cases[i].code);
        assert_string_equal(f->err.text, cases[i].text);
    }
}

static void a_long_list_of_names_is_cut(void **state)
{
    struct fixture *f = *state;
    const struct ls_layers layers = {.spec_path = "domains/shop.yaml", .environment = "x"};
    write_file(f, "domains/shop.yaml", "");
    for (int i = 10; i < 60; i++) {
        char path[64];
        snprintf(path, sizeof path, "environments/environment_%d.yaml", i);
        write_file(f, path, "");
    }
    write_file(f, "environments/z.yaml", "");
    assert_null(load(f, &layers));
    assert_int_equal(f->err.code, LS_E_NOINPUT);
    const char *names = strstr(f->err.text, "there are ");
    assert_non_null(names);
    assert_non_null(strstr(names, "environment_10, environment_11, "));
    assert_string_equal(names + strlen(names) - 5, ", ...");
}

/* "LS1002 platform.yaml:2:1; ..." */
static const char *problems(struct fixture *f)
{
    f->out.size = 0;
    for (int i = 0; i < f->diag.count; i++) {
        const struct ls_problem *p = &f->diag.problems[i];
        ls_buf_appendf(&f->out, &f->err, "%s%s %s:%d:%d", i ? "; " : "", p->rule,
                       p->where.source->name, p->where.line, p->where.column);
    }
    return ls_buf_text(&f->out, &f->err);
}

static void problems_of_all_layers_are_found(void **state)
{
    struct fixture *f = *state;
    static const char *const sets[] = {"x", "a[1]=2", "b={", NULL};
    const struct ls_layers layers = {
        .spec_path = "domains/shop.yaml", .environment = "ci", .sets = sets};
    write_file(f, "platform.yaml", "a: 1\na: 2\n");
    write_file(f, "environments/ci.yaml", "- b\n");
    write_file(f, "domains/shop.yaml", "a: 1\nprofiles: {x: 1, y: {profiles: {}}}\n");
    assert_null(load(f, &layers));
    assert_string_equal(problems(f),
                        "LS1002 platform.yaml:2:1; LS1201 environments/ci.yaml:1:1; "
                        "LS1203 domains/shop.yaml:2:15; LS1203 domains/shop.yaml:2:21; "
                        "LS1204 --set:1:1; LS1205 --set:1:1; LS1001 --set:1:4");
    write_file(f, "platform.yaml", "profiles: {}\n");
    write_file(f, "environments/ci.yaml", "profiles: {}\n");
    write_file(f, "domains/shop.yaml", "profiles: [x]\n");
    const struct ls_layers other = {.spec_path = "domains/shop.yaml", .environment = "ci"};
    assert_null(load(f, &other));
    assert_string_equal(problems(f), "LS1202 platform.yaml:1:1; "
                                     "LS1202 environments/ci.yaml:1:1; "
                                     "LS1203 domains/shop.yaml:1:11");
}

static void refused_memory_is_an_error(void **state)
{
    struct fixture *f = *state;
    static const char *const sets[] = {"a=2", NULL};
    const struct ls_layers layers = {
        .spec_path = "domains/shop.yaml", .profile = "load", .sets = sets};
    write_file(f, "platform.yaml", "a: 1\n");
    write_file(f, "domains/shop.yaml", "b: {c: 1}\nprofiles: {load: {b: {d: 1}}}\n");
    for (unsigned long n = 1;; n++) {
        ls_arena_clear(&f->arena);
        ls_diag_clear(&f->diag);
        f->err.code = 0;
        ls_mem_refuse(n);
        struct ls_yaml *root = ls_layers_load(&layers, &f->arena, &f->diag, &f->err);
        ls_mem_refuse(0);
        if (root) {
            assert_true(n > 10);
            return;
        }
        assert_int_equal(f->err.code, LS_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_is_the_folder_above),
        cmocka_unit_test_setup_teardown(later_layers_lie_over_earlier_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(platform_and_environments_may_be_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_missing_is_named_with_what_is_there, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_long_list_of_names_is_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(problems_of_all_layers_are_found, setup, teardown),
        cmocka_unit_test_setup_teardown(refused_memory_is_an_error, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
