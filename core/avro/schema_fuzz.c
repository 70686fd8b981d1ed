/* The schema parser over any bytes: what it takes has a canonical form that is a schema, and its
 * own canonical form. */
#include "core/avro/row.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ls_schema *schema;
    struct ls_schema *again;
    struct ls_layout *layout;
    struct ls_error err;
    if (ls_schema_parse((const char *)data, size, &schema, &err) < 0) {
        return 0;
    }
    if (ls_schema_parse(schema->canonical, schema->canonical_size, &again, &err) < 0 ||
        again->crc64 != schema->crc64 || strcmp(again->canonical, schema->canonical) != 0) {
        abort();
    }
    if (ls_layout_new(schema, &layout, &err) == 0) {
        ls_layout_free(layout);
    }
    struct ls_span nothing = {data, data};
    ls_datum_skip(schema->root, &nothing);
    ls_schema_free(again);
    ls_schema_free(schema);
    return 0;
}
