#include "conformance/case_kafka.h"

#include "conformance/disturb.h"
#include "conformance/glance.h"
#include "conformance/kafka_admin.h"
#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/obs/clock.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define TRIES     12
#define STEP_US   3000    /* of a run until its next transaction is open */
#define NAME_SIZE 6       /* bytes, which are shown in hex */
#define SAID_MAX  1000000 /* bytes of what a run said */

/* ---- names */

static int draw_cluster(struct ls_case_kafka *k, struct ls_error *err)
{
    uint8_t bytes[NAME_SIZE];
    char hex[LS_HEX_MAX];
    const char *place = k->v->job->kafka;
    if (strncmp(place, "kafka://", 8) != 0) {
        return ls_error_set(err, LS_E_USAGE,
                            "--log: `%s` is no cluster: write kafka://HOST:PORT[/PREFIX]", place);
    }
    if (getentropy(bytes, sizeof bytes) < 0) {
        return ls_error_set(err, LS_E_IO, "the system gives no random name");
    }
    k->cluster = ls_arena_printf(&k->v->arena, err, "%s%s%s-%s", place,
                                 strchr(place + 8, '/') ? "-" : "/",
                                 ls_hex(bytes, sizeof bytes, hex), k->r->which->id);
    return k->cluster ? 0 : err->code;
}

const char *ls_case_kafka_prefix(struct ls_case_kafka *k, const char *uri, struct ls_error *err)
{
    const char *prefix = strchr(uri + strlen("kafka://"), '/');
    return ls_arena_printf(&k->v->arena, err, "%s.", prefix ? prefix + 1 : "");
}

int ls_case_kafka_begin(struct ls_verify *v, struct ls_case_result *r, struct ls_case_kafka *k,
                        struct ls_error *err)
{
    static const char *const final[] = {"--final", NULL};
    static const unsigned whole[] = {LS_KAFKA_INPUT_SIZE_MAX};
    static const char *const reading[] = {"isolation.level", "read_committed", NULL};
    *k = (struct ls_case_kafka){.v = v, .r = r};
    int rc = draw_cluster(k, err);
    rc = rc < 0 ? rc : ls_verify_small(v, err);
    rc = rc < 0 ? rc : ls_kafka_place_parse(k->cluster + strlen("kafka:"), &k->place, err);
    if (rc < 0) {
        return rc;
    }
    k->batch = v->small_batch;
    k->final = final;
    k->input = (struct ls_kafka_input){.log = v->small_log, .sizes = whole, .size_count = 1};
    k->input.uri = ls_arena_printf(&v->arena, err, "%s-log", k->cluster);
    k->run = (struct ls_verify_run){.stream = true,
                                    .umask = -1,
                                    .log = v->small_log,
                                    .from = k->input.uri,
                                    .batch_size = "32",
                                    .checkpoint_records = "250"};
    k->run.to = ls_verify_path(v, err, "cases/%s/stream", r->which->id);
    rc = k->input.uri && k->run.to ? 0 : err->code;
    rc = rc < 0 ? rc
                : ls_kafka_client_new(&k->place, RD_KAFKA_CONSUMER, reading, NULL, NULL, &k->reads,
                                      err);
    return rc < 0 ? rc : ls_kafka_input_producer(&k->place, NULL, NULL, &k->writes, err);
}

/* All whose names begin with what was drawn for the case. */
static int remove_topics(struct ls_case_kafka *k, struct ls_error *err)
{
    rd_kafka_topic_partition_list_t *list;
    const char *slash = strchr(k->cluster + strlen("kafka://"), '/');
    int rc = ls_case_kafka_partitions(k, slash + 1, &list, err);
    if (rc < 0) {
        return rc;
    }
    const char **topics = ls_mem_new((size_t)list->cnt, sizeof *topics, err);
    size_t count = 0;
    for (int i = 0; topics && i < list->cnt; i++) {
        if (list->elems[i].partition == 0) {
            topics[count++] = list->elems[i].topic;
        }
    }
    rc = !topics ? err->code : count ? ls_kafka_topics_remove(k->writes, topics, count, err) : 0;
    ls_mem_free(topics);
    rd_kafka_topic_partition_list_destroy(list);
    return rc;
}

int ls_case_kafka_end(struct ls_case_kafka *k, int rc, struct ls_error *err)
{
    ls_kafka_input_clear(&k->input);
    rc = rc < 0 || k->r->verdict != LS_VERDICT_PASS ? rc : remove_topics(k, err);
    ls_kafka_client_free(k->reads);
    ls_kafka_client_free(k->writes);
    ls_kafka_place_clear(&k->place);
    return rc;
}

/* ---- runs into folders */

int ls_case_kafka_equal(struct ls_case_kafka *k, const char *name, struct ls_error *err)
{
    int rc = 0;
    for (int batch = 0; rc == 0 && batch < 2 && k->r->verdict == LS_VERDICT_PASS; batch++) {
        struct ls_verify_run run = k->run;
        struct ls_exit exit;
        run.stream = !batch;
        run.to = ls_verify_path(k->v, err, "cases/%s/%s-%s", k->r->which->id, name,
                                batch ? "batch" : "stream");
        rc = run.to ? ls_verify_run(k->v, &run, &exit, err) : err->code;
        rc = rc < 0 ? rc
                    : ls_verify_compare(k->v, k->r, run.log, run.to,
                                        batch ? "batch of topics" : "stream of topics", k->batch,
                                        "batch", err);
    }
    return rc;
}

int ls_case_kafka_write_equal(struct ls_case_kafka *k, struct ls_error *err)
{
    int rc = ls_kafka_input_write(&k->input, err);
    return rc < 0 ? rc : ls_case_kafka_equal(k, "topics", err);
}

int ls_case_kafka_said(struct ls_case_kafka *k, const char *to, const char *says,
                       struct ls_error *err)
{
    struct ls_buf text;
    const char *output = ls_arena_printf(&k->v->arena, err, "%s.txt", to);
    ls_buf_init(&text, "what a run said", SAID_MAX);
    int rc = output ? ls_file_read(output, &text, err) : err->code;
    bool found = rc == 0 && memmem(text.data, text.size, says, strlen(says));
    ls_buf_clear(&text);
    return rc < 0 || found ? rc
                           : ls_verify_fail(k->r, err,
                                            "a run failed, as it should, but did not say why "
                                            "(`%s`): see %s",
                                            says, output);
}

static int refused(struct ls_case_kafka *k, struct ls_verify_run run, const char *says,
                   struct ls_error *err)
{
    static const char *const brief[] = {"-X", "patience=2s", NULL};
    struct ls_command command;
    struct ls_process process;
    struct ls_exit exit;
    run.more = brief;
    int rc = run.to ? ls_verify_command(k->v, &run, &command, err) : err->code;
    rc = rc < 0 ? rc : ls_process_start(&command, &process, err);
    rc = rc < 0 ? rc
                : ls_process_wait(&process, (uint64_t)k->v->job->target->timeout_ms, &exit, err);
    if (rc < 0) {
        return rc;
    }
    if (exit.exited && exit.status == 0) {
        return ls_verify_fail(k->r, err,
                              "a run over topics that lack records ended with 0: a shorter result "
                              "that looks whole (%s)",
                              run.to);
    }
    k->v->timed_out |= exit.timed_out;
    return exit.timed_out
               ? ls_error_set(err, LS_E_DATA, "a run did not end in time: see %s", command.output)
               : ls_case_kafka_said(k, run.to, says, err);
}

int ls_case_kafka_refused(struct ls_case_kafka *k, const char *name, const char *says,
                          struct ls_error *err)
{
    struct ls_verify_run run = k->run;
    if (!name) {
        return refused(k, run, says, err);
    }
    run.to = ls_verify_path(k->v, err, "cases/%s/%s-stream", k->r->which->id, name);
    int rc = refused(k, run, says, err);
    run.stream = false;
    run.to = ls_verify_path(k->v, err, "cases/%s/%s-batch", k->r->which->id, name);
    return rc < 0 || k->r->verdict != LS_VERDICT_PASS ? rc : refused(k, run, says, err);
}

/* ---- runs into topics */

int ls_case_kafka_to_topics(struct ls_case_kafka *k, struct ls_error *err)
{
    struct ls_arena *arena = &k->v->arena;
    k->run.more = k->final;
    k->run.rows = ls_arena_printf(arena, err, "%s-rows-%u", k->cluster, ++k->number);
    const char *prefix = k->run.rows ? ls_case_kafka_prefix(k, k->run.rows, err) : NULL;
    k->side = prefix ? ls_arena_printf(arena, err, "%slockstep", prefix) : NULL;
    return k->side ? ls_tree_remove(k->run.to, err) : err->code;
}

int ls_case_kafka_finish(struct ls_case_kafka *k, struct ls_error *err)
{
    struct ls_exit exit;
    return ls_verify_run(k->v, &k->run, &exit, err);
}

int ls_case_kafka_collect(struct ls_case_kafka *k, const char *name, struct ls_error *err)
{
    struct ls_verify *v = k->v;
    struct ls_exit exit;
    const char *words[LS_ARGUMENTS_MAX] = {"collect", v->job->spec_path, "--from", k->run.rows,
                                           "--to"};
    size_t count = 5;
    const char *to = ls_verify_path(v, err, "cases/%s/%s", k->r->which->id, name);
    const char *output = to ? ls_arena_printf(&v->arena, err, "%s.txt", to) : NULL;
    const char *const *const lists[] = {v->job->spec_options, v->job->properties};
    words[count++] = to;
    for (size_t i = 0; i < 2; i++) {
        for (const char *const *word = lists[i]; word && *word && count + 1 < LS_ARGUMENTS_MAX;
             word++) {
            words[count++] = *word;
        }
    }
    int rc = output ? ls_tree_remove(to, err) : err->code;
    rc = rc < 0 ? rc : ls_verify_own(v, words, output, &exit, err);
    return rc < 0 ? rc : ls_verify_compare(v, k->r, k->run.log, to, name, k->batch, "batch", err);
}

/* ---- topics */

int ls_case_kafka_partitions(struct ls_case_kafka *k, const char *prefix,
                             rd_kafka_topic_partition_list_t **out, struct ls_error *err)
{
    struct ls_kafka_wait wait = ls_kafka_wait_begin();
    const struct rd_kafka_metadata *found;
    rd_kafka_resp_err_t code;
    size_t size = strlen(prefix);
    while ((code = rd_kafka_metadata(ls_kafka_of(k->writes), 1, NULL, &found,
                                     ls_kafka_wait_ms(&wait, 5000))) &&
           ls_kafka_is_passing(code) && !ls_kafka_wait_is_over(&wait)) {
        ls_clock_sleep_ms(50);
    }
    if (code) {
        return ls_kafka_error(k->writes, code, NULL, err, "asking which topics there are");
    }
    *out = rd_kafka_topic_partition_list_new(16);
    for (int t = 0; t < found->topic_cnt; t++) {
        const struct rd_kafka_metadata_topic *topic = &found->topics[t];
        if (strncmp(topic->topic, prefix, size) == 0 &&
            strcmp(topic->topic + size, "lockstep") != 0) {
            for (int p = 0; p < topic->partition_cnt; p++) {
                rd_kafka_topic_partition_list_add(*out, topic->topic, p);
            }
        }
    }
    rd_kafka_metadata_destroy(found);
    rd_kafka_topic_partition_list_sort(*out, NULL, NULL);
    return 0;
}

int ls_case_kafka_open(struct ls_case_kafka *k, struct ls_error *err)
{
    rd_kafka_topic_partition_list_t *list;
    const char *prefix = ls_case_kafka_prefix(k, k->run.rows, err);
    int rc = prefix ? ls_case_kafka_partitions(k, prefix, &list, err) : err->code;
    if (rc < 0) {
        return rc;
    }
    bool open = false;
    for (int i = 0; rc == 0 && !open && i < list->cnt; i++) {
        int64_t low;
        int64_t decided;
        int64_t end;
        const rd_kafka_topic_partition_t *place = &list->elems[i];
        uint32_t partition = (uint32_t)place->partition;
        rc = ls_kafka_range(k->reads, place->topic, partition, &low, &decided, err);
        rc = rc < 0 ? rc : ls_kafka_range(k->writes, place->topic, partition, &low, &end, err);
        open = rc == 0 && decided < end;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return rc < 0 ? rc : open;
}

/* ---- processes */

struct watch {
    const char *folder;
    struct ls_id last;
    unsigned changes, wanted;
    uint64_t until_ns;
};

static bool has_changed(void *context)
{
    struct watch *w = context;
    struct ls_id now;
    if (ls_glance(w->folder, &now) && !ls_id_equal(now, w->last)) {
        w->last = now;
        w->changes++;
    }
    return w->changes >= w->wanted;
}

static bool is_late(void *context)
{
    return ls_clock_ns() >= ((const struct watch *)context)->until_ns;
}

/* What came of a run that ended by itself. */
static int ended(const struct ls_case_kafka *k, const struct ls_exit *exit, struct ls_error *err)
{
    k->v->timed_out |= exit->timed_out;
    return exit->exited && exit->status == 0
               ? 0
               : ls_error_set(err, LS_E_DATA, "a run ended with %s %d%s: see %s.txt",
                              exit->exited ? "status" : "signal", exit->status,
                              exit->timed_out ? " (out of time)" : "", k->run.to);
}

int ls_case_kafka_start(struct ls_case_kafka *k, unsigned changes, struct ls_process *process,
                        struct ls_error *err)
{
    struct ls_command command;
    struct ls_exit exit;
    uint64_t timeout_ms = (uint64_t)k->v->job->target->timeout_ms;
    struct watch watch = {.folder = ls_disturb_state(k->v, &k->run, err), .wanted = changes};
    int rc = watch.folder ? ls_verify_command(k->v, &k->run, &command, err) : err->code;
    if (rc == 0) {
        (void)ls_glance(watch.folder, &watch.last);
        rc = ls_process_start(&command, process, err);
    }
    rc = rc < 0 ? rc : ls_process_until(process, has_changed, &watch, timeout_ms, &exit, err);
    if (rc > 0) {
        ls_process_stop(process);
    }
    return rc != 0 ? rc : ended(k, &exit, err);
}

int ls_case_kafka_step(struct ls_case_kafka *k, struct ls_process *process, uint64_t run_us,
                       struct ls_error *err)
{
    struct ls_exit exit;
    struct watch watch = {.until_ns = ls_clock_ns() + run_us * 1000};
    ls_process_signal(process, SIGCONT);
    int rc = ls_process_until(process, is_late, &watch, (uint64_t)k->v->job->target->timeout_ms,
                              &exit, err);
    if (rc > 0) {
        ls_process_stop(process);
    }
    return rc != 0 ? rc : ended(k, &exit, err);
}

int ls_case_kafka_stop(struct ls_case_kafka *k, unsigned changes, struct ls_process *process,
                       struct ls_error *err)
{
    int rc = ls_case_kafka_start(k, changes, process, err);
    int open = 0;
    while (rc > 0 && (open = ls_case_kafka_open(k, err)) == 0) {
        rc = ls_case_kafka_step(k, process, STEP_US, err);
    }
    if (open < 0) {
        ls_case_kafka_kill(process);
    }
    return open < 0 ? open : rc;
}

int ls_case_kafka_stop_anew(struct ls_case_kafka *k, unsigned changes, struct ls_process *process,
                            struct ls_error *err)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < TRIES; i++) {
        rc = ls_case_kafka_to_topics(k, err);
        rc = rc < 0 ? rc : ls_case_kafka_stop(k, changes, process, err);
    }
    return rc;
}

int ls_case_kafka_end_transaction(struct ls_case_kafka *k, struct ls_error *err)
{
    struct ls_kafka_client *other = NULL;
    int rc = ls_kafka_input_producer(&k->place, k->side, NULL, &other, err);
    rc = rc < 0 ? rc : ls_kafka_input_init(other, err);
    ls_kafka_client_free(other);
    return rc;
}

int ls_case_kafka_go_on(struct ls_case_kafka *k, struct ls_process *process, struct ls_error *err)
{
    struct ls_exit exit;
    ls_process_signal(process, SIGCONT);
    int rc = ls_process_wait(process, (uint64_t)k->v->job->target->timeout_ms, &exit, err);
    return rc < 0 ? rc : ended(k, &exit, err);
}

void ls_case_kafka_kill(struct ls_process *process)
{
    bool killed;
    struct ls_exit exit;
    struct ls_error ignored;
    ls_process_kill_after(process, 0, &killed, &exit, &ignored);
}
