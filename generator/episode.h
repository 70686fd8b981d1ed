/* Episodes: stretches of time in which an entity's values are shifted (a compressor that runs hot),
 * from the entity's number and the time alone. Time is cut into spans of one length, begun at a
 * random time for each entity; in each span an episode happens or not, somewhere in it. */
#ifndef LS_GENERATOR_EPISODE_H
#define LS_GENERATOR_EPISODE_H

#include "core/base/draw.h"
#include "core/base/wide.h"

#define LS_EPISODE_WHOLE (UINT32_C(1) << 16) /* the height of one that has risen */

struct ls_episode {
    const char *name;
    const void *entity; /* struct ls_plan_entity: whose it is */
    struct ls_chance chance;
    uint64_t key;
    int64_t start_ms;
    int64_t every_ms, for_ms; /* for <= every */
    int64_t rise_ms;          /* until it has its full height; at most for_ms */
};

struct ls_episode_span {
    int64_t begin_ms, end_ms;
};

/* Does span number `k` of entity n have an episode, and when? */
static inline bool ls_episode_in(const struct ls_episode *episode, uint64_t n, int64_t k,
                                 struct ls_episode_span *out)
{
    uint64_t base = ls_mix(episode->key + n);
    uint64_t word = ls_mix(base + 3 * (uint64_t)k + 1);
    if (!ls_strikes(episode->chance, word)) {
        return false;
    }
    uint64_t room = (uint64_t)(episode->every_ms - episode->for_ms) + 1;
    int64_t shift = (int64_t)ls_below(ls_mix(base), (uint64_t)episode->every_ms);
    out->begin_ms = episode->start_ms + k * episode->every_ms - shift +
                    (int64_t)ls_below(ls_mix(base + 3 * (uint64_t)k + 2), room);
    out->end_ms = out->begin_ms + episode->for_ms;
    return true;
}

/* The span of entity n that a time lies in. */
static inline int64_t ls_episode_number(const struct ls_episode *episode, uint64_t n,
                                        int64_t time_ms)
{
    int64_t shift = (int64_t)ls_below(ls_mix(ls_mix(episode->key + n)),
                                      (uint64_t)episode->every_ms);
    return ls_floor_div(time_ms - episode->start_ms + shift, episode->every_ms);
}

/* How high an episode stands at a time, 0 .. LS_EPISODE_WHOLE: 0 where there is none. */
static inline uint32_t ls_episode_height(const struct ls_episode *episode, uint64_t n,
                                         int64_t time_ms)
{
    struct ls_episode_span span;
    if (!ls_episode_in(episode, n, ls_episode_number(episode, n, time_ms), &span) ||
        time_ms < span.begin_ms || time_ms >= span.end_ms) {
        return 0;
    }
    int64_t passed = time_ms - span.begin_ms + 1;
    return passed >= episode->rise_ms
               ? LS_EPISODE_WHOLE
               : (uint32_t)(((uint64_t)passed << 16) / (uint64_t)episode->rise_ms) + 1;
}

#endif
