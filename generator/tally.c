#include "generator/tally.h"

#include "core/base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS ((size_t)2 * LS_TALLY_WORDS_MAX)

_Static_assert((SLOTS & (SLOTS - 1)) == 0, "slots are found by a mask");
_Static_assert(LS_TALLY_WORDS_MAX < UINT16_MAX, "a slot holds the place of a word, plus 1");

/* The word of these bytes, which is made where it is new; NULL in *out when there is no room. */
static int find(struct ls_tally *tally, const void *bytes, size_t size, struct ls_tally_word **out,
                struct ls_error *err)
{
    if (!tally->slots) {
        tally->slots = ls_mem_new(SLOTS, sizeof *tally->slots, err);
        if (!tally->slots) {
            return err->code;
        }
    }
    struct ls_id id = ls_id_of(bytes, size);
    size_t slot = id.low & (SLOTS - 1);
    *out = NULL;
    for (; tally->slots[slot]; slot = (slot + 1) & (SLOTS - 1)) {
        struct ls_tally_word *word = &tally->words[tally->slots[slot] - 1];
        if (ls_id_equal(word->id, id)) {
            *out = word;
            return 0;
        }
    }
    if (tally->word_count == LS_TALLY_WORDS_MAX) {
        return 0;
    }
    int rc = ls_mem_grow(&tally->words, &tally->capacity, tally->word_count + 1,
                         sizeof *tally->words, err);
    if (rc < 0) {
        return rc;
    }
    struct ls_tally_word *word = &tally->words[tally->word_count++];
    *word = (struct ls_tally_word){.id = id, .asked = LS_SHARE_UNSAID, .size = (uint32_t)size};
    if (size) {
        memcpy(word->bytes, bytes, size < LS_TALLY_TEXT_MAX ? size : LS_TALLY_TEXT_MAX);
    }
    tally->slots[slot] = (uint16_t)tally->word_count;
    *out = word;
    return 0;
}

int ls_tally_add(struct ls_tally *tally, const void *bytes, size_t size, struct ls_error *err)
{
    struct ls_tally_word *word = NULL;
    int rc = find(tally, bytes, size, &word, err);
    if (rc < 0) {
        return rc;
    }
    tally->count++;
    if (word) {
        word->count++;
    } else {
        tally->rest++;
    }
    return 0;
}

int ls_tally_ask(struct ls_tally *tally, const void *bytes, size_t size, uint64_t share,
                 struct ls_error *err)
{
    struct ls_tally_word *word = NULL;
    int rc = find(tally, bytes, size, &word, err);
    assert(tally->count == 0);
    if (rc == 0 && word) {
        word->asked = (word->asked == LS_SHARE_UNSAID ? 0 : word->asked) + share;
    }
    return rc;
}

size_t ls_tally_distinct(const struct ls_tally *tally, bool *more)
{
    size_t distinct = 0;
    for (size_t i = 0; i < tally->word_count; i++) {
        distinct += tally->words[i].count > 0;
    }
    *more = tally->rest > 0;
    return distinct;
}

static size_t place_of(const struct ls_tally_word *word)
{
    return word->id.low; /* ls_tally_sort puts it there */
}

static int by_count(const void *a, const void *b)
{
    const struct ls_tally_word *x = a;
    const struct ls_tally_word *y = b;
    if (x->count != y->count) {
        return x->count < y->count ? 1 : -1;
    }
    return place_of(x) < place_of(y) ? -1 : 1;
}

void ls_tally_sort(struct ls_tally *tally)
{
    ls_mem_free(tally->slots); /* ids are not asked for any more */
    tally->slots = NULL;
    for (size_t i = 0; i < tally->word_count; i++) {
        tally->words[i].id.low = i;
    }
    if (tally->word_count) {
        qsort(tally->words, tally->word_count, sizeof *tally->words, by_count);
    }
}

void ls_tally_clear(struct ls_tally *tally)
{
    ls_mem_free(tally->words);
    ls_mem_free(tally->slots);
    memset(tally, 0, sizeof *tally);
}
