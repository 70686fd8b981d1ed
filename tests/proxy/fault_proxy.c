/* A TCP proxy between a program and whom it talks to, which delays, slices, stalls, resets and half
 * closes their connections as a seed says (faults.h). It prints `ready 127.0.0.1:PORT` once it
 * listens, and at SIGTERM or SIGINT one line of counts. */
#include "tests/proxy/connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 256 /* at a time: others wait to be accepted */

struct proxy {
    struct faults faults;
    struct addrinfo *to;
    int listener;
    struct connection *connections[CONNECTIONS_MAX];
    size_t count;
    struct counts counts;
};

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
    stopped = number;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int open_listener(struct proxy *proxy, struct ls_error *err)
{
    const int on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(proxy->faults.listen),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    proxy->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (proxy->listener < 0 ||
        setsockopt(proxy->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(proxy->listener, (const struct sockaddr *)&at, sizeof at) != 0 ||
        listen(proxy->listener, CONNECTIONS_MAX) != 0 ||
        getsockname(proxy->listener, (struct sockaddr *)&at, &size) != 0) {
        return ls_error_errno(err, LS_E_IO, errno,
                              "cannot listen on 127.0.0.1:%d: give another --listen",
                              proxy->faults.listen);
    }
    printf("ready 127.0.0.1:%d\n", ntohs(at.sin_port));
    return fflush(stdout) == 0 ? 0 : ls_error_errno(err, LS_E_IO, errno, "the standard output");
}

static int find_end(struct proxy *proxy, struct ls_error *err)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    int code = getaddrinfo(proxy->faults.host, proxy->faults.port, &hints, &proxy->to);
    return code ? ls_error_set(err, LS_E_USAGE, "--to %s: %s", proxy->faults.host,
                               gai_strerror(code))
                : 0;
}

/* A socket that connects; negative where the system has none. One that is refused at once says so
 * when it is asked, as others do later. */
static int connect_on(const struct proxy *proxy)
{
    const struct addrinfo *to = proxy->to;
    int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        (void)connect(fd, to->ai_addr, to->ai_addrlen);
    }
    return fd;
}

static int accept_one(struct proxy *proxy, struct ls_error *err)
{
    const int on = 1;
    int fds[2];
    fds[0] = accept4(proxy->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fds[0] < 0) {
        return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED
                   ? 0
                   : ls_error_errno(err, LS_E_IO, errno, "accept");
    }
    fds[1] = connect_on(proxy);
    if (fds[1] < 0) {
        return ls_error_errno(err, LS_E_IO, errno, "socket");
    }
    for (int side = 0; side < 2; side++) { /* a slice is a packet */
        setsockopt(fds[side], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    struct connection *connection = connection_new(&proxy->faults, &proxy->counts,
                                                   proxy->counts.connections++, fds, now_ns(), err);
    if (!connection) {
        return err->code;
    }
    proxy->connections[proxy->count++] = connection;
    return 0;
}

static void remove_at(struct proxy *proxy, size_t i)
{
    connection_free(proxy->connections[i]);
    proxy->connections[i] = proxy->connections[--proxy->count];
}

static void make_room(struct proxy *proxy)
{
    for (size_t i = 0; proxy->count == CONNECTIONS_MAX && i < proxy->count; i++) {
        if (connection_lingers(proxy->connections[i])) {
            remove_at(proxy, i);
        }
    }
}

/* Waits for anything; the signals are let in here alone. */
static int wait_for(struct pollfd *polls, size_t count, uint64_t until_ns, const sigset_t *open,
                    struct ls_error *err)
{
    uint64_t now = now_ns();
    uint64_t left = until_ns > now ? until_ns - now : 0;
    const struct timespec timeout = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
    int got = ppoll(polls, count, until_ns == FAULTS_NEVER ? NULL : &timeout, open);
    if (got < 0 && errno != EINTR) {
        return ls_error_errno(err, LS_E_IO, errno, "ppoll");
    }
    for (size_t i = 0; got <= 0 && i < count; i++) {
        polls[i].revents = 0;
    }
    return 0;
}

static int run(struct proxy *proxy, const sigset_t *open, struct ls_error *err)
{
    struct pollfd polls[2 * CONNECTIONS_MAX + 1];
    int rc = 0;
    while (rc == 0 && !stopped) {
        uint64_t until = FAULTS_NEVER;
        uint64_t now = now_ns();
        make_room(proxy);
        size_t count = proxy->count;
        for (size_t i = 0; i < count; i++) {
            uint64_t of = connection_wait(proxy->connections[i], now, &polls[2 * i]);
            until = of < until ? of : until;
        }
        polls[2 * count] = (struct pollfd){count < CONNECTIONS_MAX ? proxy->listener : -1, POLLIN,
                                           0};
        rc = wait_for(polls, 2 * count + 1, until, open, err);
        bool more = polls[2 * count].revents;
        now = now_ns();
        for (size_t i = count;
             rc == 0 && i-- > 0;) { /* from the end: the last takes a free place */
            if (!connection_step(proxy->connections[i], now, &polls[2 * i])) {
                remove_at(proxy, i);
            }
        }
        rc = rc == 0 && more ? accept_one(proxy, err) : rc;
    }
    return rc;
}

static void print_counts(const struct counts *c)
{
    printf("connections=%llu refused=%llu up=%llu down=%llu delays=%llu slices=%llu "
           "resets_by_byte=%llu resets_by_time=%llu stalls=%llu half_opens=%llu\n",
           (unsigned long long)c->connections, (unsigned long long)c->refused,
           (unsigned long long)c->bytes[FAULTS_UP], (unsigned long long)c->bytes[FAULTS_DOWN],
           (unsigned long long)c->delays, (unsigned long long)c->slices,
           (unsigned long long)c->resets_by_byte, (unsigned long long)c->resets_by_time,
           (unsigned long long)c->stalls, (unsigned long long)c->half_opens);
}

int main(int argc, char **argv)
{
    static struct proxy proxy;
    struct ls_error err = {0};
    struct sigaction action = {.sa_handler = on_stop};
    sigset_t stop;
    sigset_t before;
    sigemptyset(&action.sa_mask);
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, &before);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    int rc = faults_read(argc, argv, &proxy.faults, &err);
    rc = rc < 0 ? rc : find_end(&proxy, &err);
    rc = rc < 0 ? rc : open_listener(&proxy, &err);
    if (rc == 0) {
        rc = run(&proxy, &before, &err);
        print_counts(&proxy.counts);
    }
    for (size_t i = 0; i < proxy.count; i++) {
        connection_free(proxy.connections[i]);
    }
    if (proxy.to) {
        freeaddrinfo(proxy.to);
    }
    if (rc < 0) {
        (void)fprintf(stderr, "fault_proxy: %s\n", err.text);
    }
    return -rc;
}
