/* What the tests of expressions share. */
#ifndef LS_EXPR_FIXTURE_TEST_H
#define LS_EXPR_FIXTURE_TEST_H

#include "core/expr/expr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The scope of every case: q = 7 (0..20), price = 24.90 (0.99..4999.00), rate = 1.2345, country =
 * 'DE', none = null, at and later = times, large = 2^63 - 1; raw is nothing to
 * calculate with. */
static bool find(void *context, const char *name, struct ls_expr_symbol *symbol)
{
    (void)context;
    static const struct {
        const char *name;
        struct ls_expr_symbol symbol;
    } known[] = {
        {"q", {LS_EXPR_NUMBER, 0, false, 0, true, 0, 20, NULL}},
        {"product.price", {LS_EXPR_NUMBER, 2, false, 1, true, 99, 499900, NULL}},
        {"rate", {LS_EXPR_NUMBER, 4, false, 2, false, 0, 0, NULL}},
        {"country", {LS_EXPR_TEXT, 0, false, 3, false, 0, 0, NULL}},
        {"none", {LS_EXPR_NUMBER, 0, true, 4, false, 0, 0, NULL}},
        {"at", {LS_EXPR_TIME, 0, false, 5, false, 0, 0, NULL}},
        {"later", {LS_EXPR_TIME, 0, false, 6, false, 0, 0, NULL}},
        {"large", {LS_EXPR_NUMBER, 0, false, 7, true, 0, INT64_MAX, NULL}},
        {"raw", {.type = LS_EXPR_TEXT, .unusable = "take a string"}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(name, known[i].name) == 0) {
            *symbol = known[i].symbol;
            return true;
        }
    }
    return false;
}

static const char *suggest(const void *context, const char *name, char out[LS_SUGGEST_MAX])
{
    static const char *const names[] = {"q",  "product.price", "rate",  "country", "none",
                                        "at", "later",         "large", NULL};
    (void)context;
    return ls_suggest(name, names, out);
}

static const struct ls_expr_scope scope = {find, suggest, NULL};

struct fixture {
    struct ls_arena arena;
    struct ls_diag diag;
    struct ls_error err;
    struct ls_expr *expr;
};

static int compile(struct fixture *f, const char *text, int scale)
{
    ls_arena_init(&f->arena, "test", 1 << 20);
    ls_diag_init(&f->diag);
    return ls_expr_compile(text, (struct ls_where){0}, scale, &scope, &f->arena, &f->diag, &f->expr,
                           &f->err);
}

static inline void clear(struct fixture *f)
{
    ls_arena_clear(&f->arena);
    ls_diag_clear(&f->diag);
}

#endif
