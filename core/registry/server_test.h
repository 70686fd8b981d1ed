/* An HTTP server for tests: it gives the replies that it is told, one after the other (the last
 * one again and again), and remembers what it was asked. */
#ifndef LS_REGISTRY_SERVER_TEST_H
#define LS_REGISTRY_SERVER_TEST_H

#include "core/obs/clock.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum how {
    WHOLE,
    DROPPED, /* the connection is closed without a word */
    CUT      /* ... and in the midst of the answer */
};

struct reply {
    unsigned status;
    const char *body;
    enum how how;
    unsigned delay_ms;
    const char *header, *value; /* one more; NULL: none */
    size_t size;                /* so many spaces instead of the body; 0: the body */
};

enum { ASKED_MAX = 64 };

struct asked {
    char method[8];
    char path[256]; /* as it was sent */
    char auth[200];
    char type[100];
    char body[8192];
};

struct server {
    struct MHD_Daemon *daemon;
    char url[64];
    pthread_mutex_t lock;
    const struct reply *replies;
    size_t reply_count;
    size_t count; /* requests so far */
    struct asked asked[ASKED_MAX];
};

static ssize_t cut_content(void *context, uint64_t position, char *out, size_t room)
{
    (void)context;
    if (position > 0) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    memset(out, ' ', room < 10 ? room : 10);
    return room < 10 ? (ssize_t)room : 10;
}

static enum MHD_Result give(struct MHD_Connection *connection, const struct reply *reply)
{
    struct MHD_Response *response;
    char *spaces = NULL;
    if (reply->how == DROPPED) {
        return MHD_NO;
    }
    if (reply->how == CUT) {
        response = MHD_create_response_from_callback(1000, 64, cut_content, NULL, NULL);
    } else if (reply->size) {
        spaces = malloc(reply->size);
        memset(spaces, ' ', reply->size);
        response = MHD_create_response_from_buffer(reply->size, spaces, MHD_RESPMEM_MUST_FREE);
    } else {
        response = MHD_create_response_from_buffer(
            strlen(reply->body), (void *)(uintptr_t)reply->body, MHD_RESPMEM_PERSISTENT);
    }
    if (reply->header) {
        MHD_add_response_header(response, reply->header, reply->value);
    }
    enum MHD_Result result = MHD_queue_response(connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static void note(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

/* The path as it came, before anybody decodes it: the request's context. */
static void *on_path(void *context, const char *path, struct MHD_Connection *connection)
{
    (void)context;
    (void)connection;
    struct asked *asked = calloc(1, sizeof *asked);
    note(asked->path, sizeof asked->path, path);
    return asked;
}

static enum MHD_Result on_asked(void *context, struct MHD_Connection *connection, const char *path,
                                const char *method, const char *version, const char *upload,
                                size_t *upload_size, void **request)
{
    struct server *server = context;
    struct asked *asked = *request;
    (void)path;
    (void)version;
    if (!asked->method[0]) {
        note(asked->method, sizeof asked->method, method);
        return MHD_YES;
    }
    if (*upload_size) {
        size_t old = strlen(asked->body);
        size_t room = sizeof asked->body - 1 - old;
        memcpy(asked->body + old, upload, *upload_size < room ? *upload_size : room);
        *upload_size = 0;
        return MHD_YES;
    }
    note(asked->auth, sizeof asked->auth,
         MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization"));
    note(asked->type, sizeof asked->type,
         MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type"));
    pthread_mutex_lock(&server->lock);
    size_t n = server->count++;
    if (n < ASKED_MAX) {
        server->asked[n] = *asked;
    }
    const struct reply reply =
        server->replies[n < server->reply_count ? n : server->reply_count - 1];
    pthread_mutex_unlock(&server->lock);
    ls_clock_sleep_ms(reply.delay_ms);
    return give(connection, &reply);
}

static void on_end(void *context, struct MHD_Connection *connection, void **request,
                   enum MHD_RequestTerminationCode why)
{
    (void)context;
    (void)connection;
    (void)why;
    free(*request);
}

/* Port 0: a free one. `certificate` and `key` are PEM; NULL: without TLS. */
static void server_listen(struct server *server, uint16_t port, const char *certificate,
                          const char *key)
{
    const struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key},
        {MHD_OPTION_END, 0, NULL}};
    const struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    server->daemon = MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
            (certificate ? (unsigned)MHD_USE_TLS : 0U),
        0, NULL, NULL, on_asked, server, MHD_OPTION_SOCK_ADDR, &at, MHD_OPTION_URI_LOG_CALLBACK,
        on_path, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL,
        MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U, MHD_OPTION_ARRAY, certificate ? tls : &tls[2],
        MHD_OPTION_END);
    assert_non_null(server->daemon);
    snprintf(server->url, sizeof server->url, "http%s://127.0.0.1:%u", certificate ? "s" : "",
             MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
}

static void server_init(struct server *server, const struct reply *replies, size_t count)
{
    memset(server, 0, sizeof *server);
    pthread_mutex_init(&server->lock, NULL);
    server->replies = replies;
    server->reply_count = count;
}

static inline void server_start(struct server *server, const struct reply *replies, size_t count)
{
    server_init(server, replies, count);
    server_listen(server, 0, NULL, NULL);
}

static void server_stop(struct server *server)
{
    MHD_stop_daemon(server->daemon);
    pthread_mutex_destroy(&server->lock);
}

#endif
