#include "conformance/avro_file.h"

#include "core/avro/container.h"
#include "core/base/file.h"

/* libavro leaks what it has made of a header that it refuses, and says little of it. */
static int check_header(const char *path, struct ls_error *err)
{
    struct ls_buf schema;
    ls_buf_init(&schema, "a file's schema", LS_CONTAINER_HEADER_MAX);
    int rc = ls_container_read_schema(path, &schema, err);
    ls_buf_clear(&schema);
    return rc;
}

int ls_avro_file_open(const char *path, struct ls_avro_file *out, struct ls_error *err)
{
    *out = (struct ls_avro_file){.path = path};
    if (!ls_path_exists(path)) {
        return ls_error_set(err, LS_E_NOINPUT, "%s is missing", path);
    }
    int rc = check_header(path, err);
    if (rc < 0) {
        return rc;
    }
    if (avro_file_reader(path, &out->file) != 0) {
        return ls_error_set(err, LS_E_DATA, "libavro cannot open %s: %s", path, avro_strerror());
    }
    out->schema = avro_file_reader_get_writer_schema(out->file);
    out->iface = avro_generic_class_from_schema(out->schema);
    if (!out->iface || avro_generic_value_new(out->iface, &out->value) != 0) {
        ls_avro_file_close(out);
        return ls_error_set(err, LS_E_DATA, "libavro cannot read the records of %s: %s", path,
                            avro_strerror());
    }
    return 0;
}

void ls_avro_file_close(struct ls_avro_file *file)
{
    if (file->file) {
        if (file->value.self) {
            avro_value_decref(&file->value);
        }
        if (file->iface) {
            avro_value_iface_decref(file->iface);
        }
        avro_schema_decref(file->schema);
        avro_file_reader_close(file->file);
        file->file = NULL;
    }
}

int ls_avro_file_next(struct ls_avro_file *file, struct ls_error *err)
{
    avro_value_reset(&file->value);
    int rc = avro_file_reader_read_value(file->file, &file->value);
    if (rc == 0) {
        return 1;
    }
    return rc == EOF ? 0
                     : ls_error_set(err, LS_E_DATA, "libavro cannot read %s: %s", file->path,
                                    avro_strerror());
}

/* The field's value behind its union, if it has one. */
static bool field_of(const struct ls_avro_file *file, const char *field, avro_value_t *out)
{
    if (avro_value_get_by_name(&file->value, field, out, NULL) != 0) {
        return false;
    }
    if (avro_value_get_type(out) == AVRO_UNION) {
        avro_value_t branch;
        if (avro_value_get_current_branch(out, &branch) != 0) {
            return false;
        }
        *out = branch;
    }
    return avro_value_get_type(out) != AVRO_NULL;
}

bool ls_avro_file_long(const struct ls_avro_file *file, const char *field, int64_t *out)
{
    avro_value_t value;
    int32_t small = 0;
    if (!field_of(file, field, &value)) {
        return false;
    }
    if (avro_value_get_type(&value) == AVRO_INT32) {
        bool read = avro_value_get_int(&value, &small) == 0;
        *out = small;
        return read;
    }
    return avro_value_get_type(&value) == AVRO_INT64 && avro_value_get_long(&value, out) == 0;
}

bool ls_avro_file_text(const struct ls_avro_file *file, const char *field, const char **text,
                       size_t *size)
{
    avro_value_t value;
    const void *bytes = NULL;
    if (!field_of(file, field, &value)) {
        return false;
    }
    bool read = false;
    if (avro_value_get_type(&value) == AVRO_STRING) {
        read = avro_value_get_string(&value, text, size) == 0;
        *size -= read; /* libavro counts the NUL */
    } else if (avro_value_get_type(&value) == AVRO_BYTES) {
        read = avro_value_get_bytes(&value, &bytes, size) == 0;
        *text = bytes;
    }
    return read;
}
