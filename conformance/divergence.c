#include "conformance/divergence.h"

#include "conformance/rows.h"
#include "core/avro/container.h"
#include "core/base/file.h"
#include "core/base/mem.h"

#include <string.h>

#define AHEAD 1000 /* rows: as far as is looked for a row that was added or removed */

struct side {
    const char *called;
    struct ls_rows rows;
    bool more;
    struct ls_id ahead[AHEAD]; /* names of the rows behind the current one */
    size_t ahead_count;
};

struct pair {
    const struct ls_divergence *which;
    struct side sides[2];
    char paths[2][LS_PATH_MAX];
    struct ls_buf rows[2];     /* the first rows that are not the same */
    unsigned long long number; /* of those, from 1 */
    struct ls_buf *report;
    struct ls_error *err;
};

static int next(struct side *side, struct ls_error *err)
{
    int rc = side->more ? ls_rows_next(&side->rows, err) : 0;
    side->more = rc > 0;
    return rc < 0 ? rc : 0;
}

static int show(struct pair *p, const char *before, const json_t *value)
{
    int rc = ls_buf_append_text(p->report, before, p->err);
    rc = rc < 0 ? rc : ls_show(value, p->report, p->err);
    return rc < 0 ? rc : ls_buf_append_text(p->report, "\n", p->err);
}

static json_t *json_of(struct pair *p, int side, bool readable)
{
    return ls_row_json(p->sides[side].rows.schema, p->rows[side].data, p->rows[side].size, readable,
                       p->err);
}

/* A row that libavro reads and we do not is told of too. */
static int tell_undecoded(struct pair *p)
{
    struct ls_error why = *p->err;
    return why.code != LS_E_DATA
               ? why.code
               : ls_buf_appendf(p->report, p->err, "  it cannot be shown: %s\n", why.text);
}

/* The row of one side in whole, and where it came from. */
static int tell_row(struct pair *p, int side)
{
    json_t *row = json_of(p, side, true);
    json_t *plain = row ? json_of(p, side, false) : NULL;
    if (!plain) {
        json_decref(row);
        return tell_undecoded(p);
    }
    if (p->which->origin && strncmp(p->which->name, "quarantine/", 11) == 0) {
        json_object_del(row, "value"); /* which the input is shown for */
    }
    int rc = ls_buf_appendf(p->report, p->err, "  the row in %s", p->sides[side].called);
    rc = rc < 0 ? rc : show(p, ": ", row);
    rc = rc < 0 || !p->which->origin ? rc
                                     : ls_origin_row(p->which->origin, &p->which->sides,
                                                     p->which->name, plain, p->report, p->err);
    json_decref(row);
    json_decref(plain);
    return rc;
}

static int tell_field(struct pair *p, const char *name, const json_t *a, const json_t *b)
{
    int rc = ls_buf_appendf(p->report, p->err, "  field %s:\n    %-8s", name, p->sides[0].called);
    rc = rc < 0 ? rc : show(p, " ", a);
    rc = rc < 0 ? rc : ls_buf_appendf(p->report, p->err, "    %-8s", p->sides[1].called);
    return rc < 0 ? rc : show(p, " ", b);
}

/* The fields that differ, and the row. */
static int tell_fields(struct pair *p)
{
    json_t *rows[2] = {json_of(p, 0, true), NULL};
    rows[1] = rows[0] ? json_of(p, 1, true) : NULL;
    int rc = rows[1] ? 0 : tell_undecoded(p);
    const char *name;
    json_t *value;
    json_object_foreach(rows[1] ? rows[0] : NULL, name, value)
    {
        const json_t *other = json_object_get(rows[1], name);
        rc = rc < 0 || json_equal(value, other) ? rc : tell_field(p, name, value, other);
    }
    rc = rc < 0 || !rows[1] ? rc : tell_row(p, 0);
    json_decref(rows[0]);
    json_decref(rows[1]);
    return rc;
}

static int refused(struct pair *p, const struct ls_error *why)
{
    *p->err = *why;
    return why->code;
}

/* Keeps the current rows and reads on. */
static int look_ahead(struct pair *p)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < 2; i++) {
        struct side *side = &p->sides[i];
        rc = side->more ? ls_buf_append(&p->rows[i], side->rows.encoded.data,
                                        side->rows.encoded.size, p->err)
                        : 0;
        while (rc == 0 && side->more && side->ahead_count < AHEAD) {
            struct ls_error why; /* what cannot be read lies behind what is told */
            rc = next(side, &why) == LS_E_NOMEM ? refused(p, &why) : 0;
            if (side->more) {
                side->ahead[side->ahead_count++] = ls_id_of(side->rows.encoded.data,
                                                            side->rows.encoded.size);
            }
        }
    }
    return rc;
}

/* How far behind its own place a side has the other's row; AHEAD: not that near. */
static size_t find_ahead(const struct side *side, const struct ls_buf *row)
{
    struct ls_id id = ls_id_of(row->data, row->size);
    size_t i = 0;
    while (i < side->ahead_count && !ls_id_equal(side->ahead[i], id)) {
        i++;
    }
    return i < side->ahead_count ? i : AHEAD;
}

/* Rows that one side has more. */
static int tell_extra(struct pair *p, int side, size_t more)
{
    const char *const *called = p->which->sides.called;
    int rc = ls_buf_appendf(p->report, p->err, "  row %llu is in %s and not in %s", p->number,
                            called[side], called[!side]);
    rc = rc < 0 || !more ? rc
                         : ls_buf_appendf(p->report, p->err, ", and %s%zu more behind it",
                                          more == AHEAD ? "at least " : "", more);
    rc = rc < 0 ? rc : ls_buf_append_text(p->report, "\n", p->err);
    return rc < 0 ? rc : tell_row(p, side);
}

/* Rows stand in the order of their positions, those of a view in that of their windows: where these
 * differ, the side that is further on lacks the other's row. Its number, or -1. */
static int side_that_lacks(struct pair *p)
{
    static const char *const order[] = {"position", "window_end", "window_start"};
    json_t *rows[2] = {json_of(p, 0, false), json_of(p, 1, false)};
    int lacks = -1;
    for (size_t i = 0; lacks < 0 && i < sizeof order / sizeof *order; i++) {
        const json_t *a = json_object_get(rows[0], order[i]);
        const json_t *b = json_object_get(rows[1], order[i]);
        if (json_is_integer(a) && json_is_integer(b) && !json_equal(a, b)) {
            lacks = json_integer_value(a) < json_integer_value(b) ? 1 : 0;
        }
    }
    json_decref(rows[0]);
    json_decref(rows[1]);
    return lacks;
}

static int tell_difference(struct pair *p)
{
    bool both = p->sides[0].more && p->sides[1].more;
    int longer = p->sides[0].more ? 0 : 1;
    int rc = look_ahead(p);
    if (rc < 0 || !both) {
        return rc < 0 ? rc : tell_extra(p, longer, p->sides[longer].ahead_count);
    }
    size_t a = find_ahead(&p->sides[0], &p->rows[1]);
    size_t b = find_ahead(&p->sides[1], &p->rows[0]);
    if (a < AHEAD && b < AHEAD) {
        rc = ls_buf_appendf(p->report, p->err,
                            "  row %llu differs: the order is another, %s has it %zu later\n",
                            p->number, p->sides[1].called, b + 1);
        return rc < 0 ? rc : tell_row(p, 0);
    }
    if (a < AHEAD || b < AHEAD) {
        return tell_extra(p, a < AHEAD ? 0 : 1, a < AHEAD ? a : b);
    }
    int lacks = side_that_lacks(p);
    if (lacks >= 0) {
        return tell_extra(p, !lacks, 0);
    }
    rc = ls_buf_appendf(p->report, p->err, "  row %llu differs\n", p->number);
    return rc < 0 ? rc : tell_fields(p);
}

static int find_first(struct pair *p)
{
    struct side *a = &p->sides[0];
    struct side *b = &p->sides[1];
    for (a->more = b->more = true;;) {
        struct ls_error why = {0};
        p->number++;
        int rc = next(a, &why);
        rc = rc < 0 ? rc : next(b, &why);
        if (rc < 0) {
            return rc == LS_E_NOMEM
                       ? refused(p, &why)
                       : ls_buf_appendf(p->report, p->err, "  row %llu: %s\n", p->number, why.text);
        }
        if (!a->more && !b->more) {
            return ls_buf_appendf(
                p->report, p->err,
                "  the rows are equal, all %llu: the files differ in how they are "
                "written (header, codec, blocks); --level logical compares rows\n",
                p->number - 1);
        }
        if (a->more != b->more || a->rows.encoded.size != b->rows.encoded.size ||
            memcmp(a->rows.encoded.data, b->rows.encoded.data, a->rows.encoded.size) != 0) {
            return tell_difference(p);
        }
    }
}

/* Where the schemas part, with what stands before it. */
static int tell_schemas(struct pair *p)
{
    const struct ls_schema *a = p->sides[0].rows.schema;
    const struct ls_schema *b = p->sides[1].rows.schema;
    size_t at = 0;
    while (a->canonical[at] && a->canonical[at] == b->canonical[at]) {
        at++;
    }
    at = at > 40 ? at - 40 : 0;
    return ls_buf_appendf(p->report, p->err,
                          "  their schemas differ, from byte %zu of their canonical forms on:\n"
                          "    %-8s %.100s\n    %-8s %.100s\n",
                          at, p->sides[0].called, a->canonical + at, p->sides[1].called,
                          b->canonical + at);
}

static int open_side(struct pair *p, int i, struct ls_error *why)
{
    p->sides[i].called = p->which->sides.called[i];
    int rc = ls_path_join(p->paths[i], p->which->sides.folders[i], p->which->name, why);
    return rc < 0 ? rc : ls_rows_open(p->paths[i], &p->sides[i].rows, why);
}

static int tell(struct pair *p)
{
    struct ls_error why = {0}; /* of a file that is no Avro file: told, no failure of ours */
    int rc = ls_buf_appendf(p->report, p->err, "%s differs\n", p->which->name);
    if (rc < 0) {
        return rc;
    }
    if (open_side(p, 0, &why) < 0 || open_side(p, 1, &why) < 0) {
        return why.code == LS_E_NOMEM
                   ? refused(p, &why)
                   : ls_buf_appendf(p->report, p->err, "  nothing more is known: %s\n", why.text);
    }
    return strcmp(p->sides[0].rows.schema->canonical, p->sides[1].rows.schema->canonical) == 0
               ? find_first(p)
               : tell_schemas(p);
}

int ls_divergence(const struct ls_divergence *which, struct ls_buf *report, struct ls_error *err)
{
    struct pair *p = ls_mem_new(1, sizeof *p, err);
    if (!p) {
        return err->code;
    }
    p->which = which;
    p->report = report;
    p->err = err;
    for (int i = 0; i < 2; i++) {
        ls_buf_init(&p->rows[i], "a row", LS_CONTAINER_RECORD_MAX);
    }
    int rc = tell(p);
    for (int i = 0; i < 2; i++) {
        ls_rows_close(&p->sides[i].rows);
        ls_buf_clear(&p->rows[i]);
    }
    ls_mem_free(p);
    return rc;
}
