#include "core/base/shortest.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* Ten times 2^1075: the smallest binary64 in units of half its distance to zero. */
#define WORDS      34
#define DIGITS_MAX 17

/* 0.DIGITS times 10^places is laid out plainly for places in these bounds. */
#define PLAIN_MIN -5
#define PLAIN_MAX 17

/* A natural number, the lowest word first. */
struct natural {
    uint32_t words[WORDS];
};

static void natural_set(struct natural *n, uint64_t value, unsigned shift)
{
    memset(n, 0, sizeof *n);
    for (unsigned at = shift; value; at++, value >>= 1) {
        n->words[at / 32] |= (uint32_t)(value & 1) << at % 32;
    }
}

static void natural_times_ten(struct natural *n)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < WORDS; i++) {
        carry += (uint64_t)n->words[i] * 10;
        n->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    assert(!carry);
}

static void natural_add(struct natural *sum, const struct natural *a, const struct natural *b)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < WORDS; i++) {
        carry += (uint64_t)a->words[i] + b->words[i];
        sum->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    assert(!carry);
}

static void natural_subtract(struct natural *a, const struct natural *b)
{
    uint64_t borrow = 0;
    for (size_t i = 0; i < WORDS; i++) {
        uint64_t rest = (uint64_t)a->words[i] - b->words[i] - borrow;
        a->words[i] = (uint32_t)rest;
        borrow = rest >> 63;
    }
    assert(!borrow);
}

static int natural_compare(const struct natural *a, const struct natural *b)
{
    for (size_t i = WORDS; i-- > 0;) {
        if (a->words[i] != b->words[i]) {
            return a->words[i] < b->words[i] ? -1 : 1;
        }
    }
    return 0;
}

/* The value is rest / unit; whatever is read between (rest - below) / unit and (rest + above) /
 * unit becomes the value again, the ends among it where they are taken. */
struct scaled {
    struct natural rest, unit, below, above;
    bool ends_taken;
};

static struct scaled scale(uint64_t significand, int exponent, bool lower_is_nearer)
{
    struct scaled s;
    unsigned up = exponent > 0 ? (unsigned)exponent : 0;
    unsigned down = exponent < 0 ? (unsigned)-exponent : 0;
    unsigned fine = lower_is_nearer ? 2 : 1; /* half the distance to the nearer neighbour is 1 */
    natural_set(&s.rest, significand, up + fine);
    natural_set(&s.unit, 1, down + fine);
    natural_set(&s.below, 1, up);
    natural_set(&s.above, 1, up + fine - 1);
    s.ends_taken = significand % 2 == 0; /* ties go to the even significand */
    return s;
}

static bool reaches_up(const struct scaled *s)
{
    struct natural sum;
    natural_add(&sum, &s->rest, &s->above);
    int order = natural_compare(&sum, &s->unit);
    return order > 0 || (order == 0 && s->ends_taken);
}

static bool reaches_down(const struct scaled *s)
{
    int order = natural_compare(&s->rest, &s->below);
    return order < 0 || (order == 0 && s->ends_taken);
}

static void step(struct scaled *s)
{
    natural_times_ten(&s->rest);
    natural_times_ten(&s->below);
    natural_times_ten(&s->above);
}

/* Brings the value below 1, its first place not 0; returns by how many places. */
static int normalize(struct scaled *s)
{
    int places = 0;
    while (reaches_up(s)) {
        natural_times_ten(&s->unit);
        places++;
    }
    for (;;) {
        struct scaled next = *s;
        step(&next);
        if (reaches_up(&next)) {
            return places;
        }
        *s = next;
        places--;
    }
}

/* The digits behind "0."; returns how many. */
static size_t make_digits(struct scaled *s, char digits[DIGITS_MAX])
{
    size_t count = 0;
    bool low = false;
    bool high = false;
    while (!low && !high) {
        char digit = '0';
        step(s);
        while (natural_compare(&s->rest, &s->unit) >= 0) {
            natural_subtract(&s->rest, &s->unit);
            digit++;
        }
        low = reaches_down(s);
        high = reaches_up(s);
        assert(count < DIGITS_MAX);
        digits[count++] = digit;
    }
    natural_add(&s->rest, &s->rest, &s->rest);
    int half = natural_compare(&s->rest, &s->unit);
    bool odd = digits[count - 1] % 2;
    if (high && (!low || half > 0 || (half == 0 && odd))) {
        assert(digits[count - 1] < '9');
        digits[count - 1]++;
    }
    return count;
}

static char *put_zeros(char *at, int count)
{
    for (int i = 0; i < count; i++) {
        *at++ = '0';
    }
    return at;
}

static char *put_digits(char *at, const char *digits, size_t count)
{
    memcpy(at, digits, count);
    return at + count;
}

static char *put_exponent(char *at, int exponent)
{
    int magnitude = exponent < 0 ? -exponent : exponent;
    *at++ = 'e';
    *at++ = exponent < 0 ? '-' : '+';
    for (int power = magnitude >= 100 ? 100 : magnitude >= 10 ? 10 : 1; power; power /= 10) {
        *at++ = (char)('0' + magnitude / power % 10);
    }
    return at;
}

/* 0.DIGITS times 10^places. */
static char *lay_out(char *at, const char *digits, size_t count, int places)
{
    int size = (int)count;
    if (places < PLAIN_MIN || places > PLAIN_MAX) {
        *at++ = digits[0];
        if (size > 1) {
            *at++ = '.';
            at = put_digits(at, digits + 1, count - 1);
        }
        return put_exponent(at, places - 1);
    }
    if (places <= 0) {
        *at++ = '0';
        *at++ = '.';
        at = put_zeros(at, -places);
        return put_digits(at, digits, count);
    }
    if (places >= size) {
        at = put_digits(at, digits, count);
        return put_zeros(at, places - size);
    }
    at = put_digits(at, digits, (size_t)places);
    *at++ = '.';
    return put_digits(at, digits + places, count - (size_t)places);
}

/* A format of `fraction_bits` and a biased exponent above them. */
static size_t format(bool negative, uint64_t biased, uint64_t fraction, unsigned fraction_bits,
                     int bias, char out[LS_SHORTEST_TEXT_MAX])
{
    char *at = out;
    if (negative) {
        *at++ = '-';
    }
    if (!biased && !fraction) {
        *at++ = '0';
    } else {
        char digits[DIGITS_MAX];
        uint64_t hidden = biased ? UINT64_C(1) << fraction_bits : 0;
        int exponent = (biased ? (int)biased : 1) - bias - (int)fraction_bits;
        struct scaled s = scale(hidden | fraction, exponent, biased > 1 && !fraction);
        int places = normalize(&s);
        size_t count = make_digits(&s, digits);
        at = lay_out(at, digits, count, places);
    }
    *at = '\0';
    return (size_t)(at - out);
}

size_t ls_shortest_64(uint64_t bits, char out[LS_SHORTEST_TEXT_MAX])
{
    uint64_t biased = bits >> 52 & 0x7ff;
    assert(biased != 0x7ff);
    return format(bits >> 63, biased, bits & ((UINT64_C(1) << 52) - 1), 52, 1023, out);
}

size_t ls_shortest_32(uint32_t bits, char out[LS_SHORTEST_TEXT_MAX])
{
    uint32_t biased = bits >> 23 & 0xff;
    assert(biased != 0xff);
    return format(bits >> 31, biased, bits & ((1U << 23) - 1), 23, 127, out);
}
