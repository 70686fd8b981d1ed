/* Serves the newest metrics by HTTP: GET /metrics (Prometheus' text format) and GET /healthz
 * ("ok", while the program lives). A thread of its own answers; what it serves is the text that was
 * published last, so a scrape never touches the numbers of a run. */
#ifndef LS_HTTP_METRICS_SERVER_H
#define LS_HTTP_METRICS_SERVER_H

#include "core/base/error.h"

#include <stddef.h>

struct ls_metrics_server;

#define LS_ADDRESS_TEXT_MAX 64

/* Listens at "PORT", which is 127.0.0.1's, or "HOST:PORT" ("0.0.0.0:9464", "[::1]:9464"); port 0: a
 * free one. LS_E_USAGE for what is no address, LS_E_IO when nobody can listen there. */
int ls_metrics_server_start(const char *address, struct ls_metrics_server **out,
                            struct ls_error *err);

/* Where it listens: "127.0.0.1:9464". Lives as long as the server. */
const char *ls_metrics_server_address(const struct ls_metrics_server *server);

/* The text is copied, and served from now on. */
int ls_metrics_server_publish(struct ls_metrics_server *server, const void *text, size_t size,
                              struct ls_error *err);

/* Ends the thread when what it answers is answered. NULL is legal. */
void ls_metrics_server_stop(struct ls_metrics_server *server);

#endif
