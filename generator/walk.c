#include "generator/walk.h"

#include <stddef.h>

#define SQRT_HALF_Q32 UINT64_C(3037000499)

void ls_walk_finish(struct ls_walk *walk)
{
    uint64_t raw[LS_WALK_OCTAVES_MAX];
    uint64_t sum = 0;
    raw[0] = UINT64_C(1) << 32;
    for (size_t k = 0; k < walk->octaves; k++) {
        raw[k] = k ? raw[k - 1] * SQRT_HALF_Q32 >> 32 : raw[0];
        sum += raw[k];
    }
    for (size_t k = 0; k < walk->octaves; k++) {
        walk->heights[k] = (uint32_t)((raw[k] << 31) / sum);
    }
    if (walk->octaves % 2) {
        walk->heights[walk->octaves] = 0; /* octaves go in pairs */
    }
    walk->reciprocal = UINT64_MAX / (uint64_t)walk->over_ms;
    walk->tick_reciprocal = UINT64_MAX / (uint64_t)(walk->tick > 0 ? walk->tick : 1);
}
