/* A scanner of comma-separated values as RFC 4180 has them: fields in quotes may hold commas, line
 * ends and quotes (each written twice); a line ends with CRLF or LF, the last one may lack its end.
 * Text is UTF-8 without NUL; a byte order mark in front of it is skipped. What is wrong is told
 * with its line and column. */
#ifndef LS_BASE_CSV_H
#define LS_BASE_CSV_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LS_CSV_FIELD_MAX   65536 /* bytes of a field */
#define LS_CSV_COLUMNS_MAX 1024  /* of a line; the caller counts */

struct ls_csv {
    const char *name; /* of the file, for messages */
    char *at, *end;
    uint64_t line;   /* of `at`, from 1 */
    uint64_t column; /* likewise, in code points */
    bool field_due;  /* behind a comma there is a field, be it empty */
};

struct ls_csv_field {
    const char *text; /* without its quotes; into the text that is scanned */
    size_t size;
    uint64_t line, column; /* where it begins */
    bool quoted;           /* who tells null from an empty text does it by this */
    bool ends_line;
};

/* `text` is changed where quotes in it are undone, and must outlive the scanner and its fields. */
void ls_csv_begin(struct ls_csv *csv, const char *name, char *text, size_t size);

/* 1 with the next field, 0 at the end, LS_E_DATA. */
int ls_csv_next(struct ls_csv *csv, struct ls_csv_field *out, struct ls_error *err);

#endif
