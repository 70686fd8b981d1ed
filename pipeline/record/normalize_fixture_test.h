/* A spec whose steps look up, read local times and adjust, over tables that are files. */
#ifndef LS_RECORD_NORMALIZE_FIXTURE_TEST_H
#define LS_RECORD_NORMALIZE_FIXTURE_TEST_H

#include "core/base/civil.h"
#include "pipeline/fixture_test.h"
#include "spec/dated_cases_test.h"

static const char steps_spec[] =
    "lockstep: 1\n"
    "domain: demo\n"
    "seed: 1\n"
    "start: 1970-01-01T00:00:00Z\n"
    "arrival: [{rate: 1/s}]\n"
    "entities: {thing: {count: 3, id: \"T{n}\"}}\n"
    "event_types:\n"
    "  - name: seen\n"
    "    weight: 1\n"
    "    entity: thing\n"
    "    attributes:\n"
    "      - {name: k, type: string, const: x, nullable: 1/2}\n"
    "      - {name: kind, type: enum, choice: [A, B]}\n"
    "      - {name: at, type: timestamp, const: 2020-01-01T00:00:00Z, nullable: 1/2}\n"
    "      - {name: day, type: date, const: 2020-01-01}\n"
    "      - {name: local, type: local_timestamp, const: 2020-01-01T00:00:00Z, nullable: 1/2}\n"
    "      - {name: wall, type: local_timestamp, const: 2020-01-01T00:00:00Z}\n"
    "      - {name: ahead, type: long, const: 1, nullable: 1/2}\n"
    "      - {name: lag, type: int, const: 1}\n"
    "      - {name: ratio, type: double, uniform: [1, 2]}\n"
    "    metrics:\n"
    "      - {name: price, type: money, const: 1.00, nullable: 1/2}\n"
    "      - {name: rate, type: decimal, precision: 4, scale: 1, const: 1}\n"
    "      - {name: n, type: int, const: 1}\n"
    "reference:\n"
    "  plain: {file: plain.csv, key: k, columns: [{name: k, type: string}, "
    "{name: v, type: long}]}\n"
    "  dated:\n"
    "    file: dated.csv\n"
    "    key: k\n"
    "    valid: [begins, ends]\n"
    "    known: known\n"
    "    id: id\n"
    "    columns: [{name: id, type: string}, {name: k, type: string}, {name: begins, type: "
    "timestamp}, {name: ends, type: timestamp}, {name: known, type: timestamp}, {name: v, type: "
    "long}, {name: word, type: string}, {name: cost, type: money}, {name: on, type: date}]\n"
    "  acts:\n"
    "    file: acts.csv\n"
    "    key: k\n"
    "    happens: ex\n"
    "    id: id\n"
    "    columns: [{name: id, type: string}, {name: k, type: string}, {name: ex, type: timestamp}, "
    "{name: up, type: long}, {name: down, type: long}]\n"
    "normalize:\n"
    "  seen:\n"
    "    - {set: a_plain, lookup: {table: plain, key: k, take: v}}\n"
    "    - {set: at_event, lookup: {table: dated, key: k, take: v}}\n"
    "    - {set: at_at, lookup: {table: dated, key: k, take: word, at: at}}\n"
    "    - {set: at_day, lookup: {table: dated, key: k, take: cost, at: day}}\n"
    "    - {set: by_kind, lookup: {table: dated, key: kind, take: on}}\n"
    "    - {set: part, expr: \"price / dated.v\", scale: 2, lookup: {table: dated, key: k}}\n"
    "    - {set: inside, expr: \"event_time >= dated.begins and dated.v > at_event - 1 and "
    "dated.v < at_event + 1 and "
    "dated.cost is not null\", lookup: {table: dated, key: k}}\n"
    "    - {set: utc, to_utc: local, offset: ahead}\n"
    "    - {set: wall_utc, to_utc: wall, offset: lag}\n"
    "    - {set: zoned, to_utc: local, zone: {table: dated, key: k, take: v}}\n"
    "    - {set: adjusted, adjust: price, by: {table: acts, key: k, factor: [up, down]}}\n"
    "    - {set: rate, adjust: rate, by: {table: acts, key: k, factor: [down, up], at: at}}\n"
    "    - {set: square, expr: \"ahead * ahead\", scale: 2}\n"
    "    - {set: n_day, adjust: n, by: {table: acts, key: kind, factor: [up, down], at: day}}\n"
    "pipeline:\n"
    "  watermark: {delay: 2s}\n"
    "  dedupe: {horizon: 5s}\n";

/* Raw columns. */
enum {
    CELL_K = LS_COLUMN_PAYLOAD,
    CELL_KIND,
    CELL_AT,
    CELL_DAY,
    CELL_LOCAL,
    CELL_WALL,
    CELL_AHEAD,
    CELL_LAG,
    CELL_RATIO,
    CELL_PRICE,
    CELL_RATE,
    CELL_N
};

static inline const char *time_or_not(int64_t time_ms, char out[LS_TIME_TEXT_MAX])
{
    out[0] = '\0';
    if (time_ms != NEVER) {
        ls_time_format(time_ms, out);
    }
    return out;
}

static inline void write_text(struct pipe *p, const char *path, const char *text)
{
    FINE(p, ls_file_replace(path, text, strlen(text), &p->base.err));
}

/* Of a row with v = 7 the others are word `w7`, cost 0.07, on 1970-01-08. */
static inline void write_dated(struct pipe *p, const struct dated_row *rows, size_t count)
{
    char text[8192];
    size_t used = (size_t)snprintf(text, sizeof text, "id,k,begins,ends,known,v,word,cost,on\n");
    for (size_t i = 0; i < count; i++) {
        char times[3][LS_TIME_TEXT_MAX];
        char v[32] = "";
        char day[LS_TIME_TEXT_MAX] = "";
        if (rows[i].v != NEVER) {
            snprintf(v, sizeof v, "%lld", (long long)rows[i].v);
        }
        if (rows[i].v >= 0 && rows[i].v < 1000) {
            ls_time_format(rows[i].v * LS_DAY_MS, day);
            day[10] = '\0';
        }
        used += (size_t)snprintf(
            text + used, sizeof text - used, "%s,%s,%s,%s,%s,%s,%s%s,%s,%s\n", rows[i].id,
            rows[i].key, time_or_not(rows[i].begin, times[0]), time_or_not(rows[i].end, times[1]),
            time_or_not(rows[i].known, times[2]), v, *v ? "w" : "", v, *day ? "0.07" : "", day);
        assert_true(used < sizeof text);
    }
    write_text(p, "dated.csv", text);
}

static inline void write_acts(struct pipe *p, const struct dated_row *rows, size_t count)
{
    char text[8192];
    size_t used = (size_t)snprintf(text, sizeof text, "id,k,ex,up,down\n");
    for (size_t i = 0; i < count; i++) {
        char time[LS_TIME_TEXT_MAX];
        char numbers[2][32] = {"", ""};
        const int64_t values[2] = {rows[i].v, rows[i].w};
        for (int k = 0; k < 2; k++) {
            if (values[k] != NEVER) {
                snprintf(numbers[k], sizeof numbers[k], "%lld", (long long)values[k]);
            }
        }
        used += (size_t)snprintf(text + used, sizeof text - used, "%s,%s,%s,%s,%s\n", rows[i].id,
                                 rows[i].key, time_or_not(rows[i].begin, time), numbers[0],
                                 numbers[1]);
        assert_true(used < sizeof text);
    }
    write_text(p, "acts.csv", text);
}

static inline void load_steps(struct pipe *p, const char *text)
{
    pipe_clear(p);
    load_fine(&p->base, text, NULL);
    FINE(p, ls_reference_load(p->base.spec, ".", INT64_MAX, &p->reference, &p->base.err));
    FINE(p,
         ls_record_plan_new(p->base.spec, &p->reference, &p->plan, &p->base.report, &p->base.err));
}

static inline int steps_setup(void **state)
{
    struct pipe *p = calloc(1, sizeof *p);
    *state = p;
    if (!p || fixture_begin(&p->base) < 0) {
        return -1;
    }
    write_text(p, "plain.csv", "v,k\n7,A\n,B\n");
    write_dated(p, NULL, 0);
    write_acts(p, NULL, 0);
    load_steps(p, steps_spec);
    return 0;
}

#define STEPS_TEST(test) cmocka_unit_test_setup_teardown(test, steps_setup, pipe_teardown)

/* The step that sets a field. */
static inline const struct ls_record_set *set_of(const struct pipe *p, const char *field)
{
    const struct ls_topic_plan *topic = &p->plan->topics[0];
    for (size_t i = 0; i < topic->set_count; i++) {
        if (strcmp(topic->sets[i].field, field) == 0) {
            return &topic->sets[i];
        }
    }
    fail_msg("no step sets %s", field);
    return NULL;
}

#endif
