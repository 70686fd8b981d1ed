#include "pipeline/record/reference.h"

#include "pipeline/fixture_test.h"

#define TABLE "tables/shops.avro"

static int load(struct pipe *p)
{
    ls_reference_free(&p->reference);
    return ls_reference_load(p->base.spec, "tables", &p->reference, &p->base.err);
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
    return ls_reference_row(&p->reference.tables[0], (const uint8_t *)id, strlen(id));
}

static void test_rows(void **state)
{
    struct pipe *p = *state;
    assert_int_equal(p->reference.count, 1);
    const struct ls_reference_table *table = ls_reference_find(&p->reference, "shops");
    assert_ptr_equal(table, &p->reference.tables[0]);
    assert_null(ls_reference_find(&p->reference, "shop"));
    assert_int_equal(table->count, 3);
    assert_int_equal(table->layout->count, 3);
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

static void test_no_rows(void **state)
{
    struct pipe *p = *state;
    write_shops(p, pipe_shops, 0);
    FINE(p, load(p));
    assert_int_equal(p->reference.tables[0].count, 0);
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
    check_refused(p, LS_E_DATA, "the id `S0` stands in it twice");
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
    struct pipe *p = *state;
    char *text = changed(pipe_spec, "{name: fee, type: money, const: 1.00}",
                         "{name: fee, type: money, const: 1.00}\n"
                         "      - {name: old, type: boolean, const: true}");
    load_fine(&p->base, text, NULL);
    check_refused(p, LS_E_DATA, "its columns are not those that the spec gives the table");
    free(text);
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

static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        ls_reference_free(&p->reference);
        ls_mem_refuse(refused + 1);
        rc = ls_reference_load(p->base.spec, "tables", &p->reference, &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
    }
    assert_true(refused > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_rows),           PIPE_TEST(test_many_rows),
        PIPE_TEST(test_no_rows),        PIPE_TEST(test_digest),
        PIPE_TEST(test_refusals),       PIPE_TEST(test_another_shape),
        PIPE_TEST(test_hidden_row),     PIPE_TEST(test_every_truncation),
        PIPE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
