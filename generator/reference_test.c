#include "generator/reference.h"

#include "core/avro/container.h"
#include "generator/fixture_test.h"
#include "generator/owner_sample_test.h"

/* Reads a table and compares it with the population, row by row. */
static void check_table(struct maker *m, const char *table, const char *key, size_t e)
{
    size_t own = ls_spec_reference(m->plan->spec, table)->has_own_ids;
    char path[64];
    const struct ls_plan_entity *entity = &m->plan->entities[e];
    struct ls_container_reader *reader;
    struct ls_schema *schema;
    struct ls_layout *layout;
    struct ls_block block;
    size_t size;
    snprintf(path, sizeof path, "tables/%s.avro", table);
    assert_int_equal(ls_container_open(path, &reader, &m->base.err), 0);
    const char *text = ls_container_schema(reader, &size);
    assert_int_equal(ls_schema_parse(text, size, &schema, &m->base.err), 0);
    assert_int_equal(ls_layout_new(schema, &layout, &m->base.err), 0);
    assert_int_equal(layout->count, own + entity->attribute_count);
    assert_string_equal(layout->columns[0].path, key);
    uint64_t n = 0;
    while (ls_container_next(reader, &block, &m->base.err) > 0) {
        assert_int_equal(block.first_record, n);
        struct ls_span span = {block.bytes, block.bytes + block.size};
        for (uint64_t i = 0; i < block.count; i++, n++) {
            struct ls_cell cells[24];
            uint8_t id[LS_OP_TEXT_MAX + LS_OP_SPOILT];
            const uint8_t *begin = span.at;
            assert_int_equal(ls_datum_skip(schema->root, &span), LS_DECODE_OK);
            assert_int_equal(
                ls_row_decode(layout, begin, (size_t)(span.at - begin), cells, NULL, NULL),
                LS_DECODE_OK);
            size_t id_size = ls_id_write(&entity->id, n, id);
            assert_true(!own ||
                        (cells[0].size == id_size && memcmp(cells[0].bytes, id, id_size) == 0));
            for (size_t a = 0; a < entity->attribute_count; a++) {
                struct ls_cell value;
                ls_attribute_value(&entity->attributes[a], n, id, &value);
                const struct ls_cell *cell = &cells[own + a];
                assert_string_equal(
                    layout->columns[own + a].path,
                    ((struct ls_spec_field *)entity->spec->attributes.items)[a].column_name);
                assert_true(value.size ? cell->size == value.size &&
                                             memcmp(cell->bytes, value.bytes, value.size) == 0
                                       : cell->number == value.number);
            }
        }
        assert_ptr_equal(span.at, span.end);
    }
    assert_int_equal(n, entity->count);
    ls_layout_free(layout);
    ls_schema_free(schema);
    ls_container_reader_free(reader);
}

static void a_table_has_a_row_for_each_entity(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, SETS("entities.product.count=3000"));
    assert_int_equal(ls_reference_write(m->plan, "tables", &m->base.err), 0);
    check_table(m, "customers", "id", 0);
    check_table(m, "products", "product_id", 1);
}

/* With the ids of the population under the name that the table has for them, or without; a file is
 * there already. */
static void tables_of_populations_that_belong_to_others(void **state)
{
    struct maker *m = *state;
    char *text = changed(
        owner_spec, "reference:\n",
        "reference:\n  places: {file: places.csv, key: k, columns: [{name: k, type: "
        "string}]}\n");
    assert_int_equal(ls_file_replace("places.csv", "k\n", 2, &m->base.err), 0);
    plan_fine(m, text, NULL);
    assert_int_equal(ls_reference_write(m->plan, "tables", &m->base.err), 0);
    check_table(m, "calendar", "day_id", DAY);
    check_table(m, "reports", "day_id", REPORT);
    check_table(m, "cities", "city_id", CITY);
    assert_false(ls_path_exists("tables/places.avro"));
    free(text);
}

/* What an event says of its product is what the table says. */
static void events_agree_with_the_tables(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, SETS("faults={}"));
    const struct ls_plan_type *order = &m->plan->types[0];
    int product = ls_layout_find(order->spec->layout, "product_id");
    int sku = ls_layout_find(order->spec->layout, "sku");
    int fragile = ls_layout_find(order->spec->layout, "fragile");
    size_t seen = 0;
    for (uint64_t i = 0; i < 3000; i++) {
        struct ls_event e = make(m, i);
        struct ls_cell cells[LS_PLAN_CELLS_MAX];
        uint8_t text[LS_ID_TEXT_MAX + LS_OP_SPOILT];
        if (e.type != 0) {
            continue;
        }
        assert_int_equal(
            ls_row_decode(order->spec->layout, e.value + 10, e.value_size - 10, cells, NULL, NULL),
            LS_DECODE_OK);
        char id[32] = {0};
        memcpy(id, cells[product].bytes, cells[product].size);
        uint64_t n = strtoull(id + 2, NULL, 10);
        struct ls_cell value;
        ls_attribute_value(&m->plan->entities[1].attributes[1], n, text, &value);
        assert_int_equal(cells[sku].size, value.size);
        assert_memory_equal(cells[sku].bytes, value.bytes, value.size);
        ls_attribute_value(&m->plan->entities[1].attributes[2], n, text, &value);
        assert_int_equal(cells[fragile].number, value.number);
        seen++;
    }
    assert_true(seen > 1000);
}

static void without_tables_there_is_an_empty_folder(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, SETS("reference={}", "normalize={}", "quality=[]", "faults={}"));
    assert_int_equal(ls_reference_write(m->plan, "tables", &m->base.err), 0);
    assert_true(ls_path_is_folder("tables"));
}

static void what_cannot_be_written_is_named(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    assert_int_equal(ls_file_replace("tables", "x", 1, &m->base.err), 0);
    assert_int_equal(ls_reference_write(m->plan, "tables", &m->base.err), LS_E_IO);
    assert_non_null(strstr(m->base.err.text, "tables"));
    assert_int_equal(ls_reference_write(m->plan, "tables/below", &m->base.err), LS_E_IO);
}

static void refused_memory_is_an_error(void **state)
{
    struct maker *m = *state;
    unsigned refused = 0;
    int rc;
    plan_fine(m, sample_spec, SETS("entities.product.count=50", "entities.customer.count=50"));
    do {
        ls_mem_refuse(++refused);
        rc = ls_reference_write(m->plan, "tables", &m->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    } while (rc != 0);
    assert_true(refused > 8);
    check_table(m, "products", "product_id", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(a_table_has_a_row_for_each_entity),
        MAKER_TEST(tables_of_populations_that_belong_to_others),
        MAKER_TEST(events_agree_with_the_tables),
        MAKER_TEST(without_tables_there_is_an_empty_folder),
        MAKER_TEST(what_cannot_be_written_is_named),
        MAKER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
