/* What verifications of a target that copies what lies ready begin with; the program "generates"
 * likewise. */
#ifndef LS_CONFORMANCE_VERIFY_FIXTURE_TEST_H
#define LS_CONFORMANCE_VERIFY_FIXTURE_TEST_H

#include "conformance/verify_internal.h"

#include "conformance/shop_fixture_test.h"
#include "core/base/wide.h"
#include "generator/truth.h"
#include "spec/heartbeat.h"

enum { SALES = 1200 };

static struct ls_spec *spec;
static struct ls_target *target;
static struct ls_verify_job job;
static struct ls_verify_result result;
static const char *patterns[] = {"PLAIN", NULL, NULL};

static const char position_schema[] = "{\"type\":\"record\",\"name\":\"n\",\"fields\":[{\"name\":"
                                      "\"position\",\"type\":\"long\"}]}";

/* A file whose rows are positions from 0. */
static inline void put_positions(const char *folder, const char *topic, unsigned partition,
                                 int64_t count, const char *schema)
{
    char path[300];
    struct ls_container_writer *writer;
    snprintf(path, sizeof path, "%s/%s/%u.avro", folder, topic, partition);
    check(ls_folder_make_above(path, &err));
    check(ls_container_create(path, "t", schema, 100, &writer, &err));
    for (int64_t i = 0; i < count; i++) {
        uint8_t bytes[LS_AVRO_LONG_MAX];
        check(ls_container_append(writer, bytes, (size_t)(ls_put_long(bytes, i) - bytes), &err));
    }
    check(ls_container_finish(writer, false, &err));
    ls_container_writer_free(writer);
}

/* What a run of a log with so many sales leaves, all of them admitted. */
static inline void put_run(const char *folder, int64_t sales)
{
    static const char *const topics[] = {"raw.shop.sale", "raw.shop.visit"};
    char path[200];
    for (unsigned k = 0; k < 4; k++) {
        snprintf(path, sizeof path, "%s/datasets/normalized", folder);
        put_positions(path, topics[k / 2], k % 2, k < 2 ? sales / 2 : 0, position_schema);
        snprintf(path, sizeof path, "%s/datasets/quarantine", folder);
        put_positions(path, topics[k / 2], k % 2, 0, position_schema);
        put_positions("ready/truth", topics[k / 2], k % 2, 0, ls_truth_schema);
    }
    snprintf(path, sizeof path, "%s/summary.json", folder);
    put_text(path, "{\"windows\": {\"by_watermark\": 7, \"by_flush\": 2}}");
    snprintf(path, sizeof path, "%s/manifest.json", folder);
    put_text(path, "{\"inputs\": [1, 2, 3]}");
}

/* Now and then, two seconds ahead of the sales around it. */
static inline void append_heartbeat(struct ls_log *log, uint32_t partition, int64_t sent_ms)
{
    uint8_t value[LS_HEARTBEAT_SIZE_MAX];
    int64_t time_ms = START + sent_ms + 2000;
    struct ls_log_record record = {
        .timestamp_ms = time_ms, .value = value, .value_size = ls_heartbeat_write(time_ms, value)};
    check(ls_log_append(log, 0, partition, &record, &err));
}

static inline void put_input(int64_t sales)
{
    char totals[300];
    check(ls_tree_remove("ready/log", &err));
    struct ls_log *log = create_log("ready/log", spec);
    for (int64_t i = 0; i < sales; i++) {
        char id[32];
        snprintf(id, sizeof id, "s%lld", (long long)i);
        const struct sale sale = {id, 50 * i, i % 7 * 300, i % 3 ? "DE" : NULL, 100 + i};
        customer = i % 4 < 2 ? "C01" : "C02";
        append_sale(log, spec, (uint32_t)i % 2, &sale);
        if (spec->topics->heartbeat_ms && i % 5 == 3) {
            append_heartbeat(log, (uint32_t)i % 2, 50 * i);
        }
    }
    end_log(log);
    snprintf(
        totals, sizeof totals,
        "{\"topics\": {\"raw.shop.sale\": {\"raw\": %lld, \"outcomes\": {\"ADMITTED\": %lld}}, "
        "\"raw.shop.visit\": {\"raw\": 0, \"outcomes\": {}}}}",
        (long long)sales, (long long)sales);
    put_text("ready/truth/totals.json", totals);
    put_run("ready/stream", sales);
    put_run("ready/batch", sales);
}

static const char target_text[] = "lockstep_target: 1\n"
                                  "name: copies\n"
                                  "stream: [sh, run.sh, ready/stream, '{to}']\n"
                                  "batch: [sh, run.sh, ready/batch, '{to}']\n";

static inline int setup(void **state)
{
    int rc = make_folder(state);
    struct ls_buf report;
    spec = load_shop();
    put_input(SALES);
    put_text("generate.sh", "for word; do case $word in log:*) log=${word#log:};; */truth) "
                            "truth=$word;; esac; done; mkdir -p \"$(dirname $log)\"; "
                            "cp -r ready/log $log; cp -r ready/truth $truth\n");
    put_text("run.sh", "mkdir -p $2; cp -r $1/. $2\n");
    put_text("target.yaml", target_text);
    ls_buf_init(&report, "report", 1U << 16);
    check(ls_target_load("target.yaml", &target, &report, &err));
    ls_buf_clear(&report);
    patterns[0] = "PLAIN";
    patterns[1] = NULL;
    job = (struct ls_verify_job){.spec = spec,
                                 .lockstep = "sh generate.sh",
                                 .spec_path = "shop.yaml",
                                 .target = target,
                                 .events = SALES,
                                 .case_events = SALES,
                                 .cases = patterns,
                                 .out = "run",
                                 .seed = 1,
                                 .kills = 1};
    return rc;
}

static inline int teardown(void **state)
{
    ls_verify_result_clear(&result);
    ls_target_free(target);
    ls_spec_free(spec);
    return remove_folder(state);
}

static inline void verify(void)
{
    ls_verify_result_clear(&result);
    check(ls_verify(&job, &result, &err));
}

static inline const char *detail_of(size_t i)
{
    struct ls_buf *detail = &result.cases[i].detail;
    return ls_buf_text(detail, &err);
}

/* ---- logs, read back */

struct record {
    char id[48]; /* "" of what does not decode */
    char key[8]; /* its beginning */
    size_t key_size;
    bool is_own; /* the key is the entity_id */
    int64_t event_ms, ingest_ms, timestamp_ms, cents;
};

static inline void read_value(const struct ls_log_record *record, struct record *out)
{
    const struct ls_layout *layout = ls_spec_event_type_at(spec, 0)->layout;
    struct ls_cell cells[8];
    *out = (struct record){.timestamp_ms = record->timestamp_ms, .key_size = record->key_size};
    if (record->key) {
        memcpy(out->key, record->key, record->key_size < 7 ? record->key_size : 7);
    }
    if (ls_heartbeat_is(record->value, record->value_size)) {
        strcpy(out->id, "heartbeat");
        out->ingest_ms = record->timestamp_ms;
    } else if (ls_row_decode(layout, record->value + LS_SINGLE_OBJECT_SIZE,
                             record->value_size - LS_SINGLE_OBJECT_SIZE, cells, NULL,
                             NULL) == LS_DECODE_OK) {
        snprintf(out->id, sizeof out->id, "%.*s", (int)cells[LS_COLUMN_EVENT_ID].size,
                 (const char *)cells[LS_COLUMN_EVENT_ID].bytes);
        const struct ls_cell *entity = &cells[LS_COLUMN_ENTITY_ID];
        out->is_own = record->key && entity->size == record->key_size &&
                      memcmp(entity->bytes, record->key, entity->size) == 0;
        out->event_ms = cells[LS_COLUMN_EVENT_TIME].number;
        out->ingest_ms = cells[LS_COLUMN_INGEST_TIME].number;
        out->cents = cells[LS_COLUMN_PAYLOAD + 1].number;
    }
}

/* The sales of a partition; free them. */
static inline struct record *read_partition(const char *uri, uint32_t partition, size_t *count)
{
    struct ls_log *log;
    struct ls_log_reader *reader;
    const struct ls_log_record *records;
    check(ls_log_open(uri, false, &log, &err));
    int topic = ls_log_find_topic(log, "raw.shop.sale");
    *count = (size_t)ls_log_count(log, (uint32_t)topic, partition);
    struct record *out = calloc(*count + 1, sizeof *out);
    check(ls_log_reader_new(log, (uint32_t)topic, partition, 0, &reader, &err));
    size_t got = 1;
    for (size_t at = 0; got;) {
        check(ls_log_read(reader, 100, &records, &got, &err));
        for (size_t i = 0; i < got; i++, at++) {
            read_value(&records[i], &out[at]);
        }
    }
    ls_log_reader_free(reader);
    ls_log_close(log);
    return out;
}

static inline uint64_t count_named(size_t of, const char *name)
{
    const struct ls_case_result *r = &result.cases[of];
    for (size_t i = 0; i < r->count_count; i++) {
        if (strcmp(r->counts[i].name, name) == 0) {
            return r->counts[i].count;
        }
    }
    fail_msg("nothing is called %s", name);
    return 0;
}

#define VERIFY_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
