/* Tables of views, records and rows: a case is a view (or an alert rule) over records, and what
 * comes of it. */
#ifndef LS_CONFORMANCE_NAIVE_CASES_TEST_H
#define LS_CONFORMANCE_NAIVE_CASES_TEST_H

#include "conformance/naive_rows_test.h"
#include "core/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct naive_case {
    const char *view;    /* or */
    const char *alert;   /* YAML */
    const char *records; /* a line each */
    const char *wanted;  /* rows and what is late; "! message" for an error */
};

static const char cases_spec[] =
    "lockstep: 1\n"
    "domain: shop\n"
    "seed: 1\n"
    "start: 2026-01-01T00:00:00Z\n"
    "arrival: [{rate: 20/s}]\n"
    "entities:\n"
    "  customer: {count: 20, id: 'C{n:02}'}\n"
    "event_types:\n"
    "  - name: order\n"
    "    weight: 1\n"
    "    entity: customer\n"
    "    attributes:\n"
    "      - {name: order_id, type: string, id: 'O{n}', nullable: 1/2}\n"
    "      - {name: country, type: string, choice: [DE, US], nullable: 1/2}\n"
    "      - {name: method, type: enum, choice: [cash, card, bill], nullable: 1/2}\n"
    "      - {name: express, type: boolean, choice: ['true', 'false'], nullable: 1/2}\n"
    "      - {name: due, type: timestamp, uniform: ['1h', '2h'], nullable: 1/2}\n"
    "      - {name: day, type: date, uniform: ['1d', '2d'], nullable: 1/2}\n"
    "    metrics:\n"
    "      - {name: amount, type: money, uniform: [1, 9], nullable: 1/2}\n"
    "      - {name: quantity, type: long, uniform: [1, 5], nullable: 1/2}\n"
    "      - {name: weight, type: decimal, precision: 18, scale: 3, uniform: [1, 9],\n"
    "         nullable: 1/2}\n"
    "      - {name: rate, type: decimal, precision: 9, scale: 3, uniform: [1, 9]}\n"
    "  - name: refund\n"
    "    weight: 1\n"
    "    entity: customer\n"
    "    attributes:\n"
    "      - {name: country, type: string, choice: [DE, US]}\n"
    "      - {name: order_id, type: string, id: 'O{n}', nullable: 1/2}\n"
    "      - {name: method, type: enum, choice: [cash, card], nullable: 1/2}\n"
    "    metrics:\n"
    "      - {name: quantity, type: int, uniform: [1, 5], nullable: 1/2}\n"
    "      - {name: amount, type: money, uniform: [1, 9], nullable: 1/2}\n"
    "      - {name: weight, type: decimal, precision: 18, scale: 2, uniform: [1, 9],\n"
    "         nullable: 1/2}\n"
    "      - {name: rate, type: decimal, precision: 8, scale: 3, uniform: [1, 9]}\n"
    "  - name: return\n"
    "    weight: 1\n"
    "    entity: customer\n"
    "    attributes:\n"
    "      - {name: country, type: string, choice: [DE, US], nullable: 1/2}\n"
    "      - {name: event_type, type: string, choice: [own]}\n"
    "    metrics:\n"
    "      - {name: amount, type: money, uniform: [1, 9]}\n"
    "topics: {partitions: 2}\n"
    "pipeline:\n"
    "  watermark: {delay: 1s}\n"
    "  dedupe: {horizon: 10s}\n";

/* A folder of the test with the spec of this view in it. */
static inline void write_case(const char *folder, const struct naive_case *c)
{
    char path[128];
    snprintf(path, sizeof path, "%s/shop.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%s  %s: [%s]\n", cases_spec, c->view ? "views" : "alerts",
            c->view ? c->view : c->alert);
    assert_int_equal(fclose(file), 0);
}

/* Loads the case; `h` is to be closed. */
static inline void open_case(struct hand *h, const struct naive_case *c)
{
    char folder[] = "/tmp/naive_case_XXXXXX";
    char path[128];
    assert_non_null(mkdtemp(folder));
    write_case(folder, c);
    snprintf(path, sizeof path, "%s/shop.yaml", folder);
    if (hand_open(h, path, folder) < 0) {
        fail_msg("%s: %.*s", h->err.text, (int)h->out.size, (const char *)h->out.data);
    }
    assert_int_equal(ls_tree_remove(folder, &h->err), 0);
    char *lines = strdup(c->records);
    assert_non_null(lines);
    for (char *line = lines; *line;) {
        size_t size = strcspn(line, "\n");
        bool more = line[size] != '\0';
        line[size] = '\0';
        if (hand_line(h, line) < 0) {
            fail_msg("%s", h->err.text);
        }
        line += size + more;
    }
    free(lines);
}

static inline const struct ls_spec_view *case_view(const struct hand *h)
{
    const struct ls_spec_pipeline *pipeline = h->spec->pipeline;
    return pipeline->views.count ? pipeline->views.items : pipeline->alerts.items;
}

static inline void check_case(const struct naive_case *c)
{
    struct hand h;
    struct naive_view view;
    open_case(&h, c);
    h.out.size = 0;
    int rc = ls_naive_view(&h.world, case_view(&h), &view, &h.err);
    rc = rc < 0 ? ls_buf_appendf(&h.out, &h.err, "! %s", h.err.text) : hand_show(&h, &view);
    assert_int_equal(rc, 0);
    const char *is = ls_buf_text(&h.out, &h.err);
    if (strcmp(is, c->wanted) != 0) {
        fail_msg("the view %s is\n%sand should be\n%s", c->view ? c->view : c->alert, is,
                 c->wanted);
    }
    ls_naive_view_clear(&view);
    hand_close(&h);
}

static inline void check_cases(const struct naive_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_case(&cases[i]);
    }
}

#endif
