#include "pipeline/record/plan_internal.h"

#include "core/base/mem.h"
#include "core/base/mutant.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define PLAN_BYTES_MAX (64U << 20)

/* ---- names: what an expression of a normalize step sees is the record as the steps before left it
 */

const struct ls_normal_column *ls_normal_column(const struct ls_topic_plan *topic, const char *name)
{
    for (size_t i = 0; i < topic->column_count; i++) {
        if (strcmp(topic->columns[i].name, name) == 0) {
            return &topic->columns[i];
        }
    }
    return NULL;
}

struct ls_normal_column *ls_plan_column(struct ls_topic_plan *topic, const char *name)
{
    const struct ls_normal_column *found = ls_normal_column(topic, name);
    return found ? &topic->columns[found - topic->columns] : NULL;
}

const char *ls_normal_suggest(const void *context, const char *name, char buffer[LS_SUGGEST_MAX])
{
    const struct ls_topic_plan *topic = context;
    const char *names[LS_RECORD_COLUMNS_MAX + 1];
    size_t count = 0;
    for (; count < topic->column_count; count++) {
        names[count] = topic->columns[count].name;
    }
    names[count] = NULL;
    return ls_suggest(name, names, buffer);
}

void ls_normal_symbol_of(const struct ls_normal_column *column, unsigned slot,
                         struct ls_expr_symbol *symbol)
{
    *symbol = (struct ls_expr_symbol){.type = ls_field_expr_type(column->type),
                                      .scale = column->scale,
                                      .nullable = column->nullable,
                                      .slot = slot,
                                      .unusable = ls_field_passes_through(column->type)};
}

/* ---- the columns to begin with */

static int begin_columns(struct planner *p)
{
    static const struct {
        const char *name;
        enum ls_field_type type;
    } envelope[] = {{"event_id", LS_FIELD_STRING},       {"event_time", LS_FIELD_TIMESTAMP},
                    {"ingest_time", LS_FIELD_TIMESTAMP}, {"source", LS_FIELD_STRING},
                    {"schema_version", LS_FIELD_INT},    {"entity_id", LS_FIELD_STRING}};
    struct ls_topic_plan *topic = p->topic;
    const struct ls_spec_event_type *type = topic->type;
    size_t steps = type->normalize ? type->normalize->count : 0;
    topic->columns = ls_arena_new(&p->plan->arena,
                                  LS_COLUMN_PAYLOAD + type->field_count + steps +
                                      LS_SPEC_FLAGS_MAX + LS_PHYSICAL_COLUMNS,
                                  sizeof *topic->columns, p->err);
    if (!topic->columns) {
        return p->err->code;
    }
    for (size_t i = 0; i < LS_COLUMN_PAYLOAD; i++) {
        topic->columns[i] = (struct ls_normal_column){
            envelope[i].name, envelope[i].name, envelope[i].type, false, i, NULL, 0, 0, NULL};
    }
    for (size_t i = 0; i < type->field_count; i++) {
        const struct ls_spec_field *f = type->fields[i];
        size_t cell = LS_COLUMN_PAYLOAD + i;
        topic->columns[cell] = (struct ls_normal_column){
            .name = f->name,
            .column_name = f->column_name,
            .type = (enum ls_field_type)f->type,
            .nullable = f->is_nullable,
            .cell = cell,
            .symbols = type->layout->columns[cell].node,
            .scale = f->scale,
            .precision = (unsigned)f->precision,
            .nested = ls_spec_item(f) ? f : NULL};
    }
    topic->column_count = LS_COLUMN_PAYLOAD + type->field_count;
    topic->cell_count = topic->column_count;
    return 0;
}

/* ---- checks */

static int plan_checks(struct planner *p)
{
    const struct ls_spec_check *checks = p->spec->quality.items;
    struct ls_topic_plan *topic = p->topic;
    topic->checks = ls_arena_new(&p->plan->arena, p->spec->quality.count, sizeof *topic->checks,
                                 p->err);
    if (!topic->checks) {
        return p->err->code;
    }
    for (size_t i = 0; i < p->spec->quality.count; i++) {
        const struct ls_normal_column *column = checks[i].check == LS_CHECK_FLAG
                                                    ? NULL
                                                    : ls_plan_column(topic, checks[i].field);
        if (!column) {
            continue; /* another event type's */
        }
        assert(column->cell >= LS_COLUMN_PAYLOAD); /* a check is of a field that a type declares */
        const struct ls_spec_field *field = topic->type->fields[column->cell - LS_COLUMN_PAYLOAD];
        struct ls_record_check *out = &topic->checks[topic->check_count++];
        *out = (struct ls_record_check){.check = (enum ls_check_word)checks[i].check,
                                        .cell = column->cell,
                                        .field = column->name,
                                        .scale = column->scale};
        out->has_low = ls_spec_check_low(&checks[i], field, &out->low);
        out->has_high = ls_spec_check_high(&checks[i], field, &out->high);
        out->table = checks[i].table ? ls_reference_find(p->plan->reference, checks[i].table)
                                     : NULL;
        out->pattern = &checks[i].pattern;
        if (checks[i].check == LS_CHECK_SET &&
            ls_set_make(&checks[i].values, field, &p->plan->arena, &out->set, p->err) < 0) {
            return p->err->code;
        }
    }
    return 0;
}

/* ---- the normalized schema */

int ls_column_type_text(const struct ls_normal_column *column, const char *record,
                        struct ls_buf *out, struct ls_error *err)
{
    static const char *const texts[] = {
        [LS_FIELD_BOOLEAN] = "\"boolean\"",
        [LS_FIELD_INT] = "\"int\"",
        [LS_FIELD_LONG] = "\"long\"",
        [LS_FIELD_MONEY] = "\"long\"",
        [LS_FIELD_STRING] = "\"string\"",
        [LS_FIELD_TIMESTAMP] = "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}",
        [LS_FIELD_DATE] = "{\"type\":\"int\",\"logicalType\":\"date\"}",
        [LS_FIELD_LOCAL_TIMESTAMP] =
            "{\"type\":\"long\",\"logicalType\":\"local-timestamp-millis\"}",
        [LS_FIELD_UUID] = "{\"type\":\"string\",\"logicalType\":\"uuid\"}",
        [LS_FIELD_FLOAT] = "\"float\"",
        [LS_FIELD_DOUBLE] = "\"double\"",
        [LS_FIELD_BYTES] = "\"bytes\""};
    int rc = ls_buf_append_text(out, column->nullable ? "[\"null\"," : "", err);
    if (rc == 0 && column->type == LS_FIELD_ENUM) {
        rc = ls_buf_appendf(out, err, "{\"type\":\"enum\",\"name\":\"%s_%s\",\"symbols\":[", record,
                            column->name);
        for (size_t i = 0; rc == 0 && i < column->symbols->count; i++) {
            rc = ls_buf_appendf(out, err, "%s\"%s\"", i ? "," : "", column->symbols->symbols[i]);
        }
        rc = rc < 0 ? rc : ls_buf_append_text(out, "]}", err);
    } else if (rc == 0 && column->nested) {
        rc = ls_spec_derive_type(record, column->nested, out, err);
    } else if (rc == 0 && column->type == LS_FIELD_DECIMAL) {
        rc = ls_buf_appendf(out, err,
                            "{\"type\":\"bytes\",\"logicalType\":\"decimal\","
                            "\"precision\":%u,\"scale\":%u}",
                            column->precision, column->scale);
    } else if (rc == 0) {
        rc = ls_buf_append_text(out, texts[column->type], err);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, column->nullable ? "],\"default\":null" : "", err);
}

static int normalized_schema(struct planner *p, struct ls_buf *out)
{
    const struct ls_topic_plan *topic = p->topic;
    int rc = ls_buf_appendf(
        out, p->err,
        "{\"type\":\"record\",\"name\":\"%s\",\"namespace\":\"%s.normalized\",\"fields\":[",
        topic->type->name, p->spec->domain);
    for (size_t i = 0; rc == 0 && i < topic->column_count; i++) {
        rc = ls_buf_appendf(out, p->err,
                            "{\"name\":\"%s\",\"type\":", topic->columns[i].column_name);
        rc = rc < 0 ? rc : ls_column_type_text(&topic->columns[i], topic->type->name, out, p->err);
        rc = rc < 0 ? rc
                    : ls_buf_appendf(out, p->err, ",\"lockstep.type\":\"%s\"},",
                                     ls_field_type_words[topic->columns[i].type]);
    }
    return rc < 0 ? rc
                  : ls_buf_append_text(
                        out,
                        "{\"name\":\"partition\",\"type\":\"int\",\"lockstep.physical\":true},"
                        "{\"name\":\"position\",\"type\":\"long\",\"lockstep.physical\":true},"
                        "{\"name\":\"watermark\",\"type\":{\"type\":\"long\",\"logicalType\":"
                        "\"timestamp-millis\"},"
                        "\"lockstep.physical\":true}]}",
                        p->err);
}

static int end_columns(struct planner *p)
{
    struct ls_topic_plan *topic = p->topic;
    struct ls_buf text;
    ls_buf_init(&text, "normalized schema", LS_SCHEMA_TEXT_MAX);
    int rc = normalized_schema(p, &text);
    rc = rc < 0 ? rc : ls_schema_parse((const char *)text.data, text.size, &topic->schema, p->err);
    rc = rc < 0 ? rc : ls_layout_new(topic->schema, &topic->layout, p->err);
    ls_buf_clear(&text);
    topic->columns[topic->column_count++] = (struct ls_normal_column){
        "partition", "partition", LS_FIELD_INT, false, SIZE_MAX, NULL, 0, 0, NULL};
    topic->columns[topic->column_count++] = (struct ls_normal_column){
        "position", "position", LS_FIELD_LONG, false, SIZE_MAX, NULL, 0, 0, NULL};
    topic->columns[topic->column_count++] = (struct ls_normal_column){
        "watermark", "watermark", LS_FIELD_TIMESTAMP, false, SIZE_MAX, NULL, 0, 0, NULL};
    return rc;
}

static int plan_topic(struct planner *p, const struct ls_spec_event_type *type)
{
    p->topic->type = type;
    p->topic->watermark_delay_ms = ls_spec_watermark_delay(p->spec, type);
    p->topic->event_type = (struct ls_cell){.bytes = (const uint8_t *)type->name,
                                            .size = (uint32_t)strlen(type->name)};
    for (size_t t = 0; t < p->spec->event_types.count; t++) {
        p->topic->rank += strcmp(ls_spec_event_type_at(p->spec, t)->topic, type->topic) < 0;
    }
    int rc = begin_columns(p);
    rc = rc < 0 ? rc : plan_checks(p);
    rc = rc < 0 ? rc : ls_plan_steps(p);
    rc = rc < 0 || p->diag->errors ? rc : ls_plan_flags(p);
    return rc < 0 || p->diag->errors ? rc : end_columns(p);
}

/* Contract P12: what decides the bytes. */
static void hash_job(struct ls_record_plan *plan, struct ls_sha256_stream *stream)
{
    ls_sha256_add(stream, plan->spec->hash.bytes, sizeof plan->spec->hash.bytes);
    for (size_t i = 0; i < plan->reference->count; i++) {
        ls_sha256_add(stream, plan->reference->tables[i].sha256.bytes, LS_SHA256_SIZE);
    }
    for (size_t t = 0; t < plan->topic_count; t++) {
        const struct ls_spec_event_type *type = plan->topics[t].type;
        for (size_t v = 0; v < type->version_count; v++) {
            ls_sha256_add(stream, type->versions[v].schema->sha256.bytes, LS_SHA256_SIZE);
        }
        ls_sha256_add(stream, plan->topics[t].schema->sha256.bytes, LS_SHA256_SIZE);
    }
    ls_sha256_end(stream, &plan->job);
}

static int plan_all(struct planner *p)
{
    struct ls_record_plan *plan = p->plan;
    plan->topics = ls_arena_new(&plan->arena, p->spec->event_types.count, sizeof *plan->topics,
                                p->err);
    int rc = plan->topics ? 0 : p->err->code;
    for (size_t t = 0; rc == 0 && t < p->spec->event_types.count; t++) {
        plan->topic_count = t + 1;
        p->topic = &plan->topics[t];
        rc = plan_topic(p, ls_spec_event_type_at(p->spec, t));
    }
    rc = rc < 0 || p->diag->errors ? rc : ls_plan_flags_used(p);
    if (rc < 0 || p->diag->errors) {
        return rc;
    }
    struct ls_sha256_stream *stream = ls_sha256_new(p->err);
    if (!stream) {
        return p->err->code;
    }
    hash_job(plan, stream);
    return 0;
}

int ls_record_plan_new(const struct ls_spec *spec, const struct ls_reference *reference,
                       struct ls_record_plan **out, struct ls_buf *report, struct ls_error *err)
{
    *out = NULL;
    struct ls_record_plan *plan = ls_mem_new(1, sizeof *plan, err);
    struct ls_diag *diag = plan ? ls_mem_new(1, sizeof *diag, err) : NULL;
    if (!diag) {
        ls_mem_free(plan);
        return err->code;
    }
    plan->spec = spec;
    plan->reference = reference;
    ls_arena_init(&plan->arena, "pipeline plan", PLAN_BYTES_MAX);
    ls_diag_init(diag);
    err->code = 0;
    struct planner p = {.spec = spec, .plan = plan, .diag = diag, .err = err};
    int rc = plan_all(&p);
    if (rc == 0 && diag->count) {
        rc = ls_diag_render(diag, false, report, err);
    }
    if (rc == 0 && diag->errors) {
        rc = ls_error_set(err, LS_E_DATA, "the spec's pipeline cannot run: %d error%s",
                          diag->errors, diag->errors == 1 ? "" : "s");
    }
    ls_diag_clear(diag);
    ls_mem_free(diag);
    if (rc < 0) {
        ls_record_plan_free(plan);
        return rc;
    }
    *out = plan;
    return 0;
}

void ls_record_plan_free(struct ls_record_plan *plan)
{
    if (!plan) {
        return;
    }
    for (size_t t = 0; t < plan->topic_count; t++) {
        ls_layout_free(plan->topics[t].layout);
        ls_schema_free(plan->topics[t].schema);
    }
    ls_arena_clear(&plan->arena);
    ls_mem_free(plan);
}

int ls_record_plan_select(const struct ls_record_plan *plan, struct ls_log *log,
                          uint32_t *partitions, struct ls_error *err)
{
    const char *names[LS_SPEC_EVENT_TYPES_MAX];
    size_t count;
    for (size_t t = 0; t < plan->topic_count; t++) {
        names[t] = LS_MUTANT(TOPICS_BY_PLACE) ? ls_log_topics(log, &count)[t].name
                                              : plan->topics[t].type->topic;
    }
    int rc = ls_log_select(log, names, plan->topic_count, err);
    if (rc < 0) {
        return rc;
    }
    const struct ls_log_topic *topics = ls_log_topics(log, &count);
    for (size_t t = 1; t < count; t++) {
        if (topics[t].partitions != topics[0].partitions) {
            return ls_error_set(err, LS_E_DATA,
                                "the log's topics have different numbers of partitions");
        }
    }
    *partitions = topics[0].partitions;
    return 0;
}
