/* Words as operations: chosen by weights, by another field, several of them. */
#include "core/base/text.h"
#include "generator/plan_internal.h"

#include <string.h>

struct ls_cell ls_plan_text_cell(const char *text)
{
    return (struct ls_cell){.bytes = (const uint8_t *)text, .size = (uint32_t)strlen(text)};
}

/* A word that stands for a number of the field's type; the first makes the bounds. */
static bool number_word(struct planner *p, const struct ls_spec_field *field,
                        const struct ls_weights *weights, size_t i, struct ls_op *out,
                        struct ls_cell *word)
{
    int64_t number;
    if (!ls_spec_number(weights->words[i], field, &number)) {
        PROBLEM(p, "LS2018", weights->where[i], ls_field_type_hint(out->type),
                "`%s` is no value of type %s", weights->words[i], ls_field_type_words[out->type]);
        return false;
    }
    *word = (struct ls_cell){.number = number};
    out->low = i == 0 || number < out->low ? number : out->low;
    out->high = i == 0 || number > out->high ? number : out->high;
    return true;
}

bool ls_plan_choice(struct planner *p, const struct ls_spec_field *field,
                    const struct ls_weights *weights, struct ls_op *out)
{
    out->kind = LS_OP_CHOICE;
    out->word_count = weights->count;
    struct ls_cell *words = ls_plan_alloc(p, weights->count, sizeof *words);
    out->words = words;
    if (!words || ls_choices_new(weights->weights, weights->count, &p->plan->arena, &out->choices,
                                 p->err) < 0) {
        return false;
    }
    for (size_t i = 0; i < weights->count; i++) {
        words[i] = ls_plan_text_cell(weights->words[i]);
        out->text_max = words[i].size > out->text_max ? words[i].size : out->text_max;
        words[i].number = (int64_t)i;
        if (field->type == LS_FIELD_BOOLEAN) {
            bool yes = strcmp(weights->words[i], "true") == 0;
            words[i] = (struct ls_cell){.number = yes};
            if (!yes && strcmp(weights->words[i], "false") != 0) {
                PROBLEM(p, "LS2018", weights->where[i], "write {true: 1, false: 9}",
                        "`%s` is no boolean", weights->words[i]);
                return false;
            }
        }
        if (ls_plan_has_bounds(out->type) && !number_word(p, field, weights, i, out, &words[i])) {
            return false;
        }
    }
    return true;
}

bool ls_plan_bernoulli(struct planner *p, const struct ls_spec_field *field, struct ls_op *out)
{
    const struct ls_source_bernoulli *settings = field->source.settings;
    struct ls_cell *words = ls_plan_alloc(p, 2, sizeof *words);
    uint64_t *limits = ls_plan_alloc(p, 4, sizeof *limits);
    struct ls_chance chance = ls_chance_of(settings->share);
    out->kind = LS_OP_CHOICE;
    out->words = words;
    out->word_count = 2;
    if (!words || !limits) {
        return false;
    }
    words[0].number = 1; /* true up to the last word that hits */
    limits[0] = chance.possible ? chance.last : 0;
    limits[0] += chance.possible && chance.last < UINT64_MAX;
    limits[1] = limits[2] = limits[3] = UINT64_MAX;
    bool always = chance.possible && chance.last == UINT64_MAX;
    out->choices = (struct ls_choices){2, always ? 0 : 1, limits};
    return true;
}

bool ls_plan_words(struct planner *p, const struct ls_spec_field *field, struct ls_op *out)
{
    const struct ls_source_words *settings = field->source.settings;
    if (!ls_plan_choice(p, field, &settings->of, out)) {
        return false;
    }
    out->kind = LS_OP_WORDS;
    out->least = settings->least;
    out->most = settings->most;
    out->text_max = (size_t)settings->most * (out->text_max + 1);
    if (settings->most < settings->least) {
        PROBLEM(p, "LS2018", ls_spec_place(p->spec, &settings->most, field->source.where),
                "write `least: 1, most: 4`, say", "`most` is below `least`");
        return false;
    }
    if (out->text_max > LS_OP_TEXT_MAX) {
        PROBLEM(p, "LS2018", ls_spec_place(p->spec, &settings->most, field->source.where),
                "lower `most`, or take shorter words",
                "a text of so many words may have %zu bytes, at most %d", out->text_max,
                LS_OP_TEXT_MAX);
        return false;
    }
    return true;
}

/* The words of an enum's choices are its symbols; of a string's, whatever they are. */
static size_t index_of_symbol(const struct ls_cell *words, size_t count, const char *word)
{
    size_t k = 0;
    while (k < count &&
           (words[k].size != strlen(word) || memcmp(words[k].bytes, word, words[k].size) != 0)) {
        k++;
    }
    return k;
}

/* Weights of one case over the words of all. */
static bool plan_case(struct planner *p, const struct ls_weights *weights, const struct ls_op *op,
                      struct ls_choices *out)
{
    uint64_t *of_all = ls_plan_alloc(p, op->word_count, sizeof *of_all);
    for (size_t i = 0; of_all && i < weights->count; i++) {
        of_all[index_of_symbol(op->words, op->word_count, weights->words[i])] +=
            weights->weights[i];
    }
    return of_all && ls_choices_new(of_all, op->word_count, &p->plan->arena, out, p->err) == 0;
}

static bool collect_words(struct planner *p, const struct ls_source_choice_by *by,
                          struct ls_op *out)
{
    const struct ls_spec_case *cases = by->cases.items;
    size_t total = by->otherwise.count;
    for (size_t c = 0; c < by->cases.count; c++) {
        total += cases[c].weights.count;
    }
    struct ls_cell *words = ls_plan_alloc(p, total, sizeof *words);
    for (size_t c = 0; words && c <= by->cases.count; c++) {
        const struct ls_weights *w = c < by->cases.count ? &cases[c].weights : &by->otherwise;
        for (size_t i = 0; i < w->count; i++) {
            if (index_of_symbol(words, out->word_count, w->words[i]) == out->word_count) {
                words[out->word_count] = ls_plan_text_cell(w->words[i]);
                words[out->word_count].number = (int64_t)out->word_count;
                out->text_max = words[out->word_count].size > out->text_max
                                    ? words[out->word_count].size
                                    : out->text_max;
                out->word_count++;
            }
        }
    }
    out->words = words;
    return words != NULL;
}

/* A field above whose value is one of some words, or such an attribute of an entity. */
static const struct ls_op *deciding_field(struct planner *p, const struct ls_source_choice_by *by,
                                          struct plan_scope *s)
{
    struct ls_expr_symbol symbol;
    const struct ls_op *op = ls_plan_find(s, by->field, &symbol)
                                 ? ls_plan_op_of_cell(s->type, symbol.slot)
                                 : NULL;
    bool words = op && op->words && op->kind != LS_OP_WORDS &&
                 ls_field_expr_type(op->type) == LS_EXPR_TEXT;
    bool told = op && op->kind == LS_OP_CHOICE_BY && !op->words; /* what is wrong with that one */
    if (!words && !told) {
        char hint[LS_SUGGEST_MAX];
        PROBLEM(p, "LS2027", ls_spec_place(p->spec, &by->field, by->where),
                op ? "name a field above that is a choice, or an entity's attribute that is one"
                   : ls_plan_suggest(s, by->field, hint),
                op ? "`%s` is no choice" : "there is no field or attribute `%s` above", by->field);
    }
    return words ? op : NULL;
}

/* Each case is of a word that the deciding field has. */
static bool check_cases(struct planner *p, const struct ls_source_choice_by *by,
                        const struct ls_op *other)
{
    const struct ls_spec_case *cases = by->cases.items;
    const char **names = ls_plan_alloc(p, other->word_count + 1, sizeof *names);
    for (size_t k = 0; names && k < other->word_count; k++) {
        names[k] = (const char *)other->words[k].bytes; /* a text of the spec */
    }
    for (size_t c = 0; names && c < by->cases.count; c++) {
        if (index_of_symbol(other->words, other->word_count, cases[c].key) == other->word_count) {
            char hint[LS_SUGGEST_MAX];
            PROBLEM(p, "LS2027", ls_spec_place(p->spec, &cases[c].key, cases[c].where),
                    ls_suggest(cases[c].key, names, hint), "`%s` is never `%s`", by->field,
                    cases[c].key);
            return false;
        }
    }
    return names != NULL;
}

/* Of a word of the deciding field, or NULL for null: those of its case, or of the rest. NULL where
 * nothing says them. */
static const struct ls_weights *weights_of(const struct ls_source_choice_by *by,
                                           const struct ls_cell *word)
{
    const struct ls_spec_case *cases = by->cases.items;
    for (size_t c = 0; word && c < by->cases.count; c++) {
        if (index_of_symbol(word, 1, cases[c].key) == 0) {
            return &cases[c].weights;
        }
    }
    return by->otherwise.count ? &by->otherwise : NULL;
}

bool ls_plan_choice_by(struct planner *p, const struct ls_spec_field *field,
                       struct ls_plan_type *type, unsigned back, struct ls_op *out)
{
    const struct ls_source_choice_by *by = field->source.settings;
    struct plan_scope s = {p, type, field, back, by->where};
    const struct ls_op *other = deciding_field(p, by, &s);
    out->kind = LS_OP_CHOICE_BY;
    if (!other || !check_cases(p, by, other) || !collect_words(p, by, out)) {
        return false;
    }
    struct ls_choices *choices = ls_plan_alloc(p, other->word_count + 1, sizeof *choices);
    out->by = other->cell;
    out->cases = choices;
    out->case_count = other->word_count;
    bool sound = choices != NULL;
    for (size_t k = 0; sound && k <= other->word_count; k++) {
        const struct ls_cell *word = k < other->word_count ? &other->words[k] : NULL;
        const struct ls_weights *weights = weights_of(by, word);
        if (weights) {
            sound = plan_case(p, weights, out, &choices[k]);
        } else if (word || ls_plan_op_nullable(other)) {
            PROBLEM(p, "LS2027", by->where,
                    word ? "add a case for it, or `otherwise: {...}`"
                         : "add `otherwise: {...}`, which is for null too",
                    "no case says what is chosen where `%s` is %s%.*s%s", by->field,
                    word ? "`" : "null", word ? (int)word->size : 0,
                    word ? (const char *)word->bytes : "", word ? "`" : "");
            return false;
        }
    }
    return sound;
}
