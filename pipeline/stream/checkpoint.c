#include "pipeline/stream/checkpoint_internal.h"

#include "core/avro/encode.h"
#include "core/base/mem.h"
#include "core/base/mutant.h"
#include "pipeline/output/run_journal.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC         "LSCKPT"
#define STATE_VERSION "04" /* of what follows: another one is not read */
#define WHOLE_AGAIN_BYTES                                                                          \
    (UINT64_C(4) << 20) /* a chain this much larger than its first file is written whole */

struct chain {
    size_t count;
    uint64_t sequences[LS_CHECKPOINT_CHAIN_MAX]; /* ascending; the last is the checkpoint itself */
};

struct ls_checkpoints {
    char *folder;
    struct ls_sha256 job;
    int lock;
    size_t chain_max;    /* files that a checkpoint needs */
    uint64_t next;       /* sequence of the next file */
    uint64_t until;      /* none behind it is restored */
    struct chain chain;  /* of the last one written or restored */
    struct chain before; /* of the one before that */
    uint64_t whole_bytes, chain_bytes;
    uint64_t written, restarts;
    uint64_t last_bytes; /* of the last one written */
    struct ls_journal *journal;
    struct ls_dataset_state *states;
    struct ls_buf newest; /* the restored file: the states' pending bytes point into it */
};

static int path_of(const struct ls_checkpoints *c, uint64_t sequence, char path[LS_PATH_MAX],
                   struct ls_error *err)
{
    char name[32];
    snprintf(name, sizeof name, "%012llu.ckpt", (unsigned long long)sequence);
    return ls_path_join(path, c->folder, name, err);
}

static int take_lock(struct ls_checkpoints *c, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    int rc = ls_path_join(path, c->folder, "lock", err);
    c->lock = rc < 0 ? -1 : ls_file_open(path, O_RDWR | O_CREAT, 0666, err);
    if (c->lock < 0) {
        return err->code;
    }
    rc = ls_file_lock(c->lock, path, err);
    rc = rc > 0 && LS_MUTANT(LOCK_IGNORED) ? 0 : rc;
    return rc > 0 ? ls_error_set(err, LS_E_DATA, "another run is working with the state in %s",
                                 c->folder)
                  : rc;
}

int ls_checkpoints_open(const char *folder, const struct ls_sha256 *job,
                        struct ls_checkpoints **out, struct ls_error *err)
{
    *out = NULL;
    struct ls_checkpoints *c = ls_mem_new(1, sizeof *c, err);
    if (!c) {
        return err->code;
    }
    c->lock = -1;
    c->job = *job;
    c->next = 1;
    c->until = UINT64_MAX;
    c->chain_max = LS_CHECKPOINT_CHAIN_MAX;
    ls_buf_init(&c->newest, "checkpoint", LS_CHECKPOINT_BYTES_MAX);
    c->folder = ls_mem_copy(folder, strlen(folder), err);
    int rc = c->folder ? ls_folder_make(folder, err) : err->code;
    rc = rc < 0 ? rc : ls_tree_sync_names(folder, err);
    rc = rc < 0 ? rc : take_lock(c, err);
    if (rc < 0) {
        ls_checkpoints_close(c);
        return rc;
    }
    *out = c;
    return 0;
}

void ls_checkpoints_limit(struct ls_checkpoints *c, size_t chain_max)
{
    assert(chain_max >= 1 && chain_max <= LS_CHECKPOINT_CHAIN_MAX);
    c->chain_max = chain_max;
}

void ls_checkpoints_until(struct ls_checkpoints *c, uint64_t number)
{
    c->until = number;
}

void ls_checkpoints_tell(struct ls_checkpoints *c, struct ls_journal *journal)
{
    c->journal = journal;
}

void ls_checkpoints_close(struct ls_checkpoints *c)
{
    if (!c) {
        return;
    }
    if (c->lock >= 0) {
        ls_file_close(c->lock);
    }
    ls_buf_clear(&c->newest);
    ls_mem_free(c->states);
    ls_mem_free(c->folder);
    ls_mem_free(c);
}

uint64_t ls_checkpoints_written(const struct ls_checkpoints *c)
{
    return c->written;
}

uint64_t ls_checkpoints_restarts(const struct ls_checkpoints *c)
{
    return c->restarts;
}

struct ls_checkpoint_last ls_checkpoints_last(const struct ls_checkpoints *c)
{
    uint64_t number = c->chain.count ? c->chain.sequences[c->chain.count - 1] : 0;
    return (struct ls_checkpoint_last){number, c->last_bytes, number ? c->chain_bytes : 0};
}

int ls_checkpoints_name(const struct ls_checkpoints *c, struct ls_id fresh, char out[LS_HEX_MAX],
                        struct ls_error *err)
{
    uint8_t bytes[sizeof fresh];
    char path[LS_PATH_MAX];
    struct ls_buf text;
    ls_buf_init(&text, "the state's name", 2 * sizeof bytes + 1);
    int rc = ls_path_join(path, c->folder, "name", err);
    rc = rc < 0 ? rc : ls_file_read(path, &text, err);
    if (rc == LS_E_NOINPUT || LS_MUTANT(STATE_UNNAMED)) {
        ls_buf_clear(&text);
        ls_put_u64(ls_put_u64(bytes, fresh.high), fresh.low);
        ls_hex(bytes, sizeof bytes, out);
        return ls_file_replace(path, out, strlen(out), err);
    }
    const char *found = rc < 0 ? NULL : ls_buf_text(&text, err);
    rc = found ? 0 : err->code;
    if (found && ls_unhex(found, bytes, sizeof bytes)) {
        ls_hex(bytes, sizeof bytes, out);
    } else if (found) {
        rc = ls_error_set(err, LS_E_DATA,
                          "%s holds no name of a state: remove the folder to begin "
                          "anew",
                          path);
    }
    ls_buf_clear(&text);
    return rc;
}

/* ---- reading */

/* Reads a file and checks what does not depend on its content: LS_E_DATA for a damaged one,
 * LS_E_USAGE for one of another state version. The reader then stands behind both. */
static int read_file(const struct ls_checkpoints *c, uint64_t sequence, struct ls_buf *bytes,
                     struct checkpoint_reader *r, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    bytes->size = 0;
    int rc = path_of(c, sequence, path, err);
    rc = rc < 0 ? rc : ls_file_read(path, bytes, err);
    if (rc < 0) {
        return rc;
    }
    if (bytes->size < 12 || memcmp(bytes->data, MAGIC, 6) != 0 ||
        (ls_crc32c(0, bytes->data, bytes->size - 4) != ls_get_u32(bytes->data + bytes->size - 4) &&
         !LS_MUTANT(TORN_ACCEPTED))) {
        return ls_error_set(err, LS_E_DATA, "%s is damaged", path);
    }
    if (memcmp(bytes->data + 6, STATE_VERSION, 2) != 0) {
        return ls_error_set(err, LS_E_USAGE,
                            "the checkpoints in %s have the state version %.2s, this program's is "
                            "%s: give another --state, or remove it to begin anew",
                            c->folder, (const char *)bytes->data + 6, STATE_VERSION);
    }
    *r = (struct checkpoint_reader){bytes->data + 8, bytes->data + bytes->size - 4, false};
    return 0;
}

static int read_heading(const struct ls_checkpoints *c, uint64_t sequence,
                        struct checkpoint_reader *r, struct chain *chain, uint64_t *restarts,
                        struct ls_error *err)
{
    size_t size;
    const uint8_t *job = ls_checkpoint_get_bytes(r, &size);
    *restarts = ls_checkpoint_get(r);
    uint64_t count = ls_checkpoint_get(r);
    if (r->bad || size != LS_SHA256_SIZE || count == 0 || count > LS_CHECKPOINT_CHAIN_MAX) {
        return ls_error_set(err, LS_E_DATA, "checkpoint %llu has no heading",
                            (unsigned long long)sequence);
    }
    if (memcmp(job, c->job.bytes, LS_SHA256_SIZE) != 0 && !LS_MUTANT(OTHER_SPEC_ACCEPTED)) {
        char hex[2][LS_HEX_MAX];
        return ls_error_set(err, LS_E_USAGE,
                            "the checkpoints in %s were written by job %.12s, this is job %.12s "
                            "(another spec, schema or reference table): give "
                            "another --state, or remove it to begin anew",
                            c->folder, ls_hex(job, LS_SHA256_SIZE, hex[0]),
                            ls_hex(c->job.bytes, LS_SHA256_SIZE, hex[1]));
    }
    chain->count = (size_t)count;
    for (size_t i = 0; i < chain->count; i++) {
        chain->sequences[i] = ls_checkpoint_get(r);
    }
    bool other = chain->sequences[chain->count - 1] != sequence && !LS_MUTANT(STALE_ACCEPTED);
    if (r->bad || other) {
        return ls_error_set(err, LS_E_DATA, "checkpoint %llu holds another one",
                            (unsigned long long)sequence);
    }
    return 0;
}

/* The sequences of the files that are there, descending. */
struct listing {
    uint64_t *sequences;
    size_t count, capacity;
};

static int note_file(void *context, const char *name, struct ls_error *err)
{
    struct listing *list = context;
    uint64_t sequence = 0;
    size_t i = 0;
    for (; name[i] >= '0' && name[i] <= '9' && i < 19; i++) {
        sequence = sequence * 10 + (uint64_t)(name[i] - '0');
    }
    if (i == 0 || strcmp(name + i, ".ckpt") != 0) {
        return 0;
    }
    int rc = ls_mem_grow(&list->sequences, &list->capacity, list->count + 1,
                         sizeof *list->sequences, err);
    if (rc == 0) {
        list->sequences[list->count++] = sequence;
    }
    return rc;
}

static int descending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x < y) - (x > y);
}

/* Is every file of a chain there and sound? */
static int check_chain(const struct ls_checkpoints *c, const struct chain *chain,
                       struct ls_buf *bytes, uint64_t *sizes, struct ls_error *err)
{
    struct checkpoint_reader r;
    struct chain own;
    uint64_t restarts;
    *sizes = 0;
    for (size_t i = 0; i < chain->count; i++) {
        int rc = read_file(c, chain->sequences[i], bytes, &r, err);
        rc = rc < 0 ? rc : read_heading(c, chain->sequences[i], &r, &own, &restarts, err);
        if (rc < 0) {
            return rc;
        }
        *sizes += bytes->size;
    }
    return 0;
}

/* Small state of the last file first (clocks decide what still lives), then every file's large part
 * in order. */
static int load_chain(struct ls_checkpoints *c, struct ls_stream *stream, size_t dataset_count,
                      struct ls_error *err)
{
    struct checkpoint_reader r;
    struct chain chain;
    uint64_t restarts;
    struct ls_buf bytes;
    ls_buf_init(&bytes, "checkpoint", LS_CHECKPOINT_BYTES_MAX);
    uint64_t last = c->chain.sequences[c->chain.count - 1];
    int rc = read_file(c, last, &c->newest, &r, err);
    rc = rc < 0 ? rc : read_heading(c, last, &r, &chain, &restarts, err);
    rc = rc < 0 ? rc : ls_checkpoint_get_small(&r, stream, c->states, dataset_count, err);
    for (size_t i = 0; rc == 0 && i < c->chain.count; i++) {
        rc = read_file(c, c->chain.sequences[i], &bytes, &r, err);
        rc = rc < 0 ? rc : read_heading(c, c->chain.sequences[i], &r, &chain, &restarts, err);
        rc = rc < 0 ? rc : ls_checkpoint_skip_small(&r, err);
        rc = rc < 0 ? rc : ls_checkpoint_get_large(&r, stream, err);
    }
    ls_buf_clear(&bytes);
    return rc < 0 ? rc : ls_checkpoint_settle(stream, err);
}

static void leave_out(struct listing *list, uint64_t until)
{
    size_t behind = 0;
    while (behind < list->count && list->sequences[behind] > until) {
        behind++;
    }
    list->count -= behind;
    memmove(list->sequences, list->sequences + behind, list->count * sizeof *list->sequences);
}

/* Looks for the newest checkpoint whose whole chain is sound. 1 when there is one. */
static int find_newest(struct ls_checkpoints *c, struct listing *list, unsigned *damaged,
                       struct ls_error *err)
{
    struct ls_buf bytes;
    int rc = 0;
    ls_buf_init(&bytes, "checkpoint", LS_CHECKPOINT_BYTES_MAX);
    for (size_t i = 0; i < list->count; i++) {
        struct checkpoint_reader r;
        struct chain chain = {0};
        rc = read_file(c, list->sequences[i], &bytes, &r, err);
        rc = rc < 0 ? rc : read_heading(c, list->sequences[i], &r, &chain, &c->restarts, err);
        rc = rc < 0 ? rc : check_chain(c, &chain, &bytes, &c->chain_bytes, err);
        if (rc == 0) {
            c->chain = chain;
            rc = 1;
            break;
        }
        if (rc != LS_E_DATA && rc != LS_E_NOINPUT) {
            break;
        }
        ++*damaged;
        ls_run_tell_damaged(c->journal, err);
        rc = 0;
    }
    ls_buf_clear(&bytes);
    return rc;
}

int ls_checkpoints_restore(struct ls_checkpoints *c, struct ls_stream *stream, size_t dataset_count,
                           struct ls_dataset_state **states, unsigned *damaged,
                           struct ls_error *err)
{
    struct listing list = {0};
    *damaged = 0;
    int rc = ls_tree_walk(c->folder, note_file, &list, err);
    if (rc == 0 && list.count) {
        qsort(list.sequences, list.count, sizeof *list.sequences, descending);
        c->next = list.sequences[0] + 1;
        leave_out(&list, c->until);
        rc = find_newest(c, &list, damaged, err);
    }
    if (rc == LS_E_USAGE) { /* of another job or version: told apart from damage until here */
        rc = err->code = LS_E_DATA;
    }
    if (rc == 0 && list.count) {
        rc = ls_error_set(err, LS_E_DATA,
                          "all %zu checkpoints in %s are damaged: remove the folder to begin anew",
                          list.count, c->folder);
    }
    if (rc > 0) {
        c->restarts++;
        c->states = ls_mem_new(dataset_count, sizeof *c->states, err);
        rc = c->states ? load_chain(c, stream, dataset_count, err) : err->code;
        rc = rc < 0 ? rc : 1;
        c->whole_bytes =
            c->chain_bytes; /* as if written whole: what is really whole shows at the next time */
        *states = c->states;
    }
    ls_mem_free(list.sequences);
    return rc;
}

/* ---- writing */

static int put_heading(const struct ls_checkpoints *c, const struct chain *chain,
                       struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_append(out, MAGIC STATE_VERSION, 8, err);
    rc = rc < 0 ? rc : ls_checkpoint_put_bytes(out, c->job.bytes, LS_SHA256_SIZE, err);
    rc = rc < 0 ? rc : ls_checkpoint_put(out, c->restarts, err);
    rc = rc < 0 ? rc : ls_checkpoint_put(out, chain->count, err);
    for (size_t i = 0; rc == 0 && i < chain->count; i++) {
        rc = ls_checkpoint_put(out, chain->sequences[i], err);
    }
    return rc;
}

static bool in_chain(const struct chain *chain, uint64_t sequence)
{
    for (size_t i = 0; i < chain->count; i++) {
        if (chain->sequences[i] == sequence) {
            return true;
        }
    }
    return false;
}

/* Files that neither this checkpoint nor the one before needs. */
static int remove_unused(const struct ls_checkpoints *c, struct ls_error *err)
{
    struct listing list = {0};
    int rc = ls_tree_walk(c->folder, note_file, &list, err);
    for (size_t i = 0; rc == 0 && i < list.count; i++) {
        char path[LS_PATH_MAX];
        bool in_before = in_chain(&c->before, list.sequences[i]) && !LS_MUTANT(ONE_KEPT);
        if (in_chain(&c->chain, list.sequences[i]) || in_before) {
            continue;
        }
        rc = path_of(c, list.sequences[i], path, err);
        rc = rc < 0 ? rc : ls_file_remove(path, err);
    }
    ls_mem_free(list.sequences);
    return rc;
}

static int flush_outputs(struct ls_stream *stream, struct ls_dataset_state *states,
                         struct ls_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < stream->outputs->count; i++) {
        rc = ls_dataset_flush(&stream->outputs->sets[i], !LS_MUTANT(OUTPUTS_NOT_SYNCED), &states[i],
                              err);
    }
    return rc;
}

static int write_file(struct ls_checkpoints *c, struct ls_stream *stream,
                      const struct ls_dataset_state *states, const struct chain *chain, bool whole,
                      uint64_t *size, struct ls_error *err)
{
    char path[LS_PATH_MAX];
    struct ls_buf bytes;
    ls_buf_init(&bytes, "checkpoint", LS_CHECKPOINT_BYTES_MAX);
    int rc = put_heading(c, chain, &bytes, err);
    rc = rc < 0 ? rc : ls_checkpoint_put_small(&bytes, stream, states, stream->outputs->count, err);
    rc = rc < 0 ? rc : ls_checkpoint_put_large(&bytes, stream, whole, err);
    if (rc == 0) {
        uint8_t crc[4];
        ls_put_u32(crc, ls_crc32c(0, bytes.data, bytes.size));
        rc = ls_buf_append(&bytes, crc, sizeof crc, err);
    }
    rc = rc < 0 ? rc : path_of(c, c->next, path, err);
    rc = rc < 0 ? rc : ls_file_replace(path, bytes.data, bytes.size, err);
    *size = bytes.size;
    ls_buf_clear(&bytes);
    return rc;
}

int ls_checkpoints_save(struct ls_checkpoints *c, struct ls_stream *stream, struct ls_error *err)
{
    bool whole = c->chain.count == 0 || c->chain.count >= c->chain_max || stream->final ||
                 c->chain_bytes > 2 * c->whole_bytes + WHOLE_AGAIN_BYTES;
    struct chain chain = {0};
    if (!whole) {
        chain = c->chain;
    }
    chain.sequences[chain.count++] = c->next;
    struct ls_dataset_state *states = ls_mem_new(stream->outputs->count, sizeof *states, err);
    uint64_t size = 0;
    int rc = states ? flush_outputs(stream, states, err) : err->code;
    rc = rc < 0 ? rc : write_file(c, stream, states, &chain, whole, &size, err);
    ls_mem_free(states);
    if (rc < 0) {
        return ls_error_prefix(err, "checkpoint %llu", (unsigned long long)c->next);
    }
    c->before = c->chain;
    c->chain = chain;
    c->chain_bytes = whole ? size : c->chain_bytes + size;
    c->whole_bytes = whole ? size : c->whole_bytes;
    c->next++;
    c->written++;
    c->last_bytes = size;
    return remove_unused(c, err);
}
