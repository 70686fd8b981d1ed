/* A small spec, its events and logs of them, put there by hand. */
#ifndef LS_CONFORMANCE_SHOP_FIXTURE_TEST_H
#define LS_CONFORMANCE_SHOP_FIXTURE_TEST_H

#include "conformance/fixture_test.h"
#include "core/avro/frame.h"
#include "core/log/log.h"
#include "spec/spec.h"

#define START INT64_C(1767225600000) /* of the spec's data time */

static const char shop_text[] =
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
    "    attributes:\n"
    "      - {name: country, type: string, choice: {DE: 1, US: 1}, nullable: 1/2}\n"
    "    metrics:\n"
    "      - {name: amount, type: money, uniform: [1.00, 9.00]}\n"
    "  - name: visit\n"
    "    weight: 1\n"
    "    entity: customer\n"
    "    metrics:\n"
    "      - {name: pages, type: int, uniform: [1, 9]}\n"
    "faults: {duplicate: {rate: 1/1000, gap: {uniform: [1, 9]}}, conflict: {rate: 1/1000, field: "
    "amount}}\n"
    "topics: {partitions: 2}\n"
    "pipeline:\n"
    "  watermark: {delay: 2s}\n"
    "  max_skew: 3s\n"
    "  dedupe: {horizon: 10s}\n"
    "  views:\n"
    "    - name: v\n"
    "      from: sale\n"
    "      window: {tumbling: 10s}\n"
    "      by: [country]\n"
    "      where: \"amount > 0\"\n"
    "      select: {n: count, total: {sum: amount}, least: {min: amount}}\n"
    "    - {name: w, from: visit, window: {tumbling: 10s}, select: {n: count}}\n";

static inline struct ls_spec *load_shop_text(const char *text)
{
    struct ls_spec *spec = NULL;
    struct ls_buf report;
    put_text("shop.yaml", text);
    ls_buf_init(&report, "report", 1U << 20);
    struct ls_layers layers = {"shop.yaml", ".", NULL, NULL, NULL};
    if (ls_spec_load(&layers, &spec, &report, &err) < 0) {
        fail_msg("%s", ls_buf_text(&report, &err));
    }
    ls_buf_clear(&report);
    return spec;
}

static inline struct ls_spec *load_shop(void)
{
    return load_shop_text(shop_text);
}

/* The same with a second version of sales, which have a `tip` in it. */
static inline struct ls_spec *load_changing_shop(void)
{
    static const char *const parts[][2] = {
        {"  - name: visit\n", "      - {name: tip, type: int, const: 1, null: never, since: 2}\n"},
        {"duplicate: {rate", "schema_change: {at: 0s, event: sale, to: 2}, "}};
    char text[2 * sizeof shop_text] = "";
    const char *from = shop_text;
    for (size_t i = 0; i < COUNT(parts); i++) {
        const char *at = strstr(from, parts[i][0]);
        assert_non_null(at);
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%.*s%s", (int)(at - from), from, parts[i][1]);
        from = at;
    }
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s", from);
    return load_shop_text(text);
}

/* A sale; in its second after START it was sent, it is as old as that. */
struct sale {
    const char *id;
    int64_t sent_ms, age_ms;
    const char *country; /* NULL: null */
    int64_t cents;
};

static const char *customer = "C07"; /* who buys, and the key */

/* The framed value, of version 1 or 2; the tip is 7. */
static inline size_t put_sale_of(const struct ls_spec *spec, int number, const struct sale *sale,
                                 uint8_t *bytes)
{
    const struct ls_spec_event_type *type = ls_spec_event_type_at(spec, 0);
    const struct ls_spec_version *version = &type->versions[number - 1];
    struct ls_cell cells[9] = {0};
    const char *const texts[] = {sale->id, "test", customer, sale->country ? sale->country : ""};
    static const int columns[] = {LS_COLUMN_EVENT_ID, LS_COLUMN_SOURCE, LS_COLUMN_ENTITY_ID,
                                  LS_COLUMN_PAYLOAD};
    for (size_t i = 0; i < COUNT(texts); i++) {
        cells[columns[i]].bytes = (const uint8_t *)texts[i];
        cells[columns[i]].size = (uint32_t)strlen(texts[i]);
    }
    cells[LS_COLUMN_PAYLOAD].is_null = !sale->country;
    cells[LS_COLUMN_EVENT_TIME].number = START + sale->sent_ms - sale->age_ms;
    cells[LS_COLUMN_INGEST_TIME].number = START + sale->sent_ms;
    cells[LS_COLUMN_SCHEMA_VERSION].number = version->number;
    cells[LS_COLUMN_PAYLOAD + 1].number = sale->cents;
    cells[LS_COLUMN_PAYLOAD + 2].number = 7;
    assert_int_equal(version->layout->count, 7 + (size_t)number);
    uint8_t *at = ls_put_single_object(bytes, version->schema->crc64);
    return (size_t)(ls_row_encode(version->layout, cells, at) - bytes);
}

static inline size_t put_sale(const struct ls_spec *spec, const struct sale *sale, uint8_t *bytes)
{
    return put_sale_of(spec, 1, sale, bytes);
}

static inline struct ls_log *create_log(const char *folder, const struct ls_spec *spec)
{
    char uri[200];
    struct ls_log *log;
    struct ls_log_topic topics[2];
    struct ls_log_identity identity = {"shop", "test", UINT64_MAX, INT64_MAX, NULL, {0, 0}, NULL};
    snprintf(uri, sizeof uri, "log:%s", folder);
    for (size_t t = 0; t < 2; t++) {
        topics[t] = (struct ls_log_topic){.name = ls_spec_event_type_at(spec, t)->topic,
                                          .partitions = 2};
    }
    check(ls_log_create(uri, topics, 2, &identity, LS_LOG_FRESH, &log, &err));
    return log;
}

static inline void append_bytes(struct ls_log *log, uint32_t topic, uint32_t partition,
                                int64_t timestamp_ms, const void *value, size_t size)
{
    struct ls_log_record record = {.timestamp_ms = timestamp_ms,
                                   .key = (const uint8_t *)"C07",
                                   .key_size = 3,
                                   .value = value,
                                   .value_size = size};
    check(ls_log_append(log, topic, partition, &record, &err));
}

static inline void append_sale(struct ls_log *log, const struct ls_spec *spec, uint32_t partition,
                               const struct sale *sale)
{
    uint8_t bytes[300];
    struct ls_log_record record = {.timestamp_ms = START + sale->sent_ms,
                                   .key = (const uint8_t *)customer,
                                   .key_size = strlen(customer),
                                   .value = bytes,
                                   .value_size = put_sale(spec, sale, bytes)};
    check(ls_log_append(log, 0, partition, &record, &err));
}

/* A log of one sale of each version. */
static inline void put_changing_log(const char *folder, const struct ls_spec *spec)
{
    static const struct sale sale = {"a1", 1000, 0, NULL, 250};
    struct ls_log *log = create_log(folder, spec);
    for (int number = 1; number <= 2; number++) {
        uint8_t bytes[300];
        append_bytes(log, 0, 0, START + sale.sent_ms, bytes,
                     put_sale_of(spec, number, &sale, bytes));
    }
    check(ls_log_complete(log, &err));
    ls_log_close(log);
}

static inline void end_log(struct ls_log *log)
{
    check(ls_log_complete(log, &err));
    ls_log_close(log);
}

#endif
