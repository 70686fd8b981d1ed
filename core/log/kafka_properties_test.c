#include "core/log/kafka_properties.h"

#include "core/base/mem.h"
#include "core/log/kafka_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct ls_error err;

static int unset(void **state)
{
    (void)state;
    ls_kafka_unset();
    return 0;
}

static const char *value_of(const char *key, char *out, size_t size)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    assert_int_equal(ls_kafka_configure(conf, &err), 0);
    assert_int_equal(rd_kafka_conf_get(conf, key, out, &size), RD_KAFKA_CONF_OK);
    rd_kafka_conf_destroy(conf);
    return out;
}

static void what_is_set_is_in_the_configuration(void **state)
{
    char out[100];
    (void)state;
    assert_string_equal(value_of("linger.ms", out, sizeof out), "5");
    assert_int_equal(ls_kafka_set("linger.ms=17", &err), 0);
    assert_int_equal(ls_kafka_set("sasl.password=a=b", &err), 0);
    assert_int_equal(ls_kafka_set("linger.ms=18", &err), 0); /* the last one counts */
    assert_string_equal(value_of("linger.ms", out, sizeof out), "18");
    assert_string_equal(value_of("sasl.password", out, sizeof out), "a=b");
    assert_int_equal(ls_kafka_set("topic.retention.ms=1000", &err), 0);
    assert_string_equal(ls_kafka_topic_properties()[0], "retention.ms");
    assert_string_equal(ls_kafka_topic_properties()[1], "1000");
    assert_null(ls_kafka_topic_properties()[2]);
    assert_int_equal(ls_kafka_patience_ms(), 30000);
    assert_int_equal(ls_kafka_set("patience=2m", &err), 0);
    assert_int_equal(ls_kafka_patience_ms(), 120000);
    ls_kafka_unset();
    assert_string_equal(value_of("linger.ms", out, sizeof out), "5");
    assert_null(ls_kafka_topic_properties()[0]);
    assert_int_equal(ls_kafka_patience_ms(), 30000);
}

static void what_cannot_be_set(void **state)
{
    static const char *const cases[][2] = {
        {"linger.ms", "write KEY=VALUE"},
        {"=5", "write KEY=VALUE"},
        {"", "write KEY=VALUE"},
        {"linger=5", "librdkafka has no such property"},
        {"linger.ms=soon", "linger.ms"},
        {"patience=5", "write a duration from 100ms to 24h"},
        {"patience=25h", "write a duration from 100ms to 24h"},
        {"transactional.id=x", "is not to be set: it is the log's name"},
        {"bootstrap.servers=x:1", "is not to be set: the place says it"},
        {"enable.idempotence=false", "is not to be set: a record stands in the log once"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(ls_kafka_set(cases[i][0], &err), LS_E_USAGE);
        if (!strstr(err.text, cases[i][1])) {
            fail_msg("`%s`: `%s` is not in: %s", cases[i][0], cases[i][1], err.text);
        }
    }
}

static void there_is_a_limit(void **state)
{
    (void)state;
    for (int i = 0; i < 64; i++) {
        assert_int_equal(ls_kafka_set("linger.ms=1", &err), 0);
    }
    assert_int_equal(ls_kafka_set("linger.ms=1", &err), LS_E_USAGE);
    assert_non_null(strstr(err.text, "-X is given more than 64 times"));
}

static void all_are_listed_but_our_own(void **state)
{
    struct ls_buf out;
    (void)state;
    ls_buf_init(&out, "list", 1U << 20);
    assert_int_equal(ls_kafka_list(&out, &err), 0);
    const char *text = ls_buf_text(&out, &err);
    assert_non_null(strstr(text, "patience=DURATION"));
    assert_non_null(strstr(text, "\nsasl.password "));
    assert_non_null(strstr(text, "\nlinger.ms "));
    assert_null(strstr(text, "\ntransactional.id "));
    assert_null(strstr(text, "_cb "));
    ls_buf_clear(&out);
}

static void memory_that_is_refused(void **state)
{
    (void)state;
    for (unsigned long nth = 1; nth <= 2; nth++) {
        ls_mem_refuse(nth);
        assert_int_equal(ls_kafka_set("linger.ms=7", &err), LS_E_NOMEM);
        ls_mem_refuse(0);
    }
    char out[100];
    assert_string_equal(value_of("linger.ms", out, sizeof out), "5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_set_is_in_the_configuration, unset),
        cmocka_unit_test_teardown(what_cannot_be_set, unset),
        cmocka_unit_test_teardown(there_is_a_limit, unset),
        cmocka_unit_test_teardown(all_are_listed_but_our_own, unset),
        cmocka_unit_test_teardown(memory_that_is_refused, unset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
