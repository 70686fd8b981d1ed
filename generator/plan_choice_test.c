#include "generator/device_fixture_test.h"
#include "generator/statistics_test.h"

enum { EVENTS = 40000 };

/* ---- bernoulli */

/* Exactly the words that ls_hit says: none, all, and every share between. */
static void bernoulli_is_its_ratio(void **state)
{
    static const struct {
        const char *share;
        struct ls_ratio ratio;
    } cases[] = {
        {"0", {0, 1}},
        {"1", {1, 1}},
        {"1/2", {1, 2}},
        {"1/20", {1, 20}},
        {"2/3", {2, 3}},
        {"0.001", {1, 1000}},
        {"999999/1000000", {999999, 1000000}},
        {"1/4294967296", {1, UINT64_C(1) << 32}},
        {"4294967295/4294967296", {UINT32_MAX, UINT64_C(1) << 32}},
    };
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char line[128];
        snprintf(line, sizeof line, "      - {name: b, type: boolean, bernoulli: %s}\n",
                 cases[k].share);
        plan_device(m, line, line, "");
        const struct ls_op *op = op_named(m, 0, "b");
        struct ls_chance chance = ls_chance_of(cases[k].ratio);
        const uint64_t edges[] = {
            0, 1, chance.last - 1, chance.last, chance.last + 1, UINT64_MAX - 1, UINT64_MAX};
        for (size_t i = 0; i < 1000; i++) {
            uint64_t word = i < 7 ? edges[i] : ls_mix(i);
            size_t chosen = ls_choose(&op->choices, word);
            assert_int_equal(op->words[chosen].number, ls_hit(word, cases[k].ratio));
        }
        for (uint64_t i = 0; i < 300; i++) { /* the bytes too, and an attribute */
            struct ls_event e = make(m, i);
            struct ls_cell cell;
            assert_int_equal(column_of(m, &e, "b").number,
                             ls_hit(ls_word(op->key, i, 0), cases[k].ratio));
            ls_attribute_value(attribute_named(m, 0, "b"), i, NULL, &cell);
            assert_int_equal(cell.number, ls_hit(ls_word(attribute_named(m, 0, "b")->key, i, 0),
                                                 cases[k].ratio));
        }
    }
}

/* ---- choice_by */

/* The word of a text column; of an enum its number. */
static size_t word_in(const struct ls_cell *cell, const char *const *words, size_t count)
{
    size_t k = 0;
    while (k < count &&
           (strlen(words[k]) != cell->size || memcmp(words[k], cell->bytes, cell->size) != 0)) {
        k++;
    }
    return k;
}

#define BY(field)                                                                                  \
    "choice_by: {field: " field ", cases: {web: {choice: {card: 7, invoice: 1}}, app: {choice: "   \
    "{wallet: 1, card: 1, none: 0}}}, otherwise: {cash: 3, card: 2}}"

/* One row of weights for each word of the deciding field, and one for null and the rest. */
static const char *const deciding[] = {"web", "app", "phone"};
static const char *const chosen[] = {"card", "invoice", "wallet", "none", "cash"};
static const double shares[4][5] = {{7 / 8., 1 / 8., 0, 0, 0},
                                    {1 / 2., 0, 1 / 2., 0, 0},
                                    {2 / 5., 0, 0, 0, 3 / 5.},
                                    {2 / 5., 0, 0, 0, 3 / 5.}};

/* `channel` is the column that decides `method`. */
static void check_cases(struct maker *m, const char *channel, const char *method, bool nullable)
{
    unsigned counts[4][5] = {{0}};
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        struct ls_cell by = column_of(m, e, channel);
        struct ls_cell word = column_of(m, e, method);
        size_t k = by.is_null ? 3 : word_in(&by, deciding, 3);
        size_t w = word_in(&word, chosen, 5);
        assert_true(k < 4 && w < 5 && !word.is_null);
        assert_true(k < 3 || nullable);
        counts[k][w]++;
    }
    for (size_t k = 0; k < (nullable ? 4 : 3); k++) {
        assert_true(counts[k][0] > 100);
        check_shares(method, counts[k], shares[k], 5);
    }
}

static void a_case_has_its_weights(void **state)
{
    struct maker *m = *state;
    plan_device(
        m, "      - {name: kind, type: enum, choice: {web: 2, app: 3, phone: 1}}\n",
        "      - {name: channel, type: string, choice: {web: 3, app: 2, phone: 1}}\n"
        "      - {name: method, type: string, " BY(
            "channel") "}\n"
                       "      - {name: way, type: enum, choice: {web: 3, app: 2, phone: 1}, "
                       "nullable: 1/4}\n"
                       "      - {name: paid, type: enum, " BY(
                           "way") "}\n"
                                  "      - {name: kind, type: string, ref: device.kind}\n"
                                  "      - {name: by_field, type: string, " BY(
                                      "kind") "}\n"
                                              "      - {name: by_attribute, type: enum, " BY(
                                                  "device.kind") "}\n",
        "");
    make_run(m, EVENTS);
    check_cases(m, "channel", "method", false);
    check_cases(m, "way", "paid", true);
    check_cases(m, "kind", "by_field", false);
    check_cases(m, "kind", "by_attribute", false);
}

/* A choice that decides another one: each is of its own stream. */
static void choices_decide_one_another(void **state)
{
    struct maker *m = *state;
    plan_device(m, "",
                "      - {name: a, type: string, choice: [x, y, x]}\n" /* a word twice */
                "      - {name: b, type: enum, choice_by: {field: a, cases: {x: {choice: [p, q]}, "
                "y: {choice: {q: 1, r: 3}}}}, nullable: 1/3}\n"
                "      - {name: c, type: string, choice_by: {field: b, cases: {r: {choice: "
                "[third]}}, otherwise: [first, second]}}\n"
                "      - {name: d, type: string, const: only}\n"
                "      - {name: e, type: string, choice_by: {field: d, cases: {only: {choice: "
                "[one]}}}}\n",
                "");
    static const char *const a_words[] = {"x", "y"};
    static const char *const b_words[] = {"p", "q", "r"};
    static const char *const c_words[] = {"third", "first", "second"};
    static const double even[] = {0, .5, .5};
    static const double third[] = {1, 0, 0};
    static const double of_a[] = {2 / 3., 1 / 3.};
    static const double of_b[2][3] = {{.5, .5, 0}, {0, .25, .75}};
    unsigned a_counts[2] = {0};
    unsigned b_counts[2][3] = {{0}};
    unsigned c_counts[4][3] = {{0}};
    make_run(m, EVENTS);
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        struct ls_cell cells[] = {column_of(m, e, "a"), column_of(m, e, "b"), column_of(m, e, "c"),
                                  column_of(m, e, "e")};
        size_t a = word_in(&cells[0], a_words, 2);
        size_t b = cells[1].is_null ? 3 : word_in(&cells[1], b_words, 3);
        size_t c = word_in(&cells[2], c_words, 3);
        assert_true(a < 2 && b < 4 && c < 3);
        assert_true(b == 3 || cells[1].number == (int64_t)b); /* its symbol */
        assert_memory_equal(cells[3].bytes, "one", 3);
        a_counts[a]++;
        c_counts[b][c]++;
        if (b < 3) {
            b_counts[a][b]++;
        }
    }
    check_shares("a", a_counts, of_a, 2);
    for (size_t k = 0; k < 2; k++) {
        check_shares("b", b_counts[k], of_b[k], 3);
    }
    for (size_t b = 0; b < 4; b++) {
        check_shares("c", c_counts[b], b == 2 ? third : even, 3);
    }
}

/* Its draws are those of its own stream, whatever decides. */
static void cases_draw_from_their_own_stream(void **state)
{
    struct maker *m = *state;
    plan_device(m, "",
                "      - {name: channel, type: string, choice: {web: 3, app: 2, phone: 1}}\n"
                "      - {name: method, type: string, " BY("channel") "}\n",
                "");
    uint64_t key = ls_stream_key(7, "event_types.reading.method");
    for (uint64_t i = 0; i < 2000; i++) {
        struct ls_event e = make(m, i);
        struct ls_cell by = column_of(m, &e, "channel");
        struct ls_cell word = column_of(m, &e, "method");
        size_t k = word_in(&by, deciding, 3);
        static const uint64_t totals[] = {8, 2, 5};
        static const char *const rows[3][8] = {
            {"card", "card", "card", "card", "card", "card", "card", "invoice"},
            {"card", "wallet"}, /* in the order of all words */
            {"card", "card", "cash", "cash", "cash"}};
        const char *expected = rows[k][ls_below(ls_word(key, i, 0), totals[k])];
        assert_int_equal(strlen(expected), word.size);
        assert_memory_equal(word.bytes, expected, word.size);
    }
}

/* ---- problems */

static const struct {
    const char *field, *rule, *part, *hint;
} wrong_choices[] = {
    {"type: string, choice_by: {field: chanel, cases: {web: {choice: [a]}}}", "LS2027",
     "there is no field or attribute `chanel` above", "did you mean `channel`?"},
    {"type: string, choice_by: {field: below, cases: {web: {choice: [a]}}}", "LS2027",
     "there is no field or attribute `below` above", "`below` stands below: move it above"},
    {"type: string, choice_by: {field: v, cases: {web: {choice: [a]}}}", "LS2027",
     "there is no field or attribute `v` above", "a value cannot be made from itself"},
    {"type: string, choice_by: {field: device.model, cases: {web: {choice: [a]}}}", "LS2027",
     "there is no field or attribute `device.model` above", "device."},
    {"type: string, choice_by: {field: number, cases: {web: {choice: [a]}}}", "LS2027",
     "`number` is no choice", "name a field above that is a choice"},
    {"type: string, choice_by: {field: fixed, cases: {five: {choice: [a]}}, otherwise: [b]}",
     "LS2027", "`fixed` is no choice", "name a field above that is a choice"},
    {"type: string, choice_by: {field: flag, cases: {\"true\": {choice: [a]}}, otherwise: "
     "[b]}",
     "LS2027", "`flag` is no choice", "name a field above that is a choice"},
    {"type: string, choice_by: {field: text, cases: {red: {choice: [a]}}, otherwise: [b]}",
     "LS2027", "`text` is no choice", "name a field above that is a choice"},
    {"type: string, choice_by: {field: device.serial, cases: {A: {choice: [a]}}, otherwise: "
     "[b]}",
     "LS2027", "`device.serial` is no choice", "an entity's attribute that is one"},
    {"type: string, choice_by: {field: event_time, cases: {A: {choice: [a]}}}", "LS2027",
     "`event_time` is no choice", "name a field above that is a choice"},
    {"type: string, choice_by: {field: channel, cases: {web: {choice: [a]}, fax: {choice: "
     "[b]}}, otherwise: [c]}",
     "LS2027", "`channel` is never `fax`", "known here: web, app"},
    {"type: string, choice_by: {field: channel, cases: {web: {choice: [a]}}}", "LS2027",
     "no case says what is chosen where `channel` is `app`",
     "add a case for it, or `otherwise: {...}`"},
    {"type: string, choice_by: {field: maybe, cases: {web: {choice: [a]}, app: {choice: "
     "[b]}}}",
     "LS2027", "no case says what is chosen where `maybe` is null", "which is for null too"},
    {"type: enum, choice_by: {field: channel, cases: {web: {choice: [a-b]}}, otherwise: [c]}",
     "LS2006", "`a-b` cannot be a symbol of an enum", "or the type string"},
    {"type: int, choice_by: {field: channel, cases: {web: {choice: [a]}}}", "LS2005",
     "`choice_by` does not make values of type int", "values of type int come from choice, const"},
    {"type: string, words: {of: [a, b], least: 3}", "LS2018", "`most` is below `least`",
     "write `least: 1, most: 4`, say"},
    {"type: string, words: {of: [a, b], least: 5, most: 2}", "LS2018", "`most` is below `least`",
     "write `least: 1, most: 4`, say"},
    {"type: string, words: {of: [0123456789012345678901234567890123456789012345678901234567890"
     "123], most: 64}",
     "LS2018", "a text of so many words may have 4160 bytes, at most 4096",
     "lower `most`, or take shorter words"},
    {"type: boolean, bernoulli: 3/2", "LS1103", "bernoulli: expected ratio", ""},
    {"type: int, bernoulli: 1/2", "LS2005", "`bernoulli` does not make values of type int",
     "values of type int come from choice, const"},
};

static void wrong_choices_are_refused(void **state)
{
    struct maker *m = *state;
    for (size_t k = 0; k < sizeof wrong_choices / sizeof *wrong_choices; k++) {
        char field[512];
        char fields[2048];
        char text[DEVICE_TEXT_MAX];
        snprintf(field, sizeof field, "      - {name: v, %s}\n", wrong_choices[k].field);
        snprintf(fields, sizeof fields,
                 "      - {name: channel, type: string, choice: [web, app]}\n"
                 "      - {name: maybe, type: string, choice: [web, app], nullable: 1/2}\n"
                 "      - {name: number, type: int, uniform: [1, 5]}\n"
                 "      - {name: fixed, type: int, const: 5}\n"
                 "      - {name: flag, type: boolean, choice: [\"true\", \"false\"]}\n"
                 "      - {name: text, type: string, words: [red, light]}\n"
                 "%s"
                 "      - {name: below, type: string, choice: [web, app]}\n",
                 field);
        device_text(text, "      - {name: serial, type: string, pattern: \"[A-Z]\"}\n", fields, "");
        int rc = load_text(&m->base, text, NULL);
        ls_plan_free(m->plan);
        m->plan = NULL;
        rc = rc < 0 ? rc : ls_plan_new(m->base.spec, &m->plan, &m->base.report, &m->base.err);
        if (rc != LS_E_DATA) {
            fail_msg("%s is taken", wrong_choices[k].field);
        }
        check_report(&m->base, wrong_choices[k].rule, line_of(text, field), wrong_choices[k].part);
        check_report(&m->base, wrong_choices[k].rule, line_of(text, field), wrong_choices[k].hint);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(bernoulli_is_its_ratio),     MAKER_TEST(a_case_has_its_weights),
        MAKER_TEST(choices_decide_one_another), MAKER_TEST(cases_draw_from_their_own_stream),
        MAKER_TEST(wrong_choices_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
