/* Rows in topics of a log (contract P6): a record each, whose value is the row behind its schema's
 * frame. A checkpoint names how many records each partition has, and in how many bytes. */
#include "core/avro/frame.h"
#include "core/base/mem.h"
#include "core/base/mutant.h"
#include "pipeline/output/outlet.h"

#include <stdio.h>
#include <string.h>

struct ls_topic_place {
    struct ls_log *log;
    uint32_t topic, partition;
    struct ls_buf value; /* of the row that is being made, with its frame in front */
};

/* What the log is opened with. */
struct topics {
    struct ls_log_topic *items; /* with their names */
    size_t *first;              /* [topic] number of its first partition, of all in order */
    size_t count, parts;
};

/* ---- opening */

static int add_topic(struct topics *topics, const char *name, uint32_t partitions,
                     const struct ls_layout *layout, struct ls_error *err)
{
    char *copy = ls_mem_copy(name, strlen(name), err);
    if (!copy) {
        return err->code;
    }
    topics->items[topics->count] = (struct ls_log_topic){copy, partitions, &layout->schema->crc64,
                                                         1};
    topics->first[topics->count++] = topics->parts;
    topics->parts += partitions;
    return 0;
}

/* The place of dataset number i; with the first partition of a topic comes the topic. */
static int add_place(struct ls_outputs *o, size_t i, struct topics *topics, struct ls_error *err)
{
    char name[LS_PATH_MAX];
    struct ls_topic_place *place = ls_mem_new(1, sizeof *place, err);
    o->sets[i].topic = place;
    if (!place) {
        return err->code;
    }
    ls_buf_init(&place->value, "a row as a record", LS_CONTAINER_RECORD_MAX);
    uint32_t partitions;
    place->partition = ls_outputs_topic(o, i, name, &partitions);
    int rc = place->partition == 0 ? add_topic(topics, name, partitions, o->sets[i].layout, err)
                                   : 0;
    if (rc < 0) {
        return rc;
    }
    place->topic = (uint32_t)topics->count - 1;
    while (strcmp(topics->items[place->topic].name, name) != 0) {
        place->topic--;
    }
    return 0;
}

static int open_log(struct ls_outputs *o, const struct topics *topics,
                    const struct ls_dataset_state *states, struct ls_error *err)
{
    char hex[LS_HEX_MAX];
    char domain[LS_OUTPUTS_DOMAIN_MAX];
    struct ls_log_end *ends = ls_mem_new(topics->parts, sizeof *ends, err);
    if (!ends) {
        return err->code;
    }
    for (size_t i = 0; states && i < o->count; i++) {
        const struct ls_topic_place *place = o->sets[i].topic;
        ends[topics->first[place->topic] + place->partition] = (struct ls_log_end){
            states[i].container.records, states[i].container.file_size};
    }
    const struct ls_log_identity identity = {
        .domain = ls_outputs_domain(o->plan, domain),
        .spec_sha256 = ls_hex(o->plan->spec->hash.bytes, LS_SHA256_SIZE, hex),
        .events = UINT64_MAX,
        .until_ms = INT64_MAX,
        .writer = o->place->writer};
    const struct ls_log_past past = {ends, o->place->checkpoint, o->place->finished};
    bool goes_on = states && !LS_MUTANT(TOPICS_ANEW);
    int rc = ls_log_continue(o->place->uri, topics->items, topics->count, &identity,
                             goes_on ? &past : NULL, &o->log, err);
    ls_mem_free(ends);
    return rc;
}

/* The run's own manifest was removed before: what has one now is the log that was opened. */
static int check_folder(const struct ls_outputs *o, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int rc = ls_path_join(path, o->folder, "manifest.json", err);
    return rc == 0 && ls_path_exists(path)
               ? ls_error_set(err, LS_E_USAGE,
                              "%s is the folder of the topics, whose manifest the run's would "
                              "replace: give another --state",
                              o->folder)
               : rc;
}

static int topics_open(struct ls_outputs *o, const struct ls_dataset_state *states,
                       struct ls_error *err)
{
    struct topics topics = {0};
    int rc = 0;
    topics.items = ls_mem_new(o->count, sizeof *topics.items, err);
    topics.first = topics.items ? ls_mem_new(o->count, sizeof *topics.first, err) : NULL;
    rc = topics.first ? ls_folder_make(o->folder, err) : err->code;
    for (size_t i = 0; rc == 0 && i < o->count; i++) {
        char name[LS_PATH_MAX];
        const struct ls_layout *layout = ls_outputs_describe(o, i, name);
        rc = ls_dataset_begin(&o->sets[i], &ls_outlet_topics, name, layout, err);
        rc = rc < 0 ? rc : add_place(o, i, &topics, err);
    }
    rc = rc < 0 ? rc : open_log(o, &topics, states, err);
    rc = rc < 0 ? rc : check_folder(o, err);
    for (size_t i = 0; rc == 0 && i < o->count; i++) {
        o->sets[i].topic->log = o->log;
        o->sets[i].digest = states && !LS_MUTANT(DIGESTS_ANEW) ? states[i].digest
                                                               : (struct ls_logical_digest){0};
    }
    for (size_t t = 0; t < topics.count; t++) {
        ls_mem_free((void *)(uintptr_t)topics.items[t].name);
    }
    ls_mem_free(topics.items);
    ls_mem_free(topics.first);
    return rc;
}

/* ---- rows */

static int topics_reserve(struct ls_dataset *set, size_t size_max, uint8_t **room,
                          struct ls_error *err)
{
    struct ls_buf *value = &set->topic->value;
    value->size = 0;
    int rc = ls_buf_reserve(value, LS_SINGLE_OBJECT_SIZE + size_max, err);
    *room = rc < 0 ? NULL : value->data + LS_SINGLE_OBJECT_SIZE;
    return rc;
}

static int topics_commit(struct ls_dataset *set, size_t size, const struct ls_row_tag *tag,
                         struct ls_error *err)
{
    struct ls_topic_place *place = set->topic;
    ls_put_single_object(place->value.data, set->layout->schema->crc64);
    const struct ls_log_record record = {.timestamp_ms = tag->time_ms,
                                         .key = tag->key,
                                         .key_size = tag->key_size,
                                         .value = place->value.data,
                                         .value_size = LS_SINGLE_OBJECT_SIZE + size};
    int rc = ls_log_append(place->log, place->topic, place->partition, &record, err);
    return rc == LS_E_DATA ? ls_error_prefix(err, "row %llu of %s, which goes to a topic",
                                             (unsigned long long)set->digest.records - 1, set->name)
                           : rc;
}

static int topics_save(struct ls_dataset *set, bool sync, struct ls_container_state *state,
                       struct ls_error *err)
{
    struct ls_log_end end;
    const struct ls_topic_place *place = set->topic;
    int rc = ls_log_flush(place->log, place->topic, place->partition, sync, &end, err);
    if (rc == 0) {
        *state = (struct ls_container_state){.file_size = end.bytes, .records = end.records};
    }
    return rc;
}

static int topics_covered(struct ls_outputs *o, const struct ls_log_commit *commit,
                          struct ls_error *err)
{
    return ls_log_commit(o->log, commit, err);
}

static int topics_end(struct ls_outputs *o, bool final, struct ls_error *err)
{
    return final ? ls_log_complete(o->log, err) : 0; /* else all of it was saved */
}

static void topics_clear(struct ls_dataset *set)
{
    if (set->topic) {
        ls_buf_clear(&set->topic->value);
    }
    ls_mem_free(set->topic);
}

static void topics_close(struct ls_outputs *o)
{
    ls_log_close(o->log);
}

const struct ls_outlet ls_outlet_topics = {
    .takes_back = false,
    .open = topics_open,
    .reserve = topics_reserve,
    .commit = topics_commit,
    .save = topics_save,
    .covered = topics_covered,
    .end = topics_end,
    .clear = topics_clear,
    .close = topics_close,
};
