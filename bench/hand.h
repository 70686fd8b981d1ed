/* The yardsticks of the generator's speed: the events of bench/NAME.yaml by functions each written
 * for its one spec, from docs/generation.md (hand_NAME.c). Their bytes are the generator's; a spec
 * that changes makes them wrong, not slow.
 *
 * State is one set of tables an event for the whole program: one thread. */
#ifndef LS_BENCH_HAND_H
#define LS_BENCH_HAND_H

#include <stdint.h>

#define LS_HAND_ROOM 512 /* bytes; an event takes about 100 */

struct hand_event {
    int64_t timestamp_ms;
    uint32_t partition;
    const uint8_t *key; /* in the room; so is the value */
    uint32_t key_size;
    const uint8_t *value;
    uint32_t value_size;
};

#endif
