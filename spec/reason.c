#include "spec/reason.h"

#include <string.h>

const struct ls_reason_text ls_reasons[LS_REASON_COUNT] = {
    [LS_ADMITTED] = {"ADMITTED", "Every check passed; the record is in the normalized dataset."},
    [LS_REASON_FRAME_INVALID] = {"FRAME_INVALID",
                                 "The value does not begin with a frame that names a schema."},
    [LS_REASON_SCHEMA_UNKNOWN] = {"SCHEMA_UNKNOWN",
                                  "The frame names a schema that the spec does not declare."},
    [LS_REASON_DECODE_TRUNCATED] = {"DECODE_TRUNCATED", "The value ends inside a field."},
    [LS_REASON_DECODE_INVALID] = {"DECODE_INVALID",
                                  "The bytes are no value of the schema, or go on behind one."},
    [LS_REASON_ENVELOPE_INVALID] =
        {"ENVELOPE_INVALID", "The envelope contradicts itself or the record: an empty event_id, an "
                             "entity_id that is not the key, another schema_version."},
    [LS_REASON_CLOCK_SKEW] = {"CLOCK_SKEW",
                              "ingest_time is further from the record's timestamp than max_skew."},
    [LS_REASON_CLOCK_AHEAD] = {"CLOCK_AHEAD",
                               "event_time is further ahead of ingest_time than max_ahead."},
    [LS_REASON_TIME_RANGE] = {"TIME_RANGE", "A time lies outside the years 1 to 9999."},
    [LS_REASON_NOT_NULL] = {"NOT_NULL", "A field that a quality check wants is null."},
    [LS_REASON_RANGE] = {"RANGE", "A number lies outside the range that a quality check allows."},
    [LS_REASON_SET] = {"SET", "A value is none of those that a quality check allows."},
    [LS_REASON_PATTERN] = {"PATTERN", "A text does not match the pattern of a quality check."},
    [LS_REASON_REFERENCE_UNKNOWN] = {"REFERENCE_UNKNOWN",
                                     "A reference table has no row for the value."},
    [LS_REASON_NORMALIZE_FAILED] =
        {"NORMALIZE_FAILED",
         "A normalize step has no result: a division by zero, or a number too large."},
    [LS_REASON_EXPIRED] = {"EXPIRED", "event_time is older than the dedupe horizon, so nobody can "
                                      "tell whether it is a duplicate."},
    [LS_REASON_DUPLICATE] = {"DUPLICATE",
                             "A record with this event_id and payload was admitted before."},
    [LS_REASON_DUPLICATE_CONFLICT] =
        {"DUPLICATE_CONFLICT",
         "A record with this event_id and another payload was admitted before."},
};

enum ls_reason ls_reason_of(const char *name, size_t size)
{
    for (int i = 0; i < LS_REASON_COUNT; i++) {
        if (strlen(ls_reasons[i].name) == size && memcmp(ls_reasons[i].name, name, size) == 0) {
            return (enum ls_reason)i;
        }
    }
    return LS_REASON_COUNT;
}
