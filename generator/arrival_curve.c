/* Phases whose rate is linear in pieces: ramp, burst, diurnal. What is due up to a time is a
 * quadratic of whole numbers in each piece, and an event arrives at the last millisecond at which
 * no more than the events before it are due. That is found by steps that double and halve: an
 * integer square root would have to be one of more than 128 bits. */
#include "core/base/civil.h"
#include "generator/arrival_internal.h"

#include <assert.h>

/* ---- the curves */

static struct ls_arrival_curve *new_curve(size_t count, struct ls_arena *arena,
                                          struct ls_error *err)
{
    struct ls_arrival_curve *curve = ls_arena_new(arena, 1, sizeof *curve, err);
    struct ls_arrival_piece *pieces = curve ? ls_arena_new(arena, count + 1, sizeof *pieces, err)
                                            : NULL;
    if (!pieces) {
        return NULL;
    }
    *curve = (struct ls_arrival_curve){.count = count, .pieces = pieces, .grain = 1};
    return curve;
}

/* A rate in events per `per_ms`, of which its own denominator is a divisor. */
static uint64_t scaled(const struct ls_rate *rate, uint64_t per_ms)
{
    return rate->count * (per_ms / rate->per_ms);
}

/* From rate a to rate b over L ms, both per D: a t + (b - a) t^2 / 2L, in parts of 1 / 2DL. */
static void make_ramp(const struct ls_spec_phase *phase, struct ls_arrival_curve *curve)
{
    const struct ls_phase_to *to = phase->course.settings;
    uint64_t per_ms = ls_spec_phase_per_ms(phase);
    uint64_t length = (uint64_t)phase->length_ms;
    uint64_t a = scaled(&phase->rate, per_ms);
    uint64_t b = scaled(&to->rate, per_ms);
    curve->period_ms = length;
    curve->per_event = 2 * per_ms;
    curve->fine = length;
    curve->per_cycle = (ls_u128)(a + b) * length;
    curve->pieces[0] = (struct ls_arrival_piece){.level = (ls_u128)2 * length * a,
                                                 .slope = (int64_t)b - (int64_t)a};
    curve->pieces[1] = (struct ls_arrival_piece){.before = curve->per_cycle * length,
                                                 .from = length};
}

/* Rate a, and at the end of each cycle rate b for a while, both per D: in parts of 1 / D. */
static void make_burst(const struct ls_spec_phase *phase, struct ls_arrival_curve *curve)
{
    const struct ls_phase_burst *burst = phase->course.settings;
    uint64_t per_ms = ls_spec_phase_per_ms(phase);
    uint64_t calm = (uint64_t)(burst->every_ms - burst->length_ms);
    uint64_t a = scaled(&phase->rate, per_ms);
    uint64_t b = scaled(&burst->rate, per_ms);
    ls_u128 before = (ls_u128)a * calm;
    curve->period_ms = (uint64_t)burst->every_ms;
    curve->per_event = per_ms;
    curve->fine = 1;
    curve->per_cycle = before + (ls_u128)b * (uint64_t)burst->length_ms;
    curve->pieces[0] = (struct ls_arrival_piece){.level = a};
    curve->pieces[1] = (struct ls_arrival_piece){.before = before, .level = b, .from = calm};
    curve->pieces[2] = (struct ls_arrival_piece){.before = curve->per_cycle,
                                                 .from = curve->period_ms};
}

/* ---- diurnal: a cosine in 96 pieces, the mean exact */

enum { KNOTS = 96, WHOLE = 10000 };

/* cos(knot / 96 of a turn) times 2^30, to the nearest whole number. */
static int64_t cosine(unsigned knot)
{
    static const int64_t quarter[KNOTS / 4 + 1] = {
        1073741824, 1071442860, 1064555814, 1053110176, 1037154959, 1016758484, 992008094,
        963009773,  929887697,  892783698,  851856663,  807281846,  759250125,  707967178,
        653652607,  596538995,  536870912,  474903865,  410903207,  345142998,  277904834,
        209476638,  140151432,  70226075,   0};
    unsigned half = knot % KNOTS <= KNOTS / 2 ? knot % KNOTS : KNOTS - knot % KNOTS;
    return half <= KNOTS / 4 ? quarter[half] : -quarter[KNOTS / 2 - half];
}

/* How far the peak is above the mean, in ten-thousandths of it: (q - 1) / (q + 1), rounded. */
static int64_t swing_of(const struct ls_decimal *peak_to_trough)
{
    ls_i128 one = ls_pow10(peak_to_trough->scale);
    ls_i128 above = peak_to_trough->value - one;
    ls_i128 sum = peak_to_trough->value + one;
    return (int64_t)((above * 2 * WHOLE + sum) / (2 * sum));
}

/* The rate at a knot in ten-thousandths of the mean. Opposite knots are as far above it as below,
 * so that their mean is exact. */
static uint64_t share_of(int64_t swing, unsigned knot)
{
    int64_t by = swing * cosine(knot);
    int64_t rounded = ((by < 0 ? -by : by) + (INT64_C(1) << 29)) >> 30;
    return (uint64_t)(WHOLE + (by < 0 ? -rounded : rounded));
}

/* Periods begin at the peak, whose time of day is that of the day on which the phase begins. A
 * period of P ms is 96 pieces of P grains; between knots of rates y and z (per D, times WHOLE)
 * 2P y v + (z - y) v^2 is due, in parts of 1 / (2 * 96 * P * D * WHOLE). */
static void make_diurnal(const struct ls_phase_diurnal *diurnal, int64_t start_ms,
                         struct ls_arrival_curve *curve)
{
    uint64_t period = (uint64_t)diurnal->period_ms;
    int64_t swing = swing_of(&diurnal->peak_to_trough);
    int64_t peak_ms = ls_floor_div(start_ms, LS_DAY_MS) * LS_DAY_MS + diurnal->peak_at_ms;
    int64_t since = start_ms - peak_ms;
    ls_u128 before = 0;
    curve->period_ms = period;
    curve->grain = KNOTS;
    curve->per_event = diurnal->mean.per_ms;
    curve->fine = period * 2 * KNOTS * WHOLE;
    curve->per_cycle = (ls_u128)diurnal->mean.count * period;
    for (unsigned knot = 0; knot <= KNOTS; knot++) {
        uint64_t rate = diurnal->mean.count * share_of(swing, knot);
        uint64_t next = diurnal->mean.count * share_of(swing, knot + 1);
        curve->pieces[knot] = (struct ls_arrival_piece){.before = before,
                                                        .level = (ls_u128)2 * period * rate,
                                                        .slope = (int64_t)next - (int64_t)rate,
                                                        .from = knot * period};
        before += (ls_u128)period * period * (rate + next);
    }
    curve->begin_ms = (uint64_t)(since -
                                 ls_floor_div(since, diurnal->period_ms) * diurnal->period_ms);
}

/* ---- what is due, and when */

static ls_u128 cycle_of(const struct ls_arrival_curve *curve)
{
    return curve->per_cycle * curve->fine;
}

static ls_u128 parts_in(const struct ls_arrival_piece *piece, uint64_t grains)
{
    return grains * (piece->level + (ls_u128)((ls_i128)piece->slope * (ls_i128)grains));
}

/* The last piece that begins no later than so many grains, or parts, into the cycle. */
static const struct ls_arrival_piece *piece_at(const struct ls_arrival_curve *curve, ls_u128 at,
                                               bool is_grains)
{
    size_t low = 0;
    size_t high = curve->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        const struct ls_arrival_piece *piece = &curve->pieces[middle];
        if ((is_grains ? piece->from : piece->before) <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &curve->pieces[low];
}

/* Parts due in the first `ms` of a cycle. */
static ls_u128 parts_by(const struct ls_arrival_curve *curve, uint64_t ms)
{
    uint64_t grains = ms * curve->grain;
    const struct ls_arrival_piece *piece = piece_at(curve, grains, true);
    return piece->before + parts_in(piece, grains - piece->from);
}

const struct ls_arrival_curve *ls_arrival_curve_new(const struct ls_spec_phase *phase,
                                                    int64_t start_ms, struct ls_arena *arena,
                                                    struct ls_error *err)
{
    const struct ls_member *course = phase->course.member;
    size_t count = course == &ls_member_to ? 1 : course == &ls_member_burst ? 2 : KNOTS;
    struct ls_arrival_curve *curve = new_curve(count, arena, err);
    if (!curve) {
        return NULL;
    }
    if (course == &ls_member_to) {
        make_ramp(phase, curve);
    } else if (course == &ls_member_burst) {
        make_burst(phase, curve);
    } else {
        assert(course == &ls_member_diurnal);
        make_diurnal(phase->course.settings, start_ms, curve);
    }
    assert(curve->pieces[count].before == cycle_of(curve));
    assert(curve->pieces[count].from == curve->period_ms * curve->grain);
    curve->begun = parts_by(curve, curve->begin_ms);
    return curve;
}

ls_u128 ls_arrival_curve_due(const struct ls_arrival_curve *curve, uint64_t ms, bool up)
{
    uint64_t at = curve->begin_ms + ms;
    ls_u128 whole = at / curve->period_ms * curve->per_cycle; /* times `fine` */
    ls_u128 parts = parts_by(curve, at % curve->period_ms);
    if (parts < curve->begun) {
        whole -= curve->per_cycle;
        parts += cycle_of(curve);
    }
    ls_u128 event = (ls_u128)curve->per_event * curve->fine;
    parts += whole % curve->per_event * curve->fine - curve->begun;
    return whole / curve->per_event + (parts + (up ? event - 1 : 0)) / event;
}

/* The last millisecond from `ms` on, and up to the end of the piece, at which no more than `parts`
 * are due in it. */
static uint64_t last_ms(const struct ls_arrival_curve *curve, const struct ls_arrival_piece *piece,
                        ls_u128 parts, uint64_t ms)
{
    uint64_t end = piece[1].from / curve->grain;
    uint64_t step = 1;
    while (step <= end - ms && parts_in(piece, (ms + step) * curve->grain - piece->from) <= parts) {
        ms += step;
        step *= 2;
    }
    while (step /= 2) {
        if (step <= end - ms &&
            parts_in(piece, (ms + step) * curve->grain - piece->from) <= parts) {
            ms += step;
        }
    }
    return ms;
}

static void begin_piece(const struct ls_arrival_curve *curve, struct ls_arrival_bend *at,
                        uint64_t k)
{
    ls_u128 whole = (ls_u128)k * curve->per_event;
    ls_u128 cycles = whole / curve->per_cycle;
    ls_u128 parts = whole % curve->per_cycle * curve->fine + curve->begun;
    if (parts >= cycle_of(curve)) {
        parts -= cycle_of(curve);
        cycles++;
    }
    ls_u128 event = (ls_u128)curve->per_event * curve->fine;
    at->piece = piece_at(curve, parts, false);
    at->parts = parts;
    at->ms = at->piece->from / curve->grain;
    ls_u128 more = (at->piece[1].before - parts + event - 1) / event;
    at->end = more < UINT64_MAX - k ? k + (uint64_t)more : UINT64_MAX;
    at->cycle_ms = (int64_t)ls_arrival_cut(cycles * curve->period_ms) - (int64_t)curve->begin_ms;
}

uint64_t ls_arrival_curve_ms(const struct ls_arrival_curve *curve, struct ls_arrival_bend *at,
                             uint64_t k, uint64_t by)
{
    if (by == 0 || k >= at->end) {
        begin_piece(curve, at, k);
    } else {
        at->parts += (ls_u128)by * curve->per_event * curve->fine;
    }
    at->ms = last_ms(curve, at->piece, at->parts - at->piece->before, at->ms);
    return ls_arrival_cut((uint64_t)(at->cycle_ms + (int64_t)at->ms));
}
