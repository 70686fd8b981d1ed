/* Civil time: the proleptic Gregorian calendar in UTC, in integer milliseconds since
 * 1970-01-01T00:00:00Z, without the C library's locale and time zone. */
#ifndef LS_BASE_CIVIL_H
#define LS_BASE_CIVIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Years 1 to 9999: the times that contract P3 admits. */
#define LS_TIME_MIN_MS INT64_C(-62135596800000)
#define LS_TIME_MAX_MS INT64_C(253402300799999)

#define LS_DAY_MS INT64_C(86400000)

struct ls_civil {
    int year;  /* 1 .. 9999 */
    int month; /* 1 .. 12 */
    int day;   /* 1 .. 31 */
    int hour, minute, second, millisecond;
};

/* Days since 1970-01-01 of a date; the fields must be in range. */
int64_t ls_days_from_civil(int year, int month, int day);

/* `time_ms` within LS_TIME_MIN_MS .. LS_TIME_MAX_MS. */
struct ls_civil ls_civil_from_ms(int64_t time_ms);

#define LS_TIME_TEXT_MAX 32

/* "2026-01-01T00:00:00.000Z"; a time outside the years 1 to 9999 is written as its number of
 * milliseconds. Returns the length. */
size_t ls_time_format(int64_t time_ms, char out[LS_TIME_TEXT_MAX]);

/* Reads YYYY-MM-DD, or YYYY-MM-DDThh:mm[:ss[.fff]] with Z or an offset (+hh:mm). A date alone is
 * its midnight in UTC. False for anything else, leap seconds and times outside the years 1 to 9999
 * among it. */
bool ls_time_parse(const char *text, size_t size, int64_t *time_ms);

/* Reads hh:mm[:ss[.fff]], 00:00 to 23:59:59.999, into milliseconds since midnight. */
bool ls_time_of_day_parse(const char *text, size_t size, int64_t *ms);

#define LS_DURATION_TEXT_MAX 40

/* "1h30m", "500ms", "0": milliseconds as the spec language writes them. Returns the length. */
size_t ls_duration_format(int64_t ms, char out[LS_DURATION_TEXT_MAX]);

#endif
