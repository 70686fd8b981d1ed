/* What has to become of each record, from the records alone: a plain pipeline that remembers every
 * id. It shares nothing with the truth but the decoder. */
#ifndef LS_GENERATOR_RECOUNT_TEST_H
#define LS_GENERATOR_RECOUNT_TEST_H

#include "core/avro/frame.h"
#include "core/base/civil.h"
#include "generator/fixture_test.h"

enum { RECOUNT_TYPES_MAX = 16 };

/* The settings of a spec, written down once more. */
struct rules {
    bool by_event_time;
    int64_t max_skew, max_ahead, horizon, delays[RECOUNT_TYPES_MAX];
    const char *not_null; /* columns; NULL: no such check */
    const char *range;
    int64_t low, high;
    const char *reference;
    const char *prefix; /* of the table's ids, then a number below `count` */
    unsigned long count;
};

struct remembered {
    int64_t event_time;
    const struct ls_event *event;
};

/* Of one partition of one topic. */
struct recount {
    uint64_t position;
    bool has_clock;
    int64_t highest;
    struct remembered *known;
    size_t count;
    size_t capacity;
};

static inline struct remembered *recount_find(struct recount *r, const char *id)
{
    for (size_t i = r->count; i-- > 0;) { /* plain and slow on purpose */
        if (memcmp(r->known[i].event->event_id, id, LS_EVENT_ID_SIZE) == 0) {
            return &r->known[i];
        }
    }
    return NULL;
}

/* A column as readers of the newest version see it: null where the record's version lacks it. False
 * where they have no such column. */
static inline bool recount_cell(const struct ls_spec_event_type *type, const struct ls_layout *own,
                                const struct ls_cell *cells, const char *name, struct ls_cell *out)
{
    int at = ls_layout_find(own, name);
    *out = at < 0 ? (struct ls_cell){.is_null = true} : cells[at];
    return ls_layout_find(type->layout, name) >= 0;
}

static inline bool recount_knows(const struct rules *rules, const struct ls_cell *id)
{
    char text[64] = {0};
    size_t size = strlen(rules->prefix);
    assert_in_range(id->size, size + 1, 63);
    memcpy(text, id->bytes, id->size);
    char *end;
    unsigned long n = strtoul(text + size, &end, 10);
    assert_true(strncmp(text, rules->prefix, size) == 0 && *end == '\0');
    return n < rules->count;
}

static inline enum ls_reason recount_values(const struct rules *rules,
                                            const struct ls_spec_event_type *type,
                                            const struct ls_layout *own,
                                            const struct ls_cell *cells)
{
    struct ls_cell cell;
    if (rules->not_null && recount_cell(type, own, cells, rules->not_null, &cell) && cell.is_null) {
        return LS_REASON_NOT_NULL;
    }
    if (rules->range && recount_cell(type, own, cells, rules->range, &cell) && !cell.is_null &&
        (cell.number < rules->low || cell.number > rules->high)) {
        return LS_REASON_RANGE;
    }
    if (rules->reference && recount_cell(type, own, cells, rules->reference, &cell) &&
        !cell.is_null && !recount_knows(rules, &cell)) {
        return LS_REASON_REFERENCE_UNKNOWN;
    }
    return LS_ADMITTED;
}

/* The version that a frame names; NULL: none of the type's own. */
static inline const struct ls_spec_version *recount_version(const struct ls_spec_event_type *type,
                                                            uint64_t crc64)
{
    for (size_t v = 0; v < type->version_count; v++) {
        if (type->versions[v].schema->crc64 == crc64) {
            return &type->versions[v];
        }
    }
    return NULL;
}

static inline enum ls_reason recount_decode(const struct ls_spec_event_type *type,
                                            const struct ls_event *e,
                                            struct ls_cell cells[LS_PLAN_CELLS_MAX],
                                            const struct ls_layout **own)
{
    struct ls_frame frame = ls_frame_read(e->value, e->value_size);
    if (frame.kind != LS_FRAME_SINGLE_OBJECT) {
        return LS_REASON_FRAME_INVALID;
    }
    const struct ls_spec_version *version = recount_version(type, frame.crc64);
    if (!version) {
        return LS_REASON_SCHEMA_UNKNOWN;
    }
    *own = version->layout;
    enum ls_decode_status status = ls_row_decode(version->layout, e->value + frame.size,
                                                 e->value_size - frame.size, cells, NULL, NULL);
    if (status != LS_DECODE_OK) {
        return status == LS_DECODE_TRUNCATED ? LS_REASON_DECODE_TRUNCATED
                                             : LS_REASON_DECODE_INVALID;
    }
    const struct ls_cell *key = &cells[LS_COLUMN_ENTITY_ID];
    bool sound = cells[LS_COLUMN_EVENT_ID].size > 0 && key->size == e->key_size &&
                 memcmp(key->bytes, e->key, e->key_size) == 0 &&
                 cells[LS_COLUMN_SCHEMA_VERSION].number == version->number;
    return sound ? LS_ADMITTED : LS_REASON_ENVELOPE_INVALID;
}

/* Are two records of one id the same to readers of the newest version? */
static inline bool recount_same(const struct ls_spec_event_type *type, const struct ls_event *a,
                                const struct ls_event *b)
{
    struct ls_cell of_a[LS_PLAN_CELLS_MAX];
    struct ls_cell of_b[LS_PLAN_CELLS_MAX];
    const struct ls_layout *layouts[2] = {NULL, NULL};
    assert_int_equal(recount_decode(type, a, of_a, &layouts[0]), LS_ADMITTED);
    assert_int_equal(recount_decode(type, b, of_b, &layouts[1]), LS_ADMITTED);
    bool same = true;
    for (size_t c = LS_COLUMN_PAYLOAD; same && c < type->layout->count; c++) {
        struct ls_cell x;
        struct ls_cell y;
        const char *path = type->layout->columns[c].path;
        recount_cell(type, layouts[0], of_a, path, &x);
        recount_cell(type, layouts[1], of_b, path, &y);
        same = x.is_null == y.is_null && x.number == y.number && x.size == y.size &&
               (x.size == 0 || memcmp(x.bytes, y.bytes, x.size) == 0);
    }
    return same;
}

static inline void recount_remember(struct recount *r, const struct ls_event *e, int64_t event_time)
{
    if (r->count == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 64;
        r->known = realloc(r->known, r->capacity * sizeof *r->known);
        assert_non_null(r->known);
    }
    r->known[r->count++] = (struct remembered){event_time, e};
}

/* The fate of one record, in the order of the checks (P1), with the watermark of P2. The event has
 * to stay where it is. */
static inline enum ls_reason recount_judge(const struct ls_spec_event_type *type,
                                           const struct rules *rules, const struct ls_event *e,
                                           struct recount *r)
{
    struct ls_cell cells[LS_PLAN_CELLS_MAX];
    const struct ls_layout *own = NULL;
    enum ls_reason reason = recount_decode(type, e, cells, &own);
    r->position++;
    if (reason != LS_ADMITTED) {
        return reason;
    }
    int64_t event = cells[LS_COLUMN_EVENT_TIME].number;
    int64_t ingest = cells[LS_COLUMN_INGEST_TIME].number;
    if (llabs(ingest - e->timestamp_ms) > rules->max_skew) {
        return LS_REASON_CLOCK_SKEW;
    }
    if (event > ingest + rules->max_ahead) {
        return LS_REASON_CLOCK_AHEAD;
    }
    if (event < LS_TIME_MIN_MS || ingest < LS_TIME_MIN_MS || event > LS_TIME_MAX_MS ||
        ingest > LS_TIME_MAX_MS) {
        return LS_REASON_TIME_RANGE;
    }
    int64_t clock = rules->by_event_time ? event : ingest;
    r->highest = r->has_clock && r->highest > clock ? r->highest : clock;
    r->has_clock = true;
    reason = recount_values(rules, type, own, cells);
    if (reason != LS_ADMITTED) {
        return reason;
    }
    int64_t floor = r->highest - rules->delays[type->index] - rules->horizon;
    if (event < floor) {
        return LS_REASON_EXPIRED;
    }
    struct remembered *first = recount_find(r, e->event_id);
    if (first && first->event_time >= floor) {
        return recount_same(type, first->event, e) ? LS_REASON_DUPLICATE
                                                   : LS_REASON_DUPLICATE_CONFLICT;
    }
    recount_remember(r, e, event);
    return LS_ADMITTED;
}

#endif
