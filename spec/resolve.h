/* The second half of loading: names resolved, contradictions found, schemas derived. */
#ifndef LS_SPEC_RESOLVE_H
#define LS_SPEC_RESOLVE_H

#include "spec/spec.h"

/* Problems go to `diag` (LS20xx); a negative code only when memory is refused or the like. */
int ls_spec_resolve(struct ls_spec *spec, struct ls_diag *diag, struct ls_error *err);

/* Does a template hold {n} or {n:0W}, or likewise {session}, exactly once, with nothing else in
 * braces? Fills its parts: the text before, the width (0: no padding), the text behind. */
struct ls_template {
    const char *before;
    size_t before_size;
    bool of_session;
    unsigned width;
    const char *behind;
    size_t behind_size;
};
bool ls_template_parse(const char *text, struct ls_template *out);

#endif
