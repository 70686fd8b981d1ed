#include "pipeline/output/run_metrics.h"

#include <stdio.h>
#include <string.h>

#define COUNTER(out, name, help) ls_metrics_family(out, name, LS_METRIC_COUNTER, help)
#define GAUGE(out, name, help)   ls_metrics_family(out, name, LS_METRIC_GAUGE, help)

static const char *topic_name(const struct ls_run_numbers *n, size_t topic)
{
    return n->plan->topics[topic].type->topic;
}

/* ---- the run */

static void put_job(const struct ls_run_numbers *n, const struct ls_run_moment *now,
                    struct ls_metrics *out)
{
    char job[LS_HEX_MAX];
    char spec[LS_HEX_MAX];
    char format[12];
    snprintf(format, sizeof format, "%d", LS_FORMAT_VERSION);
    ls_hex(n->plan->job.bytes, LS_SHA256_SIZE, job);
    ls_hex(n->plan->spec->hash.bytes, LS_SHA256_SIZE, spec);
    GAUGE(out, "lockstep_job_info", "1: what runs, by its labels.");
    ls_metrics_count(out,
                     LS_LABELS({"version", now->version}, {"format_version", format},
                               {"mode", n->mode}, {"domain", n->plan->spec->domain},
                               {"job_sha256", job}, {"spec_sha256", spec}),
                     1);
    GAUGE(out, "lockstep_metrics_timestamp_seconds",
          "Wall time at which these numbers were taken.");
    ls_metrics_thousandths(out, NULL, now->wall_ms);
    GAUGE(out, "lockstep_run_workers", "Threads of the run.");
    ls_metrics_count(out, NULL, n->workers);
    GAUGE(out, "lockstep_run_duration_seconds", "Wall time since the run began.");
    ls_metrics_thousandths(out, NULL, (int64_t)(n->elapsed_ns / 1000000));
    COUNTER(out, "lockstep_run_records_total", "Records read by this run alone.");
    ls_metrics_count(out, NULL, n->records);
    GAUGE(out, "lockstep_run_records_per_second", "Records a second, on average since it began.");
    ls_metrics_count(out, NULL,
                     n->elapsed_ns ? (uint64_t)((ls_u128)n->records * 1000000000 / n->elapsed_ns)
                                   : 0);
}

static void put_process(const struct ls_process_usage *usage, struct ls_metrics *out)
{
    COUNTER(out, "process_cpu_seconds_total", "User and system time of all threads.");
    ls_metrics_thousandths(out, NULL, (int64_t)usage->cpu_ms);
    GAUGE(out, "process_resident_memory_bytes", "Resident memory.");
    if (usage->memory_bytes) {
        ls_metrics_count(out, NULL, usage->memory_bytes);
    }
    GAUGE(out, "lockstep_resident_memory_max_bytes", "The most memory that was resident.");
    ls_metrics_count(out, NULL, usage->memory_max_bytes);
}

/* ---- records */

static struct ls_partition_counts sum_of(const struct ls_run_numbers *n, size_t topic)
{
    struct ls_partition_counts sum = {0};
    for (uint32_t p = 0; p < n->partitions; p++) {
        const struct ls_partition_counts *c = &n->parts[topic * n->partitions + p].counts;
        sum.raw += c->raw;
        sum.heartbeats += c->heartbeats;
        for (int r = 0; r < LS_REASON_COUNT; r++) {
            sum.by_reason[r] += c->by_reason[r];
        }
    }
    return sum;
}

static void put_outcomes(const struct ls_run_numbers *n, struct ls_metrics *out)
{
    COUNTER(out, "lockstep_records_total",
            "Records by what became of them, over all runs of the job's state.");
    for (size_t t = 0; t < n->plan->topic_count; t++) {
        const struct ls_partition_counts sum = sum_of(n, t);
        const char *topic = topic_name(n, t);
        uint64_t normalized = sum.by_reason[LS_ADMITTED];
        ls_metrics_count(out, LS_LABELS({"topic", topic}, {"outcome", "normalized"}), normalized);
        ls_metrics_count(out, LS_LABELS({"topic", topic}, {"outcome", "quarantined"}),
                         sum.raw - sum.heartbeats - normalized);
        ls_metrics_count(out, LS_LABELS({"topic", topic}, {"outcome", "heartbeat"}),
                         sum.heartbeats);
    }
    COUNTER(out, "lockstep_quarantined_records_total",
            "Quarantined records by the reason and the stage of checks that gave it; `lockstep "
            "explain REASON` tells more. Stage quality: the spec's own checks.");
    for (size_t t = 0; t < n->plan->topic_count; t++) {
        const struct ls_partition_counts sum = sum_of(n, t);
        for (int r = LS_ADMITTED + 1; r < LS_REASON_COUNT; r++) {
            ls_metrics_count(out,
                             LS_LABELS({"topic", topic_name(n, t)}, {"stage", ls_reasons[r].stage},
                                       {"reason", ls_reasons[r].name}),
                             sum.by_reason[r]);
        }
    }
}

/* ---- partitions */

typedef void put_partition_fn(const struct ls_run_numbers *n, size_t part,
                              const struct ls_label *labels, struct ls_metrics *out);

static void each_partition(const struct ls_run_numbers *n, put_partition_fn *put,
                           struct ls_metrics *out)
{
    for (size_t part = 0; part < n->plan->topic_count * n->partitions; part++) {
        char partition[12];
        snprintf(partition, sizeof partition, "%u", (unsigned)(part % n->partitions));
        put(n, part,
            LS_LABELS({"topic", topic_name(n, part / n->partitions)}, {"partition", partition}),
            out);
    }
}

static void put_lag(const struct ls_run_numbers *n, size_t part, const struct ls_label *labels,
                    struct ls_metrics *out)
{
    const struct ls_partition_numbers *p = &n->parts[part];
    ls_metrics_count(out, labels, p->end > p->position ? p->end - p->position : 0);
}

static void put_clock(const struct ls_run_numbers *n, size_t part, const struct ls_label *labels,
                      struct ls_metrics *out)
{
    if (n->parts[part].has_clock) {
        ls_metrics_thousandths(out, labels, n->parts[part].clock_ms);
    }
}

/* The highest clock of the partitions that a view reads, of any for NULL; false: none has one. */
static bool newest_clock(const struct ls_run_numbers *n, const struct ls_view *view,
                         int64_t *clock_ms)
{
    bool found = false;
    for (size_t part = 0; part < n->plan->topic_count * n->partitions; part++) {
        const struct ls_partition_numbers *p = &n->parts[part];
        bool counts = p->has_clock && (!view || view->by_topic[part / n->partitions]);
        if (counts && (!found || p->clock_ms > *clock_ms)) {
            *clock_ms = p->clock_ms;
            found = true;
        }
    }
    return found;
}

static void put_delay(const struct ls_run_numbers *n, size_t part, const struct ls_label *labels,
                      struct ls_metrics *out)
{
    const struct ls_partition_numbers *p = &n->parts[part];
    int64_t newest = 0;
    if (p->has_clock && newest_clock(n, NULL, &newest)) {
        int64_t delay = n->plan->topics[part / n->partitions].watermark_delay_ms;
        ls_metrics_thousandths(out, labels, newest - (p->clock_ms - delay));
    }
}

static void put_partitions(const struct ls_run_numbers *n, struct ls_metrics *out)
{
    GAUGE(out, "lockstep_input_lag_records", "Records between what is done and the range's end.");
    each_partition(n, put_lag, out);
    GAUGE(out, "lockstep_input_clock_timestamp_seconds",
          "The highest clock that was read, which moves the watermark: data time.");
    each_partition(n, put_clock, out);
    GAUGE(out, "lockstep_input_watermark_delay_seconds",
          "Data time between the highest clock of all partitions and this one's watermark.");
    each_partition(n, put_delay, out);
}

/* ---- what is remembered of records, by topic */

static void put_memory(const struct ls_run_numbers *n, const char *name, const char *help,
                       size_t member, struct ls_metrics *out)
{
    GAUGE(out, name, help);
    for (size_t t = 0; t < n->plan->topic_count; t++) {
        uint64_t sum = 0;
        for (uint32_t p = 0; p < n->partitions; p++) {
            const char *part = (const char *)&n->parts[t * n->partitions + p];
            sum += *(const uint64_t *)(const void *)(part + member);
        }
        ls_metrics_count(out, LS_LABELS({"topic", topic_name(n, t)}), sum);
    }
}

/* ---- views */

static void put_views(const struct ls_run_numbers *n, const char *name, enum ls_metric_type type,
                      const char *help, size_t member, struct ls_metrics *out)
{
    ls_metrics_family(out, name, type, help);
    for (size_t v = 0; v < n->views->count; v++) {
        const char *numbers = (const char *)&n->of_views[v];
        ls_metrics_count(out,
                         LS_LABELS({"view", n->views->views[v].spec->name},
                                   {"kind", ls_view_kind_word(n->views->views[v].kind)}),
                         *(const uint64_t *)(const void *)(numbers + member));
    }
}

static void put_watermarks(const struct ls_run_numbers *n, struct ls_metrics *out)
{
    GAUGE(out, "lockstep_view_watermark_timestamp_seconds",
          "The low watermark up to which rows are emitted: data time. Where data time is the "
          "present, time() less this is the view's delay.");
    for (size_t v = 0; v < n->views->count; v++) {
        if (n->of_views[v].has_watermark) {
            ls_metrics_thousandths(out, LS_LABELS({"view", n->views->views[v].spec->name}),
                                   n->of_views[v].watermark_ms);
        }
    }
    GAUGE(out, "lockstep_view_watermark_delay_seconds",
          "Data time between the highest clock that the view has read and its low watermark.");
    for (size_t v = 0; v < n->views->count; v++) {
        int64_t newest = 0;
        if (n->of_views[v].has_watermark && newest_clock(n, &n->views->views[v], &newest)) {
            ls_metrics_thousandths(out, LS_LABELS({"view", n->views->views[v].spec->name}),
                                   newest - n->of_views[v].watermark_ms);
        }
    }
}

/* ---- the streaming run's own */

static void put_checkpoints(const struct ls_run_numbers *n, int64_t wall_ms, struct ls_metrics *out)
{
    const struct ls_checkpoint_numbers *c = &n->checkpoints;
    COUNTER(out, "lockstep_checkpoints_total", "Checkpoints written by this run.");
    ls_metrics_count(out, NULL, c->written);
    COUNTER(out, "lockstep_checkpoints_damaged_total", "Damaged checkpoints passed over.");
    ls_metrics_count(out, NULL, c->damaged);
    COUNTER(out, "lockstep_restarts_total", "Runs that went on from a checkpoint.");
    ls_metrics_count(out, NULL, c->restarts);
    if (c->number == 0) {
        return;
    }
    GAUGE(out, "lockstep_checkpoint_last_number", "Its number, which is its file's name.");
    ls_metrics_count(out, NULL, c->number);
    GAUGE(out, "lockstep_checkpoint_last_timestamp_seconds",
          "Wall time at which the last checkpoint was written, or gone on from.");
    ls_metrics_thousandths(out, NULL, wall_ms - (int64_t)(c->age_ns / 1000000));
    GAUGE(out, "lockstep_checkpoint_size_bytes", "All files that the last checkpoint needs.");
    ls_metrics_count(out, NULL, c->chain_bytes);
    if (c->duration_ns) {
        GAUGE(out, "lockstep_checkpoint_last_size_bytes", "The last checkpoint's own file.");
        ls_metrics_count(out, NULL, c->bytes);
        GAUGE(out, "lockstep_checkpoint_last_duration_seconds", "What writing it took.");
        ls_metrics_thousandths(out, NULL, (int64_t)(c->duration_ns / 1000000));
    }
}

static void put_state(const struct ls_run_numbers *n, struct ls_metrics *out)
{
    COUNTER(out, "lockstep_rows_emitted_total", "Rows by what made them final.");
    ls_metrics_count(out, LS_LABELS({"by", "watermark"}), n->emitted_by_watermark);
    ls_metrics_count(out, LS_LABELS({"by", "flush"}), n->emitted_by_flush);
    put_watermarks(n, out);
    put_memory(n, "lockstep_remembered_ids",
               "Ids kept to know duplicates; those forgotten go when the table grows.",
               offsetof(struct ls_partition_numbers, ids), out);
    put_memory(n, "lockstep_flag_entries", "Values kept for monotonic flags, likewise.",
               offsetof(struct ls_partition_numbers, flag_entries), out);
    put_memory(n, "lockstep_remembered_bytes", "Memory of both.",
               offsetof(struct ls_partition_numbers, bytes), out);
    put_views(n, "lockstep_view_panes", LS_METRIC_GAUGE, "Panes of open windows, of all workers.",
              offsetof(struct ls_view_numbers, panes), out);
    put_views(n, "lockstep_view_groups", LS_METRIC_GAUGE, "Groups that have a state.",
              offsetof(struct ls_view_numbers, groups), out);
    put_views(n, "lockstep_view_waiting_records", LS_METRIC_GAUGE,
              "Records that wait for their turn in the order of all partitions.",
              offsetof(struct ls_view_numbers, waiting), out);
    put_views(n, "lockstep_view_pane_bytes", LS_METRIC_GAUGE, "Memory of panes.",
              offsetof(struct ls_view_numbers, bytes), out);
}

int ls_run_metrics(const struct ls_run_numbers *n, const struct ls_run_moment *now,
                   struct ls_metrics *out, struct ls_error *err)
{
    ls_metrics_begin(out, err);
    put_job(n, now, out);
    put_process(&now->usage, out);
    put_outcomes(n, out);
    put_partitions(n, out);
    put_views(n, "lockstep_view_rows_total", LS_METRIC_COUNTER,
              "Rows of views, and transitions of alert rules.",
              offsetof(struct ls_view_numbers, rows), out);
    put_views(n, "lockstep_view_late_records_total", LS_METRIC_COUNTER,
              "Rows of late datasets: what a view left out, once for each window.",
              offsetof(struct ls_view_numbers, late), out);
    if (strcmp(n->mode, "stream") == 0) {
        put_state(n, out);
        put_checkpoints(n, now->wall_ms, out);
    }
    return ls_metrics_end(out);
}
