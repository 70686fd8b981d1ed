/* A file log's records in topics as programs may leave them whose writing went wrong, or was odd:
 * what the cases of Kafka read. The manifests beside them say of what log they are and how far it
 * goes, as those of `generate` do, so that it is the same log at other offsets. */
#ifndef LS_CONFORMANCE_KAFKA_INPUT_H
#define LS_CONFORMANCE_KAFKA_INPUT_H

#include "core/log/kafka_client.h"

#define LS_KAFKA_INPUT_SIZE_MAX 1024 /* records of a transaction */

struct ls_kafka_input {
    const char *log;       /* folder of the file log */
    const char *uri;       /* kafka://HOST:PORT/PREFIX, where nothing is yet */
    const unsigned *sizes; /* records of its transactions, in turn; a size of 0 is an empty one */
    size_t size_count;
    bool aborted;                  /* every other one is sent before, and taken back */
    bool codecs;                   /* they are compressed in turn: none, gzip, snappy, lz4, zstd */
    bool shifted;                  /* other records stood in front, and were removed */
    bool hangs;                    /* another program's transaction, within, never ends */
    uint32_t first_id;             /* values have Confluent's frame, with a registry's ids from here
                                      on; 0: fingerprints */
    unsigned missing_one_in;       /* one in so many records is not there; 0: none */
    const char *const *properties; /* pairs of the topics, ending with NULL; may be NULL */

    /* what came of it */
    uint64_t transactions, empty, taken_back; /* transactions */
    uint64_t records, missing;
    uint64_t framed, schemas; /* values with an id, and ids */
    uint64_t gaps;            /* offsets that are no record of the log's */
    struct ls_kafka_client *hanging;
};

/* Writes it. Clear it, also after an error. */
int ls_kafka_input_write(struct ls_kafka_input *input, struct ls_error *err);

/* Ends the transaction that hangs. */
int ls_kafka_input_release(struct ls_kafka_input *input, struct ls_error *err);
void ls_kafka_input_clear(struct ls_kafka_input *input);

/* ---- for others who write into topics */

/* A producer, with a transactional.id or a compression.type where these are not NULL. Asked for the
 * end of a partition, it tells that of all records, whatever is decided. */
int ls_kafka_input_producer(const struct ls_kafka_place *place, const char *transactional_id,
                            const char *codec, struct ls_kafka_client **out, struct ls_error *err);

/* Hands a record to it; the bytes are copied. */
int ls_kafka_input_send(struct ls_kafka_client *producer, const char *topic, uint32_t partition,
                        const struct ls_log_record *record, struct ls_error *err);

/* Everything that was handed over is there. */
int ls_kafka_input_flush(struct ls_kafka_client *producer, struct ls_error *err);

/* Transactions of a producer with a `transactional.id`: what rd_kafka_init_transactions and its
 * like do, tried again within patience. */
int ls_kafka_input_init(struct ls_kafka_client *producer, struct ls_error *err);
int ls_kafka_input_begin(struct ls_kafka_client *producer, struct ls_error *err);
int ls_kafka_input_end(struct ls_kafka_client *producer, bool commit, struct ls_error *err);

#endif
