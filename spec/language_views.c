/* The vocabulary of views: how event time is cut, what is calculated, alert rules. */
#include "spec/language_internal.h"

/* ---- windows */

static const struct ls_option tumbling_rows[] = {
    {"size", LS_OPTION_DURATION, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_window_tumbling, size_ms), .minimum = "1ms", .maximum = "365d",
     .summary = "How long a window is.", .example = "1m"},
    {"offset", LS_OPTION_DURATION, 0, offsetof(struct ls_window_tumbling, offset_ms),
     .fallback = "0", .minimum = "0", .maximum = "365d",
     .summary = "Windows begin at the epoch plus this.", .example = "15m"},
    END,
};
static const struct ls_table tumbling_table = {
    "tumbling",   "Windows side by side.", sizeof(struct ls_window_tumbling), NO_PLACE, NO_PLACE,
    tumbling_rows};

static const struct ls_option hopping_rows[] = {
    {"size", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_window_hopping, size_ms),
     .minimum = "1ms", .maximum = "365d", .summary = "How long a window is.", .example = "5m"},
    {"every", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_window_hopping, every_ms),
     .minimum = "1ms", .maximum = "365d",
     .summary = "From the start of one window to that of the next: less than `size`, and they "
                "overlap; more, and there are gaps.",
     .example = "1m"},
    {"offset", LS_OPTION_DURATION, 0, offsetof(struct ls_window_hopping, offset_ms),
     .fallback = "0", .minimum = "0", .maximum = "365d",
     .summary = "Windows begin at the epoch plus this.", .example = "15m"},
    END,
};
static const struct ls_table hopping_table = {
    "hopping",   "Windows that overlap.", sizeof(struct ls_window_hopping), NO_PLACE, NO_PLACE,
    hopping_rows};

static const struct ls_option session_rows[] = {
    {"gap", LS_OPTION_DURATION, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_window_session, gap_ms), .minimum = "1ms", .maximum = "365d",
     .summary = "Two records of a group belong to one session when a chain of shorter gaps links "
                "them.",
     .example = "30m"},
    END,
};
static const struct ls_table session_table = {"session",
                                              "Windows that end when a group is silent.",
                                              sizeof(struct ls_window_session),
                                              NO_PLACE,
                                              NO_PLACE,
                                              session_rows};

const struct ls_member ls_member_tumbling = {"tumbling", "Windows side by side.", &tumbling_table};
const struct ls_member ls_member_hopping = {"hopping", "Windows that overlap.", &hopping_table};
const struct ls_member ls_member_session = {"session", "Windows that end when a group is silent.",
                                            &session_table};
static const struct ls_member *const window_members[] = {&ls_member_hopping, &ls_member_session,
                                                         &ls_member_tumbling, NULL};
const struct ls_family ls_spec_windows = {"window", "How event time is cut.", window_members};

static const struct ls_option rolling_rows[] = {
    {"over", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_spec_rolling, over_ms),
     .minimum = "1ms", .maximum = "365d",
     .summary = "How far back a feature looks from its record, which is the last that it sees.",
     .example = "15m"},
    {"step", LS_OPTION_DURATION, 0, offsetof(struct ls_spec_rolling, step_ms), .minimum = "1ms",
     .maximum = "365d",
     .summary = "For long spans: it looks back by whole panes of this length, aligned to the "
                "epoch, the record's own up to the record; `over` is a multiple of it [to the "
                "millisecond].",
     .example = "5m"},
    END,
};
static const struct ls_table rolling_table = {"rolling",
                                              "A row for each record: its group's records up to "
                                              "it, without a look ahead.",
                                              sizeof(struct ls_spec_rolling),
                                              offsetof(struct ls_spec_rolling, where),
                                              NO_PLACE,
                                              rolling_rows};

static const char *const keep_words[] = {"both", "left", NULL};
static const struct ls_option join_rows[] = {
    {"left", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_join, left),
     .summary = "The event type that waits.", .example = "order_placed"},
    {"right", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_join, right),
     .summary = "The event type that it waits for: another one.", .example = "payment_captured"},
    {"on", LS_OPTION_NAMES, 0, offsetof(struct ls_spec_join, on),
     .summary = "Fields that both have and that are equal, beside entity_id; null never is.",
     .example = "[order_id]"},
    {"within", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_spec_join, within_ms),
     .minimum = "0", .maximum = "365d",
     .summary = "The right record's event_time is at most so much behind the left one's.",
     .example = "10m"},
    {"keep", LS_OPTION_WORD, 0, offsetof(struct ls_spec_join, keep), .fallback = "both",
     .words = keep_words,
     .summary = "left: a left record without a match has a row too, once, in which the right "
                "record's fields are null."},
    END,
};
static const struct ls_table join_table = {"join",
                                           "Pairs of records of one entity.",
                                           sizeof(struct ls_spec_join),
                                           offsetof(struct ls_spec_join, where),
                                           NO_PLACE,
                                           join_rows};

/* ---- aggregates */

static const struct ls_option count_rows[] = {
    {"where", LS_OPTION_TEXT, 0, offsetof(struct ls_aggregate_field, where_text),
     .summary = "Only records for which this holds.", .example = "amount >= 100.00"},
    END,
};
static const struct ls_table count_table = {
    "count",  "How many records.", sizeof(struct ls_aggregate_field), NO_PLACE,
    NO_PLACE, count_rows};
static const struct ls_option of_rows[] = {
    {"field", LS_OPTION_NAME, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_aggregate_field, field),
     .summary = "A field of the normalized record; nulls are skipped.", .example = "amount"},
    {"where", LS_OPTION_TEXT, 0, offsetof(struct ls_aggregate_field, where_text),
     .summary = "Only records for which this holds.", .example = "amount >= 100.00"},
    END,
};
static const struct ls_table of_table = {"aggregate of a field",
                                         "Over the field's values that are not null.",
                                         sizeof(struct ls_aggregate_field),
                                         NO_PLACE,
                                         NO_PLACE,
                                         of_rows};
static const struct ls_option ratio_rows[] = {
    {"of", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_aggregate_field, field),
     .summary = "The field whose sum is divided.", .example = "amount"},
    {"to", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_aggregate_field, to),
     .summary = "The field whose sum it is divided by.", .example = "quantity"},
    {"where", LS_OPTION_TEXT, 0, offsetof(struct ls_aggregate_field, where_text),
     .summary = "Only records for which this holds.", .example = "amount >= 100.00"},
    END,
};
static const struct ls_table ratio_table = {
    "ratio",   "One sum divided by another.", sizeof(struct ls_aggregate_field), NO_PLACE, NO_PLACE,
    ratio_rows};
static const struct ls_option top_rows[] = {
    {"of", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_aggregate_field, field),
     .summary = "The field whose values are ranked; nulls are skipped.", .example = "product_id"},
    {"k", LS_OPTION_INTEGER, 0, offsetof(struct ls_aggregate_field, k), .fallback = "10",
     .minimum = "1", .maximum = "1000", .summary = "How many.", .example = "3"},
    {"by", LS_OPTION_NAME, 0, offsetof(struct ls_aggregate_field, to),
     .summary = "The field whose sum is a value's rank [how many records it has].",
     .example = "amount"},
    {"where", LS_OPTION_TEXT, 0, offsetof(struct ls_aggregate_field, where_text),
     .summary = "Only records for which this holds.", .example = "amount >= 100.00"},
    END,
};
static const struct ls_table top_table = {
    "top",   "The values with the most.", sizeof(struct ls_aggregate_field), NO_PLACE, NO_PLACE,
    top_rows};
static const struct ls_option expr_rows[] = {
    {"expr", LS_OPTION_TEXT, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_aggregate_field, field),
     .summary =
         "Of windows, over the columns before this one; of rolling features and alerts, over "
         "these and the record's fields; of a join, over left.FIELD and right.FIELD.",
     .example = "right.event_time - left.event_time"},
    END,
};
static const struct ls_table expr_table = {
    "expr", "An expression.", sizeof(struct ls_aggregate_field), NO_PLACE, NO_PLACE, expr_rows};

const struct ls_member ls_member_avg = {"avg", "The mean, half to even at `scale`.", &of_table};
const struct ls_member ls_member_count = {"count", "How many records.", &count_table};
const struct ls_member ls_member_distinct = {"distinct", "How many different values, exactly.",
                                             &of_table};
const struct ls_member ls_member_column = {
    "expr", "An expression: of windows over columns, else over a record and columns.", &expr_table};
const struct ls_member ls_member_first = {
    "first", "The value of the first record that has one, by event_time and event_id.", &of_table};
const struct ls_member ls_member_last = {
    "last", "The value of the last record that has one, by event_time and event_id.", &of_table};
const struct ls_member ls_member_max = {"max", "The greatest value.", &of_table};
const struct ls_member ls_member_min = {"min", "The least value.", &of_table};
const struct ls_member ls_member_quantile = {
    "quantile", "The value of rank `q`, to within 1/128 of it, towards zero.", &of_table};
const struct ls_member ls_member_ratio = {
    "ratio", "One sum divided by another, half to even at `scale`; null where that is 0.",
    &ratio_table};
const struct ls_member ls_member_sum = {"sum", "The sum.", &of_table};
const struct ls_member ls_member_top = {"top", "The values with the most, and how much they have.",
                                        &top_table};
static const struct ls_member *const aggregate_members[] = {&ls_member_avg,
                                                            &ls_member_count,
                                                            &ls_member_distinct,
                                                            &ls_member_column,
                                                            &ls_member_first,
                                                            &ls_member_last,
                                                            &ls_member_max,
                                                            &ls_member_min,
                                                            &ls_member_quantile,
                                                            &ls_member_ratio,
                                                            &ls_member_sum,
                                                            &ls_member_top,
                                                            NULL};
const struct ls_family ls_spec_aggregates = {
    "aggregate", "What is calculated over the records of a window.", aggregate_members};

static const struct ls_option aggregate_rows[] = {
    {"function", LS_OPTION_FAMILY, LS_OPTION_REQUIRED, offsetof(struct ls_spec_aggregate, function),
     .family = &ls_spec_aggregates, .summary = "The aggregate.", .example = "sum: amount"},
    {"scale", LS_OPTION_INTEGER, 0, offsetof(struct ls_spec_aggregate, scale), .fallback = "0",
     .minimum = "0", .maximum = "9",
     .summary = "avg, ratio, and a quotient in expr: decimal places of the result.",
     .example = "2"},
    {"q", LS_OPTION_RATIO, 0, offsetof(struct ls_spec_aggregate, q),
     .summary = "quantile: which, above 0.", .example = "95/100"},
    END,
};
const struct ls_table ls_spec_aggregate_table = {"column",
                                                 "A column of a view.",
                                                 sizeof(struct ls_spec_aggregate),
                                                 offsetof(struct ls_spec_aggregate, where),
                                                 offsetof(struct ls_spec_aggregate, given),
                                                 aggregate_rows};

/* ---- views and alert rules: one struct */

#define ROW_FROM                                                                                   \
    {                                                                                              \
        "from", LS_OPTION_NAMES, LS_OPTION_WAS_NAME, offsetof(struct ls_spec_view, from),          \
            .summary =                                                                             \
                "The event types that it reads. Of several it sees the fields that all of them "   \
                "have, and event_type.",                                                           \
            .example = "order_placed"                                                              \
    }
#define ROW_BY                                                                                     \
    {                                                                                              \
        "by", LS_OPTION_NAMES, 0, offsetof(struct ls_spec_view, by),                               \
            .summary = "Fields to group by; nulls form a group of their own.",                     \
            .example = "[category, country]"                                                       \
    }
#define ROW_WHERE                                                                                  \
    {                                                                                              \
        "where", LS_OPTION_TEXT, 0, offsetof(struct ls_spec_view, where_text),                     \
            .summary = "Only records for which this holds; judged before lateness.",               \
            .example = "quantity > 0"                                                              \
    }
#define ROW_VERSION                                                                                \
    {                                                                                              \
        "feature_version", LS_OPTION_INTEGER, 0, offsetof(struct ls_spec_view, feature_version),   \
            .fallback = "1", .minimum = "1", .maximum = "1_000_000",                               \
            .summary = "Stands in every row; raise it when the definition changes.",               \
            .example = "1"                                                                         \
    }

static const struct ls_option view_rows[] = {
    {"name", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_view, name),
     .summary = "The view's name.", .example = "revenue_1m"},
    ROW_FROM,
    {"window", LS_OPTION_ONE_OF, 0, offsetof(struct ls_spec_view, window),
     .family = &ls_spec_windows, .summary = "How event time is cut.", .example = "{tumbling: 1m}"},
    {"rolling", LS_OPTION_TABLE, 0, offsetof(struct ls_spec_view, rolling), .table = &rolling_table,
     .summary = "Instead of `window`: features as of each record.", .example = "{over: 15m}"},
    {"join", LS_OPTION_TABLE, 0, offsetof(struct ls_spec_view, join), .table = &join_table,
     .summary = "Instead of `from` and `window`: pairs of records.",
     .example = "{left: order_placed, right: payment_captured, on: [order_id], within: 10m}"},
    ROW_BY,
    ROW_WHERE,
    {"select", LS_OPTION_MAP, LS_OPTION_REQUIRED, offsetof(struct ls_spec_view, select),
     .table = &ls_spec_aggregate_table, .summary = "The columns.",
     .example = "{orders: count, revenue: {sum: amount}}"},
    ROW_VERSION,
    END,
};
const struct ls_table ls_spec_view_table = {"view",
                                            "Rows calculated over windows of records.",
                                            sizeof(struct ls_spec_view),
                                            offsetof(struct ls_spec_view, where),
                                            NO_PLACE,
                                            view_rows};

static const char *const severity_words[] = {"INFO", "WARNING", "CRITICAL", NULL};
static const struct ls_option alert_rows[] = {
    {"name", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_view, name),
     .summary = "The rule's name.", .example = "refund_storm"},
    ROW_FROM,
    {"rolling", LS_OPTION_TABLE, 0, offsetof(struct ls_spec_view, rolling), .table = &rolling_table,
     .summary = "What `select` looks back over.", .example = "{over: 1m}"},
    ROW_BY,
    ROW_WHERE,
    {"select", LS_OPTION_MAP, 0, offsetof(struct ls_spec_view, select),
     .table = &ls_spec_aggregate_table,
     .summary = "Features as of each record, for the conditions; columns of the rows too.",
     .example = "{refunds: count}"},
    {"when", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct ls_spec_view, when_text),
     .summary = "Raises the alert of a group, at a record for which this holds.",
     .example = "refunds > 100"},
    {"clear", LS_OPTION_TEXT, 0, offsetof(struct ls_spec_view, clear_text),
     .summary = "Clears it, at a later record of the group [when `when` does not hold].",
     .example = "refunds < 50"},
    {"severity", LS_OPTION_WORD, LS_OPTION_REQUIRED, offsetof(struct ls_spec_view, severity),
     .words = severity_words, .summary = "Stands in every row.", .example = "CRITICAL"},
    ROW_VERSION,
    END,
};
const struct ls_table ls_spec_alert_table = {"alert",
                                             "Rows that say when something begins and ends.",
                                             sizeof(struct ls_spec_view),
                                             offsetof(struct ls_spec_view, where),
                                             NO_PLACE,
                                             alert_rows};
