#include "pipeline/output/dataset.h"

#include "core/avro/encode.h"
#include "core/base/mem.h"
#include "pipeline/fixture_test.h"
#include "pipeline/output/outlet.h"

#define PLAIN                                                                                      \
    "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"text\",\"type\":\"string\"},"     \
    "{\"name\":\"number\",\"type\":[\"null\",\"long\"]},{\"name\":\"position\",\"type\":\"long\"," \
    "\"lockstep.physical\":true}]}"
/* Physical columns in front, and types of more than one encoding. */
#define MIXED                                                                                      \
    "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"position\",\"type\":\"long\","    \
    "\"lockstep.physical\":true},{\"name\":\"text\",\"type\":\"string\"},{\"name\":\"number\","    \
    "\"type\":[\"null\",\"long\"]},{\"name\":\"list\",\"type\":{\"type\":\"array\",\"items\":"     \
    "\"int\"}}]}"

struct room {
    struct fixture base;
    struct ls_schema *schema;
    struct ls_layout *layout;
};

static int begin(void **state)
{
    *state = calloc(1, sizeof(struct room));
    struct room *r = *state;
    return r ? fixture_begin(&r->base) : -1;
}

static int end(void **state)
{
    struct room *r = *state;
    ls_layout_free(r->layout);
    ls_schema_free(r->schema);
    int rc = fixture_end(&r->base);
    free(r);
    return rc;
}

#define ROOM_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

static void use_schema(struct room *r, const char *text)
{
    ls_layout_free(r->layout);
    ls_schema_free(r->schema);
    FINE(r, ls_schema_parse(text, strlen(text), &r->schema, &r->base.err));
    FINE(r, ls_layout_new(r->schema, &r->layout, &r->base.err));
}

static void append(struct room *r, struct ls_dataset *d, const char *text, int64_t position)
{
    const struct ls_cell cells[] = {text_of(text), number_of(7), number_of(position)};
    FINE(r, ls_dataset_append(d, cells, NULL, &r->base.err));
}

static struct ls_buf content(struct room *r, const char *path)
{
    struct ls_buf bytes;
    ls_buf_init(&bytes, "file", 1U << 20);
    FINE(r, ls_file_read(path, &bytes, &r->base.err));
    return bytes;
}

/* The marker comes from name and schema, not from the time, the folder or the rows (B1). */
static void test_sync_marker(void **state)
{
    static const struct {
        const char *folder, *name, *path;
        int rows;
    } cases[] = {{"a", "views/x", "a/views/x.avro", 0},
                 {"b", "views/x", "b/views/x.avro", 300},
                 {"a", "views/y", "a/views/y.avro", 0}};
    struct room *r = *state;
    uint8_t markers[3][LS_CONTAINER_SYNC_SIZE];
    use_schema(r, PLAIN);
    for (int i = 0; i < 3; i++) {
        struct ls_dataset d;
        struct ls_container_reader *reader;
        FINE(r, ls_dataset_create(&d, cases[i].folder, cases[i].name, r->layout, &r->base.err));
        for (int k = 0; k < cases[i].rows; k++) {
            append(r, &d, "row", k);
        }
        FINE(r, ls_container_finish(d.writer, false, &r->base.err));
        ls_dataset_clear(&d);
        FINE(r, ls_container_open(cases[i].path, &reader, &r->base.err));
        memcpy(markers[i], ls_container_sync(reader), sizeof markers[i]);
        ls_container_reader_free(reader);
    }
    assert_memory_equal(markers[0], markers[1], sizeof markers[0]);
    assert_memory_not_equal(markers[0], markers[2], sizeof markers[0]);
    struct ls_sha256 expected;
    static const char content_of[] = "lockstep container 1\nviews/x\n" PLAIN;
    ls_sha256_of(content_of, sizeof content_of - 1, &expected);
    assert_memory_equal(markers[0], expected.bytes, sizeof markers[0]);
}

/* Flushing and resuming at any moment changes no byte. */
static void test_resume(void **state)
{
    enum { ROWS = 600 };
    struct room *r = *state;
    struct ls_dataset d;
    struct ls_dataset_state kept;
    use_schema(r, PLAIN);
    FINE(r, ls_dataset_create(&d, "whole", "x", r->layout, &r->base.err));
    for (int i = 0; i < ROWS; i++) {
        append(r, &d, "row", i);
    }
    FINE(r, ls_container_finish(d.writer, false, &r->base.err));
    struct ls_logical_digest digest = d.digest;
    ls_dataset_clear(&d);
    struct ls_buf whole = content(r, "whole/x.avro");
    static const int moments[] = {0, 1, 255, 256, 257, 512, 599, 600};
    for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
        FINE(r, ls_dataset_create(&d, "cut", "x", r->layout, &r->base.err));
        for (int i = 0; i < moments[m]; i++) {
            append(r, &d, "row", i);
        }
        FINE(r, ls_dataset_flush(&d, true, &kept, &r->base.err));
        assert_int_equal(kept.container.records + kept.container.pending_count, moments[m]);
        assert_int_equal(kept.digest.records, moments[m]);
        static uint8_t pending[65536]; /* what a checkpoint keeps */
        assert_true(kept.container.pending_size < sizeof pending);
        if (kept.container.pending_size) {
            memcpy(pending, kept.container.pending, kept.container.pending_size);
        }
        kept.container.pending = pending;
        for (int i = 0; i < 300; i++) { /* past the checkpoint: lost */
            append(r, &d, "lost", i);
        }
        FINE(r, ls_container_finish(d.writer, false, &r->base.err));
        ls_dataset_clear(&d);
        FINE(r, ls_dataset_resume(&d, "cut", "x", r->layout, &kept, &r->base.err));
        for (int i = moments[m]; i < ROWS; i++) {
            append(r, &d, "row", i);
        }
        FINE(r, ls_container_finish(d.writer, false, &r->base.err));
        assert_memory_equal(&d.digest, &digest, sizeof digest);
        ls_dataset_clear(&d);
        struct ls_buf cut = content(r, "cut/x.avro");
        assert_int_equal(cut.size, whole.size);
        assert_memory_equal(cut.data, whole.data, whole.size);
        ls_buf_clear(&cut);
    }
    ls_buf_clear(&whole);
}

/* ---- the logical digest (B3) */

static struct ls_logical_digest digest_of(struct room *r, const struct ls_cell (*rows)[4],
                                          size_t count, bool encoded)
{
    struct ls_dataset d;
    FINE(r, ls_dataset_create(&d, "digest", "x", r->layout, &r->base.err));
    for (size_t i = 0; i < count; i++) {
        uint8_t row[256];
        if (encoded) {
            size_t size = (size_t)(ls_row_encode(r->layout, rows[i], row) - row);
            FINE(r, ls_dataset_append_encoded(&d, row, size, NULL, &r->base.err));
        } else {
            FINE(r, ls_dataset_append(&d, rows[i], NULL, &r->base.err));
        }
    }
    struct ls_logical_digest digest = d.digest;
    ls_dataset_clear(&d);
    return digest;
}

static bool same(const struct ls_logical_digest *a, const struct ls_logical_digest *b)
{
    return a->records == b->records && memcmp(a->words, b->words, sizeof a->words) == 0;
}

#define TEXT(value)                                                                                \
    {                                                                                              \
        .bytes = (const uint8_t *)(value), .size = sizeof(value) - 1                               \
    }
#define NUMBER(value)                                                                              \
    {                                                                                              \
        .number = (value)                                                                          \
    }

static void test_digest(void **state)
{
    static const struct ls_cell rows[][4] = {
        {TEXT("a"), NUMBER(1), NUMBER(0)},
        {TEXT("b"), {.is_null = true}, NUMBER(1)},
    };
    static const struct ls_cell moved[][4] = {
        {TEXT("b"), {.is_null = true}, NUMBER(77)},
        {TEXT("a"), NUMBER(1), NUMBER(1000000)},
    };
    static const struct ls_cell twice[][4] = {
        {TEXT("a"), NUMBER(1), NUMBER(0)},
        {TEXT("a"), NUMBER(1), NUMBER(1)},
    };
    struct room *r = *state;
    use_schema(r, PLAIN);
    struct ls_logical_digest a = digest_of(r, rows, 2, false);
    struct ls_logical_digest b = digest_of(r, rows, 2, true);
    struct ls_logical_digest c = digest_of(r, moved, 2, false); /* order and place are nothing */
    struct ls_logical_digest d = digest_of(r, twice, 2, false);
    struct ls_logical_digest e = digest_of(r, rows, 1, false);
    assert_true(same(&a, &b) && same(&a, &c));
    assert_false(same(&a, &d) || same(&d, &e) || same(&a, &e));
    /* by hand: the encoding without the physical column at its end */
    struct ls_logical_digest hand = {0};
    ls_logical_digest_add(&hand, "\2a\2\2", 4);
    ls_logical_digest_add(&hand, "\2b\0", 3);
    assert_true(same(&a, &hand));
}

static void test_digest_of_other_encodings(void **state)
{
    static const uint8_t one_block[] = {4, 2, 4, 0}; /* 1, 2 */
    static const uint8_t two_blocks[] = {2, 2, 1,
                                         2, 4, 0}; /* the same: 1; then a block with its size: 2 */
    struct room *r = *state;
    use_schema(r, MIXED);
    const struct ls_cell rows[][4] = {
        {NUMBER(5), TEXT("a"), NUMBER(1), {.bytes = one_block, .size = sizeof one_block}}};
    const struct ls_cell others[][4] = {
        {NUMBER(9), TEXT("a"), NUMBER(1), {.bytes = two_blocks, .size = sizeof two_blocks}}};
    struct ls_logical_digest a = digest_of(r, rows, 1, false);
    struct ls_logical_digest b = digest_of(r, others, 1, true);
    assert_true(same(&a, &b));
    struct ls_logical_digest hand = {0};
    ls_logical_digest_add(&hand, "\2a\2\2\4\2\4\0", 8);
    assert_true(same(&a, &hand));
}

/* A sum modulo 2^256, written with the most significant digits in front. */
/* Rows of which every value has one encoding are their canonical form. */
static void test_plain(void **state)
{
    static const struct {
        const char *type;
        bool plain;
    } cases[] = {{"\"long\"", true},
                 {"\"float\"", false},
                 {"\"double\"", false},
                 {"{\"type\":\"array\",\"items\":\"int\"}", false},
                 {"{\"type\":\"map\",\"values\":\"int\"}", false},
                 {"[\"null\",\"int\",\"string\"]", false}};
    struct room *r = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        struct ls_dataset d;
        snprintf(text, sizeof text,
                 "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"a\",\"type\":%s}]}",
                 cases[i].type);
        use_schema(r, text);
        FINE(r, ls_dataset_begin(&d, &ls_outlet_files, "d", r->layout, &r->base.err));
        assert_int_equal(d.plain, cases[i].plain);
        ls_dataset_clear(&d);
    }
}

static void test_refused_memory_while_resuming(void **state)
{
    struct room *r = *state;
    struct ls_dataset d;
    struct ls_dataset_state at;
    unsigned long refused = 0;
    use_schema(r, PLAIN);
    FINE(r, ls_dataset_create(&d, "out", "d", r->layout, &r->base.err));
    FINE(r, ls_dataset_flush(&d, false, &at, &r->base.err));
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_dataset again;
        ls_mem_refuse(refused + 1);
        rc = ls_dataset_resume(&again, "out", "d", r->layout, &at, &r->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_dataset_clear(&again);
    }
    assert_true(refused > 3);
    ls_dataset_clear(&d);
}

static void test_digest_arithmetic(void **state)
{
    char text[LS_LOGICAL_TEXT_MAX];
    (void)state;
    struct ls_logical_digest d = {0};
    assert_string_equal(ls_logical_text(&d, text),
                        "0:0000000000000000000000000000000000000000000000"
                        "000000000000000000");
    ls_logical_digest_add(&d, "", 0);
    /* SHA-256 of nothing, e3b0c442...7852b855, taken as a little-endian number */
    assert_string_equal(ls_logical_text(&d, text),
                        "1:55b852781b9995a44c939b64e441ae2724b96f99c8f4fb"
                        "9a141cfc9842c4b0e3");
    d = (struct ls_logical_digest){.records = 1,
                                   .words = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    ls_logical_digest_add(&d, "", 0); /* -1 + x carries through all words */
    assert_string_equal(ls_logical_text(&d, text),
                        "2:55b852781b9995a44c939b64e441ae2724b96f99c8f4fb"
                        "9a141cfc9842c4b0e2");
}

static void test_refusals(void **state)
{
    struct room *r = *state;
    struct ls_dataset d;
    use_schema(r, PLAIN);
    FINE(r, ls_dataset_create(&d, "x", "x", r->layout, &r->base.err));
    assert_int_equal(ls_dataset_append_encoded(&d, (const uint8_t *)"\2", 1, NULL, &r->base.err),
                     LS_E_BUG);
    assert_string_equal(r->base.err.text,
                        "x: a row of ours is no row: the bytes end inside the datum");
    ls_dataset_clear(&d);
    char folder[LS_PATH_MAX];
    memset(folder, 'x', sizeof folder - 1);
    folder[sizeof folder - 1] = '\0';
    assert_int_equal(ls_dataset_create(&d, folder, "x", r->layout, &r->base.err), LS_E_USAGE);
    ls_dataset_clear(&d);
    FINE(r, ls_file_replace("file", "", 0, &r->base.err));
    assert_int_equal(ls_dataset_create(&d, "file", "x", r->layout, &r->base.err), LS_E_IO);
    ls_dataset_clear(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_sync_marker),
        ROOM_TEST(test_resume),
        ROOM_TEST(test_plain),
        ROOM_TEST(test_refused_memory_while_resuming),
        ROOM_TEST(test_digest),
        ROOM_TEST(test_digest_of_other_encodings),
        ROOM_TEST(test_digest_arithmetic),
        ROOM_TEST(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
