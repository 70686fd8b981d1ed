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

/* A view of each kind with columns of each kind, and alert rules. */
static const char kinds_views[] =
    "  views:\n"
    "    - name: hops\n"
    "      from: [sale, visit]\n"
    "      window: {hopping: {size: 2s, every: 500ms, offset: 100ms}}\n"
    "      by: [kind, item]\n"
    "      select:\n"
    "        n: count\n"
    "        total: {sum: amount}\n"
    "        each: {ratio: {of: amount, to: score}, scale: 2}\n"
    "        begin: {first: item}\n"
    "        end: {last: amount}\n"
    "        who: {distinct: entity_id}\n"
    "        middle: {quantile: score, q: 1/2}\n"
    "        most: {top: {of: item, k: 2, by: price}}\n"
    "    - name: gaps\n"
    "      from: sale\n"
    "      window: {session: 700ms}\n"
    "      by: [entity_id]\n"
    "      select:\n"
    "        n: count\n"
    "        total: {sum: amount}\n"
    "        begin: {first: item}\n"
    "        items: {distinct: item}\n"
    "        most: {top: {of: kind}}\n"
    "    - name: span\n"
    "      from: [visit, sale]\n"
    "      rolling: {over: 1500ms}\n"
    "      by: [entity_id]\n"
    "      select:\n"
    "        n: count\n"
    "        total: {sum: amount}\n"
    "        each: {ratio: {of: amount, to: score}, scale: 2}\n"
    "        least: {min: score}\n"
    "        greatest: {max: score}\n"
    "        begin: {first: item}\n"
    "        end: {last: item}\n"
    "        items: {distinct: item}\n"
    "        middle: {quantile: score, q: 1/2}\n"
    "        most: {top: {of: item, k: 2, by: amount}}\n"
    "        share: {expr: \"amount / n\", scale: 3}\n"
    "        what: {expr: end}\n"
    "    - name: panes\n"
    "      from: sale\n"
    "      rolling: {over: 3s, step: 500ms}\n"
    "      by: [kind]\n"
    "      select:\n"
    "        n: count\n"
    "        mean: {avg: amount, scale: 3}\n"
    "        least: {min: score}\n"
    "        begin: {first: item}\n"
    "        end: {last: item}\n"
    "        items: {distinct: item}\n"
    "        most: {top: {of: item}}\n"
    "        more: {expr: \"amount - mean\"}\n"
    "    - name: pairs\n"
    "      join: {left: sale, right: visit, on: [kind], within: 1s, keep: left}\n"
    "      select:\n"
    "        item: {expr: left.item}\n"
    "        kind: {expr: right.kind}\n"
    "        waited: {expr: right.event_time - left.event_time}\n"
    "        more: {expr: right.amount - left.amount}\n"
    "        same: {expr: left.item = right.item}\n"
    "  alerts:\n"
    "    - name: many\n"
    "      from: [sale, visit]\n"
    "      rolling: {over: 2s}\n"
    "      by: [entity_id]\n"
    "      select: {n: count}\n"
    "      when: n > 3\n"
    "      clear: n < 2\n"
    "      severity: CRITICAL\n"
    "    - name: odd\n"
    "      from: sale\n"
    "      by: [kind]\n"
    "      when: amount > 500.00\n"
    "      severity: INFO\n";

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
