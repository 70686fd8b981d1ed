#include "core/obs/journal.h"

#include "core/base/civil.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/obs/clock.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES_MAX (64U << 20)
#define SECOND_NS      UINT64_C(1000000000)

struct sampled {
    const char *event, *which; /* NULL: nothing uses it yet */
    uint64_t begin_ns;         /* of the second that `written` counts */
    unsigned written;
    uint64_t left_out; /* not told yet */
};

struct ls_journal {
    struct ls_journal_options options;
    char *path;
    int fd;
    bool is_terminal;
    pthread_mutex_t lock; /* for what follows */
    struct ls_buf line;
    struct sampled sampled[LS_JOURNAL_KINDS_MAX];
    uint64_t lost;
    struct ls_error lost_why; /* of the first one */
};

static const char *const level_words[] = {"error", "warn", "info"};

/* ---- fields */

struct ls_journal_field ls_field_text(const char *name, const char *text)
{
    return ls_field_bytes(name, text, text ? strlen(text) : 0);
}

struct ls_journal_field ls_field_bytes(const char *name, const void *bytes, size_t size)
{
    return (struct ls_journal_field){
        .name = name, .kind = LS_FIELD_OF_TEXT, .bytes = bytes, .size = size};
}

struct ls_journal_field ls_field_json(const char *name, const void *json, size_t size)
{
    return (struct ls_journal_field){
        .name = name, .kind = LS_FIELD_OF_JSON, .bytes = json, .size = size};
}

struct ls_journal_field ls_field_count(const char *name, uint64_t count)
{
    return (struct ls_journal_field){.name = name, .kind = LS_FIELD_OF_COUNT, .count = count};
}

struct ls_journal_field ls_field_number(const char *name, int64_t number)
{
    return (struct ls_journal_field){.name = name, .kind = LS_FIELD_OF_NUMBER, .number = number};
}

/* ---- lines */

static int put_string(struct ls_buf *out, const char *text, struct ls_error *err)
{
    return ls_json_string(out, text, strlen(text), err);
}

static int put_field(struct ls_buf *out, const struct ls_journal_field *field, struct ls_error *err)
{
    int rc = ls_buf_append_text(out, ",", err);
    rc = rc < 0 ? rc : put_string(out, field->name, err);
    rc = rc < 0 ? rc : ls_buf_append_text(out, ":", err);
    if (rc < 0) {
        return rc;
    }
    switch (field->kind) {
    case LS_FIELD_OF_COUNT:
        return ls_buf_appendf(out, err, "%llu", (unsigned long long)field->count);
    case LS_FIELD_OF_NUMBER:
        return ls_buf_appendf(out, err, "%lld", (long long)field->number);
    case LS_FIELD_OF_TEXT:
    case LS_FIELD_OF_JSON:
        break;
    }
    if (!field->bytes) {
        return ls_buf_append_text(out, "null", err);
    }
    return field->kind == LS_FIELD_OF_JSON ? ls_buf_append(out, field->bytes, field->size, err)
                                           : ls_json_string(out, field->bytes, field->size, err);
}

static int put_json(struct ls_journal *j, enum ls_journal_level level, const char *event,
                    const char *message, const struct ls_journal_field *fields, size_t count,
                    struct ls_error *err)
{
    char time[LS_TIME_TEXT_MAX];
    ls_time_format(j->options.clock_wall_ms(), time);
    int rc = ls_buf_appendf(&j->line, err,
                            "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\",\"message\":", time,
                            level_words[level], event);
    rc = rc < 0 ? rc : put_string(&j->line, message, err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = put_field(&j->line, &fields[i], err);
    }
    return rc < 0 ? rc : ls_buf_append_text(&j->line, "}", err);
}

/* A message that is no line of text is written as JSON writes it. */
static int put_message(struct ls_buf *out, const char *message, struct ls_error *err)
{
    size_t size = strlen(message);
    bool plain = ls_utf8_valid(message, size);
    for (size_t i = 0; i < size; i++) {
        plain = plain && (uint8_t)message[i] >= 0x20 && message[i] != 0x7f;
    }
    return plain ? ls_buf_append(out, message, size, err) : ls_json_string(out, message, size, err);
}

static int put_words(struct ls_journal *j, enum ls_journal_level level, const char *message,
                     struct ls_error *err)
{
    char time[LS_TIME_TEXT_MAX];
    int rc;
    if (j->path) {
        ls_time_format(j->options.clock_wall_ms(), time);
        rc = ls_buf_appendf(&j->line, err, "%s %-5s ", time, level_words[level]);
    } else { /* a line of progress is in the way where there is one */
        rc = ls_buf_appendf(&j->line, err, "%slockstep: %s", j->is_terminal ? "\r\033[K" : "",
                            level == LS_JOURNAL_WARN ? "warning: " : "");
    }
    return rc < 0 ? rc : put_message(&j->line, message, err);
}

static void lose(struct ls_journal *j, const struct ls_error *why)
{
    if (j->lost == 0) {
        j->lost_why = *why;
    }
    j->lost++;
}

/* With the lock held. */
static void write_line(struct ls_journal *j, enum ls_journal_level level, const char *event,
                       const char *message, const struct ls_journal_field *fields, size_t count)
{
    struct ls_error err;
    j->line.size = 0;
    int rc = j->options.json ? put_json(j, level, event, message, fields, count, &err)
                             : put_words(j, level, message, &err);
    rc = rc < 0 ? rc : ls_buf_append_text(&j->line, "\n", &err);
    rc = rc < 0 ? rc
                : ls_file_write(j->fd, j->line.data, j->line.size,
                                j->path ? j->path : "the standard error", &err);
    if (rc < 0) {
        lose(j, &err);
    }
}

void ls_journal_write(struct ls_journal *j, enum ls_journal_level level, const char *event,
                      const char *message, const struct ls_journal_field *fields, size_t count)
{
    if (ls_journal_takes(j, level)) {
        pthread_mutex_lock(&j->lock);
        write_line(j, level, event, message, fields, count);
        pthread_mutex_unlock(&j->lock);
    }
}

/* ---- what there may be any number of */

bool ls_journal_takes(const struct ls_journal *j, enum ls_journal_level level)
{
    return j && level <= j->options.level;
}

static struct sampled *sampled_of(struct ls_journal *j, const char *event, const char *which)
{
    size_t i = 0;
    while (j->sampled[i].event && (j->sampled[i].event != event || j->sampled[i].which != which)) {
        i++;
        assert(i < LS_JOURNAL_KINDS_MAX);
    }
    j->sampled[i].event = event;
    j->sampled[i].which = which;
    return &j->sampled[i];
}

static void tell_left_out(struct ls_journal *j, struct sampled *s)
{
    char grouped[LS_GROUPED_MAX];
    char message[LS_ERROR_TEXT_MAX];
    const struct ls_journal_field fields[] = {ls_field_text("of", s->event),
                                              ls_field_text("which", s->which),
                                              ls_field_count("count", s->left_out)};
    if (s->left_out) {
        snprintf(message, sizeof message, "%s more of %s %s", ls_grouped(s->left_out, grouped),
                 s->event, s->which);
        write_line(j, LS_JOURNAL_INFO, "left_out", message, fields, sizeof fields / sizeof *fields);
        s->left_out = 0;
    }
}

bool ls_journal_samples(struct ls_journal *j, const char *event, const char *which)
{
    if (!ls_journal_takes(j, LS_JOURNAL_INFO)) {
        return false;
    }
    pthread_mutex_lock(&j->lock);
    struct sampled *s = sampled_of(j, event, which);
    uint64_t now_ns = j->options.clock_ns();
    if (s->written && now_ns - s->begin_ns >= SECOND_NS) {
        s->written = 0;
        tell_left_out(j, s);
    }
    if (s->written == 0) {
        s->begin_ns = now_ns;
    }
    bool takes = s->written < j->options.rate;
    s->written += takes;
    s->left_out += !takes;
    pthread_mutex_unlock(&j->lock);
    return takes;
}

void ls_journal_settle(struct ls_journal *j)
{
    if (j) {
        pthread_mutex_lock(&j->lock);
        for (size_t i = 0; i < LS_JOURNAL_KINDS_MAX; i++) {
            tell_left_out(j, &j->sampled[i]);
        }
        pthread_mutex_unlock(&j->lock);
    }
}

/* ---- begin and end */

int ls_journal_open(const struct ls_journal_options *options, struct ls_journal **out,
                    struct ls_error *err)
{
    *out = NULL;
    struct ls_journal *j = ls_mem_new(1, sizeof *j, err);
    if (!j) {
        return err->code;
    }
    int rc = 0;
    j->options = *options;
    j->options.clock_ns = options->clock_ns ? options->clock_ns : ls_clock_ns;
    j->options.clock_wall_ms = options->clock_wall_ms ? options->clock_wall_ms : ls_clock_wall_ms;
    j->fd = STDERR_FILENO;
    ls_buf_init(&j->line, "a line of the log", LINE_BYTES_MAX);
    pthread_mutex_init(&j->lock, NULL);
    if (options->path) {
        j->path = ls_mem_copy(options->path, strlen(options->path), err);
        j->fd = j->path ? ls_file_open(j->path, O_WRONLY | O_CREAT | O_APPEND, 0666, err)
                        : err->code;
        rc = j->fd < 0 ? j->fd : 0;
    }
    j->is_terminal = rc == 0 && isatty(j->fd);
    if (rc < 0) {
        ls_journal_close(j, &(struct ls_error){0});
        return rc;
    }
    *out = j;
    return 0;
}

int ls_journal_close(struct ls_journal *j, struct ls_error *err)
{
    if (!j) {
        return 0;
    }
    ls_journal_settle(j);
    int rc = 0;
    if (j->lost) {
        *err = j->lost_why;
        rc = ls_error_prefix(err, "%llu lines of the log are lost", (unsigned long long)j->lost);
    }
    if (j->path && j->fd >= 0) {
        ls_file_close(j->fd);
    }
    ls_buf_clear(&j->line);
    pthread_mutex_destroy(&j->lock);
    ls_mem_free(j->path);
    ls_mem_free(j);
    return rc;
}
