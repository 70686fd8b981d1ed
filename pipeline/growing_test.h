/* A log at log:growing that is written while it is read: the records of log:log, in blocks of any
 * few, as far as draws say; and log:prefix, which holds the same records and is finished. */
#ifndef LS_PIPELINE_GROWING_TEST_H
#define LS_PIPELINE_GROWING_TEST_H

#include "core/log/file_log.h"
#include "pipeline/runs_test.h"

enum { GROWING_PARTITIONS_MAX = 4 };

struct growing {
    struct pipe *p;
    struct draws *d;
    uint32_t partitions;
    uint64_t all[TOPICS][GROWING_PARTITIONS_MAX];   /* of log:log */
    uint64_t there[TOPICS][GROWING_PARTITIONS_MAX]; /* of log:growing */
    bool finished;
};

/* The first records of a partition as container files hold them: the file anew, in place. */
static inline void write_growing(struct growing *g, const struct ls_schema *schema, size_t topic,
                                 uint32_t partition)
{
    struct pipe *p = g->p;
    char paths[2][LS_PATH_MAX];
    struct ls_container_reader *reader;
    struct ls_container_writer *writer;
    struct ls_block block;
    const char *name = p->plan->topics[topic].type->topic;
    uint64_t left = g->there[topic][partition];
    FINE(p, ls_file_log_path("log", name, partition, paths[0], &p->base.err));
    FINE(p, ls_file_log_path("growing", name, partition, paths[1], &p->base.err));
    FINE(p, ls_folder_make_above(paths[1], &p->base.err));
    FINE(p, ls_container_open(paths[0], &reader, &p->base.err));
    FINE(p, ls_container_create(paths[1], "growing", ls_file_log_schema, 1, &writer, &p->base.err));
    while (left > 0 && ls_container_next(reader, &block, &p->base.err) > 0) {
        struct ls_span span = {block.bytes, block.bytes + block.size};
        for (uint64_t i = 0; i < block.count && left > 0; i++, left--) {
            const uint8_t *begin = span.at;
            assert_int_equal(ls_datum_skip(schema->root, &span), LS_DECODE_OK);
            FINE(p, ls_container_append(writer, begin, (size_t)(span.at - begin), &p->base.err));
        }
    }
    assert_int_equal(left, 0);
    FINE(p, ls_container_finish(writer, false, &p->base.err));
    ls_container_writer_free(writer);
    ls_container_reader_free(reader);
}

static inline void write_manifest_of(struct growing *g)
{
    struct pipe *p = g->p;
    const struct ls_log_identity identity = {"demo", "", UINT64_MAX, INT64_MAX, NULL, {0, 0}, NULL};
    struct ls_log_topic topics[TOPICS];
    uint64_t *counts[TOPICS];
    for (size_t t = 0; t < TOPICS; t++) {
        topics[t] = (struct ls_log_topic){.name = p->plan->topics[t].type->topic,
                                          .partitions = g->partitions};
        counts[t] = g->there[t];
    }
    FINE(p, ls_file_manifest_write("growing", g->finished, &identity, topics, TOPICS, counts,
                                   &p->base.err));
}

/* What `there` says; once that is all and the draws will, the log is finished. */
static inline void publish(struct growing *g)
{
    struct ls_schema *schema;
    FINE(g->p,
         ls_schema_parse(ls_file_log_schema, strlen(ls_file_log_schema), &schema, &g->p->base.err));
    for (size_t t = 0; t < TOPICS; t++) {
        for (uint32_t p = 0; p < g->partitions; p++) {
            write_growing(g, schema, t, p);
        }
    }
    ls_schema_free(schema);
    FINE(g->p, ls_folder_make("growing", &g->p->base.err));
    write_manifest_of(g);
}

/* A few records more, of some partitions; at last the end. */
static inline void grow(struct growing *g)
{
    bool all = true;
    for (size_t t = 0; t < TOPICS; t++) {
        for (uint32_t p = 0; p < g->partitions; p++) {
            uint64_t left = g->all[t][p] - g->there[t][p];
            int64_t most = left < 9 ? (int64_t)left : 9;
            g->there[t][p] += one_in(g->d, 2) ? (uint64_t)below(g->d, most + 1) : 0;
            all = all && g->there[t][p] == g->all[t][p];
        }
    }
    g->finished = all && one_in(g->d, 2);
    publish(g);
}

/* All records up to a time, of a log without disorder; whether there are more. */
static inline bool grow_until(struct growing *g, int64_t time_ms)
{
    struct pipe *p = g->p;
    struct ls_log *log;
    bool more = false;
    FINE(p, ls_log_open("log:log", false, &log, &p->base.err));
    for (uint32_t t = 0; t < TOPICS; t++) {
        for (uint32_t k = 0; k < g->partitions; k++) {
            struct ls_log_reader *reader;
            const struct ls_log_record *records;
            size_t count = 1;
            FINE(p, ls_log_reader_new(log, t, k, g->there[t][k], &reader, &p->base.err));
            FINE(p, ls_log_read(reader, 1, &records, &count, &p->base.err));
            for (; count && records->timestamp_ms <= time_ms; g->there[t][k]++) {
                FINE(p, ls_log_read(reader, 1, &records, &count, &p->base.err));
            }
            more = more || count;
            ls_log_reader_free(reader);
        }
    }
    ls_log_close(log);
    publish(g);
    return more;
}

/* Makes log:growing of no record of log:log. */
static inline void begin_growing(struct growing *g, struct pipe *p, struct draws *d,
                                 uint32_t partitions)
{
    struct ls_log *log;
    *g = (struct growing){.p = p, .d = d, .partitions = partitions};
    FINE(p, ls_tree_remove("growing", &p->base.err));
    FINE(p, ls_log_open("log:log", false, &log, &p->base.err));
    for (uint32_t t = 0; t < TOPICS; t++) {
        for (uint32_t k = 0; k < partitions; k++) {
            g->all[t][k] = ls_log_count(log, t, k);
        }
    }
    ls_log_close(log);
    FINE(p, ls_folder_make("growing", &p->base.err));
    write_manifest_of(g); /* and no file yet */
}

/* The batch run over what log:growing holds, into batch/. */
static inline void run_batch_of_growing(struct growing *g)
{
    struct pipe *p = g->p;
    struct ls_log *from;
    struct ls_batch_result result;
    FINE(p, ls_tree_remove("prefix", &p->base.err));
    struct ls_log *to = begin_log(p, "log:prefix", g->partitions);
    FINE(p, ls_log_open("log:log", false, &from, &p->base.err));
    for (uint32_t t = 0; t < TOPICS; t++) {
        for (uint32_t k = 0; k < g->partitions; k++) {
            struct ls_log_reader *reader;
            const struct ls_log_record *records;
            size_t count = 1;
            FINE(p, ls_log_reader_new(from, t, k, 0, &reader, &p->base.err));
            for (uint64_t left = g->there[t][k]; left > 0; left -= count) {
                FINE(p, ls_log_read(reader, (size_t)left, &records, &count, &p->base.err));
                for (size_t i = 0; i < count; i++) {
                    FINE(p, ls_log_append(to, t, k, &records[i], &p->base.err));
                }
            }
            ls_log_reader_free(reader);
        }
    }
    ls_log_close(from);
    end_log(p, to);
    const struct ls_batch_job job = {.plan = p->plan,
                                     .views = p->views,
                                     .from = "log:prefix",
                                     .to = "batch",
                                     .workers = 1,
                                     .memory = LS_BATCH_MEMORY_MIN};
    FINE(p, ls_batch_run(&job, &result, &p->base.err));
}

#endif
