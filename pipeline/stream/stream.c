#include "pipeline/stream/stream.h"

#include "core/base/mem.h"
#include "core/base/mutant.h"

#include <stdlib.h>
#include <string.h>

#define ROW_MAX (1U << 20)

static int worker_new(const struct ls_views *views, struct ls_stream_worker **out,
                      struct ls_error *err)
{
    struct ls_stream_worker *worker = ls_mem_new(1, sizeof *worker, err);
    *out = worker;
    if (!worker) {
        return err->code;
    }
    worker->windows = ls_mem_new(views->count, sizeof *worker->windows, err);
    if (!worker->windows) {
        return err->code;
    }
    for (size_t v = 0; v < views->count; v++) {
        ls_windows_init(&worker->windows[v], &views->views[v]);
    }
    return 0;
}

int ls_stream_add_workers(struct ls_stream *s, unsigned count, struct ls_error *err)
{
    int rc = 0;
    for (; rc == 0 && s->worker_count < count; s->worker_count++) {
        rc = worker_new(s->views, &s->workers[s->worker_count], err);
    }
    return rc;
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
    ls_buf_init(&s->row, "a view's row", ROW_MAX);
    s->parts = ls_mem_new(s->partition_count, sizeof *s->parts, err);
    s->emitted = s->parts ? ls_mem_new(views->count, sizeof *s->emitted, err) : NULL;
    s->workers = s->emitted
                     ? ls_mem_new(LS_STREAM_WORKERS_MAX, sizeof(struct ls_stream_worker *), err)
                     : NULL;
    int rc = s->workers ? 0 : err->code;
    for (size_t i = 0; rc == 0 && i < s->partition_count; i++) {
        s->parts[i].topic = (uint32_t)(i / partitions);
        s->parts[i].partition = (uint32_t)(i % partitions);
    }
    for (size_t v = 0; rc == 0 && v < views->count; v++) {
        s->emitted[v] = INT64_MIN;
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
        for (size_t v = 0; s->workers[w] && s->workers[w]->windows && v < s->views->count; v++) {
            ls_windows_clear(&s->workers[w]->windows[v]);
        }
        ls_mem_free(s->workers[w] ? s->workers[w]->windows : NULL);
        ls_mem_free(s->workers[w]);
    }
    for (size_t i = 0; s->parts && i < s->partition_count; i++) {
        ls_dedupe_clear(&s->parts[i].dedupe);
    }
    ls_mem_free(s->workers);
    ls_mem_free(s->parts);
    ls_mem_free(s->emitted);
    ls_buf_clear(&s->row);
    ls_mem_free(s);
}

/* ---- records */

/* Expiry and duplicates (P4): what needs memory of other records. */
static int judge(struct ls_stream *s, struct ls_stream_partition *part, struct ls_record *record,
                 int64_t watermark, struct ls_error *err)
{
    int64_t horizon = s->plan->spec->pipeline->dedupe->horizon_ms;
    int64_t floor = watermark - horizon;
    if (record->event_time < floor) {
        ls_record_expired(record, floor);
        return 0;
    }
    const struct ls_dedupe_entry *first = ls_dedupe_find(
        &part->dedupe, record->id, LS_MUTANT(HORIZON_SHORT) ? floor + horizon / 10 * 9 : floor);
    if (first) {
        record->reason = ls_id_equal(first->payload, record->payload) || LS_MUTANT(CONFLICT_MISSED)
                             ? LS_REASON_DUPLICATE
                             : LS_REASON_DUPLICATE_CONFLICT;
        return 0;
    }
    struct ls_dedupe_entry entry = {record->id, record->payload, record->event_time};
    return ls_dedupe_insert(&part->dedupe, &entry, floor, true, err);
}

/* P5: a record counts in a window that is not over for it. */
static bool counts(const struct ls_stream *s, const struct ls_stream_partition *part, int64_t end,
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
    return end > watermark || (LS_MUTANT(LATE_AT_END) && end == watermark);
}

static int feed_views(struct ls_stream *s, struct ls_stream_worker *worker,
                      const struct ls_stream_partition *part, int64_t watermark,
                      struct ls_error *err)
{
    struct ls_contribution contribution;
    for (size_t v = 0; v < s->views->count; v++) {
        const struct ls_view *view = &s->views->views[v];
        if (view->topic != part->topic) {
            continue;
        }
        int rc = ls_view_contribution(view, &worker->record, worker->key, &contribution, err);
        if (rc > 0 && counts(s, part, contribution.end, watermark)) {
            rc = ls_windows_add(&worker->windows[v], &contribution, err);
        } else if (rc > 0) {
            rc = ls_outputs_late(s->outputs, view, part->partition, part->position, &worker->record,
                                 watermark, contribution.start, contribution.end, err);
        }
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
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
        ls_record_normalize(topic, part->partition, part->position, watermark, record);
        rc = ls_outputs_normalized(s->outputs, part->topic, part->partition, record, err);
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
    if (record->clock_sane && (!part->has_clock || record->clock > part->highest)) {
        part->highest = record->clock;
        part->has_clock = true;
    }
    int rc = record->is_heartbeat ? 0 : place(s, worker, part, raw, err);
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

static int by_key(const void *a, const void *b)
{
    const struct ls_group *x = *(struct ls_group *const *)a;
    const struct ls_group *y = *(struct ls_group *const *)b;
    uint32_t common = x->key_size < y->key_size ? x->key_size : y->key_size;
    int order = common ? memcmp(x->key, y->key, common) : 0;
    return order ? order : (x->key_size > y->key_size) - (x->key_size < y->key_size);
}

static int merge_distinct(struct ls_window *window, struct ls_distinct *into,
                          const struct ls_distinct *from, struct ls_error *err)
{
    int rc = from->has_zero ? ls_distinct_add(window, into, (struct ls_id){0, 0}, err) : 0;
    for (size_t i = 0; rc == 0 && i < from->slot_count; i++) {
        if (from->slots[i].high || from->slots[i].low) {
            rc = ls_distinct_add(window, into, from->slots[i], err);
        }
    }
    return rc;
}

static int merge_group(const struct ls_view *view, struct ls_window *window, struct ls_group *into,
                       const struct ls_group *from, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < view->column_count; i++) {
        if (!ls_aggregate_merge(&into->aggregates[i], &from->aggregates[i])) {
            rc = ls_error_set(err, LS_E_DATA, "view %s: the sum of column %s leaves 128 bits",
                              view->spec->name, view->columns[i].name);
        }
    }
    for (size_t k = 0; rc == 0 && k < view->distinct_count; k++) {
        rc = merge_distinct(window, &into->distinct[k], &from->distinct[k], err);
    }
    return rc;
}

static int write_group(struct ls_stream *s, const struct ls_view *view,
                       const struct ls_window *window, struct ls_group *group, struct ls_error *err)
{
    size_t k = 0;
    for (size_t i = 0; i < view->column_count; i++) {
        if (view->columns[i].kind == LS_AGGREGATE_DISTINCT) {
            group->aggregates[i].count = group->distinct[k++].count;
        }
    }
    s->row.size = 0;
    int rc = ls_view_row(view, window->start, window->end, group->key, group->key_size,
                         group->aggregates, &s->row, err);
    return rc < 0 ? rc : ls_outputs_row(s->outputs, view, s->row.data, s->row.size, err);
}

/* The parts of one window that the workers have, merged, in the order of the groups' keys. */
static int write_window(struct ls_stream *s, const struct ls_view *view,
                        struct ls_window *const *parts, size_t part_count, uint64_t *rows,
                        struct ls_error *err)
{
    size_t total = 0;
    for (size_t i = 0; i < part_count; i++) {
        total += parts[i]->count;
    }
    struct ls_group **groups = ls_mem_new(total, sizeof(struct ls_group *), err);
    if (!groups) {
        return err->code;
    }
    size_t count = 0;
    for (size_t i = 0; i < part_count; i++) {
        for (size_t k = 0; k < parts[i]->slot_count; k++) {
            if (parts[i]->slots[k]) {
                groups[count++] = parts[i]->slots[k];
            }
        }
    }
    qsort(groups, count, sizeof(struct ls_group *), by_key);
    int rc = 0;
    for (size_t i = 0, next; rc == 0 && i < count; i = next) {
        for (next = i + 1; rc == 0 && next < count && by_key(&groups[i], &groups[next]) == 0;
             next++) {
            rc = merge_group(view, parts[0], groups[i], groups[next], err);
        }
        rc = rc < 0 ? rc : write_group(s, view, parts[0], groups[i], err);
        ++*rows;
    }
    ls_mem_free(groups);
    return rc;
}

/* The first open window of a view among all workers; false when none ends by `low`. */
static bool first_window(const struct ls_stream *s, size_t view, int64_t low, int64_t *start,
                         int64_t *end)
{
    bool found = false;
    for (unsigned w = 0; w < s->worker_count; w++) {
        const struct ls_windows *windows = &s->workers[w]->windows[view];
        const struct ls_window *first = windows->count ? windows->open[0] : NULL;
        if (first && first->end <= low &&
            (!found || first->end < *end || (first->end == *end && first->start < *start))) {
            *start = first->start;
            *end = first->end;
            found = true;
        }
    }
    return found;
}

static int emit_view(struct ls_stream *s, size_t view, int64_t low, uint64_t *rows,
                     struct ls_error *err)
{
    int64_t start = 0;
    int64_t end = 0;
    int rc = 0;
    while (rc == 0 && first_window(s, view, low, &start, &end)) {
        struct ls_window *parts[LS_STREAM_WORKERS_MAX];
        size_t count = 0;
        for (unsigned w = 0; w < s->worker_count; w++) {
            struct ls_window *part = ls_windows_take(&s->workers[w]->windows[view], start, end);
            if (part) {
                parts[count++] = part;
            }
        }
        rc = write_window(s, &s->views->views[view], parts, count, rows, err);
        for (size_t i = 0; i < count; i++) {
            ls_window_free(parts[i]);
        }
    }
    return rc;
}

/* P6: the least watermark of the partitions that the view reads; INT64_MIN while one of them has
 * none. */
static int64_t low_watermark(const struct ls_stream *s, const struct ls_view *view)
{
    int64_t low = INT64_MAX;
    for (uint32_t p = 0; p < s->partitions; p++) {
        const struct ls_stream_partition *part = &s->parts[view->topic * s->partitions + p];
        int64_t watermark = part->has_clock ? part->highest - view->topic_plan->watermark_delay_ms
                                            : INT64_MIN;
        bool least = LS_MUTANT(EMIT_EARLY) ? low == INT64_MAX || watermark > low : watermark < low;
        low = least ? watermark : low;
    }
    return low;
}

int ls_stream_emit(struct ls_stream *s, struct ls_error *err)
{
    int rc = 0;
    for (size_t v = 0; rc == 0 && v < s->views->count; v++) {
        int64_t low = low_watermark(s, &s->views->views[v]);
        if (low > s->emitted[v]) {
            s->emitted[v] = low;
            rc = emit_view(s, v, low, &s->emitted_by_watermark, err);
        }
    }
    return rc;
}

int ls_stream_flush(struct ls_stream *s, struct ls_error *err)
{
    int rc = 0;
    for (size_t v = 0; rc == 0 && v < s->views->count; v++) {
        rc = emit_view(s, v, INT64_MAX, &s->emitted_by_flush, err);
    }
    return rc;
}
