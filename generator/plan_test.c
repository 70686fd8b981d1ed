#include "generator/plan.h"

#include "generator/fixture_test.h"

static void the_sample_is_planned(void **state)
{
    struct maker *m = *state;
    const struct ls_plan *plan = plan_fine(m, sample_spec, NULL);
    assert_int_equal(plan->seed, 7);
    assert_int_equal(plan->partitions, 3);
    assert_int_equal(plan->entity_count, 2);
    assert_int_equal(plan->type_count, 3);
    assert_int_equal(plan->type_choices.count, 3); /* 30, 20 and 5 of 55 */
    assert_true(plan->type_choices.limits[0] ==
                UINT64_MAX / 55 * 30 + UINT64_MAX % 55 * 30 / 55 + 1);
    assert_non_null(plan->entities[0].zipf);
    assert_null(plan->entities[1].zipf);
    assert_int_equal(plan->entities[0].count, 500);
    assert_int_equal(plan->arrival.total, UINT64_MAX);
    assert_true(plan->delay.present && plan->late_delay.present && plan->gap.present);
    assert_int_equal(plan->clock_ahead_ms, INT64_C(400) * 86400000);
    assert_int_equal(plan->jitter_max_ms, 500);
    const struct ls_plan_type *order = &plan->types[0];
    assert_int_equal(order->range_column, ls_layout_find(order->spec->layout, "amount_cents"));
    assert_int_equal(order->missing_column, ls_layout_find(order->spec->layout, "product_id"));
    assert_int_equal(order->conflict_column, order->range_column);
    assert_true(order->range_has_low && order->range_low == 1);
    assert_true(order->range_has_high && order->range_high == 10000000);
    assert_int_equal(order->conflict_high, 10000000);
    const struct ls_plan_type *visit = &plan->types[2];
    assert_true(visit->range_column < 0 && visit->missing_column < 0 && visit->conflict_column < 0);
}

/* A stream is named by the path of what it makes (contract G2): renaming one of these is a change
 * of the format. */
static void streams_are_named_by_their_paths(void **state)
{
    struct maker *m = *state;
    const struct ls_plan *plan = plan_fine(m, sample_spec, NULL);
    const struct {
        uint64_t key;
        const char *name;
    } streams[] = {
        {plan->type_key, "event_types"},
        {plan->event_id_key, "event_id"},
        {plan->entities[0].pick_key, "entities.customer.pick"},
        {plan->entities[0].attributes[1].key, "entities.customer.attributes.tier"},
        {plan->types[1].ops.items[0].key, "event_types.payment.amount"},
        {plan->types[1].ops.items[0].null_key, "event_types.payment.amount.null"},
        {plan->delay.key, "delay"},
        {plan->late_delay.key, "faults.late.delay"},
        {plan->gap.key, "faults.duplicate.gap"},
        {plan->late.key, "faults.late"},
        {plan->damage[LS_FAULT_TRUNCATED].key, "faults.truncated"},
        {plan->damage[LS_FAULT_TRUNCATED].detail_key, "faults.truncated.place"},
        {plan->damage[LS_FAULT_CORRUPT].key, "faults.corrupt"},
        {plan->damage[LS_FAULT_CORRUPT].detail_key, "faults.corrupt.place"},
        {plan->damage[LS_FAULT_OUT_OF_RANGE].key, "faults.out_of_range"},
        {plan->damage[LS_FAULT_OUT_OF_RANGE].detail_key, "faults.out_of_range.value"},
        {plan->damage[LS_FAULT_MISSING].key, "faults.missing"},
        {plan->damage[LS_FAULT_CLOCK_AHEAD].key, "faults.clock_ahead"},
        {plan->jitter.key, "faults.jitter"},
        {plan->slots.copy_key, "faults.copy"},
        {plan->copy_kind_key, "faults.copy.kind"},
    };
    enum { STREAMS = sizeof streams / sizeof *streams };
    for (size_t k = 0; k < STREAMS; k++) {
        if (streams[k].key != ls_stream_key(7, streams[k].name)) {
            fail_msg("%s", streams[k].name);
        }
    }
}

/* No two things draw from one stream, whatever fields are called. */
static void no_two_things_share_a_stream(void **state)
{
    struct maker *m = *state;
    char *text = changed(sample_spec, "      - {name: limit,",
                         "      - {name: pick, type: string, choice: [a, b]}\n"
                         "      - {name: limit,");
    const struct ls_plan *plan = plan_fine(m, text, NULL);
    uint64_t keys[256];
    size_t count = 0;
    for (size_t e = 0; e < plan->entity_count; e++) {
        keys[count++] = plan->entities[e].pick_key;
        for (size_t a = 0; a < plan->entities[e].attribute_count; a++) {
            keys[count++] = plan->entities[e].attributes[a].key;
        }
    }
    for (size_t t = 0; t < plan->type_count; t++) {
        for (size_t k = 0; k < plan->types[t].ops.count; k++) {
            const struct ls_op *op = &plan->types[t].ops.items[k];
            if (op->cell < plan->types[t].column_count) {
                keys[count++] = op->key;
                keys[count++] = op->null_key;
            }
        }
    }
    for (size_t a = 0; a < count; a++) {
        for (size_t b = 0; b < a; b++) {
            assert_true(keys[a] != keys[b]);
        }
    }
    free(text);
}

static void copies_have_blocks(void **state)
{
    static const struct {
        const char *duplicate, *conflict; /* rates */
        uint64_t block;
        struct ls_ratio conflicts; /* of the copies */
    } cases[] = {
        {"1/500", NULL, 500, {0, 1}},
        {"1/500", "1/20000", 488, {1, 41}},
        {"1/2", NULL, 2, {0, 1}},
        {"1/3", NULL, 3, {0, 1}},
        {"2/5", NULL, 3, {0, 1}},
        {"0", NULL, 0, {0, 1}},
        {"0", "1/100", 100, {1, 1}},
        {"1/4", "1/4", 2, {1, 2}},
        {"1/4294967296", "1/4294967296", 2147483648, {1, 2}},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char sets[2][128];
        snprintf(sets[0], sizeof sets[0], "faults={duplicate: {rate: %s, gap: {uniform: [1, 9]}}}",
                 cases[k].duplicate);
        snprintf(sets[1], sizeof sets[1], "faults.conflict={rate: %s, field: amount}",
                 cases[k].conflict ? cases[k].conflict : "0");
        const struct ls_plan *plan = plan_fine(m, sample_spec, SETS(sets[0], sets[1]));
        assert_int_equal(plan->slots.block, cases[k].block);
        struct ls_chance chance = ls_chance_of(cases[k].conflicts);
        assert_int_equal(plan->conflict_share.possible, plan->slots.block && chance.possible);
        assert_true(!plan->slots.block || plan->conflict_share.last == chance.last);
    }
    const struct ls_plan *plan = plan_fine(m, sample_spec, SETS("faults={}"));
    assert_int_equal(plan->slots.block, 0);
}

static void copies_have_limits(void **state)
{
    CHECK_PLAN_MISTAKES(*state, sample_spec,
                        {{"duplicate: {rate: 1/50,", "duplicate: {rate: 1/2,", "LS2020", NULL,
                          "more than half of the events would be copies"},
                         {"duplicate: {rate: 1/50,", "duplicate: {rate: 1/4294967297,", "LS2020",
                          NULL, "finer than one in 2^32"},
                         {"conflict: {rate: 1/200,", "conflict: {rate: 1/4294967297,", "LS2020",
                          NULL, "finer than one in 2^32"}});
}

static void faults_need_checks_that_notice_them(void **state)
{
    struct maker *m = *state;
    CHECK_PLAN_MISTAKES(
        m, sample_spec,
        {{"{check: not_null, field: product_id}", "{check: not_null, field: order_id}", "LS2203",
          "  missing:", "no not_null check would notice a missing `product_id`"},
         {"missing: {rate: 1/50, field: product_id}", "missing: {rate: 1/50, field: order_id}",
          "LS2203", NULL, "no not_null check would notice a missing `order_id`"},
         {"out_of_range: {rate: 1/60, field: amount}", "out_of_range: {rate: 1/60, field: tip}",
          "LS2203", NULL, "no range check would notice a wrong `tip`"},
         {"conflict: {rate: 1/200, field: amount}", "conflict: {rate: 1/200, field: mood}",
          "LS2203", NULL, "a number to change, and `mood` of order is of type enum"},
         {"conflict: {rate: 1/200, field: amount}", "conflict: {rate: 1/200, field: big}", "LS2203",
          NULL, "`big` of order is of type"}});
}

static void missing_needs_a_nullable_field(void **state)
{
    CHECK_PLAN_MISTAKES(
        *state, sample_spec,
        {{"  - {check: not_null, field: product_id}\n", "  - {check: not_null, field: sku}\n",
          "LS2203", "  missing:", "no not_null check would notice a missing `product_id`"},
         {"ref: product.id, null: never", "ref: product.id", "LS2203",
          "  missing:", "`missing` needs a nullable field, which `product_id` of order is not"}});
}

/* A field of that name may be another thing in an event type that the fault leaves alone. */
static void faults_ask_nothing_of_what_they_do_not_strike(void **state)
{
    struct maker *m = *state;
    char *text = changed(sample_spec, "{name: page,",
                         "{name: product_id, type: string, ref: product.id}\n      - {name: page,");
    assert_int_equal(plan_text(m, text, NULL), LS_E_DATA);
    check_report(&m->base, "LS2203", line_of(text, "  missing:"), "`product_id` of visit is not");
    plan_fine(m, text, SETS("faults.missing.events=[order, payment]"));
    make_run(m, 10000);
    size_t missing = 0;
    for (size_t i = 0; i < m->run.count; i++) {
        missing += m->run.events[i].fault == LS_FAULT_MISSING;
        assert_true(m->run.events[i].fault != LS_FAULT_MISSING || m->run.events[i].type == 0);
    }
    assert_true(missing > 50);
    free(text);
}

static void faults_that_strike_nothing_are_refused(void **state)
{
    CHECK_PLAN_MISTAKES(
        *state, session_spec,
        {{"missing: {rate: 1/50, field: product_id, at: 20s}",
          "missing: {rate: 1/50, field: product_id, events: [refund, leave]}", "LS2203", NULL,
          "`missing` strikes nothing: no event type of its `events` has `product_id`"},
         {"field: amount, events: [order, refund]", "field: amount, events: [visit]", "LS2203",
          NULL, "`out_of_range` strikes nothing"},
         {"field: product_id, entities: 1/3", "field: product_id, events: [cancel]", "LS2203", NULL,
          "`unknown_reference` strikes nothing"}});
    struct maker *m = *state;
    char *text = changed(session_spec, "  - {check: not_null,",
                         "  - {check: range, field: card, min: 1}\n  - {check: not_null,");
    char *of_card = changed(text, "field: amount, events: [order, refund]", "field: card");
    assert_int_equal(plan_text(m, of_card, NULL), LS_E_DATA);
    check_report(&m->base, "LS2203", line_of(text, "  out_of_range:"),
                 "no event type has `card` in all the versions");
    free(of_card);
    free(text);
}

static void an_unknown_reference_needs_a_table(void **state)
{
    CHECK_PLAN_MISTAKES(
        *state, session_spec,
        {{"unknown_reference: {rate: 1/50, field: product_id,",
          "unknown_reference: {rate: 1/50, field: trip, events: [leave],", "LS2203", NULL,
          "no reference check would notice an unknown `trip`"},
         {"refund\n    entity: customer\n    attributes: [{name: basket, type: string, ref: "
          "payment.basket}]",
          "refund\n    entity: customer\n    attributes: [{name: product_id, type: string, ref: "
          "payment.basket, null: never}]",
          "LS2203", "  unknown_reference:",
          "`unknown_reference` needs an entity's id, which `product_id` of refund is not"}});
    struct maker *m = *state;
    char *text = changed(session_spec,
                         "  - {check: reference, field: product_id, table: products}\n", "");
    assert_int_equal(plan_text(m, text, NULL), LS_E_DATA);
    check_report(&m->base, "LS2203", line_of(text, "  unknown_reference:"),
                 "no reference check would notice an unknown `product_id`");
    free(text);
}

/* All problems of a spec are told, not the first alone. */
static void all_problems_are_told(void **state)
{
    struct maker *m = *state;
    assert_int_equal(plan_text(m, sample_spec,
                               SETS("event_types[1].metrics[0].uniform=[5.00]",
                                    "entities.product.attributes[0].lognormal.median=0",
                                    "faults.duplicate.gap={uniform: [5, 4]}")),
                     LS_E_DATA);
    const char *report = ls_buf_text(&m->base.report, &m->base.err);
    assert_non_null(strstr(report, "in entities.product.attributes[0].lognormal.median"));
    assert_non_null(strstr(report, "in faults.duplicate.gap.uniform[1]"));
    assert_string_equal(m->base.err.text, "the spec cannot be generated: 2 errors");
}

/* Small populations have their attributes in tables, large ones have them made: the same. */
static void tables_hold_what_would_be_made(void **state)
{
    struct maker *m = *state;
    const struct ls_plan *plan = plan_fine(m, sample_spec, SETS("entities.product.count=262144"));
    for (size_t e = 0; e < 2; e++) {
        for (size_t a = 0; a < plan->entities[e].attribute_count; a++) {
            const struct ls_op *op = &plan->entities[e].attributes[a];
            bool narrow = op->low >= INT32_MIN && op->high <= INT32_MAX;
            assert_int_equal(op->known_words != NULL, op->kind == LS_OP_CHOICE);
            assert_int_equal(op->known_numbers != NULL, op->kind == LS_OP_NUMBER && narrow);
            for (uint64_t n = 0; n < plan->entities[e].count; n += 1 + n / 50) {
                uint8_t text[LS_ID_TEXT_MAX + LS_OP_SPOILT];
                struct ls_cell value;
                ls_attribute_value(op, n, text, &value);
                assert_true(!op->known_words ||
                            op->words[op->known_words[n]].number == value.number);
                assert_true(!op->known_numbers || op->known_numbers[n] == value.number);
            }
        }
    }
    plan = plan_fine(m, sample_spec, SETS("entities.product.count=262145"));
    const struct ls_op *op = &plan->entities[1].attributes[0];
    assert_true(!op->known_words && !op->known_numbers);
}

static int plan_domain(void *context, const char *relative, struct ls_error *err)
{
    struct maker *m = context;
    static const char *const profiles[] = {NULL, "load"};
    char path[LS_PATH_MAX];
    int rc = ls_path_join(path, LS_SOURCE_DIR "/fixtures/domains", relative, err);
    for (size_t k = 0; rc == 0 && k < 2 && strstr(relative, ".yaml"); k++) {
        const struct ls_layers layers = {.spec_path = path, .profile = profiles[k]};
        struct ls_spec *spec = NULL;
        struct ls_plan *plan = NULL;
        rc = ls_spec_load(&layers, &spec, &m->base.report, err);
        rc = rc < 0 ? rc : ls_plan_new(spec, &plan, &m->base.report, err);
        ls_plan_free(plan);
        ls_spec_free(spec);
    }
    return rc;
}

static void the_domains_that_ship_are_planned(void **state)
{
    struct maker *m = *state;
    if (ls_tree_walk(LS_SOURCE_DIR "/fixtures/domains", plan_domain, m, &m->base.err) < 0 ||
        m->base.report.size) {
        fail_msg("%s\n%.*s", m->base.err.text, (int)m->base.report.size,
                 (const char *)m->base.report.data);
    }
}

static void refused_memory_is_an_error(void **state)
{
    struct maker *m = *state;
    unsigned refused = 0;
    int rc;
    load_fine(&m->base, sample_spec,
              SETS("entities.product.count=20", "entities.customer.count=20"));
    do {
        ls_mem_refuse(++refused);
        rc = ls_plan_new(m->base.spec, &m->plan, &m->base.report, &m->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        assert_true((rc == 0) == (m->plan != NULL));
        assert_int_equal(m->base.report.size, 0);
    } while (rc != 0);
    assert_true(refused > 4);
    ls_plan_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(the_sample_is_planned),
        MAKER_TEST(streams_are_named_by_their_paths),
        MAKER_TEST(no_two_things_share_a_stream),
        MAKER_TEST(copies_have_blocks),
        MAKER_TEST(copies_have_limits),
        MAKER_TEST(faults_need_checks_that_notice_them),
        MAKER_TEST(missing_needs_a_nullable_field),
        MAKER_TEST(faults_ask_nothing_of_what_they_do_not_strike),
        MAKER_TEST(faults_that_strike_nothing_are_refused),
        MAKER_TEST(an_unknown_reference_needs_a_table),
        MAKER_TEST(all_problems_are_told),
        MAKER_TEST(tables_hold_what_would_be_made),
        MAKER_TEST(the_domains_that_ship_are_planned),
        MAKER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
