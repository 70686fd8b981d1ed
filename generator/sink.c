#include "generator/sink.h"

#include "core/base/buf.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

#define KINDS_MAX 16

const struct ls_sink_kind *const ls_sink_kinds[] = {
    &ls_sink_log, &ls_sink_kafka,  &ls_sink_avro, &ls_sink_jsonl,
    &ls_sink_csv, &ls_sink_stdout, &ls_sink_null, NULL};

/* "log:DIR, avro:DIR or null:" */
static int append_forms(struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && ls_sink_kinds[i]; i++) {
        const char *before = i == 0 ? "" : ls_sink_kinds[i + 1] ? ", " : " or ";
        rc = ls_buf_appendf(out, err, "%s%s", before, ls_sink_kinds[i]->form);
    }
    return rc;
}

static void refuse(const char *uri, struct ls_error *err)
{
    char names[KINDS_MAX][16]; /* "avro" of "avro:" */
    const char *words[KINDS_MAX + 1] = {NULL};
    char word[32];
    struct ls_buf forms;
    size_t size = strcspn(uri, ":");
    snprintf(word, sizeof word, "%.*s", (int)size, uri);
    for (size_t i = 0; i < KINDS_MAX && ls_sink_kinds[i]; i++) {
        const struct ls_sink_kind *kind = ls_sink_kinds[i];
        snprintf(names[i], sizeof names[i], "%.*s", (int)strcspn(kind->prefix, ":"), kind->prefix);
        words[i] = names[i];
        if (uri[size] && strcmp(word, names[i]) == 0) {
            ls_error_set(err, LS_E_USAGE, "`%s` is no place for events: write %s", uri, kind->form);
            return;
        }
    }
    const char *near = uri[size] ? ls_did_you_mean(word, words) : NULL;
    ls_buf_init(&forms, "places for events", 1024);
    if (append_forms(&forms, err) == 0) {
        ls_error_set(err, LS_E_USAGE, "`%s` is no place for events%s%s%s: write %.*s", uri,
                     near ? " (did you mean `" : "", near ? near : "", near ? ":`?)" : "",
                     (int)forms.size, (const char *)forms.data);
    }
    ls_buf_clear(&forms);
}

const struct ls_sink_kind *ls_sink_find(const char *uri, const char **place, struct ls_error *err)
{
    if (strcmp(uri, "jsonl:-") == 0) { /* no folder of that name is meant */
        uri = ls_sink_stdout.prefix;
    }
    for (const struct ls_sink_kind *const *kind = ls_sink_kinds; *kind; kind++) {
        size_t size = strlen((*kind)->prefix);
        if (strncmp(uri, (*kind)->prefix, size) == 0 && (*kind)->alone == !uri[size]) {
            *place = uri + size;
            return *kind;
        }
    }
    refuse(uri, err);
    return NULL;
}
