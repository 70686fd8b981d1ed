#include "cli/commands.h"
#include "cli/spec_schemas.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

struct options {
    struct spec_options spec;
};

static const struct ls_option rows[] = {
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"schema show", "",       sizeof(struct options),
                                      SIZE_MAX,      SIZE_MAX, rows};

static void print_head(const struct spec_schema *s)
{
    cli_print("%s version %lld%s, fingerprint %016llx\n", s->subject, (long long)s->version,
              s->is_written ? " (written)" : "", (unsigned long long)s->schema->crc64);
}

/* One line a column: its path, its type, and what the spec says of it. */
static int print_columns(const struct spec_schema *s, struct ls_error *err)
{
    struct ls_layout *layout;
    int rc = ls_layout_new(s->schema, &layout, err);
    if (rc < 0) {
        return rc;
    }
    print_head(s);
    for (size_t i = 0; i < layout->count; i++) {
        const struct ls_column *c = &layout->columns[i];
        const char *type = json_string_value(json_object_get(c->field->json, "lockstep.type"));
        const char *role = json_string_value(json_object_get(c->field->json, "lockstep.role"));
        cli_print("  %-28s %s%s%s%s", c->path, ls_avro_type_name(c->node->type),
                  c->node->logical ? ", " : "", c->node->logical ? c->node->logical : "",
                  c->nullable ? ", nullable" : "");
        cli_print(type ? "  (%s %s)\n" : "\n", role ? role : "", type ? type : "");
    }
    ls_layout_free(layout);
    return 0;
}

/* The subject, its topic or its event type. */
static bool is_named(const struct spec_schema *s, const char *name)
{
    return strcmp(s->subject, name) == 0 || strcmp(s->type->topic, name) == 0 ||
           strcmp(s->type->name, name) == 0;
}

static int unknown(const struct ls_spec *spec, const char *name, struct ls_error *err)
{
    const char *names[LS_SPEC_EVENT_TYPES_MAX + 1];
    for (size_t i = 0; i < spec->event_types.count; i++) {
        names[i] = ls_spec_event_type_at(spec, i)->name;
    }
    names[spec->event_types.count] = NULL;
    const char *near = ls_did_you_mean(name, names);
    return ls_error_set(err, LS_E_NOMATCH, "the spec has no subject or event type `%s`%s%s%s", name,
                        near ? ": did you mean `" : "; `lockstep schema show SPEC` lists them",
                        near ? near : "", near ? "`?" : "");
}

static int show(struct cli *cli, const struct spec_schemas *schemas, struct ls_error *err)
{
    const char *name = cli->subject_count > 1 ? cli->subjects[1] : NULL;
    bool found = false;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < schemas->count; i++) {
        const struct spec_schema *s = &schemas->items[i];
        if (!name) {
            print_head(s);
        } else if (is_named(s, name)) {
            found = true;
            rc = print_columns(s, err);
        }
    }
    return rc < 0 || !name || found ? rc : unknown(schemas->spec, name, err);
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct spec_schemas schemas;
    int rc = spec_schemas_load(cli, cli->subjects[0], &o->spec, &schemas, err);
    rc = rc < 0 ? rc : show(cli, &schemas, err);
    spec_schemas_clear(&schemas);
    return rc;
}

const struct command command_schema_show = {
    .name = "schema show",
    .synopsis = "SPEC [SUBJECT]",
    .summary = "Lists a spec's subjects and their versions, or the fields of one.",
    .examples = "  lockstep schema show fixtures/domains/ecommerce.yaml\n"
                "  lockstep schema show fixtures/domains/ecommerce.yaml order_placed\n",
    .subjects_min = 1,
    .subjects_max = 2,
    .options = &table,
    .run = run,
};
