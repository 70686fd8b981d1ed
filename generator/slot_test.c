#include "generator/slot.h"

#include "generator/interleave.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LIFECYCLES_MAX = 3, STEPS_MAX = 6, LAG_MAX = 300 };

/* What a plan says of lifecycles, as data. */
struct shape {
    uint64_t block, free; /* places of a round for free events */
    size_t count;
    struct shape_lifecycle {
        uint64_t starts;
        size_t count;
        struct shape_step {
            int follows, unless;
            struct ls_ratio chance;
        } steps[STEPS_MAX];
    } lifecycles[LIFECYCLES_MAX];
};

#define ALWAYS                                                                                     \
    {                                                                                              \
        1, 1                                                                                       \
    }
#define FIRST                                                                                      \
    {                                                                                              \
        -1, -1, ALWAYS                                                                             \
    }

static const struct shape shapes[] = {
    {0, 0, 1, {{1, 1, {FIRST}}}}, /* nothing but first steps */
    {0, 12, 1, {{8, 3, {FIRST, {0, -1, {96, 100}}, {1, -1, {1, 3}}}}}},
    {40, 12, 1, {{8, 3, {FIRST, {0, -1, {96, 100}}, {1, -1, {1, 3}}}}}},
    {2, 1, 1, {{1, 2, {FIRST, {0, -1, ALWAYS}}}}}, /* every other slot is a copy's */
    {7, 5, 1, {{3, 4, {FIRST, {0, -1, {0, 1}}, {1, -1, ALWAYS}, {0, -1, ALWAYS}}}}},
    /* a tree: 1 or else 2 or else 3 behind the first, 4 behind 1, 5 behind 2 */
    {17,
     1,
     1,
     {{5,
       6,
       {FIRST,
        {0, -1, {1, 2}},
        {0, 1, {2, 3}},
        {0, 2, {3, 4}},
        {1, -1, ALWAYS},
        {2, -1, {1, 2}}}}}},
    /* several, of which one has no other step */
    {100,
     3,
     3,
     {{2, 3, {FIRST, {0, -1, {1, 2}}, {0, 1, ALWAYS}}},
      {1, 1, {FIRST}},
      {9, 2, {FIRST, {0, -1, {9, 10}}}}}},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

struct kit {
    struct ls_arena arena;
    struct ls_error err;
    const struct shape *shape;
    struct ls_slots slots;
    struct ls_lifecycle lifecycles[LIFECYCLES_MAX];
    struct ls_step steps[LIFECYCLES_MAX][STEPS_MAX];
    struct ls_slot_cache cache;
};

static int setup(void **state)
{
    struct kit *kit = calloc(1, sizeof *kit);
    *state = kit;
    if (!kit) {
        return -1;
    }
    ls_arena_init(&kit->arena, "test slots", 1U << 26);
    return 0;
}

static int teardown(void **state)
{
    struct kit *kit = *state;
    ls_arena_clear(&kit->arena);
    free(kit);
    return 0;
}

static void make_step(struct kit *kit, size_t l, size_t s)
{
    const struct shape_step *from = &kit->shape->lifecycles[l].steps[s];
    struct ls_step *step = &kit->steps[l][s];
    int64_t wished[LS_LAGS];
    uint64_t key = ls_mix(100 * l + s);
    *step = (struct ls_step){.type = (uint16_t)(10 * l + s),
                             .follows = from->follows,
                             .unless = from->unless,
                             .chance = ls_chance_of(from->chance),
                             .key = key};
    for (int k = 0; k < LS_LAGS; k++) {
        wished[k] = k * LAG_MAX / LS_LAGS;
    }
    if (s > 0) {
        assert_int_equal(ls_interleave(wished, (int64_t)kit->lifecycles[l].starts, key + 1,
                                       &kit->arena, &step->lags, &kit->err),
                         0);
    }
}

static void make_slots(struct kit *kit, const struct shape *shape)
{
    ls_arena_clear(&kit->arena);
    kit->shape = shape;
    kit->cache = (struct ls_slot_cache){0};
    kit->slots = (struct ls_slots){.block = shape->block,
                                   .copy_key = ls_mix(1),
                                   .round = shape->free,
                                   .round_key = ls_mix(2),
                                   .lifecycle_count = shape->count,
                                   .lifecycles = kit->lifecycles};
    uint64_t at = 0;
    for (size_t l = 0; l < shape->count; l++) {
        const struct shape_lifecycle *from = &shape->lifecycles[l];
        kit->lifecycles[l] = (struct ls_lifecycle){at, from->starts, from->count, kit->steps[l]};
        for (size_t s = 0; s < from->count; s++) {
            make_step(kit, l, s);
        }
        at += from->starts * from->count;
    }
    kit->slots.round += at;
    kit->slots.order = ls_permutation_of(kit->slots.round ? kit->slots.round : 1);
}

static bool find(struct kit *kit, uint64_t i, struct ls_slot *out)
{
    bool is_copy = ls_slot_is_copy(&kit->slots, i, &kit->cache);
    memset(out, 0xa5, sizeof *out);
    ls_slot_find(&kit->slots, i, is_copy, out);
    return is_copy;
}

/* ---- what must be, from the shape alone */

static bool is_taken(const struct shape_lifecycle *lifecycle, const struct ls_step *steps, int s,
                     uint64_t session)
{
    const struct shape_step *step = &lifecycle->steps[s];
    return s == 0 || (is_taken(lifecycle, steps, step->follows, session) &&
                      ls_hit(ls_word(steps[s].key, session, 0), step->chance) &&
                      !(step->unless >= 0 && is_taken(lifecycle, steps, step->unless, session)));
}

/* Each slot before is the same session's, of the step that this one follows, and says so itself. */
static void check_chain(struct kit *kit, const struct ls_slot *slot)
{
    int step = (int)(slot->step - slot->lifecycle->steps);
    for (unsigned k = slot->depth; k > 0; k--) {
        struct ls_slot before;
        step = slot->lifecycle->steps[step].follows;
        assert_true(slot->chain[k - 1] < slot->chain[k]);
        assert_false(find(kit, slot->chain[k - 1], &before));
        assert_ptr_equal(before.step, &slot->lifecycle->steps[step]);
        assert_true(before.session == slot->session);
        assert_int_equal(before.depth, k - 1);
        assert_memory_equal(before.chain, slot->chain, k * sizeof *slot->chain);
    }
    assert_int_equal(step, 0);
}

static void check_slot(struct kit *kit, uint64_t i, const struct ls_slot *slot)
{
    assert_true(slot->chain[slot->depth] == i);
    if (!slot->step) {
        assert_null(slot->lifecycle);
        assert_int_equal(slot->depth, 0);
        return;
    }
    size_t l = (size_t)(slot->lifecycle - kit->lifecycles);
    assert_true(is_taken(&kit->shape->lifecycles[l], kit->steps[l],
                         (int)(slot->step - slot->lifecycle->steps), slot->session));
    check_chain(kit, slot);
}

/* ---- tests */

static void one_slot_in_each_block_is_a_copys(void **state)
{
    struct kit *kit = *state;
    for (size_t k = 0; k < SHAPES; k++) {
        uint64_t block = shapes[k].block;
        size_t places[2] = {0}; /* in the first and in the second half of a block */
        struct ls_slot slot;
        make_slots(kit, &shapes[k]);
        for (uint64_t b = 0; b < 2000; b++) {
            size_t copies = 0;
            for (uint64_t q = 0; q < (block ? block : 10); q++) {
                if (find(kit, b * block + q, &slot)) {
                    copies++;
                    places[q >= block / 2]++;
                    assert_null(slot.step);
                    assert_int_equal(slot.chain[0], b * block + q);
                }
            }
            assert_int_equal(copies, block > 0);
        }
        assert_true(!block || (places[0] > 700 && places[1] > 700));
    }
}

static void without_lifecycles_all_are_free(void **state)
{
    struct kit *kit = *state;
    const struct shape shape = {.block = 5};
    struct ls_slot slot;
    make_slots(kit, &shape);
    for (uint64_t i = 0; i < 1000; i++) {
        find(kit, i, &slot);
        check_slot(kit, i, &slot);
        assert_null(slot.step);
    }
}

/* A session has each of the steps that it takes exactly once, as soon as the run is long enough,
 * and no other. */
static void sessions_have_their_steps_once(void **state)
{
    enum { SESSIONS = 2000, STEPS = LIFECYCLES_MAX * STEPS_MAX };
    struct kit *kit = *state;
    for (size_t k = 0; k < SHAPES; k++) {
        uint8_t *seen = calloc((size_t)(SESSIONS + 2 * LAG_MAX * STEPS_MAX) * STEPS, 1);
        assert_non_null(seen);
        make_slots(kit, &shapes[k]);
        for (size_t l = 0; l < shapes[k].count; l++) {
            const struct shape_lifecycle *from = &shapes[k].lifecycles[l];
            uint64_t rounds = (SESSIONS + 2ULL * LAG_MAX * from->count) / from->starts;
            uint64_t ranks = rounds * kit->slots.round;
            uint64_t end = ranks + (shapes[k].block ? ranks / (shapes[k].block - 1) : 0);
            for (uint64_t i = 0; i < end; i++) {
                struct ls_slot slot;
                find(kit, i, &slot);
                if (slot.lifecycle == &kit->lifecycles[l]) {
                    check_slot(kit, i, &slot);
                    seen[slot.session * STEPS + (size_t)(slot.step - slot.lifecycle->steps)]++;
                }
            }
            for (uint64_t n = 0; n < SESSIONS; n++) {
                for (size_t s = 0; s < from->count; s++) {
                    assert_int_equal(seen[n * STEPS + s], is_taken(from, kit->steps[l], (int)s, n));
                    seen[n * STEPS + s] = 0;
                }
            }
            memset(seen + (size_t)SESSIONS * STEPS, 0, (size_t)(2 * LAG_MAX * STEPS_MAX) * STEPS);
        }
        free(seen);
    }
}

/* Ranks, which leave copies out, fall into rounds of a fixed composition. */
static void rounds_are_composed_as_said(void **state)
{
    struct kit *kit = *state;
    for (size_t k = 0; k < SHAPES; k++) {
        uint64_t rank = 0;
        size_t starts[LIFECYCLES_MAX] = {0};
        uint64_t changes = 0; /* of what begins a round */
        const struct ls_step *first = NULL;
        make_slots(kit, &shapes[k]);
        for (uint64_t i = 0; rank < 500 * kit->slots.round; i++) {
            struct ls_slot slot;
            if (find(kit, i, &slot)) {
                continue;
            }
            for (size_t l = 0; l < shapes[k].count; l++) {
                starts[l] += slot.step == kit->steps[l];
            }
            if (rank % kit->slots.round == 0) {
                changes += first != slot.step;
                first = slot.step;
            }
            rank++;
            for (size_t l = 0; rank % kit->slots.round == 0 && l < shapes[k].count; l++) {
                assert_int_equal(starts[l], shapes[k].lifecycles[l].starts);
                starts[l] = 0;
            }
        }
        assert_true(changes > 50 || kit->slots.round == 1);
    }
}

/* In order, with gaps, back and forth: the same as each alone. */
static void what_was_looked_at_ahead_is_the_same(void **state)
{
    enum { ASKED = 20000, NEAR = 200 };
    struct kit *kit = *state;
    for (size_t k = 0; k < SHAPES; k++) {
        uint64_t i = 3;
        make_slots(kit, &shapes[k]);
        for (uint64_t n = 0; n < ASKED; n++) {
            uint64_t word = ls_mix(n);
            struct ls_slot slot;
            struct ls_slot ahead;
            i = word % 16 ? i + 1 + (word >> 4 & 1) : n + (word >> 8) % NEAR;
            if (!find(kit, i, &slot)) {
                ls_slot_find_start(&kit->slots, i, false, &kit->cache, &ahead);
                assert_ptr_equal(ahead.step, slot.step);
                assert_ptr_equal(ahead.lifecycle, slot.lifecycle);
                assert_int_equal(ahead.depth, slot.depth);
                assert_true(!slot.step || ahead.session == slot.session);
                assert_int_equal(ahead.chain[0], slot.chain[0]);
            }
        }
        assert_true(kit->cache.ahead_count > 0 || !kit->slots.round);
    }
}

/* How many places of a step lie so early that their session began before event 0. */
static uint64_t places_before(const struct ls_step *step, uint64_t count)
{
    uint64_t before = 0;
    for (uint64_t n = 0; n < count; n++) {
        before += n < (uint64_t)step->lags[n % LS_LAGS];
    }
    return before;
}

static void sessions_before_event_0_leave_free_events(void **state)
{
    enum { ROUNDS = 200 };
    struct kit *kit = *state;
    const struct shape shape = {
        .block = 9, .free = 2, .count = 1, .lifecycles = {{3, 2, {FIRST, {0, -1, ALWAYS}}}}};
    uint64_t steps = 0;
    uint64_t frees = 0;
    make_slots(kit, &shape);
    for (uint64_t i = 0; i < ROUNDS * kit->slots.round * 9 / 8; i++) {
        struct ls_slot slot;
        bool is_copy = find(kit, i, &slot);
        check_slot(kit, i, &slot);
        steps += slot.step == &kit->steps[0][1];
        frees += !is_copy && !slot.step;
    }
    uint64_t before = places_before(&kit->steps[0][1], 3ULL * ROUNDS);
    assert_true(before > LAG_MAX / 3);
    assert_int_equal(frees, 2ULL * ROUNDS + before);
    assert_int_equal(steps, 3ULL * ROUNDS - before);
}

static void check_rate(size_t count, size_t n, double p)
{
    double bound = 5 * sqrt((double)n * p * (1 - p)) + 1;
    if (fabs((double)count - (double)n * p) > bound) {
        fail_msg("%zu of %zu, expected %.1f +- %.1f", count, n, (double)n * p, bound);
    }
}

/* The tree among the shapes: 1/2, else 2/3, else 3/4; then always, and 1/2. Nobody takes two that
 * exclude each other, though each is drawn by itself. */
static void branches_are_taken_at_their_probability(void **state)
{
    enum { SESSIONS = 20000 };
    static const double shares[] = {1, 1. / 2, 1. / 2 * 2 / 3, 0, 1. / 2, 1. / 2 * 2 / 3 / 2};
    struct kit *kit = *state;
    size_t counts[STEPS_MAX] = {0};
    uint8_t *seen = calloc(SESSIONS, 1);
    assert_non_null(seen);
    make_slots(kit, &shapes[5]);
    for (uint64_t i = 0; i < (SESSIONS + 3 * LAG_MAX) / 5 * kit->slots.round * 17 / 16; i++) {
        struct ls_slot slot;
        find(kit, i, &slot);
        if (slot.step && slot.session < SESSIONS) {
            size_t s = (size_t)(slot.step - kit->steps[0]);
            counts[s]++;
            seen[slot.session] |= (uint8_t)(1U << s);
        }
    }
    for (uint64_t n = 0; n < SESSIONS; n++) {
        bool first = seen[n] >> 1 & 1;
        bool second = seen[n] >> 2 & 1;
        assert_true(!(first && second) && !(second && seen[n] >> 3 & 1));
        assert_true(first == (seen[n] >> 4 & 1) && (second || !(seen[n] >> 5 & 1)));
    }
    /* the third excludes the second alone, which a taken first excludes */
    double third = 3. / 4 * (1 - shares[2]);
    for (size_t s = 0; s < STEPS_MAX; s++) {
        check_rate(counts[s], SESSIONS, s == 3 ? third : shares[s]);
    }
    free(seen);
}

/* Nothing is remembered, so that any place can be looked at first. */
static void far_out_it_is_the_same(void **state)
{
    static const uint64_t begins[] = {1000000000, UINT64_C(1000000000000000),
                                      UINT64_C(1000000000000000000)};
    struct kit *kit = *state;
    for (size_t k = 0; k < SHAPES; k++) {
        make_slots(kit, &shapes[k]);
        for (size_t b = 0; b < sizeof begins / sizeof *begins; b++) {
            size_t steps = 0;
            size_t depths = 0;
            for (uint64_t i = begins[b] + 2000; i-- > begins[b];) {
                struct ls_slot slot;
                find(kit, i, &slot);
                check_slot(kit, i, &slot);
                steps += slot.step != NULL;
                depths += slot.depth;
            }
            assert_true(steps > 400 && (depths > 100 || shapes[k].lifecycles[0].count == 1));
        }
    }
}

#define KIT_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(one_slot_in_each_block_is_a_copys),
        KIT_TEST(without_lifecycles_all_are_free),
        KIT_TEST(sessions_have_their_steps_once),
        KIT_TEST(rounds_are_composed_as_said),
        KIT_TEST(what_was_looked_at_ahead_is_the_same),
        KIT_TEST(sessions_before_event_0_leave_free_events),
        KIT_TEST(branches_are_taken_at_their_probability),
        KIT_TEST(far_out_it_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
