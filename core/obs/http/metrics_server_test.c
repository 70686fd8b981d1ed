#include "core/obs/http/metrics_server.h"

#include "core/base/mem.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct ls_error err;
static char got[1U << 20];

static struct ls_metrics_server *start(const char *address)
{
    struct ls_metrics_server *server;
    if (ls_metrics_server_start(address, &server, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return server;
}

static unsigned port_of(const struct ls_metrics_server *server)
{
    return (unsigned)strtoul(strrchr(ls_metrics_server_address(server), ':') + 1, NULL, 10);
}

/* What a client gets that sends this, up to the end. */
static const char *ask(const struct ls_metrics_server *server, const char *request)
{
    size_t size = 0;
    ssize_t more = 1;
    const struct sockaddr_in at = {.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port_of(server)),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(write(fd, request, strlen(request)), strlen(request));
    for (; more > 0; size += (size_t)more) {
        more = read(fd, got + size, sizeof got - 1 - size);
        assert_true(more >= 0);
    }
    close(fd);
    got[size] = '\0';
    return got;
}

#define CLOSE " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"

static void metrics_and_health_are_served(void **state)
{
    (void)state;
    static const struct {
        const char *request, *status, *body;
        const char *header;
    } cases[] = {
        {"GET /metrics" CLOSE "\r\n", "200", "a_total 1\n", "version=0.0.4"},
        {"GET /metrics?x=1" CLOSE "\r\n", "200", "a_total 1\n", "text/plain"},
        {"HEAD /metrics" CLOSE "\r\n", "200", "", "Content-Length: 10"},
        {"GET /healthz" CLOSE "\r\n", "200", "ok\n", "text/plain"},
        {"GET /" CLOSE "\r\n", "404", "try /metrics or /healthz\n", "text/plain"},
        {"GET /metrics/" CLOSE "\r\n", "404", "try /metrics or /healthz\n", "text/plain"},
        {"DELETE /metrics" CLOSE "\r\n", "405", "GET or HEAD\n", "Allow: GET, HEAD"},
        {"POST /metrics" CLOSE "Content-Length: 3\r\n\r\nabc", "405", "GET or HEAD\n", "Allow"},
    };
    struct ls_metrics_server *server = start("0");
    assert_memory_equal(ls_metrics_server_address(server), "127.0.0.1:", 10);
    assert_non_null(strstr(ask(server, cases[0].request), "Content-Length: 0\r\n"));
    assert_int_equal(ls_metrics_server_publish(server, "older 12345\n", 12, &err), 0);
    assert_int_equal(ls_metrics_server_publish(server, "a_total 1\n", 10, &err), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *answer = ask(server, cases[i].request);
        const char *body = strstr(answer, "\r\n\r\n");
        assert_memory_equal(answer, "HTTP/1.1 ", 9);
        assert_memory_equal(answer + 9, cases[i].status, 3);
        assert_non_null(body);
        assert_string_equal(body + 4, cases[i].body);
        assert_non_null(strstr(answer, cases[i].header));
    }
    ls_metrics_server_stop(server);
}

static void a_client_that_says_nothing_is_no_hindrance(void **state)
{
    (void)state;
    struct ls_metrics_server *server = start("127.0.0.1:0");
    const struct sockaddr_in at = {.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port_of(server)),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof at), 0);
    assert_non_null(strstr(ask(server, "GET /healthz" CLOSE "\r\n"), "ok\n"));
    ls_metrics_server_stop(server);
    close(fd);
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",      ":",    "x",         ":9464",     "host:",       "host:http", "99999",
        "65536", "-1",   "1 ",        "127.0.0.1", "::1:9464",    "[]:1",      "[::1]",
        "1:2:3", "0x10", "000000000", "[::1:9",    "127.0.0.1:-1"};
    struct ls_metrics_server *server;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(ls_metrics_server_start(wrong[i], &server, &err), LS_E_USAGE);
        assert_null(server);
        assert_non_null(strstr(err.text, "HOST:PORT"));
    }
    assert_int_equal(ls_metrics_server_start("a..b:1", &server, &err), LS_E_IO);
}

static void a_port_that_is_taken_is_refused(void **state)
{
    (void)state;
    struct ls_metrics_server *server = start("127.0.0.1:0");
    struct ls_metrics_server *other;
    assert_int_equal(ls_metrics_server_start(ls_metrics_server_address(server), &other, &err),
                     LS_E_IO);
    assert_null(other);
    assert_non_null(strstr(err.text, ls_metrics_server_address(server)));
    ls_metrics_server_stop(server);
}

static void refused_allocations_are_errors(void **state)
{
    (void)state;
    int rc = LS_E_NOMEM;
    for (unsigned long n = 1; rc != 0; n++) {
        struct ls_metrics_server *server;
        ls_mem_refuse(n);
        rc = ls_metrics_server_start("0", &server, &err);
        rc = rc < 0 ? rc : ls_metrics_server_publish(server, "a 1\n", 4, &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        ls_metrics_server_stop(server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_and_health_are_served),
        cmocka_unit_test(a_client_that_says_nothing_is_no_hindrance),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(a_port_that_is_taken_is_refused),
        cmocka_unit_test(refused_allocations_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
