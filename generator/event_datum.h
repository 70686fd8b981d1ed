/* What a reader finds in an event's value. Damage is told by reading, whatever fault made it. */
#ifndef LS_GENERATOR_EVENT_DATUM_H
#define LS_GENERATOR_EVENT_DATUM_H

#include "generator/event.h"

/* NULL, and *datum spans the datum behind the frame, when the value is one sound datum of the
 * type's written schema; else what is wrong with it, for people. `type` is the event's. */
const char *ls_event_datum(const struct ls_plan_type *type, const struct ls_event *event,
                           struct ls_span *datum);

#endif
