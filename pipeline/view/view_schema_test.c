#include "pipeline/view/mistake_fixture_test.h"

#include <jansson.h>

#define TIME  "{'type':'long','logicalType':'timestamp-millis'}"
#define KINDS "'symbols':['good','bad','odd']}"
#define DIGITS(precision, scale)                                                                   \
    "{'type':'bytes','logicalType':'decimal','precision':" #precision ",'scale':" #scale "}"
#define LIST "{'type':'array','items':{'type':'record','name':"

/* The fields of rows: headings by kind, `by` as the field has it, columns. One a line, with ' for
 * ". */
static const struct {
    const char *list, *view, *fields;
} schemas[] = {
    {"views",
     "{name: v, from: sale, window: {tumbling: 1s}, by: [kind, amount], select: {n: count, d: "
     "{distinct: item}, s: {sum: amount}, p: {sum: price}, least: {min: price}, t: {max: seen}, a: "
     "{avg: score, scale: 3}, q: {quantile: units, q: 1/2}}}",
     "window_start " TIME "\n"
     "window_end " TIME "\n"
     "kind {'type':'enum','name':'v_kind'," KINDS "\n"
     "amount_cents ['null','long']\n"
     "n 'long'\n"
     "d 'long'\n"
     "s_cents ['null','long']\n"
     "p ['null'," DIGITS(38, 4) "]\n"
                                "least ['null'," DIGITS(12, 4) "]\n"
                                                               "t ['null'," TIME "]\n"
                                                               "a ['null'," DIGITS(
                                                                   38, 3) "]\n"
                                                                          "q ['null','long']\n"},
    {"views",
     "{name: v, from: [sale, visit], window: {session: 1s}, by: [event_type], select: {f: {first: "
     "kind}, l: {last: amount}, b: {first: vip}, u: {last: price}, r: {ratio: {of: amount, to: "
     "score}, scale: 1}}}",
     "window_start " TIME "\n"
     "window_end " TIME "\n"
     "event_type 'string'\n"
     "f ['null',{'type':'enum','name':'v_f'," KINDS "]\n"
     "l_cents ['null','long']\n"
     "b ['null','boolean']\n"
     "u ['null'," DIGITS(12, 4) "]\n"
                                "r ['null'," DIGITS(38, 1) "]\n"},
    {"views",
     "{name: v, from: sale, rolling: {over: 1s}, select: {t: {top: {of: kind}}, m: {top: {of: "
     "item, by: amount}}, d: {top: {of: price, by: price}}, i: {expr: units + 1}, x: {expr: amount "
     "+ 1}, s: {expr: item}, w: {expr: seen}, b: {expr: vip}}}",
     "event_time " TIME "\n"
     "event_id 'string'\n"
     "t " LIST "'v_t_entry','fields':[{'name':'value','type':{'type':'enum','name':'v_t'," KINDS
     "},{'name':'count','type':'long'}]}}\n"
     "m " LIST "'v_m_entry','fields':[{'name':'value','type':'string'},{'name':'sum_cents','type':"
     "'long'}]}}\n"
     "d " LIST "'v_d_entry','fields':[{'name':'value','type':" DIGITS(
         12, 4) "},{'name':'sum',"
                "'type':" DIGITS(38, 4) "}]}}\n"
                                        "i ['null','long']\n"
                                        "x ['null'," DIGITS(38, 2) "]\n"
                                                                   "s ['null','string']\n"
                                                                   "w ['null'," TIME "]\n"
                                                                   "b ['null','boolean']\n"},
    {"views",
     "{name: v, join: {left: sale, right: visit, on: [item], within: 1s}, select: {x: {expr: "
     "left.kind}}}",
     "event_time " TIME "\n"
     "left_event_id 'string'\n"
     "right_event_id ['null','string']\n"
     "entity_id 'string'\n"
     "x ['null','string']\n"},
    {"alerts",
     "{name: v, from: sale, by: [vip], rolling: {over: 1s}, select: {n: count}, when: n > 1, "
     "severity: INFO}",
     "event_time " TIME "\n"
     "event_id 'string'\n"
     "vip 'boolean'\n"
     "transition {'type':'enum','name':'transition','symbols':['RAISED','CLEARED']}\n"
     "severity {'type':'enum','name':'severity','symbols':['INFO','WARNING','CRITICAL']}\n"
     "n 'long'\n"},
};

static void fields_text(const json_t *schema, struct ls_buf *out)
{
    struct ls_error err;
    size_t i;
    json_t *field;
    out->size = 0;
    json_array_foreach(json_object_get(schema, "fields"), i, field)
    {
        char *type = json_dumps(json_object_get(field, "type"), JSON_COMPACT | JSON_ENCODE_ANY);
        for (char *at = type; *at; at++) {
            *at = *at == '"' ? '\'' : *at;
        }
        assert_int_equal(ls_buf_appendf(out, &err, "%s %s\n",
                                        json_string_value(json_object_get(field, "name")), type),
                         0);
        free(type);
    }
}

static void test_schemas(void **state)
{
    struct pipe *p = *state;
    struct ls_buf text;
    ls_buf_init(&text, "fields", 1U << 16);
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        char expected[2048];
        char views[2048];
        snprintf(views, sizeof views, "  %s:\n    - %s\n", schemas[i].list, schemas[i].view);
        plan_kinds(p, views, NULL);
        json_t *schema = json_loads(view_of(p, "v")->schema->text, 0, NULL);
        fields_text(schema, &text);
        snprintf(expected, sizeof expected, "%sfeature_version 'int'\n", schemas[i].fields);
        assert_string_equal(ls_buf_text(&text, &p->base.err), expected);
        snprintf(expected, sizeof expected, "demo.%s", schemas[i].list);
        assert_string_equal(json_string_value(json_object_get(schema, "namespace")), expected);
        assert_string_equal(json_string_value(json_object_get(schema, "name")), "v");
        json_decref(schema);
    }
    ls_buf_clear(&text);
}

/* A local time stays one. */
static void test_local_times(void **state)
{
    struct pipe *p = *state;
    char text[8192];
    char *head = changed(kinds_head, "      - {name: score, type: long, const: 1}\n",
                         "      - {name: score, type: long, const: 1}\n"
                         "      - {name: wall, type: local_timestamp, const: "
                         "2020-01-01T00:00:00Z}\n");
    snprintf(text, sizeof text,
             "%s  views:\n    - {name: v, from: sale, window: {tumbling: 1s}, select: {n: {max: "
             "wall}}}\n",
             head);
    pipe_plan(p, text, NULL);
    assert_non_null(strstr(view_of(p, "v")->schema->text,
                           "{\"name\":\"n\",\"type\":[\"null\",{\"type\":\"long\",\"logicalType\":"
                           "\"local-timestamp-millis\"}]}"));
    free(head);
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
        PIPE_TEST(test_local_times),
        PIPE_TEST(test_names),
        PIPE_TEST(test_names_that_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
