#include "conformance/truth_check.h"

#include "conformance/avro_file.h"
#include "core/base/file.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <string.h>

#define TOLD_MAX 5

/* The outcomes of one partition by position: from the truth, and from the run. */
struct outcomes {
    uint8_t *reasons; /* by position; LS_ADMITTED where nothing else is said */
    size_t count, capacity;
};

static int set_outcome(struct outcomes *o, int64_t position, enum ls_reason reason,
                       struct ls_error *err)
{
    if (position < 0 || position > INT32_MAX) {
        return ls_error_set(err, LS_E_DATA, "a position of %lld cannot be", (long long)position);
    }
    size_t needed = (size_t)position + 1;
    size_t before = o->count;
    int rc = ls_mem_grow(&o->reasons, &o->capacity, needed, 1, err);
    if (rc == 0 && needed > before) {
        memset(o->reasons + before, LS_ADMITTED, needed - before);
        o->count = needed;
    }
    if (rc == 0) {
        o->reasons[position] = (uint8_t)reason;
    }
    return rc;
}

static enum ls_reason outcome_at(const struct outcomes *o, size_t position)
{
    return position < o->count ? (enum ls_reason)o->reasons[position] : LS_ADMITTED;
}

static int path_of(const char *folder, const char *kind, const char *topic, uint32_t partition,
                   char path[LS_PATH_MAX], struct ls_error *err)
{
    if (snprintf(path, LS_PATH_MAX, "%s/%s%s/%u.avro", folder, kind, topic, partition) >=
        LS_PATH_MAX) {
        return ls_error_set(err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX, folder);
    }
    return 0;
}

static void count_faults(const struct ls_avro_file *file, struct ls_truth_check *out)
{
    avro_value_t faults;
    size_t count = 0;
    if (avro_value_get_by_name(&file->value, "faults", &faults, NULL) != 0 ||
        avro_value_get_size(&faults, &count) != 0) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        avro_value_t fault;
        const char *text;
        size_t size;
        if (avro_value_get_by_index(&faults, i, &fault, NULL) == 0 &&
            avro_value_get_string(&fault, &text, &size) == 0) {
            out->late += strcmp(text, "late") == 0;
            out->jitter += strcmp(text, "jitter") == 0;
        }
    }
}

/* Rows of position and a reason, under this field's name. */
static int read_outcomes(const char *path, const char *field, struct outcomes *o,
                         struct ls_truth_check *truth, uint64_t *rows, struct ls_error *err)
{
    struct ls_avro_file file;
    int rc = ls_avro_file_open(path, &file, err);
    *rows = 0;
    while (rc >= 0 && (rc = ls_avro_file_next(&file, err)) > 0) {
        int64_t position;
        const char *text;
        size_t size;
        enum ls_reason reason = LS_REASON_COUNT;
        if (ls_avro_file_long(&file, "position", &position) &&
            ls_avro_file_text(&file, field, &text, &size)) {
            reason = ls_reason_of(text, size);
        }
        rc = reason == LS_REASON_COUNT
                 ? ls_error_set(err, LS_E_DATA, "%s: row %llu has no position or no known %s", path,
                                (unsigned long long)*rows, field)
                 : set_outcome(o, position, reason, err);
        if (truth) {
            count_faults(&file, truth);
        }
        ++*rows;
    }
    ls_avro_file_close(&file);
    return rc;
}

/* Normalized rows: their positions have to be exactly those that are in no quarantine. */
static int read_normalized(const char *path, struct outcomes *seen, uint64_t *rows,
                           struct ls_error *err)
{
    struct ls_avro_file file;
    int rc = ls_avro_file_open(path, &file, err);
    *rows = 0;
    while (rc >= 0 && (rc = ls_avro_file_next(&file, err)) > 0) {
        int64_t position;
        rc = ls_avro_file_long(&file, "position", &position)
                 ? set_outcome(seen, position, LS_REASON_COUNT, err)
                 : ls_error_set(err, LS_E_DATA, "%s: row %llu has no position", path,
                                (unsigned long long)*rows);
        ++*rows;
    }
    ls_avro_file_close(&file);
    return rc;
}

static int tell(struct ls_truth_check *out, const struct ls_origin *origin, const char *topic,
                uint32_t partition, size_t position, const char *is, const char *should,
                struct ls_buf *report, struct ls_error *err)
{
    if (out->wrong++ >= TOLD_MAX) {
        return 0;
    }
    int rc = ls_buf_appendf(report, err,
                            "%s, partition %u, position %zu: the run says %s, the truth %s\n",
                            topic, partition, position, is, should);
    return rc < 0 || out->wrong > 1
               ? rc
               : ls_origin_record(origin, topic, partition, position, report, err);
}

static int compare(const struct ls_origin *origin, const char *topic, uint32_t partition,
                   const struct outcomes *truth, const struct outcomes *run, uint64_t raw,
                   const struct outcomes *normalized, struct ls_truth_check *out,
                   struct ls_buf *report, struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < raw; i++) {
        enum ls_reason should = outcome_at(truth, i);
        enum ls_reason is = outcome_at(run, i);
        bool written = outcome_at(normalized, i) == LS_REASON_COUNT;
        out->raw++;
        out->by_outcome[should]++;
        if (is != should) {
            rc = tell(out, origin, topic, partition, i, ls_reasons[is].name,
                      ls_reasons[should].name, report, err);
        } else if (written != (is == LS_ADMITTED)) {
            rc = tell(out, origin, topic, partition, i, written ? "normalized too" : "nothing",
                      ls_reasons[should].name, report, err);
        }
    }
    return rc;
}

static int check_partition(const struct ls_origin *origin, const char *topic, uint32_t partition,
                           const char *truth_folder, const char *datasets,
                           struct ls_truth_check *out, struct ls_buf *report, struct ls_error *err)
{
    struct outcomes truth = {0};
    struct outcomes run = {0};
    struct outcomes normalized = {0};
    char path[LS_PATH_MAX];
    uint64_t rows[3];
    int rc = path_of(truth_folder, "", topic, partition, path, err);
    rc = rc < 0 ? rc : read_outcomes(path, "outcome", &truth, out, &rows[0], err);
    rc = rc < 0 ? rc : path_of(datasets, "quarantine/", topic, partition, path, err);
    rc = rc < 0 ? rc : read_outcomes(path, "reason", &run, NULL, &rows[1], err);
    rc = rc < 0 ? rc : path_of(datasets, "normalized/", topic, partition, path, err);
    rc = rc < 0 ? rc : read_normalized(path, &normalized, &rows[2], err);
    if (rc == 0) {
        out->rows += rows[0];
        uint64_t raw = rows[1] + rows[2];
        raw = truth.count > raw ? truth.count : raw;
        rc = compare(origin, topic, partition, &truth, &run, raw, &normalized, out, report, err);
    }
    ls_mem_free(truth.reasons);
    ls_mem_free(run.reasons);
    ls_mem_free(normalized.reasons);
    return rc;
}

int ls_truth_check(const struct ls_origin *origin, const char *truth, const char *datasets,
                   struct ls_truth_check *out, struct ls_buf *report, struct ls_error *err)
{
    const struct ls_spec *spec = origin->spec;
    int rc = 0;
    *out = (struct ls_truth_check){0};
    for (size_t t = 0; rc == 0 && t < spec->event_types.count; t++) {
        for (uint32_t p = 0; rc == 0 && p < (uint32_t)spec->topics->partitions; p++) {
            rc = check_partition(origin, ls_spec_event_type_at(spec, t)->topic, p, truth, datasets,
                                 out, report, err);
        }
    }
    return rc < 0 ? rc : out->wrong ? LS_DIFFERS : 0;
}
