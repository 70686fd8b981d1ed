#include "core/registry/client.h"

#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/obs/clock.h"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define AUTH_MAX         1000 /* bytes of USER:PASSWORD */
#define URL_MAX          2000
#define ENCODED_MAX      (4 * ((AUTH_MAX + 2) / 3) + 1)
#define PAUSE_FIRST_MS   100
#define PAUSE_MAX_MS     5000
#define CONNECT_MS       5000
#define REQUEST_LEAST_MS 1000 /* a request has, however little the patience */

#define TYPE "application/vnd.schemaregistry.v1+json"

struct ls_registry_client {
    CURL *curl; /* made by the first request */
    struct curl_slist *headers;
    char *url, *auth, *ca_file;
    char auth_encoded[ENCODED_MAX]; /* as a header has it: not to be shown either */
    int64_t patience_ms;
    struct ls_buf body; /* of the answer that comes */
    struct ls_error body_error;
    char curl_text[CURL_ERROR_SIZE];
};

/* What is asked. */
struct request {
    const char *path, *body;
    const char *url; /* all of it */
};

/* What became of an attempt. */
enum verdict { DONE = 0, PASSING = 1 };

/* ---- what is said to people */

/* Takes a secret out of a text. */
static void blot(char *text, const char *secret)
{
    size_t size = secret ? strlen(secret) : 0;
    for (char *at = text; size && (at = strstr(at, secret));) {
        memset(at, '*', size);
        at += size;
    }
}

/* What came from outside, fit for a message: on one line, printable, and without credentials. */
static void make_fit(const struct ls_registry_client *client, const char *text,
                     char out[LS_REGISTRY_MESSAGE_MAX])
{
    char whole[LS_REGISTRY_MESSAGE_MAX + ENCODED_MAX]; /* with all of a secret that begins in it */
    const char *colon = client->auth ? strchr(client->auth, ':') : NULL;
    snprintf(whole, sizeof whole, "%s", text);
    blot(whole, client->auth);
    blot(whole, client->auth ? client->auth_encoded : NULL);
    blot(whole, colon ? colon + 1 : NULL);
    size_t size = strnlen(whole, LS_REGISTRY_MESSAGE_MAX - 1);
    memcpy(out, whole, size);
    out[size] = '\0';
    for (int i = 0; i < 3 && size == LS_REGISTRY_MESSAGE_MAX - 1 - (size_t)i; i++) {
        if (!ls_utf8_valid(out, size)) {
            out[--size] = '\0'; /* a character that was cut */
        }
    }
    bool valid = ls_utf8_valid(out, size);
    for (char *c = out; *c; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte < ' ' || byte == 0x7f || (byte >= 0x80 && !valid)) {
            *c = byte < ' ' ? ' ' : '?';
        }
    }
}

int ls_registry_refuse(const struct ls_registry_client *client, int code, const char *path,
                       struct ls_error *err, const char *format, ...)
{
    char what[LS_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return ls_error_set(err, code, "schema registry %s%s: %s", client->url, path, what);
}

/* ---- opening */

/* Of a URL that may hold a password what can be shown. */
static const char *shown(const char *url)
{
    const char *at = strrchr(url, '@');
    return at ? at + 1 : url;
}

static int check_url(const char *url, struct ls_error *err)
{
    const char *why = NULL;
    const char *host = strstr(url, "://");
    host = host ? host + 3 : "";
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) {
        why = "it begins with neither http:// nor https://";
    } else if (strchr(url, '@')) {
        why = "user and password are set apart: -X registry.basic.auth";
    } else if (host[0] == '\0' || host[0] == '/' || host[0] == ':') {
        why = "it has no host";
    } else if (strlen(url) > URL_MAX) {
        why = "it is longer than 2000 bytes";
    }
    for (const char *c = url; !why && *c; c++) {
        if (*c <= ' ' || *c >= 0x7f || strchr("?#\"<>\\^`{|}", *c)) {
            why = "it holds a character that no such URL has; a path in front is all that may "
                  "follow the host";
        }
    }
    return why ? ls_error_set(err, LS_E_USAGE,
                              "`%.200s` is no URL of a schema registry (%s): write "
                              "http[s]://HOST[:PORT][/PATH], as in http://127.0.0.1:8081 or "
                              "http://127.0.0.1:8080/apis/ccompat/v7",
                              shown(url), why)
               : 0;
}

static int check_auth(const char *auth, struct ls_error *err)
{
    size_t size = auth ? strlen(auth) : 0;
    bool fine = !auth || (size <= AUTH_MAX && auth[0] != ':' && strchr(auth, ':'));
    for (size_t i = 0; i < size; i++) {
        fine = fine && (unsigned char)auth[i] >= ' ' && auth[i] != 0x7f;
    }
    return fine ? 0
                : ls_error_set(err, LS_E_USAGE,
                               "the credentials for the schema registry are not USER:PASSWORD of "
                               "at most %d printable bytes",
                               AUTH_MAX);
}

static char *copy(const char *text, struct ls_error *err)
{
    return ls_mem_copy(text, strlen(text), err);
}

int ls_registry_client_new(const struct ls_registry_options *options,
                           struct ls_registry_client **out, struct ls_error *err)
{
    *out = NULL;
    int rc = check_url(options->url, err);
    rc = rc < 0 ? rc : check_auth(options->auth, err);
    if (rc < 0) {
        return rc;
    }
    struct ls_registry_client *client = ls_mem_new(1, sizeof *client, err);
    if (!client) {
        return err->code;
    }
    ls_buf_init(&client->body, "answer of a schema registry (LS_REGISTRY_ANSWER_MAX)",
                LS_REGISTRY_ANSWER_MAX);
    client->patience_ms = options->patience_ms;
    client->url = copy(options->url, err);
    client->auth = options->auth && client->url ? copy(options->auth, err) : NULL;
    client->ca_file = options->ca_file && client->url ? copy(options->ca_file, err) : NULL;
    if (!client->url || (options->auth && !client->auth) ||
        (options->ca_file && !client->ca_file)) {
        ls_registry_client_free(client);
        return err->code;
    }
    for (size_t end = strlen(client->url); client->url[end - 1] == '/'; end--) {
        client->url[end - 1] = '\0';
    }
    if (client->auth) {
        EVP_EncodeBlock((unsigned char *)client->auth_encoded, (const unsigned char *)client->auth,
                        (int)strlen(client->auth));
    }
    *out = client;
    return 0;
}

void ls_registry_client_free(struct ls_registry_client *client)
{
    if (!client) {
        return;
    }
    curl_easy_cleanup(client->curl);
    curl_slist_free_all(client->headers);
    ls_buf_clear(&client->body);
    ls_mem_free(client->url);
    ls_mem_free(client->auth);
    ls_mem_free(client->ca_file);
    ls_mem_free(client);
}

const char *ls_registry_client_url(const struct ls_registry_client *client)
{
    return client->url;
}

/* ---- libcurl */

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct ls_registry_client *client = context;
    return ls_buf_append(&client->body, bytes, size * count, &client->body_error) < 0
               ? 0
               : size * count;
}

static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT); /* what fails here fails with the handle, and is told */
}

static int no_curl(struct ls_error *err)
{
    return ls_error_set(err, LS_E_NOMEM, "the system refuses memory for libcurl");
}

static bool add_header(struct ls_registry_client *client, const char *line)
{
    struct curl_slist *longer = curl_slist_append(client->headers, line);
    client->headers = longer ? longer : client->headers;
    return longer != NULL;
}

/* What all requests have in common. */
static int make_handle(struct ls_registry_client *client, struct ls_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    CURL *curl = curl_easy_init();
    unsigned failed = 0;
    if (!curl) {
        return no_curl(err);
    }
    client->curl = curl;
    if (!client->headers) {
        failed |= !add_header(client, "Accept: " TYPE ", application/json") ||
                  !add_header(client, "Content-Type: " TYPE) || !add_header(client, "Expect:");
    }
    failed |= curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->curl_text);
    failed |= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    failed |= curl_easy_setopt(curl, CURLOPT_WRITEDATA, client);
    failed |= curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers);
    failed |= curl_easy_setopt(curl, CURLOPT_USERAGENT, "lockstep");
    failed |= curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    failed |= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    failed |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    failed |= curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    if (client->auth) {
        failed |= curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        failed |= curl_easy_setopt(curl, CURLOPT_USERPWD, client->auth);
    }
    if (client->ca_file) {
        failed |= curl_easy_setopt(curl, CURLOPT_CAINFO, client->ca_file);
    }
    if (failed) {
        curl_easy_cleanup(curl);
        client->curl = NULL;
        return no_curl(err);
    }
    return 0;
}

/* And this one. */
static int make_request(struct ls_registry_client *client, const struct request *request,
                        long timeout_ms, struct ls_error *err)
{
    unsigned failed = 0;
    if (!client->curl) {
        int rc = make_handle(client, err);
        if (rc < 0) {
            return rc;
        }
    }
    CURL *curl = client->curl;
    client->body.size = 0;
    client->body_error.code = 0;
    client->curl_text[0] = '\0';
    failed |= curl_easy_setopt(curl, CURLOPT_URL, request->url);
    failed |= curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    failed |= curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                               timeout_ms < CONNECT_MS ? timeout_ms : (long)CONNECT_MS);
    if (request->body) {
        failed |= curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                                   (curl_off_t)strlen(request->body));
        failed |= curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    } else {
        failed |= curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    }
    return failed ? no_curl(err) : 0;
}

/* ---- what came of it */

static bool is_passing(CURLcode code)
{
    return code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
           code == CURLE_COULDNT_CONNECT || code == CURLE_OPERATION_TIMEDOUT ||
           code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
           code == CURLE_PARTIAL_FILE || code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM;
}

static const char *advice_of(CURLcode code)
{
    switch ((int)code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return "name the file with its authority's certificate: -X registry.ca.location=FILE";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return "is it http:// or https://, and does a schema registry listen there?";
    default:
        return "is it up, and the URL right? -X registry.patience=2m waits longer";
    }
}

static int no_answer(struct ls_registry_client *client, const struct request *request,
                     CURLcode code, struct ls_error *err)
{
    char text[LS_REGISTRY_MESSAGE_MAX];
    if (code == CURLE_WRITE_ERROR && client->body_error.code) {
        *err = client->body_error;
        return ls_error_prefix(err, "schema registry %s%s", client->url, request->path);
    }
    if (code == CURLE_OUT_OF_MEMORY) {
        return no_curl(err);
    }
    make_fit(client, *client->curl_text ? client->curl_text : curl_easy_strerror(code), text);
    ls_registry_refuse(client, LS_E_IO, request->path, err, "%s; %s", text, advice_of(code));
    return is_passing(code) ? PASSING : err->code;
}

static int redirected(struct ls_registry_client *client, const struct request *request,
                      struct ls_error *err)
{
    char text[LS_REGISTRY_MESSAGE_MAX];
    char *to = NULL;
    curl_easy_getinfo(client->curl, CURLINFO_REDIRECT_URL, &to);
    make_fit(client, to ? shown(to) : "somewhere else", text);
    return ls_registry_refuse(client, LS_E_IO, request->path, err,
                              "it sends its clients to %s, where credentials are not sent along: "
                              "if that is the registry, give its URL",
                              text);
}

/* What a registry calls its refusal. */
static void hear(const struct ls_registry_client *client, struct ls_registry_answer *out)
{
    json_error_t where;
    json_t *json = json_loadb((const char *)client->body.data, client->body.size, 0, &where);
    const char *text = json_string_value(json_object_get(json, "message"));
    out->code = json_integer_value(json_object_get(json, "error_code"));
    make_fit(client, text ? text : "", out->message);
    json_decref(json);
}

static int read_answer(struct ls_registry_client *client, const struct request *request,
                       struct ls_registry_answer *out, struct ls_error *err)
{
    json_error_t where;
    const char *path = request->path;
    out->json = json_loadb((const char *)client->body.data, client->body.size, 0, &where);
    if (!out->json && json_error_code(&where) == json_error_out_of_memory) {
        return ls_error_nomem(err, client->body.size);
    }
    return out->json ? DONE
                     : ls_registry_refuse(client, LS_E_DATA, path, err,
                                          "what it answers is no JSON (at byte %d): does a schema "
                                          "registry listen there, and is the path in front of its "
                                          "interface in the URL, such as /apis/ccompat/v7?",
                                          where.position);
}

/* One of 2xx, or of those 4xx that are answers. */
static int judge(struct ls_registry_client *client, const struct request *request,
                 struct ls_registry_answer *out, struct ls_error *err)
{
    long status = 0;
    const char *path = request->path;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    out->status = (int)status;
    if (status >= 200 && status < 300) {
        return read_answer(client, request, out, err);
    }
    if (status >= 300 && status < 400) {
        return redirected(client, request, err);
    }
    hear(client, out);
    char said[LS_REGISTRY_MESSAGE_MAX + 100];
    snprintf(said, sizeof said, "it answers %ld%s%s", status, *out->message ? ": " : "",
             out->message);
    if (status == 401 || status == 403 || status == 407) {
        return ls_registry_refuse(client, LS_E_IO, path, err, "%s; %s", said,
                                  status == 407 ? "the proxy wants to know who asks"
                                  : client->auth
                                      ? "are the credentials of -X registry.basic.auth right, and "
                                        "may they do this?"
                                      : "set credentials: -X registry.basic.auth=USER:PASSWORD");
    }
    if (status >= 400 && status < 500 && status != 429) {
        return DONE;
    }
    ls_registry_refuse(client, LS_E_IO, path, err,
                       "%s; its own log says why, and -X registry.patience=2m waits longer", said);
    return status == 429 || (status >= 500 && status < 600) ? PASSING : err->code;
}

/* How long a request may take: a part of the patience, so that another can follow. */
static long timeout_of(const struct ls_registry_client *client)
{
    int64_t part = client->patience_ms / 3;
    return part == 0 || part > LS_REGISTRY_REQUEST_MS ? LS_REGISTRY_REQUEST_MS
           : part < REQUEST_LEAST_MS                  ? REQUEST_LEAST_MS
                                                      : (long)part;
}

static int attempt(struct ls_registry_client *client, const struct request *request,
                   struct ls_registry_answer *out, struct ls_error *err)
{
    *out = (struct ls_registry_answer){0};
    int rc = make_request(client, request, timeout_of(client), err);
    if (rc < 0) {
        return rc;
    }
    CURLcode code = curl_easy_perform(client->curl);
    return code == CURLE_OK ? judge(client, request, out, err)
                            : no_answer(client, request, code, err);
}

/* ---- with patience */

static uint64_t left_of(uint64_t until_ns)
{
    uint64_t now = ls_clock_ns();
    return now < until_ns ? (until_ns - now) / 1000000 + 1 : 0;
}

/* How long to wait before the next attempt: what the registry asks for, or `pause`. */
static uint64_t rest_ms(const struct ls_registry_client *client, uint64_t pause)
{
    curl_off_t seconds = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RETRY_AFTER, &seconds);
    uint64_t wanted = seconds > 0 && seconds < 86400 ? (uint64_t)seconds * 1000 : 0;
    return wanted > pause ? wanted : pause;
}

static int ask_with_patience(struct ls_registry_client *client, const struct request *request,
                             struct ls_registry_answer *out, struct ls_error *err)
{
    uint64_t begin = ls_clock_ns();
    uint64_t until = begin + (uint64_t)client->patience_ms * 1000000;
    uint64_t pause = PAUSE_FIRST_MS;
    for (unsigned tries = 1;; tries++) {
        int rc = attempt(client, request, out, err);
        if (rc != PASSING) {
            return rc;
        }
        uint64_t left = left_of(until);
        if (left == 0) {
            return tries == 1
                       ? err->code
                       : ls_error_prefix(err, "asked %u times in %llu ms", tries,
                                         (unsigned long long)(ls_clock_ns() - begin) / 1000000);
        }
        uint64_t rest = rest_ms(client, pause);
        ls_clock_sleep_ms((unsigned)(rest < left ? rest : left));
        pause = 2 * pause < PAUSE_MAX_MS ? 2 * pause : PAUSE_MAX_MS;
    }
}

int ls_registry_ask(struct ls_registry_client *client, const char *path, const char *body,
                    struct ls_registry_answer *out, struct ls_error *err)
{
    struct ls_buf url;
    *out = (struct ls_registry_answer){0};
    ls_buf_init(&url, "URL of a request to a schema registry", (size_t)64 << 10);
    int rc = ls_buf_appendf(&url, err, "%s%s", client->url, path);
    const char *text = rc == 0 ? ls_buf_text(&url, err) : NULL;
    const struct request request = {path, body, text};
    rc = text ? ask_with_patience(client, &request, out, err) : err->code;
    if (rc < 0) {
        ls_registry_answer_clear(out);
    }
    ls_buf_clear(&url);
    return rc;
}

void ls_registry_answer_clear(struct ls_registry_answer *answer)
{
    json_decref(answer->json);
    answer->json = NULL;
}

int ls_registry_encode(struct ls_buf *out, const char *text, struct ls_error *err)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    int rc = 0;
    for (; rc == 0 && *text; text++) {
        rc = strchr(plain, *text) ? ls_buf_append(out, text, 1, err)
                                  : ls_buf_appendf(out, err, "%%%02X", (unsigned char)*text);
    }
    return rc;
}
