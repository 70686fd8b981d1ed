/* Checkpoints of a streaming run (contract P10): what lets a killed run end in the bytes of an
 * undisturbed one.
 *
 * A checkpoint is one file: everything small (positions, clocks, counts, the exact length of each
 * output and the records of its unfinished block), and of what is large (remembered ids, open
 * windows) only what changed since the checkpoint before. It names the earlier files that it needs;
 * when those hold much more than what still lives, or nothing comes any more, it is written whole.
 * So its cost follows what changed, not the size of the state. The files of the last two
 * checkpoints are kept; a damaged one is known by its CRC-32C, and the one before it is used.
 *
 *   file  "LSCKPT", the state version (two digits), then integers as u64 little-endian and byte
 * strings as size and bytes; the last four bytes are the CRC-32C of all before
 */
#ifndef LS_STREAM_CHECKPOINT_H
#define LS_STREAM_CHECKPOINT_H

#include "pipeline/stream/stream.h"

#define LS_CHECKPOINT_BYTES_MAX ((size_t)16 << 30)
#define LS_CHECKPOINT_CHAIN_MAX 64

struct ls_checkpoints;

/* Opens (makes) the folder and locks it: a second instance is refused with LS_E_DATA. */
int ls_checkpoints_open(const char *folder, const struct ls_sha256 *job,
                        struct ls_checkpoints **out, struct ls_error *err);
/* The next checkpoints need at most so many files, 1 .. LS_CHECKPOINT_CHAIN_MAX, which is what is
 * taken unless told. */
void ls_checkpoints_limit(struct ls_checkpoints *checkpoints, size_t chain_max);

/* Those behind a number are not restored: the rows that they cover were not committed. */
void ls_checkpoints_until(struct ls_checkpoints *checkpoints, uint64_t number);

/* Hears of files that are passed over; borrowed. */
void ls_checkpoints_tell(struct ls_checkpoints *checkpoints, struct ls_journal *journal);

void ls_checkpoints_close(struct ls_checkpoints *checkpoints);

/* The state's own name: what it has, or from now on `fresh`. It lasts. */
int ls_checkpoints_name(const struct ls_checkpoints *checkpoints, struct ls_id fresh,
                        char out[LS_HEX_MAX], struct ls_error *err);

/* Fills a new stream from the newest sound checkpoint: 1, with one state for each of
 * `dataset_count` outputs in *states (owned by the checkpoints, valid until they are closed); 0
 * when there is none. A checkpoint of another job or state version is LS_E_DATA; the message names
 * both. *damaged
 * counts files that were passed over. */
int ls_checkpoints_restore(struct ls_checkpoints *checkpoints, struct ls_stream *stream,
                           size_t dataset_count, struct ls_dataset_state **states,
                           unsigned *damaged, struct ls_error *err);

/* Flushes and syncs the outputs, then writes the next checkpoint. */
int ls_checkpoints_save(struct ls_checkpoints *checkpoints, struct ls_stream *stream,
                        struct ls_error *err);

/* How many were written by this instance, and how many runs went on from a checkpoint before it. */
uint64_t ls_checkpoints_written(const struct ls_checkpoints *checkpoints);
uint64_t ls_checkpoints_restarts(const struct ls_checkpoints *checkpoints);

/* The last one that was written or gone on from. */
struct ls_checkpoint_last {
    uint64_t number;      /* 0: there is none */
    uint64_t bytes;       /* of its own file; 0: another run wrote it */
    uint64_t chain_bytes; /* of all files that it needs */
};
struct ls_checkpoint_last ls_checkpoints_last(const struct ls_checkpoints *checkpoints);

#endif
