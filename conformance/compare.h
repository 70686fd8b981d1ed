/* Comparison of two folders of datasets (contract C1): bytes first, then records read through
 * libavro, which is not our codec. */
#ifndef LS_CONFORMANCE_COMPARE_H
#define LS_CONFORMANCE_COMPARE_H

#include "core/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum ls_level { LS_LEVEL_BYTES, LS_LEVEL_LOGICAL };

struct ls_comparison {
    uint64_t files, bytes;    /* compared */
    uint64_t files_differ;    /* or are missing on one side */
    char first[256];          /* the first of those, in byte order of their paths */
    size_t report_begin;      /* where in the report this comparison begins */
    const char *left, *right; /* what the sides are called in the report: "stream", "batch" */
};

/* Compares every file below two folders byte by byte; except those whose names end in .tmp nothing
 * is passed over. 0 when all are the same, LS_DIFFERS when not; `report` then tells, for the first
 * file that differs, the first record that does: its number, field, both values. */
int ls_compare_bytes(const char *a, const char *b, struct ls_comparison *out, struct ls_buf *report,
                     struct ls_error *err);

#endif
