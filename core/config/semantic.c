/* Typed values in one canonical form, so that two spellings of one value hash alike. */
#include "core/base/hash.h"
#include "core/config/json_text.h"
#include "core/config/option_internal.h"

#include <assert.h>
#include <string.h>

static json_t *ratio_json(uint64_t part, uint64_t whole)
{
    char text[48];
    snprintf(text, sizeof text, "%llu/%llu", (unsigned long long)part, (unsigned long long)whole);
    return json_string(text);
}

static json_t *decimal_json(const struct ls_decimal *decimal)
{
    char text[LS_I128_TEXT_MAX];
    ls_i128 value = decimal->value;
    unsigned scale = decimal->scale;
    while (scale > 0 && value % 10 == 0) {
        value /= 10;
        scale--;
    }
    ls_decimal_format(value, scale, text);
    return json_string(text);
}

/* A number is text, a duration an integer of milliseconds: they never look alike. */
json_t *ls_semantic_quantity(const struct ls_quantity *quantity)
{
    return quantity->is_duration ? json_integer((json_int_t)quantity->number.value)
                                 : decimal_json(&quantity->number);
}

json_t *ls_semantic_scalar(const struct ls_option *row, const void *value)
{
    int64_t integer;
    const char *text;
    switch (row->type) {
    case LS_OPTION_FLAG:
        return json_boolean(*(const bool *)value);
    case LS_OPTION_INTEGER:
    case LS_OPTION_DURATION:
    case LS_OPTION_SIZE:
    case LS_OPTION_TIME:
    case LS_OPTION_TIME_OF_DAY:
        memcpy(&integer, value, sizeof integer);
        return json_integer(integer);
    case LS_OPTION_WORD:
        return json_string(row->words[*(const int *)value]);
    case LS_OPTION_RATE:
        return ratio_json(((const struct ls_rate *)value)->count,
                          ((const struct ls_rate *)value)->per_ms);
    case LS_OPTION_RATIO:
        return ratio_json(((const struct ls_ratio *)value)->part,
                          ((const struct ls_ratio *)value)->whole);
    case LS_OPTION_DECIMAL:
        return decimal_json(value);
    case LS_OPTION_QUANTITY:
        return ls_semantic_quantity(value);
    default:
        assert(row->type == LS_OPTION_TEXT || row->type == LS_OPTION_NAME);
        memcpy(&text, value, sizeof text);
        return json_string(text);
    }
}

static json_t *map_json(const struct ls_yaml *map)
{
    json_t *pairs = json_array();
    for (size_t i = 0; pairs && i < map->count; i++) {
        json_t *value = ls_semantic_node(map->entries[i].value);
        json_t *pair = value ? json_pack("[s, o]", map->entries[i].key, value) : NULL;
        if (!pair || json_array_append_new(pairs, pair) < 0) {
            json_decref(pairs);
            return NULL;
        }
    }
    return pairs ? json_pack("{s: o}", "map", pairs) : NULL;
}

static json_t *list_json(const struct ls_yaml *list)
{
    json_t *items = json_array();
    for (size_t i = 0; items && i < list->count; i++) {
        json_t *value = ls_semantic_node(list->items[i]);
        if (!value || json_array_append_new(items, value) < 0) {
            json_decref(items);
            return NULL;
        }
    }
    return items;
}

json_t *ls_semantic_node(const struct ls_yaml *node)
{
    if (node->kind == LS_YAML_MAP) {
        return map_json(node);
    }
    return node->kind == LS_YAML_LIST ? list_json(node) : ls_yaml_json(node);
}

int ls_semantic_text(const json_t *semantic, struct ls_buf *out, struct ls_error *err)
{
    return ls_json_text(semantic, JSON_SORT_KEYS | JSON_COMPACT, out, err);
}

int ls_semantic_digest(const json_t *semantic, struct ls_sha256 *out, struct ls_error *err)
{
    struct ls_buf text;
    ls_buf_init(&text, "semantic part", 256U << 20);
    int rc = ls_semantic_text(semantic, &text, err);
    if (rc == 0) {
        ls_sha256_of(text.data, text.size, out);
    }
    ls_buf_clear(&text);
    return rc;
}
