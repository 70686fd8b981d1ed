/* Schedules for the tests of arrival*.c, and what holds for every one of them. */
#ifndef LS_GENERATOR_ARRIVAL_FIXTURE_TEST_H
#define LS_GENERATOR_ARRIVAL_FIXTURE_TEST_H

#include "core/base/civil.h"
#include "core/base/draw.h"
#include "core/base/mem.h"
#include "generator/arrival_internal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PHASES_MAX = 8 };

/* A phase as a person would give it. */
struct given {
    uint64_t count, per_ms; /* its rate */
    int64_t length_ms;      /* 0: endless */
    const struct ls_member *course;
    struct ls_rate rate;       /* of `to`, `burst`, `poisson`, `diurnal` */
    int64_t part_ms, every_ms; /* burst; silence: part_ms; diurnal: peak at part_ms, the period */
    int64_t ratio;             /* diurnal: peak_to_trough in hundredths */
};

#define EVEN(n, per, for_ms)                                                                       \
    {                                                                                              \
        .count = n, .per_ms = per, .length_ms = for_ms                                             \
    }
#define RAMP(n, per, to_n, for_ms)                                                                 \
    {                                                                                              \
        .count = n, .per_ms = per, .length_ms = for_ms, .course = &ls_member_to, .rate = {         \
            to_n,                                                                                  \
            per                                                                                    \
        }                                                                                          \
    }
#define BURST(n, per, burst_n, every, part, for_ms)                                                \
    {                                                                                              \
        .count = n, .per_ms = per, .length_ms = for_ms, .course = &ls_member_burst,                \
        .rate = {burst_n, per}, .part_ms = part, .every_ms = every                                 \
    }
#define SILENCE(n, per, part, for_ms)                                                              \
    {                                                                                              \
        .count = n, .per_ms = per, .length_ms = for_ms, .course = &ls_member_silence,              \
        .part_ms = part                                                                            \
    }
#define POISSON(n, per, for_ms)                                                                    \
    {                                                                                              \
        .length_ms = for_ms, .course = &ls_member_arrival_poisson, .rate = { n, per }              \
    }
#define DIURNAL(n, per, hundredths, period, peak_at, for_ms)                                       \
    {                                                                                              \
        .length_ms = for_ms, .course = &ls_member_diurnal, .rate = {n, per}, .part_ms = peak_at,   \
        .every_ms = period, .ratio = hundredths                                                    \
    }

struct schedule {
    struct ls_arena arena;
    struct ls_spec_phase phases[PHASES_MAX];
    union {
        struct ls_phase_to to;
        struct ls_phase_burst burst;
        struct ls_phase_silence silence;
        struct ls_phase_poisson poisson;
        struct ls_phase_diurnal diurnal;
    } settings[PHASES_MAX];
    struct ls_spec spec;
    struct ls_arrival arrival;
    struct ls_error err;
};

static inline void write_phase(struct schedule *s, size_t i, const struct given *g)
{
    struct ls_spec_phase *phase = &s->phases[i];
    phase->rate = (struct ls_rate){g->count, g->per_ms};
    phase->length_ms = g->length_ms;
    phase->course = (struct ls_pick){.member = g->course, .settings = &s->settings[i]};
    if (g->course == &ls_member_to) {
        s->settings[i].to.rate = g->rate;
    } else if (g->course == &ls_member_burst) {
        s->settings[i].burst = (struct ls_phase_burst){g->rate, g->every_ms, g->part_ms};
    } else if (g->course == &ls_member_silence) {
        s->settings[i].silence.length_ms = g->part_ms;
    } else if (g->course == &ls_member_arrival_poisson) {
        s->settings[i].poisson.rate = g->rate;
    } else if (g->course == &ls_member_diurnal) {
        s->settings[i].diurnal = (struct ls_phase_diurnal){
            g->rate, {.value = g->ratio, .scale = 2}, g->every_ms, g->part_ms};
    }
}

static inline void compile_seeded(struct schedule *s, uint64_t seed, int64_t start_ms,
                                  const struct given *phases, size_t count)
{
    memset(s, 0, sizeof *s);
    ls_arena_init(&s->arena, "test arrival", 1U << 20);
    for (size_t i = 0; i < count; i++) {
        write_phase(s, i, &phases[i]);
    }
    s->spec.arrival = (struct ls_items){count, s->phases, NULL};
    s->spec.start_ms = start_ms;
    s->spec.seed = (int64_t)seed;
    assert_int_equal(ls_arrival_compile(&s->spec, &s->arena, &s->arrival, &s->err), 0);
}

static inline void compile(struct schedule *s, int64_t start_ms, const struct given *phases,
                           size_t count)
{
    compile_seeded(s, 7, start_ms, phases, count);
}

/* How many events come before a time is the exact inverse of when event i comes: events below the
 * answer come before, the others do not. */
static inline void check_before(const struct ls_arrival *a, int64_t time_ms)
{
    uint64_t before = ls_arrival_before(a, time_ms);
    assert_true(before <= a->total);
    assert_true(before == 0 || ls_arrival_time(a, before - 1) < time_ms);
    assert_true(before == a->total || ls_arrival_time(a, before) >= time_ms);
}

/* The events from `first` on, one by one: times do not fall, the cursor says the same, and each is
 * in its phase. */
static inline void check_events(const struct ls_arrival *a, uint64_t first, uint64_t events)
{
    struct ls_arrival_cursor cursor = {0};
    int64_t last = INT64_MIN;
    for (uint64_t i = first; i - first < events && i < a->total; i++) {
        int64_t time = ls_arrival_time(a, i);
        assert_true(time >= last);
        assert_true(ls_arrival_next_time(a, &cursor, i) == time);
        const struct ls_arrival_phase *phase = cursor.phase;
        uint64_t ms = (uint64_t)time - (uint64_t)phase->start_ms;
        assert_true(ms >= phase->quiet_ms && (ms < phase->length_ms || phase->quiet_ms));
        last = time;
        check_before(a, time);
        check_before(a, time + 1);
    }
}

/* The first events of every phase and the last. */
static inline void check_ends(const struct ls_arrival *a, uint64_t events)
{
    for (size_t p = 0; p < a->count; p++) {
        uint64_t first = a->phases[p].first;
        check_events(a, first < events / 2 ? 0 : first - events / 2, events);
        check_before(a, a->phases[p].start_ms);
        check_before(a, a->phases[p].start_ms + 1);
    }
    uint64_t last = a->total == UINT64_MAX ? 0 : a->total;
    check_events(a, last < events ? 0 : last - events, events);
}

static inline int compare_times(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

#endif
