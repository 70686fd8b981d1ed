/* Interleavers (contract G5): which session a step's slot belongs to, from the slot's number alone.
 *
 * The slots of a step are numbered, and so are those of the step that it follows; slot k of the
 * step belongs to number k - lags[k % LS_LAGS] of that one. All (k - lags[k]) mod LS_LAGS are
 * distinct, so each number has exactly one slot, and the lags are those that were wished for, but
 * for the little by which sorting moves them. */
#ifndef LS_GENERATOR_INTERLEAVE_H
#define LS_GENERATOR_INTERLEAVE_H

#include "core/base/arena.h"
#include "core/base/draw.h"

#define LS_LAGS 4096

/* From LS_LAGS wished lags in rising or falling order, each at least 0 and below 2^40, to lags of
 * which none is below `least` (1 .. 2^20). `key` shuffles them. The lags live in `arena`. */
int ls_interleave(const int64_t *wished, int64_t least, uint64_t key, struct ls_arena *arena,
                  const int64_t **lags, struct ls_error *err);

#endif
