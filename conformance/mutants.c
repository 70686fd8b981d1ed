#include "conformance/mutants.h"

#include <string.h>

const struct ls_mutant_row ls_mutant_rows[LS_MUTANT_COUNT] = {
    [LS_MUTANT_NONE] = {"none", "-", "the program as it is"},
    [LS_MUTANT_RANGE_IGNORED] = {"range-ignored", "shared", "a range check passes everything"},
    [LS_MUTANT_AVERAGE_HALF_UP] = {"average-half-up", "shared",
                                   "averages round half up instead of half to even"},
    [LS_MUTANT_WINDOW_OFFSET] = {"window-offset", "shared",
                                 "windows are aligned to the epoch without their offset"},
    [LS_MUTANT_WATERMARK_UNDELAYED] = {"watermark-undelayed", "shared",
                                       "rows are stamped with the clock instead of the watermark"},
    [LS_MUTANT_MINIMUM_OF_FIRST] = {"minimum-of-first", "shared", "min keeps the first value"},
    [LS_MUTANT_SET_SHORT] = {"set-short", "shared", "a set check does not know the greatest value"},
    [LS_MUTANT_PATTERN_LONGEST] = {"pattern-longest", "shared",
                                   "a pattern check passes none but the longest texts"},
    [LS_MUTANT_FLAG_OF_NULL] = {"flag-of-null", "shared",
                                "a flag is set where its condition is unknown"},
    [LS_MUTANT_LATE_AT_END] = {"late-at-end", "stream",
                               "a record still counts in a window that ends at its watermark"},
    [LS_MUTANT_GLOBAL_WATERMARK] = {"global-watermark", "stream",
                                    "lateness is judged by the highest clock of all partitions"},
    [LS_MUTANT_EMIT_EARLY] = {"emit-early", "stream",
                              "a window is emitted when the fastest partition has passed it"},
    [LS_MUTANT_CONFLICT_MISSED] = {"conflict-missed", "stream",
                                   "a conflict is taken for a duplicate"},
    [LS_MUTANT_HORIZON_SHORT] = {"horizon-short", "stream", "ids are forgotten too early"},
    [LS_MUTANT_FLAG_AT_EDGE] = {"flag-at-edge", "stream",
                                "what is behind by just the tolerance is flagged"},
    [LS_MUTANT_NEVER_EXPIRES] = {"never-expires", "batch", "nothing is too old"},
    [LS_MUTANT_FLAGS_FOR_EVER] = {"flags-for-ever", "batch",
                                  "what a flag has seen of an entity never begins anew"},
    [LS_MUTANT_IDS_NOT_SAVED] = {"ids-not-saved", "stream",
                                 "a checkpoint leaves the remembered ids out"},
    [LS_MUTANT_FLAGS_NOT_SAVED] = {"flags-not-saved", "stream",
                                   "a checkpoint leaves out what flags have seen"},
    [LS_MUTANT_PENDING_NOT_SAVED] = {"pending-not-saved", "stream",
                                     "a checkpoint leaves the unfinished block out"},
};

enum ls_mutant ls_mutant_find(const char *name)
{
    int i = 0;
    while (i < LS_MUTANT_COUNT && strcmp(ls_mutant_rows[i].name, name) != 0) {
        i++;
    }
    return (enum ls_mutant)i;
}
