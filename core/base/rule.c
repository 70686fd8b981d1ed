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
     "Two things of one kind have the same name, or a field has the name of a column that is\n"
     "there anyway: event_id, event_time, ingest_time, source, schema_version, entity_id,\n"
     "payload, and what the pipeline adds (partition, position, watermark). `money` counts\n"
     "with its column: `amount` is written as amount_cents. An entity has its `id`; the key\n"
     "of a reference table is a column beside the attributes.\n"
     "\n"
     "Choose another name; nothing is renamed in silence.\n"
     "\n"
     "Example: two event types `order_placed`, a metric `event_time`, an attribute `id`.\n"},
    {"LS2002", "There is no such entity",
     "An event type, a reference or a reference table names an entity that does not stand\n"
     "under `entities`. The message names the one that is most likely meant.\n"
     "\n"
     "Declare it, or correct the name.\n"
     "\n"
     "Example: `entity: custmer`, where `entities` has `customer`.\n"},
    {"LS2003", "There is no such event type",
     "A view's `from`, a key of `normalize` or of `pipeline.watermark.topics` names an event\n"
     "type that does not stand under `event_types`. The message names the one that is most\n"
     "likely meant.\n"
     "\n"
     "Write its `name`, not its topic.\n"
     "\n"
     "Example: `from: raw.ecommerce.order_placed`, where `from: order_placed` is meant.\n"},
    {"LS2004", "An id template without its number",
     "An id is made from a text with the number of the entity or of the event in it, exactly\n"
     "once: {n}, or {n:08} to pad it with zeros to 8 digits (20 at most). Two ids that are\n"
     "the same would be one entity; other words in braces mean nothing. An id has 128 bytes\n"
     "at most, 20 digits included.\n"
     "\n"
     "Example: `id: \"C{n:08}\"` gives C00000017; `id: \"C\"` and `id: \"C{m}\"` are refused.\n"},
    {"LS2005", "A source that makes no values of the type",
     "Value sources and types have to fit: numbers (int, long, money) come from uniform,\n"
     "normal, lognormal, exponential, zipf, poisson, sequence or walk; times (timestamp,\n"
     "local_timestamp, date) from the first four or sequence; texts from choice, choice_by,\n"
     "id, pattern, words or uuid, a uuid from the last or a pattern; booleans from choice or\n"
     "bernoulli; an enum from choice or choice_by, whose words are its symbols. const, ref and\n"
     "expr give any other type, expr no uuid. An attribute of an entity is drawn (no ref,\n"
     "expr, walk or choice_by) and never null, because it is what reference tables hold.\n"
     "\n"
     "Example: `{name: note, type: string, normal: {mean: 5, deviation: 1}}` is refused.\n"},
    {"LS2006", "A word that cannot be a symbol",
     "The words of an enum's choice become the symbols of an Avro enum: letters, digits and\n"
     "_, a digit not in front, each word once.\n"
     "\n"
     "Use such words, or the type string, which takes any text.\n"
     "\n"
     "Example: `type: enum, choice: [in-store, online]` is refused; `[in_store, online]` is\n"
     "not.\n"},
    {"LS2007", "Null and never null",
     "`nullable: 4/5` says how often a field is null. `null: never` says that it is nullable\n"
     "in the schema but null by a fault alone, so that a not_null check has something to\n"
     "find. Both at once contradict each other: leave one of them out.\n"
     "\n"
     "Example: `{name: product_id, type: string, ref: product.id, null: never}` goes with\n"
     "the check `{check: not_null, field: product_id}`.\n"},
    {"LS2008", "Gone before it is there",
     "`since` is the first schema version that has the field, `until` the first one without\n"
     "it: `until` lies above `since`. Attributes of entities have no versions, since they\n"
     "are no part of an event's schema.\n"
     "\n"
     "Example: `since: 3, until: 3` is in no version; `since: 2, until: 4` is in versions 2\n"
     "and 3.\n"},
    {"LS2009", "A bound that is no value of the field",
     "`min` and `max` are values of the field's type: whole numbers for int and long, two\n"
     "decimal places at most for money, and no durations. `min` lies at or below `max`. A\n"
     "field has them only where its value is drawn or computed: a const is what it is, and a\n"
     "ref is bounded at the entity's attribute. A range check has to fit the field in every\n"
     "event type that has it.\n"
     "\n"
     "Example: `max: 19.995` is no value of type money; write `max: 19.99`.\n"},
    {"LS2010", "More than the program takes",
     "A spec has 32 entities and 64 event types at most, an event type 1 to 64 fields and 16\n"
     "entities that it uses, an entity 64 attributes, a lifecycle 1 to 16 steps; 64 views; a\n"
     "topic's name 249 bytes, as in Kafka. The columns of an event type and what its\n"
     "expressions name of entities and earlier events are 160 values at most. The limits keep\n"
     "a hostile or mistaken spec from taking the memory of the machine.\n"
     "\n"
     "Split the domain in two, or leave out what nobody reads. The message says which limit\n"
     "it is.\n"},
    {"LS2011", "A reference that leads nowhere",
     "`ref` takes ENTITY.id or ENTITY.ATTRIBUTE; in an event type that is a step of a lifecycle\n"
     "also EVENT_TYPE.FIELD of a step that comes before it, which all versions of that type\n"
     "have. The field's type has to be able to hold it: an id is a string, money is money, a\n"
     "long does not fit into an int, a date or a uuid comes from its like, an enum may be taken\n"
     "as a string. What can be null in the earlier event can be null here: `null: never` says\n"
     "so, and it is not null more often. The `from` of a walk is an attribute that is drawn, and\n"
     "of the walk's own type.\n"
     "\n"
     "Example: `{name: category, type: string, ref: product.category}`, `{name: paid, type:\n"
     "money, ref: payment_captured.amount}`; `ref: product` names no value, and `type: string,\n"
     "ref: product.list_price` has the wrong type.\n"},
    {"LS2012", "An arrival phase that does not fit",
     "`arrival` is a list of at most 256 phases, in order. A phase has a `rate` above 0, which\n"
     "`to`, `burst` or `silence` may bend, or it is `poisson` or `diurnal`, which have a rate of\n"
     "their own. All but the last have a length (`for`), because what follows an endless phase\n"
     "never comes; with `to` and `silence` the last one has, too. A burst is shorter than its\n"
     "`every`, a silence not longer than its phase.\n"
     "\n"
     "Times are exact. So that they can be computed in 128 bits, the rates beside any of these\n"
     "words, in events per millisecond, have a common denominator of at most 1_000_000_000:\n"
     "rates per second may have six decimal places.\n"
     "\n"
     "Example: `arrival: [{rate: 90/s, for: 30m}, {rate: 90/s, to: 140/s, for: 5m},\n"
     "{poisson: 140/s}]`.\n"},
    {"LS2013", "No event type has the field",
     "A quality check or a fault names a field that no event type has in the schema version\n"
     "that it declares: it would check or break nothing, and silently. Fields are named as\n"
     "in the spec (`amount`), not as in the schema (`amount_cents`).\n"
     "\n"
     "Correct the name, or look at `since`, `until` and `schema_version`.\n"},
    {"LS2014", "There is no such reference table",
     "A check or a lookup names a table that does not stand under `reference`, or a table\n"
     "does not say which population it is made from.\n"
     "\n"
     "Example: `reference: {products: {from: entities.product, key: product_id}}`, then\n"
     "`{check: reference, field: product_id, table: products}`.\n"},
    {"LS2015", "A check that does not fit",
     "An item of `quality` is a check or a flag (LS2304). `not_null` takes a field. `range`\n"
     "takes a field that is a number, and `min` or `max` or both. `set` takes a text, an enum\n"
     "or a number, and the `values` that it may have. `pattern` takes a text, and what it has\n"
     "to look like (`like`). `reference` takes a field that is a string, and the `table` that\n"
     "has to know it. A field counts in every event type that has it: it needs the right type\n"
     "in all of them.\n"
     "\n"
     "Example: `{check: range, field: quantity, min: 1, max: 20}`, `{check: set, field:\n"
     "country, values: [US, DE]}`, `{check: pattern, field: coupon, like:\n"
     "\"[A-Z]{3}[0-9]{4}\"}`.\n"},
    {"LS2016", "A normalize step that is none",
     "A step does one thing: it drops a field (`drop`), or sets one (`set`): from an\n"
     "expression (`expr`), from a reference table (`lookup`), from both, as the time in UTC of\n"
     "a local time (`to_utc`, with `offset` or `zone`), or as a number times the factors of\n"
     "what happened later (`adjust`, with `by`). A lookup takes a column of the table, at a time\n"
     "where its rows hold for a time.\n"
     "\n"
     "Example: `{set: net, expr: \"amount * 100 / 119\", scale: 2}`, `{set: category, lookup:\n"
     "{table: products, key: product_id, take: category}}`, `{set: euros, expr: \"amount /\n"
     "fx.rate\", lookup: {table: fx, key: currency}, scale: 2}`, `{drop: coupon}`.\n"},
    {"LS2017", "Conflicts without duplicates",
     "A conflict is a copy of an earlier event with another payload. Where its original lies\n"
     "is said once for all copies, in the `gap` of `duplicate`, so that one has to be there.\n"
     "Its rate may be 0.\n"
     "\n"
     "Example: `duplicate: {rate: 1/500, gap: {uniform: [1, 20000]}}` beside `conflict:\n"
     "{rate: 1/20000, field: amount}`.\n"},
    {"LS2018", "A setting that does not fit what is made",
     "The numbers of a value source have to fit the field: whole numbers for int and long,\n"
     "two decimal places at most for money, durations for delays. Means of exponential,\n"
     "medians and deviations lie above 0; uniform has two bounds in order; the type, `min`\n"
     "and `max` admit these, the median and the mean of normal; nothing is farther from 0\n"
     "than 2^52. Times are drawn as durations after the spec's start. A walk has `around` or\n"
     "`from`, and `within` or `share`, in multiples of a `tick` above 0. The type holds the\n"
     "last of a population's sequence. A const is a value of the field's type, a pattern of a\n"
     "uuid makes UUIDs; the words of a boolean's choice are true and false; `least` words are\n"
     "no more than `most`.\n"
     "\n"
     "Example: `delay: {exponential: {mean: 300ms}, max: 5s}`; `mean: 300` is refused there.\n"},
    {"LS2019", "An expression that does not fit its field",
     "What an expression gives has to fit the field as it is: its type, its decimal places\n"
     "(money has two, int and long none), and null only where the field is nullable. Nothing\n"
     "is rounded unasked.\n"
     "\n"
     "A field that can be null makes what is computed from it nullable too: say `null:\n"
     "never` or `nullable: ...` for the result.\n"
     "\n"
     "Example: `{name: total, type: money, expr: amount + tip, null: never}`, where `tip` is\n"
     "nullable.\n"},
    {"LS2020", "Too many copies",
     "Duplicates and conflicts have places of their own: one in each block of as many events\n"
     "as the rates together ask for. More than half of all events cannot be copies, and\n"
     "rates finer than one in 2^32 cannot be told from none.\n"
     "\n"
     "Lower the rates of `duplicate` and `conflict`.\n"
     "\n"
     "Example: 1/500 and 1/20000 together give one copy in each block of 488 events.\n"},
    {"LS2021", "A lifecycle that does not hold together",
     "A lifecycle is a list of steps. The first begins a session, at the event type's weight;\n"
     "every other one follows a step above it (`follows`, or the one just above), so long\n"
     "`after` it, and with a `probability`; `unless` keeps two that follow the same step\n"
     "apart. An event type is one step of one lifecycle, or free: free ones have a weight,\n"
     "and there is at least one, which takes the places of steps that are not taken.\n"
     "\n"
     "Example: `purchase: {entity: customer, steps: [{event: order_placed}, {event:\n"
     "payment_captured, after: {exponential: {mean: 20s}, max: 10m}, probability: 96/100}]}`.\n"},
    {"LS2023", "A schema that cannot change so",
     "`schema_change` takes an event type from its schema_version to a higher one, in which a\n"
     "field begins (`since`) or ends (`until`): a record's version is known by the fingerprint of\n"
     "its schema. Readers have the new version, and read old records too: a field that these\n"
     "lack has to be nullable, and is null in them; one of the same name in both versions is of\n"
     "the same type, or an int that becomes a long.\n"
     "\n"
     "Example: `schema_version: 2` with `schema_change: {event: order_placed, to: 3, at:\n"
     "50m}`, and `{name: gift, type: boolean, choice: {true: 1, false: 9}, since: 3, null:\n"
     "never}`.\n"},
    {"LS2024", "A population that shrinks",
     "`count` is how many entities there are at the start, `growth.to` how many in the end:\n"
     "at least as many. Who was once there stays.\n"
     "\n"
     "Example: `count: 200_000, growth: {to: 300_000, over: 24h}`.\n"},
    {"LS2025", "An outage of no partition",
     "Partitions are numbered from 0 to one less than `topics.partitions`, in every topic\n"
     "alike.\n"
     "\n"
     "Example: `partition: 7` is the last one of 8.\n"},
    {"LS2026", "A pattern that is none",
     "A pattern is of letters as they are, [A-Z0-9] for one of some, {3} or {2,5} behind what\n"
     "comes so often, and ? for what comes at most once. A backslash stands before what is\n"
     "meant as it is, and makes no \\d of a d. There is no *, + or |, because every text has\n"
     "a bounded length, and no [^...]: a class lists its letters.\n"
     "\n"
     "Example: `pattern: \"[A-Z]{3}[0-9]{4}\"`, `pattern: \"v[0-9]\\\\.[0-9]{1,2}\"`.\n"},
    {"LS2027", "A choice by a field that decides nothing",
     "`choice_by` takes its weights by the word of another field of the event: one above it\n"
     "that is a choice, or ENTITY.ATTRIBUTE where that is one. Each case names one of its\n"
     "words; `otherwise` is for the others, and for null.\n"
     "\n"
     "Example: `{name: method, type: enum, choice_by: {field: channel, cases: {web: {choice:\n"
     "{card: 7, invoice: 1}}}, otherwise: {card: 1}}}`.\n"},
    {"LS2028", "An episode that cannot be",
     "An episode shifts one number in events about an entity: a walk or a number that is\n"
     "drawn. It either adds or multiplies; it lasts no longer than the span (`every`) that it\n"
     "lies in, and rises no longer than it lasts. Its name stands in the truth beside those\n"
     "of faults, so it is none of them.\n"
     "\n"
     "Example: `current_spike: {entity: device, field: current, every: 6h, probability:\n"
     "1/10, for: 3m, add: 25.0}`.\n"},
    {"LS2029", "Digits that do not fit the type",
     "A decimal says how many digits it has at most, `precision` (1 to 18), and how many of\n"
     "them are decimal places, `scale`. A float or double says with how many decimal places\n"
     "its values are drawn, `places`. Other types have none of these: money has two decimal\n"
     "places, whole numbers none.\n"
     "\n"
     "Example: `{name: rate, type: decimal, precision: 9, scale: 4, uniform: [0.5, 2]}`.\n"},
    {"LS2030", "A record that does not fit",
     "A record is a group of fields, which are named by their own names everywhere: in\n"
     "expressions, checks, faults and views. It is there in every event and version, so it is\n"
     "never null and has no bounds; its fields may. At least one of them is in each version\n"
     "that is written.\n"
     "\n"
     "Example: `{name: shipping, type: record, fields: [{name: street, type: string, words:\n"
     "[Elm, Oak]}, {name: parcels, type: int, uniform: [1, 3]}]}`.\n"},
    {"LS2031", "An array or a map that does not fit",
     "An array says how many items it has, `least` and `most` (64 at most), a map which `keys`\n"
     "it may have, each once, and how often each is `present`. Their items are of a type that\n"
     "is not nested itself, and each is drawn by itself: by no ref, expr, walk or choice_by.\n"
     "\n"
     "Example: `{name: tags, type: array, most: 4, items: {type: string, choice: [new, sale]}}`,\n"
     "`{name: labels, type: map, keys: [color, size], present: 1/2, values: {type: int,\n"
     "uniform: [1, 9]}}`.\n"},
    {"LS2032", "A given schema that cannot be used",
     "`schema` of an event type is the path, from the spec's folder, of an Avro schema (.avsc) of\n"
     "a record, which becomes the payload. Its fields are made as if they stood in the spec:\n"
     "from the options that `fields` has for them, or from a source that fits their type. Types\n"
     "that cannot be generated are refused: unions of several types, fixed, and logical types\n"
     "that are not known here, whose values would be no such ones.\n"
     "\n"
     "Example: `schema: order.avsc` with `fields: {channel: {choice: {WEB: 3, APP: 5}}}`.\n"},
    {"LS2033", "A view that is not cut in one way",
     "A view reads event types (`from`) and is cut by exactly one of `window` (tumbling,\n"
     "hopping, session), `rolling` (a row for each record) and `join`, which names its two\n"
     "event types itself and groups by entity_id and `on`. `expr` columns are of one record or\n"
     "pair: of joins, rolling features and alert rules; aggregates are of many: of windows, and\n"
     "of what looks back.\n"
     "\n"
     "Example: `{name: paid, join: {left: order, right: payment, within: 10m}, select:\n"
     "{waited: {expr: right.event_time - left.event_time}}}`.\n"},
    {"LS2034", "A reference table that does not hold together",
     "A reference table is made `from` a population or is a `file` of comma-separated values,\n"
     "whose `columns` are declared. Its `key` is a text. Rows hold always; or, with `valid`, for\n"
     "a time; or, with `happens`, tell of what happens at a time. Then a key has several rows,\n"
     "and `id` says which of them are one row, restated: the one that was `known` last replaces\n"
     "the others, and one whose validity is empty takes it back.\n"
     "\n"
     "Example: `fx: {file: reference/fx.csv, key: currency, valid: [valid_from, valid_to],\n"
     "known: known_from, id: row_id, columns: [{name: currency, type: string}, ...]}`.\n"},
    {"LS2101", "An expression that cannot be read",
     "The text cannot be read as an expression at this character. There are numbers (12,\n"
     "24.90), texts in single quotes ('US'; '' is a quote inside), true, false, null, names,\n"
     "parentheses, * + - and /, = != < <= > >=, is null, is not null, not, and, or. A\n"
     "comparison is no chain (write `a < b and b < c`), and / stands only at the top.\n"
     "\n"
     "Example: `amount >= 100.00 and country != 'US'`.\n"},
    {"LS2102", "A name that the expression does not know",
     "An expression names a field that is not there. In an event type that are the fields\n"
     "above it and the attributes of entities (product.list_price); in a normalize step the\n"
     "record as the steps before left it; in a view the normalized record. The message names\n"
     "the field that is most likely meant.\n"
     "\n"
     "Fields are named as in the spec (`amount`), not as in the schema (`amount_cents`).\n"},
    {"LS2103", "Operands that do not go together",
     "* takes two numbers; + and - take two numbers, or a time and a number of milliseconds;\n"
     "two times can be subtracted; a comparison takes two of one kind; not, and, or take\n"
     "conditions. What is always null is no expression.\n"
     "\n"
     "Example: `country + 1` and `quantity and true` are refused; `quantity > 0 and true` is\n"
     "not.\n"},
    {"LS2104", "Too many decimal places",
     "Numbers are exact: a product has the decimal places of both factors together, and 18\n"
     "is what there is room for.\n"
     "\n"
     "Multiply fewer decimals, or round a factor first, in a step of its own with a `scale`.\n"
     "\n"
     "Example: the product of five rates of four places each has twenty.\n"},
    {"LS2105", "A quotient without a scale",
     "A quotient has no exact number of decimal places, so the spec says to how many it is\n"
     "rounded, half to even: `scale` of a normalize step. Where there is no `scale`, there\n"
     "is no division.\n"
     "\n"
     "Example: `{set: net, expr: \"amount * 100 / 119\", scale: 2}`.\n"},
    {"LS2106", "An expression that is too large",
     "An expression has 256 steps and 32 levels of parentheses at most. Where a step of a\n"
     "lifecycle takes a value of an earlier event, that one is computed through 32 others at\n"
     "most.\n"
     "\n"
     "Compute parts of it in fields of their own: a metric above, or a `set` step before.\n"},
    {"LS2107", "Nothing to calculate with",
     "Values of type float, double and bytes only pass through, from the event to the\n"
     "normalized dataset: no expression, aggregate or group key takes them. Sums of binary\n"
     "fractions depend on the order in which they are added, and two runs that are to agree\n"
     "to the byte have no order in common.\n"
     "\n"
     "Example: let the field be a decimal, `{type: decimal, precision: 12, scale: 4, ...}`:\n"
     "decimals are calculated with exactly.\n"},
    {"LS2201", "A check that good records might fail",
     "The truth says what becomes of each record (contract G7), so a record without a fault\n"
     "has to pass every check for certain. What the generator can make of this field is not\n"
     "always what the check admits: its bounds are wider, it is null by itself, a word of it\n"
     "is not in the set or does not match the pattern, or nothing shows that all of them do,\n"
     "or that the reference table knows it.\n"
     "\n"
     "Give the field a `min` and a `max` inside the check's, say `null: never` instead of\n"
     "`nullable`, let it be a `choice`, a `const` or a `pattern` that the check admits, or\n"
     "`ref: ENTITY.id` of the table's population. Records that fail are the business of\n"
     "faults (out_of_range, missing).\n"
     "\n"
     "Example: `lognormal: {median: 24.90, sigma: 0.8}, min: 0.99, max: 4999.00` passes\n"
     "`{check: range, min: 0.01, max: 100000.00}`.\n"},
    {"LS2202", "A result without bounds",
     "Sums and products are exact, and a result has to fit the field's type for certain. Here\n"
     "it might not, or a divisor might be 0: the record would have no value, and the truth\n"
     "would not know it.\n"
     "\n"
     "Give the fields in the expression a `min` and a `max`; normal, lognormal and\n"
     "exponential go far without. With a `min` and a `max` of its own, a field takes what lies\n"
     "beyond as these.\n"
     "\n"
     "Example: `amount / quantity` is fine with `quantity: {zipf: {s: 1.6, n: 20}}`, whose\n"
     "values are 1 to 20, and not with `{uniform: [0, 20]}`.\n"},
    {"LS2203", "A fault that nothing would notice",
     "`out_of_range` needs a range check of its field in `quality`, `missing` a not_null check\n"
     "and a nullable field (`null: never`), `unknown_reference` a reference check and a field\n"
     "that is `ref: ENTITY.id`, `conflict` a number that it can change. Otherwise the record\n"
     "would pass, and the truth would call for a quarantine.\n"
     "\n"
     "A fault strikes the event types of its `events` (all) that have the field, before a\n"
     "`schema_change` and after it, a `hot_key` those about its `entity`. At least one has to be\n"
     "left.\n"
     "\n"
     "Example: `missing: {rate: 1/10000, field: product_id}` with `{check: not_null, field:\n"
     "product_id}`.\n"},
    {"LS2204", "A fault that is none, or another",
     "The settings of a fault and of the pipeline contradict each other: jitter above\n"
     "max_skew or max_ahead would be taken for a wrong clock; a clock ahead or back by no more\n"
     "than max_skew is no fault; a range that fills its type leaves no room outside, one of a\n"
     "single value none for a conflict, nor does a set of numbers without neighbours; a set or\n"
     "pattern check may refuse what the fault makes before the check that it is to break; a\n"
     "start so early that delays reach before the year 1, or an outage that ends behind the\n"
     "year 9999, makes times that nobody takes; a step of a lifecycle may be a millisecond\n"
     "ahead of its arrival for each step before it, which is to be within max_ahead.\n"
     "\n"
     "The message says which it is, and what to change.\n"},
    {"LS2205", "A reference table that would be refused",
     "A reference table has one answer for a key at any time. A row that ends before it begins,\n"
     "two rows of one `id` that are known from one time on, and two rows of one key that hold at\n"
     "one time would be refused by the pipeline, so they are by the spec that makes them.\n"
     "\n"
     "Example: a calendar whose days are `{name: opens, type: timestamp, sequence: {first: 9h,\n"
     "step: 1d}}` and close 8 hours later, of a population that belongs to an exchange (`of`).\n"},
    {"LS2301", "A step that finds no field",
     "A step drops or looks up with a field that the record no longer has, that belongs to\n"
     "the envelope, or that is no string. Steps run in order: what one has dropped is gone\n"
     "for those below.\n"
     "\n"
     "Example: `[{drop: coupon}, {set: used, expr: \"coupon is not null\"}]`: put the second\n"
     "one first.\n"},
    {"LS2302", "A result that is neither whole nor money",
     "What a step sets is a whole number (no decimal places) or money (two). Say which with\n"
     "`scale`: the result is rounded to it, half to even.\n"
     "\n"
     "Example: `{set: fee, expr: \"amount * 0.125\"}` has five places; write `scale: 2`.\n"},
    {"LS2303", "A view that cannot be calculated",
     "A view groups by, sums or compares fields of the normalized record: what the normalize\n"
     "steps leave of the event, with what they add. sum and avg take numbers, min and max\n"
     "also times, `where` is a condition, avg of money needs a scale of 2 at least, and no\n"
     "two columns have one name.\n"
     "\n"
     "The message says which it is.\n"},
    {"LS2304", "A flag that does not fit",
     "A flag reads the normalized record, as its steps leave it, and not where it stood. By\n"
     "`when` it has those for which a condition holds, and the condition has a value for every\n"
     "record: no number in it can leave 128 bits. By `monotonic` it has those in which a number\n"
     "or a time falls behind by more than the `tolerance`: a number, or for times a duration.\n"
     "It is of the event types that have all the fields, or of those that `events` lists,\n"
     "which need them all. At least one has to be left.\n"
     "\n"
     "Example: `{flag: large_order, when: \"quantity >= 10\"}`, `{flag: out_of_sequence,\n"
     "monotonic: event_time, per: entity_id, tolerance: 10m}`.\n"},
    {"LS2401", "A command that is no list of words",
     "A target's commands and knobs are lists of words, handed over without a shell.\n"
     "\n"
     "Example: `stream: [./run.sh, --from, '{log}', --to, '{to}']`.\n"},
    {"LS2402", "A word in braces that is none of the suite's",
     "In a target's commands {lockstep}, {spec}, {options}, {log}, {reference}, {to} and {state}\n"
     "are filled in, {window} in `backfill`, {quarantine} in `replay`, and {n} in a knob's words.\n"
     "Any other word that is a name in braces would reach the program as it is, which is hardly\n"
     "meant. Braces within other text are left alone.\n"},
    {"LS2403", "A knob without its number",
     "A case turns a knob by giving it values in turn: the number of workers, the size of a\n"
     "batch. Words without {n} are the same each time, and the case would show nothing.\n"
     "\n"
     "Example: `workers: [--parallelism, '{n}']`.\n"},
    {"LS2404", "A spec for a target, or the other way round",
     "A spec says `lockstep: 1`, a target file `lockstep_target: 1`: that tells them apart. The\n"
     "spec is what stands behind the verb, the target is given with --target.\n"
     "\n"
     "Example: `lockstep verify my-spec.yaml --target my-pipeline.yaml`.\n"},
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
