#include "spec/resolve.h"

#include "spec/fixture_test.h"
#include "spec/sample_test.h"

#define LAST "{rate: 50/s}"

/* The sample with another last phase. */
static const struct ls_spec_phase *last_phase(struct fixture *f, const char *phase)
{
    char *text = changed(sample_spec, LAST, phase);
    const struct ls_spec *spec = load_fine(f, text, NULL);
    free(text);
    return (const struct ls_spec_phase *)spec->arrival.items + spec->arrival.count - 1;
}

static void check_rate(const struct ls_rate *rate, uint64_t count, uint64_t per_ms)
{
    assert_int_equal(rate->count, count);
    assert_int_equal(rate->per_ms, per_ms);
}

static void every_kind_of_phase_is_bound(void **state)
{
    struct fixture *f = *state;
    const struct ls_spec_phase *phase = last_phase(f, "{rate: 90/s, for: 30m}");
    check_rate(&phase->rate, 9, 100);
    assert_null(phase->course.member);
    assert_int_equal(phase->length_ms, 1800000);

    phase = last_phase(f, "{rate: 90/s, to: 140/s, for: 30m}");
    assert_ptr_equal(phase->course.member, &ls_member_to);
    check_rate(&((const struct ls_phase_to *)phase->course.settings)->rate, 7, 50);
    assert_int_equal(ls_spec_phase_per_ms(phase), 100);

    phase = last_phase(f, "{rate: 40/s, burst: {rate: 400/m, every: 10m, for: 30s}}");
    const struct ls_phase_burst *burst = phase->course.settings;
    assert_ptr_equal(phase->course.member, &ls_member_burst);
    check_rate(&burst->rate, 1, 150);
    assert_int_equal(burst->every_ms, 600000);
    assert_int_equal(burst->length_ms, 30000);
    assert_int_equal(ls_spec_phase_per_ms(phase), 150);

    phase = last_phase(f, "{rate: 90/s, silence: 5m, for: 5m}");
    assert_ptr_equal(phase->course.member, &ls_member_silence);
    assert_int_equal(((const struct ls_phase_silence *)phase->course.settings)->length_ms, 300000);

    phase = last_phase(f, "{poisson: 0.000001/s}");
    assert_ptr_equal(phase->course.member, &ls_member_arrival_poisson);
    assert_int_equal(phase->rate.per_ms, 0);
    check_rate(&((const struct ls_phase_poisson *)phase->course.settings)->rate, 1, 1000000000);
    assert_int_equal(ls_spec_phase_per_ms(phase), 1000000000);

    phase = last_phase(f, "{diurnal: {mean: 90/s, peak_to_trough: 2.5, peak_at: 18:00}}");
    const struct ls_phase_diurnal *diurnal = phase->course.settings;
    assert_ptr_equal(phase->course.member, &ls_member_diurnal);
    check_rate(&diurnal->mean, 9, 100);
    assert_true(diurnal->peak_to_trough.value == 25 && diurnal->peak_to_trough.scale == 1);
    assert_int_equal(diurnal->period_ms, 86400000);
    assert_int_equal(diurnal->peak_at_ms, 64800000);
}

/* A constant phase says what it said before there were others: its hash is the same. */
static void the_short_form_is_another_way_to_write(void **state)
{
    static const char *const forms[][2] = {
        {"{poisson: 90/s}", "{poisson: {rate: 5400/m}, for: 0}"},
        {"{rate: 9/s, to: 0/s, for: 5m}", "{to: {rate: 0/s}, for: 300s, rate: 9/s}"},
        {"{rate: 9/s, silence: 1m, for: 5m}", "{rate: 9/s, silence: {length: 60s}, for: 5m}"},
        {"{diurnal: {mean: 9/s, peak_to_trough: 4, peak_at: 18:00}}",
         "{diurnal: {mean: 9/s, peak_to_trough: 4.0, peak_at: 18:00:00, period: 1d}}"},
    };
    struct fixture *f = *state;
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        last_phase(f, forms[k][0]);
        struct ls_sha256 hash = f->spec->hash;
        last_phase(f, forms[k][1]);
        assert_memory_equal(hash.bytes, f->spec->hash.bytes, sizeof hash.bytes);
    }
    last_phase(f, LAST);
    json_t *last = json_array_get(json_object_get(f->spec->semantic, "arrival"), 2);
    assert_int_equal(json_object_size(last), 1);
    assert_string_equal(json_string_value(json_object_get(last, "rate")), "1/20");
}

static void check_wrong(struct fixture *f, const char *find, const char *phase, const char *rule,
                        const char *part)
{
    char *text = changed(sample_spec, find, phase);
    if (load_text(f, text, NULL) == 0) {
        fail_msg("%s was expected: %s", rule, phase);
    }
    check_report(f, rule, line_of(sample_spec, find), part);
    free(text);
}

static void what_does_not_fit_is_refused(void **state)
{
    static const struct {
        const char *phase, *rule, *part;
    } cases[] = {
        {"{for: 5m}", "LS2012", "an arrival phase needs a `rate`, `poisson` or `diurnal`"},
        {"{rate: 0/s}", "LS2012", "above 0"},
        {"{rate: 0/s, to: 0/s, for: 5m}", "LS2012", "above 0"},
        {"{rate: 0/s, burst: {rate: 0/s, every: 2m, for: 1m}}", "LS2012", "above 0"},
        {"{rate: 0/s, silence: 1m, for: 5m}", "LS2012", "above 0"},
        {"{poisson: 0/s}", "LS2012", "above 0"},
        {"{diurnal: {mean: 0/s, peak_to_trough: 4, peak_at: 18:00}}", "LS2012", "above 0"},
        {"{rate: 9/s, poisson: 9/s}", "LS2012", "`rate` beside `poisson`"},
        {"{rate: 9/s, diurnal: {mean: 9/s, peak_to_trough: 4, peak_at: 18:00}}", "LS2012",
         "`rate` beside `diurnal`"},
        {"{to: 9/s, for: 5m}", "LS2012", "`to` stands beside a `rate`"},
        {"{burst: {rate: 9/s, every: 2m, for: 1m}}", "LS2012", "`burst` stands beside a `rate`"},
        {"{silence: 5m, for: 5m}", "LS2012", "`silence` stands beside a `rate`"},
        {"{rate: 9/s, to: 8/s, silence: 1m, for: 5m}", "LS1105", "\"silence\" beside \"to\""},
        {"{poisson: 9/s, to: 8/s, for: 5m}", "LS1105", "\"to\" beside \"poisson\""},
        {"{rate: 9/s, to: 8/s}", "LS2012", "a phase with `to` cannot be endless"},
        {"{rate: 9/s, silence: 5m}", "LS2012", "a phase with `silence` cannot be endless"},
        {"{rate: 9/s, silence: 5m, for: 4m59s}", "LS2012", "`silence` is longer than the phase"},
        {"{rate: 9/s, burst: {rate: 9/s, every: 1m, for: 1m}}", "LS2012",
         "the `for` of a burst is not shorter than its `every`"},
        {"{poisson: 0.0000005/s}", "LS2012", "rates are too fine for `poisson`"},
        {"{rate: 0.001/m, to: 0.7/s, for: 5m}", NULL, NULL},
        {"{rate: 0.001/h, to: 0.0007/s, for: 5m}", "LS2012", "rates are too fine for `to`"},
        {"{rate: 0.0000000001/s}", NULL, NULL}, /* constant: any */
        {"{rate: 10_000_001/s}", "LS1103", "rate of at most 10_000_000/s"},
        {"{rate: 9/s, to: 10_000_001/s, for: 5m}", "LS1103", "rate of at most 10_000_000/s"},
        {"{rate: 9/s, for: 36501d}", "LS1103", "duration 0 .. 36500d"},
        {"{rate: 9/s, burst: {rate: 9/s, every: 366d, for: 1m}}", "LS1103", "every"},
        {"{rate: 9/s, burst: {rate: 9/s, every: 1m, for: 0}}", "LS1103", "for"},
        {"{rate: 9/s, silence: 0, for: 5m}", "LS1103", "1ms .. 36500d"},
        {"{diurnal: {mean: 9/s, peak_to_trough: 0.9, peak_at: 18:00}}", "LS1103", "1 .. 1000"},
        {"{diurnal: {mean: 9/s, peak_to_trough: 4, peak_at: 18h}}", "LS1102", "time of day"},
        {"{diurnal: {mean: 9/s, peak_to_trough: 4, peak_at: 18:00, period: 32d}}", "LS1103",
         "1s .. 31d"},
        {"{diurnal: {mean: 9/s, peak_at: 18:00}}", "LS1104", "peak_to_trough"},
    };
    struct fixture *f = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        if (cases[k].rule) {
            check_wrong(f, LAST, cases[k].phase, cases[k].rule, cases[k].part);
        } else {
            last_phase(f, cases[k].phase);
        }
    }
}

static void only_the_last_phase_is_endless(void **state)
{
    static const char *const phases[] = {
        "{rate: 9/s}", "{poisson: 9/s}", "{rate: 9/s, for: 0}",
        "{rate: 9/s, burst: {rate: 9/s, every: 2m, for: 1m}}",
        "{diurnal: {mean: 9/s, peak_to_trough: 4, peak_at: 18:00}}"};
    struct fixture *f = *state;
    for (size_t k = 0; k < sizeof phases / sizeof *phases; k++) {
        last_phase(f, phases[k]);
        check_wrong(f, "{rate: 100/s, for: 20s}", phases[k], "LS2012",
                    "only the last arrival phase may be endless");
    }
}

static void there_are_phases_and_not_too_many(void **state)
{
    struct fixture *f = *state;
    char *text = changed(sample_spec,
                         "  - {rate: 100/s, for: 20s}\n  - {rate: 333/s, for: 1500ms}\n"
                         "  - {rate: 50/s}",
                         "  []");
    assert_int_equal(load_text(f, text, NULL), LS_E_DATA);
    check_report(f, "LS2012", 6, "there is no arrival phase");
    free(text);
    for (unsigned phases = LS_SPEC_PHASES_MAX; phases <= LS_SPEC_PHASES_MAX + 1; phases++) {
        char list[LS_SPEC_PHASES_MAX * 32];
        size_t length = 0;
        for (unsigned i = 3; i < phases; i++) {
            length += (size_t)snprintf(list + length, sizeof list - length,
                                       "{rate: 9/s, for: 5m}\n  - ");
        }
        snprintf(list + length, sizeof list - length, "%s", LAST);
        text = changed(sample_spec, LAST, list);
        assert_int_equal(load_text(f, text, NULL) == 0, phases == LS_SPEC_PHASES_MAX);
        free(text);
    }
    check_report(f, "LS2012", 6, "a spec has at most 256 arrival phases");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(every_kind_of_phase_is_bound),
        FIXTURE_TEST(the_short_form_is_another_way_to_write),
        FIXTURE_TEST(what_does_not_fit_is_refused),
        FIXTURE_TEST(only_the_last_phase_is_endless),
        FIXTURE_TEST(there_are_phases_and_not_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
