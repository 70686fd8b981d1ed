#include "spec/spec.h"

#include "core/base/mem.h"
#include "spec/given_schema.h"
#include "spec/resolve.h"

#include <string.h>

#define SPEC_BYTES_MAX (256U << 20)

struct ls_spec_event_type *ls_spec_event_type(const struct ls_spec *spec, const char *name)
{
    struct ls_spec_event_type *types = spec->event_types.items;
    for (size_t i = 0; i < spec->event_types.count; i++) {
        if (strcmp(types[i].name, name) == 0) {
            return &types[i];
        }
    }
    return NULL;
}

const struct ls_spec_entity *ls_spec_entity(const struct ls_spec *spec, const char *name)
{
    const struct ls_spec_entity *entities = spec->entities.items;
    for (size_t i = 0; i < spec->entities.count; i++) {
        if (strcmp(entities[i].key, name) == 0) {
            return &entities[i];
        }
    }
    return NULL;
}

struct ls_spec_field *ls_spec_field(const struct ls_spec_event_type *type, const char *name)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if (strcmp(type->fields[i]->name, name) == 0) {
            return type->fields[i];
        }
    }
    return NULL;
}

const struct ls_spec_field *ls_spec_field_ever(const struct ls_spec_event_type *type,
                                               const char *name)
{
    for (size_t i = 0; i < type->every_count; i++) {
        if (strcmp(type->every[i]->name, name) == 0) {
            return type->every[i];
        }
    }
    return NULL;
}

const struct ls_spec_field *ls_spec_attribute(const struct ls_spec_entity *entity, const char *name)
{
    const struct ls_spec_field *fields = entity->attributes.items;
    for (size_t i = 0; i < entity->attributes.count; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

const struct ls_spec_reference *ls_spec_reference(const struct ls_spec *spec, const char *name)
{
    const struct ls_spec_reference *tables = spec->reference.items;
    for (size_t i = 0; i < spec->reference.count; i++) {
        if (strcmp(tables[i].key, name) == 0) {
            return &tables[i];
        }
    }
    return NULL;
}

size_t ls_spec_table_column(const struct ls_spec_reference *table, const char *name)
{
    for (size_t i = 0; i < table->field_count; i++) {
        if (strcmp(table->fields[i]->name, name) == 0) {
            return i;
        }
    }
    return LS_COLUMN_LACKING;
}

unsigned ls_spec_step_before(const struct ls_spec_event_type *type, const char *name,
                             const struct ls_spec_event_type **out)
{
    unsigned back = 1;
    const struct ls_spec_step *step = type->step ? type->step->follows_step : NULL;
    for (; step; step = step->follows_step, back++) {
        if (strcmp(step->event, name) == 0) {
            *out = step->event_type;
            return back;
        }
    }
    return 0;
}

static bool given(const struct ls_table *table, uint64_t bits, const char *option)
{
    for (unsigned k = 0; table->rows[k].name; k++) {
        if (strcmp(table->rows[k].name, option) == 0) {
            return bits >> k & 1;
        }
    }
    return false;
}

bool ls_spec_field_given(const struct ls_spec_field *field, const char *option)
{
    const struct ls_table *table = field->is_item     ? &ls_spec_item_table
                                   : field->is_column ? &ls_spec_column_table
                                                      : &ls_spec_field_table;
    return given(table, field->given, option);
}

bool ls_spec_normalize_scaled(const struct ls_spec_normalize *step)
{
    return given(&ls_spec_normalize_table, step->given, "scale");
}

bool ls_spec_aggregate_given(const struct ls_spec_aggregate *aggregate, const char *option)
{
    return given(&ls_spec_aggregate_table, aggregate->given, option);
}

bool ls_spec_check_given(const struct ls_spec_check *check, const char *option)
{
    return given(&ls_spec_check_table, check->given, option);
}

bool ls_spec_walk_given(const struct ls_source_walk *walk, const char *option)
{
    return given(&ls_spec_walk_table, walk->given, option);
}

bool ls_spec_episode_given(const struct ls_spec_episode *episode, const char *option)
{
    return given(&ls_spec_episode_table, episode->given, option);
}

bool ls_spec_check_low(const struct ls_spec_check *check, const struct ls_spec_field *field,
                       int64_t *low)
{
    return ls_spec_check_given(check, "min") && ls_spec_quantity(&check->minimum, field, low);
}

bool ls_spec_check_high(const struct ls_spec_check *check, const struct ls_spec_field *field,
                        int64_t *high)
{
    return ls_spec_check_given(check, "max") && ls_spec_quantity(&check->maximum, field, high);
}

int64_t ls_spec_watermark_delay(const struct ls_spec *spec, const struct ls_spec_event_type *type)
{
    const struct ls_spec_watermark *watermark = spec->pipeline->watermark;
    const struct ls_spec_topic_watermark *topics = watermark->topics.items;
    for (size_t i = 0; i < watermark->topics.count; i++) {
        if (strcmp(topics[i].key, type->name) == 0) {
            return topics[i].delay_ms;
        }
    }
    return watermark->delay_ms;
}

/* The name of a spec in manifests and checkpoints: what the semantic part says, and the version of
 * the bytes. */
static int hash_of(struct ls_spec *spec, struct ls_error *err)
{
    struct ls_buf text;
    ls_buf_init(&text, "canonical spec", SPEC_BYTES_MAX);
    int rc = ls_buf_appendf(&text, err, "lockstep format %d\n", LS_FORMAT_VERSION);
    rc = rc < 0 ? rc : ls_semantic_text(spec->semantic, &text, err);
    if (rc == 0) {
        ls_sha256_of(text.data, text.size, &spec->hash);
    }
    ls_buf_clear(&text);
    return rc;
}

static const char *folder_of(const char *path, struct ls_arena *arena, struct ls_error *err)
{
    const char *slash = strrchr(path, '/');
    return slash ? ls_arena_text(arena, path, (size_t)(slash - path) + 1, err) : "";
}

static int load(const struct ls_layers *layers, struct ls_spec *spec, struct ls_arena *arena,
                struct ls_diag *diag, struct ls_error *err)
{
    err->code = 0;
    struct ls_yaml *tree = ls_layers_load(layers, arena, diag, err);
    if (!tree) {
        return diag->errors ? 0 : err->code;
    }
    const struct ls_yaml *other = ls_yaml_get(tree, "lockstep_target");
    if (other) { /* else every line would be wrong */
        ls_diag_add(diag, LS_SEVERITY_ERROR, "LS2404", other->where,
                    "a spec says `lockstep: 1`; a target is given with --target",
                    "this is a target file, and a spec is wanted");
        return 0;
    }
    int rc = ls_spec_given_schemas(tree, layers->spec_path, arena, diag, err);
    if (rc < 0 || diag->errors) {
        return rc;
    }
    rc = ls_bind(&ls_spec_table, tree, spec, arena, diag, &spec->places, &spec->semantic, err);
    if (rc < 0 || diag->errors) {
        return rc;
    }
    spec->tree = tree;
    spec->folder = folder_of(layers->spec_path, arena, err);
    if (!spec->folder) {
        return err->code;
    }
    spec->arena = *arena; /* the resolver allocates from the spec's */
    rc = ls_spec_resolve(spec, diag, err);
    *arena = spec->arena;
    return rc < 0 || diag->errors ? rc : hash_of(spec, err);
}

int ls_spec_load(const struct ls_layers *layers, struct ls_spec **out, struct ls_buf *report,
                 struct ls_error *err)
{
    *out = NULL;
    struct ls_spec *spec = ls_mem_new(1, sizeof *spec, err);
    struct ls_diag *diag = spec ? ls_mem_new(1, sizeof *diag, err) : NULL;
    if (!diag) {
        ls_mem_free(spec);
        return err->code;
    }
    struct ls_arena arena;
    ls_arena_init(&arena, "spec", SPEC_BYTES_MAX);
    ls_diag_init(diag);
    int rc = load(layers, spec, &arena, diag, err);
    spec->arena = arena;
    spec->diag = *diag;
    ls_mem_free(diag);
    if (rc == 0 && spec->diag.count) {
        rc = ls_diag_render(&spec->diag, false, report, err);
    }
    if (rc == 0 && spec->diag.errors) {
        rc = ls_error_set(err, LS_E_DATA, "%s has %d error%s", layers->spec_path, spec->diag.errors,
                          spec->diag.errors == 1 ? "" : "s");
    }
    if (rc < 0) {
        ls_spec_free(spec);
        return rc;
    }
    *out = spec;
    return 0;
}

void ls_spec_free(struct ls_spec *spec)
{
    if (!spec) {
        return;
    }
    struct ls_spec_event_type *types = spec->event_types.items;
    for (size_t i = 0; i < spec->event_types.count; i++) {
        for (size_t v = 0; v < types[i].version_count; v++) {
            ls_layout_free(types[i].versions[v].layout);
            ls_schema_free(types[i].versions[v].schema);
        }
    }
    json_decref(spec->semantic);
    ls_diag_clear(&spec->diag);
    ls_arena_clear(&spec->arena);
    ls_mem_free(spec);
}
