#include "conformance/naive.h"

#include "conformance/naive_internal.h"

#include <stdlib.h>
#include <string.h>

#define WORLD_BYTES_MAX ((size_t)4 << 30)

static int64_t delay_of(const struct ls_spec *spec, const struct ls_spec_event_type *type)
{
    const struct ls_spec_watermark *watermark = spec->pipeline->watermark;
    const struct ls_spec_topic_watermark *topics = watermark->topics.items;
    int64_t delay = watermark->delay_ms;
    for (size_t i = 0; i < watermark->topics.count; i++) {
        if (strcmp(topics[i].key, type->name) == 0) {
            delay = topics[i].delay_ms;
        }
    }
    return delay;
}

static int prepare_topics(struct naive_world *world, struct ls_error *err)
{
    const struct ls_spec_event_type *types = world->spec->event_types.items;
    world->topic_count = world->spec->event_types.count;
    world->topics = ls_arena_new(&world->arena, world->topic_count, sizeof *world->topics, err);
    int rc = world->topics ? 0 : err->code;
    for (size_t t = 0; rc == 0 && t < world->topic_count; t++) {
        struct naive_topic *topic = &world->topics[t];
        topic->type = &types[t];
        topic->delay_ms = delay_of(world->spec, &types[t]);
        topic->lateness_off = world->scope.lateness_off;
        rc = ls_naive_versions(world->spec, &types[t], &world->arena, &topic->versions,
                               &topic->version_count, err);
        if (rc == 0) {
            topic->event = topic->versions[topic->version_count - 1].columns;
            rc = ls_naive_steps_compile(world, topic, &world->arena, err);
        }
    }
    return rc;
}

static const struct ls_naive_scope everything = {.as_of = NULL};

static int load_scope(const struct ls_naive *job, const struct ls_naive_scope *scope,
                      struct naive_world *world, struct ls_error *err)
{
    *world = (struct naive_world){.job = job, .scope = *scope, .spec = job->spec};
    ls_arena_init(&world->arena, "the naive recomputation", WORLD_BYTES_MAX);
    int rc = ls_naive_tables_load(world, err);
    rc = rc < 0 ? rc : prepare_topics(world, err);
    rc = rc < 0 ? rc : ls_naive_log_load(world, err);
    for (size_t t = 0; rc == 0 && t < world->topic_count; t++) {
        rc = ls_naive_decode(world, &world->topics[t], err);
        rc = rc < 0 ? rc : ls_naive_judge(world, &world->topics[t], err);
    }
    return rc;
}

int ls_naive_world_load(const struct ls_naive *job, struct naive_world *world, struct ls_error *err)
{
    return load_scope(job, &everything, world, err);
}

struct check {
    struct naive_world *world;
    struct ls_naive_counts *counts;
    struct naive_report report;
    const char **paths; /* of the files that should be there */
    size_t path_count;
    struct ls_error *err;
};

static int compare(struct check *c, const struct naive_dataset *dataset)
{
    if (!dataset->path) {
        return c->err->code;
    }
    c->paths[c->path_count++] = dataset->path;
    struct naive_dataset whole = *dataset;
    whole.any_codec = c->world->job->any_codec;
    return ls_naive_compare(&whole, c->world->job->datasets, &c->report, c->err);
}

static void count_late(struct check *c, const struct naive_topic *topic,
                       const struct naive_record *record)
{
    int64_t behind = record->watermark_ms - record->row[NAIVE_EVENT_TIME].number;
    if (topic->lateness_off && behind > 0) {
        c->counts->late++;
        c->counts->too_old += behind > c->world->spec->pipeline->dedupe->horizon_ms;
    }
}

static int check_normalized(struct check *c, const struct naive_topic *topic, size_t index)
{
    struct ls_arena *arena = &c->world->arena;
    const struct naive_partition *partition = &topic->partitions[index];
    size_t position = topic->row.count - 2;
    struct naive_dataset dataset = {.columns = &topic->row, .identity_count = 1};
    dataset.identity = &position;
    dataset.rows = ls_arena_new(arena, partition->count, sizeof *dataset.rows, c->err);
    if (!dataset.rows) {
        return c->err->code;
    }
    for (size_t i = 0; i < partition->count; i++) {
        const struct naive_record *record = &partition->records[i];
        if (ls_naive_is_admitted(record)) {
            dataset.rows[dataset.count++] = record->row;
            count_late(c, topic, record);
        } else if (record->outcome == LS_ADMITTED) {
            c->counts->heartbeats++;
        }
    }
    c->counts->records += partition->count;
    c->counts->cut += partition->cut;
    c->counts->open += c->world->scope.as_of && partition->cut == 0;
    c->counts->admitted += dataset.count;
    dataset.path = ls_arena_printf(arena, c->err, "normalized/%s/%zu.avro", topic->type->topic,
                                   index);
    return compare(c, &dataset);
}

static const struct naive_column quarantine_columns[] = {
    {.name = "reason", .written = "reason", .type = NAIVE_STRING},
    {.name = "detail", .written = "detail", .type = NAIVE_STRING, .is_free = true},
    {.name = "topic", .written = "topic", .type = NAIVE_STRING},
    {.name = "timestamp", .written = "timestamp", .type = NAIVE_TIME},
    {.name = "key", .written = "key", .type = NAIVE_BYTES},
    {.name = "headers", .written = "headers", .type = NAIVE_HEADERS},
    {.name = "value", .written = "value", .type = NAIVE_BYTES},
    {.name = "partition", .written = "partition", .type = NAIVE_INT, .physical = true},
    {.name = "position", .written = "position", .type = NAIVE_LONG, .physical = true}};
#define QUARANTINE_COLUMNS (sizeof quarantine_columns / sizeof quarantine_columns[0])

static int quarantine_row(struct check *c, const struct naive_topic *topic, size_t partition,
                          size_t position, struct naive_value **out)
{
    const struct naive_record *record = &topic->partitions[partition].records[position];
    struct naive_value *row = ls_arena_new(&c->world->arena, QUARANTINE_COLUMNS, sizeof *row,
                                           c->err);
    if (!row) {
        return c->err->code;
    }
    *out = row;
    row[0] = ls_naive_text_value(ls_reasons[record->outcome].name);
    row[2] = ls_naive_text_value(topic->type->topic);
    row[3].number = record->timestamp_ms;
    row[4] = record->key;
    row[5] = record->headers;
    row[6] = record->value;
    row[7].number = (int64_t)partition;
    row[8].number = (int64_t)position;
    return 0;
}

static int check_quarantine(struct check *c, const struct naive_topic *topic, size_t index)
{
    static const size_t position = QUARANTINE_COLUMNS - 1;
    struct naive_column items[QUARANTINE_COLUMNS];
    struct naive_columns columns = {items, QUARANTINE_COLUMNS};
    struct ls_arena *arena = &c->world->arena;
    const struct naive_partition *partition = &topic->partitions[index];
    struct naive_dataset dataset = {
        .columns = &columns, .identity_count = 1, .identity = &position};
    memcpy(items, quarantine_columns, sizeof items);
    dataset.rows = ls_arena_new(arena, partition->count, sizeof *dataset.rows, c->err);
    int rc = dataset.rows ? 0 : c->err->code;
    for (size_t i = 0; rc == 0 && i < partition->count; i++) {
        if (partition->records[i].outcome != LS_ADMITTED) {
            rc = quarantine_row(c, topic, index, i, &dataset.rows[dataset.count++]);
        }
    }
    if (rc < 0) {
        return rc;
    }
    c->counts->quarantined += dataset.count;
    dataset.path = ls_arena_printf(arena, c->err, "quarantine/%s/%zu.avro", topic->type->topic,
                                   index);
    return compare(c, &dataset);
}

static int check_late(struct check *c, const struct naive_view *view)
{
    static const size_t identity[] = {6, 3}; /* position, window_start */
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < view->late_count; i++) {
        const struct naive_late *late = &view->late[i];
        struct naive_dataset dataset = {.columns = &view->late_columns,
                                        .count = late->count,
                                        .rows = late->rows,
                                        .identity_count = 2,
                                        .identity = identity};
        dataset.path = ls_arena_printf(&c->world->arena, c->err, "late/%s/%s/%zu.avro",
                                       view->spec->name, late->topic, late->partition);
        c->counts->late_rows += dataset.count;
        rc = compare(c, &dataset);
    }
    return rc;
}

/* Leaves the view the rows of the range that is asked for; returns how many. */
static size_t keep_range(const struct check *c, const struct naive_view *view)
{
    const struct ls_naive_range *range = c->world->scope.range;
    size_t kept = 0;
    for (size_t i = 0; range && i < view->row_count; i++) {
        int64_t event_time = view->rows[i][0].number;
        int64_t end = view->rows[i][1].number;
        if (view->spec->window.member ? end > range->from && end <= range->to
                                      : event_time >= range->from && event_time < range->to) {
            view->rows[kept++] = view->rows[i];
        }
    }
    return range ? kept : view->row_count;
}

static int check_rows(struct check *c, const struct naive_view *view)
{
    size_t count = view->identity_count;
    size_t *identity = ls_arena_new(&c->world->arena, count, sizeof *identity, c->err);
    if (!identity) {
        return c->err->code;
    }
    for (size_t i = 0; i < count; i++) {
        identity[i] = i;
    }
    struct naive_dataset dataset = {.columns = &view->columns,
                                    .count = keep_range(c, view),
                                    .rows = view->rows,
                                    .identity_count = count,
                                    .identity = identity};
    dataset.path = ls_arena_printf(&c->world->arena, c->err, "%s/%s.avro",
                                   view->spec->when_text ? "alerts" : "views", view->spec->name);
    c->counts->view_rows += dataset.count;
    return compare(c, &dataset);
}

static int check_views(struct check *c, const struct ls_items *items)
{
    const struct ls_spec_view *specs = items->items;
    int rc = 0;
    for (size_t v = 0; rc == 0 && v < items->count; v++) {
        struct naive_view view;
        rc = ls_naive_view(c->world, &specs[v], &view, c->err);
        rc = rc < 0 || c->world->scope.range ? rc : check_late(c, &view);
        rc = rc < 0 ? rc : check_rows(c, &view);
        ls_naive_view_clear(&view);
    }
    return rc;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* For ls_tree_walk: a file that nobody asked for. */
static int check_path(void *context, const char *relative, struct ls_error *err)
{
    struct check *c = context;
    if (strcmp(relative, "SHA256SUMS") == 0 ||
        bsearch(&relative, c->paths, c->path_count, sizeof *c->paths, by_text)) {
        return 0;
    }
    return ls_naive_differ(&c->report, err, "%s: the file should not be there", relative);
}

static size_t count_paths(const struct naive_world *world)
{
    const struct ls_spec_pipeline *pipeline = world->spec->pipeline;
    size_t partitions = 0;
    for (size_t t = 0; t < world->topic_count; t++) {
        partitions += world->topics[t].partition_count;
    }
    return 2 * partitions + (pipeline->views.count + pipeline->alerts.count) * (1 + partitions);
}

static int check_all(struct check *c)
{
    const struct naive_world *world = c->world;
    int rc = 0;
    c->paths = ls_arena_new(&c->world->arena, count_paths(world), sizeof *c->paths, c->err);
    if (!c->paths) {
        return c->err->code;
    }
    for (size_t t = 0; !world->scope.range && t < world->topic_count; t++) {
        const struct naive_topic *topic = &world->topics[t];
        for (size_t p = 0; rc == 0 && p < topic->partition_count; p++) {
            rc = check_normalized(c, topic, p);
            rc = rc < 0 ? rc : check_quarantine(c, topic, p);
        }
    }
    rc = rc < 0 ? rc : check_views(c, &world->spec->pipeline->views);
    rc = rc < 0 ? rc : check_views(c, &world->spec->pipeline->alerts);
    if (rc == 0) {
        qsort(c->paths, c->path_count, sizeof *c->paths, by_text);
        rc = ls_tree_walk(world->job->datasets, check_path, c, c->err);
    }
    return rc;
}

int ls_naive_check_scope(const struct ls_naive *naive, const struct ls_naive_scope *scope,
                         struct ls_naive_counts *counts, struct ls_buf *report,
                         struct ls_error *err)
{
    struct naive_world world;
    struct check c = {.world = &world, .counts = counts, .report = {report, 0}, .err = err};
    *counts = (struct ls_naive_counts){0};
    int rc = load_scope(naive, scope, &world, err);
    if (rc == 0 && !ls_path_is_folder(naive->datasets)) {
        rc = ls_error_set(err, LS_E_NOINPUT, "there is no folder %s", naive->datasets);
    }
    rc = rc < 0 ? rc : check_all(&c);
    ls_arena_clear(&world.arena);
    return rc < 0 ? rc : c.report.count ? LS_DIFFERS : 0;
}

int ls_naive_check(const struct ls_naive *naive, struct ls_naive_counts *counts,
                   struct ls_buf *report, struct ls_error *err)
{
    return ls_naive_check_scope(naive, &everything, counts, report, err);
}
