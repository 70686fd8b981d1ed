/* Specs from draws: lifecycles, growth, hot keys, outages, copies, faults for some times, events
 * and entities, schema changes. What was written is kept beside the text, for those who check what
 * comes of it. */
#ifndef LS_GENERATOR_RANDOM_SPEC_TEST_H
#define LS_GENERATOR_RANDOM_SPEC_TEST_H

#include "generator/recount_test.h"

enum { RANDOM_TYPES_MAX = RECOUNT_TYPES_MAX, CUSTOMER = 0, DEVICE = 1, KINDS = 2 };

/* From so many milliseconds behind the start to before so many. */
struct random_span {
    bool present;
    int64_t from_ms, to_ms;
};

struct random_fault {
    bool present;
    struct ls_ratio rate, entities;
    struct random_span when;
    uint64_t types;
};

struct random_type {
    char name[8];
    int kind;      /* of entity */
    int lifecycle; /* -1: free */
    int follows;   /* type; -1: none */
    bool has_product, has_amount;
};

struct random_spec {
    struct text text;
    uint64_t key, draws;
    uint64_t seed;
    int64_t start_ms;
    size_t type_count;
    struct random_type types[RANDOM_TYPES_MAX];
    struct random_population {
        uint64_t from, to; /* how many: at the start, in the end */
        int64_t over_ms;
        bool zipf;
    } populations[KINDS];
    uint64_t partitions;
    struct random_span outage, hot, change;
    uint64_t outage_partition;
    struct ls_ratio hot_share;
    int hot_kind; /* -1: all */
    int changed;  /* type */
    struct random_fault faults[LS_FAULT_COUNT], late, jitter;
    int64_t clock_back_ms, clock_ahead_ms;
    bool copies;
    uint64_t gap; /* of copies: 1 up to this */
    struct rules rules;
};

static inline uint64_t draw(struct random_spec *r, uint64_t n)
{
    return ls_below(ls_word(r->key, r->draws++, 0), n);
}

static inline bool chance(struct random_spec *r, uint64_t part, uint64_t whole)
{
    return draw(r, whole) < part;
}

/* ---- who and what */

static inline void add_entities(struct random_spec *r)
{
    static const char *const names[KINDS] = {"customer", "device"};
    static const char *const ids[KINDS] = {"C{n:04}", "D{n}"};
    add(&r->text, "entities:\n");
    for (int k = 0; k < KINDS; k++) {
        struct random_population *g = &r->populations[k];
        g->from = g->to = 1 + draw(r, chance(r, 1, 4) ? 3 : 300);
        add(&r->text, "  %s:\n    count: %llu\n    id: \"%s\"\n", names[k],
            (unsigned long long)g->from, ids[k]);
        if (chance(r, 1, 2)) {
            g->to += draw(r, 300);
            g->over_ms = 1 + (int64_t)draw(r, 60000);
            add(&r->text, "    growth: {to: %llu, over: %lldms}\n", (unsigned long long)g->to,
                (long long)g->over_ms);
        }
        g->zipf = chance(r, 1, 2);
        if (g->zipf) {
            add(&r->text, "    pick: {zipf: {s: 1.%llu}}\n", (unsigned long long)draw(r, 10));
        }
    }
    r->rules.count = 1 + (unsigned long)draw(r, 200);
    add(&r->text,
        "  product:\n    count: %lu\n    id: \"P{n}\"\n"
        "    attributes: [{name: price, type: money, uniform: [1, 99]}]\n",
        r->rules.count);
}

static inline void add_type(struct random_spec *r, int kind, int lifecycle, int follows)
{
    struct random_type *type = &r->types[r->type_count];
    *type = (struct random_type){.kind = kind, .lifecycle = lifecycle, .follows = follows};
    snprintf(type->name, sizeof type->name, "t%zu", r->type_count);
    type->has_product = lifecycle < 0 || chance(r, 1, 2);
    type->has_amount = lifecycle < 0 || chance(r, 1, 2);
    r->type_count++;
}

/* Of all types: the number of the event's slot; of steps: that of the session, and of the slot
 * before. */
static inline void add_fields(struct random_spec *r, size_t t)
{
    const struct random_type *type = &r->types[t];
    const struct random_type *before = type->follows < 0 ? NULL : &r->types[type->follows];
    add(&r->text, "    attributes:\n      - {name: own, type: string, id: \"N{n}\"}\n");
    if (type->lifecycle >= 0) {
        add(&r->text, "      - {name: session, type: string, id: \"S{session}\"}\n");
    }
    if (before) {
        add(&r->text, "      - {name: before, type: string, ref: %s.own}\n", before->name);
    }
    if (type->has_product) {
        bool taken = before && before->has_product && chance(r, 1, 2);
        add(&r->text, "      - {name: product_id, type: string, ref: %s.%s, null: never}\n",
            taken ? before->name : "product", taken ? "product_id" : "id");
    }
    if ((int)t == r->changed) {
        add(&r->text, "      - {name: old, type: int, uniform: [1, 9], until: 2}\n"
                      "      - {name: fresh, type: string, choice: [a, b], since: 2, nullable: "
                      "1/2}\n");
    }
    if (type->has_amount) {
        bool taken = before && before->has_amount && chance(r, 1, 2);
        add(&r->text, "    metrics:\n      - {name: quantity, type: int, uniform: [1, 9]}\n");
        if (taken) {
            add(&r->text, "      - {name: amount, type: money, ref: %s.amount}\n", before->name);
        } else {
            add(&r->text, "      - {name: amount, type: money, expr: product.price * quantity}\n");
        }
    }
}

static inline void add_types(struct random_spec *r)
{
    for (int l = 0; l < KINDS; l++) { /* one lifecycle a kind, or none */
        int first = (int)r->type_count;
        for (uint64_t k = chance(r, 3, 4) ? 1 + draw(r, 5) : 0; k > 0; k--) {
            int count = (int)r->type_count - first;
            bool above = count && chance(r, 2, 3);
            add_type(r, l, l,
                     !count  ? -1
                     : above ? (int)r->type_count - 1
                             : first + (int)draw(r, (uint64_t)count));
        }
    }
    for (int k = 0; k < KINDS; k++) {
        add_type(r, k, -1, -1);
    }
    r->changed = chance(r, 1, 2) ? (int)draw(r, r->type_count) : -1;
    add(&r->text, "event_types:\n");
    for (size_t t = 0; t < r->type_count; t++) {
        const struct random_type *type = &r->types[t];
        add(&r->text, "  - name: %s\n    entity: %s\n", type->name,
            type->kind == CUSTOMER ? "customer" : "device");
        if (type->follows < 0) {
            add(&r->text, "    weight: %llu\n", (unsigned long long)(1 + draw(r, 9)));
        }
        add_fields(r, t);
    }
}

/* ---- when and how often */

static inline void add_after(struct random_spec *r)
{
    unsigned long long ms = 1 + draw(r, chance(r, 1, 3) ? 10 : 9000);
    switch (draw(r, 4)) {
    case 0:
        add(&r->text, "{uniform: [0ms, %llums], max: 1m}", ms);
        break;
    case 1:
        add(&r->text, "{lognormal: {median: %llums, sigma: 0.9}, max: 1m}", ms);
        break;
    case 2:
        add(&r->text, "{normal: {mean: %llums, deviation: %llums}, max: 9s}", ms, 1 + ms / 3);
        break;
    default:
        add(&r->text, "{exponential: {mean: %llums}, max: 30s}", ms);
    }
}

/* A step excludes one above that follows the same step, now and then. */
static inline void add_step(struct random_spec *r, size_t t)
{
    const struct random_type *type = &r->types[t];
    if (type->follows < 0) {
        add(&r->text, "      - {event: %s}\n", type->name);
        return;
    }
    add(&r->text, "      - {event: %s, follows: %s, after: ", type->name,
        r->types[type->follows].name);
    add_after(r);
    if (chance(r, 2, 3)) {
        add(&r->text, ", probability: %llu/10", (unsigned long long)(1 + draw(r, 10)));
    }
    for (size_t other = 0; other < t; other++) {
        if (r->types[other].lifecycle == type->lifecycle &&
            r->types[other].follows == type->follows && chance(r, 1, 2)) {
            add(&r->text, ", unless: %s", r->types[other].name);
            break;
        }
    }
    add(&r->text, "}\n");
}

static inline void add_lifecycles(struct random_spec *r)
{
    int last = -1;
    add(&r->text, "lifecycles:%s\n", r->types[0].lifecycle < 0 ? " {}" : "");
    for (size_t t = 0; t < r->type_count && r->types[t].lifecycle >= 0; t++) {
        if (r->types[t].lifecycle != last) {
            last = r->types[t].lifecycle;
            add(&r->text, "  l%d:\n    entity: %s\n    steps:\n", last,
                last == CUSTOMER ? "customer" : "device");
        }
        add_step(r, t);
    }
}

static inline void add_arrival(struct random_spec *r)
{
    unsigned long long rate = 30 + draw(r, 300);
    switch (draw(r, 4)) {
    case 0:
        add(&r->text, "arrival: [{poisson: %llu/s}]\n", rate);
        break;
    case 1:
        add(&r->text, "arrival: [{rate: %llu/s, burst: {rate: %llu/s, every: 5s, for: 1s}}]\n",
            rate, 5 * rate);
        break;
    case 2:
        add(&r->text, "arrival: [{rate: %llu/s, for: 4s}, {rate: %llu/s}]\n", rate, rate / 3);
        break;
    default:
        add(&r->text, "arrival: [{rate: %llu/s}]\n", rate);
    }
    if (chance(r, 3, 4)) {
        add(&r->text, "delay: {exponential: {mean: %llums}, max: 3s}\n",
            (unsigned long long)(1 + draw(r, 2000)));
    }
}

/* ---- faults */

static inline struct random_span draw_span(struct random_spec *r)
{
    int64_t from = (int64_t)draw(r, 20000);
    return (struct random_span){true, from, from + 1 + (int64_t)draw(r, 15000)};
}

/* `out` is written as far as all faults are alike. Field faults strike the free types, at least. */
static inline void add_fault(struct random_spec *r, const char *name, const char *settings,
                             struct random_fault *out)
{
    if (chance(r, 1, 2)) {
        return;
    }
    *out = (struct random_fault){.present = true,
                                 .rate = {1, chance(r, 1, 12) ? 1 + draw(r, 3) : 4 + draw(r, 60)},
                                 .entities = {1, 1},
                                 .when = {true, 0, INT64_MAX},
                                 .types = UINT64_MAX};
    add(&r->text, "  %s: {rate: 1/%llu%s", name, (unsigned long long)out->rate.whole, settings);
    if (chance(r, 1, 3)) {
        out->when = draw_span(r);
        add(&r->text, ", at: %lldms", (long long)out->when.from_ms);
        if (chance(r, 1, 3)) {
            out->when.to_ms = INT64_MAX;
        } else {
            add(&r->text, ", for: %lldms", (long long)(out->when.to_ms - out->when.from_ms));
        }
    }
    if (chance(r, 1, 3)) {
        out->types = UINT64_C(1) << (r->type_count - 1);
        add(&r->text, ", events: [%s", r->types[r->type_count - 1].name);
        for (size_t t = 0; t + 1 < r->type_count; t++) {
            if (chance(r, 1, 2)) {
                out->types |= UINT64_C(1) << t;
                add(&r->text, ", %s", r->types[t].name);
            }
        }
        add(&r->text, "]");
    }
    if (chance(r, 1, 4)) {
        out->entities = (struct ls_ratio){1, 1 + draw(r, 5)};
        add(&r->text, ", entities: 1/%llu", (unsigned long long)out->entities.whole);
    }
    add(&r->text, "}\n");
}

static inline void add_damage(struct random_spec *r)
{
    static const struct {
        enum ls_fault kind;
        const char *settings;
    } faults[] = {
        {LS_FAULT_TRUNCATED, ""},
        {LS_FAULT_CORRUPT, ""},
        {LS_FAULT_OUT_OF_RANGE, ", field: amount"},
        {LS_FAULT_MISSING, ", field: product_id"},
        {LS_FAULT_CLOCK_AHEAD, ", by: 400d"},
        {LS_FAULT_CLOCK_BACK, ", by: 2h"},
        {LS_FAULT_UNKNOWN_REFERENCE, ", field: product_id"},
        {LS_FAULT_UNKNOWN_SCHEMA, ""},
        {LS_FAULT_WRONG_FRAME, ""},
        {LS_FAULT_EMPTY, ""},
        {LS_FAULT_OVERSIZED, ", size: 4KiB"},
    };
    for (size_t k = 0; k < sizeof faults / sizeof *faults; k++) {
        struct random_fault *out = &r->faults[faults[k].kind];
        add_fault(r, ls_fault_name(faults[k].kind), faults[k].settings, out);
        for (size_t t = 0; t < r->type_count; t++) { /* those without the field */
            bool has = strstr(faults[k].settings, "amount")    ? r->types[t].has_amount
                       : strstr(faults[k].settings, "product") ? r->types[t].has_product
                                                               : true;
            out->types &= has ? UINT64_MAX : ~(UINT64_C(1) << t);
        }
    }
    /* longer than every ordinary delay */
    add_fault(r, "late", ", delay: {uniform: [4s, 20s]}, max: 1m", &r->late);
    add_fault(r, "jitter", ", max: 500ms", &r->jitter);
}

static inline void add_happenings(struct random_spec *r)
{
    static const char *const kinds[] = {"", ", entity: customer", ", entity: device"};
    if (chance(r, 1, 2)) {
        r->outage = draw_span(r);
        r->outage_partition = draw(r, r->partitions);
        add(&r->text, "  outage: {at: %lldms, for: %lldms, partition: %llu}\n",
            (long long)r->outage.from_ms, (long long)(r->outage.to_ms - r->outage.from_ms),
            (unsigned long long)r->outage_partition);
    }
    if (chance(r, 1, 2)) {
        r->hot = draw_span(r);
        r->hot_share = (struct ls_ratio){1 + draw(r, 5), 5};
        r->hot_kind = (int)draw(r, 3) - 1;
        add(&r->text, "  hot_key: {at: %lldms, for: %lldms, share: %llu/5%s}\n",
            (long long)r->hot.from_ms, (long long)(r->hot.to_ms - r->hot.from_ms),
            (unsigned long long)r->hot_share.part, kinds[r->hot_kind + 1]);
    }
    if (r->changed >= 0) {
        r->change = draw_span(r);
        if (chance(r, 1, 4)) {
            r->change.to_ms = r->change.from_ms;
        }
        add(&r->text, "  schema_change: {at: %lldms, event: %s, to: 2, mixed: %lldms}\n",
            (long long)r->change.from_ms, r->types[r->changed].name,
            (long long)(r->change.to_ms - r->change.from_ms));
    }
    r->copies = chance(r, 2, 3);
    if (r->copies) {
        r->gap = 1 + draw(r, 300);
        add(&r->text, "  duplicate: {rate: 1/%llu, gap: {uniform: [1, %llu]}}\n",
            (unsigned long long)(2 + draw(r, 40)), (unsigned long long)r->gap);
        if (chance(r, 1, 2)) {
            add(&r->text, "  conflict: {rate: 1/%llu, field: amount}\n",
                (unsigned long long)(4 + draw(r, 40)));
        }
    }
}

/* ---- all of it */

static inline void add_pipeline(struct random_spec *r)
{
    struct rules *rules = &r->rules;
    rules->by_event_time = chance(r, 1, 3);
    rules->max_skew = 500 + (int64_t)draw(r, 9000);
    rules->max_ahead = 600 + (int64_t)draw(r, 9000);
    rules->horizon = (int64_t)draw(r, chance(r, 1, 2) ? 2000 : 60000);
    for (size_t t = 0; t < RECOUNT_TYPES_MAX; t++) {
        rules->delays[t] = t == 1 ? 700 : 1500;
    }
    rules->not_null = rules->reference = "product_id";
    rules->prefix = "P";
    rules->range = "amount_cents";
    rules->low = 100;
    rules->high = 89100;
    add(&r->text,
        "quality:\n  - {check: range, field: amount, min: 1.00, max: 891.00}\n"
        "  - {check: not_null, field: product_id}\n"
        "  - {check: reference, field: product_id, table: products}\n"
        "reference:\n  products: {from: entities.product, key: product_id}\n"
        "topics: {partitions: %llu}\n"
        "pipeline:\n  clock: %s\n  watermark: {delay: 1500ms, topics: {t1: {delay: 700ms}}}\n"
        "  max_skew: %lldms\n  max_ahead: %lldms\n  dedupe: {horizon: %lldms}\n",
        (unsigned long long)r->partitions, rules->by_event_time ? "event_time" : "ingest_time",
        (long long)rules->max_skew, (long long)rules->max_ahead, (long long)rules->horizon);
}

static inline void random_spec_write(struct random_spec *r, uint64_t number)
{
    memset(r, 0, sizeof *r);
    r->key = ls_mix(number);
    r->seed = draw(r, UINT64_C(1) << 40);
    r->partitions = 1 + draw(r, 6);
    r->start_ms = INT64_C(1767225600000);
    add(&r->text, "lockstep: 1\ndomain: random\nseed: %llu\nstart: 2026-01-01T00:00:00Z\n",
        (unsigned long long)r->seed);
    add_arrival(r);
    add_entities(r);
    add_types(r);
    add_lifecycles(r);
    add_pipeline(r);
    add(&r->text, "faults:\n");
    size_t none = r->text.size;
    add_damage(r);
    add_happenings(r);
    if (r->text.size == none) {
        r->text.size--;
        add(&r->text, " {}\n");
    }
}

#endif
