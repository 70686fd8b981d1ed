#include "conformance/origin.h"

#include "conformance/rows.h"
#include "core/avro/frame.h"
#include "core/base/civil.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/log/log.h"

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
    if (frame.kind != LS_FRAME_SINGLE_OBJECT || frame.crc64 != type->schema->crc64) {
        return show_bytes(record,
                          frame.kind == LS_FRAME_SINGLE_OBJECT ? "of a schema that the spec has not"
                                                               : "without a frame",
                          out, err);
    }
    struct ls_span span = {record->value + frame.size, record->value + record->value_size};
    enum ls_decode_status status = ls_datum_skip(type->schema->root, &span);
    if (status != LS_DECODE_OK || span.at != span.end) {
        char why[120];
        snprintf(why, sizeof why, "which do not decode (%s, at byte %zu)",
                 ls_decode_status_text(status ? status : LS_DECODE_TRAILING),
                 (size_t)(span.at - record->value));
        return show_bytes(record, why, out, err);
    }
    json_t *value = ls_row_json(type->schema, record->value + frame.size,
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

/* What cannot be read is no failure of a report. */
static int tell_unread(const struct ls_error *why, struct ls_buf *out, struct ls_error *err)
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
    rc = read < 0 ? tell_unread(&why, report, err) : show_record(type, record, report, err);
    ls_log_reader_free(reader);
    ls_log_close(log);
    return rc;
}

/* ---- the records behind a row of a view */

/* A view's row, and what is found of its records. */
struct group {
    const struct ls_origin *origin;
    const struct ls_sides *sides;
    const struct ls_spec_view *view;
    const json_t *row;
    int64_t start, end;
    uint64_t count, different;
    struct ls_buf same_lines, different_lines;
    uint64_t same_told, different_told;
};

/* One side's file of a partition: the next row that belongs to the group. */
struct member {
    struct ls_rows rows;
    bool more;
    json_t *row;
    int64_t position;
};

/* The column of a field: money has cents. */
static const json_t *column(const json_t *row, const char *field)
{
    char cents[LS_SHOWN_MAX];
    const json_t *value = json_object_get(row, field);
    snprintf(cents, sizeof cents, "%s_cents", field);
    return value ? value : json_object_get(row, cents);
}

static bool is_of_group(const struct group *g, const json_t *row)
{
    for (size_t i = 0; i < g->view->by.count; i++) {
        const json_t *is = column(row, g->view->by.items[i]);
        const json_t *wanted = column(g->row, g->view->by.items[i]);
        if (!is || !wanted || !json_equal(is, wanted)) {
            return false;
        }
    }
    return true;
}

static int advance(const struct group *g, struct member *m, struct ls_error *err)
{
    int rc = 0;
    json_decref(m->row);
    m->row = NULL;
    m->position = INT64_MAX;
    while (m->more && !m->row && (rc = ls_rows_next(&m->rows, err)) > 0) {
        int64_t time;
        if (!ls_avro_file_long(&m->rows.file, "event_time", &time) || time < g->start ||
            time >= g->end || !ls_avro_file_long(&m->rows.file, "position", &m->position)) {
            continue;
        }
        m->row = ls_row_json(m->rows.schema, m->rows.encoded.data, m->rows.encoded.size, false,
                             err);
        if (!m->row) {
            return err->code;
        }
        if (!is_of_group(g, m->row)) {
            json_decref(m->row);
            m->row = NULL;
        }
    }
    if (!m->row) {
        m->more = false;
        m->position = INT64_MAX;
    }
    return rc < 0 ? rc : 0;
}

/* The fields that the view calculates with, each once. */
static int put_inputs(const struct group *g, const json_t *row, struct ls_buf *line,
                      struct ls_error *err)
{
    const struct ls_spec_aggregate *selected = g->view->select.items;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < g->view->select.count; i++) {
        const struct ls_aggregate_field *of = selected[i].function.settings;
        const json_t *value = of && of->field ? column(row, of->field) : NULL;
        bool told = !value;
        for (size_t k = 0; !told && k < i; k++) {
            const struct ls_aggregate_field *before = selected[k].function.settings;
            told = before && before->field && strcmp(before->field, of->field) == 0;
        }
        if (!told) {
            rc = ls_buf_appendf(line, err, ", %s ", of->field);
            rc = rc < 0 ? rc : ls_show(value, line, err);
        }
    }
    return rc;
}

/* What the two sides have in other ways: the first field that differs. */
static int put_difference(const struct group *g, json_t *a, const json_t *b, struct ls_buf *line,
                          struct ls_error *err)
{
    if (!a || !b) {
        return ls_buf_appendf(line, err, "; in %s alone", g->sides->called[a ? 0 : 1]);
    }
    const char *name;
    json_t *value;
    json_object_foreach(a, name, value)
    {
        const json_t *other = json_object_get(b, name);
        if (!other || json_equal(value, other)) {
            continue;
        }
        int rc = ls_buf_appendf(line, err, "; %s is ", name);
        rc = rc < 0 ? rc : ls_show(value, line, err);
        rc = rc < 0 ? rc : ls_buf_appendf(line, err, " in %s and ", g->sides->called[0]);
        rc = rc < 0 ? rc : ls_show(other, line, err);
        return rc < 0 ? rc : ls_buf_appendf(line, err, " in %s", g->sides->called[1]);
    }
    return 0;
}

static int tell_member(struct group *g, uint32_t partition, json_t *a, json_t *b,
                       struct ls_error *err)
{
    bool same = a && b && json_equal(a, b);
    const json_t *row = a ? a : b;
    bool late = json_integer_value(json_object_get(row, "watermark")) >= g->end;
    uint64_t *told = same ? &g->same_told : &g->different_told;
    struct ls_buf *line = same ? &g->same_lines : &g->different_lines;
    g->count++;
    g->different += !same;
    if ((*told)++ >= LS_ORIGIN_RECORDS_MAX) {
        return 0;
    }
    int rc = ls_buf_appendf(line, err, "    partition %u, position %lld, event_id %s", partition,
                            (long long)json_integer_value(json_object_get(row, "position")),
                            json_is_string(json_object_get(row, "event_id"))
                                ? json_string_value(json_object_get(row, "event_id"))
                                : "?");
    rc = rc < 0 ? rc : put_inputs(g, row, line, err);
    rc = rc < 0 || !late ? rc
                         : ls_buf_append_text(line,
                                              "; late: its watermark had reached the "
                                              "window's end",
                                              err);
    rc = rc < 0 || same ? rc : put_difference(g, a, b, line, err);
    return rc < 0 ? rc : ls_buf_append_text(line, "\n", err);
}

/* Both sides of a partition at once, by position. */
static int merge(struct group *g, uint32_t partition, struct member *a, struct member *b,
                 struct ls_error *err)
{
    int rc = advance(g, a, err);
    rc = rc < 0 ? rc : advance(g, b, err);
    while (rc == 0 && (a->more || b->more)) {
        bool of_a = a->position <= b->position;
        bool of_b = b->position <= a->position;
        rc = tell_member(g, partition, of_a ? a->row : NULL, of_b ? b->row : NULL, err);
        rc = rc < 0 || !of_a ? rc : advance(g, a, err);
        rc = rc < 0 || !of_b ? rc : advance(g, b, err);
    }
    return rc;
}

static int find_members(struct group *g, struct ls_error *err)
{
    int rc = 0;
    for (uint32_t p = 0; rc == 0 && p < (uint32_t)g->origin->spec->topics->partitions; p++) {
        char paths[2][LS_PATH_MAX];
        struct member members[2] = {0};
        for (int i = 0; rc == 0 && i < 2; i++) {
            char name[LS_PATH_MAX];
            snprintf(name, sizeof name, "normalized/%s/%u.avro", g->view->event_type->topic, p);
            rc = ls_path_join(paths[i], g->sides->folders[i], name, err);
            rc = rc < 0 ? rc : ls_rows_open(paths[i], &members[i].rows, err);
            members[i].more = rc == 0;
            rc = rc == LS_E_NOINPUT ? 0 : rc; /* that side has none */
        }
        rc = rc < 0 ? rc : merge(g, p, &members[0], &members[1], err);
        for (int i = 0; i < 2; i++) {
            json_decref(members[i].row);
            ls_rows_close(&members[i].rows);
        }
    }
    return rc;
}

/* Those that differ stand first. */
static int put_group(const struct group *g, struct ls_buf *report, struct ls_error *err)
{
    uint64_t different = g->different_told < LS_ORIGIN_RECORDS_MAX ? g->different_told
                                                                   : LS_ORIGIN_RECORDS_MAX;
    uint64_t room = LS_ORIGIN_RECORDS_MAX - different;
    size_t size = 0;
    uint64_t same = 0;
    for (; size < g->same_lines.size && same < room; size++) {
        same += g->same_lines.data[size] == '\n';
    }
    int rc = ls_buf_appendf(report, err,
                            "  behind it: %llu normalized record%s of %s in that window%s",
                            (unsigned long long)g->count, g->count == 1 ? "" : "s",
                            g->view->event_type->topic, g->view->by.count ? " and group" : "");
    rc = rc < 0 || !g->view->where_text
             ? rc
             : ls_buf_appendf(report, err, " (whatever `where: %s` makes of them)",
                              g->view->where_text);
    rc = rc < 0 ? rc
         : g->different == 0
             ? ls_buf_appendf(report, err, ", the same in %s and %s", g->sides->called[0],
                              g->sides->called[1])
             : ls_buf_appendf(report, err, ", of which %llu are not the same in both",
                              (unsigned long long)g->different);
    rc = rc < 0 ? rc : ls_buf_append_text(report, g->count ? ":\n" : "\n", err);
    rc = rc < 0 ? rc : ls_buf_append(report, g->different_lines.data, g->different_lines.size, err);
    rc = rc < 0 ? rc : ls_buf_append(report, g->same_lines.data, size, err);
    return rc < 0 || g->count == different + same
               ? rc
               : ls_buf_appendf(report, err, "    and %llu more\n",
                                (unsigned long long)(g->count - different - same));
}

static int tell_group(const struct ls_origin *origin, const struct ls_sides *sides,
                      const struct ls_spec_view *view, const json_t *row, struct ls_buf *report,
                      struct ls_error *err)
{
    struct group g = {.origin = origin,
                      .sides = sides,
                      .view = view,
                      .row = row,
                      .start = json_integer_value(json_object_get(row, "window_start")),
                      .end = json_integer_value(json_object_get(row, "window_end"))};
    struct ls_error why;
    ls_buf_init(&g.same_lines, "records behind a row", report->size_max);
    ls_buf_init(&g.different_lines, "records behind a row", report->size_max);
    int rc = find_members(&g, &why);
    rc = rc < 0 ? tell_unread(&why, report, err) : put_group(&g, report, err);
    ls_buf_clear(&g.same_lines);
    ls_buf_clear(&g.different_lines);
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
        return tell_group(origin, sides, view, row, report, err);
    }
    if (!topic_of(name, topic, sizeof topic) || !json_is_integer(partition) ||
        !json_is_integer(position)) {
        return 0;
    }
    return ls_origin_record(origin, topic, (uint32_t)json_integer_value(partition),
                            (uint64_t)json_integer_value(position), report, err);
}
