/* G1, G8: a spec has one run, however it is made: whole, in slices, by threads, in shards, in two
 * goes. Over random specs. */
#include "generator/generate_fixture_test.h"
#include "generator/random_spec_test.h"

enum { SPECS = 24, EVENTS = 3000 };

struct bench {
    struct maker *m;
    struct random_spec spec;
    uint64_t number;
    uint64_t heartbeats, empty_shards;
};

static void plan_random(struct bench *b)
{
    static const char *const sets[2][2] = {{"topics.heartbeat=700ms", NULL}, {NULL}};
    random_spec_write(&b->spec, b->number);
    plan_fine(b->m, b->spec.text.text, sets[b->number % 2]);
}

static uint64_t any(const struct bench *b, uint64_t draw, uint64_t below)
{
    return ls_below(ls_word(ls_mix(b->number + 99), draw, 0), below);
}

/* ---- events */

static void check_slices(struct bench *b)
{
    struct kept slice = {0};
    ls_arena_init(&slice.arena, "a slice's events", 1U << 28);
    uint64_t cuts[] = {0, any(b, 0, EVENTS), any(b, 1, EVENTS), EVENTS};
    if (cuts[1] > cuts[2]) {
        uint64_t first = cuts[2];
        cuts[2] = cuts[1];
        cuts[1] = first;
    }
    for (size_t k = 0; k < 3; k++) {
        run_into(b->m, &slice, cuts[k], cuts[k + 1], 1 + (unsigned)k);
        for (size_t i = 0; i < slice.count; i++) {
            check_same_event(&slice.events[i], &b->m->run.events[cuts[k] + i]);
        }
    }
    forget(&slice);
}

/* Each event stands in the shard of its partition, in order, and nowhere else. */
static void check_shard(struct bench *b, struct ls_shard shard, uint64_t *joined)
{
    struct kept part = {0};
    unsigned threads = 1 + shard.number % 2;
    const struct ls_run run = {b->m->plan, 0, EVENTS, shard, threads, keep, NULL, &part};
    ls_arena_init(&part.arena, "a shard's events", 1U << 28);
    assert_int_equal(ls_run(&run, &b->m->base.err), 0);
    size_t at = 0;
    for (size_t i = 0; i < EVENTS; i++) {
        if (b->m->run.events[i].partition % shard.count == shard.number) {
            assert_true(at < part.count);
            check_same_event(&part.events[at++], &b->m->run.events[i]);
        }
    }
    assert_int_equal(at, part.count);
    *joined += part.count;
    b->empty_shards += part.count == 0;
    forget(&part);
}

/* ---- outputs */

static struct ls_generate job_for(struct bench *b, const char *name, struct place *place)
{
    struct ls_generate job = job_at(b->m, "log", name, place);
    job.events = EVENTS;
    return job;
}

static void check_threads(struct bench *b)
{
    struct place place;
    struct ls_generate job = job_for(b, "a", &place);
    job.threads = 2 + (unsigned)any(b, 2, 3);
    generate(b->m, &job);
    check_same_folders(b->m, "a", "whole");
    remove_folder(b->m, "a");
}

static void check_resumed(struct bench *b)
{
    struct place place;
    struct ls_generate job = job_for(b, "a", &place);
    struct stop stop = {1 + any(b, 3, EVENTS), EVENTS};
    job.threads = 1 + (unsigned)any(b, 4, 2);
    job.progress = stop_there;
    job.context = &stop;
    check_refused(b->m, &job, LS_E_INTERRUPTED, "stopped");
    job.progress = NULL;
    job.resume = true;
    job.threads = 1 + (unsigned)any(b, 5, 2);
    generate(b->m, &job);
    check_same_folders(b->m, "a", "whole");
    remove_folder(b->m, "a");
}

struct of_shard {
    struct ls_shard shard;
    struct comparison log, truth;
};

/* Files of the shard's own partitions are those of the whole run. */
static int compare_partition(struct of_shard *s, struct comparison *c, const char *relative,
                             struct ls_error *err)
{
    const char *name = strrchr(relative, '/');
    char *end = NULL;
    unsigned long partition = name ? strtoul(name + 1, &end, 10) : 0;
    bool own = name && end > name + 1 && strcmp(end, ".avro") == 0 &&
               ls_shard_has(&s->shard, (uint32_t)partition);
    return own ? compare_file(c, relative, err) : 0;
}

static int compare_log(void *context, const char *relative, struct ls_error *err)
{
    struct of_shard *s = context;
    return compare_partition(s, &s->log, relative, err);
}

static int compare_truth(void *context, const char *relative, struct ls_error *err)
{
    struct of_shard *s = context;
    return compare_partition(s, &s->truth, relative, err);
}

static void add_totals(struct ls_truth_totals *sum, const struct ls_truth_totals *totals)
{
    sum->raw += totals->raw;
    sum->heartbeats += totals->heartbeats;
    sum->late += totals->late;
    sum->jitter += totals->jitter;
    for (int r = 0; r < LS_REASON_COUNT; r++) {
        sum->by_outcome[r] += totals->by_outcome[r];
    }
}

static void check_outputs(struct bench *b, uint32_t count, const struct ls_generated *whole)
{
    struct ls_generated sum = {.events = 0};
    size_t files[2] = {0, 0};
    for (uint32_t k = 0; k < count; k++) {
        struct place place;
        struct of_shard s = {{k, count}, {"a/log", "whole/log", 0}, {"a/truth", "whole/truth", 0}};
        struct ls_generate job = job_for(b, "a", &place);
        job.shard = s.shard;
        struct ls_generated made = generate(b->m, &job);
        sum.events += made.events;
        sum.value_bytes += made.value_bytes;
        for (size_t t = 0; t < made.type_count; t++) {
            add_totals(&sum.totals[t], &made.totals[t]);
        }
        if (ls_tree_walk("a/log", compare_log, &s, &b->m->base.err) < 0 ||
            ls_tree_walk("a/truth", compare_truth, &s, &b->m->base.err) < 0) {
            fail_msg("%s", b->m->base.err.text);
        }
        files[0] += s.log.files;
        files[1] += s.truth.files;
        remove_folder(b->m, "a");
    }
    assert_true(sum.events == whole->events && sum.value_bytes == whole->value_bytes);
    assert_int_equal(files[0], b->spec.type_count * b->spec.partitions);
    assert_int_equal(files[1], files[0]);
    for (size_t t = 0; t < whole->type_count; t++) {
        assert_memory_equal(&sum.totals[t], &whole->totals[t], sizeof sum.totals[t]);
        b->heartbeats += sum.totals[t].heartbeats;
    }
}

static void every_spec_has_one_run(void **state)
{
    static const uint32_t counts[] = {1, 2, 3, 8};
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->m = *state;
    for (b->number = 0; b->number < SPECS; b->number++) {
        struct place place;
        plan_random(b);
        make_run(b->m, EVENTS);
        check_slices(b);
        const struct ls_generate job = job_for(b, "whole", &place);
        const struct ls_generated whole = generate(b->m, &job);
        assert_int_equal(whole.events, EVENTS);
        check_threads(b);
        check_resumed(b);
        for (size_t c = 0; c < 4; c++) {
            uint64_t joined = 0;
            for (uint32_t k = 0; k < counts[c]; k++) {
                check_shard(b, (struct ls_shard){k, counts[c]}, &joined);
            }
            assert_int_equal(joined, EVENTS);
        }
        check_outputs(b, counts[b->number / 2 % 4], &whole);
        remove_folder(b->m, "whole");
    }
    assert_true(b->heartbeats > 1000 && b->empty_shards > 10);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAKER_TEST(every_spec_has_one_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
