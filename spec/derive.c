/* Avro schemas of event types. The text is written by hand, key by key, because it reaches output
 * bytes (file headers, fingerprints): how a JSON library lays out its output may not. Every name in
 * it is [A-Za-z0-9_]. */
#include "spec/spec.h"

int ls_spec_derive_type(const char *record, const struct ls_spec_field *field, struct ls_buf *out,
                        struct ls_error *err)
{
    static const char *const texts[] = {"\"boolean\"",
                                        NULL,
                                        "\"int\"",
                                        "\"long\"",
                                        "\"long\"",
                                        "\"string\"",
                                        "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}",
                                        "{\"type\":\"int\",\"logicalType\":\"date\"}",
                                        ("{\"type\":\"long\",\"logicalType\":"
                                         "\"local-timestamp-millis\"}"),
                                        "{\"type\":\"string\",\"logicalType\":\"uuid\"}",
                                        NULL,
                                        "\"float\"",
                                        "\"double\"",
                                        "\"bytes\""};
    const struct ls_spec_field *item = ls_spec_item(field);
    if (item) {
        int rc = ls_buf_append_text(out,
                                    field->type == LS_FIELD_ARRAY ? "{\"type\":\"array\",\"items\":"
                                                                  : "{\"type\":\"map\",\"values\":",
                                    err);
        rc = rc < 0 ? rc : ls_spec_derive_type(record, item, out, err);
        return rc < 0 ? rc : ls_buf_append_text(out, "}", err);
    }
    if (field->type == LS_FIELD_DECIMAL) {
        return ls_buf_appendf(out, err,
                              "{\"type\":\"bytes\",\"logicalType\":\"decimal\","
                              "\"precision\":%lld,\"scale\":%u}",
                              (long long)field->precision, field->scale);
    }
    if (field->type != LS_FIELD_ENUM) {
        return ls_buf_append_text(out, texts[field->type], err);
    }
    int rc = ls_buf_append_text(out, "{\"type\":\"enum\",\"name\":\"", err);
    rc = rc < 0             ? rc
         : field->avro_name ? ls_buf_append_text(out, field->avro_name, err)
                            : ls_buf_appendf(out, err, "%s_%s", record, field->name);
    rc = rc < 0 ? rc : ls_buf_append_text(out, "\",\"symbols\":[", err);
    for (size_t i = 0; rc == 0 && i < field->symbol_count; i++) {
        rc = ls_buf_appendf(out, err, "%s\"%s\"", i ? "," : "", field->symbols[i]);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "]}", err);
}

static int fields_text(const struct ls_spec_event_type *type, const struct ls_items *items,
                       int64_t version, bool *first, struct ls_buf *out, struct ls_error *err);

static int record_text(const struct ls_spec_event_type *type, const struct ls_spec_field *field,
                       int64_t version, struct ls_buf *out, struct ls_error *err)
{
    const struct ls_source_fields *inner = field->source.settings;
    bool first = true;
    const char *own = field->avro_name;
    int rc = ls_buf_appendf(out, err, "{\"type\":\"record\",\"name\":\"%s%s%s\",\"fields\":[",
                            own ? own : type->name, own ? "" : "_", own ? "" : field->name);
    rc = rc < 0 ? rc : fields_text(type, &inner->fields, version, &first, out, err);
    return rc < 0 ? rc : ls_buf_append_text(out, "]}", err);
}

static int field_text(const struct ls_spec_event_type *type, const struct ls_spec_field *field,
                      int64_t version, struct ls_buf *out, struct ls_error *err)
{
    static const char *const roles[] = {"attribute", "dimension", "metric"};
    bool record = ls_spec_is_record(field);
    int rc = ls_buf_appendf(out, err, "{\"name\":\"%s\",\"type\":%s",
                            record ? field->name : field->column_name,
                            field->is_nullable ? "[\"null\"," : "");
    rc = rc < 0   ? rc
         : record ? record_text(type, field, version, out, err)
                  : ls_spec_derive_type(type->name, field, out, err);
    rc = rc < 0 ? rc : ls_buf_append_text(out, field->is_nullable ? "],\"default\":null" : "", err);
    return rc < 0 ? rc
                  : ls_buf_appendf(out, err, ",\"lockstep.type\":\"%s\",\"lockstep.role\":\"%s\"}",
                                   ls_field_type_words[field->type], roles[field->role]);
}

static int fields_text(const struct ls_spec_event_type *type, const struct ls_items *items,
                       int64_t version, bool *first, struct ls_buf *out, struct ls_error *err)
{
    const struct ls_spec_field *fields = items->items;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < items->count; i++) {
        if (!ls_spec_is_record(&fields[i]) && !ls_spec_field_in(&fields[i], version)) {
            continue;
        }
        rc = *first ? 0 : ls_buf_append_text(out, ",", err);
        rc = rc < 0 ? rc : field_text(type, &fields[i], version, out, err);
        *first = false;
    }
    return rc;
}

int ls_spec_derive(const struct ls_spec *spec, const struct ls_spec_event_type *type,
                   int64_t version, struct ls_buf *out, struct ls_error *err)
{
    static const char time_type[] = "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}";
    bool first = true;
    int rc = ls_buf_appendf(
        out, err,
        "{\"type\":\"record\",\"name\":\"%s\",\"namespace\":\"%s\",\"fields\":["
        "{\"name\":\"event_id\",\"type\":\"string\"},{\"name\":\"event_time\",\"type\":%s},"
        "{\"name\":\"ingest_time\",\"type\":%s},{\"name\":\"source\",\"type\":\"string\"},"
        "{\"name\":\"schema_version\",\"type\":\"int\"},{\"name\":\"entity_id\",\"type\":"
        "\"string\"},"
        "{\"name\":\"payload\",\"type\":{\"type\":\"record\",\"name\":\"%s%s\",\"fields\":[",
        type->name, spec->domain, time_type, time_type,
        type->payload_name ? type->payload_name : type->name, type->payload_name ? "" : "_payload");
    rc = rc < 0 ? rc : fields_text(type, &type->attributes, version, &first, out, err);
    rc = rc < 0 ? rc : fields_text(type, &type->dimensions, version, &first, out, err);
    rc = rc < 0 ? rc : fields_text(type, &type->metrics, version, &first, out, err);
    return rc < 0 ? rc : ls_buf_append_text(out, "]}}]}", err);
}

int ls_spec_derive_reference(const struct ls_spec *spec, const struct ls_spec_reference *table,
                             struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_appendf(
        out, err,
        "{\"type\":\"record\",\"name\":\"%s\",\"namespace\":\"%s.reference\",\"fields\":[",
        table->key, spec->domain);
    for (size_t i = 0; rc == 0 && i < table->field_count; i++) {
        const struct ls_spec_field *field = table->fields[i];
        bool own_ids = table->has_own_ids && i == 0;
        rc = ls_buf_appendf(out, err, "%s{\"name\":\"%s\",\"type\":", i ? "," : "",
                            field->column_name);
        rc = rc < 0 ? rc : ls_spec_derive_type(table->key, field, out, err);
        rc = rc < 0    ? rc
             : own_ids ? ls_buf_append_text(out, "}", err)
                       : ls_buf_appendf(out, err, ",\"lockstep.type\":\"%s\"}",
                                        ls_field_type_words[field->type]);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "]}", err);
}

int ls_spec_schemas_json(const struct ls_spec *spec, struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    for (size_t t = 0; rc == 0 && t < spec->event_types.count; t++) {
        const struct ls_spec_event_type *type = ls_spec_event_type_at(spec, t);
        bool several = type->version_count > 1;
        rc = ls_buf_appendf(out, err, "%s\"%s\": %s", t ? ", " : "", type->topic,
                            several ? "[" : "");
        for (size_t v = 0; rc == 0 && v < type->version_count; v++) {
            rc = ls_buf_appendf(out, err, "%s\"%016llx\"", v ? ", " : "",
                                (unsigned long long)type->versions[v].schema->crc64);
        }
        rc = rc < 0 || !several ? rc : ls_buf_append_text(out, "]", err);
    }
    return rc;
}
