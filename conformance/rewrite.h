/* A log made from another by changing fields of its records: for cases whose inputs no generator
 * makes. */
#ifndef LS_CONFORMANCE_REWRITE_H
#define LS_CONFORMANCE_REWRITE_H

#include "conformance/perturb.h"

/* Is given each sound event, decoded: p->cells in the layout of p->version; and each heartbeat:
 * p->version NULL, its time in p->cells[LS_COLUMN_INGEST_TIME]. It changes cells, and the
 * timestamp, key and so on of *record, and says whether it did. */
typedef bool ls_rewrite_fn(struct ls_perturb *p, struct ls_log_record *record, void *context);

/* Reads the log in folder `from` and writes the one in folder `to`; what is neither sound nor a
 * heartbeat stays as it is. *changed counts what was changed. */
int ls_rewrite_log(const struct ls_spec *spec, const char *from, const char *to,
                   ls_rewrite_fn *each, void *context, uint64_t *changed, struct ls_error *err);

/* The cell of a field of the readers' version in a decoded event; NULL where its writer's version
 * has no such field. */
struct ls_cell *ls_rewrite_cell(struct ls_perturb *p, const char *field);

/* Moves every time of an event or a heartbeat: the record's own, those of the envelope and those of
 * the payload that are times, also local ones. A time that would leave 64 bits stays; a timestamp
 * that would come to be -1, which says that there is none, becomes -2. */
void ls_rewrite_shift(struct ls_perturb *p, struct ls_log_record *record, int64_t shift_ms);

/* Is it a column of times, in milliseconds, local ones among them? */
bool ls_column_is_time(const struct ls_column *column);

#endif
