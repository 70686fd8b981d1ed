#include "conformance/origin_internal.h"

#include "conformance/rows.h"
#include "core/avro/frame.h"
#include "core/base/civil.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/log/log.h"
#include "spec/heartbeat.h"

#include <stdio.h>
#include <string.h>

#define HEX_SHOWN_MAX 64 /* bytes */

/* ---- a record of the log */

static int show_hex(const uint8_t *bytes, size_t size, struct ls_buf *out, struct ls_error *err)
{
    char hex[2 * HEX_SHOWN_MAX + 1];
    size_t shown = size < HEX_SHOWN_MAX ? size : HEX_SHOWN_MAX;
    return ls_buf_appendf(out, err, "%s%s", ls_hex(bytes, shown, hex), size > shown ? "..." : "");
}

static int show_key(const struct ls_log_record *record, struct ls_buf *out, struct ls_error *err)
{
    if (!record->key) {
        return ls_buf_append_text(out, "none", err);
    }
    if (!ls_utf8_valid(record->key, record->key_size)) {
        return show_hex(record->key, record->key_size, out, err);
    }
    json_t *text = json_stringn((const char *)record->key, record->key_size);
    int rc = text ? ls_show(text, out, err) : ls_error_nomem(err, record->key_size);
    json_decref(text);
    return rc;
}

static int show_bytes(const struct ls_log_record *record, const char *why, struct ls_buf *out,
                      struct ls_error *err)
{
    int rc = ls_buf_appendf(out, err, "    value of %zu bytes, %s: ", record->value_size, why);
    rc = rc < 0 ? rc : show_hex(record->value, record->value_size, out, err);
    return rc < 0 ? rc : ls_buf_append_text(out, "\n", err);
}

static int show_value(const struct ls_spec_event_type *type, const struct ls_log_record *record,
                      struct ls_buf *out, struct ls_error *err)
{
    struct ls_frame frame = ls_frame_read(record->value, record->value ? record->value_size : 0);
    if (!record->value) {
        return ls_buf_append_text(out, "    no value\n", err);
    }
    int64_t beat_ms;
    if (ls_heartbeat_is(record->value, record->value_size) &&
        ls_heartbeat_read(record->value, record->value_size, &beat_ms) == LS_DECODE_OK) {
        char time[LS_TIME_TEXT_MAX];
        ls_time_format(beat_ms, time);
        return ls_buf_appendf(out, err, "    a heartbeat of %s\n", time);
    }
    const struct ls_spec_version *version = frame.kind == LS_FRAME_SINGLE_OBJECT
                                                ? ls_spec_version_of(type, frame.crc64)
                                                : NULL;
    if (!version) {
        return show_bytes(record,
                          frame.kind == LS_FRAME_SINGLE_OBJECT ? "of a schema that the spec has not"
                                                               : "without a frame",
                          out, err);
    }
    struct ls_span span = {record->value + frame.size, record->value + record->value_size};
    enum ls_decode_status status = ls_datum_skip(version->schema->root, &span);
    if (status != LS_DECODE_OK || span.at != span.end) {
        char why[120];
        snprintf(why, sizeof why, "which do not decode (%s, at byte %zu)",
                 ls_decode_status_text(status ? status : LS_DECODE_TRAILING),
                 (size_t)(span.at - record->value));
        return show_bytes(record, why, out, err);
    }
    json_t *value = ls_row_json(version->schema, record->value + frame.size,
                                record->value_size - frame.size, true, err);
    int rc = value ? ls_buf_append_text(out, "    value ", err) : err->code;
    rc = rc < 0 ? rc : ls_show(value, out, err);
    json_decref(value);
    return rc < 0 ? rc : ls_buf_append_text(out, "\n", err);
}

static int show_record(const struct ls_spec_event_type *type, const struct ls_log_record *record,
                       struct ls_buf *out, struct ls_error *err)
{
    char time[LS_TIME_TEXT_MAX];
    ls_time_format(record->timestamp_ms, time);
    int rc = ls_buf_appendf(out, err, "    timestamp %s, key ", time);
    rc = rc < 0 ? rc : show_key(record, out, err);
    rc = rc < 0 ? rc : ls_buf_append_text(out, "\n", err);
    return rc < 0 ? rc : show_value(type, record, out, err);
}

static const struct ls_spec_event_type *type_of(const struct ls_spec *spec, const char *topic)
{
    for (size_t t = 0; t < spec->event_types.count; t++) {
        if (strcmp(ls_spec_event_type_at(spec, t)->topic, topic) == 0) {
            return ls_spec_event_type_at(spec, t);
        }
    }
    return NULL;
}

int ls_origin_unread(const struct ls_error *why, struct ls_buf *out, struct ls_error *err)
{
    if (why->code == LS_E_NOMEM) {
        *err = *why;
        return why->code;
    }
    return ls_buf_appendf(out, err, "    (it cannot be read: %s)\n", why->text);
}

/* A reader that stands in front of the record: a dataset of somebody's may name any. */
static int find_record(const struct ls_log *log, const char *topic, uint32_t partition,
                       uint64_t position, struct ls_log_reader **out, struct ls_error *err)
{
    size_t count;
    int index = ls_log_find_topic(log, topic);
    if (index < 0 || partition >= ls_log_topics(log, &count)[index].partitions ||
        position >= ls_log_count(log, (uint32_t)index, partition)) {
        return ls_error_set(err, LS_E_DATA, "the log has no such record");
    }
    return ls_log_reader_new(log, (uint32_t)index, partition, position, out, err);
}

int ls_origin_record(const struct ls_origin *origin, const char *topic, uint32_t partition,
                     uint64_t position, struct ls_buf *report, struct ls_error *err)
{
    char uri[LS_PATH_MAX + 8];
    struct ls_error why;
    struct ls_log *log = NULL;
    struct ls_log_reader *reader = NULL;
    const struct ls_log_record *record = NULL;
    size_t count = 0;
    const struct ls_spec_event_type *type = type_of(origin->spec, topic);
    snprintf(uri, sizeof uri, "log:%s", origin->log);
    int rc = ls_buf_appendf(report, err, "  its input: %s, partition %u, position %llu\n", topic,
                            partition, (unsigned long long)position);
    if (rc < 0 || !type) {
        return rc;
    }
    int read = ls_log_open(uri, false, &log, &why);
    read = read < 0 ? read : find_record(log, topic, partition, position, &reader, &why);
    read = read < 0 ? read : ls_log_read(reader, 1, &record, &count, &why);
    rc = read < 0 ? ls_origin_unread(&why, report, err) : show_record(type, record, report, err);
    ls_log_reader_free(reader);
    ls_log_close(log);
    return rc;
}

/* ---- any row */

/* "kind/.../TOPIC/PARTITION.avro": the topic. */
static bool topic_of(const char *name, char *topic, size_t size)
{
    const char *end = strrchr(name, '/');
    const char *begin = end;
    while (begin && begin > name && begin[-1] != '/') {
        begin--;
    }
    if (!begin || begin == name || (size_t)(end - begin) >= size) {
        return false;
    }
    memcpy(topic, begin, (size_t)(end - begin));
    topic[end - begin] = '\0';
    return true;
}

static const struct ls_spec_view *view_of(const struct ls_spec *spec, const char *name)
{
    const struct ls_spec_view *views = spec->pipeline->views.items;
    for (size_t i = 0; i < spec->pipeline->views.count; i++) {
        char file[LS_PATH_MAX];
        snprintf(file, sizeof file, "views/%s.avro", views[i].name);
        if (strcmp(file, name) == 0) {
            return &views[i];
        }
    }
    return NULL;
}

int ls_origin_row(const struct ls_origin *origin, const struct ls_sides *sides, const char *name,
                  const json_t *row, struct ls_buf *report, struct ls_error *err)
{
    char topic[LS_LOG_TOPIC_NAME_MAX + 1];
    const json_t *partition = json_object_get(row, "partition");
    const json_t *position = json_object_get(row, "position");
    const struct ls_spec_view *view = view_of(origin->spec, name);
    if (view) {
        return ls_origin_view(origin, sides, view, row, report, err);
    }
    if (!topic_of(name, topic, sizeof topic) || !json_is_integer(partition) ||
        !json_is_integer(position)) {
        return 0;
    }
    return ls_origin_record(origin, topic, (uint32_t)json_integer_value(partition),
                            (uint64_t)json_integer_value(position), report, err);
}
