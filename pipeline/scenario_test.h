/* Views as tables of cases: a few records and the rows that the definition makes of them. The
 * streaming and the batch run are held to the same tables (scenarios_test.h), each in its own
 * way. */
#ifndef LS_PIPELINE_SCENARIO_TEST_H
#define LS_PIPELINE_SCENARIO_TEST_H

#include "core/base/draw.h"
#include "pipeline/kinds_test.h"
#include "pipeline/view/contribution.h"

#include <jansson.h>

#define EVENTS_MAX 24
#define NONE       INT64_MIN /* null */

/* A record; what is not said is 0, S0, null. */
struct event {
    int64_t time;
    const char *id; /* NULL: no more of them */
    int64_t amount;
    const char *item;
    int64_t score;
    const char *entity;
    uint32_t topic, partition;
};

/* At a time: the id, then what else is said. */
#define AT(when, ...)                                                                              \
    {                                                                                              \
        .time = when, .id = __VA_ARGS__                                                            \
    }

struct scenario {
    const char *name;
    const char *view; /* `v`, with views: or alerts: before it */
    struct event events[EVENTS_MAX];
    const char *rows; /* see row_text */
};

static inline size_t event_count(const struct scenario *scenario)
{
    size_t count = 0;
    while (count < EVENTS_MAX && scenario->events[count].id) {
        count++;
    }
    return count;
}

static inline struct ls_cell maybe(int64_t number)
{
    return number == NONE ? null_of() : number_of(number);
}

static inline void message_of(const struct pipe *p, const struct event *event, struct message *m)
{
    begin_message(p, m, event->topic, 0, event->time);
    m->cells[LS_COLUMN_EVENT_ID] = text_of(event->id);
    m->cells[LS_COLUMN_ENTITY_ID] = text_of(event->entity ? event->entity : "S0");
    m->cells[ITEM] = event->item ? text_of(event->item) : null_of();
    m->cells[AMOUNT] = maybe(event->amount);
    m->cells[SCORE] = maybe(event->score);
    m->partition = event->partition;
    encode(p, m);
}

/* What an event brings to the view `v`, and where it stands; position: which it is. */
struct brought {
    struct message message;
    struct ls_record record;
    uint8_t key[LS_GROUP_KEY_MAX];
    struct ls_contribution contribution;
    struct ls_place_in_order place;
};

static inline void bring(struct pipe *p, const struct scenario *scenario, size_t number,
                         struct brought *out)
{
    const struct event *event = &scenario->events[number];
    const struct ls_view *view = view_of(p, "v");
    const struct ls_topic_plan *topic = &p->plan->topics[event->topic];
    message_of(p, event, &out->message);
    ls_record_examine(p->plan, topic, &out->message.raw, &out->record);
    if (out->record.reason != LS_ADMITTED) {
        fail_msg("%s: %s: %s", scenario->name, event->id, out->record.detail);
    }
    ls_record_normalize(topic, event->partition, number, 0, &out->record);
    assert_int_equal(ls_view_contribution(view, view->by_topic[event->topic], &out->record,
                                          out->key, &out->contribution, &p->base.err),
                     1);
    out->place = (struct ls_place_in_order){
        event->time, out->contribution.id, out->contribution.id_size,
        topic->rank, event->partition,     number};
}

/* ---- rows as text: the values with spaces between, without feature_version; null is -, a list is
 * [value:amount ...] */

static inline void value_text(struct ls_buf *out, const json_t *value)
{
    struct ls_error err;
    size_t i;
    json_t *item;
    const char *name;
    json_t *member;
    switch (json_typeof(value)) {
    case JSON_NULL:
        assert_int_equal(ls_buf_append_text(out, "-", &err), 0);
        break;
    case JSON_STRING:
        assert_int_equal(ls_buf_append_text(out, json_string_value(value), &err), 0);
        break;
    case JSON_ARRAY:
        assert_int_equal(ls_buf_append_text(out, "[", &err), 0);
        json_array_foreach(value, i, item)
        {
            bool first = true;
            assert_int_equal(ls_buf_append_text(out, i ? " " : "", &err), 0);
            json_object_foreach(item, name, member)
            {
                assert_int_equal(ls_buf_append_text(out, first ? "" : ":", &err), 0);
                value_text(out, member);
                first = false;
            }
        }
        assert_int_equal(ls_buf_append_text(out, "]", &err), 0);
        break;
    case JSON_INTEGER:
        assert_int_equal(ls_buf_appendf(out, &err, "%lld", (long long)json_integer_value(value)),
                         0);
        break;
    default:
        assert_int_equal(ls_buf_append_text(out, json_is_true(value) ? "true" : "false", &err), 0);
    }
}

/* Appends a row and a line end; the row ends where `bytes` do. */
static inline void row_text(const struct ls_view *view, const uint8_t *bytes, size_t size,
                            struct ls_buf *out)
{
    struct ls_span span = {bytes, bytes + size};
    struct ls_buf json;
    struct ls_error err;
    const char *name;
    json_t *value;
    int rc;
    ls_buf_init(&json, "row", 1U << 20);
    assert_int_equal(ls_datum_json(view->schema->root, &span, false, &json, &rc, &err),
                     LS_DECODE_OK);
    assert_int_equal(rc, 0);
    assert_ptr_equal(span.at, span.end);
    json_t *row = json_loadb((const char *)json.data, json.size, 0, NULL);
    bool first = true;
    json_object_foreach(row, name, value)
    {
        if (strcmp(name, "feature_version") != 0) {
            assert_int_equal(ls_buf_append_text(out, first ? "" : " ", &err), 0);
            value_text(out, value);
            first = false;
        }
    }
    assert_int_equal(ls_buf_append_text(out, "\n", &err), 0);
    json_decref(row);
    ls_buf_clear(&json);
}

static inline void check_rows(const struct scenario *scenario, const char *how, struct ls_buf *rows)
{
    struct ls_error err;
    const char *text = ls_buf_text(rows, &err);
    if (strcmp(text, scenario->rows) != 0) {
        fail_msg("%s, %s: these rows\n%sshould be\n%s", scenario->name, how, text, scenario->rows);
    }
}

#endif
