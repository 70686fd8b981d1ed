/* Reference tables that would be refused, that lack a key, or with which a step might fail, are
 * refused when a spec is planned (contract G7). */
#include "generator/fixture_test.h"
#include "generator/owner_sample_test.h"

#define ENDS   "expr: begins + 86400000"
#define CHECK  "{check: reference, field: exchange_id, table: calendar}"
#define CITIES "  cities: {from: entities.city, key: city_id}\n"

static void tables_can_be_loaded(void **state)
{
    CHECK_PLAN_MISTAKES(
        *state, owner_spec,
        {{ENDS, "expr: begins + 86400001", "LS2205", "calendar: {from",
          "rows 0 and 3 hold at one time for the key `X0`"},
         {ENDS, "expr: begins - 1", "LS2205", "calendar: {from",
          "row 0, of the key `X0`, ends before it begins"},
         {"known: known, id", "id", "LS2205", "reports: {from",
          "rows 0 and 31 both have the id `D000`"},
         {"sequence: {first: -9d, step: 20d}", "sequence: {first: -9d, step: 0d}", "LS2205",
          "reports: {from", "rows 0 and 31 both have the id `D000` and are known from one time on"},
         {CITIES, "  cities: {from: entities.day, key: zone}\n", "LS2205", "cities: {from",
          "both have the id `"}});
}

static const struct {
    const char *find, *replacement;
} fine[] = {
    {ENDS, "expr: begins + 86400000"},
    {ENDS, "expr: begins + 1"}, /* holes */
    {"count: 31", "count: 3"},  /* one row for each */
    {CITIES, "  cities: {from: entities.city, key: city_id, id: city_id}\n"},
    {CHECK, CHECK "\n  - {check: reference, field: place, table: places}"},
    {CHECK, CHECK "\n  - {check: reference, field: report_id, table: all_reports}"},
};

#define MORE                                                                                       \
    "  places: {file: places.csv, key: k, columns: [{name: k, type: string}, {name: n, type: "     \
    "int}]}\n"                                                                                     \
    "  all_reports: {from: entities.report, key: report_id, known: known}\n" CITIES

static char *with_tables(const char *find, const char *replacement)
{
    char *more = changed(owner_spec, CITIES, MORE);
    char *text = changed(more, find, replacement);
    free(more);
    return text;
}

static void put_places(struct maker *m, const char *text)
{
    assert_int_equal(ls_file_replace("places.csv", text, strlen(text), &m->base.err), 0);
}

static void what_is_known_is_proved(void **state)
{
    struct maker *m = *state;
    put_places(m, "k,n\nL0,\nL3,7\nL9,-2\n");
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        char *text = with_tables(fine[i].find, fine[i].replacement);
        plan_fine(m, text, NULL);
        free(text);
    }
}

static void check_mistake_with(struct maker *m, const char *find, const char *replacement,
                               const char *rule, const char *at, const char *part)
{
    char *text = with_tables(find, replacement);
    assert_int_equal(plan_text(m, text, NULL), LS_E_DATA);
    check_report(&m->base, rule, line_of(text, at), part);
    free(text);
}

static void what_may_be_unknown_is_told(void **state)
{
    struct maker *m = *state;
    const char *place = CHECK "\n  - {check: reference, field: place, table: places}";
    put_places(m, "k,n\nL0,1\nL3,7\n");
    /* the third exchange has no day, or none that is in force */
    check_mistake_with(m, "count: 31", "count: 2", "LS2201", "check: reference",
                       "nothing shows that each `exchange_id` of tick stands in the table "
                       "`calendar`");
    check_mistake_with(m, ENDS, "expr: begins + exchange.opens_ms - 36000000", "LS2205",
                       "calendar: {from", "ends before it begins");
    put_places(m, "k,n\nL0,1\nL4,7\n");
    check_mistake_with(m, CHECK, place, "LS2201", "field: place",
                       "nothing shows that each `place` of tick stands in the table `places`");
    put_places(m, "k,n\nL0,1\n\"L3,7\n");
    check_mistake_with(m, CHECK, place, "LS2034", "places: {file",
                       "places.csv:3:1: the quote that begins this field is not closed");
    put_places(m, "k,n\nL0,1\nL3,7\nL0,2\n");
    check_mistake_with(m, CHECK, place, "LS2205", "places: {file",
                       "lines 2 and 4 both have the id `L0`");
}

/* The fault makes ids above the population's, which no table may know. */
static void what_a_fault_makes_up_is_unknown(void **state)
{
    struct maker *m = *state;
    put_places(m, "k,n\nX0,1\nX1,2\nX2,3\nX1002,4\n");
    const char *check = CHECK "\n  - {check: reference, field: exchange_id, table: places}";
    check_mistake_with(m, CHECK, check, "LS2204", "unknown_reference:",
                       "`unknown_reference` makes ids of exchange that the table `places` knows");
    put_places(m, "k,n\nX0,1\nX1,2\nX2,3\nX1003,4\n");
    char *text = with_tables(CHECK, check);
    plan_fine(m, text, NULL);
    free(text);
}

/* ---- steps that read tables */

#define STEPS(step) "normalize:\n  tick:\n    - {set: s, " step "}\nfaults:\n"

static void no_step_fails(void **state)
{
    static const char *const steps[] = {
        STEPS("lookup: {table: places, key: place, take: n}"),
        STEPS("expr: price / places.n, scale: 2, lookup: {table: places, key: place}"),
        STEPS("expr: places.n * 300000000000, lookup: {table: places, key: place}"),
        STEPS("expr: price * day_7.number, scale: 2, lookup: {table: day_7, key: exchange_id}"),
        STEPS("adjust: price, by: {table: reports, key: exchange_id, factor: [down, up]}"),
        STEPS("to_utc: opens, zone: {table: day_7, key: exchange_id, take: number}"),
    };
    struct maker *m = *state;
    put_places(m, "k,n\nL0,\nL3,7\nL9,2\n");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char *text = with_tables("faults:\n", steps[i]);
        char *more = changed(text, "  places: {",
                             "  day_7: {from: entities.day, key: exchange_id, valid: [begins, "
                             "ends], id: day_id}\n  places: {");
        plan_fine(m, more, NULL);
        free(more);
        free(text);
    }
}

static void a_step_that_may_fail_is_told(void **state)
{
    struct maker *m = *state;
    put_places(m, "k,n\nL0,-1\nL3,7\nL9,0\n");
    check_mistake_with(
        m, "faults:\n",
        STEPS("expr: price / places.n, scale: 2, lookup: {table: places, key: place}"), "LS2202",
        "set: s", "`s` of tick may have no value: a divisor of 0, or a number too large");
    check_mistake_with(m, "faults:\n",
                       STEPS("expr: places.n * 9000000000000000000, lookup: {table: places, key: "
                             "place}"),
                       "LS2202", "set: s", "a number too large");
    char *text = with_tables("faults:\n", STEPS("adjust: price, by: {table: reports, key: "
                                                "exchange_id, factor: [down, up]}"));
    char *zero = changed(text, "{name: up, type: int, uniform: [1, 3]}",
                         "{name: up, type: int, uniform: [0, 3]}");
    assert_int_equal(plan_text(m, zero, NULL), LS_E_DATA);
    check_report(&m->base, "LS2202", line_of(zero, "set: s"), "a factor has a 0 below");
    free(zero);
    zero = changed(text, "{name: down, type: int, uniform: [1, 2]}",
                   "{name: down, type: int, uniform: [90000, 100000]}");
    assert_int_equal(plan_text(m, zero, NULL), LS_E_DATA);
    check_report(&m->base, "LS2202", line_of(zero, "set: s"), "the product is too large");
    free(zero);
    free(text);
}

static void refused_memory_is_an_error(void **state)
{
    struct maker *m = *state;
    unsigned refused = 0;
    int rc;
    put_places(m, "k,n\nL0,1\nL3,7\n");
    char *text = with_tables(CHECK, CHECK "\n  - {check: reference, field: place, table: places}");
    load_fine(&m->base, text, NULL);
    do {
        struct ls_plan *plan;
        m->base.report.size = 0;
        ls_mem_refuse(++refused);
        rc = ls_plan_new(m->base.spec, &plan, &m->base.report, &m->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && !plan));
        ls_plan_free(plan);
    } while (rc != 0);
    assert_true(refused > 20);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(tables_can_be_loaded),
        MAKER_TEST(what_is_known_is_proved),
        MAKER_TEST(what_may_be_unknown_is_told),
        MAKER_TEST(what_a_fault_makes_up_is_unknown),
        MAKER_TEST(no_step_fails),
        MAKER_TEST(a_step_that_may_fail_is_told),
        MAKER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
