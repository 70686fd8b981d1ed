/* The events of bench/quote.yaml by hand. */
#ifndef LS_BENCH_HAND_QUOTE_H
#define LS_BENCH_HAND_QUOTE_H

#include "bench/hand.h"
#include "core/base/error.h"

/* Slots from here on are not made: until then, eleven years of data time, a time takes six
 * bytes. */
#define LS_HAND_QUOTE_SLOTS_MAX (UINT64_C(1) << 32)

/* Makes the tables, about 4 MiB. Once, and again only after ls_hand_quote_clear. 0 or LS_E_NOMEM;
 * then nothing is kept. */
int ls_hand_quote_init(uint64_t seed, struct ls_error *err);

/* Legal also without tables. */
void ls_hand_quote_clear(void);

/* The event of slot `i`, in any order of calls. `room` holds LS_HAND_ROOM bytes; `out` borrows
 * it. */
void ls_hand_quote_make(uint64_t i, uint8_t *room, struct hand_event *out);

#endif
