#include "cli/commands.h"
#include "cli/spec_schemas.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <string.h>

struct options {
    struct spec_options spec;
};

static const struct ls_option rows[] = {
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {
    "schema fingerprint", "", sizeof(struct options), SIZE_MAX, SIZE_MAX, rows};

static void print(const struct ls_schema *schema)
{
    char hex[LS_HEX_MAX];
    ls_hex(schema->sha256.bytes, LS_SHA256_SIZE, hex);
    cli_print("  crc-64-avro  %016llx\n  sha-256      %s\n  canonical    %.*s\n",
              (unsigned long long)schema->crc64, hex, (int)schema->canonical_size,
              schema->canonical);
}

static int of_file(const char *path, struct ls_error *err)
{
    struct ls_buf text;
    struct ls_schema *schema = NULL;
    ls_buf_init(&text, "schema", LS_SCHEMA_TEXT_MAX);
    int rc = ls_file_read(path, &text, err);
    if (rc == 0) {
        rc = ls_schema_parse((const char *)text.data, text.size, &schema, err);
        rc = rc == LS_E_DATA ? ls_error_prefix(err, "%s", path) : rc;
    }
    if (rc == 0) {
        cli_print("%s\n", path);
        print(schema);
    }
    ls_schema_free(schema);
    ls_buf_clear(&text);
    return rc;
}

static int of_spec(struct cli *cli, const struct options *o, struct ls_error *err)
{
    struct spec_schemas schemas;
    int rc = spec_schemas_load(cli, cli->subjects[0], &o->spec, &schemas, err);
    for (size_t i = 0; rc == 0 && i < schemas.count; i++) {
        cli_print("%s version %lld\n", schemas.items[i].subject,
                  (long long)schemas.items[i].version);
        print(schemas.items[i].schema);
    }
    spec_schemas_clear(&schemas);
    return rc;
}

static int run(struct cli *cli, struct ls_error *err)
{
    const char *path = cli->subjects[0];
    return ls_ends_with(path, ".yaml") || ls_ends_with(path, ".yml")
               ? of_spec(cli, cli->options, err)
               : of_file(path, err);
}

const struct command command_schema_fingerprint = {
    .name = "schema fingerprint",
    .synopsis = "FILE.avsc|SPEC.yaml",
    .summary = "Prints what names a schema: its canonical form, CRC-64-AVRO and SHA-256.",
    .examples = "  lockstep schema fingerprint my-event.avsc\n"
                "  lockstep schema fingerprint fixtures/domains/ecommerce.yaml\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
