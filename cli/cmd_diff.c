#include "cli/commands.h"
#include "conformance/compare.h"

#include "core/base/file.h"
#include "core/base/text.h"

struct options {
    int level; /* enum ls_level */
};

static const struct ls_option rows[] = {
    {"level", LS_OPTION_WORD, 0, offsetof(struct options, level), .fallback = "bytes",
     .words = ls_level_words,
     .summary = "What has to be the same: the files' bytes, or the datasets' rows."},
    {.name = NULL},
};
static const struct ls_table table = {"diff", "", sizeof(struct options), SIZE_MAX, SIZE_MAX, rows};

/* What was compared, and how far it is the same. */
static void print_end(const struct ls_comparison *c, int rc)
{
    char grouped[2][LS_GROUPED_MAX];
    bool logical = c->level == LS_LEVEL_LOGICAL;
    cli_print("%s files compared, %s bytes: %s\n", ls_grouped(c->files, grouped[0]),
              ls_grouped(c->bytes, grouped[1]),
              rc != 0                       ? "they differ"
              : c->files == 0               ? "nothing to compare"
              : c->held == LS_LEVEL_LOGICAL ? "their rows are the same, their bytes are not"
                                            : "all the same");
    if (c->differ > 1) {
        cli_print("%s %s differ or are on one side alone; the first is shown\n",
                  ls_grouped(c->differ, grouped[0]), logical ? "datasets" : "files");
    }
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct ls_buf report;
    struct ls_comparison comparison = {.left = "A", .right = "B", .level = (enum ls_level)o->level};
    for (int i = 0; i < 2; i++) {
        if (!ls_path_is_folder(cli->subjects[i])) {
            return ls_error_set(err, LS_E_NOINPUT, "there is no folder %s", cli->subjects[i]);
        }
    }
    ls_buf_init(&report, "report", 16U << 20);
    int rc = ls_compare(cli->subjects[0], cli->subjects[1], &comparison, &report, err);
    if (rc >= 0) {
        cli_print("%.*s", (int)report.size, (const char *)report.data);
        print_end(&comparison, rc);
        rc = rc == 0 && comparison.files == 0 ? LS_INCONCLUSIVE : rc;
    }
    ls_buf_clear(&report);
    return rc;
}

const struct command command_diff = {
    .name = "diff",
    .synopsis = "A B [--level bytes|logical]",
    .summary = "Compares two folders of datasets, and shows the first row that differs.",
    .examples = "  lockstep diff runs/latest/stream/datasets runs/latest/batch/datasets\n"
                "  lockstep diff theirs/datasets ours/datasets --level logical\n",
    .subjects_min = 2,
    .subjects_max = 2,
    .options = &table,
    .run = run,
};
