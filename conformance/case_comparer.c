/* DUP-7: does the comparison itself see rows that are there more than once? */
#include "conformance/case_tools.h"
#include "conformance/cases.h"
#include "conformance/rows.h"
#include "core/avro/container.h"

#include <string.h>

/* The first file of normalized rows that has two. */
struct search {
    const char *datasets;
    char found[LS_PATH_MAX];
};

static int visit(void *context, const char *relative, struct ls_error *err)
{
    struct search *s = context;
    struct ls_avro_file file;
    char path[LS_PATH_MAX];
    size_t size = strlen(relative);
    if (*s->found || strncmp(relative, "normalized/", 11) != 0 || size < 5 ||
        strcmp(relative + size - 5, ".avro") != 0) {
        return 0;
    }
    int rc = ls_path_join(path, s->datasets, relative, err);
    rc = rc < 0 ? rc : ls_avro_file_open(path, &file, err);
    if (rc < 0) {
        return rc;
    }
    int more = 1;
    for (int i = 0; more > 0 && i < 2; i++) {
        more = ls_avro_file_next(&file, err);
    }
    ls_avro_file_close(&file);
    if (more > 0) {
        memcpy(s->found, path, sizeof path);
    }
    return more < 0 ? more : 0;
}

/* Writes the file once more, its row number `repeated` three times, as FOLDER/rows.avro. */
static int write_rows(const char *from, const char *folder, uint64_t repeated, struct ls_error *err)
{
    struct ls_rows rows;
    struct ls_container_writer *writer = NULL;
    char path[LS_PATH_MAX];
    int rc = ls_path_join(path, folder, "rows.avro", err);
    rc = rc < 0 ? rc : ls_folder_make_above(path, err);
    rc = rc < 0 ? rc : ls_rows_open(from, &rows, err);
    if (rc < 0) {
        return rc;
    }
    rc = ls_container_create(path, "rows", rows.schema->text, 100, &writer, err);
    for (uint64_t number = 0; rc == 0 && (rc = ls_rows_next(&rows, err)) > 0; number++) {
        rc = 0;
        for (int i = 0; rc == 0 && i < (number == repeated ? 3 : 1); i++) {
            rc = ls_container_append(writer, rows.encoded.data, rows.encoded.size, err);
        }
    }
    rc = rc < 0 ? rc : ls_container_finish(writer, false, err);
    ls_container_writer_free(writer);
    ls_rows_close(&rows);
    return rc;
}

/* The two folders hold other rows: a comparison that finds them the same has failed. */
static int check_seen(struct ls_case_result *r, const char *a, const char *b, uint64_t *seen,
                      struct ls_error *err)
{
    struct ls_comparison comparison = {.level = LS_LEVEL_LOGICAL};
    struct ls_buf ignored;
    ls_buf_init(&ignored, "a report", 1U << 20);
    int rc = ls_compare(a, b, &comparison, &ignored, err);
    ls_buf_clear(&ignored);
    *seen += rc == LS_DIFFERS;
    if (rc == 0) {
        r->verdict = LS_VERDICT_FAIL;
        rc = ls_buf_appendf(&r->detail, err,
                            "%s and %s hold other rows, rows.avro has one of them three times: the "
                            "comparison found their rows the same\n",
                            a, b);
    }
    return rc < 0 ? rc : 0;
}

static int run_dup_7(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const names[] = {"as-it-is", "first-repeated", "second-repeated"};
    const char *folders[3];
    struct search search = {.found = ""};
    uint64_t seen = 0;
    int rc = ls_verify_base(v, r, err);
    if (rc < 0 || r->verdict != LS_VERDICT_PASS) {
        return rc;
    }
    search.datasets = ls_arena_printf(&v->arena, err, "%s/datasets", v->base_batch);
    rc = search.datasets ? ls_tree_walk(search.datasets, visit, &search, err) : err->code;
    for (size_t i = 0; rc == 0 && *search.found && i < 3; i++) {
        folders[i] = ls_verify_path(v, err, "cases/DUP-7/%s", names[i]);
        rc = folders[i] ? write_rows(search.found, folders[i], i - 1, err) : err->code;
    }
    for (size_t i = 1; rc == 0 && *search.found && i < 3; i++) {
        rc = check_seen(r, folders[i - 1], folders[i], &seen, err);
    }
    ls_verify_count(r, "differences seen", seen, true);
    return rc;
}

const struct ls_case ls_case_dup_7 = {
    .id = "DUP-7",
    .title = "an even number of duplicate rows in an output",
    .text = "A dataset of the batch run is written again with two more of its first row, and with "
            "two more of its second. The comparison of rows has to tell the three apart: a sum\n"
            "in which pairs cancel would not. This tests the suite, not the target.",
    .run = run_dup_7,
};
