/* The log (core/log/log.h): the topics of all domains. */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/log/log.h"
#include "generator/sink.h"

#include <stdio.h>

struct log_sink {
    struct ls_sink base;
    struct ls_log *log;
};

static void log_close(struct ls_sink *base)
{
    struct log_sink *sink = (struct log_sink *)base;
    ls_log_close(sink->log);
    ls_mem_free(sink);
}

static int log_open(const char *place, const struct ls_sink_run *run, struct ls_sink **out,
                    struct ls_error *err)
{
    struct ls_log_topic topics[LS_SPEC_EVENT_TYPES_MAX];
    char sha256[LS_HEX_MAX];
    char uri[LS_PATH_MAX];
    const struct ls_sink_domain *domain = &run->domains[0];
    const struct ls_plan *plan = domain->plan;
    for (size_t t = 0; t < plan->type_count; t++) {
        topics[t] = (struct ls_log_topic){plan->types[t].spec->topic, plan->partitions};
    }
    ls_hex(plan->spec->hash.bytes, sizeof plan->spec->hash.bytes, sha256);
    struct ls_log_identity identity = {plan->spec->domain, sha256, domain->events, domain->until_ms,
                                       NULL};
    if (snprintf(uri, sizeof uri, "log:%s", place) >= (int)sizeof uri) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX - 1, place);
    }
    struct log_sink *sink = ls_mem_new(1, sizeof *sink, err);
    if (!sink) {
        return err->code;
    }
    sink->base.kind = &ls_sink_log;
    int rc = ls_log_create(uri, topics, plan->type_count, &identity,
                           run->resume ? LS_LOG_RESUME : LS_LOG_FRESH, &sink->log, err);
    if (rc < 0) {
        log_close(&sink->base);
        return rc;
    }
    sink->base.complete = ls_log_is_complete(sink->log);
    *out = &sink->base;
    return 0;
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
    (void)domain;
    return ls_log_append(sink->log, event->type, event->partition, &record, err);
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
    .finish = log_finish,
    .close = log_close,
};
