/* RPL-4: a quarantine replayed after a fix. */
#include "conformance/cases.h"

#include "conformance/logical.h"
#include "conformance/perturb.h"
#include "core/base/json.h"

#include <stdio.h>
#include <string.h>

/* Ids are remembered for a year, and nothing expires: neither decides what is admitted here. */
#define NOTHING_EXPIRES "--set", "pipeline.dedupe.horizon=365d"

#define COPIES_MAX 64 /* in a row that one log has and the other has not */

struct quarantine {
    const char *faulty;   /* a log with many faults that checks find */
    const char *base_log; /* the same; some of these records are there sound too */
    const char *narrow[8], *wide[8];
    const char *before, *fixed;    /* runs of the log, by the spec and without its checks */
    const char *log, *again;       /* what is replayed, and a run of it */
    const char *longer, *together; /* the log with that behind it, and a run of it */
    const struct ls_log *base;
    struct ls_log *replayed;
    struct ls_log_reader *sound; /* the partition as it is with few faults */
    uint64_t key, resent;
};

static int open_folder(const char *folder, struct ls_log **out, struct ls_error *err)
{
    char uri[LS_PATH_MAX + 8];
    snprintf(uri, sizeof uri, "log:%s", folder);
    return ls_log_open(uri, false, out, err);
}

/* ---- the log with records that are there twice: sound, and as a check finds them */

static bool same_bytes(const struct ls_log_record *a, const struct ls_log_record *b)
{
    return a->value && b->value && a->value_size == b->value_size &&
           memcmp(a->value, b->value, a->value_size) == 0;
}

static bool id_of(struct ls_perturb *p, const struct ls_log_record *record, struct ls_id *id)
{
    if (!record->value || !ls_perturb_decode(p, record)) {
        return false;
    }
    const struct ls_cell *cell = &p->cells[LS_COLUMN_EVENT_ID];
    *id = ls_id_of(cell->bytes, cell->size);
    return true;
}

/* The next record of the partition with few faults that is the same event, sound or not. Copies are
 * only of sound events: it has some that the log with many faults has not, and they are passed
 * over. *sound is NULL where a few records on there is none. */
static int find_sound(struct ls_perturb *p, struct quarantine *q,
                      const struct ls_log_record *record, const struct ls_log_record **sound,
                      struct ls_error *err)
{
    struct ls_id id;
    struct ls_id other;
    size_t count = 1;
    int rc = 0;
    bool named = id_of(p, record, &id);
    *sound = NULL;
    for (int i = 0; rc == 0 && count && !*sound && i < COPIES_MAX; i++) {
        const struct ls_log_record *next;
        rc = ls_log_read(q->sound, 1, &next, &count, err);
        if (rc == 0 && count &&
            (same_bytes(record, next) ||
             (named && id_of(p, next, &other) && memcmp(&id, &other, sizeof id) == 0))) {
            *sound = next;
        }
    }
    return rc;
}

/* A sound one comes first, so that it is the one that is admitted whatever is checked. */
static int append_resent(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                         struct ls_error *err)
{
    struct quarantine *q = context;
    const struct ls_log_record *sound = NULL;
    int rc = 0;
    if (p->position == 0) {
        ls_log_reader_free(q->sound);
        q->sound = NULL;
        rc = ls_log_reader_new(q->base, p->topic, p->partition, 0, &q->sound, err);
    }
    rc = rc < 0 ? rc : find_sound(p, q, record, &sound, err);
    if (rc == 0 && sound && !same_bytes(record, sound) &&
        ls_below(ls_word(q->key, p->position, (uint64_t)p->topic << 16 | p->partition), 2) == 0) {
        q->resent++;
        rc = ls_perturb_append(p, sound, err);
    }
    return rc < 0 ? rc : ls_perturb_append(p, record, err);
}

static int make_resent(struct ls_verify *v, struct quarantine *q, struct ls_error *err)
{
    struct ls_log *sound = NULL;
    int rc = open_folder(v->base_log, &sound, err);
    q->base = sound;
    rc = rc < 0 ? rc : ls_perturb_log(v->job->spec, q->faulty, q->base_log, append_resent, q, err);
    ls_log_reader_free(q->sound);
    ls_log_close(sound);
    return rc;
}

/* ---- the log with what is replayed behind it */

static int append_replayed(struct ls_perturb *p, const struct quarantine *q, struct ls_error *err)
{
    size_t topics;
    size_t count = 1;
    struct ls_log_reader *reader;
    const struct ls_log_record *records;
    const char *name = ls_log_topics(q->base, &topics)[p->topic].name;
    int topic = ls_log_find_topic(q->replayed, name);
    if (topic < 0) {
        return 0;
    }
    int rc = ls_log_reader_new(q->replayed, (uint32_t)topic, p->partition, 0, &reader, err);
    if (rc < 0) {
        return rc;
    }
    while (rc == 0 && count) {
        rc = ls_log_read(reader, 1024, &records, &count, err);
        for (size_t i = 0; rc == 0 && i < count; i++) {
            rc = ls_perturb_append(p, &records[i], err);
        }
    }
    ls_log_reader_free(reader);
    return rc;
}

static int append_behind(struct ls_perturb *p, const struct ls_log_record *record, void *context,
                         struct ls_error *err)
{
    const struct quarantine *q = context;
    bool last = p->position + 1 == ls_log_count(q->base, p->topic, p->partition);
    int rc = ls_perturb_append(p, record, err);
    return rc < 0 || !last ? rc : append_replayed(p, q, err);
}

static int make_longer(struct ls_verify *v, struct quarantine *q, struct ls_error *err)
{
    struct ls_log *base = NULL;
    int rc = open_folder(q->base_log, &base, err);
    rc = rc < 0 ? rc : open_folder(q->log, &q->replayed, err);
    q->base = base;
    rc = rc < 0 ? rc : ls_perturb_log(v->job->spec, q->base_log, q->longer, append_behind, q, err);
    ls_log_close(base);
    ls_log_close(q->replayed);
    return rc;
}

/* ---- what there is */

static int digest_of(const char *run, const char *kind, struct ls_logical *out,
                     struct ls_error *err)
{
    char folder[LS_PATH_MAX];
    int rc = ls_path_join(folder, run, "datasets", err);
    return rc < 0 ? rc : ls_logical_of_folder(folder, kind, out, err);
}

/* Of both together, as of one multiset. */
static struct ls_logical sum_of(struct ls_logical a, struct ls_logical b)
{
    ls_u128 carry = 0;
    for (size_t i = 0; i < 4; i++) {
        carry += (ls_u128)a.words[i] + b.words[i];
        a.words[i] = (uint64_t)carry;
        carry >>= 64;
    }
    a.records += b.records;
    return a;
}

static int must_be(struct ls_case_result *r, const char *what, struct ls_logical is,
                   struct ls_logical should, struct ls_error *err)
{
    if (memcmp(&is, &should, sizeof is) == 0) {
        return 0;
    }
    r->verdict = LS_VERDICT_FAIL;
    return ls_buf_appendf(&r->detail, err,
                          "normalized records of %s are not those of the mended spec: %llu instead "
                          "of %llu, or others; row 1 and those behind it\n",
                          what, (unsigned long long)is.records, (unsigned long long)should.records);
}

static int judge(struct ls_case_result *r, const struct quarantine *q, struct ls_error *err)
{
    struct ls_logical before;
    struct ls_logical fixed;
    struct ls_logical again;
    struct ls_logical together;
    struct ls_logical kept[2];
    int rc = digest_of(q->before, "normalized/", &before, err);
    rc = rc < 0 ? rc : digest_of(q->fixed, "normalized/", &fixed, err);
    rc = rc < 0 ? rc : digest_of(q->again, "normalized/", &again, err);
    rc = rc < 0 ? rc : digest_of(q->together, "normalized/", &together, err);
    rc = rc < 0 ? rc : digest_of(q->before, "quarantine/", &kept[0], err);
    rc = rc < 0 ? rc : digest_of(q->fixed, "quarantine/", &kept[1], err);
    rc = rc < 0 ? rc
                : must_be(r, "the run before the fix and of what was replayed",
                          sum_of(before, again), fixed, err);
    rc = rc < 0 ? rc : must_be(r, "the log with what was replayed", together, fixed, err);
    ls_verify_count(r, "records before the fix", rc < 0 ? 0 : before.records, true);
    ls_verify_count(r, "admitted by it", rc < 0 ? 0 : again.records, true);
    ls_verify_count(r, "quarantined before", rc < 0 ? 0 : kept[0].records, false);
    ls_verify_count(r, "there sound too", q->resent, true);
    ls_verify_count(r, "still", rc < 0 ? 0 : kept[1].records, false);
    return rc;
}

/* ---- the case */

/* A part of the spec as one line of YAML. */
static int put_flow(const struct ls_yaml *node, struct ls_buf *out, struct ls_error *err)
{
    bool map = node->kind == LS_YAML_MAP;
    if (!map && node->kind != LS_YAML_LIST) {
        return node->kind == LS_YAML_TEXT ? ls_json_string(out, node->text, strlen(node->text), err)
                                          : ls_buf_append_text(out, node->text, err);
    }
    int rc = ls_buf_append_text(out, map ? "{" : "[", err);
    for (size_t i = 0; rc == 0 && i < node->count; i++) {
        rc = i ? ls_buf_append_text(out, ", ", err) : 0;
        rc = rc < 0 || !map ? rc : ls_buf_appendf(out, err, "%s: ", node->entries[i].key);
        rc = rc < 0 ? rc : put_flow(map ? node->entries[i].value : node->items[i], out, err);
    }
    return rc < 0 ? rc : ls_buf_append_text(out, map ? "}" : "]", err);
}

/* The spec's `quality` without its checks: flags stay, since they are columns. */
static int put_flags(const struct ls_spec *spec, struct ls_buf *out, struct ls_error *err)
{
    const struct ls_yaml *list = ls_yaml_get(spec->tree, "quality");
    int rc = ls_buf_append_text(out, "quality=[", err);
    bool any = false;
    for (size_t i = 0; rc == 0 && list && i < list->count; i++) {
        if (ls_yaml_get(list->items[i], "flag")) {
            rc = any ? ls_buf_append_text(out, ", ", err) : 0;
            rc = rc < 0 ? rc : put_flow(list->items[i], out, err);
            any = true;
        }
    }
    return rc < 0 ? rc : ls_buf_append_text(out, "]", err);
}

/* Checks, and faults that they find; and no flag that remembers other records. */
static bool has_checks(const struct ls_spec *spec)
{
    const struct ls_spec_faults *faults = spec->faults;
    const struct ls_spec_check *checks = spec->quality.items;
    bool found = false;
    for (size_t i = 0; i < spec->quality.count; i++) {
        if (checks[i].check == LS_CHECK_FLAG && checks[i].monotonic) {
            return false;
        }
        found = found || checks[i].check != LS_CHECK_FLAG;
    }
    return found && (faults->out_of_range || faults->missing || faults->unknown_reference);
}

static int set_options(struct ls_verify *v, struct quarantine *q, struct ls_error *err)
{
    static const char *const narrow[] = {NOTHING_EXPIRES};
    struct ls_buf flags;
    ls_buf_init(&flags, "flags", 1U << 20);
    int rc = put_flags(v->job->spec, &flags, err);
    memcpy(q->narrow, narrow, sizeof narrow);
    memcpy(q->wide, narrow, sizeof narrow);
    q->wide[2] = "--set";
    q->wide[3] = rc < 0 ? NULL
                        : ls_arena_text(&v->arena, (const char *)flags.data, flags.size, err);
    ls_buf_clear(&flags);
    return q->wide[3] ? 0 : err->code;
}

static int make_log(struct ls_verify *v, struct quarantine *q, struct ls_error *err)
{
    const struct ls_spec_faults *faults = v->job->spec->faults;
    const struct {
        const struct ls_spec_fault *fault;
        const char *often;
    } rows[] = {{faults->out_of_range, "faults.out_of_range.rate=1/50"},
                {faults->missing, "faults.missing.rate=1/50"},
                {faults->unknown_reference, "faults.unknown_reference.rate=1/50"}};
    const char *options[2 * sizeof rows / sizeof *rows + 1];
    size_t count = 0;
    struct ls_exit exit;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].fault) {
            options[count++] = "--set";
            options[count++] = rows[i].often;
        }
    }
    options[count] = NULL;
    const char *truth = ls_verify_path(v, err, "cases/RPL-4/truth");
    return truth ? ls_verify_generate(v, q->faulty, truth, v->job->case_events, options, &exit, err)
                 : err->code;
}

static int name_places(struct ls_verify *v, struct quarantine *q, struct ls_error *err)
{
    const char **places[] = {&q->faulty, &q->base_log, &q->before, &q->fixed,
                             &q->log,    &q->again,    &q->longer, &q->together};
    static const char *const names[] = {"faulty",   "log",   "before", "fixed",
                                        "replayed", "again", "longer", "together"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        *places[i] = ls_verify_path(v, err, "cases/RPL-4/%s", names[i]);
        if (!*places[i]) {
            return err->code;
        }
    }
    return 0;
}

static int run_rpl_4(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    struct quarantine q = {.key = ls_stream_key(v->job->seed, "RPL-4")};
    struct ls_exit exit;
    if (!has_checks(v->job->spec)) {
        r->verdict = LS_VERDICT_SKIP;
        return ls_buf_append_text(&r->detail,
                                  "the spec has no checks with faults that they find, or monotonic "
                                  "flags, which remember other records\n",
                                  err);
    }
    int rc = ls_verify_base(v, r, err);
    if (rc < 0 || r->verdict == LS_VERDICT_FAIL) {
        return rc;
    }
    rc = name_places(v, &q, err);
    rc = rc < 0 ? rc : set_options(v, &q, err);
    rc = rc < 0 ? rc : make_log(v, &q, err);
    rc = rc < 0 ? rc : make_resent(v, &q, err);
    const char *reference = rc < 0 ? NULL
                                   : ls_arena_printf(&v->arena, err, "%s/reference", q.base_log);
    if (!reference) {
        return err->code;
    }
    const struct ls_verify_run runs[] = {
        {.log = q.base_log, .to = q.before, .umask = -1, .extra = q.narrow},
        {.log = q.base_log, .to = q.fixed, .umask = -1, .extra = q.wide},
        {.quarantine = q.before, .to = q.log, .umask = -1, .extra = q.wide, .reference = reference},
        {.log = q.log, .to = q.again, .umask = -1, .extra = q.wide, .reference = reference},
        {.log = q.longer, .to = q.together, .umask = -1, .extra = q.wide, .reference = reference}};
    for (size_t i = 0; rc == 0 && i < sizeof runs / sizeof *runs; i++) {
        rc = i == 4 ? make_longer(v, &q, err) : 0;
        rc = rc < 0 ? rc : ls_verify_run(v, &runs[i], &exit, err);
    }
    return rc < 0 ? rc : judge(r, &q, err);
}

const struct ls_case ls_case_rpl_4 = {
    .id = "RPL-4",
    .title = "a quarantine replayed after a fix",
    .text =
        "The spec is mended (its checks are dropped), and what the run before had in quarantine "
        "is replayed where it passes now. The run before and a run of what is replayed have to\n"
        "come to the records of the mended spec over the whole log, each once; and so has the "
        "log with what is replayed behind it, where it is nothing but duplicates. Half of what\n"
        "faults have broken is in the log sound too, under the same id: the run before has that "
        "one, and the broken one has to stay. Lateness and the horizon would come between:\n"
        "records that are replayed later may be late or too old, so ids are remembered for a year "
        "here, and only normalized records are held.",
    .knob = "replay",
    .run = run_rpl_4,
};
