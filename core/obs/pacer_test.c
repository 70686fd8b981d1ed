#include "core/obs/pacer.h"

#include "core/base/mem.h"
#include "core/obs/clock.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>

#include <cmocka.h>

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)

static struct ls_error err;

/* A clock that moves by its sleeps, each of which ends late, and by a little with each look. */
struct world {
    uint64_t now_ns, late_ns;
    unsigned sleeps, looks;
    uint64_t longest_ns;
    unsigned stop_at; /* this look says stop */
};

static uint64_t world_now(void *context)
{
    struct world *world = context;
    return world->now_ns += 10;
}

static void world_sleep(void *context, uint64_t moment_ns)
{
    struct world *world = context;
    uint64_t length = moment_ns - world->now_ns;
    assert_true(moment_ns > world->now_ns);
    world->longest_ns = length > world->longest_ns ? length : world->longest_ns;
    world->sleeps++;
    world->now_ns = moment_ns + world->late_ns;
}

static int world_look(void *context, struct ls_error *e)
{
    struct world *world = context;
    return ++world->looks == world->stop_at ? ls_error_set(e, LS_E_INTERRUPTED, "stop") : 0;
}

static struct ls_pacer *pacer_in(struct world *world)
{
    const struct ls_pacer_clock clock = {world_now, world_sleep, world};
    struct ls_pacer *pacer;
    assert_int_equal(ls_pacer_new(&clock, world_look, world, &pacer, &err), 0);
    return pacer;
}

static void nothing_leaves_early_and_each_at_its_moment(void **state)
{
    (void)state;
    struct world world = {.now_ns = 77 * MS, .late_ns = 3 * US};
    struct ls_pacer *pacer = pacer_in(&world);
    struct ls_pacer_told told;
    for (uint64_t i = 0; i < 1000; i++) {
        assert_int_equal(ls_pacer_leave(pacer, i * 20 * US, &err), 0);
        uint64_t moment = pacer->begin_ns + i * 20 * US;
        assert_true(world.now_ns >= moment && world.now_ns < moment + 4 * US);
    }
    ls_pacer_tell(pacer, &told);
    assert_int_equal(world.sleeps, 999);
    assert_int_equal(told.count, 1000);
    assert_int_equal(told.wanted_ns, US * 999 * 20);
    assert_true(told.p50_ns >= 3 * US && told.p50_ns < 4 * US && told.max_ns < 4 * US);
    ls_pacer_free(pacer);
}

/* A sleep that is late for several moments lets what was due go at once, without another. */
static void what_is_due_goes_at_once(void **state)
{
    (void)state;
    struct world world = {.now_ns = 1, .late_ns = 100 * US};
    struct ls_pacer *pacer = pacer_in(&world);
    for (uint64_t i = 0; i < 1000; i++) {
        assert_int_equal(ls_pacer_leave(pacer, i * 20 * US, &err), 0);
    }
    assert_true(world.sleeps > 150 && world.sleeps < 210);
    assert_true(pacer->slip.max < 105 * US);
    ls_pacer_free(pacer);
}

static void a_stall_is_caught_up_with_on_the_same_schedule(void **state)
{
    (void)state;
    struct world world = {.now_ns = 5 * MS, .late_ns = 0};
    struct ls_pacer *pacer = pacer_in(&world);
    struct ls_pacer_told told;
    for (uint64_t i = 0; i < 10000; i++) {
        if (i == 2000) {
            world.now_ns += 50 * MS; /* 2,500 moments pass */
        }
        unsigned before = world.sleeps;
        assert_int_equal(ls_pacer_leave(pacer, i * 20 * US, &err), 0);
        uint64_t moment = pacer->begin_ns + i * 20 * US;
        assert_true(world.now_ns >= moment);
        if (i >= 2000 && i < 4500) {
            assert_int_equal(world.sleeps, before);
        }
        if (i < 2000 || i > 4505) {
            assert_true(world.now_ns - moment < US);
        }
    }
    ls_pacer_tell(pacer, &told);
    assert_true(told.max_ns > 49 * MS && told.max_ns < 51 * MS);
    assert_true(told.p50_ns < US && told.p99_ns > 40 * MS); /* of every one, a quarter was late */
    assert_int_equal(ls_pacer_kept(&told), 100000);
    ls_pacer_free(pacer);
}

static void moments_that_go_back_leave_at_once_with_their_slip(void **state)
{
    (void)state;
    struct world world = {.now_ns = 1};
    struct ls_pacer *pacer = pacer_in(&world);
    struct ls_pacer_told told;
    assert_int_equal(ls_pacer_leave(pacer, 5 * MS, &err), 0);
    assert_int_equal(ls_pacer_leave(pacer, 9 * MS, &err), 0);
    assert_int_equal(ls_pacer_leave(pacer, 2 * MS, &err), 0);
    assert_int_equal(ls_pacer_leave(pacer, 6 * MS, &err), 0);
    ls_pacer_tell(pacer, &told);
    assert_int_equal(world.sleeps, 2);
    assert_true(told.max_ns >= 7 * MS && told.max_ns < 7 * MS + US);
    assert_int_equal(told.wanted_ns, 4 * MS);
    ls_pacer_free(pacer);
}

/* Far moments are slept to in steps, with a look before each; what only waits has no slip. */
static void long_sleeps_are_looked_up_from(void **state)
{
    (void)state;
    struct world world = {.now_ns = 1};
    struct ls_pacer *pacer = pacer_in(&world);
    assert_int_equal(ls_pacer_wait(pacer, 0, &err), 0);
    assert_int_equal(world.looks, 0);
    assert_int_equal(ls_pacer_wait(pacer, 1000 * MS, &err), 0);
    assert_true(world.sleeps >= 10 && world.looks == world.sleeps);
    assert_true(world.longest_ns <= LS_PACER_LOOK_NS);
    assert_int_equal(pacer->slip.count, 0);
    world.stop_at = world.looks + 3;
    assert_int_equal(ls_pacer_leave(pacer, 5000 * MS, &err), LS_E_INTERRUPTED);
    assert_true(world.now_ns < 1300 * MS);
    assert_int_equal(pacer->slip.count, 0);
    ls_pacer_free(pacer);
}

static void near_moments_are_not_slept_to(void **state)
{
    (void)state;
    struct world world = {.now_ns = 1};
    struct ls_pacer *pacer = pacer_in(&world);
    for (uint64_t i = 0; i < 100; i++) {
        assert_int_equal(ls_pacer_leave(pacer, i * 1500, &err), 0);
    }
    assert_int_equal(world.sleeps, 0);
    assert_true(pacer->slip.max <= 20);
    ls_pacer_free(pacer);
}

static void what_was_kept_is_told_to_a_thousandth_of_a_percent(void **state)
{
    (void)state;
    static const struct {
        struct ls_pacer_told told;
        uint64_t kept, rate;
    } cases[] = {
        {{0, 0, 0, 0, 0, 0, 0}, 0, 0},
        {{1, 0, 0, 0, 0, 0, 0}, 0, 0},
        {{50001, 1000 * MS, 1000 * MS, 0, 0, 0, 0}, 100000, 50000000},
        {{50001, 1000 * MS, 1000 * MS + 10 * US, 0, 0, 0, 0}, 99999, 49999500},
        {{3, 1000 * MS, 2000 * MS, 0, 0, 0, 0}, 50000, 1000},
        {{2, 3600000 * MS, 3600000 * MS, 0, 0, 0, 0}, 100000, 0},
        {{5, 1000 * MS, 999 * MS, 0, 0, 0, 0}, 100100, 4004},
        {{UINT64_MAX, INT64_MAX, INT64_MAX, 0, 0, 0, 0}, 100000, UINT64_C(2000000000000)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ls_pacer_told *told = &cases[i].told;
        assert_int_equal(ls_pacer_kept(told), cases[i].kept);
        assert_int_equal(ls_pacer_rate(told->count, told->taken_ns), cases[i].rate);
    }
}

static void the_machine_keeps_it_too(void **state)
{
    (void)state;
    struct ls_pacer *pacer;
    struct ls_pacer_told told;
    int slack = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
    assert_int_equal(ls_pacer_new(NULL, NULL, NULL, &pacer, &err), 0);
    for (uint64_t i = 0; i <= 200; i++) {
        assert_int_equal(ls_pacer_leave(pacer, i * 200 * US, &err), 0);
        assert_true(ls_clock_ns() >= pacer->begin_ns + i * 200 * US);
    }
    ls_pacer_tell(pacer, &told);
    assert_int_equal(told.count, 201);
    assert_int_equal(told.wanted_ns, 40 * MS);
    assert_true(told.taken_ns + told.max_ns >= 40 * MS);
    ls_pacer_free(pacer);
    assert_int_equal(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), slack);
}

static volatile sig_atomic_t rang;

static void on_alarm(int number)
{
    (void)number;
    rang = 1;
}

static int look_for_alarm(void *context, struct ls_error *e)
{
    (void)context;
    return rang ? ls_error_set(e, LS_E_INTERRUPTED, "rang") : 0;
}

static void a_signal_ends_a_sleep(void **state)
{
    (void)state;
    struct ls_pacer *pacer;
    struct sigaction action = {.sa_handler = on_alarm};
    const struct itimerval soon = {.it_value = {.tv_usec = 20000}};
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    assert_int_equal(ls_pacer_new(NULL, look_for_alarm, NULL, &pacer, &err), 0);
    uint64_t before = ls_clock_ns();
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    assert_int_equal(ls_pacer_leave(pacer, 60000 * MS, &err), LS_E_INTERRUPTED);
    assert_true(ls_clock_ns() - before < 10000 * MS);
    ls_pacer_free(pacer);
}

static void refused_memory_is_an_error(void **state)
{
    (void)state;
    struct ls_pacer *pacer;
    ls_mem_refuse(1);
    assert_int_equal(ls_pacer_new(NULL, NULL, NULL, &pacer, &err), LS_E_NOMEM);
    assert_null(pacer);
    ls_pacer_free(pacer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_leaves_early_and_each_at_its_moment),
        cmocka_unit_test(what_is_due_goes_at_once),
        cmocka_unit_test(a_stall_is_caught_up_with_on_the_same_schedule),
        cmocka_unit_test(moments_that_go_back_leave_at_once_with_their_slip),
        cmocka_unit_test(long_sleeps_are_looked_up_from),
        cmocka_unit_test(near_moments_are_not_slept_to),
        cmocka_unit_test(what_was_kept_is_told_to_a_thousandth_of_a_percent),
        cmocka_unit_test(the_machine_keeps_it_too),
        cmocka_unit_test(a_signal_ends_a_sleep),
        cmocka_unit_test(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
