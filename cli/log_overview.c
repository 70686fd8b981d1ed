#include "cli/log_overview.h"

#include "core/base/civil.h"
#include "core/base/json.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

static void print_domain(const struct ls_log_identity *identity)
{
    char grouped[LS_GROUPED_MAX];
    char time[LS_TIME_TEXT_MAX];
    cli_print("domain %s, spec %s", identity->domain, identity->spec_sha256);
    if (identity->events != UINT64_MAX) {
        cli_print(", %s event%s", ls_grouped(identity->events, grouped),
                  identity->events == 1 ? "" : "s");
    }
    if (identity->until_ms == INT64_MIN) {
        cli_print(", a slice");
    } else if (identity->until_ms != INT64_MAX) {
        ls_time_format(identity->until_ms, time);
        cli_print(", until %s", time);
    }
    if (identity->shard.count) {
        char shard[LS_SHARD_TEXT_MAX];
        ls_shard_format(&identity->shard, shard);
        cli_print(", shard %s of it", shard);
    }
    cli_print("\n");
}

/* A domain on the line of its log, several on lines of their own. */
static void print_identity(const struct ls_log *log, const char *uri)
{
    const struct ls_log_identity *identity = ls_log_identity(log);
    cli_print("%s: %s", uri, ls_log_is_complete(log) ? "finished" : "not finished");
    cli_print("%s", identity->next ? "\n" : ", ");
    for (const struct ls_log_identity *i = identity; i; i = i->next) {
        cli_print("%s", identity->next ? "  " : "");
        print_domain(i);
    }
}

static void print_topic(const struct ls_log_topic *topic, const struct ls_log_inspection *found)
{
    char grouped[LS_GROUPED_MAX];
    char times[2][LS_TIME_TEXT_MAX];
    cli_print("  %-32s %u partition%s, %s records", topic->name, topic->partitions,
              topic->partitions == 1 ? "" : "s", ls_grouped(found->records, grouped));
    cli_print(", %s bytes", ls_grouped(found->bytes, grouped));
    if (found->first_ms <= found->last_ms) {
        ls_time_format(found->first_ms, times[0]);
        ls_time_format(found->last_ms, times[1]);
        cli_print(", %s to %s", times[0], times[1]);
    }
    if (found->damaged) {
        cli_print(", DAMAGED: %u partition%s", found->damaged, found->damaged == 1 ? "" : "s");
    }
    cli_print("\n");
}

/* Names in a manifest are anybody's. */
static int print_quoted(const char *text, struct ls_error *err)
{
    struct ls_buf out;
    ls_buf_init(&out, "a name as JSON", 1U << 20);
    int rc = ls_json_string(&out, text, strlen(text), err);
    cli_print_buf(&out);
    return rc;
}

static int print_json_domain(const struct ls_log_identity *identity, struct ls_error *err)
{
    cli_print("\"domain\": ");
    int rc = print_quoted(identity->domain, err);
    cli_print(", \"spec_sha256\": ");
    return rc < 0 ? rc : print_quoted(identity->spec_sha256, err);
}

/* "domain" and "spec_sha256"; of several domains a list of both, "domains". */
static int print_json_head(const struct ls_log *log, struct ls_error *err)
{
    const struct ls_log_identity *identity = ls_log_identity(log);
    int rc = 0;
    cli_print("{\"version\": 1, \"complete\": %s, ", ls_log_is_complete(log) ? "true" : "false");
    if (!identity->next) {
        rc = print_json_domain(identity, err);
    } else {
        cli_print("\"domains\": [");
        for (const struct ls_log_identity *i = identity; rc == 0 && i; i = i->next) {
            cli_print("%s", i == identity ? "{" : ", {");
            rc = print_json_domain(i, err);
            cli_print("}");
        }
        cli_print("]");
    }
    cli_print(", \"topics\": [");
    return rc;
}

static int print_json_topic(const struct ls_log_topic *topic, const struct ls_log_inspection *found,
                            bool first, struct ls_error *err)
{
    cli_print("%s\n  {\"name\": ", first ? "" : ",");
    int rc = print_quoted(topic->name, err);
    cli_print(", \"partitions\": %u, \"records\": %llu, \"bytes\": %llu", topic->partitions,
              (unsigned long long)found->records, (unsigned long long)found->bytes);
    if (found->first_ms <= found->last_ms) {
        cli_print(", \"first_ms\": %lld, \"last_ms\": %lld", (long long)found->first_ms,
                  (long long)found->last_ms);
    }
    cli_print(", \"damaged\": %u}", found->damaged);
    return rc;
}

int log_overview_print(struct ls_log_inspect *job, const char *uri, bool json,
                       struct ls_progress *line, struct log_overview *out, struct ls_error *err)
{
    size_t count;
    const struct ls_log_topic *topics = ls_log_topics(job->log, &count);
    *out = (struct log_overview){0};
    int rc = json ? print_json_head(job->log, err) : 0;
    if (!json) {
        print_identity(job->log, uri);
    }
    for (size_t t = 0; rc == 0 && t < count; t++) {
        struct ls_log_inspection found;
        rc = ls_log_inspect(job, (uint32_t)t, &found, err);
        if (rc < 0) {
            return rc;
        }
        if (found.damaged && !out->damaged) {
            out->damage = found.damage;
        }
        out->records += found.records;
        out->partitions += topics[t].partitions;
        out->damaged += found.damaged;
        if (line) {
            ls_progress_wipe(line);
        }
        if (json) {
            rc = print_json_topic(&topics[t], &found, t == 0, err);
        } else {
            print_topic(&topics[t], &found);
        }
    }
    if (json) {
        cli_print("\n]");
    }
    return rc;
}

int log_progress_tell(void *context, uint64_t done, struct ls_error *err)
{
    struct log_progress *progress = context;
    ls_progress_show(&progress->line, done, progress->total);
    return cli_interrupted(err);
}
