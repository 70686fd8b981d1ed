/* What the tests of the naive recomputation begin with: a small spec, and a world whose records are
 * put there by hand. */
#ifndef LS_CONFORMANCE_NAIVE_FIXTURE_TEST_H
#define LS_CONFORMANCE_NAIVE_FIXTURE_TEST_H

#include "conformance/naive_internal.h"
#include "core/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char shop_spec[] =
    "lockstep: 1\n"
    "domain: shop\n"
    "seed: 1\n"
    "start: 2026-01-01T00:00:00Z\n"
    "arrival: [{rate: 20/s}]\n"
    "entities:\n"
    "  customer: {count: 20, id: 'C{n:02}'}\n"
    "event_types:\n"
    "  - name: sale\n"
    "    weight: 1\n"
    "    entity: customer\n"
    "    schema_version: 2\n"
    "    attributes:\n"
    "      - {name: country, type: string, choice: {DE: 1, US: 1}, nullable: 1/2}\n"
    "      - {name: method, type: enum, choice: {cash: 1, card: 1, bill: 1}}\n"
    "    metrics:\n"
    "      - {name: amount, type: money, uniform: [1.00, 9.00], nullable: 1/2}\n"
    "      - {name: quantity, type: int, uniform: [1, 5]}\n"
    "quality:\n"
    "  - {check: range, field: quantity, min: -5, max: 9}\n"
    "  - {check: not_null, field: country}\n"
    "  - {check: range, field: amount, min: -0.5, max: 100}\n"
    "normalize:\n"
    "  sale:\n"
    "    - {set: each, expr: 'amount / quantity', scale: 2}\n"
    "    - {set: vast, expr: 'amount * 922337203685478'}\n"
    "    - {drop: quantity}\n"
    "    - {set: country, expr: \"country\"}\n"
    "pipeline:\n"
    "  watermark: {delay: 1s, topics: {sale: {delay: 2s}}}\n"
    "  max_skew: 3s\n"
    "  max_ahead: 500ms\n"
    "  dedupe: {horizon: 10s}\n"
    "  views:\n"
    "    - name: v\n"
    "      from: sale\n"
    "      window: {tumbling: {size: 10s, offset: 3s}}\n"
    "      by: [country, method]\n"
    "      where: \"method != 'bill'\"\n"
    "      select:\n"
    "        n: count\n"
    "        some: {count: {where: 'amount > 2'}}\n"
    "        total: {sum: amount}\n"
    "        least: {min: amount}\n"
    "        most: {max: {field: amount, where: 'amount < 9'}}\n"
    "        mean: {avg: amount, scale: 3}\n"
    "        kinds: {distinct: amount}\n"
    "        last: {max: event_time}\n"
    "      feature_version: 7\n";

struct naive_shop {
    char folder[64];
    struct ls_spec *spec;
    struct ls_naive job;
    struct naive_world world;
    struct naive_topic *topic; /* the only one, of one partition */
    struct ls_buf out;
    struct ls_error err;
};

static inline void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline int shop_setup(void **state)
{
    struct naive_shop *s = calloc(1, sizeof *s);
    char path[128];
    if (!s) {
        return -1;
    }
    strcpy(s->folder, "/tmp/naive_test_XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    snprintf(path, sizeof path, "%s/shop.yaml", s->folder);
    write_file(path, shop_spec, strlen(shop_spec));
    ls_buf_init(&s->out, "test text", 1U << 20);
    struct ls_layers layers = {path, s->folder, NULL, NULL, NULL};
    int rc = ls_spec_load(&layers, &s->spec, &s->out, &s->err);
    if (rc < 0) {
        print_error("%.*s\n", (int)s->out.size, (const char *)s->out.data);
    }
    assert_int_equal(rc, 0);
    s->job = (struct ls_naive){.spec = s->spec, .datasets = s->folder};
    s->world = (struct naive_world){.job = &s->job, .spec = s->spec, .topic_count = 1};
    ls_arena_init(&s->world.arena, "test world", 1U << 26);
    s->topic = ls_arena_new(&s->world.arena, 1, sizeof *s->topic, &s->err);
    assert_non_null(s->topic);
    s->world.topics = s->topic;
    s->topic->type = ls_spec_event_type_at(s->spec, 0);
    s->topic->delay_ms = 2000;
    s->topic->partition_count = 1;
    s->topic->partitions = ls_arena_new(&s->world.arena, 1, sizeof *s->topic->partitions, &s->err);
    assert_int_equal(ls_naive_versions(s->spec, s->topic->type, &s->world.arena,
                                       &s->topic->versions, &s->topic->version_count, &s->err),
                     0);
    s->topic->event = s->topic->versions[s->topic->version_count - 1].columns;
    assert_int_equal(ls_naive_steps_compile(&s->world, s->topic, &s->world.arena, &s->err), 0);
    *state = s;
    return 0;
}

static inline int shop_teardown(void **state)
{
    struct naive_shop *s = *state;
    ls_tree_remove(s->folder, &s->err);
    ls_arena_clear(&s->world.arena);
    ls_spec_free(s->spec);
    ls_buf_clear(&s->out);
    free(s);
    return 0;
}

#define SHOP_TEST(test) cmocka_unit_test_setup_teardown(test, shop_setup, shop_teardown)

/* A sale in words; what is not said is as in a sound one. */
struct sale {
    const char *id;
    int64_t event, ingest, timestamp;
    const char *country; /* "-": null */
    int64_t method;
    int64_t amount; /* cents; NO_AMOUNT: null */
    int64_t quantity;
};
#define NO_AMOUNT INT64_MIN

/* Puts decoded records into the partition, not judged yet. */
static inline void put_sales(struct naive_shop *s, const struct sale *sales, size_t count)
{
    struct naive_partition *partition = &s->topic->partitions[0];
    partition->count = count;
    partition->records = ls_arena_new(&s->world.arena, count, sizeof *partition->records, &s->err);
    assert_non_null(partition->records);
    for (size_t i = 0; i < count; i++) {
        struct naive_record *record = &partition->records[i];
        struct naive_value *event = ls_arena_new(&s->world.arena, s->topic->event.count,
                                                 sizeof *event, &s->err);
        assert_non_null(event);
        event[NAIVE_EVENT_ID] = ls_naive_text_value(sales[i].id);
        event[NAIVE_EVENT_TIME].number = sales[i].event;
        event[NAIVE_INGEST_TIME].number = sales[i].ingest;
        event[NAIVE_SOURCE] = ls_naive_text_value("test");
        event[NAIVE_SCHEMA_VERSION].number = 2;
        event[NAIVE_ENTITY_ID] = ls_naive_text_value("C07");
        bool is_null = strcmp(sales[i].country, "-") == 0;
        event[NAIVE_PAYLOAD] = is_null ? (struct naive_value){.is_null = true}
                                       : ls_naive_text_value(sales[i].country);
        static const char *const methods[] = {"cash", "card", "bill"};
        event[NAIVE_PAYLOAD + 1] = ls_naive_text_value(methods[sales[i].method]);
        event[NAIVE_PAYLOAD + 1].number = sales[i].method;
        event[NAIVE_PAYLOAD + 2].is_null = sales[i].amount == NO_AMOUNT;
        event[NAIVE_PAYLOAD + 2].number = sales[i].amount == NO_AMOUNT ? 0 : sales[i].amount;
        event[NAIVE_PAYLOAD + 3].number = sales[i].quantity;
        *record = (struct naive_record){.timestamp_ms = sales[i].timestamp,
                                        .key = ls_naive_text_value("C07"),
                                        .version = &s->topic->versions[0],
                                        .event = event};
    }
}

#endif
