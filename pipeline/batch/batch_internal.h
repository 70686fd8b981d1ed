/* What the files of the batch run share: the run, and its workers. */
#ifndef LS_BATCH_BATCH_INTERNAL_H
#define LS_BATCH_BATCH_INTERNAL_H

#include "pipeline/batch/batch_run.h"
#include "pipeline/batch/batch_watch.h"
#include "pipeline/batch/kept.h"
#include "pipeline/batch/repeats.h"
#include "pipeline/batch/scan.h"

#include <pthread.h>

/* Of a worker's memory a half is for views; of the other, this part of the whole for records, and
 * the rest for ids and fates. */
#define LS_BATCH_KEPT_SHARE 8

struct batch_run;

struct batch_worker {
    struct batch_run *run;
    struct ls_scan_part *parts;     /* [view] */
    struct ls_lateness_cost *costs; /* [view] */
    struct ls_kept *kept;           /* of the partition that it reads */
    struct ls_repeats *repeats;     /* of that partition; NULL: not asked yet */
    struct ls_record record;
    pthread_t thread;
    int rc;
    struct ls_error err;
};

struct batch_run {
    const struct ls_batch_job *job;
    const struct ls_scope *scope;
    struct ls_log *log;
    struct ls_outputs *outputs;
    char temporary[LS_PATH_MAX];
    uint32_t partitions;
    size_t part_count; /* topic partitions */
    struct ls_partition_counts *counts;
    struct batch_worker **workers;
    size_t memory_each; /* of one worker */
    /* shared by the workers, under the lock */
    pthread_mutex_t lock;
    size_t next; /* topic partition, then view, that nobody has taken yet */
    uint64_t done, total;
    bool failed;
    struct ls_batch_watch watch;
};

/* Reads a topic partition as often as it takes: its records' fates are found and written, and what
 * they bring to views goes into the worker's parts. */
int ls_batch_partition(struct batch_worker *w, size_t part);

/* How often a partition is read, as far as one can tell before. */
unsigned ls_batch_readings(const struct ls_scope *scope);

#endif
