/* Decimal texts of binary floating-point numbers, by integers alone: the same bytes on every
 * machine, whatever its C library and locale.
 *
 * The digits are the fewest that read back to the same bits, and of those the ones nearest to the
 * value (Steele and White 1990; Burger and Dybvig 1996, with exact integers). From 0.000001 to
 * below 10^17 they are laid out plainly (0.1, 123000), so that what has no point fits 64 bits;
 * elsewhere with an exponent (1e-7, 1.5e+300). Zero is 0 or -0. */
#ifndef LS_BASE_SHORTEST_H
#define LS_BASE_SHORTEST_H

#include <stddef.h>
#include <stdint.h>

#define LS_SHORTEST_TEXT_MAX 32

/* Of an IEEE 754 binary64 or binary32, given as its bits; no infinity and no NaN (asserted). Return
 * the length; a NUL stands behind it. */
size_t ls_shortest_64(uint64_t bits, char out[LS_SHORTEST_TEXT_MAX]);
size_t ls_shortest_32(uint32_t bits, char out[LS_SHORTEST_TEXT_MAX]);

#endif
