/* The naive recomputation as a program, for views_questions.py: of a spec and the records on stdin,
 * in the form of naive_rows_test.h, the rows of each view and each alert rule, and what is late. */
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

int main(int argc, char **argv)
{
    struct hand h;
    if (argc != 2) {
        fprintf(stderr, "usage: naive_rows SPEC < RECORDS\n");
        return -LS_E_USAGE;
    }
    int rc = hand_open(&h, argv[1], NULL);
    if (rc < 0) {
        fprintf(stderr, "%.*s", (int)h.out.size, (const char *)h.out.data);
    }
    rc = rc < 0 ? rc : read_records(&h);
    h.out.size = 0;
    rc = rc < 0 ? rc : show_views(&h, &h.spec->pipeline->views);
    rc = rc < 0 ? rc : show_views(&h, &h.spec->pipeline->alerts);
    if (rc == 0 && h.out.size) {
        fwrite(h.out.data, 1, h.out.size, stdout);
    } else if (rc < 0) {
        fprintf(stderr, "naive_rows: %s\n", h.err.text);
    }
    hand_close(&h);
    return -rc;
}
