/* What records of the log and rows of views share. */
#ifndef LS_CONFORMANCE_ORIGIN_INTERNAL_H
#define LS_CONFORMANCE_ORIGIN_INTERNAL_H

#include "conformance/origin.h"

/* What cannot be read is no failure of a report: it is told, but for refused memory, which is an
 * error. */
int ls_origin_unread(const struct ls_error *why, struct ls_buf *out, struct ls_error *err);

/* Appends the normalized rows of both sides in the window and group of a view's row. */
int ls_origin_view(const struct ls_origin *origin, const struct ls_sides *sides,
                   const struct ls_spec_view *view, const json_t *row, struct ls_buf *report,
                   struct ls_error *err);

#endif
