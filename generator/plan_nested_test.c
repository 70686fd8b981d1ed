#include "core/avro/frame.h"
#include "generator/fixture_test.h"
#include "generator/statistics_test.h"

enum { EVENTS = 12000, ITEMS = 5, KEYS = 3 };

static const char spec_text[] =
    "lockstep: 1\ndomain: nested\nseed: 77\nstart: 2026-01-01T00:00:00Z\narrival: [{rate: 10/s}]\n"
    "entities: {user: {count: 3, id: \"U{n}\"}}\n"
    "event_types:\n"
    "  - name: made\n"
    "    weight: 1\n"
    "    entity: user\n"
    "    metrics:\n"
    "      - {name: tags, type: array, least: 1, most: 5, items: {type: enum, choice: {a: 5, b: 3, "
    "c: 2}}}\n"
    "      - {name: sums, type: array, least: 2, most: 2, items: {type: long, uniform: [-9, 500], "
    "max: 500}}\n"
    "      - {name: labels, type: map, keys: [one, two, three], present: 2/3, values: {type: int, "
    "uniform: [0, 999]}}\n"
    "topics: {partitions: 1}\n"
    "pipeline: {watermark: {delay: 1s}, dedupe: {horizon: 1m}}\n";

static const struct ls_op *plan_op(struct maker *m, const char *text, size_t field)
{
    const struct ls_plan *plan = plan_fine(m, text, NULL);
    const struct ls_plan_type *type = &plan->types[0];
    return &type->ops.items[type->ops.hidden_count + field];
}

/* The streams are those of docs/generation.md. */
static void each_item_has_a_stream_of_its_own(void **state)
{
    struct maker *m = *state;
    const struct ls_op *tags = plan_op(m, spec_text, 0);
    const struct ls_op *labels = tags + 2;
    assert_int_equal(tags->kind, LS_OP_ARRAY);
    assert_int_equal(tags->parts->count, 5);
    assert_int_equal(tags->parts->least, 1);
    assert_true(tags->key == ls_stream_key(77, "event_types.made.tags"));
    assert_true(tags->parts->items[0].key == ls_stream_key(77, "event_types.made.tags[0]"));
    assert_true(tags->parts->items[4].key == ls_stream_key(77, "event_types.made.tags[4]"));
    assert_int_equal(labels->kind, LS_OP_MAP);
    assert_int_equal(labels->parts->count, 3);
    assert_true(labels->parts->items[1].key == ls_stream_key(77, "event_types.made.labels.two"));
    assert_true(labels->parts->keys[2].key ==
                ls_stream_key(77, "event_types.made.labels.three.present"));
    assert_int_equal(labels->parts->present.part, 2);
    assert_int_equal(labels->parts->present.whole, 3);
    for (size_t k = 0; k < 2; k++) { /* bounds of an item are its own */
        assert_int_equal(tags[1].parts->items[k].low, -9);
        assert_int_equal(tags[1].parts->items[k].high, 500);
    }
}

/* One event's arrays, as numbers. */
struct drawn {
    size_t count;
    int64_t tags[ITEMS];
    int64_t sums[2];
    bool present[KEYS];
    int64_t labels[KEYS];
};

static int64_t take_long(struct ls_span *span)
{
    int64_t number;
    assert_int_equal(ls_get_long(span, &number), LS_DECODE_OK);
    return number;
}

static void read_event(const struct ls_layout *layout, const struct ls_event *e, struct drawn *out)
{
    static const char *const keys[] = {"one", "two", "three"};
    struct ls_cell cells[LS_PLAN_CELLS_MAX];
    assert_int_equal(ls_row_decode(layout, e->value + LS_SINGLE_OBJECT_SIZE,
                                   e->value_size - LS_SINGLE_OBJECT_SIZE, cells, NULL, NULL),
                     LS_DECODE_OK);
    *out = (struct drawn){0};
    const struct ls_cell *tags = &cells[LS_COLUMN_PAYLOAD];
    struct ls_span span = {tags->bytes, tags->bytes + tags->size};
    out->count = (size_t)take_long(&span);
    assert_in_range(out->count, 1, ITEMS);
    for (size_t k = 0; k < out->count; k++) {
        out->tags[k] = take_long(&span);
    }
    span = (struct ls_span){tags[1].bytes, tags[1].bytes + tags[1].size};
    assert_int_equal(take_long(&span), 2);
    out->sums[0] = take_long(&span);
    out->sums[1] = take_long(&span);
    span = (struct ls_span){tags[2].bytes, tags[2].bytes + tags[2].size};
    size_t key = 0;
    for (int64_t left = take_long(&span); left > 0; left--) {
        const uint8_t *text;
        size_t size;
        assert_int_equal(ls_get_string(&span, &text, &size), LS_DECODE_OK);
        while (strlen(keys[key]) != size || memcmp(keys[key], text, size) != 0) {
            assert_true(++key < KEYS); /* in the order of the spec */
        }
        out->present[key] = true;
        out->labels[key++] = take_long(&span);
    }
}

static void items_follow_their_laws(void **state)
{
    static const double choice[] = {0.5, 0.3, 0.2};
    static const double even[] = {0.2, 0.2, 0.2, 0.2, 0.2};
    static struct drawn drawn[EVENTS];
    static double a[EVENTS];
    static double b[EVENTS];
    struct maker *m = *state;
    const struct ls_plan *plan = plan_fine(m, spec_text, NULL);
    unsigned counts[ITEMS] = {0};
    unsigned tags[ITEMS][3] = {{0}};
    double present[KEYS] = {0};
    make_run(m, EVENTS);
    for (size_t i = 0; i < EVENTS; i++) {
        read_event(plan->types[0].version->layout, &m->run.events[i], &drawn[i]);
        counts[drawn[i].count - 1]++;
        for (size_t k = 0; k < drawn[i].count; k++) {
            tags[k][drawn[i].tags[k]]++;
        }
        for (size_t k = 0; k < KEYS; k++) {
            present[k] += drawn[i].present[k];
        }
        for (size_t k = 0; k < 2; k++) {
            assert_true(drawn[i].sums[k] >= -9 && drawn[i].sums[k] <= 500);
        }
    }
    check_shares("how many items", counts, even, ITEMS);
    for (size_t k = 0; k < ITEMS; k++) {
        check_shares("tags", tags[k], choice, 3);
    }
    for (size_t k = 0; k < KEYS; k++) {
        check_share("present", present[k], 2.0 / 3, EVENTS);
    }
    /* neighbours, a key's value and its being there, the number of items and the first: unrelated
     */
    for (size_t pair = 0; pair < 5; pair++) {
        size_t count = 0;
        for (size_t i = 0; i < EVENTS; i++) {
            const struct drawn *d = &drawn[i];
            const double pairs[5][2] = {{(double)d->sums[0], (double)d->sums[1]},
                                        {d->present[0], d->present[1]},
                                        {(double)d->count, (double)d->tags[0]},
                                        {(double)d->labels[0], (double)d->labels[1]},
                                        {(double)d->labels[2], d->present[0]}};
            bool both = pair < 3 || (d->present[0] && d->present[1] && pair == 3) ||
                        (pair == 4 && d->present[2]);
            a[count] = pairs[pair][0];
            b[count] = pairs[pair][1];
            count += both;
        }
        check_unrelated("items", a, b, count);
    }
}

static void what_is_wrong_with_items_is_told_once(void **state)
{
    struct maker *m = *state;
    CHECK_PLAN_MISTAKES(m, spec_text,
                        {{"uniform: [0, 999]", "uniform: [9, 0]", "LS2018", NULL,
                          "the second bound is below the first"},
                         {"least: 1, most: 5, items: {type: enum, choice: {a: 5, b: 3, c: 2}}",
                          "most: 64, items: {type: string, pattern: \"[a-z]{255}[a-z]{40}\"}",
                          "LS2018", NULL, "at most 16384"}});
}

/* Each refused allocation is an error. */
static void refused_memory_is_an_error(void **state)
{
    struct maker *m = *state;
    int rc;
    unsigned refused = 0;
    load_fine(&m->base, spec_text, NULL);
    do {
        ls_plan_free(m->plan);
        ls_mem_refuse(++refused);
        rc = ls_plan_new(m->base.spec, &m->plan, &m->base.report, &m->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    } while (rc != 0);
    assert_true(refused > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(each_item_has_a_stream_of_its_own),
        MAKER_TEST(items_follow_their_laws),
        MAKER_TEST(what_is_wrong_with_items_is_told_once),
        MAKER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
