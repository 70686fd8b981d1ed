/* Where the streaming run's rows are made, and where they go. */
#ifndef LS_STREAM_EMISSION_H
#define LS_STREAM_EMISSION_H

#include "pipeline/stream/delays.h"
#include "pipeline/stream/group.h"

struct ls_emission {
    struct ls_outputs *outputs;
    uint64_t *rows;           /* counts them */
    struct ls_delays *delays; /* of the view's rows; NULL: they do not count */
    int64_t highest;          /* clock that was read, of all partitions */
    struct ls_view_row row;
    struct ls_buf bytes, tops, scratch;
};

void ls_emission_init(struct ls_emission *emission);
void ls_emission_clear(struct ls_emission *emission);

/* Writes the row in `bytes`, of an event (or a window's end) at `time_ms` and of a group. */
int ls_emission_write(struct ls_emission *emission, const struct ls_view *view, int64_t time_ms,
                      const uint8_t *key, size_t key_size, struct ls_error *err);

#endif
