/* The truth's rows of one partition of one topic, read back. */
#ifndef LS_GENERATOR_TRUTH_ROWS_TEST_H
#define LS_GENERATOR_TRUTH_ROWS_TEST_H

#include "core/avro/container.h"
#include "generator/fixture_test.h"
#include "generator/truth.h"

struct truth_row {
    int64_t position;
    char id[LS_EVENT_ID_SIZE + 1];
    char faults[256]; /* with spaces between them */
    char outcome[64];
};

struct truth_rows {
    size_t count;
    struct truth_row *rows; /* free() them */
};

static inline void truth_text(struct ls_span *span, char *out, size_t room)
{
    const uint8_t *bytes;
    size_t size;
    assert_int_equal(ls_get_string(span, &bytes, &size), LS_DECODE_OK);
    assert_in_range(size, 0, room - 1);
    memcpy(out, bytes, size);
    out[size] = '\0';
}

static inline void truth_row_of(struct ls_span *span, struct truth_row *out)
{
    int64_t count;
    size_t used = 0;
    assert_int_equal(ls_get_long(span, &out->position), LS_DECODE_OK);
    truth_text(span, out->id, sizeof out->id);
    out->faults[0] = '\0';
    do { /* blocks of an array, until an empty one */
        assert_int_equal(ls_get_long(span, &count), LS_DECODE_OK);
        for (int64_t i = 0; i < count; i++) {
            if (used) {
                out->faults[used++] = ' ';
            }
            truth_text(span, out->faults + used, sizeof out->faults - used);
            used += strlen(out->faults + used);
        }
    } while (count);
    truth_text(span, out->outcome, sizeof out->outcome);
}

static inline struct truth_rows truth_rows_of(struct maker *m, const char *folder, size_t type,
                                              uint32_t partition)
{
    char path[256];
    struct ls_container_reader *reader;
    struct ls_block block;
    struct truth_rows out = {0};
    snprintf(path, sizeof path, "%s/%s/%u.avro", folder, m->plan->types[type].spec->topic,
             partition);
    assert_int_equal(ls_container_open(path, &reader, &m->base.err), 0);
    while (ls_container_next(reader, &block, &m->base.err) > 0) {
        struct ls_span span = {block.bytes, block.bytes + block.size};
        out.rows = realloc(out.rows, (out.count + block.count) * sizeof *out.rows);
        assert_non_null(out.rows);
        for (uint64_t i = 0; i < block.count; i++) {
            truth_row_of(&span, &out.rows[out.count++]);
        }
        assert_true(span.at == span.end);
    }
    ls_container_reader_free(reader);
    return out;
}

static inline int truth_take(void *context, const struct ls_event *event, struct ls_error *err)
{
    return ls_truth_take(context, event, err);
}

/* The truth of the first `count` events, written and ended; free it. */
static inline struct ls_truth *truth_of(struct maker *m, uint64_t count, const char *folder)
{
    struct ls_truth *truth;
    if (ls_truth_new(m->plan, folder, &truth, &m->base.err) < 0) {
        fail_msg("%s", m->base.err.text);
    }
    const struct ls_run run = {m->plan, 0, count, {0, 0}, 1, truth_take, NULL, truth};
    assert_int_equal(ls_run(&run, &m->base.err), 0);
    if (ls_truth_finish(truth, &m->base.err) < 0) {
        fail_msg("%s", m->base.err.text);
    }
    return truth;
}

#endif
