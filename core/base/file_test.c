#include "core/base/file.h"

#include "core/base/file_system.h"
#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Each test runs in a fresh folder of its own. */
static int enter_fresh_folder(void **state)
{
    char *path = strdup("/tmp/ls_file_test.XXXXXX");
    *state = path;
    return path && mkdtemp(path) && chdir(path) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    struct ls_error err;
    ls_mem_refuse(0);
    int rc = chdir("/") < 0 ? -1 : ls_tree_remove(*state, &err);
    free(*state);
    return rc;
}

static void put(const char *path, const char *text)
{
    struct ls_error err;
    assert_int_equal(ls_folder_make_above(path, &err), 0);
    int fd = ls_file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666, &err);
    assert_true(fd >= 0);
    assert_int_equal(ls_file_write(fd, text, strlen(text), path, &err), 0);
    close(fd);
}

static void assert_content(const char *path, const char *text)
{
    struct ls_error err;
    struct ls_buf buf;
    ls_buf_init(&buf, "file", 1 << 20);
    assert_int_equal(ls_file_read(path, &buf, &err), 0);
    assert_string_equal(ls_buf_text(&buf, &err), text);
    ls_buf_clear(&buf);
}

static void replace_makes_and_replaces(void **state)
{
    struct ls_error err;
    (void)state;
    assert_int_equal(ls_file_replace("a", "one", 3, &err), 0);
    assert_content("a", "one");
    assert_int_equal(ls_file_replace("a", "second", 6, &err), 0);
    assert_content("a", "second");
    assert_int_equal(ls_file_replace("a", "", 0, &err), 0);
    assert_content("a", "");
    assert_false(ls_path_exists("a.tmp"));
}

/* Whatever step fails: the old file stays whole, and nothing is left beside it. */
static void a_failed_replace_leaves_the_old_file(void **state)
{
    static const struct {
        const char *temporary; /* what is in the way, by the name that is written first */
        size_t size;
        const char *text;
    } cases[] = {
        {"/dev/full", 3, "cannot write a.tmp: No space left on device"},
        {"/dev/full", 0, "cannot sync a.tmp: Invalid argument"},
        {"missing/x", 3, "cannot open a.tmp: No such file or directory"},
    };
    struct ls_error err;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        put("a", "old");
        assert_int_equal(symlink(cases[i].temporary, "a.tmp"), 0);
        assert_int_equal(ls_file_replace("a", "new", cases[i].size, &err), LS_E_IO);
        assert_string_equal(err.text, cases[i].text);
        assert_content("a", "old");
        unlink("a.tmp");
    }
}

static void replace_refuses_what_cannot_be(void **state)
{
    char name[LS_PATH_MAX + 10];
    struct ls_error err;
    (void)state;
    put("folder/x", "kept");
    assert_int_equal(ls_file_replace("folder", "new", 3, &err), LS_E_IO);
    assert_string_equal(err.text, "cannot rename folder.tmp to folder: Is a directory");
    assert_false(ls_path_exists("folder.tmp"));
    assert_content("folder/x", "kept");
    memset(name, 'n', sizeof name);
    name[252] = '\0'; /* too long for a name with ".tmp" alone */
    put(name, "old");
    assert_int_equal(ls_file_replace(name, "new", 3, &err), LS_E_IO);
    assert_content(name, "old");
    name[252] = 'n';
    name[LS_PATH_MAX - 4] = '\0';
    assert_int_equal(ls_file_replace(name, "new", 3, &err), LS_E_USAGE);
    assert_int_equal(ls_file_replace("nowhere/a", "new", 3, &err), LS_E_IO);
}

static void read_holds_its_limit(void **state)
{
    static const struct {
        size_t file;
        size_t before;
        size_t size_max;
        bool fits;
    } cases[] = {
        {0, 0, 0, true},           {1, 0, 0, false},           {10, 0, 10, true},
        {11, 0, 10, false},        {10, 5, 15, true},          {10, 5, 14, false},
        {65536, 0, 65536, true},   {65537, 0, 65536, false},   {65536, 0, 1000000, true},
        {200000, 0, 200000, true}, {200000, 0, 199999, false}, {200000, 7, 1000000, true},
    };
    static char text[200001];
    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ls_error err;
        struct ls_buf buf;
        text[cases[i].file] = '\0';
        put("f", text);
        ls_buf_init(&buf, "spec", cases[i].size_max);
        assert_int_equal(ls_buf_append(&buf, "1234567", cases[i].before, &err), 0);
        int rc = ls_file_read("f", &buf, &err);
        assert_int_equal(rc, cases[i].fits ? 0 : LS_E_DATA);
        if (rc == 0) {
            assert_int_equal(buf.size, cases[i].before + cases[i].file);
            assert_string_equal(ls_buf_text(&buf, &err) + cases[i].before, text);
        } else {
            struct ls_error wanted;
            ls_error_set(&wanted, LS_E_DATA, "f: spec would grow past its limit of %zu bytes",
                         cases[i].size_max);
            assert_string_equal(err.text, wanted.text);
        }
        assert_true(buf.size <= buf.size_max);
        text[cases[i].file] = 'x';
        ls_buf_clear(&buf);
    }
}

static void read_says_why_not(void **state)
{
    static const struct {
        const char *path;
        int code;
        const char *text;
    } cases[] = {
        {"missing", LS_E_NOINPUT, "cannot open missing: No such file or directory"},
        {"f/below", LS_E_NOINPUT, "cannot open f/below: Not a directory"},
        {".", LS_E_NOINPUT, "cannot read .: Is a directory"},
        {"/dev/zero", LS_E_DATA, "/dev/zero: spec would grow past its limit of 100000 bytes"},
        {"/proc/self/mem", LS_E_IO, "cannot read /proc/self/mem: Input/output error"},
    };
    (void)state;
    put("f", "");
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ls_error err;
        struct ls_buf buf;
        ls_buf_init(&buf, "spec", 100000);
        assert_int_equal(ls_file_read(cases[i].path, &buf, &err), cases[i].code);
        assert_string_equal(err.text, cases[i].text);
        ls_buf_clear(&buf);
    }
}

static void positions(void **state)
{
    static const struct {
        uint64_t offset;
        size_t size;
        const char *text;
    } cases[] = {
        {0, 10, "0123456789"}, {0, 11, "0123456789"}, {3, 4, "3456"}, {9, 5, "9"},
        {10, 5, ""},           {1000, 5, ""},         {5, 0, ""},
    };
    struct ls_error err;
    (void)state;
    int fd = ls_file_open("f", O_RDWR | O_CREAT, 0666, &err);
    assert_int_equal(ls_file_write(fd, "01xx45", 6, "f", &err), 0);
    assert_int_equal(ls_file_write_at(fd, "23", 2, 2, "f", &err), 0);
    assert_int_equal(ls_file_write_at(fd, "789", 3, 7, "f", &err), 0);
    assert_int_equal(ls_file_write(fd, "6", 1, "f", &err), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char bytes[16] = "";
        size_t got = 99;
        assert_int_equal(
            ls_file_read_at(fd, bytes, cases[i].size, cases[i].offset, &got, "f", &err), 0);
        assert_int_equal(got, strlen(cases[i].text));
        assert_string_equal(bytes, cases[i].text);
    }
    close(fd);
}

static void a_closed_descriptor_is_an_error_that_names_the_path(void **state)
{
    char byte;
    size_t got;
    struct ls_error err;
    (void)state;
    assert_int_equal(ls_file_write(-1, "x", 1, "log/7", &err), LS_E_IO);
    assert_string_equal(err.text, "cannot write log/7: Bad file descriptor");
    assert_int_equal(ls_file_write_at(-1, "x", 1, 0, "log/7", &err), LS_E_IO);
    assert_string_equal(err.text, "cannot write log/7: Bad file descriptor");
    assert_int_equal(ls_file_read_at(-1, &byte, 1, 0, &got, "log/7", &err), LS_E_IO);
    assert_string_equal(err.text, "cannot read log/7: Bad file descriptor");
    assert_int_equal(ls_file_sync(-1, "log/7", &err), LS_E_IO);
    assert_string_equal(err.text, "cannot sync log/7: Bad file descriptor");
    assert_int_equal(ls_file_sync_folder_of("missing/x", &err), LS_E_NOINPUT);
    assert_int_equal(ls_file_sync_folder_of("x", &err), 0);
    assert_int_equal(ls_file_sync_folder_of("/x", &err), 0);
}

static void a_full_disk_is_an_error(void **state)
{
    struct ls_error err;
    (void)state;
    int fd = ls_file_open("/dev/full", O_WRONLY, 0, &err);
    assert_int_equal(ls_file_write(fd, "x", 1, "out", &err), LS_E_IO);
    assert_string_equal(err.text, "cannot write out: No space left on device");
    assert_int_equal(ls_file_write_at(fd, "x", 1, 0, "out", &err), LS_E_IO);
    close(fd);
    assert_int_equal(ls_file_open("missing/x", O_WRONLY | O_CREAT, 0666, &err), LS_E_IO);
}

/* A limit on the size of files makes a write short first, and an error then. */
static void short_writes_go_on(void **state)
{
    static const char bytes[1500];
    struct rlimit old;
    struct ls_error err;
    (void)state;
    getrlimit(RLIMIT_FSIZE, &old);
    struct rlimit low = {.rlim_cur = 1000, .rlim_max = old.rlim_max};
    int fd = ls_file_open("f", O_RDWR | O_CREAT, 0666, &err);
    int fd_at = ls_file_open("g", O_RDWR | O_CREAT, 0666, &err);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &low);
    int rc = ls_file_write(fd, bytes, sizeof bytes, "f", &err);
    int rc_at = ls_file_write_at(fd_at, bytes, sizeof bytes, 0, "g", &err);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(rc, LS_E_IO);
    assert_int_equal(rc_at, LS_E_IO);
    assert_int_equal(lseek(fd, 0, SEEK_END), 1000);
    assert_int_equal(lseek(fd_at, 0, SEEK_END), 1000);
    assert_string_equal(err.text, "cannot write g: File too large");
    close(fd);
    close(fd_at);
}

static void on_alarm(int signal_number)
{
    (void)signal_number;
}

/* A signal every millisecond, whose handler does not restart what it interrupts. Threads that were
 * started while signals were blocked keep them so. */
static void interrupt_me(bool on)
{
    struct itimerval every = {.it_interval = {.tv_usec = on ? 1000 : 0},
                              .it_value = {.tv_usec = on ? 1000 : 0}};
    struct sigaction action = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
}

static void start_without_alarms(pthread_t *thread, void *(*run)(void *), void *context)
{
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarms, NULL);
    assert_int_equal(pthread_create(thread, NULL, run, context), 0);
    pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
}

struct slow_reader {
    int fd;
    uint64_t sum;
    size_t size;
};

static void *read_slowly(void *context)
{
    struct slow_reader *reader = context;
    static uint8_t bytes[65536];
    ssize_t got;
    while ((got = read(reader->fd, bytes, sizeof bytes)) > 0) {
        for (ssize_t i = 0; i < got; i++) {
            reader->sum = reader->sum * 31 + bytes[i];
        }
        reader->size += (size_t)got;
        usleep(4000);
    }
    return NULL;
}

/* Into a pipe that is mostly full: writes end short or with nothing, and all bytes arrive once. */
static void interrupted_writes_go_on(void **state)
{
    enum { SIZE = 1 << 20 };
    static uint8_t bytes[SIZE];
    uint64_t sum = 0;
    int ends[2];
    pthread_t thread;
    struct ls_error err;
    (void)state;
    for (size_t i = 0; i < SIZE; i++) {
        bytes[i] = (uint8_t)(i * i >> 3);
        sum = sum * 31 + bytes[i];
    }
    assert_int_equal(pipe(ends), 0);
    struct slow_reader reader = {.fd = ends[0]};
    start_without_alarms(&thread, read_slowly, &reader);
    interrupt_me(true);
    int rc = ls_file_write(ends[1], bytes, SIZE, "pipe", &err);
    interrupt_me(false);
    close(ends[1]);
    pthread_join(thread, NULL);
    close(ends[0]);
    assert_int_equal(rc, 0);
    assert_int_equal(reader.size, SIZE);
    assert_int_equal(reader.sum, sum);
}

static void *write_slowly(void *path)
{
    usleep(4000);
    int fd = open(path, O_WRONLY);
    for (int i = 0; i < 5; i++) {
        usleep(4000);
        if (write(fd, "some ", 5) != 5) {
            break;
        }
    }
    close(fd);
    return NULL;
}

/* From a named pipe: the opening waits for the writer, each read for its next bytes. */
static void interrupted_reads_go_on(void **state)
{
    char path[] = "fifo";
    pthread_t thread;
    struct ls_error err;
    struct ls_buf buf;
    (void)state;
    assert_int_equal(mkfifo(path, 0666), 0);
    ls_buf_init(&buf, "file", 1000);
    start_without_alarms(&thread, write_slowly, path);
    interrupt_me(true);
    int rc = ls_file_read(path, &buf, &err);
    interrupt_me(false);
    pthread_join(thread, NULL);
    assert_int_equal(rc, 0);
    assert_string_equal(ls_buf_text(&buf, &err), "some some some some some ");
    ls_buf_clear(&buf);
}

static void folders(void **state)
{
    char path[LS_PATH_MAX + 10];
    struct ls_error err;
    (void)state;
    assert_int_equal(ls_folder_make("a/b//c/", &err), 0);
    assert_true(ls_path_is_folder("a/b/c"));
    assert_int_equal(ls_folder_make("a/b/c", &err), 0);
    assert_int_equal(ls_folder_make("/", &err), 0);
    assert_int_equal(ls_folder_make_above("x", &err), 0);
    assert_int_equal(ls_folder_make_above("d/e/x", &err), 0);
    assert_true(ls_path_is_folder("d/e") && !ls_path_exists("d/e/x"));
    put("f", "");
    assert_int_equal(ls_folder_make("f", &err), LS_E_IO);
    assert_string_equal(err.text, "f is there and is not a folder");
    assert_int_equal(ls_folder_make("f/g", &err), LS_E_IO);
    assert_int_equal(symlink("a", "link"), 0);
    assert_int_equal(symlink("missing", "dangling"), 0);
    assert_true(ls_path_is_folder("link") && ls_path_exists("dangling"));
    assert_false(ls_path_is_folder("f") || ls_path_is_folder("dangling"));
    memset(path, 'p', sizeof path);
    path[LS_PATH_MAX] = '\0';
    assert_int_equal(ls_folder_make(path, &err), LS_E_USAGE);
    path[sizeof path - 1] = '\0';
    assert_int_equal(ls_folder_make_above("/x", &err), 0);
    path[LS_PATH_MAX] = '/';
    assert_int_equal(ls_folder_make_above(path, &err), LS_E_USAGE);
}

static void joined_paths(void **state)
{
    char name[LS_PATH_MAX];
    char out[LS_PATH_MAX];
    struct ls_error err;
    (void)state;
    assert_int_equal(ls_path_join(out, "a/b", "c", &err), 0);
    assert_string_equal(out, "a/b/c");
    memset(name, 'n', sizeof name);
    name[LS_PATH_MAX - 3] = '\0';
    assert_int_equal(ls_path_join(out, "f", name, &err), 0);
    assert_int_equal(strlen(out), LS_PATH_MAX - 1);
    assert_int_equal(ls_path_join(out, "ff", name, &err), LS_E_USAGE);
    assert_int_equal(strncmp(err.text, "a path is longer than 4095 bytes: ff", 36), 0);
}

/* Tree walks: the paths seen, each with a line end. */
struct seen {
    struct ls_buf paths;
    const char *stop_at;
};

static int see(void *context, const char *relative, struct ls_error *err)
{
    struct seen *seen = context;
    if (seen->stop_at && strcmp(relative, seen->stop_at) == 0) {
        return ls_error_set(err, LS_E_NOMATCH, "stopped");
    }
    return ls_buf_appendf(&seen->paths, err, "%s\n", relative);
}

static int walk(const char *path, const char *stop_at, const char *wanted, struct ls_error *err)
{
    struct seen seen = {.stop_at = stop_at};
    ls_buf_init(&seen.paths, "paths", 1 << 20);
    int rc = ls_tree_walk(path, see, &seen, err);
    if (wanted && rc != LS_E_NOMEM) {
        assert_string_equal(ls_buf_text(&seen.paths, err), wanted);
    }
    ls_buf_clear(&seen.paths);
    return rc;
}

static const char tree_paths[] = "a-b\na.b\na/b\na/c/d\naB\nb/\xc3\xa9\nb/\xff\nlink\n";

static void make_tree(void)
{
    static const char *const files[] = {"t/b/\xff", "t/aB",  "t/a/c/d",     "t/a.b",
                                        "t/a-b",    "t/a/b", "t/b/\xc3\xa9"};
    for (size_t i = 0; i < COUNT(files); i++) {
        put(files[i], files[i]);
    }
    put("outside/kept", "kept");
    mkdir("t/empty", 0777);
    assert_int_equal(symlink("../outside/kept", "t/link"), 0);
    assert_int_equal(symlink("../outside", "t/link to a folder"), 0);
    assert_int_equal(symlink("..", "t/a/up"), 0); /* a loop for one who follows */
    assert_int_equal(symlink("missing", "t/dangling"), 0);
    assert_int_equal(mkfifo("t/pipe", 0666), 0);
}

static void walk_sees_regular_files_in_byte_order(void **state)
{
    struct ls_error err;
    (void)state;
    make_tree();
    assert_int_equal(walk("t", NULL, tree_paths, &err), 0);
    assert_int_equal(walk("t/", NULL, tree_paths, &err), 0);
    assert_int_equal(walk("t/empty", NULL, "", &err), 0);
    assert_int_equal(walk("t/link to a folder", NULL, "kept\n", &err), 0);
    assert_int_equal(walk("t", "a/b", "a-b\na.b\n", &err), LS_E_NOMATCH);
    assert_string_equal(err.text, "stopped");
    assert_int_equal(walk("missing", NULL, "", &err), LS_E_NOINPUT);
    assert_string_equal(err.text, "cannot open missing: No such file or directory");
    assert_int_equal(walk("t/aB", NULL, "", &err), LS_E_IO);
}

/* ---- a system that says no to one path */

static struct ls_file_system saying_no;
static const char *no_path;
static int no_errno;
static bool no_to_sync; /* instead of to open */
static int no_fd;

static int open_or_not(const char *path, int flags, mode_t mode)
{
    bool no = strcmp(path, no_path) == 0;
    if (no && !no_to_sync) {
        errno = no_errno;
        return -1;
    }
    int fd = ls_system_files.open(path, flags, mode);
    no_fd = no ? fd : no_fd;
    return fd;
}

static int sync_or_not(int fd)
{
    if (fd == no_fd) {
        errno = no_errno;
        no_fd = -1;
        return -1;
    }
    return ls_system_files.sync(fd);
}

/* A folder above that is closed to us, or cannot be synced, holds no name of our making. */
static void names_are_synced_where_they_can_be_ours(void **state)
{
    static const struct {
        const char *path;
        int errnum;
        bool to_sync;
        const char *text; /* NULL: it is passed over */
    } cases[] = {
        {"nothing", 0, false, NULL},
        {".", EACCES, false, NULL},
        {".", EINVAL, true, NULL},
        {".", EROFS, true, NULL},
        {"t", EACCES, false, NULL},
        {".", EIO, true, "cannot sync .: Input/output error"},
        {"t", EMFILE, false, "cannot open t: Too many open files"},
        {"t/a", EACCES, false, "cannot open t/a: Permission denied"},
        {"t/a", EINVAL, true, "cannot sync t/a: Invalid argument"},
        {"t/a/b", EACCES, false, "cannot open t/a/b: Permission denied"},
    };
    struct ls_error err;
    (void)state;
    put("t/a/b/c", "");
    put("t/a/d", "");
    saying_no = ls_system_files;
    saying_no.open = open_or_not;
    saying_no.sync = sync_or_not;
    for (size_t i = 0; i < COUNT(cases); i++) {
        no_path = cases[i].path;
        no_errno = cases[i].errnum;
        no_to_sync = cases[i].to_sync;
        no_fd = -1;
        ls_files = &saying_no;
        int rc = ls_tree_sync_names("t/a", &err);
        ls_files = &ls_system_files;
        assert_int_equal(rc, cases[i].text ? LS_E_IO : 0);
        if (cases[i].text) {
            assert_string_equal(err.text, cases[i].text);
        }
    }
}

static void remove_does_not_follow_links(void **state)
{
    struct ls_error err;
    (void)state;
    make_tree();
    assert_int_equal(ls_tree_remove("t", &err), 0);
    assert_false(ls_path_exists("t"));
    assert_content("outside/kept", "kept");
    assert_int_equal(ls_tree_remove("t", &err), 0); /* missing is fine */
    assert_int_equal(ls_tree_remove("outside/kept/below", &err), 0);
    assert_int_equal(symlink("outside", "link"), 0);
    assert_int_equal(ls_tree_remove("link", &err), 0);
    assert_content("outside/kept", "kept");
    assert_int_equal(ls_tree_remove("outside/kept", &err), 0);
    assert_false(ls_path_exists("outside/kept"));
}

static void paths_as_long_as_they_can_be(void **state)
{
    char path[LS_PATH_MAX];
    char wanted[LS_PATH_MAX + 1];
    struct ls_error err;
    (void)state;
    memset(path, 'n', sizeof path);
    for (size_t i = 1; i < sizeof path; i += 200) {
        path[i] = '/';
    }
    path[LS_PATH_MAX - 1] = '\0';
    put(path, "far");
    snprintf(wanted, sizeof wanted, "%s\n", path + 2);
    assert_int_equal(walk("n", NULL, wanted, &err), 0);
    assert_int_equal(walk("./n", NULL, "", &err), LS_E_USAGE);
    assert_int_equal(strncmp(err.text, "a path is longer than 4095 bytes: ./n/nn", 40), 0);
    assert_int_equal(ls_tree_remove("./n", &err), LS_E_USAGE);
    assert_int_equal(walk("n", NULL, wanted, &err), 0);
    assert_int_equal(ls_tree_remove("n", &err), 0);
    assert_false(ls_path_exists("n"));
}

static int count_one(void *context, const char *relative, struct ls_error *err)
{
    (void)relative;
    (void)err;
    ++*(int *)context;
    return 0;
}

/* The files that were seen, or a negative code. */
static void *walk_and_remove(void *result)
{
    struct ls_error err;
    int files = 0;
    int rc = ls_tree_walk("d", count_one, &files, &err);
    rc = rc < 0 ? rc : ls_tree_remove("d", &err);
    *(int *)result = rc < 0 ? rc : files;
    return NULL;
}

/* A level costs its name and little else: 300 of them on a stack with room for 64 paths. */
static void deep_trees_need_little_stack(void **state)
{
    enum { DEPTH = 300 };
    char path[2 * DEPTH];
    pthread_attr_t attributes;
    pthread_t thread;
    int result = 0;
    (void)state;
    for (size_t i = 0; i < sizeof path; i += 2) {
        path[i] = 'd';
        path[i + 1] = '/';
    }
    path[sizeof path - 1] = '\0';
    put(path, "deep");
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t)64 * LS_PATH_MAX);
    assert_int_equal(pthread_create(&thread, &attributes, walk_and_remove, &result), 0);
    pthread_attr_destroy(&attributes);
    pthread_join(thread, NULL);
    assert_int_equal(result, 1);
    assert_false(ls_path_exists("d"));
}

static void the_sum_of_a_file(void **state)
{
    (void)state;
    enum { LONG = (512 << 10) + 1 }; /* more than two steps of reading */
    struct ls_error err;
    struct ls_sha256 sum;
    struct ls_sha256 expected;
    uint64_t size;
    char *text = malloc(LONG + 1);
    assert_non_null(text);
    for (size_t length = 0; length <= LONG; length += LONG / 4) {
        memset(text, 'a', length);
        text[length] = '\0';
        put("f", text);
        assert_int_equal(ls_file_sha256("f", &sum, &size, &err), 0);
        ls_sha256_of(text, length, &expected);
        assert_int_equal(size, length);
        assert_memory_equal(&sum, &expected, sizeof sum);
    }
    free(text);
    assert_int_equal(ls_file_sha256("missing", &sum, &size, &err), LS_E_NOINPUT);
    unsigned long nth = 1;
    for (int rc = -1; rc < 0; nth++) {
        ls_mem_refuse(nth);
        rc = ls_file_sha256("f", &sum, &size, &err);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    }
    assert_true(nth > 2);
}

static void the_sum_of_a_tree(void **state)
{
    (void)state;
    /* of: sha256sum a/b c | sha256sum */
    static const char expected[] =
        "e61a7104683d61f876a2256b3c93563cc4c65109722e22051b2c296e26d1a085";
    struct ls_error err;
    struct ls_tree_sum sum;
    char hex[LS_HEX_MAX];
    put("t/a/b", "one\n");
    put("t/c", "three\n");
    assert_int_equal(ls_tree_sha256("t", &sum, &err), 0);
    assert_string_equal(ls_hex(sum.sha256.bytes, LS_SHA256_SIZE, hex), expected);
    assert_int_equal(sum.files, 2);
    assert_int_equal(sum.bytes, 10);
    assert_int_equal(ls_tree_sha256("missing", &sum, &err), LS_E_NOINPUT);
}

static void refused_memory_is_an_error(void **state)
{
    struct ls_error err;
    unsigned long nth;
    int rc;
    (void)state;
    make_tree();
    for (nth = 1, rc = -1; rc < 0; nth++) {
        ls_mem_refuse(nth);
        rc = walk("t", NULL, tree_paths, &err);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    }
    assert_true(nth > 20);
    for (nth = 1, rc = -1; rc < 0; nth++) {
        ls_mem_refuse(nth);
        rc = ls_tree_remove("t", &err);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
    }
    assert_true(nth > 4);
    for (nth = 1, rc = -1; rc < 0; nth++) {
        struct ls_buf buf;
        ls_buf_init(&buf, "file", 1 << 20);
        ls_mem_refuse(nth);
        rc = ls_file_read("outside/kept", &buf, &err);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_buf_clear(&buf);
    }
    assert_true(nth > 2);
}

static void a_file_is_written_again_behind_what_is_there(void **state)
{
    (void)state;
    struct ls_error err;
    uint64_t size;
    struct ls_buf text;
    static const struct {
        size_t kept, step;
    } cases[] = {{0, 100000},    {1, 100000},  {99999, 100000}, {100000, 100000},
                 {50000, 16384}, {50000, 777}, {33333, 40000},  {16384, 16384}};
    ls_buf_init(&text, "test", 1 << 20);
    for (int i = 0; i < 20000; i++) {
        assert_int_equal(ls_buf_appendf(&text, &err, "%05d", i), 0);
    }
    for (size_t k = 0; k < COUNT(cases); k++) {
        assert_int_equal(ls_file_replace("a", text.data, cases[k].kept, &err), 0);
        int fd = ls_file_open("a", O_RDWR, 0, &err);
        for (size_t at = 0; at < text.size; at += cases[k].step) {
            size_t step = text.size - at < cases[k].step ? text.size - at : cases[k].step;
            assert_int_equal(
                ls_file_write_again(fd, text.data + at, step, at, cases[k].kept, "a", &err), 0);
        }
        assert_int_equal(ls_file_size(fd, &size, "a", &err), 0);
        assert_int_equal(size, text.size);
        close(fd);
        assert_content("a", ls_buf_text(&text, &err));
    }
    int fd = ls_file_open("a", O_RDWR, 0, &err);
    text.data[70000] ^= 1;
    assert_int_equal(ls_file_write_again(fd, text.data, text.size, 0, 70000, "a", &err), 0);
    text.data[69999] ^= 1;
    assert_int_equal(ls_file_write_again(fd, text.data, text.size, 0, 70000, "a", &err), LS_E_DATA);
    assert_non_null(strstr(err.text, "a differs from what is made now at byte 69999:"));
    close(fd);
    ls_buf_clear(&text);
}

static void a_file_made_again_ends_where_it_did(void **state)
{
    (void)state;
    struct ls_error err;
    uint64_t size;
    assert_int_equal(ls_file_end_again(5, 0, "a", &err), 0);
    assert_int_equal(ls_file_end_again(5, 5, "a", &err), 0);
    assert_int_equal(ls_file_end_again(5, 9, "a", &err), LS_E_DATA);
    assert_non_null(strstr(err.text, "a holds 4 bytes more than are made now, from byte 5 on"));
    put("a", "1234");
    int fd = ls_file_open("a", O_RDWR, 0, &err); /* shorter than it was said to be */
    assert_int_equal(ls_file_write_again(fd, "123456", 6, 0, 6, "a", &err), LS_E_DATA);
    assert_non_null(strstr(err.text, "at byte 4:"));
    close(fd);
    fd = ls_file_open("a", O_WRONLY, 0, &err);
    assert_int_equal(ls_file_write_again(fd, "12", 2, 0, 2, "a", &err), LS_E_IO);
    close(fd);
    assert_int_equal(ls_file_size(-1, &size, "a", &err), LS_E_IO);
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, enter_fresh_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(replace_makes_and_replaces),
        FILE_TEST(a_failed_replace_leaves_the_old_file),
        FILE_TEST(replace_refuses_what_cannot_be),
        FILE_TEST(read_holds_its_limit),
        FILE_TEST(read_says_why_not),
        FILE_TEST(positions),
        FILE_TEST(a_closed_descriptor_is_an_error_that_names_the_path),
        FILE_TEST(a_full_disk_is_an_error),
        FILE_TEST(short_writes_go_on),
        FILE_TEST(interrupted_writes_go_on),
        FILE_TEST(interrupted_reads_go_on),
        FILE_TEST(a_file_is_written_again_behind_what_is_there),
        FILE_TEST(a_file_made_again_ends_where_it_did),
        FILE_TEST(folders),
        FILE_TEST(joined_paths),
        FILE_TEST(walk_sees_regular_files_in_byte_order),
        FILE_TEST(names_are_synced_where_they_can_be_ours),
        FILE_TEST(remove_does_not_follow_links),
        FILE_TEST(paths_as_long_as_they_can_be),
        FILE_TEST(deep_trees_need_little_stack),
        FILE_TEST(the_sum_of_a_file),
        FILE_TEST(the_sum_of_a_tree),
        FILE_TEST(refused_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
