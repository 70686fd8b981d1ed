#include "core/avro/schema.h"

#include "core/avro/random_test.h"

static const struct {
    const char *text;
    const char *canonical;
    uint64_t crc64;
    const char *sha256;
} vectors[] = {
    {"\"null\"", "\"null\"", UINT64_C(0x63dd24e7cc258f8a),
     "f072cbec3bf8841871d4284230c5e983dc211a56837aed862487148f947d1a1f"},
    {"\"boolean\"", "\"boolean\"", UINT64_C(0x9f42fc78a4d4f764),
     "a5b031ab62bc416d720c0410d802ea46b910c4fbe85c50a946ccc658b74e677e"},
    {"\"int\"", "\"int\"", UINT64_C(0x7275d51a3f395c8f),
     "3f2b87a9fe7cc9b13835598c3981cd45e3e355309e5090aa0933d7becb6fba45"},
    {"\"long\"", "\"long\"", UINT64_C(0xd054e14493f41db7),
     "c32c497df6730c97fa07362aa5023f37d49a027ec452360778114cf427965add"},
    {"\"float\"", "\"float\"", UINT64_C(0x4d7c02cb3ea8d790),
     "1e71f9ec051d663f56b0d8e1fc84d71aa56ccfe9fa93aa20d10547a7abeb5cc0"},
    {"\"double\"", "\"double\"", UINT64_C(0x8e7535c032ab957e),
     "730a9a8c611681d7eef442e03c16c70d13bca3eb8b977bb403eaff52176af254"},
    {"\"bytes\"", "\"bytes\"", UINT64_C(0x4fc016dac3201965),
     "9ae507a9dd39ee5b7c7e285da2c0846521c8ae8d80feeae5504e0c981d53f5fa"},
    {"\"string\"", "\"string\"", UINT64_C(0x8f014872634503c7),
     "e9e5c1c9e4f6277339d1bcde0733a59bd42f8731f449da6dc13010a916930d48"},
    {"{\"type\":\"int\",\"logicalType\":\"date\"}", "\"int\"", UINT64_C(0x7275d51a3f395c8f),
     "3f2b87a9fe7cc9b13835598c3981cd45e3e355309e5090aa0933d7becb6fba45"},
    {"[ ]", "[]", UINT64_C(0xeec6e173d23fb9d1),
     "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"},
    {"[\"null\", \"int\"]", "[\"null\",\"int\"]", UINT64_C(0xd51cc0922b46b1d7),
     "b49495c5b1c26f04896a5f68650fe2b7642362c34198d6bc7465a1d9f7e1afce"},
    {"{\"items\": {\"type\": \"map\", \"values\": \"long\"}, \"type\": \"array\"}",
     "{\"type\":\"array\",\"items\":{\"type\":\"map\",\"values\":\"long\"}}",
     UINT64_C(0xd37748dab2be7abd),
     "6f2675687f54a0bae07de14fe35eb5560cb62eee69556c1994ab75c29331277f"},
    {"{\"type\":\"fixed\",\"size\":16,\"namespace\":\"a.b\",\"name\":\"F\",\"doc\":\"x\","
     "\"aliases\":[\"G\"]}",
     "{\"name\":\"a.b.F\",\"type\":\"fixed\",\"size\":16}", UINT64_C(0x1a642d4806ad71d1),
     "e741329775ea079beaf5bd361e45d5fcb2060432c9b1b79fee5fed4343d89b1f"},
    {"{\"symbols\":[\"A\",\"B\"],\"default\":\"A\",\"name\":\"x.E\",\"type\":\"enum\"}",
     "{\"name\":\"x.E\",\"type\":\"enum\",\"symbols\":[\"A\",\"B\"]}", UINT64_C(0x38f689438911457f),
     "fc39b5f04d192cf2fa3e0eafe3ee673688fcb5443d52ea7364897e8452f1a957"},
    {"{\"type\":\"record\",\"fields\":[],\"name\":\"R\"}",
     "{\"name\":\"R\",\"type\":\"record\",\"fields\":[]}", UINT64_C(0xbb62c914b860f139),
     "c11cc88238047d258e3fb48ddebfee3efc6c9fae6230033d1f8c444a1ee80f98"},
    {"{\"type\": \"record\", \"namespace\": \"market\", \"name\": \"Trade\", \"doc\": "
     "\"d\\u00e9\", \"aliases\": [\"T\"],\n"
     "  \"fields\": [\n"
     "   {\"doc\": \"d\", \"type\": \"string\", \"name\": \"id\", \"order\": \"ignore\"},\n"
     "   {\"name\": \"side\", \"type\": {\"type\": \"enum\", \"name\": \"Side\", \"symbols\": "
     "[\"BUY\", \"SELL\"]}, \"default\": \"BUY\"},\n"
     "   {\"name\": \"other\", \"type\": [\"null\", \"Side\"], \"default\": null},\n"
     "   {\"name\": \"inner\", \"type\": {\"type\": \"record\", \"name\": \"deep.Inner\", "
     "\"fields\": [\n"
     "      {\"name\": \"h\", \"type\": {\"type\": \"fixed\", \"name\": \"H\", \"size\": 16}}, "
     "{\"name\": \"h2\", \"type\": \"H\"},\n"
     "      {\"name\": \"top\", \"type\": [\"null\", \"market.Trade\"]}]}},\n"
     "   {\"name\": \"price\", \"type\": {\"type\": \"bytes\", \"logicalType\": \"decimal\", "
     "\"precision\": 9, \"scale\": 2}}]}",
     "{\"name\":\"market.Trade\",\"type\":\"record\",\"fields\":[{\"name\":\"id\",\"type\":"
     "\"string\"},{\"name\":\"side\",\"type\":{\"name\":\"market.Side\",\"type\":\"enum\","
     "\"symbols\":[\"BUY\",\"SELL\"]}},{\"name\":\"other\",\"type\":[\"null\",\"market.Side\"]}"
     ",{\"name\":\"inner\",\"type\":{\"name\":\"deep.Inner\",\"type\":\"record\",\"fields\":[{"
     "\"name\":\"h\",\"type\":{\"name\":\"deep.H\",\"type\":\"fixed\",\"size\":16}},{\"name\":"
     "\"h2\",\"type\":\"deep.H\"},{\"name\":\"top\",\"type\":[\"null\",\"market.Trade\"]}]}},{"
     "\"name\":\"price\",\"type\":\"bytes\"}]}",
     UINT64_C(0x4f9cb169571ee07e),
     "e84f41b8eaf74be72ff8f23573761bf7f546e0f8058c456e46c147312331d15e"},
};

/* The eight primitive types are the specification's own vectors; all were computed with fastavro as
 * well. */
static void vectors_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct ls_schema *schema;
        struct ls_error err = {0};
        char hex[LS_HEX_MAX];
        assert_int_equal(ls_schema_parse(vectors[i].text, strlen(vectors[i].text), &schema, &err),
                         0);
        assert_string_equal(schema->canonical, vectors[i].canonical);
        assert_int_equal(schema->canonical_size, strlen(vectors[i].canonical));
        assert_int_equal(schema->crc64, vectors[i].crc64);
        assert_string_equal(ls_hex(schema->sha256.bytes, LS_SHA256_SIZE, hex), vectors[i].sha256);
        ls_schema_free(schema);
    }
    assert_int_equal(ls_crc64_avro("", 0), UINT64_C(0xc15d213aa4d7a795));
}

/* The canonical form is a schema, and its own canonical form. */
static void the_form_is_stable(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct rng rng = rng_of(seed);
        struct ls_schema *schema = random_schema(&rng, seed % 2, seed % 3 == 0);
        struct ls_schema *again;
        struct ls_error err = {0};
        if (ls_schema_parse(schema->canonical, schema->canonical_size, &again, &err) < 0) {
            fail_msg("%s: %s", err.text, schema->canonical);
        }
        assert_string_equal(again->canonical, schema->canonical);
        assert_int_equal(again->crc64, schema->crc64);
        ls_schema_free(again);
        ls_schema_free(schema);
    }
}

/* Names make the canonical form longer than the text: a namespace of a megabyte, in every name. */
static void the_form_has_a_limit(void **state)
{
    (void)state;
    struct ls_error err = {0};
    struct ls_schema *schema;
    struct ls_buf text;
    ls_buf_init(&text, "schema", LS_SCHEMA_TEXT_MAX);
    assert_int_equal(
        ls_buf_append_text(&text, "{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"n", &err),
        0);
    for (int i = 0; i < 20000; i++) {
        assert_int_equal(ls_buf_append_text(&text, ".name", &err), 0);
    }
    assert_int_equal(ls_buf_append_text(&text, "\",\"fields\":[", &err), 0);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(ls_buf_appendf(&text, &err,
                                        "%s{\"name\":\"f%d\",\"type\":[\"null\",\"R\"]}",
                                        i ? "," : "", i),
                         0);
    }
    assert_int_equal(ls_buf_append_text(&text, "]}", &err), 0);
    assert_int_equal(ls_schema_parse((const char *)text.data, text.size, &schema, &err), LS_E_DATA);
    assert_non_null(strstr(err.text, "past its limit"));
    ls_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_hold),
        cmocka_unit_test(the_form_is_stable),
        cmocka_unit_test(the_form_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
