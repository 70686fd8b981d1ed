/* The bytes in front of a datum that say which schema wrote it (contract G9). */
#ifndef LS_AVRO_FRAME_H
#define LS_AVRO_FRAME_H

#include "core/avro/encode.h"

#define LS_SINGLE_OBJECT_SIZE 10 /* C3 01, CRC-64-AVRO of the schema, little-endian */
#define LS_CONFLUENT_SIZE     5  /* 00, schema id, big-endian */

enum ls_frame_kind {
    LS_FRAME_NONE, /* too short for a frame, or a magic that is neither */
    LS_FRAME_SINGLE_OBJECT,
    LS_FRAME_CONFLUENT
};

struct ls_frame {
    enum ls_frame_kind kind;
    uint64_t crc64; /* single object */
    uint32_t id;    /* Confluent */
    size_t size;    /* bytes of the frame; the datum begins behind it */
};

struct ls_frame ls_frame_read(const uint8_t *bytes, size_t size);

uint8_t *ls_put_single_object(uint8_t *at, uint64_t crc64);
uint8_t *ls_put_confluent(uint8_t *at, uint32_t id);

#endif
