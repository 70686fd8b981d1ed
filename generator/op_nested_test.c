#include "core/avro/frame.h"
#include "generator/fixture_test.h"

static const char spec_text[] =
    "lockstep: 1\ndomain: nested\nseed: 5\nstart: 2026-01-01T00:00:00Z\narrival: [{rate: 10/s}]\n"
    "entities: {user: {count: 3, id: \"U{n}\"}}\n"
    "event_types:\n"
    "  - name: made\n"
    "    weight: 1\n"
    "    entity: user\n"
    "    attributes:\n"
    "      - {name: two, type: array, least: 2, most: 2, items: {type: int, const: 7}}\n"
    "      - {name: texts, type: array, least: 1, most: 1, nullable: 0, null: never, items: {type: "
    "string, const: hi}}\n"
    "      - {name: long_text, type: array, least: 1, most: 1, items: {type: string, const: "
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz}}\n"
    "      - {name: money, type: array, least: 1, most: 1, items: {type: money, const: -0.01}}\n"
    "      - {name: digits, type: array, least: 2, most: 2, items: {type: decimal, precision: 5, "
    "scale: 2, const: 1.28}}\n"
    "      - {name: halves, type: array, least: 1, most: 1, items: {type: float, const: 0.5}}\n"
    "      - {name: raw, type: array, least: 1, most: 1, items: {type: bytes, const: \"\"}}\n"
    "      - {name: kinds, type: array, least: 1, most: 1, items: {type: enum, choice: {a: 0, b: "
    "1}}}\n"
    "      - {name: all, type: map, keys: [b, aa], values: {type: boolean, const: true}}\n"
    "      - {name: none, type: map, keys: [b, aa], present: 0, values: {type: int, const: 1}}\n"
    "      - {name: maybe, type: map, keys: [k], nullable: 1, values: {type: int, const: 1}}\n"
    "topics: {partitions: 1}\n"
    "pipeline: {watermark: {delay: 1s}, dedupe: {horizon: 1m}}\n";

/* One block of items, then 0; 0 alone where there is none; null by the branch of the field. */
static void the_bytes_are_one_block(void **state)
{
    static const struct {
        const char *name, *bytes;
        size_t size;
    } cases[] = {
#define VALUE(name, bytes) {name, bytes, sizeof(bytes) - 1}
        VALUE("two", "\x04\x0e\x0e\x00"),
        VALUE("texts", "\x02\x04hi\x00"),
        VALUE("long_text", "\x02\x68"
                           "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\x00"),
        VALUE("money", "\x02\x01\x00"),
        VALUE("digits", "\x04\x04\x00\x80\x04\x00\x80\x00"),
        VALUE("halves", "\x02\x00\x00\x00\x3f\x00"),
        VALUE("raw", "\x02\x00\x00"),
        VALUE("kinds", "\x02\x02\x00"),
        VALUE("all", "\x04\x02"
                     "b\x01\x04"
                     "aa\x01\x00"),
        VALUE("none", "\x00"),
#undef VALUE
    };
    struct maker *m = *state;
    const struct ls_plan *plan = plan_fine(m, spec_text, NULL);
    const struct ls_layout *layout = plan->types[0].version->layout;
    make_run(m, 20);
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        struct ls_cell cells[LS_PLAN_CELLS_MAX];
        assert_int_equal(ls_row_decode(layout, e->value + LS_SINGLE_OBJECT_SIZE,
                                       e->value_size - LS_SINGLE_OBJECT_SIZE, cells, NULL, NULL),
                         LS_DECODE_OK);
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
            const struct ls_cell *cell = &cells[ls_layout_find(layout, cases[k].name)];
            assert_int_equal(cell->size, cases[k].size);
            assert_memory_equal(cell->bytes, cases[k].bytes, cases[k].size);
        }
        assert_true(cells[ls_layout_find(layout, "maybe")].is_null);
    }
}

/* No item is a string whose length the fault corrupt flips. */
static void corrupt_strikes_no_item(void **state)
{
    struct maker *m = *state;
    char *text = changed(spec_text, "topics:", "faults: {corrupt: {rate: 1/2}}\ntopics:");
    const struct ls_plan *plan = plan_fine(m, text, NULL);
    const struct ls_layout *layout = plan->types[0].version->layout;
    size_t corrupt = 0;
    free(text);
    make_run(m, 200);
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        struct ls_cell cells[LS_PLAN_CELLS_MAX];
        size_t column = 0;
        if (e->fault == LS_FAULT_CORRUPT) {
            corrupt++;
            assert_int_equal(ls_row_decode(layout, e->value + LS_SINGLE_OBJECT_SIZE,
                                           e->value_size - LS_SINGLE_OBJECT_SIZE, cells, NULL,
                                           &column),
                             LS_DECODE_LENGTH);
            assert_true(column < LS_COLUMN_PAYLOAD);
        }
    }
    assert_true(corrupt > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(the_bytes_are_one_block),
        MAKER_TEST(corrupt_strikes_no_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
