/* The words in which a described run is told, on a page and in plain text. */
#ifndef LS_CLI_DESCRIBE_WORDS_H
#define LS_CLI_DESCRIBE_WORDS_H

#include "cli/cli.h"
#include "generator/describe.h"

#define DESCRIBE_TEXT_MAX  80 /* bytes of a value or a share */
#define DESCRIBE_WORDS_MAX 10 /* values that are shown with their shares */

/* The quantiles that are told, the least and the greatest value among them. */
struct describe_quantile {
    const char *name;
    struct ls_ratio share;
};
extern const struct describe_quantile describe_quantiles[];
#define DESCRIBE_QUANTILES 7

/* A number of a field as a person writes it: 24.90, 2026-01-01, true times. Returns out. */
char *describe_value(const struct ls_spec_field *field, int64_t value, char out[DESCRIBE_TEXT_MAX]);

/* The mean of a field; whole numbers have two places. */
char *describe_mean(const struct ls_spec_field *field, const struct ls_quantiles *numbers,
                    char out[DESCRIBE_TEXT_MAX]);

/* "62.50 %" */
char *describe_percent(uint64_t part, uint64_t whole, char out[DESCRIBE_TEXT_MAX]);

/* So many of a whole a share (LS_SHARE_WHOLE) comes to. */
uint64_t describe_count_of(uint64_t share, uint64_t whole);

/* "89.97": count events in so many milliseconds, for a second. */
char *describe_rate(uint64_t count, uint64_t ms, char out[DESCRIBE_TEXT_MAX]);

/* "1/200" */
char *describe_ratio(struct ls_ratio ratio, char out[DESCRIBE_TEXT_MAX]);

/* What a field's word is, cut where it is long. */
char *describe_word(const struct ls_describe_field *field, const struct ls_tally_word *word,
                    char out[DESCRIBE_TEXT_MAX]);

/* How many of a field's words are worth showing, from the most frequent on: those that were asked
 * for, and those of which one is found in every hundred values. */
size_t describe_word_count(const struct ls_describe_field *field);

/* How many of a population's hottest are worth showing: none where not even the first has a
 * thousandth of the events. */
size_t describe_hot_count(const struct ls_describe_keys *keys);

/* "4,096" or "more than 4,096" different values. */
char *describe_distinct(const struct ls_tally *words, char out[DESCRIBE_TEXT_MAX]);

/* What is being written. The first error stays in `rc`, and nothing is written behind it. */
struct describe_out {
    struct ls_buf text;
    bool markup; /* words of the spec and of values are escaped */
    int rc;
    struct ls_error *err;
};

void describe_put(struct describe_out *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A text that is not ours. */
void describe_put_text(struct describe_out *out, const char *text);

/* What the spec says of things, on one line and in its own words, without what they are called;
 * `before` comes before it, where there is anything. Of a value that is an attribute's, also where
 * that comes from. */
void describe_put_field(struct describe_out *out, const char *before, const struct ls_spec *spec,
                        const struct ls_spec_event_type *type, const struct ls_spec_field *field);
void describe_put_type(struct describe_out *out, const struct ls_spec *spec,
                       const struct ls_spec_event_type *type);
/* Of what stands under a key of a section, or (NULL) of the section itself; `without` ends with
 * NULL. */
void describe_put_section(struct describe_out *out, const char *before, const struct ls_spec *spec,
                          const char *section, const char *key, const char *const *without);

/* An outage, a hot key, a change of schema: what came of it. */
#define DESCRIBE_HAPPENINGS    3
#define DESCRIBE_HAPPENING_MAX 256
struct describe_happening {
    const char *name; /* in the section `faults` */
    int64_t from_ms, to_ms;
    char text[DESCRIBE_HAPPENING_MAX];
};

/* Those that the spec has, in out; how many. */
size_t describe_happenings(const struct ls_describe *describe,
                           struct describe_happening out[DESCRIBE_HAPPENINGS]);

/* About the shares of lifecycles' steps. */
extern const char describe_type_note[];

/* What the delays of each kind are called. */
extern const char *const describe_delays[LS_DELAY_COUNT];

/* How exact all this is, and what it is of: sentences, with `between` between them. */
void describe_put_notes(struct describe_out *out, const char *between,
                        const struct ls_describe *describe);

#endif
