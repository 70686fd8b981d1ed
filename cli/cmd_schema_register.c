#include "cli/commands.h"
#include "cli/spec_schemas.h"
#include "core/registry/properties.h"

#include <stdio.h>
#include <string.h>

struct options {
    struct spec_options spec;
    const char *registry;
    const char *prefix;
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
    {"X", LS_OPTION_TEXT, LS_OPTION_REPEATED, offsetof(struct options, properties),
     .summary = "registry.KEY=VALUE: credentials, certificates and patience; `-X list` shows all.",
     .example = "registry.patience=2m"},
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"schema register", "",       sizeof(struct options),
                                      SIZE_MAX,          SIZE_MAX, rows};

/* The subject of the records in its topic (TopicNameStrategy); a heartbeat's schema, which is in
 * every topic, has its record's name. */
static const char *subject_of(struct cli *cli, const struct options *o,
                              const struct spec_schema *schema, struct ls_error *err)
{
    return o->prefix && schema->type
               ? ls_arena_printf(&cli->arena, err, "%s.%s", o->prefix, schema->subject)
               : schema->subject;
}

static int add(struct cli *cli, struct ls_registry *registry, const struct spec_schema *schema,
               struct ls_error *err)
{
    uint32_t id = 0;
    const char *subject = subject_of(cli, cli->options, schema, err);
    int rc = subject ? cli_interrupted(err) : err->code;
    if (rc < 0) {
        return rc;
    }
    rc = ls_registry_register(registry, subject, schema->schema, &id, err);
    if (rc < 0) {
        return ls_error_prefix(err, "%s version %lld", subject, (long long)schema->version);
    }
    cli_print("%s version %lld: id %u, crc-64-avro %016llx\n", subject, (long long)schema->version,
              id, (unsigned long long)schema->schema->crc64);
    return 0;
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
    struct spec_schemas schemas = {0};
    struct ls_registry *registry = NULL;
    int rc = open_registry(cli, &registry, err);
    rc = rc < 0 ? rc : spec_schemas_load(cli, cli->subjects[0], &o->spec, &schemas, err);
    for (size_t i = 0; rc == 0 && i < schemas.count; i++) {
        rc = schemas.items[i].is_written ? add(cli, registry, &schemas.items[i], err) : 0;
    }
    if (rc == 0 && schemas.heartbeat.schema) {
        rc = add(cli, registry, &schemas.heartbeat, err);
    }
    spec_schemas_clear(&schemas);
    ls_registry_close(registry);
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
