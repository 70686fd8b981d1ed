/* Fields: their types, what was bound of each, and what its values are to those who make, check and
 * calculate them. */
#ifndef LS_SPEC_FIELD_H
#define LS_SPEC_FIELD_H

#include "core/avro/row.h"
#include "core/config/option.h"
#include "core/expr/expr.h"

#define LS_SPEC_NESTING_MAX 4                     /* records in one another */
#define LS_SPEC_ITEMS_MAX   64                    /* of an array; keys of a map */
#define LS_SPEC_DIGITS_MAX  LS_DECIMAL_DIGITS_MAX /* of a decimal */

enum ls_field_type {
    LS_FIELD_BOOLEAN,
    LS_FIELD_ENUM,
    LS_FIELD_INT,
    LS_FIELD_LONG,
    LS_FIELD_MONEY, /* cents in a long named <name>_cents; scale 2 in expressions */
    LS_FIELD_STRING,
    LS_FIELD_TIMESTAMP,
    LS_FIELD_DATE,            /* days, an int */
    LS_FIELD_LOCAL_TIMESTAMP, /* milliseconds of a clock on a wall */
    LS_FIELD_UUID,            /* a string */
    LS_FIELD_DECIMAL,         /* a number of a declared scale; bytes */
    LS_FIELD_FLOAT,           /* drawn as a number of a declared scale; no operand */
    LS_FIELD_DOUBLE,          /* likewise */
    LS_FIELD_BYTES,           /* made as a text; no operand */
    LS_FIELD_RECORD,          /* no value: its fields are the event type's own, in its place */
    LS_FIELD_ARRAY,           /* no operand */
    LS_FIELD_MAP              /* no operand */
};

enum ls_field_role { LS_ROLE_ATTRIBUTE, LS_ROLE_DIMENSION, LS_ROLE_METRIC };

enum ls_null_word { LS_NULL_UNSAID, LS_NULL_NEVER };

/* One field of an entity or of an event's payload. */
struct ls_spec_field {
    const char *name;
    int type;                 /* enum ls_field_type */
    struct ls_ratio nullable; /* how often it is null; part 0: never */
    int null_word;            /* `null: never`: nullable in the schema, null only by a fault */
    int64_t since, until;     /* schema versions that have it: since <= v < until (0: no end) */
    int64_t precision, decimal_scale; /* of a decimal */
    int64_t places;                   /* of a float, a double */
    const char *avro_name;            /* of an enum, in the schema; NULL: TYPE_FIELD */
    struct ls_names said_symbols;     /* of an enum; none: the words of its choices */
    int64_t least, most;              /* of an array: how many items */
    struct ls_names keys;             /* of a map */
    struct ls_ratio present;          /* likewise: how often each is there */
    struct ls_quantity minimum, maximum;
    struct ls_pick source;
    uint64_t given;
    struct ls_where where;
    /* resolved */
    bool is_item;   /* of an array or a map, which is the source's settings; its name is the field's
                     */
    bool is_column; /* of a reference table that is a file */
    const struct ls_spec_field *record; /* that it lies in; or NULL */
    const struct ls_spec_field *before; /* of a record: the one in front of it, or around it */
    enum ls_field_role role;
    unsigned scale;          /* decimal places of its numbers: 2 for money */
    bool is_nullable;        /* in the schema */
    const char *column_name; /* in the schema: "amount_cents" */
    size_t symbol_count;     /* of an enum */
    const char *const *symbols;
};

/* The settings of a record. */
struct ls_source_fields {
    struct ls_items fields; /* struct ls_spec_field */
};

extern const char *const ls_field_type_words[];

/* A quantity as an integer of a field's unit: cents for money, times 10^scale for a decimal,
 * milliseconds for a timestamp, whole numbers otherwise. False when it does not fit (a fraction
 * where none can be, a duration where a number is wanted, more digits than a decimal has). */
bool ls_spec_quantity(const struct ls_quantity *quantity, const struct ls_spec_field *field,
                      int64_t *out);

/* The same of a number that stands where texts do: "12.50". */
bool ls_spec_number(const char *text, const struct ls_spec_field *field, int64_t *out);

/* A duration in milliseconds; false for a number. */
bool ls_spec_duration(const struct ls_quantity *quantity, int64_t *out);

/* What the field's type holds, in its unit. */
void ls_spec_field_limits(const struct ls_spec_field *field, int64_t *low, int64_t *high);

/* Was the option written? */
bool ls_spec_field_given(const struct ls_spec_field *field, const char *option);

/* What a value of the type is, for hints: "money has two decimal places at most, such as 19.99". */
const char *ls_field_type_hint(enum ls_field_type type);

/* What a field is in an expression; of one that is no operand, what it is made as. */
enum ls_expr_type ls_field_expr_type(enum ls_field_type type);

/* A record with fields of its own? */
bool ls_spec_is_record(const struct ls_spec_field *field);

/* What an item of an array or a map is; NULL for another field. */
struct ls_spec_field *ls_spec_item(const struct ls_spec_field *field);

/* For a type whose values only pass through: why they are nothing to calculate with, compare or
 * group by, and what to use instead; NULL for the others. */
const char *ls_field_passes_through(enum ls_field_type type);

/* A number to calculate with? */
bool ls_field_is_number(enum ls_field_type type);

#endif
