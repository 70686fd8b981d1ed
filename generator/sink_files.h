/* What avro:DIR, jsonl:DIR and csv:DIR share: a folder of files, one for each event type, with the
 * events in index order.
 *
 *   DIR/manifest.json               whose they are (files_manifest.h)
 *   DIR/EVENT_TYPE.avro             under EVENT_TYPE.avro.part until everything is whole
 *   DIR/EVENT_TYPE.damaged.jsonl    the events whose value is no datum, where the format has no way
 *                                   to hold them: a line each (event_json.h)
 *
 * Container files and CSV have the columns of the readers' version of the type's schema: an event
 * of an older one (the fault schema_change) is read as that, with null for what it lacks. JSON
 * lines are the values as they are written.
 *
 * Of several domains each has its folder DIR/DOMAIN, the same as that of a run of this domain
 * alone. */
#ifndef LS_GENERATOR_SINK_FILES_H
#define LS_GENERATOR_SINK_FILES_H

#include "core/avro/container.h"
#include "generator/part.h"
#include "generator/sink.h"
#include "generator/text_file.h"

struct ls_typed_file {
    const struct ls_plan_type *type;
    char *name; /* "order.csv" */
    struct ls_part part;
    uint64_t events;
    struct ls_text_file text;              /* of a text format */
    struct ls_buf cell;                    /* of CSV: the JSON of the one that is made */
    struct ls_container_writer *container; /* of Avro */
};

struct ls_files_format {
    const char *ending; /* "csv": of the files' names; names the format in the manifest, too */
    bool holds_damaged; /* `put` takes any event, with a `datum` of NULL, and looks by itself */
    /* The file at part.path is there; what it holds is to be compared instead of written. */
    int (*open)(struct ls_typed_file *file, struct ls_error *err);
    int (*put)(struct ls_typed_file *file, const struct ls_event *event,
               const struct ls_span *datum, struct ls_error *err);
    int (*finish)(struct ls_typed_file *file, struct ls_error *err); /* all is written and synced */
};

/* For rows of ls_sink_kinds. */
int ls_files_open(const struct ls_sink_kind *kind, const struct ls_files_format *format,
                  const char *place, const struct ls_sink_run *run, struct ls_sink **out,
                  struct ls_error *err);
int ls_files_take(struct ls_sink *base, size_t domain, const struct ls_event *event,
                  struct ls_error *err);
int ls_files_finish(struct ls_sink *base, struct ls_error *err);
void ls_files_close(struct ls_sink *base);

/* For text formats: `open` without a head, and `finish`. */
int ls_files_open_text(struct ls_typed_file *file, struct ls_error *err);
int ls_files_finish_text(struct ls_typed_file *file, struct ls_error *err);

#endif
