#include "spec/fixture_test.h"
#include "spec/reference_sample_test.h"

static void what_columns_are_to_a_table(void **state)
{
    static const struct {
        const char *table;
        size_t fields;
        bool own_ids;
        int roles[LS_TABLE_ROLES]; /* key, id, from, to, happens, known; -1: none */
    } tables[] = {
        {"stocks", 2, true, {0, 0, -1, -1, -1, -1}},
        {"splits", 5, true, {1, 0, -1, -1, 2, -1}},
        {"fx", 10, false, {1, 0, 2, 3, -1, 4}},
        {"zones", 5, false, {1, 0, 2, 3, -1, -1}},
    };
    struct fixture *f = *state;
    load_fine(f, reference_spec, NULL);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const struct ls_spec_reference *table = ls_spec_reference(f->spec, tables[i].table);
        assert_int_equal(table->field_count, tables[i].fields);
        assert_int_equal(table->has_own_ids, tables[i].own_ids);
        for (int role = 0; role < LS_TABLE_ROLES; role++) {
            assert_int_equal((int)table->roles[role], tables[i].roles[role]);
            assert_int_equal(ls_spec_table_has(table, (enum ls_table_role)role),
                             tables[i].roles[role] >= 0);
        }
    }
    const struct ls_spec_reference *fx = ls_spec_reference(f->spec, "fx");
    assert_null(fx->entity);
    assert_string_equal(fx->path, "fx.csv");
    assert_int_equal(fx->fields[5]->type, LS_FIELD_DECIMAL);
    assert_int_equal(fx->fields[5]->scale, 4);
    assert_int_equal(fx->fields[6]->scale, 2);
    assert_int_equal(ls_spec_table_column(fx, "fixed"), 9);
    assert_int_equal(ls_spec_table_column(fx, "loose"), LS_COLUMN_LACKING);
    const struct ls_spec_reference *splits = ls_spec_reference(f->spec, "splits");
    assert_string_equal(splits->fields[0]->name, "split_id");
    assert_string_equal(splits->fields[1]->name, "stock");
    const struct ls_spec_normalize *steps = ls_spec_event_type(f->spec, "trade")->normalize->items;
    assert_ptr_equal(steps[1].lookup->reference, fx);
    assert_ptr_equal(steps[4].zone->reference, ls_spec_reference(f->spec, "zones"));
    assert_ptr_equal(steps[5].by->reference, splits);
}

/* The population's ids are a column where `key` or `id` is no attribute. */
static void which_name_the_ids_have(void **state)
{
    static const struct {
        const char *options;
        const char *first; /* column */
        bool own_ids;
    } tables[] = {
        {"key: any", "any", true},
        {"key: any, id: any", "any", true},
        {"key: stock, id: any, valid: [ex_date, ex_date]", "any", true},
        {"key: any, id: stock, valid: [ex_date, ex_date]", "any", true},
        {"key: stock", "stock", false},
        {"key: stock, id: stock, happens: ex_date", "stock", false},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char line[256];
        snprintf(line, sizeof line, "  others: {from: entities.split, %s}\n  fx:\n",
                 tables[i].options);
        char *text = changed(reference_spec, "  fx:\n", line);
        load_fine(f, text, NULL);
        const struct ls_spec_reference *table = ls_spec_reference(f->spec, "others");
        assert_string_equal(table->fields[0]->name, tables[i].first);
        assert_int_equal(table->has_own_ids, tables[i].own_ids);
        free(text);
    }
}

#define SPLITS "  splits: {from: entities.split, key: stock, happens: ex_date, id: split_id}\n"

static void tables_hold_together(void **state)
{
    CHECK_MISTAKES(
        *state, reference_spec,
        {{"{from: entities.stock, key: stock_id}", "{key: stock_id}", "LS2034", NULL,
          "either made from a population"},
         {"{from: entities.stock, key: stock_id}",
          "{from: entities.stock, file: a.csv, key: stock_id}", "LS2034", NULL,
          "either made from a population"},
         {"{from: entities.stock, key: stock_id}",
          "{from: entities.stock, key: stock_id, columns: [{name: a, type: int}]}", "LS2034", NULL,
          "the columns of a population are its attributes"},
         {"{from: entities.stock, key: stock_id}", "{file: a.csv, key: stock_id}", "LS2034", NULL,
          "has 1 to 64 `columns`, this one 0"},
         {"{from: entities.stock, key: stock_id}", "{from: stock, key: stock_id}", "LS2014", NULL,
          "`stock` names no population"},
         {"{from: entities.stock, key: stock_id}", "{from: entities.stock, key: price_cents}",
          "LS2001", NULL, "is the column of an attribute of stock"},
         {SPLITS, "  splits: {from: entities.split, key: stock, happens: ex_date}\n", "LS2034",
          NULL, "`id` has to say which are one row"},
         {SPLITS, "  splits: {from: entities.split, key: up, happens: ex_date, id: split_id}\n",
          "LS2034", NULL, "`key` needs a text, `up` is of type int"},
         {SPLITS, "  splits: {from: entities.split, key: stock, happens: up, id: split_id}\n",
          "LS2034", NULL, "`happens` needs a time, `up` is of type int"},
         {SPLITS, "  splits: {from: entities.split, key: stock, happens: ex, id: split_id}\n",
          "LS2034", NULL, "`happens` names no column of the table `splits`: `ex`"},
         {SPLITS, "  splits: {from: entities.split, key: stok, happens: ex_date, id: split_id}\n",
          "LS2034", NULL, "`id` names no column of the table `splits`: `split_id`"},
         {"    valid: [begins, ends]\n    known", "    valid: [begins]\n    known", "LS2034", NULL,
          "`valid` needs two columns, and has 1"},
         {"    valid: [begins, ends]\n    known", "    valid: [begins, end]\n    known", "LS2034",
          NULL, "`valid` names no column of the table `fx`: `end`"},
         {"    valid: [begins, ends]\n    known",
          "    valid: [begins, ends]\n    happens: begins\n    known", "LS2034", "    known: known",
          "rows hold for a time (`valid`) or happen at one"},
         {"    known: known\n", "    known: rate\n", "LS2034", NULL,
          "`known` needs a time, `rate` is of type decimal"},
         {"    id: row\n    columns:\n      - {name: row, type: string}\n      - {name: currency",
          "    id: rows\n    columns:\n      - {name: row, type: string}\n      - {name: currency",
          "LS2034", NULL, "`id` names no column"},
         {"{name: fixed, type: boolean}", "{name: rate, type: boolean}", "LS2001", NULL,
          "there is a column `rate` already"},
         {"precision: 8, scale: 4}", "scale: 4}", "LS2029", NULL, "a decimal needs a `precision`"},
         {"precision: 8, scale: 4}", "precision: 3, scale: 4}", "LS2029", NULL,
          "`scale` is above `precision`"},
         {"{name: fee, type: money}", "{name: fee, type: money, scale: 2}", "LS2029", NULL,
          "`precision` and `scale` belong to decimal"}});
}

#define FEE    "{table: fx, key: currency, take: fee, at: sent}"
#define EUROS  "lookup: {table: fx, key: currency}"
#define OFFSET "to_utc: local, offset: ahead"
#define ZONE   "zone: {table: zones, key: site, take: offset_ms}"
#define FACTOR "adjust: price, by: {table: splits, key: entity_id, factor: [down, up]}"

static void steps_take_what_tables_have(void **state)
{
    CHECK_MISTAKES(
        *state, reference_spec,
        {{FEE, "{table: fy, key: currency, take: fee, at: sent}", "LS2014", NULL,
          "there is no reference table `fy`"},
         {FEE, "{table: fx, key: currency, take: free, at: sent}", "LS2016", NULL,
          "the table `fx` has no column `free`"},
         {FEE, "{table: fx, key: currency, at: sent}", "LS2016", NULL, "a look-up needs `take`"},
         {FEE, "{table: stocks, key: currency, take: price, at: sent}", "LS2016", NULL,
          "rows of `stocks` hold always"},
         {FEE, "{table: splits, key: currency, take: up}", "LS2016", NULL,
          "rows of `splits` happen at a time"},
         {EUROS, "lookup: {table: fx, key: currency, take: rate}", "LS2016", NULL,
          "`take` stands beside an `expr`"},
         {OFFSET, "to_utc: local", "LS2016", NULL, "`to_utc` needs either an `offset` or a `zone`"},
         {OFFSET, OFFSET ", " ZONE, "LS2016", NULL,
          "`to_utc` needs either an `offset` or a `zone`"},
         {OFFSET, "expr: local, offset: ahead", "LS2016", NULL, "`offset` belongs to `to_utc`"},
         {OFFSET, "expr: local, " ZONE, "LS2016", NULL, "`zone` belongs to `to_utc`"},
         {OFFSET, OFFSET ", scale: 2", "LS2016", NULL, "`scale` belongs to `expr`"},
         {OFFSET, OFFSET ", expr: local", "LS2016", NULL, "a step is either"},
         {ZONE, "zone: {table: stocks, key: site, take: price}", "LS2016", NULL,
          "rows of `stocks` hold always: a zone's offset changes"},
         {ZONE, "zone: {table: zones, key: site, take: row}", "LS2016", NULL,
          "an offset is a whole number, `row` is of type string"},
         {ZONE, "zone: {table: zones, key: site, take: offset_ms, at: sent}", "LS2016", NULL,
          "the local time says at which time"},
         {ZONE, "zone: {table: zones, key: site}", "LS2016", NULL, "a look-up needs `take`"},
         {FACTOR, "adjust: price", "LS2016", NULL, "`adjust` needs `by`"},
         {FACTOR, "expr: price, by: {table: splits, key: entity_id, factor: [down, up]}", "LS2016",
          NULL, "`by` belongs to `adjust`"},
         {FACTOR, "adjust: price, by: {table: split, key: entity_id, factor: [down, up]}", "LS2014",
          NULL, "there is no reference table `split`"},
         {FACTOR, "adjust: price, by: {table: fx, key: entity_id, factor: [lots, units]}", "LS2016",
          NULL, "nothing says when what rows of `fx` tell of happens"},
         {FACTOR, "adjust: price, by: {table: splits, key: entity_id, factor: [down]}", "LS2016",
          NULL, "`factor` needs two columns, and has 1"},
         {FACTOR, "adjust: price, by: {table: splits, key: entity_id, factor: [down, ups]}",
          "LS2016", NULL, "the table `splits` has no column `ups`"},
         {FACTOR, "adjust: price, by: {table: splits, key: entity_id, factor: [down, stock]}",
          "LS2016", NULL, "a factor is of whole numbers, `stock` is of type string"}});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(what_columns_are_to_a_table),
        FIXTURE_TEST(which_name_the_ids_have),
        FIXTURE_TEST(tables_hold_together),
        FIXTURE_TEST(steps_take_what_tables_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
