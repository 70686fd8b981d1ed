#include "core/registry/frame.h"

#include "core/base/mem.h"

#include <stdatomic.h>
#include <string.h>

#define SLOTS_BITS 13
#define SLOTS      ((size_t)1 << SLOTS_BITS) /* at most half of them in use */
_Static_assert(2 * (size_t)LS_WIRE_SCHEMAS_MAX <= SLOTS, "a search ends at a free slot");

struct entry {
    uint64_t crc64;
    uint32_t id;
};

/* Two tables of one list: a slot holds an entry's number plus 1, or 0. Entries are written before a
 * slot names them, and never change: who reads needs no lock. */
struct ls_wire_map {
    atomic_size_t count;
    struct entry entries[LS_WIRE_SCHEMAS_MAX];
    _Atomic uint16_t by_id[SLOTS];
    _Atomic uint16_t by_crc64[SLOTS];
};

struct ls_wire_map *ls_wire_map_new(struct ls_error *err)
{
    return ls_mem_new(1, sizeof(struct ls_wire_map), err);
}

void ls_wire_map_free(struct ls_wire_map *map)
{
    ls_mem_free(map);
}

size_t ls_wire_map_count(const struct ls_wire_map *map)
{
    return atomic_load_explicit(&map->count, memory_order_acquire);
}

uint32_t ls_wire_map_at(const struct ls_wire_map *map, size_t i, uint64_t *crc64)
{
    *crc64 = map->entries[i].crc64;
    return map->entries[i].id;
}

/* Ids are small numbers in a row, fingerprints are not. */
static size_t slot_of_id(uint32_t id)
{
    return (id * UINT32_C(2654435761)) >> (32 - SLOTS_BITS);
}

static size_t slot_of_crc64(uint64_t crc64)
{
    return crc64 & (SLOTS - 1);
}

/* The entry, or NULL with *slot the free one where it belongs. */
static const struct entry *find_id(const struct ls_wire_map *map, uint32_t id, size_t *slot)
{
    unsigned number;
    for (*slot = slot_of_id(id);
         (number = atomic_load_explicit(&map->by_id[*slot], memory_order_acquire)) != 0;
         *slot = (*slot + 1) & (SLOTS - 1)) {
        if (map->entries[number - 1].id == id) {
            return &map->entries[number - 1];
        }
    }
    return NULL;
}

static const struct entry *find_crc64(const struct ls_wire_map *map, uint64_t crc64, size_t *slot)
{
    unsigned number;
    for (*slot = slot_of_crc64(crc64);
         (number = atomic_load_explicit(&map->by_crc64[*slot], memory_order_acquire)) != 0;
         *slot = (*slot + 1) & (SLOTS - 1)) {
        if (map->entries[number - 1].crc64 == crc64) {
            return &map->entries[number - 1];
        }
    }
    return NULL;
}

int ls_wire_map_add(struct ls_wire_map *map, uint32_t id, uint64_t crc64, struct ls_error *err)
{
    size_t id_slot;
    size_t crc64_slot;
    size_t count = ls_wire_map_count(map);
    const struct entry *known = find_id(map, id, &id_slot);
    if (known) {
        return known->crc64 == crc64
                   ? 0
                   : ls_error_set(err, LS_E_DATA,
                                  "the id %u means the schema %016llx and the schema %016llx: do "
                                  "they come from two registries?",
                                  id, (unsigned long long)known->crc64, (unsigned long long)crc64);
    }
    if (count == LS_WIRE_SCHEMAS_MAX) {
        return ls_error_set(err, LS_E_DATA,
                            "the subjects of a log have more than %d schemas "
                            "(LS_WIRE_SCHEMAS_MAX): remove versions from the registry that nobody "
                            "needs",
                            LS_WIRE_SCHEMAS_MAX);
    }
    map->entries[count] = (struct entry){.crc64 = crc64, .id = id};
    uint16_t number = (uint16_t)(count + 1);
    if (!find_crc64(map, crc64, &crc64_slot)) {
        atomic_store_explicit(&map->by_crc64[crc64_slot], number, memory_order_release);
    }
    atomic_store_explicit(&map->by_id[id_slot], number, memory_order_release);
    atomic_store_explicit(&map->count, count + 1, memory_order_release);
    return 0;
}

int ls_wire_map_fill(struct ls_wire_map *map, struct ls_registry *registry, const char *subject,
                     struct ls_error *err)
{
    int64_t *numbers;
    size_t count;
    int rc = ls_registry_versions(registry, subject, &numbers, &count, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const struct ls_registry_schema *schema;
        rc = ls_registry_version(registry, subject, numbers[i], NULL, &schema, err);
        if (rc == 0) {
            rc = ls_wire_map_add(map, schema->id, schema->crc64, err);
        } else if (rc > 0) {
            rc = 0; /* foreign, or removed since the list was made */
        }
    }
    ls_mem_free(numbers);
    return rc < 0 ? ls_error_prefix(err, "subject %s", subject) : rc;
}

static struct ls_wire_value as_it_is(enum ls_wire_kind kind, const uint8_t *value, size_t size)
{
    return (struct ls_wire_value){.kind = kind, .rest = value, .rest_size = size};
}

struct ls_wire_value ls_wire_to(const struct ls_wire_map *map, const uint8_t *value, size_t size)
{
    size_t slot;
    const struct ls_frame frame = ls_frame_read(value, size);
    if (frame.kind == LS_FRAME_CONFLUENT) {
        return as_it_is(find_id(map, frame.id, &slot) ? LS_WIRE_AMBIGUOUS : LS_WIRE_OTHER, value,
                        size);
    }
    if (frame.kind != LS_FRAME_SINGLE_OBJECT) {
        return as_it_is(LS_WIRE_OTHER, value, size);
    }
    const struct entry *entry = find_crc64(map, frame.crc64, &slot);
    if (!entry) {
        return as_it_is(LS_WIRE_UNKNOWN, value, size);
    }
    struct ls_wire_value made = as_it_is(LS_WIRE_TRANSLATED, value + frame.size, size - frame.size);
    made.head_size = (size_t)(ls_put_confluent(made.head, entry->id) - made.head);
    return made;
}

struct ls_wire_value ls_wire_from(const struct ls_wire_map *map, const uint8_t *value, size_t size)
{
    size_t slot;
    const struct ls_frame frame = ls_frame_read(value, size);
    if (frame.kind != LS_FRAME_CONFLUENT) {
        return as_it_is(LS_WIRE_OTHER, value, size);
    }
    const struct entry *entry = find_id(map, frame.id, &slot);
    if (!entry) {
        return as_it_is(LS_WIRE_UNKNOWN, value, size);
    }
    struct ls_wire_value made = as_it_is(LS_WIRE_TRANSLATED, value + frame.size, size - frame.size);
    made.head_size = (size_t)(ls_put_single_object(made.head, entry->crc64) - made.head);
    return made;
}

size_t ls_wire_copy(const struct ls_wire_value *value, uint8_t *out)
{
    memcpy(out, value->head, value->head_size);
    if (value->rest_size) {
        memcpy(out + value->head_size, value->rest, value->rest_size);
    }
    return value->head_size + value->rest_size;
}
