#include "core/avro/frame.h"

struct ls_frame ls_frame_read(const uint8_t *bytes, size_t size)
{
    struct ls_frame frame = {.kind = LS_FRAME_NONE};
    if (size >= LS_SINGLE_OBJECT_SIZE && bytes[0] == 0xc3 && bytes[1] == 0x01) {
        frame.kind = LS_FRAME_SINGLE_OBJECT;
        frame.crc64 = ls_get_u64(bytes + 2);
        frame.size = LS_SINGLE_OBJECT_SIZE;
    } else if (size >= LS_CONFLUENT_SIZE && bytes[0] == 0x00) {
        frame.kind = LS_FRAME_CONFLUENT;
        frame.id = (uint32_t)bytes[1] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 8 |
                   (uint32_t)bytes[4];
        frame.size = LS_CONFLUENT_SIZE;
    }
    return frame;
}

uint8_t *ls_put_single_object(uint8_t *at, uint64_t crc64)
{
    *at++ = 0xc3;
    *at++ = 0x01;
    return ls_put_u64(at, crc64);
}

uint8_t *ls_put_confluent(uint8_t *at, uint32_t id)
{
    *at++ = 0x00;
    *at++ = (uint8_t)(id >> 24);
    *at++ = (uint8_t)(id >> 16);
    *at++ = (uint8_t)(id >> 8);
    *at++ = (uint8_t)id;
    return at;
}
