/* The least that a program has to do to fill a topic: one buffer of a size, sent again and again to
 * partitions in turn, acknowledged by the broker. What `generate --to kafka://` is measured beside
 * (bench/kafka.py). minimal BROKERS TOPIC PARTITIONS MESSAGES BYTES */
#include <librdkafka/rdkafka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long failures;

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *context)
{
    (void)rk;
    (void)context;
    failures += message->err != 0;
}

static void set(rd_kafka_conf_t *conf, const char *key, const char *value)
{
    char text[200];
    if (rd_kafka_conf_set(conf, key, value, text, sizeof text) != RD_KAFKA_CONF_OK) {
        fprintf(stderr, "%s\n", text);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    char buffer[4096] = {0};
    char text[200];
    if (argc != 6) {
        return 64;
    }
    long partitions = strtol(argv[3], NULL, 10);
    long messages = strtol(argv[4], NULL, 10);
    size_t size = strtoul(argv[5], NULL, 10);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", argv[1]);
    set(conf, "enable.idempotence", "true");
    set(conf, "delivery.report.only.error", "true");
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    rd_kafka_topic_t *topic = rk ? rd_kafka_topic_new(rk, argv[2], NULL) : NULL;
    for (long i = 0; topic && i < messages;) {
        if (rd_kafka_produce(topic, (int32_t)(i % partitions), 0, buffer,
                             size < sizeof buffer ? size : sizeof buffer, "V00000000", 9,
                             NULL) == 0) {
            i++;
        } else if (rd_kafka_last_error() == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            rd_kafka_poll(rk, 1);
        } else {
            failures++;
            break;
        }
    }
    rd_kafka_resp_err_t left = topic ? rd_kafka_flush(rk, 60000) : RD_KAFKA_RESP_ERR__FAIL;
    if (failures || left) {
        fprintf(stderr, "%lu failed, %s\n", failures, rd_kafka_err2str(left));
        return 1;
    }
    return 0;
}
