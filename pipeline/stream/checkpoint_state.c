#include "pipeline/stream/checkpoint_internal.h"

#include "core/avro/encode.h"
#include "core/base/mutant.h"

#include <string.h>

int ls_checkpoint_put(struct ls_buf *out, uint64_t value, struct ls_error *err)
{
    uint8_t bytes[8];
    ls_put_u64(bytes, value);
    return ls_buf_append(out, bytes, sizeof bytes, err);
}

int ls_checkpoint_put_bytes(struct ls_buf *out, const void *bytes, size_t size,
                            struct ls_error *err)
{
    int rc = ls_checkpoint_put(out, size, err);
    return rc < 0 ? rc : ls_buf_append(out, bytes, size, err);
}

uint64_t ls_checkpoint_get(struct checkpoint_reader *r)
{
    if (r->bad || r->end - r->at < 8) {
        r->bad = true;
        return 0;
    }
    uint64_t value = ls_get_u64(r->at);
    r->at += 8;
    return value;
}

const uint8_t *ls_checkpoint_get_bytes(struct checkpoint_reader *r, size_t *size)
{
    uint64_t wanted = ls_checkpoint_get(r);
    if (r->bad || wanted > (uint64_t)(r->end - r->at)) {
        r->bad = true;
        *size = 0;
        return r->at;
    }
    const uint8_t *bytes = r->at;
    *size = (size_t)wanted;
    r->at += wanted;
    return bytes;
}

/* ---- what is small */

static int put_partition(struct ls_buf *out, const struct ls_stream_partition *part,
                         struct ls_error *err)
{
    const uint64_t words[] = {part->position,
                              part->last.high,
                              part->last.low,
                              part->has_clock,
                              (uint64_t)part->highest,
                              part->counts.raw,
                              part->counts.input_digest.high,
                              part->counts.input_digest.low};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof words / sizeof *words; i++) {
        rc = ls_checkpoint_put(out, words[i], err);
    }
    for (int i = 0; rc == 0 && i < LS_REASON_COUNT; i++) {
        rc = ls_checkpoint_put(out, part->counts.by_reason[i], err);
    }
    return rc;
}

static void get_partition(struct checkpoint_reader *r, struct ls_stream_partition *part)
{
    part->position = ls_checkpoint_get(r);
    part->last.high = ls_checkpoint_get(r);
    part->last.low = ls_checkpoint_get(r);
    part->has_clock = ls_checkpoint_get(r) != 0;
    part->highest = (int64_t)ls_checkpoint_get(r);
    part->counts.raw = ls_checkpoint_get(r);
    part->counts.input_digest.high = ls_checkpoint_get(r);
    part->counts.input_digest.low = ls_checkpoint_get(r);
    part->counts.heartbeats = part->counts.raw; /* what is left of them (P1) */
    for (int i = 0; i < LS_REASON_COUNT; i++) {
        part->counts.by_reason[i] = ls_checkpoint_get(r);
        part->counts.heartbeats -= part->counts.by_reason[i];
    }
}

static int put_dataset(struct ls_buf *out, const struct ls_dataset_state *state,
                       struct ls_error *err)
{
    int rc = ls_checkpoint_put(out, state->container.file_size, err);
    rc = rc < 0 ? rc : ls_checkpoint_put(out, state->container.records, err);
    bool pending = !LS_MUTANT(PENDING_NOT_SAVED);
    rc = rc < 0 ? rc : ls_checkpoint_put(out, pending ? state->container.pending_count : 0, err);
    rc = rc < 0 ? rc
                : ls_checkpoint_put_bytes(out, state->container.pending,
                                          pending ? state->container.pending_size : 0, err);
    rc = rc < 0 ? rc : ls_checkpoint_put(out, state->digest.records, err);
    for (int i = 0; rc == 0 && i < 4; i++) {
        rc = ls_checkpoint_put(out, state->digest.words[i], err);
    }
    return rc;
}

static void get_dataset(struct checkpoint_reader *r, struct ls_dataset_state *state)
{
    state->container.file_size = ls_checkpoint_get(r);
    state->container.records = ls_checkpoint_get(r);
    state->container.pending_count = (uint32_t)ls_checkpoint_get(r);
    state->container.pending = ls_checkpoint_get_bytes(r, &state->container.pending_size);
    state->digest.records = ls_checkpoint_get(r);
    for (int i = 0; i < 4; i++) {
        state->digest.words[i] = ls_checkpoint_get(r);
    }
}

int ls_checkpoint_put_small(struct ls_buf *out, struct ls_stream *s,
                            const struct ls_dataset_state *states, size_t count,
                            struct ls_error *err)
{
    size_t begin = out->size;
    int rc = ls_checkpoint_put(out, 0, err); /* the size, when it is known */
    rc = rc < 0 ? rc : ls_checkpoint_put(out, s->partition_count, err);
    rc = rc < 0 ? rc : ls_checkpoint_put(out, s->views->count, err);
    rc = rc < 0 ? rc : ls_checkpoint_put(out, count, err);
    rc = rc < 0 ? rc : ls_checkpoint_put(out, s->emitted_by_watermark, err);
    for (size_t i = 0; rc == 0 && i < s->partition_count; i++) {
        rc = put_partition(out, &s->parts[i], err);
    }
    for (size_t v = 0; rc == 0 && v < s->views->count; v++) {
        rc = ls_checkpoint_put(out, (uint64_t)s->emitted[v], err);
    }
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = put_dataset(out, &states[i], err);
    }
    if (rc == 0) {
        ls_put_u64(out->data + begin, out->size - begin - 8);
    }
    return rc;
}

int ls_checkpoint_skip_small(struct checkpoint_reader *r, struct ls_error *err)
{
    size_t size;
    (void)ls_checkpoint_get_bytes(r, &size);
    return r->bad ? ls_error_set(err, LS_E_DATA, "the checkpoint is too short") : 0;
}

int ls_checkpoint_get_small(struct checkpoint_reader *r, struct ls_stream *s,
                            struct ls_dataset_state *states, size_t count, struct ls_error *err)
{
    (void)ls_checkpoint_get(r);
    uint64_t partitions = ls_checkpoint_get(r);
    uint64_t views = ls_checkpoint_get(r);
    uint64_t datasets = ls_checkpoint_get(r);
    if (r->bad || partitions != s->partition_count || views != s->views->count ||
        datasets != count) {
        return ls_error_set(err, LS_E_DATA, "the checkpoint is of a log with other partitions");
    }
    s->emitted_by_watermark = ls_checkpoint_get(r);
    for (size_t i = 0; i < s->partition_count; i++) {
        get_partition(r, &s->parts[i]);
    }
    for (size_t v = 0; v < s->views->count; v++) {
        s->emitted[v] = (int64_t)ls_checkpoint_get(r);
    }
    for (size_t i = 0; i < count; i++) {
        get_dataset(r, &states[i]);
    }
    return r->bad ? ls_error_set(err, LS_E_DATA, "the checkpoint is too short") : 0;
}

/* ---- ids */

static int64_t floor_of(const struct ls_stream *s, const struct ls_stream_partition *part)
{
    return part->has_clock ? part->highest - s->plan->topics[part->topic].watermark_delay_ms -
                                 s->plan->spec->pipeline->dedupe->horizon_ms
                           : INT64_MIN + 1;
}

static int put_entry(struct ls_buf *out, const struct ls_dedupe_entry *entry, struct ls_error *err)
{
    uint8_t bytes[40];
    uint8_t *at = ls_put_u64(bytes, entry->id.high);
    at = ls_put_u64(at, entry->id.low);
    at = ls_put_u64(at, entry->payload.high);
    at = ls_put_u64(at, entry->payload.low);
    ls_put_u64(at, (uint64_t)entry->event_time);
    return ls_buf_append(out, bytes, sizeof bytes, err);
}

static int put_ids(struct ls_buf *out, const struct ls_stream *s, struct ls_stream_partition *part,
                   bool whole, struct ls_error *err)
{
    struct ls_dedupe *d = &part->dedupe;
    int64_t floor = floor_of(s, part);
    int rc;
    if (whole) {
        rc = ls_checkpoint_put(out, ls_dedupe_live(d, floor), err);
        for (size_t i = 0; rc == 0 && i < d->slot_count; i++) {
            bool live = d->slots[i].event_time != INT64_MIN && d->slots[i].event_time >= floor;
            rc = live ? put_entry(out, &d->slots[i], err) : 0;
        }
    } else {
        d->fresh_count = LS_MUTANT(IDS_NOT_SAVED) ? 0 : d->fresh_count;
        rc = ls_checkpoint_put(out, d->fresh_count, err);
        for (size_t i = 0; rc == 0 && i < d->fresh_count; i++) {
            rc = put_entry(out, &d->fresh[i], err);
        }
    }
    d->fresh_count = rc == 0 ? 0 : d->fresh_count;
    return rc;
}

static int get_ids(struct checkpoint_reader *r, const struct ls_stream *s,
                   struct ls_stream_partition *part, struct ls_error *err)
{
    int64_t floor = floor_of(s, part);
    int rc = 0;
    for (uint64_t left = ls_checkpoint_get(r); rc == 0 && left > 0 && !r->bad; left--) {
        struct ls_dedupe_entry entry;
        entry.id.high = ls_checkpoint_get(r);
        entry.id.low = ls_checkpoint_get(r);
        entry.payload.high = ls_checkpoint_get(r);
        entry.payload.low = ls_checkpoint_get(r);
        entry.event_time = (int64_t)ls_checkpoint_get(r);
        if (!r->bad && entry.event_time >= floor) {
            rc = ls_dedupe_insert(&part->dedupe, &entry, floor, false, err);
        }
    }
    return rc;
}

/* ---- windows */

static int put_aggregate(struct ls_buf *out, const struct ls_aggregate *a, struct ls_error *err)
{
    const uint64_t words[] = {a->count, (uint64_t)(ls_u128)a->sum,
                              (uint64_t)((ls_u128)a->sum >> 64), (uint64_t)a->least,
                              (uint64_t)a->greatest};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof words / sizeof *words; i++) {
        rc = ls_checkpoint_put(out, words[i], err);
    }
    return rc;
}

static struct ls_aggregate get_aggregate(struct checkpoint_reader *r)
{
    struct ls_aggregate a = {.count = ls_checkpoint_get(r)};
    ls_u128 low = ls_checkpoint_get(r);
    a.sum = (ls_i128)((ls_u128)ls_checkpoint_get(r) << 64 | low);
    a.least = (int64_t)ls_checkpoint_get(r);
    a.greatest = (int64_t)ls_checkpoint_get(r);
    return a;
}

static int put_distinct(struct ls_buf *out, const struct ls_distinct *set, struct ls_error *err)
{
    int rc = ls_checkpoint_put(out, set->count, err);
    rc = rc < 0 || !set->has_zero ? rc : ls_checkpoint_put(out, 0, err);
    rc = rc < 0 || !set->has_zero ? rc : ls_checkpoint_put(out, 0, err);
    for (size_t i = 0; rc == 0 && i < set->slot_count; i++) {
        if (set->slots[i].high || set->slots[i].low) {
            rc = ls_checkpoint_put(out, set->slots[i].high, err);
            rc = rc < 0 ? rc : ls_checkpoint_put(out, set->slots[i].low, err);
        }
    }
    return rc;
}

/* A group: worker, view, window, key, states. */
static int put_group(struct ls_buf *out, unsigned worker, const struct ls_view *view,
                     const struct ls_window *window, const struct ls_group *group,
                     struct ls_error *err)
{
    const uint64_t words[] = {1, worker, view->index, (uint64_t)window->start,
                              (uint64_t)window->end};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof words / sizeof *words; i++) {
        rc = ls_checkpoint_put(out, words[i], err);
    }
    rc = rc < 0 ? rc : ls_checkpoint_put_bytes(out, group->key, group->key_size, err);
    for (size_t i = 0; rc == 0 && i < view->column_count; i++) {
        rc = put_aggregate(out, &group->aggregates[i], err);
    }
    for (size_t k = 0; rc == 0 && k < view->distinct_count; k++) {
        rc = put_distinct(out, &group->distinct[k], err);
    }
    return rc;
}

static int put_windows(struct ls_buf *out, unsigned worker, const struct ls_windows *windows,
                       bool whole, struct ls_error *err)
{
    int rc = 0;
    for (size_t w = 0; rc == 0 && w < windows->count; w++) {
        const struct ls_window *window = windows->open[w];
        for (size_t g = 0; rc == 0 && g < window->slot_count; g++) {
            struct ls_group *group = window->slots[g];
            if (group && (whole || group->dirty)) {
                rc = put_group(out, worker, windows->view, window, group, err);
                group->dirty = false;
            }
        }
    }
    return rc;
}

static int get_group(struct checkpoint_reader *r, struct ls_stream *s, struct ls_error *err)
{
    uint64_t worker = ls_checkpoint_get(r);
    uint64_t v = ls_checkpoint_get(r);
    int64_t start = (int64_t)ls_checkpoint_get(r);
    int64_t end = (int64_t)ls_checkpoint_get(r);
    size_t key_size;
    const uint8_t *key = ls_checkpoint_get_bytes(r, &key_size);
    if (r->bad || v >= s->views->count || worker >= s->worker_count) {
        r->bad = true;
        return 0;
    }
    const struct ls_view *view = &s->views->views[v];
    struct ls_stream_worker *owner =
        s->workers[worker]; /* its later self replaces it; those of other workers are apart */
    bool emitted = end <= s->emitted[v];
    struct ls_window *window = NULL;
    struct ls_group *group = NULL;
    int rc = emitted ? 0
                     : ls_windows_group(&owner->windows[v], start, end, key, key_size, &window,
                                        &group, err);
    for (size_t i = 0; rc == 0 && i < view->column_count; i++) {
        struct ls_aggregate a = get_aggregate(r);
        if (group) {
            group->aggregates[i] = a;
        }
    }
    for (size_t k = 0; rc == 0 && k < view->distinct_count; k++) {
        for (uint64_t left = ls_checkpoint_get(r); rc == 0 && left > 0 && !r->bad; left--) {
            struct ls_id value;
            value.high = ls_checkpoint_get(r);
            value.low = ls_checkpoint_get(r);
            rc = group ? ls_distinct_add(window, &group->distinct[k], value, err) : 0;
        }
    }
    return rc;
}

int ls_checkpoint_put_large(struct ls_buf *out, struct ls_stream *s, bool whole,
                            struct ls_error *err)
{
    int rc = ls_checkpoint_put(out, s->worker_count, err);
    for (size_t i = 0; rc == 0 && i < s->partition_count; i++) {
        rc = put_ids(out, s, &s->parts[i], whole, err);
    }
    for (unsigned w = 0; rc == 0 && w < s->worker_count; w++) {
        for (size_t v = 0; rc == 0 && v < s->views->count; v++) {
            rc = put_windows(out, w, &s->workers[w]->windows[v], whole, err);
        }
    }
    return rc < 0 ? rc : ls_checkpoint_put(out, 0, err);
}

int ls_checkpoint_get_large(struct checkpoint_reader *r, struct ls_stream *s, struct ls_error *err)
{
    uint64_t workers = ls_checkpoint_get(r);
    int rc = workers > LS_STREAM_WORKERS_MAX
                 ? ls_error_set(err, LS_E_DATA, "the checkpoint names too many workers")
                 : ls_stream_add_workers(s, (unsigned)workers, err);
    for (size_t i = 0; rc == 0 && i < s->partition_count; i++) {
        rc = get_ids(r, s, &s->parts[i], err);
    }
    while (rc == 0 && ls_checkpoint_get(r) == 1 && !r->bad) {
        rc = get_group(r, s, err);
    }
    return rc < 0 || !r->bad ? rc : ls_error_set(err, LS_E_DATA, "the checkpoint is too short");
}
