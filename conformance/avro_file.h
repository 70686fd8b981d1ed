/* Reading records through libavro, field by name: the suite's own eyes (contract C7), so that a
 * defect of our codec cannot hide in both runs. */
#ifndef LS_CONFORMANCE_AVRO_FILE_H
#define LS_CONFORMANCE_AVRO_FILE_H

#include "core/base/error.h"

#include <avro.h>
#include <stdbool.h>
#include <stdint.h>

struct ls_avro_file {
    avro_file_reader_t file;
    avro_schema_t schema;
    avro_value_iface_t *iface;
    avro_value_t value; /* the current record */
    const char *path;   /* borrowed */
};

/* LS_E_NOINPUT or LS_E_DATA with the path. Closing is legal also after an
 * error. */
int ls_avro_file_open(const char *path, struct ls_avro_file *out, struct ls_error *err);
void ls_avro_file_close(struct ls_avro_file *file);

/* 1 and the next record in file->value, 0 at the end. */
int ls_avro_file_next(struct ls_avro_file *file, struct ls_error *err);

/* Fields of the current record, unions looked through; false when there is none or it is null or of
 * another type. */
bool ls_avro_file_long(const struct ls_avro_file *file, const char *field, int64_t *out);
bool ls_avro_file_text(const struct ls_avro_file *file, const char *field, const char **text,
                       size_t *size);

#endif
