/* The log: what its manifest freezes of each partition, read and decoded through libavro. */
#include "conformance/naive_internal.h"

#include <jansson.h>
#include <string.h>

static const struct naive_column columns[] = {
    {.name = "timestamp", .written = "timestamp", .type = NAIVE_LONG},
    {.name = "key", .written = "key", .type = NAIVE_BYTES},
    {.name = "headers", .written = "headers", .type = NAIVE_HEADERS},
    {.name = "value", .written = "value", .type = NAIVE_BYTES}};

static int read_record(const struct ls_avro_file *file, struct ls_arena *arena,
                       struct naive_record *record, struct ls_error *err)
{
    struct naive_value timestamp;
    struct naive_value *places[] = {&timestamp, &record->key, &record->headers, &record->value};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        avro_value_t field;
        if (avro_value_get_by_name(&file->value, columns[i].written, &field, NULL) != 0) {
            return ls_error_set(err, LS_E_DATA, "%s: there is no field `%s`", file->path,
                                columns[i].written);
        }
        int rc = ls_naive_value_of(&field, &columns[i], arena, places[i], err);
        if (rc < 0) {
            return ls_error_prefix(err, "%s", file->path);
        }
    }
    record->timestamp_ms = timestamp.number;
    return 0;
}

static int read_partition(struct naive_world *world, const struct naive_topic *topic, size_t index,
                          struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_avro_file file;
    struct naive_partition *partition = &topic->partitions[index];
    char *name = ls_arena_printf(&world->arena, err, "%s/%zu.avro", topic->type->topic, index);
    int rc = name ? ls_path_join(path, world->job->log, name, err) : err->code;
    partition->records = rc < 0 ? NULL
                                : ls_arena_new(&world->arena, partition->count,
                                               sizeof *partition->records, err);
    if (!partition->records) {
        return err->code;
    }
    rc = ls_avro_file_open(path, &file, err);
    if (rc < 0) {
        return rc;
    }
    for (size_t i = 0; rc == 0 && i < partition->count; i++) {
        int got = ls_avro_file_next(&file, err);
        if (got == 1) {
            rc = read_record(&file, &world->arena, &partition->records[i], err);
        } else {
            rc = got < 0
                     ? got
                     : ls_error_set(err, LS_E_DATA, "%s holds %zu records, the manifest says %zu",
                                    path, i, partition->count);
        }
    }
    ls_avro_file_close(&file);
    return rc;
}

/* A topic's partitions with their counts. */
static int take_ends(struct naive_world *world, struct naive_topic *topic, const json_t *ends,
                     uint64_t *total, struct ls_error *err)
{
    if (!json_is_array(ends)) {
        return ls_error_set(err, LS_E_DATA, "%s: the manifest says nothing of the topic %s",
                            world->job->log, topic->type->topic);
    }
    topic->partition_count = json_array_size(ends);
    topic->partitions = ls_arena_new(&world->arena, topic->partition_count,
                                     sizeof *topic->partitions, err);
    if (!topic->partitions) {
        return err->code;
    }
    for (size_t p = 0; p < topic->partition_count; p++) {
        json_int_t end = json_integer_value(json_array_get(ends, p));
        *total += (uint64_t)end;
        if (end < 0 || (uint64_t)end > LS_NAIVE_RECORDS_MAX || *total > LS_NAIVE_RECORDS_MAX) {
            return ls_error_set(err, LS_E_DATA,
                                "%s holds more than %d records (LS_NAIVE_RECORDS_MAX): the naive "
                                "recomputation keeps all of them in memory; give it a smaller log",
                                world->job->log, LS_NAIVE_RECORDS_MAX);
        }
        topic->partitions[p].count = (size_t)end;
    }
    return 0;
}

static int take_manifest(struct naive_world *world, const json_t *manifest, struct ls_error *err)
{
    uint64_t total = 0;
    const json_t *topics = json_object_get(manifest, "topics");
    if (!json_is_true(json_object_get(manifest, "complete"))) {
        return ls_error_set(err, LS_E_DATA, "the log %s is not complete", world->job->log);
    }
    for (size_t t = 0; t < world->topic_count; t++) {
        struct naive_topic *topic = &world->topics[t];
        const json_t *ends = NULL;
        for (size_t i = 0; i < json_array_size(topics); i++) {
            const json_t *entry = json_array_get(topics, i);
            const char *name = json_string_value(json_object_get(entry, "name"));
            if (name && strcmp(name, topic->type->topic) == 0) {
                ends = json_object_get(entry, "ends");
            }
        }
        int rc = take_ends(world, topic, ends, &total, err);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

int ls_naive_log_load(struct naive_world *world, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf text;
    ls_buf_init(&text, "log manifest", 64U << 20);
    int rc = ls_path_join(path, world->job->log, "manifest.json", err);
    rc = rc < 0 ? rc : ls_file_read(path, &text, err);
    if (rc == 0) {
        json_error_t where;
        json_t *manifest = json_loadb((const char *)text.data, text.size, 0, &where);
        rc = manifest ? take_manifest(world, manifest, err)
                      : ls_error_set(err, LS_E_DATA, "%s: %s", path, where.text);
        json_decref(manifest);
    }
    ls_buf_clear(&text);
    for (size_t t = 0; rc == 0 && t < world->topic_count; t++) {
        for (size_t p = 0; rc == 0 && p < world->topics[t].partition_count; p++) {
            rc = read_partition(world, &world->topics[t], p, err);
        }
    }
    return rc;
}

/* ---- decoding */

/* Of records that one version wrote. */
struct decoder {
    const struct naive_version *version;
    avro_schema_t schema;
    avro_value_iface_t *iface;
    avro_value_t value;
    avro_reader_t reader;
};

static void decoder_close(struct decoder *d)
{
    if (d->reader) {
        avro_reader_free(d->reader);
    }
    if (d->iface) {
        avro_value_decref(&d->value);
        avro_value_iface_decref(d->iface);
    }
    if (d->schema) {
        avro_schema_decref(d->schema);
    }
}

static int decoder_open(const struct naive_world *world, const struct ls_spec_event_type *type,
                        struct naive_version *version, struct decoder *d, struct ls_error *err)
{
    struct ls_buf text;
    ls_buf_init(&text, "event schema", 1U << 20);
    d->version = version;
    int rc = ls_naive_schema(world->spec, type, &version->columns, &text, &version->crc64, err);
    if (rc == 0 &&
        avro_schema_from_json_length((const char *)text.data, text.size, &d->schema) != 0) {
        d->schema = NULL;
        rc = ls_error_set(err, LS_E_DATA, "libavro cannot read the schema of %s: %s", type->name,
                          avro_strerror());
    }
    ls_buf_clear(&text);
    if (rc == 0) {
        d->iface = avro_generic_class_from_schema(d->schema);
        d->reader = avro_reader_memory("", 0);
        if (!d->iface || !d->reader || avro_generic_value_new(d->iface, &d->value) != 0) {
            d->iface = NULL;
            rc = ls_error_set(err, LS_E_NOMEM, "libavro: %s", avro_strerror());
        }
    }
    return rc;
}

/* libavro reads the same from the datum as the walk did. */
static int agree(struct decoder *d, struct naive_span datum, const struct naive_value *written,
                 struct ls_arena *arena, struct ls_error *err)
{
    avro_value_t payload;
    avro_value_t field;
    avro_reader_memory_set_source(d->reader, (const char *)datum.at, datum.end - datum.at);
    if (avro_value_read(d->reader, &d->value) != 0 ||
        avro_value_get_by_index(&d->value, NAIVE_PAYLOAD, &payload, NULL) != 0) {
        return ls_error_set(err, LS_E_BUG, "libavro refuses it: %s", avro_strerror());
    }
    for (size_t i = 0; i < d->version->columns.count; i++) {
        const struct naive_column *column = &d->version->columns.items[i];
        struct naive_value value;
        avro_value_t record = i < NAIVE_PAYLOAD ? d->value : payload;
        bool found = true;
        for (size_t k = 0; found && k < column->depth; k++) {
            found = avro_value_get_by_name(&record, column->records[k], &field, NULL) == 0;
            record = field;
        }
        if (!found || avro_value_get_by_name(&record, column->written, &field, NULL) != 0) {
            return ls_error_set(err, LS_E_BUG, "libavro finds no field `%s`", column->written);
        }
        int rc = ls_naive_value_of(&field, column, column->items ? arena : NULL, &value, err);
        if (rc < 0) {
            return rc;
        }
        if (ls_naive_value_order(&value, &written[i]) != 0) {
            return ls_error_set(err, LS_E_BUG, "libavro reads another `%s`", column->written);
        }
    }
    return 0;
}

/* Where a spec has heartbeats, one is told by its schema alone: here in its canonical form. */
static void decode_heartbeat(struct naive_record *record)
{
    static const char schema[] = "{\"name\":\"lockstep.heartbeat\",\"type\":\"record\","
                                 "\"fields\":[{\"name\":\"time\",\"type\":\"long\"}]}";
    struct naive_column time = {.type = NAIVE_TIME};
    const struct naive_columns all = {&time, 1};
    struct naive_span datum;
    struct naive_value value;
    uint64_t fingerprint = ls_naive_fingerprint(schema, sizeof schema - 1);
    record->outcome = ls_naive_unframe(&record->value, fingerprint, &datum);
    if (record->outcome != LS_REASON_SCHEMA_UNKNOWN) {
        record->is_heartbeat = true;
        record->outcome = ls_naive_walk(&all, datum, &value);
        record->heartbeat_ms = value.number;
    }
}

static int decode(const struct naive_topic *topic, struct decoder *decoders, bool has_heartbeats,
                  struct naive_record *record, struct ls_arena *arena, struct ls_error *err)
{
    struct naive_span datum = {0};
    struct naive_value written[NAIVE_PAYLOAD + LS_SPEC_FIELDS_MAX];
    struct decoder *d = decoders; /* that of the version that the frame names */
    for (size_t v = 0; v < topic->version_count; v++) {
        d = &decoders[v];
        record->outcome = ls_naive_unframe(&record->value, d->version->crc64, &datum);
        if (record->outcome != LS_REASON_SCHEMA_UNKNOWN) {
            break;
        }
    }
    if (record->outcome == LS_REASON_SCHEMA_UNKNOWN && has_heartbeats) {
        decode_heartbeat(record);
    } else if (record->outcome == LS_ADMITTED) {
        record->outcome = ls_naive_walk(&d->version->columns, datum, written);
    }
    if (!ls_naive_is_admitted(record)) {
        return 0;
    }
    record->version = d->version;
    for (size_t i = 0; i < d->version->columns.count; i++) {
        const struct naive_column *column = &d->version->columns.items[i];
        int rc = column->items && !written[i].is_null
                     ? ls_naive_nested_canonical(column, &written[i], arena, err)
                     : 0;
        if (rc < 0) {
            return rc;
        }
    }
    record->event = ls_arena_new(arena, topic->event.count, sizeof *record->event, err);
    if (!record->event) {
        return err->code;
    }
    for (size_t i = 0; i < topic->event.count; i++) {
        size_t place = d->version->places[i];
        record->event[i] = place < d->version->columns.count
                               ? written[place]
                               : (struct naive_value){.is_null = true};
    }
    return agree(d, datum, written, arena, err);
}

int ls_naive_decode(struct naive_world *world, struct naive_topic *topic, struct ls_error *err)
{
    struct decoder decoders[LS_SPEC_VERSIONS_MAX] = {{0}};
    bool has_heartbeats = world->spec->topics->heartbeat_ms > 0;
    int rc = 0;
    for (size_t v = 0; rc == 0 && v < topic->version_count; v++) {
        rc = decoder_open(world, topic->type, &topic->versions[v], &decoders[v], err);
    }
    for (size_t p = 0; rc == 0 && p < topic->partition_count; p++) {
        for (size_t i = 0; rc == 0 && i < topic->partitions[p].count; i++) {
            rc = decode(topic, decoders, has_heartbeats, &topic->partitions[p].records[i],
                        &world->arena, err);
            if (rc < 0) {
                ls_error_prefix(err, "%s, partition %zu, position %zu", topic->type->topic, p, i);
            }
        }
    }
    for (size_t v = 0; v < topic->version_count; v++) {
        decoder_close(&decoders[v]);
    }
    return rc;
}
