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
};

/* Everything. */
extern const struct ls_scope ls_scope_all;

#endif
