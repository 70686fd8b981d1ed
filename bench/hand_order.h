/* The yardstick of the generator's speed: the events of bench/order.yaml by a function written for
 * this one spec, from docs/generation.md. Its bytes are the generator's; a spec that changes makes
 * it wrong, not slow.
 *
 * State is one set of tables for the whole program, and a memory of the last block of slots: one
 * thread. */
#ifndef LS_BENCH_HAND_ORDER_H
#define LS_BENCH_HAND_ORDER_H

#include "core/base/error.h"

#include <stdint.h>

#define LS_HAND_ORDER_SEED       UINT64_C(20260101) /* of bench/order.yaml */
#define LS_HAND_ORDER_PARTITIONS 8
#define LS_HAND_ORDER_ROOM       512 /* bytes; an event takes about 100 */

/* Slots from here on are not made: until then, twelve years of data time, a time takes six bytes
 * and a slot's number at most twelve digits. */
#define LS_HAND_ORDER_SLOTS_MAX (UINT64_C(1) << 35)

struct hand_event {
    int64_t timestamp_ms;
    uint32_t partition;
    const uint8_t *key; /* in the room; so is the value */
    uint32_t key_size;
    const uint8_t *value;
    uint32_t value_size;
};

/* Makes the tables. Once, and again only after ls_hand_order_clear. 0 or LS_E_NOMEM; then nothing
 * is kept. */
int ls_hand_order_init(uint64_t seed, struct ls_error *err);

/* Legal also without tables. */
void ls_hand_order_clear(void);

/* The event of slot `i`, in any order of calls (rising ones are fastest). `room` holds
 * LS_HAND_ORDER_ROOM bytes; `out` borrows it. */
void ls_hand_order_make(uint64_t i, uint8_t *room, struct hand_event *out);

#endif
