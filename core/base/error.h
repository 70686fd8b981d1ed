/* Errors as values.
 *
 * A function that can fail returns `int`: 0, or one of the negative codes below, and fills the
 * `struct ls_error` that the caller passed at the place where the thing happened. Whoever passes
 * the code on leaves the error as it is; context that only the caller has is put in front with
 * ls_error_prefix(). Programming errors are asserts, the world's errors are values.
 *
 * A code is the negated exit status of the program (see `lockstep help exit-codes`), so main()
 * needs no table.
 */
#ifndef LS_BASE_ERROR_H
#define LS_BASE_ERROR_H

#include <stdarg.h>

enum ls_code {
    LS_OK = 0,
    LS_DIFFERS = 1,      /* positive: an answer, not an error */
    LS_INCONCLUSIVE = 2, /* likewise: nothing was shown, empty input included */
    LS_E_SCHEMA = -3,    /* schemas are incompatible */
    LS_E_NOMATCH = -4,   /* the selection named nothing */
    LS_E_USAGE = -64,    /* command line */
    LS_E_DATA = -65,     /* configuration or data; a named limit exceeded */
    LS_E_NOINPUT = -66,  /* an input file or folder is missing */
    LS_E_BUG = -70,      /* an invariant of ours does not hold */
    LS_E_NOMEM = -71,    /* the system refused memory or a thread */
    LS_E_IO = -74,       /* reading, writing, syncing; a full disk */
    LS_E_INTERRUPTED = -130,
    LS_E_PIPE = -141 /* whoever read what is written has gone: said to nobody, as by any program */
};

#define LS_ERROR_TEXT_MAX 1024

struct ls_error {
    int code;                     /* enum ls_code */
    char text[LS_ERROR_TEXT_MAX]; /* one line: what was wrong, what was expected, what to do; cut
                                     with "..." if longer */
};

/* Fills `err` and returns `code`. The text may be followed by more lines only where it quotes a
 * person's file. */
int ls_error_set(struct ls_error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int ls_error_vset(struct ls_error *err, int code, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/* As ls_error_set, with ": " and the system's word for `errnum` behind the text. */
int ls_error_errno(struct ls_error *err, int code, int errnum, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts text and ": " in front of what is there; returns err->code. */
int ls_error_prefix(struct ls_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The error of a refused allocation of `size` bytes. */
int ls_error_nomem(struct ls_error *err, unsigned long long size);

#endif
