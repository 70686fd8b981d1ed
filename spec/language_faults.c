/* The option rows of faults: what goes wrong on purpose. */
#include "spec/language_internal.h"

#define RATE_ROW                                                                                   \
    {                                                                                              \
        "rate", LS_OPTION_RATIO, LS_OPTION_REQUIRED, offsetof(struct ls_spec_fault, rate),         \
            .summary = "How often.", .example = "1/200"                                            \
    }

/* When, and whom, a fault strikes. */
#define WINDOW_ROWS                                                                                \
    {"at",                                                                                         \
     LS_OPTION_DURATION,                                                                           \
     0,                                                                                            \
     offsetof(struct ls_spec_fault, at_ms),                                                        \
     .fallback = "0",                                                                              \
     .minimum = "0",                                                                               \
     .maximum = "36500d",                                                                          \
     .summary = "From so much data time after the start.",                                         \
     .example = "40m"},                                                                            \
        {"for",                                                                                    \
         LS_OPTION_DURATION,                                                                       \
         0,                                                                                        \
         offsetof(struct ls_spec_fault, for_ms),                                                   \
         .fallback = "0",                                                                          \
         .minimum = "0",                                                                           \
         .maximum = "36500d",                                                                      \
         .summary = "For so long; 0: to the end.",                                                 \
         .example = "10m"},                                                                        \
        {"events",                                                                                 \
         LS_OPTION_NAMES,                                                                          \
         0,                                                                                        \
         offsetof(struct ls_spec_fault, events),                                                   \
         .summary = "Only these event types [all].",                                               \
         .example = "[order_placed]"},                                                             \
    {                                                                                              \
        "entities", LS_OPTION_RATIO, 0, offsetof(struct ls_spec_fault, entities),                  \
            .fallback = "1", .summary = "Only this share of the entities, always the same ones.",  \
            .example = "1/50"                                                                      \
    }

#define FAULT_TABLE(word, text)                                                                    \
    static const struct ls_table word##_table = {                                                  \
        #word,    text,       sizeof(struct ls_spec_fault), offsetof(struct ls_spec_fault, where), \
        NO_PLACE, word##_rows}

/* ---- late, twice */

static const struct ls_option late_rows[] = {
    RATE_ROW,
    {"delay", LS_OPTION_ONE_OF, LS_OPTION_REQUIRED, offsetof(struct ls_spec_fault, distribution),
     .family = &ls_spec_distributions, .summary = "The delay instead of the ordinary one.",
     .example = "{exponential: {mean: 3m}}"},
    {"max", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_spec_fault, max_ms),
     .minimum = "0", .maximum = "3650d", .summary = "Longer delays are cut to it.",
     .example = "30m"},
    WINDOW_ROWS,
    END,
};
FAULT_TABLE(late, "An event arrives long after it happened.");

static const struct ls_option duplicate_rows[] = {
    RATE_ROW,
    {"gap", LS_OPTION_ONE_OF, LS_OPTION_REQUIRED, offsetof(struct ls_spec_fault, distribution),
     .family = &ls_spec_distributions,
     .summary = "How many events before the copy the original lies.",
     .example = "{uniform: [1, 20000]}"},
    END,
};
FAULT_TABLE(duplicate, "An event is sent again, the same.");

static const struct ls_option conflict_rows[] = {
    RATE_ROW,
    {"field", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_fault, field),
     .summary = "The number that differs in the copy; the copy of an event without it is a plain "
                "duplicate.",
     .example = "amount"},
    END,
};
FAULT_TABLE(
    conflict,
    "An event is sent again under its id with another payload (at the gaps of `duplicate`).");

/* ---- bytes */

static const struct ls_option truncated_rows[] = {RATE_ROW, WINDOW_ROWS, END};
FAULT_TABLE(truncated, "The value ends too early.");
static const struct ls_option corrupt_rows[] = {RATE_ROW, WINDOW_ROWS, END};
FAULT_TABLE(corrupt, "A bit of a length is flipped, which every decoder must notice.");
static const struct ls_option wrong_frame_rows[] = {RATE_ROW, WINDOW_ROWS, END};
FAULT_TABLE(wrong_frame, "The value begins with another byte than its frame does.");
static const struct ls_option unknown_schema_rows[] = {RATE_ROW, WINDOW_ROWS, END};
FAULT_TABLE(unknown_schema, "The frame names a schema that nobody declared.");
static const struct ls_option empty_rows[] = {RATE_ROW, WINDOW_ROWS, END};
FAULT_TABLE(empty, "The value has no bytes.");
static const struct ls_option oversized_rows[] = {
    RATE_ROW,
    {"size", LS_OPTION_SIZE, 0, offsetof(struct ls_spec_fault, size), .fallback = "64KiB",
     .minimum = "4KiB", .maximum = "16MiB", .summary = "How many bytes the value has.",
     .example = "900KiB"},
    WINDOW_ROWS,
    END,
};
FAULT_TABLE(oversized, "The value is far too long: zeros, which decode, and then more of them.");

/* ---- values */

static const struct ls_option out_of_range_rows[] = {
    RATE_ROW,
    {"field", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_fault, field),
     .summary = "A number with a range check in `quality`; it gets a value outside.",
     .example = "amount"},
    WINDOW_ROWS,
    END,
};
FAULT_TABLE(out_of_range, "A value that the quality checks refuse.");

static const struct ls_option missing_rows[] = {
    RATE_ROW,
    {"field", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_fault, field),
     .summary = "A nullable field with a not_null check in `quality`; it is null.",
     .example = "product_id"},
    WINDOW_ROWS,
    END,
};
FAULT_TABLE(missing, "A value that has to be there is null.");

static const struct ls_option unknown_reference_rows[] = {
    RATE_ROW,
    {"field", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_fault, field),
     .summary = "An entity's id with a reference check in `quality`; it names one that the table "
                "does not have.",
     .example = "product_id"},
    WINDOW_ROWS,
    END,
};
FAULT_TABLE(unknown_reference, "An id that a reference table does not have.");

/* ---- clocks */

static const struct ls_option clock_ahead_rows[] = {
    RATE_ROW,
    {"by", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_spec_fault, by_ms),
     .minimum = "1ms", .maximum = "3650d",
     .summary = "By how much ingest_time runs ahead of the record's timestamp.", .example = "400d"},
    WINDOW_ROWS,
    END,
};
FAULT_TABLE(clock_ahead, "A producer's clock is far ahead.");

static const struct ls_option clock_back_rows[] = {
    RATE_ROW,
    {"by", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_spec_fault, by_ms),
     .minimum = "1ms", .maximum = "3650d",
     .summary = "By how much ingest_time is behind the record's timestamp.", .example = "2h"},
    WINDOW_ROWS,
    END,
};
FAULT_TABLE(clock_back, "A producer's clock is far behind.");

static const struct ls_option jitter_rows[] = {
    RATE_ROW,
    {"max", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_spec_fault, max_ms),
     .minimum = "1ms", .maximum = "1h",
     .summary = "ingest_time differs from the timestamp by up to this, either way.",
     .example = "500ms"},
    WINDOW_ROWS,
    END,
};
FAULT_TABLE(jitter, "Producers' clocks differ a little; the record is admitted.");

/* ---- happenings */

#define HAPPENING_ROWS(type)                                                                       \
    {"at",                                                                                         \
     LS_OPTION_DURATION,                                                                           \
     LS_OPTION_REQUIRED,                                                                           \
     offsetof(struct type, at_ms),                                                                 \
     .minimum = "0",                                                                               \
     .maximum = "36500d",                                                                          \
     .summary = "So much data time after the start.",                                              \
     .example = "40m"},                                                                            \
    {                                                                                              \
        "for", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct type, for_ms),              \
            .minimum = "1ms", .maximum = "3650d", .summary = "For so long.", .example = "90s"      \
    }
#define HAPPENING_TABLE(word, text)                                                                \
    static const struct ls_table word##_table = {#word,                                            \
                                                 text,                                             \
                                                 sizeof(struct ls_spec_##word),                    \
                                                 offsetof(struct ls_spec_##word, where),           \
                                                 NO_PLACE,                                         \
                                                 word##_rows}

static const struct ls_option outage_rows[] = {
    HAPPENING_ROWS(ls_spec_outage),
    {"partition", LS_OPTION_INTEGER, LS_OPTION_REQUIRED, offsetof(struct ls_spec_outage, partition),
     .minimum = "0", .maximum = "1023", .summary = "The partition's number, in every topic.",
     .example = "3"},
    END,
};
HAPPENING_TABLE(outage, "A partition is silent; what was due arrives at once when it is back.");

static const struct ls_option hot_key_rows[] = {
    HAPPENING_ROWS(ls_spec_hot_key),
    {"share", LS_OPTION_RATIO, LS_OPTION_REQUIRED, offsetof(struct ls_spec_hot_key, share),
     .summary = "How much of what begins then is about the entity of number 0.", .example = "9/10"},
    {"entity", LS_OPTION_NAME, 0, offsetof(struct ls_spec_hot_key, entity),
     .summary = "Only in events about this kind of entity [all].", .example = "customer"},
    END,
};
HAPPENING_TABLE(hot_key, "For a while nearly all events are about one entity.");

static const struct ls_option schema_change_rows[] = {
    {"at", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_spec_schema_change, at_ms),
     .minimum = "0", .maximum = "36500d",
     .summary = "The new version begins so much data time after the start.", .example = "50m"},
    {"event", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_schema_change, event),
     .summary = "The event type.", .example = "order_placed"},
    {"to", LS_OPTION_INTEGER, LS_OPTION_REQUIRED, offsetof(struct ls_spec_schema_change, to),
     .minimum = "1", .maximum = "1000", .summary = "The new version; it is the readers' as well.",
     .example = "3"},
    {"mixed", LS_OPTION_DURATION, 0, offsetof(struct ls_spec_schema_change, mixed_ms),
     .fallback = "0", .minimum = "0", .maximum = "3650d",
     .summary = "How long old and new producers write together: more and more of the new.",
     .example = "5m"},
    END,
};
HAPPENING_TABLE(schema_change, "An event type goes over to a newer version of its schema.");

#define FAULT_ROW(word, text)                                                                      \
    {                                                                                              \
#word, LS_OPTION_TABLE, 0, offsetof(struct ls_spec_faults, word), .table = &word##_table,  \
                                                                          .summary = text          \
    }
static const struct ls_option faults_rows[] = {
    FAULT_ROW(late, "Events that arrive late."),
    FAULT_ROW(duplicate, "Events that are sent twice."),
    FAULT_ROW(conflict, "Copies with another payload."),
    FAULT_ROW(truncated, "Values that end too early."),
    FAULT_ROW(corrupt, "Values with a flipped bit."),
    FAULT_ROW(out_of_range, "Values outside their range."),
    FAULT_ROW(missing, "Values that are null."),
    FAULT_ROW(clock_ahead, "A clock far ahead."),
    FAULT_ROW(clock_back, "A clock far behind."),
    FAULT_ROW(unknown_reference, "Ids that nobody knows."),
    FAULT_ROW(unknown_schema, "Schemas that nobody knows."),
    FAULT_ROW(wrong_frame, "Values without their frame."),
    FAULT_ROW(empty, "Values without a byte."),
    FAULT_ROW(oversized, "Values that are far too long."),
    FAULT_ROW(jitter, "Clocks a little apart."),
    FAULT_ROW(outage, "A partition that is silent for a while."),
    FAULT_ROW(hot_key, "One entity in nearly all events for a while."),
    FAULT_ROW(schema_change, "A newer version of a schema, from some time on."),
    END,
};
const struct ls_table ls_spec_faults_table = {"faults",
                                              "What goes wrong on purpose; each is in the truth.",
                                              sizeof(struct ls_spec_faults),
                                              NO_PLACE,
                                              NO_PLACE,
                                              faults_rows};
