#include "pipeline/output/report.h"

#include "core/base/civil.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/mutant.h"
#include "pipeline/output/sums.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_BYTES_MAX (64U << 20)

#define SUMS     "SHA256SUMS"
#define MANIFEST "manifest.json"
#define SUMMARY  "summary.json"

static int write_text(const struct ls_outputs *o, const char *folder, const char *name,
                      const struct ls_buf *text, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    (void)o;
    int rc = ls_path_join(path, folder, name, err);
    return rc < 0 ? rc : ls_file_replace(path, text->data, text->size, err);
}

static int write_sums(const struct ls_outputs *o, const struct ls_sum *sums, struct ls_error *err)
{
    struct ls_buf text;
    int rc = 0;
    ls_buf_init(&text, SUMS, REPORT_BYTES_MAX);
    for (size_t i = 0; rc == 0 && i < o->count; i++) {
        char hex[LS_HEX_MAX];
        rc = ls_buf_appendf(&text, err, "%s  %s.avro\n",
                            ls_hex(sums[i].sha256.bytes, LS_SHA256_SIZE, hex), sums[i].set->name);
    }
    rc = rc < 0 ? rc : write_text(o, o->datasets, SUMS, &text, err);
    ls_buf_clear(&text);
    return rc;
}

/* ---- what was asked for, where that was not everything */

static const struct ls_scope *scope_of(const struct ls_run_facts *facts)
{
    return facts->scope ? facts->scope : &ls_scope_all;
}

/* P13: is there no more to come? */
static bool is_final(const struct ls_outputs *o, const struct ls_partition_counts *counts)
{
    bool final = true;
    for (size_t i = 0; i < o->plan->topic_count * o->partitions; i++) {
        final = final && counts[i].reached;
    }
    return final;
}

static int append_scope(const struct ls_outputs *o, const struct ls_partition_counts *counts,
                        const struct ls_run_facts *facts, struct ls_buf *out, struct ls_error *err)
{
    const struct ls_scope *scope = scope_of(facts);
    char time[LS_TIME_TEXT_MAX];
    int rc = scope->lateness_off ? ls_buf_append_text(out, "  \"lateness\": \"off\",\n", err) : 0;
    if (rc == 0 && scope->has_as_of) {
        ls_time_format(scope->as_of_ms, time);
        rc = ls_buf_appendf(out, err, "  \"as_of\": {\"time\": \"%s\", \"final\": %s},\n", time,
                            is_final(o, counts) ? "true" : "false");
    }
    return rc;
}

/* ---- manifest.json: reproducible */

static int append_window(const struct ls_scope *scope, struct ls_buf *out, struct ls_error *err)
{
    char times[2][LS_TIME_TEXT_MAX];
    ls_time_format(scope->from_ms, times[0]);
    ls_time_format(scope->to_ms, times[1]);
    return scope->is_range ? ls_buf_appendf(out, err, "%s..%s", times[0], times[1])
                           : ls_buf_append_text(out, "all", err);
}

static int manifest_inputs(const struct ls_outputs *o, const struct ls_partition_counts *counts,
                           const struct ls_scope *scope, struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, "  \"inputs\": {", err);
    for (size_t t = 0; rc == 0 && t < o->plan->topic_count; t++) {
        rc = ls_buf_appendf(out, err, "%s\n    \"%s\": [", t ? "," : "",
                            o->plan->topics[t].type->topic);
        for (uint32_t p = 0; rc == 0 && p < o->partitions; p++) {
            const struct ls_partition_counts *c = &counts[t * o->partitions + p];
            rc = ls_buf_appendf(out, err, "%s\n      {\"records\": %llu, ", p ? "," : "",
                                (unsigned long long)c->raw);
            if (rc == 0 && o->plan->spec->topics->heartbeat_ms) {
                rc = ls_buf_appendf(out, err, "\"heartbeats\": %llu, ",
                                    (unsigned long long)c->heartbeats);
            }
            if (rc == 0 && scope->has_as_of) {
                rc = ls_buf_appendf(out, err, "\"final\": %s, ", c->reached ? "true" : "false");
            }
            rc = rc < 0 ? rc
                        : ls_buf_appendf(out, err, "\"digest\": \"%016llx%016llx\"}",
                                         (unsigned long long)c->input_digest.high,
                                         (unsigned long long)c->input_digest.low);
        }
        rc = rc < 0 ? rc : ls_buf_append_text(out, "]", err);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "\n  },\n", err);
}

static int manifest_outputs(const struct ls_outputs *o, const struct ls_sum *sums,
                            struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, "  \"outputs\": {", err);
    for (size_t i = 0; rc == 0 && i < o->count; i++) {
        char hex[LS_HEX_MAX];
        char logical[LS_LOGICAL_TEXT_MAX];
        rc = ls_buf_appendf(out, err, "%s\n    \"%s.avro\": {\"records\": %llu, ", i ? "," : "",
                            sums[i].set->name, (unsigned long long)sums[i].set->digest.records);
        if (rc == 0 && o->datasets) {
            rc = ls_buf_appendf(out, err, "\"bytes\": %llu, \"sha256\": \"%s\", ",
                                (unsigned long long)sums[i].size,
                                ls_hex(sums[i].sha256.bytes, LS_SHA256_SIZE, hex));
        }
        rc = rc < 0 ? rc
                    : ls_buf_appendf(out, err, "\"logical\": \"%s\"}",
                                     ls_logical_text(&sums[i].set->digest, logical));
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "\n  }\n}\n", err);
}

static int manifest_heading(const struct ls_outputs *o, const struct ls_run_facts *facts,
                            struct ls_buf *out, struct ls_error *err)
{
    char hex[2][LS_HEX_MAX];
    const char *reason = scope_of(facts)->reason ? scope_of(facts)->reason : "run";
    int rc = ls_buf_appendf(out, err,
                            "{\n  \"version\": 1,\n  \"format_version\": %d,\n  \"mode\": "
                            "\"%s\",\n  \"window\": \"",
                            LS_FORMAT_VERSION, facts->mode);
    rc = rc < 0 ? rc : append_window(scope_of(facts), out, err);
    rc = rc < 0 ? rc : ls_buf_append_text(out, "\",\n  \"reason\": ", err);
    rc = rc < 0 ? rc : ls_json_string(out, reason, strlen(reason), err);
    rc = rc < 0 ? rc
                : ls_buf_appendf(out, err,
                                 ",\n  \"domain\": \"%s\",\n  \"job_sha256\": \"%s\",\n  "
                                 "\"spec_sha256\": \"%s\",\n  \"reference\": {",
                                 o->plan->spec->domain,
                                 ls_hex(o->plan->job.bytes, LS_SHA256_SIZE, hex[0]),
                                 ls_hex(o->plan->spec->hash.bytes, LS_SHA256_SIZE, hex[1]));
    for (size_t i = 0; rc == 0 && i < o->plan->reference->count; i++) {
        const struct ls_reference_table *table = &o->plan->reference->tables[i];
        rc = ls_buf_appendf(out, err, "%s\"%s\": {\"rows\": %llu, \"sha256\": \"%s\"}",
                            i ? ", " : "", table->name, (unsigned long long)table->file_rows,
                            ls_hex(table->sha256.bytes, LS_SHA256_SIZE, hex[0]));
    }
    rc = rc < 0 ? rc : ls_buf_append_text(out, "},\n  \"schemas\": {", err);
    rc = rc < 0 ? rc : ls_spec_schemas_json(o->plan->spec, out, err);
    return rc < 0 ? rc : ls_buf_append_text(out, "},\n", err);
}

static int write_manifest(const struct ls_outputs *o, const struct ls_partition_counts *counts,
                          const struct ls_run_facts *facts, const struct ls_sum *sums,
                          struct ls_error *err)
{
    struct ls_buf text;
    ls_buf_init(&text, "run manifest", REPORT_BYTES_MAX);
    int rc = manifest_heading(o, facts, &text, err);
    rc = rc < 0 ? rc : append_scope(o, counts, facts, &text, err);
    if (rc == 0 && !o->datasets) { /* topics lack what is open, until nothing comes any more */
        rc = ls_buf_appendf(&text, err, "  \"final\": %s,\n", facts->final ? "true" : "false");
    }
    rc = rc < 0 ? rc : manifest_inputs(o, counts, scope_of(facts), &text, err);
    rc = rc < 0 ? rc : manifest_outputs(o, sums, &text, err);
    rc = rc < 0 ? rc : write_text(o, o->folder, MANIFEST, &text, err);
    ls_buf_clear(&text);
    return rc;
}

/* ---- summary.json: counts, and under "run" what depends on the machine */

static int summary_topic(const struct ls_outputs *o, const struct ls_partition_counts *counts,
                         size_t topic, struct ls_buf *out, struct ls_error *err)
{
    struct ls_partition_counts sum = {0};
    for (uint32_t p = 0; p < o->partitions; p++) {
        const struct ls_partition_counts *c = &counts[topic * o->partitions + p];
        sum.raw += c->raw;
        sum.heartbeats += c->heartbeats;
        for (int r = 0; r < LS_REASON_COUNT; r++) {
            sum.by_reason[r] += c->by_reason[r];
        }
    }
    int rc = ls_buf_appendf(
        out, err,
        "%s\n    \"%s\": {\"raw\": %llu, \"normalized\": %llu, \"heartbeats\": "
        "%llu, \"quarantined\": {",
        topic ? "," : "", o->plan->topics[topic].type->topic, (unsigned long long)sum.raw,
        (unsigned long long)sum.by_reason[LS_ADMITTED], (unsigned long long)sum.heartbeats);
    bool first = true;
    for (int r = LS_ADMITTED + 1; rc == 0 && r < LS_REASON_COUNT; r++) {
        if (sum.by_reason[r]) {
            rc = ls_buf_appendf(out, err, "%s\"%s\": %llu", first ? "" : ", ", ls_reasons[r].name,
                                (unsigned long long)sum.by_reason[r]);
            first = false;
        }
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "}}", err);
}

static int summary_views(const struct ls_outputs *o, struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, "\n  },\n  \"views\": {", err);
    for (size_t v = 0; rc == 0 && v < o->views->count; v++) {
        size_t count;
        const struct ls_dataset *late = ls_outputs_late_sets(o, &o->views->views[v], &count);
        uint64_t late_rows = 0;
        for (size_t i = 0; i < count; i++) {
            late_rows += late[i].digest.records;
        }
        rc = ls_buf_appendf(out, err, "%s\n    \"%s\": {\"rows\": %llu", v ? "," : "",
                            o->views->views[v].spec->name,
                            (unsigned long long)o->sets[v].digest.records);
        rc = rc < 0 || o->views_only
                 ? rc
                 : ls_buf_appendf(out, err, ", \"late\": %llu", (unsigned long long)late_rows);
        rc = rc < 0 ? rc : ls_buf_append_text(out, "}", err);
    }
    return rc;
}

/* P14: what is here and would not be, were lateness judged. */
static int summary_cost(const struct ls_outputs *o, const struct ls_partition_counts *counts,
                        const struct ls_run_facts *facts, struct ls_buf *out, struct ls_error *err)
{
    struct ls_lateness_cost all = {0};
    int rc = ls_buf_append_text(out, "\n  },\n  \"lateness_cost\": {\n    \"topics\": {", err);
    for (size_t t = 0; rc == 0 && t < o->plan->topic_count; t++) {
        struct ls_partition_counts sum = {0};
        for (uint32_t p = 0; p < o->partitions; p++) {
            sum.expiring += counts[t * o->partitions + p].expiring;
            sum.regained += counts[t * o->partitions + p].regained;
        }
        rc = ls_buf_appendf(out, err, "%s\n      \"%s\": {\"expired\": %llu, \"regained\": %llu}",
                            t ? "," : "", o->plan->topics[t].type->topic,
                            (unsigned long long)sum.expiring, (unsigned long long)sum.regained);
    }
    rc = rc < 0 ? rc : ls_buf_append_text(out, "\n    },\n    \"views\": {", err);
    for (size_t v = 0; rc == 0 && v < o->views->count; v++) {
        all.late += facts->costs[v].late;
        all.expired += facts->costs[v].expired;
        rc = ls_buf_appendf(out, err, "%s\n      \"%s\": {\"late\": %llu, \"expired\": %llu}",
                            v ? "," : "", o->views->views[v].spec->name,
                            (unsigned long long)facts->costs[v].late,
                            (unsigned long long)facts->costs[v].expired);
    }
    return rc < 0 ? rc
                  : ls_buf_appendf(out, err, "\n    },\n    \"late\": %llu,\n    \"expired\": %llu",
                                   (unsigned long long)all.late, (unsigned long long)all.expired);
}

/* How long alerts were in coming. */
static int summary_delays(const struct ls_run_facts *facts, struct ls_buf *out,
                          struct ls_error *err)
{
    int rc = ls_buf_append_text(out, ", \"alert_delay_ms\": {", err);
    for (size_t i = 0; rc == 0 && i < facts->delay_count; i++) {
        const struct ls_alert_delay *delay = &facts->delays[i];
        rc = ls_buf_appendf(out, err, "%s\"%s\": {\"rows\": %llu", i ? ", " : "", delay->rule,
                            (unsigned long long)delay->rows);
        if (rc == 0 && delay->rows) {
            rc = ls_buf_appendf(out, err, ", \"p99\": %lld, \"most\": %lld",
                                (long long)delay->p99_ms, (long long)delay->most_ms);
        }
        rc = rc < 0 ? rc : ls_buf_append_text(out, "}", err);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "}", err);
}

static int write_summary(const struct ls_outputs *o, const struct ls_partition_counts *counts,
                         const struct ls_run_facts *facts, struct ls_error *err)
{
    struct ls_buf text;
    ls_buf_init(&text, "summary", REPORT_BYTES_MAX);
    int rc = ls_buf_appendf(&text, err, "{\n  \"version\": 1,\n  \"mode\": \"%s\",\n", facts->mode);
    if (rc == 0 && scope_of(facts)->is_range) {
        rc = ls_buf_append_text(&text, "  \"window\": \"", err);
        rc = rc < 0 ? rc : append_window(scope_of(facts), &text, err);
        rc = rc < 0 ? rc : ls_buf_append_text(&text, "\",\n", err);
    }
    rc = rc < 0 ? rc : append_scope(o, counts, facts, &text, err);
    rc = rc < 0 ? rc : ls_buf_append_text(&text, "  \"topics\": {", err);
    for (size_t t = 0; rc == 0 && t < o->plan->topic_count; t++) {
        rc = summary_topic(o, counts, t, &text, err);
    }
    rc = rc < 0 ? rc : summary_views(o, &text, err);
    if (rc == 0 && scope_of(facts)->lateness_off) {
        rc = summary_cost(o, counts, facts, &text, err);
    }
    uint64_t rate = facts->elapsed_us
                        ? (uint64_t)((ls_u128)facts->records * 1000000 / facts->elapsed_us)
                        : 0;
    rc = rc < 0 ? rc
                : ls_buf_appendf(
                      &text, err,
                      "\n  },\n  \"windows\": {\"by_watermark\": %llu, \"by_flush\": %llu},\n"
                      "  \"run\": {\"workers\": %u, \"elapsed_us\": %llu, \"records_per_second\": "
                      "%llu, \"checkpoints\": %llu, "
                      "\"restarts\": %llu, \"stopped\": %s, \"final\": %s",
                      (unsigned long long)facts->emitted_by_watermark,
                      (unsigned long long)facts->emitted_by_flush, facts->workers,
                      (unsigned long long)facts->elapsed_us, (unsigned long long)rate,
                      (unsigned long long)facts->checkpoints, (unsigned long long)facts->restarts,
                      facts->stopped ? "true" : "false", facts->final ? "true" : "false");
    rc = rc < 0 || !facts->delay_count ? rc : summary_delays(facts, &text, err);
    rc = rc < 0 ? rc : ls_buf_append_text(&text, "}\n}\n", err);
    rc = rc < 0 ? rc : write_text(o, o->folder, SUMMARY, &text, err);
    ls_buf_clear(&text);
    return rc;
}

int ls_report_remove(const struct ls_outputs *o, struct ls_error *err)
{
    const char *const files[][2] = {
        {o->folder, SUMMARY}, {o->folder, MANIFEST}, {o->datasets, SUMS}};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < (o->datasets ? 3 : 2); i++) {
        char path[LS_PATH_MAX];
        rc = ls_path_join(path, files[i][0], files[i][1], err);
        rc = rc < 0 ? rc : ls_tree_remove(path, err);
        /* one that is missing may come back: whoever removed it may have died before this */
        if (rc == 0 && ls_path_is_folder(files[i][0]) && !LS_MUTANT(CLAIMS_NOT_SYNCED)) {
            rc = ls_file_sync_folder_of(path, err);
        }
    }
    return rc;
}

/* The outputs in the order of their names, and what their files come to. *out is the caller's. */
static int sum_outputs(const struct ls_outputs *o, unsigned threads, struct ls_sum **out,
                       struct ls_error *err)
{
    *out = ls_mem_new(o->count, sizeof **out, err);
    int rc = *out ? ls_sums_of(o, threads, *out, err) : err->code;
    return rc < 0 || !o->datasets ? rc : write_sums(o, *out, err);
}

int ls_report_sums(const struct ls_outputs *o, struct ls_error *err)
{
    struct ls_sum *sums;
    int rc = sum_outputs(o, 1, &sums, err);
    ls_mem_free(sums);
    return rc;
}

int ls_report_write(const struct ls_outputs *o, const struct ls_partition_counts *counts,
                    const struct ls_run_facts *facts, struct ls_error *err)
{
    struct ls_sum *sums = NULL;
    int rc = facts->stopped ? 0 : sum_outputs(o, facts->threads, &sums, err);
    rc = rc < 0 || facts->stopped ? rc : write_manifest(o, counts, facts, sums, err);
    rc = rc < 0 ? rc : write_summary(o, counts, facts, err);
    ls_mem_free(sums);
    return rc;
}
