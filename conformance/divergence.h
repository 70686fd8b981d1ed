/* The first divergence of two files (contract C5). */
#ifndef LS_CONFORMANCE_DIVERGENCE_H
#define LS_CONFORMANCE_DIVERGENCE_H

#include "core/base/buf.h"

/* Reads two container files through libavro side by side and tells, in a few lines behind `report`,
 * the first record that differs: its number, the fields that do with both values, and the whole
 * record. Files that are no container files, or differ in their headers alone, are told so. `name`
 * is what the file is called. */
int ls_divergence(const char *name, const char *a, const char *b, const char *left,
                  const char *right, struct ls_buf *report, struct ls_error *err);

#endif
