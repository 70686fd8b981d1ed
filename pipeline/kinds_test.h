/* A spec for views of every kind: sales and visits that have most of their fields in common, and
 * the views and alert rules that a test writes. */
#ifndef LS_PIPELINE_KINDS_TEST_H
#define LS_PIPELINE_KINDS_TEST_H

#include "pipeline/fixture_test.h"

/* In common: item, shop, kind, seen, vip, amount (null in sales alone), score (null in visits
 * alone), price, city. `units` is an int here and a long there; only sales have `each`. */
static const char kinds_head[] =
    "lockstep: 1\n"
    "domain: demo\n"
    "seed: 1\n"
    "start: 1970-01-01T00:00:00Z\n"
    "arrival: [{rate: 1/s}]\n"
    "entities:\n"
    "  shop:\n"
    "    count: 3\n"
    "    id: \"S{n}\"\n"
    "    attributes:\n"
    "      - {name: city, type: enum, choice: {Bonn: 1, Ulm: 1}}\n"
    "      - {name: fee, type: money, const: 1.00}\n"
    "event_types:\n"
    "  - name: sale\n"
    "    weight: 1\n"
    "    entity: shop\n"
    "    attributes:\n"
    "      - {name: item, type: string, const: x, nullable: 1/2}\n"
    "      - {name: shop, type: string, const: x, nullable: 1/2}\n"
    "      - {name: kind, type: enum, choice: {good: 1, bad: 1, odd: 1}}\n"
    "      - {name: seen, type: timestamp, const: 2020-01-01T00:00:00Z, nullable: 1/2}\n"
    "      - {name: vip, type: boolean, const: true}\n"
    "    metrics:\n"
    "      - {name: amount, type: money, const: 1.00, nullable: 1/2}\n"
    "      - {name: units, type: int, const: 1}\n"
    "      - {name: score, type: long, const: 1}\n"
    "      - {name: price, type: decimal, precision: 12, scale: 4, const: 1, nullable: 1/2}\n"
    "  - name: visit\n"
    "    weight: 1\n"
    "    entity: shop\n"
    "    attributes:\n"
    "      - {name: item, type: string, const: x, nullable: 1/2}\n"
    "      - {name: shop, type: string, const: x, nullable: 1/2}\n"
    "      - {name: kind, type: enum, choice: {good: 1, bad: 1, odd: 1}}\n"
    "      - {name: seen, type: timestamp, const: 2020-01-01T00:00:00Z, nullable: 1/2}\n"
    "      - {name: vip, type: boolean, const: true}\n"
    "    metrics:\n"
    "      - {name: amount, type: money, const: 1.00}\n"
    "      - {name: units, type: long, const: 1}\n"
    "      - {name: score, type: long, const: 1, nullable: 1/2}\n"
    "      - {name: price, type: decimal, precision: 12, scale: 4, const: 1, nullable: 1/2}\n"
    "delay: {exponential: {mean: 300ms}, max: 5s}\n"
    "quality:\n"
    "  - {check: range, field: amount, min: -5.00, max: 1000.00}\n"
    "  - {check: reference, field: shop, table: shops}\n"
    "reference:\n"
    "  shops: {from: entities.shop, key: id}\n"
    "normalize:\n"
    "  sale:\n"
    "    - {set: city, lookup: {table: shops, key: shop, take: city}}\n"
    "    - {set: each, expr: \"amount / units\", scale: 2}\n"
    "  visit:\n"
    "    - {set: city, lookup: {table: shops, key: shop, take: city}}\n"
    "pipeline:\n"
    "  clock: ingest_time\n"
    "  watermark: {delay: 2s, topics: {visit: {delay: 1s}}}\n"
    "  max_skew: 10s\n"
    "  max_ahead: 3s\n"
    "  dedupe: {horizon: 5s}\n";

/* A plan of these views: the lines of `views:` and, if they come, of `alerts:`. */
static inline void plan_kinds(struct pipe *p, const char *views, const char *const *sets)
{
    size_t size = sizeof kinds_head + strlen(views);
    char *text = malloc(size);
    assert_non_null(text);
    snprintf(text, size, "%s%s", kinds_head, views);
    pipe_plan(p, text, sets);
    free(text);
}

/* A view or an alert rule by its name. */
static inline const struct ls_view *view_of(const struct pipe *p, const char *name)
{
    for (size_t v = 0; v < p->views->count; v++) {
        if (strcmp(p->views->views[v].spec->name, name) == 0) {
            return &p->views->views[v];
        }
    }
    fail_msg("no view %s", name);
    return NULL;
}

#endif
