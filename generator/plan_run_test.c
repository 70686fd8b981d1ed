#include "generator/fixture_test.h"

#include <math.h>

static void ids_are_written_from_their_template(void **state)
{
    static const struct {
        const char *before;
        unsigned width;
        const char *behind;
        uint64_t n;
        const char *text;
    } cases[] = {
        {"C", 8, "", 17, "C00000017"},
        {"", 0, "", 0, "0"},
        {"", 0, "", 10, "10"},
        {"a-", 1, "-b", 7, "a-7-b"},
        {"", 3, "", 1234, "1234"}, /* wider than its width */
        {"", 20, "", 5, "00000000000000000005"},
        {"x", 0, "y", UINT64_MAX, "x18446744073709551615y"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct ls_id_template t = {cases[k].before, strlen(cases[k].before), cases[k].width,
                                         cases[k].behind, strlen(cases[k].behind)};
        uint8_t out[LS_ID_TEXT_MAX];
        size_t size = ls_id_write(&t, cases[k].n, out);
        assert_int_equal(size, strlen(cases[k].text));
        assert_memory_equal(out, cases[k].text, size);
    }
}

/* Against the C library, around every power of ten and over all eight-digit halves. */
static void ids_have_the_digits_of_their_number(void **state)
{
    static const unsigned widths[] = {1, 7, 8, 9, 12, 16, 17, 20};
    uint8_t out[LS_ID_TEXT_MAX];
    char expected[64];
    (void)state;
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        const struct ls_id_template t = {"", 0, widths[w], "", 0};
        for (uint64_t power = 1, k = 0; k < 20; k++, power *= 10) {
            const uint64_t numbers[] = {
                power - 1, power, power + 1, 9 * power, ls_mix(k) % power, ls_mix(k + w * 100)};
            for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
                size_t size = ls_id_write(&t, numbers[i], out);
                snprintf(expected, sizeof expected, "%0*llu", (int)widths[w],
                         (unsigned long long)numbers[i]);
                assert_int_equal(size, strlen(expected));
                assert_memory_equal(out, expected, size);
            }
        }
    }
    const struct ls_id_template eight = {"", 0, 8, "", 0};
    for (uint64_t half = 0; half < 10000; half++) { /* each pair of halves, the rest by carry */
        uint64_t n = half * 10000 + (9999 - half);
        ls_id_write(&eight, n, out);
        for (int place = 7; place >= 0; place--, n /= 10) {
            assert_int_equal(out[place], '0' + (int)(n % 10));
        }
    }
}

static void a_long_choice_is_a_search(void **state)
{
    (void)state;
    for (size_t count = 1; count <= 40; count++) {
        uint64_t sums[40];
        uint64_t sum = 0;
        for (size_t k = 0; k < count; k++) {
            sum += ls_mix(count * 64 + k) % 3; /* some have no weight */
            sums[k] = sum;
        }
        if (sum == 0) {
            continue;
        }
        for (uint64_t x = 0; x < sum; x++) {
            uint64_t word = (uint64_t)((((ls_u128)x << 64) + sum - 1) / sum); /* the least for x */
            size_t first = 0;
            while (x >= sums[first]) {
                first++;
            }
            assert_int_equal(ls_choose(sums, count, word), first);
        }
    }
}

static void a_choice_falls_where_the_sums_say(void **state)
{
    static const uint64_t sums[] = {3, 3, 8, 10}; /* the second has no weight */
    const uint64_t tenth = UINT64_MAX / 10 + 1;
    (void)state;
    static const size_t expected[] = {0, 0, 0, 2, 2, 2, 2, 2, 3, 3};
    for (uint64_t k = 0; k < 10; k++) {
        assert_int_equal(ls_choose(sums, 4, k * tenth), expected[k]);
        assert_int_equal(ls_choose(sums, 4, k * tenth + tenth / 2), expected[k]);
        assert_int_equal(ls_choose(sums, 4, k * tenth + (tenth - 10)), expected[k]);
    }
    assert_int_equal(ls_choose(sums, 4, UINT64_MAX), 3);
    static const uint64_t one[] = {UINT64_C(1) << 32};
    assert_int_equal(ls_choose(one, 1, 0), 0);
    assert_int_equal(ls_choose(one, 1, UINT64_MAX), 0);
}

/* Chi-square of the words of a choice, at p = 10^-6 of so many degrees. */
static void check_choice(const struct ls_op *op, const double *weights, double bound)
{
    enum { DRAWS = 200000 };
    unsigned counts[8] = {0};
    double total = 0;
    double chi = 0;
    for (size_t w = 0; w < op->word_count; w++) {
        total += weights[w];
    }
    for (uint64_t i = 0; i < DRAWS; i++) {
        struct ls_cell cells[LS_PLAN_CELLS_MAX];
        ls_op_run(op, NULL, NULL, i, cells, NULL);
        const struct ls_cell *cell = &cells[op->cell];
        size_t w = 0;
        while (op->words[w].size != cell->size ||
               memcmp(op->words[w].bytes, cell->bytes, cell->size) != 0) {
            w++;
        }
        assert_int_equal(cell->number, w);
        counts[w]++;
    }
    for (size_t w = 0; w < op->word_count; w++) {
        double expected = DRAWS * weights[w] / total;
        assert_true(weights[w] > 0 || counts[w] == 0);
        chi += weights[w] > 0 ? (counts[w] - expected) * (counts[w] - expected) / expected : 0;
    }
    assert_true(chi < bound);
}

static void choices_follow_their_weights(void **state)
{
    struct maker *m = *state;
    const struct ls_plan *plan = plan_fine(
        m, sample_spec,
        SETS("entities.customer.attributes[0]={name: country, type: string, choice: "
             "{US: 50, DE: 0, JP: 15, BR: 1}}"));
    check_choice(&plan->entities[0].attributes[0], (const double[]){50, 0, 15, 1}, 27.7);
    check_choice(&plan->entities[0].attributes[1], (const double[]){80, 15, 5}, 27.7);
}

static void choices_are_pinned(void **state)
{
    static const char *const words[] = {"JP", "DE", "JP", "US", "US", "US", "JP", "US"};
    struct maker *m = *state;
    const struct ls_plan *plan = plan_fine(m, sample_spec, NULL);
    uint64_t digest = 0;
    for (uint64_t n = 0; n < 500; n++) {
        struct ls_cell cell;
        ls_attribute_value(&plan->entities[0], 0, n, NULL, &cell);
        digest = ls_mix(digest ^ (uint64_t)cell.number);
        if (n < 8 &&
            (strlen(words[n]) != cell.size || memcmp(words[n], cell.bytes, cell.size) != 0)) {
            fail_msg("%llu is %.*s", (unsigned long long)n, (int)cell.size,
                     (const char *)cell.bytes);
        }
    }
    assert_true(digest == UINT64_C(0x80cc7e4b8b3ef6f8));
}

/* Which entity an event is about: by Zipf's law, or evenly. */
static void picks_follow_their_law(void **state)
{
    enum { DRAWS = 200000 };
    struct maker *m = *state;
    const struct ls_plan *plan = plan_fine(m, sample_spec, SETS("entities.product.count=10"));
    double chi = 0;
    unsigned counts[10] = {0};
    unsigned first = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        uint64_t customer = ls_entity_pick(&plan->entities[0], i);
        uint64_t product = ls_entity_pick(&plan->entities[1], i);
        assert_true(customer < 500 && product < 10);
        counts[product]++;
        first += customer == 0;
    }
    for (int k = 0; k < 10; k++) {
        chi += pow(counts[k] - DRAWS / 10., 2) / (DRAWS / 10.);
    }
    assert_true(chi < 48);
    double total = 0;
    for (int k = 1; k <= 500; k++) {
        total += pow(k, -1.05);
    }
    assert_true(fabs(first - DRAWS / total) < 5 * sqrt(DRAWS / total));
}

/* A field that is null draws its value all the same from its own stream: `nullable` changes none of
 * the values that are left. */
static void nulls_change_no_value(void **state)
{
    struct maker *m = *state;
    struct ls_cell with[LS_PLAN_CELLS_MAX];
    struct ls_cell without[LS_PLAN_CELLS_MAX];
    plan_fine(m, sample_spec, NULL);
    const struct ls_plan_type *order = &m->plan->types[0];
    const struct ls_op *op = NULL;
    for (size_t k = 0; k < order->op_count; k++) {
        op = order->ops[k].may_be_null && order->ops[k].kind == LS_OP_NUMBER ? &order->ops[k] : op;
    }
    assert_non_null(op);
    struct ls_op always = *op;
    always.may_be_null = false;
    size_t nulls = 0;
    for (uint64_t i = 0; i < 30000; i++) {
        ls_op_run(op, order, NULL, i, with, NULL);
        ls_op_run(&always, order, NULL, i, without, NULL);
        nulls += with[op->cell].is_null;
        assert_true(with[op->cell].is_null || with[op->cell].number == without[op->cell].number);
    }
    assert_true(fabs((double)nulls - 10000) < 5 * sqrt(30000 * 2 / 9.));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_written_from_their_template),
        cmocka_unit_test(ids_have_the_digits_of_their_number),
        cmocka_unit_test(a_long_choice_is_a_search),
        cmocka_unit_test(a_choice_falls_where_the_sums_say),
        MAKER_TEST(choices_follow_their_weights),
        MAKER_TEST(choices_are_pinned),
        MAKER_TEST(picks_follow_their_law),
        MAKER_TEST(nulls_change_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
