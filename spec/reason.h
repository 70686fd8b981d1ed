/* The outcomes of a record (contract P1): admitted, or quarantined with one reason. The list is
 * closed; `lockstep explain REASON` tells more. The order is that of the checks. */
#ifndef LS_SPEC_REASON_H
#define LS_SPEC_REASON_H

#include <stddef.h>

enum ls_reason {
    LS_ADMITTED,
    LS_REASON_FRAME_INVALID,
    LS_REASON_SCHEMA_UNKNOWN,
    LS_REASON_DECODE_TRUNCATED,
    LS_REASON_DECODE_INVALID,
    LS_REASON_ENVELOPE_INVALID,
    LS_REASON_CLOCK_SKEW,
    LS_REASON_CLOCK_AHEAD,
    LS_REASON_TIME_RANGE,
    LS_REASON_NOT_NULL,
    LS_REASON_RANGE,
    LS_REASON_SET,
    LS_REASON_PATTERN,
    LS_REASON_REFERENCE_UNKNOWN,
    LS_REASON_NORMALIZE_FAILED,
    LS_REASON_EXPIRED,
    LS_REASON_DUPLICATE,
    LS_REASON_DUPLICATE_CONFLICT,
    LS_REASON_COUNT
};

struct ls_reason_text {
    const char *name;  /* "DUPLICATE": what stands in rows, truth and summaries */
    const char *stage; /* of P1 that gives it: "duplicate"; "" of ADMITTED */
    const char *title; /* one line */
    const char *text;  /* what is judged, what the detail says, what to do; lines of at most 100
                          columns */
};

/* One row for each reason, in order. */
extern const struct ls_reason_text ls_reasons[LS_REASON_COUNT];

/* LS_REASON_COUNT when the name is none. */
enum ls_reason ls_reason_of(const char *name, size_t size);

#endif
