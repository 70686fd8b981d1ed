/* The values that a `set` check allows, ready to be searched. */
#ifndef LS_RECORD_SET_H
#define LS_RECORD_SET_H

#include "spec/spec.h"

struct ls_set {
    bool of_numbers; /* in the field's unit; else of texts */
    size_t count;
    const struct ls_cell *values; /* in their order */
};

/* Of values that fit the field (the resolver has looked). In the arena; texts are borrowed. */
int ls_set_make(const struct ls_names *values, const struct ls_spec_field *field,
                struct ls_arena *arena, struct ls_set *out, struct ls_error *err);

/* `cell` is of the field, and not null. */
bool ls_set_has(const struct ls_set *set, const struct ls_cell *cell);

#endif
