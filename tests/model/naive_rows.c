/* The naive recomputation as a program. For views_questions.py: of a spec and the records on stdin,
 * in the form of naive_rows_test.h, the rows of each view and each alert rule, and what is late.
 * For views_logs.py: whether the datasets of a run over a log are what they should be. */
#include "conformance/naive_rows_test.h"

#include <stdio.h>

static int read_records(struct hand *h)
{
    char *line = NULL;
    size_t capacity = 0;
    int rc = 0;
    for (ssize_t size; rc == 0 && (size = getline(&line, &capacity, stdin)) > 0;) {
        line[size - 1] = '\0';
        rc = hand_line(h, line);
    }
    free(line);
    return rc;
}

static int show_views(struct hand *h, const struct ls_items *items)
{
    const struct ls_spec_view *specs = items->items;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < items->count; i++) {
        struct naive_view view;
        rc = ls_buf_appendf(&h->out, &h->err, "view %s\n", specs[i].name);
        rc = rc < 0 ? rc : ls_naive_view(&h->world, &specs[i], &view, &h->err);
        rc = rc == LS_E_DATA ? ls_buf_appendf(&h->out, &h->err, "! %s\n", h->err.text)
             : rc < 0        ? rc
                             : hand_show(h, &view);
        ls_naive_view_clear(&view);
    }
    return rc;
}

static int answer(struct hand *h)
{
    int rc = read_records(h);
    h->out.size = 0;
    rc = rc < 0 ? rc : show_views(h, &h->spec->pipeline->views);
    return rc < 0 ? rc : show_views(h, &h->spec->pipeline->alerts);
}

static int check(struct hand *h, const char *log, const char *datasets)
{
    struct ls_naive_counts counts;
    char reference[LS_PATH_MAX];
    int rc = ls_path_join(reference, log, "reference", &h->err);
    h->job = (struct ls_naive){h->spec, log, reference, datasets, false};
    h->out.size = 0;
    return rc < 0 ? rc : ls_naive_check(&h->job, &counts, &h->out, &h->err);
}

int main(int argc, char **argv)
{
    struct hand h;
    if (argc != 2 && argc != 4) {
        fprintf(stderr, "usage: naive_rows SPEC < RECORDS, or: naive_rows SPEC LOG DATASETS\n");
        return -LS_E_USAGE;
    }
    int rc = hand_open(&h, argv[1], NULL);
    if (rc < 0) {
        fprintf(stderr, "%.*s", (int)h.out.size, (const char *)h.out.data);
    } else {
        rc = argc == 2 ? answer(&h) : check(&h, argv[2], argv[3]);
    }
    if (rc < 0) {
        fprintf(stderr, "naive_rows: %s\n", h.err.text);
    } else if (h.out.size) {
        fwrite(h.out.data, 1, h.out.size, stdout);
    }
    hand_close(&h);
    return rc < 0 ? -rc : rc;
}
