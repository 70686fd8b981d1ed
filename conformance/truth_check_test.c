#include "conformance/truth_check.h"

#include "conformance/shop_fixture_test.h"
#include "core/base/mem.h"
#include "generator/truth.h"
#include "spec/heartbeat.h"

/* A log of five sales in partition 0 and two in partition 1, no visits; in the truth sale 1 is a
 * duplicate, 3 was late, 4 is out of range. */
struct row {
    uint32_t partition;
    int64_t position;
    const char *reason; /* NULL: normalized */
    const char *fault;  /* of the truth: NULL: none */
};

static const struct row told[] = {
    {0, 1, "DUPLICATE", "duplicate"}, {0, 3, "ADMITTED", "late"}, {0, 4, "RANGE", "out_of_range"}};
static const struct row done[] = {{0, 0, NULL, NULL}, {0, 1, "DUPLICATE", NULL}, {0, 2, NULL, NULL},
                                  {0, 3, NULL, NULL}, {0, 4, "RANGE", NULL},     {1, 0, NULL, NULL},
                                  {1, 1, NULL, NULL}};

static const char position_schema[] = "{\"type\":\"record\",\"name\":\"n\",\"fields\":[{\"name\":"
                                      "\"position\",\"type\":\"long\"}]}";
static const char reason_schema[] =
    "{\"type\":\"record\",\"name\":\"q\",\"fields\":[{\"name\":\"reason\",\"type\":\"string\"},"
    "{\"name\":\"position\",\"type\":\"long\"}]}";

enum kind { TRUTH, QUARANTINE, NORMALIZED };

static bool belongs(const struct row *row, enum kind kind)
{
    return kind == TRUTH || (row->reason != NULL) == (kind == QUARANTINE);
}

static size_t put_row(const struct row *row, enum kind kind, uint8_t *bytes)
{
    uint8_t *at = bytes;
    if (kind == QUARANTINE) {
        at = ls_put_bytes(at, row->reason, strlen(row->reason));
    }
    at = ls_put_long(at, row->position);
    if (kind == TRUTH) {
        at = ls_put_bytes(at, "id", 2);
        at = ls_put_long(at, row->fault != NULL);
        at = row->fault ? ls_put_long(ls_put_bytes(at, row->fault, strlen(row->fault)), 0) : at;
        at = ls_put_bytes(at, row->reason, strlen(row->reason));
    }
    return (size_t)(at - bytes);
}

static void put_rows(const char *folder, enum kind kind, const struct row *rows, size_t count)
{
    static const char *const schemas[] = {ls_truth_schema, reason_schema, position_schema};
    static const char *const topics[] = {"raw.shop.sale", "raw.shop.visit"};
    for (uint32_t k = 0; k < 4; k++) {
        char path[200];
        struct ls_container_writer *writer;
        snprintf(path, sizeof path, "%s/%s/%u.avro", folder, topics[k / 2], k % 2);
        check(ls_folder_make_above(path, &err));
        check(ls_container_create(path, "t", schemas[kind], 2, &writer, &err));
        for (size_t i = 0; i < count; i++) {
            uint8_t bytes[200];
            if (k == rows[i].partition && rows[i].position != INT64_MIN &&
                belongs(&rows[i], kind)) {
                check(ls_container_append(writer, bytes, put_row(&rows[i], kind, bytes), &err));
            }
        }
        check(ls_container_finish(writer, false, &err));
        ls_container_writer_free(writer);
    }
}

static const char totals[] =
    "{\"version\": 1, \"topics\": {\"raw.shop.sale\": {\"raw\": 7, \"outcomes\": {\"ADMITTED\": 5, "
    "\"DUPLICATE\": 1, \"RANGE\": 1}}, \"raw.shop.visit\": {\"raw\": 0, \"outcomes\": {}}}}";

static struct ls_spec *spec;

static int setup(void **state)
{
    static const struct sale sale = {"s", 1000, 0, "DE", 100};
    int rc = make_folder(state);
    spec = load_shop();
    struct ls_log *log = create_log("log", spec);
    for (uint32_t i = 0; i < 7; i++) {
        append_sale(log, spec, i / 5, &sale);
    }
    end_log(log);
    put_text("truth/totals.json", totals);
    put_rows("truth", TRUTH, told, COUNT(told));
    return rc;
}

static int teardown(void **state)
{
    ls_spec_free(spec);
    return remove_folder(state);
}

static void put_run(const struct row *rows, size_t count)
{
    put_rows("run/quarantine", QUARANTINE, rows, count);
    put_rows("run/normalized", NORMALIZED, rows, count);
}

static int check_run(struct ls_truth_check *out, struct ls_buf *report)
{
    struct ls_origin origin = {spec, "log"};
    ls_buf_init(report, "report", 1U << 20);
    return ls_truth_check(&origin, "truth", "run", out, report, &err);
}

static void a_run_that_is_as_foretold(void **state)
{
    (void)state;
    struct ls_truth_check out;
    struct ls_buf report;
    put_run(done, COUNT(done));
    assert_int_equal(check_run(&out, &report), 0);
    assert_int_equal(report.size, 0);
    assert_int_equal(out.raw, 7);
    assert_int_equal(out.rows, 3);
    assert_int_equal(out.wrong, 0);
    assert_int_equal(out.late, 1);
    assert_int_equal(out.jitter, 0);
    assert_int_equal(out.by_outcome[LS_ADMITTED], 5);
    assert_int_equal(out.by_outcome[LS_REASON_DUPLICATE], 1);
    assert_int_equal(out.by_outcome[LS_REASON_RANGE], 1);
    ls_buf_clear(&report);
}

#define GONE                                                                                       \
    {                                                                                              \
        0, INT64_MIN, NULL, NULL                                                                   \
    }
#define MAX 3 /* changes of a case */

/* The run with some of its rows changed, and rows more. */
static const struct {
    const char *what;
    struct {
        size_t row; /* of `done`; behind them: more */
        struct row is;
    } changes[MAX];
    size_t count;
    uint64_t wrong;
    const char *told;
} cases[] = {
    {"another reason",
     {{1, {0, 1, "EXPIRED", NULL}}},
     1,
     1,
     "raw.shop.sale, partition 0, position 1: the run says EXPIRED, the truth DUPLICATE\n"
     "  its input: raw.shop.sale, partition 0, position 1\n    timestamp 2026-01-01T00:00:01.000Z"},
    {"admitted instead of quarantined",
     {{4, {0, 4, NULL, NULL}}},
     1,
     1,
     "partition 0, position 4: the run says ADMITTED, the truth RANGE\n"},
    {"quarantined instead of admitted",
     {{3, {0, 3, "EXPIRED", NULL}}},
     1,
     1,
     "partition 0, position 3: the run says EXPIRED, the truth ADMITTED\n"},
    {"an untouched one quarantined",
     {{5, {1, 0, "RANGE", NULL}}},
     1,
     1,
     "partition 1, position 0: the run says RANGE, the truth ADMITTED\n"},
    {"the first is lost",
     {{0, GONE}},
     1,
     1,
     "partition 0, position 0: the run says nothing, the truth ADMITTED\n"},
    {"the last is lost",
     {{6, GONE}},
     1,
     1,
     "partition 1, position 1: the run says nothing, the truth ADMITTED\n"},
    {"a quarantined one is lost",
     {{4, GONE}},
     1,
     1,
     "partition 0, position 4: the run says nothing, the truth RANGE\n"},
    {"both",
     {{7, {0, 1, NULL, NULL}}},
     1,
     1,
     "partition 0, position 1: the run says normalized too, the truth DUPLICATE\n"},
    {"normalized twice",
     {{7, {0, 2, NULL, NULL}}},
     1,
     1,
     "partition 0, position 2: the run says normalized twice, the truth ADMITTED\n"},
    {"quarantined twice",
     {{7, {0, 4, "RANGE", NULL}}},
     1,
     1,
     "partition 0, position 4: the run says quarantined twice, the truth RANGE\n"},
    {"a record too many",
     {{7, {0, 5, NULL, NULL}}},
     1,
     1,
     "partition 0, position 5: the run says normalized, the truth that there is no such record\n"},
    {"in the other partition",
     {{7, {1, 2, "RANGE", NULL}}},
     1,
     1,
     "partition 1, position 2: the run says quarantined, the truth that there is no such record\n"},
    {"a position below 0", {{7, {1, -1, NULL, NULL}}}, 1, 1, "partition 1, position -1: "},
    {"a position beyond all",
     {{7, {1, INT64_MAX, NULL, NULL}}},
     1,
     1,
     "position 9223372036854775807: the run says normalized"},
    {"two swapped",
     {{1, {0, 4, "DUPLICATE", NULL}}, {4, {0, 1, "RANGE", NULL}}},
     2,
     2,
     "partition 0, position 4: the run says DUPLICATE, the truth RANGE\n"},
};

static void each_wrong_record_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct row rows[COUNT(done) + 1] = {0};
        struct ls_truth_check out;
        struct ls_buf report;
        memcpy(rows, done, sizeof done);
        rows[COUNT(done)] = (struct row)GONE;
        for (size_t k = 0; k < cases[i].count; k++) {
            rows[cases[i].changes[k].row] = cases[i].changes[k].is;
        }
        put_run(rows, COUNT(rows));
        int rc = check_run(&out, &report);
        if (rc != LS_DIFFERS || out.wrong != cases[i].wrong ||
            !strstr(ls_buf_text(&report, &err), cases[i].told)) {
            fail_msg("%s: %d, %llu wrong: %s", cases[i].what, rc, (unsigned long long)out.wrong,
                     ls_buf_text(&report, &err));
        }
        ls_buf_clear(&report);
    }
}

static void all_are_counted_and_five_are_told(void **state)
{
    (void)state;
    struct ls_truth_check out;
    struct ls_buf report;
    put_run(NULL, 0);
    assert_int_equal(check_run(&out, &report), LS_DIFFERS);
    assert_int_equal(out.wrong, 7);
    size_t lines = 0;
    for (const char *at = ls_buf_text(&report, &err); (at = strstr(at, "the run says")); at++) {
        lines++;
    }
    assert_int_equal(lines, 5);
    ls_buf_clear(&report);
}

static const struct {
    const char *from, *to; /* in totals.json */
    const char *told;
} counts[] = {
    {"\"raw\": 7", "\"raw\": 8",
     "raw.shop.sale: the truth's total of raw is 8, its rows and the log come to 7\n"},
    {"\"RANGE\": 1", "\"RANGE\": 0", "raw.shop.sale: the truth's total of RANGE is 0, its rows"},
    {"\"DUPLICATE\"", "\"DOUBLED__\"", "the truth's total of DUPLICATE is 0, its rows and the log"},
    {"\"raw\": 0", "\"raw\": 1", "raw.shop.visit: the truth's total of raw is 1, its rows"},
};

static void a_wrong_total_is_told(void **state)
{
    (void)state;
    put_run(done, COUNT(done));
    for (size_t i = 0; i < COUNT(counts); i++) {
        struct ls_truth_check out;
        struct ls_buf report;
        char *text = strdup(totals);
        memcpy(strstr(text, counts[i].from), counts[i].to, strlen(counts[i].to));
        put_text("truth/totals.json", text);
        assert_int_equal(check_run(&out, &report), LS_DIFFERS);
        assert_int_equal(out.wrong, 1);
        check_says(ls_buf_text(&report, &err), counts[i].told);
        ls_buf_clear(&report);
        free(text);
    }
}

static const struct {
    const char *missing; /* this file is taken away ... */
    const char *text;    /* ... or holds this instead */
    int code;
    const char *said;
} broken[] = {
    {"truth/totals.json", NULL, LS_E_DATA, "truth/totals.json cannot be read"},
    {"truth/totals.json", "{", LS_E_DATA, "truth/totals.json cannot be read"},
    {"truth/raw.shop.sale/1.avro", NULL, LS_E_NOINPUT, "truth/raw.shop.sale/1.avro is missing"},
    {"run/normalized/raw.shop.visit/0.avro", NULL, LS_E_NOINPUT, "visit/0.avro is missing"},
    {"run/quarantine/raw.shop.sale/0.avro", NULL, LS_E_NOINPUT, "sale/0.avro is missing"},
    {"run/quarantine/raw.shop.sale/0.avro", "x", LS_E_DATA, "sale/0.avro is no Avro container"},
    {"log", NULL, LS_E_NOINPUT, "log"},
};

static void what_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(broken); i++) {
        struct ls_truth_check out;
        struct ls_buf report;
        put_text("truth/totals.json", totals);
        put_rows("truth", TRUTH, told, COUNT(told));
        put_run(done, COUNT(done));
        check(ls_tree_remove(broken[i].missing, &err));
        if (broken[i].text) {
            put_text(broken[i].missing, broken[i].text);
        }
        check_refused(check_run(&out, &report), broken[i].code, broken[i].said);
        ls_buf_clear(&report);
    }
}

static const struct {
    enum kind kind;
    const char *folder;
    struct row row;
    const char *said;
} rows[] = {
    {TRUTH, "truth", {0, 5, "RANGE", NULL}, "truth/raw.shop.sale/0.avro is not the truth of this"},
    {TRUTH, "truth", {0, -1, "RANGE", NULL}, "truth/raw.shop.sale/0.avro is not the truth of this"},
    {TRUTH, "truth", {0, 1, "BROKEN", NULL}, "row 1 has no position or no known outcome"},
    {QUARANTINE, "run/quarantine", {0, 1, "BROKEN", NULL}, "no position or no known reason"},
    {QUARANTINE, "run/quarantine", {0, 1, "", NULL}, "no position or no known reason"},
};

static void rows_that_make_no_sense_are_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ls_truth_check out;
        struct ls_buf report;
        put_rows("truth", TRUTH, told, COUNT(told));
        put_run(done, COUNT(done));
        put_rows(rows[i].folder, rows[i].kind, &rows[i].row, 1);
        check_refused(check_run(&out, &report), LS_E_DATA, rows[i].said);
        ls_buf_clear(&report);
    }
    static const struct row twice[] = {{0, 1, "DUPLICATE", NULL}, {0, 1, "RANGE", NULL}};
    struct ls_truth_check out;
    struct ls_buf report;
    put_run(done, COUNT(done));
    put_rows("truth", TRUTH, twice, 2);
    check_refused(check_run(&out, &report), LS_E_DATA, "names a record twice");
    ls_buf_clear(&report);
}

/* ---- heartbeats, behind the sales of either partition */

static const char beat_totals[] =
    "{\"topics\": {\"raw.shop.sale\": {\"raw\": 10, \"heartbeats\": 3, \"outcomes\": "
    "{\"ADMITTED\": 5, \"DUPLICATE\": 1, \"RANGE\": 1}}, \"raw.shop.visit\": {\"raw\": 0, "
    "\"heartbeats\": 0, \"outcomes\": {}}}}";

static void put_beating_log(const char *key)
{
    static const struct sale sale = {"s", 1000, 0, "DE", 100};
    static const uint32_t beats[] = {0, 0, 1};
    check(ls_tree_remove("log", &err));
    struct ls_log *log = create_log("log", spec);
    for (uint32_t i = 0; i < 7; i++) {
        append_sale(log, spec, i / 5, &sale);
    }
    for (size_t i = 0; i < COUNT(beats); i++) {
        uint8_t value[LS_HEARTBEAT_SIZE_MAX];
        struct ls_log_record record = {.timestamp_ms = START,
                                       .key = (const uint8_t *)key,
                                       .key_size = key ? strlen(key) : 0,
                                       .value = value,
                                       .value_size = ls_heartbeat_write(START, value)};
        check(ls_log_append(log, 0, beats[i], &record, &err));
    }
    end_log(log);
    spec->topics->heartbeat_ms = 1000;
    put_text("truth/totals.json", beat_totals);
}

static void heartbeats_are_in_no_dataset(void **state)
{
    (void)state;
    static const struct {
        struct row more; /* of the run */
        const char *key; /* of the heartbeats */
        uint64_t wrong;
        const char *told;
    } beats[] = {
        {GONE, NULL, 0, ""},
        {{0, 5, NULL, NULL},
         NULL,
         1,
         "partition 0, position 5: the run says normalized, the truth that it is a heartbeat\n"
         "  its input: raw.shop.sale, partition 0, position 5\n    timestamp "
         "2026-01-01T00:00:00.000Z, key none\n    a heartbeat of 2026-01-01T00:00:00.000Z\n"},
        {{1, 2, "SCHEMA_UNKNOWN", NULL},
         NULL,
         1,
         "partition 1, position 2: the run says SCHEMA_UNKNOWN, the truth that it is a "
         "heartbeat\n"},
        /* with a key it is none: three records are lost, and the totals are of something else */
        {GONE, "k", 4, "partition 0, position 5: the run says nothing, the truth ADMITTED\n"},
    };
    for (size_t i = 0; i < COUNT(beats); i++) {
        struct row run[COUNT(done) + 1];
        struct ls_truth_check out;
        struct ls_buf report;
        memcpy(run, done, sizeof done);
        run[COUNT(done)] = beats[i].more;
        put_beating_log(beats[i].key);
        put_run(run, COUNT(run));
        assert_int_equal(check_run(&out, &report), beats[i].wrong ? LS_DIFFERS : 0);
        assert_int_equal(out.wrong, beats[i].wrong);
        assert_int_equal(out.raw, 10);
        assert_int_equal(out.heartbeats, beats[i].key ? 0 : 3);
        check_says(ls_buf_text(&report, &err), beats[i].told);
        ls_buf_clear(&report);
    }
}

static void the_truth_tells_nothing_of_heartbeats(void **state)
{
    (void)state;
    static const struct row named = {0, 5, "ADMITTED", "late"};
    struct ls_truth_check out;
    struct ls_buf report;
    put_beating_log(NULL);
    put_run(done, COUNT(done));
    char *text = strdup(beat_totals);
    memcpy(strstr(text, "\"heartbeats\": 3"), "\"heartbeats\": 2", strlen("\"heartbeats\": 2"));
    put_text("truth/totals.json", text);
    free(text);
    assert_int_equal(check_run(&out, &report), LS_DIFFERS);
    check_says(ls_buf_text(&report, &err),
               "raw.shop.sale: the truth's total of heartbeats is 2, its rows and the log come to "
               "3\n");
    ls_buf_clear(&report);
    put_rows("truth", TRUTH, &named, 1);
    check_refused(check_run(&out, &report), LS_E_DATA, "it names a record twice, a heartbeat, or");
    ls_buf_clear(&report);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    int rc;
    unsigned long nth = 0;
    put_run(done, COUNT(done));
    do {
        struct ls_truth_check out;
        struct ls_buf report;
        ls_mem_refuse(++nth);
        rc = check_run(&out, &report);
        ls_mem_refuse(0);
        ls_buf_clear(&report);
    } while (rc == LS_E_NOMEM);
    assert_int_equal(rc, 0);
    assert_true(nth > 10);
}

#define RUN_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN_TEST(a_run_that_is_as_foretold),
        RUN_TEST(each_wrong_record_is_named),
        RUN_TEST(all_are_counted_and_five_are_told),
        RUN_TEST(a_wrong_total_is_told),
        RUN_TEST(what_cannot_be_read_is_an_error),
        RUN_TEST(rows_that_make_no_sense_are_errors),
        RUN_TEST(heartbeats_are_in_no_dataset),
        RUN_TEST(the_truth_tells_nothing_of_heartbeats),
        RUN_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
