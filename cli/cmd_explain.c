#include "cli/commands.h"
#include "conformance/verify.h"
#include "core/base/rule.h"
#include "core/base/text.h"

#include <string.h>

static void list_cases(void)
{
    for (const struct ls_case *const *c = ls_cases; *c; c++) {
        cli_print("%-8s %s\n", (*c)->id, (*c)->title);
    }
}

static void list_reasons(void)
{
    for (int i = 0; i < LS_REASON_COUNT; i++) {
        cli_print("%-20s %s\n", ls_reasons[i].name, ls_reasons[i].title);
    }
}

static void list_rules(void)
{
    for (const struct ls_rule *rule = ls_rules; rule->id; rule++) {
        cli_print("%s  %s\n", rule->id, rule->title);
    }
}

static bool explain(const char *id)
{
    for (const struct ls_case *const *c = ls_cases; *c; c++) {
        if (strcmp((*c)->id, id) == 0) {
            cli_print("%s: %s\n\n%s\n", (*c)->id, (*c)->title, (*c)->text);
            return true;
        }
    }
    enum ls_reason reason = ls_reason_of(id, strlen(id));
    if (reason != LS_REASON_COUNT) {
        cli_print("%s: %s\n\n%s", id, ls_reasons[reason].title, ls_reasons[reason].text);
        return true;
    }
    const struct ls_rule *rule = ls_rule_find(id);
    if (rule) {
        cli_print("%s: %s\n\n%s\n", rule->id, rule->title, rule->text);
    }
    return rule != NULL;
}

/* A clause of the contract: "P6"? */
static bool is_clause(const char *id)
{
    size_t digits = *id && strchr("GPBCgpbc", *id) ? strspn(id + 1, "0123456789") : 0;
    return digits >= 1 && digits <= 2 && !id[1 + digits];
}

/* "CRS-5": the letters of a case before a number? */
static bool is_case_number(const char *upper)
{
    const char *dash = strchr(upper, '-');
    size_t size = dash ? (size_t)(dash - upper) + 1 : 0;
    bool number = dash && dash[1] && !dash[1 + strspn(dash + 1, "0123456789")];
    for (const struct ls_case *const *c = ls_cases; number && *c; c++) {
        if (strncmp((*c)->id, upper, size) == 0) {
            return true;
        }
    }
    return false;
}

static int unknown(const char *id, struct ls_error *err)
{
    const char *names[512];
    size_t count = 0;
    const size_t room = sizeof names / sizeof *names - 1;
    for (const struct ls_case *const *c = ls_cases; *c && count < room; c++) {
        names[count++] = (*c)->id;
    }
    for (int i = 0; i < LS_REASON_COUNT && count < room; i++) {
        names[count++] = ls_reasons[i].name;
    }
    for (const struct ls_rule *rule = ls_rules; rule->id && count < room; rule++) {
        names[count++] = rule->id;
    }
    names[count] = NULL;
    char upper[64]; /* all of them are written in capitals */
    size_t size = 0;
    for (; id[size] && size < sizeof upper - 1; size++) {
        bool small = id[size] >= 'a' && id[size] <= 'z';
        upper[size] = (char)(small ? id[size] - 'a' + 'A' : id[size]);
    }
    upper[size] = '\0';
    if (is_clause(id)) {
        return ls_error_set(err, LS_E_NOMATCH,
                            "%s is a clause of the contract: they are in docs/contract.md", upper);
    }
    const char *near = ls_did_you_mean(upper, names);
    if (is_case_number(upper) && (!near || strcmp(near, upper) != 0)) {
        return ls_error_set(err, LS_E_NOMATCH,
                            "there is no case %s: `lockstep explain cases` lists them%s", upper,
                            strcmp(upper, "CRS-5") == 0
                                ? ", and what is lost with power is tried by `lockstep simulate` "
                                  "(docs/simulation.md)"
                                : " (the numbers have gaps)");
    }
    return near ? ls_error_set(err, LS_E_NOMATCH, "nothing is known of `%s`: did you mean `%s`?",
                               id, near)
                : ls_error_set(err, LS_E_NOMATCH,
                               "nothing is known of `%s`: it takes a rule (LS1002), a case "
                               "(CRS-1), a reason (DUPLICATE), or one of rules, cases, reasons",
                               id);
}

static int run(struct cli *cli, struct ls_error *err)
{
    const char *id = cli->subjects[0];
    if (strcmp(id, "cases") == 0) {
        list_cases();
    } else if (strcmp(id, "reasons") == 0) {
        list_reasons();
    } else if (strcmp(id, "rules") == 0) {
        list_rules();
    } else if (!explain(id)) {
        return unknown(id, err);
    }
    return 0;
}

const struct command command_explain = {
    .name = "explain",
    .synopsis = "ID|rules|cases|reasons",
    .summary = "Tells more about a rule, a case or a reason: ID, or their list.",
    .examples = "  lockstep explain LS1002\n  lockstep explain CRS-1\n  lockstep explain reasons\n",
    .subjects_min = 1,
    .subjects_max = 1,
    .run = run,
};
