/* What is asked of a run other than everything as it came (contract P13 to P15). */
#ifndef LS_OUTPUT_SCOPE_H
#define LS_OUTPUT_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

struct ls_scope {
    bool has_as_of; /* P13: of each partition the records before its first one with a sound clock */
    int64_t as_of_ms;  /* and an ingest_time of this or later; the plan's reference tables were
                          loaded as of it too */
    bool lateness_off; /* P14: nothing is late or expires, and ids are remembered for ever */
    bool is_range;     /* P15: rows of views and alert rules with from_ms <= ls_row_time < to_ms, */
    int64_t from_ms, to_ms; /* and no other datasets */
    const char *reason;     /* for the manifest; NULL: "run" */
};

/* Everything. */
extern const struct ls_scope ls_scope_all;

#endif
