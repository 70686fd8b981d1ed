/* Shared by the parts of the log on Kafka: the log and its manifests (kafka_log.c), writing
 * (kafka_log_writer.c, kafka_producer.c) and reading (kafka_log_reader.c). */
#ifndef LS_LOG_KAFKA_LOG_INTERNAL_H
#define LS_LOG_KAFKA_LOG_INTERNAL_H

#include "core/log/kafka_client.h"
#include "core/log/manifest.h"

#include <pthread.h>

#define LS_KAFKA_NAME_MAX 360 /* bytes of a topic's name with its prefix, and a NUL */

struct kafka_writer;

/* The record at a position is the first one at its offset or behind it. */
struct kafka_mark {
    uint64_t position;
    int64_t offset;
};
struct kafka_marks {
    struct kafka_mark *items; /* ascending */
    size_t count, capacity;
};

/* What is known of a topic from the manifests. (ls_log_select gives the log's topics other places;
 * these keep theirs.) */
struct kafka_topic {
    char *name; /* without the prefix */
    uint32_t partitions;
    struct kafka_marks *marks; /* of each partition */
};

/* One client reads a partition once at a time: a second reader of it gets another client. */
struct kafka_consumer {
    struct ls_kafka_client *client;
    bool **taken; /* [topic][partition] */
    struct kafka_consumer *next;
};

struct kafka_log {
    struct ls_log base;
    struct ls_log_identity *identity; /* owned */
    struct ls_kafka_place place;
    char side[LS_KAFKA_NAME_MAX];   /* the topic of the manifests */
    struct ls_kafka_client *client; /* a consumer, for manifests and offsets */
    int64_t side_next;              /* the next offset to read there */
    struct kafka_topic *topics;
    size_t topic_count;
    uint64_t **told;            /* [topic][partition]: the ends in the last manifest */
    bool told_complete;         /* likewise: the log is finished */
    char *session;              /* of the last manifest: which process wrote it; NULL: none yet */
    uint64_t checkpoint;        /* likewise; 0: none */
    struct ls_wire_map *frames; /* likewise: the ids of a registry that values have; NULL: none */
    pthread_mutex_t lock;
    struct kafka_consumer *consumers;
    size_t reader_count;          /* that are open */
    struct kafka_writer *writing; /* NULL when opened for reading */
};

/* A log of which nothing is known yet; LS_E_USAGE for a place that is none. */
int ls_kafka_log_new(const char *place, struct kafka_log **out, struct ls_error *err);

/* Its topics and who makes it, where no manifest has said so. */
int ls_kafka_log_begin(struct kafka_log *log, const struct ls_log_topic *topics, size_t topic_count,
                       const struct ls_log_identity *identity, struct ls_error *err);

/* Reads the manifests that there are and have not been read: *found says whether any ever was. A
 * cluster without the topic has none. */
int ls_kafka_log_look(struct kafka_log *log, bool *found, struct ls_error *err);

/* A number for each partition of each topic of the log, zeros; and frees them. */
uint64_t **ls_kafka_numbers_new(const struct kafka_log *log, struct ls_error *err);
void ls_kafka_numbers_free(const struct kafka_log *log, uint64_t **numbers);

/* The name of a topic of the log on the cluster. */
const char *ls_kafka_log_name(const struct kafka_log *log, const char *topic,
                              char out[LS_KAFKA_NAME_MAX]);

const struct kafka_topic *ls_kafka_log_topic(const struct kafka_log *log, uint32_t topic);

int ls_kafka_log_create(const char *place, const struct ls_log_topic *topics, size_t topic_count,
                        const struct ls_log_identity *identity, enum ls_log_mode mode,
                        struct ls_log **out, struct ls_error *err);
int ls_kafka_log_append(struct ls_log *base, uint32_t topic, uint32_t partition,
                        const struct ls_log_record *record, struct ls_error *err);
int ls_kafka_log_continue(const char *place, const struct ls_log_topic *topics, size_t topic_count,
                          const struct ls_log_identity *identity, const struct ls_log_past *past,
                          struct ls_log **out, struct ls_error *err);
int ls_kafka_log_flush(struct ls_log *base, uint32_t topic, uint32_t partition, bool sync,
                       struct ls_log_end *end, struct ls_error *err);
int ls_kafka_log_commit(struct ls_log *base, const struct ls_log_commit *commit,
                        struct ls_error *err);
bool ls_kafka_log_wants_commit(const struct ls_log *base);
int ls_kafka_log_complete(struct ls_log *base, struct ls_error *err);
void ls_kafka_writer_free(struct kafka_writer *writer); /* NULL is legal */

int ls_kafka_log_reader_new(const struct ls_log *base, uint32_t topic, uint32_t partition,
                            uint64_t position, struct ls_log_reader **out, struct ls_error *err);
int ls_kafka_log_read(struct ls_log_reader *base, size_t count_max,
                      const struct ls_log_record **records, size_t *count, struct ls_error *err);
bool ls_kafka_log_reader_place(const struct ls_log_reader *base, uint64_t position,
                               struct ls_log_input *out);
void ls_kafka_log_reader_free(struct ls_log_reader *base);
void ls_kafka_consumers_free(struct kafka_log *log);

/* Is there a record behind the range of a partition? */
int ls_kafka_log_overhang(const struct kafka_log *log, uint32_t topic, uint32_t partition,
                          bool *found, struct ls_error *err);

/* A consumer of what is decided upon, which tells of the ends of partitions. What is
 * fetched ahead is shared by so many partitions. */
int ls_kafka_consumer_new(const struct ls_kafka_place *place, size_t partitions,
                          struct ls_kafka_client **out, struct ls_error *err);

#endif
