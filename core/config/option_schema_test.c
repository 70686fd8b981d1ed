/* The binder and the JSON Schema judge alike what a schema can say. */
#include "core/config/fixture_test.h"
#include "core/config/option_internal.h"
#include "core/config/sample_test.h"

#include "core/base/mem.h"

#include <regex.h>

/* ---- a checker of JSON Schema, for the words that the schema uses and no others */

static bool valid(const json_t *root, const json_t *schema, const json_t *value);

static bool is_type(const char *type, const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "object",   [JSON_ARRAY] = "array", [JSON_STRING] = "string",
        [JSON_INTEGER] = "integer", [JSON_REAL] = "number", [JSON_TRUE] = "boolean",
        [JSON_FALSE] = "boolean",   [JSON_NULL] = "null",
    };
    return strcmp(names[json_typeof(value)], type) == 0 ||
           (json_is_integer(value) && strcmp(type, "number") == 0);
}

static bool check_type(const json_t *types, const json_t *value)
{
    if (json_is_string(types)) {
        return is_type(json_string_value(types), value);
    }
    size_t i;
    json_t *type;
    json_array_foreach(types, i, type)
    {
        if (is_type(json_string_value(type), value)) {
            return true;
        }
    }
    return false;
}

static bool check_pattern(const char *pattern, const char *text)
{
    regex_t regex;
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool matches = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return matches;
}

static int count_valid(const json_t *root, const json_t *schemas, const json_t *value)
{
    int count = 0;
    size_t i;
    json_t *schema;
    json_array_foreach(schemas, i, schema)
    {
        count += valid(root, schema, value);
    }
    return count;
}

static bool check_properties(const json_t *root, const json_t *schema, const json_t *object)
{
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *additional = json_object_get(schema, "additionalProperties");
    const json_t *names = json_object_get(schema, "propertyNames");
    const char *key;
    json_t *value;
    void *iterator = json_object_iter((json_t *)(uintptr_t)object);
    for (; iterator; iterator = json_object_iter_next((json_t *)(uintptr_t)object, iterator)) {
        key = json_object_iter_key(iterator);
        value = json_object_iter_value(iterator);
        const json_t *property = json_object_get(properties, key);
        json_t *name = json_string(key);
        bool named = !names || valid(root, names, name);
        json_decref(name);
        const json_t *below = property ? property : additional;
        if (!named || (below && !valid(root, below, value))) {
            return false;
        }
    }
    return true;
}

static bool check_required(const json_t *names, const json_t *object)
{
    size_t i;
    json_t *name;
    json_array_foreach(names, i, name)
    {
        if (!json_object_get(object, json_string_value(name))) {
            return false;
        }
    }
    return true;
}

static bool check_items(const json_t *root, const json_t *schema, const json_t *array)
{
    size_t i;
    json_t *item;
    json_array_foreach(array, i, item)
    {
        if (!valid(root, schema, item)) {
            return false;
        }
    }
    return true;
}

static bool check_enum(const json_t *words, const json_t *value)
{
    size_t i;
    json_t *word;
    json_array_foreach(words, i, word)
    {
        if (json_equal(word, value)) {
            return true;
        }
    }
    return false;
}

static bool check_word(const json_t *root, const json_t *schema, const char *word,
                       const json_t *rule, const json_t *value)
{
    static const char *const silent[] = {"$schema",      "$defs",   "title",
                                         "description",  "default", "additionalProperties",
                                         "propertyNames"};
    if (strcmp(word, "$ref") == 0) {
        const char *id = json_string_value(rule);
        assert_int_equal(strncmp(id, "#/$defs/", 8), 0);
        const json_t *target = json_object_get(json_object_get(root, "$defs"), id + 8);
        assert_non_null(target);
        return valid(root, target, value);
    }
    if (strcmp(word, "type") == 0) {
        return check_type(rule, value);
    }
    if (strcmp(word, "enum") == 0) {
        return check_enum(rule, value);
    }
    if (strcmp(word, "pattern") == 0) {
        return !json_is_string(value) ||
               check_pattern(json_string_value(rule), json_string_value(value));
    }
    if (strcmp(word, "minimum") == 0) {
        return !json_is_number(value) || json_number_value(value) >= json_number_value(rule);
    }
    if (strcmp(word, "maximum") == 0) {
        return !json_is_number(value) || json_number_value(value) <= json_number_value(rule);
    }
    if (strcmp(word, "required") == 0) {
        return !json_is_object(value) || check_required(rule, value);
    }
    if (strcmp(word, "items") == 0) {
        return !json_is_array(value) || check_items(root, rule, value);
    }
    if (strcmp(word, "oneOf") == 0) {
        return count_valid(root, rule, value) == 1;
    }
    if (strcmp(word, "anyOf") == 0) {
        return count_valid(root, rule, value) >= 1;
    }
    if (strcmp(word, "allOf") == 0) {
        return count_valid(root, rule, value) == (int)json_array_size(rule);
    }
    if (strcmp(word, "properties") == 0) {
        return true; /* with additionalProperties, once */
    }
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        if (strcmp(word, silent[i]) == 0) {
            return true;
        }
    }
    (void)schema;
    fail_msg("the schema uses a word that the checker does not know: %s", word);
    return false;
}

static bool valid(const json_t *root, const json_t *schema, const json_t *value)
{
    if (json_is_boolean(schema)) {
        return json_is_true(schema);
    }
    json_t *object = (json_t *)(uintptr_t)schema;
    for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
        if (!check_word(root, schema, json_object_iter_key(at), json_object_iter_value(at),
                        value)) {
            return false;
        }
    }
    return !json_is_object(value) || check_properties(root, schema, value);
}

/* ---- documents, as other YAML readers hand them to a validator: numbers are numbers */

static json_t *as_others_read(const struct ls_yaml *node)
{
    int64_t integer;
    if (node->kind == LS_YAML_FLOAT) {
        return json_real(strtod(node->text, NULL));
    }
    if (node->kind == LS_YAML_INTEGER) {
        return ls_read_integer(node->text, &integer) ? json_integer(integer)
                                                     : json_real(strtod(node->text, NULL));
    }
    if (node->kind != LS_YAML_LIST && node->kind != LS_YAML_MAP) {
        return ls_yaml_json(node);
    }
    json_t *json = node->kind == LS_YAML_LIST ? json_array() : json_object();
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == LS_YAML_LIST) {
            json_array_append_new(json, as_others_read(node->items[i]));
        } else {
            json_object_set_new(json, node->entries[i].key, as_others_read(node->entries[i].value));
        }
    }
    return json;
}

static json_t *sample_schema;

enum verdict { FINE, REFUSED, BINDER_ONLY /* refused by the binder alone */ };

static void judge(struct fixture *f, const char *text, enum verdict expected)
{
    struct sample sample;
    ls_arena_clear(&f->arena);
    ls_diag_clear(&f->diag);
    struct ls_yaml *root = ls_yaml_parse("t", text, strlen(text), &f->arena, &f->diag, &f->err);
    if (!root) {
        fail_msg("%s: %s", text, f->diag.problems[0].text);
    }
    assert_int_equal(
        ls_bind(&sample_table, root, &sample, &f->arena, &f->diag, NULL, NULL, &f->err), 0);
    json_t *document = as_others_read(root);
    bool by_binder = f->diag.errors == 0;
    bool by_schema = valid(sample_schema, sample_schema, document);
    json_decref(document);
    if (by_binder != (expected == FINE)) {
        fail_msg("binder: %s: %s", text, by_binder ? "fine" : f->diag.problems[0].text);
    }
    if (by_schema != (expected != REFUSED)) {
        fail_msg("schema: %s: %s", text, by_schema ? "fine" : "refused");
    }
}

static const struct {
    const char *key, *value;
    enum verdict expected;
} value_cases[] = {
    {"strict", "true", FINE},
    {"strict", "False", FINE},
    {"strict", "yes", REFUSED},
    {"strict", "'true'", REFUSED},
    {"strict", "1", REFUSED},
    {"strict", "~", REFUSED},
    {"any", "5", FINE},
    {"any", "-5", FINE},
    {"any", "+5", FINE},
    {"any", "0x1F", FINE},
    {"any", "0o17", FINE},
    {"any", "1_000", FINE},
    {"any", "'1_000'", FINE},
    {"any", "'5'", REFUSED},
    {"any", "5.5", REFUSED},
    {"any", "five", REFUSED},
    {"any", "1__0", REFUSED},
    {"any", "[5]", REFUSED},
    {"any", "99999999999999999999", REFUSED},
    {"any", "true", REFUSED},
    {"title", "x", FINE},
    {"title", "12", FINE},
    {"title", "1.5", FINE},
    {"title", "'true'", FINE},
    {"title", "true", REFUSED},
    {"title", "~", REFUSED},
    {"title", "[x]", REFUSED},
    {"title", "''", FINE},
    {"title", "'${env:X}'", BINDER_ONLY},
    {"title", "'${secret:x}'", BINDER_ONLY},
    {"name", "a_1", FINE},
    {"name", "_", FINE},
    {"name", "1a", REFUSED},
    {"name", "a-b", REFUSED},
    {"name", "''", REFUSED},
    {"name", "12", REFUSED},
    {"name", "true", REFUSED},
    {"mode", "fast", FINE},
    {"mode", "'fast'", FINE},
    {"mode", "Fast", REFUSED},
    {"mode", "1", REFUSED},
    {"gap", "300ms", FINE},
    {"gap", "1h", FINE},
    {"gap", "10m30s", FINE},
    {"gap", "0", FINE},
    {"gap", "0.5s", FINE},
    {"gap", "1_000ms", FINE},
    {"gap", "'20s'", FINE},
    {"gap", "20", REFUSED},
    {"gap", "20 s", REFUSED},
    {"gap", "-1s", REFUSED},
    {"gap", "s", REFUSED},
    {"gap", "1.5", REFUSED},
    {"gap", "'0'", REFUSED},
    {"gap", "2h", BINDER_ONLY},
    {"gap", "1.5ms", BINDER_ONLY},
    {"shift", "-2h", FINE},
    {"shift", "2h", FINE},
    {"shift", "-3h", BINDER_ONLY},
    {"shift", "--2h", REFUSED},
    {"rate", "90/s", FINE},
    {"rate", "0.5/s", FINE},
    {"rate", "10_000/s", FINE},
    {"rate", "90", REFUSED},
    {"rate", "90/y", REFUSED},
    {"rate", "-1/s", REFUSED},
    {"rate", "10_001/s", BINDER_ONLY},
    {"rate", "0/s", BINDER_ONLY},
    {"memory", "512", FINE},
    {"memory", "64KiB", FINE},
    {"memory", "1.5MiB", FINE},
    {"memory", "1_024", FINE},
    {"memory", "64KB", REFUSED},
    {"memory", "-1", REFUSED},
    {"memory", "1.5", REFUSED},
    {"memory", "'512'", REFUSED},
    {"memory", "99999999TiB", BINDER_ONLY},
    {"share", "1/200", FINE},
    {"share", "0.5", FINE},
    {"share", "1", FINE},
    {"share", "0", FINE},
    {"share", "1/1_000", FINE},
    {"share", "0.000_1", FINE},
    {"share", "1.5", REFUSED},
    {"share", "2", REFUSED},
    {"share", "-0.5", REFUSED},
    {"share", "50%", REFUSED},
    {"share", "'0.5'", REFUSED},
    {"share", "3/2", BINDER_ONLY},
    {"share", "1/0", BINDER_ONLY},
    {"price", "24.90", FINE},
    {"price", "4999", FINE},
    {"price", "1_000.5", FINE},
    {"price", "5000", REFUSED},
    {"price", "-0.01", REFUSED},
    {"price", "24,90", REFUSED},
    {"price", "'24.90'", REFUSED},
    {"price", "5s", REFUSED},
    {"price", "1e2", BINDER_ONLY},
    {"price", "5_000.5", BINDER_ONLY},
    {"least", "5", FINE},
    {"least", "-5.5", FINE},
    {"least", "5m", FINE},
    {"least", "-1h30m", FINE},
    {"least", "1_000", FINE},
    {"least", "five", REFUSED},
    {"least", "'5'", REFUSED},
    {"least", "true", REFUSED},
    {"start", "2026-01-01", FINE},
    {"start", "2026-01-01T00:00:00Z", FINE},
    {"start", "2026-01-01T18:30+01:00", FINE},
    {"start", "'2026-01-01T00:00:00.5Z'", FINE},
    {"start", "2026-13-01", REFUSED},
    {"start", "2026-01-01T24:00Z", REFUSED},
    {"start", "0000-01-01", REFUSED},
    {"start", "2026-01-01T00:00:00", REFUSED},
    {"start", "20260101", REFUSED},
    {"start", "2026-02-30", BINDER_ONLY},
    {"daily", "00:00", FINE},
    {"daily", "'23:59:59.999'", FINE},
    {"daily", "24:00", REFUSED},
    {"daily", "6:30", REFUSED},
    {"daily", "06:30Z", REFUSED},
    {"daily", "6h", REFUSED},
    {"marks", "[]", FINE},
    {"marks", "[1, 2.5, 3s]", FINE},
    {"marks", "[x]", REFUSED},
    {"marks", "5", REFUSED},
    {"marks", "[[1]]", REFUSED},
    {"by", "a", FINE},
    {"by", "[a, b]", FINE},
    {"by", "[]", FINE},
    {"by", "[1]", REFUSED},
    {"by", "a b", REFUSED},
    {"by", "{a: 1}", REFUSED},
    {"by", "~", REFUSED},
    {"texts", "[a b, 1, 2.5, '', 'true']", FINE},
    {"texts", "a b", FINE},
    {"texts", "7", FINE},
    {"texts", "[]", FINE},
    {"texts", "[true]", REFUSED},
    {"texts", "[~]", REFUSED},
    {"texts", "[[a]]", REFUSED},
    {"texts", "{a: 1}", REFUSED},
    {"texts", "~", REFUSED},
    {"texts", "true", REFUSED},
    {"texts", "['${env:X}']", BINDER_ONLY},
    {"mix", "{web: 3, app: 5}", FINE},
    {"mix", "[a, b, 1]", FINE},
    {"mix", "{a: 1_000}", FINE},
    {"mix", "{a: x}", REFUSED},
    {"mix", "{a: -1}", REFUSED},
    {"mix", "{a: 4294967297}", REFUSED},
    {"mix", "{a: 0.5}", REFUSED},
    {"mix", "a", REFUSED},
    {"mix", "[true]", REFUSED},
    {"mix", "[[a]]", REFUSED},
    {"mix", "[]", BINDER_ONLY},
    {"mix", "{a: 0}", BINDER_ONLY},
    {"extra", "5", FINE},
    {"extra", "~", FINE},
    {"extra", "{a: [1]}", FINE},
    {"limits", "{}", FINE},
    {"limits", "{horizon: 1h, memory: 1MiB, note: x}", FINE},
    {"limits", "{horizont: 1h}", REFUSED},
    {"limits", "~", REFUSED},
    {"limits", "[]", REFUSED},
    {"limits", "{memory: 1KiB}", BINDER_ONLY},
    {"limits", "{memory: 1024}", REFUSED},
    {"broker", "{uri: x, password: '${secret:x}', threads: 4, tags: a}", FINE},
    {"broker", "{}", REFUSED},
    {"broker", "{uri: x, threads: 0}", REFUSED},
    {"steps", "[]", FINE},
    {"steps", "[{set: a}]", FINE},
    {"steps", "[{set: a, zipf: 1, steps: [{set: b}]}]", FINE},
    {"steps", "[{}]", REFUSED},
    {"steps", "[a]", REFUSED},
    {"steps", "[{set: a, zipf: 1, never: ~}]", REFUSED},
    {"steps", "[{set: a, steps: [{}]}]", REFUSED},
    {"steps", "{}", REFUSED},
    {"columns", "{}", FINE},
    {"columns", "{n: count}", FINE},
    {"columns", "{n: {count: }, m: {count: {where: x}, scale: 9}}", FINE},
    {"columns", "{n: {sum: x}}", FINE},
    {"columns", "{n: sum}", REFUSED},
    {"columns", "{n: cuont}", REFUSED},
    {"columns", "{n: {}}", REFUSED},
    {"columns", "{n: {sum: x, count: {}}}", REFUSED},
    {"columns", "{n: {sum: }}", REFUSED},
    {"columns", "{n: ~}", REFUSED},
    {"columns", "{a b: count}", REFUSED},
    {"columns", "{n: {count: 5}}", REFUSED},
    {"lists", "{a: [{set: b}], c: []}", FINE},
    {"lists", "{a: {set: b}}", REFUSED},
    {"lists", "{a b: []}", REFUSED},
    {"lists", "[]", REFUSED},
    {"count2", "5", REFUSED},
    {"<<", "{a: 1}", REFUSED},
    {"sum", "a", FINE},
    {"sum", "{field: a}", FINE},
    {"sum", "{}", REFUSED},
    {"sum", "~", REFUSED},
    {"sum", "5", REFUSED},
    {"zipf", "1", REFUSED},
    {"window", "all", FINE},
    {"window", "{all: }", FINE},
    {"window", "{all: {}}", FINE},
    {"window", "{all: {x: 1}}", REFUSED},
    {"window", "{tumbling: 1m}", FINE},
    {"window", "{tumbling: {size: 1m}}", FINE},
    {"window", "{tumbling: {offset: 1m}}", REFUSED},
    {"window", "{tumbling: }", REFUSED},
    {"window", "tumbling", REFUSED},
    {"window", "{session: {gap: 1m}}", FINE},
    {"window", "{session: 1m}", REFUSED},
    {"window", "{}", REFUSED},
    {"window", "{all: , tumbling: 1m}", REFUSED},
    {"window", "5", REFUSED},
    {"window", "~", REFUSED},
    {"window", "{al: }", REFUSED},
};

static void binder_and_schema_judge_values_alike(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof value_cases / sizeof *value_cases; i++) {
        char text[256];
        snprintf(text, sizeof text, "{count: 5, never: {}, %s: %s}", value_cases[i].key,
                 value_cases[i].value);
        judge(f, text, value_cases[i].expected);
    }
}

static void binder_and_schema_judge_families_alike(void **state)
{
    static const struct {
        const char *entries;
        enum verdict expected;
    } cases[] = {
        {"never: ", FINE},
        {"never: {}", FINE},
        {"never: 5", REFUSED},
        {"never: {a: 1}", REFUSED},
        {"zipf: 1.5", FINE},
        {"zipf: {s: 1.5}", FINE},
        {"zipf: {s: 1.5, n: 3}", FINE},
        {"zipf: {n: 3}", REFUSED},
        {"zipf: ", REFUSED},
        {"zipf: {}", REFUSED},
        {"zipf: [1]", REFUSED},
        {"zipf: 11", REFUSED},
        {"zipf: 0.001", BINDER_ONLY},
        {"choice: {a: 1}", FINE},
        {"choice: [a]", FINE},
        {"choice: {weights: {a: 1}}", REFUSED}, /* a word with a map for a weight */
        {"choice: a", REFUSED},
        {"uniform: [1, 2]", FINE},
        {"uniform: {bounds: [1, 2]}", FINE},
        {"uniform: {bound: [1, 2]}", REFUSED},
        {"uniform: 1", REFUSED},
        {"const: x", FINE},
        {"const: ", FINE},
        {"const: {a: 1}", FINE},
        {"const: [1]", FINE},
        {"node: x", FINE},
        {"node: ", FINE},
        {"node: [1]", FINE},
        {"node: {value: {a: 1}, loud: true}", FINE},
        {"node: {a: 1}", REFUSED},
        {"node: {}", REFUSED},
        {"any: 1", REFUSED}, /* none */
        {"zipf: 1, uniform: [1]", REFUSED},
        {"zipf: 1, uniform: [1], never: {}", REFUSED},
        {"never: {}, sum: a, count2: {}", REFUSED},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        snprintf(text, sizeof text, "{count: 5, %s}", cases[i].entries);
        judge(f, text, cases[i].expected);
    }
    judge(f, "{never: {}}", REFUSED);
    judge(f, "{}", REFUSED);
    judge(f, "[]", REFUSED);
    judge(f, "5", REFUSED);
}

static void *refusable(size_t size)
{
    struct ls_error err;
    return ls_mem_new(size, 1, &err);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    json_set_alloc_funcs(refusable, ls_mem_free);
    bool done = false;
    for (unsigned long n = 1; !done; n++) {
        ls_mem_refuse(n);
        json_t *schema = ls_table_schema(&sample_table);
        ls_mem_refuse(0);
        done = schema != NULL;
        json_decref(schema);
    }
    json_set_alloc_funcs(malloc, free);
}

static int open_schema(void **state)
{
    (void)state;
    sample_schema = ls_table_schema(&sample_table);
    return sample_schema ? 0 : -1;
}

static int close_schema(void **state)
{
    (void)state;
    json_decref(sample_schema);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(binder_and_schema_judge_values_alike),
        FIXTURE_TEST(binder_and_schema_judge_families_alike),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, open_schema, close_schema);
}
