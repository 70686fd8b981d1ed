#include "generator/files_manifest.h"

#include "core/base/file.h"
#include "core/base/json.h"

#include <jansson.h>
#include <string.h>

#define MANIFEST_BYTES_MAX (1U << 20)

/* A domain's hash in hex, and its bounds: 64-bit numbers stand in texts, because many JSON readers
 * would round them. */
struct identity {
    char sha256[LS_HEX_MAX];
    char events[24], until[24], shard[LS_SHARD_TEXT_MAX];
};

static void identify(const struct ls_sink_domain *domain, struct identity *out)
{
    ls_hex(domain->plan->spec->hash.bytes, LS_SHA256_SIZE, out->sha256);
    snprintf(out->events, sizeof out->events, "%llu", (unsigned long long)domain->events);
    snprintf(out->until, sizeof out->until, "%lld", (long long)domain->until_ms);
    ls_shard_format(&domain->shard, out->shard);
}

static int append_entry(const struct ls_files_entry *entry, bool first, struct ls_buf *out,
                        struct ls_error *err)
{
    int rc = ls_buf_appendf(out, err, "%s\n    {\"name\": \"%s\", \"topic\": ", first ? "" : ",",
                            entry->name);
    rc = rc < 0 ? rc : ls_json_string(out, entry->topic, strlen(entry->topic), err);
    return rc < 0
               ? rc
               : ls_buf_appendf(out, err, ", \"events\": %llu}", (unsigned long long)entry->events);
}

int ls_files_manifest_write(const char *folder, const char *format,
                            const struct ls_sink_domain *domain, bool complete,
                            const struct ls_files_entry *entries, size_t entry_count,
                            struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct identity id;
    struct ls_buf text;
    identify(domain, &id);
    ls_buf_init(&text, "manifest of files", MANIFEST_BYTES_MAX);
    int rc = ls_path_join(path, folder, "manifest.json", err);
    rc = rc < 0 ? rc
                : ls_buf_appendf(&text, err,
                                 "{\n  \"lockstep_files\": 1,\n  \"complete\": %s,\n"
                                 "  \"format\": \"%s\",\n  \"domain\": \"%s\",\n"
                                 "  \"spec_sha256\": \"%s\",\n  \"events\": \"%s\",\n"
                                 "  \"until\": \"%s\",\n%s%s%s  \"files\": [",
                                 complete ? "true" : "false", format, domain->plan->spec->domain,
                                 id.sha256, id.events, id.until, *id.shard ? "  \"shard\": \"" : "",
                                 id.shard, *id.shard ? "\",\n" : "");
    for (size_t i = 0; rc == 0 && entries && i < entry_count; i++) {
        rc = append_entry(&entries[i], i == 0, &text, err);
    }
    rc = rc < 0 ? rc : ls_buf_append_text(&text, entries ? "\n  ]\n}\n" : "]\n}\n", err);
    rc = rc < 0 ? rc : ls_file_replace(path, text.data, text.size, err);
    ls_buf_clear(&text);
    return rc;
}

static const char *text_of(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text ? text : "";
}

/* Whether the manifest may be gone on with. */
static int judge(const json_t *json, const char *folder, const char *format,
                 const struct ls_sink_domain *domain, bool resume, struct ls_error *err)
{
    struct identity id;
    identify(domain, &id);
    const char *theirs = text_of(json, "format");
    bool complete = json_is_true(json_object_get(json, "complete"));
    bool same_format = strcmp(theirs, format) == 0;
    bool same_spec = strcmp(text_of(json, "domain"), domain->plan->spec->domain) == 0 &&
                     strcmp(text_of(json, "spec_sha256"), id.sha256) == 0;
    bool same_bounds = strcmp(text_of(json, "events"), id.events) == 0 &&
                       strcmp(text_of(json, "until"), id.until) == 0 &&
                       strcmp(text_of(json, "shard"), id.shard) == 0;
    bool same = same_format && same_spec && same_bounds;
    if (!resume) {
        return ls_error_set(err, LS_E_DATA, "there is a %s %s output in %s already: remove it%s",
                            complete ? "finished" : "partial", theirs, folder,
                            complete || !same ? "" : ", or finish it with --resume");
    }
    if (!same_format) {
        return ls_error_set(
            err, LS_E_DATA,
            "the output in %s is %s: resume it with --to %s:%s, or give --to another "
            "folder",
            folder, theirs, theirs, folder);
    }
    if (same_spec && !same_bounds) {
        return ls_error_set(err, LS_E_DATA,
                            "the output in %s is of another run of this spec: resume it with the "
                            "--events, --for, --until or --shard that it was begun with",
                            folder);
    }
    return same ? 0
                : ls_error_set(err, LS_E_DATA,
                               "the output in %s is of another run (spec %.12s, domain %s): it "
                               "cannot be resumed with spec %.12s",
                               folder, text_of(json, "spec_sha256"), text_of(json, "domain"),
                               id.sha256);
}

int ls_files_manifest_look(const char *folder, const char *format,
                           const struct ls_sink_domain *domain, bool resume,
                           enum ls_files_state *out, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    json_error_t where;
    *out = LS_FILES_NONE;
    ls_buf_init(&text, "manifest of files", MANIFEST_BYTES_MAX);
    int rc = ls_path_join(path, folder, "manifest.json", err);
    rc = rc < 0 ? rc : ls_file_read(path, &text, err);
    if (rc < 0) {
        ls_buf_clear(&text);
        return rc == LS_E_NOINPUT ? 0 : rc;
    }
    json_t *json = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &where);
    if (json_integer_value(json_object_get(json, "lockstep_files")) != 1) {
        rc = ls_error_set(
            err, LS_E_DATA,
            "%s is no manifest of files that were generated: give --to another folder", path);
    } else {
        rc = judge(json, folder, format, domain, resume, err);
        *out = json_is_true(json_object_get(json, "complete")) ? LS_FILES_COMPLETE
                                                               : LS_FILES_PARTIAL;
    }
    json_decref(json);
    ls_buf_clear(&text);
    return rc;
}
