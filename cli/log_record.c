#include "cli/log_record.h"

#include "core/avro/decode.h"
#include "core/avro/frame.h"
#include "core/base/civil.h"
#include "core/base/json.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

#define HEX_SHOWN_MAX 64 /* bytes of a damaged value that a person is shown */

/* What a value turned out to be. */
struct reading {
    const struct spec_schema *schema; /* NULL: none is known */
    struct ls_frame frame;
    char trouble[160]; /* why it is not decoded; empty where it is */
    struct ls_buf json;
};

static bool is_line(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] < 0x20 || bytes[i] == 0x7f) {
            return false;
        }
    }
    return ls_utf8_valid(bytes, size);
}

static int append_hex(struct ls_buf *out, const uint8_t *bytes, size_t size, size_t shown,
                      struct ls_error *err)
{
    static const char digits[] = "0123456789abcdef";
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < size && i < shown; i++) {
        const char pair[] = {digits[bytes[i] >> 4], digits[bytes[i] & 15]};
        rc = ls_buf_append(out, pair, sizeof pair, err);
    }
    return rc == 0 && size > shown ? ls_buf_appendf(out, err, "... (%zu bytes more)", size - shown)
                                   : rc;
}

/* A key or a header's value: text in quotes where it is some, else hex. */
static int append_bytes(struct ls_buf *out, const uint8_t *bytes, size_t size, struct ls_error *err)
{
    if (is_line(bytes, size)) {
        return ls_json_string(out, bytes, size, err);
    }
    int rc = ls_buf_append_text(out, "0x", err);
    return rc < 0 ? rc : append_hex(out, bytes, size, HEX_SHOWN_MAX, err);
}

static int decode(const struct ls_log_record *record, struct reading *r, struct ls_error *err)
{
    const uint8_t *end = record->value + record->value_size;
    struct ls_span span = {record->value + r->frame.size, end};
    int rc;
    enum ls_decode_status status = ls_datum_json(r->schema->schema->root, &span, true, &r->json,
                                                 &rc, err);
    if (status == LS_DECODE_OK && span.at != end) {
        status = LS_DECODE_TRAILING;
    }
    if (status != LS_DECODE_OK) {
        snprintf(r->trouble, sizeof r->trouble, "damaged at byte %zu: %s",
                 (size_t)(span.at - record->value), ls_decode_status_text(status));
    }
    return status == LS_DECODE_OK ? rc : 0;
}

static int read_value(const struct ls_log_record *record, const struct spec_schemas *schemas,
                      struct reading *r, struct ls_error *err)
{
    *r = (struct reading){0};
    ls_buf_init(&r->json, "value as JSON", 256U << 20);
    if (!record->value) {
        return 0;
    }
    r->frame = ls_frame_read(record->value, record->value_size);
    if (r->frame.kind == LS_FRAME_NONE) {
        snprintf(r->trouble, sizeof r->trouble, "damaged: %s",
                 record->value_size ? "it begins with no frame" : "it is empty");
    } else if (r->frame.kind == LS_FRAME_CONFLUENT) {
        snprintf(r->trouble, sizeof r->trouble, "Confluent frame, schema id %u", r->frame.id);
    } else if (!(r->schema = schemas ? spec_schema_of(schemas, r->frame.crc64) : NULL)) {
        snprintf(r->trouble, sizeof r->trouble, "single-object frame, schema %016llx%s",
                 (unsigned long long)r->frame.crc64,
                 schemas ? ", which the spec does not have" : "");
    } else {
        return decode(record, r, err);
    }
    return 0;
}

/* Calls for each header; the log's reader has checked the encoding. */
static int each_header(const struct ls_log_record *record,
                       int (*each)(struct ls_buf *out, bool first, const uint8_t *key,
                                   size_t key_size, const uint8_t *value, size_t value_size,
                                   struct ls_error *err),
                       struct ls_buf *out, struct ls_error *err)
{
    if (!record->headers) {
        return 0;
    }
    struct ls_span span = {record->headers, record->headers + record->headers_size};
    int64_t count;
    bool first = true;
    while (ls_get_long(&span, &count) == LS_DECODE_OK && count) {
        int64_t skipped;
        if (count < 0 && ls_get_long(&span, &skipped) != LS_DECODE_OK) {
            return 0;
        }
        for (int64_t left = count < 0 ? -count : count; left > 0; left--) {
            const uint8_t *key;
            const uint8_t *value = NULL;
            size_t key_size;
            size_t value_size = 0;
            int64_t branch;
            if (ls_get_string(&span, &key, &key_size) != LS_DECODE_OK ||
                ls_get_long(&span, &branch) != LS_DECODE_OK ||
                (branch && ls_get_bytes(&span, &value, &value_size) != LS_DECODE_OK)) {
                return 0;
            }
            int rc = each(out, first, key, key_size, value, value_size, err);
            if (rc < 0) {
                return rc;
            }
            first = false;
        }
    }
    return 0;
}

static int header_text(struct ls_buf *out, bool first, const uint8_t *key, size_t key_size,
                       const uint8_t *value, size_t value_size, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, first ? "  headers " : ", ", err);
    rc = rc < 0 ? rc : append_bytes(out, key, key_size, err);
    rc = rc < 0 ? rc : ls_buf_append_text(out, value ? ": " : ": null", err);
    return rc < 0 || !value ? rc : append_bytes(out, value, value_size, err);
}

int log_record_text(const struct log_record_place *place, const struct ls_log_record *record,
                    const struct spec_schemas *schemas, struct ls_buf *out, struct ls_error *err)
{
    char time[LS_TIME_TEXT_MAX];
    struct reading r;
    ls_time_format(record->timestamp_ms, time);
    int rc = ls_buf_appendf(out, err, "%s/%u ", place->topic, place->partition);
    if (rc == 0 && record->offset >= 0) {
        rc = ls_buf_appendf(out, err, "offset %lld ", (long long)record->offset);
    }
    rc = rc < 0 ? rc : ls_buf_appendf(out, err, " %s  key ", time);
    if (rc == 0) {
        rc = record->key ? append_bytes(out, record->key, record->key_size, err)
                         : ls_buf_append_text(out, "none", err);
    }
    rc = rc < 0 ? rc : ls_buf_appendf(out, err, "  %zu bytes", record->value_size);
    rc = rc < 0 ? rc : each_header(record, header_text, out, err);
    if (rc < 0) {
        return rc;
    }
    rc = read_value(record, schemas, &r, err);
    if (rc == 0 && r.schema) {
        rc = ls_buf_appendf(out, err, "  %s version %lld", r.schema->subject,
                            (long long)r.schema->version);
    }
    rc = rc < 0 ? rc : ls_buf_append_text(out, "\n  ", err);
    if (rc == 0 && !record->value) {
        rc = ls_buf_append_text(out, "no value", err);
    } else if (rc == 0 && r.trouble[0]) {
        rc = ls_buf_appendf(out, err, "%s%s", r.trouble, record->value_size ? ": " : "");
        rc = rc < 0 ? rc : append_hex(out, record->value, record->value_size, HEX_SHOWN_MAX, err);
    } else if (rc == 0) {
        rc = ls_buf_append(out, r.json.data, r.json.size, err);
    }
    ls_buf_clear(&r.json);
    return rc < 0 ? rc : ls_buf_append_text(out, "\n", err);
}

static int header_json(struct ls_buf *out, bool first, const uint8_t *key, size_t key_size,
                       const uint8_t *value, size_t value_size, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, first ? "{\"key\": " : ", {\"key\": ", err);
    rc = rc < 0 ? rc : ls_json_string(out, key, key_size, err);
    rc = rc < 0 ? rc : ls_buf_append_text(out, ", \"value\": ", err);
    if (rc == 0) {
        rc = value ? ls_json_string(out, value, value_size, err)
                   : ls_buf_append_text(out, "null", err);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "}", err);
}

/* `"value": ...`, or `"trouble": ..., "value_hex": ...`. */
static int value_json(const struct ls_log_record *record, const struct reading *r,
                      struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    if (r->schema) {
        rc = ls_buf_appendf(out, err, ", \"subject\": \"%s\", \"schema_version\": %lld",
                            r->schema->subject, (long long)r->schema->version);
    }
    if (rc < 0 || !record->value) {
        return rc < 0 ? rc : ls_buf_append_text(out, ", \"value\": null", err);
    }
    if (r->trouble[0]) {
        rc = ls_buf_appendf(out, err, ", \"trouble\": \"%s\", \"value_hex\": \"", r->trouble);
        rc = rc < 0 ? rc : append_hex(out, record->value, record->value_size, SIZE_MAX, err);
        return rc < 0 ? rc : ls_buf_append_text(out, "\"", err);
    }
    rc = ls_buf_append_text(out, ", \"value\": ", err);
    return rc < 0 ? rc : ls_buf_append(out, r->json.data, r->json.size, err);
}

int log_record_json(const struct log_record_place *place, const struct ls_log_record *record,
                    const struct spec_schemas *schemas, struct ls_buf *out, struct ls_error *err)
{
    char time[LS_TIME_TEXT_MAX];
    struct reading r;
    ls_time_format(record->timestamp_ms, time);
    int rc = ls_buf_append_text(out, "{\"topic\": ", err);
    rc = rc < 0 ? rc : ls_json_string(out, place->topic, strlen(place->topic), err);
    rc = rc < 0 ? rc : ls_buf_appendf(out, err, ", \"partition\": %u", place->partition);
    if (rc == 0 && record->offset >= 0) {
        rc = ls_buf_appendf(out, err, ", \"offset\": %lld", (long long)record->offset);
    }
    rc = rc < 0 ? rc
                : ls_buf_appendf(out, err,
                                 ", \"timestamp_ms\": %lld, \"timestamp\": \"%s\", \"key\": ",
                                 (long long)record->timestamp_ms, time);
    if (rc == 0) {
        rc = record->key ? ls_json_string(out, record->key, record->key_size, err)
                         : ls_buf_append_text(out, "null", err);
    }
    rc = rc < 0 ? rc : ls_buf_append_text(out, ", \"headers\": [", err);
    rc = rc < 0 ? rc : each_header(record, header_json, out, err);
    rc = rc < 0 ? rc : ls_buf_appendf(out, err, "], \"size\": %zu", record->value_size);
    if (rc < 0) {
        return rc;
    }
    rc = read_value(record, schemas, &r, err);
    rc = rc < 0 ? rc : value_json(record, &r, out, err);
    ls_buf_clear(&r.json);
    return rc < 0 ? rc : ls_buf_append_text(out, "}", err);
}
