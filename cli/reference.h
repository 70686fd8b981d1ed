/* The pages of docs/reference/, made from the tables of options and reasons. `ci/pages` writes
 * them. */
#ifndef LS_CLI_REFERENCE_H
#define LS_CLI_REFERENCE_H

#include "core/base/error.h"

/* Prints the page "spec", "reasons", "target" or "commands". LS_E_USAGE for any other. */
int reference_print(const char *page, struct ls_error *err);

#endif
