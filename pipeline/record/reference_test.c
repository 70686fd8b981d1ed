#include "pipeline/record/reference.h"

#include "pipeline/record/normalize_fixture_test.h"

#define TABLE "tables/shops.avro"

static int load_as_of(struct pipe *p, int64_t as_of)
{
    ls_reference_free(&p->reference);
    return ls_reference_load(p->base.spec, "tables", as_of, &p->reference, &p->base.err);
}

static int load(struct pipe *p)
{
    return load_as_of(p, INT64_MAX);
}

static void check_refused(struct pipe *p, int code, const char *part)
{
    assert_int_equal(load(p), code);
    assert_int_equal(p->base.err.code, code);
    if (!strstr(p->base.err.text, part) ||
        strncmp(p->base.err.text, "reference table shops: ", 23) != 0) {
        fail_msg("expected `%s`, got: %s", part, p->base.err.text);
    }
}

static const struct ls_cell *row(const struct pipe *p, const char *id)
{
    return ls_table_rows_at(
        ls_reference_rows(&p->reference.tables[0], (const uint8_t *)id, strlen(id)), 0);
}

static void test_rows(void **state)
{
    struct pipe *p = *state;
    assert_int_equal(p->reference.count, 1);
    const struct ls_reference_table *table = ls_reference_find(&p->reference, "shops");
    assert_ptr_equal(table, &p->reference.tables[0]);
    assert_null(ls_reference_find(&p->reference, "shop"));
    assert_int_equal(table->count, 3);
    assert_int_equal(table->file_rows, 3);
    const struct ls_cell *cells = row(p, "S1");
    assert_non_null(cells);
    assert_memory_equal(cells[0].bytes, "S1", 2);
    assert_int_equal(cells[1].size, 3);
    assert_memory_equal(cells[1].bytes, "Ulm", 3);
    assert_int_equal(cells[2].number, -7);
    assert_non_null(row(p, "")); /* an id like any other */
    static const char *const strangers[] = {"S", "S2", "S10", "s1", " "};
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        assert_null(row(p, strangers[i]));
    }
}

/* Past the size where the table begins, so that it grows; every row is found again. */
static void test_many_rows(void **state)
{
    enum { COUNT = 5000 };
    struct pipe *p = *state;
    static struct shop shops[COUNT];
    static char ids[COUNT][8];
    for (int i = 0; i < COUNT; i++) {
        snprintf(ids[i], sizeof ids[i], "S%d", i);
        shops[i] = (struct shop){ids[i], i % 2, i};
    }
    write_shops(p, shops, COUNT);
    FINE(p, load(p));
    const struct ls_reference_table *table = &p->reference.tables[0];
    assert_int_equal(table->count, COUNT);
    assert_true(table->slot_count >= (size_t)2 * COUNT);
    for (int i = 0; i < COUNT; i++) {
        const struct ls_cell *cells = row(p, ids[i]);
        assert_non_null(cells);
        assert_int_equal(cells[2].number, i);
    }
    assert_null(row(p, "S5000"));
}

/* Keys that begin alike, of which a slot holds all, or the beginning. */
static void test_long_keys(void **state)
{
    enum { LONGEST = 60 };
    struct pipe *p = *state;
    struct shop shops[LONGEST];
    char ids[LONGEST][LONGEST + 1];
    for (int i = 0; i < LONGEST; i++) {
        memset(ids[i], 'S', sizeof ids[i]);
        ids[i][i + 1] = '\0';
        shops[i] = (struct shop){ids[i], 0, i};
    }
    ids[LONGEST - 1][LONGEST - 1] = 'T'; /* as long as itself, and another */
    write_shops(p, shops, LONGEST);
    FINE(p, load(p));
    for (int i = 0; i < LONGEST; i++) {
        const struct ls_cell *cells = row(p, ids[i]);
        assert_non_null(cells);
        assert_int_equal(cells[2].number, i);
    }
    ids[LONGEST - 1][LONGEST - 1] = 'S';
    assert_null(row(p, ids[LONGEST - 1]));
}

static void test_no_rows(void **state)
{
    struct pipe *p = *state;
    write_shops(p, pipe_shops, 0);
    FINE(p, load(p));
    assert_int_equal(p->reference.tables[0].count, 0);
    ls_reference_prefetch(&p->reference.tables[0], (const uint8_t *)"S0", 2);
    assert_null(row(p, "S0"));
    ls_reference_free(&p->reference); /* and tables of which the shape alone is known */
    FINE(p, ls_reference_load(p->base.spec, NULL, INT64_MAX, &p->reference, &p->base.err));
    ls_reference_prefetch(&p->reference.tables[0], (const uint8_t *)"S0", 2);
    assert_null(row(p, "S0"));
}

/* The digest is that of the file, whatever the rows say. */
static void test_digest(void **state)
{
    struct pipe *p = *state;
    struct ls_buf bytes;
    struct ls_sha256 sha256;
    ls_buf_init(&bytes, "table", 1U << 16);
    FINE(p, ls_file_read(TABLE, &bytes, &p->base.err));
    ls_sha256_of(bytes.data, bytes.size, &sha256);
    assert_memory_equal(&sha256, &p->reference.tables[0].sha256, sizeof sha256);
    ls_buf_clear(&bytes);
}

static void test_refusals(void **state)
{
    static const struct shop twice[] = {{"S0", 0, 1}, {"S1", 0, 2}, {"S0", 0, 1}};
    static const struct shop no_city[] = {{"S0", 0, 1}, {"S1", 0, 1}, {"S2", 7, 1}};
    static const struct shop no_text[] = {{"S\xff", 0, 1}};
    struct pipe *p = *state;
    write_shops(p, twice, 3);
    check_refused(p, LS_E_DATA, "rows 0 and 2 both have the id `S0`: leave one of them out");
    write_shops(p, no_city, 3);
    check_refused(p, LS_E_DATA, "row 2: an enum has no symbol with this index");
    write_shops(p, no_text, 1);
    check_refused(p, LS_E_DATA, "row 0: a string is not UTF-8");
    assert_int_equal(unlink(TABLE), 0);
    check_refused(p, LS_E_NOINPUT, TABLE);
    FINE(p, ls_file_replace(TABLE, "Obj", 3, &p->base.err));
    check_refused(p, LS_E_DATA, TABLE);
}

/* A table that was made with another spec. */
static void test_another_shape(void **state)
{
    static const char *const shapes[][2] = {
        {"{name: fee, type: money, const: 1.00}",
         "{name: fee, type: money, const: 1.00}\n"
         "      - {name: old, type: boolean, const: true}"},
        {"Ulm", "Olm"}, /* a schema as long as the other */
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        char *text = changed(pipe_spec, shapes[i][0], shapes[i][1]);
        load_fine(&p->base, text, NULL);
        check_refused(p, LS_E_DATA, "its columns are not those that the spec gives the table");
        free(text);
    }
}

/* A block that says it has fewer rows than it holds. */
static void test_hidden_row(void **state)
{
    static const uint8_t row[] = {4, 'S', '0'}; /* behind the block's count and its size */
    struct pipe *p = *state;
    struct ls_buf bytes;
    ls_buf_init(&bytes, "table", 1U << 16);
    FINE(p, ls_file_read(TABLE, &bytes, &p->base.err));
    uint8_t *first = memmem(bytes.data, bytes.size, row, sizeof row);
    assert_non_null(first);
    assert_int_equal(first[-2], 2 * 2);
    first[-2] = 2 * 1;
    FINE(p, ls_file_replace(TABLE, bytes.data, bytes.size, &p->base.err));
    check_refused(p, LS_E_DATA, " bytes behind its rows");
    ls_buf_clear(&bytes);
}

/* Cut short after any byte: either whole blocks are left (the file then has fewer rows, and another
 * digest), or it is refused. */
static void test_every_truncation(void **state)
{
    struct pipe *p = *state;
    struct ls_buf bytes;
    unsigned whole = 0;
    ls_buf_init(&bytes, "table", 1U << 16);
    FINE(p, ls_file_read(TABLE, &bytes, &p->base.err));
    for (size_t size = 0; size < bytes.size; size++) {
        FINE(p, ls_file_replace(TABLE, bytes.data, size, &p->base.err));
        int rc = load(p);
        assert_true(rc == 0 || rc == LS_E_DATA);
        whole += rc == 0;
    }
    assert_int_equal(whole, 2); /* behind the heading, and behind the first of two blocks */
    ls_buf_clear(&bytes);
}

static void test_path_too_long(void **state)
{
    struct pipe *p = *state;
    char folder[LS_PATH_MAX - 8];
    memset(folder, 'a', sizeof folder - 1);
    folder[sizeof folder - 1] = '\0';
    ls_reference_free(&p->reference);
    int rc = ls_reference_load(p->base.spec, folder, INT64_MAX, &p->reference, &p->base.err);
    assert_int_equal(rc, LS_E_USAGE);
    assert_non_null(strstr(p->base.err.text, "a path is longer than 4096 bytes: aaaa"));
}

static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        ls_reference_free(&p->reference);
        ls_mem_refuse(refused + 1);
        rc = ls_reference_load(p->base.spec, "tables", INT64_MAX, &p->reference, &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
    }
    assert_true(refused > 10);
}

/* ---- tables that are files */

/* Rows of a key that are in force, as "begin-end:v", by begin; INT64_MIN and INT64_MAX are `*`. */
static const char *in_force(const struct pipe *p, const char *key, char out[256])
{
    const struct ls_reference_table *table = ls_reference_find(&p->reference, "dated");
    struct ls_table_rows rows = ls_reference_rows(table, (const uint8_t *)key, strlen(key));
    out[0] = '\0';
    for (size_t i = 0; i < rows.count; i++) {
        char ends[2][32] = {"*", "*"};
        const struct ls_table_row *row = &rows.rows[i];
        if (row->begin != INT64_MIN) {
            snprintf(ends[0], sizeof ends[0], "%lld", (long long)row->begin);
        }
        if (row->end != INT64_MAX) {
            snprintf(ends[1], sizeof ends[1], "%lld", (long long)row->end);
        }
        snprintf(out + strlen(out), 256 - strlen(out), "%s%s-%s:%lld", i ? " " : "", ends[0],
                 ends[1], (long long)row->cells[5].number);
    }
    return out;
}

static const struct dated_row restated[] = {
    {"a", "A", NEVER, 10, NEVER, 1, 0}, {"b", "A", 10, NEVER, 5, 2, 0},
    {"a", "A", NEVER, 8, 100, 3, 0}, /* ends earlier, says another thing */
    {"c", "B", 1, 9, NEVER, 4, 0},      {"c", "B", 9, 9, 200, 4, 0}, /* taken back */
    {"d", "C", 1, 9, 150, 5, 0},
};

static void test_restated_rows(void **state)
{
    static const struct {
        int64_t as_of;
        const char *of[3]; /* keys A, B, C */
        size_t count;
    } cases[] = {
        {INT64_MAX, {"*-8:3 10-*:2", "", "1-9:5"}, 3},
        {201, {"*-8:3 10-*:2", "", "1-9:5"}, 3},
        {200, {"*-8:3 10-*:2", "1-9:4", "1-9:5"}, 4},
        {150, {"*-8:3 10-*:2", "1-9:4", ""}, 3},
        {100, {"*-10:1 10-*:2", "1-9:4", ""}, 3},
        {5, {"*-10:1", "1-9:4", ""}, 2},
        {INT64_MIN, {"", "", ""}, 0},
    };
    struct pipe *p = *state;
    write_dated(p, restated, sizeof restated / sizeof *restated);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        FINE(p, load_as_of(p, cases[i].as_of));
        const struct ls_reference_table *table = ls_reference_find(&p->reference, "dated");
        assert_int_equal(table->file_rows, 6);
        assert_int_equal(table->count, cases[i].count);
        for (int k = 0; k < 3; k++) {
            char out[256];
            const char key[] = {(char)('A' + k), '\0'};
            assert_string_equal(in_force(p, key, out), cases[i].of[k]);
        }
    }
}

/* Lines of a file: the heading is the first. */
static void test_refused_files(void **state)
{
    static const struct {
        struct dated_row rows[3];
        const char *message;
    } cases[] = {
        {{{"a", "A", 1, 9, NEVER, 1, 0}, {"b", "A", 8, 12, NEVER, 1, 0}},
         "reference table dated: lines 2 and 3 hold at one time for the key `A`: let one of them "
         "end before the other begins"},
        {{{"b", "A", 8, 12, NEVER, 1, 0}, {"x", "B", 1, 9, NEVER, 1, 0}, {"a", "A", 1, 9, 3, 1, 0}},
         "reference table dated: lines 2 and 4 hold at one time for the key `A`: let one of them "
         "end before the other begins"},
        {{{"a", "A", 1, 9, 7, 1, 0}, {"a", "B", 8, 12, 7, 1, 0}},
         "reference table dated: lines 2 and 3 both have the id `a` and are known from one time "
         "on: leave one of them out, or let it be known later"},
        {{{"a", "A", 9, 8, 7, 1, 0}},
         "reference table dated: line 2, of the key `A`, ends before it begins"},
        {{{"", "A", 1, 2, 7, 1, 0}},
         "reference table dated: dated.csv:2:1: `id` is empty: it tells which row this is"},
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t count = 0;
        while (count < 3 && cases[i].rows[count].id) {
            count++;
        }
        write_dated(p, cases[i].rows, count);
        assert_int_equal(load(p), LS_E_DATA);
        assert_string_equal(p->base.err.text, cases[i].message);
    }
    assert_int_equal(unlink("dated.csv"), 0);
    assert_int_equal(load(p), LS_E_NOINPUT);
    assert_non_null(strstr(p->base.err.text, "dated.csv"));
}

/* The content is part of the job, the path is not. */
static void test_digest_of_a_file(void **state)
{
    struct pipe *p = *state;
    struct ls_sha256 sum;
    struct ls_sha256 job = p->plan->job;
    struct ls_buf bytes;
    ls_buf_init(&bytes, "table", 1U << 16);
    FINE(p, ls_file_read("acts.csv", &bytes, &p->base.err));
    ls_sha256_of(bytes.data, bytes.size, &sum);
    assert_memory_equal(&ls_reference_find(&p->reference, "acts")->sha256, &sum, sizeof sum);
    FINE(p, ls_file_replace("moved.csv", bytes.data, bytes.size, &p->base.err));
    ls_buf_clear(&bytes);
    char *text = changed(steps_spec, "acts.csv", "moved.csv");
    load_steps(p, text);
    assert_memory_equal(&p->plan->job, &job, sizeof job);
    write_text(p, "moved.csv", "id,k,ex,up,down\r\n");
    load_steps(p, text);
    assert_memory_not_equal(&p->plan->job, &job, sizeof job);
    free(text);
}

static void test_no_folder(void **state)
{
    struct pipe *p = *state;
    assert_int_equal(unlink("dated.csv"), 0);
    ls_reference_free(&p->reference);
    FINE(p, ls_reference_load(p->base.spec, NULL, INT64_MAX, &p->reference, &p->base.err));
    assert_int_equal(p->reference.count, 3);
    assert_int_equal(ls_reference_rows(&p->reference.tables[1], (const uint8_t *)"A", 1).count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_rows),
        PIPE_TEST(test_long_keys),
        PIPE_TEST(test_many_rows),
        PIPE_TEST(test_no_rows),
        PIPE_TEST(test_digest),
        PIPE_TEST(test_refusals),
        PIPE_TEST(test_another_shape),
        PIPE_TEST(test_hidden_row),
        PIPE_TEST(test_every_truncation),
        PIPE_TEST(test_path_too_long),
        PIPE_TEST(test_refused_memory),
        STEPS_TEST(test_restated_rows),
        STEPS_TEST(test_refused_files),
        STEPS_TEST(test_digest_of_a_file),
        STEPS_TEST(test_no_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
