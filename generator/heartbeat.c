#include "generator/heartbeat.h"

void ls_heartbeats_begin(struct ls_heartbeats *heartbeats, const struct ls_plan *plan)
{
    int64_t step_ms = plan->spec->topics->heartbeat_ms;
    *heartbeats = (struct ls_heartbeats){plan,
                                         step_ms ? plan->spec->start_ms + step_ms : INT64_MAX};
}

static bool is_out(const struct ls_plan *plan, uint32_t partition, int64_t time_ms)
{
    return plan->outage.present && partition == plan->outage_partition &&
           time_ms >= plan->outage.from_ms && time_ms < plan->outage.to_ms;
}

static int give(const struct ls_plan *plan, int64_t time_ms, ls_heartbeat_fn *take, void *context,
                struct ls_error *err)
{
    int rc = 0;
    for (uint32_t type = 0; rc == 0 && type < plan->type_count; type++) {
        for (uint32_t p = 0; rc == 0 && p < plan->partitions; p++) {
            rc = is_out(plan, p, time_ms) ? 0 : take(context, type, p, time_ms, err);
        }
    }
    return rc;
}

int ls_heartbeats_until(struct ls_heartbeats *heartbeats, int64_t time_ms, ls_heartbeat_fn *take,
                        void *context, struct ls_error *err)
{
    int rc = 0;
    while (rc == 0 && heartbeats->next_ms <= time_ms && heartbeats->next_ms != INT64_MAX) {
        rc = give(heartbeats->plan, heartbeats->next_ms, take, context, err);
        heartbeats->next_ms += heartbeats->plan->spec->topics->heartbeat_ms;
    }
    return rc;
}
