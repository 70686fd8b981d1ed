/* Entities, event types and their fields. */
#include "core/base/text.h"
#include "core/log/log.h"
#include "spec/resolve_internal.h"

#include <stdio.h>
#include <string.h>

bool ls_template_parse(const char *text, struct ls_template *out)
{
    const char *open = strpbrk(text, "{}");
    const char *close = open ? strpbrk(open + 1, "{}") : NULL;
    bool of_session = open && strncmp(open, "{session", 8) == 0;
    if (!close || *open != '{' || *close != '}' || strpbrk(close + 1, "{}") ||
        (open[1] != 'n' && !of_session)) {
        return false;
    }
    *out = (struct ls_template){text,      (size_t)(open - text), of_session, 0,
                                close + 1, strlen(close + 1)};
    const char *at = open + (of_session ? 8 : 2);
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

const char *ls_resolve_suggest(const char *word,
                               const char *(*name_at)(const void *things, size_t i),
                               const void *things, size_t count, char buffer[LS_SUGGEST_MAX])
{
    const char *names[LS_SPEC_EVENT_TYPES_MAX + 1];
    count = count < LS_SPEC_EVENT_TYPES_MAX ? count : LS_SPEC_EVENT_TYPES_MAX;
    for (size_t i = 0; i < count; i++) {
        names[i] = name_at(things, i);
    }
    names[count] = NULL;
    return ls_suggest(word, names, buffer);
}

static const char *entity_name_at(const void *things, size_t i)
{
    return ((const struct ls_spec_entity *)things)[i].key;
}

const struct ls_spec_entity *ls_resolve_entity(struct resolver *r, const char *name,
                                               const void *member, struct ls_where otherwise)
{
    const struct ls_spec_entity *entity = ls_spec_entity(r->spec, name);
    if (!entity) {
        char hint[LS_SUGGEST_MAX];
        const char *known = ls_resolve_suggest(name, entity_name_at, r->spec->entities.items,
                                               r->spec->entities.count, hint);
        PROBLEM(r, "LS2002", ls_spec_place(r->spec, member, otherwise),
                known ? known : "declare one under `entities`", "there is no entity `%s`", name);
    }
    return entity;
}

static const char *attribute_name_at(const void *things, size_t i)
{
    return ((const struct ls_spec_field *)things)[i].name;
}

const struct ls_spec_field *ls_resolve_attribute(const struct ls_spec_entity *entity,
                                                 const char *name, char buffer[LS_SUGGEST_MAX],
                                                 const char **hint)
{
    const struct ls_spec_field *attribute = ls_spec_attribute(entity, name);
    *hint = attribute ? NULL
                      : ls_resolve_suggest(name, attribute_name_at, entity->attributes.items,
                                           entity->attributes.count, buffer);
    return attribute;
}

/* `min` and `max`. */
static void check_bounds(struct resolver *r, const struct ls_spec_field *f)
{
    const struct ls_member *m = f->source.member;
    const struct ls_quantity *bounds[] = {&f->minimum, &f->maximum};
    static const char *const words[] = {"min", "max"};
    int64_t values[2];
    bool given[2];
    for (int i = 0; i < 2; i++) {
        given[i] = ls_spec_field_given(f, words[i]);
        if (!given[i]) {
            continue;
        }
        if (ls_field_expr_type((enum ls_field_type)f->type) != LS_EXPR_NUMBER ||
            m == &ls_member_const || m == &ls_member_ref || m == &ls_member_sequence) {
            PROBLEM(r, "LS2009", bounds[i]->where, "leave it out",
                    "`min` and `max` are for numbers that are drawn or computed");
            return;
        }
        if (!ls_spec_quantity(bounds[i], f, &values[i])) {
            PROBLEM(r, "LS2009", bounds[i]->where, ls_field_type_hint((enum ls_field_type)f->type),
                    "`%s` is no value of type %s", words[i], ls_field_type_words[f->type]);
            return;
        }
    }
    if (given[0] && given[1] && values[0] > values[1]) {
        PROBLEM(r, "LS2009", f->minimum.where, "lower `min`, or raise `max`",
                "`min` is above `max`");
    }
}

#define BINARY_PLACES 2 /* of a float or double that does not say */

void ls_resolve_digits(struct resolver *r, struct ls_spec_field *f)
{
    bool decimal = f->type == LS_FIELD_DECIMAL;
    bool binary = f->type == LS_FIELD_FLOAT || f->type == LS_FIELD_DOUBLE;
    f->scale = f->type == LS_FIELD_MONEY          ? 2
               : decimal                          ? (unsigned)f->decimal_scale
               : !binary                          ? 0
               : ls_spec_field_given(f, "places") ? (unsigned)f->places
                                                  : BINARY_PLACES;
    if (decimal && !f->precision) {
        PROBLEM(r, "LS2029", f->where, "add `precision: 12`, say: 1 to 18",
                "a decimal needs a `precision`: how many digits it has at most");
    } else if (decimal && f->decimal_scale > f->precision) {
        PROBLEM(r, "LS2029", ls_spec_place(r->spec, &f->decimal_scale, f->where),
                "lower `scale`, or raise `precision`",
                "`scale` is above `precision`: %lld of %lld digits", (long long)f->decimal_scale,
                (long long)f->precision);
    }
    if (!decimal && (ls_spec_field_given(f, "precision") || ls_spec_field_given(f, "scale"))) {
        const int64_t *member = ls_spec_field_given(f, "precision") ? &f->precision
                                                                    : &f->decimal_scale;
        PROBLEM(r, "LS2029", ls_spec_place(r->spec, member, f->where),
                "leave it out, or write `type: decimal`",
                "`precision` and `scale` belong to decimal, the field is of type %s",
                ls_field_type_words[f->type]);
    }
    if (!binary && ls_spec_field_given(f, "places")) {
        PROBLEM(r, "LS2029", ls_spec_place(r->spec, &f->places, f->where),
                decimal ? "write `scale`" : "leave it out, or write `type: double`",
                "`places` belongs to float and double, the field is of type %s",
                ls_field_type_words[f->type]);
    }
}

/* An item is a field of the same name, without what only a field has. */
static int resolve_item(struct resolver *r, const struct ls_spec_field *f,
                        struct ls_spec_field *item, const struct ls_spec_event_type *type)
{
    item->is_item = true;
    item->name = item->column_name = f->name;
    ls_resolve_digits(r, item);
    check_bounds(r, item);
    return ls_resolve_source(r, item, type);
}

/* `type` is NULL for an attribute of an entity. */
static int resolve_field(struct resolver *r, struct ls_spec_field *f, enum ls_field_role role,
                         const struct ls_spec_event_type *type)
{
    bool of_entity = !type;
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
        PROBLEM(r, "LS2007", ls_spec_place(r->spec, &f->nullable, f->where),
                "leave one of them out", "`nullable` and `null: never` contradict each other");
    }
    if (f->until && f->until <= f->since) {
        PROBLEM(r, "LS2008", ls_spec_place(r->spec, &f->until, f->where),
                "raise `until`, or leave it out",
                "the field is gone (`until: %lld`) before it is there (`since: %lld`)",
                (long long)f->until, (long long)f->since);
    }
    if (of_entity && f->is_nullable) {
        const void *member = f->nullable.part ? (const void *)&f->nullable : &f->null_word;
        PROBLEM(r, "LS2005", ls_spec_place(r->spec, member, f->where), "leave it out",
                "an attribute of an entity cannot be null");
    }
    if (of_entity && (ls_spec_field_given(f, "since") || ls_spec_field_given(f, "until"))) {
        const int64_t *member = ls_spec_field_given(f, "since") ? &f->since : &f->until;
        PROBLEM(r, "LS2008", ls_spec_place(r->spec, member, f->where),
                "leave `since` and `until` out", "an attribute of an entity has no versions");
    }
    if (f->type != LS_FIELD_ENUM && (f->avro_name || f->said_symbols.count)) {
        const void *member = f->avro_name ? (const void *)&f->avro_name : &f->said_symbols;
        PROBLEM(r, "LS2006", ls_spec_place(r->spec, member, f->where),
                "leave it out, or write `type: enum`", "`%s` is for %s, `%s` is of type %s",
                f->avro_name ? "avro_name" : "symbols",
                f->avro_name ? "enums and records" : "enums", f->name,
                ls_field_type_words[f->type]);
        return 0;
    }
    if (of_entity && ls_field_passes_through((enum ls_field_type)f->type)) {
        PROBLEM(r, "LS2005", ls_spec_place(r->spec, &f->type, f->where),
                "use one of the other types, or put it into the event type",
                "an attribute of an entity cannot be of type %s", ls_field_type_words[f->type]);
        return 0;
    }
    ls_resolve_digits(r, f);
    check_bounds(r, f);
    ls_resolve_items(r, f);
    struct ls_spec_field *item = ls_spec_item(f);
    return item ? resolve_item(r, f, item, type) : ls_resolve_source(r, f, type);
}

/* Envelope and output columns that a payload field may not be called. */
bool ls_resolve_reserved(const char *name)
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
        if (ls_resolve_reserved(fields[i]->name) || ls_resolve_reserved(fields[i]->column_name)) {
            PROBLEM(r, "LS2001", ls_spec_place(r->spec, &fields[i]->name, fields[i]->where),
                    "choose another name", "`%s` is a field of the envelope", fields[i]->name);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(fields[i]->column_name, fields[j]->column_name) == 0 ||
                strcmp(fields[i]->name, fields[j]->name) == 0) {
                bool same = strcmp(fields[i]->name, fields[j]->name) == 0;
                PROBLEM(r, "LS2001", ls_spec_place(r->spec, &fields[i]->name, fields[i]->where),
                        "choose another name",
                        same ? "there is a field `%s` already, on line %d"
                             : "`%s` is a column already: see line %d; money is in <name>_cents",
                        same ? fields[i]->name : fields[i]->column_name, fields[j]->where.line);
            }
        }
    }
}

/* The population that this one belongs to: one above, so that none belongs to itself. */
static void resolve_owner(struct resolver *r, struct ls_spec_entity *entity)
{
    const struct ls_spec_entity *owner = entity->of ? ls_resolve_entity(r, entity->of, &entity->of,
                                                                        entity->where)
                                                    : NULL;
    if (owner && owner >= entity) {
        PROBLEM(r, "LS2011", ls_spec_place(r->spec, &entity->of, entity->where),
                "move it above, or name another one",
                "`%s` does not stand above `%s`, which is to belong to it", entity->of,
                entity->key);
    } else {
        entity->owner = owner;
    }
}

/* One attribute of an entity. */
static int resolve_attribute(struct resolver *r, const struct ls_spec_entity *entity,
                             struct ls_spec_field *field)
{
    int rc = resolve_field(r, field, LS_ROLE_ATTRIBUTE, NULL);
    bool told = field->type == LS_FIELD_ENUM ||
                ls_field_passes_through((enum ls_field_type)field->type);
    if (rc == 0 && field->source.member == &ls_member_ref && !told) {
        ls_resolve_owner_ref(r, entity, field);
    }
    if (strcmp(field->name, "id") == 0) {
        PROBLEM(r, "LS2001", ls_spec_place(r->spec, &field->name, field->where),
                "choose another name", "`id` is the entity's own name");
    }
    return rc;
}

int ls_resolve_entities(struct resolver *r)
{
    struct ls_spec_entity *entities = r->spec->entities.items;
    if (r->spec->entities.count > LS_SPEC_ENTITIES_MAX) {
        PROBLEM(r, "LS2010", ls_spec_place(r->spec, &r->spec->entities, r->spec->where),
                "split the domain in two", "a spec has at most %d entities, this one %zu",
                LS_SPEC_ENTITIES_MAX, r->spec->entities.count);
    }
    for (size_t e = 0; e < r->spec->entities.count; e++) {
        struct ls_spec_field *fields = entities[e].attributes.items;
        struct ls_spec_field *list[LS_SPEC_FIELDS_MAX];
        size_t count = entities[e].attributes.count;
        if (count > LS_SPEC_FIELDS_MAX) {
            PROBLEM(r, "LS2010", ls_spec_place(r->spec, &entities[e].attributes, entities[e].where),
                    "leave out what nobody reads",
                    "an entity has at most %d attributes, this one %zu", LS_SPEC_FIELDS_MAX, count);
            count = LS_SPEC_FIELDS_MAX;
        }
        ls_resolve_template(r, &entities[e].id, entities[e].where, false);
        const struct ls_spec_growth *growth = entities[e].growth;
        if (growth && growth->to < entities[e].count) {
            PROBLEM(r, "LS2024", ls_spec_place(r->spec, &growth->to, growth->where),
                    "raise `to`, or lower `count`",
                    "a population grows, and `to` is below `count`");
        }
        resolve_owner(r, &entities[e]);
        for (size_t i = 0; i < count; i++) {
            list[i] = &fields[i];
            int rc = resolve_attribute(r, &entities[e], &fields[i]);
            if (rc < 0) {
                return rc;
            }
        }
        check_unique(r, list, count);
    }
    return 0;
}

/* What old records lack, readers of the new version have to be able to do without. */
static void check_since(struct resolver *r, const struct ls_spec_event_type *type,
                        const struct ls_spec_field *field)
{
    const struct ls_spec_version *versions = type->versions;
    if (type->version_count == 2 && ls_spec_field_in(field, versions[1].number) &&
        !ls_spec_field_in(field, versions[0].number) && !field->is_nullable) {
        PROBLEM(r, "LS2023", field->where, "make it nullable: `null: never` or `nullable: ...`",
                "records of version %lld have no `%s`, and it can't be null",
                (long long)versions[0].number, field->name);
    }
}

/* A name stands for one type in a schema. */
static void check_avro_names(struct resolver *r, const struct ls_spec_version *version)
{
    for (size_t i = 0; i < version->field_count; i++) {
        const struct ls_spec_field *field = version->fields[i];
        for (size_t k = 0; field->avro_name && k < i; k++) {
            const char *other = version->fields[k]->avro_name;
            if (other && strcmp(other, field->avro_name) == 0) {
                PROBLEM(r, "LS2001", ls_spec_place(r->spec, &field->avro_name, field->where),
                        "choose another name", "the enum of `%s` is called `%s` already",
                        version->fields[k]->name, other);
            }
        }
    }
}

static int collect_version(struct resolver *r, struct ls_spec_event_type *type,
                           struct ls_spec_version *version)
{
    version->fields = ls_arena_new(&r->spec->arena, type->every_count + 1, sizeof *version->fields,
                                   r->err);
    if (!version->fields) {
        return r->err->code;
    }
    for (size_t i = 0; i < type->every_count; i++) {
        if (ls_spec_field_in(type->every[i], version->number)) {
            version->fields[version->field_count++] = type->every[i];
        }
    }
    if (version->field_count > LS_SPEC_FIELDS_MAX || version->field_count == 0) {
        PROBLEM(r, "LS2010", type->where,
                "fields stand under `attributes`, `dimensions` and `metrics`",
                "an event type has 1 to %d fields, this one %zu", LS_SPEC_FIELDS_MAX,
                version->field_count);
        version->field_count = version->field_count ? LS_SPEC_FIELDS_MAX : 0;
    }
    check_unique(r, version->fields, version->field_count);
    check_avro_names(r, version);
    return 0;
}

static void list_versions(struct resolver *r, struct ls_spec_event_type *type)
{
    const struct ls_spec_schema_change *change = r->spec->faults->schema_change;
    type->version_count = 1;
    type->versions[0].number = type->schema_version;
    if (change && strcmp(change->event, type->name) == 0) {
        if (change->to <= type->schema_version) {
            PROBLEM(r, "LS2023", ls_spec_place(r->spec, &change->to, change->where),
                    "raise `to`, or lower the event type's schema_version",
                    "`%s` is at version %lld already", type->name, (long long)type->schema_version);
            return;
        }
        type->version_count = 2;
        type->versions[1].number = change->to;
    }
}

/* What is in one column in both versions, though another field: readers read the one as the other.
 */
static void check_columns(struct resolver *r, const struct ls_spec_event_type *type)
{
    const struct ls_spec_version *old = &type->versions[0];
    const struct ls_spec_version *new = &type->versions[1];
    for (size_t i = 0; i < old->field_count * new->field_count; i++) {
        const struct ls_spec_field *a = old->fields[i / new->field_count];
        const struct ls_spec_field *b = new->fields[i % new->field_count];
        bool same = a == b || strcmp(a->column_name, b->column_name) != 0;
        bool fits = (a->type == b->type && a->type != LS_FIELD_ENUM) ||
                    (a->type == LS_FIELD_INT && b->type == LS_FIELD_LONG);
        if (!same && !fits) {
            PROBLEM(r, "LS2023", ls_spec_place(r->spec, &b->name, b->where),
                    "give it another name: an int can become a long, and nothing else another type",
                    "`%s` of version %lld is of type %s, that of version %lld of type %s", b->name,
                    (long long)new->number, ls_field_type_words[b->type], (long long)old->number,
                    ls_field_type_words[a->type]);
        }
    }
}

static int collect_fields(struct resolver *r, struct ls_spec_event_type *type)
{
    for (size_t i = 0; i < type->every_count; i++) {
        struct ls_spec_field *field = type->every[i];
        int rc = resolve_field(r, field, field->role, type);
        if (rc < 0) {
            return rc;
        }
        if (field->source.member == &ls_member_ref && field->type != LS_FIELD_ENUM) {
            ls_resolve_ref(r, type, field);
        }
        check_since(r, type, field);
    }
    for (size_t v = 0; v < type->version_count; v++) {
        int rc = collect_version(r, type, &type->versions[v]);
        if (rc < 0) {
            return rc;
        }
    }
    if (type->version_count == 2) {
        check_columns(r, type);
    }
    ls_resolve_records(r, type);
    type->fields = type->versions[type->version_count - 1].fields;
    type->field_count = type->versions[type->version_count - 1].field_count;
    return 0;
}

/* By name, as Avro's readers do; check_columns has seen to the types. */
static int map_columns(struct resolver *r, const struct ls_spec_event_type *type,
                       struct ls_spec_version *version)
{
    size_t count = LS_COLUMN_PAYLOAD + type->field_count;
    version->columns = ls_arena_new(&r->spec->arena, count, sizeof *version->columns, r->err);
    if (!version->columns) {
        return r->err->code;
    }
    for (size_t c = 0; c < count; c++) {
        version->columns[c] = c < LS_COLUMN_PAYLOAD ? c : LS_COLUMN_LACKING;
        for (size_t i = 0; c >= LS_COLUMN_PAYLOAD && i < version->field_count; i++) {
            const char *name = type->fields[c - LS_COLUMN_PAYLOAD]->column_name;
            if (strcmp(version->fields[i]->column_name, name) == 0) {
                version->columns[c] = LS_COLUMN_PAYLOAD + i;
            }
        }
    }
    return 0;
}

/* Versions are told apart by their fingerprints. */
static void check_change(struct resolver *r, const struct ls_spec_event_type *type)
{
    const struct ls_spec_version *versions = type->versions;
    const struct ls_spec_schema_change *change = r->spec->faults->schema_change;
    if (versions[0].schema->crc64 == versions[1].schema->crc64) {
        char hint[96];
        snprintf(hint, sizeof hint,
                 "let a field begin with `since: %lld`, or end with `until: %lld`",
                 (long long)change->to, (long long)change->to);
        PROBLEM(r, "LS2023", ls_spec_place(r->spec, &change->to, change->where), hint,
                "versions %lld and %lld of `%s` have the same fields",
                (long long)versions[0].number, (long long)change->to, type->name);
    }
}

static int derive_schemas(struct resolver *r, struct ls_spec_event_type *type)
{
    int rc = 0;
    for (size_t v = 0; rc == 0 && v < type->version_count; v++) {
        struct ls_spec_version *version = &type->versions[v];
        struct ls_buf text;
        ls_buf_init(&text, "derived schema", LS_SCHEMA_TEXT_MAX);
        rc = ls_spec_derive(r->spec, type, version->number, &text, r->err);
        rc = rc < 0 ? rc
                    : ls_schema_parse((const char *)text.data, text.size, &version->schema, r->err);
        rc = rc < 0 ? rc : ls_layout_new(version->schema, &version->layout, r->err);
        rc = rc < 0 ? rc : map_columns(r, type, version);
        ls_buf_clear(&text);
        type->schema = version->schema;
        type->layout = version->layout;
    }
    if (rc == 0 && type->version_count == 2) {
        check_change(r, type);
    }
    return rc;
}

int ls_resolve_event_types(struct resolver *r)
{
    struct ls_spec *spec = r->spec;
    struct ls_spec_event_type *types = spec->event_types.items;
    if (spec->event_types.count > LS_SPEC_EVENT_TYPES_MAX || spec->event_types.count == 0) {
        PROBLEM(r, "LS2010", ls_spec_place(spec, &spec->event_types, spec->where),
                spec->event_types.count ? "split the domain in two" : "write at least one",
                "a spec has 1 to %d event types, this one %zu", LS_SPEC_EVENT_TYPES_MAX,
                spec->event_types.count);
        return 0;
    }
    for (size_t t = 0; t < spec->event_types.count; t++) {
        list_versions(r, &types[t]);
    }
    for (size_t t = 0; t < spec->event_types.count; t++) {
        struct ls_spec_event_type *type = &types[t];
        type->index = (unsigned)t;
        type->entity_type = ls_resolve_entity(r, type->entity, &type->entity, type->where);
        for (size_t i = 0; i < t; i++) {
            if (strcmp(types[i].name, type->name) == 0) {
                PROBLEM(r, "LS2001", ls_spec_place(r->spec, &type->name, type->where),
                        "choose another name", "there is an event type `%s` already", type->name);
            }
        }
        type->topic = ls_arena_printf(&spec->arena, r->err, "%s.%s.%s", spec->topics->prefix,
                                      spec->domain, type->name);
        if (type->topic && strlen(type->topic) > LS_LOG_TOPIC_NAME_MAX) {
            PROBLEM(r, "LS2010", ls_spec_place(r->spec, &type->name, type->where),
                    "shorten the prefix, the domain's name or this one",
                    "the name of its topic has %zu bytes, at most %d", strlen(type->topic),
                    LS_LOG_TOPIC_NAME_MAX);
        }
        int rc = type->topic ? collect_fields(r, type) : r->err->code;
        if (rc == 0 && r->diag->errors == 0) {
            rc = derive_schemas(r, type);
        }
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}
