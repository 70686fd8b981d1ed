/* What registry.c asks with: one request at a time over HTTP, answered in JSON, tried again within
 * the patience. */
#ifndef LS_REGISTRY_CLIENT_H
#define LS_REGISTRY_CLIENT_H

#include "core/base/buf.h"
#include "core/registry/registry.h"

#define LS_REGISTRY_MESSAGE_MAX 300 /* bytes that are kept of what a registry says */

struct ls_registry_client;

struct ls_registry_answer {
    int status;      /* 200 .. 299; or 400 .. 499, of which 401, 403, 407 and 429 are errors */
    json_t *json;    /* of a 2xx; owned, free with ls_registry_answer_clear */
    json_int_t code; /* of a 4xx: its error_code; 0: it has none */
    char message[LS_REGISTRY_MESSAGE_MAX]; /* of a 4xx: in printable characters */
};

/* LS_E_USAGE for options that are none. Connects to nothing. */
int ls_registry_client_new(const struct ls_registry_options *options,
                           struct ls_registry_client **out, struct ls_error *err);
void ls_registry_client_free(struct ls_registry_client *client); /* NULL is legal */

/* Without a slash at its end. */
const char *ls_registry_client_url(const struct ls_registry_client *client);

/* GETs `path`, which is encoded and begins with a slash, or POSTs a text of JSON to it (`body` not
 * NULL). 0 with the answer, which is to be cleared; or LS_E_IO, or LS_E_DATA for one that is no
 * JSON or too large: what was asked, what came, and what to try. One thread at a time. */
int ls_registry_ask(struct ls_registry_client *client, const char *path, const char *body,
                    struct ls_registry_answer *out, struct ls_error *err);
void ls_registry_answer_clear(struct ls_registry_answer *answer);

/* The error of an answer that came, but can't be used: "registry URL: WHAT: " and the text. */
int ls_registry_refuse(const struct ls_registry_client *client, int code, const char *path,
                       struct ls_error *err, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Appends a part of a path, percent-encoded but for letters, digits and `-._~`. */
int ls_registry_encode(struct ls_buf *out, const char *text, struct ls_error *err);

#endif
