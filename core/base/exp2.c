#include "core/base/exp2.h"

#include <pthread.h>

uint64_t ls_exp2_points[(1U << LS_EXP2_BITS) + 1];

static void make_points(void)
{
    for (uint32_t k = 0; k < 1U << LS_EXP2_BITS; k++) {
        ls_exp2_points[k] = ls_exp2_q62(k << (32 - LS_EXP2_BITS));
    }
    ls_exp2_points[1U << LS_EXP2_BITS] = UINT64_C(1) << 63;
}

void ls_exp2_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, make_points);
}
