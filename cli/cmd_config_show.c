#include "cli/commands.h"
#include "cli/config_json.h"

#define CONFIG_BYTES_MAX (256U << 20)

struct options {
    struct spec_options spec;
    bool origin, json;
};

static const struct ls_option rows[] = {
    {"origin", LS_OPTION_FLAG, 0, offsetof(struct options, origin), .fallback = "false",
     .summary = "With each value, the file, line and column that set it, or that it is a default."},
    {"json", LS_OPTION_FLAG, 0, offsetof(struct options, json), .fallback = "false",
     .summary = "As JSON: what the schemas of `config schema` are about."},
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"config show", "",       sizeof(struct options),
                                      SIZE_MAX,      SIZE_MAX, rows};

/* 0 with what is to be printed in `out`, also when the layers have problems: those are in `diag`.
 */
static int show(const struct ls_layers *layers, const struct options *o, struct ls_arena *arena,
                struct ls_diag *diag, struct ls_buf *out, struct ls_error *err)
{
    err->code = 0;
    struct ls_yaml *tree = ls_layers_load(layers, arena, diag, err);
    if (tree && o->origin) {
        tree = ls_table_defaults(&ls_spec_table, tree, arena, diag, err);
    }
    if (!tree) {
        return diag->errors ? 0 : err->code;
    }
    return o->json ? config_json(tree, out, err) : ls_yaml_show(tree, o->origin, out, err);
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct ls_layers layers;
    struct ls_diag diag;
    struct ls_arena arena;
    struct ls_buf out;
    struct ls_buf report;
    int rc = cli_layers(cli, cli->subjects[0], &o->spec, &layers, err);
    if (rc == 0 && o->origin && o->json) {
        rc = ls_error_set(err, LS_E_USAGE, "JSON has no place for --origin: leave --json out");
    }
    if (rc < 0) {
        return rc;
    }
    ls_diag_init(&diag);
    ls_arena_init(&arena, "configuration", CONFIG_BYTES_MAX);
    ls_buf_init(&out, "configuration as text", CONFIG_BYTES_MAX);
    ls_buf_init(&report, "diagnostics", 16U << 20);
    rc = show(&layers, o, &arena, &diag, &out, err);
    if (rc == 0 && diag.count) {
        rc = ls_diag_render(&diag, false, &report, err);
        cli_print_diagnostics(&report);
    }
    if (rc == 0 && diag.errors) {
        rc = ls_error_set(err, LS_E_DATA, "%s has %d error%s", cli->subjects[0], diag.errors,
                          diag.errors == 1 ? "" : "s");
    } else {
        cli_print_buf(&out);
    }
    ls_buf_clear(&report);
    ls_buf_clear(&out);
    ls_arena_clear(&arena);
    ls_diag_clear(&diag);
    return rc;
}

const struct command command_config_show = {
    .name = "config show",
    .synopsis = "SPEC [--origin | --json] [options]",
    .summary = "Shows what the layers of a spec come to, and where each value comes from.",
    .examples = "  lockstep config show fixtures/domains/ecommerce.yaml --profile load\n"
                "  lockstep config show fixtures/domains/ecommerce.yaml --origin --set seed=5\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
