#include "cli/run_summary.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/obs/process.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NUMBERS_MAX 4
#define NARROW      60 /* columns, below which words give way */

/* ---- tables */

struct table_row {
    const char *name;
    uint64_t numbers[NUMBERS_MAX];
    const char *note; /* NULL: none */
};

struct table {
    const char *heads[1 + NUMBERS_MAX]; /* of the names, of each number */
    size_t numbers;
    size_t count;
    struct table_row rows[LS_LOG_TOPICS_MAX + LS_REASON_COUNT];
};

static uint64_t member(const json_t *object, const char *name)
{
    return (uint64_t)json_integer_value(json_object_get(object, name));
}

static struct table_row *add_row(struct table *t, const char *name)
{
    struct table_row *row = &t->rows[t->count++];
    *row = (struct table_row){.name = name};
    return row;
}

/* Columns of the terminal; without one as many as anybody wants. */
static size_t terminal_width(void)
{
    struct winsize size = {0};
    bool known = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    return known && size.ws_col ? size.ws_col : SIZE_MAX;
}

static size_t wider(size_t width, const char *text)
{
    size_t size = strlen(text);
    return size > width ? size : width;
}

/* As much of a text as fits; at least a word's worth. */
static void print_cut(const char *text, size_t room)
{
    size_t size = strlen(text);
    if (size <= room) {
        cli_print("  %s", text);
    } else if (room > 20) {
        cli_print("  %.*s...", (int)(room - 3), text);
    }
}

static void print_table(const struct table *t, size_t width)
{
    size_t widths[1 + NUMBERS_MAX];
    char grouped[LS_GROUPED_MAX];
    size_t total = 2;
    for (size_t c = 0; c <= t->numbers; c++) {
        widths[c] = strlen(t->heads[c]);
        for (size_t r = 0; r < t->count; r++) {
            widths[c] = wider(widths[c],
                              c ? ls_grouped(t->rows[r].numbers[c - 1], grouped) : t->rows[r].name);
        }
        total += widths[c] + (c ? 2 : 0);
    }
    bool apart = total > width; /* names stand on lines of their own */
    widths[0] = apart ? strlen(t->heads[0]) : widths[0];
    cli_print("\n  %-*s", (int)widths[0], t->heads[0]);
    for (size_t c = 1; c <= t->numbers; c++) {
        cli_print("  %*s", (int)widths[c], t->heads[c]);
    }
    cli_print("\n");
    for (size_t r = 0; r < t->count; r++) {
        cli_print("  %-*s", apart ? 0 : (int)widths[0], t->rows[r].name);
        if (apart) {
            cli_print("\n  %*s", (int)widths[0], "");
        }
        for (size_t c = 1; c <= t->numbers; c++) {
            cli_print("  %*s", (int)widths[c], ls_grouped(t->rows[r].numbers[c - 1], grouped));
        }
        if (t->rows[r].note && width >= NARROW && !apart) {
            print_cut(t->rows[r].note, width - total > 2 ? width - total - 2 : 0);
        }
        cli_print("\n");
    }
}

/* ---- records */

static uint64_t quarantined_of(const json_t *topic)
{
    return member(topic, "raw") - member(topic, "normalized") - member(topic, "heartbeats");
}

static uint64_t print_topics(json_t *topics, struct table *t, size_t width)
{
    const char *name;
    json_t *topic;
    struct table_row sum = {.name = "all"};
    *t = (struct table){.heads = {"RECORDS", "in", "normalized", "quarantined", "heartbeats"},
                        .numbers = 3};
    json_object_foreach(topics, name, topic)
    {
        struct table_row *row = add_row(t, name);
        row->numbers[0] = member(topic, "raw");
        row->numbers[1] = member(topic, "normalized");
        row->numbers[2] = quarantined_of(topic);
        row->numbers[3] = member(topic, "heartbeats");
        for (size_t c = 0; c < NUMBERS_MAX; c++) {
            sum.numbers[c] += row->numbers[c];
        }
    }
    t->numbers += sum.numbers[3] > 0;
    if (t->count > 1) {
        *add_row(t, sum.name) = sum;
    }
    print_table(t, width);
    return sum.numbers[2];
}

/* The reason of the most records; NULL: nothing is quarantined. */
static const char *print_reasons(json_t *topics, struct table *t, size_t width)
{
    const char *name;
    json_t *topic;
    const struct table_row *most = NULL;
    *t = (struct table){.heads = {"QUARANTINED", "records"}, .numbers = 1};
    for (int r = LS_ADMITTED + 1; r < LS_REASON_COUNT; r++) {
        uint64_t count = 0;
        json_object_foreach(topics, name, topic)
        {
            count += member(json_object_get(topic, "quarantined"), ls_reasons[r].name);
        }
        if (count) {
            struct table_row *row = add_row(t, ls_reasons[r].name);
            row->numbers[0] = count;
            row->note = ls_reasons[r].title;
            most = !most || count > most->numbers[0] ? row : most;
        }
    }
    if (most) {
        print_table(t, width);
    }
    return most ? most->name : NULL;
}

/* ---- views */

static void print_views(const struct ls_views *views, const json_t *counts, bool alerts,
                        struct table *t, size_t width)
{
    *t = (struct table){.heads = {"VIEWS", "rows", "late"}, .numbers = 2};
    if (alerts) {
        t->heads[0] = "ALERT RULES";
        t->heads[1] = "raised or cleared";
    }
    for (size_t v = 0; v < views->count; v++) {
        if ((views->views[v].kind == LS_VIEW_ALERT) == alerts) {
            const char *name = views->views[v].spec->name;
            struct table_row *row = add_row(t, name);
            row->numbers[0] = member(json_object_get(counts, name), "rows");
            row->numbers[1] = member(json_object_get(counts, name), "late");
            t->numbers = json_object_get(json_object_get(counts, name), "late") ? 2 : 1;
        }
    }
    if (t->count) {
        print_table(t, width);
    }
}

/* ---- what was asked for, where that was not everything */

static void print_scope(const json_t *summary)
{
    const json_t *as_of = json_object_get(summary, "as_of");
    const json_t *window = json_object_get(summary, "window");
    if (as_of) {
        cli_print("as of %s, %s\n", json_string_value(json_object_get(as_of, "time")),
                  json_is_true(json_object_get(as_of, "final"))
                      ? "and final: nothing more can come before it"
                      : "not final: a partition has no record from then on yet, and may still get "
                        "earlier ones");
    }
    if (window) {
        cli_print("rows of views in %s alone\n", json_string_value(window));
    }
}

/* `cost` NULL: lateness was judged. */
static void print_cost(const json_t *cost, struct table *t, size_t width)
{
    const char *name;
    json_t *value;
    if (!cost) {
        return;
    }
    *t = (struct table){.heads = {"LATENESS IS OFF", "would expire", "of them admitted"},
                        .numbers = 2};
    json_object_foreach(json_object_get(cost, "topics"), name, value)
    {
        struct table_row *row = add_row(t, name);
        row->numbers[0] = member(value, "expired");
        row->numbers[1] = member(value, "regained");
    }
    print_table(t, width);
    *t = (struct table){.heads = {"AND OF VIEWS", "would be late", "would expire"}, .numbers = 2};
    json_object_foreach(json_object_get(cost, "views"), name, value)
    {
        struct table_row *row = add_row(t, name);
        row->numbers[0] = member(value, "late");
        row->numbers[1] = member(value, "expired");
    }
    if (t->count) {
        print_table(t, width);
    }
}

/* ---- the run */

static void print_heading(const struct pipeline *p, const json_t *summary, uint64_t records)
{
    char grouped[4][LS_GROUPED_MAX];
    const json_t *run = json_object_get(summary, "run");
    uint64_t ms = member(run, "elapsed_us") / 1000;
    uint64_t workers = member(run, "workers");
    cli_print("%s run of %s: %s records; %s.%03u s, %s records/s, %llu worker%s, at most %s MiB\n",
              json_string_value(json_object_get(summary, "mode")), p->spec->domain,
              ls_grouped(records, grouped[0]), ls_grouped(ms / 1000, grouped[1]),
              (unsigned)(ms % 1000), ls_grouped(member(run, "records_per_second"), grouped[2]),
              (unsigned long long)workers, workers == 1 ? "" : "s",
              ls_grouped((ls_process_memory_max() >> 20) + 1, grouped[3]));
}

/* A run that was told to stop has neither sums nor manifest: its datasets are not at their end. */
static bool was_stopped(const json_t *run)
{
    return json_is_true(json_object_get(run, "stopped"));
}

static void print_places(const struct run_places *places, const json_t *run, unsigned damaged)
{
    bool stopped = was_stopped(run);
    if (places->into) {
        cli_print("\n  put into      %s/datasets, with SHA256SUMS\n"
                  "  about them    %s/summary.json, %s/manifest.json (the last of `backfills`)\n",
                  places->into, places->into, places->into);
        return;
    }
    if (ls_log_is_uri(places->to)) {
        bool final = json_is_true(json_object_get(run, "final"));
        cli_print("\n  topics        %s%s\n", places->to,
                  final ? ", finished" : ", without what is open");
    } else {
        cli_print("\n  datasets      %s/datasets%s\n", places->to,
                  stopped ? ", which go on when the run does" : ", with SHA256SUMS");
    }
    cli_print("  about them    %s/summary.json (these counts)", places->about);
    if (!stopped) {
        cli_print(", %s/manifest.json", places->about);
    }
    cli_print("\n");
    if (places->state) {
        uint64_t restarts = member(run, "restarts");
        char grouped[LS_GROUPED_MAX];
        cli_print("  checkpoints   %s, %s written", places->state,
                  ls_grouped(member(run, "checkpoints"), grouped));
        if (restarts) {
            cli_print(", gone on from %s", ls_grouped(restarts, grouped));
        }
        if (damaged) {
            cli_print(", %u damaged one%s passed over", damaged, damaged == 1 ? "" : "s");
        }
        cli_print("\n");
    }
}

static void print_next(const char *reason, const struct run_places *places, bool stopped,
                       bool everything)
{
    if (!reason && !stopped && !everything) {
        return;
    }
    cli_print("\nNext:\n");
    if (reason) {
        cli_print("  lockstep explain %-20s what it means, and what to do\n", reason);
    }
    if (stopped) {
        cli_print("  the same command goes on from here\n");
        return;
    }
    if (!everything) {
        return;
    }
    if (ls_log_is_uri(places->to)) {
        cli_print("  lockstep collect SPEC --from %s --to OTHER: the same rows as datasets\n",
                  places->to);
        return;
    }
    cli_print("  run %s with the same options and another --to, and\n"
              "  lockstep diff %s/datasets OTHER/datasets: the same bytes, made another way\n",
              places->state ? "batch" : "stream", places->to);
}

/* A run that another one can be the same as without being asked anything. */
static bool is_of_everything(const json_t *summary)
{
    return !json_object_get(summary, "as_of") && !json_object_get(summary, "lateness") &&
           !json_object_get(summary, "window");
}

int run_summary_print(const struct pipeline *p, const struct run_places *places, unsigned damaged,
                      struct ls_error *err)
{
    static struct table table; /* large, and printed by one thread */
    char path[LS_PATH_MAX];
    json_error_t where;
    const char *name;
    json_t *topic;
    uint64_t records = 0;
    int rc = ls_path_join(path, places->about, "summary.json", err);
    json_t *summary = rc < 0 ? NULL : json_load_file(path, 0, &where);
    if (!summary) {
        return rc < 0 ? rc : ls_error_set(err, LS_E_IO, "%s: %s", path, where.text);
    }
    size_t width = terminal_width();
    json_t *topics = json_object_get(summary, "topics");
    json_object_foreach(topics, name, topic)
    {
        records += member(topic, "raw");
    }
    print_heading(p, summary, records);
    print_scope(summary);
    const char *reason = NULL;
    if (print_topics(topics, &table, width)) {
        reason = print_reasons(topics, &table, width);
    }
    print_views(p->views, json_object_get(summary, "views"), false, &table, width);
    print_views(p->views, json_object_get(summary, "views"), true, &table, width);
    print_cost(json_object_get(summary, "lateness_cost"), &table, width);
    const json_t *run = json_object_get(summary, "run");
    print_places(places, run, damaged);
    print_next(reason, places, was_stopped(run), is_of_everything(summary));
    json_decref(summary);
    return 0;
}
