/* The schemas of rows: what stands in front by the kind of the view, then the columns. */
#include "pipeline/view/view_internal.h"

#include <string.h>

#define TIME_TYPE "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}"

/* ---- types */

static int decimal_text(const struct ls_view_column *c, struct ls_buf *out, struct ls_error *err)
{
    return ls_buf_appendf(out, err,
                          "{\"type\":\"bytes\",\"logicalType\":\"decimal\","
                          "\"precision\":%u,\"scale\":%u}",
                          c->precision, c->scale);
}

static int time_text(enum ls_field_type type, struct ls_buf *out, struct ls_error *err)
{
    return ls_buf_appendf(out, err, "{\"type\":\"long\",\"logicalType\":\"%stimestamp-millis\"}",
                          type == LS_FIELD_LOCAL_TIMESTAMP ? "local-" : "");
}

/* Of the column's field, without the null beside it. An enum is called as the column is: its field
 * may be in the key too. */
static int field_text(const struct ls_view *v, const struct ls_view_column *c, struct ls_buf *out,
                      struct ls_error *err)
{
    struct ls_normal_column plain = *c->input;
    plain.nullable = false;
    plain.name = c->name;
    return ls_column_type_text(&plain, v->spec->name, out, err);
}

static int top_text(const struct ls_view *v, const struct ls_view_column *c, struct ls_buf *out,
                    struct ls_error *err)
{
    bool money = c->to && c->to->type == LS_FIELD_MONEY;
    int rc = ls_buf_appendf(out, err,
                            "{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":"
                            "\"%s_%s_entry\",\"fields\":[{\"name\":\"value\",\"type\":",
                            v->spec->name, c->name);
    rc = rc < 0 ? rc : field_text(v, c, out, err);
    rc = rc < 0 ? rc
                : ls_buf_appendf(out, err, "},{\"name\":\"%s\",\"type\":",
                                 c->to ? money ? "sum_cents" : "sum" : "count");
    if (rc == 0 && c->to && c->to->type == LS_FIELD_DECIMAL) {
        rc = decimal_text(c, out, err);
    } else if (rc == 0) {
        rc = ls_buf_append_text(out, "\"long\"", err);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "}]}}", err);
}

static int expr_text(const struct ls_view_column *c, struct ls_buf *out, struct ls_error *err)
{
    switch (ls_expr_type(c->expr)) {
    case LS_EXPR_NUMBER:
        return c->scale ? decimal_text(c, out, err) : ls_buf_append_text(out, "\"long\"", err);
    case LS_EXPR_TIME:
        return ls_buf_append_text(out, TIME_TYPE, err);
    case LS_EXPR_BOOLEAN:
        return ls_buf_append_text(out, "\"boolean\"", err);
    case LS_EXPR_TEXT:
        break;
    }
    return ls_buf_append_text(out, "\"string\"", err);
}

static int value_text(const struct ls_view *v, const struct ls_view_column *c, struct ls_buf *out,
                      struct ls_error *err)
{
    switch (c->kind) {
    case LS_AGGREGATE_AVG:
    case LS_AGGREGATE_RATIO:
        return decimal_text(c, out, err);
    case LS_AGGREGATE_FIRST:
    case LS_AGGREGATE_LAST:
        return field_text(v, c, out, err);
    case LS_AGGREGATE_EXPR:
        return expr_text(c, out, err);
    default:
        if (c->input->type == LS_FIELD_DECIMAL) {
            return decimal_text(c, out, err);
        }
        return ls_field_expr_type(c->input->type) == LS_EXPR_TIME
                   ? time_text(c->input->type, out, err)
                   : ls_buf_append_text(out, "\"long\"", err);
    }
}

static int result_text(const struct ls_view *v, const struct ls_view_column *c, struct ls_buf *out,
                       struct ls_error *err)
{
    if (c->kind == LS_AGGREGATE_COUNT || c->kind == LS_AGGREGATE_DISTINCT) {
        return ls_buf_append_text(out, "\"long\"", err);
    }
    if (c->kind == LS_AGGREGATE_TOP) {
        return top_text(v, c, out, err);
    }
    int rc = ls_buf_append_text(out, "[\"null\",", err);
    rc = rc < 0 ? rc : value_text(v, c, out, err);
    return rc < 0 ? rc : ls_buf_append_text(out, "]", err);
}

/* ---- what stands in front: names, and types; behind `by` what is of the row alone */

struct heading {
    const char *name, *type;
};

static const struct heading window_heading[] = {
    {"window_start", TIME_TYPE}, {"window_end", TIME_TYPE}, {NULL, NULL}};
static const struct heading record_heading[] = {
    {"event_time", TIME_TYPE}, {"event_id", "\"string\""}, {NULL, NULL}};
static const struct heading pair_heading[] = {{"event_time", TIME_TYPE},
                                              {"left_event_id", "\"string\""},
                                              {"right_event_id", "[\"null\",\"string\"]"},
                                              {"entity_id", "\"string\""},
                                              {NULL, NULL}};
static const struct heading alert_heading[] = {
    {"transition",
     "{\"type\":\"enum\",\"name\":\"transition\",\"symbols\":[\"RAISED\",\"CLEARED\"]}"},
    {"severity",
     "{\"type\":\"enum\",\"name\":\"severity\",\"symbols\":[\"INFO\",\"WARNING\",\"CRITICAL\"]}"},
    {NULL, NULL}};
static const struct heading nothing[] = {{NULL, NULL}};

static const struct heading *heading_of(const struct ls_view *v)
{
    switch (v->kind) {
    case LS_VIEW_WINDOWS:
    case LS_VIEW_SESSIONS:
        return window_heading;
    case LS_VIEW_JOIN:
        return pair_heading;
    default:
        return record_heading;
    }
}

static const struct heading *second_heading_of(const struct ls_view *v)
{
    return v->kind == LS_VIEW_ALERT ? alert_heading : nothing;
}

/* The fields of a row's key that stand in it: of a pair the entity, which its heading has. */
static size_t key_columns(const struct ls_view *v)
{
    return v->kind == LS_VIEW_JOIN ? 0 : v->by_count;
}

static int put_headings(const struct heading *heading, struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    for (; rc == 0 && heading->name; heading++) {
        rc = ls_buf_appendf(out, err, "{\"name\":\"%s\",\"type\":%s},", heading->name,
                            heading->type);
    }
    return rc;
}

static int schema_text(struct planner *p, struct ls_buf *out)
{
    const struct ls_view *v = p->view;
    int rc = ls_buf_appendf(
        out, p->err, "{\"type\":\"record\",\"name\":\"%s\",\"namespace\":\"%s.%s\",\"fields\":[",
        v->spec->name, p->views->plan->spec->domain, ls_view_folder(v));
    rc = rc < 0 ? rc : put_headings(heading_of(v), out, p->err);
    for (size_t i = 0; rc == 0 && i < key_columns(v); i++) {
        rc = ls_buf_appendf(out, p->err, "{\"name\":\"%s\",\"type\":", v->by[i].column_name);
        rc = rc < 0 ? rc : ls_column_type_text(&v->by[i], v->spec->name, out, p->err);
        rc = rc < 0 ? rc : ls_buf_append_text(out, "},", p->err);
    }
    rc = rc < 0 ? rc : put_headings(second_heading_of(v), out, p->err);
    for (size_t i = 0; rc == 0 && i < v->column_count; i++) {
        rc = ls_buf_appendf(out, p->err, "{\"name\":\"%s\",\"type\":", v->columns[i].written);
        rc = rc < 0 ? rc : result_text(v, &v->columns[i], out, p->err);
        rc = rc < 0 ? rc : ls_buf_append_text(out, "},", p->err);
    }
    return rc < 0 ? rc
                  : ls_buf_append_text(out, "{\"name\":\"feature_version\",\"type\":\"int\"}]}",
                                       p->err);
}

/* ---- names */

struct names {
    const char **items;
    size_t count, fixed; /* those that every such view has come first */
};

static void add_headings(struct names *names, const struct heading *heading)
{
    for (; heading->name; heading++) {
        names->items[names->count++] = heading->name;
    }
}

static void check_name(struct planner *p, struct names *names, const char *name,
                       struct ls_where where, bool selected)
{
    size_t k = 0;
    while (k < names->count && strcmp(names->items[k], name) != 0) {
        k++;
    }
    if (k < names->count) {
        PROBLEM(p, where,
                k < names->fixed ? "every view has it: choose another name"
                : selected       ? "choose another name"
                                 : "leave it out",
                "there is a column `%s` already", name);
    }
    names->items[names->count++] = name;
}

static int check_names(struct planner *p)
{
    const struct ls_view *v = p->view;
    struct names names = {0};
    names.items = ls_arena_new(&p->views->arena, 8 + v->by_count + v->column_count,
                               sizeof *names.items, p->err);
    if (!names.items) {
        return p->err->code;
    }
    add_headings(&names, heading_of(v));
    add_headings(&names, second_heading_of(v));
    names.items[names.count++] = "feature_version";
    names.fixed = names.count;
    for (size_t i = 0; i < key_columns(v); i++) {
        check_name(p, &names, v->by[i].column_name, v->spec->by.where[i], false);
    }
    for (size_t i = 0; i < v->column_count; i++) {
        check_name(p, &names, v->columns[i].written, v->spec->select.where[i], true);
    }
    return 0;
}

/* A named type of the rows: Avro knows each by its name alone. NULL: memory was refused. */
static int add_type(struct planner *p, struct names *types, const char *type, struct ls_where where)
{
    for (size_t k = 0; type && k < types->count; k++) {
        if (strcmp(types->items[k], type) == 0) {
            PROBLEM(p, where, "choose another name", "two types of its rows would be called `%s`",
                    type);
        }
    }
    types->items[types->count++] = type;
    return type ? 0 : p->err->code;
}

static const char *type_of(struct planner *p, const char *column, const char *suffix)
{
    return ls_arena_printf(&p->views->arena, p->err, "%s_%s%s", p->view->spec->name, column,
                           suffix);
}

static bool is_enum(const struct ls_view_column *c)
{
    return c->input && c->input->type == LS_FIELD_ENUM &&
           (c->kind == LS_AGGREGATE_FIRST || c->kind == LS_AGGREGATE_LAST ||
            c->kind == LS_AGGREGATE_TOP);
}

static int check_types(struct planner *p)
{
    const struct ls_view *v = p->view;
    struct ls_where name = ls_spec_place(p->views->plan->spec, &v->spec->name, v->spec->where);
    struct names types = {0};
    types.items = ls_arena_new(&p->views->arena, 3 + v->by_count + 2 * v->column_count,
                               sizeof *types.items, p->err);
    int rc = types.items ? add_type(p, &types, v->spec->name, name) : p->err->code;
    if (v->kind == LS_VIEW_ALERT) {
        rc = rc < 0 ? rc : add_type(p, &types, "transition", name);
        rc = rc < 0 ? rc : add_type(p, &types, "severity", name);
    }
    for (size_t i = 0; rc == 0 && i < key_columns(v); i++) {
        rc = v->by[i].type == LS_FIELD_ENUM
                 ? add_type(p, &types, type_of(p, v->by[i].name, ""), v->spec->by.where[i])
                 : 0;
    }
    for (size_t i = 0; rc == 0 && i < v->column_count; i++) {
        const struct ls_view_column *c = &v->columns[i];
        struct ls_where where = v->spec->select.where[i];
        rc = is_enum(c) ? add_type(p, &types, type_of(p, c->name, ""), where) : 0;
        if (rc == 0 && c->kind == LS_AGGREGATE_TOP) {
            rc = add_type(p, &types, type_of(p, c->name, "_entry"), where);
        }
    }
    return rc;
}

int ls_view_schema(struct planner *p)
{
    struct ls_buf text;
    int rc = check_names(p);
    rc = rc < 0 || p->diag->errors ? rc : check_types(p);
    if (rc < 0 || p->diag->errors) {
        return rc;
    }
    ls_buf_init(&text, "view schema", LS_SCHEMA_TEXT_MAX);
    rc = schema_text(p, &text);
    rc = rc < 0 ? rc
                : ls_schema_parse((const char *)text.data, text.size, &p->view->schema, p->err);
    rc = rc < 0 ? rc : ls_layout_new(p->view->schema, &p->view->layout, p->err);
    ls_buf_clear(&text);
    return rc;
}
