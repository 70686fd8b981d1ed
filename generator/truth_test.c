#include "generator/truth.h"

#include "core/avro/container.h"
#include "core/avro/frame.h"
#include "generator/recount_test.h"

#include <jansson.h>

enum { RUN = 20000 };

static const struct rules usual = {
    .max_skew = 10000,
    .max_ahead = 60000,
    .horizon = 20000,
    .delays = {2000, 1000, 2000},
    .not_null = "product_id",
    .range = "amount_cents",
    .low = 1,
    .high = 10000000,
    .reference = "product_id",
    .prefix = "P-",
    .count = 70000,
};

/* ---- the truth's rows */

struct rows {
    char path[256];
    struct ls_container_reader *reader;
    struct ls_block block;
    struct ls_span span;
    uint64_t left;
    int64_t position; /* of the row in front, or -1 */
    char id[64], faults[64], outcome[64];
};

static void get_text(struct rows *rows, char out[64])
{
    const uint8_t *bytes;
    size_t size;
    assert_int_equal(ls_get_string(&rows->span, &bytes, &size), LS_DECODE_OK);
    assert_in_range(size, 0, 63);
    memcpy(out, bytes, size);
    out[size] = '\0';
}

static void next_row(struct maker *m, struct rows *rows)
{
    if (rows->left == 0) {
        int rc = ls_container_next(rows->reader, &rows->block, &m->base.err);
        assert_true(rc >= 0);
        if (rc == 0) {
            rows->position = -1;
            return;
        }
        rows->span = (struct ls_span){rows->block.bytes, rows->block.bytes + rows->block.size};
        rows->left = rows->block.count;
        assert_in_range(rows->left, 1, LS_TRUTH_RECORDS_PER_BLOCK);
    }
    int64_t count;
    rows->left--;
    assert_int_equal(ls_get_long(&rows->span, &rows->position), LS_DECODE_OK);
    get_text(rows, rows->id);
    rows->faults[0] = '\0';
    assert_int_equal(ls_get_long(&rows->span, &count), LS_DECODE_OK);
    for (int64_t i = 0; i < count; i++) {
        char fault[64];
        get_text(rows, fault);
        snprintf(rows->faults + strlen(rows->faults), sizeof rows->faults - strlen(rows->faults),
                 "%s%s", i ? " " : "", fault);
    }
    if (count) {
        assert_int_equal(ls_get_long(&rows->span, &count), LS_DECODE_OK);
        assert_int_equal(count, 0);
    }
    get_text(rows, rows->outcome);
}

static void open_rows(struct maker *m, struct rows *rows, size_t type, unsigned partition)
{
    snprintf(rows->path, sizeof rows->path, "truth/%s/%u.avro", m->plan->types[type].spec->topic,
             partition);
    if (ls_container_open(rows->path, &rows->reader, &m->base.err) < 0) {
        fail_msg("%s", m->base.err.text);
    }
    next_row(m, rows);
}

/* The row of this event stands here if it has to, and says what it must. */
static void check_row(struct maker *m, struct rows *rows, uint64_t position,
                      const struct ls_event *e, enum ls_reason outcome)
{
    bool touched = e->late || e->jitter || e->held || e->fault != LS_FAULT_NONE ||
                   outcome != LS_ADMITTED;
    if (!touched) {
        assert_true(rows->position != (int64_t)position);
        return;
    }
    char faults[64];
    snprintf(faults, sizeof faults, "%s%s%s%s", e->late ? "late " : "", e->jitter ? "jitter " : "",
             e->held ? "outage " : "",
             e->fault != LS_FAULT_NONE ? ls_fault_name((enum ls_fault)e->fault) : "");
    size_t size = strlen(faults);
    if (size && faults[size - 1] == ' ') {
        faults[size - 1] = '\0';
    }
    assert_int_equal(rows->position, position);
    assert_memory_equal(rows->id, e->event_id, LS_EVENT_ID_SIZE);
    assert_string_equal(rows->faults, faults);
    assert_string_equal(rows->outcome, ls_reasons[outcome].name);
    next_row(m, rows);
}

static int take_truth(void *context, const struct ls_event *event, struct ls_error *err)
{
    return ls_truth_take(context, event, err);
}

static struct ls_truth *write_truth(struct maker *m, uint64_t count, const char *folder)
{
    struct ls_truth *truth;
    if (ls_truth_new(m->plan, folder, &truth, &m->base.err) < 0) {
        fail_msg("%s", m->base.err.text);
    }
    const struct ls_run run = {m->plan, 0, count, {0, 0}, 1, take_truth, NULL, truth};
    assert_int_equal(ls_run(&run, &m->base.err), 0);
    if (ls_truth_finish(truth, &m->base.err) < 0) {
        fail_msg("%s", m->base.err.text);
    }
    return truth;
}

/* What both made of the events, and whether no row is left. Returns how many outcomes came more
 * than ten times. */
static size_t check_totals(const struct maker *m, const struct ls_truth *truth,
                           const struct ls_truth_totals *totals)
{
    uint64_t seen[LS_REASON_COUNT] = {0};
    size_t found = 0;
    for (size_t t = 0; t < m->plan->type_count; t++) {
        assert_memory_equal(&totals[t], ls_truth_totals(truth, t), sizeof totals[t]);
        for (int r = 0; r < LS_REASON_COUNT; r++) {
            seen[r] += totals[t].by_outcome[r];
        }
    }
    for (int r = 0; r < LS_REASON_COUNT; r++) {
        found += seen[r] > 10;
    }
    return found;
}

/* Row for row and total for total, the truth is what the plain pipeline finds; `kinds` of outcomes
 * were met. */
static void check_truth(struct maker *m, const struct rules *rules, size_t kinds)
{
    size_t partitions = m->plan->partitions;
    size_t count = m->plan->type_count * partitions;
    struct recount *recount = calloc(count, sizeof *recount);
    struct rows *rows = calloc(count, sizeof *rows);
    struct ls_truth_totals totals[RECOUNT_TYPES_MAX] = {0};
    assert_true(recount && rows && m->plan->type_count <= RECOUNT_TYPES_MAX);
    make_run(m, RUN);
    struct ls_truth *truth = write_truth(m, RUN, "truth");
    for (size_t k = 0; k < count; k++) {
        open_rows(m, &rows[k], k / partitions, (uint32_t)(k % partitions));
    }
    for (size_t i = 0; i < RUN; i++) {
        const struct ls_event *e = &m->run.events[i];
        size_t k = e->type * partitions + e->partition;
        uint64_t position = recount[k].position;
        enum ls_reason outcome = recount_judge(m->plan->types[e->type].spec, rules, e, &recount[k]);
        totals[e->type].raw++;
        totals[e->type].by_outcome[outcome]++;
        totals[e->type].late += e->late;
        totals[e->type].jitter += e->jitter;
        check_row(m, &rows[k], position, e, outcome);
    }
    for (size_t k = 0; k < count; k++) {
        assert_int_equal(rows[k].position, -1);
        ls_container_reader_free(rows[k].reader);
        free(recount[k].known);
    }
    assert_int_equal(check_totals(m, truth, totals), kinds);
    free(recount);
    free(rows);
    ls_truth_free(truth);
}

/* truncated, corrupt, skew, missing, range, expired, duplicate, conflict, admitted */
static void the_truth_is_what_a_pipeline_decides(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    check_truth(m, &usual, 9);
}

static void it_holds_by_event_time_too(void **state)
{
    struct maker *m = *state;
    struct rules rules = usual;
    rules.by_event_time = true;
    plan_fine(m, sample_spec, SETS("pipeline.clock=event_time"));
    check_truth(m, &rules, 9);
}

/* Copies on copies, with no horizon and with one that nothing outlives. */
static void it_holds_with_other_settings(void **state)
{
    struct maker *m = *state;
    struct rules rules = usual;
    rules.max_skew = rules.max_ahead = 500;
    rules.horizon = 0;
    rules.delays[0] = rules.delays[1] = rules.delays[2] = 400;
    plan_fine(m, sample_spec,
              SETS("pipeline.max_skew=500ms", "pipeline.max_ahead=500ms",
                   "pipeline.dedupe.horizon=0s", "pipeline.watermark={delay: 400ms}",
                   "faults.duplicate={rate: 1/4, gap: {uniform: [1, 3]}}",
                   "faults.conflict.rate=1/10", "arrival=[{rate: 2000/s}]"));
    check_truth(m, &rules, 9);
    rules.horizon = INT64_C(365) * 86400000;
    plan_fine(m, sample_spec,
              SETS("pipeline.max_skew=500ms", "pipeline.max_ahead=500ms",
                   "pipeline.dedupe.horizon=365d", "pipeline.watermark={delay: 400ms}",
                   "faults.duplicate={rate: 1/4, gap: {uniform: [1, 3]}}",
                   "faults.conflict.rate=1/10"));
    check_truth(m, &rules, 8);
}

/* Sessions, versions, an outage, and the faults that the sample does not have. */
static struct rules of_sessions(void)
{
    struct rules rules = usual;
    for (size_t t = 0; t < RECOUNT_TYPES_MAX; t++) {
        rules.delays[t] = t == 1 ? 1000 : 2000;
    }
    rules.low = 100;
    rules.high = 89100;
    rules.count = 300;
    return rules;
}

static void it_holds_for_sessions_and_what_happens_at_times(void **state)
{
    struct maker *m = *state;
    struct rules rules = of_sessions();
    plan_fine(m, session_spec, NULL);
    check_truth(m, &rules, 12);
    rules.by_event_time = true;
    plan_fine(m, session_spec, SETS("pipeline.clock=event_time"));
    check_truth(m, &rules, 12);
}

/* Faults of a field leave an event type alone of which one version has the field and the other does
 * not: `fields` for those of payment, which goes from version 2 to 3. */
static void check_versions(struct maker *m, const char *product, const char *amount,
                           const char *missing, const struct rules *rules, size_t kinds)
{
    char *a = changed(session_spec, "ref: order.product_id, null: never", product);
    char *b = changed(a, "type: money, ref: order.amount", amount);
    char *c = changed(b, "ref: payment.amount", "ref: order.amount");
    char *d = changed(c, "events: [order, refund]", "events: [order, payment]");
    char *e = changed(d, "  missing: {rate: 1/50, field: product_id, at: 20s}\n", missing);
    char *text = changed(e, "  - {check: not_null, field: product_id}\n",
                         *missing ? "  - {check: not_null, field: product_id}\n" : "");
    plan_fine(m, text, NULL);
    check_truth(m, rules, kinds);
    free(text);
    free(e);
    free(d);
    free(c);
    free(b);
    free(a);
}

static void it_holds_where_a_version_lacks_the_field(void **state)
{
    struct maker *m = *state;
    struct rules rules = of_sessions();
    check_versions(m, "ref: order.product_id, null: never, until: 3",
                   "type: money, ref: order.amount, until: 3",
                   "  missing: {rate: 1/50, field: product_id}\n", &rules, 12);
    rules.not_null = NULL; /* which no record of version 2 would pass */
    check_versions(m, "ref: order.product_id, null: never, since: 3",
                   "type: money, ref: order.amount, null: never, since: 3", "", &rules, 11);
    rules = of_sessions();
    plan_fine(m, session_spec, SETS("faults.conflict={rate: 1/30, field: card}"));
    check_truth(m, &rules, 12);
}

static json_t *totals_of(const char *folder)
{
    char path[256];
    json_error_t where;
    snprintf(path, sizeof path, "%s/totals.json", folder);
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    assert_non_null(json);
    return json;
}

static void check_json(struct maker *m, bool set, bool pattern)
{
    struct ls_truth *truth = write_truth(m, 5000, "truth");
    json_t *json = totals_of("truth");
    assert_int_equal(json_integer_value(json_object_get(json, "version")), 1);
    json_t *topics = json_object_get(json, "topics");
    assert_int_equal(json_object_size(topics), m->plan->type_count);
    for (size_t t = 0; t < m->plan->type_count; t++) {
        const struct ls_truth_totals *totals = ls_truth_totals(truth, t);
        json_t *topic = json_object_get(topics, m->plan->types[t].spec->topic);
        json_t *outcomes = json_object_get(topic, "outcomes");
        assert_int_equal(json_integer_value(json_object_get(topic, "raw")), totals->raw);
        assert_int_equal(json_integer_value(json_object_get(topic, "late")), totals->late);
        assert_int_equal(json_integer_value(json_object_get(topic, "jitter")), totals->jitter);
        for (int r = 0; r < LS_REASON_COUNT; r++) {
            const json_t *count = json_object_get(outcomes, ls_reasons[r].name);
            bool listed = r == LS_REASON_SET ? set : r == LS_REASON_PATTERN ? pattern : true;
            assert_int_equal(count != NULL, listed);
            assert_int_equal(json_integer_value(count), totals->by_outcome[r]);
        }
    }
    json_decref(json);
    ls_truth_free(truth);
}

/* Every reason, but those of checks that the spec has not. */
static void totals_are_written_as_json(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    check_json(m, false, false);
    char *text = changed(sample_spec, "quality:\n",
                         "quality:\n  - {check: set, field: channel, values: [web, app]}\n");
    plan_fine(m, text, NULL);
    check_json(m, true, false);
    free(text);
    text = changed(sample_spec, "quality:\n",
                   "quality:\n  - {check: pattern, field: channel, like: '[a-z]{3}'}\n");
    plan_fine(m, text, NULL);
    check_json(m, false, true);
    free(text);
}

static void without_a_folder_it_only_counts(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    struct ls_truth *truth = write_truth(m, 5000, NULL);
    struct ls_truth *other = write_truth(m, 5000, "truth");
    for (size_t t = 0; t < m->plan->type_count; t++) {
        assert_memory_equal(ls_truth_totals(truth, t), ls_truth_totals(other, t),
                            sizeof(struct ls_truth_totals));
    }
    ls_truth_free(truth);
    ls_truth_free(other);
    ls_truth_free(NULL);
}

static void refused_memory_is_an_error(void **state)
{
    struct maker *m = *state;
    unsigned refused = 0;
    int rc;
    plan_fine(m, sample_spec, NULL);
    make_run(m, 500);
    do {
        struct ls_truth *truth = NULL;
        ls_mem_refuse(++refused);
        rc = ls_truth_new(m->plan, "truth", &truth, &m->base.err);
        for (size_t i = 0; rc == 0 && i < m->run.count; i++) {
            rc = ls_truth_take(truth, &m->run.events[i], &m->base.err);
        }
        rc = rc < 0 ? rc : ls_truth_finish(truth, &m->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_truth_free(truth);
    } while (rc != 0);
    assert_true(refused > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(the_truth_is_what_a_pipeline_decides),
        MAKER_TEST(it_holds_by_event_time_too),
        MAKER_TEST(it_holds_with_other_settings),
        MAKER_TEST(it_holds_for_sessions_and_what_happens_at_times),
        MAKER_TEST(it_holds_where_a_version_lacks_the_field),
        MAKER_TEST(totals_are_written_as_json),
        MAKER_TEST(without_a_folder_it_only_counts),
        MAKER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
