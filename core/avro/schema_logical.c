#include "core/avro/schema_internal.h"
#include "core/base/wide.h"

#include <string.h>

/* The logical types of the specification, other than decimal, and what each stands on. */
static const struct {
    const char *name;
    enum ls_avro_type type;
    size_t size; /* fixed */
} logical_types[] = {
    {"uuid", LS_AVRO_STRING, 0},
    {"date", LS_AVRO_INT, 0},
    {"time-millis", LS_AVRO_INT, 0},
    {"time-micros", LS_AVRO_LONG, 0},
    {"timestamp-millis", LS_AVRO_LONG, 0},
    {"timestamp-micros", LS_AVRO_LONG, 0},
    {"local-timestamp-millis", LS_AVRO_LONG, 0},
    {"local-timestamp-micros", LS_AVRO_LONG, 0},
    {"duration", LS_AVRO_FIXED, 12},
};

/* How many decimal digits every two's-complement number of this many bytes can hold:
 * floor((8 * size - 1) * log10(2)). The ratio is a little below log10(2), and near enough for every
 * size up to LS_SCHEMA_FIXED_MAX. */
static uint64_t digits_of(size_t size)
{
    ls_u128 bits = size ? 8 * (ls_u128)size - 1 : 0;
    return (uint64_t)(bits * UINT64_C(30102999566398119) / UINT64_C(100000000000000000));
}

static void set_decimal(struct ls_node *node)
{
    const json_t *precision = json_object_get(node->json, "precision");
    const json_t *scale = json_object_get(node->json, "scale");
    json_int_t digits = json_integer_value(precision); /* 0 for what is no integer */
    json_int_t after_point = json_integer_value(scale);
    bool sound = digits > 0 && digits <= INT32_MAX && (!scale || json_is_integer(scale)) &&
                 after_point >= 0 && after_point <= digits;
    if (node->type == LS_AVRO_FIXED) {
        sound = sound && (uint64_t)digits <= digits_of(node->size);
    }
    if (sound) {
        node->logical = "decimal";
        node->precision = (unsigned)digits;
        node->scale = (unsigned)after_point;
    }
}

void ls_schema_logical(struct ls_node *node)
{
    const char *name = json_string_value(json_object_get(node->json, "logicalType"));
    if (!name) {
        return;
    }
    if (strcmp(name, "decimal") == 0) {
        if (node->type == LS_AVRO_BYTES || node->type == LS_AVRO_FIXED) {
            set_decimal(node);
        }
        return;
    }
    for (size_t i = 0; i < sizeof logical_types / sizeof *logical_types; i++) {
        if (strcmp(name, logical_types[i].name) == 0 && node->type == logical_types[i].type &&
            node->size == logical_types[i].size) {
            node->logical = logical_types[i].name;
        }
    }
}
