#include "generator/asked.h"

#include "generator/device_fixture_test.h"

#define FIELDS ", metrics: [{name: n, type: int, const: 1}]}"

static const char spec_text[] =
    "lockstep: 1\ndomain: shop\nseed: 7\nstart: 2026-01-01T00:00:00Z\narrival: [{rate: 100/s}]\n"
    "entities: {customer: {count: 40, id: \"C{n:03}\"}}\n"
    "event_types:\n"
    "  - {name: visit, weight: 6, entity: customer" FIELDS "\n"
    "  - {name: order, weight: 2, entity: customer" FIELDS "\n"
    "  - {name: search, weight: 4, entity: customer" FIELDS "\n"
    "  - {name: payment, entity: customer" FIELDS "\n"
    "  - {name: refusal, entity: customer" FIELDS "\n"
    "  - {name: refund, entity: customer" FIELDS "\n"
    "  - {name: thanks, entity: customer" FIELDS "\n"
    "lifecycles:\n"
    "  purchase:\n"
    "    entity: customer\n"
    "    steps:\n"
    "      - {event: order}\n"
    "      - {event: payment, after: {exponential: {mean: 1s}, max: 9s}, probability: 4/5}\n"
    "      - {event: refusal, follows: order, unless: payment, after: {exponential: {mean: 1s}, "
    "max: 9s}, probability: 1/2}\n"
    "      - {event: refund, follows: payment, after: {exponential: {mean: 1s}, max: 9s}, "
    "probability: 1/4}\n"
    "      - {event: thanks, follows: payment, unless: refund, after: {exponential: {mean: 1s}, "
    "max: 9s}, probability: 1/2}\n"
    "topics: {partitions: 2}\n"
    "pipeline: {watermark: {delay: 1s}, dedupe: {horizon: 1m}}\n";

enum { TYPES = 7 };

/* A round: an order, a place for each of the four other steps, five free events. */
static void steps_have_what_is_taken_of_their_places(void **state)
{
    static const uint64_t hundredth = LS_SHARE_WHOLE / 100;
    struct maker *m = *state;
    uint64_t shares[TYPES];
    ls_asked_types(plan_fine(m, spec_text, NULL), shares);
    assert_int_equal(shares[1], 10 * hundredth);
    assert_int_equal(shares[3], 8 * hundredth);
    assert_int_equal(shares[4], hundredth); /* half of the fifth that is not paid */
    assert_int_equal(shares[5], 2 * hundredth);
    assert_int_equal(shares[6], 3 * hundredth); /* half of what is paid and kept */
    assert_int_equal(shares[0], 76 * hundredth / 10 * 6);
    assert_int_equal(shares[2], 76 * hundredth / 10 * 4);
}

static void what_is_asked_comes_out(void **state)
{
    enum { RUN = 40000, BEGIN = 4000 };
    struct maker *m = *state;
    uint64_t counts[TYPES] = {0};
    uint64_t shares[TYPES];
    ls_asked_types(plan_fine(m, spec_text, NULL), shares);
    make_run(m, RUN);
    for (size_t i = BEGIN; i < RUN; i++) {
        counts[m->run.events[i].type]++;
    }
    for (size_t t = 0; t < TYPES; t++) {
        int64_t expected = (int64_t)ls_asked_count(RUN - BEGIN,
                                                   (struct ls_ratio){shares[t], LS_SHARE_WHOLE});
        assert_in_range((int64_t)counts[t] - expected + 250, 0, 500);
    }
}

static void weights_alone(void **state)
{
    static const char text[] =
        "lockstep: 1\ndomain: d\nseed: 7\nstart: 2026-01-01T00:00:00Z\narrival: [{rate: 1/s}]\n"
        "entities: {user: {count: 4, id: \"C{n}\"}}\n"
        "event_types:\n"
        "  - {name: a, weight: 1, entity: user" FIELDS "\n"
        "  - {name: b, weight: 3, entity: user" FIELDS "\n"
        "topics: {partitions: 2}\n"
        "pipeline: {watermark: {delay: 1s}, dedupe: {horizon: 1m}}\n";
    struct maker *m = *state;
    uint64_t shares[2];
    ls_asked_types(plan_fine(m, text, NULL), shares);
    assert_int_equal(shares[0], LS_SHARE_WHOLE / 4);
    assert_int_equal(shares[1], LS_SHARE_WHOLE / 4 * 3);
}

static void words_have_their_weights(void **state)
{
    static const struct {
        const char *field;
        bool asked;
        size_t count;
        uint64_t shares[6]; /* in hundredths */
    } cases[] = {
        {"type: string, choice: {a: 3, b: 5}", true, 2, {3750, 6250}},
        {"type: enum, choice: {a: 1, b: 2, c: 3, d: 4, e: 0}",
         true,
         5,
         {1000, 2000, 3000, 4000, 0}},
        {"type: int, choice: {1: 0, 10: 1, 100: 3}", true, 3, {0, 2500, 7500}},
        {"type: string, choice: [a]", true, 1, {10000}},
        {"type: boolean, bernoulli: 1/4", true, 2, {2500, 7500}},
        {"type: boolean, bernoulli: 0", true, 2, {0, 10000}},
        {"type: boolean, bernoulli: 1", true, 2, {10000, 0}},
        {"type: string, const: a", true, 1, {10000}},
        {"type: string, words: [a, b]", false, 2, {0}},
        {"type: int, uniform: [1, 9]", false, 0, {0}},
        {"type: string, ref: device.id", false, 0, {0}},
    };
    struct maker *m = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char field[128];
        uint64_t shares[6];
        snprintf(field, sizeof field, "      - {name: f, %s}\n", cases[i].field);
        plan_device(m, "", field, "");
        const struct ls_op *op = op_named(m, 0, "f");
        assert_true(op->word_count <= 6);
        assert_int_equal(ls_asked_words(op, shares), cases[i].asked);
        assert_true(!cases[i].asked || op->word_count == cases[i].count);
        for (size_t k = 0; cases[i].asked && k < op->word_count; k++) {
            if (shares[k] != cases[i].shares[k] * (LS_SHARE_WHOLE / 10000)) {
                fail_msg("%s: word %zu has %llu", cases[i].field, k, (unsigned long long)shares[k]);
            }
        }
    }
}

static void counts_are_rounded(void **state)
{
    (void)state;
    assert_int_equal(ls_asked_count(100, (struct ls_ratio){1, 3}), 33);
    assert_int_equal(ls_asked_count(101, (struct ls_ratio){1, 2}), 51);
    assert_int_equal(ls_asked_count(0, (struct ls_ratio){1, 2}), 0);
    assert_int_equal(ls_asked_count(UINT64_MAX / 2, (struct ls_ratio){1, 1}), UINT64_MAX / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(steps_have_what_is_taken_of_their_places),
        MAKER_TEST(what_is_asked_comes_out),
        MAKER_TEST(weights_alone),
        MAKER_TEST(words_have_their_weights),
        cmocka_unit_test(counts_are_rounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
