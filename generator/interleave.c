#include "generator/interleave.h"

#include "core/base/mem.h"

#include <stdlib.h>

/* Number n would like the place n + lag(n), modulo LS_LAGS. */
struct turn {
    uint32_t place;
    uint32_t n;
};

static int compare_turns(const void *a, const void *b)
{
    const struct turn *x = a;
    const struct turn *y = b;
    if (x->place != y->place) {
        return x->place < y->place ? -1 : 1;
    }
    return (x->n > y->n) - (x->n < y->n);
}

/* Places are handed out in the order of the wishes, `shift` places on. */
static void hand_out(const int64_t *wish, const struct turn *turns, int64_t shift, int64_t *lags)
{
    for (int64_t k = 0; k < LS_LAGS; k++) {
        int64_t place = k + shift;
        int64_t n = turns[k].n;
        lags[(place % LS_LAGS + LS_LAGS) % LS_LAGS] = wish[n] / LS_LAGS * LS_LAGS + place - n;
    }
}

/* A lag below the least changes with a longer one further on, which keeps the sum and the numbers
 * that the two slots lead to. False when there is none that is long enough. */
static bool lengthen(int64_t *lags, int64_t k, int64_t least)
{
    for (int64_t by = least - lags[k]; by < LS_LAGS && lags[k] < least; by++) {
        int64_t other = (k + by) % LS_LAGS;
        if (lags[other] - by >= least) {
            int64_t longer = lags[other] - by;
            lags[other] = lags[k] + by;
            lags[k] = longer;
        }
    }
    return lags[k] >= least;
}

static bool all_long_enough(int64_t *lags, int64_t least)
{
    bool enough = true;
    for (int64_t k = 0; enough && k < LS_LAGS; k++) {
        enough = lengthen(lags, k, least);
    }
    return enough;
}

int ls_interleave(const int64_t *wished, int64_t least, uint64_t key, struct ls_arena *arena,
                  const int64_t **lags, struct ls_error *err)
{
    int64_t *out = ls_arena_new(arena, LS_LAGS, sizeof *out, err);
    int64_t *wish = out ? ls_mem_new(LS_LAGS, sizeof *wish, err) : NULL;
    struct turn *turns = wish ? ls_mem_new(LS_LAGS, sizeof *turns, err) : NULL;
    if (!turns) {
        ls_mem_free(wish);
        return err->code;
    }
    int64_t ahead = 0;
    const struct ls_permutation order = ls_permutation_of(LS_LAGS);
    for (int64_t n = 0; n < LS_LAGS; n++) {
        int64_t lag = wished[ls_permute(&order, key, (uint64_t)n)];
        wish[n] = n + (lag > least ? lag : least);
        turns[n] = (struct turn){(uint32_t)(wish[n] % LS_LAGS), (uint32_t)n};
    }
    qsort(turns, LS_LAGS, sizeof *turns, compare_turns);
    for (int64_t k = 0; k < LS_LAGS; k++) {
        ahead += turns[k].place - k;
    }
    /* so that the mean lag is right; more where that leaves some too short */
    int64_t shift = ls_floor_div(ahead + LS_LAGS / 2, LS_LAGS);
    do {
        hand_out(wish, turns, shift++, out);
    } while (!all_long_enough(out, least));
    *lags = out;
    ls_mem_free(turns);
    ls_mem_free(wish);
    return 0;
}
