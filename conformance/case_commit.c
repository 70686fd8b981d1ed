/* CRS-2, TXN-9, TXN-10, TXN-12: what is committed, and when. */
#include "conformance/case_kafka.h"
#include "conformance/cases.h"
#include "conformance/disturb.h"
#include "conformance/kafka_admin.h"
#include "core/base/mem.h"
#include "core/obs/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS 50
/* of CRS-2 */
#define KILLS     4 /* in a row */
#define CHAINS    6
#define STEP_US   1000
#define SETTLE_MS 10

/* ---- CRS-2 */

/* The number of a checkpoint is its file's name. */
static int find_newest(void *context, const char *name, struct ls_error *err)
{
    uint64_t *newest = context;
    char *end;
    uint64_t number = strtoull(name, &end, 10);
    (void)err;
    if (end != name && strcmp(end, ".ckpt") == 0 && number > *newest) {
        *newest = number;
    }
    return 0;
}

struct kills {
    uint64_t before, behind; /* the commit of the newest checkpoint */
};

/* How far what is said of the rows is decided upon: it grows with each commit. */
static int manifests(struct ls_case_kafka *k, int64_t *end, struct ls_error *err)
{
    int64_t low;
    return ls_kafka_range(k->reads, k->side, 0, &low, end, err);
}

/* In small steps, between which the broker ends what it was asked for, until the checkpoint's rows
 * are committed: the run has not been told. 1; 0 when it came to its end. */
static int step_to_commit(struct ls_case_kafka *k, struct ls_process *process, struct ls_error *err)
{
    int64_t begin;
    int64_t end;
    int rc = manifests(k, &begin, err);
    for (rc = rc < 0 ? rc : 1, end = begin; rc > 0 && end == begin;) {
        rc = ls_case_kafka_step(k, process, STEP_US, err);
        ls_clock_sleep_ms(SETTLE_MS);
        rc = rc <= 0 || manifests(k, &end, err) == 0 ? rc : err->code;
    }
    return rc;
}

/* The number of the newest checkpoint; 0: there is none. */
static int newest_of(struct ls_case_kafka *k, uint64_t *newest, struct ls_error *err)
{
    const char *state = ls_disturb_state(k->v, &k->run, err);
    *newest = 0;
    return !state                  ? err->code
           : ls_path_exists(state) ? ls_tree_walk(state, find_newest, newest, err)
                                   : 0;
}

/* Starts the run, and stops it where it has written a checkpoint: that its state has changed is not
 * enough, a file has another name first. 1; 0 when it came to its end. */
static int stop_behind_checkpoint(struct ls_case_kafka *k, struct ls_process *process,
                                  struct ls_error *err)
{
    uint64_t before;
    uint64_t newest = 0;
    int rc = newest_of(k, &before, err);
    rc = rc < 0 ? rc : ls_case_kafka_start(k, 1, process, err);
    while (rc > 0 && newest <= before) {
        int found = newest_of(k, &newest, err);
        rc = found < 0         ? found
             : newest > before ? rc
                               : ls_case_kafka_step(k, process, STEP_US, err);
        if (found < 0) {
            ls_case_kafka_kill(process);
        }
    }
    return rc;
}

/* Kills the run where the file of a checkpoint is there: at once, or as soon as its rows are
 * committed. 1; 0 when it came to its end. */
static int kill_around(struct ls_case_kafka *k, bool behind, struct kills *kills,
                       struct ls_error *err)
{
    struct ls_process process;
    uint64_t newest = 0;
    uint64_t committed = 0;
    int rc = stop_behind_checkpoint(k, &process, err);
    bool started = rc > 0;
    rc = started && behind ? step_to_commit(k, &process, err) : rc;
    if (started && rc != 0) {
        ls_case_kafka_kill(&process);
    }
    if (rc <= 0) {
        return rc;
    }
    rc = newest_of(k, &newest, err);
    rc = rc < 0 ? rc : ls_log_peek(k->run.rows, &committed, err);
    kills->before += rc >= 0 && committed < newest;
    kills->behind += rc >= 0 && newest && committed == newest;
    return rc < 0 ? rc : 1;
}

/* A few kills in a row, then the run comes to its end. */
static int run_chain(struct ls_case_kafka *k, struct kills *kills, struct ls_error *err)
{
    int rc = ls_case_kafka_to_topics(k, err);
    rc = rc < 0 ? rc : 1;
    for (int i = 0; rc > 0 && i < KILLS; i++) {
        rc = kill_around(k, i % 2, kills, err);
    }
    rc = rc > 0 ? ls_case_kafka_finish(k, err) : rc;
    return rc < 0 ? rc : ls_case_kafka_collect(k, "collected", err);
}

static int run_crs_2(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_case_kafka k;
    struct kills kills = {0};
    int rc = ls_case_kafka_begin(v, r, &k, err);
    rc = rc < 0 ? rc : ls_kafka_input_write(&k.input, err);
    k.run.checkpoint_records = "600"; /* else there is hardly a time behind a commit */
    for (int i = 0; rc == 0 && r->verdict == LS_VERDICT_PASS && i < CHAINS &&
                    (kills.before < 2 || kills.behind < 1);
         i++) {
        rc = run_chain(&k, &kills, err);
    }
    ls_verify_count(r, "kills between checkpoint and commit", kills.before, true);
    ls_verify_count(r, "behind the commit", kills.behind, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_crs_2 = {
    .id = "CRS-2",
    .title = "killed between output and commit, both ways",
    .text = "The run's rows go to topics. It is killed a moment behind a checkpoint, again and "
            "again: where the checkpoint's file is there and its rows are not committed, they must "
            "come once and not never; where they are, once and not twice. What is collected has to "
            "be the batch run's datasets.",
    .kafka = true,
    .run = run_crs_2,
};

/* ---- readers of what is committed, as anybody has them */

struct follower {
    struct ls_kafka_client *client;
    rd_kafka_topic_partition_list_t *list; /* .offset: where it reads next */
    struct ls_id *digests;                 /* of the records so far, by place in the list */
    uint64_t *counts;
    int64_t *last; /* behind the last record */
    uint64_t records, looks;
};

static int follow(struct ls_case_kafka *k, const char *uri, struct follower *f,
                  struct ls_error *err)
{
    static const char *const properties[] = {"group.id",
                                             "lockstep-verify",
                                             "isolation.level",
                                             "read_committed",
                                             "enable.auto.commit",
                                             "false",
                                             "auto.offset.reset",
                                             "earliest",
                                             "fetch.wait.max.ms",
                                             "10",
                                             "enable.partition.eof",
                                             "true",
                                             NULL};
    *f = (struct follower){0};
    const char *prefix = ls_case_kafka_prefix(k, uri, err);
    int rc = prefix ? ls_case_kafka_partitions(k, prefix, &f->list, err) : err->code;
    rc = rc < 0 ? rc
                : ls_kafka_client_new(&k->place, RD_KAFKA_CONSUMER, properties, NULL, NULL,
                                      &f->client, err);
    if (rc < 0) {
        return rc;
    }
    size_t count = (size_t)f->list->cnt;
    f->digests = ls_mem_new(count + 1, sizeof *f->digests, err);
    f->counts = f->digests ? ls_mem_new(count + 1, sizeof *f->counts, err) : NULL;
    f->last = f->counts ? ls_mem_new(count + 1, sizeof *f->last, err) : NULL;
    if (!f->last) {
        return err->code;
    }
    for (size_t i = 0; i < count; i++) {
        f->list->elems[i].offset = 0;
    }
    rd_kafka_poll_set_consumer(ls_kafka_of(f->client));
    rd_kafka_resp_err_t code = rd_kafka_assign(ls_kafka_of(f->client), f->list);
    return code ? ls_kafka_error(f->client, code, NULL, err, "reading topics") : 0;
}

static void unfollow(struct follower *f)
{
    ls_kafka_client_free(f->client);
    if (f->list) {
        rd_kafka_topic_partition_list_destroy(f->list);
    }
    ls_mem_free(f->digests);
    ls_mem_free(f->counts);
    ls_mem_free(f->last);
    *f = (struct follower){0};
}

/* A record, or the word that there is no more for now. */
static int take_message(struct follower *f, const rd_kafka_message_t *message, struct ls_error *err)
{
    if (message->err && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        return ls_kafka_is_passing(message->err)
                   ? 0
                   : ls_kafka_error(f->client, message->err, NULL, err, "reading topics");
    }
    rd_kafka_topic_partition_t *place = rd_kafka_topic_partition_list_find(
        f->list, rd_kafka_topic_name(message->rkt), message->partition);
    size_t i = (size_t)(place - f->list->elems);
    place->offset = message->offset + !message->err;
    if (!message->err) {
        rd_kafka_timestamp_type_t type;
        const struct ls_log_record record = {
            .timestamp_ms = rd_kafka_message_timestamp(message, &type),
            .key = message->key,
            .key_size = message->key_len,
            .value = message->payload,
            .value_size = message->len};
        f->digests[i] = ls_log_digest(f->digests[i], &record);
        f->counts[i]++;
        f->last[i] = message->offset + 1;
        f->records++;
    }
    return 0;
}

/* Is anything of what is decided upon still to be read? */
static int has_more(struct ls_case_kafka *k, const struct follower *f, struct ls_error *err)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < f->list->cnt; i++) {
        const rd_kafka_topic_partition_t *place = &f->list->elems[i];
        int64_t low;
        int64_t high;
        rc = ls_kafka_range(k->reads, place->topic, (uint32_t)place->partition, &low, &high, err);
        rc = rc < 0 ? rc : place->offset < high;
    }
    return rc;
}

/* Everything that is committed. */
static int read_all(struct ls_case_kafka *k, struct follower *f, struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    int rc = 1;
    while (rc > 0) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(ls_kafka_of(f->client), LOOK_MS);
        rc = message ? take_message(f, message, err) : has_more(k, f, err);
        rc = rc == 0 && message ? 1 : rc;
        if (message) {
            rd_kafka_message_destroy(message);
        } else if (rc > 0 && ls_kafka_wait_is_over(&wait)) {
            rc = ls_kafka_error(f->client, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL, err,
                                "reading topics to their ends");
        }
    }
    f->looks++;
    return rc;
}

/* ---- TXN-9 */

/* Moves each committed offset by one, one way and the other. */
static int move_offsets(struct ls_case_kafka *k, struct ls_kafka_client *group,
                        rd_kafka_topic_partition_list_t *list, uint64_t *moved,
                        struct ls_error *err)
{
    rd_kafka_topic_partition_list_t *others = rd_kafka_topic_partition_list_new(list->cnt);
    int rc = ls_kafka_admin_committed(group, list, err);
    for (int i = 0; rc == 0 && i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *place = &list->elems[i];
        if (place->offset > 0) {
            rd_kafka_topic_partition_list_add(others, place->topic, place->partition)->offset =
                place->offset + (i % 2 ? 1 : -1);
            ++*moved;
        }
    }
    rc = rc < 0 || !others->cnt ? rc : ls_kafka_admin_commit(k->writes, k->side, others, err);
    rd_kafka_topic_partition_list_destroy(others);
    return rc;
}

/* In front of each offset that is committed stand all records of the partition, and none behind. */
static int check_offsets(struct ls_case_kafka *k, struct ls_kafka_client *group,
                         rd_kafka_topic_partition_list_t *list, struct ls_error *err)
{
    struct follower all;
    int rc = follow(k, k->input.uri, &all, err);
    rc = rc < 0 ? rc : read_all(k, &all, err);
    rc = rc < 0 ? rc : ls_kafka_admin_committed(group, list, err);
    for (int i = 0; rc == 0 && k->r->verdict == LS_VERDICT_PASS && i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *place = &list->elems[i];
        const rd_kafka_topic_partition_t *end = rd_kafka_topic_partition_list_find(
            all.list, place->topic, place->partition);
        size_t at = end ? (size_t)(end - all.list->elems) : 0;
        bool sound = place->offset >= all.last[at] && end && place->offset <= end->offset;
        if (end && all.counts[at] && !sound) {
            rc = ls_verify_fail(k->r, err,
                                "the group %s has committed offset %" PRId64
                                " of partition %d of %s, whose last record stands at %" PRId64,
                                k->side, place->offset, place->partition, place->topic,
                                all.last[at] - 1);
        }
    }
    unfollow(&all);
    return rc;
}

/* Kills it until it has committed offsets, and moves these: 1; 0 when it came to its end. Each time
 * it has longer for its first commit, which takes the longer the more partitions there are. */
static int kill_and_move(struct ls_case_kafka *k, struct ls_kafka_client **group,
                         rd_kafka_topic_partition_list_t **list, uint64_t *moved,
                         struct ls_error *err)
{
    struct ls_process process;
    unsigned changes = 3;
    int rc = ls_case_kafka_stop_anew(k, changes, &process, err);
    const char *const properties[] = {"group.id", k->side, NULL};
    const char *prefix = rc < 0 ? NULL : ls_case_kafka_prefix(k, k->input.uri, err);
    if (rc > 0) {
        int made = prefix ? ls_case_kafka_partitions(k, prefix, list, err) : err->code;
        made = made < 0 ? made
                        : ls_kafka_client_new(&k->place, RD_KAFKA_CONSUMER, properties, NULL, NULL,
                                              group, err);
        rc = made < 0 ? made : rc;
        if (made < 0) {
            ls_case_kafka_kill(&process);
        }
    }
    while (rc > 0) {
        ls_case_kafka_kill(&process);
        rc = ls_case_kafka_end_transaction(k, err); /* offsets wait for it */
        rc = rc < 0 ? rc : move_offsets(k, *group, *list, moved, err);
        if (rc < 0 || *moved) {
            return rc < 0 ? rc : 1;
        }
        rc = ls_case_kafka_stop(k, changes *= 2, &process, err);
    }
    return rc;
}

static int run_txn_9(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_case_kafka k;
    struct ls_kafka_client *group = NULL;
    rd_kafka_topic_partition_list_t *list = NULL;
    uint64_t moved = 0;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    rc = rc < 0 ? rc : ls_kafka_input_write(&k.input, err);
    rc = rc < 0 ? rc : kill_and_move(&k, &group, &list, &moved, err);
    if (rc > 0) {
        rc = ls_case_kafka_finish(&k, err);
        rc = rc < 0 ? rc : ls_case_kafka_collect(&k, "collected", err);
        rc = rc < 0 ? rc : check_offsets(&k, group, list, err);
    }
    ls_verify_count(r, "committed offsets moved by one", moved, true);
    ls_kafka_client_free(group);
    if (list) {
        rd_kafka_topic_partition_list_destroy(list);
    }
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_txn_9 = {
    .id = "TXN-9",
    .title = "committed offsets off by one",
    .text = "The run is killed, and the offsets that it has committed of its input are moved by "
            "one, back in some partitions and on in others. It goes on from its checkpoint, so "
            "that nothing is read twice or left out: its rows are those of the batch run. At its "
            "end the committed offsets stand behind the last record of each partition, and not "
            "past its end.",
    .kafka = true,
    .run = run_txn_9,
};

/* ---- TXN-10 */

static int run_txn_10(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const unsigned sizes[] = {70};
    struct ls_case_kafka k;
    struct ls_process process;
    uint64_t aborts = 0;
    int rc = ls_case_kafka_begin(v, r, &k, err);
    k.input.sizes = sizes;
    k.input.aborted = true;
    rc = rc < 0 ? rc : ls_kafka_input_write(&k.input, err);
    rc = rc < 0 ? rc : ls_case_kafka_stop_anew(&k, 2, &process, err);
    while (rc > 0) {
        ls_case_kafka_kill(&process);
        rc = ++aborts < 3 ? ls_case_kafka_stop(&k, 2, &process, err)
                          : ls_case_kafka_finish(&k, err);
    }
    rc = rc < 0 ? rc : ls_case_kafka_collect(&k, "collected", err);
    ls_verify_count(r, "kills in a transaction", aborts, true);
    ls_verify_count(r, "transactions taken back in the input", k.input.taken_back, true);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_txn_10 = {
    .id = "TXN-10",
    .title = "the position after an abort",
    .text = "The run is killed with a transaction open, three times, and goes on: the transaction "
            "is taken back, and with it how far the input was read. That input has transactions "
            "that were taken back too, over whose records positions do not count. What is "
            "collected has to be the batch run's datasets.",
    .kafka = true,
    .run = run_txn_10,
};

/* ---- TXN-12 */

/* What a reader has seen while the run stands still is what its last manifest promises. */
static int check_seen(struct ls_case_kafka *k, const struct follower *f, struct ls_error *err)
{
    struct ls_log *log;
    int rc = ls_log_open(k->run.rows, true, &log, err);
    if (rc < 0) {
        return rc;
    }
    uint64_t promised = ls_log_records(log);
    ls_log_close(log);
    return f->records == promised ? 0
                                  : ls_verify_fail(k->r, err,
                                                   "a reader of what is committed saw %" PRIu64
                                                   " rows, and the last manifest promises %" PRIu64,
                                                   f->records, promised);
}

/* Two readers have seen the same of each partition. */
static int check_same(struct ls_case_kafka *k, const struct follower *a, const struct follower *b,
                      struct ls_error *err)
{
    int rc = a->list->cnt == b->list->cnt ? 0 : 1;
    for (int i = 0; rc == 0 && i < a->list->cnt; i++) {
        rc = a->counts[i] != b->counts[i] || !ls_id_equal(a->digests[i], b->digests[i]);
    }
    return rc ? ls_verify_fail(k->r, err,
                               "who read the rows as they were committed saw others than who reads "
                               "them in the end: %" PRIu64 " and %" PRIu64,
                               a->records, b->records)
              : 0;
}

static int run_txn_12(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct ls_case_kafka k;
    struct ls_process process;
    struct follower meanwhile = {0};
    struct follower last = {0};
    int rc = ls_case_kafka_begin(v, r, &k, err);
    rc = rc < 0 ? rc : ls_kafka_input_write(&k.input, err);
    rc = rc < 0 ? rc : ls_case_kafka_stop_anew(&k, 2, &process, err);
    bool stopped = rc > 0;
    rc = rc > 0 ? follow(&k, k.run.rows, &meanwhile, err) : rc;
    while (stopped) {
        rc = rc < 0 ? rc : read_all(&k, &meanwhile, err);
        rc = rc < 0 ? rc : check_seen(&k, &meanwhile, err);
        ls_case_kafka_kill(&process);
        bool more = rc >= 0 && r->verdict == LS_VERDICT_PASS && meanwhile.looks < 4;
        rc = more ? ls_case_kafka_stop(&k, 2, &process, err) : rc;
        stopped = more && rc > 0;
    }
    if (rc >= 0 && meanwhile.client && r->verdict == LS_VERDICT_PASS) {
        rc = ls_case_kafka_finish(&k, err);
        rc = rc < 0 ? rc : read_all(&k, &meanwhile, err);
        rc = rc < 0 ? rc : follow(&k, k.run.rows, &last, err);
        rc = rc < 0 ? rc : read_all(&k, &last, err);
        rc = rc < 0 ? rc : check_same(&k, &meanwhile, &last, err);
        rc = rc < 0 ? rc : ls_case_kafka_collect(&k, "collected", err);
    }
    ls_verify_count(r, "rows", meanwhile.records, true);
    ls_verify_count(r, "looks", meanwhile.looks, true);
    unfollow(&meanwhile);
    unfollow(&last);
    return ls_case_kafka_end(&k, rc, err);
}

const struct ls_case ls_case_txn_12 = {
    .id = "TXN-12",
    .title = "who reads meanwhile sees prefixes only",
    .text = "A plain consumer (isolation.level=read_committed) reads the rows' topics while the "
            "run writes them, and is killed and goes on. Whenever the run stands still within a "
            "transaction, the consumer has seen what the last manifest promises and nothing of the "
            "transaction; in the end it has seen each row once, in order, as one that reads only "
            "then.",
    .kafka = true,
    .run = run_txn_12,
};
