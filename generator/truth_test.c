#include "generator/truth.h"

#include "core/avro/container.h"
#include "core/avro/frame.h"
#include "generator/fixture_test.h"

#include <jansson.h>

enum { RUN = 30000, PARTITIONS = 3, TYPES = 3, PRICES_MAX = 10000000 };

/* ---- the same fates from the records alone: a plain pipeline that remembers every id */

struct remembered {
    char id[LS_EVENT_ID_SIZE];
    int64_t event_time;
    const uint8_t *payload; /* borrowed from the event */
    size_t payload_size;
};

struct recount {
    uint64_t position;
    bool has_clock;
    int64_t highest;
    struct remembered *known;
    size_t count;
};

struct rules {
    bool by_event_time;
    int64_t max_skew, max_ahead, horizon, delays[TYPES];
};

static const struct rules usual = {false, 10000, 60000, 20000, {2000, 1000, 2000}};

static struct remembered *find(struct recount *r, const uint8_t *id)
{
    for (size_t i = r->count; i-- > 0;) { /* plain and slow on purpose */
        if (memcmp(r->known[i].id, id, LS_EVENT_ID_SIZE) == 0) {
            return &r->known[i];
        }
    }
    return NULL;
}

static enum ls_reason quality_of(const struct ls_layout *layout, const struct ls_cell *cells)
{
    int product = ls_layout_find(layout, "product_id");
    int amount = ls_layout_find(layout, "amount_cents");
    if (product >= 0 && cells[product].is_null) {
        return LS_REASON_NOT_NULL;
    }
    if (amount >= 0 && (cells[amount].number < 1 || cells[amount].number > PRICES_MAX)) {
        return LS_REASON_RANGE;
    }
    if (product >= 0) { /* "P-0" .. "P-69999" */
        char text[32] = {0};
        assert_in_range(cells[product].size, 3, 7);
        memcpy(text, cells[product].bytes, cells[product].size);
        char *end;
        unsigned long n = strtoul(text + 2, &end, 10);
        assert_true(strncmp(text, "P-", 2) == 0 && *end == '\0' && n < 70000);
    }
    return LS_ADMITTED;
}

/* The fate of one record, in the order of the checks (P1), with the watermark of P2. */
static enum ls_reason judge(const struct maker *m, const struct rules *rules,
                            const struct ls_event *e, struct recount *r)
{
    const struct ls_layout *layout = m->plan->types[e->type].spec->layout;
    struct ls_cell cells[LS_PLAN_CELLS_MAX];
    enum ls_decode_status status = ls_row_decode(layout, e->value + LS_SINGLE_OBJECT_SIZE,
                                                 e->value_size - LS_SINGLE_OBJECT_SIZE, cells, NULL,
                                                 NULL);
    if (status != LS_DECODE_OK) {
        return status == LS_DECODE_TRUNCATED ? LS_REASON_DECODE_TRUNCATED
                                             : LS_REASON_DECODE_INVALID;
    }
    int64_t event = cells[LS_COLUMN_EVENT_TIME].number;
    int64_t ingest = cells[LS_COLUMN_INGEST_TIME].number;
    if (llabs(ingest - e->timestamp_ms) > rules->max_skew) {
        return LS_REASON_CLOCK_SKEW;
    }
    if (event > ingest + rules->max_ahead) {
        return LS_REASON_CLOCK_AHEAD;
    }
    int64_t clock = rules->by_event_time ? event : ingest;
    r->highest = r->has_clock && r->highest > clock ? r->highest : clock;
    r->has_clock = true;
    enum ls_reason reason = quality_of(layout, cells);
    if (reason != LS_ADMITTED) {
        return reason;
    }
    int64_t floor = r->highest - rules->delays[e->type] - rules->horizon;
    if (event < floor) {
        return LS_REASON_EXPIRED;
    }
    /* the payload's bytes stand behind the key */
    const struct ls_cell *key = &cells[LS_COLUMN_ENTITY_ID];
    const uint8_t *payload = key->bytes + key->size;
    size_t size = (size_t)(e->value + e->value_size - payload);
    struct remembered *first = find(r, cells[LS_COLUMN_EVENT_ID].bytes);
    if (first && first->event_time >= floor) {
        return first->payload_size == size && memcmp(first->payload, payload, size) == 0
                   ? LS_REASON_DUPLICATE
                   : LS_REASON_DUPLICATE_CONFLICT;
    }
    r->known = realloc(r->known, (r->count + 1) * sizeof *r->known);
    assert_non_null(r->known);
    struct remembered *now = &r->known[r->count++];
    memcpy(now->id, cells[LS_COLUMN_EVENT_ID].bytes, LS_EVENT_ID_SIZE);
    now->event_time = event;
    now->payload = payload;
    now->payload_size = size;
    return LS_ADMITTED;
}

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
    bool touched = e->late || e->jitter || e->fault != LS_FAULT_NONE || outcome != LS_ADMITTED;
    if (!touched) {
        assert_true(rows->position != (int64_t)position);
        return;
    }
    char faults[64];
    snprintf(faults, sizeof faults, "%s%s%s", e->late ? "late " : "", e->jitter ? "jitter " : "",
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
    const struct ls_run run = {m->plan, 0, count, 1, take_truth, NULL, truth};
    assert_int_equal(ls_run(&run, &m->base.err), 0);
    if (ls_truth_finish(truth, &m->base.err) < 0) {
        fail_msg("%s", m->base.err.text);
    }
    return truth;
}

/* Row for row and total for total, the truth is what the plain pipeline finds. */
static void check_truth(struct maker *m, const struct rules *rules, size_t kinds)
{
    struct recount recount[TYPES][PARTITIONS] = {0};
    struct rows *rows = calloc((size_t)TYPES * PARTITIONS, sizeof *rows);
    struct ls_truth_totals totals[TYPES] = {0};
    make_run(m, RUN);
    struct ls_truth *truth = write_truth(m, RUN, "truth");
    for (size_t k = 0; k < (size_t)TYPES * PARTITIONS; k++) {
        open_rows(m, &rows[k], k / PARTITIONS, (uint32_t)(k % PARTITIONS));
    }
    for (size_t i = 0; i < RUN; i++) {
        const struct ls_event *e = &m->run.events[i];
        struct recount *r = &recount[e->type][e->partition];
        enum ls_reason outcome = judge(m, rules, e, r);
        totals[e->type].raw++;
        totals[e->type].by_outcome[outcome]++;
        totals[e->type].late += e->late;
        totals[e->type].jitter += e->jitter;
        check_row(m, &rows[(size_t)e->type * PARTITIONS + e->partition], r->position++, e, outcome);
    }
    uint64_t seen[LS_REASON_COUNT] = {0};
    for (size_t t = 0; t < TYPES; t++) {
        assert_memory_equal(&totals[t], ls_truth_totals(truth, t), sizeof totals[t]);
        for (int r = 0; r < LS_REASON_COUNT; r++) {
            seen[r] += totals[t].by_outcome[r];
        }
        for (size_t p = 0; p < PARTITIONS; p++) {
            struct rows *end = &rows[t * PARTITIONS + p];
            assert_int_equal(end->position, -1);
            ls_container_reader_free(end->reader);
            free(recount[t][p].known);
        }
    }
    size_t found = 0;
    for (int r = 0; r < LS_REASON_COUNT; r++) {
        found += seen[r] > 10;
    }
    assert_int_equal(found, kinds); /* each outcome that faults can have was met */
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
    struct rules rules = {false, 500, 500, 0, {400, 400, 400}};
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

static json_t *totals_of(const char *folder)
{
    char path[256];
    json_error_t where;
    snprintf(path, sizeof path, "%s/totals.json", folder);
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    assert_non_null(json);
    return json;
}

static void totals_are_written_as_json(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    struct ls_truth *truth = write_truth(m, 5000, "truth");
    json_t *json = totals_of("truth");
    assert_int_equal(json_integer_value(json_object_get(json, "version")), 1);
    json_t *topics = json_object_get(json, "topics");
    assert_int_equal(json_object_size(topics), TYPES);
    for (size_t t = 0; t < TYPES; t++) {
        const struct ls_truth_totals *totals = ls_truth_totals(truth, t);
        json_t *topic = json_object_get(topics, m->plan->types[t].spec->topic);
        json_t *outcomes = json_object_get(topic, "outcomes");
        assert_int_equal(json_integer_value(json_object_get(topic, "raw")), totals->raw);
        assert_int_equal(json_integer_value(json_object_get(topic, "late")), totals->late);
        assert_int_equal(json_integer_value(json_object_get(topic, "jitter")), totals->jitter);
        assert_int_equal(json_object_size(outcomes), LS_REASON_COUNT);
        for (int r = 0; r < LS_REASON_COUNT; r++) {
            assert_int_equal(json_integer_value(json_object_get(outcomes, ls_reasons[r].name)),
                             totals->by_outcome[r]);
        }
    }
    json_decref(json);
    ls_truth_free(truth);
}

static void without_a_folder_it_only_counts(void **state)
{
    struct maker *m = *state;
    plan_fine(m, sample_spec, NULL);
    struct ls_truth *truth = write_truth(m, 5000, NULL);
    struct ls_truth *other = write_truth(m, 5000, "truth");
    for (size_t t = 0; t < TYPES; t++) {
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
        MAKER_TEST(the_truth_is_what_a_pipeline_decides), MAKER_TEST(it_holds_by_event_time_too),
        MAKER_TEST(it_holds_with_other_settings),         MAKER_TEST(totals_are_written_as_json),
        MAKER_TEST(without_a_folder_it_only_counts),      MAKER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
