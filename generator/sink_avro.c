/* avro:DIR, container files of each event type's own schema: the datums, without their frame. */
#include "generator/sink_files.h"

#include <stdio.h>

#define RECORDS_PER_BLOCK 1024

static int avro_open(struct ls_typed_file *file, struct ls_error *err)
{
    char name[LS_PATH_MAX];
    snprintf(name, sizeof name, "events/%s", file->type->spec->topic);
    return ls_container_retrace(file->part.path, name, file->type->spec->schema->text,
                                RECORDS_PER_BLOCK, &file->container, err);
}

static int avro_put(struct ls_typed_file *file, const struct ls_event *event,
                    const struct ls_span *datum, struct ls_error *err)
{
    (void)event;
    return ls_container_append(file->container, datum->at, (size_t)(datum->end - datum->at), err);
}

static int avro_finish(struct ls_typed_file *file, struct ls_error *err)
{
    return ls_container_finish(file->container, true, err);
}

static int open_sink(const char *place, const struct ls_sink_run *run, struct ls_sink **out,
                     struct ls_error *err)
{
    static const struct ls_files_format format = {
        .ending = "avro", .open = avro_open, .put = avro_put, .finish = avro_finish};
    return ls_files_open(&ls_sink_avro, &format, place, run, out, err);
}

const struct ls_sink_kind ls_sink_avro = {
    .prefix = "avro:",
    .form = "avro:DIR",
    .summary = "Avro container files, one an event type",
    .in_folder = true,
    .domain_folders = true,
    .open = open_sink,
    .take = ls_files_take,
    .finish = ls_files_finish,
    .close = ls_files_close,
};
