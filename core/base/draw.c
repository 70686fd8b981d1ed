#include "core/base/draw.h"

#include "core/base/fixed.h"

#include <assert.h>

uint64_t ls_stream_key(uint64_t seed, const char *stream)
{
    uint64_t name = 0;
    for (const unsigned char *c = (const unsigned char *)stream; *c; c++) {
        name = ls_mix(name ^ *c);
    }
    return ls_mix(seed ^ name);
}

struct ls_permutation ls_permutation_of(uint64_t n)
{
    assert(n >= 1);
    uint64_t rows = ls_isqrt(n - 1) + 1; /* the square root, rounded up */
    rows = n == 1 ? 1 : rows;
    return (struct ls_permutation){n, rows, (n - 1) / rows + 1};
}

static inline uint64_t feistel(uint64_t key, unsigned k, uint64_t half, uint64_t below)
{
    return ls_below(ls_mix((key + k) ^ (half << 8)), below);
}

static inline uint64_t forward(uint64_t value, uint64_t by, uint64_t size)
{
    return value + by < size ? value + by : value + by - size;
}

static inline uint64_t back(uint64_t value, uint64_t by, uint64_t size)
{
    return value >= by ? value - by : value + size - by;
}

/* x may be one of the places of the table that are none of the values. */
static uint64_t walk_on(const struct ls_permutation *of, uint64_t key, uint64_t x)
{
    do {
        uint64_t row = x / of->columns;
        uint64_t column = x % of->columns;
        for (unsigned k = 0; k < 4; k += 2) {
            row = forward(row, feistel(key, k, column, of->rows), of->rows);
            column = forward(column, feistel(key, k + 1, row, of->columns), of->columns);
        }
        x = row * of->columns + column;
    } while (x >= of->n);
    return x;
}

uint64_t ls_permute(const struct ls_permutation *of, uint64_t key, uint64_t x)
{
    assert(x < of->n);
    return walk_on(of, key, x);
}

void ls_permute_many(const struct ls_permutation *of, uint64_t key, uint64_t *values, size_t count)
{
    uint64_t columns[LS_PERMUTE_MANY];
    assert(count <= LS_PERMUTE_MANY);
    for (size_t i = 0; i < count; i++) {
        assert(values[i] < of->n);
        columns[i] = values[i] % of->columns;
        values[i] /= of->columns; /* rows, until they are values again */
    }
    for (unsigned k = 0; k < 4; k += 2) {
        for (size_t i = 0; i < count; i++) {
            values[i] = forward(values[i], feistel(key, k, columns[i], of->rows), of->rows);
        }
        for (size_t i = 0; i < count; i++) {
            columns[i] = forward(columns[i], feistel(key, k + 1, values[i], of->columns),
                                 of->columns);
        }
    }
    for (size_t i = 0; i < count; i++) {
        values[i] = values[i] * of->columns + columns[i];
        if (values[i] >= of->n) {
            values[i] = walk_on(of, key, values[i]);
        }
    }
}

uint64_t ls_unpermute(const struct ls_permutation *of, uint64_t key, uint64_t x)
{
    assert(x < of->n);
    do {
        uint64_t row = x / of->columns;
        uint64_t column = x % of->columns;
        for (unsigned k = 4; k > 0; k -= 2) {
            column = back(column, feistel(key, k - 1, row, of->columns), of->columns);
            row = back(row, feistel(key, k - 2, column, of->rows), of->rows);
        }
        x = row * of->columns + column;
    } while (x >= of->n);
    return x;
}
