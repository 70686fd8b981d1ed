/* Views and alert rules (P5-P8): what all kinds of them have in common. */
#include "conformance/naive_view_internal.h"
#include "core/base/civil.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define VIEW_BYTES_MAX ((size_t)4 << 30)

/* ---- columns and rows */

/* Conditions inside aggregates are judged with `where`: of a record that is late too. */
static int judge_all(struct naive_making *m)
{
    int rc = 0;
    for (size_t i = 0; i < m->select.count; i++) {
        const struct naive_expr *where = m->select.items[i].aggregate.where;
        for (size_t k = 0; where && rc >= 0 && k < m->seen.count; k++) {
            rc = ls_naive_expr_holds(where, m->seen.items[k].row, m->err);
        }
    }
    return rc < 0 ? rc : 0;
}

int ls_naive_define(struct naive_making *m, const struct naive_column first[2],
                    const struct naive_column *others, size_t other_count,
                    const struct naive_columns *fields)
{
    const struct ls_spec_view *spec = m->view->spec;
    size_t by_count = spec->by.count;
    size_t count = 2 + by_count + other_count + spec->select.count + 1;
    struct naive_column *column = ls_arena_new(&m->view->arena, count, sizeof *column, m->err);
    if (!column) {
        return m->err->code;
    }
    m->view->columns = (struct naive_columns){column, count};
    m->view->identity_count = 2 + by_count;
    memcpy(column, first, 2 * sizeof *column);
    column += 2;
    for (size_t i = 0; i < by_count; i++) {
        *column = fields->items[m->by[i]];
        column++->physical = false;
    }
    if (other_count) {
        memcpy(column, others, other_count * sizeof *column);
        column += other_count;
    }
    int rc = ls_naive_select_compile(spec, fields, &m->view->arena, &m->select, column, m->err);
    column[spec->select.count] = (struct naive_column){
        .name = "feature_version", .written = "feature_version", .type = NAIVE_INT};
    return rc < 0 ? rc : judge_all(m);
}

struct naive_value *ls_naive_row(struct naive_making *m, const struct naive_seen *of,
                                 struct naive_value **others)
{
    const struct ls_spec_view *spec = m->view->spec;
    size_t count = m->view->columns.count;
    struct naive_value *row = ls_arena_new(&m->view->arena, count, sizeof *row, m->err);
    if (!row) {
        return NULL;
    }
    for (size_t i = 0; i < spec->by.count; i++) {
        row[2 + i] = of->row[m->by[i]];
    }
    row[count - 1].number = spec->feature_version;
    *others = row + 2 + spec->by.count;
    return row;
}

int ls_naive_add_row(struct naive_making *m, struct naive_value *row)
{
    struct naive_view *view = m->view;
    int rc = ls_mem_grow(&view->rows, &view->row_capacity, view->row_count + 1, sizeof *view->rows,
                         m->err);
    if (rc == 0) {
        view->rows[view->row_count++] = row;
    }
    return rc;
}

static int by_order(const void *a, const void *b)
{
    const struct naive_row_of *x = a;
    const struct naive_row_of *y = b;
    return ls_naive_seen_order(x->seen, y->seen);
}

int ls_naive_add_in_order(struct naive_making *m, struct naive_row_of *rows, size_t count)
{
    int rc = 0;
    if (count) {
        qsort(rows, count, sizeof *rows, by_order);
    }
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = ls_naive_add_row(m, rows[i].row);
    }
    return rc;
}

int ls_naive_of_time(struct naive_making *m, const char *what, int64_t time)
{
    char text[LS_TIME_TEXT_MAX];
    ls_time_format(time, text);
    return ls_error_prefix(m->err, "%s of %s", what, text);
}

int ls_naive_of_record(struct naive_making *m, const struct naive_seen *seen)
{
    const struct naive_value *id = &seen->row[NAIVE_EVENT_ID];
    ls_error_prefix(m->err, "event_id %.*s", (int)id->size, (const char *)id->bytes);
    return ls_naive_of_time(m, "record", seen->time_ms);
}

/* ---- what is late */

static int define_late(struct naive_making *m, const struct naive_world *world)
{
    static const struct naive_column columns[] = {
        {.name = "event_id", .written = "event_id", .type = NAIVE_STRING},
        {.name = "entity_id", .written = "entity_id", .type = NAIVE_STRING},
        {.name = "event_time", .written = "event_time", .type = NAIVE_TIME},
        {.name = "window_start", .written = "window_start", .type = NAIVE_TIME},
        {.name = "window_end", .written = "window_end", .type = NAIVE_TIME},
        {.name = "partition", .written = "partition", .type = NAIVE_INT, .physical = true},
        {.name = "position", .written = "position", .type = NAIVE_LONG, .physical = true},
        {.name = "watermark", .written = "watermark", .type = NAIVE_TIME, .physical = true}};
    struct naive_columns *late = &m->view->late_columns;
    size_t partitions = 0;
    for (size_t t = 0; t < world->topic_count; t++) {
        partitions += world->topics[t].partition_count;
    }
    m->view->late = ls_mem_new(partitions, sizeof *m->view->late, m->err);
    late->count = sizeof columns / sizeof columns[0];
    late->items = m->view->late
                      ? ls_arena_new(&m->view->arena, late->count, sizeof columns[0], m->err)
                      : NULL;
    if (!late->items) {
        return m->err->code;
    }
    memcpy(late->items, columns, sizeof columns);
    return 0;
}

int ls_naive_add_late(struct naive_making *m, const struct naive_seen *seen, int64_t start,
                      int64_t end)
{
    struct naive_late *late = seen->late;
    struct naive_value *row = ls_arena_new(&m->view->arena, m->view->late_columns.count,
                                           sizeof *row, m->err);
    if (!row) {
        return m->err->code;
    }
    int rc = ls_mem_grow(&late->rows, &late->capacity, late->count + 1, sizeof *late->rows, m->err);
    if (rc == 0) {
        row[0] = seen->row[NAIVE_EVENT_ID];
        row[1] = seen->row[NAIVE_ENTITY_ID];
        row[2].number = seen->time_ms;
        row[3].number = start;
        row[4].number = end;
        row[5].number = (int64_t)seen->partition;
        row[6].number = (int64_t)seen->position;
        row[7].number = seen->watermark_ms;
        late->rows[late->count++] = row;
    }
    return rc;
}

/* ---- what is on time */

static int by_key(const void *a, const void *b)
{
    const struct naive_seen *x = *(const struct naive_seen *const *)a;
    const struct naive_seen *y = *(const struct naive_seen *const *)b;
    int order = ls_naive_key_order(x, y);
    return order ? order : ls_naive_seen_order(x, y);
}

int ls_naive_counting(struct naive_making *m, const struct naive_seen_list *from,
                      struct naive_counting *out)
{
    int rc = 0;
    *out = (struct naive_counting){0};
    out->seen = ls_mem_new(from->count, sizeof(void *), m->err);
    out->rows = out->seen ? ls_mem_new(from->count, sizeof(void *), m->err) : NULL;
    out->room = out->rows ? ls_mem_new(from->count, sizeof(void *), m->err) : NULL;
    if (!out->room) {
        return m->err->code;
    }
    for (size_t i = 0; rc == 0 && i < from->count; i++) {
        const struct naive_seen *seen = &from->items[i];
        if (seen->time_ms >= seen->watermark_ms) {
            out->seen[out->count++] = seen;
        } else {
            rc = ls_naive_add_late(m, seen, seen->time_ms, seen->time_ms);
        }
    }
    if (rc == 0 && out->count) {
        qsort(out->seen, out->count, sizeof *out->seen, by_key);
    }
    for (size_t i = 0; rc == 0 && i < out->count; i++) {
        out->rows[i] = out->seen[i]->row;
    }
    return rc;
}

void ls_naive_counting_clear(struct naive_counting *counting)
{
    ls_mem_free(counting->seen);
    ls_mem_free(counting->rows);
    ls_mem_free(counting->room);
}

/* ---- a view */

/* What it reads, but for joins, which have two sides. */
static int read_source(struct naive_making *m, const struct naive_world *world)
{
    const struct ls_spec_view *spec = m->view->spec;
    struct ls_arena *arena = &m->view->arena;
    struct naive_expr *where = NULL;
    int rc = ls_naive_source(world, spec->sources, spec->source_count, arena, &m->source, m->err);
    m->by = rc < 0 ? NULL : ls_arena_new(arena, spec->by.count, sizeof *m->by, m->err);
    if (!m->by) {
        return m->err->code;
    }
    for (size_t i = 0; i < spec->by.count; i++) {
        m->by[i] = ls_naive_column_find(&m->source.fields, spec->by.items[i]);
        if (m->by[i] == m->source.fields.count) {
            return ls_error_set(m->err, LS_E_DATA, "it is by a field `%s` that is none",
                                spec->by.items[i]);
        }
    }
    if (spec->where_text) {
        rc = ls_naive_expr_parse(spec->where_text, &m->source.fields, arena, &where, m->err);
    }
    return rc < 0 ? rc
                  : ls_naive_source_read(&m->source, where, m->by, spec->by.count, m->view,
                                         &m->seen, m->err);
}

static int make(struct naive_making *m, const struct naive_world *world)
{
    const struct ls_spec_view *spec = m->view->spec;
    int rc = define_late(m, world);
    if (rc == 0 && spec->join) {
        return ls_naive_make_join(m, world);
    }
    rc = rc < 0 ? rc : read_source(m, world);
    if (rc < 0) {
        return rc;
    }
    return spec->when_text                             ? ls_naive_make_alerts(m)
           : spec->rolling                             ? ls_naive_make_rolling(m)
           : spec->window.member == &ls_member_session ? ls_naive_make_sessions(m)
                                                       : ls_naive_make_windows(m);
}

int ls_naive_view(struct naive_world *world, const struct ls_spec_view *spec,
                  struct naive_view *out, struct ls_error *err)
{
    struct naive_making m = {.view = out, .err = err};
    *out = (struct naive_view){.spec = spec};
    ls_arena_init(&out->arena, "a view", VIEW_BYTES_MAX);
    int rc = make(&m, world);
    ls_mem_free(m.seen.items);
    return rc < 0
               ? ls_error_prefix(err, "%s %s", spec->when_text ? "alert rule" : "view", spec->name)
               : 0;
}

void ls_naive_view_clear(struct naive_view *view)
{
    for (size_t i = 0; i < view->late_count; i++) {
        ls_mem_free(view->late[i].rows);
    }
    ls_mem_free(view->late);
    ls_mem_free(view->rows);
    ls_arena_clear(&view->arena);
}
