/* Shared by the parts of the resolver: what a spec is made of (resolve_type.c, resolve_source.c,
 * resolve_ref.c, resolve_lifecycle.c), when its events arrive (resolve_arrival.c), what is checked
 * (resolve_quality.c), what it is checked against and enriched from (resolve_reference.c), and what
 * else is done with it (resolve.c). */
#ifndef LS_SPEC_RESOLVE_INTERNAL_H
#define LS_SPEC_RESOLVE_INTERNAL_H

#include "core/base/text.h"
#include "spec/resolve.h"

struct resolver {
    struct ls_spec *spec;
    struct ls_diag *diag;
    struct ls_error *err;
    bool order_unknown; /* something is wrong with lifecycles: a ref to an earlier event may lead
                           nowhere for that reason alone */
};

#define PROBLEM(r, rule, where, hint, ...)                                                         \
    ls_diag_add((r)->diag, LS_SEVERITY_ERROR, rule, where, hint, __VA_ARGS__)

/* ls_suggest over the names of `count` things. */
const char *ls_resolve_suggest(const char *word,
                               const char *(*name_at)(const void *things, size_t i),
                               const void *things, size_t count, char buffer[LS_SUGGEST_MAX]);

/* By name; NULL, and the problem noted, when there is none. `member` of the spec holds the name. */
const struct ls_spec_entity *ls_resolve_entity(struct resolver *r, const char *name,
                                               const void *member, struct ls_where otherwise);

/* An attribute of an entity by name; NULL when there is none, with ls_suggest's answer in *hint. */
const struct ls_spec_field *ls_resolve_attribute(const struct ls_spec_entity *entity,
                                                 const char *name, char buffer[LS_SUGGEST_MAX],
                                                 const char **hint);

/* Is it a name of the envelope or of the columns that the pipeline adds? */
bool ls_resolve_reserved(const char *name);

/* The event type that a member of the spec names; NULL, and the problem noted, when there is none.
 */
struct ls_spec_event_type *ls_resolve_event_type(struct resolver *r, const char *const *name,
                                                 struct ls_where otherwise);

/* An id template; `sessions`: it may name the session. */
void ls_resolve_template(struct resolver *r, const char *const *text, struct ls_where otherwise,
                         bool sessions);

/* Can the field's source make values of its type? Collects the symbols of an enum. `type` is NULL
 * for an attribute of an entity. */
int ls_resolve_source(struct resolver *r, struct ls_spec_field *f,
                      const struct ls_spec_event_type *type);

/* The fields of each event type, those of records in their place, before anything names one; and
 * the records themselves, once versions are listed. */
int ls_resolve_every_field(struct resolver *r);
void ls_resolve_records(struct resolver *r, const struct ls_spec_event_type *type);

/* Of an array or a map: how many there are, which keys. */
void ls_resolve_items(struct resolver *r, const struct ls_spec_field *f);

/* What views and alert rules read, and how they are cut. */
int ls_resolve_views(struct resolver *r);

int ls_resolve_entities(struct resolver *r);
void ls_resolve_lifecycles(struct resolver *r); /* before the event types */
void ls_resolve_episodes(struct resolver *r);   /* behind them */

/* A field that any event type has; NULL, and the problem noted, where none does. */
struct ls_spec_field *ls_resolve_field_anywhere(struct resolver *r, const char *const *name,
                                                struct ls_where otherwise);
int ls_resolve_event_types(struct resolver *r);

/* `precision`, `scale` and `places`, and what the field's scale comes to. */
void ls_resolve_digits(struct resolver *r, struct ls_spec_field *f);

/* Columns of all reference tables, and what they are to them. */
int ls_resolve_references(struct resolver *r);

/* The table that a member of the spec names; NULL, and the problem noted, when there is none. And
 * the hint for a name that is none. */
const struct ls_spec_reference *ls_resolve_reference(struct resolver *r, const char *const *name,
                                                     struct ls_where otherwise);
const char *ls_resolve_suggest_reference(const struct resolver *r, const char *word,
                                         char buffer[LS_SUGGEST_MAX]);

/* What a normalize step takes from a table. */
void ls_resolve_lookup(struct resolver *r, struct ls_spec_lookup *lookup, bool with_expr);
void ls_resolve_zone(struct resolver *r, struct ls_spec_lookup *zone);
void ls_resolve_adjust(struct resolver *r, struct ls_spec_adjust *by);

/* A field whose source is `ref`: what it names is there, and of a type that fits. Versions of all
 * event types have to be known. */
void ls_resolve_ref(struct resolver *r, const struct ls_spec_event_type *type,
                    const struct ls_spec_field *f);

/* An attribute whose source is `ref`: a value of the entity that its own one belongs to. */
void ls_resolve_owner_ref(struct resolver *r, const struct ls_spec_entity *entity,
                          const struct ls_spec_field *f);

/* A field whose source is `walk`: what it goes around, where that is an attribute. */
void ls_resolve_walk(struct resolver *r, const struct ls_spec_field *f);

void ls_resolve_arrival(struct resolver *r);

/* The checks and flags. */
int ls_resolve_quality(struct resolver *r);

#endif
