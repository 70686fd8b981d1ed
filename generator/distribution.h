/* Distributions of integers: values of a field in its unit (cents, whole numbers), delays in
 * milliseconds, gaps in events. All arithmetic is integer (contract G3); docs/generation.md gives
 * each as a formula. */
#ifndef LS_GENERATOR_DISTRIBUTION_H
#define LS_GENERATOR_DISTRIBUTION_H

#include "core/base/exp2.h"
#include "core/base/normal.h"
#include "generator/poisson.h"
#include "generator/zipf.h"
#include "spec/spec.h"

enum ls_unit {
    LS_UNIT_NUMBER,  /* scale places */
    LS_UNIT_DURATION /* milliseconds */
};

enum ls_distribution_kind {
    LS_DISTRIBUTION_EXPONENTIAL,
    LS_DISTRIBUTION_LOGNORMAL,
    LS_DISTRIBUTION_NORMAL,
    LS_DISTRIBUTION_POISSON,
    LS_DISTRIBUTION_UNIFORM,
    LS_DISTRIBUTION_ZIPF
};

struct ls_distribution {
    enum ls_distribution_kind kind;
    int64_t a;  /* mean; median; mean; unit of a count; lower bound; unit of a rank */
    uint64_t b; /* -; sigma / ln 2 in Q32; deviation; -; number of values; - */
    struct ls_zipf *zipf;
    struct ls_poisson *poisson;
    int64_t low, high;              /* every value is brought into these bounds */
    const struct ls_chords *chords; /* exponential: or NULL */
    bool is_short;                  /* normal: of a small deviation */
};

/* An exponential of a small mean is nearly always told by a chord of the logarithm: only where the
 * chord's error could reach another whole number is the logarithm taken. The values are those of
 * ls_exponential_q32 all the same. */
#define LS_CHORD_BITS     8
#define LS_CHORDS         (1U << LS_CHORD_BITS)
#define LS_CHORD_MEAN_MAX 2000
struct ls_chords {
    uint64_t error_q24;
    uint64_t octave_q24; /* mean * ln 2 */
    struct ls_chord {
        uint64_t begin_q24; /* the value where the chord begins, */
        uint64_t drop_q24;  /* and by how much it falls along it */
    } items[LS_CHORDS];
};

/* Compiles one pick of the family of distributions. Values are brought into low .. high. Problems
 * (a fraction where none can be, a duration where a number is wanted, a mean that is not positive,
 * bounds in the wrong order) go to `diag`, LS2018. False then, or with err->code set. */
bool ls_distribution_compile(const struct ls_pick *pick, enum ls_unit unit, unsigned scale,
                             int64_t low, int64_t high, struct ls_arena *arena,
                             struct ls_diag *diag, struct ls_distribution *out,
                             struct ls_error *err);

/* The value at a uniform word: rising with it, but falling for exponential. Not for zipf. */
int64_t ls_distribution_at(const struct ls_distribution *d, uint64_t word);

static inline int64_t ls_distribution_clamp(const struct ls_distribution *d, int64_t value)
{
    return value < d->low ? d->low : value > d->high ? d->high : value;
}

/* mean * exponential(word) >> 32 */
static inline int64_t ls_chords_at(const struct ls_distribution *d, uint64_t word)
{
    unsigned octave = (unsigned)__builtin_clzll(word | 1);
    uint64_t mantissa = (word | 1) << octave; /* Q63, in [1, 2) */
    const struct ls_chord *chord =
        &d->chords->items[mantissa >> (63 - LS_CHORD_BITS) & (LS_CHORDS - 1)];
    uint64_t along = mantissa >> (31 - LS_CHORD_BITS) & UINT32_MAX; /* of the chord, Q32 */
    uint64_t value = octave * d->chords->octave_q24 + chord->begin_q24 -
                     (along * chord->drop_q24 >> 32);
    uint64_t rest = value & 0xffffff;
    if (__builtin_expect(rest - d->chords->error_q24 > 0xffffff - 2 * d->chords->error_q24, 0)) {
        return ls_distribution_at(d, word);
    }
    int64_t whole = (int64_t)(value >> 24);
    return whole < d->low ? d->low : whole > d->high ? d->high : whole;
}

/* Before it is brought into the bounds. */
static inline uint64_t ls_lognormal_at(const struct ls_distribution *d, uint64_t word)
{
    ls_i128 power = (ls_i128)ls_normal_draw(word) * (ls_i128)d->b >> 32;
    return ls_exp2_scale((uint64_t)d->a, (int64_t)power);
}

static inline int64_t ls_distribution_draw(const struct ls_distribution *d, uint64_t key,
                                           uint64_t i)
{
    if (d->kind == LS_DISTRIBUTION_ZIPF) {
        int64_t value = (int64_t)ls_zipf_draw(d->zipf, key, i) * d->a;
        return value < d->low ? d->low : value > d->high ? d->high : value;
    }
    uint64_t word = ls_word(key, i, 0);
    if (d->is_short) { /* nothing passes 64 bits */
        return ls_distribution_clamp(
            d, d->a + ((ls_normal_draw(word) * (int64_t)d->b + (INT64_C(1) << 31)) >> 32));
    }
    if (d->kind == LS_DISTRIBUTION_LOGNORMAL) {
        uint64_t value = ls_lognormal_at(d, word);
        return value > INT64_MAX ? d->high : ls_distribution_clamp(d, (int64_t)value);
    }
    return d->chords ? ls_chords_at(d, word) : ls_distribution_at(d, word);
}

/* The least and the greatest value that any draw gives. */
void ls_distribution_bounds(const struct ls_distribution *d, int64_t *low, int64_t *high);

#endif
