#include "generator/within.h"

#include <string.h>

#define SETS_MAX 16
#define WORDS    (LS_PATTERN_TEXT_MAX / 64 + 1)

/* The wide pattern letter by letter: what may stand at each place, and whether something has to. */
struct places {
    size_t count;
    struct {
        const struct ls_pattern_part *part;
        bool may_be_empty;
    } items[LS_PATTERN_TEXT_MAX];
};

/* Which places of the wide pattern a text may have come to: bit k, that before place k. */
struct set {
    uint64_t bits[WORDS];
};

/* Those of all texts of the narrow pattern's beginning. Where one set holds all of another, it is
 * left out: whatever goes on from the smaller one goes on from it. */
struct sets {
    size_t count;
    struct set items[SETS_MAX];
};

static bool has(const struct set *set, size_t k)
{
    return set->bits[k / 64] >> k % 64 & 1;
}

static void put(struct set *set, size_t k)
{
    set->bits[k / 64] |= UINT64_C(1) << k % 64;
}

static bool is_empty(const struct set *set)
{
    uint64_t any = 0;
    for (size_t i = 0; i < WORDS; i++) {
        any |= set->bits[i];
    }
    return any == 0;
}

static bool holds(const struct set *set, const struct set *other)
{
    uint64_t missing = 0;
    for (size_t i = 0; i < WORDS; i++) {
        missing |= other->bits[i] & ~set->bits[i];
    }
    return missing == 0;
}

/* False: there is no room for it. */
static bool add(struct sets *sets, const struct set *set)
{
    size_t kept = 0;
    for (size_t i = 0; i < sets->count; i++) {
        if (holds(set, &sets->items[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sets->count; i++) {
        if (!holds(&sets->items[i], set)) {
            sets->items[kept++] = sets->items[i];
        }
    }
    sets->count = kept;
    if (kept == SETS_MAX) {
        return false;
    }
    sets->items[sets->count++] = *set;
    return true;
}

/* Past places that may be empty. */
static void go_on(const struct places *places, struct set *set)
{
    for (size_t k = 0; k < places->count; k++) {
        if (has(set, k) && places->items[k].may_be_empty) {
            put(set, k + 1);
        }
    }
}

static void step(const struct places *places, const struct set *from, uint8_t letter,
                 struct set *to)
{
    memset(to, 0, sizeof *to);
    for (size_t k = 0; k < places->count; k++) {
        if (has(from, k) && ls_pattern_part_has(places->items[k].part, letter)) {
            put(to, k + 1);
        }
    }
    go_on(places, to);
}

/* One letter more. False where some text can't go on, or nobody knows. */
static bool take_letter(const struct places *places, const struct ls_pattern_part *part,
                        const struct sets *from, struct sets *to)
{
    for (size_t i = 0; i < from->count; i++) {
        for (uint8_t letter = ' '; letter < 128; letter++) {
            struct set next;
            if (!ls_pattern_part_has(part, letter)) {
                continue;
            }
            step(places, &from->items[i], letter, &next);
            if (is_empty(&next) || !add(to, &next)) {
                return false;
            }
        }
    }
    return true;
}

static void list_places(const struct ls_pattern *pattern, struct places *out)
{
    out->count = 0;
    for (size_t i = 0; i < pattern->count; i++) {
        const struct ls_pattern_part *part = &pattern->parts[i];
        for (unsigned time = 0; time < part->most; time++) {
            out->items[out->count].part = part;
            out->items[out->count++].may_be_empty = time >= part->least;
        }
    }
}

bool ls_pattern_is_within(const struct ls_pattern *narrow, const struct ls_pattern *wide)
{
    struct places places;
    struct sets sets = {1, {{{1}}}};
    list_places(wide, &places);
    go_on(&places, &sets.items[0]);
    for (size_t i = 0; i < narrow->count; i++) {
        const struct ls_pattern_part *part = &narrow->parts[i];
        for (unsigned time = 0; time < part->most; time++) {
            struct sets next = {0};
            if (time >= part->least) { /* it may end before */
                next = sets;
            }
            if (!take_letter(&places, part, &sets, &next)) {
                return false;
            }
            sets = next;
        }
    }
    for (size_t i = 0; i < sets.count; i++) {
        if (!has(&sets.items[i], places.count)) {
            return false;
        }
    }
    return true;
}
