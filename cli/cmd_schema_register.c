#include "cli/commands.h"
#include "cli/pipeline_options.h"
#include "cli/spec_schemas.h"
#include "core/registry/properties.h"
#include "pipeline/output/outputs.h"

#include <stdio.h>
#include <string.h>

struct options {
    struct spec_options spec;
    const char *registry;
    const char *prefix;
    bool rows;
    struct ls_names properties; /* set by the time the verb runs */
};

static const struct ls_option rows[] = {
    {"registry", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct options, registry),
     .summary = "URL of the schema registry, with any path in front of its interface.",
     .example = "http://127.0.0.1:8081"},
    {"prefix", LS_OPTION_TEXT, 0, offsetof(struct options, prefix),
     .summary = "PREFIX of kafka://HOST:PORT/PREFIX: topics, and so subjects, begin with it and a "
                "dot.",
     .example = "shop"},
    {"rows", LS_OPTION_FLAG, 0, offsetof(struct options, rows), .fallback = "false",
     .summary = "Those of the topics that `run stream --to kafka://` writes, instead."},
    {"X", LS_OPTION_TEXT, LS_OPTION_REPEATED, offsetof(struct options, properties),
     .summary = "registry.KEY=VALUE: credentials, certificates and patience; `-X list` shows all.",
     .example = "registry.patience=2m"},
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"schema register", "",       sizeof(struct options),
                                      SIZE_MAX,          SIZE_MAX, rows};

/* What is registered where. */
struct work {
    struct cli *cli;
    struct ls_registry *registry;
};

/* `subject` begins with the name of a topic, but for a heartbeat's: that is in every topic. */
static int add(const struct work *work, const char *subject, bool of_topic, const char *version,
               const struct ls_schema *schema, struct ls_error *err)
{
    const struct options *o = work->cli->options;
    uint32_t id = 0;
    const char *whole = o->prefix && of_topic
                            ? ls_arena_printf(&work->cli->arena, err, "%s.%s", o->prefix, subject)
                            : subject;
    int rc = whole ? cli_interrupted(err) : err->code;
    if (rc < 0) {
        return rc;
    }
    rc = ls_registry_register(work->registry, whole, schema, &id, err);
    if (rc < 0) {
        return ls_error_prefix(err, "%s%s", whole, version);
    }
    cli_print("%s%s: id %u, crc-64-avro %016llx\n", whole, version, id,
              (unsigned long long)schema->crc64);
    return 0;
}

static int add_event(const struct work *work, const struct spec_schema *schema,
                     struct ls_error *err)
{
    char version[40];
    snprintf(version, sizeof version, " version %lld", (long long)schema->version);
    return add(work, schema->subject, schema->type != NULL, version, schema->schema, err);
}

static int add_events(const struct work *work, const struct spec_options *spec,
                      struct ls_error *err)
{
    struct spec_schemas schemas = {0};
    int rc = spec_schemas_load(work->cli, work->cli->subjects[0], spec, &schemas, err);
    for (size_t i = 0; rc == 0 && i < schemas.count; i++) {
        rc = schemas.items[i].is_written ? add_event(work, &schemas.items[i], err) : 0;
    }
    if (rc == 0 && schemas.heartbeat.schema) {
        rc = add_event(work, &schemas.heartbeat, err);
    }
    spec_schemas_clear(&schemas);
    return rc;
}

static int add_rows_of(void *context, const char *topic, const struct ls_schema *schema,
                       struct ls_error *err)
{
    const struct work *work = context;
    const char *subject = ls_arena_printf(&work->cli->arena, err, "%s-value", topic);
    return subject ? add(work, subject, true, "", schema, err) : err->code;
}

static int add_rows(struct work *work, const struct spec_options *spec, struct ls_error *err)
{
    struct pipeline pipeline;
    int rc = pipeline_open_spec(work->cli, spec, &pipeline, err);
    rc = rc < 0 ? rc : ls_outputs_topics(pipeline.plan, pipeline.views, add_rows_of, work, err);
    pipeline_clear(&pipeline);
    return rc;
}

static int open_registry(struct cli *cli, struct ls_registry **out, struct ls_error *err)
{
    const struct options *o = cli->options;
    for (size_t i = 0; i < o->properties.count; i++) {
        if (!ls_registry_is_property(o->properties.items[i])) {
            return ls_error_set(err, LS_E_USAGE,
                                "-X %.*s is for kafka://, which nothing here speaks to: write -X "
                                "registry.KEY=VALUE",
                                (int)strcspn(o->properties.items[i], "="), o->properties.items[i]);
        }
    }
    const char *assignment = ls_arena_printf(&cli->arena, err, "registry.url=%s", o->registry);
    int rc = assignment ? ls_registry_set(assignment, err) : err->code;
    return rc < 0 ? rc : ls_registry_open_set(out, err);
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct work work = {cli, NULL};
    int rc = open_registry(cli, &work.registry, err);
    if (rc == 0) {
        rc = o->rows ? add_rows(&work, &o->spec, err) : add_events(&work, &o->spec, err);
    }
    ls_registry_close(work.registry);
    ls_registry_unset();
    return rc;
}

const struct command command_schema_register = {
    .name = "schema register",
    .synopsis = "SPEC --registry URL [--prefix PREFIX] [-X registry.KEY=VALUE]",
    .summary = "Registers the Avro schemas of a spec's topics in a schema registry.",
    .examples = "  lockstep schema register fixtures/domains/ecommerce.yaml --registry "
                "http://127.0.0.1:8081\n"
                "  lockstep schema register fixtures/domains/ecommerce.yaml --registry "
                "https://registry.example/apis/ccompat/v7 \\\n"
                "      -X registry.basic.auth=@credentials.txt -X registry.ca.location=ca.pem\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
