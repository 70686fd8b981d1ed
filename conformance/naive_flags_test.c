#include "conformance/naive_fixture_test.h"

#define T INT64_C(1767225600000)

/* The spec's checks are gone, and these flags are its. */
static void set_flags(struct naive_shop *s, struct ls_spec_check *flags, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        flags[k].check = LS_CHECK_FLAG;
        flags[k].per = flags[k].per ? flags[k].per : "entity_id";
    }
    s->spec->quality = (struct ls_items){count, flags, NULL};
    assert_int_equal(ls_naive_steps_compile(&s->world, s->topic, &s->world.arena, &s->err), 0);
}

static bool is_flagged(const struct naive_shop *s, size_t record, const char *name)
{
    size_t column = ls_naive_column_find(&s->topic->row, name);
    assert_true(column < s->topic->row.count - 3);
    const struct naive_value *value = &s->topic->partitions[0].records[record].row[column];
    assert_false(value->is_null);
    return value->number == 1;
}

static void flags_have_columns_in_front_of_the_physical_ones(void **state)
{
    static const char *const listed[] = {"sale"};
    static const char *const others[] = {"visit"};
    struct ls_spec_check flags[] = {
        {.flag = "dear", .when = "amount > 5.00"},
        {.flag = "gone", .when = "quantity > 1"}, /* dropped by a step */
        {.flag = "fell", .monotonic = "each"},
        {.flag = "of_nobody", .monotonic = "each", .per = "nobody"},
        {.flag = "here", .when = "true", .events = {1, listed, NULL}},
        {.flag = "there", .when = "true", .events = {1, others, NULL}},
    };
    static const char *const names[] = {"dear",      "fell",     "here",
                                        "partition", "position", "watermark"};
    struct naive_shop *s = *state;
    set_flags(s, flags, COUNT(flags));
    const struct naive_columns *row = &s->topic->row;
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_string_equal(row->items[row->count - COUNT(names) + i].name, names[i]);
    }
    const struct ls_spec_check wrong = {.check = LS_CHECK_FLAG,
                                        .flag = "wrong",
                                        .when = "nothing = 1",
                                        .events = {1, listed, NULL}};
    flags[0] = wrong; /* of an event type that lacks its field */
    assert_int_equal(ls_naive_steps_compile(&s->world, s->topic, &s->world.arena, &s->err),
                     LS_E_DATA);
}

static void conditions_flag_what_they_hold_for(void **state)
{
    static const struct {
        struct sale sale;
        bool dear, known;
    } cases[] = {
        {{"a", T, T, T, "DE", 0, 501, 1}, true, true},
        {{"b", T, T, T, "DE", 0, 500, 1}, false, true},
        {{"c", T, T, T, "-", 0, 501, 1}, false, false},
        {{"d", T, T, T, "DE", 0, NO_AMOUNT, 1}, false, true},
    };
    struct ls_spec_check flags[] = {{.flag = "dear", .when = "amount > 5 and country = 'DE'"},
                                    {.flag = "known", .when = "country is not null"}};
    struct naive_shop *s = *state;
    struct sale sales[COUNT(cases)];
    set_flags(s, flags, COUNT(flags));
    for (size_t i = 0; i < COUNT(cases); i++) {
        sales[i] = cases[i].sale;
    }
    put_sales(s, sales, COUNT(sales));
    assert_int_equal(ls_naive_judge(&s->world, s->topic, &s->err), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(is_flagged(s, i, "dear"), cases[i].dear);
        assert_int_equal(is_flagged(s, i, "known"), cases[i].known);
    }
}

/* amount, per country, with a tolerance of 0.50; the horizon is 10 s, the watermark 2 s behind. */
static void falling_values_are_flagged(void **state)
{
    static const struct {
        struct sale sale;
        enum ls_reason outcome;
        bool fell;
    } cases[] = {
        {{"a", T, T, T, "DE", 0, 300, 1}, LS_ADMITTED, false},
        {{"b", T, T, T, "DE", 0, 250, 1}, LS_ADMITTED, false}, /* by just the tolerance */
        {{"c", T, T, T, "DE", 0, 249, 1}, LS_ADMITTED, true},
        {{"d", T, T, T, "US", 0, 100, 1}, LS_ADMITTED, false}, /* another country's first */
        {{"e", T, T, T, "-", 0, 900, 1}, LS_ADMITTED, false},  /* of nobody: not remembered */
        {{"f", T, T, T, "-", 0, 1, 1}, LS_ADMITTED, false},
        {{"g", T, T, T, "DE", 0, NO_AMOUNT, 1}, LS_ADMITTED, false},
        {{"a", T, T, T, "DE", 0, 999, 1}, LS_REASON_DUPLICATE_CONFLICT, false}, /* not remembered */
        {{"h", T, T, T, "DE", 0, 301, 1}, LS_ADMITTED, false},
        {{"i", T + 10000, T + 10000, T + 10000, "DE", 0, 250, 1}, LS_ADMITTED, true},
        {{"j", T + 20001, T + 20001, T + 20001, "DE", 0, 10, 1}, LS_ADMITTED, false}, /* anew */
        {{"k", T + 9000, T + 20001, T + 20001, "DE", 0, 10, 1}, LS_ADMITTED, false},
        {{"l", T + 20001, T + 20001, T + 20001, "US", 0, 1, 1}, LS_ADMITTED, false}, /* anew */
    };
    struct ls_spec_check flags[] = {
        {.flag = "fell", .monotonic = "amount", .per = "country", .tolerance = {.number = {5, 1}}}};
    struct naive_shop *s = *state;
    struct sale sales[COUNT(cases)];
    set_flags(s, flags, COUNT(flags));
    for (size_t i = 0; i < COUNT(cases); i++) {
        sales[i] = cases[i].sale;
    }
    put_sales(s, sales, COUNT(sales));
    assert_int_equal(ls_naive_judge(&s->world, s->topic, &s->err), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(s->topic->partitions[0].records[i].outcome, cases[i].outcome);
        if (cases[i].outcome == LS_ADMITTED && is_flagged(s, i, "fell") != cases[i].fell) {
            fail_msg("sale %zu is %s", i, cases[i].fell ? "not flagged" : "flagged");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHOP_TEST(flags_have_columns_in_front_of_the_physical_ones),
        SHOP_TEST(conditions_flag_what_they_hold_for),
        SHOP_TEST(falling_values_are_flagged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
