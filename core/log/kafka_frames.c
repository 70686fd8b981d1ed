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

int ls_kafka_frames_find(struct kafka_log *log, bool found, struct ls_error *err)
{
    struct ls_registry *registry;
    int rc = ls_registry_open_set(&registry, err);
    if (rc < 0 || !registry) {
        return rc;
    }
    if (found && !log->frames) {
        rc = ls_error_set(err, LS_E_USAGE,
                          "the log at %s was begun without a schema registry: go on without -X "
                          "registry.url, or begin another with it",
                          log->place.uri);
    } else if (!found) {
        log->frames = ls_wire_map_new(err);
        rc = log->frames ? 0 : err->code;
    }
    rc = rc < 0 ? rc : find_all(log, registry, err);
    ls_registry_close(registry);
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
