#include "core/base/mem.h"
#include "core/base/mutant.h"
#include "pipeline/output/run_journal.h"
#include "pipeline/stream/checkpoint.h"
#include "pipeline/stream/scheduler.h"
#include "pipeline/stream/stream_numbers.h"

#include <string.h>

/* Records that were read and are not taken yet: the reader's, until it reads on. */
struct held {
    const struct ls_log_record *records;
    size_t count;
};

struct ls_stream_run {
    const struct ls_stream_job *job;
    const struct ls_stream_scheduler *scheduler;
    struct ls_log *log;
    struct ls_stream *stream;
    struct ls_outputs *outputs;
    struct ls_checkpoints *checkpoints;
    size_t part_count;
    struct ls_log_reader **readers; /* [part] */
    struct held *held;              /* [part] */
    int64_t limit;                  /* data time up to which partitions are read in this round */
    uint64_t total;                 /* records that this run has to read */
    uint64_t looked_ns;             /* when the log was looked at */
    size_t memory;                  /* that was in use when the run began */
    bool stopped;                   /* it follows, and was told to stop */
    uint64_t begin_ns;
    uint64_t saved_ns, save_ns;    /* the last checkpoint: when, and what it took */
    unsigned damaged;              /* checkpoints that were passed over */
    struct ls_run_numbers numbers; /* where somebody watches */
};

/* ---- what a scheduler asks */

size_t ls_stream_run_parts(const struct ls_stream_run *run)
{
    return run->part_count;
}

static uint64_t unread(const struct ls_stream_run *run, size_t part)
{
    const struct ls_stream_partition *p = &run->stream->parts[part];
    return ls_log_count(run->log, p->topic, p->partition) - p->position;
}

bool ls_stream_run_has_more(const struct ls_stream_run *run, size_t part)
{
    return unread(run, part) > 0;
}

bool ls_stream_run_may_read(const struct ls_stream_run *run, size_t part)
{
    const struct ls_stream_partition *p = &run->stream->parts[part];
    return unread(run, part) > 0 && (!p->has_clock || p->highest <= run->limit);
}

/* How many may be taken in this round: one, and those behind it up to the limit. */
static size_t let_through(const struct ls_stream_run *run, const struct held *held,
                          size_t count_max)
{
    size_t most = held->count < count_max ? held->count : count_max;
    size_t count = most > 0;
    while (count < most && held->records[count].timestamp_ms <= run->limit) {
        count++;
    }
    return count;
}

int ls_stream_run_read(struct ls_stream_run *run, size_t part, size_t count_max,
                       struct ls_error *err)
{
    struct held *held = &run->held[part];
    unsigned worker = (unsigned)(part % run->job->workers);
    int rc = held->count > 0
                 ? 0
                 : ls_log_read(run->readers[part], count_max, &held->records, &held->count, err);
    if (rc == 0 && held->count == 0 && LS_MUTANT(PAUSE_ENDS)) {
        const struct ls_stream_partition *p = &run->stream->parts[part];
        run->log->counts[p->topic][p->partition] = p->position;
    }
    if (rc < 0) {
        return rc;
    }
    size_t count = let_through(run, held, count_max);
    rc = ls_stream_take(run->stream, worker, part, held->records, count, err);
    if (count > 0) {
        held->records += count;
        held->count -= count;
    }
    return rc;
}

/* ---- rounds */

static uint64_t left_to_read(const struct ls_stream_run *run)
{
    uint64_t left = 0;
    for (size_t i = 0; i < run->part_count; i++) {
        left += unread(run, i);
    }
    return left;
}

/* Where a partition stands in data time, that others wait for; one that has read records and has
 * no clock all the same is not waited for. */
static int64_t standing(const struct ls_stream_partition *p)
{
    return p->has_clock ? p->highest : p->position == 0 ? INT64_MIN : INT64_MAX;
}

/* Readers are held together in data time (P10): nobody runs further ahead than a limit of the
 * slowest partition that still has records. */
static void set_limit(struct ls_stream_run *run)
{
    const struct ls_stream_job *job = run->job;
    int64_t slowest = INT64_MAX;
    for (size_t i = 0; i < run->part_count; i++) {
        const struct ls_stream_partition *p = &run->stream->parts[i];
        if (unread(run, i) > 0 && standing(p) < slowest) {
            slowest = standing(p);
        }
    }
    bool together = job->order == LS_ORDER_ROUND || job->order == LS_ORDER_REVERSE;
    bool held = together && job->ahead_ms > 0 && slowest < INT64_MAX - job->ahead_ms;
    run->limit = held ? slowest + job->ahead_ms : INT64_MAX;
}

static uint64_t now_ns(const struct ls_stream_run *run)
{
    return run->scheduler->now_ns(run->scheduler->context);
}

static struct ls_journal *journal_of(const struct ls_stream_run *run)
{
    return run->job->watch ? run->job->watch->journal : NULL;
}

/* The rows that a checkpoint covers become visible with it, and how far the input was read. */
static int cover(struct ls_stream_run *run, uint64_t number, struct ls_error *err)
{
    struct ls_log_commit commit = {.checkpoint = number, .last = run->stream->final};
    struct ls_log_input *inputs = NULL;
    if (run->outputs->log && ls_log_share_cluster(run->log, run->outputs->log)) {
        inputs = ls_mem_new(run->part_count, sizeof *inputs, err);
        for (size_t i = 0; inputs && i < run->part_count; i++) {
            commit.input_count += ls_log_reader_place(
                run->readers[i], run->stream->parts[i].position, &inputs[commit.input_count]);
        }
        if (!inputs) {
            return err->code;
        }
    }
    commit.inputs = inputs;
    int rc = ls_outputs_covered(run->outputs, &commit, err);
    ls_mem_free(inputs);
    return rc;
}

static int save(struct ls_stream_run *run, struct ls_error *err)
{
    uint64_t begin_ns = now_ns(run);
    int rc = ls_checkpoints_save(run->checkpoints, run->stream, err);
    rc = rc < 0 ? rc : cover(run, ls_checkpoints_last(run->checkpoints).number, err);
    if (rc == 0) {
        const struct ls_checkpoint_last last = ls_checkpoints_last(run->checkpoints);
        run->saved_ns = now_ns(run);
        run->save_ns = run->saved_ns - begin_ns;
        ls_run_tell_checkpoint(journal_of(run), last.number, last.bytes, run->save_ns);
    }
    return rc;
}

/* Between two rounds: all that can be said of the run at this moment. */
static void take_numbers(struct ls_stream_run *run)
{
    struct ls_run_numbers *n = &run->numbers;
    uint64_t now = now_ns(run);
    const struct ls_checkpoint_last last = ls_checkpoints_last(run->checkpoints);
    ls_stream_numbers(run->stream, n);
    for (size_t i = 0; i < run->part_count; i++) {
        n->parts[i].end = n->parts[i].position + unread(run, i);
    }
    n->workers = run->job->workers;
    n->records = run->total - left_to_read(run);
    n->elapsed_ns = now - run->begin_ns;
    n->checkpoints = (struct ls_checkpoint_numbers){
        .written = ls_checkpoints_written(run->checkpoints),
        .restarts = ls_checkpoints_restarts(run->checkpoints),
        .damaged = run->damaged,
        .number = last.number,
        .bytes = last.bytes,
        .chain_bytes = last.chain_bytes,
        .duration_ns = run->save_ns,
        .age_ns = now - run->saved_ns,
    };
}

static void show(struct ls_stream_run *run)
{
    const struct ls_run_watch *watch = run->job->watch;
    if (run->numbers.of_views) {
        take_numbers(run);
        watch->show(watch->context, &run->numbers);
    }
}

/* Told to stop: what was read is kept. A run that follows ends as it does at the log's end. */
static int stop(struct ls_stream_run *run, int rc, struct ls_error *err)
{
    struct ls_error save_error;
    if (run->job->mode == LS_STREAM_FOLLOW || LS_MUTANT(STOP_ENDS)) {
        run->stopped = true;
        return 0;
    }
    if (save(run, &save_error) < 0) {
        *err = save_error;
        rc = save_error.code;
    }
    return rc;
}

/* The named limit of state (P10): the run ends, instead of the machine. */
static int check_memory(const struct ls_stream_run *run, struct ls_error *err)
{
    size_t now = ls_mem_used();
    size_t taken = now > run->memory ? now - run->memory : 0;
    return !run->job->state_max || taken <= run->job->state_max
               ? 0
               : ls_error_set(
                     err, LS_E_DATA,
                     "what the run has to remember takes %zu bytes, past its limit of %zu: "
                     "give more with --state-max, or hold its readers closer together "
                     "with --ahead; it goes on from its last checkpoint",
                     taken, run->job->state_max);
}

static int read_a_round(struct ls_stream_run *run, struct ls_error *err)
{
    const struct ls_stream_scheduler *s = run->scheduler;
    set_limit(run);
    int rc = s->round(s->context, run, err);
    rc = rc < 0 ? rc : ls_stream_emit(run->stream, err);
    return rc < 0 ? rc : check_memory(run, err);
}

/* May more come behind what is there? */
static bool may_grow(const struct ls_stream_run *run)
{
    return run->job->mode == LS_STREAM_FOLLOW && !run->stream->final &&
           !ls_log_is_complete(run->log);
}

/* Looks for more when it is time, and waits a little when it is not. */
static int look_for_more(struct ls_stream_run *run, struct ls_error *err)
{
    const struct ls_stream_scheduler *s = run->scheduler;
    uint64_t poll_ns = (uint64_t)run->job->poll_ms * 1000000;
    uint64_t since_ns = s->now_ns(s->context) - run->looked_ns;
    if (since_ns < poll_ns) {
        s->wait(s->context, (poll_ns - since_ns + 999999) / 1000000);
        return 0;
    }
    run->looked_ns += since_ns;
    int rc = ls_log_refresh(run->log, err);
    run->total += rc < 0 ? 0 : left_to_read(run);
    return rc;
}

static int rounds(struct ls_stream_run *run, struct ls_error *err)
{
    const struct ls_stream_job *job = run->job;
    const struct ls_stream_scheduler *s = run->scheduler;
    uint64_t saved_done = 0;
    int rc = 0;
    run->saved_ns = now_ns(run);
    while (rc == 0 && !run->stopped && (left_to_read(run) > 0 || may_grow(run))) {
        rc = left_to_read(run) > 0 ? read_a_round(run, err) : look_for_more(run, err);
        uint64_t done = run->total - left_to_read(run);
        if (rc == 0 && (s->is_due(s->context, now_ns(run) - run->saved_ns, done - saved_done) ||
                        ls_outputs_want_checkpoint(run->outputs))) {
            rc = save(run, err);
            saved_done = done;
        }
        if (rc == 0 && job->watch && job->watch->is_due(job->watch->context)) {
            show(run);
        }
        if (rc == 0 && job->progress) {
            rc = job->progress(job->context, done, run->total, err);
            rc = rc == LS_E_INTERRUPTED ? stop(run, rc, err) : rc;
        }
    }
    return rc;
}

/* ---- begin and end */

/* A reader of a partition from where the state stands: behind the record that it read last, which
 * must be the one that is there. */
static int open_reader(struct ls_stream_run *run, const struct ls_stream_partition *p,
                       struct ls_log_reader **reader, struct ls_error *err)
{
    const struct ls_log_record *record;
    size_t count = 0;
    uint64_t begin = p->position ? p->position - 1 : 0;
    int rc = ls_log_reader_new(run->log, p->topic, p->partition, begin, reader, err);
    if (rc < 0 || p->position == 0) {
        return rc;
    }
    while (rc == 0 && count == 0) { /* it is there, if not at this moment */
        rc = ls_log_read(*reader, 1, &record, &count, err);
    }
    if (rc == 0 && !ls_id_equal(ls_log_digest((struct ls_id){0, 0}, record), p->last)) {
        rc = ls_error_set(err, LS_E_DATA,
                          "the checkpoint is of another log: record %llu of partition %u of %s is "
                          "not the one that was read; give another --state, or remove %s to begin "
                          "anew",
                          (unsigned long long)begin, p->partition,
                          run->job->plan->topics[p->topic].type->topic, run->job->state);
    }
    return rc;
}

static int open_readers(struct ls_stream_run *run, struct ls_error *err)
{
    run->readers = ls_mem_new(run->part_count, sizeof(struct ls_log_reader *), err);
    run->held = run->readers ? ls_mem_new(run->part_count, sizeof *run->held, err) : NULL;
    int rc = run->held ? 0 : err->code;
    for (size_t i = 0; rc == 0 && i < run->part_count; i++) {
        const struct ls_stream_partition *p = &run->stream->parts[i];
        uint64_t end = ls_log_count(run->log, p->topic, p->partition);
        if (p->position > end) {
            return ls_error_set(err, LS_E_DATA,
                                "the checkpoint is past the end of partition %u of %s (%llu of "
                                "%llu records): the log is another",
                                p->partition, run->job->plan->topics[p->topic].type->topic,
                                (unsigned long long)p->position, (unsigned long long)end);
        }
        run->total += end - p->position;
        rc = open_reader(run, p, &run->readers[i], err);
    }
    return rc;
}

/* A state that was ended for good goes no further; what it ended with can be done again. */
static int check_final(const struct ls_stream_run *run, struct ls_error *err)
{
    return !run->stream->final || run->total == 0
               ? 0
               : ls_error_set(err, LS_E_DATA,
                              "the state in %s was ended with --final, and the log has %llu more "
                              "records: begin anew, with another --state and another --to",
                              run->job->state, (unsigned long long)run->total);
}

/* Who watches hears from here on. */
static int begin_watch(struct ls_stream_run *run, bool restored, struct ls_error *err)
{
    run->outputs->journal = journal_of(run);
    if (restored) {
        uint64_t done = 0;
        for (size_t i = 0; i < run->part_count; i++) {
            done += run->stream->parts[i].position;
        }
        ls_run_tell_restored(journal_of(run), ls_checkpoints_last(run->checkpoints).number, done);
    }
    return run->job->watch ? ls_run_numbers_init(&run->numbers, run->outputs, "stream", err) : 0;
}

/* The state has a name before there is a log that says it: a run that dies between the two comes
 * back to its own. */
static int open_topics(struct ls_stream_run *run, uint32_t partitions,
                       const struct ls_dataset_state *states, struct ls_error *err)
{
    const struct ls_stream_job *job = run->job;
    char name[LS_HEX_MAX];
    struct ls_id fresh;
    int rc = run->scheduler->name(run->scheduler->context, &fresh, err);
    rc = rc < 0 ? rc : ls_checkpoints_name(run->checkpoints, fresh, name, err);
    const struct ls_topics_place place = {
        .uri = job->to,
        .folder = job->state,
        .writer = name,
        .finished = run->stream->final,
        .checkpoint = states ? ls_checkpoints_last(run->checkpoints).number : 0};
    return rc < 0 ? rc
                  : ls_outputs_open_topics(job->plan, job->views, partitions, &place, states,
                                           &run->outputs, err);
}

/* From the newest checkpoint, or where rows go to a log that commits them with checkpoints from the
 * newest that was committed. */
static int restore(struct ls_stream_run *run, size_t dataset_count,
                   struct ls_dataset_state **states, struct ls_error *err)
{
    uint64_t committed = UINT64_MAX;
    int there = ls_log_is_uri(run->job->to) ? ls_log_peek(run->job->to, &committed, err) : 1;
    ls_checkpoints_until(run->checkpoints,
                         there > 0 && !LS_MUTANT(COMMIT_IGNORED) ? committed : UINT64_MAX);
    int rc = there < 0 ? there
                       : ls_checkpoints_restore(run->checkpoints, run->stream, dataset_count,
                                                states, &run->damaged, err);
    return rc > 0 && !there
               ? ls_error_set(err, LS_E_DATA,
                              "there is no log at %s, and the state in %s goes on with one: give "
                              "the --to that it was begun with, or another --state to begin anew",
                              run->job->to, run->job->state)
               : rc;
}

static int begin(struct ls_stream_run *run, struct ls_error *err)
{
    const struct ls_stream_job *job = run->job;
    uint32_t partitions = 0;
    struct ls_dataset_state *states = NULL;
    int rc = ls_log_open(job->from, job->mode != LS_STREAM_BOUNDED, &run->log, err);
    run->looked_ns = now_ns(run);
    rc = rc < 0 ? rc : ls_record_plan_select(job->plan, run->log, &partitions, err);
    rc = rc < 0 ? rc
                : ls_stream_new(job->plan, job->views, partitions, job->workers, &run->stream, err);
    rc = rc < 0 ? rc : ls_checkpoints_open(job->state, &job->plan->job, &run->checkpoints, err);
    if (rc == 0 && job->checkpoint_files) {
        ls_checkpoints_limit(run->checkpoints, job->checkpoint_files);
    }
    if (rc == 0) {
        ls_checkpoints_tell(run->checkpoints, journal_of(run));
        rc = restore(run, ls_outputs_count(job->plan, job->views, partitions), &states, err);
    }
    run->part_count = rc < 0 ? 0 : run->stream->partition_count;
    bool restored = rc > 0;
    rc = rc < 0 ? rc : open_readers(run, err); /* a log that is refused leaves the outputs alone */
    rc = rc < 0 ? rc : check_final(run, err);
    const struct ls_dataset_state *from = restored ? states : NULL;
    if (rc == 0 && ls_log_is_uri(job->to)) {
        rc = open_topics(run, partitions, from, err);
    } else if (rc == 0) {
        rc = ls_outputs_open(job->plan, job->views, partitions, job->to, from, &run->outputs, err);
    }
    if (rc < 0) {
        return rc;
    }
    run->stream->outputs = run->outputs;
    return begin_watch(run, restored, err);
}

/* What the alert rules say; *out is the caller's, who frees it. */
static int sum_delays(const struct ls_stream *s, struct ls_alert_delay **out, size_t *count,
                      struct ls_error *err)
{
    *count = 0;
    *out = ls_mem_new(s->views->count, sizeof **out, err);
    int rc = *out ? 0 : err->code;
    for (size_t v = 0; rc == 0 && v < s->views->count; v++) {
        if (s->views->views[v].kind == LS_VIEW_ALERT) {
            (*out)[*count].rule = s->views->views[v].spec->name;
            rc = ls_delays_sum(&s->delays[v], &(*out)[(*count)++], err);
        }
    }
    return rc;
}

/* Counts and facts, and the end of the outputs. */
static int report(struct ls_stream_run *run, struct ls_stream_result *out, struct ls_error *err)
{
    struct ls_stream *s = run->stream;
    struct ls_alert_delay *delays = NULL;
    struct ls_partition_counts *counts = ls_mem_new(run->part_count, sizeof *counts, err);
    int rc = counts ? 0 : err->code;
    for (size_t i = 0; rc == 0 && i < run->part_count; i++) {
        counts[i] = s->parts[i].counts;
    }
    out->records = run->total - left_to_read(run);
    out->stopped = run->stopped;
    out->facts = (struct ls_run_facts){.mode = "stream",
                                       .records = out->records,
                                       .stopped = run->stopped,
                                       .final = s->final,
                                       .elapsed_us = (now_ns(run) - run->begin_ns) / 1000,
                                       .workers = run->job->workers,
                                       .threads = run->scheduler->threads,
                                       .emitted_by_watermark = s->emitted_by_watermark,
                                       .emitted_by_flush = s->emitted_by_flush,
                                       .checkpoints = ls_checkpoints_written(run->checkpoints),
                                       .restarts = ls_checkpoints_restarts(run->checkpoints)};
    rc = rc < 0 ? rc : sum_delays(s, &delays, &out->facts.delay_count, err);
    out->facts.delays = delays;
    rc = rc < 0 ? rc : ls_outputs_finish(run->outputs, counts, &out->facts, err);
    out->facts.delays = NULL;
    out->facts.delay_count = 0;
    ls_mem_free(delays);
    ls_mem_free(counts);
    return rc;
}

static int finish(struct ls_stream_run *run, struct ls_stream_result *out, struct ls_error *err)
{
    struct ls_stream *s = run->stream;
    s->final = s->final || (run->job->final && !run->stopped);
    int rc = save(run, err);
    if (rc == 0 && s->final && !LS_MUTANT(FINAL_ONCE)) {
        rc = save(run, err); /* the one that a damage of the last leaves says so too */
    }
    if (rc == 0 && !run->stopped && ls_outputs_flushes(run->outputs, s->final)) {
        rc = ls_stream_flush(s, err);
    }
    return rc < 0 ? rc : report(run, out, err);
}

int ls_stream_run_by(const struct ls_stream_job *job, const struct ls_stream_scheduler *scheduler,
                     struct ls_stream_result *out, struct ls_error *err)
{
    struct ls_stream_run run = {.job = job, .scheduler = scheduler, .memory = ls_mem_used()};
    memset(out, 0, sizeof *out);
    run.begin_ns = now_ns(&run);
    int rc = begin(&run, err);
    out->damaged = run.damaged;
    rc = rc < 0 ? rc : rounds(&run, err);
    rc = rc < 0 ? rc : finish(&run, out, err);
    show(&run);
    ls_run_numbers_clear(&run.numbers);
    for (size_t i = 0; run.readers && i < run.part_count; i++) {
        ls_log_reader_free(run.readers[i]);
    }
    ls_mem_free(run.readers);
    ls_mem_free(run.held);
    ls_outputs_free(run.outputs);
    ls_stream_free(run.stream);
    ls_checkpoints_close(run.checkpoints);
    ls_log_close(run.log);
    return rc;
}
