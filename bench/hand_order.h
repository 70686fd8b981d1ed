/* The events of bench/order.yaml by hand. */
#ifndef LS_BENCH_HAND_ORDER_H
#define LS_BENCH_HAND_ORDER_H

#include "bench/hand.h"
#include "core/base/error.h"

#define LS_HAND_ORDER_PARTITIONS 8

/* Slots from here on are not made: until then, twelve years of data time, a time takes six bytes
 * and a slot's number at most twelve digits. */
#define LS_HAND_ORDER_SLOTS_MAX (UINT64_C(1) << 35)

/* Makes the tables. Once, and again only after ls_hand_order_clear. 0 or LS_E_NOMEM; then nothing
 * is kept. */
int ls_hand_order_init(uint64_t seed, struct ls_error *err);

/* Legal also without tables. */
void ls_hand_order_clear(void);

/* The event of slot `i`, in any order of calls (rising ones are fastest). `room` holds
 * LS_HAND_ROOM bytes; `out` borrows it. */
void ls_hand_order_make(uint64_t i, uint8_t *room, struct hand_event *out);

#endif
