/* What core/registry's calls get from two real registries: probe URL URL. The second one has given
 * ids away before. Ends with 0, or says on stderr what is not as it should be. */
#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/registry/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST                                                                                      \
    "{\"type\":\"record\",\"name\":\"probe\",\"namespace\":\"lockstep\",\"doc\":\"one\","          \
    "\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}"
/* of the same fingerprint */
#define FIRST_AGAIN                                                                                \
    "{ \"fields\" : [{\"type\": {\"type\": \"int\"}, \"name\": \"x\", \"doc\": \"two\"}],\n"       \
    "  \"name\": \"lockstep.probe\", \"type\": \"record\" }"
#define SECOND                                                                                     \
    "{\"type\":\"record\",\"name\":\"probe\",\"namespace\":\"lockstep\",\"fields\":["              \
    "{\"name\":\"x\",\"type\":\"int\"},{\"name\":\"y\",\"type\":[\"null\",\"int\"],"               \
    "\"default\":null}]}"
#define NEVER "{\"type\":\"fixed\",\"name\":\"never\",\"size\":5}"

/* All of it has to be encoded. */
#define SUBJECT "probe topic+1%2F:\u00e9-value"

static struct ls_error err;

static void check(bool fine, const char *what)
{
    if (!fine) {
        fprintf(stderr, "probe: %s is not so; the last error: %s\n", what, err.text);
        exit(1);
    }
}
#define CHECK(fine) check(fine, #fine)

static struct ls_schema *parse(const char *text)
{
    struct ls_schema *schema;
    CHECK(ls_schema_parse(text, strlen(text), &schema, &err) == 0);
    return schema;
}

/* Everything that a client can be asked; returns the id of FIRST. */
static uint32_t ask_all(const char *url)
{
    struct ls_registry *registry;
    struct ls_registry *later; /* that remembers nothing */
    struct ls_schema *first = parse(FIRST);
    struct ls_schema *again = parse(FIRST_AGAIN);
    struct ls_schema *second = parse(SECOND);
    struct ls_schema *never = parse(NEVER);
    const struct ls_registry_schema *got;
    const struct ls_registry_options options = {.url = url, .patience_ms = 10000};
    uint32_t ids[5];
    int64_t number;
    int64_t *numbers;
    size_t count;
    bool fits;
    CHECK(first->crc64 == again->crc64 && first->crc64 != second->crc64);
    CHECK(ls_registry_open(&options, &registry, &err) == 0);
    CHECK(ls_registry_open(&options, &later, &err) == 0);
    CHECK(ls_registry_versions(registry, SUBJECT, &numbers, &count, &err) == LS_REGISTRY_ABSENT);
    CHECK(ls_registry_find(registry, SUBJECT, first, &number, &got, &err) == LS_REGISTRY_ABSENT);
    CHECK(ls_registry_by_id(registry, 2000000000, &got, &err) == LS_REGISTRY_ABSENT);
    CHECK(ls_registry_register(registry, SUBJECT, first, &ids[0], &err) == 0);
    CHECK(ls_registry_register(registry, SUBJECT, again, &ids[1], &err) == 0);
    CHECK(ls_registry_register(registry, SUBJECT, second, &ids[2], &err) == 0);
    CHECK(ls_registry_register(later, SUBJECT, first, &ids[3], &err) == 0);
    CHECK(ids[0] == ids[1] && ids[0] != ids[2] && ids[0] == ids[3]);
    CHECK(ls_registry_version(later, SUBJECT, LS_REGISTRY_LATEST, &number, &got, &err) == 0);
    CHECK(number == 2 && got->id == ids[2] && got->crc64 == second->crc64);
    CHECK(ls_registry_version(later, SUBJECT, 1, &number, &got, &err) == 0);
    CHECK(number == 1 && got->id == ids[0] && got->crc64 == first->crc64);
    CHECK(ls_registry_version(later, SUBJECT, 3, &number, &got, &err) == LS_REGISTRY_ABSENT);
    CHECK(ls_registry_find(later, SUBJECT, second, &number, &got, &err) == 0);
    CHECK(number == 2 && got->id == ids[2]);
    CHECK(ls_registry_find(later, SUBJECT, never, &number, &got, &err) == LS_REGISTRY_ABSENT);
    CHECK(ls_registry_compatible(later, SUBJECT, second, &fits, &err) == 0 && fits);
    CHECK(ls_registry_compatible(later, SUBJECT, never, &fits, &err) == 0 && !fits);
    CHECK(ls_registry_register(later, SUBJECT, never, &ids[4], &err) == LS_E_SCHEMA);
    CHECK(ls_registry_versions(later, SUBJECT, &numbers, &count, &err) == 0 && count == 2);
    ls_mem_free(numbers);
    ls_registry_close(registry);
    ls_registry_close(later);
    ls_schema_free(first);
    ls_schema_free(again);
    ls_schema_free(second);
    ls_schema_free(never);
    return ids[0];
}

/* A value is the same, whichever registry's frame it had on the way. */
static void translate(const char *url, uint32_t id)
{
    struct ls_registry *registry = NULL;
    struct ls_schema *first = parse(FIRST);
    struct ls_wire_map *map = ls_wire_map_new(&err);
    const struct ls_registry_options options = {.url = url, .patience_ms = 10000};
    uint8_t value[20] = {0};
    uint8_t wire[20];
    uint8_t back[20];
    CHECK(map && ls_registry_open(&options, &registry, &err) == 0);
    CHECK(ls_wire_map_fill(map, registry, "nobody", &err) == LS_REGISTRY_ABSENT);
    CHECK(ls_wire_map_fill(map, registry, SUBJECT, &err) == 0);
    CHECK(ls_wire_map_count(map) == 2);
    size_t size = (size_t)(ls_put_single_object(value, first->crc64) - value) + 3;
    struct ls_wire_value made = ls_wire_to(map, value, size);
    size_t wire_size = ls_wire_copy(&made, wire);
    const struct ls_frame frame = ls_frame_read(wire, wire_size);
    CHECK(frame.kind == LS_FRAME_CONFLUENT && frame.id == id && wire_size == size - 5);
    made = ls_wire_from(map, wire, wire_size);
    CHECK(ls_wire_copy(&made, back) == size && memcmp(back, value, size) == 0);
    ls_wire_map_free(map);
    ls_registry_close(registry);
    ls_schema_free(first);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: probe URL URL\n");
        return 64;
    }
    uint32_t first = ask_all(argv[1]);
    uint32_t other = ask_all(argv[2]);
    CHECK(first != other);
    translate(argv[1], first);
    translate(argv[2], other);
    return 0;
}
