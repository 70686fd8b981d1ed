/* What the files that make views share (P5-P8). A view is made from a list of all records that it
 * reads, sorted in the way that its kind wants. */
#ifndef LS_CONFORMANCE_NAIVE_VIEW_INTERNAL_H
#define LS_CONFORMANCE_NAIVE_VIEW_INTERNAL_H

#include "conformance/naive_aggregate.h"

/* ---- what is read */

/* The event types that a view reads; of a join there is a source for each side. */
struct naive_source {
    size_t topic_count;
    const struct naive_topic **topics;
    struct naive_columns fields; /* that all of them have, and event_type */
    size_t *places;              /* of topic t's row, field i: at t * fields.count + i */
};

/* A normalized record as a view sees it. */
struct naive_seen {
    const struct naive_value *row; /* the source's fields */
    int64_t time_ms, watermark_ms;
    const char *topic;
    size_t partition, position;
    struct naive_late *late; /* where it goes if it does not count */
    const uint8_t *key;      /* Avro binary of what it is grouped by */
    size_t key_size;
    bool is_keyless; /* of a join: one of these fields is null, and it pairs with nothing */
};

struct naive_seen_list {
    struct naive_seen *items; /* on the heap */
    size_t count, capacity;
};

/* The fields of these event types, in the order of the first's. */
int ls_naive_source(const struct naive_world *world, struct ls_spec_event_type *const *types,
                    size_t count, struct ls_arena *arena, struct naive_source *out,
                    struct ls_error *err);

/* Adds its admitted records for which `where` (or NULL) holds, by topic, partition and position,
 * and to the view what may be late of each partition. The key is of these columns, each encoded as
 * a union of null and its type. */
int ls_naive_source_read(const struct naive_source *source, const struct naive_expr *where,
                         const size_t *key, size_t key_count, struct naive_view *view,
                         struct naive_seen_list *out, struct ls_error *err);

/* Of one type, with the same places, digits and symbols? */
bool ls_naive_same_type(const struct naive_column *a, const struct naive_column *b);

/* -1, 0, 1: the total order of P7; the bytes of the keys, a shorter one before what it begins. */
int ls_naive_seen_order(const struct naive_seen *a, const struct naive_seen *b);
int ls_naive_key_order(const struct naive_seen *a, const struct naive_seen *b);

/* ---- what is selected */

struct naive_selected {
    struct naive_aggregate aggregate; /* or */
    struct naive_expr *expr;
    unsigned scale; /* of the expression's numbers */
    bool is_used;   /* by a later expression, or by a condition */
};

struct naive_select {
    struct naive_selected *items;
    size_t count;
    struct naive_columns scope; /* what expressions see: fields, then columns by their names */
    size_t field_count;
    struct naive_value *cells; /* of the scope, as the last run left them */
};

/* `written` has room for the columns as they stand in rows. */
int ls_naive_select_compile(const struct ls_spec_view *spec, const struct naive_columns *fields,
                            struct ls_arena *arena, struct naive_select *out,
                            struct naive_column *written, struct ls_error *err);

/* A condition over all of the scope. */
int ls_naive_select_condition(struct naive_select *select, const char *text, struct ls_arena *arena,
                              struct naive_expr **out, struct ls_error *err);

/* The columns over `count` records of a group, in the total order; expressions are over the last
 * one. `room` has space for `count` pointers. */
int ls_naive_select_run(struct naive_select *select, const struct naive_value *const *rows,
                        size_t count, const struct naive_value **room, struct ls_arena *arena,
                        struct naive_value *out, struct ls_error *err);

/* As much of it as conditions need, where there may be no row: what no row shows may be too large
 * for its type. */
int ls_naive_select_judge(struct naive_select *select, const struct naive_value *const *rows,
                          size_t count, const struct naive_value **room, struct ls_arena *arena,
                          struct naive_value *out, struct ls_error *err);

/* ---- what is made */

struct naive_making {
    struct naive_view *view;
    struct naive_source source;  /* not of joins */
    struct naive_seen_list seen; /* likewise */
    size_t *by;                  /* columns of the source */
    struct naive_select select;
    struct ls_error *err;
};

/* Records that count, and for aggregates the rows of each. All on the heap. */
struct naive_counting {
    const struct naive_seen **seen;
    const struct naive_value **rows, **room;
    size_t count;
};

/* Of sessions, joins, rolling features and alert rules: what is on time, by key and then in the
 * total order; the rest is late (P5). To be cleared in any case. */
int ls_naive_counting(struct naive_making *m, const struct naive_seen_list *from,
                      struct naive_counting *out);
void ls_naive_counting_clear(struct naive_counting *counting);

/* The view's columns: the first two, `by`, others, what is selected from `fields`, the feature's
 * version. */
int ls_naive_define(struct naive_making *m, const struct naive_column first[2],
                    const struct naive_column *others, size_t other_count,
                    const struct naive_columns *fields);

/* A row with its group, that of `of`, and its version; others and what is selected stand where
 * *others points. NULL with the error filled. It is none of the view's yet. */
struct naive_value *ls_naive_row(struct naive_making *m, const struct naive_seen *of,
                                 struct naive_value **others);
int ls_naive_add_row(struct naive_making *m, struct naive_value *row);

/* The record is late for the window [start, end). */
int ls_naive_add_late(struct naive_making *m, const struct naive_seen *seen, int64_t start,
                      int64_t end);

/* How many of the records up to `at` the features of that one see: at least itself. */
size_t ls_naive_look_back(const struct ls_spec_rolling *rolling,
                          const struct naive_counting *counting, size_t at);

/* Adds rows that belong to a record each, in the total order of the records. */
struct naive_row_of {
    const struct naive_seen *seen;
    struct naive_value *row;
};
int ls_naive_add_in_order(struct naive_making *m, struct naive_row_of *rows, size_t count);

/* Puts the record, or the time, in front of an error's message; returns its code. */
int ls_naive_of_record(struct naive_making *m, const struct naive_seen *seen);
int ls_naive_of_time(struct naive_making *m, const char *what, int64_t time);

int ls_naive_make_windows(struct naive_making *m);
int ls_naive_make_sessions(struct naive_making *m);
int ls_naive_make_rolling(struct naive_making *m);
int ls_naive_make_alerts(struct naive_making *m);
int ls_naive_make_join(struct naive_making *m, const struct naive_world *world);

#endif
