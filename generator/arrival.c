#include "generator/arrival.h"

#include <assert.h>

int ls_arrival_compile(const struct ls_spec *spec, struct ls_arena *arena, struct ls_arrival *out,
                       struct ls_error *err)
{
    const struct ls_spec_phase *phases = spec->arrival.items;
    out->count = spec->arrival.count;
    out->phases = ls_arena_new(arena, out->count, sizeof *out->phases, err);
    if (!out->phases) {
        return err->code;
    }
    uint64_t first = 0;
    int64_t start = spec->start_ms;
    for (size_t i = 0; i < out->count; i++) {
        struct ls_arrival_phase *phase = &out->phases[i];
        *phase = (struct ls_arrival_phase){first, start, UINT64_MAX, phases[i].rate};
        if (phases[i].length_ms) {
            /* the floor of the exact cumulative rate */
            phase->count = (uint64_t)((ls_u128)phases[i].length_ms * phase->rate.count /
                                      phase->rate.per_ms);
            first += phase->count;
            start += phases[i].length_ms;
        }
    }
    const struct ls_arrival_phase *last = &out->phases[out->count - 1];
    out->total = last->count == UINT64_MAX ? UINT64_MAX : last->first + last->count;
    return 0;
}

int64_t ls_arrival_time(const struct ls_arrival *arrival, uint64_t i)
{
    assert(i < arrival->total);
    const struct ls_arrival_phase *phase = &arrival->phases[arrival->count - 1];
    while (phase->first > i) {
        phase--;
    }
    ls_u128 product = (ls_u128)(i - phase->first) * phase->rate.per_ms;
    if (product <= UINT64_MAX) { /* a division of 128 bits costs far more */
        return phase->start_ms + (int64_t)((uint64_t)product / phase->rate.count);
    }
    return phase->start_ms + (int64_t)(product / phase->rate.count);
}

uint64_t ls_arrival_before(const struct ls_arrival *arrival, int64_t time_ms)
{
    uint64_t before = 0;
    for (size_t p = 0; p < arrival->count && arrival->phases[p].start_ms < time_ms; p++) {
        const struct ls_arrival_phase *phase = &arrival->phases[p];
        /* event k of a phase is at floor(k * per / count): before the time iff k < ceil(elapsed *
         * count / per) */
        ls_u128 product = (ls_u128)((uint64_t)time_ms - (uint64_t)phase->start_ms) *
                          phase->rate.count;
        ls_u128 within = (product + phase->rate.per_ms - 1) / phase->rate.per_ms;
        uint64_t most = phase->count == UINT64_MAX ? UINT64_MAX - phase->first : phase->count;
        before = phase->first + (within < most ? (uint64_t)within : most);
    }
    return before;
}

void ls_arrival_mean_rate(const struct ls_arrival *arrival, struct ls_rate *out)
{
    const struct ls_arrival_phase *last = &arrival->phases[arrival->count - 1];
    if (last->count == UINT64_MAX) {
        *out = last->rate;
        return;
    }
    int64_t end = last->start_ms +
                  (int64_t)((ls_u128)last->count * last->rate.per_ms / last->rate.count);
    *out = (struct ls_rate){arrival->total, (uint64_t)(end - arrival->phases[0].start_ms)};
}
