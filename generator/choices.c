#include "generator/choices.h"

#include <assert.h>

int ls_choices_new(const uint64_t *weights, size_t count, struct ls_arena *arena,
                   struct ls_choices *out, struct ls_error *err)
{
    size_t rows = (count + 3) / 4 * 4;
    uint64_t *limits = ls_arena_new(arena, rows, sizeof *limits, err);
    if (!limits) {
        return err->code;
    }
    uint64_t total = 0;
    uint64_t sum = 0;
    *out = (struct ls_choices){.count = count, .limits = limits};
    for (size_t k = 0; k < count; k++) {
        total += weights[k];
        out->last = weights[k] ? k : out->last;
    }
    assert(total > 0);
    for (size_t k = 0; k < rows; k++) {
        limits[k] = UINT64_MAX;
        sum += k < count ? weights[k] : 0;
        if (k < out->last) { /* word * total / 2^64 < sum, rounded down */
            limits[k] = (uint64_t)((((ls_u128)sum << 64) + total - 1) / total);
        }
    }
    return 0;
}
