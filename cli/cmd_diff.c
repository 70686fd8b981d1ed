#include "cli/commands.h"
#include "conformance/compare.h"

#include "core/base/file.h"
#include "core/base/text.h"

static int run(struct cli *cli, struct ls_error *err)
{
    struct ls_buf report;
    struct ls_comparison comparison = {.left = "A", .right = "B"};
    for (int i = 0; i < 2; i++) {
        if (!ls_path_is_folder(cli->subjects[i])) {
            return ls_error_set(err, LS_E_NOINPUT, "there is no folder %s", cli->subjects[i]);
        }
    }
    ls_buf_init(&report, "report", 16U << 20);
    int rc = ls_compare_bytes(cli->subjects[0], cli->subjects[1], &comparison, &report, err);
    if (rc >= 0) {
        char grouped[2][LS_GROUPED_MAX];
        cli_print("%.*s", (int)report.size, (const char *)report.data);
        cli_print("%s files compared, %s bytes: %s\n", ls_grouped(comparison.files, grouped[0]),
                  ls_grouped(comparison.bytes, grouped[1]),
                  rc == 0 ? (comparison.files ? "all the same" : "nothing to compare")
                          : "they differ");
        if (comparison.files_differ > 1) {
            cli_print("%s files differ or are on one side alone; the first is shown\n",
                      ls_grouped(comparison.files_differ, grouped[0]));
        }
        rc = rc == 0 && comparison.files == 0 ? LS_INCONCLUSIVE : rc;
    }
    ls_buf_clear(&report);
    return rc;
}

const struct command command_diff = {
    .name = "diff",
    .synopsis = "A B",
    .summary = "Compares two folders of datasets, and shows the first record that differs.",
    .examples = "  lockstep diff runs/latest/stream/datasets runs/latest/batch/datasets\n",
    .subjects_min = 2,
    .subjects_max = 2,
    .run = run,
};
