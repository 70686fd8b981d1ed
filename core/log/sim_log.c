#include "core/log/sim_log.h"

#include "core/base/mem.h"

static struct ls_sim *current;
static unsigned current_stage, current_stages;

void ls_sim_log_set(struct ls_sim *sim, unsigned stage, unsigned stages)
{
    current = sim;
    current_stage = stage;
    current_stages = stages;
}

unsigned ls_sim_log_stage(void)
{
    return current_stage;
}

struct sim_log {
    struct ls_log base;
    struct ls_log *inner;
    struct ls_sim *sim;
};

struct sim_reader {
    struct ls_log_reader base;
    struct ls_log_reader *inner;
    struct ls_sim *sim;
};

/* How much of a partition's `count` records is there at the current stage: each stage but the last
 * adds any share of what is left. */
static uint64_t visible(const struct ls_sim *sim, size_t topic, uint32_t partition, uint64_t count)
{
    uint64_t seen = 0;
    uint64_t part = (uint64_t)topic * LS_LOG_PARTITIONS_MAX + partition;
    for (unsigned stage = 1; stage <= current_stage; stage++) {
        seen += ls_below(ls_word(ls_mix(sim->key), part, stage), count - seen + 1);
    }
    return current_stage == current_stages ? count : seen;
}

static int sim_create(const char *place, const struct ls_log_topic *topics, size_t topic_count,
                      const struct ls_log_identity *identity, enum ls_log_mode mode,
                      struct ls_log **out, struct ls_error *err)
{
    (void)topics;
    (void)topic_count;
    (void)identity;
    (void)mode;
    (void)out;
    return ls_error_set(err, LS_E_USAGE, "a simulated log is read only: write log:%s", place);
}

static int sim_go_on(const char *place, const struct ls_log_topic *topics, size_t topic_count,
                     const struct ls_log_identity *identity, const struct ls_log_past *past,
                     struct ls_log **out, struct ls_error *err)
{
    (void)past;
    return sim_create(place, topics, topic_count, identity, LS_LOG_RESUME, out, err);
}

static int sim_append(struct ls_log *log, uint32_t topic, uint32_t partition,
                      const struct ls_log_record *record, struct ls_error *err)
{
    (void)log;
    (void)topic;
    (void)partition;
    (void)record;
    return ls_error_set(err, LS_E_USAGE, "a simulated log is read only");
}

static int sim_flush(struct ls_log *log, uint32_t topic, uint32_t partition, bool sync,
                     struct ls_log_end *end, struct ls_error *err)
{
    (void)sync;
    (void)end;
    return sim_append(log, topic, partition, NULL, err);
}

static int sim_complete(struct ls_log *log, struct ls_error *err)
{
    return sim_append(log, 0, 0, NULL, err);
}

static void sim_close(struct ls_log *base)
{
    struct sim_log *log = (struct sim_log *)base;
    ls_log_close(log->inner);
    ls_log_clear(base);
    ls_mem_free(log);
}

/* The ranges of the stage. A topic that was selected away is not seen any more. */
static void show_stage(struct sim_log *log)
{
    for (size_t t = 0; t < log->base.topic_count; t++) {
        size_t inner = (size_t)ls_log_find_topic(log->inner, log->base.topics[t].name);
        for (uint32_t p = 0; p < log->base.topics[t].partitions; p++) {
            log->base.counts[t][p] = visible(log->sim, inner, p, log->inner->counts[inner][p]);
        }
    }
}

static int sim_refresh(struct ls_log *base, struct ls_error *err)
{
    struct sim_log *log = (struct sim_log *)base;
    (void)err;
    if (ls_sim_below(log->sim, 3) == 0) {
        current_stage++;
        show_stage(log);
        base->complete = current_stage == current_stages;
    }
    return 0;
}

static int sim_open(const char *place, bool partial, struct ls_log **out, struct ls_error *err)
{
    if (!current) {
        return ls_error_set(err, LS_E_USAGE,
                            "sim:%s is there inside `lockstep simulate` alone: write log:%s", place,
                            place);
    }
    struct sim_log *log = ls_mem_new(1, sizeof *log, err);
    if (!log) {
        return err->code;
    }
    log->sim = current;
    int rc = ls_log_file.open(place, partial, &log->inner, err);
    rc = rc < 0 ? rc
                : ls_log_init(&log->base, &ls_log_sim, log->inner->topics, log->inner->topic_count,
                              err);
    if (rc < 0) {
        sim_close(&log->base);
        return rc;
    }
    show_stage(log);
    log->base.identity = log->inner->identity;
    log->base.complete = !partial || current_stage == current_stages;
    *out = &log->base;
    return 0;
}

/* Where the file log has a topic: a selection has changed the order here, not there. */
static uint32_t inner_topic(const struct sim_log *log, uint32_t topic)
{
    return (uint32_t)ls_log_find_topic(log->inner, log->base.topics[topic].name);
}

static int sim_stored(const struct ls_log *base, uint32_t topic, uint32_t partition,
                      struct ls_log_stored *out, struct ls_error *err)
{
    const struct sim_log *log = (const struct sim_log *)base;
    return ls_log_stored(log->inner, inner_topic(log, topic), partition, out, err);
}

static void sim_reader_free(struct ls_log_reader *base)
{
    struct sim_reader *reader = (struct sim_reader *)base;
    ls_log_reader_free(reader->inner);
    ls_mem_free(reader);
}

static int sim_reader_new(const struct ls_log *base, uint32_t topic, uint32_t partition,
                          uint64_t position, struct ls_log_reader **out, struct ls_error *err)
{
    const struct sim_log *log = (const struct sim_log *)base;
    struct sim_reader *reader = ls_mem_new(1, sizeof *reader, err);
    if (!reader) {
        return err->code;
    }
    reader->base = (struct ls_log_reader){&ls_log_sim, position, &base->counts[topic][partition]};
    reader->sim = log->sim;
    int rc = ls_log_reader_new(log->inner, inner_topic(log, topic), partition, position,
                               &reader->inner, err);
    if (rc < 0) {
        sim_reader_free(&reader->base);
        return rc;
    }
    *out = &reader->base;
    return 0;
}

static int sim_read(struct ls_log_reader *base, size_t count_max,
                    const struct ls_log_record **records, size_t *count, struct ls_error *err)
{
    struct sim_reader *reader = (struct sim_reader *)base;
    uint64_t left = *base->end - base->position;
    count_max = left < count_max ? (size_t)left : count_max;
    *count = 0;
    if (count_max == 0 || ls_sim_strikes(reader->sim, LS_MISHAP_PAUSE)) {
        return 0;
    }
    if (count_max > 1 && ls_sim_strikes(reader->sim, LS_MISHAP_FEW_RECORDS)) {
        count_max = 1 + (size_t)ls_sim_below(reader->sim, count_max - 1);
    }
    int rc = ls_log_read(reader->inner, count_max, records, count, err);
    base->position = ls_log_reader_position(reader->inner);
    return rc;
}

const struct ls_log_kind ls_log_sim = {
    .scheme = "sim",
    .summary = "sim:DIR, the file log in DIR as `simulate` gives it out",
    .create = sim_create,
    .go_on = sim_go_on,
    .append = sim_append,
    .flush = sim_flush,
    .complete = sim_complete,
    .open = sim_open,
    .refresh = sim_refresh,
    .close = sim_close,
    .stored = sim_stored,
    .reader_new = sim_reader_new,
    .read = sim_read,
    .reader_free = sim_reader_free,
};
