#include "core/log/kafka_frames.h"

#include "core/registry/properties.h"

#include <stdio.h>

#define SUBJECT_MAX (LS_KAFKA_NAME_MAX + sizeof "-value")
#define HEARTBEAT   "lockstep.heartbeat" /* the subject of what stands in every topic */

/* 0, or LS_REGISTRY_ABSENT where the topic has neither subject. */
static int find_topic(const struct kafka_log *log, struct ls_registry *registry, const char *topic,
                      struct ls_error *err)
{
    char name[LS_KAFKA_NAME_MAX];
    char subject[SUBJECT_MAX];
    snprintf(subject, sizeof subject, "%s-value", ls_kafka_log_name(log, topic, name));
    int rc = ls_wire_map_fill(log->frames, registry, subject, err);
    if (rc == LS_REGISTRY_ABSENT && log->place.prefix[0]) {
        snprintf(subject, sizeof subject, "%s-value", topic);
        rc = ls_wire_map_fill(log->frames, registry, subject, err);
    }
    return rc;
}

static int find_all(const struct kafka_log *log, struct ls_registry *registry, struct ls_error *err)
{
    int rc = ls_wire_map_fill(log->frames, registry, HEARTBEAT, err);
    for (size_t t = 0; rc >= 0 && t < log->topic_count; t++) {
        rc = find_topic(log, registry, log->topics[t].name, err);
        if (rc == LS_REGISTRY_ABSENT) {
            return ls_error_set(err, LS_E_DATA,
                                "the registry at %s has no subject %s-value: register the schemas "
                                "first, with `lockstep schema register SPEC%s --registry URL`",
                                ls_registry_url(registry), log->topics[t].name,
                                log->identity->writer ? " --rows" : "");
        }
    }
    return rc < 0 ? rc : 0;
}

static bool has_id(const struct ls_wire_map *map, uint64_t crc64)
{
    uint64_t there = ~crc64;
    for (size_t i = 0; there != crc64 && i < ls_wire_map_count(map); i++) {
        ls_wire_map_at(map, i, &there);
    }
    return there == crc64;
}

/* A value without an id would go there with its fingerprint, among others that have one. */
static int check_schemas(const struct kafka_log *log, const struct ls_log_topic *topic,
                         struct ls_error *err)
{
    for (size_t i = 0; i < topic->schema_count; i++) {
        if (!has_id(log->frames, topic->schemas[i])) {
            return ls_error_set(err, LS_E_DATA,
                                "the schema registry has not the schema of %s whose fingerprint is "
                                "%016llx: register it, with `lockstep schema register SPEC%s "
                                "--registry URL`, and give -X registry.url=URL",
                                topic->name, (unsigned long long)topic->schemas[i],
                                log->identity->writer ? " --rows" : "");
        }
    }
    return 0;
}

/* Into the log's map: what the registry that is set knows now. */
static int ask(struct kafka_log *log, struct ls_registry *registry, bool found,
               struct ls_error *err)
{
    int rc = 0;
    if (found && !log->frames) {
        rc = ls_error_set(err, LS_E_USAGE,
                          "the log at %s was begun without a schema registry: go on without -X "
                          "registry.url, or begin another with it",
                          log->place.uri);
    } else if (!found) {
        log->frames = ls_wire_map_new(err);
        rc = log->frames ? 0 : err->code;
    }
    return rc < 0 ? rc : find_all(log, registry, err);
}

int ls_kafka_frames_find(struct kafka_log *log, bool found, const struct ls_log_topic *topics,
                         size_t topic_count, struct ls_error *err)
{
    struct ls_registry *registry;
    int rc = ls_registry_open_set(&registry, err);
    if (rc == 0 && registry) {
        rc = ask(log, registry, found, err);
        ls_registry_close(registry);
    }
    for (size_t t = 0; rc == 0 && log->frames && t < topic_count; t++) {
        rc = check_schemas(log, &topics[t], err);
    }
    return rc;
}

int ls_kafka_frame(const struct kafka_log *log, const struct ls_log_record *record,
                   struct ls_wire_value *out, struct ls_error *err)
{
    *out = ls_wire_to(log->frames, record->value, record->value_size);
    return out->kind == LS_WIRE_AMBIGUOUS
               ? ls_error_set(err, LS_E_DATA,
                              "a value begins with the frame of an id that the schema registry "
                              "gives to a schema of the log at %s, and would be read back as "
                              "another: write it without -X registry.url",
                              log->place.uri)
               : 0;
}
