/* Writing a log on Kafka: what is appended is handed to a thread that sends it, so that whoever
 * appends waits for no broker as long as there is room (ADR 0032). */
#include "core/base/arena.h"
#include "core/base/mem.h"
#include "core/log/kafka_frames.h"
#include "core/log/kafka_writer_internal.h"
#include "core/obs/clock.h"

#include <string.h>
#include <time.h>

#define HELD_MAX (2 * LS_KAFKA_TRANSACTION_BYTES) /* of what is not committed */
#define IDLE_NS  1000000                          /* between two looks for records to send */

/* ---- the thread */

/* Under the lock: is it time to commit what was sent? */
static bool is_due(const struct kafka_writer *w)
{
    return w->in_transaction && !w->by_checkpoint &&
           (w->transaction_bytes >= LS_KAFKA_TRANSACTION_BYTES ||
            (w->backlog.held >= HELD_MAX && !ls_kafka_backlog_waits(&w->backlog)) ||
            ls_clock_ns() - w->transaction_began_ns >= LS_KAFKA_TRANSACTION_MS * UINT64_C(1000000));
}

/* Under the lock: lets the appender go on, or looks again in a moment. */
static void idle(struct kafka_writer *w)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += IDLE_NS;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&w->changed, &w->lock, &until);
}

/* Under the lock, which it leaves. */
static int commit(struct kafka_writer *w, bool wanted, struct ls_error *err)
{
    const struct ls_log_commit *of = wanted ? w->commit : NULL;
    w->complete = w->was_complete || (wanted && w->want == KAFKA_COMPLETE);
    w->checkpoint = of ? of->checkpoint : w->checkpoint;
    pthread_mutex_unlock(&w->lock);
    bool done;
    int rc = ls_kafka_sender_commit(w, of, &done, err);
    pthread_mutex_lock(&w->lock);
    if (rc < 0 || !done) {
        return rc;
    }
    ls_kafka_backlog_let_go(&w->backlog);
    w->uncommitted = 0;
    w->want = wanted ? KAFKA_NOTHING : w->want;
    pthread_cond_broadcast(&w->changed);
    return 0;
}

/* Likewise: what one chunk has, so that transactions end near their size. */
static int send_some(struct kafka_writer *w, struct ls_error *err)
{
    const struct kafka_run sending = ls_kafka_backlog_take(&w->backlog);
    pthread_mutex_unlock(&w->lock);
    int rc = ls_kafka_sender_send(w, &sending, err);
    pthread_mutex_lock(&w->lock);
    ls_kafka_backlog_give_back(&w->backlog, &sending);
    return rc;
}

/* Under the lock: one thing that is to be done now. */
static int step(struct kafka_writer *w, struct ls_error *err)
{
    if (w->rewound) {
        ls_kafka_backlog_rewind(&w->backlog);
        w->rewound = false;
    }
    bool more = ls_kafka_backlog_waits(&w->backlog);
    bool room = w->by_checkpoint || w->transaction_bytes < LS_KAFKA_TRANSACTION_BYTES;
    bool wanted = w->want != KAFKA_NOTHING && !more;
    if (wanted || is_due(w)) {
        return commit(w, wanted, err);
    }
    if (more && room) {
        return send_some(w, err);
    }
    idle(w);
    return 0;
}

static void *run(void *context)
{
    struct kafka_writer *w = context;
    struct ls_error err = {0};
    int rc = 0;
    pthread_mutex_lock(&w->lock);
    while (rc == 0 && !w->stop) {
        rc = step(w, &err);
    }
    w->err = err;
    w->err.code = rc;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- the log's */

/* Under the lock. What a writer with checkpoints has not committed cannot shrink while it appends.
 */
static int wait_for_room(struct kafka_writer *w, struct ls_error *err)
{
    if (w->by_checkpoint && w->backlog.held >= LS_KAFKA_UNCOMMITTED_MAX) {
        return ls_error_set(err, LS_E_DATA,
                            "rows that are not committed take %zu bytes, past their limit of %zu: "
                            "give a smaller --batch, or a shorter --checkpoint",
                            w->backlog.held, LS_KAFKA_UNCOMMITTED_MAX);
    }
    while (!w->by_checkpoint && w->backlog.held >= HELD_MAX && w->err.code == 0) {
        pthread_cond_wait(&w->changed, &w->lock);
    }
    if (w->err.code < 0) {
        *err = w->err;
    }
    return w->err.code;
}

/* Under the lock: behind the others, with the frame that it has on Kafka. */
static int add(struct kafka_writer *w, uint32_t topic, uint32_t partition,
               const struct ls_log_record *record, struct ls_error *err)
{
    struct ls_log_record framed = *record;
    struct ls_wire_value value = {.kind = LS_WIRE_OTHER};
    int rc = w->log->frames ? ls_kafka_frame(w->log, record, &value, err) : 0;
    if (rc == 0 && value.kind == LS_WIRE_TRANSLATED) {
        w->framed.size = 0;
        rc = ls_buf_reserve(&w->framed, value.head_size + value.rest_size, err);
        if (rc == 0) {
            framed.value_size = ls_wire_copy(&value, w->framed.data);
            framed.value = w->framed.data;
        }
    }
    return rc < 0 ? rc : ls_kafka_backlog_add(&w->backlog, topic, partition, &framed, err);
}

int ls_kafka_log_append(struct ls_log *base, uint32_t topic, uint32_t partition,
                        const struct ls_log_record *record, struct ls_error *err)
{
    struct kafka_writer *w = ((struct kafka_log *)base)->writing;
    size_t payload = record->key_size + record->headers_size + record->value_size;
    if (payload > LS_LOG_RECORD_MAX) {
        return ls_error_set(err, LS_E_DATA,
                            "a record of %zu bytes passes the log's limit of %u bytes", payload,
                            LS_LOG_RECORD_MAX);
    }
    if (record->timestamp_ms <= 0 && record->timestamp_ms != -1) {
        return ls_error_set(err, LS_E_DATA,
                            "a record of time %lld ms cannot be sent to Kafka, whose clients take "
                            "times behind 1970-01-01T00:00:00Z alone, or none",
                            (long long)record->timestamp_ms);
    }
    pthread_mutex_lock(&w->lock);
    int rc = wait_for_room(w, err);
    if (rc == 0 && w->kept[topic][partition] > 0) {
        w->kept[topic][partition]--;
        base->counts[topic][partition]++;
    } else if (rc == 0 && w->was_complete) {
        rc = ls_error_set(err, LS_E_DATA,
                          "the log %s is finished, and this run makes more records: give another "
                          "prefix, or remove the log's topics",
                          w->log->side);
    } else if (rc == 0) {
        rc = add(w, topic, partition, record, err);
        if (rc == 0) {
            base->counts[topic][partition]++;
            w->uncommitted_ns = w->uncommitted || !w->by_checkpoint ? w->uncommitted_ns
                                                                    : ls_clock_ns();
            w->uncommitted += payload;
        }
    }
    pthread_mutex_unlock(&w->lock);
    return rc;
}

int ls_kafka_log_flush(struct ls_log *base, uint32_t topic, uint32_t partition, bool sync,
                       struct ls_log_end *end, struct ls_error *err)
{
    (void)sync; /* it lasts with its commit */
    (void)err;
    *end = (struct ls_log_end){.records = base->counts[topic][partition]};
    return 0;
}

/* Has the thread do it, and waits. */
static int want(struct kafka_writer *w, enum kafka_want what, const struct ls_log_commit *commit,
                struct ls_error *err)
{
    pthread_mutex_lock(&w->lock);
    w->want = what;
    w->commit = commit;
    while (w->want != KAFKA_NOTHING && w->err.code == 0) {
        pthread_cond_wait(&w->changed, &w->lock);
    }
    int rc = w->err.code;
    if (rc < 0) {
        *err = w->err;
    }
    pthread_mutex_unlock(&w->lock);
    return rc;
}

int ls_kafka_log_commit(struct ls_log *base, const struct ls_log_commit *commit,
                        struct ls_error *err)
{
    struct kafka_writer *w = ((struct kafka_log *)base)->writing;
    int rc = want(w, KAFKA_COMMIT, commit, err);
    if (rc == 0 && commit->last) {
        pthread_mutex_lock(&w->lock);
        w->by_checkpoint = false;
        pthread_mutex_unlock(&w->lock);
    }
    return rc;
}

bool ls_kafka_log_wants_commit(const struct ls_log *base)
{
    struct kafka_writer *w = ((const struct kafka_log *)base)->writing;
    pthread_mutex_lock(&w->lock);
    bool old = w->uncommitted &&
               ls_clock_ns() - w->uncommitted_ns >= LS_KAFKA_WANTED_MS * UINT64_C(1000000);
    bool wants = w->by_checkpoint && (old || w->uncommitted >= LS_KAFKA_WANTED_BYTES);
    pthread_mutex_unlock(&w->lock);
    return wants;
}

int ls_kafka_log_complete(struct ls_log *base, struct ls_error *err)
{
    struct kafka_writer *w = ((struct kafka_log *)base)->writing;
    for (size_t t = 0; t < base->topic_count; t++) {
        for (uint32_t p = 0; p < base->topics[t].partitions; p++) {
            if (w->kept[t][p]) {
                return ls_error_set(
                    err, LS_E_DATA,
                    "partition %u of %s holds %llu records more than this run makes", p,
                    base->topics[t].name, (unsigned long long)w->kept[t][p]);
            }
        }
    }
    int rc = w->was_complete ? 0 : want(w, KAFKA_COMPLETE, NULL, err);
    base->complete = rc == 0;
    return rc;
}

void ls_kafka_writer_free(struct kafka_writer *w)
{
    if (!w) {
        return;
    }
    if (w->has_thread) {
        pthread_mutex_lock(&w->lock);
        w->stop = true;
        pthread_cond_broadcast(&w->changed);
        pthread_mutex_unlock(&w->lock);
        pthread_join(w->thread, NULL);
    }
    ls_kafka_producer_free(w);
    ls_kafka_backlog_clear(&w->backlog);
    ls_buf_clear(&w->framed);
    ls_kafka_numbers_free(w->log, w->kept);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    ls_mem_free(w);
}

/* ---- opening */

static int refuse(const struct kafka_log *log, const struct ls_log_identity *there,
                  const struct ls_log_identity *now, struct ls_error *err)
{
    bool same_spec = there && now && strcmp(there->domain, now->domain) == 0 &&
                     strcmp(there->spec_sha256, now->spec_sha256) == 0;
    return ls_error_set(err, LS_E_DATA,
                        "the log at %s is of another run%s: resume it with %s that it "
                        "was begun with",
                        log->place.uri, same_spec ? " of this spec" : "",
                        same_spec ? "the --events, --for, --until or --shard" : "the specs");
}

/* May this run write the log that is there? */
static int check_found(const struct kafka_log *log, const struct ls_log_identity *identity,
                       enum ls_log_mode mode, struct ls_error *err)
{
    const struct ls_log_identity *there = log->identity;
    ls_log_identity_compare(&there, &identity);
    bool same = !there && !identity;
    if (mode == LS_LOG_FRESH) {
        return ls_error_set(err, LS_E_DATA,
                            "there is a %s log at %s already: remove it with `lockstep log "
                            "remove`, or give another prefix%s",
                            log->told_complete ? "finished" : "partial", log->place.uri,
                            log->told_complete || !same
                                ? ""
                                : ", or, where `generate` began it, finish it with --resume");
    }
    return same ? 0 : refuse(log, there, identity, err);
}

/* A topic that is there already, without a log, may have been made for it: then it has as many
 * partitions, and no records. */
static int check_topic(const struct kafka_log *log, const struct kafka_topic *topic,
                       struct ls_error *err)
{
    char name[LS_KAFKA_NAME_MAX];
    uint32_t partitions;
    ls_kafka_log_name(log, topic->name, name);
    int rc = ls_kafka_partitions(log->client, name, &partitions, err);
    if (rc == 0 && partitions && partitions != topic->partitions) {
        return ls_error_set(err, LS_E_DATA,
                            "the topic %s has %u partitions, the spec says %u: remove it, or give "
                            "another prefix",
                            name, partitions, topic->partitions);
    }
    for (uint32_t p = 0; rc == 0 && p < partitions; p++) {
        int64_t low;
        int64_t high;
        rc = ls_kafka_range(log->client, name, p, &low, &high, err);
        if (rc == 0 && high > low) {
            return ls_error_set(err, LS_E_DATA,
                                "the topic %s holds records that are no log's: remove it, or give "
                                "another prefix",
                                name);
        }
    }
    return rc;
}

static int make_topics(const struct kafka_log *log, struct ls_error *err)
{
    struct ls_log_topic *topics = ls_mem_new(log->topic_count + 1, sizeof *topics, err);
    struct ls_arena names;
    ls_arena_init(&names, "names of topics", 1U << 20);
    int rc = topics ? 0 : err->code;
    for (size_t t = 0; rc == 0 && t < log->topic_count; t++) {
        rc = check_topic(log, &log->topics[t], err);
        topics[t].partitions = log->topics[t].partitions;
        topics[t].name = rc < 0 ? NULL
                                : ls_arena_printf(&names, err, "%s%s", log->place.prefix,
                                                  log->topics[t].name);
        rc = rc < 0 || topics[t].name ? rc : err->code;
        if (rc == 0 && strlen(topics[t].name) > LS_LOG_TOPIC_NAME_MAX) {
            rc = ls_error_set(err, LS_E_USAGE, "a topic's name is longer than %d bytes: %.60s...",
                              LS_LOG_TOPIC_NAME_MAX, topics[t].name);
        }
    }
    if (rc == 0) {
        topics[log->topic_count] = (struct ls_log_topic){.name = log->side, .partitions = 1};
        rc = ls_kafka_topics_make(log->client, topics, log->topic_count + 1, err);
    }
    ls_arena_clear(&names);
    ls_mem_free(topics);
    return rc;
}

static int begin_writer(struct kafka_log *log, struct ls_error *err)
{
    struct kafka_writer *w = ls_mem_new(1, sizeof *w, err);
    if (!w) {
        return err->code;
    }
    log->writing = w;
    w->log = log;
    ls_buf_init(&w->framed, "a value with its frame on Kafka", LS_LOG_RECORD_MAX);
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&w->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    w->kept = ls_kafka_numbers_new(log, err);
    int rc = w->kept ? ls_kafka_backlog_init(&w->backlog, log->base.topics, log->topic_count, err)
                     : err->code;
    rc = rc == 0 ? ls_kafka_producer_begin(w, err) : rc;
    for (size_t t = 0; rc == 0 && t < log->topic_count; t++) {
        memcpy(w->kept[t], log->told[t], log->topics[t].partitions * sizeof **w->kept);
        memset(log->base.counts[t], 0, log->topics[t].partitions * sizeof **w->kept);
    }
    return rc;
}

/* A manifest that says who writes now; then the thread. */
static int start(struct kafka_log *log, struct ls_error *err)
{
    struct kafka_writer *w = log->writing;
    int rc = 0;
    for (bool done = w->was_complete; rc == 0 && !done;) {
        rc = ls_kafka_sender_commit(w, NULL, &done, err);
    }
    rc = rc < 0 ? rc : ls_kafka_producer_wait_until_told(w, err);
    int failed = rc == 0 ? pthread_create(&w->thread, NULL, run, w) : 0;
    w->has_thread = rc == 0 && failed == 0;
    return failed ? ls_error_errno(err, LS_E_NOMEM, failed, "starting the thread that sends") : rc;
}

int ls_kafka_log_create(const char *place, const struct ls_log_topic *topics, size_t topic_count,
                        const struct ls_log_identity *identity, enum ls_log_mode mode,
                        struct ls_log **out, struct ls_error *err)
{
    struct kafka_log *log;
    bool found;
    int rc = ls_kafka_log_new(place, &log, err);
    if (rc < 0) {
        return rc;
    }
    rc = ls_kafka_log_look(log, &found, err);
    if (rc == 0 && found) {
        rc = check_found(log, identity, mode, err);
    } else if (rc == 0) {
        rc = ls_kafka_log_begin(log, topics, topic_count, identity, err);
    }
    rc = rc < 0 ? rc : ls_kafka_frames_find(log, found, topics, topic_count, err);
    rc = rc < 0 || found ? rc : make_topics(log, err);
    if (rc == 0 && !log->told_complete) {
        rc = begin_writer(log, err);
        if (rc == 0 && !found && log->session) { /* another one was faster */
            rc = check_found(log, identity, mode, err);
        }
        rc = rc < 0 ? rc : start(log, err);
    }
    if (rc < 0) {
        ls_log_close(&log->base);
        return rc;
    }
    *out = &log->base;
    return 0;
}

/* ---- going on */

/* May this writer, with this past, go on with the log that is there? */
static int check_writer(const struct kafka_log *log, const struct ls_log_identity *identity,
                        const struct ls_log_past *past, struct ls_error *err)
{
    const struct ls_log_identity *there = log->identity;
    const char *writer = there->writer ? there->writer : "";
    bool own = strcmp(writer, identity->writer ? identity->writer : "") == 0;
    ls_log_identity_compare(&there, &identity);
    if (there || identity) {
        return ls_error_set(err, LS_E_DATA,
                            "there is another log at %s: give another prefix, or remove "
                            "its topics",
                            log->place.uri);
    }
    if (!own) {
        return ls_error_set(err, LS_E_DATA,
                            "the log at %s is written with another state: give that "
                            "--state, or another prefix",
                            log->place.uri);
    }
    return !log->told_complete || (past && past->finished)
               ? 0
               : ls_error_set(err, LS_E_DATA,
                              "the log at %s is finished, and the state is from before "
                              "that: begin anew, with another --state and another prefix",
                              log->place.uri);
}

/* What stands behind the writer's past it makes again, the same (P6): that is passed over. */
static int pass_over(struct kafka_log *log, const struct ls_log_past *past, struct ls_error *err)
{
    struct kafka_writer *w = log->writing;
    const struct ls_log_end *end = past ? past->ends : NULL;
    for (size_t t = 0; end && t < log->topic_count; t++) {
        for (uint32_t p = 0; p < log->topics[t].partitions; p++, end++) {
            if (log->told[t][p] < end->records) {
                return ls_error_set(err, LS_E_DATA,
                                    "partition %u of %s%s has %llu records, and the checkpoint "
                                    "knows of %llu: another process wrote the log, or its topics "
                                    "were made anew",
                                    p, log->place.prefix, log->topics[t].name,
                                    (unsigned long long)log->told[t][p],
                                    (unsigned long long)end->records);
            }
            log->base.counts[t][p] = end->records;
            w->kept[t][p] = log->told[t][p] - end->records;
        }
    }
    w->by_checkpoint = true;
    w->was_complete = w->complete = log->told_complete;
    w->checkpoint = log->checkpoint;
    return past && past->checkpoint > log->checkpoint
               ? ls_error_set(err, LS_E_DATA,
                              "the log at %s has committed checkpoint %llu, and the "
                              "state goes on from number %llu: try again",
                              log->place.uri, (unsigned long long)log->checkpoint,
                              (unsigned long long)past->checkpoint)
               : 0;
}

int ls_kafka_log_continue(const char *place, const struct ls_log_topic *topics, size_t topic_count,
                          const struct ls_log_identity *identity, const struct ls_log_past *past,
                          struct ls_log **out, struct ls_error *err)
{
    struct kafka_log *log;
    bool found;
    int rc = ls_kafka_log_new(place, &log, err);
    if (rc < 0) {
        return rc;
    }
    rc = ls_kafka_log_look(log, &found, err);
    if (rc == 0 && found) {
        rc = check_writer(log, identity, past, err);
    } else if (rc == 0 && past) {
        rc = ls_error_set(err, LS_E_DATA,
                          "the log at %s is gone, and the state goes on with it: begin "
                          "anew, with another --state",
                          log->place.uri);
    } else if (rc == 0) {
        rc = ls_kafka_log_begin(log, topics, topic_count, identity, err);
    }
    rc = rc < 0 ? rc : ls_kafka_frames_find(log, found, topics, topic_count, err);
    rc = rc < 0 || found ? rc : make_topics(log, err);
    rc = rc < 0 ? rc : begin_writer(log, err);
    rc = rc < 0 ? rc : check_writer(log, identity, past, err); /* nobody changes it any more */
    rc = rc < 0 ? rc : pass_over(log, past, err);
    rc = rc < 0 ? rc : start(log, err);
    if (rc < 0) {
        ls_log_close(&log->base);
        return rc;
    }
    *out = &log->base;
    return 0;
}
