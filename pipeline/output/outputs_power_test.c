/* What a run has said of its outputs outlasts a loss of power, at whatever call the process died
 * before. */
#include "core/sim/disk.h"
#include "pipeline/fixture_test.h"

enum { PARTITIONS = 2, SEEDS = 60 };

/* Outputs on a disk that can lose its power. */
struct power {
    struct ls_sim sim;
    struct ls_disk *disk;
    struct ls_outputs *outputs;
    struct ls_dataset_state *states;
};

static void begin(struct pipe *p, struct power *w, uint64_t seed)
{
    *w = (struct power){.disk = NULL};
    ls_sim_begin(&w->sim, seed);
    FINE(p, ls_disk_new(&w->sim, &w->disk, &p->base.err));
    ls_disk_mount(w->disk);
}

static void end(struct power *w)
{
    ls_outputs_free(w->outputs);
    ls_mem_free(w->states);
    ls_disk_mount(NULL);
    ls_disk_free(w->disk);
}

static int open_outputs(struct pipe *p, struct power *w)
{
    return ls_outputs_open(p->plan, p->views, PARTITIONS, "runs/out", w->states, &w->outputs,
                           &p->base.err);
}

/* Opens them in a process that dies at some call, or does not. */
static void open_and_die(struct pipe *p, struct power *w, enum ls_mishap way)
{
    w->sim.on = true;
    w->sim.hard_max = 1;
    for (int i = 0; i < LS_MISHAP_COUNT; i++) {
        struct ls_ratio ratio = {i == (int)way, 150};
        w->sim.chances[i] = ls_chance_of(ratio);
    }
    if (open_outputs(p, w) < 0) {
        assert_true(ls_disk_is_dead(w->disk));
    }
    ls_outputs_free(w->outputs);
    w->outputs = NULL;
    w->sim.on = false;
    FINE(p, ls_disk_restart(w->disk, &p->base.err));
}

/* Then in one that does not. */
static void open_twice(struct pipe *p, struct power *w)
{
    open_and_die(p, w, LS_MISHAP_KILLED);
    FINE(p, open_outputs(p, w));
}

/* As a checkpoint does. No row is pending. */
static void keep_states(struct pipe *p, struct power *w)
{
    ls_mem_free(w->states);
    w->states = ls_mem_new(w->outputs->count, sizeof *w->states, &p->base.err);
    assert_non_null(w->states);
    for (size_t i = 0; i < w->outputs->count; i++) {
        FINE(p, ls_dataset_flush(&w->outputs->sets[i], true, &w->states[i], &p->base.err));
        w->states[i].container.pending = NULL;
    }
}

static void lose_power(struct pipe *p, struct power *w)
{
    ls_outputs_free(w->outputs);
    w->outputs = NULL;
    FINE(p, ls_disk_lose_power(w->disk, &p->base.err));
}

static void append_visits(struct pipe *p, struct power *w, int count)
{
    static struct ls_record record; /* large */
    for (int i = 0; i < count; i++) {
        struct message m;
        begin_message(p, &m, VISIT, i, 5000 + i);
        ls_record_examine(p->plan, &p->plan->topics[VISIT], &m.raw, &record);
        ls_record_normalize(&p->plan->topics[VISIT], 0, (uint64_t)i, 3000, &record);
        FINE(p, ls_outputs_normalized(w->outputs, VISIT, 0, &record, &p->base.err));
    }
}

static void finish(struct pipe *p, struct power *w)
{
    static const struct ls_partition_counts none[TOPICS * PARTITIONS];
    const struct ls_run_facts facts = {.mode = "batch"};
    FINE(p, ls_outputs_finish(w->outputs, none, &facts, &p->base.err));
}

static void test_what_has_ended_is_there(void **state)
{
    struct pipe *p = *state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct power w;
        struct ls_tree_sum before;
        struct ls_tree_sum after;
        begin(p, &w, seed);
        open_twice(p, &w);
        append_visits(p, &w, 300);
        finish(p, &w);
        FINE(p, ls_tree_sha256("runs/out", &before, &p->base.err));
        lose_power(p, &w);
        FINE(p, ls_tree_sha256("runs/out", &after, &p->base.err));
        assert_memory_equal(&before, &after, sizeof before);
        end(&w);
    }
}

/* Also where the process that made the folders died before it could sync them. */
static void test_what_was_flushed_can_be_gone_on_with(void **state)
{
    struct pipe *p = *state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct power w;
        begin(p, &w, seed);
        open_twice(p, &w);
        keep_states(p, &w);
        append_visits(p, &w, 300);
        lose_power(p, &w);
        FINE(p, open_outputs(p, &w));
        end(&w);
    }
}

/* Sums, manifest and summary of a run that is gone on with: none comes back beside datasets that
 * are others by then. */
static void test_what_was_removed_stays_away(void **state)
{
    static const char *const claims[] = {"runs/out/datasets/SHA256SUMS", "runs/out/manifest.json",
                                         "runs/out/summary.json"};
    struct pipe *p = *state;
    unsigned others = 0;
    for (uint64_t seed = 0; seed < (uint64_t)4 * SEEDS; seed++) {
        struct power w;
        struct ls_tree_sum whole;
        struct ls_tree_sum found;
        begin(p, &w, seed);
        FINE(p, open_outputs(p, &w));
        keep_states(p, &w);
        append_visits(p, &w, 300);
        finish(p, &w);
        ls_outputs_free(w.outputs);
        FINE(p, ls_tree_remove("runs/out/datasets/SHA256SUMS", &p->base.err));
        FINE(p, ls_tree_sha256("runs/out/datasets", &whole, &p->base.err));
        FINE(p, ls_file_replace("runs/out/datasets/SHA256SUMS", "", 0, &p->base.err));
        open_and_die(p, &w, LS_MISHAP_POWER_LOST);
        bool claimed = false;
        for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
            claimed = claimed || ls_path_exists(claims[i]);
        }
        FINE(p, ls_tree_remove("runs/out/datasets/SHA256SUMS", &p->base.err));
        FINE(p, ls_tree_sha256("runs/out/datasets", &found, &p->base.err));
        bool same = memcmp(&whole, &found, sizeof whole) == 0;
        assert_true(same || !claimed);
        others += !same;
        end(&w);
    }
    assert_true(others > SEEDS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_what_has_ended_is_there),
        PIPE_TEST(test_what_was_flushed_can_be_gone_on_with),
        PIPE_TEST(test_what_was_removed_stays_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
