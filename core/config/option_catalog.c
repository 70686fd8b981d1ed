#include "core/config/option_catalog.h"

#include "core/base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct ls_catalog_entry *
find(const struct ls_catalog *catalog, const struct ls_table *table, const struct ls_family *family)
{
    for (size_t i = 0; i < catalog->count; i++) {
        const struct ls_catalog_entry *entry = &catalog->entries[i];
        if (entry->table == table && entry->family == family) {
            return entry;
        }
    }
    return NULL;
}

static bool id_is_taken(const struct ls_catalog *catalog, const char *id)
{
    for (size_t i = 0; i < catalog->count; i++) {
        if (strcmp(catalog->entries[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

/* Lower-case letters, digits and dashes of a name; with a number where it is taken. */
static void make_id(const struct ls_catalog *catalog, const char *name, char *id)
{
    char slug[LS_CATALOG_ID_MAX - 12];
    size_t length = 0;
    for (; *name && length + 1 < sizeof slug; name++) {
        char lower = *name >= 'A' && *name <= 'Z' ? (char)(*name + ('a' - 'A')) : *name;
        bool kept = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
        slug[length++] = kept ? lower : '-';
    }
    slug[length] = '\0';
    memcpy(id, slug, length + 1);
    for (unsigned n = 2; id_is_taken(catalog, id); n++) {
        snprintf(id, LS_CATALOG_ID_MAX, "%s-%u", slug, n);
    }
}

static int add(struct ls_catalog *catalog, const struct ls_table *table,
               const struct ls_family *family, struct ls_error *err)
{
    if ((!table && !family) || find(catalog, table, family)) {
        return 0;
    }
    int rc = ls_mem_grow(&catalog->entries, &catalog->capacity, catalog->count + 1,
                         sizeof *catalog->entries, err);
    if (rc < 0) {
        return rc;
    }
    struct ls_catalog_entry entry = {.table = table, .family = family};
    make_id(catalog, table ? table->name : family->name, entry.id);
    catalog->entries[catalog->count++] = entry;
    return 0;
}

int ls_catalog_build(struct ls_catalog *catalog, const struct ls_table *root, struct ls_error *err)
{
    *catalog = (struct ls_catalog){NULL, 0, 0};
    int rc = add(catalog, root, NULL, err);
    for (size_t i = 0; rc == 0 && i < catalog->count; i++) {
        struct ls_catalog_entry entry = catalog->entries[i]; /* the array may move */
        const struct ls_option *row = entry.table ? entry.table->rows : NULL;
        for (; rc == 0 && row && row->name; row++) {
            rc = add(catalog, row->table, NULL, err);
            rc = rc < 0 ? rc : add(catalog, NULL, row->family, err);
        }
        for (size_t k = 0; rc == 0 && entry.family && entry.family->members[k]; k++) {
            rc = add(catalog, entry.family->members[k]->table, NULL, err);
        }
    }
    if (rc < 0) {
        ls_catalog_clear(catalog);
    }
    return rc;
}

void ls_catalog_clear(struct ls_catalog *catalog)
{
    ls_mem_free(catalog->entries);
    *catalog = (struct ls_catalog){NULL, 0, 0};
}

const char *ls_catalog_id(const struct ls_catalog *catalog, const struct ls_table *table,
                          const struct ls_family *family)
{
    const struct ls_catalog_entry *entry = find(catalog, table, family);
    assert(entry);
    return entry->id;
}
