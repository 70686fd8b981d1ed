#include "core/log/inspect.h"

#include "core/base/file.h"
#include "core/base/mem.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static struct ls_error err;

enum { RECORDS = 3000 }; /* of partition 0: three blocks; partition 1 has 5, partition 2 none */

static void append(struct ls_log *log, uint32_t partition, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const struct ls_log_record record = {.timestamp_ms = 1000 * (int64_t)partition + (int64_t)i,
                                             .key = (const uint8_t *)"k",
                                             .key_size = 1,
                                             .value = (const uint8_t *)"value",
                                             .value_size = 5};
        assert_int_equal(ls_log_append(log, 0, partition, &record, &err), 0);
    }
}

static int make_log(void **state)
{
    static const struct ls_log_topic topic = {.name = "t", .partitions = 3};
    static const struct ls_log_identity identity = {"shop", "0123", 3005, INT64_MAX,
                                                    NULL,   {0, 0}, NULL};
    struct ls_log *log;
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/lockstep-inspect-XXXXXX");
    if (!mkdtemp(folder) || chdir(folder) < 0) {
        return -1;
    }
    assert_int_equal(ls_log_create("log:x", &topic, 1, &identity, LS_LOG_FRESH, &log, &err), 0);
    append(log, 0, RECORDS);
    append(log, 1, 5);
    assert_int_equal(ls_log_complete(log, &err), 0);
    ls_log_close(log);
    return 0;
}

static int remove_log(void **state)
{
    (void)state;
    return chdir("/") == 0 && ls_tree_remove(folder, &err) == 0 ? 0 : -1;
}

#define LOG_TEST(test) cmocka_unit_test_setup_teardown(test, make_log, remove_log)

static struct ls_log_inspection inspect(bool all)
{
    struct ls_log *log;
    struct ls_log_inspection found;
    assert_int_equal(ls_log_open("log:x", false, &log, &err), 0);
    struct ls_log_inspect job = {.log = log, .all = all};
    assert_int_equal(ls_log_inspect(&job, 0, &found, &err), 0);
    ls_log_close(log);
    return found;
}

static void a_sound_log_is_told(void **state)
{
    (void)state;
    for (int all = 0; all < 2; all++) {
        struct ls_log_inspection found = inspect(all);
        assert_int_equal(found.records, RECORDS + 5);
        assert_true(found.bytes > (uint64_t)9 * (RECORDS + 5));
        assert_int_equal(found.first_ms, 0);
        assert_int_equal(found.last_ms, RECORDS - 1);
        assert_int_equal(found.damaged, 0);
    }
}

static void write_at(const char *path, const char *bytes, size_t size, uint64_t offset)
{
    int fd = ls_file_open(path, O_WRONLY, 0, &err);
    assert_true(fd >= 0);
    assert_int_equal(ls_file_write_at(fd, bytes, size, offset, path, &err), 0);
    close(fd);
}

static uint64_t size_of(const char *path)
{
    int fd = ls_file_open(path, O_RDONLY, 0, &err);
    off_t size = lseek(fd, 0, SEEK_END);
    close(fd);
    return (uint64_t)size;
}

static void flip(void)
{
    write_at("x/t/0.avro", "\xff\xff\xff\xff", 4, size_of("x/t/0.avro") / 2);
}

static void lengthen(void)
{
    write_at("x/t/0.avro", "\x80\x80\x80", 3, size_of("x/t/0.avro"));
}

static void cut(void)
{
    assert_int_equal(truncate("x/t/0.avro", (off_t)size_of("x/t/0.avro") - 1), 0);
}

static void take_away(void)
{
    assert_int_equal(unlink("x/t/0.avro"), 0);
}

/* A manifest that promises fewer records than there are. */
static void promise_less(void)
{
    struct ls_buf text;
    ls_buf_init(&text, "manifest", 1U << 16);
    assert_int_equal(ls_file_read("x/manifest.json", &text, &err), 0);
    char *end = strstr(ls_buf_text(&text, &err), "[3000, ");
    assert_non_null(end);
    memcpy(end + 1, "2999", 4);
    assert_int_equal(ls_file_replace("x/manifest.json", text.data, text.size, &err), 0);
    ls_buf_clear(&text);
}

/* The first place is named, and the other partitions are looked at all the same. */
static void damage_has_its_place(void **state)
{
    static const struct {
        void (*damage)(void);
        const char *part;
        uint64_t records; /* in front of it, and of the sound partition */
        bool cheap;       /* is it found without reading all? */
    } cases[] = {
        {flip, "x/t/0.avro: record ", 1024 + 5, false},
        {lengthen, "t/0 goes on behind its last block, at byte 4", RECORDS + 5, true},
        {cut, "x/t/0.avro: the block at byte ", 2048 + 5, true},
        {take_away, "x/t/0.avro", 5, true},
        {promise_less, "t/0 holds 3000 records; its manifest promises 2999", RECORDS + 4, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(remove_log(state), 0);
        assert_int_equal(make_log(state), 0);
        cases[i].damage();
        struct ls_log_inspection found = inspect(true);
        assert_int_equal(found.damaged, 1);
        assert_int_equal(found.records, cases[i].records);
        if (!strstr(found.damage.text, cases[i].part)) {
            fail_msg("`%s` does not say `%s`", found.damage.text, cases[i].part);
        }
        assert_int_equal(inspect(false).damaged, cases[i].cheap);
    }
}

static int stop(void *context, uint64_t done, struct ls_error *error)
{
    *(uint64_t *)context = done;
    return done > 2000 ? ls_error_set(error, LS_E_INTERRUPTED, "enough") : 0;
}

static void an_inspection_can_be_stopped(void **state)
{
    struct ls_log *log;
    struct ls_log_inspection found;
    uint64_t done = 0;
    (void)state;
    assert_int_equal(ls_log_open("log:x", false, &log, &err), 0);
    struct ls_log_inspect job = {.log = log, .all = true, .progress = stop, .context = &done};
    assert_int_equal(ls_log_inspect(&job, 0, &found, &err), LS_E_INTERRUPTED);
    assert_int_equal(done, 2048);
    ls_log_close(log);
}

static void refused_memory_is_no_damage(void **state)
{
    struct ls_log *log;
    struct ls_log_inspection found;
    int rc = LS_E_NOMEM;
    (void)state;
    assert_int_equal(ls_log_open("log:x", false, &log, &err), 0);
    for (unsigned long n = 1; rc == LS_E_NOMEM; n++) {
        struct ls_log_inspect job = {.log = log, .all = true};
        ls_mem_refuse(n);
        rc = ls_log_inspect(&job, 0, &found, &err);
        ls_mem_refuse(0);
    }
    assert_int_equal(rc, 0);
    assert_int_equal(found.damaged, 0);
    assert_int_equal(found.records, RECORDS + 5);
    ls_log_close(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(a_sound_log_is_told),
        LOG_TEST(damage_has_its_place),
        LOG_TEST(an_inspection_can_be_stopped),
        LOG_TEST(refused_memory_is_no_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
