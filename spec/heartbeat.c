#include "spec/heartbeat.h"

const char ls_heartbeat_schema[] =
    "{\"type\":\"record\",\"name\":\"heartbeat\",\"namespace\":\"lockstep\",\"fields\":["
    "{\"name\":\"time\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}}]}";

size_t ls_heartbeat_write(int64_t time_ms, uint8_t value[LS_HEARTBEAT_SIZE_MAX])
{
    uint8_t *at = ls_put_single_object(value, LS_HEARTBEAT_CRC64);
    return (size_t)(ls_put_long(at, time_ms) - value);
}

bool ls_heartbeat_is(const uint8_t *value, size_t size)
{
    struct ls_frame frame = ls_frame_read(value, value ? size : 0);
    return frame.kind == LS_FRAME_SINGLE_OBJECT && frame.crc64 == LS_HEARTBEAT_CRC64;
}

enum ls_decode_status ls_heartbeat_read(const uint8_t *value, size_t size, int64_t *time_ms)
{
    struct ls_span datum = {value + LS_SINGLE_OBJECT_SIZE, value + size};
    enum ls_decode_status status = ls_get_long(&datum, time_ms);
    return status == LS_DECODE_OK && datum.at != datum.end ? LS_DECODE_TRAILING : status;
}
