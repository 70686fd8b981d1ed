#include "core/log/file_log.h"

#include "core/base/mem.h"
#include "core/base/wide.h"

#include <jansson.h>
#include <string.h>

#define MANIFEST_BYTES_MAX (16U << 20)
#define NO_MANIFEST        "this is no manifest of a file log of version 1"

/* The members of one domain. */
static int identity_text(const struct ls_log_identity *identity, const char *between,
                         struct ls_buf *out, struct ls_error *err)
{
    char shard[LS_SHARD_TEXT_MAX];
    int rc = ls_buf_appendf(out, err,
                            "\"domain\": \"%s\",%s\"spec_sha256\": \"%s\",%s\"events\": "
                            "\"%llu\",%s\"until\": \"%lld\"",
                            identity->domain, between, identity->spec_sha256, between,
                            (unsigned long long)identity->events, between,
                            (long long)identity->until_ms);
    ls_shard_format(&identity->shard, shard);
    rc = rc < 0 || !*shard ? rc : ls_buf_appendf(out, err, ",%s\"shard\": \"%s\"", between, shard);
    return rc < 0 || !identity->writer
               ? rc
               : ls_buf_appendf(out, err, ",%s\"writer\": \"%s\"", between, identity->writer);
}

/* A log of one domain says so beside the rest; of several there is a list. */
static int identities_text(const struct ls_log_identity *identity, struct ls_buf *out,
                           struct ls_error *err)
{
    if (!identity->next) {
        return identity_text(identity, "\n  ", out, err);
    }
    int rc = ls_buf_append_text(out, "\"domains\": [", err);
    for (const struct ls_log_identity *i = identity; rc == 0 && i; i = i->next) {
        rc = ls_buf_append_text(out, i == identity ? "\n    {" : ",\n    {", err);
        rc = rc < 0 ? rc : identity_text(i, " ", out, err);
        rc = rc < 0 ? rc : ls_buf_append_text(out, "}", err);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "\n  ]", err);
}

static int manifest_text(bool complete, const struct ls_log_identity *identity,
                         const struct ls_log_topic *topics, size_t topic_count,
                         uint64_t *const *counts, struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_appendf(out, err, "{\n  \"lockstep_log\": 1,\n  \"complete\": %s,\n  ",
                            complete ? "true" : "false");
    rc = rc < 0 ? rc : identities_text(identity, out, err);
    rc = rc < 0 ? rc : ls_buf_append_text(out, ",\n  \"topics\": [", err);
    for (size_t t = 0; rc == 0 && t < topic_count; t++) {
        rc = ls_buf_appendf(out, err, "%s\n    {\"name\": \"%s\", \"partitions\": %u, \"ends\": [",
                            t ? "," : "", topics[t].name, topics[t].partitions);
        for (uint32_t p = 0; rc == 0 && complete && p < topics[t].partitions; p++) {
            rc = ls_buf_appendf(out, err, "%s%llu", p ? ", " : "",
                                (unsigned long long)counts[t][p]);
        }
        rc = rc < 0 ? rc : ls_buf_append_text(out, "]}", err);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "\n  ]\n}\n", err);
}

int ls_file_manifest_write(const char *folder, bool complete,
                           const struct ls_log_identity *identity,
                           const struct ls_log_topic *topics, size_t topic_count,
                           uint64_t *const *counts, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    ls_buf_init(&text, "log manifest", MANIFEST_BYTES_MAX);
    int rc = ls_path_join(path, folder, "manifest.json", err);
    rc = rc < 0 ? rc : manifest_text(complete, identity, topics, topic_count, counts, &text, err);
    rc = rc < 0 ? rc : ls_file_replace(path, text.data, text.size, err);
    ls_buf_clear(&text);
    return rc;
}

void ls_file_manifest_clear(struct ls_file_manifest *manifest)
{
    for (size_t i = 0; i < manifest->topic_count; i++) {
        ls_mem_free((void *)(uintptr_t)manifest->topics[i].name);
        ls_mem_free(manifest->ends[i]);
    }
    ls_mem_free(manifest->topics);
    ls_mem_free(manifest->ends);
    ls_log_identity_free(manifest->identity);
    memset(manifest, 0, sizeof *manifest);
}

static int read_topic(const json_t *topic, bool complete, struct ls_log_topic *out, uint64_t **ends,
                      struct ls_error *err)
{
    const char *name = json_string_value(json_object_get(topic, "name"));
    json_int_t partitions = json_integer_value(json_object_get(topic, "partitions"));
    const json_t *list = json_object_get(topic, "ends");
    bool sound = name && partitions >= 1 && partitions <= LS_LOG_PARTITIONS_MAX &&
                 json_is_array(list) &&
                 json_array_size(list) == (complete ? (size_t)partitions : 0);
    if (!sound) {
        return ls_error_set(err, LS_E_DATA, "a topic in it is not described as it should be");
    }
    const struct ls_log_topic described = {name, (uint32_t)partitions};
    if (ls_log_check_topic(&described, err) < 0) {
        return err->code;
    }
    out->name = ls_mem_copy(name, strlen(name), err);
    out->partitions = described.partitions;
    *ends = out->name ? ls_mem_new((size_t)partitions, sizeof **ends, err) : NULL;
    for (size_t p = 0; *ends && p < json_array_size(list); p++) {
        json_int_t end = json_integer_value(json_array_get(list, p));
        if (end < 0 || !json_is_integer(json_array_get(list, p))) {
            return ls_error_set(err, LS_E_DATA, "the end of partition %zu of %s is no count", p,
                                name);
        }
        (*ends)[p] = (uint64_t)end;
    }
    return *ends ? 0 : err->code;
}

/* 64-bit numbers stand in texts, because many JSON readers would round them. */
static bool number_of(const json_t *json, const char *key, ls_i128 low, ls_i128 high, ls_i128 *out)
{
    const char *text = json_string_value(json_object_get(json, key));
    return text && ls_decimal_parse(text, strlen(text), 0, out) && *out >= low && *out <= high;
}

static int read_identity(const json_t *json, const struct ls_log_identity *next,
                         struct ls_log_identity *out, struct ls_error *err)
{
    ls_i128 events;
    ls_i128 until;
    *out = (struct ls_log_identity){
        .domain = json_string_value(json_object_get(json, "domain")),
        .spec_sha256 = json_string_value(json_object_get(json, "spec_sha256")),
        .writer = json_string_value(json_object_get(json, "writer")),
        .next = next,
    };
    if (!out->domain || !out->spec_sha256) {
        return ls_error_set(err, LS_E_DATA, NO_MANIFEST);
    }
    if (!number_of(json, "events", 0, UINT64_MAX, &events) ||
        !number_of(json, "until", INT64_MIN, INT64_MAX, &until)) {
        return ls_error_set(err, LS_E_DATA, "`events` or `until` is no number");
    }
    const json_t *shard = json_object_get(json, "shard");
    if (shard &&
        (!json_is_string(shard) || !ls_shard_read(json_string_value(shard), &out->shard))) {
        return ls_error_set(err, LS_E_DATA, "`shard` is no K/N with K below N");
    }
    out->events = (uint64_t)events;
    out->until_ms = (int64_t)until;
    return 0;
}

static int read_identities(const json_t *json, struct ls_log_identity **out, struct ls_error *err)
{
    struct ls_log_identity found[LS_LOG_DOMAINS_MAX]; /* with borrowed texts */
    const json_t *domains = json_object_get(json, "domains");
    size_t count = domains ? json_array_size(domains) : 1;
    if (count < 1 || count > LS_LOG_DOMAINS_MAX) {
        return ls_error_set(err, LS_E_DATA, NO_MANIFEST);
    }
    for (size_t i = 0; i < count; i++) {
        int rc = read_identity(domains ? json_array_get(domains, i) : json,
                               i + 1 < count ? &found[i + 1] : NULL, &found[i], err);
        if (rc < 0) {
            return rc;
        }
    }
    *out = ls_log_identity_copy(found, err);
    return *out ? 0 : err->code;
}

static int read_json(const json_t *json, struct ls_file_manifest *out, struct ls_error *err)
{
    const json_t *complete = json_object_get(json, "complete");
    const json_t *topics = json_object_get(json, "topics");
    if (json_integer_value(json_object_get(json, "lockstep_log")) != 1 ||
        !json_is_boolean(complete) || !json_is_array(topics) ||
        json_array_size(topics) > LS_LOG_TOPICS_MAX) {
        return ls_error_set(err, LS_E_DATA, NO_MANIFEST);
    }
    int rc = read_identities(json, &out->identity, err);
    if (rc < 0) {
        return rc;
    }
    out->complete = json_is_true(complete);
    size_t topic_count = json_array_size(topics);
    out->topics = ls_mem_new(topic_count, sizeof *out->topics, err);
    out->ends = out->topics ? ls_mem_new(topic_count, sizeof *out->ends, err) : NULL;
    if (!out->ends) {
        return err->code;
    }
    for (size_t t = 0; rc == 0 && t < topic_count; t++) {
        out->topic_count = t + 1;
        rc = read_topic(json_array_get(topics, t), out->complete, &out->topics[t], &out->ends[t],
                        err);
    }
    return rc;
}

int ls_file_manifest_read(const char *folder, struct ls_file_manifest *out, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    json_t *json = NULL;
    memset(out, 0, sizeof *out);
    ls_buf_init(&text, "log manifest", MANIFEST_BYTES_MAX);
    int rc = ls_path_join(path, folder, "manifest.json", err);
    rc = rc < 0 ? rc : ls_file_read(path, &text, err);
    if (rc == 0) {
        json_error_t where;
        json = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &where);
        rc = json ? read_json(json, out, err)
                  : ls_error_set(err, LS_E_DATA, "line %d: %s", where.line, where.text);
        if (rc == LS_E_DATA) {
            ls_error_prefix(err, "%s", path);
        }
    }
    json_decref(json);
    ls_buf_clear(&text);
    return rc;
}
