/* Avro schemas (specification 1.11), parsed into a tree that loses nothing: defaults, docs,
 * aliases, logical types and custom properties stay reachable through the JSON they came from, and
 * the original text is kept for file headers.
 *
 * A schema is immutable after ls_schema_parse and may be read by many threads. */
#ifndef LS_AVRO_SCHEMA_H
#define LS_AVRO_SCHEMA_H

#include "core/base/error.h"
#include "core/base/hash.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ls_avro_type {
    LS_AVRO_NULL,
    LS_AVRO_BOOLEAN,
    LS_AVRO_INT,
    LS_AVRO_LONG,
    LS_AVRO_FLOAT,
    LS_AVRO_DOUBLE,
    LS_AVRO_BYTES,
    LS_AVRO_STRING,
    LS_AVRO_RECORD,
    LS_AVRO_ENUM,
    LS_AVRO_ARRAY,
    LS_AVRO_MAP,
    LS_AVRO_UNION,
    LS_AVRO_FIXED
};

/* Limits against hostile schemas; each is named in its message. */
#define LS_SCHEMA_TEXT_MAX          (1U << 20)
#define LS_SCHEMA_DEPTH_MAX         64 /* the root is 1 deep */
#define LS_SCHEMA_NODES_MAX         10000
#define LS_SCHEMA_FIXED_MAX         (1U << 20)
#define LS_SCHEMA_DEFAULT_STEPS_MAX 1000000U /* values that all defaults together make */

struct ls_node;

struct ls_field {
    const char *name;
    const struct ls_node *type;
    const json_t *fallback;     /* the default, or NULL: a default of null is json_null() */
    const char *const *aliases; /* ends with NULL; never NULL itself */
    const json_t *json;         /* the field's object: doc, order, custom properties */
};

struct ls_node {
    enum ls_avro_type type;
    const char *name;    /* full name (with namespace) of a record, enum or fixed; else NULL */
    const char *logical; /* logicalType where it is one the specification knows for this type, and
                            valid; else NULL */
    unsigned precision;  /* logical decimal */
    unsigned scale;      /* logical decimal */
    size_t size;         /* fixed: bytes */
    size_t count;        /* fields, symbols or branches; 1 for array and map */
    const struct ls_field *fields; /* record */
    const char *const *symbols;    /* enum */
    const struct ls_node *const
        *children;              /* union: branches; array and map: one, the items or values */
    const char *const *aliases; /* record, enum, fixed: full names; ends with NULL; never NULL */
    const json_t
        *json; /* what it was parsed from: a name (string), an array (union) or an object */
};

struct ls_schema {
    const struct ls_node *root;
    const char *text; /* the original, NUL-terminated */
    size_t text_size;
    const char *canonical; /* Parsing Canonical Form */
    size_t canonical_size;
    uint64_t crc64;          /* CRC-64-AVRO of the canonical form */
    struct ls_sha256 sha256; /* of the canonical form */
    struct ls_schema_memory *memory;
};

/* Parses one schema. Refused, with a message that says where in the document (a path like
 * "fields[2].type") and why: anything the specification refuses (unknown types, names that are no
 * Avro names, redefinition, duplicate fields or symbols, unions inside unions or with two branches
 * of a kind, defaults that do not fit their type, records' defaults with members that are no fields
 * among them), duplicate JSON keys, numbers that JSON's reader cannot hold, names with a part of
 * more than 200 bytes, and what passes the limits above. A named type may refer to itself. A name
 * without a namespace is looked for in the enclosing namespace, then in none. An unknown,
 * misapplied or invalid logicalType (a decimal whose scale exceeds its precision) is ignored, as
 * the specification asks; the property stays in `json`. LS_E_DATA, LS_E_NOMEM. *out is NULL on
 * failure; free with ls_schema_free. */
int ls_schema_parse(const char *text, size_t size, struct ls_schema **out, struct ls_error *err);

/* NULL is legal. */
void ls_schema_free(struct ls_schema *schema);

/* "long", "record" … */
const char *ls_avro_type_name(enum ls_avro_type type);

/* The branch other than null of a union of null and one other type, with the index of the null
 * branch in *null_branch; NULL for any other node. */
const struct ls_node *ls_node_nullable(const struct ls_node *node, unsigned *null_branch);

/* A decimal in bytes, of so few digits that 64 bits hold it. */
#define LS_DECIMAL_DIGITS_MAX 18
static inline bool ls_node_is_decimal(const struct ls_node *node)
{
    return node->type == LS_AVRO_BYTES && node->logical && node->precision <= LS_DECIMAL_DIGITS_MAX;
}

/* CRC-64-AVRO of any bytes (specification, "Schema Fingerprints"). */
uint64_t ls_crc64_avro(const void *bytes, size_t size);

#endif
