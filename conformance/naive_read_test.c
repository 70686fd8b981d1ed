#include "conformance/naive_fixture_test.h"

/* A record with a field of each type, as libavro holds it. */
static const char schema_text[] =
    "{\"type\":\"record\",\"name\":\"r\",\"fields\":["
    "{\"name\":\"b\",\"type\":\"boolean\"},{\"name\":\"i\",\"type\":\"int\"},"
    "{\"name\":\"l\",\"type\":[\"null\",\"long\"]},{\"name\":\"s\",\"type\":\"string\"},"
    "{\"name\":\"y\",\"type\":[\"bytes\",\"null\"]},"
    "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"k\",\"symbols\":[\"up\",\"down\"]}},"
    "{\"name\":\"h\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"hd\","
    "\"fields\":[{\"name\":\"key\",\"type\":\"string\"},"
    "{\"name\":\"value\",\"type\":[\"null\",\"bytes\"]}]}}}]}";
enum { B, I, L, S, Y, E, H, FIELDS };

static const char *const symbols[] = {"up", "down"};
static const struct naive_column columns[FIELDS] = {
    [B] = {.name = "b", .written = "b", .type = NAIVE_BOOLEAN},
    [I] = {.name = "i", .written = "i", .type = NAIVE_INT},
    [L] = {.name = "l", .written = "l", .type = NAIVE_LONG},
    [S] = {.name = "s", .written = "s", .type = NAIVE_STRING},
    [Y] = {.name = "y", .written = "y", .type = NAIVE_BYTES},
    [E] = {.name = "e", .written = "e", .type = NAIVE_ENUM, .symbols = symbols, .symbol_count = 2},
    [H] = {.name = "h", .written = "h", .type = NAIVE_HEADERS}};

struct record {
    avro_schema_t schema;
    avro_value_iface_t *iface;
    avro_value_t value;
    struct ls_arena arena;
    struct ls_error err;
};

static int setup(void **state)
{
    struct record *r = calloc(1, sizeof *r);
    if (!r) {
        return -1;
    }
    assert_int_equal(avro_schema_from_json_length(schema_text, sizeof schema_text - 1, &r->schema),
                     0);
    r->iface = avro_generic_class_from_schema(r->schema);
    assert_int_equal(avro_generic_value_new(r->iface, &r->value), 0);
    ls_arena_init(&r->arena, "test values", 1U << 20);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    struct record *r = *state;
    avro_value_decref(&r->value);
    avro_value_iface_decref(r->iface);
    avro_schema_decref(r->schema);
    ls_arena_clear(&r->arena);
    free(r);
    return 0;
}

static avro_value_t field_of(struct record *r, size_t index)
{
    avro_value_t field = {NULL, NULL};
    assert_int_equal(avro_value_get_by_index(&r->value, index, &field, NULL), 0);
    return field;
}

static struct naive_value read_field(struct record *r, size_t index)
{
    struct naive_value value;
    avro_value_t field = field_of(r, index);
    assert_int_equal(ls_naive_value_of(&field, &columns[index], &r->arena, &value, &r->err), 0);
    return value;
}

static void a_field_becomes_a_value(void **state)
{
    struct record *r = *state;
    avro_value_t field = field_of(r, B);
    avro_value_t branch;
    avro_value_set_boolean(&field, 1);
    field = field_of(r, I);
    avro_value_set_int(&field, INT32_MIN);
    field = field_of(r, L);
    avro_value_set_branch(&field, 1, &branch);
    avro_value_set_long(&branch, INT64_MIN);
    field = field_of(r, S);
    avro_value_set_string_len(&field, "a\0b", 4); /* libavro counts the NUL behind it */
    field = field_of(r, Y);
    avro_value_set_branch(&field, 1, &branch);
    field = field_of(r, E);
    avro_value_set_enum(&field, 1);
    assert_true(read_field(r, B).number == 1);
    assert_true(read_field(r, I).number == INT32_MIN);
    assert_true(read_field(r, L).number == INT64_MIN);
    struct naive_value text = read_field(r, S);
    assert_int_equal(text.size, 3);
    assert_memory_equal(text.bytes, "a\0b", 3);
    assert_true(read_field(r, Y).is_null);
    struct naive_value symbol = read_field(r, E);
    assert_true(symbol.number == 1 && symbol.size == 4);
    assert_memory_equal(symbol.bytes, "down", 4);
}

static void a_field_of_another_type_is_refused(void **state)
{
    struct record *r = *state;
    avro_value_t number = field_of(r, I);
    avro_value_t text = field_of(r, S);
    avro_value_t symbol = field_of(r, E);
    avro_value_set_int(&number, 1);
    avro_value_set_string(&text, "x");
    avro_value_set_enum(&symbol, 7);
    for (size_t i = 0; i < FIELDS; i++) {
        struct naive_value value;
        avro_value_t *field = i == I || i == S ? &symbol : i == B || i == L ? &text : &number;
        field = i == E ? &symbol : field; /* an index that no symbol has */
        assert_int_equal(ls_naive_value_of(field, &columns[i], &r->arena, &value, &r->err),
                         LS_E_DATA);
        assert_non_null(strstr(r->err.text, columns[i].written));
    }
}

struct header {
    const char *key, *value; /* NULL: none */
};

static struct naive_value headers_of(struct record *r, const struct header *headers)
{
    avro_value_t field = field_of(r, H);
    avro_value_reset(&field);
    for (; headers->key; headers++) {
        avro_value_t header;
        avro_value_t key;
        avro_value_t value;
        avro_value_t branch;
        assert_int_equal(avro_value_append(&field, &header, NULL), 0);
        assert_int_equal(avro_value_get_by_index(&header, 0, &key, NULL), 0);
        assert_int_equal(avro_value_get_by_index(&header, 1, &value, NULL), 0);
        avro_value_set_string(&key, headers->key);
        avro_value_set_branch(&value, headers->value != NULL, &branch);
        if (headers->value) {
            char bytes[16];
            size_t size = strlen(headers->value);
            memcpy(bytes, headers->value, size);
            avro_value_set_bytes(&branch, bytes, size);
        }
    }
    return read_field(r, H);
}

static void headers_are_told_apart(void **state)
{
    struct record *r = *state;
    static const struct header cases[][4] = {
        {{NULL, NULL}},
        {{"a", NULL}},
        {{"a", ""}},
        {{"a", "x"}},
        {{"ax", ""}},
        {{"", "ax"}},
        {{"a", "x"}, {"", NULL}},
        {{"a", "x"}, {"b", NULL}},
        {{"b", NULL}, {"a", "x"}},
        {{"a", "x"}, {"a", "x"}},
        {{"a", "x1:a+1:x"}},
        {{"a", "xa+x"}},
    };
    struct naive_value values[COUNT(cases)];
    for (size_t i = 0; i < COUNT(cases); i++) {
        values[i] = headers_of(r, cases[i]);
        struct naive_value again = headers_of(r, cases[i]);
        assert_int_equal(ls_naive_value_order(&values[i], &again), 0);
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(ls_naive_value_order(&values[i], &values[j]), 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_field_becomes_a_value, setup, teardown),
        cmocka_unit_test_setup_teardown(a_field_of_another_type_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(headers_are_told_apart, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
