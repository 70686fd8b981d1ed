/* One value, by the type of its row. */
#include "core/config/bind_internal.h"

#include <assert.h>
#include <string.h>

int ls_bind_nomem(struct ls_binder *b)
{
    return ls_error_set(b->err, LS_E_NOMEM, "out of memory: a JSON value was refused");
}

/* Why a value of the right form cannot be held, or is out of bounds that are not said. */
static const char *range_hint(const struct ls_option *row, const struct ls_yaml *node,
                              enum ls_reading reading)
{
    if (reading == LS_READING_RANGE) {
        return ls_option_held(row->type);
    }
    bool bounded = row->minimum || row->maximum;
    bool negative_duration = row->type == LS_OPTION_DURATION && *node->text == '-';
    return negative_duration && !bounded ? "it is not negative here" : NULL;
}

int ls_bind_scalar(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                   void *out, json_t **json)
{
    *json = NULL;
    struct ls_yaml expanded = *node;
    if (b->deployment && row->type == LS_OPTION_TEXT && node->kind == LS_YAML_TEXT) {
        int rc = ls_bind_environment(b, node, &expanded.text);
        if (rc < 0) {
            return rc;
        }
    }
    enum ls_reading reading = ls_option_scalar(row, &expanded, out);
    if (reading == LS_READING_WRONG) {
        return ls_bind_wrong(b, row, node);
    }
    if (reading == LS_READING_RANGE || !ls_option_in_bounds(row, out)) {
        return ls_bind_range(b, row, node, range_hint(row, node, reading));
    }
    if (ls_bind_wants_json(b) && !(*json = ls_semantic_scalar(row, out))) {
        return ls_bind_nomem(b);
    }
    return 0;
}

static int bind_node(struct ls_binder *b, const struct ls_yaml *node, void *out, json_t **json)
{
    memcpy(out, &node, sizeof node);
    if (ls_bind_wants_json(b) && !(*json = ls_semantic_node(node))) {
        return ls_bind_nomem(b);
    }
    return 0;
}

static int bind_embedded(struct ls_binder *b, const struct ls_option *row,
                         const struct ls_yaml *node, void *out, json_t **json)
{
    if (node->kind != LS_YAML_MAP) {
        return ls_bind_wrong(b, row, node);
    }
    void *settings = ls_arena_new(b->arena, 1, row->table->size, b->err);
    if (!settings) {
        return b->err->code;
    }
    memcpy(out, &settings, sizeof settings);
    return ls_bind_table(b, row->table, node, settings, json);
}

int ls_bind_value(struct ls_binder *b, const struct ls_option *row, const struct ls_yaml *node,
                  void *out, json_t **json)
{
    *json = NULL;
    bool below = row->type >= LS_OPTION_TABLE; /* their own rows check their values */
    if (!below && !ls_bind_references(b, row, node)) {
        return 0;
    }
    switch (row->type) {
    case LS_OPTION_QUANTITIES:
        return ls_bind_quantities(b, row, node, out, json);
    case LS_OPTION_NAMES:
    case LS_OPTION_TEXTS:
        return ls_bind_names(b, row, node, out, json);
    case LS_OPTION_WEIGHTS:
        return ls_bind_weights(b, row, node, out, json);
    case LS_OPTION_NODE:
        return bind_node(b, node, out, json);
    case LS_OPTION_TABLE:
        return bind_embedded(b, row, node, out, json);
    case LS_OPTION_LIST:
    case LS_OPTION_MAP:
    case LS_OPTION_LISTS:
        return ls_bind_items(b, row, node, out, json);
    case LS_OPTION_ONE_OF:
        return ls_bind_one_of(b, row, node, out, json);
    default:
        assert(ls_option_is_scalar(row->type));
        return ls_bind_scalar(b, row, node, out, json);
    }
}
