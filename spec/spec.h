/* The spec language: what a domain file says, bound to plain structs, checked, with names resolved.
 *
 * The generator and the pipeline are two readers of one spec and know nothing of each other; what
 * both must agree on (event types, their schemas, topics, field types) is decided here, once.
 * Option rows are in language.c; docs/reference/spec.md is made from them. */
#ifndef LS_SPEC_SPEC_H
#define LS_SPEC_SPEC_H

#include "core/avro/row.h"
#include "core/base/hash.h"
#include "core/config/layers.h"
#include "core/config/option.h"
#include "core/expr/expr.h"
#include "spec/field.h"
#include "spec/pipeline.h"

#define LS_FORMAT_VERSION 1

#define LS_SPEC_EVENT_TYPES_MAX  64
#define LS_SPEC_FIELDS_MAX       64 /* of one event type; also of one entity's attributes */
#define LS_SPEC_ENTITIES_MAX     32
#define LS_SPEC_VIEWS_MAX        64
#define LS_SPEC_FLAGS_MAX        64
#define LS_SPEC_PARTITIONS_MAX   1024
#define LS_SPEC_STEPS_MAX        16 /* of one lifecycle */
#define LS_SPEC_EPISODES_MAX     15
#define LS_SPEC_PHASES_MAX       256
#define LS_SPEC_PHASE_PER_MS_MAX 1000000000 /* where the rate is not constant */

/* Settings of the value sources and distributions; numbers are checked by the generator, which
 * knows the unit that is wanted. */
struct ls_source_const {
    const struct ls_yaml *value;
};
struct ls_source_text {
    const char *text;
    struct ls_where where;
};
struct ls_source_uniform {
    struct ls_quantities bounds;
};
struct ls_source_choice {
    struct ls_weights weights;
};
struct ls_source_zipf {
    struct ls_decimal exponent;
    int64_t count; /* 0: that of the population */
};
struct ls_source_normal {
    struct ls_quantity mean, deviation;
};
struct ls_source_lognormal {
    struct ls_quantity median;
    struct ls_decimal sigma;
};
struct ls_source_exponential {
    struct ls_quantity mean;
};
struct ls_source_poisson {
    struct ls_decimal mean;
};
struct ls_source_bernoulli {
    struct ls_ratio share;
};
struct ls_source_sequence {
    struct ls_quantity first, step;
};
struct ls_source_words {
    struct ls_weights of;
    int64_t least, most; /* how many */
};
struct ls_source_walk {
    struct ls_quantity around; /* or */
    const char *from;          /* ENTITY.ATTRIBUTE */
    struct ls_quantity within; /* or */
    struct ls_ratio share;
    int64_t over_ms;
    int64_t octaves;
    struct ls_quantity tick;
    const char *name; /* walks of one name are one walk; or NULL */
    uint64_t given;
    struct ls_where where;
};
struct ls_spec_case {
    const char *key; /* the word of the other field */
    struct ls_weights weights;
    struct ls_where where;
};
struct ls_source_choice_by {
    const char *field;     /* or ENTITY.ATTRIBUTE */
    struct ls_items cases; /* struct ls_spec_case */
    struct ls_weights otherwise;
    uint64_t given;
    struct ls_where where;
};

struct ls_spec_growth {
    int64_t to;
    int64_t over_ms;
    struct ls_where where;
};

struct ls_spec_entity {
    const char *key;
    int64_t count;                 /* at the start */
    struct ls_spec_growth *growth; /* or NULL */
    const char *id;
    const char *of; /* the population that they belong to, in turn; NULL: none */
    struct ls_pick pick;
    struct ls_items attributes; /* struct ls_spec_field */
    struct ls_where where;
    /* resolved */
    const struct ls_spec_entity *owner; /* above it; or NULL */
};

/* A version of an event type's schema that is written. */
struct ls_spec_version {
    int64_t number;
    struct ls_spec_field **fields; /* attributes, dimensions, metrics, in order */
    size_t field_count;
    struct ls_schema *schema;
    struct ls_layout *layout; /* envelope columns first (enum ls_envelope_column), then the
                                 payload's in field order */
    size_t *columns;          /* of each column of the readers' layout: which one it is here, or
                                 LS_COLUMN_LACKING */
};
#define LS_COLUMN_LACKING SIZE_MAX

/* The declared one, and the one that a schema_change goes over to. */
#define LS_SPEC_VERSIONS_MAX 2

struct ls_spec_event_type {
    const char *name;
    int64_t weight; /* 0: not said */
    const char *entity;
    int64_t schema_version;
    const char *given_schema;          /* what the fields were made from; see given_schema.h */
    const struct ls_yaml *given_hints; /* likewise */
    const char *payload_name;          /* NULL: NAME_payload */
    struct ls_items attributes, dimensions, metrics; /* struct ls_spec_field */
    struct ls_where where;
    /* resolved */
    unsigned index;
    struct ls_spec_field **every; /* of all versions, in order; those of records, not records */
    size_t every_count;
    const struct ls_spec_field *last_record; /* all of them by `before`; or NULL */
    size_t version_count;
    struct ls_spec_version versions[LS_SPEC_VERSIONS_MAX]; /* the readers' is the last */
    struct ls_spec_field **fields;                         /* of the readers' version */
    size_t field_count;
    const struct ls_spec_entity *entity_type;
    const struct ls_spec_lifecycle *lifecycle; /* that it is a step of; or NULL */
    const struct ls_spec_step *step;
    const char *topic;        /* "raw.ecommerce.order_placed" */
    struct ls_schema *schema; /* of the readers' version, as is the layout */
    struct ls_layout *layout;
    struct ls_items *normalize; /* struct ls_spec_normalize, or NULL */
};

struct ls_spec_step {
    const char *event;
    struct ls_spec_delay *after; /* of every step but the first */
    struct ls_ratio probability;
    const char *follows; /* an event type of a step above; NULL: that of the one above */
    const char *unless;  /* likewise; NULL: none */
    struct ls_where where;
    /* resolved */
    struct ls_spec_event_type *event_type;
    const struct ls_spec_step *follows_step, *unless_step;
};

struct ls_spec_lifecycle {
    const char *key;
    const char *entity;
    struct ls_items steps; /* struct ls_spec_step */
    struct ls_where where;
    /* resolved */
    const struct ls_spec_entity *entity_type;
};

struct ls_spec_episode {
    const char *key;
    const char *entity;
    const char *field;
    int64_t every_ms, for_ms, rise_ms;
    struct ls_ratio probability;
    struct ls_quantity add; /* or */
    struct ls_decimal times;
    uint64_t given;
    struct ls_where where;
    /* resolved */
    const struct ls_spec_entity *entity_type;
};

/* The first columns of every event's layout. */
enum ls_envelope_column {
    LS_COLUMN_EVENT_ID,
    LS_COLUMN_EVENT_TIME,
    LS_COLUMN_INGEST_TIME,
    LS_COLUMN_SOURCE,
    LS_COLUMN_SCHEMA_VERSION,
    LS_COLUMN_ENTITY_ID,
    LS_COLUMN_PAYLOAD /* the first column of the payload */
};

/* What a phase is where it is not a constant rate: settings of the words of ls_spec_courses. */
struct ls_phase_to { /* from the phase's rate to this one */
    struct ls_rate rate;
};
struct ls_phase_burst { /* the last `length_ms` of every `every_ms` */
    struct ls_rate rate;
    int64_t every_ms;
    int64_t length_ms;
};
struct ls_phase_silence { /* then what fell due at the phase's rate, in the rest of the phase */
    int64_t length_ms;
};
struct ls_phase_poisson {
    struct ls_rate rate;
};
struct ls_phase_diurnal {
    struct ls_rate mean;
    struct ls_decimal peak_to_trough;
    int64_t period_ms;
    int64_t peak_at_ms; /* since midnight, of the day on which the phase begins */
};

struct ls_spec_phase {
    struct ls_rate rate; /* per_ms 0: not written, `course` has one */
    struct ls_pick course;
    int64_t length_ms; /* 0: endless */
    struct ls_where where;
};

struct ls_spec_delay {
    struct ls_pick distribution;
    int64_t max_ms;
    struct ls_where where;
};

/* Settings of a fault; which of them it has, its rows say. */
struct ls_spec_fault {
    struct ls_ratio rate;
    struct ls_pick distribution; /* late: delay; duplicate: gap */
    const char *field;
    int64_t max_ms;           /* late, jitter */
    int64_t by_ms;            /* clock_ahead, clock_back */
    int64_t size;             /* oversized: bytes */
    int64_t at_ms, for_ms;    /* in data time from the start; for 0: to the end */
    struct ls_names events;   /* the event types that it strikes; none: all */
    struct ls_ratio entities; /* the share of the entities that it strikes */
    struct ls_where where;
};

struct ls_spec_outage {
    int64_t at_ms, for_ms;
    int64_t partition;
    struct ls_where where;
};

struct ls_spec_hot_key {
    int64_t at_ms, for_ms;
    struct ls_ratio share;
    const char *entity; /* NULL: of every population */
    struct ls_where where;
};

struct ls_spec_schema_change {
    int64_t at_ms, mixed_ms;
    const char *event;
    int64_t to;
    struct ls_where where;
};

struct ls_spec_faults {
    struct ls_spec_fault *late, *duplicate, *conflict, *truncated, *corrupt, *out_of_range,
        *missing, *clock_ahead, *clock_back, *unknown_reference, *unknown_schema, *wrong_frame,
        *empty, *oversized, *jitter;
    struct ls_spec_outage *outage;
    struct ls_spec_hot_key *hot_key;
    struct ls_spec_schema_change *schema_change;
};

struct ls_spec_topics {
    int64_t partitions;
    const char *prefix;
    int64_t heartbeat_ms; /* 0: none */
};

struct ls_spec {
    /* bound */
    int64_t language;
    const char *domain;
    int64_t seed;
    int64_t start_ms;
    struct ls_items arrival;     /* struct ls_spec_phase */
    struct ls_items entities;    /* struct ls_spec_entity */
    struct ls_items event_types; /* struct ls_spec_event_type */
    struct ls_items lifecycles;  /* struct ls_spec_lifecycle */
    struct ls_items episodes;    /* struct ls_spec_episode */
    struct ls_spec_delay *delay;
    struct ls_items quality;   /* struct ls_spec_check */
    struct ls_items reference; /* struct ls_spec_reference */
    struct ls_items
        normalize; /* struct ls_list_entry of struct ls_spec_normalize, key: an event type */
    struct ls_spec_faults *faults;
    struct ls_spec_topics *topics;
    struct ls_spec_pipeline *pipeline;
    struct ls_where where;
    /* the rest */
    const char *folder; /* of the domain file: where the files that it names are looked for */
    struct ls_arena arena;
    const struct ls_yaml *tree; /* that was bound: all layers, without `profiles` */
    struct ls_places places;    /* of what was bound */
    json_t *semantic;
    struct ls_sha256 hash; /* of format version and semantic part: names the spec in manifests and
                              checkpoints (P12) */
    struct ls_diag diag;   /* warnings stay here; the sources that `where`s point into */
};

extern const struct ls_table ls_spec_table;
extern const char *const ls_table_column_words[];
extern const struct ls_family ls_spec_sources, ls_spec_distributions, ls_spec_picks,
    ls_spec_courses, ls_spec_windows, ls_spec_aggregates;
extern const struct ls_table ls_spec_field_table, ls_spec_item_table, ls_spec_column_table,
    ls_spec_check_table, ls_spec_normalize_table, ls_spec_episode_table, ls_spec_walk_table,
    ls_spec_choice_by_table, ls_spec_view_table, ls_spec_alert_table, ls_spec_aggregate_table;

/* Words of the families, for those who implement them. */
extern const struct ls_member ls_member_const, ls_member_id, ls_member_uniform, ls_member_choice,
    ls_member_zipf, ls_member_normal, ls_member_lognormal, ls_member_exponential, ls_member_ref,
    ls_member_poisson, ls_member_bernoulli, ls_member_sequence, ls_member_pattern, ls_member_words,
    ls_member_uuid, ls_member_fields, ls_member_items, ls_member_values, ls_member_member,
    ls_member_pick_in_turn, ls_member_walk, ls_member_choice_by, ls_member_expr,
    ls_member_pick_uniform, ls_member_pick_zipf, ls_member_to, ls_member_burst, ls_member_silence,
    ls_member_arrival_poisson, ls_member_diurnal, ls_member_tumbling, ls_member_count,
    ls_member_hopping, ls_member_session, ls_member_sum, ls_member_min, ls_member_max,
    ls_member_avg, ls_member_distinct, ls_member_ratio, ls_member_first, ls_member_last,
    ls_member_top, ls_member_quantile, ls_member_column;

/* Loads and checks a spec. Problems: LS_E_DATA, with the whole report in `report` (appended; also
 * warnings of a spec that is fine). Other codes with `err` alone. Free with ls_spec_free. */
int ls_spec_load(const struct ls_layers *layers, struct ls_spec **out, struct ls_buf *report,
                 struct ls_error *err);
void ls_spec_free(struct ls_spec *spec);

/* By name; NULL when there is none. */
struct ls_spec_event_type *ls_spec_event_type(const struct ls_spec *spec, const char *name);
const struct ls_spec_entity *ls_spec_entity(const struct ls_spec *spec, const char *name);
struct ls_spec_field *ls_spec_field(const struct ls_spec_event_type *type, const char *name);
const struct ls_spec_field *ls_spec_field_ever(const struct ls_spec_event_type *type,
                                               const char *name); /* in any version */
const struct ls_spec_field *ls_spec_attribute(const struct ls_spec_entity *entity,
                                              const char *name);
const struct ls_spec_reference *ls_spec_reference(const struct ls_spec *spec, const char *name);

static inline struct ls_spec_event_type *ls_spec_event_type_at(const struct ls_spec *spec,
                                                               size_t index)
{
    return &((struct ls_spec_event_type *)spec->event_types.items)[index];
}

/* Where the value of a member of the spec stood: a problem points at the value that is wrong.
 * `otherwise` when it was not written. */
static inline struct ls_where ls_spec_place(const struct ls_spec *spec, const void *member,
                                            struct ls_where otherwise)
{
    return ls_place_of(&spec->places, member, otherwise);
}

/* The least number of milliseconds in which each rate of a phase comes to a whole number of events;
 * 0 where that is more than LS_SPEC_PHASE_PER_MS_MAX. */
uint64_t ls_spec_phase_per_ms(const struct ls_spec_phase *phase);

/* The watermark delay of an event type's topic (P2). */
int64_t ls_spec_watermark_delay(const struct ls_spec *spec, const struct ls_spec_event_type *type);

/* The written version whose schema has this fingerprint; NULL when there is none. */
static inline const struct ls_spec_version *
ls_spec_version_of(const struct ls_spec_event_type *type, uint64_t crc64)
{
    for (size_t v = type->version_count; v > 0; v--) { /* the readers' first */
        if (type->versions[v - 1].schema->crc64 == crc64) {
            return &type->versions[v - 1];
        }
    }
    return NULL;
}

/* The cells of a row that a version wrote, as the readers' version has them: a field that the
 * writer lacks is null, one that the readers lack is dropped. */
static inline void ls_spec_read_as(const struct ls_spec_event_type *type,
                                   const struct ls_spec_version *version,
                                   const struct ls_cell *written, struct ls_cell *out)
{
    for (size_t c = 0; c < type->layout->count; c++) {
        out[c] = version->columns[c] == LS_COLUMN_LACKING ? (struct ls_cell){.is_null = true}
                                                          : written[version->columns[c]];
    }
}

/* Does a version of the schema have the field? */
static inline bool ls_spec_field_in(const struct ls_spec_field *field, int64_t version)
{
    return version >= field->since && (!field->until || version < field->until);
}

/* The step of the same lifecycle, before an event type's own, that has this name: how many steps
 * back. 0 when there is none. */
unsigned ls_spec_step_before(const struct ls_spec_event_type *type, const char *name,
                             const struct ls_spec_event_type **out);

/* The Avro schema text of an event type at a version, appended to `out`. */
int ls_spec_derive(const struct ls_spec *spec, const struct ls_spec_event_type *type,
                   int64_t version, struct ls_buf *out, struct ls_error *err);

/* The Avro type of a field without the null beside it; `record` is the event type's name. */
int ls_spec_derive_type(const char *record, const struct ls_spec_field *field, struct ls_buf *out,
                        struct ls_error *err);

/* The column of a reference table with this name; LS_COLUMN_LACKING when there is none. */
size_t ls_spec_table_column(const struct ls_spec_reference *table, const char *name);

/* Has the table this role? */
static inline bool ls_spec_table_has(const struct ls_spec_reference *table, enum ls_table_role role)
{
    return table->roles[role] != LS_COLUMN_LACKING;
}

/* The schema of the rows of a reference table made from a population. */
int ls_spec_derive_reference(const struct ls_spec *spec, const struct ls_spec_reference *table,
                             struct ls_buf *out, struct ls_error *err);

/* The members of a JSON object, for manifests: of each topic the fingerprint of its schema or,
 * where there are several versions, a list of theirs, the readers' last. */
int ls_spec_schemas_json(const struct ls_spec *spec, struct ls_buf *out, struct ls_error *err);

/* Was the option written? */
bool ls_spec_check_given(const struct ls_spec_check *check, const char *option);
bool ls_spec_walk_given(const struct ls_source_walk *walk, const char *option);
bool ls_spec_episode_given(const struct ls_spec_episode *episode, const char *option);

/* Was the option (`scale`, `q`) written? */
bool ls_spec_aggregate_given(const struct ls_spec_aggregate *aggregate, const char *option);

/* Was `scale` written? */
bool ls_spec_normalize_scaled(const struct ls_spec_normalize *step);

/* The bounds of a range check in a field's unit: false where it has no such bound. */
bool ls_spec_check_low(const struct ls_spec_check *check, const struct ls_spec_field *field,
                       int64_t *low);
bool ls_spec_check_high(const struct ls_spec_check *check, const struct ls_spec_field *field,
                        int64_t *high);

#endif
