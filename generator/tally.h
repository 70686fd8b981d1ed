/* How often each of some values occurs, as far as they are few. */
#ifndef LS_GENERATOR_TALLY_H
#define LS_GENERATOR_TALLY_H

#include "core/base/error.h"
#include "core/base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LS_TALLY_WORDS_MAX 4096 /* different values that are counted each */
#define LS_TALLY_TEXT_MAX  48   /* bytes of each that are kept to be shown */

#define LS_SHARE_WHOLE  UINT64_C(1000000000000) /* shares are in parts of this */
#define LS_SHARE_UNSAID UINT64_MAX

struct ls_tally_word {
    struct ls_id id; /* of all its bytes */
    uint64_t count;
    uint64_t asked; /* its share, as asked for; or LS_SHARE_UNSAID */
    uint32_t size;  /* bytes, of which LS_TALLY_TEXT_MAX at most are kept */
    uint8_t bytes[LS_TALLY_TEXT_MAX];
};

/* Begins with zeros. At most half a MiB. */
struct ls_tally {
    uint64_t count; /* of all that were added */
    uint64_t rest;  /* of those that came when LS_TALLY_WORDS_MAX others were there */
    size_t word_count;
    size_t capacity;
    struct ls_tally_word *words; /* in the order in which they came */
    uint16_t *slots;             /* where a word stands, plus 1, by its id */
};

/* Counts one more. LS_E_NOMEM. */
int ls_tally_add(struct ls_tally *tally, const void *bytes, size_t size, struct ls_error *err);

/* Says which share of all a value should have, before any is added; it counts none. Several times
 * for one value: all of them together. A value for which there is no room any more is left out. */
int ls_tally_ask(struct ls_tally *tally, const void *bytes, size_t size, uint64_t share,
                 struct ls_error *err);

/* How many different values were added; *more when there were others besides. */
size_t ls_tally_distinct(const struct ls_tally *tally, bool *more);

/* Puts the words in the order of their counts, the most frequent first, those of one count in the
 * order in which they came. Ends the adding. */
void ls_tally_sort(struct ls_tally *tally);

/* Frees what it holds. */
void ls_tally_clear(struct ls_tally *tally);

#endif
