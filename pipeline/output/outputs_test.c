#include "pipeline/output/outputs.h"

#include "pipeline/fixture_test.h"

enum { PARTITIONS = 2 };

static struct ls_record record; /* large */

static struct ls_outputs *open_outputs(struct pipe *p)
{
    struct ls_outputs *o;
    FINE(p, ls_outputs_open(p->plan, p->views, PARTITIONS, "out", NULL, &o, &p->base.err));
    return o;
}

static void finish(struct pipe *p, struct ls_outputs *o)
{
    static const struct ls_partition_counts none[TOPICS * PARTITIONS];
    const struct ls_run_facts facts = {.mode = "batch"};
    FINE(p, ls_outputs_finish(o, none, &facts, &p->base.err));
    ls_outputs_free(o);
}

/* The only row of a file below out/datasets, in `cells`; its bytes live until the next call. */
static void only_row(struct pipe *p, const char *name, const struct ls_layout *layout,
                     struct ls_cell *cells)
{
    static struct ls_container_reader *reader;
    struct ls_block block;
    char path[256];
    ls_container_reader_free(reader);
    reader = NULL;
    if (!name) {
        return;
    }
    snprintf(path, sizeof path, "out/datasets/%s", name);
    FINE(p, ls_container_open(path, &reader, &p->base.err));
    assert_int_equal(ls_container_next(reader, &block, &p->base.err), 1);
    assert_int_equal(block.count, 1);
    assert_int_equal(ls_row_decode(layout, block.bytes, block.size, cells, NULL, NULL),
                     LS_DECODE_OK);
}

static void check_text(const struct ls_cell *cell, const char *text, size_t size)
{
    assert_false(cell->is_null);
    assert_int_equal(cell->size, size);
    assert_memory_equal(cell->bytes, text, size);
}

static int note_name(void *context, const char *name, struct ls_error *err)
{
    return ls_buf_appendf(context, err, "%s\n", name);
}

/* Every dataset and partition has its file, also without rows (B1). */
static void test_files(void **state)
{
    struct pipe *p = *state;
    struct ls_buf names;
    finish(p, open_outputs(p));
    ls_buf_init(&names, "names", 1U << 16);
    FINE(p, ls_tree_walk("out", note_name, &names, &p->base.err));
    assert_string_equal(ls_buf_text(&names, &p->base.err),
                        "datasets/SHA256SUMS\n"
                        "datasets/late/all/raw.demo.sale/0.avro\n"
                        "datasets/late/all/raw.demo.sale/1.avro\n"
                        "datasets/late/shifted/raw.demo.sale/0.avro\n"
                        "datasets/late/shifted/raw.demo.sale/1.avro\n"
                        "datasets/late/visits/raw.demo.visit/0.avro\n"
                        "datasets/late/visits/raw.demo.visit/1.avro\n"
                        "datasets/normalized/raw.demo.sale/0.avro\n"
                        "datasets/normalized/raw.demo.sale/1.avro\n"
                        "datasets/normalized/raw.demo.visit/0.avro\n"
                        "datasets/normalized/raw.demo.visit/1.avro\n"
                        "datasets/quarantine/raw.demo.sale/0.avro\n"
                        "datasets/quarantine/raw.demo.sale/1.avro\n"
                        "datasets/quarantine/raw.demo.visit/0.avro\n"
                        "datasets/quarantine/raw.demo.visit/1.avro\n"
                        "datasets/views/all.avro\n"
                        "datasets/views/shifted.avro\n"
                        "datasets/views/visits.avro\n"
                        "manifest.json\n"
                        "run.lock\n"
                        "summary.json\n");
    ls_buf_clear(&names);
}

static void admitted(struct pipe *p, struct message *m)
{
    encode(p, m);
    ls_record_examine(p->plan, &p->plan->topics[m->topic], &m->raw, &record);
    assert_int_equal(record.reason, LS_ADMITTED);
    clear_flags(&p->plan->topics[m->topic], &record);
    ls_record_normalize(&p->plan->topics[m->topic], 1, 5, 3000, &record);
}

static void test_normalized_and_late(void **state)
{
    struct pipe *p = *state;
    struct ls_outputs *o = open_outputs(p);
    struct ls_layout *late = o->late_layout;
    struct message m;
    struct ls_cell cells[32];
    begin_message(p, &m, VISIT, 1, 5000);
    m.cells[LS_COLUMN_EVENT_TIME].number = 1500;
    admitted(p, &m);
    FINE(p, ls_outputs_normalized(o, VISIT, 1, &record, &p->base.err));
    FINE(p, ls_outputs_late(o, &p->views->views[2], VISIT, 1, 5, &record, 3000, 0, 2000,
                            &p->base.err));
    o->late_layout = NULL; /* kept for reading */
    struct ls_schema *late_schema = o->late_schema;
    o->late_schema = NULL;
    finish(p, o);
    only_row(p, "normalized/raw.demo.visit/1.avro", p->plan->topics[VISIT].layout, cells);
    check_text(&cells[LS_COLUMN_EVENT_ID], "id-1", 4);
    assert_int_equal(cells[LS_COLUMN_EVENT_TIME].number, 1500);
    assert_int_equal(cells[PAGES].number, 3);
    assert_int_equal(cells[PAGES + 1].number, 0); /* unordered, brief */
    assert_int_equal(cells[PAGES + 2].number, 0);
    assert_int_equal(cells[PAGES + 3].number, 1); /* partition, position, watermark */
    assert_int_equal(cells[PAGES + 4].number, 5);
    assert_int_equal(cells[PAGES + 5].number, 3000);
    only_row(p, "late/visits/raw.demo.visit/1.avro", late, cells);
    check_text(&cells[0], "id-1", 4);
    check_text(&cells[1], "S0", 2);
    static const int64_t numbers[] = {1500, 0, 2000, 1, 5, 3000};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_int_equal(cells[2 + i].number, numbers[i]);
    }
    only_row(p, NULL, NULL, NULL);
    ls_layout_free(late);
    ls_schema_free(late_schema);
}

/* The original bytes, whatever they are (P1): no value and no key are null, empty ones are not. */
static void test_quarantine(void **state)
{
    static const uint8_t headers[] = {2, 2, 'h', 0, 0}; /* h without a value */
    static const uint8_t rubbish[] = {0xff, 0, 1};
    const struct ls_log_record raws[] = {
        {7, -1, (const uint8_t *)"key", 3, headers, sizeof headers, rubbish, sizeof rubbish},
        {8, 5, NULL, 0, NULL, 0, NULL, 0},
        {9, INT64_MIN, (const uint8_t *)"", 0, NULL, 0, (const uint8_t *)"", 0},
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof raws / sizeof *raws; i++) {
        struct ls_outputs *o = open_outputs(p);
        struct ls_layout *layout = o->quarantine_layout;
        struct ls_schema *schema = o->quarantine_schema;
        struct ls_cell c[16];
        record.reason = LS_REASON_FRAME_INVALID;
        snprintf(record.detail, sizeof record.detail, "it is so");
        FINE(p, ls_outputs_quarantine(o, SALE, 0, 40 + i, &raws[i], &record, &p->base.err));
        o->quarantine_layout = NULL; /* kept for reading */
        o->quarantine_schema = NULL;
        finish(p, o);
        only_row(p, "quarantine/raw.demo.sale/0.avro", layout, c);
        check_text(&c[0], "FRAME_INVALID", 13);
        check_text(&c[1], "it is so", 8);
        check_text(&c[2], "raw.demo.sale", 13);
        assert_int_equal(c[3].number, raws[i].timestamp_ms);
        assert_int_equal(c[4].is_null, !raws[i].key);
        assert_int_equal(c[4].size, raws[i].key_size);
        check_text(&c[5], raws[i].headers ? (const char *)headers : "",
                   raws[i].headers ? sizeof headers : 1);
        assert_int_equal(c[6].is_null, !raws[i].value);
        assert_int_equal(c[6].size, raws[i].value_size);
        assert_int_equal(c[7].number, 0);
        assert_int_equal(c[8].number, 40 + (int64_t)i);
        only_row(p, NULL, NULL, NULL);
        ls_layout_free(layout);
        ls_schema_free(schema);
    }
}

/* Going on from a checkpoint keeps the datasets and drops what an earlier end has said. */
static void test_report_goes_first(void **state)
{
    struct pipe *p = *state;
    struct ls_outputs *o = open_outputs(p);
    struct ls_dataset_state states[64];
    assert_true(o->count < sizeof states / sizeof *states);
    for (size_t i = 0; i < o->count; i++) {
        FINE(p, ls_dataset_flush(&o->sets[i], false, &states[i], &p->base.err));
    }
    finish(p, o);
    assert_true(ls_path_exists("out/manifest.json"));
    FINE(p, ls_outputs_open(p->plan, p->views, PARTITIONS, "out", states, &o, &p->base.err));
    static const char *const gone[] = {"out/manifest.json", "out/summary.json",
                                       "out/datasets/SHA256SUMS"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
        assert_false(ls_path_exists(gone[i]));
    }
    assert_true(ls_path_exists("out/datasets/views/all.avro"));
    finish(p, o);
}

static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        static const struct ls_partition_counts none[TOPICS * PARTITIONS];
        const struct ls_run_facts facts = {.mode = "batch"};
        struct ls_outputs *o;
        ls_mem_refuse(refused + 1);
        rc = ls_outputs_open(p->plan, p->views, PARTITIONS, "out", NULL, &o, &p->base.err);
        rc = rc < 0 ? rc : ls_outputs_finish(o, none, &facts, &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        assert_int_equal(ls_path_exists("out/summary.json"), rc == 0);
        ls_outputs_free(o);
    }
    assert_true(refused > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_files),          PIPE_TEST(test_normalized_and_late),
        PIPE_TEST(test_quarantine),     PIPE_TEST(test_report_goes_first),
        PIPE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
