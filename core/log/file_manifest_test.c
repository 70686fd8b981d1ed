#include "core/base/mem.h"
#include "core/log/file_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static struct ls_error err;

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/lockstep-manifest-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return chdir("/") == 0 && ls_tree_remove(folder, &err) == 0 ? 0 : -1;
}

#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

static const struct ls_log_topic topics[] = {{.name = "raw.shop.order", .partitions = 3},
                                             {.name = "raw.shop.visit", .partitions = 1}};
static uint64_t order_counts[] = {5, 0, INT64_MAX};
static uint64_t visit_counts[] = {7};
static uint64_t *const counts[] = {order_counts, visit_counts};

static void check(int rc)
{
    if (rc < 0) {
        fail_msg("%s", err.text);
    }
}

static void a_manifest_is_read_as_it_was_written(void **state)
{
    static const struct ls_log_identity third = {"third", "02", 5, INT64_MAX, NULL, {0, 0}, NULL};
    static const struct ls_log_identity second = {"second", "01",   UINT64_MAX, -4,
                                                  &third,   {0, 0}, NULL};
    static const struct ls_log_identity cases[] = {
        {"shop", "00ff", 12, INT64_MAX, NULL, {0, 0}, NULL},
        {"a", "", UINT64_MAX, INT64_MIN, NULL, {0, 0}, NULL},
        {"b_c", "0123", 0, -1, NULL, {3, 8}, "0f"},
        {"first", "00", 1, 2, &second, {0, 0}, NULL},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        for (int complete = 0; complete < 2; complete++) {
            struct ls_log_manifest m;
            check(ls_file_manifest_write(".", complete, &cases[k], topics, 2,
                                         complete ? counts : NULL, &err));
            check(ls_file_manifest_read(".", &m, &err));
            assert_int_equal(m.complete, complete);
            const struct ls_log_identity *read = m.identity;
            for (const struct ls_log_identity *i = &cases[k]; i; i = i->next, read = read->next) {
                assert_string_equal(read->domain, i->domain);
                assert_string_equal(read->spec_sha256, i->spec_sha256);
                assert_true(read->events == i->events && read->until_ms == i->until_ms);
                assert_true(read->shard.number == i->shard.number &&
                            read->shard.count == i->shard.count);
                assert_string_equal(read->writer ? read->writer : "", i->writer ? i->writer : "");
            }
            assert_null(read);
            assert_int_equal(m.topic_count, 2);
            for (size_t t = 0; t < 2; t++) {
                assert_string_equal(m.topics[t].name, topics[t].name);
                assert_int_equal(m.topics[t].partitions, topics[t].partitions);
                for (uint32_t p = 0; p < topics[t].partitions; p++) {
                    assert_true(m.ends[t][p] == (complete ? counts[t][p] : 0));
                }
            }
            ls_log_manifest_clear(&m);
        }
    }
}

static void check_text(const struct ls_log_identity *identity, const char *wanted)
{
    static const struct ls_log_topic topic = {.name = "t", .partitions = 1};
    struct ls_buf text;
    check(ls_file_manifest_write(".", false, identity, &topic, 1, NULL, &err));
    ls_buf_init(&text, "manifest", 10000);
    check(ls_file_read("manifest.json", &text, &err));
    assert_string_equal(ls_buf_text(&text, &err), wanted);
    ls_buf_clear(&text);
}

/* The form of one domain is older than that of several, and stays. */
static void the_text_of_one_domain_and_of_several(void **state)
{
    static const struct ls_log_identity second = {"bank", "01", UINT64_MAX, -4, NULL, {2, 3}, NULL};
    static const struct ls_log_identity both = {"shop",  "00ff", 12,  INT64_MAX,
                                                &second, {0, 0}, NULL};
    static const struct ls_log_identity one = {"shop", "00ff", 12, INT64_MAX, NULL, {0, 0}, NULL};
    (void)state;
    check_text(&one, "{\n  \"lockstep_log\": 1,\n  \"complete\": false,\n"
                     "  \"domain\": \"shop\",\n  \"spec_sha256\": \"00ff\",\n"
                     "  \"events\": \"12\",\n  \"until\": \"9223372036854775807\",\n"
                     "  \"topics\": [\n    {\"name\": \"t\", \"partitions\": 1, \"ends\": []}\n"
                     "  ]\n}\n");
    check_text(
        &both,
        "{\n  \"lockstep_log\": 1,\n  \"complete\": false,\n  \"domains\": [\n"
        "    {\"domain\": \"shop\", \"spec_sha256\": \"00ff\", \"events\": \"12\", "
        "\"until\": \"9223372036854775807\"},\n"
        "    {\"domain\": \"bank\", \"spec_sha256\": \"01\", "
        "\"events\": \"18446744073709551615\", \"until\": \"-4\", \"shard\": \"2/3\"}\n  ],\n"
        "  \"topics\": [\n    {\"name\": \"t\", \"partitions\": 1, \"ends\": []}\n"
        "  ]\n}\n");
}

static const char sound[] = "{\"lockstep_log\": 1, \"complete\": true, \"domain\": \"shop\",\n"
                            "\"spec_sha256\": \"00\", \"events\": \"5\", \"until\": \"-7\",\n"
                            "\"topics\": [{\"name\": \"a\", \"partitions\": 2,\n"
                            "\"ends\": [3, 4]}]}\n";

static int read_changed(const char *find, const char *replacement, struct ls_log_manifest *m)
{
    char text[4096];
    const char *at = strstr(sound, find);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - sound), sound, replacement,
             at + strlen(find));
    check(ls_file_replace("manifest.json", text, strlen(text), &err));
    return ls_file_manifest_read(".", m, &err);
}

static void wrong_shapes_are_refused(void **state)
{
    static const struct {
        const char *find, *replacement, *part;
    } cases[] = {
        {"{\"lockstep_log\"", "{{", "line 1"},
        {"\"domain\": \"shop\"", "\"complete\": true", "line 1"}, /* a key twice */
        {"\"lockstep_log\": 1", "\"lockstep_log\": 2", "no manifest of a log of version 1"},
        {"\"lockstep_log\": 1", "\"lockstep_log\": \"1\"", "no manifest"},
        {"\"complete\": true", "\"complete\": 1", "no manifest"},
        {"\"complete\": true, ", "", "no manifest"},
        {"\"shop\"", "5", "no manifest"},
        {"\"spec_sha256\": \"00\",", "", "no manifest"},
        {"[{\"name\": \"a\", \"partitions\": 2,\n\"ends\": [3, 4]}]", "{}", "no manifest"},
        {"\"domain\": \"shop\"", "\"domains\": 1", "no manifest"},
        {"\"domain\": \"shop\"", "\"domains\": []", "no manifest"},
        {"\"domain\": \"shop\"", "\"domains\": [{}]", "no manifest"},
        {"\"domain\": \"shop\"",
         "\"domains\": [{\"domain\": \"a\", \"spec_sha256\": \"\", \"events\": \"1\", \"until\": "
         "\"1\"}, {\"domain\": \"b\", \"spec_sha256\": \"\", \"events\": \"1\"}]",
         "is no number"},
        {"\"events\": \"5\"", "\"events\": 5", "is no number"},
        {"\"events\": \"5\"", "\"events\": \"5x\"", "is no number"},
        {"\"events\": \"5\"", "\"events\": \"-5\"", "is no number"},
        {"\"events\": \"5\"", "\"events\": \"18446744073709551616\"", "is no number"},
        {"\"until\": \"-7\"", "\"until\": \"\"", "is no number"},
        {"\"until\": \"-7\"", "\"until\": \"-7\", \"shard\": \"8/8\"", "is no K/N"},
        {"\"until\": \"-7\"", "\"until\": \"-7\", \"shard\": 1", "is no K/N"},
        {"\"until\": \"-7\"", "\"until\": \"9223372036854775808\"", "is no number"},
        {"{\"name\": \"a\"", "5, {\"name\": \"a\"", "a topic in it"},
        {"\"a\"", "\"\"", "cannot name a topic"},
        {"\"a\"", "\"../a\"", "cannot name a topic"},
        {"\"a\"", "\"..\"", "cannot name a topic"},
        {"\"a\"", "7", "a topic in it"},
        {": 2,", ": 0,", "a topic in it"},
        {": 2,", ": 1025,", "a topic in it"},
        {": 2,", ": 3,", "a topic in it"},
        {": 2,", ": 1,", "a topic in it"},
        {"[3, 4]", "5", "a topic in it"},
        {"true", "false", "a topic in it"}, /* ends of what is not complete */
        {"[3, 4]", "{}", "a topic in it"},
        {"[3, 4]", "[3, -4]", "the end of partition 1 of a"},
        {"[3, 4]", "[3.5, 4]", "the end of partition 0 of a"},
        {"[3, 4]", "[3, \"4\"]", "the end of partition 1 of a"},
    };
    struct ls_log_manifest m;
    (void)state;
    check(read_changed("shop", "shop", &m));
    assert_int_equal(m.ends[0][1], 4);
    ls_log_manifest_clear(&m);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        int rc = read_changed(cases[k].find, cases[k].replacement, &m);
        if (rc != LS_E_DATA || !strstr(err.text, "./manifest.json") ||
            !strstr(err.text, cases[k].part)) {
            fail_msg("`%s` for `%s`: %d, %s", cases[k].replacement, cases[k].find, rc, err.text);
        }
        ls_log_manifest_clear(&m);
    }
}

static void a_manifest_may_be_missing(void **state)
{
    struct ls_log_manifest m;
    (void)state;
    assert_int_equal(ls_file_manifest_read("none", &m, &err), LS_E_NOINPUT);
    ls_log_manifest_clear(&m);
}

static void refused_memory_is_an_error(void **state)
{
    static const struct ls_log_identity identity = {"shop", "00ff", 12,  INT64_MAX,
                                                    NULL,   {0, 0}, NULL};
    unsigned refused = 0;
    int rc;
    (void)state;
    do {
        struct ls_log_manifest m = {0};
        ls_mem_refuse(++refused);
        rc = ls_file_manifest_write(".", true, &identity, topics, 2, counts, &err);
        rc = rc < 0 ? rc : ls_file_manifest_read(".", &m, &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_log_manifest_clear(&m);
    } while (rc != 0);
    assert_true(refused > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(a_manifest_is_read_as_it_was_written),
        FOLDER_TEST(the_text_of_one_domain_and_of_several),
        FOLDER_TEST(wrong_shapes_are_refused),
        FOLDER_TEST(a_manifest_may_be_missing),
        FOLDER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
