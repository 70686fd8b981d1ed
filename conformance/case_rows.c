/* What cases hold the rows of two runs against. */
#include "conformance/case_tools.h"
#include "conformance/logical.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

/* ---- rows that two runs share */

/* Does the text name the column, as a word of its own? */
static bool names(const char *text, const char *column)
{
    size_t size = strlen(column);
    for (const char *at = text; at && (at = strstr(at, column)); at += size) {
        bool begins = at == text || !ls_is_name(at - 1, 1);
        bool ends = !at[size] || !(ls_is_name(at, size + 1));
        if (begins && ends) {
            return true;
        }
    }
    return false;
}

static bool is_of(const struct ls_spec_view *view, const char *column)
{
    const struct ls_spec_aggregate *aggregates = view->select.items;
    bool found = names(view->where_text, column) || names(view->when_text, column) ||
                 names(view->clear_text, column);
    for (size_t i = 0; i < view->by.count; i++) {
        found |= strcmp(view->by.items[i], column) == 0;
    }
    for (size_t i = 0; i < view->select.count; i++) {
        const struct ls_aggregate_field *f = aggregates[i].function.settings;
        found |= f &&
                 (names(f->field, column) || names(f->to, column) || names(f->where_text, column));
    }
    return found;
}

struct sides {
    char folders[2][LS_PATH_MAX];
    const char *called[2];
};

static int same_part(struct ls_case_result *result, const struct sides *s, const char *prefix,
                     struct ls_error *err)
{
    struct ls_logical digests[2];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < 2; i++) {
        rc = ls_logical_of_folder(s->folders[i], prefix, &digests[i], err);
    }
    if (rc == 0 && memcmp(&digests[0], &digests[1], sizeof *digests) != 0) {
        result->verdict = LS_VERDICT_FAIL;
        rc = ls_buf_appendf(&result->detail, err,
                            "%s: %llu records in %s, %llu in %s, and their logical digests "
                            "differ\n",
                            prefix, (unsigned long long)digests[0].records, s->called[0],
                            (unsigned long long)digests[1].records, s->called[1]);
    }
    return rc;
}

/* Of a view or an alert rule. */
static int same_view(struct ls_case_result *result, const struct sides *s, const char *folder,
                     const struct ls_spec_view *view, unsigned parts, struct ls_error *err)
{
    char prefix[LS_PATH_MAX];
    int rc = 0;
    if (parts & LS_PART_VIEWS) {
        snprintf(prefix, sizeof prefix, "%s/%s.", folder, view->name);
        rc = same_part(result, s, prefix, err);
    }
    if (rc == 0 && parts & LS_PART_LATE) {
        snprintf(prefix, sizeof prefix, "late/%s/", view->name);
        rc = same_part(result, s, prefix, err);
    }
    return rc;
}

int ls_case_same_rows(struct ls_verify *v, struct ls_case_result *result, const char *a,
                      const char *left, const char *b, const char *right, unsigned parts,
                      const char *const *columns, struct ls_error *err)
{
    const struct ls_spec_pipeline *pipeline = v->job->spec->pipeline;
    const struct {
        const char *folder;
        const struct ls_items *items;
    } lists[] = {{"views", &pipeline->views}, {"alerts", &pipeline->alerts}};
    struct sides s = {.called = {left, right}};
    int rc = ls_path_join(s.folders[0], a, "datasets", err);
    rc = rc < 0 ? rc : ls_path_join(s.folders[1], b, "datasets", err);
    rc = rc < 0 || !(parts & LS_PART_NORMALIZED) ? rc : same_part(result, &s, "normalized/", err);
    rc = rc < 0 || !(parts & LS_PART_QUARANTINE) ? rc : same_part(result, &s, "quarantine/", err);
    for (size_t l = 0; l < 2; l++) {
        const struct ls_spec_view *views = lists[l].items->items;
        for (size_t i = 0; rc == 0 && i < lists[l].items->count; i++) {
            bool follows = false;
            for (const char *const *column = columns; column && *column; column++) {
                follows |= is_of(&views[i], *column);
            }
            rc = follows ? 0 : same_view(result, &s, lists[l].folder, &views[i], parts, err);
        }
    }
    return rc;
}

/* ---- outcomes */

static int count_file(void *context, const char *relative, const char *datasets,
                      struct ls_error *err)
{
    uint64_t *outcomes = context;
    char path[LS_PATH_MAX];
    struct ls_avro_file file;
    bool normalized = strncmp(relative, "normalized/", 11) == 0;
    size_t size = strlen(relative);
    if ((!normalized && strncmp(relative, "quarantine/", 11) != 0) || size < 5 ||
        strcmp(relative + size - 5, ".avro") != 0) {
        return 0;
    }
    int rc = ls_path_join(path, datasets, relative, err);
    rc = rc < 0 ? rc : ls_avro_file_open(path, &file, err);
    if (rc < 0) {
        return rc;
    }
    while ((rc = ls_avro_file_next(&file, err)) > 0) {
        const char *text = "";
        size_t text_size = 0;
        enum ls_reason reason = LS_ADMITTED;
        if (!normalized) {
            reason = ls_avro_file_text(&file, "reason", &text, &text_size)
                         ? ls_reason_of(text, text_size)
                         : LS_REASON_COUNT;
        }
        if (reason < LS_REASON_COUNT) {
            outcomes[reason]++;
        }
    }
    ls_avro_file_close(&file);
    return rc;
}

struct walk {
    const char *datasets;
    uint64_t *outcomes;
};

static int visit(void *context, const char *relative, struct ls_error *err)
{
    const struct walk *walk = context;
    return count_file(walk->outcomes, relative, walk->datasets, err);
}

int ls_case_outcomes(const char *run, uint64_t outcomes[LS_REASON_COUNT], struct ls_error *err)
{
    char datasets[LS_PATH_MAX];
    struct walk walk = {datasets, outcomes};
    memset(outcomes, 0, LS_REASON_COUNT * sizeof *outcomes);
    int rc = ls_path_join(datasets, run, "datasets", err);
    return rc < 0 ? rc : ls_tree_walk(datasets, visit, &walk, err);
}

int ls_case_more(struct ls_verify *v, struct ls_case_result *result, const char *run,
                 const uint64_t more[LS_REASON_COUNT], struct ls_error *err)
{
    uint64_t before[LS_REASON_COUNT];
    uint64_t after[LS_REASON_COUNT];
    int rc = ls_case_outcomes(v->base_batch, before, err);
    rc = rc < 0 ? rc : ls_case_outcomes(run, after, err);
    for (int i = 0; rc == 0 && i < LS_REASON_COUNT; i++) {
        if (after[i] != before[i] + more[i]) {
            result->verdict = LS_VERDICT_FAIL;
            rc = ls_buf_appendf(
                &result->detail, err,
                "%s: %llu records without what was injected, %llu with it, and %llu "
                "more would be right\n",
                ls_reasons[i].name, (unsigned long long)before[i], (unsigned long long)after[i],
                (unsigned long long)more[i]);
        }
    }
    return rc;
}
