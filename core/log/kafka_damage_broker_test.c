/* What can become of a log on Kafka under the hands of others: retention, deletion, programs that
 * write into it, transactions that hang. Cases LOG and TXN of the suite's list, at the log itself;
 * tests/kafka/with_broker.sh says in LOCKSTEP_KAFKA where the broker is. */
#include "core/base/mem.h"
#include "core/log/inspect.h"
#include "core/log/kafka_client.h"
#include "core/obs/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct ls_error err;
static char prefix[100];
static char uri[200];

static void check(int rc)
{
    if (rc < 0) {
        fail_msg("%s", err.text);
    }
}

static void check_says(const char *part)
{
    if (!strstr(err.text, part)) {
        fail_msg("`%s` is not in: %s", part, err.text);
    }
}

static void place(const char *test)
{
    snprintf(prefix, sizeof prefix, "%s-%d-%llu", test, (int)getpid(),
             (unsigned long long)ls_clock_ns());
    snprintf(uri, sizeof uri, "kafka://%s/%s", getenv("LOCKSTEP_KAFKA"), prefix);
}

static const struct ls_log_topic topics[] = {{.name = "order", .partitions = 2}};
static const struct ls_log_identity identity = {"shop", "00ff", 100, INT64_MAX, NULL, {0, 0}, NULL};

static struct ls_log *create(enum ls_log_mode mode)
{
    struct ls_log *log;
    check(ls_log_create(uri, topics, 1, &identity, mode, &log, &err));
    return log;
}

static int append(struct ls_log *log, int i)
{
    char text[24];
    const struct ls_log_record record = {
        .timestamp_ms = 1000 + i,
        .key = (const uint8_t *)text,
        .key_size = (size_t)snprintf(text, sizeof text, "record %d", i),
        .value = (const uint8_t *)text,
        .value_size = strlen(text)};
    return ls_log_append(log, 0, 1, &record, &err);
}

static void append_all(struct ls_log *log, int from, int to)
{
    for (int i = from; i < to; i++) {
        check(append(log, i));
    }
}

static void make(int records)
{
    struct ls_log *log = create(LS_LOG_FRESH);
    append_all(log, 0, records);
    check(ls_log_complete(log, &err));
    ls_log_close(log);
}

/* ---- others */

/* A client of its own, not of the log's kind. */
static rd_kafka_t *stranger(const char *transactional_id)
{
    char text[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    assert_int_equal(
        rd_kafka_conf_set(conf, "bootstrap.servers", getenv("LOCKSTEP_KAFKA"), text, sizeof text),
        RD_KAFKA_CONF_OK);
    if (transactional_id) {
        assert_int_equal(
            rd_kafka_conf_set(conf, "transactional.id", transactional_id, text, sizeof text),
            RD_KAFKA_CONF_OK);
    }
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    assert_non_null(rk);
    return rk;
}

static const char *topic_of(const char *name)
{
    static char topic[150];
    snprintf(topic, sizeof topic, "%s.%s", prefix, name);
    return topic;
}

static void write_into(rd_kafka_t *rk, const char *topic, int32_t partition, const char *value)
{
    const rd_kafka_vu_t words[] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic},
        {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)(uintptr_t)value, strlen(value)}},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
    };
    assert_null(rd_kafka_produceva(rk, words, 4));
    assert_int_equal(rd_kafka_flush(rk, 20000), RD_KAFKA_RESP_ERR_NO_ERROR);
}

static void do_admin(void (*ask)(rd_kafka_t *rk, rd_kafka_queue_t *queue))
{
    rd_kafka_t *rk = stranger(NULL);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    ask(rk, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 30000);
    assert_non_null(event);
    assert_int_equal(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
}

static void delete_first_ten(rd_kafka_t *rk, rd_kafka_queue_t *queue)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic_of("order"), 1)->offset = 10;
    rd_kafka_DeleteRecords_t *records = rd_kafka_DeleteRecords_new(list);
    rd_kafka_DeleteRecords(rk, &records, 1, NULL, queue);
    rd_kafka_DeleteRecords_destroy(records);
    rd_kafka_topic_partition_list_destroy(list);
}

static void delete_topic(rd_kafka_t *rk, rd_kafka_queue_t *queue)
{
    rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(topic_of("order"));
    rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
    rd_kafka_DeleteTopic_destroy(topic);
}

static void make_topic(rd_kafka_t *rk, rd_kafka_queue_t *queue)
{
    char text[200];
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(topic_of("order"), 2, 1, text, sizeof text);
    rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
    rd_kafka_NewTopic_destroy(topic);
}

/* ---- reading what is left */

/* Everything of the log from a position: how many records, or the error. */
static int read_from(uint64_t position, uint64_t *found)
{
    struct ls_log *log;
    struct ls_log_reader *reader;
    const struct ls_log_record *records;
    size_t count = 1;
    *found = 0;
    int rc = ls_log_open(uri, false, &log, &err);
    check(rc);
    check(ls_log_reader_new(log, 0, 1, position, &reader, &err));
    while (rc == 0 && count) {
        rc = ls_log_read(reader, 100, &records, &count, &err);
        *found += rc == 0 ? count : 0;
    }
    ls_log_reader_free(reader);
    ls_log_close(log);
    return rc;
}

static struct ls_log_inspection inspect(void)
{
    struct ls_log *log;
    struct ls_log_inspection found;
    check(ls_log_open(uri, false, &log, &err));
    struct ls_log_inspect job = {.log = log, .all = true};
    check(ls_log_inspect(&job, 0, &found, &err));
    ls_log_close(log);
    return found;
}

/* LOG-2, LOG-4: what retention took is missed, wherever reading begins. */
static void records_that_retention_took(void **state)
{
    uint64_t found;
    (void)state;
    place("retention");
    make(50);
    assert_int_equal(read_from(0, &found), 0);
    assert_int_equal(found, 50);
    do_admin(delete_first_ten);
    assert_int_equal(read_from(0, &found), LS_E_DATA);
    check_says("has lost records");
    assert_int_equal(found, 0);
    assert_int_equal(read_from(20, &found), LS_E_DATA); /* to count on, it begins at a mark */
    assert_int_equal(inspect().damaged, 1);
}

/* LOG-1: a topic of the same name is not the log's. */
static void a_topic_that_was_made_anew(void **state)
{
    uint64_t found;
    (void)state;
    place("anew");
    make(50);
    do_admin(delete_topic);
    check(ls_kafka_set("patience=2s", &err));
    int gone = read_from(0, &found);
    check_says("is gone: it was removed");
    assert_int_equal(gone, LS_E_DATA);
    for (int i = 0; i < 50; i++) { /* it is gone a moment later */
        ls_clock_sleep_ms(100);
    }
    do_admin(make_topic);
    int rc = 0;
    for (int i = 0; i < 5 && rc != LS_E_DATA; i++) {
        rc = read_from(0, &found);
    }
    assert_int_equal(rc, LS_E_DATA);
    check_says("ends at offset");
    ls_kafka_unset();
}

/* Nor does its writer go on in it, where what was committed is no more. */
static void a_writer_in_a_topic_that_was_made_anew(void **state)
{
    struct ls_log *log;
    (void)state;
    place("emptied");
    log = create(LS_LOG_FRESH);
    append_all(log, 0, 50);
    ls_clock_sleep_ms(1500); /* committed */
    ls_log_close(log);
    do_admin(delete_topic);
    ls_clock_sleep_ms(2000); /* it is gone a moment later */
    do_admin(make_topic);
    check(ls_kafka_set("patience=2s", &err));
    int rc = ls_log_create(uri, topics, 1, &identity, LS_LOG_RESUME, &log, &err);
    ls_kafka_unset();
    assert_int_equal(rc, LS_E_DATA);
    check_says("partition 1 of ");
    check_says("order ends at offset 0, and the log that is there goes up to offset 51");
}

/* Records of another program, in front of the end and behind it. */
static void others_write_into_it(void **state)
{
    uint64_t found = 0;
    (void)state;
    place("strangers");
    struct ls_log *log = create(LS_LOG_FRESH);
    append_all(log, 0, 30);
    ls_clock_sleep_ms(1500); /* committed */
    rd_kafka_t *rk = stranger(NULL);
    write_into(rk, topic_of("order"), 1, "stranger");
    append_all(log, 30, 60);
    assert_int_equal(ls_log_complete(log, &err), LS_E_DATA);
    check_says("another program wrote into it");
    ls_log_close(log);
    rd_kafka_destroy(rk);
    place("behind");
    make(30);
    rk = stranger(NULL);
    write_into(rk, topic_of("order"), 1, "stranger");
    rd_kafka_destroy(rk);
    check(read_from(0, &found)); /* the range is what it was */
    assert_int_equal(found, 30);
    struct ls_log_inspection seen = inspect();
    assert_int_equal(seen.damaged, 1);
    err = seen.damage;
    check_says("goes on behind the log's end: another program wrote there");
}

/* A broker that dies before it has answered writes a marker twice; what is taken back leaves one
 * too. More offsets are taken than was counted, and none of a record: manifests tell what is so. */
static void markers_that_were_not_counted(void **state)
{
    uint64_t found = 0;
    (void)state;
    place("markers");
    struct ls_log *log = create(LS_LOG_FRESH);
    rd_kafka_t *rk = stranger("who-takes-back");
    assert_null(rd_kafka_init_transactions(rk, 20000));
    for (int i = 0; i < 3; i++) {
        append_all(log, 30 * i, 30 * i + 30);
        ls_clock_sleep_ms(1500); /* committed */
        assert_null(rd_kafka_begin_transaction(rk));
        write_into(rk, topic_of("order"), 1, "stranger");
        assert_null(rd_kafka_abort_transaction(rk, 20000));
    }
    append_all(log, 90, 120);
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    rd_kafka_destroy(rk);
    check(read_from(0, &found));
    assert_int_equal(found, 120);
    check(read_from(95, &found));
    assert_int_equal(found, 25);
    assert_int_equal(inspect().damaged, 0);
}

/* TXN-7: somebody's open transaction in the topic of manifests keeps what comes behind it from
 * readers: a writer does not go on blindly, and says what is in its way. */
static void a_transaction_that_hangs(void **state)
{
    struct ls_log *log;
    (void)state;
    place("hangs");
    make(10);
    rd_kafka_t *rk = stranger("a-stranger");
    assert_null(rd_kafka_init_transactions(rk, 20000));
    assert_null(rd_kafka_begin_transaction(rk));
    write_into(rk, topic_of("lockstep"), 0, "{}");
    check(ls_kafka_set("patience=1s", &err));
    static const struct ls_log_identity of_state = {"shop", "00ff", 100,    INT64_MAX,
                                                    NULL,   {0, 0}, "state"};
    assert_int_equal(ls_log_continue(uri, topics, 1, &of_state, NULL, &log, &err), LS_E_DATA);
    place("hangs-too");
    log = create(LS_LOG_FRESH);
    append_all(log, 0, 10);
    ls_log_close(log);
    rd_kafka_t *other = stranger("another-stranger");
    assert_null(rd_kafka_init_transactions(other, 20000));
    assert_null(rd_kafka_begin_transaction(other));
    write_into(other, topic_of("lockstep"), 0, "{}");
    assert_int_equal(ls_log_create(uri, topics, 1, &identity, LS_LOG_RESUME, &log, &err), LS_E_IO);
    check_says("a transaction in");
    check_says("hangs");
    assert_null(rd_kafka_abort_transaction(other, 20000));
    ls_kafka_unset();
    log = create(LS_LOG_RESUME);
    append_all(log, 0, 20);
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    assert_null(rd_kafka_abort_transaction(rk, 20000));
    rd_kafka_destroy(rk);
    rd_kafka_destroy(other);
}

/* TXN-3: the broker takes back a transaction that is too old, and bars its producer: what it held
 * is sent again. */
static void a_transaction_that_was_too_old(void **state)
{
    uint64_t found;
    (void)state;
    place("old");
    check(ls_kafka_set("transaction.timeout.ms=1000", &err));
    static const struct ls_log_identity of_state = {"shop", "00ff", 100,    INT64_MAX,
                                                    NULL,   {0, 0}, "state"};
    struct ls_log *log;
    check(ls_log_continue(uri, topics, 1, &of_state, NULL, &log, &err));
    append_all(log, 0, 40);
    ls_clock_sleep_ms(14000); /* brokers look for such ones every ten seconds */
    append_all(log, 40, 50);
    const struct ls_log_commit commit = {.checkpoint = 1};
    check(ls_log_commit(log, &commit, &err));
    append_all(log, 50, 60);
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    ls_kafka_unset();
    assert_int_equal(read_from(0, &found), 0);
    assert_int_equal(found, 60);
}

/* TXN-8: transactions without a record, of one, and of more than a reader takes at once. */
static void transactions_of_every_size(void **state)
{
    static const int sizes[] = {0, 1, 0, 1, 250, 2, 0};
    uint64_t found;
    int next = 0;
    struct ls_log *log;
    (void)state;
    place("sizes");
    check(ls_log_continue(uri, topics, 1, &identity, NULL, &log, &err));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct ls_log_commit commit = {.checkpoint = i + 1};
        append_all(log, next, next + sizes[i]);
        next += sizes[i];
        check(ls_log_commit(log, &commit, &err));
    }
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    for (uint64_t begin = 0; begin <= 254; begin += begin < 4 ? 1 : 50) {
        check(read_from(begin, &found));
        assert_int_equal(found, 254 - begin);
    }
}

/* TXN-12: whoever reads meanwhile sees what was committed, from the beginning and without a hole.
 */
static void readers_see_beginnings(void **state)
{
    uint64_t seen = 0;
    struct ls_log *log;
    struct ls_log *reading;
    (void)state;
    place("beginnings");
    check(ls_log_continue(uri, topics, 1, &identity, NULL, &log, &err));
    check(ls_log_open(uri, true, &reading, &err));
    for (int i = 0; i < 8; i++) {
        const struct ls_log_commit commit = {.checkpoint = (uint64_t)i + 1};
        append_all(log, 30 * i, 30 * i + 30);
        check(ls_log_refresh(reading, &err));
        uint64_t before = ls_log_count(reading, 0, 1);
        assert_true(before % 30 == 0 && before >= seen && before <= 30 * (uint64_t)i);
        check(ls_log_commit(log, &commit, &err));
        seen = before;
    }
    check(ls_log_complete(log, &err));
    check(ls_log_refresh(reading, &err));
    assert_int_equal(ls_log_count(reading, 0, 1), 240);
    ls_log_close(log);
    ls_log_close(reading);
}

/* LOG-6: however batches are compressed, the records are the same. */
static void every_codec(void **state)
{
    static const char *const codecs[] = {"none", "gzip", "snappy", "lz4", "zstd"};
    uint64_t found;
    (void)state;
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++) {
        char property[40];
        snprintf(property, sizeof property, "compression.type=%s", codecs[i]);
        place(codecs[i]);
        check(ls_kafka_set(property, &err));
        make(300);
        check(read_from(0, &found));
        assert_int_equal(found, 300);
        assert_int_equal(inspect().damaged, 0);
        ls_kafka_unset();
    }
}

/* Nobody listens there: the answer comes within patience, and says who did not and what to try. */
static void a_cluster_that_is_down(void **state)
{
    struct ls_log *log;
    (void)state;
    assert_int_equal(ls_kafka_set("patience=700ms", &err), 0);
    uint64_t begin = ls_clock_ns();
    assert_int_equal(ls_log_open("kafka://127.0.0.1:1/shop", true, &log, &err), LS_E_IO);
    assert_true(ls_clock_ns() - begin < UINT64_C(10000000000));
    static const char *const parts[] = {"kafka://127.0.0.1:1: asking for the topic shop.lockstep",
                                        "127.0.0.1:1/bootstrap", "Connection refused",
                                        "is it up, and the address right?"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!strstr(err.text, parts[i])) {
            fail_msg("`%s` is not in: %s", parts[i], err.text);
        }
    }
    ls_kafka_unset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_that_retention_took),
        cmocka_unit_test(a_topic_that_was_made_anew),
        cmocka_unit_test(a_writer_in_a_topic_that_was_made_anew),
        cmocka_unit_test(others_write_into_it),
        cmocka_unit_test(markers_that_were_not_counted),
        cmocka_unit_test(a_transaction_that_hangs),
        cmocka_unit_test(a_transaction_that_was_too_old),
        cmocka_unit_test(transactions_of_every_size),
        cmocka_unit_test(readers_see_beginnings),
        cmocka_unit_test(every_codec),
        cmocka_unit_test(a_cluster_that_is_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
