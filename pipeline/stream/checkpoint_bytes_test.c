#include "pipeline/stream/checkpoint_bytes.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ls_error err;

static void put_all(struct ls_buf *out)
{
    static const uint64_t words[] = {0, 1, UINT64_MAX};
    ls_buf_init(out, "checkpoint", 1U << 16);
    assert_int_equal(ls_checkpoint_put(out, UINT64_C(0x0102030405060708), &err), 0);
    assert_int_equal(ls_checkpoint_put_bytes(out, "text", 4, &err), 0);
    assert_int_equal(ls_checkpoint_put_bytes(out, NULL, 0, &err), 0);
    assert_int_equal(ls_checkpoint_put_words(out, words, 3, &err), 0);
}

/* Numbers are eight bytes, the least first; texts have their size in front. */
static void test_round_trip(void **state)
{
    struct ls_buf bytes;
    uint64_t words[3];
    size_t size;
    (void)state;
    put_all(&bytes);
    assert_int_equal(bytes.size, 8 + 8 + 4 + 8 + 24);
    assert_memory_equal(bytes.data, "\x8\7\6\5\4\3\2\1\4\0\0\0\0\0\0\0text", 20);
    struct checkpoint_reader r = {bytes.data, bytes.data + bytes.size, false};
    assert_true(ls_checkpoint_get(&r) == UINT64_C(0x0102030405060708));
    assert_memory_equal(ls_checkpoint_get_bytes(&r, &size), "text", 4);
    assert_int_equal(size, 4);
    (void)ls_checkpoint_get_bytes(&r, &size);
    assert_int_equal(size, 0);
    ls_checkpoint_get_words(&r, words, 3);
    assert_true(words[0] == 0 && words[1] == 1 && words[2] == UINT64_MAX);
    assert_false(r.bad);
    assert_ptr_equal(r.at, r.end);
    assert_true(ls_checkpoint_get(&r) == 0); /* past the end */
    assert_true(r.bad);
    ls_buf_clear(&bytes);
}

/* Cut anywhere it is bad, and what is read are zeros. */
static void test_cut(void **state)
{
    struct ls_buf bytes;
    (void)state;
    put_all(&bytes);
    for (size_t cut = 0; cut < bytes.size; cut++) {
        struct checkpoint_reader r = {bytes.data, bytes.data + cut, false};
        uint64_t words[3];
        size_t size;
        (void)ls_checkpoint_get(&r);
        (void)ls_checkpoint_get_bytes(&r, &size);
        (void)ls_checkpoint_get_bytes(&r, &size);
        ls_checkpoint_get_words(&r, words, 3);
        assert_true(r.bad && words[2] == 0);
        assert_true(r.at <= r.end);
    }
    ls_buf_clear(&bytes);
}

/* A size that is more than there is, however large. */
static void test_sizes(void **state)
{
    static const uint64_t sizes[] = {5, UINT64_MAX, UINT64_MAX - 7, UINT64_C(1) << 63};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct ls_buf bytes;
        size_t size = 9;
        ls_buf_init(&bytes, "checkpoint", 1U << 16);
        assert_int_equal(ls_checkpoint_put(&bytes, sizes[i], &err), 0);
        assert_int_equal(ls_buf_append(&bytes, "text", 4, &err), 0);
        struct checkpoint_reader r = {bytes.data, bytes.data + bytes.size, false};
        (void)ls_checkpoint_get_bytes(&r, &size);
        assert_true(r.bad);
        assert_int_equal(size, 0);
        ls_buf_clear(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
