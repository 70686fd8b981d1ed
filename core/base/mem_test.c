#include "core/base/mem.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void new_is_zeroed(void **state)
{
    static const struct {
        size_t count;
        size_t size;
    } cases[] = {{0, 8}, {8, 0}, {1, 1}, {3, 1000}, {100000, 7}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_error err;
        uint8_t *bytes = ls_mem_new(cases[i].count, cases[i].size, &err);
        assert_non_null(bytes);
        for (size_t at = 0; at < cases[i].count * cases[i].size; at++) {
            assert_int_equal(bytes[at], 0);
        }
        ls_mem_free(bytes);
    }
}

static void a_product_that_overflows_is_refused(void **state)
{
    struct ls_error err = {0};
    (void)state;
    assert_null(ls_mem_new(SIZE_MAX / 2, 3, &err));
    assert_int_equal(err.code, LS_E_NOMEM);
    err.code = 0;
    uint64_t *array = NULL;
    size_t capacity = 0;
    int rc = ls_mem_grow(&array, &capacity, SIZE_MAX / 4, sizeof *array, &err);
    assert_int_equal(rc, LS_E_NOMEM);
    assert_int_equal(err.code, LS_E_NOMEM);
    assert_null(array);
    assert_int_equal(capacity, 0);
}

static void grow_keeps_what_is_there(void **state)
{
    struct ls_error err;
    uint32_t *array = NULL;
    size_t capacity = 0;
    unsigned long before = 0;
    (void)state;
    for (uint32_t i = 0; i < 100000; i++) {
        before = i == 5000 ? ls_mem_count() : before; /* the coverage build grows by one at first */
        assert_int_equal(ls_mem_grow(&array, &capacity, i + 1, sizeof *array, &err), 0);
        assert_true(capacity > i);
        array[i] = i;
    }
    for (uint32_t i = 0; i < 100000; i++) {
        assert_int_equal(array[i], i);
    }
    assert_true(ls_mem_count() - before < 40); /* it grows by a share, not by a step */
    ls_mem_free(array);
}

static void a_refused_grow_changes_nothing(void **state)
{
    struct ls_error err;
    char *text = ls_mem_copy("abc", 3, &err);
    size_t capacity = 4;
    (void)state;
    char *before = text;
    ls_mem_refuse(1);
    assert_int_equal(ls_mem_grow(&text, &capacity, 1000, 1, &err), LS_E_NOMEM);
    assert_ptr_equal(text, before);
    assert_int_equal(capacity, 4);
    assert_string_equal(text, "abc");
    assert_int_equal(ls_mem_grow(&text, &capacity, 4, 1, &err), 0);
    assert_ptr_equal(text, before); /* there was room */
    ls_mem_free(text);
}

static void copy_ends_with_nul(void **state)
{
    struct ls_error err;
    (void)state;
    char *copy = ls_mem_copy("a\0b", 3, &err);
    assert_memory_equal(copy, "a\0b", 4);
    ls_mem_free(copy);
    copy = ls_mem_copy(NULL, 0, &err);
    assert_string_equal(copy, "");
    ls_mem_free(copy);
    ls_mem_free(NULL);
}

/* Which of five allocations of three kinds is refused: the nth alone, and only once. */
static void refuse_hits_the_nth_allocation_alone(void **state)
{
    (void)state;
    for (unsigned long nth = 0; nth <= 6; nth++) {
        struct ls_error err = {0};
        unsigned long before = ls_mem_count();
        ls_mem_refuse(nth);
        for (unsigned long at = 1; at <= 5; at++) {
            char *pointer = NULL;
            size_t capacity = 0;
            if (at % 3 == 0) {
                pointer = ls_mem_new(10, 10, &err);
            } else if (at % 3 == 1) {
                pointer = ls_mem_copy("x", 1, &err);
            } else {
                ls_mem_grow(&pointer, &capacity, 1, 1, &err);
            }
            assert_int_equal(pointer == NULL, at == nth);
            ls_mem_free(pointer);
        }
        assert_int_equal(err.code, nth >= 1 && nth <= 5 ? LS_E_NOMEM : 0);
        assert_int_equal(ls_mem_count() - before, 5);
    }
    ls_mem_refuse(0);
}

/* What is taken is given back, by whatever way. */
static void bytes_in_use_are_counted(void **state)
{
    (void)state;
    struct ls_error err;
    size_t before = ls_mem_used();
    char *block = ls_mem_new(1000, 10, &err);
    size_t with_block = ls_mem_used();
    assert_in_range(with_block - before, 10000, 10100);
    int *grown = NULL;
    size_t capacity = 0;
    assert_int_equal(ls_mem_grow(&grown, &capacity, 100, sizeof *grown, &err), 0);
    assert_int_equal(ls_mem_grow(&grown, &capacity, 50000, sizeof *grown, &err), 0);
    assert_in_range(ls_mem_used() - with_block, 50000 * sizeof *grown, 60000 * sizeof *grown);
    ls_mem_refuse(1);
    assert_int_equal(ls_mem_grow(&grown, &capacity, 500000, sizeof *grown, &err), LS_E_NOMEM);
    ls_mem_refuse(0);
    assert_in_range(ls_mem_used() - with_block, 50000 * sizeof *grown, 60000 * sizeof *grown);
    ls_mem_free(grown);
    assert_int_equal(ls_mem_used(), with_block);
    ls_mem_free(block);
    ls_mem_free(NULL);
    assert_int_equal(ls_mem_used(), before);
}

static void *allocate_many(void *failures)
{
    for (int i = 0; i < 1000; i++) {
        struct ls_error err;
        void *pointer = ls_mem_new(1, 16, &err);
        *(int *)failures += pointer == NULL;
        ls_mem_free(pointer);
    }
    return NULL;
}

static void every_thread_counts(void **state)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    int failures[THREADS] = {0};
    unsigned long before = ls_mem_count();
    (void)state;
    ls_mem_refuse(2000); /* about the middle */
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, allocate_many, &failures[i]), 0);
    }
    int total = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        total += failures[i];
    }
    assert_int_equal(total, 1);
    assert_int_equal(ls_mem_count() - before, THREADS * 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_is_zeroed),
        cmocka_unit_test(a_product_that_overflows_is_refused),
        cmocka_unit_test(grow_keeps_what_is_there),
        cmocka_unit_test(a_refused_grow_changes_nothing),
        cmocka_unit_test(copy_ends_with_nul),
        cmocka_unit_test(refuse_hits_the_nth_allocation_alone),
        cmocka_unit_test(bytes_in_use_are_counted),
        cmocka_unit_test(every_thread_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
