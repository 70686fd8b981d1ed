/* What a domain file says of the pipeline: what is checked, what records are held against and made
 * of, how they become datasets. Bound and resolved as the rest of the spec, see spec.h. */
#ifndef LS_SPEC_PIPELINE_H
#define LS_SPEC_PIPELINE_H

#include "core/base/pattern.h"
#include "core/config/option.h"
#include "spec/field.h"

struct ls_spec_entity;
struct ls_spec_event_type;

enum ls_check_word {
    LS_CHECK_NOT_NULL,
    LS_CHECK_PATTERN,
    LS_CHECK_RANGE,
    LS_CHECK_REFERENCE,
    LS_CHECK_SET,
    LS_CHECK_FLAG /* no word: the item is a flag */
};

/* An item of `quality`: a check, or a flag. */
struct ls_spec_check {
    int check; /* enum ls_check_word */
    const char *field;
    struct ls_quantity minimum, maximum;
    const char *table;
    struct ls_names values;
    const char *like;
    const char *flag; /* its name, and so its column's; NULL: a check */
    const char *when; /* or */
    const char *monotonic;
    const char *per;
    struct ls_quantity tolerance;
    struct ls_names events; /* none: those that have its fields */
    uint64_t given;
    struct ls_where where;
    /* resolved */
    struct ls_pattern pattern; /* of `like` */
};

/* A column of a reference table that is a file. */
struct ls_spec_column {
    struct ls_spec_field field; /* no source */
    int type_word;              /* of ls_table_column_words */
};

/* What the columns of a reference table are to it. */
enum ls_table_role {
    LS_TABLE_KEY,
    LS_TABLE_ID,
    LS_TABLE_FROM, /* valid: [FROM, TO] */
    LS_TABLE_TO,
    LS_TABLE_HAPPENS,
    LS_TABLE_KNOWN,
    LS_TABLE_ROLES
};

struct ls_spec_reference {
    const char *key;  /* the table's name */
    const char *from; /* "entities.product"; or */
    const char *file;
    struct ls_items columns; /* struct ls_spec_column, of a file */
    const char *key_column;
    struct ls_names valid;
    const char *happens, *known, *id;
    struct ls_where where;
    /* resolved */
    const struct ls_spec_entity *entity; /* NULL: a file */
    const char *path;                    /* of the file */
    bool has_own_ids; /* the first column has the ids of the population, and is no attribute */
    size_t field_count;
    const struct ls_spec_field **fields; /* its columns, in the order of rows in memory */
    size_t roles[LS_TABLE_ROLES];        /* which of them; LS_COLUMN_LACKING: none */
};

struct ls_spec_normalize {
    const char *set;
    const char *expr;
    const char *drop;
    const char *to_utc; /* with `offset` or `zone` */
    const char *adjust; /* with `by` */
    int64_t scale;
    struct ls_spec_lookup *lookup;
    const char *offset;
    struct ls_spec_lookup *zone;
    struct ls_spec_adjust *by;
    uint64_t given;
    struct ls_where where;
};
struct ls_spec_lookup {
    const char *table;
    const char *key;
    const char *take; /* NULL beside an expression */
    const char *at;   /* NULL: event_time, where the table has `valid` */
    struct ls_where where;
    /* resolved; NULL where there is no such table */
    const struct ls_spec_reference *reference;
};
struct ls_spec_adjust {
    const char *table;
    const char *key;
    struct ls_names factor; /* numerator, denominator */
    const char *at;         /* NULL: event_time */
    struct ls_where where;
    /* resolved, likewise */
    const struct ls_spec_reference *reference;
};

enum ls_clock_word { LS_CLOCK_EVENT_TIME, LS_CLOCK_INGEST_TIME };

struct ls_spec_topic_watermark {
    const char *key;
    int64_t delay_ms;
    struct ls_where where;
};
struct ls_spec_watermark {
    int64_t delay_ms;
    struct ls_items topics; /* struct ls_spec_topic_watermark, key: an event type */
};
struct ls_spec_dedupe {
    int64_t horizon_ms;
};

struct ls_window_tumbling {
    int64_t size_ms;
    int64_t offset_ms;
};

struct ls_window_hopping {
    int64_t size_ms, every_ms, offset_ms;
};

struct ls_window_session {
    int64_t gap_ms;
};

struct ls_spec_rolling {
    int64_t over_ms;
    int64_t step_ms; /* 0: to the millisecond */
    struct ls_where where;
};

enum ls_keep_word { LS_KEEP_BOTH, LS_KEEP_LEFT };

struct ls_spec_join {
    const char *left, *right;
    struct ls_names on;
    int64_t within_ms;
    int keep; /* enum ls_keep_word */
    struct ls_where where;
};

struct ls_aggregate_field {
    const char *field; /* of expr: the expression */
    const char *to;    /* ratio: the divisor; top: what ranks, or NULL */
    int64_t k;         /* top */
    const char *where_text;
};

struct ls_spec_aggregate {
    const char *key; /* the column */
    struct ls_pick function;
    int64_t scale;
    struct ls_ratio q;
    uint64_t given; /* see ls_spec_aggregate_given */
    struct ls_where where;
};

enum ls_severity_word { LS_ALERT_INFO, LS_ALERT_WARNING, LS_ALERT_CRITICAL };

/* A view, or an alert rule: then `when_text` is there. */
struct ls_spec_view {
    const char *name;
    struct ls_names from;
    struct ls_pick window; /* one of these three; of an alert rule `rolling` or none */
    struct ls_spec_rolling *rolling;
    struct ls_spec_join *join;
    struct ls_names by;
    const char *where_text;
    struct ls_items select; /* struct ls_spec_aggregate */
    int64_t feature_version;
    const char *when_text, *clear_text;
    int severity; /* enum ls_severity_word */
    struct ls_where where;
    /* resolved */
    size_t source_count; /* of a join two: left, right */
    struct ls_spec_event_type **sources;
};

struct ls_spec_pipeline {
    int clock; /* enum ls_clock_word */
    struct ls_spec_watermark *watermark;
    int64_t max_skew_ms;
    int64_t max_ahead_ms;
    struct ls_spec_dedupe *dedupe;
    struct ls_items views;  /* struct ls_spec_view */
    struct ls_items alerts; /* likewise */
};

#endif
