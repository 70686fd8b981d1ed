#include "conformance/rewrite.h"

#include "conformance/shop_fixture_test.h"
#include "core/base/mem.h"
#include "spec/heartbeat.h"

#define TOPIC 0

static struct ls_spec *spec;

static const struct sale sales[] = {{"a", 0, 100, "DE", 250}, {"b", 1000, 0, NULL, -7}};

/* Two sales, a heartbeat, and what is no event. */
static void put_log(void)
{
    uint8_t value[LS_HEARTBEAT_SIZE_MAX];
    struct ls_log *log = create_log("in", spec);
    append_sale(log, spec, 0, &sales[0]);
    append_sale(log, spec, 0, &sales[1]);
    struct ls_log_record heartbeat = {.timestamp_ms = START + 2000,
                                      .value = value,
                                      .value_size = ls_heartbeat_write(START + 2000, value)};
    check(ls_log_append(log, TOPIC, 0, &heartbeat, &err));
    append_bytes(log, TOPIC, 0, START + 3000, "noise", 5);
    end_log(log);
}

static int setup(void **state)
{
    int rc = make_folder(state);
    spec = load_shop();
    spec->topics->heartbeat_ms = 1000;
    put_log();
    return rc;
}

static int teardown(void **state)
{
    ls_spec_free(spec);
    return remove_folder(state);
}

/* One line a record: timestamp, and the times and the amount, or what it is; times from START. */
static void show(const char *uri, char *text, size_t room)
{
    struct ls_log *log;
    struct ls_log_reader *reader;
    const struct ls_log_record *records;
    const struct ls_spec_event_type *type = ls_spec_event_type_at(spec, TOPIC);
    size_t count;
    size_t used = 0;
    check(ls_log_open(uri, false, &log, &err));
    check(ls_log_reader_new(log, TOPIC, 0, 0, &reader, &err));
    check(ls_log_read(reader, 100, &records, &count, &err));
    for (size_t i = 0; i < count; i++) {
        const struct ls_log_record *r = &records[i];
        struct ls_cell c[8];
        int64_t beat;
        used += (size_t)snprintf(text + used, room - used,
                                 "%lld:", (long long)(r->timestamp_ms - START));
        if (ls_heartbeat_is(r->value, r->value_size)) {
            assert_int_equal(ls_heartbeat_read(r->value, r->value_size, &beat), LS_DECODE_OK);
            used += (size_t)snprintf(text + used, room - used, " beat %lld",
                                     (long long)(beat - START));
        } else if (r->value_size > LS_SINGLE_OBJECT_SIZE) {
            assert_int_equal(ls_row_decode(type->layout, r->value + LS_SINGLE_OBJECT_SIZE,
                                           r->value_size - LS_SINGLE_OBJECT_SIZE, c, NULL, NULL),
                             LS_DECODE_OK);
            used += (size_t)snprintf(text + used, room - used, " %lld %lld %lld",
                                     (long long)(c[LS_COLUMN_EVENT_TIME].number - START),
                                     (long long)(c[LS_COLUMN_INGEST_TIME].number - START),
                                     (long long)c[LS_COLUMN_PAYLOAD + 1].number);
        }
        used += (size_t)snprintf(text + used, room - used, "\n");
    }
    ls_log_reader_free(reader);
    ls_log_close(log);
}

static bool nothing(struct ls_perturb *p, struct ls_log_record *record, void *context)
{
    (void)p;
    (void)record;
    (void)context;
    return false;
}

static bool later(struct ls_perturb *p, struct ls_log_record *record, void *context)
{
    ls_rewrite_shift(p, record, *(int64_t *)context);
    return true;
}

static bool cheaper(struct ls_perturb *p, struct ls_log_record *record, void *context)
{
    struct ls_cell *amount = ls_rewrite_cell(p, "amount");
    (void)record;
    (void)context;
    assert_null(ls_rewrite_cell(p, "pages"));
    if (amount) {
        amount->number -= 1;
    }
    return amount != NULL;
}

static int64_t an_hour = 3600000;

static const struct {
    const char *what;
    ls_rewrite_fn *each;
    uint64_t changed;
    const char *shown;
} rewritings[] = {
    {"nothing is changed", nothing, 0,
     "0: -100 0 250\n1000: 1000 1000 -7\n2000: beat 2000\n3000:\n"},
    {"all times", later, 3,
     "3600000: 3599900 3600000 250\n3601000: 3601000 3601000 -7\n3602000: beat 3602000\n3000:\n"},
    {"a field", cheaper, 2, "0: -100 0 249\n1000: 1000 1000 -8\n2000: beat 2000\n3000:\n"},
};

static void fields_are_changed_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rewritings); i++) {
        uint64_t changed;
        char shown[400] = "";
        check(ls_tree_remove("out", &err));
        check(ls_rewrite_log(spec, "in", "out", rewritings[i].each, &an_hour, &changed, &err));
        show("log:out", shown, sizeof shown);
        if (strcmp(shown, rewritings[i].shown) != 0 || changed != rewritings[i].changed) {
            fail_msg("%s: %s", rewritings[i].what, shown);
        }
    }
}

static void times_at_the_edge(void **state)
{
    (void)state;
    static const struct {
        int64_t from, by, to;
    } edges[] = {{5, -6, -2},
                 {5, -7, -2},
                 {5, -5, 0},
                 {INT64_MAX - 1, 2, INT64_MAX - 1},
                 {INT64_MIN, -1, INT64_MIN}};
    for (size_t i = 0; i < COUNT(edges); i++) {
        struct ls_perturb p = {.spec = spec};
        struct ls_log_record record = {.timestamp_ms = edges[i].from};
        ls_rewrite_shift(&p, &record, edges[i].by);
        assert_int_equal(record.timestamp_ms, edges[i].to);
    }
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    int rc;
    unsigned long nth = 0;
    do {
        uint64_t changed;
        check(ls_tree_remove("out", &err));
        ls_mem_refuse(++nth);
        rc = ls_rewrite_log(spec, "in", "out", later, &an_hour, &changed, &err);
        ls_mem_refuse(0);
    } while (rc == LS_E_NOMEM);
    check(rc);
    assert_true(nth > 10);
}

#define LOG_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(fields_are_changed_and_nothing_else),
        LOG_TEST(times_at_the_edge),
        LOG_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
