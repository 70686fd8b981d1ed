/* Logs of hostile records, as draws decide: times at every edge that decides a fate, copies,
 * damage, skew, empty partitions. */
#ifndef LS_PIPELINE_HOSTILE_TEST_H
#define LS_PIPELINE_HOSTILE_TEST_H

#include "core/base/civil.h"
#include "core/base/draw.h"
#include "pipeline/fixture_test.h"
#include "spec/heartbeat.h"

enum {
    KEPT = 64,   /* messages of a partition that copies are made of */
    RECENT = 16, /* ids and times that others take over or stand beside */
    MESSAGES_MAX = 48,
    LARGE = 1500
};

/* Draws of one log. */
struct draws {
    uint64_t key, count;
};

static inline int64_t below(struct draws *d, int64_t n)
{
    return (int64_t)ls_below(ls_word(d->key, 0, d->count++), (uint64_t)n);
}

static inline bool one_in(struct draws *d, int64_t n)
{
    return below(d, n) == 0;
}

struct scribe {
    struct pipe *p;
    struct draws *d;
    struct ls_log *log;
    struct message kept[KEPT];
    size_t kept_count;
    struct {
        int id;
        int64_t event_time;
    } recent[RECENT]; /* of any partition of any topic */
    int next_id;
    int64_t now, highest; /* ingest_time of the last record, and of all */
    int64_t grain;        /* times are multiples of it: the coarser, the more of them meet */
    bool large;
};

static inline const struct ls_spec_pipeline *settings(const struct scribe *s)
{
    return s->p->plan->spec->pipeline;
}

/* A length of time that decides something in a view: of a window, a gap, a look back. */
static inline int64_t span_of(struct scribe *s, const struct ls_view *view)
{
    const int64_t spans[] = {view->size_ms, view->every_ms, view->gap_ms,
                             view->over_ms, view->step_ms,  view->within_ms};
    return spans[below(s->d, sizeof spans / sizeof *spans)];
}

/* An event time near an edge of some view: of a window, or as far from another record as a view
 * looks. */
static inline int64_t time_at_edge(struct scribe *s, int64_t watermark)
{
    const struct ls_view *view = &s->p->views->views[below(s->d, (int64_t)s->p->views->count)];
    int64_t span = span_of(s, view);
    int64_t edge = below(s->d, 3) - 1;
    if (view->kind == LS_VIEW_WINDOWS && one_in(s->d, 2)) {
        int64_t number = ls_floor_div(watermark - view->offset_ms, view->every_ms);
        return (one_in(s->d, 2) ? ls_view_start(view, number) : ls_view_end(view, number)) + edge;
    }
    return s->recent[below(s->d, RECENT)].event_time + (one_in(s->d, 3) ? -span : span) + edge;
}

/* An event time near one of the edges that decide a record's fate. */
static inline int64_t event_time(struct scribe *s, uint32_t topic)
{
    int64_t delay = s->p->plan->topics[topic].watermark_delay_ms;
    int64_t watermark = (s->now > s->highest ? s->now : s->highest) - delay;
    int64_t edge = below(s->d, 3) - 1;
    switch (below(s->d, 14)) {
    case 10:
    case 11:
    case 12:
        return time_at_edge(s, watermark);
    case 13: /* of another record, to the millisecond */
        return s->recent[below(s->d, RECENT)].event_time;
    case 0: /* of a window of 1, 2 or 3 s */
        return ls_floor_div(watermark, 1000) * 1000 + edge;
    case 1: /* of a shifted window */
        return ls_floor_div(watermark - 700, 3000) * 3000 + 700 + edge;
    case 2:
        return watermark + edge;
    case 3:
        return watermark - settings(s)->dedupe->horizon_ms + edge;
    case 4:
        return s->now + settings(s)->max_ahead_ms + edge;
    case 5: /* late */
        return s->now - below(s->d, 12000);
    default:
        return s->now - below(s->d, 400);
    }
}

static inline void fill_sale(struct scribe *s, struct message *m)
{
    static const char *const items[] = {"pen", "ink", "", "p\xc3\xa9n"};
    static const char *const shops[] = {"S0", "S1", "", "S9", "s0"};
    static const char long_item[] = "a long name that fills the memory of a sorter with few of its "
                                    "kind; nothing about it is of any interest but its length";
    m->cells[ITEM] = one_in(s->d, 12) ? null_of() : text_of(items[below(s->d, 4)]);
    if (s->large) {
        m->cells[ITEM] = text_of(long_item + below(s->d, 60));
    }
    m->cells[SHOP] = one_in(s->d, 8)
                         ? null_of()
                         : text_of(shops[below(s->d, 20) ? below(s->d, 3) : 3 + below(s->d, 2)]);
    m->cells[KIND] = number_of(below(s->d, 3));
    m->cells[SEEN] = one_in(s->d, 2) ? null_of() : number_of(below(s->d, 2000) - 1000);
    m->cells[AMOUNT] = one_in(s->d, 6) ? null_of() : number_of(below(s->d, 101500) - 550);
    m->cells[UNITS] = number_of(one_in(s->d, 30) ? -1 : below(s->d, 24));
    m->cells[SCORE] = number_of(one_in(s->d, 9) ? INT64_MIN >> (8 + below(s->d, 50))
                                                : below(s->d, 7));
}

/* Either version writes it, with any value in a field that nobody reads any more; now and then the
 * older one says to be the newer. */
static inline void choose_version(struct scribe *s, struct message *m)
{
    static const char *const tills[] = {"", "then", "ever after"};
    if (s->p->plan->topics[m->topic].type->version_count > 1) {
        set_version(s->p, m, (size_t)below(s->d, 2));
        m->till = tills[below(s->d, 3)];
        m->cells[LS_COLUMN_SCHEMA_VERSION].number += m->version == 0 && one_in(s->d, 20);
    }
}

/* A visit that has a sale's fields (kinds_test.h): of any shop. */
static inline void fill_kinds(struct scribe *s, struct message *m)
{
    static const char *const shops[] = {"S0", "S1", "S2"};
    const struct ls_layout *layout = s->p->plan->topics[m->topic].type->layout;
    fill_sale(s, m);
    m->cells[LS_COLUMN_ENTITY_ID] = text_of(shops[below(s->d, 3)]);
    m->cells[VIP] = number_of(below(s->d, 2));
    m->cells[PRICE] = one_in(s->d, 5) ? null_of() : number_of(below(s->d, 90000) - 30000);
    m->cells[SCORE] = one_in(s->d, 5) ? null_of() : m->cells[SCORE];
    for (size_t c = LS_COLUMN_PAYLOAD; c < layout->count; c++) {
        if (m->cells[c].is_null && !layout->columns[c].nullable) {
            m->cells[c] = number_of(below(s->d, 9));
        }
    }
}

/* Now and then the id of another record, and its time: only topic and partition tell them apart. */
static inline void take_over(struct scribe *s, struct message *m)
{
    size_t at = (size_t)below(s->d, RECENT);
    if (s->recent[at].id && one_in(s->d, 6)) {
        snprintf(m->id, sizeof m->id, "id-%d", s->recent[at].id);
        m->cells[LS_COLUMN_EVENT_ID] = text_of(m->id);
        m->cells[LS_COLUMN_EVENT_TIME].number = s->recent[at].event_time;
    } else if (m->cells[LS_COLUMN_EVENT_TIME].number >= LS_TIME_MIN_MS) {
        s->recent[at].id = s->next_id - 1;
        s->recent[at].event_time = m->cells[LS_COLUMN_EVENT_TIME].number;
    }
}

static inline bool has_kinds(const struct scribe *s)
{
    return s->p->plan->topics[SALE].type->layout->count > SALE_COLUMNS;
}

/* Times, ids and fields; now and then wrong ones. */
static inline void fill(struct scribe *s, struct message *m, uint32_t topic)
{
    s->now += one_in(s->d, 3) ? 0 : below(s->d, one_in(s->d, 15) ? 9000 : 300);
    s->now = ls_floor_div(s->now, s->grain) * s->grain;
    int64_t ingest = one_in(s->d, 10) ? s->now - below(s->d, 900) : s->now;
    begin_message(s->p, m, topic, s->next_id++, ingest);
    m->cells[LS_COLUMN_EVENT_TIME] = number_of(ls_floor_div(event_time(s, topic), s->grain) *
                                               s->grain);
    if (one_in(s->d, 25)) { /* by exactly max_skew, and by one more */
        int64_t skew = settings(s)->max_skew_ms + below(s->d, 2);
        m->raw.timestamp_ms += one_in(s->d, 2) ? skew : -skew;
    }
    if (one_in(s->d, 40)) {
        m->raw.timestamp_ms = -1; /* none: nothing to compare with */
        m->cells[LS_COLUMN_INGEST_TIME].number += below(s->d, 4000);
    }
    if (one_in(s->d, 60)) {
        m->raw.timestamp_ms = -1;
        m->cells[LS_COLUMN_INGEST_TIME].number = one_in(s->d, 2) ? LS_TIME_MAX_MS + 1 : INT64_MIN;
        m->cells[LS_COLUMN_EVENT_TIME].number = INT64_MIN;
    }
    choose_version(s, m);
    m->cells[LS_COLUMN_SCHEMA_VERSION].number += one_in(s->d, 50);
    take_over(s, m);
    if (has_kinds(s)) {
        fill_kinds(s, m);
    } else if (topic == SALE) {
        fill_sale(s, m);
    } else {
        m->cells[PAGES] = number_of(below(s->d, 9));
        m->cells[LS_COLUMN_ENTITY_ID] = text_of(one_in(s->d, 2) ? "S1" : "S2");
    }
    encode(s->p, m);
}

/* A copy of an earlier message: the same, padded, or another payload. */
static inline void copy(struct scribe *s, struct message *m)
{
    *m = s->kept[below(s->d, (int64_t)s->kept_count)];
    m->cells[LS_COLUMN_EVENT_ID].bytes = (const uint8_t *)m->id;
    m->cells[LS_COLUMN_INGEST_TIME].number = m->raw.timestamp_ms = s->now;
    if (one_in(s->d, 3)) {
        m->cells[m->topic == SALE || has_kinds(s) ? UNITS : PAGES].number ^= 1;
    }
    choose_version(s, m);
    encode(s->p, m);
    if (one_in(s->d, 4) &&
        !has_kinds(s)) { /* the last field is a number of one byte: a padded one is the same */
        m->value[m->raw.value_size - 1] |= 0x80;
        m->value[m->raw.value_size++] = 0;
    }
}

/* Damage to the bytes: anything may come of it. */
static inline void damage(struct scribe *s, struct message *m)
{
    switch (below(s->d, 8)) {
    case 0:
        m->raw.value_size = (size_t)below(s->d, (int64_t)m->raw.value_size);
        break;
    case 1:
        m->value[below(s->d, (int64_t)m->raw.value_size)] ^= (uint8_t)(1 + below(s->d, 255));
        break;
    case 2:
        m->value[m->raw.value_size++] = (uint8_t)below(s->d, 256);
        break;
    case 3:
        m->value[2 + below(s->d, 8)] ^= 0x10; /* the schema's name */
        break;
    case 4:
        m->raw.value = NULL; /* a tombstone */
        m->raw.value_size = 0;
        break;
    case 5:
        m->raw.key = NULL;
        m->raw.key_size = 0;
        break;
    case 6:
        m->raw.key = (const uint8_t *)"S";
        m->raw.key_size = (size_t)below(s->d, 2);
        break;
    default:
        m->cells[LS_COLUMN_EVENT_ID].size = 0;
        encode(s->p, m);
        break;
    }
}

/* A heartbeat of now, or one that is none: its time off by exactly max_skew and by one more, ahead
 * of what is known, outside the years, with a key, cut, with a byte too many. */
static inline void put_heartbeat(struct scribe *s, uint32_t topic, uint32_t partition)
{
    uint8_t value[LS_HEARTBEAT_SIZE_MAX + 1] = {0};
    int64_t time_ms = s->now;
    struct ls_log_record raw = {.timestamp_ms = s->now, .value = value};
    switch (below(s->d, 12)) {
    case 0:
        time_ms += settings(s)->max_skew_ms + below(s->d, 2);
        break;
    case 1:
        time_ms -= settings(s)->max_skew_ms + below(s->d, 2);
        break;
    case 2:
        raw.timestamp_ms = -1;
        time_ms = one_in(s->d, 2) ? LS_TIME_MIN_MS - 1 : s->now + below(s->d, 4000);
        break;
    case 3:
        raw.key = (const uint8_t *)"S0";
        raw.key_size = (size_t)below(s->d, 3);
        break;
    case 4:
        time_ms += below(s->d, 2000);
        break;
    default:
        break;
    }
    raw.value_size = ls_heartbeat_write(time_ms, value);
    if (one_in(s->d, 12)) {
        raw.value_size += one_in(s->d, 2) ? 1 : (size_t)-1;
    }
    value[below(s->d, LS_SINGLE_OBJECT_SIZE)] ^= one_in(s->d, 20);
    FINE(s->p, ls_log_append(s->log, topic, partition, &raw, &s->p->base.err));
}

static inline bool has_heartbeats(const struct scribe *s)
{
    return s->p->plan->spec->topics->heartbeat_ms > 0;
}

static inline void write_partition(struct scribe *s, uint32_t topic, uint32_t partition,
                                   int64_t count)
{
    static const uint8_t headers[] = {2, 2, 'h', 2, 2, 'v', 0}; /* h = v */
    struct message m;
    s->kept_count = 0;
    for (int64_t i = 0; i < count; i++) {
        if (s->kept_count && one_in(s->d, 5)) {
            s->now += below(s->d, one_in(s->d, 4) ? 7000 : 200);
            copy(s, &m);
        } else {
            fill(s, &m, topic);
            size_t place = s->kept_count < KEPT ? s->kept_count++ : (size_t)below(s->d, KEPT);
            s->kept[place] = m;
        }
        if (one_in(s->d, 12)) {
            damage(s, &m);
        }
        if (one_in(s->d, 6)) {
            m.raw.headers = headers;
            m.raw.headers_size = sizeof headers;
        }
        m.partition = partition;
        s->highest = s->now > s->highest ? s->now : s->highest;
        put(s->p, s->log, &m);
        if (has_heartbeats(s) && one_in(s->d, 3)) {
            put_heartbeat(s, topic, partition);
        }
    }
    /* an idle partition may have them all the same */
    for (int64_t i = 0; has_heartbeats(s) && count == 0 && i < MESSAGES_MAX; i++) {
        s->now += below(s->d, 900);
        put_heartbeat(s, topic, partition);
    }
}

/* A log at log:log of these draws: `partitions` of each topic, some of them empty; `large` ones of
 * long names make a sorter spill. Returns how many are empty. */
static inline size_t write_log(struct pipe *p, struct draws *d, uint32_t partitions, bool large)
{
    struct scribe *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->p = p;
    s->d = d;
    s->large = large;
    s->grain = has_kinds(s) && one_in(d, 2) ? 250 : 1;
    s->log = begin_log(p, "log:log", partitions);
    size_t empty = 0;
    int64_t start = one_in(d, 2) ? below(d, 20000) - 10000 : INT64_C(1767225600000);
    for (size_t i = 0; i < RECENT; i++) {
        s->recent[i].event_time = start;
    }
    for (uint32_t t = 0; t < TOPICS; t++) {
        for (uint32_t i = 0; i < partitions; i++) {
            int64_t count = one_in(d, has_kinds(s) ? 12 : 5) ? 0
                            : large && t == SALE             ? LARGE
                                                             : below(d, MESSAGES_MAX);
            s->now = s->highest = start + below(d, 5000);
            write_partition(s, t, i, count);
            empty += count == 0;
        }
    }
    end_log(p, s->log);
    free(s);
    return empty;
}

#endif
