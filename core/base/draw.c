#include "core/base/draw.h"

#include <assert.h>

uint64_t ls_stream_key(uint64_t seed, const char *stream)
{
    uint64_t name = 0;
    for (const unsigned char *c = (const unsigned char *)stream; *c; c++) {
        name = ls_mix(name ^ *c);
    }
    return ls_mix(seed ^ name);
}

static unsigned half_bits(uint64_t n)
{
    unsigned bits = n <= 2 ? 1 : 64 - (unsigned)__builtin_clzll(n - 1);
    return (bits + 1) / 2;
}

static uint64_t feistel(uint64_t key, unsigned k, uint64_t half)
{
    return ls_mix((key + k) ^ (half << 8));
}

uint64_t ls_permute(uint64_t n, uint64_t key, uint64_t x)
{
    assert(x < n);
    unsigned half = half_bits(n);
    uint64_t mask = (UINT64_C(1) << half) - 1;
    do {
        uint64_t a = x >> half;
        uint64_t b = x & mask;
        for (unsigned k = 0; k < 4; k++) {
            uint64_t next = a ^ (feistel(key, k, b) & mask);
            a = b;
            b = next;
        }
        x = a << half | b;
    } while (x >= n);
    return x;
}

uint64_t ls_unpermute(uint64_t n, uint64_t key, uint64_t x)
{
    assert(x < n);
    unsigned half = half_bits(n);
    uint64_t mask = (UINT64_C(1) << half) - 1;
    do {
        uint64_t a = x >> half;
        uint64_t b = x & mask;
        for (unsigned k = 4; k-- > 0;) {
            uint64_t previous = b ^ (feistel(key, k, a) & mask);
            b = a;
            a = previous;
        }
        x = a << half | b;
    } while (x >= n);
    return x;
}
