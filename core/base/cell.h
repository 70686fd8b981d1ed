/* One value of one column, as the generator makes it, the decoder finds it, expressions read it and
 * the encoder writes it. */
#ifndef LS_BASE_CELL_H
#define LS_BASE_CELL_H

#include <stdbool.h>
#include <stdint.h>

struct ls_cell {
    int64_t number; /* boolean, int, long, enum (index), a decimal that is a number (row.h); float
                       and double: their bits */
    const uint8_t *bytes; /* string, bytes, fixed, spans of encoded arrays; of an enum its symbol's
                             text. Borrowed */
    uint32_t size;        /* of bytes */
    bool is_null;
};

#endif
