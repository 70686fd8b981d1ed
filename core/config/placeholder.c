#include "core/config/placeholder.h"

#include <string.h>

bool ls_placeholder_next(const char *text, const char *kind, struct ls_placeholder *found)
{
    size_t size = strlen(kind);
    for (const char *at = strstr(text, "${"); at; at = strstr(at + 2, "${")) {
        if (strncmp(at + 2, kind, size) != 0 || at[2 + size] != ':') {
            continue;
        }
        const char *name = at + 2 + size + 1;
        const char *brace = strchr(name, '}');
        *found = (struct ls_placeholder){at, brace ? brace + 1 : NULL, name,
                                         brace ? (size_t)(brace - name) : 0};
        return true;
    }
    return false;
}

bool ls_placeholder_name(const struct ls_placeholder *found, char name[LS_PLACEHOLDER_MAX + 1])
{
    size_t size = found->name_size;
    if (size == 0 || size > LS_PLACEHOLDER_MAX || *found->name == '.' || *found->name == '-') {
        return false;
    }
    memcpy(name, found->name, size);
    name[size] = '\0';
    return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") ==
           size;
}
