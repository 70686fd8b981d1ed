#include "conformance/origin.h"

#include "conformance/rows.h"
#include "conformance/shop_fixture_test.h"
#include "core/base/mem.h"

static const char topic[] = "raw.shop.sale";

/* ---- records of the log */

static const struct {
    uint32_t partition;
    uint64_t position;
    const char *told;
} records[] = {
    {0, 0,
     "  its input: raw.shop.sale, partition 0, position 0\n"
     "    timestamp 2026-01-01T00:00:01.000Z, key \"C07\"\n"
     "    value {\"event_id\": \"a1\", \"event_time\": \"2026-01-01T00:00:00.500Z\", "
     "\"ingest_time\": \"2026-01-01T00:00:01.000Z\", \"source\": \"test\", \"schema_version\": 1, "
     "\"entity_id\": \"C07\", \"payload\": {\"country\": null, \"amount_cents\": 250}}\n"},
    {0, 1, "position 1\n    timestamp 1970-01-01T00:00:00.000Z, key none\n    no value\n"},
    {0, 2, ", key \"\"\n    value of 3 bytes, without a frame: 616263\n"},
    {0, 3, ", key ff00\n    value of 11 bytes, of a schema that the spec has not: c301"},
    {0, 4, "bytes, which do not decode (the bytes end inside the datum, at byte "},
    {0, 5, "bytes, which do not decode ("},
    {0, 6, "    value of 100 bytes, without a frame: 78787878"},
    {0, 7, "    (it cannot be read: the log has no such record)\n"},
    {1, 0, "    (it cannot be read: the log has no such record)\n"},
    {2, 0, "    (it cannot be read: the log has no such record)\n"},
    {UINT32_MAX, UINT64_MAX, "    (it cannot be read: the log has no such record)\n"},
};

static void put_records(const struct ls_spec *spec)
{
    static const struct sale sale = {"a1", 1000, 500, NULL, 250};
    struct ls_log *log = create_log("log", spec);
    uint8_t bytes[300];
    char long_value[100];
    append_sale(log, spec, 0, &sale);
    struct ls_log_record bare = {.timestamp_ms = 0};
    check(ls_log_append(log, 0, 0, &bare, &err));
    bare.key = (const uint8_t *)"";
    bare.value = (const uint8_t *)"abc";
    bare.value_size = 3;
    check(ls_log_append(log, 0, 0, &bare, &err));
    bare.key = (const uint8_t *)"\xff\0";
    bare.key_size = 2;
    *ls_put_single_object(bytes, 77) = 'x';
    bare.value = bytes;
    bare.value_size = LS_SINGLE_OBJECT_SIZE + 1;
    check(ls_log_append(log, 0, 0, &bare, &err));
    size_t size = put_sale(spec, &sale, bytes);
    append_bytes(log, 0, 0, START, bytes, size - 1);
    bytes[size] = 0;
    append_bytes(log, 0, 0, START, bytes, size + 1);
    memset(long_value, 'x', sizeof long_value);
    append_bytes(log, 0, 0, START, long_value, sizeof long_value);
    end_log(log);
}

static char *tell_record(const struct ls_origin *origin, const char *of, uint32_t partition,
                         uint64_t position)
{
    struct ls_buf report;
    ls_buf_init(&report, "report", 1U << 20);
    check(ls_origin_record(origin, of, partition, position, &report, &err));
    char *text = strdup(ls_buf_text(&report, &err));
    ls_buf_clear(&report);
    return text;
}

static void a_record_is_shown_decoded_or_as_it_is(void **state)
{
    (void)state;
    struct ls_spec *spec = load_shop();
    struct ls_origin origin = {spec, "log"};
    put_records(spec);
    for (size_t i = 0; i < COUNT(records); i++) {
        char *text = tell_record(&origin, topic, records[i].partition, records[i].position);
        check_says(text, records[i].told);
        free(text);
    }
    char *text = tell_record(&origin, topic, 0, 6);
    assert_int_equal(strlen(strstr(text, ": 7878")), 2 + 2 * 64 + 4); /* and "...", a line's end */
    check_says(text, "78...\n");
    free(text);
    text = tell_record(&origin, "raw.shop.none", 0, 0); /* of no event type: only named */
    assert_string_equal(text, "  its input: raw.shop.none, partition 0, position 0\n");
    free(text);
    origin.log = "nowhere";
    text = tell_record(&origin, topic, 0, 0);
    check_says(text, "    (it cannot be read: ");
    free(text);
    ls_spec_free(spec);
}

static void a_record_of_either_version_is_shown(void **state)
{
    (void)state;
    static const char *const told[] = {"{\"country\": null, \"amount_cents\": 250}}\n",
                                       "{\"country\": null, \"amount_cents\": 250, \"tip\": 7}}\n"};
    struct ls_spec *spec = load_changing_shop();
    struct ls_origin origin = {spec, "log"};
    put_changing_log("log", spec);
    for (size_t i = 0; i < COUNT(told); i++) {
        char *text = tell_record(&origin, topic, 0, i);
        check_says(text, told[i]);
        free(text);
    }
    ls_spec_free(spec);
}

/* ---- rows */

/* A normalized row as the reference pipeline writes it, as far as it matters here. */
struct row {
    uint32_t partition;
    const char *id;
    int64_t at_ms; /* event time, from START */
    const char *country;
    int64_t cents;
    int64_t position;
    int64_t watermark_ms;
};

static const char row_schema[] =
    "{\"type\":\"record\",\"name\":\"sale\",\"fields\":[{\"name\":\"event_id\",\"type\":\"string\"}"
    ","
    "{\"name\":\"event_time\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
    "{\"name\":\"country\",\"type\":[\"null\",\"string\"]},{\"name\":\"amount_cents\",\"type\":"
    "\"long\"},{\"name\":\"position\",\"type\":\"long\",\"lockstep.physical\":true},"
    "{\"name\":\"watermark\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}}]}";

static void put_rows(const char *folder, const struct row *rows, size_t count)
{
    for (uint32_t p = 0; p < 2; p++) {
        char path[200];
        struct ls_container_writer *writer;
        snprintf(path, sizeof path, "%s/normalized/%s/%u.avro", folder, topic, p);
        check(ls_folder_make_above(path, &err));
        check(ls_container_create(path, "n", row_schema, 3, &writer, &err));
        for (size_t i = 0; i < count; i++) {
            uint8_t bytes[300];
            uint8_t *at = ls_put_bytes(bytes, rows[i].id, strlen(rows[i].id));
            at = ls_put_long(at, START + rows[i].at_ms);
            at = ls_put_long(at, rows[i].country != NULL);
            at = rows[i].country ? ls_put_bytes(at, rows[i].country, strlen(rows[i].country)) : at;
            at = ls_put_long(at, rows[i].cents);
            at = ls_put_long(at, rows[i].position);
            at = ls_put_long(at, START + rows[i].watermark_ms);
            if (rows[i].partition == p) {
                check(ls_container_append(writer, bytes, (size_t)(at - bytes), &err));
            }
        }
        check(ls_container_finish(writer, false, &err));
        ls_container_writer_free(writer);
    }
}

static json_t *view_row(const char *country)
{
    json_t *row = json_pack("{s:I, s:I, s:s?}", "window_start", (json_int_t)START, "window_end",
                            (json_int_t)(START + 10000), "country", country);
    assert_non_null(row);
    return row;
}

static char *tell_row(const struct ls_spec *spec, const char *name, json_t *row)
{
    struct ls_origin origin = {spec, "log"};
    struct ls_sides sides = {{"a", "b"}, {"stream", "batch"}};
    struct ls_buf report;
    ls_buf_init(&report, "report", 1U << 20);
    check(ls_origin_row(&origin, &sides, name, row, &report, &err));
    char *text = strdup(ls_buf_text(&report, &err));
    ls_buf_clear(&report);
    json_decref(row);
    return text;
}

static const struct row usual[] = {
    {0, "a0", 0, "DE", 100, 0, -1000},    {0, "a1", 9999, "DE", 200, 1, 9999},
    {0, "a2", 10000, "DE", 300, 2, 9999}, {0, "a3", 5000, "US", 400, 3, 9999},
    {0, "a4", 5000, NULL, 500, 5, 9999},  {1, "b0", -1, "DE", 600, 0, -1000},
    {1, "b1", 4000, "DE", -700, 7, 9999}, {1, "b2", 4000, "DE", 800, 8, 10000},
};

#define BEHIND(count, group)                                                                       \
    "  behind it: " count                                                                          \
    " of raw.shop.sale in that window and group (whatever `where: amount > 0`"                     \
    " makes of them)" group

static void a_row_of_a_view_has_the_records_of_its_group(void **state)
{
    (void)state;
    struct ls_spec *spec = load_shop();
    put_rows("a", usual, COUNT(usual));
    put_rows("b", usual, COUNT(usual));
    char *text = tell_row(spec, "views/v.avro", view_row("DE"));
    assert_string_equal(
        text,
        BEHIND("4 normalized records",
               ", the same in stream and batch:\n") "    partition 0, position 0, event_id a0, "
                                                    "amount 100\n"
                                                    "    partition 0, position 1, event_id a1, "
                                                    "amount 200\n"
                                                    "    partition 1, position 7, event_id b1, "
                                                    "amount -700\n"
                                                    "    partition 1, position 8, event_id b2, "
                                                    "amount 800; late: its watermark had reached "
                                                    "the window's end\n");
    free(text);
    text = tell_row(spec, "views/v.avro", view_row(NULL)); /* null is a group of its own */
    assert_string_equal(text,
                        BEHIND("1 normalized record",
                               ", the same in stream and batch:\n") "    partition 0, position 5, "
                                                                    "event_id a4, amount 500\n");
    free(text);
    text = tell_row(spec, "views/v.avro", view_row("JP"));
    assert_string_equal(text, BEHIND("0 normalized records", ", the same in stream and batch\n"));
    free(text);
    ls_spec_free(spec);
}

static void what_differs_between_the_sides_comes_first(void **state)
{
    (void)state;
    static const struct row other[] = {
        {0, "a0", 0, "DE", 100, 0, -1000},
        {0, "a1", 9999, "DE", 201, 1, 9999},
        {1, "b1", 4000, "DE", -700, 7, 9999},
        {1, "b3", 4000, "DE", 900, 9, 9999},
    };
    struct ls_spec *spec = load_shop();
    put_rows("a", usual, COUNT(usual));
    put_rows("b", other, COUNT(other));
    char *text = tell_row(spec, "views/v.avro", view_row("DE"));
    assert_string_equal(
        text,
        BEHIND(
            "5 normalized records",
            ", of which 3 are not the same in both:\n") "    partition 0, position 1, event_id a1, "
                                                        "amount 200; amount_cents is 200 in stream "
                                                        "and 201 in batch\n"
                                                        "    partition 1, position 8, event_id b2, "
                                                        "amount 800; late: its watermark had "
                                                        "reached "
                                                        "the window's end; in stream alone\n"
                                                        "    partition 1, position 9, event_id b3, "
                                                        "amount 900; in batch alone\n"
                                                        "    partition 0, position 0, event_id a0, "
                                                        "amount 100\n"
                                                        "    partition 1, position 7, event_id b1, "
                                                        "amount -700\n");
    free(text);
    check(ls_tree_remove("b", &err)); /* one side has none */
    text = tell_row(spec, "views/v.avro", view_row(NULL));
    check_says(text, ", of which 1 are not the same in both:\n");
    check_says(text, "event_id a4, amount 500; in stream alone\n");
    free(text);
    ls_spec_free(spec);
}

static void at_most_ten_records_are_told(void **state)
{
    (void)state;
    enum { MANY = 30 };
    struct row many[MANY];
    static const struct {
        size_t in_b;
        size_t same, different;
        const char *more;
    } counts[] = {{30, 10, 0, "    and 20 more\n"},
                  {26, 6, 4, "    and 20 more\n"},
                  {0, 0, 10, "    and 20 more\n"}};
    struct ls_spec *spec = load_shop();
    for (size_t i = 0; i < MANY; i++) {
        many[i] = (struct row){0, "x", 1, "DE", 1, (int64_t)i, 0};
    }
    put_rows("a", many, MANY);
    for (size_t k = 0; k < COUNT(counts); k++) {
        put_rows("b", many, counts[k].in_b);
        char *text = tell_row(spec, "views/v.avro", view_row("DE"));
        size_t lines = 0;
        size_t alone = 0;
        for (const char *at = text; (at = strstr(at, "    partition ")); at++) {
            lines++;
        }
        for (const char *at = text; (at = strstr(at, "; in stream alone")); at++) {
            alone++;
        }
        assert_int_equal(lines, 10);
        assert_int_equal(alone, counts[k].different);
        check_says(text, counts[k].more);
        check_says(text, "  behind it: 30 normalized records");
        free(text);
    }
    ls_spec_free(spec);
}

static const struct {
    const char *name;
    const char *row;
    const char *told; /* "": nothing */
} rows[] = {
    {"normalized/raw.shop.sale/0.avro", "{\"partition\": 0, \"position\": 0}",
     "  its input: raw.shop.sale, partition 0, position 0\n    timestamp 2026-01-01T00:00:01.000Z"},
    {"quarantine/raw.shop.sale/0.avro", "{\"partition\": 0, \"position\": 2}",
     "value of 3 bytes, without a frame: 616263\n"},
    {"late/v/raw.shop.sale/0.avro", "{\"partition\": 0, \"position\": 0}", "\"event_id\": \"a1\""},
    {"late/v/raw.shop.sale/0.avro", "{\"partition\": -1, \"position\": 0}", "no such record"},
    {"late/v/raw.shop.sale/0.avro", "{\"partition\": 0, \"position\": -1}", "no such record"},
    {"late/v/raw.shop.sale/0.avro", "{\"partition\": \"0\", \"position\": 1}", ""},
    {"normalized/raw.shop.sale/0.avro", "{}", ""},
    {"views/unknown.avro", "{}", ""},
    {"0.avro", "{\"partition\": 0, \"position\": 0}", ""},
    {"/0.avro", "{\"partition\": 0, \"position\": 0}", ""},
    {"normalized/raw.none/0.avro", "{\"partition\": 0, \"position\": 0}", "its input: raw.none,"},
};

static void any_row_is_told_by_its_position(void **state)
{
    (void)state;
    struct ls_spec *spec = load_shop();
    put_records(spec);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = tell_row(spec, rows[i].name, json_loads(rows[i].row, 0, NULL));
        if (*rows[i].told ? !strstr(text, rows[i].told) : *text) {
            fail_msg("%s %s: `%s`, should be `%s`", rows[i].name, rows[i].row, text, rows[i].told);
        }
        free(text);
    }
    ls_spec_free(spec);
}

static void what_cannot_be_read_is_told(void **state)
{
    (void)state;
    struct ls_spec *spec = load_shop();
    put_rows("a", usual, COUNT(usual));
    put_rows("b", usual, COUNT(usual));
    put_text("b/normalized/raw.shop.sale/1.avro", "no container");
    char *text = tell_row(spec, "views/v.avro", view_row("DE"));
    check_says(text, "    (it cannot be read: b/normalized/raw.shop.sale/1.avro is no Avro");
    free(text);
    ls_spec_free(spec);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    struct ls_spec *spec = load_shop();
    struct ls_origin origin = {spec, "log"};
    struct ls_sides sides = {{"a", "b"}, {"stream", "batch"}};
    put_records(spec);
    put_rows("a", usual, COUNT(usual));
    put_rows("b", usual, COUNT(usual) - 2);
    json_t *input = json_pack("{s:i, s:i}", "partition", 0, "position", 0);
    json_t *view = view_row("DE");
    for (int k = 0; k < 2; k++) {
        int rc;
        unsigned long nth = 0;
        do {
            struct ls_buf report;
            ls_buf_init(&report, "report", 1U << 20);
            ls_mem_refuse(++nth);
            rc = ls_origin_row(&origin, &sides,
                               k ? "views/v.avro" : "normalized/raw.shop.sale/0.avro",
                               k ? view : input, &report, &err);
            ls_mem_refuse(0);
            ls_buf_clear(&report);
        } while (rc == LS_E_NOMEM);
        check(rc);
        assert_true(nth > 20);
    }
    json_decref(input);
    json_decref(view);
    ls_spec_free(spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(a_record_is_shown_decoded_or_as_it_is),
        FOLDER_TEST(a_record_of_either_version_is_shown),
        FOLDER_TEST(a_row_of_a_view_has_the_records_of_its_group),
        FOLDER_TEST(what_differs_between_the_sides_comes_first),
        FOLDER_TEST(at_most_ten_records_are_told),
        FOLDER_TEST(any_row_is_told_by_its_position),
        FOLDER_TEST(what_cannot_be_read_is_told),
        FOLDER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
