#include "generator/op.h"

#include "core/base/mem.h"
#include "generator/fixture_test.h"

#include <math.h>

/* As a text, and as a string of Avro. */
static void check_id(const struct ls_id_template *t, uint64_t n, const char *text)
{
    uint8_t out[LS_ID_TEXT_MAX + LS_OP_SPOILT];
    uint8_t expected[LS_ID_TEXT_MAX + LS_AVRO_LONG_MAX];
    size_t size = ls_id_write(t, n, out);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(out, text, size);
    assert_true(size <= ls_id_text_max(t));
    size_t encoded = (size_t)(ls_put_bytes(expected, text, size) - expected);
    size = 0;
    assert_int_equal(ls_id_put(t, n, out, &size) - out, encoded);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(out, expected, encoded);
}

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
        {"fifteen-bytes--", 4, "", 33, "fifteen-bytes--0033"},
        {"sixteen-bytes---", 4, "", 33, "sixteen-bytes---0033"},
        {"sixty-three-bytes-are-the-most-whose-length-takes-one-byte-----", 1, "", 3,
         "sixty-three-bytes-are-the-most-whose-length-takes-one-byte-----3"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct ls_id_template t = ls_id_template_of(cases[k].before, strlen(cases[k].before),
                                                          cases[k].width, cases[k].behind,
                                                          strlen(cases[k].behind));
        check_id(&t, cases[k].n, cases[k].text);
    }
}

/* Against the C library, around every power of ten and over all eight-digit halves. */
static void ids_have_the_digits_of_their_number(void **state)
{
    static const unsigned widths[] = {1, 7, 8, 9, 12, 16, 17, 20};
    uint8_t out[LS_ID_TEXT_MAX + LS_OP_SPOILT];
    char expected[64];
    (void)state;
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        const struct ls_id_template t = ls_id_template_of("", 0, widths[w], "", 0);
        for (uint64_t power = 1, k = 0; k < 20; k++, power *= 10) {
            const uint64_t numbers[] = {
                power - 1, power, power + 1, 9 * power, ls_mix(k) % power, ls_mix(k + w * 100)};
            for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
                snprintf(expected, sizeof expected, "%0*llu", (int)widths[w],
                         (unsigned long long)numbers[i]);
                check_id(&t, numbers[i], expected);
            }
        }
    }
    const struct ls_id_template eight = ls_id_template_of("", 0, 8, "", 0);
    for (uint64_t half = 0; half < 10000; half++) { /* each pair of halves, the rest by carry */
        uint64_t n = half * 10000 + (9999 - half);
        ls_id_write(&eight, n, out);
        for (int place = 7; place >= 0; place--, n /= 10) {
            assert_int_equal(out[place], '0' + (int)(n % 10));
        }
    }
}

static struct ls_choices choices_of(struct maker *m, const uint64_t *weights, size_t count)
{
    struct ls_choices choices;
    assert_int_equal(ls_choices_new(weights, count, &m->run.arena, &choices, &m->base.err), 0);
    return choices;
}

static void a_choice_is_the_first_whose_sum_is_above_the_word(void **state)
{
    struct maker *m = *state;
    for (size_t count = 1; count <= 40; count++) {
        uint64_t weights[40];
        uint64_t sum = 0;
        for (size_t k = 0; k < count; k++) {
            weights[k] = ls_mix(count * 64 + k) % 3; /* some have no weight */
            sum += weights[k];
        }
        if (sum == 0) {
            continue;
        }
        struct ls_choices choices = choices_of(m, weights, count);
        uint64_t before = 0;
        size_t first = 0;
        for (uint64_t x = 0; x < sum; x++) {
            while (x >= before + weights[first]) {
                before += weights[first++];
            }
            uint64_t least = (uint64_t)((((ls_u128)x << 64) + sum - 1) / sum);
            ls_u128 most = (((ls_u128)(x + 1) << 64) + sum - 1) / sum - 1;
            assert_int_equal(ls_choose(&choices, least), first);
            assert_int_equal(ls_choose(&choices, (uint64_t)most), first);
        }
    }
}

static void a_choice_of_one_needs_no_luck(void **state)
{
    static const uint64_t one[] = {UINT64_C(1) << 32};
    static const uint64_t none_behind[] = {3, 0, 0, 0, 0};
    struct maker *m = *state;
    struct ls_choices choices = choices_of(m, one, 1);
    assert_int_equal(ls_choose(&choices, 0), 0);
    assert_int_equal(ls_choose(&choices, UINT64_MAX), 0);
    choices = choices_of(m, none_behind, 5);
    assert_int_equal(ls_choose(&choices, UINT64_MAX), 0);
}

static void choices_say_when_memory_is_refused(void **state)
{
    static const uint64_t one[] = {1};
    struct maker *m = *state;
    struct ls_choices choices;
    ls_mem_refuse(1);
    int rc = ls_choices_new(one, 1, &m->run.arena, &choices, &m->base.err);
    ls_mem_refuse(0);
    assert_int_equal(rc, LS_E_NOMEM);
}

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
        cmocka_unit_test(ids_are_written_from_their_template),
        cmocka_unit_test(ids_have_the_digits_of_their_number),
        MAKER_TEST(a_choice_is_the_first_whose_sum_is_above_the_word),
        MAKER_TEST(a_choice_of_one_needs_no_luck),
        MAKER_TEST(choices_say_when_memory_is_refused),
        MAKER_TEST(choices_follow_their_weights),
        MAKER_TEST(choices_are_pinned),
        MAKER_TEST(picks_follow_their_law),
        MAKER_TEST(nulls_change_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
