#include "spec/reason.h"

#include <string.h>

const struct ls_reason_text ls_reasons[LS_REASON_COUNT] = {
    [LS_ADMITTED] = {"ADMITTED", "", "Every check passed; the record is in the normalized dataset.",
                     "Its row in normalized/TOPIC/PARTITION.avro has its position. Views count it, "
                     "or leave it\n"
                     "to their late datasets. Flags mark it there, and refuse nothing.\n"},
    [LS_REASON_FRAME_INVALID] =
        {"FRAME_INVALID", "frame", "The value does not begin with a frame that names a schema.",
         "A value begins with the bytes C3 01 and the CRC-64 fingerprint of its writer's schema\n"
         "(Avro's single-object encoding). This one is shorter than that, absent, or begins\n"
         "otherwise: with a schema registry's frame, say, or without any.\n"
         "\n"
         "Let the producer write that frame. The faults wrong_frame and empty do it on purpose.\n"},
    [LS_REASON_SCHEMA_UNKNOWN] =
        {"SCHEMA_UNKNOWN", "schema", "The frame names a schema that the spec does not declare.",
         "The fingerprint, which the detail has, is that of no version of the topic's event type;\n"
         "another event type's does not count, nor a heartbeat's where the spec has none.\n"
         "\n"
         "Compare it with `lockstep schema fingerprint SPEC`: a producer may be ahead of the spec\n"
         "(`schema_version`, `schema_change`). The fault unknown_schema does it on purpose.\n"},
    [LS_REASON_DECODE_TRUNCATED] = {"DECODE_TRUNCATED", "decode", "The value ends inside a field.",
                                    "The detail names the field and the byte of the datum at which "
                                    "there was no more. The fault\n"
                                    "truncated does it on purpose.\n"},
    [LS_REASON_DECODE_INVALID] =
        {"DECODE_INVALID", "decode", "The bytes are no value of the schema, or go on behind one.",
         "A length below zero or above 16 MiB, a union's branch or an enum's symbol that there is\n"
         "not, a boolean that is neither, text that is not UTF-8, a number that the type does not\n"
         "hold, bytes behind the last field: the detail names the field, the byte and which. The\n"
         "faults corrupt and oversized do it on purpose.\n"},
    [LS_REASON_ENVELOPE_INVALID] =
        {"ENVELOPE_INVALID", "envelope",
         "The envelope contradicts itself or the record: an empty event_id, an entity_id that is "
         "not the key, another schema_version.",
         "The key decides the partition, and with it which records are looked at together; the\n"
         "schema_version is that of the schema in the frame. A heartbeat has no key. The detail "
         "says\n"
         "which it is.\n"},
    [LS_REASON_CLOCK_SKEW] = {"CLOCK_SKEW", "clock",
                              "ingest_time is further from the record's timestamp than max_skew.",
                              "Either way, as is a heartbeat's time. Such a record moves no "
                              "watermark: one clock that is\n"
                              "years ahead would otherwise make everything behind it late. A "
                              "record without a timestamp\n"
                              "(-1) is not judged.\n"
                              "\n"
                              "Keep `pipeline.max_skew` near the watermark's delay. The faults "
                              "clock_ahead and clock_back\n"
                              "do it on purpose; jitter stays within it.\n"},
    [LS_REASON_CLOCK_AHEAD] =
        {"CLOCK_AHEAD", "clock", "event_time is further ahead of ingest_time than max_ahead.",
         "What happened can't arrive before it did, but for clocks that are a little apart:\n"
         "`pipeline.max_ahead` says how far. The record moves no watermark.\n"},
    [LS_REASON_TIME_RANGE] =
        {"TIME_RANGE", "clock", "A time lies outside the years 1 to 9999.",
         "event_time, ingest_time or a heartbeat's time. Times in the payload are the quality\n"
         "checks' matter.\n"},
    [LS_REASON_NOT_NULL] =
        {"NOT_NULL", "quality", "A field that a quality check wants is null.",
         "{check: not_null, field: product_id}: null in the value, or written by a version of the\n"
         "schema that lacks the field. It is the only check that does not pass on null. The fault\n"
         "missing does it on purpose.\n"},
    [LS_REASON_RANGE] =
        {"RANGE", "quality", "A number lies outside the range that a quality check allows.",
         "{check: range, field: amount, min: 0.01, max: 100000.00}: both bounds are allowed\n"
         "themselves. The detail has the number. The fault out_of_range does it on purpose.\n"},
    [LS_REASON_SET] = {"SET", "quality", "A value is none of those that a quality check allows.",
                       "{check: set, field: country, values: [US, DE]}: a text is compared byte by "
                       "byte, an enum\n"
                       "by its symbol, a number as a number. The detail has the value, or its "
                       "beginning. No fault\n"
                       "does it: what the generator makes is in the set for certain.\n"},
    [LS_REASON_PATTERN] =
        {"PATTERN", "quality", "A text does not match the pattern of a quality check.",
         "{check: pattern, field: coupon, like: \"[A-Z]{3}[0-9]{4}\"}: the whole of the text, "
         "from\n"
         "its first byte to its last. The detail has its beginning. No fault does it: what the\n"
         "generator makes matches for certain.\n"},
    [LS_REASON_REFERENCE_UNKNOWN] =
        {"REFERENCE_UNKNOWN", "reference", "A reference table has no row for the value.",
         "{check: reference, field: product_id, table: products}, judged behind all other quality\n"
         "checks. The fault unknown_reference does it on purpose.\n"},
    [LS_REASON_NORMALIZE_FAILED] =
        {"NORMALIZE_FAILED", "normalize",
         "A normalize step has no result: a division by zero, or a number too large.",
         "The detail names the field that was to be set. A null operand is no failure: the result "
         "is\n"
         "null.\n"
         "\n"
         "Add a range check of the divisor, which tells the same earlier and better.\n"},
    [LS_REASON_EXPIRED] =
        {"EXPIRED", "expiry",
         "event_time is older than the dedupe horizon, so nobody can tell whether it is a "
         "duplicate.",
         "The limit, which the detail has, is the partition's watermark less\n"
         "`pipeline.dedupe.horizon`: ids older than that are forgotten. The fault late makes some\n"
         "where its delays are longer.\n"
         "\n"
         "Raise the horizon if such records are to count; it costs memory.\n"},
    [LS_REASON_DUPLICATE] =
        {"DUPLICATE", "duplicate", "A record with this event_id and payload was admitted before.",
         "In the same partition, and remembered: its event_time is not behind the watermark less\n"
         "`pipeline.dedupe.horizon`. Payloads are compared by their values, not by their bytes, "
         "as\n"
         "the readers' version of the schema has them. The fault duplicate does it on purpose.\n"},
    [LS_REASON_DUPLICATE_CONFLICT] =
        {"DUPLICATE_CONFLICT", "duplicate",
         "A record with this event_id and another payload was admitted before.",
         "As DUPLICATE, but for the payload, so one of the two is wrong about the event: which "
         "one,\n"
         "the pipeline can't tell; it keeps the first. Ids have to be given once. The fault "
         "conflict\n"
         "does it on purpose.\n"},
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
