/* Flags: which topics have them, what they read, and their columns. */
#include "core/base/mem.h"
#include "pipeline/record/plan_internal.h"

#include <stdio.h>
#include <string.h>

#define NAMES_MAX 512 /* that are suggested */
#define NAME_SIZE 201 /* of ls_is_name */

/* What a flag may name: the columns of the topic as its steps leave them, or those of any topic. */
struct flag_scope {
    struct planner *p;
    const struct ls_topic_plan *topic; /* NULL: any */
    char lacking[NAME_SIZE];           /* the first name that is not there, or "" */
};

/* Neither flags nor physical columns: a flag says nothing about where a record stood (B3). */
static size_t plain_count(const struct ls_topic_plan *topic)
{
    bool ended = topic->layout != NULL;
    return topic->column_count - topic->flag_count - (ended ? LS_PHYSICAL_COLUMNS : 0);
}

static const struct ls_normal_column *find_plain(const struct ls_topic_plan *topic,
                                                 const char *name)
{
    const struct ls_normal_column *column = ls_normal_column(topic, name);
    return column && column < topic->columns + plain_count(topic) ? column : NULL;
}

static const struct ls_normal_column *find_name(struct flag_scope *s, const char *name)
{
    const struct ls_normal_column *column = s->topic ? find_plain(s->topic, name) : NULL;
    for (size_t t = 0; !s->topic && !column && t < s->p->plan->topic_count; t++) {
        column = find_plain(&s->p->plan->topics[t], name);
    }
    if (!column && !s->lacking[0]) {
        snprintf(s->lacking, sizeof s->lacking, "%s", name);
    }
    return column;
}

/* What a number of the column is measured by: as the field that it might come from. */
static struct ls_spec_field field_like(const struct ls_normal_column *column)
{
    return (struct ls_spec_field){
        .type = (int)column->type, .scale = column->scale, .precision = (int64_t)column->precision};
}

static bool find_symbol(void *context, const char *name, struct ls_expr_symbol *symbol)
{
    struct flag_scope *s = context;
    const struct ls_normal_column *column = find_name(s, name);
    if (!column) {
        return false;
    }
    const struct ls_spec_field like = field_like(column);
    int64_t low;
    int64_t high;
    ls_spec_field_limits(&like, &low, &high);
    ls_normal_symbol_of(column, (unsigned)column->cell, symbol);
    symbol->bounded = true;
    symbol->low = low;
    symbol->high = high;
    return true;
}

static bool stands_before(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static const char *suggest(const void *context, const char *name, char buffer[LS_SUGGEST_MAX])
{
    const struct flag_scope *s = context;
    const char *names[NAMES_MAX + 1];
    size_t count = 0;
    for (size_t t = 0; t < s->p->plan->topic_count; t++) {
        const struct ls_topic_plan *topic = &s->p->plan->topics[t];
        for (size_t i = 0; (!s->topic || s->topic == topic) && i < plain_count(topic); i++) {
            names[count] = topic->columns[i].name;
            count += count < NAMES_MAX && !stands_before(names, count, names[count]);
        }
    }
    names[count] = NULL;
    return ls_suggest(name, names, buffer);
}

static int compile(struct flag_scope *s, const struct ls_spec_check *item, struct ls_diag *diag,
                   struct ls_expr **out)
{
    struct planner *p = s->p;
    struct ls_expr_scope scope = {find_symbol, suggest, s};
    return ls_expr_compile(item->when, ls_spec_place(p->spec, &item->when, item->where), -1, &scope,
                           &p->plan->arena, diag, out, p->err);
}

/* Looks up all that the flag names: what is not there stands in the scope then. */
static int find_all(struct flag_scope *s, const struct ls_spec_check *item)
{
    struct planner *p = s->p;
    if (item->monotonic) {
        find_name(s, item->monotonic);
        find_name(s, item->per);
        return 0;
    }
    struct ls_diag *unheard = ls_mem_new(1, sizeof *unheard, p->err);
    struct ls_expr *expr;
    if (!unheard) {
        return p->err->code;
    }
    ls_diag_init(unheard);
    int rc = compile(s, item, unheard, &expr);
    ls_diag_clear(unheard);
    ls_mem_free(unheard);
    return rc;
}

static int plan_when(struct planner *p, const struct ls_spec_check *item,
                     struct ls_record_flag *out)
{
    struct flag_scope s = {p, p->topic, ""};
    struct ls_where where = ls_spec_place(p->spec, &item->when, item->where);
    struct ls_expr *expr;
    int rc = compile(&s, item, p->diag, &expr);
    if (rc < 0 || !expr) {
        return rc;
    }
    if (ls_expr_type(expr) != LS_EXPR_BOOLEAN) {
        PROBLEM(p, "LS2304", where, "compare it with something",
                "`when` needs a condition, and this is %s", ls_expr_type_name(ls_expr_type(expr)));
    } else if (!ls_expr_safe(expr)) { /* a record is not refused for a flag */
        PROBLEM(p, "LS2304", where, "calculate with fewer numbers, or with smaller ones",
                "`when` may have no value: a number too large");
    }
    out->when = expr;
    return 0;
}

/* A column that a monotonic flag reads, which is there; NULL, and the problem noted, where it can't
 * be read. */
static const struct ls_normal_column *operand(struct planner *p, const struct ls_spec_check *item,
                                              const char *const *member)
{
    const struct ls_normal_column *column = find_plain(p->topic, *member);
    const char *why = ls_field_passes_through(column->type);
    if (why) {
        PROBLEM(p, "LS2304", ls_spec_place(p->spec, member, item->where), why,
                "`%s` of %s is of type %s, with which nothing calculates", *member,
                p->topic->type->name, ls_field_type_words[column->type]);
    }
    return why ? NULL : column;
}

static bool is_ordered(enum ls_field_type type)
{
    enum ls_expr_type of = ls_field_expr_type(type);
    return of == LS_EXPR_NUMBER || of == LS_EXPR_TIME;
}

static void plan_monotonic(struct planner *p, const struct ls_spec_check *item,
                           struct ls_record_flag *out)
{
    const struct ls_normal_column *field = operand(p, item, &item->monotonic);
    const struct ls_normal_column *per = operand(p, item, &item->per);
    if (!field || !per) {
        return;
    }
    const struct ls_spec_field like = field_like(field);
    bool time = ls_field_expr_type(field->type) == LS_EXPR_TIME;
    if (!is_ordered(field->type)) {
        PROBLEM(p, "LS2304", ls_spec_place(p->spec, &item->monotonic, item->where),
                "name a field that is a number or a time",
                "`monotonic` needs a number or a time, `%s` of %s is of type %s", field->name,
                p->topic->type->name, ls_field_type_words[field->type]);
    } else if (ls_spec_check_given(item, "tolerance") &&
               (!ls_spec_quantity(&item->tolerance, &like, &out->tolerance) ||
                out->tolerance < 0)) {
        PROBLEM(p, "LS2304", item->tolerance.where,
                time ? "write a duration, such as 10m" : "write a number of 0 or more",
                "this is no `tolerance` for `%s` of %s, which is of type %s", field->name,
                p->topic->type->name, ls_field_type_words[field->type]);
    }
    out->field = field->cell;
    out->per = per->cell;
    out->per_text = ls_field_expr_type(per->type) == LS_EXPR_TEXT;
    p->topic->monotonic_count++;
}

/* Where `events` names the type; NULL: it does not. */
static const struct ls_where *listed_at(const struct ls_spec_check *item, const char *type)
{
    for (size_t i = 0; i < item->events.count; i++) {
        if (strcmp(item->events.items[i], type) == 0) {
            return &item->events.where[i];
        }
    }
    return NULL;
}

/* A flag of this topic goes into its list. */
static int plan_flag(struct planner *p, const struct ls_spec_check *item, unsigned number,
                     size_t *count)
{
    struct flag_scope s = {p, p->topic, ""};
    const struct ls_where *listed = listed_at(item, p->topic->type->name);
    int rc = listed || !item->events.count ? find_all(&s, item) : 0;
    if (rc < 0 || (item->events.count && !listed)) {
        return rc;
    }
    if (s.lacking[0]) {
        char hint[LS_SUGGEST_MAX];
        if (listed) {
            PROBLEM(p, "LS2304", *listed, suggest(&s, s.lacking, hint),
                    "`%s` of `events` has no field `%s`, which the flag names",
                    p->topic->type->name, s.lacking);
        }
        return 0;
    }
    p->flagged |= UINT64_C(1) << number;
    struct ls_record_flag *out = &p->topic->flags[(*count)++];
    *out = (struct ls_record_flag){.spec = item};
    if (item->when) {
        return plan_when(p, item, out);
    }
    plan_monotonic(p, item, out);
    return 0;
}

/* Behind the columns that flags may read. */
static void add_column(struct planner *p, struct ls_record_flag *flag)
{
    struct ls_topic_plan *topic = p->topic;
    const char *name = flag->spec->flag;
    struct ls_where where = ls_spec_place(p->spec, &flag->spec->flag, flag->spec->where);
    for (size_t i = 0; i < topic->column_count; i++) {
        if (strcmp(topic->columns[i].name, name) == 0 ||
            strcmp(topic->columns[i].column_name, name) == 0) {
            PROBLEM(p, "LS2001", where, "choose another name",
                    "the normalized %s has a column `%s` already", topic->type->name, name);
            return;
        }
    }
    if (topic->cell_count == LS_RECORD_CELLS_MAX) {
        PROBLEM(p, "LS2010", where, "leave out what nobody reads",
                "a topic has at most %d columns, steps and flags", LS_RECORD_CELLS_MAX);
        return;
    }
    flag->cell = topic->cell_count++;
    topic->columns[topic->column_count++] = (struct ls_normal_column){
        .name = name, .column_name = name, .type = LS_FIELD_BOOLEAN, .cell = flag->cell};
    topic->flag_count++;
}

int ls_plan_flags(struct planner *p)
{
    const struct ls_spec_check *items = p->spec->quality.items;
    struct ls_topic_plan *topic = p->topic;
    size_t count = 0;
    unsigned number = 0;
    int rc = 0;
    topic->flags = ls_arena_new(&p->plan->arena, LS_SPEC_FLAGS_MAX, sizeof *topic->flags, p->err);
    if (!topic->flags) {
        return p->err->code;
    }
    for (size_t i = 0; rc == 0 && i < p->spec->quality.count; i++) {
        if (items[i].check == LS_CHECK_FLAG) {
            rc = plan_flag(p, &items[i], number++, &count);
        }
    }
    for (size_t k = 0; rc == 0 && !p->diag->errors && k < count; k++) {
        add_column(p, &topic->flags[k]);
    }
    return rc;
}

/* ---- flags of no topic */

static int tell_unused(struct planner *p, const struct ls_spec_check *item)
{
    struct flag_scope s = {p, NULL, ""};
    const char *const *members[] = {&item->monotonic, &item->per};
    struct ls_expr *ignored;
    int before = p->diag->errors;
    int rc = item->when ? compile(&s, item, p->diag, &ignored) : 0;
    for (size_t i = 0; item->monotonic && i < 2; i++) {
        char hint[LS_SUGGEST_MAX];
        if (!find_name(&s, *members[i])) {
            PROBLEM(p, "LS2304", ls_spec_place(p->spec, members[i], item->where),
                    suggest(&s, *members[i], hint), "no event type has a field `%s`", *members[i]);
        }
    }
    if (rc < 0 || p->diag->errors > before) {
        return rc;
    }
    static const char hint[] = "name fields that stand together, behind the normalize steps";
    if (item->when) {
        PROBLEM(p, "LS2304", ls_spec_place(p->spec, &item->when, item->where), hint,
                "no event type has all the fields of the flag `%s`", item->flag);
    } else {
        PROBLEM(p, "LS2304",
                ls_spec_place(p->spec,
                              ls_spec_check_given(item, "per") ? &item->per : &item->monotonic,
                              item->where),
                hint, "no event type has both `%s` and `%s`, which the flag `%s` names",
                item->monotonic, item->per, item->flag);
    }
    return rc;
}

int ls_plan_flags_used(struct planner *p)
{
    const struct ls_spec_check *items = p->spec->quality.items;
    unsigned number = 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->spec->quality.count; i++) {
        if (items[i].check == LS_CHECK_FLAG && !(p->flagged >> number++ & 1)) {
            rc = tell_unused(p, &items[i]);
        }
    }
    return rc;
}
