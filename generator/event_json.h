/* An event as a line of JSON: the record's topic, partition, timestamp and key, then its value:
 *
 *   {"topic":"raw.shop.order","partition":2,"timestamp":"2026-01-01T00:00:00.000Z","key":"C00017",
 *    "value":{"event_id":...,"payload":{...}}}
 *
 * (on one line), the value as ls_datum_json writes it, readable. Of a value that is no sound datum
 * stands what is wrong with it, and its bytes in hex:
 *
 *   ... "value":null,"damaged":"the bytes end inside the datum","bytes":"c301..."}
 */
#ifndef LS_GENERATOR_EVENT_JSON_H
#define LS_GENERATOR_EVENT_JSON_H

#include "generator/event.h"

/* Appends the line and its end. `type` is the event's. */
int ls_event_json(const struct ls_plan_type *type, const struct ls_event *event, struct ls_buf *out,
                  struct ls_error *err);

/* The line of a damaged event for a file of such events alone: it begins with "index":N, and there
 * is no "value". A sound one is asserted against. */
int ls_event_json_damaged(const struct ls_plan_type *type, const struct ls_event *event,
                          struct ls_buf *out, struct ls_error *err);

#endif
