/* The naive recomputation (contract C7): everything that a run of the pipeline should have written,
 * computed again, slowly and plainly, from the log and the spec's words, and compared with what it
 * did write. It shares no arithmetic with the pipeline: log and datasets are read through libavro,
 * expressions have a parser and an evaluator of their own, a window is a run of equals in a sorted
 * list. So a defect in what the streaming and the batch run have in common still shows. */
#ifndef LS_CONFORMANCE_NAIVE_H
#define LS_CONFORMANCE_NAIVE_H

#include "core/base/buf.h"
#include "spec/spec.h"

#define LS_NAIVE_RECORDS_MAX 300000 /* of a log: everything is kept in memory */

struct ls_naive {
    const struct ls_spec *spec;
    const char *log;       /* folder of a file log */
    const char *reference; /* folder of its reference tables */
    const char *datasets;  /* what a run wrote: DIR/datasets */
    bool any_codec;        /* the files may be written in another codec than B1's */
};

/* P15: rows of views alone, and of these windows with from < end <= to, others with from <=
 * event_time < to. */
struct ls_naive_range {
    int64_t from, to;
};

/* Of a run over other than everything (P13 to P15). */
struct ls_naive_scope {
    const int64_t *as_of;               /* NULL: all that came */
    bool lateness_off;                  /* P14 */
    const struct ls_naive_range *range; /* NULL: all */
};

struct ls_naive_counts {
    uint64_t records, admitted, quarantined, heartbeats, late_rows;
    uint64_t view_rows;     /* those of alert rules among them */
    uint64_t cut;           /* records that came later than as of when it is */
    uint64_t late, too_old; /* where lateness is not judged: admitted records that are behind their
                               watermark, and those beyond the horizon among them */
    uint64_t open;          /* partitions that have no record of that time or later: P13 */
};

/* 0 when everything is as it should be; LS_DIFFERS with the first differences in `report`
 * (appended, one a line: dataset, row, field, what is there, what should be); a negative code when
 * something cannot be read. */
int ls_naive_check(const struct ls_naive *naive, struct ls_naive_counts *counts,
                   struct ls_buf *report, struct ls_error *err);

/* Likewise of a run over other than everything. */
int ls_naive_check_scope(const struct ls_naive *naive, const struct ls_naive_scope *scope,
                         struct ls_naive_counts *counts, struct ls_buf *report,
                         struct ls_error *err);

#endif
