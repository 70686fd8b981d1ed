/* TXN, CRS-2 and CRS-10: rows that go to a Kafka cluster in transactions, and what can befall
 * these. */
#include "conformance/case_kafka.h"
#include "conformance/cases.h"
#include "conformance/disturb.h"
#include "conformance/kafka_admin.h"
#include "core/obs/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS    50
#define SESSION_MS 60000 /* in which a broker ends a transaction that is too old */
#define STEP_US    3000

/* The input in topics. */
static int begin(struct ls_verify *v, struct ls_case_result *r, struct ls_case_kafka *k,
                 struct ls_error *err)
{
    int rc = ls_case_kafka_begin(v, r, k, err);
    return rc < 0 ? rc : ls_kafka_input_write(&k->input, err);
}

static int go_on_and_collect(struct ls_case_kafka *k, struct ls_process *process,
                             struct ls_error *err)
{
    int rc = ls_case_kafka_go_on(k, process, err);
    return rc < 0 ? rc : ls_case_kafka_collect(k, "collected", err);
}

/* ---- TXN-1 */

/* A consumer that joins the group of the run's offsets, and is given partitions. */
static int join(struct ls_case_kafka *k, struct ls_kafka_client **out, struct ls_error *err)
{
    const char *const properties[] = {
        "group.id", k->side, "enable.auto.commit", "false", "partition.assignment.strategy",
        "range",    NULL};
    rd_kafka_topic_partition_list_t *list = NULL;
    rd_kafka_topic_partition_list_t *given = NULL;
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    const char *prefix = ls_case_kafka_prefix(k, k->input.uri, err);
    int rc = prefix ? ls_kafka_client_new(&k->place, RD_KAFKA_CONSUMER, properties, NULL, NULL, out,
                                          err)
                    : err->code;
    rc = rc < 0 ? rc : ls_case_kafka_partitions(k, prefix, &list, err);
    if (rc < 0) {
        return rc;
    }
    rd_kafka_t *rk = ls_kafka_of(*out);
    for (int i = list->cnt - 1; i > 0; i--) { /* each topic once */
        if (strcmp(list->elems[i].topic, list->elems[i - 1].topic) == 0) {
            rd_kafka_topic_partition_list_del_by_idx(list, i);
        }
    }
    rd_kafka_poll_set_consumer(rk);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(rk, list);
    int count = 0;
    while (!code && count == 0 && !ls_kafka_wait_is_over(&wait)) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(rk, LOOK_MS);
        if (message) {
            rd_kafka_message_destroy(message);
        }
        code = rd_kafka_assignment(rk, &given);
        count = code ? 0 : given->cnt;
        rd_kafka_topic_partition_list_destroy(given);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return count ? 0
                 : ls_kafka_error(*out, code ? code : RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, err,
                                  "joining the group %s", k->side);
}

static int run_txn_1(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_case_kafka k;
    struct ls_process process;
    struct ls_kafka_client *others[2] = {NULL, NULL};
    uint64_t joined = 0;
    int rc = begin(v, r, &k, err);
    int stopped = rc < 0 ? rc : ls_case_kafka_stop_anew(&k, 1, &process, err);
    rc = stopped;
    for (int i = 0; rc > 0 && i < 2; i++) {
        rc = join(&k, &others[i], err);
        joined += rc == 0;
        rc = rc < 0 ? rc : 1;
    }
    if (rc < 0 && stopped > 0) {
        ls_case_kafka_kill(&process);
    }
    rc = rc > 0 ? go_on_and_collect(&k, &process, err) : rc;
    ls_verify_count(r, "consumers that joined in a transaction", joined, true);
    ls_kafka_client_free(others[0]);
    ls_kafka_client_free(others[1]);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_txn_1 = {
    .id = "TXN-1",
    .title = "a rebalance in the middle of a transaction",
    .text = "While a transaction of the run is open, two consumers join the group that it commits "
            "the offsets of its input for, and are given that input's partitions one after the "
            "other. The run reads what it has assigned to itself, so that nothing is taken from "
            "it: it has to come to its end, its rows are those of the batch run.",
    .kafka = true,
    .run = run_txn_1,
};

/* ---- TXN-2 */

/* Another run, with a copy of the state, takes over and comes to the end. */
static int take_over(struct ls_case_kafka *k, struct ls_error *err)
{
    struct ls_verify_run heir = k->run;
    struct ls_exit exit;
    heir.to = ls_verify_path(k->v, err, "cases/%s/heir", k->r->which->id);
    const char *from = heir.to ? ls_disturb_state(k->v, &k->run, err) : NULL;
    const char *to = from ? ls_disturb_state(k->v, &heir, err) : NULL;
    int rc = to ? ls_disturb_copy(from, to, err) : err->code;
    rc = rc < 0 ? rc : ls_verify_run(k->v, &heir, &exit, err);
    return rc < 0 ? rc : ls_case_kafka_collect(k, "taken-over", err);
}

/* The first goes on, and has to find that it is one too many. */
static int wake(struct ls_case_kafka *k, struct ls_process *process, struct ls_error *err)
{
    struct ls_exit exit;
    ls_process_signal(process, SIGCONT);
    int rc = ls_process_wait(process, (uint64_t)k->v->job->target->timeout_ms, &exit, err);
    if (rc < 0) {
        return rc;
    }
    if (exit.exited && exit.status == 0) {
        return ls_verify_fail(k->r, err,
                              "a run that another one had taken the place of came to its end as "
                              "if it were alone");
    }
    rc = ls_case_kafka_said(k, k->run.to, "another process writes the log", err);
    return rc < 0 ? rc : ls_case_kafka_collect(k, "woken", err);
}

static int run_txn_2(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_case_kafka k;
    struct ls_process process;
    uint64_t zombies = 0;
    int rc = begin(v, r, &k, err);
    int stopped = rc < 0 ? rc : ls_case_kafka_stop_anew(&k, 2, &process, err);
    rc = stopped > 0 ? take_over(&k, err) : stopped;
    if (stopped > 0 && (rc < 0 || r->verdict != LS_VERDICT_PASS)) {
        ls_case_kafka_kill(&process);
    } else if (stopped > 0) {
        rc = wake(&k, &process, err);
        zombies++;
    }
    ls_verify_count(r, "zombies", zombies, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_txn_2 = {
    .id = "TXN-2",
    .title = "a zombie is fenced",
    .text = "The run is stopped (SIGSTOP) with a transaction open, and another one with a copy of "
            "its state takes over and comes to the end. Then the first goes on, and would commit "
            "what it has: it has to find itself fenced and to say so, and the topics hold each row "
            "once, before and after.",
    .kafka = true,
    .run = run_txn_2,
};

/* ---- TXN-3 */

static int run_txn_3(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_case_kafka k;
    struct ls_process process;
    uint64_t ended = 0;
    int rc = begin(v, r, &k, err);
    for (unsigned i = 0; rc >= 0 && r->verdict == LS_VERDICT_PASS && i < 3; i++) {
        rc = ls_case_kafka_stop_anew(&k, 1 + 3 * i, &process, err);
        if (rc > 0) {
            rc = ls_case_kafka_end_transaction(&k, err);
            ended += rc == 0;
            if (rc < 0) {
                ls_case_kafka_kill(&process);
            }
            rc = rc < 0 ? rc : go_on_and_collect(&k, &process, err);
        }
    }
    ls_verify_count(r, "transactions ended by the broker", ended, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_txn_3 = {
    .id = "TXN-3",
    .title = "a transaction that the broker ends inside a checkpoint",
    .text = "Between two checkpoints the run's transaction is ended over its head, and its "
            "producer barred, as a broker does with a transaction that is too old (CRS-10 waits "
            "for that): the case asks for the same transactional id. The run sends what was taken "
            "back again, as a new producer, and comes to its end: its rows are those of the batch "
            "run.",
    .kafka = true,
    .run = run_txn_3,
};

/* ---- CRS-10 */

/* Waits until nothing of its is open any more: 1 where the broker has taken the transaction back; 0
 * where there was none, or it was on its way to be committed. */
static int await_end_of_session(struct ls_case_kafka *k, struct ls_error *err)
{
    uint64_t until_ns = ls_clock_ns() + SESSION_MS * UINT64_C(1000000);
    uint64_t before = 0;
    uint64_t behind = 0;
    int rc = ls_log_peek(k->run.rows, &before, err);
    int open = rc < 0 ? rc : ls_case_kafka_open(k, err);
    bool opened = open > 0;
    while (open > 0 && ls_clock_ns() < until_ns) {
        ls_clock_sleep_ms(200);
        open = k->v->job->stop ? k->v->job->stop(err) : 0;
        open = open < 0 ? open : ls_case_kafka_open(k, err);
    }
    rc = open < 0 ? open : ls_log_peek(k->run.rows, &behind, err);
    return rc < 0 ? rc : opened && open == 0 && behind == before;
}

static int run_crs_10(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const brief[] = {"--final", "-X", "transaction.timeout.ms=1000", NULL};
    struct ls_case_kafka k;
    struct ls_process process;
    uint64_t sessions = 0;
    int rc = begin(v, r, &k, err);
    k.final = brief;
    rc = rc < 0 ? rc : ls_case_kafka_stop_anew(&k, 2, &process, err);
    bool stopped = rc > 0;
    while (stopped && sessions == 0 && rc > 0) {
        rc = await_end_of_session(&k, err);
        sessions = rc > 0;
        rc = rc != 0 ? rc : ls_case_kafka_step(&k, &process, STEP_US, err);
        stopped = rc != 0;
    }
    if (rc < 0 && stopped) {
        ls_case_kafka_kill(&process);
    }
    rc = rc > 0 ? go_on_and_collect(&k, &process, err) : rc;
    ls_verify_count(r, "sessions that were over", sessions, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_crs_10 = {
    .id = "CRS-10",
    .title = "stopped past its session and continued",
    .text = "The run is stopped (SIGSTOP) with a transaction open, for longer than that may last "
            "(transaction.timeout.ms, a second here; brokers look every ten): the broker takes the "
            "transaction back and bars its producer. Nobody has taken its place, so the run goes "
            "on as a new producer, to its end: its rows are those of the batch run.",
    .kafka = true,
    .run = run_crs_10,
};
