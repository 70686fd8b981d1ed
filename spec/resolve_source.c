/* Which source makes values of which type, and the words of enums. */
#include "core/base/text.h"
#include "spec/resolve_internal.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

void ls_resolve_template(struct resolver *r, const char *const *text, struct ls_where otherwise,
                         bool sessions)
{
    struct ls_template parts = {0};
    if (!ls_template_parse(*text, &parts)) {
        PROBLEM(r, "LS2004", ls_spec_place(r->spec, text, otherwise),
                "write {n}, or {n:08} to pad with zeros to 8 digits (20 at most); nothing else "
                "stands in braces",
                "the id template `%s` needs exactly one {n}", *text);
    } else if (parts.of_session && !sessions) {
        PROBLEM(r, "LS2004", ls_spec_place(r->spec, text, otherwise), "write {n}",
                "only an event type that is a step of a lifecycle belongs to a session");
    }
}

/* The words of an enum's choice are its symbols. */
static void check_symbols(struct resolver *r, const struct ls_weights *w)
{
    for (size_t i = 0; i < w->count; i++) {
        if (!ls_is_name(w->words[i], strlen(w->words[i]))) {
            PROBLEM(r, "LS2006", w->where[i], "use letters, digits and _, or the type string",
                    "`%s` cannot be a symbol of an enum", w->words[i]);
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(w->words[k], w->words[i]) == 0) {
                PROBLEM(r, "LS2006", w->where[i], "give each word once, with its weight",
                        "`%s` is a symbol already", w->words[i]);
                break;
            }
        }
    }
}

#define TYPE(t)  (1U << LS_FIELD_##t)
#define NUMBERS  (TYPE(INT) | TYPE(LONG) | TYPE(MONEY) | TYPE(DECIMAL) | TYPE(FLOAT) | TYPE(DOUBLE))
#define TIMES    (TYPE(TIMESTAMP) | TYPE(LOCAL_TIMESTAMP) | TYPE(DATE))
#define TEXTS    (TYPE(STRING) | TYPE(UUID))
#define ANY_TYPE (UINT_MAX & ~(TYPE(RECORD) | TYPE(ARRAY) | TYPE(MAP)))

/* Which types a source makes values of; an enum's symbols are the words of its choice. */
static const struct {
    const struct ls_member *member;
    unsigned types;
} makes[] = {
    {&ls_member_bernoulli, TYPE(BOOLEAN)},
    {&ls_member_choice, TYPE(STRING) | TYPE(BYTES) | TYPE(ENUM) | TYPE(BOOLEAN) | NUMBERS},
    {&ls_member_choice_by, TYPE(STRING) | TYPE(ENUM)},
    {&ls_member_const, ANY_TYPE & ~TYPE(ENUM)},
    {&ls_member_exponential, NUMBERS | TIMES},
    {&ls_member_expr, ANY_TYPE & ~(TYPE(ENUM) | TYPE(UUID) | TYPE(BYTES))},
    {&ls_member_fields, TYPE(RECORD)},
    {&ls_member_id, TYPE(STRING) | TYPE(BYTES)},
    {&ls_member_items, TYPE(ARRAY)},
    {&ls_member_lognormal, NUMBERS | TIMES},
    {&ls_member_member, TYPE(STRING)},
    {&ls_member_normal, NUMBERS | TIMES},
    {&ls_member_pattern, TEXTS | TYPE(BYTES)},
    {&ls_member_poisson, NUMBERS},
    {&ls_member_ref, ANY_TYPE & ~TYPE(ENUM)},
    {&ls_member_sequence, NUMBERS | TIMES},
    {&ls_member_uniform, NUMBERS | TIMES},
    {&ls_member_uuid, TEXTS},
    {&ls_member_values, TYPE(MAP)},
    {&ls_member_walk, NUMBERS},
    {&ls_member_words, TYPE(STRING) | TYPE(BYTES)},
    {&ls_member_zipf, NUMBERS},
};

static unsigned types_made(const struct ls_member *member)
{
    size_t k = 0;
    while (makes[k].member != member) {
        k++;
    }
    return makes[k].types;
}

/* Whose value it is: an attribute is made from the entity's number, an item of an array from the
 * event's alone. */
enum holder { OF_EVENT, OF_ENTITY, OF_ITEM };

static bool makes_for(const struct ls_member *member, enum holder holder)
{
    if (member == &ls_member_ref || member == &ls_member_expr) {
        return holder != OF_ITEM;
    }
    return holder == OF_EVENT || (member != &ls_member_walk && member != &ls_member_choice_by &&
                                  member != &ls_member_fields && member != &ls_member_items &&
                                  member != &ls_member_values);
}

/* "values of type int come from const, exponential, ...". */
static const char *sources_of_type(const struct ls_spec_field *f, enum holder holder,
                                   char buffer[256])
{
    int size = snprintf(buffer, 256, "values of type %s come from", ls_field_type_words[f->type]);
    const char *comma = " ";
    for (size_t k = 0; k < sizeof makes / sizeof *makes; k++) {
        if (makes[k].types >> f->type & 1 && makes_for(makes[k].member, holder) && size < 256) {
            size += snprintf(buffer + size, 256 - (size_t)size, "%s%s", comma,
                             makes[k].member->word);
            comma = ", ";
        }
    }
    return buffer;
}

static bool has_symbol(const struct ls_spec_field *f, const char *word)
{
    for (size_t i = 0; i < f->symbol_count; i++) {
        if (strcmp(f->symbols[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* Weights of all symbols, in the order that `symbols` says, 0 for those that are not chosen. */
static int spread(struct resolver *r, const struct ls_spec_field *f, struct ls_weights *w)
{
    uint64_t *weights = ls_arena_new(&r->spec->arena, f->said_symbols.count + 1, sizeof *weights,
                                     r->err);
    if (!weights) {
        return r->err->code;
    }
    for (size_t i = 0; i < w->count; i++) {
        size_t k = 0;
        while (k < f->said_symbols.count && strcmp(f->said_symbols.items[k], w->words[i]) != 0) {
            k++;
        }
        if (k == f->said_symbols.count) {
            char hint[LS_SUGGEST_MAX];
            PROBLEM(r, "LS2006", w->where[i], ls_suggest(w->words[i], f->said_symbols.items, hint),
                    "`%s` is none of the symbols", w->words[i]);
            return 0;
        }
        weights[k] += w->weights[i];
    }
    *w = (struct ls_weights){f->said_symbols.count, f->said_symbols.items, weights,
                             f->said_symbols.where};
    return 0;
}

/* Where the symbols are said, the choices are among them. */
static int spread_all(struct resolver *r, struct ls_spec_field *f)
{
    if (f->source.member == &ls_member_choice) {
        return spread(r, f, &((struct ls_source_choice *)f->source.settings)->weights);
    }
    struct ls_source_choice_by *by = f->source.settings;
    struct ls_spec_case *cases = by->cases.items;
    int rc = by->otherwise.count ? spread(r, f, &by->otherwise) : 0;
    for (size_t c = 0; rc == 0 && c < by->cases.count; c++) {
        rc = spread(r, f, &cases[c].weights);
    }
    return rc;
}

/* The symbols of an enum: the words of its choice, or of its choices, each once. */
static int collect_symbols(struct resolver *r, struct ls_spec_field *f)
{
    const struct ls_source_choice *choice = f->source.settings;
    int rc = f->said_symbols.count ? spread_all(r, f) : 0;
    if (rc < 0) {
        return rc;
    }
    if (f->source.member == &ls_member_choice) {
        check_symbols(r, &choice->weights);
        f->symbol_count = choice->weights.count;
        f->symbols = choice->weights.words;
        return 0;
    }
    const struct ls_source_choice_by *by = f->source.settings;
    const struct ls_spec_case *cases = by->cases.items;
    size_t total = by->otherwise.count;
    for (size_t c = 0; c < by->cases.count; c++) {
        total += cases[c].weights.count;
    }
    const char **symbols = ls_arena_new(&r->spec->arena, total + 1, sizeof *symbols, r->err);
    f->symbols = symbols;
    for (size_t c = 0; symbols && c <= by->cases.count; c++) {
        const struct ls_weights *w = c < by->cases.count ? &cases[c].weights : &by->otherwise;
        check_symbols(r, w);
        for (size_t i = 0; i < w->count; i++) {
            if (!has_symbol(f, w->words[i])) {
                symbols[f->symbol_count++] = w->words[i];
            }
        }
    }
    return symbols ? 0 : r->err->code;
}

/* What a value source can make, per type. */
int ls_resolve_source(struct resolver *r, struct ls_spec_field *f,
                      const struct ls_spec_event_type *type)
{
    enum holder holder = f->is_item ? OF_ITEM : type ? OF_EVENT : OF_ENTITY;
    char hint[256];
    const struct ls_member *m = f->source.member;
    if (!makes_for(m, holder)) {
        PROBLEM(r, "LS2005", f->source.where, sources_of_type(f, holder, hint),
                "%s cannot be made by `%s`",
                f->is_item ? "an item of an array or a map" : "an attribute of an entity", m->word);
    } else if (!(types_made(m) >> f->type & 1)) {
        PROBLEM(r, "LS2005", f->source.where, sources_of_type(f, holder, hint),
                "`%s` does not make values of type %s", m->word, ls_field_type_words[f->type]);
    } else if (m == &ls_member_id) {
        ls_resolve_template(r, &((const struct ls_source_text *)f->source.settings)->text,
                            f->source.where, type && (type->step || r->order_unknown));
    } else if (m == &ls_member_walk) {
        ls_resolve_walk(r, f);
    } else if (m == &ls_member_member) {
        const struct ls_source_text *of = f->source.settings;
        ls_resolve_entity(r, of->text, &of->text, of->where);
    } else if (f->type == LS_FIELD_ENUM) {
        return collect_symbols(r, f);
    }
    return 0;
}
