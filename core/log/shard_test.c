#include "core/log/shard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void texts_are_read_and_written(void **state)
{
    static const struct {
        const char *text;
        struct ls_shard shard;
    } cases[] = {{"0/1", {0, 1}},
                 {"0/8", {0, 8}},
                 {"7/8", {7, 8}},
                 {"4294967294/4294967295", {4294967294, 4294967295}}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct ls_shard shard;
        char text[LS_SHARD_TEXT_MAX];
        assert_true(ls_shard_read(cases[k].text, &shard));
        assert_int_equal(shard.number, cases[k].shard.number);
        assert_int_equal(shard.count, cases[k].shard.count);
        ls_shard_format(&shard, text);
        assert_string_equal(text, cases[k].text);
    }
    char none[LS_SHARD_TEXT_MAX];
    ls_shard_format(&(struct ls_shard){0, 0}, none);
    assert_string_equal(none, "");
}

static void other_texts_are_refused(void **state)
{
    static const char *const wrong[] = {"",
                                        "1",
                                        "/",
                                        "1/",
                                        "/8",
                                        "8/8",
                                        "9/8",
                                        "0/0",
                                        "-1/8",
                                        "1/-8",
                                        "1/8x",
                                        "1 /8",
                                        "01/8",
                                        "1/08",
                                        "1//8",
                                        "1/8/2",
                                        "1.0/8",
                                        "+1/8",
                                        "k/n",
                                        " 1/8",
                                        "1/8 ",
                                        "0/4294967296",
                                        "4294967296/4294967297"};
    struct ls_shard shard;
    (void)state;
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        if (ls_shard_read(wrong[k], &shard)) {
            fail_msg("`%s` is taken", wrong[k]);
        }
    }
}

static void each_partition_is_of_one_shard(void **state)
{
    (void)state;
    for (uint32_t p = 0; p < 100; p++) {
        for (uint32_t count = 1; count < 12; count++) {
            uint32_t owners = 0;
            for (uint32_t k = 0; k < count; k++) {
                owners += ls_shard_has(&(struct ls_shard){k, count}, p);
            }
            assert_int_equal(owners, 1);
        }
        assert_true(ls_shard_has(&(struct ls_shard){0, 0}, p));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_read_and_written),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(each_partition_is_of_one_shard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
