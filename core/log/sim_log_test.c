#include "core/log/sim_log.h"

#include "core/sim/disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RECORDS 500 /* of partition 0 of topic "b"; a hundred less in partition 1, none in "a" */

static struct ls_error err;

struct lab {
    struct ls_sim sim;
    struct ls_disk *disk;
};

static void fill(struct ls_log *log, uint32_t partition, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        const struct ls_log_record record = {
            .timestamp_ms = i, .value = (const uint8_t *)"value", .value_size = 5};
        assert_int_equal(ls_log_append(log, 1, partition, &record, &err), 0);
    }
}

/* log:log on a simulated disk. */
static void begin(struct lab *lab, uint64_t seed)
{
    static const struct ls_log_topic topics[] = {{.name = "a", .partitions = 1},
                                                 {.name = "b", .partitions = 2}};
    static const struct ls_log_identity identity = {"shop", "00", 1, INT64_MAX, NULL, {0, 0}, NULL};
    struct ls_log *log;
    ls_sim_begin(&lab->sim, seed);
    assert_int_equal(ls_disk_new(&lab->sim, &lab->disk, &err), 0);
    ls_disk_mount(lab->disk);
    assert_int_equal(ls_log_create("log:log", topics, 2, &identity, LS_LOG_FRESH, &log, &err), 0);
    fill(log, 0, RECORDS);
    fill(log, 1, RECORDS - 100);
    assert_int_equal(ls_log_complete(log, &err), 0);
    ls_log_close(log);
}

static void end(struct lab *lab)
{
    ls_sim_log_set(NULL, 0, 0);
    ls_disk_mount(NULL);
    ls_disk_free(lab->disk);
}

static void it_is_there_for_simulations_alone(void **state)
{
    struct ls_log *log;
    struct lab lab;
    (void)state;
    begin(&lab, 1);
    assert_int_equal(ls_log_open("sim:log", false, &log, &err), LS_E_USAGE);
    ls_sim_log_set(&lab.sim, 1, 1);
    assert_int_equal(ls_log_open("sim:log", false, &log, &err), 0);
    ls_log_close(log);
    assert_int_equal(ls_log_open("sim:nowhere", false, &log, &err), LS_E_NOINPUT);
    assert_int_equal(ls_log_create("sim:new", NULL, 0, NULL, LS_LOG_FRESH, &log, &err), LS_E_USAGE);
    assert_int_equal(ls_log_continue("sim:new", NULL, 0, NULL, NULL, &log, &err), LS_E_USAGE);
    end(&lab);
}

struct seen {
    uint64_t reads, pauses, few;
};

/* Reads a partition from a position to its end: every record, in order. */
static void read_all(struct ls_log *log, uint32_t topic, uint32_t partition, uint64_t position,
                     struct seen *seen)
{
    struct ls_log_reader *reader;
    uint64_t end_of_range = ls_log_count(log, topic, partition);
    assert_int_equal(ls_log_reader_new(log, topic, partition, position, &reader, &err), 0);
    while (position < end_of_range) {
        const struct ls_log_record *records;
        size_t count;
        assert_int_equal(ls_log_read(reader, 20, &records, &count, &err), 0);
        assert_true(count <= 20);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(records[i].timestamp_ms, position + i);
        }
        position += count;
        assert_int_equal(ls_log_reader_position(reader), position);
        seen->reads++;
        seen->pauses += count == 0;
        seen->few += count > 0 && count < 4; /* blocks of the file end at other places */
    }
    const struct ls_log_record *records;
    size_t count = 1;
    assert_int_equal(ls_log_read(reader, 20, &records, &count, &err), 0);
    assert_int_equal(count, 0);
    ls_log_reader_free(reader);
}

static void reads_give_as_the_seed_says(void **state)
{
    static const char *const names[] = {"b", "a"};
    (void)state;
    for (int on = 0; on < 2; on++) {
        struct seen seen = {0};
        for (uint64_t seed = 0; seed < 20; seed++) {
            struct ls_log *log;
            struct lab lab;
            begin(&lab, seed);
            ls_sim_log_set(&lab.sim, 1, 1);
            assert_int_equal(ls_log_open("sim:log", false, &log, &err), 0);
            assert_int_equal(ls_log_select(log, names, 2, &err), 0);
            assert_int_equal(ls_log_count(log, 0, 1), RECORDS - 100);
            lab.sim.on = on;
            lab.sim.hard_max = 0;
            read_all(log, 0, 0, 0, &seen);
            read_all(log, 0, 1, 123, &seen);
            read_all(log, 1, 0, 0, &seen);
            lab.sim.on = false;
            assert_true(on || lab.sim.draws < 100);
            ls_log_close(log);
            end(&lab);
        }
        assert_int_equal(seen.pauses > 0, on);
        assert_int_equal(seen.few > 0, on);
        assert_true(seen.reads > 500);
    }
}

static void ranges_grow(void **state)
{
    enum { STAGES = 4 };
    unsigned grown = 0;
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        uint64_t before[2] = {0};
        struct lab lab;
        begin(&lab, seed);
        for (unsigned stage = 1; stage <= STAGES; stage++) {
            struct ls_log_stored stored;
            struct ls_log *log;
            ls_sim_log_set(&lab.sim, stage, STAGES);
            assert_int_equal(ls_log_open("sim:log", false, &log, &err), 0);
            for (uint32_t p = 0; p < 2; p++) {
                struct seen seen = {0};
                uint64_t count = ls_log_count(log, 1, p);
                assert_true(count >= before[p]);
                grown += stage > 1 && count > before[p];
                before[p] = count;
                read_all(log, 1, p, 0, &seen);
                assert_int_equal(ls_log_stored(log, 1, p, &stored, &err), 0);
                assert_int_equal(stored.records, p ? RECORDS - 100 : RECORDS);
            }
            ls_log_close(log);
        }
        assert_int_equal(before[0], RECORDS);
        assert_int_equal(before[1], RECORDS - 100);
        end(&lab);
    }
    assert_true(grown > 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_there_for_simulations_alone),
        cmocka_unit_test(reads_give_as_the_seed_says),
        cmocka_unit_test(ranges_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
