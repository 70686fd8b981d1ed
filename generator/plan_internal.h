/* Shared by the parts of the compiler of plans. */
#ifndef LS_GENERATOR_PLAN_INTERNAL_H
#define LS_GENERATOR_PLAN_INTERNAL_H

#include "generator/plan.h"
#include "spec/resolve.h"
#include "spec/table_file.h"

#define LS_PLAN_TABLE_ROWS_MAX (1 << 20) /* of a table whose rows are looked at, but for files */

/* A reference table, with its rows in force where it is not simple. */
struct ls_plan_table {
    const struct ls_spec_reference *spec;
    const struct ls_plan_entity *entity; /* NULL: a file */
    struct ls_table_file file;
    size_t count;
    struct ls_dated *rows; /* by key, then by begin */
};

struct planner {
    const struct ls_spec *spec;
    struct ls_plan *plan;
    struct ls_diag *diag;
    struct ls_error *err; /* err->code is 0 until memory was refused or a limit was passed */
    size_t table_bytes;   /* of tables of attributes */
    unsigned depth;       /* of values of earlier events that are being planned */
    const struct ls_plan_entity *entity; /* whose attributes are planned */
    struct ls_plan_table *tables;        /* in the spec's order, while things are proved */
    const char **entity_values; /* "product.category": what expressions can name beside fields, for
                                   did-you-mean; ends with NULL, made when it is first wanted */
    const struct ls_plan_type *crowded; /* names more values than there are cells for: told once */
};

#define PROBLEM(p, rule, where, hint, ...)                                                         \
    ls_diag_add((p)->diag, LS_SEVERITY_ERROR, rule, where, hint, __VA_ARGS__)

void *ls_plan_alloc(struct planner *p, size_t count, size_t size);
uint64_t ls_plan_key(struct planner *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* plan_value.c: one field's source as an operation, for the event so many steps back. `type` is
 * NULL for an attribute of an entity. */
bool ls_plan_op(struct planner *p, const struct ls_spec_field *field, const char *path,
                struct ls_plan_type *type, unsigned back, uint64_t count, struct ls_op *out);

/* False when the ids of a template would be too long, which is noted. */
bool ls_plan_template(struct planner *p, const struct ls_template *t, struct ls_where where,
                      struct ls_id_template *out);

/* What the field's type holds, between its `min` and its `max`. */
void ls_plan_bounds(const struct ls_spec_field *field, int64_t *low, int64_t *high);

/* plan_scope.c. What names mean to a field of an event type: the fields above it, and attributes of
 * entities as hidden cells. To one of an event so many steps back, its fields are hidden cells too.
 */
struct plan_scope {
    struct planner *p;
    struct ls_plan_type *type;
    const struct ls_spec_field *field;
    unsigned back;
    struct ls_where where;
};
bool ls_plan_find(void *context, const char *name, struct ls_expr_symbol *symbol);

/* Fields are made in order: does one of the type's stand above another? */
bool ls_plan_is_above(const struct ls_spec_event_type *type, const struct ls_spec_field *field,
                      const struct ls_spec_field *below);
struct ls_op *ls_plan_op_of_cell(struct ls_plan_type *type, unsigned cell);

/* The value that an entity's operation makes. */
void ls_plan_take(const struct ls_op *source, struct ls_op *out);

/* The attribute of an entity; NULL when there is none. */
const struct ls_op *ls_plan_attribute(const struct ls_plan_entity *entity, const char *name);

/* Does it give null without a fault? */
bool ls_plan_op_nullable(const struct ls_op *op);

/* The event type so many steps back in the lifecycle. */
const struct ls_spec_event_type *ls_plan_type_back(const struct ls_plan_type *type, unsigned back);

/* ENTITY.id or ENTITY.ATTRIBUTE; or EVENT_TYPE.FIELD of a step before as well. */
bool ls_plan_ref(struct planner *p, const char *text, struct ls_where where,
                 struct ls_plan_type *type, unsigned back, struct ls_op *out);
bool ls_plan_any_ref(struct planner *p, const struct ls_source_text *source,
                     struct ls_plan_type *type, unsigned back, struct ls_op *out);

/* plan_suggest.c: what to write instead of a name that ls_plan_find does not know, as ls_suggest.
 */
const char *ls_plan_suggest(const void *context, const char *name, char out[LS_SUGGEST_MAX]);

/* plan_expr.c. And whether what an expression gives, in out->expr, fits the field. */
bool ls_plan_expression(struct planner *p, const struct ls_spec_field *field,
                        struct ls_plan_type *type, unsigned back, struct ls_op *out);
bool ls_plan_expression_fits(struct planner *p, const struct ls_spec_field *field,
                             struct ls_op *out);

/* plan_attribute.c: what the planner's entity has from the one that it belongs to, and what is
 * computed from its other attributes. */
bool ls_plan_owner_ref(struct planner *p, const struct ls_source_text *source, struct ls_op *out);
bool ls_plan_computed(struct planner *p, const struct ls_spec_field *field, struct ls_op *out);

/* plan_number.c. `count`: of the population that a sequence numbers; 0: of events without end. */
bool ls_plan_is_time(enum ls_field_type type);
bool ls_plan_has_bounds(enum ls_field_type type); /* numbers and times do */
bool ls_plan_number(struct planner *p, const struct ls_spec_field *field, struct ls_op *out);
bool ls_plan_sequence(struct planner *p, const struct ls_spec_field *field, uint64_t count,
                      struct ls_op *out);
bool ls_plan_walk(struct planner *p, const struct ls_spec_field *field, struct ls_plan_type *type,
                  unsigned back, struct ls_op *out);

/* plan_choice.c */
struct ls_cell ls_plan_text_cell(const char *text);
bool ls_plan_choice(struct planner *p, const struct ls_spec_field *field,
                    const struct ls_weights *weights, struct ls_op *out);
bool ls_plan_bernoulli(struct planner *p, const struct ls_spec_field *field, struct ls_op *out);
bool ls_plan_words(struct planner *p, const struct ls_spec_field *field, struct ls_op *out);
bool ls_plan_choice_by(struct planner *p, const struct ls_spec_field *field,
                       struct ls_plan_type *type, unsigned back, struct ls_op *out);

/* plan_nested.c: an array or a map, whose streams begin with `path`. */
bool ls_plan_nested(struct planner *p, const struct ls_spec_field *field, const char *path,
                    struct ls_op *out);

/* plan_type.c: one version of an event type. */
bool ls_plan_type(struct planner *p, const struct ls_spec_event_type *spec,
                  const struct ls_spec_version *version, struct ls_plan_type *out);

/* plan_fault.c: which columns the faults that name a field act on in this type; whether a check
 * notices what each of them breaks; copies; all other faults, once types are planned. */
void ls_plan_fault_columns(struct planner *p, struct ls_plan_type *type);
void ls_plan_copies(struct planner *p);
bool ls_plan_faults(struct planner *p);
void ls_plan_delay(struct planner *p, const struct ls_pick *pick, enum ls_unit unit, int64_t low,
                   int64_t high, const char *name, struct ls_plan_delay *out);

/* plan_episode.c: episodes; and what they do to a field. */
bool ls_plan_episodes(struct planner *p);
bool ls_plan_shifts(struct planner *p, const struct ls_spec_field *field,
                    const struct ls_plan_type *type, struct ls_op *out);

/* plan_slot.c: rounds and interleavers, once copies are planned. */
bool ls_plan_slots(struct planner *p);

/* plan_table.c: reads and makes the tables that are not simple, and proves that they can be loaded;
 * false where one cannot, or memory was refused. */
bool ls_plan_tables(struct planner *p);
void ls_plan_tables_free(struct planner *p);
const struct ls_plan_table *ls_plan_table(const struct planner *p,
                                          const struct ls_spec_reference *table);

/* Is there a row for every entity of the population, by its id, which always holds? */
bool ls_plan_table_is_simple(const struct ls_spec_reference *table);

/* Of a table that is not: has the key a row? */
bool ls_plan_table_knows(const struct ls_plan_table *table, const uint8_t *key, size_t size);

/* Of any: between which bounds the values of a column lie; false for one without bounds. */
bool ls_plan_table_bounds(const struct ls_plan_table *table, size_t column, int64_t *low,
                          int64_t *high);

/* The cell of a row, which is a number as in ls_dated; `text` as for ls_attribute_value. */
void ls_plan_table_cell(const struct ls_plan_table *table, uint64_t row, size_t column,
                        uint8_t *text, struct ls_cell *out);

/* plan_prove.c: contract G7. */
void ls_plan_prove(struct planner *p);

/* What makes field number `field` of an event type. */
const struct ls_op *ls_plan_op_of(const struct ls_plan_type *type, size_t field);

/* What this version writes into the column that readers know a field by; NULL: it has none, and
 * they see null. */
const struct ls_op *ls_plan_op_seen(const struct ls_plan_type *type,
                                    const struct ls_spec_field *field);

/* plan_prove_value.c: each value that is made of the field passes a set check, a pattern check; and
 * of the faults that have a field: what out_of_range makes comes to the range check first, what a
 * conflict makes passes the set checks, an unknown id passes all checks but its own. */
void ls_plan_prove_set(struct planner *p, const struct ls_spec_check *check,
                       const struct ls_plan_type *type, const struct ls_spec_field *field,
                       const struct ls_op *op);
void ls_plan_prove_pattern(struct planner *p, const struct ls_spec_check *check,
                           const struct ls_plan_type *type, const struct ls_spec_field *field,
                           const struct ls_op *op);
void ls_plan_prove_range_first(struct planner *p, const struct ls_spec_field *field);
void ls_plan_prove_conflict_in_sets(struct planner *p, const struct ls_plan_type *type,
                                    const struct ls_spec_field *field, const struct ls_op *op);
void ls_plan_prove_unknown(struct planner *p, const struct ls_plan_type *type,
                           const struct ls_spec_field *field);

/* plan_normalize.c: no step fails for a sound record. */
void ls_plan_prove_normalize(struct planner *p, const struct ls_plan_type *type);

#endif
