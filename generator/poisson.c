#include "generator/poisson.h"

#include "core/base/wide.h"

#define TOP (UINT64_C(1) << 48) /* the weight of the most frequent count */

/* Weights from the greatest downwards, until they are below 1: `weights` may be NULL. */
static size_t weigh_down(uint64_t mean_q32, uint64_t mode, uint64_t *weights)
{
    size_t count = 0;
    uint64_t weight = TOP;
    for (uint64_t k = mode; k > 0; k--) {
        weight = (uint64_t)(((ls_u128)weight * k << 32) / mean_q32);
        if (weight == 0) {
            break;
        }
        if (weights) {
            weights[-1 - (ptrdiff_t)count] = weight;
        }
        count++;
    }
    return count;
}

static size_t weigh_up(uint64_t mean_q32, uint64_t mode, uint64_t *weights)
{
    size_t count = 0;
    uint64_t weight = TOP;
    for (uint64_t k = mode + 1;; k++) {
        weight = (uint64_t)(((ls_u128)weight * mean_q32 >> 32) / k);
        if (weight == 0) {
            return count;
        }
        if (weights) {
            weights[count] = weight;
        }
        count++;
    }
}

int ls_poisson_new(uint64_t mean_q32, struct ls_arena *arena, struct ls_poisson **out,
                   struct ls_error *err)
{
    uint64_t mode = mean_q32 >> 32;
    size_t below = weigh_down(mean_q32, mode, NULL);
    struct ls_poisson *poisson = ls_arena_new(arena, 1, sizeof *poisson, err);
    if (!poisson) {
        return err->code;
    }
    poisson->first = mode - below;
    poisson->count = below + 1 + weigh_up(mean_q32, mode, NULL);
    poisson->limits = ls_arena_new(arena, poisson->count, sizeof *poisson->limits, err);
    if (!poisson->limits) {
        return err->code;
    }
    poisson->limits[below] = TOP;
    weigh_down(mean_q32, mode, poisson->limits + below);
    weigh_up(mean_q32, mode, poisson->limits + below + 1);
    ls_u128 total = 0;
    ls_u128 sum = 0;
    for (size_t k = 0; k < poisson->count; k++) {
        total += poisson->limits[k];
    }
    for (size_t k = 0; k + 1 < poisson->count; k++) {
        sum += poisson->limits[k];
        poisson->limits[k] = (uint64_t)((sum << 64) / total);
    }
    size_t k = 0;
    for (uint64_t bits = 0; bits < LS_POISSON_GUIDE; bits++) {
        while (k + 1 < poisson->count &&
               poisson->limits[k] <= bits << (64 - LS_POISSON_GUIDE_BITS)) {
            k++;
        }
        poisson->guide[bits] = (uint16_t)k;
    }
    *out = poisson;
    return 0;
}
