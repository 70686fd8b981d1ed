#include "conformance/kafka_admin.h"

#include "core/obs/clock.h"

#include <stdio.h>

#define WHY_MAX  300
#define AGAIN_MS 100

typedef void ask_fn(rd_kafka_t *rk, rd_kafka_queue_t *queue, const void *context);

/* What came of the one thing that was asked for. */
static rd_kafka_resp_err_t result_of(rd_kafka_event_t *event, char why[WHY_MAX])
{
    size_t count = 0;
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    const rd_kafka_topic_result_t **topics = NULL;
    const rd_kafka_topic_partition_list_t *list = NULL;
    const rd_kafka_group_result_t **groups = NULL;
    snprintf(why, WHY_MAX, "%s", code ? rd_kafka_event_error_string(event) : "");
    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_CREATETOPICS_RESULT:
        topics = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event),
                                                     &count);
        break;
    case RD_KAFKA_EVENT_DELETETOPICS_RESULT:
        topics = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event),
                                                     &count);
        break;
    case RD_KAFKA_EVENT_DELETERECORDS_RESULT:
        list = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
        break;
    case RD_KAFKA_EVENT_ALTERCONSUMERGROUPOFFSETS_RESULT:
        groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(
            rd_kafka_event_AlterConsumerGroupOffsets_result(event), &count);
        list = count ? rd_kafka_group_result_partitions(groups[0]) : NULL;
        break;
    default:
        break;
    }
    for (size_t i = 0; !code && topics && i < count; i++) {
        code = rd_kafka_topic_result_error(topics[i]);
    }
    for (int i = 0; !code && list && i < list->cnt; i++) {
        code = list->elems[i].err;
    }
    return code;
}

static int ask(const struct ls_kafka_client *client, ask_fn *what, const void *context,
               const char *name, struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    rd_kafka_t *rk = ls_kafka_of(client);
    rd_kafka_resp_err_t code;
    char why[WHY_MAX] = "";
    bool again;
    do {
        rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
        what(rk, queue, context);
        rd_kafka_event_t *event = rd_kafka_queue_poll(queue, ls_kafka_wait_ms(&wait, 30000));
        code = event ? result_of(event, why) : RD_KAFKA_RESP_ERR__TIMED_OUT;
        if (event) {
            rd_kafka_event_destroy(event);
        }
        rd_kafka_queue_destroy(queue);
        again = (ls_kafka_is_passing(code) || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) &&
                !ls_kafka_wait_is_over(&wait);
        if (again) {
            ls_clock_sleep_ms(AGAIN_MS);
        }
    } while (again);
    return code ? ls_kafka_error(client, code, why, err, "%s", name) : 0;
}

/* ---- topics */

struct made {
    const struct ls_log_topic *topic;
    const char *const *properties;
};

static void make(rd_kafka_t *rk, rd_kafka_queue_t *queue, const void *context)
{
    const struct made *m = context;
    char why[WHY_MAX];
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(m->topic->name, (int)m->topic->partitions,
                                                       -1, why, sizeof why);
    for (size_t i = 0; m->properties && m->properties[i]; i += 2) {
        rd_kafka_NewTopic_set_config(topic, m->properties[i], m->properties[i + 1]);
    }
    rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
    rd_kafka_NewTopic_destroy(topic);
}

int ls_kafka_admin_make(const struct ls_kafka_client *client, const struct ls_log_topic *topic,
                        const char *const *properties, struct ls_error *err)
{
    const struct made made = {topic, properties};
    return ask(client, make, &made, "making a topic", err);
}

static void remove_topic(rd_kafka_t *rk, rd_kafka_queue_t *queue, const void *context)
{
    rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(context);
    rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
    rd_kafka_DeleteTopic_destroy(topic);
}

int ls_kafka_admin_remove(const struct ls_kafka_client *client, const char *topic,
                          struct ls_error *err)
{
    return ask(client, remove_topic, topic, "removing a topic", err);
}

static void cut(rd_kafka_t *rk, rd_kafka_queue_t *queue, const void *context)
{
    rd_kafka_DeleteRecords_t *records = rd_kafka_DeleteRecords_new(context);
    rd_kafka_DeleteRecords(rk, &records, 1, NULL, queue);
    rd_kafka_DeleteRecords_destroy(records);
}

int ls_kafka_admin_cut(const struct ls_kafka_client *client, const char *topic, uint32_t partition,
                       int64_t before, struct ls_error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, (int32_t)partition)->offset = before;
    int rc = ask(client, cut, list, "removing records", err);
    rd_kafka_topic_partition_list_destroy(list);
    return rc;
}

/* ---- groups */

int ls_kafka_admin_committed(const struct ls_kafka_client *client,
                             rd_kafka_topic_partition_list_t *list, struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    rd_kafka_resp_err_t code;
    while ((code = rd_kafka_committed(ls_kafka_of(client), list, ls_kafka_wait_ms(&wait, 5000))) &&
           ls_kafka_is_passing(code) && !ls_kafka_wait_is_over(&wait)) {
        ls_clock_sleep_ms(AGAIN_MS);
    }
    return code ? ls_kafka_error(client, code, NULL, err, "asking for a group's offsets") : 0;
}

struct altered {
    const char *group;
    const rd_kafka_topic_partition_list_t *list;
};

static void alter(rd_kafka_t *rk, rd_kafka_queue_t *queue, const void *context)
{
    const struct altered *a = context;
    rd_kafka_AlterConsumerGroupOffsets_t *offsets = rd_kafka_AlterConsumerGroupOffsets_new(a->group,
                                                                                           a->list);
    rd_kafka_AlterConsumerGroupOffsets(rk, &offsets, 1, NULL, queue);
    rd_kafka_AlterConsumerGroupOffsets_destroy(offsets);
}

int ls_kafka_admin_commit(const struct ls_kafka_client *client, const char *group,
                          const rd_kafka_topic_partition_list_t *list, struct ls_error *err)
{
    const struct altered altered = {group, list};
    return ask(client, alter, &altered, "committing a group's offsets", err);
}
