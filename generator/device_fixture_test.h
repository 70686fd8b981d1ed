/* Small specs of one event type, `reading`, about one of 40 devices: a test writes the attributes
 * and the fields that it is about. */
#ifndef LS_GENERATOR_DEVICE_FIXTURE_TEST_H
#define LS_GENERATOR_DEVICE_FIXTURE_TEST_H

#include "generator/fixture_test.h"

enum { DEVICES = 40, DEVICE_TEXT_MAX = 16384 };

/* Lines of the lists `attributes` of the devices and `metrics` of the readings, each with its line
 * end; `rest` is what stands at the top besides, or "". */
static inline const char *device_text(char out[DEVICE_TEXT_MAX], const char *attributes,
                                      const char *fields, const char *rest)
{
    int size = snprintf(out, DEVICE_TEXT_MAX,
                        "lockstep: 1\ndomain: plant\nseed: 7\nstart: 2026-01-01T00:00:00Z\n"
                        "arrival: [{rate: 100/s}]\n"
                        "entities:\n  device:\n    count: 40\n    id: \"D{n:03}\"\n"
                        "    attributes:\n      - {name: plain, type: int, const: 1}\n%s"
                        "event_types:\n  - name: reading\n    weight: 1\n    entity: device\n"
                        "    metrics:\n%s"
                        "topics: {partitions: 2}\n"
                        "pipeline: {watermark: {delay: 1s}, dedupe: {horizon: 1m}}\n%s",
                        attributes, fields, rest);
    assert_in_range(size, 0, DEVICE_TEXT_MAX - 1);
    return out;
}

static inline const struct ls_plan *plan_device(struct maker *m, const char *attributes,
                                                const char *fields, const char *rest)
{
    char text[DEVICE_TEXT_MAX];
    return plan_fine(m, device_text(text, attributes, fields, rest), NULL);
}

/* The operation that makes a field of an event type. */
static inline const struct ls_op *op_named(const struct maker *m, size_t type, const char *name)
{
    const struct ls_plan_type *t = &m->plan->types[type];
    for (size_t i = 0; i < t->version->field_count; i++) {
        for (size_t k = 0; strcmp(t->version->fields[i]->name, name) == 0 && k < t->ops.count;
             k++) {
            if (t->ops.items[k].cell == LS_COLUMN_PAYLOAD + i) {
                return &t->ops.items[k];
            }
        }
    }
    fail_msg("no field %s", name);
    return NULL;
}

/* Of an entity. */
static inline const struct ls_op *attribute_named(const struct maker *m, size_t entity,
                                                  const char *name)
{
    const struct ls_plan_entity *e = &m->plan->entities[entity];
    const struct ls_spec_field *fields = e->spec->attributes.items;
    for (size_t a = 0; a < e->attribute_count; a++) {
        if (strcmp(fields[a].name, name) == 0) {
            return &e->attributes[a];
        }
    }
    fail_msg("no attribute %s", name);
    return NULL;
}

/* A column of a sound event, as a reader of its bytes finds it; texts are borrowed from them. */
static inline struct ls_cell column_of(const struct maker *m, const struct ls_event *e,
                                       const char *column)
{
    struct ls_cell cells[LS_PLAN_CELLS_MAX];
    const struct ls_layout *layout = ls_event_type(m->plan, e)->version->layout;
    int at = ls_layout_find(layout, column);
    assert_true(at >= 0);
    assert_int_equal(ls_row_decode(layout, e->value + 10, e->value_size - 10, cells, NULL, NULL),
                     LS_DECODE_OK);
    return cells[at];
}

/* The number of the entity whose id, "D007", stands in a text of so many digits behind a letter. */
static inline uint64_t number_in(const struct ls_cell *id)
{
    uint64_t n = 0;
    for (uint32_t k = 1; k < id->size; k++) {
        assert_in_range(id->bytes[k], '0', '9');
        n = 10 * n + id->bytes[k] - '0';
    }
    return n;
}

static inline bool same_cell(const struct ls_cell *a, const struct ls_cell *b)
{
    return a->is_null == b->is_null &&
           (a->is_null || (a->number == b->number && a->size == b->size &&
                           (a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0)));
}

#endif
