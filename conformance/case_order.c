/* ORD: interleavings, batch sizes, workers. */
#include "conformance/cases.h"

static int run_ord_2(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const orders[] = {"round",    "reverse",  "sequential", "random:1",
                                         "random:2", "random:3", NULL};
    uint64_t done = 0;
    int rc = ls_verify_base(v, r, err);
    for (const char *const *order = orders; rc == 0 && r->verdict == LS_VERDICT_PASS && *order;
         order++, done++) {
        struct ls_verify_run run = {.stream = true, .umask = -1, .order = *order};
        const char *name = ls_arena_printf(&v->arena, err, "order-%s", *order);
        rc = name ? ls_verify_variant(v, r, name, run, err) : err->code;
    }
    ls_verify_count(r, "interleavings", done, true);
    return rc;
}

const struct ls_case ls_case_ord_2 = {
    .id = "ORD-2",
    .title = "interleavings of partitions",
    .text = "The stream reads its partitions in turn, in turn from the last, one to its end after "
            "the other, and at random. The datasets have to be those of the batch run.",
    .knob = "order",
    .run = run_ord_2,
};

static int run_ord_7(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const sizes[] = {"1", "7", "1000", "100000", NULL};
    uint64_t done = 0;
    int rc = ls_verify_base(v, r, err);
    for (const char *const *size = sizes; rc == 0 && r->verdict == LS_VERDICT_PASS && *size;
         size++, done++) {
        struct ls_verify_run run = {.stream = true, .umask = -1, .batch_size = *size};
        const char *name = ls_arena_printf(&v->arena, err, "batch-%s", *size);
        rc = name ? ls_verify_variant(v, r, name, run, err) : err->code;
    }
    ls_verify_count(r, "batch sizes", done, true);
    return rc;
}

const struct ls_case ls_case_ord_7 = {
    .id = "ORD-7",
    .title = "batch sizes 1 to 100,000",
    .text = "How many records the stream reads at once must not show in the datasets.",
    .knob = "batch_size",
    .run = run_ord_7,
};

static int run_ord_8(struct ls_verify *v, struct ls_case_result *r, struct ls_error *err)
{
    static const char *const workers[] = {"1", "2", "7", NULL};
    uint64_t done = 0;
    int rc = ls_verify_base(v, r, err);
    for (const char *const *count = workers; rc == 0 && r->verdict == LS_VERDICT_PASS && *count;
         count++) {
        for (int stream = 0; rc == 0 && stream < 2; stream++, done++) {
            struct ls_verify_run run = {.stream = stream, .umask = -1, .workers = *count};
            const char *name = ls_arena_printf(&v->arena, err, "%s-workers-%s",
                                               stream ? "stream" : "batch", *count);
            rc = name ? ls_verify_variant(v, r, name, run, err) : err->code;
        }
    }
    ls_verify_count(r, "runs", done, true);
    return rc;
}

const struct ls_case ls_case_ord_8 = {
    .id = "ORD-8",
    .title = "1, 2 and 7 workers",
    .text = "How many threads or processes a target uses, as a stream and as a batch, must not "
            "show in the datasets.",
    .knob = "workers",
    .run = run_ord_8,
};
