#include "pipeline/output/run_journal.h"

#include "pipeline/kinds_test.h"
#include "pipeline/view/row.h"

#include <jansson.h>

static struct ls_record record; /* large */
static json_t *line;

static int64_t wall_ms(void)
{
    return 0;
}

static struct ls_journal *begin(struct pipe *p, enum ls_journal_level level)
{
    const struct ls_journal_options options = {
        .path = "lines", .json = true, .level = level, .rate = 1, .clock_wall_ms = wall_ms};
    struct ls_journal *journal;
    FINE(p, ls_file_remove("lines", &p->base.err));
    FINE(p, ls_journal_open(&options, &journal, &p->base.err));
    return journal;
}

/* The one line that was written; false: none was. */
static bool end(struct pipe *p, struct ls_journal *journal)
{
    struct ls_buf text;
    ls_buf_init(&text, "lines", 1U << 20);
    FINE(p, ls_journal_close(journal, &p->base.err));
    FINE(p, ls_file_read("lines", &text, &p->base.err));
    json_decref(line);
    line = text.size ? json_loadb((char *)text.data, text.size, 0, NULL) : NULL;
    assert_true(text.size == 0 || line);
    ls_buf_clear(&text);
    return line != NULL;
}

/* `want` of a field: text, or a number's digits, or NULL for null. */
static void check(const char *field, const char *want)
{
    const json_t *got = json_object_get(line, field);
    char digits[32];
    assert_non_null(got);
    if (json_is_integer(got)) {
        snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(got));
    }
    const char *text = json_is_integer(got) ? digits : json_string_value(got);
    if (want && text) {
        assert_string_equal(text, want);
    } else {
        assert_true(!want && json_is_null(got));
    }
}

static void examine(struct pipe *p, struct message *m)
{
    encode(p, m);
    ls_record_examine(p->plan, &p->plan->topics[m->topic], &m->raw, &record);
}

static void quarantined(struct pipe *p, const struct message *m)
{
    struct ls_journal *journal = begin(p, LS_JOURNAL_INFO);
    ls_run_tell_quarantined(journal, &p->plan->topics[m->topic], 3, 77, &m->raw, &record);
    assert_true(end(p, journal));
    check("event", "record_quarantined");
    check("level", "info");
    check("partition", "3");
    check("position", "77");
    check("reason", ls_reasons[record.reason].name);
    check("stage", ls_reasons[record.reason].stage);
    check("detail", record.detail);
    check("topic", p->plan->topics[m->topic].type->topic);
}

static void a_quarantined_record_is_named(void **state)
{
    struct pipe *p = *state;
    struct message m;
    begin_message(p, &m, SALE, 1, 5000);
    m.cells[UNITS] = number_of(-1);
    examine(p, &m);
    quarantined(p, &m);
    check("reason", "RANGE");
    check("event_id", "id-1");
    check("entity_id", "S0");
    check("message", "quarantined RANGE, units is -1: record 77 of partition 3 of raw.demo.sale, "
                     "event \"id-1\", entity \"S0\"");
}

/* The cells of the record before it are nothing of its. */
static void what_was_not_decoded_has_no_event_id(void **state)
{
    struct pipe *p = *state;
    struct message m;
    begin_message(p, &m, SALE, 1, 5000);
    examine(p, &m);
    m.raw.value_size--;
    ls_record_examine(p->plan, &p->plan->topics[SALE], &m.raw, &record);
    quarantined(p, &m);
    check("reason", "DECODE_TRUNCATED");
    check("event_id", NULL);
    check("entity_id", "S0");
    examine(p, &m); /* one that is fine comes between */
    m.raw.value = NULL;
    m.raw.key = NULL;
    m.raw.value_size = m.raw.key_size = 0;
    ls_record_examine(p->plan, &p->plan->topics[SALE], &m.raw, &record);
    quarantined(p, &m);
    check("reason", "FRAME_INVALID");
    check("event_id", NULL);
    check("entity_id", NULL);
}

static void an_odd_id_is_cut_and_escaped(void **state)
{
    struct pipe *p = *state;
    struct message m;
    char id[400];
    for (size_t i = 0; i < sizeof id; i += 2) {
        memcpy(id + i, "\xc3\xa4", 2); /* two bytes a letter */
    }
    id[0] = '\x1b'; /* and now every letter begins at an even place, but the first */
    id[1] = 'x';
    id[sizeof id - 1] = '\0';
    begin_message(p, &m, SALE, 1, 5000);
    m.cells[UNITS] = number_of(-1);
    examine(p, &m);
    record.cells[LS_COLUMN_EVENT_ID].bytes = (const uint8_t *)id;
    record.cells[LS_COLUMN_EVENT_ID].size = 398;
    quarantined(p, &m);
    const char *shown = json_string_value(json_object_get(line, "event_id"));
    assert_int_equal(strlen(shown), 200);
    assert_memory_equal(shown, id, 200);
    assert_null(strchr(json_string_value(json_object_get(line, "message")), '\x1b'));
    memmove(id + 1, id, 390); /* the cut would be inside of a letter */
    record.cells[LS_COLUMN_EVENT_ID].size = 390;
    quarantined(p, &m);
    assert_int_equal(strlen(json_string_value(json_object_get(line, "event_id"))), 199);
}

/* Bytes that are no text have no character to be cut in front of. */
static void a_key_that_is_no_text_is_cut(void **state)
{
    static uint8_t key[400];
    struct pipe *p = *state;
    struct message m;
    memset(key, 0x80, sizeof key);
    begin_message(p, &m, SALE, 1, 5000);
    m.cells[UNITS] = number_of(-1);
    examine(p, &m);
    m.raw.key = key;
    m.raw.key_size = sizeof key;
    quarantined(p, &m);
    assert_non_null(json_object_get(line, "entity_id"));
}

/* A line that cannot be made is left out, or lacks what it would say. */
static void refused_memory_ends_nothing(void **state)
{
    struct pipe *p = *state;
    struct message m;
    bool refused = true;
    begin_message(p, &m, SALE, 1, 5000);
    m.cells[UNITS] = number_of(-1);
    examine(p, &m);
    for (unsigned long nth = 1; refused; nth++) {
        struct ls_journal *journal = begin(p, LS_JOURNAL_INFO);
        unsigned long before = ls_mem_count();
        ls_mem_refuse(nth);
        ls_run_tell_quarantined(journal, &p->plan->topics[SALE], 0, 1, &m.raw, &record);
        refused = ls_mem_count() - before >= nth;
        ls_mem_refuse(0);
        int rc = ls_journal_close(journal, &p->base.err);
        assert_true(rc == 0 || (refused && rc == LS_E_NOMEM)); /* a line that was lost is told */
    }
}

static void a_late_record_says_for_what_and_how_late(void **state)
{
    struct pipe *p = *state;
    struct message m;
    struct ls_journal *journal = begin(p, LS_JOURNAL_INFO);
    begin_message(p, &m, VISIT, 9, 1500);
    examine(p, &m);
    const struct ls_run_late late = {&p->plan->topics[VISIT], 1, 5, &record, 3250, 0, 2000};
    ls_run_tell_late(journal, &p->views->views[2], &late);
    assert_true(end(p, journal));
    check("event", "record_late");
    check("view", "visits");
    check("event_id", "id-9");
    check("entity_id", "S0");
    check("topic", "raw.demo.visit");
    check("partition", "1");
    check("position", "5");
    check("event_time", "1970-01-01T00:00:01.500Z");
    check("window_start", "1970-01-01T00:00:00.000Z");
    check("window_end", "1970-01-01T00:00:02.000Z");
    check("watermark", "1970-01-01T00:00:03.250Z");
    check("behind_ms", "1250");
    check("message", "late for visits by 1s250ms: record 5 of partition 1 of raw.demo.visit, event "
                     "\"id-9\", entity \"S0\"");
}

/* A row of `rule`, for the shop S2. */
static void alert(struct pipe *p, const struct ls_view *rule, bool raised, const char *event)
{
    struct ls_view_row row = {0};
    struct ls_buf bytes;
    uint8_t key[8];
    uint8_t *at = ls_put_bytes(key, "S2", 2);
    struct ls_journal *journal = begin(p, LS_JOURNAL_INFO);
    ls_buf_init(&bytes, "row", 1U << 16);
    FINE(p, ls_row_of_record(rule, 4000, (const uint8_t *)"id-8", 4, key, (size_t)(at - key),
                             raised, &row, &bytes, &p->base.err));
    ls_run_tell_alert(journal, rule, bytes.data, bytes.size);
    ls_buf_clear(&bytes);
    assert_int_equal(end(p, journal), event != NULL);
    if (event) {
        const char *entity = NULL;
        check("event", event);
        check("rule", "many");
        check("transition", raised ? "RAISED" : "CLEARED");
        check("severity", "CRITICAL");
        check("event_id", "id-8");
        check("event_time", "1970-01-01T00:00:04.000Z");
        assert_int_equal(json_unpack(line, "{s:{s:s}}", "key", "entity_id", &entity), 0);
        assert_string_equal(entity, "S2");
    }
}

static void alerts_are_told_with_their_key(void **state)
{
    struct pipe *p = *state;
    plan_kinds(p, kinds_views, NULL);
    alert(p, view_of(p, "many"), true, "alert_raised");
    alert(p, view_of(p, "many"), false, "alert_cleared");
    check("message",
          "alert many CLEARED (CRITICAL) for {\"entity_id\":\"S2\"} by event \"id-8\" at "
          "1970-01-01T00:00:04.000Z");
    alert(p, view_of(p, "span"), true, NULL); /* no alert rule */
}

/* A key of two fields, and one that is longer than a message. */
static void alerts_of_longer_keys(void **state)
{
    static char item[2000];
    struct pipe *p = *state;
    struct ls_view_row row = {0};
    struct ls_buf bytes;
    uint8_t key[2100];
    bool refused = true;
    memset(item, 'i', sizeof item - 1);
    plan_kinds(p,
               "  alerts:\n    - {name: odd, from: sale, by: [entity_id, item], when: amount > "
               "5.00, severity: INFO}\n",
               NULL);
    const struct ls_view *rule = view_of(p, "odd");
    for (int longer = 0; longer < 2; longer++) {
        struct ls_journal *journal = begin(p, LS_JOURNAL_INFO);
        uint8_t *at = ls_put_bytes(key, "S2", 2);
        at = ls_put_long(at, 1); /* not null */
        at = ls_put_bytes(at, item, longer ? sizeof item - 1 : 3);
        ls_buf_init(&bytes, "row", 1U << 16);
        FINE(p, ls_row_of_record(rule, 4000, (const uint8_t *)"id-8", 4, key, (size_t)(at - key),
                                 true, &row, &bytes, &p->base.err));
        ls_run_tell_alert(journal, rule, bytes.data, bytes.size);
        assert_true(end(p, journal));
        const char *found = NULL;
        assert_int_equal(json_unpack(line, "{s:{s:s}}", "key", "item", &found), 0);
        assert_int_equal(strlen(found), longer ? sizeof item - 1 : 3);
        if (!longer) {
            check("message",
                  "alert odd RAISED (INFO) for {\"entity_id\":\"S2\",\"item\":\"iii\"} by "
                  "event \"id-8\" at 1970-01-01T00:00:04.000Z");
        }
        for (unsigned long nth = 1; refused; nth++) {
            journal = begin(p, LS_JOURNAL_INFO);
            unsigned long before = ls_mem_count();
            ls_mem_refuse(nth);
            ls_run_tell_alert(journal, rule, bytes.data, bytes.size);
            refused = ls_mem_count() - before >= nth;
            ls_mem_refuse(0);
            int rc = ls_journal_close(journal, &p->base.err);
            assert_true(rc == 0 || (refused && rc == LS_E_NOMEM));
        }
        ls_buf_clear(&bytes);
    }
}

/* How many lines there are. */
static size_t count_lines(struct pipe *p, struct ls_journal *journal)
{
    struct ls_buf text;
    size_t lines = 0;
    FINE(p, ls_journal_close(journal, &p->base.err));
    ls_buf_init(&text, "lines", 1U << 20);
    FINE(p, ls_file_read("lines", &text, &p->base.err));
    for (size_t i = 0; i < text.size; i++) {
        lines += text.data[i] == '\n';
    }
    ls_buf_clear(&text);
    return lines;
}

/* One line a second of each rule, here, and how many there were more. */
static void alerts_are_sampled(void **state)
{
    struct pipe *p = *state;
    struct ls_view_row row = {0};
    struct ls_buf bytes;
    uint8_t key[8];
    uint8_t *at = ls_put_bytes(key, "S2", 2);
    plan_kinds(p, kinds_views, NULL);
    ls_buf_init(&bytes, "row", 1U << 16);
    FINE(p, ls_row_of_record(view_of(p, "many"), 4000, (const uint8_t *)"id-8", 4, key,
                             (size_t)(at - key), true, &row, &bytes, &p->base.err));
    struct ls_journal *journal = begin(p, LS_JOURNAL_INFO);
    for (int i = 0; i < 10; i++) {
        ls_run_tell_alert(journal, view_of(p, "many"), bytes.data, bytes.size);
    }
    assert_int_equal(count_lines(p, journal), 2);
    ls_buf_clear(&bytes);
}

static void checkpoints_are_told(void **state)
{
    struct pipe *p = *state;
    struct ls_journal *journal = begin(p, LS_JOURNAL_INFO);
    ls_run_tell_checkpoint(journal, 12, 81230, 1234567890);
    assert_true(end(p, journal));
    check("event", "checkpoint_taken");
    check("number", "12");
    check("bytes", "81230");
    check("duration_ms", "1234");
    check("message", "checkpoint 12: 81,230 bytes, 1s234ms");
    journal = begin(p, LS_JOURNAL_INFO);
    ls_run_tell_checkpoint(journal, 1, 5, 999999);
    assert_true(end(p, journal));
    check("message", "checkpoint 1: 5 bytes, 0ms");
    journal = begin(p, LS_JOURNAL_WARN);
    ls_error_set(&p->base.err, LS_E_DATA, "state/000000000002.ckpt is damaged");
    ls_run_tell_damaged(journal, &p->base.err);
    assert_true(end(p, journal));
    check("event", "checkpoint_damaged");
    check("level", "warn");
    check("message", "a checkpoint is passed over: state/000000000002.ckpt is damaged");
    journal = begin(p, LS_JOURNAL_INFO);
    ls_run_tell_restored(journal, 3, 1000);
    assert_true(end(p, journal));
    check("event", "checkpoint_restored");
    check("number", "3");
    check("records", "1000");
}

/* One line a second of each reason, here: two reasons are two lines. */
static void each_reason_is_sampled_by_itself(void **state)
{
    struct pipe *p = *state;
    struct message m;
    struct ls_buf text;
    size_t lines = 0;
    begin_message(p, &m, SALE, 1, 5000);
    m.cells[UNITS] = number_of(-1);
    examine(p, &m);
    struct ls_journal *journal = begin(p, LS_JOURNAL_INFO);
    for (int i = 0; i < 100; i++) {
        record.reason = i % 10 ? LS_REASON_DUPLICATE : LS_REASON_RANGE;
        ls_run_tell_quarantined(journal, &p->plan->topics[SALE], 0, 1, &m.raw, &record);
    }
    FINE(p, ls_journal_close(journal, &p->base.err));
    ls_buf_init(&text, "lines", 1U << 20);
    FINE(p, ls_file_read("lines", &text, &p->base.err));
    for (size_t i = 0; i < text.size; i++) {
        lines += text.data[i] == '\n';
    }
    const char *all = ls_buf_text(&text, &p->base.err);
    assert_int_equal(lines, 4);
    assert_non_null(strstr(all, "\"which\":\"DUPLICATE\",\"count\":89}"));
    assert_non_null(strstr(all, "\"which\":\"RANGE\",\"count\":9}"));
    ls_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(a_quarantined_record_is_named),
        PIPE_TEST(what_was_not_decoded_has_no_event_id),
        PIPE_TEST(an_odd_id_is_cut_and_escaped),
        PIPE_TEST(a_late_record_says_for_what_and_how_late),
        PIPE_TEST(alerts_are_told_with_their_key),
        PIPE_TEST(a_key_that_is_no_text_is_cut),
        PIPE_TEST(refused_memory_ends_nothing),
        PIPE_TEST(alerts_of_longer_keys),
        PIPE_TEST(alerts_are_sampled),
        PIPE_TEST(checkpoints_are_told),
        PIPE_TEST(each_reason_is_sampled_by_itself),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    json_decref(line);
    return failed;
}
