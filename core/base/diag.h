/* Diagnostics for a person's files: every problem of a file, each with the place, the line, a
 * caret, the path in the document, a rule id that `lockstep explain` knows, and a likely fix. */
#ifndef LS_BASE_DIAG_H
#define LS_BASE_DIAG_H

#include "core/base/arena.h"
#include "core/base/buf.h"

#include <stdbool.h>

/* A text that diagnostics point into. Lives in the diag's arena. */
struct ls_source {
    const char *name; /* as the person wrote it */
    const char *text;
    size_t size;
};

struct ls_where {
    const struct ls_source *source; /* NULL: a problem without a place */
    int line;                       /* from 1; 0 when only the file is known */
    int column;                     /* from 1, in code points */
    const char *path;               /* "event_types[2].metrics[0]", or NULL or "" */
};

enum ls_severity { LS_SEVERITY_ERROR, LS_SEVERITY_WARNING };

struct ls_problem {
    enum ls_severity severity;
    const char *rule; /* "LS1003" */
    struct ls_where where;
    const char *text;
    const char *hint; /* what to do, or NULL */
};

#define LS_PROBLEMS_MAX 100

struct ls_diag {
    struct ls_arena arena;
    struct ls_problem problems[LS_PROBLEMS_MAX]; /* in the order found */
    int count;
    int errors; /* also those past LS_PROBLEMS_MAX, which are counted only */
    int warnings;
};

void ls_diag_init(struct ls_diag *diag);
void ls_diag_clear(struct ls_diag *diag);

/* Keeps a copy of a text; NULL with `err` filled when memory is refused. */
const struct ls_source *ls_diag_source(struct ls_diag *diag, const char *name, const char *text,
                                       size_t size, struct ls_error *err);

/* Notes a problem, the same one in the same place once. `hint` may be NULL. `rule` is a string
 * constant; `where` and `hint` are copied. When memory is refused the problem is still counted. */
void ls_diag_add(struct ls_diag *diag, enum ls_severity severity, const char *rule,
                 struct ls_where where, const char *hint, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* The rendering: one block a problem, and a last line with the counts. `color` for a terminal. */
int ls_diag_render(const struct ls_diag *diag, bool color, struct ls_buf *out,
                   struct ls_error *err);

/* 0 when there are no errors; else LS_E_DATA with the whole report rendered into `err` as far as it
 * fits. */
int ls_diag_result(const struct ls_diag *diag, struct ls_error *err);

#endif
