#include "generator/distribution.h"

#include "core/base/civil.h"
#include "core/base/fixed.h"
#include "core/base/normal.h"

#include <stdio.h>

#define LS_SHORT_DEVIATION (UINT64_C(1) << 27) /* times a quantile of 9.2 in Q32: below 2^63 */

#define VALUE_MAX (INT64_C(1) << 52)
#define LOG2E_Q32 UINT64_C(6196328019) /* 1 / ln 2 */

struct compiler {
    enum ls_unit unit;
    unsigned scale;
    struct ls_diag *diag;
    struct ls_where where;
    bool failed;
};

static void fail(struct compiler *c, struct ls_where where, const char *text, const char *hint)
{
    ls_diag_add(c->diag, LS_SEVERITY_ERROR, "LS2018", where.source ? where : c->where, hint, "%s",
                text);
    c->failed = true;
}

/* What is above the greatest, in the unit that the person wrote. */
static void fail_large(struct compiler *c, struct ls_where where)
{
    char greatest[LS_I128_TEXT_MAX];
    char hint[LS_I128_TEXT_MAX + 32];
    ls_decimal_format(VALUE_MAX, c->unit == LS_UNIT_DURATION ? 0 : c->scale, greatest);
    snprintf(hint, sizeof hint, "%s%s is the greatest", greatest,
             c->unit == LS_UNIT_DURATION ? "ms" : "");
    fail(c, where, "the value is too large for a distribution", hint);
}

/* A quantity in the unit that is wanted. */
static int64_t in_unit(struct compiler *c, const struct ls_quantity *quantity)
{
    if (quantity->is_duration != (c->unit == LS_UNIT_DURATION)) {
        bool duration = c->unit == LS_UNIT_DURATION;
        fail(c, quantity->where,
             duration ? "a duration is wanted here" : "a number is wanted here, not a duration",
             duration ? "say the unit: 300ms, 20s or 1h" : "leave the unit out");
        return 0;
    }
    ls_i128 value = quantity->number.value;
    unsigned scale = c->unit == LS_UNIT_DURATION ? 0 : c->scale;
    if (quantity->number.scale > scale) {
        ls_i128 divisor = ls_pow10(quantity->number.scale - scale);
        if (value % divisor) {
            fail(c, quantity->where,
                 scale ? "the number has more than two decimal places"
                       : "a whole number is wanted here",
                 scale ? "round it to cents: 19.99, say" : "round it: 20, say");
        }
        value /= divisor;
    } else if (ls_mul_overflows(value, ls_pow10(scale - quantity->number.scale), &value)) {
        value = LS_I128_MAX;
    }
    if (value > VALUE_MAX || value < -VALUE_MAX) {
        fail_large(c, quantity->where);
        return 0;
    }
    return (int64_t)value;
}

static int64_t positive(struct compiler *c, const struct ls_quantity *quantity)
{
    int64_t value = in_unit(c, quantity);
    if (value <= 0 && !c->failed) {
        fail(c, quantity->where, "this has to be above 0",
             c->unit == LS_UNIT_DURATION ? "1ms is the least"
             : c->scale                  ? "0.01 is the least"
                                         : "1 is the least");
    }
    return value;
}

static uint64_t to_q32(const struct ls_decimal *decimal)
{
    return (uint64_t)(decimal->value * (ls_i128)LS_Q32 / ls_pow10(decimal->scale));
}

/* A bound or a middle that no value may reach: what lies beyond would all be cut to one value. */
static void in_bounds(struct compiler *c, const struct ls_quantity *quantity, const char *what,
                      int64_t value, const struct ls_distribution *out)
{
    if (c->failed || (value >= out->low && value <= out->high)) {
        return;
    }
    bool below = value < out->low;
    int64_t end = below ? out->low : out->high;
    bool duration = c->unit == LS_UNIT_DURATION;
    char made[LS_I128_TEXT_MAX + LS_DURATION_TEXT_MAX];
    char text[sizeof made + 64];
    if (duration) {
        ls_duration_format(end, made);
    } else {
        ls_decimal_format(end, c->scale, made);
    }
    snprintf(text, sizeof text, "the %s is %s than any value here: %s is the %s", what,
             below ? "less" : "greater", made, below ? "least" : "greatest");
    fail(c, quantity->where, text,
         !below     ? "lower it, or raise `max` where there is one"
         : duration ? "raise it"
                    : "raise it, or lower `min` where there is one");
}

static void compile_uniform(struct compiler *c, const struct ls_source_uniform *settings,
                            struct ls_distribution *out)
{
    if (settings->bounds.count != 2) {
        fail(c, c->where, "two bounds are wanted",
             c->unit == LS_UNIT_DURATION ? "the least and the greatest: [1s, 20s], say"
                                         : "the least and the greatest: [1, 20], say");
        return;
    }
    out->a = in_unit(c, &settings->bounds.items[0]);
    int64_t high = in_unit(c, &settings->bounds.items[1]);
    if (!c->failed && high < out->a) {
        fail(c, settings->bounds.items[1].where, "the second bound is below the first",
             "the least comes first: [1, 20], say");
    }
    in_bounds(c, &settings->bounds.items[0], "bound", out->a, out);
    in_bounds(c, &settings->bounds.items[1], "bound", high, out);
    out->b = (uint64_t)high - (uint64_t)out->a + 1;
}

static void compile_kind(struct compiler *c, const struct ls_pick *pick,
                         struct ls_distribution *out)
{
    const struct ls_member *m = pick->member;
    if (m == &ls_member_exponential) {
        out->kind = LS_DISTRIBUTION_EXPONENTIAL;
        out->a = positive(c, &((const struct ls_source_exponential *)pick->settings)->mean);
    } else if (m == &ls_member_lognormal) {
        const struct ls_source_lognormal *settings = pick->settings;
        out->kind = LS_DISTRIBUTION_LOGNORMAL;
        out->a = positive(c, &settings->median);
        in_bounds(c, &settings->median, "median", out->a, out);
        out->b = (uint64_t)((ls_u128)to_q32(&settings->sigma) * LOG2E_Q32 >> 32);
    } else if (m == &ls_member_normal) {
        const struct ls_source_normal *settings = pick->settings;
        out->kind = LS_DISTRIBUTION_NORMAL;
        out->a = in_unit(c, &settings->mean);
        in_bounds(c, &settings->mean, "mean", out->a, out);
        out->b = (uint64_t)positive(c, &settings->deviation);
    } else if (m == &ls_member_poisson) {
        out->kind = LS_DISTRIBUTION_POISSON;
        out->a = (int64_t)ls_pow10(c->scale);
        if (c->unit == LS_UNIT_DURATION) {
            fail(c, c->where, "a count is no duration", "use exponential or lognormal, say");
        }
    } else if (m == &ls_member_uniform) {
        out->kind = LS_DISTRIBUTION_UNIFORM;
        compile_uniform(c, pick->settings, out);
    } else {
        out->kind = LS_DISTRIBUTION_ZIPF;
        out->a = c->unit == LS_UNIT_DURATION ? 1 : (int64_t)ls_pow10(c->scale);
    }
}

/* -ln is convex, so a chord lies above it, by at most the square of its width over 8. */
static bool add_chords(struct ls_distribution *d, struct ls_arena *arena, struct ls_error *err)
{
    uint64_t mean = (uint64_t)d->a;
    struct ls_chords *chords = ls_arena_new(arena, 1, sizeof *chords, err);
    if (!chords) {
        return false;
    }
    uint64_t ends[LS_CHORDS + 1]; /* mean * ln(2 / x) in Q24 at the mantissas where chords meet */
    for (uint64_t k = 0; k <= LS_CHORDS; k++) {
        uint64_t x = (LS_CHORDS + k) << (62 - LS_CHORD_BITS); /* of 2^63 */
        uint64_t below_one = ((UINT64_C(63) << 32) - ls_log2_q32(x));
        ends[k] = (uint64_t)((ls_u128)below_one * LS_LN2_Q32 * mean >> 40);
    }
    for (size_t k = 0; k < LS_CHORDS; k++) {
        chords->items[k] = (struct ls_chord){ends[k], ends[k] - ends[k + 1]};
    }
    chords->octave_q24 = (LS_LN2_Q32 * mean + 128) >> 8;
    chords->error_q24 = (mean << 24) / (UINT64_C(8) << 2 * LS_CHORD_BITS) + mean + 256;
    d->chords = chords;
    return true;
}

bool ls_distribution_compile(const struct ls_pick *pick, enum ls_unit unit, unsigned scale,
                             int64_t low, int64_t high, struct ls_arena *arena,
                             struct ls_diag *diag, struct ls_distribution *out,
                             struct ls_error *err)
{
    struct compiler c = {unit, scale, diag, pick->where, false};
    *out = (struct ls_distribution){.low = low, .high = high};
    compile_kind(&c, pick, out);
    if (c.failed) {
        return false;
    }
    if (out->kind == LS_DISTRIBUTION_LOGNORMAL || out->kind == LS_DISTRIBUTION_NORMAL) {
        ls_normal_init();
        ls_exp2_init();
    }
    out->is_short = out->kind == LS_DISTRIBUTION_NORMAL && out->b < LS_SHORT_DEVIATION;
    if (out->kind == LS_DISTRIBUTION_ZIPF) {
        const struct ls_source_zipf *settings = pick->settings;
        return ls_zipf_new((uint64_t)settings->count, to_q32(&settings->exponent), arena,
                           &out->zipf, err) == 0;
    }
    if (out->kind == LS_DISTRIBUTION_POISSON) {
        const struct ls_source_poisson *settings = pick->settings;
        return ls_poisson_new(to_q32(&settings->mean), arena, &out->poisson, err) == 0;
    }
    return out->kind != LS_DISTRIBUTION_EXPONENTIAL || out->a > LS_CHORD_MEAN_MAX ||
           add_chords(out, arena, err);
}

static int64_t clamp(const struct ls_distribution *d, ls_i128 value)
{
    return value < d->low ? d->low : value > d->high ? d->high : (int64_t)value;
}

/* The value at a uniform word: rising with it, except for zipf, which does not come here, and
 * exponential, which falls. */
static ls_i128 at_word(const struct ls_distribution *d, uint64_t word)
{
    switch (d->kind) {
    case LS_DISTRIBUTION_EXPONENTIAL:
        return (ls_i128)d->a * (ls_i128)ls_exponential_q32(word) >> 32;
    case LS_DISTRIBUTION_LOGNORMAL:
        return (ls_i128)ls_lognormal_at(d, word);
    case LS_DISTRIBUTION_NORMAL:
        /* to the nearest: rounded down, it would lie half a unit below its mean */
        return d->a + (((ls_i128)ls_normal_draw(word) * (ls_i128)d->b + (INT64_C(1) << 31)) >> 32);
    case LS_DISTRIBUTION_POISSON:
        return (ls_i128)ls_poisson_at(d->poisson, word) * d->a;
    case LS_DISTRIBUTION_UNIFORM:
        return d->a + (ls_i128)ls_below(word, d->b);
    case LS_DISTRIBUTION_ZIPF:
        break;
    }
    return 0;
}

int64_t ls_distribution_at(const struct ls_distribution *d, uint64_t word)
{
    return clamp(d, at_word(d, word));
}

void ls_distribution_bounds(const struct ls_distribution *d, int64_t *low, int64_t *high)
{
    if (d->kind == LS_DISTRIBUTION_ZIPF) {
        const struct ls_zipf_bucket *last = &d->zipf->buckets[d->zipf->count - 1];
        *low = clamp(d, d->a);
        *high = clamp(d, (ls_i128)(last->first + ls_zipf_width(d->zipf, last) - 1) * d->a);
        return;
    }
    int64_t a = clamp(d, at_word(d, 0));
    int64_t b = clamp(d, at_word(d, UINT64_MAX));
    *low = a < b ? a : b;
    *high = a < b ? b : a;
}
