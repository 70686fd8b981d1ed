#include "core/log/kafka_client.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ls_error err;

static void a_place_has_brokers_and_maybe_a_prefix(void **state)
{
    static const struct {
        const char *text, *brokers, *prefix, *wrong; /* a part of the message */
    } cases[] = {
        {"//a:9092", "a:9092", "", NULL},
        {"//a:9092/", "a:9092", "", NULL},
        {"//a:1,b:2/shop", "a:1,b:2", "shop.", NULL},
        {"//[::1]:9092/sh_op-1.x", "[::1]:9092", "sh_op-1.x.", NULL},
        {"a:9092", NULL, NULL, "two slashes are missing"},
        {"/a:9092", NULL, NULL, "two slashes are missing"},
        {"//", NULL, NULL, "no HOST:PORT"},
        {"///shop", NULL, NULL, "no HOST:PORT"},
        {"//me:secret@a:9092/shop", NULL, NULL, "user and password are set with -X"},
        {"//me:sec@ret@a:9092/shop", NULL, NULL, "`kafka://...@a:9092/shop`"},
        {"me:secret@a:9092/shop", NULL, NULL, "two slashes are missing"},
        {"//a:9092/shop/two", NULL, NULL, "a prefix is of letters"},
        {"//a:9092/.shop", NULL, NULL, "a prefix is of letters"},
        {"//a:9092/sh op", NULL, NULL, "a prefix is of letters"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_kafka_place place;
        int rc = ls_kafka_place_parse(cases[i].text, &place, &err);
        if (cases[i].wrong) {
            assert_int_equal(rc, LS_E_USAGE);
            assert_non_null(strstr(err.text, cases[i].wrong));
            assert_non_null(strstr(err.text, "write kafka://HOST:PORT[,HOST:PORT...][/PREFIX]"));
            assert_null(strstr(err.text, "secret"));
        } else {
            assert_int_equal(rc, 0);
            assert_string_equal(place.brokers, cases[i].brokers);
            assert_string_equal(place.prefix, cases[i].prefix);
        }
        ls_kafka_place_clear(&place);
    }
    char longer[200] = "//a:1/";
    memset(longer + 6, 'x', 101);
    struct ls_kafka_place place;
    assert_int_equal(ls_kafka_place_parse(longer, &place, &err), LS_E_USAGE);
    ls_kafka_place_clear(&place);
    longer[106] = '\0';
    assert_int_equal(ls_kafka_place_parse(longer, &place, &err), 0);
    ls_kafka_place_clear(&place);
}

static void memory_that_is_refused(void **state)
{
    (void)state;
    for (unsigned long nth = 1; nth <= 3; nth++) {
        struct ls_kafka_place place;
        ls_mem_refuse(nth);
        assert_int_equal(ls_kafka_place_parse("//a:1/b", &place, &err), LS_E_NOMEM);
        ls_mem_refuse(0);
        ls_kafka_place_clear(&place);
    }
}

static void some_errors_pass(void **state)
{
    (void)state;
    assert_true(ls_kafka_is_passing(RD_KAFKA_RESP_ERR__TRANSPORT));
    assert_true(ls_kafka_is_passing(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION));
    assert_false(ls_kafka_is_passing(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED));
    assert_false(ls_kafka_is_passing(RD_KAFKA_RESP_ERR__AUTHENTICATION));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_has_brokers_and_maybe_a_prefix),
        cmocka_unit_test(memory_that_is_refused),
        cmocka_unit_test(some_errors_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
