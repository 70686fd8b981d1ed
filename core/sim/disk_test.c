#include "core/sim/disk.h"

#include "core/base/file.h"
#include "core/base/file_system.h"
#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SEEDS 300

struct lab {
    struct ls_sim sim;
    struct ls_disk *disk;
    struct ls_error err;
};

/* A disk that is mounted, without faults. */
static void begin(struct lab *lab, uint64_t seed)
{
    ls_sim_begin(&lab->sim, seed);
    assert_int_equal(ls_disk_new(&lab->sim, &lab->disk, &lab->err), 0);
    ls_disk_mount(lab->disk);
}

static void end(struct lab *lab)
{
    ls_disk_mount(NULL);
    ls_disk_free(lab->disk);
}

/* No fault but this one, and that one always. */
static void only(struct ls_sim *sim, enum ls_mishap which, unsigned hard_max)
{
    sim->on = true;
    sim->hard_max = hard_max;
    for (int i = 0; i < LS_MISHAP_COUNT; i++) {
        sim->chances[i] = (struct ls_chance){.possible = i == (int)which, .last = UINT64_MAX};
    }
}

static void put(const char *path, const char *text, bool sync)
{
    struct ls_error err;
    int fd = ls_file_open(path, O_WRONLY | O_CREAT, 0666, &err);
    assert_true(fd >= 0);
    assert_int_equal(ls_file_write(fd, text, strlen(text), path, &err), 0);
    assert_int_equal(sync ? ls_file_sync(fd, path, &err) : 0, 0);
    ls_file_close(fd);
}

/* What a file holds, or "-" where there is none. Borrowed until the next call. */
static const char *content(const char *path)
{
    static char text[8192];
    struct ls_error err;
    struct ls_buf buf;
    ls_buf_init(&buf, "file", sizeof text - 1);
    int rc = ls_file_read(path, &buf, &err);
    snprintf(text, sizeof text, "%.*s", rc < 0 ? 1 : (int)buf.size,
             rc < 0 ? "-" : (const char *)buf.data);
    ls_buf_clear(&buf);
    return text;
}

/* ---- without faults: as the system's */

static int enter_fresh_folder(void **state)
{
    char *path = strdup("/tmp/ls_disk_test.XXXXXX");
    *state = path;
    return path && mkdtemp(path) && chdir(path) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    struct ls_error err;
    int rc = chdir("/") < 0 ? -1 : ls_tree_remove(*state, &err);
    free(*state);
    return rc;
}

static bool add_name(void *context, const char *name)
{
    *(uint64_t *)context += ls_id_of(name, strlen(name)).low; /* in no order */
    return true;
}

/* What a call came to, in a number. */
static uint64_t told(long answer)
{
    return answer < 0 ? 1000000 + (uint64_t)errno : (uint64_t)answer;
}

static uint64_t about_file(const char *path, uint64_t a, uint64_t b)
{
    static const int flags[] = {O_RDONLY,
                                O_RDWR,
                                O_RDWR | O_CREAT,
                                O_RDWR | O_CREAT | O_TRUNC,
                                O_WRONLY | O_CREAT | O_EXCL,
                                O_RDONLY | O_DIRECTORY};
    struct ls_file_status status = {0};
    uint8_t bytes[1500];
    uint64_t size = 0;
    int fd = ls_files->open(path, flags[a % 6], 0666);
    if (fd < 0) {
        return told(fd);
    }
    uint64_t sum = 0;
    if (a % 6 != 5 && a % 6 != 0) {
        memset(bytes, (int)(b % 250) + 1, sizeof bytes);
        sum = told(b % 3 == 0   ? ls_files->cut(fd, b % 2000)
                   : b % 3 == 1 ? ls_files->write_at(fd, bytes, b % 1500, b % 1100)
                                : ls_files->write(fd, bytes, b % 700));
    }
    if (a % 6 < 4 && ls_files->look(path, true, &status) == 0 && status.is_file) {
        assert_int_equal(ls_files->size(fd, &size), 0);
        ssize_t got = ls_files->read_at(fd, bytes, sizeof bytes, b % 300);
        sum += told(got) * 31 + size * 1009 + (got > 0 ? ls_id_of(bytes, (size_t)got).low : 0);
    }
    sum += told(ls_files->sync(fd));
    return sum + told(ls_files->close(fd)) * 7;
}

static uint64_t about_names(const char *path, const char *other, uint64_t a)
{
    struct ls_file_status status = {0};
    uint64_t sum = 0;
    switch (a % 6) {
    case 0:
        return told(ls_files->unlink(path));
    case 1:
        return told(ls_files->rename(path, other));
    case 2:
        return told(ls_files->make_folder(path, 0777));
    case 3:
        return told(ls_files->remove_folder(path));
    case 4:
        sum = told(ls_files->list(path, add_name, &sum)) + sum;
        return sum;
    default:
        sum = told(ls_files->look(path, true, &status));
        return sum * 8 + (status.is_folder ? 2 : 0) + status.is_file +
               (status.is_file ? status.size * 64 : 0);
    }
}

/* Calls by draws on this disk and on the system's: all answers are the same. */
static void without_faults_it_is_the_systems(void **state)
{
    static const char *const paths[] = {"f/a", "f/b", "f/c", "f/d", "f", "./g", "g/a", "nowhere/a"};
    struct lab lab;
    (void)state;
    begin(&lab, 1);
    uint64_t key = ls_stream_key(1, "calls");
    for (uint64_t i = 0; i < 6000; i++) {
        const char *path = paths[ls_below(ls_word(key, i, 0), 8)];
        const char *other = paths[ls_below(ls_word(key, i, 1), 4)];
        uint64_t kind = ls_below(ls_word(key, i, 2), 3);
        uint64_t a = ls_below(ls_word(key, i, 3), 1000);
        uint64_t b = ls_below(ls_word(key, i, 4), 100000);
        uint64_t answers[2];
        if (a % 6 == 1 && strncmp(path, "f/", 2) != 0) {
            continue; /* names are changed within a folder */
        }
        for (int system = 0; system < 2; system++) {
            ls_disk_mount(system ? NULL : lab.disk);
            answers[system] = kind ? about_file(path, a, b) : about_names(path, other, a);
        }
        if (answers[0] != answers[1]) {
            fail_msg("call %llu (%llu, %llu, %llu) on %s, %s: %llu, the system says %llu",
                     (unsigned long long)i, (unsigned long long)kind, (unsigned long long)(a % 6),
                     (unsigned long long)b, path, other, (unsigned long long)answers[0],
                     (unsigned long long)answers[1]);
        }
    }
    end(&lab);
}

static void trees_are_compared(void **state)
{
    struct lab lab;
    (void)state;
    begin(&lab, 1);
    assert_int_equal(ls_folder_make("a/x/y", &lab.err), 0);
    assert_int_equal(ls_folder_make("b/x/y", &lab.err), 0);
    put("a/x/y/f", "same", false);
    assert_false(ls_disk_same(lab.disk, "a", "b"));
    put("b/x/y/f", "same", false);
    assert_true(ls_disk_same(lab.disk, "a", "b"));
    put("b/x/y/f", "sane", false);
    assert_false(ls_disk_same(lab.disk, "a", "b"));
    put("b/x/y/f", "same", false);
    put("b/x/g", "", false);
    assert_false(ls_disk_same(lab.disk, "a", "b"));
    assert_int_equal(ls_folder_make("a/x/g", &lab.err), 0);
    assert_false(ls_disk_same(lab.disk, "a", "b"));
    assert_false(ls_disk_same(lab.disk, "a", "c"));
    end(&lab);
}

static void locks_go_with_their_files(void **state)
{
    struct lab lab;
    (void)state;
    begin(&lab, 1);
    put("lock", "", false);
    int one = ls_file_open("lock", O_RDWR, 0, &lab.err);
    int other = ls_file_open("lock", O_RDWR, 0, &lab.err);
    assert_int_equal(ls_file_lock(one, "lock", &lab.err), 0);
    assert_int_equal(ls_file_lock(other, "lock", &lab.err), 1);
    ls_file_close(one);
    assert_int_equal(ls_file_lock(other, "lock", &lab.err), 0);
    assert_int_equal(ls_disk_restart(lab.disk, &lab.err), 0);
    one = ls_file_open("lock", O_RDWR, 0, &lab.err);
    assert_int_equal(ls_file_lock(one, "lock", &lab.err), 0);
    end(&lab);
}

/* ---- lost power */

#define FILE_MAX 3000

/* Writes by draws over a file that was synced; after a loss of power each byte is an old one or a
 * new one, and where nothing was anything; what was not touched is as it was. */
static void what_was_synced_stays(void **state)
{
    uint64_t mixed = 0;
    uint64_t shorter = 0;
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        static uint8_t old[FILE_MAX];
        static uint8_t new[FILE_MAX];
        static uint8_t found[FILE_MAX];
        struct lab lab;
        size_t got = 0;
        begin(&lab, seed);
        size_t old_size = (size_t)ls_sim_below(&lab.sim, FILE_MAX);
        size_t new_size = old_size;
        memset(old, 1, sizeof old);
        memset(new, 0, sizeof new);
        memset(new, 1, old_size);
        int fd = ls_file_open("f", O_RDWR | O_CREAT, 0666, &lab.err);
        assert_int_equal(ls_file_write(fd, old, old_size, "f", &lab.err), 0);
        assert_int_equal(ls_file_sync(fd, "f", &lab.err), 0);
        assert_int_equal(ls_file_sync_folder_of("f", &lab.err), 0);
        for (uint64_t left = ls_sim_below(&lab.sim, 5); left > 0; left--) {
            size_t at = (size_t)ls_sim_below(&lab.sim, FILE_MAX - 100);
            size_t size = (size_t)ls_sim_below(&lab.sim, 100);
            if (ls_sim_below(&lab.sim, 4) == 0) {
                assert_int_equal(ls_file_cut(fd, at, "f", &lab.err), 0);
                memset(new + at, 0, FILE_MAX - at);
                new_size = at;
            } else if (size) {
                memset(new + at, 2, size);
                assert_int_equal(ls_file_write_at(fd, new + at, size, at, "f", &lab.err), 0);
                new_size = at + size > new_size ? at + size : new_size;
            }
        }
        assert_int_equal(ls_disk_lose_power(lab.disk, &lab.err), 0);
        fd = ls_file_open("f", O_RDWR, 0, &lab.err);
        assert_true(fd >= 0);
        assert_int_equal(ls_file_read_at(fd, found, FILE_MAX, 0, &got, "f", &lab.err), 0);
        assert_true(got >= (old_size < new_size ? old_size : new_size));
        assert_true(got <= (old_size > new_size ? old_size : new_size));
        uint64_t olds = 0;
        uint64_t news = 0;
        for (size_t i = 0; i < got; i++) {
            if (i < old_size && found[i] != old[i] && found[i] != new[i]) {
                fail_msg("seed %llu: byte %zu is %d, was %d, became %d", (unsigned long long)seed,
                         i, found[i], old[i], new[i]);
            }
            olds += i < old_size && found[i] != new[i];
            news += i < old_size && found[i] != old[i];
        }
        mixed += olds && news;
        shorter += got < new_size;
        end(&lab);
    }
    assert_true(mixed > SEEDS / 20);
    assert_true(shorter > SEEDS / 20);
}

/* A name is there for good when its folder was synced: the file's own sync does not do it. */
static void names_stay_when_their_folder_was_synced(void **state)
{
    unsigned there[2] = {0};
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        for (int synced = 0; synced < 2; synced++) {
            struct lab lab;
            begin(&lab, seed);
            put("a", "x", true);
            assert_int_equal(synced ? ls_file_sync_folder_of("a", &lab.err) : 0, 0);
            assert_int_equal(ls_disk_lose_power(lab.disk, &lab.err), 0);
            const char *found = content("a");
            assert_true(strcmp(found, "x") == 0 || strcmp(found, "-") == 0);
            there[synced] += found[0] == 'x';
            end(&lab);
        }
    }
    assert_int_equal(there[true], SEEDS);
    assert_true(there[false] > SEEDS / 5 && there[false] < SEEDS * 4 / 5);
}

/* Names that a process made and did not live to sync: the next one does, up from the root. */
static void names_of_the_dead_are_synced(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct lab lab;
        begin(&lab, seed);
        assert_int_equal(ls_folder_make("a/b/c", &lab.err), 0);
        assert_int_equal(ls_folder_make("a/x", &lab.err), 0);
        put("a/b/c/d", "text", true);
        put("a/b/e", "text", true);
        put("a/x/f", "text", true);
        assert_int_equal(ls_disk_restart(lab.disk, &lab.err), 0);
        assert_int_equal(ls_tree_sync_names(seed % 2 ? "a/b" : "./a/b/", &lab.err), 0);
        assert_int_equal(ls_disk_lose_power(lab.disk, &lab.err), 0);
        assert_string_equal(content("a/b/c/d"), "text");
        assert_string_equal(content("a/b/e"), "text");
        assert_int_equal(ls_tree_sync_names("nowhere", &lab.err), LS_E_NOINPUT);
        end(&lab);
    }
}

/* A rename has happened or not; nothing between. */
static void a_rename_is_whole(void **state)
{
    unsigned news = 0;
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct lab lab;
        begin(&lab, seed);
        put("a", "old", true);
        put("a.tmp", "new", true);
        assert_int_equal(ls_file_sync_folder_of("a", &lab.err), 0);
        assert_int_equal(ls_file_rename("a.tmp", "a", &lab.err), 0);
        assert_int_equal(ls_disk_lose_power(lab.disk, &lab.err), 0);
        bool renamed = strcmp(content("a"), "new") == 0;
        assert_string_equal(content("a"), renamed ? "new" : "old");
        assert_string_equal(content("a.tmp"), renamed ? "-" : "new");
        news += renamed;
        end(&lab);
    }
    assert_true(news > SEEDS / 5 && news < SEEDS * 4 / 5);
}

/* ls_file_replace gives the old file or the new one, wherever power is lost. */
static void a_file_is_replaced_whole(void **state)
{
    unsigned kept[3] = {0}; /* old, new by a call that failed, new */
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct lab lab;
        begin(&lab, seed);
        assert_int_equal(ls_file_replace("a", "old", 3, &lab.err), 0);
        lab.sim.on = true;
        lab.sim.hard_max = 1;
        lab.sim.chances[LS_MISHAP_POWER_LOST] = ls_chance_of((struct ls_ratio){1, 8});
        int rc = ls_file_replace("a", "new", 3, &lab.err);
        lab.sim.on = false;
        assert_int_equal(ls_disk_lose_power(lab.disk, &lab.err), 0);
        bool is_new = strcmp(content("a"), "new") == 0;
        assert_string_equal(content("a"), is_new ? "new" : "old");
        assert_true(is_new || rc < 0);
        kept[is_new ? 1 + (rc == 0) : 0]++;
        end(&lab);
    }
    assert_true(kept[0] && kept[1] && kept[2]);
}

/* ---- a process that dies */

static void the_dead_do_nothing(void **state)
{
    static const enum ls_mishap ways[] = {LS_MISHAP_KILLED, LS_MISHAP_POWER_LOST};
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct lab lab;
        begin(&lab, seed);
        put("a", "old", true);
        assert_int_equal(ls_disk_settle(lab.disk, &lab.err), 0);
        only(&lab.sim, ways[seed % 2], 1);
        assert_true(ls_files->open("nowhere", O_RDONLY, 0) < 0);
        assert_true(ls_disk_is_dead(lab.disk));
        struct ls_file_status status;
        assert_int_equal(ls_files->look("a", true, &status), -1);
        assert_int_equal(ls_files->unlink("a"), -1);
        assert_int_equal(ls_files->rename("a", "b"), -1);
        assert_int_equal(ls_files->make_folder("c", 0777), -1);
        assert_int_equal(ls_disk_restart(lab.disk, &lab.err), 0);
        assert_false(ls_disk_is_dead(lab.disk));
        assert_string_equal(content("a"), "old");
        assert_int_equal(ls_files->look("b", true, &status), -1);
        assert_int_equal(ls_files->look("c", true, &status), -1);
        assert_int_equal(lab.sim.fired[ways[seed % 2]], 1);
        end(&lab);
    }
}

/* The call at which it dies was done, or not, or half. */
static void death_comes_before_and_after(void **state)
{
    unsigned sizes[4] = {0};
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct lab lab;
        uint64_t size = 0;
        begin(&lab, seed);
        int fd = ls_file_open("a", O_RDWR | O_CREAT, 0666, &lab.err);
        only(&lab.sim, LS_MISHAP_KILLED, 1);
        assert_int_equal(ls_files->write(fd, "xyz", 3), -1);
        assert_int_equal(ls_disk_restart(lab.disk, &lab.err), 0);
        assert_int_equal(ls_path_size("a", &size, &lab.err), 0);
        sizes[size]++;
        end(&lab);
    }
    assert_true(sizes[0] && sizes[1] && sizes[2] && !sizes[3]);
}

static void a_killed_process_loses_nothing(void **state)
{
    struct lab lab;
    (void)state;
    begin(&lab, 1);
    assert_int_equal(ls_folder_make("a/b", &lab.err), 0);
    put("a/b/c", "text", false);
    only(&lab.sim, LS_MISHAP_KILLED, 1);
    assert_false(ls_path_exists("a"));
    assert_int_equal(ls_disk_restart(lab.disk, &lab.err), 0);
    assert_string_equal(content("a/b/c"), "text");
    end(&lab);
}

/* ---- syncs that fail */

/* What a failed sync left out, the next one leaves out too, without a word; what is written again
 * is written. */
static void syncs_lie_after_one_failed(void **state)
{
    unsigned lost = 0;
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        for (int again = 0; again < 2; again++) {
            struct lab lab;
            begin(&lab, seed);
            put("a", "old", true);
            assert_int_equal(ls_disk_settle(lab.disk, &lab.err), 0);
            int fd = ls_file_open("a", O_RDWR, 0, &lab.err);
            assert_int_equal(ls_file_write(fd, "new", 3, "a", &lab.err), 0);
            only(&lab.sim, LS_MISHAP_SYNC_FAILED, 1);
            assert_int_equal(ls_file_sync(fd, "a", &lab.err), LS_E_IO);
            assert_string_equal(content("a"), "new");
            if (again) {
                assert_int_equal(ls_file_write_at(fd, "n", 1, 0, "a", &lab.err), 0);
            }
            assert_int_equal(ls_file_sync(fd, "a", &lab.err), 0);
            assert_int_equal(ls_disk_lose_power(lab.disk, &lab.err), 0);
            lost += strcmp(content("a"), "new") != 0;
            assert_true(!again || strcmp(content("a"), "new") == 0);
            end(&lab);
        }
    }
    assert_true(lost > SEEDS / 5 && lost < SEEDS * 4 / 5);
}

static void a_dropped_cache_shows_what_is_on_the_disk(void **state)
{
    unsigned lost = 0;
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct lab lab;
        begin(&lab, seed);
        put("a", "old", true);
        int fd = ls_file_open("a", O_RDWR, 0, &lab.err);
        assert_int_equal(ls_file_write(fd, "new", 3, "a", &lab.err), 0);
        only(&lab.sim, LS_MISHAP_SYNC_FAILED, 1);
        assert_int_equal(ls_file_sync(fd, "a", &lab.err), LS_E_IO);
        only(&lab.sim, LS_MISHAP_CACHE_DROPPED, 0);
        assert_int_equal(ls_disk_restart(lab.disk, &lab.err), 0);
        lost += strcmp(content("a"), "new") != 0;
        end(&lab);
    }
    assert_true(lost > SEEDS / 5 && lost < SEEDS * 4 / 5);
}

static void a_folder_whose_sync_failed_is_synced_by_the_next(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct lab lab;
        begin(&lab, seed);
        put("a", "text", true);
        only(&lab.sim, LS_MISHAP_FOLDER_SYNC_FAILED, 1);
        assert_int_equal(ls_file_sync_folder_of("a", &lab.err), LS_E_IO);
        assert_int_equal(ls_file_sync_folder_of("a", &lab.err), 0);
        assert_int_equal(ls_disk_lose_power(lab.disk, &lab.err), 0);
        assert_string_equal(content("a"), "text");
        end(&lab);
    }
}

/* ---- faults of calls */

/* What core/base/file.h promises of short and interrupted calls. */
static void soft_faults_are_not_noticed(void **state)
{
    static const enum ls_mishap soft[] = {LS_MISHAP_SHORT_READ, LS_MISHAP_SHORT_WRITE,
                                          LS_MISHAP_INTERRUPTED};
    uint64_t fired[3] = {0};
    char text[3001];
    (void)state;
    memset(text, 'x', 3000);
    text[3000] = '\0';
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct lab lab;
        begin(&lab, seed);
        lab.sim.on = true;
        lab.sim.hard_max = 0;
        for (size_t i = 0; i < sizeof soft / sizeof *soft; i++) {
            lab.sim.chances[soft[i]] = ls_chance_of((struct ls_ratio){1, 2});
        }
        assert_int_equal(ls_file_replace("a", text, 3000, &lab.err), 0);
        assert_string_equal(content("a"), text);
        for (size_t i = 0; i < sizeof soft / sizeof *soft; i++) {
            fired[i] += lab.sim.fired[soft[i]];
        }
        end(&lab);
    }
    assert_true(fired[0] && fired[1] && fired[2]);
}

static void hard_faults_are_told(void **state)
{
    static const struct {
        enum ls_mishap which;
        const char *text;
    } cases[] = {
        {LS_MISHAP_OPEN_FAILED, "cannot open f/a.tmp: Too many open files"},
        {LS_MISHAP_WRITE_FAILED, "cannot write f/a.tmp: Input/output error"},
        {LS_MISHAP_DISK_FULL, "cannot open f/a.tmp: No space left on device"},
        {LS_MISHAP_SYNC_FAILED, "cannot sync f/a.tmp: Input/output error"},
        {LS_MISHAP_NAME_FAILED, "cannot rename f/a.tmp to f/a: Input/output error"},
        {LS_MISHAP_FOLDER_SYNC_FAILED, "cannot sync f: Input/output error"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lab lab;
        begin(&lab, 1);
        assert_int_equal(ls_folder_make("f", &lab.err), 0);
        only(&lab.sim, cases[i].which, 1);
        assert_int_equal(ls_file_replace("f/a", "x", 1, &lab.err), LS_E_IO);
        assert_string_equal(lab.err.text, cases[i].text);
        end(&lab);
    }
    struct lab lab;
    struct ls_buf buf;
    begin(&lab, 1);
    put("a", "x", false);
    only(&lab.sim, LS_MISHAP_READ_FAILED, 1);
    ls_buf_init(&buf, "file", 10);
    assert_int_equal(ls_file_read("a", &buf, &lab.err), LS_E_IO);
    assert_string_equal(lab.err.text, "cannot read a: Input/output error");
    ls_buf_clear(&buf);
    end(&lab);
}

/* ---- memory */

static int fill(struct lab *lab)
{
    static const uint8_t bytes[2000];
    begin(lab, 1);
    int rc = ls_folder_make("a/b", &lab->err);
    rc = rc < 0 ? rc : ls_file_replace("a/b/c", bytes, sizeof bytes, &lab->err);
    return rc < 0 ? rc : ls_disk_lose_power(lab->disk, &lab->err);
}

static void refused_memory_is_told(void **state)
{
    struct lab lab;
    int rc = -1;
    (void)state;
    for (unsigned long n = 1; rc < 0; n++) {
        struct ls_disk *disk;
        struct ls_error err;
        struct ls_sim sim;
        ls_sim_begin(&sim, 1);
        ls_mem_refuse(n <= 2 ? n : 0);
        int made = ls_disk_new(&sim, &disk, &err);
        ls_mem_refuse(0);
        if (made < 0) {
            assert_int_equal(made, LS_E_NOMEM);
            continue;
        }
        ls_disk_free(disk);
        ls_mem_refuse(n + 5); /* behind those of the disk itself */
        rc = fill(&lab);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_IO || rc == LS_E_NOMEM);
        end(&lab);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_faults_it_is_the_systems, enter_fresh_folder,
                                        leave_folder),
        cmocka_unit_test(trees_are_compared),
        cmocka_unit_test(locks_go_with_their_files),
        cmocka_unit_test(what_was_synced_stays),
        cmocka_unit_test(names_stay_when_their_folder_was_synced),
        cmocka_unit_test(names_of_the_dead_are_synced),
        cmocka_unit_test(a_rename_is_whole),
        cmocka_unit_test(a_file_is_replaced_whole),
        cmocka_unit_test(the_dead_do_nothing),
        cmocka_unit_test(death_comes_before_and_after),
        cmocka_unit_test(a_killed_process_loses_nothing),
        cmocka_unit_test(syncs_lie_after_one_failed),
        cmocka_unit_test(a_dropped_cache_shows_what_is_on_the_disk),
        cmocka_unit_test(a_folder_whose_sync_failed_is_synced_by_the_next),
        cmocka_unit_test(soft_faults_are_not_noticed),
        cmocka_unit_test(hard_faults_are_told),
        cmocka_unit_test(refused_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
