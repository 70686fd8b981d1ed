#include "conformance/naive_fixture_test.h"
#include "core/base/civil.h"

#define T    INT64_C(1767225600000)
#define GOOD .country = "DE", .amount = 100, .quantity = 1

static void judge(struct naive_shop *s, const struct sale *sales, size_t count)
{
    put_sales(s, sales, count);
    assert_int_equal(ls_naive_judge(&s->world, s->topic, &s->err), 0);
}

static void check_outcome(const struct naive_shop *s, size_t i, enum ls_reason wanted)
{
    enum ls_reason outcome = s->topic->partitions[0].records[i].outcome;
    if (outcome != wanted) {
        fail_msg("record %zu is %s, should be %s", i, ls_reasons[outcome].name,
                 ls_reasons[wanted].name);
    }
}

/* One record alone each. */
static const struct {
    struct sale sale;
    enum ls_reason outcome;
} alone[] = {
    {{"a", T, T, T, GOOD}, LS_ADMITTED},
    {{"", T, T, T, GOOD}, LS_REASON_ENVELOPE_INVALID},
    /* max_skew is 3 s, either way, and allowed itself; judged before all that is behind it */
    {{"a", T, T + 3000, T, GOOD}, LS_ADMITTED},
    {{"a", T, T + 3001, T, GOOD}, LS_REASON_CLOCK_SKEW},
    {{"a", T - 5000, T - 3000, T, GOOD}, LS_ADMITTED},
    {{"a", T - 5000, T - 3001, T, GOOD}, LS_REASON_CLOCK_SKEW},
    {{"a", T + 9000, T - 3001, T, GOOD}, LS_REASON_CLOCK_SKEW},
    {{"a", T, T, -1, GOOD}, LS_ADMITTED},
    {{"a", T, INT64_MIN, T, GOOD}, LS_REASON_CLOCK_SKEW},
    {{"a", T, INT64_MAX, INT64_MIN, GOOD}, LS_REASON_CLOCK_SKEW},
    {{"a", T + 500, T, T, GOOD}, LS_ADMITTED},
    {{"a", T + 501, T, T, GOOD}, LS_REASON_CLOCK_AHEAD},
    {{"a", INT64_MAX, INT64_MIN, -1, GOOD}, LS_REASON_CLOCK_AHEAD},
    {{"a", LS_TIME_MIN_MS, LS_TIME_MIN_MS, LS_TIME_MIN_MS, GOOD}, LS_ADMITTED},
    {{"a", LS_TIME_MIN_MS - 1, LS_TIME_MIN_MS, LS_TIME_MIN_MS, GOOD}, LS_REASON_TIME_RANGE},
    {{"a", LS_TIME_MIN_MS, LS_TIME_MIN_MS - 1, -1, GOOD}, LS_REASON_TIME_RANGE},
    {{"a", LS_TIME_MAX_MS, LS_TIME_MAX_MS, -1, GOOD}, LS_ADMITTED},
    {{"a", LS_TIME_MAX_MS + 1, LS_TIME_MAX_MS, -1, GOOD}, LS_REASON_TIME_RANGE},
    {{"a", LS_TIME_MAX_MS, LS_TIME_MAX_MS + 1, -1, GOOD}, LS_REASON_TIME_RANGE},
    /* the spec's order: quantity, country, amount */
    {{"a", T, T, T, "DE", 0, 100, 9}, LS_ADMITTED},
    {{"a", T, T, T, "DE", 0, 100, 10}, LS_REASON_RANGE},
    {{"a", T, T, T, "DE", 0, 100, -6}, LS_REASON_RANGE},
    {{"a", T, T, T, "-", 0, 100, 10}, LS_REASON_RANGE},
    {{"a", T, T, T, "-", 0, 99999, 9}, LS_REASON_NOT_NULL},
    {{"a", T, T, T, "DE", 0, 9999, 9}, LS_ADMITTED},
    {{"a", T, T, T, "DE", 0, 10000, 9}, LS_REASON_NORMALIZE_FAILED}, /* in range, `vast` too vast */
    {{"a", T, T, T, "DE", 0, 10001, 9}, LS_REASON_RANGE},
    {{"a", T, T, T, "DE", 0, -50, 9}, LS_ADMITTED},
    {{"a", T, T, T, "DE", 0, -51, 9}, LS_REASON_RANGE},
    {{"a", T, T, T, "DE", 0, NO_AMOUNT, 9}, LS_ADMITTED},
    {{"a", T, T, T, "DE", 0, 100, 0}, LS_REASON_NORMALIZE_FAILED},
    {{"a", T, T, T, "DE", 0, NO_AMOUNT, 0}, LS_ADMITTED}, /* null / 0 is null */
    /* the watermark is 2 s behind, the horizon 10 s behind that */
    {{"a", T - 12000, T, T, GOOD}, LS_ADMITTED},
    {{"a", T - 12001, T, T, GOOD}, LS_REASON_EXPIRED},
};

static void a_record_is_judged_by_its_first_fault(void **state)
{
    struct naive_shop *s = *state;
    for (size_t i = 0; i < COUNT(alone); i++) {
        judge(s, &alone[i].sale, 1);
        enum ls_reason outcome = s->topic->partitions[0].records[0].outcome;
        if (outcome != alone[i].outcome) {
            fail_msg("case %zu is %s, should be %s", i, ls_reasons[outcome].name,
                     ls_reasons[alone[i].outcome].name);
        }
    }
}

/* What a check says to one value. */
static void sets_and_patterns_are_judged(void **state)
{
    static const char *const quantities[] = {"1", "-2.0", "7"};
    static const char *const amounts[] = {"1", "0.50"};
    static const char *const countries[] = {"DE", "US", ""};
    static const struct {
        const char *country;
        int64_t method, amount, quantity;
        enum ls_reason outcome;
    } cases[] = {
        {"DE", 0, 100, 1, LS_ADMITTED},       {"US", 1, 50, -2, LS_ADMITTED},
        {"DE", 1, NO_AMOUNT, 7, LS_ADMITTED}, {"DE", 0, 100, 2, LS_REASON_SET},
        {"DE", 0, 5, 1, LS_REASON_SET},       {"DE", 0, 1, 1, LS_REASON_SET},
        {"de", 0, 100, 1, LS_REASON_SET},     {"FR", 0, 100, 1, LS_REASON_SET},
        {"", 0, 100, 1, LS_REASON_PATTERN},   {"DE", 2, 100, 1, LS_REASON_SET},
        {"-", 0, 100, 1, LS_ADMITTED},
    };
    static const char *const methods[] = {"card", "cash"};
    struct ls_spec_check checks[] = {
        {.check = LS_CHECK_SET, .field = "quantity", .values = {3, quantities, NULL}},
        {.check = LS_CHECK_SET, .field = "amount", .values = {2, amounts, NULL}},
        {.check = LS_CHECK_SET, .field = "country", .values = {3, countries, NULL}},
        {.check = LS_CHECK_PATTERN, .field = "country", .like = "[A-Z]{2}"},
        {.check = LS_CHECK_SET, .field = "method", .values = {2, methods, NULL}},
    };
    struct naive_shop *s = *state;
    const struct ls_items before = s->spec->quality;
    s->spec->quality = (struct ls_items){COUNT(checks), checks, NULL};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct sale sale = {
            "a", T, T, T, cases[i].country, cases[i].method, cases[i].amount, cases[i].quantity};
        judge(s, &sale, 1);
        enum ls_reason outcome = s->topic->partitions[0].records[0].outcome;
        if (outcome != cases[i].outcome) {
            fail_msg("case %zu is %s, should be %s", i, ls_reasons[outcome].name,
                     ls_reasons[cases[i].outcome].name);
        }
    }
    s->spec->quality = before;
}

static void key_and_version_belong_to_the_envelope(void **state)
{
    struct naive_shop *s = *state;
    const struct sale sale = {"a", T, T, T, GOOD};
    put_sales(s, &sale, 1);
    struct naive_record *record = s->topic->partitions[0].records;
    record->key = ls_naive_text_value("C08");
    assert_int_equal(ls_naive_judge(&s->world, s->topic, &s->err), 0);
    check_outcome(s, 0, LS_REASON_ENVELOPE_INVALID);
    record->key = (struct naive_value){.is_null = true};
    assert_int_equal(ls_naive_judge(&s->world, s->topic, &s->err), 0);
    check_outcome(s, 0, LS_REASON_ENVELOPE_INVALID);
    record->key = ls_naive_text_value("C07");
    record->event[NAIVE_SCHEMA_VERSION].number = 1;
    assert_int_equal(ls_naive_judge(&s->world, s->topic, &s->err), 0);
    check_outcome(s, 0, LS_REASON_ENVELOPE_INVALID);
}

static void watermarks_follow_the_highest_sane_clock(void **state)
{
    struct naive_shop *s = *state;
    static const struct sale sales[] = {
        {"a", T, T, T, GOOD},
        {"b", T, T + 5000, T, GOOD},         /* skewed: moves nothing */
        {"c", T, T + 2000, T, "-", 0, 1, 1}, /* sane, though quarantined: moves it */
        {"d", T, T + 1000, T + 1000, GOOD},  /* behind: the highest stays */
        {"e", T, T + 9000, T + 9000, GOOD},
    };
    static const int64_t watermarks[] = {T - 2000, 0, 0, T, T + 7000};
    judge(s, sales, COUNT(sales));
    for (size_t i = 0; i < COUNT(sales); i++) {
        const struct naive_record *record = &s->topic->partitions[0].records[i];
        if (watermarks[i]) {
            check_outcome(s, i, LS_ADMITTED);
            assert_true(record->watermark_ms == watermarks[i]);
            assert_true(record->row[s->topic->row.count - 1].number == watermarks[i]);
            assert_true(record->row[s->topic->row.count - 2].number == (int64_t)i);
        } else {
            assert_int_not_equal(record->outcome, LS_ADMITTED);
        }
    }
}

static void ids_are_remembered_for_the_horizon(void **state)
{
    struct naive_shop *s = *state;
    static const struct {
        struct sale sale;
        enum ls_reason outcome;
    } cases[] = {
        {{"a", T, T, T, GOOD}, LS_ADMITTED},
        {{"b", T, T, T, GOOD}, LS_ADMITTED},
        {{"a", T + 100, T + 1, T + 1, GOOD}, LS_REASON_DUPLICATE},
        {{"a", T, T + 1, T + 1, "US", 0, 100, 1}, LS_REASON_DUPLICATE_CONFLICT},
        /* compared with the first, not with the conflict */
        {{"a", T, T + 1, T + 1, "US", 0, 100, 1}, LS_REASON_DUPLICATE_CONFLICT},
        /* quarantined for itself, so not remembered */
        {{"c", T, T + 1, T + 1, "-", 0, 100, 1}, LS_REASON_NOT_NULL},
        {{"c", T, T + 1, T + 1, GOOD}, LS_ADMITTED},
        /* W - horizon = T: still remembered; one ms on: forgotten, and a later one counts as new */
        {{"a", T + 11000, T + 12000, T + 12000, GOOD}, LS_REASON_DUPLICATE},
        {{"b", T + 11000, T + 12001, T + 12001, GOOD}, LS_ADMITTED},
        {{"a", T, T + 12001, T + 12001, GOOD}, LS_REASON_EXPIRED},
        {{"b", T + 11000, T + 20000, T + 20000, GOOD}, LS_REASON_DUPLICATE},
    };
    struct sale sales[COUNT(cases)];
    for (size_t i = 0; i < COUNT(cases); i++) {
        sales[i] = cases[i].sale;
    }
    judge(s, sales, COUNT(sales));
    for (size_t i = 0; i < COUNT(cases); i++) {
        check_outcome(s, i, cases[i].outcome);
    }
}

static void steps_see_what_the_steps_before_them_left(void **state)
{
    struct naive_shop *s = *state;
    static const char *const columns[] = {
        "event_id",   "event_time", "ingest_time", "source",       "schema_version",
        "entity_id",  "country",    "method",      "amount_cents", "each_cents",
        "vast_cents", "partition",  "position",    "watermark"};
    static const struct sale sales[] = {{"a", T, T, T, "DE", 1, 250, 4}};
    assert_int_equal(s->topic->row.count, COUNT(columns));
    for (size_t i = 0; i < COUNT(columns); i++) {
        assert_string_equal(s->topic->row.items[i].written, columns[i]);
    }
    judge(s, sales, 1);
    const struct naive_value *row = s->topic->partitions[0].records[0].row;
    assert_int_equal(row[6].size, 2);
    assert_int_equal(row[7].number, 1);
    assert_int_equal(row[9].number, 62); /* 62.5: half to even */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHOP_TEST(a_record_is_judged_by_its_first_fault),
        SHOP_TEST(sets_and_patterns_are_judged),
        SHOP_TEST(key_and_version_belong_to_the_envelope),
        SHOP_TEST(watermarks_follow_the_highest_sane_clock),
        SHOP_TEST(ids_are_remembered_for_the_horizon),
        SHOP_TEST(steps_see_what_the_steps_before_them_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
