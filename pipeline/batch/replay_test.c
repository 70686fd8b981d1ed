#include "pipeline/batch/replay.h"

#include "pipeline/batch/batch_run.h"
#include "pipeline/fixture_test.h"
#include "pipeline/output/outputs.h"
#include "spec/heartbeat.h"

enum { PARTITIONS = 2 };

static struct ls_record record; /* large */

/* What stands in a quarantine: a reason that was, and what is wrong with the record now. */
struct entry {
    uint32_t topic, partition;
    enum ls_reason reason;
    enum { FINE_NOW, NO_KEY, CUT, TOMBSTONE, OUT_OF_SET, WITH_HEADERS, HEARTBEAT } kind;
    enum ls_reason left; /* LS_ADMITTED: replayed */
};

static const struct entry entries[] = {
    {SALE, 0, LS_REASON_RANGE, FINE_NOW, LS_ADMITTED},
    {SALE, 0, LS_REASON_SET, WITH_HEADERS, LS_ADMITTED},
    {SALE, 1, LS_REASON_SCHEMA_UNKNOWN, FINE_NOW, LS_ADMITTED},
    {SALE, 1, LS_REASON_DUPLICATE, FINE_NOW, LS_REASON_DUPLICATE},
    {SALE, 0, LS_REASON_DUPLICATE_CONFLICT, FINE_NOW, LS_REASON_DUPLICATE_CONFLICT},
    {VISIT, 0, LS_REASON_EXPIRED, FINE_NOW, LS_REASON_EXPIRED},
    {VISIT, 0, LS_REASON_RANGE, OUT_OF_SET, LS_REASON_SET}, /* for another reason than then */
    {VISIT, 1, LS_REASON_NOT_NULL, NO_KEY, LS_REASON_ENVELOPE_INVALID},
    {VISIT, 1, LS_REASON_FRAME_INVALID, TOMBSTONE, LS_REASON_FRAME_INVALID},
    {VISIT, 1, LS_REASON_DECODE_TRUNCATED, CUT, LS_REASON_DECODE_TRUNCATED},
    {VISIT, 1, LS_REASON_NOT_NULL, FINE_NOW, LS_ADMITTED},
};
enum { ENTRIES = sizeof entries / sizeof *entries };

static const uint8_t headers[] = {2, 2, 'h', 2, 2, 'v', 0}; /* h = v */

static void make(struct pipe *p, size_t i, struct message *m)
{
    begin_message(p, m, entries[i].topic, (int)i, INT64_C(1000) * (int64_t)i);
    m->partition = entries[i].partition;
    if (entries[i].kind == OUT_OF_SET) {
        m->cells[PAGES].number = 99;
        encode(p, m);
    }
    m->raw.value_size -= entries[i].kind == CUT;
    if (entries[i].kind == NO_KEY) {
        m->raw.key = NULL;
        m->raw.key_size = 0;
    }
    if (entries[i].kind == TOMBSTONE) {
        m->raw.value = NULL;
        m->raw.value_size = 0;
    }
    if (entries[i].kind == WITH_HEADERS) {
        m->raw.headers = headers;
        m->raw.headers_size = sizeof headers;
    }
}

static void write_run(struct pipe *p)
{
    static const struct ls_partition_counts none[TOPICS * PARTITIONS];
    const struct ls_run_facts facts = {.mode = "batch"};
    struct ls_outputs *o;
    FINE(p, ls_outputs_open(p->plan, p->views, PARTITIONS, "run", NULL, &o, &p->base.err));
    for (size_t i = 0; i < ENTRIES; i++) {
        struct message m;
        make(p, i, &m);
        record.reason = entries[i].reason;
        FINE(p, ls_outputs_quarantine(o, m.topic, m.partition, i, &m.raw, &record, &p->base.err));
    }
    FINE(p, ls_outputs_finish(o, none, &facts, &p->base.err));
    ls_outputs_free(o);
}

static bool same_bytes(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    return (a == NULL) == (b == NULL) && a_size == b_size &&
           (a_size == 0 || memcmp(a, b, a_size) == 0);
}

/* The entries that pass, in their places, with all that they had. */
static void check_log(struct pipe *p, const char *uri)
{
    struct ls_log *log;
    size_t found = 0;
    FINE(p, ls_log_open(uri, false, &log, &p->base.err));
    for (uint32_t part = 0; part < TOPICS * PARTITIONS; part++) {
        struct ls_log_reader *reader;
        const struct ls_log_record *records;
        size_t count;
        size_t at = 0;
        FINE(p, ls_log_reader_new(log, part / PARTITIONS, part % PARTITIONS, 0, &reader,
                                  &p->base.err));
        FINE(p, ls_log_read(reader, ENTRIES, &records, &count, &p->base.err));
        for (size_t i = 0; i < ENTRIES; i++) {
            struct message m;
            if (entries[i].left != LS_ADMITTED || entries[i].topic != part / PARTITIONS ||
                entries[i].partition != part % PARTITIONS) {
                continue;
            }
            make(p, i, &m);
            assert_true(at < count);
            const struct ls_log_record *r = &records[at++];
            assert_int_equal(r->timestamp_ms, m.raw.timestamp_ms);
            assert_true(same_bytes(r->key, r->key_size, m.raw.key, m.raw.key_size));
            assert_true(same_bytes(r->value, r->value_size, m.raw.value, m.raw.value_size));
            assert_true(same_bytes(r->headers, r->headers_size, m.raw.headers, m.raw.headers_size));
            found++;
        }
        assert_int_equal(at, count);
        ls_log_reader_free(reader);
    }
    assert_int_equal(found, 4);
    ls_log_close(log);
}

static void test_what_passes(void **state)
{
    struct pipe *p = *state;
    struct ls_replay_counts counts[TOPICS];
    uint64_t wanted[TOPICS][LS_REASON_COUNT] = {{0}};
    write_run(p);
    static const char *const places[][2] = {
        {"run", "log:a"}, {"run/datasets", "log:b"}, {"run/./datasets/", "log:c"}};
    for (size_t i = 0; i < ENTRIES; i++) {
        wanted[entries[i].topic][entries[i].left]++;
    }
    for (size_t i = 0; i < 3; i++) {
        const struct ls_replay job = {p->plan, places[i][0], places[i][1]};
        FINE(p, ls_replay_run(&job, counts, &p->base.err));
        check_log(p, places[i][1]);
        assert_string_equal(difference(p, "a", places[i][1] + 4), "");
        for (size_t t = 0; t < TOPICS; t++) {
            assert_int_equal(counts[t].replayed, wanted[t][LS_ADMITTED]);
            assert_int_equal(counts[t].left[LS_ADMITTED], 0);
            for (int r = LS_ADMITTED + 1; r < LS_REASON_COUNT; r++) {
                assert_int_equal(counts[t].left[r], wanted[t][r]);
            }
        }
    }
}

/* Nothing comes of them. */
static void test_heartbeats(void **state)
{
    struct pipe *p = *state;
    static const struct ls_partition_counts none[TOPICS];
    const struct ls_run_facts facts = {.mode = "batch"};
    struct ls_replay_counts counts[TOPICS];
    struct ls_outputs *o;
    uint8_t value[LS_HEARTBEAT_SIZE_MAX];
    pipe_plan(p, pipe_spec, SETS("topics.heartbeat=1s"));
    FINE(p, ls_outputs_open(p->plan, p->views, 1, "run", NULL, &o, &p->base.err));
    struct ls_log_record raw = {.timestamp_ms = 5, .value = value};
    raw.value_size = ls_heartbeat_write(5, value);
    record.reason = LS_REASON_CLOCK_SKEW;
    FINE(p, ls_outputs_quarantine(o, VISIT, 0, 0, &raw, &record, &p->base.err));
    FINE(p, ls_outputs_finish(o, none, &facts, &p->base.err));
    ls_outputs_free(o);
    const struct ls_replay job = {p->plan, "run", "log:log"};
    FINE(p, ls_replay_run(&job, counts, &p->base.err));
    assert_int_equal(counts[VISIT].replayed, 0);
    assert_int_equal(counts[VISIT].left[LS_ADMITTED], 1);
}

static void test_wrong_places(void **state)
{
    struct pipe *p = *state;
    struct ls_replay_counts counts[TOPICS];
    const struct ls_replay missing = {p->plan, "nothing", "log:log"};
    assert_int_equal(ls_replay_run(&missing, counts, &p->base.err), LS_E_NOINPUT);
    write_run(p);
    struct ls_log *log = begin_log(p, "log:there", 1);
    end_log(p, log);
    const struct ls_replay there = {p->plan, "run", "log:there"};
    assert_int_equal(ls_replay_run(&there, counts, &p->base.err), LS_E_DATA);
    const struct ls_replay other = {p->plan, "run/datasets/normalized", "log:other"};
    assert_int_equal(ls_replay_run(&other, counts, &p->base.err), LS_E_NOINPUT);
    assert_false(ls_path_exists("other"));
}

/* What is not as SHA256SUMS say is refused before anything is written. */
static void test_not_whole(void **state)
{
    static const char *const names[] = {"quarantine/raw.demo.sale/1.avro",
                                        "quarantine/raw.demo.visit/0.avro",
                                        "normalized/raw.demo.sale/0.avro", "SHA256SUMS"};
    static const char junk[] = "Obj, but no container";
    struct pipe *p = *state;
    struct ls_replay_counts counts[TOPICS];
    const struct ls_replay job = {p->plan, "run", "log:log"};
    for (size_t i = 0; i < 2 * sizeof names / sizeof *names; i++) {
        char path[LS_PATH_MAX];
        FINE(p, ls_tree_remove("run", &p->base.err));
        write_run(p);
        FINE(p, ls_path_join(path, "run/datasets", names[i / 2], &p->base.err));
        FINE(p, i % 2 ? ls_file_remove(path, &p->base.err)
                      : ls_file_replace(path, junk, sizeof junk, &p->base.err));
        int rc = ls_replay_run(&job, counts, &p->base.err);
        assert_int_equal(rc, i == 6 ? LS_E_NOINPUT : LS_E_DATA); /* sums that tell of nothing */
        assert_non_null(strstr(p->base.err.text, i < 6    ? "is not the file that SHA256SUMS tells"
                                                 : i == 6 ? "holds no quarantine of this spec's"
                                                          : "has no SHA256SUMS"));
        assert_false(ls_path_exists("log"));
    }
}

/* ---- quarantines that are whole, and not as a run makes them */

#define QUARANTINE "quarantine/raw.demo.sale/0.avro"
#define NORMALIZED "normalized/raw.demo.sale/0.avro"

/* A dataset of one block with these bytes. */
static void put_dataset(struct pipe *p, const char *name, const char *schema, const void *block,
                        size_t size)
{
    char path[LS_PATH_MAX];
    struct ls_container_writer *writer;
    FINE(p, ls_path_join(path, "odd", name, &p->base.err));
    FINE(p, ls_folder_make_above(path, &p->base.err));
    FINE(p, ls_container_create(path, name, schema, 100, &writer, &p->base.err));
    FINE(p, size ? ls_container_append(writer, block, size, &p->base.err) : 0);
    FINE(p, ls_container_finish(writer, false, &p->base.err));
    ls_container_writer_free(writer);
}

/* SHA256SUMS that tells of what there is: the quarantine, and the normalized records if asked to.
 */
static void put_sums(struct pipe *p, bool both)
{
    struct ls_buf text;
    ls_buf_init(&text, "sums", 1U << 16);
    for (int i = 0; i < 1 + both; i++) {
        const char *name = i ? NORMALIZED : QUARANTINE;
        char path[LS_PATH_MAX];
        struct ls_sha256 sha256;
        uint64_t size;
        char hex[LS_HEX_MAX];
        FINE(p, ls_path_join(path, "odd", name, &p->base.err));
        FINE(p, ls_file_sha256(path, &sha256, &size, &p->base.err));
        FINE(p, ls_buf_appendf(&text, &p->base.err, "%s  %s\n",
                               ls_hex(sha256.bytes, LS_SHA256_SIZE, hex), name));
    }
    FINE(p, ls_file_replace("odd/SHA256SUMS", text.data, text.size, &p->base.err));
    ls_buf_clear(&text);
}

/* One quarantined sale that passes now, as it stands in its dataset. */
static size_t one_row(struct pipe *p, uint8_t row[1024])
{
    struct ls_container_reader *reader;
    struct ls_block block;
    write_run(p);
    FINE(p, ls_container_open("run/datasets/" QUARANTINE, &reader, &p->base.err));
    assert_int_equal(ls_container_next(reader, &block, &p->base.err), 1);
    struct ls_span span = {block.bytes, block.bytes + block.size};
    struct ls_schema *schema;
    FINE(p, ls_schema_parse(ls_quarantine_schema, strlen(ls_quarantine_schema), &schema,
                            &p->base.err));
    assert_int_equal(ls_datum_skip(schema->root, &span), LS_DECODE_OK);
    size_t size = (size_t)(span.at - block.bytes);
    assert_true(size < 1024);
    memcpy(row, block.bytes, size);
    ls_schema_free(schema);
    ls_container_reader_free(reader);
    return size;
}

static void test_odd_datasets(void **state)
{
    static const char no_id[] =
        "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"}]}";
    enum { WHOLE, TEXT, SHORT, LONGER_SCHEMA, OTHER_SCHEMA, ALONE, WITHOUT_ID };
    static const char *const told[] = {
        [WHOLE] = NULL,
        [TEXT] = "row 0: a string is not UTF-8",
        [SHORT] = "row 0: ",
        [LONGER_SCHEMA] = QUARANTINE " is no quarantine of a run",
        [OTHER_SCHEMA] = QUARANTINE " is no quarantine of a run",
        [ALONE] = "SHA256SUMS tells of no normalized records beside raw.demo.sale/0",
        [WITHOUT_ID] = "normalized records without event_id"};
    struct pipe *p = *state;
    uint8_t row[1024];
    size_t size = one_row(p, row);
    for (int kind = WHOLE; kind <= WITHOUT_ID; kind++) {
        struct ls_replay_counts counts[TOPICS];
        const struct ls_replay job = {p->plan, "odd", "log:log"};
        char schema[8192];
        uint8_t odd[1024];
        snprintf(schema, sizeof schema, "%s%s", ls_quarantine_schema,
                 kind == LONGER_SCHEMA ? " " : "");
        memcpy(odd, row, size);
        odd[1] = kind == TEXT ? 0xff : odd[1]; /* of the reason */
        if (kind == OTHER_SCHEMA) {
            char *at = strstr(schema, "reason");
            assert_non_null(at);
            *at = 'R';
        }
        FINE(p, ls_tree_remove("odd", &p->base.err));
        FINE(p, ls_tree_remove("log", &p->base.err));
        put_dataset(p, QUARANTINE, schema, odd, kind == SHORT ? size - 1 : size);
        put_dataset(p, NORMALIZED, no_id, "\x02x", kind == WITHOUT_ID ? 2 : 0);
        put_sums(p, kind != ALONE);
        int rc = ls_replay_run(&job, counts, &p->base.err);
        assert_int_equal(rc, told[kind] ? LS_E_DATA : 0);
        if (told[kind]) {
            if (!strstr(p->base.err.text, told[kind])) {
                fail_msg("`%s` does not say `%s`", p->base.err.text, told[kind]);
            }
        } else {
            assert_int_equal(counts[SALE].replayed, 1); /* and there are no visits */
        }
    }
}

/* Folders whose own path fits, and those below them do not. */
static void test_paths_too_long(void **state)
{
    struct pipe *p = *state;
    struct ls_replay_counts counts[TOPICS];
    write_run(p);
    for (size_t less = 3; less < 48; less += 2) {
        char from[LS_PATH_MAX];
        for (size_t i = 0; i < sizeof from; i++) {
            from[i] = i % 2 ? '/' : '.';
        }
        memcpy(from + LS_PATH_MAX - less - 3, "run", 4);
        const struct ls_replay job = {p->plan, from, "log:log"};
        int rc = ls_replay_run(&job, counts, &p->base.err);
        assert_true(rc == LS_E_USAGE || (rc == 0 && less > 30));
        assert_int_equal(ls_path_exists("log"), rc == 0);
        FINE(p, ls_tree_remove("log", &p->base.err));
    }
}

/* A record that failed, and came again mended: the id is in the run's normalized records. */
static void test_normalized_already(void **state)
{
    struct pipe *p = *state;
    struct ls_replay_counts counts[TOPICS];
    struct ls_batch_result result;
    struct ls_log *log = begin_log(p, "log:log", PARTITIONS);
    for (int i = 0; i < 8; i++) {
        struct message m;
        begin_message(p, &m, VISIT, i % 4, 1000 + i);
        m.partition = (uint32_t)i / 4 * (uint32_t)(i % 2); /* odd ids come again elsewhere */
        m.cells[PAGES].number = i < 4 || i == 6 ? 99 : 3;
        encode(p, &m);
        put(p, log, &m);
    }
    end_log(p, log);
    const struct ls_batch_job run = {
        .plan = p->plan, .views = p->views, .from = "log:log", .to = "run", .workers = 1};
    FINE(p, ls_batch_run(&run, &result, &p->base.err));
    pipe_plan(p, pipe_spec, SETS("quality=[]"));
    const struct ls_replay job = {p->plan, "run", "log:again"};
    FINE(p, ls_replay_run(&job, counts, &p->base.err));
    assert_int_equal(counts[VISIT].read, 5);
    assert_int_equal(counts[VISIT].known, 1); /* id-0; id-1 and id-3 are normalized elsewhere */
    assert_int_equal(counts[VISIT].replayed, 4);
    assert_false(ls_path_exists("again/sort.tmp"));
}

static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    struct ls_replay_counts counts[TOPICS];
    const struct ls_replay job = {p->plan, "run", "log:log"};
    unsigned long refused = 0;
    write_run(p);
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        FINE(p, ls_tree_remove("log", &p->base.err));
        ls_mem_refuse(refused + 1);
        rc = ls_replay_run(&job, counts, &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    }
    assert_true(refused > 20);
    check_log(p, "log:log");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_what_passes),        PIPE_TEST(test_heartbeats),
        PIPE_TEST(test_wrong_places),       PIPE_TEST(test_not_whole),
        PIPE_TEST(test_normalized_already), PIPE_TEST(test_odd_datasets),
        PIPE_TEST(test_paths_too_long),     PIPE_TEST(test_refused_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
