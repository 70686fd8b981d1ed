/* The log on Kafka, against a broker: tests/kafka/with_broker.sh says in LOCKSTEP_KAFKA where. */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/log/compare.h"
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

static void check(int rc)
{
    if (rc < 0) {
        fail_msg("%s", err.text);
    }
}

static void check_refused(int rc, int code, const char *part)
{
    assert_int_equal(rc, code);
    if (!strstr(err.text, part)) {
        fail_msg("`%s` is not in: %s", part, err.text);
    }
}

/* A place of its own for each test of each process. */
static const char *place_of(const char *test)
{
    static char uri[200];
    snprintf(uri, sizeof uri, "kafka://%s/%s-%d-%llu", getenv("LOCKSTEP_KAFKA"), test,
             (int)getpid(), (unsigned long long)ls_clock_ns());
    return uri;
}

static const struct ls_log_topic topics[] = {{.name = "order", .partitions = 3},
                                             {.name = "visit", .partitions = 1}};
static const struct ls_log_identity identity = {"shop", "00ff", 100, INT64_MAX, NULL, {0, 0}, NULL};
static const struct ls_log_identity other = {"shop", "00ff", 101, INT64_MAX, NULL, {0, 0}, NULL};

static struct ls_log *create(const char *uri, enum ls_log_mode mode)
{
    struct ls_log *log;
    check(ls_log_create(uri, topics, 2, &identity, mode, &log, &err));
    return log;
}

/* Record number i of a partition is the same every time. */
static int append(struct ls_log *log, uint32_t topic, uint32_t partition, int i)
{
    static const uint8_t headers[] = {4, 2, 'h', 2, 2, 'v', 2, 'n', 0, 0};
    char key[24];
    char value[40];
    int key_size = snprintf(key, sizeof key, "key %d", i);
    int value_size = snprintf(value, sizeof value, "value %d of %u/%u", i, topic, partition);
    const struct ls_log_record record = {
        .timestamp_ms = 1000 + i,
        .key = i % 7 == 0 ? NULL : (const uint8_t *)key,
        .key_size = i % 7 == 0 || i % 11 == 0 ? 0 : (size_t)key_size,
        .headers = i % 5 == 0 ? headers : NULL,
        .headers_size = i % 5 == 0 ? sizeof headers : 0,
        .value = i % 13 == 0 ? NULL : (const uint8_t *)value,
        .value_size = i % 13 == 0 || i % 17 == 0 ? 0 : (size_t)value_size};
    return ls_log_append(log, topic, partition, &record, &err);
}

static void append_all(struct ls_log *log, int from, int to)
{
    for (int i = from; i < to; i++) {
        check(append(log, 0, (uint32_t)i % 2, i)); /* partition 2 stays empty */
        check(append(log, 1, 0, i));
    }
}

static void check_same_as_file(const char *uri, int records)
{
    char folder[] = "/tmp/lockstep-kafka-XXXXXX";
    char file_uri[64];
    struct ls_log *file;
    struct ls_log *log;
    struct ls_log_compared found;
    assert_non_null(mkdtemp(folder));
    snprintf(file_uri, sizeof file_uri, "log:%s/log", folder);
    file = create(file_uri, LS_LOG_FRESH);
    append_all(file, 0, records);
    check(ls_log_complete(file, &err));
    ls_log_close(file);
    check(ls_log_open(file_uri, false, &file, &err));
    check(ls_log_open(uri, false, &log, &err));
    const struct ls_log_compare job = {.a = file, .b = log};
    check(ls_log_compare(&job, &found, &err));
    assert_string_equal(found.difference, "");
    assert_int_equal(found.records, 2 * records);
    assert_int_equal(found.partitions, 4);
    ls_log_close(file);
    ls_log_close(log);
    check(ls_tree_remove(folder, &err));
}

static void what_was_written_is_read(void **state)
{
    const char *uri = place_of("plain");
    struct ls_log *log = create(uri, LS_LOG_FRESH);
    (void)state;
    append_all(log, 0, 500);
    check(ls_log_complete(log, &err));
    assert_true(ls_log_is_complete(log));
    ls_log_close(log);
    check_same_as_file(uri, 500);
    check_refused(ls_log_create(uri, topics, 2, &identity, LS_LOG_FRESH, &log, &err), LS_E_DATA,
                  "there is a finished log at kafka://");
    check_refused(ls_log_create(uri, topics, 2, &other, LS_LOG_RESUME, &log, &err), LS_E_DATA,
                  "of another run of this spec: resume it with the --events");
    log = create(uri, LS_LOG_RESUME); /* nothing is left to do */
    assert_true(ls_log_is_complete(log));
    ls_log_close(log);
}

/* Whatever was committed when it was closed, what comes behind it is the same. */
static void a_log_is_resumed(void **state)
{
    const char *uri = place_of("resumed");
    struct ls_log *log = create(uri, LS_LOG_RESUME); /* where nothing is it begins */
    (void)state;
    append_all(log, 0, 300);
    ls_log_close(log);
    check_refused(ls_log_open(uri, false, &log, &err), LS_E_DATA, "was not finished");
    check_refused(ls_log_create(uri, topics, 2, &identity, LS_LOG_FRESH, &log, &err), LS_E_DATA,
                  "finish it with --resume");
    log = create(uri, LS_LOG_RESUME);
    append_all(log, 0, 400);
    ls_clock_sleep_ms(1500); /* a transaction ends */
    append_all(log, 400, 410);
    ls_log_close(log);
    check(ls_log_open(uri, true, &log, &err));
    assert_int_equal(ls_log_count(log, 1, 0), 400);
    assert_false(ls_log_is_complete(log));
    ls_log_close(log);
    log = create(uri, LS_LOG_RESUME);
    append_all(log, 0, 100);
    check_refused(ls_log_complete(log, &err), LS_E_DATA,
                  "holds 150 records more than this run makes");
    append_all(log, 100, 600);
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    check_same_as_file(uri, 600);
}

/* From every position, over the ends of transactions and what an aborted one left. */
static void readers_begin_anywhere(void **state)
{
    const char *uri = place_of("positions");
    struct ls_log *log = create(uri, LS_LOG_FRESH);
    (void)state;
    for (int part = 0; part < 3; part++) {
        append_all(log, 0, part * 20 + 20);
        ls_clock_sleep_ms(1300);
        append_all(log, part * 20 + 20, part * 20 + 30); /* taken back */
        ls_log_close(log);
        log = create(uri, LS_LOG_RESUME);
    }
    append_all(log, 0, 70);
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    check(ls_log_open(uri, false, &log, &err));
    for (uint64_t begin = 0; begin <= 70; begin += 7) {
        struct ls_log_reader *reader;
        const struct ls_log_record *records;
        size_t count = 1;
        uint64_t position = begin;
        check(ls_log_reader_new(log, 1, 0, begin, &reader, &err));
        while (count) {
            check(ls_log_read(reader, 9, &records, &count, &err));
            for (size_t i = 0; i < count; i++) {
                assert_int_equal(records[i].offset, position);
                assert_int_equal(records[i].timestamp_ms, 1000 + (int64_t)position);
                position++;
            }
            assert_int_equal(ls_log_reader_position(reader), position);
        }
        assert_int_equal(position, 70);
        ls_log_reader_free(reader);
    }
    ls_log_close(log);
}

/* A second writer fences the first, which ends with a word that says so. */
static void a_zombie_is_fenced(void **state)
{
    const char *uri = place_of("zombie");
    struct ls_log *zombie = create(uri, LS_LOG_FRESH);
    int rc = 0;
    (void)state;
    append_all(zombie, 0, 50);
    ls_clock_sleep_ms(1300);
    struct ls_log *log = create(uri, LS_LOG_RESUME);
    append_all(log, 0, 200);
    for (int i = 50; rc == 0 && i < 4000; i++) {
        rc = append(zombie, 1, 0, 5000 + i);
        ls_clock_sleep_ms(5);
    }
    check_refused(rc, LS_E_DATA, "another process writes the log");
    ls_log_close(zombie);
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    check_same_as_file(uri, 200);
}

static void a_reader_sees_a_log_grow(void **state)
{
    const char *uri = place_of("growing");
    struct ls_log *log = create(uri, LS_LOG_FRESH);
    struct ls_log *seen;
    (void)state;
    check(ls_log_open(uri, true, &seen, &err));
    assert_int_equal(ls_log_count(seen, 1, 0), 0);
    append_all(log, 0, 40);
    for (int i = 0; i < 100 && ls_log_count(seen, 1, 0) == 0; i++) {
        ls_clock_sleep_ms(50);
        check(ls_log_refresh(seen, &err));
    }
    assert_int_equal(ls_log_count(seen, 1, 0), 40);
    append_all(log, 40, 60);
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    check(ls_log_refresh(seen, &err));
    assert_true(ls_log_is_complete(seen));
    assert_int_equal(ls_log_count(seen, 1, 0), 60);
    assert_int_equal(ls_log_records(seen), 120);
    const char *const names[] = {"visit"};
    check(ls_log_select(seen, names, 1, &err));
    assert_int_equal(ls_log_count(seen, 0, 0), 60);
    ls_log_close(seen);
}

static void topics_of_others_are_left_alone(void **state)
{
    static const struct ls_log_topic one = {.name = "order", .partitions = 3};
    static const struct ls_log_topic wider = {.name = "order", .partitions = 4};
    char uri[400];
    char prefix[200];
    struct ls_log *log;
    (void)state;
    snprintf(uri, sizeof uri, "%s", place_of("others"));
    check(ls_log_create(uri, &one, 1, &identity, LS_LOG_FRESH, &log, &err));
    check(append(log, 0, 1, 1));
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    /* the first log's manifests are in PREFIX.lockstep: to this one they are a topic like any */
    *strrchr(uri, '/') = '\0';
    snprintf(prefix, sizeof prefix, "%.150s", uri);
    check_refused(ls_log_open(prefix, true, &log, &err), LS_E_IO, "there is no log at");
    struct ls_kafka_place place;
    check(ls_kafka_place_parse(uri + strlen("kafka:"), &place, &err));
    struct ls_kafka_client *client;
    static const char *const none[] = {NULL};
    check(ls_kafka_client_new(&place, RD_KAFKA_PRODUCER, none, NULL, NULL, &client, &err));
    char name[2][100];
    snprintf(name[0], sizeof name[0], "made-%d.order", (int)getpid());
    const struct ls_log_topic made = {.name = name[0], .partitions = 3};
    check(ls_kafka_topics_make(client, &made, 1, &err));
    check(ls_kafka_topics_make(client, &made, 1, &err)); /* which is there already */
    uint32_t partitions = 0;
    for (int i = 0; i < 100 && !partitions; i++) { /* a broker hears of it a moment later */
        check(ls_kafka_partitions(client, name[0], &partitions, &err));
        ls_clock_sleep_ms(20);
    }
    assert_int_equal(partitions, 3);
    check(ls_kafka_partitions(client, "nothing-of-that-name", &partitions, &err));
    assert_int_equal(partitions, 0);
    snprintf(uri, sizeof uri, "%s/made-%d", prefix, (int)getpid());
    check_refused(ls_log_create(uri, &wider, 1, &identity, LS_LOG_FRESH, &log, &err), LS_E_DATA,
                  "has 3 partitions, the spec says 4");
    check(
        ls_log_create(uri, &one, 1, &identity, LS_LOG_FRESH, &log, &err)); /* empty: made for it */
    check(append(log, 0, 1, 1));
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    ls_kafka_client_free(client);
    ls_kafka_place_clear(&place);
}

/* ---- writers with checkpoints */

static const struct ls_log_identity of_state = {"shop", "00ff", 100,    INT64_MAX,
                                                NULL,   {0, 0}, "state"};

static struct ls_log *go_on(const char *uri, uint64_t order, uint64_t visit, uint64_t checkpoint)
{
    struct ls_log *log;
    const struct ls_log_end ends[4] = {{order, 0}, {order, 0}, {0, 0}, {visit, 0}};
    const struct ls_log_past past = {ends, checkpoint, false};
    check(ls_log_continue(uri, topics, 2, &of_state, checkpoint ? &past : NULL, &log, &err));
    return log;
}

static void nothing_is_seen_before_its_checkpoint(void **state)
{
    const char *uri = place_of("checkpoints");
    uint64_t number;
    (void)state;
    assert_int_equal(ls_log_peek(uri, &number, &err), 0);
    struct ls_log *log = go_on(uri, 0, 0, 0);
    assert_int_equal(ls_log_peek(uri, &number, &err), 1);
    assert_int_equal(number, 0);
    append_all(log, 0, 20);
    struct ls_log_end end;
    check(ls_log_flush(log, 1, 0, true, &end, &err));
    assert_int_equal(end.records, 20);
    ls_clock_sleep_ms(1500);
    struct ls_log *seen;
    check(ls_log_open(uri, true, &seen, &err));
    assert_int_equal(ls_log_records(seen), 0);
    const struct ls_log_commit first = {.checkpoint = 4};
    check(ls_log_commit(log, &first, &err));
    append_all(log, 20, 30); /* a crash takes these back */
    ls_log_close(log);
    for (int i = 0; i < 100 && ls_log_records(seen) == 0; i++) { /* it is told a moment later */
        check(ls_log_refresh(seen, &err));
        ls_clock_sleep_ms(20);
    }
    assert_int_equal(ls_log_records(seen), 40);
    ls_log_close(seen);
    check(ls_log_peek(uri, &number, &err));
    assert_int_equal(number, 4);
    log = go_on(uri, 10, 20, 4);
    append_all(log, 20, 50);
    const struct ls_log_commit second = {.checkpoint = 6};
    check(ls_log_commit(log, &second, &err));
    ls_log_close(log);
    log = go_on(uri, 10, 20, 4); /* number 6 was damaged: what it covers is passed over */
    append_all(log, 20, 60);
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    check_same_as_file(uri, 60);
}

/* Behind the last one nothing waits for another: it could be more than there is room for. */
static void what_follows_the_last_checkpoint_is_committed_as_it_comes(void **state)
{
    const char *uri = place_of("last");
    struct ls_log *seen;
    (void)state;
    struct ls_log *log = go_on(uri, 0, 0, 0);
    append_all(log, 0, 20);
    const struct ls_log_commit last = {.checkpoint = 1, .last = true};
    check(ls_log_commit(log, &last, &err));
    append_all(log, 20, 30);
    check(ls_log_open(uri, true, &seen, &err));
    for (int i = 0; i < 100 && ls_log_records(seen) < 60; i++) {
        check(ls_log_refresh(seen, &err));
        ls_clock_sleep_ms(50);
    }
    assert_int_equal(ls_log_records(seen), 60);
    ls_log_close(seen);
    append_all(log, 30, 40); /* a crash takes these back */
    ls_log_close(log);
    log = go_on(uri, 10, 20, 1); /* and what is there is passed over */
    append_all(log, 20, 60);
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    check_same_as_file(uri, 60);
}

static void a_log_is_removed(void **state)
{
    const char *uri = place_of("removed");
    struct ls_log *log = create(uri, LS_LOG_FRESH);
    (void)state;
    append_all(log, 0, 20);
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    check(ls_log_remove(uri, &err));
    for (int i = 0; i < 100 && ls_log_open(uri, true, &log, &err) == 0; i++) {
        ls_log_close(log);
        ls_clock_sleep_ms(20);
    }
    check_refused(ls_log_open(uri, true, &log, &err), LS_E_IO, "there is no log at");
    check(ls_log_remove(uri, &err)); /* nor now */
    struct ls_kafka_client *client;
    struct ls_kafka_place place;
    uint32_t partitions;
    check(ls_kafka_place_parse(uri + sizeof "kafka:" - 1, &place, &err));
    const char *const none[] = {NULL};
    check(ls_kafka_client_new(&place, RD_KAFKA_CONSUMER, none, NULL, NULL, &client, &err));
    char name[LS_LOG_TOPIC_NAME_MAX];
    snprintf(name, sizeof name, "%sorder", place.prefix);
    check(ls_kafka_partitions(client, name, &partitions, &err));
    assert_int_equal(partitions, 0);
    ls_kafka_client_free(client);
    ls_kafka_place_clear(&place);
}

static void only_its_own_state_goes_on(void **state)
{
    static const struct ls_log_identity stranger = {"shop", "00ff", 100,       INT64_MAX,
                                                    NULL,   {0, 0}, "stranger"};
    char uri[200];
    snprintf(uri, sizeof uri, "%s", place_of("owned"));
    struct ls_log *log = go_on(uri, 0, 0, 0);
    const struct ls_log_end ends[4] = {{9, 0}, {9, 0}, {0, 0}, {9, 0}};
    const struct ls_log_past past = {ends, 1, false};
    (void)state;
    append_all(log, 0, 10);
    const struct ls_log_commit commit = {.checkpoint = 1};
    check(ls_log_commit(log, &commit, &err));
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    check_refused(ls_log_continue(uri, topics, 2, &stranger, NULL, &log, &err), LS_E_DATA,
                  "is written with another state");
    check_refused(ls_log_continue(uri, topics, 2, &other, NULL, &log, &err), LS_E_DATA,
                  "there is another log at");
    check_refused(ls_log_continue(uri, topics, 2, &of_state, NULL, &log, &err), LS_E_DATA,
                  "is finished, and the state is from before that");
    const struct ls_log_past last = {ends, 1, true};
    check_refused(ls_log_continue(uri, topics, 2, &of_state, &last, &log, &err), LS_E_DATA,
                  "has 5 records, and the checkpoint knows of 9");
    check_refused(ls_log_continue(place_of("gone"), topics, 2, &of_state, &past, &log, &err),
                  LS_E_DATA, "is gone, and the state goes on with it");
    const struct ls_log_end own[4] = {{5, 0}, {5, 0}, {0, 0}, {10, 0}};
    const struct ls_log_past again = {own, 1, true};
    check(ls_log_continue(uri, topics, 2, &of_state, &again, &log, &err));
    check(ls_log_complete(log, &err)); /* as it was */
    check_refused(append(log, 0, 1, 1), LS_E_DATA, "is finished, and this run makes more records");
    ls_log_close(log);
}

/* Lockstep's own are kept from being set; what is only better here gives way. */
static void what_people_set_goes_before_what_a_client_begins_with(void **state)
{
    static const char *const properties[] = {"fetch.wait.max.ms", "10", "enable.partition.eof",
                                             "true", NULL};
    struct ls_kafka_place place;
    (void)state;
    assert_int_equal(ls_kafka_place_parse("//127.0.0.1:1", &place, &err), 0);
    for (int set = 0; set < 2; set++) {
        struct ls_kafka_client *client;
        char value[20];
        size_t size = sizeof value;
        assert_int_equal(set ? ls_kafka_set("fetch.wait.max.ms=70", &err) : 0, 0);
        assert_int_equal(
            ls_kafka_client_new(&place, RD_KAFKA_CONSUMER, properties, NULL, NULL, &client, &err),
            0);
        const rd_kafka_conf_t *conf = rd_kafka_conf(ls_kafka_of(client));
        assert_int_equal(rd_kafka_conf_get(conf, "fetch.wait.max.ms", value, &size),
                         RD_KAFKA_CONF_OK);
        assert_string_equal(value, set ? "70" : "10");
        size = sizeof value;
        assert_int_equal(rd_kafka_conf_get(conf, "enable.partition.eof", value, &size),
                         RD_KAFKA_CONF_OK);
        assert_string_equal(value, "true");
        ls_kafka_client_free(client);
    }
    ls_kafka_unset();
    ls_kafka_place_clear(&place);
}

/* No time is none there too, between others and alone. */
static void a_record_without_a_time(void **state)
{
    static const int64_t times[] = {-1, 5000, -1, 7000};
    const char *uri = place_of("timeless");
    struct ls_log *log = create(uri, LS_LOG_FRESH);
    struct ls_log_reader *reader;
    const struct ls_log_record *records;
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const struct ls_log_record record = {
            .timestamp_ms = times[i], .value = (const uint8_t *)"?", .value_size = 1};
        check(ls_log_append(log, 0, 0, &record, &err));
        const struct ls_log_record alone = {.timestamp_ms = -1};
        check(ls_log_append(log, 1, 0, &alone, &err));
    }
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    check(ls_log_open(uri, false, &log, &err));
    for (uint32_t topic = 0; topic < 2; topic++) {
        check(ls_log_reader_new(log, topic, 0, 0, &reader, &err));
        for (size_t i = 0; i < 4; i += count) {
            check(ls_log_read(reader, 4, &records, &count, &err));
            for (size_t k = 0; k < count; k++) {
                assert_int_equal(records[k].timestamp_ms, topic ? -1 : times[i + k]);
            }
        }
        ls_log_reader_free(reader);
    }
    ls_log_close(log);
}

static void what_kafka_does_not_take(void **state)
{
    struct ls_log *log = create(place_of("limits"), LS_LOG_FRESH);
    struct ls_log_record record = {.timestamp_ms = 0};
    (void)state;
    check_refused(ls_log_append(log, 0, 0, &record, &err), LS_E_DATA,
                  "times behind 1970-01-01T00:00:00Z alone, or none");
    record.timestamp_ms = -2;
    check_refused(ls_log_append(log, 0, 0, &record, &err), LS_E_DATA, "a record of time -2 ms");
    record.timestamp_ms = 1;
    record.value_size = LS_LOG_RECORD_MAX + 1;
    check_refused(ls_log_append(log, 0, 0, &record, &err), LS_E_DATA, "passes the log's limit");
    uint8_t *large = ls_mem_new(LS_LOG_RECORD_MAX, 1, &err);
    record.value = large;
    record.value_size = LS_LOG_RECORD_MAX;
    check(ls_log_append(log, 0, 0, &record, &err));
    check(ls_log_complete(log, &err));
    ls_mem_free(large);
    ls_log_close(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(a_log_is_resumed),
        cmocka_unit_test(readers_begin_anywhere),
        cmocka_unit_test(a_zombie_is_fenced),
        cmocka_unit_test(a_reader_sees_a_log_grow),
        cmocka_unit_test(topics_of_others_are_left_alone),
        cmocka_unit_test(nothing_is_seen_before_its_checkpoint),
        cmocka_unit_test(what_follows_the_last_checkpoint_is_committed_as_it_comes),
        cmocka_unit_test(a_log_is_removed),
        cmocka_unit_test(only_its_own_state_goes_on),
        cmocka_unit_test(what_people_set_goes_before_what_a_client_begins_with),
        cmocka_unit_test(a_record_without_a_time),
        cmocka_unit_test(what_kafka_does_not_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
