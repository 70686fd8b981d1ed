/* The rules that diagnostics cite, and what `lockstep explain` says about each. */
#ifndef LS_BASE_RULE_H
#define LS_BASE_RULE_H

struct ls_rule {
    const char *id;    /* "LS1003" */
    const char *title; /* one line */
    const char *text;  /* what it means, why it is so, what to do; lines of at most 100 columns */
};

/* Sorted by id; ends with a row whose id is NULL. LS10xx: the form of YAML. LS11xx: options.
 * LS12xx: layers and secrets. LS20xx: what a spec means. LS21xx: expressions. LS22xx: what can't be
 * proved about generated data (G7). LS23xx: pipeline. LS24xx: targets. */
extern const struct ls_rule ls_rules[];

/* NULL when there is no such rule. */
const struct ls_rule *ls_rule_find(const char *id);

#endif
