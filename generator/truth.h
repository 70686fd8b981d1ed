/* What the generator knows it did (contract G7): beside the data, one file for each topic partition
 * with a row for every record that was touched or is not admitted, and the totals per outcome; of a
 * spec with episodes also the list of them (truth_episode.h). Written in index order; all it
 * remembers is, per partition, the position and the highest clock. */
#ifndef LS_GENERATOR_TRUTH_H
#define LS_GENERATOR_TRUTH_H

#include "generator/event.h"

#define LS_TRUTH_RECORDS_PER_BLOCK 256

extern const char ls_truth_schema[];

struct ls_truth_totals {
    uint64_t raw; /* heartbeats included */
    uint64_t heartbeats;
    uint64_t by_outcome[LS_REASON_COUNT]; /* [LS_ADMITTED] and each reason */
    uint64_t late, jitter;                /* touched by these */
};

struct ls_truth;

/* `folder` NULL: nothing is written, only counted. Files that are there are begun anew, also when a
 * run is resumed: it makes all events again, and whose truth lies there nobody knows. */
int ls_truth_new(const struct ls_plan *plan, const char *folder, struct ls_truth **out,
                 struct ls_error *err);

/* The next event, in index order. */
int ls_truth_take(struct ls_truth *truth, const struct ls_event *event, struct ls_error *err);

/* A heartbeat, between the events before and behind it: it has a position and moves the clock. */
void ls_truth_heartbeat(struct ls_truth *truth, uint32_t type, uint32_t partition, int64_t time_ms);

/* Ends the files and writes totals.json, and episodes.avro where there are any, all synced. */
int ls_truth_finish(struct ls_truth *truth, struct ls_error *err);

/* Of one event type. */
const struct ls_truth_totals *ls_truth_totals(const struct ls_truth *truth, size_t type);

void ls_truth_free(struct ls_truth *truth);

#endif
