/* What the tests of this folder begin with: a plan from a spec's text, and its events kept. */
#ifndef LS_GENERATOR_FIXTURE_TEST_H
#define LS_GENERATOR_FIXTURE_TEST_H

#include "generator/run.h"
#include "spec/fixture_test.h"
#include "spec/sample_test.h"

/* Events with their bytes. */
struct kept {
    struct ls_arena arena;
    struct ls_event *events;
    size_t count;
    size_t capacity;
};

struct maker {
    struct fixture base;
    struct ls_plan *plan;
    struct ls_event_scratch scratch;
    uint8_t *room;
    struct kept run;
};

static inline int setup(void **state)
{
    struct maker *m = calloc(1, sizeof *m);
    *state = m;
    if (!m) {
        return -1;
    }
    ls_arena_init(&m->run.arena, "test events", 1U << 30);
    return fixture_begin(&m->base);
}

static inline void forget(struct kept *kept)
{
    ls_arena_clear(&kept->arena);
    free(kept->events);
    kept->events = NULL;
    kept->count = kept->capacity = 0;
}

static inline int teardown(void **state)
{
    struct maker *m = *state;
    forget(&m->run);
    free(m->room);
    ls_plan_free(m->plan);
    int rc = fixture_end(&m->base);
    free(m);
    return rc;
}

#define MAKER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* What ls_plan_new answers; the report is in m->base. */
static inline int plan_text(struct maker *m, const char *text, const char *const *sets)
{
    ls_plan_free(m->plan);
    m->plan = NULL;
    load_fine(&m->base, text, sets);
    return ls_plan_new(m->base.spec, &m->plan, &m->base.report, &m->base.err);
}

static inline const struct ls_plan *plan_fine(struct maker *m, const char *text,
                                              const char *const *sets)
{
    if (plan_text(m, text, sets) < 0 || m->base.report.size) {
        fail_msg("%s\n%.*s", m->base.err.text, (int)m->base.report.size,
                 (const char *)m->base.report.data);
    }
    free(m->room);
    m->room = malloc(ls_event_value_max(m->plan));
    assert_non_null(m->room);
    return m->plan;
}

/* A text with one mistake each loads, and is refused when it is planned. */
static inline void check_plan_mistakes(struct maker *m, const char *sound,
                                       const struct mistake *cases, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        char *text = changed(sound, cases[k].find, cases[k].replacement);
        if (plan_text(m, text, NULL) == 0) {
            fail_msg("%s was expected: %s", cases[k].rule, cases[k].replacement);
        }
        check_mistake(&m->base, sound, &cases[k]);
        assert_int_equal(m->base.err.code, LS_E_DATA);
        assert_string_equal(m->base.err.text, "the spec cannot be generated: 1 error");
        assert_null(m->plan);
        free(text);
    }
}

#define CHECK_PLAN_MISTAKES(m, sound, ...)                                                         \
    check_plan_mistakes(m, sound, (const struct mistake[])__VA_ARGS__,                             \
                        sizeof((const struct mistake[])__VA_ARGS__) / sizeof(struct mistake))

#define SETS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A spec that is being written. */
struct text {
    char text[32 << 10];
    size_t size;
};

static inline void add(struct text *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void add(struct text *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = vsnprintf(out->text + out->size, sizeof out->text - out->size, format, args);
    va_end(args);
    assert_true(size >= 0 && (size_t)size < sizeof out->text - out->size);
    out->size += (size_t)size;
}

/* Event i by itself; its value is borrowed until the next one. */
static inline struct ls_event make(struct maker *m, uint64_t i)
{
    struct ls_event event;
    memset(&event, 0xa5, sizeof event);
    memset(&m->scratch, 0, sizeof m->scratch);
    ls_event_make(m->plan, i, &m->scratch, m->room, &event);
    return event;
}

static inline const uint8_t *keep_bytes(struct kept *kept, const void *bytes, size_t size,
                                        struct ls_error *err)
{
    const char *copy = ls_arena_text(&kept->arena, bytes, size, err);
    assert_non_null(copy);
    return (const uint8_t *)copy;
}

static inline int keep(void *context, const struct ls_event *event, struct ls_error *err)
{
    struct kept *kept = context;
    if (kept->count == kept->capacity) {
        kept->capacity = kept->capacity ? 2 * kept->capacity : 1024;
        kept->events = realloc(kept->events, kept->capacity * sizeof *kept->events);
        assert_non_null(kept->events);
    }
    struct ls_event *out = &kept->events[kept->count++];
    *out = *event;
    out->value = keep_bytes(kept, event->value, event->value_size, err);
    uintptr_t at = (uintptr_t)event->key - (uintptr_t)event->value;
    bool whole = at < event->value_size && event->key_size <= event->value_size - at;
    out->key = whole ? out->value + at /* where it stands in the value */
                     : keep_bytes(kept, event->key, event->key_size, err);
    out->event_id = (const char *)keep_bytes(kept, event->event_id, LS_EVENT_ID_SIZE, err);
    return 0;
}

static inline void run_into(struct maker *m, struct kept *out, uint64_t first, uint64_t end,
                            unsigned threads)
{
    forget(out);
    const struct ls_run run = {m->plan, first, end, {0, 0}, threads, keep, NULL, out};
    if (ls_run(&run, &m->base.err) < 0) {
        fail_msg("%s", m->base.err.text);
    }
    assert_int_equal(out->count, end - first);
}

/* The first `count` events, in m->run. */
static inline void make_run(struct maker *m, uint64_t count)
{
    run_into(m, &m->run, 0, count, 1);
}

static inline void check_same_event(const struct ls_event *a, const struct ls_event *b)
{
    bool same = a->index == b->index && a->original == b->original && a->type == b->type &&
                a->fault == b->fault && a->late == b->late && a->jitter == b->jitter &&
                a->episode == b->episode && a->height == b->height &&
                a->partition == b->partition && a->timestamp_ms == b->timestamp_ms &&
                a->ingest_time == b->ingest_time && a->event_time == b->event_time &&
                memcmp(a->event_id, b->event_id, LS_EVENT_ID_SIZE) == 0 &&
                a->key_size == b->key_size && memcmp(a->key, b->key, a->key_size) == 0 &&
                a->value_size == b->value_size && memcmp(a->value, b->value, a->value_size) == 0;
    if (!same) {
        fail_msg("event %llu differs", (unsigned long long)a->index);
    }
}

#endif
