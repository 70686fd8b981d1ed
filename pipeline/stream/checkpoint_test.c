#include "pipeline/stream/checkpoint.h"

#include "core/sim/disk.h"
#include "pipeline/kinds_test.h"

#include <fcntl.h>
#include <sys/stat.h>

static unsigned syncs; /* that were asked for */

int fsync(int fd)
{
    syncs++;
    assert_true(fcntl(fd, F_GETFD) >= 0);
    return 0;
}

/* A stream over one partition that is fed by hand. */
struct lab {
    struct pipe *p;
    struct ls_stream *stream;
    struct ls_checkpoints *checkpoints;
    int taken;
};

static void open_lab_at(struct lab *lab, struct pipe *p, const char *folder)
{
    *lab = (struct lab){.p = p};
    FINE(p, ls_stream_new(p->plan, p->views, 1, 1, &lab->stream, &p->base.err));
    FINE(p, ls_checkpoints_open(folder, &p->plan->job, &lab->checkpoints, &p->base.err));
}

static void open_lab(struct lab *lab, struct pipe *p)
{
    open_lab_at(lab, p, "state");
}

static void close_lab(struct lab *lab)
{
    ls_outputs_free(lab->stream ? lab->stream->outputs : NULL);
    ls_stream_free(lab->stream);
    ls_checkpoints_close(lab->checkpoints);
}

static size_t dataset_count(const struct pipe *p)
{
    return ls_outputs_count(p->plan, p->views, 1);
}

static void take(struct lab *lab, int count)
{
    struct pipe *p = lab->p;
    for (int i = 0; i < count; i++, lab->taken++) {
        struct message m;
        begin_message(p, &m, SALE, lab->taken, INT64_C(40) * lab->taken);
        m.cells[SCORE].number = lab->taken; /* a distinct value each */
        encode(p, &m);
        FINE(p, ls_stream_take(lab->stream, 0, SALE, &m.raw, 1, &p->base.err));
    }
}

static void begin_outputs(struct lab *lab, const struct ls_dataset_state *states)
{
    FINE(lab->p, ls_outputs_open(lab->p->plan, lab->p->views, 1, "out", states,
                                 &lab->stream->outputs, &lab->p->base.err));
}

static void save(struct lab *lab)
{
    FINE(lab->p, ls_checkpoints_save(lab->checkpoints, lab->stream, &lab->p->base.err));
}

static int restore(struct lab *lab, struct ls_dataset_state **states, unsigned *damaged)
{
    return ls_checkpoints_restore(lab->checkpoints, lab->stream, dataset_count(lab->p), states,
                                  damaged, &lab->p->base.err);
}

/* Three checkpoints, of 10, 20 and 30 records; the files of all of them are one chain. */
static void write_three(struct pipe *p)
{
    struct lab lab;
    open_lab(&lab, p);
    begin_outputs(&lab, NULL);
    for (int i = 0; i < 3; i++) {
        take(&lab, 10);
        save(&lab);
    }
    assert_int_equal(ls_checkpoints_written(lab.checkpoints), 3);
    assert_int_equal(ls_checkpoints_restarts(lab.checkpoints), 0);
    close_lab(&lab);
}

#define FILE_OF(number) "state/00000000000" #number ".ckpt"

/* ---- what comes back */

static void check_same_entry(const struct ls_dedupe *d, const struct ls_dedupe_entry *entry)
{
    const struct ls_dedupe_entry *other = ls_dedupe_find(d, entry->id, INT64_MIN + 1);
    assert_non_null(other);
    assert_true(ls_id_equal(other->payload, entry->payload));
    assert_int_equal(other->event_time, entry->event_time);
}

static void check_same_state(const struct ls_view *view, const struct ls_group_state *x,
                             const struct ls_group_state *y)
{
    for (size_t k = 0; k < view->number_count; k++) {
        assert_int_equal(x->numbers[k].count, y->numbers[k].count);
        assert_true(x->numbers[k].sum == y->numbers[k].sum);
        assert_int_equal(x->numbers[k].least, y->numbers[k].least);
        assert_int_equal(x->numbers[k].greatest, y->numbers[k].greatest);
    }
    for (size_t k = 0; k < view->set_count; k++) {
        assert_int_equal(x->sets[k].distinct.count, y->sets[k].distinct.count);
    }
}

static void check_same_windows(const struct ls_windows *a, const struct ls_windows *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t w = 0; w < a->count; w++) {
        assert_int_equal(a->panes[w]->first, b->panes[w]->first);
        assert_int_equal(a->panes[w]->last, b->panes[w]->last);
        assert_int_equal(a->panes[w]->groups.count, b->panes[w]->groups.count);
        for (size_t g = 0; g < a->panes[w]->groups.slot_count; g++) {
            const struct ls_group *x = ls_pane_group(a->panes[w], g);
            const struct ls_group *y = x ? (struct ls_group *)(void *)ls_key_find(
                                               &b->panes[w]->groups, x->keyed.key,
                                               x->keyed.key_size)
                                         : NULL;
            assert_int_equal(!x, !y);
            if (x) {
                check_same_state(a->view, &x->state, &y->state);
            }
        }
    }
}

static void check_same_stream(const struct ls_stream *a, const struct ls_stream *b)
{
    for (size_t i = 0; i < a->partition_count; i++) {
        const struct ls_stream_partition *x = &a->parts[i];
        const struct ls_stream_partition *y = &b->parts[i];
        assert_int_equal(x->position, y->position);
        assert_int_equal(x->has_clock, y->has_clock);
        assert_int_equal(x->highest, y->highest);
        assert_memory_equal(&x->counts, &y->counts, sizeof x->counts);
        assert_int_equal(ls_dedupe_live(&x->dedupe, INT64_MIN + 1),
                         ls_dedupe_live(&y->dedupe, INT64_MIN + 1));
        for (size_t s = 0; s < x->dedupe.slot_count; s++) {
            if (x->dedupe.slots[s].event_time != INT64_MIN) {
                check_same_entry(&y->dedupe, &x->dedupe.slots[s]);
            }
        }
    }
    for (size_t v = 0; v < a->views->count; v++) {
        assert_int_equal(a->emitted[v], b->emitted[v]);
        check_same_windows(&a->workers[0]->windows[v], &b->workers[0]->windows[v]);
    }
    assert_int_equal(a->emitted_by_watermark, b->emitted_by_watermark);
}

static void test_round_trip(void **state)
{
    struct pipe *p = *state;
    struct lab first;
    struct lab second;
    struct ls_dataset_state *states;
    unsigned damaged;
    open_lab(&first, p);
    begin_outputs(&first, NULL);
    assert_int_equal(restore(&first, &states, &damaged), 0); /* nothing there yet */
    for (int i = 0; i < 4; i++) {
        take(&first, 25); /* less than the horizon in all: nothing is forgotten */
        FINE(p, ls_stream_emit(first.stream, &p->base.err));
        struct ls_pane *pane = first.stream->workers[0]->windows[0].panes[0];
        for (size_t g = 0; g < pane->groups.slot_count; g++) {
            struct ls_group *group = ls_pane_group(pane, g);
            if (group) { /* a name that no hash is likely to give */
                FINE(p, ls_distinct_add(&group->state.sets[0].distinct, (struct ls_id){0, 0},
                                        &p->base.err));
                group->dirty = true;
            }
        }
        save(&first);
    }
    ls_checkpoints_close(first.checkpoints);
    first.checkpoints = NULL;
    open_lab(&second, p);
    assert_int_equal(restore(&second, &states, &damaged), 1);
    assert_int_equal(damaged, 0);
    assert_int_equal(ls_checkpoints_restarts(second.checkpoints), 1);
    check_same_stream(first.stream, second.stream);
    for (size_t i = 0; i < dataset_count(p); i++) {
        struct ls_dataset_state now;
        FINE(p, ls_dataset_flush(&first.stream->outputs->sets[i], false, &now, &p->base.err));
        assert_int_equal(states[i].container.file_size, now.container.file_size);
        assert_int_equal(states[i].container.records, now.container.records);
        assert_int_equal(states[i].container.pending_count, now.container.pending_count);
        assert_int_equal(states[i].container.pending_size, now.container.pending_size);
        assert_memory_equal(&states[i].digest, &now.digest, sizeof now.digest);
    }
    close_lab(&first);
    close_lab(&second);
}

/* Records that came since the last emission are state too: ordered operators have not seen them. */
static void test_before_an_emission(void **state)
{
    struct pipe *p = *state;
    struct lab lab;
    struct ls_dataset_state *states;
    unsigned damaged;
    plan_kinds(p, kinds_views, NULL);
    open_lab(&lab, p);
    begin_outputs(&lab, NULL);
    take(&lab, 10);
    FINE(p, ls_stream_emit(lab.stream, &p->base.err));
    take(&lab, 10);
    save(&lab);
    take(&lab, 3);
    save(&lab);
    close_lab(&lab);
    open_lab(&lab, p);
    assert_int_equal(restore(&lab, &states, &damaged), 1);
    assert_int_equal(lab.stream->parts[SALE].position, 23);
    for (size_t v = 0; v < p->views->count; v++) { /* no partition of visits has a clock yet */
        const struct ls_operator *op = lab.stream->operators[v];
        bool waits = op && p->views->views[v].source_count == 2;
        assert_true(!waits || op->waiting.count == 23);
    }
    close_lab(&lab);
}

/* Ids behind the floor and windows that were emitted do not come back. */
static void test_what_is_over_stays_away(void **state)
{
    struct pipe *p = *state;
    struct lab lab;
    struct ls_dataset_state *states;
    unsigned damaged;
    open_lab(&lab, p);
    begin_outputs(&lab, NULL);
    take(&lab, 100);
    save(&lab);
    lab.taken += 200; /* 8 seconds without a record */
    take(&lab, 1);
    take(&lab, 1);
    FINE(p, ls_stream_emit(lab.stream, &p->base.err));
    save(&lab);
    close_lab(&lab);
    open_lab(&lab, p);
    assert_int_equal(restore(&lab, &states, &damaged), 1);
    /* the floor is 301 * 40 ms - 2 s - 5 s = 5040 ms: behind all but the last two */
    assert_int_equal(ls_dedupe_live(&lab.stream->parts[SALE].dedupe, INT64_MIN + 1), 2);
    assert_int_equal(lab.stream->workers[0]->windows[0].count, 1);
    close_lab(&lab);
}

/* The low watermark stands exactly at the end of a window when the checkpoint is taken: the window
 * was emitted, and the file before still has it. */
static void test_emitted_at_its_end(void **state)
{
    struct pipe *p = *state;
    struct lab lab;
    struct ls_dataset_state *states;
    unsigned damaged;
    open_lab(&lab, p);
    begin_outputs(&lab, NULL);
    take(&lab, 75);
    save(&lab);
    assert_int_equal(lab.stream->workers[0]->windows[0].panes[0]->last, 0); /* to 1000 */
    take(&lab, 1);                                                          /* 75 * 40 ms - 2 s */
    FINE(p, ls_stream_emit(lab.stream, &p->base.err));
    assert_int_equal(lab.stream->emitted[0], 1000);
    save(&lab);
    close_lab(&lab);
    open_lab(&lab, p);
    assert_int_equal(restore(&lab, &states, &damaged), 1);
    assert_int_equal(lab.stream->workers[0]->windows[0].panes[0]->first, 1);
    close_lab(&lab);
}

/* A checkpoint promises lengths of the outputs: each was synced. */
static void test_outputs_are_synced(void **state)
{
    struct pipe *p = *state;
    struct lab lab;
    open_lab(&lab, p);
    begin_outputs(&lab, NULL);
    take(&lab, 10);
    syncs = 0;
    save(&lab);
    assert_true(syncs >= dataset_count(p) + 2); /* the checkpoint, and the folder it is in */
    close_lab(&lab);
}

/* ... and so are the folders on the way to it: what was saved is there when power is lost. */
static void test_what_was_saved_lasts(void **state)
{
    struct pipe *p = *state;
    for (uint64_t seed = 0; seed < 30; seed++) {
        struct ls_sim sim;
        struct ls_disk *disk;
        struct lab lab;
        struct ls_dataset_state *states;
        unsigned damaged;
        ls_sim_begin(&sim, seed);
        FINE(p, ls_disk_new(&sim, &disk, &p->base.err));
        ls_disk_mount(disk);
        open_lab_at(&lab, p, "a/b/state");
        begin_outputs(&lab, NULL);
        take(&lab, 10);
        save(&lab);
        close_lab(&lab);
        FINE(p, ls_disk_lose_power(disk, &p->base.err));
        open_lab_at(&lab, p, "a/b/state");
        assert_int_equal(restore(&lab, &states, &damaged), 1);
        assert_int_equal(lab.stream->parts[SALE].position, 10);
        close_lab(&lab);
        ls_disk_mount(NULL);
        ls_disk_free(disk);
    }
}

/* ---- which files are kept */

static int note_name(void *context, const char *name, struct ls_error *err)
{
    struct ls_buf *names = context;
    return strcmp(name, "lock") == 0 ? 0 : ls_buf_appendf(names, err, "%s ", name);
}

static void check_files(struct pipe *p, const char *expected)
{
    struct ls_buf names;
    ls_buf_init(&names, "names", 1U << 16);
    FINE(p, ls_tree_walk("state", note_name, &names, &p->base.err));
    assert_string_equal(ls_buf_text(&names, &p->base.err), expected);
    ls_buf_clear(&names);
}

static int count_files(struct pipe *p)
{
    size_t count = 0;
    FINE(p, ls_tree_walk("state", count_file, &count, &p->base.err));
    return (int)count - 1; /* the lock */
}

/* A chain grows to its limit, then a file stands for all of it; it goes when neither the last
 * checkpoint nor the one before needs it. */
static void test_two_are_kept(void **state)
{
    struct pipe *p = *state;
    struct lab lab;
    open_lab(&lab, p);
    begin_outputs(&lab, NULL);
    for (int i = 1; i <= LS_CHECKPOINT_CHAIN_MAX; i++) {
        take(&lab, 1);
        save(&lab);
        assert_int_equal(count_files(p), i);
    }
    take(&lab, 1);
    save(&lab);
    assert_int_equal(count_files(p), LS_CHECKPOINT_CHAIN_MAX + 1);
    save(&lab);
    check_files(p, "000000000065.ckpt 000000000066.ckpt ");
    save(&lab);
    check_files(p, "000000000065.ckpt 000000000066.ckpt 000000000067.ckpt ");
    close_lab(&lab);
}

static void test_a_chain_can_be_shorter(void **state)
{
    static const char *const files[] = {"000000000001.ckpt ",
                                        "000000000001.ckpt 000000000002.ckpt ",
                                        "000000000001.ckpt 000000000002.ckpt 000000000003.ckpt ",
                                        "000000000003.ckpt 000000000004.ckpt "};
    struct pipe *p = *state;
    struct lab lab;
    open_lab(&lab, p);
    begin_outputs(&lab, NULL);
    ls_checkpoints_limit(lab.checkpoints, 2);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        take(&lab, 1);
        save(&lab);
        check_files(p, files[i]);
    }
    ls_checkpoints_limit(lab.checkpoints, 1); /* now each stands for itself */
    save(&lab);
    check_files(p, "000000000003.ckpt 000000000004.ckpt 000000000005.ckpt ");
    save(&lab);
    check_files(p, "000000000005.ckpt 000000000006.ckpt ");
    close_lab(&lab);
}

static void test_cost_follows_change(void **state)
{
    struct pipe *p = *state;
    struct lab lab;
    struct stat sizes[3];
    open_lab(&lab, p);
    begin_outputs(&lab, NULL);
    take(&lab, 120);
    save(&lab);
    save(&lab);
    take(&lab, 1);
    save(&lab);
    close_lab(&lab);
    assert_int_equal(stat(FILE_OF(1), &sizes[0]), 0);
    assert_int_equal(stat(FILE_OF(2), &sizes[1]), 0);
    assert_int_equal(stat(FILE_OF(3), &sizes[2]), 0);
    /* an id is 40 bytes; the rows that are pending stand in each */
    assert_true(sizes[0].st_size - sizes[1].st_size > (off_t)120 * 40);
    assert_true(sizes[2].st_size > sizes[1].st_size && sizes[2].st_size < sizes[1].st_size + 2000);
}

/* ---- damage */

static struct ls_buf content(struct pipe *p, const char *path)
{
    struct ls_buf bytes;
    ls_buf_init(&bytes, "file", 1U << 20);
    FINE(p, ls_file_read(path, &bytes, &p->base.err));
    return bytes;
}

/* What restoring gives: the position it goes on from, or a negative code. */
static int64_t position_of(struct pipe *p, unsigned *damaged)
{
    struct lab lab;
    struct ls_dataset_state *states;
    open_lab(&lab, p);
    int rc = restore(&lab, &states, damaged);
    int64_t position = rc < 0 ? rc : (int64_t)lab.stream->parts[SALE].position;
    close_lab(&lab);
    return position;
}

static void check_fallback(struct pipe *p, const char *path, const void *bytes, size_t size,
                           int64_t position, unsigned damaged)
{
    unsigned got;
    int fd = open(path, O_WRONLY | O_TRUNC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    close(fd);
    int64_t at = position_of(p, &got);
    if (at != position || got != damaged) {
        fail_msg("%s of %zu bytes: went on from %lld with %u damaged, expected %lld with %u", path,
                 size, (long long)at, got, (long long)position, damaged);
    }
}

static void test_every_byte_of_the_newest(void **state)
{
    struct pipe *p = *state;
    write_three(p);
    struct ls_buf bytes = content(p, FILE_OF(3));
    for (size_t i = 0; i < bytes.size; i++) {
        bytes.data[i] ^= (uint8_t)(1U << i % 8);
        check_fallback(p, FILE_OF(3), bytes.data, bytes.size, 20, 1);
        bytes.data[i] ^= (uint8_t)(1U << i % 8);
    }
    for (size_t size = 0; size < bytes.size; size++) {
        check_fallback(p, FILE_OF(3), bytes.data, size, 20, 1);
    }
    check_fallback(p, FILE_OF(3), bytes.data, bytes.size, 30, 0);
    ls_buf_clear(&bytes);
}

/* The sum tells of damage; what has a sound one and ends too soon is not read beyond its end: with
 * a whole heading it is no damage, and not passed over. */
static void test_cut_with_a_sound_sum(void **state)
{
    enum { HEADING = 8 + 8 + LS_SHA256_SIZE + 8 + 8 + 3 * 8 };
    struct pipe *p = *state;
    write_three(p);
    struct ls_buf bytes = content(p, FILE_OF(3));
    struct ls_buf cut = content(p, FILE_OF(3));
    for (size_t size = 8; size < bytes.size - 4; size++) {
        memcpy(cut.data, bytes.data, size);
        ls_put_u32(cut.data + size, ls_crc32c(0, cut.data, size));
        check_fallback(p, FILE_OF(3), cut.data, size + 4, size < HEADING ? 20 : LS_E_DATA,
                       size < HEADING);
    }
    ls_buf_clear(&cut);
    ls_buf_clear(&bytes);
}

/* Words that no run has written, with a sound sum: told, or taken for what they say. */
static void test_strange_words_with_a_sound_sum(void **state)
{
    struct pipe *p = *state;
    unsigned refused = 0;
    write_three(p);
    struct ls_buf bytes = content(p, FILE_OF(3));
    for (size_t at = 8; at + 8 <= bytes.size - 4; at += 4) {
        for (int strange = 0; strange < 2; strange++) {
            unsigned damaged;
            uint64_t word = ls_get_u64(bytes.data + at);
            ls_put_u64(bytes.data + at, strange ? UINT64_MAX : 0);
            ls_put_u32(bytes.data + bytes.size - 4, ls_crc32c(0, bytes.data, bytes.size - 4));
            FINE(p, ls_file_replace(FILE_OF(3), bytes.data, bytes.size, &p->base.err));
            int64_t position = position_of(p, &damaged);
            refused += position < 0 && p->base.err.code == LS_E_DATA;
            ls_put_u64(bytes.data + at, word);
        }
    }
    assert_true(refused > 20);
    ls_buf_clear(&bytes);
}

static const char two_kinds[] =
    "  views:\n"
    "    - {name: w, from: sale, window: {hopping: {size: 2s, every: 500ms}}, by: [kind], select: "
    "{n: count, f: {first: item}}}\n"
    "    - {name: g, from: sale, window: {session: 700ms}, by: [entity_id], select: {n: count}}\n";

/* So of views of two kinds: the name of a view of another kind, a state that has emitted nothing.
 */
static void test_strange_words_of_kinds(void **state)
{
    static const uint64_t strange[] = {1, (uint64_t)INT64_MIN, INT64_MAX};
    struct pipe *p = *state;
    unsigned refused = 0;
    plan_kinds(p, two_kinds, NULL);
    write_three(p);
    struct ls_buf bytes = content(p, FILE_OF(3));
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        for (size_t at = 8; at + 8 <= bytes.size - 4; at += 8) {
            unsigned damaged;
            uint64_t word = ls_get_u64(bytes.data + at);
            ls_put_u64(bytes.data + at, strange[i]);
            ls_put_u32(bytes.data + bytes.size - 4, ls_crc32c(0, bytes.data, bytes.size - 4));
            FINE(p, ls_file_replace(FILE_OF(3), bytes.data, bytes.size, &p->base.err));
            refused += position_of(p, &damaged) < 0;
            ls_put_u64(bytes.data + at, word);
        }
    }
    assert_true(refused > 20);
    ls_buf_clear(&bytes);
}

/* A group of windows that is said to be of a view that has none. */
static void test_group_of_another_kind(void **state)
{
    struct pipe *p = *state;
    unsigned refused = 0;
    plan_kinds(p, two_kinds, NULL);
    write_three(p);
    struct ls_buf bytes = content(p, FILE_OF(3));
    for (uint8_t *at = bytes.data; at + 24 <= bytes.data + bytes.size - 4; at++) {
        unsigned damaged;
        if (ls_get_u64(at) != 1 || ls_get_u64(at + 8) != 0 || ls_get_u64(at + 16) != 0) {
            continue; /* a group begins with 1, its worker and its view */
        }
        ls_put_u64(at + 16, 1);
        ls_put_u32(bytes.data + bytes.size - 4, ls_crc32c(0, bytes.data, bytes.size - 4));
        FINE(p, ls_file_replace(FILE_OF(3), bytes.data, bytes.size, &p->base.err));
        refused += position_of(p, &damaged) == LS_E_DATA;
        ls_put_u64(at + 16, 0);
    }
    assert_true(refused > 0);
    ls_buf_clear(&bytes);
}

/* A damaged file takes with it what is built upon it. */
static void test_chain(void **state)
{
    static const struct {
        const char *path;
        int64_t position;
        unsigned damaged;
        const char *text;
    } cases[] = {
        {FILE_OF(2), 10, 2, NULL},
        {FILE_OF(1), LS_E_DATA, 3,
         "all 3 checkpoints in state are damaged: remove the folder to begin anew"},
    };
    struct pipe *p = *state;
    write_three(p);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ls_buf bytes = content(p, cases[i].path);
        check_fallback(p, cases[i].path, bytes.data, bytes.size - 1, cases[i].position,
                       cases[i].damaged);
        if (cases[i].text) {
            assert_string_equal(p->base.err.text, cases[i].text);
        }
        check_fallback(p, cases[i].path, bytes.data, bytes.size, 30, 0);
        ls_buf_clear(&bytes);
    }
    assert_int_equal(unlink(FILE_OF(2)), 0); /* missing is damaged too */
    unsigned damaged;
    assert_int_equal(position_of(p, &damaged), 10);
}

/* The next file never takes the name of a damaged one, which then goes. */
static void test_going_on_after_damage(void **state)
{
    struct pipe *p = *state;
    struct lab lab;
    struct ls_dataset_state *states;
    unsigned damaged;
    write_three(p);
    assert_int_equal(truncate(FILE_OF(3), 30), 0);
    open_lab(&lab, p);
    assert_int_equal(restore(&lab, &states, &damaged), 1);
    begin_outputs(&lab, states);
    lab.taken = 20;
    take(&lab, 5);
    save(&lab);
    check_files(p, "000000000001.ckpt 000000000002.ckpt 000000000004.ckpt ");
    close_lab(&lab);
    assert_int_equal(position_of(p, &damaged), 25);
    assert_int_equal(damaged, 0);
}

/* ---- refusals */

static void test_locked(void **state)
{
    struct pipe *p = *state;
    struct ls_checkpoints *first;
    struct ls_checkpoints *second;
    FINE(p, ls_checkpoints_open("state", &p->plan->job, &first, &p->base.err));
    assert_int_equal(ls_checkpoints_open("state", &p->plan->job, &second, &p->base.err), LS_E_DATA);
    assert_string_equal(p->base.err.text, "another run is working with the state in state");
    assert_null(second);
    ls_checkpoints_close(first);
    FINE(p, ls_checkpoints_open("state", &p->plan->job, &second, &p->base.err));
    ls_checkpoints_close(second);
}

/* A state keeps the first name that it is given; one that it cannot read is no name. */
static void test_name(void **state)
{
    struct pipe *p = *state;
    char name[LS_HEX_MAX];
    for (uint64_t i = 0; i < 3; i++) {
        struct ls_checkpoints *c;
        FINE(p, ls_checkpoints_open("state", &p->plan->job, &c, &p->base.err));
        FINE(p, ls_checkpoints_name(c, (struct ls_id){0xab, i}, name, &p->base.err));
        assert_string_equal(name, "ab000000000000000000000000000000");
        ls_checkpoints_close(c);
    }
    static const char *const wrong[] = {"", "00", "000000000000000b000000000000000g"};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        struct ls_checkpoints *c;
        FINE(p, ls_file_replace("state/name", wrong[k], strlen(wrong[k]), &p->base.err));
        FINE(p, ls_checkpoints_open("state", &p->plan->job, &c, &p->base.err));
        assert_int_equal(ls_checkpoints_name(c, (struct ls_id){0, 0}, name, &p->base.err),
                         LS_E_DATA);
        ls_checkpoints_close(c);
    }
}

static void test_refused_memory_for_a_name(void **state)
{
    struct pipe *p = *state;
    char name[LS_HEX_MAX];
    struct ls_checkpoints *c;
    unsigned long refused = 0;
    FINE(p, ls_checkpoints_open("state", &p->plan->job, &c, &p->base.err));
    FINE(p, ls_checkpoints_name(c, (struct ls_id){1, 2}, name, &p->base.err));
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        ls_mem_refuse(refused + 1);
        rc = ls_checkpoints_name(c, (struct ls_id){0, 0}, name, &p->base.err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    }
    assert_true(refused > 0);
    ls_checkpoints_close(c);
}

/* A folder whose own path fits, and those of its files do not. */
static void test_paths_too_long(void **state)
{
    struct pipe *p = *state;
    struct ls_checkpoints *c;
    char folder[LS_PATH_MAX];
    for (size_t i = 0; i < sizeof folder; i++) {
        folder[i] = i % 2 ? '/' : '.'; /* where we are */
    }
    folder[LS_PATH_MAX - 3] = '\0';
    assert_int_equal(ls_checkpoints_open(folder, &p->plan->job, &c, &p->base.err), LS_E_USAGE);
}

/* Sound, and not to be read as what it is not (P10). */
static void test_another_state_version(void **state)
{
    struct pipe *p = *state;
    unsigned damaged;
    write_three(p);
    struct ls_buf bytes = content(p, FILE_OF(3));
    bytes.data[6] = '9';
    ls_put_u32(bytes.data + bytes.size - 4, ls_crc32c(0, bytes.data, bytes.size - 4));
    FINE(p, ls_file_replace(FILE_OF(3), bytes.data, bytes.size, &p->base.err));
    ls_buf_clear(&bytes);
    assert_int_equal(position_of(p, &damaged), LS_E_DATA);
    assert_non_null(strstr(p->base.err.text, "the checkpoints in state have the state version 9"));
    assert_non_null(strstr(p->base.err.text, ", this program's is 0"));
}

static void test_another_job(void **state)
{
    struct pipe *p = *state;
    struct ls_checkpoints *checkpoints;
    struct ls_stream *stream;
    struct ls_dataset_state *states;
    unsigned damaged;
    struct ls_sha256 other = p->plan->job;
    write_three(p);
    other.bytes[31] ^= 1; /* behind the digits that the message shows */
    FINE(p, ls_checkpoints_open("state", &other, &checkpoints, &p->base.err));
    FINE(p, ls_stream_new(p->plan, p->views, 1, 1, &stream, &p->base.err));
    int rc = ls_checkpoints_restore(checkpoints, stream, dataset_count(p), &states, &damaged,
                                    &p->base.err);
    assert_int_equal(rc, LS_E_DATA);
    assert_int_equal(p->base.err.code, LS_E_DATA);
    assert_non_null(strstr(p->base.err.text, "the checkpoints in state were written by job "));
    assert_non_null(strstr(p->base.err.text, "give another --state, or remove it to begin anew"));
    ls_stream_free(stream);
    ls_checkpoints_close(checkpoints);
}

/* With more workers than those that go on with it. */
static void write_of_four(struct pipe *p)
{
    struct lab lab;
    open_lab(&lab, p);
    FINE(p, ls_stream_add_workers(lab.stream, 4, &p->base.err));
    begin_outputs(&lab, NULL);
    take(&lab, 10);
    save(&lab);
    close_lab(&lab);
}

static void refuse_each(struct pipe *p)
{
    unsigned long refused = 0;
    for (int rc = LS_E_NOMEM; rc == LS_E_NOMEM; refused++) {
        struct lab lab;
        struct ls_dataset_state *states;
        unsigned damaged;
        open_lab(&lab, p);
        ls_mem_refuse(refused + 1);
        rc = restore(&lab, &states, &damaged);
        ls_mem_refuse(0);
        assert_true(rc == 1 || (rc == LS_E_NOMEM && p->base.err.code == LS_E_NOMEM));
        close_lab(&lab);
    }
    assert_true(refused > 10);
}

static void test_refused_memory(void **state)
{
    write_three(*state);
    refuse_each(*state);
}

static void test_refused_memory_for_kinds(void **state)
{
    struct pipe *p = *state;
    plan_kinds(p, two_kinds, NULL);
    write_three(p);
    refuse_each(p);
}

static void test_refused_memory_for_more_workers(void **state)
{
    write_of_four(*state);
    refuse_each(*state);
}

/* A checkpoint that could not be written leaves those before it as they were. */
static void test_refused_memory_while_saving(void **state)
{
    struct pipe *p = *state;
    struct lab lab;
    open_lab(&lab, p);
    begin_outputs(&lab, NULL);
    take(&lab, 10);
    save(&lab);
    take(&lab, 10);
    ls_mem_refuse(2);
    assert_int_equal(ls_checkpoints_save(lab.checkpoints, lab.stream, &p->base.err), LS_E_NOMEM);
    ls_mem_refuse(0);
    assert_int_equal(strncmp(p->base.err.text, "checkpoint 2: ", 14), 0);
    close_lab(&lab);
    check_files(p, "000000000001.ckpt ");
    unsigned damaged;
    assert_int_equal(position_of(p, &damaged), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_round_trip),
        PIPE_TEST(test_before_an_emission),
        PIPE_TEST(test_what_is_over_stays_away),
        PIPE_TEST(test_emitted_at_its_end),
        PIPE_TEST(test_outputs_are_synced),
        PIPE_TEST(test_what_was_saved_lasts),
        PIPE_TEST(test_two_are_kept),
        PIPE_TEST(test_a_chain_can_be_shorter),
        PIPE_TEST(test_cost_follows_change),
        PIPE_TEST(test_cut_with_a_sound_sum),
        PIPE_TEST(test_strange_words_with_a_sound_sum),
        PIPE_TEST(test_every_byte_of_the_newest),
        PIPE_TEST(test_chain),
        PIPE_TEST(test_going_on_after_damage),
        PIPE_TEST(test_locked),
        PIPE_TEST(test_name),
        PIPE_TEST(test_another_state_version),
        PIPE_TEST(test_another_job),
        PIPE_TEST(test_refused_memory),
        PIPE_TEST(test_strange_words_of_kinds),
        PIPE_TEST(test_group_of_another_kind),
        PIPE_TEST(test_refused_memory_for_a_name),
        PIPE_TEST(test_paths_too_long),
        PIPE_TEST(test_refused_memory_for_kinds),
        PIPE_TEST(test_refused_memory_for_more_workers),
        PIPE_TEST(test_refused_memory_while_saving),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
