#include "core/log/file_log.h"

#include "core/avro/encode.h"
#include "core/base/draw.h"
#include "core/base/mem.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static struct ls_error err;

static const struct ls_log_topic topics[] = {{.name = "raw.shop.order", .partitions = 2},
                                             {.name = "raw.shop.visit", .partitions = 1}};
enum { TOPICS = 2 };
static const struct ls_log_identity identity = {
    "shop", "0123456789abcdef", 5000, INT64_MAX, NULL, {0, 0}, NULL};

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/lockstep-log-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return chdir("/") == 0 && ls_tree_remove(folder, &err) == 0 ? 0 : -1;
}

#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

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
        fail_msg("`%s` does not say `%s`", err.text, part);
    }
}

static struct ls_log *create(const char *uri, enum ls_log_mode mode)
{
    struct ls_log *log = NULL;
    check(ls_log_create(uri, topics, TOPICS, &identity, mode, &log, &err));
    return log;
}

static struct ls_log *open_log(const char *uri)
{
    struct ls_log *log = NULL;
    check(ls_log_open(uri, false, &log, &err));
    return log;
}

/* ---- records: number i of a partition, the same in every run */

struct room {
    uint8_t key[64], value[64], headers[64];
};

static struct ls_log_record record_of(uint64_t stream, uint64_t i, struct room *room)
{
    uint64_t word = ls_word(stream, i, 0);
    struct ls_log_record record = {.timestamp_ms = (int64_t)(word >> 3) - (INT64_C(1) << 59)};
    if (word & 1) {
        record.key = room->key;
        record.key_size = word >> 8 & 7;
        memset(room->key, (int)(i & 0xff), sizeof room->key);
    }
    if (word & 2) {
        record.value = room->value;
        record.value_size = word >> 16 & 15;
        memset(room->value, (int)(word >> 24 & 0xff), sizeof room->value);
    }
    if ((word >> 32 & 7) == 0) { /* two headers, one of them null */
        uint8_t *at = ls_put_long(room->headers, 2);
        at = ls_put_bytes(at, "trace", 5);
        at = ls_put_bytes(ls_put_long(at, 1), "abc", 3);
        at = ls_put_bytes(at, "none", 4);
        at = ls_put_long(at, 0);
        at = ls_put_long(at, 0);
        record.headers = room->headers;
        record.headers_size = (size_t)(at - room->headers);
    }
    return record;
}

static uint64_t stream_of(uint32_t topic, uint32_t partition)
{
    return 1000 * topic + partition;
}

/* Records per partition of the test log. */
static uint64_t count_of(uint32_t topic, uint32_t partition)
{
    return topic ? 0 : partition ? 37 : 1024 + 45;
}

static int append_record(struct ls_log *log, uint32_t topic, uint32_t partition, uint64_t i)
{
    struct room room;
    struct ls_log_record record = record_of(stream_of(topic, partition), i, &room);
    return ls_log_append(log, topic, partition, &record, &err);
}

/* Each partition's records in turn, as far as `end` of each. */
static int append_until(struct ls_log *log, uint64_t end)
{
    int rc = 0;
    for (uint64_t i = 0; rc == 0 && i < end; i++) {
        for (uint32_t t = 0; rc == 0 && t < TOPICS; t++) {
            for (uint32_t p = 0; rc == 0 && p < topics[t].partitions; p++) {
                rc = i < count_of(t, p) ? append_record(log, t, p, i) : 0;
            }
        }
    }
    return rc;
}

static void write_log(const char *uri)
{
    struct ls_log *log = create(uri, LS_LOG_FRESH);
    check(append_until(log, UINT64_C(1100)));
    check(ls_log_complete(log, &err));
    assert_true(ls_log_is_complete(log));
    ls_log_close(log);
}

static void check_record(const struct ls_log_record *found, uint64_t stream, uint64_t i)
{
    struct room room;
    struct ls_log_record record = record_of(stream, i, &room);
    assert_int_equal(found->offset, i);
    assert_true(found->timestamp_ms == record.timestamp_ms);
    assert_true(!found->key == !record.key && found->key_size == record.key_size);
    assert_true(!found->value == !record.value && found->value_size == record.value_size);
    assert_true(!found->headers == !record.headers && found->headers_size == record.headers_size);
    assert_true(!record.key_size || !memcmp(found->key, record.key, record.key_size));
    assert_true(!record.value_size || !memcmp(found->value, record.value, record.value_size));
    assert_true(!record.headers_size ||
                !memcmp(found->headers, record.headers, record.headers_size));
}

/* All records from a position, in steps of at most `step`. */
static void check_partition(const struct ls_log *log, uint32_t topic, uint32_t partition,
                            uint64_t position, size_t step)
{
    struct ls_log_reader *reader = NULL;
    uint64_t end = ls_log_count(log, topic, partition);
    check(ls_log_reader_new(log, topic, partition, position, &reader, &err));
    for (;;) {
        const struct ls_log_record *records;
        size_t count;
        assert_true(ls_log_reader_position(reader) == position);
        check(ls_log_read(reader, step, &records, &count, &err));
        assert_in_range(count, position < end, step);
        for (size_t k = 0; k < count; k++) {
            check_record(&records[k], stream_of(topic, partition), position + k);
        }
        position += count;
        if (count == 0) {
            break;
        }
    }
    assert_true(position >= end);
    ls_log_reader_free(reader);
}

/* ---- files */

static size_t read_whole(const char *path, uint8_t **bytes)
{
    struct ls_buf buf;
    ls_buf_init(&buf, "test file", 64U << 20);
    check(ls_file_read(path, &buf, &err));
    *bytes = malloc(buf.size + 1);
    assert_non_null(*bytes);
    memcpy(*bytes, buf.data, buf.size);
    size_t size = buf.size;
    ls_buf_clear(&buf);
    return size;
}

static void check_same_files(const char *a, const char *b)
{
    uint8_t *bytes[2];
    size_t sizes[2] = {read_whole(a, &bytes[0]), read_whole(b, &bytes[1])};
    if (sizes[0] != sizes[1] || memcmp(bytes[0], bytes[1], sizes[0]) != 0) {
        fail_msg("%s and %s differ", a, b);
    }
    free(bytes[0]);
    free(bytes[1]);
}

static void check_same_logs(const char *a, const char *b)
{
    static const char *const names[] = {"manifest.json", "raw.shop.order/0.avro",
                                        "raw.shop.order/1.avro", "raw.shop.visit/0.avro"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        char paths[2][LS_PATH_MAX];
        check(ls_path_join(paths[0], a, names[k], &err));
        check(ls_path_join(paths[1], b, names[k], &err));
        check_same_files(paths[0], paths[1]);
    }
}

static void put_file(const char *path, const void *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    assert_true(fd >= 0);
    check(ls_file_write(fd, bytes, size, path, &err));
    close(fd);
}

/* ---- round trip */

static void a_log_is_read_as_it_was_written(void **state)
{
    (void)state;
    write_log("log:a");
    struct ls_log *log = open_log("log:a");
    size_t count;
    const struct ls_log_topic *found = ls_log_topics(log, &count);
    assert_int_equal(count, TOPICS);
    for (uint32_t t = 0; t < TOPICS; t++) {
        assert_string_equal(found[t].name, topics[t].name);
        assert_int_equal(found[t].partitions, topics[t].partitions);
        assert_int_equal(ls_log_find_topic(log, topics[t].name), t);
        for (uint32_t p = 0; p < topics[t].partitions; p++) {
            assert_int_equal(ls_log_count(log, t, p), count_of(t, p));
            check_partition(log, t, p, 0, SIZE_MAX);
            check_partition(log, t, p, 0, 7);
        }
    }
    assert_int_equal(ls_log_find_topic(log, "raw.shop"), -1);
    assert_true(ls_log_is_complete(log));
    ls_log_close(log);
}

static void a_reader_begins_at_any_position(void **state)
{
    (void)state;
    write_log("log:a");
    struct ls_log *log = open_log("log:a");
    for (uint64_t position = 0; position < count_of(0, 0) + 3; position++) {
        check_partition(log, 0, 0, position, 1 + position % 1200);
        check_partition(log, 0, 1, position, 5);
    }
    check_partition(log, 0, 0, UINT64_MAX, 1);
    check_partition(log, 1, 0, 0, 1);
    ls_log_close(log);
}

/* Sizes that vary over all magnitudes, NULL against empty, and the limit. */
static void large_and_empty_parts_survive(void **state)
{
    static const size_t sizes[] = {0, 1, 63, 64, 8191, 8192, 1U << 20, LS_LOG_RECORD_MAX};
    enum { COUNT = sizeof sizes / sizeof *sizes };
    uint8_t *bytes = malloc(LS_LOG_RECORD_MAX + 1);
    uint8_t *headers = malloc(LS_LOG_RECORD_MAX + 1);
    (void)state;
    assert_true(bytes && headers);
    for (size_t i = 0; i <= LS_LOG_RECORD_MAX; i++) {
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    }
    struct ls_log *log = create("log:a", LS_LOG_FRESH);
    for (size_t i = 0; i < COUNT; i++) {
        struct ls_log_record key = {.key = bytes, .key_size = sizes[i]};
        struct ls_log_record value = {.value = bytes, .value_size = sizes[i]};
        uint8_t *at = ls_put_long(headers, 1);
        at = ls_put_bytes(at, "k", 1);
        at = ls_put_long(at, 1);
        size_t part = sizes[i] < 20 ? 0 : sizes[i] - 20;
        at = ls_put_bytes(at, bytes, part);
        at = ls_put_long(at, 0);
        struct ls_log_record header = {.headers = headers, .headers_size = (size_t)(at - headers)};
        check(ls_log_append(log, 0, 0, &key, &err));
        check(ls_log_append(log, 0, 0, &value, &err));
        check(ls_log_append(log, 0, 0, &header, &err));
    }
    struct ls_log_record none = {.headers = headers}; /* of no bytes */
    check(ls_log_append(log, 0, 0, &none, &err));
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    log = open_log("log:a");
    struct ls_log_reader *reader;
    check(ls_log_reader_new(log, 0, 0, 0, &reader, &err));
    for (size_t i = 0; i < 3 * (size_t)COUNT + 1; i++) {
        const struct ls_log_record *r;
        size_t count;
        check(ls_log_read(reader, 1, &r, &count, &err));
        assert_int_equal(count, 1);
        assert_true(!r->key == (i % 3 != 0 || i == 3 * (size_t)COUNT) && !r->value == (i % 3 != 1));
        assert_true(!r->headers == (i % 3 != 2));
        size_t size = i < 3 * (size_t)COUNT ? sizes[i / 3] : 0;
        assert_int_equal(r->key_size, r->key ? size : 0);
        assert_int_equal(r->value_size, r->value ? size : 0);
        assert_true(!r->key || memcmp(r->key, bytes, size) == 0);
        assert_true(!r->value || memcmp(r->value, bytes, size) == 0);
        assert_true(!r->headers || size < 20 || r->headers_size > size - 20);
    }
    ls_log_reader_free(reader);
    ls_log_close(log);
    free(bytes);
    free(headers);
}

static void a_record_over_the_limit_is_refused(void **state)
{
    (void)state;
    uint8_t *bytes = calloc(1, LS_LOG_RECORD_MAX);
    assert_non_null(bytes);
    struct ls_log_record large = {
        .key = bytes, .key_size = 1, .value = bytes, .value_size = LS_LOG_RECORD_MAX};
    struct ls_log *log = create("log:a", LS_LOG_FRESH);
    check(append_record(log, 0, 0, 0));
    check_refused(ls_log_append(log, 0, 0, &large, &err), LS_E_DATA, "8388609 bytes");
    check(append_record(log, 0, 0, 1)); /* and the log goes on */
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    log = open_log("log:a");
    check_partition(log, 0, 0, 0, 10);
    assert_int_equal(ls_log_count(log, 0, 0), 2);
    ls_log_close(log);
    free(bytes);
}

/* ---- kills */

static void remake(const char *uri)
{
    struct ls_log *log = create(uri, LS_LOG_RESUME);
    assert_false(ls_log_is_complete(log));
    check(append_until(log, 1100));
    check(ls_log_complete(log, &err));
    ls_log_close(log);
}

/* A log as a killed writer leaves it, in the folder `cut`: the first manifest, one partition cut at
 * a byte. */
static void put_cut(const char *manifest, const uint8_t *bytes, size_t size)
{
    check(ls_tree_remove("cut", &err));
    check(ls_folder_make("cut/raw.shop.order", &err));
    put_file("cut/manifest.json", manifest, strlen(manifest));
    put_file("cut/raw.shop.order/0.avro", bytes, size);
}

static char *partial_manifest(void)
{
    struct ls_log *log = create("log:begun", LS_LOG_FRESH);
    ls_log_close(log);
    uint8_t *text;
    size_t size = read_whole("begun/manifest.json", &text);
    text[size] = '\0';
    return (char *)text;
}

static void resuming_after_a_kill_gives_the_same_bytes(void **state)
{
    (void)state;
    write_log("log:whole");
    char *manifest = partial_manifest();
    uint8_t *bytes;
    size_t size = read_whole("whole/raw.shop.order/0.avro", &bytes);
    uint64_t records;
    uint64_t end;
    assert_int_equal(
        size, (ls_container_measure("whole/raw.shop.order/0.avro", &records, &end, &err), end));
    size_t short_block = size - 700; /* the last block, and the end of the full one before it */
    for (size_t cut = 0; cut <= size; cut++) {
        bool near = cut < 40 || cut > short_block || cut % 211 == 0;
        if (!near) {
            continue;
        }
        put_cut(manifest, bytes, cut);
        remake("log:cut");
        check_same_logs("cut", "whole");
    }
    free(bytes);
    free(manifest);
}

static void resuming_goes_on_wherever_a_run_stopped(void **state)
{
    (void)state;
    write_log("log:whole");
    static const uint64_t stops[] = {0, 1, 36, 37, 38, 1023, 1024, 1025, 1068, 1069};
    for (size_t k = 0; k < sizeof stops / sizeof *stops; k++) {
        struct ls_log *log = create("log:stopped", LS_LOG_FRESH);
        check(append_until(log, stops[k]));
        ls_log_close(log);
        log = create("log:stopped", LS_LOG_RESUME); /* twice */
        check(append_until(log, stops[k] / 2));
        ls_log_close(log);
        remake("log:stopped");
        check_same_logs("stopped", "whole");
        check(ls_tree_remove("stopped", &err));
    }
}

static void resuming_what_was_never_begun_begins_it(void **state)
{
    (void)state;
    write_log("log:whole");
    remake("log:new");
    check_same_logs("new", "whole");
}

static void a_finished_log_is_not_gone_on_with(void **state)
{
    (void)state;
    write_log("log:a");
    write_log("log:b");
    struct ls_log *log = create("log:a", LS_LOG_RESUME);
    assert_true(ls_log_is_complete(log));
    ls_log_close(log);
    check_same_logs("a", "b");
}

static void resuming_damaged_bytes_writes_them_anew(void **state)
{
    (void)state;
    write_log("log:whole");
    char *manifest = partial_manifest();
    uint8_t *bytes;
    size_t size = read_whole("whole/raw.shop.order/0.avro", &bytes);
    bytes[size - 1] ^= 1; /* of the last sync marker */
    put_cut(manifest, bytes, size);
    remake("log:cut");
    check_same_logs("cut", "whole");
    free(bytes);
    free(manifest);
}

static void a_run_that_makes_fewer_records_is_noticed(void **state)
{
    (void)state;
    write_log("log:whole");
    char *manifest = partial_manifest();
    uint8_t *bytes;
    size_t size = read_whole("whole/raw.shop.order/0.avro", &bytes);
    put_cut(manifest, bytes, size - 1);
    struct ls_log *log = create("log:cut", LS_LOG_RESUME);
    check(append_until(log, 1023));
    check_refused(ls_log_complete(log, &err), LS_E_DATA, "partition 0 of raw.shop.order holds 1");
    ls_log_close(log);
    check_refused(ls_log_open("log:cut", false, &log, &err), LS_E_DATA, "was not finished");
    free(bytes);
    free(manifest);
}

/* ---- what is there already */

static void only_the_same_run_is_resumed(void **state)
{
    static const struct {
        struct ls_log_identity identity;
        const char *part;
    } cases[] = {
        {{"shop", "0123456789abcdee", 5000, INT64_MAX, NULL, {0, 0}, NULL}, "0123456789ab"},
        {{"shup", "0123456789abcdef", 5000, INT64_MAX, NULL, {0, 0}, NULL}, "domain shop"},
        {{"shop", "0123456789abcdef", 4999, INT64_MAX, NULL, {0, 0}, NULL}, "another run"},
        {{"shop", "0123456789abcdef", UINT64_MAX, INT64_MAX, NULL, {0, 0}, NULL}, "another run"},
        {{"shop", "0123456789abcdef", 5000, -5, NULL, {0, 0}, NULL}, "another run"},
        {{"shop", "0123456789abcdef", 5000, INT64_MAX, NULL, {1, 4}, NULL}, "--shard"},
    };
    (void)state;
    for (int complete = 0; complete < 2; complete++) {
        struct ls_log *log = create("log:a", LS_LOG_FRESH);
        check(append_until(log, 1069));
        check(complete ? ls_log_complete(log, &err) : 0);
        ls_log_close(log);
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
            check_refused(ls_log_create("log:a", topics, TOPICS, &cases[k].identity, LS_LOG_RESUME,
                                        &log, &err),
                          LS_E_DATA, cases[k].part);
            assert_null(log);
        }
        check_refused(ls_log_create("log:a", topics, TOPICS, &identity, LS_LOG_FRESH, &log, &err),
                      LS_E_DATA, complete ? "a finished log in a already: remove it" : "--resume");
        check_refused(
            ls_log_create("log:a", topics, TOPICS, &cases[0].identity, LS_LOG_FRESH, &log, &err),
            LS_E_DATA, "remove it");
        assert_true(!strstr(err.text, "--resume"));
        check(ls_tree_remove("a", &err));
    }
}

static void a_log_of_several_domains_is_resumed_with_all_of_them(void **state)
{
    static const struct ls_log_identity bank = {"bank", "77", 5000, INT64_MAX, NULL, {0, 0}, NULL};
    static const struct ls_log_identity other = {"bank", "78", 5000, INT64_MAX, NULL, {0, 0}, NULL};
    struct ls_log_identity both = identity;
    struct ls_log_identity changed = identity;
    struct ls_log *log;
    (void)state;
    both.next = &bank;
    changed.next = &other;
    check(ls_log_create("log:a", topics, TOPICS, &both, LS_LOG_FRESH, &log, &err));
    ls_log_close(log);
    check_refused(ls_log_create("log:a", topics, TOPICS, &identity, LS_LOG_RESUME, &log, &err),
                  LS_E_DATA, "of another run, with more domains");
    check_refused(ls_log_create("log:a", topics, TOPICS, &changed, LS_LOG_RESUME, &log, &err),
                  LS_E_DATA, "(spec 77, domain bank): it cannot be resumed with spec 78");
    check_refused(ls_log_create("log:a", topics, TOPICS, &identity, LS_LOG_FRESH, &log, &err),
                  LS_E_DATA, "already: remove it");
    check(ls_log_create("log:a", topics, TOPICS, &both, LS_LOG_RESUME, &log, &err));
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    log = open_log("log:a");
    assert_string_equal(ls_log_identity(log)->domain, "shop");
    assert_string_equal(ls_log_identity(log)->next->domain, "bank");
    assert_null(ls_log_identity(log)->next->next);
    ls_log_close(log);
    check(ls_log_create("log:b", topics, TOPICS, &identity, LS_LOG_FRESH, &log, &err));
    ls_log_close(log);
    check_refused(ls_log_create("log:b", topics, TOPICS, &both, LS_LOG_RESUME, &log, &err),
                  LS_E_DATA, "of another run, with fewer domains");
}

static void a_topic_that_no_log_can_hold_is_refused(void **state)
{
    char name[LS_LOG_TOPIC_NAME_MAX + 2];
    struct ls_log *log;
    (void)state;
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    const struct ls_log_topic longest = {.name = name + 1, .partitions = 1};
    check(ls_log_create("log:a", &longest, 1, &identity, LS_LOG_FRESH, &log, &err));
    check(ls_log_complete(log, &err));
    ls_log_close(log);
    log = open_log("log:a");
    assert_int_equal(ls_log_find_topic(log, name + 1), 0);
    ls_log_close(log);
    const struct ls_log_topic wrong[] = {
        {.name = name, .partitions = 1},  {.name = "", .partitions = 1},
        {.name = "a/b", .partitions = 1}, {.name = "..", .partitions = 1},
        {.name = "a", .partitions = 0},   {.name = "a", .partitions = LS_LOG_PARTITIONS_MAX + 1}};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        check_refused(ls_log_create("log:b", &wrong[k], 1, &identity, LS_LOG_FRESH, &log, &err),
                      LS_E_DATA, "topic");
        assert_false(ls_path_exists("b/manifest.json"));
    }
}

static void an_unfinished_log_is_read_only_when_asked(void **state)
{
    (void)state;
    write_log("log:whole");
    char *manifest = partial_manifest();
    uint8_t *bytes;
    size_t size = read_whole("whole/raw.shop.order/0.avro", &bytes);
    put_cut(manifest, bytes, size - 1); /* the other partitions' files were not yet made */
    struct ls_log *reading;
    check_refused(ls_log_open("log:cut", false, &reading, &err), LS_E_DATA, "was not finished");
    check(ls_log_open("log:cut", true, &reading, &err));
    assert_false(ls_log_is_complete(reading));
    assert_int_equal(ls_log_count(reading, 0, 0), 1024);
    check_partition(reading, 0, 0, 0, 100);
    check_partition(reading, 0, 1, 0, 100);
    check_partition(reading, 1, 0, 0, 100);
    ls_log_close(reading);
    check_refused(ls_log_open("log:none", true, &reading, &err), LS_E_NOINPUT, "no log in none");
    free(bytes);
    free(manifest);
}

/* ---- damage */

/* Reads all of a partition; the code, and how many records there were. */
static int read_all(const struct ls_log *log, uint64_t *records)
{
    struct ls_log_reader *reader;
    *records = 0;
    int rc = ls_log_reader_new(log, 0, 0, 0, &reader, &err);
    if (rc < 0) {
        return rc;
    }
    const struct ls_log_record *found;
    size_t count = 1;
    while (rc == 0 && count) {
        rc = ls_log_read(reader, 500, &found, &count, &err);
        *records += rc == 0 ? count : 0;
    }
    ls_log_reader_free(reader);
    return rc;
}

static void a_torn_tail_is_named(void **state)
{
    (void)state;
    write_log("log:a");
    uint8_t *bytes;
    size_t size = read_whole("a/raw.shop.order/0.avro", &bytes);
    for (size_t cut = 0; cut < size; cut += cut + 100 < size ? 61 : 1) {
        put_file("a/raw.shop.order/0.avro", bytes, cut);
        struct ls_log *log = open_log("log:a");
        uint64_t records;
        check_refused(read_all(log, &records), LS_E_DATA, "a/raw.shop.order/0.avro");
        assert_true(records == 0 || records == 1024);
        ls_log_close(log);
    }
    free(bytes);
}

static void a_short_file_says_how_much_it_has(void **state)
{
    (void)state;
    write_log("log:a");
    uint8_t *bytes;
    size_t size = read_whole("a/raw.shop.order/0.avro", &bytes);
    struct ls_container_reader *reader;
    struct ls_block block;
    check(ls_container_open("a/raw.shop.order/0.avro", &reader, &err));
    assert_int_equal(ls_container_next(reader, &block, &err), 1);
    assert_int_equal(ls_container_next(reader, &block, &err), 1);
    put_file("a/raw.shop.order/0.avro", bytes, block.offset);
    ls_container_reader_free(reader);
    struct ls_log *log = open_log("log:a");
    uint64_t records;
    check_refused(read_all(log, &records), LS_E_DATA,
                  "ends after 1024 records; its manifest promises 1069");
    struct ls_log_reader *late;
    const struct ls_log_record *found;
    size_t count;
    check(ls_log_reader_new(log, 0, 0, 1060, &late, &err));
    check_refused(ls_log_read(late, 1, &found, &count, &err), LS_E_DATA,
                  "ends after 1024 records; its manifest promises 1069");
    ls_log_reader_free(late);
    ls_log_close(log);
    free(bytes);
    (void)size;
}

/* A flipped bit is refused with file and place, or changes the content of records alone: a codec
 * without a checksum cannot tell that (the digest can). */
static void a_flipped_bit_breaks_nothing(void **state)
{
    (void)state;
    write_log("log:a");
    uint8_t *bytes;
    size_t size = read_whole("a/raw.shop.order/0.avro", &bytes);
    size_t refused = 0;
    for (size_t k = 0; k < size; k += k < 1100 ? 1 : 13) {
        bytes[k] ^= (uint8_t)(1U << k % 8);
        put_file("a/raw.shop.order/0.avro", bytes, size);
        bytes[k] ^= (uint8_t)(1U << k % 8);
        struct ls_log *log = open_log("log:a");
        uint64_t records;
        int rc = read_all(log, &records);
        if (rc < 0) {
            refused++;
            check_refused(rc, LS_E_DATA, "a/raw.shop.order/0.avro");
        } else {
            assert_int_equal(records, 1069);
        }
        ls_log_close(log);
    }
    assert_true(refused > 700);
    free(bytes);
}

/* Blocks by hand: what the container's checks let through and the log's must not. */
static void a_block_that_is_none_is_named(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        unsigned count;
        const char *part;
    } cases[] = {
        {"\x00\x00\x00\x00\x00", 5, 1, NULL},
        {"\x02\x00\x00\x00\x00", 5, 1, "its offset is another"},
        {"\x00\x00\x00\x00\x00\x00", 6, 1, "1 bytes behind its records"},
        {"\x00\x00\x00\x00\x00\x00\x00\x00", 8, 2, "2 records in 8 bytes"},
        {"\x00\x00\x00\x00\x02\x04\x61", 7, 1, "record 0, in the block at byte"},
        {"\x00\x00\x04\x00\x00", 5, 1, "record 0"},                 /* a third branch */
        {"\x00\x00\x00\x01\x00\x00", 6, 1, "record 0"},             /* -1 headers, size 0 */
        {"\x00\x00\x00\x02\x00\x00\x00\x00", 8, 1, NULL},           /* a header "" of null */
        {"\x00\x00\x00\x02\x00\x02\x02\x61\x00\x00", 10, 1, NULL},  /* "" of "a" */
        {"\x00\x00\x00\x01\x04\x00\x00\x00\x00", 9, 1, NULL},       /* a sized block of one */
        {"\x00\x00\x00\x02\x02\xff\x00\x00\x00", 9, 1, "record 0"}, /* a name that is no text */
        {"\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00", 14, 1, "record 0"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct ls_log *log = create("log:a", LS_LOG_FRESH);
        for (unsigned i = 0; i < cases[k].count; i++) {
            check(append_record(log, 0, 0, i));
        }
        check(ls_log_complete(log, &err));
        ls_log_close(log);
        char name[LS_PATH_MAX];
        struct ls_container_writer *writer;
        check(ls_file_log_name("raw.shop.order", 0, name, &err));
        check(ls_container_create("a/raw.shop.order/0.avro", name, ls_file_log_schema, 1024,
                                  &writer, &err));
        for (unsigned i = 0; i < cases[k].count; i++) {
            size_t part = cases[k].size / cases[k].count;
            check(ls_container_append(writer, cases[k].bytes + i * part, part, &err));
        }
        check(ls_container_finish(writer, false, &err));
        ls_container_writer_free(writer);
        log = open_log("log:a");
        uint64_t records;
        int rc = read_all(log, &records);
        if (cases[k].part) {
            check_refused(rc, LS_E_DATA, cases[k].part);
            assert_non_null(strstr(err.text, "a/raw.shop.order/0.avro"));
        } else {
            check(rc);
        }
        ls_log_close(log);
        check(ls_tree_remove("a", &err));
    }
}

static void a_file_that_is_no_partition_is_refused(void **state)
{
    (void)state;
    write_log("log:a");
    struct ls_container_writer *writer;
    check(ls_container_create("a/raw.shop.order/0.avro", "x", "\"string\"", 10, &writer, &err));
    check(ls_container_finish(writer, false, &err));
    ls_container_writer_free(writer);
    struct ls_log *log = open_log("log:a");
    uint64_t records;
    check_refused(read_all(log, &records), LS_E_DATA, "no partition of a file log");
    ls_log_close(log);
    assert_int_equal(unlink("a/raw.shop.visit/0.avro"), 0);
    log = open_log("log:a"); /* an empty partition's file is missed too */
    struct ls_log_reader *reader;
    check_refused(ls_log_reader_new(log, 1, 0, 0, &reader, &err), LS_E_NOINPUT,
                  "raw.shop.visit/0.avro");
    ls_log_close(log);
}

/* ---- a full disk, no memory */

static void a_full_disk_is_an_error_and_can_be_resumed(void **state)
{
    (void)state;
    struct rlimit before;
    write_log("log:whole");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    static const rlim_t limits[] = {10, 900, 1500, 4000, 12000};
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
        struct rlimit limit = {limits[k], before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        struct ls_log *log = NULL;
        int rc = ls_log_create("log:full", topics, TOPICS, &identity, LS_LOG_FRESH, &log, &err);
        rc = rc < 0 ? rc : append_until(log, 1069);
        rc = rc < 0 ? rc : ls_log_complete(log, &err);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        check_refused(rc, LS_E_IO, "full/");
        ls_log_close(log);
        remake("log:full");
        check_same_logs("full", "whole");
        check(ls_tree_remove("full", &err));
    }
    signal(SIGXFSZ, SIG_DFL);
}

static int write_and_read(const char *uri, enum ls_log_mode mode)
{
    struct ls_log *log = NULL;
    struct ls_log_reader *reader = NULL;
    int rc = ls_log_create(uri, topics, TOPICS, &identity, mode, &log, &err);
    rc = rc < 0 ? rc : append_until(log, 1069);
    rc = rc < 0 ? rc : ls_log_complete(log, &err);
    ls_log_close(log);
    log = NULL;
    rc = rc < 0 ? rc : ls_log_open(uri, false, &log, &err);
    rc = rc < 0 ? rc : ls_log_reader_new(log, 0, 0, 1000, &reader, &err);
    size_t count = 1;
    while (rc == 0 && count) {
        const struct ls_log_record *records;
        rc = ls_log_read(reader, 10, &records, &count, &err);
    }
    ls_log_reader_free(reader);
    ls_log_close(log);
    return rc;
}

static void refused_memory_is_an_error(void **state)
{
    unsigned refused = 0;
    int rc;
    (void)state;
    write_log("log:whole");
    do {
        check(ls_tree_remove("a", &err));
        ls_mem_refuse(++refused);
        rc = write_and_read("log:a", LS_LOG_FRESH);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    } while (rc != 0);
    assert_true(refused > 40);
    check_same_logs("a", "whole");
    char *manifest = partial_manifest();
    uint8_t *bytes;
    size_t size = read_whole("whole/raw.shop.order/0.avro", &bytes);
    refused = 0;
    do { /* resuming: the measure of what is there can be refused too */
        put_cut(manifest, bytes, size - 1);
        ls_mem_refuse(++refused);
        rc = write_and_read("log:cut", LS_LOG_RESUME);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    } while (rc != 0);
    assert_true(refused > 60);
    check_same_logs("cut", "whole");
    free(bytes);
    free(manifest);
}

static void paths_are_bounded(void **state)
{
    char out[LS_PATH_MAX];
    char *name = calloc(1, LS_PATH_MAX + 1);
    (void)state;
    memset(name, 'a', LS_PATH_MAX);
    check(ls_file_log_path("d", "t", 7, out, &err));
    assert_string_equal(out, "d/t/7.avro");
    check(ls_file_log_name("t", 7, out, &err));
    assert_string_equal(out, "t/7");
    check_refused(ls_file_log_path(name, "t", 7, out, &err), LS_E_USAGE, "longer than 4096");
    check_refused(ls_file_log_name(name, 7, out, &err), LS_E_USAGE, "longer than 4096");
    free(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(a_log_is_read_as_it_was_written),
        FOLDER_TEST(a_reader_begins_at_any_position),
        FOLDER_TEST(large_and_empty_parts_survive),
        FOLDER_TEST(a_record_over_the_limit_is_refused),
        FOLDER_TEST(resuming_after_a_kill_gives_the_same_bytes),
        FOLDER_TEST(resuming_goes_on_wherever_a_run_stopped),
        FOLDER_TEST(resuming_what_was_never_begun_begins_it),
        FOLDER_TEST(a_finished_log_is_not_gone_on_with),
        FOLDER_TEST(resuming_damaged_bytes_writes_them_anew),
        FOLDER_TEST(a_run_that_makes_fewer_records_is_noticed),
        FOLDER_TEST(only_the_same_run_is_resumed),
        FOLDER_TEST(a_log_of_several_domains_is_resumed_with_all_of_them),
        FOLDER_TEST(a_topic_that_no_log_can_hold_is_refused),
        FOLDER_TEST(an_unfinished_log_is_read_only_when_asked),
        FOLDER_TEST(a_torn_tail_is_named),
        FOLDER_TEST(a_short_file_says_how_much_it_has),
        FOLDER_TEST(a_flipped_bit_breaks_nothing),
        FOLDER_TEST(a_block_that_is_none_is_named),
        FOLDER_TEST(a_file_that_is_no_partition_is_refused),
        FOLDER_TEST(a_full_disk_is_an_error_and_can_be_resumed),
        FOLDER_TEST(refused_memory_is_an_error),
        cmocka_unit_test(paths_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
