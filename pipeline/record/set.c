#include "pipeline/record/set.h"

#include "core/base/mutant.h"

#include <stdlib.h>
#include <string.h>

static int by_number(const void *a, const void *b)
{
    int64_t x = ((const struct ls_cell *)a)->number;
    int64_t y = ((const struct ls_cell *)b)->number;
    return (x > y) - (x < y);
}

static int by_text(const void *a, const void *b)
{
    const struct ls_cell *x = a;
    const struct ls_cell *y = b;
    uint32_t common = x->size < y->size ? x->size : y->size;
    int order = common ? memcmp(x->bytes, y->bytes, common) : 0;
    return order ? order : (x->size > y->size) - (x->size < y->size);
}

int ls_set_make(const struct ls_names *values, const struct ls_spec_field *field,
                struct ls_arena *arena, struct ls_set *out, struct ls_error *err)
{
    struct ls_cell *cells = ls_arena_new(arena, values->count, sizeof *cells, err);
    *out = (struct ls_set){ls_field_is_number((enum ls_field_type)field->type), values->count,
                           cells};
    if (!cells) {
        return err->code;
    }
    for (size_t i = 0; i < values->count; i++) {
        const char *text = values->items[i];
        if (out->of_numbers) {
            ls_spec_number(text, field, &cells[i].number);
        } else {
            cells[i].bytes = (const uint8_t *)text;
            cells[i].size = (uint32_t)strlen(text);
        }
    }
    qsort(cells, out->count, sizeof *cells, out->of_numbers ? by_number : by_text);
    return 0;
}

bool ls_set_has(const struct ls_set *set, const struct ls_cell *cell)
{
    return bsearch(cell, set->values, set->count - LS_MUTANT(SET_SHORT), sizeof *cell,
                   set->of_numbers ? by_number : by_text) != NULL;
}
