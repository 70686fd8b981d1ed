/* The option rows of arrival phases. A phase is a rate, or one of a family's words, some of which
 * bend the rate beside them: resolve_arrival.c says which. */
#include "spec/language_internal.h"

#define RATE_ROW(of, member, word, flag, text, like)                                               \
    {                                                                                              \
        word, LS_OPTION_RATE, LS_OPTION_REQUIRED | flag, offsetof(struct of, member),              \
            .maximum = "10_000_000/s", .summary = text, .example = like                            \
    }
#define TABLE(rows, title, text, of)                                                               \
    {                                                                                              \
        title, text, sizeof(struct of), NO_PLACE, NO_PLACE, rows                                   \
    }

static const struct ls_option to_rows[] = {
    RATE_ROW(ls_phase_to, rate, "rate", LS_OPTION_MAIN, "The rate at the end of the phase.",
             "140/s"),
    END,
};
#define TO_TEXT                                                                                    \
    "A ramp: the rate goes evenly from `rate` to this one: `{rate: 90/s, to: 140/s, for: 30m}`."
static const struct ls_table to_table = TABLE(to_rows, "to", TO_TEXT, ls_phase_to);
const struct ls_member ls_member_to = {"to", TO_TEXT, &to_table};

static const struct ls_option burst_rows[] = {
    RATE_ROW(ls_phase_burst, rate, "rate", 0, "The rate during a burst, instead of the other.",
             "400/s"),
    {"every", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_phase_burst, every_ms),
     .minimum = "1ms", .maximum = "365d",
     .summary = "How often: each stretch of this length ends with a burst.", .example = "10m"},
    {"for", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_phase_burst, length_ms),
     .minimum = "1ms", .maximum = "365d", .summary = "How long a burst lasts.", .example = "30s"},
    END,
};
#define BURST_TEXT                                                                                 \
    "Every so often the rate is another one for a while: `{rate: 40/s, burst: {rate: 400/s, "      \
    "every: 10m, for: 30s}}`."
static const struct ls_table burst_table = TABLE(burst_rows, "burst", BURST_TEXT, ls_phase_burst);
const struct ls_member ls_member_burst = {"burst", BURST_TEXT, &burst_table};

static const struct ls_option silence_rows[] = {
    {"length", LS_OPTION_DURATION, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_phase_silence, length_ms), .minimum = "1ms", .maximum = "36500d",
     .summary = "How long nothing arrives, from the beginning of the phase.", .example = "5m"},
    END,
};
#define SILENCE_TEXT                                                                               \
    "Nothing arrives for a while; what falls due at `rate` in the whole phase arrives in what is " \
    "left of it, evenly (at its end if nothing is): `{rate: 90/s, silence: 5m, for: 5m30s}`."
static const struct ls_table silence_table = TABLE(silence_rows, "silence", SILENCE_TEXT,
                                                   ls_phase_silence);
const struct ls_member ls_member_silence = {"silence", SILENCE_TEXT, &silence_table};

static const struct ls_option poisson_rows[] = {
    RATE_ROW(ls_phase_poisson, rate, "rate", LS_OPTION_MAIN, "The mean rate.", "90/s"),
    END,
};
#define POISSON_TEXT "Arrivals without memory, so that gaps are exponential: `{poisson: 90/s}`."
static const struct ls_table poisson_table = TABLE(poisson_rows, "poisson", POISSON_TEXT,
                                                   ls_phase_poisson);
const struct ls_member ls_member_arrival_poisson = {"poisson", POISSON_TEXT, &poisson_table};

static const struct ls_option diurnal_rows[] = {
    RATE_ROW(ls_phase_diurnal, mean, "mean", 0, "The mean rate of a whole period.", "90/s"),
    {"peak_to_trough", LS_OPTION_DECIMAL, LS_OPTION_REQUIRED,
     offsetof(struct ls_phase_diurnal, peak_to_trough), .minimum = "1", .maximum = "1000",
     .summary = "The greatest rate as a multiple of the least.", .example = "4"},
    {"period", LS_OPTION_DURATION, 0, offsetof(struct ls_phase_diurnal, period_ms),
     .fallback = "24h", .minimum = "1s", .maximum = "31d", .summary = "From peak to peak.",
     .example = "24h"},
    {"peak_at", LS_OPTION_TIME_OF_DAY, LS_OPTION_REQUIRED,
     offsetof(struct ls_phase_diurnal, peak_at_ms),
     .summary = "When the rate is greatest, in UTC, on the day on which the phase begins, and "
                "every period from there.",
     .example = "18:00"},
    END,
};
#define DIURNAL_TEXT                                                                               \
    "The rate rises and falls like a cosine: `{diurnal: {mean: 90/s, peak_to_trough: 4, peak_at: " \
    "18:00}}`."
static const struct ls_table diurnal_table = TABLE(diurnal_rows, "diurnal", DIURNAL_TEXT,
                                                   ls_phase_diurnal);
const struct ls_member ls_member_diurnal = {"diurnal", DIURNAL_TEXT, &diurnal_table};

static const struct ls_member *const course_members[] = {
    &ls_member_burst,   &ls_member_diurnal, &ls_member_arrival_poisson,
    &ls_member_silence, &ls_member_to,      NULL};
const struct ls_family ls_spec_courses = {
    "course", "How the rate of an arrival phase goes; without one it is constant.", course_members};

static const struct ls_option phase_rows[] = {
    {"rate", LS_OPTION_RATE, 0, offsetof(struct ls_spec_phase, rate), .maximum = "10_000_000/s",
     .summary = "Events of all types, in data time; not with `poisson` and `diurnal`, which have "
                "their own.",
     .example = "90/s"},
    {"course", LS_OPTION_FAMILY, 0, offsetof(struct ls_spec_phase, course),
     .family = &ls_spec_courses, .summary = "How the rate goes; without one it is constant."},
    {"for", LS_OPTION_DURATION, 0, offsetof(struct ls_spec_phase, length_ms), .fallback = "0",
     .minimum = "0", .maximum = "36500d",
     .summary = "How long the phase lasts; without it, it is the last and endless.",
     .example = "30m"},
    END,
};
const struct ls_table ls_spec_phase_table = {"arrival phase",
                                             "A stretch of data time in which events arrive.",
                                             sizeof(struct ls_spec_phase),
                                             offsetof(struct ls_spec_phase, where),
                                             NO_PLACE,
                                             phase_rows};
