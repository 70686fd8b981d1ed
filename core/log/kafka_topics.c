/* The topics of a cluster: which there are, how far they go, and making them. */
#include "core/base/mem.h"
#include "core/log/kafka_client.h"
#include "core/log/kafka_properties.h"
#include "core/obs/clock.h"

#include <stdio.h>

#define WHY_MAX 512
#define ASK_MS  1000 /* of one try: between two it is looked whether another one is of use */

static bool is_worth_it(const struct ls_kafka_client *client, rd_kafka_resp_err_t code,
                        const struct ls_kafka_wait *wait)
{
    return ls_kafka_is_passing(code) && !ls_kafka_is_refused(client) &&
           !ls_kafka_wait_is_over(wait);
}

/* ---- topics */

int ls_kafka_partitions(const struct ls_kafka_client *client, const char *topic, uint32_t *out,
                        struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    rd_kafka_resp_err_t code;
    *out = 0;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(ls_kafka_of(client), topic, NULL);
    do {
        const struct rd_kafka_metadata *found = NULL;
        code = rd_kafka_metadata(ls_kafka_of(client), 0, handle, &found,
                                 ls_kafka_wait_ms(&wait, ASK_MS));
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            code = found->topic_cnt == 1 ? found->topics[0].err : RD_KAFKA_RESP_ERR__BAD_MSG;
            *out = code || found->topic_cnt != 1 ? 0 : (uint32_t)found->topics[0].partition_cnt;
            rd_kafka_metadata_destroy(found);
        }
        rd_kafka_poll(ls_kafka_of(client), 0); /* errors are told there */
        if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
            code = RD_KAFKA_RESP_ERR_NO_ERROR;
            break;
        }
        if (code && code != RD_KAFKA_RESP_ERR__TIMED_OUT) {
            ls_clock_sleep_ms((unsigned)ls_kafka_wait_ms(&wait, 100));
        }
    } while (code && is_worth_it(client, code, &wait));
    rd_kafka_topic_destroy(handle);
    return code ? ls_kafka_error(client, code, NULL, err, "asking for the topic %s", topic) : 0;
}

/* What a client remembers of a topic that was only just made may be that it has no partitions. */
static void look_again(const struct ls_kafka_client *client, const char *topic, int ms)
{
    const struct rd_kafka_metadata *found;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(ls_kafka_of(client), topic, NULL);
    if (!rd_kafka_metadata(ls_kafka_of(client), 0, handle, &found, ms)) {
        rd_kafka_metadata_destroy(found);
    }
    rd_kafka_topic_destroy(handle);
}

int ls_kafka_range(const struct ls_kafka_client *client, const char *topic, uint32_t partition,
                   int64_t *low, int64_t *high, struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    rd_kafka_resp_err_t code;
    do {
        code = rd_kafka_query_watermark_offsets(ls_kafka_of(client), topic, (int32_t)partition, low,
                                                high, ls_kafka_wait_ms(&wait, ASK_MS));
        rd_kafka_poll(ls_kafka_of(client), 0);
        if (code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION) {
            look_again(client, topic, ls_kafka_wait_ms(&wait, ASK_MS));
        }
        if (code && code != RD_KAFKA_RESP_ERR__TIMED_OUT) {
            ls_clock_sleep_ms((unsigned)ls_kafka_wait_ms(&wait, 100));
        }
    } while (code && is_worth_it(client, code, &wait));
    return code ? ls_kafka_error(client, code, NULL, err,
                                 "asking for the ends of partition %u of %s", partition, topic)
                : 0;
}

/* ---- making topics */

/* As long as its records are wanted, of whatever time they tell; what people set comes behind. */
static const char *const topic_properties[] = {
    "cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1", "max.message.bytes",
    "10485760",       NULL};
static const char *const topic_times[] = {"message.timestamp.type",
                                          "CreateTime",
                                          "message.timestamp.after.max.ms",
                                          "9223372036854775807",
                                          "message.timestamp.before.max.ms",
                                          "9223372036854775807",
                                          NULL};

static void describe(rd_kafka_NewTopic_t *topic, const char *const *pairs)
{
    for (size_t i = 0; pairs && pairs[i]; i += 2) {
        rd_kafka_NewTopic_set_config(topic, pairs[i], pairs[i + 1]);
    }
}

/* What came of it, of the first topic that was refused; that one to be made is there
 * already is no error, and that one to be removed is not there. */
static rd_kafka_resp_err_t result_of(rd_kafka_event_t *event, char *why, size_t size)
{
    size_t count = 0;
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    if (code) {
        snprintf(why, size, "%s", rd_kafka_event_error_string(event));
        return code;
    }
    bool made = rd_kafka_event_type(event) == RD_KAFKA_EVENT_CREATETOPICS_RESULT;
    const rd_kafka_topic_result_t **topics =
        made
            ? rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
            : rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event),
                                                  &count);
    for (size_t i = 0; i < count; i++) {
        code = rd_kafka_topic_result_error(topics[i]);
        if (code && code != (made ? RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS
                                  : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)) {
            const char *text = rd_kafka_topic_result_error_string(topics[i]);
            snprintf(why, size, "%s: %s", rd_kafka_topic_result_name(topics[i]),
                     text ? text : rd_kafka_err2str(code));
            return code;
        }
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t make_once(const struct ls_kafka_client *client,
                                     const struct ls_log_topic *topics, size_t count, bool times,
                                     int ms, char *why, size_t size, struct ls_error *err)
{
    rd_kafka_t *rk = ls_kafka_of(client);
    rd_kafka_NewTopic_t **made = ls_mem_new(count, sizeof *made, err);
    rd_kafka_resp_err_t code = made ? RD_KAFKA_RESP_ERR_NO_ERROR
                                    : RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE;
    for (size_t i = 0; made && !code && i < count; i++) {
        made[i] = rd_kafka_NewTopic_new(topics[i].name, (int)topics[i].partitions, -1, why, size);
        if (!made[i]) {
            code = RD_KAFKA_RESP_ERR__INVALID_ARG;
            break;
        }
        describe(made[i], topic_properties);
        describe(made[i], times ? topic_times : NULL);
        describe(made[i], ls_kafka_topic_properties());
    }
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    if (!code) {
        rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(
            rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
        rd_kafka_AdminOptions_set_request_timeout(options, ms, why, size);
        rd_kafka_AdminOptions_set_operation_timeout(options, ms, why, size);
        rd_kafka_CreateTopics(rk, made, count, options, queue);
        rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ms + 1000);
        code = event ? result_of(event, why, size) : RD_KAFKA_RESP_ERR__TIMED_OUT;
        if (event) {
            rd_kafka_event_destroy(event);
        }
        rd_kafka_AdminOptions_destroy(options);
    }
    rd_kafka_queue_destroy(queue);
    for (size_t i = 0; made && i < count && made[i]; i++) {
        rd_kafka_NewTopic_destroy(made[i]);
    }
    ls_mem_free(made);
    return code;
}

int ls_kafka_topics_make(const struct ls_kafka_client *client, const struct ls_log_topic *topics,
                         size_t count, struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    rd_kafka_resp_err_t code;
    bool times = true;
    char why[WHY_MAX];
    do {
        why[0] = '\0';
        code = make_once(client, topics, count, times, ls_kafka_wait_ms(&wait, 10000), why,
                         sizeof why, err);
        if (code == RD_KAFKA_RESP_ERR_INVALID_CONFIG && times) {
            times = false; /* of a broker before 3.6 */
            continue;
        }
        rd_kafka_poll(ls_kafka_of(client), 0);
        if (code) {
            ls_clock_sleep_ms((unsigned)ls_kafka_wait_ms(&wait, 100));
        }
    } while (code &&
             (code == RD_KAFKA_RESP_ERR_INVALID_CONFIG || is_worth_it(client, code, &wait)));
    return code ? ls_kafka_error(client, code, why, err, "making the topics") : 0;
}

/* ---- removing topics */

static rd_kafka_resp_err_t remove_once(const struct ls_kafka_client *client,
                                       rd_kafka_DeleteTopic_t **topics, size_t count, int ms,
                                       char *why, size_t size)
{
    rd_kafka_t *rk = ls_kafka_of(client);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(rk,
                                                                 RD_KAFKA_ADMIN_OP_DELETETOPICS);
    rd_kafka_AdminOptions_set_request_timeout(options, ms, why, size);
    rd_kafka_AdminOptions_set_operation_timeout(options, ms, why, size);
    rd_kafka_DeleteTopics(rk, topics, count, options, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ms + 1000);
    rd_kafka_resp_err_t code = event ? result_of(event, why, size) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (event) {
        rd_kafka_event_destroy(event);
    }
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    return code;
}

int ls_kafka_topics_remove(const struct ls_kafka_client *client, const char *const *topics,
                           size_t count, struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    char why[WHY_MAX] = "";
    rd_kafka_DeleteTopic_t **gone = ls_mem_new(count, sizeof *gone, err);
    if (!gone) {
        return err->code;
    }
    for (size_t i = 0; i < count; i++) {
        gone[i] = rd_kafka_DeleteTopic_new(topics[i]);
    }
    do {
        code = remove_once(client, gone, count, ls_kafka_wait_ms(&wait, 10000), why, sizeof why);
        rd_kafka_poll(ls_kafka_of(client), 0);
        if (code) {
            ls_clock_sleep_ms((unsigned)ls_kafka_wait_ms(&wait, 100));
        }
    } while (code && is_worth_it(client, code, &wait));
    rd_kafka_DeleteTopic_destroy_array(gone, count);
    ls_mem_free(gone);
    return code ? ls_kafka_error(client, code, why, err, "removing the topics") : 0;
}
