#include "core/obs/clock.h"

#include <time.h>

static uint64_t now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

uint64_t ls_clock_ns(void)
{
    return now_ns(CLOCK_MONOTONIC);
}

int64_t ls_clock_wall_ms(void)
{
    return (int64_t)(now_ns(CLOCK_REALTIME) / 1000000);
}

void ls_clock_sleep_ms(unsigned ms)
{
    struct timespec rest = {ms / 1000, (long)(ms % 1000) * 1000000};
    while (nanosleep(&rest, &rest) != 0) {
        /* interrupted: sleep the rest */
    }
}

void ls_clock_sleep_until(uint64_t moment_ns)
{
    const struct timespec moment = {(time_t)(moment_ns / 1000000000),
                                    (long)(moment_ns % 1000000000)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL);
}
