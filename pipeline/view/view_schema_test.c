#include "pipeline/view/mistake_fixture_test.h"

#define TIME "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}"
#define DECIMAL(p, s)                                                                              \
    "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":" #p ",\"scale\":" #s "}"
#define FIELD(name, type) "{\"name\":\"" name "\",\"type\":" type "}"
#define NULLABLE(type)    "[\"null\"," type "]"
#define VERSION           FIELD("feature_version", "\"int\"") "]}"
#define HEAD(folder)                                                                               \
    "{\"type\":\"record\",\"name\":\"v\",\"namespace\":\"demo." folder "\",\"fields\":["
#define ENUM(name)                                                                                 \
    "{\"type\":\"enum\",\"name\":\"" name "\",\"symbols\":[\"good\",\"bad\",\"odd\"]}"

/* The schemas of rows, to the byte: headings by kind, `by` as the field has it, columns. */
static void test_schemas(void **state)
{
    static const struct {
        const char *list, *view, *schema;
    } cases[] = {
        {"views",
         "{name: v, from: sale, window: {tumbling: 1s}, by: [kind, amount], select: {n: count, d: "
         "{distinct: item}, s: {sum: amount}, p: {sum: price}, least: {min: price}, t: {max: "
         "seen}, "
         "a: {avg: score, scale: 3}, q: {quantile: units, q: 1/2}}}",
         HEAD("views") FIELD("window_start", TIME) "," FIELD("window_end", TIME) "," FIELD(
             "kind",
             ENUM(
                 "v_kind")) ",{\"name\":\"amount_cents\",\"type\":[\"null\",\"long\"],"
                            "\"default\":null}," FIELD("n", "\"long\"") "," FIELD("d", "\"long\"") "," FIELD("s_cents", NULLABLE("\"long\"")) "," FIELD(
                                "p",
                                NULLABLE(DECIMAL(
                                    38,
                                    4))) "," FIELD("least",
                                                   NULLABLE(DECIMAL(
                                                       12,
                                                       4))) "," FIELD("t",
                                                                      NULLABLE(
                                                                          TIME)) "," FIELD("a",
                                                                                           NULLABLE(DECIMAL(
                                                                                               38,
                                                                                               3))) "," FIELD("q",
                                                                                                              NULLABLE(
                                                                                                                  "\"long\"")) "," VERSION},
        {"views",
         "{name: v, from: [sale, visit], window: {session: 1s}, by: [event_type], select: {f: "
         "{first: "
         "kind}, l: {last: amount}, b: {first: vip}, u: {last: price}, r: {ratio: {of: amount, to: "
         "score}, scale: 1}}}",
         HEAD("views") FIELD("window_start", TIME) "," FIELD("window_end", TIME) "," FIELD(
             "event_type",
             "\"s"
             "tri"
             "ng"
             "\"") "," FIELD("f",
                             NULLABLE(ENUM(
                                 "v_f"))) "," FIELD("l_cents",
                                                    NULLABLE(
                                                        "\"long\"")) "," FIELD("b",
                                                                               NULLABLE(
                                                                                   "\"boolean"
                                                                                   "\"")) "," FIELD("u",
                                                                                                    NULLABLE(DECIMAL(
                                                                                                        12,
                                                                                                        4))) "," FIELD("r",
                                                                                                                       NULLABLE(DECIMAL(
                                                                                                                           38,
                                                                                                                           1))) "," VERSION},
        {"views",
         "{name: v, from: sale, rolling: {over: 1s}, select: {t: {top: {of: kind}}, m: {top: {of: "
         "item, by: amount}}, d: {top: {of: price, by: price}}, i: {expr: units + 1}, x: {expr: "
         "amount + 1}, s: {expr: item}, w: {expr: seen}, b: {expr: vip}}}",
         HEAD(
             "views") FIELD("event_time",
                            TIME) "," FIELD("event_id",
                                            "\"string\"") "," FIELD("t",
                                                                    "{\"type\":\"array\",\"items\":"
                                                                    "{\"type\":"
                                                                    "\"record\","
                                                                    "\"name\":\"v_t_entry\","
                                                                    "\"fields\":[" FIELD(
                                                                        "value", ENUM("v_t")) "," FIELD("count",
                                                                                                        "\"long\"") "]}}") "," FIELD("m", "{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":"
                                                                                                                                          "\"v_m_entry\",\"fields\":[" FIELD("value", "\"string\"") "," FIELD("sum_cents", "\"long\"") "]}}") "," FIELD("d", "{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"v_d_entry\","
                                                                                                                                                                                                                                                             "\"fields\":[" FIELD(
                                                                                                                                                                                                                                                                 "value", DECIMAL(12, 4)) "," FIELD("sum", DECIMAL(38,
                                                                                                                                                                                                                                                                                                                   4)) "]}}") "," FIELD("i",
                                                                                                                                                                                                                                                                                                                                        NULLABLE("\"long\"")) "," FIELD("x", NULLABLE(DECIMAL(38,
                                                                                                                                                                                                                                                                                                                                                                                              2))) "," FIELD("s", NULLABLE("\"string\"")) "," FIELD("w",
                                                                                                                                                                                                                                                                                                                                                                                                                                                    NULLABLE(
                                                                                                                                                                                                                                                                                                                                                                                                                                                        TIME)) "," FIELD("b",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                         NULLABLE(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                             "\"boolean\"")) "," VERSION},
        {"views",
         "{name: v, join: {left: sale, right: visit, on: [item], within: 1s}, select: {x: "
         "{expr: left.kind}}}",
         HEAD("views") FIELD("event_time", TIME) "," FIELD("left_event_id", "\"string\"") "," FIELD(
             "right_event_id",
             "[\"null\",\"string\"]") "," FIELD("entity_id",
                                                "\"string\"") "," FIELD("x",
                                                                        NULLABLE(
                                                                            "\"string\"")) "," VERSION},
        {"alerts",
         "{name: v, from: sale, by: [vip], rolling: {over: 1s}, select: {n: count}, when: n > 1, "
         "severity: INFO}",
         HEAD("alerts") FIELD("event_time", TIME) "," FIELD("event_id", "\"string\"") "," FIELD(
             "vip",
             "\"boolean\"") "," FIELD("transition",
                                      "{\"type\":\"enum\",\"name\":"
                                      "\"transition\","
                                      "\"symbols\":[\"RAISED\",\"CLEARED\"]"
                                      "}") "," FIELD("severity",
                                                     "{\"type\":\"enum\","
                                                     "\"name\":"
                                                     "\"severity\","
                                                     "\"symbols\":["
                                                     "\"INFO\","
                                                     "\"WARNING\","
                                                     "\"CRITICAL\"]}") "," FIELD("n",
                                                                                 "\"long\"") "," VERSION},
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char views[2048];
        snprintf(views, sizeof views, "  %s:\n    - %s\n", cases[i].list, cases[i].view);
        plan_kinds(p, views, NULL);
        assert_string_equal(view_of(p, "v")->schema->text, cases[i].schema);
    }
}

#define WINDOW(rest)  "{name: v, from: sale, window: {tumbling: 1s}, " rest "}"
#define ROLLING(rest) "{name: v, from: sale, rolling: {over: 1s}, " rest "}"

/* Columns, and the named types in them, have different names. */
static void test_names(void **state)
{
    CHECK_SLIPS(
        *state,
        {
            {WINDOW("by: [kind], select: {kind: count}"), "LS2303", "views[0].select.kind",
             "there is a column `kind` already", "choose another name"},
            {WINDOW("by: [kind, kind], select: {n: count}"), "LS2303", "views[0].by[1]",
             "there is a column `kind` already", "leave it out"},
            {WINDOW("select: {window_end: count}"), "LS2303", "views[0].select.window_end",
             "there is a column `window_end` already", "every view has it: choose another name"},
            {WINDOW("select: {s: {sum: amount}, s_cents: count}"), "LS2303",
             "views[0].select.s_cents", "there is a column `s_cents` already", ""},
            {ROLLING("select: {event_id: count}"), "LS2303", "views[0].select.event_id",
             "there is a column `event_id` already", ""},
            {ROLLING("by: [event_id], select: {n: count}"), "LS2303", "views[0].by[0]",
             "there is a column `event_id` already", ""},
            {"{name: v, join: {left: sale, right: visit, within: 1s}, select: {entity_id: {expr: "
             "left.kind}}}",
             "LS2303", "views[0].select.entity_id", "there is a column `entity_id` already", ""},
            {"{name: v, from: sale, rolling: {over: 1s}, select: {severity: count}, when: vip, "
             "severity: INFO}",
             "LS2303", "alerts[0].select.severity", "there is a column `severity` already", ""},
            {WINDOW("select: {x: {top: {of: item}}, x_entry: {first: kind}}"), "LS2303",
             "views[0].select.x_entry", "two types of its rows would be called `v_x_entry`",
             "choose another name"},
            {WINDOW("by: [kind], select: {x: {top: {of: kind}}, x_entry: {top: {of: kind}}}"),
             "LS2303", "views[0].select.x_entry", "two types of its rows would be called",
             "choose another name"},
            {"{name: severity, from: sale, when: vip, severity: INFO}", "LS2303", "alerts[0].name",
             "two types of its rows would be called `severity`", "choose another name"},
            {"{name: transition, from: sale, when: vip, severity: INFO}", "LS2303",
             "alerts[0].name", "two types of its rows would be called `transition`", ""},
        });
}

/* Names that look as if they met, and do not. */
static void test_names_that_are_fine(void **state)
{
    static const char *const views[] = {
        "  views: [{name: severity, from: sale, window: {tumbling: 1s}, select: {transition: "
        "{first: "
        "kind}}}]\n",
        "  views: [{name: v, from: sale, window: {tumbling: 1s}, by: [kind], select: {window: "
        "count, "
        "v: {top: {of: kind}}, v_v: {first: kind}}}]\n",
        "  alerts: [{name: alert, from: sale, when: vip, severity: INFO, by: [kind]}]\n",
        "  views: [{name: v, join: {left: sale, right: visit, on: [kind], within: 1s}, select: "
        "{kind: "
        "{expr: left.kind}}}]\n",
    };
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        plan_kinds(*state, views[i], NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_schemas),
        PIPE_TEST(test_names),
        PIPE_TEST(test_names_that_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
