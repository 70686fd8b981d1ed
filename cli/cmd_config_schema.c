#include "cli/commands.h"
#include "cli/json_text.h"
#include "conformance/target.h"
#include "core/base/text.h"

#include <string.h>

/* ---- layers: what is required may stand in another one */

static void relax(json_t *definitions, const char *reference);

static void relax_below(json_t *definitions, const json_t *value)
{
    const json_t *items = json_object_get(value, "additionalProperties");
    const char *direct = json_string_value(json_object_get(value, "$ref"));
    const char *below = json_string_value(json_object_get(items, "$ref"));
    if (direct || below) { /* maps merge; lists, which replace, stay as they are */
        relax(definitions, direct ? direct : below);
    }
}

static void relax(json_t *definitions, const char *reference)
{
    const char *name = strrchr(reference, '/');
    json_t *definition = name ? json_object_get(definitions, name + 1) : NULL;
    const char *key;
    json_t *value;
    if (!json_object_get(definition, "required")) {
        return; /* relaxed already */
    }
    json_object_del(definition, "required");
    json_object_del(definition, "allOf");
    json_object_foreach(json_object_get(definition, "properties"), key, value)
    {
        relax_below(definitions, value);
    }
}

/* NULL when memory is refused. */
static json_t *layer_schema(const char *title)
{
    json_t *schema = ls_table_schema(&ls_spec_table);
    const char *root = json_string_value(json_object_get(schema, "$ref"));
    if (root) {
        relax(json_object_get(schema, "$defs"), root);
    }
    if (schema && json_object_set_new(schema, "title", json_string(title)) < 0) {
        json_decref(schema);
        return NULL;
    }
    return schema;
}

static json_t *platform_schema(void)
{
    return layer_schema("Lockstep platform.yaml: what holds for every domain");
}

static json_t *environment_schema(void)
{
    return layer_schema("Lockstep environments/NAME.yaml: laid over the platform");
}

/* A layer that names its domain and may hold profiles, which are layers again. */
static json_t *domain_schema(void)
{
    json_t *schema = layer_schema("Lockstep domain file: a spec");
    const char *root = json_string_value(json_object_get(schema, "$ref"));
    const char *name = root ? strrchr(root, '/') + 1 : NULL;
    json_t *definitions = json_object_get(schema, "$defs");
    json_t *profile = name ? json_deep_copy(json_object_get(definitions, name)) : NULL;
    int failed = json_object_set_new(definitions, "profile", profile);
    json_t *definition = name ? json_object_get(definitions, name) : NULL;
    json_t *profiles = json_pack("{s:s, s:s, s:{s:s}}", "type", "object", "description",
                                 "Layers that are laid over this file with --profile NAME.",
                                 "additionalProperties", "$ref", "#/$defs/profile");
    failed |= json_object_set_new(json_object_get(definition, "properties"), "profiles", profiles);
    failed |= json_object_set_new(definition, "required",
                                  json_pack("[s, s]", "lockstep", "domain"));
    if (failed) {
        json_decref(schema);
        return NULL;
    }
    return schema;
}

static json_t *target_schema(void)
{
    return ls_table_schema(&ls_target_table);
}

static const struct {
    const char *name;
    json_t *(*make)(void);
} kinds[] = {{"domain", domain_schema},
             {"platform", platform_schema},
             {"environment", environment_schema},
             {"target", target_schema}};

static int run(struct cli *cli, struct ls_error *err)
{
    const char *wanted = cli->subject_count ? cli->subjects[0] : "domain";
    const char *names[sizeof kinds / sizeof *kinds + 1] = {NULL};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        names[i] = kinds[i].name;
        if (strcmp(kinds[i].name, wanted) == 0) {
            struct ls_buf out;
            json_t *schema = kinds[i].make();
            ls_buf_init(&out, "JSON Schema", 16U << 20);
            int rc = json_text(schema, &out, err);
            cli_print_buf(&out);
            json_decref(schema);
            return rc;
        }
    }
    const char *near = ls_did_you_mean(wanted, names);
    return ls_error_set(err, LS_E_USAGE,
                        "there is no schema of `%s`%s%s%s: it is domain, platform, environment or "
                        "target",
                        wanted, near ? " (did you mean `" : "", near ? near : "",
                        near ? "`?)" : "");
}

const struct command command_config_schema = {
    .name = "config schema",
    .synopsis = "[domain|platform|environment|target]",
    .summary = "Prints the JSON Schema of a kind of file, for editors [domain].",
    .examples = "  lockstep config schema domain > domain.schema.json\n",
    .subjects_min = 0,
    .subjects_max = 1,
    .run = run,
};
