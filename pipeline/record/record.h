/* What happens to one record, judged from the record and reference data alone (contract P1, P3):
 * everything up to normalize. Expiry and duplicates need memory and are the matter of whoever
 * calls: the streaming run and the batch run, each in its own way. */
#ifndef LS_RECORD_RECORD_H
#define LS_RECORD_RECORD_H

#include "core/log/log.h"
#include "pipeline/record/plan.h"

#define LS_DETAIL_MAX 160

struct ls_record {
    enum ls_reason reason;      /* LS_ADMITTED: passed all checks up to normalize */
    char detail[LS_DETAIL_MAX]; /* for a person; empty when the reason says it all */
    bool is_heartbeat; /* admitted to nothing but the clock: is counted, and has no fields (G10) */
    bool has_fields;   /* its value was decoded, whatever else is wrong: `cells` has its columns */
    bool clock_sane; /* passed the clock check: moves the watermark, whatever else is wrong with it
                      */
    int64_t clock;   /* the time that moves it */
    int64_t event_time;
    struct ls_id id;                                  /* of event_id */
    struct ls_cell cells[LS_RECORD_CELLS_MAX];        /* raw columns, set cells, flags; bytes point
                                                         into the record and the tables */
    struct ls_cell normal[LS_RECORD_COLUMNS_MAX + 1]; /* by normalized column; then the event
                                                         type's name */
};

/* The ingest_time of one that is clock_sane: of a heartbeat its time (contract P1). */
static inline int64_t ls_record_ingest_time(const struct ls_record *record)
{
    return record->is_heartbeat ? record->clock : record->cells[LS_COLUMN_INGEST_TIME].number;
}

/* Judges a record of a topic. Only `reason`, `detail`, `is_heartbeat`, `has_fields`, `clock_sane`
 * and what the reason does not deny are set; of a heartbeat, which is LS_ADMITTED, `clock` too. One
 * that is damaged, or whose time is off, is quarantined as any record is. */
void ls_record_examine(const struct ls_record_plan *plan, const struct ls_topic_plan *topic,
                       const struct ls_log_record *raw, struct ls_record *out);

/* The id of a record that may be admitted, at a fraction of the cost; false: it will not be. */
bool ls_record_peek(const struct ls_topic_plan *topic, const struct ls_log_record *raw,
                    struct ls_id *id);

/* The payload of an admitted record by name, before normalization: tells a conflict from a
 * duplicate. Two are one when their values are, however they were encoded (an Avro varint can be
 * padded). */
struct ls_id ls_record_payload(const struct ls_topic_plan *topic, const struct ls_record *record);

/* What a monotonic flag of the topic looks at in an admitted record: false where that is null. The
 * value of `per` by name, which also tells the flag from the topic's others. */
bool ls_record_observe(const struct ls_topic_plan *topic, size_t flag,
                       const struct ls_record *record, struct ls_id *per, int64_t *value);

/* Gathers the normalized columns of an admitted record. The cells of monotonic flags are the
 * caller's to fill before. */
void ls_record_normalize(const struct ls_topic_plan *topic, uint32_t partition, uint64_t position,
                         int64_t watermark, struct ls_record *record);

/* The detail of a record that is too old: its event_time and the limit. */
void ls_record_expired(struct ls_record *record, int64_t floor);

#endif
