#include "pipeline/output/watch.h"

#include "core/base/mem.h"

int ls_run_numbers_init(struct ls_run_numbers *n, const struct ls_outputs *o, const char *mode,
                        struct ls_error *err)
{
    *n = (struct ls_run_numbers){
        .mode = mode, .plan = o->plan, .views = o->views, .partitions = o->partitions};
    n->parts = ls_mem_new(o->plan->topic_count * o->partitions, sizeof *n->parts, err);
    n->of_views = n->parts ? ls_mem_new(o->views->count, sizeof *n->of_views, err) : NULL;
    return n->of_views ? 0 : err->code;
}

void ls_run_numbers_clear(struct ls_run_numbers *n)
{
    ls_mem_free(n->parts);
    ls_mem_free(n->of_views);
    n->parts = NULL;
    n->of_views = NULL;
}

void ls_run_numbers_count_rows(struct ls_run_numbers *n, const struct ls_outputs *o)
{
    for (size_t v = 0; v < o->views->count; v++) {
        const struct ls_view *view = &o->views->views[v];
        size_t count;
        const struct ls_dataset *late = ls_outputs_late_sets(o, view, &count);
        n->of_views[v].rows = ls_outputs_row_count(o, view);
        n->of_views[v].late = 0;
        for (size_t i = 0; i < count; i++) {
            n->of_views[v].late += late[i].digest.records;
        }
    }
}
