/* A table with every type, flag and family there is: what the tests of the option products and the
 * fuzz target bind. */
#ifndef LS_CONFIG_SAMPLE_TEST_H
#define LS_CONFIG_SAMPLE_TEST_H

#include "core/config/option.h"

struct sample_zipf {
    struct ls_decimal s;
    int64_t n;
};
struct sample_choice {
    struct ls_weights weights;
};
struct sample_uniform {
    struct ls_quantities bounds;
};
struct sample_const {
    const struct ls_yaml *value;
};
struct sample_window {
    int64_t size_ms;
    int64_t offset_ms;
};
struct sample_session {
    int64_t gap_ms;
};
struct sample_node {
    const struct ls_yaml *value;
    bool loud;
};

struct sample_column {
    const char *key;
    struct ls_pick function;
    int64_t scale;
    struct ls_where where;
    uint64_t given;
};
struct sample_step {
    const char *set;
    struct ls_pick source;
    struct ls_items steps; /* of this struct again */
};
struct sample_limits {
    int64_t horizon_ms;
    int64_t memory_bytes;
    const char *note;
};
struct sample_broker {
    const char *uri;
    const char *password;
    int64_t threads;
    struct ls_names tags;
};

struct sample {
    bool strict;
    bool loud;
    int64_t count;
    int64_t any;
    const char *title;
    const char *name;
    int mode;
    int64_t gap_ms;
    int64_t shift_ms;
    struct ls_rate rate;
    int64_t memory_bytes;
    struct ls_ratio share;
    struct ls_decimal price;
    struct ls_quantity least;
    int64_t start_ms;
    int64_t daily_ms;
    struct ls_quantities marks;
    struct ls_names by;
    struct ls_names texts;
    struct ls_weights mix;
    const struct ls_yaml *extra;
    struct sample_limits *limits;
    struct sample_limits *defaults;
    struct sample_broker *broker;
    struct ls_items steps;
    struct ls_items columns;
    struct ls_items lists;
    struct ls_pick source;
    struct ls_pick second;
    struct ls_pick window;
    struct ls_where where;
    uint64_t given;
};

#define SAMPLE_END                                                                                 \
    {                                                                                              \
        .name = NULL                                                                               \
    }
#define SAMPLE_TABLE(id, title, type, wheres, givens)                                              \
    {                                                                                              \
        .name = title, .summary = "About a " title ".", .size = sizeof(struct type),               \
        .where_offset = wheres, .given_offset = givens, .rows = id##_rows                          \
    }

/* ---- families: settings with and without a main row, of one row and of several */

static const struct ls_option zipf_rows[] = {
    {"s", LS_OPTION_DECIMAL, LS_OPTION_REQUIRED | LS_OPTION_MAIN, offsetof(struct sample_zipf, s),
     .minimum = "0.01", .maximum = "10", .summary = "The exponent.", .example = "1.05"},
    {"n", LS_OPTION_INTEGER, 0, offsetof(struct sample_zipf, n), .fallback = "100", .minimum = "1",
     .summary = "How many ranks."},
    SAMPLE_END,
};
static const struct ls_table zipf_table = SAMPLE_TABLE(zipf, "zipf", sample_zipf, SIZE_MAX,
                                                       SIZE_MAX);
static const struct ls_option choice_rows[] = {
    {"weights", LS_OPTION_WEIGHTS, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct sample_choice, weights), .summary = "Words and weights."},
    SAMPLE_END,
};
static const struct ls_table choice_table = SAMPLE_TABLE(choice, "choice", sample_choice, SIZE_MAX,
                                                         SIZE_MAX);
static const struct ls_option uniform_rows[] = {
    {"bounds", LS_OPTION_QUANTITIES, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct sample_uniform, bounds), .summary = "Least and greatest."},
    SAMPLE_END,
};
static const struct ls_table uniform_table = SAMPLE_TABLE(uniform, "uniform", sample_uniform,
                                                          SIZE_MAX, SIZE_MAX);
static const struct ls_option const_rows[] = {
    {"value", LS_OPTION_NODE, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct sample_const, value), .summary = "The value."},
    SAMPLE_END,
};
static const struct ls_table const_table = SAMPLE_TABLE(const, "const", sample_const, SIZE_MAX,
                                                        SIZE_MAX);
static const struct ls_option node_rows[] = {
    {"value", LS_OPTION_NODE, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct sample_node, value), .summary = "The value."},
    {"loud", LS_OPTION_FLAG, 0, offsetof(struct sample_node, loud), .summary = "Loudly."},
    SAMPLE_END,
};
static const struct ls_table node_table = SAMPLE_TABLE(node, "node", sample_node, SIZE_MAX,
                                                       SIZE_MAX);

static const struct ls_member member_choice = {"choice", "One of some words.", &choice_table};
static const struct ls_member member_const = {"const", "Always one.", &const_table};
static const struct ls_member member_never = {"never", "None.", NULL};
static const struct ls_member member_node = {"node", "Any.", &node_table};
static const struct ls_member member_uniform = {"uniform", "Between two.", &uniform_table};
static const struct ls_member member_zipf = {"zipf", "By rank.", &zipf_table};
static const struct ls_member *const source_members[] = {
    &member_choice,  &member_const, &member_never, &member_node,
    &member_uniform, &member_zipf,  NULL};
static const struct ls_family source_family = {"value source", "Where a value comes from.",
                                               source_members};

static const struct ls_option tumbling_rows[] = {
    {"size", LS_OPTION_DURATION, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct sample_window, size_ms), .minimum = "1ms", .maximum = "365d",
     .summary = "How long.", .example = "1m"},
    {"offset", LS_OPTION_DURATION, 0, offsetof(struct sample_window, offset_ms), .fallback = "0",
     .summary = "Since the epoch."},
    SAMPLE_END,
};
static const struct ls_table tumbling_table = SAMPLE_TABLE(tumbling, "tumbling", sample_window,
                                                           SIZE_MAX, SIZE_MAX);
static const struct ls_option session_rows[] = {
    {"gap", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct sample_session, gap_ms),
     .summary = "Silence that ends it.", .example = "30m"},
    SAMPLE_END,
};
static const struct ls_table session_table = SAMPLE_TABLE(session, "session", sample_session,
                                                          SIZE_MAX, SIZE_MAX);
static const struct ls_member member_all = {"all", "One window.", NULL};
static const struct ls_member member_session = {"session", "By silence.", &session_table};
static const struct ls_member member_tumbling = {"tumbling", "Side by side.", &tumbling_table};
static const struct ls_member *const window_members[] = {&member_all, &member_session,
                                                         &member_tumbling, NULL};
static const struct ls_family window_family = {"window", "How time is cut.", window_members};

static const struct ls_option count_rows[] = {
    {"where", LS_OPTION_TEXT, 0, 0, .summary = "Only those."},
    SAMPLE_END,
};
static const struct ls_table count_table = {"count",  "How many.", sizeof(const char *),
                                            SIZE_MAX, SIZE_MAX,    count_rows};
static const struct ls_option sum_rows[] = {
    {"field", LS_OPTION_NAME, LS_OPTION_REQUIRED | LS_OPTION_MAIN, 0, .summary = "Of this field.",
     .example = "amount"},
    SAMPLE_END,
};
static const struct ls_table sum_table = {"sum",    "The sum.", sizeof(const char *),
                                          SIZE_MAX, SIZE_MAX,   sum_rows};
static const struct ls_member member_count = {"count", "How many.", &count_table};
static const struct ls_member member_sum = {"sum", "The sum.", &sum_table};
static const struct ls_member *const aggregate_members[] = {&member_count, &member_sum, NULL};
static const struct ls_family aggregate_family = {"aggregate", "What is calculated.",
                                                  aggregate_members};

static const struct ls_member member_width = {"width", "Greatest less least.", NULL};
static const struct ls_member *const measure_members[] = {&member_sum, &member_width, NULL};
static const struct ls_family measure_family = {"measure", "What is measured.", measure_members};

/* ---- tables */

static const struct ls_option column_rows[] = {
    {"function", LS_OPTION_FAMILY, LS_OPTION_REQUIRED, offsetof(struct sample_column, function),
     .family = &aggregate_family, .summary = "The aggregate."},
    {"scale", LS_OPTION_INTEGER, 0, offsetof(struct sample_column, scale), .fallback = "0",
     .minimum = "0", .maximum = "9", .summary = "Decimal places."},
    SAMPLE_END,
};
static const struct ls_table column_table = SAMPLE_TABLE(column, "column", sample_column,
                                                         offsetof(struct sample_column, where),
                                                         offsetof(struct sample_column, given));

static const struct ls_table step_table; /* its rows lead to it again */
static const struct ls_option step_rows[] = {
    {"set", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct sample_step, set),
     .summary = "What is set.", .example = "net"},
    {"source", LS_OPTION_FAMILY, 0, offsetof(struct sample_step, source), .family = &source_family,
     .fallback = "{const: 1}", .summary = "Where its value comes from."},
    {"steps", LS_OPTION_LIST, 0, offsetof(struct sample_step, steps), .table = &step_table,
     .summary = "What is done then."},
    SAMPLE_END,
};
static const struct ls_table step_table = SAMPLE_TABLE(step, "step", sample_step, SIZE_MAX,
                                                       SIZE_MAX);

static const struct ls_option limits_rows[] = {
    {"horizon", LS_OPTION_DURATION, 0, offsetof(struct sample_limits, horizon_ms),
     .fallback = "10m", .maximum = "365d", .summary = "How long."},
    {"memory", LS_OPTION_SIZE, LS_OPTION_DEPLOYMENT, offsetof(struct sample_limits, memory_bytes),
     .fallback = "64MiB", .minimum = "1MiB", .summary = "How much."},
    {"note", LS_OPTION_TEXT, 0, offsetof(struct sample_limits, note), .summary = "Why."},
    SAMPLE_END,
};
static const struct ls_table limits_table = SAMPLE_TABLE(limits, "limits", sample_limits, SIZE_MAX,
                                                         SIZE_MAX);

static const struct ls_option broker_rows[] = {
    {"uri", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct sample_broker, uri),
     .summary = "Where it is.", .example = "kafka://localhost:9092"},
    {"password", LS_OPTION_TEXT, LS_OPTION_SECRET, offsetof(struct sample_broker, password),
     .summary = "What it asks for.", .example = "${secret:kafka_password}"},
    {"threads", LS_OPTION_INTEGER, 0, offsetof(struct sample_broker, threads), .fallback = "2",
     .minimum = "1", .maximum = "64", .summary = "How many threads."},
    {"tags", LS_OPTION_NAMES, 0, offsetof(struct sample_broker, tags), .fallback = "[plain]",
     .summary = "Labels."},
    SAMPLE_END,
};
static const struct ls_table broker_table = SAMPLE_TABLE(broker, "broker", sample_broker, SIZE_MAX,
                                                         SIZE_MAX);

static const char *const sample_modes[] = {"fast", "exact", "both", NULL};

#define SAMPLE_ROW(id, type, flag) #id, type, flag, offsetof(struct sample, id)
static const struct ls_option sample_rows[] = {
    {SAMPLE_ROW(strict, LS_OPTION_FLAG, 0), .fallback = "true", .summary = "Strictly."},
    {SAMPLE_ROW(loud, LS_OPTION_FLAG, LS_OPTION_DEPLOYMENT), .summary = "Loudly."},
    {SAMPLE_ROW(count, LS_OPTION_INTEGER, LS_OPTION_REQUIRED), .minimum = "1",
     .maximum = "100_000_000", .summary = "How many.", .example = "200_000"},
    {SAMPLE_ROW(any, LS_OPTION_INTEGER, 0), .summary = "Any number."},
    {SAMPLE_ROW(title, LS_OPTION_TEXT, 0), .fallback = "none", .summary = "A title."},
    {SAMPLE_ROW(name, LS_OPTION_NAME, 0), .summary = "A name."},
    {SAMPLE_ROW(mode, LS_OPTION_WORD, 0), .fallback = "exact", .words = sample_modes,
     .summary = "How; a | in a text."},
    {"gap", LS_OPTION_DURATION, 0, offsetof(struct sample, gap_ms), .fallback = "20s",
     .maximum = "1h", .summary = "How long."},
    {"shift", LS_OPTION_DURATION, 0, offsetof(struct sample, shift_ms), .minimum = "-2h",
     .summary = "Either way."},
    {SAMPLE_ROW(rate, LS_OPTION_RATE, 0), .fallback = "90/s", .minimum = "1/h",
     .maximum = "10_000/s", .summary = "How often."},
    {"memory", LS_OPTION_SIZE, 0, offsetof(struct sample, memory_bytes), .fallback = "64KiB",
     .summary = "How much."},
    {SAMPLE_ROW(share, LS_OPTION_RATIO, 0), .fallback = "0", .summary = "Which part."},
    {SAMPLE_ROW(price, LS_OPTION_DECIMAL, 0), .minimum = "0", .maximum = "4999.00",
     .summary = "A price."},
    {SAMPLE_ROW(least, LS_OPTION_QUANTITY, 0), .summary = "At least."},
    {"start", LS_OPTION_TIME, 0, offsetof(struct sample, start_ms), .summary = "When."},
    {"daily", LS_OPTION_TIME_OF_DAY, 0, offsetof(struct sample, daily_ms), .fallback = "06:30",
     .summary = "When each day."},
    {SAMPLE_ROW(marks, LS_OPTION_QUANTITIES, 0), .summary = "Some marks."},
    {SAMPLE_ROW(by, LS_OPTION_NAMES, 0), .fallback = "entity_id", .summary = "Grouped by."},
    {SAMPLE_ROW(texts, LS_OPTION_TEXTS, 0), .summary = "Some texts."},
    {SAMPLE_ROW(mix, LS_OPTION_WEIGHTS, 0), .summary = "A mix."},
    {SAMPLE_ROW(extra, LS_OPTION_NODE, 0), .summary = "Anything."},
    {SAMPLE_ROW(limits, LS_OPTION_TABLE, 0), .table = &limits_table, .summary = "Limits."},
    {SAMPLE_ROW(defaults, LS_OPTION_TABLE, LS_OPTION_DEFAULTED), .table = &limits_table,
     .summary = "Usual limits."},
    {SAMPLE_ROW(broker, LS_OPTION_TABLE, LS_OPTION_DEPLOYMENT), .table = &broker_table,
     .summary = "A broker."},
    {SAMPLE_ROW(steps, LS_OPTION_LIST, 0), .table = &step_table, .summary = "What is done."},
    {SAMPLE_ROW(columns, LS_OPTION_MAP, 0), .table = &column_table, .summary = "Columns.",
     .example = "{orders: count, revenue: {sum: amount}}"},
    {SAMPLE_ROW(lists, LS_OPTION_LISTS, 0), .table = &step_table, .summary = "Steps by name."},
    {SAMPLE_ROW(source, LS_OPTION_FAMILY, LS_OPTION_REQUIRED), .family = &source_family,
     .summary = "Where values come from."},
    {SAMPLE_ROW(second, LS_OPTION_FAMILY, 0), .family = &measure_family,
     .summary = "What is measured."},
    {SAMPLE_ROW(window, LS_OPTION_ONE_OF, 0), .family = &window_family, .fallback = "all",
     .summary = "How time is cut.", .example = "{tumbling: 1m}"},
    SAMPLE_END,
};
static const struct ls_table sample_table = SAMPLE_TABLE(
    sample, "sample", sample, offsetof(struct sample, where), offsetof(struct sample, given));

#endif
