/* What people set for Kafka with -X (kafka_client.h has the door to it). */
#ifndef LS_LOG_KAFKA_PROPERTIES_H
#define LS_LOG_KAFKA_PROPERTIES_H

#include "core/base/error.h"

#include <librdkafka/rdkafka.h>

#include <stdbool.h>
#include <stdint.h>

/* Into the configuration of a client. */
int ls_kafka_configure(rd_kafka_conf_t *conf, struct ls_error *err);

/* Pairs for topics that are made, ending with NULL. */
const char *const *ls_kafka_topic_properties(void);

/* Was it given with -X? */
bool ls_kafka_is_set(const char *key);

int64_t ls_kafka_patience_ms(void);

#endif
