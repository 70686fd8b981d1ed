/* What the tests of whole runs share: a job to vary, folders that have to be the same, runs that
 * end early. */
#ifndef LS_GENERATOR_GENERATE_FIXTURE_TEST_H
#define LS_GENERATOR_GENERATE_FIXTURE_TEST_H

#include "core/base/file.h"
#include "generator/fixture_test.h"
#include "generator/generate.h"

#include <fcntl.h>
#include <signal.h>

enum { RUN = 12000 };

/* The job that the tests vary: NAME/KIND with reference tables in it, NAME/truth. */
struct place {
    char uri[32], truth[32], reference[32];
};

static inline struct ls_generate job_at(const struct maker *m, const char *kind, const char *name,
                                        struct place *place)
{
    snprintf(place->uri, sizeof place->uri, "%s:%s/%s", kind, name, kind);
    snprintf(place->truth, sizeof place->truth, "%s/truth", name);
    snprintf(place->reference, sizeof place->reference, "%s/%s/reference", name, kind);
    return (struct ls_generate){.plan = m->plan,
                                .to = place->uri,
                                .truth_folder = place->truth,
                                .reference_folder = place->reference,
                                .events = RUN,
                                .until_ms = INT64_MAX,
                                .threads = 1};
}

static inline struct ls_generated generate(struct maker *m, const struct ls_generate *job)
{
    struct ls_generated made;
    if (ls_generate(job, &made, &m->base.err) < 0) {
        fail_msg("%s", m->base.err.text);
    }
    return made;
}

static inline struct ls_generated generate_whole_at(struct maker *m, const char *kind,
                                                    const char *name)
{
    struct place place;
    const struct ls_generate job = job_at(m, kind, name, &place);
    return generate(m, &job);
}

static inline void check_refused(struct maker *m, const struct ls_generate *job, int code,
                                 const char *part)
{
    struct ls_generated made;
    assert_int_equal(ls_generate(job, &made, &m->base.err), code);
    if (!strstr(m->base.err.text, part)) {
        fail_msg("`%s` does not say `%s`", m->base.err.text, part);
    }
}

/* ---- folders that have to be the same */

struct comparison {
    const char *folder, *other;
    size_t files;
};

static inline int compare_file(void *context, const char *relative, struct ls_error *err)
{
    struct comparison *c = context;
    const char *const folders[] = {c->folder, c->other};
    struct ls_buf bytes[2];
    int rc = 0;
    for (int k = 0; k < 2; k++) {
        char path[LS_PATH_MAX];
        ls_buf_init(&bytes[k], "test file", 256U << 20);
        rc = rc < 0 ? rc : ls_path_join(path, folders[k], relative, err);
        rc = rc < 0 ? rc : ls_file_read(path, &bytes[k], err);
    }
    if (rc == 0 && (bytes[0].size != bytes[1].size ||
                    memcmp(bytes[0].data, bytes[1].data, bytes[0].size) != 0)) {
        rc = ls_error_set(err, LS_E_DATA, "%s differs in %s and %s", relative, c->folder, c->other);
    }
    ls_buf_clear(&bytes[0]);
    ls_buf_clear(&bytes[1]);
    c->files++;
    return rc;
}

static inline void check_same_folders(struct maker *m, const char *a, const char *b)
{
    struct comparison there = {a, b, 0};
    struct comparison back = {b, a, 0};
    if (ls_tree_walk(a, compare_file, &there, &m->base.err) < 0 ||
        ls_tree_walk(b, compare_file, &back, &m->base.err) < 0) {
        fail_msg("%s", m->base.err.text);
    }
    assert_true(there.files == back.files && there.files > 0);
}

static inline void remove_folder(struct maker *m, const char *name)
{
    assert_int_equal(ls_tree_remove(name, &m->base.err), 0);
}

/* ---- runs that end early */

struct stop {
    uint64_t at, total;
};

static inline int stop_there(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    const struct stop *stop = context;
    assert_true(total == stop->total && done <= total);
    return done >= stop->at ? ls_error_set(err, LS_E_INTERRUPTED, "stopped") : 0;
}

/* The output as it is behind `before` events of an interrupted run. Writers hold back a megabyte:
 * what a kill leaves of the blocks is played by file_log_test.c, here what remains is cut. */
static inline void interrupt_at(struct maker *m, const char *kind, const char *name, uint64_t at)
{
    struct place place;
    struct ls_generate job = job_at(m, kind, name, &place);
    struct stop stop = {at, RUN};
    job.progress = stop_there;
    job.context = &stop;
    check_refused(m, &job, LS_E_INTERRUPTED, "stopped");
}

static inline void copy_file(struct maker *m, const char *from, const char *to, size_t size_max)
{
    struct ls_buf bytes;
    ls_buf_init(&bytes, "test file", 256U << 20);
    assert_int_equal(ls_file_read(from, &bytes, &m->base.err), 0);
    size_t size = bytes.size < size_max ? bytes.size : size_max;
    int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    assert_true(fd >= 0);
    assert_int_equal(ls_file_write(fd, bytes.data, size, to, &m->base.err), 0);
    close(fd);
    ls_buf_clear(&bytes);
}

#endif
