#include "pipeline/record/normalize_fixture_test.h"

static void columns_of_each_function(void **state)
{
    static const struct {
        const char *name, *column;
        enum ls_field_type type;
        unsigned scale, precision;
        bool nullable;
    } columns[] = {
        {"a_plain", "a_plain", LS_FIELD_LONG, 0, 0, true},
        {"at_at", "at_at", LS_FIELD_STRING, 0, 0, true},
        {"at_day", "at_day_cents", LS_FIELD_MONEY, 2, 0, true},
        {"by_kind", "by_kind", LS_FIELD_DATE, 0, 0, true},
        {"part", "part_cents", LS_FIELD_MONEY, 2, 0, true},
        {"inside", "inside", LS_FIELD_BOOLEAN, 0, 0, true},
        {"utc", "utc", LS_FIELD_TIMESTAMP, 0, 0, true},
        {"wall_utc", "wall_utc", LS_FIELD_TIMESTAMP, 0, 0, false},
        {"zoned", "zoned", LS_FIELD_TIMESTAMP, 0, 0, true},
        {"adjusted", "adjusted_cents", LS_FIELD_MONEY, 2, 0, true},
        {"rate", "rate", LS_FIELD_DECIMAL, 1, 4, true},
        {"n_day", "n_day", LS_FIELD_INT, 0, 0, true},
    };
    const struct pipe *p = *state;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        const struct ls_normal_column *c = ls_normal_column(&p->plan->topics[0], columns[i].name);
        assert_non_null(c);
        assert_string_equal(c->column_name, columns[i].column);
        assert_int_equal(c->type, columns[i].type);
        assert_int_equal(c->scale, columns[i].scale);
        assert_int_equal(c->precision, columns[i].precision);
        assert_int_equal(c->nullable, columns[i].nullable);
    }
}

/* A step and its takes have cells of their own; a column that is named twice is taken once. */
static void cells_are_apart(void **state)
{
    const struct pipe *p = *state;
    const struct ls_topic_plan *topic = &p->plan->topics[0];
    bool used[LS_RECORD_CELLS_MAX] = {false};
    size_t raw = LS_COLUMN_PAYLOAD + topic->type->field_count;
    size_t takes = 0;
    for (size_t i = 0; i < topic->set_count; i++) {
        const struct ls_record_set *set = &topic->sets[i];
        assert_in_range(set->cell, raw, topic->cell_count - 1);
        assert_false(used[set->cell]);
        used[set->cell] = true;
        for (size_t k = 0; set->expr && k < set->lookup.take_count; k++, takes++) {
            assert_in_range(set->lookup.takes[k].cell, raw, topic->cell_count - 1);
            assert_false(used[set->lookup.takes[k].cell]);
            used[set->lookup.takes[k].cell] = true;
        }
    }
    assert_int_equal(takes, 1 + 3); /* v; begins, v, cost */
    assert_int_equal(set_of(p, "inside")->lookup.take_count, 3);
}

#define DROP       "    - {set: a_plain, lookup: {table: plain, key: k, take: v}}\n"
#define STEP(text) "    - {set: a_plain, " text "}\n"

static const struct mistake mistakes[] = {
    {DROP, STEP("lookup: {table: plain, key: kk, take: v}"), "LS2301", NULL,
     "there is no field `kk` to look up with"},
    {DROP, STEP("lookup: {table: plain, key: n, take: v}"), "LS2301", NULL,
     "`n` is of type int: no field to look up with"},
    {DROP, STEP("lookup: {table: dated, key: k, take: v, at: price}"), "LS2301", NULL,
     "`price` is of type money: no field with the time to look up at"},
    {DROP, STEP("lookup: {table: dated, key: k, take: v, at: local}"), "LS2301", NULL,
     "`local` is of type local_timestamp: no field with the time to look up at"},
    {DROP, STEP("lookup: {table: dated, key: k, take: v, at: ad}"), "LS2301", NULL,
     "there is no field `ad` with the time to look up at"},
    {DROP, STEP("expr: \"dated.w + 1\", lookup: {table: dated, key: k}"), "LS2102", NULL,
     "there is no field `dated.w` here"},
    {DROP, STEP("expr: \"dated.v + 1\", lookup: {table: plain, key: k}"), "LS2102", NULL,
     "there is no field `dated.v` here"},
    {DROP, STEP("expr: \"plainer + 1\", lookup: {table: plain, key: k}"), "LS2102", NULL,
     "there is no field `plainer` here"},
    {DROP, STEP("expr: \"plain.v + 1\""), "LS2102", NULL, "there is no field `plain.v` here"},
    {DROP, STEP("expr: \"plain.k + 1\", lookup: {table: plain, key: k}"), "LS2103", NULL,
     "needs two numbers"},
    {DROP, STEP("to_utc: at_all, offset: ahead"), "LS2301", NULL,
     "there is no field `at_all` that `to_utc` takes"},
    {DROP, STEP("to_utc: day, offset: ahead"), "LS2301", NULL,
     "`day` is of type date: no field that `to_utc` takes"},
    {DROP, STEP("to_utc: local, offset: price"), "LS2301", NULL,
     "`price` is of type money: no field with an offset"},
    {DROP, STEP("to_utc: local, zone: {table: dated, key: n, take: v}"), "LS2301", NULL,
     "`n` is of type int: no field to look up with"},
    {DROP, STEP("adjust: ratio, by: {table: acts, key: k, factor: [up, down]}"), "LS2301", NULL,
     "`ratio` is of type double: no field to adjust"},
    {DROP, STEP("adjust: day, by: {table: acts, key: k, factor: [up, down]}"), "LS2301", NULL,
     "`day` is of type date: no field to adjust"},
    {DROP, STEP("adjust: n, by: {table: acts, key: k, factor: [up, down], at: n}"), "LS2301", NULL,
     "`n` is of type int: no field with the time to look up at"},
};

static void what_is_wrong_is_told(void **state)
{
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct ls_record_plan *plan;
        char *text = changed(steps_spec, mistakes[i].find, mistakes[i].replacement);
        pipe_clear(p);
        load_fine(&p->base, text, NULL);
        FINE(p, ls_reference_load(p->base.spec, ".", INT64_MAX, &p->reference, &p->base.err));
        assert_int_equal(
            ls_record_plan_new(p->base.spec, &p->reference, &plan, &p->base.report, &p->base.err),
            LS_E_DATA);
        check_mistake(&p->base, steps_spec, &mistakes[i]);
        free(text);
    }
}

/* Steps that lack what a wrong step would have set say nothing; others are told. */
static void a_mistake_is_told_once(void **state)
{
    struct pipe *p = *state;
    struct ls_record_plan *plan;
    char *text = changed(
        steps_spec, DROP,
        STEP("expr: nothing + 1") "    - {set: more, expr: a_plain * 2 + n}\n"
                                  "    - {drop: more}\n"
                                  "    - {set: fine, expr: n + a_plainer}\n"
                                  "    - {set: more_2, expr: \"a_plain=1\"}\n"
                                  "    - {set: fine_2, expr: n + a_plain2}\n"
                                  "    - {set: fine_3, expr: n + not_a_plain}\n"
                                  "    - {set: utc_2, to_utc: local, offset: more}\n");
    pipe_clear(p);
    load_fine(&p->base, text, NULL);
    FINE(p, ls_reference_load(p->base.spec, ".", INT64_MAX, &p->reference, &p->base.err));
    assert_int_equal(
        ls_record_plan_new(p->base.spec, &p->reference, &plan, &p->base.report, &p->base.err),
        LS_E_DATA);
    const char *report = ls_buf_text(&p->base.report, &p->base.err);
    assert_non_null(strstr(report, "there is no field `nothing`"));
    assert_non_null(strstr(report, "there is no field `a_plainer`"));
    assert_non_null(strstr(report, "there is no field `a_plain2`"));
    assert_non_null(strstr(report, "there is no field `not_a_plain`"));
    assert_non_null(strstr(report, "4 errors, 0 warnings"));
    free(text);
}

/* Each column that an expression names needs a cell, of which a topic has so many. */
static void there_are_so_many_cells(void **state)
{
    struct pipe *p = *state;
    struct ls_record_plan *plan;
    struct ls_buf steps;
    ls_buf_init(&steps, "steps", 1U << 20);
    FINE(p, ls_buf_append_text(&steps, "  seen:\n", &p->base.err));
    for (int i = 0; i < LS_RECORD_CELLS_MAX / 2; i++) {
        FINE(p,
             ls_buf_appendf(&steps, &p->base.err,
                            "    - {set: s, expr: \"plain.v\", lookup: {table: plain, key: k}}\n"));
    }
    char *text = changed(steps_spec, "  seen:\n", ls_buf_text(&steps, &p->base.err));
    pipe_clear(p);
    load_fine(&p->base, text, NULL);
    FINE(p, ls_reference_load(p->base.spec, ".", INT64_MAX, &p->reference, &p->base.err));
    assert_int_equal(
        ls_record_plan_new(p->base.spec, &p->reference, &plan, &p->base.report, &p->base.err),
        LS_E_DATA);
    assert_non_null(strstr(ls_buf_text(&p->base.report, &p->base.err),
                           "a topic has at most 256 columns and steps"));
    free(text);
    ls_buf_clear(&steps);
}

static void refused_memory_is_told(void **state)
{
    struct pipe *p = *state;
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_record_plan *plan;
        ls_mem_refuse(refused + 1);
        rc = ls_record_plan_new(p->base.spec, &p->reference, &plan, &p->base.report, &p->base.err);
        ls_mem_refuse(0);
        assert_int_equal(plan == NULL, rc < 0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        ls_record_plan_free(plan);
    }
    assert_true(refused > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STEPS_TEST(columns_of_each_function), STEPS_TEST(cells_are_apart),
        STEPS_TEST(what_is_wrong_is_told),    STEPS_TEST(a_mistake_is_told_once),
        STEPS_TEST(there_are_so_many_cells),  STEPS_TEST(refused_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
