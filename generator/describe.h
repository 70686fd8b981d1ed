/* What a run came out as, beside what its spec asked for: collected event by event, in memory that
 * does not grow with their number. Nothing but integers: the same on every machine.
 *
 * Fields are of the events that no fault damages, copies among them; damaged ones are counted. */
#ifndef LS_GENERATOR_DESCRIBE_H
#define LS_GENERATOR_DESCRIBE_H

#include "generator/event.h"
#include "generator/quantiles.h"
#include "generator/tally.h"

#define LS_DESCRIBE_EVENTS_MAX 1000000000
#define LS_DESCRIBE_BINS       120
#define LS_DESCRIBE_KEYS_MAX   (1U << 22) /* entities of a population that are counted each */
#define LS_DESCRIBE_HOT        10

struct ls_describe_field {
    const struct ls_spec_field *spec;
    bool is_number;  /* or a time: it has quantiles, and its words are the eight bytes of an int64_t
                      */
    uint64_t events; /* of a version that has the field */
    uint64_t nulls;
    struct ls_quantiles numbers;
    struct ls_tally words; /* a boolean's are `true` and `false` */
};

struct ls_describe_type {
    const struct ls_plan_type *plan;
    uint64_t asked; /* its share of all events */
    uint64_t events;
    uint64_t damaged; /* of them */
    uint64_t changed; /* of the version that the type goes over to */
    size_t field_count;
    struct ls_describe_field *fields; /* of all versions that are written, in the spec's order */
    struct ls_describe_field *columns[LS_SPEC_VERSIONS_MAX][LS_SPEC_FIELDS_MAX]; /* theirs */
};

/* A population that events are about. */
struct ls_describe_keys {
    const struct ls_plan_entity *entity; /* NULL: no event is about it */
    uint64_t events;
    uint64_t beyond;   /* of them: about entities behind the first LS_DESCRIBE_KEYS_MAX */
    uint32_t *counts;  /* of those */
    uint64_t distinct; /* of those; once it is closed, as are the hottest, which come first */
    size_t hot_count;
    struct ls_describe_hot {
        uint64_t entity, count;
    } hot[LS_DESCRIBE_HOT];
};

enum ls_describe_delay {
    LS_DELAY_ORDINARY,
    LS_DELAY_LATE,
    LS_DELAY_HELD, /* by an outage */
    LS_DELAY_COPY, /* behind the original's event_time */
    LS_DELAY_COUNT
};

/* By enum ls_fault, and then: */
#define LS_DESCRIBE_LATE   LS_FAULT_COUNT
#define LS_DESCRIBE_JITTER (LS_FAULT_COUNT + 1)
#define LS_DESCRIBE_FAULTS (LS_FAULT_COUNT + 2)

struct ls_describe_fault {
    const struct ls_spec_fault *spec; /* NULL: not declared */
    const char *name;
    uint64_t exposed;  /* events that it may have struck: of its types, times and entities, and not
                          taken by a fault that is asked first, or an episode */
    uint64_t expected; /* of those, by its rate; once it is closed */
    uint64_t counted;
};

struct ls_describe_episode {
    const struct ls_episode *plan;
    uint64_t events;     /* in such episodes */
    struct ls_tally met; /* the episodes that have an event, as words */
    uint64_t expected;   /* episodes of all entities in the run's time; once it is closed */
};

struct ls_describe {
    const struct ls_plan *plan; /* borrowed */
    uint64_t events;
    int64_t begin_ms, end_ms; /* of records: first and last timestamp */
    int64_t bin_ms;
    size_t bin_count;                           /* to the last one that has events */
    uint64_t bins[LS_DESCRIBE_BINS];            /* events by timestamp */
    struct ls_describe_type *types;             /* plan->type_count */
    struct ls_describe_keys *keys;              /* plan->entity_count */
    struct ls_quantiles delays[LS_DELAY_COUNT]; /* timestamp - event_time */
    struct ls_describe_fault faults[LS_DESCRIBE_FAULTS];
    struct ls_describe_episode *episodes;    /* plan->episode_count */
    uint64_t held;                           /* by the outage */
    uint64_t hot_exposed, hot_counted;       /* events while a key is hot; those about it */
    uint64_t change_exposed, change_counted; /* events since a schema_change; those changed */
    struct ls_arena arena;
};

/* For the first `events` events of a plan, at most LS_DESCRIBE_EVENTS_MAX and the plan's total, at
 * least one. Free with ls_describe_free; the plan must outlive it. LS_E_NOMEM. */
int ls_describe_new(const struct ls_plan *plan, uint64_t events, struct ls_describe **out,
                    struct ls_error *err);
void ls_describe_free(struct ls_describe *describe);

/* The next event (struct ls_run's `take`). LS_E_NOMEM. */
int ls_describe_take(void *describe, const struct ls_event *event, struct ls_error *err);

/* Ends the taking: quantiles are closed, words sorted, the hottest found. LS_E_NOMEM. */
int ls_describe_close(struct ls_describe *describe, struct ls_error *err);

#endif
