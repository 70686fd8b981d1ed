/* The option rows of values: where they come from, how they are spread, the fields that hold them.
 * Families are sorted by word. */
#include "spec/language_internal.h"

/* ---- value sources and distributions */

static const struct ls_option const_rows[] = {
    {"value", LS_OPTION_NODE, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_const, value), .summary = "The value that every event has.",
     .example = "EUR"},
    END,
};
static const struct ls_table const_table = {
    "const", "One value for all.", sizeof(struct ls_source_const), NO_PLACE, NO_PLACE, const_rows};
const struct ls_member ls_member_const = {"const", "One value for all.", &const_table};

static const struct ls_option id_rows[] = {
    {"template", LS_OPTION_TEXT, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_text, text),
     .summary = "Text with {n} (the event's number) or {n:08} (padded with zeros to 8 digits).",
     .example = "\"O{n:012}\""},
    END,
};
static const struct ls_table id_table = {"id",
                                         "A text made from the event's number.",
                                         sizeof(struct ls_source_text),
                                         offsetof(struct ls_source_text, where),
                                         NO_PLACE,
                                         id_rows};
const struct ls_member ls_member_id = {"id", "A text made from the event's number.", &id_table};

static const struct ls_option ref_rows[] = {
    {"target", LS_OPTION_TEXT, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_text, text),
     .summary = "ENTITY.id or ENTITY.ATTRIBUTE: of the entity that the event is about, or of one "
                "picked for this event (the same one in all its fields); of an attribute, of the "
                "entity that its own one belongs to (`of`).",
     .example = "product.category"},
    END,
};
static const struct ls_table ref_table = {"ref",
                                          "A value of an entity.",
                                          sizeof(struct ls_source_text),
                                          offsetof(struct ls_source_text, where),
                                          NO_PLACE,
                                          ref_rows};
const struct ls_member ls_member_ref = {"ref", "A value of an entity.", &ref_table};

static const struct ls_option expr_rows[] = {
    {"expression", LS_OPTION_TEXT, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_text, text),
     .summary = "Computed exactly from fields above and from attributes of entities; an attribute "
                "from numbers and times above it, and of the entity that its own one belongs to.",
     .example = "product.list_price * quantity"},
    END,
};
static const struct ls_table expr_table = {"expr",
                                           "Computed from other values.",
                                           sizeof(struct ls_source_text),
                                           offsetof(struct ls_source_text, where),
                                           NO_PLACE,
                                           expr_rows};
const struct ls_member ls_member_expr = {"expr", "Computed from other values.", &expr_table};

static const struct ls_option uniform_rows[] = {
    {"bounds", LS_OPTION_QUANTITIES, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_uniform, bounds),
     .summary = "The least and the greatest value, both included.", .example = "[1, 20000]"},
    END,
};
static const struct ls_table uniform_table = {"uniform",
                                              "Every value between two bounds is equally likely.",
                                              sizeof(struct ls_source_uniform),
                                              NO_PLACE,
                                              NO_PLACE,
                                              uniform_rows};
const struct ls_member ls_member_uniform = {
    "uniform", "Every value between two bounds is equally likely.", &uniform_table};

static const struct ls_option choice_rows[] = {
    {"weights", LS_OPTION_WEIGHTS, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_choice, weights), .summary = "Words and their weights.",
     .example = "{web: 3, app: 5}"},
    END,
};
static const struct ls_table choice_table = {"choice",
                                             "One of some words, by weight.",
                                             sizeof(struct ls_source_choice),
                                             NO_PLACE,
                                             NO_PLACE,
                                             choice_rows};
const struct ls_member ls_member_choice = {"choice", "One of some words, by weight.",
                                           &choice_table};

static const struct ls_option zipf_rows[] = {
    {"s", LS_OPTION_DECIMAL, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_zipf, exponent), .minimum = "0.01", .maximum = "10",
     .summary = "The exponent: rank k has a weight of k^-s.", .example = "1.05"},
    {"n", LS_OPTION_INTEGER, LS_OPTION_REQUIRED, offsetof(struct ls_source_zipf, count),
     .minimum = "1", .maximum = "100_000_000",
     .summary = "How many ranks there are: the value is 1 .. n.", .example = "20"},
    END,
};
static const struct ls_table zipf_table = {"zipf",
                                           "Few values are frequent, many are rare (Zipf's law).",
                                           sizeof(struct ls_source_zipf),
                                           NO_PLACE,
                                           NO_PLACE,
                                           zipf_rows};
const struct ls_member ls_member_zipf = {
    "zipf", "Few values are frequent, many are rare (Zipf's law).", &zipf_table};

static const struct ls_option normal_rows[] = {
    {"mean", LS_OPTION_QUANTITY, LS_OPTION_REQUIRED, offsetof(struct ls_source_normal, mean),
     .summary = "The mean.", .example = "20.5"},
    {"deviation", LS_OPTION_QUANTITY, LS_OPTION_REQUIRED,
     offsetof(struct ls_source_normal, deviation), .summary = "The standard deviation.",
     .example = "3"},
    END,
};
static const struct ls_table normal_table = {
    "normal", "The bell curve.", sizeof(struct ls_source_normal), NO_PLACE, NO_PLACE, normal_rows};
const struct ls_member ls_member_normal = {"normal", "The bell curve.", &normal_table};

static const struct ls_option lognormal_rows[] = {
    {"median", LS_OPTION_QUANTITY, LS_OPTION_REQUIRED, offsetof(struct ls_source_lognormal, median),
     .summary = "The median.", .example = "24.90"},
    {"sigma", LS_OPTION_DECIMAL, LS_OPTION_REQUIRED, offsetof(struct ls_source_lognormal, sigma),
     .minimum = "0.01", .maximum = "5", .summary = "The standard deviation of the logarithm.",
     .example = "0.8"},
    END,
};
static const struct ls_table lognormal_table = {
    "lognormal",
    "Products of many small causes: prices, long delays.",
    sizeof(struct ls_source_lognormal),
    NO_PLACE,
    NO_PLACE,
    lognormal_rows};
const struct ls_member ls_member_lognormal = {
    "lognormal", "Products of many small causes: prices, long delays.", &lognormal_table};

static const struct ls_option exponential_rows[] = {
    {"mean", LS_OPTION_QUANTITY, LS_OPTION_REQUIRED, offsetof(struct ls_source_exponential, mean),
     .summary = "The mean.", .example = "300ms"},
    END,
};
static const struct ls_table exponential_table = {"exponential",
                                                  "Waiting times without memory.",
                                                  sizeof(struct ls_source_exponential),
                                                  NO_PLACE,
                                                  NO_PLACE,
                                                  exponential_rows};
const struct ls_member ls_member_exponential = {"exponential", "Waiting times without memory.",
                                                &exponential_table};

static const struct ls_option poisson_rows[] = {
    {"mean", LS_OPTION_DECIMAL, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_poisson, mean), .minimum = "0.001", .maximum = "10_000",
     .summary = "The mean.", .example = "1.6"},
    END,
};
static const struct ls_table poisson_table = {"poisson",
                                              "How many of what happens independently.",
                                              sizeof(struct ls_source_poisson),
                                              NO_PLACE,
                                              NO_PLACE,
                                              poisson_rows};
const struct ls_member ls_member_poisson = {"poisson", "How many of what happens independently.",
                                            &poisson_table};

static const struct ls_option bernoulli_rows[] = {
    {"share", LS_OPTION_RATIO, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_bernoulli, share), .summary = "How often it is true.",
     .example = "1/20"},
    END,
};
static const struct ls_table bernoulli_table = {
    "bernoulli", "True now and then.", sizeof(struct ls_source_bernoulli), NO_PLACE,
    NO_PLACE,    bernoulli_rows};
const struct ls_member ls_member_bernoulli = {"bernoulli", "True now and then.", &bernoulli_table};

static const struct ls_option sequence_rows[] = {
    {"first", LS_OPTION_QUANTITY, LS_OPTION_REQUIRED, offsetof(struct ls_source_sequence, first),
     .summary = "The value of number 0; of a time, after the spec's start.", .example = "1"},
    {"step", LS_OPTION_QUANTITY, LS_OPTION_REQUIRED, offsetof(struct ls_source_sequence, step),
     .summary = "How much more the next one is.", .example = "1"},
    END,
};
static const struct ls_table sequence_table = {
    "sequence",
    "One after the other, by the number of the entity (among those of one owner, where it has "
    "one) or of the event.",
    sizeof(struct ls_source_sequence),
    NO_PLACE,
    NO_PLACE,
    sequence_rows};
const struct ls_member ls_member_sequence = {
    "sequence", "One after the other, by the number of the entity or of the event.",
    &sequence_table};

static const struct ls_option pattern_rows[] = {
    {"pattern", LS_OPTION_TEXT, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_text, text),
     .summary = "Letters as they are, [A-Z0-9] for one of some, {3} or {2,5} behind what comes so "
                "often, ? for at most once; a backslash before what is meant as it stands.",
     .example = "\"[A-Z]{3}[0-9]{4}\""},
    END,
};
static const struct ls_table pattern_table = {"pattern",
                                              "A text of a simple pattern.",
                                              sizeof(struct ls_source_text),
                                              offsetof(struct ls_source_text, where),
                                              NO_PLACE,
                                              pattern_rows};
const struct ls_member ls_member_pattern = {"pattern", "A text of a simple pattern.",
                                            &pattern_table};

static const struct ls_option words_rows[] = {
    {"of", LS_OPTION_WEIGHTS, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_words, of),
     .summary = "The words, and their weights where they differ.",
     .example = "[red, small, light]"},
    {"least", LS_OPTION_INTEGER, 0, offsetof(struct ls_source_words, least), .fallback = "1",
     .minimum = "1", .maximum = "64", .summary = "At least so many, with a space between them."},
    {"most", LS_OPTION_INTEGER, 0, offsetof(struct ls_source_words, most), .fallback = "1",
     .minimum = "1", .maximum = "64", .summary = "At most so many.", .example = "4"},
    END,
};
static const struct ls_table words_table = {
    "words",   "Some words of a list.", sizeof(struct ls_source_words), NO_PLACE, NO_PLACE,
    words_rows};
const struct ls_member ls_member_words = {"words", "Some words of a list.", &words_table};

static const struct ls_option member_rows[] = {
    {"entity", LS_OPTION_NAME, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_text, text), .summary = "The population.", .example = "instrument"},
    END,
};
static const struct ls_table member_table = {"member",
                                             "The id of any one of a population.",
                                             sizeof(struct ls_source_text),
                                             offsetof(struct ls_source_text, where),
                                             NO_PLACE,
                                             member_rows};
const struct ls_member ls_member_member = {"member", "The id of any one of a population.",
                                           &member_table};

static const struct ls_option fields_rows[] = {
    {"of", LS_OPTION_LIST, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_fields, fields), .table = &ls_spec_field_table,
     .summary = "The record's fields, which are named as the event type's other fields are: by "
                "their own names.",
     .example = "[{name: street, type: string, words: [Elm, Oak]}]"},
    END,
};
static const struct ls_table fields_table = {
    "fields",   "The fields of a record.", sizeof(struct ls_source_fields), NO_PLACE, NO_PLACE,
    fields_rows};
const struct ls_member ls_member_fields = {"fields", "The fields of a record.", &fields_table};
const struct ls_member ls_member_items = {"items", "What each item of an array is.",
                                          &ls_spec_item_table};
const struct ls_member ls_member_values = {"values", "What each value of a map is.",
                                           &ls_spec_item_table};

const struct ls_member ls_member_uuid = {"uuid", "A random UUID (version 4).", NULL};

static const struct ls_option walk_rows[] = {
    {"around", LS_OPTION_QUANTITY, 0, offsetof(struct ls_source_walk, around),
     .summary = "What it goes up and down around,", .example = "20.0"},
    {"from", LS_OPTION_TEXT, 0, offsetof(struct ls_source_walk, from),
     .summary = "or which attribute of the entity says it.", .example = "instrument.base_price"},
    {"within", LS_OPTION_QUANTITY, 0, offsetof(struct ls_source_walk, within),
     .summary = "How far from it, at most,", .example = "5.0"},
    {"share", LS_OPTION_RATIO, 0, offsetof(struct ls_source_walk, share),
     .summary = "or which share of it.", .example = "1/20"},
    {"over", LS_OPTION_DURATION, LS_OPTION_REQUIRED, offsetof(struct ls_source_walk, over_ms),
     .minimum = "1s", .maximum = "365d", .summary = "How long its slowest swing takes, up or down.",
     .example = "6h"},
    {"octaves", LS_OPTION_INTEGER, 0, offsetof(struct ls_source_walk, octaves), .fallback = "8",
     .minimum = "1", .maximum = "16",
     .summary =
         "How many swings of half the length each lie on one another: 1 is a slow line, 8 is "
         "rough."},
    {"name", LS_OPTION_NAME, 0, offsetof(struct ls_source_walk, name),
     .summary = "Walks of one name go alike, in all event types [each its own].",
     .example = "mid_price"},
    {"tick", LS_OPTION_QUANTITY, 0, offsetof(struct ls_source_walk, tick),
     .summary = "Values are multiples of it [the smallest that the type has].", .example = "0.05"},
    END,
};
const struct ls_table ls_spec_walk_table = {"walk",
                                            "Goes up and down with time, for each entity its own.",
                                            sizeof(struct ls_source_walk),
                                            offsetof(struct ls_source_walk, where),
                                            offsetof(struct ls_source_walk, given),
                                            walk_rows};
const struct ls_member ls_member_walk = {
    "walk", "Goes up and down with time, for each entity its own.", &ls_spec_walk_table};

static const struct ls_option case_rows[] = {
    {"choice", LS_OPTION_WEIGHTS, LS_OPTION_REQUIRED, offsetof(struct ls_spec_case, weights),
     .summary = "Words and their weights.", .example = "{card: 7, invoice: 1}"},
    END,
};
static const struct ls_table case_table = {"case",
                                           "What is chosen where the other field has this word.",
                                           sizeof(struct ls_spec_case),
                                           offsetof(struct ls_spec_case, where),
                                           NO_PLACE,
                                           case_rows};
static const struct ls_option choice_by_rows[] = {
    {"field", LS_OPTION_TEXT, LS_OPTION_REQUIRED, offsetof(struct ls_source_choice_by, field),
     .summary = "A field above that is a choice, or ENTITY.ATTRIBUTE that is one.",
     .example = "channel"},
    {"cases", LS_OPTION_MAP, LS_OPTION_REQUIRED, offsetof(struct ls_source_choice_by, cases),
     .table = &case_table, .summary = "By the words of that field.",
     .example = "{web: {choice: {card: 7, invoice: 1}}}"},
    {"otherwise", LS_OPTION_WEIGHTS, 0, offsetof(struct ls_source_choice_by, otherwise),
     .summary = "For its other words, and where it is null.", .example = "{card: 1}"},
    END,
};
const struct ls_table ls_spec_choice_by_table = {"choice_by",
                                                 "A choice whose weights another field decides.",
                                                 sizeof(struct ls_source_choice_by),
                                                 offsetof(struct ls_source_choice_by, where),
                                                 offsetof(struct ls_source_choice_by, given),
                                                 choice_by_rows};
const struct ls_member ls_member_choice_by = {
    "choice_by", "A choice whose weights another field decides.", &ls_spec_choice_by_table};

static const struct ls_member *const source_members[] = {&ls_member_bernoulli,
                                                         &ls_member_choice,
                                                         &ls_member_choice_by,
                                                         &ls_member_const,
                                                         &ls_member_exponential,
                                                         &ls_member_expr,
                                                         &ls_member_fields,
                                                         &ls_member_id,
                                                         &ls_member_items,
                                                         &ls_member_lognormal,
                                                         &ls_member_member,
                                                         &ls_member_normal,
                                                         &ls_member_pattern,
                                                         &ls_member_poisson,
                                                         &ls_member_ref,
                                                         &ls_member_sequence,
                                                         &ls_member_uniform,
                                                         &ls_member_uuid,
                                                         &ls_member_values,
                                                         &ls_member_walk,
                                                         &ls_member_words,
                                                         &ls_member_zipf,
                                                         NULL};
const struct ls_family ls_spec_sources = {"value source", "Where a value comes from.",
                                          source_members};

static const struct ls_member *const distribution_members[] = {&ls_member_exponential,
                                                               &ls_member_lognormal,
                                                               &ls_member_normal,
                                                               &ls_member_poisson,
                                                               &ls_member_uniform,
                                                               &ls_member_zipf,
                                                               NULL};
const struct ls_family ls_spec_distributions = {
    "distribution", "How numbers or durations are spread.", distribution_members};

static const struct ls_option pick_zipf_rows[] = {
    {"s", LS_OPTION_DECIMAL, LS_OPTION_REQUIRED | LS_OPTION_MAIN,
     offsetof(struct ls_source_zipf, exponent), .minimum = "0.01", .maximum = "10",
     .summary = "The exponent: the k-th of the population has a weight of k^-s.",
     .example = "1.05"},
    END,
};
static const struct ls_table pick_zipf_table = {"zipf",
                                                "Few are picked often, many rarely: hot keys.",
                                                sizeof(struct ls_source_zipf),
                                                NO_PLACE,
                                                NO_PLACE,
                                                pick_zipf_rows};
const struct ls_member ls_member_pick_zipf = {
    "zipf", "Few are picked often, many rarely: hot keys.", &pick_zipf_table};
const struct ls_member ls_member_pick_uniform = {"uniform", "Each is picked equally often.", NULL};
const struct ls_member ls_member_pick_in_turn = {"in_turn", "One after the other.", NULL};
static const struct ls_member *const pick_members[] = {
    &ls_member_pick_in_turn, &ls_member_pick_uniform, &ls_member_pick_zipf, NULL};
const struct ls_family ls_spec_picks = {"pick", "Which one of a population an event is about.",
                                        pick_members};

/* ---- fields */

const char *const ls_field_type_words[] = {"boolean",   "enum",    "int",
                                           "long",      "money",   "string",
                                           "timestamp", "date",    "local_timestamp",
                                           "uuid",      "decimal", "float",
                                           "double",    "bytes",   "record",
                                           "array",     "map",     NULL};
static const char *const null_words[] = {"unsaid", "never", NULL};

/* Rows that a field and an item have alike. */
#define DIGITS_ROWS                                                                                \
    {"precision",                                                                                  \
     LS_OPTION_INTEGER,                                                                            \
     0,                                                                                            \
     offsetof(struct ls_spec_field, precision),                                                    \
     .minimum = "1",                                                                               \
     .maximum = "18",                                                                              \
     .summary = "How many digits a decimal has at most.",                                          \
     .example = "12"},                                                                             \
        {"scale",                                                                                  \
         LS_OPTION_INTEGER,                                                                        \
         0,                                                                                        \
         offsetof(struct ls_spec_field, decimal_scale),                                            \
         .minimum = "0",                                                                           \
         .maximum = "18",                                                                          \
         .summary = "How many of a decimal's digits are decimal places [0].",                      \
         .example = "4"},                                                                          \
    {                                                                                              \
        "places", LS_OPTION_INTEGER, 0, offsetof(struct ls_spec_field, places),                    \
            .minimum = "0", .maximum = "6",                                                        \
            .summary =                                                                             \
                "How many decimal places the values of a float or double are drawn with; what is " \
                "written is the binary fraction nearest to that [2].",                             \
            .example = "3"                                                                         \
    }
#define BOUNDS_ROWS                                                                                \
    {"min",                                                                                        \
     LS_OPTION_QUANTITY,                                                                           \
     0,                                                                                            \
     offsetof(struct ls_spec_field, minimum),                                                      \
     .summary = "Values below are raised to it.",                                                  \
     .example = "1"},                                                                              \
    {                                                                                              \
        "max", LS_OPTION_QUANTITY, 0, offsetof(struct ls_spec_field, maximum),                     \
            .summary = "Values above are lowered to it.", .example = "20"                          \
    }

/* Those that are not nested, as in ls_field_type_words. */
static const char *const item_type_words[] = {
    "boolean",         "enum", "int",     "long",  "money",  "string", "timestamp", "date",
    "local_timestamp", "uuid", "decimal", "float", "double", "bytes",  NULL};

static const struct ls_option item_rows[] = {
    {"type", LS_OPTION_WORD, LS_OPTION_REQUIRED, offsetof(struct ls_spec_field, type),
     .words = item_type_words, .summary = "The type of each: none that is nested itself.",
     .example = "string"},
    {"source", LS_OPTION_FAMILY, LS_OPTION_REQUIRED, offsetof(struct ls_spec_field, source),
     .family = &ls_spec_sources, .summary = "Where each value comes from, drawn by itself.",
     .example = "choice: [new, sale, gift]"},
    DIGITS_ROWS,
    BOUNDS_ROWS,
    END,
};
const struct ls_table ls_spec_item_table = {"item",
                                            "An item of an array, or a value of a map.",
                                            sizeof(struct ls_spec_field),
                                            offsetof(struct ls_spec_field, where),
                                            offsetof(struct ls_spec_field, given),
                                            item_rows};

static const struct ls_option field_rows[] = {
    {"name", LS_OPTION_NAME, LS_OPTION_REQUIRED, offsetof(struct ls_spec_field, name),
     .summary = "The field's name.", .example = "quantity"},
    {"type", LS_OPTION_WORD, LS_OPTION_REQUIRED, offsetof(struct ls_spec_field, type),
     .words = ls_field_type_words,
     .summary = "The field's type. `money` is written as <name>_cents, a long; `float`, "
                "`double`, `bytes`, arrays and maps only pass through: expressions, aggregates and "
                "keys take none.",
     .example = "int"},
    {"source", LS_OPTION_FAMILY, LS_OPTION_REQUIRED, offsetof(struct ls_spec_field, source),
     .family = &ls_spec_sources, .summary = "Where the value comes from.",
     .example = "uniform: [1, 20]"},
    DIGITS_ROWS,
    BOUNDS_ROWS,
    {"least", LS_OPTION_INTEGER, 0, offsetof(struct ls_spec_field, least), .minimum = "0",
     .maximum = "64", .summary = "The least number of items of an array [0].", .example = "1"},
    {"most", LS_OPTION_INTEGER, 0, offsetof(struct ls_spec_field, most), .minimum = "1",
     .maximum = "64", .summary = "The greatest number of items of an array.", .example = "4"},
    {"keys", LS_OPTION_NAMES, 0, offsetof(struct ls_spec_field, keys),
     .summary = "The keys of a map, in the order in which they are written.",
     .example = "[color, size]"},
    {"present", LS_OPTION_RATIO, 0, offsetof(struct ls_spec_field, present),
     .summary = "How often each key of a map is there [1].", .example = "1/2"},
    {"nullable", LS_OPTION_RATIO, 0, offsetof(struct ls_spec_field, nullable), .fallback = "0",
     .summary = "How often the field is null; above 0 makes it nullable in the schema.",
     .example = "4/5"},
    {"null", LS_OPTION_WORD, 0, offsetof(struct ls_spec_field, null_word), .fallback = "unsaid",
     .words = null_words, .summary = "`never`: nullable in the schema, but null only by a fault.",
     .example = "never"},
    {"avro_name", LS_OPTION_NAME, 0, offsetof(struct ls_spec_field, avro_name),
     .summary = "What an enum or a record is called in the schema [EVENTTYPE_FIELD].",
     .example = "Channel"},
    {"symbols", LS_OPTION_NAMES, 0, offsetof(struct ls_spec_field, said_symbols),
     .summary = "The symbols of an enum, in order [the words of its choice].",
     .example = "[web, app, phone]"},
    {"since", LS_OPTION_INTEGER, 0, offsetof(struct ls_spec_field, since), .fallback = "1",
     .minimum = "1", .maximum = "1000", .summary = "The first schema version that has the field.",
     .example = "3"},
    {"until", LS_OPTION_INTEGER, 0, offsetof(struct ls_spec_field, until), .fallback = "0",
     .minimum = "0", .maximum = "1000",
     .summary = "The first schema version that no longer has it; 0 for none.", .example = "4"},
    END,
};
const struct ls_table ls_spec_field_table = {
    "field",
    "A field of an event's payload, or an attribute of an entity.",
    sizeof(struct ls_spec_field),
    offsetof(struct ls_spec_field, where),
    offsetof(struct ls_spec_field, given),
    field_rows};
