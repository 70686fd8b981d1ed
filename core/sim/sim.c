#include "core/sim/sim.h"

#include <string.h>

/* Hard ones are so rare that a run of a thousand steps sees one or two; a seed makes each of them
 * rarer or more frequent, or does without. */
const struct ls_mishap_row ls_mishaps[LS_MISHAP_COUNT] = {
    [LS_MISHAP_SHORT_READ] = {"short read", "a read gives less than there is", 16, false},
    [LS_MISHAP_SHORT_WRITE] = {"short write", "a write takes less than it is given", 16, false},
    [LS_MISHAP_INTERRUPTED] = {"interrupted call", "a call ends with EINTR", 16, false},
    [LS_MISHAP_READ_FAILED] = {"failed read", "a read ends with EIO", 2000, true},
    [LS_MISHAP_WRITE_FAILED] = {"failed write", "a write or a cut ends with EIO", 1000, true},
    [LS_MISHAP_DISK_FULL] = {"full disk", "a write, a new file or a new folder ends with ENOSPC",
                             1000, true},
    [LS_MISHAP_OPEN_FAILED] = {"failed open", "a file cannot be opened: EMFILE", 2000, true},
    [LS_MISHAP_NAME_FAILED] = {"failed name",
                               "a name cannot be made, changed, removed or listed: EIO", 500, true},
    [LS_MISHAP_SYNC_FAILED] = {"failed sync of a file",
                               "EIO; what was to be written is on the disk or not, and counts as "
                               "written from then on",
                               200, true},
    [LS_MISHAP_FOLDER_SYNC_FAILED] = {"failed sync of a folder", "EIO; its names have not changed",
                                      100, true},
    [LS_MISHAP_MEMORY_REFUSED] = {"refused memory", "an allocation is refused", 8, true},
    [LS_MISHAP_KILLED] = {"killed process", "at a call; what the system was given stays", 800,
                          true},
    [LS_MISHAP_POWER_LOST] = {"lost power", "at a call; what was not synced is there or not", 800,
                              true},
    [LS_MISHAP_SECTOR_LOST] = {"lost sector", "it was not synced, and is as it was", 0, false},
    [LS_MISHAP_SECTOR_TORN] = {"torn sector", "it was not synced, and is half as it was", 0, false},
    [LS_MISHAP_SECTOR_NOISE] = {"sector of noise", "it was not synced, and holds anything", 0,
                                false},
    [LS_MISHAP_SIZE_LOST] = {"lost size", "a file is longer or shorter than it was made", 0, false},
    [LS_MISHAP_NAME_LOST] = {"lost name", "a name was not made, changed or removed after all", 0,
                             false},
    [LS_MISHAP_CACHE_DROPPED] = {"dropped cache",
                                 "what a failed sync did not write is not seen any more", 2, false},
    [LS_MISHAP_CHECKPOINT_FLIPPED] = {"flipped checkpoint", "a byte of the newest is another", 8,
                                      true},
    [LS_MISHAP_CHECKPOINT_CUT] = {"cut checkpoint", "the newest ends too early", 8, true},
    [LS_MISHAP_CHECKPOINT_STALE] = {"stale checkpoint", "the newest holds the bytes of another", 8,
                                    true},
    [LS_MISHAP_PAUSE] = {"pause of the log", "a reader is given nothing for the moment", 8, false},
    [LS_MISHAP_FEW_RECORDS] = {"few records", "a reader is given less than it asked for", 4, false},
    [LS_MISHAP_RANGE_GROWN] = {"grown log", "a run goes on with a longer range", 3, false},
    [LS_MISHAP_STOPPED] = {"stopped run", "it is told to end, and keeps what it has", 100, true},
    [LS_MISHAP_RUN_AGAIN] = {"repeated run", "one that had come to its end is started again", 3,
                             false},
    [LS_MISHAP_OTHER_WORKERS] = {"other workers", "a run goes on with another number of them", 0,
                                 false},
};

void ls_sim_begin(struct ls_sim *sim, uint64_t seed)
{
    memset(sim, 0, sizeof *sim);
    sim->key = ls_stream_key(seed, "simulation");
    sim->hard_max = (unsigned)ls_sim_below(sim, 16);
    for (int i = 0; i < LS_MISHAP_COUNT; i++) {
        static const struct ls_ratio factors[] = {{0, 1}, {0, 1}, {1, 4}, {1, 1},
                                                  {1, 1}, {1, 1}, {4, 1}, {16, 1}};
        struct ls_ratio factor = factors[ls_sim_below(sim, sizeof factors / sizeof *factors)];
        uint64_t whole = ls_mishaps[i].one_in * factor.whole;
        sim->chances[i] = ls_chance_of(
            (struct ls_ratio){factor.part < whole ? factor.part : whole / 2, whole ? whole : 1});
    }
}

uint64_t ls_sim_below(struct ls_sim *sim, uint64_t n)
{
    return ls_below(ls_word(sim->key, sim->draws++, 0), n);
}

bool ls_sim_strikes(struct ls_sim *sim, enum ls_mishap which)
{
    bool hard = ls_mishaps[which].hard;
    if (!sim->on || (hard && (sim->hard_max == 0 || sim->steps < sim->calm)) ||
        !ls_strikes(sim->chances[which], ls_word(sim->key, sim->draws++, 0))) {
        return false;
    }
    sim->hard_max -= hard;
    ls_sim_count(sim, which);
    return true;
}

void ls_sim_calm(struct ls_sim *sim, uint64_t steps)
{
    sim->calm = sim->steps + steps;
}

void ls_sim_count(struct ls_sim *sim, enum ls_mishap which)
{
    sim->fired[which]++;
    ls_sim_note(sim, (uint64_t)which, sim->fired[which], 0, 0);
}

void ls_sim_note(struct ls_sim *sim, uint64_t kind, uint64_t a, uint64_t b, uint64_t c)
{
    const uint64_t words[] = {kind, a, b, c};
    if (sim->on) {
        sim->steps++;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            sim->history.high = ls_mix(sim->history.high ^ words[i]);
            sim->history.low = ls_mix(sim->history.low + sim->history.high);
        }
    }
}
