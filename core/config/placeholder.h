/* `${kind:name}` in texts. */
#ifndef LS_CONFIG_PLACEHOLDER_H
#define LS_CONFIG_PLACEHOLDER_H

#include <stdbool.h>
#include <stddef.h>

#define LS_PLACEHOLDER_MAX 200

struct ls_placeholder {
    const char *begin; /* of `${` */
    const char *end;   /* behind `}`; NULL when there is none */
    const char *name;
    size_t name_size;
};

/* The first one of a kind ("env", "secret"); it may have no end, or a name that is none. */
bool ls_placeholder_next(const char *text, const char *kind, struct ls_placeholder *found);

/* Its name, when it has an end and is [A-Za-z0-9_][A-Za-z0-9_.-]* of at most 200 bytes. */
bool ls_placeholder_name(const struct ls_placeholder *found, char name[LS_PLACEHOLDER_MAX + 1]);

#endif
