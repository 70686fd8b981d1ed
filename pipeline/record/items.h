/* The values in an array or a map, as one name. */
#ifndef LS_RECORD_ITEMS_H
#define LS_RECORD_ITEMS_H

#include "core/avro/row.h"
#include "core/base/hash.h"

/* Of the items (with their keys) in their order, however they were encoded: blocks, varints and
 * decimals may be longer than they need be. `node` is an array or a map of scalars, the cell spans
 * a checked encoding. */
struct ls_id ls_items_id(const struct ls_node *node, const struct ls_cell *cell);

#endif
