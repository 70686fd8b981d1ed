/* One connection through the proxy: two sockets, two directions, and the faults that strike it. No
 * call here blocks. */
#ifndef LS_PROXY_CONNECTION_H
#define LS_PROXY_CONNECTION_H

#include "tests/proxy/faults.h"

#include <poll.h>
#include <stddef.h>

#define RING_BYTES 262144 /* of a direction that wait: then it is not read on */
#define CHUNKS_MAX 1024   /* likewise: reads whose bytes wait */

/* What there was of everything. */
struct counts {
    uint64_t connections, refused, bytes[2]; /* forwarded, of each direction */
    uint64_t delays, slices, resets_by_byte, resets_by_time, stalls, half_opens;
};

/* The bytes of one read, up to `end` of the direction, are due at a time. */
struct chunk {
    uint64_t end, at_ns;
};

struct way {
    uint8_t *ring; /* byte number n is at n % RING_BYTES */
    uint64_t taken, given;
    struct chunk chunks[CHUNKS_MAX];
    uint64_t first_chunk, next_chunk; /* numbers */
    uint64_t last_at_ns;              /* when the latest chunk is due: no later one is before */
    uint64_t slice_end, next_slice;
    uint64_t reset_byte, half_open_byte;
    bool ended;     /* its source has no more */
    bool told;      /* and its sink knows */
    bool blocked;   /* its sink takes nothing for the moment */
    bool failed;    /* its sink is gone */
    bool swallowed; /* what comes is dropped */
};

struct connection {
    const struct faults *faults;
    struct counts *counts;
    uint64_t number;
    int fds[2];     /* who connected; whom the proxy connected to */
    bool connected; /* to the latter */
    bool half_open;
    struct way ways[2];
    uint64_t reset_ns, stall_ns, stalled_until_ns, next_stall;
    uint64_t reset_now_ns; /* a reset waits for what was sent to arrive, up to this time */
};

/* Takes over the socket of who connected and one that connects; both are closed by
 * connection_free. NULL with `err` filled when memory is refused: then they are not. */
struct connection *connection_new(const struct faults *faults, struct counts *counts,
                                  uint64_t number, const int fds[2], uint64_t now_ns,
                                  struct ls_error *err);
void connection_free(struct connection *connection);

/* What to wait for at both sockets, and until when at most. */
uint64_t connection_wait(const struct connection *connection, uint64_t now_ns,
                         struct pollfd polls[2]);

/* Half open, and neither side will say more. It is kept, since whoever waits for the rest is not
 * told, but may be closed where its place is needed. */
bool connection_lingers(const struct connection *connection);

/* Reads and writes what can be. False: it is over, and both ends have been told. */
bool connection_step(struct connection *connection, uint64_t now_ns, const struct pollfd polls[2]);

#endif
