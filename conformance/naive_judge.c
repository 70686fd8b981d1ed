/* The checks behind decode, in the order of P1, and the fates and flags that need a partition's
 * memory. */
#include "conformance/naive_internal.h"
#include "core/base/civil.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <string.h>

static enum ls_reason judge_envelope(const struct naive_record *record)
{
    const struct naive_value *event = record->event;
    bool fits = event[NAIVE_EVENT_ID].size > 0 &&
                ls_naive_value_order(&event[NAIVE_ENTITY_ID], &record->key) == 0 &&
                event[NAIVE_SCHEMA_VERSION].number == record->version->number;
    return fits ? LS_ADMITTED : LS_REASON_ENVELOPE_INVALID;
}

static bool is_skewed(const struct ls_spec_pipeline *pipeline, const struct naive_record *record,
                      int64_t time)
{
    ls_i128 skew = (ls_i128)time - record->timestamp_ms;
    bool is_absent = record->timestamp_ms == -1;
    return !is_absent && (skew > pipeline->max_skew_ms || -skew > pipeline->max_skew_ms);
}

static bool is_in_range(int64_t time)
{
    return time >= LS_TIME_MIN_MS && time <= LS_TIME_MAX_MS;
}

/* P3. */
static enum ls_reason judge_clock(const struct ls_spec_pipeline *pipeline,
                                  const struct naive_record *record)
{
    int64_t event = record->event[NAIVE_EVENT_TIME].number;
    int64_t ingest = record->event[NAIVE_INGEST_TIME].number;
    if (is_skewed(pipeline, record, ingest)) {
        return LS_REASON_CLOCK_SKEW;
    }
    if ((ls_i128)event - ingest > pipeline->max_ahead_ms) {
        return LS_REASON_CLOCK_AHEAD;
    }
    return is_in_range(event) && is_in_range(ingest) ? LS_ADMITTED : LS_REASON_TIME_RANGE;
}

/* A heartbeat that decodes (G10). */
static void judge_heartbeat(const struct ls_spec_pipeline *pipeline, struct naive_record *record)
{
    record->outcome = !record->key.is_null ? LS_REASON_ENVELOPE_INVALID
                      : is_skewed(pipeline, record, record->heartbeat_ms) ? LS_REASON_CLOCK_SKEW
                      : is_in_range(record->heartbeat_ms)                 ? LS_ADMITTED
                                                                          : LS_REASON_TIME_RANGE;
    record->clock_is_sane = record->outcome == LS_ADMITTED;
}

/* Is the value, of `scale` places, below the bound? Compared with as many places as both have. */
static bool is_below(int64_t value, unsigned scale, const struct ls_decimal *bound)
{
    unsigned both = scale > bound->scale ? scale : bound->scale;
    ls_i128 left = 0;
    ls_i128 right = 0;
    bool fits = ls_naive_times_ten(value, both - scale, &left);
    if (!ls_naive_times_ten(bound->value, both - bound->scale, &right)) {
        return bound->value > 0; /* a bound that no value comes near */
    }
    return fits && left < right;
}

static bool is_above(int64_t value, unsigned scale, const struct ls_decimal *bound)
{
    struct ls_decimal mirrored = {-bound->value, bound->scale};
    return value == INT64_MIN ? false : is_below(-value, scale, &mirrored);
}

/* A number, of `scale` places, or a text. */
static bool is_one_of(const struct ls_names *values, const struct naive_column *column,
                      const struct naive_value *value)
{
    bool is_text = column->type == NAIVE_STRING || column->type == NAIVE_ENUM;
    for (size_t i = 0; i < values->count; i++) {
        const char *text = values->items[i];
        struct ls_decimal number;
        if (is_text ? strlen(text) == value->size &&
                          (value->size == 0 || memcmp(text, value->bytes, value->size) == 0)
                    : ls_read_decimal(text, &number) &&
                          !is_below(value->number, column->scale, &number) &&
                          !is_above(value->number, column->scale, &number)) {
            return true;
        }
    }
    return false;
}

static enum ls_reason judge_quality(const struct naive_world *world,
                                    const struct naive_topic *topic,
                                    const struct naive_record *record, bool references)
{
    const struct ls_spec_check *checks = world->spec->quality.items;
    for (size_t i = 0; i < world->spec->quality.count; i++) {
        const struct ls_spec_check *check = &checks[i];
        if (check->check == LS_CHECK_FLAG) {
            continue;
        }
        size_t index = ls_naive_column_find(&topic->event, check->field);
        if (index == topic->event.count || (check->check == LS_CHECK_REFERENCE) != references) {
            continue;
        }
        const struct naive_value *value = &record->event[index];
        unsigned scale = topic->event.items[index].scale;
        if (value->is_null) {
            if (check->check == LS_CHECK_NOT_NULL) {
                return LS_REASON_NOT_NULL;
            }
        } else if (check->check == LS_CHECK_RANGE) {
            if ((ls_spec_check_given(check, "min") &&
                 is_below(value->number, scale, &check->minimum.number)) ||
                (ls_spec_check_given(check, "max") &&
                 is_above(value->number, scale, &check->maximum.number))) {
                return LS_REASON_RANGE;
            }
        } else if (check->check == LS_CHECK_SET) {
            if (!is_one_of(&check->values, &topic->event.items[index], value)) {
                return LS_REASON_SET;
            }
        } else if (check->check == LS_CHECK_PATTERN) {
            if (!ls_naive_is_like(check->like, value->bytes, value->size)) {
                return LS_REASON_PATTERN;
            }
        } else if (check->check == LS_CHECK_REFERENCE) {
            const struct naive_table *table = ls_naive_table(world, check->table);
            size_t count = 0;
            if (!table || !ls_naive_table_rows(table, value, &count)) {
                return LS_REASON_REFERENCE_UNKNOWN;
            }
        }
    }
    return LS_ADMITTED;
}

/* Everything that the record itself, and reference data, can tell. */
static int judge_alone(struct naive_world *world, const struct naive_topic *topic,
                       struct naive_record *record, struct ls_error *err)
{
    struct naive_value row[NAIVE_ROW_MAX];
    record->outcome = judge_envelope(record);
    if (record->outcome == LS_ADMITTED) {
        record->outcome = judge_clock(world->spec->pipeline, record);
        record->clock_is_sane = record->outcome == LS_ADMITTED;
    }
    if (record->outcome == LS_ADMITTED) {
        record->outcome = judge_quality(world, topic, record, false);
    }
    if (record->outcome == LS_ADMITTED) {
        record->outcome = judge_quality(world, topic, record, true);
    }
    if (record->outcome == LS_ADMITTED && !ls_naive_steps_run(topic, record->event, row)) {
        record->outcome = LS_REASON_NORMALIZE_FAILED;
    }
    if (record->outcome != LS_ADMITTED) {
        return 0;
    }
    ls_naive_flags_of_row(topic, row);
    size_t count = topic->row.count;
    record->row = ls_arena_new(&world->arena, count + 1, sizeof row[0], err);
    if (!record->row) {
        return err->code;
    }
    memcpy(record->row, row, count * sizeof row[0]);
    record->row[count] = ls_naive_text_value(topic->type->name);
    return 0;
}

/* P13: the first record with a sound clock that came at the time or later, and all behind it, are
 * not there. */
static void cut_off(struct naive_partition *partition, int64_t as_of)
{
    size_t all = partition->count;
    for (size_t i = 0; i < partition->count; i++) {
        const struct naive_record *record = &partition->records[i];
        if (record->clock_is_sane &&
            (record->is_heartbeat ? record->heartbeat_ms
                                  : record->event[NAIVE_INGEST_TIME].number) >= as_of) {
            partition->count = i;
        }
    }
    partition->cut = all - partition->count;
}

/* P2: the highest clock so far, the record's own among it. */
static void stamp_watermarks(const struct naive_world *world, const struct naive_topic *topic,
                             const struct naive_partition *partition, size_t partition_index)
{
    size_t column = world->spec->pipeline->clock == LS_CLOCK_EVENT_TIME ? NAIVE_EVENT_TIME
                                                                        : NAIVE_INGEST_TIME;
    int64_t highest = INT64_MIN;
    for (size_t i = 0; i < partition->count; i++) {
        struct naive_record *record = &partition->records[i];
        if (record->clock_is_sane) {
            int64_t clock = record->is_heartbeat ? record->heartbeat_ms
                                                 : record->event[column].number;
            highest = clock > highest ? clock : highest;
        }
        if (record->row) {
            record->watermark_ms = highest - topic->delay_ms;
            struct naive_value *physical = record->row + topic->row.count - 3;
            physical[0] = (struct naive_value){.number = (int64_t)partition_index};
            physical[1] = (struct naive_value){.number = (int64_t)i};
            physical[2] = (struct naive_value){.number = record->watermark_ms};
        }
    }
}

static bool same_payload(const struct naive_topic *topic, const struct naive_record *a,
                         const struct naive_record *b)
{
    for (size_t i = NAIVE_PAYLOAD; i < topic->event.count; i++) {
        if (ls_naive_value_order(&a->event[i], &b->event[i]) != 0) {
            return false;
        }
    }
    return true;
}

/* By event_id, then by position: records of one partition stand in one array. */
static int by_id(const void *a, const void *b)
{
    const struct naive_record *left = *(struct naive_record *const *)a;
    const struct naive_record *right = *(struct naive_record *const *)b;
    int order = ls_naive_value_order(&left->event[NAIVE_EVENT_ID], &right->event[NAIVE_EVENT_ID]);
    return order ? order : (left > right) - (left < right);
}

/* P4, id by id. */
static int judge_repeats(const struct naive_world *world, const struct naive_topic *topic,
                         const struct naive_partition *partition, struct ls_error *err)
{
    int64_t horizon = world->spec->pipeline->dedupe->horizon_ms;
    struct naive_record **records = ls_mem_new(partition->count, sizeof(void *), err);
    size_t count = 0;
    if (!records) {
        return err->code;
    }
    for (size_t i = 0; i < partition->count; i++) {
        if (partition->records[i].row) {
            records[count++] = &partition->records[i];
        }
    }
    if (count) {
        qsort(records, count, sizeof(void *), by_id);
    }
    const struct naive_record *first = NULL; /* the one that is remembered */
    for (size_t i = 0; i < count; i++) {
        struct naive_record *record = records[i];
        int64_t floor = world->scope.lateness_off ? INT64_MIN : record->watermark_ms - horizon;
        if (i && ls_naive_value_order(&records[i - 1]->event[NAIVE_EVENT_ID],
                                      &record->event[NAIVE_EVENT_ID]) != 0) {
            first = NULL;
        }
        if (record->event[NAIVE_EVENT_TIME].number < floor) {
            record->outcome = LS_REASON_EXPIRED;
        } else if (first && first->event[NAIVE_EVENT_TIME].number >= floor) {
            record->outcome = same_payload(topic, first, record) ? LS_REASON_DUPLICATE
                                                                 : LS_REASON_DUPLICATE_CONFLICT;
        } else {
            first = record;
        }
    }
    ls_mem_free(records);
    return 0;
}

int ls_naive_judge(struct naive_world *world, struct naive_topic *topic, struct ls_error *err)
{
    int rc = 0;
    for (size_t p = 0; rc == 0 && p < topic->partition_count; p++) {
        struct naive_partition *partition = &topic->partitions[p];
        for (size_t i = 0; rc == 0 && i < partition->count; i++) {
            if (partition->records[i].is_heartbeat &&
                partition->records[i].outcome == LS_ADMITTED) {
                judge_heartbeat(world->spec->pipeline, &partition->records[i]);
            } else if (partition->records[i].event) {
                rc = judge_alone(world, topic, &partition->records[i], err);
            }
        }
        if (rc == 0 && world->scope.as_of) {
            cut_off(partition, *world->scope.as_of);
        }
        if (rc == 0) {
            stamp_watermarks(world, topic, partition, p);
            rc = judge_repeats(world, topic, partition, err);
            rc = rc < 0 ? rc : ls_naive_flags_judge(world, topic, partition, err);
        }
    }
    return rc;
}
