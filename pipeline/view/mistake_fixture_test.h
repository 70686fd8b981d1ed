/* Views with one mistake each, and what is said about it. */
#ifndef LS_VIEW_MISTAKE_FIXTURE_TEST_H
#define LS_VIEW_MISTAKE_FIXTURE_TEST_H

#include "pipeline/kinds_test.h"

struct slip {
    const char *view; /* `v`; with `when` it is an alert rule */
    const char *rule, *place, *part, *hint;
};

/* Beside those of kinds_test.h: fields with which no view calculates, and some that visits have
 * otherwise. */
static inline char *slip_text(const struct slip *slip)
{
    char *sales = changed(
        kinds_head, "      - {name: score, type: long, const: 1}\n",
        "      - {name: score, type: long, const: 1}\n"
        "      - {name: raw, type: double, const: 1}\n"
        "      - {name: tags, type: array, most: 2, items: {type: int, const: 1}}\n"
        "      - {name: form, type: enum, choice: {flat: 1, round: 1}}\n"
        "      - {name: size, type: enum, choice: {small: 1, large: 1}}\n"
        "      - {name: state, type: enum, choice: {new: 1, used: 1}}\n"
        "      - {name: rate, type: decimal, precision: 12, scale: 4, const: 1}\n"
        "      - {name: share, type: decimal, precision: 12, scale: 4, const: 1}\n");
    char *more = changed(
        sales, "      - {name: score, type: long, const: 1, nullable: 1/2}\n",
        "      - {name: score, type: long, const: 1, nullable: 1/2}\n"
        "      - {name: form, type: enum, choice: {flat: 1, bent: 1}}\n"
        "      - {name: size, type: enum, choice: {small: 1, large: 1, huge: 1}}\n"
        "      - {name: state, type: enum, choice: {new: 1}}\n"
        "      - {name: rate, type: decimal, precision: 12, scale: 3, const: 1}\n"
        "      - {name: share, type: decimal, precision: 13, scale: 4, const: 1}\n");
    free(sales);
    size_t size = strlen(more) + strlen(slip->view) + 64;
    char *text = malloc(size);
    assert_non_null(text);
    snprintf(text, size, "%s  %s:\n    - %s\n", more,
             strstr(slip->view, "when:") ? "alerts" : "views", slip->view);
    free(more);
    return text;
}

/* The views of a spec that is fine but for them; what ls_views_new returns. */
static inline int plan_views(struct pipe *p, const char *text)
{
    pipe_clear(p);
    load_fine(&p->base, text, NULL);
    write_shops(p, pipe_shops, sizeof pipe_shops / sizeof *pipe_shops);
    FINE(p, ls_reference_load(p->base.spec, "tables", INT64_MAX, &p->reference, &p->base.err));
    FINE(p,
         ls_record_plan_new(p->base.spec, &p->reference, &p->plan, &p->base.report, &p->base.err));
    return ls_views_new(p->plan, &p->views, &p->base.report, &p->base.err);
}

static inline void check_slip(struct pipe *p, const struct slip *slip)
{
    char *text = slip_text(slip);
    char place[128];
    if (plan_views(p, text) == 0) {
        fail_msg("%s was expected of %s", slip->rule, slip->view);
    }
    assert_null(p->views);
    assert_int_equal(p->base.err.code, LS_E_DATA);
    check_report(&p->base, slip->rule, line_of(text, slip->view), slip->part);
    const char *report = ls_buf_text(&p->base.report, &p->base.err);
    snprintf(place, sizeof place, "in pipeline.%s\n", slip->place);
    if (!strstr(report, place) || !strstr(report, slip->hint)) {
        fail_msg("expected `%s` and `%s`, got:\n%s", slip->place, slip->hint, report);
    }
    free(text);
}

#define CHECK_SLIPS(p, ...)                                                                        \
    do {                                                                                           \
        static const struct slip slips[] = __VA_ARGS__;                                            \
        for (size_t k = 0; k < sizeof slips / sizeof *slips; k++) {                                \
            check_slip(p, &slips[k]);                                                              \
        }                                                                                          \
    } while (0)

#endif
