#include "generator/device_fixture_test.h"

static void each_source_becomes_its_operation(void **state)
{
    static const struct {
        size_t type;
        const char *name;
        enum ls_op_kind kind;
        enum ls_field_type field_type;
        bool may_be_null, bounded;
        int64_t low, high;
    } cases[] = {
        {0, "order_id", LS_OP_ID, LS_FIELD_STRING, false, false, 0, 0},
        {0, "product_id", LS_OP_ENTITY_ID, LS_FIELD_STRING, false, false, 0, 0},
        {0, "coupon", LS_OP_CHOICE, LS_FIELD_STRING, true, false, 0, 0},
        {0, "sku", LS_OP_ENTITY_ID, LS_FIELD_STRING, false, false, 0, 0},
        {0, "fragile", LS_OP_ATTRIBUTE_CHOICE, LS_FIELD_BOOLEAN, false, false, 0, 0},
        {0, "member_since", LS_OP_CONST, LS_FIELD_TIMESTAMP, false, true, 1582977600000,
         1582977600000},
        {0, "mood", LS_OP_CHOICE, LS_FIELD_ENUM, false, false, 0, 0},
        {0, "quantity", LS_OP_NUMBER, LS_FIELD_INT, false, true, 1, 20},
        {0, "amount", LS_OP_EXPR, LS_FIELD_MONEY, false, true, 99, 998000},
        {0, "tip", LS_OP_NUMBER, LS_FIELD_MONEY, true, true, 0, 2000},
        {0, "total", LS_OP_EXPR, LS_FIELD_MONEY, false, true, 99, 1000000},
        {0, "big", LS_OP_EXPR, LS_FIELD_BOOLEAN, false, false, 0, 0},
        {1, "amount", LS_OP_NUMBER, LS_FIELD_MONEY, false, true, 100, 50000},
        {1, "score", LS_OP_NUMBER, LS_FIELD_LONG, false, true, -9155, 9155},
        {2, "page", LS_OP_CONST, LS_FIELD_STRING, false, false, 0, 0},
    };
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct ls_op *op = op_named(m, cases[k].type, cases[k].name);
        bool same = op->kind == cases[k].kind && op->type == cases[k].field_type &&
                    op->may_be_null == cases[k].may_be_null && op->bounded == cases[k].bounded &&
                    (!op->bounded || (op->low == cases[k].low && op->high == cases[k].high));
        if (!same) {
            fail_msg("%s: kind %d, type %d, %lld to %lld", cases[k].name, op->kind, op->type,
                     (long long)op->low, (long long)op->high);
        }
    }
}

/* What an expression takes from an entity is a cell that no column shows, one for each value, made
 * before the columns. */
static void attributes_in_expressions_are_hidden_cells(void **state)
{
    struct maker *m = *state;
    char *text = changed(sample_spec, "expr: product.price * quantity",
                         "expr: product.price * quantity + product.price - customer.limit * 0");
    plan_fine(m, text, NULL);
    free(text);
    const struct ls_plan_type *order = &m->plan->types[0];
    assert_int_equal(order->ops.count, order->spec->field_count + 2);
    assert_int_equal(order->pick_count, 2);
    assert_string_equal(order->picks[0].entity->spec->key, "customer");
    assert_string_equal(order->picks[1].entity->spec->key, "product");
    assert_int_equal(order->ops.items[0].kind, LS_OP_ATTRIBUTE);
    assert_int_equal(order->ops.items[0].cell, order->column_count);
    assert_int_equal(order->ops.items[1].cell, order->column_count + 1);
    for (size_t k = 2; k < order->ops.count; k++) {
        assert_int_equal(order->ops.items[k].cell, LS_COLUMN_PAYLOAD + k - 2);
    }
}

static void constants_fit_their_type(void **state)
{
    static const struct {
        const char *type, *value;
        bool fits;
        int64_t number;
    } cases[] = {
        {"int", "5", true, 5},
        {"int", "-2147483648", true, INT32_MIN},
        {"int", "2147483648", false, 0},
        {"int", "\"5\"", false, 0},
        {"int", "5.5", false, 0},
        {"int", "5.0", true, 5},
        {"int", "5s", false, 0},
        {"int", "five", false, 0},
        {"int", "[5]", false, 0},
        {"long", "9223372036854775807", true, INT64_MAX},
        {"long", "9223372036854775808", false, 0},
        {"money", "19.99", true, 1999},
        {"money", "-0.01", true, -1},
        {"money", "19.999", false, 0},
        {"boolean", "true", true, 1},
        {"boolean", "false", true, 0},
        {"boolean", "\"true\"", false, 0},
        {"boolean", "1", false, 0},
        {"timestamp", "1970-01-01T00:00:01Z", true, 1000},
        {"timestamp", "5", false, 0},
        {"date", "1969-12-31", true, -1},
        {"date", "1969-12-31T23:59:59Z", true, -1},
        {"date", "19691231", false, 0},
        {"local_timestamp", "1970-01-02T00:00:00Z", true, 86400000},
        {"local_timestamp", "noon", false, 0},
        {"uuid", "6ba7b810-9dad-41d1-80b4-00C04FD430C8", true, 0},
        {"uuid", "6ba7b810-9dad-41d1-80b4-00c04fd430c", false, 0},
        {"uuid", "6ba7b810-9dad-41d1-80b4-00c04fd430c88", false, 0},
        {"uuid", "6ba7b810-9dad-41d1-80b4-00c04fd430cg", false, 0},
        {"uuid", "6ba7b810x9dad-41d1-80b4-00c04fd430c8", false, 0},
        {"string", "EUR", true, 0},
        {"string", "\"5\"", true, 0},
        {"string", "5", false, 0},
        {"string", "true", false, 0},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char field[256];
        snprintf(field, sizeof field, "{name: page, type: %s, const: %s}", cases[k].type,
                 cases[k].value);
        const struct mistake wrong = {"{name: page, type: string, const: home}", field, "LS2018",
                                      NULL, "this is no value of type"};
        char *text = changed(sample_spec, wrong.find, field);
        int rc = plan_text(m, text, NULL);
        if ((rc == 0) != cases[k].fits) {
            fail_msg("%s", field);
        }
        if (rc == 0) {
            assert_true(op_named(m, 2, "page")->words[0].number == cases[k].number);
        } else {
            check_mistake(&m->base, sample_spec, &wrong);
        }
        free(text);
    }
}

/* A pattern makes UUIDs where each of its texts is one. */
static void patterns_of_uuids(void **state)
{
    static const struct {
        const char *pattern;
        bool fits;
    } cases[] = {
        {"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", true},
        {"[0-9A-F]{8}-[0-9]{4}-[0-9]{4}-[0-9]{4}-0{12}", true},
        {"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{11}", false},
        {"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{13}", false},
        {"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}x?", false},
        {"[0-9a-g]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", false},
        {"[0-9a-f]{36}", false},
        {"[0-9a-f-]{36}", false},
        {"[A-Z]{3}", false},
        {"[0-9]{255}[0-9]{255}[0-9]{255}", false},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char field[256];
        snprintf(field, sizeof field, "{name: page, type: uuid, pattern: \"%s\"}",
                 cases[k].pattern);
        const struct mistake wrong = {"{name: page, type: string, const: home}", field, "LS2018",
                                      NULL, "not every text of the pattern is a UUID"};
        char *text = changed(sample_spec, wrong.find, field);
        int rc = plan_text(m, text, NULL);
        if ((rc == 0) != cases[k].fits) {
            fail_msg("%s", field);
        }
        if (rc < 0) {
            check_mistake(&m->base, sample_spec, &wrong);
        }
        free(text);
    }
}

static void settings_are_checked(void **state)
{
    CHECK_PLAN_MISTAKES(
        *state, sample_spec,
        {{"{name: fragile, type: boolean, choice: {true: 1, false: 4}}",
          "{name: fragile, type: boolean, choice: {yes: 1, false: 4}}", "LS2018", NULL,
          "`yes` is no boolean"},
         {"normal: {mean: 0, deviation: 1000}", "normal: {mean: 0, deviation: 0}", "LS2018", NULL,
          "above 0"},
         {"uniform: [1.00, 500.00]", "uniform: [1.00, 500.005]", "LS2018", NULL,
          "two decimal places"},
         {"uniform: [1.00, 500.00]", "uniform: [1.00]", "LS2018", NULL, "two bounds are wanted"},
         {"exponential: {mean: 300ms}", "exponential: {mean: 300}", "LS2018", NULL,
          "a duration is wanted"},
         {"exponential: {mean: 20s}", "exponential: {mean: 20}", "LS2018", NULL,
          "a duration is wanted"},
         {"{uniform: [1, 2000]}", "{uniform: [1, 2000s]}", "LS2018", NULL, "a number is wanted"},
         {"{uniform: [1, 2000]}", "{uniform: [1.5, 2000]}", "LS2018", NULL, "a whole number"}});
}

static void an_id_has_its_room(void **state)
{
    char set[256];
    char *text;
    struct maker *m = *state;
    memset(set, 'x', sizeof set);
    set[108] = '\0'; /* and 20 digits */
    struct mistake wrong = {"\"S{n:08}x\"", "", "LS2004", NULL, "at most 128"};
    char fine[300];
    snprintf(fine, sizeof fine, "\"%s{n}\"", set);
    text = changed(sample_spec, "\"S{n:08}x\"", fine);
    plan_fine(m, text, NULL);
    free(text);
    char long_id[300];
    snprintf(long_id, sizeof long_id, "\"%s{n}x\"", set);
    wrong.replacement = long_id;
    check_plan_mistakes(m, sample_spec, &wrong, 1);
    wrong.find = "\"O{n:012}\"";
    check_plan_mistakes(m, sample_spec, &wrong, 1);
    wrong.find = "\"C{n:05}\"";
    check_plan_mistakes(m, sample_spec, &wrong, 1);
}

static void expressions_fit_their_field(void **state)
{
    CHECK_PLAN_MISTAKES(
        *state, sample_spec,
        {{"type: boolean, expr: amount >= 100.00", "type: boolean, expr: amount", "LS2019", NULL,
          "the expression gives a number, the field is of type boolean"},
         {"type: boolean, expr: amount >= 100.00", "type: string, expr: amount >= 100.00", "LS2019",
          NULL, "gives a condition"},
         {"type: boolean, expr: amount >= 100.00", "type: int, expr: amount", "LS2019", NULL,
          "the expression has 2 decimal places, the field 0"},
         {"type: boolean, expr: amount >= 100.00", "type: money, expr: amount * 0.5", "LS2019",
          NULL, "3 decimal places"},
         {"expr: amount + tip, null: never", "expr: amount + tip", "LS2019", NULL,
          "the expression can be null"},
         {"expr: amount >= 100.00", "expr: total >= 100.00", "LS2019", NULL,
          "the expression can be null"}, /* because `tip` can */
         {"expr: amount >= 100.00", "expr: member_since = customer.since and 1", "LS2103", NULL,
          ""},
         {"expr: amount >= 100.00", "expr: amont >= 100.00", "LS2102", NULL,
          "did you mean `amount`?"},
         {"expr: amount >= 100.00", "expr: later >= 100.00", "LS2102", NULL, "`later`"},
         {"expr: amount >= 100.00", "expr: product.prize >= 100.00", "LS2102", NULL,
          "did you mean `product.price`?"},
         {"expr: amount >= 100.00", "expr: shop.price >= 100.00", "LS2102", NULL, "`shop.price`"},
         {"expr: amount >= 100.00", "expr: amount / 2 >= 100.00", "LS2105", NULL, "scale"},
         {"expr: product.price * quantity", "expr: total", "LS2102", NULL, "`total`"}}); /* below */
}

static void a_null_goes_through_expressions(void **state)
{
    struct maker *m = *state;
    char *text = changed(sample_spec, "type: boolean, expr: amount >= 100.00",
                         "type: boolean, expr: total >= 100.00, null: never");
    plan_fine(m, text, NULL);
    free(text);
    make_run(m, 3000);
    size_t nulls = 0;
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        struct ls_cell cells[LS_PLAN_CELLS_MAX];
        const struct ls_layout *layout = m->plan->types[e->type].spec->layout;
        if (e->type != 0 || ls_row_decode(layout, e->value + 10, e->value_size - 10, cells, NULL,
                                          NULL) != LS_DECODE_OK) {
            continue;
        }
        bool tip = cells[ls_layout_find(layout, "tip_cents")].is_null;
        assert_int_equal(cells[ls_layout_find(layout, "total_cents")].is_null, tip);
        assert_int_equal(cells[ls_layout_find(layout, "big")].is_null, tip);
        nulls += tip;
    }
    assert_true(nulls > 300);
}

static void expressions_have_bounds(void **state)
{
    CHECK_PLAN_MISTAKES(
        *state, sample_spec,
        {{"type: boolean, expr: amount >= 100.00",
          "type: boolean, expr: amount * amount * amount * amount * amount * amount * amount > 1",
          "LS2202", NULL, "how large the expression gets cannot be told"},
         {"type: boolean, expr: amount >= 100.00",
          "type: long, expr: 9000000000000000000 * 9000000000000000000 * 9000000000000000000",
          "LS2202", NULL, "how large"},
         {"type: boolean, expr: amount >= 100.00",
          "type: timestamp, expr: member_since + 9000000000000000000 * 9000000000000000000 * "
          "9000000000000000000",
          "LS2202", NULL, "how large"},
         {"type: boolean, expr: amount >= 100.00",
          "type: timestamp, expr: member_since + 9223372036854775807", "LS2202", NULL,
          "which type timestamp does not hold"},
         {"type: boolean, expr: amount >= 100.00", "type: int, expr: quantity * 1000000000",
          "LS2202", NULL, "can be 1000000000 to 20000000000, which type int does not hold"},
         {"type: boolean, expr: amount >= 100.00", "type: int, expr: quantity * 1000000000, min: 0",
          "LS2202", NULL, "does not hold"},
         {"type: boolean, expr: amount >= 100.00",
          "type: int, expr: quantity * -1000000000, max: 0", "LS2202", NULL, "does not hold"},
         {"type: boolean, expr: amount >= 100.00",
          "type: money, expr: 9000000000000000.00 * quantity", "LS2202", NULL,
          "can be 9000000000000000.00 to 180000000000000000.00, which type money"}});
    static const struct {
        const char *field;
        int64_t low, high;
    } cases[] = {
        {"{name: big, type: money, expr: amount * 1.0, null: never}", 0, 0},
        {"{name: big, type: long, expr: quantity * quantity - 5}", -4, 395},
        {"{name: big, type: long, expr: quantity * quantity - 5, min: 0, max: 100}", 0, 100},
        {"{name: big, type: long, expr: quantity * quantity - 5, min: 1000}", 1000, 1000},
        {"{name: big, type: long, expr: quantity, max: -3}", -3, -3},
        {"{name: big, type: int, expr: quantity * 1000000000, max: 2147483647}", 1000000000,
         INT32_MAX},
        {"{name: big, type: int, expr: quantity * -1000000000, min: -2147483648}", INT32_MIN,
         -1000000000},
        {"{name: big, type: long, expr: 9000000000000000000 * quantity, max: 9223372036854775807}",
         9000000000000000000, INT64_MAX},
        {"{name: big, type: money, expr: quantity}", 100, 2000},
        {"{name: big, type: timestamp, expr: member_since + quantity}", 1582977600001,
         1582977600020},
    };
    struct maker *m = *state;
    for (size_t k = 1; k < sizeof cases / sizeof *cases; k++) {
        char *text = changed(sample_spec, "{name: big, type: boolean, expr: amount >= 100.00}",
                             cases[k].field);
        plan_fine(m, text, NULL);
        free(text);
        const struct ls_op *op = op_named(m, 0, "big");
        if (op->low != cases[k].low || op->high != cases[k].high) {
            fail_msg("%s: %lld to %lld", cases[k].field, (long long)op->low, (long long)op->high);
        }
        struct ls_op *kept = &m->plan->types[0].ops.items[op - m->plan->types[0].ops.items];
        kept->keeps = true;
        ls_op_finish(kept);
        for (uint64_t i = 0; i < 300; i++) {
            struct ls_event e = make(m, i);
            const struct ls_cell *cell = &m->scratch.values.cells[op->cell];
            assert_true(e.type != 0 || (cell->number >= op->low && cell->number <= op->high));
        }
    }
}

static void an_event_type_uses_sixteen_entities(void **state)
{
    struct maker *m = *state;
    char entities[2048] = "";
    char fields[2048] = "";
    for (int k = 0; k < 16; k++) {
        size_t at[] = {strlen(entities), strlen(fields)};
        snprintf(entities + at[0], sizeof entities - at[0], "  e%d: {count: 5, id: \"{n}\"}\n", k);
        snprintf(fields + at[1], sizeof fields - at[1],
                 "      - {name: r%d, type: string, ref: e%d.id}\n", k, k);
    }
    strcat(entities, "event_types:\n");
    strcat(fields, "      - {name: page,");
    char *with = changed(sample_spec, "event_types:\n", entities);
    char *one_more = changed(with, "      - {name: page,", fields); /* a visit is about a product */
    assert_int_equal(plan_text(m, one_more, NULL), LS_E_DATA);
    check_report(&m->base, "LS2010", line_of(one_more, "{name: r15"), "uses at most 16 entities");
    char *all = changed(one_more, "      - {name: r15, type: string, ref: e15.id}\n", "");
    plan_fine(m, all, NULL);
    assert_int_equal(m->plan->types[2].pick_count, 16);
    free(all);
    free(one_more);
    free(with);
}

/* `count` attributes for each of both entities, and as many expressions of a visit that name two.
 */
static char *with_hidden_values(int count)
{
    char attributes[4096] = "";
    char fields[8192] = "";
    for (int i = 0; i < count; i++) {
        size_t at[] = {strlen(attributes), strlen(fields)};
        snprintf(attributes + at[0], sizeof attributes - at[0],
                 "      - {name: a%d, type: int, uniform: [1, 9]}\n", i);
        snprintf(fields + at[1], sizeof fields - at[1],
                 "      - {name: s%d, type: int, expr: customer.a%d + product.a%d}\n", i, i, i);
    }
    strcat(attributes, "      - {name: since,");
    char *customer = changed(sample_spec, "      - {name: since,", attributes);
    strcpy(strrchr(attributes, '\n') + 1, "      - {name: price,");
    char *product = changed(customer, "      - {name: price,", attributes);
    strcat(fields, "      - {name: page,");
    char *text = changed(product, "      - {name: page,", fields);
    free(product);
    free(customer);
    return text;
}

/* A visit has six columns of the envelope, `page`, and three cells for each expression. */
static void hidden_values_have_a_limit(void **state)
{
    struct maker *m = *state;
    char *text = with_hidden_values(51);
    plan_fine(m, text, NULL);
    make_run(m, 1000);
    assert_int_equal(m->plan->types[2].ops.count, 1 + 3 * 51);
    free(text);
    text = with_hidden_values(52);
    assert_int_equal(plan_text(m, text, NULL), LS_E_DATA);
    check_report(&m->base, "LS2010", line_of(text, "{name: s50, type"),
                 "`visit` has 59 columns and names 102 values of entities and earlier events, at "
                 "most 160 together");
    free(text);
}

/* A ref to an earlier event is of no version: what is computed there from a field that one of them
 * lacks is not known here. */
static void what_is_taken_over_is_the_same_in_all_versions(void **state)
{
    struct maker *m = *state;
    char *fee = changed(session_spec, "type: money, ref: order.amount}",
                        "type: money, ref: order.amount}\n"
                        "      - {name: twice, type: long, expr: own_fee * 2, null: never}");
    char *text = changed(fee, "{name: basket, type: string, ref: payment.basket}",
                         "{name: twice, type: long, ref: payment.twice, null: never}");
    static const struct {
        const char *fee;
        bool sound;
    } cases[] = {
        {"      - {name: own_fee, type: int, uniform: [1, 9]}\n", true},
        {"      - {name: own_fee, type: int, uniform: [1, 9], until: 3}\n"
         "      - {name: own_fee, type: long, uniform: [10, 99], since: 3, null: never}\n",
         false},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char field[512];
        snprintf(field, sizeof field, "%s      - {name: card,", cases[k].fee);
        char *whole = changed(text, "      - {name: card,", field);
        assert_int_equal(plan_text(m, whole, NULL), cases[k].sound ? 0 : LS_E_DATA);
        if (!cases[k].sound) {
            check_report(&m->base, "LS2011", line_of(whole, "{name: twice, type: long, expr"),
                         "what `refund` takes from `payment` is computed from `own_fee`");
        }
        free(whole);
    }
    free(text);
    free(fee);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(each_source_becomes_its_operation),
        MAKER_TEST(attributes_in_expressions_are_hidden_cells),
        MAKER_TEST(constants_fit_their_type),
        MAKER_TEST(patterns_of_uuids),
        MAKER_TEST(settings_are_checked),
        MAKER_TEST(an_id_has_its_room),
        MAKER_TEST(expressions_fit_their_field),
        MAKER_TEST(a_null_goes_through_expressions),
        MAKER_TEST(expressions_have_bounds),
        MAKER_TEST(an_event_type_uses_sixteen_entities),
        MAKER_TEST(hidden_values_have_a_limit),
        MAKER_TEST(what_is_taken_over_is_the_same_in_all_versions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
