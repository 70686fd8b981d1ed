#include "cli/changelog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANGELOG_BYTES_MAX (16U << 20)
#define HEADING             "\n### Output changes\n"

/* The nearest one, into found[LS_PATH_MAX]. */
static bool find(const char *file, char *found)
{
    char *real = realpath(file, NULL);
    bool there = false;
    for (char *slash = real ? strrchr(real, '/') : NULL; slash && !there;
         slash = strrchr(real, '/')) {
        *slash = '\0';
        there = snprintf(found, LS_PATH_MAX, "%s/CHANGELOG.md", real) < LS_PATH_MAX &&
                ls_path_exists(found);
    }
    free(real);
    return there;
}

static int put(const struct ls_buf *text, const char *at, const char *line, const char *path,
               struct ls_error *err)
{
    struct ls_buf out;
    size_t before = (size_t)(at - (const char *)text->data);
    ls_buf_init(&out, path, CHANGELOG_BYTES_MAX);
    int rc = ls_buf_append(&out, text->data, before, err);
    rc = rc < 0 ? rc : ls_buf_appendf(&out, err, "%s\n", line);
    rc = rc < 0 ? rc : ls_buf_append_text(&out, at, err);
    rc = rc < 0 ? rc : ls_file_replace(path, out.data, out.size, err);
    ls_buf_clear(&out);
    return rc;
}

/* Where the section's list ends: behind its last line that is not empty. */
static const char *end_of_section(const char *from)
{
    const char *end = strstr(from, "\n#");
    end = end ? end : from + strlen(from);
    while (end > from && (end[-1] == '\n' || end[-1] == ' ')) {
        end--;
    }
    return *end ? end + 1 : end;
}

int cli_changelog_note(const char *file, const char *line, char *found, struct ls_error *err)
{
    struct ls_buf text;
    if (!find(file, found)) {
        return ls_error_set(err, LS_E_NOMATCH, "there is no CHANGELOG.md above %s", file);
    }
    ls_buf_init(&text, found, CHANGELOG_BYTES_MAX);
    int rc = ls_file_read(found, &text, err);
    const char *all = rc < 0 ? NULL : ls_buf_text(&text, err);
    const char *heading = all ? strstr(all, HEADING) : NULL;
    if (!all) {
        rc = err->code;
    } else if (!heading) {
        rc = ls_error_set(err, LS_E_NOMATCH, "%s has no heading `### Output changes`", found);
    } else if (!strstr(all, line)) {
        rc = put(&text, end_of_section(heading + strlen(HEADING)), line, found, err);
    }
    ls_buf_clear(&text);
    return rc;
}
