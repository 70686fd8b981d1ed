#include "pipeline/stream/ordered.h"

#include "pipeline/scenario_test.h"

#include <stdlib.h>

static const struct scenario scenario = {
    .name = "ordered",
    .view = "{name: v, from: [sale, visit], by: [item], rolling: {over: 1s}, select: {n: count, l: "
            "{last: item}, x: {expr: amount}}}"};

static void plan(struct pipe *p)
{
    char views[512];
    snprintf(views, sizeof views, "  views:\n    - %s\n", scenario.view);
    plan_kinds(p, views, NULL);
}

/* A record that waits, of nothing but its place. */
static struct ls_waiting *waiting(struct pipe *p, const struct ls_place_in_order *place)
{
    struct ls_waiting *record = ls_waiting_restore(view_of(p, "v")->sources, true, place, NULL, 0,
                                                   NULL, 0, &p->base.err);
    assert_non_null(record);
    return record;
}

/* Times, ids, topics, partitions and positions of which many are equal. */
static struct ls_place_in_order draw_place(uint64_t key, uint64_t i)
{
    static const char *const ids[] = {"a", "b", "ba"};
    const char *id = ids[ls_below(ls_word(key, i, 1), 3)];
    return (struct ls_place_in_order){.event_time = (int64_t)ls_below(ls_word(key, i, 0), 6) - 3,
                                      .id = (const uint8_t *)id,
                                      .id_size = (uint32_t)strlen(id),
                                      .topic = (uint32_t)ls_below(ls_word(key, i, 2), 2),
                                      .partition = (uint32_t)ls_below(ls_word(key, i, 3), 3),
                                      .position = i};
}

/* Whatever comes in between, records come out in the order, and none at or behind the low
 * watermark. */
static void test_order(void **state)
{
    enum { COUNT = 300 };
    struct pipe *p = *state;
    plan(p);
    for (uint64_t round = 0; round < 20; round++) {
        struct ls_ordered ordered = {0};
        uint64_t key = ls_stream_key(round, "ordered");
        for (uint64_t i = 0; i < COUNT; i++) {
            const struct ls_place_in_order place = draw_place(key, i);
            FINE(p, ls_ordered_add(&ordered, view_of(p, "v"), waiting(p, &place), &p->base.err));
        }
        size_t taken = 0;
        struct ls_place_in_order before = {.event_time = INT64_MIN};
        char id[4];
        for (int64_t low = -3; low <= 3; low++) {
            struct ls_waiting *record;
            while ((record = ls_ordered_take(&ordered, low))) {
                assert_true(record->place.event_time < low);
                assert_true(ls_order(&before, &record->place) < 0);
                before = record->place;
                memcpy(id, before.id, before.id_size);
                before.id = (const uint8_t *)id;
                ls_mem_free(record);
                taken++;
            }
            assert_true(ordered.count == 0 || ordered.heap[0]->place.event_time >= low);
        }
        assert_int_equal(taken, COUNT);
        assert_null(ls_ordered_take(&ordered, INT64_MAX));
        ls_ordered_clear(&ordered);
    }
}

/* At equality it waits: another record of that time may come. */
static void test_equality(void **state)
{
    struct pipe *p = *state;
    struct ls_ordered ordered = {0};
    const struct ls_place_in_order place = {
        .event_time = 5, .id = (const uint8_t *)"a", .id_size = 1};
    plan(p);
    FINE(p, ls_ordered_add(&ordered, view_of(p, "v"), waiting(p, &place), &p->base.err));
    assert_null(ls_ordered_take(&ordered, INT64_MIN));
    assert_null(ls_ordered_take(&ordered, 5));
    ls_mem_free(ls_ordered_take(&ordered, 6));
    assert_int_equal(ordered.count, 0);
    ls_ordered_clear(&ordered);
}

/* A copy of what the record brings: nothing of the record is borrowed. */
static void test_copies(void **state)
{
    static struct brought brought; /* large */
    static struct ls_contribution back;
    static const struct scenario one = {
        .name = "copies",
        .view = NULL,
        .events = {AT(7, "id", 12, "pen", .topic = VISIT, .partition = 1)}};
    struct pipe *p = *state;
    struct ls_buf scratch;
    plan(p);
    ls_buf_init(&scratch, "scratch", 1U << 16);
    bring(p, &one, 0, &brought);
    struct ls_waiting *record = ls_waiting_new(view_of(p, "v"), &brought.contribution,
                                               &brought.place, &scratch, &p->base.err);
    assert_non_null(record);
    memset(&brought, 0xee, sizeof brought);
    memset(scratch.data, 0xee, scratch.size);
    assert_int_equal(record->place.event_time, 7);
    assert_int_equal(record->place.id_size, 2);
    assert_memory_equal(record->place.id, "id", 2);
    assert_int_equal(record->place.partition, 1);
    assert_ptr_equal(record->source, view_of(p, "v")->by_topic[VISIT]);
    assert_true(record->joins);
    assert_int_equal(record->key_size, 5);
    assert_memory_equal(record->key, "\2\6pen", 5);
    back.source = record->source;
    assert_ptr_equal(ls_contribution_get(view_of(p, "v"), record->contribution, &back),
                     record->contribution + record->contribution_size);
    assert_memory_equal(back.inputs[1].bytes, "pen", 3);
    assert_int_equal(back.kept[0].number, 12);
    ls_mem_free(record);
    ls_buf_clear(&scratch);
}

/* Those that no checkpoint has: in no order, each once; one that is in none is left alone. */
static void test_newcomers(void **state)
{
    enum { COUNT = 5 };
    struct pipe *p = *state;
    const struct ls_place_in_order place = {.id = (const uint8_t *)"", .id_size = 0};
    plan(p);
    for (int first = 0; first < COUNT; first++) {
        struct ls_newcomers newcomers = {0};
        struct ls_waiting *records[COUNT];
        for (int i = 0; i < COUNT; i++) {
            records[i] = waiting(p, &place);
            if (i != 2) {
                ls_newcomers_add(&newcomers, records[i]);
            }
        }
        for (int i = 0; i < COUNT; i++) {
            struct ls_waiting *record = records[(first + i) % COUNT];
            ls_newcomers_remove(&newcomers, record);
            ls_newcomers_remove(&newcomers, record);
            assert_false(record->is_new);
            int left = 0;
            for (struct ls_waiting *at = newcomers.first; at; at = at->older) {
                assert_true(at->is_new && at != record);
                assert_true(!at->older || at->older->newer == at);
                left++;
            }
            int out = 0; /* of those that are left, number 2 never was one */
            for (int k = i + 1; k < COUNT; k++) {
                out += (first + k) % COUNT != 2;
            }
            assert_int_equal(left, out);
        }
        for (int i = 0; i < COUNT; i++) {
            ls_mem_free(records[i]);
        }
    }
}

static void test_refused_memory(void **state)
{
    static struct brought brought; /* large */
    static const struct scenario one = {.name = "refused", .view = NULL, .events = {AT(7, "id")}};
    struct pipe *p = *state;
    plan(p);
    bring(p, &one, 0, &brought);
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_ordered ordered = {0};
        struct ls_buf scratch;
        ls_buf_init(&scratch, "scratch", 1U << 16);
        ls_mem_refuse(refused + 1);
        struct ls_waiting *record = ls_waiting_new(view_of(p, "v"), &brought.contribution,
                                                   &brought.place, &scratch, &p->base.err);
        rc = record ? ls_ordered_add(&ordered, view_of(p, "v"), record, &p->base.err)
                    : p->base.err.code;
        ls_mem_refuse(0);
        if (rc < 0) { /* it is still the caller's */
            assert_int_equal(rc, LS_E_NOMEM);
            ls_mem_free(record);
        }
        ls_ordered_clear(&ordered);
        ls_buf_clear(&scratch);
    }
    assert_int_equal(refused, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_order),     PIPE_TEST(test_equality),       PIPE_TEST(test_copies),
        PIPE_TEST(test_newcomers), PIPE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
