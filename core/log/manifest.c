#include "core/log/manifest.h"

#include "core/base/mem.h"
#include "core/base/wide.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define NO_MANIFEST "this is no manifest of a log of version 1"

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

static int list_text(const char *name, const uint64_t *numbers, uint32_t count, struct ls_buf *out,
                     struct ls_error *err)
{
    int rc = ls_buf_appendf(out, err, ", \"%s\": [", name);
    for (uint32_t p = 0; rc == 0 && numbers && p < count; p++) {
        rc = ls_buf_appendf(out, err, "%s%llu", p ? ", " : "", (unsigned long long)numbers[p]);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "]", err);
}

static int frames_text(const struct ls_wire_map *frames, struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, ",\n  \"frames\": {", err);
    for (size_t i = 0; rc == 0 && i < ls_wire_map_count(frames); i++) {
        uint64_t crc64;
        uint32_t id = ls_wire_map_at(frames, i, &crc64);
        rc = ls_buf_appendf(out, err, "%s\"%u\": \"%016llx\"", i ? ", " : "", id,
                            (unsigned long long)crc64);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "}", err);
}

int ls_log_manifest_format(const struct ls_log_saying *saying, struct ls_buf *out,
                           struct ls_error *err)
{
    int rc = ls_buf_appendf(out, err, "{\n  \"lockstep_log\": 1,\n  \"complete\": %s,\n  ",
                            saying->complete ? "true" : "false");
    rc = rc < 0 ? rc : identities_text(saying->identity, out, err);
    if (rc == 0 && saying->checkpoint) {
        rc = ls_buf_appendf(out, err, ",\n  \"checkpoint\": \"%llu\"",
                            (unsigned long long)saying->checkpoint);
    }
    if (rc == 0 && saying->session) {
        rc = ls_buf_appendf(out, err, ",\n  \"session\": \"%s\"", saying->session);
    }
    if (rc == 0 && saying->frames) {
        rc = frames_text(saying->frames, out, err);
    }
    rc = rc < 0 ? rc : ls_buf_append_text(out, ",\n  \"topics\": [", err);
    for (size_t t = 0; rc == 0 && t < saying->topic_count; t++) {
        const struct ls_log_topic *topic = &saying->topics[t];
        rc = ls_buf_appendf(out, err, "%s\n    {\"name\": \"%s\", \"partitions\": %u", t ? "," : "",
                            topic->name, topic->partitions);
        rc = rc < 0 ? rc
                    : list_text("ends", saying->ends ? saying->ends[t] : NULL, topic->partitions,
                                out, err);
        if (rc == 0 && saying->offsets) {
            rc = list_text("offsets", saying->offsets[t], topic->partitions, out, err);
        }
        rc = rc < 0 ? rc : ls_buf_append_text(out, "}", err);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "\n  ]\n}\n", err);
}

void ls_log_manifest_clear(struct ls_log_manifest *manifest)
{
    for (size_t i = 0; i < manifest->topic_count; i++) {
        ls_mem_free((void *)(uintptr_t)manifest->topics[i].name);
        ls_mem_free(manifest->ends[i]);
        ls_mem_free(manifest->offsets ? manifest->offsets[i] : NULL);
    }
    ls_mem_free(manifest->topics);
    ls_mem_free(manifest->ends);
    ls_mem_free(manifest->offsets);
    ls_mem_free(manifest->session);
    ls_wire_map_free(manifest->frames);
    ls_log_identity_free(manifest->identity);
    memset(manifest, 0, sizeof *manifest);
}

/* The numbers of a topic's partitions, or zeros where none are told. */
static int read_list(const json_t *topic, const char *name, bool all, uint32_t partitions,
                     uint64_t **out, struct ls_error *err)
{
    const json_t *list = json_object_get(topic, name);
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count != (all ? partitions : 0)) {
        return ls_error_set(err, LS_E_DATA, "a topic in it is not described as it should be");
    }
    *out = ls_mem_new(partitions, sizeof **out, err);
    for (size_t p = 0; *out && p < count; p++) {
        json_int_t number = json_integer_value(json_array_get(list, p));
        if (number < 0 || !json_is_integer(json_array_get(list, p))) {
            return ls_error_set(err, LS_E_DATA, "the end of partition %zu of %s is no count", p,
                                json_string_value(json_object_get(topic, "name")));
        }
        (*out)[p] = (uint64_t)number;
    }
    return *out ? 0 : err->code;
}

static int read_topic(const json_t *json, struct ls_log_manifest *out, size_t t,
                      struct ls_error *err)
{
    const char *name = json_string_value(json_object_get(json, "name"));
    json_int_t partitions = json_integer_value(json_object_get(json, "partitions"));
    if (!name || partitions < 1 || partitions > LS_LOG_PARTITIONS_MAX) {
        return ls_error_set(err, LS_E_DATA, "a topic in it is not described as it should be");
    }
    const struct ls_log_topic described = {.name = name, .partitions = (uint32_t)partitions};
    if (ls_log_check_topic(&described, err) < 0) {
        return err->code;
    }
    out->topics[t].name = ls_mem_copy(name, strlen(name), err);
    out->topics[t].partitions = described.partitions;
    int rc = out->topics[t].name ? read_list(json, "ends", out->complete || out->offsets,
                                             described.partitions, &out->ends[t], err)
                                 : err->code;
    return rc < 0 || !out->offsets
               ? rc
               : read_list(json, "offsets", true, described.partitions, &out->offsets[t], err);
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

static int copy_text(const json_t *json, const char *name, char **out, struct ls_error *err)
{
    const char *text = json_string_value(json_object_get(json, name));
    *out = text ? ls_mem_copy(text, strlen(text), err) : NULL;
    return text && !*out ? err->code : 0;
}

static bool read_frame(const char *key, const json_t *value, uint32_t *id, uint64_t *crc64)
{
    ls_i128 number;
    const char *text = json_string_value(value);
    if (!ls_decimal_parse(key, strlen(key), 0, &number) || number < 0 || number > UINT32_MAX ||
        !text || strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16) {
        return false;
    }
    *id = (uint32_t)number;
    *crc64 = strtoull(text, NULL, 16);
    return true;
}

/* In their order: of several ids of one schema the first is written. */
static int read_frames(json_t *json, struct ls_wire_map **out, struct ls_error *err)
{
    const char *key;
    json_t *value;
    if (!json) {
        return 0;
    }
    if (!json_is_object(json)) {
        return ls_error_set(err, LS_E_DATA, NO_MANIFEST);
    }
    *out = ls_wire_map_new(err);
    int rc = *out ? 0 : err->code;
    json_object_foreach(json, key, value)
    {
        uint32_t id;
        uint64_t crc64;
        rc = rc < 0                                ? rc
             : read_frame(key, value, &id, &crc64) ? ls_wire_map_add(*out, id, crc64, err)
                                                   : ls_error_set(err, LS_E_DATA, NO_MANIFEST);
    }
    return rc;
}

/* Room for the topics; and for their offsets, where the first tells them. */
static int begin_topics(const json_t *topics, struct ls_log_manifest *out, struct ls_error *err)
{
    size_t count = json_array_size(topics);
    bool offsets = json_object_get(json_array_get(topics, 0), "offsets") != NULL;
    out->topics = ls_mem_new(count, sizeof *out->topics, err);
    out->ends = out->topics ? ls_mem_new(count, sizeof *out->ends, err) : NULL;
    out->offsets = out->ends && offsets ? ls_mem_new(count, sizeof *out->offsets, err) : NULL;
    return out->ends && (out->offsets || !offsets) ? 0 : err->code;
}

static int read_json(const json_t *json, struct ls_log_manifest *out, struct ls_error *err)
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
    ls_i128 checkpoint = 0;
    if (json_object_get(json, "checkpoint") &&
        !number_of(json, "checkpoint", 1, INT64_MAX, &checkpoint)) {
        return ls_error_set(err, LS_E_DATA, "`checkpoint` is no number");
    }
    out->checkpoint = (uint64_t)checkpoint;
    rc = copy_text(json, "session", &out->session, err);
    rc = rc < 0 ? rc : read_frames(json_object_get(json, "frames"), &out->frames, err);
    rc = rc < 0 ? rc : begin_topics(topics, out, err);
    for (size_t t = 0; rc == 0 && t < json_array_size(topics); t++) {
        out->topic_count = t + 1;
        rc = read_topic(json_array_get(topics, t), out, t, err);
    }
    return rc;
}

int ls_log_manifest_parse(const void *text, size_t size, struct ls_log_manifest *out,
                          struct ls_error *err)
{
    json_error_t where;
    memset(out, 0, sizeof *out);
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
    int rc = json ? read_json(json, out, err)
                  : ls_error_set(err, LS_E_DATA, "line %d: %s", where.line, where.text);
    json_decref(json);
    return rc;
}
