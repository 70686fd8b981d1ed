#include "cli/describe_text.h"

#include "core/base/civil.h"
#include "core/base/text.h"

#include <string.h>

/* ---- the whole */

static void put_totals(struct describe_out *out, const struct ls_describe *d)
{
    const struct ls_spec *spec = d->plan->spec;
    char grouped[LS_GROUPED_MAX];
    char times[2][LS_TIME_TEXT_MAX];
    char length[LS_DURATION_TEXT_MAX];
    char rate[DESCRIBE_TEXT_MAX];
    uint64_t span_ms = (uint64_t)(d->end_ms - d->begin_ms);
    ls_time_format(d->begin_ms, times[0]);
    ls_time_format(d->end_ms, times[1]);
    ls_duration_format((int64_t)span_ms, length);
    describe_put(out, "%s, seed %lld: %s events\n", spec->domain, (long long)spec->seed,
                 ls_grouped(d->events, grouped));
    describe_put(out, "%s .. %s, %s: %s events/s\n\n", times[0], times[1], length,
                 describe_rate(d->events, span_ms, rate));
    describe_put_notes(out, "\n", d);
    describe_put(out, "\n");
}

static void put_types(struct describe_out *out, const struct ls_describe *d)
{
    describe_put(out, "\n%-26s %13s %10s %10s\n", "Event types", "events", "share", "asked");
    for (size_t t = 0; t < d->plan->type_count; t++) {
        const struct ls_describe_type *type = &d->types[t];
        char grouped[LS_GROUPED_MAX];
        char shares[2][DESCRIBE_TEXT_MAX];
        describe_put(out, "  %-24s %13s %10s %10s  ", type->plan->spec->name,
                     ls_grouped(type->events, grouped),
                     describe_percent(type->events, d->events, shares[0]),
                     describe_percent(type->asked, LS_SHARE_WHOLE, shares[1]));
        describe_put_type(out, d->plan->spec, type->plan->spec);
        describe_put(out, "\n");
    }
    if (d->plan->slots.lifecycle_count) {
        describe_put(out, "  %s\n", describe_type_note);
    }
}

/* ---- fields */

static void put_numbers(struct describe_out *out, const struct ls_describe_field *field)
{
    char text[DESCRIBE_TEXT_MAX];
    if (!field->is_number || !field->numbers.count) {
        return;
    }
    describe_put(out, "   ");
    for (size_t q = 0; q < DESCRIBE_QUANTILES; q++) {
        int64_t value = ls_quantiles_at(&field->numbers, describe_quantiles[q].share);
        describe_put(out, " %s %s ", describe_quantiles[q].name,
                     describe_value(field->spec, value, text));
    }
    describe_put(out, " mean %s\n", describe_mean(field->spec, &field->numbers, text));
}

static void put_words(struct describe_out *out, const struct ls_describe_field *field)
{
    const struct ls_tally *words = &field->words;
    size_t count = describe_word_count(field);
    char text[DESCRIBE_TEXT_MAX];
    describe_put(out, "    %s different", describe_distinct(words, text));
    for (size_t i = 0; i < count; i++) {
        const struct ls_tally_word *word = &words->words[i];
        describe_put(out, "%s%s", i ? ", " : ": ", describe_word(field, word, text));
        describe_put(out, " %s", describe_percent(word->count, words->count, text));
        if (word->asked != LS_SHARE_UNSAID) {
            describe_put(out, " (%s)", describe_percent(word->asked, LS_SHARE_WHOLE, text));
        }
    }
    describe_put(out, "%s\n", count && count < words->word_count ? ", ..." : "");
}

static void put_nulls(struct describe_out *out, const struct ls_describe_field *field)
{
    char grouped[LS_GROUPED_MAX];
    char share[DESCRIBE_TEXT_MAX];
    struct ls_ratio asked = field->spec->nullable;
    if (!field->nulls && !asked.part) {
        return;
    }
    describe_put(out, "    %s null: %s", ls_grouped(field->nulls, grouped),
                 describe_percent(field->nulls, field->events, share));
    if (asked.part) {
        describe_put(out, " (%s)", describe_percent(asked.part, asked.whole, share));
    }
    describe_put(out, "\n");
}

static void put_field(struct describe_out *out, const struct ls_describe *d,
                      const struct ls_describe_type *type, const struct ls_describe_field *field)
{
    char grouped[LS_GROUPED_MAX];
    describe_put(out, "  %s  %s", field->spec->name, ls_field_type_words[field->spec->type]);
    describe_put_field(out, "  ", d->plan->spec, type->plan->spec, field->spec);
    describe_put(out, "\n");
    if (type->plan->changed && field->events < type->events - type->damaged) {
        describe_put(out, "    in %s events, by their schema version\n",
                     ls_grouped(field->events, grouped));
    }
    put_nulls(out, field);
    put_numbers(out, field);
    if (field->words.count) {
        put_words(out, field);
    }
}

static void put_type(struct describe_out *out, const struct ls_describe *d,
                     const struct ls_describe_type *type)
{
    char grouped[3][LS_GROUPED_MAX];
    describe_put(out, "\n%s: %s events, %s damaged", type->plan->spec->name,
                 ls_grouped(type->events, grouped[0]), ls_grouped(type->damaged, grouped[1]));
    if (type->plan->changed) {
        describe_put(out, ", %s of version %lld", ls_grouped(type->changed, grouped[2]),
                     (long long)type->plan->changed->version->number);
    }
    describe_put(out, "\n");
    for (size_t i = 0; i < type->field_count; i++) {
        put_field(out, d, type, &type->fields[i]);
    }
}

/* ---- keys, delays */

static void put_keys(struct describe_out *out, const struct ls_describe *d)
{
    static const char *const without[] = {"attributes", NULL};
    describe_put(out, "\nKeys\n");
    for (size_t e = 0; e < d->plan->entity_count; e++) {
        const struct ls_describe_keys *keys = &d->keys[e];
        char grouped[3][LS_GROUPED_MAX];
        char share[DESCRIBE_TEXT_MAX];
        if (!keys->entity || !keys->events) {
            continue;
        }
        describe_put(out, "  %s", keys->entity->spec->key);
        describe_put_section(out, "  ", d->plan->spec, "entities", keys->entity->spec->key,
                             without);
        describe_put(out, "\n    %s%s of %s in %s events; %s", keys->beyond ? "more than " : "",
                     ls_grouped(keys->distinct, grouped[0]),
                     ls_grouped(keys->entity->count, grouped[1]),
                     ls_grouped(keys->events, grouped[2]),
                     describe_hot_count(keys) ? "the hottest:" : "none has 0.10 % of them");
        for (size_t i = 0; i < describe_hot_count(keys); i++) {
            uint8_t id[LS_ID_TEXT_MAX + LS_OP_SPOILT];
            size_t size = ls_id_write(&keys->entity->id, keys->hot[i].entity, id);
            describe_put(out, "%s %.*s %s", i ? "," : "", (int)size, (const char *)id,
                         describe_percent(keys->hot[i].count, keys->events, share));
        }
        describe_put(out, "\n");
    }
}

static void put_delays(struct describe_out *out, const struct ls_describe *d)
{
    describe_put(out, "\nDelays, from event_time to the record's timestamp\n");
    for (int k = 0; k < LS_DELAY_COUNT; k++) {
        const struct ls_quantiles *delays = &d->delays[k];
        char grouped[LS_GROUPED_MAX];
        char text[LS_DURATION_TEXT_MAX];
        if (!delays->count) {
            continue;
        }
        describe_put(out, "  %s: %s events", describe_delays[k],
                     ls_grouped(delays->count, grouped));
        if (k == LS_DELAY_ORDINARY && d->plan->spec->delay) {
            describe_put_section(out, "  ", d->plan->spec, "delay", NULL,
                                 (const char *const[]){NULL});
        }
        describe_put(out, "\n   ");
        for (size_t q = 0; q < DESCRIBE_QUANTILES; q++) {
            ls_duration_format(ls_quantiles_at(delays, describe_quantiles[q].share), text);
            describe_put(out, " %s %s ", describe_quantiles[q].name, text);
        }
        ls_duration_format((int64_t)ls_quantiles_mean(delays, 0), text);
        describe_put(out, " mean %s\n", text);
    }
}

/* ---- what goes wrong, and what happens */

static void put_faults(struct describe_out *out, const struct ls_describe *d)
{
    static const char *const without[] = {"rate", NULL};
    bool first = true;
    for (int kind = 0; kind < LS_DESCRIBE_FAULTS; kind++) {
        const struct ls_describe_fault *fault = &d->faults[kind];
        char grouped[3][LS_GROUPED_MAX];
        char rate[DESCRIBE_TEXT_MAX];
        if (!fault->spec) {
            continue;
        }
        if (first) {
            describe_put(out, "\n%-20s %12s %13s %13s %13s\n", "Faults", "rate", "of events",
                         "expected", "counted");
        }
        first = false;
        describe_put(
            out, "  %-18s %12s %13s %13s %13s", fault->name,
            describe_ratio(fault->spec->rate, rate), ls_grouped(fault->exposed, grouped[0]),
            ls_grouped(fault->expected, grouped[1]), ls_grouped(fault->counted, grouped[2]));
        describe_put_section(out, "  ", d->plan->spec, "faults", fault->name, without);
        describe_put(out, "\n");
    }
}

static void put_happenings(struct describe_out *out, const struct ls_describe *d)
{
    struct describe_happening happenings[DESCRIBE_HAPPENINGS];
    size_t count = describe_happenings(d, happenings);
    for (size_t i = 0; i < count; i++) {
        describe_put(out, "%s  %s", i ? "" : "\nHappenings\n", happenings[i].name);
        describe_put_section(out, "  ", d->plan->spec, "faults", happenings[i].name,
                             (const char *const[]){NULL});
        describe_put(out, "\n    %s\n", happenings[i].text);
    }
}

static void put_episodes(struct describe_out *out, const struct ls_describe *d)
{
    if (d->plan->episode_count) {
        describe_put(out, "\n%-34s %13s %13s %13s\n", "Episodes", "expected", "met",
                     "events in them");
    }
    for (size_t k = 0; k < d->plan->episode_count; k++) {
        const struct ls_describe_episode *episode = &d->episodes[k];
        char grouped[2][LS_GROUPED_MAX];
        char met[DESCRIBE_TEXT_MAX];
        describe_put(out, "  %-32s %13s %13s %13s", episode->plan->name,
                     ls_grouped(episode->expected, grouped[0]),
                     describe_distinct(&episode->met, met),
                     ls_grouped(episode->events, grouped[1]));
        describe_put_section(out, "  ", d->plan->spec, "episodes", episode->plan->name,
                             (const char *const[]){NULL});
        describe_put(out, "\n");
    }
}

void describe_text(struct describe_out *out, const struct ls_describe *d)
{
    put_totals(out, d);
    put_types(out, d);
    for (size_t t = 0; t < d->plan->type_count; t++) {
        put_type(out, d, &d->types[t]);
    }
    put_keys(out, d);
    put_delays(out, d);
    put_faults(out, d);
    put_happenings(out, d);
    put_episodes(out, d);
}
