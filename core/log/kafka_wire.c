#include "core/log/kafka_wire.h"

#include "core/base/mem.h"
#include "core/registry/properties.h"

#include <stdio.h>
#include <string.h>

#define SUBJECT_MAX (LS_KAFKA_NAME_MAX + sizeof "-value")
#define UNKNOWN_MAX ((size_t)1024)       /* ids: what is damaged has any */
#define HEARTBEAT   "lockstep.heartbeat" /* the subject of what stands in every topic */

struct ls_kafka_wire {
    const struct kafka_log *log;
    struct ls_registry *registry;
    struct ls_wire_map *map;
    pthread_mutex_t lock;
    uint32_t *unknown; /* ids that the registry was asked for, and had not */
    size_t unknown_count;
};

/* 0, or LS_REGISTRY_ABSENT where the topic has neither subject. */
static int fill_topic(struct ls_kafka_wire *wire, const char *topic, struct ls_error *err)
{
    char name[LS_KAFKA_NAME_MAX];
    char subject[SUBJECT_MAX];
    snprintf(subject, sizeof subject, "%s-value", ls_kafka_log_name(wire->log, topic, name));
    int rc = ls_wire_map_fill(wire->map, wire->registry, subject, err);
    if (rc == LS_REGISTRY_ABSENT && wire->log->place.prefix[0]) {
        snprintf(subject, sizeof subject, "%s-value", topic);
        rc = ls_wire_map_fill(wire->map, wire->registry, subject, err);
    }
    return rc;
}

static int fill(struct ls_kafka_wire *wire, bool to_write, struct ls_error *err)
{
    const struct kafka_log *log = wire->log;
    int rc = ls_wire_map_fill(wire->map, wire->registry, HEARTBEAT, err);
    for (size_t t = 0; rc >= 0 && t < log->topic_count; t++) {
        rc = fill_topic(wire, log->topics[t].name, err);
        if (rc == LS_REGISTRY_ABSENT && to_write) {
            return ls_error_set(err, LS_E_DATA,
                                "the registry at %s has no subject %s-value: register the schemas "
                                "first, with `lockstep schema register SPEC%s --registry URL`",
                                ls_registry_url(wire->registry), log->topics[t].name,
                                log->identity->writer ? " --rows" : "");
        }
    }
    return rc < 0 ? rc : 0;
}

int ls_kafka_wire_open(const struct kafka_log *log, bool to_write, struct ls_kafka_wire **out,
                       struct ls_error *err)
{
    struct ls_kafka_wire *wire = ls_mem_new(1, sizeof *wire, err);
    if (!wire) {
        return err->code;
    }
    wire->log = log;
    pthread_mutex_init(&wire->lock, NULL);
    int rc = ls_registry_open_set(&wire->registry, err);
    if (rc == 0 && !wire->registry) {
        rc = ls_error_set(err, LS_E_USAGE,
                          "the values of the log at %s have the frames of a schema registry: say "
                          "which, with -X registry.url=URL",
                          log->place.uri);
    }
    wire->map = rc < 0 ? NULL : ls_wire_map_new(err);
    wire->unknown = wire->map ? ls_mem_new(UNKNOWN_MAX, sizeof *wire->unknown, err) : NULL;
    rc = rc < 0 ? rc : wire->unknown ? fill(wire, to_write, err) : err->code;
    if (rc < 0) {
        ls_kafka_wire_close(wire);
        return rc;
    }
    *out = wire;
    return 0;
}

void ls_kafka_wire_close(struct ls_kafka_wire *wire)
{
    if (wire) {
        ls_wire_map_free(wire->map);
        ls_registry_close(wire->registry);
        ls_mem_free(wire->unknown);
        pthread_mutex_destroy(&wire->lock);
        ls_mem_free(wire);
    }
}

int ls_kafka_wire_to(const struct ls_kafka_wire *wire, const struct ls_log_record *record,
                     struct ls_wire_value *out, struct ls_error *err)
{
    *out = ls_wire_to(wire->map, record->value, record->value_size);
    return out->kind == LS_WIRE_AMBIGUOUS
               ? ls_error_set(err, LS_E_DATA,
                              "a damaged value begins with the frame of an id that the registry "
                              "at %s gives to a schema of this log, and would be read back as "
                              "another: take another registry, or another --seed",
                              ls_registry_url(wire->registry))
               : 0;
}

static bool was_asked_for(const struct ls_kafka_wire *wire, uint32_t id)
{
    size_t i = 0;
    while (i < wire->unknown_count && wire->unknown[i] != id) {
        i++;
    }
    return i < wire->unknown_count || wire->unknown_count == UNKNOWN_MAX;
}

int ls_kafka_wire_from(struct ls_kafka_wire *wire, bool grows, const uint8_t *value, size_t size,
                       struct ls_wire_value *out, struct ls_error *err)
{
    int rc = 0;
    *out = ls_wire_from(wire->map, value, size);
    if (out->kind == LS_WIRE_UNKNOWN && grows) {
        uint32_t id = ls_frame_read(value, size).id;
        pthread_mutex_lock(&wire->lock);
        if (!was_asked_for(wire, id)) {
            wire->unknown[wire->unknown_count++] = id;
            rc = fill(wire, false, err);
        }
        pthread_mutex_unlock(&wire->lock);
        *out = ls_wire_from(wire->map, value, size);
    }
    return rc;
}
