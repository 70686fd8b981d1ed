/* Scans of a few records, which several workers bring in any order. */
#ifndef LS_BATCH_SCAN_FIXTURE_TEST_H
#define LS_BATCH_SCAN_FIXTURE_TEST_H

#include "pipeline/batch/scan.h"
#include "pipeline/scenarios_test.h"

enum { PARTS_MAX = 3 };

/* The rows that came, as text. */
struct rows {
    const struct ls_view *view;
    struct ls_buf text;
    int stop;   /* refuse the row of this number, from 1; 0: none */
    bool quiet; /* they are not looked at, which takes memory */
};

static inline int note_row(void *context, const uint8_t *row, size_t size, struct ls_error *err)
{
    struct rows *rows = context;
    if (rows->stop && --rows->stop == 0) {
        return ls_error_set(err, LS_E_IO, "refused by the test");
    }
    if (!rows->quiet) {
        row_text(rows->view, row, size, &rows->text);
    }
    return 0;
}

/* Event number `i` goes to part i % parts; `backwards`: the last one first. */
static inline int scan_events(struct pipe *p, const struct scenario *scenario, size_t part_count,
                              bool backwards, struct rows *rows)
{
    static struct brought brought; /* large */
    struct ls_scan_part parts[PARTS_MAX] = {{0}};
    struct ls_scan_part *pointers[] = {&parts[0], &parts[1], &parts[2]};
    size_t count = event_count(scenario);
    rows->view = view_of(p, "v");
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < part_count; i++) {
        rc = ls_scan_part_new(rows->view, "sort", 0, &parts[i], &p->base.err);
    }
    for (size_t i = 0; rc == 0 && i < count; i++) {
        int64_t first = 0;
        int64_t last = 0;
        size_t number = backwards ? count - 1 - i : i;
        bring(p, scenario, number, &brought);
        if (rows->view->kind == LS_VIEW_WINDOWS) {
            ls_view_windows(rows->view, brought.place.event_time, &first, &last);
        }
        rc = ls_scan_add(rows->view, &parts[number % part_count], &brought.contribution,
                         &brought.place, first, last, &p->base.err);
    }
    const struct ls_scan_job job = {.view = rows->view,
                                    .parts = pointers,
                                    .part_count = part_count,
                                    .folder = "sort",
                                    .memory = 0,
                                    .row = note_row,
                                    .context = rows};
    rc = rc < 0 ? rc : ls_scan(&job, &p->base.err);
    for (size_t i = 0; i < part_count; i++) {
        ls_scan_part_clear(&parts[i]);
    }
    return rc;
}

static inline void plan_scenario(struct pipe *p, const struct scenario *scenario, const char *list)
{
    char views[2048];
    snprintf(views, sizeof views, "  %s:\n    - %s\n", list, scenario->view);
    plan_kinds(p, views, NULL);
}

static inline void check_scans(struct pipe *p, const struct scenario *scenarios, size_t count,
                               const char *list)
{
    for (size_t k = 0; k < count; k++) {
        plan_scenario(p, &scenarios[k], list);
        for (size_t parts = 1; parts <= PARTS_MAX; parts++) {
            for (int backwards = 0; backwards < 2; backwards++) {
                struct rows rows = {0};
                char how[64];
                snprintf(how, sizeof how, "%zu parts%s", parts, backwards ? ", backwards" : "");
                ls_buf_init(&rows.text, "rows", 1U << 20);
                FINE(p, scan_events(p, &scenarios[k], parts, backwards, &rows));
                check_rows(&scenarios[k], how, &rows.text);
                ls_buf_clear(&rows.text);
            }
        }
    }
}

#define CHECK_SCANS(p, scenarios, list)                                                            \
    check_scans(p, scenarios, sizeof(scenarios) / sizeof *(scenarios), list)

/* Memory refused at any moment is an error of its own. */
static inline void check_refused_memory(struct pipe *p, const struct scenario *scenario,
                                        const char *list)
{
    unsigned long refused = 0;
    plan_scenario(p, scenario, list);
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct rows rows = {.quiet = true};
        ls_mem_refuse(refused + 1);
        rc = scan_events(p, scenario, 2, false, &rows);
        ls_mem_refuse(0);
        assert_true(rc == 0 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
    }
    assert_true(refused > 15);
}

#endif
