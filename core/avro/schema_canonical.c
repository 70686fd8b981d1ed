/* Parsing Canonical Form and fingerprints (specification 1.11, "Parsing Canonical Form for Schemas"
 * and "Schema Fingerprints"). Names hold nothing that JSON escapes, and everything else that stays
 * is a number. */
#include "core/avro/schema_internal.h"
#include "core/base/buf.h"

#include <assert.h>
#include <string.h>

#define CANONICAL_MAX (8U << 20) /* full names can make it longer than the text */

struct writer {
    const struct ls_names *names;
    size_t names_met;
    struct ls_buf text;
    struct ls_error *err;
};

static int write_node(struct writer *writer, const struct ls_node *node);

static int put(struct writer *writer, const char *text)
{
    return ls_buf_append_text(&writer->text, text, writer->err);
}

/* before "name" after */
static int put_quoted(struct writer *writer, const char *before, const char *name,
                      const char *after)
{
    int rc = put(writer, before);
    rc = rc < 0 ? rc : put(writer, "\"");
    rc = rc < 0 ? rc : put(writer, name);
    rc = rc < 0 ? rc : put(writer, "\"");
    return rc < 0 ? rc : put(writer, after);
}

static int write_fields(struct writer *writer, const struct ls_node *node)
{
    int rc = put(writer, ",\"fields\":[");
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        rc = put_quoted(writer, i ? ",{\"name\":" : "{\"name\":", node->fields[i].name,
                        ",\"type\":");
        rc = rc < 0 ? rc : write_node(writer, node->fields[i].type);
        rc = rc < 0 ? rc : put(writer, "}");
    }
    return rc < 0 ? rc : put(writer, "]");
}

static int write_symbols(struct writer *writer, const struct ls_node *node)
{
    int rc = put(writer, ",\"symbols\":[");
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        rc = put_quoted(writer, i ? "," : "", node->symbols[i], "");
    }
    return rc < 0 ? rc : put(writer, "]");
}

static int write_named(struct writer *writer, const struct ls_node *node)
{
    if (writer->names_met == writer->names->count ||
        writer->names->defined[writer->names_met] != node) {
        return put_quoted(writer, "", node->name, "");
    }
    writer->names_met++;
    int rc = put_quoted(writer, "{\"name\":", node->name, ",\"type\":");
    rc = rc < 0 ? rc : put_quoted(writer, "", ls_avro_type_name(node->type), "");
    if (rc == 0 && node->type == LS_AVRO_RECORD) {
        rc = write_fields(writer, node);
    } else if (rc == 0 && node->type == LS_AVRO_ENUM) {
        rc = write_symbols(writer, node);
    } else if (rc == 0) {
        rc = ls_buf_appendf(&writer->text, writer->err, ",\"size\":%zu", node->size);
    }
    return rc < 0 ? rc : put(writer, "}");
}

static int write_union(struct writer *writer, const struct ls_node *node)
{
    int rc = put(writer, "[");
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        rc = i ? put(writer, ",") : 0;
        rc = rc < 0 ? rc : write_node(writer, node->children[i]);
    }
    return rc < 0 ? rc : put(writer, "]");
}

static int write_node(struct writer *writer, const struct ls_node *node)
{
    if (node->name) {
        return write_named(writer, node);
    }
    if (node->type == LS_AVRO_UNION) {
        return write_union(writer, node);
    }
    if (node->type == LS_AVRO_ARRAY || node->type == LS_AVRO_MAP) {
        int rc = put(writer, node->type == LS_AVRO_MAP ? "{\"type\":\"map\",\"values\":"
                                                       : "{\"type\":\"array\",\"items\":");
        rc = rc < 0 ? rc : write_node(writer, node->children[0]);
        return rc < 0 ? rc : put(writer, "}");
    }
    return put_quoted(writer, "", ls_avro_type_name(node->type), "");
}

uint64_t ls_crc64_avro(const void *bytes, size_t size)
{
    const uint64_t empty = UINT64_C(0xc15d213aa4d7a795);
    const uint8_t *at = bytes;
    uint64_t crc = empty;
    for (size_t i = 0; i < size; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (crc & 1 ? empty : 0);
        }
    }
    return crc;
}

int ls_schema_canonical(const struct ls_names *names, struct ls_schema *schema,
                        struct ls_error *err)
{
    struct writer writer = {.names = names, .err = err};
    ls_buf_init(&writer.text, "schema: the canonical form", CANONICAL_MAX);
    int rc = write_node(&writer, schema->root);
    if (rc == 0) {
        assert(writer.names_met == names->count);
        schema->canonical_size = writer.text.size;
        schema->canonical = ls_arena_text(&schema->memory->arena, (const char *)writer.text.data,
                                          writer.text.size, err);
        rc = schema->canonical ? 0 : err->code;
    }
    if (rc == 0) {
        schema->crc64 = ls_crc64_avro(schema->canonical, schema->canonical_size);
        ls_sha256_of(schema->canonical, schema->canonical_size, &schema->sha256);
    }
    ls_buf_clear(&writer.text);
    return rc;
}
