/* Where a row of a dataset came from (contract C5): the record of the log behind a normalized,
 * quarantined or late row, the normalized rows behind a row of a view. */
#ifndef LS_CONFORMANCE_ORIGIN_H
#define LS_CONFORMANCE_ORIGIN_H

#include "core/base/buf.h"
#include "spec/spec.h"

#include <jansson.h>

struct ls_origin {
    const struct ls_spec *spec;
    const char *log; /* folder of the log that both sides read */
};

/* The two folders of datasets that are compared, and what they are called in a report. */
struct ls_sides {
    const char *folders[2];
    const char *called[2]; /* "stream", "batch" */
};

/* At most so many records are told of behind one row. */
#define LS_ORIGIN_RECORDS_MAX 10

/* Appends what a record of the log is: key, timestamp, and its value, or the bytes of one that does
 * not decode. What cannot be read is told instead; an error is one of memory or of the report's
 * size. */
int ls_origin_record(const struct ls_origin *origin, const char *topic, uint32_t partition,
                     uint64_t position, struct ls_buf *report, struct ls_error *err);

/* Appends where a row (as ls_row_json gives it, not readable) of the file `name` came from. Rows of
 * a view: the normalized rows of both sides in its window and group, those first that are not the
 * same in both. Nothing is said of files that are none of a run's. */
int ls_origin_row(const struct ls_origin *origin, const struct ls_sides *sides, const char *name,
                  const json_t *row, struct ls_buf *report, struct ls_error *err);

#endif
