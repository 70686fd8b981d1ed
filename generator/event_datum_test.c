#include "generator/event_datum.h"

#include "core/avro/frame.h"
#include "generator/fixture_test.h"

/* Whatever fault made it: a value is damaged when the decoder says so. */
static void damage_is_told_by_reading(void **state)
{
    struct maker *m = *state;
    size_t damaged[2] = {0, 0};
    plan_fine(m, sample_spec, NULL);
    make_run(m, 4000);
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        struct ls_span datum = {NULL, NULL};
        const char *trouble = ls_event_datum(&m->plan->types[e->type], e, &datum);
        bool meant = e->fault == LS_FAULT_TRUNCATED || e->fault == LS_FAULT_CORRUPT;
        assert_true((trouble != NULL) == meant);
        if (meant) {
            damaged[e->fault == LS_FAULT_CORRUPT]++;
        } else {
            assert_ptr_equal(datum.at, e->value + LS_SINGLE_OBJECT_SIZE);
            assert_ptr_equal(datum.end, e->value + e->value_size);
        }
    }
    assert_true(damaged[0] > 10 && damaged[1] > 10);
}

/* The bytes of a sound value, changed. */
static void what_is_wrong_is_said(void **state)
{
    struct maker *m = *state;
    struct ls_span datum;
    uint8_t bytes[1000];
    plan_fine(m, sample_spec, NULL);
    struct ls_event e = make(m, 0);
    const struct ls_plan_type *type = &m->plan->types[e.type];
    assert_null(ls_event_datum(type, &e, &datum));
    memcpy(bytes, e.value, e.value_size);
    e.value = bytes;
    bytes[e.value_size] = 0;
    e.value_size++;
    assert_string_equal(ls_event_datum(type, &e, &datum), "bytes follow the datum");
    e.value_size -= 2;
    assert_string_equal(ls_event_datum(type, &e, &datum), "the bytes end inside the datum");
    e.value_size++;
    bytes[5] ^= 1;
    assert_string_equal(ls_event_datum(type, &e, &datum), "its frame names another schema");
    e.value_size = 9;
    assert_string_equal(ls_event_datum(type, &e, &datum), "it begins with no single-object frame");
    e.value_size = 0;
    assert_string_equal(ls_event_datum(type, &e, &datum), "it begins with no single-object frame");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(damage_is_told_by_reading),
        MAKER_TEST(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
