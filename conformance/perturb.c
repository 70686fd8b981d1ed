#include "conformance/perturb.h"

#include "core/avro/frame.h"
#include "core/base/file.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <string.h>

#define READ_BATCH 1024
#define VALUE_MAX  (16U << 20)
#define TABLE_MAX  (1U << 30)

int ls_perturb_append(struct ls_perturb *p, const struct ls_log_record *record,
                      struct ls_error *err)
{
    uint32_t topic = p->reversed ? p->topic_count - 1 - p->topic : p->topic;
    return ls_log_append(p->out, topic, p->to, record, err);
}

static const struct ls_spec_event_type *type_of(const struct ls_perturb *p)
{
    return ls_spec_event_type_at(p->spec, p->topic);
}

bool ls_perturb_decode(struct ls_perturb *p, const struct ls_log_record *record)
{
    struct ls_frame frame = ls_frame_read(record->value, record->value ? record->value_size : 0);
    if (frame.kind != LS_FRAME_SINGLE_OBJECT) {
        return false;
    }
    p->version = ls_spec_version_of(type_of(p), frame.crc64);
    return p->version &&
           ls_row_decode(p->version->layout, record->value + frame.size,
                         record->value_size - frame.size, p->cells, NULL, NULL) == LS_DECODE_OK;
}

int ls_perturb_encode(struct ls_perturb *p, struct ls_log_record *record, struct ls_error *err)
{
    const struct ls_layout *layout = p->version->layout;
    p->value.size = 0;
    int rc = ls_buf_reserve(&p->value, LS_SINGLE_OBJECT_SIZE + ls_row_size_max(layout, p->cells),
                            err);
    if (rc < 0) {
        return rc;
    }
    uint8_t *at = ls_put_single_object(p->value.data, p->version->schema->crc64);
    at = ls_row_encode(layout, p->cells, at);
    record->value = p->value.data;
    record->value_size = (size_t)(at - p->value.data);
    return 0;
}

static int copy_file(const char *from, const char *to, struct ls_error *err)
{
    struct ls_buf bytes;
    ls_buf_init(&bytes, "reference table", TABLE_MAX);
    int rc = ls_file_read(from, &bytes, err);
    rc = rc < 0 ? rc : ls_folder_make_above(to, err);
    rc = rc < 0 ? rc : ls_file_replace(to, bytes.data, bytes.size, err);
    ls_buf_clear(&bytes);
    return rc;
}

static int copy_reference(const struct ls_spec *spec, const char *from, const char *to,
                          struct ls_error *err)
{
    const struct ls_spec_reference *tables = spec->reference.items;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < spec->reference.count; i++) {
        char paths[2][LS_PATH_MAX];
        if (tables[i].file) { /* which lies beside the spec */
            continue;
        }
        if (snprintf(paths[0], LS_PATH_MAX, "%s/reference/%s.avro", from, tables[i].key) >=
                LS_PATH_MAX ||
            snprintf(paths[1], LS_PATH_MAX, "%s/reference/%s.avro", to, tables[i].key) >=
                LS_PATH_MAX) {
            return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                                LS_PATH_MAX, from);
        }
        rc = copy_file(paths[0], paths[1], err);
    }
    return rc;
}

/* What is read of one partition. */
struct source {
    struct ls_log_reader *reader;
    const struct ls_log_record *records;
    size_t count, at; /* of `records` */
    uint64_t position;
};

/* Makes sure of a record, unless the partition has no more. */
static int fill(struct source *s, struct ls_error *err)
{
    int rc = 0;
    if (s->at == s->count) {
        s->at = 0;
        rc = ls_log_read(s->reader, READ_BATCH, &s->records, &s->count, err);
    }
    return rc;
}

/* The source whose record has the least timestamp, the first of those; NULL at the end of all. */
static int choose(struct source *sources, uint32_t count, struct source **out, struct ls_error *err)
{
    *out = NULL;
    int rc = 0;
    for (uint32_t i = 0; rc == 0 && i < count; i++) {
        struct source *s = &sources[i];
        rc = fill(s, err);
        if (rc == 0 && s->at < s->count &&
            (!*out || s->records[s->at].timestamp_ms < (*out)->records[(*out)->at].timestamp_ms)) {
            *out = s;
        }
    }
    return rc;
}

/* The records of `count` partitions of p's topic, from `first` on. */
static int each_record(struct ls_perturb *p, const struct ls_log *in,
                       const struct ls_perturbation *job, uint32_t first, uint32_t count,
                       struct ls_error *err)
{
    struct source *sources = ls_mem_new(count, sizeof *sources, err);
    struct source *next = NULL;
    int rc = sources ? 0 : err->code;
    p->count = 0;
    p->number = 0;
    for (uint32_t i = 0; rc == 0 && i < count; i++) {
        p->count += ls_log_count(in, p->topic, first + i);
        rc = ls_log_reader_new(in, p->topic, first + i, 0, &sources[i].reader, err);
    }
    while (rc == 0 && (rc = choose(sources, count, &next, err)) == 0 && next) {
        p->partition = p->to = first + (uint32_t)(next - sources);
        p->position = next->position++;
        rc = job->each(p, &next->records[next->at++], job->context, err);
        p->number++;
    }
    if (rc == 0 && job->end) {
        p->partition = p->to = first;
        rc = job->end(p, job->context, err);
    }
    for (uint32_t i = 0; sources && i < count; i++) {
        ls_log_reader_free(sources[i].reader);
    }
    ls_mem_free(sources);
    return rc;
}

static int rewrite(struct ls_perturb *p, const struct ls_log *in, const struct ls_perturbation *job,
                   struct ls_error *err)
{
    size_t topics;
    const struct ls_log_topic *list = ls_log_topics(in, &topics);
    int rc = 0;
    for (p->topic = 0; rc == 0 && p->topic < topics; p->topic++) {
        uint32_t partitions = list[p->topic].partitions;
        uint32_t together = job->merged ? partitions : 1;
        for (uint32_t first = 0; rc == 0 && first < partitions; first += together) {
            rc = each_record(p, in, job, first, together, err);
        }
    }
    return rc < 0 ? rc : ls_log_complete(p->out, err);
}

static int create(struct ls_perturb *p, const struct ls_log *in, const char *uri,
                  const struct ls_perturbation *job, struct ls_error *err)
{
    struct ls_log_topic topics[LS_SPEC_EVENT_TYPES_MAX];
    size_t count;
    const struct ls_log_topic *list = ls_log_topics(in, &count);
    struct ls_log_identity identity = {.domain = p->spec->domain,
                                       .spec_sha256 = "perturbed",
                                       .events = UINT64_MAX,
                                       .until_ms = INT64_MAX};
    for (size_t t = 0; t < count; t++) {
        topics[t] = list[job->reversed ? count - 1 - t : t];
        topics[t].partitions = job->partitions ? job->partitions : topics[t].partitions;
    }
    p->topic_count = (uint32_t)count;
    p->reversed = job->reversed;
    return ls_log_create(uri, topics, count, &identity, LS_LOG_FRESH, &p->out, err);
}

int ls_perturb_log_as(const struct ls_spec *spec, const char *from, const char *to,
                      const struct ls_perturbation *perturbation, struct ls_error *err)
{
    char uris[2][LS_PATH_MAX + 8];
    struct ls_log *in = NULL;
    struct ls_perturb *p = ls_mem_new(1, sizeof *p, err);
    if (!p) {
        return err->code;
    }
    p->spec = spec;
    ls_buf_init(&p->value, "a record's value", VALUE_MAX);
    snprintf(uris[0], sizeof uris[0], "log:%s", from);
    snprintf(uris[1], sizeof uris[1], "log:%s", to);
    int rc = ls_log_open(uris[0], false, &in, err);
    rc = rc < 0 ? rc : create(p, in, uris[1], perturbation, err);
    rc = rc < 0 ? rc : rewrite(p, in, perturbation, err);
    rc = rc < 0 ? rc : copy_reference(spec, from, to, err);
    ls_log_close(p->out);
    ls_log_close(in);
    ls_buf_clear(&p->value);
    ls_mem_free(p);
    return rc;
}

int ls_perturb_log(const struct ls_spec *spec, const char *from, const char *to,
                   ls_perturb_fn *each, void *context, struct ls_error *err)
{
    const struct ls_perturbation perturbation = {.each = each, .context = context};
    return ls_perturb_log_as(spec, from, to, &perturbation, err);
}
