/* What a layout is compiled to. */
#ifndef LS_AVRO_ROW_INTERNAL_H
#define LS_AVRO_ROW_INTERNAL_H

#include "core/avro/row.h"
#include "core/base/arena.h"

struct ls_symbol {
    const uint8_t *text;
    uint32_t size;
};

/* Beside enum ls_avro_type: a decimal of at most LS_DECIMAL_DIGITS_MAX digits, which is a number.
 */
enum { LS_ROW_DECIMAL = LS_AVRO_FIXED + 1 };

/* How one column is read and written. */
struct ls_row_op {
    uint8_t type; /* enum ls_avro_type, LS_ROW_DECIMAL; records, arrays, maps and unions are spans
                   */
    bool nullable;
    uint8_t null_byte;  /* the encoded index of the null branch: 0 or 2 */
    uint8_t value_byte; /* that of the other */
    uint8_t depth;      /* of the value in the datum */
    bool physical;
    uint32_t size; /* fixed: bytes; enum: symbols; decimal: digits */
    union {
        const struct ls_symbol *symbols; /* enum */
        const struct ls_node *node;      /* all others */
    };
};

struct ls_layout_memory {
    struct ls_arena arena;
    struct ls_row_op *ops;  /* one for each column */
    uint32_t items_of_none; /* records of no size among those flattened: each counts as an item */
    size_t size_base;       /* the most that a row without its texts and spans can take */
    uint32_t *sized;        /* columns of texts and spans: cells whose bytes are written */
    size_t sized_count;
};

/* Encodes one cell, with the branch of a nullable; returns the place behind. */
uint8_t *ls_row_put(const struct ls_row_op *op, const struct ls_cell *cell, uint8_t *at);

#endif
