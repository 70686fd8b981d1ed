/* The Avro schemas that a spec means: of each event type at each schema version that differs from
 * the one before. */
#ifndef LS_CLI_SPEC_SCHEMAS_H
#define LS_CLI_SPEC_SCHEMAS_H

#include "cli/cli.h"

struct spec_schema {
    const char *subject; /* "raw.ecommerce.order_placed-value" */
    const struct ls_spec_event_type *type;
    int64_t version;
    bool is_written; /* by the generator: the declared version, and what a schema_change goes to */
    struct ls_schema *schema;
};

struct spec_schemas {
    struct ls_spec *spec;      /* owned */
    struct spec_schema *items; /* in the spec's order, versions ascending */
    size_t count;
    struct spec_schema heartbeat; /* of no event type; its schema is NULL where there are none */
};

/* Of the spec at `path`, with these options. Clear also after an error. The texts live in the
 * command's arena. */
int spec_schemas_load(struct cli *cli, const char *path, const struct spec_options *options,
                      struct spec_schemas *out, struct ls_error *err);
void spec_schemas_clear(struct spec_schemas *schemas);

/* By what a framed record carries; of several versions with one schema a written one. NULL when the
 * spec has none. */
const struct spec_schema *spec_schema_of(const struct spec_schemas *schemas, uint64_t crc64);

#endif
