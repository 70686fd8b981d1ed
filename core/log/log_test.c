#include "core/log/log.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ls_error err;

static void a_uri_names_a_kind_and_a_place(void **state)
{
    static const char *const wrong[] = {"",      "log",   "log:",      "/tmp/x", "logs:/tmp/x",
                                        "LOG:x", "null:", "lo:/tmp/x", " log:x"};
    static const struct ls_log_topic topic = {.name = "a", .partitions = 1};
    static const struct ls_log_identity identity = {"shop", "00", 1, 0, NULL, {0, 0}, NULL};
    (void)state;
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        struct ls_log *log;
        assert_int_equal(ls_log_open(wrong[k], false, &log, &err), LS_E_USAGE);
        assert_non_null(strstr(err.text, "names no log: write log:"));
        assert_null(log);
        assert_int_equal(ls_log_create(wrong[k], &topic, 1, &identity, LS_LOG_FRESH, &log, &err),
                         LS_E_USAGE);
        assert_null(log);
    }
}

static void kinds_are_whole(void **state)
{
    (void)state;
    for (const struct ls_log_kind *const *kind = ls_log_kinds; *kind; kind++) {
        const struct ls_log_kind *k = *kind;
        assert_true(k->scheme && k->summary && k->create && k->append && k->complete && k->open &&
                    k->close && k->stored && k->reader_new && k->read && k->reader_free);
        assert_non_null(strstr(k->summary, k->scheme));
    }
}

static void nothing_may_be_closed(void **state)
{
    (void)state;
    ls_log_close(NULL);
    ls_log_reader_free(NULL);
}

static void topics_are_copied(void **state)
{
    char name[] = "order";
    const struct ls_log_topic topics[] = {{.name = name, .partitions = 2},
                                          {.name = "visit", .partitions = 1}};
    struct ls_log log = {0};
    (void)state;
    assert_int_equal(ls_log_init(&log, &ls_log_file, topics, 2, &err), 0);
    memset(name, 'x', sizeof name - 1);
    assert_int_equal(ls_log_find_topic(&log, "order"), 0);
    assert_int_equal(ls_log_find_topic(&log, "visit"), 1);
    assert_int_equal(ls_log_find_topic(&log, "xxxxx"), -1);
    log.counts[0][1] = 5;
    assert_int_equal(ls_log_count(&log, 0, 1), 5);
    assert_int_equal(ls_log_count(&log, 0, 0), 0);
    ls_log_clear(&log);
    unsigned refused = 0;
    int rc;
    do {
        log = (struct ls_log){0};
        ls_mem_refuse(++refused);
        rc = ls_log_init(&log, &ls_log_file, topics, 2, &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_log_clear(&log);
    } while (rc != 0);
    assert_int_equal(refused, 10);
}

/* ---- digests */

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

/* Any two of these are two. */
static const struct ls_log_record records[] = {
    {0, 0, NULL, 0, NULL, 0, NULL, 0},        {0, 1, NULL, 0, NULL, 0, NULL, 0},
    {0, -1, NULL, 0, NULL, 0, NULL, 0},       {0, 0, BYTES(""), NULL, 0, NULL, 0},
    {0, 0, NULL, 0, NULL, 0, BYTES("")},      {0, 0, BYTES(""), NULL, 0, BYTES("")},
    {0, 0, BYTES("a"), NULL, 0, BYTES("bc")}, {0, 0, BYTES("ab"), NULL, 0, BYTES("c")},
    {0, 0, BYTES("abc"), NULL, 0, BYTES("")}, {0, 0, BYTES("abc"), NULL, 0, NULL, 0},
    {0, 0, NULL, 0, NULL, 0, BYTES("abc")},   {0, 0, NULL, 0, BYTES("abc"), NULL, 0},
    {0, 0, BYTES("bc"), NULL, 0, BYTES("a")}, {0, 0, BYTES("\0"), NULL, 0, NULL, 0},
};
enum { RECORDS = sizeof records / sizeof *records };

static struct ls_id digest_of(const size_t *order, size_t count)
{
    struct ls_id digest = {0, 0};
    for (size_t i = 0; i < count; i++) {
        digest = ls_log_digest(digest, &records[order[i]]);
    }
    return digest;
}

/* What is counted goes with its topic. */
static void topics_can_be_selected(void **state)
{
    static const struct ls_log_topic topics[] = {{.name = "a", .partitions = 1},
                                                 {.name = "b", .partitions = 2},
                                                 {.name = "c", .partitions = 3},
                                                 {.name = "d", .partitions = 4}};
    static const struct {
        size_t count;
        const char *names[4];
    } cases[] = {
        {0, {NULL}}, {1, {"c"}}, {2, {"d", "a"}}, {3, {"a", "b", "c"}}, {4, {"d", "c", "b", "a"}}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct ls_log log = {0};
        size_t count;
        assert_int_equal(ls_log_init(&log, &ls_log_file, topics, 4, &err), 0);
        for (uint32_t t = 0; t < 4; t++) {
            log.counts[t][0] = 10 + t;
        }
        assert_int_equal(ls_log_select(&log, cases[k].names, cases[k].count, &err), 0);
        const struct ls_log_topic *now = ls_log_topics(&log, &count);
        assert_int_equal(count, cases[k].count);
        for (uint32_t t = 0; t < count; t++) {
            unsigned number = (unsigned)(cases[k].names[t][0] - 'a');
            assert_string_equal(now[t].name, cases[k].names[t]);
            assert_int_equal(now[t].partitions, 1 + number);
            assert_int_equal(ls_log_count(&log, t, 0), 10 + number);
        }
        ls_log_clear(&log);
    }
    static const char *const wrong[][2] = {{"a", "e"}, {"a", "a"}};
    for (size_t k = 0; k < 2; k++) {
        struct ls_log log = {0};
        assert_int_equal(ls_log_init(&log, &ls_log_file, topics, 4, &err), 0);
        assert_int_equal(ls_log_select(&log, wrong[k], 2, &err), LS_E_DATA);
        assert_non_null(strstr(err.text, "the log has no topic "));
        ls_log_clear(&log);
    }
}

static void a_digest_tells_records_and_their_order_apart(void **state)
{
    (void)state;
    for (size_t a = 0; a < RECORDS; a++) {
        for (size_t b = 0; b < RECORDS; b++) {
            const size_t one[] = {a, b};
            const size_t other[] = {b, a};
            struct ls_id x = digest_of(one, 2);
            assert_true(ls_id_equal(x, digest_of(other, 2)) == (a == b));
            assert_true(ls_id_equal(digest_of(one, 1), digest_of(other, 1)) == (a == b));
            assert_false(ls_id_equal(x, digest_of(one, 1)));
        }
    }
}

static void an_offset_is_no_content(void **state)
{
    struct ls_log_record moved = records[6];
    (void)state;
    moved.offset = 77;
    assert_true(ls_id_equal(ls_log_digest((struct ls_id){1, 2}, &moved),
                            ls_log_digest((struct ls_id){1, 2}, &records[6])));
}

/* Audit manifests keep digests: another value for the same records would be another format. */
static void digests_are_pinned(void **state)
{
    const size_t order[] = {6, 0, 11};
    (void)state;
    struct ls_id digest = digest_of(order, 3);
    assert_true(digest.high == UINT64_C(0x836ce43bb589596b));
    assert_true(digest.low == UINT64_C(0xfab62a1ba7bb0145));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_uri_names_a_kind_and_a_place),
        cmocka_unit_test(kinds_are_whole),
        cmocka_unit_test(nothing_may_be_closed),
        cmocka_unit_test(topics_are_copied),
        cmocka_unit_test(topics_can_be_selected),
        cmocka_unit_test(a_digest_tells_records_and_their_order_apart),
        cmocka_unit_test(an_offset_is_no_content),
        cmocka_unit_test(digests_are_pinned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
