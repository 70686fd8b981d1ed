#include "core/expr/expr_internal.h"

#include "core/base/mem.h"
#include "core/base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Recursive descent; each function leaves its operand on the (imagined) stack as steps, and returns
 * what is known of it. */

struct operand {
    enum ls_expr_type type;
    unsigned scale;
    bool nullable;
    bool is_null; /* the literal null: fits any type */
    bool bounded;
    ls_i128 low, high;
};

struct parser {
    const char *text;
    size_t at;
    struct ls_where where;
    const struct ls_expr_scope *scope;
    struct ls_arena *arena;
    struct ls_diag *diag;
    int quotient_scale;
    bool failed; /* a problem was noted: unwind */
    bool unsafe; /* a number of which nobody knows whether it fits was calculated with */
    bool wide;   /* one that may need more than 64 bits was */
    int rc;
    struct ls_error *err;
    unsigned depth;
    bool sum_at_top; /* then a `/` behind it would bind tighter than it looks */
    size_t step_count;
    struct step steps[LS_EXPR_STEPS_MAX];
    struct step sink; /* takes what comes after too many */
};

static struct operand parse_or(struct parser *p);

static void problem(struct parser *p, const char *rule, const char *hint, const char *text)
{
    if (!p->failed) {
        ls_diag_add(p->diag, LS_SEVERITY_ERROR, rule, p->where, hint,
                    "%s, at character %zu of `%s`", text, p->at + 1, p->text);
    }
    p->failed = true;
}

static struct step *emit(struct parser *p, enum step_kind kind)
{
    if (p->step_count == LS_EXPR_STEPS_MAX) {
        problem(p, "LS2106", "split it into several fields", "the expression has too many steps");
        return &p->sink;
    }
    struct step *step = &p->steps[p->step_count++];
    *step = (struct step){.kind = kind};
    return step;
}

/* What was just calculated: does every value of it fit? */
static void note_size(struct parser *p, const struct operand *o)
{
    p->unsafe = p->unsafe || !o->bounded;
    p->wide = p->wide || !o->bounded || !ls_fits_i64(o->low) || !ls_fits_i64(o->high);
}

static void skip_space(struct parser *p)
{
    while (p->text[p->at] == ' ' || p->text[p->at] == '\n' || p->text[p->at] == '\t') {
        p->at++;
    }
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Takes an operator or a keyword. */
static bool take(struct parser *p, const char *token)
{
    skip_space(p);
    size_t size = strlen(token);
    if (strncmp(p->text + p->at, token, size) != 0 ||
        (is_word_byte(token[0]) &&
         (is_word_byte(p->text[p->at + size]) || p->text[p->at + size] == '.'))) {
        return false;
    }
    p->at += size;
    return true;
}

static struct operand parse_number(struct parser *p)
{
    char digits[64];
    size_t count = 0;
    unsigned scale = 0;
    bool point = false;
    for (; count < sizeof digits - 1; p->at++) {
        char c = p->text[p->at];
        if (c == '.' && !point) {
            point = true;
        } else if (c == '_') {
            continue;
        } else if (c < '0' || c > '9') {
            break;
        } else {
            scale += point;
        }
        digits[count++] = c;
    }
    struct operand o = {.type = LS_EXPR_NUMBER, .scale = scale, .bounded = true};
    if (scale > LS_EXPR_SCALE_MAX || !ls_decimal_parse(digits, count, scale, &o.low)) {
        problem(p, "LS2101", "write 12 or 24.90, with 18 decimal places at most",
                "this is no number");
    }
    o.high = o.low;
    emit(p, STEP_CONSTANT)->number = o.low;
    return o;
}

static struct operand parse_text(struct parser *p)
{
    size_t size = 0;
    size_t start = ++p->at;
    while (p->text[p->at] && (p->text[p->at] != '\'' || p->text[p->at + 1] == '\'')) {
        p->at += p->text[p->at] == '\'' ? 2 : 1;
        size++;
    }
    if (!p->text[p->at]) {
        problem(p, "LS2101", "end the text with '", "a text has no end");
    }
    char *copy = ls_arena_new(p->arena, size + 1, 1, p->err);
    if (!copy) {
        p->rc = p->err->code;
        p->failed = true;
        return (struct operand){.type = LS_EXPR_TEXT};
    }
    for (size_t i = 0, from = start; i < size; i++, from++) {
        copy[i] = p->text[from];
        from += p->text[from] == '\'';
    }
    p->at += p->text[p->at] == '\'';
    struct step *step = emit(p, STEP_CONSTANT);
    step->bytes = (const uint8_t *)copy;
    step->size = (uint32_t)size;
    return (struct operand){.type = LS_EXPR_TEXT};
}

static struct operand parse_name(struct parser *p)
{
    char name[256];
    size_t size = 0;
    size_t start = p->at;
    while (is_word_byte(p->text[p->at]) || p->text[p->at] == '.') {
        if (size < sizeof name - 1) {
            name[size++] = p->text[p->at];
        }
        p->at++;
    }
    name[size] = '\0';
    struct ls_expr_symbol symbol;
    int told = p->diag->errors;
    if (!p->scope->find(p->scope->context, name, &symbol)) {
        p->failed = p->failed || p->diag->errors > told;
        char hint[LS_SUGGEST_MAX];
        char text[320];
        snprintf(text, sizeof text, "there is no field `%s` here", name);
        p->at = start;
        problem(p, "LS2102",
                p->scope->suggest ? p->scope->suggest(p->scope->context, name, hint) : NULL, text);
        return (struct operand){.type = LS_EXPR_NUMBER};
    }
    if (symbol.unusable) {
        char text[320];
        snprintf(text, sizeof text, "`%s` is nothing to calculate with", name);
        p->at = start;
        problem(p, "LS2107", symbol.unusable, text);
    }
    emit(p, symbol.type == LS_EXPR_TEXT ? STEP_CELL_TEXT : STEP_CELL_NUMBER)->slot = symbol.slot;
    return (struct operand){symbol.type,    symbol.scale, symbol.nullable, false,
                            symbol.bounded, symbol.low,   symbol.high};
}

static struct operand parse_primary(struct parser *p)
{
    struct operand o = {.type = LS_EXPR_BOOLEAN};
    if (++p->depth > LS_EXPR_DEPTH_MAX) {
        problem(p, "LS2106", "split it into several fields", "the expression is nested too deeply");
        return o;
    }
    skip_space(p);
    char c = p->text[p->at];
    if (take(p, "(")) {
        o = parse_or(p);
        if (!p->failed && !take(p, ")")) {
            problem(p, "LS2101", "close what was opened with (",
                    "a closing parenthesis is missing");
        }
    } else if (take(p, "-")) {
        o = parse_primary(p);
        if (!p->failed && o.type != LS_EXPR_NUMBER) {
            problem(p, "LS2103", ls_expr_hint_operands(o.type, o.type), "`-` needs a number");
        }
        ls_i128 low = o.low;
        o.bounded = o.bounded && o.low != LS_I128_MIN && o.high != LS_I128_MIN;
        o.low = o.bounded ? -o.high : 0;
        o.high = o.bounded ? -low : 0;
        note_size(p, &o);
        emit(p, STEP_NEGATE);
    } else if (take(p, "true") || take(p, "false")) {
        emit(p, STEP_CONSTANT)->number = c == 't';
    } else if (take(p, "null")) {
        emit(p, STEP_NULL);
        o.nullable = true;
        o.is_null = true;
    } else if (c >= '0' && c <= '9') {
        o = parse_number(p);
    } else if (c == '\'') {
        o = parse_text(p);
    } else if (is_word_byte(c)) {
        o = parse_name(p);
    } else {
        problem(p, "LS2101", ls_expr_hint_value(p->text, p->at),
                c ? "something else than a value stands here" : "a value is missing");
    }
    p->depth--;
    return o;
}

/* Scales the operand below the top one, whose steps begin at `begin`: it has to happen before
 * those, which move by one. */
static void scale_below(struct parser *p, size_t begin, ls_i128 factor)
{
    struct step *last = emit(p, STEP_SCALE);
    if (!p->failed) {
        memmove(&p->steps[begin + 1], &p->steps[begin],
                (size_t)(last - &p->steps[begin]) * sizeof *last);
        p->steps[begin] = (struct step){.kind = STEP_SCALE, .number = factor};
    }
}

/* Brings both operands to one scale; the steps of the second, which is on top, begin at `begin`. */
static unsigned align(struct parser *p, struct operand *a, struct operand *b, size_t begin)
{
    if (a->scale == b->scale || p->failed) {
        return a->scale;
    }
    struct operand *smaller = a->scale < b->scale ? a : b;
    unsigned scale = smaller == a ? b->scale : a->scale;
    ls_i128 factor = ls_pow10(scale - smaller->scale);
    if (smaller == a) {
        scale_below(p, begin, factor);
    } else {
        emit(p, STEP_SCALE)->number = factor;
    }
    smaller->bounded = smaller->bounded && !ls_mul_overflows(smaller->low, factor, &smaller->low) &&
                       !ls_mul_overflows(smaller->high, factor, &smaller->high);
    note_size(p, smaller);
    smaller->scale = scale;
    return scale;
}

static bool is_numeric(const struct operand *o)
{
    return o->is_null || o->type == LS_EXPR_NUMBER || o->type == LS_EXPR_TIME;
}

static void bounds_of_product(struct operand *out, const struct operand *a, const struct operand *b)
{
    ls_i128 products[4];
    out->bounded = a->bounded && b->bounded && !ls_mul_overflows(a->low, b->low, &products[0]) &&
                   !ls_mul_overflows(a->low, b->high, &products[1]) &&
                   !ls_mul_overflows(a->high, b->low, &products[2]) &&
                   !ls_mul_overflows(a->high, b->high, &products[3]);
    if (!out->bounded) {
        return;
    }
    out->low = out->high = products[0];
    for (int i = 1; i < 4; i++) {
        out->low = products[i] < out->low ? products[i] : out->low;
        out->high = products[i] > out->high ? products[i] : out->high;
    }
}

static struct operand product(struct parser *p, const struct operand *a, const struct operand *b)
{
    struct operand o = {.type = LS_EXPR_NUMBER,
                        .scale = a->scale + b->scale,
                        .nullable = a->nullable || b->nullable};
    if (!is_numeric(a) || !is_numeric(b) || a->type == LS_EXPR_TIME || b->type == LS_EXPR_TIME) {
        problem(p, "LS2103", ls_expr_hint_operands(a->type, b->type), "`*` needs two numbers");
    } else if (o.scale > LS_EXPR_SCALE_MAX) {
        problem(p, "LS2104", "round a factor first, in a normalize step with a `scale`",
                "the product would have more than 18 decimal places");
    }
    bounds_of_product(&o, a, b);
    note_size(p, &o);
    emit(p, STEP_MULTIPLY);
    return o;
}

static struct operand parse_term(struct parser *p)
{
    struct operand a = parse_primary(p);
    while (!p->failed && take(p, "*")) {
        struct operand b = parse_primary(p);
        a = product(p, &a, &b);
    }
    return a;
}

static struct operand sum(struct parser *p, struct operand a, struct operand b, size_t begin,
                          bool minus)
{
    struct operand o = {.type = LS_EXPR_NUMBER, .nullable = a.nullable || b.nullable};
    bool times = a.type == LS_EXPR_TIME && b.type == LS_EXPR_TIME;
    if (!is_numeric(&a) || !is_numeric(&b) || (times && !minus) ||
        (b.type == LS_EXPR_TIME && a.type != LS_EXPR_TIME && minus)) {
        problem(p, "LS2103", ls_expr_hint_operands(a.type, b.type),
                minus ? "`-` needs two numbers, or a time first"
                      : "`+` needs two numbers, or one time");
        return o;
    }
    if (!times && (a.type == LS_EXPR_TIME || b.type == LS_EXPR_TIME)) {
        o.type = LS_EXPR_TIME;
    }
    o.scale = align(p, &a, &b, begin);
    if (o.type == LS_EXPR_TIME && o.scale) {
        problem(p, "LS2103", "1000 is a second", "a time takes whole milliseconds only");
    }
    ls_i128 b_low = minus ? b.high : b.low;
    ls_i128 b_high = minus ? b.low : b.high;
    o.bounded = a.bounded && b.bounded &&
                !(minus ? ls_sub_overflows(a.low, b_low, &o.low)
                        : ls_add_overflows(a.low, b_low, &o.low)) &&
                !(minus ? ls_sub_overflows(a.high, b_high, &o.high)
                        : ls_add_overflows(a.high, b_high, &o.high));
    note_size(p, &o);
    emit(p, minus ? STEP_SUBTRACT : STEP_ADD);
    return o;
}

static struct operand parse_sum(struct parser *p)
{
    struct operand a = parse_term(p);
    while (!p->failed) {
        bool plus = take(p, "+");
        if (!plus && !take(p, "-")) {
            break;
        }
        size_t begin = p->step_count;
        struct operand b = parse_term(p);
        p->sum_at_top = p->sum_at_top || p->depth == 0;
        a = sum(p, a, b, begin, !plus);
    }
    return a;
}

static bool take_comparison(struct parser *p, enum comparison *comparison)
{
    static const struct {
        const char *token;
        enum comparison comparison;
    } tokens[] = {{"!=", COMPARE_NE}, {"<=", COMPARE_LE}, {">=", COMPARE_GE},
                  {"<", COMPARE_LT},  {">", COMPARE_GT},  {"=", COMPARE_EQ}};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        if (take(p, tokens[i].token)) {
            *comparison = tokens[i].comparison;
            return true;
        }
    }
    return false;
}

static struct operand parse_comparison(struct parser *p)
{
    struct operand a = parse_sum(p);
    enum comparison comparison;
    struct operand o = {.type = LS_EXPR_BOOLEAN};
    if (!p->failed && take(p, "is")) {
        bool negated = take(p, "not");
        if (!take(p, "null")) {
            problem(p, "LS2101", "write `is null` or `is not null`", "`is` needs `null`");
        }
        emit(p, negated ? STEP_IS_NOT_NULL : STEP_IS_NULL);
        return o;
    }
    if (p->failed || !take_comparison(p, &comparison)) {
        return a;
    }
    size_t begin = p->step_count;
    struct operand b = parse_sum(p);
    if (!p->failed && !a.is_null && !b.is_null && a.type != b.type) {
        char text[96];
        snprintf(text, sizeof text, "%s is compared with %s", ls_expr_type_name(a.type),
                 ls_expr_type_name(b.type));
        problem(p, "LS2103", "texts stand in single quotes, numbers and times in none", text);
    }
    o.nullable = a.nullable || b.nullable;
    if (a.type != LS_EXPR_TEXT) {
        align(p, &a, &b, begin);
    }
    emit(p, a.type == LS_EXPR_TEXT ? STEP_COMPARE_TEXT : STEP_COMPARE_NUMBER)->comparison =
        comparison;
    return o;
}

static void need_boolean(struct parser *p, const struct operand *o, const char *text)
{
    if (!p->failed && !o->is_null && o->type != LS_EXPR_BOOLEAN) {
        problem(p, "LS2103", "compare it with something", text);
    }
}

static struct operand parse_not(struct parser *p)
{
    unsigned count = 0;
    while (take(p, "not")) {
        count++;
    }
    struct operand o = parse_comparison(p);
    if (count) {
        need_boolean(p, &o, "`not` needs a condition");
    }
    if (count % 2) {
        emit(p, STEP_NOT);
    }
    return o;
}

static struct operand connected(struct parser *p, struct operand (*next)(struct parser *),
                                const char *word, enum step_kind kind)
{
    struct operand a = next(p);
    while (!p->failed && take(p, word)) {
        struct operand b = next(p);
        need_boolean(p, &a, "`and` and `or` need conditions");
        need_boolean(p, &b, "`and` and `or` need conditions");
        a = (struct operand){.type = LS_EXPR_BOOLEAN, .nullable = a.nullable || b.nullable};
        emit(p, kind);
    }
    return a;
}

static struct operand parse_and(struct parser *p)
{
    return connected(p, parse_not, "and", STEP_AND);
}

static struct operand parse_or(struct parser *p)
{
    return connected(p, parse_and, "or", STEP_OR);
}

/* Rounding never turns two quotients round, so the extremes lie at the corners, as long as the
 * divisor keeps its sign. */
static void bounds_of_quotient(struct operand *out, struct operand a, struct operand b, ls_i128 up,
                               ls_i128 down)
{
    out->bounded = a.bounded && b.bounded && (b.low > 0 || b.high < 0) &&
                   !ls_mul_overflows(a.low, up, &a.low) && !ls_mul_overflows(a.high, up, &a.high) &&
                   !ls_mul_overflows(b.low, down, &b.low) &&
                   !ls_mul_overflows(b.high, down, &b.high) && a.low != LS_I128_MIN;
    if (!out->bounded) {
        return;
    }
    const ls_i128 quotients[] = {ls_div_half_even(a.low, b.low), ls_div_half_even(a.low, b.high),
                                 ls_div_half_even(a.high, b.low), ls_div_half_even(a.high, b.high)};
    out->low = out->high = quotients[0];
    for (int i = 1; i < 4; i++) {
        out->low = quotients[i] < out->low ? quotients[i] : out->low;
        out->high = quotients[i] > out->high ? quotients[i] : out->high;
    }
}

/* numerator / denominator at the top: half to even at the declared scale. */
static struct operand quotient(struct parser *p, struct operand a)
{
    size_t begin = p->step_count;
    struct operand b = parse_primary(p);
    struct operand o = {.type = LS_EXPR_NUMBER, .nullable = true};
    if (p->failed) {
        return o;
    }
    if (p->quotient_scale < 0) {
        problem(p, "LS2105", "only normalize steps and columns divide: give it a `scale`, 2 say",
                "a quotient needs a scale to be rounded at");
        return o;
    }
    if (a.type != LS_EXPR_NUMBER || b.type != LS_EXPR_NUMBER) {
        problem(p, "LS2103", ls_expr_hint_operands(a.type, b.type), "`/` needs two numbers");
        return o;
    }
    o.scale = (unsigned)p->quotient_scale;
    /* (a / 10^sa) / (b / 10^sb) * 10^s = a * 10^(s + sb) / (b * 10^sa); the smaller power is
     * cancelled */
    unsigned up = o.scale + b.scale;
    unsigned common = up < a.scale ? up : a.scale;
    bounds_of_quotient(&o, a, b, ls_pow10(up - common), ls_pow10(a.scale - common));
    note_size(p, &o);
    emit(p, STEP_SCALE)->number = ls_pow10(a.scale - common);
    scale_below(p, begin, ls_pow10(up - common));
    emit(p, STEP_DIVIDE);
    return o;
}

/* Numbers or times added and multiplied, and nothing else. */
static bool is_narrow(const struct parser *p, const struct operand *o)
{
    if (p->wide || (o->type != LS_EXPR_NUMBER && o->type != LS_EXPR_TIME)) {
        return false;
    }
    for (size_t i = 0; i < p->step_count; i++) {
        switch (p->steps[i].kind) {
        case STEP_CELL_NUMBER:
        case STEP_NEGATE:
        case STEP_ADD:
        case STEP_SUBTRACT:
        case STEP_MULTIPLY:
            break;
        case STEP_CONSTANT:
        case STEP_SCALE:
            if (!ls_fits_i64(p->steps[i].number)) {
                return false;
            }
            break;
        default:
            return false;
        }
    }
    return true;
}

static int finish(struct parser *p, const struct operand *o, struct ls_expr **out)
{
    struct ls_expr *expr = ls_arena_new(p->arena, 1, sizeof *expr, p->err);
    struct step *steps = expr ? ls_arena_new(p->arena, p->step_count, sizeof *steps, p->err) : NULL;
    if (!steps) {
        return p->err->code;
    }
    memcpy(steps, p->steps, p->step_count * sizeof *steps);
    bool narrow = is_narrow(p, o);
    bool product = narrow && p->step_count == 3 && steps[2].kind == STEP_MULTIPLY &&
                   steps[0].kind == STEP_CELL_NUMBER && steps[1].kind == STEP_CELL_NUMBER;
    *expr = (struct ls_expr){o->type, o->scale, o->nullable, o->bounded,    !p->unsafe, narrow,
                             product, o->low,   o->high,     p->step_count, steps};
    *out = expr;
    return 0;
}

int ls_expr_compile(const char *text, struct ls_where where, int quotient_scale,
                    const struct ls_expr_scope *scope, struct ls_arena *arena, struct ls_diag *diag,
                    struct ls_expr **out, struct ls_error *err)
{
    *out = NULL;
    struct parser *p = ls_mem_new(1, sizeof *p, err);
    if (!p) {
        return err->code;
    }
    p->text = text;
    p->where = where;
    p->scope = scope;
    p->arena = arena;
    p->diag = diag;
    p->quotient_scale = quotient_scale;
    p->err = err;
    struct operand o = parse_or(p);
    skip_space(p);
    if (!p->failed && p->text[p->at] == '/' && !p->sum_at_top) {
        p->at++;
        o = quotient(p, o);
        skip_space(p);
    }
    if (!p->failed && p->text[p->at]) {
        problem(p, "LS2101", ls_expr_hint_end(p->text, p->at),
                "the expression goes on where it should end");
    }
    if (!p->failed && o.is_null) {
        problem(p, "LS2103", "name a field, or write a value", "the expression is always null");
    }
    int rc = p->failed ? p->rc : finish(p, &o, out);
    ls_mem_free(p);
    return rc;
}
