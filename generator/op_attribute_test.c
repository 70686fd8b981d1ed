#include "core/base/civil.h"
#include "generator/fixture_test.h"
#include "generator/owner_sample_test.h"

#define TEXT_SIZE (LS_OP_TEXT_MAX + LS_OP_SPOILT)

static struct ls_cell value_of(const struct maker *m, size_t e, const char *name, uint64_t n,
                               uint8_t *text)
{
    struct ls_cell cell;
    const struct ls_spec_entity *spec = m->plan->entities[e].spec;
    const struct ls_spec_field *field = ls_spec_attribute(spec, name);
    assert_non_null(field);
    size_t a = (size_t)(field - (const struct ls_spec_field *)spec->attributes.items);
    ls_attribute_value(&m->plan->entities[e].attributes[a], n, text, &cell);
    return cell;
}

static void check_same(const struct maker *m, size_t a, const char *name, uint64_t n, size_t b,
                       const char *other, uint64_t k)
{
    uint8_t texts[2][TEXT_SIZE];
    struct ls_cell left = value_of(m, a, name, n, texts[0]);
    struct ls_cell right = value_of(m, b, other, k, texts[1]);
    assert_int_equal(left.is_null, false);
    assert_int_equal(left.number, right.number);
    assert_int_equal(left.size, right.size);
    if (left.size) {
        assert_memory_equal(left.bytes, right.bytes, left.size);
    }
}

/* Number n belongs to number n mod 3, whatever makes that one's values. */
static void values_of_the_owner(void **state)
{
    static const char *const names[] = {"zone", "label", "code", "seat", "kind",
                                        "fee",  "open",  "key",  "level"};
    struct maker *m = *state;
    plan_fine(m, owner_spec, NULL);
    for (uint64_t n = 0; n < 31; n++) {
        uint8_t text[TEXT_SIZE];
        struct ls_cell id = value_of(m, DAY, "exchange_id", n, text);
        assert_int_equal(id.size, 2);
        assert_true(id.bytes[0] == 'X' && id.bytes[1] == '0' + n % 3);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            check_same(m, DAY, names[i], n, EXCHANGE, names[i], n % 3);
        }
    }
    for (uint64_t n = 0; n < 40; n++) {
        check_same(m, REPORT, "exchange_id", n, DAY, "exchange_id", n % 31);
        check_same(m, REPORT, "label", n, EXCHANGE, "label", n % 31 % 3);
        check_same(m, REPORT, "opens", n, DAY, "opens", n % 31);
    }
}

/* Sequences count among those of one owner. */
static void sequences_begin_anew(void **state)
{
    struct maker *m = *state;
    const int64_t start = INT64_C(1767571200000);
    plan_fine(m, owner_spec, NULL);
    for (int64_t n = 0; n < 31; n++) {
        uint64_t number = (uint64_t)n;
        int64_t k = n / 3;
        int64_t begins = start + (k - 2) * LS_DAY_MS;
        assert_int_equal(value_of(m, DAY, "number", number, NULL).number, 100 + 10 * k);
        assert_int_equal(value_of(m, DAY, "begins", number, NULL).number, begins);
        assert_int_equal(value_of(m, DAY, "trading_date", number, NULL).number, begins / LS_DAY_MS);
        assert_int_equal(value_of(m, DAY, "ends", number, NULL).number, begins + LS_DAY_MS);
        assert_int_equal(value_of(m, DAY, "opens", number, NULL).number,
                         begins + 36000000 - 7200000 * (n % 3));
        int64_t open = value_of(m, EXCHANGE, "open", number % 3, NULL).number;
        assert_int_equal(value_of(m, DAY, "late", number, NULL).number,
                         100 + 10 * k >= 150 || open);
        assert_int_equal(value_of(m, DAY, "cut", number, NULL).number,
                         200 + 20 * k > 230 ? 230 : 200 + 20 * k);
    }
    for (uint64_t n = 0; n < 40; n++) {
        assert_int_equal(value_of(m, REPORT, "known", n, NULL).number,
                         start + (n < 31 ? -9 : 11) * LS_DAY_MS);
        assert_int_equal(value_of(m, REPORT, "fee", n, NULL).number,
                         value_of(m, EXCHANGE, "fee", n % 31 % 3, NULL).number + 100);
    }
    for (uint64_t n = 0; n < 3; n++) {
        assert_int_equal(value_of(m, EXCHANGE, "level", n, NULL).number,
                         value_of(m, EXCHANGE, "fee", n, NULL).number * 15);
    }
}

/* What the plan says of bounds holds of every value. */
static void bounds_hold(void **state)
{
    struct maker *m = *state;
    plan_fine(m, owner_spec, NULL);
    for (size_t e = 0; e < m->plan->entity_count; e++) {
        const struct ls_plan_entity *entity = &m->plan->entities[e];
        for (size_t a = 0; a < entity->attribute_count; a++) {
            const struct ls_op *op = &entity->attributes[a];
            for (uint64_t n = 0; n < entity->count; n++) {
                uint8_t text[TEXT_SIZE];
                struct ls_cell cell;
                ls_attribute_value(op, n, text, &cell);
                assert_true(!op->bounded || (cell.number >= op->low && cell.number <= op->high));
                assert_true(cell.size <= op->text_max);
            }
        }
    }
}

/* An event has its report's values, whether they are written or only named. */
static void events_agree_with_attributes(void **state)
{
    struct maker *m = *state;
    struct ls_cell cells[LS_PLAN_CELLS_MAX];
    static const struct {
        const char *field, *attribute;
    } same[] = {{"of_exchange", "exchange_id"},
                {"label", "label"},
                {"opens", "opens"},
                {"fee_cents", "fee"},
                {"known", "known"}};
    plan_fine(m, owner_spec, SETS("faults={}"));
    const struct ls_layout *layout = m->plan->types[0].spec->layout;
    for (uint64_t i = 0; i < 500; i++) {
        struct ls_event e = make(m, i);
        assert_int_equal(ls_row_decode(layout, e.value + 10, e.value_size - 10, cells, NULL, NULL),
                         LS_DECODE_OK);
        const struct ls_cell *id = &cells[ls_layout_find(layout, "report_id")];
        uint64_t n = strtoull(
            (char[8]){(char)id->bytes[1], (char)(id->size > 2 ? id->bytes[2] : 0)}, NULL, 10);
        for (size_t k = 0; k < sizeof same / sizeof *same; k++) {
            uint8_t text[TEXT_SIZE];
            struct ls_cell value = value_of(m, REPORT, same[k].attribute, n, text);
            const struct ls_cell *cell = &cells[ls_layout_find(layout, same[k].field)];
            assert_int_equal(cell->number, value.number);
            assert_int_equal(cell->size, value.size);
            assert_true(value.size == 0 || memcmp(cell->bytes, value.bytes, value.size) == 0);
        }
        assert_int_equal(cells[ls_layout_find(layout, "later")].number,
                         cells[ls_layout_find(layout, "opens")].number + 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(values_of_the_owner),
        MAKER_TEST(sequences_begin_anew),
        MAKER_TEST(bounds_hold),
        MAKER_TEST(events_agree_with_attributes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
