/* Where events go: one interface, and a row in ls_sink_kinds for each kind of place.
 *
 * A sink is opened before the first event is made: it refuses what it would write over, and makes
 * its files under names that show that they are partial. It then takes the events of each domain in
 * index order, one domain behind the other. What it writes is a function of the run, so a sink that
 * was interrupted is resumed by giving it the same events again from the first. */
#ifndef LS_GENERATOR_SINK_H
#define LS_GENERATOR_SINK_H

#include "generator/event.h"

/* The events of one spec, and the bounds that they were asked for with (struct ls_log_identity). */
struct ls_sink_domain {
    const struct ls_plan *plan;
    uint64_t events;
    int64_t until_ms;
    struct ls_shard shard;
};

struct ls_sink_run {
    const struct ls_sink_domain *domains; /* borrowed until the sink is closed */
    size_t domain_count;
    bool resume; /* go on with what an interrupted run of these domains left; where there is nothing
                    it is begun */
};

struct ls_sink_kind;

/* What every sink's struct begins with. */
struct ls_sink {
    const struct ls_sink_kind *kind;
    bool complete;    /* what was to be resumed is finished: nothing is to be taken */
    uint64_t damaged; /* events whose value is no datum, and which stand apart for that */
};

struct ls_sink_kind {
    const char *prefix;  /* "avro:" of "avro:DIR" */
    bool alone;          /* nothing stands behind the prefix */
    const char *form;    /* "avro:DIR", for people */
    const char *summary; /* one line, for people */
    bool in_folder;      /* its place is a folder: it gets reference tables, and truth beside it */
    bool domain_folders; /* of several domains each has a folder there, as a run alone would fill */
    bool on_stdout;      /* its events are all that may be written there */
    /* `place` is what stands behind the prefix. What is not as it should be there is LS_E_DATA. */
    int (*open)(const char *place, const struct ls_sink_run *run, struct ls_sink **out,
                struct ls_error *err);
    int (*take)(struct ls_sink *sink, size_t domain, const struct ls_event *event,
                struct ls_error *err);
    /* Likewise a heartbeat (G10), which is no event: NULL where these are left out. */
    int (*take_heartbeat)(struct ls_sink *sink, size_t domain, uint32_t type, uint32_t partition,
                          int64_t time_ms, struct ls_error *err);
    /* A run at a pace will sleep: what somebody else waits for goes out, where that changes no
     * byte. NULL: nothing does. */
    int (*pause)(struct ls_sink *sink, struct ls_error *err);
    int (*finish)(struct ls_sink *sink, struct ls_error *err); /* all is written and synced */
    void (*close)(struct ls_sink *sink); /* also of one that is not finished: it stays as it is */
};

extern const struct ls_sink_kind *const ls_sink_kinds[]; /* ends with NULL */
extern const struct ls_sink_kind ls_sink_log, ls_sink_kafka, ls_sink_avro, ls_sink_jsonl,
    ls_sink_csv, ls_sink_stdout, ls_sink_null;

/* The row of a place ("avro:DIR") and what stands behind the prefix; NULL with `err` filled: what
 * places there are, and which one may have been meant. */
const struct ls_sink_kind *ls_sink_find(const char *uri, const char **place, struct ls_error *err);

#endif
