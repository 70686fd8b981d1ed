/* Datasets with all their times moved: what a run over a log with all times moved should have left,
 * brought back to be compared. */
#ifndef LS_CONFORMANCE_SHIFTED_H
#define LS_CONFORMANCE_SHIFTED_H

#include "core/base/error.h"

#include <stdint.h>

/* Copies the container files of the folder of datasets `from` to the folder `to`, with so many
 * milliseconds added to every column of times. Quarantine is left out: it holds what nobody
 * could read, times and all. The copies have codec `null` and one size of block, so that equal rows
 * are equal files. *rows counts. */
int ls_shift_datasets(const char *from, const char *to, int64_t shift_ms, uint64_t *rows,
                      struct ls_error *err);

#endif
