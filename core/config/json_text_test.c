#include "core/config/json_text.h"

#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char text[] = "{\"a_long_name_of_a_member\":[1,{\"b\":\"c\"}],\"d\":null}";

/* A text that does not fit is an error, wherever it breaks off: also inside a name, behind which
 * the rest would fit. */
static void what_does_not_fit_is_an_error(void **state)
{
    (void)state;
    struct ls_error err;
    json_t *json = json_loads(text, 0, NULL);
    for (size_t room = 0; room < sizeof text; room++) {
        struct ls_buf out;
        ls_buf_init(&out, "test", room);
        int rc = ls_json_text(json, JSON_COMPACT, &out, &err);
        assert_int_equal(rc, room < sizeof text - 1 ? LS_E_DATA : 0);
        assert_memory_equal(out.data, text, out.size);
        assert_true(rc < 0 || out.size == sizeof text - 1);
        ls_buf_clear(&out);
    }
    json_decref(json);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    struct ls_error err;
    json_t *json = json_loads(text, 0, NULL);
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_buf out;
        ls_buf_init(&out, "test", 1000);
        ls_mem_refuse(refused + 1);
        rc = ls_json_text(json, JSON_COMPACT, &out, &err);
        ls_mem_refuse(0);
        assert_true(rc == LS_E_NOMEM || (rc == 0 && out.size == sizeof text - 1));
        ls_buf_clear(&out);
    }
    assert_true(refused > 2);
    assert_int_equal(ls_json_text(NULL, 0, NULL, &err), LS_E_NOMEM);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_is_an_error),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
