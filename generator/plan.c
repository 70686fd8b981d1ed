#include "generator/plan_internal.h"

#include "core/avro/frame.h"
#include "core/base/hash.h"
#include "core/base/mem.h"
#include "spec/resolve.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PLAN_BYTES_MAX     (512U << 20)
#define RATE_WHOLE_MAX     (UINT64_C(1) << 32) /* so that products of two rates are exact */
#define PARTITION_ROWS_MAX (1U << 20)
#define TABLE_ROWS_MAX     65536 /* populations up to this have their attributes computed once */

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
    uint8_t *words = word ? ls_plan_alloc(p, count, sizeof *words) : NULL;
    int32_t *numbers = number ? ls_plan_alloc(p, count, sizeof *numbers) : NULL;
    op->known_words = words;
    op->known_numbers = numbers;
    for (uint64_t n = 0; words && n < count; n++) {
        words[n] = (uint8_t)ls_choose(&op->choices, ls_word(op->key, n, 0));
    }
    for (uint64_t n = 0; numbers && n < count; n++) {
        numbers[n] = (int32_t)ls_distribution_draw(&op->distribution, op->key, n);
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

static bool plan_entity(struct planner *p, const struct ls_spec_entity *spec,
                        struct ls_plan_entity *out)
{
    struct ls_template t;
    const struct ls_spec_field *attributes = spec->attributes.items;
    ls_template_parse(spec->id, &t);
    *out = (struct ls_plan_entity){
        .spec = spec, .count = (uint64_t)spec->count, .attribute_count = spec->attributes.count};
    out->id = ls_id_template_of(t.before, t.before_size, t.width, t.behind, t.behind_size);
    if (t.before_size + t.behind_size + LS_ID_DIGITS_MAX > LS_ID_TEXT_MAX) {
        PROBLEM(p, "LS2004", ls_spec_place(p->spec, &spec->id, spec->where), NULL,
                "an id is longer than %d bytes", LS_ID_TEXT_MAX);
        return false;
    }
    out->pick_key = ls_plan_key(p, "entities.%s.pick", spec->key);
    out->attributes = ls_plan_alloc(p, out->attribute_count, sizeof *out->attributes);
    if (!out->attributes) {
        return false;
    }
    for (size_t a = 0; a < out->attribute_count; a++) {
        char path[512];
        snprintf(path, sizeof path, "entities.%s.attributes.%s", spec->key, attributes[a].name);
        if (!ls_plan_op(p, &attributes[a], path, NULL, &out->attributes[a])) {
            return false;
        }
    }
    if (spec->pick.member == &ls_member_pick_zipf) {
        const struct ls_source_zipf *zipf = spec->pick.settings;
        uint64_t exponent = (uint64_t)(zipf->exponent.value * ((ls_i128)1 << 32) /
                                       ls_pow10(zipf->exponent.scale));
        if (ls_zipf_new(out->count, exponent, &p->plan->arena, &out->zipf, p->err) < 0) {
            return false;
        }
    }
    return fill_partitions(p, out) && fill_tables(p, out);
}

/* The range check of a field, which the fault breaks: the first that names it. */
static const struct ls_spec_check *check_of(const struct ls_spec *spec, const char *field,
                                            enum ls_check_word word)
{
    const struct ls_spec_check *checks = spec->quality.items;
    for (size_t i = 0; i < spec->quality.count; i++) {
        if (checks[i].check == (int)word && strcmp(checks[i].field, field) == 0) {
            return &checks[i];
        }
    }
    return NULL;
}

static int column_of(const struct ls_plan_type *type, const char *field)
{
    for (size_t i = 0; i < type->spec->field_count; i++) {
        if (strcmp(type->spec->fields[i]->name, field) == 0) {
            return LS_COLUMN_PAYLOAD + (int)i;
        }
    }
    return -1;
}

static enum ls_field_type type_of_column(const struct ls_plan_type *type, int column)
{
    return (enum ls_field_type)type->spec->fields[column - LS_COLUMN_PAYLOAD]->type;
}

static void plan_range(const struct ls_spec_check *check, enum ls_field_type type,
                       struct ls_plan_type *out)
{
    out->range_has_low = ls_spec_check_low(check, type, &out->range_low);
    out->range_has_high = ls_spec_check_high(check, type, &out->range_high);
}

/* The least of the bounds that the range checks of the field set. */
static void plan_conflict(struct planner *p, enum ls_field_type type, struct ls_plan_type *out)
{
    const struct ls_spec_check *checks = p->spec->quality.items;
    out->conflict_high = type == LS_FIELD_INT ? INT32_MAX : INT64_MAX;
    for (size_t i = 0; i < p->spec->quality.count; i++) {
        int64_t high;
        if (checks[i].check == LS_CHECK_RANGE &&
            strcmp(checks[i].field, p->spec->faults->conflict->field) == 0 &&
            ls_spec_check_high(&checks[i], type, &high) && high < out->conflict_high) {
            out->conflict_high = high;
        }
    }
}

/* Which columns the faults that name a field act on in this type; -1 where it has no such field. */
static void plan_fault_columns(struct planner *p, struct ls_plan_type *type)
{
    const struct ls_spec_faults *faults = p->spec->faults;
    const struct ls_spec_check *check = NULL;
    type->range_column = faults->out_of_range ? column_of(type, faults->out_of_range->field) : -1;
    type->missing_column = faults->missing ? column_of(type, faults->missing->field) : -1;
    type->conflict_column = faults->conflict ? column_of(type, faults->conflict->field) : -1;
    if (type->range_column >= 0) {
        check = check_of(p->spec, faults->out_of_range->field, LS_CHECK_RANGE);
        if (!check) {
            PROBLEM(
                p, "LS2203",
                ls_spec_place(p->spec, &faults->out_of_range->field, faults->out_of_range->where),
                "add {check: range, field: ...} to `quality`",
                "no range check would notice a wrong `%s`", faults->out_of_range->field);
        } else {
            plan_range(check, type_of_column(type, type->range_column), type);
        }
    }
    if (type->missing_column >= 0) {
        const struct ls_spec_field *field =
            type->spec->fields[type->missing_column - LS_COLUMN_PAYLOAD];
        if (!field->is_nullable || !check_of(p->spec, faults->missing->field, LS_CHECK_NOT_NULL)) {
            PROBLEM(
                p, "LS2203",
                ls_spec_place(p->spec, &faults->missing->field, faults->missing->where),
                "say `null: never` for the field, and add {check: not_null, field: ...} to "
                "`quality`",
                "`missing` needs a nullable field with a not_null check, which `%s` of %s is not",
                field->name, type->spec->name);
        }
    }
    if (type->conflict_column >= 0) {
        enum ls_field_type t = type_of_column(type, type->conflict_column);
        if (ls_field_expr_type(t) != LS_EXPR_NUMBER) {
            PROBLEM(p, "LS2203",
                    ls_spec_place(p->spec, &faults->conflict->field, faults->conflict->where), NULL,
                    "`conflict` needs a number to change, `%s` is none", faults->conflict->field);
        }
        plan_conflict(p, t, type);
    }
}

static enum ls_put put_of(const struct ls_node *node)
{
    switch (node->type) {
    case LS_AVRO_STRING:
        return LS_PUT_TEXT;
    case LS_AVRO_BOOLEAN:
        return LS_PUT_BOOLEAN;
    default: /* int, long, enum */
        return LS_PUT_LONG;
    }
}

/* How an operation's value is written, which its column says; the pieces of what is written again
 * and again. */
static bool plan_bytes(struct planner *p, const struct ls_plan_type *type, struct ls_op *op)
{
    const struct ls_column *column = &type->spec->layout->columns[op->cell];
    op->put = put_of(column->node);
    op->nullable = column->nullable;
    op->null_branch = (uint8_t)(2 * column->null_branch);
    op->value_branch = (uint8_t)(2 * !column->null_branch);
    if (op->words) {
        struct ls_piece *pieces = ls_plan_alloc(p, op->word_count, sizeof *pieces);
        if (!pieces) {
            return false;
        }
        ls_pieces_make(op, pieces);
        op->pieces = pieces;
    }
    return true;
}

static void keep(void *context, unsigned slot)
{
    const struct ls_ops *ops = context;
    for (size_t k = 0; k < ops->count; k++) {
        ops->items[k].keeps = ops->items[k].keeps || ops->items[k].cell == slot;
    }
}

static bool plan_constant(struct planner *p, struct ls_plan_type *type)
{
    size_t domain_size = strlen(p->spec->domain);
    type->head = ls_plan_alloc(p, 1, LS_OP_SPOILT);
    type->constant = ls_plan_alloc(p, 1, domain_size + LS_OP_SPOILT);
    if (!type->head || !type->constant) {
        return false;
    }
    *ls_put_single_object(type->head, type->spec->schema->crc64) = 2 * LS_EVENT_ID_SIZE;
    uint8_t *at = ls_put_bytes(type->constant, p->spec->domain, domain_size);
    at = ls_put_long(at, type->spec->schema_version);
    type->constant_size = (size_t)(at - type->constant);
    return true;
}

/* What all operations together need. */
static bool finish_type(struct planner *p, struct ls_plan_type *type)
{
    size_t texts = 0;
    type->value_max = LS_SINGLE_OBJECT_SIZE + (size_t)LS_COLUMN_PAYLOAD * LS_AVRO_LONG_MAX +
                      LS_EVENT_ID_SIZE + LS_ID_TEXT_MAX + strlen(p->spec->domain) + LS_OP_SPOILT;
    for (size_t k = 0; k < type->ops.count; k++) {
        struct ls_op *op = &type->ops.items[k];
        if (op->expr) {
            ls_expr_slots(op->expr, keep, &type->ops);
        }
        if (k < type->ops.hidden_count) {
            texts += op->id.before ? op->text_max : 0;
        } else if (!plan_bytes(p, type, op)) {
            return false;
        } else {
            type->value_max += ls_op_size_max(op);
            op->keeps = op->keeps || op->cell == type->conflict_column;
        }
    }
    for (size_t k = type->ops.hidden_count; k < type->ops.count; k++) {
        ls_op_finish(&type->ops.items[k]);
    }
    if (texts + LS_ID_TEXT_MAX > LS_PLAN_TEXTS_MAX) {
        PROBLEM(p, "LS2010", type->spec->where, NULL,
                "the ids that expressions of an event type name have %zu bytes, at most %d", texts,
                LS_PLAN_TEXTS_MAX - LS_ID_TEXT_MAX);
        return false;
    }
    return true;
}

static bool plan_type(struct planner *p, const struct ls_spec_event_type *spec,
                      struct ls_plan_type *out)
{
    *out = (struct ls_plan_type){.spec = spec, .column_count = spec->layout->count};
    out->ops.items = ls_plan_alloc(p, LS_PLAN_CELLS_MAX, sizeof *out->ops.items);
    if (!out->ops.items || !plan_constant(p, out)) {
        return false;
    }
    for (size_t e = 0; e < p->plan->entity_count; e++) {
        if (p->plan->entities[e].spec == spec->entity_type) {
            out->picks[out->pick_count++] = &p->plan->entities[e];
        }
    }
    bool sound = true;
    for (size_t i = 0; i < spec->field_count; i++) {
        char path[512];
        struct ls_op op = {.cell = (uint16_t)(LS_COLUMN_PAYLOAD + i)};
        snprintf(path, sizeof path, "event_types.%s.%s", spec->name, spec->fields[i]->name);
        bool made = ls_plan_op(p, spec->fields[i], path, out, &op);
        sound = sound && made;
        out->ops.items[out->ops.count++] = op; /* a wrong one too: expressions below may name it */
    }
    plan_fault_columns(p, out);
    return sound && finish_type(p, out);
}

static struct ls_plan_fault plan_fault(struct planner *p, const struct ls_spec_fault *fault,
                                       const char *name)
{
    struct ls_plan_fault out = {.key = ls_plan_key(p, "faults.%s", name)};
    if (fault) {
        out.chance = ls_chance_of(fault->rate);
    }
    return out;
}

static void plan_delay(struct planner *p, const struct ls_pick *pick, enum ls_unit unit,
                       int64_t low, int64_t high, const char *name, struct ls_plan_delay *out)
{
    out->key = ls_plan_key(p, "%s", name);
    out->present = ls_distribution_compile(pick, unit, 0, low, high, &p->plan->arena, p->diag,
                                           &out->distribution, p->err);
}

/* One slot in `block` is a copy's: the nearest whole number to one over the rates of duplicates and
 * conflicts together. */
static void plan_copies(struct planner *p)
{
    const struct ls_spec_faults *f = p->spec->faults;
    struct ls_plan *plan = p->plan;
    if (!f->duplicate) {
        return;
    }
    struct ls_ratio d = f->duplicate->rate;
    struct ls_ratio c = f->conflict ? f->conflict->rate : (struct ls_ratio){0, 1};
    if (d.whole > RATE_WHOLE_MAX || c.whole > RATE_WHOLE_MAX) {
        PROBLEM(p, "LS2020", ls_spec_place(p->spec, &f->duplicate->rate, f->duplicate->where), NULL,
                "a rate of copies is finer than one in 2^32");
        return;
    }
    ls_u128 part = (ls_u128)d.part * c.whole + (ls_u128)c.part * d.whole;
    ls_u128 whole = (ls_u128)d.whole * c.whole;
    if (part == 0) {
        return;
    }
    if (part * 2 > whole) {
        PROBLEM(p, "LS2020", ls_spec_place(p->spec, &f->duplicate->rate, f->duplicate->where),
                "lower the rates", "more than half of the events would be copies");
        return;
    }
    plan->block = (uint64_t)((whole + part / 2) / part);
    plan->conflict_share = ls_chance_of(
        (struct ls_ratio){(uint64_t)((ls_u128)c.part * d.whole), (uint64_t)part});
    plan->copy_key = ls_plan_key(p, "faults.copy");
    plan->copy_kind_key = ls_plan_key(p, "faults.copy.kind");
    plan_delay(p, &f->duplicate->distribution, LS_UNIT_NUMBER, 1, INT64_C(1) << 40,
               "faults.duplicate.gap", &plan->gap);
}

static void plan_faults(struct planner *p)
{
    const struct ls_spec_faults *f = p->spec->faults;
    struct ls_plan *plan = p->plan;
    plan->late = plan_fault(p, f->late, "late");
    plan->truncated = plan_fault(p, f->truncated, "truncated");
    plan->corrupt = plan_fault(p, f->corrupt, "corrupt");
    plan->out_of_range = plan_fault(p, f->out_of_range, "out_of_range");
    plan->missing = plan_fault(p, f->missing, "missing");
    plan->clock_ahead = plan_fault(p, f->clock_ahead, "clock_ahead");
    plan->jitter = plan_fault(p, f->jitter, "jitter");
    plan->clock_ahead_ms = f->clock_ahead ? f->clock_ahead->by_ms : 0;
    plan->jitter_max_ms = f->jitter ? f->jitter->max_ms : 0;
    plan->range_value_key = ls_plan_key(p, "faults.out_of_range.value");
    plan->corrupt_place_key = ls_plan_key(p, "faults.corrupt.place");
    plan->truncated_place_key = ls_plan_key(p, "faults.truncated.place");
    if (p->spec->delay) {
        plan_delay(p, &p->spec->delay->distribution, LS_UNIT_DURATION, 0, p->spec->delay->max_ms,
                   "delay", &plan->delay);
    }
    if (f->late) {
        plan_delay(p, &f->late->distribution, LS_UNIT_DURATION, 0, f->late->max_ms,
                   "faults.late.delay", &plan->late_delay);
    }
    plan_copies(p);
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
    plan->types = ls_plan_alloc(p, plan->type_count, sizeof *plan->types);
    if (!plan->entities || !plan->types ||
        ls_arrival_compile(spec, &plan->arena, &plan->arrival, p->err) < 0) {
        return false;
    }
    bool sound = true;
    const struct ls_spec_entity *entities = spec->entities.items;
    for (size_t e = 0; e < spec->entities.count; e++) {
        bool made = plan_entity(p, &entities[e], &plan->entities[e]);
        sound = sound && made;
        plan->entity_count++;
    }
    uint64_t weights[LS_SPEC_EVENT_TYPES_MAX];
    for (size_t t = 0; sound && t < plan->type_count; t++) {
        const struct ls_spec_event_type *type = ls_spec_event_type_at(spec, t);
        weights[t] = (uint64_t)type->weight;
        bool made = plan_type(p, type, &plan->types[t]);
        sound = sound && made;
    }
    if (sound &&
        ls_choices_new(weights, plan->type_count, &plan->arena, &plan->type_choices, p->err) < 0) {
        return false;
    }
    plan_faults(p);
    if (sound && !p->diag->errors) {
        ls_plan_prove(p);
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
    struct planner p = {spec, plan, diag, err, NULL};
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

void ls_plan_free(struct ls_plan *plan)
{
    if (plan) {
        ls_arena_clear(&plan->arena);
        ls_mem_free(plan);
    }
}
