#include "core/avro/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static void frames_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const uint8_t *bytes;
        size_t size;
        struct ls_frame frame;
    } cases[] = {
        {BYTES(""), {.kind = LS_FRAME_NONE}},
        {BYTES("\xc3\x01\x08\x07\x06\x05\x04\x03\x02\x01"),
         {.kind = LS_FRAME_SINGLE_OBJECT, .crc64 = UINT64_C(0x0102030405060708), .size = 10}},
        {BYTES("\xc3\x01\x08\x07\x06\x05\x04\x03\x02\xf1more"),
         {.kind = LS_FRAME_SINGLE_OBJECT, .crc64 = UINT64_C(0xf102030405060708), .size = 10}},
        {BYTES("\xc3\x01\x08\x07\x06\x05\x04\x03\x02"), {.kind = LS_FRAME_NONE}},
        {BYTES("\xc3\x02\x08\x07\x06\x05\x04\x03\x02\x01"), {.kind = LS_FRAME_NONE}},
        {BYTES("\x00\x80\x00\x00\x02"),
         {.kind = LS_FRAME_CONFLUENT, .id = UINT32_C(0x80000002), .size = 5}},
        {BYTES("\x00\x00\x00\x00\x02more"), {.kind = LS_FRAME_CONFLUENT, .id = 2, .size = 5}},
        {BYTES("\x00\x00\x00\x00"), {.kind = LS_FRAME_NONE}},
        {BYTES("\x01\x00\x00\x00\x02"), {.kind = LS_FRAME_NONE}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_frame frame = ls_frame_read(cases[i].bytes, cases[i].size);
        assert_int_equal(frame.kind, cases[i].frame.kind);
        assert_int_equal(frame.crc64, cases[i].frame.crc64);
        assert_int_equal(frame.id, cases[i].frame.id);
        assert_int_equal(frame.size, cases[i].frame.size);
    }
}

static void frames_are_put(void **state)
{
    (void)state;
    uint8_t bytes[LS_SINGLE_OBJECT_SIZE];
    assert_ptr_equal(ls_put_single_object(bytes, UINT64_C(0xf102030405060708)),
                     bytes + LS_SINGLE_OBJECT_SIZE);
    assert_memory_equal(bytes, "\xc3\x01\x08\x07\x06\x05\x04\x03\x02\xf1", LS_SINGLE_OBJECT_SIZE);
    assert_ptr_equal(ls_put_confluent(bytes, UINT32_C(0xf1020304)), bytes + LS_CONFLUENT_SIZE);
    assert_memory_equal(bytes, "\x00\xf1\x02\x03\x04", LS_CONFLUENT_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_told_apart),
        cmocka_unit_test(frames_are_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
