#include "pipeline/batch/fates.h"

#include "core/base/draw.h"
#include "spec/fixture_test.h"

/* A candidate, and what it must come to. */
struct candidate {
    uint64_t position;
    uint64_t id, payload;
    int64_t event_time, floor;
    enum ls_reason fate;
};

struct admissions {
    const struct candidate *all;
    size_t candidates;
    size_t count;
};

static size_t count_of(const struct candidate *all, size_t count, enum ls_reason fate)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        found += all[i].fate == fate;
    }
    return found;
}

/* Only of those that are admitted, with what they carry. */
static int note_admission(void *context, uint64_t position, int64_t event_time,
                          const uint8_t *carried, size_t size, struct ls_error *err)
{
    struct admissions *a = context;
    const struct candidate *c = a->all;
    (void)err;
    while (c->position != position) {
        c++;
        assert_true(c < a->all + a->candidates);
    }
    assert_int_equal(c->fate, LS_ADMITTED);
    assert_int_equal(c->event_time, event_time);
    assert_int_equal(size, position % (sizeof *c + 1));
    assert_memory_equal(carried, c, size);
    a->count++;
    return 0;
}

/* The candidates are added in an order of their own and asked for by position; positions in between
 * are no candidates. */
static void check(struct fixture *f, const struct candidate *all, size_t count, uint64_t key)
{
    const struct ls_permutation order = ls_permutation_of(count ? count : 1);
    struct ls_fates *fates;
    assert_int_equal(ls_fates_new("sort", 0, &fates, &f->err), 0);
    for (size_t i = 0; i < count; i++) {
        const struct candidate *c = &all[key ? ls_permute(&order, key, i) : i];
        /* what is carried comes in all sizes */
        const struct ls_candidate candidate = {.position = c->position,
                                               .id = {7, c->id},
                                               .payload = {c->payload, 9},
                                               .event_time = c->event_time,
                                               .floor = c->floor,
                                               .carried = c,
                                               .carried_size = c->position % (sizeof *c + 1)};
        assert_int_equal(ls_fates_add(fates, &candidate, &f->err), 0);
    }
    struct admissions admissions = {all, count, 0};
    assert_int_equal(ls_fates_decide(fates, note_admission, &admissions, &f->err), 0);
    assert_int_equal(admissions.count, count_of(all, count, LS_ADMITTED));
    for (size_t i = 0; i < count; i++) {
        enum ls_reason fate;
        int64_t floor = INT64_MIN;
        assert_int_equal(ls_fates_at(fates, all[i].position, &fate, &floor, &f->err), 0);
        if (fate != all[i].fate) {
            fail_msg("the candidate at position %llu is %s, expected %s",
                     (unsigned long long)all[i].position, ls_reasons[fate].name,
                     ls_reasons[all[i].fate].name);
        }
        if (fate == LS_REASON_EXPIRED) {
            assert_int_equal(floor, all[i].floor);
        }
    }
    ls_fates_free(fates);
}

#define OK  LS_ADMITTED
#define EXP LS_REASON_EXPIRED
#define DUP LS_REASON_DUPLICATE
#define CON LS_REASON_DUPLICATE_CONFLICT

static void test_rules(void **state)
{
    static const struct candidate none[1];
    static const struct candidate plain[] = {
        {0, 1, 1, 100, 0, OK}, {3, 1, 1, 100, 0, DUP}, {4, 1, 2, 100, 0, CON},
        {5, 2, 1, 100, 0, OK}, {9, 2, 1, 100, 0, DUP},
    };
    static const struct candidate edges[] = {
        {0, 1, 1, 100, 100, OK},  /* event_time = floor is not too old */
        {1, 1, 1, 99, 100, EXP},  /* one less is, whether it is a copy or not */
        {2, 1, 1, 100, 100, DUP}, /* the first is remembered while its time is not below the floor
                                   */
        {3, 1, 1, 101, 101, OK},  /* now it is forgotten: admitted again */
        {4, 1, 2, 101, 101, CON}, /* and compared with that one */
        {5, 1, 1, 300, 102, OK},  {6, 1, 1, 200, 150, DUP}, /* the newest first has time 300 */
        {7, 1, 1, 140, 150, EXP},
    };
    /* what is expired is not remembered, nor is a duplicate */
    static const struct candidate chain[] = {
        {0, 1, 1, 10, 20, EXP},
        {1, 1, 2, 30, 20, OK},
        {2, 1, 3, 90, 20, CON},
        {3, 1, 3, 95, 31, OK},
    };
    check(*state, none, 0, 0);
    for (uint64_t key = 0; key < 5; key++) {
        check(*state, plain, sizeof plain / sizeof *plain, key);
        check(*state, edges, sizeof edges / sizeof *edges, key);
        check(*state, chain, sizeof chain / sizeof *chain, key);
    }
}

/* Against a look at all earlier records, one by one (P4). */
static void recompute(struct candidate *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        all[i].fate = all[i].event_time < all[i].floor ? LS_REASON_EXPIRED : LS_ADMITTED;
        for (size_t k = i; all[i].fate == LS_ADMITTED && k-- > 0;) {
            if (all[k].fate == LS_ADMITTED && all[k].id == all[i].id &&
                all[k].event_time >= all[i].floor) {
                all[i].fate = all[k].payload == all[i].payload ? LS_REASON_DUPLICATE
                                                               : LS_REASON_DUPLICATE_CONFLICT;
            }
        }
    }
}

static void test_random(void **state)
{
    enum { COUNT_MAX = 4000 };
    static struct candidate all[COUNT_MAX];
    static const size_t counts[] = {10, 50, 300, COUNT_MAX}; /* the last makes both sorters spill */
    for (uint64_t round = 0; round < 40; round++) {
        uint64_t key = ls_stream_key(round, "fates test");
        size_t count = counts[round == 39 ? 3 : round % 3];
        int64_t floor = -50;
        uint64_t position = 0;
        for (size_t i = 0; i < count; i++) {
            floor += (int64_t)ls_below(ls_word(key, i, 0), 4);
            position += 1 + ls_below(ls_word(key, i, 1), 3);
            all[i] = (struct candidate){.position = position,
                                        .id = ls_below(ls_word(key, i, 2), 1 + count / 5),
                                        .payload = ls_below(ls_word(key, i, 3), 2),
                                        .event_time = floor - 5 +
                                                      (int64_t)ls_below(ls_word(key, i, 4), 60),
                                        .floor = floor};
        }
        recompute(all, count);
        check(*state, all, count, round % 2 ? key : 0);
    }
}

static void test_refused_memory(void **state)
{
    struct fixture *f = *state;
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_fates *fates;
        enum ls_reason fate;
        int64_t floor;
        ls_mem_refuse(refused + 1);
        rc = ls_fates_new("sort", 0, &fates, &f->err);
        for (uint64_t i = 0; rc == 0 && i < 4; i++) {
            const struct ls_candidate candidate = {.position = i, .id = {0, i % 2}};
            rc = ls_fates_add(fates, &candidate, &f->err);
        }
        rc = rc < 0 ? rc : ls_fates_decide(fates, NULL, NULL, &f->err);
        for (uint64_t i = 0; rc == 0 && i < 4; i++) {
            rc = ls_fates_at(fates, i, &fate, &floor, &f->err);
            assert_int_equal(fate, i < 2 ? LS_ADMITTED : LS_REASON_DUPLICATE);
        }
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && f->err.code == LS_E_NOMEM));
        ls_fates_free(fates);
    }
    assert_true(refused > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_rules),
        FIXTURE_TEST(test_random),
        FIXTURE_TEST(test_refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
