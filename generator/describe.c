#include "generator/describe.h"

#include "core/base/mem.h"
#include "generator/asked.h"

#include <assert.h>
#include <string.h>

#define ARENA_BYTES_MAX (1U << 30)

/* ---- fields */

static bool is_number(enum ls_field_type type)
{
    return ls_field_is_number(type) || ls_field_expr_type(type) == LS_EXPR_TIME;
}

/* What a spec says about the words of a field. */
static int ask_words(const struct ls_op *op, struct ls_describe_field *field, struct ls_error *err)
{
    uint64_t *shares = ls_mem_new(op->word_count, sizeof *shares, err);
    int rc = shares ? 0 : err->code;
    bool asked = rc == 0 && ls_asked_words(op, shares);
    for (size_t k = 0; rc == 0 && asked && k < op->word_count; k++) {
        const struct ls_cell *word = &op->words[k];
        const char *boolean = word->number ? "true" : "false";
        if (word->is_null) {
            continue;
        }
        rc = field->is_number
                 ? ls_tally_ask(&field->words, &word->number, sizeof word->number, shares[k], err)
             : field->spec->type == LS_FIELD_BOOLEAN
                 ? ls_tally_ask(&field->words, boolean, strlen(boolean), shares[k], err)
                 : ls_tally_ask(&field->words, word->bytes, word->size, shares[k], err);
    }
    ls_mem_free(shares);
    return rc;
}

/* Where a version of the type has the field; NULL: nowhere. */
static struct ls_describe_field **column_of(struct ls_describe_type *type, size_t v,
                                            const struct ls_spec_field *field)
{
    const struct ls_plan_type *plan = v ? type->plan->changed : type->plan;
    for (size_t i = 0; plan && i < plan->version->field_count; i++) {
        if (plan->version->fields[i] == field) {
            return &type->columns[v][i];
        }
    }
    return NULL;
}

static int add_field(struct ls_describe_type *type, const struct ls_spec_field *spec,
                     struct ls_error *err)
{
    struct ls_describe_field *field = &type->fields[type->field_count];
    int rc = 0;
    for (size_t v = 0; rc == 0 && v < LS_SPEC_VERSIONS_MAX; v++) {
        struct ls_describe_field **column = column_of(type, v, spec);
        if (!column) {
            continue;
        }
        *column = field;
        if (!field->spec) {
            const struct ls_ops *ops = v ? &type->plan->changed->ops : &type->plan->ops;
            field->spec = spec;
            field->is_number = is_number((enum ls_field_type)spec->type);
            rc = ask_words(&ops->items[ops->hidden_count + (size_t)(column - type->columns[v])],
                           field, err);
        }
    }
    type->field_count += field->spec != NULL;
    return rc;
}

static int add_type(struct ls_describe *d, size_t t, uint64_t asked, struct ls_error *err)
{
    struct ls_describe_type *type = &d->types[t];
    const struct ls_spec_event_type *spec = d->plan->types[t].spec;
    type->plan = &d->plan->types[t];
    type->asked = asked;
    type->fields = ls_arena_new(&d->arena, spec->every_count, sizeof *type->fields, err);
    int rc = type->fields ? 0 : err->code;
    for (size_t i = 0; rc == 0 && i < spec->every_count; i++) {
        rc = add_field(type, spec->every[i], err);
    }
    return rc;
}

static int add_types(struct ls_describe *d, struct ls_error *err)
{
    size_t count = d->plan->type_count;
    uint64_t *asked = ls_arena_new(&d->arena, count, sizeof *asked, err);
    d->types = asked ? ls_arena_new(&d->arena, count, sizeof *d->types, err) : NULL;
    if (!d->types) {
        return err->code;
    }
    ls_asked_types(d->plan, asked);
    int rc = 0;
    for (size_t t = 0; rc == 0 && t < count; t++) {
        rc = add_type(d, t, asked[t], err);
    }
    return rc;
}

/* ---- the rest */

static int add_keys(struct ls_describe *d, struct ls_error *err)
{
    d->keys = ls_arena_new(&d->arena, d->plan->entity_count, sizeof *d->keys, err);
    int rc = d->keys ? 0 : err->code;
    for (size_t t = 0; rc == 0 && t < d->plan->type_count; t++) {
        const struct ls_plan_entity *entity = d->plan->types[t].picks[0].entity;
        struct ls_describe_keys *keys = &d->keys[entity - d->plan->entities];
        if (!keys->entity) {
            uint64_t count = entity->count < LS_DESCRIBE_KEYS_MAX ? entity->count
                                                                  : LS_DESCRIBE_KEYS_MAX;
            keys->entity = entity;
            keys->counts = ls_arena_new(&d->arena, (size_t)count, sizeof *keys->counts, err);
            rc = keys->counts ? 0 : err->code;
        }
    }
    return rc;
}

static void add_faults(struct ls_describe *d)
{
    const struct ls_spec_faults *f = d->plan->spec->faults;
    struct ls_describe_fault *faults = d->faults;
    for (int kind = 0; kind < LS_FAULT_COUNT; kind++) {
        faults[kind].name = ls_fault_name((enum ls_fault)kind);
        faults[kind].spec = ls_fault_spec(f, (enum ls_fault)kind);
    }
    if (!f->duplicate) { /* a conflict is a copy */
        faults[LS_FAULT_CONFLICT].spec = NULL;
    }
    faults[LS_DESCRIBE_LATE].name = "late";
    faults[LS_DESCRIBE_LATE].spec = f->late;
    faults[LS_DESCRIBE_JITTER].name = "jitter";
    faults[LS_DESCRIBE_JITTER].spec = f->jitter;
}

static int add_episodes(struct ls_describe *d, struct ls_error *err)
{
    d->episodes = ls_arena_new(&d->arena, d->plan->episode_count, sizeof *d->episodes, err);
    for (size_t k = 0; d->episodes && k < d->plan->episode_count; k++) {
        d->episodes[k].plan = &d->plan->episodes[k];
    }
    return d->episodes ? 0 : err->code;
}

/* As wide as it takes to hold every record, also those that an outage holds back. */
static void set_bins(struct ls_describe *d)
{
    const struct ls_plan *plan = d->plan;
    int64_t last_ms = ls_arrival_time(&plan->arrival, d->events - 1);
    d->begin_ms = ls_arrival_time(&plan->arrival, 0);
    if (plan->outage.present && plan->outage.from_ms <= last_ms && plan->outage.to_ms > last_ms) {
        last_ms = plan->outage.to_ms;
    }
    d->end_ms = d->begin_ms;
    d->bin_ms = (last_ms - d->begin_ms) / LS_DESCRIBE_BINS + 1;
}

int ls_describe_new(const struct ls_plan *plan, uint64_t events, struct ls_describe **out,
                    struct ls_error *err)
{
    assert(events > 0 && events <= LS_DESCRIBE_EVENTS_MAX && events <= plan->arrival.total);
    *out = NULL;
    struct ls_describe *d = ls_mem_new(1, sizeof *d, err);
    if (!d) {
        return err->code;
    }
    d->plan = plan;
    d->events = events;
    ls_arena_init(&d->arena, "description of a run", ARENA_BYTES_MAX);
    int rc = add_types(d, err);
    rc = rc < 0 ? rc : add_keys(d, err);
    rc = rc < 0 ? rc : add_episodes(d, err);
    if (rc < 0) {
        ls_describe_free(d);
        return rc;
    }
    add_faults(d);
    set_bins(d);
    *out = d;
    return 0;
}

void ls_describe_free(struct ls_describe *d)
{
    if (!d) {
        return;
    }
    for (size_t t = 0; d->types && t < d->plan->type_count; t++) {
        for (size_t i = 0; i < d->types[t].field_count; i++) {
            ls_quantiles_clear(&d->types[t].fields[i].numbers);
            ls_tally_clear(&d->types[t].fields[i].words);
        }
    }
    for (size_t k = 0; k < LS_DELAY_COUNT; k++) {
        ls_quantiles_clear(&d->delays[k]);
    }
    for (size_t k = 0; d->episodes && k < d->plan->episode_count; k++) {
        ls_tally_clear(&d->episodes[k].met);
    }
    ls_arena_clear(&d->arena);
    ls_mem_free(d);
}
