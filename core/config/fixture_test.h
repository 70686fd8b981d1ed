/* What the tests of this folder begin with: an arena, diagnostics, a buffer, and problems as text.
 */
#ifndef LS_CONFIG_FIXTURE_TEST_H
#define LS_CONFIG_FIXTURE_TEST_H

#include "core/config/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct ls_arena arena;
    struct ls_diag diag;
    struct ls_buf out;
    struct ls_error err;
};

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f) {
        return -1;
    }
    ls_arena_init(&f->arena, "test tree", 1U << 30);
    ls_diag_init(&f->diag);
    ls_buf_init(&f->out, "test text", 64U << 20);
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    ls_arena_clear(&f->arena);
    ls_diag_clear(&f->diag);
    ls_buf_clear(&f->out);
    free(f);
    return 0;
}

#define FIXTURE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* As new. */
static inline void again(struct fixture *f)
{
    ls_arena_clear(&f->arena);
    ls_diag_clear(&f->diag);
    f->out.size = 0;
    f->err.code = 0;
}

static inline struct ls_yaml *parse(struct fixture *f, const char *name, const char *text)
{
    return ls_yaml_parse(name, text, strlen(text), &f->arena, &f->diag, &f->err);
}

static inline const char *text_of(struct fixture *f)
{
    const char *text = ls_buf_text(&f->out, &f->err);
    assert_non_null(text);
    return text;
}

/* "LS1002 2:1 a.b; ..." */
static inline const char *problems(struct fixture *f)
{
    f->out.size = 0;
    for (int i = 0; i < f->diag.count; i++) {
        const struct ls_problem *p = &f->diag.problems[i];
        const char *path = p->where.path ? p->where.path : "";
        ls_buf_appendf(&f->out, &f->err, "%s%s %d:%d%s%s", i ? "; " : "", p->rule, p->where.line,
                       p->where.column, *path ? " " : "", path);
    }
    return text_of(f);
}

#endif
