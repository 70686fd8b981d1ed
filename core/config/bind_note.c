/* What the binder says about values that it refuses, and about references in them. */
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

int ls_bind_example(struct ls_binder *b, const struct ls_option *row, const char **hint)
{
    const char *example = ls_option_example(row);
    *hint = NULL;
    if (row->example) {
        *hint = ls_arena_printf(b->arena, b->err, "for example `%s: %s`", row->name, example);
    } else if (example) {
        *hint = ls_arena_printf(b->arena, b->err, "for example %s", example);
    }
    return example && !*hint ? b->err->code : 0;
}

/* What is likely meant: the same without quotes, a near word, or an example. */
static int hint_for(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                    const char **hint)
{
    bool word = row->type == LS_OPTION_WORD && node->kind == LS_YAML_TEXT;
    const char *near = word ? ls_did_you_mean(node->text, row->words) : NULL;
    if (ls_option_is_scalar(row->type) && ls_option_is_quoted_number(node)) {
        *hint = "leave the quotes out";
    } else if (row->type == LS_OPTION_FLAG) {
        *hint = "true or false; yes, no, on and off are text in YAML 1.2";
    } else if (row->type == LS_OPTION_TEXT && node->kind == LS_YAML_BOOLEAN) {
        *hint = "put it in quotes";
    } else if (row->type == LS_OPTION_NAME && node->kind == LS_YAML_TEXT) {
        *hint = "a name is of letters, digits and _, and begins with no digit";
    } else if (near) {
        *hint = ls_arena_printf(b->arena, b->err, "did you mean \"%s\"?", near);
        return *hint ? 0 : b->err->code;
    } else {
        return ls_bind_example(b, row, hint);
    }
    return 0;
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
                    row->name, kind, got(row, node, value));
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
