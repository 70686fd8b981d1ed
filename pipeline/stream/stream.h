/* The streaming run without its input and its clock: it is told of records and says what comes of
 * them. Incremental: state, watermarks, emission (contract P2, P4-P6, P9). Whoever drives it reads
 * the log, chooses the interleaving, and decides when to emit and to save.
 *
 * Partitions are dealt to workers (partition number k of all belongs to worker k % workers);
 * ls_stream_take may run in one thread for each worker at a time, everything else while none of
 * them does. */
#ifndef LS_STREAM_STREAM_H
#define LS_STREAM_STREAM_H

#include "pipeline/stream/dedupe.h"
#include "pipeline/stream/operator.h"
#include "pipeline/stream/windows.h"

#define LS_STREAM_WORKERS_MAX 64

struct ls_stream_partition {
    uint32_t topic, partition;
    uint64_t position; /* of the next record */
    struct ls_id last; /* digest of the record before it alone: by it a restart knows its log */
    bool has_clock;
    int64_t highest; /* clock */
    struct ls_partition_counts counts;
    struct ls_dedupe dedupe;
    struct ls_dedupe monotone; /* see monotone.h */
};

struct ls_stream_worker {
    struct ls_windows *windows; /* [view], of those of windows */
    struct ls_queue *arrived;   /* [view], of the others: what came since the last emission */
    struct ls_record record;
    struct ls_contribution contribution;
    struct ls_buf scratch;
    uint8_t key[LS_GROUP_KEY_MAX];
};

struct ls_stream {
    const struct ls_record_plan *plan;
    const struct ls_views *views;
    struct ls_outputs *outputs;        /* borrowed */
    uint32_t partitions;               /* of each topic */
    size_t partition_count;            /* of all topics */
    struct ls_stream_partition *parts; /* [topic * partitions + partition] */
    unsigned worker_count;
    struct ls_stream_worker **workers;
    struct ls_operator **operators; /* [view]; NULL: it is of windows, which the workers have */
    int64_t *emitted; /* [view] the low watermark up to which rows were emitted; INT64_MIN: none */
    uint64_t emitted_by_watermark, emitted_by_flush; /* rows */
    bool final; /* nothing comes behind what was read: said when the state was saved last */
    struct ls_emission emission;
    struct ls_delays *delays; /* [view], of alert rules */
};

int ls_stream_new(const struct ls_record_plan *plan, const struct ls_views *views,
                  uint32_t partitions, unsigned workers, struct ls_stream **out,
                  struct ls_error *err);
/* At least so many workers: state that more of them left in a checkpoint stays apart until it is
 * emitted. */
int ls_stream_add_workers(struct ls_stream *stream, unsigned count, struct ls_error *err);

void ls_stream_free(struct ls_stream *stream);

/* Records of partition number `part`, in order. */
int ls_stream_take(struct ls_stream *stream, unsigned worker, size_t part,
                   const struct ls_log_record *records, size_t count, struct ls_error *err);

/* What the workers have taken joins what waits for its turn: begins an emission, a flush, and a
 * checkpoint. */
int ls_stream_gather(struct ls_stream *stream, struct ls_error *err);

/* Emits the rows that the low watermarks of their views have made final. */
int ls_stream_emit(struct ls_stream *stream, struct ls_error *err);

/* The end of a bounded input: emits all that is open. The state is spent afterwards; the checkpoint
 * that goes on was taken before (P6). */
int ls_stream_flush(struct ls_stream *stream, struct ls_error *err);

#endif
