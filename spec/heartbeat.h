/* Heartbeats (contract G10): records that say what time it is where no event comes. A heartbeat has
 * no key and no headers, its timestamp is its time, and its value is Avro's single-object encoding
 * of a record of this schema, in whatever topic it stands. */
#ifndef LS_SPEC_HEARTBEAT_H
#define LS_SPEC_HEARTBEAT_H

#include "core/avro/decode.h"
#include "core/avro/frame.h"

extern const char ls_heartbeat_schema[];
#define LS_HEARTBEAT_CRC64    UINT64_C(0xf145ac1741212295) /* of that schema */
#define LS_HEARTBEAT_SIZE_MAX (LS_SINGLE_OBJECT_SIZE + LS_AVRO_LONG_MAX)

/* Writes the value; returns its size. */
size_t ls_heartbeat_write(int64_t time_ms, uint8_t value[LS_HEARTBEAT_SIZE_MAX]);

/* Does the frame of a value name the schema? */
bool ls_heartbeat_is(const uint8_t *value, size_t size);

/* The time of such a value. */
enum ls_decode_status ls_heartbeat_read(const uint8_t *value, size_t size, int64_t *time_ms);

#endif
