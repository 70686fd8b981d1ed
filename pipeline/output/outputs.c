#include "pipeline/output/outputs.h"

#include "core/base/mem.h"
#include "pipeline/output/ours.h"
#include "pipeline/output/outlet.h"
#include "pipeline/output/replace.h"
#include "pipeline/output/report.h"
#include "pipeline/output/run_journal.h"
#include "pipeline/output/run_lock.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

const struct ls_scope ls_scope_all = {.has_as_of = false};

const char ls_quarantine_schema[] =
    "{\"type\":\"record\",\"name\":\"quarantined\",\"namespace\":\"lockstep\",\"fields\":["
    "{\"name\":\"reason\",\"type\":\"string\"},{\"name\":\"detail\",\"type\":\"string\"},{\"name\":"
    "\"topic\",\"type\":\"string\"},"
    "{\"name\":\"timestamp\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
    "{\"name\":\"key\",\"type\":[\"null\",\"bytes\"]},"
    "{\"name\":\"headers\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":"
    "\"header\",\"fields\":["
    "{\"name\":\"key\",\"type\":\"string\"},{\"name\":\"value\",\"type\":[\"null\",\"bytes\"]}]}}},"
    "{\"name\":\"value\",\"type\":[\"null\",\"bytes\"]},"
    "{\"name\":\"partition\",\"type\":\"int\",\"lockstep.physical\":true},{\"name\":\"position\","
    "\"type\":\"long\",\"lockstep.physical\":true}]}";

static const char late_schema[] =
    "{\"type\":\"record\",\"name\":\"late\",\"namespace\":\"lockstep\",\"fields\":["
    "{\"name\":\"event_id\",\"type\":\"string\"},{\"name\":\"entity_id\",\"type\":\"string\"},"
    "{\"name\":\"event_time\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
    "{\"name\":\"window_start\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
    "{\"name\":\"window_end\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
    "{\"name\":\"partition\",\"type\":\"int\",\"lockstep.physical\":true},{\"name\":\"position\","
    "\"type\":\"long\",\"lockstep.physical\":true},"
    "{\"name\":\"watermark\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"},"
    "\"lockstep.physical\":true}]}";

/* ---- the order of the datasets: views; then for each topic partition normalized, quarantine; then
 * for each view the late files of each topic that it reads */

static size_t view_index(const struct ls_view *view)
{
    return view->index;
}

static size_t record_index(const struct ls_outputs *o, uint32_t topic, uint32_t partition)
{
    return o->views->count + 2 * ((size_t)topic * o->partitions + partition);
}

/* Sources of the views before one. */
static size_t sources_before(const struct ls_views *views, size_t view)
{
    size_t count = 0;
    for (size_t v = 0; v < view; v++) {
        count += views->views[v].source_count;
    }
    return count;
}

static size_t late_begin(const struct ls_outputs *o)
{
    return o->views->count + 2 * o->plan->topic_count * o->partitions;
}

static size_t late_index(const struct ls_outputs *o, const struct ls_view *view, size_t source,
                         uint32_t partition)
{
    return late_begin(o) + (sources_before(o->views, view->index) + source) * o->partitions +
           partition;
}

const struct ls_dataset *ls_outputs_late_sets(const struct ls_outputs *o,
                                              const struct ls_view *view, size_t *count)
{
    *count = o->views_only ? 0 : view->source_count * o->partitions;
    return &o->sets[late_index(o, view, 0, 0)];
}

uint64_t ls_outputs_row_count(const struct ls_outputs *o, const struct ls_view *view)
{
    return o->sets[view_index(view)].digest.records;
}

uint64_t ls_outputs_late_count(const struct ls_outputs *o, const struct ls_view *view,
                               uint32_t topic, uint32_t partition)
{
    const struct ls_view_source *source = o->views_only ? NULL : view->by_topic[topic];
    return source ? o->sets[late_index(o, view, (size_t)(source - view->sources), partition)]
                        .digest.records
                  : 0;
}

size_t ls_outputs_count(const struct ls_record_plan *plan, const struct ls_views *views,
                        uint32_t partitions)
{
    return views->count +
           (2 * plan->topic_count + sources_before(views, views->count)) * partitions;
}

static size_t total(const struct ls_outputs *o)
{
    return o->views_only ? o->views->count : ls_outputs_count(o->plan, o->views, o->partitions);
}

static const struct ls_layout *describe_late(const struct ls_outputs *o, size_t at,
                                             char name[LS_PATH_MAX])
{
    const struct ls_view *view = o->views->views;
    size_t source = at / o->partitions;
    while (source >= view->source_count) {
        source -= view++->source_count;
    }
    snprintf(name, LS_PATH_MAX, "late/%s/%s/%zu", view->spec->name,
             view->sources[source].topic_plan->type->topic, at % o->partitions);
    return o->late_layout;
}

const struct ls_layout *ls_outputs_describe(const struct ls_outputs *o, size_t i,
                                            char name[LS_PATH_MAX])
{
    size_t views = o->views->count;
    if (i >= late_begin(o)) {
        return describe_late(o, i - late_begin(o), name);
    }
    if (i < views) {
        const struct ls_view *view = &o->views->views[i];
        snprintf(name, LS_PATH_MAX, "%s/%s", ls_view_folder(view), view->spec->name);
        return view->layout;
    }
    size_t at = (i - views) / 2;
    const struct ls_topic_plan *topic = &o->plan->topics[at / o->partitions];
    bool quarantine = (i - views) % 2;
    snprintf(name, LS_PATH_MAX, "%s/%s/%zu", quarantine ? "quarantine" : "normalized",
             topic->type->topic, at % o->partitions);
    return quarantine ? o->quarantine_layout : topic->layout;
}

static int make_layout(const char *text, struct ls_schema **schema, struct ls_layout **layout,
                       struct ls_error *err)
{
    int rc = ls_schema_parse(text, strlen(text), schema, err);
    return rc < 0 ? rc : ls_layout_new(*schema, layout, err);
}

uint32_t ls_outputs_topic(const struct ls_outputs *o, size_t i, char name[LS_PATH_MAX],
                          uint32_t *partitions)
{
    size_t views = o->views->count;
    if (i < views) {
        const struct ls_view *view = &o->views->views[i];
        bool alert = view->kind == LS_VIEW_ALERT;
        snprintf(name, LS_PATH_MAX, "%s.%s", alert ? "alerts" : "analytics", view->spec->name);
        *partitions = 1;
        return 0;
    }
    ls_outputs_describe(o, i, name); /* "late/VIEW/TOPIC/PARTITION" */
    *strrchr(name, '/') = '\0';
    for (char *slash = name; (slash = strchr(slash, '/'));) {
        *slash = '.';
    }
    *partitions = o->partitions;
    size_t late = late_begin(o);
    return (uint32_t)((i >= late ? i - late : (i - views) / 2) % o->partitions);
}

char *ls_outputs_domain(const struct ls_record_plan *plan, char out[LS_OUTPUTS_DOMAIN_MAX])
{
    snprintf(out, LS_OUTPUTS_DOMAIN_MAX, "%s outputs", plan->spec->domain);
    return out;
}

static int make_layouts(struct ls_outputs *o, struct ls_error *err)
{
    int rc = make_layout(ls_quarantine_schema, &o->quarantine_schema, &o->quarantine_layout, err);
    return rc < 0 ? rc : make_layout(late_schema, &o->late_schema, &o->late_layout, err);
}

static void clear_layouts(struct ls_outputs *o)
{
    ls_layout_free(o->quarantine_layout);
    ls_layout_free(o->late_layout);
    ls_schema_free(o->quarantine_schema);
    ls_schema_free(o->late_schema);
}

int ls_outputs_topics(const struct ls_record_plan *plan, const struct ls_views *views,
                      int (*each)(void *context, const char *topic, const struct ls_schema *schema,
                                  struct ls_error *err),
                      void *context, struct ls_error *err)
{
    struct ls_outputs o = {.plan = plan, .views = views, .partitions = 1};
    int rc = make_layouts(&o, err);
    for (size_t i = 0; rc >= 0 && i < total(&o); i++) {
        char name[LS_PATH_MAX];
        uint32_t partitions;
        const struct ls_schema *schema = ls_outputs_describe(&o, i, name)->schema;
        ls_outputs_topic(&o, i, name, &partitions);
        rc = each(context, name, schema, err);
    }
    clear_layouts(&o);
    return rc < 0 ? rc : 0;
}

static int make_texts(struct ls_outputs *o, const char *folder, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    o->folder = ls_mem_copy(folder, strlen(folder), err);
    int rc = o->folder ? ls_path_join(path, folder, "datasets", err) : err->code;
    if (rc == 0 && !o->place) {
        o->datasets = ls_mem_copy(path, strlen(path), err);
        rc = o->datasets ? 0 : err->code;
    }
    return rc;
}

/* Rows that go to topics are the log's, and the folder is that of a state, which has a lock. */
static int take_lock(struct ls_outputs *o, struct ls_error *err)
{
    int rc = ls_folder_make(o->folder, err);
    rc = rc < 0 ? rc : ls_run_lock(o->folder, &o->lock, err);
    return rc > 0 ? ls_error_set(err, LS_E_DATA, "another run is working in %s", o->folder) : rc;
}

/* `what` has plan, views, partitions, whether there are views alone, and the place of topics. */
static int outputs_open(const struct ls_outputs *what, const char *folder,
                        const struct ls_dataset_state *states, struct ls_outputs **out,
                        struct ls_error *err)
{
    *out = NULL;
    struct ls_outputs *o = ls_mem_new(1, sizeof *o, err);
    if (!o) {
        return err->code;
    }
    *o = *what;
    o->lock = -1;
    o->outlet = o->place ? &ls_outlet_topics : &ls_outlet_files;
    int rc = make_texts(o, folder, err);
    rc = rc < 0 ? rc : make_layouts(o, err);
    rc = rc < 0 || o->place ? rc : take_lock(o, err);
    rc = rc < 0 ? rc : ls_ours_check(folder, states ? NULL : o->datasets, err);
    rc = rc < 0 || o->place ? rc : ls_replace_discard(folder, err);
    rc = rc < 0 ? rc : ls_report_remove(o, err);
    if (rc == 0) {
        o->count = total(o);
        o->sets = ls_mem_new(o->count, sizeof *o->sets, err);
        rc = o->sets ? o->outlet->open(o, states, err) : err->code;
    }
    o->place = NULL;
    if (rc < 0) {
        ls_outputs_free(o);
        return rc;
    }
    *out = o;
    return 0;
}

int ls_outputs_open(const struct ls_record_plan *plan, const struct ls_views *views,
                    uint32_t partitions, const char *folder, const struct ls_dataset_state *states,
                    struct ls_outputs **out, struct ls_error *err)
{
    const struct ls_outputs what = {.plan = plan, .views = views, .partitions = partitions};
    return outputs_open(&what, folder, states, out, err);
}

int ls_outputs_open_views(const struct ls_record_plan *plan, const struct ls_views *views,
                          uint32_t partitions, const char *folder, struct ls_outputs **out,
                          struct ls_error *err)
{
    const struct ls_outputs what = {
        .plan = plan, .views = views, .partitions = partitions, .views_only = true};
    return outputs_open(&what, folder, NULL, out, err);
}

int ls_outputs_open_topics(const struct ls_record_plan *plan, const struct ls_views *views,
                           uint32_t partitions, const struct ls_topics_place *place,
                           const struct ls_dataset_state *states, struct ls_outputs **out,
                           struct ls_error *err)
{
    const struct ls_outputs what = {
        .plan = plan, .views = views, .partitions = partitions, .place = place};
    return outputs_open(&what, place->folder, states, out, err);
}

bool ls_outputs_flushes(const struct ls_outputs *o, bool final)
{
    return o->outlet->takes_back || final;
}

/* ---- rows */

/* An event's record in a topic: keyed as the record that was read. */
static struct ls_row_tag tag_of(const struct ls_record *record)
{
    const struct ls_cell *entity = &record->cells[LS_COLUMN_ENTITY_ID];
    return (struct ls_row_tag){record->event_time, entity->bytes, entity->size};
}

int ls_outputs_normalized(struct ls_outputs *o, uint32_t topic, uint32_t partition,
                          const struct ls_record *record, struct ls_error *err)
{
    if (o->views_only) {
        return 0;
    }
    const struct ls_row_tag tag = tag_of(record);
    return ls_dataset_append(&o->sets[record_index(o, topic, partition)], record->normal, &tag,
                             err);
}

static struct ls_cell text_cell(const char *text)
{
    return (struct ls_cell){.bytes = (const uint8_t *)text, .size = (uint32_t)strlen(text)};
}

static struct ls_cell bytes_cell(const uint8_t *bytes, size_t size)
{
    return (struct ls_cell){.bytes = bytes, .size = (uint32_t)size, .is_null = !bytes};
}

int ls_outputs_quarantine(struct ls_outputs *o, uint32_t topic, uint32_t partition,
                          uint64_t position, const struct ls_log_record *raw,
                          const struct ls_record *record, struct ls_error *err)
{
    static const uint8_t no_headers[] = {0};
    const struct ls_cell cells[] = {
        text_cell(ls_reasons[record->reason].name),
        text_cell(record->detail),
        text_cell(o->plan->topics[topic].type->topic),
        {.number = raw->timestamp_ms},
        bytes_cell(raw->key, raw->key_size),
        raw->headers ? bytes_cell(raw->headers, raw->headers_size)
                     : bytes_cell(no_headers, sizeof no_headers),
        bytes_cell(raw->value, raw->value_size),
        {.number = partition},
        {.number = (int64_t)position},
    };
    assert(sizeof cells / sizeof *cells == o->quarantine_layout->count);
    if (o->views_only) {
        return 0;
    }
    ls_run_tell_quarantined(o->journal, &o->plan->topics[topic], partition, position, raw, record);
    const struct ls_row_tag tag = {raw->timestamp_ms, raw->key, raw->key_size};
    int rc = ls_dataset_append(&o->sets[record_index(o, topic, partition) + 1], cells, &tag, err);
    return rc == LS_E_DATA ? ls_error_prefix(err, "record %llu of partition %u of %s",
                                             (unsigned long long)position, partition,
                                             o->plan->topics[topic].type->topic)
                           : rc;
}

int ls_outputs_late(struct ls_outputs *o, const struct ls_view *view, uint32_t topic,
                    uint32_t partition, uint64_t position, const struct ls_record *record,
                    int64_t watermark, int64_t window_start, int64_t window_end,
                    struct ls_error *err)
{
    const struct ls_cell cells[] = {
        record->cells[LS_COLUMN_EVENT_ID],
        record->cells[LS_COLUMN_ENTITY_ID],
        {.number = record->event_time},
        {.number = window_start},
        {.number = window_end},
        {.number = partition},
        {.number = (int64_t)position},
        {.number = watermark},
    };
    size_t source = (size_t)(view->by_topic[topic] - view->sources);
    assert(sizeof cells / sizeof *cells == o->late_layout->count);
    if (o->views_only) {
        return 0;
    }
    if (o->journal) {
        const struct ls_run_late late = {.topic = &o->plan->topics[topic],
                                         .partition = partition,
                                         .position = position,
                                         .record = record,
                                         .watermark_ms = watermark,
                                         .start_ms = window_start,
                                         .end_ms = window_end};
        ls_run_tell_late(o->journal, view, &late);
    }
    const struct ls_row_tag tag = tag_of(record);
    return ls_dataset_append(&o->sets[late_index(o, view, source, partition)], cells, &tag, err);
}

int ls_outputs_row(struct ls_outputs *o, const struct ls_view *view, const uint8_t *row,
                   size_t size, const struct ls_row_tag *tag, struct ls_error *err)
{
    ls_run_tell_alert(o->journal, view, row, size);
    return ls_dataset_append_encoded(&o->sets[view_index(view)], row, size, tag, err);
}

int ls_outputs_covered(struct ls_outputs *o, const struct ls_log_commit *commit,
                       struct ls_error *err)
{
    return o->outlet->covered ? o->outlet->covered(o, commit, err) : 0;
}

bool ls_outputs_want_checkpoint(const struct ls_outputs *o)
{
    return o->log && ls_log_wants_commit(o->log);
}

int ls_outputs_finish(struct ls_outputs *o, const struct ls_partition_counts *counts,
                      const struct ls_run_facts *facts, struct ls_error *err)
{
    int rc = o->outlet->end(o, facts->final, err);
    return rc < 0 ? rc : ls_report_write(o, counts, facts, err);
}

int ls_outputs_finish_datasets(struct ls_outputs *o, struct ls_error *err)
{
    int rc = o->outlet->end(o, true, err);
    return rc < 0 ? rc : ls_report_sums(o, err);
}

void ls_outputs_free(struct ls_outputs *o)
{
    if (!o) {
        return;
    }
    for (size_t i = 0; o->sets && i < o->count; i++) {
        ls_dataset_clear(&o->sets[i]);
    }
    o->outlet->close(o);
    ls_mem_free(o->sets);
    clear_layouts(o);
    ls_run_unlock(o->lock);
    ls_mem_free(o->folder);
    ls_mem_free(o->datasets);
    ls_mem_free(o);
}
