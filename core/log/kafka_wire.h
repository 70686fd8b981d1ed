/* The frames of a log's values on Kafka where a schema registry is set: Confluent's, with the
 * registry's ids, in the place of fingerprints (contract G9). A log says in its manifests which it
 * has, and is read back with fingerprints. */
#ifndef LS_LOG_KAFKA_WIRE_H
#define LS_LOG_KAFKA_WIRE_H

#include "core/log/kafka_log_internal.h"
#include "core/registry/frame.h"

/* What the log's topics have in the registry that is set, each under PREFIX.TOPIC-value, or else
 * under TOPIC-value. To write, each has to have something: LS_E_DATA. LS_E_USAGE where no registry
 * is set. */
int ls_kafka_wire_open(const struct kafka_log *log, bool to_write, struct ls_kafka_wire **out,
                       struct ls_error *err);
void ls_kafka_wire_close(struct ls_kafka_wire *wire); /* NULL is legal */

/* What a value is on Kafka: LS_E_DATA where it would come back as something else. */
int ls_kafka_wire_to(const struct ls_kafka_wire *wire, const struct ls_log_record *record,
                     struct ls_wire_value *out, struct ls_error *err);

/* And what one from there is. An id that is not known may have come behind the last look, while the
 * log grows: the registry is asked once for each. Any thread may call it. */
int ls_kafka_wire_from(struct ls_kafka_wire *wire, bool grows, const uint8_t *value, size_t size,
                       struct ls_wire_value *out, struct ls_error *err);

#endif
