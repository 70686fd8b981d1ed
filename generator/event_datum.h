/* What a reader finds in an event's value. Damage is told by reading, whatever fault made it. */
#ifndef LS_GENERATOR_EVENT_DATUM_H
#define LS_GENERATOR_EVENT_DATUM_H

#include "generator/event.h"

/* The version of its type's schema that an event is of. */
static inline const struct ls_spec_version *ls_event_version(const struct ls_plan_type *type,
                                                             const struct ls_event *event)
{
    return event->changed ? type->changed->version : type->version;
}

/* NULL, and *datum spans the datum behind the frame, when the value is one sound datum of the
 * event's version; else what is wrong with it, for people. `type` is the event's. */
const char *ls_event_datum(const struct ls_plan_type *type, const struct ls_event *event,
                           struct ls_span *datum);

#endif
