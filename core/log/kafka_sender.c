/* Sending the records of a log to Kafka, and committing them with a manifest. */
#include "core/avro/decode.h"
#include "core/base/mutant.h"
#include "core/log/kafka_writer_internal.h"
#include "core/obs/clock.h"

#include <stdio.h>
#include <string.h>

#define GROUP_MS 1000 /* of one question who keeps a group's offsets */

/* ---- sending */

rd_kafka_headers_t *ls_kafka_headers_new(const uint8_t *bytes, size_t size)
{
    struct ls_span span = {.at = bytes, .end = bytes + size};
    rd_kafka_headers_t *headers = rd_kafka_headers_new(8);
    int64_t count = 0;
    while (ls_get_long(&span, &count) == LS_DECODE_OK && count) {
        int64_t block;
        if (count < 0) {
            ls_get_long(&span, &block);
            count = -count;
        }
        for (; count > 0; count--) {
            const uint8_t *key;
            const uint8_t *value = NULL;
            size_t key_size;
            size_t value_size = 0;
            int64_t branch;
            if (ls_get_string(&span, &key, &key_size) || ls_get_long(&span, &branch) ||
                (branch && ls_get_bytes(&span, &value, &value_size))) {
                return headers; /* what the file log wrote is whole */
            }
            rd_kafka_header_add(headers, (const char *)key, (ssize_t)key_size, value,
                                (ssize_t)value_size);
        }
    }
    return headers;
}

/* The bytes stay where they are until the transaction is committed: they are not copied. */
static rd_kafka_resp_err_t produce(struct kafka_writer *w, const struct kafka_queue *queue,
                                   const struct kafka_item *item)
{
    const uint8_t *bytes = (const uint8_t *)(item + 1);
    const uint8_t *value = bytes + item->key_size + item->headers_size;
    rd_kafka_vu_t words[6] = {
        {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = w->handles[queue->topic]},
        {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = (int32_t)queue->partition},
        {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = item->timestamp_ms},
        {.vtype = RD_KAFKA_VTYPE_KEY,
         .u.mem = {item->has_key ? (void *)(uintptr_t)bytes : NULL, item->key_size}},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {item->has_value ? (void *)(uintptr_t)value : NULL, item->value_size}},
    };
    size_t count = 5;
    rd_kafka_headers_t *headers = NULL;
    if (item->headers_size) {
        headers = ls_kafka_headers_new(bytes + item->key_size, item->headers_size);
        words[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers};
    }
    rd_kafka_error_t *error = rd_kafka_produceva(ls_kafka_of(w->producer), words, count);
    rd_kafka_resp_err_t code = error ? rd_kafka_error_code(error) : RD_KAFKA_RESP_ERR_NO_ERROR;
    if (error) {
        rd_kafka_error_destroy(error);
        if (headers) {
            rd_kafka_headers_destroy(headers);
        }
    }
    return code;
}

/* A queue that is full gets room as brokers answer: as long as it does, there is patience. */
static rd_kafka_resp_err_t produce_with_room(struct kafka_writer *w,
                                             const struct kafka_queue *queue,
                                             const struct kafka_item *item)
{
    rd_kafka_t *rk = ls_kafka_of(w->producer);
    struct ls_kafka_wait wait = {0};
    int queued = 0;
    for (;;) {
        rd_kafka_resp_err_t code = produce(w, queue, item);
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || w->failed) {
            return w->failed ? w->failed : code;
        }
        if (wait.until_ns == 0 || rd_kafka_outq_len(rk) < queued) {
            wait = ls_kafka_wait_begin();
        } else if (ls_kafka_producer_is_stuck(w, &wait)) {
            return RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
        }
        queued = rd_kafka_outq_len(rk);
        rd_kafka_poll(rk, 1);
    }
}

static rd_kafka_error_t *begin(struct kafka_writer *w)
{
    rd_kafka_error_t *error = rd_kafka_begin_transaction(ls_kafka_of(w->producer));
    if (!error) {
        w->in_transaction = true;
        w->transaction_began_ns = ls_clock_ns();
    }
    return error;
}

static rd_kafka_resp_err_t send_run(struct kafka_writer *w, const struct kafka_run *sending)
{
    const struct kafka_queue *queue = sending->queue;
    const struct kafka_item *item;
    while ((item = ls_kafka_run_item(sending))) {
        rd_kafka_resp_err_t code = produce_with_room(w, queue, item);
        if (code) {
            return code;
        }
        w->ends[queue->topic][queue->partition]++;
        w->offsets[queue->topic][queue->partition]++;
        w->touched[queue->topic][queue->partition] = true;
        w->transaction_bytes += ls_kafka_item_size(item->key_size, item->headers_size,
                                                   item->value_size);
        ls_kafka_run_pass(sending, item);
    }
    return w->failed;
}

int ls_kafka_sender_send(struct kafka_writer *w, const struct kafka_run *sending,
                         struct ls_error *err)
{
    bool committed;
    rd_kafka_error_t *error = w->in_transaction ? NULL : begin(w);
    rd_kafka_resp_err_t code = error ? rd_kafka_error_code(error) : send_run(w, sending);
    rd_kafka_poll(ls_kafka_of(w->producer), 0);
    code = code ? code : w->failed;
    if (!code) {
        return 0;
    }
    int rc = error ? ls_kafka_producer_judge_error(w, error, &code, err)
                   : ls_kafka_producer_judge(w, code, NULL, err);
    return rc < 0 ? rc : ls_kafka_producer_recover(w, code, &committed, err);
}

/* ---- committing */

static int say(struct kafka_writer *w, rd_kafka_resp_err_t *code, struct ls_error *err)
{
    struct ls_buf text;
    const struct ls_log_saying saying = {.complete = w->complete,
                                         .identity = &w->log->base.identity,
                                         .topics = w->log->base.topics,
                                         .topic_count = w->log->topic_count,
                                         .ends = w->ends,
                                         .offsets = w->offsets,
                                         .checkpoint = w->checkpoint,
                                         .session = w->session,
                                         .frames = w->log->frames};
    ls_buf_init(&text, "the log's manifest", LS_LOG_MANIFEST_MAX);
    ls_kafka_producer_pass_markers(w, 1);
    int rc = ls_log_manifest_format(&saying, &text, err);
    ls_kafka_producer_pass_markers(w, -1);
    if (rc == 0) {
        rd_kafka_vu_t words[] = {
            {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = w->handles[w->log->topic_count]},
            {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = 0},
            {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
            {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {text.data, text.size}},
        };
        struct ls_kafka_wait wait = ls_kafka_wait_begin();
        do {
            rd_kafka_error_t *error = rd_kafka_produceva(ls_kafka_of(w->producer), words, 4);
            *code = error ? rd_kafka_error_code(error) : RD_KAFKA_RESP_ERR_NO_ERROR;
            if (error) {
                rd_kafka_error_destroy(error);
                rd_kafka_poll(ls_kafka_of(w->producer), 1);
            }
        } while (*code == RD_KAFKA_RESP_ERR__QUEUE_FULL && !w->failed &&
                 !ls_kafka_producer_is_stuck(w, &wait));
    }
    ls_buf_clear(&text);
    return rc;
}

/* Everything was delivered: an abort without that can be fatal, and a commit waits for it anyway.
 */
static rd_kafka_resp_err_t flush(struct kafka_writer *w)
{
    rd_kafka_t *rk = ls_kafka_of(w->producer);
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    int queued = rd_kafka_outq_len(rk);
    while (queued > 0 && !w->failed) {
        rd_kafka_flush(rk, 100);
        int left = rd_kafka_outq_len(rk);
        if (left < queued) {
            wait = ls_kafka_wait_begin();
        } else if (ls_kafka_producer_is_stuck(w, &wait)) {
            return RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
        }
        queued = left;
    }
    return w->failed;
}

static rd_kafka_error_t *commit_once(struct kafka_writer *w)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    for (;;) {
        rd_kafka_error_t *error = rd_kafka_commit_transaction(ls_kafka_of(w->producer),
                                                              ls_kafka_wait_ms(&wait, 5000));
        if (!error || !rd_kafka_error_is_retriable(error) || ls_kafka_producer_is_stuck(w, &wait)) {
            return error;
        }
        rd_kafka_error_destroy(error);
    }
}

/* A consumer of the group, which asks until it is answered. */
static struct ls_kafka_client *group_client(struct kafka_writer *w, struct ls_error *err)
{
    const char *const properties[] = {"group.id", w->log->side, "enable.auto.commit", "false",
                                      NULL};
    if (!w->group) {
        ls_kafka_client_new(&w->log->place, RD_KAFKA_CONSUMER, properties, NULL, NULL, &w->group,
                            err);
    }
    return w->group;
}

/* Until somebody keeps the group's offsets. librdkafka (to 2.15 at least) asks three times who
 * does, within 0.3 s, and then never comes back from what follows: the first offsets of a cluster
 * take longer, and so does a new leader. Its questions of administrators share the fault, and kill
 * the process when they are answered late. */
static int await_coordinator(struct kafka_writer *w, const rd_kafka_topic_partition_list_t *inputs,
                             const struct ls_kafka_wait *wait, rd_kafka_error_t **error,
                             struct ls_error *err)
{
    struct ls_kafka_client *client = group_client(w, err);
    if (!client) {
        return err->code;
    }
    rd_kafka_topic_partition_list_t *one = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(one, inputs->elems[0].topic, inputs->elems[0].partition);
    *error = NULL;
    while (!*error && ls_kafka_is_passing(rd_kafka_committed(ls_kafka_of(client), one,
                                                             ls_kafka_wait_ms(wait, GROUP_MS)))) {
        rd_kafka_poll(ls_kafka_of(client), 0);
        if (ls_kafka_producer_is_stuck(w, wait)) {
            *error = rd_kafka_error_new(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
                                        "no broker keeps the offsets of the group %s",
                                        w->log->side);
        }
        ls_clock_sleep_ms(20); /* an answer may come at once */
    }
    rd_kafka_topic_partition_list_destroy(one);
    return 0;
}

/* How far the inputs were read; the number of the checkpoint is each offset's metadata. */
static int send_offsets(struct kafka_writer *w, const struct ls_log_commit *commit,
                        rd_kafka_error_t **error, struct ls_error *err)
{
    char number[24];
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(
        (int)commit->input_count);
    int size = snprintf(number, sizeof number, "%llu", (unsigned long long)commit->checkpoint);
    for (size_t i = 0; i < commit->input_count; i++) {
        const struct ls_log_input *input = &commit->inputs[i];
        rd_kafka_topic_partition_t *place = rd_kafka_topic_partition_list_add(
            list, input->topic, (int32_t)input->partition);
        place->offset = input->offset - (LS_MUTANT(OFFSETS_BEHIND) && input->offset > 0);
        place->metadata = rd_kafka_mem_malloc(NULL, sizeof number); /* the list frees it */
        place->metadata_size = place->metadata ? (size_t)size : 0;
        if (place->metadata) {
            memcpy(place->metadata, number, sizeof number);
        }
    }
    rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata_new(w->log->side);
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    int rc = await_coordinator(w, list, &wait, error, err);
    bool again = rc == 0 && !*error;
    while (again) {
        *error = rd_kafka_send_offsets_to_transaction(ls_kafka_of(w->producer), list, group,
                                                      ls_kafka_wait_ms(&wait, 5000));
        again = *error && rd_kafka_error_is_retriable(*error) &&
                !ls_kafka_producer_is_stuck(w, &wait);
        if (again) {
            rd_kafka_error_destroy(*error);
        }
    }
    rd_kafka_consumer_group_metadata_destroy(group);
    rd_kafka_topic_partition_list_destroy(list);
    return rc;
}

/* ---- where it stands */

#define AGAIN_MS 20 /* between two questions where partitions end */

/* What the transaction has records of; and everything, where it is the last one: nobody else may
 * have written. */
static rd_kafka_topic_partition_list_t *written(const struct kafka_writer *w)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(16);
    for (size_t t = 0; t < w->log->topic_count; t++) {
        char name[LS_KAFKA_NAME_MAX];
        ls_kafka_log_name(w->log, w->log->topics[t].name, name);
        for (uint32_t p = 0; p < w->log->topics[t].partitions; p++) {
            if (w->touched[t][p] || w->complete) {
                rd_kafka_topic_partition_list_add(list, name, (int32_t)p)->opaque =
                    &w->offsets[t][p];
            }
        }
    }
    return list;
}

/* The ends of the partitions, from their leaders: what was acknowledged stands in front of them. A
 * broker that has only just come up may know of less, and the last transaction's markers may be on
 * their way. */
static rd_kafka_resp_err_t find_ends(struct kafka_writer *w, rd_kafka_topic_partition_list_t *list)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    rd_kafka_resp_err_t code;
    do {
        for (int i = 0; i < list->cnt; i++) {
            list->elems[i].offset = RD_KAFKA_OFFSET_END;
        }
        code = rd_kafka_offsets_for_times(ls_kafka_of(w->producer), list,
                                          ls_kafka_wait_ms(&wait, 5000));
        for (int i = 0; !code && i < list->cnt; i++) {
            const rd_kafka_topic_partition_t *place = &list->elems[i];
            const uint64_t *expected = place->opaque;
            code = place->err                           ? place->err
                   : place->offset < (int64_t)*expected ? RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE
                                                        : RD_KAFKA_RESP_ERR_NO_ERROR;
        }
        if (code) {
            ls_clock_sleep_ms(AGAIN_MS);
        }
    } while (code && !ls_kafka_producer_is_stuck(w, &wait));
    return code;
}

/* There is more than the records that were sent and the markers of what was committed. Brokers
 * write a marker again when one of them died before it had answered: that is no harm. Records are
 * another program's. */
static int check_alone(struct kafka_writer *w, size_t t, uint32_t p, uint64_t end,
                       struct ls_error *err)
{
    char name[LS_KAFKA_NAME_MAX];
    int64_t low;
    int64_t decided; /* up to this transaction's first record */
    bool others = false;
    ls_kafka_log_name(w->log, w->log->topics[t].name, name);
    int rc = ls_kafka_range(w->log->client, name, p, &low, &decided, err);
    if (rc == 0 && (uint64_t)decided + (w->ends[t][p] - w->committed[t][p]) == end) {
        rc = ls_kafka_log_overhang(w->log, (uint32_t)t, p, &others, err);
    } else {
        others = true;
    }
    return rc < 0 || !others
               ? rc
               : ls_error_set(err, LS_E_DATA,
                              "partition %u of %s ends at offset %llu, and not at %llu: another "
                              "program wrote into it; remove the log's topics and begin anew",
                              p, name, (unsigned long long)end,
                              (unsigned long long)w->offsets[t][p]);
}

/* Where the next records will stand is counted; here it is seen, behind the transaction's last
 * record: the manifest tells it. */
static int see_offsets(struct kafka_writer *w, rd_kafka_resp_err_t *code, struct ls_error *err)
{
    rd_kafka_topic_partition_list_t *list = written(w);
    bool looked = false;
    int rc = 0;
    *code = list->cnt ? find_ends(w, list) : RD_KAFKA_RESP_ERR_NO_ERROR;
    for (size_t t = 0; rc == 0 && !*code && t < w->log->topic_count; t++) {
        for (uint32_t p = 0; rc == 0 && p < w->log->topics[t].partitions; p++) {
            char name[LS_KAFKA_NAME_MAX];
            ls_kafka_log_name(w->log, w->log->topics[t].name, name);
            const rd_kafka_topic_partition_t *seen = rd_kafka_topic_partition_list_find(list, name,
                                                                                        (int32_t)p);
            if (seen && (uint64_t)seen->offset > w->offsets[t][p]) {
                rc = looked ? 0 : ls_kafka_producer_check_session(w, err);
                rc = rc < 0 ? rc : check_alone(w, t, p, (uint64_t)seen->offset, err);
                looked = true;
                w->offsets[t][p] = (uint64_t)seen->offset;
            }
        }
    }
    rd_kafka_topic_partition_list_destroy(list);
    return rc;
}

/* One try: 0, or the error of a call, or *code of a record. */
static rd_kafka_error_t *try_commit(struct kafka_writer *w, const struct ls_log_commit *commit,
                                    rd_kafka_resp_err_t *code, int *rc, struct ls_error *err)
{
    rd_kafka_error_t *error = w->in_transaction ? NULL : begin(w);
    if (!error) {
        *code = flush(w);
        *rc = *code ? 0 : see_offsets(w, code, err);
        *rc = *rc < 0 || *code ? *rc : say(w, code, err);
        *code = *rc < 0 || *code ? *code : flush(w);
    }
    if (!error && *rc == 0 && !*code && commit && commit->input_count) {
        *rc = send_offsets(w, commit, &error, err);
    }
    return error || *rc < 0 || *code ? error : commit_once(w);
}

int ls_kafka_sender_commit(struct kafka_writer *w, const struct ls_log_commit *commit, bool *done,
                           struct ls_error *err)
{
    int rc = 0;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_error_t *error = try_commit(w, commit, &code, &rc, err);
    *done = rc == 0 && !error && !code;
    if (rc < 0) {
        return rc;
    }
    if (!*done) {
        rc = error ? ls_kafka_producer_judge_error(w, error, &code, err)
                   : ls_kafka_producer_judge(w, code, NULL, err);
        rc = rc < 0 ? rc : ls_kafka_producer_recover(w, code, done, err);
        if (rc < 0 || !*done) {
            return rc;
        }
    }
    ls_kafka_producer_settle(w);
    return w->complete ? ls_kafka_producer_wait_until_told(w, err) : 0;
}
