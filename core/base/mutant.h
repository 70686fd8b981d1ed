/* Defects to be caught (contract C4). In the product LS_MUTANT is the constant 0 and nothing of
 * them is compiled; `lockstep-mutants` is built from the same sources with LS_MUTANTS defined, and
 * switches one on. conformance/mutants.c lists them. */
#ifndef LS_BASE_MUTANT_H
#define LS_BASE_MUTANT_H

enum ls_mutant {
    LS_MUTANT_NONE,
    LS_MUTANT_RANGE_IGNORED,   /* shared: a range check passes everything */
    LS_MUTANT_AVERAGE_HALF_UP, /* shared: averages round half up instead of half to even */
    LS_MUTANT_WINDOW_OFFSET,   /* shared: windows are aligned to the epoch without their offset */
    LS_MUTANT_WATERMARK_UNDELAYED, /* shared: rows are stamped with the clock instead of the
                                      watermark */
    LS_MUTANT_MINIMUM_OF_FIRST,    /* shared: min keeps the first value */
    LS_MUTANT_SET_SHORT,           /* shared: a set check does not know the greatest value */
    LS_MUTANT_PATTERN_LONGEST,     /* shared: a pattern check passes none but the longest texts */
    LS_MUTANT_FLAG_OF_NULL,        /* shared: a flag is set where its condition is unknown */
    LS_MUTANT_LATE_AT_END,         /* stream: a record at its window's end still counts */
    LS_MUTANT_GLOBAL_WATERMARK, /* stream: lateness is judged by the highest clock of all partitions
                                 */
    LS_MUTANT_EMIT_EARLY, /* stream: a window is emitted when the fastest partition has passed it */
    LS_MUTANT_CONFLICT_MISSED,     /* stream: a conflict is taken for a duplicate */
    LS_MUTANT_HORIZON_SHORT,       /* stream: ids are forgotten too early */
    LS_MUTANT_FLAG_AT_EDGE,        /* stream: what is behind by just the tolerance is flagged */
    LS_MUTANT_NEVER_EXPIRES,       /* batch: nothing is too old */
    LS_MUTANT_FLAGS_FOR_EVER,      /* batch: a flag's memory never begins anew */
    LS_MUTANT_AS_OF_INCLUDED,      /* batch: as of a time, what came at it is seen too */
    LS_MUTANT_KNOWN_IGNORED,       /* shared: as of a time, rows that were known later are seen */
    LS_MUTANT_STILL_EXPIRES,       /* batch: with lateness off, ids are forgotten all the same */
    LS_MUTANT_RANGE_SHIFTED,       /* shared: a window that ends at a range's beginning is in it */
    LS_MUTANT_KNOWN_REPLAYED,      /* shared: also records whose id is normalized are replayed */
    LS_MUTANT_IDS_NOT_SAVED,       /* stream: a checkpoint leaves the remembered ids out */
    LS_MUTANT_FLAGS_NOT_SAVED,     /* stream: a checkpoint leaves out what flags have seen */
    LS_MUTANT_PENDING_NOT_SAVED,   /* stream: a checkpoint leaves the unfinished block out */
    LS_MUTANT_WORKERS_MERGED,      /* stream: what workers had of a window is restored as one's */
    LS_MUTANT_STOP_ENDS,           /* stream: a run that is told to stop says that it has ended */
    LS_MUTANT_LOCK_IGNORED,        /* shared: two instances may have one state */
    LS_MUTANT_REFUSAL_IGNORED,     /* stream: a window that memory is refused for is left out */
    LS_MUTANT_VALIDITY_IGNORED,    /* shared: a reference row goes on after its end */
    LS_MUTANT_RESTATEMENT_IGNORED, /* shared: of restated reference rows the first one holds */
    LS_MUTANT_AT_IGNORED,          /* shared: look-ups are at event_time, whatever `at` says */
    LS_MUTANT_LATER_READING,       /* shared: an hour that a clock shows twice is the second one */
    LS_MUTANT_ROUNDED_EACH,        /* shared: an adjustment is rounded after each factor */
    LS_MUTANT_WINDOWS_TRUNCATED,   /* shared: windows before 1970 by division towards zero */
    LS_MUTANT_WINDOWS_COUNTED,     /* shared: a record is in size / every windows */
    LS_MUTANT_TIES_REVERSED,       /* shared: of equals `top` takes the greater */
    LS_MUTANT_SUM_SATURATES,       /* shared: a sum stays at the edge of 64 bits */
    LS_MUTANT_OVERFLOW_CUT,        /* shared: what does not fit its type is cut to fit */
    LS_MUTANT_ZERO_UNSIGNED,       /* shared: -0.0 becomes 0.0 */
    LS_MUTANT_YEAR_SHORT,          /* shared: the year 9999 lacks its last millisecond */
    LS_MUTANT_SESSION_AT_GAP,      /* stream: what is just the gap away is of the session */
    LS_MUTANT_ROW_TWICE,           /* stream: a window's rows are written twice */
    LS_MUTANT_OTHER_SPEC_ACCEPTED, /* stream: nobody looks whether a state is of this spec */
    /* that cases of order, watermarks and duplicates bring out */
    LS_MUTANT_TIE_RELEASED,    /* stream: a record is released where a tie may still arrive */
    LS_MUTANT_TOPICS_BY_PLACE, /* shared: topics are taken in the order in which the log has them */
    LS_MUTANT_FEW_PARTITIONS,  /* stream: the ninth partition does not hold the low watermark */
    LS_MUTANT_EMPTY_KEY_REFUSED,    /* shared: an empty key is taken for none */
    LS_MUTANT_FAR_CLOCK_COUNTS,     /* shared: a clock that fails its check moves the watermark */
    LS_MUTANT_LATE_FOR_ALL,         /* stream: late for one window is late for all */
    LS_MUTANT_IDLE_PASSED_OVER,     /* stream: a partition far behind another is not waited for */
    LS_MUTANT_NEWCOMER_PASSED_OVER, /* stream: a partition without records is not waited for */
    LS_MUTANT_DROPPED_STAND_STILL,  /* stream: a duplicate does not move the watermark */
    LS_MUTANT_WATERMARK_NOT_SAVED,  /* stream: a checkpoint leaves the watermarks out */
    LS_MUTANT_EXPIRED_AT_HORIZON,   /* stream: what is just as old as the horizon has expired */
    LS_MUTANT_EXPIRED_REMEMBERED,   /* stream: the id of an expired record is remembered */
    LS_MUTANT_SUMS_CANCEL,          /* suite: pairs cancel in the logical digest */
    /* of what has to last; `lockstep-mutants MUTANT simulate` finds these */
    LS_MUTANT_REPLACED_NOT_SYNCED, /* shared: a file is renamed before it was synced */
    LS_MUTANT_RENAME_NOT_SYNCED,   /* shared: the folder is not synced after a rename */
    LS_MUTANT_SYNC_TRIED_AGAIN,    /* shared: a failed sync is tried again, and then believed */
    LS_MUTANT_SHORT_WRITE_TAKEN,   /* shared: a short write counts as a whole one */
    LS_MUTANT_OUTPUTS_NOT_SYNCED,  /* stream: a checkpoint tells of outputs that were not synced */
    LS_MUTANT_FOLDERS_NOT_SYNCED,  /* shared: only the folders that hold outputs are synced */
    LS_MUTANT_END_NOT_SYNCED,      /* shared: a run ends without syncing its datasets */
    LS_MUTANT_CLAIMS_NOT_SYNCED,   /* shared: sums are removed, and the folder is not synced */
    LS_MUTANT_TORN_ACCEPTED,       /* stream: nobody looks at a checkpoint's checksum */
    LS_MUTANT_STALE_ACCEPTED,      /* stream: nobody looks whether a checkpoint is that one */
    LS_MUTANT_ONE_KEPT,            /* stream: the checkpoint before the last is removed */
    LS_MUTANT_TOPICS_ANEW,         /* stream: a run that goes on begins its topics anew */
    LS_MUTANT_DIGESTS_ANEW,        /* stream: a run that goes on sums its topics from there on */
    LS_MUTANT_STATE_UNNAMED,       /* stream: a state has another name at each start */
    LS_MUTANT_FINAL_ONCE,          /* stream: only the last checkpoint says that it is */
    LS_MUTANT_PAUSE_ENDS,          /* stream: a log that has nothing for the moment is at its end */
    /* of logs on Kafka, that cases with a cluster bring out */
    LS_MUTANT_UNDECIDED_READ,   /* shared: what is not committed is read as well */
    LS_MUTANT_UNDECIDED_ENDS,   /* shared: a topic ends where a transaction hangs */
    LS_MUTANT_LOSS_PASSED_OVER, /* shared: what a topic has lost is not missed */
    LS_MUTANT_GAP_IS_LOSS,      /* shared: an offset that is not a position is a loss */
    LS_MUTANT_COMMIT_IGNORED,   /* stream: goes on from a checkpoint whose rows are not committed */
    LS_MUTANT_UNFENCED,         /* stream: each producer has a transactional id of its own */
    LS_MUTANT_OFFSETS_BEHIND,   /* stream: committed offsets are one record behind */
    LS_MUTANT_COUNT
};

#ifdef LS_MUTANTS
extern enum ls_mutant ls_mutant_on; /* cli/mutants_main.c */
#define LS_MUTANT(which) (ls_mutant_on == LS_MUTANT_##which)
#else
#define LS_MUTANT(which) 0
#endif

#endif
