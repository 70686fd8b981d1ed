#include "generator/fixture_test.h"

#include "core/base/buf.h"

/* What every spec of this file has round its populations and event types. */
static const char head[] = "lockstep: 1\n"
                           "domain: d\n"
                           "seed: 1\n"
                           "start: 2026-01-01\n"
                           "arrival: [{rate: 9/s}]\n"
                           "pipeline: {watermark: {delay: 1s}, dedupe: {horizon: 1m}}\n";
static const char lifecycle[] =
    "lifecycles:\n"
    "  pair:\n"
    "    entity: one\n"
    "    steps:\n"
    "      - {event: begin}\n"
    "      - {event: end, after: {uniform: [1s, 2s], max: 2s}}\n"
    "entities: {one: {count: 9, id: \"O{n}\"}}\n"
    "event_types:\n"
    "  - {name: free, weight: 1, entity: one, metrics: [{name: x, type: int, const: 1}]}\n";

static struct ls_error refused;
#define ADD(text, ...) assert_int_equal(ls_buf_appendf(text, &refused, __VA_ARGS__), 0)

/* f0, and so many fields each computed from the one before it; `end` takes the last of them. */
static void make_chain(struct ls_buf *text, unsigned length)
{
    ADD(text, "%s%s", head, lifecycle);
    ADD(text, "  - name: begin\n    weight: 1\n    entity: one\n    metrics:\n"
              "      - {name: f0, type: int, uniform: [0, 9]}\n");
    for (unsigned k = 1; k <= length; k++) {
        ADD(text, "      - {name: f%u, type: int, expr: f%u + 1, max: 99}\n", k, k - 1);
    }
    ADD(text, "  - {name: end, entity: one, metrics: [{name: last, type: int, ref: begin.f%u}]}\n",
        length);
}

/* The sum of so many attributes of entities, in two fields. */
static void make_sums(struct ls_buf *text, unsigned terms)
{
    ADD(text, "%sentities:\n", head);
    for (unsigned e = 0; e < 3; e++) {
        ADD(text, "  e%u:\n    count: 9\n    id: \"E{n}\"\n    attributes:\n", e);
        for (unsigned a = 0; a < LS_SPEC_FIELDS_MAX; a++) {
            ADD(text, "      - {name: a%u, type: int, uniform: [0, 9]}\n", a);
        }
    }
    ADD(text, "event_types:\n  - name: sum\n    weight: 1\n    entity: e0\n    metrics:\n");
    for (unsigned f = 0; f < 2; f++) {
        ADD(text, "      - {name: f%u, type: int, expr: 0", f);
        for (unsigned t = f; t < terms; t += 2) {
            ADD(text, " + e%u.a%u", t / LS_SPEC_FIELDS_MAX, t % LS_SPEC_FIELDS_MAX);
        }
        ADD(text, "}\n");
    }
}

/* One more is told, on the line of `at`. */
static void check_limit(struct maker *m, void (*write)(struct ls_buf *text, unsigned size),
                        unsigned size, const char *rule, const char *at, const char *message)
{
    for (unsigned over = 0; over <= 1; over++) {
        struct ls_buf text;
        ls_buf_init(&text, "test spec", 1 << 20);
        write(&text, size + over);
        const char *spec = ls_buf_text(&text, &refused);
        assert_non_null(spec);
        if (over) {
            assert_int_equal(plan_text(m, spec, NULL), LS_E_DATA);
            check_report(&m->base, rule, line_of(spec, at), message);
        } else {
            plan_fine(m, spec, NULL);
        }
        ls_buf_clear(&text);
    }
}

static void values_of_earlier_events_are_nested_so_far(void **state)
{
    check_limit(*state, make_chain, 32, "LS2106", "f0 + 1", "computed through more than 32 others");
}

static void an_event_type_has_room_for_so_many_values(void **state)
{
    check_limit(*state, make_sums, LS_PLAN_CELLS_MAX - LS_COLUMN_PAYLOAD - 2, "LS2010",
                "- {name: f1,", "values of entities and earlier events");
}

/* Two fields that are made of one another are told, though a later step takes one of them. */
static void fields_below_are_not_known(void **state)
{
    struct maker *m = *state;
    struct ls_buf text;
    ls_buf_init(&text, "test spec", 1 << 20);
    make_chain(&text, 1);
    const char *spec = ls_buf_text(&text, &refused);
    assert_non_null(spec);
    char *wrong = changed(spec, "uniform: [0, 9]", "expr: f1 + 1, max: 9");
    assert_int_equal(plan_text(m, wrong, NULL), LS_E_DATA);
    check_report(&m->base, "LS2102", line_of(spec, "name: f0"), "`f1` stands below");
    free(wrong);
    ls_buf_clear(&text);
}

/* A field in a record is among the names that could be meant. */
static void fields_of_records_are_suggested(void **state)
{
    struct maker *m = *state;
    struct ls_buf text;
    ls_buf_init(&text, "test spec", 1 << 20);
    ADD(&text,
        "%sentities: {one: {count: 9, id: \"O{n}\"}}\n"
        "event_types:\n"
        "  - name: parcel\n    weight: 1\n    entity: one\n    metrics:\n"
        "      - {name: box, type: record, fields: [{name: weight, type: int, uniform: [1, 9]}]}\n"
        "      - {name: twice, type: int, expr: wieght * 2}\n",
        head);
    const char *spec = ls_buf_text(&text, &refused);
    assert_non_null(spec);
    assert_int_equal(plan_text(m, spec, NULL), LS_E_DATA);
    check_report(&m->base, "LS2102", line_of(spec, "name: twice"), "did you mean `weight`?");
    ls_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(values_of_earlier_events_are_nested_so_far),
        MAKER_TEST(fields_below_are_not_known),
        MAKER_TEST(fields_of_records_are_suggested),
        MAKER_TEST(an_event_type_has_room_for_so_many_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
