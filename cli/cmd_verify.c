#include "cli/commands.h"
#include "cli/plans.h"
#include "conformance/verify.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/log/log.h"
#include "core/obs/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    struct spec_options spec;
    const char *target, *cases, *out, *seeds;
    int64_t events, case_events, seed, kills, budget_ms;
    const char *log;
    struct ls_names properties;
};

static const struct ls_option rows[] = {
    {"target", LS_OPTION_TEXT, 0, offsetof(struct options, target),
     .summary = "A target file: the pipeline to judge [this program's own]."},
    {"log", LS_OPTION_TEXT, 0, offsetof(struct options, log),
     .summary = "kafka://HOST:PORT[/PREFIX]: this program's own streams take the way through a "
                "cluster, as with `run stream --through`, and cases that need one are run there."},
    {"events", LS_OPTION_INTEGER, 0, offsetof(struct options, events), .fallback = "1000000",
     .minimum = "1", .summary = "Events of the plain comparison."},
    {"case-events", LS_OPTION_INTEGER, 0, offsetof(struct options, case_events),
     .fallback = "100000", .minimum = "1", .summary = "Events of each other case."},
    {"cases", LS_OPTION_TEXT, 0, offsetof(struct options, cases),
     .summary = "Which cases: ids or patterns, with commas between [all].",
     .example = "PLAIN,CRS-*"},
    {"kills", LS_OPTION_INTEGER, 0, offsetof(struct options, kills), .fallback = "10",
     .minimum = "1", .maximum = "100000", .summary = "How often CRS-1 kills."},
    {"case-seed", LS_OPTION_INTEGER, 0, offsetof(struct options, seed), .fallback = "1",
     .minimum = "0", .summary = "Seed of the perturbations."},
    {"budget", LS_OPTION_DURATION, 0, offsetof(struct options, budget_ms), .fallback = "0",
     .minimum = "0",
     .summary = "Begins no case but the first after so much time: the verdict then is INCONCLUSIVE "
                "at best; 0 for "
                "none."},
    {"seeds", LS_OPTION_TEXT, 0, offsetof(struct options, seeds),
     .summary = "The whole again for each of these seeds of the spec, both ends included; a run "
                "directory each, below OUT where that is given.",
     .example = "1..20"},
    {"out", LS_OPTION_TEXT, 0, offsetof(struct options, out),
     .summary = "Run directory [runs/DOMAIN-SEED]. An earlier run there is replaced; anything else "
                "is refused."},
    KAFKA_OPTION_ROW(options, properties),
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"verify", "",       sizeof(struct options),
                                      SIZE_MAX, SIZE_MAX, rows};

#define TELL_NS 30000000000U

struct teller {
    const struct ls_verify_result *result;
    uint64_t told_ns;
};

/* Where the lines go into a file, stderr tells how far it is: on a terminal with each of them, else
 * now and then. */
static void tell(void *context, const char *line)
{
    struct teller *teller = context;
    cli_print("%s\n", line);
    fflush(stdout);
    uint64_t now_ns = ls_clock_ns();
    bool due = isatty(STDERR_FILENO) || now_ns - teller->told_ns >= TELL_NS;
    if (due && !isatty(STDOUT_FILENO) && !getenv("NO_PROGRESS")) {
        fprintf(stderr, "%zu of %zu cases\n", teller->result->case_count,
                teller->result->case_total);
        teller->told_ns = now_ns;
    }
}

/* "A,B" as patterns. */
static int split(struct cli *cli, const char *text, const char ***out, struct ls_error *err)
{
    const char **words = ls_arena_new(&cli->arena, strlen(text) + 2, sizeof *words, err);
    *out = words;
    for (size_t count = 0; words && *text;) {
        size_t size = strcspn(text, ",");
        if (size) {
            words[count] = ls_arena_text(&cli->arena, text, size, err);
            if (!words[count++]) {
                return err->code;
            }
        }
        text += size + (text[size] == ',');
    }
    return words ? 0 : err->code;
}

/* The options that made this spec, as words for the commands that load it again. */
static int spec_words(struct cli *cli, const struct spec_options *o, const char ***out,
                      struct ls_error *err)
{
    const char **words = ls_arena_new(&cli->arena, 2 * o->sets.count + 10, sizeof *words, err);
    *out = words;
    if (!words) {
        return err->code;
    }
    const char *const pairs[][2] = {
        {"--env", o->environment}, {"--profile", o->profile}, {"--seed", o->seed}};
    size_t count = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (pairs[i][1]) {
            words[count++] = pairs[i][0];
            words[count++] = pairs[i][1];
        }
    }
    for (size_t i = 0; i < o->sets.count; i++) {
        words[count++] = "--set";
        words[count++] = o->sets.items[i];
    }
    if (o->config_root) {
        char *root = realpath(o->config_root, NULL);
        words[count++] = "--config-root";
        words[count] = root ? ls_arena_text(&cli->arena, root, strlen(root), err) : o->config_root;
        free(root); // NOLINT: realpath's own
    }
    return 0;
}

/* A path that holds in any folder. */
static const char *absolute(struct cli *cli, const char *path, struct ls_error *err)
{
    char here[LS_PATH_MAX];
    if (path[0] == '/') {
        return path;
    }
    if (!*path) {
        ls_error_set(err, LS_E_USAGE, "a path is empty: name a file or a folder");
        return NULL;
    }
    if (!getcwd(here, sizeof here)) {
        ls_error_set(err, LS_E_IO, "this process's folder has no name");
        return NULL;
    }
    return ls_arena_printf(&cli->arena, err, "%s/%s", here, path);
}

static const char *own_program(struct cli *cli, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
    if (size <= 0) {
        ls_error_set(err, LS_E_IO, "/proc/self/exe cannot be read");
        return NULL;
    }
    return ls_arena_text(&cli->arena, path, (size_t)size, err);
}

static void print_sums(const struct ls_verify_result *result)
{
    const struct ls_tree_sum *const sums[] = {&result->log_sum, &result->stream_sum,
                                              &result->batch_sum};
    static const char *const names[] = {"log", "stream", "batch"};
    char hex[LS_HEX_MAX];
    char grouped[LS_GROUPED_MAX];
    for (int i = 0; result->has_sums && i < 3; i++) {
        cli_print("%s %-6s sha256 %s", i ? "        " : "Digests:", names[i],
                  ls_hex(sums[i]->sha256.bytes, LS_SHA256_SIZE, hex));
        cli_print(" (%zu files, %s bytes)\n", sums[i]->files, ls_grouped(sums[i]->bytes, grouped));
    }
}

/* "67 PASS, 2 SKIP" */
static void print_counts(const struct ls_verify_result *result)
{
    const char *between = "";
    for (int verdict = LS_VERDICT_PASS; verdict <= LS_VERDICT_INCONCLUSIVE; verdict++) {
        size_t count = ls_verdict_count(result, (enum ls_verdict)verdict);
        if (count) {
            cli_print("%s%zu %s", between, count, ls_verdict_name((enum ls_verdict)verdict));
            between = ", ";
        }
    }
}

static void print_end(const struct ls_verify_job *job, const struct ls_verify_result *result)
{
    char grouped[LS_GROUPED_MAX];
    for (size_t i = 0; i < result->case_count; i++) {
        const struct ls_case_result *r = &result->cases[i];
        if (r->detail.size) {
            cli_print("\n%s %s\n%.*s", r->which->id, ls_verdict_name(r->verdict),
                      (int)r->detail.size, (const char *)r->detail.data);
        }
    }
    if (result->truth.raw) {
        cli_print("\nOutcomes of %s records, as the truth has them%s:\n",
                  ls_grouped(result->truth.raw, grouped),
                  result->truth.wrong ? "" : " and both runs gave them");
        for (int i = 0; i < LS_REASON_COUNT; i++) {
            if (result->truth.by_outcome[i]) {
                cli_print("  %-20s %12s\n", ls_reasons[i].name,
                          ls_grouped(result->truth.by_outcome[i], grouped));
            }
        }
        if (result->truth.heartbeats) {
            cli_print("  %-20s %12s\n", "HEARTBEAT", ls_grouped(result->truth.heartbeats, grouped));
        }
        cli_print("  late by fault %s", ls_grouped(result->truth.late, grouped));
        cli_print(", clocks a little apart %s\n", ls_grouped(result->truth.jitter, grouped));
        print_sums(result);
        cli_print("Rates: generate %s/s", ls_grouped(result->generated_per_second, grouped));
        cli_print(", stream %s/s", ls_grouped(result->stream_per_second, grouped));
        cli_print(", batch %s/s (whole processes)\n",
                  ls_grouped(result->batch_per_second, grouped));
    }
    cli_print("\nVerdict: %s (", ls_verdict_name(result->verdict));
    print_counts(result);
    cli_print(")%s   report: %s/report.html\n",
              result->level == LS_LEVEL_LOGICAL ? " (logical level: the rows, not the bytes)" : "",
              job->out);
}

static int exit_code(enum ls_verdict verdict)
{
    return verdict == LS_VERDICT_PASS   ? 0
           : verdict == LS_VERDICT_FAIL ? LS_DIFFERS
                                        : LS_INCONCLUSIVE;
}

/* runs/latest points at the last run. */
static void link_latest(const struct options *o, const char *out)
{
    const char *slash = strrchr(out, '/');
    if (!o->out && slash) {
        unlink("runs/latest");
        if (symlink(slash + 1, "runs/latest") < 0) {
            fprintf(stderr, "lockstep: runs/latest could not be made\n");
        }
    }
}

static const char *run_folder(struct cli *cli, const struct options *o, const struct ls_spec *spec,
                              struct ls_error *err)
{
    long long seed = (long long)spec->seed;
    if (!o->out) {
        return ls_arena_printf(&cli->arena, err, "runs/%s-%lld", spec->domain, seed);
    }
    return o->seeds ? ls_arena_printf(&cli->arena, err, "%s/%lld", o->out, seed) : o->out;
}

static int verify(struct cli *cli, const struct options *o, const struct ls_spec *spec,
                  const struct ls_target *target, const char *const *properties,
                  struct ls_error *err)
{
    const char **cases = NULL;
    const char **words = NULL;
    struct ls_layers layers;
    struct ls_verify_result result = {0};
    struct teller teller = {&result, ls_clock_ns()};
    const char *out = run_folder(cli, o, spec, err);
    struct ls_verify_job job = {.spec = spec,
                                .version = LS_VERSION,
                                .lockstep = cli->self ? cli->self : own_program(cli, err),
                                .spec_path = absolute(cli, cli->subjects[0], err),
                                .target = target,
                                .kafka = o->log,
                                .properties = properties,
                                .target_path = o->target ? absolute(cli, o->target, err) : NULL,
                                .events = (uint64_t)o->events,
                                .case_events = (uint64_t)o->case_events,
                                .out = out ? absolute(cli, out, err) : NULL,
                                .seed = (uint64_t)o->seed,
                                .kills = (unsigned)o->kills,
                                .budget_ms = (uint64_t)o->budget_ms,
                                .tell = tell,
                                .context = &teller,
                                .stop = cli_interrupted};
    if (!job.lockstep || !job.spec_path || !job.out || (o->target && !job.target_path)) {
        return err->code;
    }
    int rc = o->cases ? split(cli, o->cases, &cases, err) : 0;
    rc = rc < 0 ? rc : spec_words(cli, &o->spec, &words, err);
    rc = rc < 0 ? rc : cli_layers(cli, cli->subjects[0], &o->spec, &layers, err);
    job.cases = cases;
    job.layers = &layers;
    job.spec_options = words;
    rc = rc < 0 ? rc : ls_verify(&job, &result, err);
    if (rc == 0) {
        print_end(&job, &result);
        link_latest(o, job.out);
        rc = exit_code(result.verdict);
    } else if (rc == LS_E_INTERRUPTED && result.case_count) {
        ls_error_set(err, rc,
                     "interrupted after %zu of %zu cases: no verdict; what there is, is in %s",
                     result.case_count - 1, result.case_total, job.out);
    }
    ls_verify_result_clear(&result);
    return rc;
}

/* --through and the properties, as words behind the stream's command. */
static int divert(struct cli *cli, const struct options *o, struct ls_target *target,
                  const char *const **properties, struct ls_error *err)
{
    if (o->target) {
        return ls_error_set(err, LS_E_USAGE,
                            "--log is a way of this program's own streams: with --target, say in "
                            "its file how it takes the log");
    }
    if (ls_log_check(o->log, err) < 0) {
        return ls_error_prefix(err, "--log");
    }
    const char **words = ls_arena_new(&cli->arena, 2 * o->properties.count + 3, sizeof *words, err);
    if (!words) {
        return err->code;
    }
    size_t count = 0;
    words[count++] = "--through";
    words[count++] = o->log;
    *properties = words + count;
    for (size_t i = 0; i < o->properties.count; i++) {
        words[count++] = "-X";
        words[count++] = o->properties.items[i];
    }
    ls_target_divert(target, "kafka", words);
    return 0;
}

static int verify_seed(struct cli *cli, const struct options *o, struct ls_error *err)
{
    struct ls_spec *spec;
    struct ls_target *target = NULL;
    const char *const *properties = NULL;
    struct ls_buf report;
    int rc = cli_load_spec(cli, &o->spec, &spec, err);
    if (rc < 0) {
        return rc;
    }
    ls_buf_init(&report, "diagnostics", 16U << 20);
    rc = cli_check_plans(spec, &report, err); /* its mistakes are not the target's */
    rc = rc < 0 ? rc : ls_target_load(o->target, &target, &report, err);
    cli_print_diagnostics(&report);
    rc = rc < 0 || !o->log ? rc : divert(cli, o, target, &properties, err);
    rc = rc < 0 ? rc : ls_target_check_programs(target, err);
    rc = rc < 0 ? rc : verify(cli, o, spec, target, properties, err);
    ls_target_free(target);
    ls_spec_free(spec);
    return rc;
}

static int verify_seeds(struct cli *cli, struct options *o, struct ls_error *err)
{
    uint64_t first;
    uint64_t last;
    uint64_t counts[3] = {0}; /* passed, failed, inconclusive: by exit code */
    if (o->spec.seed || !cli_read_seeds(o->seeds, &first, &last)) {
        return ls_error_set(err, LS_E_USAGE,
                            "--seeds wants two whole numbers, the first not above the second "
                            "(--seeds 1..20), and no --seed beside it");
    }
    int rc = 0;
    for (uint64_t seed = first; rc >= 0 && seed <= last; seed++) {
        cli_print("%sSeed %llu\n", seed > first ? "\n" : "", (unsigned long long)seed);
        o->spec.seed = ls_arena_printf(&cli->arena, err, "%llu", (unsigned long long)seed);
        rc = o->spec.seed ? verify_seed(cli, o, err) : err->code;
        counts[rc < 0 ? 0 : rc] += rc >= 0;
    }
    if (rc >= 0) {
        cli_print("\nSeeds %s: %llu PASS, %llu FAIL, %llu INCONCLUSIVE\n", o->seeds,
                  (unsigned long long)counts[0], (unsigned long long)counts[LS_DIFFERS],
                  (unsigned long long)counts[LS_INCONCLUSIVE]);
        rc = counts[LS_DIFFERS] ? LS_DIFFERS : counts[LS_INCONCLUSIVE] ? LS_INCONCLUSIVE : 0;
    }
    return rc;
}

static int run(struct cli *cli, struct ls_error *err)
{
    struct options *o = cli->options;
    return o->seeds ? verify_seeds(cli, o, err) : verify_seed(cli, o, err);
}

const struct command command_verify = {
    .name = "verify",
    .synopsis = "SPEC [--target FILE] [--cases IDS] [options]",
    .summary = "Generates, runs both ways, compares, tries to break it: the verdict.",
    .examples = "  lockstep verify fixtures/domains/ecommerce.yaml\n"
                "  lockstep verify fixtures/domains/ecommerce.yaml --cases CRS-1 --kills 100\n"
                "  lockstep verify fixtures/domains/ecommerce.yaml --target my-pipeline.yaml "
                "--cases PLAIN,ORD-*\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
