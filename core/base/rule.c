#include "core/base/rule.h"

#include <stddef.h>
#include <string.h>

const struct ls_rule ls_rules[] = {
    {"LS1001", "This is no YAML",
     "The text cannot be read as YAML at this place. The cause is often a line above: a\n"
     "quote or bracket that was not closed, or an indent that changed.\n"
     "\n"
     "Indent with spaces only, begin the keys of one map in one column, put a space behind\n"
     "each colon, and quote a text that holds `: ` or ` #`, or that begins with one of @ ` %\n"
     "& * ! | > [ { ' \".\n"
     "\n"
     "Example: `title: sales: 2026` is refused; `title: \"sales: 2026\"` is read.\n"},
    {"LS1002", "A key is given twice",
     "Two entries of one map have the same key. Many YAML readers keep the last one in\n"
     "silence; here that would hide a slip, so it is refused. Keep one of the two.\n"
     "\n"
     "To change a value that another layer sets, write it once in the later layer: maps\n"
     "merge by key.\n"
     "\n"
     "Example: `{rate: 90/s, rate: 5/s}` is refused.\n"},
    {"LS1003", "A key is no text",
     "YAML allows lists, maps, aliases and nothing at all as keys. Options have names, so a\n"
     "key here is a plain or quoted scalar.\n"
     "\n"
     "Example: `{[a, b]: 1}` and `{*x : 1}` are refused; `{a: 1}` and `{\"a b\": 1}` are read.\n"},
    {"LS1004", "A tag that is not of the core schema",
     "A tag tells a YAML reader the type of a value. The option that a value belongs to\n"
     "knows its type already, so no tag is needed. Those of the core schema (!!str, !!int,\n"
     "!!float, !!bool, !!null, !!seq, !!map) are accepted where they fit the value. Others\n"
     "are refused, since what they mean depends on the reader.\n"
     "\n"
     "Example: `start: !!timestamp 2026-01-01` is refused; write `start: 2026-01-01`.\n"},
    {"LS1005", "An alias that cannot be resolved",
     "An alias (*name) stands for the node with the anchor (&name) before it. It is refused\n"
     "when there is no such anchor before it in the file, or when it stands inside the node\n"
     "that it names. A file may have 1000 anchors.\n"
     "\n"
     "A text that begins with * or & needs quotes: `like: \"*\"`.\n"
     "\n"
     "Example: `[&delay 5s, *delay]` is read as `[5s, 5s]`.\n"},
    {"LS1006", "A limit on the size of a document",
     "A file may have 4 MiB, 200,000 values (an alias counts as often as what it stands\n"
     "for), 64 levels of maps and lists, and keys of 200 bytes. The limits keep a hostile or\n"
     "broken file from taking all memory.\n"
     "\n"
     "Put large tables into a file of reference data and name it in the spec.\n"},
    {"LS1007", "More than one document in a file",
     "YAML files may hold several documents, parted by lines of three dashes. A layer is one\n"
     "document: which of several should count would be a guess. Leave the line out, or write\n"
     "another file.\n"
     "\n"
     "Example: a file `a: 1`, `---`, `b: 2` is refused at its second line.\n"},
    {"LS1008", "A text holds the character NUL",
     "\"\\0\" in double quotes stands for a character that ends texts in C, in file names and\n"
     "in environment variables: what is read would not be what is written. Leave it out.\n"},
    {"LS1101", "An option that does not exist",
     "The key is none of the options that are known at this place. Unknown keys are refused,\n"
     "not skipped: a slip in the name of an option would otherwise take its default without\n"
     "a word.\n"
     "\n"
     "The message names the option that is most likely meant, or lists those there are.\n"
     "`lockstep config schema` gives a JSON Schema with which editors complete names.\n"
     "\n"
     "Example: `cout: 5` where `count: 5` is meant.\n"},
    {"LS1102", "A value of the wrong type",
     "The option takes another kind of value than the one given; the message says which,\n"
     "with an example.\n"
     "\n"
     "Plain scalars are read by YAML 1.2: true and false alone are booleans (yes, no, on,\n"
     "off are text), and a number in quotes is text. Durations have units (20s, 1h30m),\n"
     "rates are per unit of time (90/s), sizes have units of bytes (64KiB), times are ISO\n"
     "8601 (2026-01-01T00:00:00Z). Digits may be grouped: 200_000.\n"
     "\n"
     "Example: `count: \"5\"` is refused; write `count: 5`.\n"},
    {"LS1103", "A value out of its bounds",
     "The value has the right form, and is too small, too large, or too fine to be held\n"
     "exactly. Durations are whole milliseconds within 64 bits, decimals have at most 18\n"
     "places, ratios lie between 0 and 1.\n"
     "\n"
     "Nothing is rounded or cut to the bound: the spec says what happens, or it is refused.\n"
     "\n"
     "Example: `share: 3/2` is refused; so is `gap: 1.5ms`.\n"},
    {"LS1104", "A required option is missing",
     "The map at this place needs an option that no layer gives. There is no default,\n"
     "because any default would be a guess about what is meant (the seed, for one).\n"
     "\n"
     "Give it in the domain file, in platform.yaml, in the environment's file, or with\n"
     "--set.\n"
     "\n"
     "Example: `--set seed=20260101`.\n"},
    {"LS1105", "Not exactly one of several words",
     "Some options are a choice: one word of a family, with its settings behind it, as in\n"
     "`zipf: {s: 1.05}` or `window: {tumbling: 1m}`. There is none of the words here, an\n"
     "unknown one, or more than one.\n"
     "\n"
     "Layers merge maps by key: when one layer says {tumbling: 1m} and a later one {session:\n"
     "{gap: 30m}}, both words are there. Change it in one place, or replace it with --set.\n"
     "\n"
     "Example: `{zipf: 1.1, uniform: [1, 9]}` is refused where a value source is expected.\n"},
    {"LS1106", "The environment must not change an output",
     "`${env:NAME}` is replaced by an environment variable, which is another one on another\n"
     "machine. An option that can change a byte of an output is therefore not read from it:\n"
     "the same spec and seed give the same bytes everywhere.\n"
     "\n"
     "Write the value into an environment's file (environments/NAME.yaml, chosen by --env),\n"
     "or give it with --set: both are in the manifest.\n"
     "\n"
     "Example: `uri: kafka://${env:BROKER}` is read; `seed: ${env:SEED}` is refused.\n"},
    {"LS1107", "A secret where none is expected",
     "`${secret:name}` is resolved late, and only by options that keep the value out of\n"
     "logs, manifests and messages, such as a password. In any other option the text would\n"
     "be taken as it stands, or the secret would show.\n"
     "\n"
     "Example: `password: ${secret:kafka_password}` is read; `title: ${secret:x}` is\n"
     "refused.\n"},
    {"LS1108", "An environment variable that is not set",
     "The option names an environment variable with `${env:NAME}`, and it is not set, or the\n"
     "name is missing or is no name. Nothing is put in its place: an empty text would be a\n"
     "value that nobody chose.\n"
     "\n"
     "Example: `BROKER=localhost:9092 lockstep ...` for `uri: kafka://${env:BROKER}`.\n"},
    {"LS1201", "A layer is a map",
     "platform.yaml, environments/NAME.yaml and a domain file each are a map of options:\n"
     "that is how one is laid over another. A list or a scalar cannot be merged.\n"
     "\n"
     "Example: a file with `seed: 1` is a layer; one with `- seed: 1` is none.\n"},
    {"LS1202", "Profiles belong to a domain",
     "A profile is a variant of one domain (`load`, for one, raises its rates and\n"
     "populations). It stands under `profiles` in the domain file. In platform.yaml or in an\n"
     "environment it would be laid over domains that it was not written for.\n"
     "\n"
     "Move it to the domain file.\n"},
    {"LS1203", "A profile is a map of options",
     "`profiles` is a map from the names of profiles to maps, each of which is laid over the\n"
     "domain when it is chosen with --profile. A profile holds no profiles.\n"
     "\n"
     "Example: `profiles: {load: {arrival: [{rate: 50000/s}]}}`.\n"},
    {"LS1204", "No assignment",
     "`--set` takes a path, an equals sign and a value in YAML. The steps of the path are\n"
     "parted by dots; [n] is the n-th item of a list, from 0. A key with other characters\n"
     "than letters, digits, _ and - may stand in double quotes.\n"
     "\n"
     "Example: `--set pipeline.dedupe.horizon=5m`, `--set 'arrival[0].for=1h'`.\n"},
    {"LS1205", "A path that leads nowhere",
     "A step of `--set` goes by key into something that is no map, or by number to an item\n"
     "that is not there. Maps that are missing on the way are made; items are not, since a\n"
     "list with holes means nothing.\n"
     "\n"
     "To make a list longer give all of it: `--set 'arrival=[{rate: 90/s}]'`.\n"},
    {"LS2001", "A name is taken",
     "Two fields of an event type, two event types, or two views have one name, or a field\n"
     "is called like one of the envelope (event_id, event_time, ingest_time, source,\n"
     "schema_version, entity_id, payload) or of the datasets (partition, position,\n"
     "watermark). Columns need names of their own.\n"
     "\n"
     "Rename one of the two. A field `amount` of type money is the column `amount_cents`.\n"},
    {"LS2002", "There is no such entity",
     "`entity: NAME` and `ref: NAME.attribute` name a population under `entities`.\n"
     "\n"
     "Add it, or write the name as it stands there.\n"},
    {"LS2003", "There is no such event type",
     "A view's `from`, a key of `normalize` or of `pipeline.watermark.topics` names an\n"
     "event type.\n"
     "\n"
     "Write its `name`, not its topic.\n"},
    {"LS2004", "An id template without its number",
     "An id is a text with {n}, or {n:08} to pad with zeros to 8 digits, exactly once: two\n"
     "ids that are the same would be one entity. It has at most 128 bytes.\n"
     "\n"
     "Example: `id: \"C{n:08}\"`.\n"},
    {"LS2005", "A source that makes no values of the type",
     "Numbers come from uniform, zipf, normal, lognormal, exponential, const, ref or expr;\n"
     "text from choice, id, const, ref or expr; enums from choice, whose words are their\n"
     "symbols. Attributes of entities are drawn: they take neither ref nor expr and are\n"
     "never null.\n"},
    {"LS2006", "A word that cannot be a symbol",
     "Avro's enums have symbols of letters, digits and _, beginning with no digit.\n"
     "\n"
     "Use the type string for other words.\n"},
    {"LS2007", "Null and never null",
     "`nullable: 1/5` says how often a field is null, `null: never` that only a fault\n"
     "makes it null.\n"
     "\n"
     "Leave one of them out.\n"},
    {"LS2008", "Gone before it is there",
     "`since` is the first schema version with the field, `until` the first without it.\n"
     "\n"
     "Example: `{name: channel, since: 2, until: 4}` is in versions 2 and 3.\n"},
    {"LS2009", "A bound that is no value of the field",
     "Money has at most two decimal places, int and long none, int fits 32 bits, and a\n"
     "minimum is not above its maximum.\n"},
    {"LS2010", "More than the program takes",
     "Each limit stands in the message. They keep a hostile or mistaken spec from taking\n"
     "the memory of the machine.\n"},
    {"LS2011", "A reference that leads nowhere",
     "`ref` is ENTITY.id or ENTITY.ATTRIBUTE, of the type of the field.\n"
     "\n"
     "Example: `ref: product.category`.\n"},
    {"LS2012", "Arrival phases that do not follow each other",
     "There is at least one phase; each but the last says how long it lasts; each has a\n"
     "rate above 0.\n"
     "\n"
     "Example: `arrival: [{rate: 90/s, for: 30m}, {rate: 40/s}]`.\n"},
    {"LS2013", "No event type has the field",
     "A quality check or a fault names a field; without one in any event type it would do\n"
     "nothing, and silently.\n"},
    {"LS2014", "There is no such reference table",
     "Checks and look-ups name a table under `reference`, which is made from a population:\n"
     "`products: {from: entities.product, key: product_id}`.\n"},
    {"LS2015", "A check that does not fit",
     "range needs a number and `min` or `max` or both; reference needs a string and a\n"
     "`table`; the other options belong to other checks.\n"},
    {"LS2016", "A normalize step that is none",
     "A step is one of {set: NAME, expr: ...}, {set: NAME, lookup: {table, key, take}},\n"
     "{drop: NAME}.\n"
     "\n"
     "Example: `{set: category, lookup: {table: products, key: product_id, take:\n"
     "category}}`.\n"},
    {"LS2017", "Conflicts without duplicates",
     "A conflict is a copy with another payload: it lies at the gaps of `duplicate`, so\n"
     "that one has to be there. Its rate may be 0.\n"},
    {"LS2018", "A distribution that cannot be",
     "Means, medians and deviations are above 0, bounds in their order, delays are\n"
     "durations, and values have the decimal places of their type.\n"
     "\n"
     "Example: `{exponential: {mean: 300ms}}` for a delay, `{uniform: [1.00, 9.00]}` for\n"
     "money.\n"},
    {"LS2019", "An expression that does not fit its field",
     "The result has the type of the field, no more decimal places than it, and is null\n"
     "only where the field may be.\n"},
    {"LS2020", "Too many copies",
     "Copies have places of their own among the events: at most every second one.\n"
     "\n"
     "Lower the rates of `duplicate` and `conflict`.\n"},
    {"LS2101", "An expression that cannot be read",
     "See the message for the character. Expressions have + - * / = != < <= > >= and or\n"
     "not, is null, numbers, 'text', names with dots, parentheses.\n"
     "\n"
     "Example: `quantity > 0 and country != 'US'`.\n"},
    {"LS2102", "A name that the expression does not know",
     "Fields above this one, attributes of entities (product.list_price) where events are\n"
     "made; the fields of the record, as the steps before left it, in the pipeline.\n"},
    {"LS2103", "Operands that do not go together",
     "Arithmetic takes numbers (a time and a number, too), comparisons two values of a\n"
     "kind, and, or and not conditions.\n"},
    {"LS2104", "Too many decimal places",
     "Numbers have at most 18 decimal places; a product has as many as its factors\n"
     "together.\n"
     "\n"
     "Round a factor first, in a step of its own with a `scale`.\n"},
    {"LS2105", "A quotient without a scale",
     "Division is not exact: it stands only at the top of an expression, and `scale` says\n"
     "how many decimal places are kept, half to even.\n"
     "\n"
     "Example: `{set: net, expr: \"amount * 100 / 119\", scale: 2}`.\n"},
    {"LS2106", "An expression that is too large",
     "At most 256 steps, and 32 parentheses inside each other.\n"
     "\n"
     "Split it: set a field by a part of it first, and use that field in the rest.\n"},
    {"LS2201", "A check that good records might fail",
     "The truth says what becomes of each record (contract G7), so a record without a\n"
     "fault has to pass every check for certain: bounds of the field inside those of the\n"
     "check, no null where not_null is checked, references that are `ref: ENTITY.id` of\n"
     "the table's population.\n"
     "\n"
     "Give the field a `min` and a `max`, or widen the check.\n"},
    {"LS2202", "A result without bounds",
     "How large an expression can get has to be known, so that it fits its field for\n"
     "certain.\n"
     "\n"
     "Give the fields in it a `min` and a `max`.\n"},
    {"LS2203", "A fault that nothing would notice",
     "out_of_range needs a range check of its field, missing a nullable field with a\n"
     "not_null check, conflict a number to change.\n"},
    {"LS2204", "A fault that is none, or another",
     "Jitter stays within max_skew and max_ahead, a clock ahead goes beyond max_skew, and\n"
     "there are values outside of the range that is to be left.\n"},
    {"LS2301", "A step that finds no field",
     "`drop` and `lookup` name fields of the record as the steps before left it; those of\n"
     "the envelope stay.\n"
     "\n"
     "Look at the order of the steps: what was dropped is gone for those below.\n"},
    {"LS2302", "A result that is neither whole nor money",
     "Results have 0 decimal places (a long) or 2 (money).\n"
     "\n"
     "Say `scale: 2` or `scale: 0`.\n"
     "\n"
     "Example: `{set: net, expr: \"amount * 100 / 119\", scale: 2}`.\n"},
    {"LS2303", "A view that cannot be calculated",
     "Its fields are those of the normalized record; sums and averages take numbers, min\n"
     "and max numbers and times; `where` is a condition; columns have names of their own.\n"},
    {"LS2401", "A command that is no list of words",
     "A target's commands and knobs are lists of words, handed over without a shell.\n"
     "\n"
     "Example: `stream: [./run.sh, --from, '{log}', --to, '{to}']`.\n"},
    {NULL, NULL, NULL},
};

const struct ls_rule *ls_rule_find(const char *id)
{
    for (const struct ls_rule *rule = ls_rules; rule->id; rule++) {
        if (strcmp(rule->id, id) == 0) {
            return rule;
        }
    }
    return NULL;
}
