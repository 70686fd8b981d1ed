#include "pipeline/batch/sort.h"

#include "core/base/draw.h"
#include "core/base/wide.h"
#include "spec/fixture_test.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#define MEMORY      ((size_t)64 << 10) /* the least: half of it for items, half for their entries */
#define ENTRIES_MAX (MEMORY / 2 / 32)

#define DONE(f, call)                                                                              \
    do {                                                                                           \
        if ((call) < 0) {                                                                          \
            fail_msg("%s: %s", #call, (f)->err.text);                                              \
        }                                                                                          \
    } while (0)

static struct ls_sorter *sorter(struct fixture *f, size_t memory)
{
    struct ls_sorter *s;
    DONE(f, ls_sorter_new("the test's", "sort", memory, &s, &f->err));
    return s;
}

static int note(void *context, const char *name, struct ls_error *err)
{
    (void)err;
    snprintf(context, 256, "sort/%s", name);
    return 0;
}

/* The file of the runs; "" when there is none. */
static const char *file_of_runs(struct fixture *f)
{
    static char path[256];
    path[0] = '\0';
    if (ls_path_exists("sort")) {
        DONE(f, ls_tree_walk("sort", note, path, &f->err));
    }
    return path;
}

/* ---- order */

struct item {
    uint8_t key[24];
    size_t key_size;
    uint32_t number; /* the value */
};

static int by_key(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;
    int order = memcmp(x->key, y->key, x->key_size < y->key_size ? x->key_size : y->key_size);
    return order ? order : (x->key_size > y->key_size) - (x->key_size < y->key_size);
}

/* Keys of all lengths over few bytes, zeros among them, so that many share their beginnings. */
static struct item draw_item(uint64_t key, uint32_t number, unsigned bytes)
{
    struct item item = {.number = number};
    item.key_size = (size_t)ls_below(ls_word(key, number, 0), sizeof item.key + 1);
    for (size_t i = 0; i < item.key_size; i++) {
        item.key[i] = (uint8_t)ls_below(ls_word(key, number, i + 1), bytes);
    }
    return item;
}

/* `count` items dealt to some sorters come out of the merge in the order of their keys, each once.
 */
static size_t check_order(struct fixture *f, uint32_t count, size_t sorters, unsigned bytes)
{
    assert(sorters > 0);
    struct ls_sorter *parts[3];
    struct item *items = calloc(count + 1, sizeof *items);
    uint8_t *seen = calloc(count + 1, 1);
    assert_true(items && seen);
    uint64_t key = ls_stream_key(count, "sort test");
    for (size_t i = 0; i < sorters; i++) {
        parts[i] = sorter(f, i); /* too little: as much as the least */
    }
    for (uint32_t i = 0; i < count; i++) {
        items[i] = draw_item(key, i, bytes);
        DONE(f, ls_sorter_add(parts[i % sorters], items[i].key, items[i].key_size, &items[i].number,
                              sizeof items[i].number, &f->err));
    }
    qsort(items, count, sizeof *items, by_key);
    struct ls_merge *merge;
    struct ls_sorted item;
    DONE(f, ls_merge_new(parts, sorters, &merge, &f->err));
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(ls_merge_next(merge, &item, &f->err), 1);
        assert_int_equal(item.key_size, items[i].key_size);
        assert_memory_equal(item.key, items[i].key, item.key_size);
        uint32_t number;
        assert_int_equal(item.value_size, sizeof number);
        memcpy(&number, item.value, sizeof number);
        assert_true(number < count && !seen[number]);
        seen[number] = 1;
    }
    assert_int_equal(ls_merge_next(merge, &item, &f->err), 0);
    assert_int_equal(ls_merge_next(merge, &item, &f->err), 0);
    ls_merge_free(merge);
    size_t runs = 0;
    for (size_t i = 0; i < sorters; i++) {
        runs += ls_sorter_runs(parts[i]);
        ls_sorter_free(parts[i]);
    }
    assert_string_equal(file_of_runs(f), "");
    free(items);
    free(seen);
    return runs;
}

static void test_order(void **state)
{
    static const uint32_t counts[] = {0,
                                      1,
                                      2,
                                      3,
                                      15,
                                      16,
                                      17,
                                      31,
                                      32,
                                      33,
                                      47,
                                      48,
                                      49,
                                      64,
                                      65,
                                      ENTRIES_MAX - 1,
                                      ENTRIES_MAX,
                                      ENTRIES_MAX + 1,
                                      2 * ENTRIES_MAX,
                                      2 * ENTRIES_MAX + 1,
                                      7000};
    size_t runs = 0;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        for (unsigned bytes = 1; bytes <= 256; bytes *= 16) {
            runs = check_order(*state, counts[i], 1, bytes);
            check_order(*state, counts[i], 3, bytes);
        }
        if (counts[i] < 64) {
            assert_int_equal(runs, 0);
        }
    }
    assert_int_equal(runs, 7000 / ENTRIES_MAX);
}

static void test_number_keys(void **state)
{
    static const int64_t numbers[] = {INT64_MIN, INT64_MIN + 1, -256, -255,     -1, 0,
                                      1,         255,           256,  INT64_MAX};
    (void)state;
    uint8_t last[8];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        uint8_t at[8];
        assert_ptr_equal(ls_key_i64(at, numbers[i]), at + 8);
        assert_int_equal(ls_key_get_i64(at), numbers[i]);
        assert_true(i == 0 || memcmp(last, at, 8) < 0);
        memcpy(last, at, 8);
        ls_key_u64(at, (uint64_t)numbers[i]);
        assert_int_equal(ls_key_get_u64(at), (uint64_t)numbers[i]);
    }
}

/* ---- limits */

static void test_item_size(void **state)
{
    struct fixture *f = *state;
    static uint8_t bytes[MEMORY];
    struct ls_sorter *s = sorter(f, MEMORY);
    DONE(f, ls_sorter_add(s, "a", 1, bytes, MEMORY / 2 - 9, &f->err)); /* heading and key: 9 */
    assert_int_equal(ls_sorter_add(s, "a", 1, bytes, MEMORY / 2 - 8, &f->err), LS_E_DATA);
    assert_string_equal(f->err.text, "the test's: an item of 32769 bytes does not fit the sorter's "
                                     "memory of 65536: raise --memory");
    DONE(f, ls_sorter_add(s, "b", 1, bytes, MEMORY / 2 - 9, &f->err)); /* can be used on */
    assert_int_equal(ls_sorter_runs(s), 1);
    struct ls_merge *merge;
    struct ls_sorted item;
    DONE(f, ls_merge_new(&s, 1, &merge, &f->err));
    for (const char *key = "ab"; *key; key++) { /* larger than the buffer of a run */
        assert_int_equal(ls_merge_next(merge, &item, &f->err), 1);
        assert_int_equal(item.key[0], *key);
        assert_int_equal(item.value_size, MEMORY / 2 - 9);
    }
    assert_int_equal(ls_merge_next(merge, &item, &f->err), 0);
    ls_merge_free(merge);
    ls_sorter_free(s);
}

/* ---- files */

static int fill(struct fixture *f, struct ls_sorter *s, uint64_t count)
{
    int rc = 0;
    for (uint64_t i = 0; rc == 0 && i < count; i++) {
        uint8_t key[8];
        ls_key_u64(key, ls_mix(i));
        rc = ls_sorter_add(s, key, sizeof key, "value", 5, &f->err);
    }
    return rc;
}

static void test_runs_are_removed(void **state)
{
    struct fixture *f = *state;
    struct ls_sorter *s = sorter(f, MEMORY);
    DONE(f, fill(f, s, 100));
    assert_string_equal(file_of_runs(f), ""); /* none is made without need */
    DONE(f, fill(f, s, 3000));
    assert_string_not_equal(file_of_runs(f), "");
    ls_sorter_free(s);
    assert_string_equal(file_of_runs(f), "");
}

static void test_no_room_on_the_disk(void **state)
{
    struct fixture *f = *state;
    struct rlimit before;
    struct ls_sorter *s = sorter(f, MEMORY);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = {50000, before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int rc = fill(f, s, 20000);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(rc, LS_E_IO);
    assert_non_null(strstr(f->err.text, file_of_runs(f)));
    ls_sorter_free(s);
    assert_string_equal(file_of_runs(f), "");
}

static void test_no_folder(void **state)
{
    struct fixture *f = *state;
    DONE(f, ls_file_replace("sort", "", 0, &f->err));
    struct ls_sorter *s = sorter(f, MEMORY);
    assert_int_equal(fill(f, s, 3000), LS_E_IO);
    assert_non_null(strstr(f->err.text, "sort"));
    ls_sorter_free(s);
}

/* Somebody cut the file of the runs. */
static void test_runs_that_end_early(void **state)
{
    struct fixture *f = *state;
    struct ls_sorter *s = sorter(f, MEMORY);
    DONE(f, fill(f, s, 3000));
    assert_int_equal(truncate(file_of_runs(f), 100), 0);
    struct ls_merge *merge;
    struct ls_sorted item;
    int rc = ls_merge_new(&s, 1, &merge, &f->err);
    while (rc >= 0 && (rc = ls_merge_next(merge, &item, &f->err)) > 0) {
    }
    assert_int_equal(rc, LS_E_IO);
    char expected[300];
    snprintf(expected, sizeof expected, "%s ends too early", file_of_runs(f));
    assert_string_equal(f->err.text, expected);
    ls_merge_free(merge);
    ls_sorter_free(s);
}

static void test_refused_memory(void **state)
{
    struct fixture *f = *state;
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_merge *merge = NULL;
        struct ls_sorter *s;
        struct ls_sorted item;
        ls_mem_refuse(refused + 1);
        rc = ls_sorter_new("the test's", "sort", MEMORY, &s, &f->err);
        rc = rc < 0 ? rc : fill(f, s, 2500);
        rc = rc < 0 ? rc : ls_merge_new(&s, 1, &merge, &f->err);
        while (rc >= 0 && (rc = ls_merge_next(merge, &item, &f->err)) > 0) {
        }
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && f->err.code == LS_E_NOMEM));
        ls_merge_free(merge);
        ls_sorter_free(s);
        assert_string_equal(file_of_runs(f), "");
    }
    assert_true(refused > 8);
}

/* The folder fits, a file in it does not. */
static void test_path_too_long(void **state)
{
    struct fixture *f = *state;
    struct ls_sorter *s;
    char folder[LS_PATH_MAX - 8];
    memset(folder, 'a', sizeof folder - 1);
    folder[sizeof folder - 1] = '\0';
    assert_int_equal(ls_sorter_new("the test's", folder, MEMORY, &s, &f->err), LS_E_USAGE);
    assert_null(s);
    assert_non_null(strstr(f->err.text, "a path is longer than"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_order),
        FIXTURE_TEST(test_number_keys),
        FIXTURE_TEST(test_item_size),
        FIXTURE_TEST(test_runs_are_removed),
        FIXTURE_TEST(test_no_room_on_the_disk),
        FIXTURE_TEST(test_no_folder),
        FIXTURE_TEST(test_runs_that_end_early),
        FIXTURE_TEST(test_path_too_long),
        FIXTURE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
