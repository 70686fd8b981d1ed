#include "conformance/compare.h"

#include "conformance/fixture_test.h"

#include "core/base/mem.h"

#include <sys/stat.h>

static struct ls_buf report;

/* Compares the folders a and b; the report is "" when nothing was told. */
static int compare(enum ls_level level, struct ls_comparison *c)
{
    ls_buf_clear(&report);
    ls_buf_init(&report, "report", 1U << 20);
    check(ls_buf_append_text(&report, "before\n", &err));
    *c = (struct ls_comparison){.level = level};
    int rc = ls_compare("a", "b", c, &report, &err);
    const char *text = ls_buf_text(&report, &err);
    assert_memory_equal(text, "before\n", 7); /* what is there stays */
    return rc;
}

static const char *told(void)
{
    return (const char *)report.data + 7;
}

static int forget(void **state)
{
    (void)state;
    ls_buf_clear(&report);
    return 0;
}

/* ---- bytes */

struct pair {
    const char *path, *a, *b; /* contents; NULL: not there */
};

static const struct {
    const char *what;
    struct pair pairs[5];
    uint64_t files, differ;
    const char *first, *told; /* NULL: the same */
} trees[] = {
    {"empty folders", {{NULL, NULL, NULL}}, 0, 0, NULL, NULL},
    {"one file", {{"f", "x", "x"}}, 1, 0, NULL, NULL},
    {"empty files", {{"f", "", ""}}, 1, 0, NULL, NULL},
    {"deep", {{"p/q/f", "x", "x"}, {"p/r", "y", "y"}}, 2, 0, NULL, NULL},
    {"a byte", {{"f", "abc", "abd"}}, 1, 1, "f", "f differs\n"},
    {"a size", {{"f", "abc", "ab"}}, 1, 1, "f", "f differs\n"},
    {"one of them empty", {{"f", "", "x"}}, 1, 1, "f", "f differs\n"},
    {"missing in b", {{"f", "x", NULL}}, 0, 1, "f", "f is missing in B\n"},
    {"missing in a", {{"f", NULL, "x"}}, 0, 1, "f", "f is missing in A\n"},
    {"empty and missing are two things", {{"f", "", NULL}}, 0, 1, "f", "f is missing in B\n"},
    {"one behind, one before",
     {{"b", "x", "x"}, {"c", "x", NULL}, {"a", NULL, "x"}},
     1,
     2,
     "a",
     "a is missing in A\n"},
    {"the first by bytes of the path: - comes before /",
     {{"t/0", "x", "y"}, {"t-x/0", "x", "y"}, {"t0", "x", "y"}},
     3,
     3,
     "t-x/0",
     "t-x/0 differs\n"},
    {"a dataset is told of before other files",
     {{"A.txt", "x", "y"}, {"v.avro", "x", NULL}, {"z.avro", "x", NULL}},
     1,
     3,
     "v.avro",
     "v.avro is missing in B\n"},
    {"no dataset: the first file",
     {{"SHA256SUMS", "x", "y"}, {"b", "x", "y"}},
     2,
     2,
     "SHA256SUMS",
     "SHA256SUMS differs\n"},
    {"temporary files count too",
     {{"v.avro.tmp", "x", NULL}},
     0,
     1,
     "v.avro.tmp",
     "v.avro.tmp is missing in B\n"},
    {"no container file",
     {{"v.avro", "x", "y"}},
     1,
     1,
     "v.avro",
     "v.avro differs\n  nothing more is known: a/v.avro is no Avro container file\n"},
};

static void put_tree(const struct pair *pairs, bool backwards)
{
    check(ls_tree_remove("a", &err));
    check(ls_tree_remove("b", &err));
    check(ls_folder_make("a", &err));
    check(ls_folder_make("b", &err));
    for (int k = 0; k < 5; k++) {
        const struct pair *pair = &pairs[backwards ? 4 - k : k];
        char path[200];
        if (pair->path && pair->a) {
            snprintf(path, sizeof path, "a/%s", pair->path);
            put_text(path, pair->a);
        }
        if (pair->path && pair->b) {
            snprintf(path, sizeof path, "b/%s", pair->path);
            put_text(path, pair->b);
        }
    }
}

static void trees_are_compared_to_the_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(trees); i++) {
        for (int backwards = 0; backwards < 2; backwards++) { /* the order on disk is no matter */
            struct ls_comparison c;
            put_tree(trees[i].pairs, backwards);
            int rc = compare(LS_LEVEL_BYTES, &c);
            const char *first = trees[i].first ? trees[i].first : "";
            const char *wanted = trees[i].told ? trees[i].told : "";
            if (rc != (trees[i].told ? LS_DIFFERS : 0) || c.files != trees[i].files ||
                c.differ != trees[i].differ || strcmp(c.first, first) != 0 ||
                strncmp(told(), wanted, strlen(wanted)) != 0 || (!trees[i].told && *told())) {
                fail_msg("%s: %d, %llu files, %llu differ, first `%s`: %s", trees[i].what, rc,
                         (unsigned long long)c.files, (unsigned long long)c.differ, c.first,
                         told());
            }
        }
    }
}

static void empty_folders_are_no_files(void **state)
{
    (void)state;
    struct ls_comparison c;
    put_tree((const struct pair[5]){{"f", "x", "x"}}, false);
    check(ls_folder_make("a/nothing/in/it", &err));
    assert_int_equal(compare(LS_LEVEL_BYTES, &c), 0);
    assert_int_equal(c.files, 1);
    assert_int_equal(c.bytes, 1);
}

/* One byte anywhere in files that pass the step of reading. */
static void every_byte_counts(void **state)
{
    (void)state;
    static const size_t size = (1U << 18) + 10;
    static const size_t places[] = {0, 1, (1U << 18) - 1, 1U << 18, (1U << 18) + 9};
    char *bytes = calloc(size, 1);
    struct ls_comparison c;
    put_file("a/f", bytes, size);
    put_file("b/f", bytes, size);
    assert_int_equal(compare(LS_LEVEL_BYTES, &c), 0);
    assert_int_equal(c.bytes, size);
    for (size_t i = 0; i < COUNT(places); i++) {
        bytes[places[i]] = 1;
        put_file("b/f", bytes, size);
        assert_int_equal(compare(LS_LEVEL_BYTES, &c), LS_DIFFERS);
        bytes[places[i]] = 0;
    }
    put_file("b/f", bytes, size - 10); /* a whole number of steps, and the same as far as it goes */
    assert_int_equal(compare(LS_LEVEL_BYTES, &c), LS_DIFFERS);
    free(bytes);
}

static void links_are_what_they_lead_to(void **state)
{
    (void)state;
    struct ls_comparison c;
    put_text("elsewhere/f", "x");
    put_text("a/f", "x");
    check(ls_folder_make("b", &err));
    assert_int_equal(symlink("../elsewhere/f", "b/f"), 0);
    assert_int_equal(compare(LS_LEVEL_BYTES, &c), 0);
    assert_int_equal(c.files, 1);
    put_text("elsewhere/f", "y");
    assert_int_equal(compare(LS_LEVEL_BYTES, &c), LS_DIFFERS);
    put_text("elsewhere/f", "x");
    assert_int_equal(symlink("../elsewhere", "b/folder"), 0); /* not followed */
    assert_int_equal(compare(LS_LEVEL_BYTES, &c), 0);
    assert_int_equal(symlink(".", "b/loop"), 0);
    assert_int_equal(compare(LS_LEVEL_BYTES, &c), 0);
}

static void what_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    struct ls_comparison c;
    put_text("a/f", "x");
    check_refused(compare(LS_LEVEL_BYTES, &c), LS_E_NOINPUT, "b");
    put_text("b/f", "x");
    assert_int_equal(chmod("b/f", 0), 0);
    if (access("b/f", R_OK) != 0) { /* the superuser may read everything */
        check_refused(compare(LS_LEVEL_BYTES, &c), LS_E_IO, "b/f");
    }
    assert_int_equal(remove("b/f"), 0);
    assert_int_equal(symlink("b/f", "b/f"), 0); /* a link to itself */
    assert_true(compare(LS_LEVEL_BYTES, &c) != 0);
}

static void long_names_are_told_whole_or_cut(void **state)
{
    (void)state;
    struct ls_comparison c;
    char name[251];
    char path[600];
    memset(name, 'n', 250);
    name[250] = '\0';
    snprintf(path, sizeof path, "a/%s/%s", name, name);
    put_text(path, "x");
    check(ls_folder_make("b", &err));
    assert_int_equal(compare(LS_LEVEL_BYTES, &c), LS_DIFFERS);
    assert_int_equal(strlen(c.first), sizeof c.first - 1);
    assert_memory_equal(c.first, path + 2, sizeof c.first - 1);
    check_says(told(), path + 2);
}

static void a_dataset_that_differs_is_told_by_row(void **state)
{
    (void)state;
    static const struct item x[] = {{"a", 1, NULL, 0}, {"b", 2, NULL, 1}};
    static const struct item y[] = {{"a", 1, NULL, 0}, {"b", 3, NULL, 1}};
    struct ls_comparison c;
    put_items("a/n/0.avro", x, 2);
    put_items("b/n/0.avro", y, 2);
    assert_int_equal(compare(LS_LEVEL_BYTES, &c), LS_DIFFERS);
    check_says(told(), "n/0.avro differs\n  row 2 differs\n  field count:\n");
}

/* ---- the logical level */

static const struct item rows[] = {
    {"a", 1, NULL, 0}, {"b", 2, NULL, 1}, {"c", 3, NULL, 2}, {"d", 4, NULL, 3}};

static void other_bytes_of_the_same_rows(void **state)
{
    (void)state;
    struct ls_comparison c;
    put_items("a/views/v.avro", rows, 4);
    put_items("b/views/v.avro", rows, 4);
    assert_int_equal(compare(LS_LEVEL_LOGICAL, &c), 0);
    assert_int_equal(c.held, LS_LEVEL_BYTES); /* the stronger one is told */
    put_items_as("b/views/v.avro", item_schema, 1000, rows, 4);
    assert_int_equal(compare(LS_LEVEL_BYTES, &c), LS_DIFFERS); /* never silently */
    check_says(told(), "the rows are equal, all 4: the files differ in how they are written");
    assert_int_equal(compare(LS_LEVEL_LOGICAL, &c), 0);
    assert_int_equal(c.held, LS_LEVEL_LOGICAL);
    assert_int_equal(c.differ, 0);
    assert_string_equal(told(), "");
    recode("a/views/v.avro", "null", 1000);
    recode("b/views/v.avro", "deflate", 30);
    put_text("a/SHA256SUMS", "of other bytes");
    put_text("b/SHA256SUMS", "of bytes");
    assert_int_equal(compare(LS_LEVEL_LOGICAL, &c), 0);
    assert_int_equal(c.files, 2);
}

/* Four files of four partitions are one dataset, however the rows are spread over them. */
static void partitions_are_one_dataset(void **state)
{
    (void)state;
    struct ls_comparison c;
    put_items("a/normalized/t/0.avro", rows, 2);
    put_items("a/normalized/t/1.avro", rows + 2, 2);
    put_items("b/normalized/t/0.avro", rows + 3, 1);
    put_items("b/normalized/t/10.avro", rows, 3);
    assert_int_equal(compare(LS_LEVEL_LOGICAL, &c), 0);
    put_items("b/normalized/u/0.avro", rows, 1); /* another topic is another dataset */
    put_items("a/normalized/u/0.avro", rows + 1, 1);
    assert_int_equal(compare(LS_LEVEL_LOGICAL, &c), LS_DIFFERS);
    assert_int_equal(c.differ, 1);
    assert_string_equal(c.first, "normalized/u/0.avro");
    check_says(told(), "normalized/u/: 1 rows in A, 1 in B, and they are not the same");
}

static const struct {
    const char *what;
    size_t a, b; /* rows of each */
    bool twice;  /* b's are there twice */
    const char *told;
} changes[] = {
    {"a row less", 4, 3, false, "views/v.avro: 4 rows in A, 3 in B, and they are not the same"},
    {"no rows at all", 4, 0, false, "4 rows in A, 0 in B"},
    {"rows twice: an even number cancels in a XOR", 2, 2, true, "2 rows in A, 4 in B"},
};

static void other_rows_differ(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct item twice[8];
        struct ls_comparison c;
        for (size_t k = 0; k < 2 * changes[i].b; k++) {
            twice[k] = rows[k % changes[i].b];
        }
        put_items("a/views/v.avro", rows, changes[i].a);
        put_items("b/views/v.avro", twice, changes[i].b * (changes[i].twice ? 2 : 1));
        assert_int_equal(compare(LS_LEVEL_LOGICAL, &c), LS_DIFFERS);
        check_says(told(), changes[i].told);
        assert_int_equal(c.differ, 1);
    }
}

static void what_no_rows_can_be_read_of_differs(void **state)
{
    (void)state;
    struct ls_comparison c;
    put_items("a/views/v.avro", rows, 4);
    put_text("b/views/w.avro", "no container");
    assert_int_equal(compare(LS_LEVEL_LOGICAL, &c), LS_DIFFERS);
    assert_int_equal(c.differ, 2);
    check_says(told(), "views/v.avro in B: there is no file of it");
    put_items("b/views/v.avro", rows, 4);
    assert_int_equal(compare(LS_LEVEL_LOGICAL, &c), LS_DIFFERS);
    check_says(told(), "views/w.avro in A: there is no file of it");
    put_items("a/views/w.avro", rows, 4);
    assert_int_equal(compare(LS_LEVEL_LOGICAL, &c), LS_DIFFERS);
    check_says(told(), "views/w.avro in B: b/views/w.avro is no Avro container file");
    assert_string_equal(c.first, "views/w.avro");
}

static void another_schema_differs(void **state)
{
    (void)state;
    struct ls_comparison c;
    char *other = strdup(item_schema);
    memcpy(strstr(other, "\"count\""), "\"kount\"", 7);
    put_items("a/views/v.avro", rows, 4);
    put_items_as("b/views/v.avro", other, 2, rows, 4);
    assert_int_equal(compare(LS_LEVEL_LOGICAL, &c), LS_DIFFERS);
    check_says(told(), "their schemas differ");
    check_says(told(), "{\"name\":\"kount\",\"type\":\"long\"}");
    put_items("a/normalized/t/0.avro", rows, 2); /* or within one dataset */
    put_items("b/normalized/t/0.avro", rows, 1);
    put_items_as("b/normalized/t/1.avro", other, 2, rows + 1, 1);
    assert_int_equal(compare(LS_LEVEL_LOGICAL, &c), LS_DIFFERS);
    check_says(told(), "b/normalized/t/1.avro has another schema than the files before it");
    free(other);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    struct ls_comparison c;
    put_items("a/views/v.avro", rows, 4);
    put_items("b/views/v.avro", rows, 3);
    put_items("a/views/w.avro", rows, 4);
    for (int level = 0; level < 2; level++) {
        int rc;
        unsigned long nth = 0;
        do {
            ls_buf_clear(&report);
            ls_buf_init(&report, "report", 1U << 20);
            c = (struct ls_comparison){.level = (enum ls_level)level};
            ls_mem_refuse(++nth);
            rc = ls_compare("a", "b", &c, &report, &err);
            ls_mem_refuse(0);
        } while (rc == LS_E_NOMEM);
        assert_int_equal(rc, LS_DIFFERS);
        assert_true(nth > 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(trees_are_compared_to_the_byte),
        FOLDER_TEST(empty_folders_are_no_files),
        FOLDER_TEST(every_byte_counts),
        FOLDER_TEST(links_are_what_they_lead_to),
        FOLDER_TEST(what_cannot_be_read_is_an_error),
        FOLDER_TEST(long_names_are_told_whole_or_cut),
        FOLDER_TEST(a_dataset_that_differs_is_told_by_row),
        FOLDER_TEST(other_bytes_of_the_same_rows),
        FOLDER_TEST(partitions_are_one_dataset),
        FOLDER_TEST(other_rows_differ),
        FOLDER_TEST(what_no_rows_can_be_read_of_differs),
        FOLDER_TEST(another_schema_differs),
        FOLDER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
