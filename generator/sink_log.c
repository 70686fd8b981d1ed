/* The log (core/log/log.h): the topics of all domains. */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/log/log.h"
#include "generator/sink.h"
#include "spec/heartbeat.h"

#include <assert.h>
#include <stdio.h>

struct log_sink {
    struct ls_sink base;
    struct ls_log *log;
    uint32_t first_topics[LS_LOG_DOMAINS_MAX]; /* where each domain's begin */
};

static void log_close(struct ls_sink *base)
{
    struct log_sink *sink = (struct log_sink *)base;
    ls_log_close(sink->log);
    ls_mem_free(sink);
}

/* What the log is told of its domains: their topics one behind the other, and who they are. */
struct described {
    struct ls_log_topic topics[LS_LOG_TOPICS_MAX];
    uint64_t schemas[LS_LOG_TOPICS_MAX][LS_SPEC_VERSIONS_MAX + 1]; /* fingerprints */
    size_t topic_count;
    struct ls_log_identity identities[LS_LOG_DOMAINS_MAX];
    char sha256[LS_LOG_DOMAINS_MAX][LS_HEX_MAX];
};

/* With the schemas of all that stands in it. */
static void add_topic(struct described *out, const struct ls_plan *plan,
                      const struct ls_spec_event_type *type)
{
    uint64_t *schemas = out->schemas[out->topic_count];
    size_t count = 0;
    for (; count < type->version_count; count++) {
        schemas[count] = type->versions[count].schema->crc64;
    }
    if (plan->spec->topics->heartbeat_ms) {
        schemas[count++] = LS_HEARTBEAT_CRC64;
    }
    out->topics[out->topic_count++] = (struct ls_log_topic){type->topic, plan->partitions, schemas,
                                                            count};
}

static int describe(const struct ls_sink_run *run, struct log_sink *sink, struct described *out,
                    struct ls_error *err)
{
    for (size_t d = 0; d < run->domain_count; d++) {
        const struct ls_sink_domain *domain = &run->domains[d];
        const struct ls_plan *plan = domain->plan;
        if (out->topic_count + plan->type_count > LS_LOG_TOPICS_MAX) {
            return ls_error_set(err, LS_E_DATA, "the specs have more than %d topics together",
                                LS_LOG_TOPICS_MAX);
        }
        sink->first_topics[d] = (uint32_t)out->topic_count;
        for (size_t t = 0; t < plan->type_count; t++) {
            add_topic(out, plan, plan->types[t].spec);
        }
        ls_hex(plan->spec->hash.bytes, sizeof plan->spec->hash.bytes, out->sha256[d]);
        out->identities[d] = (struct ls_log_identity){
            plan->spec->domain,
            out->sha256[d],
            domain->events,
            domain->until_ms,
            d + 1 < run->domain_count ? &out->identities[d + 1] : NULL,
            domain->shard,
            NULL};
    }
    return 0;
}

static int open_log(const char *place, const struct ls_sink_run *run, struct log_sink *sink,
                    struct ls_error *err)
{
    char uri[LS_PATH_MAX];
    if (snprintf(uri, sizeof uri, "%s%s", sink->base.kind->prefix, place) >= (int)sizeof uri) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX - 1, place);
    }
    struct described *described = ls_mem_new(1, sizeof *described, err);
    int rc = described ? describe(run, sink, described, err) : err->code;
    rc = rc < 0
             ? rc
             : ls_log_create(uri, described->topics, described->topic_count, described->identities,
                             run->resume ? LS_LOG_RESUME : LS_LOG_FRESH, &sink->log, err);
    ls_mem_free(described);
    return rc;
}

static int open_sink(const struct ls_sink_kind *kind, const char *place,
                     const struct ls_sink_run *run, struct ls_sink **out, struct ls_error *err)
{
    struct log_sink *sink = ls_mem_new(1, sizeof *sink, err);
    if (!sink) {
        return err->code;
    }
    sink->base.kind = kind;
    assert(run->domain_count <= LS_LOG_DOMAINS_MAX);
    int rc = open_log(place, run, sink, err);
    if (rc < 0) {
        log_close(&sink->base);
        return rc;
    }
    sink->base.complete = ls_log_is_complete(sink->log);
    *out = &sink->base;
    return 0;
}

static int log_open(const char *place, const struct ls_sink_run *run, struct ls_sink **out,
                    struct ls_error *err)
{
    return open_sink(&ls_sink_log, place, run, out, err);
}

static int kafka_open(const char *place, const struct ls_sink_run *run, struct ls_sink **out,
                      struct ls_error *err)
{
    return open_sink(&ls_sink_kafka, place, run, out, err);
}

static int log_take(struct ls_sink *base, size_t domain, const struct ls_event *event,
                    struct ls_error *err)
{
    struct log_sink *sink = (struct log_sink *)base;
    struct ls_log_record record = {.timestamp_ms = event->timestamp_ms,
                                   .key = event->key,
                                   .key_size = event->key_size,
                                   .value = event->value,
                                   .value_size = event->value_size};
    return ls_log_append(sink->log, sink->first_topics[domain] + event->type, event->partition,
                         &record, err);
}

static int log_take_heartbeat(struct ls_sink *base, size_t domain, uint32_t type,
                              uint32_t partition, int64_t time_ms, struct ls_error *err)
{
    struct log_sink *sink = (struct log_sink *)base;
    uint8_t value[LS_HEARTBEAT_SIZE_MAX];
    struct ls_log_record record = {
        .timestamp_ms = time_ms, .value = value, .value_size = ls_heartbeat_write(time_ms, value)};
    return ls_log_append(sink->log, sink->first_topics[domain] + type, partition, &record, err);
}

static int log_finish(struct ls_sink *base, struct ls_error *err)
{
    struct log_sink *sink = (struct log_sink *)base;
    return ls_log_complete(sink->log, err);
}

const struct ls_sink_kind ls_sink_log = {
    .prefix = "log:",
    .form = "log:DIR",
    .summary = "the file log, which `run` reads",
    .in_folder = true,
    .open = log_open,
    .take = log_take,
    .take_heartbeat = log_take_heartbeat,
    .finish = log_finish,
    .close = log_close,
};

const struct ls_sink_kind ls_sink_kafka = {
    .prefix = "kafka:",
    .form = "kafka://HOST:PORT[/PREFIX]",
    .summary = "the topics of the file log on a Kafka cluster, in transactions",
    .open = kafka_open,
    .take = log_take,
    .take_heartbeat = log_take_heartbeat,
    .finish = log_finish,
    .close = log_close,
};
