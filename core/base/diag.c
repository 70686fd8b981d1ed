#include "core/base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DIAG_BYTES_MAX ((size_t)64 << 20)

void ls_diag_init(struct ls_diag *diag)
{
    memset(diag, 0, sizeof *diag);
    ls_arena_init(&diag->arena, "diagnostics", DIAG_BYTES_MAX);
}

void ls_diag_clear(struct ls_diag *diag)
{
    ls_arena_clear(&diag->arena);
    ls_diag_init(diag);
}

const struct ls_source *ls_diag_source(struct ls_diag *diag, const char *name, const char *text,
                                       size_t size, struct ls_error *err)
{
    struct ls_source *source = ls_arena_new(&diag->arena, 1, sizeof *source, err);
    if (!source) {
        return NULL;
    }
    source->name = ls_arena_text(&diag->arena, name, strlen(name), err);
    source->text = ls_arena_text(&diag->arena, text, size, err);
    source->size = size;
    return source->name && source->text ? source : NULL;
}

static const char *keep(struct ls_diag *diag, const char *text)
{
    struct ls_error ignored; /* a problem without its hint is better than none */
    return text ? ls_arena_text(&diag->arena, text, strlen(text), &ignored) : NULL;
}

static bool same_place(struct ls_where a, struct ls_where b)
{
    return a.source && a.source == b.source && a.line == b.line && a.column == b.column &&
           strcmp(a.path ? a.path : "", b.path ? b.path : "") == 0;
}

static bool is_noted(const struct ls_diag *diag, const char *rule, struct ls_where where,
                     const char *text)
{
    for (int i = 0; i < diag->count; i++) {
        const struct ls_problem *known = &diag->problems[i];
        if (strcmp(known->rule, rule) == 0 && same_place(known->where, where) &&
            strcmp(known->text, text) == 0) {
            return true;
        }
    }
    return false;
}

void ls_diag_add(struct ls_diag *diag, enum ls_severity severity, const char *rule,
                 struct ls_where where, const char *hint, const char *format, ...)
{
    char text[LS_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (is_noted(diag, rule, where, text)) {
        return;
    }
    if (severity == LS_SEVERITY_ERROR) {
        diag->errors++;
    } else {
        diag->warnings++;
    }
    if (diag->count == LS_PROBLEMS_MAX) {
        return;
    }
    const char *kept = keep(diag, text);
    where.path = keep(diag, where.path);
    diag->problems[diag->count++] = (struct ls_problem){
        severity, rule, where, kept ? kept : "(out of memory while noting a problem)",
        keep(diag, hint)};
}

/* The line of a source without its end; false when there is no such line. */
static bool line_of(const struct ls_source *source, int line, const char **text, size_t *size)
{
    const char *at = source->text;
    const char *end = at + source->size;
    for (int i = 1; i < line; i++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at) {
            return false;
        }
        at++;
    }
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    *text = at;
    *size = (size_t)((stop ? stop : end) - at);
    return *size > 0;
}

static int render_quote(const struct ls_where *where, struct ls_buf *out, struct ls_error *err)
{
    const char *text;
    size_t size;
    if (where->line < 1 || !line_of(where->source, where->line, &text, &size) || size > 400) {
        return 0;
    }
    int rc = ls_buf_appendf(out, err, "%6d | %.*s\n       | ", where->line, (int)size, text);
    int column = 1;
    for (size_t i = 0; rc == 0 && i < size && column < where->column; i++) {
        if (((unsigned char)text[i] & 0xc0) == 0x80) {
            continue; /* inside a code point */
        }
        column++;
        rc = ls_buf_append_text(out, text[i] == '\t' ? "\t" : " ", err);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "^\n", err);
}

static int render_place(const struct ls_where *where, struct ls_buf *out, struct ls_error *err)
{
    if (!where->source) {
        return 0;
    }
    if (where->line < 1) {
        return ls_buf_appendf(out, err, "%s: ", where->source->name);
    }
    return ls_buf_appendf(out, err, "%s:%d:%d: ", where->source->name, where->line, where->column);
}

static int render(const struct ls_problem *p, bool color, struct ls_buf *out, struct ls_error *err)
{
    bool error = p->severity == LS_SEVERITY_ERROR;
    int rc = render_place(&p->where, out, err);
    if (rc == 0) {
        rc = ls_buf_appendf(out, err, "%s%s%s: %s [%s]\n",
                            color ? (error ? "\033[1;31m" : "\033[1;33m") : "",
                            error ? "error" : "warning", color ? "\033[0m" : "", p->text, p->rule);
    }
    if (rc == 0 && p->where.source) {
        rc = render_quote(&p->where, out, err);
    }
    if (rc == 0 && p->where.path && *p->where.path) {
        rc = ls_buf_appendf(out, err, "       = in %s\n", p->where.path);
    }
    if (rc == 0 && p->hint) {
        rc = ls_buf_appendf(out, err, "       = %s\n", p->hint);
    }
    return rc;
}

int ls_diag_render(const struct ls_diag *diag, bool color, struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < diag->count; i++) {
        rc = render(&diag->problems[i], color, out, err);
    }
    int total = diag->errors + diag->warnings;
    if (rc == 0 && total > diag->count) {
        rc = ls_buf_appendf(out, err, "... and %d more\n", total - diag->count);
    }
    if (rc == 0 && total > 0) {
        rc = ls_buf_appendf(out, err, "%d error%s, %d warning%s\n", diag->errors,
                            diag->errors == 1 ? "" : "s", diag->warnings,
                            diag->warnings == 1 ? "" : "s");
    }
    return rc;
}

int ls_diag_result(const struct ls_diag *diag, struct ls_error *err)
{
    if (diag->errors == 0) {
        return 0;
    }
    struct ls_buf out;
    ls_buf_init(&out, "diagnostics",
                2 * DIAG_BYTES_MAX); /* the texts, and what is put round them */
    const char *text = ls_diag_render(diag, false, &out, err) < 0 ? NULL : ls_buf_text(&out, err);
    int rc = text ? ls_error_set(err, LS_E_DATA, "%s", text) : err->code;
    ls_buf_clear(&out);
    return rc;
}
