#include "pipeline/batch/kept.h"

#include "core/base/mem.h"
#include "spec/fixture_test.h"

#include <string.h>

#define RECORDS 40

static void check(const struct ls_log_record *got, const struct ls_log_record *wanted)
{
    assert_int_equal(got->offset, wanted->offset);
    assert_int_equal(got->timestamp_ms, wanted->timestamp_ms);
    assert_int_equal(got->key_size, wanted->key_size);
    assert_int_equal(got->headers_size, wanted->headers_size);
    assert_int_equal(got->value_size, wanted->value_size);
    assert_true(!got->key == !wanted->key && !got->headers == !wanted->headers &&
                !got->value == !wanted->value);
    assert_true(!got->key_size || memcmp(got->key, wanted->key, got->key_size) == 0);
    assert_true(!got->headers_size || memcmp(got->headers, wanted->headers, 1) == 0);
    assert_true(!got->value_size || memcmp(got->value, wanted->value, got->value_size) == 0);
}

/* Records with and without each of their parts, from bytes that change afterwards. */
static void records_come_back(void **state)
{
    static const uint8_t bytes[RECORDS + 1] = "0123456789abcdefghijklmnopqrstuvwxyzABCD";
    uint8_t passing[sizeof bytes];
    struct ls_log_record records[RECORDS];
    struct ls_error err;
    struct ls_kept *kept;
    assert_int_equal(ls_kept_new(1 << 16, &kept, &err), 0);
    for (int round = 0; round < 2; round++) { /* the second one begins anew */
        ls_kept_begin(kept);
        assert_true(ls_kept_has(kept, 0) && !ls_kept_has(kept, 1));
        for (uint32_t i = 0; i < RECORDS; i++) {
            records[i] = (struct ls_log_record){
                .offset = i, .timestamp_ms = 7 * (int64_t)i, .key = i % 3 ? bytes + i % 30 : NULL};
            records[i].key_size = i % 3 == 1 ? i % 8 : 0; /* empty ones are not none */
            records[i].headers = i % 5 ? bytes : NULL;
            records[i].headers_size = i % 5 ? 1 : 0;
            records[i].value = i % 7 ? bytes : NULL;
            records[i].value_size = i % 7 ? i : 0;
            struct ls_log_record given = records[i];
            memcpy(passing, bytes, sizeof bytes);
            given.key = given.key ? passing + i % 30 : NULL;
            given.headers = given.headers ? passing : NULL;
            given.value = given.value ? passing : NULL;
            ls_kept_add(kept, &given);
            memset(passing, 'x', sizeof passing);
        }
        assert_true(ls_kept_has(kept, RECORDS) && !ls_kept_has(kept, RECORDS + 1));
        size_t at = 0;
        for (uint32_t i = 0; i < RECORDS; i++) {
            check(ls_kept_next(kept, &at), &records[i]);
        }
    }
    ls_kept_free(kept);
    ls_kept_free(NULL);
    (void)state;
}

/* To the byte: what fills the room fits; one more does not, and then nothing is there. */
static void what_does_not_fit_is_not_there(void **state)
{
    struct ls_error err;
    struct ls_kept *kept;
    const struct ls_log_record record = {.value = (const uint8_t *)"12345678", .value_size = 8};
    size_t each = sizeof record + 8;
    assert_int_equal(ls_kept_new(3 * each, &kept, &err), 0);
    for (int i = 0; i < 3; i++) {
        ls_kept_add(kept, &record);
    }
    assert_true(ls_kept_has(kept, 3));
    ls_kept_add(kept, &(struct ls_log_record){0});
    assert_false(ls_kept_has(kept, 3));
    ls_kept_begin(kept);
    ls_kept_add(kept, &record);
    assert_true(ls_kept_has(kept, 1));
    ls_kept_free(kept);
    for (unsigned long nth = 1; nth <= 2; nth++) {
        ls_mem_refuse(nth);
        assert_int_equal(ls_kept_new(100, &kept, &err), LS_E_NOMEM);
        ls_mem_refuse(0);
        assert_null(kept);
    }
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back),
        cmocka_unit_test(what_does_not_fit_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
