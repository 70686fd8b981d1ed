/* What the binder says about values that it refuses, and about references in them. */
#include "core/base/civil.h"
#include "core/base/text.h"
#include "core/config/bind_internal.h"
#include "core/config/placeholder.h"

#include <stdlib.h>
#include <string.h>

#define GOT_MAX (LS_QUOTE_MAX + 16)

/* A value in words, on one line. */
static const char *got(const struct ls_option *row, const struct ls_yaml *node, char out[GOT_MAX])
{
    char quote[LS_QUOTE_MAX];
    switch (node->kind) {
    case LS_YAML_NULL:
        return "nothing";
    case LS_YAML_LIST:
        return node->count ? "a list" : "an empty list";
    case LS_YAML_MAP:
        return node->count ? "a map" : "an empty map";
    default:
        break;
    }
    if (row->flags & LS_OPTION_SECRET) {
        return "a value that is not shown here";
    }
    const char *text = ls_quote(node->text, quote);
    if (node->kind == LS_YAML_TEXT) {
        bool quoted = ls_option_is_quoted_number(node);
        snprintf(out, GOT_MAX, "%s\"%s\"", quoted ? "the text " : "", text);
    } else {
        snprintf(out, GOT_MAX, "%s", text);
    }
    return out;
}

int ls_bind_example(struct ls_binder *b, const char *name, const struct ls_option *row,
                    const char **hint)
{
    struct ls_buf text;
    ls_buf_init(&text, "option example", 1U << 16);
    int rc = ls_option_example(row, &text, b->err);
    const char *example = rc == 0 && text.size ? ls_buf_text(&text, b->err) : NULL;
    *hint = NULL;
    if (example && row->type == LS_OPTION_FAMILY) { /* an entry by itself */
        *hint = ls_arena_printf(b->arena, b->err, "for example `%s`", example);
    } else if (example && (row->example || row->table)) {
        *hint = ls_arena_printf(b->arena, b->err, "for example `%s%s%s`", name ? name : "",
                                name ? ": " : "", example);
    } else if (example) {
        *hint = ls_arena_printf(b->arena, b->err, "for example %s", example);
    }
    rc = rc < 0 || (text.size && !*hint) ? b->err->code : 0;
    ls_buf_clear(&text);
    return rc;
}

const char *ls_bind_name(const struct ls_option *row, const struct ls_yaml *node)
{
    const char *path = node->where.path;
    return path && *path ? ls_yaml_path_last(path) : row->name;
}

/* "2026-01-01T18:30:00" lacks but its zone. */
static bool wants_zone(const char *text)
{
    char zoned[LS_TIME_TEXT_MAX];
    int64_t ignored;
    int size = snprintf(zoned, sizeof zoned, "%sZ", text);
    return size > 0 && (size_t)size < sizeof zoned && ls_time_parse(zoned, (size_t)size, &ignored);
}

/* A number where a duration or a rate is wanted: with the units that make one of it. */
static const char *unit_hint(struct ls_binder *b, const struct ls_option *row, const char *number)
{
    static const char *const units[] = {"ms", "s", "m", "h", "d"};
    const char *text = "";
    bool rate = row->type == LS_OPTION_RATE;
    for (size_t i = 0; text && i < sizeof units / sizeof *units; i++) {
        const char *value = ls_arena_printf(b->arena, b->err, "%s%s%s", number, rate ? "/" : "",
                                            units[i]);
        if (!value || ls_option_takes(row, value)) {
            text = value
                       ? ls_arena_printf(b->arena, b->err, "%s%s%s", text, *text ? ", " : "", value)
                       : NULL;
        }
    }
    return text ? ls_arena_printf(b->arena, b->err, "say the unit: %s", text) : NULL;
}

/* The example, with the units that there are: "30min" and "50/sec" have another one. */
static int example_with_units(struct ls_binder *b, const char *name, const struct ls_option *row,
                              const char **hint)
{
    int rc = ls_bind_example(b, name, row, hint);
    if (rc < 0 || (row->type != LS_OPTION_DURATION && row->type != LS_OPTION_RATE)) {
        return rc;
    }
    *hint = ls_arena_printf(b->arena, b->err, "%s%sunits are ms, s, m, h and d", *hint ? *hint : "",
                            *hint ? "; " : "");
    return *hint ? 0 : b->err->code;
}

/* What a value alone is meant for where a map is wanted: `mean` of `exponential: 0.80`. NULL unless
 * it is all that the map needs. */
static const struct ls_option *meant_row(const struct ls_option *row, const struct ls_yaml *node)
{
    if (row->type != LS_OPTION_TABLE || !node->text) {
        return NULL;
    }
    for (const struct ls_option *other = row->table->rows; other->name; other++) {
        if (ls_option_is_needed(other)) {
            bool enough = ls_table_is_enough(row->table, other);
            return enough && ls_option_is_scalar(other->type) && ls_option_takes(other, node->text)
                       ? other
                       : NULL;
        }
    }
    return NULL;
}

/* The likely slip in a value of the wrong kind, or an example. */
static int hint_for(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                    const char **hint)
{
    bool unitless = node->kind == LS_YAML_INTEGER && *node->text != '-' &&
                    (row->type == LS_OPTION_DURATION || row->type == LS_OPTION_RATE);
    bool percent = row->type == LS_OPTION_RATIO && node->kind == LS_YAML_TEXT &&
                   strspn(node->text, "0123456789") + 1 == strlen(node->text) &&
                   ls_ends_with(node->text, "%");
    bool word = row->type == LS_OPTION_WORD && node->kind == LS_YAML_TEXT;
    const struct ls_option *meant = meant_row(row, node);
    const char *name = ls_bind_name(row, node);
    name = ls_ends_with(name, "]") ? NULL : name; /* an item has none */
    const char *near = word ? ls_did_you_mean(node->text, row->words) : NULL;
    *hint = NULL;
    if (ls_option_is_scalar(row->type) && ls_option_is_quoted_number(node)) {
        *hint = "leave the quotes out";
    } else if (row->type == LS_OPTION_FLAG) {
        *hint = "true or false; yes, no, on and off are text in YAML 1.2";
    } else if (row->type == LS_OPTION_TEXT && node->kind == LS_YAML_BOOLEAN) {
        *hint = "put it in quotes";
    } else if (row->type == LS_OPTION_NAME && node->kind == LS_YAML_TEXT) {
        *hint = LS_NAME_HINT;
    } else if (row->type == LS_OPTION_LIST && node->kind == LS_YAML_MAP && node->count &&
               ls_table_row(row->table, node->entries[0].key)) {
        *hint = "put the map into a list: a dash before it, or brackets round it";
    } else if (near) {
        *hint = ls_arena_printf(b->arena, b->err, "did you mean \"%s\"?", near);
    } else if (percent) {
        *hint = ls_arena_printf(b->arena, b->err, "write %.*s/100", (int)strlen(node->text) - 1,
                                node->text);
    } else if (unitless) {
        *hint = unit_hint(b, row, node->text);
    } else if (row->type == LS_OPTION_TIME && node->text && wants_zone(node->text)) {
        *hint = ls_arena_printf(b->arena, b->err, "did you mean \"%sZ\"? a time says its zone",
                                node->text);
    } else if (meant) {
        *hint = ls_arena_printf(b->arena, b->err, "write `%s%s{%s: %s}`", name ? name : "",
                                name ? ": " : "", meant->name, node->text);
    } else {
        return example_with_units(b, name, row, hint);
    }
    return *hint ? 0 : b->err->code;
}

static int note(struct ls_binder *b, const char *rule, const struct ls_option *row,
                const struct ls_yaml *node, const char *hint)
{
    struct ls_buf text;
    ls_buf_init(&text, "option description", 1U << 16);
    char value[GOT_MAX];
    int rc = ls_option_describe(row, &text, b->err);
    const char *kind = rc < 0 ? NULL : ls_buf_text(&text, b->err);
    if (kind) {
        ls_diag_add(b->diag, LS_SEVERITY_ERROR, rule, node->where, hint, "%s: expected %s, got %s",
                    ls_bind_name(row, node), kind, got(row, node, value));
    } else {
        rc = b->err->code;
    }
    ls_buf_clear(&text);
    return rc;
}

int ls_bind_wrong(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node)
{
    const char *hint;
    int rc = hint_for(b, row, node, &hint);
    return rc < 0 ? rc : note(b, "LS1102", row, node, hint);
}

int ls_bind_range(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                  const char *hint)
{
    return note(b, "LS1103", row, node, hint);
}

const char *ls_bind_join(struct ls_binder *b, const char *const *words)
{
    char text[400];
    ls_join(words, text, sizeof text);
    return ls_arena_text(b->arena, text, strlen(text), b->err);
}

static bool check_text(struct ls_binder *b, const struct ls_option *row, const char *text,
                       struct ls_where where)
{
    bool fine = true;
    if (!b->deployment && strstr(text, "${env:")) {
        ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1106", where,
                    "write the value here, in an environment's file, or in `--set`",
                    "%s: an output may depend on it, so it is not read from the environment",
                    row->name);
        fine = false;
    }
    if (!(row->flags & LS_OPTION_SECRET) && strstr(text, "${secret:")) {
        ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1107", where,
                    "secrets go where they are kept out of logs: `lockstep config schema` says "
                    "which options take one",
                    "%s takes no secret", row->name);
        fine = false;
    }
    return fine;
}

bool ls_bind_references(struct ls_binder *b, const struct ls_option *row,
                        const struct ls_yaml *node)
{
    bool fine = true;
    if (node->text) {
        fine = check_text(b, row, node->text, node->where);
    }
    for (size_t i = 0; i < node->count; i++) {
        bool map = node->kind == LS_YAML_MAP;
        if (map && !check_text(b, row, node->entries[i].key, node->entries[i].key_where)) {
            fine = false;
        }
        if (!ls_bind_references(b, row, map ? node->entries[i].value : node->items[i])) {
            fine = false;
        }
    }
    return fine;
}

static void note_variable(struct ls_binder *b, const struct ls_yaml *node,
                          const struct ls_placeholder *found)
{
    char name[LS_PLACEHOLDER_MAX + 1];
    if (!ls_placeholder_name(found, name)) {
        ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1108", node->where, "write `${env:NAME}`",
                    "the name of an environment variable is missing or wrong");
        return;
    }
    ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1108", node->where, NULL,
                "the environment variable %s is not set", name);
}

int ls_bind_environment(struct ls_binder *b, const struct ls_yaml *node, const char **text)
{
    struct ls_placeholder found;
    if (!ls_placeholder_next(node->text, "env", &found)) {
        return 0;
    }
    struct ls_buf out;
    ls_buf_init(&out, "text with environment variables", 1U << 20);
    const char *at = node->text;
    int rc = 0;
    while (rc == 0 && ls_placeholder_next(at, "env", &found)) {
        char name[LS_PLACEHOLDER_MAX + 1];
        const char *value = ls_placeholder_name(&found, name) ? getenv(name) : NULL;
        if (!value) {
            note_variable(b, node, &found);
            ls_buf_clear(&out);
            return 0;
        }
        rc = ls_buf_append(&out, at, (size_t)(found.begin - at), b->err);
        rc = rc < 0 ? rc : ls_buf_append_text(&out, value, b->err);
        at = found.end;
    }
    rc = rc < 0 ? rc : ls_buf_append_text(&out, at, b->err);
    if (rc == 0) {
        *text = ls_arena_text(b->arena, (const char *)out.data, out.size, b->err);
        rc = *text ? 0 : b->err->code;
    }
    ls_buf_clear(&out);
    return rc;
}
