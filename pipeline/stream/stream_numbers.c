#include "pipeline/stream/stream_numbers.h"

static uint64_t bytes_of(const struct ls_dedupe *table)
{
    return (table->slot_count + table->fresh_capacity) * sizeof *table->slots;
}

static void count_partition(const struct ls_stream_partition *part,
                            struct ls_partition_numbers *out)
{
    out->position = part->position;
    out->counts = part->counts;
    out->has_clock = part->has_clock;
    out->clock_ms = part->highest;
    out->ids = part->dedupe.used;
    out->flag_entries = part->monotone.used;
    out->bytes = bytes_of(&part->dedupe) + bytes_of(&part->monotone);
}

static void count_windows(const struct ls_stream *s, size_t view, struct ls_view_numbers *out)
{
    for (unsigned w = 0; w < s->worker_count; w++) {
        const struct ls_windows *windows = &s->workers[w]->windows[view];
        out->panes += windows->count;
        for (size_t i = 0; i < windows->count; i++) {
            out->groups += windows->panes[i]->groups.count;
            out->bytes += windows->panes[i]->arena.used;
        }
    }
}

static void count_view(const struct ls_stream *s, size_t view, struct ls_view_numbers *out)
{
    const struct ls_operator *op = s->operators[view];
    out->panes = out->groups = out->waiting = out->bytes = 0;
    out->has_watermark = s->emitted[view] != INT64_MIN;
    out->watermark_ms = s->emitted[view];
    if (op) {
        out->groups = op->kind->groups(op);
        out->waiting = op->waiting.count;
    } else {
        count_windows(s, view, out);
    }
}

void ls_stream_numbers(const struct ls_stream *s, struct ls_run_numbers *out)
{
    for (size_t i = 0; i < s->partition_count; i++) {
        count_partition(&s->parts[i], &out->parts[i]);
    }
    for (size_t v = 0; v < s->views->count; v++) {
        count_view(s, v, &out->of_views[v]);
    }
    out->emitted_by_watermark = s->emitted_by_watermark;
    out->emitted_by_flush = s->emitted_by_flush;
    ls_run_numbers_count_rows(out, s->outputs);
}
