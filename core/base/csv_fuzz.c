/* Any bytes as comma-separated values: scanned, every field written in quotes, and scanned again,
 * which gives the same fields and lines. */
#include "core/base/buf.h"
#include "core/base/csv.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void quote(struct ls_buf *out, const struct ls_csv_field *field)
{
    struct ls_error err;
    int rc = ls_buf_append_text(out, "\"", &err);
    for (size_t i = 0; i < field->size; i++) {
        rc |= ls_buf_append(out, field->text + i, 1, &err);
        rc |= field->text[i] == '"' ? ls_buf_append_text(out, "\"", &err) : 0;
    }
    rc |= ls_buf_append_text(out, field->ends_line ? "\"\r\n" : "\",", &err);
    assert(rc == 0);
    (void)rc;
}

/* Whether it could be scanned; its fields, quoted. */
static bool scan(const void *text, size_t size, struct ls_buf *out)
{
    struct ls_buf copy;
    struct ls_csv csv;
    struct ls_csv_field field;
    struct ls_error err;
    uint64_t line = 1;
    ls_buf_init(&copy, "text", 1U << 24);
    int rc = ls_buf_append(&copy, text, size, &err);
    assert(rc == 0 && ls_buf_text(&copy, &err));
    ls_csv_begin(&csv, "text", (char *)copy.data, size);
    while ((rc = ls_csv_next(&csv, &field, &err)) == 1) {
        assert(field.line >= line && field.column >= 1);
        line = field.line;
        quote(out, &field);
    }
    assert(rc == 0 || (rc == LS_E_DATA && strncmp(err.text, "text:", 5) == 0));
    ls_buf_clear(&copy);
    return rc == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ls_buf first;
    struct ls_buf second;
    ls_buf_init(&first, "quoted", 1U << 24);
    ls_buf_init(&second, "quoted again", 1U << 24);
    if (scan(data, size, &first)) {
        bool again = scan(first.data, first.size, &second);
        assert(again && first.size == second.size &&
               (first.size == 0 || memcmp(first.data, second.data, first.size) == 0));
        (void)again;
    }
    ls_buf_clear(&first);
    ls_buf_clear(&second);
    return 0;
}
