#include "pipeline/record/record.h"

#include "core/avro/frame.h"
#include "core/base/civil.h"
#include "core/base/mutant.h"
#include "pipeline/record/items.h"
#include "spec/heartbeat.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 60 /* bytes of a text that a detail shows */

static void reject(struct ls_record *out, enum ls_reason reason)
{
    out->reason = reason;
    out->detail[0] = '\0';
}

/* The version that wrote the value; NULL: it is rejected. */
static const struct ls_spec_version *check_frame(const struct ls_topic_plan *topic,
                                                 const struct ls_log_record *raw,
                                                 struct ls_record *out)
{
    struct ls_frame frame = ls_frame_read(raw->value, raw->value ? raw->value_size : 0);
    if (frame.kind != LS_FRAME_SINGLE_OBJECT) {
        reject(out, LS_REASON_FRAME_INVALID);
        return NULL;
    }
    const struct ls_spec_version *version = ls_spec_version_of(topic->type, frame.crc64);
    if (!version) {
        reject(out, LS_REASON_SCHEMA_UNKNOWN);
        snprintf(out->detail, sizeof out->detail, "schema fingerprint %016llx",
                 (unsigned long long)frame.crc64);
    }
    return version;
}

/* A row of an older version as one of the readers'. */
static __attribute__((noinline)) enum ls_decode_status
decode_older(const struct ls_topic_plan *topic, const struct ls_spec_version *version,
             const uint8_t *datum, size_t size, struct ls_cell *cells, size_t *offset,
             size_t *column)
{
    struct ls_cell written[LS_COLUMN_PAYLOAD + LS_SPEC_FIELDS_MAX];
    enum ls_decode_status status = ls_row_decode(version->layout, datum, size, written, offset,
                                                 column);
    if (status == LS_DECODE_OK) {
        ls_spec_read_as(topic->type, version, written, cells);
    }
    return status;
}

static bool decode(const struct ls_topic_plan *topic, const struct ls_spec_version *version,
                   const struct ls_log_record *raw, struct ls_record *out)
{
    size_t offset = 0;
    size_t column = 0;
    const struct ls_layout *layout = version->layout;
    const uint8_t *datum = raw->value + LS_SINGLE_OBJECT_SIZE;
    size_t size = raw->value_size - LS_SINGLE_OBJECT_SIZE;
    enum ls_decode_status status = layout == topic->type->layout
                                       ? ls_row_decode(layout, datum, size, out->cells, &offset,
                                                       &column)
                                       : decode_older(topic, version, datum, size, out->cells,
                                                      &offset, &column);
    out->has_fields = status == LS_DECODE_OK;
    if (out->has_fields) {
        return true;
    }
    reject(out,
           status == LS_DECODE_TRUNCATED ? LS_REASON_DECODE_TRUNCATED : LS_REASON_DECODE_INVALID);
    snprintf(out->detail, sizeof out->detail, "%s, at byte %zu: %s",
             column < layout->count ? layout->columns[column].path : "behind the last field",
             offset, ls_decode_status_text(status));
    return false;
}

static bool check_envelope(const struct ls_spec_version *version, const struct ls_log_record *raw,
                           struct ls_record *out)
{
    const struct ls_cell *cells = out->cells;
    const struct ls_cell *entity = &cells[LS_COLUMN_ENTITY_ID];
    const char *what = NULL;
    if (cells[LS_COLUMN_EVENT_ID].size == 0) {
        what = "event_id is empty";
    } else if (!raw->key || (LS_MUTANT(EMPTY_KEY_REFUSED) && raw->key_size == 0) ||
               raw->key_size != entity->size ||
               memcmp(raw->key, entity->bytes, entity->size) != 0) {
        what = "entity_id is not the record's key";
    } else if (cells[LS_COLUMN_SCHEMA_VERSION].number != version->number) {
        what = "schema_version is not that of the schema";
    }
    if (what) {
        reject(out, LS_REASON_ENVELOPE_INVALID);
        snprintf(out->detail, sizeof out->detail, "%s", what);
    }
    return !what;
}

static bool time_in_range(int64_t time_ms)
{
    return time_ms >= LS_TIME_MIN_MS && time_ms <= LS_TIME_MAX_MS - LS_MUTANT(YEAR_SHORT);
}

/* A timestamp of -1 is Kafka's word for none. */
static bool check_skew(const struct ls_record_plan *plan, const struct ls_log_record *raw,
                       const char *what, int64_t time_ms, struct ls_record *out)
{
    ls_i128 skew = (ls_i128)time_ms - raw->timestamp_ms;
    skew = skew < 0 ? -skew : skew;
    if (raw->timestamp_ms == -1 || skew <= plan->spec->pipeline->max_skew_ms) {
        return true;
    }
    reject(out, LS_REASON_CLOCK_SKEW);
    char text[LS_I128_TEXT_MAX];
    ls_decimal_format(skew, 0, text);
    snprintf(out->detail, sizeof out->detail, "%s is %s ms from the record's timestamp", what,
             text);
    return false;
}

/* Contract P3. */
static bool check_clock(const struct ls_record_plan *plan, const struct ls_log_record *raw,
                        struct ls_record *out)
{
    const struct ls_spec_pipeline *pipe = plan->spec->pipeline;
    int64_t ingest = out->cells[LS_COLUMN_INGEST_TIME].number;
    int64_t event = out->cells[LS_COLUMN_EVENT_TIME].number;
    ls_i128 ahead = (ls_i128)event - ingest;
    if (LS_MUTANT(FAR_CLOCK_COUNTS)) {
        out->clock_sane = true;
        out->clock = ingest;
    }
    if (!check_skew(plan, raw, "ingest_time", ingest, out)) {
        return false;
    }
    if (ahead > pipe->max_ahead_ms) {
        reject(out, LS_REASON_CLOCK_AHEAD);
        char text[LS_I128_TEXT_MAX];
        ls_decimal_format(ahead, 0, text);
        snprintf(out->detail, sizeof out->detail, "event_time is %s ms ahead of ingest_time", text);
        return false;
    }
    if (!time_in_range(ingest) || !time_in_range(event)) {
        reject(out, LS_REASON_TIME_RANGE);
        return false;
    }
    out->clock_sane = true;
    out->clock = pipe->clock == LS_CLOCK_INGEST_TIME ? ingest : event;
    out->event_time = event;
    return true;
}

static bool in_range(const struct ls_record_check *check, int64_t number)
{
    return !(check->has_low && number < check->low) && !(check->has_high && number > check->high);
}

static bool is_like(const struct ls_record_check *check, const struct ls_cell *cell)
{
    if (LS_MUTANT(PATTERN_LONGEST) && cell->size < check->pattern->text_max) {
        return false;
    }
    return ls_pattern_matches(check->pattern, cell->bytes, cell->size);
}

/* What a quality check says to a value. The reference checks are a stage of their own. */
static enum ls_reason judge_value(const struct ls_record_check *check, const struct ls_cell *cell)
{
    if (cell->is_null) {
        return check->check == LS_CHECK_NOT_NULL ? LS_REASON_NOT_NULL : LS_ADMITTED;
    }
    switch (check->check) {
    case LS_CHECK_RANGE:
        return in_range(check, cell->number) || LS_MUTANT(RANGE_IGNORED) ? LS_ADMITTED
                                                                         : LS_REASON_RANGE;
    case LS_CHECK_SET:
        return ls_set_has(&check->set, cell) ? LS_ADMITTED : LS_REASON_SET;
    case LS_CHECK_PATTERN:
        return is_like(check, cell) ? LS_ADMITTED : LS_REASON_PATTERN;
    default:
        return LS_ADMITTED;
    }
}

/* The field, and its value: of a text the beginning, in whole characters. */
static void show_value(const struct ls_record_check *check, const struct ls_cell *cell,
                       char out[LS_DETAIL_MAX])
{
    bool text = check->check == LS_CHECK_PATTERN ||
                (check->check == LS_CHECK_SET && !check->set.of_numbers);
    if (cell->is_null) {
        snprintf(out, LS_DETAIL_MAX, "%s", check->field);
    } else if (text) {
        size_t shown = cell->size < SHOWN_MAX ? cell->size : SHOWN_MAX;
        while (shown < cell->size && shown > 0 && (cell->bytes[shown] & 0xc0) == 0x80) {
            shown--;
        }
        snprintf(out, LS_DETAIL_MAX, "%.80s is \"%.*s\"%s", check->field, (int)shown,
                 (const char *)cell->bytes, shown < cell->size ? "..." : "");
    } else {
        char number[LS_I128_TEXT_MAX];
        ls_decimal_format(cell->number, check->scale, number);
        snprintf(out, LS_DETAIL_MAX, "%s is %s", check->field, number);
    }
}

static bool check_quality(const struct ls_topic_plan *topic, struct ls_record *out)
{
    for (size_t i = 0; i < topic->check_count; i++) {
        const struct ls_record_check *check = &topic->checks[i];
        const struct ls_cell *cell = &out->cells[check->cell];
        enum ls_reason reason = judge_value(check, cell);
        if (reason != LS_ADMITTED) {
            reject(out, reason);
            show_value(check, cell, out->detail);
            return false;
        }
    }
    return true;
}

/* What will be looked up in tables. */
static void fetch_ahead(const struct ls_topic_plan *topic, const struct ls_record *record)
{
    for (size_t i = 0; i < topic->check_count; i++) {
        const struct ls_record_check *check = &topic->checks[i];
        const struct ls_cell *cell = &record->cells[check->cell];
        if (check->check == LS_CHECK_REFERENCE && !cell->is_null) {
            ls_reference_prefetch(check->table, cell->bytes, cell->size);
        }
    }
}

/* A stage of its own, behind all quality checks (P1). */
static bool check_reference(const struct ls_topic_plan *topic, struct ls_record *out)
{
    for (size_t i = 0; i < topic->check_count; i++) {
        const struct ls_record_check *check = &topic->checks[i];
        const struct ls_cell *cell = &out->cells[check->cell];
        if (check->check == LS_CHECK_REFERENCE && !cell->is_null &&
            !ls_reference_rows(check->table, cell->bytes, cell->size).count) {
            reject(out, LS_REASON_REFERENCE_UNKNOWN);
            snprintf(out->detail, sizeof out->detail, "%s is not in %s", check->field,
                     check->table->name);
            return false;
        }
    }
    return true;
}

static bool run_steps(const struct ls_topic_plan *topic, struct ls_record *out)
{
    for (size_t i = 0; i < topic->set_count; i++) {
        const struct ls_record_set *set = &topic->sets[i];
        if (!set->evaluate(set, out->cells)) {
            reject(out, LS_REASON_NORMALIZE_FAILED);
            snprintf(out->detail, sizeof out->detail, "%s has no value", set->field);
            return false;
        }
    }
    return true;
}

struct ls_id ls_record_payload(const struct ls_topic_plan *topic, const struct ls_record *record)
{
    uint8_t words[LS_RECORD_CELLS_MAX * 17];
    uint8_t *at = words;
    const struct ls_layout *layout = topic->type->layout;
    for (size_t c = LS_COLUMN_PAYLOAD; c < layout->count; c++) {
        const struct ls_cell *cell = &record->cells[c];
        *at++ = cell->is_null;
        if (cell->is_null) {
            continue;
        }
        const struct ls_node *node = layout->columns[c].node;
        if (node->type <= LS_AVRO_DOUBLE || node->type == LS_AVRO_ENUM ||
            ls_node_is_decimal(node)) {
            at = ls_put_u64(at, (uint64_t)cell->number);
        } else {
            bool nested = node->type == LS_AVRO_ARRAY || node->type == LS_AVRO_MAP;
            struct ls_id id = nested ? ls_items_id(node, cell) : ls_id_of(cell->bytes, cell->size);
            at = ls_put_u64(ls_put_u64(at, id.high), id.low);
        }
    }
    return ls_id_of(words, (size_t)(at - words));
}

/* The checks that it takes, in their order (P1). */
static __attribute__((noinline)) void examine_heartbeat(const struct ls_record_plan *plan,
                                                        const struct ls_log_record *raw,
                                                        struct ls_record *out)
{
    int64_t time_ms;
    enum ls_decode_status status = ls_heartbeat_read(raw->value, raw->value_size, &time_ms);
    if (status != LS_DECODE_OK) {
        reject(out, status == LS_DECODE_TRUNCATED ? LS_REASON_DECODE_TRUNCATED
                                                  : LS_REASON_DECODE_INVALID);
        snprintf(out->detail, sizeof out->detail, "heartbeat: %s", ls_decode_status_text(status));
    } else if (raw->key) {
        reject(out, LS_REASON_ENVELOPE_INVALID);
        snprintf(out->detail, sizeof out->detail, "a heartbeat has no key");
    } else if (check_skew(plan, raw, "the heartbeat", time_ms, out)) {
        out->is_heartbeat = out->clock_sane = time_in_range(time_ms);
        out->clock = time_ms;
        reject(out, out->is_heartbeat ? LS_ADMITTED : LS_REASON_TIME_RANGE);
    }
}

void ls_record_examine(const struct ls_record_plan *plan, const struct ls_topic_plan *topic,
                       const struct ls_log_record *raw, struct ls_record *out)
{
    out->clock_sane = false;
    out->is_heartbeat = false;
    out->has_fields = false;
    const struct ls_spec_version *version = check_frame(topic, raw, out);
    if (!version && plan->spec->topics->heartbeat_ms &&
        ls_heartbeat_is(raw->value, raw->value_size)) {
        examine_heartbeat(plan, raw, out);
        return;
    }
    if (!version || !decode(topic, version, raw, out)) {
        return;
    }
    fetch_ahead(topic, out);
    bool passed = check_envelope(version, raw, out) && check_clock(plan, raw, out) &&
                  check_quality(topic, out) && check_reference(topic, out) && run_steps(topic, out);
    if (!passed) {
        return;
    }
    out->reason = LS_ADMITTED;
    out->detail[0] = '\0';
    const struct ls_cell *id = &out->cells[LS_COLUMN_EVENT_ID];
    out->id = ls_id_of(id->bytes, id->size);
}

bool ls_record_peek(const struct ls_topic_plan *topic, const struct ls_log_record *raw,
                    struct ls_id *id)
{
    struct ls_frame frame = ls_frame_read(raw->value, raw->value ? raw->value_size : 0);
    if (frame.kind != LS_FRAME_SINGLE_OBJECT || !ls_spec_version_of(topic->type, frame.crc64)) {
        return false;
    }
    struct ls_span span = {raw->value + LS_SINGLE_OBJECT_SIZE, raw->value + raw->value_size};
    const uint8_t *bytes;
    size_t size;
    if (ls_get_bytes(&span, &bytes, &size) != LS_DECODE_OK) {
        return false;
    }
    *id = ls_id_of(bytes, size);
    return true;
}

bool ls_record_observe(const struct ls_topic_plan *topic, size_t flag,
                       const struct ls_record *record, struct ls_id *per, int64_t *value)
{
    const struct ls_record_flag *f = &topic->flags[flag];
    const struct ls_cell *of = &record->cells[f->per];
    if (of->is_null || record->cells[f->field].is_null) {
        return false;
    }
    uint8_t words[24];
    struct ls_id id = f->per_text ? ls_id_of(of->bytes, of->size)
                                  : (struct ls_id){0, (uint64_t)of->number};
    ls_put_u64(ls_put_u64(ls_put_u64(words, flag), id.high), id.low);
    *per = ls_id_of(words, sizeof words);
    *value = record->cells[f->field].number;
    return true;
}

static void judge_flags(const struct ls_topic_plan *topic, struct ls_record *record)
{
    for (size_t i = 0; i < topic->flag_count; i++) {
        const struct ls_record_flag *flag = &topic->flags[i];
        if (flag->when) {
            struct ls_expr_value value;
            ls_expr_eval(flag->when, record->cells, &value); /* the plan has seen to it */
            bool holds = value.is_null ? LS_MUTANT(FLAG_OF_NULL) : value.number != 0;
            record->cells[flag->cell] = (struct ls_cell){.number = holds};
        }
    }
}

void ls_record_normalize(const struct ls_topic_plan *topic, uint32_t partition, uint64_t position,
                         int64_t watermark, struct ls_record *record)
{
    judge_flags(topic, record);
    size_t count = topic->column_count - LS_PHYSICAL_COLUMNS;
    for (size_t i = 0; i < count; i++) {
        record->normal[i] = record->cells[topic->columns[i].cell];
        if (LS_MUTANT(ZERO_UNSIGNED) && record->normal[i].number == INT64_MIN) { /* -0.0's bits */
            record->normal[i].number = 0;
        }
    }
    record->normal[count] = (struct ls_cell){.number = partition};
    record->normal[count + 1] = (struct ls_cell){.number = (int64_t)position};
    record->normal[ls_cell_of_event_type(topic)] = topic->event_type;
    record->normal[count + 2] = (struct ls_cell){
        .number = LS_MUTANT(WATERMARK_UNDELAYED) ? watermark + topic->watermark_delay_ms
                                                 : watermark};
}

void ls_record_expired(struct ls_record *record, int64_t floor)
{
    char event[LS_TIME_TEXT_MAX];
    char limit[LS_TIME_TEXT_MAX];
    ls_time_format(record->event_time, event);
    ls_time_format(floor, limit);
    record->reason = LS_REASON_EXPIRED;
    snprintf(record->detail, sizeof record->detail, "event_time %s is before %s", event, limit);
}
