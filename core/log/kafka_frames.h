/* The frames of a log's values on Kafka: where a schema registry is set when the log is begun, they
 * are Confluent's, with the registry's ids, in the place of fingerprints (contract G9). What the
 * ids mean stands in the log's manifests, so that reading takes no registry. */
#ifndef LS_LOG_KAFKA_FRAMES_H
#define LS_LOG_KAFKA_FRAMES_H

#include "core/log/kafka_log_internal.h"

/* Before a log is written: the ids of its topics' schemas, of the registry that is set, if one is.
 * Each topic has to have a subject there, PREFIX.TOPIC-value or else TOPIC-value: LS_E_DATA. So is
 * an id that the log has for another schema already, and a schema of `topics`, the writer's, that
 * has no id. LS_E_USAGE where a log was `found` that has fingerprints. */
int ls_kafka_frames_find(struct kafka_log *log, bool found, const struct ls_log_topic *topics,
                         size_t topic_count, struct ls_error *err);

/* What a value is on Kafka, of a log with ids: LS_E_DATA where it would be read back as another. */
int ls_kafka_frame(const struct kafka_log *log, const struct ls_log_record *record,
                   struct ls_wire_value *out, struct ls_error *err);

#endif
