#include "core/obs/http/metrics_server.h"

#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define TEXT_BYTES_MAX       ((size_t)64 << 20)
#define CONNECTIONS_MAX      16
#define CONNECTION_TIMEOUT_S 10
#define CONNECTION_BYTES_MAX ((size_t)16 << 10)

struct ls_metrics_server {
    struct MHD_Daemon *daemon;
    char address[LS_ADDRESS_TEXT_MAX];
    pthread_mutex_t lock;
    struct ls_buf text; /* what is served */
};

/* ---- answers */

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *type,
                              const void *text, size_t size)
{
    /* the library reads the bytes only, whatever its prototype says, and copies them */
    struct MHD_Response *response = MHD_create_response_from_buffer(size, (void *)(uintptr_t)text,
                                                                    MHD_RESPMEM_MUST_COPY);
    if (!response) {
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    }
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer_text(struct MHD_Connection *connection, unsigned status,
                                   const char *text)
{
    return answer(connection, status, "text/plain; charset=utf-8", text, strlen(text));
}

static enum MHD_Result answer_metrics(struct ls_metrics_server *server,
                                      struct MHD_Connection *connection)
{
    pthread_mutex_lock(&server->lock);
    enum MHD_Result result = answer(
        connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
        server->text.size ? (const void *)server->text.data : "", server->text.size);
    pthread_mutex_unlock(&server->lock);
    return result;
}

/* Called twice for a request: with its heading, then when all of it is there. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *upload, size_t *upload_size, void **request)
{
    static char seen;
    (void)version;
    (void)upload;
    if (!*request) {
        *request = &seen;
        return MHD_YES;
    }
    if (*upload_size) { /* nobody asked for it */
        *upload_size = 0;
        return MHD_YES;
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        return answer_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or HEAD\n");
    }
    if (strcmp(path, "/metrics") == 0) {
        return answer_metrics(context, connection);
    }
    return strcmp(path, "/healthz") == 0
               ? answer_text(connection, MHD_HTTP_OK, "ok\n")
               : answer_text(connection, MHD_HTTP_NOT_FOUND, "try /metrics or /healthz\n");
}

int ls_metrics_server_publish(struct ls_metrics_server *server, const void *text, size_t size,
                              struct ls_error *err)
{
    pthread_mutex_lock(&server->lock);
    server->text.size = 0;
    int rc = ls_buf_append(&server->text, text, size, err);
    pthread_mutex_unlock(&server->lock);
    return rc;
}

/* ---- where it listens */

static int not_an_address(const char *address, struct ls_error *err)
{
    return ls_error_set(err, LS_E_USAGE,
                        "`%.100s` is no place to listen: write PORT (0 to 65535; 0 takes a free "
                        "one) or HOST:PORT, as in 9464, 0.0.0.0:9464 or [::1]:9464",
                        address);
}

static bool is_port(const char *text)
{
    unsigned long port = 0;
    size_t size = strlen(text);
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9' || size > 5) {
            return false;
        }
        port = port * 10 + (unsigned long)(text[i] - '0');
    }
    return size > 0 && port <= 65535;
}

/* "HOST:PORT" apart, the brackets of an IPv6 address taken away. */
static int split(const char *address, char host[NI_MAXHOST], const char **port,
                 struct ls_error *err)
{
    const char *colon = strrchr(address, ':');
    const char *begin = address;
    size_t size = colon ? (size_t)(colon - address) : 0;
    *port = colon ? colon + 1 : address;
    if (size >= 2 && address[0] == '[' && colon[-1] == ']') {
        begin++;
        size -= 2;
    } else if (colon && memchr(address, ':', size)) { /* an IPv6 address without them */
        return not_an_address(address, err);
    }
    if (!is_port(*port) || (colon && size == 0) || size >= NI_MAXHOST) {
        return not_an_address(address, err);
    }
    snprintf(host, NI_MAXHOST, "%.*s", (int)size, begin);
    if (!colon) {
        snprintf(host, NI_MAXHOST, "127.0.0.1");
    }
    return 0;
}

static int refuse(const char *address, int errnum, struct ls_error *err)
{
    return ls_error_errno(err, LS_E_IO, errnum,
                          "nobody can listen at %.100s (another port, or 0 for a free one, may do)",
                          address);
}

static int open_socket(const char *address, int *out, struct ls_error *err)
{
    char host[NI_MAXHOST];
    const char *port;
    const struct addrinfo want = {.ai_socktype = SOCK_STREAM,
                                  .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found;
    int rc = split(address, host, &port, err);
    if (rc < 0) {
        return rc;
    }
    rc = getaddrinfo(host, port, &want, &found);
    if (rc != 0) {
        return ls_error_set(err, LS_E_IO, "nobody knows the host `%.100s`: %s", host,
                            gai_strerror(rc));
    }
    int on = 1;
    int fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
    rc = fd < 0 ? refuse(address, errno, err) : 0;
    if (rc == 0 && (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
                    bind(fd, found->ai_addr, found->ai_addrlen) < 0 || listen(fd, 64) < 0)) {
        rc = refuse(address, errno, err);
        ls_file_close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    *out = fd;
    return rc;
}

/* What the system made of it: with the port that it chose. */
static int name_socket(int fd, char out[LS_ADDRESS_TEXT_MAX], struct ls_error *err)
{
    struct sockaddr_storage at;
    socklen_t size = sizeof at;
    char host[INET6_ADDRSTRLEN];
    char port[8];
    if (getsockname(fd, (struct sockaddr *)&at, &size) < 0 ||
        getnameinfo((struct sockaddr *)&at, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return ls_error_set(err, LS_E_IO, "the system does not say where a socket listens");
    }
    snprintf(out, LS_ADDRESS_TEXT_MAX, at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
    return 0;
}

/* ---- begin and end */

int ls_metrics_server_start(const char *address, struct ls_metrics_server **out,
                            struct ls_error *err)
{
    int fd = -1;
    *out = NULL;
    struct ls_metrics_server *server = ls_mem_new(1, sizeof *server, err);
    if (!server) {
        return err->code;
    }
    ls_buf_init(&server->text, "metrics that are served", TEXT_BYTES_MAX);
    pthread_mutex_init(&server->lock, NULL);
    int rc = open_socket(address, &fd, err);
    rc = rc < 0 ? rc : name_socket(fd, server->address, err);
    if (rc == 0) {
        server->daemon = MHD_start_daemon(
            MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, server,
            MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_TIMEOUT_S,
            MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES_MAX, MHD_OPTION_END);
        rc = server->daemon
                 ? 0
                 : ls_error_set(err, LS_E_NOMEM, "the system refuses to start what serves metrics");
        fd = server->daemon ? -1 : fd; /* the daemon closes it */
    }
    if (fd >= 0) {
        ls_file_close(fd);
    }
    if (rc < 0) {
        ls_metrics_server_stop(server);
        return rc;
    }
    *out = server;
    return 0;
}

const char *ls_metrics_server_address(const struct ls_metrics_server *server)
{
    return server->address;
}

void ls_metrics_server_stop(struct ls_metrics_server *server)
{
    if (!server) {
        return;
    }
    if (server->daemon) {
        MHD_stop_daemon(server->daemon);
    }
    pthread_mutex_destroy(&server->lock);
    ls_buf_clear(&server->text);
    ls_mem_free(server);
}
