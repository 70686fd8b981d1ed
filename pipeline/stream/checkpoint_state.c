#include "pipeline/stream/checkpoint_internal.h"

#include "core/avro/encode.h"
#include "core/base/civil.h"
#include "core/base/mutant.h"

#include <string.h>

/* ---- what is small */

static int put_partition(struct ls_buf *out, const struct ls_stream_partition *part,
                         struct ls_error *err)
{
    const uint64_t words[] = {part->position,
                              part->last.high,
                              part->last.low,
                              part->has_clock && !LS_MUTANT(WATERMARK_NOT_SAVED),
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
    r->bad = r->bad || (part->has_clock &&
                        (part->highest < LS_TIME_MIN_MS || part->highest > LS_TIME_MAX_MS));
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
    rc = rc < 0 ? rc : ls_checkpoint_put(out, s->final, err);
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
    s->final = ls_checkpoint_get(r) != 0;
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

/* The watermark less so many horizons. */
static int64_t floor_of(const struct ls_stream *s, const struct ls_stream_partition *part,
                        int horizons)
{
    return part->has_clock ? part->highest - s->plan->topics[part->topic].watermark_delay_ms -
                                 horizons * s->plan->spec->pipeline->dedupe->horizon_ms
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

static int put_ids(struct ls_buf *out, struct ls_dedupe *d, int64_t floor, bool whole,
                   struct ls_error *err)
{
    int rc;
    if (whole) {
        rc = ls_checkpoint_put(out, ls_dedupe_live(d, floor), err);
        for (size_t i = 0; rc == 0 && i < d->slot_count; i++) {
            bool live = d->slots[i].event_time != INT64_MIN && d->slots[i].event_time >= floor;
            rc = live ? put_entry(out, &d->slots[i], err) : 0;
        }
    } else {
        rc = ls_checkpoint_put(out, d->fresh_count, err);
        for (size_t i = 0; rc == 0 && i < d->fresh_count; i++) {
            rc = put_entry(out, &d->fresh[i], err);
        }
    }
    d->fresh_count = rc == 0 ? 0 : d->fresh_count;
    return rc;
}

static int get_ids(struct checkpoint_reader *r, struct ls_dedupe *d, int64_t floor,
                   struct ls_error *err)
{
    int rc = 0;
    for (uint64_t left = ls_checkpoint_get(r); rc == 0 && left > 0 && !r->bad; left--) {
        struct ls_dedupe_entry entry;
        entry.id.high = ls_checkpoint_get(r);
        entry.id.low = ls_checkpoint_get(r);
        entry.payload.high = ls_checkpoint_get(r);
        entry.payload.low = ls_checkpoint_get(r);
        entry.event_time = (int64_t)ls_checkpoint_get(r);
        if (!r->bad && entry.event_time >= floor) {
            rc = ls_dedupe_insert(d, &entry, floor, false, err);
        }
    }
    return rc;
}

static int put_remembered(struct ls_buf *out, const struct ls_stream *s,
                          struct ls_stream_partition *part, bool whole, struct ls_error *err)
{
    part->dedupe.fresh_count = LS_MUTANT(IDS_NOT_SAVED) ? 0 : part->dedupe.fresh_count;
    part->monotone.fresh_count = LS_MUTANT(FLAGS_NOT_SAVED) ? 0 : part->monotone.fresh_count;
    int rc = put_ids(out, &part->dedupe, floor_of(s, part, 1), whole, err);
    return rc < 0 ? rc : put_ids(out, &part->monotone, floor_of(s, part, 2), whole, err);
}

/* ---- windows: 1, worker, view, pane, key, state of a group; until 0 */

static int put_group(struct ls_buf *out, unsigned worker, const struct ls_view *view,
                     const struct ls_pane *pane, const struct ls_group *group, struct ls_error *err)
{
    const uint64_t words[] = {1, worker, view->index, (uint64_t)pane->first, (uint64_t)pane->last};
    int rc = ls_checkpoint_put_words(out, words, sizeof words / sizeof *words, err);
    rc = rc < 0 ? rc : ls_checkpoint_put_bytes(out, group->keyed.key, group->keyed.key_size, err);
    return rc < 0 ? rc : ls_group_state_put(view, &group->state, out, err);
}

static int put_windows(struct ls_buf *out, unsigned worker, const struct ls_windows *windows,
                       bool whole, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < windows->count; i++) {
        const struct ls_pane *pane = windows->panes[i];
        for (size_t g = 0; rc == 0 && g < pane->groups.slot_count; g++) {
            struct ls_group *group = ls_pane_group(pane, g);
            if (group && (whole || group->dirty)) {
                rc = put_group(out, worker, windows->view, pane, group, err);
                group->dirty = false;
            }
        }
    }
    return rc;
}

/* Its later self replaces it; those of other workers are apart. */
static int get_group(struct checkpoint_reader *r, struct ls_stream *s, struct ls_error *err)
{
    uint64_t words[4];
    size_t key_size;
    ls_checkpoint_get_words(r, words, 4);
    const uint8_t *key = ls_checkpoint_get_bytes(r, &key_size);
    if (r->bad || words[1] >= s->views->count || words[0] >= s->worker_count ||
        s->operators[words[1]] || (int64_t)words[2] > (int64_t)words[3]) {
        r->bad = true;
        return 0;
    }
    words[0] = LS_MUTANT(WORKERS_MERGED) ? 0 : words[0];
    struct ls_group *group;
    int rc = ls_windows_group(&s->workers[words[0]]->windows[words[1]], (int64_t)words[2],
                              (int64_t)words[3], key, key_size, &group, err);
    return rc < 0 ? rc : ls_group_state_get(&s->views->views[words[1]], r, &group->state, err);
}

/* What was emitted since. */
static void forget_windows(struct ls_stream *s)
{
    for (size_t v = 0; v < s->views->count; v++) {
        for (unsigned w = 0; !s->operators[v] && w < s->worker_count; w++) {
            ls_windows_forget(&s->workers[w]->windows[v],
                              ls_windows_done(&s->views->views[v], s->emitted[v]));
        }
    }
}

int ls_checkpoint_put_large(struct ls_buf *out, struct ls_stream *s, bool whole,
                            struct ls_error *err)
{
    int rc = ls_stream_gather(s, err);
    rc = rc < 0 ? rc : ls_checkpoint_put(out, s->worker_count, err);
    for (size_t i = 0; rc == 0 && i < s->partition_count; i++) {
        rc = put_remembered(out, s, &s->parts[i], whole, err);
    }
    for (unsigned w = 0; rc == 0 && w < s->worker_count; w++) {
        for (size_t v = 0; rc == 0 && v < s->views->count; v++) {
            rc = put_windows(out, w, &s->workers[w]->windows[v], whole, err);
        }
    }
    rc = rc < 0 ? rc : ls_checkpoint_put(out, 0, err);
    for (size_t v = 0; rc == 0 && v < s->views->count; v++) {
        rc = s->operators[v] ? ls_operator_put(s->operators[v], whole, out, err) : 0;
    }
    return rc;
}

int ls_checkpoint_get_large(struct checkpoint_reader *r, struct ls_stream *s, struct ls_error *err)
{
    uint64_t workers = ls_checkpoint_get(r);
    int rc = workers > LS_STREAM_WORKERS_MAX
                 ? ls_error_set(err, LS_E_DATA, "the checkpoint names too many workers")
                 : ls_stream_add_workers(s, (unsigned)workers, err);
    for (size_t i = 0; rc == 0 && i < s->partition_count; i++) {
        rc = get_ids(r, &s->parts[i].dedupe, floor_of(s, &s->parts[i], 1), err);
        rc = rc < 0 ? rc : get_ids(r, &s->parts[i].monotone, floor_of(s, &s->parts[i], 2), err);
    }
    while (rc == 0 && ls_checkpoint_get(r) == 1) {
        rc = get_group(r, s, err);
    }
    if (rc == 0) {
        forget_windows(s);
    }
    for (size_t v = 0; rc == 0 && !r->bad && v < s->views->count; v++) {
        rc = s->operators[v] ? ls_operator_get(s->operators[v], r, s->emitted[v], err) : 0;
    }
    return rc < 0 || !r->bad ? rc : ls_error_set(err, LS_E_DATA, "the checkpoint is too short");
}

int ls_checkpoint_settle(struct ls_stream *s, struct ls_error *err)
{
    int rc = 0;
    for (size_t v = 0; rc == 0 && v < s->views->count; v++) {
        rc = s->operators[v] ? ls_operator_settle(s->operators[v], s->emitted[v], err) : 0;
    }
    return rc;
}
