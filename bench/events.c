#include "bench/events.h"

#include "bench/hand_order.h"
#include "bench/hand_quote.h"
#include "bench/hand_reading.h"
#include "bench/pairs.h"
#include "core/base/draw.h"
#include "core/base/mem.h"
#include "generator/event.h"

#include <stdio.h>
#include <string.h>

#define ROUND 100000 /* events that are timed at a time */
#define BLOCK 100    /* of them, begun and then written, as a run does it */
#define PAIRS 31

/* Events whose bytes are compared first. */
#define CHECKS     3000000
#define FAR_CHECKS 300000

const struct bench_event ls_bench_events[LS_BENCH_EVENTS] = {
    {"order", "order.yaml", LS_HAND_ORDER_SLOTS_MAX, ls_hand_order_init, ls_hand_order_make,
     ls_hand_order_clear},
    {"quote", "quote.yaml", LS_HAND_QUOTE_SLOTS_MAX, ls_hand_quote_init, ls_hand_quote_make,
     ls_hand_quote_clear},
    {"reading", "reading.yaml", LS_HAND_READING_SLOTS_MAX, ls_hand_reading_init,
     ls_hand_reading_make, ls_hand_reading_clear},
};

struct work {
    const struct bench_event *event;
    const struct ls_plan *plan;
    struct ls_event_scratch *scratch;
    struct ls_event events[BLOCK];
    uint8_t *room, *hand_room;
    uint64_t next[2]; /* slot that each goes on from */
    uint64_t sum[2];  /* of sizes: what is made is used */
};

static int make_ours(void *context, struct ls_error *err)
{
    static const struct ls_shard all;
    struct work *work = context;
    (void)err;
    for (uint64_t end = work->next[0] + ROUND; work->next[0] < end; work->next[0] += BLOCK) {
        for (size_t k = 0; k < BLOCK; k++) {
            (void)ls_event_begin(work->plan, &all, work->next[0] + k, work->scratch,
                                 &work->events[k]);
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
        work->event->make(work->next[1], work->hand_room, &event);
        work->sum[1] += event.value_size + event.partition;
    }
    return 0;
}

static int compare(struct work *work, uint64_t i, struct ls_error *err)
{
    struct ls_event ours;
    struct hand_event theirs;
    ls_event_make(work->plan, i, work->scratch, work->room, &ours);
    work->event->make(i, work->hand_room, &theirs);
    if (ours.value_size != theirs.value_size || ours.key_size != theirs.key_size ||
        memcmp(ours.value, theirs.value, ours.value_size) != 0 ||
        memcmp(ours.key, theirs.key, ours.key_size) != 0 ||
        ours.timestamp_ms != theirs.timestamp_ms || ours.partition != theirs.partition) {
        return ls_error_set(err, LS_E_DATA, "%s event %llu differs from the hand-written one",
                            work->event->name, (unsigned long long)i);
    }
    return 0;
}

/* The first ones, and others from anywhere. */
static int compare_all(struct work *work, struct ls_error *err)
{
    int rc = 0;
    for (uint64_t i = 0; rc == 0 && i < CHECKS; i++) {
        rc = compare(work, i, err);
    }
    for (uint64_t k = 0; rc == 0 && k < FAR_CHECKS; k++) {
        rc = compare(work, ls_below(ls_mix(k), work->event->slots_max), err);
    }
    return rc;
}

static void print(const char *name, const struct ls_pairs *pairs)
{
    char what[32];
    printf("%d %s events: the same bytes from the generator and by hand\n", CHECKS + FAR_CHECKS,
           name);
    (void)snprintf(what, sizeof what, "%s event, by hand", name);
    ls_pairs_print(what, pairs, ROUND, "an event", 0.5);
    (void)snprintf(what, sizeof what, "%s event", name);
    printf("%-28s %.2f million/s on one core, without log and truth\n", what,
           ROUND * 1e3 / pairs->ours_ns);
}

int ls_bench_event(const struct bench_event *event, const struct ls_plan *plan,
                   struct ls_error *err)
{
    static struct work work;
    work = (struct work){.event = event, .plan = plan};
    struct ls_pairs pairs;
    work.scratch = ls_mem_new(1, sizeof *work.scratch, err);
    work.room = work.scratch ? ls_mem_new(1, ls_event_value_max(plan), err) : NULL;
    work.hand_room = work.room ? ls_mem_new(1, LS_HAND_ROOM, err) : NULL;
    int rc = work.hand_room ? event->init(plan->seed, err) : err->code;
    rc = rc < 0 ? rc : compare_all(&work, err);
    rc = rc < 0 ? rc : ls_pairs_run(make_ours, make_by_hand, &work, PAIRS, &pairs, err);
    if (rc == 0 && work.sum[0] != work.sum[1]) {
        rc = ls_error_set(err, LS_E_DATA, "the two made different events");
    }
    if (rc == 0) {
        print(event->name, &pairs);
    }
    event->clear();
    ls_mem_free(work.hand_room);
    ls_mem_free(work.room);
    ls_mem_free(work.scratch);
    return rc;
}
