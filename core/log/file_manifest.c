#include "core/log/file_log.h"

int ls_file_manifest_write(const char *folder, bool complete,
                           const struct ls_log_identity *identity,
                           const struct ls_log_topic *topics, size_t topic_count,
                           uint64_t *const *counts, struct ls_error *err)
{
    const struct ls_log_saying saying = {.complete = complete,
                                         .identity = identity,
                                         .topics = topics,
                                         .topic_count = topic_count,
                                         .ends = complete ? counts : NULL};
    char path[LS_PATH_MAX];
    struct ls_buf text;
    ls_buf_init(&text, "log manifest", LS_LOG_MANIFEST_MAX);
    int rc = ls_path_join(path, folder, "manifest.json", err);
    rc = rc < 0 ? rc : ls_log_manifest_format(&saying, &text, err);
    rc = rc < 0 ? rc : ls_file_replace(path, text.data, text.size, err);
    ls_buf_clear(&text);
    return rc;
}

int ls_file_manifest_read(const char *folder, struct ls_log_manifest *out, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    *out = (struct ls_log_manifest){0};
    ls_buf_init(&text, "log manifest", LS_LOG_MANIFEST_MAX);
    int rc = ls_path_join(path, folder, "manifest.json", err);
    rc = rc < 0 ? rc : ls_file_read(path, &text, err);
    if (rc == 0) {
        rc = ls_log_manifest_parse(text.data, text.size, out, err);
        if (rc == LS_E_DATA) {
            ls_error_prefix(err, "%s", path);
        }
    }
    ls_buf_clear(&text);
    return rc;
}
