#include "conformance/truth_check.h"

#include "conformance/avro_file.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/log/log.h"
#include "spec/heartbeat.h"

#include <stdio.h>
#include <string.h>

#define TOLD_MAX   5
#define READ_BATCH 1024

/* What is noted of a record beyond the reasons. */
enum { NOTHING = LS_ADMITTED, NORMALIZED = LS_REASON_COUNT, TWICE, HEARTBEAT };

/* One partition by position. */
struct outcomes {
    uint8_t *by_position; /* reasons, or the above */
    uint64_t count;       /* records of the log */
    uint64_t strays;      /* rows of records that the log has not */
    int64_t stray;        /* the first of those */
};

struct checker {
    const struct ls_origin *origin;
    const char *truth, *datasets; /* folders */
    const struct ls_log *log;
    const char *topic;
    uint32_t partition;
    bool topic_is_wrong; /* one of its totals is: that has been told */
    struct ls_truth_check *out;
    struct ls_buf *report;
    struct ls_error *err;
};

static void note(struct outcomes *o, int64_t position, int what)
{
    if (position < 0 || (uint64_t)position >= o->count) {
        o->stray = o->strays++ ? o->stray : position;
    } else if (o->by_position[position] != NOTHING) {
        o->by_position[position] = TWICE;
    } else {
        o->by_position[position] = (uint8_t)what;
    }
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

/* The reason that stands in a field; NORMALIZED where no field is looked at; -1 for none. */
static int reason_of(const struct ls_avro_file *file, const char *field)
{
    const char *text;
    size_t size;
    if (!field) {
        return NORMALIZED;
    }
    enum ls_reason reason = ls_avro_file_text(file, field, &text, &size) ? ls_reason_of(text, size)
                                                                         : LS_REASON_COUNT;
    return reason == LS_REASON_COUNT ? -1 : (int)reason;
}

/* The rows of FOLDER/KIND/TOPIC/PARTITION.avro. */
static int read_outcomes(struct checker *c, const char *folder, const char *kind, const char *field,
                         struct outcomes *o)
{
    char path[LS_PATH_MAX];
    struct ls_avro_file file;
    if (snprintf(path, sizeof path, "%s/%s%s/%u.avro", folder, kind, c->topic, c->partition) >=
        (int)sizeof path) {
        return ls_error_set(c->err, LS_E_USAGE, "a path is longer than %d bytes: %.60s...",
                            LS_PATH_MAX, folder);
    }
    int rc = ls_avro_file_open(path, &file, c->err);
    bool is_truth = folder == c->truth;
    for (uint64_t row = 1; rc >= 0 && (rc = ls_avro_file_next(&file, c->err)) > 0; row++) {
        int64_t position;
        int reason = reason_of(&file, field);
        if (reason < 0 || !ls_avro_file_long(&file, "position", &position)) {
            rc = ls_error_set(c->err, LS_E_DATA, "%s: row %llu has no position%s%s", path,
                              (unsigned long long)row, field ? " or no known " : "",
                              field ? field : "");
            break;
        }
        note(o, position, reason);
        if (is_truth) {
            c->out->rows++;
            count_faults(&file, c->out);
        }
    }
    ls_avro_file_close(&file);
    return rc;
}

/* What the log says itself: the truth has no row of a heartbeat. */
static int find_heartbeats(const struct checker *c, uint32_t topic, struct outcomes *truth)
{
    struct ls_log_reader *reader;
    const struct ls_log_record *records;
    size_t count = 1;
    int rc = ls_log_reader_new(c->log, topic, c->partition, 0, &reader, c->err);
    if (rc < 0) {
        return rc;
    }
    for (uint64_t at = 0; rc == 0 && count;) {
        rc = ls_log_read(reader, READ_BATCH, &records, &count, c->err);
        for (size_t i = 0; rc == 0 && i < count; i++, at++) {
            if (!records[i].key && ls_heartbeat_is(records[i].value, records[i].value_size)) {
                truth->by_position[at] = HEARTBEAT;
            }
        }
    }
    ls_log_reader_free(reader);
    return rc;
}

static const char *name_of(int what)
{
    return what == HEARTBEAT        ? "that it is a heartbeat"
           : what < LS_REASON_COUNT ? ls_reasons[what].name
                                    : "quarantined twice";
}

static int tell(struct checker *c, int64_t position, const char *is, const char *should)
{
    if (c->out->wrong++ >= TOLD_MAX) {
        return 0;
    }
    int rc = ls_buf_appendf(c->report, c->err,
                            "%s, partition %u, position %lld: the run says %s, the truth %s\n",
                            c->topic, c->partition, (long long)position, is, should);
    return rc < 0 || c->out->wrong > 1 ? rc
                                       : ls_origin_record(c->origin, c->topic, c->partition,
                                                          (uint64_t)position, c->report, c->err);
}

/* What the truth wants, and what a run did with it. */
static int compare_one(struct checker *c, uint64_t position, int should, int is, int row)
{
    int quarantined = should == HEARTBEAT ? NOTHING : should;
    bool normalized = should == LS_ADMITTED;
    if (is != quarantined) {
        return tell(c, (int64_t)position, is == NOTHING && row == NOTHING ? "nothing" : name_of(is),
                    name_of(should));
    }
    if (row == TWICE) {
        return tell(c, (int64_t)position, "normalized twice", name_of(should));
    }
    if ((row == NORMALIZED) != normalized) {
        const char *how = should == HEARTBEAT ? "normalized" : "normalized too";
        return tell(c, (int64_t)position, row == NORMALIZED ? how : "nothing", name_of(should));
    }
    return 0;
}

static int compare(struct checker *c, const struct outcomes *truth,
                   const struct outcomes *quarantine, const struct outcomes *normalized)
{
    int rc = 0;
    for (uint64_t i = 0; rc == 0 && i < truth->count; i++) {
        int should = truth->by_position[i];
        c->out->raw++;
        if (should == HEARTBEAT) {
            c->out->heartbeats++;
        } else {
            c->out->by_outcome[should]++;
        }
        rc = compare_one(c, i, should, quarantine->by_position[i], normalized->by_position[i]);
    }
    const struct outcomes *runs[] = {quarantine, normalized};
    for (int i = 0; rc == 0 && i < 2; i++) {
        rc = runs[i]->strays ? tell(c, runs[i]->stray, i ? "normalized" : "quarantined",
                                    "that there is no such record")
                             : 0;
    }
    return rc;
}

/* The truth tells of each record at most once, and of records of this log. */
static int check_truth(const struct checker *c, const struct outcomes *truth)
{
    bool sound = truth->strays == 0;
    for (uint64_t i = 0; sound && i < truth->count; i++) {
        sound = truth->by_position[i] < LS_REASON_COUNT || truth->by_position[i] == HEARTBEAT;
    }
    return sound ? 0
                 : ls_error_set(c->err, LS_E_DATA,
                                "%s/%s/%u.avro is not the truth of this log: it names a record "
                                "twice, a heartbeat, or one that is not there",
                                c->truth, c->topic, c->partition);
}

static int check_partition(struct checker *c, uint32_t topic)
{
    uint64_t count = ls_log_count(c->log, topic, c->partition);
    struct outcomes sets[3] = {{.count = count}, {.count = count}, {.count = count}};
    int rc = 0;
    for (int i = 0; rc == 0 && i < 3; i++) {
        sets[i].by_position = ls_mem_new(count + 1, 1, c->err);
        rc = sets[i].by_position ? 0 : c->err->code;
    }
    if (rc == 0 && c->origin->spec->topics->heartbeat_ms) {
        rc = find_heartbeats(c, topic, &sets[0]);
    }
    rc = rc < 0 ? rc : read_outcomes(c, c->truth, "", "outcome", &sets[0]);
    rc = rc < 0 ? rc : check_truth(c, &sets[0]);
    rc = rc < 0 ? rc : read_outcomes(c, c->datasets, "quarantine/", "reason", &sets[1]);
    rc = rc < 0 ? rc : read_outcomes(c, c->datasets, "normalized/", NULL, &sets[2]);
    rc = rc < 0 ? rc : compare(c, &sets[0], &sets[1], &sets[2]);
    for (int i = 0; i < 3; i++) {
        ls_mem_free(sets[i].by_position);
    }
    return rc;
}

static int check_total(struct checker *c, const char *what, const json_t *told, uint64_t found)
{
    uint64_t counted = (uint64_t)json_integer_value(told);
    if (counted == found || c->topic_is_wrong) {
        return 0;
    }
    c->topic_is_wrong = true;
    c->out->wrong++;
    return ls_buf_appendf(c->report, c->err,
                          "%s: the truth's total of %s is %llu, its rows and the log come to "
                          "%llu\n",
                          c->topic, what, (unsigned long long)counted, (unsigned long long)found);
}

/* What the generator counted of a topic, against what its rows and the log come to; the first that
 * is wrong. */
static int check_totals(struct checker *c, const json_t *totals,
                        const struct ls_truth_check *before)
{
    const json_t *topic = json_object_get(json_object_get(totals, "topics"), c->topic);
    const json_t *outcomes = json_object_get(topic, "outcomes");
    c->topic_is_wrong = false;
    int rc = check_total(c, "raw", json_object_get(topic, "raw"), c->out->raw - before->raw);
    rc = rc < 0 ? rc
                : check_total(c, "heartbeats", json_object_get(topic, "heartbeats"),
                              c->out->heartbeats - before->heartbeats);
    for (int i = 0; rc == 0 && i < LS_REASON_COUNT; i++) {
        rc = check_total(c, ls_reasons[i].name, json_object_get(outcomes, ls_reasons[i].name),
                         c->out->by_outcome[i] - before->by_outcome[i]);
    }
    return rc;
}

static int check_topic(struct checker *c, const json_t *totals)
{
    size_t topics;
    struct ls_truth_check before = *c->out;
    int index = ls_log_find_topic(c->log, c->topic);
    if (index < 0) {
        return ls_error_set(c->err, LS_E_DATA, "the log has no topic %s", c->topic);
    }
    int rc = 0;
    for (uint32_t p = 0; rc == 0 && p < ls_log_topics(c->log, &topics)[index].partitions; p++) {
        c->partition = p;
        rc = check_partition(c, (uint32_t)index);
    }
    return rc < 0 ? rc : check_totals(c, totals, &before);
}

static json_t *load_totals(const struct checker *c)
{
    char path[LS_PATH_MAX];
    json_error_t where;
    if (ls_path_join(path, c->truth, "totals.json", c->err) < 0) {
        return NULL;
    }
    json_t *totals = json_load_file(path, 0, &where);
    if (!totals) {
        ls_error_set(c->err, LS_E_DATA, "%s cannot be read: %s", path, where.text);
    }
    return totals;
}

int ls_truth_check(const struct ls_origin *origin, const char *truth, const char *datasets,
                   struct ls_truth_check *out, struct ls_buf *report, struct ls_error *err)
{
    char uri[LS_PATH_MAX + 8];
    struct ls_log *log = NULL;
    struct checker c = {.origin = origin,
                        .truth = truth,
                        .datasets = datasets,
                        .out = out,
                        .report = report,
                        .err = err};
    *out = (struct ls_truth_check){0};
    snprintf(uri, sizeof uri, "log:%s", origin->log);
    int rc = ls_log_open(uri, false, &log, err);
    json_t *totals = rc < 0 ? NULL : load_totals(&c);
    rc = totals ? 0 : err->code;
    c.log = log;
    for (size_t t = 0; rc == 0 && t < origin->spec->event_types.count; t++) {
        c.topic = ls_spec_event_type_at(origin->spec, t)->topic;
        rc = check_topic(&c, totals);
    }
    json_decref(totals);
    ls_log_close(log);
    return rc < 0 ? rc : out->wrong ? LS_DIFFERS : 0;
}
