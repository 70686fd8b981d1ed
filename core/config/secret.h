/* `${secret:name}`: resolved late, where it is used, and nowhere shown. A name is
 * [A-Za-z0-9_][A-Za-z0-9_.-]* of at most 200 bytes, so that it is a file's name as well. */
#ifndef LS_CONFIG_SECRET_H
#define LS_CONFIG_SECRET_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* A backend: one row in an array. */
struct ls_secret_backend {
    const char *name; /* "env", "file" */
    /* The value of a secret, at most `size` - 1 bytes and a NUL. `where` is the backend's setting:
     * the prefix of environment variables, the folder of files (one trailing newline is cut).
     * Messages name the secret and the place, never the value. */
    int (*resolve)(const char *where, const char *name, char *value, size_t size,
                   struct ls_error *err);
};

/* Ends with a row whose name is NULL. */
extern const struct ls_secret_backend ls_secret_backends[];

/* Does the text hold a reference? */
bool ls_secret_is(const char *text);

/* Copies `text` into value[size] with every `${secret:name}` replaced; what was put in is not
 * looked at again. LS_E_DATA for a reference that is no name or cannot be resolved, an unknown
 * backend, or too little room: value[] is wiped then. */
int ls_secret_resolve(const char *backend, const char *where, const char *text, char *value,
                      size_t size, struct ls_error *err);

#endif
