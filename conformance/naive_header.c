/* What a file's header says: libavro keeps neither logical types nor properties, so the header is
 * read here. Whether a column may be null is left to its values: no clause fixes it. */
#include "conformance/naive_internal.h"

#include <fcntl.h>
#include <jansson.h>
#include <string.h>

#define HEADER_SIZE_MAX (1U << 20)

struct header {
    const uint8_t *schema, *codec;
    size_t schema_size, codec_size;
};

/* The entries of the header's map; false when it is none. */
static bool take_header(struct naive_span span, struct header *out)
{
    *out = (struct header){0};
    if (span.end - span.at < 4 || memcmp(span.at, "Obj\1", 4) != 0) {
        return false;
    }
    span.at += 4;
    int64_t count;
    while (ls_naive_take_long(&span, &count) == LS_ADMITTED) {
        int64_t block_size;
        if (count == 0) {
            return out->schema != NULL;
        }
        if (count < 0 && ls_naive_take_long(&span, &block_size) != LS_ADMITTED) {
            return false;
        }
        for (int64_t i = 0; i != count; i += count < 0 ? -1 : 1) {
            const uint8_t *key;
            const uint8_t *value;
            size_t key_size;
            size_t size;
            if (ls_naive_take_bytes(&span, &key, &key_size) != LS_ADMITTED ||
                ls_naive_take_bytes(&span, &value, &size) != LS_ADMITTED) {
                return false;
            }
            if (key_size == 11 && memcmp(key, "avro.schema", 11) == 0) {
                out->schema = value;
                out->schema_size = size;
            } else if (key_size == 10 && memcmp(key, "avro.codec", 10) == 0) {
                out->codec = value;
                out->codec_size = size;
            }
        }
    }
    return false;
}

static bool says(const json_t *object, const char *key, const char *word)
{
    const char *text = json_string_value(json_object_get(object, key));
    return word ? text && strcmp(text, word) == 0 : text == NULL;
}

static bool same_symbols(const struct naive_column *column, const json_t *symbols)
{
    bool same = json_array_size(symbols) == column->symbol_count;
    for (size_t i = 0; same && i < column->symbol_count; i++) {
        const char *symbol = json_string_value(json_array_get(symbols, i));
        same = symbol && strcmp(symbol, column->symbols[i]) == 0;
    }
    return same;
}

/* `type` without a union with null around it. */
static const json_t *behind_null(const json_t *type)
{
    if (!json_is_array(type) || json_array_size(type) != 2) {
        return type;
    }
    const char *first = json_string_value(json_array_get(type, 0));
    return json_array_get(type, first && strcmp(first, "null") == 0 ? 1 : 0);
}

static const char *const words[] = {
    [NAIVE_BOOLEAN] = "boolean", [NAIVE_INT] = "int",         [NAIVE_LONG] = "long",
    [NAIVE_TIME] = "long",       [NAIVE_ENUM] = "enum",       [NAIVE_STRING] = "string",
    [NAIVE_BYTES] = "bytes",     [NAIVE_DECIMAL] = "decimal", [NAIVE_HEADERS] = "array",
    [NAIVE_ARRAY] = "array",     [NAIVE_MAP] = "map",         [NAIVE_SCALED] = "decimal",
    [NAIVE_FLOAT] = "float",     [NAIVE_DOUBLE] = "double",   [NAIVE_RECORD] = "record"};

static bool same_type(const struct naive_column *column, const json_t *type);

static bool same_fields(const struct naive_columns *columns, const json_t *fields)
{
    bool same = json_array_size(fields) == columns->count;
    for (size_t i = 0; same && i < columns->count; i++) {
        const json_t *field = json_array_get(fields, i);
        same = says(field, "name", columns->items[i].written) &&
               same_type(&columns->items[i], behind_null(json_object_get(field, "type")));
    }
    return same;
}

static bool same_type(const struct naive_column *column, const json_t *type)
{
    bool decimal = column->type == NAIVE_DECIMAL || column->type == NAIVE_SCALED;
    const char *word = decimal ? "bytes" : words[column->type];
    const char *logical = column->logical              ? column->logical
                          : column->type == NAIVE_TIME ? "timestamp-millis"
                          : decimal                    ? "decimal"
                                                       : NULL;
    if (column->items) {
        const char *inner = column->type == NAIVE_ARRAY ? "items" : "values";
        return says(type, "type", word) && same_type(column->items, json_object_get(type, inner));
    }
    if (column->fields) {
        return says(type, "type", word) &&
               same_fields(column->fields, json_object_get(type, "fields"));
    }
    if (json_is_string(type)) {
        return !logical && strcmp(json_string_value(type), word) == 0;
    }
    bool same = says(type, "type", word) && says(type, "logicalType", logical);
    if (decimal) {
        same = same && json_integer_value(json_object_get(type, "scale")) == column->scale;
    }
    if (column->type == NAIVE_SCALED) {
        same = same && json_integer_value(json_object_get(type, "precision")) == column->precision;
    }
    return same &&
           (column->type != NAIVE_ENUM || same_symbols(column, json_object_get(type, "symbols")));
}

static int compare_column(const char *path, size_t index, const struct naive_column *column,
                          const json_t *field, struct naive_report *report, struct ls_error *err)
{
    if (!says(field, "name", column->written)) {
        const char *name = json_string_value(json_object_get(field, "name"));
        return ls_naive_differ(report, err, "%s: column %zu is `%s`, should be `%s`", path,
                               index + 1, name ? name : "", column->written);
    }
    if (json_is_true(json_object_get(field, "lockstep.physical")) != column->physical) {
        return ls_naive_differ(report, err, "%s: the column `%s` is %smarked as physical (B3)",
                               path, column->written, column->physical ? "not " : "");
    }
    const json_t *type = json_object_get(field, "type");
    if (same_type(column, behind_null(type))) {
        return 0;
    }
    char *text = json_dumps(type, JSON_COMPACT | JSON_ENCODE_ANY);
    int rc = ls_naive_differ(report, err,
                             "%s: the column `%s` is of type %s, should be %s of %u "
                             "places or %zu symbols",
                             path, column->written, text ? text : "?", words[column->type],
                             column->scale, column->symbol_count);
    if (text) {
        json_free_t release;
        json_get_alloc_funcs(NULL, &release);
        release(text);
    }
    return rc;
}

static int compare_header(const struct naive_dataset *dataset, struct naive_span span,
                          struct naive_report *report, struct ls_error *err)
{
    struct header header;
    json_error_t where;
    if (!take_header(span, &header)) {
        return ls_naive_differ(report, err, "%s: no Avro container file", dataset->path);
    }
    if (!dataset->any_codec && header.codec &&
        (header.codec_size != 4 || memcmp(header.codec, "null", 4) != 0)) {
        return ls_naive_differ(report, err, "%s: the codec is `%.*s`, should be `null` (B1)",
                               dataset->path, (int)header.codec_size, (const char *)header.codec);
    }
    json_t *schema = json_loadb((const char *)header.schema, header.schema_size, 0, &where);
    const json_t *fields = json_object_get(schema, "fields");
    size_t count = json_array_size(fields);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count && i < dataset->columns->count; i++) {
        rc = compare_column(dataset->path, i, &dataset->columns->items[i],
                            json_array_get(fields, i), report, err);
    }
    if (rc == 0 && count != dataset->columns->count) {
        rc = ls_naive_differ(report, err, "%s: there are %zu columns, should be %zu", dataset->path,
                             count, dataset->columns->count);
    }
    json_decref(schema);
    return rc;
}

int ls_naive_compare_header(const struct naive_dataset *dataset, const char *path, bool *same,
                            struct naive_report *report, struct ls_error *err)
{
    unsigned before = report->count;
    size_t size = 0;
    struct ls_buf bytes;
    ls_buf_init(&bytes, "file header", HEADER_SIZE_MAX);
    int rc = ls_buf_reserve(&bytes, HEADER_SIZE_MAX, err);
    int fd = rc < 0 ? rc : ls_file_open(path, O_RDONLY, 0, err);
    if (fd >= 0) {
        rc = ls_file_read_at(fd, bytes.data, HEADER_SIZE_MAX, 0, &size, path, err);
        ls_file_close(fd);
    } else {
        rc = fd;
    }
    if (rc == 0) {
        struct naive_span span = {bytes.data, bytes.data + size};
        rc = compare_header(dataset, span, report, err);
    }
    *same = rc == 0 && report->count == before;
    ls_buf_clear(&bytes);
    return rc;
}
