#include "bench/order.h"

#include "bench/hand_order.h"
#include "bench/pairs.h"
#include "core/base/mem.h"
#include "generator/event.h"

#include <stdio.h>
#include <string.h>

#define ROUND  100000  /* events that are timed at a time */
#define BLOCK  100     /* of them, begun and then written, as a run does it */
#define CHECKS 3000000 /* events whose bytes are compared first */
#define PAIRS  31

struct work {
    const struct ls_plan *plan;
    struct ls_event_scratch *scratch;
    struct ls_event events[BLOCK];
    uint8_t *room, *hand_room;
    uint64_t next[2]; /* slot that each goes on from */
    uint64_t sum[2];  /* of sizes: what is made is used */
};

static int make_ours(void *context, struct ls_error *err)
{
    struct work *work = context;
    (void)err;
    for (uint64_t end = work->next[0] + ROUND; work->next[0] < end; work->next[0] += BLOCK) {
        for (size_t k = 0; k < BLOCK; k++) {
            ls_event_begin(work->plan, work->next[0] + k, work->scratch, &work->events[k]);
        }
        for (size_t k = 0; k < BLOCK; k++) {
            ls_event_write(work->plan, work->scratch, work->room, &work->events[k]);
            work->sum[0] += work->events[k].value_size + work->events[k].partition;
        }
    }
    return 0;
}

static int make_by_hand(void *context, struct ls_error *err)
{
    struct work *work = context;
    struct hand_event event;
    (void)err;
    for (uint64_t end = work->next[1] + ROUND; work->next[1] < end; work->next[1]++) {
        ls_hand_order_make(work->next[1], work->hand_room, &event);
        work->sum[1] += event.value_size + event.partition;
    }
    return 0;
}

static int compare(struct work *work, struct ls_error *err)
{
    for (uint64_t i = 0; i < CHECKS; i++) {
        struct ls_event ours;
        struct hand_event theirs;
        ls_event_make(work->plan, i, work->scratch, work->room, &ours);
        ls_hand_order_make(i, work->hand_room, &theirs);
        if (ours.value_size != theirs.value_size || ours.key_size != theirs.key_size ||
            memcmp(ours.value, theirs.value, ours.value_size) != 0 ||
            memcmp(ours.key, theirs.key, ours.key_size) != 0 ||
            ours.timestamp_ms != theirs.timestamp_ms || ours.partition != theirs.partition) {
            return ls_error_set(err, LS_E_DATA, "event %llu differs from the hand-written one",
                                (unsigned long long)i);
        }
    }
    return 0;
}

int ls_bench_order(const struct ls_plan *plan, struct ls_error *err)
{
    static struct work work;
    work.plan = plan;
    struct ls_pairs pairs;
    work.scratch = ls_mem_new(1, sizeof *work.scratch, err);
    work.room = work.scratch ? ls_mem_new(1, ls_event_value_max(plan), err) : NULL;
    work.hand_room = work.room ? ls_mem_new(1, LS_HAND_ORDER_ROOM, err) : NULL;
    int rc = work.hand_room ? ls_hand_order_init(plan->seed, err) : err->code;
    rc = rc < 0 ? rc : compare(&work, err);
    rc = rc < 0 ? rc : ls_pairs_run(make_ours, make_by_hand, &work, PAIRS, &pairs, err);
    if (rc == 0 && work.sum[0] != work.sum[1]) {
        rc = ls_error_set(err, LS_E_DATA, "the two made different events");
    }
    if (rc == 0) {
        printf("%d order events: the same bytes from the generator and by hand\n", CHECKS);
        ls_pairs_print("order event, by hand", &pairs, ROUND, "an event", 0.5);
        printf("%-28s %.2f million/s on one core, without log and truth\n", "order event",
               ROUND * 1e3 / pairs.ours_ns);
    }
    ls_hand_order_clear();
    ls_mem_free(work.hand_room);
    ls_mem_free(work.room);
    ls_mem_free(work.scratch);
    return rc;
}
