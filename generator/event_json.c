#include "generator/event_json.h"

#include "core/base/civil.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "generator/event_datum.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static int put(struct ls_buf *out, const char *text, struct ls_error *err)
{
    return ls_buf_append_text(out, text, err);
}

/* From "topic" to the key. */
static int put_record(const struct ls_plan_type *type, const struct ls_event *event,
                      struct ls_buf *out, struct ls_error *err)
{
    const char *topic = type->spec->topic;
    char time[LS_TIME_TEXT_MAX];
    char text[LS_TIME_TEXT_MAX + 60];
    ls_time_format(event->timestamp_ms, time);
    int rc = put(out, "\"topic\":", err);
    rc = rc < 0 ? rc : ls_json_string(out, topic, strlen(topic), err);
    snprintf(text, sizeof text, ",\"partition\":%u,\"timestamp\":\"%s\",\"key\":", event->partition,
             time);
    rc = rc < 0 ? rc : put(out, text, err);
    return rc < 0 ? rc : ls_json_string(out, event->key, event->key_size, err);
}

static int put_damage(const struct ls_event *event, const char *trouble, struct ls_buf *out,
                      struct ls_error *err)
{
    size_t digits = (size_t)2 * event->value_size;
    int rc = ls_buf_appendf(out, err, ",\"damaged\":\"%s\",\"bytes\":\"", trouble);
    rc = rc < 0 ? rc : ls_buf_reserve(out, digits + 1, err);
    if (rc == 0) {
        ls_hex(event->value, event->value_size, (char *)out->data + out->size);
        out->size += digits;
    }
    return rc < 0 ? rc : put(out, "\"}\n", err);
}

int ls_event_json(const struct ls_plan_type *type, const struct ls_event *event, struct ls_buf *out,
                  struct ls_error *err)
{
    struct ls_span datum;
    const char *trouble = ls_event_datum(type, event, &datum);
    int rc = put(out, "{", err);
    rc = rc < 0 ? rc : put_record(type, event, out, err);
    if (rc == 0 && trouble) {
        rc = put(out, ",\"value\":null", err);
        return rc < 0 ? rc : put_damage(event, trouble, out, err);
    }
    rc = rc < 0 ? rc : put(out, ",\"value\":", err);
    if (rc == 0) {
        const struct ls_schema *schema = ls_event_version(type, event)->schema;
        ls_datum_json(schema->root, &datum, true, out, &rc, err);
    }
    return rc < 0 ? rc : put(out, "}\n", err);
}

int ls_event_json_damaged(const struct ls_plan_type *type, const struct ls_event *event,
                          struct ls_buf *out, struct ls_error *err)
{
    struct ls_span datum;
    const char *trouble = ls_event_datum(type, event, &datum);
    assert(trouble);
    int rc = ls_buf_appendf(out, err, "{\"index\":%llu,", (unsigned long long)event->index);
    rc = rc < 0 ? rc : put_record(type, event, out, err);
    return rc < 0 ? rc : put_damage(event, trouble, out, err);
}
