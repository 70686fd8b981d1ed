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
    [LS_MUTANT_REPLACED_NOT_SYNCED] = {"replaced-not-synced", "shared",
                                       "a file is renamed before it was synced"},
    [LS_MUTANT_RENAME_NOT_SYNCED] = {"rename-not-synced", "shared",
                                     "the folder is not synced after a rename"},
    [LS_MUTANT_SYNC_TRIED_AGAIN] = {"sync-tried-again", "shared",
                                    "a failed sync is tried again, and then believed"},
    [LS_MUTANT_SHORT_WRITE_TAKEN] = {"short-write-taken", "shared",
                                     "a short write counts as a whole one"},
    [LS_MUTANT_OUTPUTS_NOT_SYNCED] = {"outputs-not-synced", "stream",
                                      "a checkpoint tells of outputs that were not synced"},
    [LS_MUTANT_FOLDERS_NOT_SYNCED] = {"folders-not-synced", "shared",
                                      "only the folders that hold outputs are synced"},
    [LS_MUTANT_END_NOT_SYNCED] = {"end-not-synced", "shared",
                                  "a run ends without syncing its datasets"},
    [LS_MUTANT_CLAIMS_NOT_SYNCED] = {"claims-not-synced", "shared",
                                     "sums are removed, and the folder is not synced"},
    [LS_MUTANT_TORN_ACCEPTED] = {"torn-accepted", "stream",
                                 "nobody looks at a checkpoint's checksum"},
    [LS_MUTANT_STALE_ACCEPTED] = {"stale-accepted", "stream",
                                  "nobody looks whether a checkpoint is that one"},
    [LS_MUTANT_ONE_KEPT] = {"one-kept", "stream", "the checkpoint before the last is removed"},
    [LS_MUTANT_PAUSE_ENDS] = {"pause-ends", "stream",
                              "a log that has nothing for the moment is at its end"},
};

enum ls_mutant ls_mutant_find(const char *name)
{
    int i = 0;
    while (i < LS_MUTANT_COUNT && strcmp(ls_mutant_rows[i].name, name) != 0) {
        i++;
    }
    return (enum ls_mutant)i;
}
