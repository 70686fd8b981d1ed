#include "cli/reference.h"

#include "cli/commands.h"
#include "conformance/target.h"
#include "conformance/verify.h"
#include "spec/reason.h"

#include <string.h>

static const char made[] = "<!-- Made from the program's tables by `ci/pages`: change those, not "
                           "this. -->\n\n";

static const char spec_head[] =
    "# The spec language\n\n"
    "A spec is what layers come to, later over earlier: `platform.yaml`, "
    "`environments/NAME.yaml` (`--env NAME`), the domain file, one of the profiles in it "
    "(`--profile NAME`), and `--set path=value`. Maps merge by key; anything else replaces. The "
    "options below are those of every layer; what is *required* has to stand in one of them. A "
    "domain file may also have `profiles`, a map from names to layers. `lockstep config show SPEC "
    "--origin` tells what came of it, `lockstep config check SPEC` what is wrong with it. What "
    "becomes of a record, and why, is told in [reasons](reasons.md).\n\n"
    "For editors there are JSON Schemas: [domain](../../schemas/domain.schema.json), "
    "[platform](../../schemas/platform.schema.json), "
    "[environment](../../schemas/environment.schema.json).\n\n";

static const char target_head[] =
    "# The target file\n\n"
    "How `lockstep verify SPEC --target FILE` runs a pipeline of yours; [targets](../targets.md) "
    "tells the story. For editors there is a [JSON "
    "Schema](../../schemas/target.schema.json).\n\n";

static const char commands_head[] = "# The command line\n\n"
                                    "stdout is data, stderr is talk. Exit codes:\n\n```\n";

static const char reasons_head[] =
    "# What becomes of a record\n\n"
    "Every record of a topic ends exactly once: normalized, or quarantined with one reason, or "
    "counted as a heartbeat (clause P1 of the [contract](../contract.md)). The stages are gone "
    "through in the order of this page, quality checks in that of the spec, and the first check "
    "that fails names the reason. Its row in `quarantine/TOPIC/PARTITION.avro` has the reason, a "
    "detail for people, and the record as it was: topic, partition, position, timestamp, key, "
    "headers and value. `summary.json` counts them; `lockstep explain REASON` says what stands "
    "here.\n";

static const char cases_head[] =
    "# The cases\n\n"
    "What `lockstep verify` tries, each on its own (`--cases WIN-1,NUM-*`): it changes one thing "
    "and says what has to stay the same. A case that a target lacks something for is SKIP; one "
    "that injected nothing, that the spec has no fault for, or whose ground failed in another case "
    "is INCONCLUSIVE; neither is a pass. Numbers are names, and some are not given: CRS-5, what is "
    "lost with power, is tried by [`lockstep simulate`](../simulation.md) alone. "
    "[Targets](../targets.md) tells of knobs; `lockstep explain CASE` says what stands here.\n";

static int reasons_page(struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, reasons_head, err);
    for (int i = 0; rc == 0 && i < LS_REASON_COUNT; i++) {
        const struct ls_reason_text *r = &ls_reasons[i];
        rc = ls_buf_appendf(out, err, "\n## %s\n\n%s%s%s%s\n\n%s", r->name,
                            *r->stage ? "*Stage: " : "", r->stage, *r->stage ? ".* " : "", r->title,
                            r->text);
    }
    return rc;
}

/* Their texts are broken for a terminal; here they are paragraphs. */
static int cases_page(struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, cases_head, err);
    for (const struct ls_case *const *c = ls_cases; rc == 0 && *c; c++) {
        rc = ls_buf_appendf(out, err, "\n## %s\n\n*%s.*", (*c)->id, (*c)->title);
        rc = rc < 0 || !(*c)->knob
                 ? rc
                 : ls_buf_appendf(out, err, " Needs `%s` of a target.", (*c)->knob);
        rc = rc < 0 || !(*c)->fault
                 ? rc
                 : ls_buf_appendf(out, err, " Needs the fault `%s` of a spec.", (*c)->fault);
        rc = rc < 0 || !(*c)->kafka
                 ? rc
                 : ls_buf_append_text(out, " Needs a Kafka cluster (`--log`).", err);
        rc = rc < 0 ? rc : ls_buf_appendf(out, err, "\n\n%s\n", (*c)->text);
    }
    return rc;
}

static int spec_page(struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, spec_head, err);
    return rc < 0 ? rc : ls_table_reference(&ls_spec_table, out, err);
}

static int target_page(struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, target_head, err);
    return rc < 0 ? rc : ls_table_reference(&ls_target_table, out, err);
}

/* What --help says: its lines are meant for a fixed width. */
static int commands_page(struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, commands_head, err);
    rc = rc < 0 ? rc : ls_buf_append_text(out, cli_exit_codes, err);
    rc = rc < 0 ? rc : ls_buf_append_text(out, "```\n", err);
    for (const struct command *const *c = commands; rc == 0 && *c; c++) {
        rc = ls_buf_appendf(out, err, "\n## %s\n\n```\n", (*c)->name);
        rc = rc < 0 ? rc : cli_help_text(*c, out, err);
        rc = rc < 0 ? rc : ls_buf_append_text(out, "```\n", err);
    }
    return rc;
}

static const struct {
    const char *name;
    int (*make)(struct ls_buf *out, struct ls_error *err);
} pages[] = {{"spec", spec_page},
             {"reasons", reasons_page},
             {"cases", cases_page},
             {"target", target_page},
             {"commands", commands_page}};

int reference_print(const char *page, struct ls_error *err)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (strcmp(pages[i].name, page) == 0) {
            struct ls_buf out;
            ls_buf_init(&out, "reference page", 16U << 20);
            int rc = ls_buf_append_text(&out, made, err);
            rc = rc < 0 ? rc : pages[i].make(&out, err);
            cli_print_buf(&out);
            return rc;
        }
    }
    return ls_error_set(
        err, LS_E_USAGE,
        "there is no page `%s` of the reference: it is spec, reasons, cases, target "
        "or commands",
        page);
}
