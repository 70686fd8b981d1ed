/* Arrays and maps as operations: one for each place or key. */
#include "generator/plan_internal.h"

#include <stdio.h>
#include <string.h>

/* `%s[2]` or `%s.color`. */
static void path_of_item(const struct ls_spec_field *field, const char *path, size_t k,
                         char out[512])
{
    if (field->type == LS_FIELD_ARRAY) {
        snprintf(out, 512, "%s[%zu]", path, k);
    } else {
        snprintf(out, 512, "%s.%s", path, field->keys.items[k]);
    }
}

static bool plan_keys(struct planner *p, const struct ls_spec_field *field, const char *path,
                      struct ls_op_parts *parts)
{
    struct ls_op_key *keys = ls_plan_alloc(p, parts->count, sizeof *keys);
    parts->keys = keys;
    parts->present = ls_spec_field_given(field, "present") ? field->present
                                                           : (struct ls_ratio){1, 1};
    for (size_t k = 0; keys && k < parts->count; k++) {
        const char *key = field->keys.items[k];
        uint8_t *bytes = ls_plan_alloc(p, strlen(key) + LS_AVRO_LONG_MAX, 1);
        if (!bytes) {
            return false;
        }
        keys[k].bytes = bytes;
        keys[k].size = (size_t)(ls_put_bytes(bytes, key, strlen(key)) - bytes);
        keys[k].key = ls_plan_key(p, "%s.%s.present", path, key);
    }
    return keys != NULL;
}

bool ls_plan_nested(struct planner *p, const struct ls_spec_field *field, const char *path,
                    struct ls_op *out)
{
    bool array = field->type == LS_FIELD_ARRAY;
    const struct ls_spec_field *item = ls_spec_item(field);
    struct ls_op_parts *parts = ls_plan_alloc(p, 1, sizeof *parts);
    out->kind = array ? LS_OP_ARRAY : LS_OP_MAP;
    out->parts = parts;
    if (!parts) {
        return false;
    }
    parts->count = array ? (size_t)field->most : field->keys.count;
    parts->least = (size_t)field->least;
    parts->items = ls_plan_alloc(p, parts->count, sizeof *parts->items);
    if (!parts->items || (!array && !plan_keys(p, field, path, parts))) {
        parts->count = 0;
        return false;
    }
    for (size_t k = 0; k < parts->count; k++) {
        char path_k[512];
        path_of_item(field, path, k, path_k);
        parts->items[k].cell = out->cell;
        if (!ls_plan_op(p, item, path_k, NULL, 0, 0, &parts->items[k])) {
            return false; /* the others are wrong in the same way */
        }
    }
    out->of_session = parts->items[0].of_session;
    if (ls_op_size_max(out) > LS_OP_PARTS_SIZE_MAX) {
        const void *member = array ? (const void *)&field->most : &field->keys;
        PROBLEM(p, "LS2018", ls_spec_place(p->spec, member, field->where),
                array ? "lower `most`, or take shorter texts"
                      : "write fewer `keys`, or take shorter texts",
                "`%s` may have %zu bytes, at most %d", field->name, ls_op_size_max(out),
                LS_OP_PARTS_SIZE_MAX);
        return false;
    }
    return true;
}
