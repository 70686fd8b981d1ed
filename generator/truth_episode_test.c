#include "generator/truth_episode.h"

#include "generator/device_fixture_test.h"
#include "generator/truth_rows_test.h"

enum { EVENTS = 6000, WATCHED = 6, LISTED_MAX = 4096 };

static const char fields[] =
    "      - {name: heat, type: int, walk: {around: 50, within: 10, over: 30s}}\n"
    "      - {name: current, type: money, uniform: [1.00, 5.00]}\n";
static const char episodes[] =
    "delay: {exponential: {mean: 300ms}, max: 5s}\n"
    "faults: {late: {rate: 1/10, delay: {uniform: [1s, 20s]}, max: 20s}}\n"
    "episodes:\n"
    "  hot: {entity: device, field: heat, every: 20s, probability: 1/2, for: 4s, add: 25}\n"
    "  spike: {entity: device, field: current, every: 30s, for: 3s, times: 3.5}\n"
    "  rare: {entity: device, field: heat, every: 3650d, probability: 1/1000000, for: 1ms, add: "
    "1}\n";

struct listed {
    size_t episode;
    uint64_t n;
    int64_t begin_ms, end_ms;
};

struct list {
    size_t count;
    struct listed rows[LISTED_MAX];
};

static struct ls_cell text_of(struct ls_span *span)
{
    struct ls_cell text = {0};
    size_t size;
    assert_int_equal(ls_get_string(span, &text.bytes, &size), LS_DECODE_OK);
    text.size = (uint32_t)size;
    return text;
}

/* The list that lies in a folder. */
static void read_list(struct maker *m, const char *folder, struct list *out)
{
    char path[256];
    struct ls_container_reader *reader;
    struct ls_block block;
    int rc;
    out->count = 0;
    snprintf(path, sizeof path, "%s/episodes.avro", folder);
    assert_int_equal(ls_container_open(path, &reader, &m->base.err), 0);
    while ((rc = ls_container_next(reader, &block, &m->base.err)) > 0) {
        struct ls_span span = {block.bytes, block.bytes + block.size};
        for (uint64_t i = 0; i < block.count; i++) {
            assert_true(out->count < LISTED_MAX);
            struct listed *row = &out->rows[out->count++];
            *row = (struct listed){0};
            struct ls_cell name = text_of(&span);
            while (strlen(m->plan->episodes[row->episode].name) != name.size ||
                   memcmp(m->plan->episodes[row->episode].name, name.bytes, name.size) != 0) {
                row->episode++;
                assert_true(row->episode < m->plan->episode_count);
            }
            struct ls_cell entity = text_of(&span);
            assert_int_equal(entity.size, strlen("device"));
            assert_memory_equal(entity.bytes, "device", entity.size);
            struct ls_cell id = text_of(&span);
            row->n = number_in(&id);
            assert_int_equal(ls_get_long(&span, &row->begin_ms), LS_DECODE_OK);
            assert_int_equal(ls_get_long(&span, &row->end_ms), LS_DECODE_OK);
        }
        assert_true(span.at == span.end);
    }
    assert_int_equal(rc, 0);
    ls_container_reader_free(reader);
}

static const struct listed *find(const struct list *list, size_t episode, uint64_t n, int64_t time)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct listed *row = &list->rows[i];
        if (row->episode == episode && row->n == n && row->begin_ms <= time && time < row->end_ms) {
            return row;
        }
    }
    return NULL;
}

/* Millisecond by millisecond: a device is in an episode exactly where the list has it; and nothing
 * is in the list that the run's times do not touch. */
static void the_list_is_what_there_is(void **state)
{
    static struct list list;
    struct maker *m = *state;
    plan_device(m, "", fields, episodes);
    make_run(m, EVENTS);
    ls_truth_free(truth_of(m, EVENTS, "truth"));
    read_list(m, "truth", &list);
    int64_t first = INT64_MAX;
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < m->run.count; i++) {
        const struct ls_event *e = &m->run.events[i];
        first = e->event_time < first ? e->event_time : first;
        last = e->event_time > last ? e->event_time : last;
        assert_true(!e->episode || find(&list, e->episode - 1U, e->entity, e->event_time));
    }
    for (size_t k = 0; k < 2; k++) {
        for (uint64_t n = 0; n < WATCHED; n++) {
            const struct listed *row = NULL;
            for (int64_t time = first; time <= last; time++) {
                bool inside = ls_episode_height(&m->plan->episodes[k], n, time) > 0;
                row = row && time < row->end_ms ? row : find(&list, k, n, time);
                assert_int_equal(inside, row != NULL);
            }
        }
    }
    size_t before = 0;
    size_t behind = 0;
    for (size_t i = 0; i < list.count; i++) {
        const struct listed *row = &list.rows[i];
        assert_true(row->end_ms > first && row->begin_ms <= last && row->n < DEVICES);
        assert_int_equal(row->end_ms - row->begin_ms, row->episode == 0 ? 4000 : 3000);
        before += row->begin_ms < first;
        behind += row->end_ms > last;
        if (i) {
            const struct listed *other = row - 1;
            assert_true(
                row->episode > other->episode ||
                (row->episode == other->episode &&
                 (row->n > other->n || (row->n == other->n && row->begin_ms >= other->end_ms))));
        }
    }
    assert_true(before > 0 && behind > 0 && list.count > 100);
}

static void a_spec_without_episodes_has_no_list(void **state)
{
    struct maker *m = *state;
    plan_device(m, "", fields, "");
    ls_truth_free(truth_of(m, 100, "truth"));
    assert_true(ls_path_exists("truth/totals.json"));
    assert_false(ls_path_exists("truth/episodes.avro"));
}

static void a_run_of_nothing_has_an_empty_list(void **state)
{
    static struct list list;
    struct maker *m = *state;
    plan_device(m, "", fields, episodes);
    ls_truth_free(truth_of(m, 0, "truth"));
    read_list(m, "truth", &list);
    assert_int_equal(list.count, 0);
}

static void without_a_folder_there_is_no_list(void **state)
{
    struct maker *m = *state;
    plan_device(m, "", fields, episodes);
    ls_truth_free(truth_of(m, 1000, NULL));
    assert_false(ls_path_exists("episodes.avro"));
}

static void refused_memory_is_an_error(void **state)
{
    struct maker *m = *state;
    unsigned refused = 0;
    int rc;
    plan_device(m, "", fields, episodes);
    do {
        ls_mem_refuse(++refused);
        rc = ls_truth_episodes_write(m->plan, 0, 1000000, ".", &m->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    } while (rc != 0);
    assert_true(refused > 2);
    assert_int_equal(ls_truth_episodes_write(m->plan, 0, 1, "nowhere", &m->base.err), LS_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(the_list_is_what_there_is),
        MAKER_TEST(a_spec_without_episodes_has_no_list),
        MAKER_TEST(a_run_of_nothing_has_an_empty_list),
        MAKER_TEST(without_a_folder_there_is_no_list),
        MAKER_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
