/* The log: topics of partitions of records, in order (contract, Terms). One interface; an
 * implementation is one row in ls_log_kinds.
 *
 * A log is written by one process and read by any number. A reader sees a frozen range of each
 * partition: what the manifest promises, or of a log that is still written what was there when it
 * was last looked at. Positions count the records of a range from 0; in the file
 * log they equal the offsets. */
#ifndef LS_LOG_LOG_H
#define LS_LOG_LOG_H

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/log/shard.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LS_LOG_TOPICS_MAX     1024
#define LS_LOG_DOMAINS_MAX    64
#define LS_LOG_PARTITIONS_MAX 1024
#define LS_LOG_TOPIC_NAME_MAX 249        /* as in Kafka */
#define LS_LOG_RECORD_MAX     (8U << 20) /* bytes of key, headers and value together */

struct ls_log_record {
    int64_t offset; /* set by the log */
    int64_t timestamp_ms;
    const uint8_t *key; /* NULL: no key; an empty key is not NULL */
    size_t key_size;
    const uint8_t *headers; /* encoded: Avro array of records of key (string) and value (null or
                               bytes), at least one; NULL: none */
    size_t headers_size;
    const uint8_t *value; /* NULL: no value (a tombstone) */
    size_t value_size;
};

struct ls_log_topic {
    const char *name;
    uint32_t partitions;
    /* Fingerprints of the schemas that its values are written with. A log that translates them
     * knows them all, or is refused; none where that is not known. Borrowed, while it is opened. */
    const uint64_t *schemas;
    size_t schema_count;
};

/* Names what was written: for each domain the spec's hash and the bounds of the run. Two logs of
 * one identity have the same bytes. */
struct ls_log_identity {
    const char *domain;
    const char *spec_sha256; /* hex */
    uint64_t events;         /* how many the run was to make; UINT64_MAX: not bounded by a number */
    int64_t until_ms;        /* data time it was to end before; INT64_MAX: not bounded by a time */
    const struct ls_log_identity *next; /* of the next domain in the log; NULL behind the last */
    struct ls_shard shard;              /* the partitions that it has; all others are empty */
    const char *writer; /* of a log that ls_log_continue opens: who alone goes on with it. NULL:
                           whoever makes the same records */
};

struct ls_log;
struct ls_log_reader;

enum ls_log_mode {
    LS_LOG_FRESH, /* refuses a log that is there */
    LS_LOG_RESUME /* goes on with one of the same identity that was not finished */
};

/* Does the text name a log, and no folder? It may still lack the place: "log:". */
bool ls_log_is_uri(const char *text);

/* Could there be a log of this name? LS_E_USAGE says what is wrong with it, and shows no password.
 */
int ls_log_check(const char *uri, struct ls_error *err);

/* Opens for writing. The topics are copied. In mode LS_LOG_RESUME what a killed writer left is cut
 * back to whole blocks, and appends of records that are there already are passed over (the writer
 * makes the same records again from the beginning: contract G1). LS_E_USAGE for a URI of no known
 * kind, LS_E_IO, LS_E_DATA when something else is there or a topic passes the limits above. */
int ls_log_create(const char *uri, const struct ls_log_topic *topics, size_t topic_count,
                  const struct ls_log_identity *identity, enum ls_log_mode mode,
                  struct ls_log **out, struct ls_error *err);

/* Appends one record to a partition; the bytes are copied. record->offset is ignored. */
int ls_log_append(struct ls_log *log, uint32_t topic, uint32_t partition,
                  const struct ls_log_record *record, struct ls_error *err);

/* Everything is written and synced, then the manifest says so. No append after it. */
int ls_log_complete(struct ls_log *log, struct ls_error *err);

/* Where a partition ends that was flushed. */
struct ls_log_end {
    uint64_t records, bytes;
};

/* What a writer knows that comes back to its log. */
struct ls_log_past {
    const struct ls_log_end *ends; /* of each partition of each topic, in order */
    uint64_t checkpoint;           /* where it knows that from: its number; 0: from none */
    bool finished;                 /* it may have finished the log, and will do so again */
};

/* Opens a log for writing whose writer keeps for itself how far it is: each partition is cut back
 * to its end in `past`. `past` NULL: to nothing, where there is a log of the same identity, or
 * none. The log is not finished then, whatever it was; no other process can open it so until it is
 * closed. LS_E_DATA where there is a log of another identity or writer, or one that is finished and
 * not by this writer's own past, where another process writes, or a partition has no such end;
 * LS_E_NOINPUT where a file is missing. What is refused stays as it is. */
int ls_log_continue(const char *uri, const struct ls_log_topic *topics, size_t topic_count,
                    const struct ls_log_identity *identity, const struct ls_log_past *past,
                    struct ls_log **out, struct ls_error *err);

/* What was appended to a partition is there for readers, and with `sync` lasts: *end says how far
 * it goes. The log's bytes then depend on when this was called, its records do not. */
int ls_log_flush(struct ls_log *log, uint32_t topic, uint32_t partition, bool sync,
                 struct ls_log_end *end, struct ls_error *err);

/* What a writer's checkpoint covers, whose file is there and lasts. */
struct ls_log_commit {
    uint64_t checkpoint; /* its number, from 1 */
    bool last; /* no other follows: whoever goes on from it makes the same records again, and what
                  is appended from now on is committed as it comes */
    /* How far the writer has read a log, for those who watch how far it is behind: offsets of
     * topics of the same cluster. None where it reads from elsewhere. */
    const struct ls_log_input *inputs;
    size_t input_count;
};
struct ls_log_input {
    const char *topic; /* borrowed; as the cluster names it */
    uint32_t partition;
    int64_t offset; /* of the record that it reads next */
};

/* Behind the checkpoint: in a log whose writes are transactions, all that was appended is there
 * from now on (readers see it a moment later), together with the inputs' offsets and the
 * checkpoint's number, or nothing of it. In others it was there when it was flushed. */
int ls_log_commit(struct ls_log *log, const struct ls_log_commit *commit, struct ls_error *err);

/* Is it time for the writer's next checkpoint, because what is not committed has grown large, or
 * old? */
bool ls_log_wants_commit(const struct ls_log *log);

/* Before a log is opened to be gone on with: 1, and the number of the last checkpoint that was
 * committed, 0 before the first. A writer goes on from that one, or from one before it. UINT64_MAX
 * of a log that keeps no such numbers: whatever it holds can be cut back. 0: there is no log yet.
 */
int ls_log_peek(const char *uri, uint64_t *checkpoint, struct ls_error *err);

/* Removes a log from a cluster, if there is one; one of files is left alone. */
int ls_log_remove(const char *uri, struct ls_error *err);

/* Do two logs that are open stand on one cluster, so that what was read from one can be told in the
 * other? */
bool ls_log_share_cluster(const struct ls_log *a, const struct ls_log *b);

/* Is the log finished: was it when it was opened, or looked at again? */
bool ls_log_is_complete(const struct ls_log *log);

/* Opens for reading. A log that was not finished is LS_E_DATA unless `partial`; then its whole
 * blocks are its range. */
int ls_log_open(const char *uri, bool partial, struct ls_log **out, struct ls_error *err);

/* Looks how far the writer of a log that was not finished has come since it was opened, or looked
 * at. Ranges grow, and readers that there are see it; nobody may read meanwhile. Once the writer
 * has finished, ls_log_is_complete says so, and the ranges are what the manifest promises.
 * LS_E_DATA when that is less than was there: another log. */
int ls_log_refresh(struct ls_log *log, struct ls_error *err);

const struct ls_log_topic *ls_log_topics(const struct ls_log *log, size_t *count);

/* The index of a topic, or -1. */
int ls_log_find_topic(const struct ls_log *log, const char *name);

/* Makes these the topics of a log that was opened for reading, in this order; its others are not
 * seen any more. LS_E_DATA when it lacks one. */
int ls_log_select(struct ls_log *log, const char *const *names, size_t count, struct ls_error *err);

/* How many records the range of a partition holds. */
uint64_t ls_log_count(const struct ls_log *log, uint32_t topic, uint32_t partition);

/* How many all ranges hold. */
uint64_t ls_log_records(const struct ls_log *log);

/* Who made the log; borrowed. */
const struct ls_log_identity *ls_log_identity(const struct ls_log *log);

/* What is stored of a partition, whatever its range says: for those who look for damage. */
struct ls_log_stored {
    uint64_t records; /* in whole blocks */
    uint64_t bytes;   /* of all */
    uint64_t torn;    /* bytes behind the last whole block */
};
int ls_log_stored(const struct ls_log *log, uint32_t topic, uint32_t partition,
                  struct ls_log_stored *out, struct ls_error *err);

/* Closes; an unfinished log stays as it is, to be resumed. NULL is legal. */
void ls_log_close(struct ls_log *log);

/* A reader of one partition from a position. Several readers of one log may be used by several
 * threads. */
int ls_log_reader_new(const struct ls_log *log, uint32_t topic, uint32_t partition,
                      uint64_t position, struct ls_log_reader **out, struct ls_error *err);

/* The next records, at most `count_max`: *records is borrowed until the next call. *count is 0 at
 * the end of the range, and where the log has nothing for the moment (it has waited for some,
 * within bounds): ls_log_reader_position tells which. A file log always has. */
int ls_log_read(struct ls_log_reader *reader, size_t count_max,
                const struct ls_log_record **records, size_t *count, struct ls_error *err);

/* The position of the next record. */
uint64_t ls_log_reader_position(const struct ls_log_reader *reader);

/* Which topic it reads, as a cluster names it, and there the offset of a position that is not in
 * front of what the last call gave: for ls_log_commit. False of a log that is on no cluster. */
bool ls_log_reader_place(const struct ls_log_reader *reader, uint64_t position,
                         struct ls_log_input *out);

void ls_log_reader_free(struct ls_log_reader *reader);

/* A running digest of the records of a partition in order: what a run says it has read (C3). Begin
 * with zeros. */
struct ls_id ls_log_digest(struct ls_id digest, const struct ls_log_record *record);

/* ---- implementations */

struct ls_log_kind {
    const char *scheme; /* "log": "log:DIR" */
    const char *summary;
    int (*create)(const char *place, const struct ls_log_topic *topics, size_t topic_count,
                  const struct ls_log_identity *identity, enum ls_log_mode mode,
                  struct ls_log **out, struct ls_error *err);
    int (*go_on)(const char *place, const struct ls_log_topic *topics, size_t topic_count,
                 const struct ls_log_identity *identity, const struct ls_log_past *past,
                 struct ls_log **out, struct ls_error *err);
    int (*append)(struct ls_log *log, uint32_t topic, uint32_t partition,
                  const struct ls_log_record *record, struct ls_error *err);
    int (*flush)(struct ls_log *log, uint32_t topic, uint32_t partition, bool sync,
                 struct ls_log_end *end, struct ls_error *err);
    /* NULL where nothing is a transaction: */
    int (*commit)(struct ls_log *log, const struct ls_log_commit *commit, struct ls_error *err);
    bool (*wants_commit)(const struct ls_log *log);
    int (*check)(const char *place, struct ls_error *err);
    int (*peek)(const char *place, uint64_t *checkpoint, struct ls_error *err);
    int (*remove)(const char *place,
                  struct ls_error *err); /* NULL: files are anybody's to remove */
    bool (*share_cluster)(const struct ls_log *a, const struct ls_log *b); /* of this kind */
    bool (*reader_place)(const struct ls_log_reader *reader, uint64_t position,
                         struct ls_log_input *out);
    int (*complete)(struct ls_log *log, struct ls_error *err);
    int (*open)(const char *place, bool partial, struct ls_log **out, struct ls_error *err);
    int (*refresh)(struct ls_log *log, struct ls_error *err); /* of one that is not complete */
    void (*close)(struct ls_log *log);
    int (*stored)(const struct ls_log *log, uint32_t topic, uint32_t partition,
                  struct ls_log_stored *out, struct ls_error *err);
    int (*reader_new)(const struct ls_log *log, uint32_t topic, uint32_t partition,
                      uint64_t position, struct ls_log_reader **out, struct ls_error *err);
    int (*read)(struct ls_log_reader *reader, size_t count_max,
                const struct ls_log_record **records, size_t *count, struct ls_error *err);
    void (*reader_free)(struct ls_log_reader *reader);
};

/* What every implementation's struct begins with. */
struct ls_log {
    const struct ls_log_kind *kind;
    struct ls_log_topic *topics; /* owned, with their names */
    size_t topic_count;
    uint64_t **counts; /* [topic][partition]: records of the range, or appended so far */
    uint64_t **sizes;  /* likewise: bytes that an implementation found them in */
    struct ls_log_identity identity; /* its texts are the implementation's */
    bool complete;
};
struct ls_log_reader {
    const struct ls_log_kind *kind;
    uint64_t position;
    const uint64_t *end; /* the log's count */
};

extern const struct ls_log_kind *const ls_log_kinds[]; /* ends with NULL */
extern const struct ls_log_kind ls_log_file, ls_log_kafka;

/* For implementations: fills topics and counts of a zeroed struct; and frees them. */
int ls_log_init(struct ls_log *log, const struct ls_log_kind *kind,
                const struct ls_log_topic *topics, size_t topic_count, struct ls_error *err);
void ls_log_clear(struct ls_log *log);

/* A copy with all that it leads to; NULL with `err` filled when memory is refused. */
struct ls_log_identity *ls_log_identity_copy(const struct ls_log_identity *identity,
                                             struct ls_error *err);
void ls_log_identity_free(struct ls_log_identity *identity); /* NULL is legal */

/* Goes to the first domains that are not the same, one of them NULL where only the other run has
 * more; both are NULL when none differs. */
void ls_log_identity_compare(const struct ls_log_identity **a, const struct ls_log_identity **b);

/* Whether a topic keeps the limits above and can be a folder: 0 or LS_E_DATA. */
int ls_log_check_topic(const struct ls_log_topic *topic, struct ls_error *err);

#endif
