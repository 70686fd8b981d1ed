#include "generator/plan_internal.h"

#include "core/avro/frame.h"
#include "core/base/hash.h"
#include "core/base/mem.h"
#include "spec/resolve.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PLAN_BYTES_MAX     (512U << 20)
#define PARTITION_ROWS_MAX (1U << 20)
#define TABLE_ROWS_MAX                                                                             \
    (1U << 18)                      /* populations up to this have their attributes computed once, \
                                     */
#define TABLE_BYTES_MAX (16U << 20) /* as far as there is room, in the spec's order */

void *ls_plan_alloc(struct planner *p, size_t count, size_t size)
{
    return ls_arena_new(&p->plan->arena, count, size, p->err);
}

uint64_t ls_plan_key(struct planner *p, const char *format, ...)
{
    char name[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    return ls_stream_key(p->plan->seed, name);
}

/* Attributes of one population are asked for again and again. */
static bool fill_table(struct planner *p, uint64_t count, struct ls_op *op)
{
    bool word = op->kind == LS_OP_CHOICE && op->word_count <= UINT8_MAX;
    bool number = op->kind == LS_OP_NUMBER && op->low >= INT32_MIN && op->high <= INT32_MAX;
    size_t bytes = count * (word ? sizeof(uint8_t) : number ? sizeof(int32_t) : 0);
    if (p->table_bytes + bytes > TABLE_BYTES_MAX) {
        return true;
    }
    p->table_bytes += bytes;
    uint8_t *words = word ? ls_plan_alloc(p, count, sizeof *words) : NULL;
    int32_t *numbers = number ? ls_plan_alloc(p, count, sizeof *numbers) : NULL;
    op->known_words = words;
    op->known_numbers = numbers;
    for (uint64_t n = 0; words && n < count; n++) {
        words[n] = (uint8_t)ls_choose(&op->choices, ls_word(op->key, n, 0));
    }
    for (uint64_t n = 0; numbers && n < count; n++) {
        struct ls_cell value;
        ls_attribute_value(op, n, NULL, &value);
        numbers[n] = (int32_t)value.number;
    }
    return (words || !word) && (numbers || !number);
}

static bool fill_tables(struct planner *p, const struct ls_plan_entity *entity)
{
    bool sound = true;
    for (size_t a = 0; sound && a < entity->attribute_count && entity->count <= TABLE_ROWS_MAX;
         a++) {
        sound = fill_table(p, entity->count, &entity->attributes[a]);
    }
    return sound;
}

/* Which partition a key falls into is asked for each event, by shards for each event of the whole
 * run. */
static bool fill_partitions(struct planner *p, struct ls_plan_entity *entity)
{
    if (entity->count > PARTITION_ROWS_MAX || p->plan->partitions > UINT8_MAX) {
        return true;
    }
    uint8_t *partitions = ls_plan_alloc(p, entity->count, sizeof *partitions);
    entity->partitions = partitions;
    for (uint64_t n = 0; partitions && n < entity->count; n++) {
        uint8_t text[LS_ID_TEXT_MAX + LS_OP_SPOILT];
        size_t size = ls_id_write(&entity->id, n, text);
        partitions[n] = (uint8_t)ls_partition_of(text, size, p->plan->partitions);
    }
    return partitions != NULL;
}

/* The events that a time of the run decides about, as indices: these arrive in its order. */
static void plan_spans(const struct planner *p, struct ls_plan_entity *entity)
{
    const struct ls_arrival *arrival = &p->plan->arrival;
    const struct ls_spec_hot_key *hot = p->spec->faults->hot_key;
    const struct ls_spec_entity *spec = entity->spec;
    int64_t start = p->spec->start_ms;
    if (spec->growth && spec->growth->to > spec->count) {
        entity->grown = ls_arrival_before(arrival, start + entity->grown_ms);
    }
    if (hot && (!hot->entity || strcmp(hot->entity, spec->key) == 0)) {
        entity->hot_first = ls_arrival_before(arrival, start + hot->at_ms);
        entity->hot_end = ls_arrival_before(arrival, start + hot->at_ms + hot->for_ms);
    }
}

static bool plan_attributes(struct planner *p, struct ls_plan_entity *entity)
{
    const struct ls_spec_field *attributes = entity->spec->attributes.items;
    bool sound = true;
    p->entity = entity;
    for (size_t a = 0; sound && a < entity->attribute_count; a++) {
        char path[512];
        snprintf(path, sizeof path, "entities.%s.attributes.%s", entity->spec->key,
                 attributes[a].name);
        sound = ls_plan_op(p, &attributes[a], path, NULL, 0, entity->count, &entity->attributes[a]);
    }
    p->entity = NULL;
    return sound;
}

static bool plan_entity(struct planner *p, const struct ls_spec_entity *spec,
                        struct ls_plan_entity *out)
{
    struct ls_template t;
    ls_template_parse(spec->id, &t);
    *out = (struct ls_plan_entity){
        .spec = spec,
        .count = (uint64_t)(spec->growth ? spec->growth->to : spec->count),
        .count_at_start = (uint64_t)spec->count,
        .grown_ms = spec->growth ? spec->growth->over_ms : 0,
        .in_turn = spec->pick.member == &ls_member_pick_in_turn,
        .attribute_count = spec->attributes.count};
    if (!ls_plan_template(p, &t, ls_spec_place(p->spec, &spec->id, spec->where), &out->id)) {
        return false;
    }
    for (size_t e = 0; spec->owner && e < p->plan->entity_count; e++) {
        const struct ls_plan_entity *other = &p->plan->entities[e];
        out->owner = other->spec == spec->owner ? other : out->owner;
    }
    if (out->owner && !out->owner->sound) {
        return false; /* what is wrong was told */
    }
    plan_spans(p, out);
    out->pick_key = ls_plan_key(p, "entities.%s.pick", spec->key);
    out->attributes = ls_plan_alloc(p, out->attribute_count, sizeof *out->attributes);
    if (!out->attributes) {
        return false;
    }
    if (!plan_attributes(p, out)) {
        return false;
    }
    if (spec->pick.member == &ls_member_pick_zipf) {
        const struct ls_source_zipf *zipf = spec->pick.settings;
        uint64_t exponent = (uint64_t)(zipf->exponent.value * ((ls_i128)1 << 32) /
                                       ls_pow10(zipf->exponent.scale));
        if (ls_zipf_new(out->count, exponent, &p->plan->arena, &out->zipf, p->err) < 0) {
            return false;
        }
    }
    out->sound = fill_partitions(p, out) && fill_tables(p, out);
    return out->sound;
}

static bool plan_versions(struct planner *p, const struct ls_spec_event_type *spec,
                          struct ls_plan_type *out)
{
    int errors = p->diag->errors;
    if (!ls_plan_type(p, spec, &spec->versions[0], out)) {
        return false;
    }
    /* what is wrong with the one is wrong with the other: it is told once */
    if (spec->version_count > 1 && p->diag->errors == errors) {
        struct ls_plan_type *changed = ls_plan_alloc(p, 1, sizeof *changed);
        out->changed = changed;
        return changed && ls_plan_type(p, spec, &spec->versions[1], changed);
    }
    return true;
}

static bool plan_types(struct planner *p)
{
    struct ls_plan *plan = p->plan;
    uint64_t weights[LS_SPEC_EVENT_TYPES_MAX];
    bool sound = true;
    plan->types = ls_plan_alloc(p, plan->type_count, sizeof *plan->types);
    if (!plan->types) {
        return false;
    }
    for (size_t t = 0; t < plan->type_count; t++) {
        const struct ls_spec_event_type *type = ls_spec_event_type_at(p->spec, t);
        weights[t] = type->step ? 0 : (uint64_t)type->weight;
        bool made = plan_versions(p, type, &plan->types[t]);
        sound = sound && made;
    }
    return sound && ls_choices_new(weights, plan->type_count, &plan->arena, &plan->type_choices,
                                   p->err) == 0;
}

static bool plan_all(struct planner *p)
{
    struct ls_plan *plan = p->plan;
    const struct ls_spec *spec = p->spec;
    plan->type_count = spec->event_types.count;
    plan->partitions = (uint32_t)spec->topics->partitions;
    plan->type_key = ls_plan_key(p, "event_types");
    plan->event_id_key = ls_plan_key(p, "event_id");
    plan->entities = ls_plan_alloc(p, spec->entities.count, sizeof *plan->entities);
    if (!plan->entities || ls_arrival_compile(spec, &plan->arena, &plan->arrival, p->err) < 0) {
        return false;
    }
    bool sound = true;
    const struct ls_spec_entity *entities = spec->entities.items;
    for (size_t e = 0; e < spec->entities.count; e++) {
        bool made = plan_entity(p, &entities[e], &plan->entities[e]);
        sound = sound && made;
        plan->entity_count++;
    }
    sound = sound && ls_plan_episodes(p) && plan_types(p);
    ls_plan_copies(p);
    sound = sound && ls_plan_faults(p) && ls_plan_slots(p);
    if (sound && !p->diag->errors) {
        sound = ls_plan_tables(p);
        if (sound) {
            ls_plan_prove(p);
        }
        ls_plan_tables_free(p);
    }
    return sound;
}

int ls_plan_new(const struct ls_spec *spec, struct ls_plan **out, struct ls_buf *report,
                struct ls_error *err)
{
    *out = NULL;
    struct ls_plan *plan = ls_mem_new(1, sizeof *plan, err);
    struct ls_diag *diag = plan ? ls_mem_new(1, sizeof *diag, err) : NULL;
    if (!diag) {
        ls_mem_free(plan);
        return err->code;
    }
    plan->spec = spec;
    plan->seed = (uint64_t)spec->seed;
    ls_arena_init(&plan->arena, "generator plan", PLAN_BYTES_MAX);
    ls_diag_init(diag);
    err->code = 0;
    struct planner p = {.spec = spec, .plan = plan, .diag = diag, .err = err};
    bool sound = plan_all(&p);
    int rc = err->code;
    if (rc == 0 && diag->count) {
        rc = ls_diag_render(diag, false, report, err);
    }
    if (rc == 0 && (diag->errors || !sound)) {
        rc = ls_error_set(err, LS_E_DATA, "the spec cannot be generated: %d error%s", diag->errors,
                          diag->errors == 1 ? "" : "s");
    }
    ls_diag_clear(diag);
    ls_mem_free(diag);
    if (rc < 0) {
        ls_plan_free(plan);
        return rc;
    }
    *out = plan;
    return 0;
}

/* How many of a growing population there are when an event arrives. */
static uint64_t count_then(const struct ls_plan *plan, const struct ls_plan_entity *entity,
                           uint64_t index, struct ls_arrival_cursor *cursor)
{
    if (index >= entity->grown) {
        return entity->count;
    }
    int64_t passed = (cursor ? ls_arrival_next_time(&plan->arrival, cursor, index)
                             : ls_arrival_time(&plan->arrival, index)) -
                     plan->spec->start_ms;
    uint64_t joined = (uint64_t)((ls_u128)(entity->count - entity->count_at_start) *
                                 (uint64_t)passed / (uint64_t)entity->grown_ms);
    return entity->count_at_start + joined;
}

#define PICK_TRIES 16 /* draws that may fall on one who has not joined yet */

uint64_t ls_entity_pick_then(const struct ls_plan *plan, const struct ls_plan_entity *entity,
                             uint64_t index, struct ls_arrival_cursor *cursor)
{
    if (index >= entity->hot_first && index < entity->hot_end &&
        ls_strikes(plan->hot_share, ls_word(plan->hot_key, index, 0))) {
        return 0;
    }
    uint64_t count = count_then(plan, entity, index, cursor);
    for (uint64_t again = 0; entity->zipf && again < PICK_TRIES; again++) {
        uint64_t n = ls_zipf_draw(entity->zipf,
                                  again ? ls_mix(entity->pick_key + again) : entity->pick_key,
                                  index) -
                     1;
        if (n < count) {
            return n;
        }
    }
    return entity->in_turn ? index % count : ls_below(ls_word(entity->pick_key, index, 0), count);
}

void ls_plan_free(struct ls_plan *plan)
{
    if (plan) {
        ls_arena_clear(&plan->arena);
        ls_mem_free(plan);
    }
}
