#include "generator/slot.h"

#include "generator/interleave.h"

/* ---- blocks: ranks leave the slots of copies out */

static uint64_t copy_place(const struct ls_slots *slots, uint64_t block)
{
    return ls_below(ls_word(slots->copy_key, block, 0), slots->block);
}

void ls_slot_enter(const struct ls_slots *slots, uint64_t i, struct ls_slot_cache *cache)
{
    uint64_t block = i / slots->block;
    cache->begin = block * slots->block;
    cache->size = slots->block;
    cache->copy = cache->begin + copy_place(slots, block);
}

/* `i` is no copy's. */
static uint64_t rank_of(const struct ls_slots *slots, uint64_t i)
{
    if (!slots->block) {
        return i;
    }
    uint64_t block = i / slots->block;
    return i - block - (i % slots->block > copy_place(slots, block));
}

static uint64_t index_of_rank(const struct ls_slots *slots, uint64_t rank)
{
    if (!slots->block) {
        return rank;
    }
    uint64_t block = rank / (slots->block - 1);
    uint64_t place = rank % (slots->block - 1);
    return block * slots->block + place + (place >= copy_place(slots, block));
}

/* ---- rounds */

static uint64_t round_key(const struct ls_slots *slots, uint64_t round)
{
    return ls_word(slots->round_key, round, 0);
}

/* Where slot number `number` of a step lies. */
static uint64_t index_of(const struct ls_slots *slots, const struct ls_lifecycle *lifecycle,
                         size_t step, uint64_t number)
{
    uint64_t round = number / lifecycle->starts;
    uint64_t place = lifecycle->begin + step * lifecycle->starts + number % lifecycle->starts;
    return index_of_rank(slots, round * slots->round +
                                    ls_unpermute(&slots->order, round_key(slots, round), place));
}

/* Of the session's own draws; whether the steps before it were taken is not asked. */
static bool is_taken(const struct ls_lifecycle *lifecycle, int step, uint64_t session)
{
    bool taken = true;
    bool sign = true; /* of what is asked: an `unless` turns it round */
    while (step >= 0) {
        const struct ls_step *s = &lifecycle->steps[step];
        if (!ls_strikes(s->chance, ls_word(s->key, session, 0))) {
            return !sign;
        }
        taken = sign;
        sign = !sign;
        step = s->unless;
    }
    return taken;
}

/* The session that slot `number` of a step belongs to, and its slots before this one. False where
 * it began before event 0 or does not take the step. */
static bool follow_back(const struct ls_slots *slots, const struct ls_lifecycle *lifecycle,
                        size_t step, uint64_t number, struct ls_slot *out)
{
    uint64_t numbers[LS_SPEC_STEPS_MAX];
    size_t steps[LS_SPEC_STEPS_MAX];
    unsigned back = 0;
    steps[0] = step;
    numbers[0] = number;
    for (int s = lifecycle->steps[step].follows; s >= 0; s = lifecycle->steps[s].follows) {
        uint64_t lag = (uint64_t)lifecycle->steps[steps[back]].lags[numbers[back] % LS_LAGS];
        if (numbers[back] < lag) {
            return false;
        }
        numbers[back + 1] = numbers[back] - lag;
        steps[++back] = (size_t)s;
    }
    out->session = numbers[back];
    for (unsigned k = 0; k < back; k++) {
        if (!is_taken(lifecycle, (int)steps[k], out->session)) {
            return false;
        }
    }
    out->depth = back;
    for (unsigned k = 1; k < back; k++) {
        out->chain[back - k] = numbers[k];
    }
    if (back) {
        out->chain[0] = index_of(slots, lifecycle, steps[back], numbers[back]);
    }
    return true;
}

void ls_slot_fill(const struct ls_slots *slots, struct ls_slot *slot)
{
    int step = slot->step->follows;
    for (unsigned k = slot->depth - 1; k > 0; k--) {
        slot->chain[k] = index_of(slots, slot->lifecycle, (size_t)step, slot->chain[k]);
        step = slot->lifecycle->steps[step].follows;
    }
}

static void look_ahead(const struct ls_slots *slots, uint64_t i, struct ls_slot_cache *cache)
{
    cache->ahead = i;
    cache->ahead_count = LS_SLOTS_AHEAD;
    for (size_t k = 0; k < LS_SLOTS_AHEAD; k++) {
        uint64_t rank = rank_of(slots, i + k);
        cache->rounds[k] = rank / slots->round;
        cache->places[k] = rank % slots->round;
    }
    size_t from = 0;
    for (size_t k = 1; k <= LS_SLOTS_AHEAD; k++) {
        if (k == LS_SLOTS_AHEAD || cache->rounds[k] != cache->rounds[from]) {
            ls_permute_many(&slots->order, round_key(slots, cache->rounds[from]),
                            &cache->places[from], k - from);
            from = k;
        }
    }
}

/* Is the slot's place in the cache, now at least? Asked once only, it is not worth it. */
static bool is_ahead(const struct ls_slots *slots, uint64_t i, struct ls_slot_cache *cache)
{
    if (i - cache->ahead < cache->ahead_count) {
        return true;
    }
    bool in_order = i - cache->missed <= UINT64_C(2) * LS_SLOTS_AHEAD;
    cache->missed = i;
    if (in_order) {
        look_ahead(slots, i, cache);
    }
    return in_order;
}

void ls_slot_find_step(const struct ls_slots *slots, uint64_t i, struct ls_slot_cache *cache,
                       struct ls_slot *out)
{
    uint64_t round;
    uint64_t place;
    if (cache && is_ahead(slots, i, cache)) {
        round = cache->rounds[i - cache->ahead];
        place = cache->places[i - cache->ahead];
    } else {
        uint64_t rank = rank_of(slots, i);
        round = rank / slots->round;
        place = ls_permute(&slots->order, round_key(slots, round), rank % slots->round);
    }
    for (size_t l = 0; l < slots->lifecycle_count; l++) {
        const struct ls_lifecycle *lifecycle = &slots->lifecycles[l];
        uint64_t within = place - lifecycle->begin; /* wraps where the place lies before */
        if (within < lifecycle->step_count * lifecycle->starts) {
            size_t step = within / lifecycle->starts;
            uint64_t number = round * lifecycle->starts + within % lifecycle->starts;
            if (follow_back(slots, lifecycle, step, number, out)) {
                out->lifecycle = lifecycle;
                out->step = &lifecycle->steps[step];
                out->chain[out->depth] = i;
            }
            return;
        }
    }
}
