#include "cli/spec_schemas.h"

#include "spec/heartbeat.h"

#include <string.h>

#define VERSIONS_MAX (2 * 3 * LS_SPEC_FIELDS_MAX + LS_SPEC_VERSIONS_MAX)

/* Keeps the list sorted, each once. */
static void add_version(int64_t versions[VERSIONS_MAX], size_t *count, int64_t version)
{
    size_t at = 0;
    while (at < *count && versions[at] < version) {
        at++;
    }
    if (version < 1 || *count == VERSIONS_MAX || (at < *count && versions[at] == version)) {
        return;
    }
    memmove(&versions[at + 1], &versions[at], (*count - at) * sizeof *versions);
    versions[at] = version;
    (*count)++;
}

/* The written versions, and those at which a field comes or goes. */
static size_t versions_of(const struct ls_spec_event_type *type, int64_t versions[VERSIONS_MAX])
{
    size_t count = 0;
    for (size_t v = 0; v < type->version_count; v++) {
        add_version(versions, &count, type->versions[v].number);
    }
    for (size_t i = 0; i < type->every_count; i++) {
        add_version(versions, &count, type->every[i]->since);
        add_version(versions, &count, type->every[i]->until);
    }
    return count;
}

static bool is_written(const struct ls_spec_event_type *type, int64_t version)
{
    for (size_t v = 0; v < type->version_count; v++) {
        if (type->versions[v].number == version) {
            return true;
        }
    }
    return false;
}

static int add(struct cli *cli, const struct ls_spec *spec, const struct ls_spec_event_type *type,
               int64_t version, struct spec_schemas *out, struct ls_error *err)
{
    struct spec_schema *made = &out->items[out->count];
    struct ls_buf text;
    ls_buf_init(&text, "derived schema", LS_SCHEMA_TEXT_MAX);
    *made = (struct spec_schema){
        .type = type, .version = version, .is_written = is_written(type, version)};
    made->subject = ls_arena_printf(&cli->arena, err, "%s-value", type->topic);
    int rc = made->subject ? ls_spec_derive(spec, type, version, &text, err) : err->code;
    rc = rc < 0 ? rc : ls_schema_parse((const char *)text.data, text.size, &made->schema, err);
    out->count += rc == 0;
    ls_buf_clear(&text);
    return rc;
}

int spec_schemas_load(struct cli *cli, const char *path, const struct spec_options *options,
                      struct spec_schemas *out, struct ls_error *err)
{
    int64_t versions[VERSIONS_MAX];
    size_t total = 0;
    *out = (struct spec_schemas){0};
    int rc = cli_load_spec_at(cli, path, options, &out->spec, err);
    if (rc < 0) {
        return rc;
    }
    const struct ls_spec *spec = out->spec;
    for (size_t t = 0; t < spec->event_types.count; t++) {
        total += versions_of(ls_spec_event_type_at(spec, t), versions);
    }
    out->items = ls_arena_new(&cli->arena, total, sizeof *out->items, err);
    rc = out->items ? 0 : err->code;
    for (size_t t = 0; rc == 0 && t < spec->event_types.count; t++) {
        const struct ls_spec_event_type *type = ls_spec_event_type_at(spec, t);
        size_t count = versions_of(type, versions);
        for (size_t i = 0; rc == 0 && i < count; i++) {
            rc = add(cli, spec, type, versions[i], out, err);
        }
    }
    if (rc == 0 && spec->topics->heartbeat_ms) {
        out->heartbeat = (struct spec_schema){.subject = "lockstep.heartbeat", .version = 1};
        rc = ls_schema_parse(ls_heartbeat_schema, strlen(ls_heartbeat_schema),
                             &out->heartbeat.schema, err);
    }
    return rc;
}

void spec_schemas_clear(struct spec_schemas *schemas)
{
    for (size_t i = 0; i < schemas->count; i++) {
        ls_schema_free(schemas->items[i].schema);
    }
    ls_schema_free(schemas->heartbeat.schema);
    ls_spec_free(schemas->spec);
    *schemas = (struct spec_schemas){0};
}

const struct spec_schema *spec_schema_of(const struct spec_schemas *schemas, uint64_t crc64)
{
    const struct spec_schema *found = NULL;
    if (schemas->heartbeat.schema && schemas->heartbeat.schema->crc64 == crc64) {
        return &schemas->heartbeat;
    }
    for (size_t i = 0; i < schemas->count; i++) {
        const struct spec_schema *schema = &schemas->items[i];
        if (schema->schema->crc64 == crc64 && (!found || schema->is_written)) {
            found = schema;
        }
    }
    return found;
}
