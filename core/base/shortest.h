/* Decimal texts of binary floating-point numbers, by integers alone: the same bytes on every
 * machine, whatever its C library and locale.
 *
 * The digits are the fewest that read back to the same bits, and of those the ones nearest to the
 * value (Steele and White 1990; Burger and Dybvig 1996, with exact integers). They are laid out as
 * ECMAScript lays out a number: 0.1, 1e-7, 123000, 1e+21; except that -0 keeps its sign. */
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
