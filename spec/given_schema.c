#include "spec/given_schema.h"

#include "core/avro/schema.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "spec/spec.h"

#include <stdio.h>
#include <string.h>

#define HINTS_MAX 256

struct giver {
    struct ls_arena *arena;
    struct ls_diag *diag;
    struct ls_error *err;
    const struct ls_yaml *schema; /* the option: where problems stand */
    const struct ls_yaml *hints;  /* or NULL */
    bool used[HINTS_MAX];
    const char *paths[HINTS_MAX + 1]; /* that fields have, for did-you-mean */
    size_t path_count;
    const struct ls_node *enums[HINTS_MAX];
    size_t enum_count;
    struct ls_buf text; /* the fields, as YAML */
};

#define PROBLEM(g, where, hint, ...)                                                               \
    ls_diag_add((g)->diag, LS_SEVERITY_ERROR, "LS2032", where, hint, __VA_ARGS__)

static int put(struct giver *g, const char *text)
{
    return ls_buf_append_text(&g->text, text, g->err);
}

/* ---- hints */

static const struct ls_yaml *hint_of(struct giver *g, const char *path)
{
    for (size_t i = 0; g->hints && i < g->hints->count && i < HINTS_MAX; i++) {
        if (strcmp(g->hints->entries[i].key, path) == 0) {
            g->used[i] = true;
            return g->hints->entries[i].value;
        }
    }
    return NULL;
}

static bool says_source(const struct ls_yaml *hint)
{
    for (const struct ls_member *const *m = ls_spec_sources.members; hint && *m; m++) {
        if (ls_yaml_get(hint, (*m)->word)) {
            return true;
        }
    }
    return false;
}

static bool says(const struct ls_yaml *hint, const char *key)
{
    return hint && ls_yaml_get(hint, key);
}

/* ---- types */

/* What a type of Avro is in a spec, and where its values come from unless a hint says. */
struct made {
    enum ls_avro_type avro;
    const char *logical; /* NULL: none */
    const char *type, *source;
};

static const struct made mades[] = {
    {LS_AVRO_BOOLEAN, NULL, "boolean", "bernoulli: 1/2"},
    {LS_AVRO_INT, NULL, "int", "uniform: [0, 1000]"},
    {LS_AVRO_INT, "date", "date", "uniform: [-365d, 0d]"},
    {LS_AVRO_LONG, NULL, "long", "uniform: [0, 1000000]"},
    {LS_AVRO_LONG, "timestamp-millis", "timestamp", "expr: event_time"},
    {LS_AVRO_LONG, "local-timestamp-millis", "local_timestamp", "uniform: [0d, 1d]"},
    {LS_AVRO_STRING, NULL, "string", "pattern: \"[a-z]{8}\""},
    {LS_AVRO_STRING, "uuid", "uuid", "uuid: {}"},
    {LS_AVRO_ENUM, NULL, "enum", NULL},
    {LS_AVRO_FLOAT, NULL, "float", "uniform: [0, 1000]"},
    {LS_AVRO_DOUBLE, NULL, "double", "uniform: [0, 1000]"},
    {LS_AVRO_BYTES, NULL, "bytes", "pattern: \"[a-z]{8}\""},
    {LS_AVRO_BYTES, "decimal", "decimal", "uniform: [0, 1]"},
};

/* A decimal has room for its default, and no more digits than there are. */
static bool is_decimal(const struct ls_node *node)
{
    return node->precision >= 1 && node->precision <= 18 && node->precision > node->scale;
}

static const char *logical_of(const struct ls_node *node)
{
    return json_is_object(node->json)
               ? json_string_value(json_object_get(node->json, "logicalType"))
               : NULL;
}

static const struct made *made_of(const struct ls_node *node)
{
    const char *logical = logical_of(node);
    for (size_t k = 0; k < sizeof mades / sizeof *mades; k++) {
        const struct made *made = &mades[k];
        if (made->avro == node->type && !made->logical == !logical &&
            (!logical || strcmp(logical, made->logical) == 0)) {
            return made;
        }
    }
    return NULL;
}

static void refuse(struct giver *g, const struct ls_node *node, const char *path)
{
    const char *logical = logical_of(node);
    if (logical) {
        PROBLEM(g, g->schema->where,
                "known here: date, timestamp-millis, local-timestamp-millis, uuid, decimal",
                "`%s` is of the logical type %.60s (of %s), which is not known", path, logical,
                ls_avro_type_name(node->type));
    } else {
        PROBLEM(g, g->schema->where, "leave the field out of the schema, or give it another type",
                "`%s` is of a type that is not generated: %s", path, ls_avro_type_name(node->type));
    }
}

static int put_symbols(struct giver *g, const struct ls_node *node, const char *option)
{
    int rc = ls_buf_appendf(&g->text, g->err, ", %s: [", option);
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        rc = ls_buf_appendf(&g->text, g->err, "%s\"%s\"", i ? ", " : "", node->symbols[i]);
    }
    return rc < 0 ? rc : put(g, "]");
}

/* Of an enum that several fields have, the others get names of their own. */
static bool is_first_use(struct giver *g, const struct ls_node *node)
{
    for (size_t i = 0; i < g->enum_count; i++) {
        if (g->enums[i] == node) {
            return false;
        }
    }
    if (g->enum_count < HINTS_MAX) {
        g->enums[g->enum_count++] = node;
    }
    return true;
}

static const char *short_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* Options of a field that the schema says, not the hint: but for money, which is known by its hint,
 * and has its column's name without the unit. */
static bool is_money(struct giver *g, const struct ls_field *field, const struct ls_node *node,
                     const struct ls_yaml *hint)
{
    static const char *const said[] = {"name",  "avro_name", "symbols", "since",
                                       "until", "precision", "scale"};
    const struct ls_yaml *type = hint ? ls_yaml_get(hint, "type") : NULL;
    for (size_t k = 0; k < sizeof said / sizeof *said; k++) {
        if (says(hint, said[k])) {
            PROBLEM(g, ls_yaml_get(hint, said[k])->where, "leave it out",
                    "`%s` of `%s` is what the schema says", said[k], field->name);
        }
    }
    if (!type) {
        return false;
    }
    bool money = type->text && strcmp(type->text, "money") == 0 && node->type == LS_AVRO_LONG &&
                 !logical_of(node);
    if (!money || !ls_ends_with(field->name, "_cents")) {
        PROBLEM(g, type->where, "leave `type` out",
                "the schema says the type of `%s`; a long called NAME_cents may be money",
                field->name);
    }
    return money;
}

/* What holds for a value by itself: a field's, or each one's of an array or a map. */
static int put_scalar(struct giver *g, const struct ls_node *node, const char *path, bool money,
                      bool has_source)
{
    const struct made *made = made_of(node);
    if (!made) {
        refuse(g, node, path);
        return 0;
    }
    bool decimal = made->logical && strcmp(made->logical, "decimal") == 0;
    if (decimal && !is_decimal(node)) {
        PROBLEM(g, g->schema->where, "let it have 1 to 18 digits, and one before the point",
                "`%s` is a decimal of %u digits, %u of them places", path, node->precision,
                node->scale);
        return 0;
    }
    int rc = ls_buf_appendf(&g->text, g->err, "type: %s", money ? "money" : made->type);
    if (rc == 0 && decimal) {
        rc = ls_buf_appendf(&g->text, g->err, ", precision: %u, scale: %u", node->precision,
                            node->scale);
    }
    if (rc < 0 || has_source) {
        return rc;
    }
    return node->type == LS_AVRO_ENUM ? put_symbols(g, node, "choice")
                                      : ls_buf_appendf(&g->text, g->err, ", %s", made->source);
}

/* A named type that several fields have is called so in the first; the others get names of their
 * own. */
static int put_name(struct giver *g, const struct ls_node *node)
{
    return is_first_use(g, node)
               ? ls_buf_appendf(&g->text, g->err, ", avro_name: \"%s\"", short_name(node->name))
               : 0;
}

/* An array or a map. */
static int put_items(struct giver *g, const struct ls_node *node, const char *path,
                     const struct ls_yaml *hint)
{
    bool array = node->type == LS_AVRO_ARRAY;
    const char *word = array ? "items" : "values";
    const struct ls_yaml *said = hint ? ls_yaml_get(hint, word) : NULL;
    const char *inner = ls_arena_printf(g->arena, g->err, "%s.%s", path, word);
    int rc = inner ? put(g, array ? "type: array" : "type: map") : g->err->code;
    if (said && node->children[0]->type == LS_AVRO_ENUM) {
        PROBLEM(g, said->where, "leave it out: each symbol comes as often as the others",
                "the symbols of `%s` are what the schema says", inner);
    }
    rc = rc < 0 || says(hint, array ? "most" : "keys")
             ? rc
             : put(g, array ? ", most: 3" : ", keys: [a, b, c], present: 1/2");
    rc = rc < 0 ? rc : ls_buf_appendf(&g->text, g->err, ", %s: {", word);
    rc = rc < 0 ? rc : put_scalar(g, node->children[0], inner, false, says_source(said));
    return rc < 0 ? rc : put(g, "}");
}

static int put_fields(struct giver *g, const struct ls_node *record, const char *prefix,
                      unsigned depth);

static int put_record(struct giver *g, const struct ls_node *node, const char *path,
                      const struct ls_yaml *hint, unsigned depth)
{
    const char *prefix = ls_arena_printf(g->arena, g->err, "%s.", path);
    if (hint) {
        PROBLEM(g, hint->where, "give hints to the fields in it, as in `shipping.street: {...}`",
                "`%s` is a record", path);
    }
    if (depth == LS_SPEC_NESTING_MAX) {
        PROBLEM(g, g->schema->where, "leave the field out of the schema",
                "`%s` is a record in more than %d others", path, LS_SPEC_NESTING_MAX - 1);
        return 0;
    }
    int rc = prefix ? put(g, "type: record") : g->err->code;
    rc = rc < 0 ? rc : put_name(g, node);
    rc = rc < 0 ? rc : put(g, ", fields: [");
    rc = rc < 0 ? rc : put_fields(g, node, prefix, depth + 1);
    return rc < 0 ? rc : put(g, "]");
}

static int put_field(struct giver *g, const struct ls_field *field, const char *path,
                     unsigned depth)
{
    const struct ls_yaml *hint = hint_of(g, path);
    const struct ls_node *node = ls_node_nullable(field->type, &(unsigned){0});
    bool nullable = node != NULL;
    node = nullable ? node : field->type;
    if (g->path_count < HINTS_MAX) {
        g->paths[g->path_count++] = path;
    }
    bool money = is_money(g, field, node, hint);
    int size = (int)strlen(field->name) - (money ? 6 : 0);
    int rc = ls_buf_appendf(&g->text, g->err, "{name: \"%.*s\", ", size < 0 ? 0 : size,
                            field->name);
    if (rc < 0) {
        return rc;
    }
    if (node->type == LS_AVRO_RECORD && !nullable) {
        rc = put_record(g, node, path, hint, depth);
    } else if (node->type == LS_AVRO_ARRAY || node->type == LS_AVRO_MAP) {
        rc = put_items(g, node, path, hint);
    } else {
        rc = put_scalar(g, node, path, money, says_source(hint));
    }
    if (rc == 0 && node->type == LS_AVRO_ENUM) {
        rc = put_name(g, node);
        rc = rc < 0 ? rc : put_symbols(g, node, "symbols");
    }
    if (rc == 0 && nullable && !says(hint, "nullable") && !says(hint, "null")) {
        rc = put(g, ", nullable: 1/10");
    }
    return rc < 0 ? rc : put(g, "}");
}

static int put_fields(struct giver *g, const struct ls_node *record, const char *prefix,
                      unsigned depth)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < record->count; i++) {
        const char *path = ls_arena_printf(g->arena, g->err, "%s%s", prefix,
                                           record->fields[i].name);
        rc = !path ? g->err->code : depth ? (i ? put(g, ", ") : 0) : put(g, "- ");
        rc = rc < 0 ? rc : put_field(g, &record->fields[i], path, depth);
        rc = rc < 0 || depth ? rc : put(g, "\n");
    }
    return rc;
}

/* ---- event types */

static void check_hints(struct giver *g)
{
    g->paths[g->path_count] = NULL;
    for (size_t i = 0; g->hints && i < g->hints->count && i < HINTS_MAX; i++) {
        if (!g->used[i]) {
            char hint[LS_SUGGEST_MAX];
            PROBLEM(g, g->hints->entries[i].key_where,
                    ls_suggest(g->hints->entries[i].key, g->paths, hint),
                    "the schema has no field `%s`", g->hints->entries[i].key);
        }
    }
}

/* Lays each hint over the field that it is of. */
static int lay_hints(struct giver *g, struct ls_yaml *list, const struct ls_node *record,
                     const char *prefix)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *path = ls_arena_printf(g->arena, g->err, "%s%s", prefix,
                                           record->fields[i].name);
        const struct ls_yaml *hint = path ? hint_of(g, path) : NULL;
        struct ls_yaml *inner = ls_yaml_get(list->items[i], "fields");
        int rc = path ? 0 : g->err->code;
        if (rc == 0 && inner) {
            path = ls_arena_printf(g->arena, g->err, "%s.", path);
            rc = path ? lay_hints(g, inner, record->fields[i].type, path) : g->err->code;
        } else if (hint && hint->kind != LS_YAML_MAP) {
            PROBLEM(g, hint->where, "write {lognormal: {median: 20, sigma: 1}}, say",
                    "a hint is a map of a field's options");
        } else if (hint) {
            list->items[i] = ls_yaml_merge(list->items[i], (struct ls_yaml *)(uintptr_t)hint,
                                           g->arena, g->err);
            rc = list->items[i] ? 0 : g->err->code;
        }
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

/* The event type with what the schema says; the node is changed in place. */
static int extend(struct giver *g, struct ls_yaml *type, struct ls_yaml *list,
                  const struct ls_schema *schema)
{
    struct ls_yaml_entry *entries = ls_arena_new(g->arena, type->count + 2, sizeof *entries,
                                                 g->err);
    struct ls_yaml *payload = entries ? ls_arena_new(g->arena, 1, sizeof *payload, g->err) : NULL;
    const char *name = payload
                           ? ls_arena_printf(g->arena, g->err, "%s", short_name(schema->root->name))
                           : NULL;
    if (!name) {
        return g->err->code;
    }
    *payload = (struct ls_yaml){.kind = LS_YAML_TEXT, .text = name, .where = g->schema->where};
    memcpy(entries, type->entries, type->count * sizeof *entries);
    entries[type->count] = (struct ls_yaml_entry){"attributes", g->schema->where, list};
    entries[type->count + 1] = (struct ls_yaml_entry){"payload", g->schema->where, payload};
    type->entries = entries;
    type->count += 2;
    return 0;
}

static int give_fields(struct giver *g, struct ls_yaml *type, const struct ls_schema *schema)
{
    int told = g->diag->errors;
    int rc = put_fields(g, schema->root, "", 0);
    check_hints(g);
    if (rc < 0 || g->diag->errors > told) {
        return rc;
    }
    const char *name = ls_arena_printf(g->arena, g->err, "%s, as fields", g->schema->text);
    struct ls_yaml *list = name ? ls_yaml_parse(name, (const char *)g->text.data, g->text.size,
                                                g->arena, g->diag, g->err)
                                : NULL;
    if (!list) {
        return g->err->code;
    }
    rc = lay_hints(g, list, schema->root, "");
    return rc < 0 ? rc : extend(g, type, list, schema);
}

static int read_schema(struct giver *g, const char *spec_path, struct ls_schema **out)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    const char *slash = strrchr(spec_path, '/');
    int rc = 0;
    *out = NULL;
    if (*g->schema->text == '/' || !slash) {
        snprintf(path, sizeof path, "%s", g->schema->text);
    } else {
        char folder[LS_PATH_MAX];
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - spec_path), spec_path);
        rc = ls_path_join(path, *folder ? folder : "/", g->schema->text, g->err);
    }
    ls_buf_init(&text, "given schema", LS_SCHEMA_TEXT_MAX);
    rc = rc < 0 ? rc : ls_file_read(path, &text, g->err);
    rc = rc < 0 ? rc : ls_schema_parse((const char *)text.data, text.size, out, g->err);
    ls_buf_clear(&text);
    if (rc < 0 && rc != LS_E_NOMEM) {
        PROBLEM(g, g->schema->where, "give the path from the spec's folder to an .avsc file",
                "the schema cannot be used: %s", g->err->text);
        g->err->code = 0;
        return 0;
    }
    if (rc == 0 && (*out)->root->type != LS_AVRO_RECORD) {
        PROBLEM(g, g->schema->where, "give the schema of a record, which becomes the payload",
                "the schema is of the type %s", ls_avro_type_name((*out)->root->type));
        ls_schema_free(*out);
        *out = NULL;
    }
    return rc;
}

static bool check_place(struct giver *g, const struct ls_yaml *type)
{
    static const char *const others[] = {"attributes", "dimensions", "metrics"};
    for (size_t k = 0; k < 3; k++) {
        const struct ls_yaml *other = ls_yaml_get(type, others[k]);
        if (other) {
            PROBLEM(g, other->where, "leave it out, or write the fields without `schema`",
                    "`%s` stands beside `schema`, which has the fields", others[k]);
            return false;
        }
    }
    if (g->hints && g->hints->kind != LS_YAML_MAP) {
        PROBLEM(g, g->hints->where, "write `fields: {amount: {uniform: [1, 20]}}`, say",
                "`fields` is a map from the schema's fields to their options");
        return false;
    }
    if (g->hints && g->hints->count > HINTS_MAX) {
        PROBLEM(g, g->hints->where, "leave out what is as it comes",
                "`fields` has at most %d hints, this one %zu", HINTS_MAX, g->hints->count);
        return false;
    }
    return g->schema->kind != LS_YAML_MAP && g->schema->kind != LS_YAML_LIST; /* told when bound */
}

static int give(struct ls_yaml *type, const char *spec_path, struct ls_arena *arena,
                struct ls_diag *diag, struct ls_error *err)
{
    struct giver g = {.arena = arena,
                      .diag = diag,
                      .err = err,
                      .schema = ls_yaml_get(type, "schema"),
                      .hints = ls_yaml_get(type, "fields")};
    struct ls_schema *schema = NULL;
    if (!g.schema) {
        if (g.hints) {
            PROBLEM(&g, g.hints->where, "write `schema: order.avsc`, say, or fields as a list",
                    "`fields` has hints for the fields of a `schema`, and there is none");
        }
        return 0;
    }
    if (!check_place(&g, type)) {
        return 0;
    }
    ls_buf_init(&g.text, "fields of a given schema", LS_SCHEMA_TEXT_MAX);
    int rc = read_schema(&g, spec_path, &schema);
    rc = rc < 0 || !schema ? rc : give_fields(&g, type, schema);
    ls_schema_free(schema);
    ls_buf_clear(&g.text);
    return rc;
}

int ls_spec_given_schemas(struct ls_yaml *tree, const char *spec_path, struct ls_arena *arena,
                          struct ls_diag *diag, struct ls_error *err)
{
    const struct ls_yaml *types = ls_yaml_get(tree, "event_types");
    int rc = 0;
    for (size_t t = 0; rc == 0 && types && types->kind == LS_YAML_LIST && t < types->count; t++) {
        if (types->items[t]->kind == LS_YAML_MAP) {
            rc = give(types->items[t], spec_path, arena, diag, err);
        }
    }
    return rc;
}
