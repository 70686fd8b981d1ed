/* Reference pages in Markdown. */
#include "core/config/option_catalog.h"
#include "core/config/option_internal.h"

#include <string.h>

struct page {
    struct ls_catalog catalog;
    struct ls_buf *out;
    struct ls_error *err;
};

/* Text in a cell of a table, where a bar would end it, and < begin a tag outside of code. */
static int cell_text(struct page *p, const char *text)
{
    int rc = 0;
    bool in_code = false;
    for (; rc == 0 && *text; text++) {
        in_code = in_code != (*text == '`');
        bool escaped = *text == '|' || (*text == '<' && !in_code);
        rc = escaped ? ls_buf_append_text(p->out, "\\", p->err) : 0;
        rc = rc < 0 ? rc : ls_buf_append(p->out, *text == '\n' ? " " : text, 1, p->err);
    }
    return rc;
}

static int code(struct page *p, const char *text)
{
    int rc = ls_buf_append_text(p->out, "`", p->err);
    for (; rc == 0 && *text; text++) {
        rc = ls_buf_append_text(p->out, *text == '|' ? "\\" : "", p->err);
        rc = rc < 0 ? rc : ls_buf_append(p->out, text, 1, p->err);
    }
    return rc < 0 ? rc : ls_buf_append_text(p->out, "`", p->err);
}

static int link_to(struct page *p, const char *text, const struct ls_table *table,
                   const struct ls_family *family)
{
    return ls_buf_appendf(p->out, p->err, "[%s](#%s)", text,
                          ls_catalog_id(&p->catalog, table, family));
}

/* What the option takes, with links to what is below. */
static int value_cell(struct page *p, const struct ls_option *row)
{
    static const char *const before[] = {
        [LS_OPTION_TABLE] = "map: ",
        [LS_OPTION_LIST] = "list of maps: ",
        [LS_OPTION_MAP] = "map from names to maps: ",
        [LS_OPTION_LISTS] = "map from names to lists of maps: ",
        [LS_OPTION_FAMILY] = "one word of ",
        [LS_OPTION_ONE_OF] = "map with one word of ",
    };
    if (row->table || row->family) {
        const char *name = row->table ? row->table->name : row->family->name;
        int rc = ls_buf_append_text(p->out, before[row->type], p->err);
        return rc < 0 ? rc : link_to(p, name, row->table, row->family);
    }
    struct ls_buf text;
    ls_buf_init(&text, "option description", 1U << 16);
    int rc = ls_option_describe(row, &text, p->err);
    const char *kind = rc < 0 ? NULL : ls_buf_text(&text, p->err);
    rc = kind ? cell_text(p, kind) : p->err->code;
    ls_buf_clear(&text);
    return rc;
}

static int default_cell(struct page *p, const struct ls_option *row)
{
    if (row->flags & LS_OPTION_REQUIRED) {
        return ls_buf_append_text(p->out, "*required*", p->err);
    }
    if (!row->fallback) {
        return 0;
    }
    return *row->fallback ? code(p, row->fallback) : ls_buf_append_text(p->out, "empty", p->err);
}

static int meaning_cell(struct page *p, const struct ls_table *table, const struct ls_option *row)
{
    int rc = cell_text(p, row->summary);
    if (rc == 0 && row->example) {
        rc = ls_buf_append_text(p->out, " For example ", p->err);
        rc = rc < 0 ? rc : code(p, row->example);
        rc = rc < 0 ? rc : ls_buf_append_text(p->out, ".", p->err);
    }
    if (rc == 0 && (row->flags & LS_OPTION_DEPLOYMENT)) {
        rc = ls_buf_append_text(p->out, " *Deployment: changes no output.*", p->err);
    }
    if (rc == 0 && (row->flags & LS_OPTION_SECRET)) {
        rc = ls_buf_append_text(p->out, " *Takes a secret.*", p->err);
    }
    if (rc == 0 && (row->flags & LS_OPTION_MAIN) && ls_table_is_enough(table, row)) {
        rc = ls_buf_append_text(p->out, " *May be given alone.*", p->err);
    }
    return rc;
}

static int table_row(struct page *p, const struct ls_table *table, const struct ls_option *row)
{
    int rc = ls_buf_append_text(p->out, "| ", p->err);
    if (rc == 0) {
        rc = row->type == LS_OPTION_FAMILY ? cell_text(p, row->name) : code(p, row->name);
    }
    rc = rc < 0 ? rc : ls_buf_append_text(p->out, " | ", p->err);
    rc = rc < 0 ? rc : value_cell(p, row);
    rc = rc < 0 ? rc : ls_buf_append_text(p->out, " | ", p->err);
    rc = rc < 0 ? rc : default_cell(p, row);
    rc = rc < 0 ? rc : ls_buf_append_text(p->out, " | ", p->err);
    rc = rc < 0 ? rc : meaning_cell(p, table, row);
    return rc < 0 ? rc : ls_buf_append_text(p->out, " |\n", p->err);
}

static int member_row(struct page *p, const struct ls_member *member)
{
    bool only = false;
    const struct ls_option *main = member->table ? ls_table_main(member->table, &only) : NULL;
    int rc = ls_buf_append_text(p->out, "| ", p->err);
    rc = rc < 0 ? rc : code(p, member->word);
    rc = rc < 0 ? rc : ls_buf_append_text(p->out, " | ", p->err);
    if (rc == 0) {
        rc = member->table ? link_to(p, member->table->name, member->table, NULL)
                           : ls_buf_append_text(p->out, "nothing", p->err);
    }
    if (rc == 0 && main && ls_table_is_enough(member->table, main)) {
        rc = ls_buf_append_text(p->out, ", or its ", p->err);
        rc = rc < 0 ? rc : code(p, main->name);
        rc = rc < 0 ? rc : ls_buf_append_text(p->out, " alone", p->err);
    }
    rc = rc < 0 ? rc : ls_buf_append_text(p->out, " | ", p->err);
    rc = rc < 0 ? rc : cell_text(p, member->summary);
    return rc < 0 ? rc : ls_buf_append_text(p->out, " |\n", p->err);
}

static int section(struct page *p, const struct ls_catalog_entry *entry, bool first)
{
    const struct ls_table *table = entry->table;
    const struct ls_family *family = entry->family;
    int rc = ls_buf_appendf(p->out, p->err, "%s<a id=\"%s\"></a>\n\n## %s\n\n%s\n",
                            first ? "" : "\n", entry->id, table ? table->name : family->name,
                            table ? table->summary : family->summary);
    if (rc < 0 || (table && !table->rows->name)) {
        return rc;
    }
    rc = ls_buf_append_text(p->out,
                            table ? "\n| Option | Value | Default | Meaning |\n|---|---|---|---|\n"
                                  : "\n| Word | Takes | Meaning |\n|---|---|---|\n",
                            p->err);
    for (const struct ls_option *row = table ? table->rows : NULL; rc == 0 && row && row->name;
         row++) {
        rc = table_row(p, table, row);
    }
    for (size_t i = 0; rc == 0 && family && family->members[i]; i++) {
        rc = member_row(p, family->members[i]);
    }
    return rc;
}

int ls_table_reference(const struct ls_table *table, struct ls_buf *out, struct ls_error *err)
{
    struct page p = {.out = out, .err = err};
    int rc = ls_catalog_build(&p.catalog, table, err);
    for (size_t i = 0; rc == 0 && i < p.catalog.count; i++) {
        rc = section(&p, &p.catalog.entries[i], i == 0);
    }
    ls_catalog_clear(&p.catalog);
    return rc;
}
