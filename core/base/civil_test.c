#include "core/base/civil.h"

#include "core/base/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    int64_t time_ms;
    const char *text;
} known[] = {
    {0, "1970-01-01T00:00:00.000Z"},
    {-1, "1969-12-31T23:59:59.999Z"},
    {-LS_DAY_MS, "1969-12-31T00:00:00.000Z"},
    {1, "1970-01-01T00:00:00.001Z"},
    {INT64_C(951782400000), "2000-02-29T00:00:00.000Z"},
    {INT64_C(951868799999), "2000-02-29T23:59:59.999Z"},
    {INT64_C(951868800000), "2000-03-01T00:00:00.000Z"},
    {INT64_C(1767225600000), "2026-01-01T00:00:00.000Z"},
    {INT64_C(1709210096789), "2024-02-29T12:34:56.789Z"},
    {INT64_C(-2203891200001), "1900-02-28T23:59:59.999Z"},
    {INT64_C(-2203891200000), "1900-03-01T00:00:00.000Z"}, /* 1900 had no leap day */
    {INT64_C(-11644473600000), "1601-01-01T00:00:00.000Z"},
    {LS_TIME_MIN_MS, "0001-01-01T00:00:00.000Z"},
    {LS_TIME_MAX_MS, "9999-12-31T23:59:59.999Z"},
};

static void known_times_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(known); i++) {
        char text[LS_TIME_TEXT_MAX];
        int64_t back = 7;
        assert_int_equal(ls_time_format(known[i].time_ms, text), strlen(known[i].text));
        assert_string_equal(text, known[i].text);
        assert_true(ls_time_parse(text, strlen(text), &back));
        assert_int_equal(back, known[i].time_ms);
    }
}

static void a_time_outside_is_its_number(void **state)
{
    static const struct {
        int64_t time_ms;
        const char *text;
    } cases[] = {
        {LS_TIME_MIN_MS - 1, "-62135596800001"},
        {LS_TIME_MAX_MS + 1, "253402300800000"},
        {INT64_MIN, "-9223372036854775808"},
        {INT64_MAX, "9223372036854775807"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[LS_TIME_TEXT_MAX];
        assert_int_equal(ls_time_format(cases[i].time_ms, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
    return lengths[month - 1] + (month == 2 && leap);
}

/* The calendar counted off day by day, all of the years 1 to 9999. */
static void every_day_follows_the_one_before(void **state)
{
    int64_t day = LS_TIME_MIN_MS / LS_DAY_MS;
    (void)state;
    for (int year = 1; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int d = 1; d <= month_length(year, month); d++, day++) {
                struct ls_civil c = ls_civil_from_ms(day * LS_DAY_MS);
                if (ls_days_from_civil(year, month, d) != day || c.year != year ||
                    c.month != month || c.day != d) {
                    fail_msg("%04d-%02d-%02d is not day %lld", year, month, d, (long long)day);
                }
            }
        }
    }
    assert_int_equal(day * LS_DAY_MS, LS_TIME_MAX_MS + 1);
}

static void random_times_round_trip(void **state)
{
    uint64_t span = (uint64_t)(LS_TIME_MAX_MS - LS_TIME_MIN_MS) + 1;
    (void)state;
    for (uint64_t n = 0; n < 100000; n++) {
        int64_t time_ms = LS_TIME_MIN_MS + (int64_t)ls_below(ls_mix(n), span);
        struct ls_civil c = ls_civil_from_ms(time_ms);
        int64_t clock_ms = ((c.hour * INT64_C(60) + c.minute) * 60 + c.second) * 1000;
        int64_t days = ls_days_from_civil(c.year, c.month, c.day);
        assert_int_equal(days * LS_DAY_MS + clock_ms + c.millisecond, time_ms);
        assert_true(c.millisecond >= 0 && c.millisecond < 1000 && c.second >= 0 && c.second < 60);
        assert_true(c.minute >= 0 && c.minute < 60 && c.hour >= 0 && c.hour < 24);
        char text[LS_TIME_TEXT_MAX];
        int64_t back = 0;
        size_t size = ls_time_format(time_ms, text);
        assert_true(ls_time_parse(text, size, &back));
        assert_int_equal(back, time_ms);
    }
}

static void parse_accepts(void **state)
{
    static const struct {
        const char *text;
        const char *same; /* the same time in full */
    } cases[] = {
        {"2026-03-01", "2026-03-01T00:00:00.000Z"},
        {"0001-01-01", "0001-01-01T00:00:00.000Z"},
        {"9999-12-31", "9999-12-31T00:00:00.000Z"},
        {"2026-03-01T09:30Z", "2026-03-01T09:30:00.000Z"},
        {"2026-03-01T09:30:15Z", "2026-03-01T09:30:15.000Z"},
        {"2026-03-01T09:30:15.5Z", "2026-03-01T09:30:15.500Z"},
        {"2026-03-01T09:30:15.05Z", "2026-03-01T09:30:15.050Z"},
        {"2026-03-01T09:30:15.005Z", "2026-03-01T09:30:15.005Z"},
        {"2026-03-01T09:30+00:00", "2026-03-01T09:30:00.000Z"},
        {"2026-03-01T09:30-00:00", "2026-03-01T09:30:00.000Z"},
        {"2026-03-01T00:30:00.001+01:00", "2026-02-28T23:30:00.001Z"},
        {"2026-02-28T20:00:00-05:30", "2026-03-01T01:30:00.000Z"},
        {"2026-03-01T00:00+14:00", "2026-02-28T10:00:00.000Z"},
        {"2024-02-29", "2024-02-29T00:00:00.000Z"},
        {"2000-02-29", "2000-02-29T00:00:00.000Z"},
        {"0001-01-01T02:00+02:00", "0001-01-01T00:00:00.000Z"},
        {"9999-12-31T21:59:59.999-02:00", "9999-12-31T23:59:59.999Z"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[LS_TIME_TEXT_MAX];
        int64_t time_ms = 0;
        if (!ls_time_parse(cases[i].text, strlen(cases[i].text), &time_ms)) {
            fail_msg("refused: %s", cases[i].text);
        }
        ls_time_format(time_ms, text);
        assert_string_equal(text, cases[i].same);
    }
}

static void parse_rejects(void **state)
{
    static const char *const cases[] = {
        "",
        "2026",
        "2026-03",
        "2026-3-01",
        "26-03-01",
        "02026-03-01",
        "2026-03-01 ",
        " 2026-03-01",
        "2026/03/01",
        "-026-03-01",
        "+2026-03-01",
        "0000-01-01",
        "2026-00-01",
        "2026-13-01",
        "2026-01-00",
        "2026-01-32",
        "2026-04-31",
        "2026-02-29",
        "1900-02-29",
        "2100-02-29",
        "2024-02-30",
        "2026-03-01Z",
        "2026-03-01T",
        "2026-03-01T09:30",
        "2026-03-01T09:30:15",
        "2026-03-01 09:30Z",
        "2026-03-01t09:30Z",
        "2026-03-01T09:30z",
        "2026-03-01T09Z",
        "2026-03-01T9:30Z",
        "2026-03-01T24:00Z",
        "2026-03-01T09:60Z",
        "2026-03-01T09:30:60Z",
        "2026-12-31T23:59:60Z",
        "2026-03-01T09:30:Z",
        "2026-03-01T09:30.5Z",
        "2026-03-01T09:30:15.Z",
        "2026-03-01T09:30:15,5Z",
        "2026-03-01T09:30:15.0001Z",
        "2026-03-01T09:30ZZ",
        "2026-03-01T09:30Z+01:00",
        "2026-03-01T09:30+01",
        "2026-03-01T09:30+0100",
        "2026-03-01T09:30+01:60",
        "2026-03-01T09:30+15:00",
        "2026-03-01T09:30+-1:00",
        "2026-03-01T09:30:15.123+1:00",
        "0001-01-01T00:00+00:01",
        "9999-12-31T23:59-00:01",
        "9999-12-31T23:59:59.999-14:00",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t time_ms;
        if (ls_time_parse(cases[i], strlen(cases[i]), &time_ms)) {
            fail_msg("accepted: %s", cases[i]);
        }
    }
}

/* Every beginning of a whole text but the date is refused, and so is any byte behind it. */
static void parse_reads_size_bytes(void **state)
{
    static const char text[] = "2026-03-01T09:30:15.123+01:00";
    (void)state;
    for (size_t size = 0; size < sizeof text; size++) {
        int64_t time_ms;
        bool whole = size == strlen("2026-03-01") || size == strlen(text);
        assert_int_equal(ls_time_parse(text, size, &time_ms), whole);
    }
}

static void times_of_day(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } cases[] = {
        {"00:00", 0},
        {"00:00:00.001", 1},
        {"06:30:15", 23415000},
        {"18:00", 64800000},
        {"23:59", 86340000},
        {"23:59:59.999", 86399999},
        {"23:59:59.9", 86399900},
        {"", -1},
        {"18", -1},
        {"18:", -1},
        {"6:30", -1},
        {"24:00", -1},
        {"18:60", -1},
        {"18:00:60", -1},
        {"18:00:", -1},
        {"18:00:00.", -1},
        {"18:00:00.0001", -1},
        {"18:00Z", -1},
        {" 18:00", -1},
        {"18:00 ", -1},
        {"-18:00", -1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ms;
        bool fine = ls_time_of_day_parse(cases[i].text, strlen(cases[i].text), &ms);
        assert_int_equal(fine, cases[i].ms >= 0);
        assert_true(!fine || ms == cases[i].ms);
        for (size_t size = 0; fine && size < strlen(cases[i].text); size++) {
            bool whole = size == strlen("hh:mm") || size == strlen("hh:mm:ss") ||
                         size > strlen("hh:mm:ss.");
            assert_int_equal(ls_time_of_day_parse(cases[i].text, size, &ms), whole);
        }
    }
}

static void durations_are_written(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{0, "0"},
                 {1, "1ms"},
                 {500, "500ms"},
                 {60000, "1m"},
                 {5400000, "1h30m"},
                 {90061001, "1d1h1m1s1ms"},
                 {-1500, "-1s500ms"},
                 {INT64_MAX, "106751991167d7h12m55s807ms"},
                 {INT64_MIN, "-106751991167d7h12m55s808ms"}};
    char text[LS_DURATION_TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(ls_duration_format(cases[i].ms, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_times_both_ways),
        cmocka_unit_test(a_time_outside_is_its_number),
        cmocka_unit_test(every_day_follows_the_one_before),
        cmocka_unit_test(random_times_round_trip),
        cmocka_unit_test(parse_accepts),
        cmocka_unit_test(parse_rejects),
        cmocka_unit_test(parse_reads_size_bytes),
        cmocka_unit_test(times_of_day),
        cmocka_unit_test(durations_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
