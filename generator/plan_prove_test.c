/* What can't be proved is refused when a spec is planned (contract G7). */
#include "generator/fixture_test.h"

static void checks_are_passed_for_certain(void **state)
{
    CHECK_PLAN_MISTAKES(
        *state, sample_spec,
        {{"uniform: [1.00, 500.00]", "uniform: [0.00, 500.00]", "LS2201", "check: range",
          "`amount` of payment can be 0.00 to 500.00"},
         {"uniform: [1.00, 500.00]", "uniform: [0.01, 100000.01]", "LS2201", "check: range",
          "can be 0.01 to 100000.01"},
         {"uniform: [1.00, 500.00]", "normal: {mean: 50.00, deviation: 10.00}, nullable: 1/2",
          "LS2201", "check: range", "can be -41.55 to 141.55"},
         {"max: 499.00", "max: 5000.01", "LS2201", "check: range",
          "`amount` of order can be 0.99 to 100000.20"},
         {"ref: product.id, null: never", "ref: product.id, nullable: 1/1000", "LS2201",
          "check: not_null", "`product_id` of order is null now and then by itself"},
         {"ref: product.id, null: never", "ref: customer.id, null: never", "LS2201",
          "check: reference",
          "nothing shows that each `product_id` of order stands in the table `products`"},
         {"ref: product.id, null: never", "const: P-7, null: never", "LS2201", "check: reference",
          "nothing shows"},
         {"ref: product.id, null: never", "ref: product.sku, null: never", "LS2201",
          "check: reference", "nothing shows"},
         /* what an expression hands on */
         {"{check: not_null, field: product_id}",
          "{check: not_null, field: product_id}\n  - {check: not_null, field: total}", "LS2201",
          "check: range", "`total` of order is null now and then by itself"}});
}

/* Of every version that is written, as readers see it. */
static void checks_are_passed_by_old_records_too(void **state)
{
    CHECK_PLAN_MISTAKES(
        *state, session_spec,
        {{"  - {check: not_null,", "  - {check: not_null, field: card}\n  - {check: not_null,",
          "LS2201", NULL, "records of version 2 of payment have no `card`"},
         {"  - {check: not_null,", "  - {check: range, field: fee, min: 2}\n  - {check: not_null,",
          "LS2201", NULL, "`fee` of payment can be 1 to 9"},
         {"  - {check: not_null,", "  - {check: range, field: fee, max: 98}\n  - {check: not_null,",
          "LS2201", NULL, "`fee` of payment can be 10 to 99"}});
    struct maker *m = *state;
    char *text = changed(session_spec, "{name: fee, type: int,",
                         "{name: quantity, type: int, uniform: [100, 900], until: 3}\n"
                         "      - {name: fee, type: int,");
    char *checked = changed(text, "  - {check: not_null,",
                            "  - {check: range, field: quantity, max: 9}\n" /* readers see none */
                            "  - {check: range, field: fee, min: 1, max: 99}\n"
                            "  - {check: not_null, field: fee}\n"
                            "  - {check: not_null,");
    plan_fine(m, checked, NULL);
    free(checked);
    free(text);
}

static void what_a_long_takes_from_an_int_is_checked_as_a_long(void **state)
{
    CHECK_PLAN_MISTAKES(*state, session_spec,
                        {{"  - {check: not_null,",
                          "  - {check: range, field: rank, min: 5000000000}\n  - {check: not_null,",
                          "LS2201", NULL, "`rank` of leave can be 1 to 9"}});
}

static const char uniform[] = "uniform: [1.00, 500.00]";

/* What lies within the check is no problem, to the edge. */
static void the_edges_belong_to_the_range(void **state)
{
    static const char *const fine[] = {
        "uniform: [0.01, 100000.00]",
        "normal: {mean: 50.00, deviation: 10.00}, min: 0.01, max: 100000.00",
        "exponential: {mean: 50.00}, min: 0.01",
        "lognormal: {median: 50.00, sigma: 5}, min: 0.01, max: 100000.00",
        "const: 100000.00",
        "zipf: {s: 1, n: 100000}",
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof fine / sizeof *fine; k++) {
        char *without = changed(sample_spec, "  out_of_range: {rate: 1/60, field: amount}\n", "");
        char *text = changed(without, uniform, fine[k]);
        plan_fine(m, text, NULL);
        free(text);
        free(without);
    }
}

/* Values outside are drawn up to LS_RANGE_BEYOND_MAX away from the range. */
static void a_range_leaves_room_outside(void **state)
{
    static const struct {
        const char *check;
        bool sound;
    } cases[] = {
        {"max: 9223372036854775807", false},  {"max: 9223372036854774808", false},
        {"max: 9223372036854774807", true},   {"min: -9223372036854774807", true},
        {"min: -9223372036854774808", false}, {"min: -9155, max: 9155", true},
    };
    struct maker *m = *state;
    char *fault = changed(sample_spec, "rate: 1/60, field: amount", "rate: 1/60, field: score");
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char check[128];
        snprintf(check, sizeof check, "quality:\n  - {check: range, field: score, %s}\n",
                 cases[k].check);
        char *text = changed(fault, "quality:\n", check);
        int rc = plan_text(m, text, NULL);
        assert_int_equal(rc, cases[k].sound ? 0 : LS_E_DATA);
        if (rc < 0) {
            check_report(&m->base, "LS2204", line_of(text, "  out_of_range:"),
                         "there is no room outside the range of `score` of payment");
        }
        free(text);
    }
    free(fault);
}

static void faults_are_what_they_are_called(void **state)
{
    CHECK_PLAN_MISTAKES(
        *state, sample_spec,
        {{"max: 500ms}", "max: 10001ms}", "LS2204", NULL,
          "jitter of up to 10s1ms is above max_skew (10s)"},
         {"  max_ahead: 1m\n", "  max_ahead: 499ms\n", "LS2204", "max: 500ms}",
          "jitter of up to 500ms is above max_ahead"},
         {"by: 400d", "by: 10s", "LS2204", NULL, "a clock ahead by 10s is within max_skew (10s)"},
         {"start: 2026-01-01T00:00:00Z", "start: 0001-01-01T00:01:59Z", "LS2204", NULL,
          "there are times up to 2m before `start`"}});
    struct maker *m = *state;
    plan_fine(m, sample_spec, SETS("start=0001-01-01T00:02:00Z"));
    plan_fine(m, sample_spec, SETS("pipeline.max_skew=500ms", "pipeline.max_ahead=500ms"));
    plan_fine(m, sample_spec, SETS("faults.clock_ahead.by=10001ms"));
}

/* A chain of three steps: the last may be two milliseconds ahead of its arrival. */
static void steps_are_not_too_far_ahead(void **state)
{
    struct maker *m = *state;
    char *text = changed(session_spec, "  jitter: {rate: 1/10, max: 500ms}\n", "");
    char *wrong = changed(text, "  max_ahead: 1m\n", "  max_ahead: 1ms\n");
    assert_int_equal(plan_text(m, wrong, NULL), LS_E_DATA);
    check_report(&m->base, "LS2204", line_of(wrong, "  max_ahead:"),
                 "a step of a lifecycle may be 2ms ahead of its arrival");
    plan_fine(m, text, SETS("pipeline.max_ahead=2ms"));
    free(wrong);
    free(text);
    CHECK_PLAN_MISTAKES(m, session_spec,
                        {{"  max_ahead: 1m\n", "  max_ahead: 501ms\n", "LS2204", "  jitter:",
                          "jitter of up to 500ms, with 2ms by which steps may be ahead, is"},
                         {"clock_back: {rate: 1/100, by: 2h", "clock_back: {rate: 1/100, by: 10s",
                          "LS2204", NULL, "a clock back by 10s is within max_skew"},
                         {"start: 2026-01-01T00:00:00Z", "start: 0001-01-01T01:59:59Z", "LS2204",
                          NULL, "there are times up to 2h before"}});
    plan_fine(m, session_spec, SETS("pipeline.max_ahead=502ms"));
    plan_fine(m, session_spec, SETS("faults.clock_back.by=10001ms"));
}

/* What is held arrives at the end of the outage, which no schedule tells. */
static void an_outage_ends_before_the_years_do(void **state)
{
    struct maker *m = *state;
    char *late = changed(session_spec, "start: 2026-01-01T00:00:00Z",
                         "start: 9999-12-31T23:59:04.500Z");
    assert_int_equal(plan_text(m, late, NULL), LS_E_DATA);
    check_report(&m->base, "LS2204", line_of(late, "  outage:"),
                 "the outage ends behind the year 9999");
    plan_fine(m, late, SETS("start=9999-12-31T23:59:04.499Z"));
    plan_fine(m, late, SETS("faults.outage.for=24s"));
    free(late);
}

/* One up or one down has to be within all range checks of the field. */
static void a_conflict_has_room_in_the_range(void **state)
{
    static const struct {
        const char *score, *check;
        bool sound;
    } cases[] = {
        {"const: 5", "min: 5, max: 5", false},
        {"const: 5", "min: 4, max: 5", true},
        {"const: 5", "min: 5, max: 6", true},
        {"uniform: [4, 5]", "min: 4, max: 5", true},
        {"const: 5",
         "max: 9}\n  - {check: range, field: score, min: 5}\n"
         "  - {check: range, field: score, max: 5",
         false},
        {"const: 9223372036854775807", "min: 9223372036854775807", false},
        {"const: 9223372036854775807", "min: 9223372036854775806", true},
    };
    struct maker *m = *state;
    char *conflict = changed(sample_spec, "rate: 1/200, field: amount", "rate: 1/60, field: score");
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char check[256];
        snprintf(check, sizeof check, "quality:\n  - {check: range, field: score, %s}\n",
                 cases[k].check);
        char *with_check = changed(conflict, "quality:\n", check);
        char *text = changed(with_check, "normal: {mean: 0, deviation: 1000}", cases[k].score);
        int rc = plan_text(m, text, NULL);
        if ((rc == 0) != cases[k].sound) {
            fail_msg("%s in %s: %.*s", cases[k].score, cases[k].check, (int)m->base.report.size,
                     (const char *)m->base.report.data);
        }
        if (rc < 0) {
            check_report(&m->base, "LS2204", line_of(text, "  conflict:"), "no second value");
        } else { /* and that is what conflicts do */
            plan_fine(m, text, NULL);
            make_run(m, 3000);
            size_t conflicts = 0;
            for (size_t i = 0; i < m->run.count; i++) {
                const struct ls_event *e = &m->run.events[i];
                struct ls_cell cells[LS_PLAN_CELLS_MAX];
                const struct ls_spec_event_type *type = m->plan->types[e->type].spec;
                if (e->fault != LS_FAULT_CONFLICT) {
                    continue;
                }
                assert_int_equal(ls_row_decode(type->layout, e->value + 10, e->value_size - 10,
                                               cells, NULL, NULL),
                                 LS_DECODE_OK);
                int64_t score = cells[ls_layout_find(type->layout, "score")].number;
                for (size_t c = 0; c < m->base.spec->quality.count; c++) {
                    const struct ls_spec_check *q = &(
                        (const struct ls_spec_check *)m->base.spec->quality.items)[c];
                    const struct ls_spec_field *field = ls_spec_field(type, "score");
                    int64_t bound;
                    if (strcmp(q->field, "score") == 0) {
                        assert_true(!ls_spec_check_low(q, field, &bound) || score >= bound);
                        assert_true(!ls_spec_check_high(q, field, &bound) || score <= bound);
                    }
                }
                conflicts++;
            }
            assert_true(conflicts > 3);
        }
        free(text);
        free(with_check);
    }
    free(conflict);
}

/* A decimal ends where its digits do: faults keep within them, so that readers can decode it. */
static void faults_keep_to_the_digits_of_a_decimal(void **state)
{
    static const struct {
        const char *fault, *score, *check;
        bool sound;
    } cases[] = {
        {"rate: 1/60, field: amount", "precision: 4, const: 5", "max: 8999", true},
        {"rate: 1/60, field: amount", "precision: 4, const: 5", "max: 9000", false},
        {"rate: 1/60, field: amount", "precision: 4, const: 5", "min: -8999", true},
        {"rate: 1/60, field: amount", "precision: 4, const: 5", "min: -9000", false},
        {"rate: 1/60, field: amount", "precision: 4, scale: 3, const: 5", "max: 8.999", true},
        {"rate: 1/60, field: amount", "precision: 4, scale: 3, const: 5", "max: 9", false},
        {"rate: 1/200, field: amount", "precision: 1, const: 9", "min: 8", true},
        {"rate: 1/200, field: amount", "precision: 1, const: 9", "min: 9", false},
        {"rate: 1/200, field: amount", "precision: 2, scale: 1, const: -9.9", "max: -9.8", true},
        {"rate: 1/200, field: amount", "precision: 2, scale: 1, const: -9.9", "max: -9.9", false},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char check[128];
        char score[128];
        char fault[64];
        snprintf(check, sizeof check, "quality:\n  - {check: range, field: score, %s}\n",
                 cases[k].check);
        snprintf(score, sizeof score, "{name: score, type: decimal, %s", cases[k].score);
        snprintf(fault, sizeof fault, "%.*s score", (int)strlen(cases[k].fault) - 7,
                 cases[k].fault);
        char *struck = changed(sample_spec, cases[k].fault, fault);
        char *checked = changed(struck, "quality:\n", check);
        char *text = changed(checked,
                             "{name: score, type: long, normal: {mean: 0, deviation: 1000}", score);
        int rc = plan_text(m, text, NULL);
        if ((rc == 0) != cases[k].sound) {
            fail_msg("%s in %s: %.*s", cases[k].score, cases[k].check, (int)m->base.report.size,
                     (const char *)m->base.report.data);
        }
        for (uint64_t i = 0; rc == 0 && i < 2000; i++) {
            m->room = realloc(m->room, ls_event_value_max(m->plan));
            struct ls_event e = make(m, i);
            struct ls_cell cells[LS_PLAN_CELLS_MAX];
            enum ls_decode_status status = ls_row_decode(m->plan->types[e.type].spec->layout,
                                                         e.value + 10, e.value_size - 10, cells,
                                                         NULL, NULL);
            assert_true(status != LS_DECODE_DECIMAL);
        }
        free(text);
        free(checked);
        free(struck);
    }
}

/* ---- normalize steps */

static const char steps_at[] = "    - {set: unit_price, lookup: {table: products, key: "
                               "product_id, take: price}}\n    - {drop: coupon}\n";

static void normalize_steps_always_have_a_value(void **state)
{
    static const struct {
        const char *steps;
        const char *part; /* or NULL: it is proved */
    } cases[] = {
        {"    - {set: each, expr: \"amount / quantity\", scale: 2}\n", NULL},
        {"    - {set: each, expr: \"amount / (quantity - 1)\", scale: 2}\n",
         "`each` of order may have no value"},
        {"    - {set: each, expr: \"amount / tip\", scale: 2}\n", "`each` of order"},
        {"    - {set: each, expr: \"amount * 100 / 119\", scale: 2}\n", NULL},
        {"    - {set: p, lookup: {table: products, key: product_id, take: price}}\n"
         "    - {set: times, expr: \"amount / p\", scale: 0}\n",
         NULL},
        {"    - {set: p, lookup: {table: products, key: product_id, take: price}}\n"
         "    - {set: p, expr: \"p - 0.99\", scale: 2}\n"
         "    - {set: times, expr: \"amount / p\", scale: 0}\n",
         "`times` of order"},
        {"    - {set: q, expr: quantity}\n    - {set: each, expr: \"amount / q\", scale: 2}\n",
         NULL},
        {"    - {drop: quantity}\n    - {set: quantity, expr: \"0 * amount\", scale: 0}\n"
         "    - {set: each, expr: \"amount / quantity\", scale: 2}\n",
         "`each` of order"},
        {"    - {set: huge, expr: \"amount * amount * amount * 9999 * 9999\", scale: 2}\n",
         "`huge` of order"},
        {"    - {set: huge, expr: \"amount * amount\", scale: 2}\n", NULL},
        {"    - {set: huge, expr: \"amount * amount * amount * amount * amount * amount * amount "
         "> 1\"}\n",
         "`huge` of order"},
        {"    - {set: far, expr: \"event_time + amount\"}\n", NULL}, /* the pipeline says why */
        {"    - {set: far, expr: \"event_time + quantity\"}\n", NULL},
        {"    - {set: far, expr: \"event_time + quantity * 9000000000000000000\"}\n",
         "`far` of order"},
        {"    - {set: waited, expr: \"ingest_time - event_time\"}\n", NULL},
        {"    - {set: v, expr: \"amount / schema_version\", scale: 2}\n", NULL},
        {"    - {set: text, expr: mood}\n", NULL},
        {"    - {set: text, expr: event_id}\n", NULL},
        {"    - {set: x, expr: nothing}\n", NULL}, /* likewise */
        {"    - {drop: nothing}\n", NULL},
        {"    - {set: is, expr: \"product_id is null or total > 5.00\"}\n", NULL},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char *text = changed(sample_spec, steps_at, cases[k].steps);
        int rc = plan_text(m, text, NULL);
        if ((rc == 0) != !cases[k].part) {
            fail_msg("%s%.*s", cases[k].steps, (int)m->base.report.size,
                     (const char *)m->base.report.data);
        }
        if (rc < 0) {
            const char *report = ls_buf_text(&m->base.report, &m->base.err);
            assert_non_null(strstr(report, "[LS2202]"));
            assert_non_null(strstr(report, cases[k].part));
            assert_non_null(strstr(report, "1 error, 0 warnings"));
        }
        free(text);
    }
}

/* A conflict's number is normalized too. */
static void a_conflict_counts_where_a_step_divides(void **state)
{
    struct maker *m = *state;
    char *text = changed(sample_spec, steps_at,
                         "    - {set: each, expr: \"amount / quantity\", scale: 2}\n");
    char *other = changed(text, "rate: 1/200, field: amount", "rate: 1/200, field: quantity");
    assert_int_equal(plan_text(m, other, NULL), LS_E_DATA); /* 1 may become 0 */
    check_report(&m->base, "LS2202", line_of(other, "{set: each"), "`each` of order");
    free(other);
    free(text);
}

/* The steps read old records too, in which a field that readers have may be null, and may have been
 * another one. */
static void steps_are_proved_for_each_version(void **state)
{
    static const struct {
        const char *fields; /* of payment, which goes from version 2 to 3 */
        const char *steps;
        const char *part; /* or NULL: it is proved */
    } cases[] = {
        {"      - {name: units, type: int, uniform: [1, 9], since: 3, null: never}\n",
         "    - {set: each, expr: \"amount / units\", scale: 2}\n", NULL},
        {"      - {name: units, type: int, uniform: [0, 9], since: 3, null: never}\n",
         "    - {set: each, expr: \"amount / units\", scale: 2}\n", "`each` of payment"},
        {"      - {name: units, type: int, uniform: [0, 9], until: 3}\n"
         "      - {name: units, type: long, uniform: [1, 9], since: 3, null: never}\n",
         "    - {set: each, expr: \"amount / units\", scale: 2}\n", "`each` of payment"},
        {"      - {name: a, type: int, uniform: [1, 9], since: 3, null: never}\n"
         "      - {name: b, type: int, uniform: [1, 9], since: 3, null: never}\n"
         "      - {name: c, type: int, uniform: [1, 9], since: 3, null: never}\n"
         "      - {name: d, type: int, uniform: [1, 9], since: 3, null: never}\n"
         "      - {name: e, type: int, uniform: [1, 9], since: 3, null: never}\n",
         "    - {set: sum, expr: \"a + b + c + d + e\"}\n", NULL},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char fields[1024];
        char steps[256];
        snprintf(fields, sizeof fields,
                 "      - {name: amount, type: money, ref: order.amount}\n%s", cases[k].fields);
        snprintf(steps, sizeof steps, "normalize:\n  payment:\n%sfaults:\n", cases[k].steps);
        char *with_fields = changed(
            session_spec, "      - {name: amount, type: money, ref: order.amount}\n", fields);
        char *text = changed(with_fields, "faults:\n", steps);
        int rc = plan_text(m, text, NULL);
        if ((rc == 0) != !cases[k].part) {
            fail_msg("%s%s%.*s", cases[k].fields, cases[k].steps, (int)m->base.report.size,
                     (const char *)m->base.report.data);
        }
        if (rc < 0) {
            check_report(&m->base, "LS2202", line_of(text, "{set: "), cases[k].part);
        }
        free(text);
        free(with_fields);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(checks_are_passed_for_certain),
        MAKER_TEST(checks_are_passed_by_old_records_too),
        MAKER_TEST(what_a_long_takes_from_an_int_is_checked_as_a_long),
        MAKER_TEST(the_edges_belong_to_the_range),
        MAKER_TEST(a_range_leaves_room_outside),
        MAKER_TEST(faults_are_what_they_are_called),
        MAKER_TEST(steps_are_not_too_far_ahead),
        MAKER_TEST(an_outage_ends_before_the_years_do),
        MAKER_TEST(faults_keep_to_the_digits_of_a_decimal),
        MAKER_TEST(a_conflict_has_room_in_the_range),
        MAKER_TEST(normalize_steps_always_have_a_value),
        MAKER_TEST(a_conflict_counts_where_a_step_divides),
        MAKER_TEST(steps_are_proved_for_each_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
