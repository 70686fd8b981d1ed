/* The decoders over any bytes: the first byte of the input chooses a schema, the others are the
 * datum. The walk, the row and the JSON text take the same data; what a row was read from, what it
 * is encoded to and its canonical form have one canonical form. */
#include "core/avro/row.h"

#include <stdlib.h>
#include <string.h>

#define SCHEMAS     6
#define COLUMNS_MAX 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const texts[SCHEMAS] = {
    /* every leaf */
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"s\",\"type\":\"string\"},"
    "{\"name\":\"i\",\"type\":\"int\"},{\"name\":\"l\",\"type\":\"long\"},"
    "{\"name\":\"f\",\"type\":\"float\"},{\"name\":\"d\",\"type\":\"double\"},"
    "{\"name\":\"b\",\"type\":\"boolean\"},{\"name\":\"y\",\"type\":\"bytes\"},"
    "{\"name\":\"n\",\"type\":\"null\"},{\"name\":\"e\",\"type\":{\"type\":\"enum\","
    "\"name\":\"E\",\"symbols\":[\"A\",\"B\",\"C\"]}},{\"name\":\"x\",\"type\":{\"type\":\"fixed\","
    "\"name\":\"F\",\"size\":3}}]}",
    /* nullables and records */
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
    "{\"name\":\"s\",\"type\":[\"null\",\"string\"]},{\"name\":\"i\",\"type\":[\"int\",\"null\"]},"
    "{\"name\":\"p\",\"lockstep.physical\":true,\"type\":\"long\"},"
    "{\"name\":\"r\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"S\",\"fields\":["
    "{\"name\":\"a\",\"type\":\"double\"},{\"name\":\"b\",\"type\":{\"type\":\"map\","
    "\"values\":\"float\"}}]}]},{\"name\":\"flat\",\"type\":\"S\"}]}",
    /* arrays and maps, of things with and without a size */
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
    "{\"name\":\"a\",\"type\":{\"type\":\"array\",\"items\":\"int\"}},"
    "{\"name\":\"m\",\"type\":{\"type\":\"map\",\"values\":{\"type\":\"array\","
    "\"items\":\"string\"}}},{\"name\":\"n\",\"type\":{\"type\":\"array\",\"items\":\"null\"}},"
    "{\"name\":\"e\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"S\","
    "\"fields\":[{\"name\":\"x\",\"type\":\"null\"},{\"name\":\"y\",\"type\":{\"type\":\"fixed\","
    "\"name\":\"F\",\"size\":0}}]}}}]}",
    /* a tree that contains itself */
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"v\",\"type\":\"long\"},"
    "{\"name\":\"kids\",\"type\":{\"type\":\"array\",\"items\":\"R\"}},"
    "{\"name\":\"by\",\"type\":{\"type\":\"map\",\"values\":[\"null\",\"R\"]}}]}",
    /* unions */
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"u\",\"type\":[\"null\","
    "\"boolean\",\"int\",\"string\",{\"type\":\"array\",\"items\":[\"long\",\"double\"]},"
    "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}]},"
    "{\"name\":\"one\",\"type\":[\"bytes\"]},{\"name\":\"none\",\"type\":[\"null\"]}]}",
    /* logical types, which only the text knows */
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"d\",\"type\":{\"type\":\"int\","
    "\"logicalType\":\"date\"}},{\"name\":\"t\",\"type\":{\"type\":\"long\","
    "\"logicalType\":\"timestamp-millis\"}},{\"name\":\"u\",\"type\":{\"type\":\"long\","
    "\"logicalType\":\"local-timestamp-micros\"}},{\"name\":\"m\",\"type\":{\"type\":\"bytes\","
    "\"logicalType\":\"decimal\",\"precision\":30,\"scale\":4}}]}",
};

static struct ls_layout *layouts[SCHEMAS];

static void must(bool condition)
{
    if (!condition) {
        abort();
    }
}

static const struct ls_layout *layout_of(uint8_t byte)
{
    size_t which = byte % SCHEMAS;
    if (!layouts[which]) { /* kept until the end */
        struct ls_error err;
        struct ls_schema *schema;
        must(ls_schema_parse(texts[which], strlen(texts[which]), &schema, &err) == 0);
        must(ls_layout_new(schema, &layouts[which], &err) == 0);
        must(layouts[which]->count <= COLUMNS_MAX);
    }
    return layouts[which];
}

/* The canonical form of an encoded row. */
static void canonical(const struct ls_layout *layout, const uint8_t *bytes, size_t size,
                      struct ls_buf *out)
{
    struct ls_cell cells[COLUMNS_MAX];
    struct ls_error err;
    must(ls_row_decode(layout, bytes, size, cells, NULL, NULL) == LS_DECODE_OK);
    out->size = 0;
    must(ls_row_canonical(layout, cells, out, &err) == 0);
}

static void check_forms(const struct ls_layout *layout, const uint8_t *data, size_t size,
                        const struct ls_cell *cells)
{
    struct ls_error err;
    struct ls_buf encoded;
    struct ls_buf first;
    struct ls_buf second;
    ls_buf_init(&encoded, "row", 1 << 26);
    ls_buf_init(&first, "form", 1 << 26);
    ls_buf_init(&second, "form", 1 << 26);
    must(ls_buf_reserve(&encoded, ls_row_size_max(layout, cells) + 1, &err) == 0);
    encoded.size = (size_t)(ls_row_encode(layout, cells, encoded.data) - encoded.data);
    must(encoded.size <= size);
    canonical(layout, data, size, &first);
    canonical(layout, encoded.data, encoded.size, &second);
    must(first.size == second.size);
    must(first.size == 0 || memcmp(first.data, second.data, first.size) == 0);
    bool physical = false;
    for (size_t i = 0; i < layout->count; i++) {
        physical = physical || layout->columns[i].physical;
    }
    if (!physical) {
        canonical(layout, first.data ? first.data : data, first.size, &second);
        must(first.size == second.size);
        must(first.size == 0 || memcmp(first.data, second.data, first.size) == 0);
    }
    ls_buf_clear(&encoded);
    ls_buf_clear(&first);
    ls_buf_clear(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const struct ls_layout *layout = layout_of(*data++);
    size--;
    struct ls_cell cells[COLUMNS_MAX];
    struct ls_error err;
    struct ls_span skipped = {data, data + size};
    struct ls_span written = skipped;
    size_t offset = 0;
    int rc;
    enum ls_decode_status status = ls_datum_skip(layout->schema->root, &skipped);
    must(skipped.at <= skipped.end);
    struct ls_buf text;
    ls_buf_init(&text, "text", 1 << 16);
    must(ls_datum_json(layout->schema->root, &written, size % 2, &text, &rc, &err) == status);
    must(written.at == skipped.at && (rc == 0 || rc == LS_E_DATA));
    ls_buf_clear(&text);
    if (!status && skipped.at != skipped.end) {
        status = LS_DECODE_TRAILING;
    }
    must(ls_row_decode(layout, data, size, cells, &offset, NULL) == status);
    if (status) {
        must(offset == (size_t)(skipped.at - data) || status == LS_DECODE_ITEMS);
    } else {
        check_forms(layout, data, size, cells);
    }
    return 0;
}
