#include "core/avro/schema.h"

#include "core/avro/random_test.h"

#define FIXED(size) "fixed\",\"name\":\"F\",\"size\":" size ",\"x\":\""

static const struct {
    const char *type; /* and what follows it */
    const char *logical;
    const char *more;
    const char *expected; /* NULL: ignored */
    unsigned precision;
    unsigned scale;
} cases[] = {
    {"int", "date", "", "date", 0, 0},
    {"int", "time-millis", "", "time-millis", 0, 0},
    {"long", "time-micros", "", "time-micros", 0, 0},
    {"long", "timestamp-millis", "", "timestamp-millis", 0, 0},
    {"long", "timestamp-micros", "", "timestamp-micros", 0, 0},
    {"long", "local-timestamp-millis", "", "local-timestamp-millis", 0, 0},
    {"long", "local-timestamp-micros", "", "local-timestamp-micros", 0, 0},
    {"string", "uuid", "", "uuid", 0, 0},
    {FIXED("12"), "duration", "", "duration", 0, 0},
    {FIXED("11"), "duration", "", NULL, 0, 0},
    {"long", "date", "", NULL, 0, 0},
    {"int", "timestamp-millis", "", NULL, 0, 0},
    {"bytes", "uuid", "", NULL, 0, 0},
    {"long", "timestamp-nanos", "", NULL, 0, 0},
    {"bytes", "decimal", ",\"precision\":9,\"scale\":2", "decimal", 9, 2},
    {"bytes", "decimal", ",\"precision\":9", "decimal", 9, 0},
    {"bytes", "decimal", ",\"precision\":9,\"scale\":9", "decimal", 9, 9},
    {"bytes", "decimal", ",\"precision\":9,\"scale\":10", NULL, 0, 0},
    {"bytes", "decimal", ",\"precision\":9,\"scale\":-1", NULL, 0, 0},
    {"bytes", "decimal", ",\"precision\":9,\"scale\":\"2\"", NULL, 0, 0},
    {"bytes", "decimal", ",\"precision\":0", NULL, 0, 0},
    {"bytes", "decimal", ",\"precision\":9.0", NULL, 0, 0},
    {"bytes", "decimal", ",\"precision\":2147483648", NULL, 0, 0},
    {"bytes", "decimal", "", NULL, 0, 0},
    {"string", "decimal", ",\"precision\":9", NULL, 0, 0},
    {FIXED("0"), "decimal", ",\"precision\":1", NULL, 0, 0},
    {FIXED("1"), "decimal", ",\"precision\":2", "decimal", 2, 0}, /* -128 .. 127 */
    {FIXED("1"), "decimal", ",\"precision\":3", NULL, 0, 0},
    {FIXED("8"), "decimal", ",\"precision\":0", NULL, 0, 0},
    {FIXED("8"), "decimal", ",\"precision\":18", "decimal", 18, 0},
    {FIXED("8"), "decimal", ",\"precision\":19", NULL, 0, 0},
    {FIXED("16"), "decimal", ",\"precision\":38", "decimal", 38, 0},
    {FIXED("16"), "decimal", ",\"precision\":39", NULL, 0, 0},
    {FIXED("1048576"), "decimal", ",\"precision\":2525222", "decimal", 2525222, 0},
    {FIXED("1048576"), "decimal", ",\"precision\":2525223", NULL, 0, 0},
};

/* Each type with each logicalType; what does not fit is as if it were not there. */
static void logical_types_are_known_or_ignored(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[300];
        struct ls_schema *schema;
        struct ls_error err = {0};
        int size = snprintf(text, sizeof text, "{\"type\":\"%s\",\"logicalType\":\"%s\"%s}",
                            cases[i].type, cases[i].logical, cases[i].more);
        if (ls_schema_parse(text, (size_t)size, &schema, &err) < 0) {
            fail_msg("%s: %s", text, err.text);
        }
        const struct ls_node *node = schema->root;
        if ((node->logical == NULL) != (cases[i].expected == NULL)) {
            fail_msg("%s: %s", text, node->logical ? node->logical : "ignored");
        }
        if (node->logical) {
            assert_string_equal(node->logical, cases[i].expected);
        }
        assert_int_equal(node->precision, cases[i].precision);
        assert_int_equal(node->scale, cases[i].scale);
        assert_string_equal(json_string_value(json_object_get(node->json, "logicalType")),
                            cases[i].logical);
        ls_schema_free(schema);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logical_types_are_known_or_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
