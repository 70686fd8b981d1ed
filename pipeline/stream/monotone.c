#include "pipeline/stream/monotone.h"

#include "core/base/mutant.h"
#include "core/base/wide.h"

/* Of an entry, payload.high is the greatest value, and payload.low the place among the fresh ones
 * where it was put last. That place is its own as long as its id stands there: the next checkpoint
 * holds each entry once, however often it changed. */
static bool is_fresh(const struct ls_dedupe *seen, const struct ls_dedupe_entry *entry)
{
    uint64_t place = entry->payload.low;
    return place < seen->fresh_count && ls_id_equal(seen->fresh[place].id, entry->id);
}

int ls_monotone_take(struct ls_dedupe *seen, const struct ls_monotone *record, int64_t tolerance,
                     int64_t horizon, int64_t floor, bool *flagged, struct ls_error *err)
{
    const struct ls_dedupe_entry *known = ls_dedupe_find(seen, record->per, floor);
    struct ls_dedupe_entry next = {record->per, {(uint64_t)record->value, 0}, record->event_time};
    *flagged = false;
    if (known && record->event_time <= known->event_time + horizon) {
        int64_t greatest = (int64_t)known->payload.high;
        ls_i128 least = (ls_i128)greatest - tolerance;
        *flagged = record->value < least || (LS_MUTANT(FLAG_AT_EDGE) && record->value == least);
        if (record->value <= greatest && record->event_time <= known->event_time) {
            return 0; /* nothing to remember, nor to save */
        }
        next.payload.high = (uint64_t)(record->value > greatest ? record->value : greatest);
        next.event_time = record->event_time > known->event_time ? record->event_time
                                                                 : known->event_time;
    }
    bool fresh = !known || !is_fresh(seen, known);
    next.payload.low = fresh ? seen->fresh_count : known->payload.low;
    if (!fresh) {
        seen->fresh[next.payload.low] = next;
    }
    return ls_dedupe_insert(seen, &next, floor, fresh, err);
}
