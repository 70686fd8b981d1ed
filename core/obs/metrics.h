/* Numbers for machines: the text exposition format of Prometheus (version 0.0.4), written from
 * numbers that somebody else keeps. There is no registry: whoever knows the numbers writes all of
 * them at one moment, family by family, so that none is counted twice and no hot path knows of
 * metrics.
 *
 * Numbers are integers, or thousandths written as decimals: no floating point. */
#ifndef LS_OBS_METRICS_H
#define LS_OBS_METRICS_H

#include "core/base/buf.h"

#include <stdbool.h>

#define LS_METRICS_BYTES_MAX ((size_t)64 << 20)

enum ls_metric_type {
    LS_METRIC_COUNTER, /* never falls while the process lives; its name ends with _total */
    LS_METRIC_GAUGE
};

struct ls_label {
    const char *name;  /* [a-zA-Z_][a-zA-Z0-9_]*; NULL ends a list */
    const char *value; /* any UTF-8 */
};

/* A list of labels for one sample: LS_LABELS({"topic", topic}, {"outcome", "normalized"}). */
#define LS_LABELS(...)                                                                             \
    (const struct ls_label[])                                                                      \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            NULL, NULL                                                                             \
        }                                                                                          \
    }

struct ls_metrics {
    struct ls_buf text;
    /* the family whose samples come now */
    const char *name, *help;
    enum ls_metric_type type;
    bool begun; /* its heading is in the text */
    int rc;     /* of the first thing that failed; later calls do nothing */
    struct ls_error *err;
};

/* Begins a text; the buffer's memory is kept between texts. Initialize `metrics` with
 * ls_metrics_init once, and free it with ls_metrics_clear. */
void ls_metrics_init(struct ls_metrics *metrics);
void ls_metrics_begin(struct ls_metrics *metrics, struct ls_error *err);

/* Samples from now on are of this family. Names are [a-zA-Z_:][a-zA-Z0-9_:]*, asserted; `help` is
 * one line. A family that gets no sample is not written. */
void ls_metrics_family(struct ls_metrics *metrics, const char *name, enum ls_metric_type type,
                       const char *help);

/* One sample; `labels` NULL: none. */
void ls_metrics_count(struct ls_metrics *metrics, const struct ls_label *labels, uint64_t value);
/* A number of thousandths: 1500 is 1.500. Of milliseconds, the seconds that Prometheus wants. */
void ls_metrics_thousandths(struct ls_metrics *metrics, const struct ls_label *labels,
                            int64_t value);

/* 0, or what failed first, with the `err` of ls_metrics_begin filled. */
int ls_metrics_end(const struct ls_metrics *metrics);

void ls_metrics_clear(struct ls_metrics *metrics);

/* Replaces the file by the text, so that a reader sees the old one or the new one, whole; the one
 * beside it that is written first is PATH.tmp. Unlike ls_file_replace it does not wait for the
 * disk: after a loss of power metrics are not missed. */
int ls_metrics_save(const char *path, const void *text, size_t size, struct ls_error *err);

#endif
