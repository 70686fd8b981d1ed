/* The records behind a row of a view. */
#include "conformance/origin_internal.h"

#include "conformance/rows.h"
#include "core/base/file.h"

#include <stdio.h>
#include <string.h>

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
            snprintf(name, sizeof name, "normalized/%s/%u.avro", g->view->sources[0]->topic, p);
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
                            g->view->sources[0]->topic, g->view->by.count ? " and group" : "");
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

int ls_origin_view(const struct ls_origin *origin, const struct ls_sides *sides,
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
    rc = rc < 0 ? ls_origin_unread(&why, report, err) : put_group(&g, report, err);
    ls_buf_clear(&g.same_lines);
    ls_buf_clear(&g.different_lines);
    return rc;
}
