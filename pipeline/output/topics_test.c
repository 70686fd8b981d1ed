#include "core/log/file_log.h"
#include "pipeline/output/outlet.h"

#include "pipeline/fixture_test.h"

enum { PARTITIONS = 2 };

static struct ls_record record; /* large */
static struct ls_topics_place place = {"log:out", "said", "a", false, 0};
static const struct ls_partition_counts none[TOPICS * PARTITIONS];

static struct ls_outputs *open_topics(struct pipe *p, const struct ls_dataset_state *states)
{
    struct ls_outputs *o;
    FINE(p,
         ls_outputs_open_topics(p->plan, p->views, PARTITIONS, &place, states, &o, &p->base.err));
    return o;
}

static void finish(struct pipe *p, struct ls_outputs *o, bool final)
{
    const struct ls_run_facts facts = {.mode = "stream", .final = final};
    FINE(p, ls_outputs_finish(o, none, &facts, &p->base.err));
    ls_outputs_free(o);
}

/* An admitted visit of partition 1. */
static void visit(struct pipe *p, struct ls_outputs *o, int id, int64_t event_time)
{
    struct message m;
    begin_message(p, &m, VISIT, id, 5000);
    m.cells[LS_COLUMN_EVENT_TIME].number = event_time;
    encode(p, &m);
    ls_record_examine(p->plan, &p->plan->topics[VISIT], &m.raw, &record);
    clear_flags(&p->plan->topics[VISIT], &record);
    ls_record_normalize(&p->plan->topics[VISIT], 1, 5, 3000, &record);
    FINE(p, ls_outputs_normalized(o, VISIT, 1, &record, &p->base.err));
    FINE(p, ls_outputs_late(o, &p->views->views[2], VISIT, 1, 5, &record, 3000, 0, 2000,
                            &p->base.err));
}

static struct ls_log *open_log(struct pipe *p, bool partial)
{
    struct ls_log *log;
    FINE(p, ls_log_open("log:out", partial, &log, &p->base.err));
    return log;
}

/* Every dataset and partition has its topic, also without rows. */
static void test_names(void **state)
{
    static const struct ls_log_topic wanted[] = {
        {.name = "analytics.all", .partitions = 1},
        {.name = "analytics.shifted", .partitions = 1},
        {.name = "analytics.visits", .partitions = 1},
        {.name = "normalized.raw.demo.sale", .partitions = PARTITIONS},
        {.name = "quarantine.raw.demo.sale", .partitions = PARTITIONS},
        {.name = "normalized.raw.demo.visit", .partitions = PARTITIONS},
        {.name = "quarantine.raw.demo.visit", .partitions = PARTITIONS},
        {.name = "late.all.raw.demo.sale", .partitions = PARTITIONS},
        {.name = "late.shifted.raw.demo.sale", .partitions = PARTITIONS},
        {.name = "late.visits.raw.demo.visit", .partitions = PARTITIONS},
    };
    struct pipe *p = *state;
    size_t count;
    finish(p, open_topics(p, NULL), true);
    struct ls_log *log = open_log(p, false);
    const struct ls_log_topic *topics = ls_log_topics(log, &count);
    assert_int_equal(count, sizeof wanted / sizeof *wanted);
    for (size_t t = 0; t < count; t++) {
        assert_string_equal(topics[t].name, wanted[t].name);
        assert_int_equal(topics[t].partitions, wanted[t].partitions);
    }
    assert_string_equal(ls_log_identity(log)->domain, "demo outputs");
    ls_log_close(log);
}

/* The only record of a topic, in its second partition or its only one. */
static void only_record(struct pipe *p, const struct ls_log *log, const char *topic,
                        const struct ls_layout *layout, int64_t time_ms, const char *key)
{
    struct ls_log_reader *reader;
    const struct ls_log_record *r;
    struct ls_cell cells[LS_RECORD_COLUMNS_MAX];
    size_t count;
    int t = ls_log_find_topic(log, topic);
    assert_true(t >= 0);
    uint32_t partition = ls_log_topics(log, &count)[t].partitions - 1;
    FINE(p, ls_log_reader_new(log, (uint32_t)t, partition, 0, &reader, &p->base.err));
    FINE(p, ls_log_read(reader, 2, &r, &count, &p->base.err));
    assert_int_equal(count, 1);
    assert_int_equal(r->timestamp_ms, time_ms);
    assert_int_equal(r->key != NULL, key != NULL);
    assert_int_equal(r->key_size, key ? strlen(key) : 0);
    assert_true(r->key_size == 0 || memcmp(r->key, key, r->key_size) == 0);
    struct ls_frame frame = ls_frame_read(r->value, r->value_size);
    assert_int_equal(frame.kind, LS_FRAME_SINGLE_OBJECT);
    assert_int_equal(frame.crc64, layout->schema->crc64);
    assert_int_equal(
        ls_row_decode(layout, r->value + frame.size, r->value_size - frame.size, cells, NULL, NULL),
        LS_DECODE_OK);
    ls_log_reader_free(reader);
}

static void test_records(void **state)
{
    static const struct ls_log_record bare = {.timestamp_ms = -1, .value = (const uint8_t *)"?"};
    static const struct ls_log_record keyed = {
        .timestamp_ms = 8, .key = (const uint8_t *)"", .value = (const uint8_t *)"?"};
    struct pipe *p = *state;
    struct ls_outputs *o = open_topics(p, NULL);
    const uint8_t row[] = {2, 4, 2, 2, 2, 2, 2, 2};
    const struct ls_row_tag tag = {77, (const uint8_t *)"k", 1};
    struct ls_dataset *visits = &o->sets[2];
    visit(p, o, 1, 1500);
    record.reason = LS_REASON_FRAME_INVALID;
    FINE(p, ls_outputs_quarantine(o, SALE, 1, 40, &bare, &record, &p->base.err));
    FINE(p, ls_outputs_quarantine(o, VISIT, 1, 41, &keyed, &record, &p->base.err));
    uint8_t *room;
    FINE(p, visits->outlet->reserve(visits, sizeof row, &room, &p->base.err));
    memcpy(room, row, sizeof row);
    FINE(p, visits->outlet->commit(visits, sizeof row, &tag, &p->base.err));
    struct ls_layout *late = o->late_layout;
    struct ls_layout *quarantine = o->quarantine_layout;
    const struct ls_run_facts facts = {.mode = "stream", .final = true};
    FINE(p, ls_outputs_finish(o, none, &facts, &p->base.err));
    struct ls_log *log = open_log(p, false);
    only_record(p, log, "normalized.raw.demo.visit", p->plan->topics[VISIT].layout, 1500, "S0");
    only_record(p, log, "late.visits.raw.demo.visit", late, 1500, "S0");
    only_record(p, log, "quarantine.raw.demo.sale", quarantine, -1, NULL);
    only_record(p, log, "quarantine.raw.demo.visit", quarantine, 8, "");
    ls_log_close(log);
    ls_outputs_free(o);
}

/* What was written behind a checkpoint goes, and its digest too. */
static void test_going_on(void **state)
{
    struct pipe *p = *state;
    struct ls_outputs *o = open_topics(p, NULL);
    struct ls_dataset_state states[64];
    char digests[2][LS_LOGICAL_TEXT_MAX];
    size_t last = o->count - 1;
    assert_true(o->count < sizeof states / sizeof *states);
    visit(p, o, 1, 1500);
    for (size_t i = 0; i < o->count; i++) {
        FINE(p, ls_dataset_flush(&o->sets[i], true, &states[i], &p->base.err));
        assert_int_equal(states[i].container.pending_count, 0);
    }
    assert_int_equal(states[last].container.records, 1);
    ls_logical_text(&o->sets[last].digest, digests[0]);
    struct ls_log *log = open_log(p, true); /* it is there for readers */
    only_record(p, log, "normalized.raw.demo.visit", p->plan->topics[VISIT].layout, 1500, "S0");
    ls_log_close(log);
    for (int again = 0; again < 2; again++) {
        visit(p, o, 2, 1600);
        finish(p, o, again > 0);
        place.finished = again > 0;
        assert_int_equal(ls_path_exists("said/manifest.json"), true);
        o = open_topics(p, states);
        assert_false(ls_path_exists("said/manifest.json"));
        log = open_log(p, true);
        only_record(p, log, "normalized.raw.demo.visit", p->plan->topics[VISIT].layout, 1500, "S0");
        ls_log_close(log);
        assert_string_equal(ls_logical_text(&o->sets[last].digest, digests[1]), digests[0]);
    }
    finish(p, o, false);
    place.finished = false;
}

/* A row that no record has room for is named, and what it is of. */
static void test_too_large(void **state)
{
    static uint8_t value[LS_LOG_RECORD_MAX - 20];
    const struct ls_log_record raw = {
        .timestamp_ms = 1, .value = value, .value_size = sizeof value};
    struct pipe *p = *state;
    FINE(p, ls_tree_remove("out", &p->base.err));
    struct ls_outputs *o = open_topics(p, NULL);
    record.reason = LS_REASON_FRAME_INVALID;
    assert_int_equal(ls_outputs_quarantine(o, SALE, 1, 40, &raw, &record, &p->base.err), LS_E_DATA);
    const char *text = p->base.err.text;
    assert_non_null(strstr(text, "record 40 of partition 1 of raw.demo.sale: "));
    assert_non_null(strstr(text, "row 0 of quarantine/raw.demo.sale/1, which goes to a topic: "));
    assert_non_null(strstr(text, "passes the log's limit of 8388608 bytes"));
    ls_outputs_free(o);
}

/* The folder of the log has a manifest of its own. */
static void test_the_same_folder(void **state)
{
    static const struct ls_topics_place same = {"log:both", "both", "a", false, 0};
    struct pipe *p = *state;
    struct ls_outputs *o;
    assert_int_equal(
        ls_outputs_open_topics(p->plan, p->views, PARTITIONS, &same, NULL, &o, &p->base.err),
        LS_E_USAGE);
    assert_non_null(strstr(p->base.err.text, "both is the folder of the topics"));
}

static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        const struct ls_run_facts facts = {.mode = "stream", .final = true};
        struct ls_outputs *o;
        FINE(p, ls_tree_remove("out", &p->base.err)); /* the try before may have finished it */
        ls_mem_refuse(refused + 1);
        rc = ls_outputs_open_topics(p->plan, p->views, PARTITIONS, &place, NULL, &o, &p->base.err);
        uint8_t *room;
        rc = rc < 0 ? rc : o->sets[0].outlet->reserve(&o->sets[0], 1000, &room, &p->base.err);
        rc = rc < 0 ? rc : ls_outputs_finish(o, none, &facts, &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        ls_outputs_free(o);
    }
    assert_true(refused > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_names),     PIPE_TEST(test_records),        PIPE_TEST(test_going_on),
        PIPE_TEST(test_too_large), PIPE_TEST(test_refused_memory), PIPE_TEST(test_the_same_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
