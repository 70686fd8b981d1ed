#include "spec/resolve.h"

#include "spec/fixture_test.h"
#include "spec/sample_test.h"

static void the_sample_is_fine(void **state)
{
    struct fixture *f = *state;
    const struct ls_spec *spec = load_fine(f, sample_spec, NULL);
    const struct ls_spec_event_type *order = ls_spec_event_type(spec, "order");
    assert_string_equal(order->topic, "raw.shop.order");
    assert_int_equal(order->index, 0);
    assert_ptr_equal(order->entity_type, ls_spec_entity(spec, "customer"));
    assert_int_equal(order->field_count, 14); /* `fax` is gone with version 2 */
    static const char *const names[] = {"order_id", "product_id",   "coupon", "channel", "sku",
                                        "fragile",  "member_since", "tier",   "mood",    "quantity",
                                        "amount",   "tip",          "total",  "big"};
    static const char *const columns[] = {"order_id",    "product_id", "coupon",       "channel",
                                          "sku",         "fragile",    "member_since", "tier",
                                          "mood",        "quantity",   "amount_cents", "tip_cents",
                                          "total_cents", "big"};
    for (size_t i = 0; i < 14; i++) {
        assert_string_equal(order->fields[i]->name, names[i]);
        assert_string_equal(order->fields[i]->column_name, columns[i]);
        assert_int_equal(order->fields[i]->role, i < 7   ? LS_ROLE_ATTRIBUTE
                                                 : i < 9 ? LS_ROLE_DIMENSION
                                                         : LS_ROLE_METRIC);
        char path[64];
        snprintf(path, sizeof path, "payload.%s", columns[i]);
        assert_int_equal(ls_layout_find(order->layout, path), LS_COLUMN_PAYLOAD + (int)i);
        assert_int_equal(order->layout->columns[LS_COLUMN_PAYLOAD + i].nullable,
                         order->fields[i]->is_nullable);
    }
    assert_int_equal(order->layout->count, LS_COLUMN_PAYLOAD + 14);
    static const char *const envelope[] = {"event_id", "event_time",     "ingest_time",
                                           "source",   "schema_version", "entity_id"};
    for (int c = 0; c < LS_COLUMN_PAYLOAD; c++) {
        assert_int_equal(ls_layout_find(order->layout, envelope[c]), c);
    }
    assert_true(order->fields[1]->is_nullable && order->fields[2]->is_nullable);
    assert_false(order->fields[0]->is_nullable);
    assert_non_null(order->normalize);
    assert_null(ls_spec_event_type(spec, "visit")->normalize);
    assert_ptr_equal(ls_spec_reference(spec, "products")->entity, ls_spec_entity(spec, "product"));
    const struct ls_spec_view *views = spec->pipeline->views.items;
    assert_int_equal(views[0].source_count, 1);
    assert_ptr_equal(views[0].sources[0], order);
}

static void names_are_unique(void **state)
{
    CHECK_MISTAKES(
        *state, sample_spec,
        {{"  - name: visit", "  - name: order", "LS2001", NULL, "an event type `order` already"},
         {"{name: score,", "{name: amount,", "LS2001", NULL, "there is a field `amount` already"},
         {"{name: score,", "{name: amount_cents,", "LS2001", NULL,
          "`amount_cents` is a column already"},
         {"{name: limit,", "{name: tier,", "LS2001", NULL, "there is a field `tier` already"},
         {"{name: sku, type: string, ref", "{name: payload, type: string, ref", "LS2001", NULL,
          "`payload` is a field of the envelope"},
         {"{name: tip,", "{name: event_time,", "LS2001", NULL, "`event_time` is a field of the"},
         {"      - {name: fragile, type: boolean, choice",
          "      - {name: id, type: int, uniform: [1, 2]}\n      - {name: fragile, type: boolean, "
          "choice",
          "LS2001", NULL, "`id` is the entity's own name"},
         {"set: unit_price", "set: watermark", "LS2001", NULL, "`watermark` is a field of the"},
         {"key: product_id}\n  customers", "key: price_cents}\n  customers", "LS2001", NULL,
          "`price_cents` is the column of an attribute of product"}});
    struct fixture *f = *state;
    char *text = changed(sample_spec, "    - {name: revenue,",
                         "    - {name: revenue, from: visit, window: {tumbling: 1m}, select: {n: "
                         "count}}\n    - {name: revenue,");
    assert_int_equal(load_text(f, text, NULL), LS_E_DATA);
    check_report(f, "LS2001", line_of(text, "from: order, window"), "a view `revenue` already");
    free(text);
}

static void names_lead_somewhere(void **state)
{
    CHECK_MISTAKES(
        *state, sample_spec,
        {{"entity: customer\n    metrics", "entity: custmer\n    metrics", "LS2002", NULL,
          "there is no entity `custmer`"},
         {"from: entities.customer", "from: entities.custumer", "LS2002", NULL,
          "did you mean `customer`?"},
         {"topics: {payment", "topics: {paiment", "LS2003", NULL, "did you mean `payment`?"},
         {"from: order, window", "from: ordre, window", "LS2003", NULL, "did you mean `order`?"},
         {"  order:\n", "  nothing:\n", "LS2003", NULL, "there is no event type `nothing`"},
         {"field: product_id}\n  - {check: range", "field: product}\n  - {check: range", "LS2013",
          NULL, "did you mean `product_id`?"},
         {"conflict: {rate: 1/200, field: amount}", "conflict: {rate: 1/200, field: amont}",
          "LS2013", NULL, "did you mean `amount`?"},
         {"out_of_range: {rate: 1/60, field: amount}", "out_of_range: {rate: 1/60, field: zzz}",
          "LS2013", NULL, "no event type has a field `zzz`"},
         {"missing: {rate: 1/50, field: product_id}", "missing: {rate: 1/50, field: fax}", "LS2013",
          NULL, "no event type has a field `fax`"},
         {"field: product_id, table: products}", "field: product_id, table: product}", "LS2014",
          NULL, "did you mean `products`?"},
         {"lookup: {table: products", "lookup: {table: prices", "LS2014", NULL,
          "there is no reference table `prices`"},
         {"from: entities.product,", "from: product,", "LS2014", NULL,
          "`product` names no population"}});
}

static void templates_have_one_number(void **state)
{
    CHECK_MISTAKES(*state, sample_spec,
                   {{"\"C{n:05}\"", "C", "LS2004", NULL, "`C` needs exactly one {n}"},
                    {"\"O{n:012}\"", "\"O{m}\"", "LS2004", NULL, "`O{m}`"}});
    static const struct {
        const char *text;
        bool sound;
        size_t before;
        unsigned width;
        size_t behind;
    } cases[] = {
        {"{n}", true, 0, 0, 0},
        {"C{n:08}", true, 1, 8, 0},
        {"a-{n:01}-b", true, 2, 1, 2},
        {"{n:020}", true, 0, 20, 0},
        {"{n:021}", false, 0, 0, 0},
        {"{n:0}", false, 0, 0, 0},
        {"{n:8}", false, 0, 0, 0},
        {"{n:08", false, 0, 0, 0},
        {"", false, 0, 0, 0},
        {"{n}{n}", false, 0, 0, 0},
        {"{}", false, 0, 0, 0},
        {"{m}", false, 0, 0, 0},
        {"{n:0x}", false, 0, 0, 0},
        {"{n}}", false, 0, 0, 0},
        {"}{n}", false, 0, 0, 0},
        {"{{n}", false, 0, 0, 0},
        {"{n:0-1}", false, 0, 0, 0},
        {"{nn}", false, 0, 0, 0},
        {"{n:099999999999}", false, 0, 0, 0},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct ls_template t;
        if (ls_template_parse(cases[k].text, &t) != cases[k].sound) {
            fail_msg("%s", cases[k].text);
        }
        if (cases[k].sound) {
            assert_int_equal(t.before_size, cases[k].before);
            assert_int_equal(t.width, cases[k].width);
            assert_int_equal(t.behind_size, cases[k].behind);
            assert_ptr_equal(t.before, cases[k].text);
            assert_int_equal(strlen(t.behind), t.behind_size);
        }
    }
}

static void sources_fit_their_types(void **state)
{
    CHECK_MISTAKES(
        *state, sample_spec,
        {{"type: long, normal:", "type: string, normal:", "LS2005", NULL,
          "`normal` does not make values of type string"},
         {"{name: quantity, type: int, zipf", "{name: quantity, type: boolean, zipf", "LS2005",
          NULL, "`zipf` does not make values of type boolean"},
         {"type: string, id: \"O", "type: long, id: \"O", "LS2005", NULL, "`id` does not make"},
         {"type: string, choice: {web", "type: uuid, choice: {web", "LS2005", NULL,
          "`choice` does not make values of type uuid"},
         {"{name: tier, type: string, ref: customer.tier}",
          "{name: tier, type: enum, ref: customer.tier}", "LS2005", NULL,
          "`ref` does not make values of type enum"},
         {"{name: since, type: timestamp, const: 2020-02-29T12:00:00Z}",
          "{name: since, type: timestamp, walk: {around: 1, within: 1, over: 1h}}", "LS2005", NULL,
          "cannot be made by `walk`"},
         {"type: string, id: \"S{n:08}x\"}", "type: string, ref: customer.country}", "LS2011", NULL,
          "`product` belongs to no other population"},
         {"type: string, id: \"S{n:08}x\"}", "type: string, id: \"S{n:08}x\", nullable: 1/2}",
          "LS2005", NULL, "an attribute of an entity cannot be null"},
         {"{name: mood, type: enum, choice: [happy, sad]}",
          "{name: mood, type: enum, choice: [happy, so-so]}", "LS2006", NULL,
          "`so-so` cannot be a symbol of an enum"},
         {"{name: mood, type: enum, choice: [happy, sad]}",
          "{name: mood, type: enum, choice: [happy, sad, happy]}", "LS2006", NULL,
          "`happy` is a symbol already"}});
}

static void fields_do_not_contradict_themselves(void **state)
{
    CHECK_MISTAKES(
        *state, sample_spec,
        {{"nullable: 4/5", "nullable: 4/5, null: never", "LS2007", NULL, "contradict each other"},
         {"since: 2}", "since: 2, until: 2}", "LS2008", NULL,
          "gone (`until: 2`) before it is there"},
         {"type: string, id: \"S{n:08}x\"}", "type: string, id: \"S{n:08}x\", since: 2}", "LS2008",
          NULL, "an attribute of an entity has no versions"},
         {"max: 20.00,", "max: 20.005,", "LS2009", NULL, "`max` is no value of type money"},
         {"max: 20.00,", "max: 20s,", "LS2009", NULL, "`max` is no value of type money"},
         {"zipf: {s: 1.6, n: 20}}", "zipf: {s: 1.6, n: 20}, max: 3000000000}", "LS2009", NULL,
          "`max` is no value of type int"},
         {"min: 0.99, max: 499.00", "min: 500.00, max: 499.00", "LS2009", NULL,
          "`min` is above `max`"},
         {"{name: page, type: string, const: home}",
          "{name: page, type: string, const: home, max: 5}", "LS2009", NULL,
          "`min` and `max` are for numbers that are drawn or computed"},
         {"{name: fragile, type: boolean, ref: product.fragile}",
          "{name: fragile, type: boolean, ref: product.fragile, min: 0}", "LS2009", NULL,
          "`min` and `max` are for numbers"},
         {"ref: customer.since}", "ref: customer.since, max: 5s}", "LS2009", NULL,
          "`min` and `max` are for numbers"}});
}

static void references_are_of_one_type(void **state)
{
    CHECK_MISTAKES(
        *state, sample_spec,
        {{"ref: product.sku", "ref: product", "LS2011", NULL,
          "`product` names no value of an entity"},
         {"ref: product.sku", "ref: product.skew", "LS2011", NULL,
          "the entity `product` has no attribute `skew`"},
         {"ref: product.sku", "ref: product.price", "LS2011", NULL,
          "`product.price` is of type money, the field of type string"},
         {"{name: quantity, type: int, zipf: {s: 1.6, n: 20}}",
          "{name: quantity, type: long, ref: product.id}", "LS2011", NULL,
          "`product.id` is of type string, the field of type long"},
         {"{name: score, type: long, normal: {mean: 0, deviation: 1000}}",
          "{name: score, type: long, ref: customer.limit}", "LS2011", NULL, "of type money"}});
    /* a long does not fit an int, the other way round it does */
    struct fixture *f = *state;
    char *text = changed(sample_spec, "      - {name: limit,",
                         "      - {name: points, type: long, uniform: [0, 5000000000]}\n"
                         "      - {name: limit,");
    char *wrong = changed(text, "{name: score, type: long, normal: {mean: 0, deviation: 1000}}",
                          "{name: score, type: int, ref: customer.points}");
    assert_int_equal(load_text(f, wrong, NULL), LS_E_DATA);
    check_report(f, "LS2011", 55, "`customer.points` is of type long, the field of type int");
    free(wrong);
    free(text);
    text = changed(sample_spec, "      - {name: limit,",
                   "      - {name: points, type: int, uniform: [0, 5]}\n      - {name: limit,");
    wrong = changed(text, "{name: score, type: long, normal: {mean: 0, deviation: 1000}}",
                    "{name: score, type: long, ref: customer.points}");
    load_fine(f, wrong, NULL);
    free(wrong);
    free(text);
}

/* Which source makes values of which type: of a field, and of an attribute, which is drawn. */
static void sources_make_their_types(void **state)
{
    static const char numbers[] = " int long money decimal float double ";
    static const char drawn[] = " int long money decimal float double timestamp local_timestamp "
                                "date ";
    static const char any[] = " boolean int long money decimal float double bytes string timestamp "
                              "date local_timestamp uuid ";
    static const struct {
        const char *source, *types;
        bool of_event; /* alone */
    } cases[] = {
        {"bernoulli: 1/2", " boolean ", false},
        {"choice: [\"true\", \"false\"]",
         " boolean int long money decimal float double string bytes enum ", false},
        {"choice_by: {field: tier, cases: {pro: {choice: [a]}}, otherwise: [b]}", " string enum ",
         true},
        {"const: 1", any, false},
        {"exponential: {mean: 5}", drawn, false},
        {"expr: quantity",
         " boolean int long money decimal float double string timestamp date "
         "local_timestamp ",
         false},
        {"id: \"x{n}\"", " string bytes ", false},
        {"lognormal: {median: 5, sigma: 1}", drawn, false},
        {"member: customer", " string ", false},
        {"normal: {mean: 5, deviation: 1}", drawn, false},
        {"pattern: \"[a-f]\"", " string uuid bytes ", false},
        {"poisson: 5", numbers, false},
        {"sequence: {first: 1, step: 1}", drawn, false},
        {"uniform: [1, 5]", drawn, false},
        {"uuid", " string uuid ", false},
        {"walk: {around: 5, within: 1, over: 1h}", numbers, true},
        {"words: [a, b]", " string bytes ", false},
        {"zipf: {s: 1, n: 5}", numbers, false},
    };
    struct fixture *f = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        for (const char *const *type = ls_field_type_words; *type; type++) {
            char word[32];
            char said[256];
            snprintf(word, sizeof word, " %s ", *type);
            for (int attribute = 0; attribute < 2; attribute++) {
                const char *find = attribute ? "      - {name: limit,"
                                             : "      - {name: big, type: boolean, expr: amount "
                                               ">= 100.00}";
                bool through = strstr(" float double bytes record array map ", word);
                bool made = strstr(cases[k].types, word) && !(attribute && cases[k].of_event);
                bool fits = made && !(attribute && through);
                snprintf(said, sizeof said, "      - {name: made, type: %s, %s%s}\n%s", *type,
                         strcmp(*type, "decimal") == 0 ? "precision: 9, " : "", cases[k].source,
                         find);
                char *text = changed(sample_spec, find, said);
                if ((load_text(f, text, NULL) == 0) != fits) {
                    fail_msg("%s%s", said, fits ? " is refused" : " is taken");
                }
                if (attribute && through) {
                    check_report(f, "LS2005", line_of(text, "{name: made"),
                                 "an attribute of an entity cannot be of type");
                } else if (!made) {
                    check_report(f, "LS2005", line_of(text, "{name: made"),
                                 attribute && cases[k].of_event ? "cannot be made by `"
                                                                : "does not make values of type");
                    check_report(f, "LS2005", line_of(text, "{name: made"), " come from ");
                }
                free(text);
            }
        }
    }
}

/* Which type takes a value of which: no number of 64 bits fits 32, not every text is a UUID. */
static void a_ref_fits_its_field(void **state)
{
    static const char *const names[] = {"boolean", "int",       "long", "money",           "string",
                                        "enum",    "timestamp", "date", "local_timestamp", "uuid"};
    static const char *const sources[] = {"choice: {true: 1, false: 1}",
                                          "uniform: [1, 5]",
                                          "uniform: [1, 5]",
                                          "uniform: [1, 5]",
                                          "choice: [a]",
                                          "choice: [a]",
                                          "uniform: [1s, 5s]",
                                          "uniform: [1s, 5s]",
                                          "uniform: [1s, 5s]",
                                          "uuid"};
    static const char *const takes[] = {"boolean",
                                        "int",
                                        "int long date",
                                        "money",
                                        "string enum uuid",
                                        "",
                                        "timestamp local_timestamp",
                                        "date",
                                        "timestamp local_timestamp",
                                        "uuid"};
    struct fixture *f = *state;
    for (size_t to = 0; to < 10; to++) {
        for (size_t from = 0; from < 10; from++) {
            char attribute[256];
            char field[256];
            snprintf(attribute, sizeof attribute,
                     "      - {name: that, type: %s, %s}\n      - {name: limit,", names[from],
                     sources[from]);
            snprintf(field, sizeof field, "{name: score, type: %s, ref: customer.that}", names[to]);
            char *with = changed(sample_spec, "      - {name: limit,", attribute);
            char *text = changed(
                with, "{name: score, type: long, normal: {mean: 0, deviation: 1000}}", field);
            char word[32];
            char row[128];
            snprintf(word, sizeof word, " %s ", names[from]);
            snprintf(row, sizeof row, " %s ", takes[to]);
            bool fits = strstr(row, word) != NULL;
            if ((load_text(f, text, NULL) == 0) != fits) {
                fail_msg("%s from %s", names[to], names[from]);
            }
            if (!fits) {
                check_report(f, strcmp(names[to], "enum") == 0 ? "LS2005" : "LS2011",
                             line_of(text, field), "type");
            }
            free(text);
            free(with);
        }
    }
}

static void checks_have_what_they_need(void **state)
{
    CHECK_MISTAKES(
        *state, sample_spec,
        {{"{check: not_null, field: product_id}", "{check: not_null, field: product_id, min: 1}",
          "LS2015", NULL, "`min` belongs to `check: range`"},
         {"{check: not_null, field: product_id}",
          "{check: not_null, field: product_id, table: products}", "LS2015", NULL,
          "`table` belongs to `check: reference`"},
         {", table: products}\nref", "}\nref", "LS2015", NULL,
          "`check: reference` needs a `table`"},
         {"{check: reference, field: product_id", "{check: reference, field: quantity", "LS2015",
          NULL, "`quantity` of order is of type int"},
         {"field: amount, min: 0.01, max: 100000.00}", "field: amount}", "LS2015", NULL,
          "`check: range` needs `min` or `max` or both"},
         {"{check: range, field: amount,", "{check: range, field: sku,", "LS2015", NULL,
          "`sku` of order is of type string"},
         {"min: 0.01, max: 100000.00}", "min: 0.001, max: 100000.00}", "LS2009", NULL,
          "`min` is no value of `amount` of order"},
         {"min: 0.01, max: 100000.00}", "min: 0.01, max: 5s}", "LS2009", NULL,
          "`max` is no value of `amount` of order"},
         {"min: 0.01, max: 100000.00}", "min: 5.00, max: 4.99}", "LS2009", NULL,
          "`min` is above `max`"},
         {"{check: range, field: amount, min: 0.01, max: 100000.00}", "{check: set, field: amount}",
          "LS2015", NULL, "`check: set` needs `values`"},
         {"{check: range, field: amount, min: 0.01, max: 100000.00}",
          "{check: set, field: amount, values: []}", "LS2015", NULL, "`check: set` needs `values`"},
         {"{check: range, field: amount, min: 0.01, max: 100000.00}",
          "{check: set, field: amount, values: [1, 0.001]}", "LS2009", NULL,
          "`0.001` is no value of `amount` of order, which is of type money"},
         {"{check: not_null, field: product_id}", "{check: set, field: mood, values: [happy, sat]}",
          "LS2009", NULL, "`sat` is no value of `mood` of order, which is of type enum"},
         {"{check: not_null, field: product_id}",
          "{check: set, field: coupon, values: [SAVE5, '', SAVE5]}", "LS2015", NULL,
          "`SAVE5` stands there twice"},
         {"{check: not_null, field: product_id}", "{check: set, field: fragile, values: ['true']}",
          "LS2015", NULL, "`check: set` needs a text or a number, `fragile` of order"},
         {"{check: not_null, field: product_id}",
          "{check: set, field: member_since, values: ['2020-01-01']}", "LS2015", NULL,
          "`member_since` of order is of type timestamp"},
         {"{check: not_null, field: product_id}", "{check: pattern, field: sku}", "LS2015", NULL,
          "`check: pattern` needs `like`"},
         {"{check: not_null, field: product_id}", "{check: pattern, field: sku, like: 'S\\d'}",
          "LS2026", NULL, "a backslash gives letters and digits no other meaning"},
         {"{check: not_null, field: product_id}", "{check: pattern, field: mood, like: happy}",
          "LS2015", NULL, "`check: pattern` needs a text, `mood` of order is of type enum"},
         {"{check: not_null, field: product_id}",
          "{check: pattern, field: sku, like: S, values: [S]}", "LS2015", NULL,
          "`values` belongs to `check: set`"},
         {"{check: not_null, field: product_id}", "{check: set, field: sku, like: S, values: [S]}",
          "LS2015", NULL, "`like` belongs to `check: pattern`"},
         {"{check: not_null, field: product_id}", "{check: not_null}", "LS2015", NULL,
          "`check: not_null` needs a `field`"},
         {"{check: not_null, field: product_id}", "{field: product_id}", "LS2015", NULL,
          "an item of `quality` is either a `check` or a `flag`"},
         {"{check: not_null, field: product_id}", "{check: not_null, field: product_id, flag: x}",
          "LS2015", NULL, "an item of `quality` is either a `check` or a `flag`"},
         /* the field of every event type counts, not of the first alone */
         {"{name: page, type: string, const: home}", "{name: amount, type: string, const: home}",
          "LS2015", "check: range", "`amount` of visit is of type string"},
         {"{name: page, type: string, const: home}", "{name: amount, type: int, uniform: [1, 5]}",
          "LS2009", "check: range", "`min` is no value of `amount` of visit"},
         {"{name: page, type: string, const: home}",
          "{name: product_id, type: int, uniform: [1, 5]}", "LS2015", "check: reference",
          "`product_id` of visit is of type int"}});
}

static void flags_have_what_they_need(void **state)
{
    CHECK_MISTAKES(
        *state, sample_spec,
        {{"{check: not_null, field: product_id}", "{flag: large}", "LS2015", NULL,
          "a flag has either `when` or `monotonic`"},
         {"{check: not_null, field: product_id}",
          "{flag: large, when: quantity > 1, monotonic: quantity}", "LS2015", NULL,
          "a flag has either `when` or `monotonic`"},
         {"{check: not_null, field: product_id}", "{flag: large, when: x, field: product_id}",
          "LS2015", NULL, "`field` belongs to a check"},
         {"{check: not_null, field: product_id}", "{flag: large, when: x, min: 1}", "LS2015", NULL,
          "`min` belongs to `check: range`"},
         {"{check: not_null, field: product_id}", "{flag: large, when: x, per: tier}", "LS2015",
          NULL, "`per` belongs to `monotonic`"},
         {"{check: not_null, field: product_id}", "{flag: large, when: x, tolerance: 1}", "LS2015",
          NULL, "`tolerance` belongs to `monotonic`"},
         {"{check: not_null, field: product_id}",
          "{check: not_null, field: product_id, monotonic: quantity}", "LS2015", NULL,
          "`monotonic` belongs to a flag"},
         {"{check: not_null, field: product_id}", "{check: not_null, field: product_id, per: tier}",
          "LS2015", NULL, "`per` belongs to `monotonic`"},
         {"{check: not_null, field: product_id}", "{flag: position, when: x}", "LS2001", NULL,
          "`position` is a column of every normalized dataset"},
         {"{check: not_null, field: product_id}", "{flag: x, when: x, events: [order, ordre]}",
          "LS2003", NULL, "there is no event type `ordre`"}});
    struct fixture *f = *state;
    char *text = changed(sample_spec, "quality:\n",
                         "quality:\n"
                         "  - {flag: large, when: 1 = 1, events: payment}\n"
                         "  - {flag: fell, monotonic: quantity, tolerance: 2}\n");
    const struct ls_spec_check *flags = load_fine(f, text, NULL)->quality.items;
    assert_int_equal(flags[0].check, LS_CHECK_FLAG);
    assert_int_equal(flags[1].check, LS_CHECK_FLAG);
    assert_int_equal(flags[2].check, LS_CHECK_NOT_NULL);
    assert_string_equal(flags[1].per, "entity_id");
    free(text);
}

static void normalize_steps_do_one_thing(void **state)
{
    CHECK_MISTAKES(
        *state, sample_spec,
        {{"{drop: coupon}", "{}", "LS2016", NULL, "a step is either"},
         {"{drop: coupon}", "{drop: coupon, set: x, expr: \"1\"}", "LS2016", NULL,
          "a step is either"},
         {"{drop: coupon}", "{set: x}", "LS2016", NULL, "a step is either"},
         {"{drop: coupon}", "{drop: coupon, expr: \"1\"}", "LS2016", NULL, "a step is either"},
         {"{drop: coupon}", "{drop: coupon, adjust: score}", "LS2016", NULL, "a step is either"},
         {"{drop: coupon}", "{set: x, expr: \"1\", adjust: score}", "LS2016", NULL,
          "a step is either"},
         {"take: price", "take: prize", "LS2016", NULL,
          "the table `products` has no column `prize`"}});
}

static void a_conflict_needs_duplicates(void **state)
{
    CHECK_MISTAKES(*state, sample_spec,
                   {{"  duplicate: {rate: 1/50, gap: {uniform: [1, 2000]}}\n", "", "LS2017", NULL,
                     "`conflict` needs `duplicate`"}});
}

/* ---- limits */

static char *repeated(const char *find, const char *format, int count, const char *tail)
{
    struct ls_buf text;
    struct ls_error err;
    ls_buf_init(&text, "test text", 1U << 20);
    for (int i = 0; i < count; i++) {
        char line[256];
        snprintf(line, sizeof line, format, i);
        assert_int_equal(ls_buf_append_text(&text, line, &err), 0);
    }
    assert_int_equal(ls_buf_append_text(&text, tail, &err), 0);
    char *out = changed(sample_spec, find, ls_buf_text(&text, &err));
    ls_buf_clear(&text);
    return out;
}

#define JITTER             "  jitter: {rate:"
#define CHANGE_TO(version) "  schema_change: {at: 1s, event: order, to: " version "}\n" JITTER

static void a_schema_changes_to_another_one(void **state)
{
    CHECK_MISTAKES(*state, sample_spec,
                   {{JITTER, CHANGE_TO("2"), "LS2023", NULL, "`order` is at version 2 already"},
                    {JITTER, CHANGE_TO("3"), "LS2023", NULL,
                     "versions 2 and 3 of `order` have the same fields"}});
    struct fixture *f = *state;
    char *change = changed(sample_spec, JITTER, CHANGE_TO("3"));
    char *text = changed(change, "ref: product.sku}", "ref: product.sku, since: 3}");
    assert_int_equal(load_text(f, text, NULL), LS_E_DATA);
    check_report(f, "LS2023", line_of(text, "{name: sku, type: string, ref"),
                 "records of version 2 have no `sku`");
    free(text);
    free(change);
}

/* Rows of each version; gives the number of columns that the first one lacks. */
static size_t check_rows(const struct ls_spec_event_type *type)
{
    size_t lacking[2] = {0, 0};
    for (size_t v = 0; v < 2; v++) {
        const struct ls_spec_version *version = &type->versions[v];
        struct ls_cell written[LS_COLUMN_PAYLOAD + LS_SPEC_FIELDS_MAX];
        struct ls_cell cells[LS_COLUMN_PAYLOAD + LS_SPEC_FIELDS_MAX];
        for (size_t c = 0; c < version->layout->count; c++) {
            written[c] = (struct ls_cell){.number = (int64_t)c};
        }
        ls_spec_read_as(type, version, written, cells);
        for (size_t c = 0; c < type->layout->count; c++) {
            int from = ls_layout_find(version->layout, type->layout->columns[c].path);
            assert_int_equal(cells[c].is_null, from < 0);
            assert_int_equal(cells[c].number, from < 0 ? 0 : from);
            lacking[v] += from < 0;
        }
    }
    assert_int_equal(lacking[1], 0);
    return lacking[0];
}

/* Versions are found by their fingerprints, and their rows read as the last one's. */
static void rows_are_read_as_the_readers_version(void **state)
{
    struct fixture *f = *state;
    char *change = changed(sample_spec, JITTER, CHANGE_TO("3"));
    char *gone = changed(change, "ref: product.sku}", "ref: product.sku, until: 3}");
    char *text = changed(gone, "since: 2}", "nullable: 1/2, since: 3}");
    const struct ls_spec *spec = load_fine(f, text, NULL);
    const struct ls_spec_event_type *order = ls_spec_event_type_at(spec, 0);
    const struct ls_spec_version *versions = order->versions;
    assert_int_equal(order->version_count, 2);
    assert_int_equal(versions[0].number, 2);
    assert_int_equal(versions[1].number, 3);
    assert_ptr_equal(order->schema, versions[1].schema);
    assert_ptr_equal(order->layout, versions[1].layout);
    for (size_t v = 0; v < 2; v++) {
        assert_ptr_equal(ls_spec_version_of(order, versions[v].schema->crc64), &versions[v]);
        assert_int_equal(ls_layout_find(versions[v].layout, "payload.sku") < 0, v == 1);
    }
    assert_null(ls_spec_version_of(order, versions[0].schema->crc64 ^ 1));
    assert_null(ls_spec_version_of(order, ls_spec_event_type_at(spec, 1)->schema->crc64));
    assert_int_equal(check_rows(order), 1); /* `channel` */
    free(text);
    free(gone);
    free(change);
    /* `via` and `card`; the `fee` of the one version is that of the other, though another field
     * makes it */
    spec = load_fine(f, session_spec, NULL);
    assert_int_equal(check_rows(ls_spec_event_type(spec, "payment")), 2);
}

static void there_are_limits(void **state)
{
    static const struct {
        const char *find, *format, *tail;
        int most;
        const char *part;
    } cases[] = {
        {"      - {name: country,", "      - {name: f%d, type: int, uniform: [1, 2]}\n",
         "      - {name: country,", 60, "an entity has at most 64 attributes"},
        {"      - {name: page,", "      - {name: f%d, type: int, uniform: [1, 2]}\n",
         "      - {name: page,", 63, "an event type has 1 to 64 fields, this one 65"},
        {"delay: {exponential: {mean: 300ms}",
         "  - {name: t%d, weight: 1, entity: product, metrics: [{name: x, type: int, "
         "uniform: [1, 2]}]}\n",
         "delay: {exponential: {mean: 300ms}", 61, "a spec has 1 to 64 event types, this one 65"},
        {"event_types:\n", "  e%d: {count: 5, id: \"{n}\"}\n", "event_types:\n", 30,
         "a spec has at most 32 entities"},
        {"    - {name: revenue,",
         "    - {name: v%d, from: visit, window: {tumbling: 1m}, select: {n: count}}\n",
         "    - {name: revenue,", 63, "a spec has at most 64 views"},
        {"reference:\n", "  - {flag: f%d, when: \"quantity > 1\"}\n", "reference:\n", 64,
         "a spec has at most 64 flags"},
    };
    struct fixture *f = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char *most = repeated(cases[k].find, cases[k].format, cases[k].most, cases[k].tail);
        load_fine(f, most, NULL);
        free(most);
        char *more = repeated(cases[k].find, cases[k].format, cases[k].most + 1, cases[k].tail);
        assert_int_equal(load_text(f, more, NULL), LS_E_DATA);
        const char *report = ls_buf_text(&f->report, &f->err);
        if (!strstr(report, "LS2010") || !strstr(report, cases[k].part)) {
            fail_msg("%s", report);
        }
        free(more);
    }
    CHECK_MISTAKES(f, sample_spec,
                   {{"    attributes:\n      - {name: page, type: string, const: home}\n", "",
                     "LS2010", "name: visit", "this one 0"}});
}

/* Kafka's limit, and that of a folder's name: PREFIX.shop.NAME. */
static void a_topic_has_a_name_that_logs_take(void **state)
{
    struct fixture *f = *state;
    char *text = changed(sample_spec, "  - name: visit",
                         "  - name: nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
                         "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"); /* 100 letters */
    char prefix[200] = "topics.prefix=";
    memset(prefix + 14, 'p', 143);
    load_fine(f, text, (const char *const[]){prefix, NULL});
    assert_int_equal(strlen(ls_spec_event_type_at(f->spec, 2)->topic), 249);
    prefix[14 + 143] = 'p';
    assert_int_equal(load_text(f, text, (const char *const[]){prefix, NULL}), LS_E_DATA);
    check_report(f, "LS2010", line_of(sample_spec, "name: visit"),
                 "the name of its topic has 250 bytes, at most 249");
    free(text);
}

/* The caret stands under the value that is wrong, not under the item that holds it. */
static void problems_point_at_the_value(void **state)
{
    static const struct {
        const char *find, *replacement, *pointed;
    } cases[] = {
        {"entity: customer\n    metrics", "entity: custmer\n    metrics", "custmer\n"},
        {"from: entities.customer", "from: entities.custumer", "entities.custumer,"},
        {"topics: {payment", "topics: {paiment", "paiment: "},
        {"from: order, window", "from: ordre, window", "ordre, "},
        {"  order:\n", "  nothing:\n", "nothing:"},
        {"conflict: {rate: 1/200, field: amount}", "conflict: {rate: 1/200, field: amont}",
         "amont}"},
        {"field: product_id, table: products}", "field: product_id, table: product}", "product}"},
        {"check: range, field: amount", "check: range, field: amont", "amont,"},
        {"check: range, field: amount, min: 0.01, max: 100000.00",
         "check: set, values: [1, x], field: amount", "x]"},
        {"field: product_id, table: products}", "field: product_id, table: products, like: x}",
         "x}"},
        {"take: price", "take: prize", "prize}"},
        {"set: unit_price", "set: watermark", "watermark,"},
        {"\"C{n:05}\"", "C", "C\n"},
        {"ref: product.sku", "ref: product.skew", "product.skew}"},
        {"{name: tip,", "{name: event_time,", "event_time,"},
        {"since: 2}", "since: 2, until: 2}", "2}\n"},
        {"nullable: 4/5", "nullable: 4/5, null: never", "4/5,"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = changed(sample_spec, cases[i].find, cases[i].replacement);
        assert_int_equal(load_text(f, text, NULL), LS_E_DATA);
        const char *report = ls_buf_text(&f->report, &f->err);
        const char *line = strchr(report, '\n') + 1;
        const char *carets = strchr(line, '\n') + 1;
        const char *caret = strchr(carets, '^');
        assert_non_null(caret);
        const char *pointed = line + (caret - carets);
        if (strncmp(pointed, cases[i].pointed, strlen(cases[i].pointed)) != 0) {
            fail_msg("the caret is not at `%s`:\n%s", cases[i].pointed, report);
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(the_sample_is_fine),
        FIXTURE_TEST(names_are_unique),
        FIXTURE_TEST(names_lead_somewhere),
        FIXTURE_TEST(problems_point_at_the_value),
        FIXTURE_TEST(templates_have_one_number),
        FIXTURE_TEST(sources_fit_their_types),
        FIXTURE_TEST(fields_do_not_contradict_themselves),
        FIXTURE_TEST(references_are_of_one_type),
        FIXTURE_TEST(sources_make_their_types),
        FIXTURE_TEST(a_ref_fits_its_field),
        FIXTURE_TEST(checks_have_what_they_need),
        FIXTURE_TEST(flags_have_what_they_need),
        FIXTURE_TEST(normalize_steps_do_one_thing),
        FIXTURE_TEST(a_conflict_needs_duplicates),
        FIXTURE_TEST(a_schema_changes_to_another_one),
        FIXTURE_TEST(rows_are_read_as_the_readers_version),
        FIXTURE_TEST(there_are_limits),
        FIXTURE_TEST(a_topic_has_a_name_that_logs_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
