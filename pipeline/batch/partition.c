#include "core/base/mutant.h"
#include "pipeline/batch/batch_internal.h"
#include "pipeline/batch/fates.h"
#include "pipeline/batch/flags.h"

#include <string.h>

#define READ_BATCH 1024

/* The watermark of each record as the greatest clock up to it: a prefix maximum. */
struct prefix {
    bool has_clock;
    int64_t highest;
};

static int64_t watermark_at(struct prefix *prefix, const struct ls_topic_plan *topic,
                            const struct ls_record *record)
{
    if (record->clock_sane && (!prefix->has_clock || record->clock > prefix->highest)) {
        prefix->highest = record->clock;
        prefix->has_clock = true;
    }
    return prefix->highest - topic->watermark_delay_ms;
}

static int report_progress(struct batch_run *run, size_t part, const struct prefix *prefix,
                           uint64_t records, struct ls_error *err)
{
    pthread_mutex_lock(&run->lock);
    run->done += records;
    ls_batch_watch_records(&run->watch, part, &run->counts[part],
                           prefix->has_clock ? &prefix->highest : NULL);
    int rc = run->job->progress ? run->job->progress(run->job->context, run->done, run->total, err)
                                : 0;
    pthread_mutex_unlock(&run->lock);
    return rc;
}

/* What is found out about a partition's records: which ids are repeated, where these are few; else
 * all fates, and flags, by sorting whatever may be admitted. */
struct verdicts {
    uint64_t end;               /* records from here on are not of this run */
    struct ls_repeats *repeats; /* NULL: fates */
    struct ls_fates *fates;
    struct ls_flags *flags; /* NULL: the topic has no monotonic ones */
};

typedef int pass_fn(struct batch_worker *w, size_t part, uint64_t position,
                    const struct ls_log_record *raw, struct prefix *prefix,
                    struct verdicts *verdicts);

/* The same of records that were kept. */
static int go_through(struct batch_worker *w, size_t part, struct verdicts *verdicts, pass_fn *pass)
{
    struct prefix prefix = {0};
    uint64_t position = 0;
    size_t at = 0;
    int rc = 0;
    while (rc == 0 && position < verdicts->end) {
        uint64_t begin = position;
        for (; rc == 0 && position < verdicts->end && position - begin < READ_BATCH; position++) {
            rc = pass(w, part, position, ls_kept_next(w->kept, &at), &prefix, verdicts);
        }
        rc = rc < 0 ? rc : report_progress(w->run, part, &prefix, position - begin, &w->err);
    }
    return rc;
}

/* Reads a partition from its beginning and gives each record to a pass. */
static int read_through(struct batch_worker *w, size_t part, struct verdicts *verdicts,
                        pass_fn *pass)
{
    struct batch_run *run = w->run;
    struct ls_log_reader *reader;
    struct prefix prefix = {0};
    const struct ls_log_record *records;
    uint32_t t = (uint32_t)(part / run->partitions);
    uint32_t p = (uint32_t)(part % run->partitions);
    uint64_t position = 0;
    bool first = ls_kept_is_empty(w->kept);
    if (ls_kept_has(w->kept, verdicts->end)) {
        return go_through(w, part, verdicts, pass);
    }
    int rc = ls_log_reader_new(run->log, t, p, 0, &reader, &w->err);
    if (rc < 0) {
        return rc;
    }
    for (size_t count = 0; rc == 0 && position < verdicts->end; position += count) {
        rc = ls_log_read(reader, READ_BATCH, &records, &count, &w->err);
        for (size_t i = 0; rc == 0 && i < count && position + i < verdicts->end; i++) {
            if (first) {
                ls_kept_add(w->kept, &records[i]);
            }
            rc = pass(w, part, position + i, &records[i], &prefix, verdicts);
        }
        uint64_t left = verdicts->end - position;
        rc = rc < 0 ? rc
                    : report_progress(run, part, &prefix, count < left ? count : left, &w->err);
    }
    ls_log_reader_free(reader);
    return rc;
}

/* What a record carries past its fate: of each flag that sees something in it, the flag (1), the
 * value of `per` (16), the value (8). */
#define OBSERVED 25
_Static_assert(OBSERVED *LS_SPEC_FLAGS_MAX <= LS_FATES_CARRIED_MAX, "all flags at once");

static size_t observe(const struct ls_topic_plan *topic, const struct ls_record *record,
                      uint8_t *out)
{
    uint8_t *at = out;
    struct ls_id per;
    int64_t value;
    for (size_t k = 0; k < topic->flag_count; k++) {
        if (!topic->flags[k].when && ls_record_observe(topic, k, record, &per, &value)) {
            *at++ = (uint8_t)k;
            at = ls_key_i64(ls_key_u64(ls_key_u64(at, per.high), per.low), value);
        }
    }
    return (size_t)(at - out);
}

/* For ls_fates_decide: only what is admitted is seen by flags. */
static int flag_admitted(void *context, uint64_t position, int64_t event_time,
                         const uint8_t *carried, size_t size, struct ls_error *err)
{
    int rc = 0;
    for (const uint8_t *at = carried; rc == 0 && at < carried + size; at += OBSERVED) {
        const struct ls_id per = {ls_key_get_u64(at + 1), ls_key_get_u64(at + 9)};
        rc = ls_flags_add(context, position, at[0], per, ls_key_get_i64(at + 17), event_time, err);
    }
    return rc;
}

/* P13: before all others where records that came later are not to be seen. Its first one ends the
 * pass, and all that follow. */
static int look_for_end(struct batch_worker *w, size_t part, uint64_t position,
                        const struct ls_log_record *raw, struct prefix *prefix,
                        struct verdicts *verdicts)
{
    const struct ls_record_plan *plan = w->run->job->plan;
    const struct ls_topic_plan *topic = &plan->topics[part / w->run->partitions];
    int64_t as_of_ms = w->run->scope->as_of_ms + LS_MUTANT(AS_OF_INCLUDED);
    (void)prefix;
    ls_record_examine(plan, topic, raw, &w->record);
    if (w->record.clock_sane && ls_record_ingest_time(&w->record) >= as_of_ms) {
        verdicts->end = position;
        w->run->counts[part].reached = true;
    }
    return 0;
}

/* First pass: ids alone. */
static int note_id(struct batch_worker *w, size_t part, uint64_t position,
                   const struct ls_log_record *raw, struct prefix *prefix,
                   struct verdicts *verdicts)
{
    struct ls_id id;
    const struct ls_topic_plan *topic = &w->run->job->plan->topics[part / w->run->partitions];
    (void)prefix;
    return ls_record_peek(topic, raw, &id)
               ? ls_repeats_add(verdicts->repeats, position, id, &w->err)
               : 0;
}

/* P4: what has an event_time below it is too old, and is forgotten. */
static int64_t floor_at(const struct batch_run *run, int64_t watermark)
{
    return run->scope->lateness_off && !LS_MUTANT(STILL_EXPIRES)
               ? INT64_MIN
               : watermark - run->job->plan->spec->pipeline->dedupe->horizon_ms;
}

/* First pass, where ids are not enough: who may be admitted. */
static int gather(struct batch_worker *w, size_t part, uint64_t position,
                  const struct ls_log_record *raw, struct prefix *prefix, struct verdicts *verdicts)
{
    const struct ls_record_plan *plan = w->run->job->plan;
    const struct ls_topic_plan *topic = &plan->topics[part / w->run->partitions];
    struct ls_record *record = &w->record;
    uint8_t carried[LS_FATES_CARRIED_MAX];
    ls_record_examine(plan, topic, raw, record);
    int64_t watermark = watermark_at(prefix, topic, record);
    if (record->reason != LS_ADMITTED || record->is_heartbeat) {
        return 0;
    }
    const struct ls_candidate candidate = {
        .position = position,
        .id = record->id,
        .payload = ls_record_payload(topic, record),
        .event_time = record->event_time,
        .floor = floor_at(w->run, watermark),
        .carried = carried,
        .carried_size = verdicts->flags ? observe(topic, record, carried) : 0};
    return ls_fates_add(verdicts->fates, &candidate, &w->err);
}

/* P14: counts what would be left out of windows first .. last, or of what has none. */
static void note_cost(struct batch_worker *w, size_t v, const struct ls_place_in_order *place,
                      int64_t first, int64_t last, int64_t watermark)
{
    const struct ls_view *view = &w->run->job->views->views[v];
    struct ls_lateness_cost *cost = &w->costs[v];
    int64_t horizon = w->run->job->plan->spec->pipeline->dedupe->horizon_ms;
    if (place->event_time < watermark - horizon) {
        cost->expired += (uint64_t)(last - first + 1);
    } else if (view->kind != LS_VIEW_WINDOWS) {
        cost->late += place->event_time < watermark;
    } else {
        for (int64_t n = first; n <= last && ls_view_end(view, n) <= watermark; n++) {
            cost->late++;
        }
    }
}

/* P15: can the record matter to a row of the range? Of windows only those of the range are left.
 * Sessions and alert rules may look back as far as there is something. */
static bool may_matter(const struct ls_view *view, const struct ls_scope *scope, int64_t time,
                       int64_t *first, int64_t *last)
{
    switch (view->kind) {
    case LS_VIEW_WINDOWS:
        while (*first <= *last && ls_view_end(view, *first) <= scope->from_ms) {
            ++*first;
        }
        while (*first <= *last && ls_view_end(view, *last) > scope->to_ms) {
            --*last;
        }
        return *first <= *last;
    case LS_VIEW_JOIN:
        return time >= scope->from_ms && time < scope->to_ms + view->within_ms;
    case LS_VIEW_ROLLING:
        return time >= scope->from_ms - view->over_ms && time < scope->to_ms;
    default:
        return time < scope->to_ms;
    }
}

/* P5: what is late for a view, and what goes into its sorters. */
static int contribute_to(struct batch_worker *w, size_t v, const struct ls_place_in_order *place,
                         const struct ls_contribution *c, int64_t watermark)
{
    const struct ls_view *view = &w->run->job->views->views[v];
    struct ls_outputs *outputs = w->run->outputs;
    int64_t first = 0;
    int64_t last = 0;
    int rc = 0;
    if (view->kind == LS_VIEW_WINDOWS) {
        ls_view_windows(view, place->event_time, &first, &last);
    }
    if (w->run->scope->is_range &&
        !may_matter(view, w->run->scope, place->event_time, &first, &last)) {
        return 0;
    }
    if (w->run->scope->lateness_off) {
        note_cost(w, v, place, first, last, watermark);
        return ls_scan_add(view, &w->parts[v], c, place, first, last, &w->err);
    }
    if (view->kind != LS_VIEW_WINDOWS && place->event_time < watermark) {
        return ls_outputs_late(outputs, view, c->source->topic, place->partition, place->position,
                               &w->record, watermark, place->event_time, place->event_time,
                               &w->err);
    }
    while (view->kind == LS_VIEW_WINDOWS && rc == 0 && first <= last &&
           ls_view_end(view, first) <= watermark) {
        rc = ls_outputs_late(outputs, view, c->source->topic, place->partition, place->position,
                             &w->record, watermark, ls_view_start(view, first),
                             ls_view_end(view, first), &w->err);
        first++;
    }
    return rc < 0 ? rc : ls_scan_add(view, &w->parts[v], c, place, first, last, &w->err);
}

static int contribute(struct batch_worker *w, size_t part, uint64_t position, int64_t watermark)
{
    struct batch_run *run = w->run;
    struct ls_contribution c;
    int rc = 0;
    for (size_t v = 0; rc >= 0 && v < run->job->views->count; v++) {
        const struct ls_view *view = &run->job->views->views[v];
        const struct ls_view_source *source = view->by_topic[part / run->partitions];
        rc = source ? ls_view_contribution(view, source, &w->record, w->parts[v].group, &c, &w->err)
                    : 0;
        if (rc > 0) {
            const struct ls_place_in_order place = {c.event_time,
                                                    c.id,
                                                    c.id_size,
                                                    source->topic_plan->rank,
                                                    (uint32_t)(part % run->partitions),
                                                    position};
            rc = contribute_to(w, v, &place, &c, watermark);
        }
    }
    return rc < 0 ? rc : 0;
}

static int set_flags(struct ls_flags *flags, const struct ls_topic_plan *topic, uint64_t position,
                     struct ls_record *record, struct ls_error *err)
{
    uint64_t found;
    int rc = ls_flags_at(flags, position, &found, err);
    for (size_t k = 0; rc == 0 && k < topic->flag_count; k++) {
        if (!topic->flags[k].when) {
            record->cells[topic->flags[k].cell] = (struct ls_cell){.number = found >> k & 1};
        }
    }
    return rc;
}

/* Its fate, from those before it with its id. */
static int decide(struct batch_worker *w, const struct ls_topic_plan *topic, uint64_t position,
                  int64_t floor, struct verdicts *verdicts)
{
    struct ls_record *record = &w->record;
    struct ls_repeat *repeat;
    int rc = ls_repeats_at(verdicts->repeats, position, &repeat, &w->err);
    if (record->event_time < floor && !LS_MUTANT(NEVER_EXPIRES)) {
        ls_record_expired(record, floor);
    } else if (rc == 0 && repeat) {
        struct ls_id payload = ls_record_payload(topic, record);
        if (repeat->has_first && repeat->first_time >= floor) {
            record->reason = ls_id_equal(payload, repeat->payload) ? LS_REASON_DUPLICATE
                                                                   : LS_REASON_DUPLICATE_CONFLICT;
        } else {
            *repeat = (struct ls_repeat){true, record->event_time, payload};
        }
    }
    return rc;
}

/* Likewise, as it was found by sorting. */
static int look_up(struct batch_worker *w, uint64_t position, struct verdicts *verdicts)
{
    int64_t floor;
    int rc = ls_fates_at(verdicts->fates, position, &w->record.reason, &floor, &w->err);
    if (rc == 0 && w->record.reason == LS_REASON_EXPIRED) {
        ls_record_expired(&w->record, floor);
    }
    return rc;
}

/* Where the record of an event goes. */
static int place(struct batch_worker *w, size_t part, uint64_t position,
                 const struct ls_log_record *raw, int64_t watermark, struct verdicts *verdicts)
{
    struct batch_run *run = w->run;
    struct ls_record *record = &w->record;
    uint32_t t = (uint32_t)(part / run->partitions);
    uint32_t p = (uint32_t)(part % run->partitions);
    const struct ls_topic_plan *topic = &run->job->plan->topics[t];
    int64_t floor = floor_at(run, watermark);
    bool expiring = false;
    int rc = 0;
    if (record->reason == LS_ADMITTED) {
        expiring = run->scope->lateness_off &&
                   record->event_time <
                       watermark - run->job->plan->spec->pipeline->dedupe->horizon_ms;
        rc = verdicts->repeats ? decide(w, topic, position, floor, verdicts)
                               : look_up(w, position, verdicts);
    }
    if (rc == 0 && record->reason == LS_ADMITTED) {
        rc = verdicts->flags ? set_flags(verdicts->flags, topic, position, record, &w->err) : 0;
        ls_record_normalize(topic, p, position, watermark, record);
        rc = rc < 0 ? rc : ls_outputs_normalized(run->outputs, t, p, record, &w->err);
        rc = rc < 0 ? rc : contribute(w, part, position, watermark);
        run->counts[part].regained += expiring;
    } else if (rc == 0) {
        rc = ls_outputs_quarantine(run->outputs, t, p, position, raw, record, &w->err);
    }
    run->counts[part].expiring += expiring;
    return rc;
}

/* Last pass. */
static int write_out(struct batch_worker *w, size_t part, uint64_t position,
                     const struct ls_log_record *raw, struct prefix *prefix,
                     struct verdicts *verdicts)
{
    const struct ls_record_plan *plan = w->run->job->plan;
    const struct ls_topic_plan *topic = &plan->topics[part / w->run->partitions];
    ls_record_examine(plan, topic, raw, &w->record);
    int64_t watermark = watermark_at(prefix, topic, &w->record);
    int rc = w->record.is_heartbeat ? 0 : place(w, part, position, raw, watermark, verdicts);
    ls_count_record(&w->run->counts[part], raw, &w->record);
    return rc;
}

unsigned ls_batch_readings(const struct ls_scope *scope)
{
    return 2 + scope->has_as_of;
}

/* Where the partition ends for this run: what is behind needs no reading. */
static int find_end(struct batch_worker *w, size_t part, struct verdicts *v)
{
    struct batch_run *run = w->run;
    uint64_t all = ls_log_count(run->log, (uint32_t)(part / run->partitions),
                                (uint32_t)(part % run->partitions));
    v->end = all;
    int rc = run->scope->has_as_of ? read_through(w, part, v, look_for_end) : 0;
    pthread_mutex_lock(&run->lock);
    run->total -= ls_batch_readings(run->scope) * (all - v->end);
    pthread_mutex_unlock(&run->lock);
    return rc;
}

/* The first pass. */
static int find_out(struct batch_worker *w, size_t part, struct verdicts *v)
{
    const struct ls_record_plan *plan = w->run->job->plan;
    const struct ls_topic_plan *topic = &plan->topics[part / w->run->partitions];
    bool flagged = topic->monotonic_count > 0;
    size_t memory = w->run->memory_each / 2 - w->run->memory_each / LS_BATCH_KEPT_SHARE;
    int rc = 0;
    if (!flagged) {
        rc = w->repeats ? ls_repeats_begin(w->repeats, &w->err)
                        : ls_repeats_new(w->run->temporary, memory, &w->repeats, &w->err);
        v->repeats = w->repeats;
        rc = rc < 0 ? rc : read_through(w, part, v, note_id);
        rc = rc < 0 ? rc : ls_repeats_find(v->repeats, &w->err);
        if (rc != 0) {
            return rc < 0 ? rc : 0;
        }
        ls_repeats_free(w->repeats); /* too many: fates take the memory */
        w->repeats = v->repeats = NULL;
    }
    rc = ls_fates_new(w->run->temporary, flagged ? memory / 2 : memory, &v->fates, &w->err);
    if (rc == 0 && flagged) {
        rc = ls_flags_new(topic, w->run->temporary, memory / 2, &v->flags, &w->err);
    }
    rc = rc < 0 ? rc : read_through(w, part, v, gather);
    rc = rc < 0 ? rc : ls_fates_decide(v->fates, flagged ? flag_admitted : NULL, v->flags, &w->err);
    return rc < 0 || !flagged
               ? rc
               : ls_flags_decide(v->flags, plan->spec->pipeline->dedupe->horizon_ms, &w->err);
}

int ls_batch_partition(struct batch_worker *w, size_t part)
{
    struct verdicts v = {0};
    ls_kept_begin(w->kept);
    int rc = find_end(w, part, &v);
    rc = rc < 0 ? rc : find_out(w, part, &v);
    rc = rc < 0 ? rc : read_through(w, part, &v, write_out);
    pthread_mutex_lock(&w->run->lock);
    ls_batch_watch_partition(&w->run->watch, part);
    pthread_mutex_unlock(&w->run->lock);
    ls_flags_free(v.flags);
    ls_fates_free(v.fates);
    return rc;
}
