/* What a verification leaves for people and machines: manifest.json, verdict.json, junit.xml,
 * report.html, and each case's report.txt. */
#include "conformance/verify_internal.h"

#include "core/base/markup.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

#define REPORT_BYTES_MAX (64U << 20)

enum form { JSON, MARKUP };

/* Text as it has to stand in JSON, or in XML and HTML. What a target printed can be any bytes:
 * those that are no text become question marks. */
static int append_json(struct ls_buf *out, const uint8_t *text, size_t size, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < size;) {
        size_t count = ls_markup_character(text + i, size - i);
        rc = count == 0                          ? ls_buf_append_text(out, "?", err)
             : text[i] == '"' || text[i] == '\\' ? ls_buf_appendf(out, err, "\\%c", text[i])
             : text[i] == '\n' || text[i] == '\t'
                 ? ls_buf_append_text(out, text[i] == '\n' ? "\\n" : "\\t", err)
                 : ls_buf_append(out, text + i, count, err);
        i += count ? count : 1;
    }
    return rc;
}

static int append_bytes(struct ls_buf *out, const uint8_t *text, size_t size, enum form form,
                        struct ls_error *err)
{
    return form == JSON ? append_json(out, text, size, err) : ls_markup(out, text, size, err);
}

/* Text between two others, which stand as they are. */
static int append(struct ls_buf *out, const char *before, const char *text, const char *behind,
                  enum form form, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, before, err);
    rc = rc < 0 ? rc : append_bytes(out, (const uint8_t *)text, strlen(text), form, err);
    return rc < 0 ? rc : ls_buf_append_text(out, behind, err);
}

static int append_detail(struct ls_buf *out, const struct ls_case_result *r, enum form form,
                         struct ls_error *err)
{
    return append_bytes(out, r->detail.data, r->detail.size, form, err);
}

static int write_file(const struct ls_verify *v, const char *name, const struct ls_buf *text,
                      struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int rc = ls_path_join(path, v->job->out, name, err);
    rc = rc < 0 ? rc : ls_folder_make_above(path, err);
    return rc < 0 ? rc : ls_file_replace(path, text->data, text->size, err);
}

/* ---- verdict.json */

static int json_case(struct ls_buf *out, const struct ls_case_result *r, bool first,
                     struct ls_error *err)
{
    int rc = ls_buf_appendf(
        out, err,
        "%s\n    {\"id\": \"%s\", \"verdict\": \"%s\", \"elapsed_us\": %llu, \"counts\": {",
        first ? "" : ",", r->which->id, ls_verdict_name(r->verdict),
        (unsigned long long)r->elapsed_us);
    for (size_t i = 0; rc == 0 && i < r->count_count; i++) {
        rc = ls_buf_appendf(out, err, "%s\"%s\": %llu", i ? ", " : "", r->counts[i].name,
                            (unsigned long long)r->counts[i].count);
    }
    rc = rc < 0 ? rc : ls_buf_append_text(out, "}, \"detail\": \"", err);
    rc = rc < 0 ? rc : append_detail(out, r, JSON, err);
    return rc < 0 ? rc : ls_buf_append_text(out, "\"}", err);
}

static int write_verdict(const struct ls_verify *v, struct ls_buf *out, struct ls_error *err)
{
    const struct ls_verify_result *result = v->result;
    int rc = ls_buf_appendf(out, err,
                            "{\n  \"version\": 1,\n  \"verdict\": \"%s\",\n"
                            "  \"level\": \"%s\",\n",
                            ls_verdict_name(result->verdict), ls_level_words[result->level]);
    rc = rc < 0 ? rc : append(out, "  \"target\": \"", v->job->target->name, "\",\n", JSON, err);
    rc = rc < 0 ? rc
                : append(out, "  \"domain\": \"", v->job->spec->domain, "\",\n  \"truth\": {", JSON,
                         err);
    for (int i = 0; rc == 0 && i < LS_REASON_COUNT; i++) {
        rc = ls_buf_appendf(out, err, "%s\"%s\": %llu", i ? ", " : "", ls_reasons[i].name,
                            (unsigned long long)result->truth.by_outcome[i]);
    }
    if (rc == 0 && result->truth.heartbeats) {
        rc = ls_buf_appendf(out, err, ", \"HEARTBEAT\": %llu",
                            (unsigned long long)result->truth.heartbeats);
    }
    rc = rc < 0 ? rc
                : ls_buf_appendf(out, err,
                                 "},\n  \"rates\": {\"generate\": %llu, \"stream\": %llu, "
                                 "\"batch\": %llu},\n  \"cases\": [",
                                 (unsigned long long)result->generated_per_second,
                                 (unsigned long long)result->stream_per_second,
                                 (unsigned long long)result->batch_per_second);
    for (size_t i = 0; rc == 0 && i < result->case_count; i++) {
        rc = json_case(out, &result->cases[i], i == 0, err);
    }
    rc = rc < 0 ? rc : ls_buf_append_text(out, "\n  ]\n}\n", err);
    return rc < 0 ? rc : write_file(v, "verdict.json", out, err);
}

/* ---- junit.xml */

static int write_junit(const struct ls_verify *v, struct ls_buf *out, struct ls_error *err)
{
    size_t failed = ls_verdict_count(v->result, LS_VERDICT_FAIL) +
                    ls_verdict_count(v->result, LS_VERDICT_INCONCLUSIVE);
    size_t skipped = ls_verdict_count(v->result, LS_VERDICT_SKIP);
    int rc = append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"lockstep ",
                    v->job->spec->domain, "\"", MARKUP, err);
    rc = rc < 0 ? rc
                : ls_buf_appendf(out, err, " tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\">\n",
                                 v->result->case_count, failed, skipped);
    for (size_t i = 0; rc == 0 && i < v->result->case_count; i++) {
        const struct ls_case_result *r = &v->result->cases[i];
        rc = append(out, "  <testcase classname=\"", v->job->target->name, "\"", MARKUP, err);
        rc = rc < 0 ? rc
                    : ls_buf_appendf(out, err, " name=\"%s\" time=\"%llu.%06llu\">", r->which->id,
                                     (unsigned long long)(r->elapsed_us / 1000000),
                                     (unsigned long long)(r->elapsed_us % 1000000));
        if (rc == 0 && r->verdict == LS_VERDICT_SKIP) {
            rc = ls_buf_append_text(out, "<skipped/>", err);
        } else if (rc == 0 && r->verdict != LS_VERDICT_PASS) {
            rc = ls_buf_appendf(out, err, "<failure message=\"%s\">", ls_verdict_name(r->verdict));
            rc = rc < 0 ? rc : append_detail(out, r, MARKUP, err);
            rc = rc < 0 ? rc : ls_buf_append_text(out, "</failure>", err);
        }
        rc = rc < 0 ? rc : ls_buf_append_text(out, "</testcase>\n", err);
    }
    rc = rc < 0 ? rc : ls_buf_append_text(out, "</testsuite>\n", err);
    return rc < 0 ? rc : write_file(v, "junit.xml", out, err);
}

/* ---- report.html: one page that needs nothing else */

static const char page_head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width\">\n"
    "<title>Lockstep report</title><style>\n"
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 "
    "1rem;color:#1b1f24;background:#fff}\n"
    "h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.1rem;margin:2rem 0 "
    ".5rem}.v{display:inline-block;padding:.1rem .6rem;border-radius:.3rem;"
    "color:#fff;font-weight:600;font-size:.85rem}.PASS{background:#1a7f37}.FAIL{background:#b42318}"
    ".SKIP{background:#6e7781}"
    ".INCONCLUSIVE{background:#9a6700}\n"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem "
    ".6rem;border-bottom:1px solid #d8dee4;vertical-align:top}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}\n"
    "pre{background:#f6f8fa;padding:.8rem;border-radius:.4rem;white-space:pre-wrap;"
    "overflow-wrap:anywhere;font-size:.85rem}p.s{"
    "color:#57606a;margin:.2rem 0 1rem}td b{white-space:nowrap}:root{color-scheme:light dark}\n"
    "@media(max-width:40rem){.c th{display:none}.c tr{display:block;border-bottom:1px solid "
    "#d8dee4}.c td{display:inline-block;border:0}.c td:nth-child(3){display:block}}\n"
    "@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}pre{background:"
    "#161b22}td,th,.c tr{border-color:#30363d}p.s{color:#9198a1}}\n"
    "</style></head><body>\n";

static int html_case(const struct ls_case_result *r, struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_appendf(out, err,
                            "<tr><td><span class=\"v %s\">%s</span></td><td><b>%s</b></td><td>",
                            ls_verdict_name(r->verdict), ls_verdict_name(r->verdict), r->which->id);
    rc = rc < 0 ? rc : append(out, "", r->which->title, "", MARKUP, err);
    for (size_t k = 0; rc == 0 && k < r->count_count; k++) {
        char grouped[LS_GROUPED_MAX];
        rc = append(out, k ? ", " : "<br><small>", ls_grouped(r->counts[k].count, grouped), " ",
                    MARKUP, err);
        rc = rc < 0 ? rc : append(out, "", r->counts[k].name, "", MARKUP, err);
    }
    rc = rc < 0 || !r->count_count ? rc : ls_buf_append_text(out, "</small>", err);
    if (rc == 0 && r->verdict != LS_VERDICT_PASS) {
        rc = append(out, "<br><small>", r->which->text, "</small>", MARKUP, err);
    }
    if (rc == 0 && r->detail.size) {
        rc = ls_buf_append_text(out, "<pre>", err);
        rc = rc < 0 ? rc : append_detail(out, r, MARKUP, err);
        rc = rc < 0 ? rc : ls_buf_append_text(out, "</pre>", err);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "</td></tr>\n", err);
}

/* What a reader came for stands first. */
static int html_cases(const struct ls_verify *v, struct ls_buf *out, struct ls_error *err)
{
    static const enum ls_verdict order[] = {LS_VERDICT_FAIL, LS_VERDICT_INCONCLUSIVE,
                                            LS_VERDICT_PASS, LS_VERDICT_SKIP};
    int rc = ls_buf_append_text(
        out,
        "<h2>Cases</h2>\n<table class=\"c\"><tr><th>Verdict</th><th>Case</th><th>What was "
        "compared</th></tr>\n",
        err);
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        for (size_t i = 0; rc == 0 && i < v->result->case_count; i++) {
            const struct ls_case_result *r = &v->result->cases[i];
            rc = r->verdict == order[k] ? html_case(r, out, err) : 0;
        }
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "</table>\n", err);
}

static int html_outcome(struct ls_buf *out, const char *name, const char *title, uint64_t count,
                        struct ls_error *err)
{
    char grouped[LS_GROUPED_MAX];
    if (!count) {
        return 0;
    }
    int rc = append(out, "<tr><td>", name, "<br><small>", MARKUP, err);
    rc = rc < 0 ? rc : append(out, "", title, "</small></td><td class=\"n\">", MARKUP, err);
    return rc < 0 ? rc : append(out, "", ls_grouped(count, grouped), "</td></tr>\n", MARKUP, err);
}

static int html_truth(const struct ls_verify *v, struct ls_buf *out, struct ls_error *err)
{
    const struct ls_truth_check *truth = &v->result->truth;
    if (truth->raw == 0) { /* the plain comparison was not made */
        return 0;
    }
    int rc = ls_buf_appendf(out, err,
                            "<h2>Outcomes, as the truth has them%s</h2>\n"
                            "<table><tr><th>Outcome</th><th>Records</th></tr>\n",
                            truth->wrong ? "" : " and both runs gave them");
    for (int i = 0; rc == 0 && i < LS_REASON_COUNT; i++) {
        rc = html_outcome(out, ls_reasons[i].name, ls_reasons[i].title, truth->by_outcome[i], err);
    }
    rc = rc < 0
             ? rc
             : html_outcome(out, "HEARTBEAT", "No event: it says what time it is, and is counted.",
                            truth->heartbeats, err);
    return rc < 0 ? rc : ls_buf_append_text(out, "</table>\n", err);
}

/* How many cases have each verdict. */
static int html_counts(const struct ls_verify_result *result, struct ls_buf *out,
                       struct ls_error *err)
{
    static const enum ls_verdict order[] = {LS_VERDICT_PASS, LS_VERDICT_FAIL,
                                            LS_VERDICT_INCONCLUSIVE, LS_VERDICT_SKIP};
    int rc = ls_buf_append_text(out, "<p>", err);
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        size_t count = ls_verdict_count(result, order[k]);
        const char *name = ls_verdict_name(order[k]);
        rc = rc < 0 || !count ? rc
                              : ls_buf_appendf(out, err, "<span class=\"v %s\">%zu %s</span> ",
                                               name, count, name);
    }
    return rc < 0 ? rc : ls_buf_appendf(out, err, "of %zu cases</p>\n", result->case_total);
}

/* What was verified, so that it can be verified again. */
static int html_inputs(const struct ls_verify *v, struct ls_buf *out, struct ls_error *err)
{
    char hex[LS_HEX_MAX];
    char grouped[5][LS_GROUPED_MAX];
    const struct ls_verify_result *result = v->result;
    const struct ls_spec *spec = v->job->spec;
    int rc = ls_buf_appendf(out, err,
                            "<p class=\"s\">Spec %.12s, seed %lld, perturbed by seed %llu; %s "
                            "events, %s in each further case",
                            ls_hex(spec->hash.bytes, LS_SHA256_SIZE, hex), (long long)spec->seed,
                            (unsigned long long)v->job->seed,
                            ls_grouped(v->job->events, grouped[0]),
                            ls_grouped(v->job->case_events, grouped[1]));
    if (rc == 0 && result->generated_per_second) { /* the plain comparison was made */
        rc = ls_buf_appendf(out, err, "; generated %s/s, stream %s/s, batch %s/s",
                            ls_grouped(result->generated_per_second, grouped[2]),
                            ls_grouped(result->stream_per_second, grouped[3]),
                            ls_grouped(result->batch_per_second, grouped[4]));
    }
    rc = rc < 0 || !v->job->version ? rc
                                    : append(out, "; Lockstep ", v->job->version, "", MARKUP, err);
    return rc < 0 ? rc : ls_buf_append_text(out, ".</p>\n", err);
}

static int write_html(const struct ls_verify *v, struct ls_buf *out, struct ls_error *err)
{
    const struct ls_verify_result *result = v->result;
    const char *verdict = ls_verdict_name(result->verdict);
    int rc = ls_buf_append_text(out, page_head, err);
    rc = rc < 0 ? rc : append(out, "<h1>", v->job->spec->domain, "", MARKUP, err);
    rc = rc < 0
             ? rc
             : ls_buf_appendf(out, err, " <span class=\"v %s\">%s</span></h1>\n", verdict, verdict);
    rc = rc < 0 ? rc
                : append(out, "<p>Target ", v->job->target->name,
                         ": do its stream and its batch give the same ", MARKUP, err);
    rc = rc < 0 ? rc
                : ls_buf_appendf(out, err, "%s?</p>\n",
                                 result->level == LS_LEVEL_BYTES ? "bytes" : "rows");
    rc = rc < 0 ? rc : html_counts(result, out, err);
    rc = rc < 0 ? rc : html_inputs(v, out, err);
    rc = rc < 0 ? rc : html_cases(v, out, err);
    rc = rc < 0 ? rc : html_truth(v, out, err);
    rc = rc < 0 ? rc : ls_buf_append_text(out, "</body></html>\n", err);
    return rc < 0 ? rc : write_file(v, "report.html", out, err);
}

/* ---- manifest.json: what was verified; reproducible */

static int write_manifest(const struct ls_verify *v, struct ls_buf *out, struct ls_error *err)
{
    char hex[LS_HEX_MAX];
    const struct ls_spec *spec = v->job->spec;
    int rc = ls_buf_appendf(out, err, "{\n  \"lockstep_run\": 1,\n  \"format_version\": %d,\n",
                            LS_FORMAT_VERSION);
    rc = rc < 0 ? rc : append(out, "  \"domain\": \"", spec->domain, "\",\n", JSON, err);
    rc = rc < 0 ? rc : append(out, "  \"target\": \"", v->job->target->name, "\",\n", JSON, err);
    rc = rc < 0
             ? rc
             : ls_buf_appendf(out, err,
                              "  \"spec_sha256\": \"%s\",\n  \"seed\": %lld,\n"
                              "  \"perturbation_seed\": %llu,\n  \"events\": %llu,\n"
                              "  \"case_events\": %llu,\n  \"schemas\": {",
                              ls_hex(spec->hash.bytes, LS_SHA256_SIZE, hex), (long long)spec->seed,
                              (unsigned long long)v->job->seed, (unsigned long long)v->job->events,
                              (unsigned long long)v->job->case_events);
    rc = rc < 0 ? rc : ls_spec_schemas_json(spec, out, err);
    rc = rc < 0 ? rc : ls_buf_append_text(out, "},\n  \"cases\": [", err);
    for (size_t i = 0; rc == 0 && i < v->result->case_count; i++) {
        rc = ls_buf_appendf(out, err, "%s\"%s\"", i ? ", " : "", v->result->cases[i].which->id);
    }
    rc = rc < 0 ? rc : ls_buf_append_text(out, "]", err);
    for (int i = 0; rc == 0 && v->result->has_sums && i < 3; i++) {
        const struct ls_verify_result *r = v->result;
        static const char *const names[] = {"log", "stream", "batch"};
        const struct ls_tree_sum *const sums[] = {&r->log_sum, &r->stream_sum, &r->batch_sum};
        rc = ls_buf_appendf(out, err,
                            ",\n  \"%s_sha256\": \"%s\", \"%s_files\": %zu, \"%s_bytes\": %llu",
                            names[i], ls_hex(sums[i]->sha256.bytes, LS_SHA256_SIZE, hex), names[i],
                            sums[i]->files, names[i], (unsigned long long)sums[i]->bytes);
    }
    rc = rc < 0 ? rc : ls_buf_append_text(out, "\n}\n", err);
    return rc < 0 ? rc : write_file(v, "manifest.json", out, err);
}

int ls_verify_begin(const struct ls_verify *v, struct ls_error *err)
{
    struct ls_buf out;
    ls_buf_init(&out, "manifest", REPORT_BYTES_MAX);
    int rc = write_manifest(v, &out, err);
    ls_buf_clear(&out);
    return rc;
}

static int write_case(const struct ls_verify *v, struct ls_buf *out, const struct ls_case_result *r,
                      struct ls_error *err)
{
    char name[64];
    int rc = ls_buf_appendf(out, err, "%s %s: %s\n\n%s\n\n", r->which->id,
                            ls_verdict_name(r->verdict), r->which->title, r->which->text);
    for (size_t i = 0; rc == 0 && i < r->count_count; i++) {
        rc = ls_buf_appendf(out, err, "%llu %s\n", (unsigned long long)r->counts[i].count,
                            r->counts[i].name);
    }
    rc = rc < 0 || !r->detail.size ? rc : ls_buf_append(out, r->detail.data, r->detail.size, err);
    snprintf(name, sizeof name, "cases/%s/report.txt", r->which->id);
    return rc < 0 ? rc : write_file(v, name, out, err);
}

int ls_verify_report(const struct ls_verify *v, struct ls_error *err)
{
    static int (*const writers[])(const struct ls_verify *v, struct ls_buf *out,
                                  struct ls_error *err) = {write_verdict, write_junit, write_html,
                                                           write_manifest};
    struct ls_buf out;
    int rc = 0;
    ls_buf_init(&out, "report", REPORT_BYTES_MAX);
    for (size_t i = 0; rc == 0 && i < sizeof writers / sizeof *writers; i++) {
        out.size = 0;
        rc = writers[i](v, &out, err);
    }
    for (size_t i = 0; rc == 0 && i < v->result->case_count; i++) {
        out.size = 0;
        rc = write_case(v, &out, &v->result->cases[i], err);
    }
    ls_buf_clear(&out);
    return rc;
}
