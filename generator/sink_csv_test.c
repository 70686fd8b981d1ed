#include "generator/sink_files.h"

#include "core/avro/frame.h"
#include "spec/fixture_test.h"

#define BYTES(text) text, sizeof(text) - 1

/* Fields of a record, ' for ", one datum of it, and the file that this makes. */
static const struct {
    const char *fields;
    const char *datum;
    size_t size;
    const char *text;
} cases[] = {
    {"{'name':'a','type':'string'},{'name':'b','type':'string'},{'name':'c','type':'string'}",
     BYTES("\x06x y\x00\x06 z "), "a,b,c\nx y,\"\", z \n"},
    {"{'name':'a','type':'string'},{'name':'b','type':'string'},{'name':'c','type':'string'}",
     BYTES("\x06"
           "1,2\x06\"q\"\x0al\nm\rn"),
     "a,b,c\n\"1,2\",\"\"\"q\"\"\",\"l\nm\rn\"\n"},
    {"{'name':'a','type':['null','string']},{'name':'b','type':['null','string']},"
     "{'name':'c','type':['long','null']},{'name':'d','type':['long','null']}",
     BYTES("\x00\x02\x00\x02\x00\x03"), "a,b,c,d\n,\"\",,-2\n"},
    {"{'name':'a','type':'boolean'},{'name':'b','type':'int'},{'name':'c','type':'double'},"
     "{'name':'d','type':'null'},{'name':'e','type':{'type':'enum','name':'e','symbols':['X','Y']}"
     "}",
     BYTES("\x01\x05\x9a\x99\x99\x99\x99\x99\xb9\x3f\x02"), "a,b,c,d,e\ntrue,-3,0.1,,Y\n"},
    {"{'name':'at','type':{'type':'long','logicalType':'timestamp-millis'}},"
     "{'name':'raw','type':'bytes'},"
     "{'name':'sum','type':{'type':'bytes','logicalType':'decimal','precision':9,'scale':2}}",
     BYTES("\x02\x04\xff,\x04\x04\xd2"),
     "at,raw,sum\n1970-01-01T00:00:00.001Z,\"\\u00ff,\",12.34\n"},
    {"{'name':'in','type':{'type':'record','name':'s','fields':[{'name':'a','type':'int'},"
     "{'name':'deep','type':{'type':'record','name':'t','fields':[{'name':'b','type':'int'}]}}]}},"
     "{'name':'c','type':'int'}",
     BYTES("\x02\x04\x06"), "in.a,in.deep.b,c\n1,2,3\n"},
    {"{'name':'list','type':{'type':'array','items':'string'}},"
     "{'name':'map','type':{'type':'map','values':'int'}},"
     "{'name':'some','type':['null',{'type':'record','name':'s','fields':[{'name':'a','type':'int'}"
     "]}]},"
     "{'name':'none','type':['null',{'type':'array','items':'int'}]},"
     "{'name':'any','type':['string','long','null']}",
     BYTES("\x04\x02x\x04,\"\x00\x00\x02\x0e\x00\x00\x02"
           "5"),
     "list,map,some,none,any\n"
     "\"[\"\"x\"\",\"\",\\\"\"\"\"]\",{},\"{\"\"a\"\":7}\",,\"\"\"5\"\"\"\n"},
};

static void parse(struct fixture *f, const char *fields, struct ls_spec_event_type *type)
{
    char text[1000];
    snprintf(text, sizeof text, "{'type':'record','name':'r','fields':[%s]}", fields);
    for (char *at = text; *at; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    if (ls_schema_parse(text, strlen(text), &type->schema, &f->err) < 0 ||
        ls_layout_new(type->schema, &type->layout, &f->err) < 0) {
        fail_msg("%s", f->err.text);
    }
}

static void check_case(struct fixture *f, size_t k)
{
    struct ls_spec spec = {.domain = "test"};
    struct ls_spec_event_type type = {.name = "thing", .topic = "raw.test.thing"};
    struct ls_spec_version version;
    struct ls_plan_type plan_type = {.spec = &type, .version = &version};
    struct ls_plan plan = {.spec = &spec, .type_count = 1, .types = &plan_type};
    const struct ls_sink_domain domain = {&plan, 1, INT64_MAX, {0, 0}};
    const struct ls_sink_run run = {&domain, 1, false};
    uint8_t value[200];
    struct ls_sink *sink;
    struct ls_buf text;
    parse(f, cases[k].fields, &type);
    version = (struct ls_spec_version){.schema = type.schema, .layout = type.layout};
    uint8_t *at = ls_put_single_object(value, type.schema->crc64);
    memcpy(at, cases[k].datum, cases[k].size);
    const struct ls_event event = {.value = value,
                                   .value_size = LS_SINGLE_OBJECT_SIZE + (uint32_t)cases[k].size};
    int rc = ls_sink_csv.open("out", &run, &sink, &f->err);
    rc = rc < 0 ? rc : ls_sink_csv.take(sink, 0, &event, &f->err);
    rc = rc < 0 ? rc : ls_sink_csv.finish(sink, &f->err);
    if (rc < 0 || sink->damaged) {
        fail_msg("case %zu: %s", k, rc < 0 ? f->err.text : "damaged");
    }
    ls_sink_csv.close(sink);
    ls_buf_init(&text, "test", 10000);
    assert_int_equal(ls_file_read("out/thing.csv", &text, &f->err), 0);
    assert_string_equal(ls_buf_text(&text, &f->err), cases[k].text);
    ls_buf_clear(&text);
    ls_layout_free(type.layout);
    ls_schema_free(type.schema);
    assert_int_equal(ls_tree_remove("out", &f->err), 0);
}

static void values_become_cells(void **state)
{
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        check_case(*state, k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {FIXTURE_TEST(values_become_cells)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
