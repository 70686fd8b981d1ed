/* Any event from its index alone (contract G1, G2, G5). */
#ifndef LS_GENERATOR_EVENT_H
#define LS_GENERATOR_EVENT_H

#include "core/log/shard.h"
#include "generator/plan.h"
#include "spec/reason.h"

struct ls_event {
    uint64_t index;
    uint64_t original; /* of a copy: the index that it repeats; else index */
    uint16_t type;
    uint16_t fault;  /* enum ls_fault: at most one that damages, or a copy */
    uint8_t episode; /* number of the one that it happens in, from 1 on; 0: none */
    bool changed;    /* of the schema version that the type goes over to */
    bool late;       /* by fault, where that left a longer delay than the ordinary one */
    bool jitter;
    bool held; /* back, by an outage */
    uint32_t partition;
    uint32_t height;      /* of the episode, 0 .. 2^16 */
    uint64_t entity;      /* the number of what it is about */
    int64_t scheduled_ms; /* when it arrives, but for an outage */
    int64_t timestamp_ms; /* of the record */
    int64_t ingest_time, event_time;
    const char *event_id; /* LS_EVENT_ID_SIZE bytes; where the value was made, as is the key */
    const uint8_t *key;
    uint32_t key_size;
    const uint8_t *value; /* frame and datum */
    uint32_t value_size;
    uint32_t room_used; /* bytes of the room that must stay: more than the value has where that was
                           cut, other ones where it is oversized */
};

/* Memory that making an event needs, one for each thread; begin with zeros. One plan only. */
struct ls_event_scratch {
    struct ls_op_event values;
    struct ls_slot_cache slots;
    struct ls_arrival_cursor arrival;
};

/* Bytes that the value of any event of the plan needs at most. */
size_t ls_event_value_max(const struct ls_plan *plan);

/* What event i is: all but its bytes. False, with *out undefined, where it is not the shard's: that
 * costs little. i < plan->arrival.total. */
bool ls_event_begin(const struct ls_plan *plan, const struct ls_shard *shard, uint64_t i,
                    struct ls_event_scratch *scratch, struct ls_event *out);

/* Its id, key and value, in `room`, which has ls_event_value_max() bytes. To begin a block of
 * events and then to write them is faster than to go from one to the next: what many need from
 * memory is on its way at once. */
void ls_event_write(const struct ls_plan *plan, struct ls_event_scratch *scratch, uint8_t *room,
                    struct ls_event *event);

/* Both, of any shard. */
void ls_event_make(const struct ls_plan *plan, uint64_t i, struct ls_event_scratch *scratch,
                   uint8_t *room, struct ls_event *out);

/* The version of its type that an event is of. */
static inline const struct ls_plan_type *ls_event_type(const struct ls_plan *plan,
                                                       const struct ls_event *event)
{
    const struct ls_plan_type *type = &plan->types[event->type];
    return event->changed ? type->changed : type;
}

#endif
