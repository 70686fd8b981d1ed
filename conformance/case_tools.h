/* What cases share that make a log of their own out of another (ls_verify_base): what they ask of
 * its records on the way, the runs over the new log, and what the datasets are held against. */
#ifndef LS_CONFORMANCE_CASE_TOOLS_H
#define LS_CONFORMANCE_CASE_TOOLS_H

#include "conformance/avro_file.h"
#include "conformance/perturb.h"
#include "conformance/verify_internal.h"
#include "spec/reason.h"

/* ---- records on the way */

/* The highest clock of the partition so far (P2), as a perturbation meets its records. */
struct ls_case_clock {
    uint32_t topic, partition;
    bool begun;
    bool has; /* is there one? */
    int64_t highest;
};

/* Begins anew where a partition begins. Call it first for each record. */
void ls_case_clock_begin(struct ls_case_clock *clock, const struct ls_perturb *p);

/* The record's clock; false where it has none or one that moves nothing (P3). Decodes it. */
bool ls_case_clock_of(struct ls_perturb *p, const struct ls_log_record *record, int64_t *time_ms);

/* The record is appended: its clock counts. */
void ls_case_clock_see(struct ls_case_clock *clock, struct ls_perturb *p,
                       const struct ls_log_record *record);

/* By how much the watermark of the topic that is read is behind its clocks. */
int64_t ls_case_delay(const struct ls_perturb *p);

/* What the generator touched, by its truth (G7): all others are sound, on time, unique and
 * admitted. Asked in the order of positions; close it in the end. */
struct ls_case_truth {
    const char *folder; /* of the truth */
    struct ls_avro_file file;
    bool is_open, has_next;
    uint32_t topic, partition;
    char path[LS_PATH_MAX]; /* of the file */
    int64_t next;           /* position of the next row */
};

/* Is the record one that nothing was done to? Then it is decoded. 1, 0, or a negative code. */
int ls_case_untouched(struct ls_case_truth *truth, struct ls_perturb *p,
                      const struct ls_log_record *record, struct ls_error *err);
void ls_case_truth_close(struct ls_case_truth *truth);

/* A record with its own copy of all bytes: read ones last until the next are read. */
struct ls_case_kept {
    struct ls_log_record record;
    uint8_t *bytes; /* NULL: none is kept */
};

int ls_case_keep(struct ls_case_kept *kept, const struct ls_log_record *record,
                 struct ls_error *err);
void ls_case_forget(struct ls_case_kept *kept);

/* Appends the event in p->cells (which a decoded record left there) in a record that is else like
 * this one; the second with its timestamp and ingest_time both `sent_ms`. */
int ls_case_append(struct ls_perturb *p, const struct ls_log_record *like, struct ls_error *err);
int ls_case_append_sent(struct ls_perturb *p, const struct ls_log_record *like, int64_t sent_ms,
                        struct ls_error *err);

/* Gives the event in p->cells an id of its own: the one that it has with more behind. `room` holds
 * the text until it is encoded. */
#define LS_CASE_ID_MAX 300
void ls_case_rename(struct ls_perturb *p, const char *more, char room[LS_CASE_ID_MAX]);

/* One draw in so many for a record, the same in every run of a case. */
bool ls_case_draw(const struct ls_perturb *p, uint64_t key, uint64_t one_in);

/* ---- a case's log and its runs */

struct ls_case_runs {
    const char *batch_size;  /* that the stream reads, where it can be told; NULL: as it likes */
    const char *log, *batch; /* folders */
    struct ls_naive_counts naive;
};

/* The case's log, made of the small log. Look at the verdict: where that one's own runs differ,
 * there is nothing more to do. */
int ls_case_make_log(struct ls_verify *v, struct ls_case_result *result,
                     const struct ls_perturbation *perturbation, struct ls_case_runs *runs,
                     struct ls_error *err);

/* The log and both runs over it, compared with each other. */
int ls_case_perturbed(struct ls_verify *v, struct ls_case_result *result,
                      const struct ls_perturbation *perturbation, struct ls_case_runs *runs,
                      struct ls_error *err);

/* The same, and the batch run against the naive recomputation: where nothing else tells what the
 * datasets of the new log have to be. */
int ls_case_recomputed(struct ls_verify *v, struct ls_case_result *result,
                       const struct ls_perturbation *perturbation, struct ls_case_runs *runs,
                       struct ls_error *err);

/* A run over the case's log into a folder of this name, compared with runs->batch. */
int ls_case_run(struct ls_verify *v, struct ls_case_result *result, const struct ls_case_runs *runs,
                const char *name, struct ls_verify_run run, struct ls_error *err);

/* The case's log grows: the stream runs over what `first` makes of the small log, its state stays,
 * then over what `second` makes of it, in the same place; killed once on the way where *kills is
 * asked for. The second outcome is compared with the batch run. runs->batch NULL: the batch run
 * over the second log is made and held against the naive recomputation, else it is one over the
 * same records. */
int ls_case_grown(struct ls_verify *v, struct ls_case_result *result,
                  const struct ls_perturbation *first, const struct ls_perturbation *second,
                  uint64_t *kills, struct ls_case_runs *runs, struct ls_error *err);

/* ---- what is held against what */

/* Datasets that two runs have to share, row for row, wherever these stand. */
enum ls_case_part {
    LS_PART_NORMALIZED = 1,
    LS_PART_QUARANTINE = 2,
    LS_PART_VIEWS = 4, /* and alerts */
    LS_PART_LATE = 8,
    LS_PART_ALL = 15
};

/* A view or an alert rule that names one of these columns (ends with NULL) is left out: its rows
 * follow from where records stand. NULL: none. */
int ls_case_same_rows(struct ls_verify *v, struct ls_case_result *result, const char *a,
                      const char *left, const char *b, const char *right, unsigned parts,
                      const char *const *columns, struct ls_error *err);

/* Rows of a run: of the normalized datasets ([LS_ADMITTED]), and of the quarantine by reason. */
int ls_case_outcomes(const char *run, uint64_t outcomes[LS_REASON_COUNT], struct ls_error *err);

/* The outcomes of a run are those of the base with so many more. */
int ls_case_more(struct ls_verify *v, struct ls_case_result *result, const char *run,
                 const uint64_t more[LS_REASON_COUNT], struct ls_error *err);

/* Does the spec have a flag that remembers records by another field than the key? Then it depends
 * on the order of different keys. */
bool ls_case_has_mixed_flag(const struct ls_spec *spec);

#endif
