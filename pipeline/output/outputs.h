/* Everything that a run writes: below DIR datasets/ (reproducible to the byte, contract B2), or
 * topics of a log with the same rows (P6); manifest.json (the audit manifest of contract P12,
 * reproducible too), and summary.json (counts, and apart from them what depends on the machine).
 *
 * The datasets of one topic partition are touched by one thread, those of views by one. */
#ifndef LS_OUTPUT_OUTPUTS_H
#define LS_OUTPUT_OUTPUTS_H

#include "pipeline/output/dataset.h"
#include "pipeline/output/scope.h"
#include "pipeline/view/view.h"

/* What a run has counted of one topic partition. */
struct ls_partition_counts {
    uint64_t raw;
    uint64_t heartbeats;
    bool reached; /* the time as of which the run is: there are records from then on, so that no
                     more can come before */
    uint64_t expiring, regained; /* where lateness is not judged (P14): records that would be
                                    EXPIRED, and those of them that are admitted */
    struct ls_id input_digest;   /* of what was read, in order (C3) */
    uint64_t by_reason[LS_REASON_COUNT]; /* of all but heartbeats */
};

/* Counts a record that was examined and judged. */
static inline void ls_count_record(struct ls_partition_counts *counts,
                                   const struct ls_log_record *raw, const struct ls_record *record)
{
    counts->raw++;
    counts->heartbeats += record->is_heartbeat;
    counts->by_reason[record->reason] += !record->is_heartbeat;
    counts->input_digest = ls_log_digest(counts->input_digest, raw);
}

struct ls_journal;

/* The schema of quarantined records. */
extern const char ls_quarantine_schema[];

struct ls_outputs {
    const struct ls_record_plan *plan;
    const struct ls_views *views;
    uint32_t partitions;
    bool views_only; /* of a range: there are no other datasets, and what is appended to them goes
                        nowhere */
    const struct ls_outlet *outlet;
    char *folder;                        /* of manifest and summary: DIR */
    int lock;                            /* of DIR, while this is open; -1: rows go to topics */
    char *datasets;                      /* DIR/datasets; NULL: rows go to topics */
    const struct ls_topics_place *place; /* of topics, while they are opened; NULL: rows go to
                                            files */
    struct ls_log *log;
    size_t count;
    struct ls_dataset *sets; /* see ls_outputs_* below for the order */
    struct ls_schema *quarantine_schema, *late_schema;
    struct ls_layout *quarantine_layout, *late_layout;
    struct ls_journal *journal; /* hears of what is quarantined, late, an alert; borrowed; NULL at
                                   first: nobody does */
};

/* LS_E_DATA where another process works in the folder.
 *
 * `states` NULL: everything anew, what is below DIR/datasets is removed first. Otherwise goes on
 * from a checkpoint: one state for each dataset, in order. Sums, manifest and summary of an earlier
 * run are removed in both cases: where they are, the datasets are whole. LS_E_DATA, and nothing is
 * removed, where what is there is not of a run (ours.h). */
int ls_outputs_open(const struct ls_record_plan *plan, const struct ls_views *views,
                    uint32_t partitions, const char *folder, const struct ls_dataset_state *states,
                    struct ls_outputs **out, struct ls_error *err);

/* Where rows go that go to topics. */
struct ls_topics_place {
    const char *uri;     /* of their log */
    const char *folder;  /* that gets manifest and summary */
    const char *writer;  /* the name of the state, which alone goes on with that log */
    bool finished;       /* it was ended for good, and the log may be finished */
    uint64_t checkpoint; /* that the states are of; 0: there are none */
};

/* The same with rows that go to topics. LS_E_DATA where the log is another state's, or finished
 * without this one's knowing. */
int ls_outputs_open_topics(const struct ls_record_plan *plan, const struct ls_views *views,
                           uint32_t partitions, const struct ls_topics_place *place,
                           const struct ls_dataset_state *states, struct ls_outputs **out,
                           struct ls_error *err);

/* Anew, of a run over a range (P15): the datasets of views and alert rules alone. */
int ls_outputs_open_views(const struct ls_record_plan *plan, const struct ls_views *views,
                          uint32_t partitions, const char *folder, struct ls_outputs **out,
                          struct ls_error *err);

/* Is the flush at the end of an input written? To files always, since a run that goes on takes it
 * back; to topics when nothing comes behind it (P6). */
bool ls_outputs_flushes(const struct ls_outputs *o, bool final);

/* A checkpoint covers what was written: its file is there and lasts. */
int ls_outputs_covered(struct ls_outputs *o, const struct ls_log_commit *commit,
                       struct ls_error *err);

/* Has so much been written, or so long ago, that a checkpoint should cover it? */
bool ls_outputs_want_checkpoint(const struct ls_outputs *o);

/* What the log of a job's topics says that its domain is: no log of events is taken for it. */
#define LS_OUTPUTS_DOMAIN_MAX 256
char *ls_outputs_domain(const struct ls_record_plan *plan, char out[LS_OUTPUTS_DOMAIN_MAX]);

/* Name and layout of dataset number i, and the topic that its rows go to: the number of the
 * partition, with the topic's name and how many it has. */
const struct ls_layout *ls_outputs_describe(const struct ls_outputs *o, size_t i,
                                            char name[LS_PATH_MAX]);
uint32_t ls_outputs_topic(const struct ls_outputs *o, size_t i, char name[LS_PATH_MAX],
                          uint32_t *partitions);

/* Each topic that rows go to, with the schema of its values: for as long as `each` is given them. A
 * negative answer ends it. */
int ls_outputs_topics(const struct ls_record_plan *plan, const struct ls_views *views,
                      int (*each)(void *context, const char *topic, const struct ls_schema *schema,
                                  struct ls_error *err),
                      void *context, struct ls_error *err);

/* How many datasets there are. */
size_t ls_outputs_count(const struct ls_record_plan *plan, const struct ls_views *views,
                        uint32_t partitions);

/* Appends to normalized/TOPIC/PARTITION, quarantine/TOPIC/PARTITION, late/VIEW/TOPIC/PARTITION,
 * views/VIEW or alerts/RULE. */
int ls_outputs_normalized(struct ls_outputs *o, uint32_t topic, uint32_t partition,
                          const struct ls_record *record, struct ls_error *err);
int ls_outputs_quarantine(struct ls_outputs *o, uint32_t topic, uint32_t partition,
                          uint64_t position, const struct ls_log_record *raw,
                          const struct ls_record *record, struct ls_error *err);
int ls_outputs_late(struct ls_outputs *o, const struct ls_view *view, uint32_t topic,
                    uint32_t partition, uint64_t position, const struct ls_record *record,
                    int64_t watermark, int64_t window_start, int64_t window_end,
                    struct ls_error *err);
int ls_outputs_row(struct ls_outputs *o, const struct ls_view *view, const uint8_t *row,
                   size_t size, const struct ls_row_tag *tag, struct ls_error *err);

/* The late datasets of a view: of each topic that it reads, by partition. */
const struct ls_dataset *ls_outputs_late_sets(const struct ls_outputs *o,
                                              const struct ls_view *view, size_t *count);

/* P14: what a view was given, a record's part in a window at a time, that it would not get were
 * lateness judged: because it is late, because its record would be EXPIRED. */
struct ls_lateness_cost {
    uint64_t late, expired;
};

/* How many rows a view has; how many of a topic partition's records are late for it, if it reads
 * the topic. */
uint64_t ls_outputs_row_count(const struct ls_outputs *o, const struct ls_view *view);
uint64_t ls_outputs_late_count(const struct ls_outputs *o, const struct ls_view *view,
                               uint32_t topic, uint32_t partition);

/* Of an alert rule: its rows but those of the flush, and how long they were in coming. */
struct ls_alert_delay {
    const char *rule;
    uint64_t rows;
    int64_t p99_ms, most_ms;
};

/* How a run went: for the summary, apart from what is reproducible. */
struct ls_run_facts {
    const char *mode;                     /* "stream", "batch" */
    const struct ls_scope *scope;         /* NULL: everything */
    const struct ls_lateness_cost *costs; /* [view]; where lateness is off */
    bool stopped;     /* before its input ended: what is open is not in the datasets */
    bool final;       /* nothing comes behind it */
    uint64_t records; /* read in this run, not before a restart */
    uint64_t elapsed_us;
    unsigned workers;
    unsigned threads;                                /* that may be at work at the end */
    uint64_t emitted_by_watermark, emitted_by_flush; /* windows; stream only */
    uint64_t checkpoints, restarts;                  /* stream only */
    const struct ls_alert_delay *delays;             /* likewise, of each alert rule */
    size_t delay_count;
};

/* Ends the files, or once nothing comes any more the log, and writes SHA256SUMS (of files),
 * manifest.json and summary.json; of a run that was stopped the summary alone, since its datasets
 * are those of no input. `counts` is [topic * partitions + partition]. */
int ls_outputs_finish(struct ls_outputs *o, const struct ls_partition_counts *counts,
                      const struct ls_run_facts *facts, struct ls_error *err);

/* Ends the files and writes SHA256SUMS alone: of rows that no run of this program has counted. */
int ls_outputs_finish_datasets(struct ls_outputs *o, struct ls_error *err);

void ls_outputs_free(struct ls_outputs *o);

#endif
