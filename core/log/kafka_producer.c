/* The producer of a writer of a log on Kafka (ADR 0032).
 *
 * The transactional id is the name of the topic of manifests: whoever begins to write the log
 * fences all who wrote before, and what they had not committed is taken back. Whatever goes wrong
 * has one answer: a new producer, which finds in the manifests whether the transaction that was
 * under way was committed, and if not sends all of it again. */
#include "core/base/mem.h"
#include "core/base/mutant.h"
#include "core/log/kafka_properties.h"
#include "core/log/kafka_writer_internal.h"
#include "core/obs/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define AGAIN_MS 200 /* between two tries */
#define BATCH_SMALL                                                                                \
    "100000" /* bytes, where large ones may not get through before the next break                  \
              */

static void copy_numbers(const struct kafka_log *log, uint64_t *const *from, uint64_t **to)
{
    for (size_t t = 0; t < log->topic_count; t++) {
        memcpy(to[t], from[t], log->topics[t].partitions * sizeof **to);
    }
}

static bool are_equal(const struct kafka_log *log, uint64_t *const *a, uint64_t *const *b)
{
    for (size_t t = 0; t < log->topic_count; t++) {
        if (memcmp(a[t], b[t], log->topics[t].partitions * sizeof **a) != 0) {
            return false;
        }
    }
    return true;
}

/* ---- errors */

static void on_failed(void *context, const rd_kafka_message_t *message)
{
    struct kafka_writer *w = context;
    /* what a producer that dies throws away says nothing of why */
    if (!w->failed && message->err != RD_KAFKA_RESP_ERR__PURGE_QUEUE &&
        message->err != RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
        w->failed = message->err;
    }
}

/* No new producer would change it. */
static bool is_hopeless(rd_kafka_resp_err_t code)
{
    switch ((int)code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
        return true;
    default:
        return false;
    }
}

static bool is_fenced(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
           code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

bool ls_kafka_producer_is_stuck(struct kafka_writer *w, const struct ls_kafka_wait *wait)
{
    if (!ls_kafka_wait_is_half_over(wait)) {
        return false;
    }
    w->patience = w->in_trouble ? w->patience : *wait;
    w->in_trouble = true;
    return true;
}

int ls_kafka_producer_judge(struct kafka_writer *w, rd_kafka_resp_err_t code, const char *why,
                            struct ls_error *err)
{
    if (!w->in_trouble) {
        w->in_trouble = true;
        w->patience = ls_kafka_wait_begin();
    }
    if (is_hopeless(code) || ls_kafka_is_refused(w->producer) ||
        ls_kafka_wait_is_over(&w->patience)) {
        return ls_kafka_error(w->producer, code, why, err, "writing the log of %s", w->log->side);
    }
    ls_clock_sleep_ms(AGAIN_MS);
    return 0;
}

int ls_kafka_producer_judge_error(struct kafka_writer *w, rd_kafka_error_t *error,
                                  rd_kafka_resp_err_t *code, struct ls_error *err)
{
    char why[256];
    *code = rd_kafka_error_code(error);
    snprintf(why, sizeof why, "%s", rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    if (*code == RD_KAFKA_RESP_ERR__FATAL) {
        char text[sizeof why];
        *code = rd_kafka_fatal_error(ls_kafka_of(w->producer), text, sizeof text);
    }
    return ls_kafka_producer_judge(w, *code, why, err);
}

/* ---- producers */

static void free_producer(struct kafka_writer *w)
{
    for (size_t t = 0; w->handles && t <= w->log->topic_count; t++) {
        if (w->handles[t]) {
            rd_kafka_topic_destroy(w->handles[t]);
            w->handles[t] = NULL;
        }
    }
    ls_kafka_client_free(w->producer);
    w->producer = NULL;
}

static int new_producer(struct kafka_writer *w, struct ls_error *err)
{
    const struct kafka_log *log = w->log;
    char idle_ms[24];
    snprintf(idle_ms, sizeof idle_ms, "%lld", (long long)ls_kafka_patience_ms() / 2);
    /* idle: a question whose answer librdkafka has given up is asked again over a new connection;
       isolation: the ends of partitions are asked for, of which no transaction's are left out */
    const char *const properties[] = {"transactional.id",
                                      LS_MUTANT(UNFENCED) ? w->session : log->side,
                                      "isolation.level",
                                      "read_uncommitted",
                                      "delivery.report.only.error",
                                      "true",
                                      "connections.max.idle.ms",
                                      idle_ms,
                                      w->has_failed ? "batch.size" : NULL,
                                      BATCH_SMALL,
                                      NULL};
    int rc = ls_kafka_client_new(&log->place, RD_KAFKA_PRODUCER, properties, on_failed, w,
                                 &w->producer, err);
    for (size_t t = 0; rc == 0 && t <= log->topic_count; t++) {
        char name[LS_KAFKA_NAME_MAX];
        w->handles[t] = rd_kafka_topic_new(
            ls_kafka_of(w->producer),
            t < log->topic_count ? ls_kafka_log_name(log, log->topics[t].name, name) : log->side,
            NULL);
    }
    w->failed = RD_KAFKA_RESP_ERR_NO_ERROR;
    w->in_transaction = false;
    return rc;
}

/* Fences whoever wrote before, and takes back what they had not committed. */
static int fence(struct kafka_writer *w, struct ls_error *err)
{
    w->patience = w->in_trouble ? w->patience : ls_kafka_wait_begin();
    w->in_trouble = true; /* until it is done */
    for (;;) {
        int rc = w->producer ? 0 : new_producer(w, err);
        if (rc < 0) {
            return rc;
        }
        rd_kafka_error_t *error = rd_kafka_init_transactions(ls_kafka_of(w->producer),
                                                             ls_kafka_wait_ms(&w->patience, 5000));
        rd_kafka_poll(ls_kafka_of(w->producer), 0);
        if (!error) {
            return 0;
        }
        rd_kafka_resp_err_t code;
        bool again = rd_kafka_error_is_retriable(error);
        rc = ls_kafka_producer_judge_error(w, error, &code, err);
        if (rc < 0) {
            return rc;
        }
        if (!again) {
            free_producer(w);
        }
    }
}

/* Where a partition ends: not in front of what was committed. A broker that has only just come up
 * may know less, for a moment. */
static int find_offset(struct kafka_writer *w, const struct kafka_topic *topic, uint32_t p,
                       uint64_t *out, struct ls_error *err)
{
    char name[LS_KAFKA_NAME_MAX];
    const struct kafka_marks *marks = &topic->marks[p];
    int64_t end_then = marks->count ? marks->items[marks->count - 1].offset : 0;
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    ls_kafka_log_name(w->log, topic->name, name);
    for (;;) {
        int64_t low;
        int64_t high = 0;
        int rc = ls_kafka_range(w->producer, name, p, &low, &high, err);
        *out = (uint64_t)high;
        if (rc < 0 || high >= end_then) {
            return rc;
        }
        if (ls_kafka_wait_is_over(&wait)) {
            return ls_error_set(err, LS_E_DATA,
                                "partition %u of %s ends at offset %lld, and the log that is there "
                                "goes up to offset %lld: the topic was emptied, or made anew; "
                                "remove the log with `lockstep log remove`, and begin it again",
                                p, name, (long long)high, (long long)end_then);
        }
        ls_clock_sleep_ms(AGAIN_MS);
    }
}

static int find_offsets(struct kafka_writer *w, struct ls_error *err)
{
    int rc = 0;
    for (size_t t = 0; rc == 0 && t < w->log->topic_count; t++) {
        const struct kafka_topic *topic = &w->log->topics[t];
        for (uint32_t p = 0; rc == 0 && p < topic->partitions; p++) {
            rc = find_offset(w, topic, p, &w->offsets[t][p], err);
        }
    }
    return rc;
}

int ls_kafka_producer_wait_until_told(struct kafka_writer *w, struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    int64_t low;
    int64_t decided;
    int64_t end;
    for (;;) {
        int rc = ls_kafka_range(w->producer, w->log->side, 0, &low, &end, err);
        rc = rc < 0 ? rc : ls_kafka_range(w->log->client, w->log->side, 0, &low, &decided, err);
        if (rc < 0 || decided >= end) {
            return rc;
        }
        if (ls_kafka_wait_is_over(&wait)) {
            return ls_error_set(err, LS_E_IO,
                                "kafka://%s: a transaction in %s hangs: it ends with its "
                                "transaction.timeout.ms; then try again",
                                w->log->place.brokers, w->log->side);
        }
        ls_clock_sleep_ms(10);
    }
}

/* Fenced, and knowing how far the log goes. */
static int take_over(struct kafka_writer *w, struct ls_error *err)
{
    bool found;
    int rc = fence(w, err);
    rc = rc < 0 ? rc : ls_kafka_producer_wait_until_told(w, err);
    rc = rc < 0 ? rc : ls_kafka_log_look(w->log, &found, err);
    return rc < 0 ? rc : find_offsets(w, err);
}

static void rewind_to(struct kafka_writer *w, uint64_t *const *ends)
{
    copy_numbers(w->log, ends, w->ends);
    for (size_t t = 0; t < w->log->topic_count; t++) {
        memset(w->touched[t], 0, w->log->topics[t].partitions * sizeof(bool));
    }
    w->transaction_bytes = 0;
    w->in_transaction = false;
}

/* What ends a transaction that was too long fences us too. */
int ls_kafka_producer_check_session(struct kafka_writer *w, struct ls_error *err)
{
    bool found;
    int rc = ls_kafka_log_look(w->log, &found, err);
    return rc == 0 && w->log->session && strcmp(w->log->session, w->session) != 0
               ? ls_error_set(err, LS_E_DATA,
                              "another process writes the log at %s: this one was fenced "
                              "and ends, and has left nothing behind",
                              w->log->place.uri)
               : rc;
}

int ls_kafka_producer_recover(struct kafka_writer *w, rd_kafka_resp_err_t code, bool *committed,
                              struct ls_error *err)
{
    int rc = is_fenced(code) ? ls_kafka_producer_check_session(w, err) : 0;
    w->has_failed = true;
    free_producer(w);
    rc = rc < 0 ? rc : take_over(w, err);
    if (rc < 0) {
        return rc;
    }
    uint64_t *const *told = w->log->told;
    *committed = are_equal(w->log, told, w->ends) && w->log->session &&
                 strcmp(w->log->session, w->session) == 0 && w->log->told_complete == w->complete &&
                 w->log->checkpoint == w->checkpoint;
    if (!*committed && !are_equal(w->log, told, w->committed)) {
        return ls_error_set(err, LS_E_DATA, "the log at %s has changed under its writer",
                            w->log->place.uri);
    }
    rewind_to(w, told);
    w->rewound = !*committed;
    return 0;
}

void ls_kafka_producer_pass_markers(struct kafka_writer *w, int by)
{
    for (size_t t = 0; t < w->log->topic_count; t++) {
        for (uint32_t p = 0; p < w->log->topics[t].partitions; p++) {
            w->offsets[t][p] += w->touched[t][p] ? (uint64_t)by : 0;
        }
    }
}

void ls_kafka_producer_settle(struct kafka_writer *w)
{
    ls_kafka_producer_pass_markers(w, 1);
    copy_numbers(w->log, w->ends, w->committed);
    rewind_to(w, w->committed);
    ls_kafka_backlog_settle(&w->backlog);
    w->in_trouble = false;
    ls_kafka_refusal_forget();
}

/* ---- beginning and ending */

int ls_kafka_producer_begin(struct kafka_writer *w, struct ls_error *err)
{
    const struct kafka_log *log = w->log;
    uint8_t random[16];
    if (getentropy(random, sizeof random) < 0) {
        return ls_error_set(err, LS_E_IO, "the system gives no random name");
    }
    for (size_t i = 0; i < sizeof random; i++) {
        snprintf(w->session + 2 * i, 3, "%02x", random[i]);
    }
    w->handles = ls_mem_new(log->topic_count + 1, sizeof(void *), err);
    w->ends = w->handles ? ls_kafka_numbers_new(log, err) : NULL;
    w->offsets = w->ends ? ls_kafka_numbers_new(log, err) : NULL;
    w->committed = w->offsets ? ls_kafka_numbers_new(log, err) : NULL;
    w->touched = w->committed ? ls_mem_new(log->topic_count, sizeof(bool *), err) : NULL;
    for (size_t t = 0; w->touched && t < log->topic_count; t++) {
        w->touched[t] = ls_mem_new(log->topics[t].partitions, sizeof(bool), err);
        if (!w->touched[t]) {
            return err->code;
        }
    }
    int rc = w->touched ? take_over(w, err) : err->code;
    if (rc == 0) {
        copy_numbers(log, log->told, w->committed);
        rewind_to(w, w->committed);
        w->in_trouble = false;
    }
    return rc;
}

void ls_kafka_producer_free(struct kafka_writer *w)
{
    if (w->producer && w->in_transaction && !w->failed) {
        rd_kafka_t *rk = ls_kafka_of(w->producer);
        rd_kafka_purge(rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_flush(rk, 5000);
        rd_kafka_error_t *error = rd_kafka_abort_transaction(rk, 5000);
        if (error) {
            rd_kafka_error_destroy(error); /* the one that follows takes it back */
        }
    }
    free_producer(w);
    ls_kafka_client_free(w->group);
    for (size_t t = 0; w->touched && t < w->log->topic_count; t++) {
        ls_mem_free(w->touched[t]);
    }
    ls_mem_free(w->touched);
    ls_mem_free(w->handles);
    ls_kafka_numbers_free(w->log, w->ends);
    ls_kafka_numbers_free(w->log, w->offsets);
    ls_kafka_numbers_free(w->log, w->committed);
}
