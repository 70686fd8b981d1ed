#include "pipeline/stream/delays.h"

int ls_delays_add(struct ls_delays *delays, int64_t ms, struct ls_error *err)
{
    uint8_t bucket[LS_BUCKET_SIZE];
    if (delays->counts.total == 0 || ms > delays->most_ms) {
        delays->most_ms = ms;
    }
    ls_bucket_put(ls_quantile_bound(ms), bucket);
    return ls_counts_add(&delays->counts, bucket, sizeof bucket, 1, 0, err);
}

int ls_delays_sum(const struct ls_delays *delays, struct ls_alert_delay *out, struct ls_error *err)
{
    struct ls_aggregate_result p99 = {0};
    int rc = ls_counts_quantile(&delays->counts, (struct ls_ratio){99, 100}, &p99, err);
    out->rows = delays->counts.total;
    out->p99_ms = out->rows ? (int64_t)p99.number : 0;
    out->most_ms = delays->most_ms;
    return rc;
}

void ls_delays_clear(struct ls_delays *delays)
{
    ls_counts_clear(&delays->counts);
}
