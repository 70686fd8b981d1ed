/* Views and alert rules of every kind, written by draws over the fields of kinds_test.h. */
#ifndef LS_PIPELINE_RANDOM_VIEWS_TEST_H
#define LS_PIPELINE_RANDOM_VIEWS_TEST_H

#include "pipeline/hostile_test.h"
#include "pipeline/kinds_test.h"

enum { RANDOM_COLUMNS_MAX = 6 };

/* A spec's text that is being written. */
struct author {
    struct draws *d;
    struct ls_buf text;
    struct ls_error err;
    int columns;                     /* of this view: c0, c1, ... */
    bool number[RANDOM_COLUMNS_MAX]; /* those that expressions calculate with */
};

#define CHOOSE(d, list) list[below(d, (int64_t)(sizeof(list) / sizeof *(list)))]
#define WRITE(a, ...)   assert_int_equal(ls_buf_appendf(&(a)->text, &(a)->err, __VA_ARGS__), 0)

/* ---- words */

/* Lengths of time, in milliseconds: some that divide each other, some that do not. */
static inline int span_at_random(struct author *a)
{
    static const int spans[] = {1, 2, 7, 100, 250, 500, 700, 1000, 1000, 1300, 2000, 3000, 7001};
    return CHOOSE(a->d, spans);
}

static inline const char *key_at_random(struct author *a)
{
    static const char *const fields[] = {"kind",      "kind", "item",     "city",       "entity_id",
                                         "entity_id", "vip",  "price",    "event_type", "seen",
                                         "score",     "shop", "partition"};
    return CHOOSE(a->d, fields);
}

static inline const char *field_at_random(struct author *a)
{
    static const char *const fields[] = {"kind",     "item",        "city",          "entity_id",
                                         "vip",      "price",       "shop",          "seen",
                                         "score",    "amount",      "source",        "event_type",
                                         "event_id", "ingest_time", "schema_version"};
    return CHOOSE(a->d, fields);
}

static inline const char *number_at_random(struct author *a)
{
    static const char *const fields[] = {"amount", "score", "price", "schema_version"};
    return CHOOSE(a->d, fields);
}

static inline const char *condition_at_random(struct author *a)
{
    static const char *const conditions[] = {
        "kind != 'odd'",
        "amount > 1.00",
        "score is not null",
        "vip",
        "item = 'pen' or shop is null",
        "event_type = 'sale'",
        "price < 2.5",
        "ingest_time - event_time < 100",
        "not vip and entity_id != 'S1'",
        "score * 0 = 1",
    };
    return CHOOSE(a->d, conditions);
}

static inline void write_sources(struct author *a)
{
    static const char *const sources[] = {"sale", "visit", "[sale, visit]", "[visit, sale]"};
    WRITE(a, ", from: %s", CHOOSE(a->d, sources));
}

/* None, one, or two different fields. */
static inline void write_key(struct author *a)
{
    int64_t count = below(a->d, 3);
    const char *first = key_at_random(a);
    const char *second = key_at_random(a);
    if (count == 1 || (count == 2 && strcmp(first, second) == 0)) {
        WRITE(a, ", by: [%s]", first);
    } else if (count == 2) {
        WRITE(a, ", by: [%s, %s]", first, second);
    }
    if (one_in(a->d, 4)) {
        WRITE(a, ", where: \"%s\"", condition_at_random(a));
    }
}

/* ---- columns */

static inline void begin_column(struct author *a, bool number)
{
    WRITE(a, "%sc%d: ", a->columns ? ", " : "", a->columns);
    a->number[a->columns++] = number;
}

static inline void write_where(struct author *a)
{
    if (one_in(a->d, 4)) {
        WRITE(a, ", where: \"%s\"", condition_at_random(a));
    }
}

static inline void write_top(struct author *a)
{
    begin_column(a, false);
    WRITE(a, "{top: {of: %s", field_at_random(a));
    if (one_in(a->d, 2)) {
        WRITE(a, ", k: %lld", (long long)(1 + below(a->d, 3)));
    }
    if (one_in(a->d, 2)) {
        WRITE(a, ", by: %s", number_at_random(a));
    }
    write_where(a);
    WRITE(a, "}}");
}

static inline void write_aggregate(struct author *a)
{
    static const char *const of_numbers[] = {"sum", "min", "max", "avg", "quantile"};
    static const char *const of_any[] = {"first", "last", "distinct"};
    static const char *const ranks[] = {"1/2", "9/10", "1/100", "1", "99/100"};
    const char *word;
    const char *field;
    switch (below(a->d, 8)) {
    case 0:
        begin_column(a, true);
        WRITE(a, "count");
        return;
    case 1:
        begin_column(a, true);
        WRITE(a, "{count: {where: \"%s\"}}", condition_at_random(a));
        return;
    case 2:
        field = number_at_random(a);
        begin_column(a, strcmp(field, "score") != 0);
        WRITE(a, "{ratio: {of: %s, to: %s", field, number_at_random(a));
        write_where(a);
        WRITE(a, "}, scale: %lld}", (long long)below(a->d, 5));
        return;
    case 3:
        write_top(a);
        return;
    case 4:
    case 5:
        word = CHOOSE(a->d, of_any);
        begin_column(a, strcmp(word, "distinct") == 0);
        WRITE(a, "{%s: {field: %s", word, field_at_random(a));
        write_where(a);
        WRITE(a, "}}");
        return;
    default:
        word = CHOOSE(a->d, of_numbers);
        field = number_at_random(a); /* an average of large scores does not fit 64 bits */
        begin_column(a, strcmp(word, "avg") != 0 || strcmp(field, "score") != 0);
        WRITE(a, "{%s: {field: %s", word, field);
        write_where(a);
        WRITE(a, "}");
        if (strcmp(word, "avg") == 0) {
            WRITE(a, ", scale: %lld", (long long)(4 + below(a->d, 3)));
        } else if (strcmp(word, "quantile") == 0) {
            WRITE(a, ", q: %s", CHOOSE(a->d, ranks));
        }
        WRITE(a, "}");
    }
}

/* A column that expressions calculate with; -1: none. */
static inline int operand_at_random(struct author *a)
{
    int column = a->columns ? (int)below(a->d, a->columns) : 0;
    return a->columns && a->number[column] ? column : -1;
}

/* An expression over a record and the columns before. */
static inline void write_expression(struct author *a)
{
    static const char *const of_record[] = {
        "item",  "kind",       "score + 1",  "event_time - ingest_time",
        "seen",  "vip",        "amount * 2", "kind = 'good'",
        "price", "event_type", "entity_id"};
    int column = operand_at_random(a);
    begin_column(a, false);
    if (column < 0) {
        WRITE(a, "{expr: \"%s\"}", CHOOSE(a->d, of_record));
    } else if (one_in(a->d, 3)) {
        WRITE(a, "{expr: \"c%d / score\", scale: %lld}", column, (long long)below(a->d, 4));
    } else {
        static const char *const parts[][2] = {
            {"", " - score"}, {"", " > 2"}, {"amount + ", ""}, {"", " is null"}};
        int64_t at = below(a->d, 4);
        WRITE(a, "{expr: \"%sc%d%s\"}", parts[at][0], column, parts[at][1]);
    }
}

/* An expression over the columns before, of which there is at least one. */
static inline void write_expression_of_columns(struct author *a)
{
    static const char *const parts[][2] = {
        {"", " * 2"}, {"", " > 2"}, {"7 - ", ""}, {"", " is null"}, {"-", ""}};
    int column = operand_at_random(a);
    int other = operand_at_random(a);
    begin_column(a, false);
    if (column < 0) {
        WRITE(a, "{expr: \"%s\"}", one_in(a->d, 2) ? "1" : "'some'");
    } else if (other >= 0 && one_in(a->d, 2)) {
        WRITE(a, "{expr: \"c%d / c%d\", scale: %lld}", column, other, (long long)below(a->d, 4));
    } else {
        int64_t at = below(a->d, 5);
        WRITE(a, "{expr: \"%sc%d%s\"}", parts[at][0], column, parts[at][1]);
    }
}

static inline void write_select(struct author *a, bool of_records)
{
    int64_t count = 1 + below(a->d, RANDOM_COLUMNS_MAX);
    a->columns = 0;
    WRITE(a, ", select: {");
    while (a->columns < count) {
        if (one_in(a->d, 3)) {
            of_records ? write_expression(a) : write_expression_of_columns(a);
        } else {
            write_aggregate(a);
        }
    }
    WRITE(a, "}");
}

/* ---- kinds */

static inline void write_window(struct author *a)
{
    int size = span_at_random(a);
    int every = span_at_random(a);
    switch (below(a->d, 3)) {
    case 0:
        WRITE(a, ", window: {session: %dms}", size);
        break;
    case 1:
        WRITE(a, ", window: {tumbling: {size: %dms, offset: %lldms}}", size + 99,
              (long long)(one_in(a->d, 2) ? 0 : below(a->d, 5000)));
        break;
    default:
        every = size / every > 12 ? size / 5 : every; /* a record is in a few windows */
        WRITE(a, ", window: {hopping: {size: %dms, every: %dms, offset: %lldms}}", size, every,
              (long long)(one_in(a->d, 2) ? 0 : below(a->d, 5000)));
    }
}

static inline void write_rolling(struct author *a)
{
    int span = span_at_random(a);
    if (one_in(a->d, 2)) {
        WRITE(a, ", rolling: {over: %dms, step: %dms}", span * (1 + (int)below(a->d, 4)), span);
    } else {
        WRITE(a, ", rolling: {over: %dms}", span);
    }
}

static inline void write_join(struct author *a)
{
    static const char *const on[] = {"",
                                     ", on: [kind]",
                                     ", on: [item]",
                                     ", on: [seen, vip]",
                                     ", on: [price]",
                                     ", on: [city, kind]"};
    static const char *const columns[] = {"left.item",
                                          "right.item",
                                          "right.event_time - left.event_time",
                                          "right.amount + left.amount",
                                          "left.kind = right.kind",
                                          "right.kind",
                                          "left.vip and right.vip",
                                          "right.seen",
                                          "right.event_id",
                                          "left.units + right.units"};
    bool left = one_in(a->d, 2);
    WRITE(a, ", join: {left: %s, right: %s%s, within: %dms%s}", left ? "sale" : "visit",
          left ? "visit" : "sale", CHOOSE(a->d, on), one_in(a->d, 5) ? 0 : span_at_random(a),
          one_in(a->d, 2) ? ", keep: left" : "");
    WRITE(a, ", select: {quotient: {expr: \"left.score / right.score\", scale: 3}");
    int64_t count = below(a->d, 4);
    for (int64_t i = 0; i < count; i++) {
        WRITE(a, ", e%lld: {expr: \"%s\"}", (long long)i, CHOOSE(a->d, columns));
    }
    WRITE(a, "}");
}

static inline void write_view(struct author *a, int number)
{
    int64_t kind = below(a->d, 5);
    WRITE(a, "    - {name: %s%d", kind == 0 ? "join" : kind < 3 ? "rolling" : "window", number);
    if (kind == 0) {
        write_join(a);
    } else {
        write_sources(a);
        write_key(a);
        kind < 3 ? write_rolling(a) : write_window(a);
        write_select(a, kind < 3);
    }
    WRITE(a, "}\n");
}

/* A condition over a column that is a number, or over the record. */
static inline void write_condition(struct author *a, const char *word, bool raises)
{
    int column = operand_at_random(a);
    if (column >= 0) {
        WRITE(a, ", %s: \"c%d %s %lld\"", word, column, raises ? ">" : "<",
              (long long)below(a->d, 4));
    } else {
        WRITE(a, ", %s: \"%s\"", word, condition_at_random(a));
    }
}

static inline void write_alert(struct author *a, int number)
{
    static const char *const severities[] = {"INFO", "WARNING", "CRITICAL"};
    WRITE(a, "    - {name: alert%d", number);
    write_sources(a);
    write_key(a);
    a->columns = 0;
    if (!one_in(a->d, 4)) {
        write_rolling(a);
        write_select(a, true);
    }
    write_condition(a, "when", true);
    if (one_in(a->d, 2)) {
        write_condition(a, "clear", false);
    }
    WRITE(a, ", severity: %s}\n", CHOOSE(a->d, severities));
}

/* The lines behind kinds_head; free them with ls_buf_clear. */
static inline void write_views(struct author *a, struct draws *d)
{
    *a = (struct author){.d = d};
    ls_buf_init(&a->text, "views", 1U << 20);
    int64_t views = 1 + below(d, 4);
    int64_t alerts = below(d, 3);
    WRITE(a, "  views:\n");
    for (int i = 0; i < views; i++) {
        write_view(a, i);
    }
    for (int i = 0; i < alerts; i++) {
        WRITE(a, "%s", i ? "" : "  alerts:\n");
        write_alert(a, i);
    }
}

#endif
