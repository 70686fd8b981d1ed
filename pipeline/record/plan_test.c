#include "pipeline/record/plan.h"

#include "pipeline/fixture_test.h"

static void check_columns(const struct ls_topic_plan *topic, const char *expected)
{
    char text[1024];
    size_t at = 0;
    for (size_t i = 0; i < topic->column_count; i++) {
        const struct ls_normal_column *c = &topic->columns[i];
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s:%s%s", i ? " " : "",
                               c->column_name, ls_field_type_words[c->type],
                               c->nullable ? "?" : "");
        if (i + LS_PHYSICAL_COLUMNS < topic->column_count) {
            assert_string_equal(topic->layout->columns[i].name, c->column_name);
            assert_int_equal(topic->layout->columns[i].nullable, c->nullable);
        } else {
            assert_true(topic->layout->columns[i].physical);
        }
    }
    assert_string_equal(text, expected);
    assert_int_equal(topic->layout->count, topic->column_count);
}

#define ENVELOPE                                                                                   \
    "event_id:string event_time:timestamp ingest_time:timestamp source:string schema_version:int " \
    "entity_id:string "
#define PHYSICAL " partition:int position:long watermark:timestamp"

static void test_columns(void **state)
{
    struct pipe *p = *state;
    assert_int_equal(p->plan->topic_count, 2);
    check_columns(&p->plan->topics[SALE],
                  ENVELOPE "item:string? shop:string? kind:enum seen:timestamp? "
                           "amount_cents:money? units:int score:long city:string? fee_cents:money? "
                           "each_cents:money? dear:boolean unordered:boolean fell:boolean "
                           "unseen:boolean dip:boolean" PHYSICAL);
    check_columns(&p->plan->topics[VISIT],
                  ENVELOPE "pages:int unordered:boolean brief:boolean" PHYSICAL);
    assert_string_equal(p->plan->topics[SALE].schema->root->name, "demo.normalized.sale");
    assert_int_equal(p->plan->topics[SALE].watermark_delay_ms, 2000);
    assert_int_equal(p->plan->topics[VISIT].watermark_delay_ms, 1000); /* its own */
}

/* Steps run in their order: a set may replace a field, also its own operand. */
static void test_steps_in_order(void **state)
{
    struct pipe *p = *state;
    char *text = changed(pipe_spec, "    - {drop: vip}\n",
                         "    - {drop: seen}\n"
                         "    - {set: units, expr: \"units + 1\"}\n"
                         "    - {set: units, expr: \"units + 1\"}\n"
                         "    - {set: amount, expr: \"units = 3\"}\n"
                         "    - {set: name, expr: kind}\n"
                         "    - {drop: name}\n"
                         "    - {drop: city}\n"
                         "    - {drop: item}\n");
    for (const char *const *word = SETS("by: [city, item]", "        latest: {max: seen}\n"); *word;
         word++) {
        char *before = text;
        text = changed(before, *word, "");
        free(before);
    }
    static const char *const others[] = {
        ", greatest: {max: amount}",
        "  - {flag: unseen, monotonic: seen, per: kind, tolerance: 500ms}\n",
        "  - {flag: dip, monotonic: amount, per: units, tolerance: 99.99}\n"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char *before = text;
        text = changed(before, others[i], "");
        free(before);
    }
    char *before = text;
    text = changed(before, "        total: {sum: amount}\n", "");
    free(before);
    before = text;
    text = changed(before, "        paid: {count: {where: \"amount > 0.00\"}}\n", "");
    free(before);
    pipe_plan(p, text, NULL);
    free(text);
    check_columns(&p->plan->topics[SALE],
                  ENVELOPE "shop:string? kind:enum vip:boolean amount:boolean units:long "
                           "score:long fee_cents:money? each_cents:money? dear:boolean "
                           "unordered:boolean fell:boolean" PHYSICAL);
}

static void check_flag(const struct ls_topic_plan *topic, size_t k, const char *name,
                       const char *field, const char *per, int64_t tolerance)
{
    const struct ls_record_flag *flag = &topic->flags[k];
    assert_true(k < topic->flag_count);
    assert_string_equal(flag->spec->flag, name);
    assert_int_equal(ls_normal_column(topic, name)->cell, flag->cell);
    assert_int_equal(flag->when == NULL, field != NULL);
    if (field) {
        assert_int_equal(flag->field, ls_normal_column(topic, field)->cell);
        assert_int_equal(flag->per, ls_normal_column(topic, per)->cell);
        assert_int_equal(flag->per_text, strcmp(per, "units") != 0);
        assert_int_equal(flag->tolerance, tolerance);
    }
}

/* Those that have all the fields, or are listed; tolerances in the unit of the field. */
static void test_flags(void **state)
{
    struct pipe *p = *state;
    const struct ls_topic_plan *sale = &p->plan->topics[SALE];
    const struct ls_topic_plan *visit = &p->plan->topics[VISIT];
    assert_int_equal(sale->flag_count, 5);
    assert_int_equal(sale->monotonic_count, 4);
    check_flag(sale, 0, "dear", NULL, NULL, 0);
    check_flag(sale, 1, "unordered", "event_time", "entity_id", 1000);
    check_flag(sale, 2, "fell", "score", "shop", 3);
    check_flag(sale, 3, "unseen", "seen", "kind", 500);
    check_flag(sale, 4, "dip", "amount", "units", 9999);
    assert_int_equal(visit->flag_count, 2);
    assert_int_equal(visit->monotonic_count, 1);
    check_flag(visit, 0, "unordered", "event_time", "entity_id", 1000);
    check_flag(visit, 1, "brief", NULL, NULL, 0);
}

/* A step's result is read as it is left; a view takes a flag as it takes any boolean. */
static void test_flags_behind_steps(void **state)
{
    struct pipe *p = *state;
    char *text = changed(pipe_spec, "    - {drop: vip}\n",
                         "    - {drop: vip}\n    - {set: twice, expr: \"units * 2.00\"}\n");
    char *flagged = changed(text, "  - {flag: dear,",
                            "  - {flag: many, monotonic: twice, per: city, tolerance: 1.5}\n"
                            "  - {flag: dear,");
    char *viewed = changed(flagged, "by: [city, item]", "by: [many, dear]");
    char *where = changed(viewed, "\"kind != 'odd'\"", "\"kind != 'odd' and not unseen\"");
    pipe_plan(p, where, NULL);
    check_flag(&p->plan->topics[SALE], 0, "many", "twice", "city", 150);
    free(where);
    free(viewed);
    free(flagged);
    free(text);
}

static void test_checks(void **state)
{
    struct pipe *p = *state;
    const struct ls_topic_plan *sale = &p->plan->topics[SALE];
    assert_int_equal(sale->check_count, 6);
    assert_int_equal(sale->checks[0].cell, ITEM);
    assert_true(sale->checks[1].has_low && sale->checks[1].has_high);
    assert_int_equal(sale->checks[1].low, -500); /* cents */
    assert_int_equal(sale->checks[1].high, 100000);
    assert_ptr_equal(sale->checks[2].table, &p->reference.tables[0]);
    assert_true(sale->checks[3].has_low && !sale->checks[3].has_high);
    assert_int_equal(sale->checks[4].pattern->count, 2);
    assert_true(!sale->checks[5].set.of_numbers && sale->checks[5].set.count == 3);
    const struct ls_topic_plan *visit = &p->plan->topics[VISIT];
    assert_int_equal(visit->check_count, 1); /* no more: the others' fields are of another type */
    assert_true(visit->checks[0].set.of_numbers && visit->checks[0].set.count == 8);
}

/* What decides the bytes decides the hash (P12), and nothing else does. */
static void test_job_hash(void **state)
{
    static const struct {
        const char *find, *replacement;
        bool same;
    } cases[] = {
        {"seed: 1\n", "seed: 1 # the same\n", true}, {"horizon: 5s", "horizon: 5000ms", true},
        {"horizon: 5s", "horizon: 6s", false},       {"name: shifted", "name: moved", false},
        {"    - {drop: vip}\n", "", false},
    };
    struct pipe *p = *state;
    const struct ls_sha256 job = p->plan->job;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = changed(pipe_spec, cases[i].find, cases[i].replacement);
        pipe_plan(p, text, NULL);
        free(text);
        if ((memcmp(&job, &p->plan->job, sizeof job) == 0) != cases[i].same) {
            fail_msg("`%s`: the hash is %s", cases[i].replacement,
                     cases[i].same ? "another" : "the same");
        }
    }
    pipe_plan(p, pipe_spec, NULL);
    assert_memory_equal(&job, &p->plan->job, sizeof job);
}

/* Like `sound`, but for a mistake: a text that loads, and that the plan refuses with one error. */
static void check_refused(struct pipe *p, const char *sound, const struct mistake *m)
{
    char *text = changed(sound, m->find, m->replacement);
    struct ls_record_plan *plan;
    pipe_clear(p);
    load_fine(&p->base, text, NULL);
    FINE(p, ls_reference_load(p->base.spec, "tables", INT64_MAX, &p->reference, &p->base.err));
    if (ls_record_plan_new(p->base.spec, &p->reference, &plan, &p->base.report, &p->base.err) ==
        0) {
        fail_msg("%s was expected: %s", m->rule, m->replacement);
    }
    assert_null(plan);
    assert_int_equal(p->base.err.code, LS_E_DATA);
    check_report(&p->base, m->rule, line_of(text, m->at), m->part);
    assert_string_equal(p->base.err.text, "the spec's pipeline cannot run: 1 error");
    free(text);
}

static void test_mistakes(void **state)
{
    static const struct mistake mistakes[] = {
        {"drop: vip", "drop: vap", "LS2301", "drop: vap", "there is no field `vap` to drop"},
        {"drop: vip", "drop: entity_id", "LS2301", "drop: entity_id",
         "`entity_id` belongs to the envelope and stays"},
        {"{drop: vip}", "{drop: vip}\n    - {drop: vip}\n    - {set: a, expr: \"1\"}", "LS2301",
         "{drop: vip}\n    - {set", "there is no field `vip` to drop"},
        {"{drop: vip}", "{set: a, lookup: {table: shops, key: shap, take: fee}}", "LS2301",
         "set: a", "there is no field `shap` to look up with"},
        {"{drop: vip}", "{set: a, lookup: {table: shops, key: units, take: fee}}", "LS2301",
         "set: a", "`units` is of type int: no field to look up with"},
        {"{drop: vip}", "{set: a, expr: \"amount * 0.125\"}", "LS2302", "set: a",
         "the result has 5 decimal places"},
        {"{drop: vip}", "{set: a, expr: \"units + unit\"}", "LS2102", "set: a",
         "there is no field `unit`"},
        {"{drop: vip}", "{set: amount_cents, expr: \"units\"}", "LS2001", "set: amount_cents",
         "`amount_cents` is the column of `amount` in the dataset"},
        {"{drop: vip}", "{set: units_cents, expr: \"1\"}\n    - {set: units, expr: amount}",
         "LS2001", "set: units, expr",
         "`units_cents` is the column of `units_cents` in the dataset"},
    };
    struct pipe *p = *state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        check_refused(p, pipe_spec, &mistakes[i]);
    }
    char *text = changed(
        pipe_spec, "{drop: vip}",
        "{set: x, expr: amount}\n    - {drop: x}\n    - {set: x_cents, expr: units}");
    pipe_plan(p, text, NULL); /* the name is free again */
    free(text);
}

/* What a flag names is there, and nothing is calculated with it. */
static void test_mistakes_of_flags(void **state)
{
#define DIP "{flag: dip, monotonic: amount, per: units, tolerance: 99.99}"
    static const struct mistake mistakes[] = {
        {DIP, "{flag: dip, monotonic: raw, per: units}", "LS2304", "monotonic: raw",
         "`raw` of sale is of type double, with which nothing calculates"},
        {DIP, "{flag: dip, monotonic: units, per: raw}", "LS2304", "per: raw",
         "`raw` of sale is of type double, with which nothing calculates"},
        {DIP, "{flag: dip, when: kind > 1}", "LS2103", "kind > 1",
         "a text is compared with a number"},
    };
    struct pipe *p = *state;
    char *sound = changed(pipe_spec, "      - {name: score, type: long, const: 1}\n",
                          "      - {name: score, type: long, const: 1}\n"
                          "      - {name: raw, type: double, const: 1}\n");
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        check_refused(p, sound, &mistakes[i]);
    }
    free(sound);
}

/* Steps take all the cells that there are, and none is left for a flag. */
static void test_no_cell_for_a_flag(void **state)
{
    struct pipe *p = *state;
    const struct ls_topic_plan *sale = &p->plan->topics[SALE];
    struct ls_buf steps;
    ls_buf_init(&steps, "steps", 1U << 16);
    for (size_t i = sale->cell_count - sale->flag_count; i < LS_RECORD_CELLS_MAX; i++) {
        FINE(p, ls_buf_append_text(&steps, "    - {set: more, expr: units}\n", &p->base.err));
    }
    FINE(p, ls_buf_append_text(&steps, "    - {drop: vip}\n", &p->base.err));
    const struct mistake mistake = {"    - {drop: vip}\n", ls_buf_text(&steps, &p->base.err),
                                    "LS2010", "flag: dear",
                                    "a topic has at most 256 columns, steps and flags"};
    check_refused(p, pipe_spec, &mistake);
    ls_buf_clear(&steps);
}

/* ---- the log's topics */

static void check_partitions(struct pipe *p, const char *names, uint32_t sales, uint32_t visits,
                             int rc, const char *text)
{
    const struct ls_log_identity identity = {"demo", "", UINT64_MAX, INT64_MAX, NULL, {0, 0}, NULL};
    const struct ls_log_topic topics[] = {{.name = names, .partitions = sales},
                                          {.name = "raw.demo.visit", .partitions = visits}};
    struct ls_log *log;
    uint32_t partitions = 0;
    FINE(p, ls_tree_remove("log", &p->base.err));
    FINE(p, ls_log_create("log:log", topics, visits ? 2 : 1, &identity, LS_LOG_FRESH, &log,
                          &p->base.err));
    assert_int_equal(ls_record_plan_select(p->plan, log, &partitions, &p->base.err), rc);
    assert_int_equal(partitions, rc ? 0 : sales);
    if (rc) {
        assert_string_equal(p->base.err.text, text);
    }
    ls_log_close(log);
}

static void test_partitions(void **state)
{
    struct pipe *p = *state;
    check_partitions(p, "raw.demo.sale", 3, 3, 0, NULL);
    check_partitions(p, "raw.demo.sale", 3, 2, LS_E_DATA,
                     "the log's topics have different numbers of partitions");
    check_partitions(p, "raw.demo.sales", 3, 3, LS_E_DATA,
                     "the log has no topic raw.demo.sale: another spec made it");
    check_partitions(p, "raw.demo.sale", 3, 0, LS_E_DATA,
                     "the log has no topic raw.demo.visit: another spec made it");
}

static void test_refused_memory_for_a_mistake(void **state)
{
    struct pipe *p = *state;
    unsigned long refused = 0;
    char *text = changed(pipe_spec, "pages < 3\", events: [visit]", "pages < units\"");
    pipe_clear(p);
    load_fine(&p->base, text, NULL);
    FINE(p, ls_reference_load(p->base.spec, "tables", INT64_MAX, &p->reference, &p->base.err));
    for (bool struck = true; struck; refused++) { /* some of it is only told less */
        struct ls_record_plan *plan;
        unsigned long before = ls_mem_count();
        ls_mem_refuse(refused + 1);
        int rc = ls_record_plan_new(p->base.spec, &p->reference, &plan, &p->base.report,
                                    &p->base.err);
        struck = ls_mem_count() - before > refused;
        ls_mem_refuse(0);
        assert_null(plan);
        assert_true(rc == LS_E_NOMEM || (rc == LS_E_DATA && p->base.err.code == LS_E_DATA));
    }
    assert_true(refused > 3);
    free(text);
}

static void test_refused_memory(void **state)
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
        PIPE_TEST(test_columns),
        PIPE_TEST(test_steps_in_order),
        PIPE_TEST(test_checks),
        PIPE_TEST(test_job_hash),
        PIPE_TEST(test_mistakes),
        PIPE_TEST(test_partitions),
        PIPE_TEST(test_mistakes_of_flags),
        PIPE_TEST(test_no_cell_for_a_flag),
        PIPE_TEST(test_refused_memory_for_a_mistake),
        PIPE_TEST(test_refused_memory),
        PIPE_TEST(test_flags),
        PIPE_TEST(test_flags_behind_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
