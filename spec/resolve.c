#include "spec/resolve.h"

#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

struct resolver {
    struct ls_spec *spec;
    struct ls_diag *diag;
    struct ls_error *err;
};

#define PROBLEM(r, rule, where, hint, ...)                                                         \
    ls_diag_add((r)->diag, LS_SEVERITY_ERROR, rule, where, hint, __VA_ARGS__)

bool ls_template_parse(const char *text, struct ls_template *out)
{
    const char *open = strchr(text, '{');
    const char *close = open ? strchr(open, '}') : NULL;
    if (!close || strpbrk(close + 1, "{}") || open[1] != 'n') {
        return false;
    }
    *out = (struct ls_template){text, (size_t)(open - text), 0, close + 1, strlen(close + 1)};
    const char *at = open + 2;
    if (at == close) {
        return true;
    }
    if (at[0] != ':' || at[1] != '0') {
        return false;
    }
    for (at += 2; at < close; at++) {
        if (*at < '0' || *at > '9' || out->width > 99) {
            return false;
        }
        out->width = out->width * 10 + (unsigned)(*at - '0');
    }
    return out->width >= 1 && out->width <= 20;
}

/* "did you mean" over the names of `count` things; returns `buffer` or NULL. */
static const char *suggest(const char *word, const char *(*name_at)(const void *things, size_t i),
                           const void *things, size_t count, char buffer[256])
{
    const char *names[LS_SPEC_EVENT_TYPES_MAX + 1];
    count = count < LS_SPEC_EVENT_TYPES_MAX ? count : LS_SPEC_EVENT_TYPES_MAX;
    for (size_t i = 0; i < count; i++) {
        names[i] = name_at(things, i);
    }
    names[count] = NULL;
    const char *near = ls_did_you_mean(word, names);
    if (!near) {
        return NULL;
    }
    snprintf(buffer, 256, "did you mean `%s`?", near);
    return buffer;
}

static const char *entity_name_at(const void *things, size_t i)
{
    return ((const struct ls_spec_entity *)things)[i].key;
}

static const char *event_type_name_at(const void *things, size_t i)
{
    return ((const struct ls_spec_event_type *)things)[i].name;
}

static const char *reference_name_at(const void *things, size_t i)
{
    return ((const struct ls_spec_reference *)things)[i].key;
}

static const struct ls_spec_entity *find_entity(struct resolver *r, const char *name,
                                                struct ls_where where)
{
    const struct ls_spec_entity *entity = ls_spec_entity(r->spec, name);
    if (!entity) {
        char hint[256];
        PROBLEM(
            r, "LS2002", where,
            suggest(name, entity_name_at, r->spec->entities.items, r->spec->entities.count, hint),
            "there is no entity `%s`", name);
    }
    return entity;
}

static struct ls_spec_event_type *find_event_type(struct resolver *r, const char *name,
                                                  struct ls_where where)
{
    struct ls_spec_event_type *type = ls_spec_event_type(r->spec, name);
    if (!type) {
        char hint[256];
        PROBLEM(r, "LS2003", where,
                suggest(name, event_type_name_at, r->spec->event_types.items,
                        r->spec->event_types.count, hint),
                "there is no event type `%s`", name);
    }
    return type;
}

static void check_template(struct resolver *r, const char *text, struct ls_where where)
{
    struct ls_template parts;
    if (!ls_template_parse(text, &parts)) {
        PROBLEM(r, "LS2004", where, "write {n}, or {n:08} to pad with zeros to 8 digits",
                "the id template `%s` needs exactly one {n}", text);
    }
}

static bool is_symbol(const char *word)
{
    return ls_is_name(word, strlen(word));
}

/* What a value source can make, per type. */
static void check_source(struct resolver *r, const struct ls_spec_field *f, bool of_entity)
{
    const struct ls_member *m = f->source.member;
    bool number = f->type == LS_FIELD_INT || f->type == LS_FIELD_LONG || f->type == LS_FIELD_MONEY;
    bool text = f->type == LS_FIELD_STRING || f->type == LS_FIELD_ENUM;
    bool fits = m == &ls_member_const || m == &ls_member_ref || m == &ls_member_expr;
    fits = fits || (m == &ls_member_choice && (text || f->type == LS_FIELD_BOOLEAN));
    fits = fits || (m == &ls_member_id && f->type == LS_FIELD_STRING);
    fits = fits ||
           (number && (m == &ls_member_uniform || m == &ls_member_zipf || m == &ls_member_normal ||
                       m == &ls_member_lognormal || m == &ls_member_exponential));
    if (f->type == LS_FIELD_ENUM && m != &ls_member_choice) {
        fits = false; /* its symbols are the words of the choice */
    }
    if (of_entity && (m == &ls_member_ref || m == &ls_member_expr)) {
        PROBLEM(r, "LS2005", f->source.where, "use a source that draws a value",
                "an attribute of an entity cannot be made by `%s`", m->word);
        return;
    }
    if (!fits) {
        PROBLEM(r, "LS2005", f->source.where, NULL, "`%s` does not make values of type %s", m->word,
                ls_field_type_words[f->type]);
        return;
    }
    if (m == &ls_member_id) {
        check_template(r, ((const struct ls_source_text *)f->source.settings)->text,
                       f->source.where);
    }
    if (f->type == LS_FIELD_ENUM) {
        const struct ls_weights *w =
            &((const struct ls_source_choice *)f->source.settings)->weights;
        for (size_t i = 0; i < w->count; i++) {
            if (!is_symbol(w->words[i])) {
                PROBLEM(r, "LS2006", w->where[i], "use letters, digits and _, or the type string",
                        "`%s` cannot be a symbol of an enum", w->words[i]);
            }
        }
    }
}

static int resolve_field(struct resolver *r, struct ls_spec_field *f, enum ls_field_role role,
                         bool of_entity)
{
    f->role = role;
    f->is_nullable = f->nullable.part > 0 || f->null_word == LS_NULL_NEVER;
    f->column_name = f->name;
    if (f->type == LS_FIELD_MONEY) {
        f->column_name = ls_arena_printf(&r->spec->arena, r->err, "%s_cents", f->name);
        if (!f->column_name) {
            return r->err->code;
        }
    }
    if (f->nullable.part && f->null_word == LS_NULL_NEVER) {
        PROBLEM(r, "LS2007", f->where, "leave one of them out",
                "`nullable` and `null: never` contradict each other");
    }
    if (f->until && f->until <= f->since) {
        PROBLEM(r, "LS2008", f->where, NULL,
                "the field is gone (`until: %lld`) before it is there (`since: %lld`)",
                (long long)f->until, (long long)f->since);
    }
    if (of_entity && f->is_nullable) {
        PROBLEM(r, "LS2005", f->where, "leave `nullable` out",
                "an attribute of an entity cannot be null");
    }
    const struct ls_quantity *bounds[] = {&f->minimum, &f->maximum};
    static const char *const words[] = {"min", "max"};
    int64_t values[2];
    for (int i = 0; i < 2; i++) {
        if (ls_spec_field_given(f, words[i]) &&
            !ls_spec_quantity(bounds[i], (enum ls_field_type)f->type, &values[i])) {
            PROBLEM(r, "LS2009", bounds[i]->where, NULL, "`%s` is no value of type %s", words[i],
                    ls_field_type_words[f->type]);
            return 0;
        }
    }
    if (ls_spec_field_given(f, "min") && ls_spec_field_given(f, "max") && values[0] > values[1]) {
        PROBLEM(r, "LS2009", f->minimum.where, NULL, "`min` is above `max`");
    }
    check_source(r, f, of_entity);
    return 0;
}

/* Envelope and output columns that a payload field may not be called. */
static bool is_reserved(const char *name)
{
    static const char *const reserved[] = {
        "event_id",       "event_time", "ingest_time", "source",
        "schema_version", "entity_id",  "payload",     "partition",
        "position",       "watermark",  NULL};
    for (const char *const *word = reserved; *word; word++) {
        if (strcmp(name, *word) == 0) {
            return true;
        }
    }
    return false;
}

static void check_unique(struct resolver *r, struct ls_spec_field *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_reserved(fields[i]->column_name)) {
            PROBLEM(r, "LS2001", fields[i]->where, "choose another name",
                    "`%s` is a field of the envelope", fields[i]->column_name);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(fields[i]->column_name, fields[j]->column_name) == 0 ||
                strcmp(fields[i]->name, fields[j]->name) == 0) {
                PROBLEM(r, "LS2001", fields[i]->where, "choose another name",
                        "there is a field `%s` already, on line %d", fields[i]->name,
                        fields[j]->where.line);
            }
        }
    }
}

static int resolve_entities(struct resolver *r)
{
    struct ls_spec_entity *entities = r->spec->entities.items;
    for (size_t e = 0; e < r->spec->entities.count; e++) {
        struct ls_spec_field *fields = entities[e].attributes.items;
        struct ls_spec_field *list[LS_SPEC_FIELDS_MAX];
        size_t count = entities[e].attributes.count;
        if (count > LS_SPEC_FIELDS_MAX) {
            PROBLEM(r, "LS2010", entities[e].where, NULL, "an entity has at most %d attributes",
                    LS_SPEC_FIELDS_MAX);
            count = LS_SPEC_FIELDS_MAX;
        }
        check_template(r, entities[e].id, entities[e].where);
        for (size_t i = 0; i < count; i++) {
            list[i] = &fields[i];
            int rc = resolve_field(r, &fields[i], LS_ROLE_ATTRIBUTE, true);
            if (rc < 0) {
                return rc;
            }
            if (strcmp(fields[i].name, "id") == 0) {
                PROBLEM(r, "LS2001", fields[i].where, "choose another name",
                        "`id` is the entity's own name");
            }
        }
        check_unique(r, list, count);
    }
    return 0;
}

/* ENTITY.id or ENTITY.ATTRIBUTE, of the right type. */
static void check_ref(struct resolver *r, const struct ls_spec_field *f)
{
    const char *text = ((const struct ls_source_text *)f->source.settings)->text;
    const char *dot = strchr(text, '.');
    char name[256];
    if (!dot || (size_t)(dot - text) >= sizeof name) {
        PROBLEM(r, "LS2011", f->source.where, "write product.id or product.category, say",
                "`%s` names no value of an entity", text);
        return;
    }
    memcpy(name, text, (size_t)(dot - text));
    name[dot - text] = '\0';
    const struct ls_spec_entity *entity = find_entity(r, name, f->source.where);
    if (!entity) {
        return;
    }
    if (strcmp(dot + 1, "id") == 0) {
        if (f->type != LS_FIELD_STRING) {
            PROBLEM(r, "LS2011", f->source.where, "the type of an id is string",
                    "`%s` is a string, the field is %s", text, ls_field_type_words[f->type]);
        }
        return;
    }
    const struct ls_spec_field *attribute = ls_spec_attribute(entity, dot + 1);
    if (!attribute) {
        PROBLEM(r, "LS2011", f->source.where, NULL, "the entity `%s` has no attribute `%s`", name,
                dot + 1);
    } else if (ls_field_expr_type((enum ls_field_type)attribute->type) !=
                   ls_field_expr_type((enum ls_field_type)f->type) ||
               ls_field_scale((enum ls_field_type)attribute->type) !=
                   ls_field_scale((enum ls_field_type)f->type)) {
        PROBLEM(r, "LS2011", f->source.where, NULL, "`%s` is of type %s, the field of type %s",
                text, ls_field_type_words[attribute->type], ls_field_type_words[f->type]);
    }
}

static int collect_fields(struct resolver *r, struct ls_spec_event_type *type)
{
    const struct ls_items *lists[] = {&type->attributes, &type->dimensions, &type->metrics};
    size_t total = lists[0]->count + lists[1]->count + lists[2]->count;
    type->fields = ls_arena_new(&r->spec->arena, total + 1, sizeof *type->fields, r->err);
    if (!type->fields) {
        return r->err->code;
    }
    for (size_t l = 0; l < 3; l++) {
        struct ls_spec_field *fields = lists[l]->items;
        for (size_t i = 0; i < lists[l]->count; i++) {
            int rc = resolve_field(r, &fields[i], (enum ls_field_role)l, false);
            if (rc < 0) {
                return rc;
            }
            if (fields[i].source.member == &ls_member_ref) {
                check_ref(r, &fields[i]);
            }
            if (type->schema_version >= fields[i].since &&
                (!fields[i].until || type->schema_version < fields[i].until)) {
                type->fields[type->field_count++] = &fields[i];
            }
        }
    }
    if (type->field_count > LS_SPEC_FIELDS_MAX || type->field_count == 0) {
        PROBLEM(r, "LS2010", type->where, NULL, "an event type has 1 to %d fields, this one %zu",
                LS_SPEC_FIELDS_MAX, type->field_count);
        type->field_count = type->field_count ? LS_SPEC_FIELDS_MAX : 0;
    }
    check_unique(r, type->fields, type->field_count);
    return 0;
}

static int derive_schema(struct resolver *r, struct ls_spec_event_type *type)
{
    struct ls_buf text;
    ls_buf_init(&text, "derived schema", LS_SCHEMA_TEXT_MAX);
    int rc = ls_spec_derive(r->spec, type, type->schema_version, &text, r->err);
    rc = rc < 0 ? rc : ls_schema_parse((const char *)text.data, text.size, &type->schema, r->err);
    rc = rc < 0 ? rc : ls_layout_new(type->schema, &type->layout, r->err);
    ls_buf_clear(&text);
    return rc;
}

static int resolve_event_types(struct resolver *r)
{
    struct ls_spec *spec = r->spec;
    struct ls_spec_event_type *types = spec->event_types.items;
    if (spec->event_types.count > LS_SPEC_EVENT_TYPES_MAX || spec->event_types.count == 0) {
        PROBLEM(r, "LS2010", spec->where, NULL, "a spec has 1 to %d event types, this one %zu",
                LS_SPEC_EVENT_TYPES_MAX, spec->event_types.count);
        return 0;
    }
    for (size_t t = 0; t < spec->event_types.count; t++) {
        struct ls_spec_event_type *type = &types[t];
        type->index = (unsigned)t;
        type->entity_type = find_entity(r, type->entity, type->where);
        for (size_t i = 0; i < t; i++) {
            if (strcmp(types[i].name, type->name) == 0) {
                PROBLEM(r, "LS2001", type->where, "choose another name",
                        "there is an event type `%s` already", type->name);
            }
        }
        type->topic = ls_arena_printf(&spec->arena, r->err, "%s.%s.%s", spec->topics->prefix,
                                      spec->domain, type->name);
        int rc = type->topic ? collect_fields(r, type) : r->err->code;
        if (rc == 0 && r->diag->errors == 0) {
            rc = derive_schema(r, type);
        }
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static void resolve_arrival(struct resolver *r)
{
    const struct ls_spec_phase *phases = r->spec->arrival.items;
    if (r->spec->arrival.count == 0) {
        PROBLEM(r, "LS2012", r->spec->where, "write `arrival: [{rate: 90/s}]`, say",
                "there is no arrival phase");
    }
    for (size_t i = 0; i + 1 < r->spec->arrival.count; i++) {
        if (phases[i].length_ms == 0) {
            PROBLEM(r, "LS2012", phases[i].where, "give it a `for`, or put it last",
                    "only the last arrival phase may be endless");
        }
    }
    for (size_t i = 0; i < r->spec->arrival.count; i++) {
        if (phases[i].rate.count == 0) {
            PROBLEM(r, "LS2012", phases[i].where, NULL, "a phase needs a rate above 0");
        }
    }
}

/* Does any event type have the field? Then the check or fault has something to act on. */
static struct ls_spec_field *find_anywhere(struct resolver *r, const char *name,
                                           struct ls_where where)
{
    const char *names[LS_SPEC_FIELDS_MAX * 4 + 1];
    size_t count = 0;
    for (size_t t = 0; t < r->spec->event_types.count; t++) {
        struct ls_spec_event_type *type = ls_spec_event_type_at(r->spec, t);
        struct ls_spec_field *field = ls_spec_field(type, name);
        if (field) {
            return field;
        }
        for (size_t i = 0; i < type->field_count && count < LS_SPEC_FIELDS_MAX * 4; i++) {
            names[count++] = type->fields[i]->name;
        }
    }
    names[count] = NULL;
    const char *near = ls_did_you_mean(name, names);
    char hint[256];
    snprintf(hint, sizeof hint, "did you mean `%s`?", near ? near : "");
    PROBLEM(r, "LS2013", where, near ? hint : NULL, "no event type has a field `%s`", name);
    return NULL;
}

static const struct ls_spec_reference *find_reference(struct resolver *r, const char *name,
                                                      struct ls_where where)
{
    const struct ls_spec_reference *table = ls_spec_reference(r->spec, name);
    if (!table) {
        char hint[256];
        PROBLEM(r, "LS2014", where,
                suggest(name, reference_name_at, r->spec->reference.items, r->spec->reference.count,
                        hint),
                "there is no reference table `%s`", name);
    }
    return table;
}

static void resolve_references(struct resolver *r)
{
    struct ls_spec_reference *tables = r->spec->reference.items;
    for (size_t i = 0; i < r->spec->reference.count; i++) {
        if (strncmp(tables[i].from, "entities.", 9) != 0) {
            PROBLEM(r, "LS2014", tables[i].where, "write `from: entities.product`, say",
                    "`%s` names no population", tables[i].from);
            continue;
        }
        tables[i].entity = find_entity(r, tables[i].from + 9, tables[i].where);
    }
}

static void resolve_check(struct resolver *r, const struct ls_spec_check *check)
{
    bool low = ls_spec_check_given(check, "min");
    bool high = ls_spec_check_given(check, "max");
    bool table = check->table != NULL;
    const struct ls_spec_field *field = find_anywhere(r, check->field, check->where);
    if (check->check != LS_CHECK_RANGE && (low || high)) {
        PROBLEM(r, "LS2015", check->where, NULL, "`min` and `max` belong to `check: range`");
    }
    if (check->check != LS_CHECK_REFERENCE && table) {
        PROBLEM(r, "LS2015", check->where, NULL, "`table` belongs to `check: reference`");
    }
    if (!field) {
        return;
    }
    if (check->check == LS_CHECK_REFERENCE) {
        if (!table) {
            PROBLEM(r, "LS2015", check->where, "name a reference table",
                    "`check: reference` needs a `table`");
        } else {
            find_reference(r, check->table, check->where);
        }
        if (field->type != LS_FIELD_STRING) {
            PROBLEM(r, "LS2015", check->where, NULL,
                    "`check: reference` needs a field of type string");
        }
    }
    int64_t value;
    bool number = ls_field_expr_type((enum ls_field_type)field->type) == LS_EXPR_NUMBER;
    if (check->check == LS_CHECK_RANGE && (!number || (!low && !high))) {
        PROBLEM(r, "LS2015", check->where, NULL,
                "`check: range` needs a number, and `min` or `max` or both");
    } else if ((low &&
                !ls_spec_quantity(&check->minimum, (enum ls_field_type)field->type, &value)) ||
               (high &&
                !ls_spec_quantity(&check->maximum, (enum ls_field_type)field->type, &value))) {
        PROBLEM(r, "LS2009", check->where, NULL, "a bound is no value of type %s",
                ls_field_type_words[field->type]);
    }
}

static void resolve_normalize(struct resolver *r)
{
    const struct ls_list_entry *lists = r->spec->normalize.items;
    for (size_t i = 0; i < r->spec->normalize.count; i++) {
        struct ls_spec_event_type *type = find_event_type(r, lists[i].key,
                                                          r->spec->normalize.where[i]);
        const struct ls_spec_normalize *steps = lists[i].items.items;
        if (type) {
            type->normalize =
                (struct ls_items *)&((struct ls_list_entry *)r->spec->normalize.items)[i].items;
        }
        for (size_t k = 0; k < lists[i].items.count; k++) {
            const struct ls_spec_normalize *step = &steps[k];
            bool sets = step->set != NULL;
            if (sets == (step->drop != NULL) ||
                (sets && (step->expr != NULL) == (step->lookup != NULL)) ||
                (!sets && (step->expr || step->lookup))) {
                PROBLEM(
                    r, "LS2016", step->where,
                    "write {set: net, expr: ...}, {set: category, lookup: {...}} or {drop: coupon}",
                    "a step is either a `set` with an `expr` or a `lookup`, or a `drop`");
            }
            if (sets && is_reserved(step->set)) {
                PROBLEM(r, "LS2001", step->where, "choose another name",
                        "`%s` is a field of the envelope", step->set);
            }
            const struct ls_spec_reference *table = step->lookup
                                                        ? find_reference(r, step->lookup->table,
                                                                         step->lookup->where)
                                                        : NULL;
            if (table && table->entity && !ls_spec_attribute(table->entity, step->lookup->take)) {
                PROBLEM(r, "LS2016", step->lookup->where, NULL, "the table `%s` has no column `%s`",
                        step->lookup->table, step->lookup->take);
            }
        }
    }
}

static void resolve_faults(struct resolver *r)
{
    const struct ls_spec_faults *f = r->spec->faults;
    const struct ls_spec_fault *with_field[] = {f->conflict, f->out_of_range, f->missing};
    for (size_t i = 0; i < 3; i++) {
        if (with_field[i]) {
            find_anywhere(r, with_field[i]->field, with_field[i]->where);
        }
    }
    if (f->conflict && !f->duplicate) {
        PROBLEM(r, "LS2017", f->conflict->where, "add `duplicate: {rate: ..., gap: ...}`",
                "`conflict` needs `duplicate`: its copies lie at the same gaps");
    }
}

static void resolve_pipeline(struct resolver *r)
{
    struct ls_spec_pipeline *p = r->spec->pipeline;
    const struct ls_spec_topic_watermark *topics = p->watermark->topics.items;
    for (size_t i = 0; i < p->watermark->topics.count; i++) {
        find_event_type(r, topics[i].key, topics[i].where);
    }
    if (p->views.count > LS_SPEC_VIEWS_MAX) {
        PROBLEM(r, "LS2010", r->spec->where, NULL, "a spec has at most %d views",
                LS_SPEC_VIEWS_MAX);
        return;
    }
    struct ls_spec_view *views = p->views.items;
    for (size_t v = 0; v < p->views.count; v++) {
        views[v].event_type = find_event_type(r, views[v].from, views[v].where);
        for (size_t i = 0; i < v; i++) {
            if (strcmp(views[i].name, views[v].name) == 0) {
                PROBLEM(r, "LS2001", views[v].where, "choose another name",
                        "there is a view `%s` already", views[v].name);
            }
        }
    }
}

int ls_spec_resolve(struct ls_spec *spec, struct ls_diag *diag, struct ls_error *err)
{
    struct resolver r = {spec, diag, err};
    int rc = resolve_entities(&r);
    rc = rc < 0 ? rc : resolve_event_types(&r);
    if (rc < 0) {
        return rc;
    }
    resolve_arrival(&r);
    resolve_references(&r);
    const struct ls_spec_check *checks = spec->quality.items;
    for (size_t i = 0; i < spec->quality.count; i++) {
        resolve_check(&r, &checks[i]);
    }
    resolve_normalize(&r);
    resolve_faults(&r);
    resolve_pipeline(&r);
    return 0;
}
