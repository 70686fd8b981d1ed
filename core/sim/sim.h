/* The chance and the history of one simulated run. Every decision is a draw of one seed, in the
 * order in which decisions are asked for; every kind of mishap has odds of its own, which the seed
 * sets too (so that some runs see only lost power and some everything at once), and is counted;
 * everything that happens is mixed into a history. The same seed, asked the same things, gives the
 * same run. */
#ifndef LS_SIM_SIM_H
#define LS_SIM_SIM_H

#include "core/base/draw.h"
#include "core/base/hash.h"

enum ls_mishap {
    /* of the system's calls, which whoever asks well never notices */
    LS_MISHAP_SHORT_READ,
    LS_MISHAP_SHORT_WRITE,
    LS_MISHAP_INTERRUPTED,
    /* which end the run with an error */
    LS_MISHAP_READ_FAILED,
    LS_MISHAP_WRITE_FAILED,
    LS_MISHAP_DISK_FULL,
    LS_MISHAP_OPEN_FAILED,
    LS_MISHAP_NAME_FAILED,
    LS_MISHAP_SYNC_FAILED,
    LS_MISHAP_FOLDER_SYNC_FAILED,
    LS_MISHAP_MEMORY_REFUSED,
    /* which end the process */
    LS_MISHAP_KILLED,
    LS_MISHAP_POWER_LOST,
    /* what a loss of power takes */
    LS_MISHAP_SECTOR_LOST,
    LS_MISHAP_SECTOR_TORN,
    LS_MISHAP_SECTOR_NOISE,
    LS_MISHAP_SIZE_LOST,
    LS_MISHAP_NAME_LOST,
    LS_MISHAP_CACHE_DROPPED,
    /* of a checkpoint that lay there */
    LS_MISHAP_CHECKPOINT_FLIPPED,
    LS_MISHAP_CHECKPOINT_CUT,
    LS_MISHAP_CHECKPOINT_STALE,
    /* of the log and the run */
    LS_MISHAP_PAUSE,
    LS_MISHAP_FEW_RECORDS,
    LS_MISHAP_RANGE_GROWN,
    LS_MISHAP_STOPPED,
    LS_MISHAP_RUN_AGAIN,
    LS_MISHAP_OTHER_WORKERS,
    LS_MISHAP_COUNT
};

struct ls_mishap_row {
    const char *name; /* "short write" */
    const char *text; /* one line */
    unsigned one_in;  /* odds of an opportunity, before the seed changes them; 0: not drawn by
                         ls_sim_strikes */
    bool hard;        /* ends a run; a simulation has a number of these */
};

extern const struct ls_mishap_row ls_mishaps[LS_MISHAP_COUNT];

struct ls_sim {
    uint64_t key, draws;
    bool on;           /* mishaps strike and the history is written */
    unsigned hard_max; /* hard ones that may still strike */
    uint64_t calm;     /* steps that have to be done before one does */
    struct ls_chance chances[LS_MISHAP_COUNT];
    uint64_t fired[LS_MISHAP_COUNT];
    uint64_t steps; /* things that happened */
    struct ls_id history;
};

/* Everything off; the odds are drawn. */
void ls_sim_begin(struct ls_sim *sim, uint64_t seed);

/* A draw in [0, n), n > 0. */
uint64_t ls_sim_below(struct ls_sim *sim, uint64_t n);

/* Does the mishap strike? Then it is counted and in the history. */
bool ls_sim_strikes(struct ls_sim *sim, enum ls_mishap which);

/* Hard ones wait for so many more steps. Where each step has the same chance, a run that opens
 * hundreds of files would seldom come past opening them. */
void ls_sim_calm(struct ls_sim *sim, uint64_t steps);

/* One that was decided otherwise. */
void ls_sim_count(struct ls_sim *sim, enum ls_mishap which);

/* Something that happened, by a name of its kind and numbers that tell it from others. */
void ls_sim_note(struct ls_sim *sim, uint64_t kind, uint64_t a, uint64_t b, uint64_t c);

#endif
