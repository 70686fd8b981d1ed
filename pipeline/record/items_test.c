#include "pipeline/record/items.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FIELD(type)                                                                                \
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\",\"type\":" type "}]}"
#define ARRAY(item) FIELD("{\"type\":\"array\",\"items\":" item "}")
#define MAP(item)   FIELD("{\"type\":\"map\",\"values\":" item "}")
#define DECIMAL     "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":6}"

static struct ls_id id_of(const char *schema_text, const char *bytes, size_t size)
{
    struct ls_schema *schema;
    struct ls_layout *layout;
    struct ls_cell cell;
    struct ls_error err;
    assert_int_equal(ls_schema_parse(schema_text, strlen(schema_text), &schema, &err), 0);
    assert_int_equal(ls_layout_new(schema, &layout, &err), 0);
    assert_int_equal(ls_row_decode(layout, (const uint8_t *)bytes, size, &cell, NULL, NULL),
                     LS_DECODE_OK);
    struct ls_id id = ls_items_id(layout->columns[0].node, &cell);
    ls_layout_free(layout);
    ls_schema_free(schema);
    return id;
}

/* Two encodings, and whether they are of the same values. */
static void values_count_and_not_their_encoding(void **state)
{
    static const struct {
        const char *schema, *a;
        size_t a_size;
        const char *b;
        size_t b_size;
        bool same;
    } cases[] = {
#define PAIR(schema, a, b, same) {schema, a, sizeof(a) - 1, b, sizeof(b) - 1, same}
        PAIR(ARRAY("\"int\""), "\x04\x02\x06\x00", "\x02\x02\x02\x06\x00", true),
        PAIR(ARRAY("\"int\""), "\x04\x02\x06\x00", "\x03\x04\x02\x06\x00", true),
        PAIR(ARRAY("\"int\""), "\x04\x02\x06\x00", "\x04\x82\x00\x06\x00", true),
        PAIR(ARRAY("\"int\""), "\x04\x02\x06\x00", "\x04\x06\x02\x00", false),
        PAIR(ARRAY("\"int\""), "\x04\x02\x06\x00", "\x02\x02\x00", false),
        PAIR(ARRAY("\"int\""), "\x00", "\x80\x00", true),
        PAIR(ARRAY("\"int\""), "\x00", "\x02\x00\x00", false),
        PAIR(ARRAY("\"string\""),
             "\x04\x02"
             "a\x02"
             "b\x00",
             "\x04\x82\x00"
             "a\x02"
             "b\x00",
             true),
        PAIR(ARRAY("\"string\""),
             "\x04\x02"
             "a\x02"
             "b\x00",
             "\x02\x04"
             "ab\x00",
             false),
        PAIR(ARRAY(DECIMAL), "\x02\x02\x05\x00", "\x02\x06\x00\x00\x05\x00", true),
        PAIR(ARRAY(DECIMAL), "\x02\x02\xff\x00", "\x02\x04\xff\xff\x00", true),
        PAIR(ARRAY(DECIMAL), "\x02\x02\xff\x00", "\x02\x04\x00\xff\x00", false),
        PAIR(ARRAY("\"boolean\""), "\x02\x01\x00", "\x02\x00\x00", false),
        PAIR(ARRAY("\"float\""), "\x02\1\2\3\4\x00", "\x02\1\2\3\5\x00", false),
        PAIR(ARRAY("\"double\""), "\x02\1\2\3\4\5\6\7\7\x00", "\x02\1\2\3\4\5\6\7\5\x00", false),
        PAIR(MAP("\"long\""),
             "\x04\x02"
             "a\x02\x02"
             "b\x04\x00",
             "\x02\x02"
             "a\x02\x02\x02"
             "b\x04\x00",
             true),
        PAIR(MAP("\"long\""),
             "\x02\x02"
             "a\x02\x00",
             "\x02\x02"
             "b\x02\x00",
             false),
        PAIR(MAP("\"long\""),
             "\x02\x02"
             "a\x02\x00",
             "\x02\x02"
             "a\x04\x00",
             false),
#undef PAIR
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_id a = id_of(cases[i].schema, cases[i].a, cases[i].a_size);
        struct ls_id b = id_of(cases[i].schema, cases[i].b, cases[i].b_size);
        if (ls_id_equal(a, b) != cases[i].same) {
            fail_msg("case %zu", i);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_count_and_not_their_encoding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
