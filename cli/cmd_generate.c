#include "cli/commands.h"
#include "cli/event_print.h"
#include "cli/plans.h"
#include "core/base/civil.h"
#include "core/base/text.h"
#include "generator/generate.h"
#include "generator/sink.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct options {
    struct spec_options spec;
    const char *to;
    int64_t events, for_ms, until_ms, from_event, to_event, at, threads;
    const char *truth, *reference, *shard, *pace;
    bool resume;
    struct ls_names properties;
};

static const struct ls_option rows[] = {
    {"to", LS_OPTION_TEXT, 0, offsetof(struct options, to),
     .summary = "Where events go: log:DIR, kafka://HOST:PORT/PREFIX, avro:DIR, jsonl:DIR, csv:DIR, "
                "- (JSON "
                "Lines) or null:."},
    {"events", LS_OPTION_INTEGER, 0, offsetof(struct options, events), .fallback = "-1",
     .minimum = "-1", .summary = "How many events of each spec, copies included."},
    {"for", LS_OPTION_DURATION, 0, offsetof(struct options, for_ms), .fallback = "0",
     .minimum = "0", .summary = "So much data time from the spec's start."},
    {"until", LS_OPTION_TIME, 0, offsetof(struct options, until_ms),
     .summary = "Until this data time."},
    {"threads", LS_OPTION_INTEGER, 0, offsetof(struct options, threads), .fallback = "0",
     .minimum = "0", .maximum = "256",
     .summary = "How many threads; 0 for one a processor. The bytes are the same."},
    {"pace", LS_OPTION_TEXT, 0, offsetof(struct options, pace),
     .summary = "How fast events leave: real (at their own times), xN (N times as fast), or a rate "
                "such as 50000/s [as fast as it goes]. The bytes are the same.",
     .example = "x60"},
    {"truth", LS_OPTION_TEXT, 0, offsetof(struct options, truth),
     .summary =
         "Folder for the truth [DIR.truth, beside DIR; none with -, null: and kafka:]; of several "
         "specs TRUTH/DOMAIN."},
    {"reference", LS_OPTION_TEXT, 0, offsetof(struct options, reference),
     .summary = "Folder for the reference tables [DIR/reference; none with -, null: and kafka:]."},
    {"resume", LS_OPTION_FLAG, 0, offsetof(struct options, resume), .fallback = "false",
     .summary = "Finishes an output that was interrupted, to the same bytes."},
    {"from-event", LS_OPTION_INTEGER, 0, offsetof(struct options, from_event), .fallback = "-1",
     .minimum = "-1", .summary = "A slice alone, from this event, without truth,"},
    {"to-event", LS_OPTION_INTEGER, 0, offsetof(struct options, to_event), .fallback = "-1",
     .minimum = "-1", .summary = "up to but not including this one."},
    {"shard", LS_OPTION_TEXT, 0, offsetof(struct options, shard),
     .summary =
         "K/N: only the partitions p with p % N = K, to be made on N machines, K = 0 .. N-1."},
    {"at", LS_OPTION_INTEGER, 0, offsetof(struct options, at), .fallback = "-1", .minimum = "-1",
     .summary = "Instead of --to: prints this event, as `sample` does."},
    KAFKA_OPTION_ROW(options, properties),
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"generate", "",       sizeof(struct options),
                                      SIZE_MAX,   SIZE_MAX, rows};

static int on_progress(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    ls_progress_show(context, done, total);
    return cli_interrupted(err);
}

/* Where the events go. */
struct target {
    const struct ls_sink_kind *kind;
    const char *uri, *place;
};

struct work {
    struct target target;
    size_t count; /* of specs */
    struct ls_spec *specs[LS_GENERATE_SPECS_MAX];
    struct ls_plan *plans[LS_GENERATE_SPECS_MAX];
    struct ls_generate jobs[LS_GENERATE_SPECS_MAX];
    struct ls_generated *made; /* in the command's arena */
    struct ls_pace pace;
};

static int append_topics(const struct ls_plan *plan, const struct ls_generated *g,
                         struct ls_buf *out, struct ls_error *err)
{
    char grouped[LS_GROUPED_MAX];
    int rc = 0;
    for (size_t t = 0; rc == 0 && t < g->type_count; t++) {
        const struct ls_truth_totals *totals = &g->totals[t];
        if (!totals->raw) {
            continue;
        }
        rc = ls_buf_appendf(out, err, "  %-32s %s raw", plan->types[t].spec->topic,
                            ls_grouped(totals->raw, grouped));
        if (rc == 0 && totals->heartbeats) {
            rc = ls_buf_appendf(out, err, ", %s heartbeats",
                                ls_grouped(totals->heartbeats, grouped));
        }
        for (int r = LS_ADMITTED; rc == 0 && r < LS_REASON_COUNT; r++) {
            if (totals->by_outcome[r] || r == LS_ADMITTED) {
                rc = ls_buf_appendf(out, err, ", %s %s", ls_grouped(totals->by_outcome[r], grouped),
                                    r == LS_ADMITTED ? "admitted" : ls_reasons[r].name);
            }
        }
        rc = rc < 0 ? rc : ls_buf_append_text(out, "\n", err);
    }
    return rc;
}

/* "1,234.567" of thousandths. */
static const char *thousandths(uint64_t value, char out[LS_GROUPED_MAX])
{
    size_t size = strlen(ls_grouped(value / 1000, out));
    (void)snprintf(out + size, LS_GROUPED_MAX - size, ".%03u", (unsigned)(value % 1000));
    return out;
}

/* How the schedule was kept; nothing where no two moments tell. */
static int append_pace(const char *wanted, const struct ls_pacer_told *pace, struct ls_buf *out,
                       struct ls_error *err)
{
    char texts[4][LS_GROUPED_MAX];
    uint64_t kept = ls_pacer_kept(pace);
    int rc = ls_buf_appendf(out, err, "  pace %s", wanted);
    if (rc == 0 && kept) {
        rc = ls_buf_appendf(out, err, ": %s events/s, %s %% of %s events/s",
                            thousandths(ls_pacer_rate(pace->count, pace->taken_ns), texts[0]),
                            thousandths(kept, texts[1]),
                            thousandths(ls_pacer_rate(pace->count, pace->wanted_ns), texts[2]));
    }
    return rc < 0 ? rc
                  : ls_buf_appendf(
                        out, err, "; slip p50 %s us, p99 %s us, p99.9 %s us, max %s us\n",
                        thousandths(pace->p50_ns, texts[0]), thousandths(pace->p99_ns, texts[1]),
                        thousandths(pace->p999_ns, texts[2]), thousandths(pace->max_ns, texts[3]));
}

/* For people: on stderr where stdout holds the events. */
static int print_summary(const struct options *o, const struct work *work, double seconds,
                         struct ls_error *err)
{
    char texts[3][LS_GROUPED_MAX];
    struct ls_buf out;
    uint64_t events = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < work->count; i++) {
        events += work->made[i].events;
        bytes += work->made[i].value_bytes;
    }
    ls_buf_init(&out, "summary", 1U << 20);
    int rc = ls_buf_appendf(&out, err, "%s events, %s bytes of values, %s events/s\n",
                            ls_grouped(events, texts[0]), ls_grouped(bytes, texts[1]),
                            ls_grouped((uint64_t)((double)events / seconds), texts[2]));
    if (rc == 0 && o->pace) {
        rc = append_pace(o->pace, &work->made[0].pace, &out, err);
    }
    for (size_t i = 0; rc == 0 && i < work->count; i++) {
        rc = append_topics(work->plans[i], &work->made[i], &out, err);
    }
    if (rc == 0 && work->made[0].damaged) {
        rc = ls_buf_appendf(&out, err, "  %s damaged on purpose: %s%s/*.damaged.jsonl\n",
                            ls_grouped(work->made[0].damaged, texts[0]), work->target.place,
                            work->count > 1 ? "/*" : "");
    }
    if (work->target.kind->on_stdout) {
        cli_print_diagnostics(&out);
    } else {
        cli_print_buf(&out);
    }
    return rc;
}

static int set_bounds(const struct options *o, const struct ls_spec *spec, struct ls_generate *job,
                      struct ls_error *err)
{
    job->events = o->events < 0 ? UINT64_MAX : (uint64_t)o->events;
    job->until_ms = o->until_ms ? o->until_ms : INT64_MAX;
    if (o->for_ms && o->until_ms) {
        return ls_error_set(err, LS_E_USAGE, "--for and --until both say where to end: give one");
    }
    if (o->for_ms) {
        job->until_ms = spec->start_ms + o->for_ms;
    }
    job->slice = o->from_event >= 0 || o->to_event >= 0;
    if (job->slice && (o->from_event < 0 || o->to_event < 0)) {
        return ls_error_set(err, LS_E_USAGE, "a slice needs both --from-event and --to-event");
    }
    if (o->shard && !ls_shard_read(o->shard, &job->shard)) {
        return ls_error_set(err, LS_E_USAGE,
                            "--shard is `%.40s`: write K/N with K from 0 up to N-1, as in 0/8",
                            o->shard);
    }
    job->first = (uint64_t)o->from_event;
    job->end = (uint64_t)o->to_event;
    return 0;
}

/* What to do about an error of a run. */
static int advise(const struct work *work, int rc, struct ls_error *err)
{
    const struct target *target = &work->target;
    const struct ls_generated *made = &work->made[0];
    char text[LS_ERROR_TEXT_MAX];
    uint64_t events = 0;
    for (size_t i = 0; i < work->count; i++) {
        events += work->made[i].events;
    }
    memcpy(text, err->text, sizeof text);
    const char *go_on = work->jobs[0].slice ? "remove it and make it again" : "go on with --resume";
    if (rc == LS_E_INTERRUPTED && target->kind->in_folder) {
        return ls_error_set(err, rc, "interrupted after %llu events; %s is partial: %s",
                            (unsigned long long)events, target->uri, go_on);
    }
    if (cli_is_full(err) && !made->opened && target->kind->in_folder) {
        return ls_error_set(err, rc, "%s: make room, then go on with --resume", text);
    }
    if (target->kind == &ls_sink_kafka) {
        return rc == LS_E_INTERRUPTED
                   ? ls_error_set(err, rc, "interrupted; %s is partial: %s", target->uri, go_on)
               : rc == LS_E_IO ? ls_error_set(err, rc, "%s%s", text,
                                              made->opened ? "; then go on with --resume" : "")
                               : rc;
    }
    if (rc == LS_E_IO && !made->opened) {
        return ls_error_set(err, rc, "%s; give --to a place that can be written", text);
    }
    if (rc == LS_E_IO && target->kind->on_stdout) {
        return ls_error_set(err, rc, "%s; what was written ends there: send it where it is taken",
                            text);
    }
    if (rc == LS_E_DATA && made->opened && target->kind->in_folder) {
        return ls_error_set(err, rc,
                            "%s; remove it all and begin anew, or give --to another folder", text);
    }
    if (rc == LS_E_IO && target->kind->in_folder) {
        return ls_error_set(err, rc, "%s; %s is partial: make room, then %s", text, target->uri,
                            go_on);
    }
    return rc;
}

static int extend(struct cli *cli, const char **path, const char *name, struct ls_error *err)
{
    *path = ls_arena_printf(&cli->arena, err, "%s/%s", *path, name);
    return *path ? 0 : err->code;
}

/* Of several specs each has its share of the places: TRUTH/DOMAIN; and DIR/DOMAIN/reference where
 * the sink has folders for the domains, else DIR/reference/DOMAIN. */
static int set_folders(struct cli *cli, const struct options *o, const struct work *work, size_t i,
                       struct ls_generate *job, struct ls_error *err)
{
    const struct target *target = &work->target;
    const char *domain = work->specs[i]->domain;
    const char *truth = o->truth;
    const char *reference = !o->reference && target->kind->in_folder ? target->place : NULL;
    bool several = work->count > 1;
    int rc = 0;
    if (!truth && target->kind->in_folder) {
        truth = ls_arena_printf(&cli->arena, err, "%s.truth", target->place);
        rc = truth ? 0 : err->code;
    }
    if (rc == 0 && truth && several) {
        rc = extend(cli, &truth, domain, err);
    }
    if (rc == 0 && reference && several && target->kind->domain_folders) {
        rc = extend(cli, &reference, domain, err);
    }
    if (rc == 0 && reference) {
        rc = extend(cli, &reference, "reference", err);
    }
    if (rc == 0 && reference && several && !target->kind->domain_folders) {
        rc = extend(cli, &reference, domain, err);
    }
    if (rc == 0 && o->reference) {
        reference = o->reference;
        rc = several ? extend(cli, &reference, domain, err) : 0;
    }
    job->truth_folder = truth;
    job->reference_folder = reference;
    return rc;
}

static int set_jobs(struct cli *cli, const struct options *o, struct work *work,
                    struct ls_progress *progress, struct ls_error *err)
{
    int rc = o->pace ? ls_pace_read(o->pace, &work->pace, err) : 0;
    for (size_t i = 0; rc == 0 && i < work->count; i++) {
        work->jobs[i] = (struct ls_generate){.plan = work->plans[i],
                                             .to = o->to,
                                             .threads = cli_threads(o->threads),
                                             .resume = o->resume,
                                             .pace = o->pace ? &work->pace : NULL,
                                             .progress = on_progress,
                                             .context = progress};
        rc = set_folders(cli, o, work, i, &work->jobs[i], err);
        rc = rc < 0 ? rc : set_bounds(o, work->specs[i], &work->jobs[i], err);
    }
    return rc;
}

static int generate(struct cli *cli, const struct options *o, struct work *work,
                    struct ls_error *err)
{
    struct ls_progress progress;
    int rc = set_jobs(cli, o, work, &progress, err);
    if (rc < 0) {
        return rc;
    }
    /* among events on a terminal the line would be in the way */
    bool hidden = work->target.kind->on_stdout && isatty(STDOUT_FILENO);
    ls_progress_begin(&progress, hidden ? NULL : stderr, "generate", "events");
    rc = ls_generate_all(work->jobs, work->count, work->made, err);
    double seconds = ls_progress_end(&progress);
    if (rc < 0) {
        return advise(work, rc, err);
    }
    if (work->made[0].was_complete) {
        cli_print("%s is finished already\n", o->to);
        return 0;
    }
    return print_summary(o, work, seconds, err);
}

static int load(struct cli *cli, const struct options *o, struct work *work, struct ls_error *err)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < cli->subject_count; i++) {
        rc = cli_load_spec_at(cli, cli->subjects[i], &o->spec, &work->specs[i], err);
        rc = rc < 0 ? rc : cli_plan(work->specs[i], &work->plans[i], err);
        work->count++;
    }
    if (rc == 0) {
        work->made = ls_arena_new(&cli->arena, work->count, sizeof *work->made, err);
    }
    return rc < 0 || work->made ? rc : err->code;
}

static int check_usage(const struct cli *cli, const struct options *o, struct ls_error *err)
{
    if (o->at >= 0 && (o->to || cli->subject_count > 1)) {
        return ls_error_set(err, LS_E_USAGE,
                            "--at prints one event of one spec and writes nothing: leave %s out",
                            o->to ? "--to" : "the other specs");
    }
    if (o->at < 0 && !o->to) {
        return ls_error_set(err, LS_E_USAGE, "--to is missing: lockstep generate %s",
                            cli->command->synopsis);
    }
    return 0;
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct work work = {.target.uri = o->to};
    int rc = check_usage(cli, o, err);
    if (rc < 0) {
        return rc;
    }
    if (o->at >= 0) {
        return events_print(cli, cli->subjects[0], &o->spec, (uint64_t)o->at, 1, false, err);
    }
    work.target.kind = ls_sink_find(o->to, &work.target.place, err);
    rc = work.target.kind ? load(cli, o, &work, err) : err->code;
    rc = rc < 0 ? rc : generate(cli, o, &work, err);
    for (size_t i = 0; i < work.count; i++) {
        ls_plan_free(work.plans[i]);
        ls_spec_free(work.specs[i]);
    }
    return rc;
}

const struct command command_generate = {
    .name = "generate",
    .synopsis =
        "SPEC... --to URI [--events N | --for 20m | --until TIME] [options], or SPEC --at N",
    .summary = "Makes a spec's events, and the truth about what is wrong with them.",
    .examples =
        "  lockstep generate fixtures/domains/ecommerce.yaml --to log:/tmp/shop --events 1000000\n"
        "  lockstep generate fixtures/domains/ecommerce.yaml --to null: --events 10000000 "
        "--threads 1\n"
        "  lockstep generate fixtures/domains/ecommerce.yaml --to - --events 1000 | jq .value\n"
        "  lockstep generate fixtures/domains/ecommerce.yaml --at 1000000000\n"
        "  lockstep generate shop.yaml bank.yaml --to log:/tmp/both --events 100000\n"
        "  lockstep generate shop.yaml --pace x60 --for 24h --to kafka://localhost:9092/shop\n"
        "  lockstep generate shop.yaml --shard 3/8 --to log:/tmp/shop-3 --for 24h\n",
    .subjects_min = 1,
    .subjects_max = LS_GENERATE_SPECS_MAX,
    .options = &table,
    .run = run,
};
