/* Speaking to a Kafka cluster: where it is, with which properties, and what its errors mean to
 * people. Everything that calls librdkafka is in the files kafka_*.c of this folder, and of
 * conformance/, which writes as others do. */
#ifndef LS_LOG_KAFKA_CLIENT_H
#define LS_LOG_KAFKA_CLIENT_H

#include "core/base/buf.h"
#include "core/log/log.h"

#include <librdkafka/rdkafka.h>

/* ---- properties, of the whole process: set before the first log is opened */

/* "KEY=VALUE": a property of librdkafka; `topic.KEY`, of the topics that are made; or `patience`, a
 * duration: how long a cluster may bring nothing forward before it is given up (30s). LS_E_USAGE
 * for one that there is not, that is Lockstep's own to set, or whose value is none; a secret's
 * value is in no message. */
int ls_kafka_set(const char *assignment, struct ls_error *err);

/* As if none had been set. */
void ls_kafka_unset(void);

/* What can be set: a line for each property, with its default and what it is for. */
int ls_kafka_list(struct ls_buf *out, struct ls_error *err);

/* ---- places */

struct ls_kafka_place {
    char *uri;     /* as it was given, with its scheme: for messages */
    char *brokers; /* HOST:PORT[,HOST:PORT...] */
    char *prefix;  /* what the names of the log's topics begin with, its dot included: "shop.", or
                      "" */
};

/* "//HOST:PORT[,HOST:PORT...][/PREFIX]". LS_E_USAGE says what is wrong with it. */
int ls_kafka_place_parse(const char *text, struct ls_kafka_place *out, struct ls_error *err);
void ls_kafka_place_clear(struct ls_kafka_place *place);

/* ---- clients */

/* What was last heard of a cluster's brokers: of no effect by itself, but the cause when something
 * does not come about. */
struct ls_kafka_client;

/* What a broker refused a producer is kept for the whole process, until this says that things go
 * well again: of a broker that says "the disk is full" and goes down, the next to ask hears only
 * that nobody is there. */
void ls_kafka_refusal_forget(void);

/* Connects to nothing yet. `properties` are pairs of key and value, ending with NULL; what people
 * set is taken before them, which they can of none that is Lockstep's own. `failed` is told of each
 * message that was not delivered (producers). */
int ls_kafka_client_new(const struct ls_kafka_place *place, rd_kafka_type_t type,
                        const char *const *properties,
                        void (*failed)(void *context, const rd_kafka_message_t *message),
                        void *context, struct ls_kafka_client **out, struct ls_error *err);
/* Waits for nothing that is on its way. NULL is legal. */
void ls_kafka_client_free(struct ls_kafka_client *client);
rd_kafka_t *ls_kafka_of(const struct ls_kafka_client *client);

/* The error of something that came to nothing, LS_E_IO: what, the code's text, which broker said
 * what last, what was refused before that, and what to try. */
int ls_kafka_error(const struct ls_kafka_client *client, rd_kafka_resp_err_t code, const char *why,
                   struct ls_error *err, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* A record's headers, from the Avro array that a log has of them; to be given with a message, or
 * destroyed. */
rd_kafka_headers_t *ls_kafka_headers_new(const uint8_t *bytes, size_t size);

/* ---- patience: until when something may still come about */

struct ls_kafka_wait {
    uint64_t until_ns;
};
struct ls_kafka_wait ls_kafka_wait_begin(void);
bool ls_kafka_wait_is_over(const struct ls_kafka_wait *wait);
bool ls_kafka_wait_is_half_over(const struct ls_kafka_wait *wait);
int ls_kafka_wait_ms(const struct ls_kafka_wait *wait, int most); /* left, at most so many */

/* Has a broker refused who we say that we are? Then no waiting helps. */
bool ls_kafka_is_refused(const struct ls_kafka_client *client);

/* Is it worth to try again? */
bool ls_kafka_is_passing(rd_kafka_resp_err_t code);

/* ---- topics */

/* What the cluster has of a topic: its partitions, 0 where there is none. Waits until it is known.
 */
int ls_kafka_partitions(const struct ls_kafka_client *client, const char *topic, uint32_t *out,
                        struct ls_error *err);

/* Makes topics, of the brokers' replication; those that are there are left alone. */
int ls_kafka_topics_make(const struct ls_kafka_client *client, const struct ls_log_topic *topics,
                         size_t count, struct ls_error *err);

/* Removes topics; those that are not there are no error. What they hold is gone at once, and their
 * names a moment later. */
int ls_kafka_topics_remove(const struct ls_kafka_client *client, const char *const *topics,
                           size_t count, struct ls_error *err);

/* The offsets of a partition's first record and behind its last. Of a consumer that reads committed
 * records: behind the last that is decided upon. */
int ls_kafka_range(const struct ls_kafka_client *client, const char *topic, uint32_t partition,
                   int64_t *low, int64_t *high, struct ls_error *err);

#endif
