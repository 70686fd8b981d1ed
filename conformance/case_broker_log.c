/* LOG, and the cases of TXN that are about what is read: a log on Kafka under other hands. */
#include "conformance/case_kafka.h"
#include "conformance/case_tools.h"
#include "conformance/cases.h"
#include "conformance/disturb.h"
#include "conformance/kafka_admin.h"

#include <stdio.h>

/* ---- TXN-5 */

static int run_txn_5(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const unsigned sizes[] = {70};
    struct ls_case_kafka k;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    k.input.sizes = sizes;
    k.input.aborted = true;
    rc = rc < 0 ? rc : ls_case_kafka_write_equal(&k, err);
    ls_verify_count(r, "transactions", k.input.transactions, true);
    ls_verify_count(r, "taken back before", k.input.taken_back, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_txn_5 = {
    .id = "TXN-5",
    .title = "aborted transactions in the input",
    .text = "The log's topics are written in transactions, and every other one is sent and taken "
            "back before: its records stand there twice, once for nobody. Both runs over the "
            "topics have to give the datasets of the batch run over the file log.",
    .kafka = true,
    .run = run_txn_5,
};

/* ---- TXN-6 */

static int run_txn_6(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const unsigned sizes[] = {1, 2, 1, 7, 1, 150};
    struct ls_case_kafka k;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    k.input.sizes = sizes;
    k.input.size_count = sizeof sizes / sizeof *sizes;
    rc = rc < 0 ? rc : ls_case_kafka_write_equal(&k, err);
    ls_verify_count(r, "records", k.input.records, true);
    ls_verify_count(r, "offsets without one", k.input.gaps, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_txn_6 = {
    .id = "TXN-6",
    .title = "control markers: gaps are not losses",
    .text = "The log's topics are written in many small transactions, whose markers take offsets "
            "too. Nothing is missing there: both runs over the topics have to give the datasets "
            "of the batch run over the file log, positions included.",
    .kafka = true,
    .run = run_txn_6,
};

/* ---- TXN-7 */

static int run_txn_7(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const unsigned sizes[] = {100};
    struct ls_case_kafka k;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    k.input.sizes = sizes;
    k.input.hangs = true;
    rc = rc < 0 ? rc : ls_kafka_input_write(&k.input, err);
    uint64_t hanging = k.input.hanging != NULL;
    if (rc == 0 && hanging) {
        rc = ls_case_kafka_refused(&k, "held-back", "a transaction hangs there", err);
        rc = rc < 0 ? rc : ls_kafka_input_release(&k.input, err);
        rc = rc < 0 || r->verdict != LS_VERDICT_PASS ? rc
                                                     : ls_case_kafka_equal(&k, "released", err);
    }
    ls_verify_count(r, "transactions that hung", hanging, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_txn_7 = {
    .id = "TXN-7",
    .title = "a hanging transaction pins the end",
    .text = "Somebody's transaction stays open in the middle of the log's topics, so that readers "
            "are not given what stands behind it. A run over them has to fail and to name that "
            "cause: never to take what it is given for the whole. Once the transaction has ended, "
            "both runs give the datasets of the batch run over the file log.",
    .kafka = true,
    .run = run_txn_7,
};

/* ---- TXN-8 */

static int run_txn_8(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const unsigned sizes[] = {0, 1, 300, 0, 0, 1, 1, LS_KAFKA_INPUT_SIZE_MAX};
    struct ls_case_kafka k;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    k.input.sizes = sizes;
    k.input.size_count = sizeof sizes / sizeof *sizes;
    rc = rc < 0 ? rc : ls_case_kafka_write_equal(&k, err);
    ls_verify_count(r, "transactions", k.input.transactions, true);
    ls_verify_count(r, "without a record", k.input.empty, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_txn_8 = {
    .id = "TXN-8",
    .title = "transactions without a record, of one, larger than a batch",
    .text = "The log's topics are written in transactions of no record, of one, and of many times "
            "what the stream reads at once. Both runs over the topics have to give the datasets "
            "of the batch run over the file log.",
    .kafka = true,
    .run = run_txn_8,
};

/* ---- a topic with records, of the log that was written */

struct place {
    const char *topic; /* its name on the cluster */
    uint32_t partitions, partition;
    int64_t high; /* behind the records of that partition */
};

/* A partition of the busiest event type with more than a few records; .topic is NULL where there
 * is none. */
static int find_place(struct ls_case_kafka *k, struct place *out, struct ls_error *err)
{
    const struct ls_spec_event_type *type = ls_verify_busiest(k->v, NULL, NULL);
    const char *prefix = ls_case_kafka_prefix(k, k->input.uri, err);
    const char *topic = type && prefix
                            ? ls_arena_printf(&k->v->arena, err, "%s%s", prefix, type->topic)
                            : NULL;
    int64_t low;
    *out = (struct place){0};
    int rc = topic  ? ls_kafka_partitions(k->writes, topic, &out->partitions, err)
             : type ? err->code
                    : 0;
    for (uint32_t p = 0; rc == 0 && p < out->partitions && !out->topic; p++) {
        rc = ls_kafka_range(k->writes, topic, p, &low, &out->high, err);
        out->partition = p;
        out->topic = rc == 0 && out->high > 40 ? topic : NULL;
    }
    return rc;
}

static int write_and_find(struct ls_verify *v, struct ls_case_result *r, struct ls_case_kafka *k,
                          struct place *place, struct ls_error *err)
{
    int rc = ls_case_kafka_begin(v, r, k, err);
    rc = rc < 0 ? rc : ls_kafka_input_write(&k->input, err);
    return rc < 0 ? rc : find_place(k, place, err);
}

/* ---- LOG-1 */

/* As many records of somebody's as there were, or a few. */
static int fill(struct ls_case_kafka *k, const struct place *place, int64_t count,
                struct ls_error *err)
{
    static const uint8_t text[] = "of another log";
    const struct ls_log_record record = {
        .timestamp_ms = 1, .value = text, .value_size = sizeof text};
    int rc = 0;
    for (int64_t i = 0; rc == 0 && i < count; i++) {
        rc = ls_kafka_input_send(k->writes, place->topic, place->partition, &record, err);
    }
    return rc < 0 ? rc : ls_kafka_input_flush(k->writes, err);
}

/* A topic that was only just made may have no leader yet. */
static int await_leader(struct ls_case_kafka *k, const struct place *place, struct ls_error *err)
{
    int64_t low;
    int64_t high;
    int rc = 0;
    for (uint32_t p = 0; rc == 0 && p < place->partitions; p++) {
        rc = ls_kafka_range(k->reads, place->topic, p, &low, &high, err);
    }
    return rc;
}

static int run_log_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_case_kafka k;
    struct place place = {0};
    uint64_t anew = 0;
    int rc = write_and_find(v, r, &k, &place, err);
    if (rc == 0 && place.topic) {
        const struct ls_log_topic topic = {.name = place.topic, .partitions = place.partitions};
        rc = ls_kafka_admin_remove(k.writes, place.topic, err);
        rc = rc < 0 ? rc : ls_kafka_admin_make(k.writes, &topic, NULL, err);
        rc = rc < 0 ? rc : await_leader(&k, &place, err);
        rc = rc < 0 ? rc : ls_case_kafka_refused(&k, "empty", "made anew", err);
        rc = rc < 0 ? rc : fill(&k, &place, place.high / 2, err);
        rc = rc < 0 || r->verdict != LS_VERDICT_PASS
                 ? rc
                 : ls_case_kafka_refused(&k, "others", "made anew", err);
        anew++;
    }
    ls_verify_count(r, "topics made anew", anew, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_log_1 = {
    .id = "LOG-1",
    .title = "a topic deleted and made anew under its name",
    .text = "A topic of the log is removed, and one of that name made: empty, then with another "
            "program's records. A run over the log has to fail and to name that among the causes.",
    .kafka = true,
    .run = run_log_1,
};

/* ---- LOG-2, LOG-4 */

static int run_log_2(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_case_kafka k;
    struct place place = {0};
    uint64_t cut = 0;
    int rc = write_and_find(v, r, &k, &place, err);
    if (rc == 0 && place.topic) {
        cut = 20;
        rc = ls_kafka_admin_cut(k.writes, place.topic, place.partition, (int64_t)cut, err);
        rc = rc < 0 ? rc : ls_case_kafka_refused(&k, "cut", "cut by retention", err);
    }
    ls_verify_count(r, "records that were cut", cut, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_log_2 = {
    .id = "LOG-2",
    .title = "retention took part of the input",
    .text = "The first records of a partition are removed, as retention does. A run over the log "
            "has to fail and to name that among the causes: never to take the rest for the whole.",
    .kafka = true,
    .run = run_log_2,
};

static int run_log_4(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_case_kafka k;
    struct place place = {0};
    uint64_t killed = 0;
    int rc = write_and_find(v, r, &k, &place, err);
    if (rc == 0 && place.topic) {
        rc = ls_disturb_kill(v, r, &k.run, 1, err);
        killed = rc > 0;
    }
    if (rc > 0) {
        rc = ls_kafka_admin_cut(k.writes, place.topic, place.partition, place.high - 1, err);
        rc = rc < 0 ? rc : ls_case_kafka_refused(&k, NULL, "cut by retention", err);
    }
    ls_verify_count(r, "runs whose offset is gone", killed, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_log_4 = {
    .id = "LOG-4",
    .title = "a run goes on at an offset that is out of range",
    .text = "A run is killed behind its first checkpoint, and what it would read next of a "
            "partition is removed meanwhile. When it goes on it has to fail and to name the cause: "
            "neither to begin at the first record that is there, nor at the end.",
    .kafka = true,
    .run = run_log_4,
};

/* ---- LOG-3 */

static int run_log_3(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const unsigned sizes[] = {200};
    struct ls_case_kafka k;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    k.input.sizes = sizes;
    k.input.missing_one_in = 50;
    rc = rc < 0 ? rc : ls_kafka_input_write(&k.input, err);
    rc = rc < 0 ? rc : ls_case_kafka_refused(&k, "compacted", "compacted", err);
    ls_verify_count(r, "records that are gone", k.input.missing, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_log_3 = {
    .id = "LOG-3",
    .title = "compaction took records out of the middle",
    .text = "One in fifty records is not to be read though its offset is taken, as compaction "
            "leaves a topic (the case has those taken back, since a broker compacts when it "
            "likes). A run over the log has to fail and to name that among the causes.",
    .kafka = true,
    .run = run_log_3,
};

/* ---- LOG-5 */

static int drop_time(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                     struct ls_error *err)
{
    struct ls_log_record timeless = *record;
    (void)context;
    timeless.timestamp_ms = -1;
    return ls_perturb_append(p, &timeless, err);
}

static int run_log_5(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const properties[] = {"message.timestamp.type", "LogAppendTime",
                                             "retention.ms", "-1", NULL};
    struct ls_case_kafka k;
    struct ls_exit exit;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    const char *log = rc < 0 ? NULL : ls_verify_path(v, err, "cases/LOG-5/log");
    k.batch = log ? ls_verify_path(v, err, "cases/LOG-5/batch") : NULL;
    k.input.properties = properties;
    k.input.log = k.run.log = log;
    const struct ls_verify_run batch = {.log = log, .to = k.batch, .umask = -1};
    rc = rc < 0 || k.batch ? rc : err->code;
    rc = rc < 0 ? rc : ls_perturb_log(v->job->spec, v->small_log, log, drop_time, NULL, err);
    rc = rc < 0 ? rc : ls_verify_run(v, &batch, &exit, err);
    rc = rc < 0 ? rc : ls_case_kafka_write_equal(&k, err);
    if (rc == 0 && r->verdict == LS_VERDICT_PASS) {
        rc = ls_case_kafka_to_topics(&k, err);
        rc = rc < 0 ? rc : ls_case_kafka_finish(&k, err);
        rc = rc < 0 ? rc : ls_case_kafka_collect(&k, "collected", err);
    }
    ls_verify_count(r, "records", k.input.records, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_log_5 = {
    .id = "LOG-5",
    .title = "log-append time",
    .text =
        "The topics give records the time at which they came to the broker "
        "(message.timestamp.type=LogAppendTime), which says nothing of the record: no skew is "
        "judged by it (P3), and it is in no dataset. Both runs over the topics, and the rows of "
        "a stream that go to topics, have to give the datasets of the batch run over a file "
        "log whose records have no timestamps.",
    .kafka = true,
    .run = run_log_5,
};

/* ---- LOG-6, LOG-8 */

static int run_log_6(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const unsigned sizes[] = {60};
    struct ls_case_kafka k;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    k.input.sizes = sizes;
    k.input.codecs = true;
    rc = rc < 0 ? rc : ls_case_kafka_write_equal(&k, err);
    ls_verify_count(r, "transactions", k.input.transactions, true);
    ls_verify_count(r, "codecs", k.input.transactions < 5 ? 0 : 5, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_log_6 = {
    .id = "LOG-6",
    .title = "producers' codecs: none, gzip, snappy, lz4, zstd",
    .text = "The log's topics are written by producers that compress their batches each in another "
            "way, in turn. Both runs over the topics have to give the datasets of the batch run "
            "over the file log.",
    .kafka = true,
    .run = run_log_6,
};

static int run_log_8(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const unsigned sizes[] = {333};
    struct ls_case_kafka k;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    k.input.sizes = sizes;
    k.input.shifted = true;
    rc = rc < 0 ? rc : ls_case_kafka_write_equal(&k, err);
    ls_verify_count(r, "records", k.input.records, true);
    ls_verify_count(r, "offsets in front and between", k.input.gaps, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_log_8 = {
    .id = "LOG-8",
    .title = "a mirrored log: other offsets",
    .text = "The log stands in topics at other offsets, as a mirror of a cluster has it: others "
            "stood in front of it and were removed, more in each partition than in the one before. "
            "Rows tell positions, which are the same: both runs over the topics have to give the "
            "datasets of the batch run over the file log.",
    .kafka = true,
    .run = run_log_8,
};

/* ---- LOG-9 */

struct growth {
    struct ls_case_kafka *k;
    struct place place;
    struct ls_error *err;
    int rc;
    uint64_t records, while_reading;
};

static bool grow(void *context)
{
    struct growth *g = context;
    g->rc = fill(g->k, &g->place, 1, g->err);
    g->records++;
    g->while_reading++;
    return g->rc < 0;
}

/* A stream, and more records as long as it reads. */
static int run_growing(struct growth *g, const char *to, struct ls_error *err)
{
    struct ls_case_kafka *k = g->k;
    struct ls_command command;
    struct ls_process process;
    struct ls_exit exit;
    k->run.to = to;
    int rc = to ? ls_verify_command(k->v, &k->run, &command, err) : err->code;
    rc = rc < 0 ? rc : ls_process_start(&command, &process, err);
    rc = rc < 0 ? rc
                : ls_process_until(&process, grow, g, (uint64_t)k->v->job->target->timeout_ms,
                                   &exit, err);
    if (rc > 0) {
        ls_case_kafka_kill(&process);
    }
    if (rc != 0 || g->rc < 0) {
        return rc < 0 ? rc : g->rc;
    }
    return exit.exited && exit.status == 0
               ? ls_disturb_judge(k->v, k->r, &k->run, "stream of a log that grows", err)
               : ls_error_set(err, LS_E_DATA, "a run ended with %s %d: see %s",
                              exit.exited ? "status" : "signal", exit.status, command.output);
}

static int run_log_9(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_case_kafka k;
    struct growth growth = {.k = &k, .err = err};
    int rc = write_and_find(v, r, &k, &growth.place, err);
    if (rc == 0 && growth.place.topic) {
        growth.records = 30;
        rc = fill(&k, &growth.place, (int64_t)growth.records, err);
        rc = rc < 0 ? rc : ls_case_kafka_equal(&k, "grown", err);
        rc = rc < 0 || r->verdict != LS_VERDICT_PASS
                 ? rc
                 : run_growing(&growth, ls_verify_path(v, err, "cases/LOG-9/growing"), err);
    }
    ls_verify_count(r, "records behind the end", growth.records, true);
    ls_verify_count(r, "that came as it was read", growth.while_reading, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_log_9 = {
    .id = "LOG-9",
    .title = "a log that still grows: its end is frozen",
    .text = "Records come behind the log's end before it is read, and while it is. A run reads "
            "what its manifest promises and no more: both runs have to give the datasets of the "
            "batch run over the file log.",
    .kafka = true,
    .run = run_log_9,
};
