/* The checksums of a run's files: those of files that this process began are made while they are
 * written, the others are read once more, by several threads. */
#ifndef LS_OUTPUT_SUMS_H
#define LS_OUTPUT_SUMS_H

#include "pipeline/output/outputs.h"

struct ls_sum {
    const struct ls_dataset *set;
    struct ls_sha256 sha256; /* of the file */
    uint64_t size;
};

/* One for each dataset, by name; `sums` has room for o->count. At most so many threads. */
int ls_sums_of(const struct ls_outputs *o, unsigned threads, struct ls_sum *sums,
               struct ls_error *err);

#endif
