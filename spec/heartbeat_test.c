#include "spec/heartbeat.h"

#include "core/base/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void the_fingerprint_is_that_of_the_schema(void **state)
{
    struct ls_schema *schema;
    struct ls_error err;
    (void)state;
    assert_int_equal(
        ls_schema_parse(ls_heartbeat_schema, strlen(ls_heartbeat_schema), &schema, &err), 0);
    assert_string_equal(schema->root->name, "lockstep.heartbeat");
    if (schema->crc64 != LS_HEARTBEAT_CRC64) {
        fail_msg("LS_HEARTBEAT_CRC64 should be 0x%016llx", (unsigned long long)schema->crc64);
    }
    ls_schema_free(schema);
}

static void a_value_gives_its_time_back(void **state)
{
    static const int64_t times[] = {
        0,         -1,       1, 63, -64, 64, INT64_C(1767225600000), LS_TIME_MIN_MS, LS_TIME_MAX_MS,
        INT64_MAX, INT64_MIN};
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        uint8_t value[LS_HEARTBEAT_SIZE_MAX + 1] = {0};
        int64_t time_ms;
        size_t size = ls_heartbeat_write(times[i], value);
        assert_true(ls_heartbeat_is(value, size));
        assert_int_equal(ls_heartbeat_read(value, size, &time_ms), LS_DECODE_OK);
        assert_int_equal(time_ms, times[i]);
        assert_int_equal(ls_heartbeat_read(value, size + 1, &time_ms), LS_DECODE_TRAILING);
        for (size_t cut = 0; cut < size; cut++) {
            bool framed = cut >= LS_SINGLE_OBJECT_SIZE;
            assert_int_equal(ls_heartbeat_is(value, cut), framed);
            if (framed) {
                assert_int_equal(ls_heartbeat_read(value, cut, &time_ms), LS_DECODE_TRUNCATED);
            }
        }
    }
}

static void other_values_are_none(void **state)
{
    uint8_t value[LS_HEARTBEAT_SIZE_MAX];
    (void)state;
    size_t size = ls_heartbeat_write(7, value);
    for (size_t i = 0; i < LS_SINGLE_OBJECT_SIZE; i++) {
        value[i] ^= 1;
        assert_false(ls_heartbeat_is(value, size));
        value[i] ^= 1;
    }
    assert_false(ls_heartbeat_is(NULL, 0));
    memset(value + LS_SINGLE_OBJECT_SIZE, 0xff, LS_AVRO_LONG_MAX);
    int64_t time_ms;
    assert_int_equal(ls_heartbeat_read(value, sizeof value, &time_ms), LS_DECODE_VARINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fingerprint_is_that_of_the_schema),
        cmocka_unit_test(a_value_gives_its_time_back),
        cmocka_unit_test(other_values_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
