#include "conformance/case_tools.h"

#include "conformance/shop_fixture_test.h"

static struct ls_spec *spec;
static struct ls_verify_job job;
static struct ls_verify verify;
static struct ls_case_result result;

static const struct item items[] = {
    {"a", 1, "x", 0}, {"b", 2, NULL, 1}, {"c", 3, "y", 2}, {"d", 4, NULL, 3}};

/* The datasets of a run, of which one has other rows. */
static void put_run(const char *run, const char *other)
{
    static const char *const files[] = {"normalized/raw.shop.sale/0",
                                        "normalized/raw.shop.sale/1",
                                        "quarantine/raw.shop.sale/0",
                                        "views/v",
                                        "views/w",
                                        "late/v/raw.shop.sale/0",
                                        "late/w/raw.shop.visit/0"};
    for (size_t i = 0; i < COUNT(files); i++) {
        char path[200];
        snprintf(path, sizeof path, "%s/datasets/%s.avro", run, files[i]);
        put_items(path, items, strcmp(files[i], other) == 0 ? 3 : 4);
    }
}

static int setup(void **state)
{
    int rc = make_folder(state);
    spec = load_shop();
    job = (struct ls_verify_job){.spec = spec};
    verify = (struct ls_verify){.job = &job, .base_batch = "base"};
    result = (struct ls_case_result){0};
    ls_buf_init(&result.detail, "report", 1U << 20);
    put_run("base", "");
    return rc;
}

static int teardown(void **state)
{
    ls_buf_clear(&result.detail);
    ls_spec_free(spec);
    return remove_folder(state);
}

static const char *const places[] = {"partition", "position", "watermark", NULL};

static const struct {
    const char *other; /* the dataset that differs */
    unsigned parts;
    bool seen;
    const char *told;
} pairs[] = {
    {"", LS_PART_ALL, false, ""},
    {"normalized/raw.shop.sale/1", LS_PART_ALL, true,
     "normalized/: 7 records in left, 8 in right, and their logical digests differ\n"},
    {"normalized/raw.shop.sale/1", LS_PART_VIEWS | LS_PART_LATE | LS_PART_QUARANTINE, false, ""},
    {"quarantine/raw.shop.sale/0", LS_PART_QUARANTINE, true, "quarantine/: 3 records in left"},
    {"quarantine/raw.shop.sale/0", LS_PART_NORMALIZED, false, ""},
    {"views/v", LS_PART_VIEWS, true, "views/v.: 3 records in left, 4 in right"},
    {"views/v", LS_PART_LATE, false, ""},
    {"late/w/raw.shop.visit/0", LS_PART_LATE, true, "late/w/: 3 records"},
    {"late/w/raw.shop.visit/0", LS_PART_VIEWS, false, ""},
};

static void parts_are_held_against_each_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        check(ls_tree_remove("run", &err));
        put_run("run", pairs[i].other);
        result.verdict = LS_VERDICT_PASS;
        result.detail.size = 0;
        check(ls_case_same_rows(&verify, &result, "run", "left", "base", "right", pairs[i].parts,
                                places, &err));
        assert_int_equal(result.verdict, pairs[i].seen ? LS_VERDICT_FAIL : LS_VERDICT_PASS);
        check_says(ls_buf_text(&result.detail, &err), pairs[i].told);
    }
}

/* The view w, which differs, may follow from a column in each of these ways. */
static void views_that_follow_from_places_are_left_out(void **state)
{
    (void)state;
    struct ls_spec_view *view = &((struct ls_spec_view *)spec->pipeline->views.items)[1];
    struct ls_spec_aggregate *aggregate = view->select.items;
    struct ls_aggregate_field field = {.field = "pages"};
    const char *by[] = {"country"};
    aggregate->function.settings = &field;
    view->by = (struct ls_names){.items = by, .count = 1};
    struct {
        const char **place;
        const char *text;
        bool follows;
    } ways[] = {{&by[0], "partition", true},
                {&by[0], "partition_2", false},
                {&view->where_text, "pages > 1 and position<7", true},
                {&view->where_text, "my_position < 7 and positions > 2", false},
                {&view->when_text, "watermark", true},
                {&view->clear_text, "not (watermark > 2)", true},
                {&field.field, "position", true},
                {&field.field, "2 * position", true},
                {&field.to, "partition", true},
                {&field.where_text, "partition = 3", true}};
    put_run("run", "views/w");
    for (size_t i = 0; i < COUNT(ways); i++) {
        const char *was = *ways[i].place;
        *ways[i].place = ways[i].text;
        result.verdict = LS_VERDICT_PASS;
        check(ls_case_same_rows(&verify, &result, "run", "left", "base", "right", LS_PART_ALL,
                                places, &err));
        if ((result.verdict == LS_VERDICT_PASS) != ways[i].follows) {
            fail_msg("%s", ways[i].text);
        }
        *ways[i].place = was;
    }
    check(ls_case_same_rows(&verify, &result, "run", "left", "base", "right", LS_PART_ALL, NULL,
                            &err));
    assert_int_equal(result.verdict, LS_VERDICT_FAIL);
}

/* ---- outcomes */

static void put_reasons(const char *path, const char *const *reasons)
{
    static const char schema[] = "{\"type\":\"record\",\"name\":\"q\",\"fields\":[{\"name\":"
                                 "\"reason\",\"type\":\"string\"}]}";
    struct ls_container_writer *writer;
    check(ls_folder_make_above(path, &err));
    check(ls_container_create(path, "q", schema, 10, &writer, &err));
    for (; *reasons; reasons++) {
        uint8_t bytes[100];
        uint8_t *end = ls_put_bytes(bytes, *reasons, strlen(*reasons));
        check(ls_container_append(writer, bytes, (size_t)(end - bytes), &err));
    }
    check(ls_container_finish(writer, false, &err));
    ls_container_writer_free(writer);
}

static void outcomes_are_counted_and_compared(void **state)
{
    (void)state;
    static const char *const before[] = {"DUPLICATE", "EXPIRED", NULL};
    static const char *const after[] = {"DUPLICATE", "EXPIRED", "DUPLICATE", "CLOCK_SKEW", NULL};
    uint64_t outcomes[LS_REASON_COUNT];
    uint64_t more[LS_REASON_COUNT] = {[LS_REASON_DUPLICATE] = 1, [LS_REASON_CLOCK_SKEW] = 1};
    put_run("run", "");
    put_reasons("base/datasets/quarantine/raw.shop.sale/0.avro", before);
    put_reasons("run/datasets/quarantine/raw.shop.sale/0.avro", after);
    check(ls_case_outcomes("run", outcomes, &err));
    assert_int_equal(outcomes[LS_ADMITTED], 8);
    assert_int_equal(outcomes[LS_REASON_DUPLICATE], 2);
    assert_int_equal(outcomes[LS_REASON_EXPIRED], 1);
    assert_int_equal(outcomes[LS_REASON_RANGE], 0);
    check(ls_case_more(&verify, &result, "run", more, &err));
    assert_int_equal(result.verdict, LS_VERDICT_PASS);
    more[LS_REASON_EXPIRED] = 1;
    check(ls_case_more(&verify, &result, "run", more, &err));
    assert_int_equal(result.verdict, LS_VERDICT_FAIL);
    check_says(ls_buf_text(&result.detail, &err),
               "EXPIRED: 1 records without what was injected, 1 with it, and 1 more would be "
               "right\n");
    check_refused(ls_case_outcomes("nowhere", outcomes, &err), LS_E_NOINPUT, "nowhere");
}

#define ROWS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROWS_TEST(parts_are_held_against_each_other),
        ROWS_TEST(views_that_follow_from_places_are_left_out),
        ROWS_TEST(outcomes_are_counted_and_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
