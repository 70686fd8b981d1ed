#include "core/log/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ls_error err;
static const struct ls_log_identity identity = {
    .domain = "shop",
    .spec_sha256 = "0123456789012345678901234567890123456789012345678901234567890123",
    .events = 10,
    .until_ms = INT64_MAX};

/* With the ids in the order in which they were added: of two for one schema, the first is written.
 */
static void ids_of_a_registry_stand_in_it(void **state)
{
    static const struct {
        uint32_t id;
        uint64_t crc64;
    } ids[] = {{9, 0xfedcba9876543210}, {3, 7}, {UINT32_MAX, 0xfedcba9876543210}, {0, 0}};
    struct ls_wire_map *frames = ls_wire_map_new(&err);
    struct ls_buf text;
    struct ls_log_manifest manifest;
    const struct ls_log_saying saying = {.identity = &identity, .session = "s", .frames = frames};
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        assert_int_equal(ls_wire_map_add(frames, ids[i].id, ids[i].crc64, &err), 0);
    }
    ls_buf_init(&text, "text", LS_LOG_MANIFEST_MAX);
    assert_int_equal(ls_log_manifest_format(&saying, &text, &err), 0);
    assert_int_equal(ls_log_manifest_parse(text.data, text.size, &manifest, &err), 0);
    assert_string_equal(manifest.session, "s");
    assert_int_equal(ls_wire_map_count(manifest.frames), sizeof ids / sizeof *ids);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        uint64_t crc64;
        assert_int_equal(ls_wire_map_at(manifest.frames, i, &crc64), ids[i].id);
        assert_true(crc64 == ids[i].crc64);
    }
    ls_log_manifest_clear(&manifest);
    ls_buf_clear(&text);
    ls_wire_map_free(frames);
}

static void without_a_registry_there_are_none(void **state)
{
    struct ls_log_manifest manifest;
    struct ls_buf text;
    const struct ls_log_saying saying = {.identity = &identity};
    (void)state;
    ls_buf_init(&text, "text", LS_LOG_MANIFEST_MAX);
    assert_int_equal(ls_log_manifest_format(&saying, &text, &err), 0);
    assert_int_equal(ls_log_manifest_parse(text.data, text.size, &manifest, &err), 0);
    assert_null(manifest.frames);
    ls_log_manifest_clear(&manifest);
    ls_buf_clear(&text);
}

static void what_is_no_id_is_refused(void **state)
{
    static const char *const wrong[] = {
        "[]",
        "{\"a\": \"0123456789abcdef\"}",
        "{\"-1\": \"0123456789abcdef\"}",
        "{\"4294967296\": \"0123456789abcdef\"}",
        "{\"1.5\": \"0123456789abcdef\"}",
        "{\"1\": \"0123456789abcde\"}",
        "{\"1\": \"0123456789abcdeg\"}",
        "{\"1\": 7}",
        "{\"1\": \"0123456789abcdef\", \"01\": \"0123456789abcde0\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ls_buf text;
        struct ls_log_manifest manifest;
        const struct ls_log_saying saying = {.identity = &identity};
        ls_buf_init(&text, "text", LS_LOG_MANIFEST_MAX);
        assert_int_equal(ls_log_manifest_format(&saying, &text, &err), 0);
        size_t end = text.size;
        while (end > 0 && text.data[end - 1] != '}') {
            end--;
        }
        assert_true(end > 0);
        struct ls_buf changed;
        ls_buf_init(&changed, "text", LS_LOG_MANIFEST_MAX);
        assert_int_equal(ls_buf_appendf(&changed, &err, "%.*s, \"frames\": %s}", (int)(end - 1),
                                        (char *)text.data, wrong[i]),
                         0);
        assert_int_equal(ls_log_manifest_parse(changed.data, changed.size, &manifest, &err),
                         LS_E_DATA);
        ls_log_manifest_clear(&manifest);
        ls_buf_clear(&changed);
        ls_buf_clear(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_of_a_registry_stand_in_it),
        cmocka_unit_test(without_a_registry_there_are_none),
        cmocka_unit_test(what_is_no_id_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
