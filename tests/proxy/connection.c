#include "tests/proxy/connection.h"

#include "core/base/mem.h"

#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ARRIVE_NS UINT64_C(200000000) /* a reset waits so long for what was sent before it */
#define LOOK_NS   UINT64_C(500000)    /* and looks so often */

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* a + b, where FAULTS_NEVER stays that. */
static uint64_t later_by(uint64_t a, uint64_t b)
{
    return b == FAULTS_NEVER ? b : a + b;
}

struct connection *connection_new(const struct faults *faults, struct counts *counts,
                                  uint64_t number, const int fds[2], uint64_t now_ns,
                                  struct ls_error *err)
{
    struct connection *c = ls_mem_new(1, sizeof *c, err);
    uint8_t *rings = c ? ls_mem_new(2, RING_BYTES, err) : NULL;
    if (!rings) {
        ls_mem_free(c);
        return NULL;
    }
    c->faults = faults;
    c->counts = counts;
    c->number = number;
    c->reset_ns = later_by(now_ns, faults_reset_ns(faults, number));
    c->stall_ns = later_by(now_ns, faults_stall_ns(faults, number, 0));
    for (enum faults_direction d = FAULTS_UP; d <= FAULTS_DOWN; d++) {
        c->fds[d] = fds[d];
        c->ways[d].ring = rings + (size_t)d * RING_BYTES;
        c->ways[d].reset_byte = faults_reset_byte(faults, number, d);
        c->ways[d].half_open_byte = faults_half_open_byte(faults, number, d);
        c->ways[d].slice_end = faults_slice(faults, number, d, 0);
    }
    return c;
}

void connection_free(struct connection *c)
{
    close(c->fds[0]);
    close(c->fds[1]);
    ls_mem_free(c->ways[0].ring);
    ls_mem_free(c);
}

/* Closing a socket then sends RST. */
static void reset_at_close(struct connection *c)
{
    const struct linger linger = {1, 0};
    for (int side = 0; side < 2; side++) {
        setsockopt(c->fds[side], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
}

/* ---- reading */

static bool has_room(const struct way *way)
{
    return way->swallowed || (way->taken - way->given < RING_BYTES &&
                              way->next_chunk - way->first_chunk < CHUNKS_MAX);
}

static void push_chunk(struct connection *c, enum faults_direction d, uint64_t now_ns)
{
    struct way *way = &c->ways[d];
    uint64_t delay = faults_delay_ns(c->faults, c->number, d, way->next_chunk);
    uint64_t at_ns = now_ns + delay;
    c->counts->delays += delay > 0;
    way->last_at_ns = at_ns > way->last_at_ns ? at_ns : way->last_at_ns;
    way->chunks[way->next_chunk++ % CHUNKS_MAX] = (struct chunk){way->taken, way->last_at_ns};
}

/* From now on. */
static void swallow(struct way *way)
{
    way->swallowed = true;
    way->given = way->taken;
    way->first_chunk = way->next_chunk;
}

/* What failed is over for both ends; of a connection that is half open the other end is not told.
 */
static bool fail(struct connection *c)
{
    if (!c->half_open) {
        reset_at_close(c);
    }
    return c->half_open;
}

/* False: the connection is over. */
static bool take(struct connection *c, enum faults_direction d, uint64_t now_ns)
{
    struct way *way = &c->ways[d];
    uint8_t dropped[4096];
    size_t at = (size_t)(way->taken % RING_BYTES);
    uint64_t room = earlier(RING_BYTES - (way->taken - way->given), RING_BYTES - at);
    ssize_t size = way->swallowed ? recv(c->fds[d], dropped, sizeof dropped, MSG_DONTWAIT)
                                  : recv(c->fds[d], way->ring + at, (size_t)room, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
        return true;
    }
    if (size < 0 && !fail(c)) {
        return false;
    }
    way->ended = size <= 0;
    if (!way->swallowed) { /* the end is on its way as long as bytes are */
        way->taken += size > 0 ? (uint64_t)size : 0;
        push_chunk(c, d, now_ns);
    }
    return true;
}

/* ---- writing */

/* Is this a byte at which something happens? True: nothing more is to be given in this step. */
static bool arrive(struct connection *c, enum faults_direction d, uint64_t now_ns)
{
    struct way *way = &c->ways[d];
    bool sliced = way->given == way->slice_end;
    if (sliced) { /* the next one is another packet, and finds whoever reads elsewhere */
        c->counts->slices++;
        way->slice_end += faults_slice(c->faults, c->number, d, ++way->next_slice);
    }
    if (way->given == way->reset_byte && !c->reset_now_ns) {
        c->counts->resets_by_byte++;
        c->reset_now_ns = now_ns + ARRIVE_NS;
    } else if (way->given == way->half_open_byte) {
        c->counts->half_opens++;
        c->half_open = true;
        swallow(way);
    }
    return sliced || c->reset_now_ns || way->swallowed;
}

/* Gives bytes up to `end`. False: no more in this step. */
static bool give(struct connection *c, enum faults_direction d, uint64_t end, uint64_t now_ns)
{
    struct way *way = &c->ways[d];
    while (way->given < end) {
        size_t at = (size_t)(way->given % RING_BYTES);
        uint64_t next = earlier(earlier(end, way->slice_end),
                                earlier(way->reset_byte, way->half_open_byte));
        uint64_t size = earlier(next - way->given, RING_BYTES - at);
        ssize_t sent = send(c->fds[!d], way->ring + at, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL);
        way->blocked = sent < 0 && (errno == EAGAIN || errno == EINTR);
        way->failed = sent < 0 && !way->blocked;
        if (sent < 0) {
            return false;
        }
        way->given += (uint64_t)sent;
        c->counts->bytes[d] += (uint64_t)sent;
        if (arrive(c, d, now_ns)) {
            return false;
        }
    }
    return true;
}

/* False: the connection is over. */
static bool give_due(struct connection *c, enum faults_direction d, uint64_t now_ns)
{
    struct way *way = &c->ways[d];
    bool more = true;
    way->blocked = false;
    while (more && way->first_chunk < way->next_chunk) {
        const struct chunk *chunk = &way->chunks[way->first_chunk % CHUNKS_MAX];
        more = chunk->at_ns <= now_ns && give(c, d, chunk->end, now_ns);
        way->first_chunk += more;
    }
    if (way->failed && !way->swallowed) {
        swallow(way);
        return fail(c);
    }
    if (way->ended && !way->told && !way->swallowed && way->first_chunk == way->next_chunk) {
        shutdown(c->fds[!d], SHUT_WR);
        way->told = true;
    }
    return true;
}

/* ---- both */

static bool all_arrived(const struct connection *c)
{
    for (int side = 0; side < 2; side++) {
        int waiting = 0;
        if (ioctl(c->fds[side], SIOCOUTQ, &waiting) == 0 && waiting > 0) {
            return false;
        }
    }
    return true;
}

uint64_t connection_wait(const struct connection *c, uint64_t now_ns, struct pollfd polls[2])
{
    bool still = c->reset_now_ns || c->stalled_until_ns;
    uint64_t until = earlier(c->reset_ns, c->stalled_until_ns ? c->stalled_until_ns : c->stall_ns);
    for (int side = 0; side < 2; side++) {
        const struct way *in = &c->ways[side];
        const struct way *out = &c->ways[!side];
        short events = 0;
        if (!still && !in->ended && has_room(in) && c->connected) {
            events |= POLLIN;
        }
        if (!still && (out->blocked || (side == 1 && !c->connected))) {
            events |= POLLOUT;
        }
        if (!still && c->connected && !in->blocked && in->first_chunk < in->next_chunk) {
            until = earlier(until, in->chunks[in->first_chunk % CHUNKS_MAX].at_ns);
        }
        /* without a wish it is not looked at: what has gone away would wake us again and again */
        polls[side] = (struct pollfd){events ? c->fds[side] : -1, events, 0};
    }
    return c->reset_now_ns ? earlier(until, now_ns + LOOK_NS) : until;
}

/* Has a stall begun or ended? True while one lasts. */
static bool stalls(struct connection *c, uint64_t now_ns)
{
    if (c->stalled_until_ns && now_ns >= c->stalled_until_ns) {
        uint64_t gap = faults_stall_ns(c->faults, c->number, ++c->next_stall);
        c->stall_ns = later_by(now_ns, gap);
        c->stalled_until_ns = 0;
    } else if (!c->stalled_until_ns && now_ns >= c->stall_ns) {
        c->counts->stalls++;
        c->stalled_until_ns = now_ns + c->faults->stall_for_ns;
    }
    return c->stalled_until_ns;
}

bool connection_lingers(const struct connection *c)
{
    return c->half_open && c->ways[0].ended && c->ways[1].ended;
}

/* Has the other end taken or refused the connection? */
static bool has_connected(struct connection *c, const struct pollfd *poll)
{
    int code = 0;
    socklen_t size = sizeof code;
    struct sockaddr_storage peer;
    socklen_t peer_size = sizeof peer;
    if (!poll->revents) {
        return true;
    }
    if (getsockopt(c->fds[1], SOL_SOCKET, SO_ERROR, &code, &size) != 0 || code ||
        getpeername(c->fds[1], (struct sockaddr *)&peer, &peer_size) != 0) {
        c->counts->refused++;
        reset_at_close(c);
        return false;
    }
    c->connected = true;
    return true;
}

bool connection_step(struct connection *c, uint64_t now_ns, const struct pollfd polls[2])
{
    bool lives = true;
    if (!c->connected && !has_connected(c, &polls[1])) {
        return false;
    }
    if (now_ns >= c->reset_ns && !c->reset_now_ns) {
        c->counts->resets_by_time++;
        c->reset_now_ns = now_ns; /* whatever is under way */
    }
    if (c->reset_now_ns) {
        if (now_ns < c->reset_now_ns && !all_arrived(c)) {
            return true;
        }
        reset_at_close(c);
        return false;
    }
    if (stalls(c, now_ns) || !c->connected) {
        return true;
    }
    for (enum faults_direction d = FAULTS_UP; lives && d <= FAULTS_DOWN; d++) {
        lives = !polls[d].revents || c->ways[d].ended || !has_room(&c->ways[d]) ||
                take(c, d, now_ns);
        lives = lives && give_due(c, d, now_ns);
    }
    return lives && (c->half_open || !c->ways[0].told || !c->ways[1].told);
}
