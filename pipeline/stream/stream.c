#include "pipeline/stream/stream.h"

#include "core/base/mem.h"
#include "core/base/mutant.h"
#include "pipeline/stream/monotone.h"

#define SCRATCH_MAX (1U << 24)

static bool is_of_windows(const struct ls_view *view)
{
    return view->kind == LS_VIEW_WINDOWS;
}

static int worker_new(const struct ls_views *views, struct ls_stream_worker **out,
                      struct ls_error *err)
{
    struct ls_stream_worker *worker = ls_mem_new(1, sizeof *worker, err);
    *out = worker;
    if (!worker) {
        return err->code;
    }
    ls_buf_init(&worker->scratch, "what a record brings to a view", SCRATCH_MAX);
    worker->arrived = ls_mem_new(views->count, sizeof *worker->arrived, err);
    worker->windows = worker->arrived ? ls_mem_new(views->count, sizeof *worker->windows, err)
                                      : NULL;
    if (!worker->windows) {
        return err->code;
    }
    for (size_t v = 0; v < views->count; v++) {
        ls_windows_init(&worker->windows[v], &views->views[v]);
    }
    return 0;
}

static void worker_free(const struct ls_views *views, struct ls_stream_worker *worker)
{
    struct ls_waiting *record;
    for (size_t v = 0; worker && worker->windows && v < views->count; v++) {
        ls_windows_clear(&worker->windows[v]);
        while ((record = ls_queue_take(&worker->arrived[v]))) {
            ls_mem_free(record);
        }
    }
    if (worker) {
        ls_mem_free(worker->windows);
        ls_mem_free(worker->arrived);
        ls_buf_clear(&worker->scratch);
    }
    ls_mem_free(worker);
}

int ls_stream_add_workers(struct ls_stream *s, unsigned count, struct ls_error *err)
{
    int rc = 0;
    for (; rc == 0 && s->worker_count < count; s->worker_count++) {
        rc = worker_new(s->views, &s->workers[s->worker_count], err);
    }
    return rc;
}

static int make_arrays(struct ls_stream *s, struct ls_error *err)
{
    s->parts = ls_mem_new(s->partition_count, sizeof *s->parts, err);
    s->emitted = s->parts ? ls_mem_new(s->views->count, sizeof *s->emitted, err) : NULL;
    s->operators = s->emitted ? ls_mem_new(s->views->count, sizeof(struct ls_operator *), err)
                              : NULL;
    s->delays = s->operators ? ls_mem_new(s->views->count, sizeof *s->delays, err) : NULL;
    s->workers = s->delays
                     ? ls_mem_new(LS_STREAM_WORKERS_MAX, sizeof(struct ls_stream_worker *), err)
                     : NULL;
    return s->workers ? 0 : err->code;
}

int ls_stream_new(const struct ls_record_plan *plan, const struct ls_views *views,
                  uint32_t partitions, unsigned workers, struct ls_stream **out,
                  struct ls_error *err)
{
    *out = NULL;
    struct ls_stream *s = ls_mem_new(1, sizeof *s, err);
    if (!s) {
        return err->code;
    }
    s->plan = plan;
    s->views = views;
    s->partitions = partitions;
    s->partition_count = plan->topic_count * partitions;
    ls_emission_init(&s->emission);
    int rc = make_arrays(s, err);
    for (size_t i = 0; rc == 0 && i < s->partition_count; i++) {
        s->parts[i].topic = (uint32_t)(i / partitions);
        s->parts[i].partition = (uint32_t)(i % partitions);
    }
    for (size_t v = 0; rc == 0 && v < views->count; v++) {
        s->emitted[v] = INT64_MIN;
        if (!is_of_windows(&views->views[v])) {
            rc = ls_operator_new(&views->views[v], &s->operators[v], err);
        }
    }
    rc = rc < 0 ? rc : ls_stream_add_workers(s, workers, err);
    if (rc < 0) {
        ls_stream_free(s);
        return rc;
    }
    *out = s;
    return 0;
}

void ls_stream_free(struct ls_stream *s)
{
    if (!s) {
        return;
    }
    for (unsigned w = 0; w < s->worker_count; w++) {
        worker_free(s->views, s->workers[w]);
    }
    for (size_t v = 0; s->operators && v < s->views->count; v++) {
        ls_operator_free(s->operators[v]);
    }
    for (size_t v = 0; s->delays && v < s->views->count; v++) {
        ls_delays_clear(&s->delays[v]);
    }
    for (size_t i = 0; s->parts && i < s->partition_count; i++) {
        ls_dedupe_clear(&s->parts[i].dedupe);
        ls_dedupe_clear(&s->parts[i].monotone);
    }
    ls_mem_free(s->workers);
    ls_mem_free(s->operators);
    ls_mem_free(s->delays);
    ls_mem_free(s->parts);
    ls_mem_free(s->emitted);
    ls_emission_clear(&s->emission);
    ls_mem_free(s);
}

/* ---- records */

/* Expiry and duplicates (P4): what needs memory of other records. */
static int judge(struct ls_stream *s, struct ls_stream_partition *part, struct ls_record *record,
                 int64_t watermark, struct ls_error *err)
{
    int64_t horizon = s->plan->spec->pipeline->dedupe->horizon_ms;
    int64_t floor = watermark - horizon;
    if (record->event_time < floor + LS_MUTANT(EXPIRED_AT_HORIZON)) {
        struct ls_dedupe_entry young = {record->id, record->id, watermark};
        ls_record_expired(record, floor);
        return LS_MUTANT(EXPIRED_REMEMBERED)
                   ? ls_dedupe_insert(&part->dedupe, &young, floor, true, err)
                   : 0;
    }
    const struct ls_id payload = ls_record_payload(&s->plan->topics[part->topic], record);
    const struct ls_dedupe_entry *first = ls_dedupe_find(
        &part->dedupe, record->id, LS_MUTANT(HORIZON_SHORT) ? floor + horizon / 10 * 9 : floor);
    if (first) {
        record->reason = ls_id_equal(first->payload, payload) || LS_MUTANT(CONFLICT_MISSED)
                             ? LS_REASON_DUPLICATE
                             : LS_REASON_DUPLICATE_CONFLICT;
        return 0;
    }
    struct ls_dedupe_entry entry = {record->id, payload, record->event_time};
    return ls_dedupe_insert(&part->dedupe, &entry, floor, true, err);
}

/* The flags that need memory of other records (P1). */
static int set_flags(struct ls_stream *s, struct ls_stream_partition *part,
                     struct ls_record *record, int64_t watermark, struct ls_error *err)
{
    const struct ls_topic_plan *topic = &s->plan->topics[part->topic];
    int64_t horizon = s->plan->spec->pipeline->dedupe->horizon_ms;
    int rc = 0;
    for (size_t k = 0; rc == 0 && k < topic->flag_count; k++) {
        const struct ls_record_flag *flag = &topic->flags[k];
        struct ls_monotone seen = {.event_time = record->event_time};
        bool flagged = false;
        if (flag->when) {
            continue;
        }
        if (ls_record_observe(topic, k, record, &seen.per, &seen.value)) {
            rc = ls_monotone_take(&part->monotone, &seen, flag->tolerance, horizon,
                                  watermark - 2 * horizon, &flagged, err);
        }
        record->cells[flag->cell] = (struct ls_cell){.number = flagged};
    }
    return rc;
}

/* What decides lateness. */
static int64_t deciding(const struct ls_stream *s, const struct ls_stream_partition *part,
                        int64_t watermark)
{
    if (LS_MUTANT(GLOBAL_WATERMARK)) { /* of the topic's partitions that the same worker reads */
        for (uint32_t p = part->partition % s->worker_count; p < s->partitions;
             p += s->worker_count) {
            int64_t other = s->parts[part->topic * s->partitions + p].highest -
                            s->plan->topics[part->topic].watermark_delay_ms;
            watermark = other > watermark ? other : watermark;
        }
    }
    return LS_MUTANT(LATE_AT_END) ? watermark - 1 : watermark;
}

/* P5: a record counts in those of its windows that are not over for it. */
static int feed_windows(struct ls_stream *s, struct ls_stream_worker *worker,
                        const struct ls_view *view, const struct ls_stream_partition *part,
                        const struct ls_place_in_order *place, int64_t watermark,
                        struct ls_error *err)
{
    int64_t number;
    int64_t last;
    int64_t deciding_ms = deciding(s, part, watermark);
    int rc = 0;
    ls_view_windows(view, place->event_time, &number, &last);
    const int64_t first = number;
    for (; rc == 0 && number <= last && ls_view_end(view, number) <= deciding_ms; number++) {
        rc = ls_outputs_late(s->outputs, view, part->topic, part->partition, part->position,
                             &worker->record, watermark, ls_view_start(view, number),
                             ls_view_end(view, number), err);
    }
    (void)first; /* of one defect */
    return rc < 0 || number > last || (LS_MUTANT(LATE_FOR_ALL) && number > first)
               ? rc
               : ls_windows_add(&worker->windows[view->index], number, last, &worker->contribution,
                                place, &worker->scratch, err);
}

/* P5: ordered operators take what is not behind the watermark. */
static int feed_operator(struct ls_stream *s, struct ls_stream_worker *worker,
                         const struct ls_view *view, const struct ls_stream_partition *part,
                         const struct ls_place_in_order *place, int64_t watermark,
                         struct ls_error *err)
{
    if (place->event_time < deciding(s, part, watermark)) {
        return ls_outputs_late(s->outputs, view, part->topic, part->partition, part->position,
                               &worker->record, watermark, place->event_time, place->event_time,
                               err);
    }
    struct ls_waiting *record = ls_waiting_new(view, &worker->contribution, place, &worker->scratch,
                                               err);
    if (!record) {
        return err->code;
    }
    ls_queue_append(&worker->arrived[view->index], record);
    return 0;
}

static int feed_views(struct ls_stream *s, struct ls_stream_worker *worker,
                      const struct ls_stream_partition *part, int64_t watermark,
                      struct ls_error *err)
{
    struct ls_contribution *c = &worker->contribution;
    int rc = 0;
    for (size_t v = 0; rc >= 0 && v < s->views->count; v++) {
        const struct ls_view *view = &s->views->views[v];
        const struct ls_view_source *source = view->by_topic[part->topic];
        rc = source ? ls_view_contribution(view, source, &worker->record, worker->key, c, err) : 0;
        if (rc > 0) {
            const struct ls_place_in_order place = {c->event_time,   c->id,
                                                    c->id_size,      source->topic_plan->rank,
                                                    part->partition, part->position};
            rc = is_of_windows(view) ? feed_windows(s, worker, view, part, &place, watermark, err)
                                     : feed_operator(s, worker, view, part, &place, watermark, err);
        }
    }
    return rc < 0 ? rc : 0;
}

/* Where the record of an event goes. */
static int place(struct ls_stream *s, struct ls_stream_worker *worker,
                 struct ls_stream_partition *part, const struct ls_log_record *raw,
                 struct ls_error *err)
{
    const struct ls_topic_plan *topic = &s->plan->topics[part->topic];
    struct ls_record *record = &worker->record;
    int64_t watermark = part->highest - topic->watermark_delay_ms;
    int rc = record->reason == LS_ADMITTED ? judge(s, part, record, watermark, err) : 0;
    if (rc == 0 && record->reason == LS_ADMITTED) {
        rc = set_flags(s, part, record, watermark, err);
        ls_record_normalize(topic, part->partition, part->position, watermark, record);
        rc = rc < 0 ? rc
                    : ls_outputs_normalized(s->outputs, part->topic, part->partition, record, err);
        rc = rc < 0 ? rc : feed_views(s, worker, part, watermark, err);
    } else if (rc == 0) {
        rc = ls_outputs_quarantine(s->outputs, part->topic, part->partition, part->position, raw,
                                   record, err);
    }
    return rc;
}

static int take_one(struct ls_stream *s, struct ls_stream_worker *worker,
                    struct ls_stream_partition *part, const struct ls_log_record *raw,
                    struct ls_error *err)
{
    struct ls_record *record = &worker->record;
    ls_record_examine(s->plan, &s->plan->topics[part->topic], raw, record);
    const int64_t highest = part->highest;
    (void)highest; /* of one defect */
    if (record->clock_sane && (!part->has_clock || record->clock > part->highest)) {
        part->highest = record->clock;
        part->has_clock = true;
    }
    int rc = record->is_heartbeat ? 0 : place(s, worker, part, raw, err);
    if (LS_MUTANT(DROPPED_STAND_STILL) && record->reason == LS_REASON_DUPLICATE) {
        part->highest = highest;
    }
    ls_count_record(&part->counts, raw, record);
    part->position++;
    return rc;
}

int ls_stream_take(struct ls_stream *stream, unsigned worker, size_t part,
                   const struct ls_log_record *records, size_t count, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = take_one(stream, stream->workers[worker], &stream->parts[part], &records[i], err);
    }
    if (count) {
        stream->parts[part].last = ls_log_digest((struct ls_id){0, 0}, &records[count - 1]);
    }
    return rc;
}

/* ---- emission */

static int gather(struct ls_stream *s, struct ls_operator *op, struct ls_error *err)
{
    int rc = 0;
    for (unsigned w = 0; w < s->worker_count; w++) {
        struct ls_queue *arrived = &s->workers[w]->arrived[op->view->index];
        struct ls_waiting *record;
        while (rc == 0 && (record = ls_queue_take(arrived))) {
            rc = ls_ordered_add(&op->waiting, op->view, record, err);
            if (rc < 0) {
                ls_mem_free(record);
            } else {
                ls_newcomers_add(&op->newcomers, record);
            }
        }
    }
    return rc;
}

int ls_stream_gather(struct ls_stream *s, struct ls_error *err)
{
    int rc = 0;
    for (size_t v = 0; rc == 0 && v < s->views->count; v++) {
        rc = s->operators[v] ? gather(s, s->operators[v], err) : 0;
    }
    return rc;
}

static int64_t highest_clock(const struct ls_stream *s)
{
    int64_t highest = INT64_MIN;
    for (size_t i = 0; i < s->partition_count; i++) {
        bool higher = s->parts[i].has_clock && s->parts[i].highest > highest;
        highest = higher ? s->parts[i].highest : highest;
    }
    return highest;
}

static int emit_view(struct ls_stream *s, size_t view, int64_t low, bool flush,
                     struct ls_error *err)
{
    bool delays = !flush && s->views->views[view].kind == LS_VIEW_ALERT;
    s->emission.outputs = s->outputs;
    s->emission.rows = flush ? &s->emitted_by_flush : &s->emitted_by_watermark;
    s->emission.delays = delays ? &s->delays[view] : NULL;
    s->emission.highest = delays ? highest_clock(s) : 0;
    if (s->operators[view]) {
        return ls_operator_advance(s->operators[view], low, &s->emission, err);
    }
    struct ls_windows *parts[LS_STREAM_WORKERS_MAX];
    for (unsigned w = 0; w < s->worker_count; w++) {
        parts[w] = &s->workers[w]->windows[view];
    }
    int64_t done = ls_windows_done(&s->views->views[view], s->emitted[view]);
    return ls_windows_emit(parts, s->worker_count, done, low, &s->emission, err);
}

/* P6: the least watermark of the partitions that the view reads; INT64_MIN while one of them has
 * none. */
static int64_t low_watermark(const struct ls_stream *s, const struct ls_view *view)
{
    int64_t low = INT64_MAX;
    for (size_t k = 0; k < view->source_count; k++) {
        const struct ls_view_source *source = &view->sources[k];
        for (uint32_t p = 0; p < s->partitions && !(LS_MUTANT(FEW_PARTITIONS) && p == 8); p++) {
            const struct ls_stream_partition *part = &s->parts[source->topic * s->partitions + p];
            int64_t watermark = part->has_clock
                                    ? part->highest - source->topic_plan->watermark_delay_ms
                                : LS_MUTANT(NEWCOMER_PASSED_OVER) ? INT64_MAX
                                                                  : INT64_MIN;
            bool least = LS_MUTANT(EMIT_EARLY) ? low == INT64_MAX || watermark > low
                                               : watermark < low;
            bool idle = LS_MUTANT(IDLE_PASSED_OVER) && low != INT64_MAX && part->has_clock &&
                        watermark < low - 20000;
            low = least && !idle ? watermark : low;
        }
    }
    return low;
}

int ls_stream_emit(struct ls_stream *s, struct ls_error *err)
{
    int rc = ls_stream_gather(s, err);
    for (size_t v = 0; rc == 0 && v < s->views->count; v++) {
        int64_t low = low_watermark(s, &s->views->views[v]);
        if (low > s->emitted[v]) {
            rc = emit_view(s, v, low, false, err);
            s->emitted[v] = low;
        }
    }
    return rc;
}

int ls_stream_flush(struct ls_stream *s, struct ls_error *err)
{
    int rc = ls_stream_gather(s, err);
    for (size_t v = 0; rc == 0 && v < s->views->count; v++) {
        rc = emit_view(s, v, INT64_MAX, true, err);
    }
    return rc;
}
