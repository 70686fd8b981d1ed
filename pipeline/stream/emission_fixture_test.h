/* What streaming operators and windows emit for a few records: rows go into the datasets of a run,
 * and are read back as text. */
#ifndef LS_STREAM_EMISSION_FIXTURE_TEST_H
#define LS_STREAM_EMISSION_FIXTURE_TEST_H

#include "pipeline/scenarios_test.h"
#include "pipeline/stream/operator.h"

enum { LAB_PARTITIONS = 2 };

struct lab {
    struct pipe *p;
    const struct ls_view *view;
    struct ls_emission emission;
    uint64_t rows;
};

static inline void open_lab(struct lab *lab, struct pipe *p, const struct scenario *scenario,
                            const char *list)
{
    char views[2048];
    snprintf(views, sizeof views, "  %s:\n    - %s\n", list, scenario->view);
    plan_kinds(p, views, NULL);
    *lab = (struct lab){.p = p, .view = view_of(p, "v")};
    ls_emission_init(&lab->emission);
    lab->emission.rows = &lab->rows;
}

/* Datasets of their own, empty. */
static inline void begin_rows(struct lab *lab)
{
    struct pipe *p = lab->p;
    lab->rows = 0;
    FINE(p, ls_outputs_open(p->plan, p->views, LAB_PARTITIONS, "out", NULL, &lab->emission.outputs,
                            &p->base.err));
}

/* The rows as text, instead of what `out` held. */
static inline void end_rows(struct lab *lab, struct ls_buf *out)
{
    static const struct ls_partition_counts none[TOPICS * LAB_PARTITIONS];
    const struct ls_run_facts facts = {.mode = "stream"};
    struct ls_container_reader *reader;
    struct ls_block block;
    struct pipe *p = lab->p;
    char path[64];
    uint64_t rows = 0;
    int rc;
    FINE(p, ls_outputs_finish(lab->emission.outputs, none, &facts, &p->base.err));
    ls_outputs_free(lab->emission.outputs);
    snprintf(path, sizeof path, "out/datasets/%s/v.avro", ls_view_folder(lab->view));
    FINE(p, ls_container_open(path, &reader, &p->base.err));
    out->size = 0;
    while ((rc = ls_container_next(reader, &block, &p->base.err)) > 0) {
        struct ls_span span = {block.bytes, block.bytes + block.size};
        for (uint64_t i = 0; i < block.count; i++, rows++) {
            const uint8_t *begin = span.at;
            assert_int_equal(ls_datum_skip(lab->view->schema->root, &span), LS_DECODE_OK);
            row_text(lab->view, begin, (size_t)(span.at - begin), out);
        }
    }
    assert_int_equal(rc, 0);
    assert_int_equal(rows, lab->rows); /* they were counted */
    ls_container_reader_free(reader);
}

static inline void close_lab(struct lab *lab)
{
    ls_emission_clear(&lab->emission);
}

/* ---- orders of arrival */

/* The event that comes as number i. */
static inline size_t nth_event(const struct scenario *scenario, uint64_t seed, size_t i)
{
    const struct ls_permutation order = ls_permutation_of(event_count(scenario));
    return seed == 0 ? i : (size_t)ls_permute(&order, ls_mix(seed), i);
}

/* How far the low watermark may be behind arrival number i: later ones are not behind it. */
static inline int64_t low_behind(const struct scenario *scenario, uint64_t seed, size_t i)
{
    int64_t low = INT64_MAX;
    for (size_t k = i + 1; k < event_count(scenario); k++) {
        int64_t time = scenario->events[nth_event(scenario, seed, k)].time;
        low = time < low ? time : low;
    }
    return low;
}

/* ---- operators */

/* The state of an operator in files that were written one after another. */
struct files {
    struct ls_buf bytes[EVENTS_MAX];
    size_t count;
};

static inline void save(struct lab *lab, struct ls_operator *op, bool whole, struct files *files)
{
    while (whole && files->count) {
        ls_buf_clear(&files->bytes[--files->count]);
    }
    struct ls_buf *file = &files->bytes[files->count++];
    ls_buf_init(file, "checkpoint", 1U << 20);
    FINE(lab->p, ls_operator_put(op, whole, file, &lab->p->base.err));
}

/* A new operator from the files, as it stood at `low`. */
static inline struct ls_operator *restore(struct lab *lab, const struct files *files, int64_t low)
{
    struct ls_operator *op;
    FINE(lab->p, ls_operator_new(lab->view, &op, &lab->p->base.err));
    for (size_t i = 0; i < files->count; i++) {
        struct checkpoint_reader reader = {files->bytes[i].data,
                                           files->bytes[i].data + files->bytes[i].size, false};
        FINE(lab->p, ls_operator_get(op, &reader, low, &lab->p->base.err));
        assert_false(reader.bad);
        assert_ptr_equal(reader.at, reader.end);
    }
    FINE(lab->p, ls_operator_settle(op, low, &lab->p->base.err));
    return op;
}

static inline int give(struct lab *lab, struct ls_operator *op, struct brought *brought)
{
    struct ls_error *err = &lab->p->base.err;
    struct ls_waiting *record = ls_waiting_new(lab->view, &brought->contribution, &brought->place,
                                               &lab->emission.scratch, err);
    int rc = record ? ls_ordered_add(&op->waiting, lab->view, record, err) : err->code;
    if (rc < 0) {
        ls_mem_free(record);
    } else {
        ls_newcomers_add(&op->newcomers, record);
    }
    return rc;
}

/* Runs an operator over the events in an order, advancing now and then as far as may be, saving and
 * restoring it now and then (`restarts`). */
static inline void operate(struct lab *lab, const struct scenario *scenario, uint64_t seed,
                           bool restarts, struct ls_buf *out)
{
    static struct brought brought; /* large */
    struct pipe *p = lab->p;
    struct ls_operator *op;
    struct files files = {.count = 0};
    uint64_t key = ls_stream_key(seed, scenario->name);
    int64_t low = INT64_MIN;
    begin_rows(lab);
    FINE(p, ls_operator_new(lab->view, &op, &p->base.err));
    for (size_t i = 0; i < event_count(scenario); i++) {
        bring(p, scenario, nth_event(scenario, seed, i), &brought);
        FINE(p, give(lab, op, &brought));
        if (ls_word(key, i, 0) % 3) {
            int64_t furthest = low_behind(scenario, seed, i);
            low = furthest == INT64_MAX ? low : furthest;
            FINE(p, ls_operator_advance(op, low, &lab->emission, &p->base.err));
        }
        if (restarts && ls_word(key, i, 1) % 2) {
            save(lab, op, files.count == 0 || ls_word(key, i, 2) % 5 == 0, &files);
        }
        if (restarts && ls_word(key, i, 1) % 4 == 3) {
            ls_operator_free(op);
            op = restore(lab, &files, low);
        }
    }
    FINE(p, ls_operator_advance(op, INT64_MAX, &lab->emission, &p->base.err));
    ls_operator_free(op);
    end_rows(lab, out);
    while (files.count) {
        ls_buf_clear(&files.bytes[--files.count]);
    }
}

static inline void check_operators(struct pipe *p, const struct scenario *scenarios, size_t count,
                                   const char *list)
{
    enum { SEEDS = 12 };
    for (size_t k = 0; k < count; k++) {
        struct lab lab;
        struct ls_buf rows;
        open_lab(&lab, p, &scenarios[k], list);
        ls_buf_init(&rows, "rows", 1U << 20);
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            for (int restarts = 0; restarts < 2; restarts++) {
                char how[64];
                snprintf(how, sizeof how, "seed %d%s", (int)seed, restarts ? " with restarts" : "");
                operate(&lab, &scenarios[k], seed, restarts, &rows);
                check_rows(&scenarios[k], how, &rows);
            }
        }
        ls_buf_clear(&rows);
        close_lab(&lab);
    }
}

/* From the first half of the events over a checkpoint to the end, or to what was refused. */
/* As many events before a restart as `before`, the others behind it. */
static inline int try_to_operate(struct lab *lab, const struct scenario *scenario, size_t before,
                                 struct ls_operator **op, struct ls_operator **again,
                                 struct ls_buf *file)
{
    static struct brought brought; /* large */
    struct ls_error *err = &lab->p->base.err;
    int64_t low = INT64_MIN;
    int rc = ls_operator_new(lab->view, op, err);
    for (size_t i = 0; rc == 0 && i < before; i++) {
        bring(lab->p, scenario, i, &brought);
        rc = give(lab, *op, &brought);
        low = low_behind(scenario, 0, i);
        rc = rc < 0 ? rc : ls_operator_advance(*op, low, &lab->emission, err);
    }
    rc = rc < 0 ? rc : ls_operator_put(*op, true, file, err);
    rc = rc < 0 ? rc : ls_operator_new(lab->view, again, err);
    ls_buf_clear(&lab->emission.scratch);
    if (rc == 0) {
        struct checkpoint_reader reader = {file->data, file->data + file->size, false};
        rc = ls_operator_get(*again, &reader, low, err);
    }
    rc = rc < 0 ? rc : ls_operator_settle(*again, low, err);
    for (size_t i = before; rc == 0 && i < event_count(scenario); i++) {
        bring(lab->p, scenario, i, &brought);
        rc = give(lab, *again, &brought);
    }
    return rc < 0 ? rc : ls_operator_advance(*again, INT64_MAX, &lab->emission, err);
}

/* Memory refused at any moment is that error, and nothing is left behind. */
static inline void refuse_around(struct pipe *p, const struct scenario *scenario, const char *list,
                                 size_t before)
{
    struct lab lab;
    unsigned long refused = 0;
    open_lab(&lab, p, scenario, list);
    begin_rows(&lab);
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct ls_operator *op = NULL;
        struct ls_operator *again = NULL;
        struct ls_buf file;
        ls_buf_init(&file, "checkpoint", 1U << 20);
        ls_buf_clear(&lab.emission.bytes);
        ls_buf_clear(&lab.emission.tops);
        ls_buf_clear(&lab.emission.scratch);
        ls_mem_refuse(refused + 1);
        rc = try_to_operate(&lab, scenario, before, &op, &again, &file);
        ls_mem_refuse(0);
        if (rc != 0 && rc != LS_E_NOMEM) {
            fail_msg("refusal %lu: %s", refused, p->base.err.text);
        }
        assert_true(rc == 0 || p->base.err.code == LS_E_NOMEM);
        ls_operator_free(op);
        ls_operator_free(again);
        ls_buf_clear(&file);
    }
    assert_true(refused > 15);
    ls_outputs_free(lab.emission.outputs);
    close_lab(&lab);
}

static inline void check_refused_memory(struct pipe *p, const struct scenario *scenario,
                                        const char *list)
{
    refuse_around(p, scenario, list, event_count(scenario) / 2);
    refuse_around(p, scenario, list, event_count(scenario) - 1);
}

#define CHECK_OPERATORS(p, scenarios, list)                                                        \
    check_operators(p, scenarios, sizeof(scenarios) / sizeof *(scenarios), list)

#endif
