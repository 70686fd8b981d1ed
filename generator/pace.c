#include "generator/pace.h"

#include "core/base/wide.h"
#include "core/config/option.h"

#include <string.h>

#define PART_MAX  INT64_C(1000000000000000000)
#define MS_NS     1000000
#define DAY_NS    (UINT64_C(86400) * 1000 * MS_NS)
#define SPEED_MIN 1000 /* one in so many */

static bool reduce(ls_u128 ns, ls_u128 per, struct ls_pace *out)
{
    ls_u128 divisor = ls_gcd(ns, per);
    if (divisor == 0 || ns / divisor > PART_MAX || per / divisor > PART_MAX) {
        return false;
    }
    out->ns = (uint64_t)(ns / divisor);
    out->per = (uint64_t)(per / divisor);
    return ns > 0 && per > 0;
}

static bool read_speed(const char *text, struct ls_pace *out)
{
    struct ls_decimal speed;
    if (!ls_read_decimal(text, &speed) || speed.value <= 0 ||
        speed.value > LS_PACE_SPEED_MAX * ls_pow10(speed.scale) ||
        speed.value * SPEED_MIN < ls_pow10(speed.scale)) {
        return false;
    }
    return reduce((ls_u128)ls_pow10(speed.scale) * MS_NS, (ls_u128)speed.value, out);
}

static bool read_rate(const char *text, struct ls_pace *out)
{
    struct ls_rate rate;
    out->by_rate = true;
    return ls_read_rate(text, &rate) && rate.count > 0 &&
           reduce((ls_u128)rate.per_ms * MS_NS, rate.count, out) && out->ns >= out->per &&
           out->ns <= (ls_u128)out->per * DAY_NS;
}

int ls_pace_read(const char *text, struct ls_pace *out, struct ls_error *err)
{
    *out = (struct ls_pace){false, MS_NS, 1};
    if (strcmp(text, "real") == 0 ||
        (text[0] == 'x' ? read_speed(text + 1, out) : read_rate(text, out))) {
        return 0;
    }
    return ls_error_set(err, LS_E_USAGE,
                        "--pace is `%.40s`: write " LS_PACE_FORMS
                        "; from x0.001 to x%d, from 1/d to %d/s, with 4 decimal places at most",
                        text, LS_PACE_SPEED_MAX, LS_PACE_PER_SECOND_MAX);
}

uint64_t ls_pace_due_ns(const struct ls_pace *pace, uint64_t number, int64_t start_ms,
                        int64_t time_ms)
{
    uint64_t steps = number;
    if (!pace->by_rate) { /* the difference of any two fits, unsigned */
        steps = time_ms > start_ms ? (uint64_t)time_ms - (uint64_t)start_ms : 0;
    }
    /* whole rounds first: neither product passes 2^124 */
    ls_u128 ns = (ls_u128)(steps / pace->per) * pace->ns +
                 (ls_u128)(steps % pace->per) * pace->ns / pace->per;
    return ns < LS_PACE_NEVER_NS ? (uint64_t)ns : LS_PACE_NEVER_NS;
}
