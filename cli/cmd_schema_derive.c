#include "cli/commands.h"
#include "cli/json_text.h"
#include "cli/spec_schemas.h"
#include "core/base/file.h"

struct options {
    struct spec_options spec;
    const char *to;
};

static const struct ls_option rows[] = {
    {"to", LS_OPTION_TEXT, 0, offsetof(struct options, to),
     .summary = "Folder for SUBJECT/VERSION.avsc; without it, one JSON document on stdout."},
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"schema derive", "",       sizeof(struct options),
                                      SIZE_MAX,        SIZE_MAX, rows};

static json_t *parsed(const struct spec_schema *s)
{
    json_error_t where;
    return json_loadb(s->schema->text, s->schema->text_size, 0, &where);
}

static int print_all(const struct spec_schemas *schemas, struct ls_error *err)
{
    struct ls_buf out;
    json_t *list = json_array();
    for (size_t i = 0; i < schemas->count; i++) {
        const struct spec_schema *s = &schemas->items[i];
        char crc64[17];
        snprintf(crc64, sizeof crc64, "%016llx", (unsigned long long)s->schema->crc64);
        json_array_append_new(list,
                              json_pack("{s:s, s:I, s:b, s:s, s:o}", "subject", s->subject,
                                        "schema_version", (json_int_t)s->version, "written",
                                        (int)s->is_written, "crc64", crc64, "schema", parsed(s)));
    }
    bool whole = json_array_size(list) == schemas->count;
    json_t *document = json_pack("{s:i, s:o}", "version", 1, "schemas", list);
    ls_buf_init(&out, "schemas", 256U << 20);
    int rc = whole ? json_text(document, &out, err) : ls_error_nomem(err, 0);
    cli_print_buf(&out);
    json_decref(document);
    return rc;
}

static int write_one(const struct spec_schema *s, const char *folder, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    char name[LS_PATH_MAX];
    struct ls_buf text;
    json_t *json = parsed(s);
    snprintf(name, sizeof name, "%s/%lld.avsc", s->subject, (long long)s->version);
    ls_buf_init(&text, "schema", (size_t)LS_SCHEMA_TEXT_MAX * 16);
    int rc = json_text(json, &text, err);
    rc = rc < 0 ? rc : ls_path_join(path, folder, name, err);
    rc = rc < 0 ? rc : ls_folder_make_above(path, err);
    rc = rc < 0 ? rc : ls_file_replace(path, text.data, text.size, err);
    if (rc == 0) {
        cli_print("%s\n", path);
    }
    ls_buf_clear(&text);
    json_decref(json);
    return rc;
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct spec_schemas schemas;
    int rc = spec_schemas_load(cli, cli->subjects[0], &o->spec, &schemas, err);
    if (rc == 0 && !o->to) {
        rc = print_all(&schemas, err);
    }
    for (size_t i = 0; rc == 0 && o->to && i < schemas.count; i++) {
        rc = write_one(&schemas.items[i], o->to, err);
    }
    spec_schemas_clear(&schemas);
    return rc;
}

const struct command command_schema_derive = {
    .name = "schema derive",
    .synopsis = "SPEC [--to DIR]",
    .summary = "Writes the Avro schemas that a spec means, by subject and version.",
    .examples = "  lockstep schema derive fixtures/domains/ecommerce.yaml --to /tmp/schemas\n"
                "  lockstep schema derive fixtures/domains/ecommerce.yaml | less\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
