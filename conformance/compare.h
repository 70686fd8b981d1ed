/* Comparison of two folders of datasets (contract C1): bytes first; then, where that is allowed,
 * the rows, read through libavro, which is not our codec. */
#ifndef LS_CONFORMANCE_COMPARE_H
#define LS_CONFORMANCE_COMPARE_H

#include "conformance/origin.h"
#include "core/base/buf.h"

#include <stdint.h>

/* Strongest first. */
enum ls_level {
    LS_LEVEL_BYTES,  /* every file is there on both sides, with the same bytes */
    LS_LEVEL_LOGICAL /* every dataset has the same rows, by its logical digest (B3): in whatever
                        order, blocks, codec and partitions */
};

extern const char *const ls_level_words[]; /* "bytes", "logical"; ends with NULL */

struct ls_comparison {
    /* in */
    const char *left, *right;       /* what the sides are called in the report; NULL: "A", "B" */
    enum ls_level level;            /* the weakest that is taken for the same */
    const struct ls_origin *origin; /* for the report; may be NULL */
    /* out */
    enum ls_level held;    /* when they are the same: by which level */
    uint64_t files, bytes; /* compared */
    uint64_t differ; /* files that differ or are on one side alone; at the logical level datasets */
    char first[256]; /* the first of those, in byte order of their paths; cut if longer */
};

/* Compares all files below two folders; nothing is passed over. A dataset is a file, or, where
 * files are called by numbers (partitions), all of their folder; at the logical level what is no
 * container file (.avro) is not looked at, since it tells of bytes. 0 when all are the same,
 * LS_DIFFERS when not; `report` then tells, for the first dataset that differs, the first row that
 * does: see ls_divergence. */
int ls_compare(const char *a, const char *b, struct ls_comparison *comparison,
               struct ls_buf *report, struct ls_error *err);

#endif
