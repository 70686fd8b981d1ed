/* What a streaming run has come to, for whoever watches it. */
#ifndef LS_STREAM_STREAM_NUMBERS_H
#define LS_STREAM_STREAM_NUMBERS_H

#include "pipeline/output/watch.h"
#include "pipeline/stream/stream.h"

/* Fills in what the stream knows: all but the ends of ranges, times, checkpoints and what is read
 * by this run alone. Between two rounds, while no worker takes records. */
void ls_stream_numbers(const struct ls_stream *stream, struct ls_run_numbers *out);

#endif
