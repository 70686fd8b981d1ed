/* A disk in memory, with what a real one does when power is lost:
 *
 * - what is written is seen at once, and is on the disk for good when the file was synced. Before,
 *   each sector of 512 bytes that was touched may be as it was, as it is, or torn between; where
 *   nothing was, it may hold zeros or noise; the file may have its old length or its new one, or
 *   one between;
 * - a name that was made, changed or removed is so for good when its folder was synced; before,
 *   each such change has happened or has not, a rename as a whole;
 * - a sync of a file that fails has written some of it, and counts as done: later syncs write only
 *   what is touched again (so Linux does), and what is read may be either. One of a folder that
 *   fails has changed nothing: names go through a journal, and a file system that cannot write that
 *   stops;
 * - when the process is killed, nothing is lost but its open files and locks.
 *
 * Which of all that happens is drawn by a simulation (core/sim/sim.h), and so are the faults of the
 * calls. There are no links, permissions or times. One thread. */
#ifndef LS_SIM_DISK_H
#define LS_SIM_DISK_H

#include "core/sim/sim.h"

struct ls_disk;

/* An empty one. `sim` must outlive it. */
int ls_disk_new(struct ls_sim *sim, struct ls_disk **out, struct ls_error *err);
void ls_disk_free(struct ls_disk *disk); /* NULL is legal */

/* From now on the program's files are on this disk; NULL: on the system's again. */
void ls_disk_mount(struct ls_disk *disk);

/* Did the process die at some call (LS_MISHAP_KILLED, LS_MISHAP_POWER_LOST)? Since then every call
 * has failed and done nothing, so that what is left of the process finds its end. */
bool ls_disk_is_dead(const struct ls_disk *disk);

/* A new process begins: after the old one died, in what its death left; after one that ended by
 * itself, with everything that it wrote. LS_E_NOMEM. */
int ls_disk_restart(struct ls_disk *disk, struct ls_error *err);

/* Power is lost here, whatever the odds say; then as ls_disk_restart. */
int ls_disk_lose_power(struct ls_disk *disk, struct ls_error *err);

/* Everything is on the disk for good. LS_E_NOMEM. */
int ls_disk_settle(struct ls_disk *disk, struct ls_error *err);

/* Do two files or folders hold the same, whole? Not when one is missing. */
bool ls_disk_same(const struct ls_disk *disk, const char *a, const char *b);

#endif
