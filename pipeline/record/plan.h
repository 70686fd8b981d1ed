/* What the pipeline does with a record of each topic, compiled from the spec: checks in their
 * order, normalize steps, the columns of the normalized dataset. Immutable; shared by threads, and
 * by the streaming and the batch run (contract P9: per-record functions are theirs in common). */
#ifndef LS_RECORD_PLAN_H
#define LS_RECORD_PLAN_H

#include "core/base/text.h"
#include "core/expr/expr.h"
#include "core/log/log.h"
#include "pipeline/record/normalize.h"
#include "pipeline/record/set.h"
#include "spec/reason.h"

#define LS_RECORD_CELLS_MAX 256 /* columns of a raw record and cells that normalize steps add */

struct ls_record_check {
    enum ls_check_word check;
    size_t cell; /* raw column */
    const char *field;
    unsigned scale; /* of the field */
    bool has_low, has_high;
    int64_t low, high;
    const struct ls_reference_table *table;
    struct ls_set set;
    const struct ls_pattern *pattern;
};

/* A flag (P1): by a condition, or monotonic, which needs memory of other records and is the matter
 * of whoever keeps it. */
struct ls_record_flag {
    const struct ls_spec_check *spec;
    size_t cell;                /* its column's */
    const struct ls_expr *when; /* over cells, always with a value; NULL: monotonic */
    size_t field, per;          /* monotonic: cells */
    bool per_text;
    int64_t tolerance; /* in the field's unit */
};

/* A column of the normalized dataset. */
struct ls_normal_column {
    const char *name;        /* in expressions: "amount" */
    const char *column_name; /* in the dataset: "amount_cents" */
    enum ls_field_type type;
    bool nullable;
    size_t cell;
    const struct ls_node *symbols;      /* of an enum */
    unsigned scale;                     /* of a number: decimal places */
    unsigned precision;                 /* of a decimal */
    const struct ls_spec_field *nested; /* of an array or a map */
};

struct ls_topic_plan {
    const struct ls_spec_event_type *type;
    size_t check_count;
    struct ls_record_check *checks;
    size_t set_count;
    struct ls_record_set *sets;
    size_t flag_count; /* at most LS_SPEC_FLAGS_MAX */
    struct ls_record_flag *flags;
    size_t monotonic_count; /* of these */
    size_t cell_count;      /* raw columns, set cells and flags */
    size_t column_count; /* of the normalized dataset, the flags and the three physical ones at the
                            end included */
    struct ls_normal_column *columns;
    struct ls_schema *schema; /* of the normalized dataset */
    struct ls_layout *layout;
    int64_t watermark_delay_ms;
    struct ls_cell event_type; /* its name */
    uint32_t rank;             /* of its name among those of all topics, in byte order (P7) */
};

enum {
    LS_PHYSICAL_COLUMNS = 3, /* partition, position, watermark: the last ones */
    LS_RECORD_COLUMNS_MAX = LS_RECORD_CELLS_MAX + LS_PHYSICAL_COLUMNS
};

/* Behind the columns, for views alone: the cell of the event type's name. */
static inline unsigned ls_cell_of_event_type(const struct ls_topic_plan *topic)
{
    return (unsigned)topic->column_count;
}

struct ls_record_plan {
    const struct ls_spec *spec;
    const struct ls_reference *reference;
    size_t topic_count;
    struct ls_topic_plan *topics; /* one for each event type, in the spec's order */
    struct ls_sha256 job;         /* the job hash of contract P12 */
    struct ls_arena arena;
};

/* Problems (LS23xx) in `report` with LS_E_DATA. Free with ls_record_plan_free; spec and reference
 * must outlive it. */
int ls_record_plan_new(const struct ls_spec *spec, const struct ls_reference *reference,
                       struct ls_record_plan **out, struct ls_buf *report, struct ls_error *err);
void ls_record_plan_free(struct ls_record_plan *plan);

/* Makes the topics of an opened log those of the plan (ls_log_select), and tells how many
 * partitions each has. LS_E_DATA when the log lacks one, or their partitions differ in number. */
int ls_record_plan_select(const struct ls_record_plan *plan, struct ls_log *log,
                          uint32_t *partitions, struct ls_error *err);

/* The column of a normalized dataset with this name, as an expression knows it; NULL when there is
 * none. */
const struct ls_normal_column *ls_normal_column(const struct ls_topic_plan *topic,
                                                const char *name);

/* What else the name may have meant, among the normalized columns of a topic: `context` is its
 * plan. */
const char *ls_normal_suggest(const void *context, const char *name, char buffer[LS_SUGGEST_MAX]);

/* A JSON fragment: the Avro type of a column, appended; `record` prefixes the names of enums. */
int ls_column_type_text(const struct ls_normal_column *column, const char *record,
                        struct ls_buf *out, struct ls_error *err);

#endif
