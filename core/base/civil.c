#include "core/base/civil.h"

#include "core/base/wide.h"

#include <stdio.h>

int64_t ls_days_from_civil(int year, int month, int day)
{
    /* years begin in March, so that the leap day is the last of its year; eras of 400 years repeat
     */
    int64_t y = year - (month <= 2);
    int64_t era = ls_floor_div(y, 400);
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_from_days(int64_t days, struct ls_civil *out)
{
    int64_t shifted = days + 719468;
    int64_t era = ls_floor_div(shifted, 146097);
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                           day_of_era / 146096) /
                          365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    out->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    out->month = (int)(month < 10 ? month + 3 : month - 9);
    out->year = (int)(year_of_era + era * 400 + (out->month <= 2));
}

struct ls_civil ls_civil_from_ms(int64_t time_ms)
{
    int64_t days = ls_floor_div(time_ms, LS_DAY_MS);
    int64_t rest = time_ms - days * LS_DAY_MS;
    struct ls_civil civil = {.hour = (int)(rest / 3600000),
                             .minute = (int)(rest / 60000 % 60),
                             .second = (int)(rest / 1000 % 60),
                             .millisecond = (int)(rest % 1000)};
    date_from_days(days, &civil);
    return civil;
}

/* `count` digits and what stands behind them. */
static char *put(char *at, int value, int count, char behind)
{
    for (int i = count; i-- > 0; value /= 10) {
        at[i] = (char)('0' + value % 10);
    }
    at[count] = behind;
    return at + count + 1;
}

size_t ls_time_format(int64_t time_ms, char out[LS_TIME_TEXT_MAX])
{
    if (time_ms < LS_TIME_MIN_MS || time_ms > LS_TIME_MAX_MS) {
        return (size_t)snprintf(out, LS_TIME_TEXT_MAX, "%lld", (long long)time_ms);
    }
    struct ls_civil c = ls_civil_from_ms(time_ms);
    char *at = put(out, c.year, 4, '-');
    at = put(at, c.month, 2, '-');
    at = put(at, c.day, 2, 'T');
    at = put(at, c.hour, 2, ':');
    at = put(at, c.minute, 2, ':');
    at = put(at, c.second, 2, '.');
    at = put(at, c.millisecond, 3, 'Z');
    *at = '\0';
    return (size_t)(at - out);
}

struct scanner {
    const char *at;
    const char *end;
};

static bool digits(struct scanner *s, int count, int *value)
{
    *value = 0;
    for (; count > 0; count--, s->at++) {
        if (s->at == s->end || *s->at < '0' || *s->at > '9') {
            return false;
        }
        *value = *value * 10 + (*s->at - '0');
    }
    return true;
}

static bool one(struct scanner *s, char wanted)
{
    if (s->at == s->end || *s->at != wanted) {
        return false;
    }
    s->at++;
    return true;
}

static bool date_parse(struct scanner *s, struct ls_civil *c)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!digits(s, 4, &c->year) || !one(s, '-') || !digits(s, 2, &c->month) || !one(s, '-') ||
        !digits(s, 2, &c->day) || c->year < 1 || c->month < 1 || c->month > 12 || c->day < 1) {
        return false;
    }
    bool leap = c->year % 4 == 0 && (c->year % 100 != 0 || c->year % 400 == 0);
    return c->day <= lengths[c->month - 1] + (leap && c->month == 2);
}

static bool clock_parse(struct scanner *s, struct ls_civil *c)
{
    if (!digits(s, 2, &c->hour) || !one(s, ':') || !digits(s, 2, &c->minute)) {
        return false;
    }
    if (one(s, ':')) {
        if (!digits(s, 2, &c->second)) {
            return false;
        }
        if (one(s, '.')) {
            int places = 0;
            for (int digit; places < 3 && digits(s, 1, &digit); places++) {
                c->millisecond = c->millisecond * 10 + digit;
            }
            if (places == 0) {
                return false;
            }
            for (; places < 3; places++) {
                c->millisecond *= 10;
            }
        }
    }
    return c->hour < 24 && c->minute < 60 && c->second < 60;
}

static int64_t clock_ms(const struct ls_civil *c)
{
    return ((c->hour * INT64_C(60) + c->minute) * 60 + c->second) * 1000 + c->millisecond;
}

static bool offset_parse(struct scanner *s, int *minutes)
{
    *minutes = 0;
    if (one(s, 'Z')) {
        return true;
    }
    int sign = one(s, '-') ? -1 : 1;
    if (sign == 1 && !one(s, '+')) {
        return false;
    }
    int hour;
    int minute;
    if (!digits(s, 2, &hour) || !one(s, ':') || !digits(s, 2, &minute) || hour > 14 ||
        minute > 59) {
        return false;
    }
    *minutes = sign * (hour * 60 + minute);
    return true;
}

bool ls_time_parse(const char *text, size_t size, int64_t *time_ms)
{
    struct scanner s = {text, text + size};
    struct ls_civil c = {0};
    int offset = 0;
    if (!date_parse(&s, &c)) {
        return false;
    }
    if (s.at != s.end && (!one(&s, 'T') || !clock_parse(&s, &c) || !offset_parse(&s, &offset))) {
        return false;
    }
    if (s.at != s.end) {
        return false;
    }
    *time_ms = ls_days_from_civil(c.year, c.month, c.day) * LS_DAY_MS + clock_ms(&c) -
               offset * INT64_C(60000);
    return *time_ms >= LS_TIME_MIN_MS && *time_ms <= LS_TIME_MAX_MS;
}

bool ls_time_of_day_parse(const char *text, size_t size, int64_t *ms)
{
    struct scanner s = {text, text + size};
    struct ls_civil c = {0};
    bool sound = clock_parse(&s, &c) && s.at == s.end;
    *ms = clock_ms(&c);
    return sound;
}

size_t ls_duration_format(int64_t ms, char out[LS_DURATION_TEXT_MAX])
{
    static const struct {
        const char *name;
        uint64_t ms;
    } units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
    uint64_t rest = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
    size_t length = (size_t)snprintf(out, LS_DURATION_TEXT_MAX, "%s", ms < 0 ? "-" : ms ? "" : "0");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (rest >= units[i].ms) {
            length += (size_t)snprintf(out + length, LS_DURATION_TEXT_MAX - length, "%llu%s",
                                       (unsigned long long)(rest / units[i].ms), units[i].name);
            rest %= units[i].ms;
        }
    }
    return length;
}
