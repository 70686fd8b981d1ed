#include "generator/event_json.h"

#include "core/avro/frame.h"
#include "generator/event_datum.h"
#include "generator/fixture_test.h"

/* A type by itself, and an event of it with this value. */
struct made {
    struct ls_schema *schema;
    struct ls_spec_event_type spec;
    struct ls_spec_version version;
    struct ls_plan_type type;
    struct ls_event event;
    uint8_t value[64];
};

static void make_one(struct made *made, const char *schema, const void *datum, size_t size)
{
    struct ls_error err;
    *made = (struct made){.event = {.index = 17, .partition = 3, .timestamp_ms = 1}};
    assert_int_equal(ls_schema_parse(schema, strlen(schema), &made->schema, &err), 0);
    made->version.schema = made->schema;
    made->type.version = &made->version;
    made->spec.topic = "raw.test.thing";
    made->type.spec = &made->spec;
    uint8_t *at = ls_put_single_object(made->value, made->schema->crc64);
    memcpy(at, datum, size);
    made->event.value = made->value;
    made->event.value_size = LS_SINGLE_OBJECT_SIZE + (uint32_t)size;
    made->event.key = (const uint8_t *)"k\"\n\xc3\xa9";
    made->event.key_size = 5;
}

static void check_line(const struct made *made, const char *wanted)
{
    struct ls_error err;
    struct ls_buf out;
    ls_buf_init(&out, "test", 10000);
    assert_int_equal(ls_event_json(&made->type, &made->event, &out, &err), 0);
    assert_string_equal(ls_buf_text(&out, &err), wanted);
    ls_buf_clear(&out);
}

#define RECORD                                                                                     \
    "\"topic\":\"raw.test.thing\",\"partition\":3,\"timestamp\":\"1970-01-01T00:00:00.001Z\","     \
    "\"key\":\"k\\\"\\u000a\xc3\xa9\","

static void a_line_is_the_record_and_its_value(void **state)
{
    (void)state;
    struct made made;
    make_one(&made,
             "{\"type\":\"record\",\"name\":\"r\",\"fields\":["
             "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
             "{\"name\":\"some\",\"type\":{\"type\":\"array\",\"items\":\"double\"}},"
             "{\"name\":\"none\",\"type\":[\"null\",\"string\"]},"
             "{\"name\":\"raw\",\"type\":\"bytes\"}]}",
             "\x02\x02\x9a\x99\x99\x99\x99\x99\xb9\x3f\x00\x00\x04\xff\x41", 15);
    check_line(&made, "{" RECORD "\"value\":{\"at\":\"1970-01-01T00:00:00.001Z\",\"some\":[0.1],"
                      "\"none\":null,\"raw\":\"\\u00ffA\"}}\n");
    ls_schema_free(made.schema);
}

static void a_damaged_value_is_its_bytes(void **state)
{
    (void)state;
    struct made made;
    struct ls_error err;
    struct ls_buf out;
    make_one(&made, "\"string\"",
             "\x08"
             "abc",
             4);
    for (size_t i = 0; i < 8; i++) { /* the fingerprint is not what this is about */
        made.value[2 + i] = 0x11;
    }
    made.schema->crc64 = UINT64_C(0x1111111111111111);
    check_line(&made, "{" RECORD "\"value\":null,\"damaged\":\"the bytes end inside the datum\","
                      "\"bytes\":\"c301111111111111111108616263\"}\n");
    ls_buf_init(&out, "test", 1000);
    assert_int_equal(ls_event_json_damaged(&made.type, &made.event, &out, &err), 0);
    assert_string_equal(ls_buf_text(&out, &err),
                        "{\"index\":17," RECORD "\"damaged\":\"the bytes end inside the datum\","
                        "\"bytes\":\"c301111111111111111108616263\"}\n");
    ls_buf_clear(&out);
    ls_schema_free(made.schema);
}

static void a_full_buffer_and_refused_memory_are_errors(void **state)
{
    struct maker *m = *state;
    struct ls_buf out;
    plan_fine(m, sample_spec, NULL);
    make_run(m, 200);
    bool damaged = false;
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        const struct ls_plan_type *type = &m->plan->types[e->type];
        struct ls_span datum;
        int rc = LS_E_DATA;
        damaged = damaged || ls_event_datum(type, e, &datum);
        for (size_t room = i ? 700 : 0; rc < 0; room++) {
            ls_buf_init(&out, "test", room);
            rc = ls_event_json(type, e, &out, &m->base.err);
            assert_true(rc == 0 || rc == LS_E_DATA);
            ls_buf_clear(&out);
        }
    }
    assert_true(damaged);
    ls_buf_init(&out, "test", 1000);
    ls_mem_refuse(1);
    assert_int_equal(ls_event_json(&m->plan->types[m->run.events[0].type], &m->run.events[0], &out,
                                   &m->base.err),
                     LS_E_NOMEM);
    ls_mem_refuse(0);
    ls_buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_the_record_and_its_value),
        cmocka_unit_test(a_damaged_value_is_its_bytes),
        MAKER_TEST(a_full_buffer_and_refused_memory_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
