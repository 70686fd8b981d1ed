#include "core/base/error.h"

#include <stdio.h>
#include <string.h>

static void mark_cut(char *text, int length)
{
    if (length >= LS_ERROR_TEXT_MAX) {
        memcpy(text + LS_ERROR_TEXT_MAX - 4, "...", 4);
    }
}

int ls_error_vset(struct ls_error *err, int code, const char *format, va_list args)
{
    err->code = code;
    mark_cut(err->text, vsnprintf(err->text, sizeof err->text, format, args));
    return code;
}

int ls_error_set(struct ls_error *err, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ls_error_vset(err, code, format, args);
    va_end(args);
    return code;
}

int ls_error_errno(struct ls_error *err, int code, int errnum, const char *format, ...)
{
    char reason[128];
    va_list args;
    va_start(args, format);
    ls_error_vset(err, code, format, args);
    va_end(args);
    /* the GNU form: returns the text, which need not be in the buffer */
    const char *text = strerror_r(errnum, reason, sizeof reason);
    size_t used = strlen(err->text);
    mark_cut(err->text,
             (int)used + snprintf(err->text + used, sizeof err->text - used, ": %s", text));
    return code;
}

int ls_error_prefix(struct ls_error *err, const char *format, ...)
{
    char rest[LS_ERROR_TEXT_MAX];
    memcpy(rest, err->text, sizeof rest);
    va_list args;
    va_start(args, format);
    ls_error_vset(err, err->code, format, args);
    va_end(args);
    size_t used = strlen(err->text);
    mark_cut(err->text,
             (int)used + snprintf(err->text + used, sizeof err->text - used, ": %s", rest));
    return err->code;
}

int ls_error_nomem(struct ls_error *err, unsigned long long size)
{
    return ls_error_set(err, LS_E_NOMEM, "out of memory: %llu bytes were refused", size);
}
