/* The parts of checkpoints: files and their chain (checkpoint.c), and their content
 * (checkpoint_state.c). */
#ifndef LS_STREAM_CHECKPOINT_INTERNAL_H
#define LS_STREAM_CHECKPOINT_INTERNAL_H

#include "pipeline/stream/checkpoint.h"
#include "pipeline/stream/checkpoint_bytes.h"

/* What is small: all of it, in every checkpoint. */
int ls_checkpoint_put_small(struct ls_buf *out, struct ls_stream *stream,
                            const struct ls_dataset_state *states, size_t count,
                            struct ls_error *err);
int ls_checkpoint_get_small(struct checkpoint_reader *r, struct ls_stream *stream,
                            struct ls_dataset_state *states, size_t count, struct ls_error *err);

/* Passes over it: it begins with its own size. */
int ls_checkpoint_skip_small(struct checkpoint_reader *r, struct ls_error *err);

/* Ids and windows: what changed (`whole`: all that lives); then nothing counts as changed any more.
 */
int ls_checkpoint_put_large(struct ls_buf *out, struct ls_stream *stream, bool whole,
                            struct ls_error *err);

/* Lays the content of one file over the stream: later files win. What was emitted or forgotten by
 * then is left out. */
int ls_checkpoint_get_large(struct checkpoint_reader *r, struct ls_stream *stream,
                            struct ls_error *err);

/* All files were laid over it. */
int ls_checkpoint_settle(struct ls_stream *stream, struct ls_error *err);

#endif
