#include "simulation/schedule.h"

void ls_sim_schedule_begin(struct ls_sim_schedule *s)
{
    static const uint64_t batches[] = {1, 7, 40, 300, 5000};
    static const uint64_t odds[] = {0, 1, 2, 5, 12, 40};
    s->batch_max = batches[ls_sim_below(s->sim, sizeof batches / sizeof *batches)];
    s->checkpoint_one_in = odds[ls_sim_below(s->sim, sizeof odds / sizeof *odds)];
    s->rounds = 0;
    s->was_due = false;
}

/* Some of the partitions, some of them often: the first ones more than the last. */
static int round_by_draws(void *context, struct ls_stream_run *run, struct ls_error *err)
{
    struct ls_sim_schedule *s = context;
    size_t parts = ls_stream_run_parts(run);
    int rc = 0;
    s->rounds++;
    for (uint64_t left = 1 + ls_sim_below(s->sim, 2 * parts); rc == 0 && left > 0; left--) {
        size_t part = (size_t)ls_sim_below(s->sim, 1 + ls_sim_below(s->sim, parts));
        size_t count = 1 + (size_t)ls_sim_below(s->sim, s->batch_max);
        if (ls_stream_run_may_read(run, part)) {
            ls_sim_note(s->sim, 0, part, count, s->rounds);
            rc = ls_stream_run_read(run, part, count, err);
        }
    }
    s->now_ns += ls_sim_below(s->sim, UINT64_C(1000000000));
    return rc;
}

static bool is_due(void *context, uint64_t since_ns, uint64_t since_records)
{
    struct ls_sim_schedule *s = context;
    (void)since_ns;
    (void)since_records;
    s->was_due = s->checkpoint_one_in && ls_sim_below(s->sim, s->checkpoint_one_in) == 0;
    return s->was_due;
}

static uint64_t now_ns(void *context)
{
    return ((const struct ls_sim_schedule *)context)->now_ns;
}

static void wait_a_while(void *context, uint64_t ms)
{
    struct ls_sim_schedule *s = context;
    s->now_ns += (1 + ls_sim_below(s->sim, ms)) * 1000000;
}

static int name(void *context, struct ls_id *out, struct ls_error *err)
{
    struct ls_sim_schedule *s = context;
    (void)err;
    *out = (struct ls_id){0, ++s->named};
    return 0;
}

struct ls_stream_scheduler ls_sim_scheduler(struct ls_sim_schedule *schedule)
{
    return (struct ls_stream_scheduler){schedule,     1,   round_by_draws, is_due, now_ns,
                                        wait_a_while, name};
}
