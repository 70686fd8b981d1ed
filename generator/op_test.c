#include "generator/op.h"

#include "generator/fixture_test.h"

#include <math.h>

/* One operation by itself: its cell. */
static struct ls_cell value_of(const struct ls_op *op, uint64_t index)
{
    static struct ls_op_event event;
    uint8_t room[256];
    struct ls_op kept = *op;
    const struct ls_ops ops = {&kept, 0, 1};
    const struct ls_override none = {.cell = UINT16_MAX};
    kept.keeps = true;
    event.indices[0] = index;
    ls_ops_run_with(&ops, &event, &none, NULL, room);
    return event.cells[op->cell];
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
        struct ls_cell cell;
        ls_attribute_value(op, i, NULL, &cell);
        size_t w = 0;
        while (op->words[w].size != cell.size ||
               memcmp(op->words[w].bytes, cell.bytes, cell.size) != 0) {
            w++;
        }
        assert_int_equal(cell.number, w);
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
        ls_attribute_value(&plan->entities[0].attributes[0], n, NULL, &cell);
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
        uint64_t customer = ls_entity_pick(plan, &plan->entities[0], i);
        uint64_t product = ls_entity_pick(plan, &plan->entities[1], i);
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
    plan_fine(m, sample_spec, NULL);
    const struct ls_plan_type *order = &m->plan->types[0];
    const struct ls_op *op = NULL;
    for (size_t k = 0; k < order->ops.count; k++) {
        const struct ls_op *any = &order->ops.items[k];
        op = any->may_be_null && any->kind == LS_OP_NUMBER ? any : op;
    }
    assert_non_null(op);
    struct ls_op always = *op;
    always.may_be_null = false;
    size_t nulls = 0;
    for (uint64_t i = 0; i < 30000; i++) {
        struct ls_cell with = value_of(op, i);
        struct ls_cell without = value_of(&always, i);
        nulls += with.is_null;
        assert_true(with.is_null || with.number == without.number);
    }
    assert_true(fabs((double)nulls - 10000) < 5 * sqrt(30000 * 2 / 9.));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(choices_follow_their_weights),
        MAKER_TEST(choices_are_pinned),
        MAKER_TEST(picks_follow_their_law),
        MAKER_TEST(nulls_change_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
