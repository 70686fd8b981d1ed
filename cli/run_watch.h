/* What looks on while `run stream` and `run batch` work: metrics into a file or by HTTP, and a log
 * of what happens (docs/operations.md). */
#ifndef LS_CLI_RUN_WATCH_H
#define LS_CLI_RUN_WATCH_H

#include "cli/pipeline_options.h"
#include "core/obs/http/metrics_server.h"
#include "pipeline/output/run_metrics.h"

struct watch_options {
    const char *metrics, *metrics_port;
    const char *log;
    int log_format, log_level;
    int64_t log_rate;
};

extern const char *const watch_format_words[], *const watch_level_words[];

#define WATCH_OPTION_ROWS(struct_name, member)                                                     \
    {"metrics", LS_OPTION_TEXT, 0, offsetof(struct struct_name, member.metrics),                   \
     .summary = "File for metrics (Prometheus text), written every 5 s and at the end."},          \
        {"metrics-port", LS_OPTION_TEXT, 0, offsetof(struct struct_name, member.metrics_port),     \
         .summary = "PORT of 127.0.0.1, or HOST:PORT: serves /metrics and /healthz; 0 takes a "    \
                    "free port."},                                                                 \
        {"log", LS_OPTION_TEXT, 0, offsetof(struct struct_name, member.log),                       \
         .summary = "File to which lines about what happens are appended; - for stderr [-]."},     \
        {"log-format",                                                                             \
         LS_OPTION_WORD,                                                                           \
         0,                                                                                        \
         offsetof(struct struct_name, member.log_format),                                          \
         .fallback = "text",                                                                       \
         .words = watch_format_words,                                                              \
         .summary = "Of those lines; json: an object a line."},                                    \
        {"log-level",                                                                              \
         LS_OPTION_WORD,                                                                           \
         0,                                                                                        \
         offsetof(struct struct_name, member.log_level),                                           \
         .fallback = "auto",                                                                       \
         .words = watch_level_words,                                                               \
         .summary = "What is told; auto: info with --log or --log-format json, else warn."},       \
    {                                                                                              \
        "log-rate", LS_OPTION_INTEGER, 0, offsetof(struct struct_name, member.log_rate),           \
            .fallback = "10", .minimum = "0", .maximum = "1000000000",                             \
            .summary = "Lines a second about single records, of each kind; the rest is counted."   \
    }

struct run_watch {
    struct ls_run_watch watch; /* for the job */
    const struct watch_options *options;
    const char *mode;            /* "stream", "batch" */
    struct ls_progress progress; /* where it is in nobody's way */
    struct ls_journal *journal;
    struct ls_metrics_server *server; /* NULL: none */
    struct ls_metrics metrics;
    bool stderr_is_json;
    bool file_failed, server_failed; /* which was told */
    bool stopped; /* the run was told to, and goes on when its command comes again: its verb says so
                   */
    uint64_t shown_ns, saved_ns;
    struct ls_run_totals {
        uint64_t records, normalized, quarantined, rows, late, checkpoints, restarts, damaged;
        uint64_t elapsed_ns;
    } totals; /* when it was shown last */
};

/* Opens what the options ask for. `to`: the run's folder. End also after an error. */
int run_watch_open(struct run_watch *watch, const struct watch_options *options, const char *mode,
                   const char *to, struct ls_error *err);

/* The run begins now. */
void run_watch_begin(struct run_watch *watch, const struct pipeline *pipeline, const char *from,
                     const char *to);

/* It came to its end, or it or what was before it failed with `rc` and `err`; answers `rc`. */
int run_watch_end(struct run_watch *watch, int rc, struct ls_error *err);

#endif
