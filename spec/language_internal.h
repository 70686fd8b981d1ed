/* Shared by the files of option rows. */
#ifndef LS_SPEC_LANGUAGE_INTERNAL_H
#define LS_SPEC_LANGUAGE_INTERNAL_H

#include "spec/spec.h"

#define END                                                                                        \
    {                                                                                              \
        .name = NULL                                                                               \
    }
#define NO_PLACE SIZE_MAX

extern const struct ls_table ls_spec_phase_table, ls_spec_delay_table, ls_spec_faults_table,
    ls_spec_lifecycle_table, ls_spec_reference_table, ls_spec_lookup_table, ls_spec_adjust_table;

#endif
