/* What to write instead, in an expression that cannot be read. */
#include "core/expr/expr_internal.h"

#include <string.h>

const char *ls_expr_hint_value(const char *text, size_t at)
{
    bool doubled = at > 0 && text[at] == '=' && strchr("=<>!", text[at - 1]);
    switch (text[at]) {
    case '"':
        return "a text stands in single quotes: 'US'";
    case '!':
        return "write `not`";
    case '=':
        return doubled ? "equal is `=`; the others are != < <= > >="
                       : "a value stands on both sides of `=`";
    default:
        return "a value is a number, a 'text', a field, or an expression in parentheses";
    }
}

const char *ls_expr_hint_end(const char *text, size_t at)
{
    switch (text[at]) {
    case '/':
    case '*':
        return "a quotient may stand only at the top: put what is divided in parentheses";
    case '&':
        return "write `and`";
    case '|':
        return "write `or`";
    case '=':
    case '<':
    case '>':
        return "a comparison is no chain: write `a < b and b < c`; equal is `=`";
    case '(':
        return "there are no functions";
    default:
        return "an operator stands between two values: + - * / = != < <= > >= and or";
    }
}

const char *ls_expr_hint_operands(enum ls_expr_type a, enum ls_expr_type b)
{
    if (a == LS_EXPR_TEXT || b == LS_EXPR_TEXT) {
        return "a text is compared, with another in single quotes";
    }
    if (a == LS_EXPR_BOOLEAN || b == LS_EXPR_BOOLEAN) {
        return "conditions are joined by and, or, not";
    }
    return "a time takes a number of milliseconds more or less; two are subtracted";
}
