/* What the tests of pipeline/ begin with: a plan and views from a spec's text, records made field
 * by field, logs of them, and the folders that runs leave. */
#ifndef LS_PIPELINE_FIXTURE_TEST_H
#define LS_PIPELINE_FIXTURE_TEST_H

#include "core/avro/container.h"
#include "core/avro/frame.h"
#include "pipeline/output/outputs.h"
#include "spec/fixture_test.h"

/* Two topics, of which `sale` has every type, check, flag, step and aggregate. */
static const char pipe_spec[] =
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
    "    schema_version: 2\n"
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
    "  - name: visit\n"
    "    weight: 1\n"
    "    entity: shop\n"
    "    metrics:\n"
    "      - {name: pages, type: int, const: 1}\n"
    "delay: {exponential: {mean: 300ms}, max: 5s}\n"
    "quality:\n"
    "  - {check: not_null, field: item}\n"
    "  - {check: range, field: amount, min: -5.00, max: 1000.00}\n"
    "  - {check: reference, field: shop, table: shops}\n"
    "  - {check: range, field: units, min: 0}\n"
    "  - {check: pattern, field: shop, like: \"S?[0-9]?\"}\n"
    "  - {check: set, field: kind, values: [odd, good, bad]}\n"
    "  - {check: set, field: pages, values: [7, 0, 1, 2, 3, 4, 5, 6]}\n"
    "  - {flag: dear, when: \"each > 100.00 and kind != 'odd'\"}\n"
    "  - {flag: unordered, monotonic: event_time, tolerance: 1s}\n"
    "  - {flag: fell, monotonic: score, per: shop, tolerance: 3}\n"
    "  - {flag: unseen, monotonic: seen, per: kind, tolerance: 500ms}\n"
    "  - {flag: dip, monotonic: amount, per: units, tolerance: 99.99}\n"
    "  - {flag: brief, when: \"pages < 3\", events: [visit]}\n"
    "reference:\n"
    "  shops: {from: entities.shop, key: id}\n"
    "normalize:\n"
    "  sale:\n"
    "    - {set: city, lookup: {table: shops, key: shop, take: city}}\n"
    "    - {set: fee, lookup: {table: shops, key: shop, take: fee}}\n"
    "    - {set: each, expr: \"amount / units\", scale: 2}\n"
    "    - {drop: vip}\n"
    "pipeline:\n"
    "  clock: ingest_time\n"
    "  watermark: {delay: 2s, topics: {visit: {delay: 1s}}}\n"
    "  max_skew: 10s\n"
    "  max_ahead: 3s\n"
    "  dedupe: {horizon: 5s}\n"
    "  views:\n"
    "    - name: all\n"
    "      from: sale\n"
    "      window: {tumbling: 1s}\n"
    "      by: [city, item]\n"
    "      where: \"kind != 'odd'\"\n"
    "      select:\n"
    "        n: count\n"
    "        paid: {count: {where: \"amount > 0.00\"}}\n"
    "        total: {sum: amount}\n"
    "        least: {min: score}\n"
    "        latest: {max: seen}\n"
    "        mean: {avg: {field: each, where: \"kind = 'good'\"}, scale: 3}\n"
    "        shops: {distinct: shop}\n"
    "        scores: {distinct: score}\n"
    "    - name: shifted\n"
    "      from: sale\n"
    "      window: {tumbling: {size: 3s, offset: 700ms}}\n"
    "      by: [kind]\n"
    "      select: {n: count, total: {sum: score}, greatest: {max: amount}}\n"
    "    - name: visits\n"
    "      from: visit\n"
    "      window: {tumbling: 2s}\n"
    "      select: {n: count, pages: {sum: pages}, who: {distinct: entity_id}}\n";

enum { SALE, VISIT, TOPICS };

/* Columns of a raw sale; of a raw visit the first is PAGES. */
enum { ITEM = LS_COLUMN_PAYLOAD, SHOP, KIND, SEEN, VIP, AMOUNT, UNITS, SCORE, SALE_COLUMNS };
enum { PAGES = LS_COLUMN_PAYLOAD, VISIT_COLUMNS };
enum { GOOD, BAD, ODD };

/* More columns of sales, and visits that have a sale's columns: kinds_test.h. */
enum { PRICE = SALE_COLUMNS, MESSAGE_COLUMNS };

struct pipe {
    struct fixture base;
    struct ls_reference reference;
    struct ls_record_plan *plan;
    struct ls_views *views;
};

/* A record before it is encoded, and after. */
struct message {
    uint32_t topic, partition;
    size_t version;                        /* that writes it, of its event type's */
    struct ls_cell cells[MESSAGE_COLUMNS]; /* of the readers' version */
    const char *till;                      /* the field `till`, where the version has it */
    char id[16];
    uint8_t value[16384];
    struct ls_log_record raw;
};

static inline void pipe_clear(struct pipe *p)
{
    ls_views_free(p->views);
    ls_record_plan_free(p->plan);
    ls_reference_free(&p->reference);
    p->views = NULL;
    p->plan = NULL;
}

#define FINE(p, call)                                                                              \
    do {                                                                                           \
        if ((call) < 0) {                                                                          \
            fail_msg("%s: %s\n%.*s", #call, (p)->base.err.text, (int)(p)->base.report.size,        \
                     (const char *)(p)->base.report.data);                                         \
        }                                                                                          \
    } while (0)

static inline struct ls_cell text_of(const char *text)
{
    return (struct ls_cell){.bytes = (const uint8_t *)text, .size = (uint32_t)strlen(text)};
}

static inline struct ls_cell number_of(int64_t number)
{
    return (struct ls_cell){.number = number};
}

static inline struct ls_cell null_of(void)
{
    return (struct ls_cell){.is_null = true};
}

/* A row of the table of shops: id, city (index), fee in cents. */
struct shop {
    const char *id;
    int city;
    int64_t fee;
};

/* tables/shops.avro of these rows. */
static inline void write_shops(struct pipe *p, const struct shop *shops, size_t count)
{
    struct ls_buf schema;
    struct ls_container_writer *writer;
    ls_buf_init(&schema, "schema", 1U << 16);
    FINE(p, ls_spec_derive_reference(p->base.spec, ls_spec_reference(p->base.spec, "shops"),
                                     &schema, &p->base.err));
    FINE(p, ls_folder_make("tables", &p->base.err));
    FINE(p, ls_container_create("tables/shops.avro", "shops", ls_buf_text(&schema, &p->base.err), 2,
                                &writer, &p->base.err));
    for (size_t i = 0; i < count; i++) {
        uint8_t row[256];
        size_t size = strlen(shops[i].id);
        uint8_t *at = ls_put_long(row, (int64_t)size);
        memcpy(at, shops[i].id, size); /* gcc -O3 sees the words of ls_put_bytes leave literals */
        at = ls_put_long(ls_put_long(at + size, shops[i].city), shops[i].fee);
        FINE(p, ls_container_append(writer, row, (size_t)(at - row), &p->base.err));
    }
    FINE(p, ls_container_finish(writer, false, &p->base.err));
    ls_container_writer_free(writer);
    ls_buf_clear(&schema);
}

static const struct shop pipe_shops[] = {{"S0", 0, 100}, {"S1", 1, -7}, {"", 1, 0}};

/* pipe_spec with a second version of sales: `seen` and `amount` are added in it, `till` is gone.
 * The readers' columns are those of pipe_spec. free() it. */
static inline char *spec_of_versions(bool adds, bool removes)
{
    static const char *const words[][2] = {
        {"delay: {exp", "faults: {schema_change: {at: 1m, event: sale, to: 3}}\ndelay: {exp"},
        {"const: 2020-01-01T00:00:00Z,", "const: 2020-01-01T00:00:00Z, since: 3,"},
        {"{name: amount, type: money,", "{name: amount, type: money, since: 3,"},
        {"      - {name: item,", "      - {name: till, type: string, const: x, until: 3}\n"
                                 "      - {name: item,"},
    };
    const bool wanted[] = {true, adds, adds, removes};
    char *text = strdup(pipe_spec);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char *before = text;
        text = wanted[i] ? changed(before, words[i][0], words[i][1]) : strdup(before);
        free(before);
    }
    return text;
}

/* The plan and the views of a text that is fine. */
static inline void pipe_plan(struct pipe *p, const char *text, const char *const *sets)
{
    pipe_clear(p);
    load_fine(&p->base, text, sets);
    if (p->base.spec->reference.count) {
        write_shops(p, pipe_shops, sizeof pipe_shops / sizeof *pipe_shops);
    }
    FINE(p, ls_reference_load(p->base.spec, "tables", INT64_MAX, &p->reference, &p->base.err));
    FINE(p,
         ls_record_plan_new(p->base.spec, &p->reference, &p->plan, &p->base.report, &p->base.err));
    FINE(p, ls_views_new(p->plan, &p->views, &p->base.report, &p->base.err));
}

static inline int pipe_setup(void **state)
{
    struct pipe *p = calloc(1, sizeof *p);
    *state = p;
    if (!p || fixture_begin(&p->base) < 0) {
        return -1;
    }
    pipe_plan(p, pipe_spec, NULL);
    return 0;
}

static inline int pipe_teardown(void **state)
{
    struct pipe *p = *state;
    pipe_clear(p);
    int rc = fixture_end(&p->base);
    free(p);
    return rc;
}

#define PIPE_TEST(test) cmocka_unit_test_setup_teardown(test, pipe_setup, pipe_teardown)
#define SETS(...)       ((const char *const[]){__VA_ARGS__, NULL})

/* ---- records */

/* The cells as the message's version writes them. */
static inline void write_cells(const struct ls_layout *readers, const struct ls_layout *layout,
                               const struct message *m, struct ls_cell *out)
{
    for (size_t c = 0; c < layout->count; c++) {
        int at = ls_layout_find(readers, layout->columns[c].path);
        out[c] = at >= 0 ? m->cells[at] : text_of(m->till);
    }
}

/* The bytes of a message from its cells: framed, keyed by its entity_id. */
static inline void encode(const struct pipe *p, struct message *m)
{
    const struct ls_spec_event_type *type = p->plan->topics[m->topic].type;
    const struct ls_spec_version *version = &type->versions[m->version];
    struct ls_cell cells[MESSAGE_COLUMNS + 1];
    write_cells(type->layout, version->layout, m, cells);
    uint8_t *at = ls_put_single_object(m->value, version->schema->crc64);
    assert_true(ls_row_size_max(version->layout, cells) < sizeof m->value);
    at = ls_row_encode(version->layout, cells, at);
    m->raw.key = m->cells[LS_COLUMN_ENTITY_ID].bytes;
    m->raw.key_size = m->cells[LS_COLUMN_ENTITY_ID].size;
    m->raw.value = m->value;
    m->raw.value_size = (size_t)(at - m->value);
}

/* Another version writes the message. */
static inline void set_version(const struct pipe *p, struct message *m, size_t version)
{
    m->version = version;
    m->cells[LS_COLUMN_SCHEMA_VERSION] = number_of(
        p->plan->topics[m->topic].type->versions[version].number);
}

/* A message that every check passes: event, ingest and record's time are `time_ms`. */
static inline void begin_message(const struct pipe *p, struct message *m, uint32_t topic, int id,
                                 int64_t time_ms)
{
    memset(m, 0, sizeof *m);
    m->topic = topic;
    snprintf(m->id, sizeof m->id, "id-%d", id);
    m->raw.timestamp_ms = time_ms;
    m->cells[LS_COLUMN_EVENT_ID] = text_of(m->id);
    m->cells[LS_COLUMN_EVENT_TIME] = m->cells[LS_COLUMN_INGEST_TIME] = number_of(time_ms);
    m->cells[LS_COLUMN_SOURCE] = text_of("test");
    set_version(p, m, p->plan->topics[topic].type->version_count - 1);
    m->till = "then";
    m->cells[LS_COLUMN_ENTITY_ID] = text_of("S0");
    if (p->plan->topics[topic].type->layout->count == VISIT_COLUMNS) {
        m->cells[PAGES] = number_of(3);
    } else {
        m->cells[ITEM] = text_of("pen");
        m->cells[SHOP] = text_of("S1");
        m->cells[KIND] = (struct ls_cell){.number = GOOD};
        m->cells[SEEN] = null_of();
        m->cells[VIP] = number_of(1);
        m->cells[AMOUNT] = number_of(1250);
        m->cells[UNITS] = number_of(2);
        m->cells[SCORE] = number_of(-4);
        m->cells[PRICE] = number_of(15000);
    }
    encode(p, m);
}

/* As if no monotonic flag found it. */
static inline void clear_flags(const struct ls_topic_plan *topic, struct ls_record *record)
{
    for (size_t k = 0; k < topic->flag_count; k++) {
        record->cells[topic->flags[k].cell] = number_of(0);
    }
}

/* ---- logs */

static inline struct ls_log *begin_log(struct pipe *p, const char *uri, uint32_t partitions)
{
    const struct ls_log_identity identity = {"demo", "", UINT64_MAX, INT64_MAX, NULL, {0, 0}, NULL};
    struct ls_log_topic topics[TOPICS];
    struct ls_log *log;
    for (size_t t = 0; t < p->plan->topic_count; t++) {
        topics[t] = (struct ls_log_topic){.name = p->plan->topics[t].type->topic,
                                          .partitions = partitions};
    }
    FINE(p, ls_log_create(uri, topics, p->plan->topic_count, &identity, LS_LOG_FRESH, &log,
                          &p->base.err));
    return log;
}

static inline void put(struct pipe *p, struct ls_log *log, const struct message *m)
{
    FINE(p, ls_log_append(log, m->topic, m->partition, &m->raw, &p->base.err));
}

static inline void end_log(struct pipe *p, struct ls_log *log)
{
    FINE(p, ls_log_complete(log, &p->base.err));
    ls_log_close(log);
}

/* ---- folders */

static inline int read_below(const char *folder, const char *name, struct ls_buf *out,
                             struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int rc = ls_path_join(path, folder, name, err);
    return rc < 0 ? rc : ls_file_read(path, out, err);
}

struct pair {
    const char *folders[2];
    size_t files;
    char different[1024]; /* empty: none */
};

static inline int compare_file(void *context, const char *name, struct ls_error *err)
{
    struct pair *pair = context;
    struct ls_buf bytes[2];
    pair->files++;
    for (int i = 0; i < 2; i++) {
        ls_buf_init(&bytes[i], "file", 64U << 20);
        if (read_below(pair->folders[i], name, &bytes[i], err) < 0) {
            bytes[i].size = SIZE_MAX; /* missing: as long as no other */
        }
    }
    bool same = bytes[0].size == bytes[1].size && bytes[0].size != SIZE_MAX &&
                (bytes[0].size == 0 || memcmp(bytes[0].data, bytes[1].data, bytes[0].size) == 0);
    bool first = !pair->different[0] || strcmp(pair->different, "SHA256SUMS") == 0;
    if (!same && first) { /* the sums say nothing that a file does not say better */
        snprintf(pair->different, sizeof pair->different, "%s", name);
    }
    ls_buf_clear(&bytes[0]);
    ls_buf_clear(&bytes[1]);
    return 0;
}

static inline int count_file(void *context, const char *name, struct ls_error *err)
{
    (void)name;
    (void)err;
    ++*(size_t *)context;
    return 0;
}

/* The first path below `a` that `b` does not have with the same bytes, or "" for two equal folders
 * that have files. Borrowed until the next call. */
static inline const char *difference(struct pipe *p, const char *a, const char *b)
{
    static struct pair pair;
    size_t others = 0;
    pair = (struct pair){.folders = {a, b}};
    FINE(p, ls_tree_walk(a, compare_file, &pair, &p->base.err));
    FINE(p, ls_tree_walk(b, count_file, &others, &p->base.err));
    if (!pair.different[0] && (others != pair.files || pair.files == 0)) {
        snprintf(pair.different, sizeof pair.different, "%zu files in %s, %zu in %s", pair.files, a,
                 others, b);
    }
    return pair.different;
}

#endif
