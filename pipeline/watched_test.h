/* A log with something of everything, and a watch that keeps what it is shown. */
#ifndef LS_PIPELINE_WATCHED_TEST_H
#define LS_PIPELINE_WATCHED_TEST_H

#include "pipeline/kinds_test.h"
#include "pipeline/output/watch.h"

#define WATCHED_PARTITIONS ((uint32_t)2)
#define WATCHED_PARTS      ((size_t)TOPICS * WATCHED_PARTITIONS)
#define WATCHED_RECORDS    400

/* Records of both topics in time's order, of which every 9th comes 4 s late, every 11th has a wrong
 * number, and every 13th comes twice. */
static inline void write_watched_log(struct pipe *p)
{
    struct message m;
    struct ls_log *log = begin_log(p, "log:log", WATCHED_PARTITIONS);
    for (int i = 0; i < WATCHED_RECORDS; i++) {
        begin_message(p, &m, i % 3 ? SALE : VISIT, i, 1000 + 50 * i);
        m.partition = (uint32_t)(i / 3) % WATCHED_PARTITIONS;
        m.cells[LS_COLUMN_EVENT_TIME].number -= i % 9 ? 0 : 4000;
        m.cells[AMOUNT].number = i % 11 ? 1250 + i : 9999999;
        encode(p, &m);
        put(p, log, &m);
        if (i % 13 == 0) {
            put(p, log, &m);
        }
    }
    end_log(p, log);
}

struct watched {
    struct ls_run_watch watch;
    uint64_t times;                    /* how often it was shown something */
    uint64_t panes, groups, waiting;   /* the most there were */
    uint64_t bytes, ids, lag;          /* likewise */
    uint64_t records, rows, late;      /* the last ones */
    uint64_t raw, quarantined;         /* likewise, of all partitions */
    uint64_t ended;                    /* partitions without a lag */
    bool clocks;                       /* all have one */
    uint64_t emitted;                  /* by watermark and flush */
    struct ls_checkpoint_numbers last; /* the last ones */
};

static inline void keep_most(uint64_t *most, uint64_t number)
{
    *most = number > *most ? number : *most;
}

static inline void keep_numbers(void *context, const struct ls_run_numbers *n)
{
    struct watched *w = context;
    uint64_t before = w->records;
    w->times++;
    w->records = n->records;
    w->raw = w->quarantined = w->rows = w->late = w->ended = 0;
    w->clocks = true;
    assert_true(n->records >= before);
    for (size_t i = 0; i < WATCHED_PARTS; i++) {
        const struct ls_partition_numbers *part = &n->parts[i];
        assert_true(part->position <= part->end && part->counts.raw == part->position);
        w->raw += part->counts.raw;
        w->quarantined += part->counts.raw - part->counts.by_reason[LS_ADMITTED];
        w->ended += part->position == part->end;
        w->clocks = w->clocks && part->has_clock;
        keep_most(&w->lag, part->end - part->position);
        keep_most(&w->ids, part->ids);
    }
    for (size_t v = 0; v < n->views->count; v++) {
        const struct ls_view_numbers *view = &n->of_views[v];
        w->rows += view->rows;
        w->late += view->late;
        keep_most(&w->panes, view->panes);
        keep_most(&w->groups, n->views->views[v].kind == LS_VIEW_WINDOWS ? 0 : view->groups);
        keep_most(&w->waiting, view->waiting);
        keep_most(&w->bytes, view->bytes);
    }
    w->emitted = n->emitted_by_watermark + n->emitted_by_flush;
    w->last = n->checkpoints;
}

static inline bool always_due(void *context)
{
    (void)context;
    return true;
}

static inline void begin_watched(struct watched *w)
{
    *w = (struct watched){.watch = {NULL, always_due, keep_numbers, w}};
}

#endif
