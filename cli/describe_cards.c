#include "cli/describe_cards.h"

#include "cli/describe_svg.h"
#include "core/base/civil.h"
#include "core/base/text.h"
#include "generator/asked.h"

#include <stdio.h>

/* A value as text: of a field's type, or of a delay. */
struct values {
    bool are_durations;
    const struct ls_spec_field *field; /* NULL: of a delay */
};

static char *value_text(const struct values *values, int64_t value, char out[DESCRIBE_TEXT_MAX])
{
    if (values->are_durations) {
        ls_duration_format(value, out);
        return out;
    }
    return describe_value(values->field, value, out);
}

static void put_numbers(struct describe_out *out, const struct values *values,
                        const struct ls_quantiles *numbers)
{
    char text[DESCRIBE_TEXT_MAX];
    int64_t first;
    int64_t last;
    if (!numbers->count) {
        return;
    }
    if (describe_put_histogram(out, numbers, &first, &last)) {
        describe_put(out, "<div class=\"x\"><span>%s</span>", value_text(values, first, text));
        describe_put(out, "<span>%s</span></div>", value_text(values, last, text));
    }
    describe_put(out, "<p class=\"q\">");
    for (size_t q = 0; q < DESCRIBE_QUANTILES; q++) {
        int64_t value = ls_quantiles_at(numbers, describe_quantiles[q].share);
        describe_put(out, "<span><u>%s</u> %s</span> ", describe_quantiles[q].name,
                     value_text(values, value, text));
    }
    if (values->are_durations) {
        ls_duration_format((int64_t)ls_quantiles_mean(numbers, 0), text);
    } else {
        describe_mean(values->field, numbers, text);
    }
    describe_put(out, "<span><u>mean</u> %s</span></p>\n", text);
}

static void put_row(struct describe_out *out, const char *name, uint64_t count, uint64_t whole,
                    uint64_t asked_share, uint64_t most)
{
    char share[DESCRIBE_TEXT_MAX];
    bool is_asked = asked_share != LS_SHARE_UNSAID;
    describe_put(out, "<tr><td>");
    describe_put_text(out, name);
    describe_put(out, "</td><td class=\"p\">");
    describe_put_bar(out, count, is_asked ? describe_count_of(asked_share, whole) : UINT64_MAX,
                     most);
    describe_put(out, "</td><td class=\"n\">%s</td>", describe_percent(count, whole, share));
    if (is_asked) {
        describe_put(out, "<td class=\"n s\">(%s)</td>",
                     describe_percent(asked_share, LS_SHARE_WHOLE, share));
    }
    describe_put(out, "</tr>\n");
}

static void put_words(struct describe_out *out, const struct ls_describe_field *field)
{
    const struct ls_tally *words = &field->words;
    size_t count = describe_word_count(field);
    char text[DESCRIBE_TEXT_MAX];
    uint64_t most = 0;
    describe_put(out, "<p class=\"q\">%s different%s</p>\n", describe_distinct(words, text),
                 count && count < words->word_count ? ", the most frequent:" : "");
    if (!count) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct ls_tally_word *word = &words->words[i];
        uint64_t asked = word->asked == LS_SHARE_UNSAID
                             ? 0
                             : describe_count_of(word->asked, words->count);
        most = word->count > most ? word->count : most;
        most = asked > most ? asked : most;
    }
    describe_put(out, "<table>");
    for (size_t i = 0; i < count; i++) {
        const struct ls_tally_word *word = &words->words[i];
        put_row(out, describe_word(field, word, text), word->count, words->count, word->asked,
                most);
    }
    describe_put(out, "</table>\n");
}

static void put_nulls(struct describe_out *out, const struct ls_describe_field *field)
{
    struct ls_ratio asked = field->spec->nullable;
    if (field->nulls || asked.part) {
        uint64_t share = asked.part ? ls_asked_count(LS_SHARE_WHOLE, asked) : LS_SHARE_UNSAID;
        char name[LS_GROUPED_MAX + 8];
        char grouped[LS_GROUPED_MAX];
        snprintf(name, sizeof name, "%s null", ls_grouped(field->nulls, grouped));
        describe_put(out, "<table>");
        put_row(out, name, field->nulls, field->events, share, field->events);
        describe_put(out, "</table>\n");
    }
}

void describe_put_field_card(struct describe_out *out, const struct ls_describe *d,
                             const struct ls_describe_type *type,
                             const struct ls_describe_field *field)
{
    char grouped[LS_GROUPED_MAX];
    const struct values values = {false, field->spec};
    describe_put(out, "<div class=\"g\"><h3>%s <small>%s</small></h3><code>", field->spec->name,
                 ls_field_type_words[field->spec->type]);
    describe_put_field(out, "", d->plan->spec, type->plan->spec, field->spec);
    describe_put(out, "</code>\n");
    if (type->plan->changed && field->events < type->events - type->damaged) {
        describe_put(out, "<p class=\"q\">in %s events, by their schema version</p>\n",
                     ls_grouped(field->events, grouped));
    }
    put_nulls(out, field);
    if (field->is_number) {
        put_numbers(out, &values, &field->numbers);
    }
    if (field->words.count) {
        put_words(out, field);
    }
    describe_put(out, "</div>\n");
}

static void put_keys(struct describe_out *out, const struct ls_describe *d,
                     const struct ls_describe_keys *keys)
{
    static const char *const without[] = {"attributes", NULL};
    char grouped[3][LS_GROUPED_MAX];
    const char *name = keys->entity->spec->key;
    describe_put(out, "<div class=\"g\"><h3>%s</h3><code>", name);
    describe_put_section(out, "", d->plan->spec, "entities", name, without);
    describe_put(out, "</code>\n<p class=\"q\">%s%s of %s in %s events; %s</p><table>",
                 keys->beyond ? "more than " : "", ls_grouped(keys->distinct, grouped[0]),
                 ls_grouped(keys->entity->count, grouped[1]), ls_grouped(keys->events, grouped[2]),
                 describe_hot_count(keys) ? "the hottest:" : "none has 0.10 % of them");
    for (size_t i = 0; i < describe_hot_count(keys); i++) {
        char id[LS_ID_TEXT_MAX + LS_OP_SPOILT + 1];
        size_t size = ls_id_write(&keys->entity->id, keys->hot[i].entity, (uint8_t *)id);
        id[size] = '\0';
        put_row(out, id, keys->hot[i].count, keys->events, LS_SHARE_UNSAID, keys->hot[0].count);
    }
    describe_put(out, "</table></div>\n");
}

void describe_put_keys_and_delays(struct describe_out *out, const struct ls_describe *d)
{
    static const struct values durations = {.are_durations = true};
    describe_put(out, "<h2>Keys</h2>\n<div class=\"f2\">\n");
    for (size_t e = 0; e < d->plan->entity_count; e++) {
        if (d->keys[e].entity && d->keys[e].events) {
            put_keys(out, d, &d->keys[e]);
        }
    }
    describe_put(out, "</div>\n<h2>Delays, from event_time to the record's timestamp</h2>\n"
                      "<div class=\"f2\">\n");
    for (int k = 0; k < LS_DELAY_COUNT; k++) {
        char grouped[LS_GROUPED_MAX];
        if (!d->delays[k].count) {
            continue;
        }
        describe_put(out, "<div class=\"g\"><h3>%s <small>%s events</small></h3><code>",
                     describe_delays[k], ls_grouped(d->delays[k].count, grouped));
        if (k == LS_DELAY_ORDINARY) {
            describe_put_section(out, "", d->plan->spec, "delay", NULL,
                                 (const char *const[]){NULL});
        }
        describe_put(out, "</code>\n");
        put_numbers(out, &durations, &d->delays[k]);
        describe_put(out, "</div>\n");
    }
    describe_put(out, "</div>\n");
}

void describe_put_happenings(struct describe_out *out, const struct ls_describe *d)
{
    struct describe_happening happenings[DESCRIBE_HAPPENINGS];
    size_t count = describe_happenings(d, happenings);
    for (size_t i = 0; i < count; i++) {
        describe_put(out, "<p><i class=\"k%zu\"></i>%s: %s <code>", i, happenings[i].name,
                     happenings[i].text);
        describe_put_section(out, "", d->plan->spec, "faults", happenings[i].name,
                             (const char *const[]){NULL});
        describe_put(out, "</code></p>\n");
    }
}
