/* The standard normal distribution, drawn from a uniform word (contract G3): ls_normal_q32 of
 * core/base/fixed.h at some thousand points, straight lines between them. It takes a fraction of
 * the time, lies within 2^-17 of the larger of the quantile's size and 1, and never decreases. */
#ifndef LS_BASE_NORMAL_H
#define LS_BASE_NORMAL_H

#include <stdbool.h>
#include <stdint.h>

#define LS_NORMAL_BITS  7 /* of the lines in each octave of the probability */
#define LS_NORMAL_LINES (1U << LS_NORMAL_BITS)

/* How far below the mean the quantiles lie where lines meet, in Q32: that of word x - 1 stands at
 * s * LS_NORMAL_LINES + j where x = (LS_NORMAL_LINES + j) * 2^s / LS_NORMAL_LINES. The last is the
 * lower half's last; one more is never met. */
#define LS_NORMAL_POINTS (63 * LS_NORMAL_LINES + 2)
extern int64_t ls_normal_points[LS_NORMAL_POINTS];

/* To be called before the first draw of the process; any number of times, by any thread. */
void ls_normal_init(void);

/* The quantile of (word + 1/2) / 2^64 in Q32. */
static inline int64_t ls_normal_draw(uint64_t word)
{
    bool above = word >> 63;
    uint64_t x = (above ? ~word : word) + 1; /* from the nearer end, 1 .. 2^63 */
    unsigned zeros = (unsigned)__builtin_clzll(x);
    uint64_t behind = x << zeros << 1; /* in its octave, Q64 */
    const int64_t *point =
        &ls_normal_points[(63 - zeros) << LS_NORMAL_BITS | behind >> (64 - LS_NORMAL_BITS)];
    uint64_t along = behind << LS_NORMAL_BITS >> 32; /* of the line, Q32 */
    int64_t far = point[0] - (int64_t)((uint64_t)(point[0] - point[1]) * along >> 32);
    return above ? far : -far;
}

#endif
