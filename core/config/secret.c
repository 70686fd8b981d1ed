#include "core/config/secret.h"

#include "core/base/file.h"
#include "core/config/placeholder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int too_long(const char *name, size_t size, struct ls_error *err)
{
    return ls_error_set(err, LS_E_DATA, "the secret %s is longer than %zu bytes", name, size - 1);
}

static int resolve_env(const char *where, const char *name, char *value, size_t size,
                       struct ls_error *err)
{
    char variable[2 * LS_PLACEHOLDER_MAX + 1];
    if (snprintf(variable, sizeof variable, "%s%s", where, name) >= (int)sizeof variable) {
        return ls_error_set(err, LS_E_DATA, "the secret %s: the prefix \"%.60s\" is too long", name,
                            where);
    }
    const char *found = getenv(variable);
    if (!found) {
        return ls_error_set(err, LS_E_DATA, "the secret %s: the environment variable %s is not set",
                            name, variable);
    }
    if (strlen(found) >= size) {
        return too_long(name, size, err);
    }
    memcpy(value, found, strlen(found) + 1);
    return 0;
}

/* Straight into `value`: no buffer keeps a copy. */
static int read_small(const char *path, char *value, size_t size, size_t *got, bool *ends,
                      struct ls_error *err)
{
    char next;
    size_t more = 0;
    int fd = ls_file_open(path, O_RDONLY, 0, err);
    if (fd < 0) {
        return fd;
    }
    int rc = ls_file_read_at(fd, value, size, 0, got, path, err);
    if (rc == 0 && *got == size) {
        rc = ls_file_read_at(fd, &next, 1, size, &more, path, err);
    }
    *ends = more == 0;
    ls_file_close(fd);
    return rc;
}

static int resolve_file(const char *where, const char *name, char *value, size_t size,
                        struct ls_error *err)
{
    char path[LS_PATH_MAX];
    size_t got = 0;
    bool ends = false;
    int rc = ls_path_join(path, where, name, err);
    rc = rc < 0 ? rc : read_small(path, value, size, &got, &ends, err);
    if (rc < 0) {
        err->code = LS_E_DATA;
        return ls_error_prefix(err, "the secret %s", name);
    }
    if (ends && got > 0 && value[got - 1] == '\n') {
        got--;
    }
    if (got == size) {
        return too_long(name, size, err);
    }
    value[got] = '\0';
    if (memchr(value, '\0', got)) {
        return ls_error_set(err, LS_E_DATA, "the secret %s: %s holds a NUL", name, path);
    }
    return 0;
}

const struct ls_secret_backend ls_secret_backends[] = {
    {"env", resolve_env},
    {"file", resolve_file},
    {NULL, NULL},
};

static const struct ls_secret_backend *backend_of(const char *name, struct ls_error *err)
{
    for (const struct ls_secret_backend *backend = ls_secret_backends; backend->name; backend++) {
        if (strcmp(backend->name, name) == 0) {
            return backend;
        }
    }
    char names[200];
    size_t length = 0;
    names[0] = '\0';
    for (const struct ls_secret_backend *backend = ls_secret_backends; backend->name; backend++) {
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                   length ? ", " : "", backend->name);
    }
    ls_error_set(err, LS_E_DATA, "there is no secret backend \"%.60s\": there are %s", name, names);
    return NULL;
}

bool ls_secret_is(const char *text)
{
    struct ls_placeholder ignored;
    return ls_placeholder_next(text, "secret", &ignored);
}

static int copy(const char *from, size_t count, char *value, size_t size, size_t *used,
                struct ls_error *err)
{
    if (count >= size - *used) {
        return ls_error_set(err, LS_E_DATA, "a text with secrets is longer than %zu bytes",
                            size - 1);
    }
    memcpy(value + *used, from, count);
    *used += count;
    value[*used] = '\0';
    return 0;
}

int ls_secret_resolve(const char *backend, const char *where, const char *text, char *value,
                      size_t size, struct ls_error *err)
{
    const struct ls_secret_backend *resolver = backend_of(backend, err);
    struct ls_placeholder found;
    size_t used = 0;
    int rc = resolver ? 0 : err->code;
    while (rc == 0 && ls_placeholder_next(text, "secret", &found)) {
        char name[LS_PLACEHOLDER_MAX + 1];
        rc = copy(text, (size_t)(found.begin - text), value, size, &used, err);
        if (rc == 0 && (!found.end || !ls_placeholder_name(&found, name))) {
            rc = ls_error_set(err, LS_E_DATA,
                              "a reference to a secret is `${secret:NAME}`, NAME of letters, "
                              "digits, _, - and .");
        }
        rc = rc < 0 ? rc : resolver->resolve(where, name, value + used, size - used, err);
        if (rc == 0) {
            used += strlen(value + used);
            text = found.end;
        }
    }
    rc = rc < 0 ? rc : copy(text, strlen(text), value, size, &used, err);
    if (rc < 0) {
        explicit_bzero(value, size);
    }
    return rc;
}
