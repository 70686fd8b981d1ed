/* Event types whose payload is described by an Avro schema that is there already. `schema:
 * order.avsc` becomes the event type's fields, as if they were written in the spec: each with the
 * hint of its path under `fields`, or with a source that fits its type. */
#ifndef LS_SPEC_GIVEN_SCHEMA_H
#define LS_SPEC_GIVEN_SCHEMA_H

#include "core/base/arena.h"
#include "core/config/yaml.h"

/* Puts `attributes` and `payload` into each event type of the tree that has a `schema`; that is
 * looked for beside the spec. What cannot be generated is noted (LS2032): a logical type that is
 * unknown here, a union of several types, a fixed, a record within itself. 0, or LS_E_NOMEM. */
int ls_spec_given_schemas(struct ls_yaml *tree, const char *spec_path, struct ls_arena *arena,
                          struct ls_diag *diag, struct ls_error *err);

#endif
