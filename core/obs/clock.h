/* The machine's clock, for people and for measurements only: what it says reaches no output byte
 * (contract G1, B2). */
#ifndef LS_OBS_CLOCK_H
#define LS_OBS_CLOCK_H

#include <stdint.h>

/* Nanoseconds since some moment; never falls. */
uint64_t ls_clock_ns(void);

/* Milliseconds since the epoch. */
int64_t ls_clock_wall_ms(void);

void ls_clock_sleep_ms(unsigned ms);

/* Until ls_clock_ns says so; a signal ends it early. */
void ls_clock_sleep_until(uint64_t moment_ns);

#endif
