#include "conformance/perturb.h"

#include "core/avro/frame.h"
#include "core/base/file.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <string.h>

#define READ_BATCH 1024
#define VALUE_MAX  (16U << 20)
#define TABLE_MAX  (1U << 30)

int ls_perturb_append(struct ls_perturb *p, const struct ls_log_record *record,
                      struct ls_error *err)
{
    return ls_log_append(p->out, p->topic, p->partition, record, err);
}

static const struct ls_spec_event_type *type_of(const struct ls_perturb *p)
{
    return ls_spec_event_type_at(p->spec, p->topic);
}

bool ls_perturb_decode(struct ls_perturb *p, const struct ls_log_record *record)
{
    struct ls_frame frame = ls_frame_read(record->value, record->value ? record->value_size : 0);
    if (frame.kind != LS_FRAME_SINGLE_OBJECT) {
        return false;
    }
    p->version = ls_spec_version_of(type_of(p), frame.crc64);
    return p->version &&
           ls_row_decode(p->version->layout, record->value + frame.size,
                         record->value_size - frame.size, p->cells, NULL, NULL) == LS_DECODE_OK;
}

int ls_perturb_encode(struct ls_perturb *p, struct ls_log_record *record, struct ls_error *err)
{
    const struct ls_layout *layout = p->version->layout;
    p->value.size = 0;
    int rc = ls_buf_reserve(&p->value, LS_SINGLE_OBJECT_SIZE + ls_row_size_max(layout, p->cells),
                            err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *at = ls_put_single_object(p->value.data, p->version->schema->crc64);
    at = ls_row_encode(layout, p->cells, at);
    record->value = p->value.data;
    record->value_size = (size_t)(at - p->value.data);
    return 0;
}

static int copy_file(const char *from, const char *to, struct ls_error *err)
{
    struct ls_buf bytes;
    ls_buf_init(&bytes, "reference table", TABLE_MAX);
    int rc = ls_file_read(from, &bytes, err);
    rc = rc < 0 ? rc : ls_folder_make_above(to, err);
    rc = rc < 0 ? rc : ls_file_replace(to, bytes.data, bytes.size, err);
    ls_buf_clear(&bytes);
    return rc;
}

static int copy_reference(const struct ls_spec *spec, const char *from, const char *to,
                          struct ls_error *err)
{
    const struct ls_spec_reference *tables = spec->reference.items;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < spec->reference.count; i++) {
        char paths[2][LS_PATH_MAX];
        if (tables[i].file) { /* which lies beside the spec */
            continue;
        }
        if (snprintf(paths[0], LS_PATH_MAX, "%s/reference/%s.avro", from, tables[i].key) >=
                LS_PATH_MAX ||
            snprintf(paths[1], LS_PATH_MAX, "%s/reference/%s.avro", to, tables[i].key) >=
                LS_PATH_MAX) {
            return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                                LS_PATH_MAX, from);
        }
        rc = copy_file(paths[0], paths[1], err);
    }
    return rc;
}

static int each_record(struct ls_perturb *p, const struct ls_log *in, ls_perturb_fn *each,
                       void *context, struct ls_error *err)
{
    struct ls_log_reader *reader;
    const struct ls_log_record *records;
    size_t count = 1;
    int rc = ls_log_reader_new(in, p->topic, p->partition, 0, &reader, err);
    if (rc < 0) {
        return rc;
    }
    while (rc == 0 && count) {
        p->position = ls_log_reader_position(reader);
        rc = ls_log_read(reader, READ_BATCH, &records, &count, err);
        for (size_t i = 0; rc == 0 && i < count; i++, p->position++) {
            rc = each(p, &records[i], context, err);
        }
    }
    ls_log_reader_free(reader);
    return rc;
}

static int rewrite(struct ls_perturb *p, const struct ls_log *in, ls_perturb_fn *each,
                   void *context, struct ls_error *err)
{
    size_t topics;
    const struct ls_log_topic *list = ls_log_topics(in, &topics);
    int rc = 0;
    for (size_t t = 0; rc == 0 && t < topics; t++) {
        for (uint32_t part = 0; rc == 0 && part < list[t].partitions; part++) {
            p->topic = (uint32_t)t;
            p->partition = part;
            rc = each_record(p, in, each, context, err);
        }
    }
    return rc < 0 ? rc : ls_log_complete(p->out, err);
}

int ls_perturb_log(const struct ls_spec *spec, const char *from, const char *to,
                   ls_perturb_fn *each, void *context, struct ls_error *err)
{
    char uris[2][LS_PATH_MAX + 8];
    struct ls_log *in = NULL;
    struct ls_perturb *p = ls_mem_new(1, sizeof *p, err);
    if (!p) {
        return err->code;
    }
    p->spec = spec;
    ls_buf_init(&p->value, "a record's value", VALUE_MAX);
    snprintf(uris[0], sizeof uris[0], "log:%s", from);
    snprintf(uris[1], sizeof uris[1], "log:%s", to);
    int rc = ls_log_open(uris[0], false, &in, err);
    if (rc == 0) {
        size_t topics;
        const struct ls_log_topic *list = ls_log_topics(in, &topics);
        struct ls_log_identity identity = {.domain = spec->domain,
                                           .spec_sha256 = "perturbed",
                                           .events = UINT64_MAX,
                                           .until_ms = INT64_MAX};
        rc = ls_log_create(uris[1], list, topics, &identity, LS_LOG_FRESH, &p->out, err);
    }
    rc = rc < 0 ? rc : rewrite(p, in, each, context, err);
    rc = rc < 0 ? rc : copy_reference(spec, from, to, err);
    ls_log_close(p->out);
    ls_log_close(in);
    ls_buf_clear(&p->value);
    ls_mem_free(p);
    return rc;
}
