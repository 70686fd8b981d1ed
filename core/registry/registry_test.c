#include "core/registry/registry.h"

#include "core/base/mem.h"
#include "core/registry/server_test.h"

static struct ls_error err;
static struct server server;
static struct ls_registry *registry;

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* The schema, and how a registry may give it back. */
#define TEXT "{\"type\":\"record\",\"name\":\"a.b\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}"
#define RETURNED                                                                                   \
    "{ \\\"fields\\\": [{\\\"type\\\": {\\\"type\\\": \\\"int\\\"}, \\\"name\\\": \\\"x\\\"}], "   \
    "\\\"doc\\\": \\\"d\\\", \\\"name\\\": \\\"b\\\", \\\"namespace\\\": \\\"a\\\", "              \
    "\\\"type\\\": \\\"record\\\"}"
#define SCHEMA(text) "{\"schema\": \"" text "\"}"
#define VERSION(v, i, text)                                                                        \
    "{\"subject\": \"s\", \"version\": " v ", \"id\": " i ", \"schema\": \"" text "\"}"
#define OK(body)                                                                                   \
    {                                                                                              \
        200, body, WHOLE, 0, NULL, NULL, 0                                                         \
    }
#define NOT(status, code)                                                                          \
    {                                                                                              \
        status, "{\"error_code\": " code ", \"message\": \"because\"}", WHOLE, 0, NULL, NULL, 0    \
    }

static struct ls_schema *schema;

static void says(const char *part)
{
    if (!strstr(err.text, part)) {
        fail_msg("`%s` does not say `%s`", err.text, part);
    }
}

static void begin(const struct reply *replies, size_t count)
{
    server_start(&server, replies, count);
    const struct ls_registry_options options = {.url = server.url, .auth = "shop:sesame"};
    assert_int_equal(ls_registry_open(&options, &registry, &err), 0);
    assert_string_equal(ls_registry_url(registry), server.url);
    assert_int_equal(server.count, 0); /* nothing is asked yet */
}

static void end(void)
{
    ls_registry_close(registry);
    server_stop(&server);
}

static void was_asked(size_t at, const char *method, const char *path, const char *body)
{
    assert_true(at < server.count);
    assert_string_equal(server.asked[at].method, method);
    assert_string_equal(server.asked[at].path, path);
    assert_string_equal(server.asked[at].body, body);
}

#define BODY                                                                                       \
    "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"a.b\\\",\\\"fields\\\":["         \
    "{\\\"name\\\":\\\"x\\\",\\\"type\\\":\\\"int\\\"}]}\"}"

static void a_schema_is_registered_once(void **state)
{
    (void)state;
    static const struct reply replies[] = {OK("{\"id\": 4294967295}"), OK(SCHEMA(RETURNED)),
                                           OK("{\"id\": 4294967295}")};
    uint32_t id = 0;
    const struct ls_registry_schema *got;
    begin(replies, LENGTH(replies));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ls_registry_register(registry, "a/b c-value", schema, &id, &err), 0);
        assert_true(id == UINT32_MAX);
    }
    assert_int_equal(server.count, 2);
    was_asked(0, "POST", "/subjects/a%2Fb%20c-value/versions", BODY);
    was_asked(1, "GET", "/schemas/ids/4294967295", "");
    /* by its id it is known, and under another subject what the id means is */
    assert_int_equal(ls_registry_by_id(registry, id, &got, &err), 0);
    assert_true(got->crc64 == schema->crc64 && got->id == id && !got->why);
    assert_int_equal(strlen(got->text), got->text_size);
    assert_int_equal(ls_registry_register(registry, "s", schema, &id, &err), 0);
    assert_int_equal(server.count, 3);
    end();
}

static void registering_may_be_refused(void **state)
{
    (void)state;
    static const struct {
        struct reply replies[2];
        int rc;
        const char *part;
    } cases[] = {
        {{NOT(409, "409")},
         LS_E_SCHEMA,
         "/subjects/s/versions: it answers 409 (error_code 409): because"},
        {{NOT(422, "42201")}, LS_E_DATA, "it answers 422 (error_code 42201): because"},
        {{NOT(404, "404")}, LS_E_IO, "is the path in front of the registry's interface in the URL"},
        {{NOT(404, "40401")}, LS_E_IO, "it answers 404 (error_code 40401): because"},
        {{{404, "<html>", WHOLE, 0, NULL, NULL, 0}}, LS_E_IO, "it answers 404; is the path"},
        {{OK("{}")}, LS_E_DATA, "has no id"},
        {{OK("[]")}, LS_E_DATA, "has no id"},
        {{OK("{\"id\": \"7\"}")}, LS_E_DATA, "has no id"},
        {{OK("{\"id\": 4294967296}")}, LS_E_DATA, "4294967296 does not fit into the four bytes"},
        {{OK("{\"id\": -1}")}, LS_E_DATA, "-1 does not fit"},
        {{OK("{\"id\": 7}"), NOT(404, "40403")}, LS_E_DATA, "does not know the id 7"},
        {{OK("{\"id\": 7}"), OK(SCHEMA("\\\"int\\\""))},
         LS_E_DATA,
         "its fingerprint is 7275d51a3f395c8f"},
        {{OK("{\"id\": 7}"), OK(SCHEMA("<xml>"))}, LS_E_DATA, "another schema under the id 7"},
        {{OK("{\"id\": 7}"), OK("{}")}, LS_E_DATA, "has no schema"},
        {{OK("{\"id\": 7}"), NOT(404, "404")}, LS_E_IO, "/schemas/ids/7: it answers 404"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        uint32_t id = 99;
        begin(cases[i].replies, 2);
        assert_int_equal(ls_registry_register(registry, "s", schema, &id, &err), cases[i].rc);
        says(cases[i].part);
        says(server.url);
        assert_null(strstr(err.text, "sesame"));
        assert_int_equal(id, 99);
        end();
    }
    begin(cases[0].replies, 1);
    char longest[1002];
    memset(longest, 'a', 1001);
    longest[1001] = '\0';
    uint32_t id;
    assert_int_equal(ls_registry_register(registry, "", schema, &id, &err), LS_E_USAGE);
    assert_int_equal(ls_registry_register(registry, longest, schema, &id, &err), LS_E_USAGE);
    says("a subject of 1001 bytes");
    assert_int_equal(server.count, 0);
    end();
}

static void an_id_is_asked_for_once(void **state)
{
    (void)state;
    static const struct reply replies[] = {
        NOT(404, "40403"),
        OK(SCHEMA(RETURNED)),
        OK("{\"schema\": \"{}\", \"schemaType\": \"JSON\"}"),
        OK("{\"schema\": \"\\\"a.b\\\"\", \"schemaType\": \"AVRO\", \"references\": [{}]}"),
        OK("{\"schema\": \"{\\\"type\\\": \\\"recrod\\\"}\", \"references\": []}"),
        NOT(404, "404"),
        {200, "<html>", WHOLE, 0, NULL, NULL, 0}};
    static const char *const why[] = {"no Avro schema", "refers to other schemas", "recrod"};
    const struct ls_registry_schema *got;
    const struct ls_registry_schema *again;
    begin(replies, LENGTH(replies));
    assert_int_equal(ls_registry_by_id(registry, 1, &got, &err), LS_REGISTRY_ABSENT);
    assert_null(got);
    assert_int_equal(ls_registry_by_id(registry, 1, &got, &err), 0); /* by now it is there */
    assert_true(got->crc64 == schema->crc64);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(ls_registry_by_id(registry, 2 + i, &got, &err), LS_REGISTRY_FOREIGN);
        assert_non_null(strstr(got->why, why[i]));
        assert_true(got->crc64 == 0 && got->id == 2 + i);
        assert_int_equal(ls_registry_by_id(registry, 2 + i, &again, &err), LS_REGISTRY_FOREIGN);
        assert_ptr_equal(got, again);
    }
    assert_int_equal(server.count, 5);
    assert_int_equal(ls_registry_by_id(registry, 9, &got, &err), LS_E_IO); /* no such path */
    assert_int_equal(ls_registry_by_id(registry, 9, &got, &err), LS_E_DATA);
    end();
}

static void versions_are_looked_up(void **state)
{
    (void)state;
    static const struct reply replies[] = {OK(VERSION("3", "12", RETURNED)),
                                           OK(VERSION("2", "11", "\\\"int\\\"")),
                                           NOT(404, "40401"),
                                           NOT(404, "40402"),
                                           OK(VERSION("0", "1", "\\\"int\\\"")),
                                           OK("{\"id\": 3, \"schema\": \"\\\"int\\\"\"}"),
                                           OK("{\"id\": 3, \"version\": 1}"),
                                           NOT(422, "42202")};
    int64_t number = 0;
    const struct ls_registry_schema *got;
    begin(replies, LENGTH(replies));
    assert_int_equal(ls_registry_version(registry, "s", LS_REGISTRY_LATEST, &number, &got, &err),
                     0);
    was_asked(0, "GET", "/subjects/s/versions/latest", "");
    assert_true(number == 3 && got->id == 12 && got->crc64 == schema->crc64);
    assert_int_equal(ls_registry_version(registry, "s", 2, &number, &got, &err), 0);
    was_asked(1, "GET", "/subjects/s/versions/2", "");
    assert_true(number == 2 && got->id == 11);
    for (int64_t v = 2; v <= 3; v++) { /* a number stays what it is */
        assert_int_equal(ls_registry_version(registry, "s", v, NULL, &got, &err), 0);
        assert_int_equal(got->id, 9 + v);
    }
    assert_int_equal(server.count, 2);
    assert_int_equal(ls_registry_version(registry, "t", 2, &number, &got, &err),
                     LS_REGISTRY_ABSENT);
    assert_null(got);
    assert_int_equal(ls_registry_version(registry, "s", LS_REGISTRY_LATEST, &number, &got, &err),
                     LS_REGISTRY_ABSENT); /* the latest may be another one by now */
    assert_int_equal(ls_registry_version(registry, "s", 4, &number, &got, &err), LS_E_DATA);
    says("no version");
    assert_int_equal(ls_registry_version(registry, "s", 4, &number, &got, &err), LS_E_DATA);
    assert_int_equal(ls_registry_version(registry, "s", 4, &number, &got, &err), LS_E_DATA);
    says("no schema");
    assert_int_equal(ls_registry_version(registry, "s", 0, &number, &got, &err), LS_E_DATA);
    says("42202");
    end();
}

static void a_schema_is_found(void **state)
{
    (void)state;
    static const struct reply replies[] = {NOT(404, "40403"), OK(VERSION("3", "12", RETURNED)),
                                           OK(VERSION("1", "5", "\\\"int\\\"")), NOT(422, "42201")};
    int64_t number = 0;
    uint32_t id = 0;
    const struct ls_registry_schema *got;
    begin(replies, LENGTH(replies));
    assert_int_equal(ls_registry_find(registry, "s", schema, &number, &got, &err),
                     LS_REGISTRY_ABSENT);
    was_asked(0, "POST", "/subjects/s", BODY);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ls_registry_find(registry, "s", schema, &number, &got, &err), 0);
        assert_true(number == 3 && got->id == 12);
        assert_int_equal(ls_registry_register(registry, "s", schema, &id, &err), 0);
        assert_int_equal(id, 12);
    }
    assert_int_equal(server.count, 2);
    assert_int_equal(ls_registry_find(registry, "t", schema, NULL, &got, &err), LS_E_DATA);
    says("another schema under the id 5");
    assert_int_equal(ls_registry_find(registry, "t", schema, NULL, &got, &err), LS_E_DATA);
    end();
}

/* Registering does not tell which version it became. */
static void what_was_registered_is_asked_for_its_version(void **state)
{
    (void)state;
    static const struct reply replies[] = {OK("{\"id\": 12}"), OK(SCHEMA(RETURNED)),
                                           OK(VERSION("3", "12", RETURNED))};
    int64_t number = 0;
    uint32_t id = 0;
    const struct ls_registry_schema *got;
    begin(replies, LENGTH(replies));
    assert_int_equal(ls_registry_register(registry, "s", schema, &id, &err), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ls_registry_find(registry, "s", schema, &number, &got, &err), 0);
        assert_true(number == 3 && got->id == id);
    }
    assert_int_equal(server.count, 3);
    end();
}

static void versions_are_listed(void **state)
{
    (void)state;
    static const struct reply replies[] = {OK("[1, 2, 5]"), OK("[]"), NOT(404, "40401"), OK("{}"),
                                           OK("[1, \"2\"]")};
    int64_t *numbers;
    size_t count;
    begin(replies, LENGTH(replies));
    assert_int_equal(ls_registry_versions(registry, "s", &numbers, &count, &err), 0);
    was_asked(0, "GET", "/subjects/s/versions", "");
    assert_int_equal(count, 3);
    assert_true(numbers[0] == 1 && numbers[1] == 2 && numbers[2] == 5);
    ls_mem_free(numbers);
    assert_int_equal(ls_registry_versions(registry, "s", &numbers, &count, &err), 0);
    assert_int_equal(count, 0);
    ls_mem_free(numbers);
    assert_int_equal(ls_registry_versions(registry, "s", &numbers, &count, &err),
                     LS_REGISTRY_ABSENT);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ls_registry_versions(registry, "s", &numbers, &count, &err), LS_E_DATA);
        says("no list of versions");
        assert_null(numbers);
    }
    end();
    char *many = calloc(1, (size_t)2 * LS_REGISTRY_VERSIONS_MAX + 10);
    for (size_t i = 0; i <= LS_REGISTRY_VERSIONS_MAX; i++) {
        memcpy(many + 2 * i, i ? ",1" : "[1", 2);
    }
    strcat(many, "]");
    const struct reply reply = OK(many);
    begin(&reply, 1);
    assert_int_equal(ls_registry_versions(registry, "s", &numbers, &count, &err), LS_E_DATA);
    says("LS_REGISTRY_VERSIONS_MAX");
    end();
    free(many);
}

static void compatibility_is_asked_for(void **state)
{
    (void)state;
    static const struct reply replies[] = {OK("{\"is_compatible\": true}"),
                                           OK("{\"is_compatible\": false}"), NOT(404, "40402"),
                                           OK("{}"), NOT(422, "42201")};
    bool fits = false;
    begin(replies, LENGTH(replies));
    assert_int_equal(ls_registry_compatible(registry, "s", schema, &fits, &err), 0);
    assert_true(fits);
    was_asked(0, "POST", "/compatibility/subjects/s/versions/latest", BODY);
    assert_int_equal(ls_registry_compatible(registry, "s", schema, &fits, &err), 0);
    assert_false(fits);
    assert_int_equal(ls_registry_compatible(registry, "s", schema, &fits, &err),
                     LS_REGISTRY_ABSENT);
    assert_int_equal(ls_registry_compatible(registry, "s", schema, &fits, &err), LS_E_DATA);
    says("no is_compatible");
    assert_int_equal(ls_registry_compatible(registry, "s", schema, &fits, &err), LS_E_DATA);
    end();
}

static void *register_often(void *context)
{
    uint32_t *id = context;
    char subject[2] = "a";
    struct ls_error own;
    for (int i = 0; i < 100; i++) {
        subject[0] = (char)('a' + i % 5);
        if (ls_registry_register(registry, subject, schema, id, &own) < 0) {
            *id = 0;
        }
    }
    return NULL;
}

static void several_threads_may_ask(void **state)
{
    (void)state;
    /* one answer that is good for both questions */
    static const struct reply reply = OK(VERSION("1", "7", RETURNED));
    pthread_t threads[4];
    uint32_t ids[4];
    begin(&reply, 1);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, register_often, &ids[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(ids[i], 7);
    }
    assert_int_equal(server.count, 6); /* five subjects, and what the id means */
    end();
}

static void refused_allocations_are_errors(void **state)
{
    (void)state;
    static const struct reply replies[] = {OK("{\"id\": 7}"),
                                           OK(SCHEMA(RETURNED)),
                                           OK(VERSION("1", "8", RETURNED)),
                                           OK("{\"schema\": \"{\\\"type\\\": \\\"recrod\\\"}\"}"),
                                           OK("[1]"),
                                           OK("{\"is_compatible\": true}")};
    int rc = LS_E_NOMEM;
    for (unsigned long n = 1; rc != 0; n++) {
        const struct ls_registry_schema *got;
        int64_t *numbers = NULL;
        uint32_t id;
        size_t count;
        bool fits;
        server_start(&server, replies, LENGTH(replies));
        const struct ls_registry_options options = {.url = server.url};
        ls_mem_refuse(n);
        rc = ls_registry_open(&options, &registry, &err);
        rc = rc < 0 ? rc : ls_registry_register(registry, "s", schema, &id, &err);
        rc = rc < 0 ? rc : ls_registry_version(registry, "s", 1, NULL, &got, &err);
        rc = rc < 0 ? rc : ls_registry_by_id(registry, 9, &got, &err);
        rc = rc < 0 ? rc : ls_registry_versions(registry, "s", &numbers, &count, &err);
        rc = rc < 0 ? rc : ls_registry_compatible(registry, "s", schema, &fits, &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_mem_free(numbers);
        ls_registry_close(registry);
        server_stop(&server);
        assert_true(n < 1000);
    }
}

static int parse(void **state)
{
    (void)state;
    return ls_schema_parse(TEXT, strlen(TEXT), &schema, &err);
}

static int release(void **state)
{
    (void)state;
    ls_schema_free(schema);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_schema_is_registered_once),
        cmocka_unit_test(registering_may_be_refused),
        cmocka_unit_test(an_id_is_asked_for_once),
        cmocka_unit_test(versions_are_looked_up),
        cmocka_unit_test(a_schema_is_found),
        cmocka_unit_test(what_was_registered_is_asked_for_its_version),
        cmocka_unit_test(versions_are_listed),
        cmocka_unit_test(compatibility_is_asked_for),
        cmocka_unit_test(several_threads_may_ask),
        cmocka_unit_test(refused_allocations_are_errors),
    };
    return cmocka_run_group_tests(tests, parse, release);
}
