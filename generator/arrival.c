#include "generator/arrival_internal.h"

#include <assert.h>
#include <stdio.h>

/* ---- compiling */

/* `count` events every `per_ms`, after `quiet_ms` without any. */
static void make_even(struct ls_arrival_phase *phase, struct ls_rate rate, uint64_t quiet_ms)
{
    phase->kind = LS_ARRIVAL_EVEN;
    phase->rate = rate;
    phase->quiet_ms = quiet_ms;
    if (rate.count) {
        phase->step_ms = ls_arrival_cut(rate.per_ms / rate.count);
        phase->step_rest = rate.per_ms % rate.count;
    }
}

/* The floor of the exact cumulative rate. */
static uint64_t count_of(const struct ls_arrival_phase *phase, const struct ls_rate *rate)
{
    if (phase->length_ms == UINT64_MAX) {
        return UINT64_MAX;
    }
    return phase->kind == LS_ARRIVAL_BEND
               ? (uint64_t)ls_arrival_curve_due(phase->curve, phase->length_ms, false)
               : (uint64_t)((ls_u128)phase->length_ms * rate->count / rate->per_ms);
}

static int compile_phase(const struct ls_spec *spec, size_t index, struct ls_arena *arena,
                         struct ls_arrival_phase *phase, struct ls_error *err)
{
    const struct ls_spec_phase *written = (const struct ls_spec_phase *)spec->arrival.items + index;
    const struct ls_member *course = written->course.member;
    phase->length_ms = written->length_ms ? (uint64_t)written->length_ms : UINT64_MAX;
    if (course == &ls_member_arrival_poisson) {
        char name[64];
        snprintf(name, sizeof name, "arrival[%zu].poisson", index);
        phase->kind = LS_ARRIVAL_POISSON;
        phase->rate = ((const struct ls_phase_poisson *)written->course.settings)->rate;
        phase->key = ls_stream_key((uint64_t)spec->seed, name);
        phase->count = count_of(phase, &phase->rate);
    } else if (course == &ls_member_silence) {
        const struct ls_phase_silence *silence = written->course.settings;
        uint64_t quiet_ms = (uint64_t)silence->length_ms;
        phase->count = count_of(phase, &written->rate);
        make_even(phase, (struct ls_rate){phase->count, phase->length_ms - quiet_ms}, quiet_ms);
    } else if (!course) {
        make_even(phase, written->rate, 0);
        phase->count = count_of(phase, &written->rate);
    } else {
        phase->kind = LS_ARRIVAL_BEND;
        phase->curve = ls_arrival_curve_new(written, phase->start_ms, arena, err);
        if (!phase->curve) {
            return err->code;
        }
        phase->count = count_of(phase, NULL);
    }
    return 0;
}

int ls_arrival_compile(const struct ls_spec *spec, struct ls_arena *arena, struct ls_arrival *out,
                       struct ls_error *err)
{
    out->count = spec->arrival.count;
    out->phases = ls_arena_new(arena, out->count, sizeof *out->phases, err);
    if (!out->phases) {
        return err->code;
    }
    uint64_t first = 0;
    int64_t start_ms = spec->start_ms;
    for (size_t i = 0; i < out->count; i++) {
        struct ls_arrival_phase *phase = &out->phases[i];
        phase->first = first;
        phase->start_ms = start_ms;
        int rc = compile_phase(spec, i, arena, phase, err);
        if (rc < 0) {
            return rc;
        }
        if (phase->count == UINT64_MAX) {
            out->total = UINT64_MAX; /* the last one */
            return 0;
        }
        first += phase->count;
        start_ms += (int64_t)phase->length_ms;
    }
    out->total = first;
    return 0;
}

/* ---- times */

static const struct ls_arrival_phase *phase_of(const struct ls_arrival *arrival, uint64_t i)
{
    size_t low = 0;
    size_t high = arrival->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (arrival->phases[middle].first <= i) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &arrival->phases[low];
}

static uint64_t even_ms(const struct ls_arrival_phase *phase, struct ls_arrival_even *at,
                        uint64_t k, uint64_t by)
{
    const struct ls_rate *rate = &phase->rate;
    if (by == 1) { /* without a division */
        bool carries = at->rest >= rate->count - phase->step_rest;
        at->rest += phase->step_rest - (carries ? rate->count : 0);
        at->ms += phase->step_ms + carries;
    } else {
        ls_u128 product = (ls_u128)k * rate->per_ms;
        ls_u128 ms = product / rate->count;
        at->ms = ls_arrival_cut(ms);
        at->rest = (uint64_t)(product - ms * rate->count);
    }
    at->ms = ls_arrival_cut(at->ms);
    return phase->quiet_ms + at->ms;
}

int64_t ls_arrival_next_time(const struct ls_arrival *arrival, struct ls_arrival_cursor *cursor,
                             uint64_t i)
{
    assert(i < arrival->total);
    const struct ls_arrival_phase *phase = cursor->phase;
    bool known = phase && i >= phase->first && i - phase->first < phase->count;
    if (!known) {
        phase = phase_of(arrival, i);
        cursor->phase = phase;
    }
    uint64_t k = i - phase->first;
    if (known && k == cursor->k) {
        return cursor->time_ms;
    }
    uint64_t by = known && k > cursor->k ? k - cursor->k : 0;
    uint64_t ms = phase->kind == LS_ARRIVAL_EVEN ? even_ms(phase, &cursor->at.even, k, by)
                  : phase->kind == LS_ARRIVAL_BEND
                      ? ls_arrival_curve_ms(phase->curve, &cursor->at.bend, k, by)
                      : ls_arrival_poisson_ms(phase, &cursor->at.era, k, by);
    cursor->k = k;
    cursor->time_ms = phase->start_ms + (int64_t)ms;
    return cursor->time_ms;
}

int64_t ls_arrival_time(const struct ls_arrival *arrival, uint64_t i)
{
    struct ls_arrival_cursor cursor;
    cursor.phase = NULL;
    return ls_arrival_next_time(arrival, &cursor, i);
}

/* ---- the inverse */

/* An event of an even phase is at quiet + floor(k * per / count): before `ms` iff k < ceil((ms -
 * quiet) * count / per). */
static ls_u128 even_before(const struct ls_arrival_phase *phase, uint64_t ms)
{
    const struct ls_rate *rate = &phase->rate;
    if (ms <= phase->quiet_ms) {
        return 0;
    }
    return rate->per_ms
               ? ((ls_u128)(ms - phase->quiet_ms) * rate->count + rate->per_ms - 1) / rate->per_ms
               : phase->count;
}

/* Events of a phase before a time behind its start. */
static uint64_t phase_before(const struct ls_arrival_phase *phase, uint64_t ms)
{
    if (ms > phase->length_ms || ms > LS_ARRIVAL_MS_MAX) {
        return phase->count;
    }
    ls_u128 before = phase->kind == LS_ARRIVAL_EVEN   ? even_before(phase, ms)
                     : phase->kind == LS_ARRIVAL_BEND ? ls_arrival_curve_due(phase->curve, ms, true)
                                                      : ls_arrival_poisson_before(phase, ms);
    return before < phase->count ? (uint64_t)before : phase->count;
}

uint64_t ls_arrival_before(const struct ls_arrival *arrival, int64_t time_ms)
{
    size_t p = arrival->count;
    while (p > 0 && arrival->phases[p - 1].start_ms >= time_ms) {
        p--;
    }
    if (p == 0) {
        return 0;
    }
    const struct ls_arrival_phase *phase = &arrival->phases[p - 1];
    uint64_t within = phase_before(phase, (uint64_t)time_ms - (uint64_t)phase->start_ms);
    return within < UINT64_MAX - phase->first ? phase->first + within : UINT64_MAX;
}

/* ---- the mean rate */

static struct ls_rate lowest_terms(ls_u128 count, ls_u128 per_ms)
{
    ls_u128 common = ls_gcd(count, per_ms);
    count /= common;
    per_ms /= common;
    while (count > UINT64_MAX || per_ms > UINT64_MAX) {
        count >>= 1;
        per_ms >>= 1;
    }
    return (struct ls_rate){(uint64_t)count, (uint64_t)per_ms};
}

void ls_arrival_mean_rate(const struct ls_arrival *arrival, struct ls_rate *out)
{
    const struct ls_arrival_phase *last = &arrival->phases[arrival->count - 1];
    if (last->count != UINT64_MAX) {
        int64_t length_ms = last->start_ms + (int64_t)last->length_ms - arrival->phases->start_ms;
        *out = lowest_terms(arrival->total, (ls_u128)length_ms);
    } else if (last->kind == LS_ARRIVAL_BEND) {
        const struct ls_arrival_curve *curve = last->curve;
        *out = lowest_terms(curve->per_cycle, (ls_u128)curve->per_event * curve->period_ms);
    } else {
        *out = lowest_terms(last->rate.count, last->rate.per_ms);
    }
}
