/* Records, whose fields are the event type's own, in the record's place; arrays and maps. */
#include "spec/resolve_internal.h"

#include <string.h>

/* What the walk over an event type's fields does with each, records first. */
struct walk {
    struct resolver *r;
    struct ls_spec_event_type *type;
    enum ls_field_role role;
    struct ls_spec_field **out; /* NULL: they are counted */
    size_t count;
};

static void walk(struct walk *w, const struct ls_items *items, const struct ls_spec_field *record,
                 unsigned depth)
{
    struct ls_spec_field *fields = items->items;
    for (size_t i = 0; i < items->count; i++) {
        fields[i].record = record;
        fields[i].role = w->role;
        if (!ls_spec_is_record(&fields[i])) {
            if (w->out) {
                w->out[w->count] = &fields[i];
            }
            w->count++;
        } else if (depth < LS_SPEC_NESTING_MAX) {
            const struct ls_source_fields *inner = fields[i].source.settings;
            fields[i].before = w->type->last_record;
            w->type->last_record = &fields[i];
            walk(w, &inner->fields, &fields[i], depth + 1);
        } else if (!w->out) {
            PROBLEM(w->r, "LS2010", ls_spec_place(w->r->spec, &fields[i].name, fields[i].where),
                    "let its fields be fields of the record around it",
                    "records lie in one another %d deep at most", LS_SPEC_NESTING_MAX);
        }
    }
}

static void walk_all(struct walk *w)
{
    const struct ls_items *lists[] = {&w->type->attributes, &w->type->dimensions,
                                      &w->type->metrics};
    w->count = 0;
    w->type->last_record = NULL;
    for (size_t l = 0; l < 3; l++) {
        w->role = (enum ls_field_role)l;
        walk(w, lists[l], NULL, 0);
    }
}

int ls_resolve_every_field(struct resolver *r)
{
    struct ls_spec_event_type *types = r->spec->event_types.items;
    for (size_t t = 0; t < r->spec->event_types.count; t++) {
        struct walk w = {.r = r, .type = &types[t]};
        walk_all(&w);
        types[t].every = ls_arena_new(&r->spec->arena, w.count + 1, sizeof *types[t].every, r->err);
        if (!types[t].every) {
            return r->err->code;
        }
        w.out = types[t].every;
        walk_all(&w);
        types[t].every_count = w.count;
    }
    return 0;
}

/* What a record has no use for: it is always there, and its fields say the rest. */
static void check_settings(struct resolver *r, const struct ls_spec_field *f)
{
    const struct {
        const char *option;
        const void *member;
    } options[] = {
        {"nullable", &f->nullable},   {"null", &f->null_word},      {"since", &f->since},
        {"until", &f->until},         {"min", &f->minimum},         {"max", &f->maximum},
        {"precision", &f->precision}, {"scale", &f->decimal_scale}, {"places", &f->places},
        {"least", &f->least},         {"most", &f->most},           {"keys", &f->keys},
        {"present", &f->present}};
    for (size_t k = 0; k < sizeof options / sizeof *options; k++) {
        if (ls_spec_field_given(f, options[k].option)) {
            PROBLEM(r, "LS2030", ls_spec_place(r->spec, options[k].member, f->where),
                    "give it to the fields of the record",
                    "a record has no `%s`: it is there in every event and version",
                    options[k].option);
            return;
        }
    }
}

/* A field with the record's name, or a record in front of it or around it; NULL for none. */
static const struct ls_spec_field *namesake(const struct ls_spec_event_type *type,
                                            const struct ls_spec_field *f)
{
    for (size_t i = 0; i < type->every_count; i++) {
        const struct ls_spec_field *other = type->every[i];
        if (strcmp(other->name, f->name) == 0 || strcmp(other->column_name, f->name) == 0) {
            return other;
        }
    }
    const struct ls_spec_field *other = f->before;
    while (other && strcmp(other->name, f->name) != 0) {
        other = other->before;
    }
    return other;
}

/* Has it a record? Then that one is told to be empty, where it is. */
static bool has_record(const struct ls_spec_field *f)
{
    const struct ls_items *items = &((const struct ls_source_fields *)f->source.settings)->fields;
    const struct ls_spec_field *fields = items->items;
    size_t i = 0;
    while (i < items->count && fields[i].type != LS_FIELD_RECORD) {
        i++;
    }
    return i < items->count;
}

/* Is there no field of the record in the version? */
static bool is_empty(const struct ls_spec_event_type *type, const struct ls_spec_field *f,
                     int64_t version)
{
    for (size_t i = 0; i < type->every_count; i++) {
        if (type->every[i]->record == f && ls_spec_field_in(type->every[i], version)) {
            return false;
        }
    }
    return true;
}

static void check_record(struct resolver *r, const struct ls_spec_event_type *type,
                         const struct ls_spec_field *f)
{
    struct ls_where name = ls_spec_place(r->spec, &f->name, f->where);
    const struct ls_spec_field *other = namesake(type, f);
    check_settings(r, f);
    if (ls_resolve_reserved(f->name)) {
        PROBLEM(r, "LS2001", name, "choose another name", "`%s` is a field of the envelope",
                f->name);
    } else if (other) {
        PROBLEM(r, "LS2001", name, "choose another name",
                "there is a field `%s` already, on line %d", f->name, other->where.line);
    }
    for (size_t v = 0; v < type->version_count; v++) {
        if (!has_record(f) && is_empty(type, f, type->versions[v].number)) {
            PROBLEM(r, "LS2030", f->where, "write one field at least, which is in all versions",
                    "the record `%s` has no field in version %lld", f->name,
                    (long long)type->versions[v].number);
            break;
        }
    }
}

void ls_resolve_records(struct resolver *r, const struct ls_spec_event_type *type)
{
    for (const struct ls_spec_field *f = type->last_record; f; f = f->before) {
        check_record(r, type, f);
    }
}

/* ---- arrays and maps */

static void check_keys(struct resolver *r, const struct ls_spec_field *f)
{
    if (f->keys.count == 0 || f->keys.count > LS_SPEC_ITEMS_MAX) {
        PROBLEM(r, "LS2031", ls_spec_place(r->spec, &f->keys, f->where),
                "write `keys: [color, size]`, say", "a map has 1 to %d `keys`, this one %zu",
                LS_SPEC_ITEMS_MAX, f->keys.count);
        return;
    }
    for (size_t i = 0; i < f->keys.count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(f->keys.items[i], f->keys.items[k]) == 0) {
                PROBLEM(r, "LS2031", f->keys.where[i], "give each key once",
                        "`%s` is among the `keys` already", f->keys.items[i]);
                return;
            }
        }
    }
}

void ls_resolve_items(struct resolver *r, const struct ls_spec_field *f)
{
    static const struct {
        const char *option;
        enum ls_field_type type;
    } options[] = {{"least", LS_FIELD_ARRAY},
                   {"most", LS_FIELD_ARRAY},
                   {"keys", LS_FIELD_MAP},
                   {"present", LS_FIELD_MAP}};
    const void *members[] = {&f->least, &f->most, &f->keys, &f->present};
    for (size_t k = 0; k < sizeof options / sizeof *options; k++) {
        if (f->type != (int)options[k].type && ls_spec_field_given(f, options[k].option)) {
            PROBLEM(r, "LS2031", ls_spec_place(r->spec, members[k], f->where), "leave it out",
                    "`%s` belongs to %s, the field is of type %s", options[k].option,
                    ls_field_type_words[options[k].type], ls_field_type_words[f->type]);
            return;
        }
    }
    if (!ls_spec_item(f)) {
        return; /* of another type, or from another source, which is told */
    }
    if (f->type == LS_FIELD_ARRAY && !f->most) {
        PROBLEM(r, "LS2031", f->where, "add `most: 4`, say: 1 to 64",
                "an array needs `most`: how many items it has at most");
    } else if (f->type == LS_FIELD_ARRAY && f->least > f->most) {
        PROBLEM(r, "LS2031", ls_spec_place(r->spec, &f->least, f->where),
                "write `least: 1, most: 4`, say", "`least` is above `most`");
    } else if (f->type == LS_FIELD_MAP) {
        check_keys(r, f);
    }
}
