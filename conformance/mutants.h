/* The published list of defects that the suite has to catch (contract C4). */
#ifndef LS_CONFORMANCE_MUTANTS_H
#define LS_CONFORMANCE_MUTANTS_H

#include "core/base/mutant.h"

struct ls_mutant_row {
    const char *name;  /* "emit-early" */
    const char *where; /* "shared", "stream", "batch"; "suite": in the suite itself */
    const char *title;
};

/* One row for each mutant, LS_MUTANT_NONE among them (its name is "none"). */
extern const struct ls_mutant_row ls_mutant_rows[LS_MUTANT_COUNT];

/* LS_MUTANT_COUNT when there is none of this name. */
enum ls_mutant ls_mutant_find(const char *name);

#endif
