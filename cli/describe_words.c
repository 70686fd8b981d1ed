#include "cli/describe_words.h"

#include "core/base/civil.h"
#include "core/base/markup.h"
#include "core/base/text.h"
#include "generator/asked.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct describe_quantile describe_quantiles[] = {
    {"min", {0, 1}}, {"p1", {1, 100}},   {"p25", {1, 4}}, {"median", {1, 2}},
    {"p75", {3, 4}}, {"p99", {99, 100}}, {"max", {1, 1}}};
_Static_assert(sizeof describe_quantiles / sizeof *describe_quantiles == DESCRIBE_QUANTILES,
               "as many as are said");

const char *const describe_delays[LS_DELAY_COUNT] = {
    [LS_DELAY_ORDINARY] = "ordinary",
    [LS_DELAY_LATE] = "late",
    [LS_DELAY_HELD] = "held by the outage",
    [LS_DELAY_COPY] = "copies, behind their original",
};

const char describe_type_note[] = "Asked is what the middle of a run has: at its beginning "
                                  "sessions have not yet come to their later steps.";

/* ---- values */

char *describe_value(const struct ls_spec_field *field, int64_t value, char out[DESCRIBE_TEXT_MAX])
{
    enum ls_field_type type = (enum ls_field_type)field->type;
    char time[LS_TIME_TEXT_MAX];
    bool is_day = type == LS_FIELD_DATE && value >= LS_TIME_MIN_MS / LS_DAY_MS &&
                  value <= LS_TIME_MAX_MS / LS_DAY_MS;
    if (type == LS_FIELD_TIMESTAMP || type == LS_FIELD_LOCAL_TIMESTAMP || is_day) {
        size_t size = ls_time_format(is_day ? value * LS_DAY_MS : value, time);
        bool is_time = time[size - 1] == 'Z'; /* or a number, outside of all years */
        size = is_day ? strlen("2026-01-01") : size - (is_time && type != LS_FIELD_TIMESTAMP);
        snprintf(out, DESCRIBE_TEXT_MAX, "%.*s", (int)size, time);
        return out;
    }
    ls_decimal_format(value, field->scale, out);
    return out;
}

char *describe_mean(const struct ls_spec_field *field, const struct ls_quantiles *numbers,
                    char out[DESCRIBE_TEXT_MAX])
{
    enum ls_field_type type = (enum ls_field_type)field->type;
    if (ls_field_expr_type(type) == LS_EXPR_TIME || type == LS_FIELD_DATE) {
        return describe_value(field, (int64_t)ls_quantiles_mean(numbers, 0), out);
    }
    unsigned places = field->scale > 2 ? field->scale : 2;
    ls_decimal_format(ls_quantiles_mean(numbers, places - field->scale), places, out);
    return out;
}

char *describe_percent(uint64_t part, uint64_t whole, char out[DESCRIBE_TEXT_MAX])
{
    ls_i128 parts = whole ? ls_div_half_even((ls_i128)part * 10000, (ls_i128)whole) : 0;
    size_t size = ls_decimal_format(parts, 2, out);
    snprintf(out + size, DESCRIBE_TEXT_MAX - size, " %%");
    return out;
}

uint64_t describe_count_of(uint64_t share, uint64_t whole)
{
    return ls_asked_count(whole, (struct ls_ratio){share, LS_SHARE_WHOLE});
}

char *describe_rate(uint64_t count, uint64_t ms, char out[DESCRIBE_TEXT_MAX])
{
    ls_decimal_format(ls_div_half_even((ls_i128)count * 100000, (ls_i128)(ms ? ms : 1)), 2, out);
    return out;
}

char *describe_ratio(struct ls_ratio ratio, char out[DESCRIBE_TEXT_MAX])
{
    snprintf(out, DESCRIBE_TEXT_MAX, "%llu/%llu", (unsigned long long)ratio.part,
             (unsigned long long)ratio.whole);
    return out;
}

/* Cut where a character begins. */
static size_t cut(const uint8_t *bytes, size_t size)
{
    while (size > 0 && (bytes[size] & 0xc0) == 0x80) {
        size--;
    }
    return size;
}

char *describe_word(const struct ls_describe_field *field, const struct ls_tally_word *word,
                    char out[DESCRIBE_TEXT_MAX])
{
    if (field->is_number) {
        int64_t number;
        memcpy(&number, word->bytes, sizeof number);
        return describe_value(field->spec, number, out);
    }
    bool whole = word->size <= LS_TALLY_TEXT_MAX;
    size_t size = whole ? word->size : cut(word->bytes, LS_TALLY_TEXT_MAX - 1);
    snprintf(out, DESCRIBE_TEXT_MAX, "%.*s%s", (int)size, (const char *)word->bytes,
             whole ? "" : "...");
    for (char *at = out; *at; at++) {
        *at = (unsigned char)*at < ' ' || *at == 0x7f ? '?' : *at;
    }
    if (!*out) {
        snprintf(out, DESCRIBE_TEXT_MAX, "\"\"");
    }
    return out;
}

size_t describe_word_count(const struct ls_describe_field *field)
{
    bool more;
    const struct ls_tally *words = &field->words;
    size_t distinct = ls_tally_distinct(words, &more);
    uint64_t most = distinct ? words->words[0].count : 0;
    size_t asked = 0;
    for (size_t i = 0; i < words->word_count; i++) {
        asked += words->words[i].asked != LS_SHARE_UNSAID;
    }
    size_t shown = asked > DESCRIBE_WORDS_MAX ? (size_t)2 * DESCRIBE_WORDS_MAX : DESCRIBE_WORDS_MAX;
    bool tells = field->is_number ? !more && distinct <= (size_t)2 * DESCRIBE_WORDS_MAX &&
                                        2 * distinct <= words->count
                                  : most > 1 && most * 100 >= words->count;
    if (!asked && !tells) {
        return 0;
    }
    return words->word_count < shown ? words->word_count : shown;
}

size_t describe_hot_count(const struct ls_describe_keys *keys)
{
    return keys->hot_count && keys->hot[0].count * 1000 >= keys->events ? keys->hot_count : 0;
}

char *describe_distinct(const struct ls_tally *words, char out[DESCRIBE_TEXT_MAX])
{
    bool more;
    char grouped[LS_GROUPED_MAX];
    ls_grouped(ls_tally_distinct(words, &more), grouped);
    snprintf(out, DESCRIBE_TEXT_MAX, "%s%s", more ? "more than " : "", grouped);
    return out;
}

static struct describe_happening *happens(struct describe_happening *out, const char *name,
                                          const struct ls_plan_span *span)
{
    *out = (struct describe_happening){
        .name = name, .from_ms = span->from_ms, .to_ms = span->to_ms};
    return out;
}

size_t describe_happenings(const struct ls_describe *d,
                           struct describe_happening out[DESCRIBE_HAPPENINGS])
{
    const struct ls_plan *plan = d->plan;
    const struct ls_spec_faults *faults = plan->spec->faults;
    char grouped[2][LS_GROUPED_MAX];
    char share[2][DESCRIBE_TEXT_MAX];
    size_t count = 0;
    if (plan->outage.present) {
        snprintf(happens(&out[count++], "outage", &plan->outage)->text, DESCRIBE_HAPPENING_MAX,
                 "%s events held back", ls_grouped(d->held, grouped[0]));
    }
    if (plan->hot.present) {
        struct ls_ratio asked = faults->hot_key->share;
        snprintf(happens(&out[count++], "hot_key", &plan->hot)->text, DESCRIBE_HAPPENING_MAX,
                 "%s of %s events about one entity: %s (%s)",
                 ls_grouped(d->hot_counted, grouped[0]), ls_grouped(d->hot_exposed, grouped[1]),
                 describe_percent(d->hot_counted, d->hot_exposed, share[0]),
                 describe_percent(asked.part, asked.whole, share[1]));
    }
    if (plan->change.present) {
        snprintf(happens(&out[count++], "schema_change", &plan->change)->text,
                 DESCRIBE_HAPPENING_MAX, "%s of %s events since of the new version: %s",
                 ls_grouped(d->change_counted, grouped[0]),
                 ls_grouped(d->change_exposed, grouped[1]),
                 describe_percent(d->change_counted, d->change_exposed, share[0]));
    }
    return count;
}

void describe_put(struct describe_out *out, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    out->rc = out->rc < 0 ? out->rc : ls_buf_reserve(&out->text, (size_t)size + 1, out->err);
    if (out->rc == 0) {
        vsnprintf((char *)out->text.data + out->text.size, (size_t)size + 1, format, args);
        out->text.size += (size_t)size;
    }
    va_end(args);
}

void describe_put_text(struct describe_out *out, const char *text)
{
    if (out->rc == 0) {
        out->rc = out->markup ? ls_markup(&out->text, text, strlen(text), out->err)
                              : ls_buf_append_text(&out->text, text, out->err);
    }
}

void describe_put_notes(struct describe_out *out, const char *between, const struct ls_describe *d)
{
    char grouped[3][LS_GROUPED_MAX];
    uint64_t damaged = 0;
    for (size_t t = 0; t < d->plan->type_count; t++) {
        damaged += d->types[t].damaged;
    }
    describe_put(out,
                 "Fields are of the %s events that no fault damages; in brackets: what was asked."
                 "%sCounts, least, greatest and mean are exact; quantiles of more than %s values "
                 "may be off by half a percent of them in rank.%sDifferent values are counted up "
                 "to %s.",
                 ls_grouped(d->events - damaged, grouped[0]), between,
                 ls_grouped(LS_QUANTILES_EXACT, grouped[1]), between,
                 ls_grouped(LS_TALLY_WORDS_MAX, grouped[2]));
}
