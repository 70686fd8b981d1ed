#include "cli/fingerprint.h"

#include "cli/pipeline_options.h"
#include "cli/plans.h"
#include "core/base/file.h"
#include "generator/generate.h"
#include "pipeline/batch/batch_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SORT_MEMORY ((size_t)256 << 20)

struct places {
    char *root; /* what these are below */
    char *log, *uri, *truth, *reference, *batch;
};

static int make_places(struct cli *cli, struct places *places, struct ls_error *err)
{
    const char *temporary = getenv("TMPDIR");
    struct ls_arena *arena = &cli->arena;
    char *root = ls_arena_printf(arena, err, "%s/lockstep-fingerprint-XXXXXX",
                                 temporary && *temporary ? temporary : "/tmp");
    if (!root) {
        return err->code;
    }
    if (!mkdtemp(root)) {
        return ls_error_errno(err, LS_E_IO, errno, "cannot make a folder %s", root);
    }
    places->root = root;
    places->log = ls_arena_printf(arena, err, "%s/log", root);
    places->uri = ls_arena_printf(arena, err, "log:%s/log", root);
    places->truth = ls_arena_printf(arena, err, "%s/truth", root);
    places->reference = ls_arena_printf(arena, err, "%s/log/reference", root);
    places->batch = ls_arena_printf(arena, err, "%s/batch", root);
    return places->log && places->uri && places->truth && places->reference && places->batch
               ? 0
               : err->code;
}

static int heed_interrupt(void *context, uint64_t done, uint64_t total, struct ls_error *err)
{
    (void)context;
    (void)done;
    (void)total;
    return cli_interrupted(err);
}

static int generate(const struct pipeline *pipeline, const struct places *places, uint64_t *events,
                    struct ls_error *err)
{
    struct ls_plan *plan;
    struct ls_generated made;
    int rc = cli_plan(pipeline->spec, &plan, err);
    if (rc < 0) {
        return rc;
    }
    *events = *events < plan->arrival.total ? *events : plan->arrival.total;
    struct ls_generate job = {.plan = plan,
                              .to = places->uri,
                              .truth_folder = places->truth,
                              .reference_folder = places->reference,
                              .events = *events,
                              .until_ms = INT64_MAX,
                              .threads = cli_threads(0),
                              .progress = heed_interrupt};
    rc = ls_generate(&job, &made, err);
    ls_plan_free(plan);
    return rc;
}

static int run_batch(struct cli *cli, const struct spec_options *options,
                     const struct places *places, struct ls_error *err)
{
    struct pipeline pipeline;
    struct ls_batch_result result;
    int rc = pipeline_open(cli, options, places->uri, false, places->batch, NULL, &pipeline, err);
    if (rc == 0) {
        struct ls_batch_job job = {.plan = pipeline.plan,
                                   .views = pipeline.views,
                                   .from = places->uri,
                                   .to = places->batch,
                                   .workers = cli_threads(0),
                                   .memory = SORT_MEMORY,
                                   .progress = heed_interrupt};
        rc = ls_batch_run(&job, &result, err);
    }
    pipeline_clear(&pipeline);
    return rc;
}

/* The sum of one folder's files: of lines as sha256sum writes them, in byte order of names. */
struct group {
    const char *root;
    const char *prefix; /* in front of the folder's name */
    char folder[LS_PATH_MAX];
    struct ls_buf lines;
    size_t files;
    uint64_t bytes;
    struct ls_buf *out;
};

static int end_group(struct group *g, struct ls_error *err)
{
    struct ls_sha256 sum;
    char hex[LS_HEX_MAX];
    int rc = 0;
    if (g->files) {
        ls_sha256_of(g->lines.data, g->lines.size, &sum);
        rc = ls_buf_appendf(g->out, err, "%s/%s: %zu files, %llu bytes, %s\n", g->prefix, g->folder,
                            g->files, (unsigned long long)g->bytes,
                            ls_hex(sum.bytes, LS_SHA256_SIZE, hex));
    }
    g->lines.size = 0;
    g->files = 0;
    g->bytes = 0;
    return rc;
}

static int add_file(void *context, const char *relative, struct ls_error *err)
{
    struct group *g = context;
    struct ls_sha256 sum;
    char path[LS_PATH_MAX];
    char hex[LS_HEX_MAX];
    uint64_t size = 0;
    const char *slash = strrchr(relative, '/');
    size_t folder = slash ? (size_t)(slash - relative) : 0;
    int rc = 0;
    if (strlen(g->folder) != folder || memcmp(g->folder, relative, folder) != 0) {
        rc = end_group(g, err);
        memcpy(g->folder, relative, folder);
        g->folder[folder] = '\0';
    }
    rc = rc < 0 ? rc : ls_path_join(path, g->root, relative, err);
    rc = rc < 0 ? rc : ls_file_sha256(path, &sum, &size, err);
    rc = rc < 0 ? rc
                : ls_buf_appendf(&g->lines, err, "%s  %s\n", ls_hex(sum.bytes, LS_SHA256_SIZE, hex),
                                 relative);
    g->files++;
    g->bytes += size;
    return rc;
}

static int add_tree(const char *root, const char *prefix, struct ls_buf *out, struct ls_error *err)
{
    struct group g = {.root = root, .prefix = prefix, .out = out};
    ls_buf_init(&g.lines, "sums of files", 64U << 20);
    int rc = ls_tree_walk(root, add_file, &g, err);
    rc = rc < 0 ? rc : end_group(&g, err);
    ls_buf_clear(&g.lines);
    return rc;
}

static int put_sums(const struct pipeline *pipeline, const struct places *places, uint64_t events,
                    struct ls_buf *out, struct ls_error *err)
{
    char hex[LS_HEX_MAX];
    char datasets[LS_PATH_MAX];
    int rc = ls_buf_appendf(
        out, err, "format_version: %d\nspec: %s\nevents: %llu\n", LS_FORMAT_VERSION,
        ls_hex(pipeline->spec->hash.bytes, LS_SHA256_SIZE, hex), (unsigned long long)events);
    rc = rc < 0 ? rc : ls_path_join(datasets, places->batch, "datasets", err);
    rc = rc < 0 ? rc : add_tree(places->log, "log", out, err);
    rc = rc < 0 ? rc : add_tree(places->truth, "truth", out, err);
    return rc < 0 ? rc : add_tree(datasets, "datasets", out, err);
}

int fingerprint_make(struct cli *cli, const struct spec_options *options, uint64_t events,
                     struct ls_buf *out, struct ls_error *err)
{
    struct places places = {0};
    struct pipeline pipeline = {0};
    int rc = cli_load_spec(cli, options, &pipeline.spec, err);
    rc = rc < 0 ? rc : make_places(cli, &places, err);
    rc = rc < 0 ? rc : generate(&pipeline, &places, &events, err);
    rc = rc < 0 ? rc : run_batch(cli, options, &places, err);
    rc = rc < 0 ? rc : put_sums(&pipeline, &places, events, out, err);
    if (places.root) {
        struct ls_error ignored; /* the error before it says more */
        int removed = ls_tree_remove(places.root, rc < 0 ? &ignored : err);
        rc = rc < 0 ? rc : removed;
    }
    pipeline_clear(&pipeline);
    return rc;
}
