/* The option rows of the spec language, but for those of values (language_values.c), of arrival
 * phases (language_arrival.c) and of faults (language_faults.c). Sorted as a person would write
 * them; families by word. */
#include "spec/language_internal.h"

/* ---- entities, event types */

static const struct ls_option growth_rows[] = {
    {"to", LS_OPTION_INTEGER, LS_OPTION_REQUIRED, offsetof(struct ls_spec_growth, to),
     .minimum = "1", .maximum = "100_000_000", .summary = "How many there are in the end.",
     .example = "300_000"},
    {"over", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_spec_growth, over_ms),
     .minimum = "1ms", .maximum = "36500d",
     .summary = "Evenly over so much data time from the start.", .example = "24h"},
    END,
};
static const struct ls_table growth_table = {"growth",
                                             "A population that new ones join.",
                                             sizeof(struct ls_spec_growth),
                                             offsetof(struct ls_spec_growth, where),
                                             NO_PLACE,
                                             growth_rows};

static const struct ls_option entity_rows[] = {
    {"count", LS_OPTION_INTEGER, LS_OPTION_REQUIRED, offsetof(struct ls_spec_entity, count),
     .minimum = "1", .maximum = "100_000_000", .summary = "How many there are at the start.",
     .example = "200_000"},
    {"growth", LS_OPTION_TABLE, 0, offsetof(struct ls_spec_entity, growth), .table = &growth_table,
     .summary = "How many join them; without it, none.", .example = "{to: 300_000, over: 24h}"},
    {"id", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct ls_spec_entity, id),
     .summary = "Text with {n} or {n:08}, n from 0 to count - 1.", .example = "\"C{n:08}\""},
    {"of", LS_OPTION_NAME, 0, offsetof(struct ls_spec_entity, of),
     .summary = "A population above that they belong to, in turn, each of its members after the "
                "other: attributes can be that one's values (`ref`), and a sequence goes on where "
                "it comes round again [none].",
     .example = "exchange"},
    {"pick", LS_OPTION_ONE_OF, 0, offsetof(struct ls_spec_entity, pick), .fallback = "uniform",
     .family = &ls_spec_picks, .summary = "Which one an event is about.",
     .example = "{zipf: {s: 1.05}}"},
    {"attributes", LS_OPTION_LIST, 0, offsetof(struct ls_spec_entity, attributes),
     .table = &ls_spec_field_table, .summary = "What holds for every event about the entity."},
    END,
};
static const struct ls_table entity_table = {"entity",
                                             "A population that events are about.",
                                             sizeof(struct ls_spec_entity),
                                             offsetof(struct ls_spec_entity, where),
                                             NO_PLACE,
                                             entity_rows};

static const struct ls_option event_type_rows[] = {
    {"name", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_event_type, name),
     .summary = "The event type; its topic is PREFIX.DOMAIN.NAME.", .example = "order_placed"},
    {"weight", LS_OPTION_INTEGER, 0, offsetof(struct ls_spec_event_type, weight), .fallback = "0",
     .minimum = "0", .maximum = "1_000_000",
     .summary = "Its share among the event types; steps of a lifecycle behind the first have none.",
     .example = "30"},
    {"entity", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_event_type, entity),
     .summary = "The entity that it is about: its id is entity_id, and so the key.",
     .example = "customer"},
    {"schema_version", LS_OPTION_INTEGER, 0, offsetof(struct ls_spec_event_type, schema_version),
     .fallback = "1", .minimum = "1", .maximum = "1000", .summary = "The version that is written.",
     .example = "2"},
    {"schema", LS_OPTION_TEXT, LS_OPTION_DEPLOYMENT,
     offsetof(struct ls_spec_event_type, given_schema),
     .summary =
         "An Avro schema of a record (.avsc), beside the spec: its fields become the payload's, "
         "in place of attributes, dimensions and metrics.",
     .example = "schemas/order.avsc"},
    {"fields", LS_OPTION_NODE, LS_OPTION_DEPLOYMENT,
     offsetof(struct ls_spec_event_type, given_hints),
     .summary = "What the schema does not say, by field: where its values come from, and other "
                "options of a field.",
     .example = "{amount_cents: {type: money, lognormal: {median: 24.90, sigma: 0.8}}}"},
    {"payload", LS_OPTION_NAME, 0, offsetof(struct ls_spec_event_type, payload_name),
     .summary =
         "What the payload's record is called in the schema [NAME_payload, or as in `schema`].",
     .example = "Order"},
    {"attributes", LS_OPTION_LIST, 0, offsetof(struct ls_spec_event_type, attributes),
     .table = &ls_spec_field_table, .summary = "Fields that describe the event."},
    {"dimensions", LS_OPTION_LIST, 0, offsetof(struct ls_spec_event_type, dimensions),
     .table = &ls_spec_field_table, .summary = "Fields to group by."},
    {"metrics", LS_OPTION_LIST, 0, offsetof(struct ls_spec_event_type, metrics),
     .table = &ls_spec_field_table, .summary = "Fields to calculate with."},
    END,
};
static const struct ls_table event_type_table = {"event type",
                                                 "One kind of event, in a topic of its own.",
                                                 sizeof(struct ls_spec_event_type),
                                                 offsetof(struct ls_spec_event_type, where),
                                                 NO_PLACE,
                                                 event_type_rows};

/* ---- delays */

static const struct ls_option delay_rows[] = {
    {"distribution", LS_OPTION_FAMILY, LS_OPTION_REQUIRED,
     offsetof(struct ls_spec_delay, distribution), .family = &ls_spec_distributions,
     .summary = "How the delays are spread.", .example = "exponential: {mean: 300ms}"},
    {"max", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_spec_delay, max_ms),
     .minimum = "0", .maximum = "3650d", .summary = "Longer delays are cut to it.",
     .example = "5s"},
    END,
};
const struct ls_table ls_spec_delay_table = {
    "delay",
    "The ordinary disorder: how long before its arrival an event happened.",
    sizeof(struct ls_spec_delay),
    offsetof(struct ls_spec_delay, where),
    NO_PLACE,
    delay_rows};

/* ---- quality, reference, normalization */

static const char *const check_words[] = {"not_null", "pattern", "range", "reference", "set", NULL};
static const struct ls_option check_rows[] = {
    {"check", LS_OPTION_WORD, 0, offsetof(struct ls_spec_check, check), .words = check_words,
     .summary = "What is checked. All but not_null pass on null.", .example = "not_null"},
    {"field", LS_OPTION_NAME, 0, offsetof(struct ls_spec_check, field),
     .summary = "check: the field, in every event type that has it.", .example = "amount"},
    {"min", LS_OPTION_QUANTITY, 0, offsetof(struct ls_spec_check, minimum),
     .summary = "range: the least value.", .example = "0.01"},
    {"max", LS_OPTION_QUANTITY, 0, offsetof(struct ls_spec_check, maximum),
     .summary = "range: the greatest value.", .example = "100000.00"},
    {"table", LS_OPTION_NAME, 0, offsetof(struct ls_spec_check, table),
     .summary = "reference: the table that must have the value as a key.", .example = "products"},
    {"values", LS_OPTION_TEXTS, 0, offsetof(struct ls_spec_check, values),
     .summary = "set: what the value may be.", .example = "[US, DE]"},
    {"like", LS_OPTION_TEXT, 0, offsetof(struct ls_spec_check, like),
     .summary = "pattern: what the whole of the text must look like, written as the value source "
                "`pattern` is.",
     .example = "\"[A-Z]{3}[0-9]{4}\""},
    {"flag", LS_OPTION_NAME, 0, offsetof(struct ls_spec_check, flag),
     .summary = "In place of `check`: a column of the normalized records, true for those that it "
                "finds. It refuses none.",
     .example = "large_order"},
    {"when", LS_OPTION_TEXT, 0, offsetof(struct ls_spec_check, when),
     .summary = "flag: the records for which this holds.", .example = "\"quantity >= 10\""},
    {"monotonic", LS_OPTION_NAME, 0, offsetof(struct ls_spec_check, monotonic),
     .summary =
         "flag: or those whose field falls behind the greatest value that it had before, in "
         "the same partition. Who was silent for longer than the dedupe horizon begins anew.",
     .example = "event_time"},
    {"per", LS_OPTION_NAME, 0, offsetof(struct ls_spec_check, per), .fallback = "entity_id",
     .summary = "monotonic: for each value of this field.", .example = "entity_id"},
    {"tolerance", LS_OPTION_QUANTITY, 0, offsetof(struct ls_spec_check, tolerance),
     .summary = "monotonic: how far it may fall behind, a number or for times a duration [not at "
                "all].",
     .example = "10m"},
    {"events", LS_OPTION_NAMES, 0, offsetof(struct ls_spec_check, events),
     .summary = "flag: the event types that have it [those with all its fields].",
     .example = "[order_placed]"},
    END,
};
const struct ls_table ls_spec_check_table = {
    "quality check",
    "A check of every record, and one that fails it is quarantined; or a flag, which marks what "
    "is admitted.",
    sizeof(struct ls_spec_check),
    offsetof(struct ls_spec_check, where),
    offsetof(struct ls_spec_check, given),
    check_rows};

static const struct ls_option normalize_rows[] = {
    {"set", LS_OPTION_NAME, 0, offsetof(struct ls_spec_normalize, set),
     .summary = "The field that is added or replaced.", .example = "net"},
    {"expr", LS_OPTION_TEXT, 0, offsetof(struct ls_spec_normalize, expr),
     .summary = "Its value: an expression,", .example = "amount * quantity"},
    {"lookup", LS_OPTION_TABLE, 0, offsetof(struct ls_spec_normalize, lookup),
     .table = &ls_spec_lookup_table,
     .summary = "or a value from a reference table, or both: the expression then names the row's "
                "columns as TABLE.COLUMN,",
     .example = "{table: products, key: product_id, take: category}"},
    {"to_utc", LS_OPTION_NAME, 0, offsetof(struct ls_spec_normalize, to_utc),
     .summary = "or the time in UTC of this field's local time, by `offset` or `zone`,",
     .example = "local_time"},
    {"adjust", LS_OPTION_NAME, 0, offsetof(struct ls_spec_normalize, adjust),
     .summary = "or this number times the factors that `by` says, rounded once, half to even.",
     .example = "price"},
    {"scale", LS_OPTION_INTEGER, 0, offsetof(struct ls_spec_normalize, scale), .minimum = "0",
     .maximum = "2",
     .summary = "Decimal places that the result is rounded to, half to even: 0 gives a long, 2 "
                "gives money [the expression's own; a division wants it said].",
     .example = "2"},
    {"offset", LS_OPTION_NAME, 0, offsetof(struct ls_spec_normalize, offset),
     .summary = "to_utc: the field that says how many milliseconds local time is ahead of UTC,",
     .example = "utc_offset_ms"},
    {"zone", LS_OPTION_TABLE, 0, offsetof(struct ls_spec_normalize, zone),
     .table = &ls_spec_lookup_table,
     .summary = "or a table with `valid`, in UTC, and a column that says it.",
     .example = "{table: zones, key: site, take: offset_ms}"},
    {"by", LS_OPTION_TABLE, 0, offsetof(struct ls_spec_normalize, by),
     .table = &ls_spec_adjust_table, .summary = "adjust: the factors."},
    {"drop", LS_OPTION_NAME, 0, offsetof(struct ls_spec_normalize, drop),
     .summary = "The field that is left out.", .example = "coupon"},
    END,
};
const struct ls_table ls_spec_normalize_table = {
    "normalize step",
    "What the pipeline does to an admitted record: `set` or `drop`, in order.",
    sizeof(struct ls_spec_normalize),
    offsetof(struct ls_spec_normalize, where),
    offsetof(struct ls_spec_normalize, given),
    normalize_rows};

/* ---- pipeline */

static const struct ls_option topic_watermark_rows[] = {
    {"delay", LS_OPTION_DURATION, LS_OPTION_REQUIRED,
     offsetof(struct ls_spec_topic_watermark, delay_ms), .minimum = "0", .maximum = "365d",
     .summary = "The delay for this topic.", .example = "1m"},
    END,
};
static const struct ls_table topic_watermark_table = {
    "topic watermark",
    "A delay of its own for one event type.",
    sizeof(struct ls_spec_topic_watermark),
    offsetof(struct ls_spec_topic_watermark, where),
    NO_PLACE,
    topic_watermark_rows};

static const struct ls_option watermark_rows[] = {
    {"delay", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_spec_watermark, delay_ms),
     .minimum = "0", .maximum = "365d",
     .summary = "How far the watermark stays behind the highest clock of its partition.",
     .example = "10s"},
    {"topics", LS_OPTION_MAP, 0, offsetof(struct ls_spec_watermark, topics),
     .table = &topic_watermark_table, .summary = "Delays of single event types.",
     .example = "{refund_issued: {delay: 1m}}"},
    END,
};
static const struct ls_table watermark_table = {"watermark",
                                                "When a window is taken for complete.",
                                                sizeof(struct ls_spec_watermark),
                                                NO_PLACE,
                                                NO_PLACE,
                                                watermark_rows};

static const struct ls_option dedupe_rows[] = {
    {"horizon", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_spec_dedupe, horizon_ms),
     .minimum = "0", .maximum = "365d",
     .summary = "How long behind the watermark an id is remembered; older records are EXPIRED.",
     .example = "10m"},
    END,
};
static const struct ls_table dedupe_table = {
    "dedupe",
    "Duplicates are found by event_id, within a partition.",
    sizeof(struct ls_spec_dedupe),
    NO_PLACE,
    NO_PLACE,
    dedupe_rows};

static const char *const clock_words[] = {"event_time", "ingest_time", NULL};
static const struct ls_option pipeline_rows[] = {
    {"clock", LS_OPTION_WORD, 0, offsetof(struct ls_spec_pipeline, clock),
     .fallback = "ingest_time", .words = clock_words, .summary = "Which time moves the watermark."},
    {"watermark", LS_OPTION_TABLE, LS_OPTION_REQUIRED, offsetof(struct ls_spec_pipeline, watermark),
     .table = &watermark_table, .summary = "When a window is taken for complete."},
    {"max_skew", LS_OPTION_DURATION, 0, offsetof(struct ls_spec_pipeline, max_skew_ms),
     .fallback = "10s", .minimum = "0", .maximum = "365d",
     .summary = "How far ingest_time may be from the record's timestamp."},
    {"max_ahead", LS_OPTION_DURATION, 0, offsetof(struct ls_spec_pipeline, max_ahead_ms),
     .fallback = "1m", .minimum = "0", .maximum = "365d",
     .summary = "How far event_time may be ahead of ingest_time."},
    {"dedupe", LS_OPTION_TABLE, LS_OPTION_REQUIRED, offsetof(struct ls_spec_pipeline, dedupe),
     .table = &dedupe_table, .summary = "How duplicates are found."},
    {"views", LS_OPTION_LIST, 0, offsetof(struct ls_spec_pipeline, views),
     .table = &ls_spec_view_table, .summary = "What is calculated.",
     .example = "[{name: revenue_1m, from: order_placed, window: {tumbling: 1m}, select: {orders: "
                "count}}]"},
    {"alerts", LS_OPTION_LIST, 0, offsetof(struct ls_spec_pipeline, alerts),
     .table = &ls_spec_alert_table,
     .summary = "Rules whose rows say when something begins and ends.",
     .example = "[{name: refund_storm, from: refund_issued, rolling: {over: 1m}, select: {refunds: "
                "count}, when: refunds > 100, severity: CRITICAL}]"},
    END,
};
static const struct ls_table pipeline_table = {"pipeline",
                                               "How records become datasets.",
                                               sizeof(struct ls_spec_pipeline),
                                               NO_PLACE,
                                               NO_PLACE,
                                               pipeline_rows};

static const struct ls_option topics_rows[] = {
    {"partitions", LS_OPTION_INTEGER, 0, offsetof(struct ls_spec_topics, partitions),
     .fallback = "8", .minimum = "1", .maximum = "1024", .summary = "Partitions of each topic."},
    {"prefix", LS_OPTION_NAME, 0, offsetof(struct ls_spec_topics, prefix), .fallback = "raw",
     .summary = "The first part of the topics' names."},
    {"heartbeat", LS_OPTION_DURATION, 0, offsetof(struct ls_spec_topics, heartbeat_ms),
     .minimum = "1ms", .maximum = "365d",
     .summary = "A record of no event in each partition, so often in data time: what keeps the "
                "watermark moving where no event comes [none].",
     .example = "10s"},
    END,
};
static const struct ls_table topics_table = {
    "topics", "Where events go.", sizeof(struct ls_spec_topics), NO_PLACE, NO_PLACE, topics_rows};

static const struct ls_option spec_rows[] = {
    {"lockstep", LS_OPTION_INTEGER, LS_OPTION_REQUIRED, offsetof(struct ls_spec, language),
     .minimum = "1", .maximum = "1", .summary = "The version of the language.", .example = "1"},
    {"domain", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec, domain),
     .summary = "The name of the domain.", .example = "ecommerce"},
    {"seed", LS_OPTION_INTEGER, LS_OPTION_REQUIRED, offsetof(struct ls_spec, seed), .minimum = "0",
     .summary = "Which of all runs: two seeds give unrelated events.", .example = "20260101"},
    {"start", LS_OPTION_TIME, LS_OPTION_REQUIRED, offsetof(struct ls_spec, start_ms),
     .summary = "When data time begins.", .example = "2026-01-01T00:00:00Z"},
    {"arrival", LS_OPTION_LIST, LS_OPTION_REQUIRED, offsetof(struct ls_spec, arrival),
     .table = &ls_spec_phase_table, .summary = "Phases, in order; at most 256.",
     .example = "[{rate: 90/s, for: 30m}, {poisson: 140/s}]"},
    {"entities", LS_OPTION_MAP, LS_OPTION_REQUIRED, offsetof(struct ls_spec, entities),
     .table = &entity_table, .summary = "Populations that events are about."},
    {"event_types", LS_OPTION_LIST, LS_OPTION_REQUIRED, offsetof(struct ls_spec, event_types),
     .table = &event_type_table, .summary = "What happens.",
     .example = "[{name: order_placed, weight: 30, entity: customer, "
                "metrics: [{name: quantity, type: int, uniform: [1, 20]}]}]"},
    {"lifecycles", LS_OPTION_MAP, 0, offsetof(struct ls_spec, lifecycles),
     .table = &ls_spec_lifecycle_table, .summary = "Events that belong together."},
    {"episodes", LS_OPTION_MAP, 0, offsetof(struct ls_spec, episodes),
     .table = &ls_spec_episode_table, .summary = "Stretches in which an entity's values are off."},
    {"delay", LS_OPTION_TABLE, 0, offsetof(struct ls_spec, delay), .table = &ls_spec_delay_table,
     .summary = "How long before its arrival an event happened; without it, none."},
    {"quality", LS_OPTION_LIST, 0, offsetof(struct ls_spec, quality), .table = &ls_spec_check_table,
     .summary = "Checks of every record, in order, and flags.",
     .example = "[{check: range, field: amount, min: 0.01}, {flag: large, when: amount >= "
                "100.00}]"},
    {"reference", LS_OPTION_MAP, 0, offsetof(struct ls_spec, reference),
     .table = &ls_spec_reference_table, .summary = "Reference tables.",
     .example = "{products: {from: entities.product, key: product_id}}"},
    {"normalize", LS_OPTION_LISTS, 0, offsetof(struct ls_spec, normalize),
     .table = &ls_spec_normalize_table, .summary = "Steps by event type.",
     .example = "{order_placed: [{drop: coupon}]}"},
    {"faults", LS_OPTION_TABLE, LS_OPTION_DEFAULTED, offsetof(struct ls_spec, faults),
     .table = &ls_spec_faults_table, .summary = "What goes wrong on purpose."},
    {"topics", LS_OPTION_TABLE, LS_OPTION_DEFAULTED, offsetof(struct ls_spec, topics),
     .table = &topics_table, .summary = "Where events go."},
    {"pipeline", LS_OPTION_TABLE, LS_OPTION_REQUIRED, offsetof(struct ls_spec, pipeline),
     .table = &pipeline_table, .summary = "How records become datasets."},
    END,
};
const struct ls_table ls_spec_table = {
    "spec",
    "A domain: its events, what is wrong with them, and what is made of them.",
    sizeof(struct ls_spec),
    offsetof(struct ls_spec, where),
    NO_PLACE,
    spec_rows};
