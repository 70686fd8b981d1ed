#include "pipeline/output/ours.h"

#include "pipeline/fixture_test.h"

static void leave(struct pipe *p, const char *path, const char *text)
{
    FINE(p, ls_folder_make_above(path, &p->base.err));
    FINE(p, ls_file_replace(path, text, strlen(text), &p->base.err));
}

/* One file in the folder "run": does it pass? */
static void test_each(void **state)
{
    static const struct {
        const char *path, *text;
        bool ours;
    } cases[] = {
        {"manifest.json", "{\n  \"version\": 1,\n  \"mode\": \"batch\"\n}\n", true},
        {"summary.json", "{\n  \"version\": 1,\n  \"mode\": \"stream\"\n}\n", true},
        {"manifest.json", "{\n  \"lockstep_log\": 1,\n  \"mode\": \"batch\"\n}\n", false},
        {"manifest.json", "{\n  \"version\": 1\n}\n", false},
        {"summary.json", "", false},
        {"notes.txt", "mine", true}, /* nobody touches it */
        {"datasets/SHA256SUMS", "", true},
        {"datasets/SHA256SUMS.next.tmp", "", true},
        {"datasets/views/a.avro", "", true},
        {"datasets/views/a.avro.next.tmp", "", true},
        {"datasets/alerts/a.avro", "", true},
        {"datasets/normalized/t/0.avro", "", true},
        {"datasets/quarantine/t/0.avro", "", true},
        {"datasets/late/v/t/0.avro", "", true},
        {"datasets/a.avro", "", false},
        {"datasets/a.tmp", "", false},
        {"datasets/mine/a.avro", "", false},
        {"datasets/views/a.csv", "", false},
        {"datasets/views/mine/a.avro", "", false},
        {"datasets/normalized/a.avro", "", false},
        {"datasets/late/v/0.avro", "", false},
        {"datasets/views/SHA256SUMS", "", false},
    };
    struct pipe *p = *state;
    FINE(p, ls_ours_check("run", "run/datasets", &p->base.err));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[LS_PATH_MAX];
        FINE(p, ls_path_join(path, "run", cases[i].path, &p->base.err));
        leave(p, path, cases[i].text);
        int rc = ls_ours_check("run", "run/datasets", &p->base.err);
        assert_int_equal(rc, cases[i].ours ? 0 : LS_E_DATA);
        if (rc < 0) {
            assert_non_null(strstr(p->base.err.text, path));
            rc = ls_ours_check("run", NULL, &p->base.err); /* datasets are not asked about */
            assert_int_equal(rc == 0, strncmp(cases[i].path, "datasets/", 9) == 0);
        }
        assert_true(ls_path_exists(path));
        FINE(p, ls_tree_remove("run", &p->base.err));
    }
}

static void test_no_folder(void **state)
{
    struct pipe *p = *state;
    leave(p, "run/datasets", "");
    assert_int_equal(ls_ours_check("run", "run/datasets", &p->base.err), LS_E_DATA);
    assert_non_null(strstr(p->base.err.text, "run/datasets is a file"));
}

static void test_path_too_long(void **state)
{
    struct pipe *p = *state;
    char folder[LS_PATH_MAX];
    memset(folder, 'a', sizeof folder);
    folder[LS_PATH_MAX - 3] = '\0';
    assert_int_equal(ls_ours_check(folder, NULL, &p->base.err), LS_E_USAGE);
}

static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    unsigned long refused = 0;
    leave(p, "run/manifest.json", "{\n  \"version\": 1,\n  \"mode\": \"batch\"\n}\n");
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        ls_mem_refuse(refused + 1);
        rc = ls_ours_check("run", "run/datasets", &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    }
    assert_true(refused > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {PIPE_TEST(test_each), PIPE_TEST(test_no_folder),
                                       PIPE_TEST(test_path_too_long),
                                       PIPE_TEST(test_refused_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
