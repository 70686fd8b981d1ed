#include "cli/commands.h"
#include "conformance/compare.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/log/file_log.h"

#include <jansson.h>
#include <string.h>

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

/* What the run asked that left these datasets, as its manifest has it; NULL where there is none. */
static json_t *question_of(const char *datasets, char path[LS_PATH_MAX])
{
    struct ls_error ignored;
    json_t *manifest = NULL;
    for (int above = 0; above < 2 && !manifest; above++) {
        if (ls_path_join(path, datasets, above ? "../manifest.json" : "manifest.json", &ignored) ==
            0) {
            manifest = json_load_file(path, 0, NULL);
        }
    }
    if (!manifest) {
        return NULL;
    }
    const json_t *as_of = json_object_get(json_object_get(manifest, "as_of"), "time");
    const json_t *lateness = json_object_get(manifest, "lateness");
    const json_t *window = json_object_get(manifest, "window");
    json_t *question = json_pack("{s:O*,s:O*,s:O*}", "window", window, "as_of", as_of, "lateness",
                                 lateness);
    json_decref(manifest);
    return question;
}

static void print_question(const char *name, const json_t *question)
{
    const char *as_of = json_string_value(json_object_get(question, "as_of"));
    const char *window = json_string_value(json_object_get(question, "window"));
    bool off = json_object_get(question, "lateness") != NULL;
    bool all = !window || strcmp(window, "all") == 0;
    cli_print("  %s: %s%s%s%s%s\n", name, all ? "everything" : "rows of ", all ? "" : window,
              as_of ? ", as of " : "", as_of ? as_of : "", off ? ", lateness not judged" : "");
}

/* Two runs that were asked other things are not expected to be the same (P13 to P15): said before
 * anything is. */
static void tell_questions(const char *const folders[2])
{
    char path[LS_PATH_MAX];
    json_t *a = question_of(folders[0], path);
    json_t *b = question_of(folders[1], path);
    if (a && b && !json_equal(a, b)) {
        cli_print("these are answers to different questions:\n");
        print_question("A", a);
        print_question("B", b);
    }
    json_decref(a);
    json_decref(b);
}

static bool holds_log(const char *folder)
{
    struct ls_log_manifest manifest;
    struct ls_error ignored;
    bool is_log = ls_file_manifest_read(folder, &manifest, &ignored) == 0;
    ls_log_manifest_clear(&manifest);
    return is_log;
}

static bool holds_run(const char *folder)
{
    char datasets[LS_PATH_MAX];
    struct ls_error ignored;
    return ls_path_join(datasets, folder, "datasets", &ignored) == 0 && ls_path_is_folder(datasets);
}

/* Two folders, and of one kind: two of datasets, of logs, of runs. */
static int check_folders(const char *const folders[2], struct ls_error *err)
{
    for (int i = 0; i < 2; i++) {
        if (strncmp(folders[i], "log:", 4) == 0) {
            return ls_error_set(err, LS_E_USAGE,
                                "diff takes folders: write %s, without log:", folders[i] + 4);
        }
        if (!ls_path_is_folder(folders[i])) {
            return ls_error_set(err, LS_E_NOINPUT, "there is no folder %s", folders[i]);
        }
    }
    for (int i = 0; i < 2; i++) {
        if (holds_log(folders[i]) && !holds_log(folders[!i])) {
            return ls_error_set(err, LS_E_USAGE,
                                "%s holds a log, no datasets: compare those of a "
                                "run",
                                folders[i]);
        }
        if (holds_run(folders[i]) && !holds_run(folders[!i])) {
            return ls_error_set(err, LS_E_USAGE, "%s is a run's folder: compare %s/datasets",
                                folders[i], folders[i]);
        }
    }
    return 0;
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct ls_buf report;
    struct ls_comparison comparison = {.left = "A", .right = "B", .level = (enum ls_level)o->level};
    int rc = check_folders(cli->subjects, err);
    if (rc < 0) {
        return rc;
    }
    tell_questions(cli->subjects);
    ls_buf_init(&report, "report", 16U << 20);
    rc = ls_compare(cli->subjects[0], cli->subjects[1], &comparison, &report, err);
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
