/* What one normalized record brings to a view: a function of the record alone. */
#ifndef LS_VIEW_CONTRIBUTION_H
#define LS_VIEW_CONTRIBUTION_H

#include "pipeline/view/view.h"

#include <string.h>

#define LS_GROUP_KEY_MAX 65536 /* bytes of one group's key */

/* One value that a record brings to one column. */
struct ls_input {
    bool present;         /* not null, and the column's `where` holds */
    bool to_present;      /* ratio: the divisor's value is not null; top: present already says so */
    int64_t number;       /* of the input; distinct, first, last, top of texts: see `bytes` */
    int64_t to;           /* of the divisor, or of what ranks */
    const uint8_t *bytes; /* of a text; an enum's symbol. NULL: a number */
    uint32_t size;
};

struct ls_contribution {
    const struct ls_view_source *source;
    int64_t event_time;
    const uint8_t *id; /* event_id */
    uint32_t id_size;
    uint8_t *key; /* the group's: Avro binary of the `by` fields. Room given by the caller */
    uint32_t key_size;
    bool joins; /* no field of a join's key is null */
    struct ls_input inputs[LS_VIEW_COLUMNS_MAX];
    struct ls_cell kept[LS_VIEW_COLUMNS_MAX]; /* by slot: those that the source has */
};

/* 1, or 0 when `where` does not hold; negative with `err` for a key that passes LS_GROUP_KEY_MAX or
 * a condition that overflows (the run ends: nothing is left out silently). `key` has
 * LS_GROUP_KEY_MAX bytes. Texts are the record's. */
int ls_view_contribution(const struct ls_view *view, const struct ls_view_source *source,
                         const struct ls_record *record, uint8_t *key, struct ls_contribution *out,
                         struct ls_error *err);

/* Where a record stands in the one total order of ordered operators (contract P7). */
struct ls_place_in_order {
    int64_t event_time;
    const uint8_t *id;
    uint32_t id_size;
    uint32_t topic; /* number of its name in byte order: ls_record_plan's */
    uint32_t partition;
    uint64_t position;
};

static inline int ls_order(const struct ls_place_in_order *a, const struct ls_place_in_order *b)
{
    if (a->event_time != b->event_time) {
        return a->event_time < b->event_time ? -1 : 1;
    }
    uint32_t common = a->id_size < b->id_size ? a->id_size : b->id_size;
    int ids = common ? memcmp(a->id, b->id, common) : 0;
    if (ids || a->id_size != b->id_size) {
        return ids ? ids : a->id_size < b->id_size ? -1 : 1;
    }
    if (a->topic != b->topic) {
        return a->topic < b->topic ? -1 : 1;
    }
    if (a->partition != b->partition) {
        return a->partition < b->partition ? -1 : 1;
    }
    return (a->position > b->position) - (a->position < b->position);
}

/* Inputs and kept cells as bytes, for what waits for its turn; and back: texts are borrowed from
 * the bytes. Appended to `out`. */
int ls_contribution_put(const struct ls_view *view, const struct ls_contribution *c,
                        struct ls_buf *out, struct ls_error *err);
const uint8_t *ls_contribution_get(const struct ls_view *view, const uint8_t *at,
                                   struct ls_contribution *out);

/* Bytes that name a distinct value; at most LS_DISTINCT_INLINE, longer ones are named by their
 * SHA-256. Returns the size. */
#define LS_DISTINCT_INLINE 64
uint32_t ls_distinct_name(const struct ls_input *input, uint8_t out[LS_DISTINCT_INLINE]);

/* The value as it stands in a set: the name of a distinct one, the bucket of a quantile's, the Avro
 * binary of a top's; appended to an emptied buffer. */
int ls_input_value(const struct ls_view_column *column, const struct ls_input *input,
                   struct ls_buf *out, struct ls_error *err);

/* The Avro binary of a value that is not null, of a field's type. Room: LS_AVRO_DECIMAL_MAX, or the
 * text and LS_AVRO_LONG_MAX. */
uint8_t *ls_put_field(uint8_t *at, enum ls_field_type type, int64_t number, const uint8_t *bytes,
                      uint32_t size);

#endif
