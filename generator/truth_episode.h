/* The episodes of a run, as a list in the truth's folder: what whoever looks for them in the data
 * should find. Nothing is remembered for it: episodes are computed. */
#ifndef LS_GENERATOR_TRUTH_EPISODE_H
#define LS_GENERATOR_TRUTH_EPISODE_H

#include "generator/plan.h"

#define LS_TRUTH_EPISODES_PER_BLOCK 1024

extern const char ls_truth_episode_schema[];

/* Writes FOLDER/episodes.avro, synced: a row for each episode of each entity that has not ended by
 * `first_ms` and has begun by `last_ms`, the times of the run's first and last event_time; by
 * episode (in the spec's order), number of the entity, and time. The folder is there. first_ms >
 * last_ms: no rows. */
int ls_truth_episodes_write(const struct ls_plan *plan, int64_t first_ms, int64_t last_ms,
                            const char *folder, struct ls_error *err);

#endif
