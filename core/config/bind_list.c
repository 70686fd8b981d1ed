/* The values that are lists of scalars, or maps of them. */
#include "core/config/bind_internal.h"

#include <string.h>

#define WEIGHT_SUM_MAX (UINT64_C(1) << 32)

/* Appends to a list that may be absent; takes the value. */
static int append(struct ls_binder *b, json_t *list, json_t *value)
{
    if (!list || !value) {
        json_decref(value);
        return 0;
    }
    return json_array_append_new(list, value) < 0 ? ls_bind_nomem(b) : 0;
}

static int new_list(struct ls_binder *b, json_t **list)
{
    *list = NULL;
    bool wanted = ls_bind_wants_json(b);
    return wanted && !(*list = json_array()) ? ls_bind_nomem(b) : 0;
}

/* Gives the list away, or frees it after an error. */
static int finish(int rc, json_t *list, json_t **json)
{
    if (rc < 0) {
        json_decref(list);
        return rc;
    }
    *json = list;
    return 0;
}

int ls_bind_quantities(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                       struct ls_quantities *out, json_t **json)
{
    if (node->kind != LS_YAML_LIST) {
        return ls_bind_wrong(b, row, node);
    }
    const struct ls_option item = {.name = row->name, .type = LS_OPTION_QUANTITY};
    struct ls_quantity *items = ls_arena_new(b->arena, node->count, sizeof *items, b->err);
    if (!items) {
        return b->err->code;
    }
    *out = (struct ls_quantities){node->count, items};
    json_t *list;
    int rc = new_list(b, &list);
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        json_t *value;
        rc = ls_bind_scalar(b, &item, node->items[i], &items[i], &value);
        rc = rc < 0 ? rc : append(b, list, value);
    }
    return finish(rc, list, json);
}

int ls_bind_names(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                  struct ls_names *out, json_t **json)
{
    if (node->kind == LS_YAML_MAP || node->kind == LS_YAML_NULL) {
        return ls_bind_wrong(b, row, node);
    }
    bool one = node->kind != LS_YAML_LIST;
    size_t count = one ? 1 : node->count;
    const struct ls_option item = {
        .name = row->name, .type = row->type == LS_OPTION_TEXTS ? LS_OPTION_TEXT : LS_OPTION_NAME};
    const char **items = ls_arena_new(b->arena, count, sizeof *items, b->err);
    struct ls_where *where = ls_arena_new(b->arena, count, sizeof *where, b->err);
    if (!items || !where) {
        return b->err->code;
    }
    *out = (struct ls_names){count, items, where};
    json_t *list;
    int rc = new_list(b, &list);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const struct ls_yaml *name = one ? node : node->items[i];
        json_t *value;
        where[i] = name->where;
        items[i] = "";
        rc = ls_bind_scalar(b, &item, name, &items[i], &value);
        rc = rc < 0 ? rc : append(b, list, value);
    }
    if (row->flags & LS_OPTION_WAS_NAME && json_array_size(list) == 1) {
        json_t *name = json_incref(json_array_get(list, 0));
        json_decref(list);
        list = name;
    }
    return finish(rc, list, json);
}

static int bind_weight(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *map,
                       size_t i, const char **word, uint64_t *weight)
{
    static const struct ls_option weight_row = {.name = "weight",
                                                .type = LS_OPTION_INTEGER,
                                                .minimum = "0",
                                                .maximum = "4294967296",
                                                .example = "3"};
    static const struct ls_option word_row = {.name = "word", .type = LS_OPTION_TEXT};
    (void)row;
    json_t *json;
    int rc;
    if (map->kind == LS_YAML_MAP) {
        int64_t given = 0;
        *word = map->entries[i].key;
        rc = ls_bind_scalar(b, &weight_row, map->entries[i].value, &given, &json);
        *weight = (uint64_t)given;
    } else {
        *word = "";
        *weight = 1;
        rc = ls_bind_scalar(b, &word_row, map->items[i], word, &json);
    }
    json_decref(json);
    return rc;
}

/* [[word, weight], ...]: the order of the words decides which draw becomes which. */
static int weights_json(struct ls_binder *b, const struct ls_weights *weights, json_t **json)
{
    json_t *list;
    int rc = new_list(b, &list);
    for (size_t i = 0; rc == 0 && list && i < weights->count; i++) {
        json_t *pair = json_pack("[s, I]", weights->words[i], (json_int_t)weights->weights[i]);
        rc = pair ? append(b, list, pair) : ls_bind_nomem(b);
    }
    return finish(rc, list, json);
}

static int note_sum(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                    uint64_t sum)
{
    const char *hint;
    int rc = ls_bind_example(b, ls_bind_name(row, node), row, &hint);
    if (rc == 0) {
        ls_diag_add(b->diag, LS_SEVERITY_ERROR, "LS1103", node->where, hint,
                    "%s: expected weights that come to 1 .. 4294967296 together, got %llu",
                    ls_bind_name(row, node), (unsigned long long)sum);
    }
    return rc;
}

int ls_bind_weights(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                    struct ls_weights *out, json_t **json)
{
    if (node->kind != LS_YAML_MAP && node->kind != LS_YAML_LIST) {
        return ls_bind_wrong(b, row, node);
    }
    const char **words = ls_arena_new(b->arena, node->count, sizeof *words, b->err);
    uint64_t *weights = ls_arena_new(b->arena, node->count, sizeof *weights, b->err);
    struct ls_where *where = ls_arena_new(b->arena, node->count, sizeof *where, b->err);
    if (!words || !weights || !where) {
        return b->err->code;
    }
    *out = (struct ls_weights){node->count, words, weights, where};
    int errors = b->diag->errors;
    uint64_t sum = 0;
    for (size_t i = 0; i < node->count; i++) {
        bool map = node->kind == LS_YAML_MAP;
        where[i] = map ? node->entries[i].key_where : node->items[i]->where;
        int rc = bind_weight(b, row, node, i, &words[i], &weights[i]);
        if (rc < 0) {
            return rc;
        }
        sum += weights[i]; /* 2^32 at most, of at most 2^18 values */
    }
    if (b->diag->errors > errors) {
        return 0;
    }
    if (sum < 1 || sum > WEIGHT_SUM_MAX) {
        return note_sum(b, row, node, sum);
    }
    return weights_json(b, out, json);
}
