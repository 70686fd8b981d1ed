#include "generator/sink_files.h"

#include "core/avro/row.h"
#include "core/base/mem.h"
#include "generator/event_datum.h"
#include "generator/event_json.h"
#include "generator/files_manifest.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 256
#define ROW_MAX        (64U << 20) /* bytes: far more than any event's */

struct files_domain {
    const struct ls_sink_domain *of;
    char *folder;
    struct ls_typed_file *files;   /* of each event type */
    struct ls_typed_file *damaged; /* likewise; NULL where the format holds them */
};

struct files_sink {
    struct ls_sink base;
    const struct ls_files_format *format;
    struct files_domain *domains;
    size_t domain_count;
    struct ls_buf row; /* of an older version's event, as the readers' version has it */
};

int ls_files_open_text(struct ls_typed_file *file, struct ls_error *err)
{
    return ls_text_file_open(&file->text, file->part.path, err);
}

int ls_files_finish_text(struct ls_typed_file *file, struct ls_error *err)
{
    return ls_text_file_finish(&file->text, err);
}

static int put_damaged(struct ls_typed_file *file, const struct ls_event *event,
                       const struct ls_span *datum, struct ls_error *err)
{
    (void)datum;
    int rc = ls_event_json_damaged(file->type, event, &file->text.text, err);
    return rc < 0 ? rc : ls_text_file_line(&file->text, err);
}

static const struct ls_files_format damaged_format = {
    .ending = "damaged.jsonl",
    .holds_damaged = true,
    .open = ls_files_open_text,
    .put = put_damaged,
    .finish = ls_files_finish_text,
};

/* ---- opening */

static int open_file(const struct ls_files_format *format, const char *folder,
                     const struct ls_plan_type *type, bool resume, struct ls_typed_file *file,
                     struct ls_error *err)
{
    char name[NAME_MAX_BYTES];
    int size = snprintf(name, sizeof name, "%s.%s", type->spec->name, format->ending);
    file->type = type;
    file->name = ls_mem_copy(name, (size_t)size, err);
    int rc = file->name ? ls_part_begin(&file->part, folder, name, resume, err) : err->code;
    return rc < 0 ? rc : format->open(file, err);
}

static int open_files(const struct ls_files_format *format, const struct files_domain *domain,
                      bool resume, struct ls_typed_file **out, struct ls_error *err)
{
    const struct ls_plan *plan = domain->of->plan;
    struct ls_typed_file *files = ls_mem_new(plan->type_count, sizeof *files, err);
    *out = files;
    int rc = files ? 0 : err->code;
    for (size_t t = 0; rc == 0 && t < plan->type_count; t++) {
        rc = open_file(format, domain->folder, &plan->types[t], resume, &files[t], err);
    }
    return rc;
}

/* An output of one domain and one of several have other folders: none is begun among the other's
 * files. */
static int check_layout(const char *place, const struct ls_sink_run *run, struct ls_error *err)
{
    char folder[LS_PATH_MAX];
    char path[LS_PATH_MAX];
    const char *domain = run->domains[0].plan->spec->domain;
    bool several = run->domain_count > 1;
    int rc = ls_path_join(folder, place, domain, err);
    rc = rc < 0 ? rc : ls_path_join(path, several ? place : folder, "manifest.json", err);
    if (rc < 0 || !ls_path_exists(path)) {
        return rc;
    }
    return several ? ls_error_set(err, LS_E_DATA,
                                  "%s holds the output of another run, of one domain: give --to "
                                  "another folder",
                                  place)
                   : ls_error_set(err, LS_E_DATA,
                                  "%s holds the output of a run of several domains, %s among them: "
                                  "give all its specs, or --to another folder",
                                  place, domain);
}

/* What is there is looked at in all domains before anything is made in one. */
static int look(const struct files_sink *sink, bool resume, enum ls_files_state *states,
                struct ls_error *err)
{
    int rc = 0;
    for (size_t d = 0; rc == 0 && d < sink->domain_count; d++) {
        const struct files_domain *domain = &sink->domains[d];
        rc = ls_files_manifest_look(domain->folder, sink->format->ending, domain->of, resume,
                                    &states[d], err);
    }
    return rc;
}

static int open_domain(struct files_sink *sink, struct files_domain *domain,
                       enum ls_files_state state, struct ls_error *err)
{
    bool resume = state != LS_FILES_NONE;
    int rc = ls_folder_make(domain->folder, err);
    if (rc == 0 && !resume) {
        rc = ls_files_manifest_write(domain->folder, sink->format->ending, domain->of, false, NULL,
                                     0, err);
    }
    rc = rc < 0 ? rc : open_files(sink->format, domain, resume, &domain->files, err);
    return rc < 0 || sink->format->holds_damaged
               ? rc
               : open_files(&damaged_format, domain, resume, &domain->damaged, err);
}

static int name_folders(struct files_sink *sink, const char *place, const struct ls_sink_run *run,
                        struct ls_error *err)
{
    char path[LS_PATH_MAX];
    for (size_t d = 0; d < run->domain_count; d++) {
        const char *folder = place;
        sink->domains[d].of = &run->domains[d];
        if (run->domain_count > 1) {
            int rc = ls_path_join(path, place, run->domains[d].plan->spec->domain, err);
            if (rc < 0) {
                return rc;
            }
            folder = path;
        }
        sink->domains[d].folder = ls_mem_copy(folder, strlen(folder), err);
        if (!sink->domains[d].folder) {
            return err->code;
        }
    }
    return 0;
}

int ls_files_open(const struct ls_sink_kind *kind, const struct ls_files_format *format,
                  const char *place, const struct ls_sink_run *run, struct ls_sink **out,
                  struct ls_error *err)
{
    struct files_sink *sink = ls_mem_new(1, sizeof *sink, err);
    if (!sink) {
        return err->code;
    }
    sink->base.kind = kind;
    sink->format = format;
    ls_buf_init(&sink->row, "an event as its readers see it", ROW_MAX);
    sink->domains = ls_mem_new(run->domain_count, sizeof *sink->domains, err);
    sink->domain_count = sink->domains ? run->domain_count : 0;
    enum ls_files_state *states = ls_mem_new(run->domain_count, sizeof *states, err);
    int rc = sink->domains && states ? name_folders(sink, place, run, err) : err->code;
    rc = rc < 0 ? rc : check_layout(place, run, err);
    rc = rc < 0 ? rc : look(sink, run->resume, states, err);
    bool complete = rc == 0;
    for (size_t d = 0; d < sink->domain_count; d++) {
        complete = complete && states[d] == LS_FILES_COMPLETE;
    }
    for (size_t d = 0; rc == 0 && !complete && d < sink->domain_count; d++) {
        rc = open_domain(sink, &sink->domains[d], states[d], err);
    }
    ls_mem_free(states);
    if (rc < 0) {
        ls_files_close(&sink->base);
        return rc;
    }
    sink->base.complete = complete;
    *out = &sink->base;
    return 0;
}

/* ---- events */

/* A sound datum of an older version becomes one of the readers'. */
static int read_as(struct files_sink *sink, const struct ls_plan_type *type,
                   const struct ls_event *event, struct ls_span *datum, struct ls_error *err)
{
    const struct ls_spec_event_type *spec = type->spec;
    const struct ls_spec_version *version = ls_event_version(type, event);
    struct ls_cell written[LS_COLUMN_PAYLOAD + LS_SPEC_FIELDS_MAX];
    struct ls_cell cells[LS_COLUMN_PAYLOAD + LS_SPEC_FIELDS_MAX];
    if (version->layout == spec->layout) {
        return 0;
    }
    ls_row_decode(version->layout, datum->at, (size_t)(datum->end - datum->at), written, NULL,
                  NULL);
    ls_spec_read_as(spec, version, written, cells);
    sink->row.size = 0;
    int rc = ls_buf_reserve(&sink->row, ls_row_size_max(spec->layout, cells), err);
    if (rc == 0) {
        *datum = (struct ls_span){sink->row.data,
                                  ls_row_encode(spec->layout, cells, sink->row.data)};
    }
    return rc;
}

int ls_files_take(struct ls_sink *base, size_t domain, const struct ls_event *event,
                  struct ls_error *err)
{
    struct files_sink *sink = (struct files_sink *)base;
    const struct files_domain *d = &sink->domains[domain];
    struct ls_typed_file *file = &d->files[event->type];
    struct ls_span datum;
    bool apart = !sink->format->holds_damaged && ls_event_datum(file->type, event, &datum);
    const struct ls_files_format *format = sink->format;
    if (apart) {
        file = &d->damaged[event->type];
        format = &damaged_format;
        base->damaged++;
    }
    file->events++;
    if (format->holds_damaged) {
        return format->put(file, event, NULL, err);
    }
    int rc = read_as(sink, file->type, event, &datum, err);
    return rc < 0 ? rc : format->put(file, event, &datum, err);
}

/* ---- the end */

static int finish_files(const struct ls_files_format *format, struct ls_typed_file *files,
                        size_t count, struct ls_error *err)
{
    int rc = 0;
    for (size_t t = 0; rc == 0 && t < count; t++) {
        rc = format->finish(&files[t], err);
    }
    return rc;
}

static int name_files(const struct ls_typed_file *files, size_t count, struct ls_error *err)
{
    int rc = 0;
    for (size_t t = 0; rc == 0 && t < count; t++) {
        rc = ls_part_end(&files[t].part, err);
    }
    return rc;
}

static int write_manifest(const struct files_sink *sink, const struct files_domain *domain,
                          struct ls_error *err)
{
    struct ls_files_entry entries[2 * LS_SPEC_EVENT_TYPES_MAX];
    size_t count = 0;
    for (size_t t = 0; t < domain->of->plan->type_count; t++) {
        const struct ls_typed_file *both[] = {&domain->files[t],
                                              domain->damaged ? &domain->damaged[t] : NULL};
        for (size_t k = 0; k < 2 && both[k]; k++) {
            entries[count++] = (struct ls_files_entry){both[k]->name, both[k]->type->spec->topic,
                                                       both[k]->events};
        }
    }
    return ls_files_manifest_write(domain->folder, sink->format->ending, domain->of, true, entries,
                                   count, err);
}

static int finish_domain(const struct files_sink *sink, struct files_domain *domain,
                         struct ls_error *err)
{
    size_t count = domain->of->plan->type_count;
    size_t damaged_count = domain->damaged ? count : 0;
    int rc = finish_files(sink->format, domain->files, count, err);
    rc = rc < 0 ? rc : finish_files(&damaged_format, domain->damaged, damaged_count, err);
    rc = rc < 0 ? rc : name_files(domain->files, count, err);
    rc = rc < 0 ? rc : name_files(domain->damaged, damaged_count, err);
    rc = rc < 0 ? rc : ls_file_sync_folder_of(domain->files[0].part.whole, err);
    return rc < 0 ? rc : write_manifest(sink, domain, err);
}

int ls_files_finish(struct ls_sink *base, struct ls_error *err)
{
    struct files_sink *sink = (struct files_sink *)base;
    int rc = 0;
    for (size_t d = 0; rc == 0 && d < sink->domain_count; d++) {
        rc = finish_domain(sink, &sink->domains[d], err);
    }
    return rc;
}

static void close_files(struct ls_typed_file *files, size_t count)
{
    for (size_t t = 0; files && t < count; t++) {
        ls_text_file_close(&files[t].text);
        ls_buf_clear(&files[t].cell);
        ls_container_writer_free(files[t].container);
        ls_part_clear(&files[t].part);
        ls_mem_free(files[t].name);
    }
    ls_mem_free(files);
}

void ls_files_close(struct ls_sink *base)
{
    struct files_sink *sink = (struct files_sink *)base;
    for (size_t d = 0; d < sink->domain_count; d++) {
        struct files_domain *domain = &sink->domains[d];
        size_t count = domain->of ? domain->of->plan->type_count : 0;
        close_files(domain->files, count);
        close_files(domain->damaged, count);
        ls_mem_free(domain->folder);
    }
    ls_buf_clear(&sink->row);
    ls_mem_free(sink->domains);
    ls_mem_free(sink);
}
