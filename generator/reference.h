/* The reference tables that a spec makes from its populations (`from: entities.NAME`), as Avro
 * files that the pipeline reads: an input of it, like the log. One row an entity, in the order of
 * their numbers: the id, where the table names it, then the attributes. Tables that are files are
 * there already. */
#ifndef LS_GENERATOR_REFERENCE_H
#define LS_GENERATOR_REFERENCE_H

#include "generator/plan.h"

/* Writes FOLDER/TABLE.avro for each table of the spec that is made from a population. */
int ls_reference_write(const struct ls_plan *plan, const char *folder, struct ls_error *err);

#endif
