/* The ids that one topic partition remembers (contract P4): admitted ones, for as long as their
 * event_time is not behind the floor (the watermark less the horizon). Memory follows what lives
 * inside the horizon. What monotonic flags remember lies in such a table too (monotone.h). */
#ifndef LS_STREAM_DEDUPE_H
#define LS_STREAM_DEDUPE_H

#include "core/base/error.h"
#include "core/base/hash.h"

struct ls_dedupe_entry {
    struct ls_id id;
    struct ls_id payload; /* or whatever is remembered of the id */
    int64_t event_time;   /* INT64_MIN: the slot is empty */
};

struct ls_dedupe {
    struct ls_dedupe_entry *slots; /* open addressing */
    size_t slot_count;             /* a power of two, or 0 */
    size_t used;                   /* slots in use, those forgotten among them */
    struct ls_dedupe_entry *fresh; /* admitted since the last checkpoint, in order; some that were
                                      forgotten since are left out */
    size_t fresh_count, fresh_capacity;
};

#define LS_DEDUPE_SLOTS_MAX (UINT64_C(1) << 28) /* of one partition: about 10 GiB */

/* The entry of an id that is remembered at `floor`, or NULL. Valid until the next insert. */
const struct ls_dedupe_entry *ls_dedupe_find(const struct ls_dedupe *dedupe, struct ls_id id,
                                             int64_t floor);

/* Remembers an id; one that was forgotten may come again. `fresh` notes it for the next checkpoint.
 */
int ls_dedupe_insert(struct ls_dedupe *dedupe, const struct ls_dedupe_entry *entry, int64_t floor,
                     bool fresh, struct ls_error *err);

/* How many are remembered at `floor`. */
size_t ls_dedupe_live(const struct ls_dedupe *dedupe, int64_t floor);

void ls_dedupe_clear(struct ls_dedupe *dedupe);

#endif
