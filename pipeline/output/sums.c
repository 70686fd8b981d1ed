#include "pipeline/output/sums.h"

#include "core/base/file.h"
#include "core/base/mutant.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS_MAX 64

struct work {
    const struct ls_outputs *outputs;
    struct ls_sum *sums;
    pthread_mutex_t lock;
    size_t next; /* dataset that nobody has taken */
    int rc;      /* of the first that failed */
    struct ls_error err;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct ls_sum *)a)->set->name, ((const struct ls_sum *)b)->set->name);
}

/* The file that was written is there, as long as it was made. */
static int check_there(const char *path, uint64_t size, struct ls_error *err)
{
    uint64_t found = 0;
    int fd = ls_file_open(path, O_RDONLY, 0, err);
    int rc = fd < 0 ? fd : ls_file_size(fd, &found, path, err);
    if (rc == 0 && found != size && !LS_MUTANT(SHORT_WRITE_TAKEN)) {
        rc = ls_error_set(err, LS_E_IO,
                          "%s has %llu bytes where %llu were written: somebody else changed it",
                          path, (unsigned long long)found, (unsigned long long)size);
    }
    if (fd >= 0) {
        ls_file_close(fd);
    }
    return rc;
}

static int hash_dataset(const struct ls_outputs *o, struct ls_sum *sum, struct ls_error *err)
{
    char name[LS_PATH_MAX];
    char path[LS_PATH_MAX];
    if (snprintf(name, sizeof name, "%s.avro", sum->set->name) >= (int)sizeof name) {
        return ls_error_set(err, LS_E_USAGE, "a dataset's name is longer than %d bytes",
                            LS_PATH_MAX);
    }
    int rc = ls_path_join(path, o->datasets, name, err);
    if (rc == 0 && ls_container_sum_of(sum->set->writer, &sum->sha256, &sum->size)) {
        return check_there(path, sum->size, err);
    }
    return rc < 0 ? rc : ls_file_sha256(path, &sum->sha256, &sum->size, err);
}

static bool take(struct work *work, size_t *number)
{
    pthread_mutex_lock(&work->lock);
    bool some = work->rc == 0 && work->next < work->outputs->count;
    *number = work->next;
    work->next += some;
    pthread_mutex_unlock(&work->lock);
    return some;
}

static void *hash_some(void *argument)
{
    struct work *work = argument;
    struct ls_error err;
    size_t number;
    while (take(work, &number)) {
        work->sums[number].set = &work->outputs->sets[number];
        int rc = work->outputs->datasets ? hash_dataset(work->outputs, &work->sums[number], &err)
                                         : 0; /* topics have no file */
        if (rc < 0) {
            pthread_mutex_lock(&work->lock);
            if (work->rc == 0) {
                work->rc = rc;
                work->err = err;
            }
            pthread_mutex_unlock(&work->lock);
        }
    }
    return NULL;
}

int ls_sums_of(const struct ls_outputs *o, unsigned threads, struct ls_sum *sums,
               struct ls_error *err)
{
    struct work work = {.outputs = o, .sums = sums, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t others[THREADS_MAX];
    unsigned started = 0;
    while (started + 1 < threads && started < THREADS_MAX &&
           pthread_create(&others[started], NULL, hash_some, &work) == 0) {
        started++; /* one that cannot be started is not missed */
    }
    (void)hash_some(&work);
    while (started > 0) {
        pthread_join(others[--started], NULL);
    }
    if (work.rc < 0) {
        *err = work.err;
        return work.rc;
    }
    qsort(sums, o->count, sizeof *sums, by_name);
    return 0;
}
