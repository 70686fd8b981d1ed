/* What happens in a run, told to a journal (core/obs/journal.h): docs/operations.md has the events
 * and their fields. With NULL for a journal nothing is done.
 *
 * A run that goes on from a checkpoint tells again of the records that it reads again. */
#ifndef LS_OUTPUT_RUN_JOURNAL_H
#define LS_OUTPUT_RUN_JOURNAL_H

#include "core/obs/journal.h"
#include "pipeline/view/view.h"

/* Sampled: one record that is quarantined, or late for a view, or raises or clears an alert. All of
 * them are in the datasets. */
void ls_run_tell_quarantined(struct ls_journal *journal, const struct ls_topic_plan *topic,
                             uint32_t partition, uint64_t position, const struct ls_log_record *raw,
                             const struct ls_record *record);

struct ls_run_late {
    const struct ls_topic_plan *topic;
    uint32_t partition;
    uint64_t position;
    const struct ls_record *record;
    int64_t watermark_ms, start_ms, end_ms; /* of the window; or the record's event_time */
};
void ls_run_tell_late(struct ls_journal *journal, const struct ls_view *view,
                      const struct ls_run_late *late);

/* The row of a view: only those of alert rules are told. */
void ls_run_tell_alert(struct ls_journal *journal, const struct ls_view *view, const uint8_t *row,
                       size_t size);

void ls_run_tell_checkpoint(struct ls_journal *journal, uint64_t number, uint64_t bytes,
                            uint64_t duration_ns);
/* `why` has the file's path and what is wrong with it. */
void ls_run_tell_damaged(struct ls_journal *journal, const struct ls_error *why);
/* The run goes on from a checkpoint, `records` of the input behind it. */
void ls_run_tell_restored(struct ls_journal *journal, uint64_t number, uint64_t records);

#endif
