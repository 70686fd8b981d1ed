#include "cli/event_print.h"

#include "cli/log_record.h"
#include "cli/plans.h"
#include "core/base/mem.h"
#include "generator/event.h"

#include <stdio.h>

/* What the generator did to it on purpose, as words: "late, duplicate of event 17"; the name of an
 * episode, beside which nothing else is wrong. */
static void faults_of(const struct ls_plan *plan, const struct ls_event *event, char *out,
                      size_t size)
{
    if (event->episode) {
        snprintf(out, size, "%s", plan->episodes[event->episode - 1].name);
        return;
    }
    const char *fault = event->fault ? ls_fault_name((enum ls_fault)event->fault) : "";
    char copy[40] = "";
    if (event->original != event->index) {
        snprintf(copy, sizeof copy, " of event %llu", (unsigned long long)event->original);
    }
    snprintf(out, size, "%s%s%s%s%s%s", event->late ? "late" : "",
             event->late && (event->jitter || *fault) ? ", " : "", event->jitter ? "jitter" : "",
             event->jitter && *fault ? ", " : "", fault, copy);
}

static int print_event(const struct ls_plan *plan, const struct spec_schemas *schemas,
                       const struct ls_event *event, bool json, struct ls_buf *out,
                       struct ls_error *err)
{
    char faults[256];
    struct log_record_place place = {plan->types[event->type].spec->topic, event->partition};
    struct ls_log_record record = {.offset = -1,
                                   .timestamp_ms = event->timestamp_ms,
                                   .key = event->key,
                                   .key_size = event->key_size,
                                   .value = event->value,
                                   .value_size = event->value_size};
    unsigned long long index = event->index;
    faults_of(plan, event, faults, sizeof faults);
    out->size = 0;
    int rc = json
                 ? ls_buf_appendf(out, err,
                                  "{\"event\": %llu, \"faults\": \"%s\", \"record\": ", index,
                                  faults)
                 : ls_buf_appendf(out, err, "event %llu%s%s\n", index, *faults ? ": " : "", faults);
    rc = rc < 0 ? rc
         : json ? log_record_json(&place, &record, schemas, out, err)
                : log_record_text(&place, &record, schemas, out, err);
    rc = rc < 0 || !json ? rc : ls_buf_append_text(out, "}\n", err);
    if (rc == 0) {
        cli_print("%.*s", (int)out->size, (const char *)out->data);
    }
    return rc;
}

static int print_range(const struct ls_plan *plan, const struct spec_schemas *schemas,
                       uint64_t first, uint64_t count, bool json, struct ls_error *err)
{
    uint64_t total = plan->arrival.total;
    if (first >= total) {
        return ls_error_set(err, LS_E_DATA,
                            "the arrival phases end before event %llu: there are %llu",
                            (unsigned long long)first, (unsigned long long)total);
    }
    uint64_t end = count < total - first ? first + count : total;
    struct ls_buf text;
    struct ls_event_scratch *scratch = ls_mem_new(1, sizeof *scratch, err);
    uint8_t *room = scratch ? ls_mem_new(1, ls_event_value_max(plan), err) : NULL;
    int rc = room ? 0 : err->code;
    ls_buf_init(&text, "an event as text", 64U << 20);
    for (uint64_t i = first; rc == 0 && i < end; i++) {
        struct ls_event event;
        ls_event_make(plan, i, scratch, room, &event);
        rc = print_event(plan, schemas, &event, json, &text, err);
        rc = rc < 0 ? rc : cli_interrupted(err);
    }
    ls_buf_clear(&text);
    ls_mem_free(room);
    ls_mem_free(scratch);
    return rc;
}

int events_print(struct cli *cli, const char *path, const struct spec_options *options,
                 uint64_t first, uint64_t count, bool json, struct ls_error *err)
{
    struct spec_schemas schemas;
    struct ls_plan *plan = NULL;
    int rc = spec_schemas_load(cli, path, options, &schemas, err);
    rc = rc < 0 ? rc : cli_plan(schemas.spec, &plan, err);
    rc = rc < 0 ? rc : print_range(plan, &schemas, first, count, json, err);
    ls_plan_free(plan);
    spec_schemas_clear(&schemas);
    return rc;
}
