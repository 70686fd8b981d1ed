#include "generator/run.h"

#include "core/base/mem.h"

#include <pthread.h>

#define BLOCKS_EACH 3 /* of a thread: one that is read, one that waits, one that is made */

/* A block is made by one thread, always the same one, since to write what another processor wrote
 * last costs as much as to make a tenth of it. It is then read by the caller's thread; the state
 * says whose it is. */
enum block_state { BLOCK_FREE, BLOCK_MAKING, BLOCK_READY };

struct block {
    enum block_state state;
    uint64_t first;
    size_t slots;
    size_t count; /* of events: less than the slots where others are another shard's */
    struct ls_event *events;
    uint8_t *bytes;
};

struct work {
    const struct ls_run *run;
    size_t value_max;
    size_t block_count;
    struct block *blocks; /* BLOCKS_EACH of each thread */
    struct block **ring; /* block number b of the run is ring[b % block_count] while it is wanted */
    uint64_t next;       /* number of the next block to be made */
    bool stop;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

static void make_block(const struct work *work, struct block *block,
                       struct ls_event_scratch *scratch)
{
    const struct ls_plan *plan = work->run->plan;
    uint8_t *at = block->bytes;
    block->count = 0;
    for (size_t i = 0; i < block->slots; i++) {
        block->count += ls_event_begin(plan, &work->run->shard, block->first + i, scratch,
                                       &block->events[block->count]);
    }
    for (size_t i = 0; i < block->count; i++) {
        ls_event_write(plan, scratch, at, &block->events[i]);
        at += block->events[i].room_used;
    }
}

static void set_bounds(const struct ls_run *run, uint64_t number, struct block *block)
{
    block->first = run->first + number * LS_RUN_BLOCK_EVENTS;
    uint64_t left = run->end - block->first;
    block->slots = left < LS_RUN_BLOCK_EVENTS ? (size_t)left : LS_RUN_BLOCK_EVENTS;
}

static uint64_t block_total(const struct ls_run *run)
{
    return (run->end - run->first + LS_RUN_BLOCK_EVENTS - 1) / LS_RUN_BLOCK_EVENTS;
}

static bool is_done(const struct work *work)
{
    return work->stop || work->next == block_total(work->run);
}

/* Under the lock: the next block, for a thread to make; NULL where none is left, or none of its own
 * is free. */
static struct block *claim(struct work *work, unsigned thread)
{
    struct block *block = &work->blocks[(size_t)BLOCKS_EACH * thread];
    struct block *end = block + BLOCKS_EACH;
    while (block < end && block->state != BLOCK_FREE) {
        block++;
    }
    if (is_done(work) || block == end) {
        return NULL;
    }
    block->state = BLOCK_MAKING;
    work->ring[work->next % work->block_count] = block;
    set_bounds(work->run, work->next++, block);
    return block;
}

/* With the lock, which is free meanwhile. */
static void make_claimed(struct work *work, struct block *block, struct ls_event_scratch *scratch)
{
    pthread_mutex_unlock(&work->lock);
    make_block(work, block, scratch);
    pthread_mutex_lock(&work->lock);
    block->state = BLOCK_READY;
    pthread_cond_broadcast(&work->changed);
}

struct maker {
    struct work *work;
    unsigned number;
    struct ls_event_scratch scratch;
    pthread_t thread;
};

static void *make_blocks(void *argument)
{
    struct maker *maker = argument;
    struct work *work = maker->work;
    pthread_mutex_lock(&work->lock);
    while (!is_done(work)) {
        struct block *block = claim(work, maker->number);
        if (block) {
            make_claimed(work, block, &maker->scratch);
        } else {
            pthread_cond_wait(&work->changed, &work->lock);
        }
    }
    pthread_mutex_unlock(&work->lock);
    return NULL;
}

static int hand_on(const struct ls_run *run, const struct block *block, struct ls_error *err)
{
    for (size_t i = 0; i < block->count; i++) {
        int rc = run->take(run->context, &block->events[i], err);
        if (rc < 0) {
            return rc;
        }
    }
    return run->progress ? run->progress(run->context, block->first + block->slots, err) : 0;
}

static int run_alone(struct work *work, struct ls_error *err)
{
    struct ls_event_scratch *scratch = ls_mem_new(1, sizeof *scratch, err);
    int rc = scratch ? 0 : err->code;
    for (uint64_t b = 0; rc == 0 && b < block_total(work->run); b++) {
        set_bounds(work->run, b, &work->blocks[0]);
        make_block(work, &work->blocks[0], scratch);
        rc = hand_on(work->run, &work->blocks[0], err);
    }
    ls_mem_free(scratch);
    return rc;
}

/* Takes the blocks in order while the others make them, and makes some where the next one is not
 * ready. */
static int consume(struct work *work, struct maker *own, struct ls_error *err)
{
    int rc = 0;
    pthread_mutex_lock(&work->lock);
    for (uint64_t b = 0; rc == 0 && b < block_total(work->run); b++) {
        while (b >= work->next || work->ring[b % work->block_count]->state != BLOCK_READY) {
            struct block *claimed = claim(work, own->number);
            if (claimed) {
                make_claimed(work, claimed, &own->scratch);
            } else {
                pthread_cond_wait(&work->changed, &work->lock);
            }
        }
        struct block *block = work->ring[b % work->block_count];
        pthread_mutex_unlock(&work->lock);
        rc = hand_on(work->run, block, err);
        pthread_mutex_lock(&work->lock);
        block->state = BLOCK_FREE;
        pthread_cond_broadcast(&work->changed);
    }
    work->stop = true;
    pthread_cond_broadcast(&work->changed);
    pthread_mutex_unlock(&work->lock);
    return rc;
}

/* The caller's thread is one of them, and does it all where no other can be started. */
static int run_threads(struct work *work, struct ls_error *err)
{
    unsigned others = work->run->threads - 1;
    struct maker *makers = ls_mem_new(others + 1, sizeof *makers, err);
    if (!makers) {
        return err->code;
    }
    pthread_mutex_init(&work->lock, NULL);
    pthread_cond_init(&work->changed, NULL);
    unsigned started = 0;
    makers[others].number = others;
    for (; started < others; started++) {
        makers[started].work = work;
        makers[started].number = started;
        if (pthread_create(&makers[started].thread, NULL, make_blocks, &makers[started]) != 0) {
            break;
        }
    }
    int rc = consume(work, &makers[others], err);
    for (unsigned i = 0; i < started; i++) {
        pthread_join(makers[i].thread, NULL);
    }
    pthread_cond_destroy(&work->changed);
    pthread_mutex_destroy(&work->lock);
    ls_mem_free(makers);
    return rc;
}

int ls_run(const struct ls_run *run, struct ls_error *err)
{
    struct work work = {.run = run, .value_max = ls_event_value_max(run->plan)};
    work.block_count = run->threads > 1 ? (size_t)BLOCKS_EACH * run->threads : 1;
    work.blocks = ls_mem_new(work.block_count, sizeof *work.blocks, err);
    work.ring = work.blocks ? ls_mem_new(work.block_count, sizeof *work.ring, err) : NULL;
    int rc = work.ring ? 0 : err->code;
    for (size_t b = 0; rc == 0 && b < work.block_count; b++) {
        work.blocks[b].events = ls_mem_new(LS_RUN_BLOCK_EVENTS, sizeof *work.blocks[b].events, err);
        work.blocks[b].bytes = work.blocks[b].events
                                   ? ls_mem_new(LS_RUN_BLOCK_EVENTS, work.value_max, err)
                                   : NULL;
        rc = work.blocks[b].bytes ? 0 : err->code;
    }
    if (rc == 0 && run->first < run->end) {
        rc = run->threads > 1 ? run_threads(&work, err) : run_alone(&work, err);
    }
    for (size_t b = 0; work.blocks && b < work.block_count; b++) {
        ls_mem_free(work.blocks[b].events);
        ls_mem_free(work.blocks[b].bytes);
    }
    ls_mem_free(work.ring);
    ls_mem_free(work.blocks);
    return rc;
}
