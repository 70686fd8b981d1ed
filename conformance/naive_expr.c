/* From text to a tree: recursive descent, one function a line of the grammar in core/expr/expr.h.
 * Each gives NULL with parser->err filled when the text is wrong. */
#include "conformance/naive_expr_internal.h"

#include <string.h>

#define DEPTH_MAX 64

struct parser {
    const char *text;
    const char *at;
    const struct naive_columns *columns;
    struct ls_arena *arena;
    struct ls_error *err;
    unsigned depth;
};

static struct naive_expr *wrong(struct parser *p, const char *what)
{
    ls_error_set(p->err, LS_E_DATA,
                 "the naive recomputation cannot read the expression `%s`: %s, at `%s`", p->text,
                 what, p->at);
    return NULL;
}

static void skip_spaces(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r') {
        p->at++;
    }
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t name_size(const char *at)
{
    size_t size = 0;
    while (is_letter(at[size]) || (size && (is_digit(at[size]) || at[size] == '.'))) {
        size++;
    }
    return size;
}

/* Steps over a sign or a word if it stands here. */
static bool take(struct parser *p, const char *token)
{
    skip_spaces(p);
    size_t size = strlen(token);
    if (strncmp(p->at, token, size) != 0 || (is_letter(token[0]) && name_size(p->at) != size)) {
        return false;
    }
    p->at += size;
    return true;
}

static struct naive_expr *make(struct parser *p, enum naive_op op, enum naive_kind kind,
                               struct naive_expr *left, struct naive_expr *right)
{
    struct naive_expr *made = ls_arena_new(p->arena, 1, sizeof *made, p->err);
    if (made) {
        *made = (struct naive_expr){.op = op, .kind = kind, .left = left, .right = right};
    }
    return made;
}

static struct naive_expr *constant(struct parser *p, enum naive_kind kind, ls_i128 number)
{
    struct naive_expr *made = make(p, NAIVE_OP_CONSTANT, kind, NULL, NULL);
    if (made) {
        made->constant.is_null = kind == NAIVE_KIND_NULL;
        made->constant.number = number;
    }
    return made;
}

static struct naive_expr *parse_or(struct parser *p);

static struct naive_expr *parse_number(struct parser *p)
{
    ls_i128 value = 0;
    unsigned scale = 0;
    bool fraction = false;
    for (; is_digit(*p->at) || *p->at == '_' || (*p->at == '.' && !fraction); p->at++) {
        if (*p->at == '.') {
            fraction = true;
        } else if (*p->at != '_') {
            if (!ls_naive_times_ten(value, 1, &value) || scale == NAIVE_SCALE_MAX) {
                return wrong(p, "the number is too long");
            }
            value += *p->at - '0';
            scale += fraction;
        }
    }
    struct naive_expr *made = constant(p, NAIVE_KIND_NUMBER, value);
    if (made) {
        made->scale = scale;
    }
    return made;
}

static struct naive_expr *parse_text(struct parser *p)
{
    char *text = ls_arena_new(p->arena, strlen(p->at) + 1, 1, p->err);
    struct naive_expr *made = text ? constant(p, NAIVE_KIND_TEXT, 0) : NULL;
    if (!made) {
        return NULL;
    }
    size_t size = 0;
    for (p->at++; p->at[0] != '\'' || p->at[1] == '\''; p->at++) {
        if (*p->at == '\0') {
            return wrong(p, "the text does not end");
        }
        p->at += *p->at == '\'';
        text[size++] = *p->at;
    }
    p->at++;
    made->constant.bytes = (const uint8_t *)text;
    made->constant.size = size;
    return made;
}

static enum naive_kind kind_of(const struct naive_column *column)
{
    switch (column->type) {
    case NAIVE_BOOLEAN:
        return NAIVE_KIND_BOOLEAN;
    case NAIVE_TIME:
        return NAIVE_KIND_TIME;
    case NAIVE_INT:
    case NAIVE_LONG:
    case NAIVE_SCALED:
        return NAIVE_KIND_NUMBER;
    default:
        return NAIVE_KIND_TEXT;
    }
}

static struct naive_expr *parse_name(struct parser *p)
{
    char name[256];
    size_t size = name_size(p->at);
    if (size == 0 || size >= sizeof name) {
        return wrong(p, "a value is missing");
    }
    memcpy(name, p->at, size);
    name[size] = '\0';
    size_t column = ls_naive_column_find(p->columns, name);
    if (column == p->columns->count) {
        return wrong(p, "there is no such name");
    }
    p->at += size;
    struct naive_expr *made = make(p, NAIVE_OP_COLUMN, kind_of(&p->columns->items[column]), NULL,
                                   NULL);
    if (made) {
        made->column = column;
        made->scale = p->columns->items[column].scale;
    }
    return made;
}

static struct naive_expr *parse_primary(struct parser *p)
{
    skip_spaces(p);
    if (is_digit(*p->at)) {
        return parse_number(p);
    }
    if (*p->at == '\'') {
        return parse_text(p);
    }
    if (take(p, "(")) {
        struct naive_expr *inner = parse_or(p);
        return inner && !take(p, ")") ? wrong(p, "`)` is missing") : inner;
    }
    if (take(p, "true")) {
        return constant(p, NAIVE_KIND_BOOLEAN, 1);
    }
    if (take(p, "false")) {
        return constant(p, NAIVE_KIND_BOOLEAN, 0);
    }
    return take(p, "null") ? constant(p, NAIVE_KIND_NULL, 0) : parse_name(p);
}

static bool fits(const struct naive_expr *operand, enum naive_kind kind)
{
    return operand->kind == kind || operand->kind == NAIVE_KIND_NULL;
}

static struct naive_expr *parse_unary(struct parser *p)
{
    if (!take(p, "-")) {
        return parse_primary(p);
    }
    if (++p->depth > DEPTH_MAX) {
        return wrong(p, "it is nested too deeply");
    }
    struct naive_expr *operand = parse_unary(p);
    p->depth--;
    if (operand && !fits(operand, NAIVE_KIND_NUMBER)) {
        return wrong(p, "`-` needs a number");
    }
    struct naive_expr *made = operand ? make(p, NAIVE_OP_NEGATE, NAIVE_KIND_NUMBER, operand, NULL)
                                      : NULL;
    if (made) {
        made->scale = operand->scale;
    }
    return made;
}

static struct naive_expr *parse_product(struct parser *p)
{
    struct naive_expr *left = parse_unary(p);
    while (left) {
        bool divides = false;
        if (!take(p, "*") && !(divides = take(p, "/"))) {
            break;
        }
        struct naive_expr *right = parse_unary(p);
        if (right && (!fits(left, NAIVE_KIND_NUMBER) || !fits(right, NAIVE_KIND_NUMBER))) {
            return wrong(p, "`*` and `/` need numbers");
        }
        struct naive_expr *made = right ? make(p, divides ? NAIVE_OP_DIVIDE : NAIVE_OP_MULTIPLY,
                                               NAIVE_KIND_NUMBER, left, right)
                                        : NULL;
        if (made) {
            made->scale = divides ? 0 : left->scale + right->scale;
        }
        left = made;
    }
    return left;
}

/* time - time is a number; time + number, number + time, time - number are times. */
static bool sum_kind(const struct naive_expr *left, const struct naive_expr *right, bool minus,
                     enum naive_kind *kind)
{
    bool times = left->kind == NAIVE_KIND_TIME && right->kind == NAIVE_KIND_TIME;
    bool left_time = left->kind == NAIVE_KIND_TIME && fits(right, NAIVE_KIND_NUMBER);
    bool right_time = right->kind == NAIVE_KIND_TIME && fits(left, NAIVE_KIND_NUMBER);
    bool whole = left->scale == 0 && right->scale == 0;
    *kind = left_time || right_time ? NAIVE_KIND_TIME : NAIVE_KIND_NUMBER;
    if (times) {
        return minus;
    }
    if (*kind == NAIVE_KIND_TIME) {
        return whole && (left_time || !minus);
    }
    return fits(left, NAIVE_KIND_NUMBER) && fits(right, NAIVE_KIND_NUMBER);
}

static struct naive_expr *parse_sum(struct parser *p)
{
    struct naive_expr *left = parse_product(p);
    while (left) {
        bool minus = false;
        if (!take(p, "+") && !(minus = take(p, "-"))) {
            break;
        }
        struct naive_expr *right = parse_product(p);
        enum naive_kind kind;
        if (right && !sum_kind(left, right, minus, &kind)) {
            return wrong(p, "these cannot be added or subtracted");
        }
        struct naive_expr *made = right ? make(p, minus ? NAIVE_OP_SUBTRACT : NAIVE_OP_ADD, kind,
                                               left, right)
                                        : NULL;
        if (made) {
            made->scale = left->scale > right->scale ? left->scale : right->scale;
        }
        left = made;
    }
    return left;
}

static struct naive_expr *parse_is(struct parser *p, struct naive_expr *operand)
{
    bool negated = take(p, "not");
    if (!take(p, "null")) {
        return wrong(p, "`is` needs `null` or `not null` behind it");
    }
    struct naive_expr *made = make(p, NAIVE_OP_IS_NULL, NAIVE_KIND_BOOLEAN, operand, NULL);
    return made && negated ? make(p, NAIVE_OP_NOT, NAIVE_KIND_BOOLEAN, made, NULL) : made;
}

static struct naive_expr *parse_comparison(struct parser *p)
{
    static const struct {
        const char *sign;
        enum naive_op op;
    } signs[] = {{"<=", NAIVE_OP_LESS_OR_EQUAL}, {">=", NAIVE_OP_GREATER_OR_EQUAL},
                 {"!=", NAIVE_OP_UNEQUAL},       {"=", NAIVE_OP_EQUAL},
                 {"<", NAIVE_OP_LESS},           {">", NAIVE_OP_GREATER}};
    struct naive_expr *left = parse_sum(p);
    if (left && take(p, "is")) {
        return parse_is(p, left);
    }
    for (size_t i = 0; left && i < sizeof signs / sizeof signs[0]; i++) {
        if (take(p, signs[i].sign)) {
            struct naive_expr *right = parse_sum(p);
            if (right && !fits(left, right->kind) && !fits(right, left->kind)) {
                return wrong(p, "these cannot be compared");
            }
            return right ? make(p, signs[i].op, NAIVE_KIND_BOOLEAN, left, right) : NULL;
        }
    }
    return left;
}

static struct naive_expr *parse_not(struct parser *p)
{
    if (!take(p, "not")) {
        return parse_comparison(p);
    }
    if (++p->depth > DEPTH_MAX) {
        return wrong(p, "it is nested too deeply");
    }
    struct naive_expr *operand = parse_not(p);
    p->depth--;
    if (operand && !fits(operand, NAIVE_KIND_BOOLEAN)) {
        return wrong(p, "`not` needs a condition");
    }
    return operand ? make(p, NAIVE_OP_NOT, NAIVE_KIND_BOOLEAN, operand, NULL) : NULL;
}

/* a and b and c, a or b or c. */
static struct naive_expr *parse_chain(struct parser *p, const char *word, enum naive_op op,
                                      struct naive_expr *(*parse)(struct parser *p))
{
    struct naive_expr *left = parse(p);
    while (left && take(p, word)) {
        struct naive_expr *right = parse(p);
        if (right && (!fits(left, NAIVE_KIND_BOOLEAN) || !fits(right, NAIVE_KIND_BOOLEAN))) {
            return wrong(p, "`and` and `or` need conditions");
        }
        left = right ? make(p, op, NAIVE_KIND_BOOLEAN, left, right) : NULL;
    }
    return left;
}

static struct naive_expr *parse_and(struct parser *p)
{
    return parse_chain(p, "and", NAIVE_OP_AND, parse_not);
}

static struct naive_expr *parse_or(struct parser *p)
{
    if (++p->depth > DEPTH_MAX) {
        return wrong(p, "it is nested too deeply");
    }
    struct naive_expr *made = parse_chain(p, "or", NAIVE_OP_OR, parse_and);
    p->depth--;
    return made;
}

static bool divides_inside(const struct naive_expr *expr)
{
    return expr && (expr->op == NAIVE_OP_DIVIDE || divides_inside(expr->left) ||
                    divides_inside(expr->right));
}

int ls_naive_expr_parse(const char *text, const struct naive_columns *columns,
                        struct ls_arena *arena, struct naive_expr **out, struct ls_error *err)
{
    struct parser p = {text, text, columns, arena, err, 0};
    struct naive_expr *made = parse_or(&p);
    skip_spaces(&p);
    if (made && *p.at) {
        made = wrong(&p, "it goes on where it should end");
    }
    if (made && (divides_inside(made->left) || divides_inside(made->right))) {
        p.at = text;
        made = wrong(&p, "`/` stands elsewhere than at the top");
    }
    *out = made;
    return made ? 0 : err->code;
}

enum naive_kind ls_naive_expr_kind(const struct naive_expr *expr)
{
    return expr->kind;
}

bool ls_naive_expr_scale(const struct naive_expr *expr, unsigned *scale)
{
    *scale = expr->scale;
    return expr->op != NAIVE_OP_DIVIDE;
}

bool ls_naive_expr_uses(const struct naive_expr *expr, size_t column)
{
    return expr &&
           ((expr->op == NAIVE_OP_COLUMN && expr->column == column) ||
            ls_naive_expr_uses(expr->left, column) || ls_naive_expr_uses(expr->right, column));
}
