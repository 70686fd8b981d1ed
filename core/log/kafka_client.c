#include "core/log/kafka_client.h"

#include "core/base/mem.h"
#include "core/log/kafka_properties.h"
#include "core/obs/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEARD_MAX   300        /* bytes of what a broker said */
#define RK_TEXT_MAX 512        /* of librdkafka's messages */
#define BACKOFF_MAX "500"      /* ms: patience is not spent waiting to connect again */
#define MESSAGE_MAX "10485760" /* bytes: a record at its limit, and what is around it */

struct ls_kafka_client {
    rd_kafka_t *rk;
    char *brokers;
    void (*failed)(void *context, const rd_kafka_message_t *message);
    void *context;
    pthread_mutex_t lock;
    rd_kafka_resp_err_t heard_code; /* of what was said last */
    char heard[HEARD_MAX];
};

/* What a broker refused last: librdkafka asks again and tells nobody, and a producer is replaced.
 */
static struct {
    pthread_mutex_t lock;
    rd_kafka_resp_err_t code; /* 0: nothing, or what was refused went well since */
    char text[HEARD_MAX];
} refusal = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- places */

/* Without what stands in front of an @: it may be a password. */
static int refuse_place(const char *text, const char *why, struct ls_error *err)
{
    return ls_error_set(err, LS_E_USAGE,
                        "`kafka:%s%s` names no place on Kafka (%s): write "
                        "kafka://HOST:PORT[,HOST:PORT...][/PREFIX]",
                        strchr(text, '@') ? "//...@" : "",
                        strchr(text, '@') ? strrchr(text, '@') + 1 : text, why);
}

static bool is_prefix(const char *text)
{
    size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return text[size] == '\0' && size > 0 && size <= 100 && text[0] != '.';
}

int ls_kafka_place_parse(const char *text, struct ls_kafka_place *out, struct ls_error *err)
{
    *out = (struct ls_kafka_place){NULL, NULL, NULL};
    if (strncmp(text, "//", 2) != 0) {
        return refuse_place(text, "two slashes are missing in front", err);
    }
    const char *begin = text + 2;
    size_t size = strcspn(begin, "/");
    const char *prefix = begin[size] ? begin + size + 1 : "";
    if (size == 0 || strchr(begin, '@')) {
        /* a password would be shown with the place */
        return refuse_place(text, size ? "user and password are set with -X" : "no HOST:PORT", err);
    }
    if (*prefix && !is_prefix(prefix)) {
        return refuse_place(text, "a prefix is of letters, digits, `.`, `_` and `-`, at most 100",
                            err);
    }
    size_t prefix_size = strlen(prefix);
    size_t uri_size = strlen(text) + sizeof "kafka:";
    out->uri = ls_mem_new(uri_size, 1, err);
    out->brokers = out->uri ? ls_mem_copy(begin, size, err) : NULL;
    out->prefix = out->brokers ? ls_mem_new(prefix_size + 2, 1, err) : NULL;
    if (!out->prefix) {
        return err->code;
    }
    snprintf(out->uri, uri_size, "kafka:%s", text);
    snprintf(out->prefix, prefix_size + 2, "%s%s", prefix, *prefix ? "." : "");
    return 0;
}

void ls_kafka_place_clear(struct ls_kafka_place *place)
{
    ls_mem_free(place->uri);
    ls_mem_free(place->brokers);
    ls_mem_free(place->prefix);
    *place = (struct ls_kafka_place){NULL, NULL, NULL};
}

/* ---- what brokers say */

static void hear(struct ls_kafka_client *client, rd_kafka_resp_err_t code, const char *text)
{
    pthread_mutex_lock(&client->lock);
    client->heard_code = code;
    snprintf(client->heard, sizeof client->heard, "%s", text);
    pthread_mutex_unlock(&client->lock);
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *context)
{
    (void)rk;
    if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) { /* which says less than what came before */
        hear(context, (rd_kafka_resp_err_t)code, reason);
    }
}

static rd_kafka_resp_err_t code_in(const char *text)
{
    const struct rd_kafka_err_desc *all;
    size_t count;
    rd_kafka_get_err_descs(&all, &count);
    for (size_t i = 0; i < count; i++) {
        if (all[i].code > 0 && all[i].desc && strstr(text, all[i].desc)) {
            return all[i].code;
        }
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* "[thrd:THREAD]: WHAT failed: WHY", with ": explicit actions ..." or ": actions ..." behind it
 * where librdkafka tries again. */
static void on_refusal(rd_kafka_resp_err_t code, const char *text)
{
    const bool follows = code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE; /* from another one */
    const char *begin = *text == '[' ? strstr(text, "]: ") : NULL;
    begin = begin ? begin + 3 : text;
    const char *end = strstr(begin, ": explicit actions");
    end = end ? end : strstr(begin, ": actions");
    pthread_mutex_lock(&refusal.lock);
    if (!refusal.code || !follows) {
        refusal.code = code;
        snprintf(refusal.text, sizeof refusal.text, "%.*s",
                 (int)(end ? (size_t)(end - begin) : strlen(begin)), begin);
    }
    pthread_mutex_unlock(&refusal.lock);
}

void ls_kafka_refusal_forget(void)
{
    pthread_mutex_lock(&refusal.lock);
    refusal.code = RD_KAFKA_RESP_ERR_NO_ERROR;
    refusal.text[0] = '\0';
    pthread_mutex_unlock(&refusal.lock);
}

/* Lines are for those who have asked for them with `debug`; but what a broker refused is told
 * nowhere else. */
static void on_line(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    bool writes = rd_kafka_type(rk) == RD_KAFKA_PRODUCER;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (writes && strcmp(facility, "REQERR") == 0) {
        code = code_in(text);
    } else if (writes && strcmp(facility, "TXNCOORD") == 0 &&
               strstr(text, "COORDINATOR_NOT_AVAILABLE")) {
        code = RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE;
    }
    if (code) { /* else it is this side's, of which on_error hears */
        on_refusal(code, text);
    }
    if (level == 7 && ls_kafka_is_set("debug")) {
        dprintf(STDERR_FILENO, "librdkafka: %s: %s\n", facility, text);
    }
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *context)
{
    struct ls_kafka_client *client = context;
    (void)rk;
    if (message->err && client->failed) {
        client->failed(client->context, message);
    }
}

static const char *advice_of(rd_kafka_resp_err_t code)
{
    switch ((int)code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        return "is it up, and the address right? -X patience=2m waits longer";
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
        return "check -X sasl.username, sasl.password and sasl.mechanism";
    case RD_KAFKA_RESP_ERR__SSL:
        return "check -X security.protocol and ssl.ca.location";
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
        return "the user needs rights on the topics, the group and the transactional id that are "
               "named as the log is";
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
        return "a broker's disk is full or broken: see the broker's own log";
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
        return "too few brokers are up for min.insync.replicas";
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
        return "the brokers cannot keep transactions, or groups' offsets: are as many up as their "
               "transaction.state.log.replication.factor and offsets.topic.replication.factor say?";
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
        return "give -X transaction.timeout.ms=MS, at most the brokers' transaction.max.timeout.ms";
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        return "raise max.message.bytes of the topic, and -X message.max.bytes";
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
        return "transactions take Kafka 0.11 or later";
    default:
        return NULL;
    }
}

/* What breaks while it is used is no wrong address. */
static const char *advice_of_word(const struct ls_kafka_client *client, const char *heard)
{
    if (client->heard_code != RD_KAFKA_RESP_ERR__TRANSPORT || !strstr(heard, "in state UP")) {
        return advice_of(client->heard_code);
    }
    return rd_kafka_type(client->rk) == RD_KAFKA_PRODUCER
               ? "the connection breaks while it is used: -X batch.size=20000 sends less at a "
                 "time, -X patience=2m waits longer"
               : "the connection breaks while it is used: -X fetch.message.max.bytes=20000 asks "
                 "for less at a time, -X patience=2m waits longer";
}

/* A code that tells no cause: then what a broker said last is it. */
static bool is_vague(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE ||
           code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT || code == RD_KAFKA_RESP_ERR__TRANSPORT ||
           code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
           code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ||
           code == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS;
}

int ls_kafka_error(const struct ls_kafka_client *client, rd_kafka_resp_err_t code, const char *why,
                   struct ls_error *err, const char *format, ...)
{
    struct ls_kafka_client *c = (struct ls_kafka_client *)(uintptr_t)client;
    char what[LS_ERROR_TEXT_MAX / 2];
    char heard[HEARD_MAX];
    char before[HEARD_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    pthread_mutex_lock(&c->lock);
    memcpy(heard, c->heard, sizeof heard);
    bool vague = is_vague(code) && *heard;
    rd_kafka_resp_err_t last = vague ? c->heard_code : code;
    const char *advice = vague ? advice_of_word(c, heard) : advice_of(code);
    pthread_mutex_unlock(&c->lock);
    pthread_mutex_lock(&refusal.lock);
    memcpy(before, refusal.text, sizeof before);
    bool more = is_vague(last) && *before;
    advice = more && advice_of(refusal.code) ? advice_of(refusal.code) : advice;
    pthread_mutex_unlock(&refusal.lock);
    return ls_error_set(err, LS_E_IO, "kafka://%s: %s: %s%s%s%s%s%s%s", c->brokers, what,
                        why && *why ? why : rd_kafka_err2str(code),
                        vague ? "; the last word was: " : "", vague ? heard : "",
                        more ? "; a broker refused: " : "", more ? before : "", advice ? "; " : "",
                        advice ? advice : "");
}

bool ls_kafka_is_refused(const struct ls_kafka_client *client)
{
    struct ls_kafka_client *c = (struct ls_kafka_client *)(uintptr_t)client;
    pthread_mutex_lock(&c->lock);
    bool refused = c->heard_code == RD_KAFKA_RESP_ERR__AUTHENTICATION;
    pthread_mutex_unlock(&c->lock);
    return refused;
}

bool ls_kafka_is_passing(rd_kafka_resp_err_t code)
{
    switch ((int)code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: /* of a topic that was only just made */
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__WAIT_CACHE:
    case RD_KAFKA_RESP_ERR__IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__RETRY:
    case RD_KAFKA_RESP_ERR__NOENT:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
    case RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: /* as it is made, or as brokers come up */
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
        return true;
    default:
        return false;
    }
}

/* ---- patience */

struct ls_kafka_wait ls_kafka_wait_begin(void)
{
    return (struct ls_kafka_wait){ls_clock_ns() + (uint64_t)ls_kafka_patience_ms() * 1000000};
}

bool ls_kafka_wait_is_over(const struct ls_kafka_wait *wait)
{
    return ls_clock_ns() >= wait->until_ns;
}

bool ls_kafka_wait_is_half_over(const struct ls_kafka_wait *wait)
{
    return ls_clock_ns() + (uint64_t)ls_kafka_patience_ms() * 500000 >= wait->until_ns;
}

int ls_kafka_wait_ms(const struct ls_kafka_wait *wait, int most)
{
    uint64_t now = ls_clock_ns();
    uint64_t left = now < wait->until_ns ? (wait->until_ns - now) / 1000000 + 1 : 1;
    return left < (uint64_t)most ? (int)left : most;
}

/* ---- clients */

static int configure(rd_kafka_conf_t *conf, const char *key, const char *value,
                     struct ls_error *err)
{
    char text[RK_TEXT_MAX];
    return rd_kafka_conf_set(conf, key, value, text, sizeof text) == RD_KAFKA_CONF_OK
               ? 0
               : ls_error_set(err, LS_E_BUG, "librdkafka does not take %s: %s", key, text);
}

int ls_kafka_client_new(const struct ls_kafka_place *place, rd_kafka_type_t type,
                        const char *const *properties,
                        void (*failed)(void *context, const rd_kafka_message_t *message),
                        void *context, struct ls_kafka_client **out, struct ls_error *err)
{
    char text[RK_TEXT_MAX];
    struct ls_kafka_client *client = ls_mem_new(1, sizeof *client, err);
    if (!client) {
        return err->code;
    }
    pthread_mutex_init(&client->lock, NULL);
    client->failed = failed;
    client->context = context;
    client->brokers = ls_mem_copy(place->brokers, strlen(place->brokers), err);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    int rc = client->brokers ? configure(conf, "bootstrap.servers", place->brokers, err)
                             : err->code;
    rc = rc < 0 ? rc : configure(conf, "client.id", "lockstep", err);
    rc = rc < 0 ? rc : configure(conf, "message.max.bytes", MESSAGE_MAX, err);
    rc = rc < 0 ? rc : configure(conf, "reconnect.backoff.max.ms", BACKOFF_MAX, err);
    rc = rc < 0 ? rc : configure(conf, "debug", "broker,eos", err); /* on_line hears it */
    for (size_t i = 0; rc == 0 && properties[i]; i += 2) {
        rc = configure(conf, properties[i], properties[i + 1], err);
    }
    rc = rc < 0 ? rc : ls_kafka_configure(conf, err);
    rd_kafka_conf_set_opaque(conf, client);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_log_cb(conf, on_line);
    if (type == RD_KAFKA_PRODUCER) {
        rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    }
    client->rk = rc == 0 ? rd_kafka_new(type, conf, text, sizeof text) : NULL;
    if (!client->rk) {
        rd_kafka_conf_destroy(conf);
        rc = rc < 0 ? rc : ls_error_set(err, LS_E_USAGE, "the properties set with -X: %s", text);
        ls_kafka_client_free(client);
        return rc;
    }
    *out = client;
    return 0;
}

void ls_kafka_client_free(struct ls_kafka_client *client)
{
    if (!client) {
        return;
    }
    if (client->rk) {
        if (rd_kafka_type(client->rk) == RD_KAFKA_PRODUCER) {
            rd_kafka_purge(client->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
            client->failed = NULL; /* what is thrown away here is nobody's news */
        }
        rd_kafka_destroy_flags(client->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    }
    pthread_mutex_destroy(&client->lock);
    ls_mem_free(client->brokers);
    ls_mem_free(client);
}

rd_kafka_t *ls_kafka_of(const struct ls_kafka_client *client)
{
    return client->rk;
}
