/* What the files of the naive recomputation share. Columns are lists, rows are arrays of values,
 * everything lives in one arena; nothing is clever. The only things that it has in common with the
 * pipeline are the bound spec and core/base. */
#ifndef LS_CONFORMANCE_NAIVE_INTERNAL_H
#define LS_CONFORMANCE_NAIVE_INTERNAL_H

#include "conformance/avro_file.h"
#include "conformance/naive.h"
#include "core/base/file.h"
#include "spec/reason.h"

#define NAIVE_SCALE_MAX       18
#define NAIVE_DIFFERENCES_MAX 10 /* that are told; the search ends there */

/* ---- columns and values */

enum naive_type {
    NAIVE_BOOLEAN,
    NAIVE_INT,
    NAIVE_LONG,
    NAIVE_TIME, /* a long of milliseconds */
    NAIVE_ENUM,
    NAIVE_STRING,
    NAIVE_BYTES,
    NAIVE_DECIMAL, /* bytes: two's complement, big-endian */
    NAIVE_SCALED,  /* likewise in files; of at most 18 digits, and a number here */
    NAIVE_FLOAT,   /* its bits */
    NAIVE_DOUBLE,
    NAIVE_HEADERS, /* an array of records of key and value */
    NAIVE_ARRAY,   /* of scalars or records of them; one block, as short as it can be */
    NAIVE_MAP,     /* likewise, in the order of its entries; of scalars */
    NAIVE_RECORD   /* an item of an array: its fields' encodings, none of them null */
};

struct naive_columns;

struct naive_column {
    const char *name;    /* in expressions and in `by`: "amount" */
    const char *written; /* in files: "amount_cents" */
    enum naive_type type;
    unsigned scale;      /* decimal places: 2 for money */
    unsigned precision;  /* digits of a decimal that is a number */
    const char *logical; /* the logical type, where it is not the type's own; NULL otherwise */
    bool nullable;       /* of an event's columns: a union with null in front */
    bool physical;       /* tells where the record stood, not what it says (B3) */
    bool is_free;        /* for people, fixed by no clause: any value will do */
    /* of an event's columns: the records in the payload that it lies in, the outermost first */
    const char *records[LS_SPEC_NESTING_MAX];
    const char *record_names[LS_SPEC_NESTING_MAX]; /* what these are called; NULL: TYPE_FIELD */
    size_t depth;
    const char *const *symbols;
    size_t symbol_count;
    const char *avro_name;              /* of an enum: what it is called; NULL: TYPE_FIELD */
    const struct naive_column *items;   /* of an array or a map */
    const struct naive_columns *fields; /* of a record */
};

struct naive_columns {
    struct naive_column *items;
    size_t count;
};

/* The first columns of an event, and of the rows that come from it. */
enum {
    NAIVE_EVENT_ID,
    NAIVE_EVENT_TIME,
    NAIVE_INGEST_TIME,
    NAIVE_SOURCE,
    NAIVE_SCHEMA_VERSION,
    NAIVE_ENTITY_ID,
    NAIVE_PAYLOAD /* the first of the payload */
};

/* Unused members are zero, so that two values of one column are the same when all members are. */
struct naive_value {
    bool is_null;
    int64_t number;       /* boolean, int, long, time, scaled; bits; index of an enum */
    const uint8_t *bytes; /* string, bytes, decimal, array, map; symbol of an enum; headers as one
                             text */
    size_t size;
};

/* -1, 0, 1: null first, then number, then bytes. */
int ls_naive_value_order(const struct naive_value *a, const struct naive_value *b);

/* The column that a spec means by `name`; columns->count when there is none. */
size_t ls_naive_column_find(const struct naive_columns *columns, const char *name);

struct naive_value ls_naive_text_value(const char *text);

/* ---- schemas, from the field lists of the spec */

/* A version of an event type's schema that is written. */
struct naive_version {
    int64_t number;
    struct naive_columns columns; /* envelope and payload, as written */
    uint64_t crc64;
    size_t *places; /* among these, of each column that the readers' version has; columns.count:
                       it has none, and its value is null */
};

/* The version that the event type declares and, where the fault schema_change is about it, the one
 * that it goes over to: the last one is the readers' (P12). Without fingerprints. */
int ls_naive_versions(const struct ls_spec *spec, const struct ls_spec_event_type *type,
                      struct ls_arena *arena, struct naive_version **out, size_t *count,
                      struct ls_error *err);

/* The columns of a reference table. */
int ls_naive_table_columns(const struct ls_spec_reference *table, struct ls_arena *arena,
                           struct naive_columns *out, struct ls_error *err);

/* The Parsing Canonical Form of an event type's schema, which is a schema too, and its
 * CRC-64-AVRO. `text` is appended to. */
int ls_naive_schema(const struct ls_spec *spec, const struct ls_spec_event_type *type,
                    const struct naive_columns *columns, struct ls_buf *text, uint64_t *crc64,
                    struct ls_error *err);

/* The CRC-64-AVRO of a schema's text. */
uint64_t ls_naive_fingerprint(const void *text, size_t size);

/* ---- Avro binary */

struct naive_span {
    const uint8_t *at, *end;
};

/* LS_ADMITTED, LS_REASON_DECODE_TRUNCATED or LS_REASON_DECODE_INVALID. A length is checked for its
 * bytes being there. */
enum ls_reason ls_naive_take_long(struct naive_span *span, int64_t *out);
enum ls_reason ls_naive_take_bytes(struct naive_span *span, const uint8_t **bytes, size_t *size);

/* Single-object encoding: LS_ADMITTED with the datum in *out, LS_REASON_FRAME_INVALID, or
 * LS_REASON_SCHEMA_UNKNOWN. */
enum ls_reason ls_naive_unframe(const struct naive_value *value, uint64_t crc64,
                                struct naive_span *out);

/* One value of each column, filling the span exactly. Strings are borrowed from it. */
enum ls_reason ls_naive_walk(const struct naive_columns *columns, struct naive_span span,
                             struct naive_value *out);

/* One scalar. */
enum ls_reason ls_naive_take_value(const struct naive_column *column, struct naive_span *span,
                                   struct naive_value *out);

/* An array or a map: its encoding as it stands there. */
enum ls_reason ls_naive_take_nested(const struct naive_column *column, struct naive_span *span,
                                    struct naive_value *out);

/* The same values in one block, as short as it can be. */
int ls_naive_nested_canonical(const struct naive_column *column, struct naive_value *value,
                              struct ls_arena *arena, struct ls_error *err);

/* What libavro read, in the same form: an array or a map; a record. */
int ls_naive_record_of(avro_value_t *field, const struct naive_column *column,
                       struct ls_arena *arena, struct naive_value *out, struct ls_error *err);
int ls_naive_nested_of(avro_value_t *field, const struct naive_column *column,
                       struct ls_arena *arena, struct naive_value *out, struct ls_error *err);

bool ls_naive_utf8(const uint8_t *bytes, size_t size);

int ls_naive_put_long(struct ls_buf *out, int64_t number, struct ls_error *err);
int ls_naive_put_bytes(struct ls_buf *out, const uint8_t *bytes, size_t size, struct ls_error *err);

/* A value that is not null, of any type but arrays, maps and headers. */
int ls_naive_put_value(const struct naive_column *column, const struct naive_value *value,
                       struct ls_buf *out, struct ls_error *err);

/* An array or a map of `count` items, whose encodings stand one behind another in `items`. */
#define NAIVE_NESTED_BYTES_MAX (32U << 20)
int ls_naive_put_items(const struct ls_buf *items, int64_t count, struct ls_arena *arena,
                       struct naive_value *out, struct ls_error *err);

/* ---- numbers; false when a result does not fit */

bool ls_naive_multiply(ls_i128 a, ls_i128 b, ls_i128 *out);
bool ls_naive_times_ten(ls_i128 value, unsigned places, ls_i128 *out); /* value * 10^places */

/* numerator / denominator (not 0), half to even. */
bool ls_naive_divide(ls_i128 numerator, ls_i128 denominator, ls_i128 *out);

/* a / b * 10^shift, half to even, with nothing lost on the way; b is not 0. */
bool ls_naive_quotient(ls_i128 a, ls_i128 b, int shift, ls_i128 *out);

/* From one number of decimal places to another: exact upwards, half to even downwards. */
bool ls_naive_rescale(ls_i128 value, unsigned from, unsigned to, ls_i128 *out);

/* The start of the window of `size` that holds `time`, with windows beginning at 0 + offset (P5).
 */
int64_t ls_naive_window_start(int64_t time, int64_t size, int64_t offset);

/* The number of a decimal's bytes; false where there are none, or it has more than `precision`
 * digits. */
bool ls_naive_decimal_of(const uint8_t *bytes, size_t size, unsigned precision, int64_t *out);

/* The number of 1 to 16 bytes. */
ls_i128 ls_naive_decimal_number(const uint8_t *bytes, size_t size);

/* Two's complement, big-endian, no needless byte; returns how many bytes. */
size_t ls_naive_decimal_bytes(ls_i128 value, uint8_t out[16]);

/* As a value of NAIVE_DECIMAL; LS_E_DATA for more than 38 digits. */
int ls_naive_decimal_value(ls_i128 number, struct ls_arena *arena, struct naive_value *out,
                           struct ls_error *err);

/* ---- expressions (the grammar of core/expr/expr.h) */

enum naive_kind {
    NAIVE_KIND_NULL, /* nothing but null: fits every other kind */
    NAIVE_KIND_BOOLEAN,
    NAIVE_KIND_NUMBER,
    NAIVE_KIND_TEXT,
    NAIVE_KIND_TIME
};

struct naive_expr;

struct naive_result {
    bool failed;  /* a division by zero, or a number too large */
    bool by_zero; /* the first of these */
    bool is_null;
    ls_i128 number; /* boolean, number at the expression's scale, time */
    const uint8_t *bytes;
    size_t size;
};

/* LS_E_DATA for a text that is no expression over these columns. Lives in `arena`. */
int ls_naive_expr_parse(const char *text, const struct naive_columns *columns,
                        struct ls_arena *arena, struct naive_expr **out, struct ls_error *err);

enum naive_kind ls_naive_expr_kind(const struct naive_expr *expr);

/* Decimal places of a number; false for a quotient, which has none of its own. */
bool ls_naive_expr_scale(const struct naive_expr *expr, unsigned *scale);

/* The value; a number at `scale` places. */
struct naive_result ls_naive_expr_value(const struct naive_expr *expr, unsigned scale,
                                        const struct naive_value *row);

/* Does the column stand in it? */
bool ls_naive_expr_uses(const struct naive_expr *expr, size_t column);

/* 1: known and true; 0; LS_E_DATA where a number leaves 128 bits. */
int ls_naive_expr_holds(const struct naive_expr *expr, const struct naive_value *row,
                        struct ls_error *err);

/* ---- what there is */

struct naive_record {
    int64_t timestamp_ms;
    struct naive_value key, headers, value;
    enum ls_reason outcome;
    const struct naive_version *version; /* that wrote it; as `event` */
    struct naive_value *event;           /* the readers' columns; NULL when it does not decode */
    struct naive_value *row; /* the normalized columns, then the event type's name, which views see;
                                NULL when it does not get there */
    bool is_heartbeat;       /* by its schema, sane or not (G10): it has neither of these */
    int64_t heartbeat_ms;    /* its time */
    bool clock_is_sane;
    int64_t watermark_ms; /* where the clock of this or an earlier record is sane */
};

/* Every check passed, and it is no heartbeat. */
static inline bool ls_naive_is_admitted(const struct naive_record *record)
{
    return record->outcome == LS_ADMITTED && !record->is_heartbeat;
}

struct naive_partition {
    struct naive_record *records; /* by position */
    size_t count;
    size_t cut; /* records behind them that are not to be seen (P13) */
};

enum naive_step_kind {
    NAIVE_STEP_DROP,
    NAIVE_STEP_EXPR,
    NAIVE_STEP_LOOKUP,
    NAIVE_STEP_UTC,
    NAIVE_STEP_ADJUST
};

struct naive_table;

struct naive_step {
    enum naive_step_kind kind;
    size_t column; /* that goes, is replaced, or, being the count, is added */
    bool adds;
    struct naive_expr *expr;
    size_t width; /* of the row that it sees; behind it those of the table */
    unsigned scale;
    const struct naive_table *table; /* or NULL */
    size_t key, take;                /* column of the row, column of the table */
    size_t at;                       /* column of the row with the time */
    bool at_is_day;
    size_t from;                   /* to_utc: the local time; adjust: the number */
    size_t offset;                 /* to_utc, without a table */
    size_t numerator, denominator; /* adjust: columns of the table */
    ls_i128 low, high;             /* adjust: what its type holds */
};

struct naive_flag {
    const struct ls_spec_check *spec;
    size_t column;           /* of the row */
    struct naive_expr *when; /* NULL: monotonic */
    size_t field, per;       /* columns of the row */
    ls_i128 tolerance;       /* at the field's scale */
};

struct naive_topic {
    const struct ls_spec_event_type *type;
    size_t version_count;
    struct naive_version *versions;
    struct naive_columns event; /* as decoded: of the readers' version */
    struct naive_columns row;   /* as normalized */
    int64_t delay_ms;
    bool lateness_off; /* P14 */
    size_t step_count;
    struct naive_step *steps;
    size_t flag_count;
    struct naive_flag *flags;
    size_t partition_count;
    struct naive_partition *partitions;
};

/* A row of a reference table. Without a beginning it holds from ever, without an end for ever. */
struct naive_row {
    struct naive_value *values;
    struct naive_value key, id; /* texts */
    bool has_known, has_begin, has_end;
    int64_t known, begin, end; /* of what happens, `begin` is when */
    bool never;                /* empty: takes back, and says nothing else */
    size_t number;
};

struct naive_table {
    const struct ls_spec_reference *spec;
    struct naive_columns columns;
    size_t count;
    struct naive_row *rows; /* in force: by key, begin and number */
};

struct naive_world {
    const struct ls_naive *job;
    struct ls_naive_scope scope;
    const struct ls_spec *spec;
    struct ls_arena arena;
    size_t table_count;
    struct naive_table *tables;
    size_t topic_count; /* as the spec's event types */
    struct naive_topic *topics;
};

/* Reads the reference tables, and the log with the frozen range that its manifest states. */
int ls_naive_tables_load(struct naive_world *world, struct ls_error *err);
int ls_naive_log_load(struct naive_world *world, struct ls_error *err);

/* NULL: no such name. */
const struct naive_table *ls_naive_table(const struct naive_world *world, const char *name);

/* The rows of a key, one after the other: the first, and how many in *count. */
const struct naive_row *ls_naive_table_rows(const struct naive_table *table,
                                            const struct naive_value *key, size_t *count);

/* The rows of a table that is a file of comma-separated values: the fields of each line behind the
 * first, null where they are empty. */
int ls_naive_csv_read(const char *path, const struct naive_columns *columns, struct ls_arena *arena,
                      struct naive_value ***rows, size_t *count, struct ls_error *err);

/* Does the row hold at the time? */
bool ls_naive_row_holds(const struct naive_row *row, ls_i128 time);

/* What a step makes of rows of its table (naive_dated.c); false: no result. */
bool ls_naive_zone_read(const struct naive_step *step, const struct naive_value *row,
                        struct naive_value *out);
bool ls_naive_adjust(const struct naive_step *step, const struct naive_value *row,
                     struct naive_value *out);

/* The values of the step's table for a row of the pipeline; NULL: none holds. */
const struct naive_value *ls_naive_look_up(const struct naive_step *step,
                                           const struct naive_value *row);

/* A value of a libavro record's field: unions looked through, bytes copied into `arena` or, when
 * that is NULL, borrowed until the next record. LS_E_DATA when it is none of the column's type. */
int ls_naive_value_of(avro_value_t *field, const struct naive_column *column,
                      struct ls_arena *arena, struct naive_value *out, struct ls_error *err);

/* Fingerprints of the versions; frame, schema and decode (P1) of all records. What decodes is
 * decoded by libavro again, with the writer's schema, and must come out the same. */
int ls_naive_decode(struct naive_world *world, struct naive_topic *topic, struct ls_error *err);

/* Compiles the steps: fills topic->steps and topic->row. */
int ls_naive_steps_compile(const struct naive_world *world, struct naive_topic *topic,
                           struct ls_arena *arena, struct ls_error *err);

/* The normalized row but for partition, position and watermark; false: no result. `row` has room
 * for NAIVE_ROW_MAX values. */
#define NAIVE_ROW_MAX 512
bool ls_naive_steps_run(const struct naive_topic *topic, const struct naive_value *event,
                        struct naive_value *row);

/* The flags that the topic has: their columns go behind those that are there. */
int ls_naive_flags_compile(const struct naive_world *world, struct naive_topic *topic,
                           struct naive_columns *columns, struct ls_arena *arena,
                           struct ls_error *err);

/* Fills their columns of a row: those with a condition by it, the others with false; then, with the
 * outcomes of all records known, these too. */
void ls_naive_flags_of_row(const struct naive_topic *topic, struct naive_value *row);
int ls_naive_flags_judge(const struct naive_world *world, const struct naive_topic *topic,
                         const struct naive_partition *partition, struct ls_error *err);

/* Is all of it a text of the pattern? */
bool ls_naive_is_like(const char *pattern, const uint8_t *text, size_t size);

/* The other checks, in order; outcome, watermark and row of every record of the topic. */
int ls_naive_judge(struct naive_world *world, struct naive_topic *topic, struct ls_error *err);

/* ---- what there should be */

struct naive_dataset {
    const char *path; /* below datasets/ */
    const struct naive_columns *columns;
    size_t count;
    struct naive_value **rows;
    size_t identity_count; /* columns that tell which row it is */
    const size_t *identity;
    bool any_codec; /* not only that of B1 */
};

/* What a view left out for lateness, of one topic partition. */
struct naive_late {
    const char *topic;
    size_t partition;
    struct naive_value **rows;
    size_t count, capacity;
};

/* The rows of a view or of an alert rule. */
struct naive_view {
    const struct ls_spec_view *spec;
    struct ls_arena arena; /* of all that is below */
    struct naive_columns columns, late_columns;
    struct naive_value **rows;
    size_t row_count, row_capacity;
    size_t identity_count; /* the first columns tell which row it is */
    size_t late_count;
    struct naive_late *late; /* by topic and partition */
};

/* All rows (P5-P8). LS_E_DATA for what the recomputation does not know, or for a value that must
 * have ended the run. To be cleared in any case. */
int ls_naive_view(struct naive_world *world, const struct ls_spec_view *spec,
                  struct naive_view *out, struct ls_error *err);
void ls_naive_view_clear(struct naive_view *view);

/* ---- the comparison */

struct naive_report {
    struct ls_buf *out;
    unsigned count; /* of differences */
};

/* Adds a line; only the first NAIVE_DIFFERENCES_MAX. */
int ls_naive_differ(struct naive_report *report, struct ls_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static inline bool ls_naive_is_full(const struct naive_report *report)
{
    return report->count >= NAIVE_DIFFERENCES_MAX;
}

/* The value for people. */
int ls_naive_show(const struct naive_column *column, const struct naive_value *value,
                  struct ls_buf *out, struct ls_error *err);

/* Does the file's header say what it should: codec null (B1), these columns with their types? */
int ls_naive_compare_header(const struct naive_dataset *dataset, const char *path, bool *same,
                            struct naive_report *report, struct ls_error *err);

/* The file below `folder` against what it should hold. */
int ls_naive_compare(const struct naive_dataset *dataset, const char *folder,
                     struct naive_report *report, struct ls_error *err);

/* Everything before the comparison: reads, decodes, judges. The arena is the caller's to clear,
 * also after an error. */
int ls_naive_world_load(const struct ls_naive *job, struct naive_world *world,
                        struct ls_error *err);

#endif
