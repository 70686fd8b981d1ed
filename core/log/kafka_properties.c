#include "core/log/kafka_properties.h"

#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/config/option.h"
#include "core/log/kafka_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SET_MAX             64
#define PATIENCE_DEFAULT_MS 30000
#define PATIENCE_MAX_MS     (INT64_C(24) * 3600 * 1000)
#define RK_TEXT_MAX         512

/* Pairs of key and value, ending with NULL. */
struct pairs {
    const char *texts[2 * SET_MAX + 1];
    size_t count; /* of texts */
};

static struct pairs client_pairs, topic_pairs;
static int64_t patience_ms = PATIENCE_DEFAULT_MS;

/* What makes the log what it is; and what the place says. */
static const struct {
    const char *key, *why;
} own[] = {
    {"auto.offset.reset", "a reader begins where the log says"},
    {"bootstrap.servers", "the place says it: kafka://HOST:PORT"},
    {"enable.auto.commit", "offsets are committed with the rows that come of them"},
    {"enable.auto.offset.store", "offsets are committed with the rows that come of them"},
    {"enable.gapless.guarantee", "a transaction has all of its records or none"},
    {"enable.idempotence", "a record stands in the log once"},
    {"enable.partition.eof", "readers look for the ends of partitions"},
    {"isolation.level", "what was taken back is not read"},
    {"metadata.broker.list", "the place says it: kafka://HOST:PORT"},
    {"transactional.id", "it is the log's name, and keeps a second writer away"},
};

static int keep(struct pairs *pairs, const char *key, const char *value, struct ls_error *err)
{
    if (pairs->count == (size_t)2 * SET_MAX) {
        return ls_error_set(err, LS_E_USAGE, "-X is given more than %d times", SET_MAX);
    }
    char *copies[2] = {ls_mem_copy(key, strlen(key), err), NULL};
    copies[1] = copies[0] ? ls_mem_copy(value, strlen(value), err) : NULL;
    if (!copies[1]) {
        ls_mem_free(copies[0]);
        return err->code;
    }
    pairs->texts[pairs->count++] = copies[0];
    pairs->texts[pairs->count++] = copies[1];
    return 0;
}

static void forget(struct pairs *pairs)
{
    while (pairs->count > 0) {
        ls_mem_free((void *)(uintptr_t)pairs->texts[--pairs->count]);
        pairs->texts[pairs->count] = NULL;
    }
}

/* Does librdkafka take it? */
static int check(const char *key, const char *value, struct ls_error *err)
{
    char text[RK_TEXT_MAX];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_res_t result = rd_kafka_conf_set(conf, key, value, text, sizeof text);
    rd_kafka_conf_destroy(conf);
    if (result == RD_KAFKA_CONF_UNKNOWN) {
        return ls_error_set(err, LS_E_USAGE,
                            "-X %s: librdkafka has no such property; `-X list` shows those that "
                            "it has",
                            key);
    }
    return result == RD_KAFKA_CONF_OK ? 0 : ls_error_set(err, LS_E_USAGE, "-X %s: %s", key, text);
}

static int set_patience(const char *value, struct ls_error *err)
{
    int64_t ms;
    if (!ls_read_duration(value, &ms) || ms < 100 || ms > PATIENCE_MAX_MS) {
        return ls_error_set(err, LS_E_USAGE,
                            "-X patience=%.40s: write a duration from 100ms to 24h, as in 2m",
                            value);
    }
    patience_ms = ms;
    return 0;
}

int ls_kafka_set(const char *assignment, struct ls_error *err)
{
    char key[100];
    size_t size = strcspn(assignment, "=");
    if (!assignment[size] || size == 0 || size >= sizeof key) {
        return ls_error_set(err, LS_E_USAGE, "-X %.*s: write KEY=VALUE, or `-X list`",
                            size < sizeof key ? (int)size : 40, assignment);
    }
    memcpy(key, assignment, size);
    key[size] = '\0';
    const char *value = assignment + size + 1;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(key, own[i].key) == 0) {
            return ls_error_set(err, LS_E_USAGE, "-X %s is not to be set: %s", key, own[i].why);
        }
    }
    if (strcmp(key, "patience") == 0) {
        return set_patience(value, err);
    }
    if (strncmp(key, "topic.", 6) == 0 && strncmp(key, "topic.metadata", 14) != 0 &&
        strncmp(key, "topic.blacklist", 15) != 0) {
        return keep(&topic_pairs, key + 6, value, err);
    }
    int rc = check(key, value, err);
    return rc < 0 ? rc : keep(&client_pairs, key, value, err);
}

void ls_kafka_unset(void)
{
    forget(&client_pairs);
    forget(&topic_pairs);
    patience_ms = PATIENCE_DEFAULT_MS;
}

int ls_kafka_configure(rd_kafka_conf_t *conf, struct ls_error *err)
{
    char text[RK_TEXT_MAX];
    for (size_t i = 0; i < client_pairs.count; i += 2) {
        const char *key = client_pairs.texts[i];
        if (rd_kafka_conf_set(conf, key, client_pairs.texts[i + 1], text, sizeof text) !=
            RD_KAFKA_CONF_OK) {
            return ls_error_set(err, LS_E_USAGE, "-X %s is not taken a second time", key);
        }
    }
    return 0;
}

const char *const *ls_kafka_topic_properties(void)
{
    return topic_pairs.texts;
}

bool ls_kafka_is_set(const char *key)
{
    for (size_t i = 0; i < client_pairs.count; i += 2) {
        if (strcmp(client_pairs.texts[i], key) == 0) {
            return true;
        }
    }
    return false;
}

int64_t ls_kafka_patience_ms(void)
{
    return patience_ms;
}

static bool is_own(const char *line)
{
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        size_t size = strlen(own[i].key);
        if (strncmp(line, own[i].key, size) == 0 && line[size] == ' ') {
            return true;
        }
    }
    return false;
}

/* The lines of librdkafka's table, "name | C/P | range | default | importance | what for", but for
 * what is not to be set. */
static int list_lines(const char *text, struct ls_buf *out, struct ls_error *err)
{
    int rc = 0;
    while (rc == 0 && *text) {
        size_t size = strcspn(text, "\n");
        bool is_row = memmem(text, size, " | ", 3) && !memmem(text, size, "_cb ", 4);
        if (is_row && !is_own(text)) {
            rc = ls_buf_append(out, text, size, err);
            rc = rc < 0 ? rc : ls_buf_append_text(out, "\n", err);
        }
        text += size + (text[size] == '\n');
    }
    return rc;
}

/* librdkafka writes its table into a file. */
static int list_properties(struct ls_buf *out, struct ls_error *err)
{
    char path[] = "/tmp/lockstep-properties-XXXXXX";
    struct ls_buf table;
    int fd = mkstemp(path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file) {
        return ls_error_errno(err, LS_E_IO, errno, "%s", path);
    }
    rd_kafka_conf_properties_show(file);
    int rc = fclose(file) == 0 ? 0 : ls_error_errno(err, LS_E_IO, errno, "%s", path);
    ls_buf_init(&table, "librdkafka's properties", 1U << 20);
    rc = rc < 0 ? rc : ls_file_read(path, &table, err);
    unlink(path);
    const char *text = rc < 0 ? NULL : ls_buf_text(&table, err);
    rc = rc < 0 ? rc : text ? list_lines(text, out, err) : err->code;
    ls_buf_clear(&table);
    return rc;
}

int ls_kafka_list(struct ls_buf *out, struct ls_error *err)
{
    int rc = ls_buf_append_text(
        out,
        "patience=DURATION   how long a cluster may bring nothing forward before it is given up "
        "[30s]\n"
        "topic.KEY=VALUE     a property of Kafka's for the topics that are made, as in "
        "topic.retention.ms=-1\n"
        "KEY=VALUE           a property of librdkafka; of producers (P), consumers (C) or both "
        "(*):\n\n",
        err);
    return rc < 0 ? rc : list_properties(out, err);
}
