/* Arrival phases: which words go together, and what a schedule needs to be computed exactly. */
#include "spec/resolve_internal.h"

static struct ls_where place(const struct resolver *r, const struct ls_spec_phase *phase,
                             const void *member)
{
    return ls_spec_place(r->spec, member, phase->where);
}

/* The rates of a phase: its own where it has one, then that of its course. */
static size_t rates_of(const struct ls_spec_phase *phase, const struct ls_rate *rates[2])
{
    const struct ls_member *course = phase->course.member;
    const void *settings = phase->course.settings;
    size_t count = 0;
    if (phase->rate.per_ms) {
        rates[count++] = &phase->rate;
    }
    if (course == &ls_member_to) {
        rates[count++] = &((const struct ls_phase_to *)settings)->rate;
    } else if (course == &ls_member_burst) {
        rates[count++] = &((const struct ls_phase_burst *)settings)->rate;
    } else if (course == &ls_member_arrival_poisson) {
        rates[count++] = &((const struct ls_phase_poisson *)settings)->rate;
    } else if (course == &ls_member_diurnal) {
        rates[count++] = &((const struct ls_phase_diurnal *)settings)->mean;
    }
    return count;
}

uint64_t ls_spec_phase_per_ms(const struct ls_spec_phase *phase)
{
    const struct ls_rate *rates[2];
    size_t count = rates_of(phase, rates);
    ls_u128 common = 1;
    for (size_t i = 0; i < count; i++) {
        common = common / ls_gcd(common, rates[i]->per_ms) * rates[i]->per_ms;
        if (common > LS_SPEC_PHASE_PER_MS_MAX) {
            return 0;
        }
    }
    return (uint64_t)common;
}

/* `rate` goes with a constant rate, `to`, `burst` and `silence`, and they need it. */
static bool check_rate(struct resolver *r, const struct ls_spec_phase *phase)
{
    const struct ls_member *course = phase->course.member;
    bool own = course == &ls_member_arrival_poisson || course == &ls_member_diurnal;
    if (phase->rate.per_ms && own) {
        PROBLEM(r, "LS2012", place(r, phase, &phase->rate), "keep one of the two",
                "`rate` beside `%s`, which has a rate of its own", course->word);
    } else if (!phase->rate.per_ms && course && !own) {
        PROBLEM(r, "LS2012", phase->course.where, "add `rate: 90/s`, say",
                "`%s` stands beside a `rate`", course->word);
    } else if (!phase->rate.per_ms && !course) {
        PROBLEM(r, "LS2012", phase->where, "add `rate: 90/s`, say",
                "an arrival phase needs a `rate`, `poisson` or `diurnal`");
    }
    return own != (phase->rate.per_ms > 0);
}

static void check_length(struct resolver *r, const struct ls_spec_phase *phase, bool last)
{
    const struct ls_member *course = phase->course.member;
    if (phase->length_ms) {
        return;
    }
    if (course == &ls_member_to || course == &ls_member_silence) {
        PROBLEM(r, "LS2012", phase->where, "add `for: 30m`, say",
                "a phase with `%s` cannot be endless", course->word);
    } else if (!last) {
        PROBLEM(r, "LS2012", phase->where, "give it a `for`, or put it last",
                "only the last arrival phase may be endless");
    }
}

static void check_course(struct resolver *r, const struct ls_spec_phase *phase)
{
    const struct ls_phase_burst *burst = phase->course.settings;
    const struct ls_phase_silence *silence = phase->course.settings;
    if (phase->course.member == &ls_member_burst && burst->length_ms >= burst->every_ms) {
        PROBLEM(r, "LS2012", place(r, phase, &burst->length_ms),
                "`for` is the length of one burst, `every` that from one to the next",
                "the `for` of a burst is not shorter than its `every`");
    }
    if (phase->course.member == &ls_member_silence && phase->length_ms &&
        silence->length_ms > phase->length_ms) {
        PROBLEM(r, "LS2012", place(r, phase, phase->course.settings),
                "`for` is the whole phase: the silence, and the time in which to catch up",
                "`silence` is longer than the phase");
    }
}

static void check_rates(struct resolver *r, const struct ls_spec_phase *phase)
{
    const struct ls_rate *rates[2];
    size_t count = rates_of(phase, rates);
    if (rates[0]->count == 0 && rates[count - 1]->count == 0) {
        PROBLEM(r, "LS2012", place(r, phase, rates[0]),
                "write `rate: 1/d`, say, where next to nothing happens",
                "a phase needs a rate above 0");
    }
    if (phase->course.member && ls_spec_phase_per_ms(phase) == 0) {
        PROBLEM(r, "LS2012", place(r, phase, rates[count - 1]),
                "give them with fewer decimal places (six per second at most), and per one unit",
                "rates are too fine for `%s`: they need a common denominator of at most %d ms",
                phase->course.member->word, LS_SPEC_PHASE_PER_MS_MAX);
    }
}

void ls_resolve_arrival(struct resolver *r)
{
    const struct ls_spec_phase *phases = r->spec->arrival.items;
    size_t count = r->spec->arrival.count;
    if (count == 0) {
        PROBLEM(r, "LS2012", ls_spec_place(r->spec, &r->spec->arrival, r->spec->where),
                "write `arrival: [{rate: 90/s}]`, say", "there is no arrival phase");
    }
    if (count > LS_SPEC_PHASES_MAX) {
        PROBLEM(r, "LS2012", ls_spec_place(r->spec, &r->spec->arrival, r->spec->where),
                "use `burst` or `diurnal` for what comes again and again",
                "a spec has at most %d arrival phases, this one %zu", LS_SPEC_PHASES_MAX, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        check_length(r, &phases[i], i + 1 == count);
        if (check_rate(r, &phases[i])) {
            check_course(r, &phases[i]);
            check_rates(r, &phases[i]);
        }
    }
}
