#include "cli/commands.h"
#include "cli/log_overview.h"
#include "cli/log_record.h"
#include "core/base/text.h"

#include <string.h>

#define RECORDS_AT_ONCE 256

struct options {
    struct spec_options layers;
    const char *topic, *spec;
    int64_t partition, from, count;
    bool json;
    struct ls_names properties;
};

static const struct ls_option rows[] = {
    {"topic", LS_OPTION_TEXT, 0, offsetof(struct options, topic),
     .summary = "Show records of this topic; without it, what the log holds."},
    {"partition", LS_OPTION_INTEGER, 0, offsetof(struct options, partition), .fallback = "-1",
     .minimum = "-1", .summary = "Of this partition alone."},
    {"from", LS_OPTION_INTEGER, 0, offsetof(struct options, from), .fallback = "0", .minimum = "0",
     .summary = "From this offset on."},
    {"n", LS_OPTION_INTEGER, 0, offsetof(struct options, count), .fallback = "10", .minimum = "1",
     .summary = "How many records of each partition.", .example = "20"},
    {"spec", LS_OPTION_TEXT, 0, offsetof(struct options, spec),
     .summary = "A spec, to decode the values with; without it they are shown as bytes.",
     .example = "fixtures/domains/ecommerce.yaml"},
    {"json", LS_OPTION_FLAG, 0, offsetof(struct options, json), .fallback = "false",
     .summary = "One JSON document."},
    KAFKA_OPTION_ROW(options, properties),
    SPEC_OPTION_ROWS(options, layers),
    {.name = NULL},
};
static const struct ls_table table = {"log show", "",       sizeof(struct options),
                                      SIZE_MAX,   SIZE_MAX, rows};

struct shower {
    const struct options *o;
    const struct ls_log *log;
    const struct spec_schemas *schemas; /* NULL: none */
    uint64_t shown;
};

static int show_overview(const struct shower *s, const char *uri, struct ls_error *err)
{
    struct ls_log_inspect job = {.log = s->log};
    struct log_overview overview;
    int rc = log_overview_print(&job, uri, s->o->json, NULL, &overview, err);
    if (s->o->json) {
        cli_print("}\n");
    }
    if (rc == 0 && overview.damaged) {
        rc = ls_error_set(err, LS_E_DATA, "the first damage: %s; `lockstep log check` reads all",
                          overview.damage.text);
    }
    return rc;
}

static int show_records(struct shower *s, const struct log_record_place *place,
                        const struct ls_log_record *records, size_t count, struct ls_error *err)
{
    struct ls_buf out;
    ls_buf_init(&out, "records as text", 1U << 30);
    int rc = cli_interrupted(err);
    for (size_t i = 0; rc == 0 && i < count; i++, s->shown++) {
        if (s->o->json) {
            rc = ls_buf_append_text(&out, s->shown ? ",\n  " : "\n  ", err);
            rc = rc < 0 ? rc : log_record_json(place, &records[i], s->schemas, &out, err);
        } else {
            rc = log_record_text(place, &records[i], s->schemas, &out, err);
        }
        if (out.size > 1U << 20) {
            cli_print_buf(&out);
        }
    }
    cli_print_buf(&out);
    return rc;
}

static int show_partition(struct shower *s, uint32_t topic, uint32_t partition,
                          struct ls_error *err)
{
    size_t topic_count;
    const struct log_record_place place = {ls_log_topics(s->log, &topic_count)[topic].name,
                                           partition};
    struct ls_log_reader *reader;
    uint64_t left = (uint64_t)s->o->count;
    size_t count = 1;
    if ((uint64_t)s->o->from >= ls_log_count(s->log, topic, partition)) {
        return 0;
    }
    int rc = ls_log_reader_new(s->log, topic, partition, (uint64_t)s->o->from, &reader, err);
    if (rc < 0) {
        return rc;
    }
    while (rc == 0 && left && count) {
        const struct ls_log_record *records;
        rc = ls_log_read(reader, left < RECORDS_AT_ONCE ? (size_t)left : RECORDS_AT_ONCE, &records,
                         &count, err);
        rc = rc < 0 ? rc : show_records(s, &place, records, count, err);
        left -= count;
    }
    ls_log_reader_free(reader);
    return rc;
}

/* The topic's index, or negative with what the log has instead. */
static int find_topic(const struct ls_log *log, const char *name, struct ls_error *err)
{
    const char *names[LS_LOG_TOPICS_MAX + 1];
    size_t count;
    const struct ls_log_topic *topics = ls_log_topics(log, &count);
    int index = ls_log_find_topic(log, name);
    if (index >= 0) {
        return index;
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = topics[i].name;
    }
    names[count] = NULL;
    const char *near = ls_did_you_mean(name, names);
    return ls_error_set(err, LS_E_NOMATCH, "the log has no topic `%s`: %s%s%s", name,
                        near ? "did you mean `" : "`lockstep log show` without --topic lists them",
                        near ? near : "", near ? "`?" : "");
}

static int show_topic(struct shower *s, struct ls_error *err)
{
    size_t count;
    int topic = find_topic(s->log, s->o->topic, err);
    if (topic < 0) {
        return topic;
    }
    const struct ls_log_topic *t = &ls_log_topics(s->log, &count)[topic];
    if (s->o->partition >= (int64_t)t->partitions) {
        return ls_error_set(err, LS_E_NOMATCH, "%s has no partition %lld: it has 0 to %u", t->name,
                            (long long)s->o->partition, t->partitions - 1);
    }
    uint32_t first = s->o->partition < 0 ? 0 : (uint32_t)s->o->partition;
    uint32_t end = s->o->partition < 0 ? t->partitions : first + 1;
    int rc = 0;
    if (s->o->json) {
        cli_print("{\"version\": 1, \"records\": [");
    }
    for (uint32_t p = first; rc == 0 && p < end; p++) {
        rc = show_partition(s, (uint32_t)topic, p, err);
    }
    if (s->o->json) {
        cli_print("\n]}\n");
    }
    if (rc == 0 && s->shown == 0) {
        rc = ls_error_set(err, LS_E_NOMATCH, "%s has no record from offset %lld on%s", t->name,
                          (long long)s->o->from,
                          s->o->partition < 0 ? " in any partition" : " in this partition");
    }
    return rc;
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct ls_log *log = NULL;
    struct spec_schemas schemas = {0};
    if (!o->topic && (o->partition >= 0 || o->from)) {
        return ls_error_set(err, LS_E_USAGE, "--%s is about records: name their --topic",
                            o->partition >= 0 ? "partition" : "from");
    }
    int rc = ls_log_open(cli->subjects[0], true, &log, err);
    if (rc == 0 && o->spec) {
        rc = spec_schemas_load(cli, o->spec, &o->layers, &schemas, err);
    }
    if (rc == 0) {
        struct shower s = {o, log, o->spec ? &schemas : NULL, 0};
        rc = o->topic ? show_topic(&s, err) : show_overview(&s, cli->subjects[0], err);
    }
    spec_schemas_clear(&schemas);
    ls_log_close(log);
    return rc;
}

const struct command command_log_show = {
    .name = "log show",
    .synopsis = "URI [--topic T] [--partition P] [--from N] [-n N] [--spec SPEC] [--json]",
    .summary = "Shows what a log holds, or its records.",
    .examples = "  lockstep log show log:/tmp/shop\n"
                "  lockstep log show log:/tmp/shop --topic raw.ecommerce.order_placed -n 3 --spec "
                "fixtures/domains/ecommerce.yaml\n"
                "  lockstep log show log:/tmp/shop --topic raw.ecommerce.order_placed --partition "
                "2 --from 100 --json\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
