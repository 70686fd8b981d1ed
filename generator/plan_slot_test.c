#include "generator/fixture_test.h"
#include "generator/interleave.h"

#include <math.h>

/* One free type `visit` and a lifecycle of others; weights, steps and what else is there as wanted.
 */
static void write_spec(struct text *out, const char *weights[2], const char *steps,
                       const char *rest)
{
    static const char *const names[] = {"order", "payment", "refund", "cancel"};
    out->size = 0;
    add(out,
        "lockstep: 1\ndomain: shop\nseed: 5\nstart: 2026-01-01T00:00:00Z\n%sentities:\n"
        "  customer: {count: 100, id: \"C{n}\"}\nevent_types:\n",
        strstr(rest, "arrival:") ? "" : "arrival: [{rate: 100/s}]\n");
    for (int k = 0; k < 4; k++) {
        if (k == 0 || strstr(steps, names[k])) {
            add(out,
                "  - {name: %s, entity: customer%s%s, attributes: [{name: own, type: string, "
                "id: \"N{n}\"}]}\n",
                names[k], k ? "" : ", weight: ", k ? "" : weights[0]);
        }
    }
    add(out,
        "  - {name: visit, entity: customer, weight: %s, attributes: [{name: own, type: "
        "string, id: \"N{n}\"}]}\n"
        "lifecycles:\n  purchase:\n    entity: customer\n    steps:\n      - {event: order}\n"
        "%spipeline: {watermark: {delay: 1s}, dedupe: {horizon: 1m}}\n%s",
        weights[1], steps, rest);
}

static const char one_step[] =
    "      - {event: payment, after: {exponential: {mean: 4s}, max: 1m}}\n";

static void rounds_are_the_smallest_in_proportion(void **state)
{
    static const struct {
        const char *weights[2];
        const char *steps;
        uint64_t starts, round;
    } cases[] = {
        {{"30", "100"}, "", 3, 13},
        {{"30", "100"}, one_step, 3, 16},
        {{"31", "101"}, one_step, 31, 163},
        {{"5", "5"}, one_step, 1, 3},
        {{"1", "1000000"}, one_step, 1, 1000002},
        {{"1000000", "500000"}, one_step, 2, 5},
    };
    struct maker *m = *state;
    struct text *text = calloc(1, sizeof *text);
    assert_non_null(text);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const char *weights[2] = {cases[k].weights[0], cases[k].weights[1]};
        write_spec(text, weights, cases[k].steps, "");
        const struct ls_slots *slots = &plan_fine(m, text->text, NULL)->slots;
        assert_int_equal(slots->lifecycle_count, 1);
        assert_int_equal(slots->lifecycles[0].starts, cases[k].starts);
        assert_int_equal(slots->round, cases[k].round);
    }
    const char *weights[2] = {"524288", "1"}; /* and as many payments */
    write_spec(text, weights, one_step, "");
    assert_int_equal(plan_text(m, text->text, NULL), LS_E_DATA);
    check_report(&m->base, "LS2021", line_of(text->text, "lifecycles:") + 1,
                 "the weights of lifecycles and free events make rounds of 1048577 events, at most "
                 "1048576");
    free(text);
}

static void without_lifecycles_there_are_no_rounds(void **state)
{
    const struct ls_slots *slots = &plan_fine(*state, sample_spec, NULL)->slots;
    assert_int_equal(slots->lifecycle_count, 0);
    assert_int_equal(slots->round, 0);
}

static void steps_are_what_the_spec_says(void **state)
{
    static const struct {
        const char *type;
        int follows, unless;
        struct ls_ratio chance;
        const char *stream;
    } steps[] = {
        {"order", -1, -1, {1, 1}, "lifecycles.purchase.order"},
        {"payment", 0, -1, {9, 10}, "lifecycles.purchase.payment"},
        {"refund", 1, -1, {1, 3}, "lifecycles.purchase.refund"},
        {"cancel", 0, 1, {1, 2}, "lifecycles.purchase.cancel"},
    };
    const struct ls_plan *plan = plan_fine(*state, session_spec, NULL);
    const struct ls_lifecycle *purchase = &plan->slots.lifecycles[0];
    const struct ls_lifecycle *delivery = &plan->slots.lifecycles[1];
    assert_int_equal(plan->slots.lifecycle_count, 2);
    assert_int_equal(plan->slots.round, 3 * 4 + 2 + 4);
    assert_true(plan->slots.round_key == ls_stream_key(11, "lifecycles.round"));
    assert_true(purchase->begin == 0 && purchase->starts == 3 && purchase->step_count == 4);
    assert_true(delivery->begin == 12 && delivery->starts == 1 && delivery->step_count == 2);
    for (size_t k = 0; k < 4; k++) {
        const struct ls_step *step = &purchase->steps[k];
        struct ls_chance chance = ls_chance_of(steps[k].chance);
        assert_string_equal(plan->types[step->type].spec->name, steps[k].type);
        assert_int_equal(step->follows, steps[k].follows);
        assert_int_equal(step->unless, steps[k].unless);
        assert_true(step->chance.possible && step->chance.last == chance.last);
        assert_true(step->key == ls_stream_key(11, steps[k].stream));
        assert_int_equal(step->lags != NULL, k > 0);
    }
}

/* Event time of every payment less that of its order, in index order. */
static size_t delays_of(struct maker *m, uint64_t count, double *out)
{
    size_t found = 0;
    for (uint64_t i = 0; i < count; i++) {
        struct ls_slot slot;
        struct ls_slot_cache cache = {0};
        ls_slot_find(&m->plan->slots, i, ls_slot_is_copy(&m->plan->slots, i, &cache), &slot);
        if (slot.depth == 1) {
            out[found++] = (double)(ls_arrival_time(&m->plan->arrival, i) -
                                    ls_arrival_time(&m->plan->arrival, slot.chain[0]));
        }
    }
    return found;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov's distance of delays from an exponential of this mean. */
static double distance(double *delays, size_t count, double mean_ms)
{
    double most = 0;
    qsort(delays, count, sizeof *delays, compare);
    for (size_t k = 0; k < count; k++) {
        double below = 1 - exp(-delays[k] / mean_ms);
        most = fmax(most, fmax(fabs((double)(k + 1) / (double)count - below),
                               fabs((double)k / (double)count - below)));
    }
    return most;
}

/* Whatever else takes places: what comes `after` comes so long after, at the schedule's mean rate.
 */
static void steps_come_as_long_after_as_is_said(void **state)
{
    enum { COUNT = 60000 };
    static const struct {
        const char *weights[2];
        const char *rest;
    } cases[] = {
        {{"30", "10"}, ""},
        {{"1", "9"}, ""},
        {{"30", "10"}, "faults: {duplicate: {rate: 1/2, gap: {uniform: [1, 9]}}}\n"},
        {{"30", "10"}, "arrival: [{rate: 7/s, for: 1m}, {rate: 100/s}]\n"},
        {{"30", "10"}, "arrival: [{poisson: 50/s}]\n"},
        {{"3", "1"}, "arrival: [{rate: 100/s, burst: {rate: 900/s, every: 1s, for: 100ms}}]\n"},
    };
    struct maker *m = *state;
    struct text *text = calloc(1, sizeof *text);
    double *delays = calloc(COUNT, sizeof *delays);
    assert_true(text && delays);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const char *weights[2] = {cases[k].weights[0], cases[k].weights[1]};
        write_spec(text, weights,
                   "      - {event: payment, after: {exponential: {mean: 20s}, max: 10m}}\n",
                   cases[k].rest);
        plan_fine(m, text->text, NULL);
        size_t count = delays_of(m, COUNT, delays);
        double d = distance(delays, count, 20000);
        if (count < COUNT / 15 || d > .04) {
            fail_msg("case %zu: %zu payments, %f off", k, count, d);
        }
    }
    free(delays);
    free(text);
}

static void a_zipf_is_no_delay(void **state)
{
    CHECK_PLAN_MISTAKES(
        *state, session_spec,
        {{"after: {exponential: {mean: 4s}, max: 1m}", "after: {zipf: {s: 1, n: 9}, max: 1m}",
          "LS2018", NULL, "a zipf is no delay between two steps"},
         {"{normal: {mean: 12s, deviation: 3s}", "{normal: {mean: 12, deviation: 3s}", "LS2018",
          NULL, "a duration is wanted"}});
}

static void refused_memory_is_an_error(void **state)
{
    struct maker *m = *state;
    unsigned refused = 0;
    int rc;
    load_fine(&m->base, session_spec, NULL);
    do {
        ls_mem_refuse(++refused);
        rc = ls_plan_new(m->base.spec, &m->plan, &m->base.report, &m->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        assert_true((rc == 0) == (m->plan != NULL));
        assert_int_equal(m->base.report.size, 0);
    } while (rc != 0);
    assert_true(refused > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(rounds_are_the_smallest_in_proportion),
        MAKER_TEST(without_lifecycles_there_are_no_rounds),
        MAKER_TEST(steps_are_what_the_spec_says),
        MAKER_TEST(steps_come_as_long_after_as_is_said),
        MAKER_TEST(a_zipf_is_no_delay),
        MAKER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
