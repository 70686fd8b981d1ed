/* One event after the other. */
#include "generator/describe.h"
#include "generator/event_datum.h"

#include <assert.h>
#include <string.h>

static int take_cell(struct ls_describe_field *field, const struct ls_cell *cell,
                     struct ls_error *err)
{
    field->events++;
    if (cell->is_null) {
        field->nulls++;
        return 0;
    }
    if (ls_field_passes_through((enum ls_field_type)field->spec->type)) {
        return 0; /* its values are nobody's to compare */
    }
    if (field->is_number) {
        int rc = ls_quantiles_add(&field->numbers, cell->number, err);
        return rc < 0 ? rc : ls_tally_add(&field->words, &cell->number, sizeof cell->number, err);
    }
    if (field->spec->type == LS_FIELD_BOOLEAN) {
        const char *word = cell->number ? "true" : "false";
        return ls_tally_add(&field->words, word, strlen(word), err);
    }
    return ls_tally_add(&field->words, cell->bytes, cell->size, err);
}

static int take_fields(struct ls_describe *d, const struct ls_event *event, struct ls_error *err)
{
    struct ls_cell cells[LS_COLUMN_PAYLOAD + LS_SPEC_FIELDS_MAX];
    struct ls_span datum;
    struct ls_describe_type *type = &d->types[event->type];
    const struct ls_spec_version *version = ls_event_version(type->plan, event);
    const char *trouble = ls_event_datum(type->plan, event, &datum);
    if (trouble) {
        return ls_error_set(err, LS_E_BUG, "event %llu is sound, but %s",
                            (unsigned long long)event->index, trouble);
    }
    assert(version->layout->count <= sizeof cells / sizeof *cells);
    ls_row_decode(version->layout, datum.at, (size_t)(datum.end - datum.at), cells, NULL, NULL);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < version->field_count; i++) {
        rc = take_cell(type->columns[event->changed][i], &cells[LS_COLUMN_PAYLOAD + i], err);
    }
    return rc;
}

/* Which faults were asked, in their order, until one struck. */
static void take_faults(struct ls_describe *d, const struct ls_event *event)
{
    const struct ls_plan *plan = d->plan;
    enum ls_fault fault = (enum ls_fault)event->fault;
    const struct ls_struck struck = {event->index, event->type, event->scheduled_ms, event->entity};
    bool is_copy = event->original != event->index;
    if (!is_copy && !event->episode) {
        for (int kind = LS_FAULT_TRUNCATED; kind < LS_FAULT_DUPLICATE; kind++) {
            d->faults[kind].exposed += ls_fault_may_strike(&plan->damage[kind], &struck);
            if (kind == event->fault) {
                break;
            }
        }
        d->faults[LS_DESCRIBE_LATE].exposed += ls_fault_may_strike(&plan->late, &struck);
    }
    d->faults[LS_FAULT_DUPLICATE].exposed++;
    d->faults[LS_FAULT_CONFLICT].exposed += ls_event_type(plan, event)->conflict_column >= 0;
    if (!ls_fault_damages(fault) && !event->episode) {
        d->faults[LS_DESCRIBE_JITTER].exposed += ls_fault_may_strike(&plan->jitter, &struck);
    }
    d->faults[fault].counted++;
    d->faults[LS_DESCRIBE_LATE].counted += event->late;
    d->faults[LS_DESCRIBE_JITTER].counted += event->jitter;
}

static void take_happenings(struct ls_describe *d, const struct ls_event *event)
{
    const struct ls_plan *plan = d->plan;
    const struct ls_plan_type *type = &plan->types[event->type];
    d->held += event->held;
    const struct ls_plan_entity *entity = type->picks[0].entity;
    if (event->index >= entity->hot_first && event->index < entity->hot_end) {
        d->hot_exposed++;
        d->hot_counted += event->entity == 0;
    }
    if (type->changed && event->scheduled_ms >= plan->change.from_ms) {
        d->change_exposed++;
        d->change_counted += event->changed;
    }
}

/* An episode is told by its entity and the span of time that it lies in. */
static int take_episode(struct ls_describe *d, const struct ls_event *event, struct ls_error *err)
{
    struct ls_describe_episode *episode = &d->episodes[event->episode - 1];
    const int64_t name[] = {(int64_t)event->entity,
                            ls_episode_number(episode->plan, event->entity, event->event_time)};
    episode->events++;
    return ls_tally_add(&episode->met, name, sizeof name, err);
}

static void take_key(struct ls_describe *d, const struct ls_event *event)
{
    const struct ls_plan_entity *entity = d->plan->types[event->type].picks[0].entity;
    struct ls_describe_keys *keys = &d->keys[entity - d->plan->entities];
    keys->events++;
    if (event->entity < LS_DESCRIBE_KEYS_MAX) {
        keys->counts[event->entity]++;
    } else {
        keys->beyond++;
    }
}

static void take_time(struct ls_describe *d, const struct ls_event *event)
{
    size_t bin = (size_t)((event->timestamp_ms - d->begin_ms) / d->bin_ms);
    assert(bin < LS_DESCRIBE_BINS);
    d->bins[bin]++;
    d->bin_count = bin + 1 > d->bin_count ? bin + 1 : d->bin_count;
    d->end_ms = event->timestamp_ms > d->end_ms ? event->timestamp_ms : d->end_ms;
}

int ls_describe_take(void *describe, const struct ls_event *event, struct ls_error *err)
{
    struct ls_describe *d = describe;
    struct ls_describe_type *type = &d->types[event->type];
    enum ls_describe_delay delay = event->original != event->index ? LS_DELAY_COPY
                                   : event->held                   ? LS_DELAY_HELD
                                   : event->late                   ? LS_DELAY_LATE
                                                                   : LS_DELAY_ORDINARY;
    bool damaged = ls_fault_damages((enum ls_fault)event->fault);
    type->events++;
    type->changed += event->changed;
    type->damaged += damaged;
    take_time(d, event);
    take_key(d, event);
    take_faults(d, event);
    take_happenings(d, event);
    int rc = ls_quantiles_add(&d->delays[delay], event->timestamp_ms - event->event_time, err);
    rc = rc < 0 || !event->episode ? rc : take_episode(d, event, err);
    return rc < 0 || damaged ? rc : take_fields(d, event, err);
}
