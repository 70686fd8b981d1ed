/* What a spec asks for, as shares (LS_SHARE_WHOLE is all), to be laid beside what came out. */
#ifndef LS_GENERATOR_ASKED_H
#define LS_GENERATOR_ASKED_H

#include "generator/plan.h"
#include "generator/tally.h"

/* Of each event type, its share of all events, out[plan->type_count]: by weight, and of the steps
 * of lifecycles by how often they are taken. In the middle of a run, that is: near its beginning
 * sessions have not come to their later steps. */
void ls_asked_types(const struct ls_plan *plan, uint64_t *out);

/* Of the words of an operation that is a choice or a constant, out[op->word_count]. False for any
 * other operation. */
bool ls_asked_words(const struct ls_op *op, uint64_t *out);

/* So many times a ratio, to the nearest whole number. */
uint64_t ls_asked_count(uint64_t count, struct ls_ratio ratio);

#endif
