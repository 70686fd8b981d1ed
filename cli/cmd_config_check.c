#include "cli/commands.h"
#include "cli/plans.h"
#include "core/base/file.h"

#include <stdio.h>
#include <string.h>

#define PROFILES_BYTES_MAX (256U << 20)

struct options {
    struct spec_options spec;
};

static const struct ls_option rows[] = {
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"config check", "",       sizeof(struct options),
                                      SIZE_MAX,       SIZE_MAX, rows};

static int print_sound(const struct ls_layers *layers, const struct ls_spec *spec,
                       struct ls_error *err)
{
    char root[LS_PATH_MAX];
    char platform[LS_PATH_MAX];
    int rc = ls_layers_root(layers, root, err);
    rc = rc < 0 ? rc : ls_path_join(platform, root, "platform.yaml", err);
    if (rc < 0) {
        return rc;
    }
    const char *shown = strncmp(platform, "./", 2) == 0 ? platform + 2 : platform;
    size_t views = spec->pipeline->views.count;
    size_t alerts = spec->pipeline->alerts.count;
    char rules[64] = "";
    if (alerts) {
        snprintf(rules, sizeof rules, " and %zu alert rule%s", alerts, alerts == 1 ? "" : "s");
    }
    cli_print("%s: ok, domain %s with %zu event type%s%s %zu view%s%s; read %s%s%s%s%s%s\n",
              layers->spec_path, spec->domain, spec->event_types.count,
              spec->event_types.count == 1 ? "" : "s", alerts ? "," : " and", views,
              views == 1 ? "" : "s", rules, ls_path_exists(platform) ? shown : "no platform.yaml",
              layers->environment ? ", environment " : "",
              layers->environment ? layers->environment : "", ", this file",
              layers->profile ? ", its profile " : "", layers->profile ? layers->profile : "");
    return 0;
}

static int check_layers(const struct ls_layers *layers, struct ls_error *err)
{
    struct ls_spec *spec = NULL;
    struct ls_buf report;
    ls_buf_init(&report, "diagnostics", 16U << 20);
    int rc = ls_spec_load(layers, &spec, &report, err);
    rc = rc < 0 ? rc : cli_check_plans(spec, &report, err);
    cli_print_diagnostics(&report);
    rc = rc < 0 ? rc : print_sound(layers, spec, err);
    ls_spec_free(spec);
    return rc;
}

/* A file that is fine may have profiles that are not. */
static int check_profiles(struct ls_layers layers, struct ls_error *err)
{
    struct ls_error first = {0};
    struct ls_diag diag;
    struct ls_arena arena;
    ls_diag_init(&diag);
    ls_arena_init(&arena, "profiles", PROFILES_BYTES_MAX);
    const struct ls_yaml *tree = ls_yaml_load(layers.spec_path, &arena, &diag, err);
    const struct ls_yaml *profiles = tree ? ls_yaml_get(tree, "profiles") : NULL;
    for (size_t i = 0; profiles && i < profiles->count; i++) {
        layers.profile = profiles->entries[i].key;
        if (check_layers(&layers, err) < 0 && !first.code) {
            ls_error_prefix(err, "profile %s", layers.profile);
            first = *err;
        }
    }
    int rc = tree ? first.code : err->code;
    ls_arena_clear(&arena);
    ls_diag_clear(&diag);
    if (first.code) {
        *err = first;
    }
    return rc;
}

static int check_one(struct cli *cli, const char *path, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct ls_layers layers;
    int rc = cli_layers(cli, path, &o->spec, &layers, err);
    rc = rc < 0 ? rc : check_layers(&layers, err);
    return rc < 0 || layers.profile ? rc : check_profiles(layers, err);
}

static int run(struct cli *cli, struct ls_error *err)
{
    struct ls_error first = {0};
    int wrong = 0;
    for (int i = 0; i < cli->subject_count; i++) {
        if (check_one(cli, cli->subjects[i], err) < 0) {
            if (wrong++ == 0) {
                first = *err;
            } else {
                fprintf(stderr, "lockstep: %s\n", err->text);
            }
        }
    }
    *err = first;
    return first.code;
}

const struct command command_config_check = {
    .name = "config check",
    .synopsis = "SPEC... [options]",
    .summary = "Tells every problem of these specs and their profiles without running anything.",
    .examples = "  lockstep config check fixtures/domains/*.yaml\n"
                "  lockstep config check my-spec.yaml --env staging --profile load\n",
    .subjects_min = 1,
    .subjects_max = CLI_SUBJECTS_MAX,
    .options = &table,
    .run = run,
};
