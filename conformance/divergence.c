#include "conformance/divergence.h"

#include "conformance/avro_file.h"

#include <stdlib.h>
#include <string.h>

struct side {
    const char *called;
    struct ls_avro_file file;
};

static int append_json(const avro_value_t *value, struct ls_buf *report, struct ls_error *err)
{
    char *text = NULL;
    if (avro_value_to_json(value, 1, &text) != 0) {
        return ls_buf_append_text(report, "(libavro cannot show it)", err);
    }
    int rc = ls_buf_appendf(report, err, "%.600s%s", text, strlen(text) > 600 ? "..." : "");
    free(text); // NOLINT: libavro's own
    return rc;
}

static int append_field(const struct side *side, size_t field, struct ls_buf *report,
                        struct ls_error *err)
{
    avro_value_t part;
    const char *name = NULL;
    if (avro_value_get_by_index(&side->file.value, field, &part, &name) != 0) {
        return 0;
    }
    int rc = ls_buf_appendf(report, err, "    %-8s ", side->called);
    rc = rc < 0 ? rc : append_json(&part, report, err);
    return rc < 0 ? rc : ls_buf_append_text(report, "\n", err);
}

/* Both have a record with this number, and the two are not the same. */
static int tell_fields(const struct side *a, const struct side *b, struct ls_buf *report,
                       struct ls_error *err)
{
    size_t count = 0;
    int rc = 0;
    if (avro_value_get_type(&a->file.value) != AVRO_RECORD ||
        avro_value_get_size(&a->file.value, &count) != 0) {
        return 0;
    }
    for (size_t i = 0; rc == 0 && i < count; i++) {
        avro_value_t x;
        avro_value_t y;
        const char *name = NULL;
        if (avro_value_get_by_index(&a->file.value, i, &x, &name) != 0 ||
            avro_value_get_by_index(&b->file.value, i, &y, NULL) != 0 || avro_value_equal(&x, &y)) {
            continue;
        }
        rc = ls_buf_appendf(report, err, "  field %s:\n", name);
        rc = rc < 0 ? rc : append_field(a, i, report, err);
        rc = rc < 0 ? rc : append_field(b, i, report, err);
    }
    rc = rc < 0 ? rc : ls_buf_appendf(report, err, "  the record in %s: ", a->called);
    rc = rc < 0 ? rc : append_json(&a->file.value, report, err);
    return rc < 0 ? rc : ls_buf_append_text(report, "\n", err);
}

static int tell_extra(const struct side *side, const char *other, unsigned long long number,
                      struct ls_buf *report, struct ls_error *err)
{
    int rc = ls_buf_appendf(report, err, "  record %llu is in %s and not in %s: ", number,
                            side->called, other);
    rc = rc < 0 ? rc : append_json(&side->file.value, report, err);
    return rc < 0 ? rc : ls_buf_append_text(report, "\n", err);
}

static int find_first(struct side *a, struct side *b, struct ls_buf *report, struct ls_error *err)
{
    for (unsigned long long number = 0;; number++) {
        int in_a = ls_avro_file_next(&a->file, err);
        int in_b = in_a < 0 ? in_a : ls_avro_file_next(&b->file, err);
        if (in_b < 0) {
            return ls_buf_appendf(report, err, "  record %llu: %s\n", number, err->text);
        }
        if (in_a != in_b) {
            return in_a ? tell_extra(a, b->called, number, report, err)
                        : tell_extra(b, a->called, number, report, err);
        }
        if (in_a == 0) {
            return ls_buf_appendf(
                report, err,
                "  all %llu records are equal: the files differ in how they are written\n", number);
        }
        if (!avro_value_equal(&a->file.value, &b->file.value)) {
            int rc = ls_buf_appendf(report, err, "  record %llu differs\n", number);
            return rc < 0 ? rc : tell_fields(a, b, report, err);
        }
    }
}

int ls_divergence(const char *name, const char *a, const char *b, const char *left,
                  const char *right, struct ls_buf *report, struct ls_error *err)
{
    struct side x = {.called = left};
    struct side y = {.called = right};
    struct ls_error reason; /* of a file that is no Avro file: told, no failure of ours */
    bool opened = ls_avro_file_open(a, &x.file, &reason) == 0 &&
                  ls_avro_file_open(b, &y.file, &reason) == 0;
    int rc = ls_buf_appendf(report, err, "%s differs\n", name);
    if (rc == 0 && !opened) {
        rc = ls_buf_appendf(report, err, "  nothing more is known: %s\n", reason.text);
    } else if (rc == 0 && !avro_schema_equal(x.file.schema, y.file.schema)) {
        rc = ls_buf_append_text(report, "  their schemas differ\n", err);
    } else if (rc == 0) {
        rc = find_first(&x, &y, report, err);
    }
    ls_avro_file_close(&x.file);
    ls_avro_file_close(&y.file);
    return rc;
}
