#include "core/log/kafka_backlog.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define PARTITIONS 3
#define ROUNDS     40000

static struct ls_error err;
static const struct ls_log_topic topics[] = {{.name = "a", .partitions = 1},
                                             {.name = "b", .partitions = PARTITIONS}};
static uint8_t value[3 * LS_KAFKA_CHUNK_BYTES];

/* What should happen, by numbers alone: the n-th record of a partition holds n. */
struct expected {
    uint64_t added, sent, committed;
};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *state >> 33;
}

/* Sizes up to a chunk's and beyond it, most of them small. */
static size_t size_of(uint64_t number)
{
    uint64_t state = number;
    uint64_t kind = next_random(&state) % 500;
    size_t most = kind == 0 ? sizeof value : kind < 10 ? LS_KAFKA_CHUNK_BYTES : 300;
    return sizeof number + next_random(&state) % (most - sizeof number + 1);
}

static void add(struct kafka_backlog *backlog, uint32_t topic, uint32_t partition, uint64_t number)
{
    const struct ls_log_record record = {.timestamp_ms = (int64_t)number + 1,
                                         .key = number % 3 ? (const uint8_t *)"key" : NULL,
                                         .key_size = number % 3,
                                         .headers = number % 5 ? NULL : (const uint8_t *)"hh",
                                         .headers_size = number % 5 ? 0 : 2,
                                         .value = value,
                                         .value_size = size_of(number)};
    memcpy(value, &number, sizeof number);
    assert_int_equal(ls_kafka_backlog_add(backlog, topic, partition, &record, &err), 0);
}

static void check_item(const struct kafka_item *item, uint64_t number)
{
    uint64_t found;
    const uint8_t *bytes = (const uint8_t *)(item + 1);
    assert_int_equal(item->timestamp_ms, number + 1);
    assert_int_equal(item->has_key, number % 3 != 0);
    assert_int_equal(item->key_size, number % 3);
    assert_memory_equal(bytes, "key", item->key_size);
    assert_int_equal(item->headers_size, number % 5 ? 0 : 2);
    assert_memory_equal(bytes + item->key_size, "hh", item->headers_size);
    assert_int_equal(item->value_size, size_of(number));
    memcpy(&found, bytes + item->key_size + item->headers_size, sizeof found);
    assert_int_equal(found, number);
}

/* One run, or, as where a client takes no more, a part of it. */
static void send(struct kafka_backlog *backlog, struct expected all[2][PARTITIONS], uint64_t most)
{
    struct kafka_run run = ls_kafka_backlog_take(backlog);
    struct expected *expected = &all[run.queue->topic][run.queue->partition];
    const struct kafka_item *item;
    assert_non_null(ls_kafka_run_item(&run)); /* nobody waits who has nothing */
    for (; most > 0 && (item = ls_kafka_run_item(&run)); most--) {
        check_item(item, expected->sent++);
        ls_kafka_run_pass(&run, item);
    }
    ls_kafka_backlog_give_back(backlog, &run);
}

static void commit(struct kafka_backlog *backlog, struct expected all[2][PARTITIONS])
{
    ls_kafka_backlog_settle(backlog);
    ls_kafka_backlog_let_go(backlog);
    for (size_t i = 0; i < (size_t)2 * PARTITIONS; i++) {
        all[i / PARTITIONS][i % PARTITIONS].committed = all[i / PARTITIONS][i % PARTITIONS].sent;
    }
}

static void rewind_all(struct kafka_backlog *backlog, struct expected all[2][PARTITIONS])
{
    ls_kafka_backlog_rewind(backlog);
    for (size_t i = 0; i < (size_t)2 * PARTITIONS; i++) {
        all[i / PARTITIONS][i % PARTITIONS].sent = all[i / PARTITIONS][i % PARTITIONS].committed;
    }
}

static void what_is_added_is_sent_in_order_until_it_is_committed(void **state)
{
    struct kafka_backlog backlog;
    struct expected all[2][PARTITIONS] = {{{0}}};
    uint64_t random = 1;
    (void)state;
    assert_int_equal(ls_kafka_backlog_init(&backlog, topics, 2, &err), 0);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t what = next_random(&random) % 1000;
        if (what < 500) {
            uint32_t topic = (uint32_t)(next_random(&random) % 2);
            uint32_t partition = (uint32_t)(next_random(&random) % topics[topic].partitions);
            add(&backlog, topic, partition, all[topic][partition].added++);
        } else if (what < 980 && ls_kafka_backlog_waits(&backlog)) {
            send(&backlog, all, next_random(&random) % 4 ? UINT64_MAX : 1);
        } else if (what < 995) {
            commit(&backlog, all);
        } else {
            rewind_all(&backlog, all);
        }
    }
    for (uint32_t i = 0; i < 3000; i++) { /* several chunks of each */
        add(&backlog, 1, i % PARTITIONS, all[1][i % PARTITIONS].added++);
    }
    while (ls_kafka_backlog_waits(&backlog)) {
        send(&backlog, all, UINT64_MAX);
    }
    commit(&backlog, all);
    for (size_t i = 0; i < (size_t)2 * PARTITIONS; i++) {
        const struct expected *one = &all[i / PARTITIONS][i % PARTITIONS];
        assert_int_equal(one->committed, one->added);
    }
    assert_int_equal(backlog.held, 0);
    ls_kafka_backlog_clear(&backlog);
}

static void partitions_take_turns(void **state)
{
    struct kafka_backlog backlog;
    (void)state;
    assert_int_equal(ls_kafka_backlog_init(&backlog, topics, 2, &err), 0);
    for (uint64_t i = 0; i < 5000; i++) { /* more than a chunk of one */
        add(&backlog, 1, 0, i);
    }
    add(&backlog, 1, 2, 0);
    struct kafka_run first = ls_kafka_backlog_take(&backlog);
    for (const struct kafka_item *item; (item = ls_kafka_run_item(&first));) {
        ls_kafka_run_pass(&first, item);
    }
    ls_kafka_backlog_give_back(&backlog, &first);
    assert_int_equal(first.queue->partition, 0);
    struct kafka_run second = ls_kafka_backlog_take(&backlog);
    assert_int_equal(second.queue->partition, 2);
    ls_kafka_backlog_clear(&backlog);
}

static void what_is_committed_is_not_held(void **state)
{
    struct kafka_backlog backlog;
    struct expected all[2][PARTITIONS] = {{{0}}};
    (void)state;
    assert_int_equal(ls_kafka_backlog_init(&backlog, topics, 2, &err), 0);
    add(&backlog, 0, 0, all[0][0].added++);
    assert_true(backlog.held > 0 && backlog.held <= LS_KAFKA_CHUNK_BYTES);
    commit(&backlog, all); /* nothing was sent */
    assert_true(backlog.held > 0);
    send(&backlog, all, 1);
    commit(&backlog, all);
    assert_int_equal(backlog.held, 0);
    add(&backlog, 1, 1, all[1][1].added++);
    assert_true(backlog.held > 0);
    ls_kafka_backlog_clear(&backlog);
}

static void refused_memory_is_an_error(void **state)
{
    struct kafka_backlog backlog;
    (void)state;
    for (unsigned long nth = 1; nth <= 3; nth++) {
        ls_mem_refuse(nth);
        assert_int_equal(ls_kafka_backlog_init(&backlog, topics, 2, &err), LS_E_NOMEM);
        ls_kafka_backlog_clear(&backlog);
    }
    ls_mem_refuse(0);
    assert_int_equal(ls_kafka_backlog_init(&backlog, topics, 2, &err), 0);
    const struct ls_log_record record = {.timestamp_ms = 1, .value = value, .value_size = 8};
    ls_mem_refuse(1);
    assert_int_equal(ls_kafka_backlog_add(&backlog, 1, 1, &record, &err), LS_E_NOMEM);
    assert_false(ls_kafka_backlog_waits(&backlog));
    assert_int_equal(ls_kafka_backlog_add(&backlog, 1, 1, &record, &err), 0);
    assert_true(ls_kafka_backlog_waits(&backlog));
    ls_kafka_backlog_clear(&backlog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_added_is_sent_in_order_until_it_is_committed),
        cmocka_unit_test(partitions_take_turns),
        cmocka_unit_test(what_is_committed_is_not_held),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
