/* Files replaced as one, by processes that die at any call and machines that lose power. */
#include "pipeline/output/replace.h"

#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/sim/disk.h"
#include "spec/fixture_test.h"

#include <fcntl.h>

static const char *const kept[] = {"datasets/normalized/t/0.avro", "datasets/views/c.avro"};
static const char *const replaced[] = {"datasets/alerts/r.avro", "datasets/views/a.avro",
                                       "datasets/views/b.avro",  "datasets/SHA256SUMS",
                                       "manifest.json",          "summary.json"};
enum { KEPT = 2, REPLACED = 6, CLAIMS_FROM = 3 };

static struct ls_error err;

#define FINE(call)                                                                                 \
    do {                                                                                           \
        if ((call) < 0) {                                                                          \
            fail_msg("%s: %s", #call, err.text);                                                   \
        }                                                                                          \
    } while (0)

static void put(const char *folder, const char *name, const char *text)
{
    char path[LS_PATH_MAX];
    FINE(ls_path_join(path, folder, name, &err));
    FINE(ls_folder_make_above(path, &err));
    FINE(ls_file_replace(path, text, strlen(text), &err));
}

/* "old", "new", "" for a file that is missing. */
static const char *text_of_file(const char *folder, const char *name)
{
    static char text[16];
    char path[LS_PATH_MAX];
    struct ls_buf bytes;
    ls_buf_init(&bytes, "file", sizeof text - 1);
    FINE(ls_path_join(path, folder, name, &err));
    text[0] = '\0';
    if (ls_path_exists(path)) {
        FINE(ls_file_read(path, &bytes, &err));
        memcpy(text, bytes.data, bytes.size);
        text[bytes.size] = '\0';
    }
    ls_buf_clear(&bytes);
    return text;
}

static void put_next(const char *name)
{
    char path[LS_PATH_MAX];
    FINE(ls_replace_path(path, "runs/run", name, &err));
    FINE(ls_folder_make_above(path, &err));
    int fd = ls_file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666, &err);
    assert_true(fd >= 0);
    FINE(ls_file_write(fd, "new", 3, path, &err));
    FINE(ls_file_sync(fd, path, &err)); /* its name is not */
    ls_file_close(fd);
}

static void put_all(void)
{
    for (size_t i = 0; i < KEPT; i++) {
        put("runs/run", kept[i], "old");
    }
    for (size_t i = 0; i < REPLACED; i++) {
        put("runs/run", replaced[i], "old");
    }
    FINE(ls_tree_sync_names("runs", &err));
    for (size_t i = 0; i < REPLACED; i++) {
        put_next(replaced[i]);
    }
}

/* All of one age; which. */
static const char *age(void)
{
    static char first[16];
    snprintf(first, sizeof first, "%s", text_of_file("runs/run", replaced[0]));
    for (size_t i = 1; i < REPLACED; i++) {
        assert_string_equal(text_of_file("runs/run", replaced[i]), first);
    }
    for (size_t i = 0; i < KEPT; i++) {
        assert_string_equal(text_of_file("runs/run", kept[i]), "old");
    }
    return first;
}

/* What a reader may find: whatever claims there are, they tell of the datasets that are there. */
static void check_claims(void)
{
    for (size_t c = CLAIMS_FROM; c < REPLACED; c++) {
        char claim[16];
        snprintf(claim, sizeof claim, "%s", text_of_file("runs/run", replaced[c]));
        for (size_t i = 0; claim[0] && i < CLAIMS_FROM; i++) {
            assert_string_equal(text_of_file("runs/run", replaced[i]), claim);
        }
    }
}

struct world {
    struct ls_sim sim;
    struct ls_disk *disk;
};

static void begin(struct world *w, uint64_t seed)
{
    ls_sim_begin(&w->sim, seed);
    FINE(ls_disk_new(&w->sim, &w->disk, &err));
    ls_disk_mount(w->disk);
    put_all();
}

static void end(struct world *w)
{
    ls_disk_mount(NULL);
    ls_disk_free(w->disk);
}

/* Does something in a process that dies at some call, or does not. */
static void die_in(struct world *w, enum ls_mishap way, bool decides)
{
    w->sim.on = true;
    w->sim.hard_max = 1;
    for (int i = 0; i < LS_MISHAP_COUNT; i++) {
        struct ls_ratio ratio = {i == (int)way, 40};
        w->sim.chances[i] = ls_chance_of(ratio);
    }
    if (decides) {
        (void)ls_replace_decide("runs/run", replaced, CLAIMS_FROM, &err);
    } else {
        (void)ls_replace_finish("runs/run", &err);
    }
    w->sim.on = false;
    FINE(ls_disk_restart(w->disk, &err));
}

static void test_replaced(void **state)
{
    struct world w;
    (void)state;
    begin(&w, 1);
    assert_string_equal(age(), "old");
    FINE(ls_replace_finish("runs/run", &err)); /* nothing was decided upon */
    assert_string_equal(age(), "old");
    FINE(ls_replace_decide("runs/run", replaced, CLAIMS_FROM, &err));
    assert_string_equal(age(), "new");
    assert_false(ls_path_exists("runs/run/replace.list"));
    end(&w);
}

static void test_cut_short(void **state)
{
    unsigned ages[2] = {0};
    unsigned between = 0;
    (void)state;
    for (uint64_t seed = 0; seed < 600; seed++) {
        struct world w;
        enum ls_mishap way = seed % 2 ? LS_MISHAP_KILLED : LS_MISHAP_POWER_LOST;
        begin(&w, seed);
        die_in(&w, way, true);
        check_claims();
        between += text_of_file("runs/run", "summary.json")[0] == '\0';
        for (int again = 0; again < 3; again++) {
            die_in(&w, way, false);
            check_claims();
        }
        FINE(ls_replace_finish("runs/run", &err));
        ages[strcmp(age(), "new") == 0]++;
        FINE(ls_disk_lose_power(w.disk, &err));
        (void)age(); /* and it lasts */
        end(&w);
    }
    assert_true(ages[0] > 50 && ages[1] > 50 && between > 50);
}

/* One that somebody else took away: nothing begins. */
static void test_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < REPLACED; i++) {
        struct world w;
        char path[LS_PATH_MAX];
        begin(&w, 1);
        FINE(ls_replace_path(path, "runs/run", replaced[i], &err));
        FINE(ls_file_remove(path, &err));
        assert_int_equal(ls_replace_decide("runs/run", replaced, CLAIMS_FROM, &err), LS_E_DATA);
        assert_string_equal(age(), "old");
        FINE(ls_replace_finish("runs/run", &err));
        assert_string_equal(age(), "old");
        end(&w);
    }
}

/* A run that begins anew: from then on nothing comes back, whatever the process died at. */
static void test_discarded(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct world w;
        begin(&w, seed);
        put("runs/run", "replace.list",
            "datasets/alerts/r.avro\ndatasets/views/a.avro\ndatasets/views/b.avro\n");
        FINE(ls_disk_settle(w.disk, &err));
        w.sim.on = true;
        w.sim.hard_max = 1;
        w.sim.chances[seed % 2 ? LS_MISHAP_KILLED : LS_MISHAP_POWER_LOST] = ls_chance_of(
            (struct ls_ratio){1, 20});
        (void)ls_replace_discard("runs/run", &err);
        w.sim.on = false;
        FINE(ls_disk_restart(w.disk, &err));
        FINE(ls_replace_discard("runs/run", &err));
        assert_false(ls_path_exists("runs/run/" LS_REPLACE_TEMPORARY));
        FINE(ls_disk_lose_power(w.disk, &err));
        FINE(ls_replace_finish("runs/run", &err));
        assert_string_equal(age(), "old");
        end(&w);
    }
}

/* A folder whose own path fits, and those below it do not: said, before anything is done there. */
static void test_paths_too_long(void **state)
{
    (void)state;
    enum {
        LIST = sizeof "/replace.list",
        NEXT = sizeof "/" LS_REPLACE_TEMPORARY "/next/datasets/SHA256SUMS"
    };
    static const char *const paths[] = {"datasets/views/a.avro"};
    struct world w;
    begin(&w, 0);
    for (size_t size = LS_PATH_MAX - LIST + 1; size < LS_PATH_MAX; size++) {
        char folder[LS_PATH_MAX];
        for (size_t i = 0; i < size; i++) {
            folder[i] = i % 2 ? '/' : '.'; /* where we are */
        }
        folder[size] = '\0';
        assert_int_equal(ls_replace_decide(folder, paths, 1, &err), LS_E_USAGE);
        assert_int_equal(ls_replace_finish(folder, &err), LS_E_USAGE);
        assert_false(ls_replace_is_decided(folder));
        assert_int_equal(ls_replace_discard(folder, &err), LS_E_USAGE);
        assert_non_null(strstr(err.text, "./././././"));
    }
    for (int i = 0; i < 2; i++) { /* the list fits, and neither what is to be put nor the claims */
        char folder[LS_PATH_MAX];
        memset(folder, '.', sizeof folder);
        for (size_t k = 1; k < sizeof folder; k += 2) {
            folder[k] = '/';
        }
        folder[LS_PATH_MAX - LIST - 1] = '\0';
        assert_int_equal(ls_replace_decide(folder, paths, 1, &err), LS_E_USAGE);
        put(".", "replace.list", "datasets/views/a.avro\n");
        assert_int_equal(ls_replace_finish(folder, &err), LS_E_USAGE);
        FINE(ls_file_remove("replace.list", &err));
    }
    char folder[LS_PATH_MAX];
    memset(folder, 'a', sizeof folder);
    folder[LS_PATH_MAX - NEXT] = '\0';
    char path[LS_PATH_MAX];
    assert_int_equal(ls_replace_path(path, folder, "datasets/SHA256SUMS", &err), 0);
    folder[LS_PATH_MAX - NEXT] = 'a';
    folder[LS_PATH_MAX - NEXT + 1] = '\0';
    assert_int_equal(ls_replace_path(path, folder, "datasets/SHA256SUMS", &err), LS_E_USAGE);
    end(&w);
}

/* A list that names what no path can, or that there is no memory to read. */
static void test_strange_list(void **state)
{
    (void)state;
    struct world w;
    char text[LS_PATH_MAX];
    unsigned long refused = 0;
    begin(&w, 0);
    memset(text, 'a', sizeof text);
    text[LS_PATH_MAX - 20] = '\0';
    put("runs/run", "replace.list", text);
    assert_int_equal(ls_replace_finish("runs/run", &err), LS_E_USAGE);
    for (int rc = LS_E_NOMEM; rc < 0; refused++) {
        put("runs/run", "replace.list", "");
        ls_mem_refuse(refused + 1);
        rc = ls_replace_finish("runs/run", &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM || rc == LS_E_IO); /* the disk takes memory too */
    }
    assert_true(refused > 0);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replaced),       cmocka_unit_test(test_cut_short),
        cmocka_unit_test(test_missing),        cmocka_unit_test(test_discarded),
        cmocka_unit_test(test_paths_too_long), cmocka_unit_test(test_strange_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
