/* What goes wrong between two ends of a TCP connection, and where: every decision is a word of the
 * seed, the connection's number (from 0, as they come) and, of a direction, how far it is. How many
 * bytes one read brings is TCP's; nothing else is left to chance. */
#ifndef LS_PROXY_FAULTS_H
#define LS_PROXY_FAULTS_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stdint.h>

#define FAULTS_NEVER UINT64_MAX

enum faults_direction { FAULTS_UP, FAULTS_DOWN }; /* from who connected; back to them */

/* A fault that is not asked for is 0. */
struct faults {
    uint16_t listen; /* 0: any port that is free */
    const char *host, *port;
    uint64_t seed;
    uint64_t latency_ns, jitter_ns;
    uint64_t slice_min, slice_max; /* bytes of one write */
    uint64_t reset_every;          /* bytes of a direction */
    uint64_t reset_after_ns;       /* of a connection */
    uint64_t stall_every_ns, stall_for_ns;
    uint64_t half_open_every; /* connections */
};

/* Reads a command line; `host` gets memory of its own, for ever. LS_E_USAGE. */
int faults_read(int argc, char **argv, struct faults *out, struct ls_error *err);

/* How long read number `n` of a direction is on its way, beyond what the ones before it take. */
uint64_t faults_delay_ns(const struct faults *faults, uint64_t connection,
                         enum faults_direction direction, uint64_t n);

/* How many bytes slice number `n` has; FAULTS_NEVER: as many as there are. */
uint64_t faults_slice(const struct faults *faults, uint64_t connection,
                      enum faults_direction direction, uint64_t n);

/* Behind how many bytes of a direction the connection is reset: 1 .. twice what is given. */
uint64_t faults_reset_byte(const struct faults *faults, uint64_t connection,
                           enum faults_direction direction);

/* How long a connection lives, likewise. */
uint64_t faults_reset_ns(const struct faults *faults, uint64_t connection);

/* How long until stall number `n` begins, since the one before ended, likewise. */
uint64_t faults_stall_ns(const struct faults *faults, uint64_t connection, uint64_t n);

/* One of each so many connections, drawn: behind how many bytes of which direction nothing is
 * forwarded any more, 1 .. FAULTS_HALF_OPEN_BYTES; FAULTS_NEVER where the direction is sound. */
#define FAULTS_HALF_OPEN_BYTES 65536
uint64_t faults_half_open_byte(const struct faults *faults, uint64_t connection,
                               enum faults_direction direction);

#endif
