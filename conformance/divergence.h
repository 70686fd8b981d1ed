/* The first divergence of two files (contract C5). */
#ifndef LS_CONFORMANCE_DIVERGENCE_H
#define LS_CONFORMANCE_DIVERGENCE_H

#include "conformance/origin.h"

struct ls_divergence {
    const char *name; /* of the file below both folders: "views/revenue_1m.avro" */
    struct ls_sides sides;
    const struct ls_origin *origin; /* NULL: the input is not known */
};

/* Reads two container files through libavro side by side and tells, in a few lines behind `report`,
 * the first row that differs: its number (from 1), what was added, removed or changed, the fields
 * with both values, the whole row, and the input it came from. Files that are no container files,
 * or differ in their headers alone, are told so. */
int ls_divergence(const struct ls_divergence *which, struct ls_buf *report, struct ls_error *err);

#endif
