/* Confluent's frame (byte 0, the registry's id in four bytes, the highest first) in the place of
 * Avro's single-object encoding (C3 01, the fingerprint), and back (contract G9).
 *
 * What can't be translated stays as it is, so that damage that was meant goes through unchanged. A
 * value comes back as it was unless it begins as a frame of Confluent's with an id of the map: then
 * ls_wire_to says LS_WIRE_AMBIGUOUS. */
#ifndef LS_REGISTRY_FRAME_H
#define LS_REGISTRY_FRAME_H

#include "core/avro/frame.h"
#include "core/registry/registry.h"

#define LS_WIRE_SCHEMAS_MAX 4096 /* ids of a map */

/* Which id means which fingerprint, in one registry. One thread at a time may add, while any number
 * translate: an addition is seen whole or not at all. */
struct ls_wire_map;

/* NULL with `err` filled when memory is refused. */
struct ls_wire_map *ls_wire_map_new(struct ls_error *err);
void ls_wire_map_free(struct ls_wire_map *map); /* NULL is legal */

/* Several ids may have one fingerprint (docs make other schemas for a registry): the first that was
 * added is written, all are read. LS_E_DATA for an id that has another fingerprint already, and
 * past LS_WIRE_SCHEMAS_MAX. */
int ls_wire_map_add(struct ls_wire_map *map, uint32_t id, uint64_t crc64, struct ls_error *err);

/* Adds every version of a subject, in the registry's order, but for those that are no Avro schema
 * by themselves. 0, or LS_REGISTRY_ABSENT when there is no such subject; or an error of the
 * registry's. Called again it asks for what is new. */
int ls_wire_map_fill(struct ls_wire_map *map, struct ls_registry *registry, const char *subject,
                     struct ls_error *err);

/* How many ids there are; and the i-th of them, in the order in which they were added. */
size_t ls_wire_map_count(const struct ls_wire_map *map);
uint32_t ls_wire_map_at(const struct ls_wire_map *map, size_t i, uint64_t *crc64);

enum ls_wire_kind {
    LS_WIRE_OTHER,      /* it has no such frame: as it is */
    LS_WIRE_TRANSLATED, /* the frame is the other one */
    LS_WIRE_UNKNOWN,    /* it has the frame, but the map does not know the fingerprint, or id: as it
                           is */
    LS_WIRE_AMBIGUOUS   /* to the wire only: as it is, and would come back as something else */
};

/* A value in two parts. */
struct ls_wire_value {
    enum ls_wire_kind kind;
    size_t head_size;                    /* 0 where it is as it was */
    uint8_t head[LS_SINGLE_OBJECT_SIZE]; /* the new frame */
    const uint8_t *rest;                 /* what follows: in the bytes that were given */
    size_t rest_size;
};

/* What a value is on Kafka, and what one from there is. NULL with size 0 (no value) stays so. */
struct ls_wire_value ls_wire_to(const struct ls_wire_map *map, const uint8_t *value, size_t size);
struct ls_wire_value ls_wire_from(const struct ls_wire_map *map, const uint8_t *value, size_t size);

/* Its bytes in one piece: `out` has room for head_size + rest_size, of which the size is returned.
 */
size_t ls_wire_copy(const struct ls_wire_value *value, uint8_t *out);

#endif
