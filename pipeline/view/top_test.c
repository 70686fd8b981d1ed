#include "pipeline/view/top.h"

#include "core/base/draw.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ls_error err;

struct offer {
    const char *value; /* Avro binary without a zero byte in it */
    ls_i128 amount;
};

static int put(const struct offer *offers, size_t count, uint32_t k, bool decimal,
               struct ls_buf *out)
{
    struct ls_top top;
    ls_buf_init(out, "top", 1U << 20);
    int rc = ls_top_new(k, &top, &err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = ls_top_offer(&top, (const uint8_t *)offers[i].value, (uint32_t)strlen(offers[i].value),
                          offers[i].amount, &err);
    }
    rc = rc < 0 ? rc : ls_top_put(&top, decimal, out, &err);
    ls_top_clear(&top);
    return rc;
}

/* One block: how many, each value and its amount, and the end; of nothing the end alone. */
static void test_bytes(void **state)
{
    static const struct {
        const char *name;
        struct offer offers[5];
        uint32_t k;
        bool decimal;
        size_t size;
        const char *bytes;
    } cases[] = {
        {"nothing", {{NULL, 0}}, 3, false, 1, "\0"},
        {"one", {{"\2a", 5}}, 3, false, 5, "\2\2a\xa\0"},
        {"as many as k", {{"\2a", 1}, {"\2b", 2}}, 2, false, 8, "\4\2b\4\2a\2\0"},
        {"more than k", {{"\2a", 1}, {"\2b", 3}, {"\2c", 2}}, 2, false, 8, "\4\2b\6\2c\4\0"},
        {"the best of them", {{"\2a", 3}, {"\2b", 1}, {"\2c", 2}}, 1, false, 5, "\2\2a\6\0"},
        {"ties by bytes", {{"\2c", 1}, {"\2a", 1}, {"\2b", 1}}, 2, false, 8, "\4\2a\2\2b\2\0"},
        {"a shorter one first", {{"\4a", 1}, {"\4", 1}}, 1, false, 4, "\2\4\2\0"},
        {"bytes have no sign", {{"\x80\1", 1}, {"\x7f", 1}}, 1, false, 4, "\2\x7f\2\0"},
        {"a value of no bytes", {{"", 1}, {"\2a", 1}}, 2, false, 6, "\4\2\2a\2\0"},
        {"negative amounts", {{"\2a", -2}, {"\2b", -1}}, 2, false, 8, "\4\2b\1\2a\3\0"},
        {"decimals", {{"\2a", 1}, {"\2b", -129}}, 2, true, 11, "\4\2a\2\1\2b\4\xff\x7f\0"},
        {"the greatest long",
         {{"\2a", INT64_MAX}},
         1,
         false,
         14,
         "\2\2a\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1\0"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_buf out;
        size_t count = 0;
        while (count < 5 && cases[i].offers[count].value) {
            count++;
        }
        assert_int_equal(put(cases[i].offers, count, cases[i].k, cases[i].decimal, &out), 0);
        if (out.size != cases[i].size || memcmp(out.data, cases[i].bytes, out.size) != 0) {
            fail_msg("%s: %zu bytes", cases[i].name, out.size);
        }
        ls_buf_clear(&out);
    }
}

/* Past 64 bits an amount is a decimal or nothing. */
static void test_amounts_that_do_not_fit(void **state)
{
    static const ls_i128 amounts[] = {(ls_i128)INT64_MAX + 1, (ls_i128)INT64_MIN - 1};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct ls_buf out;
        const struct offer offer = {"\2a", amounts[i]};
        assert_int_equal(put(&offer, 1, 3, false, &out), LS_E_DATA);
        assert_string_equal(err.text, "an amount of a top does not fit its type");
        ls_buf_clear(&out);
        assert_int_equal(put(&offer, 1, 3, true, &out), 0);
        assert_int_equal(out.size, 1 + 2 + 1 + 9 + 1);
        ls_buf_clear(&out);
    }
}

/* It does not matter in which order values are offered, and the list is as sorting gives it. */
static int by_amount(const void *a, const void *b)
{
    const struct offer *x = a;
    const struct offer *y = b;
    return x->amount != y->amount ? (x->amount < y->amount) - (x->amount > y->amount)
                                  : strcmp(x->value, y->value);
}

static void test_order(void **state)
{
    enum { COUNT = 60 };
    static char texts[COUNT][4];
    const struct ls_permutation order = ls_permutation_of(COUNT);
    (void)state;
    for (uint64_t round = 0; round < 100; round++) {
        struct offer sorted[COUNT];
        struct offer offers[COUNT];
        uint64_t key = ls_stream_key(round, "top");
        for (uint64_t i = 0; i < COUNT; i++) {
            snprintf(texts[i], sizeof texts[i], "%02d", (int)i);
            sorted[i] = (struct offer){texts[i],
                                       (ls_i128)ls_below(ls_word(key, i, 0), 1 + round % 20)};
        }
        for (uint64_t i = 0; i < COUNT; i++) {
            offers[i] = sorted[ls_permute(&order, key, i)];
        }
        qsort(sorted, COUNT, sizeof *sorted, by_amount);
        uint32_t k = 1 + (uint32_t)(round % 70);
        struct ls_buf out;
        struct ls_buf expected;
        assert_int_equal(put(offers, COUNT, k, false, &out), 0);
        assert_int_equal(put(sorted, k < COUNT ? k : COUNT, COUNT, false, &expected), 0);
        assert_int_equal(out.size, expected.size);
        assert_memory_equal(out.data, expected.data, out.size);
        ls_buf_clear(&out);
        ls_buf_clear(&expected);
    }
}

/* Behind what was put it begins anew, and puts behind what is there. */
static void test_again(void **state)
{
    struct ls_top top;
    struct ls_buf out;
    (void)state;
    ls_buf_init(&out, "top", 1U << 16);
    assert_int_equal(ls_top_new(2, &top, &err), 0);
    assert_int_equal(ls_top_offer(&top, (const uint8_t *)"\2a", 2, 9, &err), 0);
    assert_int_equal(ls_top_put(&top, false, &out, &err), 0);
    assert_int_equal(ls_top_offer(&top, (const uint8_t *)"\2b", 2, 1, &err), 0);
    assert_int_equal(ls_top_put(&top, false, &out, &err), 0);
    assert_int_equal(out.size, 10);
    assert_memory_equal(out.data, "\2\2a\x12\0\2\2b\2\0", 10);
    ls_top_clear(&top);
    ls_buf_clear(&out);
}

static void test_refused_memory(void **state)
{
    static const struct offer offers[] = {
        {"\2a", 1}, {"a value that is longer than the room for a number is", 2}, {"\2c", 3}};
    unsigned long refused = 0;
    (void)state;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_buf out;
        ls_mem_refuse(refused + 1);
        rc = put(offers, 3, 2, false, &out);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && err.code == LS_E_NOMEM));
        ls_buf_clear(&out);
    }
    assert_true(refused > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),          cmocka_unit_test(test_amounts_that_do_not_fit),
        cmocka_unit_test(test_order),          cmocka_unit_test(test_again),
        cmocka_unit_test(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
