#include "cli/changelog.h"
#include "cli/commands.h"
#include "cli/fingerprint.h"
#include "core/base/file.h"
#include "core/config/layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN_BYTES_MAX (1U << 20)

struct options {
    struct spec_options spec;
    int64_t events;
    const char *golden, *bless;
    bool check;
};

static const struct ls_option rows[] = {
    {"check", LS_OPTION_FLAG, 0, offsetof(struct options, check), .fallback = "false",
     .summary = "Compares with the golden fingerprint; exits with 1 where they differ."},
    {"bless", LS_OPTION_TEXT, 0, offsetof(struct options, bless),
     .summary = "Makes this the golden fingerprint, for the reason given, which is noted under "
                "\"Output changes\" of the nearest CHANGELOG.md above the spec.",
     .example = "REASON"},
    {"golden", LS_OPTION_TEXT, 0, offsetof(struct options, golden),
     .summary = "The golden file [golden/NAME.txt below the config root]."},
    {"events", LS_OPTION_INTEGER, 0, offsetof(struct options, events), .fallback = "0",
     .minimum = "0",
     .summary = "How many events; 0 for as many as the golden fingerprint has, else 50000."},
    SPEC_OPTION_ROWS(options, spec),
    {.name = NULL},
};
static const struct ls_table table = {"fingerprint", "",       sizeof(struct options),
                                      SIZE_MAX,      SIZE_MAX, rows};

static int golden_path(struct cli *cli, const struct options *o, const char **out,
                       struct ls_error *err)
{
    char root[LS_PATH_MAX];
    const char *spec = cli->subjects[0];
    const char *slash = strrchr(spec, '/');
    const char *name = slash ? slash + 1 : spec;
    struct ls_layers layers = {.spec_path = spec, .config_root = o->spec.config_root};
    *out = o->golden;
    if (*out) {
        return 0;
    }
    int rc = ls_layers_root(&layers, root, err);
    if (rc == 0) {
        *out = ls_arena_printf(&cli->arena, err, "%s/golden/%.*s.txt", root,
                               (int)strcspn(name, "."), name);
    }
    return *out ? 0 : err->code;
}

/* The value of a line "word: value", or NULL; it ends with the line. */
static const char *value_of(const char *text, const char *word)
{
    size_t size = strlen(word);
    while (text && (strncmp(text, word, size) != 0 || strncmp(text + size, ": ", 2) != 0)) {
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return text ? text + size + 2 : NULL;
}

static bool same_line(const char *a, const char *b)
{
    size_t size = a ? strcspn(a, "\n") : 0;
    return a && b && strcspn(b, "\n") == size && memcmp(a, b, size) == 0;
}

/* Prints the lines of `text` that `other` has not. */
static void print_missing(const char *text, const char *other, char sign)
{
    while (*text) {
        int size = (int)strcspn(text, "\n");
        const char *at = other;
        while (at && !same_line(text, at)) {
            at = strchr(at, '\n');
            at = at ? at + 1 : NULL;
        }
        if (!at) {
            cli_print("%c %.*s\n", sign, size, text);
        }
        text += size + (text[size] == '\n');
    }
}

static int differs(const char *golden, const char *now, const char *path)
{
    print_missing(golden, now, '-');
    print_missing(now, golden, '+');
    if (!same_line(value_of(golden, "spec"), value_of(now, "spec"))) {
        cli_print("The spec says something else than when %s was blessed, so its bytes may differ. "
                  "If that is meant: --bless REASON.\n",
                  path);
    } else {
        cli_print("The same spec makes other bytes than when %s was blessed. If that is meant, it "
                  "is an output change: --bless REASON.\n",
                  path);
    }
    return LS_DIFFERS;
}

static int bless(struct cli *cli, const struct options *o, const char *path, const char *golden,
                 const struct ls_buf *now, struct ls_error *err)
{
    if (strcmp(golden, (const char *)now->data) == 0) {
        cli_print("%s is that already: nothing to bless\n", path);
        return 0;
    }
    int rc = ls_folder_make_above(path, err);
    rc = rc < 0 ? rc : ls_file_replace(path, now->data, strlen((const char *)now->data), err);
    const char *line = rc < 0 ? NULL
                              : ls_arena_printf(&cli->arena, err, "- `%s`: %s", cli->subjects[0],
                                                o->bless);
    char changelog[LS_PATH_MAX];
    rc = rc < 0 ? rc
         : line ? cli_changelog_note(cli->subjects[0], line, changelog, err)
                : err->code;
    if (rc == LS_E_NOMATCH) {
        cli_print("blessed %s; %s: note the reason where your users look for it\n", path,
                  err->text);
        return 0;
    }
    if (rc == 0) {
        cli_print("blessed %s; the reason stands in %s\n", path, changelog);
    }
    return rc;
}

static int act(struct cli *cli, const struct options *o, const char *path, struct ls_buf *golden,
               struct ls_buf *now, struct ls_error *err)
{
    int rc = ls_file_read(path, golden, err);
    if (rc == LS_E_NOINPUT && !o->check) {
        rc = 0;
    } else if (rc == LS_E_NOINPUT) {
        ls_error_prefix(err, "there is no golden fingerprint yet: make it with --bless REASON");
    }
    const char *old = rc < 0 ? NULL : ls_buf_text(golden, err);
    if (!old) {
        return err->code;
    }
    const char *events = value_of(old, "events");
    uint64_t wanted = o->events ? (uint64_t)o->events
                      : events  ? strtoull(events, NULL, 10)
                                : FINGERPRINT_EVENTS;
    rc = fingerprint_make(cli, &o->spec, wanted, now, err);
    if (rc < 0 || !ls_buf_text(now, err)) {
        return err->code;
    }
    const char *text = (const char *)now->data;
    if (o->bless) {
        return bless(cli, o, path, old, now, err);
    }
    if (!o->check) {
        cli_print("%s", text);
        return 0;
    }
    if (strcmp(old, text) != 0) {
        return differs(old, text, path);
    }
    cli_print("%s: as blessed, %.*s events\n", path, (int)strcspn(value_of(text, "events"), "\n"),
              value_of(text, "events"));
    return 0;
}

static int run(struct cli *cli, struct ls_error *err)
{
    const struct options *o = cli->options;
    struct ls_buf golden;
    struct ls_buf now;
    const char *path;
    if (o->check && o->bless) {
        return ls_error_set(err, LS_E_USAGE, "--check compares, --bless replaces: give one");
    }
    if (o->bless && o->bless[strspn(o->bless, " \t\n")] == '\0') {
        return ls_error_set(err, LS_E_USAGE, "--bless wants the reason why the bytes changed");
    }
    ls_buf_init(&golden, "golden fingerprint", GOLDEN_BYTES_MAX);
    ls_buf_init(&now, "fingerprint", GOLDEN_BYTES_MAX);
    int rc = golden_path(cli, o, &path, err);
    rc = rc < 0 ? rc : act(cli, o, path, &golden, &now, err);
    ls_buf_clear(&golden);
    ls_buf_clear(&now);
    return rc;
}

const struct command command_fingerprint = {
    .name = "fingerprint",
    .synopsis = "SPEC [--check | --bless REASON]",
    .summary = "Sums of all bytes that a spec makes; compares them with the blessed ones.",
    .examples = "  lockstep fingerprint fixtures/domains/ecommerce.yaml --check\n"
                "  lockstep fingerprint fixtures/domains/ecommerce.yaml --bless 'fees are drawn at "
                "scale 4'\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .options = &table,
    .run = run,
};
