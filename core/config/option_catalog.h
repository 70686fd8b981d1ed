/* Every table and family that can be reached from a table, each once, with an id of its own. */
#ifndef LS_CONFIG_OPTION_CATALOG_H
#define LS_CONFIG_OPTION_CATALOG_H

#include "core/config/option.h"

#define LS_CATALOG_ID_MAX 80

struct ls_catalog_entry {
    const struct ls_table *table; /* or: */
    const struct ls_family *family;
    char id[LS_CATALOG_ID_MAX]; /* "event-type"; the second of that name is "event-type-2" */
};

struct ls_catalog {
    struct ls_catalog_entry *entries; /* breadth first, the root at 0 */
    size_t count;
    size_t capacity;
};

int ls_catalog_build(struct ls_catalog *catalog, const struct ls_table *root, struct ls_error *err);
void ls_catalog_clear(struct ls_catalog *catalog);

/* The id of a table or family that is in the catalog. */
const char *ls_catalog_id(const struct ls_catalog *catalog, const struct ls_table *table,
                          const struct ls_family *family);

#endif
