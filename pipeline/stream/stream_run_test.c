#include "pipeline/stream/stream_run.h"

#include "pipeline/hostile_test.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

#define WHOLE "whole" /* what an undisturbed run of log:log leaves */

/* Stops a run after so many rounds, the way a kill does: what is not in the files is lost. */
struct stop {
    unsigned workers; /* 0: one */
    unsigned rounds;  /* 0: never */
    int code;
    const char *copy_to; /* a copy of the folder `out` is made here, then the run goes on */
    bool no_checkpoints; /* but at the end */
};

static int copy_file(void *context, const char *name, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf bytes;
    ls_buf_init(&bytes, "file", 64U << 20);
    int rc = read_below("out", name, &bytes, err);
    rc = rc < 0 ? rc : ls_path_join(path, context, name, err);
    rc = rc < 0 ? rc : ls_folder_make_above(path, err);
    rc = rc < 0 ? rc : ls_file_replace(path, bytes.data, bytes.size, err);
    ls_buf_clear(&bytes);
    return rc;
}

static int stop_here(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    struct stop *stop = context;
    assert_true(done <= total);
    if (stop->rounds == 0 || --stop->rounds > 0) {
        return 0;
    }
    if (stop->copy_to) {
        char *place = ls_mem_copy(stop->copy_to, strlen(stop->copy_to), err);
        int rc = ls_tree_walk("out", copy_file, place, err);
        ls_mem_free(place);
        return rc;
    }
    return ls_error_set(err, stop->code, "stopped by the test");
}

static int run(struct pipe *p, const char *to, struct stop *stop, struct ls_stream_result *result)
{
    char state[256];
    snprintf(state, sizeof state, "%s/state", to);
    const struct ls_stream_job job = {.plan = p->plan,
                                      .views = p->views,
                                      .from = "log:log",
                                      .to = to,
                                      .state = state,
                                      .workers = stop->workers ? stop->workers : 1,
                                      .batch = 2,
                                      .order = LS_ORDER_ROUND,
                                      .checkpoint_records = stop->no_checkpoints ? 0 : 7,
                                      .progress = stop_here,
                                      .context = stop};
    return ls_stream_run(&job, result, &p->base.err);
}

/* To the end; the datasets must be those of the undisturbed run. */
static struct ls_stream_result finish(struct pipe *p, const char *to)
{
    struct stop never = {0};
    struct ls_stream_result result;
    FINE(p, run(p, to, &never, &result));
    char datasets[256];
    snprintf(datasets, sizeof datasets, "%s/datasets", to);
    assert_string_equal(difference(p, datasets, WHOLE "/datasets"), "");
    return result;
}

/* A run that ended after so many rounds; false when there were not so many. */
static bool stopped(struct pipe *p, unsigned rounds, int code)
{
    struct stop stop = {.rounds = rounds, .code = code};
    struct ls_stream_result result;
    FINE(p, ls_tree_remove("out", &p->base.err));
    int rc = run(p, "out", &stop, &result);
    if (rc == 0) {
        return false;
    }
    assert_int_equal(rc, code);
    assert_string_equal(p->base.err.text, "stopped by the test");
    assert_false(ls_path_exists("out/summary.json"));
    assert_false(ls_path_exists("out/datasets/SHA256SUMS"));
    return true;
}

static void make_log(struct pipe *p, uint64_t seed)
{
    struct draws d = {ls_stream_key(seed, "restarts"), 0};
    FINE(p, ls_tree_remove("log", &p->base.err));
    write_log(p, &d, 2, false);
}

static int setup(void **state)
{
    struct stop never = {0};
    struct ls_stream_result result;
    int rc = pipe_setup(state);
    if (rc == 0) {
        make_log(*state, 4);
        rc = run(*state, WHOLE, &never, &result);
    }
    return rc;
}

#define RUN_TEST(test) cmocka_unit_test_setup_teardown(test, setup, pipe_teardown)

/* ---- the newest files of a state folder */

struct newest {
    char names[2][64]; /* the last and the one before; empty: none */
    unsigned count;
};

static int note_checkpoint(void *context, const char *name, struct ls_error *err)
{
    struct newest *newest = context;
    (void)err;
    if (strstr(name, ".ckpt") && !strstr(name, ".tmp")) {
        memcpy(newest->names[1], newest->names[0], sizeof newest->names[0]);
        snprintf(newest->names[0], sizeof newest->names[0], "out/state/%s", name);
        newest->count++;
    }
    return 0;
}

static struct newest checkpoints(struct pipe *p)
{
    struct newest newest = {0};
    FINE(p, ls_tree_walk("out/state", note_checkpoint, &newest, &p->base.err));
    return newest;
}

static off_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_size : -1;
}

static void flip(const char *path, off_t at)
{
    uint8_t byte;
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x20;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

/* ---- tests */

static void test_stopped_after_every_round(void **state)
{
    struct pipe *p = *state;
    uint64_t restarts = 0;
    unsigned rounds = 1;
    for (; stopped(p, rounds, LS_E_IO); rounds++) {
        unsigned count = checkpoints(p).count;
        struct ls_stream_result result = finish(p, "out");
        assert_int_equal(result.facts.restarts, count > 0);
        assert_int_equal(result.damaged, 0);
        restarts += result.facts.restarts;
    }
    assert_true(rounds > 8 && restarts > 4);
}

static void test_stopped_again_and_again(void **state)
{
    struct pipe *p = *state;
    struct ls_stream_result result;
    FINE(p, ls_tree_remove("out", &p->base.err));
    for (int i = 0; i < 30; i++) { /* two records a round and more: there is a checkpoint in four */
        struct stop stop = {.rounds = 4, .code = LS_E_IO};
        if (run(p, "out", &stop, &result) == 0) {
            assert_true(i > 2);
            assert_int_equal(result.facts.restarts, i);
            finish(p, "out"); /* a run that is over has nothing to read and ends the same */
            return;
        }
    }
    fail_msg("a run that is stopped after four rounds never ends");
}

/* What a killed machine may leave: output files longer than the checkpoint says, with anything
 * behind; a checkpoint half written beside its place. */
static int scribble(void *context, const char *name, struct ls_error *err)
{
    static const uint8_t rubbish[] = {2, 0xff, 0, 0x81, 0x7f, 3, 3, 3, 3};
    char path[LS_PATH_MAX];
    (void)context;
    int rc = ls_path_join(path, "out/datasets", name, err);
    int fd = rc < 0 ? -1 : open(path, O_WRONLY | O_APPEND);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, rubbish, sizeof rubbish), sizeof rubbish);
    close(fd);
    return 0;
}

static void test_torn_files(void **state)
{
    struct pipe *p = *state;
    for (unsigned rounds = 1; stopped(p, rounds, LS_E_IO); rounds += 3) {
        FINE(p, ls_tree_walk("out/datasets", scribble, NULL, &p->base.err));
        FINE(p, ls_file_replace("out/state/000000000099.ckpt.tmp", "LSCKPT01", 8, &p->base.err));
        finish(p, "out");
    }
}

/* The state as it was at every moment, while the run went on. */
static void test_copies_of_every_moment(void **state)
{
    struct pipe *p = *state;
    struct ls_stream_result result;
    for (unsigned rounds = 2; rounds < 20; rounds += 4) {
        struct stop stop = {.rounds = rounds, .copy_to = "moment"};
        FINE(p, ls_tree_remove("out", &p->base.err));
        FINE(p, ls_tree_remove("moment", &p->base.err));
        FINE(p, run(p, "out", &stop, &result));
        if (!ls_path_exists("moment")) {
            break;
        }
        assert_int_equal(finish(p, "moment").facts.restarts, 1);
    }
}

/* Records of log:log in the first `most` of each partition. */
static uint64_t count_first(struct pipe *p, uint64_t most)
{
    struct ls_log *log;
    uint64_t count = 0;
    FINE(p, ls_log_open("log:log", false, &log, &p->base.err));
    for (uint32_t i = 0; i < 2 * TOPICS; i++) {
        uint64_t there = ls_log_count(log, i / 2, i % 2);
        count += there < most ? there : most;
    }
    ls_log_close(log);
    return count;
}

static void test_interrupted(void **state)
{
    struct pipe *p = *state;
    struct ls_stream_result result;
    struct stop stop = {.rounds = 7, .code = LS_E_INTERRUPTED, .no_checkpoints = true};
    uint64_t total = 0;
    FINE(p, ls_tree_remove("out", &p->base.err));
    assert_int_equal(run(p, WHOLE, &(struct stop){0}, &result), 0);
    assert_int_equal(result.records, 0); /* nothing is left of a run that is over */
    FINE(p, ls_tree_remove(WHOLE, &p->base.err));
    assert_int_equal(run(p, WHOLE, &(struct stop){0}, &result), 0);
    total = result.records;
    assert_int_equal(run(p, "out", &stop, &result), LS_E_INTERRUPTED);
    uint64_t rest = finish(p, "out").records;
    assert_true(rest > 0 && rest < total); /* what was read before the end is kept */
    assert_int_equal(total - rest, count_first(p, (uint64_t)7 * 2)); /* by twos from each */
}

/* ---- damage */

static void test_damaged_newest(void **state)
{
    struct pipe *p = *state;
    for (int truncated = 0; truncated < 2; truncated++) {
        off_t size = 1;
        for (off_t at = 0; at < size; at += 1 + size / 12) {
            assert_true(stopped(p, 12, LS_E_IO));
            struct newest newest = checkpoints(p);
            assert_true(newest.names[1][0] != '\0');
            size = size_of(newest.names[0]);
            if (truncated) {
                assert_int_equal(truncate(newest.names[0], at), 0);
            } else {
                flip(newest.names[0], at);
            }
            struct ls_stream_result result = finish(p, "out");
            assert_int_equal(result.damaged, 1);
            assert_int_equal(result.facts.restarts, 1);
        }
    }
}

/* A file that holds what another checkpoint held, whole: it is not the one that it is called. */
static void test_stale_checkpoints(void **state)
{
    struct pipe *p = *state;
    for (int newest = 0; newest < 2; newest++) { /* the last, and one that it needs */
        assert_true(stopped(p, 12, LS_E_IO));
        struct newest files = checkpoints(p);
        assert_true(files.count >= 3);
        char to[64] = "out/state/000000000002.ckpt";
        memcpy(to, newest ? files.names[0] : to, sizeof to);
        struct ls_buf bytes;
        ls_buf_init(&bytes, "checkpoint", 1U << 20);
        FINE(p, ls_file_read("out/state/000000000001.ckpt", &bytes, &p->base.err));
        FINE(p, ls_file_replace(to, bytes.data, bytes.size, &p->base.err));
        ls_buf_clear(&bytes);
        struct ls_stream_result result = finish(p, "out");
        assert_int_equal(result.damaged, newest ? 1 : files.count - 1);
        assert_int_equal(result.facts.restarts, 1);
    }
}

static void refused(struct pipe *p, int code, const char *part)
{
    struct stop never = {0};
    struct ls_stream_result result;
    assert_int_equal(run(p, "out", &never, &result), code);
    assert_int_equal(p->base.err.code, code);
    if (!strstr(p->base.err.text, part)) {
        fail_msg("expected `%s`, got: %s", part, p->base.err.text);
    }
}

static int damage_all(void *context, const char *name, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    (void)context;
    if (strstr(name, ".ckpt") && ls_path_join(path, "out/state", name, err) == 0) {
        flip(path, size_of(path) / 2);
    }
    return 0;
}

static void test_all_damaged(void **state)
{
    struct pipe *p = *state;
    assert_true(stopped(p, 12, LS_E_IO));
    assert_true(checkpoints(p).count > 1);
    FINE(p, ls_tree_walk("out/state", damage_all, NULL, &p->base.err));
    refused(p, LS_E_DATA, "checkpoints in out/state are damaged: remove the folder to begin anew");
    FINE(p, ls_tree_remove("out/state", &p->base.err));
    finish(p, "out");
}

static void test_outputs_that_do_not_fit(void **state)
{
    struct pipe *p = *state;
    static const char file[] = "out/datasets/views/all.avro";
    assert_true(stopped(p, 12, LS_E_IO));
    assert_int_equal(truncate(file, 20), 0);
    refused(p, LS_E_DATA, file);
    assert_int_equal(unlink(file), 0);
    refused(p, LS_E_NOINPUT, file);
}

/* ---- states of something else */

static void test_another_spec(void **state)
{
    struct pipe *p = *state;
    assert_true(stopped(p, 12, LS_E_IO));
    char hex[2][LS_HEX_MAX];
    ls_hex(p->plan->job.bytes, LS_SHA256_SIZE, hex[0]);
    pipe_plan(p, pipe_spec, SETS("pipeline.dedupe.horizon=6s"));
    ls_hex(p->plan->job.bytes, LS_SHA256_SIZE, hex[1]);
    char expected[256];
    snprintf(expected, sizeof expected,
             "the checkpoints in out/state were written by job %.12s, this is job %.12s (another "
             "spec, schema or reference table)",
             hex[0], hex[1]);
    refused(p, LS_E_DATA, expected);
    pipe_plan(p, pipe_spec, NULL);
    finish(p, "out");
}

static void test_another_reference_table(void **state)
{
    static const struct shop others[] = {{"S0", 0, 101}};
    struct pipe *p = *state;
    assert_true(stopped(p, 12, LS_E_IO));
    write_shops(p, others, 1);
    ls_views_free(p->views);
    ls_record_plan_free(p->plan);
    ls_reference_free(&p->reference);
    FINE(p, ls_reference_load(p->base.spec, "tables", INT64_MAX, &p->reference, &p->base.err));
    FINE(p,
         ls_record_plan_new(p->base.spec, &p->reference, &p->plan, &p->base.report, &p->base.err));
    FINE(p, ls_views_new(p->plan, &p->views, &p->base.report, &p->base.err));
    refused(p, LS_E_DATA, "were written by job");
}

static void test_another_log(void **state)
{
    struct pipe *p = *state;
    assert_true(stopped(p, 12, LS_E_IO));
    FINE(p, ls_tree_remove("log", &p->base.err));
    end_log(p, begin_log(p, "log:log", 2));
    refused(p, LS_E_DATA, "the checkpoint is past the end of partition 0 of raw.demo.sale (");
    FINE(p, ls_tree_remove("log", &p->base.err));
    end_log(p, begin_log(p, "log:log", 3));
    refused(p, LS_E_DATA, "the checkpoint is of a log with other partitions");
}

/* Sales dealt to two partitions; `changed` has another value. */
static void write_sales(struct pipe *p, int count, int changed)
{
    FINE(p, ls_tree_remove("log", &p->base.err));
    struct ls_log *log = begin_log(p, "log:log", 2);
    for (int i = 0; i < count; i++) {
        struct message m;
        begin_message(p, &m, SALE, i, INT64_C(170) * i);
        m.partition = (uint32_t)(i % 2);
        if (i == changed) {
            m.cells[UNITS].number ^= 1;
            encode(p, &m);
        }
        put(p, log, &m);
    }
    end_log(p, log);
}

/* A longer log, but the last record that was read of a partition is another. */
static void test_other_records(void **state)
{
    struct pipe *p = *state;
    struct stop never = {0};
    struct ls_stream_result result;
    for (int partition = 0; partition < 2; partition++) {
        FINE(p, ls_tree_remove("out", &p->base.err));
        write_sales(p, 40, -1);
        FINE(p, run(p, "out", &never, &result));
        write_sales(p, 60, 38 + partition);
        char expected[128];
        snprintf(expected, sizeof expected,
                 "the checkpoint is of another log: record 19 of partition %d of raw.demo.sale is "
                 "not the one that was read",
                 partition);
        refused(p, LS_E_DATA, expected);
        assert_true(ls_path_exists("out/summary.json")); /* what is there is left alone */
        write_sales(p, 40, 38 + partition);              /* nothing is left to read, and yet */
        refused(p, LS_E_DATA, expected);
        write_sales(p, 60, -1);
        FINE(p, run(p, "out", &never, &result));
        assert_int_equal(result.records, 20);
    }
}

/* ---- a log that grows: the job that runs every five minutes (P6) */

static void write_prefix(struct pipe *p, int count)
{
    FINE(p, ls_tree_remove("log", &p->base.err));
    struct ls_log *log = begin_log(p, "log:log", 2);
    for (int i = 0; i < count; i++) {
        struct message m;
        begin_message(p, &m, i % 5 ? SALE : VISIT, i / 3, INT64_C(170) * i);
        m.partition = (uint32_t)(i % 2);
        put(p, log, &m);
    }
    end_log(p, log);
}

/* A log of so many records, and what a run over it gives. */
static void write_whole(struct pipe *p, int count)
{
    struct stop never = {0};
    struct ls_stream_result result;
    write_prefix(p, count);
    FINE(p, ls_tree_remove(WHOLE, &p->base.err));
    FINE(p, run(p, WHOLE, &never, &result));
}

static void test_growing_log(void **state)
{
    struct pipe *p = *state;
    struct stop never = {0};
    struct ls_stream_result result;
    write_whole(p, 400);
    for (int count = 0; count < 400; count += 57) {
        write_prefix(p, count);
        FINE(p, run(p, "out", &never, &result));
        assert_int_equal(result.records, count ? 57 : 0);
    }
    write_prefix(p, 400);
    finish(p, "out");
}

/* ---- failures */

/* A run that fails in the folder of a whole one: nothing there says that it is whole. */
static void test_failure_after_a_whole_run(void **state)
{
    struct pipe *p = *state;
    struct stop stop = {.rounds = 3, .code = LS_E_IO};
    struct ls_stream_result result;
    FINE(p, run(p, "out", &(struct stop){0}, &result));
    assert_true(ls_path_exists("out/summary.json"));
    FINE(p, ls_tree_remove("out/state", &p->base.err));
    assert_int_equal(run(p, "out", &stop, &result), LS_E_IO);
    assert_false(ls_path_exists("out/summary.json"));
    assert_false(ls_path_exists("out/manifest.json"));
    assert_false(ls_path_exists("out/datasets/SHA256SUMS"));
    finish(p, "out");
}

static void test_refused_memory(void **state)
{
    struct pipe *p = *state;
    struct stop never = {0};
    struct ls_stream_result result;
    write_whole(p, 30);
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        ls_mem_refuse(refused + 1);
        rc = run(p, "out", &never, &result);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        assert_int_equal(ls_path_exists("out/summary.json"), rc == 0);
        finish(p, "out"); /* it can be gone on with, whatever was refused */
        FINE(p, ls_tree_remove("out", &p->base.err));
    }
    assert_true(refused > 100);
}

/* Nothing is worse where memory is refused to one that is told to stop, or that goes on. */
static void test_refused_memory_around_a_stop(void **state)
{
    struct pipe *p = *state;
    struct stop never = {0};
    struct ls_stream_result result;
    write_whole(p, 30);
    for (int again = 0; again < 2; again++) {
        unsigned long refused = 0;
        for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused += 1 + refused / 64) {
            struct stop stop = {.rounds = 3, .code = LS_E_INTERRUPTED, .no_checkpoints = true};
            FINE(p, ls_tree_remove("out", &p->base.err));
            if (again) {
                assert_int_equal(run(p, "out", &stop, &result), LS_E_INTERRUPTED);
            }
            ls_mem_refuse(refused + 1);
            rc = run(p, "out", again ? &never : &stop, &result);
            ls_mem_refuse(0);
            assert_true(rc == LS_E_NOMEM || rc == (again ? 0 : LS_E_INTERRUPTED));
            finish(p, "out");
        }
        assert_true(refused > 100);
    }
}

/* A stack that no address space holds is refused. */
static void test_refused_threads(void **state)
{
    struct pipe *p = *state;
    struct stop never = {0};
    struct ls_stream_result result;
    pthread_attr_t usual;
    pthread_attr_t huge;
    write_prefix(p, 30);
    assert_int_equal(pthread_getattr_default_np(&usual), 0);
    assert_int_equal(pthread_attr_init(&huge), 0);
    assert_int_equal(pthread_attr_setstacksize(&huge, (size_t)1 << 48), 0);
    assert_int_equal(pthread_setattr_default_np(&huge), 0);
    int rc = run(p, "out", &(struct stop){.workers = 3}, &result);
    assert_int_equal(pthread_setattr_default_np(&usual), 0);
    pthread_attr_destroy(&usual);
    pthread_attr_destroy(&huge);
    assert_int_equal(rc, LS_E_NOMEM);
    assert_string_equal(p->base.err.text, "the system refuses to start worker 0");
    assert_false(ls_path_exists("out/summary.json"));
    FINE(p, ls_tree_remove(WHOLE, &p->base.err));
    FINE(p, run(p, WHOLE, &never, &result));
    finish(p, "out");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN_TEST(test_stopped_after_every_round),
        RUN_TEST(test_stopped_again_and_again),
        RUN_TEST(test_torn_files),
        RUN_TEST(test_copies_of_every_moment),
        RUN_TEST(test_interrupted),
        RUN_TEST(test_damaged_newest),
        RUN_TEST(test_stale_checkpoints),
        RUN_TEST(test_all_damaged),
        RUN_TEST(test_outputs_that_do_not_fit),
        RUN_TEST(test_another_spec),
        RUN_TEST(test_another_reference_table),
        RUN_TEST(test_another_log),
        RUN_TEST(test_other_records),
        RUN_TEST(test_growing_log),
        RUN_TEST(test_failure_after_a_whole_run),
        RUN_TEST(test_refused_memory),
        RUN_TEST(test_refused_memory_around_a_stop),
        RUN_TEST(test_refused_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
