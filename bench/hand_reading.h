/* The events of bench/reading.yaml by hand. */
#ifndef LS_BENCH_HAND_READING_H
#define LS_BENCH_HAND_READING_H

#include "bench/hand.h"
#include "core/base/error.h"

/* Slots from here on are not made: until then, nine years of data time, a time takes six bytes. */
#define LS_HAND_READING_SLOTS_MAX (UINT64_C(1) << 46)

/* Makes the tables, about 7 MiB. Once, and again only after ls_hand_reading_clear. 0 or LS_E_NOMEM;
 * then nothing is kept. */
int ls_hand_reading_init(uint64_t seed, struct ls_error *err);

/* Legal also without tables. */
void ls_hand_reading_clear(void);

/* The event of slot `i`, in any order of calls (rising ones are fastest: so are devices). `room`
 * holds LS_HAND_ROOM bytes; `out` borrows it. */
void ls_hand_reading_make(uint64_t i, uint8_t *room, struct hand_event *out);

#endif
