#include "cli/commands.h"
#include "cli/plans.h"
#include "conformance/compare.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "simulation/seeds.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define SEEDS_ENOUGH 200 /* so many have to see every mishap */

struct options {
    struct spec_options spec;
    const char *seeds, *out;
    int64_t events, jobs;
};

static const struct ls_option rows[] = {
    {"seeds", LS_OPTION_TEXT, 0, offsetof(struct options, seeds), .fallback = "1..200",
     .summary = "These seeds, both ends included, of the spec and of the simulation.",
     .example = "1..10000"},
    {"events", LS_OPTION_INTEGER, 0, offsetof(struct options, events), .fallback = "1000",
     .minimum = "1", .summary = "Events of each log."},
    {"jobs", LS_OPTION_INTEGER, 0, offsetof(struct options, jobs), .fallback = "0", .minimum = "0",
     .maximum = "64", .summary = "Processes; 0 for one a processor. What is found is the same."},
    {"out", LS_OPTION_TEXT, 0, offsetof(struct options, out),
     .summary = "What a failure leaves there [runs/simulate-DOMAIN-SEED]: the disk's files. An "
                "earlier failure there is replaced; anything else is refused."},
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"simulate", "",       sizeof(struct options),
                                      SIZE_MAX,   SIZE_MAX, rows};

struct work {
    struct cli *cli;
    struct options *options;
    struct ls_progress progress;
};

static int load(const struct work *w, uint64_t seed, struct ls_spec **out, struct ls_buf *report,
                struct ls_error *err)
{
    struct ls_layers layers;
    struct spec_options options = w->options->spec;
    options.seed = ls_arena_printf(&w->cli->arena, err, "%llu", (unsigned long long)seed);
    int rc = options.seed ? cli_layers(w->cli, w->cli->subjects[0], &options, &layers, err)
                          : err->code;
    return rc < 0 ? rc : ls_spec_load(&layers, out, report, err);
}

/* One seed; a failure leaves its files in `keep`. */
static int simulate_seed(const struct work *w, uint64_t seed, const char *keep,
                         struct ls_simulation_result *out, struct ls_error *err)
{
    struct ls_spec *spec = NULL;
    struct ls_buf report;
    ls_buf_init(&report, "diagnostics", 16U << 20);
    int rc = cli_interrupted(err);
    rc = rc < 0 ? rc : load(w, seed, &spec, &report, err);
    ls_buf_clear(&report); /* it was told once */
    if (rc == 0) {
        const struct ls_simulation_job job = {
            .spec = spec, .seed = seed, .events = (uint64_t)w->options->events, .keep = keep};
        rc = ls_simulate(&job, out, err);
        rc = rc < 0 ? ls_error_prefix(err, "seed %llu", (unsigned long long)seed) : 0;
    }
    ls_spec_free(spec);
    return rc;
}

static int simulate_one(void *context, uint64_t seed, struct ls_simulation_result *out,
                        struct ls_error *err)
{
    return simulate_seed(context, seed, NULL, out, err);
}

static int on_progress(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    struct work *w = context;
    ls_progress_show(&w->progress, done, total);
    return cli_interrupted(err);
}

/* The spec's problems, told before anything runs. */
static int check_spec(const struct work *w, uint64_t seed, const char **domain,
                      struct ls_error *err)
{
    struct ls_spec *spec = NULL;
    struct ls_buf report;
    ls_buf_init(&report, "diagnostics", 16U << 20);
    int rc = load(w, seed, &spec, &report, err);
    rc = rc < 0 ? rc : cli_check_plans(spec, &report, err);
    cli_print_diagnostics(&report);
    *domain = spec ? ls_arena_text(&w->cli->arena, spec->domain, strlen(spec->domain), err) : NULL;
    ls_spec_free(spec);
    return rc < 0 || *domain ? rc : err->code;
}

/* ---- what came of it */

static void print_totals(const struct ls_seeds_result *r)
{
    char grouped[4][LS_GROUPED_MAX];
    cli_print("%s seeds: %s runs, %s records, %s steps\n", ls_grouped(r->seeds, grouped[0]),
              ls_grouped(r->runs, grouped[1]), ls_grouped(r->records, grouped[2]),
              ls_grouped(r->steps, grouped[3]));
    for (int i = 0; i < LS_MISHAP_COUNT; i++) {
        cli_print("  %-24s %12s  %s\n", ls_mishaps[i].name, ls_grouped(r->fired[i], grouped[0]),
                  ls_mishaps[i].text);
    }
    cli_print("History: %016llx%016llx\n", (unsigned long long)r->history.high,
              (unsigned long long)r->history.low);
}

/* None of them may have done without: what was not tried is not shown (C3). */
static int judge_totals(const struct ls_seeds_result *r)
{
    bool all = true;
    for (int i = 0; i < LS_MISHAP_COUNT; i++) {
        if (r->fired[i] == 0) {
            cli_print("never: %s\n", ls_mishaps[i].name);
            all = false;
        }
    }
    bool pass = all || r->seeds < SEEDS_ENOUGH;
    cli_print("Verdict: %s\n", pass ? "PASS" : "INCONCLUSIVE");
    return pass ? 0 : LS_INCONCLUSIVE;
}

/* Quotes a word for a shell where it needs that. */
static void print_word(const char *word)
{
    bool plain = *word && word[strcspn(word, " \t\n'\"\\$`*?[]{}()<>|&;!#~")] == '\0';
    cli_print(plain ? " %s" : " '%s'", word);
}

static void print_command(const struct work *w, uint64_t seed)
{
    const struct options *o = w->options;
    const char *const pairs[][2] = {{"--config-root", o->spec.config_root},
                                    {"--env", o->spec.environment},
                                    {"--profile", o->spec.profile}};
    cli_print("Again:  %s simulate", w->cli->self ? w->cli->self : "lockstep");
    print_word(w->cli->subjects[0]);
    cli_print(" --seeds %llu..%llu --events %lld", (unsigned long long)seed,
              (unsigned long long)seed, (long long)o->events);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (pairs[i][1]) {
            cli_print(" %s", pairs[i][0]);
            print_word(pairs[i][1]);
        }
    }
    for (size_t i = 0; i < o->spec.sets.count; i++) {
        cli_print(" --set");
        print_word(o->spec.sets.items[i]);
    }
    cli_print("\n");
}

/* The first row that differs, of the files that the failure left. */
static int print_divergence(const struct work *w, uint64_t seed, const char *folder,
                            const struct ls_simulation_result *r, struct ls_error *err)
{
    struct ls_spec *spec = NULL;
    struct ls_buf report;
    const char *stream = ls_arena_printf(&w->cli->arena, err, "%s/stream/datasets", folder);
    const char *batch = ls_arena_printf(&w->cli->arena, err, "%s/%s/datasets", folder, r->answer);
    const char *log = ls_arena_printf(&w->cli->arena, err, "%s/log", folder);
    if (!stream || !batch || !log || !ls_path_is_folder(stream)) {
        return stream && batch && log ? 0 : err->code;
    }
    ls_buf_init(&report, "report", 16U << 20);
    int rc = load(w, seed, &spec, &report, err);
    report.size = 0;
    const struct ls_origin origin = {spec, log};
    struct ls_comparison comparison = {.left = "stream", .right = "batch", .origin = &origin};
    rc = rc < 0 ? rc : ls_compare(stream, batch, &comparison, &report, err);
    if (rc >= 0) {
        cli_print("%.*s", (int)report.size, (const char *)report.data);
    }
    ls_buf_clear(&report);
    ls_spec_free(spec);
    return rc < 0 ? rc : 0;
}

/* What an earlier failure left goes; nothing else does. */
static int clear_folder(const char *folder, struct ls_error *err)
{
    char log[LS_PATH_MAX];
    char answer[LS_PATH_MAX];
    int rc = ls_path_join(log, folder, "log", err);
    rc = rc < 0 ? rc : ls_path_join(answer, folder, "batch-1", err);
    if (rc == 0 && ls_path_exists(folder) &&
        !(ls_path_is_folder(log) && ls_path_is_folder(answer))) {
        rc = ls_error_set(err, LS_E_USAGE,
                          "%s holds something else than a simulation left: give another --out",
                          folder);
    }
    return rc < 0 ? rc : ls_tree_remove(folder, err);
}

static int print_failure(const struct work *w, const struct ls_seeds_result *r, const char *domain,
                         struct ls_error *err)
{
    struct ls_simulation_result one;
    uint64_t seed = r->failed_seed;
    cli_print("Seed %llu fails.\n", (unsigned long long)seed);
    if (r->died_of) {
        cli_print("Its process ended with signal %d.\n", r->died_of);
        print_command(w, seed);
        return LS_DIFFERS;
    }
    const char *folder = w->options->out;
    if (!folder) {
        folder = ls_arena_printf(&w->cli->arena, err, "runs/simulate-%s-%llu", domain,
                                 (unsigned long long)seed);
    }
    int rc = folder ? clear_folder(folder, err) : err->code;
    rc = rc < 0 ? rc : simulate_seed(w, seed, folder, &one, err);
    if (rc < 0) {
        return rc;
    }
    cli_print("%s\n", one.failed ? one.text : "It does not when it is run again.");
    rc = one.differs ? print_divergence(w, seed, folder, &one, err) : 0;
    cli_print("Run %llu, step %llu, history %016llx%016llx\n", (unsigned long long)one.runs,
              (unsigned long long)one.steps, (unsigned long long)one.history.high,
              (unsigned long long)one.history.low);
    cli_print("Files:  %s\n", folder);
    print_command(w, seed);
    cli_print("Verdict: FAIL\n");
    return rc < 0 ? rc : LS_DIFFERS;
}

static int run(struct cli *cli, struct ls_error *err)
{
    struct work w = {.cli = cli, .options = cli->options};
    struct ls_seeds_result result;
    const char *domain = NULL;
    struct ls_seeds_job job = {.jobs = cli_threads(w.options->jobs),
                               .simulate = simulate_one,
                               .progress = on_progress,
                               .context = &w};
    if (w.options->spec.seed || !cli_read_seeds(w.options->seeds, &job.first, &job.last)) {
        return ls_error_set(err, LS_E_USAGE,
                            "--seeds wants two whole numbers, the first not above the second "
                            "(--seeds 1..200), and no --seed beside it");
    }
    job.jobs = job.jobs < LS_SEEDS_JOBS_MAX ? job.jobs : LS_SEEDS_JOBS_MAX;
    int rc = check_spec(&w, job.first, &domain, err);
    if (rc < 0) {
        return rc;
    }
    ls_progress_begin(&w.progress, stderr, "simulate", "seeds");
    rc = ls_simulate_seeds(&job, &result, err);
    ls_progress_end(&w.progress);
    if (rc < 0) {
        return rc;
    }
    if (result.failed) {
        return print_failure(&w, &result, domain, err);
    }
    print_totals(&result);
    return judge_totals(&result);
}

const struct command command_simulate = {
    .name = "simulate",
    .synopsis = "SPEC [--seeds A..B] [--events N] [options]",
    .summary = "Runs the stream in a simulation that fails, dies and restarts, seed by seed.",
    .examples = "  lockstep simulate fixtures/domains/ecommerce.yaml\n"
                "  lockstep simulate fixtures/domains/ecommerce.yaml --seeds 1..10000 "
                "--set topics.partitions=2\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
