#include "pipeline/output/ours.h"

#include "core/base/file.h"
#include "core/base/text.h"

#include <string.h>

#define CLAIM_BYTES_MAX (256U << 20)

/* Do those documents of a run begin so? */
static bool is_claim(const char *text)
{
    static const char begin[] = "{\n  \"version\": ";
    return strncmp(text, begin, sizeof begin - 1) == 0 && strstr(text, ",\n  \"mode\": \"");
}

static int check_claim(const char *folder, const char *name, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    int rc = ls_path_join(path, folder, name, err);
    if (rc < 0 || !ls_path_exists(path)) {
        return rc;
    }
    ls_buf_init(&text, name, CLAIM_BYTES_MAX);
    rc = ls_file_read(path, &text, err);
    const char *all = rc < 0 ? NULL : ls_buf_text(&text, err);
    rc = rc < 0 || all ? rc : err->code;
    if (rc == 0 && !is_claim(all)) {
        rc = ls_error_set(err, LS_E_DATA,
                          "%s is not of a run, and a run would replace it: give another folder, or "
                          "remove that file",
                          path);
    }
    ls_buf_clear(&text);
    return rc;
}

/* FOLDER/ and as many names behind it as a dataset's file has there; what a writer that was killed
 * left beside it ends with .tmp. */
static bool is_dataset(const char *relative)
{
    static const struct {
        const char *folder;
        int depth;
    } shapes[] = {{"views/", 1},      {"alerts/", 1}, {"normalized/", 2},
                  {"quarantine/", 2}, {"late/", 3},   {"", 0}};
    int depth = 0;
    for (const char *at = relative; (at = strchr(at, '/')); at++) {
        depth++;
    }
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size_t size = strlen(shapes[i].folder);
        if (depth == shapes[i].depth && strncmp(relative, shapes[i].folder, size) == 0) {
            return size ? ls_ends_with(relative, ".avro") || ls_ends_with(relative, ".tmp")
                        : strncmp(relative, "SHA256SUMS", strlen("SHA256SUMS")) == 0;
        }
    }
    return false;
}

static int check_dataset(void *context, const char *relative, struct ls_error *err)
{
    const char *folder = context;
    return is_dataset(relative)
               ? 0
               : ls_error_set(err, LS_E_DATA,
                              "%s/%s is no dataset, and a run begins by emptying %s: give --to "
                              "another folder, or remove that file",
                              folder, relative, folder);
}

int ls_ours_check(const char *folder, const char *datasets, struct ls_error *err)
{
    int rc = check_claim(folder, "manifest.json", err);
    rc = rc < 0 ? rc : check_claim(folder, "summary.json", err);
    if (rc < 0 || !datasets || !ls_path_exists(datasets)) {
        return rc;
    }
    if (!ls_path_is_folder(datasets)) {
        return ls_error_set(err, LS_E_DATA, "%s is a file: give --to another folder, or remove it",
                            datasets);
    }
    return ls_tree_walk(datasets, check_dataset, (void *)(uintptr_t)datasets, err);
}
