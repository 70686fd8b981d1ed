#include "core/avro/schema.h"

#include "core/avro/random_test.h"
#include "core/base/mem.h"

static struct ls_schema *parse(const char *text)
{
    struct ls_schema *schema;
    struct ls_error err = {0};
    if (ls_schema_parse(text, strlen(text), &schema, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return schema;
}

static void assert_refused(const char *text, size_t size, const char *message)
{
    struct ls_schema *schema;
    struct ls_error err = {0};
    assert_int_equal(ls_schema_parse(text, size, &schema, &err), LS_E_DATA);
    assert_null(schema);
    assert_int_equal(err.code, LS_E_DATA);
    if (!strstr(err.text, message) || strncmp(err.text, "schema: ", 8) != 0) {
        fail_msg("%.300s\ngave \"%s\"\nexpected \"%s\"", text, err.text, message);
    }
}

static void a_tree_loses_nothing(void **state)
{
    (void)state;
    static const char text[] =
        "{ \"type\": \"record\", \"name\": \"Trade\", \"namespace\": \"market\", \"doc\": \"d\",\n"
        "  \"aliases\": [\"Deal\", \"old.Deal\"], \"owner\": {\"team\": 7}, \"fields\": [\n"
        "  {\"name\": \"id\", \"type\": \"string\", \"doc\": \"unique\"},\n"
        "  {\"name\": \"side\", \"aliases\": [\"bs\"], \"default\": \"BUY\", \"order\": "
        "\"ignore\",\n"
        "   \"type\": {\"type\": \"enum\", \"name\": \"Side\", \"symbols\": [\"BUY\", \"SELL\"],\n"
        "              \"default\": \"SELL\"}},\n"
        "  {\"name\": \"next\", \"type\": [\"null\", \"Trade\"], \"default\": null},\n"
        "  {\"name\": \"sums\", \"type\": {\"type\": \"map\", \"values\":\n"
        "     {\"type\": \"array\", \"items\": {\"type\": \"long\", \"unit\": \"cents\"}}}},\n"
        "  {\"name\": \"raw\", \"type\": {\"type\": \"fixed\", \"name\": \"F\", \"size\": 4}}]}";
    struct ls_schema *schema = parse(text);
    const struct ls_node *root = schema->root;
    assert_string_equal(schema->text, text);
    assert_int_equal(schema->text_size, sizeof text - 1);
    assert_int_equal(root->type, LS_AVRO_RECORD);
    assert_string_equal(root->name, "market.Trade");
    assert_string_equal(root->aliases[0], "market.Deal");
    assert_string_equal(root->aliases[1], "old.Deal");
    assert_null(root->aliases[2]);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(root->json, "owner"), //
                                                        "team")),
                     7);
    assert_int_equal(root->count, 5);
    assert_string_equal(root->fields[0].name, "id");
    assert_null(root->fields[0].aliases[0]);
    assert_null(root->fields[0].fallback);
    assert_string_equal(json_string_value(json_object_get(root->fields[0].json, "doc")), "unique");
    const struct ls_node *side = root->fields[1].type;
    assert_string_equal(root->fields[1].aliases[0], "bs");
    assert_string_equal(json_string_value(root->fields[1].fallback), "BUY");
    assert_int_equal(side->type, LS_AVRO_ENUM);
    assert_string_equal(side->name, "market.Side");
    assert_int_equal(side->count, 2);
    assert_string_equal(side->symbols[1], "SELL");
    const struct ls_node *next = root->fields[2].type;
    assert_int_equal(next->type, LS_AVRO_UNION);
    assert_true(json_is_null(root->fields[2].fallback));
    assert_ptr_equal(next->children[1], root);
    const struct ls_node *longs = root->fields[3].type->children[0];
    assert_int_equal(root->fields[3].type->type, LS_AVRO_MAP);
    assert_int_equal(longs->type, LS_AVRO_ARRAY);
    assert_int_equal(longs->count, 1);
    assert_string_equal(json_string_value(json_object_get(longs->children[0]->json, "unit")),
                        "cents");
    assert_int_equal(root->fields[4].type->size, 4);
    ls_schema_free(schema);
}

static void types_have_names(void **state)
{
    (void)state;
    static const char *const primitives[] = {"null",  "boolean", "int",   "long",
                                             "float", "double",  "bytes", "string"};
    for (int type = LS_AVRO_NULL; type <= LS_AVRO_STRING; type++) {
        char text[40];
        assert_string_equal(ls_avro_type_name((enum ls_avro_type)type), primitives[type]);
        for (int object = 0; object < 2; object++) {
            snprintf(text, sizeof text, object ? "{\"type\":\"%s\"}" : "\"%s\"", primitives[type]);
            struct ls_schema *schema = parse(text);
            assert_int_equal(schema->root->type, type);
            ls_schema_free(schema);
        }
    }
    assert_string_equal(ls_avro_type_name(LS_AVRO_RECORD), "record");
    assert_string_equal(ls_avro_type_name(LS_AVRO_ENUM), "enum");
    assert_string_equal(ls_avro_type_name(LS_AVRO_ARRAY), "array");
    assert_string_equal(ls_avro_type_name(LS_AVRO_MAP), "map");
    assert_string_equal(ls_avro_type_name(LS_AVRO_UNION), "union");
    assert_string_equal(ls_avro_type_name(LS_AVRO_FIXED), "fixed");
}

static void nullable_is_null_and_one_other(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int other; /* enum ls_avro_type, -1: not nullable */
        unsigned null_branch;
    } cases[] = {
        {"[\"null\",\"int\"]", LS_AVRO_INT, 0},
        {"[\"string\",\"null\"]", LS_AVRO_STRING, 1},
        {"[\"null\",{\"type\":\"array\",\"items\":\"int\"}]", LS_AVRO_ARRAY, 0},
        {"[\"null\"]", -1, 9},
        {"[\"int\",\"string\"]", -1, 9},
        {"[\"null\",\"int\",\"string\"]", -1, 9},
        {"[]", -1, 9},
        {"\"null\"", -1, 9},
        {"{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}", -1, 9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_schema *schema = parse(cases[i].text);
        unsigned null_branch = 9;
        const struct ls_node *other = ls_node_nullable(schema->root, &null_branch);
        assert_int_equal(other ? (int)other->type : -1, cases[i].other);
        assert_int_equal(null_branch, cases[i].null_branch);
        ls_schema_free(schema);
    }
}

#define RECORD(fields) "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" fields "]}"
#define ENUM(rest)     "{\"type\":\"enum\",\"name\":\"E\"" rest "}"

static void what_is_no_schema_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"", "line 1, column 0: no sound JSON"},
        {"{\n\"type\": \"int\",,}", "line 2, column 15: no sound JSON"},
        {"\"int\" 1", "no sound JSON"},
        {"{\"type\":\"int\",\"type\":\"long\"}", "duplicate object key"},
        {"{\"type\":\"int\",\"x\":18446744073709551616}", "too big integer"},
        {"\"\xff\"", "no sound JSON"},
        {"7", "schema: a schema is a name, an array or an object; this is a number"},
        {"null", "this is null"},
        {"\"int\\u0000\"", "this is a string with a NUL in it"},
        {"\"integer\"", "unknown type \"integer\""},
        {"\"a\\nb\\u007f\"", "\"a?b?\" is no Avro name"}, /* messages have one line */
        {"{}", "needs \"type\""},
        {"{\"type\":[\"int\"]}", "needs \"type\", a string"},
        {"{\"type\":{\"type\":\"int\"}}", "needs \"type\", a string"},
        {"{\"type\":\"int\\u0000\"}", "needs \"type\", a string"},
        {"{\"type\":\"nope\"}", "schema: at type: unknown type \"nope\""},
        {"{\"type\":\"array\"}", "an array needs \"items\""},
        {"{\"type\":\"map\",\"items\":\"int\"}", "a map needs \"values\""},
        {"{\"type\":\"array\",\"items\":\"x\"}", "at items: unknown type"},
        {"{\"type\":\"map\",\"values\":3}", "at values: a schema is"},
        {"[\"null\",[\"int\"]]", "at [1]: a union may not contain a union"},
        {"[\"int\",\"null\",\"int\"]", "at [2]: the union has a branch of type int already"},
        {"[{\"type\":\"array\",\"items\":\"int\"},{\"type\":\"array\",\"items\":\"long\"}]",
         "branch of type array already"},
        {"[{\"type\":\"fixed\",\"name\":\"a.F\",\"size\":1},\"a.F\"]",
         "at [1]: the union has a branch of type a.F already"},
        {"[{\"type\":\"fixed\",\"name\":\"F\",\"size\":1},"
         "{\"type\":\"fixed\",\"name\":\"G\",\"size\":1},\"F\"]",
         "at [2]: the union has a branch of type F already"},
        {"{\"type\":\"fixed\",\"name\":\"F\"}", "a fixed needs \"size\""},
        {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":-1}", "a fixed needs \"size\""},
        {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":1.0}", "a fixed needs \"size\""},
        {"{\"type\":\"fixed\",\"name\":\"F\",\"size\":1048577}", "from 0 to 1048576"},
        {ENUM(""), "an enum needs \"symbols\""},
        {ENUM(",\"symbols\":[\"A\",\"B\",\"A\"]"),
         "at symbols: the symbol \"A\" stands here twice"},
        {ENUM(",\"symbols\":[\"A\",\"1\"]"), "at symbols[1]: a symbol is a name"},
        {ENUM(",\"symbols\":[\"A\",2]"), "at symbols[1]: a symbol is a name"},
        {ENUM(",\"symbols\":[\"A\"],\"default\":\"B\""), "default is none of its symbols"},
        {ENUM(",\"symbols\":[\"A\"],\"default\":null"), "default is none of its symbols"},
        {"{\"type\":\"record\",\"name\":\"R\"}", "a record needs \"fields\""},
        {RECORD("7"), "at fields[0]: a field is an object"},
        {RECORD("{\"type\":\"int\"}"), "at fields[0]: a field is an object with a \"name\""},
        {RECORD("{\"name\":\"a.b\",\"type\":\"int\"}"), "at fields[0]: a field is"},
        {RECORD("{\"name\":\"a\"}"), "at fields[0]: the field \"a\" needs a \"type\""},
        {RECORD("{\"name\":\"a\",\"type\":\"int\"},{\"name\":\"a\",\"type\":\"int\"}"),
         "at fields: the field \"a\" stands here twice"},
        {RECORD("{\"name\":\"a\",\"type\":\"int\",\"order\":\"up\"}"), "\"order\" is"},
        {RECORD("{\"name\":\"a\",\"type\":\"int\",\"order\":1}"), "\"order\" is"},
        {RECORD("{\"name\":\"a\",\"type\":\"int\",\"aliases\":[\"b\",\"c.d\"]}"),
         "aliases[1]: an alias is a name"},
        {ENUM(",\"symbols\":[],\"aliases\":[\"F\\u0000\"]"), "aliases[0]: an alias is a name"},
        {ENUM(",\"symbols\":[],\"namespace\":\"n\\u0000\""), "\"namespace\" is a string of"},
        {RECORD("{\"name\":\"a\",\"type\":{\"type\":\"array\",\"items\":[\"null\",\"x\"]}}"),
         "schema: at fields[0].type.items[1]: unknown type \"x\""},
        {"[" ENUM(",\"symbols\":[]") "," ENUM(",\"symbols\":[]") "]",
         "at [1]: \"E\" is defined already"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_refused(cases[i].text, strlen(cases[i].text), cases[i].message);
    }
}

static void fields_have_an_order(void **state)
{
    static const char *const texts[] = {
        RECORD("{\"name\":\"a\",\"type\":\"int\",\"order\":\"ascending\"}"),
        RECORD("{\"name\":\"a\",\"type\":\"int\",\"order\":\"descending\"}"),
        RECORD("{\"name\":\"a\",\"type\":\"int\",\"order\":\"ignore\"}")};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ls_schema_free(parse(texts[i]));
    }
}

static void limits_are_named(void **state)
{
    (void)state;
    struct ls_error err;
    struct ls_schema *schema;
    struct ls_buf text;
    ls_buf_init(&text, "schema", 1 << 22);
    for (int depth = LS_SCHEMA_DEPTH_MAX; depth <= LS_SCHEMA_DEPTH_MAX + 1; depth++) {
        text.size = 0;
        for (int i = 1; i < depth; i++) {
            assert_int_equal(ls_buf_append_text(&text, "{\"type\":\"array\",\"items\":", &err), 0);
        }
        assert_int_equal(ls_buf_append_text(&text, "\"int\"", &err), 0);
        for (int i = 1; i < depth; i++) {
            assert_int_equal(ls_buf_append_text(&text, "}", &err), 0);
        }
        if (depth == LS_SCHEMA_DEPTH_MAX) {
            schema = parse(ls_buf_text(&text, &err));
            ls_schema_free(schema);
        } else {
            assert_refused((const char *)text.data, text.size, "nested more than 64 deep");
        }
    }
    text.size = 0;
    for (int i = 0; i < LS_SCHEMA_NODES_MAX; i++) {
        assert_int_equal(ls_buf_appendf(&text, &err,
                                        "%s{\"type\":\"fixed\",\"name\":\"F%d\",\"size\":1}",
                                        i ? "," : "[", i),
                         0);
    }
    assert_int_equal(ls_buf_append_text(&text, "]", &err), 0);
    assert_refused((const char *)text.data, text.size, "more than 10000 types");
    text.size = 0;
    assert_int_equal(ls_buf_reserve(&text, LS_SCHEMA_TEXT_MAX + 1, &err), 0);
    memset(text.data, ' ', LS_SCHEMA_TEXT_MAX + 1);
    memcpy(text.data, "\"int\"", 5);
    assert_refused((const char *)text.data, LS_SCHEMA_TEXT_MAX + 1, "the limit is 1048576");
    assert_int_equal(ls_schema_parse((const char *)text.data, LS_SCHEMA_TEXT_MAX, &schema, &err),
                     0);
    ls_schema_free(schema);
    ls_buf_clear(&text);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    static const char text[] = RECORD(
        "{\"name\":\"a\",\"type\":\"int\",\"default\":1},"
        "{\"name\":\"b\",\"aliases\":[\"c\"],\"type\":[\"null\",\"R\"]},"
        "{\"name\":\"e\",\"type\":" ENUM(",\"symbols\":[\"A\",\"B\"]") "}");
    struct ls_schema *schema = NULL;
    struct ls_error err = {0};
    unsigned long nth = 0;
    int rc;
    do {
        ls_mem_refuse(++nth);
        rc = ls_schema_parse(text, sizeof text - 1, &schema, &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && !schema));
    } while (rc < 0);
    assert_true(nth > 3);
    ls_schema_free(schema);
    ls_schema_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_loses_nothing),
        cmocka_unit_test(types_have_names),
        cmocka_unit_test(nullable_is_null_and_one_other),
        cmocka_unit_test(what_is_no_schema_is_refused),
        cmocka_unit_test(fields_have_an_order),
        cmocka_unit_test(limits_are_named),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
