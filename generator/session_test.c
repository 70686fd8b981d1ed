/* What events of a session take from those before (`ref: EVENT_TYPE.FIELD`), compared with what
 * stands in those. */
#include "core/avro/frame.h"
#include "generator/fixture_test.h"

enum { RUN = 6000, STEPS = 4 };

/* One field of the first event for each way to make one. */
static const struct source {
    const char *name, *type, *source;
    bool nullable; /* by its source */
} sources[] = {
    {"order_id", "string", "id: \"O{n:06}\"", false},
    {"basket", "string", "id: \"B{session}\"", false},
    {"who", "string", "ref: customer.id", false},
    {"tier", "string", "ref: customer.tier", false},
    {"product_id", "string", "ref: product.id", false},
    {"color", "string", "ref: product.color", false},
    {"price", "money", "ref: product.price", false},
    {"stock", "int", "ref: product.stock", false},
    {"stock_as_long", "long", "ref: product.stock", false},
    {"fragile", "boolean", "ref: product.fragile", false},
    {"made", "timestamp", "ref: product.made", false},
    {"sku", "string", "ref: product.sku", false},
    {"sometimes", "string", "ref: product.sku, nullable: 1/3", true},
    {"word", "string", "const: north", false},
    {"number", "int", "const: -7", false},
    {"sum", "money", "const: 12.34", false},
    {"yes", "boolean", "const: true", false},
    {"day", "timestamp", "const: 2020-02-29T12:00:00Z", false},
    {"channel", "string", "choice: {web: 3, app: 5}", false},
    {"coupon", "string", "choice: {SAVE5: 5, SAVE10: 3}, nullable: 4/5", true},
    {"gift", "boolean", "choice: {true: 1, false: 2}, nullable: 1/9", true},
    {"mood", "enum", "choice: [happy, sad, so_so]", false},
    {"quantity", "int", "zipf: {s: 1.6, n: 20}", false},
    {"points", "long", "normal: {mean: 0, deviation: 1000}", false},
    {"weight", "int", "uniform: [1, 900]", false},
    {"tip", "money", "exponential: {mean: 1.50}, max: 20.00, nullable: 1/3", true},
    {"fee", "money", "lognormal: {median: 3.00, sigma: 1}, min: 0.01, max: 99.00", false},
    {"amount", "money", "expr: product.price * quantity", false},
    {"total", "money", "expr: amount + tip", true},
    {"wide", "long", "expr: points * points * points * weight", false},
    {"big", "boolean", "expr: amount >= customer.limit and not product.fragile", false},
    {"known", "boolean", "expr: coupon is not null", false},
    {"maybe", "string", "expr: sometimes", true},
    {"label", "string", "expr: product.sku", false},
    {"letter", "string", "expr: order_id", false},
    {"feeling", "string", "expr: mood", false},
    {"since", "timestamp", "expr: product.made", false},
    {"half", "money", "expr: total * 2, nullable: 1/2", true},
};
enum { SOURCES = sizeof sources / sizeof *sources };

static const char *const events[STEPS] = {"order", "payment", "refund", "thanks"};

/* A field that takes another one's value: `name` of its own. */
static void add_taken(struct text *out, const struct source *s, const char *name, const char *from,
                      const char *field)
{
    add(out, "      - {name: %s, type: %s, ref: %s.%s%s}\n", name,
        strcmp(s->type, "enum") == 0 ? "string" : s->type, from, field,
        s->nullable ? ", null: never" : "");
}

/* order: the sources. payment: each of them. refund: each of payment's, and the last ones of order
 * itself. thanks: each of refund's, and some of payment and order. */
static void write_spec(struct text *out)
{
    out->size = 0;
    add(out, "lockstep: 1\ndomain: shop\nseed: 3\nstart: 2026-01-01T00:00:00Z\n"
             "arrival: [{rate: 100/s}]\n"
             "entities:\n"
             "  customer:\n    count: 40\n    id: \"C{n:05}\"\n    attributes:\n"
             "      - {name: tier, type: enum, choice: {basic: 8, plus: 5, pro: 5}}\n"
             "      - {name: limit, type: money, normal: {mean: 100.00, deviation: 25.00}}\n"
             "  product:\n    count: 90000\n    id: \"P-{n}\"\n    attributes:\n"
             "      - {name: color, type: string, choice: {red: 1, blue: 1, green: 2}}\n"
             "      - {name: price, type: money, uniform: [1.00, 99.00]}\n"
             "      - {name: stock, type: int, uniform: [0, 9000]}\n"
             "      - {name: fragile, type: boolean, choice: {true: 1, false: 2}}\n"
             "      - {name: made, type: timestamp, const: 2021-01-01T00:00:00Z}\n"
             "      - {name: sku, type: string, id: \"S{n:08}x\"}\n"
             "event_types:\n");
    for (size_t k = 0; k < STEPS; k++) {
        add(out, "  - name: %s\n%s    entity: customer\n    attributes:\n", events[k],
            k ? "" : "    weight: 6\n");
        if (k) {
            add(out, "      - {name: own, type: string, id: \"N{n}\"}\n"
                     "      - {name: mine, type: string, ref: product.id}\n");
        }
        for (size_t i = 0; i < SOURCES; i++) {
            if (k == 0) {
                add(out, "      - {name: %s, type: %s, %s%s}\n", sources[i].name, sources[i].type,
                    sources[i].source,
                    sources[i].nullable && !strstr(sources[i].source, "nullable") ? ", null: never"
                                                                                  : "");
            } else {
                add_taken(out, &sources[i], sources[i].name, events[k - 1], sources[i].name);
            }
        }
        for (size_t i = 0; k > 1 && i < SOURCES; i += k) { /* over the heads of those between */
            char name[64];
            snprintf(name, sizeof name, "first_%s", sources[i].name);
            add_taken(out, &sources[i], name, "order", sources[i].name);
        }
    }
    add(out,
        "  - {name: visit, weight: 3, entity: customer, attributes: [{name: own, type: string, "
        "id: \"N{n}\"}]}\n"
        "lifecycles:\n  purchase:\n    entity: customer\n    steps:\n      - {event: order}\n"
        "      - {event: payment, after: {exponential: {mean: 2s}, max: 9s}}\n"
        "      - {event: refund, after: {exponential: {mean: 2s}, max: 9s}}\n"
        "      - {event: thanks, after: {exponential: {mean: 2s}, max: 9s}}\n"
        "pipeline: {watermark: {delay: 1s}, dedupe: {horizon: 1m}}\n");
}

static const struct ls_layout *decode(const struct maker *m, const struct ls_event *e,
                                      struct ls_cell cells[LS_PLAN_CELLS_MAX])
{
    const struct ls_layout *layout = ls_event_type(m->plan, e)->version->layout;
    assert_int_equal(ls_row_decode(layout, e->value + LS_SINGLE_OBJECT_SIZE,
                                   e->value_size - LS_SINGLE_OBJECT_SIZE, cells, NULL, NULL),
                     LS_DECODE_OK);
    return layout;
}

static uint64_t number_in(const struct ls_cell *id)
{
    char text[64] = {0};
    assert_in_range(id->size, 2, 63);
    memcpy(text, id->bytes, id->size);
    return strtoull(text + 1, NULL, 10);
}

/* Money is in a column of another name. */
static const struct ls_cell *cell_of(const struct ls_layout *layout, const struct ls_cell *cells,
                                     const char *prefix, const struct source *s)
{
    char name[96];
    snprintf(name, sizeof name, "%s%s%s", prefix, s->name,
             strcmp(s->type, "money") == 0 ? "_cents" : "");
    int column = ls_layout_find(layout, name);
    return column < 0 ? NULL : &cells[column];
}

static void check_same(const struct source *s, const struct ls_cell *a, const struct ls_cell *b)
{
    bool text = strcmp(s->type, "string") == 0 || strcmp(s->type, "enum") == 0;
    bool same = a->is_null == b->is_null &&
                (a->is_null ||
                 (text ? a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0
                       : a->number == b->number));
    if (!same) {
        fail_msg("%s is not what it was", s->name);
    }
}

/* Every event of a session holds what its order holds. Returns how many there were. */
static size_t check_sessions(struct maker *m)
{
    size_t count = 0;
    size_t nulls = 0;
    size_t values = 0;
    make_run(m, RUN);
    for (size_t i = 0; i < RUN; i++) {
        const struct ls_event *e = &m->run.events[i];
        struct ls_cell cells[LS_PLAN_CELLS_MAX];
        struct ls_cell firsts[LS_PLAN_CELLS_MAX];
        if (e->type == 0 || e->type == STEPS) {
            continue;
        }
        const struct ls_layout *layout = decode(m, e, cells);
        uint64_t first = number_in(cell_of(layout, cells, "", &sources[0]));
        assert_true(first < i && m->run.events[first].type == 0);
        const struct ls_layout *order = decode(m, &m->run.events[first], firsts);
        for (size_t s = 0; s < SOURCES; s++) {
            const struct ls_cell *was = cell_of(order, firsts, "", &sources[s]);
            const struct ls_cell *is = cell_of(layout, cells, "", &sources[s]);
            const struct ls_cell *direct = cell_of(layout, cells, "first_", &sources[s]);
            check_same(&sources[s], was, is);
            assert_true((direct != NULL) == (e->type > 1 && s % e->type == 0));
            if (direct) {
                check_same(&sources[s], was, direct);
            }
            nulls += was->is_null;
            values += sources[s].nullable && !was->is_null;
        }
        count += e->type == 3;
    }
    assert_true(nulls > RUN / 2 && values > RUN / 2);
    return count;
}

static void each_source_is_taken_over(void **state)
{
    struct maker *m = *state;
    struct text *text = calloc(1, sizeof *text);
    assert_non_null(text);
    write_spec(text);
    plan_fine(m, text->text, NULL);
    assert_true(check_sessions(m) > 500);
    /* attributes in tables, copies among the events, growth and hot keys */
    plan_fine(m, text->text,
              SETS("entities.product.count=50", "entities.product.growth={to: 500, over: 40s}",
                   "entities.customer.growth={to: 500, over: 40s}",
                   "entities.product.pick={zipf: {s: 1.1}}",
                   "faults.duplicate={rate: 1/20, gap: {uniform: [1, 100]}}",
                   "faults.hot_key={at: 10s, for: 10s, share: 1/2}",
                   "delay={exponential: {mean: 1s}, max: 1m}"));
    assert_true(check_sessions(m) > 500);
    free(text);
}

/* The values of a step are those of its own slot, and what it picks its own pick, whoever asks. */
static void steps_have_values_of_their_own(void **state)
{
    static const struct {
        const char *taken, *from; /* columns of thanks and of the event before */
        unsigned type;
    } cases[] = {{"paid", "own", 1},
                 {"refunded", "own", 2},
                 {"paid_for", "mine", 1},
                 {"refunded_for", "mine", 2},
                 {"self", "own", 3}};
    struct maker *m = *state;
    struct text *text = calloc(1, sizeof *text);
    assert_non_null(text);
    write_spec(text);
    char *own = changed(text->text, "  - {name: visit,",
                        "      - {name: paid, type: string, ref: payment.own}\n"
                        "      - {name: paid_for, type: string, ref: payment.mine}\n"
                        "      - {name: refunded, type: string, ref: refund.own}\n"
                        "      - {name: refunded_for, type: string, ref: refund.mine}\n"
                        "      - {name: self, type: string, id: \"N{n}\"}\n"
                        "  - {name: visit,");
    plan_fine(m, own, NULL);
    make_run(m, RUN);
    size_t count = 0;
    for (size_t i = 0; i < RUN; i++) {
        const struct ls_event *e = &m->run.events[i];
        struct ls_cell cells[LS_PLAN_CELLS_MAX];
        struct ls_cell before[LS_PLAN_CELLS_MAX];
        if (e->type != 3) {
            continue;
        }
        const struct ls_layout *layout = decode(m, e, cells);
        uint64_t at[STEPS];
        at[0] = number_in(&cells[ls_layout_find(layout, "order_id")]);
        at[1] = number_in(&cells[ls_layout_find(layout, "paid")]);
        at[2] = number_in(&cells[ls_layout_find(layout, "refunded")]);
        at[3] = i;
        for (size_t k = 0; k < STEPS; k++) {
            assert_true(m->run.events[at[k]].type == k && (k == 0 || at[k - 1] < at[k]));
            assert_true(m->run.events[at[k]].entity == e->entity);
        }
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
            const struct ls_layout *of = decode(m, &m->run.events[at[cases[k].type]], before);
            check_same(&sources[0], &before[ls_layout_find(of, cases[k].from)],
                       &cells[ls_layout_find(layout, cases[k].taken)]);
        }
        count++;
    }
    assert_true(count > 500);
    free(own);
    free(text);
}

/* From 0 on, each once. */
static void sessions_are_numbered(void **state)
{
    struct maker *m = *state;
    struct text *text = calloc(1, sizeof *text);
    bool seen[RUN] = {false};
    size_t count = 0;
    assert_non_null(text);
    write_spec(text);
    plan_fine(m, text->text, NULL);
    make_run(m, RUN);
    for (size_t i = 0; i < RUN; i++) {
        struct ls_cell cells[LS_PLAN_CELLS_MAX];
        if (m->run.events[i].type == 0) {
            const struct ls_layout *layout = decode(m, &m->run.events[i], cells);
            uint64_t number = number_in(&cells[ls_layout_find(layout, "basket")]);
            assert_true(number < count + 2 && !seen[number]); /* two begin in a round */
            seen[number] = true;
            count++;
        }
    }
    assert_true(count > 1000);
    free(text);
}

/* Whatever makes it so: a share of its own, an expression, or what it is taken from itself. */
static void what_may_be_null_is_taken_as_such(void **state)
{
    static const char *const fields[] = {"tip", "total", "half", "coupon", "sometimes", "gift"};
    struct maker *m = *state;
    struct text *text = calloc(1, sizeof *text);
    assert_non_null(text);
    write_spec(text);
    for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
        for (size_t e = 0; e + 1 < STEPS; e++) {
            char find[64];
            char without[64];
            snprintf(find, sizeof find, "ref: %s.%s, null: never", events[e], fields[k]);
            snprintf(without, sizeof without, "ref: %s.%s", events[e], fields[k]);
            char *at = strstr(text->text, find);
            assert_non_null(at);
            char *wrong = strdup(text->text);
            assert_non_null(wrong);
            size_t begin = (size_t)(at - text->text) + strlen(without);
            memset(wrong + begin, ' ', strlen(", null: never"));
            assert_int_equal(plan_text(m, wrong, NULL), LS_E_DATA);
            char part[96];
            snprintf(part, sizeof part, "`%s` is null now and then", without + 5);
            check_report(&m->base, "LS2011", line_of(text->text, find), part);
            free(wrong);
        }
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(each_source_is_taken_over),
        MAKER_TEST(steps_have_values_of_their_own),
        MAKER_TEST(sessions_are_numbered),
        MAKER_TEST(what_may_be_null_is_taken_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
