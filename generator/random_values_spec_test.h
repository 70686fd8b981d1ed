/* Random small specs over all types of fields and sources of values: most are sound, some have a
 * mistake, which one nobody knows beforehand. */
#ifndef LS_GENERATOR_RANDOM_VALUES_SPEC_TEST_H
#define LS_GENERATOR_RANDOM_VALUES_SPEC_TEST_H

#include "core/base/draw.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { VALUES_TYPES_MAX = 3, VALUES_FIELDS_MAX = 40, VALUES_TEXT_MAX = 32768 };

enum value_type {
    T_BOOLEAN,
    T_ENUM,
    T_INT,
    T_LONG,
    T_MONEY,
    T_DECIMAL,
    T_STRING,
    T_TIME,
    T_DATE,
    T_LOCAL,
    T_UUID,
    T_FLOAT,
    T_DOUBLE,
    T_BYTES,
    T_ARRAY,
    T_MAP
};
enum { VALUE_TYPES = T_MAP + 1, ITEM_TYPES = T_BYTES + 1, ATTRIBUTE_TYPES = T_UUID + 1 };

struct values_field {
    char name[16];
    enum value_type type;
    bool may_be_null, is_choice, shifts;
};

/* What was written, as the recount of the truth needs it. */
struct values_spec {
    uint64_t key, drawn;
    bool wrong; /* some field may have a mistake */
    char text[VALUES_TEXT_MAX];
    size_t size;
    struct values_field attributes[2][VALUES_FIELDS_MAX]; /* of devices, of plants */
    size_t attribute_count[2];
    struct values_field fields[VALUES_TYPES_MAX][VALUES_FIELDS_MAX];
    size_t field_count[VALUES_TYPES_MAX];
    int entity[VALUES_TYPES_MAX];
    size_t type_count;
    char not_null[32], range[32]; /* columns of the checks, or "" */
    int64_t range_low, range_high;
};

static const char *const values_type_words[] = {"boolean",
                                                "enum",
                                                "int",
                                                "long",
                                                "money",
                                                "decimal, precision: 16, scale: 3",
                                                "string",
                                                "timestamp",
                                                "date",
                                                "local_timestamp",
                                                "uuid",
                                                "float",
                                                "double, places: 5",
                                                "bytes",
                                                "array",
                                                "map"};

static inline uint64_t values_draw(struct values_spec *s, uint64_t n)
{
    return ls_below(ls_word(s->key, s->drawn++, 0), n);
}

static inline bool values_one_in(struct values_spec *s, uint64_t n)
{
    return values_draw(s, n) == 0;
}

static inline __attribute__((format(printf, 2, 3))) void values_put(struct values_spec *s,
                                                                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = vsnprintf(s->text + s->size, sizeof s->text - s->size, format, args);
    va_end(args);
    s->size += (size_t)size;
}

/* One of some texts, with up to three small numbers in it, rising ones. */
static inline void values_put_one(struct values_spec *s, const char *const *texts, size_t count)
{
    const char *text = texts[values_draw(s, count)];
    unsigned long n = 0;
    for (; *text; text++) {
        if (*text == '#') {
            n += values_draw(s, 20) + 1;
            values_put(s, "%lu", n);
        } else {
            values_put(s, "%c", *text);
        }
    }
}

#define VALUES_PUT_ONE(s, ...)                                                                     \
    values_put_one(s, (const char *const[]){__VA_ARGS__},                                          \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static inline void values_put_number(struct values_spec *s, bool has_places)
{
    if (has_places && values_one_in(s, 3)) {
        VALUES_PUT_ONE(s, "uniform: [-#.25, #.50]", "const: #.99",
                       "sequence: {first: -#, step: 0.#}", "normal: {mean: #.5, deviation: #}");
        return;
    }
    VALUES_PUT_ONE(s, "uniform: [-#, #]", "uniform: [#, #00000]", "normal: {mean: #, deviation: #}",
                   "lognormal: {median: #, sigma: 0.#}", "exponential: {mean: #}",
                   "zipf: {s: 1.#, n: #00}", "poisson: #.#", "poisson: 0.0#",
                   "sequence: {first: #, step: #}", "sequence: {first: #000, step: -#}",
                   "const: -#");
}

static inline void values_put_time(struct values_spec *s)
{
    VALUES_PUT_ONE(s, "uniform: [-#d, #h]", "uniform: [0s, #ms]",
                   "normal: {mean: -#h, deviation: #m}", "lognormal: {median: #m, sigma: 1}",
                   "exponential: {mean: #d}", "sequence: {first: -#d, step: #h}",
                   "sequence: {first: #ms, step: -#ms}", "const: 1969-12-31",
                   "const: 2026-01-01T00:00:00Z");
}

static inline void values_put_text(struct values_spec *s)
{
    VALUES_PUT_ONE(s, "choice: {web: #, app: #, none: 0}", "choice: [web, app, web]",
                   "id: \"x{n:06}\"", "id: \"{n}-\"", "pattern: \"[A-Z]{3}-?[0-9]{0,4}\"",
                   "pattern: \"v\\\\.[a-c_]{2,9}\"", "words: {of: [web, app, light], most: #}",
                   "words: [a, bb]", "uuid", "const: web", "member: plant", "member: device");
}

/* What any field can come from, an attribute too. */
static inline void values_put_drawn(struct values_spec *s, enum value_type type)
{
    switch (type) {
    case T_BOOLEAN:
        VALUES_PUT_ONE(s, "bernoulli: 1/#", "bernoulli: 0", "choice: {true: #, false: #}",
                       "const: true");
        break;
    case T_ENUM:
        VALUES_PUT_ONE(s, "choice: {web: #, app: #, none: 0}", "choice: [web, app]");
        break;
    case T_INT:
    case T_LONG:
    case T_MONEY:
    case T_DECIMAL:
    case T_FLOAT:
    case T_DOUBLE:
        values_put_number(s, type != T_INT && type != T_LONG);
        break;
    case T_BYTES:
        VALUES_PUT_ONE(s, "choice: {web: #, app: #, \"\": 1}", "id: \"x{n:06}\"",
                       "pattern: \"[A-Z]{3}-?[0-9]{0,4}\"", "words: {of: [web, ü], most: #}",
                       "const: \"\"");
        break;
    case T_STRING:
        values_put_text(s);
        break;
    case T_UUID:
        VALUES_PUT_ONE(s, "uuid", "const: 6ba7b810-9dad-41d1-80b4-00c04fd430c8",
                       "pattern: \"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9]{3}-[0-9]{12}\"");
        break;
    default:
        values_put_time(s);
        break;
    }
}

static const char *const values_entities[] = {"device", "plant"};

/* One of some fields that is of a type, or NULL; -1: any. */
static inline const struct values_field *
values_find(struct values_spec *s, const struct values_field *fields, size_t count, int type)
{
    for (size_t tries = 0; count && tries < 6; tries++) {
        const struct values_field *f = &fields[values_draw(s, count)];
        if (type < 0 || (int)f->type == type) {
            return f;
        }
    }
    return NULL;
}

/* Something that an expression can name: a field above or a value of an entity. Its text is in
 * `out`, and it is told whether it can be null; false where there is none. */
static inline bool values_name(struct values_spec *s, size_t t, int type, char out[64], bool *null)
{
    size_t e = values_draw(s, 2);
    const struct values_field *field = values_find(s, s->fields[t], s->field_count[t], type);
    const struct values_field *attribute = values_find(s, s->attributes[e], s->attribute_count[e],
                                                       type);
    if (field && (!attribute || values_one_in(s, 2))) {
        snprintf(out, 64, "%s", field->name);
        *null = *null || field->may_be_null;
        return true;
    }
    if (attribute) {
        snprintf(out, 64, "%s.%s", values_entities[e], attribute->name);
    }
    return attribute != NULL;
}

static inline bool values_put_expr(struct values_spec *s, size_t t, enum value_type type,
                                   bool *null)
{
    char a[64];
    char b[64];
    switch (type) {
    case T_BOOLEAN:
        if (values_name(s, t, T_INT, a, null) && values_name(s, t, T_LONG, b, null)) {
            values_put(s, "expr: %s >= %s or %s = 5", a, b, a);
            return true;
        }
        return false;
    case T_INT:
    case T_LONG:
    case T_MONEY:
    case T_DECIMAL:
        if (!values_name(s, t, (int)type, a, null) || !values_name(s, t, T_INT, b, null)) {
            return false;
        }
        values_put(s, "expr: %s * 2 - %s%s", a, b, values_one_in(s, 3) ? " * (1 - 3)" : "");
        return true;
    case T_STRING:
        if (!values_name(s, t, T_STRING, a, null)) {
            return false;
        }
        values_put(s, "expr: %s", a);
        return true;
    case T_TIME:
    case T_LOCAL:
        if (!values_name(s, t, T_INT, a, null)) {
            return false;
        }
        values_put(s, "expr: event_time + %s", a);
        return true;
    default:
        return false;
    }
}

static inline bool values_put_choice_by(struct values_spec *s, size_t t)
{
    for (size_t i = 0; i < s->field_count[t]; i++) {
        if (s->fields[t][i].is_choice && values_one_in(s, 2)) {
            values_put(s,
                       "choice_by: {field: %s, cases: {web: {choice: {a: 1, b: %d}}}, otherwise: "
                       "[b, c]}",
                       s->fields[t][i].name, (int)values_draw(s, 3));
            return true;
        }
    }
    return false;
}

static inline bool values_put_walk(struct values_spec *s, size_t t, enum value_type type)
{
    const struct values_field *from = values_find(s, s->attributes[s->entity[t]],
                                                  s->attribute_count[s->entity[t]], (int)type);
    values_put(s, "walk: {");
    if (from && values_one_in(s, 2)) {
        values_put(s, "from: %s.%s, ", values_entities[s->entity[t]], from->name);
    } else {
        VALUES_PUT_ONE(s, "around: #, ", "around: -#, ", "around: 0, ");
    }
    VALUES_PUT_ONE(s, "within: #", "share: 1/#");
    VALUES_PUT_ONE(s, "", "", ", tick: #", ", octaves: 16");
    VALUES_PUT_ONE(s, ", over: #s}", ", over: #h}");
    return true;
}

/* None of these is a field. */
static inline void values_put_mistake(struct values_spec *s)
{
    VALUES_PUT_ONE(s, "type: int, uniform: [#, -#]", "type: string, pattern: \"[A-\"",
                   "type: string, pattern: \"\\\\d{4}\"", "type: int, const: #.5",
                   "type: int, walk: {around: #, over: 1h}", "type: uuid, const: web",
                   "type: long, walk: {from: device.id, within: #, over: 1h}",
                   "type: date, uniform: [#, #]", "type: date, poisson: #",
                   "type: boolean, words: [a]", "type: int, ref: device.nothing",
                   "type: string, choice_by: {field: nothing, cases: {web: {choice: [a]}}}",
                   "type: long, expr: nothing + 1", "type: string, words: {of: [a], least: #}",
                   "type: money, normal: {mean: 1, deviation: 0}",
                   "type: decimal, precision: 3, scale: 4, const: 0", "type: double, expr: nothing",
                   "type: decimal, precision: 2, uniform: [#, #00]", "type: float, uuid",
                   "type: bytes, const: 5", "type: long, scale: 2, const: 5",
                   "type: array, least: 2, most: 1, items: {type: int, const: 1}",
                   "type: array, most: 4, items: {type: int, expr: 1}",
                   "type: map, keys: [a, a], values: {type: int, const: 1}",
                   "type: record, fields: []", "type: int, sequence: {first: #, step: #.5}");
}

/* An array or a map, of items of any type that is not nested. */
static inline void values_put_items(struct values_spec *s, enum value_type type)
{
    enum value_type item = (enum value_type)values_draw(s, ITEM_TYPES);
    if (type == T_ARRAY) {
        VALUES_PUT_ONE(s, "most: #, items: ", "least: #, most: #, items: ",
                       "least: 0, most: 1, items: ", "least: 3, most: 3, items: ");
    } else {
        VALUES_PUT_ONE(s, "keys: [a, bc], values: ", "keys: [a, b, c], present: 1/#, values: ",
                       "keys: lone, present: 0, values: ");
    }
    values_put(s, "{type: %s, ", values_type_words[item]);
    values_put_drawn(s, item);
    values_put(s, "}");
}

/* Where the value of a field of a type comes from. */
static inline void values_put_source(struct values_spec *s, size_t t, struct values_field *f,
                                     bool *null)
{
    bool number = (f->type >= T_INT && f->type <= T_DECIMAL) || f->type == T_FLOAT ||
                  f->type == T_DOUBLE;
    bool word = f->type == T_STRING || f->type == T_ENUM;
    size_t e = values_draw(s, 2);
    const struct values_field *attribute = values_find(s, s->attributes[e], s->attribute_count[e],
                                                       (int)f->type);
    uint64_t kind = values_draw(s, 8);
    size_t begin = s->size;
    if (kind == 0 && attribute && f->type != T_ENUM) {
        values_put(s, "ref: %s.%s", values_entities[e], attribute->name);
        f->is_choice = f->type == T_STRING && attribute->is_choice;
    } else if (kind == 1 && f->type == T_STRING) {
        values_put(s, "ref: plant.id");
    } else if (!(kind <= 3 && values_put_expr(s, t, f->type, null)) &&
               !(kind <= 5 && word && values_put_choice_by(s, t))) {
        f->shifts = number;
        if (kind > 5 || !number || !values_put_walk(s, t, f->type)) {
            values_put_drawn(s, f->type);
            f->shifts = number && strncmp(s->text + begin, "sequence", 8) != 0 &&
                        strncmp(s->text + begin, "const", 5) != 0;
        }
    }
    f->is_choice = f->is_choice || (word && strncmp(s->text + begin, "choice: ", 8) == 0);
}

static inline void values_put_leaf(struct values_spec *s, size_t t)
{
    struct values_field f = {.type = (enum value_type)values_draw(s, VALUE_TYPES + 3)};
    bool null = false;
    f.type = f.type <= T_MAP ? f.type : T_STRING; /* which has the most sources */
    snprintf(f.name, sizeof f.name, "t%zu_f%zu", t, s->field_count[t]);
    values_put(s, "{name: %s, ", f.name);
    if (s->wrong && values_one_in(s, 5)) {
        values_put_mistake(s);
        f.type = T_UUID;
    } else {
        values_put(s, "type: %s, ", values_type_words[f.type]);
        if (f.type >= T_ARRAY) {
            values_put_items(s, f.type);
        } else {
            values_put_source(s, t, &f, &null);
        }
    }
    if (f.shifts && values_one_in(s, 5)) {
        VALUES_PUT_ONE(s, ", min: #", ", max: #", ", min: #, max: #", ", max: -#");
    }
    f.may_be_null = null;
    if (values_one_in(s, 4)) {
        values_put(s, ", nullable: 1/%d", 1 + (int)values_draw(s, 4));
        f.may_be_null = true;
    } else if (null || values_one_in(s, 6)) {
        values_put(s, ", null: never");
    }
    values_put(s, "}");
    s->fields[t][s->field_count[t]++] = f;
}

/* A field; now and then a record of some, or of a record. */
static inline void values_put_field(struct values_spec *s, size_t t, size_t f)
{
    uint64_t depth = values_one_in(s, 6) ? 1 + values_draw(s, 2) : 0;
    size_t count = depth ? 1 + values_draw(s, 3) : 1;
    values_put(s, "      - ");
    for (uint64_t d = 0; d < depth; d++) {
        values_put(s, "{name: t%zu_r%zu_%d, type: record, fields: [\n          ", t, f, (int)d);
    }
    for (size_t k = 0; k < count; k++) {
        values_put_leaf(s, t);
        values_put(s, depth ? ",\n          " : "\n");
    }
    for (uint64_t d = 0; d < depth; d++) {
        values_put(s, "]}%s", d + 1 < depth ? ", " : "\n");
    }
}

/* An attribute that is computed from one above it or, of a plant, from one of the device that it
 * belongs to, or is that one's; false where there is none of the type. */
static inline bool values_put_derived(struct values_spec *s, int e, bool belongs,
                                      enum value_type type)
{
    const struct values_field *own = values_find(s, s->attributes[e], s->attribute_count[e],
                                                 (int)type);
    const struct values_field *of = belongs ? values_find(s, s->attributes[0],
                                                          s->attribute_count[0], (int)type)
                                            : NULL;
    bool computed = type == T_BOOLEAN || (type >= T_INT && type <= T_DECIMAL) || type == T_TIME ||
                    type == T_DATE || type == T_LOCAL;
    if (of && type != T_ENUM && values_one_in(s, 2)) {
        values_put(s, "ref: device.%s", of->name);
    } else if (belongs && type == T_STRING && values_one_in(s, 2)) {
        values_put(s, "ref: device.id");
    } else if (computed && (own || of)) {
        const struct values_field *from = own ? own : of;
        values_put(s, "expr: \"%s%s%s%s\"", type == T_BOOLEAN ? "not " : "",
                   from == own ? "" : "device.", from->name, type == T_BOOLEAN ? "" : " + 1");
    } else {
        return false;
    }
    return true;
}

static inline void values_put_entity(struct values_spec *s, int e)
{
    size_t count = 1 + values_draw(s, 9);
    bool belongs = e && values_one_in(s, 2);
    values_put(s, "  %s:\n%s    count: %d\n    id: \"%c{n:0%d}\"\n    attributes:\n",
               values_entities[e], belongs ? "    of: device\n" : "", 1 + (int)values_draw(s, 50),
               e ? 'P' : 'D', 1 + (int)values_draw(s, 3));
    if (values_one_in(s, 3)) {
        s->size -= strlen("    attributes:\n");
        values_put(s, "    pick: {zipf: 1.2}\n    attributes:\n");
    }
    for (size_t a = 0; a < count; a++) {
        struct values_field f = {.type = (enum value_type)values_draw(s, ATTRIBUTE_TYPES)};
        snprintf(f.name, sizeof f.name, "a%zu", a);
        values_put(s, "      - {name: %s, type: %s, ", f.name, values_type_words[f.type]);
        size_t begin = s->size;
        if (!values_one_in(s, 3) || !values_put_derived(s, e, belongs, f.type)) {
            values_put_drawn(s, f.type);
            f.is_choice = strncmp(s->text + begin, "choice: ", 8) == 0 && f.type != T_BOOLEAN;
        }
        values_put(s, "}\n");
        s->attributes[e][s->attribute_count[e]++] = f;
    }
}

static inline void values_put_episodes(struct values_spec *s)
{
    size_t count = 0;
    values_put(s, "episodes: {");
    for (size_t tries = values_draw(s, 12); tries > 0 && count < 3; tries--) {
        size_t t = values_draw(s, s->type_count);
        const struct values_field *f = values_find(s, s->fields[t], s->field_count[t], -1);
        if (!f->shifts && (!s->wrong || !values_one_in(s, 8))) {
            continue;
        }
        values_put(s, "%se%zu: {entity: %s, field: %s, ", count ? ", " : "", count,
                   values_entities[s->entity[t]], f->name);
        VALUES_PUT_ONE(s, "every: 4s, ", "every: 30s, probability: 1/#, ");
        VALUES_PUT_ONE(s, "for: #00ms, ", "for: 2s, rise: 1s, ", "for: 4s, ");
        VALUES_PUT_ONE(s, "add: #}", "add: -#}", "times: #.5}", "times: 0.#}");
        count++;
    }
    values_put(s, "}\n");
}

/* A number with a range check, a column that is null by faults alone with a check for it. */
static inline void values_put_checks(struct values_spec *s)
{
    size_t t = values_draw(s, s->type_count);
    const struct values_field *f = values_find(s, s->fields[t], s->field_count[t],
                                               T_INT + (int)values_draw(s, 4));
    const struct values_field *g = values_find(s, s->fields[t], s->field_count[t], -1);
    values_put(s, "quality: [");
    if (f) {
        int64_t scale = f->type == T_MONEY ? 100 : f->type == T_DECIMAL ? 1000 : 1;
        s->range_low = values_one_in(s, 4) ? 0 : -2000000000;
        s->range_high = 2000000000;
        values_put(s, "{check: range, field: %s, min: %lld, max: %lld}", f->name,
                   (long long)s->range_low, (long long)s->range_high);
        s->range_low *= scale;
        s->range_high *= scale;
        snprintf(s->range, sizeof s->range, "%s%s", f->name, f->type == T_MONEY ? "_cents" : "");
    }
    char line[64];
    snprintf(line, sizeof line, "{name: %s,", g->name);
    const char *at = strstr(s->text, line);
    const char *end = strchr(at, '\n');
    const char *never = strstr(at, "null: never");
    bool fits = never && never < end && !g->may_be_null;
    if (fits) {
        values_put(s, "%s{check: not_null, field: %s}", f ? ", " : "", g->name);
        snprintf(s->not_null, sizeof s->not_null, "%s%s", g->name,
                 g->type == T_MONEY ? "_cents" : "");
    }
    values_put(s, "]\nfaults:\n  late: {rate: 1/5, delay: {uniform: [1s, 40s]}, max: 40s}\n"
                  "  jitter: {rate: 1/6, max: 500ms}\n  truncated: {rate: 1/20}\n"
                  "  corrupt: {rate: 1/20}\n  clock_ahead: {rate: 1/20, by: 1h}\n"
                  "  duplicate: {rate: 1/9, gap: {uniform: [1, 30]}}\n");
    if (f) {
        values_put(s, "  out_of_range: {rate: 1/15, field: %s}\n", f->name);
        values_put(s, "  conflict: {rate: 1/20, field: %s}\n", f->name);
    }
    if (fits) {
        values_put(s, "  missing: {rate: 1/15, field: %s}\n", g->name);
    }
}

static inline void values_spec_make(struct values_spec *s, uint64_t number)
{
    memset(s, 0, sizeof *s);
    s->key = ls_stream_key(number, "random values");
    s->wrong = values_one_in(s, 3);
    values_put(s,
               "lockstep: 1\ndomain: plain\nseed: %llu\nstart: %s\narrival: [{rate: %d/s}]\n"
               "topics: {partitions: 2}\n"
               "pipeline: {watermark: {delay: 2s}, max_skew: 10s, max_ahead: 1m, dedupe: {horizon: "
               "10s}}\ndelay: {exponential: {mean: 300ms}, max: 3s}\nentities:\n",
               (unsigned long long)values_draw(s, 1000000),
               values_one_in(s, 3) ? "1969-12-31T23:59:50Z" : "2026-01-01T00:00:00Z",
               5 + (int)values_draw(s, 100));
    values_put_entity(s, 0);
    values_put_entity(s, 1);
    values_put(s, "event_types:\n");
    s->type_count = 1 + values_draw(s, VALUES_TYPES_MAX);
    for (size_t t = 0; t < s->type_count; t++) {
        size_t count = 1 + values_draw(s, 12);
        s->entity[t] = (int)values_draw(s, 2);
        values_put(s, "  - name: t%zu\n    weight: %d\n    entity: %s\n    metrics:\n", t,
                   1 + (int)values_draw(s, 5), values_entities[s->entity[t]]);
        for (size_t f = 0; f < count; f++) {
            values_put_field(s, t, f);
        }
    }
    values_put(s, "reference: {devices: {from: entities.device, key: device_id}}\n");
    values_put_checks(s);
    values_put_episodes(s);
}

#endif
