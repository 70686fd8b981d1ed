/* What people and their tools do to a cluster's topics and groups, done on purpose. Each waits
 * until it has come about; LS_E_IO otherwise. */
#ifndef LS_CONFORMANCE_KAFKA_ADMIN_H
#define LS_CONFORMANCE_KAFKA_ADMIN_H

#include "core/log/kafka_client.h"

/* Makes a topic of its own: `properties` are pairs that end with NULL; may be NULL. One that was
 * removed a moment ago is waited for. */
int ls_kafka_admin_make(const struct ls_kafka_client *client, const struct ls_log_topic *topic,
                        const char *const *properties, struct ls_error *err);

int ls_kafka_admin_remove(const struct ls_kafka_client *client, const char *topic,
                          struct ls_error *err);

/* As retention does: removes the records of a partition in front of an offset. */
int ls_kafka_admin_cut(const struct ls_kafka_client *client, const char *topic, uint32_t partition,
                       int64_t before, struct ls_error *err);

/* Offsets that a group has committed for the partitions of a list; -1001 where it has none. The
 * client is a consumer of that group. */
int ls_kafka_admin_committed(const struct ls_kafka_client *client,
                             rd_kafka_topic_partition_list_t *list, struct ls_error *err);

/* Commits other ones, as a tool does that resets a group. */
int ls_kafka_admin_commit(const struct ls_kafka_client *client, const char *group,
                          const rd_kafka_topic_partition_list_t *list, struct ls_error *err);

#endif
