#include "pipeline/output/run_metrics.h"

#include "core/base/mem.h"
#include "pipeline/fixture_test.h"

#define PARTITIONS ((size_t)2)

static const struct ls_run_moment now = {
    .version = "1.2.3", .wall_ms = 100000, .usage = {1234, 5000, 6000}};

static struct ls_partition_numbers parts[TOPICS * PARTITIONS];
static struct ls_view_numbers views[3];

static struct ls_run_numbers numbers(const struct pipe *p, const char *mode)
{
    memset(parts, 0, sizeof parts);
    memset(views, 0, sizeof views);
    for (size_t i = 0; i < TOPICS * PARTITIONS; i++) {
        struct ls_partition_numbers *n = &parts[i];
        n->position = 10 * (i + 1);
        n->end = n->position + i;
        n->counts.raw = n->position;
        n->counts.heartbeats = 1;
        n->counts.by_reason[LS_ADMITTED] = n->position - 4;
        n->counts.by_reason[LS_REASON_RANGE] = 2;
        n->counts.by_reason[LS_REASON_DUPLICATE] = 1;
        n->has_clock = i != 1; /* one has not read any */
        n->clock_ms = -2000 + 1000 * (int64_t)i;
        n->ids = 100 + i;
        n->flag_entries = i;
        n->bytes = 4096;
    }
    views[2] = (struct ls_view_numbers){.rows = 7,
                                        .late = 3,
                                        .has_watermark = true,
                                        .watermark_ms = -1500,
                                        .panes = 2,
                                        .groups = 5,
                                        .waiting = 11,
                                        .bytes = 99};
    return (struct ls_run_numbers){
        .mode = mode,
        .plan = p->plan,
        .views = p->views,
        .partitions = (uint32_t)PARTITIONS,
        .workers = 2,
        .records = 100,
        .elapsed_ns = 2500000000,
        .parts = parts,
        .of_views = views,
        .emitted_by_watermark = 6,
        .emitted_by_flush = 1,
        .checkpoints = {4, 1, 2, 9, 500, 1500, 3000000, 60000000000},
    };
}

static const char *written(struct pipe *p, const struct ls_run_numbers *n, struct ls_metrics *m)
{
    ls_metrics_init(m);
    FINE(p, ls_run_metrics(n, &now, m, &p->base.err));
    return ls_buf_text(&m->text, &p->base.err);
}

static void has_line(const char *text, const char *line)
{
    char whole[400];
    snprintf(whole, sizeof whole, "\n%s\n", line);
    if (!strstr(text, whole)) {
        fail_msg("no line %s in\n%s", line, text);
    }
}

static void every_number_has_its_sample(void **state)
{
    static const char *const lines[] = {
        "lockstep_metrics_timestamp_seconds 100.000",
        "lockstep_run_workers 2",
        "lockstep_run_duration_seconds 2.500",
        "lockstep_run_records_total 100",
        "lockstep_run_records_per_second 40",
        "process_cpu_seconds_total 1.234",
        "process_resident_memory_bytes 5000",
        "lockstep_resident_memory_max_bytes 6000",
        "lockstep_records_total{topic=\"raw.demo.sale\",outcome=\"normalized\"} 22",
        "lockstep_records_total{topic=\"raw.demo.sale\",outcome=\"quarantined\"} 6",
        "lockstep_records_total{topic=\"raw.demo.visit\",outcome=\"heartbeat\"} 2",
        ("lockstep_quarantined_records_total{topic=\"raw.demo.visit\",stage=\"quality\","
         "reason=\"RANGE\"} 4"),
        ("lockstep_quarantined_records_total{topic=\"raw.demo.sale\",stage=\"frame\","
         "reason=\"FRAME_INVALID\"} 0"),
        "lockstep_input_lag_records{topic=\"raw.demo.sale\",partition=\"1\"} 1",
        "lockstep_input_lag_records{topic=\"raw.demo.visit\",partition=\"1\"} 3",
        "lockstep_input_clock_timestamp_seconds{topic=\"raw.demo.sale\",partition=\"0\"} -2.000",
        "lockstep_input_clock_timestamp_seconds{topic=\"raw.demo.visit\",partition=\"1\"} 1.000",
        /* the highest clock is 1 s; sales are delayed by 2 s, visits by 1 s */
        "lockstep_input_watermark_delay_seconds{topic=\"raw.demo.sale\",partition=\"0\"} 5.000",
        "lockstep_input_watermark_delay_seconds{topic=\"raw.demo.visit\",partition=\"0\"} 2.000",
        "lockstep_view_rows_total{view=\"visits\",kind=\"windows\"} 7",
        "lockstep_view_late_records_total{view=\"visits\",kind=\"windows\"} 3",
        "lockstep_rows_emitted_total{by=\"watermark\"} 6",
        "lockstep_rows_emitted_total{by=\"flush\"} 1",
        "lockstep_view_watermark_timestamp_seconds{view=\"visits\"} -1.500",
        "lockstep_view_watermark_delay_seconds{view=\"visits\"} 2.500",
        "lockstep_remembered_ids{topic=\"raw.demo.visit\"} 205",
        "lockstep_flag_entries{topic=\"raw.demo.visit\"} 5",
        "lockstep_remembered_bytes{topic=\"raw.demo.sale\"} 8192",
        "lockstep_view_panes{view=\"visits\",kind=\"windows\"} 2",
        "lockstep_view_groups{view=\"visits\",kind=\"windows\"} 5",
        "lockstep_view_waiting_records{view=\"visits\",kind=\"windows\"} 11",
        "lockstep_view_pane_bytes{view=\"visits\",kind=\"windows\"} 99",
        "lockstep_checkpoints_total 4",
        "lockstep_restarts_total 1",
        "lockstep_checkpoints_damaged_total 2",
        "lockstep_checkpoint_last_number 9",
        "lockstep_checkpoint_last_timestamp_seconds 40.000",
        "lockstep_checkpoint_last_size_bytes 500",
        "lockstep_checkpoint_size_bytes 1500",
        "lockstep_checkpoint_last_duration_seconds 0.003",
    };
    struct pipe *p = *state;
    struct ls_metrics m;
    const struct ls_run_numbers n = numbers(p, "stream");
    const char *text = written(p, &n, &m);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        has_line(text, lines[i]);
    }
    assert_non_null(strstr(text, "\nlockstep_job_info{version=\"1.2.3\",format_version=\"1\","
                                 "mode=\"stream\",domain=\"demo\",job_sha256=\""));
    ls_metrics_clear(&m);
}

/* Wherever it is. */
static void the_highest_clock_counts(void **state)
{
    struct pipe *p = *state;
    struct ls_metrics m;
    const struct ls_run_numbers n = numbers(p, "stream");
    parts[0].clock_ms = 7000;
    const char *text = written(p, &n, &m);
    has_line(text,
             "lockstep_input_watermark_delay_seconds{topic=\"raw.demo.sale\",partition=\"0\"} "
             "2.000");
    has_line(text,
             "lockstep_input_watermark_delay_seconds{topic=\"raw.demo.visit\",partition=\"1\"} "
             "7.000");
    ls_metrics_clear(&m);
}

/* What is not known has no sample, rather than one of 0. */
static void what_is_not_known_is_left_out(void **state)
{
    struct pipe *p = *state;
    struct ls_metrics m;
    struct ls_run_numbers n = numbers(p, "stream");
    n.checkpoints = (struct ls_checkpoint_numbers){0};
    const char *text = written(p, &n, &m);
    assert_null(strstr(text, "clock_timestamp_seconds{topic=\"raw.demo.sale\",partition=\"1\"}"));
    assert_null(strstr(text, "watermark_delay_seconds{topic=\"raw.demo.sale\",partition=\"1\"}"));
    assert_null(strstr(text, "watermark_timestamp_seconds{view=\"all\"}"));
    assert_null(strstr(text, "lockstep_checkpoint_last"));
    has_line(text, "lockstep_checkpoints_total 0");
    ls_metrics_clear(&m);
    n.checkpoints = (struct ls_checkpoint_numbers){.number = 4}; /* of a run before */
    text = written(p, &n, &m);
    has_line(text, "lockstep_checkpoint_last_number 4");
    assert_null(strstr(text, "lockstep_checkpoint_last_duration"));
    ls_metrics_clear(&m);
}

static void a_batch_run_has_no_state(void **state)
{
    struct pipe *p = *state;
    struct ls_metrics m;
    const struct ls_run_numbers n = numbers(p, "batch");
    const char *text = written(p, &n, &m);
    has_line(text, "lockstep_view_rows_total{view=\"visits\",kind=\"windows\"} 7");
    assert_null(strstr(text, "checkpoint"));
    assert_null(strstr(text, "remembered"));
    ls_metrics_clear(&m);
}

static void refused_memory_is_an_error(void **state)
{
    struct pipe *p = *state;
    const struct ls_run_numbers n = numbers(p, "stream");
    int rc = LS_E_NOMEM;
    for (unsigned long k = 1; rc != 0; k++) {
        struct ls_metrics m;
        ls_metrics_init(&m);
        ls_mem_refuse(k);
        rc = ls_run_metrics(&n, &now, &m, &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_metrics_clear(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(every_number_has_its_sample),   PIPE_TEST(the_highest_clock_counts),
        PIPE_TEST(what_is_not_known_is_left_out), PIPE_TEST(a_batch_run_has_no_state),
        PIPE_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
