#include "core/base/normal.h"

#include "core/base/fixed.h"

#include <pthread.h>

int64_t ls_normal_points[LS_NORMAL_POINTS];

static void make_points(void)
{
    for (unsigned k = 0; k < LS_NORMAL_POINTS; k++) {
        unsigned s = k >> LS_NORMAL_BITS;
        uint64_t j = k & (LS_NORMAL_LINES - 1);
        uint64_t x = s < LS_NORMAL_BITS ? (LS_NORMAL_LINES + j) >> (LS_NORMAL_BITS - s)
                                        : (LS_NORMAL_LINES + j) << (s - LS_NORMAL_BITS);
        ls_normal_points[k] = -ls_normal_q32(x - 1);
    }
}

void ls_normal_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, make_points);
}
