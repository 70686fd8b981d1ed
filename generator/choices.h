/* Weighted choice among a few things. */
#ifndef LS_GENERATOR_CHOICES_H
#define LS_GENERATOR_CHOICES_H

#include "core/base/arena.h"
#include "core/base/wide.h"

/* Which of some things a word chooses by their weights: the first whose cumulative weight, as a
 * share of all words, is above it. */
struct ls_choices {
    size_t count;
    size_t last;            /* the last one with a weight */
    const uint64_t *limits; /* the first word that is behind each but the last; then UINT64_MAX, so
                               that they come in fours */
};

/* LS_E_NOMEM. The weights have a sum of 1 .. 2^32. */
int ls_choices_new(const uint64_t *weights, size_t count, struct ls_arena *arena,
                   struct ls_choices *out, struct ls_error *err);

/* Of four things at most, as most choices are. */
static inline size_t ls_choose_of_four(const struct ls_choices *choices, uint64_t word)
{
    const uint64_t *limits = choices->limits;
    size_t k = (size_t)(word >= limits[0]) + (size_t)(word >= limits[1]) +
               (size_t)(word >= limits[2]);
    return k < choices->last ? k : choices->last;
}

/* Halves, and then a count, none of which branches on the word. */
static inline size_t ls_choose(const struct ls_choices *choices, uint64_t word)
{
    const uint64_t *from = choices->limits;
    size_t fours = (choices->count + 3) / 4;
    for (; fours > 1; fours -= fours / 2) {
        from += word >= from[fours / 2 * 4 - 1] ? fours / 2 * 4 : 0;
    }
    size_t k = (size_t)(from - choices->limits);
    k += (size_t)(word >= from[0]) + (size_t)(word >= from[1]) + (size_t)(word >= from[2]) +
         (size_t)(word >= from[3]);
    return k < choices->last ? k : choices->last;
}

#endif
